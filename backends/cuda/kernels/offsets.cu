/* offsets: where in memory the elements lie that several index tensors point to together, y = sum of index_k *
 * stride_k. What is out of range counts as 0. */
#include "backends/cuda/kernels/kernel.h"

enum { MOST = WKI_OPERANDS - 1 };

typedef struct indices {
    wki_lattice l; /* y, then each index */
    const int64_t *of[MOST];
    int64_t size[MOST], stride[MOST];
    wki_cuda_fault *fault;
} indices;

template <int n> static __global__ void offsets(const indices x, int64_t *y)
{
    WKI_BEGIN();
    WKI_EACH(i, x.l.count)
    {
        int64_t at[n + 1], sum = 0;
        wki_places<n + 1>(x.l, i, at);
        for (int k = 0; k < n; k++) {
            const int64_t index = x.of[k] ? x.of[k][at[k + 1]] : 0, size = x.size[k];
            if (index >= -size && index < size)
                sum += (index < 0 ? index + size : index) * x.stride[k];
            else if (x.of[k])
                wki_out_of_range(x.fault, WKI_OP_offsets, index, -size, size - 1);
        }
        y[at[0]] = sum;
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_offsets_attrs *attrs = (const wki_offsets_attrs *)call->attrs;
    const int n = call->nviews - 1;
    int64_t *y = (int64_t *)call->views[0]->data;
    indices x;
    x.l = wki_lattice_of(call->views, call->nviews, wki_dims_of(call->views[0]), true);
    x.fault = queue->fault;
    for (int k = 0; k < MOST; k++) {
        x.of[k] = k < n ? (const int64_t *)call->views[k + 1]->data : NULL;
        x.size[k] = attrs->size[k];
        x.stride[k] = attrs->stride[k];
    }
    void (*const kernel)(const indices, int64_t *) = n == 1   ? offsets<1>
                                                     : n == 2 ? offsets<2>
                                                     : n == 3 ? offsets<3>
                                                              : offsets<MOST>;
    WKI_LAUNCH(kernel, wki_grid(x.l.count), WKI_THREADS, 0, queue, x, y);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(offsets, NULL, run);
