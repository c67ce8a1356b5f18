/* How products are to be made: what may be set where, what products, plans and threads make of it. */
#include "backends/cpu/onednn.h"
#include "wick/wick.h"
#include "wick_check.h"
#include <stdio.h>

WICK_ON_CPU("its subject is the CPU's products")

static bool has_tiles(void)
{
    const bool yes = wk_matmul_precision_is_available(WK_MATMUL_SPLIT);
    if (!yes) puts("no AMX here: no product was made on tiles");
    return yes;
}

static double distance(wk_tensor *a, wk_tensor *b) { return wk_item(wk_max(wk_abs(wk_sub(wk_to(a, WK_F64), b)))); }

TEST(precision, has_names)
{
    static const char *const names[] = { "highest", "split", "split3", "bf16", "tf32" };
    for (int i = 0; i < 5; i++) {
        wk_matmul_mode mode = WK_MATMUL_HIGHEST;
        CHECK(!strcmp(wk_matmul_precision_name((wk_matmul_mode)i), names[i]));
        CHECK(wk_matmul_precision_by_name(names[i], &mode) == WK_OK && (int)mode == i);
    }
    wk_matmul_mode kept = WK_MATMUL_SPLIT3;
    CHECK(!wk_matmul_precision_name((wk_matmul_mode)5) && !wk_matmul_precision_name((wk_matmul_mode)-1));
    CHECK(wk_matmul_precision_by_name("tf16", &kept) == WK_E_INVALID && kept == WK_MATMUL_SPLIT3);
    CHECK_ERROR(WK_E_INVALID, "matmul_precision_by_name", "tf16", "tf32");
    CHECK(wk_matmul_precision_by_name(NULL, &kept) == WK_E_INVALID);
    wk_error_clear();
}

TEST(precision, is_the_highest_until_it_is_set_and_refused_without_tiles)
{
    const char *const best = wk_cpu_isa();
    CHECK(wk_matmul_precision() == WK_MATMUL_HIGHEST && wk_matmul_precision_is_available(WK_MATMUL_HIGHEST));
    CHECK(wk_set_matmul_precision((wk_matmul_mode)5) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "set_matmul_precision", "5", "0 to 4");
    CHECK(!wk_matmul_precision_is_available((wk_matmul_mode)5));
    CHECK(wk_set_cpu_isa("base") == WK_OK);
    for (int i = 1; i < 4; i++) {
        CHECK(!wk_matmul_precision_is_available((wk_matmul_mode)i));
        CHECK(wk_set_matmul_precision((wk_matmul_mode)i) == WK_E_UNSUPPORTED);
        CHECK_ERROR(WK_E_UNSUPPORTED, "set_matmul_precision", wk_matmul_precision_name((wk_matmul_mode)i), "AMX");
        CHECK(wk_matmul_precision() == WK_MATMUL_HIGHEST);
    }
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
    CHECK(wk_set_cpu_isa(best) == WK_OK);
}

TEST(precision, tf32_is_that_of_cuda_devices_and_leaves_the_cpu_as_it_is)
{
    CHECK(wk_matmul_precision_is_available(WK_MATMUL_TF32) == wk_cuda_is_available());
    if (!wk_cuda_is_available()) {
        CHECK(wk_set_matmul_precision(WK_MATMUL_TF32) == WK_E_UNSUPPORTED);
        CHECK_ERROR(WK_E_UNSUPPORTED, "set_matmul_precision", "tf32 needs CUDA", wk_cuda_why_not());
        CHECK(wk_matmul_precision() == WK_MATMUL_HIGHEST);
        return;
    }
    wk_tensor *const a = wk_randn(WK_SHAPE(70, 90), WK_F32), *const b = wk_randn(WK_SHAPE(90, 50), WK_F32);
    wk_tensor *const f32 = wk_mm(a, b);
    CHECK(wk_set_matmul_precision(WK_MATMUL_TF32) == WK_OK && wk_equal(wk_mm(a, b), f32));
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
}

TEST(precision, is_that_of_f32_products_by_every_op_and_layout_on_any_number_of_threads)
{
    if (!has_tiles()) return;
    static const double bounds[2][4] = { { 0, 0, 1e-3, 0.3 }, { 1e-4, 1e-4, 1e-2, 3 } }; /* at least, at most */
    wk_manual_seed(3);
    wk_tensor *const a = wk_randn(WK_SHAPE(150, 270), WK_F32), *const b = wk_randn(WK_SHAPE(270, 90), WK_F32);
    wk_tensor *const turned = wk_t(wk_contiguous(wk_t(b))), *const across = wk_t(wk_contiguous(wk_t(a)));
    wk_tensor *const exact = wk_mm(wk_to(a, WK_F64), wk_to(b, WK_F64)), *const f32 = wk_mm(a, b);
    for (int mode = 0; mode < 4; mode++) {
        wk_tensor *first = NULL;
        CHECK(wk_set_matmul_precision((wk_matmul_mode)mode) == WK_OK && (int)wk_matmul_precision() == mode);
        for (int threads = 1; threads <= 3; threads++) {
            CHECK(wk_set_num_threads(threads) == WK_OK);
            wk_tensor *const y[] = {
                wk_mm(a, b),    wk_mm(a, turned), wk_mm(across, b), wk_mm(across, turned), wk_linear(a, wk_t(b), NULL),
                wk_matmul(a, b)
            };
            if (!first) first = y[0];
            for (int i = 0; i < 6; i++) CHECK(y[i] && (wki_onednn_chosen() || wk_equal(y[i], first)));
        }
        CHECK(wk_set_num_threads(1) == WK_OK);
        const double off = distance(first, exact);
        CHECK(off >= bounds[0][mode] * 0.1 && off <= bounds[1][mode]);
        CHECK(mode == 0 || !wk_equal(first, f32));
        CHECK(wk_equal(wk_mm(wk_to(a, WK_F64), wk_to(b, WK_F64)), exact));
    }
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
    CHECK(wki_onednn_chosen() || wk_equal(wk_mm(a, b), f32));
}

TEST(precision, leaves_small_products_to_f32)
{
    if (!has_tiles() || wki_onednn_chosen()) return;
    static const int64_t shapes[][3] = { { 1, 4000, 300 }, { 40, 90, 300 }, { 64, 64, 127 }, { 300, 30, 300 } };
    for (int i = 0; i < 4; i++) {
        wk_tensor *const a = wk_randn(WK_SHAPE(shapes[i][0], shapes[i][2]), WK_F32);
        wk_tensor *const b = wk_randn(WK_SHAPE(shapes[i][2], shapes[i][1]), WK_F32);
        wk_tensor *const f32 = wk_mm(a, b);
        CHECK(wk_set_matmul_precision(WK_MATMUL_SPLIT) == WK_OK);
        CHECK(wk_equal(wk_mm(a, b), f32));
        CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
    }
}

TEST(precision, is_left_to_f32_with_another_instruction_set)
{
    if (!has_tiles() || wki_onednn_chosen()) return;
    wk_tensor *const a = wk_randn(WK_SHAPE(50, 70), WK_F32), *const b = wk_randn(WK_SHAPE(70, 90), WK_F32);
    wk_tensor *const f32 = wk_mm(a, b);
    CHECK(wk_set_matmul_precision(WK_MATMUL_BF16) == WK_OK);
    wk_tensor *const rounded = wk_mm(a, b);
    {
        WK_AUTOCAST(on);
        CHECK(wk_equal(wk_mm(a, b), rounded)); /* on tiles, too */
    }
    CHECK(wk_set_cpu_isa("avx512") == WK_OK);
    CHECK(wk_equal(wk_mm(a, b), f32) && !wk_equal(rounded, f32));
    CHECK(wk_set_cpu_isa("amx") == WK_OK);
    CHECK(wk_equal(wk_mm(a, b), rounded));
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
}

/* A perceptron and products of many matrices: loss and gradients of the leaves */
static wk_tensor *loss_of(wk_tensor *const leaves[4], wk_tensor *x)
{
    wk_tensor *h = wk_tanh(wk_linear(x, leaves[0], leaves[1]));
    wk_tensor *heads = wk_view(wk_linear(h, leaves[2], NULL), WK_SHAPE(4, 40, 64));
    wk_tensor *weights = wk_softmax(wk_mul_scalar(wk_matmul(heads, wk_transpose(heads, 1, 2)), 0.1), -1);
    return wk_mean(wk_square(wk_linear(wk_matmul(weights, heads), leaves[3], NULL)));
}

static void gradients_of(wk_dtype dtype, wk_tensor *const values[5], wk_tensor *gradients[4])
{
    wk_tensor *leaves[4];
    for (int i = 0; i < 4; i++) leaves[i] = wk_requires_grad(wk_clone(wk_to(values[i], dtype)));
    CHECK(!wk_backward(loss_of(leaves, wk_to(values[4], dtype))));
    for (int i = 0; i < 4; i++) gradients[i] = wk_to(wk_grad(leaves[i]), WK_F64);
}

TEST(precision, of_split_products_gives_gradients_as_near_to_those_of_f64_as_f32_does)
{
    if (!has_tiles()) return;
    wk_manual_seed(5);
    wk_tensor *const values[] = { wk_mul_scalar(wk_randn(WK_SHAPE(96, 120), WK_F64), 0.1),
                                  wk_randn(WK_SHAPE(96), WK_F64),
                                  wk_mul_scalar(wk_randn(WK_SHAPE(64, 96), WK_F64), 0.1),
                                  wk_randn(WK_SHAPE(50, 64), WK_F64), wk_randn(WK_SHAPE(160, 120), WK_F64) };
    wk_tensor *exact[4], *got[2][4];
    gradients_of(WK_F64, values, exact);
    for (int mode = 0; mode < 2; mode++) {
        CHECK(wk_set_matmul_precision(mode ? WK_MATMUL_SPLIT : WK_MATMUL_HIGHEST) == WK_OK);
        gradients_of(WK_F32, values, got[mode]);
    }
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
    for (int i = 0; i < 4; i++) {
        const double size = wk_item(wk_max(wk_abs(exact[i])));
        CHECK(distance(got[1][i], exact[i]) <= 2 * distance(got[0][i], exact[i]) + 1e-7 * size);
        CHECK(distance(got[1][i], exact[i]) <= 1e-5 * size && !wk_equal(got[0][i], got[1][i]));
    }
}

typedef struct net {
    wk_tensor *w1, *w2;
} net;

static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    net *const m = user;
    (void)n;
    wk_set_grad(m->w1, NULL), wk_set_grad(m->w2, NULL);
    wk_tensor *const loss = wk_mean(wk_square(wk_mm(wk_relu(wk_mm(in[0], m->w1)), m->w2)));
    return wk_backward(loss) ? NULL : wk_detach(loss);
}

/* w1's gradient */
static wk_tensor *run(wk_plan *plan, net *m, wk_tensor *x)
{
    wk_tensor *const in[] = { x };
    CHECK(plan ? wk_plan_run(plan, in, 1) != NULL : step(m, in, 1) != NULL);
    return wk_clone(wk_grad(m->w1));
}

TEST(precision, is_recorded_in_plans_which_notice_that_it_changed)
{
    if (!has_tiles()) return;
    wk_manual_seed(4);
    net m = { wk_randn(WK_SHAPE(90, 80), WK_F32), wk_randn(WK_SHAPE(80, 70), WK_F32) };
    wk_requires_grad(m.w1), wk_requires_grad(m.w2);
    wk_tensor *const x = wk_randn(WK_SHAPE(98, 90), WK_F32);
    wk_plan *const plan = wk_capture(step, &m);
    wk_tensor *eager[3];
    for (int mode = 0; mode < 3; mode++) {
        CHECK(wk_set_matmul_precision((wk_matmul_mode)mode) == WK_OK);
        eager[mode] = run(NULL, &m, x);
        CHECK(mode == 0 || !wk_equal(eager[mode], eager[mode - 1]));
    }
    for (int i = 0; i < 12; i++) {
        CHECK(wk_set_matmul_precision((wk_matmul_mode)(i / 4)) == WK_OK);
        CHECK(wk_set_num_threads(1) == WK_OK);
        CHECK(wk_equal(run(plan, &m, x), eager[i / 4]));
        CHECK(i % 4 != 0 || i == 0 || strstr(wk_plan_why(plan), "the precision of products changed"));
        CHECK(i % 4 < 2 || strstr(wk_plan_why(plan), "replayed"));
    }
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
}

WICK_TEST_MAIN
