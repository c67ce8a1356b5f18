/* The integer types of rows, and the functions that their texts call: what math.h is for floats. Everything wraps, and
 * nothing traps: division by 0 gives 0 here, and the front refuses it. */
#ifndef WKI_CPU_WHOLE_H
#define WKI_CPU_WHOLE_H
#ifndef WKI_INLINE /* on a device math.h says it */
#define WKI_INLINE static inline __attribute__((always_inline))
#endif

#if defined WKI_TYPE_i64
#define WKI_TYPE i64
typedef int64_t element, real;
typedef uint64_t wki_word;
#define LOWEST  INT64_MIN
#define HIGHEST INT64_MAX
enum { WIDTH = 64 };
#elif defined WKI_TYPE_i32
#define WKI_TYPE i32
typedef int32_t element, real;
typedef uint32_t wki_word;
#define LOWEST   INT32_MIN
#define HIGHEST  INT32_MAX
enum { WIDTH = 32 };
#elif defined WKI_TYPE_u8 || defined WKI_TYPE_truth
#ifdef WKI_TYPE_u8
#define WKI_TYPE u8
#else
#define WKI_TYPE truth
#endif
typedef uint8_t element;
typedef int32_t real;
typedef uint32_t wki_word;
#define LOWEST  INT32_MIN
#define HIGHEST INT32_MAX
enum { WIDTH = 8 };
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

WKI_INLINE int wki_is_nan(real x) { return (void)x, 0; }
WKI_INLINE int wki_is_infinite(real x) { return (void)x, 0; }
WKI_INLINE real wki_nan_to_num(real x) { return x; }
WKI_INLINE real wki_floor(real x) { return x; }
WKI_INLINE real wki_ceil(real x) { return x; }
WKI_INLINE real wki_round(real x) { return x; }
WKI_INLINE real wki_trunc(real x) { return x; }

/* By squaring; a negative power of anything but 1 and -1 is 0, as in torch. */
WKI_INLINE real wki_pow(real a, real b)
{
    real y = 1;
    if (b < 0) return a == 1 ? 1 : a == -1 ? b & 1 ? -1 : 1 : 0;
    for (; b; b >>= 1, a *= a)
        if (b & 1) y *= a;
    return y;
}

/* The lowest number divided by -1 wraps to itself. */
WKI_INLINE real wki_div_trunc(real a, real b) { return b == -1 ? -a : b ? a / b : 0; }
WKI_INLINE real wki_fmod(int near, real a, real b) { return (void)near, b == -1 || b == 0 ? 0 : a % b; }
WKI_INLINE real wki_remainder(int near, real a, real b)
{
    real m = wki_fmod(near, a, b);
    return m && (m < 0) != (b < 0) ? m + b : m;
}
WKI_INLINE real wki_div_floor(int near, real a, real b)
{
    real y = wki_div_trunc(a, b), m = wki_fmod(near, a, b);
    return m && (m < 0) != (b < 0) ? y - 1 : y;
}

#ifdef WKI_TYPE_truth
WKI_INLINE real wki_not(real x) { return !x; }
#else
WKI_INLINE real wki_not(real x) { return ~x; }
#endif

/* By a negative number or by the width and more all bits go. */
WKI_INLINE real wki_left_shift(real a, real b)
{
    return b < 0 || b >= WIDTH ? 0 : (real)((wki_word)a << (b & (WIDTH - 1)));
}
WKI_INLINE real wki_right_shift(real a, real b)
{
    return b < 0 || b >= WIDTH ? (a < 0 ? -1 : 0) : a >> (b & (WIDTH - 1));
}
#undef LOWEST
#undef HIGHEST
#endif
