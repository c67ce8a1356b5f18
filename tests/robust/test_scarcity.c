/* Out of memory anywhere while a model is built, trained, saved, loaded, cloned, looked at or resumed: every request is
 * refused in turn, once or from then on. Each time it is an error and nothing more: nothing is lost, nothing is
 * changed, and the same call works once there is memory again. */
#include "base/file.h"
#include "nn/module.h"
#include "refusals.h"
#include "wick/train.h"
#include "wick_check.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

WICK_ON_CPU("it takes the host's memory away")

/* A deed: what it needs, what it does, and what must not have changed where it failed. */
typedef struct deed {
    void (*prepare)(void);
    bool (*act)(void);          /* true: done */
    wk_state *(*watched)(void); /* NULL: nothing */
    const char *name;
} deed;

static void check_unchanged(const deed *d, long n, const wk_state *was)
{
    wk_state *is = d->watched();
    ck_assert_msg(is && wk_state_count(is) == wk_state_count(was), "%s, request %ld: another state", d->name, n);
    for (int64_t i = 0; i < wk_state_count(was); i++)
        ck_assert_msg(wk_equal(wk_state_at(was, i), wk_state_get(is, wk_state_name(was, i))),
                      "%s, request %ld refused: %s was changed", d->name, n, wk_state_name(was, i));
    for (int64_t i = 0; i < wk_state_text_count(was); i++) {
        const char *key = wk_state_text_key(was, i);
        ck_assert_msg(!strcmp(wk_state_text(was, key), wk_state_text(is, key)),
                      "%s, request %ld refused: %s was changed", d->name, n, key);
    }
}

/* False once nothing was refused. */
static bool survives(const deed *d, long n, bool sticky)
{
    WK_SCOPE(work);
    if (d->prepare) d->prepare();
    wk_state *was = d->watched ? wk_state_copy(d->watched()) : NULL;
    CHECK_OK();
    arm(n, sticky);
    const bool done = d->act();
    const bool refused = disarm();
    if (refused) {
        ck_assert_msg(!done && wk_error() == WK_E_MEMORY, "%s, request %ld refused: no error of memory", d->name, n);
        wk_error_clear();
        if (was) check_unchanged(d, n, was);
        ck_assert_msg(d->act(), "%s, after request %ld was refused: %s", d->name, n, wk_error_text());
    }
    ck_assert_msg(!wk_failed() && (refused || done), "%s: %s", d->name, wk_error_text());
    return refused;
}

static long every_request(const deed *d, bool sticky)
{
    survives(d, 0, sticky);
    const footprint before = footprint_now();
    long n = 1;
    while (survives(d, n, sticky)) n++;
    const footprint after = footprint_now();
    ck_assert_msg(after.live == before.live && after.allocations == before.allocations && after.used == before.used,
                  "%s, %ld requests refused in turn: %lld objects, %lld allocations, %lld bytes are lost", d->name,
                  n - 1, (long long)(after.live - before.live), (long long)(after.allocations - before.allocations),
                  (long long)(after.used - before.used));
    return n - 1;
}

/* Disks are slow, and nothing here is about power that fails. */
static int no_fsync(int fd) { return (void)fd, 0; }
static int plain_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static const wki_file_ops in_haste = { plain_open, pread, write, no_fsync, rename, close, NULL, fstat, mmap };

static void holds(const deed *d)
{
    wk_set_num_threads(1);
    const long once = every_request(d, false), for_good = every_request(d, true);
    ck_assert_msg(once > 0 && for_good > 0, "%s asks for no memory", d->name);
}

/* ---- Building every layer ---- */

static wk_tensor *weights(void) { return wk_ones(WK_SHAPE(4), WK_F32); }
static wk_status init_gain(wk_module *m, void *state)
{
    return (void)state, wk_nn_param(m, "gain", wk_ones(WK_SHAPE(1), WK_F32)) ? WK_OK : wk_error();
}
static wk_tensor *forward_gain(wk_module *m, wk_tensor *x) { return wk_mul(x, wk_parameter(m, "gain")); }
static const wk_module_ops gain = {
    .size = sizeof gain, .name = "gain", .state_size = 8, .init = init_gain, .forward = forward_gain
};
static wk_module *with_child(void)
{
    wk_module *m = wk_nn_custom(&gain, NULL);
    return m && wk_nn_child(m, "inner", wk_nn_relu()) ? m : NULL;
}
static wk_module *grown_list(void)
{
    wk_module *m = wk_nn_module_list(wk_nn_linear(2, 2), wk_nn_relu());
    return m && wk_module_append(m, wk_nn_linear(2, 3)) ? m : NULL;
}
static wk_module *dict(void)
{
    return wk_nn_module_dict_new((const char *const[]){ "a", "b" }, (wk_module *[]){ wk_nn_relu(), wk_nn_linear(2, 2) },
                                 2);
}

#define LAYERS(M)                                                                                                      \
    M(linear, wk_nn_linear(3, 2))                                                                                      \
    M(relu, wk_nn_relu())                                                                                              \
    M(tanh, wk_nn_tanh())                                                                                              \
    M(sigmoid, wk_nn_sigmoid())                                                                                        \
    M(dropout, wk_nn_dropout(0.5))                                                                                     \
    M(dropout1d, wk_nn_dropout1d(0.5))                                                                                 \
    M(dropout2d, wk_nn_dropout2d(0.5))                                                                                 \
    M(dropout3d, wk_nn_dropout3d(0.5))                                                                                 \
    M(alpha_dropout, wk_nn_alpha_dropout(0.5))                                                                         \
    M(feature_alpha_dropout, wk_nn_feature_alpha_dropout(0.5))                                                         \
    M(flatten, wk_nn_flatten())                                                                                        \
    M(identity, wk_nn_identity())                                                                                      \
    M(sequential, wk_nn_sequential(wk_nn_linear(3, 2), wk_nn_relu(), wk_nn_linear(2, 1)))                              \
    M(module_list, grown_list())                                                                                       \
    M(module_dict, dict())                                                                                             \
    M(custom, wk_nn_custom(&gain, NULL))                                                                               \
    M(child, with_child())                                                                                             \
    M(rnn, wk_nn_rnn(2, 3, .num_layers = 2))                                                                           \
    M(lstm, wk_nn_lstm(2, 3, .bidirectional = true))                                                                   \
    M(gru, wk_nn_gru(2, 3))                                                                                            \
    M(relu6, wk_nn_relu6())                                                                                            \
    M(logsigmoid, wk_nn_logsigmoid())                                                                                  \
    M(hardsigmoid, wk_nn_hardsigmoid())                                                                                \
    M(hardswish, wk_nn_hardswish())                                                                                    \
    M(silu, wk_nn_silu())                                                                                              \
    M(mish, wk_nn_mish())                                                                                              \
    M(gelu, wk_nn_gelu())                                                                                              \
    M(gelu_tanh, wk_nn_gelu_tanh())                                                                                    \
    M(selu, wk_nn_selu())                                                                                              \
    M(softsign, wk_nn_softsign())                                                                                      \
    M(leaky_relu, wk_nn_leaky_relu(0.1))                                                                               \
    M(elu, wk_nn_elu(1))                                                                                               \
    M(celu, wk_nn_celu(1))                                                                                             \
    M(hardtanh, wk_nn_hardtanh(-1, 1))                                                                                 \
    M(softplus, wk_nn_softplus(1, 20))                                                                                 \
    M(softmax, wk_nn_softmax(1))                                                                                       \
    M(log_softmax, wk_nn_log_softmax(1))                                                                               \
    M(tanhshrink, wk_nn_tanhshrink())                                                                                  \
    M(hardshrink, wk_nn_hardshrink(0.5))                                                                               \
    M(softshrink, wk_nn_softshrink(0.5))                                                                               \
    M(threshold, wk_nn_threshold(0.5, -1))                                                                             \
    M(rrelu, wk_nn_rrelu(0.125, 0.375))                                                                                \
    M(glu, wk_nn_glu(-1))                                                                                              \
    M(softmin, wk_nn_softmin(1))                                                                                       \
    M(softmax2d, wk_nn_softmax2d())                                                                                    \
    M(upsample, wk_nn_upsample(.scale_factor = 2))                                                                     \
    M(unfold, wk_nn_unfold(WK_DIMS(2)))                                                                                \
    M(fold, wk_nn_fold(WK_DIMS(4), WK_DIMS(2)))                                                                        \
    M(prelu, wk_nn_prelu(2))                                                                                           \
    M(unflatten, wk_nn_unflatten(1, WK_SHAPE(2, -1)))                                                                  \
    M(conv1d, wk_nn_conv1d(2, 2, WK_DIMS(3), .padding = WK_SAME))                                                      \
    M(conv2d, wk_nn_conv2d(1, 2, WK_DIMS(3)))                                                                          \
    M(scale, wk_nn_scale(wk_ones(WK_SHAPE(3), WK_F64), wk_zeros(WK_SHAPE(3), WK_F32)))                                 \
    M(unscale, wk_nn_unscale(wk_ones(WK_SHAPE(3), WK_F32), wk_ones(WK_SHAPE(3), WK_F32)))                              \
    M(conv3d, wk_nn_conv3d(1, 2, WK_DIMS(3)))                                                                          \
    M(conv_transpose1d, wk_nn_conv_transpose1d(1, 2, WK_DIMS(3)))                                                      \
    M(conv_transpose2d, wk_nn_conv_transpose2d(1, 2, WK_DIMS(3)))                                                      \
    M(conv_transpose3d, wk_nn_conv_transpose3d(1, 2, WK_DIMS(3)))                                                      \
    M(max_pool1d, wk_nn_max_pool1d(WK_DIMS(2)))                                                                        \
    M(max_pool2d, wk_nn_max_pool2d(WK_DIMS(2)))                                                                        \
    M(max_pool3d, wk_nn_max_pool3d(WK_DIMS(2)))                                                                        \
    M(avg_pool1d, wk_nn_avg_pool1d(WK_DIMS(2)))                                                                        \
    M(avg_pool2d, wk_nn_avg_pool2d(WK_DIMS(2)))                                                                        \
    M(avg_pool3d, wk_nn_avg_pool3d(WK_DIMS(2)))                                                                        \
    M(adaptive_avg_pool1d, wk_nn_adaptive_avg_pool1d(WK_DIMS(2)))                                                      \
    M(adaptive_avg_pool2d, wk_nn_adaptive_avg_pool2d(WK_DIMS(2)))                                                      \
    M(adaptive_avg_pool3d, wk_nn_adaptive_avg_pool3d(WK_DIMS(2)))                                                      \
    M(adaptive_max_pool1d, wk_nn_adaptive_max_pool1d(WK_DIMS(2)))                                                      \
    M(adaptive_max_pool2d, wk_nn_adaptive_max_pool2d(WK_DIMS(2)))                                                      \
    M(adaptive_max_pool3d, wk_nn_adaptive_max_pool3d(WK_DIMS(2)))                                                      \
    M(max_unpool1d, wk_nn_max_unpool1d(WK_DIMS(2)))                                                                    \
    M(max_unpool2d, wk_nn_max_unpool2d(WK_DIMS(2)))                                                                    \
    M(max_unpool3d, wk_nn_max_unpool3d(WK_DIMS(2)))                                                                    \
    M(batch_norm1d, wk_nn_batch_norm1d(3))                                                                             \
    M(batch_norm2d, wk_nn_batch_norm2d(3))                                                                             \
    M(batch_norm3d, wk_nn_batch_norm3d(3))                                                                             \
    M(instance_norm1d, wk_nn_instance_norm1d(3, .affine = true))                                                       \
    M(instance_norm2d, wk_nn_instance_norm2d(3, .track_running_stats = true))                                          \
    M(instance_norm3d, wk_nn_instance_norm3d(3))                                                                       \
    M(group_norm, wk_nn_group_norm(2, 4))                                                                              \
    M(layer_norm, wk_nn_layer_norm(WK_DIMS(4)))                                                                        \
    M(rms_norm, wk_nn_rms_norm(WK_DIMS(4)))                                                                            \
    M(embedding, wk_nn_embedding(5, 3, .padding_idx = 1))                                                              \
    M(bilinear, wk_nn_bilinear(2, 3, 4))                                                                               \
    M(cross_entropy_loss, wk_nn_cross_entropy_loss(.weight = weights()))                                               \
    M(nll_loss, wk_nn_nll_loss(.weight = weights()))                                                                   \
    M(mse_loss, wk_nn_mse_loss())                                                                                      \
    M(l1_loss, wk_nn_l1_loss())                                                                                        \
    M(smooth_l1_loss, wk_nn_smooth_l1_loss())                                                                          \
    M(huber_loss, wk_nn_huber_loss())                                                                                  \
    M(bce_loss, wk_nn_bce_loss())                                                                                      \
    M(bce_with_logits_loss, wk_nn_bce_with_logits_loss(.weight = weights(), .pos_weight = weights()))                  \
    M(kl_div_loss, wk_nn_kl_div_loss())                                                                                \
    M(poisson_nll_loss, wk_nn_poisson_nll_loss())                                                                      \
    M(soft_margin_loss, wk_nn_soft_margin_loss())                                                                      \
    M(hinge_embedding_loss, wk_nn_hinge_embedding_loss())                                                              \
    M(multi_margin_loss, wk_nn_multi_margin_loss())                                                                    \
    M(gaussian_nll_loss, wk_nn_gaussian_nll_loss())                                                                    \
    M(margin_ranking_loss, wk_nn_margin_ranking_loss())                                                                \
    M(cosine_embedding_loss, wk_nn_cosine_embedding_loss())                                                            \
    M(triplet_margin_loss, wk_nn_triplet_margin_loss())                                                                \
    M(ctc_loss, wk_nn_ctc_loss())                                                                                      \
    M(multihead_attention, wk_nn_multihead_attention(4, 2, .kdim = 3))                                                 \
    M(transformer_encoder_layer, wk_nn_transformer_encoder_layer(4, 2, .dim_feedforward = 8))                          \
    M(transformer_encoder, wk_nn_transformer_encoder(4, 2, 2, .dim_feedforward = 8, .final_norm = true))               \
    M(rnn_cell, wk_nn_rnn_cell(2, 3))                                                                                  \
    M(lstm_cell, wk_nn_lstm_cell(2, 3))                                                                                \
    M(gru_cell, wk_nn_gru_cell(2, 3))                                                                                  \
    M(transformer_decoder_layer, wk_nn_transformer_decoder_layer(4, 2, .dim_feedforward = 8))                          \
    M(transformer_decoder, wk_nn_transformer_decoder(4, 2, 2, .dim_feedforward = 8, .final_norm = true))               \
    M(transformer, wk_nn_transformer(4, 2, .num_encoder_layers = 1, .num_decoder_layers = 1, .dim_feedforward = 8))    \
    M(pixel_shuffle, wk_nn_pixel_shuffle(2))                                                                           \
    M(pixel_unshuffle, wk_nn_pixel_unshuffle(2))                                                                       \
    M(channel_shuffle, wk_nn_channel_shuffle(2))                                                                       \
    M(embedding_bag, wk_nn_embedding_bag(5, 3))                                                                        \
    M(lp_pool1d, wk_nn_lp_pool1d(2, WK_DIMS(2)))                                                                       \
    M(lp_pool2d, wk_nn_lp_pool2d(2, WK_DIMS(2)))                                                                       \
    M(lp_pool3d, wk_nn_lp_pool3d(2, WK_DIMS(2)))                                                                       \
    M(constant_pad1d, wk_nn_constant_pad1d(WK_SHAPE(1), 2))                                                            \
    M(constant_pad2d, wk_nn_constant_pad2d(WK_SHAPE(1), 2))                                                            \
    M(constant_pad3d, wk_nn_constant_pad3d(WK_SHAPE(1), 2))                                                            \
    M(zero_pad1d, wk_nn_zero_pad1d(WK_SHAPE(1)))                                                                       \
    M(zero_pad2d, wk_nn_zero_pad2d(WK_SHAPE(1)))                                                                       \
    M(zero_pad3d, wk_nn_zero_pad3d(WK_SHAPE(1)))                                                                       \
    M(reflection_pad1d, wk_nn_reflection_pad1d(WK_SHAPE(1)))                                                           \
    M(reflection_pad2d, wk_nn_reflection_pad2d(WK_SHAPE(1)))                                                           \
    M(reflection_pad3d, wk_nn_reflection_pad3d(WK_SHAPE(1)))                                                           \
    M(replication_pad1d, wk_nn_replication_pad1d(WK_SHAPE(1)))                                                         \
    M(replication_pad2d, wk_nn_replication_pad2d(WK_SHAPE(1)))                                                         \
    M(replication_pad3d, wk_nn_replication_pad3d(WK_SHAPE(1)))                                                         \
    M(circular_pad1d, wk_nn_circular_pad1d(WK_SHAPE(1)))                                                               \
    M(circular_pad2d, wk_nn_circular_pad2d(WK_SHAPE(1)))                                                               \
    M(circular_pad3d, wk_nn_circular_pad3d(WK_SHAPE(1)))

#define MAKER(NAME, CALL)                                                                                              \
    static wk_module *make_##NAME(void) { return CALL; }
LAYERS(MAKER)

static const struct {
    const char *name;
    wk_module *(*make)(void);
} layers[] = {
#define ROW(NAME, CALL) { #NAME, make_##NAME },
    LAYERS(ROW)
#undef ROW
};
enum { COUNT = sizeof layers / sizeof *layers };

static wk_module *(*maker)(void);
static bool build(void) { return maker() != NULL; }

TEST(scarcity, of_any_layer_that_is_built_is_an_error_and_nothing_more)
{
    static const char *const all[] = {
#define X(NAME) #NAME,
#include "wki_layer_list.h"
#undef X
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int at = 0;
        while (at < COUNT && strcmp(layers[at].name, all[i])) at++;
        ck_assert_msg(at < COUNT, "wk_nn_%s is not built here", all[i]);
        maker = layers[at].make;
        holds(&(deed){ .act = build, .name = all[i] });
    }
}

/* ---- Training ---- */

static wk_module *net;
static wk_optim *opt;
static wk_tensor *x, *y;
static int optimizer;

static wk_state *net_state(void) { return wk_state_dict(net); }

static wk_state *all_state(void)
{
    wk_state *s = wk_state_new();
    return s && !wk_state_add(s, "model.", wk_state_dict(net)) && !wk_state_add(s, "optim.", wk_optim_state_dict(opt))
               ? s
               : NULL;
}

static void tables(void)
{
    wk_manual_seed(2);
    net = wk_nn_sequential(wk_nn_linear(6, 5), wk_nn_layer_norm(WK_DIMS(5)), wk_nn_tanh(), wk_nn_dropout(0.1),
                           wk_nn_linear(5, 3));
    x = wk_randn(WK_SHAPE(4, 6), WK_F32);
    y = wk_randint(0, 3, WK_SHAPE(4));
}

static void images(void)
{
    wk_manual_seed(2);
    net = wk_nn_sequential(wk_nn_conv2d(1, 2, WK_DIMS(3), .padding = WK_SAME), wk_nn_group_norm(1, 2), wk_nn_gelu(),
                           wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_flatten(), wk_nn_linear(8, 3));
    x = wk_randn(WK_SHAPE(2, 1, 4, 4), WK_F32);
    y = wk_randint(0, 3, WK_SHAPE(2));
}

static void texts(void)
{
    wk_manual_seed(2);
    net = wk_nn_sequential(wk_nn_embedding(5, 4), wk_nn_lstm(4, 4, .bidirectional = true, .batch_first = true),
                           wk_nn_transformer_encoder(8, 2, 1, .dim_feedforward = 4, .batch_first = true),
                           wk_nn_flatten(), wk_nn_linear(16, 3));
    x = wk_randint(0, 5, WK_SHAPE(2, 2));
    y = wk_randint(0, 3, WK_SHAPE(2));
}

static wk_tensor *loss_of_net(void *user)
{
    (void)user;
    wk_module_zero_grad(net);
    wk_tensor *loss = wk_cross_entropy(wk_forward(net, x), y);
    return wk_backward(loss) == WK_OK ? loss : NULL;
}

static bool learn(void)
{
    WK_SCOPE(learning);
    return loss_of_net(NULL) != NULL;
}

TEST(scarcity, of_forward_and_backward_is_an_error_and_leaves_the_weights)
{
    static void (*const models[])(void) = { tables, images, texts };
    static const char *const names[] = { "tables", "images", "texts" };
    for (int i = 0; i < 3; i++) holds(&(deed){ models[i], learn, net_state, names[i] });
}

static bool is_lbfgs(void)
{
    const char *const *names;
    return wk_optim_names(&names) > optimizer && !strcmp(names[optimizer], "lbfgs");
}

/* All, or matrices alone where the optimizer is for them */
static wk_optim *optimizer_of_net(void)
{
    const char *const *names;
    wk_optim_names(&names);
    wk_tensor *matrices[] = { wk_parameter(net, "0.weight"), wk_parameter(net, "4.weight") };
    wk_params *params = strcmp(names[optimizer], "muon")
                            ? wk_parameters(net)
                            : wk_params_new(matrices, (const char *const[]){ "0.weight", "4.weight" }, 2);
    if (params && is_lbfgs()) return wk_optim_by_name("lbfgs", params, "max_iter=2,history_size=2,strong_wolfe");
    return params ? wk_optim_by_name(names[optimizer], params, NULL) : NULL;
}

static void ready_to_step(void)
{
    tables();
    opt = optimizer_of_net();
    learn();
}

static bool step(void) { return (is_lbfgs() ? wk_step_closure(opt, loss_of_net, NULL, NULL) : wk_step(opt)) == WK_OK; }

static void ready_for_a_second(void)
{
    ready_to_step();
    step();
    learn();
}

static bool whole_step(void) { return learn() && step(); }

TEST(scarcity, of_a_step_of_any_optimizer_changes_nothing)
{
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (optimizer = 0; optimizer < n; optimizer++) {
        deed d = { ready_to_step, step, all_state, names[optimizer] };
        every_request(&d, false);
        every_request(&d, true);
        d.prepare = ready_for_a_second;
        every_request(&d, false);
        d.act = whole_step;
        every_request(&d, false);
    }
}

static void ready_to_learn_early(void)
{
    tables();
    opt = optimizer_of_net();
    wk_optim_in_backward(opt);
}

/* A step that an earlier failure left half done is ended first. */
static bool learn_early(void) { return wk_step(opt) == WK_OK && learn() && step(); }

TEST(scarcity, of_updates_in_backward_is_an_error_and_the_next_step_goes_on)
{
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (optimizer = 0; optimizer < n; optimizer++) {
        if (is_lbfgs()) continue;
        deed d = { ready_to_learn_early, learn_early, NULL, names[optimizer] };
        every_request(&d, false);
        every_request(&d, true);
    }
}

static bool make_optimizer(void) { return optimizer_of_net() != NULL; }

TEST(scarcity, of_any_optimizer_that_is_built_is_an_error_and_nothing_more)
{
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (optimizer = 0; optimizer < n; optimizer++)
        holds(&(deed){ tables, make_optimizer, net_state, names[optimizer] });
}

/* ---- Saving, loading, cloning, looking ---- */

static char folder[64], file[80];

static void in_a_folder(void)
{
    if (*folder) return;
    wki_set_file_ops(&in_haste);
    snprintf(folder, sizeof folder, "scarcity-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/net.safetensors", folder);
}

static bool remove_one(void *user, const char *name)
{
    char path[400];
    (void)user;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
    return true;
}

static void without_the_folder(void)
{
    wki_list_folder(folder, remove_one, NULL, "test");
    ck_assert_int_eq(rmdir(folder), 0);
    *folder = 0;
    wki_set_file_ops(NULL);
}

static bool count_one(void *user, const char *name)
{
    *(int *)user += strcmp(name, ".") && strcmp(name, "..");
    return true;
}
static int files(void)
{
    int n = 0;
    wki_list_folder(folder, count_one, &n, "test");
    return n;
}

static void a_file_of_another(void)
{
    in_a_folder();
    tables();
    wk_save(net, file);
    tables();
    WK_NO_GRAD(update);
    wk_params *p = wk_parameters(net);
    for (int i = 0; i < wk_params_count(p); i++) wk_fill_(wk_params_at(p, i), 0.5 + i);
}

static wk_state *net_and_file(void)
{
    ck_assert_int_eq(files(), 1); /* no temporary is left */
    wk_state *s = wk_state_new();
    return s && !wk_state_add(s, "net.", wk_state_dict(net)) && !wk_state_add(s, "file.", wk_state_read(file)) ? s
                                                                                                               : NULL;
}

static bool save(void) { return wk_save(net, file) == WK_OK; }
static bool load(void) { return wk_load(net, file) == WK_OK; }
static bool save_npz(void)
{
    char path[100];
    snprintf(path, sizeof path, "%s.npz", file);
    const bool done = wk_state_write_npz(wk_state_dict(net), path) == WK_OK;
    unlink(path);
    return done;
}

TEST(scarcity, of_saving_and_loading_leaves_the_file_and_the_model)
{
    holds(&(deed){ a_file_of_another, save, net_and_file, "save" });
    holds(&(deed){ a_file_of_another, load, net_and_file, "load" });
    holds(&(deed){ a_file_of_another, save_npz, net_and_file, "save as npz" });
    without_the_folder();
}

static bool duplicate(void) { return wk_module_clone(net) != NULL; }

static bool look(void)
{
    wk_summary s;
    const bool seen = wk_module_summary(net, x, &s) == WK_OK;
    CHECK(seen ? s.count > 0 : !s.rows && !s.count);
    CHECK(wk_is_training(net) && wk_is_training(wk_module_child_at(net, 0)));
    wk_summary_free(&s);
    return seen;
}

static bool list(void)
{
    return wk_parameters(net) && wk_buffers(net) && wk_state_dict(net) && wk_parameter_count(net) > 0;
}

static wk_status pass(void *user, wk_module *m, wk_tensor **in, int nin)
{
    return (void)user, (void)m, (void)in, (void)nin, WK_OK;
}
static bool hook(void)
{
    const int id = wk_module_hook(net, pass, NULL, NULL);
    return id && wk_module_remove_hook(net, id) == WK_OK;
}

static wk_status none(void *user, const char *name, wk_module *m) { return (void)user, (void)name, (void)m, WK_OK; }
static bool apply(void) { return wk_module_apply(net, none, NULL) == WK_OK; }

TEST(scarcity, of_looking_at_a_model_changes_nothing)
{
    holds(&(deed){ texts, duplicate, net_state, "clone" });
    holds(&(deed){ images, look, net_state, "summary" });
    holds(&(deed){ texts, look, net_state, "summary of texts" });
    holds(&(deed){ texts, list, net_state, "lists" });
    holds(&(deed){ tables, hook, net_state, "hook" });
    holds(&(deed){ texts, apply, net_state, "apply" });
}

static wk_loader *rows;
static void norms(void)
{
    wk_manual_seed(2);
    net = wk_nn_sequential(wk_nn_batch_norm1d(3), wk_nn_linear(3, 2), wk_nn_batch_norm1d(2));
    wk_tensor *numbers = wk_randn(WK_SHAPE(6, 3), WK_F32);
    rows = wk_loader_new(wk_dataset_tensors(&numbers, NULL, 1), .batch_size = 4);
}
static bool gather_statistics(void)
{
    return wk_loader_seek(rows, 0, 0) == WK_OK && wk_update_bn(net, rows) == WK_OK && wk_is_training(net);
}

TEST(scarcity, of_new_statistics_leaves_the_old_ones)
{
    holds(&(deed){ norms, gather_statistics, net_state, "update_bn" });
}

static bool convert(void) { return wk_module_to(net, WK_CPU, WK_F64) != NULL; }
static bool copy(void)
{
    WK_SCOPE(other);
    wk_module *from = wk_module_clone(net);
    return from && wk_module_copy_(net, from) == WK_OK;
}

static wk_state *which_are_trained(void)
{
    wk_state *s = wk_state_dict(net);
    for (int64_t i = 0; s && i < wk_state_count(s); i++)
        wk_state_set_int(s, wk_state_name(s, i), wk_needs_grad(wk_parameter(net, wk_state_name(s, i))));
    return s;
}
static bool freeze(void) { return wk_module_requires_grad(net, "2.", false) == WK_OK; }

TEST(scarcity, of_changing_a_model_changes_nothing)
{
    holds(&(deed){ texts, convert, net_state, "module_to" });
    holds(&(deed){ tables, copy, net_state, "module_copy_" });
    holds(&(deed){ texts, freeze, which_are_trained, "module_requires_grad" });
}

/* ---- Checkpoints ---- */

static wk_loader *loader;
static wk_schedule *schedule;
static wk_average *average;
static wk_training training(void)
{
    return wk_training_of(.module = net, .optim = opt, .loader = loader, .schedule = schedule, .average = average);
}

static void a_run(void)
{
    in_a_folder();
    optimizer = 4;
    ready_to_step();
    wk_step(opt);
    wk_tensor *fields[] = { x, y };
    loader = wk_loader_new(wk_dataset_tensors(fields, (const char *const[]){ "x", "y" }, 2), .batch_size = 2,
                           .shuffle = true);
    wk_schedule *parts[] = { wk_schedule_linear(opt, 0.5, 1, 2), wk_schedule_step(opt, 3, 0.1) };
    schedule = wk_schedule_sequential(parts, 2, (int64_t[]){ 2 });
    average = wk_ema_new(wk_parameters(net), 0.9);
    wk_average_buffers(average, wk_buffers(net));
    wk_average_update(average);
    wk_training t = training();
    wk_checkpoint_save(folder, 1, wk_training_state_dict(&t));
}

static wk_state *run_state(void)
{
    wk_training t = training();
    return wk_training_state_dict(&t);
}

static wk_state *run_and_folder(void)
{
    int64_t at = 0;
    wk_state *s = wk_checkpoint_load(folder, &at), *both = wk_state_new();
    CHECK(at >= 1 && both);
    return wk_state_add(both, "run.", run_state()) || (at == 1 && wk_state_add(both, "file.", s)) ? NULL : both;
}

static bool save_run(void)
{
    wk_training t = training();
    return wk_checkpoint_save(folder, 1, wk_training_state_dict(&t), .best = true) == WK_OK;
}

static bool load_run(void)
{
    WK_SCOPE(loading);
    wk_training t = training();
    wk_state *s = wk_checkpoint_load(folder, NULL);
    return s && wk_checkpoint_load_best(folder, NULL) && wk_training_load_state_dict(&t, s) == WK_OK;
}

static void a_run_further_on(void)
{
    a_run();
    save_run();
    learn();
    wk_step(opt);
    wk_schedule_advance(schedule);
    wk_average_update(average);
}

static bool make_average(void)
{
    WK_SCOPE(another);
    wk_average *a = wk_swa_new(wk_parameters(net));
    return a && wk_average_buffers(a, wk_buffers(net)) == WK_OK && wk_average_update(a) == WK_OK;
}
static bool swap_average(void) { return wk_average_swap(average) == WK_OK; }

TEST(scarcity, of_a_checkpoint_leaves_the_run_and_its_folder)
{
    holds(&(deed){ a_run, save_run, run_and_folder, "checkpoint_save" });
    holds(&(deed){ a_run_further_on, load_run, run_state, "checkpoint_load" });
    holds(&(deed){ a_run, swap_average, run_state, "average_swap" });
    holds(&(deed){ a_run, make_average, run_state, "average_buffers" });
    without_the_folder();
}

WICK_TEST_MAIN
