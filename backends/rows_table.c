/* The table of rows, made from ops.def alone. */
#include "backends/rows_table.h"
#include <stdatomic.h>
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

/* ---- What an element costs ---- */

enum { CALL = 16, ROOT = 4 }; /* of a polynomial or a series; of a square root or a quotient */

static bool is_light(const char *name, size_t n)
{
    static const char *const light[] = { "real",       "abs",       "wki_abs",    "square",          "near",
                                         "wki_not",    "hardtanh",  "wki_floor",  "wki_ceil",        "wki_round",
                                         "wki_within", "wki_trunc", "wki_is_nan", "wki_is_infinite", "wki_nan_to_num" };
    for (size_t i = 0; i < sizeof light / sizeof *light; i++)
        if (strlen(light[i]) == n && !memcmp(light[i], name, n)) return true;
    return false;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

static int cost_of(const char *text)
{
    int cost = 1;
    for (const char *at = text, *name = text; *at; at++) {
        if (*at == '(' && at > name && !is_light(name, (size_t)(at - name)))
            cost += at - name >= 4 && !memcmp(at - 4, "sqrt", 4) ? ROOT : CALL;
        if (*at == '/') cost += ROOT;
        if (!is_letter(*at)) name = at + 1;
    }
    return cost;
}

int64_t wki_row_cost(int row, int slope)
{
    static atomic_int known[WKI_ROW_COUNT][4];
    int cost = atomic_load_explicit(&known[row][slope], memory_order_relaxed);
    if (cost > 0) return cost;
    cost = cost_of(slope > 0 ? wki_row_table[row].slope[slope - 1] : wki_row_table[row].value);
    atomic_store_explicit(&known[row][slope], cost, memory_order_relaxed);
    return cost;
}

int wki_row_named(const char *name)
{
    for (int i = 0; i < WKI_ROW_COUNT; i++)
        if (!strcmp(wki_row_table[i].name, name)) return i;
    return -1;
}
