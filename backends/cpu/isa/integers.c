/* The inner loops of reductions of integers, compiled for each instruction set (WKI_ISA): 32 columns at a time, whose
 * totals stay in registers; a contiguous line is 32 columns too. All wrap around. */
#include "backends/cpu/integer_reduce.h"

#define VECTORIZE   _Pragma("omp simd")
#define JOIN_(a, b) a##_##b
#define JOIN(a, b)  JOIN_(a, b)

enum { SIDE_BY_SIDE = 32 };

#define INTO(T, X)                                                                                                     \
    if (kind == WKI_SUM)                                                                                               \
        EACH(T += (uint64_t)X)                                                                                         \
    else if (kind == WKI_PROD)                                                                                         \
        EACH(T *= (uint64_t)X)                                                                                         \
    else if (kind == WKI_AMAX)                                                                                         \
        EACH(T = (int64_t)T < (int64_t)X ? (uint64_t)X : T)                                                            \
    else if (kind == WKI_AMIN)                                                                                         \
        EACH(T = (int64_t)T > (int64_t)X ? (uint64_t)X : T)                                                            \
    else                                                                                                               \
        EACH(T += X != 0)

/* 32 totals joined to one */
static void join(int kind, uint64_t *t, uint64_t *total)
{
    if (kind == WKI_COUNT || kind == WKI_ANY || kind == WKI_ALL) kind = WKI_SUM;
#define EACH(...) { HALVE(16, __VA_ARGS__) HALVE(8, __VA_ARGS__) HALVE(4, __VA_ARGS__) }
#define HALVE(H, ...)                                                                                                  \
    {                                                                                                                  \
        enum { half = H };                                                                                             \
        VECTORIZE for (int j = 0; j < half; j++) { __VA_ARGS__; }                                                      \
    }
    INTO(t[j], t[j + half])
#undef EACH
#define EACH(...)                                                                                                      \
    for (int j = 0; j < 4; j++) {                                                                                      \
        __VA_ARGS__;                                                                                                   \
    }
    INTO(*total, t[j])
#undef EACH
}

#define INTEGERS(NAME, TYPE)                                                                                           \
    static inline __attribute__((always_inline)) void strip_##NAME(int kind, int64_t rows, uint64_t *total,            \
                                                                   const TYPE *x, int64_t stride)                      \
    {                                                                                                                  \
        uint64_t t[SIDE_BY_SIDE];                                                                                      \
        VECTORIZE for (int j = 0; j < SIDE_BY_SIDE; j++) t[j] = total[j];                                              \
        INTO(t[j], x[j])                                                                                               \
        VECTORIZE for (int j = 0; j < SIDE_BY_SIDE; j++) total[j] = t[j];                                              \
    }                                                                                                                  \
    static void columns_##NAME(int kind, int64_t rows, int64_t n, uint64_t *total, const void *from, int64_t stride)   \
    {                                                                                                                  \
        const TYPE *x = from;                                                                                          \
        for (; n >= SIDE_BY_SIDE; n -= SIDE_BY_SIDE, x += SIDE_BY_SIDE, total += SIDE_BY_SIDE)                         \
            strip_##NAME(kind, rows, total, x, stride);                                                                \
        some_##NAME(kind, rows, n, total, x, stride);                                                                  \
    }                                                                                                                  \
    static void line_##NAME(int kind, int64_t n, uint64_t *total, const void *from, int64_t step)                      \
    {                                                                                                                  \
        const TYPE *x = from;                                                                                          \
        uint64_t t[SIDE_BY_SIDE];                                                                                      \
        if (step == 1 && n >= 2 * SIDE_BY_SIDE) {                                                                      \
            const int64_t rows = n / SIDE_BY_SIDE;                                                                     \
            for (int j = 0; j < SIDE_BY_SIDE; j++) t[j] = wki_first_integer(kind);                                     \
            strip_##NAME(kind, rows, t, x, SIDE_BY_SIDE);                                                              \
            join(kind, t, total);                                                                                      \
            x += rows * SIDE_BY_SIDE;                                                                                  \
            n -= rows * SIDE_BY_SIDE;                                                                                  \
        }                                                                                                              \
        some_##NAME(kind, n, 1, total, x, step);                                                                       \
    }

/* fewer columns than that */
#define SOME(NAME, TYPE)                                                                                               \
    static void some_##NAME(int kind, int64_t rows, int64_t n, uint64_t *t, const TYPE *x, int64_t stride)             \
    {                                                                                                                  \
        INTO(t[j], x[j])                                                                                               \
    }
#define EACH(...)                                                                                                      \
    for (int64_t r = 0; r < rows; r++, x += stride)                                                                    \
        for (int64_t j = 0; j < n; j++) {                                                                              \
            __VA_ARGS__;                                                                                               \
        }
SOME(i64, int64_t)
SOME(i32, int32_t)
SOME(u8, uint8_t)
#undef EACH
#define EACH(...)                                                                                                      \
    for (int64_t r = 0; r < rows; r++, x += stride) VECTORIZE for (int j = 0; j < SIDE_BY_SIDE; j++)                   \
        {                                                                                                              \
            __VA_ARGS__;                                                                                               \
        }
INTEGERS(i64, int64_t)
INTEGERS(i32, int32_t)
INTEGERS(u8, uint8_t)

const wki_integers JOIN(wki_integers, WKI_ISA) = {
    .line = { [WK_I64] = line_i64, [WK_I32] = line_i32, [WK_U8] = line_u8, [WK_BOOL] = line_u8 },
    .columns = { [WK_I64] = columns_i64, [WK_I32] = columns_i32, [WK_U8] = columns_u8, [WK_BOOL] = columns_u8 },
};
