/* Sets of dims and the shapes of what is reduced over them. */
#include "autograd/reduce.h"

bool wki_dims_ok(const char *where, const wk_tensor *t, int n, const int *dims, uint32_t *set)
{
    *set = 0;
    if (!dims) {
        *set = (1u << t->v.ndim) - 1;
        return true;
    }
    wki_check(n > 0, false, WK_E_INVALID, where, "no dims were named; NULL stands for all of %s", wki_show(&t->v));
    for (int i = 0; i < n; i++) {
        int dim = dims[i];
        if (!wki_dim_ok(where, n == 1 ? "dim" : "a dim", t->v.ndim, &dim)) return false;
        wki_check(!(*set >> dim & 1), false, WK_E_INVALID, where, "dim %d is named twice", dim);
        *set |= 1u << dim;
    }
    if (t->v.ndim == 0) *set = 0;
    return true;
}

bool wki_reduction_ok(const char *where, const wk_tensor *t, int n, const int *dims, wki_reduction *r)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_dims_ok(where, t, n, dims, &r->dims)) return false;
    r->from = wki_shape_of(t);
    r->number = 0;
    return true;
}

bool wki_not_empty(const char *where, const wk_tensor *t, uint32_t dims)
{
    for (int i = 0; i < t->v.ndim; i++)
        wki_check(!(dims >> i & 1) || t->v.size[i] > 0, false, WK_E_SHAPE, where,
                  "dim %d of %s has no elements; one at least is needed", i, wki_show(&t->v));
    return true;
}

int64_t wki_reduced_count(const wk_tensor *t, uint32_t dims)
{
    int64_t count = 1;
    for (int i = 0; i < t->v.ndim; i++)
        if (dims >> i & 1) count *= t->v.size[i];
    return count;
}

static wki_shape kept_shape(const wki_shape *from, uint32_t dims)
{
    wki_shape kept = *from;
    for (int i = 0; i < kept.ndim; i++)
        if (dims >> i & 1) kept.size[i] = 1;
    return kept;
}

wk_tensor *wki_reduced(const char *where, wk_tensor *t, wki_reduce_kind kind, uint32_t dims, double number,
                       bool keepdim, wk_dtype dtype)
{
    const wki_shape from = wki_shape_of(t);
    wki_shape kept = kept_shape(&from, dims);
    wk_tensor *y = wki_new(where, t->v.device, kept.ndim, kept.size, dtype);
    wki_reduce_attrs attrs = { kind, dims, number };
    const int64_t work = wki_numel(&t->v) * (kind >= WKI_LOGSUMEXP ? 8 : 1);
    if (!y || wki_do(WKI_OP_reduce, 1, WKI_VIEWS(&y->v, &t->v), &attrs, sizeof attrs, work)) return NULL;
    if (keepdim) return y;
    int n = 0;
    for (int i = 0; i < kept.ndim; i++)
        if (!(dims >> i & 1)) kept.size[n++] = kept.size[i];
    wki_view_set(&y->v, n, kept.size, dtype);
    return y;
}

wk_tensor *wki_kept_view(wk_tensor *y, const wki_reduction *r)
{
    const wki_shape kept = kept_shape(&r->from, r->dims);
    return wk_view(y, kept.ndim, kept.size);
}

static int listed(const wk_tensor *t, uint32_t set, int dims[WK_MAX_DIMS])
{
    int n = 0;
    for (int i = 0; t && i < t->v.ndim; i++)
        if (set >> i & 1) dims[n++] = i;
    return n;
}

wk_tensor *wki_sum_set(wk_tensor *t, uint32_t set)
{
    int dims[WK_MAX_DIMS], n = listed(t, set, dims);
    return n ? wk_sum_dims(t, n, dims, true) : t;
}

wk_tensor *wki_mean_set(wk_tensor *t, uint32_t set)
{
    int dims[WK_MAX_DIMS], n = listed(t, set, dims);
    return n ? wk_mean_dims(t, n, dims, true) : t;
}
