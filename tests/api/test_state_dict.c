/* A module's state dict: names, sharing, what a load refuses; and parameters that are tied, wherever they count. */
#include "wick/train.h"
#include "wick_check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static wk_module *net(void)
{
    return wk_nn_sequential(wk_nn_conv2d(1, 2, WK_DIMS(3)), wk_nn_batch_norm2d(2), wk_nn_flatten(), wk_nn_linear(8, 3));
}

TEST(state_dict, has_torchs_names_and_shares_memory)
{
    wk_module *m = net();
    wk_state *s = wk_state_dict(m);
    static const char *const names[] = {
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
        "3.weight", "3.bias"
    };
    ck_assert_int_eq(wk_state_count(s), 9);
    for (int i = 0; i < 9; i++) ck_assert_str_eq(wk_state_name(s, i), names[i]);
    CHECK(wk_same_storage(wk_state_get(s, "3.bias"), wk_parameter(m, "3.bias")));
    CHECK(!wk_needs_grad(wk_state_get(s, "3.bias")));
}

TEST(state_dict, keeps_the_best_weights)
{
    wk_module *m = net();
    wk_tensor *x = wk_randn(WK_SHAPE(2, 1, 4, 4), WK_F32), *before = wk_forward(wk_train(m, false), x);
    wk_state *best = wk_state_copy(wk_state_dict(m));
    wk_optim *opt = wk_optim_sgd(wk_parameters(m), .lr = 0.5);
    wk_backward(wk_sum(wk_forward(wk_train(m, true), x)));
    wk_step(opt);
    wk_train(m, false);
    CHECK(!wk_equal(wk_forward(m, x), before));
    CHECK(wk_load_state_dict(m, best) == WK_OK);
    CHECK(wk_equal(wk_forward(m, x), before));
}

static char path[64];

TEST(state_dict, goes_through_a_file)
{
    snprintf(path, sizeof path, "/tmp/wick-state-%d.safetensors", (int)getpid());
    wk_module *a = net(), *b = net();
    CHECK(wk_save(a, path) == WK_OK && wk_load(b, path) == WK_OK);
    for (int i = 0; i < wk_params_count(wk_parameters(a)); i++)
        CHECK(wk_equal(wk_params_at(wk_parameters(a), i), wk_params_at(wk_parameters(b), i)));
    wk_module *wide = wk_module_to(net(), wk_current_device(), WK_F64);
    CHECK(wk_load(wide, path) == WK_OK); /* floats become the parameter's dtype */
    CHECK(wk_equal(wk_to(wk_parameter(wide, "3.weight"), WK_F32), wk_parameter(a, "3.weight")));
    unlink(path);
    CHECK(wk_load(b, path) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, path);
}

TEST(state_dict, tells_all_that_does_not_fit_and_changes_nothing)
{
    wk_module *m = net();
    wk_state *s = wk_state_new(), *mine = wk_state_copy(wk_state_dict(m));
    for (int64_t i = 0; i < wk_state_count(mine); i++)
        if (strcmp(wk_state_name(mine, i), "0.bias"))
            wk_state_set(s, wk_state_name(mine, i), wk_add_scalar(wk_state_at(mine, i), 1));
    wk_state_set(s, "4.weight", wk_zeros(WK_SHAPE(1), WK_F32));
    wk_state_set(s, "3.weight", wk_zeros(WK_SHAPE(3, 7), WK_F32));
    wk_state_set(s, "3.bias", wk_zeros(WK_SHAPE(3), WK_I64));
    CHECK(wk_load_state_dict(m, s) == WK_E_SHAPE);
    CHECK_ERROR(
        WK_E_SHAPE, "load_state_dict", "1 missing: 0.bias", "1 unexpected: 4.weight",
        "2 of another shape or dtype: 3.weight f32 [3, 8] (given: f32 [3, 7]), 3.bias f32 [3] (given: i64 [3])");
    CHECK(wk_load_state_dict_with(m, s, .strict = false) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "2 of another shape");
    CHECK(wk_equal(wk_parameter(m, "0.weight"), wk_state_get(mine, "0.weight")));
    wk_state_set(s, "3.weight", wk_ones(WK_SHAPE(3, 8), WK_F32));
    wk_state_set(s, "3.bias", wk_ones(WK_SHAPE(3), WK_F64));
    CHECK(wk_load_state_dict(m, s) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "missing: 0.bias");
    CHECK(wk_load_state_dict_with(m, s, .strict = false) == WK_OK);
    CHECK(wk_equal(wk_parameter(m, "3.bias"), wk_ones(WK_SHAPE(3), WK_F32)));
    CHECK(wk_equal(wk_parameter(m, "0.bias"), wk_state_get(mine, "0.bias")));
    CHECK(wk_load_state_dict(m, NULL) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "s is NULL");
}

TEST(state_dict, long_lists_are_cut)
{
    wk_state *s = wk_state_new();
    char name[32];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "layer.%d.weight", i);
        wk_state_set(s, name, wk_zeros(WK_SHAPE(1), WK_F32));
    }
    CHECK(wk_load_state_dict(wk_nn_linear(1, 1), s) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "2 missing: weight, bias", "100 unexpected: layer.0.weight", "...");
}

TEST(state_dict, one_name_of_a_tied_pair_is_enough)
{
    wk_module *shared = wk_nn_linear(2, 2), *m = wk_nn_sequential(shared, wk_nn_relu(), shared);
    ck_assert_int_eq(wk_state_count(wk_state_dict(m)), 4);
    wk_state *s = wk_state_new();
    wk_state_set(s, "2.weight", wk_ones(WK_SHAPE(2, 2), WK_F32));
    wk_state_set(s, "0.bias", wk_ones(WK_SHAPE(2), WK_F32));
    CHECK(wk_load_state_dict(m, s) == WK_OK);
    CHECK(wk_equal(wk_parameter(m, "0.weight"), wk_ones(WK_SHAPE(2, 2), WK_F32)));
    wk_module *norm = wk_nn_batch_norm1d(2);
    wk_state *plain = wk_state_new(), *all = wk_state_dict(norm);
    for (int64_t i = 0; i < 4; i++) wk_state_set(plain, wk_state_name(all, i), wk_state_at(all, i));
    CHECK(wk_load_state_dict(norm, plain) == WK_OK); /* without num_batches_tracked, of its own memory */
}

/* ---- Tied parameters ---- */

enum { SIDE = 7 };

static wk_status tied_init(wk_module *m, void *state)
{
    wk_tensor **w = state;
    *w = wk_nn_param(m, "out", wk_randn(WK_SHAPE(SIDE, SIDE), WK_F32));
    return *w && wk_nn_param(m, "in", *w) ? WK_OK : wk_error();
}

static wk_tensor *tied_forward(wk_module *m, wk_tensor *x)
{
    wk_tensor **w = wk_nn_state(m);
    return wk_matmul(wk_tanh(wk_matmul(x, *w)), wk_t(wk_parameter(m, "in")));
}

static const wk_module_ops tied_ops = { .size = sizeof tied_ops,
                                        .name = "tied",
                                        .state_size = sizeof(wk_tensor *),
                                        .init = tied_init,
                                        .forward = tied_forward };

/* A tensor given to two wk_nn_param, and a module that hangs in two places: 49 + 56 parameters. */
static wk_module *tied(void)
{
    wk_module *twice = wk_nn_linear(SIDE, SIDE);
    return wk_nn_sequential(wk_nn_custom(&tied_ops, NULL), twice, wk_nn_relu(), twice);
}

static bool is_tied(wk_module *m)
{
    return wk_parameter(m, "0.in") == wk_parameter(m, "0.out") &&
           wk_parameter(m, "1.bias") == wk_parameter(m, "3.bias") && wk_parameter_count(m) == 105 &&
           wk_params_count(wk_parameters(m)) == 3;
}

static wk_tensor *some_rows(void) { return wk_reshape(wk_sin(wk_arange(0, 3 * SIDE, 1, WK_F32)), WK_SHAPE(3, SIDE)); }

static void train_once(wk_module *m, wk_optim *opt)
{
    WK_SCOPE(step);
    wk_zero_grad(opt);
    wk_backward(wk_mean(wk_square(wk_forward(m, some_rows()))));
    wk_step(opt);
    CHECK_OK();
}

TEST(tied, parameters_count_once_everywhere)
{
    wk_module *m = tied();
    wk_summary s;
    CHECK(is_tied(m));
    CHECK(wk_module_summary(m, some_rows(), &s) == WK_OK);
    CHECK(s.parameters == 105 && s.trained == 105 && s.weight_bytes == 4 * 105 && s.gradient_bytes == 4 * 105);
    wk_summary_free(&s);
    wk_optim *opt = wk_optim_adam(wk_parameters(m));
    train_once(m, opt);
    ck_assert_int_eq(wk_state_count(wk_optim_state_dict(opt)), 2 * 3);
    ck_assert_int_eq(wk_optim_state_bytes(opt), 2 * 4 * 105);
    ck_assert_int_eq(wk_state_count(wk_state_dict(m)), 2 + 4);
}

TEST(tied, parameters_stay_tied_in_clones_conversions_and_steps)
{
    wk_module *m = tied(), *copy = wk_module_clone(m);
    wk_optim *opt = wk_optim_sgd(wk_parameters(m), .lr = 0.1);
    CHECK(is_tied(copy) && wk_parameter(copy, "0.in") != wk_parameter(m, "0.in"));
    train_once(m, opt);
    CHECK(wk_module_to(m, wk_current_device(), WK_F64) == m && is_tied(m) && is_tied(copy));
    CHECK(wk_dtype_of(wk_parameter(m, "0.out")) == WK_F64);
    CHECK(!wk_equal(wk_to(wk_parameter(m, "0.in"), WK_F32), wk_parameter(copy, "0.in")));
    CHECK(wk_module_copy_(copy, wk_module_to(m, wk_current_device(), WK_F32)) == WK_OK && is_tied(copy));
    CHECK(wk_equal(wk_forward(copy, some_rows()), wk_forward(m, some_rows())));
}

/* How often the bytes of t are in the file. */
static int occurrences(const char *file, const wk_tensor *t)
{
    static char bytes[1 << 16];
    const size_t size = (size_t)wk_numel(t) * wk_dtype_size(wk_dtype_of(t));
    FILE *f = fopen(file, "r");
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    int found = 0;
    for (size_t at = 0; at + size <= n; at++) found += !memcmp(bytes + at, host_data(t), size);
    return found;
}

TEST(tied, parameters_are_saved_once_and_load_tied)
{
    snprintf(path, sizeof path, "/tmp/wick-tied-%d.safetensors", (int)getpid());
    wk_module *a = tied(), *b = tied();
    CHECK(wk_save(a, path) == WK_OK);
    for (int i = 0; i < 3; i++) ck_assert_int_eq(occurrences(path, wk_params_at(wk_parameters(a), i)), 1);
    CHECK(wk_load(b, path) == WK_OK && is_tied(b));
    CHECK(wk_equal(wk_forward(a, some_rows()), wk_forward(b, some_rows())));
    wk_module *apart = wk_nn_sequential(wk_nn_custom(&tied_ops, NULL), wk_nn_linear(SIDE, SIDE), wk_nn_relu(),
                                        wk_nn_linear(SIDE, SIDE));
    CHECK(wk_load(apart, path) == WK_OK); /* its layers have the same values, and stay two */
    CHECK(wk_equal(wk_parameter(apart, "1.weight"), wk_parameter(a, "3.weight")));
    CHECK(wk_parameter(apart, "1.weight") != wk_parameter(apart, "3.weight"));
    CHECK(wk_save(apart, path) == WK_OK && wk_load(b, path) == WK_OK &&
          is_tied(b)); /* all names, each with its values */
    unlink(path);
}

TEST(tied, names_with_other_values_are_refused_and_nothing_changes)
{
    wk_module *m = tied();
    wk_state *before = wk_state_copy(wk_state_dict(m)), *s = wk_state_new();
    for (int64_t i = 0; i < wk_state_count(before); i++)
        wk_state_set(s, wk_state_name(before, i), wk_add_scalar(wk_state_at(before, i), 1));
    CHECK(wk_load_state_dict(m, s) == WK_OK); /* memory of their own, equal values */
    CHECK(wk_load_state_dict(m, before) == WK_OK);
    wk_state_set(s, "3.bias", wk_full(WK_SHAPE(SIDE), WK_F32, (double)NAN));
    for (int strict = 0; strict < 2; strict++) {
        CHECK(wk_load_state_dict_with(m, s, .strict = strict) == WK_E_INVALID);
        CHECK_ERROR(WK_E_INVALID, "load_state_dict", "1 tied, but of different values: 1.bias and 3.bias");
    }
    for (int64_t i = 0; i < wk_state_count(before); i++)
        CHECK(wk_equal(wk_parameter(m, wk_state_name(before, i)), wk_state_at(before, i)));
    wk_state_set(s, "1.bias", wk_full(WK_SHAPE(SIDE), WK_F32, (double)NAN));
    CHECK(wk_load_state_dict(m, s) == WK_OK);
}

TEST(tied, parameters_are_in_a_checkpoint_once_and_go_on_with_the_same_bits)
{
    char folder[32];
    snprintf(folder, sizeof folder, "/tmp/wick-tied-%d", (int)getpid());
    snprintf(path, sizeof path, "%s/ckpt-00000001.safetensors", folder);
    wk_module *a = tied(), *b = tied();
    const wk_training one = wk_training_of(.module = a, .optim = wk_optim_adam(wk_parameters(a)));
    const wk_training two = wk_training_of(.module = b, .optim = wk_optim_adam(wk_parameters(b)));
    train_once(a, one.optim);
    CHECK(wk_checkpoint_save(folder, 1, wk_training_state_dict(&one)) == WK_OK);
    for (int i = 0; i < 3; i++) ck_assert_int_eq(occurrences(path, wk_params_at(wk_parameters(a), i)), 1);
    CHECK(wk_training_load_state_dict(&two, wk_checkpoint_load(folder, NULL)) == WK_OK && is_tied(b));
    train_once(a, one.optim);
    train_once(b, two.optim);
    CHECK(wk_equal(wk_parameter(a, "0.in"), wk_parameter(b, "0.out")));
    CHECK(wk_equal(wk_parameter(a, "3.weight"), wk_parameter(b, "1.weight")));
    unlink(path);
    rmdir(folder);
}

WICK_TEST_MAIN
