/* argmax: where the largest element of each line along one dim is; the first of equals, and the first NaN before all
 * numbers. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

#define ARGMAX(NAME, TYPE)                                                                                             \
    static int64_t argmax_##NAME(int64_t n, const void *from, int64_t at, int64_t step)                                \
    {                                                                                                                  \
        const TYPE *x = (const TYPE *)from + at;                                                                       \
        int64_t best = 0;                                                                                              \
        for (int64_t i = 1; i < n && x[best * step] == x[best * step]; i++)                                            \
            if (!(x[i * step] <= x[best * step])) best = i;                                                            \
        return best;                                                                                                   \
    }
ARGMAX(f32, float)
ARGMAX(f64, double)
ARGMAX(i64, int64_t)
ARGMAX(i32, int32_t)
ARGMAX(u8, uint8_t)

static wki_walk lines(const wki_call *call)
{
    return wki_walk_over(call->views, 2,
                         wki_all_dims(call->views[0]) & ~(1u << ((const wki_dim_attrs *)call->attrs)->dim));
}

static int64_t units(const wki_call *call) { return wki_numel(call->views[1]) == 0 ? 0 : lines(call).count; }

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    static int64_t (*const find[])(int64_t, const void *, int64_t, int64_t) = {
        [WK_F32] = argmax_f32, [WK_F64] = argmax_f64, [WK_I64] = argmax_i64,
        [WK_I32] = argmax_i32, [WK_U8] = argmax_u8,   [WK_BOOL] = argmax_u8,
    };
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1];
    const int dim = ((const wki_dim_attrs *)call->attrs)->dim;
    const wki_walk w = lines(call);
    wki_cursor c = wki_cursor_at(&w, begin);
    for (int64_t u = begin; u < end; u++) {
        ((int64_t *)y->data)[c.at[0]] = find[x->dtype](x->size[dim], x->data, c.at[1], x->stride[dim]);
        wki_cursor_move(&w, &c, 1);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_argmax = { "argmax", units, NULL, run };
