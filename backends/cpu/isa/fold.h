/* A block of a reduction in `real`: element i goes to lane i % 16, then half of the lanes onto the other half. For the
 * sources that are compiled for each instruction set. */
#ifndef WKI_CPU_FOLD_H
#define WKI_CPU_FOLD_H
#include "backends/cpu/cpu.h"
#include "backends/math.h"

#define VECTORIZE      _Pragma("omp simd")
#define ENDLESS        ((real)__builtin_inf())
#define JOIN_(a, b, c) a##b##_##c
#define JOIN(a, b, c)  JOIN_(a, b, c)

enum { LANES = 16 };
typedef real two_reals(real a, real b);

WKI_INLINE real add(real a, real b) { return a + b; }
WKI_INLINE real greater(real a, real b) { return ((b > a) | (b != b)) ? b : a; }
WKI_INLINE real smaller(real a, real b) { return ((b < a) | (b != b)) ? b : a; }
WKI_INLINE real itself(real x, real centre)
{
    (void)centre;
    return x;
}

/* Lines side by side, of term(x, centre) joined by `both`: `lines` is 1 or, so that none waits for another, 4. */
enum { ABREAST = 4 };
WKI_INLINE void fold(int64_t n, int lines, const real *const x[ABREAST], const real centre[ABREAST],
                     double y[ABREAST], real first, two_reals *term, two_reals *both)
{
    real lane[ABREAST][LANES], rest[LANES] = { 0 };
    int64_t i = 0;
    for (int k = 0; k < lines; k++)
        for (int l = 0; l < LANES; l++) lane[k][l] = first;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < lines; k++)
            VECTORIZE for (int l = 0; l < LANES; l++) lane[k][l] = both(lane[k][l], term(x[k][i + l], centre[k]));
    const int left = (int)(n - i);
    for (int k = 0; k < lines; k++) {
        for (int l = 0; l < left; l++) rest[l] = x[k][i + l];
        VECTORIZE for (int l = 0; l < LANES; l++)
            lane[k][l] = l < left ? both(lane[k][l], term(rest[l], centre[k])) : lane[k][l];
        for (int half = LANES / 2; half; half /= 2)
            for (int l = 0; l < half; l++) lane[k][l] = both(lane[k][l], lane[k][l + half]);
        y[k] = (double)lane[k][0];
    }
}

WKI_INLINE double fold_one(int64_t n, const real *x, real centre, real first, two_reals *term, two_reals *both)
{
    double y[ABREAST];
    fold(n, 1, (const real *const[ABREAST]){ x }, (const real[ABREAST]){ centre }, y, first, term, both);
    return y[0];
}

/* The same for each of n columns. Rows without gaps are one long row: 16 of them make one turn of the lanes, however
 * narrow. A NULL centre is one of a term that has none. */
WKI_INLINE void fold_columns(int64_t rows, int64_t n, real *y, const real *x, int64_t stride, const real *centre,
                             real first, two_reals *term, two_reals *both)
{
    real lane[LANES * WKI_COLUMNS], middle[LANES * WKI_COLUMNS];
    const int64_t at_once = stride == n ? LANES : 1, lanes = rows < LANES ? rows : LANES;
    VECTORIZE for (int64_t i = 0; i < LANES * n; i++) lane[i] = first;
    for (int64_t r = 0; centre && r < at_once; r++)
        VECTORIZE for (int64_t i = 0; i < n; i++) middle[r * n + i] = centre[i];
    for (int64_t r = 0; r < rows; r += at_once) {
        const int64_t width = (rows - r < at_once ? rows - r : at_once) * n;
        real *to = lane + r % LANES * n;
        const real *from = x + r * stride;
        if (centre)
            VECTORIZE for (int64_t i = 0; i < width; i++) to[i] = both(to[i], term(from[i], middle[i]));
        else
            VECTORIZE for (int64_t i = 0; i < width; i++) to[i] = both(to[i], term(from[i], 0));
    }
    for (int64_t half = LANES / 2; half; half /= 2) {
        const int64_t width = ((lanes < 2 * half ? lanes : 2 * half) - half) * n;
        VECTORIZE for (int64_t i = 0; i < width; i++) lane[i] = both(lane[i], lane[half * n + i]);
    }
    VECTORIZE for (int64_t i = 0; i < n; i++) y[i] = lane[i];
}
#endif
