/* Laws of recorded steps: what makes a plan record again, and what does not. */
#include "capture_models.h"

/* ---- When a plan records again ---- */

TEST(capture_guards, keeps_a_recording_for_each_of_a_few_shapes)
{
    const form last = { .ndim = 1, .batch = 2, .classes = 4, .shape = { 12 } };
    model a = mlp("adam", ""), b = mlp("adam", "");
    wk_plan *plan = wk_capture(step, &b);
    for (int run = 0; run < 30; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(run % 5 == 4 ? &last : &flat, run, in);
        CHECK(same_bits(step(&a, in, 2), wk_plan_run(plan, in, 2)));
        compare_models(&a, &b, "shapes", run);
        for (int i = 0; i < 4; i++)
            CHECK(same_bits(wk_grad(wk_params_at(wk_parameters(a.net), i)),
                            wk_grad(wk_params_at(wk_parameters(b.net), i))));
    }
    CHECK(wk_plan_stats_of(plan).recordings == 2 && wk_plan_stats_of(plan).replays == 26);
}

TEST(capture_guards, records_again_when_what_it_holds_changes)
{
    model m = model_of(convolutions, "sgd", true);
    const form images = { .ndim = 3, .batch = 4, .classes = 5, .shape = { 2, 8, 8 } };
    wk_plan *plan = wk_capture(step, &m);
    CHECK(tells(plan, "has not run"));
    run_some(plan, &images, 0, 1);
    CHECK(tells(plan, "the first run"));
    run_some(plan, &images, 1, 2);
    CHECK(tells(plan, "the second run"));
    run_some(plan, &images, 2, 5);
    CHECK(tells(plan, "replayed") && wk_plan_stats_of(plan).replays == 3 && wk_plan_stats_of(plan).calls > 10);
    wk_train(m.net, true);
    run_some(plan, &images, 5, 6);
    CHECK(tells(plan, "replayed"));
    wk_train(m.net, false);
    run_some(plan, &images, 6, 7);
    CHECK(tells(plan, "the mode of a module"));
    wk_train(m.net, true);
    wk_train(m.net, false);
    wk_set_num_threads(2);
    run_some(plan, &images, 7, 8);
    CHECK(tells(plan, "number of threads"));
    wk_set_num_threads(1);
    wk_module_requires_grad(m.net, "0.", false);
    run_some(plan, &images, 8, 9);
    CHECK(tells(plan, "the step itself changes") && m.calls == 5); /* other parameters have gradients */
    wk_module_requires_grad(m.net, "0.", true);
    run_some(plan, &images, 9, 12);
    CHECK(tells(plan, "replayed"));
    const bool before = wk_set_autocast_enabled(true);
    run_some(plan, &images, 12, 13);
    wk_set_autocast_enabled(before);
    CHECK(tells(plan, "autocast"));
    run_some(plan, &images, 13, 15);
    wk_tensor *p = wk_params_at(wk_parameters(m.net), 0);
    wk_set_grad(p, NULL);
    run_some(plan, &images, 15, 16);
    CHECK(tells(plan, "replayed") && wk_grad(p) != NULL);
}

/* ---- One reason each ---- */

static wk_tensor *asks(void *user, wk_tensor *const *in, int n)
{
    const model *m = user;
    (void)n;
    return wk_sum(wk_forward(m->net, in[0]));
}

static char other_isa[16], usual_isa[16];
static int hook;

static void grad_off(model *m) { (void)m, wk_set_grad_enabled(false); }
static void grad_on(model *m) { (void)m, wk_set_grad_enabled(true); }
static void inference(model *m) { (void)m, wk_set_inference_mode(true); }
static void no_inference(model *m) { (void)m, wk_set_inference_mode(false); }
static void anomaly(model *m) { (void)m, wk_set_detect_anomaly(true); }
static void no_anomaly(model *m) { (void)m, wk_set_detect_anomaly(false); }
static void isa(model *m) { (void)m, wk_set_cpu_isa(other_isa); }
static void no_isa(model *m) { (void)m, wk_set_cpu_isa(usual_isa); }
static void thread(model *m) { (void)m, wk_set_num_threads(3); }
static void no_thread(model *m) { (void)m, wk_set_num_threads(1); }
static void mode(model *m) { wk_train(wk_module_child_at(m->net, 1), false); }
static void no_mode(model *m) { wk_train(m->net, true); }
static void frozen(model *m) { wk_module_requires_grad(m->net, "3.", false); }
static void thawed(model *m) { wk_module_requires_grad(m->net, "3.", true); }
static void member(model *m) { wk_nn_buffer(wk_module_child_at(m->net, 3), "more", wk_zeros(WK_SHAPE(1), WK_F32)); }
static void member_of_it(model *m)
{
    wk_nn_buffer(wk_module_child_at(wk_module_child_at(m->net, 2), 2), "more", wk_zeros(WK_SHAPE(1), WK_F32));
}
static void child(model *m) { wk_nn_child(wk_module_child_at(m->net, 2), "child", wk_nn_linear(4, 4)); }
static void optimizer(model *m) { wk_optim_sgd(wk_parameters(m->net)); }
static void in_backward(model *m) { wk_optim_in_backward(m->opt); }
static void nothing(model *m) { (void)m; }

static wk_status looks(void *user, wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    (void)user, (void)m, (void)in, (void)nin, (void)out, (void)nout;
    return WK_OK;
}

static void hooked(model *m) { hook = wk_module_hook(wk_module_child_at(m->net, 1), NULL, looks, NULL); }
static void unhooked(model *m) { wk_module_remove_hook(wk_module_child_at(m->net, 1), hook); }

static wk_tensor *leaves_it(void *user, wk_tensor *grad)
{
    (void)user, (void)grad;
    return NULL;
}

static void grad_hooked(model *m) { hook = wk_register_hook(wk_params_at(wk_parameters(m->net), 0), leaves_it, NULL); }
static void grad_unhooked(model *m) { wk_remove_hook(wk_params_at(wk_parameters(m->net), 0), hook); }

static const struct {
    const char *why;
    void (*change)(model *m), (*back)(model *m);
    bool is_as_before; /* once it is put back */
} reasons[] = {
    { "grad mode changed", grad_off, grad_on, true },
    { "grad mode changed", inference, no_inference, true },
    { "anomaly mode changed", anomaly, no_anomaly, true },
    { "instruction set changed", isa, no_isa, true },
    { "number of threads changed", thread, no_thread, true },
    { "the mode of a module changed", mode, no_mode, true },
    { "what requires grad", frozen, thawed, true },
    { "a module got a member", member, nothing, false },
    { "a module got a member", child, member_of_it, false },
    { "an optimizer was changed", optimizer, nothing, false },
    { "an optimizer was changed", in_backward, nothing, false },
    { "a hook came or went", hooked, unhooked, false },
    { "a hook came or went", grad_hooked, grad_unhooked, false },
};

TEST(capture_guards, tell_each_reason)
{
    snprintf(usual_isa, sizeof usual_isa, "%s", wk_cpu_isa());
    snprintf(other_isa, sizeof other_isa, "%s", strcmp(usual_isa, "base") ? "base" : "avx2");
    const bool has_other = wk_set_cpu_isa(other_isa) == WK_OK && wk_set_cpu_isa(usual_isa) == WK_OK;
    wk_error_clear();
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].change == isa && !has_other) continue;
        WK_SCOPE(one);
        wk_manual_seed(5);
        wk_module *tail = wk_nn_sequential(wk_nn_dropout(0.5), wk_nn_identity());
        model m = { .net = wk_nn_sequential(wk_nn_linear(12, 4), wk_nn_relu(), tail, wk_nn_linear(4, 4)) };
        m.opt = wk_optim_sgd(wk_parameters(m.net));
        wk_plan *plan = wk_capture(asks, &m);
        run_some(plan, &flat, 0, 3);
        CHECK(tells(plan, "replayed"));
        reasons[i].change(&m);
        CHECK_OK();
        if (reasons[i].is_as_before) {
            reasons[i].back(&m);
            run_some(plan, &flat, 3, 4);
            CHECK(tells(plan, "replayed"));
            reasons[i].change(&m);
        }
        run_some(plan, &flat, 4, 5);
        CHECK(tells(plan, reasons[i].why));
        run_some(plan, &flat, 5, 6);
        CHECK(tells(plan, "replayed"));
        reasons[i].back(&m);
        run_some(plan, &flat, 6, 7);
        CHECK(reasons[i].back == nothing || tells(plan, reasons[i].why));
    }
}

/* ---- What does not matter ---- */

static wk_module *elsewhere;

static void make_module(int run) { (void)run, elsewhere = wk_nn_sequential(wk_nn_linear(3, 3), wk_nn_relu()); }
static void train_another(int run) { wk_train(elsewhere, run % 2); }
static void change_another(int run)
{
    char name[16];
    snprintf(name, sizeof name, "more %d", run);
    wk_nn_buffer(elsewhere, name, wk_zeros(WK_SHAPE(1), WK_F32));
    wk_module_hook(elsewhere, NULL, looks, NULL);
}
static void make_leaf(int run) { (void)run, wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F32)); }
static void hook_a_leaf(int run)
{
    (void)run;
    wk_register_hook(wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F32)), leaves_it, NULL);
}

static wk_optim *another;

static void make_optimizer_step(int run)
{
    wk_tensor *p = wk_params_at(wk_parameters(elsewhere), run % 2);
    wk_set_grad(p, run % 3 ? wk_ones_like(p) : NULL);
    wk_step(another);
}

TEST(capture_guards, do_not_mind_what_happens_elsewhere)
{
    void (*const all[])(
        int) = { make_module, train_another, change_another, make_leaf, hook_a_leaf, make_optimizer_step };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        WK_SCOPE(one);
        model m = mlp("adam", "");
        make_module(0);
        another = wk_optim_adam(wk_parameters(elsewhere));
        wk_plan *plan = wk_capture(step, &m);
        for (int run = 0; run < 20; run++) {
            all[i](run);
            run_some(plan, &flat, run, run + 1);
        }
        CHECK(tells(plan, "replayed") && wk_plan_stats_of(plan).replays == 18);
    }
}

/* ---- Memory ---- */

TEST(capture_guards, follows_memory_that_moves)
{
    model a = mlp("sgd", ""), b = mlp("sgd", "");
    wk_plan *plan = wk_capture(step, &b);
    for (int run = 0; run < 12; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(&flat, run, in);
        if (run == 5)
            for (int k = 0; k < 2; k++) {
                wk_module *net = k ? b.net : a.net;
                wk_module_to(net, WK_CPU, WK_F64);
                wk_module_to(net, WK_CPU, WK_F32);
            }
        CHECK(same_bits(step(&a, in, 2), wk_plan_run(plan, in, 2)));
        compare_models(&a, &b, "moved", run);
        if (run == 5) CHECK(tells(plan, "memory that the step uses was replaced"));
    }
    CHECK(wk_plan_stats_of(plan).replays == 12 - 3);
}

static wk_tensor *adds(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    return wk_sum(wk_add(in[0], *(wk_tensor *const *)user));
}

TEST(capture_guards, takes_another_tensor_that_came_in_its_place)
{
    wk_tensor *x = wk_ones(WK_SHAPE(3), WK_F32), *other = NULL;
    wk_plan *plan = wk_capture(adds, &other);
    for (int k = 1; k < 4; k++) {
        WK_SCOPE(its);
        other = wk_full(WK_SHAPE(3), WK_F32, k);
        for (int run = 0; run < 3; run++) CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 3 + 3 * k);
        CHECK(tells(plan, "replayed"));
    }
}

TEST(capture_guards, sees_a_replaced_tensor_whatever_else_holds_the_old_one)
{
    wk_tensor *x[] = { wk_ones(WK_SHAPE(3), WK_F32), wk_ones(WK_SHAPE(1), WK_F32) }, *other = NULL;
    wk_plan *plan = wk_capture(adds, &other), *same = wk_capture(adds, &other);
    for (int k = 1; k < 4; k++) {
        WK_SCOPE(its);
        other = wk_full(WK_SHAPE(3), WK_F32, k);
        for (int run = 0; run < 8; run++) {
            CHECK(wk_item(wk_plan_run(plan, &x[run % 2], 1)) == 3 + 3 * k);
            CHECK(wk_item(wk_plan_run(same, &x[0], 1)) == 3 + 3 * k);
        }
    }
}

static wk_tensor *trains_a_leaf(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *w = *(wk_tensor *const *)user, *loss = wk_sum(wk_square(wk_mul(in[0], w)));
    (void)n;
    wk_set_grad(w, NULL);
    wk_backward(loss);
    WK_NO_GRAD(update);
    wk_add_alpha_(w, wk_grad(w), -0.1);
    return loss;
}

TEST(capture_guards, takes_another_leaf_that_came_in_its_place)
{
    wk_tensor *x = wk_ones(WK_SHAPE(3), WK_F32), *leaf = NULL;
    wk_plan *plan = wk_capture(trains_a_leaf, &leaf), *too = wk_capture(trains_a_leaf, &leaf);
    for (int k = 1; k < 4; k++) {
        WK_SCOPE(its);
        leaf = wk_requires_grad(wk_full(WK_SHAPE(3), WK_F32, k));
        double w = k;
        for (int run = 0; run < 8; run++) {
            wk_tensor *loss = wk_plan_run(run % 2 ? too : plan, &x, 1);
            CHECK_NEAR(wk_item(loss), 3 * w * w, 1e-5 * w * w);
            w -= 0.1 * 2 * w;
            CHECK_NEAR(wk_item(wk_max(leaf)), w, 1e-5);
        }
    }
}

static wk_tensor *counts_up(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *t = *(wk_tensor *const *)user;
    (void)n;
    return wk_add_(t, in[0]) ? NULL : t;
}

TEST(capture_guards, gives_a_tensor_of_the_users_without_keeping_it_alive_for_itself)
{
    wk_tensor *x = wk_ones(WK_SHAPE(2), WK_F32), *t = NULL;
    wk_plan *plan = wk_capture(counts_up, &t);
    for (int k = 0; k < 5; k++) {
        WK_SCOPE(its);
        t = wk_full(WK_SHAPE(2), WK_F32, 10 * k);
        for (int run = 1; run < 4; run++)
            CHECK(wk_item(wk_max(wk_plan_run(plan, &x, 1))) == 10 * k + run && wk_item(wk_max(t)) == 10 * k + run);
    }
}

/* A step that accumulates: two plans share the gradients. */
static wk_tensor *add_gradients(void *user, wk_tensor *const *in, int n)
{
    const model *m = user;
    (void)n;
    wk_tensor *loss = wk_cross_entropy(wk_forward(m->net, in[0]), in[1]);
    wk_backward(loss);
    return loss;
}

static wk_tensor *use_gradients(void *user, wk_tensor *const *in, int n)
{
    const model *m = user;
    (void)in, (void)n;
    wk_step(m->opt);
    wk_zero_grad(m->opt);
    return NULL;
}

TEST(capture_guards, of_parts_of_a_step_share_gradients)
{
    model a = mlp("adam", ""), b = mlp("adam", "");
    wk_plan *add = wk_capture(add_gradients, &b), *use = wk_capture(use_gradients, &b);
    for (int run = 0; run < 40; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(&flat, run, in);
        CHECK(same_bits(add_gradients(&a, in, 2), wk_plan_run(add, in, 2)));
        if (run % 2 == 0) continue;
        use_gradients(&a, NULL, 0);
        CHECK(wk_plan_run(use, NULL, 0) == NULL);
        CHECK_OK();
        compare_models(&a, &b, "parts", run);
    }
    CHECK(wk_steps(b.opt) == 20);
}

/* ---- Inputs and memory ---- */

static wk_tensor *distance(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_sum(wk_square(wk_sub(wk_mul_scalar(in[0], 3), in[1])));
}

TEST(capture_guards, takes_inputs_wherever_they_lie)
{
    wk_plan *plan = wk_capture(distance, NULL);
    wk_tensor *both = wk_randn(WK_SHAPE(40, 2, 5), WK_F32);
    for (int i = 0; i < 40; i++) {
        wk_tensor *row = wk_select(both, 0, i);
        wk_tensor *in[] = { wk_select(row, 0, i % 2), wk_select(row, 0, 1 - i % 2) };
        CHECK(same_bits(wk_plan_run(plan, in, 2), distance(NULL, in, 2)));
    }
    CHECK(wk_plan_stats_of(plan).replays == 38);
    wk_tensor *x = wk_select(wk_select(both, 0, 0), 0, 0), *twice[] = { x, x }, *z = wk_ones_like(x),
              *other[] = { x, z };
    for (int i = 0; i < 4; i++) {
        CHECK(same_bits(wk_plan_run(plan, twice, 2), distance(NULL, twice, 2)));
        CHECK(same_bits(wk_plan_run(plan, other, 2), distance(NULL, other, 2)));
    }
}

static wk_tensor *with_own(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    return wk_sum(wk_add(in[0], wk_mul_scalar(*(wk_tensor *const *)user, 10)));
}

TEST(capture_guards, tells_an_input_from_the_same_tensor_as_its_own)
{
    wk_tensor *t = wk_ones(WK_SHAPE(3), WK_F32), *other = wk_full(WK_SHAPE(3), WK_F32, 2);
    wk_plan *plan = wk_capture(with_own, &t);
    for (int run = 0; run < 4; run++) CHECK(wk_item(wk_plan_run(plan, &t, 1)) == 33);
    for (int run = 0; run < 4; run++) CHECK(wk_item(wk_plan_run(plan, &other, 1)) == 36);
    CHECK(wk_item(wk_plan_run(plan, &t, 1)) == 33);
}

TEST(capture_guards, tells_inputs_apart_that_overlap)
{
    wk_plan *plan = wk_capture(distance, NULL);
    wk_tensor *a = wk_randn(WK_SHAPE(4, 9), WK_F32), *b = wk_randn(WK_SHAPE(4, 9), WK_F32);
    for (int run = 0; run < 8; run++) {
        wk_tensor *in[] = { wk_narrow(a, 1, 0, 8), wk_narrow(run > 4 ? b : a, 1, 1, 8) };
        CHECK(same_bits(wk_plan_run(plan, in, 2), distance(NULL, in, 2)));
    }
    CHECK(wk_plan_stats_of(plan).replays == 6);
}

static wk_tensor *doubles(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_mul_scalar(in[0], 2);
}

TEST(capture_guards, takes_its_own_result_as_the_next_input)
{
    wk_plan *plan = wk_capture(doubles, NULL);
    wk_tensor *x[] = { wk_ones(WK_SHAPE(3), WK_F32), wk_ones(WK_SHAPE(5), WK_F32) };
    for (int run = 0; run < 8; run++) CHECK(wk_plan_run(plan, &x[run / 2 % 2], 1) != NULL);
    for (int run = 0; run < 6; run++) {
        wk_tensor *y = wk_plan_run(plan, &x[0], 1), *z = wk_plan_run(plan, &y, 1);
        CHECK(z && wk_item(wk_max(z)) == 4);
    }
}

static wk_tensor *changes_input(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_add_scalar_(in[0], 1);
    return NULL;
}

TEST(capture_guards, counts_changes_of_an_input)
{
    wk_plan *plan = wk_capture(changes_input, NULL);
    for (int run = 0; run < 4; run++) {
        wk_tensor *w = wk_requires_grad(wk_ones(WK_SHAPE(3), WK_F32)), *x = wk_ones(WK_SHAPE(3), WK_F32);
        wk_tensor *y = wk_sum(wk_mul(w, x));
        wk_plan_run(plan, &x, 1);
        CHECK(wk_item(wk_max(x)) == 2 && wk_backward(y) == WK_E_STATE);
        CHECK_ERROR(WK_E_STATE, "changed in place");
    }
}

enum { LONG = 100000 };

static wk_tensor *changes_one(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *own = user;
    (void)n;
    wk_add_scalar_(in[0], 1);
    return wk_mul_scalar(own ? wk_narrow(own, 0, 1, LONG) : in[1], 2);
}

/* Long enough to go in turn a stretch at a time, or on threads, while they lie apart. */
TEST(capture_guards, sees_an_input_that_is_changed_come_over_others)
{
    for (int threads = 1; threads < 3; threads++)
        for (int kind = 0; kind < 2; kind++) {
            CHECK(wk_set_num_threads(threads) == WK_OK);
            wk_tensor *both = wk_randn(WK_SHAPE(4 * LONG), WK_F32), *same = wk_clone(both);
            wk_tensor *own[2] = { kind ? both : NULL, kind ? same : NULL };
            wk_plan *plan = wk_capture(changes_one, own[0]);
            for (int run = 0; run < 12; run++) {
                WK_SCOPE(one);
                const int64_t at = run % 6 < 4 ? 2 * LONG : run % 6 - 4;
                wk_tensor *in[] = { wk_narrow(both, 0, at, LONG), wk_narrow(both, 0, 1, LONG) };
                wk_tensor *too[] = { wk_narrow(same, 0, at, LONG), wk_narrow(same, 0, 1, LONG) };
                wk_tensor *x = wk_plan_run(plan, in, 2 - kind), *y = changes_one(own[1], too, 2 - kind);
                CHECK(x && y && same_bits(x, y) && same_bits(both, same));
            }
            CHECK(kind || wk_plan_stats_of(plan).replays >= 2);
        }
    wk_set_num_threads(1);
}

static wk_tensor *clips_and_asks(void *user, wk_tensor *const *in, int n)
{
    const model *m = user;
    (void)n;
    wk_zero_grad(m->opt);
    wk_tensor *loss = wk_cross_entropy(wk_forward(m->net, in[0]), in[1]);
    wk_backward(loss);
    if (wk_clip_grad_norm_(wk_parameters(m->net), 0.1) < 1e3) wk_step(m->opt);
    return loss;
}

TEST(capture_guards, tells_the_norm_of_the_recorded_run)
{
    model m = mlp("adam", "");
    wk_plan *plan = wk_capture(clips_and_asks, &m);
    wk_tensor *in[2];
    draw(&flat, 0, in);
    for (int run = 0; run < 6; run++) CHECK(wk_plan_run(plan, in, 2) != NULL);
    CHECK(wk_steps(m.opt) == 6);
}

static wk_tensor *starts(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *w = *(wk_tensor *const *)user;
    (void)n;
    wk_init_eye_(w);
    return wk_sum(wk_matmul(in[0], w));
}

TEST(capture_guards, of_what_is_made_on_the_host_is_ordinary)
{
    wk_tensor *w = wk_zeros(WK_SHAPE(3, 3), WK_F32), *x = wk_ones(WK_SHAPE(2, 3), WK_F32);
    wk_plan *plan = wk_capture(starts, &w);
    for (int run = 0; run < 5; run++) CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 6);
}

static wk_tensor *two_sums(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_add(wk_to(wk_sum(in[0]), WK_F64), wk_to(wk_sum(in[1]), WK_F64));
}

TEST(capture_guards, tells_inputs_apart_that_differ_in_dtype_alone)
{
    float memory[3] = { 1.5F, 2.5F, 3.5F };
    wk_plan *plan = wk_capture(two_sums, NULL), *empty = wk_capture(two_sums, NULL);
    for (int run = 0; run < 4; run++) {
        WK_SCOPE(one);
        memory[0] = (float)run;
        wk_tensor *in[] = { wk_wrap(memory, WK_SHAPE(3), WK_F32, NULL, NULL),
                            wk_wrap(memory, WK_SHAPE(3), WK_I32, NULL, NULL) };
        CHECK(same_bits(wk_plan_run(plan, in, 2), two_sums(NULL, in, 2)));
        wk_tensor *none[] = { wk_zeros(WK_SHAPE(0), WK_F32), wk_zeros(WK_SHAPE(0), WK_I64) };
        CHECK(wk_item(wk_plan_run(empty, none, 2)) == 0);
    }
    CHECK(wk_plan_stats_of(plan).replays == 2 && wk_plan_stats_of(empty).replays == 2);
}

static wk_tensor *raises_its_own(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    wk_add_scalar_(user, 1);
    return wk_mul_scalar(in[0], 2);
}

/* Long enough to go in turn a stretch at a time while they lie apart. */
TEST(capture_guards, sees_an_input_come_over_the_steps_own_memory_whoever_wrapped_it)
{
    static float own[LONG + 64], apart[LONG];
    wk_plan *plan = wk_capture(raises_its_own, wk_wrap(own, WK_SHAPE(LONG), WK_F32, NULL, NULL));
    for (int run = 0; run < 8; run++) {
        WK_SCOPE(one);
        memset(own, 0, sizeof own);
        wk_tensor *x = wk_wrap(run % 6 < 4 ? apart : own + 1, WK_SHAPE(LONG - 1), WK_F32, NULL, NULL);
        wk_tensor *y = wk_plan_run(plan, &x, 1);
        const double sum = run % 6 < 4 ? 0 : 2.0 * (LONG - 1);
        CHECK(y && wk_item(wk_sum(y)) == sum);
        if (run == 3) CHECK(tells(plan, "replayed"));
        if (run == 5) CHECK(tells(plan, "writes to memory that an input lies in"));
    }
}

/* ---- Leaves of the step's own ---- */

static wk_tensor *steep(void *user, wk_tensor *const *in, int n)
{
    const model *m = user;
    (void)n;
    wk_zero_grad(m->opt);
    wk_tensor *x = wk_requires_grad(wk_clone(in[0])), *y = wk_sum(wk_tanh(wk_forward(m->net, x))), *g = NULL;
    if (wk_autograd_grad(&y, 1, &x, 1, true, &g)) return NULL;
    wk_tensor *loss = wk_mean(wk_square(g));
    wk_backward(loss);
    wk_step(m->opt);
    return loss;
}

static wk_tensor *gradient_of_a_clone(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_tensor *x = wk_requires_grad(wk_clone(in[0]));
    wk_backward(wk_sum(wk_mul(wk_square(x), x)));
    return wk_clone(wk_grad(x));
}

TEST(capture_guards, replays_steps_that_make_leaves)
{
    model a = mlp("adam", ""), b = mlp("adam", "");
    wk_plan *plan = wk_capture(steep, &b), *own = wk_capture(gradient_of_a_clone, NULL);
    for (int run = 0; run < 12; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(&flat, run, in);
        CHECK(same_bits(steep(&a, in, 1), wk_plan_run(plan, in, 1)));
        compare_models(&a, &b, "steep", run);
        CHECK(same_bits(gradient_of_a_clone(NULL, in, 1), wk_plan_run(own, in, 1)));
    }
    CHECK(wk_plan_stats_of(plan).replays == 10 && wk_plan_stats_of(own).replays == 10);
}

/* ---- Many forms ---- */

static wk_tensor *scaled(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    return wk_sum(wk_mul(wk_exp(wk_mul(in[0], user)), wk_sin(in[0])));
}

TEST(capture_guards, keep_many_forms_in_the_memory_of_the_largest)
{
    enum { FORMS = 16, ROWS = 64, WIDTH = 4096 };
    wk_tensor *scale = wk_full(WK_SHAPE(WIDTH), WK_F32, 0.5);
    wk_plan *plan = wk_capture(scaled, scale);
    wk_memory before, after;
    size_t most = 0;
    wk_memory_stats(WK_CPU, &before);
    for (int round = 0; round < 4; round++)
        for (int form = 0; form < FORMS; form++) {
            WK_SCOPE(one);
            const int64_t rows = ROWS + (7 * form) % FORMS; /* now larger, now smaller than all before */
            wk_tensor *x = wk_randn(WK_SHAPE(rows, WIDTH), WK_F32);
            CHECK(same_bits(wk_plan_run(plan, &x, 1), scaled(scale, &x, 1)));
            CHECK(round < 2 || tells(plan, "replayed"));
            if (wk_plan_stats_of(plan).bytes > most) most = wk_plan_stats_of(plan).bytes;
        }
    wk_memory_stats(WK_CPU, &after);
    CHECK(most > ROWS * WIDTH * sizeof(float) && after.used - before.used < most + most / 4);
}

TEST(capture_guards, give_up_the_form_not_seen_for_longest_and_tell_so)
{
    wk_tensor *scale = wk_ones(WK_SHAPE(1), WK_F32);
    wk_plan *plan = wk_capture(scaled, scale);
    for (int n = 1; n < 200; n++) {
        WK_SCOPE(one);
        wk_tensor *x = wk_ones(WK_SHAPE(n), WK_F32), *usual = wk_ones(WK_SHAPE(1000), WK_F32);
        CHECK(wk_plan_run(plan, &usual, 1) && (n < 3 || tells(plan, "replayed")));
        CHECK(wk_plan_run(plan, &x, 1) && tells(plan, "the first run with such inputs"));
        CHECK(n < 100 || tells(plan, "the one not seen for longest was given up"));
    }
    CHECK(wk_plan_stats_of(plan).replays == 197);
}

/* ---- Recordings for nothing ---- */

TEST(capture_guards, of_recordings_for_nothing_try_again_more_and_more_rarely)
{
    model m = mlp("sgd", "");
    wk_plan *plan = wk_capture(step, &m);
    for (int run = 0; run < 1000; run++) {
        wk_train(m.net, run % 2);
        run_some(plan, &flat, run, run + 1);
    }
    CHECK(tells(plan, "were for nothing") && wk_plan_stats_of(plan).replays == 0);
    CHECK(wk_plan_stats_of(plan).recordings > 10 && wk_plan_stats_of(plan).recordings < 20);
    run_some(plan, &flat, 0, 1100);
    CHECK(tells(plan, "replayed"));
}

WICK_TEST_MAIN
