/* plot.h: line charts on a terminal, of braille dots where the locale has UTF-8 and of ASCII elsewhere.
 *
 *   plot_line loss = { .name = "valid", .n = 5, .x = epochs, .y = losses };
 *   plot_put(stdout, &(plot){ .title = "loss by epoch", .lines = &loss, .nlines = 1, .mark = NAN });
 *
 * Values that are not finite are gaps. */
#ifndef WICK_APP_PLOT_H
#define WICK_APP_PLOT_H
#include "chart.h"

typedef struct plot_line {
    const char *name; /* at the line's end; "": none */
    bool faint;       /* dotted, to tell it from the other */
    char sign;        /* of ASCII: what draws it; 0: * or . */
    int n;
    const double *x, *y;
} plot_line;

enum { PLOT_LINES = 8 }; /* more are hard to tell apart */
typedef struct plot {
    const char *title;
    chart_scale x_scale, y_scale; /* y_scale as in chart.h: linear unless the values span enough */
    bool whole_x;                 /* x counts something */
    int height;                   /* rows; 0: 12 */
    const plot_line *lines;       /* a later one covers those before it */
    int nlines;
    double mark; /* an arrow at this x; NAN: none */
} plot;

void plot_put(FILE *out, const plot *p); /* nothing where there is no point */
#endif
