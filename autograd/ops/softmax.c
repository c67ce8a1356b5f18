/* softmax and log_softmax along one dim. Each has a fused backward for the plain case, and one in ops for higher
 * orders: softmax dx = y (g - sum(g y)); log_softmax dx = g - exp(y) sum(g). */
#include "autograd/op.h"

static wk_tensor *fused_backward(wki_backward *b, wk_tensor *y, bool log)
{
    wki_softmax_attrs attrs = { *(const int *)wki_attrs(b), log, true };
    wk_tensor *d = wki_new("softmax", y->v.device, y->v.ndim, y->v.size, y->v.dtype);
    if (!d || wki_do(WKI_OP_softmax, 1, WKI_VIEWS(&d->v, &b->g->v, &y->v), &attrs, sizeof attrs, 4 * wki_numel(&y->v)))
        return NULL;
    return d;
}

static wk_status softmax_backward(wki_backward *b, wk_tensor **d)
{
    int dim = *(const int *)wki_attrs(b);
    wk_tensor *y = wki_saved_at(b, 0);
    if (!y) return wk_error();
    d[0] =
        wki_is_plain() ? fused_backward(b, y, false) : wk_mul(y, wk_sub(b->g, wk_sum_dim(wk_mul(b->g, y), dim, true)));
    return WK_OK;
}

static wk_status log_softmax_backward(wki_backward *b, wk_tensor **d)
{
    int dim = *(const int *)wki_attrs(b);
    wk_tensor *y = wki_saved_at(b, 0);
    if (!y) return wk_error();
    d[0] = wki_is_plain() ? fused_backward(b, y, true) : wk_sub(b->g, wk_mul(wk_exp(y), wk_sum_dim(b->g, dim, true)));
    return WK_OK;
}

static wk_tensor *sample_softmax(wk_tensor *const *in) { return wk_square(wk_softmax(in[0], -1)); }
static wk_tensor *sample_softmax_0(wk_tensor *const *in) { return wk_square(wk_softmax(in[0], 0)); }
static wk_tensor *sample_log_softmax(wk_tensor *const *in) { return wk_square(wk_log_softmax(in[0], 1)); }
static wk_tensor *sample_log_softmax_0(wk_tensor *const *in) { return wk_square(wk_log_softmax(in[0], 0)); }
static const wki_sample softmax_samples[] = { { sample_softmax, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                              { sample_softmax_0, 1, { { 3, { 3, 2, 2 }, -2, 2 } } },
                                              { 0 } };
static const wki_sample log_softmax_samples[] = { { sample_log_softmax, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                                  { sample_log_softmax_0, 1, { { 3, { 3, 2, 2 }, -2, 2 } } },
                                                  { 0 } };
static const wki_opdef softmax_op = { "softmax", softmax_backward, softmax_samples };
static const wki_opdef log_softmax_op = { "log_softmax", log_softmax_backward, log_softmax_samples };

static wk_tensor *sample_softmin(wk_tensor *const *in) { return wk_square(wk_softmin(in[0], 1)); }
static const wki_sample softmin_samples[] = { { sample_softmin, 1, { { 2, { 3, 5 }, -2, 2 } } }, { 0 } };
static const wki_opdef softmin_op = { "softmin", NULL, softmin_samples };

static wk_tensor *wrong_dtype(void) { return wk_softmax(wk_zeros(WK_SHAPE(2, 3), WK_I64), 0); }
static wk_tensor *wrong_dim(void) { return wk_log_softmax(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2); }
static wk_tensor *wrong_softmin(void) { return wk_softmin(wk_zeros(WK_SHAPE(2, 3), WK_F32), -3); }
const wki_error_sample wki_errors_softmax[] = {
    { "softmax", wrong_dtype, WK_E_DTYPE, "i64" },
    { "log_softmax", wrong_dim, WK_E_RANGE, "2" },
    { "softmin", wrong_softmin, WK_E_RANGE, "-3" },
    { 0 },
};

static wk_tensor *forward(const wki_opdef *op, wk_tensor *t, int dim, bool log)
{
    if (!wki_tensor_ok(t, op->name, "t") || !wki_float_ok(t, op->name, "t") ||
        !wki_dim_ok(op->name, "dim", t->v.ndim, &dim))
        return NULL;
    if (t->v.ndim == 0) return wk_squeeze(forward(op, wk_unsqueeze(t, 0), 0, log), 0);
    wk_tensor *y = wki_new(op->name, t->v.device, t->v.ndim, t->v.size, t->v.dtype);
    wki_softmax_attrs attrs = { dim, log, false };
    if (!y || wki_do(WKI_OP_softmax, 1, WKI_VIEWS(&y->v, &t->v), &attrs, sizeof attrs, 16 * wki_numel(&t->v)))
        return NULL;
    if (!wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(op, y, 1, &t, &dim, sizeof dim);
    wki_save_output(node, y);
    return wki_recorded(node, y);
}

wk_tensor *wk_softmax(wk_tensor *t, int dim) { return forward(&softmax_op, t, dim, false); }
wk_tensor *wk_log_softmax(wk_tensor *t, int dim) { return forward(&log_softmax_op, t, dim, true); }

wk_tensor *wk_softmin(wk_tensor *t, int dim)
{
    if (!wki_tensor_ok(t, "softmin", "t") || !wki_float_ok(t, "softmin", "t") ||
        !wki_dim_ok("softmin", "dim", t->v.ndim, &dim))
        return NULL;
    return wk_softmax(wk_neg(t), dim);
}

const wki_family wki_family_softmax = { &softmax_op, &log_softmax_op, &softmin_op, NULL };
