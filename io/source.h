/* A file's bytes in order, plain or gzip by its first two bytes. */
#ifndef WKI_SOURCE_H
#define WKI_SOURCE_H
#include "base/file.h"

typedef struct wki_source wki_source;
wki_source *wki_source_open(const char *path, const char *where);
/* The next n bytes; fewer only at the end, -1 with the error recorded. */
int64_t wki_source_take(wki_source *source, void *to, size_t n);
/* Can the file hold this many bytes? Asked before an allocation that a header demands. */
bool wki_source_can_hold(const wki_source *source, uint64_t bytes);
/* How many bytes are left; -1 where gzip hides it. */
int64_t wki_source_left(const wki_source *source);
/* Ends a plain source and gives its file, which stood at *at; NULL, and nothing happens, if it is gzip. */
wki_file *wki_source_release(wki_source *source, int64_t *at);
void wki_source_close(wki_source *source); /* NULL allowed */
#endif
