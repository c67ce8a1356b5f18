/* Sums and means over any set of dims, and the counts of what is not 0. The order of summation is the kernel's, fixed
 * by shape. */
#include "autograd/reduce.h"
#include <math.h>

/* ---- sum and mean ---- */
static wk_status sum_backward(wki_backward *b, wk_tensor **d)
{
    const wki_reduction *r = wki_attrs(b);
    wk_tensor *g = wki_kept_view(b->g, r);
    if (r->number != 1) g = wk_mul_scalar(g, isfinite(r->number) ? r->number : 0); /* of none: nothing */
    d[0] = wk_expand(g, r->from.ndim, r->from.size);
    return WK_OK;
}

static wk_tensor *sample_sum(wk_tensor *const *in) { return wk_sum(wk_square(in[0])); }
static wk_tensor *sample_mean_dim(wk_tensor *const *in) { return wk_square(wk_mean_dim(in[0], 1, false)); }
static wk_tensor *sample_sum_dims(wk_tensor *const *in)
{
    return wk_square(wk_sum_dims(in[0], 2, (int[]){ 0, 2 }, true));
}
static wk_tensor *sample_mean_dims(wk_tensor *const *in)
{
    return wk_square(wk_mean_dims(in[0], 2, (int[]){ -1, 0 }, false));
}
static wk_tensor *sample_nanmean(wk_tensor *const *in) { return wk_square(wk_nanmean_dim(in[0], 0, true)); }
static const wki_sample sum_samples[] = {
    { sample_sum, 1, { { 2, { 3, 4 }, -2, 2 } } },         { sample_mean_dim, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
    { sample_sum_dims, 1, { { 3, { 2, 3, 4 }, -2, 2 } } }, { sample_mean_dims, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
    { sample_nanmean, 1, { { 2, { 3, 4 }, -2, 2 } } },     { 0 }
};
static const wki_opdef sum_op = { "sum", sum_backward, sum_samples };

static wk_tensor *sum_or_mean(const char *where, wk_tensor *t, int n, const int *dims, bool mean, bool keepdim)
{
    wki_reduction r;
    if (!wki_reduction_ok(where, t, n, dims, &r) || (mean && !wki_float_ok(t, where, "t"))) return NULL;
    r.number = mean ? 1 / (double)wki_reduced_count(t, r.dims) : 1;
    wk_dtype dtype = wki_is_float((wk_dtype)t->v.dtype) ? (wk_dtype)t->v.dtype : WK_I64;
    wk_tensor *y = wki_reduced(where, t, WKI_SUM, r.dims, r.number, keepdim, dtype);
    if (y && wki_wants_grad(1, &t) && !wki_record(&sum_op, y, 1, &t, &r, sizeof r)) return NULL;
    return y;
}

static wk_tensor *wrong_sum(void) { return wk_sum_dim(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, false); }
static wk_tensor *wrong_sum_dims(void)
{
    return wk_sum_dims(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, (int[]){ 1, -1 }, false);
}
static wk_tensor *wrong_mean(void) { return wk_mean(wk_zeros(WK_SHAPE(2, 3), WK_I64)); }
static wk_tensor *wrong_nansum(void) { return wk_nansum_dim(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, false); }
static wk_tensor *wrong_nanmean(void) { return wk_nanmean(wk_zeros(WK_SHAPE(2, 3), WK_I64)); }
const wki_error_sample wki_errors_reduce[] = {
    { "sum_dim", wrong_sum, WK_E_RANGE, "2" },
    { "sum_dims", wrong_sum_dims, WK_E_INVALID, "dim 1 is named twice" },
    { "mean", wrong_mean, WK_E_DTYPE, "i64" },
    { "nansum_dim", wrong_nansum, WK_E_RANGE, "2" },
    { "nanmean", wrong_nanmean, WK_E_DTYPE, "i64" },
    { 0 },
};

wk_tensor *wk_sum(wk_tensor *t) { return sum_or_mean("sum", t, 0, NULL, false, false); }
wk_tensor *wk_mean(wk_tensor *t) { return sum_or_mean("mean", t, 0, NULL, true, false); }
wk_tensor *wk_sum_dim(wk_tensor *t, int dim, bool keepdim)
{
    return sum_or_mean("sum_dim", t, 1, &dim, false, keepdim);
}
wk_tensor *wk_mean_dim(wk_tensor *t, int dim, bool keepdim)
{
    return sum_or_mean("mean_dim", t, 1, &dim, true, keepdim);
}
wk_tensor *wk_sum_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    return sum_or_mean("sum_dims", t, n, dims, false, keepdim);
}
wk_tensor *wk_mean_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    return sum_or_mean("mean_dims", t, n, dims, true, keepdim);
}

/* ---- nansum, nanmean ---- */
static wk_tensor *without_nan(const char *where, wk_tensor *t, int n, const int *dims, bool mean, bool keepdim)
{
    if (!wki_tensor_ok(t, where, "t") || (mean && !wki_float_ok(t, where, "t"))) return NULL;
    if (!wki_is_float((wk_dtype)t->v.dtype)) return sum_or_mean(where, t, n, dims, false, keepdim);
    wk_tensor *is_nan = wk_isnan(t), *numbers = is_nan ? wk_masked_fill(t, is_nan, 0) : NULL;
    wk_tensor *sum = numbers ? sum_or_mean(where, numbers, n, dims, false, keepdim) : NULL;
    if (!sum || !mean) return sum;
    wk_tensor *counts = sum_or_mean(where, wk_logical_not(is_nan), n, dims, false, keepdim);
    return wk_div(sum, wk_to(counts, (wk_dtype)t->v.dtype));
}

wk_tensor *wk_nansum(wk_tensor *t) { return without_nan("nansum", t, 0, NULL, false, false); }
wk_tensor *wk_nanmean(wk_tensor *t) { return without_nan("nanmean", t, 0, NULL, true, false); }
wk_tensor *wk_nansum_dim(wk_tensor *t, int dim, bool keepdim)
{
    return without_nan("nansum_dim", t, 1, &dim, false, keepdim);
}
wk_tensor *wk_nanmean_dim(wk_tensor *t, int dim, bool keepdim)
{
    return without_nan("nanmean_dim", t, 1, &dim, true, keepdim);
}
wk_tensor *wk_nansum_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    return without_nan("nansum_dims", t, n, dims, false, keepdim);
}
wk_tensor *wk_nanmean_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    return without_nan("nanmean_dims", t, n, dims, true, keepdim);
}

/* ---- any, all, count_nonzero: no gradient ---- */
static wk_tensor *counted(const char *where, wk_tensor *t, wki_reduce_kind kind, int n, const int *dims, bool keepdim)
{
    wki_reduction r;
    if (!wki_reduction_ok(where, t, n, dims, &r)) return NULL;
    return wki_reduced(where, t, kind, r.dims, 0, keepdim, kind == WKI_COUNT ? WK_I64 : WK_BOOL);
}

wk_tensor *wk_any(wk_tensor *t) { return counted("any", t, WKI_ANY, 0, NULL, false); }
wk_tensor *wk_all(wk_tensor *t) { return counted("all", t, WKI_ALL, 0, NULL, false); }
wk_tensor *wk_any_dim(wk_tensor *t, int dim, bool keepdim) { return counted("any_dim", t, WKI_ANY, 1, &dim, keepdim); }
wk_tensor *wk_all_dim(wk_tensor *t, int dim, bool keepdim) { return counted("all_dim", t, WKI_ALL, 1, &dim, keepdim); }
wk_tensor *wk_any_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    return counted("any_dims", t, WKI_ANY, n, dims, keepdim);
}
wk_tensor *wk_all_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    return counted("all_dims", t, WKI_ALL, n, dims, keepdim);
}
wk_tensor *wk_count_nonzero(wk_tensor *t) { return counted("count_nonzero", t, WKI_COUNT, 0, NULL, false); }
wk_tensor *wk_count_nonzero_dim(wk_tensor *t, int dim)
{
    return counted("count_nonzero_dim", t, WKI_COUNT, 1, &dim, false);
}
wk_tensor *wk_count_nonzero_dims(wk_tensor *t, int n, const int *dims)
{
    return counted("count_nonzero_dims", t, WKI_COUNT, n, dims, false);
}

const wki_family wki_family_reduce = { &sum_op, NULL };
