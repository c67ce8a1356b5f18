/* Convolution, unfold and pooling: against plain loops on many shapes, against PyTorch's values, and the same bits for
 * any number of threads. */
#include "base/rng.h"
#include "golden/conv.h"
#include "wick/wick.h"
#include "wick_check.h"
#include <stdio.h>

/* ((i * a) mod m - m / 2) / m, as conv.py has it */
static wk_tensor *ramp(int ndim, const int64_t *shape, int a, int m, wk_dtype dtype)
{
    wk_tensor *t = wk_zeros(ndim, shape, WK_F64);
    double *p = (double *)host_data(t);
    for (int64_t i = 0; i < wk_numel(t); i++) p[i] = (double)(i * a % m - m / 2) / m;
    host_changed(t, p);
    return wk_to(t, dtype);
}

/* ---- Plain loops ---- */

typedef struct problem {
    int n; /* dims slid over; the leading ones of the three are 1 */
    bool transposed;
    int64_t images, groups, in, out; /* channels of a group */
    int64_t size[3], windows[3], kernel[3], stride[3], padding[3], dilation[3], more[3];
} problem;

/* The members in their order, `more` 0 */
#define PROBLEM(...)                                                                                                   \
    {                                                                                                                  \
        __VA_ARGS__, { 0 }                                                                                             \
    }

static int64_t volume(const int64_t s[3]) { return s[0] * s[1] * s[2]; }

/* what each of the three sums has to add: for every window and tap inside */
typedef void at_tap(double *x, double *w, double *y);
static void add_y(double *x, double *w, double *y) { *y += *x * *w; }
static void add_x(double *x, double *w, double *y) { *x += *y * *w; }
static void add_w(double *x, double *w, double *y) { *w += *x * *y; }

static void each_tap(const problem *p, double *x, double *w, double *y, at_tap *add)
{
    const int64_t windows = volume(p->windows), taps = volume(p->kernel), plane = volume(p->size);
    for (int64_t n = 0; n < p->images * p->groups; n++)
        for (int64_t o = 0; o < p->out; o++)
            for (int64_t i = 0; i < p->in; i++)
                for (int64_t at = 0; at < windows * taps; at++) {
                    int64_t window = at / taps, tap = at % taps, from = 0, step = 1;
                    bool inside = true;
                    for (int d = 2; d >= 0; d--) {
                        const int64_t k = tap % p->kernel[d], v = window % p->windows[d];
                        const int64_t place = v * p->stride[d] - p->padding[d] + k * p->dilation[d];
                        inside = inside && place >= 0 && place < p->size[d];
                        from += place * step, step *= p->size[d];
                        tap /= p->kernel[d], window /= p->windows[d];
                    }
                    if (inside)
                        add(x + (n * p->in + i) * plane + from,
                            w + ((n % p->groups * p->out + o) * p->in + i) * taps + at % taps,
                            y + (n * p->out + o) * windows + at / taps);
                }
}

/* [first, second, spatial ...] with the dims there are */
static wk_tensor *drawn(const problem *p, int64_t first, int64_t second, const int64_t spatial[3], wk_dtype dtype)
{
    int64_t shape[5] = { first, second };
    for (int i = 0; i < p->n; i++) shape[2 + i] = spatial[3 - p->n + i];
    return wk_randn(2 + p->n, shape, dtype);
}

static wk_dims dims(const problem *p, const int64_t sizes[3])
{
    wk_dims d = { .n = p->n };
    for (int i = 0; i < p->n; i++) d.size[i] = sizes[3 - p->n + i];
    return d;
}

static wk_tensor *convolve(const problem *p, wk_tensor *x, wk_tensor *w, wk_tensor *bias)
{
    static wk_tensor *(*const all[2][3])(
        const wk_conv_opts *) = { { wk_conv1d_new, wk_conv2d_new, wk_conv3d_new },
                                  { wk_conv_transpose1d_new, wk_conv_transpose2d_new, wk_conv_transpose3d_new } };
    wk_conv_opts o = wk_conv_opts_default();
    o.x = x, o.weight = w, o.bias = bias, o.groups = p->groups;
    o.stride = dims(p, p->stride), o.padding = dims(p, p->padding), o.dilation = dims(p, p->dilation);
    if (p->transposed) o.output_padding = dims(p, p->more);
    return all[p->transposed][p->n - 1](&o);
}

static void check_close(const char *what, const problem *p, wk_tensor *t, wk_tensor *expected)
{
    const bool narrow = wk_dtype_of(t) == WK_F32;
    t = wk_to_device(wk_to(t, WK_F64), WK_CPU);
    expected = wk_reshape(expected, wk_ndim(t), wk_shape(t));
    CHECK_OK();
    if (!wk_allclose(t, expected, narrow ? 1e-4 : 1e-12, narrow ? 2e-4 : 1e-11))
        ck_abort_msg(
            "%s differs: %dd %s, %lld images, %lld groups of %lld to %lld, plane %lld %lld %lld, kernel %lld %lld "
            "%lld, stride %lld %lld, padding %lld %lld, dilation %lld %lld",
            what, p->n, p->transposed ? "transposed" : "plain", (long long)p->images, (long long)p->groups,
            (long long)p->in, (long long)p->out, (long long)p->size[0], (long long)p->size[1], (long long)p->size[2],
            (long long)p->kernel[0], (long long)p->kernel[1], (long long)p->kernel[2], (long long)p->stride[1],
            (long long)p->stride[2], (long long)p->padding[1], (long long)p->padding[2], (long long)p->dilation[1],
            (long long)p->dilation[2]);
}

static double *numbers(wk_tensor *t) { return (double *)host_data(t); }
static wk_tensor *copy64(wk_tensor *t) { return wk_clone(wk_to_device(wk_to(wk_detach(t), WK_F64), WK_CPU)); }

/* bias along dim 1 */
static wk_tensor *along(const problem *p, wk_tensor *bias)
{
    wk_tensor *b = bias;
    for (int i = 0; i < p->n; i++) b = wk_unsqueeze(b, -1);
    return b;
}

static void compare(const problem *p, wk_dtype dtype)
{
    WK_SCOPE(work);
    const int64_t a = p->groups * p->in, b = p->groups * p->out;
    wk_tensor *small = drawn(p, p->images, b, p->windows, dtype), *large = drawn(p, p->images, a, p->size, dtype);
    wk_tensor *w = wk_requires_grad(drawn(p, b, p->in, p->kernel, dtype)), *w64 = copy64(w);
    wk_tensor *bias = wk_requires_grad(wk_randn(WK_SHAPE(p->transposed ? a : b), dtype));
    wk_tensor *x = wk_requires_grad(p->transposed ? small : large), *g = p->transposed ? large : small;
    wk_tensor *y = convolve(p, x, w, bias);
    CHECK_OK();
    wk_backward_with(y, .gradient = g);
    CHECK_OK();
    WK_NO_GRAD(plain);
    const wk_device there = wk_device_of(y);
    wk_set_device(WK_CPU);
    wk_tensor *y64 = wk_zeros(wk_ndim(g), wk_shape(g), WK_F64), *x64 = copy64(x), *g64 = copy64(g);
    wk_tensor *dx = wk_zeros(wk_ndim(x), wk_shape(x), WK_F64), *dw = wk_zeros(wk_ndim(w), wk_shape(w), WK_F64);
    if (p->transposed) {
        each_tap(p, numbers(y64), numbers(w64), numbers(x64), add_x);
        each_tap(p, numbers(g64), numbers(w64), numbers(dx), add_y);
        each_tap(p, numbers(g64), numbers(dw), numbers(x64), add_w);
    } else {
        each_tap(p, numbers(x64), numbers(w64), numbers(y64), add_y);
        each_tap(p, numbers(dx), numbers(w64), numbers(g64), add_x);
        each_tap(p, numbers(x64), numbers(dw), numbers(g64), add_w);
    }
    check_close("y", p, y, wk_add(y64, along(p, copy64(bias))));
    check_close("dx", p, wk_grad(x), dx);
    check_close("dw", p, wk_grad(w), dw);
    check_close("db", p, wk_grad(bias), wk_sum_dims(g64, p->n + 1, (const int[]){ 0, 2, 3, 4 }, false));
    wk_set_device(there);
}

static int64_t from_to(wk_rng *rng, int64_t low, int64_t high)
{
    return low + (int64_t)wki_rng_below(rng, (uint64_t)(high - low + 1));
}

/* A problem that fits: windows along each dim as many as its sizes allow. */
static problem some_problem(wk_rng *rng, int64_t channels, int64_t most)
{
    problem p = { .n = (int)from_to(rng, 1, 3), .transposed = from_to(rng, 0, 1), .images = from_to(rng, 1, 3) };
    p.groups = from_to(rng, 1, 3), p.in = from_to(rng, 1, channels), p.out = from_to(rng, 1, channels);
    const bool dense = from_to(rng, 0, 1);
    for (int d = 0; d < 3; d++) {
        const bool used = d >= 3 - p.n;
        p.kernel[d] = used ? from_to(rng, 1, 4) : 1, p.stride[d] = used && !dense ? from_to(rng, 1, 3) : 1;
        p.padding[d] = used ? from_to(rng, 0, 2) : 0, p.dilation[d] = used ? from_to(rng, 1, 2) : 1;
        const int64_t reach = p.dilation[d] * (p.kernel[d] - 1) + 1;
        p.windows[d] = used ? from_to(rng, 1, p.n == 3 ? most / 2 : most) : 1;
        int64_t size = (p.windows[d] - 1) * p.stride[d] + reach - 2 * p.padding[d];
        if (size < 1) { /* padded more than it reaches over */
            p.padding[d] = 0;
            size = (p.windows[d] - 1) * p.stride[d] + reach;
        }
        p.more[d] = used && p.stride[d] > 1 ? from_to(rng, 0, p.stride[d] - 1) : 0;
        p.size[d] = size + p.more[d];
    }
    return p;
}

TEST(conv, is_what_plain_loops_compute)
{
    wk_rng rng = wki_rng_at(5, 0, 0);
    wk_manual_seed(5);
    for (int i = 0; i < 150; i++) {
        const problem p = some_problem(&rng, 5, 6);
        compare(&p, i % 2 ? WK_F32 : WK_F64);
    }
}

/* many channels: slices, several blocks of channels and windows, several images at once */
TEST(conv, is_what_plain_loops_compute_when_it_is_cut_in_blocks)
{
    static const problem problems[] = {
        PROBLEM(2, false, 2, 1, 40, 33, { 1, 11, 40 }, { 1, 11, 40 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 1, 1 },
                { 1, 1, 1 }),
        PROBLEM(2, true, 2, 1, 33, 24, { 1, 21, 30 }, { 1, 17, 30 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 0, 1 },
                { 1, 2, 1 }),
        PROBLEM(2, false, 1, 2, 70, 8, { 1, 9, 10 }, { 1, 9, 5 }, { 1, 5, 3 }, { 1, 1, 2 }, { 0, 2, 1 }, { 1, 1, 1 }),
        PROBLEM(3, false, 2, 1, 12, 16, { 4, 6, 9 }, { 3, 6, 7 }, { 2, 3, 3 }, { 1, 1, 1 }, { 0, 1, 0 }, { 1, 1, 1 }),
        PROBLEM(2, true, 1, 1, 60, 40, { 1, 13, 13 }, { 1, 6, 6 }, { 1, 3, 3 }, { 1, 2, 2 }, { 0, 0, 0 }, { 1, 1, 1 }),
        PROBLEM(2, false, 9, 1, 90, 70, { 1, 5, 5 }, { 1, 5, 5 }, { 1, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, { 1, 1, 1 }),
        PROBLEM(1, false, 3, 1, 2, 3, { 1, 1, 5000 }, { 1, 1, 2498 }, { 1, 1, 5 }, { 1, 1, 2 }, { 0, 0, 0 },
                { 1, 1, 1 }),
        PROBLEM(2, false, 2, 40, 1, 1, { 1, 12, 14 }, { 1, 12, 14 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 1, 1 },
                { 1, 1, 1 }),
        PROBLEM(2, false, 10, 1, 20, 12, { 1, 5, 6 }, { 1, 5, 6 }, { 1, 5, 3 }, { 1, 1, 1 }, { 0, 2, 1 }, { 1, 1, 1 }),
        PROBLEM(2, false, 10, 2, 3, 20, { 1, 5, 6 }, { 1, 3, 3 }, { 1, 3, 3 }, { 1, 1, 2 }, { 0, 0, 1 }, { 1, 1, 1 }),
        PROBLEM(2, false, 5, 1, 16, 12, { 1, 4, 9 }, { 1, 4, 9 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 4, 1 }, { 1, 4, 1 }),
        PROBLEM(2, false, 2, 2, 40, 6, { 1, 32, 25 }, { 1, 30, 25 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 0, 1 },
                { 1, 1, 1 }),
        PROBLEM(2, false, 2, 1, 20, 5, { 1, 60, 28 }, { 1, 30, 27 }, { 1, 2, 2 }, { 1, 2, 1 }, { 0, 0, 0 },
                { 1, 1, 1 }),
        PROBLEM(1, false, 2, 1, 16, 7, { 1, 1, 1200 }, { 1, 1, 1198 }, { 1, 1, 3 }, { 1, 1, 1 }, { 0, 0, 2 },
                { 1, 1, 3 }),
        PROBLEM(2, false, 2, 1, 36, 7, { 1, 23, 30 }, { 1, 23, 30 }, { 1, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 },
                { 1, 1, 1 }),
        PROBLEM(3, false, 7, 1, 32, 9, { 3, 5, 6 }, { 3, 5, 5 }, { 3, 3, 2 }, { 1, 1, 1 }, { 1, 1, 0 }, { 1, 1, 1 }),
        /* padded by more than the kernel reaches over: turned, they begin inside */
        PROBLEM(1, true, 20, 1, 33, 32, { 1, 1, 31 }, { 1, 1, 36 }, { 1, 1, 4 }, { 1, 1, 1 }, { 0, 0, 4 }, { 1, 1, 1 }),
        PROBLEM(2, true, 17, 1, 36, 16, { 1, 13, 28 }, { 1, 12, 36 }, { 1, 2, 3 }, { 1, 1, 1 }, { 0, 0, 5 },
                { 1, 1, 1 }),
        PROBLEM(2, false, 16, 1, 24, 20, { 1, 9, 13 }, { 1, 14, 19 }, { 1, 2, 3 }, { 1, 1, 1 }, { 0, 3, 4 },
                { 1, 1, 1 }),
    };
    wk_manual_seed(6);
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        problem p = problems[i];
        if (p.transposed)
            for (int d = 0; d < 3; d++)
                p.more[d] = p.size[d] - ((p.windows[d] - 1) * p.stride[d] + p.dilation[d] * (p.kernel[d] - 1) + 1 -
                                         2 * p.padding[d]);
        compare(&p, WK_F64);
        compare(&p, WK_F32);
    }
}

/* ---- Threads ---- */

static void all_of(const problem *p, wk_tensor *to[5])
{
    wk_manual_seed(7);
    wk_tensor *x = wk_requires_grad(drawn(p, p->images, p->groups * p->in, p->size, WK_F32));
    wk_tensor *w = wk_requires_grad(drawn(p, p->groups * p->out, p->in, p->kernel, WK_F32));
    wk_tensor *b = wk_requires_grad(wk_randn(WK_SHAPE(p->groups * p->out), WK_F32));
    wk_tensor *y = convolve(p, x, w, b);
    wk_tensor *pooled =
        wk_add(wk_max_pool2d(y, WK_DIMS(2)), wk_avg_pool2d(y, WK_DIMS(3), .stride = WK_DIMS(2), .padding = WK_DIMS(1)));
    wk_backward(wk_sum(wk_square(wk_add(pooled, wk_adaptive_avg_pool2d(y, WK_DIMS(8))))));
    CHECK_OK();
    to[0] = y, to[1] = wk_grad(x), to[2] = wk_grad(w), to[3] = wk_grad(b), to[4] = pooled;
}

TEST(conv, has_the_same_bits_for_any_number_of_threads)
{
    static const problem problems[] = {
        PROBLEM(2, false, 5, 1, 24, 20, { 1, 16, 16 }, { 1, 16, 16 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 1, 1 },
                { 1, 1, 1 }),
        PROBLEM(2, false, 3, 2, 4, 6, { 1, 33, 33 }, { 1, 16, 16 }, { 1, 3, 3 }, { 1, 2, 2 }, { 0, 0, 0 }, { 1, 1, 1 }),
        PROBLEM(2, false, 18, 1, 12, 5, { 1, 16, 2 }, { 1, 16, 2 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 1, 1 }, { 1, 1, 1 }),
    };
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        wk_tensor *one[5], *many[5];
        all_of(&problems[i], one);
        for (int threads = 2; threads <= 5; threads++) {
            wk_set_num_threads(threads);
            all_of(&problems[i], many);
            for (int k = 0; k < 5; k++) ck_assert_msg(wk_equal(one[k], many[k]), "%d with %d threads", k, threads);
        }
        wk_set_num_threads(1);
    }
}

/* the gradient of a convolution's weights and what it gives, in one */
static wk_tensor *both_ways(void *weights, wk_tensor *const *in, int n)
{
    (void)n;
    wk_tensor *y = wk_conv2d(in[0], weights, NULL, .padding = WK_DIMS(1)), *grad[1];
    if (!y || wk_autograd_grad(&(wk_tensor *){ wk_sum(wk_square(y)) }, 1, &(wk_tensor *){ weights }, 1, false, grad))
        return NULL;
    return wk_cat((wk_tensor *[]){ wk_flatten(wk_detach(y), 0, -1), wk_flatten(grad[0], 0, -1) }, 2, 0);
}

TEST(conv, has_the_same_bits_replayed_in_another_instruction_set)
{
    const char *const before = wk_cpu_isa(), *const sets[] = { "avx2", "avx512", "avx2", "avx2", "avx512" };
    wk_tensor *w = wk_requires_grad(wk_randn(WK_SHAPE(20, 18, 3, 3), WK_F32));
    wk_tensor *x = wk_randn(WK_SHAPE(9, 18, 9, 9), WK_F32), *first = NULL;
    if (wk_set_cpu_isa("avx512") || wk_set_cpu_isa("avx2")) {
        wk_error_clear();
        return;
    }
    wk_plan *plan = wk_capture(both_ways, w);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        ck_assert_int_eq(wk_set_cpu_isa(sets[i]), WK_OK);
        wk_tensor *y = wk_plan_run(plan, &x, 1);
        CHECK_OK();
        if (!first) first = wk_clone(y);
        ck_assert_msg(wk_equal(first, y), "run %zu, with %s", i, sets[i]);
    }
    ck_assert_int_eq(wk_set_cpu_isa(before), WK_OK);
}

/* ---- PyTorch's values ---- */

static void check_golden(const char *what, wk_tensor *t, const double *golden, size_t bytes)
{
    CHECK_OK();
    const double tolerance = wk_dtype_of(t) == WK_F32 ? 1e-5 : 1e-13;
    if (wk_numel(t) * sizeof(double) != bytes) ck_abort_msg("%s has %lld elements", what, (long long)wk_numel(t));
    t = wk_contiguous(wk_to(wk_detach(t), WK_F64));
    const double *got = numbers(t);
    for (int64_t i = 0; i < wk_numel(t); i++) {
        const double a = got[i], b = golden[i];
        if (!(a == b || fabs(a - b) <= tolerance || (isnan(a) && isnan(b))))
            ck_abort_msg("%s, element %d: %.17g; PyTorch has %.17g", what, (int)i, a, b);
    }
}

#define BACKWARD(y)           wk_backward(wk_sum(wk_mul(y, ramp(wk_ndim(y), wk_shape(y), 3, 8, type))))
#define GOLDEN(name, t, part) check_golden(#name #part, t, name##part, sizeof name##part)
/* x: its shape in brackets; the rest is the call */
#define OF_X(name, shape, ...)                                                                                         \
    {                                                                                                                  \
        WK_SCOPE(work);                                                                                                \
        wk_tensor *x = wk_requires_grad(ramp shape), *y = __VA_ARGS__;                                                 \
        BACKWARD(y);                                                                                                   \
        GOLDEN(name, y, _y);                                                                                           \
        GOLDEN(name, wk_grad(x), _d0);                                                                                 \
    }
#define OF_X_W(name, shape, weight, ...)                                                                               \
    {                                                                                                                  \
        WK_SCOPE(work);                                                                                                \
        wk_tensor *x = wk_requires_grad(ramp shape), *w = wk_requires_grad(ramp weight), *y = __VA_ARGS__;             \
        BACKWARD(y);                                                                                                   \
        GOLDEN(name, y, _y);                                                                                           \
        GOLDEN(name, wk_grad(x), _d0);                                                                                 \
        GOLDEN(name, wk_grad(w), _d1);                                                                                 \
    }
#define OF_X_W_B(name, shape, weight, bias, ...)                                                                       \
    {                                                                                                                  \
        WK_SCOPE(with_bias);                                                                                           \
        wk_tensor *b = wk_requires_grad(ramp(WK_SHAPE(bias), 3, 8, type));                                             \
        OF_X_W(name, shape, weight, __VA_ARGS__)                                                                       \
        GOLDEN(name, wk_grad(b), _d2);                                                                                 \
    }
#define X(...) (WK_SHAPE(__VA_ARGS__), 7, 16, type)
#define W(...) (WK_SHAPE(__VA_ARGS__), 5, 32, type)
#define D      WK_DIMS

static void convolutions(wk_dtype type)
{
    OF_X_W_B(conv1d, X(2, 4, 7), W(3, 4, 3), 3, wk_conv1d(x, w, b, .stride = D(2), .padding = D(2), .dilation = D(2)))
    OF_X_W_B(conv2d, X(2, 3, 4, 5), W(2, 3, 3, 3), 2, wk_conv2d(x, w, b, .padding = D(1)))
    OF_X_W_B(conv2d_grouped, X(4, 5, 4), W(6, 2, 2, 3), 6,
             wk_conv2d(x, w, b, .stride = D(2, 1), .padding = D(0, 2), .groups = 2))
    OF_X_W(conv2d_wide, X(1, 16, 3, 4), W(2, 16, 3, 3), wk_conv2d(x, w, NULL, .padding = D(1)))
    OF_X_W_B(conv2d_depthwise, X(1, 3, 4, 5), W(3, 1, 3, 2), 3,
             wk_conv2d(x, w, b, .dilation = D(1, 2), .padding = D(1), .groups = 3))
    OF_X_W_B(conv3d, X(1, 2, 3, 4, 3), W(2, 2, 2, 2, 3), 2,
             wk_conv3d(x, w, b, .stride = D(1, 2, 1), .padding = D(1, 0, 1)))
}

static void transposes(wk_dtype type)
{
    OF_X_W_B(transpose1d, X(2, 3, 4), W(3, 2, 3), 2,
             wk_conv_transpose1d(x, w, b, .stride = D(3), .padding = D(1), .output_padding = D(2)))
    OF_X_W_B(transpose2d, X(1, 2, 3, 4), W(2, 3, 3, 2), 3,
             wk_conv_transpose2d(x, w, b, .padding = D(1, 0), .dilation = D(1, 2)))
    OF_X_W_B(transpose2d_grouped, X(2, 4, 2, 3), W(4, 1, 2, 3), 2,
             wk_conv_transpose2d(x, w, b, .stride = D(2), .groups = 2, .output_padding = D(1)))
    OF_X_W(transpose3d, X(1, 2, 2, 2, 2), W(2, 1, 2, 2, 3), wk_conv_transpose3d(x, w, NULL, .stride = D(1, 2, 1)))
}

static void columns(wk_dtype type)
{
    OF_X(unfold, X(2, 2, 4, 5), wk_unfold(x, D(2, 3), .dilation = D(2, 1), .padding = D(1, 0), .stride = D(1, 2)))
    OF_X(fold, X(2, 12, 8), wk_fold(x, D(4, 5), D(2, 3), .dilation = D(2, 1), .padding = D(1, 0), .stride = D(1, 2)))
}

static void maxima(wk_dtype type)
{
    OF_X(max1d, X(2, 2, 7), wk_max_pool1d(x, D(3), .stride = D(2), .padding = D(1)))
    OF_X(max2d, X(1, 2, 4, 5), wk_max_pool2d(x, D(2)))
    OF_X(max2d_ceil, X(1, 2, 5, 6), wk_max_pool2d(x, D(3, 2), .stride = D(2, 3), .padding = D(1, 1), .ceil_mode = true))
    OF_X(max2d_beyond, X(1, 2, 2, 5), wk_max_pool2d(x, D(4, 2), .stride = D(3), .padding = D(0, 1), .ceil_mode = true))
    OF_X(max2d_dilated, X(2, 4, 5), wk_max_pool2d(x, D(2), .stride = D(1), .dilation = D(2, 3)))
    OF_X(max3d, X(1, 1, 2, 3, 3), wk_max_pool3d(x, D(2, 1, 2), .stride = D(1), .padding = D(1, 0, 1)))
    OF_X(adaptive_max1d, X(2, 7), wk_adaptive_max_pool1d(x, D(4), NULL))
    OF_X(adaptive_max2d, X(1, 2, 7, 6), wk_adaptive_max_pool2d(x, D(3, 4), NULL))
    OF_X(adaptive_max2d_even, X(1, 2, 4, 6), wk_adaptive_max_pool2d(x, D(2), NULL))
    OF_X(adaptive_max3d, X(1, 1, 3, 3, 4), wk_adaptive_max_pool3d(x, D(2, 2, 3), NULL))
}

static void averages(wk_dtype type)
{
    OF_X(avg1d, X(2, 2, 6), wk_avg_pool1d(x, D(3), .stride = D(2), .padding = D(1), .ceil_mode = true))
    OF_X(avg2d, X(1, 2, 4, 5), wk_avg_pool2d(x, D(2)))
    OF_X(avg2d_ceil, X(1, 2, 4, 6), wk_avg_pool2d(x, D(3), .stride = D(2), .padding = D(1), .ceil_mode = true))
    OF_X(
        avg2d_real, X(1, 2, 4, 6),
        wk_avg_pool2d(x, D(3, 2), .stride = D(2, 2), .padding = D(1, 1), .ceil_mode = true, .count_include_pad = false))
    OF_X(avg2d_beyond, X(1, 2, 2, 5), wk_avg_pool2d(x, D(4, 3), .ceil_mode = true))
    OF_X(avg2d_by, X(1, 2, 3, 3), wk_avg_pool2d(x, D(2), .stride = D(1), .divisor_override = -3))
    OF_X(avg3d, X(1, 1, 3, 4, 3), wk_avg_pool3d(x, D(2, 3, 2), .stride = D(1, 2, 1), .padding = D(1, 1, 0)))
    OF_X(adaptive_avg1d, X(2, 7), wk_adaptive_avg_pool1d(x, D(4)))
    OF_X(adaptive_avg2d, X(1, 2, 7, 3), wk_adaptive_avg_pool2d(x, D(3, -1)))
    OF_X(adaptive_avg2d_one, X(2, 2, 3, 4), wk_adaptive_avg_pool2d(x, D(1)))
    OF_X(adaptive_avg3d, X(1, 1, 3, 3, 4), wk_adaptive_avg_pool3d(x, D(2, 5, 2)))
}

static void sizes(wk_dtype type)
{
    OF_X(nearest1d, X(2, 2, 5), wk_interpolate(x, .scale_factor = 1.3))
    OF_X(nearest2d, X(1, 2, 4, 5), wk_interpolate(x, .output_size = D(7, 3)))
    OF_X(nearest2d_same, X(1, 2, 4, 3), wk_interpolate(x, .scale_factors = { 1.1, 2.2 }))
    OF_X(nearest3d_exact, X(1, 1, 4, 3, 2),
         wk_interpolate(x, .scale_factors = { 0.6, 1.5, 2 }, .mode = WK_INTERPOLATE_NEAREST_EXACT))
    OF_X(linear1d, X(2, 2, 4),
         wk_interpolate(x, .output_size = D(7), .mode = WK_INTERPOLATE_LINEAR, .align_corners = true))
    OF_X(linear2d, X(1, 2, 3, 4), wk_interpolate(x, .scale_factor = 2, .mode = WK_INTERPOLATE_LINEAR))
    OF_X(linear2d_less, X(1, 2, 6, 9),
         wk_interpolate(x, .scale_factor = 0.4, .mode = WK_INTERPOLATE_LINEAR, .recompute_scale_factor = true))
    OF_X(linear3d, X(1, 1, 4, 2, 5), wk_interpolate(x, .scale_factors = { 1.3, 1, 0.5 }, .mode = WK_INTERPOLATE_LINEAR))
    OF_X(cubic2d, X(1, 2, 3, 4), wk_interpolate(x, .scale_factor = 1.7, .mode = WK_INTERPOLATE_BICUBIC))
    OF_X(cubic2d_corners, X(1, 1, 5, 4),
         wk_interpolate(x, .output_size = D(2, 7), .mode = WK_INTERPOLATE_BICUBIC, .align_corners = true))
    OF_X(area2d, X(1, 2, 5, 4), wk_interpolate(x, .output_size = D(3, 2), .mode = WK_INTERPOLATE_AREA))
}

static void in_both(void (*values)(wk_dtype))
{
    values(WK_F64);
    values(WK_F32);
}
TEST(golden, convolutions_have_torchs_values) { in_both(convolutions); }
TEST(golden, transposes_have_torchs_values) { in_both(transposes); }
TEST(golden, unfold_and_fold_have_torchs_values) { in_both(columns); }
TEST(golden, maxima_have_torchs_values) { in_both(maxima); }
TEST(golden, averages_have_torchs_values) { in_both(averages); }
TEST(golden, resized_planes_have_torchs_values) { in_both(sizes); }

static void check_indices(wk_tensor *index, const int64_t *golden, int n)
{
    CHECK_OK();
    ck_assert_int_eq(wk_numel(index), n);
    const int64_t *got = host_data(index);
    for (int i = 0; i < n; i++) ck_assert_int_eq(got[i], golden[i]);
}
#define CHECK_ODD(name, ...)                                                                                           \
    GOLDEN(name, __VA_ARGS__, _y);                                                                                     \
    check_indices(i, name##_i, sizeof name##_i / sizeof(int64_t))

TEST(golden, ties_nans_and_infinities_are_found_where_torch_finds_them)
{
    static const double odd[] = { 1, 1, NAN, 0, -INFINITY, -INFINITY, 1, 0, NAN, 2, -INFINITY, -INFINITY };
    for (wk_dtype type = WK_F32; type <= WK_F64; type++) {
        wk_tensor *x = wk_to(wk_from(odd, WK_SHAPE(1, 2, 6), WK_F64), type), *i;
        CHECK_ODD(odd, wk_max_pool2d(x, D(2), .indices = &i));
        CHECK_ODD(odd_padded, wk_max_pool2d(x, D(3), .stride = D(2), .padding = D(1), .indices = &i));
        CHECK_ODD(odd_1d, wk_max_pool1d(x, D(3), .stride = D(1), .indices = &i));
        CHECK_ODD(odd_3d, wk_max_pool3d(wk_unsqueeze(x, 0), D(1, 2, 3), .stride = D(1), .indices = &i));
        CHECK_ODD(odd_adaptive, wk_adaptive_max_pool2d(x, D(2, 3), &i));
    }
}

/* ---- Edges and errors ---- */

TEST(conv, takes_batches_of_none_and_images_without_batch)
{
    wk_tensor *w = wk_requires_grad(wk_randn(WK_SHAPE(4, 3, 3, 3), WK_F32)), *x = wk_randn(WK_SHAPE(3, 6, 6), WK_F32);
    wk_tensor *none = wk_requires_grad(wk_zeros(WK_SHAPE(0, 3, 6, 6), WK_F32)), *y = wk_conv2d(none, w, NULL);
    ck_assert_int_eq(wk_size(y, 0), 0);
    ck_assert_int_eq(wk_size(y, 3), 4);
    wk_backward(wk_sum(y));
    CHECK(wk_equal(wk_grad(w), wk_zeros_like(w)));
    CHECK(wk_equal(wk_conv2d(x, w, NULL), wk_squeeze(wk_conv2d(wk_unsqueeze(x, 0), w, NULL), 0)));
    ck_assert_int_eq(wk_numel(wk_max_pool2d(none, D(2))), 0);
    ck_assert_int_eq(wk_numel(wk_adaptive_avg_pool2d(none, D(5))), 0);
    ck_assert_int_eq(wk_numel(wk_avg_pool2d(wk_zeros(WK_SHAPE(2, 0, 4, 4), WK_F64), D(2))), 0);
}

TEST(conv, refuses_what_does_not_fit)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(2, 4, 5, 5), WK_F32), *w = wk_zeros(WK_SHAPE(6, 4, 3, 3), WK_F32);
    CHECK_NULL(wk_conv2d(wk_zeros(WK_SHAPE(5, 5), WK_F32), w, NULL));
    CHECK_ERROR(WK_E_SHAPE, "conv2d", "x is [5, 5]", "[n, c, h, w]");
    CHECK_NULL(wk_conv1d(x, w, NULL));
    CHECK_ERROR(WK_E_SHAPE, "conv1d", "[n, c, w]");
    CHECK_NULL(wk_conv2d(x, w, NULL, .groups = 2));
    CHECK_ERROR(WK_E_SHAPE, "[2, 4, 5, 5]", "[6, 4, 3, 3]", "2 groups", "[o, c / groups, ...]");
    CHECK_NULL(wk_conv2d(x, w, NULL, .groups = 0));
    CHECK_ERROR(WK_E_INVALID, "groups is 0");
    CHECK_NULL(wk_conv2d(x, w, wk_zeros(WK_SHAPE(4), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "bias is [4]", "[6]");
    CHECK_NULL(wk_conv2d(x, wk_to(w, WK_F64), NULL));
    CHECK_ERROR(WK_E_DTYPE, "x f32", "weight f64");
    CHECK_NULL(wk_conv2d(x, w, NULL, .dilation = D(1, 3)));
    CHECK_ERROR(WK_E_SHAPE, "the kernel [3, 3]", "7", "[5, 5]");
    CHECK_NULL(wk_conv2d(x, w, NULL, .stride = D(0)));
    CHECK_ERROR(WK_E_INVALID, "stride is 0");
    CHECK_NULL(wk_conv2d(x, w, NULL, .padding = D(1, 1, 1)));
    CHECK_ERROR(WK_E_INVALID, "padding has 3 sizes", "1 or 2");
    CHECK_NULL(wk_conv2d(x, w, NULL, .output_padding = D(1)));
    CHECK_ERROR(WK_E_INVALID, "output_padding");
    CHECK_NULL(wk_conv_transpose2d(x, wk_transpose(w, 0, 1), NULL, .stride = D(2), .output_padding = D(2)));
    CHECK_ERROR(WK_E_INVALID, "conv_transpose2d", "output_padding is 2", "stride (2)");
    CHECK_NULL(wk_conv_transpose2d(x, wk_transpose(w, 0, 1), NULL, .padding = D(9)));
    CHECK_ERROR(WK_E_SHAPE, "size -11", "leave nothing");
    CHECK_NULL(wk_conv2d(wk_zeros(WK_SHAPE(2, 4, 5, 5), WK_I64), w, NULL));
    CHECK_ERROR(WK_E_DTYPE, "conv2d", "x");
    CHECK_NULL(wk_conv2d(x, NULL, NULL));
    CHECK_ERROR(WK_E_INVALID, "weight");
}

/* With dilation a window can lie between the elements, in the padding of both sides: nothing is largest there. */
TEST(pools, leave_alone_what_windows_that_see_padding_alone_have)
{
    wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(2, 3, 1), WK_F32));
    wk_tensor *y = wk_max_pool1d(x, D(2), .stride = D(1), .padding = D(1), .dilation = D(2)), *grad;
    CHECK(y && wk_numel(y) == 6 && wk_item(wk_max(y)) == -INFINITY);
    wk_tensor *factors = wk_requires_grad(wk_ones_like(y)), *loss = wk_sum(wk_mul(y, factors));
    CHECK(wk_autograd_grad(&loss, 1, &x, 1, true, &grad) == WK_OK && wk_item(wk_sum(wk_abs(grad))) == 0);
    CHECK(wk_backward(wk_sum(grad)) == WK_OK && wk_item(wk_sum(wk_abs(wk_grad(factors)))) == 0);
}

TEST(pools, refuse_what_does_not_fit)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(2, 4, 5, 5), WK_F32);
    CHECK_NULL(wk_max_pool2d(x, D(3), .padding = D(2)));
    CHECK_ERROR(WK_E_INVALID, "max_pool2d", "padding is [2, 2]", "[3, 3]", "half");
    CHECK_NULL(wk_avg_pool2d(x, D(6)));
    CHECK_ERROR(WK_E_SHAPE, "avg_pool2d", "[6, 6]", "[5, 5]");
    CHECK_NULL(wk_avg_pool2d(x, D(2), .dilation = D(2)));
    CHECK_ERROR(WK_E_INVALID, "dilation");
    CHECK_NULL(wk_max_pool2d(x, (wk_dims){ 0 }));
    CHECK_ERROR(WK_E_INVALID, "kernel_size is missing");
    CHECK_NULL(wk_adaptive_avg_pool2d(wk_zeros(WK_SHAPE(2, 0, 5), WK_F32), D(1)));
    CHECK_ERROR(WK_E_SHAPE, "adaptive_avg_pool2d", "[0, 5]");
    CHECK_NULL(wk_fold(wk_zeros(WK_SHAPE(2, 8, 8), WK_F32), D(4, 4), D(2)));
    CHECK_ERROR(WK_E_SHAPE, "fold", "[2, 8, 8]", "c * 4, 9");
    CHECK_NULL(wk_unfold(x, D(2), .stride = D(-1)));
    CHECK_ERROR(WK_E_INVALID, "unfold", "stride is -1");
}

TEST(conv, saved_operands_are_watched)
{
    wk_tensor *x = wk_requires_grad(wk_randn(WK_SHAPE(1, 1, 4, 4), WK_F64)),
              *w = wk_randn(WK_SHAPE(1, 1, 2, 2), WK_F64);
    wk_tensor *y = wk_sum(wk_conv2d(x, w, NULL));
    wk_fill_(w, 0);
    wk_backward(y);
    CHECK_ERROR(WK_E_STATE, "in place");
}

WICK_TEST_MAIN
