/* pool_mean: the mean of each window, and the transpose of that. A unit is a plane; adaptive windows, whose sizes
 * differ, are taken one by one. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

#define ADAPTIVE(NAME, TYPE)                                                                                           \
    static void adaptive_##NAME(const wki_window *w, void *plane, void *means, bool backward)                          \
    {                                                                                                                  \
        TYPE *x = plane, *y = means;                                                                                   \
        for (int64_t o = 0; o < wki_volume(w->out); o++) {                                                             \
            const wki_box b = wki_adaptive_box(w, o);                                                                  \
            const int64_t count = (b.end[0] - b.start[0]) * (b.end[1] - b.start[1]) * (b.end[2] - b.start[2]);         \
            const TYPE share = backward ? y[o] / (TYPE)count : 0;                                                      \
            TYPE sum = 0;                                                                                              \
            for (int64_t d = b.start[0]; d < b.end[0]; d++)                                                            \
                for (int64_t h = b.start[1]; h < b.end[1]; h++) {                                                      \
                    TYPE *row = x + (d * w->in[1] + h) * w->in[2];                                                     \
                    for (int64_t i = b.start[2]; i < b.end[2]; i++)                                                    \
                        if (backward)                                                                                  \
                            row[i] += share;                                                                           \
                        else                                                                                           \
                            sum += row[i];                                                                             \
                }                                                                                                      \
            if (!backward) y[o] = sum / (TYPE)count;                                                                   \
        }                                                                                                              \
    }
ADAPTIVE(f32, float)
ADAPTIVE(f64, double)

static int64_t units(const wki_call *call)
{
    const wki_view *to = call->views[0];
    return wki_numel(to) == 0 ? 0 : to->size[0] * to->size[1];
}

static void run_plane(const wki_pool_attrs *a, const wki_windows *loops, bool wide, void *x, void *y)
{
    static const double zero = 0;
    if (a->backward) loops->set(wki_volume(a->window.in), x, &zero);
    if (a->adaptive)
        (wide ? adaptive_f64 : adaptive_f32)(&a->window, x, y, a->backward);
    else if (a->backward)
        loops->mean_back(&a->window, x, y, a->divisor, a->include);
    else
        loops->mean(&a->window, x, y, a->divisor, a->include);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_pool_attrs *a = call->attrs;
    const wki_view *x = call->views[!a->backward], *y = call->views[a->backward];
    const bool wide = x->dtype == WK_F64;
    const int64_t size = wide ? 8 : 4, plane = wki_volume(a->window.in) * size,
                  windows = wki_volume(a->window.out) * size;
    const wki_windows *loops = wki_windows_for((wk_dtype)x->dtype);
    for (; begin < end; begin++)
        run_plane(a, loops, wide, (void *)(uintptr_t)wki_at(x->data, begin * plane),
                  (void *)(uintptr_t)wki_at(y->data, begin * windows));
    return WK_OK;
}

const wki_kernel wki_cpu_pool_mean = { "pool_mean", units, NULL, run };
