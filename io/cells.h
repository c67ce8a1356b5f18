/* A CSV file as a rectangle of texts. */
#ifndef WKI_CELLS_H
#define WKI_CELLS_H
#include "wick/base.h"

typedef struct wki_cells {
    char *text; /* rows * columns values one behind the other, a NUL after each; freed with wki_free */
    int64_t rows;
    int columns;
} wki_cells;

/* delimiter 0: guessed. Blank lines are skipped, blanks around unquoted values dropped. */
wk_status wki_cells_read(const char *path, char delimiter, wki_cells *out, const char *where);
static inline const char *wki_cell_next(const char *cell) { return cell + __builtin_strlen(cell) + 1; }

/* "", ?, NA, N/A, NaN, null */
bool wki_cell_missing(const char *cell);
#endif
