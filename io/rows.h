/* An array in a file, of which rows are read when they are asked for. */
#ifndef WKI_ROWS_H
#define WKI_ROWS_H
#include "io/array.h"

typedef struct wki_rows {
    wki_stored stored; /* what the rows are, once open */
    int64_t count;     /* of rows: the first size */
    size_t items;      /* of a row */
    wki_file *file;    /* NULL: all is in memory, as what is packed or lies in Fortran order must be */
    int64_t at;        /* the first row's place in the file */
    wk_array memory;
} wki_rows;

/* Opens IDX or npy, told by `header`, in a source, which is taken; NULL: its opening failed. A rank of at least 1, sizes that the
 * source has. Closed also after an error. */
wk_status wki_rows_open(wki_rows *r, wki_source *source, const char *path,
                        wk_status (*header)(wki_source *, const char *, wki_stored *), const char *where);
/* Rows rows[0 .. n), all in range, one behind the other into `to`; dtype and unit as in wki_number_deliver. Safe from every thread. */
wk_status wki_rows_read(const wki_rows *r, const int64_t *rows, int64_t n, wk_dtype dtype, bool unit, void *to);
void wki_rows_close(wki_rows *r);
#endif
