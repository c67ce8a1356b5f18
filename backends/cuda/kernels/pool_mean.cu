/* pool_mean: the mean of each window, a window a thread, and the transpose of that: each element of the plane, a
 * thread, adds up what its windows give. */
#include "backends/cuda/kernels/pool.h"

/* ---- Means: columns of the window first, then these ---- */

template <class T> WKI_DEVICE T adaptive_mean(const wki_window &w, const int32_t o[3], const T *x)
{
    const wki_stretch depth = wki_adaptive_of(w, 0, o[0]), height = wki_adaptive_of(w, 1, o[1]);
    const wki_stretch width = wki_adaptive_of(w, 2, o[2]);
    T sum = 0;
    for (int64_t i = width.begin; i < width.end; i++) {
        T column = 0;
        for (int64_t d = depth.begin; d < depth.end; d++)
            for (int64_t h = height.begin; h < height.end; h++) column += x[(d * w.in[1] + h) * w.in[2] + i];
        sum += column;
    }
    return sum / (T)((depth.end - depth.begin) * (height.end - height.begin) * (width.end - width.begin));
}

/* What the sum of a window is divided by */
WKI_DEVICE int64_t divisor_of(const wki_pool_attrs &a, int64_t d, int64_t h, int64_t v)
{
    if (a.divisor) return a.divisor;
    const wki_window &w = a.window;
    return wki_extent(w, 0, d, a.include) * wki_extent(w, 1, h, a.include) * wki_extent(w, 2, v, a.include);
}

template <class T> WKI_DEVICE T sliding_mean(const wki_pool_attrs &a, const int32_t o[3], const T *x)
{
    int32_t tap[3];
    T sum = 0;
    for (tap[0] = 0; tap[0] < a.window.kernel[0]; tap[0]++)
        for (tap[1] = 0; tap[1] < a.window.kernel[1]; tap[1]++)
            for (tap[2] = 0; tap[2] < a.window.kernel[2]; tap[2]++) {
                const int64_t at = wki_seen(a.window, o, tap);
                if (at >= 0) sum += x[at];
            }
    return sum / (T)divisor_of(a, o[0], o[1], o[2]);
}

template <class T> static __global__ void mean(int64_t n, const wki_pool_attrs a, T *y, const T *x)
{
    WKI_BEGIN();
    WKI_EACH(i, n)
    {
        int32_t o[3];
        const T *plane = x + wki_plane_of(i, a.window.out, o) * wki_volume(a.window.in);
        y[i] = a.adaptive ? adaptive_mean(a.window, o, plane) : sliding_mean(a, o, plane);
    }
}

/* ---- The transpose, window after window in ascending order along depth and height ---- */

/* Adaptive windows that hold an element follow each other: the first of them is this one or the next. */
WKI_DEVICE int64_t first_adaptive(const wki_window &w, int d, int64_t at)
{
    int64_t o = wki_divided(at * w.out[d], w.in[d]);
    while (o > 0 && wki_adaptive_of(w, d, o - 1).end > at) o--;
    return o;
}

WKI_DEVICE bool holds(const wki_window &w, int d, int64_t o, int64_t at, int64_t *size)
{
    if (o >= w.out[d]) return false;
    const wki_stretch s = wki_adaptive_of(w, d, o);
    *size = s.end - s.begin;
    return s.begin <= at && at < s.end;
}

template <class T> WKI_DEVICE T adaptive_share(const wki_window &w, const int32_t at[3], const T *y)
{
    const int64_t first_d = first_adaptive(w, 0, at[0]), first_h = first_adaptive(w, 1, at[1]);
    const int64_t first_v = first_adaptive(w, 2, at[2]);
    int64_t depth, height, width;
    T sum = 0;
    for (int64_t d = first_d; holds(w, 0, d, at[0], &depth); d++)
        for (int64_t h = first_h; holds(w, 1, h, at[1], &height); h++) {
            T line = 0;
            for (int64_t v = first_v; holds(w, 2, v, at[2], &width); v++)
                line += y[(d * w.out[1] + h) * w.out[2] + v] / (T)(depth * height * width);
            sum += line;
        }
    return sum;
}

/* The last tap belongs to the first window. */
template <class T> WKI_DEVICE T sliding_share(const wki_pool_attrs &a, const int32_t at[3], const T *y)
{
    const wki_window &w = a.window;
    T sum = 0;
    for (int i = w.kernel[0] - 1; i >= 0; i--) {
        const int64_t d = wki_viewer1(w, 0, at[0], i);
        if (d < 0) continue;
        for (int j = w.kernel[1] - 1; j >= 0; j--) {
            const int64_t h = wki_viewer1(w, 1, at[1], j);
            if (h < 0) continue;
            for (int k = 0; k < w.kernel[2]; k++) {
                const int64_t v = wki_viewer1(w, 2, at[2], k);
                if (v >= 0) sum += y[(d * w.out[1] + h) * w.out[2] + v] / (T)divisor_of(a, d, h, v);
            }
        }
    }
    return sum;
}

template <class T> static __global__ void share(int64_t n, const wki_pool_attrs a, T *x, const T *y)
{
    WKI_BEGIN();
    WKI_EACH(i, n)
    {
        int32_t at[3];
        const T *plane = y + wki_plane_of(i, a.window.in, at) * wki_volume(a.window.out);
        x[i] = a.adaptive ? adaptive_share(a.window, at, plane) : sliding_share(a, at, plane);
    }
}

template <class T> static void launch(const wki_queue *queue, const wki_pool_attrs *a, const wki_view *const *v)
{
    const int64_t n = wki_numel(v[0]);
    void (*const kernel)(int64_t, const wki_pool_attrs, T *, const T *) = a->backward ? share<T> : mean<T>;
    WKI_LAUNCH(kernel, wki_grid(n), WKI_THREADS, 0, queue, n, *a, (T *)v[0]->data, (const T *)v[1]->data);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_pool_attrs *a = (const wki_pool_attrs *)call->attrs;
    (call->views[0]->dtype == WK_F64 ? launch<double> : launch<float>)(queue, a, call->views);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(pool_mean, NULL, run);
