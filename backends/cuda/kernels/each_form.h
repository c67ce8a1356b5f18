/* FORM(row, slope, function, type of the result, views, inputs, text) of every value and every derivative that the element
 * type at hand has: forms.h says what they are made of. Included once a use. */
#define near 0
#define UNARY(NAME, KIND, Y, DX, ...)                                                                                  \
    KIND(FORM(NAME, 0, y_##NAME, OUT_##KIND, 2, IN_X, Y)) SLOPE_##KIND(DX_OF(NAME, 4, IN_X_G_Y, DX))
#define UNARY_S(NAME, KIND, Y, DX, ...)                                                                                \
    KIND(FORM(NAME, 0, y_##NAME, OUT_##KIND, 2, IN_X, POWER_OR(NAME, Y)))                                              \
    SLOPE_##KIND(DX_OF(NAME, 4, IN_X_G_Y, POWER_SLOPE_OR(NAME, DX)))
#define UNARY_ST UNARY
#define BINARY(NAME, KIND, Y, DA, DB, ...)                                                                             \
    KIND(FORM(NAME, 0, y_##NAME, OUT_##KIND, 3, IN_A_B, Y))                                                            \
    SLOPE_##KIND(DA_OF(NAME, 5, IN_A_B_G_Y, DA) DB_OF(NAME, 5, IN_A_B_G_Y, DB))
#define BINARY_S BINARY
#define TRIPLE(NAME, KIND, Y, DX, DA, DB, ...)                                                                         \
    KIND(FORM(NAME, 0, y_##NAME, OUT_##KIND, 4, IN_X_A_B, Y))                                                          \
    SLOPE_##KIND(DX_OF(NAME, 6, IN_X_A_B_G_Y, DX) DA_OF(NAME, 6, IN_X_A_B_G_Y, DA) DB_OF(NAME, 6, IN_X_A_B_G_Y, DB))
#define TRIPLE_S TRIPLE
#define TERNARY(NAME, KIND, Y, DX, DA, DB, ...)                                                                        \
    KIND(FORM(NAME, 0, y_##NAME, OUT_##KIND, 4, IN_IF_A_B, Y))                                                         \
    SLOPE_##KIND(DA_OF(NAME, 6, IN_IF_A_B_G_Y, DA) DB_OF(NAME, 6, IN_IF_A_B_G_Y, DB))
#define DX_OF(NAME, VIEWS, INPUTS, DX) FORM(NAME, 1, dx_##NAME, element, VIEWS, INPUTS, DX)
#define DA_OF(NAME, VIEWS, INPUTS, DA) FORM(NAME, 2, da_##NAME, element, VIEWS, INPUTS, DA)
#define DB_OF(NAME, VIEWS, INPUTS, DB) FORM(NAME, 3, db_##NAME, element, VIEWS, INPUTS, DB)
#include "backends/ops.def"
#undef DX_OF
#undef DA_OF
#undef DB_OF
#undef near
