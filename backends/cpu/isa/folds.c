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

#define FOLD(NAME, FIRST, BOTH, TERM)                                                                                  \
    WKI_INLINE vec NAME##_term(vec x, vec c)                                                                           \
    {                                                                                                                  \
        (void)c;                                                                                                       \
        return TERM;                                                                                                   \
    }                                                                                                                  \
    static double NAME##_line(int64_t n, const void *x, double centre)                                                 \
    {                                                                                                                  \
        return fold_one(n, x, (real)centre, FIRST, NAME##_term, BOTH);                                                 \
    }                                                                                                                  \
    static void NAME##_four(int64_t n, const void *const x[4], const double centre[4], double y[4])                    \
    {                                                                                                                  \
        const real c[] = { (real)centre[0], (real)centre[1], (real)centre[2], (real)centre[3] };                       \
        fold(n, ABREAST, (const real *const[]){ x[0], x[1], x[2], x[3] }, c, y, FIRST, NAME##_term, BOTH);             \
    }                                                                                                                  \
    static void NAME##_columns(int64_t rows, int64_t n, void *y, const void *x, int64_t stride, const void *centre)    \
    {                                                                                                                  \
        fold_columns(rows, n, y, x, stride, centre, FIRST, NAME##_term, BOTH);                                         \
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
FOLD(offsets, 0, add, x - c)
FOLD(offset_squares, 0, add, (x - c) * (x - c))
FOLD(exps, 0, add, exp_of(x - c))

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

const wki_folds JOIN(wki_folds_f, REAL_BITS, WKI_ISA) = {
    .line = { sum_line, max_line, min_line, product_line, sizes_line, squares_line, max_size_line, min_size_line,
              nonzero_line, offsets_line, offset_squares_line, exps_line },
    .four = { sum_four, max_four, min_four, product_four, sizes_four, squares_four, max_size_four, min_size_four,
              nonzero_four, offsets_four, offset_squares_four, exps_four },
    .columns = { sum_columns, max_columns, min_columns, product_columns, sizes_columns, squares_columns,
                 max_size_columns, min_size_columns, nonzero_columns, offsets_columns, offset_squares_columns,
                 exps_columns },
    .find = find,
    .beyond = beyond,
    .first = { first_max, first_min },
};
