/* The loops over rows: every value and every derivative, compiled once for each element type (WKI_TYPE_f32 ...) and
 * instruction set (WKI_ISA) into one table, wki_rows_f32_avx2. The object for u8 has the table for bool too,
 * wki_rows_truth_avx2. Rests on rows.h and the table's form in cpu.h. */
#include "backends/cpu/isa/rows.h"
#include "backends/cpu/cpu.h"

#define PASTE_(a, b, c) a##b##_##c
#define PASTE(a, b, c)  PASTE_(a, b, c)
#define ROWS(TYPE)      PASTE(wki_rows_, TYPE, WKI_ISA)

#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* powers of integers, and all under sanitizers, stay scalar */
#endif

/* Simd rather than restrict: the output may be one of the inputs. */
#define LOOP(FUNCTION, OUT, INPUTS, VALUE)                                                                             \
    static void FUNCTION(int64_t n, void *out, const void *const in[WKI_IN_COUNT], double s_, double t_)               \
    {                                                                                                                  \
        const real s = wki_number(s_), t = wki_number(t_);                                                             \
        OUT *to = out;                                                                                                 \
        (void)s;                                                                                                       \
        (void)t;                                                                                                       \
        INPUTS(POINTER)                                                                                                \
        _Pragma("omp simd") for (int64_t i = 0; i < n; i++)                                                            \
        {                                                                                                              \
            INPUTS(LOAD)                                                                                               \
            to[i] = (OUT)(VALUE);                                                                                      \
        }                                                                                                              \
    }
#define POINTER(TYPE, LETTER, MEMORY, SLOT) const MEMORY *const LETTER##s = in[SLOT];
#define LOAD(TYPE, LETTER, MEMORY, SLOT)                                                                               \
    const TYPE LETTER = LETTER##s[i];                                                                                  \
    (void)LETTER;
#define IN_X(DO)         DO(real, x, element, WKI_IN_X)
#define IN_A_B(DO)       DO(real, a, element, WKI_IN_A) DO(real, b, element, WKI_IN_B)
#define IN_X_A_B(DO)     DO(int, x, uint8_t, WKI_IN_X) IN_A_B(DO)
#define IN_G_Y(DO)       DO(real, g, element, WKI_IN_G) DO(real, y, element, WKI_IN_Y)
#define IN_X_G_Y(DO)     IN_X(DO) IN_G_Y(DO)
#define IN_A_B_G_Y(DO)   IN_A_B(DO) IN_G_Y(DO)
#define IN_X_A_B_G_Y(DO) IN_X_A_B(DO) IN_G_Y(DO)

/* What a kind gives: its output's type, and whether it has derivatives */
#define OUT_REAL  element
#define OUT_ALL   element
#define OUT_ANY   element
#define OUT_TRUTH uint8_t

#if WKI_REAL_ROWS
#define SLOPE_REAL(...) __VA_ARGS__
#else
#define SLOPE_REAL(...)
#endif
#define SLOPE_ALL(...) SLOPE_REAL(__VA_ARGS__)
#define SLOPE_ANY(...) SLOPE_REAL(__VA_ARGS__)
#define SLOPE_TRUTH(...)

#define UNARY(NAME, KIND, Y, DX, ...)                                                                                  \
    KIND(LOOP(y_##NAME, OUT_##KIND, IN_X, Y)) SLOPE_##KIND(LOOP(dx_##NAME, element, IN_X_G_Y, DX))
#define UNARY_S  UNARY
#define UNARY_ST UNARY
#define BINARY(NAME, KIND, Y, DA, DB, ...)                                                                             \
    KIND(LOOP(y_##NAME, OUT_##KIND, IN_A_B, Y))                                                                        \
    SLOPE_##KIND(LOOP(da_##NAME, element, IN_A_B_G_Y, DA) LOOP(db_##NAME, element, IN_A_B_G_Y, DB))
#define BINARY_S BINARY
#define TERNARY(NAME, KIND, Y, DX, DA, DB, ...)                                                                        \
    KIND(LOOP(y_##NAME, OUT_##KIND, IN_X_A_B, Y))                                                                      \
    SLOPE_##KIND(LOOP(da_##NAME, element, IN_X_A_B_G_Y, DA) LOOP(db_##NAME, element, IN_X_A_B_G_Y, DB))
#include "backends/ops.def"

#define UNARY(NAME, KIND, ...)   KIND([WKI_ROW_##NAME] = { { y_##NAME, SLOPE_##KIND(dx_##NAME) } }, )
#define BINARY(NAME, KIND, ...)  KIND([WKI_ROW_##NAME] = { { y_##NAME, SLOPE_##KIND(NULL, da_##NAME, db_##NAME) } }, )
#define TERNARY(NAME, KIND, ...) BINARY(NAME, KIND, )
#define UNARY_S                  UNARY
#define UNARY_ST                 UNARY
#define BINARY_S                 BINARY

extern const wki_row_loops ROWS(WKI_TYPE)[WKI_ROW_COUNT];
const wki_row_loops ROWS(WKI_TYPE)[WKI_ROW_COUNT] = {
#include "backends/ops.def"
};

#ifdef WKI_TYPE_u8
#define UNARY(...)
#define UNARY_S(...)
#define UNARY_ST(...)
#define BINARY_S(...)
#define BINARY(NAME, KIND, ...)  KIND([WKI_ROW_##NAME] = { { y_##NAME } }, )
#define TERNARY(NAME, KIND, ...) KIND([WKI_ROW_##NAME] = { { y_##NAME } }, )
#undef ALL
#define ALL(...)
extern const wki_row_loops ROWS(truth)[WKI_ROW_COUNT];
const wki_row_loops ROWS(truth)[WKI_ROW_COUNT] = {
#include "backends/ops.def"
};
#endif
