/* Reductions over any set of dims: sums and means, largest and smallest. The order of summation is the kernel's, fixed
 * by shape. */
#include "autograd/op.h"
#include <math.h>

typedef struct reduce_attrs {
    wki_shape from;
    uint32_t dims;
    double scale;
} reduce_attrs;

/* ---- sum and mean ---- */
static wk_status sum_backward(wki_backward *b, wk_tensor **d)
{
    const reduce_attrs *a = wki_attrs(b);
    wki_shape kept = a->from;
    for (int i = 0; i < kept.ndim; i++)
        if (a->dims >> i & 1) kept.size[i] = 1;
    wk_tensor *g = wk_view(b->g, kept.ndim, kept.size);
    if (a->scale != 1) g = wk_mul_scalar(g, a->scale);
    d[0] = wk_expand(g, a->from.ndim, a->from.size);
    return WK_OK;
}

static wk_tensor *sample_sum(wk_tensor *const *in) { return wk_sum(wk_square(in[0])); }
static wk_tensor *sample_mean_dim(wk_tensor *const *in) { return wk_square(wk_mean_dim(in[0], 1, false)); }
static wk_tensor *sample_sum_dims(wk_tensor *const *in)
{
    return wk_square(wk_sum_dims(in[0], 2, (int[]){ 0, 2 }, true));
}
static const wki_sample sum_samples[] = { { sample_sum, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                          { sample_mean_dim, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                          { sample_sum_dims, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                          { 0 } };
static const wki_opdef sum_op = { "sum", sum_backward, sum_samples };

/* The call itself: y keeps the reduced dims as size 1, then loses them unless keepdim. */
static wk_tensor *reduced(const char *where, wk_tensor *t, wki_reduce_kind kind, uint32_t dims, double scale,
                          bool keepdim, wk_dtype dtype)
{
    wki_shape kept = wki_shape_of(t);
    for (int i = 0; i < kept.ndim; i++)
        if (dims >> i & 1) kept.size[i] = 1;
    wk_tensor *y = wki_new(where, t->v.device, kept.ndim, kept.size, dtype);
    wki_reduce_attrs attrs = { kind, dims, scale };
    if (!y || wki_do(WKI_OP_reduce, 1, WKI_VIEWS(&y->v, &t->v), &attrs, sizeof attrs, wki_numel(&t->v))) return NULL;
    if (keepdim) return y;
    int n = 0;
    for (int i = 0; i < kept.ndim; i++)
        if (!(dims >> i & 1)) kept.size[n++] = kept.size[i];
    wki_view_set(&y->v, n, kept.size, dtype);
    return y;
}

static wk_tensor *sum_or_mean(const char *where, wk_tensor *t, uint32_t dims, bool mean, bool keepdim)
{
    if (mean && !wki_float_ok(t, where, "t")) return NULL;
    double count = 1;
    for (int i = 0; i < t->v.ndim; i++)
        if (dims >> i & 1) count *= (double)t->v.size[i];
    reduce_attrs attrs = { wki_shape_of(t), dims, mean ? 1 / count : 1 };
    wk_dtype dtype = wki_is_float((wk_dtype)t->v.dtype) ? (wk_dtype)t->v.dtype : WK_I64;
    wk_tensor *y = reduced(where, t, WKI_SUM, dims, attrs.scale, keepdim, dtype);
    if (y && wki_wants_grad(1, &t) && !wki_record(&sum_op, y, 1, &t, &attrs, sizeof attrs)) return NULL;
    return y;
}

static uint32_t all_dims(const wk_tensor *t) { return (1u << t->v.ndim) - 1; }

wk_tensor *wk_sum(wk_tensor *t)
{
    return wki_tensor_ok(t, "sum", "t") ? sum_or_mean("sum", t, all_dims(t), false, false) : NULL;
}

wk_tensor *wk_mean(wk_tensor *t)
{
    return wki_tensor_ok(t, "mean", "t") ? sum_or_mean("mean", t, all_dims(t), true, false) : NULL;
}

static bool one_dim(const char *where, const wk_tensor *t, int *dim, uint32_t *dims)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_dim_ok(where, "dim", t->v.ndim, dim)) return false;
    *dims = t->v.ndim ? 1u << *dim : 0;
    return true;
}

wk_tensor *wk_sum_dim(wk_tensor *t, int dim, bool keepdim)
{
    uint32_t dims;
    return one_dim("sum_dim", t, &dim, &dims) ? sum_or_mean("sum_dim", t, dims, false, keepdim) : NULL;
}

wk_tensor *wk_mean_dim(wk_tensor *t, int dim, bool keepdim)
{
    uint32_t dims;
    return one_dim("mean_dim", t, &dim, &dims) ? sum_or_mean("mean_dim", t, dims, true, keepdim) : NULL;
}

wk_tensor *wk_sum_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    if (!wki_tensor_ok(t, "sum_dims", "t")) return NULL;
    wki_check(n > 0 && dims, NULL, WK_E_INVALID, "sum_dims", "no dims were named; wk_sum adds up all");
    uint32_t set = 0;
    for (int i = 0; i < n; i++) {
        int dim = dims[i];
        if (!wki_dim_ok("sum_dims", "a dim", t->v.ndim, &dim)) return NULL;
        wki_check(!(set >> dim & 1), NULL, WK_E_INVALID, "sum_dims", "dim %d is named twice", dim);
        set |= 1u << dim;
    }
    return sum_or_mean("sum_dims", t, t->v.ndim ? set : 0, false, keepdim);
}

/* ---- amax and amin: equal extremes share the gradient ---- */
static wk_status extreme_backward(wki_backward *b, wk_tensor **d)
{
    const reduce_attrs *a = wki_attrs(b);
    wk_tensor *x = wki_saved_at(b, 0), *y = wki_saved_at(b, 1);
    if (!x || !y) return wk_error();
    wki_shape kept = a->from;
    for (int i = 0; i < kept.ndim; i++)
        if (a->dims >> i & 1) kept.size[i] = 1;
    wk_tensor *hit = wk_to(wk_eq(x, wk_view(wk_detach(y), kept.ndim, kept.size)), (wk_dtype)x->v.dtype);
    int dims[WK_MAX_DIMS], n = 0;
    for (int i = 0; i < kept.ndim; i++)
        if (a->dims >> i & 1) dims[n++] = i;
    wk_tensor *share = n ? wk_div(hit, wk_sum_dims(hit, n, dims, true)) : hit;
    d[0] = wk_mul(share, wk_view(b->g, kept.ndim, kept.size));
    return WK_OK;
}

static wk_tensor *sample_amax(wk_tensor *const *in) { return wk_square(wk_amax(in[0], 1, false)); }
static wk_tensor *sample_amin(wk_tensor *const *in) { return wk_square(wk_amin(in[0], 0, true)); }
static const wki_sample amax_samples[] = { { sample_amax, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_sample amin_samples[] = { { sample_amin, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef amax_op = { "amax", extreme_backward, amax_samples };
static const wki_opdef amin_op = { "amin", extreme_backward, amin_samples };

static wk_tensor *extreme(const wki_opdef *op, wk_tensor *t, wki_reduce_kind kind, int dim, bool keepdim)
{
    reduce_attrs attrs = { .scale = 1 };
    if (!one_dim(op->name, t, &dim, &attrs.dims)) return NULL;
    wki_check(t->v.ndim == 0 || t->v.size[dim] > 0, NULL, WK_E_SHAPE, op->name, "dim %d of %s has no elements", dim,
              wki_show(&t->v));
    attrs.from = wki_shape_of(t);
    wk_tensor *y = reduced(op->name, t, kind, attrs.dims, 1, keepdim, (wk_dtype)t->v.dtype);
    if (!y || !wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(op, y, 1, &t, &attrs, sizeof attrs);
    wki_save(node, t);
    wki_save_output(node, y);
    return node ? y : NULL;
}

wk_tensor *wk_amax(wk_tensor *t, int dim, bool keepdim) { return extreme(&amax_op, t, WKI_AMAX, dim, keepdim); }
wk_tensor *wk_amin(wk_tensor *t, int dim, bool keepdim) { return extreme(&amin_op, t, WKI_AMIN, dim, keepdim); }

wk_tensor *wk_argmax(wk_tensor *t, int dim, bool keepdim)
{
    uint32_t dims;
    if (!one_dim("argmax", t, &dim, &dims)) return NULL;
    wki_check(t->v.ndim == 0 || t->v.size[dim] > 0, NULL, WK_E_SHAPE, "argmax", "dim %d of %s has no elements", dim,
              wki_show(&t->v));
    if (t->v.ndim == 0) return wk_zeros(WK_SCALAR, WK_I64);
    wki_shape kept = wki_shape_of(t);
    kept.size[dim] = 1;
    wk_tensor *y = wki_new("argmax", t->v.device, kept.ndim, kept.size, WK_I64);
    wki_dim_attrs attrs = { dim };
    if (!y || wki_do(WKI_OP_argmax, 1, WKI_VIEWS(&y->v, &t->v), &attrs, sizeof attrs, wki_numel(&t->v))) return NULL;
    return keepdim ? y : wk_squeeze(y, dim);
}

const wki_family wki_family_reduce = { &sum_op, &amax_op, &amin_op, NULL };
