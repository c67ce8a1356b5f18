/* pool_pick: y = x[index] in each plane. An index outside, of a window of nothing, picks 0. */
#include "backends/cuda/kernels/kernel.h"

template <class T>
static __global__ void pick(int64_t n, int64_t windows, int64_t plane, T *y, const T *x, const int64_t *index)
{
    WKI_BEGIN();
    WKI_EACH(i, n)
    {
        const int64_t at = index[i];
        y[i] = (uint64_t)at < (uint64_t)plane ? x[wki_divided(i, windows) * plane + at] : (T)0;
    }
}

template <class T> static void launch(const wki_queue *queue, const wki_view *const *v)
{
    const int64_t n = wki_numel(v[0]);
    WKI_LAUNCH(pick<T>, wki_grid(n), WKI_THREADS, 0, queue, n, v[0]->size[1], v[1]->size[1], (T *)v[0]->data,
               (const T *)v[1]->data, (const int64_t *)v[2]->data);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    (call->views[0]->dtype == WK_F64 ? launch<double> : launch<float>)(queue, call->views);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(pool_pick, NULL, run);
