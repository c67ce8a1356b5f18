/* axis.h: one axis of a chart, from values to user units. chart.c sets the range and the place, then asks for ticks. */
#ifndef WICK_APP_AXIS_H
#define WICK_APP_AXIS_H
#include "chart.h"

enum { AXIS_TICKS = 16 };

typedef struct axis {
    chart_scale scale;
    double floor;    /* logarithmic axes: anything smaller is drawn there */
    double lo, hi;   /* in the axis's own measure */
    double from, to; /* where those lie, in user units */
    int nticks;
    double tick[AXIS_TICKS]; /* values */
    double step;             /* between linear ticks; 0 for logarithmic ones */
} axis;

double axis_measure(const axis *a, double v); /* v in the measure that the axis is linear in */
double axis_place(const axis *a, double v);
void axis_ticks(axis *a);
/* About `want` round ticks from lo to hi; `whole`: none between whole numbers. */
void axis_linear_ticks(axis *a, double lo, double hi, int want, bool whole);
void axis_tick_text(char text[64], const axis *a, double v);
#endif
