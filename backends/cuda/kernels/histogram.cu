/* histogram: how many elements, or what weight of them, lie in each of equal parts of a range. */
#include "backends/cuda/kernels/bins.h"

template <class T> struct reals {
    const T *x, *edges; /* edges: or NULL */
    int64_t step, edge_step, bins;
    double low, high;
};

/* The part that x lies in by division; with edges, settled by those at hand. */
template <class T> WKI_DEVICE int64_t bin_at(const reals<T> &r, int64_t i)
{
    const T x = r.x[i * r.step], low = (T)r.low, high = (T)r.high;
    if (!((double)x >= r.low && (double)x <= r.high)) return r.bins;
    const T share = (x - low) / (high - low) * (T)r.bins;
    /* NaN where the range is too wide for its own width: the first part */
    const int64_t bin = !(share > 0) ? 0 : (double)share >= (double)r.bins ? r.bins - 1 : (int64_t)share;
    if (!r.edges) return bin;
    if (bin > 0 && x < r.edges[bin * r.edge_step]) return bin - 1;
    return bin + 1 < r.bins && x >= r.edges[(bin + 1) * r.edge_step] ? bin + 1 : bin;
}

static const wki_view *weight_of(const wki_call *call)
{
    const int at = 2 + ((const wki_histogram_attrs *)call->attrs)->edges;
    return call->nviews > at ? call->views[at] : NULL;
}

static size_t scratch_bytes(const wki_call *call)
{
    return wki_bins_bytes(call->views[1]->size[0], call->views[0]->size[0], weight_of(call) != NULL);
}

template <class T> static wk_status fill(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_histogram_attrs *a = (const wki_histogram_attrs *)call->attrs;
    const wki_view *x = call->views[1], *edges = a->edges ? call->views[2] : NULL;
    const reals<T> r = { (const T *)x->data,
                         edges ? (const T *)edges->data : NULL,
                         x->stride[0],
                         edges ? edges->stride[0] : 0,
                         call->views[0]->size[0],
                         a->low,
                         a->high };
    return wki_fill_bins(queue, call, x->size[0], &r, weight_of(call), scratch);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    return (call->views[0]->dtype == WK_F64 ? fill<double> : fill<float>)(queue, call, scratch);
}

WKI_CUDA_KERNEL(histogram, scratch_bytes, run);
