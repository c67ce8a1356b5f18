/* Bytes through tables: what becomes of each of the 256, worked out before. */
#ifndef WKI_LOOKUP_H
#define WKI_LOOKUP_H
#include "wick/base.h"

/* A row is `channels` parts of `each` bytes; every part has a table of its own, of 256 entries of `size` bytes. */
typedef struct wki_lookup wki_lookup;
wki_lookup *wki_lookup_new(int64_t channels, int64_t each, size_t size, const void *entries); /* copies; wki_free */
WK_API size_t wki_lookup_row(const wki_lookup *lookup); /* bytes that a row becomes */
WK_API void wki_look_up(const wki_lookup *lookup, const void *from, int64_t rows, void *to);
#endif
