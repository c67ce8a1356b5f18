/* Factors of square matrices and solutions with triangular ones, compiled for each element type and instruction set
 * (REAL_BITS, WKI_ISA). Each element is one chain of fused multiply-adds in the order of the pivots, as on GPUs, so
 * that all sets give the same bits. */
#ifdef __clang__ /* under sanitizers loops stay scalar */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif
#include "backends/cpu/factor.h"
#include "backends/cpu/isa/fold.h"

/* y -= c x */
static void take_one(int64_t n, real *restrict y, const real *restrict x, real c)
{
    VECTORIZE for (int64_t j = 0; j < n; j++) y[j] = wki_fma(-c, x[j], y[j]);
}

/* y -= c[0] x[0], then c[1] x[1] and so on, y being read and written once; row k of x is `step` elements behind the one
 * before it. */
static void take_four(int64_t n, real *restrict y, const real *restrict x, int64_t step, const real c[4])
{
    const real *restrict p = x + step, *restrict q = p + step, *restrict r = q + step;
    const real a = -c[0], b = -c[1], d = -c[2], e = -c[3];
    VECTORIZE for (int64_t j = 0; j < n; j++) y[j] =
        wki_fma(e, r[j], wki_fma(d, q[j], wki_fma(b, p[j], wki_fma(a, x[j], y[j]))));
}

/* y -= sum of c[k * c_step] times row k of x, for k from 0 to count - 1 */
static void take(int64_t n, real *y, int64_t count, const real *x, int64_t step, const real *c, int64_t c_step)
{
    int64_t k = 0;
    for (; k + 4 <= count; k += 4) {
        const real four[] = { c[k * c_step], c[(k + 1) * c_step], c[(k + 2) * c_step], c[(k + 3) * c_step] };
        take_four(n, y, x + k * step, step, four);
    }
    for (; k < count; k++) take_one(n, y, x + k * step, c[k * c_step]);
}

static void cholesky(int64_t n, void *matrix)
{
    real *y = matrix;
    for (int64_t i = 0; i < n; i++) {
        real *row = y + i * n;
        take(n - i, row + i, i, y + i, n, y + i, n);
        const real pivot = wki_sqrt(row[i]);
        row[i] = pivot;
        VECTORIZE for (int64_t j = i + 1; j < n; j++) row[j] = row[j] / pivot;
    }
}

/* The row from k on with the largest element of column k, the first of equals */
static int64_t pivot_row(int64_t n, const real *y, int64_t k)
{
    int64_t at = k;
    real best = y[k * n + k] < 0 ? -y[k * n + k] : y[k * n + k];
    for (int64_t i = k + 1; i < n; i++) {
        const real x = y[i * n + k], size = x < 0 ? -x : x;
        at = size > best ? i : at;
        best = size > best ? size : best;
    }
    return at;
}

static void exchange(int64_t n, real *restrict a, real *restrict b)
{
    VECTORIZE for (int64_t j = 0; j < n; j++)
    {
        const real x = a[j];
        a[j] = b[j];
        b[j] = x;
    }
}

/* Eliminates with pivots `first` to end - 1, in columns up to `end` alone; returns -1 for an odd number of exchanges.
 */
static real eliminate(int64_t n, real *y, int64_t first, int64_t end, int64_t *order)
{
    real parity = 1;
    for (int64_t k = first; k < end; k++) {
        const int64_t at = pivot_row(n, y, k), from = order[at];
        real *row = y + k * n;
        order[at] = order[k];
        order[k] = from;
        if (at != k) exchange(n, row, y + at * n);
        if (at != k) parity = -parity;
        const real pivot = row[k];
        for (int64_t i = k + 1; i < n; i++) {
            real *to = y + i * n;
            if (pivot != 0) to[k] = to[k] / pivot;
            take_one(end - k - 1, to + k + 1, row + k + 1, to[k]);
        }
    }
    return parity;
}

/* Some columns at a time, so that what lies behind them is read and written once for all of them. */
static void lu(int64_t n, void *matrix, int64_t *order, void *sign)
{
    enum { SOME = 32 };
    real *y = matrix, parity = 1;
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t first = 0; first < n; first += SOME) {
        const int64_t end = first + SOME < n ? first + SOME : n;
        parity *= eliminate(n, y, first, end, order);
        for (int64_t i = first + 1; i < n; i++)
            take(n - end, y + i * n + end, (i < end ? i : end) - first, y + first * n + end, n, y + i * n + first, 1);
    }
    *(real *)sign = parity;
}

static void solve(int64_t n, int64_t columns, void *solution, int64_t step, const void *matrix, int64_t down,
                  int64_t right, bool upper, bool unit)
{
    real *x = solution;
    const real *a = matrix;
    if (upper) { /* from the end, backwards */
        x += (n - 1) * step;
        a += (n - 1) * (down + right);
        step = -step;
        down = -down;
        right = -right;
    }
    for (int64_t i = 0; i < n; i++) {
        real *row = x + i * step;
        take(columns, row, i, x, step, a + i * down, right);
        const real pivot = a[i * (down + right)];
        if (unit) continue;
        VECTORIZE for (int64_t j = 0; j < columns; j++) row[j] = row[j] / pivot;
    }
}

const wki_factors JOIN(wki_factors_f, REAL_BITS, WKI_ISA) = { cholesky, lu, solve };
