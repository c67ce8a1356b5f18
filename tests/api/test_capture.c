/* Laws of recorded steps: a replay is an ordinary run, to the bit, for every optimizer and any model; and what makes a
 * plan record again, or refuse. */
#include "autograd/tensor.h"
#include "base/context.h"
#include "wick/wick.h"
#include "wick_check.h"
#include <stdio.h>

/* ---- A model, and the same once more ---- */

typedef struct model {
    wk_module *net;
    wk_optim *opt;
    wk_schedule *schedule; /* advanced in the step; or NULL */
    wk_average *ema;
    double clip;          /* the norm's bound, 0: none */
    bool classes, clears; /* clears: .grad is zeroed in place, and not dropped */
    int calls;            /* of the step function */
} model;

static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    model *m = user;
    (void)n;
    m->calls++;
    if (!m->clears) wk_zero_grad(m->opt);
    wk_tensor *y = wk_forward(m->net, in[0]);
    wk_tensor *loss = m->classes ? wk_cross_entropy(y, in[1]) : wk_mean(wk_square(y));
    wk_backward(loss);
    if (m->clip > 0) wk_clip_grad_norm_(wk_parameters(m->net), m->clip);
    wk_step(m->opt);
    if (m->schedule) wk_schedule_advance(m->schedule);
    if (m->ema) wk_average_update(m->ema);
    wk_params *p = m->clears ? wk_parameters(m->net) : NULL;
    for (int i = 0; p && i < wk_params_count(p); i++) wk_zero_(wk_grad(wk_params_at(p, i)));
    return loss;
}

static bool same_bits(wk_tensor *a, wk_tensor *b)
{
    const size_t bytes = (size_t)wk_numel(a) * wk_dtype_size(wk_dtype_of(a));
    return wk_numel(a) == wk_numel(b) && !memcmp(wk_data(wk_contiguous(a)), wk_data(wk_contiguous(b)), bytes);
}

static void compare_models(const model *a, const model *b, const char *what, int run)
{
    wk_state *x = wk_state_dict(a->net), *y = wk_state_dict(b->net);
    ck_assert_msg(x && y, "%s: %s", what, wk_error_text());
    for (int64_t i = 0; i < wk_state_count(x); i++)
        ck_assert_msg(same_bits(wk_state_at(x, i), wk_state_at(y, i)), "%s, run %d: %s differs", what, run,
                      wk_state_name(x, i));
    ck_assert_msg(wk_steps(a->opt) == wk_steps(b->opt), "%s, run %d: steps differ", what, run);
}

static void compare_states(const model *a, const model *b, const char *what)
{
    wk_state *x = wk_optim_state_dict(a->opt), *y = wk_optim_state_dict(b->opt);
    ck_assert_msg(x && y && wk_state_count(x) == wk_state_count(y), "%s: %s", what, wk_error_text());
    for (int64_t i = 0; i < wk_state_count(x); i++)
        ck_assert_msg(same_bits(wk_state_at(x, i), wk_state_at(y, i)), "%s: %s differs", what, wk_state_name(x, i));
}

typedef struct form {
    int ndim, batch, classes;
    int64_t shape[5]; /* of one input */
} form;

static void draw(const form *f, int run, wk_tensor *in[2])
{
    wk_manual_seed((uint64_t)run + 1000);
    int64_t shape[6] = { f->batch };
    for (int d = 0; d < f->ndim; d++) shape[d + 1] = f->shape[d];
    in[0] = wk_randn(f->ndim + 1, shape, WK_F32);
    in[1] = wk_randint(0, f->classes ? f->classes : 1, 1, shape);
}

/* Runs steps of both, one in a plan; they must agree after each. Returns how many were replays. */
static int64_t run_both(model *plain, model *planned, const form *f, int runs, const char *what)
{
    wk_plan *plan = wk_capture(step, planned);
    for (int run = 0; run < runs; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(f, run, in);
        wk_manual_seed((uint64_t)run);
        wk_tensor *loss = step(plain, in, 2);
        wk_manual_seed((uint64_t)run);
        wk_tensor *again = wk_plan_run(plan, in, 2);
        ck_assert_msg(loss && again, "%s, run %d: %s", what, run, wk_error_text());
        ck_assert_msg(same_bits(loss, again), "%s, run %d: %.9g instead of %.9g; %s", what, run, wk_item(again),
                      wk_item(loss), wk_plan_why(plan));
        compare_models(plain, planned, what, run);
    }
    const wk_plan_stats stats = wk_plan_stats_of(plan);
    if (stats.replays < runs - 3) fprintf(stderr, "%s: %s\n", what, wk_plan_why(plan));
    return stats.replays;
}

static wk_module *net_of(uint64_t seed, bool bias)
{
    wk_manual_seed(seed);
    return wk_nn_sequential(wk_nn_linear(12, 16, .bias = bias), wk_nn_relu(), wk_nn_linear(16, 4, .bias = bias));
}

static model mlp(const char *optimizer, const char *options)
{
    model m = { .net = net_of(5, strcmp(optimizer, "muon")), .classes = true };
    m.opt = wk_optim_by_name(optimizer, wk_parameters(m.net), options);
    return m;
}

static const form flat = { .ndim = 1, .batch = 6, .classes = 4, .shape = { 12 } };

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

/* ---- Models ---- */

static wk_module *convolutions(void)
{
    return wk_nn_sequential(wk_nn_conv2d(2, 4, WK_DIMS(3)), wk_nn_batch_norm2d(4), wk_nn_rrelu(0.125, 0.375),
                            wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_dropout2d(0.2), wk_nn_flatten(), wk_nn_linear(36, 5));
}

static wk_module *transformer(void)
{
    return wk_nn_sequential(wk_nn_transformer_encoder(8, 2, 2, .dim_feedforward = 16, .dropout = 0.1), wk_nn_flatten(),
                            wk_nn_linear(40, 3));
}

static model model_of(wk_module *(*make)(void), const char *optimizer, bool classes)
{
    wk_manual_seed(9);
    model m = { .net = make(), .classes = classes };
    m.opt = wk_optim_by_name(optimizer, wk_parameters(m.net), "");
    return m;
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

/* Layers of widths, activations and norms drawn by the seed. */
static wk_module *random_net(uint64_t seed)
{
    wk_manual_seed(seed);
    wk_module *all[16];
    int n = 0;
    const int depth = 1 + (int)(seed % 4);
    int64_t width = 12;
    for (int i = 0; i < depth; i++) {
        const uint64_t pick = seed * 2654435761u + (uint64_t)i * 40503u;
        const int64_t next = 3 + (int64_t)(pick >> 7 & 31);
        all[n++] = wk_nn_linear(width, next, .bias = (pick & 4) != 0);
        wk_module *const acts[] = { wk_nn_relu(),    wk_nn_tanh(), wk_nn_gelu(),
                                    wk_nn_sigmoid(), wk_nn_elu(1), wk_nn_silu() };
        wk_module *const norms[] = { wk_nn_batch_norm1d(next), wk_nn_layer_norm(WK_DIMS(next)),
                                     wk_nn_rms_norm(WK_DIMS(next)), wk_nn_dropout(0.3), wk_nn_identity() };
        all[n++] = acts[pick % 6];
        all[n++] = norms[(pick >> 3) % 5];
        width = next;
    }
    all[n++] = wk_nn_linear(width, 4);
    return wk_nn_sequential_new(all, n);
}

TEST(capture, replays_random_models_with_any_number_of_threads)
{
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        WK_SCOPE(one);
        const int threads[] = { 1, 2, 3, 5 };
        CHECK(wk_set_num_threads(threads[seed % 4]) == WK_OK);
        const char *name = names[seed % (uint64_t)n];
        if (!strcmp(name, "muon") || !strcmp(name, "lbfgs") || !strcmp(name, "asgd")) name = "sgd";
        model m[2];
        for (int k = 0; k < 2; k++) {
            m[k] = (model){ .net = random_net(seed), .classes = true };
            m[k].opt = wk_optim_by_name(name, wk_parameters(m[k].net), "");
        }
        CHECK(run_both(&m[0], &m[1], &flat, 50, name) == 48);
    }
    wk_set_num_threads(1);
}

/* Large enough for every call to be split. */
TEST(capture, replays_on_threads_with_the_bits_of_one)
{
    const form wide = { .ndim = 1, .batch = 128, .classes = 10, .shape = { 200 } };
    wk_tensor *weights[4];
    for (int t = 0; t < 4; t++) {
        const int threads[] = { 1, 2, 3, 5 };
        CHECK(wk_set_num_threads(threads[t]) == WK_OK);
        wk_manual_seed(3);
        model m = { .net = wk_mlp(4, (int64_t[]){ 200, 256, 128, 10 }), .classes = true };
        m.opt = wk_optim_adam(wk_parameters(m.net));
        wk_plan *plan = wk_capture(step, &m);
        for (int run = 0; run < 12; run++) {
            WK_SCOPE(one);
            wk_tensor *in[2];
            draw(&wide, run, in);
            CHECK(wk_plan_run(plan, in, 2) != NULL);
        }
        CHECK(wk_plan_stats_of(plan).replays == 10);
        weights[t] = wk_params_at(wk_parameters(m.net), 0);
        CHECK(same_bits(weights[0], weights[t]));
    }
    wk_set_num_threads(1);
}

/* ---- When a plan records again ---- */

static bool tells(const wk_plan *plan, const char *words)
{
    const bool so = strstr(wk_plan_why(plan), words) != NULL;
    if (!so) fprintf(stderr, "why: %s\n", wk_plan_why(plan));
    return so;
}

static void run_some(wk_plan *plan, const form *f, int from, int to)
{
    for (int run = from; run < to; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(f, run, in);
        CHECK(wk_plan_run(plan, in, 2) != NULL);
    }
}

TEST(capture, keeps_a_recording_for_each_of_a_few_shapes)
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

TEST(capture, records_again_when_what_it_holds_changes)
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

TEST(capture, follows_memory_that_moves)
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

TEST(capture, takes_another_tensor_that_came_in_its_place)
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

TEST(capture, sees_a_replaced_tensor_whatever_else_holds_the_old_one)
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

static wk_tensor *counts_up(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *t = *(wk_tensor *const *)user;
    (void)n;
    return wk_add_(t, in[0]) ? NULL : t;
}

TEST(capture, gives_a_tensor_of_the_users_without_keeping_it_alive_for_itself)
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

TEST(capture, of_parts_of_a_step_share_gradients)
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

/* ---- Refusals ---- */

static wk_tensor *reads(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_tensor *y = wk_sum(in[0]);
    return wk_item(y) > 1e30 ? NULL : y;
}

static wk_tensor *copies_in(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_mul(wk_sum(in[0]), wk_from((float[]){ 2 }, WK_SCALAR, WK_F32));
}

static wk_tensor *gives_input(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_reshape(in[0], WK_SHAPE(-1));
}

static wk_tensor *nests(void *user, wk_tensor *const *in, int n) { return wk_plan_run(*(wk_plan **)user, in, n); }

TEST(capture, refuses_what_a_replay_would_not_do)
{
    wk_tensor *x = wk_ones(WK_SHAPE(3), WK_F32);
    wk_plan *plan = wk_capture(reads, NULL);
    CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 3);
    CHECK_NULL(wk_plan_run(plan, &x, 1));
    CHECK_ERROR(WK_E_STATE, "item", "inside a recorded step", "return the tensor");
    plan = wk_capture(copies_in, NULL);
    CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 6);
    CHECK_NULL(wk_plan_run(plan, &x, 1));
    CHECK_ERROR(WK_E_STATE, "from", "inside a recorded step", "as an input");
    CHECK_NULL(wk_plan_run(wk_capture(gives_input, NULL), &x, 1));
    CHECK_ERROR(WK_E_INVALID, "plan_run", "input 0", "clone");
    wk_plan *inner;
    inner = wk_capture(nests, &inner);
    CHECK_NULL(wk_plan_run(inner, &x, 1));
    CHECK_ERROR(WK_E_STATE, "plan_run", "inside a step");
    CHECK_NULL(wk_capture(NULL, NULL));
    CHECK_ERROR(WK_E_INVALID, "capture", "step is NULL");
    CHECK_NULL(wk_plan_run(plan, &x, 17));
    CHECK_ERROR(WK_E_INVALID, "plan_run", "17 inputs");
    CHECK_NULL(wk_plan_run(plan, (wk_tensor *[]){ NULL }, 1));
    CHECK_ERROR(WK_E_INVALID, "plan_run");
}

static wk_tensor *picks(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    wk_gather(user, 0, in[0]); /* for its check alone */
    return wk_sum(wk_gather(user, 0, wk_clamp(in[0], 0, 7)));
}

TEST(capture, of_bad_values_fails_as_an_ordinary_run_and_goes_on)
{
    wk_tensor *table = wk_arange(0, 8, 1, WK_F32), *good = wk_from((int64_t[]){ 1, 7 }, WK_SHAPE(2), WK_I64),
              *bad = wk_from((int64_t[]){ 1, 8 }, WK_SHAPE(2), WK_I64);
    wk_plan *plan = wk_capture(picks, table);
    for (int i = 0; i < 3; i++) CHECK(wk_item(wk_plan_run(plan, &good, 1)) == 8);
    CHECK_NULL(wk_plan_run(plan, &bad, 1));
    CHECK_ERROR(WK_E_RANGE, "gather", "8");
    CHECK(wk_item(wk_plan_run(plan, &good, 1)) == 8 && wk_plan_stats_of(plan).replays == 2);
}

static wk_tensor *squares(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_tensor *y = wk_sum(wk_square(in[0]));
    wk_backward(y);
    return y;
}

TEST(capture, of_an_input_that_requires_grad_is_ordinary)
{
    wk_plan *plan = wk_capture(squares, NULL);
    for (int i = 1; i < 5; i++) {
        wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(3), WK_F32));
        CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 3 && wk_grad(x) && wk_item(wk_sum(wk_grad(x))) == 6);
        CHECK(tells(plan, "requires grad"));
    }
}

/* ---- Inputs and memory ---- */

static wk_tensor *distance(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_sum(wk_square(wk_sub(wk_mul_scalar(in[0], 3), in[1])));
}

TEST(capture, takes_inputs_wherever_they_lie)
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

TEST(capture, tells_an_input_from_the_same_tensor_as_its_own)
{
    wk_tensor *t = wk_ones(WK_SHAPE(3), WK_F32), *other = wk_full(WK_SHAPE(3), WK_F32, 2);
    wk_plan *plan = wk_capture(with_own, &t);
    for (int run = 0; run < 4; run++) CHECK(wk_item(wk_plan_run(plan, &t, 1)) == 33);
    for (int run = 0; run < 4; run++) CHECK(wk_item(wk_plan_run(plan, &other, 1)) == 36);
    CHECK(wk_item(wk_plan_run(plan, &t, 1)) == 33);
}

TEST(capture, tells_inputs_apart_that_overlap)
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

TEST(capture, takes_its_own_result_as_the_next_input)
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

TEST(capture, counts_changes_of_an_input)
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
TEST(capture, sees_an_input_that_is_changed_come_over_others)
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

TEST(capture, tells_the_norm_of_the_recorded_run)
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

TEST(capture, of_what_is_made_on_the_host_is_ordinary)
{
    wk_tensor *w = wk_zeros(WK_SHAPE(3, 3), WK_F32), *x = wk_ones(WK_SHAPE(2, 3), WK_F32);
    wk_plan *plan = wk_capture(starts, &w);
    for (int run = 0; run < 5; run++) CHECK(wk_item(wk_plan_run(plan, &x, 1)) == 6);
}

TEST(capture, asks_for_no_memory_once_warm)
{
    model m = model_of(convolutions, "adam", true);
    const form images = { .ndim = 3, .batch = 4, .classes = 5, .shape = { 2, 8, 8 } };
    wk_plan *plan = wk_capture(step, &m);
    wk_tensor *in[2];
    draw(&images, 0, in);
    for (int i = 0; i < 4; i++) CHECK(wk_plan_run(plan, in, 2) != NULL);
    const wki_context *here = wki_context_here();
    wk_memory before, after;
    CHECK(wk_memory_stats(WK_CPU, &before) == WK_OK);
    const int64_t objects = wk_live_objects(), allocations = wki_counter_get((wki_counter *)&here->in_use);
    for (int i = 0; i < 100; i++) CHECK(wk_plan_run(plan, in, 2) != NULL);
    CHECK(wk_memory_stats(WK_CPU, &after) == WK_OK);
    CHECK(wk_live_objects() == objects && wki_counter_get((wki_counter *)&here->in_use) == allocations);
    CHECK(!memcmp(&before, &after, sizeof before));
}

WICK_TEST_MAIN
