/* What IDX and npy share: an array whose header has been read, on its way into memory. */
#ifndef WKI_ARRAY_H
#define WKI_ARRAY_H
#include "io/number.h"
#include "io/source.h"
#include "wick/io.h"

typedef struct wki_stored {
    wki_number number;
    bool swapped, is_bool, fortran; /* fortran: the first dimension varies fastest */
    int ndim;
    int64_t shape[WK_ARRAY_DIMS];
} wki_stored;

/* Reads the elements, which must reach exactly to the end of the file, into out. */
wk_status wki_array_read(wki_source *source, const char *path, const wki_stored *stored, wk_array *out,
                         const char *where);
#endif
