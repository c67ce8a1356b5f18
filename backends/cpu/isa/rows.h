/* The rows of ops.def as functions of one element, named like the rows, so that rows can call rows. That is legal C
 * where <math.h> and <stdlib.h> are not included, with -fno-builtin. The element type is chosen by one of WKI_TYPE_f32,
 * f64, i64, i32, u8, truth; integers wrap, which takes -fwrapv. */
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
#include "backends/cpu/isa/whole.h"
#endif

/* REAL(code) and so on: the code, if rows of this kind exist for the type */
#if WKI_REAL_ROWS
#define REAL(...)   __VA_ARGS__
#define FLOAT(...)  __VA_ARGS__
#define ALL(...)    __VA_ARGS__
#define LIFT(...)   __VA_ARGS__
#define DIVIDE(...) __VA_ARGS__
#define WHOLE(...)
#define BITS(...)
#elif defined WKI_TYPE_truth
#define REAL(...)
#define FLOAT(...)
#define ALL(...)
#define LIFT(...)
#define DIVIDE(...)
#define WHOLE(...)
#define BITS(...) __VA_ARGS__
#else
#define REAL(...)
#define FLOAT(...)
#define ALL(...)    __VA_ARGS__
#define LIFT(...)   __VA_ARGS__
#define DIVIDE(...) __VA_ARGS__
#define WHOLE(...)  __VA_ARGS__
#define BITS(...)   __VA_ARGS__
#endif
#define ANY(...)   __VA_ARGS__
#define TRUTH(...) __VA_ARGS__

/* What a kind gives: its output's type, and whether it has derivatives */
#define OUT_REAL   element
#define OUT_FLOAT  element
#define OUT_ALL    element
#define OUT_LIFT   element
#define OUT_ANY    element
#define OUT_DIVIDE element
#define OUT_WHOLE  element
#define OUT_BITS   element
#define OUT_TRUTH  uint8_t

#if WKI_REAL_ROWS
#define SLOPE_REAL(...) __VA_ARGS__
#else
#define SLOPE_REAL(...)
#endif
#define SLOPE_FLOAT(...)  SLOPE_REAL(__VA_ARGS__)
#define SLOPE_ALL(...)    SLOPE_REAL(__VA_ARGS__)
#define SLOPE_LIFT(...)   SLOPE_REAL(__VA_ARGS__)
#define SLOPE_ANY(...)    SLOPE_REAL(__VA_ARGS__)
#define SLOPE_DIVIDE(...) SLOPE_REAL(__VA_ARGS__)
#define SLOPE_WHOLE(...)
#define SLOPE_BITS(...)
#define SLOPE_TRUTH(...)

/* Sums of bools may be 2. */
#ifdef WKI_TYPE_truth
#define STORED(VALUE) ((VALUE) != 0)
#else
#define STORED(VALUE) (VALUE)
#endif

#define near 0 /* rows.c finds out, for whole blocks */
#define UNARY(NAME, KIND, Y, ...)    KIND(WKI_INLINE real NAME(real x) { return Y; })
#define UNARY_S(NAME, KIND, Y, ...)  KIND(WKI_INLINE real NAME(real x, real s) { return Y; })
#define UNARY_ST(NAME, KIND, Y, ...) KIND(WKI_INLINE real NAME(real x, real s, real t) { return Y; })
#define BINARY(NAME, KIND, Y, ...)   KIND(WKI_INLINE real NAME(real a, real b) { return Y; })
#define BINARY_S(NAME, KIND, Y, ...) KIND(WKI_INLINE real NAME(real a, real b, real s) { return Y; })
#define TRIPLE(NAME, KIND, Y, ...)   KIND(WKI_INLINE real NAME(real x, real a, real b) { return Y; })
#define TRIPLE_S(NAME, KIND, Y, ...) KIND(WKI_INLINE real NAME(real x, real a, real b, real s) { return Y; })
#define TERNARY(NAME, KIND, Y, ...)  KIND(WKI_INLINE real NAME(real x, real a, real b) { return Y; })
#include "backends/ops.def"
#undef near

/* Powers by plain arithmetic, the same ones as in PyTorch: the exponent is the same for all elements. */
#if WKI_REAL_ROWS
#define EASY_POWERS(DO)                                                                                                \
    DO(itself, 1, x)                                                                                                   \
    DO(square, 2, x *x)                                                                                                \
    DO(cube, 3, x *x *x)                                                                                               \
    DO(root, real(0.5), wki_sqrt(x))                                                                                   \
    DO(inverse, -1, 1 / x)                                                                                             \
    DO(inverse_square, -2, 1 / (x * x))                                                                                \
    DO(inverse_root, real(-0.5), 1 / wki_sqrt(x))
#elif !defined WKI_TYPE_truth
#define EASY_POWERS(DO) DO(square, 2, x *x) DO(cube, 3, x *x *x)
#endif
#endif
