/* Laws of recorded steps: a replay is an ordinary run, to the bit, for every optimizer and any model. What makes a plan
 * record again: test_capture_guards.c; what it refuses: test_capture_refusals.c; threads: test_capture_threads.c. */
#include "capture_models.h"

/* ---- Optimizers ---- */

TEST(capture, replays_every_optimizer_to_the_bit)
{
    const char *const *names;
    for (int i = wk_optim_names(&names); i-- > 0;) {
        WK_SCOPE(one);
        if (!strcmp(names[i], "lbfgs")) continue; /* which asks for the loss again and again */
        model a = mlp(names[i], ""), b = mlp(names[i], "");
        const bool owes = !strcmp(names[i], "asgd"); /* its average, which a run has to write first */
        ck_assert_msg(run_both(&a, &b, &flat, 50, names[i]) == 48 - owes, "%s is not replayed", names[i]);
        compare_states(&a, &b, names[i]);
        CHECK(b.calls == 2 + owes && a.calls == 50);
    }
}

TEST(capture, replays_options_of_optimizers_to_the_bit)
{
    static const char *const trials[][2] = {
        { "sgd", "momentum=0.9,nesterov=1,weight_decay=0.01" },
        { "sgd", "momentum=0.9,dampening=0.5,maximize=1" },
        { "adam", "amsgrad=1,weight_decay=0.01" },
        { "rmsprop", "centered=1,momentum=0.9" },
        { "adagrad", "lr_decay=0.1" },
        { "asgd", "t0=10" },
    };
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        WK_SCOPE(one);
        model a = mlp(trials[i][0], trials[i][1]), b = mlp(trials[i][0], trials[i][1]);
        CHECK(run_both(&a, &b, &flat, 30, trials[i][0]) >= 27); /* asgd has to write its average first */
        compare_states(&a, &b, trials[i][0]);
    }
}

TEST(capture, replays_schedules_clips_and_averages)
{
    model m[2];
    for (int k = 0; k < 2; k++) {
        m[k] = mlp("adamw", "lr=0.01");
        m[k].schedule = wk_schedule_cosine(m[k].opt, 17, 1e-4);
        m[k].clip = 0.05;
        m[k].ema = wk_ema_new(wk_parameters(m[k].net), 0.9);
        wk_average_update(m[k].ema);
    }
    CHECK(run_both(&m[0], &m[1], &flat, 40, "schedule") == 38);
    CHECK(wk_lr(m[0].opt) == wk_lr(m[1].opt) && wk_average_updates(m[1].ema) == 41);
    for (int i = 0; i < 4; i++) CHECK(same_bits(wk_average_at(m[0].ema, i), wk_average_at(m[1].ema, i)));
}

TEST(capture, sees_a_learning_rate_set_between_steps)
{
    model a = mlp("adam", ""), b = mlp("adam", "");
    wk_plan *plan = wk_capture(step, &b);
    for (int run = 0; run < 20; run++) {
        wk_tensor *in[2];
        draw(&flat, run, in);
        wk_set_lr(a.opt, 0.1 / (run + 1));
        wk_set_lr(b.opt, 0.1 / (run + 1));
        CHECK(same_bits(step(&a, in, 2), wk_plan_run(plan, in, 2)));
        compare_models(&a, &b, "lr", run);
    }
    CHECK(wk_plan_stats_of(plan).replays == 18);
}

TEST(capture, replays_gradients_that_are_cleared_in_place)
{
    model a = mlp("sgd", "momentum=0.9"), b = mlp("sgd", "momentum=0.9");
    a.clears = b.clears = true;
    CHECK(run_both(&a, &b, &flat, 20, "cleared") == 18);
}

TEST(capture, replays_updates_in_backward)
{
    model a = mlp("adam", ""), b = mlp("adam", "");
    wk_optim_in_backward(a.opt);
    wk_optim_in_backward(b.opt);
    CHECK(run_both(&a, &b, &flat, 20, "in backward") == 18);
}

TEST(capture, advances_a_schedule_over_an_optimizer_whose_numbers_are_in_its_calls)
{
    wk_tensor *in[2];
    double losses[2][12];
    for (int planned = 0; planned < 2; planned++) {
        WK_SCOPE(one);
        model m = mlp("muon", "lr=0.05");
        m.schedule = wk_schedule_exponential(m.opt, 0.5);
        wk_plan *plan = wk_capture(step, &m);
        for (int run = 0; run < 12; run++) {
            draw(&flat, run, in);
            losses[planned][run] = wk_item(planned ? wk_plan_run(plan, in, 2) : step(&m, in, 2));
        }
        CHECK(wk_state_int(wk_optim_state_dict(m.opt), "0.weight.step") == 12);
    }
    CHECK(!memcmp(losses[0], losses[1], sizeof losses[0]));
}

TEST(capture, keeps_apart_what_was_alike_by_chance)
{
    model a = mlp("lamb", "lr=0"), b = mlp("lamb", "lr=0");
    for (int i = 0; i < 4; i++) {
        WK_NO_GRAD(start);
        if (i % 2) wk_zero_(wk_params_at(wk_parameters(a.net), i)), wk_zero_(wk_params_at(wk_parameters(b.net), i));
    }
    wk_plan *plan = wk_capture(step, &b);
    for (int run = 0; run < 10; run++) {
        wk_tensor *in[2];
        draw(&flat, run, in);
        if (run == 2) wk_set_lr(a.opt, 0.01), wk_set_lr(b.opt, 0.01);
        CHECK(same_bits(step(&a, in, 2), wk_plan_run(plan, in, 2)));
        compare_models(&a, &b, "lamb", run);
    }
}

TEST(capture, sees_a_policy_and_a_bound_that_were_set_later)
{
    model a = mlp("sgd", ""), b = mlp("sgd", "");
    wk_optim_in_backward(a.opt, .clip_value = 1);
    wk_optim_in_backward(b.opt, .clip_value = 1);
    wk_plan *plan = wk_capture(step, &b);
    for (int run = 0; run < 10; run++) {
        wk_tensor *in[2];
        draw(&flat, run, in);
        if (run == 4) wk_optim_in_backward(a.opt, .clip_value = 1e-3), wk_optim_in_backward(b.opt, .clip_value = 1e-3);
        CHECK(same_bits(step(&a, in, 2), wk_plan_run(plan, in, 2)));
        compare_models(&a, &b, "bound", run);
    }
}

/* ---- Models ---- */

static wk_module *transformer(void)
{
    return wk_nn_sequential(wk_nn_transformer_encoder(8, 2, 2, .dim_feedforward = 16, .dropout = 0.1), wk_nn_flatten(),
                            wk_nn_linear(40, 3));
}

TEST(capture, replays_convolutions_norms_dropout_and_drawn_slopes)
{
    const form images = { .ndim = 3, .batch = 4, .classes = 5, .shape = { 2, 8, 8 } };
    model a = model_of(convolutions, "adam", true), b = model_of(convolutions, "adam", true);
    CHECK(run_both(&a, &b, &images, 50, "convolutions") == 48);
}

TEST(capture, replays_a_transformer)
{
    const form words = { .ndim = 2, .batch = 3, .classes = 3, .shape = { 5, 8 } };
    model a = model_of(transformer, "adamw", true), b = model_of(transformer, "adamw", true);
    CHECK(run_both(&a, &b, &words, 30, "transformer") == 28);
}

static wk_module *lstm(void) { return wk_nn_lstm(6, 5, .num_layers = 2, .bidirectional = true, .dropout = 0.1); }
static wk_module *gru(void) { return wk_nn_gru(6, 5); }

TEST(capture, replays_recurrent_layers)
{
    const form sequences = { .ndim = 2, .batch = 7, .shape = { 3, 6 } };
    wk_module *(*const makers[])(void) = { lstm, gru };
    for (int i = 0; i < 2; i++) {
        model a = model_of(makers[i], "rmsprop", false), b = model_of(makers[i], "rmsprop", false);
        CHECK(run_both(&a, &b, &sequences, 20, "recurrent") == 18);
    }
}

static wk_tensor *passes_through_many(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *y = in[0];
    (void)n;
    for (int i = 1; i < 400; i++) {
        WK_SCOPE(one);
        wk_tensor *both = wk_cat((wk_tensor *[]){ y, wk_full(WK_SHAPE(i % 7 + 1), WK_F32, i) }, 2, 0);
        y = wk_escape(one, wk_narrow(wk_mul(both, *(wk_tensor *const *)user), 0, i % 7, 9));
    }
    return wk_clone(y);
}

TEST(capture, tells_tensors_apart_of_which_one_lay_where_another_lay)
{
    wk_tensor *w = wk_full(WK_SHAPE(1), WK_F32, 0.99);
    wk_plan *plan = wk_capture(passes_through_many, &w);
    for (int run = 0; run < 4; run++) {
        WK_SCOPE(one);
        wk_tensor *x = wk_randn(WK_SHAPE(12), WK_F32);
        CHECK(same_bits(passes_through_many(&w, &x, 1), wk_plan_run(plan, &x, 1)));
    }
    CHECK(wk_plan_stats_of(plan).replays == 2);
}

WICK_TEST_MAIN
