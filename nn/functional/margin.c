/* Losses with a margin: what is on the right side by more than the margin costs nothing. Composed of ops, as in torch.
 */
#include "nn/loss.h"

/* condition(target == sign) ? losses : 0 */
static wk_tensor *where_target(wk_tensor *target, double sign, wk_tensor *losses)
{
    return wk_where(wk_eq(target, wki_number_like(sign, target)), losses, wki_number_like(0, losses));
}

wk_tensor *wk_hinge_embedding_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "hinge_embedding_loss";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_MARGIN) || !wki_loss_pair_ok(where, input, target)) return NULL;
    wk_tensor *zero = wki_number_like(0, input);
    wk_tensor *far = wk_relu(wk_add_scalar(wk_neg(input), wki_or(o.margin, 1)));
    wk_tensor *apart = wk_where(wk_ne(target, wki_number_like(1, target)), far, zero);
    wk_tensor *near = wk_where(wk_ne(target, wki_number_like(-1, target)), input, zero);
    return wki_loss_reduce(wk_add(apart, near), o.reduction, NULL);
}
WKI_PLAIN_LOSS(hinge_embedding_loss)

wk_tensor *wk_margin_ranking_loss_run(wk_tensor *a, wk_tensor *b, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "margin_ranking_loss";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_MARGIN) || !wki_loss_pair_ok(where, a, b) ||
        !wki_loss_pair_ok(where, a, target))
        return NULL;
    wk_tensor *wrong = wk_add_scalar(wk_mul(target, wk_sub(b, a)), wki_or(o.margin, 0));
    return wki_loss_reduce(wk_relu(wrong), o.reduction, NULL);
}

wk_tensor *wk_margin_ranking_loss(wk_tensor *a, wk_tensor *b, wk_tensor *target)
{
    return wk_margin_ranking_loss_run(a, b, target, NULL);
}

wk_tensor *wk_multi_margin_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "multi_margin_loss";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_MARGIN | WKI_LOSS_P | WKI_LOSS_WEIGHT)) return NULL;
    const double p = wki_or(o.p, 1);
    wki_check(p == 1 || p == 2, NULL, WK_E_INVALID, where, "p is %g; 1 or 2 is needed", p);
    if (!wki_tensor_ok(input, where, "input")) return NULL;
    wki_check(input->v.ndim <= 2, NULL, WK_E_SHAPE, where, "the input is %s; [n, classes] or [classes] is needed",
              wki_show(&input->v));
    wk_tensor *weights, *right = wki_nll(where, input, target, NULL, INT64_MIN, &weights); /* -x[y] */
    if (right && o.weight && !wki_nll(where, wk_detach(input), target, o.weight, INT64_MIN, &weights)) return NULL;
    if (!right) return NULL;
    const double classes = (double)input->v.size[input->v.ndim - 1];
    WKI_BESIDE(here, input);
    wk_tensor *over = wk_add_scalar(wk_add(input, wk_unsqueeze(right, -1)), wki_or(o.margin, 1));
    wk_tensor *others = wk_ne(wk_unsqueeze(wk_to(target, WK_I64), -1), wk_arange(0, classes, 1, WK_I64));
    over = wk_relu(wk_where(others, over, wki_number_like(0, over)));
    wk_tensor *losses = wk_div_scalar(wk_sum_dim(p == 2 ? wk_square(over) : over, -1, false), classes);
    return wki_loss_reduce(o.weight ? wk_mul(losses, weights) : losses, o.reduction, NULL);
}
WKI_PLAIN_LOSS(multi_margin_loss)

/* cos of the angles between rows, with torch's 1e-12 in the lengths' squares */
static wk_tensor *cosines(wk_tensor *a, wk_tensor *b)
{
    wk_tensor *aa = wk_add_scalar(wk_sum_dim(wk_square(a), -1, false), 1e-12);
    wk_tensor *bb = wk_add_scalar(wk_sum_dim(wk_square(b), -1, false), 1e-12);
    return wk_div(wk_sum_dim(wk_mul(a, b), -1, false), wk_sqrt(wk_mul(aa, bb)));
}

wk_tensor *wk_cosine_embedding_loss_run(wk_tensor *a, wk_tensor *b, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "cosine_embedding_loss";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_MARGIN) || !wki_loss_pair_ok(where, a, b) ||
        !wki_tensor_ok(target, where, "target") || !wki_same_device(where, a, target))
        return NULL;
    wki_shape rows = wki_shape_of(a);
    rows.ndim--;
    wki_check((a->v.ndim == 1 || a->v.ndim == 2) && wki_fits(&target->v, &rows), NULL, WK_E_SHAPE, where,
              "a is %s, target %s; [n, d] and [n], or [d] and [] are needed", wki_show(&a->v), wki_show(&target->v));
    wk_tensor *cos = cosines(a, b), *alike = wk_add_scalar(wk_neg(cos), 1);
    wk_tensor *unlike = wk_relu(wk_sub_scalar(cos, wki_or(o.margin, 0)));
    return wki_loss_reduce(wk_add(where_target(target, 1, alike), where_target(target, -1, unlike)), o.reduction, NULL);
}

wk_tensor *wk_cosine_embedding_loss(wk_tensor *a, wk_tensor *b, wk_tensor *target)
{
    return wk_cosine_embedding_loss_run(a, b, target, NULL);
}

wk_tensor *wk_triplet_margin_loss_run(wk_tensor *anchor, wk_tensor *positive, wk_tensor *negative,
                                      const wk_loss_opts *given)
{
    static const char where[] = "triplet_margin_loss";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_MARGIN | WKI_LOSS_P | WKI_LOSS_EPS | WKI_LOSS_SWAP) ||
        !wki_loss_pair_ok(where, anchor, positive) || !wki_loss_pair_ok(where, anchor, negative))
        return NULL;
    const double margin = wki_or(o.margin, 1), p = wki_or(o.p, 2), eps = wki_or(o.eps, 1e-6);
    wki_check(margin > 0, NULL, WK_E_INVALID, where, "margin is %g; it must be above 0", margin);
    wk_tensor *near = wk_pairwise_distance(anchor, positive, p, eps, false);
    wk_tensor *far = wk_pairwise_distance(anchor, negative, p, eps, false);
    if (o.swap) far = wk_minimum(far, wk_pairwise_distance(positive, negative, p, eps, false));
    return wki_loss_reduce(wk_relu(wk_add_scalar(wk_sub(near, far), margin)), o.reduction, NULL);
}

wk_tensor *wk_triplet_margin_loss(wk_tensor *anchor, wk_tensor *positive, wk_tensor *negative)
{
    return wk_triplet_margin_loss_run(anchor, positive, negative, NULL);
}

/* ---- Samples ---- */
static wk_tensor *signs(int ndim, const int64_t *shape) /* 1 and -1, by turns */
{
    return wk_reshape(wk_from((int64_t[]){ 1, -1, -1, 1, 1, -1 }, WK_SHAPE(6), WK_I64), ndim, shape);
}
static wk_tensor *sample_hinge(wk_tensor *const *in)
{
    return wk_hinge_embedding_loss_with(in[0], signs(WK_SHAPE(2, 3)), .margin = 0.7);
}
static wk_tensor *sample_ranking(wk_tensor *const *in)
{
    return wk_margin_ranking_loss_with(in[0], in[1], signs(WK_SHAPE(2, 3)), .margin = 0.3);
}
static wk_tensor *sample_multi(wk_tensor *const *in)
{
    wk_tensor *target = wk_from((int64_t[]){ 2, 0 }, WK_SHAPE(2), WK_I64);
    wk_tensor *weight = wk_add_scalar(wk_arange(0, 3, 1, in[0] ? wk_dtype_of(in[0]) : WK_F64), 0.5);
    return wk_multi_margin_loss_with(in[0], target, .p = 2, .weight = weight);
}
static wk_tensor *sample_cosine(wk_tensor *const *in)
{
    return wk_cosine_embedding_loss_with(in[0], in[1], signs(WK_SHAPE(6)), .margin = -0.9);
}
static wk_tensor *sample_triplet(wk_tensor *const *in)
{
    return wk_triplet_margin_loss_with(in[0], in[1], in[2], .margin = 3, .swap = true);
}
#define IN(N, D)                                                                                                       \
    {                                                                                                                  \
        2, { N, D }, -2, 2                                                                                             \
    }
static const wki_sample hinge_samples[] = { { sample_hinge, 1, { IN(2, 3) } }, { 0 } };
static const wki_sample ranking_samples[] = { { sample_ranking, 2, { IN(2, 3), IN(2, 3) } }, { 0 } };
static const wki_sample multi_samples[] = { { sample_multi, 1, { IN(2, 3) } }, { 0 } };
static const wki_sample cosine_samples[] = { { sample_cosine, 2, { IN(6, 3), IN(6, 3) } }, { 0 } };
static const wki_sample triplet_samples[] = { { sample_triplet, 3, { IN(3, 4), IN(3, 4), IN(3, 4) } }, { 0 } };
static const wki_opdef hinge_op = { "hinge_embedding_loss", NULL, hinge_samples };
static const wki_opdef ranking_op = { "margin_ranking_loss", NULL, ranking_samples };
static const wki_opdef multi_op = { "multi_margin_loss", NULL, multi_samples };
static const wki_opdef cosine_op = { "cosine_embedding_loss", NULL, cosine_samples };
static const wki_opdef triplet_op = { "triplet_margin_loss", NULL, triplet_samples };
static wk_tensor *wrong_hinge(void)
{
    return wk_hinge_embedding_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32));
}
static wk_tensor *wrong_ranking(void)
{
    return wk_margin_ranking_loss(wk_zeros(WK_SHAPE(2), WK_F32), wk_zeros(WK_SHAPE(3), WK_F32),
                                  wk_zeros(WK_SHAPE(2), WK_F32));
}
static wk_tensor *wrong_multi(void)
{
    return wk_multi_margin_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3), WK_I64));
}
static wk_tensor *wrong_class(void)
{
    return wk_multi_margin_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32),
                                wk_from((int64_t[]){ 2, INT64_MIN }, WK_SHAPE(2), WK_I64));
}
static wk_tensor *wrong_cosine(void)
{
    return wk_cosine_embedding_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 4), WK_F32),
                                    wk_zeros(WK_SHAPE(2), WK_F32));
}
static wk_tensor *wrong_triplet(void)
{
    return wk_triplet_margin_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32),
                                  wk_zeros(WK_SHAPE(2, 4), WK_F32));
}
const wki_error_sample wki_errors_margin[] = {
    { "hinge_embedding_loss", wrong_hinge, WK_E_SHAPE, "shapes differ (input [2, 3], target [2])" },
    { "margin_ranking_loss", wrong_ranking, WK_E_SHAPE, "shapes differ (input [2], target [3])" },
    { "multi_margin_loss", wrong_multi, WK_E_SHAPE, "target is [3] for an input [2, 3]" },
    { "multi_margin_loss", wrong_class, WK_E_RANGE, "target -9223372036854775808 at position 1 is no class" },
    { "cosine_embedding_loss", wrong_cosine, WK_E_SHAPE, "shapes differ (input [2, 3], target [2, 4])" },
    { "triplet_margin_loss", wrong_triplet, WK_E_SHAPE, "shapes differ (input [2, 3], target [2, 4])" },
    { 0 },
};

const wki_family wki_family_margin = { &hinge_op, &ranking_op, &multi_op, &cosine_op, &triplet_op, NULL };
