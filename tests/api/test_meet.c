/* Where parts of a replay wait for each other (backends/cpu/meet.c): where bytes go from one to another, and only
 * there. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/product.h"
#include "backends/cpu/replay.h"
#include "base/alloc.h"
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
        steps[i] = (wki_step){ &wki_cpu_row, &items[i], units, parts, false, true, false, 1, units, 0 };
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

/* ---- Gradients ---- */

/* How a plan cuts a product of so many rows whose result an optimizer reads, or nobody. */
static int split_of(int64_t rows, bool read, int threads)
{
    enum { GRADIENT, LEFT, RIGHT, WEIGHT, SPACES, DEPTH = 8, WIDTH = 16 };
    static const double numbers[WKI_N_COUNT];
    const wki_product_attrs attrs = { 0 };
    const wki_update_attrs update = { .rule = WKI_RULE_sgd, .count = 1, .numbers = numbers };
    wki_space *spaces = wki_alloc_array(SPACES, sizeof *spaces);
    wki_item **items = wki_alloc_array(2, sizeof *items);
    const int64_t sizes[SPACES][2] = { { rows, WIDTH }, { rows, DEPTH }, { DEPTH, WIDTH }, { rows, WIDTH } };
    wki_view views[SPACES];
    for (int s = 0; s < SPACES; s++) {
        const size_t bytes = sizeof(float) * (size_t)(sizes[s][0] * sizes[s][1]);
        views[s] = matrix(wki_alloc(bytes), sizes[s][0], sizes[s][1], sizes[s][1]);
        spaces[s] = (wki_space){ .base = views[s].data, .bytes = bytes };
    }
    const wki_view *const three[] = { &views[0], &views[1], &views[2] }, *const two[] = { &views[3],
                                                                                          &views[read ? 0 : 3] };
    items[0] = wki_item_new(&(wki_call){ WKI_OP_product, 1, 3, three, &attrs, sizeof attrs, 1 << 20 }, 0);
    items[1] = wki_item_new(&(wki_call){ WKI_OP_update, 1, 2, two, &update, sizeof update, 1 << 20 }, 0);
    for (int v = 0; v < 3; v++) items[0]->spaces[v] = v;
    items[1]->spaces[0] = WEIGHT, items[1]->spaces[1] = read ? GRADIENT : WEIGHT;
    CHECK(wk_set_num_threads(threads) == WK_OK);
    wki_plan *p = wki_plan_new(WK_CPU, items, 2, spaces, SPACES, 0, 0);
    CHECK(p && p->nitems == 2 && wk_set_num_threads(1) == WK_OK);
    const int split = ((const wki_product_attrs *)p->items[0]->call.attrs)->split;
    wki_plan_free(p);
    for (int s = 0; s < SPACES; s++) wki_free(views[s].data);
    return split;
}

TEST(meet, gradients_of_large_weights_are_cut_by_rows_as_updates_are)
{
    CHECK(split_of(256, true, 2) == WKI_SPLIT_ROWS && split_of(256, true, 4) == WKI_SPLIT_ROWS);
    CHECK(split_of(256, false, 2) == WKI_SPLIT_BY_SHAPE); /* nobody's gradient */
    CHECK(split_of(256, true, 1) == WKI_SPLIT_BY_SHAPE && split_of(256, true, 5) == WKI_SPLIT_BY_SHAPE);
}

typedef struct model {
    wk_module *net;
    wk_optim *opt;
} model;

static model model_of(void)
{
    wk_manual_seed(23);
    model m = { .net = wk_mlp(4, (int64_t[]){ 300, 288, 256, 10 }) };
    m.opt = wk_optim_sgd(wk_parameters(m.net), .lr = 0.05, .momentum = 0.9);
    return m;
}

static wk_tensor *train(void *user, wk_tensor *const *in, int n)
{
    model *m = user;
    (void)n;
    wk_zero_grad(m->opt);
    wk_tensor *loss = wk_mean(wk_square(wk_forward(m->net, in[0])));
    if (wk_backward(loss) || wk_step(m->opt)) return NULL;
    return wk_detach(loss);
}

static void try_training(int threads)
{
    WK_SCOPE(all);
    model a = model_of(), b = model_of();
    wk_plan *plan = wk_capture(train, &a);
    for (int run = 0; run < 6; run++) {
        WK_SCOPE(one);
        wk_tensor *x = wk_randn(WK_SHAPE(96, 300), WK_F32);
        CHECK(wk_set_num_threads(threads) == WK_OK);
        wk_tensor *loss = wk_plan_run(plan, &x, 1);
        CHECK(wk_set_num_threads(1) == WK_OK);
        CHECK(loss && wk_equal(loss, train(&b, &x, 1)));
        for (int i = 0; i < wk_params_count(wk_parameters(a.net)); i++)
            CHECK(wk_equal(wk_params_at(wk_parameters(a.net), i), wk_params_at(wk_parameters(b.net), i)));
    }
    CHECK(wk_plan_stats_of(plan).replays == 4);
}

TEST(meet, gradients_cut_so_have_the_bits_of_ordinary_runs_in_any_precision)
{
    for (int mode = 0; mode < 4; mode++) {
        if (!wk_matmul_precision_is_available((wk_matmul_mode)mode)) continue;
        CHECK(wk_set_matmul_precision((wk_matmul_mode)mode) == WK_OK);
        for (int threads = 2; threads <= 4; threads++) try_training(threads);
    }
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
}

WICK_TEST_MAIN
