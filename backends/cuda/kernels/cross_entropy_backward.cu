/* cross_entropy_backward: d [n, c] -> g [], prob, target; d = scale * g * (prob - onehot(target)). */
#include "backends/cuda/kernels/kernel.h"

/* target has stride 0 along the classes */
template <typename real>
static __global__ void slopes(const wki_lattice l, real *d, const real *g, const real *prob, const int64_t *target,
                              int64_t classes, double scale)
{
    WKI_BEGIN();
    const real k = (real)(scale * (double)*g);
    WKI_EACH(i, l.count)
    {
        int64_t at[3];
        wki_places<3>(l, i, at);
        const real p = prob[at[1]];
        d[at[0]] = target[at[2]] == i % classes ? k * (p - 1) : k * p;
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *d = call->views[0], *g = call->views[1], *prob = call->views[2], *target = call->views[3];
    const double scale = ((const wki_scale_attrs *)call->attrs)->scale;
    wki_view label = *target;
    label.ndim = 2;
    label.size[1] = d->size[1];
    label.stride[1] = 0;
    const wki_view *const views[] = { d, prob, &label };
    const wki_lattice l = wki_lattice_of(views, 3, wki_dims_of(d), false);
    (void)scratch;
    if (l.count == 0) return WK_OK;
    if (d->dtype == WK_F32)
        WKI_LAUNCH(slopes<float>, wki_grid(l.count), WKI_THREADS, 0, queue, l, (float *)d->data, (const float *)g->data,
                   (const float *)prob->data, (const int64_t *)target->data, d->size[1], scale);
    else
        WKI_LAUNCH(slopes<double>, wki_grid(l.count), WKI_THREADS, 0, queue, l, (double *)d->data,
                   (const double *)g->data, (const double *)prob->data, (const int64_t *)target->data, d->size[1],
                   scale);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(cross_entropy_backward, NULL, run);
