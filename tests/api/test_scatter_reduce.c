/* scatter_reduce beside plain loops, for sizes, dims and numbers of every kind; PyTorch's values and gradients are in
 * test_shape.c. */
#include "base/rng.h"
#include "wick/wick.h"
#include "wick_check.h"
#include <math.h>

enum { DIMS = 3 };

static wk_rng rng;
static int64_t below(int64_t n) { return (int64_t)wki_rng_below(&rng, (uint64_t)n); }

static int64_t place(const int64_t *at, const int64_t *size) { return (at[0] * size[1] + at[1]) * size[2] + at[2]; }

static double joined(wk_scatter_mode mode, double a, double b)
{
    if (mode == WK_SCATTER_SUM || mode == WK_SCATTER_MEAN) return a + b;
    if (mode == WK_SCATTER_PROD) return a * b;
    if (isnan(a) || isnan(b)) return NAN;
    return (mode == WK_SCATTER_AMAX) == (a > b) ? a : b;
}

typedef struct problem {
    int64_t t[DIMS], index[DIMS], src[DIMS];
    int dim;
    wk_scatter_mode mode;
    bool self;
} problem;

static problem some_problem(void)
{
    problem p = { .dim = (int)below(DIMS), .mode = (wk_scatter_mode)below(5), .self = below(2) };
    for (int d = 0; d < DIMS; d++) {
        p.t[d] = 1 + below(6);
        p.index[d] = d == p.dim ? below(9) : below(p.t[d] + 1);
        p.src[d] = p.index[d] + below(2);
    }
    return p;
}

static void check(const problem *p)
{
    static double t[400], src[1000], y[400];
    static int64_t index[1000], met[400];
    const int64_t nt = p->t[0] * p->t[1] * p->t[2], ns = p->src[0] * p->src[1] * p->src[2];
    for (int64_t i = 0; i < nt; i++) t[i] = y[i] = (double)below(9) - 4, met[i] = 0;
    for (int64_t i = 0; i < ns; i++) src[i] = below(40) ? (double)below(9) - 4 : (double)NAN;
    for (int64_t i = 0; i < 1000; i++) index[i] = below(p->t[p->dim]);
    int64_t at[DIMS];
    for (at[0] = 0; at[0] < p->index[0]; at[0]++)
        for (at[1] = 0; at[1] < p->index[1]; at[1]++)
            for (at[2] = 0; at[2] < p->index[2]; at[2]++) {
                int64_t to[DIMS] = { at[0], at[1], at[2] };
                to[p->dim] = index[place(at, p->index)];
                const int64_t i = place(to, p->t);
                const double x = src[place(at, p->src)];
                y[i] = met[i]++ || p->self ? joined(p->mode, y[i], x) : x;
            }
    for (int64_t i = 0; i < nt; i++)
        if (p->mode == WK_SCATTER_MEAN && met[i]) y[i] /= (double)(met[i] + p->self);
    wk_tensor *got = wk_scatter_reduce(wk_from(t, DIMS, p->t, WK_F64), p->dim, wk_from(index, DIMS, p->index, WK_I64),
                                       wk_from(src, DIMS, p->src, WK_F64), p->mode, .include_self = p->self);
    CHECK_OK();
    const double *numbers = host_data(got);
    for (int64_t i = 0; i < nt; i++)
        ck_assert_msg((isnan(y[i]) && isnan(numbers[i])) || fabs(y[i] - numbers[i]) <= 1e-14, "mode %d: %g, not %g",
                      (int)p->mode, numbers[i], y[i]);
}

TEST(scatter_reduce, is_what_loops_give)
{
    rng = wki_rng_at(1, 2, 3);
    for (int i = 0; i < 400; i++) {
        WK_SCOPE(once);
        const problem p = some_problem();
        check(&p);
    }
}

TEST(scatter_reduce, of_equal_ones_shares_the_gradient)
{
    wk_tensor *t = wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F32)),
              *src = wk_requires_grad(wk_ones(WK_SHAPE(4), WK_F32));
    wk_tensor *index = wk_zeros(WK_SHAPE(4), WK_I64);
    CHECK(wk_backward(wk_sum(wk_scatter_reduce(t, 0, index, src, WK_SCATTER_AMAX))) == WK_OK);
    CHECK_NEAR(wk_item(wk_max(wk_grad(src))), 0.2, 1e-7);
    CHECK_NEAR(wk_item(wk_sum(wk_grad(t))), 1.2, 1e-6);
}

/* y = t[0] s[0] s[1] s[3] of which s[0] and s[3] are 0, and t[1] s[2] */
TEST(scatter_reduce, of_products_has_derivatives_at_zeros)
{
    wk_tensor *t = wk_requires_grad(wk_from((double[]){ 3, 4 }, WK_SHAPE(2), WK_F64)), *once[2], *twice[2];
    wk_tensor *s = wk_requires_grad(wk_from((double[]){ 0, 5, 2, 0 }, WK_SHAPE(4), WK_F64));
    wk_tensor *index = wk_from((int64_t[]){ 0, 0, 1, 0 }, WK_SHAPE(4), WK_I64), *in[] = { t, s };
    wk_tensor *y = wk_scatter_reduce(t, 0, index, s, WK_SCATTER_PROD), *first = wk_select(y, 0, 0);
    CHECK(y && wk_item(first) == 0 && wk_item(wk_select(y, 0, 1)) == 8);
    CHECK(wk_autograd_grad(&first, 1, in, 2, true, once) == WK_OK);
    CHECK(wk_equal(once[0], wk_zeros_like(t)) && wk_equal(once[1], wk_zeros_like(s)));
    wk_tensor *of_s0 = wk_select(once[1], 0, 0);
    CHECK(wk_autograd_grad(&of_s0, 1, in, 2, false, twice) == WK_OK);
    CHECK(wk_equal(twice[0], wk_zeros_like(t)));
    CHECK(wk_equal(twice[1], wk_from((double[]){ 0, 0, 0, 15 }, WK_SHAPE(4), WK_F64)));
}

TEST(scatter_reduce, leaves_what_nothing_meets)
{
    wk_tensor *t = wk_randn(WK_SHAPE(3, 4), WK_F32), *none = wk_zeros(WK_SHAPE(0, 4), WK_I64);
    wk_tensor *src = wk_zeros(WK_SHAPE(2, 4), WK_F32);
    for (int mode = 0; mode < 5; mode++) {
        wk_tensor *y = wk_scatter_reduce(t, 0, none, src, (wk_scatter_mode)mode, .include_self = false);
        CHECK(y && wk_equal(y, t) && !wk_same_storage(y, t));
    }
}

static wk_tensor *at_0_2_2(wk_dtype dtype, wk_scatter_mode mode, bool self)
{
    wk_tensor *index = wk_to(wk_from((int64_t[]){ 0, 2, 2 }, WK_SHAPE(3), WK_I64), dtype);
    return wk_scatter_reduce(wk_arange(1, 5, 1, WK_F64), 0, index, wk_arange(5, 8, 1, WK_F64), mode,
                             .include_self = self);
}

TEST(scatter_reduce, takes_indices_of_32_bits_and_refuses_numbers_that_are_none)
{
    for (int mode = 0; mode < 5; mode++)
        for (int self = 0; self < 2; self++) {
            wk_tensor *y = at_0_2_2(WK_I64, (wk_scatter_mode)mode, self);
            CHECK(y && wk_equal(at_0_2_2(WK_I32, (wk_scatter_mode)mode, self), y));
            CHECK_NULL(at_0_2_2(WK_U8, (wk_scatter_mode)mode, self));
            CHECK_ERROR(WK_E_DTYPE, "scatter_reduce", "index is u8; i64 or i32 is needed");
        }
}

/* The derivatives by t and src, which are 3 and 5 */
static void check_of_one(wk_scatter_mode mode, bool self, double y, double by_t, double by_src)
{
    wk_tensor *t = wk_requires_grad(wk_scalar(3, WK_F64)), *src = wk_requires_grad(wk_scalar(5, WK_F64));
    wk_tensor *got = wk_scatter_reduce(t, 0, wk_scalar(0, WK_I64), src, mode, .include_self = self);
    CHECK(got && wk_ndim(got) == 0 && wk_item(got) == y && wk_backward(got) == WK_OK);
    CHECK(wk_item(wk_grad(t)) == by_t && wk_item(wk_grad(src)) == by_src);
}

TEST(scatter_reduce, of_a_tensor_without_dims_has_gradients)
{
    check_of_one(WK_SCATTER_SUM, true, 8, 1, 1);
    check_of_one(WK_SCATTER_MEAN, true, 4, 0.5, 0.5);
    check_of_one(WK_SCATTER_AMAX, true, 5, 0, 1);
    check_of_one(WK_SCATTER_AMIN, true, 3, 1, 0);
    check_of_one(WK_SCATTER_PROD, true, 15, 5, 3);
    check_of_one(WK_SCATTER_PROD, false, 5, 0, 1);
}

WICK_TEST_MAIN
