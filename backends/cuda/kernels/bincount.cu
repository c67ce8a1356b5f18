/* bincount: how often each of the integers 0, 1, ... occurs, or the sum of the weights given with it. */
#include "backends/cuda/kernels/bins.h"

typedef struct integers {
    const int64_t *x;
    int64_t step, bins;
    wki_cuda_fault *fault;
} integers;

WKI_DEVICE int64_t bin_at(const integers &n, int64_t i)
{
    const int64_t k = n.x[i * n.step];
    if ((uint64_t)k < (uint64_t)n.bins) return k;
    wki_out_of_range(n.fault, WKI_OP_bincount, k, 0, k < 0 && !WKI_FAULT(182) ? INT64_MAX : n.bins - 1);
    return n.bins;
}

static size_t scratch_bytes(const wki_call *call)
{
    return wki_bins_bytes(call->views[1]->size[0], call->views[0]->size[0], call->nviews > 2);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *x = call->views[1];
    const integers n = { (const int64_t *)x->data, x->stride[0], call->views[0]->size[0], queue->fault };
    return wki_fill_bins(queue, call, x->size[0], &n, call->nviews > 2 ? call->views[2] : NULL, scratch);
}

WKI_CUDA_KERNEL(bincount, scratch_bytes, run);
