/* Resizing of planes: what holds for any numbers, pieces and layouts, and what is refused. PyTorch's values are in
 * test_conv.c. */
#include "wick/wick.h"
#include "wick_check.h"
#include <math.h>

static const wk_interpolate_mode modes[] = { WK_INTERPOLATE_NEAREST, WK_INTERPOLATE_NEAREST_EXACT,
                                             WK_INTERPOLATE_LINEAR, WK_INTERPOLATE_BICUBIC, WK_INTERPOLATE_AREA };
enum { MODES = sizeof modes / sizeof *modes };

TEST(interpolate, keeps_what_is_the_same_everywhere)
{
    for (int i = 0; i < 2 * MODES; i++) {
        WK_SCOPE(once);
        const bool corners =
            i >= MODES && (modes[i % MODES] == WK_INTERPOLATE_LINEAR || modes[i % MODES] == WK_INTERPOLATE_BICUBIC);
        wk_tensor *x = wk_full(WK_SHAPE(2, 3, 7, 5), WK_F64, 3);
        wk_tensor *y =
            wk_interpolate(x, .output_size = WK_DIMS(4, 11), .mode = modes[i % MODES], .align_corners = corners);
        CHECK(y && wk_size(y, 2) == 4 && wk_size(y, 3) == 11);
        ck_assert_double_le(wk_item(wk_max(wk_abs(wk_add_scalar(y, -3)))), 1e-14);
    }
}

/* and nothing gets lost: each element of y gives all of its gradient */
TEST(interpolate, hands_all_of_a_gradient_back)
{
    for (int i = 0; i < MODES; i++) {
        WK_SCOPE(once);
        wk_tensor *x = wk_requires_grad(wk_randn(WK_SHAPE(1, 2, 300, 9), WK_F64));
        wk_tensor *y = wk_interpolate(x, .output_size = WK_DIMS(70, 40), .mode = modes[i]);
        CHECK(wk_backward(wk_sum(y)) == WK_OK);
        ck_assert_double_le(fabs(wk_item(wk_sum(wk_grad(x))) - 2 * 70 * 40), 1e-9);
    }
}

TEST(interpolate, with_corners_makes_a_line_of_a_line)
{
    wk_tensor *x = wk_reshape(wk_linspace(-1, 1, 5, WK_F64), WK_SHAPE(1, 1, 5));
    wk_tensor *y = wk_interpolate(x, .output_size = WK_DIMS(33), .mode = WK_INTERPOLATE_LINEAR, .align_corners = true);
    wk_tensor *off = wk_sub(wk_reshape(y, WK_SHAPE(33)), wk_linspace(-1, 1, 33, WK_F64));
    ck_assert_double_le(wk_item(wk_max(wk_abs(off))), 1e-15);
}

/* Rows are added by bands, lines one by one, on any number of threads: an element's bits are the same. */
TEST(interpolate, has_the_same_bits_along_any_dim_and_on_any_threads)
{
    for (int i = 0; i < MODES - 1; i++) {
        WK_SCOPE(once);
        wk_tensor *x = wk_randn(WK_SHAPE(3, 4, 37, 90), WK_F32), *first = NULL;
        for (int threads = 1; threads <= 3; threads++) {
            wk_set_num_threads(threads);
            wk_tensor *leaf =
                wk_requires_grad(threads == 2 ? wk_transpose(wk_clone(wk_transpose(x, 2, 3)), 2, 3) : wk_clone(x));
            wk_tensor *y = wk_interpolate(leaf, .output_size = WK_DIMS(50, 90), .mode = modes[i]);
            wk_tensor *turned =
                wk_interpolate(wk_transpose(leaf, 2, 3), .output_size = WK_DIMS(90, 50), .mode = modes[i]);
            CHECK(wk_equal(y, wk_transpose(turned, 2, 3)));
            wk_tensor *loss = wk_sum(wk_square(y)), *grad;
            CHECK(wk_autograd_grad(&loss, 1, &leaf, 1, false, &grad) == WK_OK);
            if (first) CHECK(wk_equal(first, grad));
            first = grad;
        }
    }
    wk_set_num_threads(1);
}

TEST(interpolate, takes_an_empty_batch)
{
    wk_tensor *x = wk_requires_grad(wk_zeros(WK_SHAPE(0, 3, 4, 4), WK_F32));
    wk_tensor *y = wk_interpolate(x, .scale_factor = 2, .mode = WK_INTERPOLATE_LINEAR);
    CHECK(y && wk_numel(y) == 0 && wk_size(y, 3) == 8 && wk_backward(wk_sum(y)) == WK_OK);
}

TEST(interpolate, of_sizes_that_stay_is_a_copy)
{
    wk_tensor *x = wk_randn(WK_SHAPE(1, 2, 4, 5), WK_F32);
    for (int i = 0; i < MODES - 1; i++) {
        wk_tensor *y = wk_interpolate(x, .scale_factor = 1, .mode = modes[i]);
        CHECK(y && wk_equal(x, y) && !wk_same_storage(x, y));
    }
}

TEST(interpolate, refuses_what_does_not_fit)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(2, 3, 4, 5), WK_F32), *line = wk_zeros(WK_SHAPE(2, 3, 4), WK_F32);
    CHECK_NULL(wk_interpolate(x, .mode = WK_INTERPOLATE_LINEAR));
    CHECK_ERROR(WK_E_INVALID, "interpolate", "one of output_size");
    CHECK_NULL(wk_interpolate(x, .scale_factor = 2, .output_size = WK_DIMS(3)));
    CHECK_ERROR(WK_E_INVALID, "interpolate", "and no more");
    CHECK_NULL(wk_interpolate(x, .scale_factor = -1));
    CHECK_ERROR(WK_E_INVALID, "scale_factor is -1");
    CHECK_NULL(wk_interpolate(x, .scale_factor = (double)NAN));
    CHECK_ERROR(WK_E_INVALID, "scale_factor is");
    CHECK_NULL(wk_interpolate(x, .scale_factors = { 2 }));
    CHECK_ERROR(WK_E_INVALID, "scale_factor is 0", "each of 2");
    CHECK_NULL(wk_interpolate(x, .scale_factors = { 2, 2, 2 }));
    CHECK_ERROR(WK_E_INVALID, "more than 2 numbers");
    CHECK_NULL(wk_interpolate(x, .scale_factor = 1e12));
    CHECK_ERROR(WK_E_SHAPE, "a size of 4 by a factor of 1e+12");
    CHECK_NULL(wk_interpolate(x, .output_size = WK_DIMS(2, 0)));
    CHECK_ERROR(WK_E_INVALID, "output_size is 0");
    CHECK_NULL(wk_interpolate(x, .output_size = WK_DIMS(2, 2, 2)));
    CHECK_ERROR(WK_E_INVALID, "output_size has 3 sizes");
    CHECK_NULL(wk_interpolate(x, .scale_factor = 2, .align_corners = true));
    CHECK_ERROR(WK_E_INVALID, "align_corners is for");
    CHECK_NULL(wk_interpolate(line, .scale_factor = 2, .mode = WK_INTERPOLATE_BICUBIC));
    CHECK_ERROR(WK_E_SHAPE, "[2, 3, 4]", "[n, c, h, w]");
    CHECK_NULL(wk_interpolate(x, .scale_factor = 2, .mode = (wk_interpolate_mode)9));
    CHECK_ERROR(WK_E_INVALID, "mode is 9");
    CHECK_NULL(wk_interpolate(wk_zeros(WK_SHAPE(2, 3, 0), WK_F32), .scale_factor = 2));
    CHECK_ERROR(WK_E_SHAPE, "[2, 3, 0]");
    CHECK_NULL(wk_interpolate(wk_zeros(WK_SHAPE(2, 3, 4), WK_I64), .scale_factor = 2));
    CHECK_ERROR(WK_E_DTYPE, "interpolate", "x");
    CHECK_NULL(wk_interpolate(NULL, .scale_factor = 2));
    CHECK_ERROR(WK_E_INVALID, "interpolate", "x");
    CHECK_NULL(wk_nn_upsample(.mode = WK_INTERPOLATE_LINEAR));
    CHECK_ERROR(WK_E_INVALID, "nn_upsample", "missing");
    CHECK_NULL(wk_nn_upsample_new(NULL));
    CHECK_ERROR(WK_E_INVALID, "nn_upsample", "NULL");
    CHECK_NULL(wk_nn_upsample(.scale_factor = 2, .x = x));
    CHECK_ERROR(WK_E_INVALID, "nn_upsample", "wk_forward");
}

WICK_TEST_MAIN
