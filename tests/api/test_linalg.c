/* Factors, systems and determinants of matrices of many sizes: what their definitions say, whatever the layout, the
 * threads and the instruction set; and what has no result. PyTorch's values and gradients are in test_calls.c. */
#include "wick/wick.h"
#include "wick_check.h"
#include <float.h>
#include <math.h>

static const int64_t sizes[] = { 0, 1, 2, 3, 5, 17, 64, 131 };
enum { SIZES = sizeof sizes / sizeof *sizes };

/* The emulator takes its time for large ones, which test_cuda_linalg.c has. */
static int some_sizes(void) { return wk_current_device() == WK_CPU ? SIZES : SIZES - 3; }

/* The largest difference, by how many roundings of the largest number a sum of n is off at most */
static void near(wk_tensor *got, wk_tensor *want, int64_t n, const char *what)
{
    CHECK_OK();
    if (!wk_numel(want)) return;
    const double epsilon = wk_dtype_of(want) == WK_F32 ? FLT_EPSILON : DBL_EPSILON;
    const double off = wk_item(wk_max(wk_abs(wk_sub(got, want)))), most = wk_item(wk_max(wk_abs(want)));
    ck_assert_msg(off <= 8 * (double)(n + 4) * epsilon * fmax(1, most), "%s of size %d is off by %g", what, (int)n,
                  off);
}

/* [2, 3, n, n], with large numbers in the diagonal */
static wk_tensor *firm(int64_t n, wk_dtype dtype)
{
    wk_tensor *t = wk_rand(WK_SHAPE(2, 3, n, n), dtype);
    return wk_add(t, wk_mul_scalar(wk_eye(n, dtype), (double)n + 1));
}
static wk_tensor *turned(wk_tensor *t) { return wk_transpose(t, -2, -1); }

TEST(linalg, factors_of_cholesky_multiply_to_the_matrix)
{
    for (int i = 0; i < 2 * some_sizes(); i++) {
        WK_SCOPE(once);
        const wk_dtype dtype = i % 2 ? WK_F64 : WK_F32;
        const int64_t n = sizes[i / 2];
        wk_tensor *t = firm(n, dtype), *both = wk_mul_scalar(wk_add(t, turned(t)), 0.5);
        wk_tensor *l = wk_cholesky(both, false), *u = wk_cholesky(both, true);
        near(wk_matmul(l, turned(l)), both, n, "cholesky");
        CHECK(wk_equal(wk_tril(l, 0), l) && wk_equal(u, turned(l)));
        CHECK(wk_equal(wk_cholesky(wk_tril(both, 0), false), l)); /* of what lies above nothing is read */
        CHECK(wk_equal(wk_cholesky(wk_triu(both, 0), true), u));
    }
}

TEST(linalg, triangular_systems_are_solved)
{
    for (int i = 0; i < 2 * some_sizes(); i++)
        for (int way = 0; way < 8; way++) {
            WK_SCOPE(once);
            const wk_dtype dtype = i % 2 ? WK_F64 : WK_F32;
            const bool upper = way & 1, left = way & 2, unit = way & 4;
            const int64_t n = sizes[i / 2], k = way % 3 ? 130 : 1;
            wk_tensor *a = wk_div_scalar(firm(n, dtype), (double)n + 1);
            wk_tensor *b = left ? wk_randn(WK_SHAPE(3, n, k), dtype) : wk_randn(WK_SHAPE(3, k, n), dtype);
            wk_tensor *x = wk_solve_triangular(a, b, upper, .left = left, .unitriangular = unit);
            wk_tensor *part = upper ? wk_triu(a, unit) : wk_tril(a, -unit);
            if (unit) part = wk_add(part, wk_eye(n, dtype));
            near(left ? wk_matmul(part, x) : wk_matmul(x, part), wk_expand_as(b, x), n, "solve_triangular");
        }
}

TEST(linalg, systems_are_solved_and_inverses_undo)
{
    for (int i = 0; i < 2 * some_sizes(); i++) {
        WK_SCOPE(once);
        const wk_dtype dtype = i % 2 ? WK_F64 : WK_F32;
        const int64_t n = sizes[i / 2];
        wk_tensor *a =
            wk_flip(wk_div_scalar(firm(n, dtype), (double)n + 1), 1, (const int[]){ -2 }); /* rows change places */
        wk_tensor *b = wk_randn(WK_SHAPE(3, n, 2), dtype), *v = wk_randn(WK_SHAPE(n), dtype);
        wk_tensor *x = wk_solve(a, b), *w = wk_solve(a, v);
        near(wk_matmul(a, x), wk_expand_as(b, x), n, "solve");
        near(wk_squeeze(wk_matmul(a, wk_unsqueeze(w, -1)), -1), wk_expand_as(v, w), n, "solve of a vector");
        near(wk_matmul(a, wk_inv(a)), wk_expand_as(wk_eye(n, dtype), a), n, "inv");
    }
}

TEST(linalg, determinants_multiply)
{
    for (int i = 0; i < some_sizes(); i++) {
        WK_SCOPE(once);
        const int64_t n = sizes[i];
        wk_tensor *a = wk_div_scalar(wk_flip(firm(n, WK_F64), 1, (const int[]){ -1 }), (double)n + 1),
                  *b = wk_div_scalar(firm(n, WK_F64), (double)n + 1), *sign;
        wk_tensor *both = wk_mul(wk_det(a), wk_det(b));
        near(wk_det(wk_matmul(a, b)), both, n, "det");
        wk_tensor *log = wk_slogdet(a, &sign);
        near(wk_mul(sign, wk_exp(log)), wk_det(a), n, "slogdet");
        CHECK(wk_item(wk_min(sign)) == (n / 2 % 2 ? -1 : 1)); /* of that many exchanges */
    }
}

/* The cofactors, wherever they are taken: the quotient det / t is of no use there. */
TEST(linalg, the_gradient_of_a_determinant_of_0_are_the_cofactors)
{
    const double of[][9] = { { 1, 2, 3, 2, 4, 6, 1, 0, 1 },
                             { 0, 0, 1, 0, 0, 2, 1, 3, 5 },
                             { 1, 2, 3, 2, 4, 6, 3, 6, 9 } };
    const double cofactors[][9] = { { 4, 4, -4, -2, -2, 2, 0, 0, 0 }, { -6, 2, 0, 3, -1, 0, 0, 0, 0 }, { 0 } };
    const double scales[] = { 1, 1e-20, 1e20 };
    for (int i = 0; i < 9; i++) {
        WK_SCOPE(once);
        const double by = scales[i / 3];
        wk_tensor *t = wk_requires_grad(wk_mul_scalar(wk_from(of[i % 3], WK_SHAPE(3, 3), WK_F64), by));
        CHECK(wk_item(wk_det(t)) == 0 && wk_backward(wk_det(t)) == WK_OK);
        near(wk_div_scalar(wk_grad(t), by * by), wk_from(cofactors[i % 3], WK_SHAPE(3, 3), WK_F64), 9, "a gradient");
    }
}

static wk_tensor *everything(wk_tensor *t, wk_tensor *b)
{
    wk_tensor *both = wk_mul_scalar(wk_add(t, turned(t)), 0.5), *l = wk_cholesky(both, false);
    wk_tensor *all[] = { wk_reshape(wk_solve_triangular(l, b, false), WK_SHAPE(-1)),
                         wk_reshape(wk_solve(t, b), WK_SHAPE(-1)), wk_reshape(wk_inv(t), WK_SHAPE(-1)),
                         wk_slogdet(wk_reshape(t, WK_SHAPE(-1, 37, 37)), NULL) };
    return all[0] && all[1] && all[2] && all[3] ? wk_cat(all, 4, 0) : NULL;
}

TEST_ON_CPU(linalg, threads_layouts_and_instruction_sets_change_no_bit, "it chooses the CPU's instruction set")
{
    const char *best = wk_cpu_isa(), *sets[] = { "base", "avx2", "avx512", best };
    for (int d = 0; d < 2; d++) {
        const wk_dtype dtype = d ? WK_F64 : WK_F32;
        wk_tensor *t = firm(37, dtype), *b = wk_randn(WK_SHAPE(2, 3, 37, 150), dtype), *want = everything(t, b);
        for (int i = 0; i < 12; i++) {
            WK_SCOPE(once);
            if (wk_set_cpu_isa(sets[i / 3])) {
                wk_error_clear();
                continue;
            }
            CHECK(wk_set_num_threads(1 + i % 3) == WK_OK);
            wk_tensor *x = i % 2 ? turned(wk_clone(wk_contiguous(turned(t)))) : t;
            CHECK(wk_equal(everything(x, b), want));
        }
    }
    CHECK(wk_set_cpu_isa(best) == WK_OK && wk_set_num_threads(1) == WK_OK);
}

TEST(linalg, autocast_leaves_gradients_their_digits)
{
    wk_tensor *t = wk_requires_grad(wk_detach(wk_div_scalar(firm(9, WK_F32), 10)));
    wk_tensor *b = wk_randn(WK_SHAPE(9, 2), WK_F32), *loss, *grad[2];
    for (int casts = 0; casts < 2; casts++) {
        const bool was = wk_set_autocast_enabled(casts);
        wk_tensor *of[] = { wk_solve(t, b), wk_inv(t),           wk_cholesky(t, false),
                            wk_det(t),      wk_slogdet(t, NULL), wk_solve_triangular(t, b, true) };
        loss = wk_sum(of[0]);
        for (int i = 1; i < 6; i++) loss = wk_add(loss, wk_sum(of[i]));
        CHECK(wk_autograd_grad(&loss, 1, &t, 1, false, &grad[casts]) == WK_OK);
        wk_set_autocast_enabled(was);
    }
    CHECK(wk_equal(grad[0], grad[1]));
}

TEST(linalg, tells_which_matrix_has_no_result)
{
    wk_tensor *t = wk_clone(wk_expand(wk_eye(3, WK_F64), WK_SHAPE(2, 4, 3, 3)));
    wk_fill_(wk_select(wk_select(wk_select(wk_select(t, 0, 1), 0, 2), 0, 1), 0, 1), 0);
    CHECK_NULL(wk_cholesky(t, false));
    CHECK_ERROR(WK_E_RANGE, "cholesky", "matrix 6 of [2, 4, 3, 3]", "not positive definite", "at 2");
    CHECK_NULL(wk_solve(t, wk_ones(WK_SHAPE(3), WK_F64)));
    CHECK_ERROR(WK_E_RANGE, "solve", "matrix 6 of [2, 4, 3, 3]", "singular", "at 2");
    CHECK_NULL(wk_inv(wk_select(wk_select(t, 0, 1), 0, 2)));
    CHECK_ERROR(WK_E_RANGE, "inv", "[3, 3] is singular", "at 2");
    CHECK_NULL(wk_cholesky(wk_full(WK_SHAPE(1, 1), WK_F32, NAN), true));
    CHECK_ERROR(WK_E_RANGE, "cholesky", "at 1");
    CHECK(wk_item(wk_any(wk_isinf(wk_solve_triangular(t, wk_ones(WK_SHAPE(3, 1), WK_F64), false)))) == 1);
    wk_tensor *sign, *log = wk_slogdet(t, &sign);
    CHECK(wk_item(wk_min(log)) == -INFINITY && wk_item(wk_min(sign)) == 0 && wk_item(wk_max(sign)) == 1);
    CHECK_NULL(wk_slogdet(wk_zeros(WK_SHAPE(2, 3), WK_F32), &sign));
    CHECK(!sign);
    CHECK_ERROR(WK_E_SHAPE, "slogdet", "[2, 3]");
    CHECK_NULL(wk_solve(wk_zeros(WK_SHAPE(2, 3, 3), WK_F32), wk_zeros(WK_SHAPE(4, 3, 1), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "solve");
}

static wk_tensor *by_cholesky(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_sum(wk_cholesky(in[0], false));
}
static wk_tensor *by_lu(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_sum(wk_inv(in[0]));
}

TEST(linalg, replays_look_at_their_values_too)
{
    wk_tensor *good = wk_eye(3, WK_F32), *bad = wk_zeros(WK_SHAPE(3, 3), WK_F32);
    wk_step_function *const steps[] = { by_cholesky, by_lu };
    for (int i = 0; i < 2; i++) {
        WK_SCOPE(once);
        wk_plan *plan = wk_capture(steps[i], NULL);
        for (int run = 0; run < 3; run++) CHECK(wk_item(wk_plan_run(plan, &good, 1)) == 3);
        CHECK_NULL(wk_plan_run(plan, &bad, 1));
        CHECK_ERROR(WK_E_RANGE, i ? "inv" : "cholesky", "[3, 3]", "at 1");
        CHECK(wk_item(wk_plan_run(plan, &good, 1)) == 3 && wk_plan_stats_of(plan).replays == 2);
    }
}

WICK_TEST_MAIN
