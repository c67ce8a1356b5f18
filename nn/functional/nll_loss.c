/* Class numbers: nll_loss, and cross_entropy in full, which is log_softmax and nll_loss, or, of probabilities, a
 * product and a sum. */
#include "nn/loss.h"

/* ---- The pick of a class, and its transpose: each is the other's backward ---- */

typedef struct pick {
    wki_nll_attrs kernel;
    int64_t n, classes, inner;
} pick;

static wk_tensor *put_back(wk_tensor *g, wk_tensor *target, wk_tensor *weight, const pick *p);
static wk_tensor *picked(wk_tensor *x, wk_tensor *target, wk_tensor *weight, const pick *p, wk_tensor **count);

static wk_status backward(wki_backward *b, wk_tensor **d, bool back)
{
    const pick *p = wki_attrs(b);
    wk_tensor *target = wki_saved_at(b, 0), *weight = p->kernel.weight ? wki_saved_at(b, 1) : NULL, *count;
    if (!target || (p->kernel.weight && !weight)) return wk_error();
    d[0] = back ? picked(b->g, target, weight, p, &count) : put_back(b->g, target, weight, p);
    return wk_error();
}
static wk_status pick_backward(wki_backward *b, wk_tensor **d) { return backward(b, d, false); }
static wk_status put_backward(wki_backward *b, wk_tensor **d) { return backward(b, d, true); }

static wk_tensor *sample_nll(wk_tensor *const *in)
{
    wk_tensor *target = wk_from((int64_t[]){ 2, -100, 1, 0, 2, 2 }, WK_SHAPE(2, 3), WK_I64);
    wk_tensor *weight = wk_add_scalar(wk_arange(0, 3, 1, in[0] ? wk_dtype_of(in[0]) : WK_F64), 0.5);
    return wk_square(wk_nll_loss_with(in[0], target, .weight = weight, .reduction = WK_REDUCE_NONE));
}
static wk_tensor *sample_put(wk_tensor *const *in)
{
    wk_tensor *grads[1], *y = wk_sum(sample_nll(in));
    return !y || wk_autograd_grad(&y, 1, in, 1, true, grads) ? NULL : grads[0];
}
static const wki_sample pick_samples[] = { { sample_nll, 1, { { 3, { 2, 3, 3 }, -2, 2 } } }, { 0 } };
static const wki_sample put_samples[] = { { sample_put, 1, { { 3, { 2, 3, 3 }, -2, 2 } } }, { 0 } };
static const wki_opdef pick_op = { "nll_loss", pick_backward, pick_samples };
static const wki_opdef put_op = { "nll_backward", put_backward, put_samples };

static wk_tensor *recorded(const wki_opdef *op, wk_tensor *y, wk_tensor *x, wk_tensor *target, wk_tensor *weight,
                           const pick *p)
{
    if (!wki_wants_grad(1, &x)) return y;
    wki_node *node = wki_record(op, y, 1, &x, p, sizeof *p);
    wki_save(node, target);
    if (weight) wki_save(node, weight);
    return wki_recorded(node, y);
}

static wk_tensor *picked(wk_tensor *x, wk_tensor *target, wk_tensor *weight, const pick *p, wk_tensor **count)
{
    const int64_t shape[2] = { p->n, p->inner };
    x = wk_contiguous(x);
    wk_tensor *y = wki_new("nll_loss", target->v.device, 2, shape, (wk_dtype)(x ? x->v.dtype : WK_F32));
    *count = wki_new("nll_loss", target->v.device, 2, shape, (wk_dtype)(x ? x->v.dtype : WK_F32));
    if (!x || !y || !*count) return NULL;
    const wki_view *views[] = { &y->v, &(*count)->v, &x->v, &target->v, weight ? &weight->v : NULL };
    if (wki_do(WKI_OP_nll, 2, weight ? 5 : 4, views, &p->kernel, sizeof p->kernel, 8 * wki_numel(&y->v))) return NULL;
    return recorded(&pick_op, y, x, target, weight, p);
}

static wk_tensor *put_back(wk_tensor *g, wk_tensor *target, wk_tensor *weight, const pick *p)
{
    const int64_t shape[3] = { p->n, p->classes, p->inner };
    g = wk_contiguous(g);
    wk_tensor *y = g ? wki_new("nll_loss", g->v.device, 3, shape, (wk_dtype)g->v.dtype) : NULL;
    if (!y) return NULL;
    const wki_view *views[] = { &y->v, &g->v, &target->v, weight ? &weight->v : NULL };
    if (wki_do(WKI_OP_nll_backward, 1, weight ? 4 : 3, views, &p->kernel, sizeof p->kernel, wki_numel(&y->v)))
        return NULL;
    return recorded(&put_op, y, g, target, weight, p);
}

/* ---- Checks ---- */

static int class_dim(const wk_tensor *x) { return x->v.ndim > 1 ? 1 : 0; }

static wki_shape without_classes(const wk_tensor *x)
{
    wki_shape s = { 0 };
    for (int i = 0; i < x->v.ndim; i++)
        if (i != class_dim(x)) s.size[s.ndim++] = x->v.size[i];
    return s;
}

static bool weight_ok(const char *where, wk_tensor *weight, const wk_tensor *x)
{
    if (!weight) return true;
    if (!wki_tensor_ok(weight, where, "weight") || !wki_same_device(where, x, weight)) return false;
    const int64_t classes = x->v.size[class_dim(x)];
    wki_check(weight->v.dtype == x->v.dtype, false, WK_E_DTYPE, where,
              "weight is %s, the input %s; one dtype is needed", wk_dtype_name((wk_dtype)weight->v.dtype),
              wk_dtype_name((wk_dtype)x->v.dtype));
    wki_check(weight->v.ndim == 1 && weight->v.size[0] == classes, false, WK_E_SHAPE, where,
              "weight is %s; a number for each of the %lld classes is needed", wki_show(&weight->v),
              (long long)classes);
    return true;
}

static bool input_ok(const char *where, wk_tensor *x, wk_tensor *target, wk_tensor *weight)
{
    if (!wki_tensor_ok(x, where, "input") || !wki_tensor_ok(target, where, "target") ||
        !wki_float_ok(x, where, "input") || !wki_same_device(where, x, target))
        return false;
    wki_check(x->v.ndim > 0, false, WK_E_SHAPE, where, "the input is []; [classes] or [n, classes, ...] is needed");
    return weight_ok(where, weight, x);
}

wk_tensor *wki_nll(const char *where, wk_tensor *x, wk_tensor *target, wk_tensor *weight, int64_t ignore,
                   wk_tensor **count)
{
    if (!input_ok(where, x, target, weight)) return NULL;
    const wk_dtype dtype = (wk_dtype)target->v.dtype;
    wki_check(dtype == WK_I64 || dtype == WK_I32 || dtype == WK_U8, NULL, WK_E_DTYPE, where,
              "target is %s; class numbers in i64 (or i32, u8) are needed", wk_dtype_name(dtype));
    const wki_shape rows = without_classes(x);
    wki_check(wki_fits(&target->v, &rows), NULL, WK_E_SHAPE, where, "target is %s for an input %s; %s is needed",
              wki_show(&target->v), wki_show(&x->v), wki_show_shape(rows.ndim, rows.size));
    pick p = { { ignore, weight != NULL }, x->v.ndim > 1 ? x->v.size[0] : 1, x->v.size[class_dim(x)], 1 };
    for (int i = 2; i < x->v.ndim; i++) p.inner *= x->v.size[i];
    wk_tensor *numbers = wk_contiguous(wk_to(target, WK_I64));
    if (weight) weight = wk_contiguous(wk_detach(weight));
    x = wk_reshape(x, WK_SHAPE(p.n, p.classes, p.inner));
    if (!numbers || !x || wk_failed()) return NULL;
    wk_tensor *y = picked(x, numbers, weight, &p, count);
    if (!y) wki_error_rename("nll", where);
    *count = y ? wk_view(*count, rows.ndim, rows.size) : NULL;
    return *count ? wk_view(y, rows.ndim, rows.size) : NULL;
}

wk_tensor *wk_nll_loss_run(wk_tensor *logp, wk_tensor *target, const wk_loss_opts *given)
{
    wk_loss_opts o;
    wk_tensor *count;
    if (!wki_loss_options("nll_loss", &o, given, WKI_LOSS_WEIGHT | WKI_LOSS_IGNORE)) return NULL;
    wk_tensor *losses = wki_nll("nll_loss", logp, target, o.weight, o.ignore_index, &count);
    return losses ? wki_loss_reduce(losses, o.reduction, count) : NULL;
}
WKI_PLAIN_LOSS(nll_loss)

/* ---- cross_entropy ---- */

static wk_tensor *per_class(wk_tensor *weight, const wk_tensor *x) /* [c] made to broadcast over x */
{
    wki_shape s = { .ndim = x->v.ndim };
    for (int i = 0; i < s.ndim; i++) s.size[i] = i == class_dim(x) ? x->v.size[i] : 1;
    return wk_reshape(weight, s.ndim, s.size);
}

static wk_tensor *of_probabilities(wk_tensor *x, wk_tensor *target, const wk_loss_opts *o)
{
    wki_check(o->ignore_index < 0, NULL, WK_E_INVALID, "cross_entropy",
              "ignore_index is %lld; with probabilities no class can be ignored", (long long)o->ignore_index);
    const int dim = class_dim(x);
    const double classes = (double)x->v.size[dim], share = o->label_smoothing / classes;
    wk_tensor *q =
        o->label_smoothing > 0 ? wk_add_scalar(wk_mul_scalar(target, 1 - o->label_smoothing), share) : target;
    wk_tensor *terms = wk_mul(wk_log_softmax(x, dim), q);
    if (o->weight) terms = wk_mul(terms, per_class(o->weight, x));
    wk_tensor *losses = wk_neg(wk_sum_dim(terms, dim, false));
    return wki_loss_reduce(losses, o->reduction, NULL);
}

static wk_tensor *of_classes(wk_tensor *x, wk_tensor *target, const wk_loss_opts *o)
{
    const int dim = class_dim(x);
    wk_tensor *logp = wk_log_softmax(x, dim), *count;
    wk_tensor *losses = wki_nll("cross_entropy", logp, target, o->weight, o->ignore_index, &count);
    if (!losses) return NULL;
    if (o->label_smoothing > 0) {
        wk_tensor *all = wk_sum_dim(o->weight ? wk_mul(logp, per_class(o->weight, x)) : logp, dim, false);
        wk_tensor *kept = wk_ne_scalar(wk_to(target, WK_I64), (double)o->ignore_index); /* u8 holds no -100 */
        all = wk_where(kept, all, wki_number_like(0, all));
        losses = wk_add_alpha(wk_mul_scalar(losses, 1 - o->label_smoothing), all,
                              -o->label_smoothing / (double)x->v.size[dim]);
    }
    return wki_loss_reduce(losses, o->reduction, count);
}

wk_tensor *wk_cross_entropy_run(wk_tensor *logits, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "cross_entropy";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_WEIGHT | WKI_LOSS_IGNORE | WKI_LOSS_SMOOTHING) ||
        !input_ok(where, logits, target, o.weight))
        return NULL;
    wki_check(o.label_smoothing >= 0 && o.label_smoothing <= 1, NULL, WK_E_INVALID, where,
              "label_smoothing is %g; 0 to 1 is needed", o.label_smoothing);
    const bool probabilities = wki_is_float((wk_dtype)target->v.dtype) && wki_same_shape(&logits->v, &target->v);
    return probabilities ? of_probabilities(logits, target, &o) : of_classes(logits, target, &o);
}

static wk_tensor *sample_entropy(wk_tensor *const *in)
{
    wk_tensor *target = wk_from((int64_t[]){ 2, 0, 4 }, WK_SHAPE(3), WK_I64);
    wk_tensor *weight = wk_add_scalar(wk_arange(0, 5, 1, in[0] ? wk_dtype_of(in[0]) : WK_F64), 0.5);
    return wk_cross_entropy_with(in[0], target, .weight = weight, .label_smoothing = 0.2);
}
static wk_tensor *sample_probabilities(wk_tensor *const *in)
{
    return wk_cross_entropy_with(in[0], in[1], .label_smoothing = 0.1);
}
static const wki_sample entropy_samples[] = {
    { sample_entropy, 1, { { 2, { 3, 5 }, -2, 2 } } },
    { sample_probabilities, 2, { { 3, { 2, 3, 2 }, -2, 2 }, { 3, { 2, 3, 2 }, 0.1, 0.5 } } },
    { 0 }
};
static const wki_opdef entropy_op = { "cross_entropy", NULL, entropy_samples };
static wk_tensor *wrong_label(void)
{
    return wk_nll_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_full(WK_SHAPE(2), WK_I64, 3));
}
static wk_tensor *wrong_shapes(void)
{
    return wk_nll_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3), WK_I64));
}
const wki_error_sample wki_errors_nll_loss[] = {
    { "nll_loss", wrong_label, WK_E_RANGE, "target 3 at position 0 is no class" },
    { "nll_loss", wrong_shapes, WK_E_SHAPE, "target is [3] for an input [2, 3]" },
    { 0 },
};

const wki_family wki_family_nll_loss = { &pick_op, &put_op, &entropy_op, NULL };
