/* What IDX and npy share: an array whose header has been read, on its way into memory or read a few rows at a time. */
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
/* Refuses what wki_array_read would, short of reading: sizes the file cannot hold or, if it is plain, does not have. */
wk_status wki_array_check(const wki_source *source, const char *path, const wki_stored *stored, const char *where);

/* What stands before the elements. Errors are read_idx's and read_npy's. */
wk_status wki_idx_header(wki_source *source, const char *path, wki_stored *a);
wk_status wki_npy_header_of(wki_source *source, const char *path, wki_stored *a);
#endif
