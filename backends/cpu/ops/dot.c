/* dot: y = the sum over the last dim of a * b, each in one order that the length alone fixes. A unit is one element of
 * y. Blocks that do not lie side by side are copied to scratch; the work is done by isa/loops.c. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

enum { WIDEST = 8 };

static wki_walk elements(const wki_call *call) { return wki_walk_over(call->views, 3, wki_all_dims(call->views[0])); }

static int64_t units(const wki_call *call) { return wki_numel(call->views[0]); }

static size_t scratch_bytes(const wki_call *call)
{
    (void)call;
    return 2 * WKI_FOLD * WIDEST;
}

static const void *side_by_side(int64_t n, size_t size, void *scratch, const char *x, int64_t step)
{
    if (step == 1) return x;
    wki_copy_elements(n, size, scratch, 1, x, step);
    return scratch;
}

static double one(const wki_loops *loops, int64_t n, size_t size, const char *const x[2], const int64_t step[2],
                  char *scratch)
{
    double sum = 0;
    for (int64_t k, i = 0; i < n; i += k) {
        const void *side[2];
        k = wki_least(n - i, WKI_FOLD);
        for (int s = 0; s < 2; s++)
            side[s] =
                side_by_side(k, size, scratch + s * WKI_FOLD * WIDEST, x[s] + i * step[s] * (int64_t)size, step[s]);
        sum += loops->dot(k, side[0], side[1]);
    }
    return sum;
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *y = call->views[0], *a = call->views[1], *b = call->views[2];
    const int last = y->ndim;
    const wki_walk w = elements(call);
    const wki_loops *loops = wki_loops_for(wki_isa(), (wk_dtype)y->dtype);
    const int64_t n = a->size[last], size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    wki_cursor c = wki_cursor_at(&w, begin);
    for (int64_t u = begin; u < end; u++) {
        const char *const x[2] = { n ? (const char *)a->data + c.at[1] * size : NULL,
                                   n ? (const char *)b->data + c.at[2] * size : NULL };
        const double sum = one(loops, n, (size_t)size, x, (int64_t[]){ a->stride[last], b->stride[last] }, scratch);
        if (y->dtype == WK_F32)
            ((float *)y->data)[c.at[0]] = (float)sum;
        else
            ((double *)y->data)[c.at[0]] = sum;
        wki_cursor_move(&w, &c, 1);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_dot = { "dot", units, scratch_bytes, run };
