/* Layers that no table of test_layers.c fits, since they take several inputs, give several results or have a law of
 * their own; and what layers refuse. */
#include "golden/layers.h"
#include "module_check.h"

TEST(layers, ctc_loss_equals_torch)
{
    wk_tensor *x = wk_requires_grad(ramp(WK_SHAPE(5, 2, 4), 11)), *y;
    wk_tensor *in[] = { wk_log_softmax(x, 2), wk_from((int64_t[]){ 1, 2, 2, 3, 1, 0 }, WK_SHAPE(2, 3), WK_I64),
                        wk_from((int64_t[]){ 5, 4 }, WK_SHAPE(2), WK_I64),
                        wk_from((int64_t[]){ 3, 2 }, WK_SHAPE(2), WK_I64) };
    wk_module *m = wk_nn_ctc_loss(.reduction = WK_REDUCE_SUM, .zero_infinity = true);
    ck_assert_msg(wk_forward_many(m, in, 4, &y, 1) == WK_OK, "%s", wk_error_text());
    wk_backward(y);
    compare(wk_grad(x), compare(y, golden_ctc_loss));
    CHECK(wk_forward_many(m, in, 3, &y, 1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "ctc_loss", "3 inputs", "4 inputs");
}

TEST(layers, same_padding_is_refused_where_torch_refuses_it)
{
    CHECK_NULL(wk_nn_conv2d(1, 1, WK_DIMS(3), .padding = WK_SAME, .stride = WK_DIMS(1, 2)));
    CHECK_ERROR(WK_E_INVALID, "nn_conv2d", "stride 2");
    CHECK_NULL(wk_nn_conv_transpose1d(1, 1, WK_DIMS(3), .padding = WK_SAME));
    CHECK_ERROR(WK_E_INVALID, "nn_conv_transpose1d", "WK_SAME");
}

TEST(layers, norms_of_windows_of_zeros_have_no_slope)
{
    wk_tensor *x = wk_requires_grad(wk_zeros(WK_SHAPE(1, 1, 4), WK_F32)), *y = wk_lp_pool1d(x, 2, WK_DIMS(2));
    CHECK(wk_backward(wk_sum(y)) == WK_OK && wk_item(wk_sum(y)) == 0);
    CHECK(wk_equal(wk_grad(x), wk_zeros(WK_SHAPE(1, 1, 4), WK_F32)));
    CHECK_NULL(wk_nn_lp_pool2d(0, WK_DIMS(2)));
    CHECK_ERROR(WK_E_INVALID, "nn_lp_pool2d", "norm_type is 0");
    CHECK_NULL(wk_forward(wk_nn_lp_pool1d(2, WK_DIMS(2), .dilation = WK_DIMS(2)), x));
    CHECK_ERROR(WK_E_INVALID, "lp_pool1d", "are other pools'");
}

/* A pool's results and indices, back by m. */
static void check_unpool(wk_module *pool, wk_module *m, int ndim, const int64_t *shape, const double *golden)
{
    wk_tensor *x = ramp(ndim, shape, 11), *in[2], *y, *back;
    CHECK(wk_forward_many(pool, &x, 1, in, 2) == WK_OK);
    wk_requires_grad(in[0]);
    ck_assert_msg(wk_forward_many(m, in, 2, &y, 1) == WK_OK, "%s", wk_error_text());
    wk_backward(wk_sum(wk_mul(y, ramp(wk_ndim(y), wk_shape(y), 13))));
    compare(wk_grad(in[0]), compare(y, golden));
    for (int i = 0; i < 2; i++) in[i] = wk_select(in[i], 0, 0);
    CHECK(wk_forward_many(wk_module_clone(m), in, 2, &back, 1) == WK_OK && wk_equal(back, wk_select(y, 0, 0)));
}

TEST(layers, unpooling_equals_torch)
{
    check_unpool(wk_nn_max_pool1d(WK_DIMS(2)), wk_nn_max_unpool1d(WK_DIMS(2)), WK_SHAPE(2, 2, 6), golden_max_unpool1d);
    check_unpool(
        wk_nn_max_pool2d(WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1)),
        wk_nn_max_unpool2d(WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1), .output_size = WK_DIMS(5, 4)),
        WK_SHAPE(1, 2, 5, 4), golden_max_unpool2d);
    check_unpool(wk_nn_max_pool3d(WK_DIMS(1, 2, 2)), wk_nn_max_unpool3d(WK_DIMS(1, 2, 2)), WK_SHAPE(2, 1, 2, 2, 4),
                 golden_max_unpool3d);
    CHECK_NULL(wk_forward(wk_nn_max_unpool2d(WK_DIMS(2)), wk_zeros(WK_SHAPE(1, 1, 2, 2), WK_F32)));
    CHECK_ERROR(WK_E_INVALID, "max_unpool2d", "x and indices");
    CHECK_NULL(wk_nn_max_unpool2d((wk_dims){ 0 }));
    CHECK_ERROR(WK_E_INVALID, "nn_max_unpool2d", "kernel_size is missing");
}

/* A window that the padding fills but for one element: what its size comes to is 0, and 1 was pooled. */
TEST(layers, unpooling_gives_the_size_that_was_pooled)
{
    wk_tensor *x = wk_full(WK_SHAPE(1, 1, 1), WK_F32, 3), *at;
    wk_tensor *y = wk_max_pool1d(x, WK_DIMS(2), .stride = WK_DIMS(4), .padding = WK_DIMS(1), .indices = &at);
    wk_tensor *back =
        wk_max_unpool1d(y, at, WK_DIMS(2), .stride = WK_DIMS(4), .padding = WK_DIMS(1), .output_size = WK_DIMS(1));
    CHECK(back && wk_equal(back, x));
}

TEST(layers, pixels_come_back_from_channels_at_any_rank)
{
    wk_tensor *x = wk_arange(0, 2 * 3 * 2 * 4 * 6, 1, WK_I64);
    static const int64_t shapes[][5] = { { 12, 4, 6 }, { 4, 3, 4, 6 }, { 2, 3, 2, 4, 6 } };
    for (int i = 0; i < 3; i++) {
        wk_tensor *t = wk_reshape(x, 3 + i, shapes[i]);
        wk_tensor *few = wk_pixel_unshuffle(t, 2);
        CHECK(wk_size(few, i) == 4 * wk_size(t, i) && wk_size(few, -1) == 3 && wk_equal(wk_pixel_shuffle(few, 2), t));
    }
    CHECK(wk_numel(wk_pixel_shuffle(wk_zeros(WK_SHAPE(2, 0, 3, 3), WK_F32), 4)) == 0);
    CHECK_NULL(wk_pixel_shuffle(wk_zeros(WK_SHAPE(2, 0, 3, 3), WK_F32), INT64_MAX));
    CHECK_ERROR(WK_E_SHAPE, "pixel_shuffle", "[2, 0, 3, 3]");
    CHECK_NULL(wk_nn_pixel_unshuffle(0));
    CHECK_ERROR(WK_E_INVALID, "nn_pixel_unshuffle", "downscale_factor is 0");
}

TEST(layers, padding_tells_what_does_not_fit)
{
    CHECK_NULL(wk_nn_zero_pad2d(WK_SHAPE(1, 2)));
    CHECK_ERROR(WK_E_INVALID, "nn_zero_pad2d", "padding has 2 numbers", "4");
    CHECK_NULL(wk_nn_constant_pad1d(1, NULL, 2));
    CHECK_ERROR(WK_E_INVALID, "nn_constant_pad1d", "0 numbers");
    CHECK_NULL(wk_forward(wk_nn_reflection_pad1d(WK_SHAPE(3)), wk_zeros(WK_SHAPE(1, 2, 3), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "pad", "[1, 2, 3]");
    CHECK_NULL(wk_forward(wk_nn_zero_pad3d(WK_SHAPE(1)), wk_zeros(WK_SHAPE(2, 3), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "pad", "6 numbers", "[2, 3]");
    wk_tensor *x = wk_from((int64_t[]){ 1, 2, 3 }, WK_SHAPE(1, 3), WK_I64),
              *y = wk_forward(wk_nn_circular_pad1d(WK_SHAPE(1)), x);
    CHECK(wk_equal(y, wk_from((int64_t[]){ 3, 1, 2, 3, 1 }, WK_SHAPE(1, 5), WK_I64)));
}

TEST(layers, bilinear_equals_torch)
{
    wk_module *m = filled(wk_nn_bilinear(3, 2, 4, .dtype = WK_F64));
    wk_tensor *in[] = { wk_requires_grad(ramp(WK_SHAPE(2, 3), 11)), ramp(WK_SHAPE(2, 2), 3) }, *y;
    ck_assert_msg(wk_forward_many(m, in, 2, &y, 1) == WK_OK, "%s", wk_error_text());
    wk_backward(wk_sum(wk_mul(y, ramp(WK_SHAPE(2, 4), 13))));
    const double *at = compare(wk_grad(in[0]), compare(y, golden_bilinear));
    compare(wk_grad(wk_parameter(m, "bias")), compare(wk_grad(wk_parameter(m, "weight")), at));
}

TEST(layers, max_pool_gives_indices_too)
{
    wk_tensor *x = wk_from((float[]){ 1, 5, 2, 4 }, WK_SHAPE(1, 1, 4), WK_F32), *out[2];
    CHECK(wk_forward_many(wk_nn_max_pool1d(WK_DIMS(2)), &x, 1, out, 2) == WK_OK);
    CHECK(wk_equal(out[1], wk_from((int64_t[]){ 1, 3 }, WK_SHAPE(1, 1, 2), WK_I64)));
}

TEST(layers, tell_what_does_not_fit)
{
    CHECK_NULL(wk_nn_conv2d(3, 4, WK_DIMS(3), .groups = 2));
    CHECK_ERROR(WK_E_INVALID, "nn_conv2d", "2 groups", "divide");
    CHECK_NULL(wk_nn_conv2d(3, 4, WK_DIMS(3, 3, 3)));
    CHECK_ERROR(WK_E_INVALID, "kernel_size has 3 sizes", "1 or 2");
    CHECK_NULL(wk_forward(wk_nn_batch_norm2d(3), wk_zeros(WK_SHAPE(2, 4, 5, 5), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "batch_norm2d", "[2, 4, 5, 5]", "[n, 3, h, w]");
    CHECK_NULL(wk_forward(wk_nn_batch_norm1d(3), wk_zeros(WK_SHAPE(1, 3), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "one value a channel");
    CHECK_NULL(wk_nn_group_norm(3, 4));
    CHECK_ERROR(WK_E_INVALID, "num_groups 3");
    CHECK_NULL(wk_nn_embedding(5, 3, .padding_idx = 5));
    CHECK_ERROR(WK_E_RANGE, "padding_idx is 5");
    CHECK_NULL(wk_forward(wk_nn_prelu(3), wk_zeros(WK_SHAPE(2, 4), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "prelu", "3 channels");
    CHECK_NULL(wk_nn_celu(0));
    CHECK_ERROR(WK_E_INVALID, "nn_celu", "alpha is 0");
    CHECK_NULL(wk_nn_softshrink(-1));
    CHECK_ERROR(WK_E_INVALID, "nn_softshrink", "lambda is -1");
    CHECK_NULL(wk_nn_rrelu(0.5, 0.25));
    CHECK_ERROR(WK_E_INVALID, "nn_rrelu", "0.5 to 0.25");
    CHECK_NULL(wk_forward(wk_nn_softmax2d(), wk_zeros(WK_SHAPE(2, 3), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "softmax2d", "[2, 3]", "[n, c, h, w]");
    CHECK_NULL(wk_nn_unfold_with(wk_unfold_opts_default()));
    CHECK_ERROR(WK_E_INVALID, "nn_unfold", "kernel_size is missing");
    CHECK_NULL(wk_forward(wk_nn_mse_loss(), wk_zeros(WK_SHAPE(2), WK_F32)));
    CHECK_ERROR(WK_E_INVALID, "mse_loss", "2 inputs");
}

TEST(layers, prelu_of_a_number_is_a_number)
{
    wk_tensor *y = wk_forward(wk_nn_prelu(1), wk_scalar(-2, WK_F32));
    CHECK(wk_ndim(y) == 0 && wk_item(y) == -0.5);
}

WICK_TEST_MAIN
