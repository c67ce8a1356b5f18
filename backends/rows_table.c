/* The table of rows, made from ops.def alone. */
#include "backends/rows_table.h"
#include <string.h>

#define ENTRY(NAME, KIND, Y, DX, DA, DB, OPERANDS, CONDITION, NUMBERS, LOW, HIGH, S, T)                                \
    { #NAME, #Y, { DX, DA, DB }, OPERANDS, CONDITION, NUMBERS, WKI_KIND_##KIND, LOW, HIGH, { S, T } },
enum { X = WKI_HAS_X, AB = WKI_HAS_A | WKI_HAS_B, XAB = X | AB };

const wki_row wki_row_table[WKI_ROW_COUNT] = {
#define UNARY(NAME, KIND, Y, DX, LOW, HIGH)          ENTRY(NAME, KIND, Y, #DX, NULL, NULL, X, false, 0, LOW, HIGH, 0, 0)
#define UNARY_S(NAME, KIND, Y, DX, LOW, HIGH, S)     ENTRY(NAME, KIND, Y, #DX, NULL, NULL, X, false, 1, LOW, HIGH, S, 0)
#define UNARY_ST(NAME, KIND, Y, DX, LOW, HIGH, S, T) ENTRY(NAME, KIND, Y, #DX, NULL, NULL, X, false, 2, LOW, HIGH, S, T)
#define BINARY(NAME, KIND, Y, DA, DB, LOW, HIGH)     ENTRY(NAME, KIND, Y, NULL, #DA, #DB, AB, false, 0, LOW, HIGH, 0, 0)
#define BINARY_S(NAME, KIND, Y, DA, DB, LOW, HIGH, S)                                                                  \
    ENTRY(NAME, KIND, Y, NULL, #DA, #DB, AB, false, 1, LOW, HIGH, S, 0)
#define TRIPLE(NAME, KIND, Y, DX, DA, DB, LOW, HIGH) ENTRY(NAME, KIND, Y, #DX, #DA, #DB, XAB, false, 0, LOW, HIGH, 0, 0)
#define TRIPLE_S(NAME, KIND, Y, DX, DA, DB, LOW, HIGH, S)                                                              \
    ENTRY(NAME, KIND, Y, #DX, #DA, #DB, XAB, false, 1, LOW, HIGH, S, 0)
#define TERNARY(NAME, KIND, Y, DX, DA, DB, LOW, HIGH) ENTRY(NAME, KIND, Y, #DX, #DA, #DB, XAB, true, 0, LOW, HIGH, 0, 0)
#include "backends/ops.def"
};

int wki_row_named(const char *name)
{
    for (int i = 0; i < WKI_ROW_COUNT; i++)
        if (!strcmp(wki_row_table[i].name, name)) return i;
    return -1;
}
