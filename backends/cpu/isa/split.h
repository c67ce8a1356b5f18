/* Numbers of f32 as numbers of bfloat16 that add up to them, as product.h has them, on their way to tiles. Rests on
   vector.h; pairs.h rounds to the even one. */
#ifndef WKI_CPU_SPLIT_H
#define WKI_CPU_SPLIT_H

#include "backends/cpu/isa/pairs.h"

/* SIDE lines of an operand, rows of A or columns of B, are a group; WIDTH numbers of each along k a step. A tile holds
   a group's step as pairs. */
enum { SIDE = 16, WIDTH = 32, TILE = SIDE * SIDE };

typedef uint16_t halves __attribute__((vector_size(VECTOR_BYTES), may_alias));

/* to the nearest number of bfloat16, of two the one further from 0: three instructions less than to the even one */
INLINE vec upper(vec x) { return (vec)(((uvec)x + 0x8000u) & 0xffff0000u); }

/* the upper halves of both: those of x below those of y */
INLINE vec pair(vec x, vec y)
{
#if VECTOR_BYTES == 64
    return (vec)__builtin_shufflevector((halves)x, (halves)y, 1, 33, 3, 35, 5, 37, 7, 39, 9, 41, 11, 43, 13, 45, 15, 47,
                                        17, 49, 19, 51, 21, 53, 23, 55, 25, 57, 27, 59, 29, 61, 31, 63);
#else
    return (vec)((uvec)x >> 16 | ((uvec)y & 0xffff0000u));
#endif
}

/* 2 VL numbers as `parts` vectors of pairs, a tile apart. odd becomes NaN where a number is infinite, NaN or too large
   to be rounded. */
INLINE vec split(real *to, vec x, vec y, const int parts, vec odd)
{
    if (parts == 1) {
        store(to, pair_up(y, x));
        return odd;
    }
    const vec x1 = upper(x), y1 = upper(y), xr = x - x1, yr = y - y1;
    store(to, pair(x1, y1));
    odd = multiply_add(multiply_add(odd, 0, xr), 0, yr);
    const vec x2 = upper(xr), y2 = upper(yr);
    store(to + TILE, pair(x2, y2));
    if (parts == 3) store(to + 2 * TILE, pair(xr - x2, yr - y2));
    return odd;
}

#endif
