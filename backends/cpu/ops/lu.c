/* lu: factors of each matrix, its rows in the order of the pivots. A unit is a matrix. */
#include "backends/cpu/factor.h"
#include "backends/cpu/walk.h"

static int64_t units(const wki_call *call) { return wki_numel(call->views[2]); }

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *y = call->views[0], *order = call->views[1], *sign = call->views[2], *x = call->views[3];
    const int row = y->ndim - 2, column = y->ndim - 1;
    const int64_t n = y->size[row], size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    const wki_walk w = wki_walk_over((const wki_view *[]){ y, x }, 2, (1u << row) - 1);
    const wki_factors *f = wki_factors_for(wki_isa(), (wk_dtype)y->dtype);
    (void)scratch;
    for (int64_t u = begin; u < end; u++) {
        const wki_cursor c = wki_cursor_at(&w, u);
        char *to = (char *)y->data + c.at[0] * size;
        const char *from = (const char *)x->data + c.at[1] * size;
        for (int64_t i = 0; i < n; i++)
            wki_copy_elements(n, (size_t)size, to + i * n * size, 1, from + i * x->stride[row] * size,
                              x->stride[column]);
        f->lu(n, to, (int64_t *)order->data + u * n, (char *)sign->data + u * size);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_lu = { "lu", units, NULL, run };
