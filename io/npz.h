/* What npy and npz share: npy's header, and archives of npy files as numpy.savez makes them, stored and not packed. */
#ifndef WKI_NPZ_H
#define WKI_NPZ_H
#include "wick/io.h"

/* All that stands before the elements, version 1; returns its length. */
enum { WKI_NPY_HEADER = 256 };
size_t wki_npy_header(const wk_array *array, char text[WKI_NPY_HEADER]);

typedef struct wki_npz_entry {
    const char *name; /* without ".npy" */
    wk_array array;
    uint32_t sum; /* these two are set by the writer */
    uint64_t at;
} wki_npz_entry;
/* Writes path at once or not at all. Names, in UTF-8, differ. */
WK_API wk_status wki_npz_write(const char *path, wki_npz_entry *entries, int64_t n, const char *where);
#endif
