/* gumbel_softmax (Jang et al. 2017): a class drawn by its logit, or nearly, with gradients of the softmax. */
#include "autograd/op.h"
#include "wick/nn.h"
#include <float.h>

/* -log of exponential numbers, which are -log(1 - u) of uniform ones, in f64, so that all dtypes draw alike */
static wk_tensor *noise_like(wk_tensor *t)
{
    WKI_BESIDE(here, t);
    wk_tensor *uniform = wk_rand(t->v.ndim, t->v.size, WK_F64);
    wk_tensor *exponential = uniform ? wk_neg(wk_log1p(wk_neg(uniform))) : NULL;
    return exponential ? wk_to(wk_neg(wk_log(wk_clamp_min(exponential, DBL_MIN))), (wk_dtype)t->v.dtype) : NULL;
}

wk_tensor *wk_gumbel_softmax(wk_tensor *logits, double tau, bool hard, int dim)
{
    static const char where[] = "gumbel_softmax";
    if (!wki_tensor_ok(logits, where, "logits") || !wki_float_ok(logits, where, "logits") ||
        !wki_dim_ok(where, "dim", logits->v.ndim, &dim))
        return NULL;
    wki_check(tau > 0, NULL, WK_E_INVALID, where, "tau is %g; it must be above 0", tau);
    wk_tensor *noise = noise_like(logits);
    wk_tensor *soft = noise ? wk_softmax(wk_div_scalar(wk_add(logits, noise), tau), dim) : NULL;
    if (!soft || !hard || logits->v.ndim == 0 || wki_numel(&logits->v) == 0) return soft;
    wk_tensor *plain = wk_detach(soft), *at = wk_argmax(plain, dim, true), *zeros = wk_zeros_like(plain);
    wk_tensor *one = at && zeros ? wk_scatter_value(zeros, dim, at, 1) : NULL;
    return one ? wk_add(wk_sub(one, plain), soft) : NULL;
}

static wk_tensor *sample(wk_tensor *const *in)
{
    wk_manual_seed(7); /* the same noise in every call */
    return wk_square(wk_gumbel_softmax(in[0], 0.7, false, 1));
}
static const wki_sample samples[] = { { sample, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef op = { "gumbel_softmax", NULL, samples };
static wk_tensor *wrong_tau(void) { return wk_gumbel_softmax(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, true, -1); }
static wk_tensor *wrong_dtype(void) { return wk_gumbel_softmax(wk_zeros(WK_SHAPE(2, 3), WK_I64), 1, true, -1); }
const wki_error_sample wki_errors_gumbel[] = {
    { "gumbel_softmax", wrong_tau, WK_E_INVALID, "tau is 0" },
    { "gumbel_softmax", wrong_dtype, WK_E_DTYPE, "logits is i64" },
    { 0 },
};
const wki_family wki_family_gumbel = { &op, NULL };
