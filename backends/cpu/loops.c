/* Which of the compiled sets of isa/loops.c and isa/folds.c serves an instruction set and an element type. */
#include "backends/cpu/cpu.h"

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
