/* Models from PyTorch: weights saved there load here by their names alone and give the same outputs; saved here they
 * are the same. */
#include "golden/torch_models.h"
#include "wick/nn.h"
#include "wick_check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static wk_tensor *ramp(int ndim, const int64_t *shape)
{
    float values[512];
    int64_t n = 1;
    for (int i = 0; i < ndim; i++) n *= shape[i];
    for (int64_t i = 0; i < n && i < 512; i++) values[i] = (float)((i * 7) % 32 - 16) / 32;
    return wk_from(values, ndim, shape, WK_F32);
}

static void check(wk_module *m, const char *name, wk_tensor *x, const float *golden, size_t count)
{
    char from[512], to[64];
    snprintf(from, sizeof from, "%s/torch_%s.safetensors", getenv("WICK_GOLDEN"), name);
    snprintf(to, sizeof to, "/tmp/wick-%s-%d.safetensors", name, (int)getpid());
    ck_assert_msg(wk_load(m, from) == WK_OK, "%s: %s", name, wk_error_text());
    wk_tensor *y = wk_contiguous(wk_detach(wk_forward(wk_train(m, false), x)));
    ck_assert_int_eq(wk_numel(y), (int64_t)count);
    const float *got = host_data(y);
    for (size_t i = 0; i < count; i++) CHECK_NEAR(got[i], golden[i], 1e-5);
    CHECK(wk_save(m, to) == WK_OK);
    wk_state *theirs = wk_state_read(from), *ours = wk_state_read(to);
    unlink(to);
    ck_assert_int_eq(wk_state_count(theirs), wk_state_count(ours));
    for (int64_t i = 0; i < wk_state_count(theirs); i++) {
        ck_assert_str_eq(wk_state_name(theirs, i), wk_state_name(ours, i));
        CHECK(wk_equal(wk_state_at(theirs, i), wk_state_at(ours, i)));
    }
}
#define CHECK_MODEL(m, name, x) check(m, #name, x, golden_##name, sizeof golden_##name / sizeof *golden_##name)

TEST(torch_models, mlp)
{
    wk_module *m = wk_nn_sequential(wk_nn_flatten(), wk_nn_linear(16, 12), wk_nn_relu(), wk_nn_linear(12, 4));
    CHECK_MODEL(m, mlp, ramp(WK_SHAPE(3, 4, 4)));
}

TEST(torch_models, lenet)
{
    wk_module *m =
        wk_nn_sequential(wk_nn_conv2d(1, 4, WK_DIMS(5), .padding = WK_DIMS(2)), wk_nn_batch_norm2d(4), wk_nn_relu(),
                         wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_conv2d(4, 6, WK_DIMS(3)), wk_nn_tanh(),
                         wk_nn_avg_pool2d(WK_DIMS(2)), wk_nn_flatten(), wk_nn_linear(24, 10), wk_nn_softmax(1));
    CHECK_MODEL(m, lenet, ramp(WK_SHAPE(2, 1, 12, 12)));
}

static wk_status tagger_init(wk_module *m, void *state)
{
    (void)state;
    wk_nn_child(m, "embed", wk_nn_embedding(11, 5));
    wk_nn_child(m, "lstm", wk_nn_lstm(5, 6, .num_layers = 2, .batch_first = true, .bidirectional = true));
    wk_nn_child(m, "head", wk_nn_linear(12, 3));
    return wk_error();
}

static wk_tensor *tagger_forward(wk_module *m, wk_tensor *x)
{
    wk_tensor *words = wk_forward(wk_module_child(m, "embed"), x);
    return wk_forward(wk_module_child(m, "head"), wk_forward(wk_module_child(m, "lstm"), words));
}

static const wk_module_ops tagger = {
    .size = sizeof tagger, .name = "tagger", .init = tagger_init, .forward = tagger_forward
};

TEST(torch_models, lstm)
{
    wk_tensor *x = wk_reshape(wk_remainder_scalar(wk_arange(0, 14, 1, WK_I64), 11), WK_SHAPE(2, 7));
    CHECK_MODEL(wk_nn_custom(&tagger, NULL), lstm, x);
}

TEST(torch_models, transformer_encoder)
{
    wk_module *m = wk_nn_transformer_encoder(8, 2, 2, .dim_feedforward = 16, .activation = "gelu", .norm_first = true,
                                             .batch_first = true, .final_norm = true);
    CHECK_MODEL(m, encoder, ramp(WK_SHAPE(2, 5, 8)));
}

WICK_TEST_MAIN
