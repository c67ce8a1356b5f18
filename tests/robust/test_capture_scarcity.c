/* Memory that runs out anywhere while a step runs in a plan: the run is an error that changed nothing, or what it would
 * have been, and the plan goes on. */
#include "refusals.h"
#include "step_model.h"
#include "wick_check.h"

WICK_ON_CPU("it takes the host's memory away")

typedef struct size {
    int64_t rows, in, hidden, steps; /* steps: of a sequence; 0: a perceptron */
} size;

static model model_new(const size *z)
{
    wk_manual_seed(4);
    model m = { 0 };
    if (z->steps)
        m.net = wk_nn_sequential(wk_nn_lstm(z->in, z->hidden), wk_nn_flatten(), wk_nn_linear(z->rows * z->hidden, 3));
    else
        m.net = wk_nn_sequential(wk_nn_linear(z->in, z->hidden), wk_nn_relu(), wk_nn_linear(z->hidden, 4), wk_nn_relu(),
                                 wk_nn_dropout(0.25), wk_nn_linear(4, 3));
    m.opt = wk_optim_adam(wk_parameters(m.net));
    return m;
}

static void check_same(const model *a, const model *b, const char *what, long n)
{
    wk_params *p = wk_parameters(a->net), *q = wk_parameters(b->net);
    for (int i = 0; i < wk_params_count(p); i++)
        ck_assert_msg(wk_equal(wk_params_at(p, i), wk_params_at(q, i)), "%s, request %ld refused: %s differs", what, n,
                      wk_params_name(p, i));
}

static wk_tensor *run(wk_plan *plan, wk_tensor *const *in, int number)
{
    wk_manual_seed((uint64_t)number);
    return wk_plan_run(plan, in, 2);
}

static void draw(const size *z, wk_tensor *in[2])
{
    in[0] = z->steps ? wk_ones(WK_SHAPE(z->steps, z->rows, z->in), WK_F32) : wk_ones(WK_SHAPE(z->rows, z->in), WK_F32);
    in[1] = wk_randint(0, 3, WK_SHAPE(z->steps ? z->steps : z->rows));
}

/* The n-th request of run number `at` is refused; was one? */
static bool refused_at(const size *z, int at, long n, bool sticky)
{
    enum { RUNS = 6 };
    WK_SCOPE(work);
    model plain = model_new(z), planned = model_new(z);
    wk_tensor *in[2];
    draw(z, in);
    wk_plan *plan = wk_capture(step, &planned);
    bool refused = false;
    for (int i = 0; i < RUNS; i++) {
        WK_SCOPE(one);
        if (i == at) arm(n, sticky);
        wk_tensor *loss = run(plan, in, i);
        if (i == at) refused = disarm();
        if (!loss) {
            ck_assert_msg(refused && wk_error() == WK_E_MEMORY, "run %d, request %ld: %s", i, n, wk_error_text());
            wk_error_clear();
            check_same(&plain, &planned, "after an error", n);
            CHECK(wk_steps(planned.opt) == i);
            loss = run(plan, in, i);
        }
        wk_manual_seed((uint64_t)i);
        wk_tensor *expected = step(&plain, in, 2);
        ck_assert_msg(loss && wk_equal(loss, expected), "run %d, request %ld: %s", i, n,
                      loss ? wk_plan_why(plan) : wk_error_text());
        check_same(&plain, &planned, "after the run", n);
    }
    ck_assert_msg(wk_plan_stats_of(plan).replays >= RUNS - 4, "request %ld refused: %s", n, wk_plan_why(plan));
    return refused;
}

static void each_request(const size *z, int at, long least)
{
    for (int sticky = 0; sticky < 2; sticky++) {
        long n = 1;
        while (refused_at(z, at, n, sticky)) n++;
        CHECK(n > least);
    }
}

static const size small = { 4, 5, 4, 0 }, split = { 96, 200, 256, 0 }, sequence = { 32, 32, 128, 4 };

TEST(capture_scarcity, of_an_ordinary_run_is_an_error_or_nothing) { each_request(&small, 0, 50); }
TEST(capture_scarcity, of_a_recorded_run_is_an_error_or_nothing) { each_request(&small, 1, 50); }
TEST(capture_scarcity, of_a_replay_is_an_error_or_nothing) { each_request(&small, 3, 0); }

TEST(capture_scarcity, on_two_threads_is_an_error_or_nothing)
{
    CHECK(wk_set_num_threads(2) == WK_OK);
    each_request(&split, 1, 50);
    each_request(&split, 3, 2); /* each thread's scratch */
    wk_set_num_threads(1);
}

/* How often a recorded run asks for memory. */
static long requests(const size *z)
{
    enum { MANY = 1000000 };
    WK_SCOPE(work);
    model m = model_new(z);
    wk_tensor *in[2];
    draw(z, in);
    wk_plan *plan = wk_capture(step, &m);
    CHECK(run(plan, in, 0));
    arm(MANY, false);
    CHECK(run(plan, in, 1));
    const long n = MANY - fault.left;
    disarm();
    return n;
}

/* A plan is made at the end of a recorded run: the last requests are its own. */
TEST(capture_scarcity, of_a_plan_that_packs_is_an_error_or_nothing)
{
    enum { LAST = 90 };
    if (wk_set_matmul_precision(WK_MATMUL_BF16)) {
        puts("no AMX here: nothing is packed");
        wk_error_clear();
        return;
    }
    const long all = requests(&sequence);
    CHECK(all > 4 * LAST);
    for (long n = all - LAST; n <= all; n++) CHECK(refused_at(&sequence, 1, n, n % 2));
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
}

WICK_TEST_MAIN
