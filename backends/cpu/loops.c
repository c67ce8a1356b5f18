/* Which of the compiled sets of isa/loops.c, isa/folds.c, isa/offsets.c, isa/moves.c and isa/factor.c serves an
 * instruction set and an element. */
#include "backends/cpu/factor.h"
#include <string.h>

#ifdef __x86_64__
#define SETS(name)                                                                                                     \
    {                                                                                                                  \
        &name##_base, &name##_avx2, &name##_avx512                                                                     \
    }
#define CHOSEN(type, isa, is_wide, narrow, wide)                                                                       \
    static const type *const sets[2][WKI_ISA_COUNT] = { SETS(narrow), SETS(wide) };                                    \
    return sets[is_wide][isa]
#else
#define CHOSEN(type, isa, is_wide, narrow, wide)                                                                       \
    (void)isa;                                                                                                         \
    return (is_wide) ? &wide##_base : &narrow##_base
#endif

const wki_loops *wki_loops_for(int isa, wk_dtype dtype)
{
    CHOSEN(wki_loops, isa, dtype == WK_F64, wki_loops_f32, wki_loops_f64);
}

const wki_folds *wki_folds_for(int isa, wk_dtype dtype)
{
    CHOSEN(wki_folds, isa, dtype == WK_F64, wki_folds_f32, wki_folds_f64);
}

const wki_folds *wki_offset_folds_for(int isa, wk_dtype dtype)
{
    CHOSEN(wki_folds, isa, dtype == WK_F64, wki_offset_folds_f32, wki_folds_f64);
}

const wki_moves *wki_moves_for(int isa, size_t size) { CHOSEN(wki_moves, isa, size == 8, wki_moves_32, wki_moves_64); }

const wki_factors *wki_factors_for(int isa, wk_dtype dtype)
{
    CHOSEN(wki_factors, isa, dtype == WK_F64, wki_factors_f32, wki_factors_f64);
}

void wki_repeat(int64_t n, void *y, size_t size, const void *value)
{
    if (size == 1)
        memset(y, *(const uint8_t *)value, (size_t)n);
    else
        wki_moves_for(wki_isa(), size)->fill(n, y, value);
}
