/* bf16: the upper sixteen bits of each float, rounded to the nearest, to the even one of two; a NaN becomes a quiet
 * one. In the order of y's memory. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "base/fault.h"

typedef uint32_t bits __attribute__((may_alias));

static inline bits nearest(bits x)
{
    const bits number = x + 0x7fff + (WKI_FAULT(37) ? 1 : x >> 16 & 1), nan = x | 0x400000;
    return ((x & 0x7fffffff) > 0x7f800000 ? nan : number) & 0xffff0000;
}

static void round_run(int64_t n, bits *y, int64_t y_step, const bits *x, int64_t x_step)
{
    if (y_step == 1 && x_step == 1)
        for (int64_t i = 0; i < n; i++) y[i] = nearest(x[i]);
    else
        for (int64_t i = 0; i < n; i++) y[i * y_step] = nearest(x[i * x_step]);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_walk w = wki_walk_by_stride(call->views, 2, wki_all_dims(call->views[0]));
    const int64_t last = wki_least(end * WKI_BLOCK, w.count);
    int64_t i = begin * WKI_BLOCK;
    if (i >= last) return WK_OK;
    wki_cursor c = wki_cursor_at(&w, i);
    for (int64_t n; i < last; i += n) {
        n = wki_least(wki_cursor_left(&w, &c), last - i);
        round_run(n, (bits *)call->views[0]->data + c.at[0], wki_walk_inner(&w, 0),
                  (const bits *)call->views[1]->data + c.at[1], wki_walk_inner(&w, 1));
        wki_cursor_move(&w, &c, n);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_bf16 = { "bf16", wki_element_units, NULL, run };
