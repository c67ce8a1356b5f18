/* What does not fit, gathered so that one error tells it all: "2 missing: a, b; 1 unexpected: c". Allocates nothing. */
#ifndef WKI_DIFFERENCES_H
#define WKI_DIFFERENCES_H
#include "base/error.h"

typedef enum {
    WKI_MISSING,
    WKI_UNEXPECTED,
    WKI_UNFIT,   /* of another shape or dtype */
    WKI_FOREIGN, /* of a dtype that there is not */
    WKI_UNLIKE,  /* tied, but of different values */
    WKI_OTHER
} wki_difference;

typedef struct wki_differences { /* { 0 } has none */
    const char *about;           /* a file, told first; NULL: none */
    wk_status code;              /* of the first of WKI_OTHER */
    int count[WKI_OTHER + 1], told[WKI_OTHER + 1];
    char text[WKI_OTHER + 1][5 * 512]; /* a training has five parts, each with an error of its own */
} wki_differences;

/* Of WKI_OTHER by wki_differ_by_error alone. */
void wki_differ(wki_differences *d, wki_difference kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A pending error becomes one of WKI_OTHER, of a part if that is not NULL; running out of memory stays pending. */
void wki_differ_by_error(wki_differences *d, const char *part);
/* WK_OK if there are none. Where the text is too long, long lists are cut first; each begins with its number. */
wk_status wki_differences_fail(const wki_differences *d, const char *where);
#endif
