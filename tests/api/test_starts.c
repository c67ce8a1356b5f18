/* Every layer as it is made, against PyTorch's: names in order, shapes, what is trained and what is only kept, how each
 * starts. */
#include "golden/starts.h"
#include "wick/wick.h"
#include "wick_check.h"

enum { STARTS = sizeof golden_starts / sizeof *golden_starts };
static bool seen[STARTS];

/* Drawn numbers have the moments of their distribution, within 5 deviations of so many. */
static void check_drawn(const struct golden_start *g, wk_tensor *t)
{
    const double n = (double)wk_numel(t), std = g->start == 'u' ? g->value / sqrt(3) : g->value;
    const double mean = wk_item(wk_mean(t)), spread = wk_item(wk_std(t, 1)), most = wk_item(wk_max(wk_abs(t)));
    ck_assert_msg(fabs(mean) < 5 * std / sqrt(n) && fabs(spread - std) < 5 * std * sqrt(0.5 / n),
                  "%s: %s has mean %g and deviation %g, not 0 and %g", g->layer, g->name, mean, spread, std);
    ck_assert_msg(g->start == 'n' || (most <= g->value * (1 + 1e-6) && most > g->value * (1 - 20 / n)),
                  "%s: %s reaches %g, not %g", g->layer, g->name, most, g->value);
    if (g->zero_row >= 0) CHECK(wk_item(wk_sum(wk_abs(wk_select(t, 0, g->zero_row)))) == 0);
}

static void check_like_the_first(const struct golden_start *g, wk_module *m, wk_tensor *t)
{
    char first[96];
    const char *number = strstr(g->name, "layers."), *rest = number ? strchr(number + strlen("layers."), '.') : NULL;
    CHECK(rest != NULL);
    snprintf(first, sizeof first, "%.*slayers.0%s", (int)(number - g->name), g->name, rest);
    ck_assert_msg(wk_equal(t, wk_detach(wk_parameter(m, first))), "%s: %s is not as %s", g->layer, g->name, first);
}

static void check_entry(const struct golden_start *g, wk_module *m)
{
    wk_tensor *p = wk_parameter(m, g->name), *t = wk_detach(p);
    ck_assert_msg(wk_dtype_of(t) == g->dtype && wk_ndim(t) == g->ndim &&
                      !memcmp(wk_shape(t), g->size, (size_t)g->ndim * sizeof *g->size),
                  "%s: %s has another shape or dtype", g->layer, g->name);
    ck_assert_msg(wk_needs_grad(p) != g->buffer && wk_state_has(wk_buffers(m), g->name) == g->buffer, "%s: %s is %s",
                  g->layer, g->name, g->buffer ? "no buffer" : "not trained");
    if (g->start == 'c')
        ck_assert_msg(wk_equal(t, wk_full(g->ndim, g->size, g->dtype, g->value)), "%s: %s is not %g", g->layer, g->name,
                      g->value);
    else if (g->start == 'l')
        check_like_the_first(g, m, t);
    else
        check_drawn(g, t);
}

/* name: a row of golden/starts.py; m: the same made here. */
static void check_start(const char *name, wk_module *m)
{
    ck_assert_msg(m != NULL, "%s: %s", name, wk_error_text());
    wk_state *s = wk_state_dict(m);
    int64_t n = 0;
    bool known = false;
    for (int i = 0; i < STARTS; i++) {
        const struct golden_start *g = &golden_starts[i];
        if (strcmp(g->layer, name)) continue;
        known = seen[i] = true;
        if (!g->name) continue;
        ck_assert_msg(n < wk_state_count(s) && !strcmp(wk_state_name(s, n), g->name), "%s: entry %lld is %s, not %s",
                      name, (long long)n, n < wk_state_count(s) ? wk_state_name(s, n) : "missing", g->name);
        check_entry(g, m);
        n++;
    }
    ck_assert_msg(known && n == wk_state_count(s), "%s: %lld entries more than torch's", name,
                  (long long)(wk_state_count(s) - n));
    CHECK_OK();
}

static void activations(void)
{
    check_start("relu", wk_nn_relu());
    check_start("relu6", wk_nn_relu6());
    check_start("tanh", wk_nn_tanh());
    check_start("sigmoid", wk_nn_sigmoid());
    check_start("logsigmoid", wk_nn_logsigmoid());
    check_start("hardsigmoid", wk_nn_hardsigmoid());
    check_start("hardswish", wk_nn_hardswish());
    check_start("silu", wk_nn_silu());
    check_start("mish", wk_nn_mish());
    check_start("gelu", wk_nn_gelu());
    check_start("gelu_tanh", wk_nn_gelu_tanh());
    check_start("selu", wk_nn_selu());
    check_start("softsign", wk_nn_softsign());
    check_start("tanhshrink", wk_nn_tanhshrink());
    check_start("hardshrink", wk_nn_hardshrink(0.5));
    check_start("softshrink", wk_nn_softshrink(0.5));
    check_start("threshold", wk_nn_threshold(0.5, 0));
    check_start("rrelu", wk_nn_rrelu(1.0 / 8, 1.0 / 3));
    check_start("glu", wk_nn_glu(-1));
    check_start("leaky_relu", wk_nn_leaky_relu(0.01));
    check_start("elu", wk_nn_elu(1));
    check_start("celu", wk_nn_celu(1));
    check_start("hardtanh", wk_nn_hardtanh(-1, 1));
    check_start("softplus", wk_nn_softplus(1, 20));
    check_start("softmax", wk_nn_softmax(1));
    check_start("log_softmax", wk_nn_log_softmax(1));
    check_start("softmin", wk_nn_softmin(1));
    check_start("softmax2d", wk_nn_softmax2d());
    check_start("prelu", wk_nn_prelu(1));
    check_start("prelu.channels", wk_nn_prelu(5));
    check_start("dropout", wk_nn_dropout(0.5));
    check_start("dropout1d", wk_nn_dropout1d(0.5));
    check_start("dropout2d", wk_nn_dropout2d(0.5));
    check_start("dropout3d", wk_nn_dropout3d(0.5));
    check_start("alpha_dropout", wk_nn_alpha_dropout(0.5));
    check_start("feature_alpha_dropout", wk_nn_feature_alpha_dropout(0.5));
    check_start("identity", wk_nn_identity());
    check_start("flatten", wk_nn_flatten());
    check_start("unflatten", wk_nn_unflatten(1, WK_SHAPE(2, 2)));
}

static void products(void)
{
    check_start("linear", wk_nn_linear(20, 300));
    check_start("linear.bias", wk_nn_linear(20, 300, .bias = false));
    check_start("bilinear", wk_nn_bilinear(9, 5, 300));
    check_start("bilinear.bias", wk_nn_bilinear(9, 5, 300, .bias = false));
    check_start("conv1d", wk_nn_conv1d(6, 300, WK_DIMS(4)));
    check_start("conv1d.groups", wk_nn_conv1d(6, 300, WK_DIMS(4), .groups = 3));
    check_start("conv2d", wk_nn_conv2d(3, 300, WK_DIMS(3, 2)));
    check_start("conv2d.bias", wk_nn_conv2d(3, 300, WK_DIMS(3), .bias = false));
    check_start("conv3d", wk_nn_conv3d(2, 300, WK_DIMS(1, 2, 3)));
    check_start("conv3d.groups", wk_nn_conv3d(2, 300, WK_DIMS(2), .groups = 2));
    check_start("conv_transpose1d", wk_nn_conv_transpose1d(6, 300, WK_DIMS(4)));
    check_start("conv_transpose1d.groups", wk_nn_conv_transpose1d(6, 300, WK_DIMS(4), .groups = 3));
    check_start("conv_transpose2d", wk_nn_conv_transpose2d(3, 300, WK_DIMS(3, 2)));
    check_start("conv_transpose2d.bias", wk_nn_conv_transpose2d(300, 3, WK_DIMS(3), .bias = false));
    check_start("conv_transpose3d", wk_nn_conv_transpose3d(2, 300, WK_DIMS(1, 2, 3)));
    check_start("conv_transpose3d.groups", wk_nn_conv_transpose3d(2, 300, WK_DIMS(2), .groups = 2));
    check_start("embedding", wk_nn_embedding(300, 10));
    check_start("embedding.padding_idx", wk_nn_embedding(300, 10, .padding_idx = 7));
    check_start("embedding.padding_idx_from_the_end", wk_nn_embedding(300, 10, .padding_idx = -1));
    check_start("embedding_bag", wk_nn_embedding_bag(300, 10));
    check_start("embedding_bag.padding_idx", wk_nn_embedding_bag(300, 10, .mode = WK_BAG_MAX, .padding_idx = 7));
}

static void windows(void)
{
    check_start("max_pool1d", wk_nn_max_pool1d(WK_DIMS(2)));
    check_start("max_pool2d", wk_nn_max_pool2d(WK_DIMS(2)));
    check_start("max_pool3d", wk_nn_max_pool3d(WK_DIMS(2)));
    check_start("avg_pool1d", wk_nn_avg_pool1d(WK_DIMS(2)));
    check_start("avg_pool2d", wk_nn_avg_pool2d(WK_DIMS(2)));
    check_start("avg_pool3d", wk_nn_avg_pool3d(WK_DIMS(2)));
    check_start("adaptive_avg_pool1d", wk_nn_adaptive_avg_pool1d(WK_DIMS(2)));
    check_start("adaptive_avg_pool2d", wk_nn_adaptive_avg_pool2d(WK_DIMS(2)));
    check_start("adaptive_avg_pool3d", wk_nn_adaptive_avg_pool3d(WK_DIMS(2)));
    check_start("adaptive_max_pool1d", wk_nn_adaptive_max_pool1d(WK_DIMS(2)));
    check_start("adaptive_max_pool2d", wk_nn_adaptive_max_pool2d(WK_DIMS(2)));
    check_start("adaptive_max_pool3d", wk_nn_adaptive_max_pool3d(WK_DIMS(2)));
    check_start("upsample", wk_nn_upsample(.scale_factor = 2));
    check_start("lp_pool1d", wk_nn_lp_pool1d(2, WK_DIMS(2)));
    check_start("lp_pool2d", wk_nn_lp_pool2d(2, WK_DIMS(2)));
    check_start("lp_pool3d", wk_nn_lp_pool3d(2, WK_DIMS(2)));
    check_start("max_unpool1d", wk_nn_max_unpool1d(WK_DIMS(2)));
    check_start("max_unpool2d", wk_nn_max_unpool2d(WK_DIMS(2)));
    check_start("max_unpool3d", wk_nn_max_unpool3d(WK_DIMS(2)));
    check_start("unfold", wk_nn_unfold(WK_DIMS(2)));
    check_start("fold", wk_nn_fold(WK_DIMS(4, 4), WK_DIMS(2)));
}

static void shuffles(void)
{
    check_start("pixel_shuffle", wk_nn_pixel_shuffle(2));
    check_start("pixel_unshuffle", wk_nn_pixel_unshuffle(2));
    check_start("channel_shuffle", wk_nn_channel_shuffle(2));
}

static void paddings(void)
{
    check_start("constant_pad1d", wk_nn_constant_pad1d(WK_SHAPE(1), 2));
    check_start("constant_pad2d", wk_nn_constant_pad2d(WK_SHAPE(1), 2));
    check_start("constant_pad3d", wk_nn_constant_pad3d(WK_SHAPE(1), 2));
    check_start("zero_pad1d", wk_nn_zero_pad1d(WK_SHAPE(1)));
    check_start("zero_pad2d", wk_nn_zero_pad2d(WK_SHAPE(1)));
    check_start("zero_pad3d", wk_nn_zero_pad3d(WK_SHAPE(1)));
    check_start("reflection_pad1d", wk_nn_reflection_pad1d(WK_SHAPE(1)));
    check_start("reflection_pad2d", wk_nn_reflection_pad2d(WK_SHAPE(1)));
    check_start("reflection_pad3d", wk_nn_reflection_pad3d(WK_SHAPE(1)));
    check_start("replication_pad1d", wk_nn_replication_pad1d(WK_SHAPE(1)));
    check_start("replication_pad2d", wk_nn_replication_pad2d(WK_SHAPE(1)));
    check_start("replication_pad3d", wk_nn_replication_pad3d(WK_SHAPE(1)));
    check_start("circular_pad1d", wk_nn_circular_pad1d(WK_SHAPE(1)));
    check_start("circular_pad2d", wk_nn_circular_pad2d(WK_SHAPE(1)));
    check_start("circular_pad3d", wk_nn_circular_pad3d(WK_SHAPE(1)));
}

static void norms(void)
{
    check_start("batch_norm1d", wk_nn_batch_norm1d(5));
    check_start("batch_norm2d", wk_nn_batch_norm2d(5));
    check_start("batch_norm3d", wk_nn_batch_norm3d(5));
    check_start("batch_norm3d.bias", wk_nn_batch_norm3d(5, .bias = false));
    check_start("instance_norm2d.bias", wk_nn_instance_norm2d(5, .affine = true, .bias = false));
    check_start("batch_norm1d.affine", wk_nn_batch_norm1d(5, .affine = false));
    check_start("batch_norm2d.track_running_stats", wk_nn_batch_norm2d(5, .track_running_stats = false));
    check_start("instance_norm1d", wk_nn_instance_norm1d(5));
    check_start("instance_norm2d", wk_nn_instance_norm2d(5));
    check_start("instance_norm3d", wk_nn_instance_norm3d(5));
    check_start("instance_norm1d.affine", wk_nn_instance_norm1d(5, .affine = true));
    check_start("instance_norm2d.track_running_stats", wk_nn_instance_norm2d(5, .track_running_stats = true));
    check_start("instance_norm3d.both", wk_nn_instance_norm3d(5, .affine = true, .track_running_stats = true));
    check_start("group_norm", wk_nn_group_norm(2, 6));
    check_start("group_norm.affine", wk_nn_group_norm(2, 6, .affine = false));
    check_start("group_norm.bias", wk_nn_group_norm(2, 6, .bias = false));
    check_start("layer_norm", wk_nn_layer_norm(WK_DIMS(3, 4)));
    check_start("layer_norm.bias", wk_nn_layer_norm(WK_DIMS(3, 4), .bias = false));
    check_start("layer_norm.elementwise_affine", wk_nn_layer_norm(WK_DIMS(4), .elementwise_affine = false));
    check_start("rms_norm", wk_nn_rms_norm(WK_DIMS(3, 4)));
    check_start("rms_norm.elementwise_affine", wk_nn_rms_norm(WK_DIMS(4), .elementwise_affine = false));
}

static void sequences(void)
{
    check_start("rnn", wk_nn_rnn(7, 100));
    check_start("rnn.bias", wk_nn_rnn(7, 100, .num_layers = 2, .bias = false, .nonlinearity = "relu"));
    check_start("lstm", wk_nn_lstm(7, 50));
    check_start("lstm.whole", wk_nn_lstm(7, 50, .num_layers = 3, .bidirectional = true, .dropout = 0.1));
    check_start("gru", wk_nn_gru(7, 50));
    check_start("gru.both_ways", wk_nn_gru(7, 50, .num_layers = 2, .bidirectional = true));
    check_start("rnn_cell", wk_nn_rnn_cell(7, 100));
    check_start("rnn_cell.bias", wk_nn_rnn_cell(7, 100, .bias = false, .nonlinearity = "relu"));
    check_start("lstm_cell", wk_nn_lstm_cell(7, 50));
    check_start("gru_cell", wk_nn_gru_cell(7, 50));
    check_start("gru_cell.bias", wk_nn_gru_cell(7, 50, .bias = false));
    check_start("multihead_attention", wk_nn_multihead_attention(32, 4));
    check_start("multihead_attention.bias", wk_nn_multihead_attention(32, 4, .bias = false));
    check_start("multihead_attention.kdim", wk_nn_multihead_attention(32, 4, .kdim = 24, .vdim = 40));
    check_start("multihead_attention.vdim", wk_nn_multihead_attention(32, 4, .vdim = 40, .bias = false));
    check_start("transformer_encoder_layer", wk_nn_transformer_encoder_layer(16, 2));
    check_start("transformer_encoder_layer.bias",
                wk_nn_transformer_encoder_layer(16, 2, .dim_feedforward = 64, .bias = false));
    check_start("transformer_encoder", wk_nn_transformer_encoder(16, 2, 2, .dim_feedforward = 64));
    check_start("transformer_encoder.norm",
                wk_nn_transformer_encoder(16, 2, 3, .dim_feedforward = 64, .norm_first = true, .final_norm = true));
    check_start("transformer_decoder_layer", wk_nn_transformer_decoder_layer(16, 2));
    check_start("transformer_decoder_layer.bias",
                wk_nn_transformer_decoder_layer(16, 2, .dim_feedforward = 64, .bias = false));
    check_start("transformer_decoder", wk_nn_transformer_decoder(16, 2, 2, .dim_feedforward = 64));
    check_start("transformer_decoder.norm",
                wk_nn_transformer_decoder(16, 2, 2, .dim_feedforward = 64, .final_norm = true));
    check_start("transformer",
                wk_nn_transformer(16, 2, .num_encoder_layers = 1, .num_decoder_layers = 2, .dim_feedforward = 64));
    check_start("transformer.bias", wk_nn_transformer(16, 2, .num_encoder_layers = 2, .num_decoder_layers = 1,
                                                      .dim_feedforward = 64, .bias = false));
}

static void containers(void)
{
    wk_module *pair[] = { wk_nn_prelu(2), wk_nn_prelu(3) }, *other[] = { wk_nn_prelu(2), wk_nn_prelu(3) };
    check_start("sequential", wk_nn_sequential(wk_nn_linear(20, 300), wk_nn_relu(), wk_nn_batch_norm1d(300)));
    check_start("module_list", wk_nn_module_list_new(pair, 2));
    check_start("module_dict", wk_nn_module_dict_new((const char *const[]){ "b", "a" }, other, 2));
}

static void losses(void)
{
    wk_tensor *ones = wk_ones(WK_SHAPE(4), WK_F32);
    check_start("cross_entropy_loss", wk_nn_cross_entropy_loss());
    check_start("cross_entropy_loss.weight", wk_nn_cross_entropy_loss(.weight = ones));
    check_start("nll_loss", wk_nn_nll_loss());
    check_start("nll_loss.weight", wk_nn_nll_loss(.weight = ones));
    check_start("mse_loss", wk_nn_mse_loss());
    check_start("l1_loss", wk_nn_l1_loss());
    check_start("smooth_l1_loss", wk_nn_smooth_l1_loss());
    check_start("huber_loss", wk_nn_huber_loss());
    check_start("bce_loss", wk_nn_bce_loss());
    check_start("bce_loss.weight", wk_nn_bce_loss(.weight = ones));
    check_start("bce_with_logits_loss", wk_nn_bce_with_logits_loss());
    check_start("bce_with_logits_loss.weights", wk_nn_bce_with_logits_loss(.weight = ones, .pos_weight = ones));
    check_start("kl_div_loss", wk_nn_kl_div_loss());
    check_start("poisson_nll_loss", wk_nn_poisson_nll_loss());
    check_start("soft_margin_loss", wk_nn_soft_margin_loss());
    check_start("hinge_embedding_loss", wk_nn_hinge_embedding_loss());
    check_start("multi_margin_loss", wk_nn_multi_margin_loss());
    check_start("multi_margin_loss.weight", wk_nn_multi_margin_loss(.weight = ones));
    check_start("gaussian_nll_loss", wk_nn_gaussian_nll_loss());
    check_start("margin_ranking_loss", wk_nn_margin_ranking_loss());
    check_start("cosine_embedding_loss", wk_nn_cosine_embedding_loss());
    check_start("triplet_margin_loss", wk_nn_triplet_margin_loss());
    check_start("ctc_loss", wk_nn_ctc_loss());
}

static const char *const without_counterpart[] = { "custom", "child", "scale", "unscale" };

static bool is_compared(const char *layer)
{
    const size_t n = strlen(layer);
    for (int i = 0; i < STARTS; i++)
        if (!strncmp(golden_starts[i].layer, layer, n) && !golden_starts[i].layer[n]) return true;
    for (size_t i = 0; i < sizeof without_counterpart / sizeof *without_counterpart; i++)
        if (!strcmp(without_counterpart[i], layer)) return true;
    return false;
}

/* As C++ makes them, which has no options by name. */
static wk_module *with_num_features(wk_batch_norm_opts o)
{
    o.num_features = 5;
    return wk_nn_instance_norm1d_new(&o);
}

static wk_module *with_shape(wk_layer_norm_opts o)
{
    o.normalized_shape = WK_DIMS(3, 4);
    return wk_nn_rms_norm_new(&o);
}

static void defaults(void)
{
    check_start("instance_norm1d", with_num_features(wk_instance_norm_opts_default()));
    check_start("rms_norm", with_shape(wk_rms_norm_opts_default()));
    CHECK(wk_rms_norm_opts_default().eps < 0);
}

TEST(starts, of_all_layers_are_torchs)
{
    static const char *const layers[] = {
#define X(NAME) #NAME,
#include "wki_layer_list.h"
#undef X
    };
    wk_manual_seed(3);
    activations();
    products();
    windows();
    shuffles();
    paddings();
    norms();
    sequences();
    containers();
    losses();
    defaults();
    for (int i = 0; i < STARTS; i++) ck_assert_msg(seen[i], "%s was not made here", golden_starts[i].layer);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        ck_assert_msg(is_compared(layers[i]), "wk_nn_%s is not compared with torch's", layers[i]);
}

/* ---- Defaults ---- */

typedef struct option {
    const char *layers, *name; /* "Conv": of all whose name begins so */
    double value;
    const char *text;
} option;

/* What sizes come to where they are left out, which the headers say. */
static double size_of(wk_dims d, double usual) { return d.n ? (double)d.size[0] : usual; }
static double none_if(bool none, double value) { return none ? (double)NAN : value; }

/* Options that wick's layers do not have, or have as their function has them: docs/from-pytorch.md, golden/losses.py.
 */
static const option elsewhere[] = {
    { .layers = "Transformer", .name = "d_model" },
    { .layers = "Transformer", .name = "nhead" },
    { .layers = "Transformer", .name = "custom_encoder" },
    { .layers = "Transformer", .name = "custom_decoder" },
    { .layers = "", .name = "padding_mode" },
    { .layers = "", .name = "return_indices" },
    { .layers = "", .name = "proj_size" },
    { .layers = "", .name = "add_bias_kv" },
    { .layers = "", .name = "add_zero_attn" },
    { .layers = "", .name = "sparse" },
    { .layers = "", .name = "enable_nested_tensor" },
    { .layers = "", .name = "mask_check" },
    { .layers = "", .name = "margin" },
    { .layers = "", .name = "p" },
    { .layers = "PoissonNLLLoss", .name = "eps" },
    { .layers = "GaussianNLLLoss", .name = "eps" },
    { .layers = "TripletMarginLoss", .name = "eps" },
};

#define OPTION(LAYERS, STRUCT, NAME)                                                                                   \
    {                                                                                                                  \
        LAYERS, #NAME, (double)STRUCT.NAME, NULL                                                                       \
    }
#define SIZE(LAYERS, STRUCT, NAME, N)                                                                                  \
    {                                                                                                                  \
        LAYERS, #NAME, size_of(STRUCT.NAME, N), NULL                                                                   \
    }
#define WORD(LAYERS, STRUCT, NAME)                                                                                     \
    {                                                                                                                  \
        LAYERS, #NAME, (double)NAN, STRUCT.NAME                                                                        \
    }
#define RECURRENT(LAYER)                                                                                               \
    OPTION(LAYER, rnn, num_layers), OPTION(LAYER, rnn, bias), OPTION(LAYER, rnn, batch_first),                         \
        OPTION(LAYER, rnn, dropout), OPTION(LAYER, rnn, bidirectional)
#define TENSOR(LAYERS, STRUCT, NAME)                                                                                   \
    {                                                                                                                  \
        LAYERS, #NAME, none_if(!STRUCT.NAME, 0), NULL                                                                  \
    }

static const option *find(const option *all, size_t n, const struct golden_default *g)
{
    for (size_t i = 0; i < n; i++)
        if (!strncmp(g->layer, all[i].layers, strlen(all[i].layers)) && !strcmp(g->option, all[i].name)) return &all[i];
    return NULL;
}

static void check_defaults(const option *here, size_t n)
{
    for (size_t i = 0; i < sizeof golden_defaults / sizeof *golden_defaults; i++) {
        const struct golden_default *g = &golden_defaults[i];
        const option *o = find(here, n, g);
        if (!o && find(elsewhere, sizeof elsewhere / sizeof *elsewhere, g)) continue;
        ck_assert_msg(o != NULL, "%s has an option %s", g->layer, g->option);
        const bool same = isnan(g->value) ? isnan(o->value) : o->value == g->value;
        ck_assert_msg(same && !g->text == !o->text && (!g->text || !strcmp(g->text, o->text)),
                      "%s: %s is %g %s, not %g %s", g->layer, g->option, o->value, o->text ? o->text : "", g->value,
                      g->text ? g->text : "");
    }
}

TEST(starts, defaults_of_all_options_are_torchs)
{
    const wk_linear_opts linear = wk_linear_opts_default();
    const wk_bilinear_opts two = wk_bilinear_opts_default();
    const wk_conv_layer_opts conv = wk_conv_layer_opts_default();
    const wk_pool_opts pool = wk_pool_opts_default();
    const wk_unpool_opts unpool = wk_unpool_opts_default();
    const wk_unfold_opts fold = wk_unfold_opts_default();
    const wk_batch_norm_opts batch = wk_batch_norm_opts_default(), instance = wk_instance_norm_opts_default();
    const wk_group_norm_opts group = wk_group_norm_opts_default();
    const wk_layer_norm_opts layer = wk_layer_norm_opts_default(), rms = wk_rms_norm_opts_default();
    const wk_embedding_layer_opts table = wk_embedding_layer_opts_default();
    const wk_embedding_bag_layer_opts bag = wk_embedding_bag_layer_opts_default();
    const wk_rnn_opts rnn = wk_rnn_opts_default();
    const wk_rnn_cell_opts cell = wk_rnn_cell_opts_default();
    const wk_multihead_attention_opts heads = wk_multihead_attention_opts_default();
    const wk_transformer_opts transformer = wk_transformer_opts_default();
    const wk_loss_opts loss = wk_loss_opts_default();
    const option here[] = {
        OPTION("Linear", linear, bias),
        OPTION("Bilinear", two, bias),
        SIZE("Conv", conv, stride, 1),
        SIZE("Conv", conv, padding, 0),
        SIZE("Conv", conv, dilation, 1),
        SIZE("ConvTranspose", conv, output_padding, 0),
        OPTION("Conv", conv, groups),
        OPTION("Conv", conv, bias),
        SIZE("MaxPool", pool, stride, (double)NAN),
        SIZE("MaxPool", pool, padding, 0),
        SIZE("MaxPool", pool, dilation, 1),
        OPTION("MaxPool", pool, ceil_mode),
        SIZE("MaxUnpool", unpool, stride, (double)NAN),
        SIZE("MaxUnpool", unpool, padding, 0),
        SIZE("LPPool", pool, stride, (double)NAN),
        OPTION("LPPool", pool, ceil_mode),
        SIZE("AvgPool", pool, stride, (double)NAN),
        SIZE("AvgPool", pool, padding, 0),
        OPTION("AvgPool", pool, ceil_mode),
        OPTION("AvgPool", pool, count_include_pad),
        { "AvgPool", "divisor_override", none_if(!pool.divisor_override, 0), NULL },
        SIZE("Unfold", fold, stride, 1),
        SIZE("Unfold", fold, padding, 0),
        SIZE("Unfold", fold, dilation, 1),
        SIZE("Fold", fold, stride, 1),
        SIZE("Fold", fold, padding, 0),
        SIZE("Fold", fold, dilation, 1),
        OPTION("BatchNorm", batch, eps),
        OPTION("BatchNorm", batch, momentum),
        OPTION("BatchNorm", batch, affine),
        OPTION("BatchNorm", batch, track_running_stats),
        OPTION("BatchNorm", batch, bias),
        OPTION("InstanceNorm", instance, eps),
        OPTION("InstanceNorm", instance, momentum),
        OPTION("InstanceNorm", instance, affine),
        OPTION("InstanceNorm", instance, track_running_stats),
        OPTION("InstanceNorm", instance, bias),
        OPTION("GroupNorm", group, eps),
        OPTION("GroupNorm", group, affine),
        OPTION("GroupNorm", group, bias),
        OPTION("LayerNorm", layer, eps),
        OPTION("LayerNorm", layer, elementwise_affine),
        OPTION("LayerNorm", layer, bias),
        { "RMSNorm", "eps", none_if(rms.eps < 0, rms.eps), NULL },
        OPTION("RMSNorm", rms, elementwise_affine),
        { "EmbeddingBag", "padding_idx", none_if(bag.padding_idx == WK_NO_PADDING, 0), NULL },
        { "EmbeddingBag", "mode", (double)NAN, bag.mode == WK_BAG_MEAN ? "mean" : "another" },
        OPTION("EmbeddingBag", bag, max_norm),
        OPTION("EmbeddingBag", bag, norm_type),
        OPTION("EmbeddingBag", bag, scale_grad_by_freq),
        OPTION("EmbeddingBag", bag, include_last_offset),
        { "Embedding", "padding_idx", none_if(table.padding_idx == WK_NO_PADDING, 0), NULL },
        OPTION("Embedding", table, max_norm),
        OPTION("Embedding", table, norm_type),
        OPTION("Embedding", table, scale_grad_by_freq),
        OPTION("MultiheadAttention", heads, dropout),
        OPTION("MultiheadAttention", heads, bias),
        OPTION("MultiheadAttention", heads, batch_first),
        { "MultiheadAttention", "kdim", none_if(!heads.kdim, 0), NULL },
        { "MultiheadAttention", "vdim", none_if(!heads.vdim, 0), NULL },
        OPTION("Transformer", transformer, dim_feedforward),
        OPTION("Transformer", transformer, dropout),
        WORD("Transformer", transformer, activation),
        OPTION("Transformer", transformer, layer_norm_eps),
        OPTION("Transformer", transformer, batch_first),
        OPTION("Transformer", transformer, norm_first),
        OPTION("Transformer", transformer, bias),
        { "Transformer", "norm", none_if(!transformer.final_norm, 0), NULL },
        OPTION("Transformer", transformer, num_encoder_layers),
        OPTION("Transformer", transformer, num_decoder_layers),
        WORD("RNNCell", cell, nonlinearity),
        OPTION("RNNCell", cell, bias),
        OPTION("LSTMCell", cell, bias),
        OPTION("GRUCell", cell, bias),
        WORD("RNN", rnn, nonlinearity),
        RECURRENT("RNN"),
        RECURRENT("LSTM"),
        RECURRENT("GRU"),
        TENSOR("", loss, weight),
        TENSOR("", loss, pos_weight),
        OPTION("", loss, ignore_index),
        OPTION("", loss, label_smoothing),
        OPTION("", loss, beta),
        OPTION("", loss, delta),
        OPTION("", loss, log_target),
        OPTION("", loss, log_input),
        OPTION("", loss, full),
        OPTION("", loss, swap),
        OPTION("", loss, blank),
        OPTION("", loss, zero_infinity),
        { "", "reduction", (double)NAN, loss.reduction == WK_REDUCE_MEAN ? "mean" : "another" },
    };
    check_defaults(here, sizeof here / sizeof *here);
}

WICK_TEST_MAIN
