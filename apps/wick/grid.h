/* grid.h: a table of short texts, printed with columns as wide as they need.
 *
 *   grid g = { .columns = 2, .right = 1 << 1 };     the second column is aligned right
 *   grid_add(&g, "rows");  grid_add(&g, "%d", n);
 *   grid_put(&g, stdout); */
#ifndef WICK_APP_GRID_H
#define WICK_APP_GRID_H
#include <stdio.h>

enum { GRID_COLUMNS = 12, GRID_CELL = 96 };
typedef struct grid {
    int columns;
    unsigned right; /* bit c: column c is aligned right */
    int indent;
    int count, room;
    char (*cells)[GRID_CELL];
} grid;

void grid_add(grid *g, const char *format, ...) __attribute__((format(printf, 2, 3))); /* the next cell, row by row */
void grid_put(grid *g, FILE *out);                                                     /* prints and empties it */
void grid_add_loss(grid *g, double v);                                                 /* "-" if it is not known */
void grid_add_share(grid *g, double v);                                                /* in percent, likewise */
#endif
