/* Every elementwise row for one element type, WKI_TYPE_f32 ...: a kernel for each value and each derivative, and the table
 * of them. The formulas are those of the CPU, so that the bits are. One file a type includes this. */
#include "backends/cuda/kernels/kernel.h"
#include "backends/cuda/kernels/row.h"

#if defined WKI_TYPE_f32
#define SPACE f32
#elif defined WKI_TYPE_f64
#define SPACE f64
#else
#define SPACE whole
#endif
namespace SPACE
{
#include "backends/cpu/isa/rows.h"

enum { TOGETHER = sizeof(element) == 8 ? 2 : 4 }; /* elements a thread has on their way at once */

/* Sums of bools may be 2. */
#ifdef WKI_TYPE_truth
#define STORED(VALUE) ((VALUE) != 0)
#else
#define STORED(VALUE) (VALUE)
#endif

/* The output may be one of the inputs. */
#define LOOP(FUNCTION, TO, VIEWS, INPUTS, VALUE)                                                                       \
    WKI_DEVICE TO FUNCTION##_of(INPUTS(PARAMETER) real s, real t)                                                      \
    {                                                                                                                  \
        INPUTS(UNUSED)(void) s;                                                                                        \
        (void)t;                                                                                                       \
        return (TO)STORED(VALUE);                                                                                      \
    }                                                                                                                  \
    static __global__ void FUNCTION(const wki_row_args r)                                                              \
    {                                                                                                                  \
        WKI_BEGIN();                                                                                                   \
        const real s = wki_number(r.s), t = wki_number(r.t);                                                           \
        TO *to = (TO *)r.data[0];                                                                                      \
        INPUTS(POINTER)                                                                                                \
        if (!r.places.flat) {                                                                                          \
            WKI_EACH(i, r.places.count)                                                                                \
            {                                                                                                          \
                int64_t at[VIEWS];                                                                                     \
                wki_places<VIEWS>(r.places, i, at);                                                                    \
                to[at[0]] = FUNCTION##_of(INPUTS(STRIDED) s, t);                                                       \
            }                                                                                                          \
            return;                                                                                                    \
        }                                                                                                              \
        const int64_t count = r.places.count, block = (int64_t)blockDim.x * TOGETHER;                                  \
        for (int64_t i = blockIdx.x * block + threadIdx.x; i < count; i += gridDim.x * block) {                        \
            INPUTS(ARRAY)                                                                                              \
            WKI_UNROLL for (int k = 0; k < TOGETHER; k++)                                                       \
            {                                                                                                          \
                const int64_t j = i + k * (int64_t)blockDim.x < count ? i + k * (int64_t)blockDim.x : i;               \
                INPUTS(LOAD)                                                                                           \
            }                                                                                                          \
            WKI_UNROLL for (int k = 0; k < TOGETHER; k++)                                                       \
            {                                                                                                          \
                const int64_t j = i + k * (int64_t)blockDim.x;                                                         \
                if (j < count) to[j] = FUNCTION##_of(INPUTS(LOADED) s, t);                                             \
            }                                                                                                          \
        }                                                                                                              \
    }
#define PARAMETER(TYPE, LETTER, MEMORY, VIEW) TYPE LETTER,
#define UNUSED(TYPE, LETTER, MEMORY, VIEW)    (void)LETTER;
#define POINTER(TYPE, LETTER, MEMORY, VIEW)   const MEMORY *const LETTER##s = (const MEMORY *)r.data[VIEW];
#define STRIDED(TYPE, LETTER, MEMORY, VIEW)   LETTER##s[at[VIEW]],
#define ARRAY(TYPE, LETTER, MEMORY, VIEW)     MEMORY LETTER[TOGETHER];
#define LOAD(TYPE, LETTER, MEMORY, VIEW)      LETTER[k] = LETTER##s[j];
#define LOADED(TYPE, LETTER, MEMORY, VIEW)    LETTER[k],

/* Views as wki_row_attrs lists them: y, operands; d, g, operands, y. */
#define IN_X(DO)          DO(real, x, element, 1)
#define IN_A_B(DO)        DO(real, a, element, 1) DO(real, b, element, 2)
#define IN_X_A_B(DO)      DO(real, x, element, 1) DO(real, a, element, 2) DO(real, b, element, 3)
#define IN_IF_A_B(DO)     DO(int, x, uint8_t, 1) DO(real, a, element, 2) DO(real, b, element, 3)
#define IN_X_G_Y(DO)      DO(real, g, element, 1) DO(real, x, element, 2) DO(real, y, element, 3)
#define IN_A_B_G_Y(DO)    DO(real, g, element, 1) DO(real, a, element, 2) DO(real, b, element, 3) DO(real, y, element, 4)
#define IN_X_A_B_G_Y(DO)                                                                                               \
    DO(real, g, element, 1) DO(real, x, element, 2) DO(real, a, element, 3) DO(real, b, element, 4) DO(real, y, element, 5)
#define IN_IF_A_B_G_Y(DO)                                                                                              \
    DO(real, g, element, 1) DO(int, x, uint8_t, 2) DO(real, a, element, 3) DO(real, b, element, 4) DO(real, y, element, 5)

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

/* The power of a number, and its derivative: by plain arithmetic where it can be. */
#ifdef EASY_POWERS
#define VALUE_CASE(NAME, EXPONENT, POWER) if (s == (EXPONENT)) return POWER;
WKI_DEVICE real power(real x, real s)
{
    EASY_POWERS(VALUE_CASE)
    return pow(x, s);
}
#define POWER_OR(NAME, Y) (WKI_ROW_##NAME == WKI_ROW_pow_scalar ? power(x, s) : (Y))
#else
#define POWER_OR(NAME, Y) Y
#endif
#if WKI_REAL_ROWS
#define SLOPE_CASE(NAME, EXPONENT, POWER) if (s - 1 == (EXPONENT) && s != 0) return g * (s * (POWER));
WKI_DEVICE real power_slope(real g, real x, real s)
{
    EASY_POWERS(SLOPE_CASE)
    return g * (s * pow(s == 0 ? 1 : x, s - 1));
}
#define POWER_SLOPE_OR(NAME, DX) (WKI_ROW_##NAME == WKI_ROW_pow_scalar ? power_slope(g, x, s) : (DX))
#endif

#define near 0
#define UNARY(NAME, KIND, Y, DX, ...)                                                                                  \
    KIND(LOOP(y_##NAME, OUT_##KIND, 2, IN_X, Y)) SLOPE_##KIND(LOOP(dx_##NAME, element, 4, IN_X_G_Y, DX))
#define UNARY_S(NAME, KIND, Y, DX, ...)                                                                                \
    KIND(LOOP(y_##NAME, OUT_##KIND, 2, IN_X, POWER_OR(NAME, Y)))                                                       \
    SLOPE_##KIND(LOOP(dx_##NAME, element, 4, IN_X_G_Y, POWER_SLOPE_OR(NAME, DX)))
#define UNARY_ST UNARY
#define BINARY(NAME, KIND, Y, DA, DB, ...)                                                                             \
    KIND(LOOP(y_##NAME, OUT_##KIND, 3, IN_A_B, Y))                                                                     \
    SLOPE_##KIND(LOOP(da_##NAME, element, 5, IN_A_B_G_Y, DA) LOOP(db_##NAME, element, 5, IN_A_B_G_Y, DB))
#define BINARY_S BINARY
#define TRIPLE(NAME, KIND, Y, DX, DA, DB, ...)                                                                         \
    KIND(LOOP(y_##NAME, OUT_##KIND, 4, IN_X_A_B, Y))                                                                   \
    SLOPE_##KIND(LOOP(dx_##NAME, element, 6, IN_X_A_B_G_Y, DX) LOOP(da_##NAME, element, 6, IN_X_A_B_G_Y, DA)           \
                     LOOP(db_##NAME, element, 6, IN_X_A_B_G_Y, DB))
#define TRIPLE_S TRIPLE
#define TERNARY(NAME, KIND, Y, DX, DA, DB, ...)                                                                        \
    KIND(LOOP(y_##NAME, OUT_##KIND, 4, IN_IF_A_B, Y))                                                                  \
    SLOPE_##KIND(LOOP(da_##NAME, element, 6, IN_IF_A_B_G_Y, DA) LOOP(db_##NAME, element, 6, IN_IF_A_B_G_Y, DB))
#include "backends/ops.def"
#undef near

#define UNARY(NAME, KIND, ...)  { { KIND(y_##NAME, SLOPE_##KIND(dx_##NAME)) } },
#define BINARY(NAME, KIND, ...) { { KIND(y_##NAME, SLOPE_##KIND(NULL, da_##NAME, db_##NAME)) } },
#define TRIPLE(NAME, KIND, ...) { { KIND(y_##NAME, SLOPE_##KIND(dx_##NAME, da_##NAME, db_##NAME)) } },
#define TERNARY                 BINARY
#define UNARY_S                 UNARY
#define UNARY_ST                UNARY
#define BINARY_S                BINARY
#define TRIPLE_S                TRIPLE
static const wki_row_kernels table[WKI_ROW_COUNT] = {
#include "backends/ops.def"
};
} // namespace

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)
const wki_row_kernels *PASTE(wki_cuda_rows_, WKI_TYPE)(int *together)
{
    *together = SPACE::TOGETHER;
    return SPACE::table;
}
