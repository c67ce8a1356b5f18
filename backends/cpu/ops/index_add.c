/* index_add: y[.., index[i], ..] += g[.., i, ..] in ascending i, so that equal indices always add up in one order. A
 * unit is a band of the dims that are not indexed: bands share no element of y. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "base/error.h"

enum { BAND = 256 };

#define ADD(NAME, TYPE, SUM)                                                                                           \
    static void add_##NAME(int64_t n, void *to, int64_t y_step, const void *from, int64_t g_step)                      \
    {                                                                                                                  \
        TYPE *y = to;                                                                                                  \
        const TYPE *g = from;                                                                                          \
        if (y_step == 1 && g_step == 1)                                                                                \
            for (int64_t i = 0; i < n; i++) y[i] = SUM(y[i], g[i]);                                                    \
        else                                                                                                           \
            for (int64_t i = 0; i < n; i++) y[i * y_step] = SUM(y[i * y_step], g[i * g_step]);                         \
    }
#define REAL_SUM(a, b) (a) + (b)
#define I64_SUM(a, b)  (int64_t)((uint64_t)(a) + (uint64_t)(b))
#define I32_SUM(a, b)  (int32_t)((uint32_t)(a) + (uint32_t)(b))
#define U8_SUM(a, b)   (uint8_t)((a) + (b))
ADD(f32, float, REAL_SUM)
ADD(f64, double, REAL_SUM)
ADD(i64, int64_t, I64_SUM)
ADD(i32, int32_t, I32_SUM)
ADD(u8, uint8_t, U8_SUM)

static void (*const adders[WK_DTYPE_COUNT])(int64_t, void *, int64_t, const void *, int64_t) = {
    [WK_F32] = add_f32, [WK_F64] = add_f64, [WK_I64] = add_i64, [WK_I32] = add_i32, [WK_U8] = add_u8,
};

/* all dims but the indexed one; g may be longer or shorter there, y gives the sizes */
static wki_walk others(const wki_call *call)
{
    return wki_walk_over(call->views, 2,
                         wki_all_dims(call->views[0]) & ~(1u << ((const wki_dim_attrs *)call->attrs)->dim));
}

static int64_t units(const wki_call *call)
{
    return wki_numel(call->views[1]) == 0 ? 0 : wki_blocks(others(call).count, BAND);
}

static wk_status check_indices(const wki_view *index, const wki_view *y, int dim)
{
    const int64_t *numbers = index->data;
    for (int64_t i = 0; i < index->size[0]; i++) {
        const int64_t to = numbers[i * index->stride[0]];
        wki_check(to >= 0 && to < y->size[dim], WK_E_RANGE, WK_E_RANGE, "index_add",
                  "index %lld at position %lld is outside dim %d of %s; expected 0 to %lld", (long long)to,
                  (long long)i, dim, wki_show(y), (long long)y->size[dim] - 1);
    }
    return WK_OK;
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *g = call->views[1], *index = call->views[2];
    const int dim = ((const wki_dim_attrs *)call->attrs)->dim;
    const int64_t *numbers = index->data, size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    const wki_walk w = others(call);
    if (begin >= end || check_indices(index, y, dim)) return begin >= end ? WK_OK : WK_E_RANGE;
    const int64_t first = begin * BAND, last = wki_least(end * BAND, w.count);
    const wki_cursor start = wki_cursor_at(&w, first);
    for (int64_t i = 0; i < index->size[0]; i++) {
        char *to = (char *)y->data + numbers[i * index->stride[0]] * y->stride[dim] * size;
        const char *from = (const char *)g->data + i * g->stride[dim] * size;
        wki_cursor c = start;
        for (int64_t n, k = first; k < last; k += n) {
            n = wki_least(wki_cursor_left(&w, &c), last - k);
            adders[y->dtype](n, to + c.at[0] * size, wki_walk_inner(&w, 0), from + c.at[1] * size,
                             wki_walk_inner(&w, 1));
            wki_cursor_move(&w, &c, n);
        }
    }
    return WK_OK;
}

const wki_kernel wki_cpu_index_add = { "index_add", units, NULL, run };
