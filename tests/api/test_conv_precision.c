/* The precision of products is that of convolutions, too: errors, threads, plans, and a training. */
#include "backends/cpu/onednn.h"
#include "capture_models.h"

WICK_ON_CPU("its subject is the CPU's convolutions")

static bool has_tiles(void)
{
    const bool yes = wk_matmul_precision_is_available(WK_MATMUL_SPLIT);
    if (!yes) puts("no AMX here: no convolution was made on tiles");
    return yes && !wki_onednn_chosen();
}

static double distance(wk_tensor *a, wk_tensor *b) { return wk_item(wk_max(wk_abs(wk_sub(wk_to(a, WK_F64), b)))); }

typedef struct shape {
    int64_t n, in, out, size, kernel;
    int stride, padding, groups;
} shape;

/* y = conv, the gradients by x and w of its product with g, and the transpose of g */
static void convolve(const shape *s, wk_tensor *const values[3], wk_dtype dtype, wk_tensor *y[4])
{
    wk_tensor *x = wk_requires_grad(wk_to(wk_clone(values[0]), dtype)),
              *w = wk_requires_grad(wk_to(wk_clone(values[1]), dtype));
    wk_tensor *g = wk_to(values[2], dtype);
    y[0] = wk_conv2d(x, w, NULL, .stride = WK_DIMS(s->stride), .padding = WK_DIMS(s->padding), .groups = s->groups);
    wk_tensor *const sum = wk_sum(wk_mul(y[0], g));
    CHECK(!wk_autograd_grad(&sum, 1, (wk_tensor *[]){ x, w }, 2, false, y + 1));
    y[0] = wk_detach(y[0]);
    y[3] = wk_detach(wk_conv_transpose2d(g, w, NULL, .stride = WK_DIMS(s->stride), .padding = WK_DIMS(s->padding),
                                         .output_padding = WK_DIMS((s->size + 2 * s->padding - s->kernel) % s->stride),
                                         .groups = s->groups));
    for (int i = 0; i < 4; i++) CHECK(y[i] != NULL);
}

static void draw_values(const shape *s, wk_tensor *values[3])
{
    const int64_t windows = (s->size + 2 * s->padding - s->kernel) / s->stride + 1;
    values[0] = wk_randn(WK_SHAPE(s->n, s->in, s->size, s->size), WK_F64);
    values[1] = wk_randn(WK_SHAPE(s->out, s->in / s->groups, s->kernel, s->kernel), WK_F64);
    values[2] = wk_randn(WK_SHAPE(s->n, s->out, windows, windows), WK_F64);
    for (int i = 0; i < 3; i++) values[i] = wk_to(wk_to(values[i], WK_F32), WK_F64);
}

/* Bands of two images, some images at once, and odd sizes. */
TEST(conv_precision, is_that_of_f32_by_winograds_tiles_on_any_number_of_threads)
{
    static const shape shapes[] = { { 2, 40, 33, 37, 3, 1, 1, 1 },
                                    { 9, 64, 96, 8, 3, 1, 1, 1 },
                                    { 5, 33, 70, 11, 3, 1, 0, 1 } };
    static const int threads[] = { 1, 2, 3, 5 };
    wk_manual_seed(7);
    for (int i = 0; i < 3; i++) {
        wk_tensor *values[3], *exact[4], *first[4], *again[4];
        draw_values(&shapes[i], values);
        convolve(&shapes[i], values, WK_F64, exact);
        for (int t = 0; t < 4; t++) {
            CHECK(wk_set_num_threads(threads[t]) == WK_OK);
            convolve(&shapes[i], values, WK_F32, t ? again : first);
            for (int y = 0; y < 4; y++) CHECK(t == 0 || wk_equal(first[y], again[y]));
        }
        CHECK(wk_set_num_threads(1) == WK_OK);
        for (int y = 0; y < 4; y++) {
            const double off = distance(first[y], exact[y]) / wk_item(wk_max(wk_abs(exact[y])));
            ck_assert_msg(off > 0 && off < 2e-6, "shape %d, result %d is off by %g of the largest", i, y, off);
        }
    }
}

TEST(conv_precision, is_that_of_products_on_any_number_of_threads)
{
    static const shape shapes[] = { { 32, 32, 64, 9, 3, 1, 1, 1 },
                                    { 48, 64, 128, 10, 3, 2, 1, 1 },
                                    { 64, 96, 64, 4, 3, 1, 1, 1 } };
    static const int threads[] = { 1, 2, 3, 5 };
    if (!has_tiles()) return;
    wk_manual_seed(6);
    for (int i = 0; i < 3; i++) {
        wk_tensor *values[3], *exact[4], *f32[4];
        draw_values(&shapes[i], values);
        convolve(&shapes[i], values, WK_F64, exact);
        convolve(&shapes[i], values, WK_F32, f32);
        for (int mode = 1; mode < 4; mode++) {
            /* times f32's; that sums gradients of weights in several parts */
            static const double worst[][2] = { { 0, 0 }, { 1.5, 2.5 }, { 30, 60 }, { 30000, 30000 } };
            wk_tensor *first[4], *again[4];
            CHECK(wk_set_matmul_precision((wk_matmul_mode)mode) == WK_OK);
            for (int t = 0; t < 4; t++) {
                CHECK(wk_set_num_threads(threads[t]) == WK_OK);
                convolve(&shapes[i], values, WK_F32, t ? again : first);
                for (int y = 0; y < 4; y++) CHECK(t == 0 || wk_equal(first[y], again[y]));
            }
            CHECK(wk_set_num_threads(1) == WK_OK && wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
            for (int y = 0; y < 4; y++) {
                const double off = distance(first[y], exact[y]) / distance(f32[y], exact[y]);
                ck_assert_msg(!wk_equal(first[y], f32[y]) && off <= worst[mode][y == 2],
                              "shape %d, mode %d, result %d errs %g times as much", i, mode, y, off);
            }
            if (mode < 3) continue;
            WK_AUTOCAST(on);
            convolve(&shapes[i], values, WK_F32, again);
            for (int y = 0; y < 4; y++) CHECK(wk_equal(first[y], again[y]));
        }
    }
}

/* of a pixel each, of few channels, images or groups of channels, and of f64 */
TEST(conv_precision, leaves_convolutions_for_which_tiles_do_not_pay_to_f32)
{
    static const shape shapes[] = { { 32, 64, 64, 8, 1, 1, 0, 1 }, { 32, 8, 64, 9, 3, 1, 1, 1 },
                                    { 32, 64, 6, 9, 3, 1, 1, 1 },  { 4, 64, 64, 9, 3, 1, 1, 1 },
                                    { 32, 64, 64, 9, 3, 1, 1, 2 }, { 32, 40, 40, 9, 3, 1, 1, 40 } };
    if (!has_tiles()) return;
    wk_manual_seed(7);
    for (int i = 0; i < 12; i++) {
        wk_tensor *values[3], *f32[4], *split[4];
        draw_values(&shapes[i % 6], values);
        convolve(&shapes[i % 6], values, i < 6 ? WK_F32 : WK_F64, f32);
        CHECK(wk_set_matmul_precision(WK_MATMUL_SPLIT) == WK_OK);
        convolve(&shapes[i % 6], values, i < 6 ? WK_F32 : WK_F64, split);
        CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
        for (int y = 0; y < 4; y++) CHECK(wk_equal(f32[y], split[y]));
    }
}

/* ---- Networks that tell in which direction stripes run ---- */

enum { SIDE = 12, CLASSES = 4, EXAMPLES = 64 };

static wk_module *stripes_net(void)
{
    return wk_nn_sequential(wk_nn_conv2d(1, 32, WK_DIMS(3), .padding = WK_DIMS(1)), wk_nn_relu(),
                            wk_nn_conv2d(32, 32, WK_DIMS(3)), wk_nn_batch_norm2d(32), wk_nn_relu(),
                            wk_nn_conv2d(32, 64, WK_DIMS(3), .stride = WK_DIMS(2)), wk_nn_relu(), wk_nn_flatten(),
                            wk_nn_linear(64 * 4 * 4, CLASSES));
}

static model stripes_model(void)
{
    wk_manual_seed(9);
    model m = { .net = stripes_net(), .classes = true };
    m.opt = wk_optim_by_name("adam", wk_parameters(m.net), "lr=0.002");
    CHECK_OK();
    return m;
}

/* in[0]: stripes somewhere, with noise as strong as they are; in[1]: their directions */
static void stripes(uint64_t seed, wk_tensor *in[2])
{
    static const int steps[CLASSES][2] = { { 1, 0 }, { 0, 1 }, { 1, 1 }, { 1, -1 } };
    static float x[EXAMPLES * SIDE * SIDE];
    static int64_t y[EXAMPLES];
    wk_rng rng = wki_rng_at(seed, 0, 0);
    for (int64_t e = 0; e < EXAMPLES; e++) {
        const int *step = steps[y[e] = (int64_t)wki_rng_below(&rng, CLASSES)];
        const int64_t shift = (int64_t)wki_rng_below(&rng, 4) + SIDE * 4;
        for (int64_t i = 0; i < SIDE * SIDE; i++) {
            const int64_t along = i / SIDE * step[0] + i % SIDE * step[1] + shift;
            x[e * SIDE * SIDE + i] = (float)(along / 2 % 2) + (float)wki_rng_normal(&rng);
        }
    }
    in[0] = wk_from(x, WK_SHAPE(EXAMPLES, 1, SIDE, SIDE), WK_F32);
    in[1] = wk_from(y, WK_SHAPE(EXAMPLES), WK_I64);
    CHECK_OK();
}

/* of examples that no training has seen, after some steps, those behind the first two replayed */
static double accuracy_in(wk_matmul_mode mode)
{
    WK_SCOPE(training);
    double right = 0;
    model m = stripes_model();
    wk_tensor *in[2];
    CHECK(wk_set_matmul_precision(mode) == WK_OK);
    wk_plan *plan = wk_capture(step, &m);
    for (uint64_t i = 0; i < 60; i++) {
        WK_SCOPE(one);
        stripes(i, in);
        CHECK(wk_plan_run(plan, in, 2) != NULL);
    }
    CHECK(wk_plan_stats_of(plan).replays >= 50);
    wk_train(m.net, false);
    for (uint64_t i = 0; i < 8; i++) {
        stripes(1000 + i, in);
        right += wk_item(wk_sum(wk_to(wk_eq(wk_argmax(wk_forward(m.net, in[0]), 1, false), in[1]), WK_F64)));
    }
    CHECK(wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
    return right / (8 * EXAMPLES);
}

TEST(conv_precision, of_tiles_trains_as_well_as_f32)
{
    if (!has_tiles()) return;
    const double f32 = accuracy_in(WK_MATMUL_HIGHEST);
    CHECK(f32 > 0.9);
    for (int mode = 1; mode < 4; mode++) CHECK(accuracy_in((wk_matmul_mode)mode) >= f32 - 0.03);
}

TEST(conv_precision, is_recorded_in_plans_whose_replays_have_the_bits_of_steps)
{
    static const form images = { .ndim = 3, .batch = 40, .classes = CLASSES, .shape = { 1, SIDE, SIDE } };
    if (!has_tiles()) return;
    for (int mode = 0; mode < 4; mode++)
        for (int threads = 1; threads < 4; threads++) {
            model plain = stripes_model(), planned = stripes_model();
            CHECK(wk_set_matmul_precision((wk_matmul_mode)mode) == WK_OK && wk_set_num_threads(threads) == WK_OK);
            CHECK(run_both(&plain, &planned, &images, 6, wk_matmul_precision_name((wk_matmul_mode)mode)) >= 3);
        }
    CHECK(wk_set_num_threads(1) == WK_OK && wk_set_matmul_precision(WK_MATMUL_HIGHEST) == WK_OK);
}

WICK_TEST_MAIN
