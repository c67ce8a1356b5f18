/* Factors of matrices and triangular systems on a device, beside the CPU, to the bit. */
#include "cuda_bits.h"

WICK_ON_CPU("it compares the CPU with the device")

static const int64_t sizes[] = { 0, 1, 2, 7, 33, 70 };
enum { SIZES = sizeof sizes / sizeof *sizes };

/* [2, n, n] of any strides, with `most` added to the diagonal */
static twin *matrices(wk_dtype dtype, int64_t n, bool turned, double most)
{
    const int64_t size[] = { 2, n, n }, stride[] = { n * n + 3, turned ? 1 : n, turned ? n : 1 };
    twin *t = keep_twin(twin_of(dtype, 3, size, stride, 30));
    const int64_t first = ((char *)t->cpu.data - t->host) / (int64_t)wk_dtype_size(dtype);
    for (int64_t i = 0; i < 2 * n; i++) {
        const int64_t at = first + i / n * stride[0] + i % n * (n + 1);
        set_number(t, at, number_at(t, t->host, at) + most);
    }
    send(t);
    return t;
}

static void each_size(void (*law)(wk_dtype dtype, int64_t n, bool turned))
{
    for (int i = 0; cuda_here() && i < 4 * SIZES; i++) {
        law(i & 1 ? WK_F64 : WK_F32, sizes[i / 4], i & 2);
        drop_twins();
    }
}

static void cholesky(wk_dtype dtype, int64_t n, bool turned)
{
    const int64_t size[] = { 2, n, n };
    for (int bad = 0; bad < 2; bad++) {
        twin *const views[] = { reals(dtype, 3, size), matrices(dtype, n, turned, bad ? 0 : (double)n + 1) };
        same_as_cpu(WKI_OP_cholesky, 1, 2, views, NULL, 0, 0);
    }
}
TEST(cuda_linalg, has_the_factors_of_cholesky) { each_size(cholesky); }

static void lu(wk_dtype dtype, int64_t n, bool turned)
{
    const int64_t size[] = { 2, n, n };
    twin *const views[] = { reals(dtype, 3, size), wholes(WK_I64, 2, size, 0, 9), reals(dtype, 1, size),
                            matrices(dtype, n, turned, 0) };
    same_as_cpu(WKI_OP_lu, 3, 4, views, NULL, 0, 0);
}
TEST(cuda_linalg, has_the_factors_and_the_order_of_pivots) { each_size(lu); }

static void lu_of_wholes(wk_dtype dtype, int64_t n, bool turned) /* equal pivots, and zeros */
{
    const int64_t size[] = { 2, n, n }, stride[] = { n * n, turned ? 1 : n, turned ? n : 1 };
    twin *const views[] = { reals(dtype, 3, size), wholes(WK_I64, 2, size, 0, 9), reals(dtype, 1, size),
                            wholes_by(dtype, 3, size, stride, -1, 1) };
    same_as_cpu(WKI_OP_lu, 3, 4, views, NULL, 0, 0);
}
TEST(cuda_linalg, takes_the_first_of_equal_pivots)
{
    each_size(lu_of_wholes);
    if (!cuda_here()) return;
    lu_of_wholes(WK_F32, 300, false); /* threads that have several rows each */
    drop_twins();
}

static void triangular(wk_dtype dtype, int64_t n, bool turned)
{
    for (int way = 0; way < 4; way++) {
        const int64_t width = way % 2 ? 70 : 1, size[] = { 2, n, width }, stride[] = { 0, 1, n };
        const wki_triangular_attrs attrs = { way & 1, way & 2 };
        twin *const views[] = { reals(dtype, 3, size), matrices(dtype, n, turned, (double)n + 1),
                                keep_twin(twin_of(dtype, 3, size, stride, 30)) };
        same_as_cpu(WKI_OP_triangular, 1, 3, views, &attrs, sizeof attrs, 0);
    }
}
TEST(cuda_linalg, solves_triangular_systems) { each_size(triangular); }

WICK_TEST_MAIN
