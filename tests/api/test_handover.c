/* Products that go from part to part of a team (backends/cpu/handover.h): their bits are those of the product in one.
 */
#include "backends/cpu/handover.h"
#include "backends/cpu/onednn.h"
#include "backends/cpu/team.h"
#include "base/rng.h"
#include "wick/wick.h"
#include "wick_check.h"

WICK_ON_CPU("its subject is the CPU's threads")

enum { PARTS = 5 };

/* ---- One product ---- */

typedef struct trial {
    wki_step step;
    wki_progress progress[PARTS];
    atomic_bool stop;
} trial;

static void work(void *argument, int part, int parts)
{
    trial *t = argument;
    void *scratch = wki_thread_scratch(wki_cpu_scratch(t->step.kernel, &t->step.item->call));
    CHECK(wki_hand_over(&t->step, part, parts, scratch, t->progress, &t->stop) == WK_OK);
}

/* Some sums are below zero, and so are some of the mask. */
static wk_tensor *matrix(int64_t rows, int64_t columns, wk_dtype dtype)
{
    return wk_to(wk_randn(WK_SHAPE(rows, columns), WK_F32), dtype);
}

static wki_view view_of(wk_tensor *t, int64_t rows, int64_t columns)
{
    return (wki_view){ .data = (void *)wk_data(t),
                       .size = { rows, columns },
                       .stride = { columns, 1 },
                       .ndim = 2,
                       .dtype = (uint8_t)wk_dtype_of(t) };
}

static void try_product(int64_t m, int64_t n, int64_t k, wk_dtype dtype, unsigned flags, int parts)
{
    WK_SCOPE(one);
    const wki_product_attrs attrs = {
        .bias = flags & 1, .relu = flags & 2, .mask = flags & 4, .accumulate = flags & 8
    };
    wk_tensor *a = matrix(m, k, dtype), *b = matrix(k, n, dtype), *bias = matrix(1, n, dtype);
    wk_tensor *mask = matrix(m, n, dtype), *c[2] = { matrix(m, n, dtype) };
    c[1] = wk_clone(c[0]);
    wki_view x = view_of(a, m, k), y = view_of(b, k, n), z = view_of(mask, m, n), v = view_of(bias, 1, n), to;
    v = (wki_view){ .data = v.data, .size = { n }, .stride = { 1 }, .ndim = 1, .dtype = v.dtype };
    const wki_view *views[5] = { &to, &x, &y };
    int nviews = 3;
    if (attrs.bias) views[nviews++] = &v;
    if (attrs.mask) views[nviews++] = &z;
    wki_item item = { .call = { WKI_OP_product, 1, nviews, views, &attrs, sizeof attrs, m * n * k } };
    trial t = { .step = { .kernel = &wki_cpu_product, .item = &item, .threads = parts } };
    const wki_call *call = &item.call;
    to = view_of(c[0], m, n);
    wki_cpu_product.run(call, 0, wki_cpu_product.units(call),
                        wki_thread_scratch(wki_cpu_scratch(&wki_cpu_product, call)));
    to = view_of(c[1], m, n);
    CHECK(wk_set_num_threads(parts) == WK_OK);
    wki_team_run(work, &t, parts);
    const size_t bytes = (size_t)(m * n) * wk_dtype_size(dtype);
    ck_assert_msg(!memcmp(wk_data(c[0]), wk_data(c[1]), bytes), "%d x %d x %d, flags %u, %d parts: other bits", (int)m,
                  (int)n, (int)k, flags, parts);
}

TEST(handover, has_the_bits_of_the_product_in_one)
{
    if (wki_onednn_chosen()) return; /* multiplies in one */
    static const int64_t shapes[][3] = { { 32, 100, 1000 }, { 2, 2, 90 },    { 29, 33, 257 }, { 14, 97, 640 },
                                         { 15, 98, 81 },    { 61, 66, 500 }, { 3, 130, 96 },  { 43, 31, 333 } };
    static const char *const isas[] = { "base", "avx2", "avx512" };
    wk_manual_seed(7);
    for (int i = 0; i < 3; i++) {
        if (wk_set_cpu_isa(isas[i])) {
            wk_error_clear();
            continue;
        }
        for (unsigned s = 0; s < sizeof shapes / sizeof *shapes; s++)
            for (unsigned flags = 0; flags < 16; flags++) {
                const int64_t *by = shapes[s];
                try_product(by[0], by[1], by[2], (s + flags) % 3 ? WK_F32 : WK_F64, flags, 2 + (int)(s + flags) % 4);
            }
    }
    CHECK_OK();
    wk_set_num_threads(1);
}

TEST(handover, waits_for_nobody_once_a_step_has_failed)
{
    const atomic_bool stop = true;
    const wki_progress nothing = { 0 };
    wki_team_await(&nothing.pieces, 0, &stop);
    const atomic_bool go_on = false;
    const wki_progress some = { 3 };
    wki_team_await(&some.pieces, 2, &go_on);
}

/* ---- Plans ---- */

typedef struct layers {
    wk_tensor *first, *bias, *second;
} layers;

/* Weights lie as x @ w takes them, and a row of elements goes over each behind its gradient. */
static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    layers *l = user;
    (void)n;
    wk_tensor *hidden = wk_relu(wk_add(wk_mm(in[0], l->first), l->bias));
    wk_tensor *loss = wk_mean(wk_square(wk_sub(wk_mm(hidden, l->second), in[1])));
    if (wk_backward(loss)) return NULL;
    WK_NO_GRAD(off);
    wk_tensor *all[] = { l->first, l->bias, l->second };
    for (int i = 0; i < 3; i++) {
        wk_add_alpha_(all[i], wk_grad(all[i]), -0.02);
        wk_zero_(wk_grad(all[i]));
    }
    return wk_detach(loss);
}

static wk_tensor *weight(int64_t rows, int64_t columns)
{
    return wk_requires_grad(wk_mul_scalar(wk_randn(WK_SHAPE(rows, columns), WK_F32), 0.05));
}

static layers layers_of(int64_t inputs, int64_t width)
{
    wk_manual_seed(11);
    return (layers){ weight(inputs, width), weight(1, width), weight(width, 8) };
}

static void compare(wk_tensor *a, wk_tensor *b, const char *what)
{
    CHECK(a && b);
    ck_assert_msg(!memcmp(wk_data(a), wk_data(b), (size_t)wk_numel(a) * sizeof(float)), "%s differs", what);
}

static void try_plan(int64_t batch, int64_t inputs, int64_t width, int threads)
{
    WK_SCOPE(all);
    layers a = layers_of(inputs, width), b = layers_of(inputs, width);
    wk_plan *plan = wk_capture(step, &a);
    for (int run = 0; run < 8; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2] = { wk_randn(WK_SHAPE(batch, inputs), WK_F32), wk_randn(WK_SHAPE(batch, 8), WK_F32) };
        CHECK(wk_set_num_threads(threads) == WK_OK);
        wk_tensor *loss = wk_plan_run(plan, in, 2);
        CHECK(wk_set_num_threads(1) == WK_OK);
        compare(loss, step(&b, in, 2), "the loss");
        compare(a.first, b.first, "the first weight");
        compare(a.bias, b.bias, "the bias");
        compare(a.second, b.second, "the second weight");
    }
    CHECK(wk_plan_stats_of(plan).replays == 6);
}

TEST(handover, of_weights_that_change_by_rows_has_the_bits_of_ordinary_runs)
{
    for (int threads = 2; threads <= PARTS; threads++) {
        try_plan(32, 1000, 100, threads);
        try_plan(24, 777, 130, threads);
        try_plan(48, 640, 97, threads);
    }
}

WICK_TEST_MAIN
