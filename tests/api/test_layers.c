/* Every layer against PyTorch from the same weights: what it gives, what it sends back, what it keeps. Those of one
 * input and the losses stand in tables here; what fits none is in test_layers_alone.c, embeddings are in
 * test_embedding.c. */
#include "golden/layers.h"
#include "module_check.h"
#include "wick/capture.h"
#include <math.h>
#include <string.h>

static wk_module *make_relu(void) { return wk_nn_relu(); }
static wk_module *make_relu6(void) { return wk_nn_relu6(); }
static wk_module *make_tanh(void) { return wk_nn_tanh(); }
static wk_module *make_sigmoid(void) { return wk_nn_sigmoid(); }
static wk_module *make_logsigmoid(void) { return wk_nn_logsigmoid(); }
static wk_module *make_hardsigmoid(void) { return wk_nn_hardsigmoid(); }
static wk_module *make_hardswish(void) { return wk_nn_hardswish(); }
static wk_module *make_silu(void) { return wk_nn_silu(); }
static wk_module *make_mish(void) { return wk_nn_mish(); }
static wk_module *make_gelu(void) { return wk_nn_gelu(); }
static wk_module *make_gelu_tanh(void) { return wk_nn_gelu_tanh(); }
static wk_module *make_selu(void) { return wk_nn_selu(); }
static wk_module *make_softsign(void) { return wk_nn_softsign(); }
static wk_module *make_leaky_relu(void) { return wk_nn_leaky_relu(0.125); }
static wk_module *make_elu(void) { return wk_nn_elu(1.5); }
static wk_module *make_celu(void) { return wk_nn_celu(1.5); }
static wk_module *make_hardtanh(void) { return wk_nn_hardtanh(-0.25, 0.3); }
static wk_module *make_softplus(void) { return wk_nn_softplus(1, 20); }
static wk_module *make_softplus_beta(void) { return wk_nn_softplus(2, 0.5); }
static wk_module *make_softmax(void) { return wk_nn_softmax(1); }
static wk_module *make_log_softmax(void) { return wk_nn_log_softmax(0); }
static wk_module *make_tanhshrink(void) { return wk_nn_tanhshrink(); }
static wk_module *make_hardshrink(void) { return wk_nn_hardshrink(0.25); }
static wk_module *make_softshrink(void) { return wk_nn_softshrink(0.25); }
static wk_module *make_threshold(void) { return wk_nn_threshold(0.125, -2); }
static wk_module *make_rrelu(void) { return wk_train(wk_nn_rrelu(1.0 / 8, 1.0 / 3), false); }
static wk_module *make_glu(void) { return wk_nn_glu(-1); }
static wk_module *make_softmin(void) { return wk_nn_softmin(0); }
static wk_module *make_softmax2d(void) { return wk_nn_softmax2d(); }
static wk_module *make_prelu(void) { return wk_nn_prelu(1); }
static wk_module *make_prelu_channels(void) { return wk_nn_prelu(3); }
static wk_module *make_identity(void) { return wk_nn_identity(); }
static wk_module *make_flatten(void) { return wk_nn_flatten(); }
static wk_module *make_unflatten(void) { return wk_nn_unflatten(1, WK_SHAPE(2, -1)); }
static wk_module *make_linear(void) { return wk_nn_linear(4, 3); }
static wk_module *make_conv1d(void) { return wk_nn_conv1d(2, 4, WK_DIMS(3), .padding = WK_DIMS(1), .groups = 2); }
static wk_module *make_conv2d(void)
{
    return wk_nn_conv2d(2, 3, WK_DIMS(3, 2), .stride = WK_DIMS(2, 1), .dilation = WK_DIMS(1, 2));
}
static wk_module *make_conv1d_same(void) { return wk_nn_conv1d(2, 2, WK_DIMS(4), .padding = WK_SAME); }
static wk_module *make_conv2d_same(void)
{
    return wk_nn_conv2d(1, 2, WK_DIMS(3, 2), .padding = WK_SAME, .dilation = WK_DIMS(1, 2));
}
static wk_module *make_conv3d_same(void) { return wk_nn_conv3d(1, 1, WK_DIMS(2), .padding = WK_SAME); }
static wk_module *make_conv3d(void) { return wk_nn_conv3d(1, 2, WK_DIMS(2), .bias = false); }
static wk_module *make_conv_transpose1d(void)
{
    return wk_nn_conv_transpose1d(2, 3, WK_DIMS(3), .stride = WK_DIMS(2), .output_padding = WK_DIMS(1));
}
static wk_module *make_conv_transpose2d(void)
{
    return wk_nn_conv_transpose2d(2, 2, WK_DIMS(2), .stride = WK_DIMS(2), .padding = WK_DIMS(1), .groups = 2);
}
static wk_module *make_conv_transpose3d(void) { return wk_nn_conv_transpose3d(1, 2, WK_DIMS(2)); }
static wk_module *make_max_pool1d(void) { return wk_nn_max_pool1d(WK_DIMS(2)); }
static wk_module *make_max_pool2d(void)
{
    return wk_nn_max_pool2d(WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1));
}
static wk_module *make_max_pool3d(void) { return wk_nn_max_pool3d(WK_DIMS(2), .ceil_mode = true); }
static wk_module *make_avg_pool1d(void) { return wk_nn_avg_pool1d(WK_DIMS(3), .stride = WK_DIMS(1)); }
static wk_module *make_avg_pool2d(void)
{
    return wk_nn_avg_pool2d(WK_DIMS(2), .padding = WK_DIMS(1), .count_include_pad = false);
}
static wk_module *make_avg_pool3d(void) { return wk_nn_avg_pool3d(WK_DIMS(2)); }
static wk_module *make_upsample(void)
{
    return wk_nn_upsample(.scale_factors = { 2, 1.5 }, .mode = WK_INTERPOLATE_LINEAR);
}
static wk_module *make_unfold(void)
{
    return wk_nn_unfold(WK_DIMS(2, 3), .padding = WK_DIMS(1, 0), .stride = WK_DIMS(1, 2));
}
static wk_module *make_fold(void)
{
    return wk_nn_fold(WK_DIMS(3, 4), WK_DIMS(2), .padding = WK_DIMS(1, 0), .stride = WK_DIMS(1, 2));
}
static wk_module *make_constant_pad1d(void) { return wk_nn_constant_pad1d(WK_SHAPE(2, -1), 0.75); }
static wk_module *make_constant_pad2d(void) { return wk_nn_constant_pad2d(WK_SHAPE(1, 0, 2, 1), 0.75); }
static wk_module *make_constant_pad3d(void) { return wk_nn_constant_pad3d(WK_SHAPE(1, 0, 0, 2, 1, 1), 0.75); }
static wk_module *make_zero_pad1d(void) { return wk_nn_zero_pad1d(WK_SHAPE(3)); }
static wk_module *make_zero_pad2d(void) { return wk_nn_zero_pad2d(WK_SHAPE(1, 2, 0, 1)); }
static wk_module *make_zero_pad3d(void) { return wk_nn_zero_pad3d(WK_SHAPE(1)); }
static wk_module *make_reflection_pad1d(void) { return wk_nn_reflection_pad1d(WK_SHAPE(3, 1)); }
static wk_module *make_reflection_pad2d(void) { return wk_nn_reflection_pad2d(WK_SHAPE(2, 3, 1, 2)); }
static wk_module *make_reflection_pad3d(void) { return wk_nn_reflection_pad3d(WK_SHAPE(2, 1, 0, 2, 1, 0)); }
static wk_module *make_replication_pad1d(void) { return wk_nn_replication_pad1d(WK_SHAPE(3, 1)); }
static wk_module *make_replication_pad2d(void) { return wk_nn_replication_pad2d(WK_SHAPE(2)); }
static wk_module *make_replication_pad3d(void) { return wk_nn_replication_pad3d(WK_SHAPE(0, 2, 1, 1, 0, 1)); }
static wk_module *make_circular_pad1d(void) { return wk_nn_circular_pad1d(WK_SHAPE(4, 2)); }
static wk_module *make_circular_pad2d(void) { return wk_nn_circular_pad2d(WK_SHAPE(1, 2, 3, 0)); }
static wk_module *make_circular_pad3d(void) { return wk_nn_circular_pad3d(WK_SHAPE(1, 2, 0, 1, 2, 0)); }
static wk_module *make_lp_pool1d(void) { return wk_nn_lp_pool1d(6, WK_DIMS(3), .stride = WK_DIMS(2)); }
static wk_module *make_lp_pool2d(void) { return wk_nn_lp_pool2d(2, WK_DIMS(2, 3), .ceil_mode = true); }
static wk_module *make_lp_pool3d(void) { return wk_nn_lp_pool3d(4, WK_DIMS(2), .stride = WK_DIMS(1)); }
static wk_module *make_pixel_shuffle(void) { return wk_nn_pixel_shuffle(2); }
static wk_module *make_pixel_unshuffle(void) { return wk_nn_pixel_unshuffle(3); }
static wk_module *make_channel_shuffle(void) { return wk_nn_channel_shuffle(3); }
static wk_module *make_adaptive_avg_pool1d(void) { return wk_nn_adaptive_avg_pool1d(WK_DIMS(2)); }
static wk_module *make_adaptive_avg_pool2d(void) { return wk_nn_adaptive_avg_pool2d(WK_DIMS(1)); }
static wk_module *make_adaptive_avg_pool3d(void) { return wk_nn_adaptive_avg_pool3d(WK_DIMS(2)); }
static wk_module *make_adaptive_max_pool1d(void) { return wk_nn_adaptive_max_pool1d(WK_DIMS(2)); }
static wk_module *make_adaptive_max_pool2d(void) { return wk_nn_adaptive_max_pool2d(WK_DIMS(2, 3)); }
static wk_module *make_adaptive_max_pool3d(void) { return wk_nn_adaptive_max_pool3d(WK_DIMS(1)); }
static wk_module *make_batch_norm1d(void) { return wk_nn_batch_norm1d(3); }
static wk_module *make_batch_norm2d(void) { return wk_nn_batch_norm2d(2, .momentum = NAN); }
static wk_module *make_batch_norm3d(void)
{
    return wk_nn_batch_norm3d(2, .affine = false, .track_running_stats = false);
}
static wk_module *make_instance_norm1d(void) { return wk_nn_instance_norm1d(2); }
static wk_module *make_instance_norm2d(void)
{
    return wk_nn_instance_norm2d(2, .affine = true, .track_running_stats = true);
}
static wk_module *make_instance_norm3d(void) { return wk_nn_instance_norm3d(2); }
static wk_module *make_batch_norm1d_weight(void) { return wk_nn_batch_norm1d(3, .bias = false); }
static wk_module *make_group_norm_weight(void) { return wk_nn_group_norm(2, 4, .bias = false); }
static wk_module *make_group_norm(void) { return wk_nn_group_norm(2, 4); }
static wk_module *make_layer_norm(void) { return wk_nn_layer_norm(WK_DIMS(3, 4)); }
static wk_module *make_rms_norm(void) { return wk_nn_rms_norm(WK_DIMS(4)); }

#define GOLDEN(values) values, sizeof values / sizeof *values
static const struct layer_case {
    const char *name;
    wk_module *(*make)(void);
    int ndim;
    int64_t shape[5];
    const double *golden;
    size_t count;
    const double *in_evaluation;
    size_t eval_count;
} layers[] = {
    { "relu", make_relu, 2, { 3, 4 }, GOLDEN(golden_relu), NULL, 0 },
    { "relu6", make_relu6, 2, { 3, 4 }, GOLDEN(golden_relu6), NULL, 0 },
    { "tanh", make_tanh, 2, { 3, 4 }, GOLDEN(golden_tanh), NULL, 0 },
    { "sigmoid", make_sigmoid, 2, { 3, 4 }, GOLDEN(golden_sigmoid), NULL, 0 },
    { "logsigmoid", make_logsigmoid, 2, { 3, 4 }, GOLDEN(golden_logsigmoid), NULL, 0 },
    { "hardsigmoid", make_hardsigmoid, 2, { 3, 4 }, GOLDEN(golden_hardsigmoid), NULL, 0 },
    { "hardswish", make_hardswish, 2, { 3, 4 }, GOLDEN(golden_hardswish), NULL, 0 },
    { "silu", make_silu, 2, { 3, 4 }, GOLDEN(golden_silu), NULL, 0 },
    { "mish", make_mish, 2, { 3, 4 }, GOLDEN(golden_mish), NULL, 0 },
    { "gelu", make_gelu, 2, { 3, 4 }, GOLDEN(golden_gelu), NULL, 0 },
    { "gelu_tanh", make_gelu_tanh, 2, { 3, 4 }, GOLDEN(golden_gelu_tanh), NULL, 0 },
    { "selu", make_selu, 2, { 3, 4 }, GOLDEN(golden_selu), NULL, 0 },
    { "softsign", make_softsign, 2, { 3, 4 }, GOLDEN(golden_softsign), NULL, 0 },
    { "leaky_relu", make_leaky_relu, 2, { 3, 4 }, GOLDEN(golden_leaky_relu), NULL, 0 },
    { "elu", make_elu, 2, { 3, 4 }, GOLDEN(golden_elu), NULL, 0 },
    { "celu", make_celu, 2, { 3, 4 }, GOLDEN(golden_celu), NULL, 0 },
    { "hardtanh", make_hardtanh, 2, { 3, 4 }, GOLDEN(golden_hardtanh), NULL, 0 },
    { "softplus", make_softplus, 2, { 3, 4 }, GOLDEN(golden_softplus), NULL, 0 },
    { "softplus_beta", make_softplus_beta, 2, { 3, 4 }, GOLDEN(golden_softplus_beta), NULL, 0 },
    { "softmax", make_softmax, 2, { 3, 4 }, GOLDEN(golden_softmax), NULL, 0 },
    { "log_softmax", make_log_softmax, 2, { 3, 4 }, GOLDEN(golden_log_softmax), NULL, 0 },
    { "tanhshrink", make_tanhshrink, 2, { 3, 4 }, GOLDEN(golden_tanhshrink), NULL, 0 },
    { "hardshrink", make_hardshrink, 2, { 3, 4 }, GOLDEN(golden_hardshrink), NULL, 0 },
    { "softshrink", make_softshrink, 2, { 3, 4 }, GOLDEN(golden_softshrink), NULL, 0 },
    { "threshold", make_threshold, 2, { 3, 4 }, GOLDEN(golden_threshold), NULL, 0 },
    { "rrelu", make_rrelu, 2, { 3, 4 }, GOLDEN(golden_rrelu), NULL, 0 },
    { "glu", make_glu, 3, { 2, 3, 4 }, GOLDEN(golden_glu), NULL, 0 },
    { "softmin", make_softmin, 2, { 3, 4 }, GOLDEN(golden_softmin), NULL, 0 },
    { "softmax2d", make_softmax2d, 4, { 2, 3, 2, 2 }, GOLDEN(golden_softmax2d), NULL, 0 },
    { "prelu", make_prelu, 2, { 3, 4 }, GOLDEN(golden_prelu), NULL, 0 },
    { "prelu_channels", make_prelu_channels, 3, { 2, 3, 4 }, GOLDEN(golden_prelu_channels), NULL, 0 },
    { "identity", make_identity, 2, { 3, 4 }, GOLDEN(golden_identity), NULL, 0 },
    { "flatten", make_flatten, 3, { 2, 3, 4 }, GOLDEN(golden_flatten), NULL, 0 },
    { "unflatten", make_unflatten, 2, { 3, 4 }, GOLDEN(golden_unflatten), NULL, 0 },
    { "linear", make_linear, 2, { 2, 4 }, GOLDEN(golden_linear), NULL, 0 },
    { "conv1d", make_conv1d, 3, { 2, 2, 5 }, GOLDEN(golden_conv1d), NULL, 0 },
    { "conv2d", make_conv2d, 4, { 2, 2, 5, 4 }, GOLDEN(golden_conv2d), NULL, 0 },
    { "conv1d_same", make_conv1d_same, 3, { 2, 2, 5 }, GOLDEN(golden_conv1d_same), NULL, 0 },
    { "conv2d_same", make_conv2d_same, 4, { 1, 1, 4, 5 }, GOLDEN(golden_conv2d_same), NULL, 0 },
    { "conv3d_same", make_conv3d_same, 5, { 1, 1, 2, 3, 2 }, GOLDEN(golden_conv3d_same), NULL, 0 },
    { "conv3d", make_conv3d, 5, { 1, 1, 3, 3, 3 }, GOLDEN(golden_conv3d), NULL, 0 },
    { "conv_transpose1d", make_conv_transpose1d, 3, { 2, 2, 3 }, GOLDEN(golden_conv_transpose1d), NULL, 0 },
    { "conv_transpose2d", make_conv_transpose2d, 4, { 1, 2, 3, 3 }, GOLDEN(golden_conv_transpose2d), NULL, 0 },
    { "conv_transpose3d", make_conv_transpose3d, 5, { 1, 1, 2, 2, 2 }, GOLDEN(golden_conv_transpose3d), NULL, 0 },
    { "max_pool1d", make_max_pool1d, 3, { 2, 2, 5 }, GOLDEN(golden_max_pool1d), NULL, 0 },
    { "max_pool2d", make_max_pool2d, 4, { 1, 2, 5, 5 }, GOLDEN(golden_max_pool2d), NULL, 0 },
    { "max_pool3d", make_max_pool3d, 5, { 1, 1, 3, 3, 3 }, GOLDEN(golden_max_pool3d), NULL, 0 },
    { "avg_pool1d", make_avg_pool1d, 3, { 2, 2, 5 }, GOLDEN(golden_avg_pool1d), NULL, 0 },
    { "avg_pool2d", make_avg_pool2d, 4, { 1, 2, 4, 4 }, GOLDEN(golden_avg_pool2d), NULL, 0 },
    { "avg_pool3d", make_avg_pool3d, 5, { 1, 1, 4, 2, 2 }, GOLDEN(golden_avg_pool3d), NULL, 0 },
    { "upsample", make_upsample, 4, { 1, 2, 3, 4 }, GOLDEN(golden_upsample), NULL, 0 },
    { "unfold", make_unfold, 4, { 2, 2, 3, 5 }, GOLDEN(golden_unfold), NULL, 0 },
    { "fold", make_fold, 3, { 2, 4, 8 }, GOLDEN(golden_fold), NULL, 0 },
    { "constant_pad1d", make_constant_pad1d, 3, { 2, 2, 4 }, GOLDEN(golden_constant_pad1d), NULL, 0 },
    { "constant_pad2d", make_constant_pad2d, 4, { 1, 2, 3, 4 }, GOLDEN(golden_constant_pad2d), NULL, 0 },
    { "constant_pad3d", make_constant_pad3d, 5, { 1, 1, 3, 3, 4 }, GOLDEN(golden_constant_pad3d), NULL, 0 },
    { "zero_pad1d", make_zero_pad1d, 3, { 2, 2, 4 }, GOLDEN(golden_zero_pad1d), NULL, 0 },
    { "zero_pad2d", make_zero_pad2d, 4, { 1, 2, 3, 4 }, GOLDEN(golden_zero_pad2d), NULL, 0 },
    { "zero_pad3d", make_zero_pad3d, 5, { 1, 1, 3, 3, 4 }, GOLDEN(golden_zero_pad3d), NULL, 0 },
    { "reflection_pad1d", make_reflection_pad1d, 3, { 2, 2, 4 }, GOLDEN(golden_reflection_pad1d), NULL, 0 },
    { "reflection_pad2d", make_reflection_pad2d, 4, { 1, 2, 3, 4 }, GOLDEN(golden_reflection_pad2d), NULL, 0 },
    { "reflection_pad3d", make_reflection_pad3d, 5, { 1, 1, 3, 3, 4 }, GOLDEN(golden_reflection_pad3d), NULL, 0 },
    { "replication_pad1d", make_replication_pad1d, 3, { 2, 2, 4 }, GOLDEN(golden_replication_pad1d), NULL, 0 },
    { "replication_pad2d", make_replication_pad2d, 4, { 1, 2, 3, 4 }, GOLDEN(golden_replication_pad2d), NULL, 0 },
    { "replication_pad3d", make_replication_pad3d, 5, { 1, 1, 3, 3, 4 }, GOLDEN(golden_replication_pad3d), NULL, 0 },
    { "circular_pad1d", make_circular_pad1d, 3, { 2, 2, 4 }, GOLDEN(golden_circular_pad1d), NULL, 0 },
    { "circular_pad2d", make_circular_pad2d, 4, { 1, 2, 3, 4 }, GOLDEN(golden_circular_pad2d), NULL, 0 },
    { "circular_pad3d", make_circular_pad3d, 5, { 1, 1, 3, 3, 4 }, GOLDEN(golden_circular_pad3d), NULL, 0 },
    { "lp_pool1d", make_lp_pool1d, 3, { 2, 2, 8 }, GOLDEN(golden_lp_pool1d), NULL, 0 },
    { "lp_pool2d", make_lp_pool2d, 4, { 1, 2, 5, 7 }, GOLDEN(golden_lp_pool2d), NULL, 0 },
    { "lp_pool3d", make_lp_pool3d, 5, { 1, 2, 2, 3, 3 }, GOLDEN(golden_lp_pool3d), NULL, 0 },
    { "pixel_shuffle", make_pixel_shuffle, 4, { 2, 8, 2, 3 }, GOLDEN(golden_pixel_shuffle), NULL, 0 },
    { "pixel_unshuffle", make_pixel_unshuffle, 4, { 2, 2, 3, 6 }, GOLDEN(golden_pixel_unshuffle), NULL, 0 },
    { "channel_shuffle", make_channel_shuffle, 4, { 2, 6, 2, 2 }, GOLDEN(golden_channel_shuffle), NULL, 0 },
    { "adaptive_avg_pool1d", make_adaptive_avg_pool1d, 3, { 2, 2, 5 }, GOLDEN(golden_adaptive_avg_pool1d), NULL, 0 },
    { "adaptive_avg_pool2d", make_adaptive_avg_pool2d, 4, { 2, 3, 4, 4 }, GOLDEN(golden_adaptive_avg_pool2d), NULL, 0 },
    { "adaptive_avg_pool3d",
      make_adaptive_avg_pool3d,
      5,
      { 1, 1, 3, 3, 3 },
      GOLDEN(golden_adaptive_avg_pool3d),
      NULL,
      0 },
    { "adaptive_max_pool1d", make_adaptive_max_pool1d, 3, { 2, 2, 5 }, GOLDEN(golden_adaptive_max_pool1d), NULL, 0 },
    { "adaptive_max_pool2d", make_adaptive_max_pool2d, 4, { 1, 2, 5, 5 }, GOLDEN(golden_adaptive_max_pool2d), NULL, 0 },
    { "adaptive_max_pool3d",
      make_adaptive_max_pool3d,
      5,
      { 1, 2, 2, 2, 2 },
      GOLDEN(golden_adaptive_max_pool3d),
      NULL,
      0 },
    { "batch_norm1d", make_batch_norm1d, 2, { 4, 3 }, GOLDEN(golden_batch_norm1d), GOLDEN(golden_batch_norm1d_eval) },
    { "batch_norm2d",
      make_batch_norm2d,
      4,
      { 2, 2, 3, 2 },
      GOLDEN(golden_batch_norm2d),
      GOLDEN(golden_batch_norm2d_eval) },
    { "batch_norm3d", make_batch_norm3d, 5, { 2, 2, 2, 1, 2 }, GOLDEN(golden_batch_norm3d), NULL, 0 },
    { "instance_norm1d", make_instance_norm1d, 3, { 2, 2, 4 }, GOLDEN(golden_instance_norm1d), NULL, 0 },
    { "instance_norm2d",
      make_instance_norm2d,
      4,
      { 2, 2, 3, 2 },
      GOLDEN(golden_instance_norm2d),
      GOLDEN(golden_instance_norm2d_eval) },
    { "instance_norm3d", make_instance_norm3d, 5, { 1, 2, 2, 2, 2 }, GOLDEN(golden_instance_norm3d), NULL, 0 },
    { "batch_norm1d_weight",
      make_batch_norm1d_weight,
      2,
      { 4, 3 },
      GOLDEN(golden_batch_norm1d_weight),
      GOLDEN(golden_batch_norm1d_weight_eval) },
    { "group_norm_weight", make_group_norm_weight, 3, { 2, 4, 3 }, GOLDEN(golden_group_norm_weight), NULL, 0 },
    { "group_norm", make_group_norm, 3, { 2, 4, 3 }, GOLDEN(golden_group_norm), NULL, 0 },
    { "layer_norm", make_layer_norm, 3, { 2, 3, 4 }, GOLDEN(golden_layer_norm), NULL, 0 },
    { "rms_norm", make_rms_norm, 2, { 3, 4 }, GOLDEN(golden_rms_norm), NULL, 0 },
};
enum { LAYERS = sizeof layers / sizeof *layers };

static const char *const buffers[] = { "running_mean", "running_var", "num_batches_tracked" };

static void check_layer(const struct layer_case *c)
{
    compare_within =
        strncmp(c->name, "hard", 4) ? 1e-12 : 1e-8; /* torch has the f32 nearest to 1/6 in its derivatives */
    wk_module *m = filled(wk_module_to(c->make(), wk_current_device(), WK_F64));
    wk_tensor *x = wk_requires_grad(ramp(c->ndim, c->shape, 11)), *y = m ? wk_forward(m, x) : NULL;
    ck_assert_msg(y != NULL, "%s: %s", c->name, wk_error_text());
    const double *at = compare(y, c->golden);
    wk_backward(wk_sum(wk_mul(y, ramp(wk_ndim(y), wk_shape(y), 13))));
    ck_assert_msg(!wk_failed(), "%s: %s", c->name, wk_error_text());
    at = compare(wk_grad(x), at);
    wk_params *p = wk_parameters(m);
    for (int i = 0; i < wk_params_count(p); i++) at = compare(wk_grad(wk_params_at(p, i)), at);
    for (int i = 0; i < 3 && c->in_evaluation; i++) at = compare(wk_to(wk_parameter(m, buffers[i]), WK_F64), at);
    ck_assert_msg((size_t)(at - c->golden) == c->count, "%s: %zu values were compared of %zu", c->name,
                  (size_t)(at - c->golden), c->count);
    if (c->in_evaluation) compare(wk_forward(wk_train(m, false), x), c->in_evaluation);
    CHECK_OK();
}

TEST(layers, equal_torch)
{
    for (int i = 0; i < LAYERS; i++) {
        WK_SCOPE(one);
        check_layer(&layers[i]);
    }
}

/* ---- Losses ---- */

static wk_tensor *ramp_plus(int64_t n) { return wk_to(wk_add_scalar(ramp(WK_SHAPE(n), 5), 1), WK_F64); }
static wk_module *make_cross_entropy_loss(void)
{
    return wk_nn_cross_entropy_loss(.weight = ramp_plus(4), .label_smoothing = 0.1);
}
static wk_module *make_nll_loss(void) { return wk_nn_nll_loss(); }
static wk_module *make_mse_loss(void) { return wk_nn_mse_loss(.reduction = WK_REDUCE_SUM); }
static wk_module *make_l1_loss(void) { return wk_nn_l1_loss(); }
static wk_module *make_smooth_l1_loss(void) { return wk_nn_smooth_l1_loss(.beta = 0.5); }
static wk_module *make_huber_loss(void) { return wk_nn_huber_loss(.delta = 0.25); }
static wk_module *make_bce_loss(void) { return wk_nn_bce_loss(); }
static wk_module *make_bce_with_logits_loss(void) { return wk_nn_bce_with_logits_loss(.pos_weight = ramp_plus(4)); }
static wk_module *make_kl_div_loss(void) { return wk_nn_kl_div_loss(.reduction = WK_REDUCE_BATCHMEAN); }
static wk_module *make_poisson_nll_loss(void) { return wk_nn_poisson_nll_loss(); }
static wk_module *make_soft_margin_loss(void) { return wk_nn_soft_margin_loss(); }
static wk_module *make_hinge_embedding_loss(void) { return wk_nn_hinge_embedding_loss(.margin = 0.5); }
static wk_module *make_multi_margin_loss(void) { return wk_nn_multi_margin_loss(); }
static wk_module *make_gaussian_nll_loss(void) { return wk_nn_gaussian_nll_loss(); }
static wk_module *make_margin_ranking_loss(void) { return wk_nn_margin_ranking_loss(.margin = 0.1); }
static wk_module *make_cosine_embedding_loss(void) { return wk_nn_cosine_embedding_loss(); }
static wk_module *make_triplet_margin_loss(void) { return wk_nn_triplet_margin_loss(); }

typedef enum kind { NONE, CLASS, SAME, SHARE, SIGN, VARIANCE, SIGNS, OTHER } kind;
static const struct loss_case {
    const char *name;
    wk_module *(*make)(void);
    kind second, third;
    const double *golden;
    size_t count;
} losses[] = {
    { "cross_entropy_loss", make_cross_entropy_loss, CLASS, NONE, GOLDEN(golden_cross_entropy_loss) },
    { "nll_loss", make_nll_loss, CLASS, NONE, GOLDEN(golden_nll_loss) },
    { "mse_loss", make_mse_loss, SAME, NONE, GOLDEN(golden_mse_loss) },
    { "l1_loss", make_l1_loss, SAME, NONE, GOLDEN(golden_l1_loss) },
    { "smooth_l1_loss", make_smooth_l1_loss, SAME, NONE, GOLDEN(golden_smooth_l1_loss) },
    { "huber_loss", make_huber_loss, SAME, NONE, GOLDEN(golden_huber_loss) },
    { "bce_loss", make_bce_loss, SHARE, NONE, GOLDEN(golden_bce_loss) },
    { "bce_with_logits_loss", make_bce_with_logits_loss, SHARE, NONE, GOLDEN(golden_bce_with_logits_loss) },
    { "kl_div_loss", make_kl_div_loss, SHARE, NONE, GOLDEN(golden_kl_div_loss) },
    { "poisson_nll_loss", make_poisson_nll_loss, SHARE, NONE, GOLDEN(golden_poisson_nll_loss) },
    { "soft_margin_loss", make_soft_margin_loss, SIGN, NONE, GOLDEN(golden_soft_margin_loss) },
    { "hinge_embedding_loss", make_hinge_embedding_loss, SIGN, NONE, GOLDEN(golden_hinge_embedding_loss) },
    { "multi_margin_loss", make_multi_margin_loss, CLASS, NONE, GOLDEN(golden_multi_margin_loss) },
    { "gaussian_nll_loss", make_gaussian_nll_loss, SAME, VARIANCE, GOLDEN(golden_gaussian_nll_loss) },
    { "margin_ranking_loss", make_margin_ranking_loss, SAME, SIGN, GOLDEN(golden_margin_ranking_loss) },
    { "cosine_embedding_loss", make_cosine_embedding_loss, SAME, SIGNS, GOLDEN(golden_cosine_embedding_loss) },
    { "triplet_margin_loss", make_triplet_margin_loss, SAME, OTHER, GOLDEN(golden_triplet_margin_loss) },
};
enum { LOSSES = sizeof losses / sizeof *losses };

static wk_tensor *given(kind what)
{
    wk_tensor *r = ramp(WK_SHAPE(3, 4), 11);
    switch (what) {
    case CLASS: return wk_from((int64_t[]){ 1, 3, 0 }, WK_SHAPE(3), WK_I64);
    case SAME: return ramp(WK_SHAPE(3, 4), 9);
    case SHARE: return wk_add_scalar(ramp(WK_SHAPE(3, 4), 9), 0.5);
    case SIGN: return wk_add(wk_sign(r), wk_to(wk_eq_scalar(r, 0), WK_F64));
    case VARIANCE: return wk_add_scalar(ramp(WK_SHAPE(3, 4), 5), 1);
    case SIGNS: return wk_from((double[]){ 1, -1, 1 }, WK_SHAPE(3), WK_F64);
    case OTHER: return ramp(WK_SHAPE(3, 4), 13);
    default: return NULL;
    }
}

static void check_loss(const struct loss_case *c)
{
    const bool share = !strcmp(c->name, "bce_loss");
    wk_tensor *x = ramp(WK_SHAPE(3, 4), 11), *y;
    if (share) x = wk_clamp_min(wk_add_scalar(x, 0.5), 1e-3);
    x = wk_requires_grad(wk_detach(x));
    wk_tensor *in[] = { x, given(c->second), given(c->third) };
    ck_assert_msg(wk_forward_many(c->make(), in, in[2] ? 3 : 2, &y, 1) == WK_OK, "%s: %s", c->name, wk_error_text());
    wk_backward(y);
    compare(wk_grad(x), compare(y, c->golden));
    CHECK_OK();
}

TEST(layers, losses_equal_torch)
{
    for (int i = 0; i < LOSSES; i++) {
        WK_SCOPE(one);
        check_loss(&losses[i]);
    }
}

/* ---- Replays ---- */

typedef struct layer_step {
    wk_module *m;
    wk_tensor *x; /* a leaf that takes the input */
} layer_step;

static wk_tensor *one_step(void *user, wk_tensor *const *in, int n)
{
    const layer_step *s = user;
    (void)n;
    wk_params *p = wk_parameters(s->m);
    for (int i = 0; i < wk_params_count(p); i++) wk_set_grad(wk_params_at(p, i), NULL);
    wk_set_grad(s->x, NULL);
    wk_set_grad_enabled(false);
    wk_copy_(s->x, in[0]);
    wk_set_grad_enabled(true);
    wk_tensor *y = wk_forward(s->m, s->x);
    wk_backward(wk_mean(wk_square(y)));
    WK_NO_GRAD(update);
    for (int i = 0; i < wk_params_count(p); i++) wk_add_alpha_(wk_params_at(p, i), wk_grad(wk_params_at(p, i)), -0.125);
    return y;
}

static layer_step layer_step_of(const struct layer_case *c)
{
    return (layer_step){ .m = filled(wk_module_to(c->make(), wk_current_device(), WK_F64)),
                         .x = wk_requires_grad(ramp(c->ndim, c->shape, 11)) };
}

TEST(layers, replay_to_the_bit)
{
    for (int i = 0; i < LAYERS; i++) {
        WK_SCOPE(one);
        const struct layer_case *c = &layers[i];
        layer_step plain = layer_step_of(c), planned = layer_step_of(c);
        wk_plan *plan = wk_capture(one_step, &planned);
        for (int run = 0; run < 50; run++) {
            WK_SCOPE(once);
            wk_tensor *x = ramp(c->ndim, c->shape, 11 + 2 * run), *y = one_step(&plain, &x, 1);
            wk_tensor *z = wk_plan_run(plan, &x, 1);
            ck_assert_msg(y && z && wk_equal(y, z) && wk_equal(wk_grad(plain.x), wk_grad(planned.x)), "%s, run %d: %s",
                          c->name, run, wk_failed() ? wk_error_text() : wk_plan_why(plan));
            wk_state *a = wk_state_dict(plain.m), *b = wk_state_dict(planned.m);
            for (int64_t k = 0; k < wk_state_count(a); k++)
                ck_assert_msg(wk_equal(wk_state_at(a, k), wk_state_at(b, k)), "%s, run %d: %s", c->name, run,
                              wk_state_name(a, k));
        }
        const bool counts =
            !strcmp(c->name, "batch_norm2d"); /* without a momentum it asks how many batches there were */
        ck_assert_msg(wk_plan_stats_of(plan).replays == (counts ? 0 : 48), "%s: %s", c->name, wk_plan_why(plan));
    }
}

/* Layers that are tested elsewhere: in test_layers_alone.c, in test_embedding.c, in test_sequence.c, in test_nn.c, in
 * test_calls.c, in test_train.c. */
static const char *const elsewhere[] = { "embedding",
                                         "scale",
                                         "unscale",
                                         "ctc_loss",
                                         "bilinear",
                                         "rnn",
                                         "lstm",
                                         "gru",
                                         "rnn_cell",
                                         "lstm_cell",
                                         "gru_cell",
                                         "multihead_attention",
                                         "custom",
                                         "module_list",
                                         "module_dict",
                                         "max_unpool1d",
                                         "max_unpool2d",
                                         "max_unpool3d",
                                         "embedding_bag",
                                         "child",
                                         "transformer_encoder_layer",
                                         "transformer_encoder",
                                         "transformer_decoder_layer",
                                         "transformer_decoder",
                                         "transformer",
                                         "sequential",
                                         "dropout",
                                         "dropout1d",
                                         "dropout2d",
                                         "dropout3d",
                                         "alpha_dropout",
                                         "feature_alpha_dropout" };

TEST(layers, each_has_golden_values)
{
    static const char *const all[] = {
#define X(NAME) #NAME,
#include "wki_layer_list.h"
#undef X
    };
    CHECK(sizeof all / sizeof *all > 70);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bool found = false;
        for (int k = 0; k < LAYERS; k++) found = found || !strcmp(all[i], layers[k].name);
        for (int k = 0; k < LOSSES; k++) found = found || !strcmp(all[i], losses[k].name);
        for (size_t k = 0; k < sizeof elsewhere / sizeof *elsewhere; k++)
            found = found || !strcmp(all[i], elsewhere[k]);
        ck_assert_msg(found, "wk_nn_%s has no golden values", all[i]);
    }
}

WICK_TEST_MAIN
