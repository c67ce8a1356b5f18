/* What is done to whole trees of modules: visiting, freezing, hooks, cloning, summaries. */
#include "wick/train.h"
#include "wick_check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wk_module *net(void)
{
    return wk_nn_sequential(wk_nn_sequential(wk_nn_linear(4, 3), wk_nn_relu()), wk_nn_linear(3, 2));
}

static wk_status note(void *user, const char *name, wk_module *m)
{
    snprintf((char *)user + strlen(user), 200 - strlen(user), "%s:%s ", name, wk_module_type(m));
    return WK_OK;
}

static wk_status give_up(void *user, const char *name, wk_module *m)
{
    (void)user, (void)m;
    return strcmp(name, "0.1") ? WK_OK : WK_E_STATE;
}

TEST(module, apply_visits_children_before_their_parent)
{
    char seen[200] = "";
    wk_module *m = net();
    CHECK(wk_module_apply(m, note, seen) == WK_OK);
    ck_assert_str_eq(seen, "0.0:linear 0.1:relu 0:sequential 1:linear :sequential ");
    CHECK(wk_module_apply(m, give_up, NULL) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "'0.1'");
    CHECK(wk_module_child_count(m) == 2 && wk_module_child_at(m, 1) == wk_module_child(m, "1"));
    ck_assert_str_eq(wk_module_child_name(m, 1), "1");
    CHECK_NULL(wk_module_child_at(m, 2));
    CHECK_ERROR(WK_E_RANGE, "child 2", "has 2");
}

TEST(module, frozen_parameters_are_not_trained)
{
    wk_module *m = net();
    wk_tensor *x = wk_ones(WK_SHAPE(1, 4), WK_F32);
    CHECK(wk_module_requires_grad(m, "0.", false) == WK_OK);
    ck_assert_int_eq(wk_params_count(wk_parameters(m)), 2);
    ck_assert_int_eq(wk_parameter_count(m), 4 * 3 + 3 + 3 * 2 + 2);
    wk_backward(wk_sum(wk_forward(m, x)));
    CHECK(!wk_grad(wk_parameter(m, "0.0.weight")) && wk_grad(wk_parameter(m, "1.weight")));
    CHECK(wk_module_requires_grad(m, "", true) == WK_OK);
    ck_assert_int_eq(wk_params_count(wk_parameters(m)), 4);
    CHECK(wk_module_requires_grad(m, "2.", true) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "begins with '2.'");
}

static wk_status twice(void *user, wk_module *m, wk_tensor **in, int nin)
{
    (void)user, (void)m, (void)nin;
    return (in[0] = wk_mul_scalar(in[0], 2)) ? WK_OK : wk_error();
}
static wk_status keep(void *user, wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    (void)m, (void)in;
    *(int *)user += nin + 10 * nout;
    return (out[0] = wk_add_scalar(out[0], 1)) ? WK_OK : wk_error();
}
static wk_status refuse(void *user, wk_module *m, wk_tensor **in, int nin)
{
    (void)user, (void)m, (void)in, (void)nin;
    return WK_E_RANGE;
}

TEST(module, hooks_see_and_replace)
{
    wk_module *m = wk_nn_identity();
    wk_tensor *x = wk_ones(WK_SHAPE(2), WK_F32);
    int calls = 0, first = wk_module_hook(m, twice, NULL, NULL), second = wk_module_hook(m, NULL, keep, &calls);
    CHECK(first && second && first != second);
    CHECK_NEAR(wk_item(wk_sum(wk_forward(m, x))), 6, 0);
    CHECK(calls == 11 && wk_module_remove_hook(m, first) == WK_OK);
    CHECK_NEAR(wk_item(wk_sum(wk_forward(m, x))), 4, 0);
    CHECK(wk_module_remove_hook(m, first) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "no hook");
    CHECK(wk_module_remove_hook(m, second) == WK_OK);
    wk_module_hook(m, refuse, NULL, NULL);
    CHECK_NULL(wk_forward(m, x));
    CHECK_ERROR(WK_E_RANGE, "identity", "hook failed");
    CHECK(!wk_module_hook(m, NULL, NULL, NULL));
    CHECK_ERROR(WK_E_INVALID, "module_hook");
}

TEST(module, a_clone_has_tensors_of_its_own)
{
    wk_module *shared = wk_nn_linear(3, 3);
    wk_module *m = wk_nn_sequential(wk_nn_conv1d(1, 2, WK_DIMS(2)), wk_nn_batch_norm1d(2), wk_nn_flatten(),
                                    wk_nn_linear(6, 3), shared, shared, wk_nn_softplus(2, 20));
    wk_tensor *x = wk_randn(WK_SHAPE(4, 1, 4), WK_F32);
    wk_train(m, false);
    wk_module *copy = wk_module_clone(m);
    CHECK(copy && !wk_is_training(copy) && wk_equal(wk_forward(copy, x), wk_forward(m, x)));
    CHECK(wk_module_child(copy, "4") == wk_module_child(copy, "5") && wk_module_child(copy, "4") != shared);
    CHECK(wk_params_count(wk_parameters(copy)) == wk_params_count(wk_parameters(m)));
    wk_backward(wk_sum(wk_forward(wk_train(copy, true), x)));
    CHECK(!wk_grad(wk_parameter(m, "0.weight")) && wk_grad(wk_parameter(copy, "0.weight")));
    CHECK_NEAR(wk_item(wk_parameter(m, "1.num_batches_tracked")), 0, 0);
    CHECK_NEAR(wk_item(wk_parameter(copy, "1.num_batches_tracked")), 1, 0);
    wk_module *deep = wk_nn_transformer_encoder(4, 2, 2), *twin = wk_module_clone(deep);
    wk_tensor *y = wk_randn(WK_SHAPE(3, 1, 4), WK_F32);
    wk_train(deep, false), wk_train(twin, false);
    CHECK(wk_equal(wk_forward(twin, y), wk_forward(deep, y)));
    wk_module *rnn = wk_nn_lstm(4, 2), *other = wk_module_clone(rnn);
    CHECK(wk_equal(wk_forward(other, y), wk_forward(rnn, y)));
}

typedef struct held {
    char *text;
} held;
static wk_status held_init(wk_module *m, void *state)
{
    (void)m;
    return (((held *)state)->text = strdup("kept")) ? WK_OK : WK_E_MEMORY;
}
static wk_tensor *held_forward(wk_module *m, wk_tensor *x)
{
    return wk_add_scalar(x, (double)strlen(((held *)wk_nn_state(m))->text));
}
static void held_destroy(void *state) { free(((held *)state)->text); }
static wk_status held_clone(void *to, const void *from)
{
    return (((held *)to)->text = strdup(((const held *)from)->text)) ? WK_OK : WK_E_MEMORY;
}

TEST(module, state_with_a_destroy_needs_a_clone)
{
    wk_module_ops ops = { .size = sizeof ops,
                          .name = "held",
                          .state_size = sizeof(held),
                          .init = held_init,
                          .forward = held_forward,
                          .destroy = held_destroy };
    static wk_module_ops able;
    able = ops;
    able.clone = held_clone;
    static wk_module_ops unable;
    unable = ops;
    CHECK_NULL(wk_module_clone(wk_nn_sequential(wk_nn_custom(&unable, NULL))));
    CHECK_ERROR(WK_E_UNSUPPORTED, "held", "no clone");
    wk_module *copy = wk_module_clone(wk_nn_sequential(wk_nn_custom(&able, NULL)));
    CHECK_NEAR(wk_item(wk_forward(copy, wk_zeros(WK_SHAPE(1), WK_F32))), 4, 0);
}

TEST(module, lists_and_dicts_hold_children)
{
    wk_module *list = wk_nn_module_list(wk_nn_linear(1, 2), wk_nn_relu());
    CHECK(wk_module_append(list, wk_nn_linear(2, 3)) && wk_parameter(list, "2.weight"));
    CHECK_NULL(wk_forward(list, wk_zeros(WK_SHAPE(1, 1), WK_F32)));
    CHECK_ERROR(WK_E_STATE, "module_list", "call its children");
    wk_module *seq = wk_nn_sequential(wk_nn_linear(1, 2));
    CHECK(wk_module_append(seq, wk_nn_linear(2, 5)));
    CHECK(wk_size(wk_forward(seq, wk_zeros(WK_SHAPE(1, 1), WK_F32)), 1) == 5);
    wk_module *dict = wk_nn_module_dict_new((const char *const[]){ "a", "b" },
                                            (wk_module *const[]){ wk_nn_linear(1, 2), wk_nn_relu() }, 2);
    CHECK(wk_parameter(dict, "a.bias") && wk_module_child(dict, "b"));
    CHECK_NULL(wk_module_append(dict, wk_nn_relu()));
    CHECK_ERROR(WK_E_INVALID, "module_dict", "sequential or module_list");
}

TEST(module, summary_counts)
{
    wk_summary s;
    wk_module *m = wk_nn_sequential(wk_nn_conv2d(1, 8, WK_DIMS(3), .padding = WK_DIMS(1)), wk_nn_relu(),
                                    wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_flatten(), wk_nn_linear(8 * 14 * 14, 10));
    CHECK(wk_module_summary(m, wk_zeros(WK_SHAPE(2, 1, 28, 28), WK_F32), &s) == WK_OK);
    ck_assert_int_eq(s.count, 6);
    ck_assert_str_eq(s.rows[1].path, "0");
    CHECK(s.rows[1].parameters == 80 && s.rows[5].parameters == 15690 && s.parameters == 15770 && s.trained == 15770);
    CHECK_NEAR(s.rows[1].flops, 2.0 * 9 * 8 * 28 * 28, 0);
    CHECK_NEAR(s.rows[5].flops, 2.0 * 8 * 14 * 14 * 10, 0);
    CHECK_NEAR(s.flops, s.rows[1].flops + s.rows[5].flops, 0);
    ck_assert_int_eq(s.weight_bytes, 15770 * 4);
    ck_assert_int_eq(s.activation_bytes, 4 * 2 * (2 * 8 * 28 * 28 + 2 * 8 * 14 * 14 + 10));
    CHECK(s.rows[5].ndim == 2 && s.rows[5].shape[0] == 2 && s.rows[5].shape[1] == 10 && wk_is_training(m));
    char text[2000] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    wk_summary_print(&s, out);
    fclose(out);
    CHECK(strstr(text, "0      conv2d      [2, 8, 28, 28]             80      112.9 K\n") != NULL);
    CHECK(strstr(text, "15,770 parameters, 61.6 KiB with buffers; gradients 61.6 KiB") != NULL);
    wk_summary_free(&s);
    CHECK(wk_module_summary(m, wk_zeros(WK_SHAPE(2, 2, 28, 28), WK_F32), &s) == WK_E_SHAPE && !s.rows);
    CHECK_ERROR(WK_E_SHAPE, "conv2d");
}

TEST(module, summary_counts_the_products_of_recurrent_layers_and_attention)
{
    enum { STEPS = 5, BATCH = 3, IN = 4, HIDDEN = 6, EMBED = 8 };
    const double gates = 4 * HIDDEN;
    wk_summary s;
    wk_module *lstm = wk_nn_lstm(IN, HIDDEN, .num_layers = 2, .bidirectional = true, .batch_first = true);
    CHECK(wk_module_summary(lstm, wk_zeros(WK_SHAPE(BATCH, STEPS, IN), WK_F32), &s) == WK_OK);
    /* a step and direction: gates from the input, in the second layer both directions' h, and from its own h */
    CHECK_NEAR(s.flops, 2.0 * STEPS * 2 * gates * ((IN + HIDDEN) + (2 * HIDDEN + HIDDEN)), 0);
    ck_assert_int_eq(s.weight_bytes, 4 * 2 * 4 * HIDDEN * ((IN + HIDDEN + 2) + (2 * HIDDEN + HIDDEN + 2)));
    wk_summary_free(&s);
    wk_module *attention = wk_nn_multihead_attention(EMBED, 2, .batch_first = true);
    CHECK(wk_module_summary(attention, wk_zeros(WK_SHAPE(BATCH, STEPS, EMBED), WK_F32), &s) == WK_OK);
    /* three projections and the one back; q k^T and its product with v, whatever the number of heads */
    CHECK_NEAR(s.flops, 2.0 * STEPS * EMBED * (4 * EMBED + 2 * STEPS), 0);
    wk_summary_free(&s);
}

TEST(module, summary_tells_what_the_optimizer_holds)
{
    enum { COUNT = 10 * 6 + 6 };
    static const struct {
        const char *name, *options;
        int states;
    } of[] = { { "sgd", "", 0 },
               { "sgd", "momentum=0.9", 1 },
               { "adam", "", 2 },
               { "adam", "amsgrad", 3 },
               { "lbfgs", "history_size=5", 12 } };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wk_module *m = wk_nn_linear(10, 6);
        wk_optim *opt = wk_optim_by_name(of[i].name, wk_parameters(m), of[i].options);
        wk_summary s;
        char text[500] = "", told[64];
        CHECK(wk_module_summary(m, wk_zeros(WK_SHAPE(1, 10), WK_F32), &s) == WK_OK);
        s.optimizer_bytes = wk_optim_state_bytes(opt);
        ck_assert_int_eq(s.optimizer_bytes, 4 * COUNT * of[i].states);
        FILE *out = fmemopen(text, sizeof text, "w");
        wk_summary_print(&s, out);
        fclose(out);
        if (s.optimizer_bytes < 1024)
            snprintf(told, sizeof told, ", optimizer %d B, activations", 4 * COUNT * of[i].states);
        else
            snprintf(told, sizeof told, ", optimizer %.1f KiB, activations", 4 * COUNT * of[i].states / 1024.0);
        CHECK(of[i].states ? strstr(text, told) != NULL : !strstr(text, "optimizer"));
        wk_summary_free(&s);
    }
    wk_module *wide = wk_module_to(wk_nn_linear(10, 6), wk_current_device(), WK_F64);
    ck_assert_int_eq(wk_optim_state_bytes(wk_optim_adam(wk_parameters(wide))), 2 * 8 * COUNT);
    CHECK(wk_optim_state_bytes(NULL) == 0);
    CHECK_ERROR(WK_E_INVALID, "optim_state_bytes");
}

/* ---- Freezing ---- */

static void learn(wk_module *m, wk_optim *opt, wk_tensor *x)
{
    WK_SCOPE(step);
    wk_zero_grad(opt);
    wk_backward(wk_mean(wk_square(wk_sub_scalar(wk_forward(m, x), 3))));
    wk_step(opt);
    CHECK_OK();
}

static const char *const parameters[] = { "0.0.weight", "0.0.bias", "1.weight", "1.bias" };
static bool frozen(int i) { return i < 2; }

/* Of each parameter: is it as it was? And what the optimizer keeps for it. */
static void check_frozen(wk_module *m, wk_optim *opt, const wk_state *was, const char *name)
{
    wk_state *kept = wk_optim_state_dict(opt);
    char step[64];
    for (int i = 0; i < 4; i++) {
        wk_tensor *p = wk_parameter(m, parameters[i]);
        ck_assert_msg(wk_equal(wk_detach(p), wk_state_get(was, parameters[i])) == frozen(i), "%s: %s", name,
                      parameters[i]);
        CHECK(wk_needs_grad(p) != frozen(i) && (wk_grad(p) == NULL) == frozen(i));
        snprintf(step, sizeof step, "%s.step", parameters[i]);
        if (!frozen(i) || wk_state_text(kept, step)) CHECK(wk_state_int(kept, step) == (frozen(i) ? 0 : 3));
    }
}

/* Muon trains matrices alone, L-BFGS by closures. */
static bool learns_by_steps(const char *name) { return strcmp(name, "muon") && strcmp(name, "lbfgs"); }

/* Decay, momentum and whatever else moves a parameter by itself */
static const char *options_for(const char *name)
{
    if (!strcmp(name, "sgd")) return "lr=0.1,momentum=0.9,weight_decay=0.1";
    return strcmp(name, "rprop") ? "lr=0.1,weight_decay=0.1" : "lr=0.1";
}

TEST(module, frozen_parameters_are_left_out_of_new_optimizers)
{
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (int i = 0; i < n; i++) {
        WK_SCOPE(one);
        if (!learns_by_steps(names[i])) continue;
        wk_module *m = net();
        wk_tensor *x = wk_randn(WK_SHAPE(5, 4), WK_F32);
        CHECK(wk_module_requires_grad(m, "0.", false) == WK_OK);
        wk_optim *opt = wk_optim_by_name(names[i], wk_parameters(m), options_for(names[i]));
        wk_state *was = wk_state_copy(wk_state_dict(m));
        for (int k = 0; k < 3; k++) learn(m, opt, x);
        ck_assert_int_eq(wk_params_count(wk_parameters(m)), 2);
        check_frozen(m, opt, was, names[i]);
    }
}

TEST(module, frozen_parameters_keep_their_bits_in_optimizers_that_have_them)
{
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (int i = 0; i < n; i++) {
        WK_SCOPE(one);
        if (!learns_by_steps(names[i])) continue;
        wk_module *m = net();
        wk_tensor *x = wk_randn(WK_SHAPE(5, 4), WK_F32);
        wk_optim *opt = wk_optim_by_name(names[i], wk_parameters(m), options_for(names[i]));
        CHECK(wk_module_requires_grad(m, "0.", false) == WK_OK);
        wk_state *was = wk_state_copy(wk_state_dict(m));
        for (int k = 0; k < 3; k++) learn(m, opt, x);
        check_frozen(m, opt, was, names[i]);
    }
}

/* Frozen in the middle, momentum and all, then trained again: states and step counts are as they were left. */
TEST(module, what_is_thawed_goes_on_from_where_it_stood)
{
    wk_module *m = net();
    wk_tensor *x = wk_randn(WK_SHAPE(5, 4), WK_F32);
    wk_optim *opt = wk_optim_adamw(wk_parameters(m), .lr = 0.1, .weight_decay = 0.5);
    for (int k = 0; k < 3; k++) learn(m, opt, x);
    wk_state *was = wk_state_copy(wk_state_dict(m)), *kept = wk_state_copy(wk_optim_state_dict(opt));
    CHECK(wk_module_requires_grad(m, "0.", false) == WK_OK);
    for (int k = 0; k < 3; k++) learn(m, opt, x);
    wk_state *now = wk_optim_state_dict(opt);
    CHECK(wk_equal(wk_detach(wk_parameter(m, "0.0.weight")), wk_state_get(was, "0.0.weight")));
    CHECK(!wk_equal(wk_detach(wk_parameter(m, "1.weight")), wk_state_get(was, "1.weight")));
    CHECK(wk_equal(wk_state_get(now, "0.0.weight.exp_avg"), wk_state_get(kept, "0.0.weight.exp_avg")));
    CHECK(wk_state_int(now, "0.0.weight.step") == 3 && wk_state_int(now, "1.weight.step") == 6);
    CHECK(wk_module_requires_grad(m, "0.", true) == WK_OK);
    learn(m, opt, x);
    CHECK(wk_state_int(wk_optim_state_dict(opt), "0.0.weight.step") == 4);
    CHECK(!wk_equal(wk_detach(wk_parameter(m, "0.0.weight")), wk_state_get(was, "0.0.weight")));
}

/* Freezing one end changes nothing in the gradients of the other. */
TEST(module, freezing_changes_no_bit_of_other_gradients)
{
    wk_module *a = net(), *b = wk_module_clone(a);
    wk_tensor *x = wk_randn(WK_SHAPE(5, 4), WK_F32);
    CHECK(wk_module_requires_grad(b, "0.", false) == WK_OK);
    wk_backward(wk_mean(wk_square(wk_forward(a, x))));
    wk_backward(wk_mean(wk_square(wk_forward(b, x))));
    for (int i = 2; i < 4; i++)
        CHECK(wk_equal(wk_grad(wk_parameter(a, parameters[i])), wk_grad(wk_parameter(b, parameters[i]))));
    CHECK(wk_grad(wk_parameter(a, "0.0.bias")) && !wk_grad(wk_parameter(b, "0.0.bias")));
    CHECK(wk_module_requires_grad(b, "0.", true) == WK_OK && wk_module_requires_grad(b, "1.", false) == WK_OK);
    wk_backward(wk_mean(wk_square(wk_forward(b, x))));
    for (int i = 0; i < 2; i++)
        CHECK(wk_equal(wk_grad(wk_parameter(a, parameters[i])), wk_grad(wk_parameter(b, parameters[i]))));
}

/* A module of the user's own, which calls one of the modules in its list or its dict. */
static const char *called;

static wk_status chooser_init(wk_module *m, void *state)
{
    (void)state;
    wk_nn_child(m, "blocks", wk_nn_module_list(wk_nn_linear(4, 3), wk_nn_linear(2, 2)));
    wk_nn_child(
        m, "heads",
        wk_nn_module_dict_new((const char *const[]){ "a", "b" }, (wk_module *const[]){ wk_nn_linear(4, 2), net() }, 2));
    return wk_error();
}
static wk_tensor *chooser_forward(wk_module *m, wk_tensor *x) { return wk_forward(wk_module_child(m, called), x); }
static const wk_module_ops chooser = {
    .size = sizeof chooser, .name = "chooser", .init = chooser_init, .forward = chooser_forward
};

static wk_status narrow(void *user, wk_module *m, wk_tensor **in, int nin)
{
    (void)user, (void)m, (void)nin;
    return (in[0] = wk_narrow(in[0], -1, 0, 3)) ? WK_OK : wk_error();
}

/* Once, at the beginning. */
static void check_within(const char *path, const char *shape)
{
    ck_assert_msg(!strncmp(wk_error_text(), path, strlen(path)), "not %s: %s", path, wk_error_text());
    CHECK_ERROR(WK_E_SHAPE, shape);
}

TEST(module, an_error_names_the_path)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(1, 5), WK_F32);
    CHECK_NULL(wk_forward(net(), x));
    check_within("0.0: linear: ", "[1, 5]");
    wk_module *own = wk_nn_sequential(wk_nn_identity(), wk_nn_custom(&chooser, NULL));
    static const char *const paths[][2] = { { "blocks.1", "1.blocks.1: linear: " },
                                            { "heads.a", "1.heads.a: linear: " },
                                            { "heads.b", "1.heads.b.0.0: linear: " } };
    for (int i = 0; i < 3; i++) {
        called = paths[i][0];
        CHECK_NULL(wk_forward(own, x));
        check_within(paths[i][1], "[1, 5]");
    }
    wk_module *encoder = wk_nn_transformer_encoder(4, 2, 2);
    wk_tensor *y = wk_zeros(WK_SHAPE(3, 1, 4), WK_F32), *out;
    CHECK(wk_forward_many(encoder, (wk_tensor *[]){ y, x }, 2, &out, 1) == WK_E_SHAPE);
    check_within("layers.0.self_attn: ", "[1, 5]");
    wk_module_hook(wk_module_child(encoder, "layers.1"), narrow, NULL, NULL);
    CHECK_NULL(wk_forward(encoder, y));
    check_within("layers.1.self_attn: ", "[3, 1, 3]");
}

WICK_TEST_MAIN
