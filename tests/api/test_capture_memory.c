/* Laws of recorded steps: memory that is replaced, gradients and inputs that are others, or lie elsewhere. */
#include "capture_models.h"

TEST(capture_memory, follows_memory_that_moves)
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
                wk_module_to(net, wk_current_device(), WK_F64);
                wk_module_to(net, wk_current_device(), WK_F32);
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

TEST(capture_memory, takes_another_tensor_that_came_in_its_place)
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

TEST(capture_memory, sees_a_replaced_tensor_whatever_else_holds_the_old_one)
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

TEST(capture_memory, takes_another_leaf_that_came_in_its_place)
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

TEST(capture_memory, gives_a_tensor_of_the_users_without_keeping_it_alive_for_itself)
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

TEST(capture_memory, of_parts_of_a_step_share_gradients)
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
    CHECK(wk_plan_stats_of(add).replays > 30 && wk_plan_stats_of(add).recordings < 5);
    CHECK(wk_plan_stats_of(use).replays > 15 && tells(add, "replayed") && tells(use, "replayed"));
}

TEST(capture_memory, sees_another_gradient_in_place_of_one_that_is_added_to)
{
    model a = mlp("adam", ""), b = mlp("adam", "");
    wk_plan *plan = wk_capture(add_gradients, &b);
    for (int run = 0; run < 8; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(&flat, run, in);
        for (int k = 0; k < 2 && run == 5; k++) {
            wk_tensor *p = wk_params_at(wk_parameters(k ? b.net : a.net), 1);
            wk_set_grad(p, wk_full(1, wk_shape(p), WK_F32, 3));
        }
        CHECK(same_bits(add_gradients(&a, in, 2), wk_plan_run(plan, in, 2)));
        if (run == 5) CHECK(tells(plan, "a .grad is another one before the step"));
        for (int i = 0; i < 4; i++)
            CHECK(same_bits(wk_grad(wk_params_at(wk_parameters(a.net), i)),
                            wk_grad(wk_params_at(wk_parameters(b.net), i))));
    }
    CHECK(tells(plan, "replayed"));
}

/* ---- Inputs and memory ---- */

static wk_tensor *distance(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_sum(wk_square(wk_sub(wk_mul_scalar(in[0], 3), in[1])));
}

TEST(capture_memory, takes_inputs_wherever_they_lie)
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

TEST(capture_memory, tells_an_input_from_the_same_tensor_as_its_own)
{
    wk_tensor *t = wk_ones(WK_SHAPE(3), WK_F32), *other = wk_full(WK_SHAPE(3), WK_F32, 2);
    wk_plan *plan = wk_capture(with_own, &t);
    for (int run = 0; run < 4; run++) CHECK(wk_item(wk_plan_run(plan, &t, 1)) == 33);
    for (int run = 0; run < 4; run++) CHECK(wk_item(wk_plan_run(plan, &other, 1)) == 36);
    CHECK(wk_item(wk_plan_run(plan, &t, 1)) == 33);
}

TEST(capture_memory, tells_inputs_apart_that_overlap)
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

TEST(capture_memory, takes_its_own_result_as_the_next_input)
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

TEST(capture_memory, counts_changes_of_an_input)
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
TEST(capture_memory, sees_an_input_that_is_changed_come_over_others)
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
                if (run == 4)
                    CHECK(tells(plan, kind ? "lies in memory that the step uses besides" : "overlaps another"));
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

TEST(capture_memory, tells_the_norm_of_the_recorded_run)
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

TEST(capture_memory, of_what_is_made_on_the_host_is_ordinary)
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

TEST(capture_memory, tells_inputs_apart_that_differ_in_dtype_alone)
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
TEST(capture_memory, sees_an_input_come_over_the_steps_own_memory_whoever_wrapped_it)
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

WICK_TEST_MAIN
