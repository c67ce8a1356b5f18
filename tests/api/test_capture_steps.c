/* Laws of plans whose step makes several training steps, on data that lies where they compute: each run has the bits of
 * as many ordinary steps, and on a device is one launch. */
#include "capture_models.h"
#include "cuda_here.h"
#include "emu/include/emu_control.h"

enum { ROWS = 30, BATCH = 6, AT_ONCE = 4, CLASSES = 4, RUNS = 8 };

/* A model and what it learns: rows in an order of their own, and the places in it of the next batch. */
typedef struct pupil {
    model m;
    wk_tensor *x, *y, *order, *places;
} pupil;

static wk_tensor *next_step(pupil *p)
{
    wk_tensor *rows = wk_index_select(p->order, 0, p->places);
    wk_tensor *in[] = { wk_index_select(p->x, 0, rows), wk_index_select(p->y, 0, rows) };
    wk_add_scalar_(p->places, BATCH);
    wk_remainder_scalar_(p->places, ROWS);
    return step(&p->m, in, 2);
}

static wk_tensor *some_steps(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *loss = NULL;
    (void)in, (void)n;
    for (int i = 0; i < AT_ONCE; i++) loss = next_step(user);
    return loss;
}

static pupil pupil_of(const char *optimizer, const char *options)
{
    wk_manual_seed(21);
    pupil p = { .m = { .classes = true } };
    p.m.net = wk_nn_sequential(wk_nn_linear(12, 16), wk_nn_relu(), wk_nn_dropout(0.25), wk_nn_linear(16, CLASSES));
    p.m.opt = wk_optim_by_name(optimizer, wk_parameters(p.m.net), options);
    p.x = wk_randn(WK_SHAPE(ROWS, 12), WK_F32);
    p.y = wk_randint(0, CLASSES, WK_SHAPE(ROWS));
    p.order = wk_randperm(ROWS);
    p.places = wk_arange(0, BATCH, 1, WK_I64);
    CHECK_OK();
    return p;
}

static wk_schedule *cycle(wk_optim *opt, int64_t steps)
{
    return wk_schedule_one_cycle(opt, 0.02, steps, .cycle_momentum = false);
}

/* Returns how many runs were replays. */
static int64_t learn_both(pupil *plain, pupil *planned, int runs, const char *what)
{
    wk_plan *plan = wk_capture(some_steps, planned);
    for (int run = 0; run < runs; run++) {
        WK_SCOPE(one);
        wk_manual_seed((uint64_t)run);
        wk_tensor *loss = some_steps(plain, NULL, 0);
        wk_manual_seed((uint64_t)run);
        wk_tensor *again = wk_plan_run(plan, NULL, 0);
        ck_assert_msg(loss && again && same_bits(loss, again), "%s, run %d: %s; %s", what, run, wk_plan_why(plan),
                      wk_error_text());
        CHECK(same_bits(plain->places, planned->places));
        compare_models(&plain->m, &planned->m, what, run);
    }
    return wk_plan_stats_of(plan).replays;
}

static const char *const kinds[][2] = {
    { "sgd", "lr=0.05,momentum=0.9" }, { "adam", "lr=0.01" },    { "nadam", "lr=0.01" },
    { "rmsprop", "lr=0.003" },         { "adagrad", "lr=0.05" }, { "lamb", "lr=0.01" }
};
enum { KINDS = sizeof kinds / sizeof *kinds };

TEST(capture_steps, made_many_at_once_have_the_bits_of_one_by_one)
{
    for (int kind = 0; kind < KINDS; kind++) {
        WK_SCOPE(one);
        pupil a = pupil_of(kinds[kind][0], kinds[kind][1]), b = pupil_of(kinds[kind][0], kinds[kind][1]);
        a.m.schedule = cycle(a.m.opt, RUNS * AT_ONCE + 1);
        b.m.schedule = cycle(b.m.opt, RUNS * AT_ONCE + 1);
        CHECK(learn_both(&a, &b, RUNS, kinds[kind][0]) == RUNS - 2);
        compare_states(&a.m, &b.m, kinds[kind][0]);
        CHECK(wk_lr(a.m.opt) == wk_lr(b.m.opt) && wk_steps(b.m.opt) == RUNS * AT_ONCE);
    }
}

/* How many launches a replay is, with updates behind backward or in it. */
static unsigned long launches_of(int kind, bool in_backward)
{
    WK_SCOPE(all);
    typeof(wki_emu_count) *count = (typeof(wki_emu_count) *)emulator("wki_emu_count");
    pupil p = pupil_of(kinds[kind][0], kinds[kind][1]);
    if (in_backward) wk_optim_in_backward(p.m.opt);
    p.m.schedule = cycle(p.m.opt, 1000);
    wk_plan *plan = wk_capture(some_steps, &p);
    for (int run = 0; run < 3; run++) wk_plan_run(plan, NULL, 0);
    CHECK_OK();
    const unsigned long before = count(WKI_EMU_FAIL_LAUNCH);
    for (int run = 0; run < 2; run++) wk_plan_run(plan, NULL, 0);
    CHECK(wk_plan_stats_of(plan).replays == 3 && wk_cuda_synchronize(wk_cuda(0)) == WK_OK);
    return (count(WKI_EMU_FAIL_LAUNCH) - before) / 2;
}

TEST(capture_steps, made_many_at_once_are_one_launch)
{
    if (!emulator("wki_emu_count")) return;
    wk_set_device(wk_cuda(0));
    for (int kind = 0; kind < KINDS - 1; kind++) /* the last one asks the host for norms */
        ck_assert_msg(launches_of(kind, false) == 1, "%s is more than one launch", kinds[kind][0]);
    CHECK(launches_of(1, true) == 1);
}

/* The schedule ends in the second of the steps of a replay. */
static void fail_both(void)
{
    WK_SCOPE(all);
    pupil a = pupil_of("adam", "lr=0.01"), b = pupil_of("adam", "lr=0.01");
    a.m.schedule = cycle(a.m.opt, 3 * AT_ONCE + 1);
    b.m.schedule = cycle(b.m.opt, 3 * AT_ONCE + 1);
    wk_plan *plan = wk_capture(some_steps, &b);
    for (int run = 0; run < 4; run++) {
        WK_SCOPE(one);
        wk_manual_seed((uint64_t)run);
        some_steps(&a, NULL, 0);
        if (run == 3) CHECK_ERROR(WK_E_RANGE, "one_cycle");
        wk_manual_seed((uint64_t)run);
        wk_plan_run(plan, NULL, 0);
        if (run == 3) CHECK_ERROR(WK_E_RANGE, "one_cycle");
        CHECK_OK();
    }
    CHECK(wk_plan_stats_of(plan).replays == 1 && wk_steps(a.m.opt) == 3 * AT_ONCE + 2);
    compare_models(&a.m, &b.m, "failed", 3);
    compare_states(&a.m, &b.m, "failed");
    CHECK(wk_lr(a.m.opt) == wk_lr(b.m.opt));
}

TEST(capture_steps, of_which_one_fails_leave_what_ordinary_ones_leave)
{
    fail_both();
    if (!wk_cuda_is_available()) return;
    wk_set_device(wk_cuda(0));
    fail_both();
}

WICK_TEST_MAIN
