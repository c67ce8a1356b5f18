/* triangular: x with a x = b, a being triangular. A unit is a block of columns of one matrix. */
#include "backends/cpu/factor.h"
#include "backends/cpu/walk.h"
#include "base/fault.h"

static int64_t blocks(const wki_view *y) { return wki_blocks(y->size[y->ndim - 1], WKI_COLUMNS); }

static int64_t units(const wki_call *call)
{
    const wki_view *y = call->views[0];
    return wki_numel(y) ? wki_numel(y) / (y->size[y->ndim - 2] * y->size[y->ndim - 1]) * blocks(y) : 0;
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *y = call->views[0], *a = call->views[1], *b = call->views[2];
    const wki_triangular_attrs *attrs = call->attrs;
    const int row = y->ndim - 2, column = y->ndim - 1;
    const int64_t n = y->size[row], width = y->size[column], size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    const wki_walk w = wki_walk_over(call->views, 3, (1u << row) - 1);
    const wki_factors *f = wki_factors_for(wki_isa(), (wk_dtype)y->dtype);
    (void)scratch;
    for (int64_t u = begin; u < end; u++) {
        const wki_cursor c = wki_cursor_at(&w, u / blocks(y));
        const int64_t first = WKI_FAULT(240) ? 0 : u % blocks(y) * WKI_COLUMNS;
        const int64_t columns = wki_least(width - first, WKI_COLUMNS);
        char *to = (char *)y->data + (c.at[0] + first) * size;
        const char *from = (const char *)b->data + (c.at[2] + first * b->stride[column]) * size;
        for (int64_t i = 0; i < n; i++)
            wki_copy_elements(columns, (size_t)size, to + i * width * size, 1, from + i * b->stride[row] * size,
                              b->stride[column]);
        f->solve(n, columns, to, width, (const char *)a->data + c.at[1] * size, a->stride[row], a->stride[column],
                 attrs->upper, attrs->unit);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_triangular = { "triangular", units, NULL, run };
