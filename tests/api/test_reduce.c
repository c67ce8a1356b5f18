/* Reductions, scans, orders and histograms: against PyTorch's values and gradients, edge cases included; the kernels'
 * orders of large arrays against plain loops; and the errors. */
#include "wick/tensor.h"
#include "wick_check.h"
#include <string.h>

typedef struct golden_case {
    const char *call;
    wk_tensor *(*run)(wk_tensor *x, wk_tensor **indices);
    wk_dtype dtype;
    int ndim;
    int64_t shape[4];
    const double *x;
    wk_dtype y_dtype;
    int y_ndim;
    int64_t y_shape[4];
    const double *y, *indices, *gradient; /* the last two may be NULL */
} golden_case;
#include "golden/reduce.h"
enum { CASES = sizeof golden_reduce / sizeof *golden_reduce };

static wk_tensor *from(const double *values, int ndim, const int64_t *shape, wk_dtype dtype)
{
    return wk_to(wk_from(values, ndim, shape, WK_F64), dtype);
}

static bool near(double a, double b, double tolerance)
{
    return (isnan(a) && isnan(b)) || a == b || fabs(a - b) <= tolerance * fmax(1, fabs(b));
}

static void compare(const golden_case *c, const char *what, wk_tensor *got, const double *expected, double tolerance)
{
    wk_tensor *wide = wk_contiguous(wk_to(wk_detach(got), WK_F64));
    if (!wide) ck_abort_msg("%s, %s: %s", c->call, what, wk_error_text());
    const double *values = host_data(wide);
    for (int64_t e = 0; e < wk_numel(wide); e++)
        if (!near(values[e], expected[e], tolerance))
            ck_abort_msg("%s of %g %g ..: %s %d is %.17g, not %.17g", c->call, c->x[0], c->x[1], what, (int)e,
                         values[e], expected[e]);
}

static void agree(const golden_case *c)
{
    WK_SCOPE(work);
    wk_tensor *x = from(c->x, c->ndim, c->shape, c->dtype), *indices = NULL;
    const double tolerance = c->dtype == WK_F64 ? 1e-14 : 2e-6;
    if (c->gradient) wk_requires_grad(x);
    wk_tensor *y = c->run(x, &indices);
    if (!y) ck_abort_msg("%s: %s", c->call, wk_error_text());
    if (wk_dtype_of(y) != c->y_dtype || wk_ndim(y) != c->y_ndim ||
        memcmp(wk_shape(y), c->y_shape, (size_t)c->y_ndim * sizeof(int64_t)) != 0)
        ck_abort_msg("%s has another shape or dtype", c->call);
    compare(c, "value", y, c->y, tolerance);
    if (c->indices) compare(c, "index", indices, c->indices, tolerance);
    if (!c->gradient) return;
    wk_tensor *weights = wk_reshape(wk_arange(1, (double)wk_numel(y) + 1, 1, c->y_dtype), c->y_ndim, c->y_shape);
    if (wk_backward(wk_sum(wk_mul(y, weights)))) ck_abort_msg("%s: %s", c->call, wk_error_text());
    compare(c, "gradient", wk_grad(x), c->gradient, 4 * tolerance);
}

TEST(golden, values_indices_and_gradients_are_pytorchs)
{
    for (int i = 0; i < CASES; i++) agree(&golden_reduce[i]);
    CHECK_OK();
}

/* ---- Orders of large arrays ---- */

static int64_t index_at(wk_tensor *indices, int64_t i) { return ((const int64_t *)host_data(indices))[i]; }

static double value_at(wk_tensor *t, int64_t i)
{
    return wk_dtype_of(t) == WK_F32 ? (double)((const float *)host_data(t))[i] : ((const double *)host_data(t))[i];
}

static bool in_order(double a, int64_t at_a, double b, int64_t at_b, bool descending)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b) ? at_a < at_b : isnan(descending ? a : b);
    return a == b ? at_a < at_b : descending ? a > b : a < b;
}

static wk_tensor *with_ties(int64_t n, wk_dtype dtype)
{
    wk_tensor *t = wk_to(wk_randint(-n / 3, n / 3 + 1, WK_SHAPE(n)), dtype);
    if (n > 5) wk_fill_(wk_narrow(t, 0, n / 2, 2), NAN);
    return t;
}

TEST(sort, is_stable_for_any_length)
{
    static const int64_t sizes[] = { 1, 2, 15, 16, 17, 100, 1000, 1024, 1025, 5000, 70000 };
    for (int k = 0; k < 44; k++) {
        WK_SCOPE(work);
        const bool descending = k & 1;
        wk_tensor *x = with_ties(sizes[k / 4], k & 2 ? WK_F32 : WK_F64), *at, *y = wk_sort(x, 0, descending, &at);
        CHECK_OK();
        x = wk_to_device(x, WK_CPU), y = wk_to_device(y, WK_CPU), at = wk_to_device(at, WK_CPU);
        for (int64_t i = 0; i < wk_numel(x); i++) {
            const double here = value_at(x, index_at(at, i));
            CHECK(here == value_at(y, i) || isnan(here));
            if (i)
                CHECK(in_order(value_at(y, i - 1), index_at(at, i - 1), value_at(y, i), index_at(at, i), descending));
        }
    }
}

TEST(topk, is_the_beginning_of_the_sorted_line)
{
    static const int64_t sizes[] = { 1, 20, 300, 1000, 20000 };
    for (int k = 0; k < 5; k++)
        for (int64_t want = 1; want <= sizes[k]; want = want * 3 + 1)
            for (int way = 0; way < 4; way++) {
                WK_SCOPE(work);
                wk_tensor *x = with_ties(sizes[k], way & 1 ? WK_F32 : WK_F64), *at, *at_all;
                wk_tensor *y = wk_topk(x, want, 0, way & 2, &at), *all = wk_sort(x, 0, way & 2, &at_all);
                CHECK(wk_equal(at, wk_narrow(at_all, 0, 0, want)));
                y = wk_to_device(y, WK_CPU), all = wk_to_device(all, WK_CPU);
                for (int64_t i = 0; i < want; i++) CHECK(value_at(y, i) == value_at(all, i) || isnan(value_at(y, i)));
            }
}

TEST(topk, of_a_line_made_to_be_slow_is_right)
{
    wk_tensor *up = wk_arange(0, 50000, 1, WK_F32), *saw = wk_abs(wk_sub_scalar(up, 25000)), *at;
    CHECK(wk_item(wk_sum(wk_topk(up, 3, 0, true, &at))) == 49999 + 49998 + 49997 && index_at(at, 0) == 49999);
    CHECK(wk_item(wk_sum(wk_topk(up, 20000, 0, false, &at))) == wk_item(wk_sum(wk_arange(0, 20000, 1, WK_F32))));
    CHECK(wk_item(wk_select(wk_topk(saw, 30000, 0, true, &at), 0, -1)) == 10000);
}

TEST(scan, strides_and_length_change_no_bit)
{
    for (int64_t n = 1; n < 40; n += 3) {
        WK_SCOPE(work);
        wk_tensor *x = wk_randn(WK_SHAPE(n, 70), n % 2 ? WK_F32 : WK_F64), *turned = wk_contiguous(wk_t(x));
        CHECK(wk_equal(wk_cumsum(x, 0), wk_t(wk_cumsum(turned, 1))));
        CHECK(wk_equal(wk_cumprod(x, 0), wk_t(wk_cumprod(turned, 1))));
        CHECK(wk_equal(wk_cumsum(x, 1), wk_t(wk_cumsum(turned, 0))));
    }
}

TEST(extremes, of_columns_short_and_long_lines_agree)
{
    for (int64_t n = 1; n < 3000; n = n * 2 + 1) {
        WK_SCOPE(work);
        wk_tensor *x = wk_to(wk_randint(-9, 10, WK_SHAPE(n, 7)), n % 4 ? WK_F32 : WK_F64), *at[4];
        wk_fill_(wk_narrow(wk_narrow(x, 0, n / 2, 1), 1, 2, 2), NAN);
        wk_tensor *turned = wk_contiguous(wk_t(x)), *whole = wk_to(x, WK_I64);
        wk_tensor *columns = wk_max_dim(x, 0, false, &at[0]), *lines = wk_max_dim(turned, 1, false, &at[1]);
        wk_min_dim(x, 0, false, &at[2]);
        wk_min_dim(turned, 1, false, &at[3]);
        CHECK(wk_equal(at[0], at[1]) && wk_equal(at[2], at[3]));
        CHECK(wk_equal(wk_narrow(columns, 0, 4, 3), wk_narrow(lines, 0, 4, 3)));
        CHECK(wk_equal(wk_narrow(at[0], 0, 4, 3), wk_narrow(wk_argmax(whole, 0, false), 0, 4, 3)));
    }
}

TEST(var, of_numbers_far_from_0_keeps_its_digits)
{
    wk_tensor *x = wk_add_scalar(wk_randn(WK_SHAPE(20000), WK_F64), 1e4);
    wk_tensor *narrow = wk_to(x, WK_F32);
    CHECK_NEAR(wk_item(wk_var(narrow, 1)) / wk_item(wk_var(wk_to(narrow, WK_F64), 1)), 1, 1e-6);
    CHECK(wk_item(wk_std(wk_full(WK_SHAPE(1003), WK_F32, 0.1), 1)) == 0);
}

/* the largest relative distance from what doubles give, over everything, columns and lines in several layouts */
static double spread_error(wk_tensor *x, wk_tensor *spread(wk_tensor *, int, const int *, double, bool))
{
    static const int dims[] = { 0, 1 };
    double worst = 0;
    for (int layout = 0; layout < 3; layout++) {
        WK_SCOPE(work);
        wk_tensor *t = layout == 1   ? wk_t(wk_contiguous(wk_t(x)))
                       : layout == 2 ? wk_narrow(wk_repeat(x, WK_SHAPE(1, 2)), 1, 3, wk_size(x, 1))
                                     : x;
        for (int which = 0; which < 3; which++) {
            const int *first = dims + (which == 1), n = which == 2 ? 2 : 1;
            wk_tensor *want = spread(wk_to(t, WK_F64), n, first, 1, false);
            wk_tensor *ratio = wk_div(wk_to(spread(t, n, first, 1, false), WK_F64), want);
            worst = fmax(worst, wk_item(wk_max(wk_abs(wk_sub_scalar(ratio, 1)))));
            CHECK_OK();
        }
    }
    return worst;
}

TEST(std, is_right_where_squares_leave_f32)
{
    static const int64_t sizes[][2] = { { 3, 5 }, { 40, 4 }, { 700, 23 }, { 5, 3001 }, { 300, 200 } };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        WK_SCOPE(work);
        wk_tensor *x = wk_randn(WK_SHAPE(sizes[i][0], sizes[i][1]), WK_F32);
        CHECK(spread_error(wk_mul_scalar(x, 1e30), wk_std_dims) < 1e-6);
        CHECK(spread_error(wk_mul_scalar(x, 1e-25), wk_std_dims) < 1e-6);
        CHECK(spread_error(wk_mul_scalar(x, 3e18), wk_var_dims) < 1e-6);
    }
    CHECK(isinf(wk_item(wk_var(wk_mul_scalar(wk_randn(WK_SHAPE(9), WK_F32), 1e30), 1))));
    CHECK(isnan(wk_item(wk_std(wk_from((float[]){ 1, INFINITY, 2 }, WK_SHAPE(3), WK_F32), 1))));
}

TEST(integers, are_reduced_in_any_layout)
{
    for (int k = 0; k < 4; k++) {
        WK_SCOPE(work);
        static const wk_dtype dtypes[] = { WK_I64, WK_I32, WK_U8, WK_BOOL };
        wk_tensor *x = wk_to(wk_randint(0, 3, WK_SHAPE(90, 301)), dtypes[k]), *turned = wk_contiguous(wk_t(x));
        wk_tensor *real = wk_to(x, WK_F64);
        CHECK(wk_equal(wk_sum_dim(x, 0, false), wk_sum_dim(turned, 1, false)));
        CHECK(wk_equal(wk_to(wk_sum_dim(x, 1, false), WK_F64), wk_sum_dim(real, 1, false)));
        CHECK(wk_equal(wk_count_nonzero_dim(x, 0), wk_count_nonzero_dim(real, 0)));
        CHECK(wk_item(wk_count_nonzero(x)) == wk_item(wk_count_nonzero(real)));
        CHECK(wk_equal(wk_to(wk_amax(x, 0, true), WK_F64), wk_amax(real, 0, true)));
        CHECK(wk_equal(wk_all_dim(x, 1, false), wk_all_dim(real, 1, false)));
        CHECK(
            wk_equal(wk_prod_dim(wk_narrow(x, 0, 0, 5), 0, false), wk_prod_dim(wk_narrow(turned, 1, 0, 5), 1, false)));
    }
}

TEST(errors, name_the_op_and_what_was_expected)
{
    wk_tensor *none = wk_zeros(WK_SHAPE(2, 0), WK_F32), *x = wk_zeros(WK_SHAPE(2, 3), WK_F32), *at = x;
    wk_tensor *whole = wk_zeros(WK_SHAPE(3), WK_I64);
    CHECK_NULL(wk_sum_dims(x, 0, (int[]){ 0 }, false));
    CHECK_ERROR(WK_E_INVALID, "sum_dims", "NULL stands for all", "[2, 3]");
    CHECK_NULL(wk_prod_dims(x, 2, (int[]){ 1, -1 }, false));
    CHECK_ERROR(WK_E_INVALID, "prod", "dim 1 is named twice");
    CHECK_NULL(wk_max(none));
    CHECK_ERROR(WK_E_SHAPE, "max", "dim 1 of [2, 0]");
    CHECK_NULL(wk_min_dim(none, 1, false, &at));
    CHECK_ERROR(WK_E_SHAPE, "min_dim", "no elements");
    CHECK(at == NULL && wk_numel(wk_max_dim(none, 0, false, &at)) == 0);
    CHECK_NULL(wk_argmin_all(none));
    CHECK_ERROR(WK_E_SHAPE, "argmin_all");
    CHECK_NULL(wk_var(whole, 1));
    CHECK_ERROR(WK_E_DTYPE, "var", "i64");
    CHECK_NULL(wk_norm(none, INFINITY));
    CHECK_ERROR(WK_E_SHAPE, "norm");
    CHECK_NULL(wk_topk(x, 4, 1, true, NULL));
    CHECK_ERROR(WK_E_RANGE, "topk", "k is 4", "0 to 3");
    CHECK_NULL(wk_sort(x, 2, false, NULL));
    CHECK_ERROR(WK_E_RANGE, "sort", "dim");
    CHECK_NULL(wk_bincount(wk_from((int64_t[]){ 1, -1 }, WK_SHAPE(2), WK_I64), NULL, 0));
    CHECK_ERROR(WK_E_RANGE, "bincount", "-1");
    CHECK_NULL(wk_bincount(whole, wk_zeros(WK_SHAPE(2), WK_F32), 0));
    CHECK_ERROR(WK_E_SHAPE, "bincount", "[2]", "[3]");
    CHECK_NULL(wk_histc(wk_full(WK_SHAPE(2), WK_F32, NAN), 4, 0, 0));
    CHECK_ERROR(WK_E_RANGE, "histc", "not finite");
    CHECK_NULL(wk_histc(x, 0, 0, 1));
    CHECK_ERROR(WK_E_INVALID, "histc", "bins");
    CHECK_NULL(wk_histc(x, 3, 2, 1));
    CHECK_ERROR(WK_E_RANGE, "histc", "backwards");
}

TEST(counts, a_range_wider_than_its_dtype_is_no_trap)
{
    wk_tensor *t = wk_from((float[]){ -3e38F, 0, 3e38F }, WK_SHAPE(3), WK_F32);
    CHECK(wk_histc(t, 4, -3e38, 3e38) != NULL);
    CHECK_OK();
}

WICK_TEST_MAIN
