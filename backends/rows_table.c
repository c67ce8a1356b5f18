/* The table of rows, made from ops.def alone. */
#include "backends/rows_table.h"
#include <string.h>

const wki_row wki_row_table[WKI_ROW_COUNT] = {
#define UNARY(NAME, KIND, Y, DX, LOW, HIGH)                                                                            \
    { #NAME, #Y, { #DX, NULL, NULL }, WKI_HAS_X, 0, WKI_KIND_##KIND, LOW, HIGH, { 0, 0 } },
#define UNARY_S(NAME, KIND, Y, DX, LOW, HIGH, S)                                                                       \
    { #NAME, #Y, { #DX, NULL, NULL }, WKI_HAS_X, 1, WKI_KIND_##KIND, LOW, HIGH, { S, 0 } },
#define UNARY_ST(NAME, KIND, Y, DX, LOW, HIGH, S, T)                                                                   \
    { #NAME, #Y, { #DX, NULL, NULL }, WKI_HAS_X, 2, WKI_KIND_##KIND, LOW, HIGH, { S, T } },
#define BINARY(NAME, KIND, Y, DA, DB, LOW, HIGH)                                                                       \
    { #NAME, #Y, { NULL, #DA, #DB }, WKI_HAS_A | WKI_HAS_B, 0, WKI_KIND_##KIND, LOW, HIGH, { 0, 0 } },
#define BINARY_S(NAME, KIND, Y, DA, DB, LOW, HIGH, S)                                                                  \
    { #NAME, #Y, { NULL, #DA, #DB }, WKI_HAS_A | WKI_HAS_B, 1, WKI_KIND_##KIND, LOW, HIGH, { S, 0 } },
#define TERNARY(NAME, KIND, Y, DX, DA, DB, LOW, HIGH)                                                                  \
    { #NAME, #Y, { #DX, #DA, #DB }, WKI_HAS_X | WKI_HAS_A | WKI_HAS_B, 0, WKI_KIND_##KIND, LOW, HIGH, { 0, 0 } },
#include "backends/ops.def"
};

int wki_row_named(const char *name)
{
    for (int i = 0; i < WKI_ROW_COUNT; i++)
        if (!strcmp(wki_row_table[i].name, name)) return i;
    return -1;
}
