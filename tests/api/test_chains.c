/* Replayed steps that go element by element run together, a stretch of elements at a time: random programs of them,
 * which read and write each other's operands in place, shifted, turned and repeated, give the bits of an ordinary run.
 */
#include "base/context.h"
#include "wick/wick.h"
#include "wick_check.h"

enum { N = 360, ALL = 4, LINES = 14 }; /* N x N elements are cut into 32 units */

typedef struct program {
    uint64_t seed;
    wk_tensor *all[ALL];                  /* [N, N] */
    wk_tensor *row, *column, *wide, *one; /* [N], [N, 1], [N, N + 8], [] */
} program;

static uint64_t next(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return *x >> 33;
}

static wk_tensor *other(const program *p, uint64_t pick, wk_tensor *b)
{
    switch (pick % 7) {
    case 0: return p->row;
    case 1: return p->column;
    case 2: return wk_t(b);
    case 3: return wk_narrow(p->wide, 1, (int64_t)(pick % 8), N);
    case 4: return p->one;
    default: return b;
    }
}

static wk_tensor *value(const program *p, uint64_t pick, wk_tensor *a, wk_tensor *b)
{
    switch (pick % 8) {
    case 0: return wk_tanh(a);
    case 1: return wk_mul(wk_sigmoid(a), other(p, pick / 8, b));
    case 2: return wk_maximum(a, other(p, pick / 8, b));
    case 3: return wk_where(wk_gt(a, b), a, other(p, pick / 8, b));
    case 4: return wk_dropout(a, 0.3, true);
    case 5: return wk_mul_scalar(wk_sub(other(p, pick / 8, b), a), 0.5);
    case 6: return wk_square(wk_add(a, other(p, pick / 8, b)));
    default: return wk_add(wk_full(WK_SHAPE(N, N), WK_F32, 0.125), a);
    }
}

/* A line reads two of the matrices and writes one, as a copy or in place. */
static wk_tensor *run_program(void *user, wk_tensor *const *in, int n)
{
    const program *p = user;
    uint64_t x = p->seed;
    (void)n;
    wk_tensor *last = in[0];
    for (int i = 0; i < LINES; i++) {
        wk_tensor *a = p->all[next(&x) % ALL], *b = p->all[next(&x) % ALL], *to = p->all[next(&x) % ALL];
        const uint64_t pick = next(&x);
        last = value(p, pick, next(&x) % 3 ? last : a, b);
        if (pick % 5 == 0) wk_copy_(to, last);
        if (pick % 5 == 1) wk_mul_(to, last);
        if (pick % 5 == 2) wk_copy_(wk_narrow(p->wide, 1, 4, N), last);
    }
    return wk_clamp(last, -8, 8);
}

static program program_of(uint64_t seed)
{
    wk_manual_seed(seed);
    program p = { .seed = seed, .row = wk_randn(WK_SHAPE(N), WK_F32), .column = wk_randn(WK_SHAPE(N, 1), WK_F32) };
    p.one = wk_scalar(0.25, WK_F32);
    p.wide = wk_randn(WK_SHAPE(N, N + 8), WK_F32);
    for (int i = 0; i < ALL; i++) p.all[i] = wk_randn(WK_SHAPE(N, N), WK_F32);
    return p;
}

static void compare(wk_tensor *a, wk_tensor *b, uint64_t seed, const char *what)
{
    const size_t bytes = (size_t)wk_numel(a) * sizeof(float);
    ck_assert_msg(!memcmp(host_data(a), host_data(b), bytes), "program %d: %s differs", (int)seed, what);
}

TEST(chains, have_the_bits_of_ordinary_runs_with_any_number_of_threads)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        WK_SCOPE(one);
        const int threads[] = { 1, 2, 3 };
        CHECK(wk_set_num_threads(threads[seed % 3]) == WK_OK);
        program plain = program_of(seed), planned = program_of(seed);
        wk_plan *plan = wk_capture(run_program, &planned);
        for (int run = 0; run < 4; run++) {
            WK_SCOPE(pair);
            wk_manual_seed(100 + (uint64_t)run);
            wk_tensor *in = wk_randn(WK_SHAPE(N, N), WK_F32);
            wk_manual_seed((uint64_t)run);
            wk_tensor *a = run_program(&plain, &in, 1);
            wk_manual_seed((uint64_t)run);
            wk_tensor *b = wk_plan_run(plan, &in, 1);
            CHECK_OK();
            compare(a, b, seed, "the result");
            compare(plain.wide, planned.wide, seed, "wide");
            for (int i = 0; i < ALL; i++) compare(plain.all[i], planned.all[i], seed, "a matrix");
        }
        CHECK(wk_plan_stats_of(plan).replays == 2);
    }
    wk_set_num_threads(1);
}

/* ---- With gradients ---- */

static wk_tensor *curve(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *w = user;
    (void)n;
    wk_tensor *x = wk_mul(wk_tanh(wk_mul(in[0], w)), wk_sigmoid(wk_add(w, in[0])));
    wk_tensor *loss = wk_sum(wk_square(wk_sub(wk_mul_scalar(wk_exp(wk_neg(wk_abs(x))), 2), wk_t(x))));
    wk_backward(loss);
    WK_NO_GRAD(update);
    wk_add_alpha_(w, wk_grad(w), -1e-3);
    wk_zero_(wk_grad(w));
    return loss;
}

TEST(chains, of_gradients_have_them_too)
{
    for (int threads = 1; threads <= 3; threads++) {
        WK_SCOPE(one);
        CHECK(wk_set_num_threads(threads) == WK_OK);
        wk_tensor *w[2];
        for (int k = 0; k < 2; k++) {
            wk_manual_seed(7);
            w[k] = wk_requires_grad(wk_randn(WK_SHAPE(N, N), WK_F32));
        }
        wk_plan *plan = wk_capture(curve, w[1]);
        for (int run = 0; run < 5; run++) {
            WK_SCOPE(pair);
            wk_tensor *in = wk_randn(WK_SHAPE(N, N), WK_F32);
            wk_tensor *a = curve(w[0], &in, 1), *b = wk_plan_run(plan, &in, 1);
            CHECK_OK();
            CHECK(wk_item(a) == wk_item(b));
            compare(w[0], w[1], 0, "the parameter");
        }
    }
    wk_set_num_threads(1);
}

WICK_TEST_MAIN
