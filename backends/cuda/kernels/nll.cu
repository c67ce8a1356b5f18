/* nll: losses, counts [n, inner] -> logp [n, classes, inner], target, weight. INT64_MIN ignores nothing. */
#include "backends/cuda/kernels/kernel.h"

typedef struct nll_args {
    void *loss, *count;
    const void *logp, *weight; /* weight: or NULL */
    const int64_t *target;
    int64_t all, classes, inner, ignore;
    wki_cuda_fault *fault;
    int op;
} nll_args;

template <typename real> static __global__ void losses(const nll_args a)
{
    WKI_BEGIN();
    const real *const weight = (const real *)a.weight, *const logp = (const real *)a.logp;
    WKI_EACH(i, a.all)
    {
        const int64_t label = a.target[i];
        const bool ignored = label == a.ignore, is_class = label >= 0 && label < a.classes;
        if (!is_class && (!ignored || a.ignore == INT64_MIN)) wki_out_of_range(a.fault, a.op, label, 0, a.classes - 1);
        const bool counts = is_class && !ignored;
        const real one = !counts ? 0 : weight ? weight[label] : 1;
        ((real *)a.count)[i] = one;
        ((real *)a.loss)[i] = counts ? -one * logp[(i / a.inner * a.classes + label) * a.inner + i % a.inner] : 0;
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_nll_attrs *attrs = (const wki_nll_attrs *)call->attrs;
    const wki_view *logp = call->views[2];
    const nll_args a = { call->views[0]->data,
                         call->views[1]->data,
                         logp->data,
                         attrs->weight ? call->views[4]->data : NULL,
                         (const int64_t *)call->views[3]->data,
                         wki_numel(call->views[0]),
                         logp->size[1],
                         logp->size[2],
                         attrs->ignore,
                         queue->fault,
                         call->op };
    void (*const kernel)(const nll_args) = logp->dtype == WK_F32 ? losses<float> : losses<double>;
    (void)scratch;
    if (a.all == 0) return WK_OK;
    WKI_LAUNCH(kernel, wki_grid(a.all), WKI_THREADS, 0, queue, a);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(nll, NULL, run);
