/* fold: columns added where unfold found them, tap after tap. */
#include "backends/cuda/kernels/columns.h"

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_view *x = call->views[0], *y = call->views[1];
    const wki_columns columns = wki_all_columns(call->attrs, x, y);
    wki_fold_columns(queue, call->attrs, (wk_dtype)x->dtype, &columns, x->data, false);
    return wki_launched(queue, call);
}

const wki_cuda_kernel wki_cuda_fold = { NULL, run, NULL };
