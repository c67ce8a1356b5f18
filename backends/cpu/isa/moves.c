/* Elements of 4 or 8 bytes on the move, compiled for each size and instruction set (REAL_BITS, WKI_ISA): filling,
 * reversing, thinning, turning a matrix. Rests on the registers of vector.h; what the bits mean does not matter here.
 */
#include "backends/cpu/cpu.h"
#include "backends/cpu/isa/vector.h"

static void fill(int64_t n, void *to, const void *value)
{
    real *y = to;
    real_int bits;
    memcpy(&bits, value, sizeof bits);
    const vec all = (vec)((ivec){ 0 } + bits);
    int64_t i = 0;
    for (; i + 4 * VL <= n; i += 4 * VL) UNROLL for (int k = 0; k < 4; k++) store(y + i + k * VL, all);
    for (; i + VL <= n; i += VL) store(y + i, all);
    if (i < n) store_some(y + i, all, (int)(n - i));
}

static void reverse(int64_t n, void *to, const void *last)
{
    real_int *y = to;
    const real_int *x = last;
    for (int64_t i = 0; i < n; i++) y[i] = x[-i];
}

/* Steps of 2 are what vectors can do well. */
static void thin(int64_t n, void *to, const void *from, int64_t step)
{
    real_int *restrict y = to;
    const real_int *restrict x = from;
    if (step == 2)
        for (int64_t i = 0; i < n; i++) y[i] = x[2 * i];
    else
        for (int64_t i = 0; i < n; i++) y[i] = x[i * step];
}

/* LANE rows of y from i on, in n <= VL columns from j on */
INLINE void turn_block(real *y, ptrdiff_t y_row, const real *const *column, int64_t i, int64_t j, int n)
{
    vec block[LANE];
    turn_lanes(column, i, block);
    UNROLL for (int k = 0; k < LANE; k++)
    {
        if (n == VL)
            store(y + (i + k) * y_row + j, block[k]);
        else
            store_some(y + (i + k) * y_row + j, block[k], n);
    }
}

/* The last blocks reach back over what is done already; a narrow matrix has one block of columns, filled up. */
static void turn(int64_t rows, int64_t cols, void *to, int64_t y_row, const void *from, int64_t x_row)
{
    real *y = to;
    const real *x = from;
    if (rows < LANE || cols < VL / 2) {
        for (int64_t i = 0; i < rows; i++)
            for (int64_t j = 0; j < cols; j++) memcpy(y + i * y_row + j, x + j * x_row + i, sizeof *y);
        return;
    }
    for (int64_t j = 0; j < cols; j += VL) {
        const real *column[VL];
        const int n = cols < VL ? (int)cols : VL;
        if (j > cols - n) j = cols - n;
        for (int k = 0; k < VL; k++) column[k] = x + (j + (k < n ? k : 0)) * x_row;
        for (int64_t i = 0; i + LANE <= rows; i += LANE) turn_block(y, y_row, column, i, j, n);
        if (rows % LANE) turn_block(y, y_row, column, rows - LANE, j, n);
    }
}

#define JOIN_(a, b, c) a##b##_##c
#define JOIN(a, b, c)  JOIN_(a, b, c)
const wki_moves JOIN(wki_moves_, REAL_BITS, WKI_ISA) = { fill, reverse, thin, turn };
