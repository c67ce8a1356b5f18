/* Chains on a device: calls of a replayed step that go element by element over the same elements are one launch. Random
 * programs of them, in place, shifted, turned, repeated and of several sizes, with NaN and infinities, give the bits of
 * ordinary runs under every order that the emulator can take; and launches are counted. Without a device nothing is
 * tried. */
#include "cuda_check.h"
#include "emu/include/emu_control.h"
#include "wick/wick.h"

WICK_ON_CPU("its tensors lie on a device of their own accord")

enum { ALL = 4, LINES = 60, SHAPES = 6 };
static const int64_t shapes[SHAPES][2] = { { 7, 12 }, { 1, 1 }, { 33, 4 }, { 2, 300 }, { 1, 40 }, { 5, 1 } };

typedef struct program {
    uint64_t seed;
    int64_t high, wide;
    wk_tensor *all[ALL];                     /* [high, wide] */
    wk_tensor *row, *column, *one;           /* [wide], [high, 1], [] */
    wk_tensor *gates, *shifted, *flat, *few; /* [high, 4 wide], [high, wide + 3], [high wide], [high] */
} program;

static uint64_t next(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return *x >> 33;
}

static wk_tensor *part(wk_tensor *gates, uint64_t pick, int64_t wide)
{
    return wk_narrow(gates, 1, (int64_t)(pick % 4) * wide, wide);
}

static wk_tensor *other(const program *p, uint64_t pick, wk_tensor *b)
{
    switch (pick % 11) {
    case 0: return p->row;
    case 1: return p->column;
    case 2: return p->one;
    case 3: return wk_narrow(p->shifted, 1, (int64_t)(pick % 4), p->wide);
    case 4:
    case 5: return part(p->gates, pick / 16, p->wide);
    case 6: return wk_reshape(p->flat, WK_SHAPE(p->high, p->wide));
    case 7: return wk_full(WK_SHAPE(p->high, p->wide), WK_F32, pick % 3 ? 1 : -0.0);
    case 8: return wk_expand(wk_full(WK_SHAPE(1), WK_F32, 0.5), WK_SHAPE(p->high, p->wide));
    default: return b;
    }
}

static wk_tensor *value(const program *p, uint64_t pick, wk_tensor *a, wk_tensor *b)
{
    wk_tensor *c = other(p, pick / 16, b);
    switch (pick % 12) {
    case 0: return wk_tanh(a);
    case 1: return wk_mul(wk_sigmoid(a), c);
    case 2: return wk_maximum(a, c);
    case 3: return wk_where(wk_gt(a, b), a, c);
    case 4: return wk_where(wk_logical_not(wk_le(a, c)), c, a);
    case 5: return wk_mul_scalar(wk_sub(c, a), 0.5);
    case 6: return wk_square(wk_add(a, c));
    case 7: return wk_addcmul(a, b, c, -0.25);
    case 8: return wk_div(a, wk_relu(c));
    case 9:
        return wk_add(wk_reshape(wk_exp(wk_reshape(a, WK_SHAPE(p->high * p->wide))), WK_SHAPE(p->high, p->wide)), c);
    case 10: return wk_add(a, wk_unsqueeze(wk_neg(p->few), 1));
    default: return wk_minimum(wk_pow_scalar(c, pick % 5 ? 2 : 0.5), a);
    }
}

/* A line reads two of the matrices and writes one, or a part of memory that others read, as a copy or in place; some
 * are sums, which no chain has. */
static wk_tensor *run_program(void *user, wk_tensor *const *in, int n)
{
    const program *p = user;
    uint64_t x = p->seed;
    (void)n;
    wk_tensor *last = in[0];
    for (int i = 0; i < LINES; i++) {
        wk_tensor *a = p->all[next(&x) % ALL], *b = p->all[next(&x) % ALL], *to = p->all[next(&x) % ALL];
        const uint64_t pick = next(&x), where = next(&x);
        last = value(p, pick, next(&x) % 3 ? last : a, b);
        switch (where % 16) {
        case 0: wk_copy_(to, last); break;
        case 1: wk_mul_(to, last); break;
        case 2: wk_copy_(wk_narrow(p->shifted, 1, (int64_t)(where / 16 % 4), p->wide), last); break;
        case 3:
        case 4: wk_add_(part(p->gates, where / 16, p->wide), last); break;
        case 5: wk_copy_(part(p->gates, where / 16, p->wide), last); break;
        case 6: wk_copy_(wk_reshape(p->flat, WK_SHAPE(p->high, p->wide)), last); break;
        case 7: wk_zero_(where % 3 ? p->flat : p->gates); break;
        case 8: wk_add_(p->few, wk_reshape(wk_sum_dim(last, 1, false), WK_SHAPE(p->high))); break;
        case 9: wk_clamp_(to, -2, 2); break;
        default: break;
        }
    }
    return last;
}

/* Some of its numbers are not numbers. */
static wk_tensor *odd(int ndim, const int64_t *shape)
{
    static const float strange[] = { NAN, INFINITY, -INFINITY, -0.0f, 1e-41f };
    wk_set_device(WK_CPU);
    wk_tensor *t = wk_randn(ndim, shape, WK_F32);
    float *at = (float *)(uintptr_t)wk_data(t);
    for (int64_t i = 3; i < wk_numel(t); i += 17) at[i] = strange[i % 5];
    return wk_to_device(t, wk_cuda(0));
}

static program program_of(uint64_t seed)
{
    wk_manual_seed(seed);
    program p = { .seed = seed, .high = shapes[seed % SHAPES][0], .wide = shapes[seed % SHAPES][1] };
    for (int i = 0; i < ALL; i++) p.all[i] = odd(WK_SHAPE(p.high, p.wide));
    p.row = odd(WK_SHAPE(p.wide));
    p.column = odd(WK_SHAPE(p.high, 1));
    p.one = odd(WK_SHAPE());
    p.gates = odd(WK_SHAPE(p.high, 4 * p.wide));
    p.shifted = odd(WK_SHAPE(p.high, p.wide + 3));
    p.flat = odd(WK_SHAPE(p.high * p.wide));
    p.few = odd(WK_SHAPE(p.high));
    wk_set_device(wk_cuda(0));
    return p;
}

/* Which of two NaN comes out of a sum is the compiler's choice. */
static void compare(wk_tensor *a, wk_tensor *b, uint64_t seed, const char *what)
{
    const float *x = host_data(wk_contiguous(a)), *y = host_data(wk_contiguous(b));
    for (int64_t i = 0; i < wk_numel(a); i++)
        ck_assert_msg(!memcmp(&x[i], &y[i], sizeof *x) || (isnan(x[i]) && isnan(y[i])),
                      "program %d: element %d of %s is %g instead of %g", (int)seed, (int)i, what, (double)y[i],
                      (double)x[i]);
}

static void compare_programs(const program *a, const program *b)
{
    for (int i = 0; i < ALL; i++) compare(a->all[i], b->all[i], a->seed, "a matrix");
    compare(a->gates, b->gates, a->seed, "the gates");
    compare(a->shifted, b->shifted, a->seed, "what is shifted");
    compare(a->flat, b->flat, a->seed, "what is flat");
    compare(a->few, b->few, a->seed, "the sums");
}

TEST(chains, have_the_bits_of_ordinary_runs_in_any_order_that_their_graph_allows)
{
    for (uint64_t seed = 1; seed <= 60 && cuda_here(); seed++) {
        WK_SCOPE(one);
        program plain = program_of(seed), planned = program_of(seed);
        wk_plan *plan = wk_capture(run_program, &planned);
        for (int run = 0; run < 4; run++) {
            WK_SCOPE(pair);
            sow((unsigned)(seed + 100 * (uint64_t)run));
            wk_tensor *in = odd(WK_SHAPE(plain.high, plain.wide));
            wk_set_device(wk_cuda(0));
            wk_tensor *a = run_program(&plain, &in, 1), *b = wk_plan_run(plan, &in, 1);
            CHECK_OK();
            compare(a, b, seed, "the result");
            compare_programs(&plain, &planned);
        }
        CHECK(wk_plan_stats_of(plan).replays == 2);
    }
    sow(0);
}

/* ---- How many launches ---- */

static unsigned long kernels(void)
{
    wki_emu_live_t (*const live)(void) = (wki_emu_live_t(*)(void))(uintptr_t)emulator("wki_emu_live");
    CHECK(wk_cuda_synchronize(wk_cuda(0)) == WK_OK);
    return live().kernels;
}

/* Of a replay, with chains or without */
static int launches(wk_step_function *step, void *user, wk_tensor *in, bool with)
{
    setenv("WICK_CUDA_CHAINS", with ? "1" : "0", 1);
    wk_plan *plan = wk_capture(step, user);
    for (int run = 0; run < 3; run++) wk_plan_run(plan, &in, 1);
    const unsigned long before = kernels();
    wk_plan_run(plan, &in, 1);
    CHECK_OK();
    CHECK(wk_plan_stats_of(plan).replays == 2);
    unsetenv("WICK_CUDA_CHAINS");
    return (int)(kernels() - before);
}

static wk_tensor *eight(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    wk_tensor *gate[4], *c = user;
    if (wk_chunk(in[0], 4, 1, gate) != 4 || wk_mul_(c, wk_sigmoid(gate[1]))) return NULL;
    wk_addcmul_(c, wk_sigmoid(gate[0]), wk_tanh(gate[2]), 1);
    return wk_mul(wk_sigmoid(gate[3]), wk_tanh(c));
}

static wk_tensor *hundred(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_tensor *x = in[0];
    for (int i = 0; i < 100; i++) x = wk_sin(x);
    return x;
}

/* The gradient that backward begins with is 1 wherever it is read. */
static wk_tensor *squares(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *w = user;
    (void)n;
    wk_set_grad(w, NULL);
    wk_tensor *loss = wk_sum(wk_square(wk_sub(in[0], w)));
    wk_backward(loss);
    return loss;
}

/* What square gives and its gradient are of a chain, though the sum and 1 come between: neither has to wait. */
static wk_tensor *of_a_product(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *w = user;
    (void)n;
    wk_set_grad(w, NULL);
    wk_tensor *loss = wk_sum(wk_square(wk_mm(in[0], w)));
    wk_backward(loss);
    return loss;
}

/* Two sizes in turn, which do not look at each other */
static wk_tensor *turns(void *user, wk_tensor *const *in, int n)
{
    wk_tensor *x = in[0], *y = user;
    (void)n;
    for (int i = 0; i < 5; i++) {
        x = wk_tanh(x);
        wk_tanh_(y);
    }
    return x;
}

TEST(chains, are_one_launch_each)
{
    if (!cuda_here() || !emulator("wki_emu_live")) return;
    wk_set_device(wk_cuda(0));
    wk_tensor *c = wk_randn(WK_SHAPE(6, 8), WK_F32), *in = wk_randn(WK_SHAPE(6, 32), WK_F32);
    wk_tensor *w = wk_requires_grad(wk_randn(WK_SHAPE(6, 32), WK_F32));
    const int apart = launches(eight, c, in, false), rest = apart - 8;
    ck_assert_int_ge(rest, 0);
    ck_assert_int_eq(launches(eight, c, in, true), rest + 1);
    ck_assert_int_eq(launches(hundred, NULL, in, false), rest + 100);
    ck_assert_int_eq(launches(hundred, NULL, in, true), rest + 5); /* of 24 steps at most */
    ck_assert_int_eq(launches(turns, c, in, false), rest + 10);
    ck_assert_int_eq(launches(turns, c, in, true), rest + 2);
    ck_assert_int_eq(launches(squares, w, in, false) - launches(squares, w, in, true), 4);
    wk_tensor *v = wk_requires_grad(wk_randn(WK_SHAPE(32, 4), WK_F32));
    ck_assert_int_eq(launches(of_a_product, v, in, false) - launches(of_a_product, v, in, true), 2);
}

WICK_TEST_MAIN
