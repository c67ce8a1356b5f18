/* A module's state dict: names, sharing, and what a load refuses. */
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
    wk_module *wide = wk_module_to(net(), WK_CPU, WK_F64);
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

WICK_TEST_MAIN
