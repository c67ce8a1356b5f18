/* Where parts of a replay wait for each other (backends/cpu/meet.c): where bytes go from one to another, and only
 * there. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/replay.h"
#include "wick/wick.h"
#include "wick_check.h"

WICK_ON_CPU("its subject is the CPU's threads")

enum { ROWS = 32, COLUMNS = 1024, GATE = 256 };

/* ---- Steps ---- */

static float table[ROWS * COLUMNS], source[ROWS * COLUMNS], result[ROWS * COLUMNS];

static wki_view matrix(float *at, int64_t rows, int64_t columns, int64_t pitch)
{
    return (wki_view){ .data = at, .size = { rows, columns }, .stride = { pitch, 1 }, .ndim = 2, .dtype = WK_F32 };
}

/* Do parts meet between a call that writes y and one that reads x, whose other operands are nothing to each other? */
static bool meet(wki_view y, wki_view x, int threads)
{
    static const wki_row_attrs none = { 0 };
    const wki_view from = matrix(source, y.size[0], y.size[1], y.size[1]);
    const wki_view to = matrix(result, x.size[0], x.size[1], x.size[1]);
    const wki_view *const first[] = { &y, &from }, *const second[] = { &to, &x };
    const wki_view *const *views[] = { first, second };
    wki_item items[2];
    wki_step steps[2];
    for (int i = 0; i < 2; i++) {
        items[i] = (wki_item){ .call = { WKI_ROW_tanh, 1, 2, views[i], &none, sizeof none, 1 } };
        const int64_t units = wki_cpu_row.units(&items[i].call);
        const int parts = units < threads ? (int)units : threads;
        steps[i] = (wki_step){ &wki_cpu_row, &items[i], units, parts, false, true, false, 1, units };
    }
    CHECK(wki_find_meetings(steps, 2) == WK_OK);
    return steps[1].barrier;
}

TEST(meet, where_bytes_go_from_thread_to_thread_and_only_there)
{
    const wki_view all = matrix(table, ROWS, COLUMNS, COLUMNS), gate = matrix(table + GATE, ROWS, GATE, COLUMNS);
    CHECK(!meet(all, all, 2) && !meet(all, gate, 2) && !meet(gate, gate, 2) && !meet(gate, all, 2));
    CHECK(meet(all, gate, 3)); /* blocks of 4 rows in threes, of 16 one by one */
    const wki_view lower = matrix(table + 4 * COLUMNS, ROWS - 4, GATE, COLUMNS);
    CHECK(meet(all, lower, 2) && meet(lower, all, 2));
    CHECK(!meet(matrix(table, ROWS / 2, COLUMNS, COLUMNS),
                matrix(table + ROWS / 2 * COLUMNS, ROWS / 2, COLUMNS, COLUMNS), 2));
    wki_view turned = matrix(table, ROWS, GATE, 1);
    turned.stride[1] = ROWS;
    CHECK(meet(all, turned, 2));
    wki_view same = gate; /* each row is the first */
    same.stride[0] = 0;
    CHECK(meet(all, same, 2));
    const int64_t few = 2 * COLUMNS; /* one part alone reads what it or the other wrote */
    CHECK(!meet(all, matrix(table, 1, few, few), 2) && meet(all, matrix(table + 20 * COLUMNS, 1, few, few), 2));
}

/* ---- Plans ---- */

/* Gates are slices of a product's result, and their gradients are put together in one. */
static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    wk_module *net = user;
    (void)n;
    wk_params *p = wk_parameters(net);
    for (int i = 0; i < wk_params_count(p); i++) wk_set_grad(wk_params_at(p, i), NULL);
    wk_tensor *loss = wk_mean(wk_square(wk_forward(net, in[0])));
    if (wk_backward(loss)) return NULL;
    WK_NO_GRAD(off);
    for (int i = 0; i < wk_params_count(p); i++) wk_add_alpha_(wk_params_at(p, i), wk_grad(wk_params_at(p, i)), -0.5);
    return wk_detach(loss);
}

TEST(meet, slices_of_gates_have_the_bits_of_ordinary_runs)
{
    for (int threads = 2; threads <= 5; threads++) {
        WK_SCOPE(all);
        wk_module *nets[2];
        for (int i = 0; i < 2; i++) {
            wk_manual_seed(17);
            nets[i] = wk_nn_lstm(48, GATE);
        }
        wk_plan *plan = wk_capture(step, nets[0]);
        for (int run = 0; run < 6; run++) {
            WK_SCOPE(one);
            wk_tensor *x = wk_randn(WK_SHAPE(5, ROWS, 48), WK_F32);
            CHECK(wk_set_num_threads(threads) == WK_OK);
            wk_tensor *loss = wk_plan_run(plan, &x, 1);
            CHECK(wk_set_num_threads(1) == WK_OK);
            CHECK(loss && wk_equal(loss, step(nets[1], &x, 1)));
            for (int i = 0; i < wk_params_count(wk_parameters(nets[0])); i++)
                CHECK(wk_equal(wk_params_at(wk_parameters(nets[0]), i), wk_params_at(wk_parameters(nets[1]), i)));
        }
        CHECK(wk_plan_stats_of(plan).replays == 4);
    }
}

WICK_TEST_MAIN
