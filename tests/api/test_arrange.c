/* What a plan of the CPU makes of products before memory gets its places: those that add to one sum move together, and
 * an operand that many read on tiles is packed once: only where nobody can tell. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/onednn.h"
#include "backends/cpu/replay.h"
#include "backends/plan.h"
#include "backends/profile.h"
#include "base/alloc.h"
#include "wick/wick.h"
#include "wick_check.h"

WICK_ON_CPU("its subject is the CPU's plans")

static bool has_tiles(void)
{
    const bool yes = wk_matmul_precision_is_available(WK_MATMUL_SPLIT);
    if (!yes) puts("no AMX here: nothing was packed");
    return yes;
}

/* ---- Random sequences: whatever is written, read and added up between products, the bits are an ordinary run's ----
 */

enum { ROWS = 32, WIDTH = 256, INNER = 320, STEPS = 7, PROGRAMS = 4 };

typedef struct program {
    uint64_t seed;
    wk_tensor *in, *out, *bias; /* leaves */
    wk_tensor *table;           /* a matrix that steps change */
} program;

static uint64_t next(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return *x >> 33;
}

static void change(const program *p, uint64_t pick)
{
    WK_NO_GRAD(off);
    switch (pick % 5) {
    case 0: wk_mul_scalar_(p->table, 0.5); break;
    case 1: wk_mul_scalar_(wk_narrow(p->table, 0, 7, 1), -2); break;
    case 2: wk_copy_(wk_select(wk_t(p->table), 1, 3), wk_ones(WK_SHAPE(INNER), WK_F32)); break;
    default: break;
    }
}

static wk_tensor *run_program(void *user, wk_tensor *const *in, int n)
{
    const program *p = user;
    uint64_t x = p->seed;
    (void)n;
    wk_set_grad(p->in, NULL), wk_set_grad(p->out, NULL), wk_set_grad(p->bias, NULL);
    wk_copy_(p->table, wk_detach(p->out));
    wk_tensor *state = in[0], *losses[2];
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < STEPS; i++) {
            const uint64_t pick = next(&x);
            wk_tensor *h = wk_tanh(wk_linear(state, p->in, pick & 1 ? p->bias : NULL));
            state = wk_linear(h, p->out, NULL);
            if (pick & 2) state = wk_add(state, wk_linear(wk_detach(h), p->table, NULL));
            if (pick & 4) change(p, pick >> 8);
            if (pick & 8) state = wk_add(state, wk_mm(wk_linear(state, p->in, NULL), wk_t(p->out)));
        }
        losses[pass] = wk_mean(wk_square(state));
        if (wk_backward(losses[pass])) return NULL; /* the second adds to .grad */
        state = pass ? state : wk_add(in[0], wk_mul(wk_detach(state), wk_mean(wk_grad(p->out))));
    }
    return wk_detach(wk_add(losses[0], losses[1]));
}

static wk_tensor *leaf(int ndim, const int64_t *shape)
{
    return wk_requires_grad(wk_mul_scalar(wk_randn(ndim, shape, WK_F32), 0.06));
}

static program program_of(uint64_t seed)
{
    wk_manual_seed(seed);
    return (program){ .seed = seed,
                      .in = leaf(WK_SHAPE(INNER, WIDTH)),
                      .out = leaf(WK_SHAPE(WIDTH, INNER)),
                      .bias = leaf(WK_SHAPE(INNER)),
                      .table = wk_zeros(WK_SHAPE(WIDTH, INNER), WK_F32) };
}

static void compare(wk_tensor *a, wk_tensor *b, uint64_t seed, const char *what)
{
    CHECK(!a == !b);
    const size_t bytes = a ? (size_t)wk_numel(a) * sizeof(float) : 0;
    ck_assert_msg(!a || !memcmp(host_data(a), host_data(b), bytes), "program %d: %s differs", (int)seed, what);
}

static void compare_runs(uint64_t seed, int threads)
{
    WK_SCOPE(all);
    program a = program_of(seed), b = program_of(seed);
    wk_tensor *x = wk_randn(WK_SHAPE(ROWS, WIDTH), WK_F32);
    if (seed % 4 == 0) wk_copy_(wk_narrow(x, 0, 3, 1), wk_full(WK_SHAPE(1, WIDTH), WK_F32, INFINITY));
    wk_plan *plan = wk_capture(run_program, &a);
    for (int i = 0; i < 4; i++) {
        WK_SCOPE(run);
        CHECK(wk_set_num_threads(threads) == WK_OK);
        wk_tensor *y = wk_plan_run(plan, &x, 1);
        ck_assert_msg(y, "program %d: %s", (int)seed, wk_error_text());
        CHECK(wk_set_num_threads(1) == WK_OK);
        compare(y, run_program(&b, &x, 1), seed, "the loss");
        compare(wk_grad(a.in), wk_grad(b.in), seed, "the first weight's gradient");
        compare(wk_grad(a.out), wk_grad(b.out), seed, "the second's");
        compare(wk_grad(a.bias), wk_grad(b.bias), seed, "the bias's");
        compare(a.table, b.table, seed, "the table");
    }
    ck_assert_msg(wk_plan_stats_of(plan).replays == 2, "program %d: %s", (int)seed, wk_plan_why(plan));
}

TEST(arrange, changes_no_bit_in_any_precision_on_any_number_of_threads)
{
    static const int threads[] = { 1, 2, 3, 5 };
    for (int mode = 0; mode < 4; mode++) {
        if (!wk_matmul_precision_is_available((wk_matmul_mode)mode)) continue;
        CHECK(wk_set_matmul_precision((wk_matmul_mode)mode) == WK_OK);
        for (int i = 0; i < PROGRAMS; i++) compare_runs((uint64_t)(mode * PROGRAMS + i + 1), threads[i % 4]);
    }
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
}

/* ---- Sums ---- */

enum { SIDE = 256, DEPTH = 32, SPACES = 40, FIRST_A = 4, FIRST_B = 20 };

/* A product of a[c] and b[c] that adds to the sum; or a row from `from` to `to`; or a thing of the host's that looks at
 * `from`. */
typedef struct line {
    enum { ADD, ROW, HOST } what;
    int term, from, to;
} line;

static wk_status nothing(void *object, void *memory, const wki_view *const *views)
{
    (void)object, (void)memory, (void)views;
    return WK_OK;
}

static wki_view matrix(char *at, int64_t rows, int64_t columns)
{
    return (wki_view){ .data = at, .size = { rows, columns }, .stride = { columns, 1 }, .ndim = 2, .dtype = WK_F32 };
}

static wki_item *item_of(const line *l, char *const *at, int number)
{
    const bool add = l->what == ADD;
    const int a = add ? FIRST_A + l->term : l->to, b = add ? FIRST_B + l->term : l->from;
    wki_view sum = matrix(at[0], SIDE, SIDE), x = matrix(at[a], DEPTH, SIDE), y = matrix(at[b], DEPTH, SIDE);
    const wki_view turned = { .data = at[a], .size = { SIDE, DEPTH }, .stride = { 1, SIDE }, .ndim = 2 };
    const wki_product_attrs product = { .accumulate = number > 0 };
    const wki_row_attrs row = { 0 };
    wki_view left = turned;
    left.dtype = WK_F32;
    if (l->what != ADD && l->from == 0) y = matrix(at[0], DEPTH, SIDE);
    const wki_view *const three[] = { &sum, &left, &y }, *const two[] = { &x, &y };
    wki_call call = { .op = WKI_OP_product, .nout = 1, .nviews = 3, .views = three, .attrs = &product };
    call.attrs_size = sizeof product, call.work = SIDE * SIDE * DEPTH;
    if (!add) call = (wki_call){ WKI_ROW_tanh, 1, 2, two, &row, sizeof row, DEPTH * SIDE };
    wki_item *item = wki_item_new(&call, 0);
    if (l->what == HOST) item->host = nothing;
    for (int k = 0; k < call.nviews; k++) item->spaces[k] = (int[]){ add ? 0 : l->to, add ? a : l->from, b }[k];
    return item;
}

/* The terms and rows of the plan in the order in which it runs them: "0 1 r 2"; "x3": a product of three terms. */
static void order_of(const line *lines, int n, bool passing, char *text)
{
    char *at[SPACES] = { 0 };
    wki_space *spaces = wki_alloc_array(SPACES, sizeof *spaces);
    wki_item **items = wki_alloc_array((size_t)n, sizeof(wki_item *));
    for (int s = 0; s < SPACES; s++) {
        const size_t bytes = sizeof(float) * SIDE * (s ? DEPTH : SIDE);
        at[s] = wki_alloc(bytes);
        spaces[s] = (wki_space){ .base = at[s], .bytes = bytes, .passing = passing && s >= FIRST_A };
    }
    for (int i = 0; i < n; i++) items[i] = item_of(&lines[i], at, i);
    wki_plan *p = wki_plan_new(WK_CPU, items, n, spaces, SPACES, 0, 0);
    CHECK(p);
    for (int i = 0; i < p->nitems; i++) {
        const wki_item *item = p->items[i];
        const bool add = item->call.op == WKI_OP_product && !item->host;
        const int terms = add ? (int)(item->views[1].size[1] / DEPTH) : 0;
        if (terms > 1) CHECK(item->views[2].size[0] == terms * DEPTH);
        text += terms > 1 ? sprintf(text, "x%d ", terms)
                : add     ? sprintf(text, "%d ", item->spaces[1] - FIRST_A)
                          : sprintf(text, item->host ? "h " : "r ");
    }
    wki_plan_free(p);
    for (int s = 0; s < SPACES; s++) wki_free(at[s]);
}

static void check_order(const line *lines, int n, bool passing, const char *expected)
{
    char text[128];
    order_of(lines, n, passing, text);
    ck_assert_msg(!strcmp(text, expected), "\"%s\"; expected \"%s\"", text, expected);
}

TEST(arrange, brings_what_adds_to_one_sum_together)
{
    const line lines[] = { { ADD, 0, 0, 0 }, { ROW, 0, 1, 2 }, { ADD, 1, 0, 0 }, { ROW, 0, 2, 3 }, { ADD, 2, 0, 0 } };
    check_order(lines, 5, false, "r r 0 1 2 ");
}

TEST(arrange, leaves_in_its_place_what_others_wait_for_or_change)
{
    const line written[] = {
        { ADD, 0, 0, 0 }, { ROW, 0, 1, FIRST_A }, { ADD, 1, 0, 0 }, { ROW, 0, 1, 2 }, { ADD, 2, 0, 0 }
    };
    check_order(written, 5, false, "0 r r 1 2 ");
    const line read[] = { { ADD, 0, 0, 0 }, { ROW, 0, 0, 1 }, { ADD, 1, 0, 0 }, { ROW, 0, 1, 2 }, { ADD, 2, 0, 0 } };
    check_order(read, 5, false, "0 r r 1 2 ");
    const line seen[] = { { ADD, 0, 0, 0 }, { HOST, 0, 1, 2 }, { ADD, 1, 0, 0 }, { ROW, 0, 1, 2 }, { ADD, 2, 0, 0 } };
    check_order(seen, 5, false, "0 h r 1 2 ");
}

/* A sum is as large as what four terms read. */
/* ---- Memory that was wrapped twice ---- */

typedef struct twice {
    wk_tensor *w, *x, *again; /* x and again: the same bytes */
} twice;
static const twice *halved;

static wk_tensor *pass_on(wk_function *f, wk_tensor *const *in, int n)
{
    (void)f, (void)n;
    return wk_mul_scalar(in[0], 1.5);
}

static wk_status halve_behind(wk_function *f, wk_tensor *grad, wk_tensor **d)
{
    WK_NO_GRAD(off);
    (void)f;
    d[0] = wk_mul_scalar(grad, 1.5);
    return wk_mul_scalar_(halved->again, 0.5) ? wk_error() : WK_OK;
}

/* Gradients of w add up from x, which is halved under its other name between them. */
static wk_tensor *add_and_halve(void *user, wk_tensor *const *in, int n)
{
    static const wk_function_ops halves = { sizeof halves, "halves", 0, pass_on, halve_behind, NULL };
    const twice *t = halved = user;
    (void)n;
    wk_set_grad(t->w, NULL);
    wk_tensor *s = in[0];
    for (int i = 0; i < 4; i++) {
        s = wk_mul(s, wk_tanh(wk_linear(t->x, t->w, NULL)));
        s = wk_apply(&halves, &s, 1, NULL);
    }
    if (wk_backward(wk_sum(s))) return NULL;
    WK_NO_GRAD(off);
    wk_mul_scalar_(t->again, 16);
    return wk_clone(wk_grad(t->w));
}

/* Products of x, which changes under its other name among them */
static wk_tensor *multiply_and_halve(void *user, wk_tensor *const *in, int n)
{
    const twice *t = user;
    (void)n;
    wk_tensor *y = in[0];
    for (int i = 0; i < 6; i++) {
        if (i == 3) wk_mul_scalar_(t->again, 0.5);
        y = wk_tanh(wk_mm(y, t->x));
    }
    wk_mul_scalar_(t->again, 2);
    return y;
}

static void try_twice(wk_step_function *step, int64_t rows, wk_tensor *in)
{
    static float memory[2][WIDTH * WIDTH];
    WK_SCOPE(one);
    wk_tensor *values = wk_mul_scalar(wk_randn(WK_SHAPE(rows, WIDTH), WK_F32), 0.1);
    wk_tensor *w = wk_mul_scalar(wk_randn(WK_SHAPE(2 * WIDTH, WIDTH), WK_F32), 0.05);
    twice of[2];
    for (int i = 0; i < 2; i++) {
        memcpy(memory[i], host_data(values), (size_t)wk_numel(values) * sizeof(float));
        of[i] = (twice){ wk_requires_grad(wk_clone(w)), wk_wrap(memory[i], WK_SHAPE(rows, WIDTH), WK_F32, NULL, NULL),
                         wk_wrap(memory[i], WK_SHAPE(rows, WIDTH), WK_F32, NULL, NULL) };
    }
    wk_plan *plan = wk_capture(step, &of[0]);
    for (int run = 0; run < 4; run++) {
        WK_SCOPE(pair);
        wk_tensor *a = wk_plan_run(plan, &in, 1), *b = step(&of[1], &in, 1);
        CHECK_OK();
        compare(a, b, (uint64_t)rows, "what came of it");
    }
    CHECK(wk_plan_stats_of(plan).replays >= 2);
}

TEST(arrange, sees_that_what_was_wrapped_twice_is_one)
{
    WK_SCOPE(all);
    try_twice(add_and_halve, ROWS, wk_randn(WK_SHAPE(ROWS, 2 * WIDTH), WK_F32));
    if (!has_tiles() || wk_set_matmul_precision(WK_MATMUL_SPLIT)) return;
    try_twice(multiply_and_halve, WIDTH, wk_randn(WK_SHAPE(64, WIDTH), WK_F32));
    wk_set_matmul_precision(WK_MATMUL_HIGHEST);
}

TEST(arrange, keeps_no_more_alive_than_the_sum_is_large)
{
    if (wki_onednn_chosen()) return; /* packs and joins no products of ours */
    line lines[23];
    for (int i = 0; i < 12; i++) lines[2 * i] = (line){ ADD, i, 0, 0 };
    for (int i = 0; i < 11; i++) lines[2 * i + 1] = (line){ ROW, 0, 1, 2 };
    check_order(lines, 23, true, "r r r r x5 r r r r r x5 r r x2 ");
}

static int64_t calls_of(wk_profile *p, const char *name)
{
    wk_profile_row rows[64];
    const int n = (int)wk_profile_rows(p, rows, 64);
    for (int i = 0; i < n && i < 64; i++)
        if (!strcmp(rows[i].name, name)) return rows[i].calls;
    return 0;
}

static wk_tensor *train_sequence(void *user, wk_tensor *const *in, int n)
{
    wk_module *net = user;
    (void)n;
    wk_params *p = wk_parameters(net);
    for (int i = 0; i < wk_params_count(p); i++) wk_set_grad(wk_params_at(p, i), NULL);
    wk_tensor *loss = wk_mean(wk_square(wk_forward(net, in[0])));
    return wk_backward(loss) ? NULL : wk_detach(loss);
}

/* Of twelve products that add to the gradient of the weight of states two are left. */
TEST(arrange, makes_few_products_of_the_many_of_a_sequence)
{
    if (wki_onednn_chosen()) return; /* packs and joins no products of ours */
    wk_module *net = wk_nn_rnn(64, 256);
    wk_tensor *x = wk_randn(WK_SHAPE(12, 16, 64), WK_F32), *grads[2];
    wk_plan *plan = wk_capture(train_sequence, net);
    int64_t calls[2];
    for (int i = 0; i < 3; i++) {
        wk_profile *p = wk_profile_new();
        {
            WK_PROFILE(on, p);
            CHECK(wk_plan_run(plan, &x, 1));
        }
        calls[i > 0] = calls_of(p, "linear backward: product");
        grads[i > 0] = wk_clone(wk_grad(wk_params_at(wk_parameters(net), 1)));
    }
    CHECK(strstr(wk_plan_why(plan), "replayed") && wk_equal(grads[0], grads[1]));
    CHECK(wk_numel(grads[1]) == 256 * 256 && calls[0] - calls[1] == 12 - 2);
}

/* Do parts of a team wait between two products to one sum, of such numbers of terms and modes? */
static bool waits(int64_t first, int64_t then, wk_matmul_mode mode)
{
    char *const memory = wki_alloc(sizeof(float) * SIDE * 3 * SIDE);
    wki_item *items[2];
    wki_step steps[2];
    for (int i = 0; i < 2; i++) {
        const int64_t k = i ? then : first;
        const wki_view c = matrix(memory, SIDE, SIDE), a = matrix(memory + sizeof(float) * SIDE * SIDE, SIDE, k);
        const wki_view b = matrix(a.data, k, SIDE);
        const wki_product_attrs attrs = { .accumulate = true, .matmul = (uint8_t)(i ? mode : WK_MATMUL_HIGHEST) };
        const wki_call call = { .op = WKI_OP_product,
                                .nout = 1,
                                .nviews = 3,
                                .views = (const wki_view *[]){ &c, &a, &b },
                                .attrs = &attrs,
                                .attrs_size = sizeof attrs };
        items[i] = wki_item_new(&call, 0);
        steps[i] =
            (wki_step){ &wki_cpu_product, items[i], wki_cpu_product.units(&call), 2, false, true, false, 1, 1, 0 };
    }
    CHECK(wki_find_meetings(steps, 2) == WK_OK && !steps[0].barrier);
    for (int i = 0; i < 2; i++) wki_free(items[i]);
    wki_free(memory);
    return steps[1].barrier;
}

TEST(arrange, lets_threads_add_to_their_own_part_of_a_sum_without_waiting)
{
    CHECK(!waits(DEPTH, DEPTH, WK_MATMUL_HIGHEST));
    CHECK(waits(DEPTH, 2 * SIDE, WK_MATMUL_HIGHEST)); /* cut in other bands */
    CHECK(waits(DEPTH, DEPTH, WK_MATMUL_SPLIT));
}

/* ---- Packing ---- */

typedef struct reader {
    wk_tensor *weight;
    int uses, changed; /* before which use; 0: none */
    bool by_view, back;
} reader;

static wk_tensor *read_weight(void *user, wk_tensor *const *in, int n)
{
    const reader *r = user;
    wk_tensor *y = in[0];
    (void)n;
    for (int i = 0; i < r->uses; i++) {
        if (r->changed && i == r->changed)
            wk_mul_scalar_(r->by_view ? wk_narrow(wk_t(r->weight), 0, 5, 2) : r->weight, 0.5);
        y = wk_tanh(wk_mm(y, r->weight));
        if (r->back) y = wk_tanh(wk_mm(y, wk_t(r->weight)));
    }
    return wk_mul_scalar_(wk_narrow(r->weight, 0, 0, 1), 0.75) == WK_OK ? y : NULL; /* as an optimizer does */
}

static void check_packs(reader r, int64_t expected)
{
    WK_SCOPE(all);
    wk_tensor *x = wk_randn(WK_SHAPE(48, WIDTH), WK_F32);
    wk_tensor *values = wk_mul_scalar(wk_randn(WK_SHAPE(WIDTH, WIDTH), WK_F32), 0.1);
    reader other = r;
    r.weight = wk_clone(values), other.weight = wk_clone(values);
    wk_plan *plan = wk_capture(read_weight, &r);
    for (int i = 0; i < 4; i++) {
        wk_profile *p = wk_profile_new();
        wk_tensor *y;
        {
            WK_PROFILE(on, p);
            y = wk_plan_run(plan, &x, 1);
        }
        CHECK(y && wk_equal(y, read_weight(&other, &x, 1)));
        CHECK(calls_of(p, "pack") == (i < 2 ? 0 : expected) && wk_equal(r.weight, other.weight));
    }
    CHECK(wk_plan_stats_of(plan).replays == 2);
}

TEST(arrange, packs_once_what_three_products_read)
{
    if (!has_tiles()) return;
    for (int mode = WK_MATMUL_SPLIT; mode <= WK_MATMUL_BF16; mode++) {
        CHECK(wk_set_matmul_precision((wk_matmul_mode)mode) == WK_OK);
        check_packs((reader){ .uses = 2 }, 0);
        check_packs((reader){ .uses = 3 }, 1);
        check_packs((reader){ .uses = 3, .back = true }, 2);
    }
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
    check_packs((reader){ .uses = 6 }, 0);
}

TEST(arrange, packs_anew_what_was_written)
{
    if (!has_tiles()) return;
    CHECK(wk_set_matmul_precision(WK_MATMUL_SPLIT) == WK_OK);
    for (int by_view = 0; by_view < 2; by_view++) {
        check_packs((reader){ .uses = 7, .changed = 3, .by_view = by_view }, 2);
        check_packs((reader){ .uses = 4, .changed = 2, .by_view = by_view }, 0);
        check_packs((reader){ .uses = 4, .changed = 1, .by_view = by_view }, 1);
    }
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
}

/* Three halves of the weight's bytes in three parts. */
TEST(arrange, counts_what_it_packs_as_memory_of_the_plan)
{
    if (!has_tiles()) return;
    size_t bytes[2];
    wk_tensor *x = wk_randn(WK_SHAPE(48, WIDTH), WK_F32);
    for (int mode = 0; mode < 2; mode++) {
        reader r = { .uses = 3, .weight = wk_ones(WK_SHAPE(WIDTH, WIDTH), WK_F32) };
        CHECK(wk_set_matmul_precision(mode ? WK_MATMUL_SPLIT : WK_MATMUL_HIGHEST) == WK_OK);
        wk_plan *plan = wk_capture(read_weight, &r);
        for (int i = 0; i < 2; i++) CHECK(wk_plan_run(plan, &x, 1));
        bytes[mode] = wk_plan_stats_of(plan).bytes;
    }
    const size_t packed = WIDTH * WIDTH * 6;
    CHECK(bytes[1] >= bytes[0] + packed && bytes[1] <= bytes[0] + packed + 1024);
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
}

WICK_TEST_MAIN
