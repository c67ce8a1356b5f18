/* Activations that are no rows: glu, whose halves gate each other, and rrelu, whose slopes are drawn. */
#include "autograd/op.h"
#include "wick/nn.h"

static wk_tensor *sample_glu(wk_tensor *const *in) { return wk_square(wk_glu(in[0], -1)); }
static wk_tensor *sample_glu_0(wk_tensor *const *in) { return wk_square(wk_glu(in[0], 0)); }
static const wki_sample glu_samples[] = { { sample_glu, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                          { sample_glu_0, 1, { { 3, { 2, 2, 3 }, -2, 2 } } },
                                          { 0 } };
static const wki_opdef glu_op = { "glu", NULL, glu_samples };
static wk_tensor *sample_rrelu(wk_tensor *const *in)
{
    wk_manual_seed(7); /* the same slopes in every call */
    return wk_square(wk_rrelu(in[0], 0.125, 0.375, true));
}
static const wki_sample rrelu_samples[] = { { sample_rrelu, 1, { { 2, { 3, 5 }, -2, 2 } } }, { 0 } };
static const wki_opdef rrelu_op = { "rrelu", NULL, rrelu_samples };
const wki_family wki_family_activation = { &glu_op, &rrelu_op, NULL };

static wk_tensor *wrong_half(void) { return wk_glu(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1); }
static wk_tensor *wrong_dtype(void) { return wk_rrelu(wk_zeros(WK_SHAPE(2, 3), WK_I64), 0.1, 0.2, true); }
static wk_tensor *wrong_slopes(void) { return wk_rrelu(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0.3, 0.2, false); }
const wki_error_sample wki_errors_activation[] = {
    { "glu", wrong_half, WK_E_SHAPE, "dim 1 of x [2, 3] is 3; an even size is needed" },
    { "rrelu", wrong_dtype, WK_E_DTYPE, "i64" },
    { "rrelu", wrong_slopes, WK_E_INVALID, "slopes from 0.3 to 0.2" },
    { 0 },
};

wk_tensor *wk_glu(wk_tensor *x, int dim)
{
    static const char where[] = "glu";
    if (!wki_tensor_ok(x, where, "x") || !wki_float_ok(x, where, "x") || !wki_dim_ok(where, "dim", x->v.ndim, &dim))
        return NULL;
    wki_check(x->v.ndim && x->v.size[dim] % 2 == 0, NULL, WK_E_SHAPE, where,
              "dim %d of x %s is %lld; an even size is needed", dim, wki_show(&x->v),
              x->v.ndim ? (long long)x->v.size[dim] : 1);
    const int64_t half = x->v.size[dim] / 2;
    return wk_mul(wk_narrow(x, dim, 0, half), wk_sigmoid(wk_narrow(x, dim, half, half)));
}

wk_tensor *wk_rrelu(wk_tensor *x, double lower, double upper, bool training)
{
    static const char where[] = "rrelu";
    if (!wki_tensor_ok(x, where, "x") || !wki_float_ok(x, where, "x")) return NULL;
    wki_check(lower <= upper, NULL, WK_E_INVALID, where, "slopes from %g to %g; the first must not be more", lower,
              upper);
    if (!training) return wk_leaky_relu(x, (lower + upper) / 2);
    WKI_BESIDE(here, x);
    wk_tensor *slope = wk_empty(x->v.ndim, x->v.size, WK_F32); /* f64 has the same ones */
    if (wk_uniform_(slope, lower, upper)) return NULL;
    return wk_where(wk_le_scalar(x, 0), wk_mul(x, wk_to(slope, (wk_dtype)x->v.dtype)), x);
}
