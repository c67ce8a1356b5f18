/* Which of the compiled sets of isa/windows.c serves an element type on this machine. */
#include "backends/cpu/windows.h"
#include "backends/cpu/cpu.h"

const wki_windows *wki_windows_for(wk_dtype dtype)
{
#ifdef __x86_64__
    static const wki_windows *const sets[WKI_ISA_COUNT][2] = {
        [WKI_ISA_BASE] = { &wki_windows_f32_base, &wki_windows_f64_base },
        [WKI_ISA_AVX2] = { &wki_windows_f32_avx2, &wki_windows_f64_avx2 },
        [WKI_ISA_AVX512] = { &wki_windows_f32_avx512, &wki_windows_f64_avx512 },
    };
    return sets[wki_isa()][dtype == WK_F64];
#else
    return dtype == WK_F64 ? &wki_windows_f64_base : &wki_windows_f32_base;
#endif
}
