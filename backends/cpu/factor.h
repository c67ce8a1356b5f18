/* Factors of matrices whose rows lie side by side (isa/factor.c), for real = float or double. */
#ifndef WKI_CPU_FACTOR_H
#define WKI_CPU_FACTOR_H
#include "backends/cpu/cpu.h"

typedef struct wki_factors {
    /* y, whose upper triangle is read, becomes u with u^T u = y there; what lies below stays. */
    void (*cholesky)(int64_t n, void *y);
    void (*lu)(int64_t n, void *y, int64_t *order, void *sign); /* see backends/call.h */
    /* x, n rows of `columns` elements, each `step` behind the one before it, becomes the solution; element [i, j] of a is
     * i * down + j * right. */
    void (*solve)(int64_t n, int64_t columns, void *x, int64_t step, const void *a, int64_t down, int64_t right,
                  bool upper, bool unit);
} wki_factors;
const wki_factors *wki_factors_for(int isa, wk_dtype dtype); /* WK_F32 or WK_F64 */

extern const wki_factors wki_factors_f32_base, wki_factors_f32_avx2, wki_factors_f32_avx512; /* those that the build has */
extern const wki_factors wki_factors_f64_base, wki_factors_f64_avx2, wki_factors_f64_avx512;
#endif
