/* Very small products on a device that go on with what is done to their results, element by element, in a replayed
 * step: random programs, in which operands are overwritten, results turned, summed and used twice, have the bits of
 * ordinary runs under every order that the emulator can take; and launches are counted. Without a device nothing is
 * tried. */
#include "cuda_check.h"
#include "emu/include/emu_control.h"
#include "wick/wick.h"

WICK_ON_CPU("its tensors lie on a device of their own accord")

/* Before the device is used for the first time */
static bool ours_here(void)
{
    setenv("WICK_CUDA_SMALL", "1000000", 1);
    return cuda_here();
}

enum { ALL = 3, LINES = 16, SHAPES = 5 };
static const int64_t shapes[SHAPES][2] = { { 5, 9 }, { 33, 17 }, { 1, 40 }, { 70, 3 }, { 60, 40 } };

typedef struct program {
    uint64_t seed;
    int64_t high, wide;
    wk_tensor *x[ALL], *w[ALL]; /* [high, wide], [wide, wide] */
} program;

static uint64_t next(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return *x >> 33;
}

static void sow(unsigned seed)
{
    void (*const set)(unsigned) = (void (*)(unsigned))(uintptr_t)emulator("wki_emu_seed");
    if (set) set(seed);
}

static program program_of(uint64_t seed)
{
    wk_manual_seed(seed);
    wk_set_device(wk_cuda(0));
    program p = { .seed = seed, .high = shapes[seed % SHAPES][0], .wide = shapes[seed % SHAPES][1] };
    for (int i = 0; i < ALL; i++) {
        p.x[i] = wk_randn(WK_SHAPE(p.high, p.wide), WK_F32);
        p.w[i] = wk_randn(WK_SHAPE(p.wide, p.wide), WK_F32);
    }
    return p;
}

static wk_tensor *written(wk_tensor *to, wk_tensor *from)
{
    wk_copy_(to, from);
    return to;
}

/* Values stay small. */
static wk_tensor *line(const program *p, uint64_t pick, wk_tensor *x, wk_tensor *last)
{
    wk_tensor *w = p->w[pick / 16 % ALL], *v = p->w[pick / 64 % ALL], *other = p->x[pick / 256 % ALL];
    wk_tensor *y = wk_mul_scalar(wk_mm(x, w), 0.25);
    switch (pick % 10) {
    case 0: return wk_tanh(wk_add(y, other));
    case 1: return wk_tanh(wk_mul(wk_mm(last, w), x));
    case 2: /* what the product reads is overwritten with what is made of its results */ return written(x, wk_tanh(y));
    case 3: /* results are read at other places, too */
        wk_copy_(v, wk_tanh(wk_add(wk_mm(w, v), wk_transpose(wk_mm(w, v), 0, 1))));
        return last;
    case 4: { /* and turned, the very ones */
        wk_tensor *s = wk_mm(v, w);
        wk_copy_(v, wk_tanh(wk_sub(s, wk_transpose(s, 0, 1))));
        return last;
    }
    case 5: /* the rest waits for a sum of them */ return wk_tanh(wk_sub(y, wk_unsqueeze(wk_mean_dim(y, 1, false), 1)));
    case 6: /* a weight moves */
        wk_add_alpha_(w, wk_mm(wk_transpose(x, 0, 1), last), -0.01);
        wk_clamp_(other, -1, 1);
        return other;
    case 7: return wk_where(wk_gt(y, other), y, last);
    case 8: return wk_tanh(wk_add(wk_matmul(wk_relu(last), wk_transpose(w, 0, 1)), wk_narrow(v, 0, 0, 1)));
    default: wk_mul_(other, wk_sigmoid(wk_mm(other, w))); return wk_add(last, other);
    }
}

static wk_tensor *run_program(void *user, wk_tensor *const *in, int n)
{
    const program *p = user;
    uint64_t state = p->seed;
    (void)n;
    wk_tensor *last = in[0];
    for (int i = 0; i < LINES; i++) {
        wk_tensor *x = p->x[next(&state) % ALL];
        last = line(p, next(&state), x, last);
        if (next(&state) % 4 == 0) last = written(x, wk_tanh(last));
    }
    return last;
}

static void compare(wk_tensor *a, wk_tensor *b, uint64_t seed, const char *what)
{
    const float *x = host_data(wk_contiguous(a)), *y = host_data(wk_contiguous(b));
    for (int64_t i = 0; i < wk_numel(a); i++)
        ck_assert_msg(!memcmp(&x[i], &y[i], sizeof *x), "program %d: element %d of %s is %g instead of %g", (int)seed,
                      (int)i, what, (double)y[i], (double)x[i]);
}

TEST(products, that_go_on_have_the_bits_of_ordinary_runs_in_any_order_that_their_graph_allows)
{
    for (uint64_t seed = 1; seed <= 24 && ours_here(); seed++) {
        WK_SCOPE(one);
        program plain = program_of(seed), planned = program_of(seed);
        wk_plan *plan = wk_capture(run_program, &planned);
        for (int run = 0; run < 4; run++) {
            WK_SCOPE(pair);
            sow((unsigned)(seed + 100 * (uint64_t)run));
            wk_tensor *in = wk_randn(WK_SHAPE(plain.high, plain.wide), WK_F32);
            wk_tensor *a = run_program(&plain, &in, 1), *b = wk_plan_run(plan, &in, 1);
            CHECK_OK();
            compare(a, b, seed, "the result");
            for (int i = 0; i < ALL; i++) {
                compare(plain.x[i], planned.x[i], seed, "a matrix");
                compare(plain.w[i], planned.w[i], seed, "a weight");
            }
        }
        CHECK(wk_plan_stats_of(plan).replays == 2);
    }
    sow(0);
}

/* ---- How many launches ---- */

typedef struct layers {
    wk_tensor *w1, *w2, *y;
} layers;

/* Of gradient descent on two matrices: three products that go on, two that do not, and the loss's sum */
static wk_tensor *descend(void *user, wk_tensor *const *in, int n)
{
    const layers *l = user;
    (void)n;
    wk_tensor *loss = wk_sum(wk_square(wk_sub(wk_mm(wk_relu(wk_mm(in[0], l->w1)), l->w2), l->y)));
    wk_backward(loss);
    WK_NO_GRAD(update);
    wk_tensor *const weights[] = { l->w1, l->w2 };
    for (int i = 0; i < 2; i++) {
        wk_add_alpha_(weights[i], wk_grad(weights[i]), -1e-6);
        wk_zero_(wk_grad(weights[i]));
    }
    return loss;
}

static int launches(layers *l, wk_tensor *in, bool with)
{
    wki_emu_live_t (*const live)(void) = (wki_emu_live_t(*)(void))(uintptr_t)emulator("wki_emu_live");
    setenv("WICK_CUDA_CHAINS", with ? "1" : "0", 1);
    wk_plan *plan = wk_capture(descend, l);
    for (int run = 0; run < 4; run++) wk_plan_run(plan, &in, 1);
    CHECK(wk_cuda_synchronize(wk_cuda(0)) == WK_OK);
    const unsigned long before = live().kernels;
    wk_plan_run(plan, &in, 1);
    CHECK(wk_cuda_synchronize(wk_cuda(0)) == WK_OK);
    CHECK_OK();
    CHECK(wk_plan_stats_of(plan).replays >= 2);
    unsetenv("WICK_CUDA_CHAINS");
    return (int)(live().kernels - before);
}

TEST(products, that_go_on_are_one_launch_each)
{
    if (!ours_here() || !emulator("wki_emu_live")) return;
    wk_set_device(wk_cuda(0));
    wk_tensor *in = wk_randn(WK_SHAPE(8, 30), WK_F32);
    layers l = { wk_requires_grad(wk_randn(WK_SHAPE(30, 12), WK_F32)),
                 wk_requires_grad(wk_randn(WK_SHAPE(12, 2), WK_F32)), wk_randn(WK_SHAPE(8, 2), WK_F32) };
    ck_assert_int_eq(launches(&l, in, false), 14);
    ck_assert_int_eq(launches(&l, in, true), 6);
}

WICK_TEST_MAIN
