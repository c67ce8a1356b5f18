/* The rows of ops.def as data: names, texts, samples. A derivative's text is only text here; autograd/formula.c reads
 * it. */
#ifndef WKI_ROWS_TABLE_H
#define WKI_ROWS_TABLE_H
#include "backends/backend.h"

typedef enum wki_row_kind {
    WKI_KIND_REAL,
    WKI_KIND_FLOAT,
    WKI_KIND_ALL,
    WKI_KIND_LIFT,
    WKI_KIND_ANY,
    WKI_KIND_DIVIDE,
    WKI_KIND_WHOLE,
    WKI_KIND_BITS,
    WKI_KIND_TRUTH
} wki_row_kind; /* as in ops.def */
enum { WKI_HAS_X = 1, WKI_HAS_A = 2, WKI_HAS_B = 4 };

typedef struct wki_row {
    const char *name, *value;
    const char *slope[3]; /* towards x, a, b; NULL: no such operand */
    int operands;         /* WKI_HAS_X ... */
    bool condition;       /* x is one, of WK_BOOL */
    int numbers;          /* how many of s and t it takes */
    wki_row_kind kind;
    double low, high, sample[2]; /* of operands, of s and t */
} wki_row;
extern const wki_row wki_row_table[WKI_ROW_COUNT];

/* Elementary operations an element, roughly, by the formula's text; slope: 0 the value, or the operand, as in
 * wki_row_attrs */
int64_t wki_row_cost(int row, int slope);
/* The row's number, or -1 */
int wki_row_named(const char *name);
#endif
