/* chart.h: line charts for HTML pages, as inline SVG without script, fonts or links; rests on stdio alone.
 *
 *   chart_series adam = { .name = "Adam", .n = 11, .x = epochs, .y = losses, .low = lows, .high = highs };
 *   chart c = { .id = "loss", .title = "Validation loss", .x_title = "epoch", .series = &adam, .nseries = 1 };
 *   chart_write(page, &c);                          and once, inside the page's <style>: chart_style(page);
 *
 * Colours are Okabe and Ito's (2008), which colour-blind readers tell apart, adapted to a light and a dark ground; each
 * series has a marker of its own as well. Values that are not finite are gaps. A chart scales to the width it is given.
 */
#ifndef WICK_APP_CHART_H
#define WICK_APP_CHART_H
#include <stdbool.h>
#include <stdio.h>

/* How y is spread. The second and third only where the values span a factor of eight or more; linear otherwise. */
typedef enum chart_scale {
    CHART_LINEAR,
    CHART_LOG,   /* losses: equal factors are equal heights */
    CHART_NINES, /* percents of success: logarithmic in what is missing to 100, so that 99 and 99.9 are told apart */
} chart_scale;

typedef struct chart_series {
    const char *name; /* at the line's end and in the tooltips */
    int style;        /* colour and marker: 0, 1, ... */
    bool broken;      /* the run stopped here: a cross at the end; such series do not set the scale */
    int n;            /* points */
    const double *x, *y;
    const double *low, *high; /* the band around the line; both NULL for none */
} chart_series;

typedef struct chart {
    const char *id;           /* unique in its page: letters, digits, dashes */
    const char *title, *unit; /* what y is, "Validation accuracy", and its unit, "%", or NULL */
    const char *x_title;
    chart_scale scale;
    bool whole_x; /* x counts something: no ticks between whole numbers */
    const chart_series *series;
    int nseries;
} chart;

void chart_write(FILE *out, const chart *c);
/* The sign of a style, a short line with its marker, for legends and tables. */
void chart_key(FILE *out, int style);
/* A strip of dots from lo to hi, one for each finite value, with a tick at their mean; for table cells. */
void chart_strip(FILE *out, int style, const double *values, int n, double lo, double hi);
/* The CSS rules all of these need, with the page's colours as --paper, --ink, --muted, --rule. */
void chart_style(FILE *out);
/* Text as HTML: markup characters escaped, control characters replaced. NULL writes nothing. */
void chart_text(FILE *out, const char *text);
#endif
