/* The kernel of all elementwise rows: finds the one for the call's dtype. Rests on rows_f32.cu and its like. */
#include "backends/cuda/kernels/row.h"

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    static wki_row_table_of *const tables[WK_DTYPE_COUNT] = {
        wki_cuda_rows_f32, wki_cuda_rows_f64, wki_cuda_rows_i64,
        wki_cuda_rows_i32, wki_cuda_rows_u8,  wki_cuda_rows_truth
    };
    static const wki_row_attrs none = { 0, 0, 0 };
    const wki_row_attrs *attrs = call->attrs ? (const wki_row_attrs *)call->attrs : &none;
    const wk_dtype dtype = (wk_dtype)call->views[call->nviews - 1]->dtype;
    int together = 1;
    (void)scratch;
    wki_row_kernel *const kernel = tables[dtype](&together)[call->op].of[attrs->slope];
    if (!kernel)
        return wki_fail(WK_E_DTYPE, wki_op_name(call->op), "no %s for this dtype on cuda",
                        attrs->slope ? "derivative" : "kernel");
    wki_row_args r = {
        wki_lattice_of(call->views, call->nviews, wki_dims_of(call->views[0]), true), {}, attrs->s, attrs->t
    };
    for (int i = 0; i < call->nviews; i++) r.data[i] = call->views[i]->data;
    if (r.places.count == 0) return WK_OK;
    WKI_LAUNCH(kernel, wki_grid(r.places.flat ? (r.places.count - 1) / together + 1 : r.places.count), WKI_THREADS, 0,
               queue, r);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(row, NULL, run);
