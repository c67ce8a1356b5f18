/* Which of the compiled sets of isa/windows.c serves an element type on this machine; windows side by side. */
#include "backends/cpu/windows.h"
#include "backends/cpu/cpu.h"
#include <string.h>

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

void wki_gather_windows(int64_t out, int64_t windows, int64_t images, int64_t apart, int64_t n, size_t size,
                        const char *y, char *to, int64_t ld)
{
    const size_t row = size * (size_t)n;
    for (int64_t o = 0; o < out; o++)
        for (int64_t i = 0; i < images; i++)
            memcpy(to + (size_t)(o * ld) * size + (size_t)i * row, y + i * apart + (size_t)(o * windows) * size, row);
}
