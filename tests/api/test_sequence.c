/* The layers over sequences, against PyTorch from the same weights. */
#include "capture_models.h"
#include "golden/sequence.h"
#include "module_check.h"
#include <string.h>

/* Results, the gradient of x, those of the parameters and of other inputs, one after the other in golden. */
static void check(wk_module *m, wk_tensor *const *in, int nin, int nout, const double *golden, size_t count)
{
    const double *at = golden;
    wk_tensor *out[3], *loss = NULL;
    ck_assert_msg(wk_forward_many(m, in, nin, out, nout) == WK_OK, "%s", wk_error_text());
    for (int i = 0; i < nout; i++) {
        at = compare(out[i], at);
        wk_tensor *part = wk_sum(wk_mul(out[i], ramp(wk_ndim(out[i]), wk_shape(out[i]), 11 + 2 * i)));
        loss = loss ? wk_add(loss, part) : part;
    }
    ck_assert_msg(wk_backward(loss) == WK_OK, "%s", wk_error_text());
    at = compare(wk_grad(in[0]), at);
    wk_params *p = wk_parameters(m);
    for (int i = 0; i < wk_params_count(p); i++) at = compare(wk_grad(wk_params_at(p, i)), at);
    for (int i = 1; i < nin; i++)
        if (in[i] && wk_needs_grad(in[i])) at = compare(wk_grad(in[i]), at);
    ck_assert_int_eq((int64_t)(at - golden), (int64_t)count);
}
#define CHECK_GOLDEN(m, in, nin, nout, golden) check(m, in, nin, nout, golden, sizeof golden / sizeof *golden)

static wk_tensor *input(bool batch_first)
{
    return wk_requires_grad(batch_first ? ramp(WK_SHAPE(2, 4, 3), 3) : ramp(WK_SHAPE(4, 2, 3), 3));
}

static wk_tensor *mask(int64_t first, int64_t second, bool batch_first)
{
    wk_tensor *steps = wk_arange(0, 4, 1, WK_I64),
              *ends = wk_from((int64_t[]){ first, second }, WK_SHAPE(2, 1), WK_I64);
    wk_tensor *has = wk_lt(steps, ends); /* [2, 4] */
    return batch_first ? has : wk_transpose(has, 0, 1);
}

TEST(sequence, rnn_equals_torch)
{
    wk_module *m = wk_nn_rnn(3, 2, .dtype = WK_F64);
    filled(m);
    CHECK_GOLDEN(m, (wk_tensor *[]){ input(false) }, 1, 2, golden_rnn);
    m = wk_nn_rnn(3, 2, .num_layers = 2, .bidirectional = true, .nonlinearity = "relu", .dtype = WK_F64);
    filled(m);
    wk_tensor *in[] = { input(false), ramp(WK_SHAPE(4, 2, 2), 9) };
    CHECK_GOLDEN(m, in, 2, 2, golden_rnn_relu_deep);
}

TEST(sequence, lstm_equals_torch)
{
    wk_module *m = wk_nn_lstm(3, 2, .bias = false, .dtype = WK_F64);
    filled(m);
    CHECK_GOLDEN(m, (wk_tensor *[]){ input(false) }, 1, 3, golden_lstm);
    m = wk_nn_lstm(3, 2, .num_layers = 2, .bidirectional = true, .batch_first = true, .dtype = WK_F64);
    filled(m);
    wk_tensor *in[] = { input(true), ramp(WK_SHAPE(4, 2, 2), 9), ramp(WK_SHAPE(4, 2, 2), 13) };
    CHECK_GOLDEN(m, in, 3, 3, golden_lstm_deep);
}

TEST(sequence, gru_equals_torch)
{
    wk_module *m = wk_nn_gru(3, 2, .dtype = WK_F64);
    filled(m);
    CHECK_GOLDEN(m, (wk_tensor *[]){ input(false) }, 1, 2, golden_gru);
}

TEST(sequence, masks_do_what_packed_sequences_do)
{
    wk_module *m = wk_nn_lstm(3, 2, .bidirectional = true, .dtype = WK_F64);
    filled(m);
    wk_tensor *in[] = { input(false), ramp(WK_SHAPE(2, 2, 2), 9), ramp(WK_SHAPE(2, 2, 2), 13), mask(2, 4, false) };
    CHECK_GOLDEN(m, in, 4, 3, golden_lstm_packed);
    m = wk_nn_gru(3, 2, .num_layers = 2, .bidirectional = true, .batch_first = true, .dtype = WK_F64);
    filled(m);
    wk_tensor *more[] = { input(true), NULL, mask(4, 1, true) };
    CHECK_GOLDEN(m, more, 3, 2, golden_gru_packed);
}

TEST(sequence, what_stands_behind_an_end_does_not_matter)
{
    wk_module *m = wk_nn_lstm(3, 2, .bidirectional = true, .dtype = WK_F64);
    filled(m);
    wk_tensor *gap = wk_unsqueeze(wk_logical_not(mask(2, 4, false)), 2), *x = input(false);
    wk_tensor *in[] = { wk_requires_grad(wk_detach(wk_masked_fill(x, gap, NAN))), ramp(WK_SHAPE(2, 2, 2), 9),
                        ramp(WK_SHAPE(2, 2, 2), 13), mask(2, 4, false) };
    CHECK_GOLDEN(m, in, 4, 3, golden_lstm_packed);
}

/* ---- Cells ---- */

/* A cell called for each step of x [t, n, input]: y as the layer's, and the last state. Takes the cell as its options.
 */
static wk_status unrolled_init(wk_module *m, void *state)
{
    (void)state;
    return wk_nn_child(m, "cell", *(wk_module *const *)wk_nn_options(m)) ? WK_OK : wk_error();
}
static wk_status unrolled_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    wk_module *cell = wk_module_child(m, "cell");
    const int states = strcmp(wk_module_type(cell), "lstm_cell") ? 1 : 2, steps = (int)wk_size(in[0], 0);
    wk_tensor *now[3] = { NULL, nin > 1 ? in[1] : NULL, nin > 2 ? in[2] : NULL }, *next[2], *y[8];
    for (int t = 0; t < steps; t++) {
        now[0] = wk_select(in[0], 0, t);
        if (wk_forward_many(cell, now, 1 + states, next, states)) return wk_error();
        memcpy(now + 1, next, (size_t)states * sizeof *next);
        y[t] = next[0];
    }
    out[0] = wk_stack(y, steps, 0);
    for (int i = 1; i < nout; i++) out[i] = next[i - 1];
    return wk_error();
}
static wk_module *unrolled(wk_module *cell)
{
    static const wk_module_ops ops = {
        .size = sizeof ops, .name = "unrolled", .init = unrolled_init, .forward_many = unrolled_forward
    };
    return wk_nn_custom(&ops, &cell);
}

TEST(sequence, cells_equal_torch)
{
    wk_tensor *from[] = { input(false), ramp(WK_SHAPE(2, 2), 9), ramp(WK_SHAPE(2, 2), 13) };
    wk_module *m = filled(unrolled(wk_nn_rnn_cell(3, 2, .dtype = WK_F64)));
    CHECK_GOLDEN(m, (wk_tensor *[]){ input(false) }, 1, 2, golden_rnn_cell);
    m = filled(unrolled(wk_nn_rnn_cell(3, 2, .bias = false, .nonlinearity = "relu", .dtype = WK_F64)));
    CHECK_GOLDEN(m, from, 2, 2, golden_rnn_cell_relu);
    m = filled(unrolled(wk_nn_lstm_cell(3, 2, .dtype = WK_F64)));
    CHECK_GOLDEN(m, (wk_tensor *[]){ input(false) }, 1, 3, golden_lstm_cell);
    m = filled(unrolled(wk_nn_lstm_cell(3, 2, .dtype = WK_F64)));
    from[0] = input(false);
    CHECK_GOLDEN(m, from, 3, 3, golden_lstm_cell_from);
    m = filled(unrolled(wk_nn_gru_cell(3, 2, .dtype = WK_F64)));
    from[0] = input(false);
    CHECK_GOLDEN(m, from, 2, 2, golden_gru_cell);
}

TEST(sequence, a_cell_needs_no_batch)
{
    wk_module *m = wk_nn_lstm_cell(3, 2);
    wk_tensor *in[] = { wk_randn(WK_SHAPE(3), WK_F32), wk_randn(WK_SHAPE(2), WK_F32), wk_randn(WK_SHAPE(2), WK_F32) };
    wk_tensor *many[3], *one[2], *batch[2];
    for (int i = 0; i < 3; i++) many[i] = wk_unsqueeze(in[i], 0);
    CHECK(wk_forward_many(m, in, 3, one, 2) == WK_OK && wk_forward_many(m, many, 3, batch, 2) == WK_OK);
    for (int i = 0; i < 2; i++) CHECK(wk_equal(wk_unsqueeze(one[i], 0), batch[i]));
    CHECK(wk_equal(wk_forward(wk_module_clone(m), in[0]), wk_forward(m, in[0])));
}

static wk_module *rnn_loop(void) { return unrolled(wk_nn_rnn_cell(6, 5)); }
static wk_module *lstm_loop(void) { return unrolled(wk_nn_lstm_cell(6, 5)); }
static wk_module *gru_loop(void) { return unrolled(wk_nn_gru_cell(6, 5)); }

TEST(sequence, loops_over_cells_are_replayed)
{
    const form sequences = { .ndim = 2, .batch = 7, .shape = { 3, 6 } };
    wk_module *(*const makers[])(void) = { rnn_loop, lstm_loop, gru_loop };
    for (int i = 0; i < 3; i++) {
        model a = model_of(makers[i], "rmsprop", false), b = model_of(makers[i], "rmsprop", false);
        CHECK(run_both(&a, &b, &sequences, 10, "loop") == 8);
    }
}

TEST(sequence, cells_tell_what_does_not_fit)
{
    wk_module *m = wk_nn_lstm_cell(3, 2);
    wk_tensor *x = wk_zeros(WK_SHAPE(4, 3), WK_F32), *h = wk_zeros(WK_SHAPE(4, 2), WK_F32), *out[3];
    CHECK_NULL(wk_forward(m, h));
    CHECK_ERROR(WK_E_SHAPE, "lstm_cell", "[4, 2]", "input of 3");
    CHECK_NULL(wk_forward(m, wk_zeros(WK_SHAPE(2, 4, 3), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "lstm_cell", "[2, 4, 3]");
    CHECK_NULL(wk_forward(m, wk_zeros(WK_SHAPE(4, 3), WK_F64)));
    CHECK_ERROR(WK_E_DTYPE, "x is f64", "f32");
    wk_forward_many(m, (wk_tensor *[]){ x, wk_zeros(WK_SHAPE(3, 2), WK_F32) }, 2, out, 1);
    CHECK_ERROR(WK_E_SHAPE, "h is [3, 2]", "x [4, 3]", "hidden size of 2");
    wk_forward_many(m, (wk_tensor *[]){ x, h, wk_zeros(WK_SHAPE(2), WK_F32) }, 3, out, 1);
    CHECK_ERROR(WK_E_SHAPE, "c is [2]");
    wk_forward_many(m, (wk_tensor *[]){ x, h, wk_zeros(WK_SHAPE(4, 2), WK_F64) }, 3, out, 1);
    CHECK_ERROR(WK_E_DTYPE, "c is f64");
    wk_forward_many(wk_nn_gru_cell(3, 2), (wk_tensor *[]){ x, h, h }, 3, out, 1);
    CHECK_ERROR(WK_E_INVALID, "gru_cell", "3 inputs");
    CHECK_NULL(wk_nn_gru_cell(3, 2, .nonlinearity = "relu"));
    CHECK_ERROR(WK_E_INVALID, "nn_gru_cell", "nn_rnn_cell alone");
    CHECK_NULL(wk_nn_rnn_cell(0, 2));
    CHECK_ERROR(WK_E_INVALID, "nn_rnn_cell", "input_size 0");
    CHECK_NULL(wk_nn_rnn_cell(3, 2, .dtype = WK_I64));
    CHECK_ERROR(WK_E_DTYPE, "nn_rnn_cell", "i64");
}

/* ---- Attention and transformers ---- */

TEST(sequence, attention_equals_torch)
{
    wk_tensor *x = wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3)), *y = wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3));
    CHECK_GOLDEN(filled(wk_nn_multihead_attention(4, 2, .dtype = WK_F64)), &x, 1, 2, golden_attention);
    CHECK_GOLDEN(filled(wk_nn_multihead_attention(4, 2, .bias = false, .dtype = WK_F64)), &y, 1, 1,
                 golden_attention_plain);
    wk_tensor *in[] = { wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3)), ramp(WK_SHAPE(5, 2, 3), 9),
                        ramp(WK_SHAPE(5, 2, 6), 13) };
    CHECK_GOLDEN(filled(wk_nn_multihead_attention(4, 2, .kdim = 3, .vdim = 6, .dtype = WK_F64)), in, 3, 2,
                 golden_attention_other);
}

TEST(sequence, attention_leaves_out_what_masks_say)
{
    static const bool padding[] = { 0, 0, 0, 0, 1, 1, 0, 0, 0, 0 },
                      mask[] = { 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0 };
    wk_tensor *in[] = { wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3)), ramp(WK_SHAPE(5, 2, 4), 9),
                        ramp(WK_SHAPE(5, 2, 4), 13), wk_from(padding, WK_SHAPE(2, 5), WK_BOOL),
                        wk_from(mask, WK_SHAPE(3, 5), WK_BOOL) };
    wk_module *m = filled(wk_nn_multihead_attention(4, 2, .dtype = WK_F64));
    CHECK_GOLDEN(m, in, 5, 2, golden_attention_masked);
    wk_tensor *with[2], *without, *added[5];
    memcpy(added, in, sizeof in); /* the same as floats that are added, and without asking for the weights */
    for (int i = 3; i < 5; i++)
        added[i] = wk_masked_fill(wk_zeros(wk_ndim(in[i]), wk_shape(in[i]), WK_F64), in[i], -INFINITY);
    CHECK(wk_forward_many(m, in, 5, with, 2) == WK_OK && wk_forward_many(m, added, 5, &without, 1) == WK_OK);
    CHECK(wk_allclose(with[0], without, 1e-12, 1e-12));
    added[3] = in[3];
    CHECK(wk_forward_many(m, added, 5, &without, 1) == WK_OK && wk_allclose(with[0], without, 1e-12, 1e-12));
}

TEST(sequence, encoder_layers_equal_torch)
{
    wk_tensor *x = wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3)), *y = wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3));
    CHECK_GOLDEN(filled(wk_nn_transformer_encoder_layer(4, 2, .dim_feedforward = 6, .dropout = 0, .dtype = WK_F64)), &x,
                 1, 1, golden_encoder_layer);
    CHECK_GOLDEN(filled(wk_nn_transformer_encoder_layer(4, 2, .dim_feedforward = 6, .dropout = 0, .norm_first = true,
                                                        .activation = "gelu", .batch_first = true, .dtype = WK_F64)),
                 &y, 1, 1, golden_encoder_layer_first);
}

TEST(sequence, encoder_equals_torch_and_causal_is_its_mask)
{
    wk_tensor *x = wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3));
    wk_tensor *later = wk_gt(wk_arange(0, 3, 1, WK_I64), wk_unsqueeze(wk_arange(0, 3, 1, WK_I64), 1));
    wk_module *m = filled(
        wk_nn_transformer_encoder(4, 2, 2, .dim_feedforward = 6, .dropout = 0, .final_norm = true, .dtype = WK_F64));

    wk_tensor *in[] = { x, later }, *one;
    CHECK_GOLDEN(m, in, 2, 1, golden_encoder);
    wk_module *causal = filled(wk_nn_transformer_encoder(4, 2, 2, .dim_feedforward = 6, .dropout = 0,
                                                         .final_norm = true, .is_causal = true, .dtype = WK_F64));

    CHECK(wk_forward_many(m, in, 2, &one, 1) == WK_OK);
    CHECK(wk_allclose(wk_forward(causal, x), one, 1e-12, 1e-12));
    CHECK(wk_parameter(m, "layers.1.self_attn.in_proj_weight") && wk_parameter(m, "norm.bias"));
    m = wk_nn_transformer_encoder(4, 2, 2);
    CHECK(wk_equal(wk_parameter(m, "layers.0.linear1.weight"), wk_parameter(m, "layers.1.linear1.weight")));
}

static wk_tensor *memory(bool batch_first)
{
    return wk_requires_grad(batch_first ? ramp(WK_SHAPE(3, 5, 4), 9) : ramp(WK_SHAPE(5, 2, 4), 9));
}

TEST(sequence, decoder_layers_equal_torch)
{
    wk_tensor *in[] = { wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3)), memory(false) };
    CHECK_GOLDEN(filled(wk_nn_transformer_decoder_layer(4, 2, .dim_feedforward = 6, .dropout = 0, .dtype = WK_F64)), in,
                 2, 1, golden_decoder_layer);
    wk_tensor *first[] = { wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3)), memory(true) };
    CHECK_GOLDEN(filled(wk_nn_transformer_decoder_layer(4, 2, .dim_feedforward = 6, .dropout = 0, .norm_first = true,
                                                        .activation = "gelu", .batch_first = true, .dtype = WK_F64)),
                 first, 2, 1, golden_decoder_layer_first);
}

static wk_tensor *later(int64_t n)
{
    return wk_gt(wk_arange(0, (double)n, 1, WK_I64), wk_unsqueeze(wk_arange(0, (double)n, 1, WK_I64), 1));
}

TEST(sequence, decoder_equals_torch_with_all_masks_and_causal_is_one_of_them)
{
    static const bool seen[] = { 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 }, short_tgt[] = { 0, 0, 0, 0, 0, 1 },
                      short_memory[] = { 0, 0, 0, 0, 0, 0, 1, 0, 0, 0 };
    wk_tensor *in[] = { wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3)),
                        memory(false),
                        later(3),
                        wk_from(seen, WK_SHAPE(3, 5), WK_BOOL),
                        wk_from(short_tgt, WK_SHAPE(2, 3), WK_BOOL),
                        wk_from(short_memory, WK_SHAPE(2, 5), WK_BOOL) };
    wk_module *m = filled(
        wk_nn_transformer_decoder(4, 2, 2, .dim_feedforward = 6, .dropout = 0, .final_norm = true, .dtype = WK_F64));
    CHECK_GOLDEN(m, in, 6, 1, golden_decoder);
    wk_module *causal = filled(wk_nn_transformer_decoder(4, 2, 2, .dim_feedforward = 6, .dropout = 0,
                                                         .final_norm = true, .is_causal = true, .dtype = WK_F64));
    wk_tensor *one, *other;
    CHECK(wk_forward_many(m, in, 6, &one, 1) == WK_OK);
    in[2] = NULL;
    CHECK(wk_forward_many(causal, in, 6, &other, 1) == WK_OK && wk_allclose(one, other, 1e-12, 1e-12));
    CHECK(wk_forward_many(wk_module_clone(causal), in, 6, &one, 1) == WK_OK && wk_equal(one, other));
}

static wk_module *transformer(bool is_causal)
{
    return wk_nn_transformer(4, 2, .num_encoder_layers = 1, .num_decoder_layers = 2, .dim_feedforward = 6, .dropout = 0,
                             .is_causal = is_causal, .dtype = WK_F64);
}

TEST(sequence, transformer_equals_torch_and_only_its_decoder_is_causal)
{
    static const bool padding[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
    wk_tensor *pads = wk_from(padding, WK_SHAPE(2, 5), WK_BOOL), *src = memory(false),
              *tgt = wk_requires_grad(ramp(WK_SHAPE(3, 2, 4), 3));
    wk_tensor *distant = wk_tril(wk_ones(WK_SHAPE(5, 5), WK_F32), -3);
    wk_tensor *in[] = { src, tgt, wk_to(distant, WK_BOOL), later(3), NULL, pads, NULL, pads };
    wk_module *m = filled(transformer(false));
    CHECK_GOLDEN(m, in, 8, 1, golden_transformer);
    wk_tensor *one, *other;
    CHECK(wk_forward_many(m, in, 8, &one, 1) == WK_OK);
    in[3] = NULL;
    CHECK(wk_forward_many(filled(transformer(true)), in, 8, &other, 1) == WK_OK);
    CHECK(wk_allclose(one, other, 1e-12, 1e-12));
}

/* A transformer that makes x of x. */
static wk_status copier_init(wk_module *m, void *state)
{
    (void)state;
    wk_nn_child(m, "net",
                wk_nn_transformer(8, 2, .num_encoder_layers = 2, .num_decoder_layers = 2, .dim_feedforward = 16,
                                  .is_causal = true));
    return wk_error();
}
static wk_tensor *copier_forward(wk_module *m, wk_tensor *x)
{
    wk_tensor *y;
    return wk_forward_many(wk_module_child(m, "net"), (wk_tensor *[]){ x, x }, 2, &y, 1) ? NULL : y;
}
static wk_module *copier(void)
{
    static const wk_module_ops ops = {
        .size = sizeof ops, .name = "copier", .init = copier_init, .forward = copier_forward
    };
    return wk_nn_custom(&ops, NULL);
}

TEST(sequence, a_transformers_steps_are_replayed)
{
    const form sequences = { .ndim = 2, .batch = 5, .shape = { 3, 8 } };
    model a = model_of(copier, "adamw", false), b = model_of(copier, "adamw", false);
    CHECK(run_both(&a, &b, &sequences, 8, "transformer") == 6);
}

TEST(sequence, decoders_tell_what_does_not_fit)
{
    wk_module *m = wk_nn_transformer_decoder(4, 2, 1, .dim_feedforward = 6);
    wk_tensor *x = wk_zeros(WK_SHAPE(3, 2, 4), WK_F32), *y;
    CHECK_NULL(wk_forward(m, x));
    CHECK_ERROR(WK_E_INVALID, "transformer_decoder", "memory is NULL");
    wk_forward_many(m, (wk_tensor *[]){ x, wk_zeros(WK_SHAPE(5, 2, 3), WK_F32) }, 2, &y, 1);
    CHECK_ERROR(WK_E_SHAPE, "multihead_attn", "key is [5, 2, 3]", "size 4");
    wk_forward_many(m, (wk_tensor *[]){ x, x, NULL, wk_zeros(WK_SHAPE(3, 5), WK_BOOL) }, 4, &y, 1);
    CHECK_ERROR(WK_E_SHAPE, "multihead_attn", "attn_mask is [3, 5]", "[3, 3]");
    wk_forward_many(m, (wk_tensor *[7]){ x, x }, 7, &y, 1);
    CHECK_ERROR(WK_E_INVALID, "transformer_decoder", "7 inputs");
    CHECK_NULL(wk_forward(wk_nn_transformer(4, 2, .num_encoder_layers = 1, .num_decoder_layers = 1), x));
    CHECK_ERROR(WK_E_INVALID, "transformer: tgt is NULL");
    CHECK_NULL(wk_nn_transformer(4, 2, .num_decoder_layers = 0));
    CHECK_ERROR(WK_E_INVALID, "nn_transformer", "num_decoder_layers 0");
    CHECK_NULL(wk_nn_transformer_decoder_layer(4, 3));
    CHECK_ERROR(WK_E_INVALID, "nn_transformer_decoder_layer", "nhead 3");
}

TEST(sequence, one_sequence_needs_no_batch)
{
    wk_module *m = wk_nn_gru(3, 2, .num_layers = 2);
    wk_tensor *x = wk_randn(WK_SHAPE(5, 3), WK_F32), *one[2], *batch[2], *many = wk_unsqueeze(x, 1);
    CHECK(wk_forward_many(m, &x, 1, one, 2) == WK_OK && wk_forward_many(m, &many, 1, batch, 2) == WK_OK);
    CHECK(wk_equal(one[0], wk_squeeze(batch[0], 1)) && wk_equal(one[1], wk_squeeze(batch[1], 1)));
}

TEST(sequence, weights_have_torchs_names_and_range)
{
    wk_module *m = wk_nn_lstm(3, 16, .num_layers = 2, .bidirectional = true);
    static const char *const names[] = { "weight_ih_l0", "weight_hh_l0_reverse", "bias_ih_l1", "bias_hh_l1_reverse" };
    for (int i = 0; i < 4; i++) {
        wk_tensor *t = wk_parameter(m, names[i]);
        CHECK(t != NULL);
        CHECK(wk_item(wk_max(wk_abs(t))) <= 0.25 && wk_item(wk_max(wk_abs(t))) > 0.1);
    }
    ck_assert_int_eq(wk_size(wk_parameter(m, "weight_ih_l1"), 1), 32);
    ck_assert_int_eq(wk_params_count(wk_parameters(m)), 16);
}

TEST(sequence, tells_what_does_not_fit)
{
    wk_module *m = wk_nn_lstm(3, 2);
    wk_tensor *x = wk_zeros(WK_SHAPE(4, 2, 3), WK_F32), *out[3];
    CHECK_NULL(wk_forward(m, wk_zeros(WK_SHAPE(4, 2, 5), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "lstm", "[4, 2, 5]", "input of 3");
    CHECK_NULL(wk_forward(m, wk_zeros(WK_SHAPE(4, 2, 3), WK_F64)));
    CHECK_ERROR(WK_E_DTYPE, "f64", "f32");
    CHECK_NULL(wk_forward(m, wk_zeros(WK_SHAPE(0, 2, 3), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "without steps");
    wk_forward_many(m, (wk_tensor *[]){ x, wk_zeros(WK_SHAPE(1, 3, 2), WK_F32) }, 2, out, 1);
    CHECK_ERROR(WK_E_SHAPE, "h0", "[1, 3, 2]", "[1, 2, 2]");
    wk_forward_many(m, (wk_tensor *[]){ x, NULL, NULL, wk_ones(WK_SHAPE(2, 4), WK_BOOL) }, 4, out, 1);
    CHECK_ERROR(WK_E_SHAPE, "mask", "[2, 4]");
    wk_forward_many(m, &x, 1, (wk_tensor *[4]){ 0 }, 4);
    CHECK_ERROR(WK_E_INVALID, "4 results", "there are 3");
    CHECK_NULL(wk_nn_multihead_attention(4, 3));
    CHECK_ERROR(WK_E_INVALID, "nn_multihead_attention", "num_heads 3");
    CHECK_NULL(wk_forward(wk_nn_multihead_attention(4, 2), x));
    CHECK_ERROR(WK_E_SHAPE, "multihead_attention", "query is [4, 2, 3]", "size 4");
    CHECK_NULL(wk_nn_transformer_encoder(4, 2, 1, .activation = "tanh"));
    CHECK_ERROR(WK_E_INVALID, "nn_transformer_encoder", "'tanh'", "relu or gelu");
    CHECK_NULL(wk_nn_gru(3, 2, .nonlinearity = "relu"));
    CHECK_ERROR(WK_E_INVALID, "nn_gru", "nonlinearity");
    CHECK_NULL(wk_nn_rnn(3, 0));
    CHECK_ERROR(WK_E_INVALID, "nn_rnn", "hidden_size 0");
}

WICK_TEST_MAIN
