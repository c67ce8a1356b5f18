/* Autocast: against torch's on the CPU, against operands rounded by hand, and what the mode touches: the thread, the
 * block, the ops recorded in it. */
#include "backends/cpu/onednn.h"
#include "base/thread.h"
#include "golden/autocast.h"
#include "wick/wick.h"
#include "wick_check.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- Rounding ---- */

static void check_bits(const uint32_t *x, const uint32_t *expected, int64_t n)
{
    WK_AUTOCAST(on);
    wk_tensor *y = wk_mm(wk_from(x, WK_SHAPE(n, 1), WK_F32), wk_ones(WK_SHAPE(1, 1), WK_F32));
    CHECK_OK();
    const float *got = host_data(y), *want = (const float *)expected;
    for (int64_t i = 0; i < n; i++) CHECK(got[i] == want[i] || (isnan(got[i]) && isnan(want[i])));
}

/* By the sum with a number whose last place is the one to round to: independent of the bits. Normal numbers only. */
static float rounded_by_hand(float x)
{
    int exponent;
    (void)frexpf(x, &exponent);
    const double unit = ldexp(1, exponent - 8);
    return (float)(nearbyint((double)x / unit) * unit);
}

TEST(rounding, is_torchs) { check_bits(to_round, rounded, COUNT(rounded)); }

TEST(rounding, is_to_the_nearest_and_even)
{
    enum { N = 20000 };
    static uint32_t x[N], y[N];
    for (uint32_t i = 0; i < N; i++) {
        x[i] = 0x30000000 + i * 0x8001 + (i % 3 == 0 ? 0x8000 - (i * 0x8001 & 0xffff) : 0); /* with many ties */
        x[i] ^= i << 31;
        float f;
        memcpy(&f, &x[i], sizeof f);
        if (!isfinite(f)) f = 0, x[i] = 0;
        f = rounded_by_hand(f);
        memcpy(&y[i], &f, sizeof f);
    }
    check_bits(x, y, N);
}

TEST(rounding, keeps_every_nan)
{
    const uint32_t nan[] = { 0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff, 0x7fc00000 };
    check_bits(nan, nan, COUNT(nan));
}

/* t rounded by hand in another place, with the same strides */
static wk_tensor *by_hand(wk_tensor *t)
{
    t = wk_clone(wk_detach(t));
    float *x = (float *)host_data(t);
    for (int64_t i = 0; i < wk_numel(t); i++) x[i] = x[i] == 0 ? 0 : rounded_by_hand(x[i]);
    host_changed(t, x);
    return t;
}

/* ---- Against torch ---- */

typedef struct operand {
    int ndim;
    int64_t shape[5];
} operand;

typedef struct golden {
    const char *name;
    wk_tensor *(*call)(wk_tensor *const *in);
    const double *torch, *exact;
    size_t count;
    operand in[3];
} golden;

/* ((i * a) mod 1009 - 504) / 1009 * 4, as autocast.py has it */
static wk_tensor *ramp(int ndim, const int64_t *shape, int k)
{
    wk_tensor *t = wk_zeros(ndim, shape, WK_F32);
    float *p = (float *)host_data(t);
    for (int64_t i = 0; i < wk_numel(t); i++) p[i] = (float)((double)(i * (389 + 2 * k) % 1009 - 504) / 1009 * 4);
    host_changed(t, p);
    return t;
}

static wk_tensor *mm(wk_tensor *const *in) { return wk_mm(in[0], in[1]); }
static wk_tensor *mm_t(wk_tensor *const *in) { return wk_mm(wk_t(in[0]), wk_t(in[1])); }
static wk_tensor *bmm(wk_tensor *const *in) { return wk_bmm(in[0], in[1]); }
static wk_tensor *matmul(wk_tensor *const *in) { return wk_matmul(in[0], in[1]); }
static wk_tensor *mv(wk_tensor *const *in) { return wk_mv(in[0], in[1]); }
static wk_tensor *addmm(wk_tensor *const *in) { return wk_addmm(in[0], in[1], in[2], 1, 1); }
static wk_tensor *linear(wk_tensor *const *in) { return wk_linear(in[0], in[1], in[2]); }
static wk_tensor *einsum(wk_tensor *const *in) { return wk_einsum("bik,bjk->jbi", 2, in); }
static wk_tensor *dots(wk_tensor *const *in) { return wk_einsum("bi,bi->b", 2, in); }
static wk_tensor *attention(wk_tensor *const *in) { return wk_scaled_dot_product_attention(in[0], in[1], in[2]); }
static wk_tensor *conv1d(wk_tensor *const *in) { return wk_conv1d(in[0], in[1], in[2]); }
static wk_tensor *conv2d(wk_tensor *const *in) { return wk_conv2d(in[0], in[1], in[2], .padding = WK_DIMS(1)); }
static wk_tensor *conv2d_odd(wk_tensor *const *in)
{
    return wk_conv2d(in[0], in[1], NULL, .stride = WK_DIMS(2, 1), .padding = WK_DIMS(1, 2), .dilation = WK_DIMS(1, 2),
                     .groups = 2);
}
static wk_tensor *depthwise(wk_tensor *const *in) { return wk_conv2d(in[0], in[1], NULL, .groups = 3); }
static wk_tensor *conv3d(wk_tensor *const *in) { return wk_conv3d(in[0], in[1], NULL); }
static wk_tensor *transpose(wk_tensor *const *in)
{
    return wk_conv_transpose2d(in[0], in[1], in[2], .stride = WK_DIMS(2), .padding = WK_DIMS(1));
}

#define GOLDEN(NAME, ...)                                                                                              \
    {                                                                                                                  \
#NAME, NAME, torch_##NAME, exact_##NAME, COUNT(torch_##NAME), { __VA_ARGS__ }                                  \
    }
static const golden goldens[] = {
    GOLDEN(mm, { 2, { 3, 5 } }, { 2, { 5, 4 } }),
    GOLDEN(mm_t, { 2, { 5, 3 } }, { 2, { 4, 5 } }),
    GOLDEN(bmm, { 3, { 2, 3, 4 } }, { 3, { 2, 4, 3 } }),
    GOLDEN(matmul, { 3, { 2, 3, 4 } }, { 3, { 1, 4, 2 } }),
    GOLDEN(mv, { 2, { 3, 7 } }, { 1, { 7 } }),
    GOLDEN(addmm, { 1, { 2 } }, { 2, { 3, 4 } }, { 2, { 4, 2 } }),
    GOLDEN(linear, { 2, { 4, 6 } }, { 2, { 3, 6 } }, { 1, { 3 } }),
    GOLDEN(einsum, { 3, { 2, 3, 4 } }, { 3, { 2, 2, 4 } }),
    GOLDEN(dots, { 2, { 3, 5 } }, { 2, { 3, 5 } }),
    GOLDEN(attention, { 3, { 1, 3, 4 } }, { 3, { 1, 5, 4 } }, { 3, { 1, 5, 2 } }),
    GOLDEN(conv1d, { 3, { 2, 2, 6 } }, { 3, { 3, 2, 3 } }, { 1, { 3 } }),
    GOLDEN(conv2d, { 4, { 2, 2, 4, 3 } }, { 4, { 3, 2, 3, 3 } }, { 1, { 3 } }),
    GOLDEN(conv2d_odd, { 4, { 1, 4, 5, 4 } }, { 4, { 4, 2, 2, 3 } }),
    GOLDEN(depthwise, { 4, { 2, 3, 4, 4 } }, { 4, { 3, 1, 2, 2 } }),
    GOLDEN(conv3d, { 5, { 1, 2, 2, 3, 3 } }, { 5, { 2, 2, 2, 2, 2 } }),
    GOLDEN(transpose, { 4, { 1, 2, 3, 3 } }, { 4, { 2, 3, 3, 2 } }, { 1, { 3 } }),
};

static int leaves_of(const golden *g, wk_tensor **in)
{
    int n = 0;
    for (; n < 3 && g->in[n].ndim; n++) in[n] = wk_requires_grad(ramp(g->in[n].ndim, g->in[n].shape, n));
    return n;
}

/* The result, then the gradients of its sum weighted by another ramp; all in a row, f64. Backward runs outside. */
static wk_tensor *forward_backward(const golden *g, bool cast)
{
    wk_tensor *in[3], *parts[4] = { NULL };
    const int n = leaves_of(g, in);
    {
        bool old WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(cast);
        parts[0] = g->call(in);
    }
    wk_backward(wk_sum(wk_mul(parts[0], ramp(wk_ndim(parts[0]), wk_shape(parts[0]), 50))));
    CHECK_OK();
    for (int k = 0; k < n; k++) parts[1 + k] = wk_grad(in[k]);
    for (int k = 0; k <= n; k++) {
        CHECK(wk_dtype_of(parts[k]) == WK_F32);
        parts[k] = wk_to(wk_reshape(wk_detach(parts[k]), WK_SHAPE(-1)), WK_F64);
    }
    return wk_cat(parts, n + 1, 0);
}

static void check_near(const golden *g, wk_tensor *t, const double *expected, double relative, double absolute)
{
    const double *got = host_data(t);
    ck_assert_int_eq(wk_numel(t), (int64_t)g->count);
    for (size_t i = 0; i < g->count; i++)
        if (!(fabs(got[i] - expected[i]) <= relative * fabs(expected[i]) + absolute))
            ck_abort_msg("%s: number %zu is %.9g, expected %.9g", g->name, i, got[i], expected[i]);
}

/* torch rounds results and biases, too, and inside of attention the scores and their gradients. */
TEST(autocast, is_near_torchs)
{
    for (size_t i = 0; i < COUNT(goldens); i++) {
        const bool inside = goldens[i].call == attention;
        check_near(&goldens[i], forward_backward(&goldens[i], true), goldens[i].torch, inside ? 0x1p-6 : 0x1p-8,
                   inside ? 0x1p-5 : 0x1p-7);
    }
}

/* But in attention, where a softmax in f32 lies between two roundings. */
TEST(autocast, multiplies_rounded_operands_in_f32)
{
    for (size_t i = 0; i < COUNT(goldens); i++)
        if (goldens[i].call != attention)
            check_near(&goldens[i], forward_backward(&goldens[i], true), goldens[i].exact, 1e-6, 1e-5);
}

/* Tiles add up in another order. */
TEST_ON_CPU(autocast, has_the_bits_of_operands_rounded_by_hand_but_on_tiles,
            "a GPU's matrix units add up in an order of their own")
{
    const char *const best = wk_cpu_isa();
    if (!strcmp(best, "amx")) CHECK(wk_set_cpu_isa("avx512") == WK_OK);
    wk_tensor *a = ramp(WK_SHAPE(33, 65), 0), *b = ramp(WK_SHAPE(65, 40), 1), *x = ramp(WK_SHAPE(2, 3, 9, 8), 2);
    wk_tensor *w = ramp(WK_SHAPE(5, 3, 3, 3), 3), *bias = ramp(WK_SHAPE(40), 4), *ra = by_hand(a), *rb = by_hand(b);
    wk_tensor *exact[] = { wk_mm(ra, rb), wk_linear(ra, wk_t(rb), bias), wk_addmm(bias, ra, rb, 0.5, 3),
                           wk_conv2d(by_hand(x), by_hand(w), NULL), wk_mm(wk_slice(ra, 0, 0, 33, 2), rb) };
    WK_AUTOCAST(on);
    wk_tensor *cast[] = { wk_mm(a, b), wk_linear(a, wk_t(b), bias), wk_addmm(bias, a, b, 0.5, 3), wk_conv2d(x, w, NULL),
                          wk_mm(wk_slice(a, 0, 0, 33, 2), b) };
    for (size_t i = 0; i < COUNT(cast); i++) CHECK(cast[i] && wk_equal(cast[i], exact[i]));
    CHECK(wk_set_cpu_isa(best) == WK_OK);
}

/* Of a size at which oneDNN, where it was chosen, multiplies bfloat16 by itself. */
TEST(autocast, multiplies_large_matrices_as_small_ones)
{
    wk_tensor *a = ramp(WK_SHAPE(160, 150), 0), *b = ramp(WK_SHAPE(150, 140), 1), *ra = by_hand(a), *rb = by_hand(b);
    wk_tensor *c = ramp(WK_SHAPE(160, 140), 2), *bias = ramp(WK_SHAPE(140), 3),
              *wide = wk_empty(WK_SHAPE(160, 300), WK_F32);
    wk_tensor *a_t = wk_contiguous(wk_t(a)), *b_t = wk_contiguous(wk_t(b)), *every_2nd = wk_slice(wide, 1, 0, 300, 2);
    wk_copy_(every_2nd, a);
    wk_tensor *exact = wk_mm(wk_to(ra, WK_F64), wk_to(rb, WK_F64)), *with_bias = wk_add(exact, bias);
    wk_tensor *onto = wk_add(exact, wk_mul_scalar(c, 0.5));
    WK_AUTOCAST(on);
    const struct {
        wk_tensor *got, *exact;
    } pairs[] = { { wk_mm(a, b), exact },
                  { wk_mm(wk_t(a_t), b), exact },
                  { wk_mm(a, wk_t(b_t)), exact },
                  { wk_mm(wk_t(a_t), wk_t(b_t)), exact },
                  { wk_mm(every_2nd, b), exact },
                  { wk_linear(a, b_t, bias), with_bias },
                  { wk_addmm(bias, a, b, 1, 1), with_bias },
                  { wk_addmm(c, a, b, 0.5, 1), onto } };
    for (size_t i = 0; i < COUNT(pairs); i++)
        CHECK(pairs[i].got && wk_allclose(wk_to(pairs[i].got, WK_F64), pairs[i].exact, 1e-5, 1e-3));
    CHECK(!wk_allclose(wk_mm(wk_to(a, WK_F64), wk_to(b, WK_F64)), exact, 1e-5, 1e-3));
}

/* With AVX512-BF16 or without, in one piece or cut. */
TEST(autocast, has_the_same_bits_with_avx2_and_avx512_and_those_of_amx_on_any_number_of_threads)
{
    static const char *const sets[] = { "avx2", "avx512", "amx" };
    const char *const best = wk_cpu_isa();
    wk_tensor *const a = ramp(WK_SHAPE(3, 130, 301), 0), *const b = ramp(WK_SHAPE(3, 301, 70), 1);
    wk_tensor *const turned = wk_contiguous(wk_transpose(b, 1, 2)), *first[6] = { NULL };
    wk_tensor *const x = ramp(WK_SHAPE(3, 40, 12, 14), 2), *const w = ramp(WK_SHAPE(48, 40, 3, 3), 3);
    if (wki_onednn_chosen()) return;
    wk_requires_grad(x), wk_requires_grad(w);
    WK_AUTOCAST(on);
    for (int i = 0; i < 9; i++) {
        if (wk_set_cpu_isa(sets[i / 3])) {
            wk_error_clear();
            continue;
        }
        if (i == 6) memset(first, 0, sizeof first);
        CHECK(wk_set_num_threads(1 + i % 3) == WK_OK);
        wk_tensor *const c = wk_matmul(a, b);
        wk_tensor *const slid = wk_conv2d(x, w, NULL);
        wk_set_grad(x, NULL), wk_set_grad(w, NULL);
        CHECK(wk_backward(wk_sum(wk_square(slid))) == WK_OK);
        wk_tensor *const y[] = { c,
                                 wk_matmul(a, wk_transpose(turned, 1, 2)),
                                 wk_baddbmm(c, a, b, 2, 1),
                                 slid,
                                 wk_clone(wk_grad(x)),
                                 wk_clone(wk_grad(w)) };
        for (int k = 0; k < 6; k++) {
            if (!first[k]) first[k] = y[k];
            CHECK(y[k] && wk_equal(y[k], first[k]));
        }
    }
    CHECK(wk_set_cpu_isa(best) == WK_OK && wk_set_num_threads(1) == WK_OK);
}

TEST(autocast, leaves_f64_alone)
{
    wk_tensor *a = wk_randn(WK_SHAPE(4, 5), WK_F64), *b = wk_randn(WK_SHAPE(5, 3), WK_F64), *plain = wk_mm(a, b);
    wk_tensor *x = wk_randn(WK_SHAPE(1, 2, 5, 5), WK_F64), *w = wk_randn(WK_SHAPE(3, 2, 2, 2), WK_F64);
    wk_tensor *slid = wk_conv2d(x, w, NULL);
    WK_AUTOCAST(on);
    CHECK(wk_equal(wk_mm(a, b), plain) && wk_equal(wk_conv2d(x, w, NULL), slid));
    CHECK(wk_dtype_of(wk_mm(a, b)) == WK_F64);
}

/* ---- The mode ---- */

TEST(mode, ends_with_its_block_and_nests)
{
    CHECK(!wk_autocast_enabled());
    for (int i = 0; i < 2; i++) {
        WK_AUTOCAST(outer);
        CHECK(wk_autocast_enabled());
        {
            WK_NO_AUTOCAST(exact);
            CHECK(!wk_autocast_enabled());
            WK_AUTOCAST(again);
            CHECK(wk_autocast_enabled());
        }
        CHECK(wk_autocast_enabled());
        if (i == 0) continue;
        CHECK(wk_set_autocast_enabled(false));
        CHECK(!wk_set_autocast_enabled(false));
    }
    CHECK(!wk_autocast_enabled());
}

static wk_status fail_in(wk_tensor *a)
{
    WK_AUTOCAST(on);
    if (!wk_mm(a, wk_zeros(WK_SHAPE(7, 7), WK_F32))) return wk_error();
    return WK_OK;
}

TEST(mode, is_as_before_after_an_error)
{
    CHECK(fail_in(ramp(WK_SHAPE(3, 3), 0)) == WK_E_SHAPE);
    CHECK(!wk_autocast_enabled());
    CHECK_ERROR(WK_E_SHAPE, "mm", "[3, 3]", "[7, 7]");
}

static wk_status refuse(wk_function *f, wk_tensor *g, wk_tensor **d)
{
    (void)f, (void)g, (void)d;
    CHECK(wk_autocast_enabled());
    wk_mm(g, wk_zeros(WK_SHAPE(7, 7), WK_F32));
    return wk_error();
}
static wk_tensor *pass(wk_function *f, wk_tensor *const *in, int n)
{
    (void)f, (void)n;
    return wk_clone(in[0]);
}
static const wk_function_ops refusing = { sizeof refusing, "refusing", 0, pass, refuse, NULL };

TEST(mode, is_as_before_after_a_backward_that_fails)
{
    wk_tensor *x = wk_requires_grad(ramp(WK_SHAPE(3, 3), 0)), *y;
    {
        WK_AUTOCAST(on);
        y = wk_sum(wk_apply(&refusing, &x, 1, NULL));
    }
    CHECK(wk_backward(y) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "mm");
    CHECK(!wk_autocast_enabled());
}

static void look(void *found) { *(bool *)found = wk_autocast_enabled(); }

TEST(mode, is_the_threads_own)
{
    bool elsewhere = true;
    WK_AUTOCAST(on);
    wki_thread_join(wki_thread_start(look, &elsewhere, "test"));
    CHECK(!elsewhere && wk_autocast_enabled());
}

/* ---- Backward ---- */

static wk_tensor *grad_of(bool recorded, bool at_backward)
{
    wk_tensor *w = wk_requires_grad(ramp(WK_SHAPE(5, 4), 1)), *y;
    {
        bool old WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(recorded);
        y = wk_sum(wk_square(wk_mm(ramp(WK_SHAPE(3, 5), 0), w)));
    }
    bool old WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(at_backward);
    CHECK(wk_backward(y) == WK_OK);
    CHECK(wk_autocast_enabled() == at_backward);
    return wk_grad(w);
}

TEST(backward, runs_each_op_as_it_was_recorded)
{
    CHECK(wk_equal(grad_of(true, true), grad_of(true, false)));
    CHECK(wk_equal(grad_of(false, true), grad_of(false, false)));
    CHECK(!wk_equal(grad_of(true, false), grad_of(false, false)));
}

TEST(backward, follows_a_mode_that_changes_within_a_graph)
{
    wk_tensor *a = ramp(WK_SHAPE(3, 4), 0), *w = wk_requires_grad(ramp(WK_SHAPE(4, 4), 1));
    wk_tensor *v = wk_requires_grad(ramp(WK_SHAPE(4, 2), 2)), *y;
    {
        WK_AUTOCAST(on);
        wk_tensor *h = wk_mm(a, w);
        WK_NO_AUTOCAST(exact);
        y = wk_sum(wk_square(wk_mm(h, v)));
    }
    wk_backward(y);
    wk_tensor *h = wk_mm(by_hand(a), by_hand(w)), *g = wk_mul_scalar(wk_mm(h, wk_detach(v)), 2);
    CHECK(wk_equal(wk_grad(v), wk_mm(wk_t(h), g)));
    wk_tensor *dh = by_hand(wk_mm(g, wk_t(wk_detach(v))));
    CHECK(wk_equal(wk_grad(w), wk_mm(wk_t(by_hand(a)), dh)));
}

TEST(backward, of_backward_is_rounded_too)
{
    wk_tensor *w = wk_requires_grad(ramp(WK_SHAPE(4, 4), 1)), *a = ramp(WK_SHAPE(4, 4), 0), *y, *first;
    {
        WK_AUTOCAST(on);
        y = wk_sum(wk_pow_scalar(wk_mm(a, w), 3));
    }
    CHECK(wk_autograd_grad(&y, 1, &w, 1, true, &first) == WK_OK);
    wk_backward(wk_sum(first));
    WK_NO_GRAD(by_hands);
    wk_tensor *ra = by_hand(a), *h = wk_mm(ra, by_hand(w)), *ones = wk_ones(WK_SHAPE(4, 4), WK_F32);
    wk_tensor *dg = wk_mm(ra, ones), *dh = by_hand(wk_mul(wk_mul_scalar(h, 6), dg));
    CHECK(wk_allclose(wk_grad(w), wk_mm(wk_t(ra), dh), 0x1p-7, 0.1));
}

static wk_tensor *block(void *user, wk_tensor *const *in, int n)
{
    (void)n;
    wk_tensor *h = wk_tanh(wk_mm(in[0], user));
    WK_NO_AUTOCAST(exact);
    return wk_mm(h, user);
}

TEST(checkpoint, recomputes_as_it_was_recorded)
{
    wk_tensor *grads[4];
    for (int i = 0; i < 4; i++) {
        wk_tensor *w = wk_requires_grad(ramp(WK_SHAPE(6, 6), 1)), *x = wk_requires_grad(ramp(WK_SHAPE(3, 6), 0)), *y;
        {
            WK_AUTOCAST(on);
            y = wk_sum(wk_square(i % 2 ? wk_checkpoint(block, w, &x, 1) : block(w, &x, 1)));
        }
        bool old WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(i / 2);
        CHECK(wk_backward(y) == WK_OK);
        grads[i] = wk_cat((wk_tensor *[]){ wk_grad(x), wk_grad(w) }, 2, 0);
    }
    for (int i = 1; i < 4; i++) CHECK(wk_equal(grads[i], grads[0]));
}

/* ---- Layers, steps ---- */

/* As a share of the largest: how far the results are from those without autocast */
static double change_of(wk_module *net, wk_tensor *x)
{
    WK_NO_GRAD(values);
    wk_train(net, false);
    wk_tensor *plain = wk_forward(net, x);
    WK_AUTOCAST(on);
    wk_tensor *cast = wk_forward(net, x);
    CHECK_OK();
    CHECK(wk_dtype_of(cast) == WK_F32);
    return wk_item(wk_amax(wk_reshape(wk_abs(wk_sub(cast, plain)), WK_SHAPE(-1)), 0, false)) /
           wk_item(wk_amax(wk_reshape(wk_abs(plain), WK_SHAPE(-1)), 0, false));
}

TEST(layers, made_of_products_round_and_others_do_not)
{
    wk_manual_seed(1);
    wk_tensor *x = ramp(WK_SHAPE(3, 5, 8), 0), *image = ramp(WK_SHAPE(2, 4, 6, 6), 1);
    wk_module *casting[] = { wk_nn_linear(8, 4),
                             wk_nn_lstm(8, 6),
                             wk_nn_gru(8, 6),
                             wk_nn_rnn(8, 6),
                             wk_nn_transformer_encoder_layer(8, 2, .batch_first = true),
                             wk_nn_conv2d(4, 3, WK_DIMS(3)) };
    wk_module *exact[] = { wk_nn_layer_norm(WK_DIMS(8)), wk_nn_softmax(-1), wk_nn_gelu(), wk_nn_batch_norm2d(4),
                           wk_nn_max_pool2d(WK_DIMS(2)) };
    for (size_t i = 0; i < COUNT(casting); i++) {
        const double change = change_of(casting[i], i == 5 ? image : x);
        CHECK(change > 0 && change < 0x1p-6);
    }
    for (size_t i = 0; i < COUNT(exact); i++) CHECK(change_of(exact[i], i > 2 ? image : x) == 0);
}

static wk_tensor *stepped(wk_optim *(*make)(wk_tensor *w), bool cast)
{
    bool old WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(cast);
    wk_tensor *w = wk_requires_grad(ramp(WK_SHAPE(6, 4), 0));
    wk_optim *opt = make(w);
    wk_set_grad(w, ramp(WK_SHAPE(6, 4), 1));
    CHECK(wk_step(opt) == WK_OK);
    return w;
}
static wk_optim *muon(wk_tensor *w) { return wk_optim_muon(wk_params_new(&w, NULL, 1)); }
static wk_optim *adam(wk_tensor *w) { return wk_optim_adam(wk_params_new(&w, NULL, 1)); }

TEST(step, is_the_same_in_the_mode)
{
    CHECK(wk_equal(stepped(muon, true), stepped(muon, false)));
    CHECK(wk_equal(stepped(adam, true), stepped(adam, false)));
}

/* Bars in noise: vertical, horizontal, both or none */
static wk_tensor *bars(int64_t n, wk_tensor **y)
{
    wk_tensor *x = wk_mul_scalar(wk_randn(WK_SHAPE(n, 1, 8, 8), WK_F32), 0.3);
    float *p = (float *)host_data(x);
    int64_t *label = (int64_t *)host_data(*y = wk_zeros(WK_SHAPE(n), WK_I64));
    for (int64_t i = 0; i < n; i++) {
        label[i] = i % 4;
        for (int64_t k = 0; k < 8; k++) {
            if (i % 4 & 1) p[64 * i + 8 * k + i / 4 % 8] += 1;
            if (i % 4 & 2) p[64 * i + 8 * (i / 4 % 8) + k] += 1;
        }
    }
    host_changed(x, p), host_changed(*y, label);
    return x;
}

static wk_module *mlp(void)
{
    return wk_nn_sequential(wk_nn_flatten(), wk_nn_linear(64, 48), wk_nn_relu(), wk_nn_linear(48, 4));
}
static wk_module *cnn(void)
{
    return wk_nn_sequential(wk_nn_conv2d(1, 6, WK_DIMS(3)), wk_nn_relu(), wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_flatten(),
                            wk_nn_linear(54, 4));
}

static double trained(wk_module *(*make)(void), bool cast)
{
    WK_SCOPE(training);
    wk_manual_seed(7);
    wk_tensor *y, *x = bars(256, &y);
    wk_module *net = make();
    wk_optim *opt = wk_optim_adam(wk_parameters(net), .lr = 1e-2);
    double loss = 0;
    for (int i = 0; i < 120; i++) {
        WK_SCOPE(step);
        bool old WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(cast);
        const int64_t from = i % 4 * 64;
        wk_zero_grad(opt);
        wk_backward(wk_cross_entropy(wk_forward(net, wk_narrow(x, 0, from, 64)), wk_narrow(y, 0, from, 64)));
        wk_step(opt);
        if (i >= 100) loss += wk_item(wk_cross_entropy(wk_forward(net, x), y)) / 20;
    }
    CHECK_OK();
    for (int i = 0; i < wk_params_count(wk_parameters(net)); i++)
        CHECK(wk_dtype_of(wk_params_at(wk_parameters(net), i)) == WK_F32);
    return loss;
}

TEST(training, reaches_the_loss_that_f32_reaches)
{
    wk_module *(*const nets[])(void) = { mlp, cnn };
    for (size_t i = 0; i < COUNT(nets); i++) {
        const double plain = trained(nets[i], false), cast = trained(nets[i], true);
        CHECK(plain < 0.2 && cast != plain);
        CHECK_NEAR(cast, plain, 0.1 * plain);
    }
}

WICK_TEST_MAIN
