/* resample: sums of a few elements along one dim, an element a thread, and the transpose of that: each element of x
 * adds up what those of y that see it give, in ascending order. Taps are counted when compiled, so that they stay in
 * registers. */
#include "backends/cuda/kernels/kernel.h"
#include "backends/resample.h"

WKI_DEVICE wki_taps_f32 see(const wki_resample_attrs &a, int64_t i, float) { return wki_see_f32(&a, i); }
WKI_DEVICE wki_taps_f64 see(const wki_resample_attrs &a, int64_t i, double) { return wki_see_f64(&a, i); }

template <typename T>
static __global__ void take(int64_t n, int64_t inner, const wki_resample_attrs a, T *y, const T *x)
{
    WKI_BEGIN();
    const int taps = wki_taps_of(a.mode);
    WKI_EACH(number, n)
    {
        const int64_t line = wki_divided(number, inner), outer = wki_divided(line, a.out);
        const T *const from = x + outer * a.in * inner + (number - line * inner);
        const auto seen = see(a, line - outer * a.out, (T)0);
        T sum = seen.weight[0] * from[seen.at[0] * inner];
        WKI_UNROLL for (int k = 1; k < WKI_TAPS; k++) if (k < taps) sum += seen.weight[k] * from[seen.at[k] * inner];
        y[number] = sum;
    }
}

/* the first element of y whose last tap is at `at` or behind it: taps never go back */
template <typename T> WKI_DEVICE int64_t first_viewer(const wki_resample_attrs &a, int taps, int64_t at)
{
    int64_t low = 0, high = a.out;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        const auto seen = see(a, middle, (T)0);
        const int64_t last = taps == WKI_TAPS ? seen.at[WKI_TAPS - 1] : taps == 2 ? seen.at[1] : seen.at[0];
        if (last < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

template <typename T>
static __global__ void give(int64_t n, int64_t inner, const wki_resample_attrs a, T *x, const T *y)
{
    WKI_BEGIN();
    const int taps = wki_taps_of(a.mode);
    WKI_EACH(number, n)
    {
        const int64_t line = wki_divided(number, inner), outer = wki_divided(line, a.in), at = line - outer * a.in;
        const T *const from = y + outer * a.out * inner + (number - line * inner);
        bool any = false;
        T sum = 0;
        for (int64_t i = first_viewer<T>(a, taps, at); i < a.out; i++) {
            const auto seen = see(a, i, (T)0);
            if (seen.at[0] > at) break;
            WKI_UNROLL for (int k = 0; k < WKI_TAPS; k++)
            {
                if (k >= taps || seen.at[k] != at) continue;
                const T part = seen.weight[k] * from[i * inner];
                sum = any ? sum + part : part;
                any = true;
            }
        }
        x[number] = sum;
    }
}

template <typename T> static void launch(const wki_queue *queue, const wki_resample_attrs *a, const wki_view *const *v)
{
    const int64_t n = wki_numel(v[0]);
    int64_t inner = 1;
    for (int d = a->dim + 1; d < v[0]->ndim; d++) inner *= v[0]->size[d];
    void (*const kernel)(int64_t, int64_t, const wki_resample_attrs, T *, const T *) = a->back ? give<T> : take<T>;
    WKI_LAUNCH(kernel, wki_grid(n), WKI_THREADS, 0, queue, n, inner, *a, (T *)v[0]->data, (const T *)v[1]->data);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_resample_attrs *a = (const wki_resample_attrs *)call->attrs;
    (call->views[0]->dtype == WK_F64 ? launch<double> : launch<float>)(queue, a, call->views);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(resample, NULL, run);
