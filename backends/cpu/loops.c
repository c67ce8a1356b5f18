/* Which of the compiled sets of isa/loops.c, isa/folds.c, isa/moves.c and isa/factor.c serves an instruction set and an
 * element. */
#include "backends/cpu/factor.h"
#include <string.h>

const wki_loops *wki_loops_for(int isa, wk_dtype dtype)
{
#ifdef __x86_64__
    static const wki_loops *const sets[WKI_ISA_COUNT][2] = {
        [WKI_ISA_BASE] = { &wki_loops_f32_base, &wki_loops_f64_base },
        [WKI_ISA_AVX2] = { &wki_loops_f32_avx2, &wki_loops_f64_avx2 },
        [WKI_ISA_AVX512] = { &wki_loops_f32_avx512, &wki_loops_f64_avx512 },
    };
    return sets[isa][dtype == WK_F64];
#else
    (void)isa;
    return dtype == WK_F64 ? &wki_loops_f64_base : &wki_loops_f32_base;
#endif
}

const wki_folds *wki_folds_for(int isa, wk_dtype dtype)
{
#ifdef __x86_64__
    static const wki_folds *const sets[WKI_ISA_COUNT][2] = {
        [WKI_ISA_BASE] = { &wki_folds_f32_base, &wki_folds_f64_base },
        [WKI_ISA_AVX2] = { &wki_folds_f32_avx2, &wki_folds_f64_avx2 },
        [WKI_ISA_AVX512] = { &wki_folds_f32_avx512, &wki_folds_f64_avx512 },
    };
    return sets[isa][dtype == WK_F64];
#else
    (void)isa;
    return dtype == WK_F64 ? &wki_folds_f64_base : &wki_folds_f32_base;
#endif
}

const wki_moves *wki_moves_for(int isa, size_t size)
{
#ifdef __x86_64__
    static const wki_moves *const sets[WKI_ISA_COUNT][2] = {
        [WKI_ISA_BASE] = { &wki_moves_32_base, &wki_moves_64_base },
        [WKI_ISA_AVX2] = { &wki_moves_32_avx2, &wki_moves_64_avx2 },
        [WKI_ISA_AVX512] = { &wki_moves_32_avx512, &wki_moves_64_avx512 },
    };
    return sets[isa][size == 8];
#else
    (void)isa;
    return size == 8 ? &wki_moves_64_base : &wki_moves_32_base;
#endif
}

const wki_factors *wki_factors_for(int isa, wk_dtype dtype)
{
#ifdef __x86_64__
    static const wki_factors *const sets[WKI_ISA_COUNT][2] = {
        [WKI_ISA_BASE] = { &wki_factors_f32_base, &wki_factors_f64_base },
        [WKI_ISA_AVX2] = { &wki_factors_f32_avx2, &wki_factors_f64_avx2 },
        [WKI_ISA_AVX512] = { &wki_factors_f32_avx512, &wki_factors_f64_avx512 },
    };
    return sets[isa][dtype == WK_F64];
#else
    (void)isa;
    return dtype == WK_F64 ? &wki_factors_f64_base : &wki_factors_f32_base;
#endif
}

void wki_repeat(int64_t n, void *y, size_t size, const void *value)
{
    if (size == 1)
        memset(y, *(const uint8_t *)value, (size_t)n);
    else
        wki_moves_for(wki_isa(), size)->fill(n, y, value);
}
