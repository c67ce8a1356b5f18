/* Norms, attention, embedding, distances and losses of wick/nn.h: values and gradients of every option against
 * PyTorch's in golden/losses.h, and what they refuse. */
#include "golden/losses.h"
#include "wick/nn.h"
#include "wick_check.h"

/* ((i * a) mod m - m / 2) / m, as losses.py has it */
static wk_tensor *ramp_of(int a, int m, int ndim, const int64_t *shape)
{
    wk_tensor *t = wk_zeros(ndim, shape, WK_F64);
    double *p = (double *)host_data(t);
    for (int64_t i = 0; i < wk_numel(t); i++) p[i] = (double)(i * a % m - m / 2) / m;
    host_changed(t, p);
    return t;
}
#define RAMP(A, ...) ramp_of(A, 16, WK_SHAPE(__VA_ARGS__))

static wk_tensor *leaf(wk_tensor *t) { return wk_requires_grad(wk_detach(t)); }
static wk_tensor *plus(wk_tensor *t, double number) { return leaf(wk_add_scalar(t, number)); }
static wk_tensor *times(wk_tensor *t, double number) { return leaf(wk_mul_scalar(t, number)); }
static wk_tensor *whole(const int64_t *numbers, int ndim, const int64_t *shape)
{
    return wk_from(numbers, ndim, shape, WK_I64);
}
#define NUMBERS(...)                                                                                                   \
    (const int64_t[]) { __VA_ARGS__ }

static size_t same(const char *name, wk_tensor *t, const double *golden, size_t at, size_t count)
{
    t = wk_contiguous(t);
    const double *values = host_data(t);
    for (int64_t i = 0; i < wk_numel(t); i++, at++) {
        const double got = values[i], expected = at < count ? golden[at] : 1e300;
        const bool near =
            got == expected || fabs(got - expected) <= 1e-12 * (1 + fabs(expected)) || (isnan(got) && isnan(expected));
        if (!near) ck_abort_msg("%s, number %d: %.17g; torch has %.17g", name, (int)at, got, expected);
    }
    return at;
}

static void check(const char *name, wk_tensor *y, wk_tensor *const *in, int n, const double *golden, size_t count)
{
    wk_tensor *grads[4] = { 0 };
    if (!y) ck_abort_msg("%s: %s", name, wk_error_text());
    wk_tensor *weights = wk_add_scalar(ramp_of(3, 8, wk_ndim(y), wk_shape(y)), 1), *sum = wk_sum(wk_mul(y, weights));
    size_t at = same(name, y, golden, 0, count);
    if (n && wk_autograd_grad(&sum, 1, in, n, false, grads)) ck_abort_msg("%s: %s", name, wk_error_text());
    for (int i = 0; i < n; i++) at = same(name, grads[i] ? grads[i] : wk_zeros_like(in[i]), golden, at, count);
    ck_assert_uint_eq(at, count);
    CHECK_OK();
}

/* The output and the gradients of the leaves that are named behind it */
#define CASE(NAME, Y, ...)                                                                                             \
    check(#NAME, Y, (wk_tensor *[]){ __VA_ARGS__ }, sizeof((wk_tensor *[]){ __VA_ARGS__ }) / sizeof(wk_tensor *),      \
          golden_##NAME, sizeof golden_##NAME / sizeof(double))
/* With each reduction r */
#define THREE(NAME, Y, ...)                                                                                            \
    do {                                                                                                               \
        wk_reduction r = WK_REDUCE_MEAN;                                                                               \
        CASE(NAME##_mean, Y, __VA_ARGS__);                                                                             \
        r = WK_REDUCE_SUM;                                                                                             \
        CASE(NAME##_sum, Y, __VA_ARGS__);                                                                              \
        r = WK_REDUCE_NONE;                                                                                            \
        CASE(NAME##_none, Y, __VA_ARGS__);                                                                             \
    } while (0)

/* ---- Norms ---- */

static wk_tensor *two(wk_tensor *mean, wk_tensor *var, wk_tensor *x) /* the running pair, with a gradient of 0 */
{
    return wk_add(wk_cat((wk_tensor *[]){ mean, var }, 2, 0), wk_mul_scalar(wk_sum(x), 0));
}

TEST(norms, batch_norm_has_torchs_values_and_running_statistics)
{
    wk_tensor *x43 = leaf(RAMP(7, 4, 3)), *x234 = leaf(RAMP(7, 2, 3, 4)), *w = plus(RAMP(5, 3), 1),
              *b = leaf(RAMP(3, 3));
    wk_tensor *mean = RAMP(5, 3), *var = wk_add_scalar(RAMP(3, 3), 1);
    CASE(batch_eval_2d, wk_batch_norm(x43, mean, var, w, b, false, 0.25, 1e-3), x43, w, b);
    CASE(batch_eval_3d, wk_batch_norm(x234, mean, var, w, b, false, 0.25, 1e-3), x234, w, b);
    CASE(batch_norm_2d, wk_batch_norm(x43, mean, var, w, b, true, 0.25, 1e-3), x43, w, b);
    CASE(batch_running_2d, two(mean, var, x43), x43);
    mean = RAMP(5, 3), var = wk_add_scalar(RAMP(3, 3), 1);
    CASE(batch_norm_3d, wk_batch_norm(x234, mean, var, w, b, true, 0.25, 1e-3), x234, w, b);
    CASE(batch_running_3d, two(mean, var, x234), x234);
    CASE(batch_norm_plain, wk_batch_norm(x234, NULL, NULL, NULL, NULL, true, 0.1, 1e-5), x234);
}

TEST(norms, instance_norm_has_torchs_values_and_running_statistics)
{
    wk_tensor *x = leaf(RAMP(7, 2, 3, 4)), *w = plus(RAMP(5, 3), 1), *b = leaf(RAMP(3, 3));
    wk_tensor *mean = RAMP(5, 3), *var = wk_add_scalar(RAMP(3, 3), 1);
    CASE(instance_norm, wk_instance_norm(x, mean, var, w, b, true, 0.25, 1e-3), x, w, b);
    CASE(instance_running, two(mean, var, x), x);
    CASE(instance_eval, wk_instance_norm(x, mean, var, NULL, NULL, false, 0.25, 1e-3), x);
}

TEST(norms, of_single_samples_have_torchs_values)
{
    wk_tensor *x = leaf(RAMP(7, 3, 5)), *w = plus(RAMP(5, 5), 1), *b = leaf(RAMP(3, 5)), *x234 = leaf(RAMP(7, 2, 3, 4));
    wk_tensor *w34 = leaf(RAMP(5, 3, 4)), *x243 = leaf(RAMP(7, 2, 4, 3)), *w4 = plus(RAMP(5, 4), 1),
              *b4 = leaf(RAMP(3, 4)), *x36 = leaf(RAMP(7, 3, 6)), *w6 = plus(RAMP(5, 6), 1), *b6 = leaf(RAMP(3, 6));
    CASE(layer_norm, wk_layer_norm(x, WK_SHAPE(5), w, b, 1e-5), x, w, b);
    CASE(layer_norm_2d, wk_layer_norm(x234, WK_SHAPE(3, 4), w34, NULL, 1e-2), x234, w34);
    CASE(layer_norm_plain, wk_layer_norm(x234, WK_SHAPE(4), NULL, NULL, 1e-5), x234);
    CASE(rms_norm, wk_rms_norm(x, WK_SHAPE(5), w, 1e-3), x, w);
    CASE(rms_norm_plain, wk_rms_norm(x234, WK_SHAPE(4), NULL, -1), x234);
    CASE(group_norm, wk_group_norm(x243, 2, w4, b4, 1e-3), x243, w4, b4);
    CASE(group_norm_flat, wk_group_norm(x36, 2, w6, b6, 1e-3), x36, w6, b6);
    CASE(group_norm_one, wk_group_norm(x243, 1, NULL, NULL, 1e-5), x243);
}

TEST(norms, refuse_what_does_not_fit)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(1, 3), WK_F32), *three = wk_ones(WK_SHAPE(3), WK_F32);
    CHECK_NULL(wk_batch_norm(x, NULL, NULL, NULL, NULL, true, 0.1, 1e-5));
    CHECK_ERROR(WK_E_SHAPE, "batch_norm", "[1, 3]", "one value a channel");
    CHECK_NULL(wk_batch_norm(x, NULL, NULL, NULL, NULL, false, 0.1, 1e-5));
    CHECK_ERROR(WK_E_INVALID, "running_mean");
    CHECK_NULL(wk_batch_norm(x, three, NULL, NULL, NULL, false, 0.1, 1e-5));
    CHECK_ERROR(WK_E_INVALID, "running_var");
    CHECK_NULL(wk_batch_norm(x, three, three, wk_ones(WK_SHAPE(4), WK_F32), NULL, false, 0.1, 1e-5));
    CHECK_ERROR(WK_E_SHAPE, "weight is [4]", "[3]");
    CHECK_NULL(wk_layer_norm(x, WK_SHAPE(4), NULL, NULL, 1e-5));
    CHECK_ERROR(WK_E_SHAPE, "layer_norm", "[1, 3]", "[4]");
    CHECK_NULL(wk_layer_norm(x, WK_SHAPE(3), NULL, wk_ones(WK_SHAPE(3), WK_F64), 1e-5));
    CHECK_ERROR(WK_E_DTYPE, "bias is f64", "x f32");
    CHECK_NULL(wk_group_norm(x, 2, NULL, NULL, 1e-5));
    CHECK_ERROR(WK_E_INVALID, "group_norm", "3 channels", "2 groups");
    CHECK_NULL(wk_instance_norm(x, NULL, NULL, NULL, NULL, true, 0.1, 1e-5));
    CHECK_ERROR(WK_E_SHAPE, "instance_norm");
    CHECK_NULL(wk_rms_norm(wk_zeros(WK_SHAPE(3), WK_I64), WK_SHAPE(3), NULL, 0));
    CHECK_ERROR(WK_E_DTYPE, "rms_norm", "i64");
}

TEST(norms, of_nothing_are_nothing)
{
    wk_tensor *x = wk_requires_grad(wk_zeros(WK_SHAPE(0, 3, 2), WK_F32)),
              *w = wk_requires_grad(wk_ones(WK_SHAPE(3), WK_F32));
    wk_tensor *mean = wk_zeros(WK_SHAPE(3), WK_F32), *var = wk_ones(WK_SHAPE(3), WK_F32);
    wk_backward(wk_sum(wk_batch_norm(x, mean, var, w, w, true, 0.1, 1e-5)));
    wk_backward(wk_sum(wk_layer_norm(wk_transpose(x, 1, 2), WK_SHAPE(3), w, w, 1e-5)));
    wk_backward(wk_sum(wk_group_norm(x, 3, w, NULL, 1e-5)));
    CHECK_OK();
    CHECK(wk_numel(wk_grad(x)) == 0 && wk_item(wk_sum(wk_grad(w))) == 0 && wk_item(wk_sum(mean)) == 0);
}

/* ---- Distances, embedding, attention ---- */

static wk_tensor *flat(void) { return leaf(wk_from((double[]){ 0, 0, 0, 3, 4, 0, 1, -2, 2 }, WK_SHAPE(3, 3), WK_F64)); }

TEST(distances, have_torchs_values)
{
    wk_tensor *x = flat(), *a = leaf(RAMP(5, 3, 4)), *b = leaf(RAMP(7, 3, 3)), *c = leaf(RAMP(7, 3, 4)),
              *one = leaf(RAMP(5, 3, 1)), *row = leaf(RAMP(5, 4));
    CASE(normalize, wk_normalize(x, 2, 1, 1e-12), x);
    CASE(normalize_1, wk_normalize(a, 1, 0, 1e-12), a);
    CASE(normalize_3, wk_normalize(a, 3, -1, 0.5), a);
    CASE(normalize_inf, wk_normalize(a, INFINITY, 1, 1e-12), a);
    CASE(cosine, wk_cosine_similarity(x, b, 1, 1e-8), x, b);
    CASE(cosine_wide, wk_cosine_similarity(c, one, 0, 1.0), c, one);
    CASE(distance, wk_pairwise_distance(x, b, 2, 1e-6, false), x, b);
    wk_tensor *four = leaf(RAMP(7, 4, 3)), *batch = leaf(RAMP(7, 2, 3, 4)), *five = leaf(RAMP(5, 5, 4));
    CASE(cdist, wk_cdist(x, four, 2), x, four);
    CASE(cdist_1, wk_cdist(batch, five, 1), batch, five);
    wk_tensor *nowhere = leaf(wk_zeros(WK_SHAPE(2, 0), WK_F64));
    wk_tensor *none = wk_cdist(nowhere, wk_zeros(WK_SHAPE(3, 0), WK_F64), INFINITY);
    CHECK(none && wk_equal(none, wk_zeros(WK_SHAPE(2, 3), WK_F64)) && wk_backward(wk_sum(none)) == WK_OK);
    CASE(distance_1, wk_pairwise_distance(c, row, 1, 1e-6, true), c, row);
    CHECK(wk_equal(wk_pairwise_distance(x, wk_zeros_like(x), 0, 0, false),
                   wk_from((double[]){ 0, 2, 3 }, WK_SHAPE(3), WK_F64)));
    CASE(distance_negative, wk_pairwise_distance(c, row, -1.5, 1e-6, false), c, row);
    CASE(normalize_negative, wk_normalize(a, -2, -1, 1e-12), a);
    CHECK_NULL(wk_normalize(x, NAN, 1, 1e-12));
    CHECK_ERROR(WK_E_INVALID, "normalize", "p is NaN");
}

TEST(embedding, has_torchs_values_and_refuses_rows_outside)
{
    wk_tensor *w = leaf(RAMP(7, 5, 3)), *index = whole(NUMBERS(2, 0, 2, 1, 2, 4), WK_SHAPE(2, 3));
    CASE(embedding, wk_embedding(index, w, WK_NO_PADDING), w);
    CASE(embedding_padding, wk_embedding(index, w, 2), w);
    CASE(embedding_negative, wk_embedding(wk_to(index, WK_I32), w, -1), w);
    CHECK_NULL(wk_embedding(whole(NUMBERS(5), WK_SHAPE(1)), w, WK_NO_PADDING));
    CHECK_ERROR(WK_E_RANGE, "5", "0 to 4");
    CHECK_NULL(wk_embedding(index, w, 5));
    CHECK_ERROR(WK_E_RANGE, "padding_idx 5");
    CHECK_NULL(wk_embedding(w, w, WK_NO_PADDING));
    CHECK_ERROR(WK_E_DTYPE, "index is f64");
}

TEST(attention, has_torchs_values)
{
    static const bool part[] = { 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1 };
    wk_tensor *q = leaf(RAMP(7, 2, 3, 4)), *k = leaf(RAMP(5, 2, 5, 4)), *v = leaf(RAMP(3, 2, 5, 3)),
              *m = leaf(RAMP(9, 3, 5));
    wk_tensor *mask = wk_from(part, WK_SHAPE(3, 5), WK_BOOL);
    wk_tensor *lost = wk_where(mask, wk_scalar(0, WK_F64), wk_scalar(-INFINITY, WK_F64));
    wk_tensor *q4 = leaf(RAMP(7, 1, 4, 3, 2)), *k4 = leaf(RAMP(5, 1, 2, 5, 2)), *v4 = leaf(RAMP(3, 1, 2, 5, 3));
    CASE(attention, wk_scaled_dot_product_attention(q, k, v), q, k, v);
    CASE(attention_causal, wk_scaled_dot_product_attention_with(q, k, v, .is_causal = true, .scale = 2), q, k, v);
    CASE(attention_bool, wk_scaled_dot_product_attention_with(q, k, v, .attn_mask = mask), q, k, v);
    CASE(attention_float, wk_scaled_dot_product_attention_with(q, k, v, .attn_mask = m), q, k, v, m);
    CASE(attention_lost, wk_scaled_dot_product_attention_with(q, k, v, .attn_mask = lost), q, k, v);
    CASE(attention_groups, wk_scaled_dot_product_attention_with(q4, k4, v4, .enable_gqa = true), q4, k4, v4);
}

TEST(attention, refuses_what_does_not_fit)
{
    wk_tensor *q = RAMP(7, 3, 4), *k = RAMP(7, 5, 4), *v = RAMP(7, 5, 2), *mask = wk_zeros(WK_SHAPE(3, 5), WK_I64);
    CHECK_NULL(wk_scaled_dot_product_attention(q, v, v));
    CHECK_ERROR(WK_E_SHAPE, "[3, 4]", "[5, 2]");
    CHECK_NULL(wk_scaled_dot_product_attention_with(q, k, v, .attn_mask = mask));
    CHECK_ERROR(WK_E_DTYPE, "attn_mask is i64");
    CHECK_NULL(wk_scaled_dot_product_attention_with(q, k, v, .attn_mask = RAMP(7, 3, 5), .is_causal = true));
    CHECK_ERROR(WK_E_INVALID, "is_causal and attn_mask");
    wk_tensor *sure = wk_scaled_dot_product_attention_with(q, k, wk_ones_like(v), .dropout_p = 0.5);
    CHECK_OK();
    CHECK(!wk_allclose(sure, wk_ones_like(sure), 1e-3, 1e-3)); /* dropout acts */
}

/* ---- Losses of numbers ---- */

TEST(losses, of_numbers_have_torchs_values)
{
    wk_tensor *a = times(RAMP(7, 3, 4), 4), *b = times(RAMP(5, 3, 4), 4), *w = wk_add_scalar(RAMP(3, 3, 4), 1);
    THREE(mse, wk_mse_loss_with(a, b, .reduction = r), a, b);
    THREE(l1, wk_l1_loss_with(a, b, .reduction = r), a, b);
    THREE(smooth, wk_smooth_l1_loss_with(a, b, .reduction = r), a, b);
    THREE(smooth_half, wk_smooth_l1_loss_with(a, b, .beta = 0.5, .reduction = r), a, b);
    CASE(smooth_0, wk_smooth_l1_loss_with(a, b, .beta = 0), a, b);
    THREE(huber, wk_huber_loss_with(a, b, .reduction = r), a, b);
    THREE(huber_half, wk_huber_loss_with(a, b, .delta = 0.5, .reduction = r), a, b);
    THREE(mse_weight, wk_mse_loss_with(a, b, .weight = w, .reduction = r), a, b);
    THREE(l1_weight, wk_l1_loss_with(a, b, .weight = w, .reduction = r), a, b);
    THREE(huber_weight, wk_huber_loss_with(a, b, .weight = w, .reduction = r), a, b);
}

TEST(losses, of_likelihoods_have_torchs_values)
{
    wk_tensor *a = times(RAMP(7, 3, 4), 4), *b = times(RAMP(5, 3, 4), 4);
    wk_tensor *t = plus(wk_mul_scalar(RAMP(5, 3, 4), 8), 4), *t4 = plus(t, 0.25), *a3 = plus(a, 3);
    wk_tensor *var = plus(RAMP(3, 3, 4), 0.5), *row = plus(RAMP(3, 3), 1), *column = plus(RAMP(3, 3, 1), 1);
    THREE(poisson, wk_poisson_nll_loss_with(a, t, .reduction = r), a, t);
    THREE(poisson_full, wk_poisson_nll_loss_with(a3, t4, .log_input = false, .full = true, .eps = 1e-2, .reduction = r),
          a3, t4);
    THREE(gaussian, wk_gaussian_nll_loss_with(a, b, var, .reduction = r), a, b, var);
    THREE(gaussian_full, wk_gaussian_nll_loss_with(a, b, var, .full = true, .eps = 0.7, .reduction = r), a, b, var);
    THREE(gaussian_row, wk_gaussian_nll_loss_with(a, b, row, .reduction = r), a, b, row);
    THREE(gaussian_column, wk_gaussian_nll_loss_with(a, b, column, .reduction = r), a, b, column);
    CHECK_NULL(wk_gaussian_nll_loss(a, b, wk_neg(var)));
    CHECK_ERROR(WK_E_RANGE, "gaussian_nll_loss", "var has");
    CHECK_NULL(wk_gaussian_nll_loss(a, b, RAMP(3, 4)));
    CHECK_ERROR(WK_E_SHAPE, "var is [4]", "[3, 4]");
}

/* ---- Losses of classes ---- */

TEST(losses, of_classes_have_torchs_values)
{
    wk_tensor *x = times(RAMP(7, 4, 5), 6), *y = whole(NUMBERS(3, 0, -100, 4), WK_SHAPE(4)),
              *w = wk_add_scalar(RAMP(3, 5), 1), *y2 = whole(NUMBERS(3, 0, 1, 4), WK_SHAPE(4)),
              *image = times(RAMP(7, 2, 3, 2, 2), 6),
              *places = whole(NUMBERS(0, 2, 1, -100, 2, 2, 0, 1), WK_SHAPE(2, 2, 2)), *w3 = wk_narrow(w, 0, 0, 3),
              *twos = whole(NUMBERS(2, 2, 2, 2), WK_SHAPE(4)), *row = leaf(RAMP(7, 3)), *one = wk_scalar(1, WK_I64);
    THREE(nll, wk_nll_loss_with(x, y, .reduction = r), x);
    THREE(nll_weight, wk_nll_loss_with(x, wk_to(y2, WK_I32), .weight = w, .ignore_index = 3, .reduction = r), x);
    THREE(nll_image, wk_nll_loss_with(image, places, .reduction = r), image);
    THREE(entropy, wk_cross_entropy_with(x, y, .reduction = r), x);
    THREE(entropy_weight, wk_cross_entropy_with(x, y, .weight = w, .reduction = r), x);
    THREE(entropy_smooth, wk_cross_entropy_with(x, y, .label_smoothing = 0.3, .reduction = r), x);
    THREE(entropy_both, wk_cross_entropy_with(x, y, .weight = w, .label_smoothing = 0.3, .reduction = r), x);
    THREE(entropy_image, wk_cross_entropy_with(image, places, .weight = w3, .label_smoothing = 0.3, .reduction = r),
          image);
    CASE(entropy_ignored, wk_cross_entropy_with(x, twos, .ignore_index = 2), x);
    CASE(entropy_ignored_smooth, wk_cross_entropy_with(x, twos, .ignore_index = 2, .label_smoothing = 0.1), x);
    CASE(entropy_row, wk_cross_entropy_run(row, one, NULL), row);
    CASE(entropy_row, wk_cross_entropy(row, one), row);
    CASE(entropy_image_plain, wk_cross_entropy(image, places), image);
    CASE(entropy_image_plain, wk_cross_entropy(image, wk_to(places, WK_I32)), image);
    wk_tensor *cut = leaf(wk_from((double[]){ 1, -INFINITY, 2, 1, -INFINITY, 2 }, WK_SHAPE(2, 3), WK_F64));
    CASE(entropy_inf, wk_cross_entropy_with(cut, whole(NUMBERS(0, 1), WK_SHAPE(2)), .reduction = WK_REDUCE_NONE), cut);
    wk_tensor *y3 = whole(NUMBERS(3, 0, 2, 4), WK_SHAPE(4));
    THREE(multi_margin, wk_multi_margin_loss_with(x, y3, .reduction = r), x);
    THREE(multi_margin_2, wk_multi_margin_loss_with(x, y3, .p = 2, .margin = 0.3, .weight = w, .reduction = r), x);
    CASE(multi_margin_row, wk_multi_margin_loss(row, one), row);
}

TEST(losses, of_class_probabilities_have_torchs_values)
{
    wk_tensor *x = times(RAMP(7, 4, 5), 6), *q = plus(RAMP(5, 4, 5), 0.5), *w = wk_add_scalar(RAMP(3, 5), 1),
              *image = times(RAMP(7, 2, 3, 2, 2), 6), *q_image = plus(RAMP(5, 2, 3, 2, 2), 0.5),
              *w3 = wk_narrow(w, 0, 0, 3), *row = leaf(RAMP(7, 3)), *q_row = leaf(RAMP(5, 3));
    THREE(entropy_prob, wk_cross_entropy_with(x, q, .reduction = r), x, q);
    THREE(entropy_prob_both, wk_cross_entropy_with(x, q, .weight = w, .label_smoothing = 0.3, .reduction = r), x, q);
    THREE(entropy_prob_image, wk_cross_entropy_with(image, q_image, .weight = w3, .reduction = r), image, q_image);
    CASE(entropy_prob_row, wk_cross_entropy_run(row, q_row, NULL), row, q_row);
    CASE(entropy_prob_row, wk_cross_entropy(row, q_row), row, q_row);
    CASE(entropy_prob_mean, wk_cross_entropy(x, q), x, q);
}

TEST(losses, of_classes_refuse_what_does_not_fit)
{
    wk_tensor *x = RAMP(7, 2, 3), *y = whole(NUMBERS(0, 1), WK_SHAPE(2));
    CHECK_NULL(wk_nll_loss(x, whole(NUMBERS(0, 3), WK_SHAPE(2))));
    CHECK_ERROR(WK_E_RANGE, "3", "target 3", "0 to 2");
    CHECK_NULL(wk_cross_entropy_run(x, whole(NUMBERS(0, -1), WK_SHAPE(2)), NULL));
    CHECK_ERROR(WK_E_RANGE, "-1", "target -1");
    CHECK_NULL(wk_nll_loss(x, whole(NUMBERS(0, 1, 2), WK_SHAPE(3))));
    CHECK_ERROR(WK_E_SHAPE, "nll_loss", "[3]", "[2, 3]", "[2]");
    CHECK_NULL(wk_cross_entropy(x, whole(NUMBERS(0, 1, 2), WK_SHAPE(3))));
    CHECK_ERROR(WK_E_SHAPE, "cross_entropy", "[3]", "[2, 3]", "[2]");
    CHECK_NULL(wk_cross_entropy_with(x, y, .weight = RAMP(7, 2)));
    CHECK_ERROR(WK_E_SHAPE, "cross_entropy", "weight is [2]", "3 classes");
    CHECK_NULL(wk_cross_entropy_with(x, x, .ignore_index = 1));
    CHECK_ERROR(WK_E_INVALID, "ignore_index is 1");
    CHECK_NULL(wk_cross_entropy_with(x, y, .label_smoothing = 1.5));
    CHECK_ERROR(WK_E_INVALID, "label_smoothing is 1.5");
    CHECK_NULL(wk_nll_loss(x, wk_to(y, WK_F64)));
    CHECK_ERROR(WK_E_DTYPE, "target is f64");
    CHECK_NULL(wk_multi_margin_loss_with(x, y, .p = 3));
    CHECK_ERROR(WK_E_INVALID, "p is 3");
}

/* ---- Losses of probabilities ---- */

TEST(losses, of_probabilities_have_torchs_values)
{
    wk_tensor *a = times(RAMP(7, 3, 4), 4), *b = times(RAMP(5, 3, 4), 4), *w = wk_add_scalar(RAMP(3, 3, 4), 1);
    wk_tensor *p = plus(RAMP(7, 3, 4), 0.5 + 1.0 / 32), *t = plus(RAMP(5, 3, 4), 0.5),
              *w4 = wk_add_scalar(RAMP(3, 4), 1);
    THREE(bce, wk_binary_cross_entropy_with(p, t, .reduction = r), p, t);
    THREE(bce_weight, wk_binary_cross_entropy_with(p, t, .weight = w4, .reduction = r), p);
    wk_tensor *edge = leaf(wk_from((double[]){ 0, 1, 0, 1, 0 }, WK_SHAPE(5), WK_F64));
    wk_tensor *hard = wk_from((double[]){ 1, 0, 0, 1, 0.5 }, WK_SHAPE(5), WK_F64);
    CASE(bce_edge, wk_binary_cross_entropy_with(edge, hard, .reduction = WK_REDUCE_NONE), edge);
    THREE(logits, wk_binary_cross_entropy_with_logits_with(a, t, .reduction = r), a, t);
    THREE(
        logits_both,
        wk_binary_cross_entropy_with_logits_with(a, t, .weight = w, .pos_weight = wk_add_scalar(w4, 1), .reduction = r),
        a, t);
    wk_tensor *far = leaf(wk_from((double[]){ -1000, 1000, 1000, -1000 }, WK_SHAPE(4), WK_F64));
    wk_tensor *sure = wk_from((double[]){ 1, 0, 1, 0 }, WK_SHAPE(4), WK_F64);
    CASE(logits_edge, wk_binary_cross_entropy_with_logits_with(far, sure, .reduction = WK_REDUCE_NONE), far);
    wk_tensor *t32 = plus(t, 1.0 / 32), *row = leaf(RAMP(7, 3));
    THREE(kl, wk_kl_div_with(a, t32, .reduction = r), a, t32);
    CASE(kl_batchmean, wk_kl_div_with(a, t32, .reduction = WK_REDUCE_BATCHMEAN), a, t32);
    wk_tensor *odd = wk_from((double[]){ 0, 0.5, -0.5 }, WK_SHAPE(3), WK_F64);
    CASE(kl_zero, wk_kl_div_with(row, odd, .reduction = WK_REDUCE_NONE), row);
    THREE(kl_log, wk_kl_div_with(a, b, .log_target = true, .reduction = r), a, b);
    CHECK_NULL(wk_binary_cross_entropy(a, t));
    CHECK_ERROR(WK_E_RANGE, "binary_cross_entropy", "input has");
    CHECK_NULL(wk_binary_cross_entropy(t, wk_mul_scalar(t, NAN)));
    CHECK_ERROR(WK_E_RANGE, "target has");
}

/* ---- Losses with a margin ---- */

static wk_tensor *signs(void)
{
    return wk_from((double[]){ 1, -1, -1, 1, 1, -1, 1, -1, 1, 1, -1, -1 }, WK_SHAPE(3, 4), WK_F64);
}

TEST(losses, with_a_margin_have_torchs_values)
{
    wk_tensor *a = times(RAMP(7, 3, 4), 4), *b = times(RAMP(5, 3, 4), 4), *c = plus(RAMP(3, 3, 4), 1), *y = signs();
    wk_tensor *other = wk_abs(wk_add_scalar(y, 1)), *mixed = whole(NUMBERS(1, -1, 0), WK_SHAPE(3));
    THREE(soft_margin, wk_soft_margin_loss_with(a, y, .reduction = r), a);
    THREE(hinge, wk_hinge_embedding_loss_with(a, y, .reduction = r), a);
    THREE(hinge_half, wk_hinge_embedding_loss_with(a, other, .margin = 0.5, .reduction = r), a);
    THREE(ranking, wk_margin_ranking_loss_with(a, b, y, .reduction = r), a, b);
    THREE(ranking_half, wk_margin_ranking_loss_with(a, b, y, .margin = 0.5, .reduction = r), a, b);
    THREE(cosine_embedding, wk_cosine_embedding_loss_with(a, b, mixed, .margin = -0.5, .reduction = r), a, b);
    wk_tensor *zero = leaf(wk_zeros(WK_SHAPE(3), WK_F64)), *nil = leaf(wk_zeros(WK_SHAPE(3), WK_F64));
    CASE(cosine_embedding_zero, wk_cosine_embedding_loss(zero, nil, wk_scalar(1, WK_I64)), zero, nil);
    THREE(triplet, wk_triplet_margin_loss_with(a, b, c, .reduction = r), a, b, c);
    THREE(triplet_swap, wk_triplet_margin_loss_with(a, b, c, .margin = 0.5, .p = 1, .swap = true, .reduction = r), a, b,
          c);
}

TEST(losses, class_numbers_are_of_any_integer_dtype)
{
    wk_tensor *x = RAMP(7, 4, 3), *y = whole(NUMBERS(2, 0, 1, 2), WK_SHAPE(4));
    wk_tensor *loss = wk_cross_entropy_with(x, y, .label_smoothing = 0.1);
    CHECK(wk_equal(wk_cross_entropy_with(x, wk_to(y, WK_U8), .label_smoothing = 0.1), loss));
    CHECK(wk_equal(wk_cross_entropy_with(x, wk_to(y, WK_I32), .label_smoothing = 0.1), loss));
}

TEST(losses, of_certain_scores_are_0_or_infinite)
{
    wk_tensor *x = leaf(wk_from((double[]){ INFINITY, -INFINITY, INFINITY, 0 }, WK_SHAPE(4), WK_F64));
    wk_tensor *y = wk_from((double[]){ 1, 1, -1, 1 }, WK_SHAPE(4), WK_F64);
    wk_tensor *losses = wk_soft_margin_loss_with(x, y, .reduction = WK_REDUCE_NONE);
    CHECK(wk_equal(losses, wk_from((double[]){ 0, INFINITY, INFINITY, log(2) }, WK_SHAPE(4), WK_F64)));
    wk_backward(wk_sum(losses));
    CHECK(wk_equal(wk_grad(x), wk_from((double[]){ 0, -1, 1, -0.5 }, WK_SHAPE(4), WK_F64)));
}

TEST(losses, of_an_empty_batch_have_no_second_derivative)
{
    wk_tensor *x = leaf(wk_zeros(WK_SHAPE(0, 3), WK_F64)), *g = leaf(wk_ones(WK_SCALAR, WK_F64)), *d, *second;
    wk_tensor *loss = wk_mul(wk_mse_loss(x, wk_zeros(WK_SHAPE(0, 3), WK_F64)), g);
    CHECK(!wk_autograd_grad(&loss, 1, &x, 1, true, &d));
    wk_tensor *sum = wk_sum(d);
    CHECK(!wk_autograd_grad(&sum, 1, &g, 1, false, &second));
    CHECK_NEAR(wk_item(second), 0, 0);
}

TEST(losses, refuse_options_that_are_not_theirs)
{
    wk_tensor *a = RAMP(7, 3, 4);
    CHECK_NULL(wk_mse_loss_with(a, a, .beta = 2));
    CHECK_ERROR(WK_E_INVALID, "mse_loss", "has no option beta");
    CHECK_NULL(wk_huber_loss_with(a, a, .delta = 0));
    CHECK_ERROR(WK_E_INVALID, "huber_loss", "delta is 0");
    CHECK_NULL(wk_l1_loss_with(a, a, .reduction = WK_REDUCE_BATCHMEAN));
    CHECK_ERROR(WK_E_INVALID, "l1_loss", "batchmean");
    CHECK_NULL(wk_triplet_margin_loss_with(a, a, a, .margin = -1));
    CHECK_ERROR(WK_E_INVALID, "margin is -1");
    CHECK_NULL(wk_kl_div(a, RAMP(7, 4)));
    CHECK_ERROR(WK_E_SHAPE, "kl_div", "[3, 4]", "[4]");
}

WICK_TEST_MAIN
