/* index: y[.., i, ..] = x[.., index[i], ..] along one dim. A unit is a row: one i at one place of the dims before it.
 */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "base/error.h"

static wki_walk before(const wki_call *call)
{
    return wki_walk_over(call->views, 2, (1u << ((const wki_dim_attrs *)call->attrs)->dim) - 1);
}

static wki_walk behind(const wki_call *call)
{
    const int dim = ((const wki_dim_attrs *)call->attrs)->dim;
    return wki_walk_over(call->views, 2, wki_all_dims(call->views[0]) & ~((2u << dim) - 1));
}

static int64_t units(const wki_call *call)
{
    return wki_numel(call->views[0]) == 0 ? 0 : before(call).count * wki_numel(call->views[2]);
}

static void copy_row(const wki_walk *w, size_t size, char *y, const char *x)
{
    wki_cursor c = { .at = { 0 } };
    for (int64_t n, i = 0; i < w->count; i += n) {
        n = w->size[w->ndim - 1];
        wki_copy_elements(n, size, y + c.at[0] * (int64_t)size, wki_walk_inner(w, 0), x + c.at[1] * (int64_t)size,
                          wki_walk_inner(w, 1));
        wki_cursor_move(w, &c, n);
    }
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1], *index = call->views[2];
    const int dim = ((const wki_dim_attrs *)call->attrs)->dim;
    const wki_walk rows = before(call), row = behind(call);
    const size_t size = wk_dtype_size((wk_dtype)y->dtype);
    const int64_t n = wki_numel(index), *numbers = index->data;
    for (int64_t u = begin; u < end; u++) {
        const int64_t i = u % n, from = numbers[i * index->stride[0]];
        wki_check(from >= 0 && from < x->size[dim], WK_E_RANGE, WK_E_RANGE, "index",
                  "index %lld at position %lld is outside dim %d of %s; expected 0 to %lld", (long long)from,
                  (long long)i, dim, wki_show(x), (long long)x->size[dim] - 1);
        const wki_cursor c = wki_cursor_at(&rows, u / n);
        copy_row(&row, size, (char *)y->data + (c.at[0] + i * y->stride[dim]) * (int64_t)size,
                 (const char *)x->data + (c.at[1] + from * x->stride[dim]) * (int64_t)size);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_index = { "index", units, NULL, run };
