/* Two numbers of bfloat16 in the room of one real: what a product of them multiplies at once, by the instruction that
   AVX512-BF16 has for it or by its twin in plain C. The earlier number is the upper half, which the instruction adds
   first, so that a sum is the chain over k that other products are. Rests on vector.h. */
#ifndef WKI_CPU_PAIRS_H
#define WKI_CPU_PAIRS_H

#include "backends/cpu/isa/vector.h"
#include <math.h>
#include <stdbool.h>

#ifdef __AVX512BF16__

/* acc + the upper product, then + the lower one; each step is a fused one, and takes and leaves denormals as zeros */
INLINE vec add_pairs(vec acc, real x, vec b)
{
    return (vec)_mm512_dpbf16_ps((__m512)acc, (__m512bh)_mm512_set1_ps(x), (__m512bh)b);
}

/* Rounded to the nearest, of two the even one; NaN becomes a quiet one, a denormal zero. */
INLINE vec pair_up(vec upper, vec lower)
{
    static const uint16_t order[32] = { 0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31 };
    const __m512i both = (__m512i)_mm512_cvtne2ps_pbh((__m512)upper, (__m512)lower);
    return (vec)_mm512_permutexvar_epi16(_mm512_loadu_si512(order), both);
}

/* the same of neighbours: x[0] and x[1], x[2] and x[3] ... of two registers in a row */
INLINE vec pair_neighbours(vec first, vec second)
{
    return (vec)_mm512_rol_epi32((__m512i)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first), 16);
}

#else

INLINE double flushed(double x) { return fabs(x) < 0x1p-126 ? copysign(0, x) : x; }
INLINE double upper_half(uint32_t pair)
{
    float x;
    pair &= 0xffff0000;
    memcpy(&x, &pair, sizeof x);
    return flushed((double)x);
}

/* A product of two bfloat16 is exact in double, and its sum with a float has the bits of a fused step when rounded to
   one: 53 bits are more than twice 24. */
INLINE vec add_pairs(vec acc, real x, vec b)
{
    uint32_t left, right[VL];
    memcpy(&left, &x, sizeof left);
    memcpy(right, &b, sizeof right);
    for (int l = 0; l < VL; l++) {
        double sum = flushed((double)acc[l]);
        sum = flushed((double)(float)(sum + upper_half(left) * upper_half(right[l])));
        acc[l] = (float)flushed((double)(float)(sum + upper_half(left << 16) * upper_half(right[l] << 16)));
    }
    return acc;
}

INLINE uint32_t nearest_half(real x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t size = bits & 0x7fffffff;
    if (size > 0x7f800000) return bits >> 16 | 0x40;
    if (size < 0x00800000) return bits >> 16 & 0x8000;
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

INLINE vec pair_up(vec upper, vec lower)
{
    uint32_t pair[VL];
    for (int l = 0; l < VL; l++) pair[l] = nearest_half(upper[l]) << 16 | nearest_half(lower[l]);
    memcpy(&upper, pair, sizeof upper);
    return upper;
}

INLINE vec pair_neighbours(vec first, vec second)
{
    return pair_up(__builtin_shufflevector(first, second, 0, 2, 4, 6), __builtin_shufflevector(first, second, 1, 3, 5, 7));
}

#endif

/* 2 LANE reals from each of LANES rows as pairs, as load_lanes has LANE reals */
INLINE vec load_pairs(const real *const *p, ptrdiff_t at)
{
#if VECTOR_BYTES == 64
    const __m512 first = _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(p[0] + at)),
                                            _mm256_loadu_ps(p[LANE] + at), 1);
    const __m512 second = _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(p[2 * LANE] + at)),
                                             _mm256_loadu_ps(p[3 * LANE] + at), 1);
    return pair_neighbours((vec)first, (vec)second);
#else
    return pair_neighbours(load(p[0] + at), load(p[0] + at + LANE));
#endif
}

/* to[t / 2 ts + i] = the pair from[i fs + t], from[i fs + t + 1] for i < rows <= VL, t < cols; a zero where cols is
   odd. Rows that are not there repeat the last one, as in transpose_strip. */
INLINE void pair_strip(real *to, ptrdiff_t ts, const real *from, ptrdiff_t fs, const int rows, int64_t cols)
{
    const real *row[VL];
    for (int i = 0; i < VL; i++) row[i] = from + (i < rows ? i : rows - 1) * fs;
    int64_t t = 0;
    for (; t + 2 * LANE <= cols; t += 2 * LANE, to += LANE * ts) {
        vec x[LANE];
        UNROLL for (int i = 0; i < LANE; i++) x[i] = load_pairs(row + i, t);
        turn_loaded(x);
        UNROLL for (int i = 0; i < LANE; i++) store(to + i * ts, x[i]);
    }
    for (; t < cols; t += 2, to += ts) {
        vec upper = { 0 }, lower = { 0 };
        for (int i = 0; i < rows; i++) {
            upper[i] = row[i][t];
            if (t + 1 < cols) lower[i] = row[i][t + 1];
        }
        store_some(to, pair_up(upper, lower), rows);
    }
}

/* to[t / 2 ts + i] = the pair from[i is + t tis], from[i is + (t + 1) tis], along i as fast as the strides allow.
   Whole vectors are written, as pack does. */
static inline void pack_pairs(real *to, ptrdiff_t ts, const real *from, ptrdiff_t is, ptrdiff_t tis, int64_t rows, int64_t cols)
{
    if (tis == 1 && is != 1) {
        int64_t i = rows - rows % VL;
        if (i < rows) pair_strip(to + i, ts, from + i * is, is, (int)(rows - i), cols);
        for (i -= VL; i >= 0; i -= VL) pair_strip(to + i, ts, from + i * is, is, VL, cols);
        return;
    }
    for (int64_t t = 0; t < cols; t += 2, to += ts, from += 2 * tis) {
        const bool alone = t + 1 == cols;
        for (int64_t i = 0; i < rows; i += VL) {
            const int n = (int)(rows - i < VL ? rows - i : VL);
            vec upper = { 0 }, lower = { 0 };
            if (is == 1) {
                upper = n == VL ? load(from + i) : load_some(from + i, n);
                if (!alone) lower = n == VL ? load(from + tis + i) : load_some(from + tis + i, n);
            } else {
                for (int l = 0; l < n; l++) {
                    upper[l] = from[(i + l) * is];
                    if (!alone) lower[l] = from[(i + l) * is + tis];
                }
            }
            store(to + i, pair_up(upper, lower));
        }
    }
}

#endif
