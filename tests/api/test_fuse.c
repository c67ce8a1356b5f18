/* Replayed products take ReLU and its gradient into their last pass, and elementwise results the place of an operand
 * that ends: only where nobody can tell. */
#include "backends/profile.h"
#include "step_model.h"
#include "wick_check.h"
#include <math.h>

enum { ROWS = 128, WIDTH = 160, LINES = 10, PROGRAMS = 60 };

/* ---- Random networks: whoever else reads a sum, a gradient or a mask, the bits are an ordinary run's ---- */

typedef struct program {
    uint64_t seed;
    wk_tensor *weights[2], *bias, *filters, *more, *some; /* leaves */
} program;

static uint64_t next(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return *x >> 33;
}

static wk_tensor *convolved(const program *p, wk_tensor *x)
{
    wk_tensor *images = wk_reshape(x, WK_SHAPE(ROWS / 4, 4, 8, WIDTH / 8));
    return wk_reshape(wk_relu(wk_conv2d(images, p->filters, NULL, .padding = WK_DIMS(1))), WK_SHAPE(ROWS, WIDTH));
}

/* Of many images and channels, as the CPU's kernel straight from x takes them. */
static wk_tensor *convolved_many(const program *p, wk_tensor *x)
{
    wk_tensor *images = wk_reshape(x, WK_SHAPE(16, 16, 8, WIDTH / 16));
    wk_tensor *y = wk_relu(wk_conv2d(images, p->more, p->some, .padding = WK_DIMS(1)));
    return wk_reshape(wk_narrow(y, 1, 3, 16), WK_SHAPE(ROWS, WIDTH));
}

static wk_tensor *line(const program *p, uint64_t pick, wk_tensor *x, wk_tensor *older)
{
    wk_tensor *sum = wk_linear(x, p->weights[pick / 16 % 2], pick & 8 ? p->bias : NULL), *y;
    switch (pick % 8) {
    case 0: return wk_relu(sum);
    case 1: return wk_add(wk_relu(sum), wk_mul_scalar(sum, 0.125)); /* the sum has another reader */
    case 2: return wk_relu(wk_relu(sum));
    case 3: return pick & 16 ? convolved(p, x) : convolved_many(p, x);
    case 4: return wk_t(wk_relu(wk_t(sum)));
    case 5: return wk_mul(wk_relu(sum), wk_sigmoid(older)); /* what came out has two readers */
    case 6: return wk_relu(wk_reshape(wk_relu(wk_reshape(sum, WK_SHAPE(WIDTH, ROWS))), WK_SHAPE(ROWS, WIDTH)));
    default:
        y = wk_relu(sum);
        wk_mul_scalar_(y, 0.5); /* it changes before its gradient reads it: refused, or not needed */
        return wk_add(wk_detach(y), sum);
    }
}

static wk_tensor *run_program(void *user, wk_tensor *const *in, int n)
{
    const program *p = user;
    uint64_t x = p->seed;
    (void)n;
    for (int i = 0; i < 2; i++) wk_set_grad(p->weights[i], NULL);
    wk_set_grad(p->bias, NULL);
    wk_set_grad(p->filters, NULL);
    wk_set_grad(p->more, NULL);
    wk_set_grad(p->some, NULL);
    wk_tensor *last = in[0], *older = in[0];
    for (int i = 0; i < LINES; i++) {
        wk_tensor *y = line(p, next(&x), last, older);
        older = last;
        last = y;
    }
    wk_tensor *loss = wk_mean(wk_square(last));
    wk_backward(loss);
    return loss;
}

static wk_tensor *leaf(int ndim, const int64_t *shape)
{
    wk_tensor *t = wk_mul_scalar(wk_randn(ndim, shape, WK_F32), 0.08);
    wk_requires_grad(t);
    return t;
}

static program program_of(uint64_t seed)
{
    wk_manual_seed(seed);
    program p = { .seed = seed };
    for (int i = 0; i < 2; i++) p.weights[i] = leaf(WK_SHAPE(WIDTH, WIDTH));
    p.bias = leaf(WK_SHAPE(WIDTH));
    p.filters = leaf(WK_SHAPE(4, 4, 3, 3));
    p.more = leaf(WK_SHAPE(40, 16, 3, 3));
    p.some = leaf(WK_SHAPE(40));
    return p;
}

/* Which of two NaN comes out of a sum is the compiler's choice. */
static void compare(wk_tensor *a, wk_tensor *b, uint64_t seed, const char *what)
{
    CHECK(!a == !b);
    if (!a) return;
    const float *x = host_data(wk_contiguous(a)), *y = host_data(wk_contiguous(b));
    bool same = true;
    for (int64_t i = 0; i < wk_numel(a); i++)
        same = same && (!memcmp(&x[i], &y[i], sizeof *x) || (isnan(x[i]) && isnan(y[i])));
    ck_assert_msg(same, "program %d: %s differs", (int)seed, what);
}

static void compare_runs(uint64_t seed)
{
    WK_SCOPE(all);
    program a = program_of(seed), b = program_of(seed);
    wk_tensor *x = wk_randn(WK_SHAPE(ROWS, WIDTH), WK_F32);
    if (seed % 5 == 0) wk_copy_(wk_narrow(x, 0, 3, 1), wk_full(WK_SHAPE(1, WIDTH), WK_F32, NAN));
    wk_plan *plan = wk_capture(run_program, &a);
    for (int i = 0; i < 3; i++) {
        WK_SCOPE(run);
        wk_tensor *y = wk_plan_run(plan, &x, 1), *z = run_program(&b, &x, 1);
        ck_assert_msg(y && z, "program %d: %s", (int)seed, wk_error_text());
        compare(y, z, seed, "the loss");
        for (int k = 0; k < 2; k++) compare(wk_grad(a.weights[k]), wk_grad(b.weights[k]), seed, "a weight's gradient");
        compare(wk_grad(a.bias), wk_grad(b.bias), seed, "the bias's gradient");
        compare(wk_grad(a.filters), wk_grad(b.filters), seed, "the filters' gradient");
        compare(wk_grad(a.more), wk_grad(b.more), seed, "the gradient of many filters");
        compare(wk_grad(a.some), wk_grad(b.some), seed, "the gradient of their bias");
    }
    ck_assert_msg(wk_plan_stats_of(plan).replays > 0, "program %d: %s", (int)seed, wk_plan_why(plan));
}

TEST(fuse, changes_no_bit_whoever_reads_what)
{
    for (int threads = 1; threads <= 3; threads += 2) {
        CHECK(wk_set_num_threads(threads) == WK_OK);
        for (uint64_t seed = 1; seed <= PROGRAMS; seed++) compare_runs(seed);
    }
}

/* ---- It does so ---- */

static int64_t calls_of(wk_profile *p, const char *name)
{
    wk_profile_row rows[64];
    const int n = (int)wk_profile_rows(p, rows, 64);
    for (int i = 0; i < n && i < 64; i++)
        if (!strcmp(rows[i].name, name)) return rows[i].calls;
    return 0;
}

TEST(fuse, leaves_neither_relu_nor_its_gradient_to_a_perceptron)
{
    model m = { .net = wk_mlp(4, (int64_t[]){ 8, 12, 10, 3 }) };
    m.opt = wk_optim_sgd(wk_parameters(m.net), .lr = 0.1);
    wk_tensor *in[] = { wk_randn(WK_SHAPE(4, 8), WK_F32), wk_zeros(WK_SHAPE(4), WK_I64) };
    wk_plan *plan = wk_capture(step, &m);
    for (int i = 0; i < 2; i++) CHECK(wk_plan_run(plan, in, 2));
    wk_profile *p = wk_profile_new();
    {
        WK_PROFILE(on, p);
        CHECK(wk_plan_run(plan, in, 2));
    }
    CHECK(calls_of(p, "product") == 3 && calls_of(p, "linear backward: product") == 5);
    CHECK(calls_of(p, "relu") == 0 && calls_of(p, "relu backward") == 0);
}

static wk_tensor *many_passes(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    wk_tensor *x = in[0];
    for (int i = 0; i < 8; i++) x = wk_tanh(*(bool *)user ? wk_add(x, in[0]) : wk_add(x, wk_t(x)));
    return wk_sum(x);
}

/* Eight sums and their tanh one after the other have room in one place, if each reads its operands where it writes. */
TEST(fuse, gives_results_the_place_of_what_ends)
{
    wk_tensor *x = wk_randn(WK_SHAPE(256, 256), WK_F32);
    for (int alike = 0; alike < 2; alike++) {
        bool option = alike;
        wk_plan *plan = wk_capture(many_passes, &option);
        for (int i = 0; i < 2; i++) CHECK(wk_plan_run(plan, &x, 1));
        const size_t bytes = wk_plan_stats_of(plan).bytes, each = 256 * 256 * sizeof(float);
        CHECK(alike ? bytes < 2 * each : bytes >= 2 * each && bytes < 3 * each);
    }
}

WICK_TEST_MAIN
