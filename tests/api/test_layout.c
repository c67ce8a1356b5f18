/* Results that keep the order of memory, copies from any order to any other, and sums that do not depend on it. */
#include "wick/elementwise.h"
#include "wick/tensor.h"
#include "wick_check.h"

static const char *const isas[] = { "base", "avx2", "avx512" };
enum { ISAS = sizeof isas / sizeof *isas };

/* Runs a law once an instruction set. */
static void on_each_isa(void (*law)(void))
{
    const char *best = wk_cpu_isa();
    for (int i = 0; i < ISAS; i++) {
        if (wk_set_cpu_isa(isas[i]) == WK_OK)
            law();
        else
            wk_error_clear(); /* not on this machine */
    }
    CHECK(wk_set_cpu_isa(best) == WK_OK);
}

static wk_tensor *hashed(int64_t rows, int64_t cols, wk_dtype dtype)
{
    wk_manual_seed((uint64_t)(rows * 1000 + cols));
    return wk_to(dtype == WK_BOOL ? wk_randint(0, 2, WK_SHAPE(rows, cols)) : wk_randint(0, 250, WK_SHAPE(rows, cols)),
                 dtype);
}

/* Every element of y [r, c] is that of x, whose strides are any. */
static void check_same(wk_tensor *y, wk_tensor *x)
{
    CHECK_OK();
    const size_t size = wk_dtype_size(wk_dtype_of(x));
    for (int64_t i = 0; i < wk_size(x, 0); i++)
        for (int64_t j = 0; j < wk_size(x, 1); j++)
            ck_assert_mem_eq((const char *)wk_data(y) + (size_t)(i * wk_stride(y)[0] + j * wk_stride(y)[1]) * size,
                             (const char *)wk_data(x) + (size_t)(i * wk_stride(x)[0] + j * wk_stride(x)[1]) * size,
                             size);
}

static const int64_t lengths[] = { 1, 3, 4, 7, 8, 15, 16, 17, 33, 65, 130 };
enum { LENGTHS = sizeof lengths / sizeof *lengths };

static void turned_copies(void)
{
    for (int r = 0; r < LENGTHS; r++)
        for (int c = 0; c < LENGTHS; c++)
            for (int d = 0; d < WK_DTYPE_COUNT; d++) {
                WK_SCOPE(work);
                wk_tensor *x = wk_t(hashed(lengths[r], lengths[c], (wk_dtype)d)), *y = wk_contiguous(x);
                CHECK(wk_is_contiguous(y));
                check_same(y, x);
                check_same(wk_contiguous(wk_narrow(x, 0, lengths[c] / 2, 1)), wk_narrow(x, 0, lengths[c] / 2, 1));
            }
}
TEST_ON_CPU(layout, a_turned_copy_has_every_element_in_its_place, "its subject is the CPU's instruction sets")
{
    on_each_isa(turned_copies);
}

static void fills_and_flips(void)
{
    for (int c = 0; c < LENGTHS; c++)
        for (int d = 0; d < WK_DTYPE_COUNT; d++) {
            WK_SCOPE(work);
            const int64_t n = lengths[c];
            wk_tensor *x = hashed(3, n, (wk_dtype)d), *part = wk_narrow(x, 0, 1, 1), *before = wk_clone(x);
            wk_tensor *flipped = wk_flip(wk_t(x), 2, (int[]){ 0, 1 });
            for (int64_t j = 0; j < n; j++)
                for (int64_t i = 0; i < 3; i++)
                    CHECK(wk_equal(wk_select(wk_select(flipped, 0, j), 0, i),
                                   wk_select(wk_select(x, 0, 2 - i), 0, n - 1 - j)));
            wk_fill_(part, 1);
            check_same(part, wk_ones(WK_SHAPE(1, n), (wk_dtype)d));
            for (int row = 0; row < 3; row += 2) check_same(wk_narrow(x, 0, row, 1), wk_narrow(before, 0, row, 1));
        }
}
TEST_ON_CPU(layout, fills_and_flips_touch_what_they_should, "its subject is the CPU's instruction sets")
{
    on_each_isa(fills_and_flips);
}

TEST(layout, clone_to_and_flip_keep_dense_memory_in_its_order)
{
    wk_tensor *x = wk_permute(wk_randn(WK_SHAPE(3, 4, 5), WK_F32), 3, (int[]){ 2, 0, 1 });
    wk_tensor *kept[] = { wk_clone(x), wk_to(x, WK_F64), wk_flip(x, 1, (int[]){ 0 }) };
    for (int k = 0; k < 3; k++)
        for (int d = 0; d < 3; d++) ck_assert_int_eq(wk_stride(kept[k])[d], wk_stride(x)[d]);
    CHECK(wk_equal(kept[0], x) && wk_allclose(wk_to(kept[1], WK_F32), x, 0, 0));
    CHECK(wk_is_contiguous(wk_contiguous(x)) && wk_equal(wk_contiguous(x), x));
    wk_tensor *gaps = wk_narrow(wk_randn(WK_SHAPE(4, 6), WK_F32), 1, 1, 3);
    CHECK(wk_is_contiguous(wk_clone(gaps)) && wk_equal(wk_clone(gaps), gaps));
}

/* A number that a row repeats, on either side, against rows written out. */
TEST(layout, a_repeated_number_counts_as_one_written_out)
{
    static wk_tensor *(*const ops[])(wk_tensor *, wk_tensor *) = { wk_add, wk_sub, wk_mul, wk_div, wk_maximum };
    for (int wide = 0; wide < 2; wide++) {
        wk_tensor *x = wk_randn(WK_SHAPE(5, 37), wide ? WK_F64 : WK_F32), *column = wk_narrow(x, 1, 3, 1);
        wk_tensor *out = wk_contiguous(wk_expand(column, WK_SHAPE(5, 37)));
        for (size_t k = 0; k < sizeof ops / sizeof *ops; k++) {
            CHECK(wk_equal(ops[k](x, column), ops[k](x, out)));
            CHECK(wk_equal(ops[k](column, x), ops[k](out, x)));
        }
    }
}

/* ---- Reductions of many elements ---- */

static wk_tensor *norm_2(wk_tensor *t, int n, const int *dims) { return wk_norm_dims(t, 2, n, dims, false); }
static wk_tensor *total(wk_tensor *t, int n, const int *dims) { return wk_sum_dims(t, n, dims, false); }
static wk_tensor *variance(wk_tensor *t, int n, const int *dims) { return wk_var_dims(t, n, dims, 1, false); }
static wk_tensor *log_total(wk_tensor *t, int n, const int *dims) { return wk_logsumexp_dims(t, n, dims, false); }
static wk_tensor *nonzero(wk_tensor *t, int n, const int *dims) { return wk_count_nonzero_dims(t, n, dims); }

static void reduced_alike(wk_tensor *t)
{
    static wk_tensor *(*const ops[])(wk_tensor *, int, const int *) = { norm_2, total, variance, log_total, nonzero };
    static const int dims[][3] = { { 0, 1, 2 }, { 1, 2, 0 }, { 0, 2, 1 }, { 0, 1, 2 } };
    static const int many[] = { 3, 2, 2, 2 };
    static const int orders[][3] = { { 2, 1, 0 }, { 0, 2, 1 }, { 1, 2, 0 }, { 2, 0, 1 }, { 1, 0, 2 } };
    for (int o = 0; o < 5; o++) {
        int back[3];
        for (int d = 0; d < 3; d++) back[orders[o][d]] = d;
        wk_tensor *view = wk_permute(wk_contiguous(wk_permute(t, 3, orders[o])), 3, back);
        for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
            for (int s = 0; s < 4; s++) {
                WK_SCOPE(work);
                CHECK(wk_equal(ops[k](view, many[s], dims[s]), ops[k](t, many[s], dims[s])));
                wk_tensor *exact = ops[k](wk_to(t, WK_F64), many[s], dims[s]);
                CHECK(wk_allclose(wk_to(ops[k](t, many[s], dims[s]), WK_F64), exact, 1e-4, 1e-2));
            }
    }
}

TEST_ON_CPU(layout, no_reduction_depends_on_the_order_of_memory, "its subject is the CPU's sums")
{
    static const int64_t shapes[][3] = {
        { 1, 130, 300 }, { 5, 120, 301 }, { 20, 3, 1100 }, { 2, 2, 33000 }, { 3, 700, 20 }
    };
    wk_manual_seed(9);
    for (int s = 0; s < 5; s++)
        for (int wide = 0; wide < 2; wide++) {
            WK_SCOPE(work);
            reduced_alike(wk_randn(3, shapes[s], wide ? WK_F64 : WK_F32));
        }
}

/* ---- Index ---- */

TEST(layout, gather_and_scatter_take_any_order_of_memory)
{
    wk_tensor *x = wk_randn(WK_SHAPE(33, 40), WK_F32), *src = wk_randn(WK_SHAPE(33, 40), WK_F32);
    for (int dim = 0; dim < 2; dim++) {
        wk_tensor *i = wk_randint(0, 33, WK_SHAPE(33, 40));
        wk_tensor *xt = wk_t(wk_contiguous(wk_t(x))), *it = wk_t(wk_contiguous(wk_t(i)));
        wk_tensor *st = wk_t(wk_contiguous(wk_t(src)));
        CHECK(wk_equal(wk_gather(xt, dim, it), wk_gather(x, dim, i)));
        CHECK(wk_equal(wk_gather(x, dim, it), wk_gather(x, dim, i)));
        CHECK(wk_equal(wk_scatter(xt, dim, it, st), wk_scatter(x, dim, i, src)));
        CHECK(wk_equal(wk_scatter_add(xt, dim, it, st), wk_scatter_add(x, dim, i, src)));
        wk_tensor *rows = wk_randint(0, 33, WK_SHAPE(dim ? 40 : 33));
        CHECK(wk_equal(wk_index_add(xt, dim, rows, st, 0.5), wk_index_add(x, dim, rows, src, 0.5)));
        CHECK(wk_equal(wk_index_select(xt, dim, rows), wk_index_select(x, dim, rows)));
    }
}

WICK_TEST_MAIN
