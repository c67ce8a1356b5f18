/* pool_max: the largest element of each window and where it is, a window a thread. */
#include "backends/cuda/kernels/pool.h"
#include <math.h>

/* The first of equals, the last NaN before all. */
template <class T> struct largest {
    T value;
    int64_t at;
};
template <class T> WKI_DEVICE void meet(largest<T> &best, T value, int64_t at)
{
    if (!(value > best.value || value != value || best.at < 0)) return;
    best.value = value;
    best.at = at;
}

template <class T> WKI_DEVICE void adaptive(const wki_window &w, const int32_t o[3], const T *x, largest<T> &best)
{
    const wki_stretch depth = wki_adaptive_of(w, 0, o[0]), height = wki_adaptive_of(w, 1, o[1]);
    const wki_stretch width = wki_adaptive_of(w, 2, o[2]);
    for (int64_t d = depth.begin; d < depth.end; d++)
        for (int64_t h = height.begin; h < height.end; h++)
            for (int64_t i = width.begin; i < width.end; i++) {
                const int64_t at = (d * w.in[1] + h) * w.in[2] + i;
                meet(best, x[at], at);
            }
}

template <class T> WKI_DEVICE void sliding(const wki_window &w, const int32_t o[3], const T *x, largest<T> &best)
{
    int32_t tap[3];
    for (tap[0] = 0; tap[0] < w.kernel[0]; tap[0]++)
        for (tap[1] = 0; tap[1] < w.kernel[1]; tap[1]++)
            for (tap[2] = 0; tap[2] < w.kernel[2]; tap[2]++) {
                const int64_t at = wki_seen(w, o, tap);
                if (at >= 0) meet(best, x[at], at);
            }
}

template <class T>
static __global__ void pool_max(int64_t n, const wki_window w, bool is_adaptive, T *y, int64_t *index, const T *x)
{
    WKI_BEGIN();
    WKI_EACH(i, n)
    {
        int32_t o[3];
        const T *plane = x + wki_plane_of(i, w.out, o) * wki_volume(w.in);
        largest<T> best = { -(T)INFINITY, -1 };
        if (is_adaptive)
            adaptive(w, o, plane, best);
        else
            sliding(w, o, plane, best);
        y[i] = best.value;
        index[i] = best.at;
    }
}

template <class T> static void launch(const wki_queue *queue, const wki_pool_attrs *a, const wki_view *const *v)
{
    const int64_t n = wki_numel(v[0]);
    WKI_LAUNCH(pool_max<T>, wki_grid(n), WKI_THREADS, 0, queue, n, a->window, a->adaptive, (T *)v[0]->data,
               (int64_t *)v[1]->data, (const T *)v[2]->data);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_pool_attrs *a = (const wki_pool_attrs *)call->attrs;
    (call->views[0]->dtype == WK_F64 ? launch<double> : launch<float>)(queue, a, call->views);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(pool_max, NULL, run);
