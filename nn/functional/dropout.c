/* Dropout: elements set to 0 with probability p, the others scaled by 1 / (1 - p). The mask is never stored: it is a
 * function of the operation's random key, so backward is the same call on the gradient, and so is its backward. The
 * forms for whole channels, and for self-normalizing networks, are made of ops around a mask. */
#include "autograd/op.h"
#include "base/fault.h"
#include "wick/nn.h"
#include <math.h>

static wk_tensor *masked(const wki_opdef *op, wk_tensor *x, const wki_dropout_attrs *attrs);

static wk_status backward(wki_backward *b, wk_tensor **d);
static wk_tensor *sample(wk_tensor *const *in)
{
    wk_manual_seed(7); /* the same mask in every call */
    return wk_square(wk_dropout(in[0], 0.4, true));
}
static const wki_sample samples[] = { { sample, 1, { { 2, { 3, 5 }, -2, 2 } } }, { 0 } };
static const wki_opdef op = { "dropout", backward, samples };
static wk_tensor *sample_channels(wk_tensor *const *in)
{
    wk_manual_seed(7);
    return wk_square(wk_dropout2d(in[0], 0.4, true));
}
static const wki_sample channel_samples[] = { { sample_channels, 1, { { 4, { 3, 2, 2, 1 }, -2, 2 } } }, { 0 } };
static const wki_opdef channel_op = { "dropout2d", NULL, channel_samples };
static wk_tensor *sample_alpha(wk_tensor *const *in)
{
    wk_manual_seed(7);
    return wk_square(wk_alpha_dropout(in[0], 0.4, true));
}
static wk_tensor *sample_alpha_channels(wk_tensor *const *in)
{
    wk_manual_seed(7);
    return wk_square(wk_feature_alpha_dropout(in[0], 0.3, true));
}
static const wki_sample alpha_samples[] = { { sample_alpha, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                            { sample_alpha_channels, 1, { { 3, { 2, 3, 2 }, -2, 2 } } },
                                            { 0 } };
static const wki_opdef alpha_op = { "alpha_dropout", NULL, alpha_samples };
const wki_family wki_family_dropout = { &op, &channel_op, &alpha_op, NULL };

static wk_tensor *wrong_p(void) { return wk_dropout(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1.5, true); }
static wk_tensor *wrong_dtype(void) { return wk_dropout(wk_zeros(WK_SHAPE(2, 3), WK_I64), 0.5, true); }
static wk_tensor *wrong_channels(void) { return wk_dropout1d(wk_zeros(WK_SHAPE(2, 3, 4, 5), WK_F32), 0.5, true); }
static wk_tensor *wrong_alpha(void) { return wk_alpha_dropout(wk_zeros(WK_SHAPE(2, 3), WK_F32), -0.5, true); }
static wk_tensor *wrong_planes(void) { return wk_dropout2d(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0.5, true); }
const wki_error_sample wki_errors_dropout[] = {
    { "dropout2d", wrong_planes, WK_E_SHAPE, "x is [2, 3]; [n, c, h, w] or [n, c, l] is needed" },
    { "dropout1d", wrong_channels, WK_E_SHAPE, "x is [2, 3, 4, 5]; [n, c, l] or [c, l] is needed" },
    { "alpha_dropout", wrong_alpha, WK_E_INVALID, "p is -0.5" },
    { "dropout", wrong_p, WK_E_INVALID, "p is 1.5" },
    { "dropout", wrong_dtype, WK_E_DTYPE, "i64" },
    { 0 },
};

static wk_status backward(wki_backward *b, wk_tensor **d)
{
    wki_dropout_attrs attrs = *(const wki_dropout_attrs *)wki_attrs(b);
    if (WKI_FAULT(11)) attrs.key.op++;
    d[0] = masked(&op, b->g, &attrs);
    return WK_OK;
}

static wk_tensor *masked(const wki_opdef *def, wk_tensor *x, const wki_dropout_attrs *attrs)
{
    wk_tensor *y = wki_new("dropout", x->v.device, x->v.ndim, x->v.size, x->v.dtype);
    if (!y || wki_do(WKI_OP_dropout, 1, WKI_VIEWS(&y->v, &x->v), attrs, sizeof *attrs, 8 * wki_numel(&x->v)))
        return NULL;
    return wki_wants_grad(1, &x) && !wki_record(def, y, 1, &x, attrs, sizeof *attrs) ? NULL : y;
}

static bool input_ok(const char *where, wk_tensor *x, double p)
{
    if (!wki_tensor_ok(x, where, "x") || !wki_float_ok(x, where, "x")) return false;
    wki_check(p >= 0 && p <= 1, false, WK_E_INVALID, where, "p is %g; 0 <= p <= 1 is needed", p);
    return true;
}

wk_tensor *wk_dropout(wk_tensor *x, double p, bool training)
{
    if (!input_ok("dropout", x, p)) return NULL;
    if (!training || p == 0) return x;
    if (p == 1) return wk_mul_scalar(x, 0);
    wki_dropout_attrs attrs = { wki_random_next(), p };
    return masked(&op, x, &attrs);
}

/* ---- Whole channels ---- */

/* 0 or 1 / (1 - p) for each of the first `kept` dims, sizes of 1 behind */
static wk_tensor *mask_for(wk_tensor *x, int kept, double p)
{
    WK_NO_GRAD(plain);
    WKI_BESIDE(here, x);
    wki_shape shape = wki_shape_of(x);
    for (int i = kept; i < shape.ndim; i++) shape.size[i] = 1;
    return wk_dropout(wk_ones(shape.ndim, shape.size, (wk_dtype)x->v.dtype), p, true);
}

/* n: of dims behind the channels. As torch, two dims there may be one. */
static wk_tensor *without_channels(const char *where, wk_tensor *x, int n, double p, bool training)
{
    static const char *const shapes[] = { "[n, c, l] or [c, l]", "[n, c, h, w] or [n, c, l]",
                                          "[n, c, d, h, w] or [c, d, h, w]" };
    if (!input_ok(where, x, p)) return NULL;
    wki_check(x->v.ndim == n + 2 || x->v.ndim == n + 1, NULL, WK_E_SHAPE, where, "x is %s; %s is needed",
              wki_show(&x->v), shapes[n - 1]);
    if (!training || p == 0) return x;
    if (p == 1) return wk_mul_scalar(x, 0);
    const bool single = n != 2 && x->v.ndim == n + 1;
    return wk_mul(x, mask_for(x, single ? 1 : 2, p));
}

wk_tensor *wk_dropout1d(wk_tensor *x, double p, bool training)
{
    return without_channels("dropout1d", x, 1, p, training);
}
wk_tensor *wk_dropout2d(wk_tensor *x, double p, bool training)
{
    return without_channels("dropout2d", x, 2, p, training);
}
wk_tensor *wk_dropout3d(wk_tensor *x, double p, bool training)
{
    return without_channels("dropout3d", x, 3, p, training);
}

/* ---- alpha_dropout ---- */

/* x where the mask keeps it, -ALPHA elsewhere, then a line through both that gives back mean 0 and variance 1. */
static wk_tensor *alpha_masked(wk_tensor *x, wk_tensor *mask, double p)
{
    static const double ALPHA = 1.7580993408473766; /* what selu goes to, far below 0 */
    const double slope = 1 / sqrt((ALPHA * ALPHA * p + 1) * (1 - p));
    wk_tensor *kept = mask ? wk_to(wk_ne_scalar(mask, 0), (wk_dtype)x->v.dtype) : NULL;
    wk_tensor *low = wk_add_scalar(wk_mul_scalar(wk_sub_scalar(kept, 1), ALPHA * slope), ALPHA * slope * p);
    return wk_add(wk_mul(x, wk_mul_scalar(kept, slope)), low);
}

wk_tensor *wk_alpha_dropout(wk_tensor *x, double p, bool training)
{
    if (!input_ok("alpha_dropout", x, p)) return NULL;
    if (!training || p == 0) return x;
    return p == 1 ? wk_mul_scalar(x, 0) : alpha_masked(x, mask_for(x, x->v.ndim, p), p);
}

wk_tensor *wk_feature_alpha_dropout(wk_tensor *x, double p, bool training)
{
    static const char where[] = "feature_alpha_dropout";
    if (!input_ok(where, x, p)) return NULL;
    wki_check(x->v.ndim >= 2, NULL, WK_E_SHAPE, where, "x is %s; [n, c, ...] is needed", wki_show(&x->v));
    if (!training || p == 0) return x;
    return p == 1 ? wk_mul_scalar(x, 0) : alpha_masked(x, mask_for(x, 2, p), p);
}
