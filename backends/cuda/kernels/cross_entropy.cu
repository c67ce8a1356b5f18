/* cross_entropy: losses [n], prob [n, c] -> logits [n, c], target [n]. The loss of a row is log sum exp(x - top) -
 * (x[target] - top); the probabilities are kept for the gradient. */
#include "backends/cuda/kernels/softmax.h"

typedef struct entropy_args {
    void *loss, *prob;
    const void *x;
    const int64_t *target;
    int64_t rows, n, loss_step, prob_step[2], x_step[2], target_step;
    wki_cuda_fault *fault;
    int op;
} entropy_args;

template <typename real> static __global__ void WKI_ROW_BOUNDS losses(const entropy_args a)
{
    WKI_BEGIN();
    WKI_SHARED(double, shared, WKI_MOST_HALVES);
    const wki_team t = wki_team_of(a.n, shared);
    WKI_EACH_TURN(first, t, a.rows)
    {
        wki_softmax_row<real> r;
        r.here = first + t.index < a.rows;
        const int64_t row = r.here ? first + t.index : first;
        r.x = (const real *)a.x + row * a.x_step[0];
        r.y = (real *)a.prob + row * a.prob_step[0];
        r.n = a.n;
        r.x_step = a.x_step[1];
        r.y_step = a.prob_step[1];
        r.log = false;
        wki_softmax(t, r);
        if (!r.here || t.lane != 0 || t.half != 0) continue;
        const int64_t label = a.target[row * a.target_step];
        const bool is_class = label >= 0 && label < a.n;
        if (!is_class && !WKI_FAULT(124)) wki_out_of_range(a.fault, a.op, label, 0, a.n - 1);
        ((real *)a.loss)[row * a.loss_step] = is_class ? r.rest - (r.x[label * r.x_step] - r.top) : 0;
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *loss = call->views[0], *prob = call->views[1], *x = call->views[2], *target = call->views[3];
    const entropy_args a = { loss->data,
                             prob->data,
                             x->data,
                             (const int64_t *)target->data,
                             x->size[0],
                             x->size[1],
                             loss->stride[0],
                             { prob->stride[0], prob->stride[1] },
                             { x->stride[0], x->stride[1] },
                             target->stride[0],
                             queue->fault,
                             call->op };
    (void)scratch;
    if (a.rows == 0) return WK_OK;
    void (*const kernel)(const entropy_args) = x->dtype == WK_F32 ? losses<float> : losses<double>;
    WKI_LAUNCH(kernel, wki_rows_grid(a.rows, a.n), wki_rows_block(a.n), 0, queue, a);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(cross_entropy, NULL, run);
