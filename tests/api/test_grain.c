/* How many threads a call is worth: none more for small work, whatever the op; and how an update is cut for them. */
#include "backends/backend.h"
#include "backends/cpu/onednn.h"
#include "backends/rows_table.h"
#include "wick/wick.h"
#include "wick_check.h"

WICK_ON_CPU("its subject is the CPU's threads")

enum { THREADS = 2 };

typedef struct counter {
    wki_meter meter; /* the first member */
    int parts;
} counter;

static void count(wki_meter *meter, const wki_call *call, const wki_stage *stage, int parts, const wki_span *spans)
{
    (void)call, (void)stage, (void)spans;
    ((counter *)meter)->parts = parts;
}

typedef wk_tensor *function(wk_tensor *x);
static wk_tensor *sum_of_two(wk_tensor *x) { return wk_add(x, x); }
static wk_tensor *tanh_of(wk_tensor *x) { return wk_tanh(x); }
static wk_tensor *gelu_of(wk_tensor *x) { return wk_gelu(x); }
static wk_tensor *square_by(wk_tensor *x) { return wk_mm(wk_view(x, WK_SHAPE(64, -1)), wk_view(x, WK_SHAPE(-1, 64))); }

static int parts_of(function *f, int64_t elements)
{
    wk_tensor *x = wk_ones(WK_SHAPE(elements), WK_F32);
    counter c = { .meter = { .ran = count } };
    wki_meter *const before = wki_meter_here;
    wki_meter_here = &c.meter;
    const bool done = f(x) != NULL;
    wki_meter_here = before;
    CHECK(done);
    return c.parts;
}

TEST(grain, small_work_stays_on_one_thread_and_large_work_does_not)
{
    if (wki_onednn_chosen()) return; /* has threads of its own */
    CHECK(wk_set_num_threads(THREADS) == WK_OK);
    CHECK(parts_of(sum_of_two, 32768) == 1 && parts_of(sum_of_two, 262144) == THREADS);
    CHECK(parts_of(tanh_of, 2048) == 1 && parts_of(tanh_of, 16384) == THREADS);
    CHECK(parts_of(gelu_of, 2048) == 1 && parts_of(gelu_of, 16384) == THREADS);
    CHECK(parts_of(square_by, 512) == 1 && parts_of(square_by, 4096) == THREADS);
    CHECK(wk_set_num_threads(1) == WK_OK);
    CHECK(parts_of(tanh_of, 262144) == 1);
}

typedef struct shared {
    wki_meter meter; /* the first member */
    int calls, together;
} shared;

static void count_shared(wki_meter *meter, const wki_call *call, const wki_stage *stage, int parts,
                         const wki_span *spans)
{
    shared *s = (shared *)meter;
    (void)call, (void)stage;
    s->calls++;
    s->together += parts == THREADS && spans[0].end > 0 && spans[1].end > 0;
}

static wk_tensor *many_sums(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *x = in[0];
    (void)n;
    for (int i = 0; i < *(int *)user; i++) x = wk_add(x, in[0]);
    return x;
}

/* How many of a plan's calls of 16384 elements, of which two are not worth a thread more, are shared out. */
static int shared_of(int sums)
{
    wk_tensor *x = wk_ones(WK_SHAPE(16384), WK_F32);
    wk_plan *plan = wk_capture(many_sums, &sums);
    for (int i = 0; i < 2; i++) CHECK(wk_plan_run(plan, &x, 1));
    shared s = { .meter = { .ran = count_shared } };
    wki_meter *const before = wki_meter_here;
    wki_meter_here = &s.meter;
    const bool done = wk_plan_run(plan, &x, 1) != NULL;
    wki_meter_here = before;
    CHECK(done && s.calls == sums);
    return s.together;
}

TEST(grain, small_calls_in_a_row_of_a_plan_are_shared_out_together)
{
    if (wki_onednn_chosen()) return; /* has threads of its own */
    CHECK(wk_set_num_threads(THREADS) == WK_OK);
    CHECK(shared_of(2) == 0 && shared_of(8) == 8);
    CHECK(wk_set_num_threads(1) == WK_OK);
    CHECK(shared_of(8) == 0);
}

TEST(grain, an_element_costs_what_its_formula_does)
{
    for (int row = 0; row < WKI_ROW_COUNT; row++)
        for (int slope = 0; slope <= 3; slope++)
            if (slope == 0 || wki_row_table[row].slope[slope - 1]) {
                const int64_t cost = wki_row_cost(row, slope);
                ck_assert_msg(cost >= 1 && cost <= 200, "%s: %d", wki_row_table[row].name, (int)cost);
                CHECK(cost == wki_row_cost(row, slope));
            }
    CHECK(wki_row_cost(WKI_ROW_add, 0) == 1 && wki_row_cost(WKI_ROW_relu, 1) == 1);
    CHECK(wki_row_cost(WKI_ROW_div, 0) > 1 && wki_row_cost(WKI_ROW_sqrt, 0) > 1);
    CHECK(wki_row_cost(WKI_ROW_tanh, 0) > 2 * wki_row_cost(WKI_ROW_sqrt, 0));
    CHECK(wki_row_cost(WKI_ROW_gelu, 1) > wki_row_cost(WKI_ROW_gelu, 0));
}

/* Parameters of one block and of dozens. */
static wk_params *some_params(void)
{
    static const int64_t sizes[] = { 70000, 5, 90001, 300, 131072, 4097, 1, 65537 };
    enum { COUNT = sizeof sizes / sizeof *sizes };
    wk_tensor *all[COUNT];
    wk_manual_seed(5);
    for (int i = 0; i < COUNT; i++) {
        all[i] = wk_requires_grad(wk_randn(WK_SHAPE(sizes[i]), WK_F32));
        wk_set_grad(all[i], wk_randn(WK_SHAPE(sizes[i]), WK_F32));
    }
    return wk_params_new(all, NULL, COUNT);
}

TEST(grain, an_update_reaches_each_number_once_however_it_is_cut)
{
    wk_params *alone = some_params();
    wk_optim *opt = wk_optim_sgd(alone, .lr = 0.1, .momentum = 0.9);
    for (int step = 0; step < 2; step++) CHECK(wk_step(opt) == WK_OK);
    for (int threads = 2; threads <= 7; threads++) {
        WK_SCOPE(one);
        CHECK(wk_set_num_threads(threads) == WK_OK);
        wk_params *p = some_params();
        wk_optim *by = wk_optim_sgd(p, .lr = 0.1, .momentum = 0.9);
        for (int step = 0; step < 2; step++) CHECK(wk_step(by) == WK_OK);
        for (int i = 0; i < wk_params_count(p); i++)
            ck_assert_msg(wk_equal(wk_params_at(p, i), wk_params_at(alone, i)), "parameter %d, %d threads", i, threads);
    }
    CHECK(wk_set_num_threads(1) == WK_OK);
}

WICK_TEST_MAIN
