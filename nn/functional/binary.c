/* Losses of probabilities: binary cross-entropy, of probabilities and of logits, kl_div, and the logistic loss of
 * signs, soft_margin. Composed of rows. */
#include "autograd/recording.h"
#include "nn/loss.h"

typedef struct argument {
    const char *where, *name;
} argument;

static wk_status look(void *object, void *memory, const wki_view *const *views)
{
    const argument *a = memory;
    const double least = wki_number_at(views[0]), most = wki_number_at(views[1]);
    (void)object;
    wki_check(least >= 0 && most <= 1, WK_E_RANGE, WK_E_RANGE, a->where, "%s has the element %g; 0 to 1 is needed",
              a->name, least >= 0 ? most : least);
    return WK_OK;
}

/* Are all elements between 0 and 1? NaN is not. */
static bool probabilities_ok(const char *where, const char *name, wk_tensor *t)
{
    if (wki_numel(&t->v) == 0) return true;
    WK_SCOPE(check);
    WK_NO_GRAD(values);
    wk_tensor *all = wk_reshape(t, WK_SHAPE(-1)), *least = wk_amin(all, 0, false), *most = wk_amax(all, 0, false);
    argument a = { where, name };
    return least && most && wki_on_host(look, NULL, &a, sizeof a, WKI_VIEWS(&least->v, &most->v));
}

/* t itself, if there is one and it broadcasts to x without stretching it */
static bool broadcasts_to(const char *where, const char *argument, wk_tensor *t, const wk_tensor *x)
{
    if (!t) return true;
    if (!wki_tensor_ok(t, where, argument) || !wki_same_device(where, x, t)) return false;
    wki_shape shape = wki_shape_of(x);
    if (!wki_broadcast(where, &shape, &t->v)) return false;
    wki_check(wki_fits(&x->v, &shape), false, WK_E_SHAPE, where, "%s %s does not broadcast to the input %s", argument,
              wki_show(&t->v), wki_show(&x->v));
    return true;
}

wk_tensor *wk_binary_cross_entropy_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "binary_cross_entropy";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_WEIGHT) || !wki_loss_pair_ok(where, input, target) ||
        !broadcasts_to(where, "weight", o.weight, input) || !probabilities_ok(where, "input", input) ||
        !probabilities_ok(where, "target", target))
        return NULL;
    wk_tensor *losses = wk_bernoulli_error(input, target);
    return wki_loss_reduce(o.weight ? wk_mul(losses, o.weight) : losses, o.reduction, NULL);
}
WKI_PLAIN_LOSS(binary_cross_entropy)

/* (1 - y) x + (1 + (pos_weight - 1) y) log(1 + exp(-x)) */
static wk_tensor *weighted_logistic(wk_tensor *x, wk_tensor *y, wk_tensor *pos_weight)
{
    wk_tensor *scale = wk_add_scalar(wk_mul(wk_sub_scalar(pos_weight, 1), y), 1);
    wk_tensor *certain = wk_sub(x, wk_mul(y, x));
    return wk_add(certain, wk_mul(scale, wk_logistic_error(x, wki_number_like(1, x))));
}

wk_tensor *wk_binary_cross_entropy_with_logits_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "binary_cross_entropy_with_logits";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_WEIGHT | WKI_LOSS_POS_WEIGHT) ||
        !wki_loss_pair_ok(where, input, target) || !broadcasts_to(where, "weight", o.weight, input) ||
        !broadcasts_to(where, "pos_weight", o.pos_weight, input))
        return NULL;
    wk_tensor *losses =
        o.pos_weight ? weighted_logistic(input, target, o.pos_weight) : wk_logistic_error(input, target);
    return wki_loss_reduce(o.weight ? wk_mul(losses, o.weight) : losses, o.reduction, NULL);
}
WKI_PLAIN_LOSS(binary_cross_entropy_with_logits)

wk_tensor *wk_kl_div_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    wk_loss_opts o;
    if (!wki_loss_options("kl_div", &o, given, WKI_LOSS_LOG_TARGET | WKI_LOSS_BATCHMEAN) ||
        !wki_loss_pair_ok("kl_div", input, target))
        return NULL;
    return wki_loss_reduce(o.log_target ? wk_log_divergence(input, target) : wk_divergence(input, target), o.reduction,
                           NULL);
}
WKI_PLAIN_LOSS(kl_div)

wk_tensor *wk_soft_margin_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    wk_loss_opts o;
    if (!wki_loss_options("soft_margin_loss", &o, given, 0) || !wki_loss_pair_ok("soft_margin_loss", input, target))
        return NULL;
    return wki_loss_reduce(wk_neg(wk_logsigmoid(wk_mul(input, target))), o.reduction, NULL);
}
WKI_PLAIN_LOSS(soft_margin_loss)

/* ---- Samples ---- */
static wk_tensor *sample_bce(wk_tensor *const *in)
{
    return wk_binary_cross_entropy_with(in[0], in[1], .weight = in[2]);
}
static wk_tensor *sample_logits(wk_tensor *const *in)
{
    return wk_binary_cross_entropy_with_logits_with(in[0], in[1], .reduction = WK_REDUCE_SUM);
}
static wk_tensor *sample_pos_weight(wk_tensor *const *in)
{
    return wk_binary_cross_entropy_with_logits_with(in[0], in[1], .pos_weight = in[2], .weight = in[2]);
}
static wk_tensor *sample_kl(wk_tensor *const *in)
{
    return wk_kl_div_with(in[0], in[1], .reduction = WK_REDUCE_BATCHMEAN);
}
static wk_tensor *sample_log_kl(wk_tensor *const *in)
{
    return wk_kl_div_with(in[0], in[1], .log_target = true, .reduction = WK_REDUCE_NONE);
}
static wk_tensor *sample_soft_margin(wk_tensor *const *in) { return wk_soft_margin_loss(in[0], in[1]); }
#define IN(LOW, HIGH)                                                                                                  \
    {                                                                                                                  \
        2, { 3, 5 }, LOW, HIGH                                                                                         \
    }
static const wki_sample bce_samples[] = { { sample_bce, 3, { IN(0.3, 0.7), IN(0.1, 0.9), IN(0.5, 2) } }, { 0 } };
static const wki_sample logits_samples[] = {
    { sample_logits, 2, { IN(-2, 2), IN(0.1, 0.9) } },
    { sample_pos_weight, 3, { IN(-2, 2), IN(0.1, 0.9), { 1, { 5 }, 0.5, 2 } } },
    { 0 }
};
static const wki_sample kl_samples[] = { { sample_kl, 2, { IN(-2, 0), IN(0.2, 1) } },
                                         { sample_log_kl, 2, { IN(-2, 0), IN(-2, 0) } },
                                         { 0 } };
static const wki_sample soft_margin_samples[] = { { sample_soft_margin, 2, { IN(-2, 2), IN(-1, 1) } }, { 0 } };
static const wki_opdef bce_op = { "binary_cross_entropy", NULL, bce_samples };
static const wki_opdef logits_op = { "binary_cross_entropy_with_logits", NULL, logits_samples };
static const wki_opdef kl_op = { "kl_div", NULL, kl_samples };
static const wki_opdef soft_margin_op = { "soft_margin_loss", NULL, soft_margin_samples };
static wk_tensor *wrong_bce(void)
{
    return wk_binary_cross_entropy(wk_full(WK_SHAPE(2), WK_F32, 1.5), wk_zeros(WK_SHAPE(2), WK_F32));
}
static wk_tensor *wrong_logits(void)
{
    return wk_binary_cross_entropy_with_logits(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32));
}
static wk_tensor *wrong_kl_div(void)
{
    return wk_kl_div(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3, 2), WK_F32));
}
static wk_tensor *wrong_soft_margin(void)
{
    return wk_soft_margin_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32));
}
const wki_error_sample wki_errors_binary[] = {
    { "binary_cross_entropy", wrong_bce, WK_E_RANGE, "input has the element 1.5" },
    { "binary_cross_entropy_with_logits", wrong_logits, WK_E_SHAPE, "shapes differ (input [2, 3], target [2])" },
    { "kl_div", wrong_kl_div, WK_E_SHAPE, "shapes differ (input [2, 3], target [3, 2])" },
    { "soft_margin_loss", wrong_soft_margin, WK_E_SHAPE, "shapes differ (input [2, 3], target [2])" },
    { 0 },
};

const wki_family wki_family_binary = { &bce_op, &logits_op, &kl_op, &soft_margin_op, NULL };
