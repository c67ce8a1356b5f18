/* One register of reals and the few operations on it that plain C cannot spell. The compiler's flags decide how wide it
   is, REAL_BITS (32 or 64) what it holds; nothing else in this folder knows the instruction set. */
#ifndef WKI_CPU_VECTOR_H
#define WKI_CPU_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined __AVX512F__ || defined __AVX2__ || defined __SSE2__
#include <immintrin.h>
#endif

#if defined __AVX512F__
#define VECTOR_BYTES 64
#elif defined __AVX2__ && defined __FMA__
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#if REAL_BITS == 32
typedef float real;
typedef int32_t real_int;
typedef uint32_t real_uint;
#else
typedef double real;
typedef int64_t real_int;
typedef uint64_t real_uint;
#endif

enum { VL = VECTOR_BYTES / sizeof(real), LANE = 16 / sizeof(real), LANES = VL / LANE };

typedef real vec __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));
typedef real_int ivec __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));
typedef real_uint uvec __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef real lane __attribute__((vector_size(16), aligned(sizeof(real)), may_alias));

#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

/* what the compiler must not see through: it would make a pointer for each of fourteen rows, and spill them */
#define OPAQUE(pointer) __asm__("" : "+r"(pointer))

INLINE vec load(const real *p) { return *(const vec *)p; }
INLINE void store(real *p, vec x) { *(vec *)p = x; }
INLINE vec splat(real x) { return x - (vec){ 0 }; }

INLINE vec choose(ivec yes, vec a, vec b) { return (vec)((yes & (ivec)a) | (~yes & (ivec)b)); }

#if VECTOR_BYTES == 64 && REAL_BITS == 32
INLINE vec scale_by(vec x, vec power) { return (vec)_mm512_scalef_ps((__m512)x, (__m512)power); } /* x 2^power */
#elif VECTOR_BYTES == 64
INLINE vec scale_by(vec x, vec power) { return (vec)_mm512_scalef_pd((__m512d)x, (__m512d)power); }
#endif

/* a where it is larger (smaller), otherwise b, as one instruction has it; and a where that is NaN */
#if VECTOR_BYTES == 64 && REAL_BITS == 32
INLINE vec larger(vec a, vec b) { return (vec)_mm512_max_ps((__m512)a, (__m512)b); }
INLINE vec lesser(vec a, vec b) { return (vec)_mm512_min_ps((__m512)a, (__m512)b); }
INLINE vec unless_nan(vec a, vec b)
{
    return (vec)_mm512_mask_blend_ps(_mm512_cmp_ps_mask((__m512)a, (__m512)a, _CMP_UNORD_Q), (__m512)b, (__m512)a);
}
#elif VECTOR_BYTES == 64
INLINE vec larger(vec a, vec b) { return (vec)_mm512_max_pd((__m512d)a, (__m512d)b); }
INLINE vec lesser(vec a, vec b) { return (vec)_mm512_min_pd((__m512d)a, (__m512d)b); }
INLINE vec unless_nan(vec a, vec b)
{
    return (vec)_mm512_mask_blend_pd(_mm512_cmp_pd_mask((__m512d)a, (__m512d)a, _CMP_UNORD_Q), (__m512d)b, (__m512d)a);
}
#else
#if VECTOR_BYTES == 32 && REAL_BITS == 32
INLINE vec larger(vec a, vec b) { return (vec)_mm256_max_ps((__m256)a, (__m256)b); }
INLINE vec lesser(vec a, vec b) { return (vec)_mm256_min_ps((__m256)a, (__m256)b); }
#elif VECTOR_BYTES == 32
INLINE vec larger(vec a, vec b) { return (vec)_mm256_max_pd((__m256d)a, (__m256d)b); }
INLINE vec lesser(vec a, vec b) { return (vec)_mm256_min_pd((__m256d)a, (__m256d)b); }
#elif defined __SSE2__ && REAL_BITS == 32
INLINE vec larger(vec a, vec b) { return (vec)_mm_max_ps((__m128)a, (__m128)b); }
INLINE vec lesser(vec a, vec b) { return (vec)_mm_min_ps((__m128)a, (__m128)b); }
#elif defined __SSE2__
INLINE vec larger(vec a, vec b) { return (vec)_mm_max_pd((__m128d)a, (__m128d)b); }
INLINE vec lesser(vec a, vec b) { return (vec)_mm_min_pd((__m128d)a, (__m128d)b); }
#else
INLINE vec larger(vec a, vec b) { return choose(a > b, a, b); }
INLINE vec lesser(vec a, vec b) { return choose(a < b, a, b); }
#endif
INLINE vec unless_nan(vec a, vec b) { return choose(a != a, a, b); }
#endif

/* a bit for each lane that is all ones */
INLINE uint32_t bits_of(ivec yes)
{
#if VECTOR_BYTES == 64 && REAL_BITS == 32
    return _cvtmask16_u32(_mm512_movepi32_mask((__m512i)yes));
#elif VECTOR_BYTES == 64
    return _cvtmask8_u32(_mm512_movepi64_mask((__m512i)yes));
#elif VECTOR_BYTES == 32 && REAL_BITS == 32
    return (uint32_t)_mm256_movemask_ps((__m256)yes);
#elif VECTOR_BYTES == 32
    return (uint32_t)_mm256_movemask_pd((__m256d)yes);
#elif defined __SSE2__ && REAL_BITS == 32
    return (uint32_t)_mm_movemask_ps((__m128)yes);
#elif defined __SSE2__
    return (uint32_t)_mm_movemask_pd((__m128d)yes);
#else
    uint32_t bits = 0;
    for (int l = 0; l < VL; l++) bits |= (uint32_t)(yes[l] != 0) << l;
    return bits;
#endif
}

/* acc + x * b. Contraction is off and the fused form spelled out: left to the compiler it comes and goes with the
 * flags. */
INLINE vec multiply_add(vec acc, real x, vec b)
{
#if VECTOR_BYTES == 64 && REAL_BITS == 32
    return (vec)_mm512_fmadd_ps(_mm512_set1_ps(x), (__m512)b, (__m512)acc);
#elif VECTOR_BYTES == 64
    return (vec)_mm512_fmadd_pd(_mm512_set1_pd(x), (__m512d)b, (__m512d)acc);
#elif VECTOR_BYTES == 32 && REAL_BITS == 32
    return (vec)_mm256_fmadd_ps(_mm256_set1_ps(x), (__m256)b, (__m256)acc);
#elif VECTOR_BYTES == 32
    return (vec)_mm256_fmadd_pd(_mm256_set1_pd(x), (__m256d)b, (__m256d)acc);
#else
    return acc + x * b;
#endif
}

/* The first n reals of a register, 0 < n <= VL, or a choice, those from low up to high; nothing else is touched, and
 * loading puts zeros there. */
#if VECTOR_BYTES == 64
typedef __mmask16 choice;
INLINE choice between(int low, int high) { return (choice)(((1u << high) - 1) & ~((1u << low) - 1)); }
#endif
#if VECTOR_BYTES == 64 && REAL_BITS == 32
INLINE vec load_some(const real *p, int n) { return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); }
INLINE void store_some(real *p, vec x, int n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)x); }
INLINE vec load_these(const real *p, choice which) { return (vec)_mm512_maskz_loadu_ps(which, p); }
#elif VECTOR_BYTES == 64
INLINE vec load_some(const real *p, int n) { return (vec)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p); }
INLINE void store_some(real *p, vec x, int n) { _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m512d)x); }
INLINE vec load_these(const real *p, choice which) { return (vec)_mm512_maskz_loadu_pd((__mmask8)which, p); }
#else
#if VECTOR_BYTES == 32
INLINE __m256i first_lanes(int n)
{
    static const int32_t mask[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };
    return _mm256_loadu_si256((const void *)(mask + 8 - n * (REAL_BITS / 32)));
}
typedef __m256i choice;
INLINE choice between(int low, int high) { return _mm256_andnot_si256(first_lanes(low), first_lanes(high)); }
#if REAL_BITS == 32
INLINE vec load_these(const real *p, choice which) { return (vec)_mm256_maskload_ps(p, which); }
#else
INLINE vec load_these(const real *p, choice which) { return (vec)_mm256_maskload_pd(p, which); }
#endif
INLINE vec load_some(const real *p, int n) { return load_these(p, first_lanes(n)); }
INLINE lane low_lane(vec x) { return (lane)_mm256_castps256_ps128((__m256)x); }
INLINE lane high_lane(vec x) { return (lane)_mm256_extractf128_ps((__m256)x, 1); }
#else
INLINE vec load_some(const real *p, int n)
{
    vec x = { 0 };
    for (int i = 0; i < n; i++) x[i] = p[i];
    return x;
}
typedef struct choice {
    int low, high;
} choice;
INLINE choice between(int low, int high) { return (choice){ low, high }; }
INLINE vec load_these(const real *p, choice which)
{
    vec x = { 0 };
    for (int i = which.low; i < which.high; i++) x[i] = p[i];
    return x;
}
INLINE lane low_lane(vec x) { return x; }
INLINE lane high_lane(vec x) { return x; }
#endif

/* in falling powers of two: masked stores are slow where AVX2 is the best there is */
INLINE void store_some(real *p, vec x, int n)
{
    if (n == VL) {
        store(p, x);
        return;
    }
    lane rest = low_lane(x);
    if (n >= LANE) {
        *(lane *)p = rest;
        rest = high_lane(x);
        p += LANE;
    }
#if REAL_BITS == 32
    if (n & 2) {
        p[0] = rest[0], p[1] = rest[1];
        rest = __builtin_shufflevector(rest, rest, 2, 3, 2, 3);
        p += 2;
    }
#endif
    if (n & 1) p[0] = rest[0];
}
#endif

/* x and y interleaved inside every 16 bytes, first halves or second halves */
#if REAL_BITS == 32 && VECTOR_BYTES == 64
#define FIRSTS  0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define SECONDS 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
#elif REAL_BITS == 32 && VECTOR_BYTES == 32
#define FIRSTS  0, 8, 1, 9, 4, 12, 5, 13
#define SECONDS 2, 10, 3, 11, 6, 14, 7, 15
#elif REAL_BITS == 32
#define FIRSTS  0, 4, 1, 5
#define SECONDS 2, 6, 3, 7
#elif VECTOR_BYTES == 64
#define FIRSTS  0, 8, 2, 10, 4, 12, 6, 14
#define SECONDS 1, 9, 3, 11, 5, 13, 7, 15
#elif VECTOR_BYTES == 32
#define FIRSTS  0, 4, 2, 6
#define SECONDS 1, 5, 3, 7
#else
#define FIRSTS  0, 2
#define SECONDS 1, 3
#endif

INLINE vec zip_firsts(vec x, vec y) { return __builtin_shufflevector(x, y, FIRSTS); }
INLINE vec zip_seconds(vec x, vec y) { return __builtin_shufflevector(x, y, SECONDS); }

/* the number of each lane; and the even lanes of x, followed by the odd ones of y */
#if VECTOR_BYTES * 8 / REAL_BITS == 16
#define NUMBERS 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
#define EVENS   0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31
#elif VECTOR_BYTES * 8 / REAL_BITS == 8
#define NUMBERS 0, 1, 2, 3, 4, 5, 6, 7
#define EVENS   0, 2, 4, 6, 9, 11, 13, 15
#elif VECTOR_BYTES * 8 / REAL_BITS == 4
#define NUMBERS 0, 1, 2, 3
#define EVENS   0, 2, 5, 7
#else
#define NUMBERS 0, 1
#define EVENS   0, 3
#endif

/* p[0], p[step] ... p[(n - 1) step], 0 < n <= VL, where step is 1 or 2; nothing behind them is touched */
INLINE vec load_every(const real *p, const int64_t step, int n)
{
    if (step == 1) return n == VL ? load(p) : load_some(p, n);
    const int reach = 2 * n - 1;
    const vec first = reach < VL ? load_some(p, reach) : load(p);
    const vec last = reach < VL ? first : n == VL ? load(p + VL - 1) : load_some(p + VL - 1, reach - VL + 1);
    return __builtin_shufflevector(first, last, EVENS);
}

/* 16 bytes from each of the LANES places p[0], p[apart], p[2 apart] ... */
INLINE vec load_lanes(const real *const *p, const int apart, ptrdiff_t at)
{
#define AT(i) (p[(i)*apart] + at)
#if VECTOR_BYTES == 64
    __m512 x = _mm512_castps128_ps512(_mm_loadu_ps((const float *)AT(0)));
    x = _mm512_mask_broadcast_f32x4(x, 0x00f0, _mm_loadu_ps((const float *)AT(1)));
    x = _mm512_mask_broadcast_f32x4(x, 0x0f00, _mm_loadu_ps((const float *)AT(2)));
    return (vec)_mm512_mask_broadcast_f32x4(x, 0xf000, _mm_loadu_ps((const float *)AT(3)));
#else
    typedef float quad __attribute__((vector_size(16), aligned(sizeof(real)), may_alias));
#define QUAD(i) (*(const quad *)AT(i))
#if VECTOR_BYTES == 16
    return (vec)QUAD(0);
#else
    return (vec)__builtin_shufflevector(QUAD(0), QUAD(1), 0, 1, 2, 3, 4, 5, 6, 7);
#endif
#undef QUAD
#endif
#undef AT
}

/* squares of LANE x LANE, one in each 16 bytes, transposed */
INLINE void turn_loaded(vec y[LANE])
{
    vec x[LANE];
    for (int pass = LANE; pass > 1; pass /= 2) {
        UNROLL for (int i = 0; i < LANE; i++) x[i] = y[i];
        UNROLL for (int i = 0; i < LANE / 2; i++)
        {
            y[2 * i] = zip_firsts(x[i], x[i + LANE / 2]);
            y[2 * i + 1] = zip_seconds(x[i], x[i + LANE / 2]);
        }
    }
}

/* y[k] = element at + k of each of the VL rows */
INLINE void turn_lanes(const real *const *row, ptrdiff_t at, vec y[LANE])
{
    UNROLL for (int i = 0; i < LANE; i++) y[i] = load_lanes(row + i, LANE, at);
    turn_loaded(y);
}

#endif
