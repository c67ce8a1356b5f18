/* A file's bytes in order, plain or gzip by its first two bytes, or those of a part of a file. */
#ifndef WKI_SOURCE_H
#define WKI_SOURCE_H
#include "base/file.h"

typedef struct wki_source wki_source;
wki_source *wki_source_open(const char *path, const char *where);
/* A part of a file, deflated without a head or as it is: `size` bytes once taken, with this CRC-32, which is checked by
 * who asks for more than there are. */
typedef struct wki_part {
    int64_t at, packed, size;
    uint32_t sum;
    bool deflated;
} wki_part;
wki_source *wki_source_of_part(wki_file *file, const wki_part *part, const char *shown, const char *where); /* takes file */
/* The next n bytes; fewer only at the end, -1 with the error recorded. */
int64_t wki_source_take(wki_source *source, void *to, size_t n);
/* Can the file hold this many bytes? Asked before an allocation that a header demands. */
bool wki_source_can_hold(const wki_source *source, uint64_t bytes);
/* How many bytes are left; -1 where gzip hides it. */
int64_t wki_source_left(const wki_source *source);
/* Ends a plain source and gives its file, which stood at *at; NULL, and nothing happens, if it is packed. */
wki_file *wki_source_release(wki_source *source, int64_t *at);
void wki_source_close(wki_source *source); /* NULL allowed */
#endif
