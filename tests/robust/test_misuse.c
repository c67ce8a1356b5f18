/* Legal but unfriendly programs: what they do must be right, or an error that says why; never a wrong number, never a
 * crash. */
#include "wick/wick.h"
#include "wick_check.h"
#include <stdio.h>

static wk_tensor *leaf(double value) { return wk_requires_grad(wk_full(WK_SHAPE(2, 3), WK_F64, value)); }
static double first(wk_tensor *t) { return wk_item(wk_select(wk_flatten(t, 0, -1), 0, 0)); }

/* A chain of random narrows, slices, permutations, squeezes and unsqueezes. */
static wk_tensor *tangled(uint64_t seed)
{
    wk_tensor *t = wk_reshape(wk_arange(0, 360, 1, WK_F32), WK_SHAPE(3, 4, 1, 5, 6));
    for (int i = 0; i < 4; i++, seed /= 7) {
        int dim = (int)(seed % 5), size = (int)wk_size(t, dim % wk_ndim(t));
        dim %= wk_ndim(t);
        switch (seed / 5 % 5) {
        case 0: t = wk_narrow(t, dim, size > 2, size > 2 ? size - 2 : size); break;
        case 1: t = wk_slice(t, dim, 0, size, 2); break;
        case 2: t = wk_transpose(t, dim, 0); break;
        case 3: t = wk_ndim(t) < 7 ? wk_unsqueeze(t, dim) : t; break;
        default: t = wk_ndim(t) > 2 ? wk_squeeze(t, dim) : t;
        }
    }
    return t;
}

TEST(shape, a_view_of_tangled_strides_has_the_elements_of_a_copy)
{
    wk_tensor *cut = wk_narrow(wk_view(wk_arange(0, 12, 1, WK_F32), WK_SHAPE(2, 1, 6)), 2, 0, 3);
    CHECK(wk_equal(wk_reshape(cut, WK_SHAPE(6)), wk_reshape(wk_clone(cut), WK_SHAPE(6))));
    for (uint64_t seed = 0; seed < 20000; seed += 7) {
        WK_SCOPE(one);
        wk_tensor *t = tangled(seed * 2654435761u), *copy = wk_clone(t);
        int64_t n = wk_numel(t);
        for (int64_t part = 1; part <= 6; part++)
            if (n % part == 0)
                CHECK(wk_equal(wk_reshape(t, WK_SHAPE(part, 1, n / part)),
                               wk_reshape(copy, WK_SHAPE(part, 1, n / part))));
    }
    CHECK_NEAR((double)wk_numel(wk_slice(wk_arange(0, 10, 1, WK_F32), 0, 0, 10, INT64_MAX)), 1, 0);
}

TEST(in_place, a_view_from_before_a_recorded_change_is_stale)
{
    wk_tensor *w = leaf(1), *y = wk_mul_scalar(w, 2), *v = wk_view(y, WK_SHAPE(6));
    wk_mul_scalar_(y, 5);
    CHECK_NULL(wk_sum(v));
    CHECK_ERROR(WK_E_STATE, "sum", "view", "make it again");
    wk_backward(wk_sum(wk_view(y, WK_SHAPE(6))));
    CHECK_NEAR(first(wk_grad(w)), 10, 0);
    wk_tensor *plain = wk_zeros(WK_SHAPE(2, 3), WK_F64), *part = wk_narrow(plain, 0, 0, 1);
    wk_add_(plain, wk_square(w));
    CHECK_NULL(wk_mul(part, wk_select(w, 0, 0)));
    CHECK_ERROR(WK_E_STATE, "mul", "make it again");
    wk_tensor *param = leaf(1), *look = wk_view(param, WK_SHAPE(6));
    {
        WK_NO_GRAD(update);
        wk_mul_scalar_(param, 3); /* an optimizer's step: the view sees the new values */
    }
    wk_backward(wk_sum(look));
    CHECK_NEAR(first(wk_grad(param)), 1, 0);
}

TEST(in_place, numbers_written_over_a_result_cut_its_history)
{
    double six[6] = { 1, 2, 3, 4, 5, 6 };
    wk_tensor *w = leaf(1), *y = wk_mul_scalar(w, 2), *z = wk_mul_scalar(w, 2);
    CHECK(wk_normal_(y, 0, 1) == WK_OK && wk_write(z, six, sizeof six) == WK_OK);
    wk_backward(wk_sum(wk_add(y, z)));
    CHECK_NEAR(first(wk_grad(w)), 0, 0);
}

TEST(in_place, results_of_3d_linear_are_no_views)
{
    wk_tensor *x = wk_ones(WK_SHAPE(2, 2, 3), WK_F64), *y = wk_linear(x, leaf(1), NULL);
    CHECK(wk_relu_(y) == WK_OK);
}

TEST(errors, a_pending_one_keeps_everything_as_it_is)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2), WK_F64), *other = wk_ones(WK_SHAPE(2), WK_F64);
    wk_fail(WK_E_INVALID, "a pending error");
    CHECK(wk_add_scalar_(t, 1) == WK_E_INVALID && wk_fill_(t, 1) == WK_E_INVALID && wk_copy_(t, other) == WK_E_INVALID);
    CHECK(wk_normal_(t, 5, 1) == WK_E_INVALID && wk_set_grad(t, other) == WK_E_INVALID);
    wk_error_clear();
    CHECK_NEAR(wk_item(wk_sum(wk_abs(t))), 0, 0);
    CHECK_NULL(wk_grad(t));
}

TEST(errors, null_is_one_everywhere)
{
    wk_tensor *t = wk_ones(WK_SHAPE(2), WK_F64);
    CHECK_NULL(wk_expand(t, 2, NULL));
    CHECK_ERROR(WK_E_INVALID, "expand");
    CHECK(wk_backward_run(NULL) != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "backward");
    CHECK(wk_read(t, NULL, 16) != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "read");
    CHECK(wk_write(t, NULL, 16) != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "write");
    CHECK_NULL(wk_nn_linear_new(NULL));
    CHECK_ERROR(WK_E_INVALID, "nn_linear");
    CHECK(wk_autograd_grad(NULL, 1, NULL, 1, false, NULL) != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "autograd_grad");
    CHECK(wk_autograd_grad_run(NULL, NULL) != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "autograd_grad");
    CHECK(wk_set_grad(t, t) != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "set_grad");
    CHECK_NULL(wk_linear(NULL, t, NULL));
    CHECK_ERROR(WK_E_INVALID, "linear", "x");
    CHECK_NULL(wk_where(NULL, t, t));
    CHECK_ERROR(WK_E_INVALID, "where", "condition");
}

static wk_tensor *lp_pool1d(const wk_pool_opts *o) { return wk_lp_pool1d_new(2, o); }
static wk_tensor *lp_pool2d(const wk_pool_opts *o) { return wk_lp_pool2d_new(2, o); }
static wk_tensor *lp_pool3d(const wk_pool_opts *o) { return wk_lp_pool3d_new(2, o); }

TEST(errors, options_that_are_null_are_one)
{
    wk_tensor *(*const convolutions[])(const wk_conv_opts *) = { wk_conv1d_new,           wk_conv2d_new,
                                                                 wk_conv3d_new,           wk_conv_transpose1d_new,
                                                                 wk_conv_transpose2d_new, wk_conv_transpose3d_new };
    wk_tensor *(*const pools[])(const wk_pool_opts *) = { wk_max_pool1d_new, wk_max_pool2d_new, wk_max_pool3d_new,
                                                          wk_avg_pool1d_new, wk_avg_pool2d_new, wk_avg_pool3d_new,
                                                          lp_pool1d,         lp_pool2d,         lp_pool3d };
    wk_tensor *(*const unpools[])(const wk_unpool_opts *) = { wk_max_unpool1d_new, wk_max_unpool2d_new,
                                                              wk_max_unpool3d_new };
    for (int i = 0; i < 9; i++) {
        CHECK_NULL(pools[i](NULL));
        CHECK_ERROR(WK_E_INVALID, "_pool", "the options are NULL");
        if (i < 6) CHECK_NULL(convolutions[i](NULL));
        if (i < 6) CHECK_ERROR(WK_E_INVALID, "conv", "the options are NULL");
        if (i < 3) CHECK_NULL(unpools[i](NULL));
        if (i < 3) CHECK_ERROR(WK_E_INVALID, "max_unpool", "the options are NULL");
    }
    CHECK_NULL(wk_unfold_new(NULL));
    CHECK_ERROR(WK_E_INVALID, "unfold", "the options are NULL");
    CHECK_NULL(wk_fold_new(NULL));
    CHECK_ERROR(WK_E_INVALID, "fold", "the options are NULL");
    CHECK_NULL(wk_interpolate_new(NULL));
    CHECK_ERROR(WK_E_INVALID, "interpolate", "the options are NULL");
}

static wk_tensor *nothing(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)in, (void)n;
    return NULL;
}

TEST(gradcheck, of_no_inputs_or_no_result_is_an_error)
{
    wk_tensor *t = wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F64));
    CHECK(wk_gradcheck(nothing, NULL, NULL, 1, 1e-6, 1e-6) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "gradcheck", "from 1 to");
    CHECK(wk_gradcheck(nothing, NULL, &t, 1, 1e-6, 1e-6) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "gradcheck", "gave nothing");
    CHECK(wk_gradgradcheck(nothing, NULL, &t, 1, 1e-6, 1e-6) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "gradgradcheck", "gave nothing");
}

TEST(backward, an_unused_leaf_may_be_a_root)
{
    wk_tensor *w = leaf(1), *lone = wk_requires_grad(wk_scalar(1, WK_F64));
    CHECK(wk_backward_all((wk_tensor *[]){ wk_sum(w), lone }, NULL, 2, false, false) == WK_OK);
    CHECK_NEAR(wk_item(wk_grad(lone)), 1, 0);
}

TEST_ON_CPU(backward, a_grad_in_the_users_memory_gets_its_numbers_there, "the user's memory is the host's")
{
    static double buffer[6];
    wk_tensor *w = leaf(3);
    wk_set_grad(w, wk_wrap(buffer, WK_SHAPE(2, 3), WK_F64, NULL, NULL));
    wk_zero_(wk_grad(w));
    wk_backward(wk_sum(wk_square(w)));
    CHECK_NEAR(buffer[5], 6, 0);
}

static wk_status refuse(void *user, wk_tensor *t) { return (void)user, (void)t, wk_fail(WK_E_RANGE, "refused"); }
static wk_tensor *refuse_grad(void *user, wk_tensor *t)
{
    return (void)user, (void)t, wk_fail(WK_E_RANGE, "refused"), NULL;
}
static wk_tensor *once(void *user, wk_tensor *grad)
{
    int *id = user;
    (void)grad;
    wk_remove_hook(*(wk_tensor **)(id + 2), id[0]);
    id[1]++;
    return NULL;
}

TEST(hooks, that_fail_or_remove_themselves_break_nothing)
{
    wk_tensor *w = leaf(1), *v = leaf(1);
    wk_register_hook(v, refuse_grad, NULL);
    CHECK(wk_backward(wk_sum(wk_mul(w, v))) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "refused");
    CHECK(!wk_grad(w) && !wk_grad(v));
    wk_tensor *root = wk_requires_grad(wk_scalar(1, WK_F64));
    wk_register_post_accumulate_grad_hook(root, refuse, NULL);
    CHECK(wk_backward(root) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "refused");
    struct {
        int id, calls;
        wk_tensor *t;
    } state = { 0, 0, leaf(1) };
    state.id = wk_register_hook(state.t, once, &state);
    for (int i = 0; i < 2; i++) wk_backward(wk_sum(state.t));
    ck_assert_int_eq(state.calls, 1);
}

static wk_tensor *squared(void *user, wk_tensor *const *in, int n) { return (void)user, (void)n, wk_square(in[0]); }

TEST(checkpoint, notices_inputs_changed_in_place)
{
    wk_tensor *w = leaf(3), *x = wk_mul_scalar(w, 1), *y = wk_checkpoint(squared, NULL, &x, 1);
    wk_mul_scalar_(wk_detach(x), 10);
    CHECK(wk_backward(wk_sum(y)) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "checkpoint", "changed in place");
}

TEST(modes, nest_in_any_order)
{
    {
        WK_NO_GRAD(outer);
        {
            WK_INFERENCE_MODE(inner);
            WK_ENABLE_GRAD(no);
            CHECK(!wk_grad_enabled());
        }
        CHECK(!wk_grad_enabled());
    }
    CHECK(wk_grad_enabled());
}

TEST(module, moved_to_another_dtype_keeps_graphs_and_optimizers_honest)
{
    wk_module *m = wk_nn_linear(3, 2);
    wk_optim *opt = wk_optim_adam(wk_parameters(m));
    wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(1, 3), WK_F32)), *y = wk_sum(wk_forward(m, x));
    wk_backward_with(y, .retain_graph = true);
    CHECK(wk_step(opt) == WK_OK);
    y = wk_sum(wk_forward(m, x));
    CHECK(wk_module_to(m, wk_current_device(), WK_F64) != NULL);
    ck_assert_int_eq(wk_dtype_of(wk_grad(wk_parameter(m, "weight"))), WK_F64);
    CHECK(wk_backward(y) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "changed in place");
    wk_zero_grad(opt);
    wk_backward(wk_sum(wk_forward(m, wk_ones(WK_SHAPE(1, 3), WK_F64))));
    CHECK(wk_step(opt) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "'weight' became f64", "new optimizer");
}

TEST(module, trees_have_no_cycles_and_keep_their_modes)
{
    wk_module *a = wk_nn_sequential(wk_nn_relu()), *b = wk_nn_sequential(a, wk_nn_dropout(0.5));
    CHECK_NULL(wk_nn_child(a, "back", b));
    CHECK_ERROR(WK_E_INVALID, "nn_child", "its own child");
    wk_train(wk_module_child(b, "1"), false); /* a frozen part */
    wk_tensor *x = wk_ones(WK_SHAPE(4, 2), WK_F32), *y = wk_ones(WK_SHAPE(4, 2), WK_F32);
    wk_loader *loader = wk_loader_new(wk_dataset_tensors((wk_tensor *[]){ x, y }, NULL, 2), .batch_size = 2);
    wk_metrics metrics;
    CHECK(wk_evaluate(b, loader, &metrics) == WK_OK && metrics.rows == 4);
    CHECK(wk_is_training(b) && !wk_is_training(wk_module_child(b, "1")));
    wk_loader_next(loader);
    wk_loader_next(loader);
    CHECK(wk_evaluate(b, loader, &metrics) == WK_OK && metrics.rows == 4);
    wk_module *big = wk_nn_sequential(wk_nn_linear(2, 2), wk_nn_linear(2, 2)),
              *small = wk_nn_sequential(wk_nn_linear(2, 2));
    CHECK(wk_module_copy_(small, big) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "'1.weight'");
}

TEST(tensors, equal_means_every_bit_of_an_integer)
{
    wk_tensor *a = wk_from((int64_t[]){ INT64_C(9007199254740992) }, WK_SHAPE(1), WK_I64);
    CHECK(!wk_equal(a, wk_from((int64_t[]){ INT64_C(9007199254740993) }, WK_SHAPE(1), WK_I64)));
    wk_tensor *steps[2] = { wk_scalar(1, WK_F64), wk_scalar(2, WK_F64) };
    int h = 0;
    wk_replace(&steps[h++], wk_scalar(3, WK_F64));
    ck_assert_int_eq(h, 1);
    CHECK(wk_retain_grad(a) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "retain_grad");
}

TEST(misuse, a_view_with_more_elements_than_can_be_counted_is_refused)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(1, 64), WK_F32);
    CHECK_NULL(wk_expand(t, WK_SHAPE(INT64_MAX, 64)));
    CHECK_ERROR(WK_E_RANGE, "expand", "[9223372036854775807, 64]", "counted");
    CHECK_NULL(wk_broadcast_to(t, WK_SHAPE(INT64_MAX / 64, 64)));
    CHECK_ERROR(WK_E_RANGE, "counted");
    CHECK(wk_numel(wk_expand(t, WK_SHAPE(1LL << 40, 64))) == 1LL << 46);
}

TEST(misuse, a_result_with_more_elements_than_can_be_counted_is_refused)
{
    const int64_t n = 1LL << 40;
    wk_tensor *t = wk_zeros(WK_SHAPE(1, 1), WK_F32), *a = wk_expand(t, WK_SHAPE(n, 1)),
              *b = wk_expand(t, WK_SHAPE(1, n));
    CHECK_NULL(wk_add(a, b));
    CHECK_ERROR(WK_E_SHAPE, "add", "[1099511627776, 1099511627776]", "more elements");
    CHECK_NULL(wk_matmul(a, b));
    CHECK_ERROR(WK_E_SHAPE, "more elements");
    CHECK_NULL(wk_outer(wk_select(a, 1, 0), wk_select(b, 0, 0)));
    CHECK_ERROR(WK_E_SHAPE, "more elements");
    CHECK_NULL(wk_empty(WK_SHAPE(n, n), WK_F32));
    CHECK_ERROR(WK_E_SHAPE, "empty", "more elements");
    CHECK_NULL(wk_empty(WK_SHAPE(n, n, 0), WK_F32));
    CHECK_ERROR(WK_E_SHAPE, "empty", "more elements"); /* though there would be none */
}

/* Else a program that checks once, at the end, would hand on whatever stood in its variables. */
TEST(misuse, what_a_failed_call_gives_by_pointer_is_null)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32), *junk = t, *out[3] = { t, t, t }, *grads[2] = { t, t };
    CHECK_NULL(wk_max_pool1d(t, WK_DIMS(9), .indices = &junk));
    CHECK(!junk && wk_error() == WK_E_SHAPE);
    junk = t;
    CHECK_NULL(wk_adaptive_max_pool2d(wk_mean(NULL), WK_DIMS(2), &junk));
    CHECK_NULL(junk);
    CHECK(wk_split(junk, 1, 0, out, 3) == 0 && !out[0] && !out[1] && !out[2]);
    out[0] = out[1] = t;
    CHECK(wk_autograd_grad(&t, 1, (wk_tensor *[]){ t, t }, 2, false, grads) && !grads[0] && !grads[1]);
    wk_error_clear();
    CHECK(wk_tensor_split_at(t, 1, (int64_t[]){ 1 }, 5, out) && !out[0] && !out[1]);
    wk_error_clear();
    out[0] = wk_arange(0, 3, 1, WK_F32);
    out[1] = wk_arange(0, 2, 1, WK_F32);
    CHECK(!wk_meshgrid(out, 2, false, out) && wk_size(out[1], 0) == 3);
    CHECK(wk_meshgrid(out, 2, false, out) && !out[0] && !out[1]);
    CHECK_ERROR(WK_E_SHAPE, "meshgrid", "[3, 2]");
}

WICK_TEST_MAIN
