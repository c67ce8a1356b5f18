/* Cross-entropy of logits against class numbers. The kernel's forward leaves the probabilities, which the fused
 * backward reads; higher orders take the way of ops: d = g / n (softmax(logits) - onehot(target)). */
#include "autograd/op.h"
#include "base/fault.h"
#include "wick/nn.h"

static wk_tensor *onehot_like(wk_tensor *logits, wk_tensor *target)
{
    WKI_BESIDE(here, logits);
    wk_tensor *classes = wk_unsqueeze(wk_arange(0, (double)logits->v.size[1], 1, WK_I64), 0);
    return wk_to(wk_eq(wk_unsqueeze(target, 1), classes), (wk_dtype)logits->v.dtype);
}

static wk_status backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *logits = wki_saved_at(b, 0), *target = wki_saved_at(b, 1), *prob = wki_saved_at(b, 2);
    if (!logits || !target || !prob) return wk_error();
    double scale = 1 / (double)(logits->v.size[0] - WKI_FAULT(6));
    if (!wki_is_plain()) {
        wk_tensor *slope = wk_sub(wk_softmax(logits, 1), onehot_like(logits, target));
        d[0] = wk_mul(slope, wk_mul_scalar(b->g, scale));
        return WK_OK;
    }
    wk_tensor *y = wki_new("cross_entropy", logits->v.device, 2, logits->v.size, logits->v.dtype);
    wki_scale_attrs attrs = { scale };
    if (!y) return wk_error();
    d[0] = y;
    return wki_do(WKI_OP_cross_entropy_backward, 1, WKI_VIEWS(&y->v, &b->g->v, &prob->v, &target->v), &attrs,
                  sizeof attrs, wki_numel(&y->v));
}

static wk_tensor *sample(wk_tensor *const *in)
{
    return wk_cross_entropy(in[0], wk_from((int64_t[]){ 2, 0, 4 }, WK_SHAPE(3), WK_I64));
}
static const wki_sample samples[] = { { sample, 1, { { 2, { 3, 5 }, -2, 2 } } }, { 0 } };
static const wki_opdef op = { "cross_entropy", backward, samples };
const wki_family wki_family_cross_entropy = { &op, NULL };

static wk_tensor *wrong_label(void)
{
    return wk_cross_entropy(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_from((int64_t[]){ 0, 3 }, WK_SHAPE(2), WK_I64));
}
static wk_tensor *wrong_shapes(void)
{
    return wk_cross_entropy(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3), WK_I64));
}
static wk_tensor *wrong_dtype(void)
{
    return wk_cross_entropy(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32));
}
const wki_error_sample wki_errors_cross_entropy[] = {
    { "cross_entropy", wrong_label, WK_E_RANGE, "row 1 has label 3" },
    { "cross_entropy", wrong_shapes, WK_E_SHAPE, "[3]" },
    { "cross_entropy", wrong_dtype, WK_E_DTYPE, "target is f32" },
    { 0 },
};

/* What the kernel is for; all else is made of log_softmax and nll_loss. */
static bool is_usual(const wki_view *logits, const wki_view *target)
{
    return target->dtype == WK_I64 && logits->ndim == 2 && target->ndim == 1 && logits->size[0] == target->size[0];
}

wk_tensor *wk_cross_entropy(wk_tensor *logits, wk_tensor *target)
{
    static const char where[] = "cross_entropy";
    if (!wki_tensor_ok(logits, where, "logits") || !wki_tensor_ok(target, where, "target") ||
        !wki_float_ok(logits, where, "logits") || !wki_same_device(where, logits, target))
        return NULL;
    if (!is_usual(&logits->v, &target->v)) return wk_cross_entropy_run(logits, target, NULL);
    int64_t n = logits->v.size[0];
    wk_tensor *losses = wki_new(where, logits->v.device, 1, &n, logits->v.dtype);
    wk_tensor *prob = wki_new(where, logits->v.device, 2, logits->v.size, logits->v.dtype);
    if (!losses || !prob ||
        wki_do(WKI_OP_cross_entropy, 2, WKI_VIEWS(&losses->v, &prob->v, &logits->v, &target->v), NULL, 0,
               16 * wki_numel(&prob->v)))
        return NULL;
    wk_tensor *y = wk_mean(losses);
    if (!y || !wki_wants_grad(1, &logits)) return y;
    wki_node *node = wki_record(&op, y, 1, &logits, NULL, 0);
    wki_save(node, logits);
    wki_save(node, target);
    wki_save(node, prob);
    return wki_recorded(node, y);
}
