/* wick/nn.h: modules against PyTorch's values, names, modes, own layers; and results that do not depend on threads. */
#include "golden/nn.h"
#include "wick/wick.h"
#include "wick_check.h"
#include <stdio.h>

/* ((i * a) mod m - m / 2) / m, as nn.py has it */
static wk_tensor *ramp(int ndim, const int64_t *shape, int a, int m)
{
    wk_tensor *t = wk_zeros(ndim, shape, WK_F64);
    double *p = (double *)host_data(t);
    for (int64_t i = 0; i < wk_numel(t); i++) p[i] = (double)(i * a % m - m / 2) / m;
    host_changed(t, p);
    return t;
}

static void check_golden(wk_tensor *t, const double *golden, size_t bytes)
{
    CHECK_OK();
    ck_assert_uint_eq((size_t)wk_numel(t) * sizeof(double), bytes);
    t = wk_contiguous(t);
    const double *got = host_data(t);
    for (int64_t i = 0; i < wk_numel(t); i++) CHECK_NEAR(got[i], golden[i], 1e-13);
}
#define CHECK_GOLDEN(t, golden) check_golden(t, golden, sizeof golden)

static wk_module *linear64(int64_t in, int64_t out) { return wk_nn_linear(in, out, .dtype = WK_F64); }

TEST(nn, forward_and_backward_have_torchs_values)
{
    wk_module *net = wk_nn_sequential(wk_nn_flatten(), linear64(6, 5), wk_nn_tanh(), linear64(5, 4), wk_nn_sigmoid(),
                                      linear64(4, 3));
    wk_params *p = wk_parameters(net);
    ck_assert_int_eq(wk_params_count(p), 6);
    ck_assert_str_eq(wk_params_name(p, 2), "3.weight");
    for (int i = 0; i < 6; i++) {
        WK_NO_GRAD(start);
        wk_tensor *t = wk_params_at(p, i);
        wk_copy_(t, ramp(wk_ndim(t), wk_shape(t), 5 + 2 * i, 32));
    }
    wk_tensor *out = wk_forward(net, ramp(WK_SHAPE(4, 2, 3), 7, 16));
    wk_tensor *loss = wk_cross_entropy(out, wk_from((int64_t[]){ 2, 0, 1, 2 }, WK_SHAPE(4), WK_I64));
    wk_backward(loss);
    CHECK_GOLDEN(out, golden_output);
    CHECK_GOLDEN(loss, golden_loss);
    CHECK_GOLDEN(wk_grad(wk_params_at(p, 0)), golden_grad_0);
    CHECK_GOLDEN(wk_grad(wk_params_at(p, 1)), golden_grad_1);
    CHECK_GOLDEN(wk_grad(wk_params_at(p, 2)), golden_grad_2);
    CHECK_GOLDEN(wk_grad(wk_params_at(p, 3)), golden_grad_3);
    CHECK_GOLDEN(wk_grad(wk_params_at(p, 4)), golden_grad_4);
    CHECK_GOLDEN(wk_grad(wk_params_at(p, 5)), golden_grad_5);
}

/* Classes are drawn with the chances of the softmax, whatever tau is; what is hard has the gradient of what is not. */
TEST(gumbel_softmax, draws_classes_by_their_logits)
{
    wk_tensor *chances = wk_from((float[]){ 0.5f, 0.3f, 0.2f }, WK_SHAPE(3), WK_F32);
    wk_tensor *logits = wk_requires_grad(wk_contiguous(wk_expand(wk_log(chances), WK_SHAPE(20000, 3)))), *grads[2];
    for (int hard = 0; hard < 2; hard++) {
        wk_manual_seed(5);
        wk_tensor *y = wk_gumbel_softmax(logits, 0.5, hard, -1), *sums = wk_sum_dim(y, 1, false);
        CHECK(wk_allclose(sums, wk_ones_like(sums), 1e-5, 1e-5));
        wk_tensor *drawn = wk_div_scalar(wk_to(wk_bincount(wk_argmax(y, 1, false), NULL, 3), WK_F32), 20000);
        CHECK(wk_allclose(drawn, chances, 0, 0.015));
        if (hard) CHECK(wk_item(wk_sum(wk_logical_or(wk_eq_scalar(y, 1), wk_le_scalar(wk_abs(y), 1e-6)))) > 59000);
        wk_tensor *loss = wk_sum(wk_mul(y, chances));
        CHECK(wk_autograd_grad(&loss, 1, &logits, 1, false, &grads[hard]) == WK_OK);
    }
    CHECK(wk_equal(grads[0], grads[1]));
}

TEST(losses, have_torchs_values_at_the_edges)
{
    wk_tensor *big = wk_requires_grad(wk_from((double[]){ 1000, 0, -1000, 3, 3, 3 }, WK_SHAPE(2, 3), WK_F64));
    wk_tensor *loss = wk_cross_entropy(big, wk_from((int64_t[]){ 1, 2 }, WK_SHAPE(2), WK_I64));
    wk_backward(loss);
    CHECK_GOLDEN(loss, golden_big_loss);
    CHECK_GOLDEN(wk_grad(big), golden_big_grad);
    CHECK_GOLDEN(wk_mse_loss(ramp(WK_SHAPE(3, 2), 7, 16), ramp(WK_SHAPE(3, 2), 3, 16)), golden_mse);
}

TEST(losses, refuse_what_does_not_fit)
{
    wk_tensor *logits = wk_zeros(WK_SHAPE(2, 3), WK_F32);
    CHECK_NULL(wk_cross_entropy(logits, wk_from((int64_t[]){ 1, 3 }, WK_SHAPE(2), WK_I64)));
    CHECK_ERROR(WK_E_RANGE, "cross_entropy", "3");
    CHECK_NULL(wk_cross_entropy(logits, wk_zeros(WK_SHAPE(2), WK_F32)));
    CHECK_ERROR(WK_E_DTYPE, "target is f32");
    CHECK_NULL(wk_cross_entropy(logits, wk_zeros(WK_SHAPE(3), WK_I64)));
    CHECK_ERROR(WK_E_SHAPE, "[2, 3]", "[3]");
    CHECK_NULL(wk_mse_loss(logits, wk_zeros(WK_SHAPE(2), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "mse_loss", "[2, 3]", "[2]");
    CHECK_NULL(wk_linear(logits, wk_zeros(WK_SHAPE(4, 5), WK_F32), NULL));
    CHECK_ERROR(WK_E_SHAPE, "linear", "[2, 3]", "[4, 5]");
}

TEST(module, linear_tells_what_it_does_not_have)
{
    CHECK_NULL(wk_nn_linear(-1, 3));
    CHECK_ERROR(WK_E_INVALID, "nn_linear", "-1");
    wk_module *plain = wk_nn_linear(4, 3, .bias = false);
    ck_assert_int_eq(wk_parameter_count(plain), 12);
    CHECK_NULL(wk_parameter(plain, "bias"));
    CHECK_ERROR(WK_E_NOT_FOUND, "linear has no 'bias'", "weight");
}

TEST(module, a_null_child_makes_the_parent_null)
{
    CHECK_NULL(wk_nn_sequential(wk_nn_relu(), wk_nn_linear(3, -2), wk_nn_relu()));
    CHECK_ERROR(WK_E_INVALID, "nn_linear");
}

TEST(module, lives_with_its_parent)
{
    wk_module *net;
    {
        WK_SCOPE(inner);
        wk_module *layer = wk_nn_linear(2, 2);
        net = wk_escape(inner, wk_nn_sequential(layer));
    }
    CHECK(wk_forward(net, wk_zeros(WK_SHAPE(1, 2), WK_F32)));
    CHECK(wk_module_child(net, "0") != NULL);
    CHECK(wk_parameter(net, "0.weight") != NULL);
}

TEST(module, dropout_acts_in_training_only_and_keeps_the_mean)
{
    wk_module *m = wk_nn_dropout(0.25);
    wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(100, 1000), WK_F32)), *y = wk_forward(m, x);
    CHECK_NEAR(wk_item(wk_mean(y)), 1, 0.01);
    wk_backward(wk_sum(y));
    CHECK(wk_equal(wk_grad(x), wk_detach(y))); /* the same mask, the same scale */
    CHECK(wk_forward(wk_train(m, false), x) == x);
    CHECK_NULL(wk_nn_dropout(1.5));
    CHECK_ERROR(WK_E_INVALID, "dropout", "p is 1.5");
}

static wk_status gain_init(wk_module *m, void *state)
{
    *(double *)state = 3;
    return wk_nn_param(m, "gain", wk_ones(WK_SHAPE(4), WK_F32)) ? WK_OK : wk_error();
}
static wk_tensor *gain_forward(wk_module *m, wk_tensor *x)
{
    return wk_mul_scalar(wk_mul(x, wk_parameter(m, "gain")), *(double *)wk_nn_state(m));
}
static const wk_module_ops gain_ops = {
    .size = sizeof gain_ops, .name = "gain", .state_size = sizeof(double), .init = gain_init, .forward = gain_forward
};

TEST(module, own_layers_train_like_the_built_in_ones)
{
    wk_module *net = wk_nn_sequential(wk_nn_custom(&gain_ops, NULL), wk_nn_relu());
    wk_backward(wk_sum(wk_forward(net, wk_ones(WK_SHAPE(2, 4), WK_F32))));
    CHECK_NEAR(wk_item(wk_select(wk_grad(wk_parameter(net, "0.gain")), 0, 0)), 6, 0);
}

/* It keeps what it made, for a loss behind the forward pass. */
static wk_tensor *keeping_forward(wk_module *m, wk_tensor *x) { return *(wk_tensor **)wk_nn_state(m) = wk_neg(x); }
static const wk_module_ops keeping_ops = {
    .size = sizeof keeping_ops, .name = "keeping", .state_size = sizeof(wk_tensor *), .forward = keeping_forward
};

TEST(module, of_the_users_may_keep_what_it_made_until_the_step_ends)
{
    wk_module *keeping = wk_nn_custom(&keeping_ops, NULL);
    wk_module *net = wk_nn_sequential(wk_nn_linear(4, 4), keeping, wk_nn_relu(), wk_nn_linear(4, 2));
    wk_tensor *y = wk_forward(net, wk_ones(WK_SHAPE(3, 4), WK_F32));
    wk_tensor *kept = *(wk_tensor **)wk_nn_state(keeping);
    wk_backward(wk_add(wk_sum(y), wk_mean(wk_square(kept))));
    CHECK(wk_grad(wk_parameter(net, "0.weight")) != NULL);
    WK_NO_GRAD(off);
    wk_forward(net, wk_ones(WK_SHAPE(3, 4), WK_F32));
    CHECK(wk_mean(*(wk_tensor **)wk_nn_state(keeping)) != NULL);
}

/* What it gives it has not made: a tensor of whoever calls the network, which lives on. */
static wk_tensor *giving_forward(wk_module *m, wk_tensor *x) { return x ? *(wk_tensor **)wk_nn_state(m) : NULL; }
static const wk_module_ops giving_ops = {
    .size = sizeof giving_ops, .name = "giving", .state_size = sizeof(wk_tensor *), .forward = giving_forward
};

TEST(module, sequential_frees_nothing_that_its_children_have_not_made)
{
    wk_tensor *given = wk_ones(WK_SHAPE(3, 4), WK_F32), *x = wk_ones(WK_SHAPE(3, 4), WK_F32);
    for (int grad = 0; grad < 2; grad++) {
        wk_module *giving = wk_nn_custom(&giving_ops, NULL), *first = wk_nn_custom(&giving_ops, NULL);
        *(wk_tensor **)wk_nn_state(giving) = *(wk_tensor **)wk_nn_state(first) = given;
        wk_module *net = wk_nn_sequential(first, wk_nn_relu(), giving, wk_nn_relu(), wk_nn_linear(4, 2));
        wk_set_grad_enabled(grad);
        CHECK(wk_forward(net, x) && wk_forward(net, given) && wk_item(wk_sum(given)) == 12);
        wk_set_grad_enabled(true);
    }
}

TEST(module, sequential_frees_what_neither_backward_nor_anyone_else_needs)
{
    const int64_t n = 1000;
    wk_module *net =
        wk_nn_sequential(wk_nn_linear(1, 1), wk_nn_relu(), wk_nn_linear(1, 1), wk_nn_relu(), wk_nn_linear(1, 1));
    wk_memory before, after;
    wk_tensor *x = wk_ones(WK_SHAPE(n, 1), WK_F32);
    wk_memory_stats(wk_current_device(), &before);
    wk_tensor *y = wk_forward(net, x);
    wk_memory_stats(wk_current_device(), &after);
    ck_assert_uint_lt(after.used - before.used,
                      4 * sizeof(float) * (size_t)n); /* of two relus and the result; not of five */
    CHECK(wk_backward(wk_sum(y)) == WK_OK);
}

/* The sum of what it is given, and each input doubled. */
static wk_status both_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    if (nin > 2 || nout > 2) return wk_fail(WK_E_INVALID, "%s: takes two", m ? "both" : "");
    out[0] = nin > 1 && in[1] ? wk_add(in[0], in[1]) : wk_mul_scalar(in[0], 1);
    if (nout > 1) out[1] = wk_mul_scalar(in[0], 2);
    return wk_error();
}
static const wk_module_ops both_ops = { .size = sizeof both_ops, .name = "both", .forward_many = both_forward };

TEST(module, several_inputs_and_results)
{
    wk_module *m = wk_nn_custom(&both_ops, NULL);
    wk_tensor *x = wk_ones(WK_SHAPE(3), WK_F32), *out[3];
    CHECK(wk_forward_many(m, (wk_tensor *[]){ x, x }, 2, out, 2) == WK_OK);
    CHECK(wk_equal(out[0], out[1]) && wk_item(wk_sum(out[0])) == 6);
    CHECK(wk_forward_many(m, (wk_tensor *[]){ x, NULL }, 2, out, 1) == WK_OK && wk_equal(out[0], x));
    CHECK(wk_equal(wk_forward(m, x), x));
    CHECK(wk_forward_many(wk_nn_relu(), &x, 1, out, 1) == WK_OK && wk_equal(out[0], x));
    CHECK(wk_forward_many(m, &x, 1, out, 3) == WK_E_INVALID && !out[0] && !out[2]);
    CHECK_ERROR(WK_E_INVALID, "both: takes two");
    CHECK(wk_forward_many(wk_nn_relu(), (wk_tensor *[]){ x, x }, 2, out, 1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "relu", "2 inputs");
    CHECK(wk_forward_many(m, (wk_tensor *[]){ NULL }, 1, out, 1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "x");
}

TEST(module, copies_need_equal_names_and_shapes)
{
    wk_module *a = wk_mlp(3, (int64_t[]){ 4, 3, 2 }), *b = wk_mlp(3, (int64_t[]){ 4, 3, 2 }),
              *c = wk_mlp(3, (int64_t[]){ 4, 5, 2 });
    CHECK(!wk_equal(wk_parameter(a, "1.weight"), wk_parameter(b, "1.weight")));
    CHECK(wk_module_copy_(a, b) == WK_OK);
    CHECK(wk_equal(wk_parameter(a, "3.bias"), wk_parameter(b, "3.bias")));
    CHECK(wk_module_copy_(a, c) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "'1.weight'", "[3, 4]", "[5, 4]");
    CHECK(wk_module_to(a, wk_current_device(), WK_F64) != NULL);
    ck_assert_int_eq(wk_dtype_of(wk_parameter(a, "1.weight")), WK_F64);
    CHECK(wk_forward(a, wk_zeros(WK_SHAPE(1, 4), WK_F64)));
}

TEST(module, prints_its_tree)
{
    char text[512] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    wk_module_print(wk_mlp(2, (int64_t[]){ 4, 3 }), out);
    fclose(out);
    CHECK(strstr(text, "linear(4, 3)") && strstr(text, "weight: f32 [3, 4]"));
}

TEST(module, evaluation_frees_what_it_passes)
{
    wk_module *net = wk_mlp(5, (int64_t[]){ 64, 64, 64, 64, 8 });
    wk_tensor *x = wk_zeros(WK_SHAPE(16, 64), WK_F32);
    WK_NO_GRAD(evaluation);
    int64_t before = wk_live_objects();
    wk_tensor *y = wk_forward(net, x);
    CHECK(y != NULL);
    CHECK(wk_live_objects() - before <= 2); /* y and its storage */
    CHECK(wk_is_leaf(x) && wk_numel(x) == 16 * 64);
}

typedef struct training {
    wk_module *net;
    wk_tensor *x, *y;
} training;

static wk_tensor *loss_of(void *user)
{
    const training *t = user;
    wk_module_zero_grad(t->net);
    wk_tensor *loss = wk_cross_entropy(wk_forward(t->net, t->x), t->y);
    wk_backward(loss);
    return loss;
}

/* Two epochs' worth of steps from the same start; the parameters' bytes at the end. */
static void train_bytes(int threads, const char *optimizer, float *out, size_t bytes)
{
    WK_SCOPE(run);
    wk_set_num_threads(threads);
    wk_manual_seed(1);
    const bool bias = strcmp(optimizer, "muon"); /* which trains matrices alone */
    wk_module *net = wk_nn_sequential(wk_nn_linear(300, 200, .bias = bias), wk_nn_relu(), wk_nn_dropout(0.2),
                                      wk_nn_linear(200, 10, .bias = bias));
    wk_tensor *x = wk_randn(WK_SHAPE(128, 300), WK_F32), *y = wk_randint(0, 10, WK_SHAPE(128));
    wk_optim *opt = wk_optim_by_name(optimizer, wk_parameters(net), NULL);
    for (int i = 0; i < 10; i++) {
        WK_SCOPE(step);
        wk_step_closure(opt, loss_of, &(training){ net, x, y }, NULL);
    }
    wk_read(wk_parameter(net, "0.weight"), out, bytes);
    wk_set_num_threads(1);
    CHECK_OK();
}

TEST_ON_CPU(threads, do_not_change_a_bit_of_training, "its subject is the CPU's threads")
{
    static float one[200 * 300], more[200 * 300];
    const char *const *names;
    int n = wk_optim_names(&names);
    for (int i = 0; i < n; i++) {
        train_bytes(1, names[i], one, sizeof one);
        for (int threads = 2; threads <= 3; threads++) {
            train_bytes(threads, names[i], more, sizeof more);
            if (memcmp(one, more, sizeof one)) ck_abort_msg("%s: %d threads give other bits", names[i], threads);
        }
    }
}

TEST(isa, with_fma_does_not_change_a_bit_of_training)
{
    static float wide[200 * 300], narrow[200 * 300];
    const char *best = wk_cpu_isa();
    if (strcmp(best, "avx512")) return;
    train_bytes(1, "adam", wide, sizeof wide);
    wk_set_cpu_isa("avx2");
    train_bytes(1, "adam", narrow, sizeof narrow);
    wk_set_cpu_isa(best);
    CHECK(!memcmp(wide, narrow, sizeof wide));
}

WICK_TEST_MAIN
