/* The inner loops of reductions, compiled for each element type and instruction set (REAL_BITS, WKI_ISA): what is
 * folded, by fold.h's tree, and where the largest of each column is. */
#include "backends/cpu/isa/fold.h"

#define VECTORIZE_SUM(total) PRAGMA(omp simd reduction(+ : total))
#define PRAGMA(text)         _Pragma(#text)

WKI_INLINE vec times(vec a, vec b) { return a * b; }
WKI_INLINE vec size_of(vec x)
{
    return (vec)((ivec)x & (((ivec){ 0 }) + (real_int) ~((wki_word)1 << (REAL_BITS - 1))));
}

FOLD(sum, 0, add, x)
FOLD(max, -ENDLESS, greater, x)
FOLD(min, ENDLESS, smaller, x)
FOLD(product, 1, times, x)
FOLD(sizes, 0, add, size_of(x))
FOLD(squares, 0, add, x *x)
FOLD(max_size, -ENDLESS, greater, size_of(x))
FOLD(min_size, ENDLESS, smaller, size_of(x))
FOLD(nonzero, 0, add, (vec)((x != splat(0)) & (ivec)splat(1)))
FOLD(exps, 0, add, exp_of(x - c))
#if REAL_BITS == 64
OFFSET_FOLDS
#define OFFSETS(FORM) offsets_##FORM, offset_squares_##FORM
#else
#define OFFSETS(FORM) NULL, NULL /* isa/offsets.c */
#endif

#define FIRST_OF(NAME, SIGN_OF)                                                                                        \
    static void NAME(int64_t rows, int64_t n, void *tops, void *places, const void *from, int64_t stride)              \
    {                                                                                                                  \
        real *restrict top = tops;                                                                                     \
        const real *restrict x = from;                                                                                 \
        wki_place *restrict place = places;                                                                            \
        for (int64_t r = 0; r < rows; r++, x += stride) VECTORIZE for (int64_t i = 0; i < n; i++)                      \
            {                                                                                                          \
                const bool better =                                                                                    \
                    (r == 0) | (x[i] SIGN_OF top[i]) | ((x[i] != x[i]) & (top[i] == top[i])); /* NaN before all */     \
                top[i] = better ? x[i] : top[i];                                                                       \
                place[i] = better ? (wki_place)r : place[i];                                                           \
            }                                                                                                          \
    }
#if REAL_BITS == 32
typedef int32_t wki_place;
#else
typedef int64_t wki_place;
#endif
FIRST_OF(first_max, >)
FIRST_OF(first_min, <)

/* where `value`, or NaN if it is that, is first: 32 elements are asked at once */
static int64_t find(int64_t n, const void *from, double wanted)
{
    enum { AT_ONCE = 32 };
    const real *x = from, value = (real)wanted;
    const bool any = value == value;
    int64_t i = 0;
    for (; i + AT_ONCE <= n; i += AT_ONCE) {
        int hits = 0;
        VECTORIZE_SUM(hits) for (int l = 0; l < AT_ONCE; l++) hits += (x[i + l] == value) | (x[i + l] != x[i + l]);
        if (hits) break;
    }
    while (i < n && !(any ? x[i] == value : x[i] != x[i])) i++;
    return i;
}

/* the first above (below) a limit, or not comparable with it */
static int64_t beyond(int64_t n, const void *from, double limit, bool least)
{
    const real *x = from, edge = (real)limit;
    int64_t i = 0;
    for (; i + VL <= n; i += VL) {
        const uint32_t hits = bits_of(least ? ~(load(x + i) >= splat(edge)) : ~(load(x + i) <= splat(edge)));
        if (hits) return i + __builtin_ctz(hits);
    }
    while (i < n && (least ? x[i] >= edge : x[i] <= edge)) i++;
    return i;
}

#define ALL(FORM)                                                                                                      \
    {                                                                                                                  \
        sum_##FORM, max_##FORM, min_##FORM, product_##FORM, sizes_##FORM, squares_##FORM, max_size_##FORM,             \
            min_size_##FORM, nonzero_##FORM, OFFSETS(FORM), exps_##FORM                                                \
    }
const wki_folds JOIN(wki_folds_f, REAL_BITS, WKI_ISA) = {
    .line = ALL(line),
    .four = ALL(four),
    .columns = ALL(columns),
    .find = find,
    .beyond = beyond,
    .first = { first_max, first_min },
};
