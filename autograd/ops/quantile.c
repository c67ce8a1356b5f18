/* Values at a place in order: kthvalue, median, quantile, and the two that pass NaN over. Places are found without
 * gradients; the elements there are gathered, so that gradients go where they lie. */
#include "autograd/reduce.h"
#include <math.h>

/* A dim that has elements; a number becomes a line of one. */
static wk_tensor *line_of(const char *where, wk_tensor *t, int *dim)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_dim_ok(where, "dim", t->v.ndim, dim)) return NULL;
    if (t->v.ndim == 0) return wk_unsqueeze(t, 0);
    wki_check(t->v.size[*dim] > 0, NULL, WK_E_SHAPE, where, "t is %s; dim %d has no elements to choose from",
              wki_show(&t->v), *dim);
    return t;
}

/* Where the k-th smallest lies, NaN being the largest; dim stays. */
static wk_tensor *place_of(wk_tensor *t, int64_t k, int dim)
{
    wk_tensor *at, *which;
    wk_tensor *least = wk_topk_with(t, k, .dim = dim, .largest = false, .sorted = false, .indices = &at);
    return least && wk_max_dim(least, dim, true, &which) ? wk_gather(at, dim, which) : NULL;
}

static wk_tensor *chosen(wk_tensor *line, wk_tensor *t, int dim, wk_tensor *place, bool keepdim, wk_tensor **indices)
{
    wk_tensor *y = place ? wk_gather(line, dim, place) : NULL;
    if (y && (!keepdim || t->v.ndim == 0)) {
        y = wk_squeeze(y, dim);
        place = wk_squeeze(place, dim);
    }
    if (indices && y) *indices = place;
    return y && place ? y : NULL;
}

wk_tensor *wk_kthvalue(wk_tensor *t, int64_t k, int dim, bool keepdim, wk_tensor **indices)
{
    if (indices) *indices = NULL;
    wk_tensor *line = line_of("kthvalue", t, &dim);
    if (!line) return NULL;
    wki_check(k >= 1 && k <= line->v.size[dim], NULL, WK_E_RANGE, "kthvalue", "k is %lld; dim %d of %s has 1 to %lld",
              (long long)k, dim, wki_show(&t->v), (long long)line->v.size[dim]);
    return chosen(line, t, dim, place_of(wk_detach(line), k, dim), keepdim, indices);
}

/* Where the lower of the two in the middle lies, or the first NaN. */
static wk_tensor *middle_of(wk_tensor *line, int dim)
{
    wk_tensor *middle = place_of(line, (line->v.size[dim] + 1) / 2, dim);
    if (!middle || !wki_is_float((wk_dtype)line->v.dtype)) return middle;
    wk_tensor *is_nan = wk_isnan(line);
    return is_nan ? wk_where(wk_any_dim(is_nan, dim, true), wk_argmax(line, dim, true), middle) : NULL;
}

/* How many are no NaN, less one, but at least 0: the last place that counts. */
static wk_tensor *last_number(wk_tensor *line, int dim)
{
    wk_tensor *numbers = wk_sum_dim(wk_logical_not(wk_isnan(line)), dim, true);
    return wk_clamp_min(wk_sub_scalar(numbers, 1), 0);
}

static wk_tensor *middle_number(wk_tensor *line, int dim)
{
    if (!wki_is_float((wk_dtype)line->v.dtype)) return middle_of(line, dim);
    wk_tensor *place = wk_div_floor_scalar(last_number(line, dim), 2), *order;
    return place && (order = wk_argsort(line, dim, false)) ? wk_gather(order, dim, place) : NULL;
}

static wk_tensor *median(const char *where, wk_tensor *t, int dim, bool keepdim, wk_tensor **indices,
                         wk_tensor *find(wk_tensor *, int))
{
    if (indices) *indices = NULL;
    wk_tensor *line = line_of(where, t, &dim), *plain = line ? wk_detach(line) : NULL;
    return plain ? chosen(line, t, dim, find(plain, dim), keepdim, indices) : NULL;
}

wk_tensor *wk_median_dim(wk_tensor *t, int dim, bool keepdim, wk_tensor **indices)
{
    return median("median_dim", t, dim, keepdim, indices, middle_of);
}

wk_tensor *wk_nanmedian_dim(wk_tensor *t, int dim, bool keepdim, wk_tensor **indices)
{
    return median("nanmedian_dim", t, dim, keepdim, indices, middle_number);
}

static wk_tensor *flat(const char *where, wk_tensor *t)
{
    return wki_tensor_ok(t, where, "t") ? wk_reshape(t, WK_SHAPE(-1)) : NULL;
}

wk_tensor *wk_median(wk_tensor *t)
{
    wk_tensor *line = flat("median", t);
    return line ? median("median", line, 0, false, NULL, middle_of) : NULL;
}

wk_tensor *wk_nanmedian(wk_tensor *t)
{
    wk_tensor *line = flat("nanmedian", t);
    return line ? median("nanmedian", line, 0, false, NULL, middle_number) : NULL;
}

/* ---- quantile ---- */

/* The places of n quantiles in order, fractions and all, in f64 along dim; without `skip` a line with NaN has its last
 * place, where NaN lies. */
static wk_tensor *ranks_of(wk_tensor *line, int n, const double *q, int dim, bool skip)
{
    const int64_t size = line->v.size[dim];
    wki_shape shape = wki_shape_of(line);
    shape.size[dim] = n;
    wk_tensor *has_nan = skip ? NULL : wk_any_dim(wk_isnan(line), dim, true);
    wk_tensor *last = skip ? wk_to(last_number(line, dim), WK_F64) : NULL;
    WKI_BESIDE(here, line);
    if (has_nan) last = wk_full(has_nan->v.ndim, has_nan->v.size, WK_F64, (double)(size - 1));
    wk_tensor *ranks = last ? wk_zeros(shape.ndim, shape.size, WK_F64) : NULL;
    for (int i = 0; i < n && ranks; i++) {
        wk_tensor *rank = wk_mul_scalar(last, q[i]), *place = wk_narrow(ranks, dim, i, 1);
        if (!skip) rank = wk_where(has_nan, last, rank);
        if (!rank || !place || wk_copy_(place, rank)) return NULL;
    }
    return ranks;
}

static wk_tensor *rounded(wk_tensor *ranks, wk_quantile_kind kind)
{
    switch (kind) {
    case WK_QUANTILE_HIGHER: return wk_ceil(ranks);
    case WK_QUANTILE_NEAREST: return wk_round(ranks);
    default: return wk_floor(ranks);
    }
}

/* [.., n, ..]: the quantiles lie along dim. */
static wk_tensor *quantiles_along(wk_tensor *line, int n, const double *q, int dim, wk_quantile_kind kind, bool skip)
{
    wk_tensor *plain = wk_detach(line), *order = plain ? wk_argsort(plain, dim, false) : NULL;
    wk_tensor *ranks = order ? ranks_of(plain, n, q, dim, skip) : NULL, *below = ranks ? rounded(ranks, kind) : NULL;
    if (!below) return NULL;
    wk_tensor *y = wk_gather(line, dim, wk_gather(order, dim, wk_to(below, WK_I64)));
    if (kind != WK_QUANTILE_LINEAR && kind != WK_QUANTILE_MIDPOINT) return y;
    wk_tensor *above = wk_gather(line, dim, wk_gather(order, dim, wk_to(wk_ceil(ranks), WK_I64)));
    if (kind == WK_QUANTILE_MIDPOINT) return wk_lerp_scalar(y, above, 0.5);
    return wk_lerp(y, above, wk_to(wk_sub(ranks, below), (wk_dtype)line->v.dtype));
}

static wk_tensor *quantiles(const char *where, wk_tensor *t, int n, const double *q, int dim, bool keepdim,
                            wk_quantile_kind kind, bool skip)
{
    wk_tensor *line = line_of(where, t, &dim);
    if (!line || !wki_float_ok(t, where, "t")) return NULL;
    wki_check(n >= 0 && (n == 0 || q), NULL, WK_E_INVALID, where, "n is %d and q %s; n numbers are needed", n,
              q ? "is there" : "NULL");
    wki_check((int)kind >= 0 && kind <= WK_QUANTILE_NEAREST, NULL, WK_E_INVALID, where, "interpolation is %d",
              (int)kind);
    for (int i = 0; i < n; i++)
        wki_check(q[i] >= 0 && q[i] <= 1, NULL, WK_E_RANGE, where, "q[%d] is %g; it has to be from 0 to 1", i, q[i]);
    wk_tensor *y = n ? quantiles_along(line, n, q, dim, kind, skip) : wk_narrow(line, dim, 0, 0);
    if (!keepdim || t->v.ndim == 0) return y ? wk_movedim(y, dim, 0) : NULL;
    return y ? wk_movedim(wk_unsqueeze(y, dim), dim + 1, 0) : NULL;
}

wk_tensor *wk_quantiles(wk_tensor *t, int n, const double *q, int dim, bool keepdim, wk_quantile_kind interpolation)
{
    return quantiles("quantiles", t, n, q, dim, keepdim, interpolation, false);
}

wk_tensor *wk_nanquantiles(wk_tensor *t, int n, const double *q, int dim, bool keepdim, wk_quantile_kind interpolation)
{
    return quantiles("nanquantiles", t, n, q, dim, keepdim, interpolation, true);
}

wk_tensor *wk_quantile(wk_tensor *t, double q, int dim, bool keepdim)
{
    wk_tensor *y = quantiles("quantile", t, 1, &q, dim, keepdim, WK_QUANTILE_LINEAR, false);
    return y ? wk_select(y, 0, 0) : NULL;
}

wk_tensor *wk_nanquantile(wk_tensor *t, double q, int dim, bool keepdim)
{
    wk_tensor *y = quantiles("nanquantile", t, 1, &q, dim, keepdim, WK_QUANTILE_LINEAR, true);
    return y ? wk_select(y, 0, 0) : NULL;
}

/* ---- samples: where more than two numbers are equal, layouts that repeat would move one of them for nothing ---- */
static wk_tensor *sample_median(wk_tensor *const *in) { return wk_square(wk_median(in[0])); }
static wk_tensor *sample_median_dim(wk_tensor *const *in) { return wk_square(wk_median_dim(in[0], 1, true, NULL)); }
static wk_tensor *sample_nanmedian(wk_tensor *const *in) { return wk_square(wk_nanmedian_dim(in[0], 0, false, NULL)); }
static wk_tensor *sample_kthvalue(wk_tensor *const *in) { return wk_square(wk_kthvalue(in[0], 4, -1, false, NULL)); }
static wk_tensor *sample_quantile(wk_tensor *const *in) { return wk_square(wk_quantile(in[0], 0.3, 1, false)); }
static wk_tensor *sample_quantiles(wk_tensor *const *in)
{
    return wk_square(wk_nanquantiles(in[0], 3, (double[]){ 0, 0.9, 1 }, 0, true, WK_QUANTILE_MIDPOINT));
}
static const wki_sample median_samples[] = { { sample_median, 1, { { 2, { 2, 1 }, -2, 2 } } },
                                             { sample_median_dim, 1, { { 2, { 3, 2 }, -2, 2 } } },
                                             { sample_nanmedian, 1, { { 2, { 2, 3 }, -2, 2 } } },
                                             { sample_kthvalue, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                             { 0 } };
static const wki_sample quantile_samples[] = { { sample_quantile, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                               { sample_quantiles, 1, { { 2, { 4, 3 }, -2, 2 } } },
                                               { 0 } };
static const wki_opdef median_op = { "median", NULL, median_samples };
static const wki_opdef quantile_op = { "quantile", NULL, quantile_samples };

static wk_tensor *wrong_k(void) { return wk_kthvalue(wk_zeros(WK_SHAPE(2, 3), WK_F32), 4, 1, false, NULL); }
static wk_tensor *no_elements(void) { return wk_median(wk_zeros(WK_SHAPE(0), WK_F32)); }
static wk_tensor *no_line(void) { return wk_median_dim(wk_zeros(WK_SHAPE(2, 0), WK_F32), 1, false, NULL); }
static wk_tensor *no_numbers(void) { return wk_nanmedian(wk_zeros(WK_SHAPE(0), WK_F32)); }
static wk_tensor *wrong_dim(void) { return wk_nanmedian_dim(wk_zeros(WK_SHAPE(2), WK_F32), 1, false, NULL); }
static wk_tensor *wrong_q(void) { return wk_quantile(wk_zeros(WK_SHAPE(2), WK_F32), 1.5, 0, false); }
static wk_tensor *wrong_dtype(void) { return wk_nanquantile(wk_zeros(WK_SHAPE(2), WK_I64), 0.5, 0, false); }
static wk_tensor *no_q(void)
{
    return wk_quantiles(wk_zeros(WK_SHAPE(2), WK_F32), 2, NULL, 0, false, WK_QUANTILE_LINEAR);
}
static wk_tensor *wrong_kind(void)
{
    return wk_nanquantiles(wk_zeros(WK_SHAPE(2), WK_F32), 1, (double[]){ 0.5 }, 0, false, (wk_quantile_kind)5);
}
const wki_error_sample wki_errors_quantile[] = {
    { "kthvalue", wrong_k, WK_E_RANGE, "k is 4" },
    { "median", no_elements, WK_E_SHAPE, "t is [0]" },
    { "median_dim", no_line, WK_E_SHAPE, "t is [2, 0]; dim 1" },
    { "nanmedian", no_numbers, WK_E_SHAPE, "t is [0]" },
    { "nanmedian_dim", wrong_dim, WK_E_RANGE, "dim is 1" },
    { "quantile", wrong_q, WK_E_RANGE, "q[0] is 1.5" },
    { "nanquantile", wrong_dtype, WK_E_DTYPE, "t is i64" },
    { "quantiles", no_q, WK_E_INVALID, "q NULL" },
    { "nanquantiles", wrong_kind, WK_E_INVALID, "interpolation is 5" },
    { 0 },
};

const wki_family wki_family_quantile = { &median_op, &quantile_op, NULL };
