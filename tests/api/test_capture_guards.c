/* Laws of recorded steps: what makes a plan record again, and what does not. Where memory does: test_capture_memory.c.
 */
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
