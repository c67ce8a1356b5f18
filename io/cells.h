/* A CSV file as records of texts, one in memory at a time. */
#ifndef WKI_CELLS_H
#define WKI_CELLS_H
#include "wick/base.h"

typedef struct wki_cells wki_cells;
typedef struct wki_record {
    const char *text; /* the values one behind the other, a NUL after each; until the next record */
    int values;
    int64_t line; /* where it begins, from 1 */
} wki_record;

/* Plain or gzip. delimiter 0: guessed from the first line. */
wki_cells *wki_cells_open(const char *path, char delimiter, const char *where);
/* The next record, of as many values as the first; false at the end, or with the error recorded. Blank lines are
 * skipped, blanks around unquoted values dropped. */
bool wki_cells_next(wki_cells *cells, wki_record *out);
void wki_cells_close(wki_cells *cells); /* NULL allowed */
static inline const char *wki_cell_next(const char *cell) { return cell + __builtin_strlen(cell) + 1; }

/* "", ?, NA, N/A, NaN, null */
bool wki_cell_missing(const char *cell);
#endif
