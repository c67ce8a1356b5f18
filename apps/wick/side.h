/* side.h: runs side by side: a chart of their validation losses and a row each, with the best marked where all are of
 * the same data.
 *
 *   side of;
 *   if (side_read(&of, operands)) side_put(&of);
 *   side_free(&of); */
#ifndef WICK_APP_SIDE_H
#define WICK_APP_SIDE_H
#include "args.h"
#include "record.h"

typedef struct side {
    record runs[ARGS_OPERANDS];
    int n;
} side;

/* Reads the folders up to a NULL; false after an error on stderr. */
bool side_read(side *s, const char *const folders[ARGS_OPERANDS]);
void side_free(side *s); /* also after an error */
void side_put(const side *s);
void side_put_json(const side *s); /* a line a run */
#endif
