/* pool_max: the largest element of each window and where it is. A unit is a plane; adaptive windows, whose sizes
 * differ, are taken one by one. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

#define GREATEST(NAME, TYPE)                                                                                           \
    static void greatest_##NAME(const wki_window *w, const void *from, void *to, int64_t *index)                       \
    {                                                                                                                  \
        const TYPE *x = from;                                                                                          \
        for (int64_t o = 0; o < wki_volume(w->out); o++) {                                                             \
            const wki_box b = wki_adaptive_box(w, o);                                                                  \
            int64_t best = (b.start[0] * w->in[1] + b.start[1]) * w->in[2] + b.start[2];                               \
            for (int64_t d = b.start[0]; d < b.end[0]; d++)                                                            \
                for (int64_t h = b.start[1]; h < b.end[1]; h++)                                                        \
                    for (int64_t i = (d * w->in[1] + h) * w->in[2] + b.start[2], n = b.end[2] - b.start[2]; n > 0;     \
                         i++, n--)                                                                                     \
                        if (x[i] > x[best] || x[i] != x[i]) best = i;                                                  \
            ((TYPE *)to)[o] = x[best];                                                                                 \
            index[o] = best;                                                                                           \
        }                                                                                                              \
    }
GREATEST(f32, float)
GREATEST(f64, double)

static int64_t units(const wki_call *call)
{
    const wki_view *y = call->views[0];
    return wki_numel(y) == 0 ? 0 : y->size[0] * y->size[1];
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_pool_attrs *attrs = call->attrs;
    const wki_view *y = call->views[0], *index = call->views[1], *x = call->views[2];
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)x->dtype), windows = wki_volume(attrs->window.out);
    const int64_t plane = wki_volume(attrs->window.in) * size;
    void (*max)(const wki_window *, const void *, void *, int64_t *) = wki_windows_for((wk_dtype)x->dtype)->max;
    if (attrs->adaptive) max = x->dtype == WK_F64 ? greatest_f64 : greatest_f32;
    for (; begin < end; begin++)
        max(&attrs->window, wki_at(x->data, begin * plane), (char *)y->data + begin * windows * size,
            (int64_t *)index->data + begin * windows);
    return WK_OK;
}

const wki_kernel wki_cpu_pool_max = { "pool_max", units, NULL, run };
