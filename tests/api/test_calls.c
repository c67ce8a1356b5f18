/* wick/tensor.h, wick/nn.h: ops with several operands and options against PyTorch's values and gradients. */
#include "wick/nn.h"
#include "wick_check.h"

#define COUNT(...)      ((int64_t)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)))
#define INTS(...)       wk_from((const int64_t[]){ __VA_ARGS__ }, 1, (const int64_t[]){ COUNT(__VA_ARGS__) }, WK_I64)
#define GRID(ROWS, ...) wk_view(INTS(__VA_ARGS__), WK_SHAPE(ROWS, -1))
#define LINE(...)       wk_to(INTS(__VA_ARGS__), WK_BOOL)
#define FLAGS(...)      wk_to(GRID(__VA_ARGS__), WK_BOOL)
#define AT(...)                                                                                                        \
    (int)(sizeof((wk_tensor *[]){ __VA_ARGS__ }) / sizeof(wk_tensor *)), (wk_tensor *[]) { __VA_ARGS__ }
#include "golden/calls.h"

enum { CALLS = sizeof golden_calls / sizeof *golden_calls };

static void compare(const golden_call *c, const char *what, int k, wk_tensor *t, const double *expected,
                    double tolerance)
{
    wk_tensor *values = wk_contiguous(wk_to(wk_detach(t), WK_F64));
    const double *at = host_data(values);
    for (int64_t i = 0; i < wk_numel(values); i++) {
        const double got = at[i], want = expected ? expected[i] : 0;
        if (isnan(want) ? !isnan(got) : got != want && !(fabs(got - want) <= tolerance * fmax(1, fabs(want))))
            ck_abort_msg("%s, %s %d, element %d: %.17g instead of %.17g", c->text, what, k, (int)i, got, want);
    }
}

static void agrees(const golden_call *c, wk_dtype dtype, double tolerance)
{
    WK_SCOPE(work);
    wk_tensor *in[3];
    for (int k = 0; k < c->inputs; k++) {
        in[k] = wk_detach(wk_to(wk_from(c->in[k].values, c->in[k].ndim, c->in[k].shape, WK_F64), dtype));
        if (c->differentiable) wk_requires_grad(in[k]);
    }
    wk_tensor *y = c->call(in);
    if (!y) ck_abort_msg("%s: %s", c->text, wk_error_text());
    ck_assert_msg(wk_ndim(y) == c->y.ndim, "%s has %d dims", c->text, wk_ndim(y));
    for (int i = 0; i < c->y.ndim; i++)
        ck_assert_msg(wk_size(y, i) == c->y.shape[i], "%s: dim %d is %d", c->text, i, (int)wk_size(y, i));
    compare(c, "value", 0, y, c->y.values, tolerance);
    ck_assert_msg(wk_needs_grad(y) == c->differentiable, "%s: history", c->text);
    if (!c->differentiable) return;
    wk_tensor *weights = wk_arange(1, (double)wk_numel(y) + 1, 1, (wk_dtype)wk_dtype_of(y));
    wk_backward(wk_sum(wk_mul(y, wk_view(weights, wk_ndim(y), wk_shape(y)))));
    for (int k = 0; k < c->inputs; k++)
        compare(c, "gradient", k, wk_grad(in[k]) ? wk_grad(in[k]) : wk_zeros_like(in[k]), c->in[k].grad, tolerance);
    CHECK_OK();
}

TEST(golden, f64_agrees_with_pytorch)
{
    for (int i = 0; i < CALLS; i++) agrees(&golden_calls[i], WK_F64, 1e-12);
}

TEST(golden, f32_agrees_with_pytorch)
{
    for (int i = 0; i < CALLS; i++) agrees(&golden_calls[i], WK_F32, 2e-5);
}

/* ---- Written by index ---- */

TEST_ON_CPU(written, raises_the_version_and_keeps_the_memory, "it looks at the address")
{
    wk_tensor *t = wk_zeros(WK_SHAPE(3, 2), WK_F32), *row = wk_ones(WK_SHAPE(1, 2), WK_F32), *index = INTS(1);
    const void *memory = wk_data(t);
    CHECK(!wk_index_copy_(t, 0, index, row));
    CHECK(!wk_index_add_(t, 0, index, row, 2));
    CHECK(!wk_index_fill_(t, 0, INTS(0), -1));
    CHECK(!wk_scatter_(t, 0, GRID(1, 2), row));
    CHECK(!wk_scatter_value_(t, 0, GRID(1, 2, 2), 5));
    CHECK(!wk_scatter_add_(t, 0, GRID(1, 2), row));
    CHECK(!wk_index_put_(t, AT(NULL, LINE(0, 1)), wk_scalar(7, WK_F32), false));
    CHECK(!wk_masked_scatter_(t, FLAGS(3, 0, 0, 1), row));
    ck_assert_int_eq(wk_version_of(t), 8);
    CHECK(wk_data(t) == memory);
    CHECK(wk_equal(t, wk_to(GRID(3, -1, 7, 3, 7, 1, 1), WK_F32)));
}

TEST(written, in_strided_memory_counts_by_its_strides)
{
    wk_tensor *base = wk_zeros(WK_SHAPE(4, 6), WK_F64), *t = wk_t(wk_slice(base, 1, 1, 6, 2));
    wk_tensor *same = wk_clone(t), *values = wk_arange(1, 5, 1, WK_F64);
    CHECK(!wk_index_put_(t, AT(INTS(2, 0, 1, 2), INTS(0, 3, 1, 2)), values, false));
    CHECK(wk_equal(wk_contiguous(t), wk_index_put(same, AT(INTS(2, 0, 1, 2), INTS(0, 3, 1, 2)), values, false)));
    CHECK(!wk_index_fill_(t, 1, INTS(2), 9));
    CHECK_NEAR(wk_item(wk_sum(base)), 6 + 27, 0);
}

TEST(written, changes_nothing_on_an_error)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32), *one = wk_ones(WK_SHAPE(2, 3), WK_F32);
    CHECK(wk_scatter_(t, 1, GRID(2, 0, 1, 2, 0, 1, 3), one));
    CHECK_ERROR(WK_E_RANGE, "scatter_", "index 3", "dim 1", "[2, 3]");
    CHECK(wk_scatter_add_(t, 0, GRID(2, 0, 1, 0, 1, 0, -1), one));
    CHECK_ERROR(WK_E_RANGE, "scatter_add_", "index -1");
    CHECK(wk_index_add_(t, 0, INTS(0, 2), one, 1));
    CHECK_ERROR(WK_E_RANGE, "index_add_", "index 2");
    CHECK(wk_index_put_(t, AT(INTS(0, 2)), one, true));
    CHECK_ERROR(WK_E_RANGE, "index_put_", "index 2");
    CHECK(wk_masked_scatter_(t, wk_ones(WK_SHAPE(4, 2, 3), WK_BOOL), wk_ones(WK_SHAPE(4, 2, 3), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "masked_scatter_", "[4, 2, 3]", "[2, 3]");
    CHECK_NEAR(wk_item(wk_sum(t)), 0, 0);
    ck_assert_int_eq(wk_version_of(t), 0);
}

TEST(written, with_itself_reads_what_was_there)
{
    wk_tensor *t = wk_arange(0, 4, 1, WK_I64);
    CHECK(!wk_scatter_(t, 0, wk_rsub_scalar(t, 3), t));
    CHECK(wk_equal(t, INTS(3, 2, 1, 0)));
    CHECK(!wk_index_copy_(t, 0, INTS(1, 2, 3), wk_narrow(t, 0, 0, 3)));
    CHECK(wk_equal(t, INTS(3, 3, 2, 1)));
    CHECK(!wk_index_put_(t, AT(wk_remainder_scalar(t, 4)), t, false));
    CHECK(wk_equal(t, INTS(3, 1, 2, 3)));
}

TEST(written, over_what_backward_needs_is_an_error_there)
{
    wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(3), WK_F32)), *t = wk_mul_scalar(x, 2), *y = wk_square(t);
    CHECK(!wk_index_fill_(t, 0, INTS(1), 0));
    CHECK(wk_backward(wk_sum(y)));
    CHECK_ERROR(WK_E_STATE, "changed in place", "square");
    CHECK(wk_scatter_value_(x, 0, INTS(1), 0));
    CHECK_ERROR(WK_E_STATE, "scatter_value_", "leaf");
    CHECK(wk_scatter_value_(wk_narrow(wk_mul_scalar(x, 2), 0, 0, 2), 0, INTS(1), 0));
    CHECK_ERROR(WK_E_STATE, "scatter_value_", "view");
}

TEST(masks, that_do_not_fit_are_errors)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32);
    CHECK_NULL(wk_index(t, AT(LINE(1, 0, 1))));
    CHECK_ERROR(WK_E_SHAPE, "index", "mask [3]", "dim 0", "[2, 3]");
    CHECK_NULL(wk_index(t, AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1))));
    CHECK_ERROR(WK_E_SHAPE, "index", "mask [2, 3]", "dim 1");
    CHECK_NULL(wk_index(t, AT(FLAGS(2, 1, 0, 1, 0, 1, 1), INTS(0))));
    CHECK_ERROR(WK_E_SHAPE, "index", "more dims than the 2");
    CHECK_NULL(wk_index(t, AT(wk_to(wk_scalar(1, WK_I64), WK_BOOL))));
    CHECK_ERROR(WK_E_SHAPE, "mask []");
    CHECK_NULL(wk_index(t, AT(LINE(1, 1), LINE(1, 1, 1))));
    CHECK_ERROR(WK_E_SHAPE, "index", "[2]", "[3]");
    CHECK_NULL(wk_index(t, AT(wk_zeros(WK_SHAPE(2), WK_U8))));
    CHECK_ERROR(WK_E_DTYPE, "index", "u8");
    CHECK_NULL(wk_masked_fill_tensor(wk_zeros(WK_SHAPE(3), WK_I64), LINE(1, 0, 1), wk_scalar(1, WK_F32)));
    CHECK_ERROR(WK_E_DTYPE, "masked_fill_tensor", "f32", "i64");
}

/* ---- Bounds, decimals, numbers ---- */

TEST(bounds, lift_the_dtype_but_not_in_place)
{
    wk_tensor *t = INTS(-3, 0, 5), *low = wk_scalar(-0.5, WK_F32), *wide = wk_zeros(WK_SHAPE(2, 3), WK_I64);
    ck_assert_int_eq(wk_dtype_of(wk_clamp_tensor(t, low, NULL)), WK_F32);
    CHECK(wk_equal(wk_clamp_tensor(t, INTS(-1, 1, 6), INTS(3, 3, 3)), INTS(-1, 1, 3)));
    CHECK(wk_clamp_tensor_(t, low, NULL));
    CHECK_ERROR(WK_E_DTYPE, "clamp_tensor_", "f32", "i64");
    CHECK(wk_clamp_tensor_(t, wide, NULL));
    CHECK_ERROR(WK_E_SHAPE, "clamp_tensor_", "[2, 3]", "[3]");
    CHECK_NULL(wk_clamp_tensor(t, INTS(1, 2), NULL));
    CHECK_ERROR(WK_E_SHAPE, "clamp_tensor", "[3]", "[2]");
    CHECK(!wk_clamp_tensor_(t, NULL, INTS(2, 2, 2)));
    CHECK(wk_equal(t, INTS(-3, 0, 2)));
}

TEST(bounds, nan_to_num_keeps_integers_and_finite_numbers)
{
    wk_tensor *t = INTS(-3, 0, 5);
    CHECK(wk_equal(wk_nan_to_num_with(t, .nan = 7), t));
    CHECK(wk_equal(wk_nan_to_num_run(t, NULL), t));
    wk_tensor *odd = wk_from((float[]){ NAN, INFINITY, 2 }, WK_SHAPE(3), WK_F32);
    CHECK(wk_equal(wk_nan_to_num_run(odd, NULL), wk_nan_to_num(odd)));
}

/* ---- Orders and counts ---- */

TEST(counts, unsorted_topk_has_the_same_elements_with_their_places)
{
    wk_manual_seed(5);
    wk_tensor *t = wk_randn(WK_SHAPE(3, 1000), WK_F32), *index,
              *picked = wk_topk_with(t, 40, .sorted = false, .indices = &index);
    CHECK(wk_equal(wk_gather(t, 1, index), picked));
    CHECK(wk_equal(wk_sort(picked, 1, true, NULL), wk_topk(t, 40, 1, true, NULL)));
    CHECK_NULL(wk_topk_with(t, 2000, .sorted = false));
    CHECK_ERROR(WK_E_RANGE, "topk", "2000", "[3, 1000]");
    CHECK_NULL(wk_topk_run(NULL));
    CHECK_ERROR(WK_E_INVALID, "topk", "NULL");
}

TEST(counts, edges_that_are_none_are_errors)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32), *edges = NULL, *own = wk_arange(0, 3, 1, WK_F32);
    CHECK_NULL(wk_histogram_with(t, .at = wk_zeros(WK_SHAPE(1), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "histogram", "[1]", "2 edges");
    CHECK_NULL(wk_histogram_with(t, .at = wk_zeros(WK_SHAPE(3), WK_F64)));
    CHECK_ERROR(WK_E_SHAPE, "histogram", "f64", "f32");
    CHECK_NULL(wk_histogram_with(t, .at = wk_full(WK_SHAPE(3), WK_F32, NAN)));
    CHECK_ERROR(WK_E_INVALID, "histogram", "ascend");
    CHECK(wk_histogram_with(t, .at = own, .edges = &edges) && edges == own);
}

/* as torch's and NumPy's */
TEST(counts, of_no_data_run_from_0_to_1)
{
    wk_tensor *edges = NULL, *none = wk_histogram(wk_zeros(WK_SHAPE(0), WK_F32), 2, &edges);
    CHECK(wk_equal(none, wk_zeros(WK_SHAPE(2), WK_F32)));
    CHECK(wk_equal(edges, wk_from((float[]){ 0, 0.5f, 1 }, WK_SHAPE(3), WK_F32)));
}

TEST(counts, between_equal_edges_are_those_of_equal_parts)
{
    wk_manual_seed(6);
    wk_tensor *t = wk_randn(WK_SHAPE(3, 7000), WK_F64), *edges = wk_linspace(-2, 2, 33, WK_F64);
    wk_tensor *parts = wk_histogram_with(t, .bins = 32, .low = -2, .high = 2);
    for (int threads = 1; threads <= 2; threads++) {
        wk_set_num_threads(threads);
        CHECK(wk_equal(wk_histogram_with(wk_t(t), .at = edges), parts));
    }
    wk_set_num_threads(1);
}

TEST(counts, of_negative_numbers_say_what_is_wrong)
{
    CHECK_NULL(wk_bincount(INTS(-3, -1), NULL, 0));
    CHECK_ERROR(WK_E_RANGE, "bincount", "element 0 of t is -3", "negative");
    CHECK_NULL(wk_var_mean(INTS(1, 2), 1, NULL));
    CHECK_ERROR(WK_E_DTYPE, "var", "i64");
}

/* ---- Dropout, embedding, padding ---- */

TEST(dropout, drops_whole_channels)
{
    wk_manual_seed(4);
    wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(8, 16, 3, 5), WK_F64)), *y = wk_dropout2d(x, 0.25, true);
    wk_tensor *flat = wk_view(y, WK_SHAPE(128, 15)), *first = wk_narrow(flat, 1, 0, 1);
    CHECK(wk_equal(wk_clone(flat), wk_clone(wk_expand(first, WK_SHAPE(128, 15)))));
    wk_tensor *kept = wk_eq_scalar(first, 1 / 0.75);
    CHECK(wk_item(wk_all(wk_logical_or(kept, wk_eq_scalar(first, 0)))) == 1);
    const double count = wk_item(wk_sum(kept));
    CHECK(count > 80 && count < 112); /* 96 are expected, give or take 5 */
    wk_backward(wk_sum(y));
    CHECK(wk_equal(wk_grad(x), wk_detach(y)));
    wk_tensor *single = wk_dropout1d(wk_ones(WK_SHAPE(64, 4), WK_F32), 0.5, true);
    CHECK(wk_equal(wk_amax(single, 1, false), wk_amin(single, 1, false)));
    wk_tensor *solid = wk_dropout3d(wk_ones(WK_SHAPE(64, 2, 1, 2), WK_F32), 0.5, true);
    CHECK(
        wk_equal(wk_amax_dims(solid, 3, (int[]){ 1, 2, 3 }, false), wk_amin_dims(solid, 3, (int[]){ 1, 2, 3 }, false)));
    wk_tensor *lines = wk_dropout2d(wk_ones(WK_SHAPE(8, 8, 6), WK_F32), 0.5, true);
    CHECK(wk_equal(wk_amax(lines, 2, false), wk_amin(lines, 2, false)));
    CHECK(wk_item(wk_max(lines)) == 2 && wk_item(wk_min(lines)) == 0);
}

/* The two values that torch.nn.functional.alpha_dropout makes of 2, in double precision. */
TEST(dropout, alpha_makes_the_values_of_pytorch)
{
    static const double p[] = { 0.25, 0.5 }, low[] = { -1.1435441882094726, -0.77919393051803154 };
    static const double high[] = { 2.1156972437856907, 2.5520037198498953 };
    wk_manual_seed(4);
    for (int i = 0; i < 2; i++) {
        wk_tensor *x = wk_full(WK_SHAPE(20, 30, 2), WK_F64, 2), *y = wk_alpha_dropout(x, p[i], true);
        CHECK_NEAR(wk_item(wk_min(y)), low[i], 1e-14);
        CHECK_NEAR(wk_item(wk_max(y)), high[i], 1e-14);
        const double share = wk_item(wk_sum(wk_lt_scalar(y, 0))) / 1200;
        CHECK(fabs(share - p[i]) < 0.06);
        y = wk_feature_alpha_dropout(x, p[i], true);
        CHECK(wk_equal(wk_amax(y, 2, false), wk_amin(y, 2, false)));
        CHECK_NEAR(wk_item(wk_min(y)), low[i], 1e-14);
        CHECK(wk_item(wk_sum(wk_ne(wk_alpha_dropout(x, p[i], true), wk_alpha_dropout(x, p[i], true)))) > 0);
    }
    wk_tensor *z = wk_randn(WK_SHAPE(100000), WK_F64), *y = wk_alpha_dropout(z, 0.3, true);
    CHECK_NEAR(wk_item(wk_mean(y)), 0, 0.02);
    CHECK_NEAR(wk_item(wk_var(y, 1)), 1, 0.02);
}

TEST(dropout, passes_in_evaluation_and_refuses_what_is_no_probability)
{
    wk_tensor *x = wk_ones(WK_SHAPE(2, 3, 4), WK_F32);
    CHECK(wk_dropout1d(x, 0.5, false) == x && wk_dropout2d(x, 0, true) == x && wk_alpha_dropout(x, 0.5, false) == x);
    wk_module *all[] = { wk_nn_dropout1d(0.5), wk_nn_dropout2d(0.5), wk_nn_alpha_dropout(0.5),
                         wk_nn_feature_alpha_dropout(0.5) };
    for (int i = 0; i < 4; i++) {
        CHECK(!wk_equal(wk_forward(all[i], x), x));
        CHECK(wk_forward(wk_train(all[i], false), x) == x);
    }
    CHECK(wk_forward(wk_nn_dropout3d(0.5), wk_ones(WK_SHAPE(1, 2, 3, 4, 5), WK_F32)));
    CHECK_NULL(wk_nn_dropout2d(1.5));
    CHECK_ERROR(WK_E_INVALID, "nn_dropout2d", "p is 1.5");
    CHECK_NULL(wk_dropout3d(x, 0.5, true));
    CHECK_ERROR(WK_E_SHAPE, "dropout3d", "[2, 3, 4]");
    CHECK_NULL(wk_feature_alpha_dropout(wk_ones(WK_SHAPE(3), WK_F32), 0.5, true));
    CHECK_ERROR(WK_E_SHAPE, "feature_alpha_dropout", "[3]");
    CHECK_NULL(wk_alpha_dropout(INTS(1, 2), 0.5, true));
    CHECK_ERROR(WK_E_DTYPE, "alpha_dropout", "i64");
}

TEST(rrelu, draws_slopes_in_training_and_takes_their_mean_in_evaluation)
{
    wk_manual_seed(4);
    wk_tensor *x = wk_requires_grad(wk_full(WK_SHAPE(10000), WK_F64, -2)), *y = wk_rrelu(x, 0.125, 0.375, true);
    wk_tensor *slope = wk_div_scalar(wk_detach(y), -2);
    CHECK(wk_item(wk_min(slope)) >= 0.125 && wk_item(wk_max(slope)) < 0.375);
    CHECK_NEAR(wk_item(wk_mean(slope)), 0.25, 0.003);
    CHECK_NEAR(wk_item(wk_std(slope, 1)), 0.25 / sqrt(12), 0.003);
    wk_backward(wk_sum(y));
    CHECK(wk_equal(wk_grad(x), slope));
    wk_tensor *up = wk_full(WK_SHAPE(5), WK_F32, 3);
    CHECK(wk_equal(wk_rrelu(up, 0.125, 0.375, true), up));
    CHECK(wk_equal(wk_rrelu(x, 0.125, 0.375, false), wk_leaky_relu(x, 0.25)));
}

TEST(embedding, max_norm_shortens_the_rows_that_were_picked)
{
    wk_tensor *weight = wk_requires_grad(wk_view(wk_arange(0, 8, 1, WK_F64), WK_SHAPE(4, 2)));
    wk_tensor *before = wk_clone(wk_detach(weight)), *y = wk_embedding_with(INTS(3, 0, 3), weight, .max_norm = 2);
    ck_assert_int_eq(wk_version_of(weight), 1);
    CHECK(wk_equal(wk_clone(wk_narrow(wk_detach(weight), 0, 0, 3)), wk_clone(wk_narrow(before, 0, 0, 3))));
    CHECK_NEAR(wk_item(wk_norm(wk_select(weight, 0, 3), 2)), 2, 1e-7);
    CHECK(wk_equal(wk_clone(wk_select(y, 0, 0)), wk_clone(wk_select(weight, 0, 3))));
    wk_backward(wk_sum(y));
    CHECK(wk_equal(wk_grad(weight),
                   wk_view(wk_from((double[]){ 1, 1, 0, 0, 0, 0, 2, 2 }, WK_SHAPE(8), WK_F64), WK_SHAPE(4, 2))));
    CHECK_NULL(wk_embedding_with(INTS(4), weight, .max_norm = 1));
    CHECK_ERROR(WK_E_RANGE, "index 4");
    CHECK_NULL(wk_embedding_with(INTS(1), weight, .padding_idx = 4));
    CHECK_ERROR(WK_E_RANGE, "embedding", "padding_idx 4");
}

TEST(padding, same_is_refused_where_torch_refuses_it)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(1, 2, 4, 4), WK_F32), *w = wk_zeros(WK_SHAPE(2, 2, 3, 3), WK_F32);
    CHECK_NULL(wk_conv2d(x, w, NULL, .padding = WK_SAME, .stride = WK_DIMS(1, 2)));
    CHECK_ERROR(WK_E_INVALID, "conv2d", "stride 2");
    CHECK_NULL(wk_conv_transpose2d(x, w, NULL, .padding = WK_SAME));
    CHECK_ERROR(WK_E_INVALID, "conv_transpose2d", "WK_SAME");
    CHECK_NULL(wk_conv2d(x, w, NULL, .stride = WK_SAME));
    CHECK_ERROR(WK_E_INVALID, "conv2d", "stride");
    CHECK_NULL(wk_max_pool2d(x, WK_DIMS(2), .padding = WK_SAME));
    CHECK_ERROR(WK_E_INVALID, "max_pool2d", "padding");
}

/* ---- CTC ---- */

/* The gradient of the kernel, and the same played with ops. */
static void both_ways(wk_tensor *x, wk_tensor *targets, wk_tensor *frames, wk_tensor *labels, double tolerance)
{
    wk_tensor *logits = wk_requires_grad(wk_detach(x)), *logp = wk_log_softmax(logits, 2), *fused, *played;
    wk_tensor *y = wk_sum(wk_ctc_loss_with(logp, targets, frames, labels, .reduction = WK_REDUCE_NONE));
    CHECK(!wk_autograd_grad(&y, 1, &logp, 1, true, &played));
    CHECK(!wk_autograd_grad(&y, 1, &logp, 1, false, &fused));
    CHECK(wk_allclose(fused, played, tolerance, tolerance));
    CHECK(!wk_needs_grad(fused) && wk_needs_grad(played));
    CHECK_OK();
}

TEST(ctc, has_one_gradient_with_and_without_a_graph)
{
    wk_manual_seed(8);
    wk_tensor *x = wk_randn(WK_SHAPE(60, 4, 7), WK_F64), *targets = wk_add_scalar(wk_randint(0, 6, WK_SHAPE(4, 20)), 1);
    both_ways(x, targets, INTS(60, 45, 59, 1), INTS(20, 0, 7, 1), 1e-10);
    both_ways(x, targets, INTS(60, 60, 60, 60), INTS(0, 0, 0, 0), 1e-10);
    both_ways(wk_to(x, WK_F32), targets, INTS(60, 45, 59, 40), INTS(15, 3, 20, 1), 1e-4);
    both_ways(wk_narrow(x, 2, 2, 5), wk_clamp(wk_select(targets, 0, 0), 1, 4), INTS(60, 45, 59, 40), INTS(5, 0, 7, 8),
              1e-10);
    both_ways(x, wk_zeros(WK_SHAPE(0), WK_I64), INTS(60, 45, 0, 40), INTS(0, 0, 0, 0), 1e-10);
}

TEST(ctc, has_one_gradient_where_something_cannot_be)
{
    wk_manual_seed(8);
    wk_tensor *logp = wk_log_softmax(wk_randn(WK_SHAPE(6, 2, 4), WK_F64), 2);
    logp = wk_requires_grad(
        wk_detach(wk_masked_fill(logp, wk_lt_scalar(wk_rand(WK_SHAPE(6, 2, 4), WK_F64), 0.15), -INFINITY)));
    wk_tensor *y = wk_sum(wk_ctc_loss(logp, GRID(2, 1, 2, 3, 1), INTS(6, 5), INTS(2, 2))), *fused, *played;
    CHECK(isfinite(wk_item(y)) && isinf(wk_item(wk_min(logp))));
    CHECK(!wk_autograd_grad(&y, 1, &logp, 1, true, &played));
    CHECK(!wk_autograd_grad(&y, 1, &logp, 1, false, &fused));
    CHECK(wk_item(wk_min(wk_isfinite(fused))) == 1 && wk_allclose(fused, played, 1e-12, 1e-12));
}

TEST(ctc, threads_and_layouts_change_no_bit)
{
    wk_manual_seed(8);
    wk_tensor *x = wk_randn(WK_SHAPE(16, 30, 9), WK_F32),
              *turned = wk_transpose(wk_contiguous(wk_transpose(x, 0, 1)), 0, 1);
    wk_tensor *targets = wk_add_scalar(wk_randint(0, 8, WK_SHAPE(30, 5)), 1), *y[2], *d[2];
    wk_tensor *frames = wk_full(WK_SHAPE(30), WK_I32, 16), *labels = wk_full(WK_SHAPE(30), WK_I32, 5);
    for (int k = 0; k < 2; k++) {
        wk_set_num_threads(k + 1);
        wk_tensor *leaf = wk_requires_grad(wk_detach(k ? turned : x));
        y[k] = wk_ctc_loss_with(leaf, targets, frames, labels, .reduction = WK_REDUCE_NONE);
        wk_backward(wk_sum(y[k]));
        d[k] = wk_contiguous(wk_grad(leaf));
    }
    wk_set_num_threads(1);
    CHECK(wk_equal(y[0], y[1]) && wk_equal(d[0], d[1]));
}

TEST(ctc, refuses_what_is_no_target)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(4, 2, 3), WK_F32), *targets = GRID(2, 1, 2, 1, 1), *four = INTS(4, 4),
              *two = INTS(2, 2);
    CHECK_NULL(wk_ctc_loss(x, GRID(3, 1, 2, 1), four, two));
    CHECK_ERROR(WK_E_SHAPE, "ctc_loss", "targets is [3, 1]", "[2, s]");
    CHECK_NULL(wk_ctc_loss(x, targets, INTS(4), two));
    CHECK_ERROR(WK_E_SHAPE, "ctc_loss", "input_lengths is [1]", "[2]");
    CHECK_NULL(wk_ctc_loss(x, targets, four, INTS(2, -1)));
    CHECK_ERROR(WK_E_RANGE, "ctc_loss", "target_lengths has -1");
    CHECK_NULL(wk_ctc_loss(x, targets, four, INTS(3, 2)));
    CHECK_ERROR(WK_E_RANGE, "ctc_loss", "target_lengths has 3", "[2, 2]");
    CHECK_NULL(wk_ctc_loss(x, INTS(1, 2, 1), four, two));
    CHECK_ERROR(WK_E_RANGE, "ctc_loss", "target_lengths has 2 for sequence 1", "1 there");
    CHECK_NULL(wk_ctc_loss(x, targets, INTS(-1, 4), two));
    CHECK_ERROR(WK_E_RANGE, "ctc_loss", "input_lengths has -1");
    CHECK_NULL(wk_ctc_loss(x, wk_to(targets, WK_F32), four, two));
    CHECK_ERROR(WK_E_DTYPE, "ctc_loss", "targets is f32");
    CHECK_NULL(wk_ctc_loss_with(x, targets, four, two, .margin = 1));
    CHECK_ERROR(WK_E_INVALID, "ctc_loss", "margin");
    CHECK_NULL(wk_mse_loss_with(x, x, .blank = 1));
    CHECK_ERROR(WK_E_INVALID, "mse_loss", "blank");
    CHECK_NULL(wk_ctc_loss(wk_zeros(WK_SHAPE(3), WK_F32), targets, four, two));
    CHECK_ERROR(WK_E_SHAPE, "ctc_loss", "log_probs is [3]");
}

TEST(ctc, of_nothing_is_nothing)
{
    wk_tensor *none = wk_zeros(WK_SHAPE(0), WK_I64), *x = wk_requires_grad(wk_zeros(WK_SHAPE(4, 0, 3), WK_F32));
    wk_tensor *y = wk_ctc_loss_with(x, none, none, none, .reduction = WK_REDUCE_SUM);
    CHECK(y && wk_item(y) == 0);
    CHECK(!wk_backward(y));
    CHECK(!wk_backward(wk_ctc_loss(wk_requires_grad(wk_zeros(WK_SHAPE(0, 1, 3), WK_F32)), none, INTS(0), INTS(0))));
}

WICK_TEST_MAIN
