/* A row's derivative as steps. Its text, read once, becomes a list in which each step is a row applied to earlier
 * steps, equal steps once; played with recorded ops it can be differentiated again, by the same rows. */
#ifndef WKI_FORMULA_H
#define WKI_FORMULA_H
#include "backends/rows_table.h"
#include "wick/tensor.h"

/* What a text mentions of x, a, b, y, g and the numbers s, t: bits of wki_formula.reads */
enum {
    WKI_READS_X = WKI_HAS_X,
    WKI_READS_A = WKI_HAS_A,
    WKI_READS_B = WKI_HAS_B,
    WKI_READS_Y = 8,
    WKI_READS_G = 16,
    WKI_READS_S = 32,
    WKI_READS_T = 64
};
enum { WKI_FORMULA_STEPS = 40 };

typedef struct wki_step {
    char kind;      /* a letter of x a b y g s t; '1' a whole number, '.' another one, '(' a call */
    uint8_t arg[3]; /* of a call: earlier steps, the operands that the row has, in order */
    int row;
    double number;
} wki_step;

typedef struct wki_formula {
    wki_step step[WKI_FORMULA_STEPS]; /* the last one is the result */
    int count, reads;
    bool zero, passes; /* plainly 0: nothing flows; plainly g */
} wki_formula;

/* The derivative of a row towards operand 1 x, 2 a, 3 b; NULL if the row has no such operand. Any thread may ask. */
const wki_formula *wki_formula_of(int row, int slope);

/* Reads a text; NULL, or why it is refused. */
const char *wki_formula_read(const char *text, wki_formula *out);

/* By recorded ops. What the text does not mention may be NULL. */
wk_tensor *wki_formula_play(const wki_formula *f, wk_tensor *x, wk_tensor *a, wk_tensor *b, wk_tensor *y, wk_tensor *g,
                            double s, double t);

/* A row as a recorded op (autograd/ops/rows.c) */
wk_tensor *wki_row_apply(int row, wk_tensor *x, wk_tensor *a, wk_tensor *b, double s, double t);
#endif
