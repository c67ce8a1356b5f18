/* unfold: what each window of a plane sees, as columns: those of a convolution. */
#include "backends/cuda/kernels/columns.h"

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1];
    const wki_columns columns = wki_all_columns(call->attrs, x, y);
    wki_unfold_columns(queue, call->attrs, (wk_dtype)x->dtype, &columns, x->data);
    return wki_launched(queue, call);
}

const wki_cuda_kernel wki_cuda_unfold = { NULL, run, NULL };
