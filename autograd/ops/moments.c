/* Variances, norms and logsumexp over any set of dims. Where a norm or a standard deviation is 0, so is its gradient.
 */
#include "autograd/reduce.h"
#include <math.h>

/* ---- var and std ---- */

/* g * 2 (x - mean) / (n - correction); as in torch, without a divisor: NaN at the mean, else infinite. */
static wk_tensor *variance_slope(wk_tensor *g, wk_tensor *x, const wki_reduction *r)
{
    const double divisor = (double)wki_reduced_count(x, r->dims) - r->number;
    wk_tensor *mean = wki_mean_set(x, r->dims);
    if (divisor > 0) return wk_mul(wk_mul_scalar(g, 2 / divisor), wk_sub(x, mean));
    wk_tensor *nan = wk_scalar(NAN, (wk_dtype)x->v.dtype), *endless = wk_scalar(INFINITY, (wk_dtype)x->v.dtype);
    return wk_mul(g, wk_where(wk_eq(x, mean), nan, endless));
}

static wk_status var_backward(wki_backward *b, wk_tensor **d)
{
    const wki_reduction *r = wki_attrs(b);
    wk_tensor *x = wki_saved_at(b, 0);
    if (x) d[0] = variance_slope(wki_kept_view(b->g, r), x, r);
    return wk_error();
}

/* 1 in place of 0: what is divided by it is 0 there */
static wk_tensor *without_zeros(wk_tensor *t)
{
    WKI_BESIDE(here, t);
    wk_tensor *zero = t ? wk_scalar(0, (wk_dtype)t->v.dtype) : NULL,
              *one = t ? wk_scalar(1, (wk_dtype)t->v.dtype) : NULL;
    return wk_where(wk_eq(t, zero), one, t);
}

static wk_status std_backward(wki_backward *b, wk_tensor **d)
{
    const wki_reduction *r = wki_attrs(b);
    wk_tensor *x = wki_saved_at(b, 0), *y = wki_saved_at(b, 1);
    if (!x || !y) return wk_error();
    wk_tensor *half = wk_mul_scalar(wki_kept_view(wk_div(b->g, without_zeros(y)), r), 0.5);
    wk_tensor *slope = variance_slope(half, x, r);
    d[0] = slope;
    return wk_error();
}

static wk_tensor *sample_var(wk_tensor *const *in) { return wk_square(wk_var_dim(in[0], 1, 1, false)); }
static wk_tensor *sample_var_all(wk_tensor *const *in) { return wk_square(wk_var(in[0], 0)); }
static wk_tensor *sample_std(wk_tensor *const *in) { return wk_square(wk_std(in[0], 1)); }
static wk_tensor *sample_std_dims(wk_tensor *const *in) { return wk_std_dims(in[0], 2, (int[]){ 0, 2 }, 0.5, true); }
static wk_tensor *sample_var_mean(wk_tensor *const *in)
{
    wk_tensor *mean, *var = wk_var_mean_dim(in[0], 0, 1, true, &mean);
    return var ? wk_mul(var, mean) : NULL;
}
static wk_tensor *sample_std_mean(wk_tensor *const *in)
{
    wk_tensor *mean, *std = wk_std_mean(in[0], 0, &mean);
    return std ? wk_mul(std, mean) : NULL;
}
static const wki_sample var_samples[] = { { sample_var, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                          { sample_var_mean, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                          { sample_var_all, 1, { { 3, { 2, 3, 2 }, -2, 2 } } },
                                          { 0 } };
static const wki_sample std_samples[] = { { sample_std, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                          { sample_std_mean, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                          { sample_std_dims, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                          { 0 } };
static const wki_opdef var_op = { "var", var_backward, var_samples };
static const wki_opdef std_op = { "std", std_backward, std_samples };

static wk_tensor *spread(const wki_opdef *op, wk_tensor *t, int n, const int *dims, double correction, bool keepdim)
{
    wki_reduction r;
    if (!wki_reduction_ok(op->name, t, n, dims, &r) || !wki_float_ok(t, op->name, "t")) return NULL;
    r.number = correction;
    const wki_reduce_kind kind = op == &var_op ? WKI_VAR : WKI_STD;
    wk_tensor *y = wki_reduced(op->name, t, kind, r.dims, correction, keepdim, (wk_dtype)t->v.dtype);
    if (!y || !wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(op, y, 1, &t, &r, sizeof r);
    wki_save(node, t);
    if (op == &std_op) wki_save_output(node, y);
    return wki_recorded(node, y);
}

wk_tensor *wk_var(wk_tensor *t, double correction) { return spread(&var_op, t, 0, NULL, correction, false); }
wk_tensor *wk_std(wk_tensor *t, double correction) { return spread(&std_op, t, 0, NULL, correction, false); }
wk_tensor *wk_var_dim(wk_tensor *t, int dim, double correction, bool keepdim)
{
    return spread(&var_op, t, 1, &dim, correction, keepdim);
}
wk_tensor *wk_std_dim(wk_tensor *t, int dim, double correction, bool keepdim)
{
    return spread(&std_op, t, 1, &dim, correction, keepdim);
}
wk_tensor *wk_var_dims(wk_tensor *t, int n, const int *dims, double correction, bool keepdim)
{
    return spread(&var_op, t, n, dims, correction, keepdim);
}
wk_tensor *wk_std_dims(wk_tensor *t, int n, const int *dims, double correction, bool keepdim)
{
    return spread(&std_op, t, n, dims, correction, keepdim);
}

/* The mean beside it */
static wk_tensor *with_mean(const wki_opdef *op, wk_tensor *t, int n, const int *dims, double correction, bool keepdim,
                            wk_tensor **mean)
{
    if (mean) *mean = NULL;
    wk_tensor *y = spread(op, t, n, dims, correction, keepdim), *m = y ? wk_mean_dims(t, n, dims, keepdim) : NULL;
    if (m && mean) *mean = m;
    return m ? y : NULL;
}

wk_tensor *wk_var_mean(wk_tensor *t, double correction, wk_tensor **mean)
{
    return with_mean(&var_op, t, 0, NULL, correction, false, mean);
}
wk_tensor *wk_std_mean(wk_tensor *t, double correction, wk_tensor **mean)
{
    return with_mean(&std_op, t, 0, NULL, correction, false, mean);
}
wk_tensor *wk_var_mean_dim(wk_tensor *t, int dim, double correction, bool keepdim, wk_tensor **mean)
{
    return with_mean(&var_op, t, 1, &dim, correction, keepdim, mean);
}
wk_tensor *wk_std_mean_dim(wk_tensor *t, int dim, double correction, bool keepdim, wk_tensor **mean)
{
    return with_mean(&std_op, t, 1, &dim, correction, keepdim, mean);
}
wk_tensor *wk_var_mean_dims(wk_tensor *t, int n, const int *dims, double correction, bool keepdim, wk_tensor **mean)
{
    return with_mean(&var_op, t, n, dims, correction, keepdim, mean);
}
wk_tensor *wk_std_mean_dims(wk_tensor *t, int n, const int *dims, double correction, bool keepdim, wk_tensor **mean)
{
    return with_mean(&std_op, t, n, dims, correction, keepdim, mean);
}

/* ---- norm ---- */

/* sign(x) |x|^(p - 1) / norm^(p - 1), for p below 1 with 0 where x is 0 */
static wk_tensor *power_slope(wk_tensor *g, wk_tensor *x, wk_tensor *y, double p)
{
    if (p == 2) return wk_mul(x, wk_div(g, without_zeros(y)));
    wk_tensor *size = without_zeros(wk_abs(x));
    wk_tensor *part = p < 1 ? wk_mul(wk_sign(x), wk_pow_scalar(size, p - 1)) : wk_mul(x, wk_pow_scalar(size, p - 2));
    return wk_mul(part, wk_mul(g, wk_pow_scalar(p < 1 ? y : without_zeros(y), 1 - p)));
}

static wk_status norm_backward(wki_backward *b, wk_tensor **d)
{
    const wki_reduction *r = wki_attrs(b);
    wk_tensor *x = wki_saved_at(b, 0), *y = wki_saved_at(b, 1);
    if (!x || !y) return wk_error();
    wk_tensor *g = wki_kept_view(b->g, r);
    y = wki_kept_view(y, r);
    if (r->number == 0) {
        d[0] = wk_zeros_like(x);
    } else if (r->number == 1) {
        d[0] = wk_mul(g, wk_sign(x));
    } else if (isinf(r->number)) {
        wk_tensor *hit = wk_to(wk_eq(wk_abs(x), wk_detach(y)), (wk_dtype)x->v.dtype);
        d[0] = wk_mul(wk_mul(wk_sign(x), hit), wk_div(g, without_zeros(wki_sum_set(hit, r->dims))));
    } else {
        d[0] = power_slope(g, x, y, r->number);
    }
    return wk_error();
}

static wk_tensor *sample_norm(wk_tensor *const *in) { return wk_square(wk_norm(in[0], 2)); }
static wk_tensor *sample_norm_dim(wk_tensor *const *in) { return wk_square(wk_norm_dim(in[0], 3, 1, false)); }
static wk_tensor *sample_norm_dims(wk_tensor *const *in)
{
    return wk_square(wk_norm_dims(in[0], 1.5, 2, (int[]){ 0, 2 }, true));
}
static wk_tensor *sample_norm_half(wk_tensor *const *in) { return wk_norm_dim(in[0], 0.5, 0, false); }
static wk_tensor *sample_norm_1(wk_tensor *const *in) { return wk_square(wk_norm_dim(in[0], 1, 0, true)); }
static wk_tensor *sample_norm_negative(wk_tensor *const *in) { return wk_square(wk_norm_dim(in[0], -1.5, 1, false)); }
static wk_tensor *sample_norm_least(wk_tensor *const *in) { return wk_square(wk_norm_dim(in[0], -INFINITY, 0, true)); }
static wk_tensor *sample_norm_inf(wk_tensor *const *in) { return wk_square(wk_norm_dim(in[0], INFINITY, -1, true)); }
static const wki_sample norm_samples[] = { { sample_norm, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                           { sample_norm_dim, 1, { { 2, { 3, 4 }, 0.5, 2 } } },
                                           { sample_norm_dims, 1, { { 3, { 2, 3, 2 }, -2, -0.5 } } },
                                           { sample_norm_half, 1, { { 2, { 3, 4 }, 0.5, 2 } } },
                                           { sample_norm_1, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                           { sample_norm_inf, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                           { sample_norm_negative, 1, { { 2, { 3, 4 }, 0.5, 2 } } },
                                           { sample_norm_least, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                           { 0 } };
static const wki_opdef norm_op = { "norm", norm_backward, norm_samples };

static wk_tensor *norm_value(wk_tensor *t, const wki_reduction *r, bool keepdim)
{
    const double p = r->number;
    const wk_dtype dtype = (wk_dtype)t->v.dtype;
    if (p == 0) return wk_to(wki_reduced("norm", t, WKI_COUNT, r->dims, 0, keepdim, WK_I64), dtype);
    if (p != 1 && p != 2 && !isinf(p)) {
        WK_NO_GRAD(parts);
        wk_tensor *powers = wk_pow_scalar(wk_abs(t), p);
        wk_tensor *sum = powers ? wki_reduced("norm", powers, WKI_SUM, r->dims, 1, keepdim, dtype) : NULL;
        return wk_pow_scalar(sum, 1 / p);
    }
    const wki_reduce_kind kind = p == 1 ? WKI_NORM_1 : p == 2 ? WKI_NORM_2 : p > 0 ? WKI_NORM_INF : WKI_NORM_LEAST;
    return wki_reduced("norm", t, kind, r->dims, 0, keepdim, dtype);
}

wk_tensor *wk_norm_dims(wk_tensor *t, double p, int n, const int *dims, bool keepdim)
{
    wki_reduction r;
    if (!wki_reduction_ok("norm", t, n, dims, &r) || !wki_float_ok(t, "norm", "t")) return NULL;
    wki_check(p == p, NULL, WK_E_INVALID, "norm", "p is NaN; a number is needed");
    if ((isinf(p) || p < 0) && !wki_not_empty("norm", t, r.dims)) return NULL;
    r.number = p;
    wk_tensor *y = norm_value(t, &r, keepdim);
    if (!y || !wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&norm_op, y, 1, &t, &r, sizeof r);
    wki_save(node, t);
    wki_save_output(node, y);
    return wki_recorded(node, y);
}

wk_tensor *wk_norm(wk_tensor *t, double p) { return wk_norm_dims(t, p, 0, NULL, false); }
wk_tensor *wk_norm_dim(wk_tensor *t, double p, int dim, bool keepdim) { return wk_norm_dims(t, p, 1, &dim, keepdim); }

/* ---- logsumexp ---- */
static wk_status logsumexp_backward(wki_backward *b, wk_tensor **d)
{
    const wki_reduction *r = wki_attrs(b);
    wk_tensor *x = wki_saved_at(b, 0), *y = wki_saved_at(b, 1);
    if (!x || !y) return wk_error();
    d[0] = wk_mul(wki_kept_view(b->g, r), wk_exp(wk_sub(x, wki_kept_view(y, r))));
    return WK_OK;
}

static wk_tensor *sample_logsumexp(wk_tensor *const *in) { return wk_square(wk_logsumexp(in[0], 1, false)); }
static wk_tensor *sample_logsumexp_dims(wk_tensor *const *in)
{
    return wk_square(wk_logsumexp_dims(in[0], 2, (int[]){ 0, -1 }, true));
}
static const wki_sample logsumexp_samples[] = { { sample_logsumexp, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                                { sample_logsumexp_dims, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                                { 0 } };
static const wki_opdef logsumexp_op = { "logsumexp", logsumexp_backward, logsumexp_samples };

wk_tensor *wk_logsumexp_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    wki_reduction r;
    if (!wki_reduction_ok("logsumexp", t, n, dims, &r)) return NULL;
    if (!wki_is_float((wk_dtype)t->v.dtype) && !(t = wk_to(t, WK_F32))) return NULL;
    wk_tensor *y = wki_reduced("logsumexp", t, WKI_LOGSUMEXP, r.dims, 0, keepdim, (wk_dtype)t->v.dtype);
    if (!y || !wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&logsumexp_op, y, 1, &t, &r, sizeof r);
    wki_save(node, t);
    wki_save_output(node, y);
    return wki_recorded(node, y);
}

wk_tensor *wk_logsumexp(wk_tensor *t, int dim, bool keepdim) { return wk_logsumexp_dims(t, 1, &dim, keepdim); }

static wk_tensor *wrong_var(void) { return wk_var(wk_zeros(WK_SHAPE(2, 3), WK_I64), 1); }
static wk_tensor *wrong_std(void) { return wk_std_dim(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, 1, false); }
static wk_tensor *wrong_norm(void) { return wk_norm(wk_zeros(WK_SHAPE(2, 3), WK_I64), 2); }
static wk_tensor *wrong_logsumexp(void) { return wk_logsumexp(wk_zeros(WK_SHAPE(2, 3), WK_F32), -3, false); }
const wki_error_sample wki_errors_moments[] = {
    { "var", wrong_var, WK_E_DTYPE, "t is i64" },
    { "std", wrong_std, WK_E_RANGE, "dim is 2" },
    { "norm", wrong_norm, WK_E_DTYPE, "t is i64" },
    { "logsumexp", wrong_logsumexp, WK_E_RANGE, "dim is -3" },
    { 0 },
};

const wki_family wki_family_moments = { &var_op, &std_op, &norm_op, &logsumexp_op, NULL };
