/* A file's bytes in order, plain or gzip by its first two bytes. */
#ifndef WKI_SOURCE_H
#define WKI_SOURCE_H
#include "wick/base.h"

typedef struct wki_source wki_source;
wki_source *wki_source_open(const char *path, const char *where);
/* The next n bytes; fewer only at the end, -1 with the error recorded. */
int64_t wki_source_take(wki_source *source, void *to, size_t n);
/* Can the file hold this many bytes? Asked before an allocation that a header demands. */
bool wki_source_can_hold(const wki_source *source, uint64_t bytes);
void wki_source_close(wki_source *source); /* NULL allowed */
#endif
