/* Dropout: elements set to 0 with probability p, the others scaled by 1 / (1 - p). The mask is never stored: it is a
 * function of the operation's random key, so backward is the same call on the gradient, and so is its backward. */
#include "autograd/op.h"
#include "base/fault.h"
#include "wick/nn.h"

static wk_tensor *masked(const wki_opdef *op, wk_tensor *x, const wki_dropout_attrs *attrs);

static wk_status backward(wki_backward *b, wk_tensor **d);
static wk_tensor *sample(wk_tensor *const *in)
{
    wk_manual_seed(7); /* the same mask in every call */
    return wk_square(wk_dropout(in[0], 0.4, true));
}
static const wki_sample samples[] = { { sample, 1, { { 2, { 3, 5 }, -2, 2 } } }, { 0 } };
static const wki_opdef op = { "dropout", backward, samples };
const wki_family wki_family_dropout = { &op, NULL };

static wk_tensor *wrong_p(void) { return wk_dropout(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, true); }
static wk_tensor *wrong_dtype(void) { return wk_dropout(wk_zeros(WK_SHAPE(2, 3), WK_I64), 0.5, true); }
const wki_error_sample wki_errors_dropout[] = {
    { "dropout", wrong_p, WK_E_INVALID, "p is 1" },
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

wk_tensor *wk_dropout(wk_tensor *x, double p, bool training)
{
    if (!wki_tensor_ok(x, "dropout", "x") || !wki_float_ok(x, "dropout", "x")) return NULL;
    wki_check(p >= 0 && p < 1, NULL, WK_E_INVALID, "dropout", "p is %g; 0 <= p < 1 is needed", p);
    if (!training || p == 0) return x;
    wki_dropout_attrs attrs = { wki_random_next(), p };
    return masked(&op, x, &attrs);
}
