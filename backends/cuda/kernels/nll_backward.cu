/* nll_backward: d [n, classes, inner] -> g [n, inner], target, weight: d[.., target, ..] = -weight[target] g, the rest
 * 0. */
#include "backends/cuda/kernels/kernel.h"

typedef struct nll_args {
    void *d;
    const void *g, *weight; /* weight: or NULL */
    const int64_t *target;
    int64_t all, classes, inner, ignore;
} nll_args;

template <typename real> static __global__ void slopes(const nll_args a)
{
    WKI_BEGIN();
    const real *const weight = (const real *)a.weight, *const g = (const real *)a.g;
    WKI_EACH(i, a.all)
    {
        const int64_t rest = i / a.inner, one = rest / a.classes * a.inner + i % a.inner, label = a.target[one];
        const bool hit = label == rest % a.classes && label != a.ignore;
        ((real *)a.d)[i] = hit ? -(weight ? weight[label] : 1) * g[one] : 0;
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_nll_attrs *attrs = (const wki_nll_attrs *)call->attrs;
    const wki_view *d = call->views[0];
    const nll_args a = { d->data,
                         call->views[1]->data,
                         attrs->weight ? call->views[3]->data : NULL,
                         (const int64_t *)call->views[2]->data,
                         wki_numel(d),
                         d->size[1],
                         d->size[2],
                         attrs->ignore };
    void (*const kernel)(const nll_args) = d->dtype == WK_F32 ? slopes<float> : slopes<double>;
    (void)scratch;
    if (a.all == 0) return WK_OK;
    WKI_LAUNCH(kernel, wki_grid(a.all), WKI_THREADS, 0, queue, a);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(nll_backward, NULL, run);
