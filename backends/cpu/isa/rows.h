/* The rows of ops.def as functions of one element, named like the rows, so that rows can call rows. That is legal C
 * where <math.h> and <stdlib.h> are not included, with -fno-builtin. The element type is chosen by one of WKI_TYPE_f32,
 * f64, i64, i32, u8; integers wrap, which takes -fwrapv. */
#ifndef WKI_CPU_ROWS_H
#define WKI_CPU_ROWS_H
#include <stdint.h>

/* element: in memory; real: what is computed with */
#if defined WKI_TYPE_f32 || defined WKI_TYPE_f64
#define WKI_REAL_ROWS 1
#ifdef WKI_TYPE_f32
#define WKI_TYPE  f32
#define REAL_BITS 32
#else
#define WKI_TYPE  f64
#define REAL_BITS 64
#endif
#include "backends/math.h"
typedef real element;
WKI_INLINE real wki_number(double s) { return (real)s; }
#else
#define WKI_REAL_ROWS 0
#define WKI_INLINE    static inline __attribute__((always_inline))
#if defined WKI_TYPE_i64
#define WKI_TYPE i64
typedef int64_t element, real;
#define LOWEST   INT64_MIN
#define HIGHEST  INT64_MAX
#elif defined WKI_TYPE_i32
#define WKI_TYPE i32
typedef int32_t element, real;
#define LOWEST   INT32_MIN
#define HIGHEST  INT32_MAX
#elif defined WKI_TYPE_u8
#define WKI_TYPE u8
typedef uint8_t element;
typedef int32_t real;
#define LOWEST   INT32_MIN
#define HIGHEST  INT32_MAX
#else
#error "which WKI_TYPE?"
#endif
/* -(double)LOWEST is HIGHEST + 1, exactly */
WKI_INLINE real wki_number(double s)
{
    return s >= -(double)LOWEST ? HIGHEST : s >= (double)LOWEST ? (real)s : s < 0 ? LOWEST : 0;
}
WKI_INLINE real wki_abs(real x) { return x < 0 ? -x : x; }
WKI_INLINE real wki_fma(real a, real b, real c) { return a * b + c; }

/* By squaring; a negative power of anything but 1 and -1 is 0, as in torch. */
WKI_INLINE real wki_pow(real a, real b)
{
    real y = 1;
    if (b < 0) return a == 1 ? 1 : a == -1 ? b & 1 ? -1 : 1 : 0;
    for (; b; b >>= 1, a *= a)
        if (b & 1) y *= a;
    return y;
}
#undef LOWEST
#undef HIGHEST
#endif

/* REAL(code) and so on: the code, if rows of this kind exist for the type */
#if WKI_REAL_ROWS
#define REAL(...) __VA_ARGS__
#else
#define REAL(...)
#endif
#define ALL(...)   __VA_ARGS__
#define ANY(...)   __VA_ARGS__
#define TRUTH(...) __VA_ARGS__

#define UNARY(NAME, KIND, Y, ...)    KIND(WKI_INLINE real NAME(real x) { return Y; })
#define UNARY_S(NAME, KIND, Y, ...)  KIND(WKI_INLINE real NAME(real x, real s) { return Y; })
#define UNARY_ST(NAME, KIND, Y, ...) KIND(WKI_INLINE real NAME(real x, real s, real t) { return Y; })
#define BINARY(NAME, KIND, Y, ...)   KIND(WKI_INLINE real NAME(real a, real b) { return Y; })
#define BINARY_S(NAME, KIND, Y, ...) KIND(WKI_INLINE real NAME(real a, real b, real s) { return Y; })
#define TERNARY(NAME, KIND, Y, ...)  KIND(WKI_INLINE real NAME(real x, real a, real b) { return Y; })
#include "backends/ops.def"
#endif
