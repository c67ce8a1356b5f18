/* The rest of the engine: several roots, hooks, own ops, checkpoints, modes, gradcheck, drawings, threads. */
#include "base/thread.h"
#include "wick/nn.h"
#include "wick_check.h"
#include <stdio.h>

static wk_tensor *leaf(double value) { return wk_requires_grad(wk_full(WK_SHAPE(3), WK_F64, value)); }
static double first(wk_tensor *t) { return wk_item(wk_select(t, 0, 0)); }

TEST(roots, several_send_their_gradients_at_once)
{
    wk_tensor *w = leaf(2), *a = wk_square(w), *b = wk_sum(wk_mul_scalar(w, 3));
    wk_backward_all((wk_tensor *[]){ a, b }, (wk_tensor *[]){ wk_full(WK_SHAPE(3), WK_F64, 10), NULL }, 2, false,
                    false);
    CHECK_NEAR(first(wk_grad(w)), 43, 0);
    CHECK(wk_backward_all((wk_tensor *[]){ wk_square(w), b }, NULL, 2, false, false) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "[3]");
}

TEST(autograd_grad, takes_gradients_and_makes_zeros)
{
    wk_tensor *w = leaf(2), *stranger = leaf(1), *y = wk_square(w), *grads[2];
    wk_autograd_grad_opts o = wk_autograd_grad_opts_default();
    o.outputs = &y;
    o.noutputs = 1;
    o.inputs = (wk_tensor *[]){ w, stranger };
    o.ninputs = 2;
    o.gradients = (wk_tensor *[]){ wk_full(WK_SHAPE(3), WK_F64, 5) };
    o.materialize = o.retain_graph = true;
    CHECK(wk_autograd_grad_run(&o, grads) == WK_OK);
    CHECK_NEAR(first(grads[0]), 20, 0);
    CHECK_NEAR(first(grads[1]), 0, 0);
    o.retain_graph = o.materialize = false;
    CHECK(wk_autograd_grad_run(&o, grads) == WK_OK);
    CHECK_NULL(grads[1]);
    CHECK(wk_autograd_grad_run(&o, grads) == WK_E_STATE); /* the graph was freed */
    CHECK_ERROR(WK_E_STATE, "square", "retain_graph");
}

/* linear adds its part to what came from other uses; whoever differentiates a gradient gets sums of parts. */
TEST(engine, a_weight_that_is_used_again_gets_all_its_gradients)
{
    for (int threads = 1; threads <= 2; threads++) {
        CHECK(wk_set_num_threads(threads) == WK_OK);
        wk_tensor *w = wk_requires_grad(wk_mul_scalar(wk_randn(WK_SHAPE(70, 70), WK_F64), 0.1));
        wk_tensor *x = wk_randn(WK_SHAPE(40, 70), WK_F64), *parts = NULL;
        for (int kind = 0; kind < 2; kind++) {
            wk_tensor *h = x;
            for (int i = 0; i < 4; i++) h = wk_linear(wk_tanh(h), w, NULL);
            wk_tensor *loss = wk_add(wk_sum(h), wk_sum(wk_square(w))); /* a use that linear knows nothing of */
            if (kind) CHECK(wk_autograd_grad(&loss, 1, &w, 1, true, &parts) == WK_OK);
            if (!kind) CHECK(wk_backward(loss) == WK_OK);
        }
        wk_tensor *apart = wk_amax(wk_abs(wk_sub(wk_grad(w), parts)), -1, false);
        CHECK(wk_item(wk_amax(apart, 0, false)) < 1e-10);
        CHECK(wk_set_num_threads(1) == WK_OK);
    }
}

static wk_tensor *doubled(void *user, wk_tensor *g)
{
    ++*(int *)user;
    return wk_mul_scalar(g, 2);
}
static wk_tensor *watched(void *user, wk_tensor *g)
{
    *(double *)user = first(g);
    return NULL;
}
static wk_tensor *misshapen(void *user, wk_tensor *g) { return (void)user, wk_sum(g); }
static wk_status counted(void *user, wk_tensor *t)
{
    *(double *)user = first(wk_grad(t));
    return WK_OK;
}

TEST(hooks, see_the_complete_gradient_once_and_may_replace_it)
{
    int calls = 0;
    double seen = 0, landed = 0;
    wk_tensor *w = leaf(3), *x = wk_mul_scalar(w, 1), *y = wk_sum(wk_add(wk_square(x), x));
    int id = wk_register_hook(x, doubled, &calls);
    CHECK(id > 0 && wk_register_hook(x, watched, &seen) > id);
    CHECK(wk_register_post_accumulate_grad_hook(w, counted, &landed) > 0);
    wk_backward_with(y, .retain_graph = true);
    ck_assert_int_eq(calls, 1);
    CHECK_NEAR(seen, 14, 0);
    CHECK_NEAR(landed, 14, 0);
    CHECK(wk_remove_hook(x, id) == WK_OK);
    CHECK(wk_remove_hook(x, id) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "remove_hook");
    wk_backward(y);
    ck_assert_int_eq(calls, 1);
    CHECK_NEAR(landed, 21, 0);
    wk_tensor *z = wk_square(w);
    wk_register_hook(z, misshapen, NULL);
    CHECK(wk_backward(wk_sum(z)) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "hook", "[3]");
}

static wk_status around(void *user, const char *name, wk_tensor *g, wk_tensor *const *sent, int n)
{
    (void)g, (void)n;
    char *log = user;
    sprintf(log + strlen(log), "%s%s ", name, sent ? "+" : "-");
    return WK_OK;
}

TEST(hooks, run_around_nodes)
{
    char log[100] = "";
    wk_tensor *w = leaf(3), *y = wk_square(w);
    wk_register_node_hook(y, true, around, log);
    wk_register_node_hook(y, false, around, log);
    wk_backward(wk_sum(y));
    ck_assert_str_eq(log, "square- square+ ");
    ck_assert_int_eq(wk_register_node_hook(w, true, around, log), 0);
    CHECK_ERROR(WK_E_STATE, "leaf");
}

static wk_tensor *cube_forward(wk_function *f, wk_tensor *const *in, int n)
{
    (void)n;
    wk_save_for_backward(f, in[0]);
    *(double *)wk_function_state(f) = *(const double *)wk_function_options(f);
    return wk_mul_scalar(wk_pow_scalar(in[0], 3), *(double *)wk_function_state(f));
}
static wk_status cube_backward(wk_function *f, wk_tensor *g, wk_tensor **d)
{
    wk_tensor *x = wk_saved(f, 0);
    if (wk_needs_input_grad(f, 0)) d[0] = wk_mul(g, wk_mul_scalar(wk_square(x), 3 * *(double *)wk_function_state(f)));
    return wk_error();
}
static const wk_function_ops cube = { sizeof cube, "cube", sizeof(double), cube_forward, cube_backward, NULL };
static wk_tensor *call_cube(void *user, wk_tensor *const *in, int n) { return wk_apply(&cube, in, n, user); }

TEST(function, of_the_user_differentiates_to_any_order)
{
    double scale = 2;
    wk_tensor *x = wk_requires_grad(wk_rand(WK_SHAPE(2, 3), WK_F64));
    ck_assert_str_eq(wk_grad_fn(call_cube(&scale, &x, 1)), "cube");
    CHECK(wk_gradcheck(call_cube, &scale, &x, 1, 1e-7, 1e-9) == WK_OK);
    CHECK(wk_gradgradcheck(call_cube, &scale, &x, 1, 1e-7, 1e-7) == WK_OK);
    wk_tensor *t = wk_mul_scalar(x, 1), *y = call_cube(&scale, &t, 1);
    wk_zero_(wk_detach(t));
    CHECK(wk_backward(wk_sum(y)) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "cube", "changed in place");
}

static wk_tensor *pair_forward(wk_function *f, wk_tensor *const *in, int n)
{
    (void)f, (void)n;
    return wk_mul(in[0], in[1]);
}
static wk_status sends_one_number(wk_function *f, wk_tensor *g, wk_tensor **d)
{
    (void)f;
    d[0] = d[1] = wk_sum(g);
    return wk_error();
}
static wk_status sends_doubles(wk_function *f, wk_tensor *g, wk_tensor **d)
{
    (void)f;
    d[0] = wk_to(g, WK_F64);
    return wk_error();
}

/* What made the input would read beyond it. */
TEST(function, of_the_user_sends_gradients_like_its_inputs)
{
    static const wk_function_ops one = { sizeof one, "one", 0, pair_forward, sends_one_number, NULL };
    static const wk_function_ops doubles = { sizeof doubles, "doubles", 0, pair_forward, sends_doubles, NULL };
    wk_tensor *x = wk_requires_grad(wk_rand(WK_SHAPE(64, 50), WK_F32)), *other = wk_rand(WK_SHAPE(64, 50), WK_F32);
    wk_tensor *pair[] = { wk_softmax(x, 1), other };
    CHECK(wk_backward(wk_sum(wk_apply(&one, pair, 2, NULL))) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "one: ", "input 0", "f32 [64, 50]", "gradient f32 []");
    pair[0] = wk_index_select(x, 0, wk_arange(0, 64, 1, WK_I64));
    CHECK(wk_backward(wk_sum(wk_apply(&doubles, pair, 2, NULL))) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "doubles: ", "gradient f64 [64, 50]");
    CHECK(!wk_grad(x));
    wk_tensor *number[] = { wk_requires_grad(wk_scalar(2, WK_F32)), other }; /* what it sends to other goes nowhere */
    CHECK(wk_backward(wk_sum(wk_apply(&one, number, 2, NULL))) == WK_OK && wk_item(wk_grad(number[0])) == 64 * 50);
}

static wk_status wrong_backward(wk_function *f, wk_tensor *g, wk_tensor **d)
{
    (void)f;
    d[0] = wk_mul_scalar(g, 2);
    return wk_error();
}
static const wk_function_ops wrong = { sizeof wrong, "wrong", sizeof(double), cube_forward, wrong_backward, NULL };
static wk_tensor *call_wrong(void *user, wk_tensor *const *in, int n) { return wk_apply(&wrong, in, n, user); }

TEST(gradcheck, finds_a_wrong_gradient_and_puts_inputs_back)
{
    double scale = 1;
    wk_tensor *x = wk_requires_grad(wk_rand(WK_SHAPE(3), WK_F64)), *before = wk_clone(wk_detach(x));
    CHECK(wk_gradcheck(call_wrong, &scale, &x, 1, 1e-7, 1e-9) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "gradcheck", "input 0, element 0", "differences say");
    CHECK(wk_equal(x, before));
    wk_tensor *f32 = wk_requires_grad(wk_rand(WK_SHAPE(3), WK_F32));
    CHECK(wk_gradcheck(call_cube, &scale, &f32, 1, 1e-7, 1e-9) == WK_E_DTYPE);
    CHECK_ERROR(WK_E_DTYPE, "f64 leaf");
}

static wk_tensor *block(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    return wk_dropout(wk_tanh(wk_linear(in[0], wk_parameter(user, "weight"), wk_parameter(user, "bias"))), 0.5, true);
}

static wk_tensor *weighted_sum(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *sum = in[0];
    (void)user;
    for (int i = 1; i < n; i++) sum = wk_add(sum, wk_mul_scalar(in[i], i + 1));
    return sum;
}

TEST(checkpoint, and_autograd_grad_take_any_number_of_inputs)
{
    enum { MANY = 200 };
    wk_tensor *w[MANY], *g[MANY];
    for (int i = 0; i < MANY; i++) w[i] = wk_requires_grad(wk_scalar(i, WK_F64));
    wk_tensor *y = weighted_sum(NULL, w, MANY);
    CHECK(wk_autograd_grad(&y, 1, w, MANY, false, g) == WK_OK);
    for (int i = 0; i < MANY; i++) CHECK(wk_item(g[i]) == i + 1 && !wk_grad(w[i]));
    CHECK(wk_backward(wk_checkpoint(weighted_sum, NULL, w, MANY)) == WK_OK);
    for (int i = 0; i < MANY; i++) CHECK(wk_item(wk_grad(w[i])) == i + 1);
}

TEST(checkpoint, has_the_gradients_of_the_whole_graph)
{
    wk_manual_seed(4);
    wk_module *m = wk_nn_linear(5, 4, .dtype = WK_F64);
    wk_tensor *x = wk_requires_grad(wk_randn(WK_SHAPE(3, 5), WK_F64)), *weight = wk_parameter(m, "weight");
    wk_manual_seed(5);
    wk_tensor *plain = wk_sum(wk_square(block(m, &x, 1)));
    wk_backward(plain);
    wk_tensor *dx = wk_clone(wk_grad(x)), *dw = wk_clone(wk_grad(weight));
    wk_set_grad(x, NULL);
    wk_module_zero_grad(m);
    wk_manual_seed(5);
    wk_tensor *again = wk_sum(wk_square(wk_checkpoint(block, m, &x, 1)));
    CHECK(wk_equal(plain, again));
    wk_tensor *next = wk_rand(WK_SHAPE(2), WK_F64);
    CHECK(wk_backward(again) == WK_OK);
    CHECK(wk_equal(wk_grad(x), dx) && wk_equal(wk_grad(weight), dw));
    CHECK(!wk_equal(next, wk_rand(WK_SHAPE(2), WK_F64))); /* the stream went on */
}

TEST(modes, inference_makes_what_no_graph_can_hold)
{
    wk_tensor *w = leaf(2), *made;
    {
        WK_INFERENCE_MODE(fast);
        made = wk_square(w);
        CHECK(!wk_needs_grad(made));
        CHECK(wk_add_scalar_(made, 1) == WK_OK);
    }
    CHECK_NEAR(first(wk_add(made, w)), 7, 0);
    CHECK_NULL(wk_requires_grad(made));
    CHECK_ERROR(WK_E_STATE, "inference");
    wk_mul(made, w);
    CHECK_ERROR(WK_E_STATE, "mul", "inference", "clone");
    CHECK(wk_add_scalar_(made, 1) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "inference");
    CHECK(wk_grad_enabled());
    WK_NO_GRAD(off);
    WK_ENABLE_GRAD(on);
    CHECK(wk_needs_grad(wk_square(w)));
}

static wk_tensor *root_forward(wk_module *m, wk_tensor *x)
{
    (void)m;
    return wk_sqrt(wk_mul_scalar(x, 0));
}
static const wk_module_ops root_ops = { .size = sizeof root_ops, .name = "root", .forward = root_forward };

TEST(anomaly, names_the_op_and_the_modules)
{
    bool old = wk_set_detect_anomaly(true);
    wk_module *net =
        wk_nn_sequential(wk_nn_linear(3, 3, .dtype = WK_F64), wk_nn_sequential(wk_nn_custom(&root_ops, NULL)));
    wk_tensor *y = wk_forward(net, wk_ones(WK_SHAPE(1, 3), WK_F64));
    CHECK(wk_backward(wk_sum(wk_mul_scalar(y, 0))) == WK_E_STATE); /* 0 / 0 */
    CHECK_ERROR(WK_E_STATE, "sqrt sent nan to its input 0", "called in sequential.1.0 (root)");
    wk_set_detect_anomaly(old);
    CHECK(wk_backward(wk_sum(wk_mul_scalar(wk_forward(net, wk_ones(WK_SHAPE(1, 3), WK_F64)), 0))) == WK_OK);
}

TEST(retain_grad, follows_the_value_through_changes_in_place)
{
    wk_tensor *w = leaf(3);
    {
        WK_SCOPE(inner);
        wk_tensor *x = wk_mul_scalar(w, 2);
        wk_retain_grad(x);
        wk_mul_scalar_(x, 5);
        wk_tensor *y = wk_sum(x);
        wk_backward(y);
        CHECK_NEAR(first(wk_grad(x)), 1, 0);
    }
    CHECK_NEAR(first(wk_grad(w)), 10, 0);
}

TEST(dot, draws_leaves_and_nodes)
{
    char text[4096] = "";
    wk_tensor *w1 = wk_requires_grad(wk_zeros(WK_SHAPE(4, 3), WK_F32)), *x = wk_zeros(WK_SHAPE(2, 4), WK_F32);
    wk_params *params = wk_params_new(&w1, (const char *const[]){ "w\"1" }, 1);
    FILE *out = fmemopen(text, sizeof text, "w");
    CHECK(wk_graph_dot(wk_sum(wk_relu(wk_mm(x, w1))), params, out) == WK_OK);
    fclose(out);
    CHECK(strstr(text, "digraph") && strstr(text, "label=\"w\\\"1\\n[4, 3]\"") && strstr(text, "relu"));
    CHECK(strstr(text, "n0 -> n1") && strstr(text, "n2 -> n3"));
}

TEST(dot, refuses_names_that_are_dead)
{
    static char text[4096];
    wk_params *params = NULL;
    wk_tensor *w = leaf(1);
    {
        WK_SCOPE(names);
        params = wk_params_new(&w, NULL, 1);
    }
    FILE *out = fmemopen(text, sizeof text, "w");
    CHECK(wk_graph_dot(wk_sum(wk_square(w)), params, out) == WK_E_STATE);
    fclose(out);
    CHECK_ERROR(WK_E_STATE, "params is dead", "names");
}

/* The drawing in docs/autograd.md, found through WICK_GOLDEN, is the one that the library makes. */
TEST(dot, is_what_the_document_shows)
{
    static char text[8192], document[32768];
    char path[1024];
    snprintf(path, sizeof path, "%s/../../docs/autograd.md",
             getenv("WICK_GOLDEN") ? getenv("WICK_GOLDEN") : "tests/golden");
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    CHECK(fread(document, 1, sizeof document - 1, file) > 0);
    fclose(file);
    wk_tensor *x = wk_zeros(WK_SHAPE(32, 1000), WK_F32), *y = wk_zeros(WK_SHAPE(32, 2), WK_F32);
    wk_tensor *w[] = { wk_requires_grad(wk_zeros(WK_SHAPE(1000, 100), WK_F32)),
                       wk_requires_grad(wk_zeros(WK_SHAPE(100, 2), WK_F32)) };
    wk_tensor *loss = wk_sum(wk_square(wk_sub(wk_mm(wk_relu(wk_mm(x, w[0])), w[1]), y)));
    FILE *out = fmemopen(text, sizeof text, "w");
    wk_graph_dot(loss, wk_params_new(w, (const char *const[]){ "w1", "w2" }, 2), out);
    fclose(out);
    CHECK(strstr(document, text) != NULL);
}

typedef struct job {
    wk_module *net;
    double result;
} job;

static void train_alone(void *argument)
{
    job *j = argument;
    WK_SCOPE(thread);
    wk_tensor *w = leaf(1);
    for (int i = 0; i < 200; i++) {
        WK_SCOPE(step);
        wk_backward(wk_sum(wk_square(wk_tanh(w))));
    }
    j->result = wk_failed() ? -1 : first(wk_grad(w));
}

static void infer(void *argument)
{
    job *j = argument;
    WK_SCOPE(thread);
    WK_NO_GRAD(solver);
    wk_set_device(wk_device_of(wk_parameter(j->net, "0.weight")));
    for (int i = 0; i < 200; i++) {
        WK_SCOPE(step);
        j->result = wk_item(wk_sum(wk_forward(j->net, wk_ones(WK_SHAPE(4, 8), WK_F32))));
    }
    if (wk_failed()) j->result = (double)NAN;
}

static void in_threads(void (*work)(void *), wk_module *net)
{
    wki_thread *threads[3];
    job jobs[4];
    for (int i = 0; i < 4; i++) jobs[i] = (job){ net, 0 };
    for (int i = 0; i < 3; i++) threads[i] = wki_thread_start(work, &jobs[i], "test");
    work(&jobs[3]);
    for (int i = 0; i < 3; i++) wki_thread_join(threads[i]);
    for (int i = 0; i < 3; i++) CHECK(jobs[i].result == jobs[3].result && jobs[i].result > -1e9);
}

TEST(threads, differentiate_separate_graphs) { in_threads(train_alone, NULL); }

TEST(threads, share_weights_that_they_only_read)
{
    in_threads(infer, wk_nn_sequential(wk_nn_linear(8, 16), wk_nn_tanh(), wk_nn_linear(16, 2)));
}

WICK_TEST_MAIN
