/* bucket: between which of the ascending edges an element lies, by halving. */
#include "backends/cuda/kernels/kernel.h"

typedef struct steps {
    int64_t y, x, edge;
} steps;

template <class T>
static __global__ void bucket(int64_t n, int64_t parts, const steps step, int64_t *y, const T *x, const T *edges)
{
    WKI_BEGIN();
    WKI_EACH(i, n)
    {
        const T value = x[i * step.x];
        int64_t low = 0, high = parts;
        const bool inside = value >= edges[0] && value <= edges[parts * step.edge];
        while (inside && high - low > 1) {
            const int64_t middle = low + (high - low) / 2;
            if (value >= edges[middle * step.edge])
                low = middle;
            else
                high = middle;
        }
        y[i * step.y] = inside ? low : parts;
    }
}

template <class T>
static void launch(const wki_queue *queue, const wki_view *y, const wki_view *x, const wki_view *edges)
{
    const steps step = { y->stride[0], x->stride[0], edges->stride[0] };
    WKI_LAUNCH(bucket<T>, wki_grid(y->size[0]), WKI_THREADS, 0, queue, y->size[0], edges->size[0] - 1, step,
               (int64_t *)y->data, (const T *)x->data, (const T *)edges->data);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1], *edges = call->views[2];
    if (x->dtype == WK_F64)
        launch<double>(queue, y, x, edges);
    else
        launch<float>(queue, y, x, edges);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(bucket, NULL, run);
