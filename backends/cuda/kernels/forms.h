/* Every elementwise row for one element type, WKI_TYPE_f32 ..., as functions of an element: a row's value, y_NAME_of, and
 * its derivatives, dx_NAME_of ..., of its inputs and s and t. The formulas are those of the CPU, so that the bits are.
 * Included within a namespace, in which each_form.h may then go through them all. */
#include "backends/cpu/isa/rows.h"

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

#define FORM(NAME, SLOPE, FUNCTION, TO, VIEWS, INPUTS, VALUE)                                                          \
    WKI_DEVICE TO FUNCTION##_of(INPUTS(PARAMETER) real s, real t)                                                      \
    {                                                                                                                  \
        INPUTS(UNUSED)(void) s;                                                                                        \
        (void)t;                                                                                                       \
        return (TO)STORED(VALUE);                                                                                      \
    }
#define PARAMETER(TYPE, LETTER, MEMORY, VIEW) TYPE LETTER,
#define UNUSED(TYPE, LETTER, MEMORY, VIEW)    (void)LETTER;
#include "backends/cuda/kernels/each_form.h"
#undef FORM
