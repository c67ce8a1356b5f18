/* dot: y = the sum over the last dim of a * b, by fused multiply-adds along fold.h's tree. */
#include "backends/cuda/kernels/fold.h"

template <typename real>
static __global__ void WKI_ROW_BOUNDS dot(const wki_lattice l, real *y, const real *left, const real *right, int64_t n,
                                          int64_t a_step, int64_t b_step)
{
    WKI_BEGIN();
    WKI_SHARED(double, shared, WKI_MOST_HALVES);
    const wki_team t = wki_team_of(n, shared);
    WKI_EACH_TURN(first, t, l.count)
    {
        const bool here = first + t.index < l.count;
        int64_t at[3];
        wki_places<3>(l, here ? first + t.index : first, at);
        const real *const a = left + at[1], *const b = right + at[2];
        const double sum = wki_row_sum<real>(
            t, n, [=](real lane, int64_t i) { return wki_fma_of(a[i * a_step], b[i * b_step], lane); });
        if (here && t.lane == 0 && t.half == 0) y[at[0]] = (real)sum;
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *y = call->views[0], *a = call->views[1], *b = call->views[2];
    const int64_t n = a->size[y->ndim], a_step = a->stride[y->ndim], b_step = b->stride[y->ndim];
    const wki_lattice l = wki_lattice_of(call->views, 3, wki_dims_of(y), false);
    (void)scratch;
    if (l.count == 0) return WK_OK;
    if (y->dtype == WK_F32)
        WKI_LAUNCH(dot<float>, wki_rows_grid(l.count, n), wki_rows_block(n), 0, queue, l, (float *)y->data,
                   (const float *)a->data, (const float *)b->data, n, a_step, b_step);
    else
        WKI_LAUNCH(dot<double>, wki_rows_grid(l.count, n), wki_rows_block(n), 0, queue, l, (double *)y->data,
                   (const double *)a->data, (const double *)b->data, n, a_step, b_step);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(dot, NULL, run);
