/* imprint.h: what tells a run's data from other data: a hash of all its rows, or of a few where they are many, and from
 * where to where its inputs go. It stands as text in every checkpoint. */
#ifndef WICK_APP_IMPRINT_H
#define WICK_APP_IMPRINT_H
#include "about.h"
#include "sets.h"

typedef struct imprint {
    char hash[80];        /* "8c6d0a3f5e7b9a21, by 512 of 70000 rows" */
    int parts;            /* columns, where rows have one axis and not too many elements; else 1, of all elements */
    double *least, *most; /* [parts] */
} imprint;

/* 64 bits over all values of x and y as they are read, in order; calls watch now and then. False on error or a signal.
 */
bool imprint_fingerprint(const sets *s, uint64_t *hash, void (*watch)(void *user, double share), void *user);

/* Of the rows for training and validation, and those for test. Freed in either case; false on error or a signal. */
bool imprint_take(imprint *i, const sets *s);
void imprint_free(imprint *i);
wk_status imprint_put(const imprint *i, wk_state *data); /* beside what about_make gives */
/* Is the hash the one in a checkpoint? Also true where there is none. */
bool imprint_same(const imprint *i, const wk_state *checkpoint);
/* "500 rows" of a hash's text. */
const char *imprint_rows(const char *hash);
/* Rows of another file whose inputs are far from those of the run, so that the model was never asked for such: what to
 * say of them, into text; false: they are not, or it is not known. */
bool imprint_far(const sets *s, const about *known, const wk_state *checkpoint, char *text, size_t size);
#endif
