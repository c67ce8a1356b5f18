/* Writes into the folder named, for each model NAME, NAME.onnx and NAME.safetensors, which has inputs "x1" and results
 * "y1" of three batch sizes, and the model's state dict behind "state.". */
#include <stdio.h>
#include <string.h>
#include <wick/train.h>

static const char *folder;

/* Values that a layer starts with hide mistakes: 1 and 0 of norms, the mean 0 and variance 1 of what runs along. */
static wk_status stir(void *user, const char *name, wk_module *m)
{
    (void)user, (void)m;
    wk_state *s = wk_state_dict(m);
    for (int64_t i = 0; i < wk_state_count(s) && !*name; i++) {
        wk_tensor *t = wk_state_at(s, i);
        if (wk_dtype_of(t) != WK_I64) wk_uniform_(t, 0.1, 0.6);
        if (wk_dtype_of(t) != WK_I64 && wk_ndim(t) > 1) wk_sub_scalar_(t, 0.35);
    }
    return wk_error();
}

typedef struct kind {
    int ndim, batch_dim;
    const int64_t *shape;
    int64_t classes; /* 0: numbers */
    wk_dtype dtype;
} kind;

static wk_tensor *input(const kind *k, int64_t batch)
{
    int64_t full[WK_MAX_DIMS];
    memcpy(full, k->shape, (size_t)k->ndim * sizeof *full);
    full[k->batch_dim] = batch;
    return k->classes ? wk_to(wk_floor(wk_mul_scalar(wk_rand(k->ndim, full, WK_F32), (double)k->classes)), WK_I64)
                      : wk_mul_scalar(wk_randn(k->ndim, full, k->dtype), 2);
}

static void write(const char *name, wk_module *m, kind k)
{
    static const int64_t sizes[] = { 1, 3, 8 };
    char path[512], key[16];
    wk_state *s = wk_state_new();
    wk_params *params = wk_parameters(m);
    k.dtype = wk_params_count(params) ? wk_dtype_of(wk_params_at(params, 0)) : WK_F32;
    wk_module_apply(m, stir, NULL);
    snprintf(path, sizeof path, "%s/%s.onnx", folder, name);
    wk_export_onnx(m, input(&k, 2), path);
    wk_train(m, false);
    for (int i = 0; i < 3; i++) {
        wk_tensor *x = input(&k, sizes[i]);
        snprintf(key, sizeof key, "x%d", (int)sizes[i]);
        wk_state_set(s, key, x);
        *key = 'y';
        wk_state_set(s, key, wk_clone(wk_forward(m, x))); /* which may be x itself: one name would be left out */
    }
    wk_state_add(s, "state.", wk_state_dict(m));
    snprintf(path, sizeof path, "%s/%s.safetensors", folder, name);
    wk_state_write(s, path);
    if (!wk_failed()) return;
    fprintf(stderr, "%s: %s\n", name, wk_error_text());
    wk_error_clear();
}

/* The batch's size in the shape is 0. */
#define CASE(NAME, CLASSES, MODULE, ...)                                                                               \
    do {                                                                                                               \
        WK_SCOPE(model);                                                                                               \
        WK_NO_GRAD(writing);                                                                                           \
        const int64_t shape[] = { __VA_ARGS__ };                                                                       \
        write(NAME, MODULE, (kind){ (int)(sizeof shape / sizeof *shape), shape[0] != 0, shape, CLASSES, WK_F32 });     \
    } while (0)
#define NUMBERS(NAME, MODULE, ...) CASE(NAME, 0, MODULE, __VA_ARGS__)

static void activations(void)
{
    NUMBERS("relu", wk_nn_relu(), 0, 5);
    NUMBERS("tanh", wk_nn_tanh(), 0, 5);
    NUMBERS("sigmoid", wk_nn_sigmoid(), 0, 5);
    NUMBERS("selu", wk_nn_selu(), 0, 5);
    NUMBERS("softsign", wk_nn_softsign(), 0, 5);
    NUMBERS("hardswish", wk_nn_hardswish(), 0, 5);
    NUMBERS("hardsigmoid", wk_nn_hardsigmoid(), 0, 5);
    NUMBERS("relu6", wk_nn_relu6(), 0, 50);
    NUMBERS("hardtanh", wk_nn_hardtanh(-0.5, 1.5), 0, 5);
    NUMBERS("logsigmoid", wk_nn_logsigmoid(), 0, 5);
    NUMBERS("leaky_relu", wk_nn_leaky_relu(0.2), 0, 5);
    NUMBERS("elu", wk_nn_elu(0.7), 0, 5);
    NUMBERS("celu", wk_nn_celu(0.7), 0, 5);
    NUMBERS("silu", wk_nn_silu(), 0, 5);
    NUMBERS("mish", wk_nn_mish(), 0, 5);
    NUMBERS("gelu", wk_nn_gelu(), 0, 50);
    NUMBERS("gelu_tanh", wk_nn_gelu_tanh(), 0, 50);
    NUMBERS("softplus", wk_nn_softplus(1, 20), 0, 5);
    NUMBERS("softplus_sharp", wk_nn_softplus(2, 1), 0, 50);
    NUMBERS("softmax", wk_nn_softmax(-1), 0, 5, 4);
    NUMBERS("softmax_1", wk_nn_softmax(1), 0, 5, 4);
    NUMBERS("log_softmax", wk_nn_log_softmax(1), 0, 5);
    NUMBERS("softmin", wk_nn_softmin(-1), 0, 5);
    NUMBERS("softmax2d", wk_nn_softmax2d(), 0, 5, 4, 3);
    NUMBERS("tanhshrink", wk_nn_tanhshrink(), 0, 5);
    NUMBERS("hardshrink", wk_nn_hardshrink(0.5), 0, 50);
    NUMBERS("softshrink", wk_nn_softshrink(0.5), 0, 50);
    NUMBERS("threshold", wk_nn_threshold(0.5, -3), 0, 50);
    NUMBERS("rrelu", wk_nn_rrelu(0.125, 0.25), 0, 50);
    NUMBERS("glu", wk_nn_glu(-1), 0, 5, 4);
    NUMBERS("glu_1", wk_nn_glu(1), 0, 6, 3);
    NUMBERS("prelu", wk_nn_prelu(1), 0, 5, 4);
    NUMBERS("prelu_channels", wk_nn_prelu(5), 0, 5, 4, 3);
    NUMBERS("prelu_flat", wk_nn_prelu(5), 0, 5);
    NUMBERS("dropout", wk_nn_dropout(0.5), 0, 5);
    NUMBERS("dropout_last", wk_nn_sequential(wk_nn_relu(), wk_nn_dropout2d(0.5)), 0, 5, 2, 2);
}

static void dense(void)
{
    NUMBERS("linear", wk_nn_linear(4, 3), 0, 4);
    NUMBERS("linear_plain", wk_nn_linear(4, 3, .bias = false), 0, 4);
    NUMBERS("linear_rank_4", wk_nn_linear(4, 3), 0, 2, 5, 4);
    NUMBERS("linear_plain_rank_3", wk_nn_linear(4, 3, .bias = false), 0, 5, 4);
    NUMBERS("wide", wk_module_to(wk_mlp(3, (int64_t[]){ 12, 9, 3 }), WK_CPU, WK_F64), 0, 3, 4);
    NUMBERS("flatten", wk_nn_flatten(), 0, 4, 3, 2);
    NUMBERS("unflatten", wk_nn_unflatten(1, WK_SHAPE(2, -1)), 0, 6, 3);
    NUMBERS("unflatten_last", wk_nn_unflatten(-1, WK_SHAPE(3, 2, 1)), 0, 4, 6);
    NUMBERS("scale", wk_nn_scale(wk_ones(WK_SHAPE(4), WK_F32), wk_ones(WK_SHAPE(4), WK_F32)), 0, 3, 4);
    NUMBERS("unscale", wk_nn_unscale(wk_ones(WK_SHAPE(3, 1), WK_F32), wk_ones(WK_SHAPE(3, 1), WK_F32)), 0, 3, 4);
    CASE("embedding", 7, wk_nn_embedding(7, 4), 0, 5);
    CASE("embedding_line", 7, wk_nn_embedding(7, 4), 0);
    NUMBERS("mlp", wk_mlp(4, (int64_t[]){ 12, 9, 7, 3 }), 0, 3, 4);
    NUMBERS("nested", wk_nn_sequential(wk_nn_sequential(wk_nn_linear(4, 5), wk_nn_relu()), wk_nn_linear(5, 2)), 0, 4);
}

static void norms(void)
{
    NUMBERS("batch_norm1d", wk_nn_batch_norm1d(4), 0, 4);
    NUMBERS("batch_norm1d_long", wk_nn_batch_norm1d(4, .eps = 0.1), 0, 4, 5);
    NUMBERS("batch_norm2d", wk_nn_batch_norm2d(4), 0, 4, 3, 5);
    NUMBERS("batch_norm3d_plain", wk_nn_batch_norm3d(4, .affine = false), 0, 4, 2, 3, 2);
    NUMBERS("instance_norm2d", wk_nn_instance_norm2d(4), 0, 4, 3, 5);
    NUMBERS("instance_norm1d", wk_nn_instance_norm1d(4, .affine = true, .track_running_stats = true), 0, 4, 5);
    NUMBERS("layer_norm", wk_nn_layer_norm(WK_DIMS(6)), 0, 4, 6);
    NUMBERS("layer_norm_two", wk_nn_layer_norm(WK_DIMS(4, 6), .eps = 0.1), 0, 4, 6);
    NUMBERS("layer_norm_plain", wk_nn_layer_norm(WK_DIMS(6), .elementwise_affine = false), 0, 6);
    NUMBERS("layer_norm_weight", wk_nn_layer_norm(WK_DIMS(6), .bias = false), 0, 6);
    NUMBERS("rms_norm", wk_nn_rms_norm(WK_DIMS(4, 6)), 0, 4, 6);
    NUMBERS("group_norm", wk_nn_group_norm(2, 6), 0, 6, 3, 4);
    NUMBERS("batch_norm1d_weight", wk_nn_batch_norm1d(4, .bias = false), 0, 4, 5);
    NUMBERS("group_norm_weight", wk_nn_group_norm(2, 6, .bias = false), 0, 6, 3, 4);
    NUMBERS("group_norm_plain", wk_nn_group_norm(3, 6, .affine = false), 0, 6, 5);
    NUMBERS("group_norm_flat", wk_nn_group_norm(2, 6, .eps = 0.1), 0, 6);
}

static void windows(void)
{
    NUMBERS("conv1d", wk_nn_conv1d(3, 4, WK_DIMS(3)), 0, 3, 9);
    NUMBERS("conv2d",
            wk_nn_conv2d(4, 6, WK_DIMS(3, 2), .stride = WK_DIMS(2, 1), .padding = WK_DIMS(1, 0),
                         .dilation = WK_DIMS(1, 2), .groups = 2),
            0, 4, 9, 8);
    NUMBERS("conv2d_plain", wk_nn_conv2d(4, 4, WK_DIMS(3), .padding = WK_DIMS(1), .groups = 4, .bias = false), 0, 4, 5,
            6);
    NUMBERS("conv2d_same", wk_nn_conv2d(2, 3, WK_DIMS(4, 3), .padding = WK_SAME, .dilation = WK_DIMS(1, 2)), 0, 2, 6,
            7);
    NUMBERS("conv3d", wk_nn_conv3d(2, 3, WK_DIMS(2), .stride = WK_DIMS(2)), 0, 2, 4, 5, 6);
    NUMBERS("conv_transpose1d", wk_nn_conv_transpose1d(3, 4, WK_DIMS(3), .stride = WK_DIMS(2)), 0, 3, 5);
    NUMBERS("conv_transpose2d",
            wk_nn_conv_transpose2d(4, 6, WK_DIMS(3, 2), .stride = WK_DIMS(2, 3), .padding = WK_DIMS(1, 0),
                                   .output_padding = WK_DIMS(1, 2), .groups = 2),
            0, 4, 5, 3);
    NUMBERS("max_pool1d", wk_nn_max_pool1d(WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1)), 0, 3, 9);
    NUMBERS("max_pool2d", wk_nn_max_pool2d(WK_DIMS(2)), 0, 3, 8, 6);
    NUMBERS("max_pool2d_up",
            wk_nn_max_pool2d(WK_DIMS(3, 2), .stride = WK_DIMS(2), .padding = WK_DIMS(1), .ceil_mode = true), 0, 3, 8,
            7);
    NUMBERS("max_pool2d_dilated", wk_nn_max_pool2d(WK_DIMS(2), .stride = WK_DIMS(1), .dilation = WK_DIMS(2, 3)), 0, 3,
            8, 7);
    NUMBERS("max_pool1d_wide",
            wk_nn_max_pool1d(WK_DIMS(3), .padding = WK_DIMS(1), .dilation = WK_DIMS(3), .ceil_mode = true), 0, 2, 9);
    NUMBERS("max_pool3d", wk_nn_max_pool3d(WK_DIMS(2)), 0, 2, 4, 4, 6);
    NUMBERS("avg_pool1d", wk_nn_avg_pool1d(WK_DIMS(3), .padding = WK_DIMS(1)), 0, 3, 9);
    NUMBERS("avg_pool2d", wk_nn_avg_pool2d(WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1)), 0, 3, 8, 7);
    NUMBERS("avg_pool2d_inside",
            wk_nn_avg_pool2d(WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1), .count_include_pad = false), 0, 3,
            8, 7);
    NUMBERS("avg_pool2d_up",
            wk_nn_avg_pool2d(WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1), .ceil_mode = true), 0, 3, 8, 6);
    NUMBERS("avg_pool2d_up_inside",
            wk_nn_avg_pool2d(WK_DIMS(3), .stride = WK_DIMS(2), .ceil_mode = true, .count_include_pad = false), 0, 3, 8,
            6);
    NUMBERS("avg_pool2d_divisor", wk_nn_avg_pool2d(WK_DIMS(2), .ceil_mode = true, .divisor_override = 3), 0, 3, 7, 6);
    NUMBERS("avg_pool3d", wk_nn_avg_pool3d(WK_DIMS(2)), 0, 2, 4, 4, 6);
    NUMBERS("global_mean", wk_nn_sequential(wk_nn_adaptive_avg_pool2d(WK_DIMS(1)), wk_nn_flatten()), 0, 3, 8, 7);
    NUMBERS("global_max", wk_nn_adaptive_max_pool1d(WK_DIMS(1)), 0, 3, 8);
    NUMBERS("adaptive_mean", wk_nn_adaptive_avg_pool2d(WK_DIMS(4, 2)), 0, 3, 8, 6);
    NUMBERS("adaptive_max", wk_nn_adaptive_max_pool3d(WK_DIMS(2, 1, 3)), 0, 3, 4, 5, 6);
    NUMBERS("nearest", wk_nn_upsample(.scale_factors = { 3, 0.5 }), 0, 3, 4, 6);
    NUMBERS("nearest_exact", wk_nn_upsample(.scale_factor = 2, .mode = WK_INTERPOLATE_NEAREST_EXACT), 0, 3, 5);
    NUMBERS("bilinear", wk_nn_upsample(.output_size = WK_DIMS(6, 7), .mode = WK_INTERPOLATE_LINEAR), 0, 3, 3, 5);
    NUMBERS("bilinear_corners",
            wk_nn_upsample(.output_size = WK_DIMS(7, 3), .mode = WK_INTERPOLATE_LINEAR, .align_corners = true), 0, 3, 3,
            5);
    NUMBERS("bilinear_factor", wk_nn_upsample(.scale_factor = 1.3, .mode = WK_INTERPOLATE_LINEAR), 0, 3, 5, 4);
    NUMBERS("bicubic", wk_nn_upsample(.scale_factor = 2, .mode = WK_INTERPOLATE_BICUBIC), 0, 3, 5, 4);
    NUMBERS("pictures",
            wk_nn_sequential(wk_nn_unflatten(1, WK_SHAPE(1, 12)), wk_nn_conv2d(1, 4, WK_DIMS(5)), wk_nn_relu(),
                             wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_flatten(), wk_nn_linear(64, 10)),
            0, 12, 12);
    NUMBERS("lenet",
            wk_nn_sequential(wk_nn_conv2d(1, 4, WK_DIMS(5)), wk_nn_batch_norm2d(4), wk_nn_relu(),
                             wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_flatten(), wk_nn_dropout(0.3), wk_nn_linear(64, 10)),
            0, 1, 12, 12);
}

static void paddings_and_shuffles(void)
{
    NUMBERS("pixel_shuffle", wk_nn_pixel_shuffle(2), 0, 8, 3, 5);
    NUMBERS("pixel_unshuffle", wk_nn_pixel_unshuffle(3), 0, 2, 6, 9);
    NUMBERS("channel_shuffle", wk_nn_channel_shuffle(3), 0, 6, 2, 3);
    NUMBERS("constant_pad1d", wk_nn_constant_pad1d(WK_SHAPE(2, -1), 0.75), 0, 3, 9);
    NUMBERS("zero_pad2d", wk_nn_sequential(wk_nn_zero_pad2d(WK_SHAPE(1, 2, 0, 3)), wk_nn_conv2d(3, 4, WK_DIMS(3))), 0,
            3, 8, 6);
    NUMBERS("constant_pad3d", wk_nn_constant_pad3d(WK_SHAPE(1, 0, 0, 2, 1, 1), -2), 0, 2, 4, 4, 6);
    NUMBERS("reflection_pad1d", wk_nn_reflection_pad1d(WK_SHAPE(3, 1)), 0, 3, 9);
    NUMBERS("reflection_pad2d", wk_nn_reflection_pad2d(WK_SHAPE(1, 2, 0, 3)), 0, 3, 8, 6);
    NUMBERS("replication_pad2d", wk_nn_replication_pad2d(WK_SHAPE(2)), 0, 3, 8, 6);
    NUMBERS("replication_pad3d", wk_nn_replication_pad3d(WK_SHAPE(1, 0, 0, 2, 3, 1)), 0, 2, 4, 4, 6);
}

static void sequences(void)
{
    NUMBERS("rnn", wk_nn_rnn(4, 5), 6, 0, 4);
    NUMBERS("rnn_relu", wk_nn_rnn(4, 5, .nonlinearity = "relu", .bidirectional = true, .bias = false), 6, 0, 4);
    NUMBERS("lstm", wk_nn_lstm(4, 5), 6, 0, 4);
    NUMBERS("lstm_deep", wk_nn_lstm(4, 5, .num_layers = 2, .bidirectional = true, .batch_first = true), 0, 6, 4);
    NUMBERS("lstm_plain", wk_nn_lstm(4, 5, .bias = false), 6, 0, 4);
    NUMBERS("gru", wk_nn_gru(4, 5), 6, 0, 4);
    NUMBERS("gru_deep", wk_nn_gru(4, 5, .num_layers = 2, .bidirectional = true, .batch_first = true, .dropout = 0.5), 0,
            6, 4);
    CASE("tagger", 9,
         wk_nn_sequential(wk_nn_embedding(9, 4), wk_nn_lstm(4, 5, .batch_first = true), wk_nn_linear(5, 3)), 0, 6);
    NUMBERS("attention", wk_nn_multihead_attention(8, 2, .batch_first = true), 0, 6, 8);
    NUMBERS("attention_causal", wk_nn_multihead_attention(8, 4, .is_causal = true, .bias = false), 6, 0, 8);
    NUMBERS("transformer_layer", wk_nn_transformer_encoder_layer(8, 2, .dim_feedforward = 12), 6, 0, 8);
    NUMBERS("transformer",
            wk_nn_transformer_encoder(8, 2, 2, .dim_feedforward = 12, .activation = "gelu", .norm_first = true,
                                      .batch_first = true, .is_causal = true, .final_norm = true),
            0, 6, 8);
}

/* ---- Modules of one's own: what their forwards call is read off ---- */

/* relu(bn(conv(x)) + shortcut(x)), where the shortcut may be x itself */
static wk_status block_init(wk_module *m, void *state)
{
    const bool wide = *(const bool *)wk_nn_options(m);
    (void)state;
    wk_nn_child(m, "conv", wk_nn_conv2d(3, wide ? 5 : 3, WK_DIMS(3), .padding = WK_DIMS(1), .bias = false));
    wk_nn_child(m, "bn", wk_nn_batch_norm2d(wide ? 5 : 3));
    if (wide) wk_nn_child(m, "shortcut", wk_nn_sequential(wk_nn_dropout(0.5), wk_nn_conv2d(3, 5, WK_DIMS(1))));
    return wk_error();
}

static wk_tensor *call(wk_module *m, const char *child, wk_tensor *x)
{
    return wk_forward(wk_module_child(m, child), x);
}

static wk_tensor *block_forward(wk_module *m, wk_tensor *x)
{
    wk_tensor *y = call(m, "bn", call(m, "conv", x));
    return wk_relu(wk_add(y, wk_module_child_count(m) == 3 ? call(m, "shortcut", x) : x));
}
static const wk_module_ops block = {
    .size = sizeof block, .name = "block", .init = block_init, .forward = block_forward
};

/* Experts weighed by a gate: a layer called twice, a parameter of its own, one result used twice. */
static wk_status mixed_init(wk_module *m, void *state)
{
    (void)state;
    wk_nn_param(m, "gain", wk_ones(WK_SHAPE(4), WK_F32));
    wk_nn_child(m, "layers", wk_nn_module_list(wk_nn_linear(4, 4), wk_nn_linear(4, 4)));
    return wk_error();
}

static wk_tensor *mixed_forward(wk_module *m, wk_tensor *x)
{
    wk_tensor *gate = wk_sigmoid(call(m, "layers.0", x)), *deep = call(m, "layers.1", wk_tanh(call(m, "layers.1", x)));
    wk_tensor *kept = wk_mul(gate, deep), *rest = wk_sub(x, wk_mul(gate, x));
    return wk_div(wk_add(wk_mul(kept, wk_parameter(m, "gain")), rest), wk_exp(wk_minimum(gate, wk_abs(rest))));
}
static const wk_module_ops mixed = {
    .size = sizeof mixed, .name = "mixed", .init = mixed_init, .forward = mixed_forward
};

static wk_status words_init(wk_module *m, void *state)
{
    (void)state;
    wk_nn_child(m, "words", wk_nn_embedding(9, 4));
    wk_nn_child(m, "out", wk_nn_custom(&mixed, NULL));
    return wk_error();
}
static wk_tensor *words_forward(wk_module *m, wk_tensor *x) { return call(m, "out", wk_neg(call(m, "words", x))); }
static const wk_module_ops words = {
    .size = sizeof words, .name = "words", .init = words_init, .forward = words_forward
};

/* What a PyTorch program writes between its layers. */
static wk_status shaped_init(wk_module *m, void *state)
{
    (void)state;
    wk_nn_param(m, "gate", wk_ones(WK_SHAPE(4, 1, 1), WK_F32));
    wk_nn_child(m, "conv", wk_nn_conv2d(3, 4, WK_DIMS(3), .padding = WK_DIMS(1)));
    wk_nn_child(m, "mix", wk_nn_linear(7, 5));
    wk_nn_child(m, "gru", wk_nn_gru(30, 6, .batch_first = true));
    wk_nn_child(m, "head", wk_nn_linear(20, 3));
    return wk_error();
}

static wk_tensor *shaped_forward(wk_module *m, wk_tensor *x) /* [n, 3, 6, 5] */
{
    wk_tensor *y = wk_leaky_relu(call(m, "conv", x), 0.1); /* [n, 4, 6, 5] */
    y = wk_mul(y, wk_sigmoid(wk_parameter(m, "gate")));
    wk_tensor *joined = wk_cat((wk_tensor *[]){ y, wk_silu(x) }, 2, 1);                        /* [n, 7, 6, 5] */
    wk_tensor *mixed = call(m, "mix", wk_permute(joined, 4, (int[]){ 0, 2, 3, 1 }));           /* [n, 6, 5, 5] */
    wk_tensor *pooled = wk_mean_dims(wk_square(y), 2, (int[]){ 2, 3 }, false);                 /* [n, 4] */
    wk_tensor *lines = wk_reshape(wk_transpose(joined, 1, 2), WK_SHAPE(wk_size(x, 0), 6, 35)); /* a copy */
    wk_tensor *last = wk_select(call(m, "gru", wk_slice(lines, 2, 2, 32, 1)), 1, -1);          /* [n, 6] */
    wk_tensor *summed = wk_sum_dim(wk_gelu(mixed), 2, true);                                   /* [n, 6, 1, 5] */
    wk_tensor *shares = wk_softmax(wk_squeeze(summed, 2), 2);                                  /* [n, 6, 5] */
    wk_tensor *flat = wk_flatten(wk_elu(wk_narrow(shares, 1, 1, 2), 0.5), 1, -1);              /* [n, 10] */
    wk_tensor *numbers = wk_scalar_div(wk_add_scalar(wk_pow_scalar(pooled, 2), 1), 2);         /* [n, 4] */
    wk_tensor *all = wk_cat((wk_tensor *[]){ wk_rsub_scalar(flat, 1), numbers, wk_div_scalar(last, 3) }, 3, 1);
    return wk_log_softmax(call(m, "head", wk_mul_scalar(wk_sub_scalar(all, 0.25), 2)), 1);
}
static const wk_module_ops shaped = {
    .size = sizeof shaped, .name = "shaped", .init = shaped_init, .forward = shaped_forward
};

static void own(void)
{
    NUMBERS("own_shaped", wk_nn_custom(&shaped, NULL), 0, 3, 6, 5);
    NUMBERS("own_block", wk_nn_custom(&block, &(bool){ false }), 0, 3, 6, 5);
    NUMBERS("own_blocks",
            wk_nn_sequential(wk_nn_custom(&block, &(bool){ false }), wk_nn_custom(&block, &(bool){ true })), 0, 3, 6,
            5);
    NUMBERS("own_mixed", wk_nn_sequential(wk_nn_custom(&mixed, NULL), wk_nn_relu()), 0, 4);
    CASE("own_words", 9, wk_nn_custom(&words, NULL), 0, 6);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    folder = argv[1];
    wk_manual_seed(1);
    activations();
    dense();
    norms();
    windows();
    paddings_and_shuffles();
    sequences();
    own();
    return 0;
}
