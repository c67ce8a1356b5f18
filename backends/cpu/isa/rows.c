/* The loops over rows: every value and every derivative, compiled once for each element type (WKI_TYPE_f32 ...) and
 * instruction set (WKI_ISA) into one table, wki_rows_f32_avx2; that of bools is wki_rows_truth_avx2. Rests on rows.h
 * and the table's form in cpu.h. */
#include "backends/cpu/isa/rows.h"
#include "backends/cpu/cpu.h"

#define PASTE_(a, b, c) a##b##_##c
#define PASTE(a, b, c)  PASTE_(a, b, c)
#define ROWS(TYPE)      PASTE(wki_rows_, TYPE, WKI_ISA)

#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* powers of integers, and all under sanitizers, stay scalar */
#endif

/* Simd rather than restrict: the output may be one of the inputs. */
#define LOOP(FUNCTION, TO, INPUTS, VALUE)                                                                              \
    static void FUNCTION(int64_t n, void *out, const void *const in[WKI_IN_COUNT], double s_, double t_)               \
    {                                                                                                                  \
        const real s = wki_number(s_), t = wki_number(t_);                                                             \
        TO *to = out;                                                                                                  \
        (void)s;                                                                                                       \
        (void)t;                                                                                                       \
        INPUTS(POINTER)                                                                                                \
        _Pragma("omp simd") for (int64_t i = 0; i < n; i++)                                                            \
        {                                                                                                              \
            INPUTS(LOAD)                                                                                               \
            to[i] = (TO)STORED(VALUE);                                                                                 \
        }                                                                                                              \
    }
/* The same in blocks, which have branches only where a quotient in them is huge */
#if WKI_REAL_ROWS
#define LOOP_QUOTIENT(FUNCTION, TO, INPUTS, VALUE, DIVIDEND, DIVISOR)                                                  \
    static void FUNCTION(int64_t n, void *out, const void *const in[WKI_IN_COUNT], double s_, double t_)               \
    {                                                                                                                  \
        const real s = wki_number(s_);                                                                                 \
        TO *to = out;                                                                                                  \
        (void)s;                                                                                                       \
        (void)t_;                                                                                                      \
        INPUTS(POINTER)                                                                                                \
        for (int64_t begin = 0, end; begin < n; begin = end) {                                                         \
            int all = 1;                                                                                               \
            end = n - begin < 256 ? n : begin + 256;                                                                   \
            _Pragma("omp simd reduction(&:all)") for (int64_t i = begin; i < end; i++)                                 \
            {                                                                                                          \
                INPUTS(LOAD)                                                                                           \
                all &= wki_is_near(DIVIDEND, DIVISOR);                                                                 \
            }                                                                                                          \
            if (all) {                                                                                                 \
                enum { near = 1 };                                                                                     \
                _Pragma("omp simd") for (int64_t i = begin; i < end; i++)                                              \
                {                                                                                                      \
                    INPUTS(LOAD)                                                                                       \
                    to[i] = VALUE;                                                                                     \
                }                                                                                                      \
            } else {                                                                                                   \
                enum { near = 0 };                                                                                     \
                for (int64_t i = begin; i < end; i++) {                                                                \
                    INPUTS(LOAD)                                                                                       \
                    to[i] = VALUE;                                                                                     \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }
#else
#define near                                                          0
#define LOOP_QUOTIENT(FUNCTION, TO, INPUTS, VALUE, DIVIDEND, DIVISOR) LOOP(FUNCTION, TO, INPUTS, VALUE)
#endif
#define POINTER(TYPE, LETTER, MEMORY, SLOT) const MEMORY *const LETTER##s = in[SLOT];
#define LOAD(TYPE, LETTER, MEMORY, SLOT)                                                                               \
    const TYPE LETTER = LETTER##s[i];                                                                                  \
    (void)LETTER;
#define IN_X(DO)          DO(real, x, element, WKI_IN_X)
#define IN_A_B(DO)        DO(real, a, element, WKI_IN_A) DO(real, b, element, WKI_IN_B)
#define IN_X_A_B(DO)      IN_X(DO) IN_A_B(DO)
#define IN_IF_A_B(DO)     DO(int, x, uint8_t, WKI_IN_X) IN_A_B(DO)
#define IN_G_Y(DO)        DO(real, g, element, WKI_IN_G) DO(real, y, element, WKI_IN_Y)
#define IN_X_G_Y(DO)      IN_X(DO) IN_G_Y(DO)
#define IN_A_B_G_Y(DO)    IN_A_B(DO) IN_G_Y(DO)
#define IN_X_A_B_G_Y(DO)  IN_X_A_B(DO) IN_G_Y(DO)
#define IN_IF_A_B_G_Y(DO) IN_IF_A_B(DO) IN_G_Y(DO)

/* A value's loop: whether there is a quotient to look at first, as all but div_trunc ask for */
#define LOOP_REAL(FUNCTION, TO, INPUTS, VALUE, ...) LOOP(FUNCTION, TO, INPUTS, VALUE)
#define LOOP_FLOAT                                  LOOP_REAL
#define LOOP_ALL                                    LOOP_REAL
#define LOOP_LIFT                                   LOOP_REAL
#define LOOP_ANY                                    LOOP_REAL
#define LOOP_WHOLE                                  LOOP_REAL
#define LOOP_BITS                                   LOOP_REAL
#define LOOP_TRUTH                                  LOOP_REAL
#define LOOP_DIVIDE(FUNCTION, ...)                  LOOP_##FUNCTION(FUNCTION, __VA_ARGS__)
#define LOOP_y_div_trunc                            LOOP_REAL
#define LOOP_y_div_trunc_scalar                     LOOP_REAL
#define LOOP_y_div_floor                            LOOP_QUOTIENT
#define LOOP_y_div_floor_scalar                     LOOP_QUOTIENT
#define LOOP_y_remainder                            LOOP_QUOTIENT
#define LOOP_y_remainder_scalar                     LOOP_QUOTIENT
#define LOOP_y_fmod                                 LOOP_QUOTIENT
#define LOOP_y_fmod_scalar                          LOOP_QUOTIENT

#define UNARY(NAME, KIND, Y, DX, ...)                                                                                  \
    KIND(LOOP_##KIND(y_##NAME, OUT_##KIND, IN_X, Y, x, s)) SLOPE_##KIND(LOOP(dx_##NAME, element, IN_X_G_Y, DX))
#define UNARY_S  UNARY
#define UNARY_ST UNARY
#define BINARY(NAME, KIND, Y, DA, DB, ...)                                                                             \
    KIND(LOOP_##KIND(y_##NAME, OUT_##KIND, IN_A_B, Y, a, b))                                                           \
    SLOPE_##KIND(LOOP(da_##NAME, element, IN_A_B_G_Y, DA) LOOP(db_##NAME, element, IN_A_B_G_Y, DB))
#define BINARY_S BINARY
#define TRIPLE(NAME, KIND, Y, DX, DA, DB, ...)                                                                         \
    KIND(LOOP(y_##NAME, OUT_##KIND, IN_X_A_B, Y))                                                                      \
    SLOPE_##KIND(LOOP(dx_##NAME, element, IN_X_A_B_G_Y, DX) LOOP(da_##NAME, element, IN_X_A_B_G_Y, DA)                 \
                     LOOP(db_##NAME, element, IN_X_A_B_G_Y, DB))
#define TRIPLE_S TRIPLE
#define TERNARY(NAME, KIND, Y, DX, DA, DB, ...)                                                                        \
    KIND(LOOP(y_##NAME, OUT_##KIND, IN_IF_A_B, Y))                                                                     \
    SLOPE_##KIND(LOOP(da_##NAME, element, IN_IF_A_B_G_Y, DA) LOOP(db_##NAME, element, IN_IF_A_B_G_Y, DB))
#define y_pow_scalar  y_any_power
#define dx_pow_scalar dx_any_power
#include "backends/ops.def"
#undef y_pow_scalar
#undef dx_pow_scalar

#ifdef EASY_POWERS
#define VALUE_LOOP(NAME, EXPONENT, POWER) LOOP(y_power_##NAME, element, IN_X, POWER)
#define VALUE_CASE(NAME, EXPONENT, POWER)                                                                              \
    if (exponent == (EXPONENT)) {                                                                                      \
        y_power_##NAME(n, out, in, s, t);                                                                              \
        return;                                                                                                        \
    }
EASY_POWERS(VALUE_LOOP)
static void y_pow_scalar(int64_t n, void *out, const void *const in[WKI_IN_COUNT], double s, double t)
{
    const real exponent = wki_number(s);
    EASY_POWERS(VALUE_CASE)
    y_any_power(n, out, in, s, t);
}
#endif

#if WKI_REAL_ROWS
#define SLOPE_LOOP(NAME, EXPONENT, POWER) LOOP(dx_power_##NAME, element, IN_X_G_Y, g *(s * (POWER)))
#define SLOPE_CASE(NAME, EXPONENT, POWER)                                                                              \
    if (exponent == (EXPONENT) && s != 0) {                                                                            \
        dx_power_##NAME(n, out, in, s, t);                                                                             \
        return;                                                                                                        \
    }
EASY_POWERS(SLOPE_LOOP)
static void dx_pow_scalar(int64_t n, void *out, const void *const in[WKI_IN_COUNT], double s, double t)
{
    const real exponent = wki_number(s) - 1;
    EASY_POWERS(SLOPE_CASE)
    dx_any_power(n, out, in, s, t);
}
#endif

#define UNARY(NAME, KIND, ...)  KIND([WKI_ROW_##NAME] = { { y_##NAME, SLOPE_##KIND(dx_##NAME) } }, )
#define BINARY(NAME, KIND, ...) KIND([WKI_ROW_##NAME] = { { y_##NAME, SLOPE_##KIND(NULL, da_##NAME, db_##NAME) } }, )
#define TRIPLE(NAME, KIND, ...)                                                                                        \
    KIND([WKI_ROW_##NAME] = { { y_##NAME, SLOPE_##KIND(dx_##NAME, da_##NAME, db_##NAME) } }, )
#define TERNARY(NAME, KIND, ...) BINARY(NAME, KIND, )
#define UNARY_S                  UNARY
#define UNARY_ST                 UNARY
#define BINARY_S                 BINARY
#define TRIPLE_S                 TRIPLE

extern const wki_row_loops ROWS(WKI_TYPE)[WKI_ROW_COUNT];
const wki_row_loops ROWS(WKI_TYPE)[WKI_ROW_COUNT] = {
#include "backends/ops.def"
};
