/* bucket: between which of the ascending edges of its row an element lies, by halving. */
#include "backends/cuda/kernels/kernel.h"

typedef struct rows {
    int64_t count, n, m; /* of all elements, of a row's elements, of its edges */
    int64_t y[2], x[2], edge[2];
    int kind;
} rows;

template <class T> static __global__ void bucket(const rows r, int64_t *y, const T *x, const T *edges)
{
    WKI_BEGIN();
    WKI_EACH(i, r.count)
    {
        const int64_t row = wki_divided(i, r.n), column = i - row * r.n, step = r.edge[1];
        const T value = x[row * r.x[0] + column * r.x[1]], *const edge = edges + row * r.edge[0];
        const bool parts = r.kind == WKI_BUCKET_PART;
        const bool outside = parts && !(value >= edge[0] && value <= edge[(r.m - 1) * step]);
        int64_t low = 0, high = outside ? 0 : r.m;
        while (low < high) {
            const int64_t middle = low + (high - low) / 2;
            const T at = edge[middle * step];
            if (r.kind == WKI_BUCKET_BELOW ? at >= value : at > value)
                high = middle;
            else
                low = middle + 1;
        }
        if (parts) low = outside ? r.m - 1 : low - 1 < r.m - 2 ? low - 1 : r.m - 2;
        y[row * r.y[0] + column * r.y[1]] = low;
    }
}

template <class T>
static void launch(const wki_queue *queue, const rows &r, const wki_view *y, const wki_view *x, const wki_view *edges)
{
    WKI_LAUNCH(bucket<T>, wki_grid(r.count), WKI_THREADS, 0, queue, r, (int64_t *)y->data, (const T *)x->data,
               (const T *)edges->data);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1], *edges = call->views[2];
    const rows r = { wki_numel(y),
                     y->size[1],
                     edges->size[1],
                     { y->stride[0], y->stride[1] },
                     { x->stride[0], x->stride[1] },
                     { edges->stride[0], edges->stride[1] },
                     ((const wki_bucket_attrs *)call->attrs)->kind };
    if (r.count == 0) return WK_OK;
    if (x->dtype == WK_F64)
        launch<double>(queue, r, y, x, edges);
    else if (x->dtype == WK_F32)
        launch<float>(queue, r, y, x, edges);
    else
        launch<int64_t>(queue, r, y, x, edges);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(bucket, NULL, run);
