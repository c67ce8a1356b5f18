/* What the kernels of normalisation share: the loops that isa/norm.c compiles, and how a call's elements fall into
 * lines (the elements of one mean) and runs (neighbours in memory). */
#ifndef WKI_CPU_NORM_H
#define WKI_CPU_NORM_H
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include <math.h>

enum {
    WKI_NORM_ROWS = 64,     /* rows of columns that are summed in the element type, before doubles take over */
    WKI_NORM_SHORT_RUN = 64 /* the longest of the runs across samples that are taken as columns instead */
};

/* At most WKI_FOLD elements (WKI_NORM_ROWS rows) a call for sums; those of slopes and columns add to what is there. */
struct wki_norm_loops {
    double (*sum)(int64_t n, const void *x);
    double (*squares)(int64_t n, const void *x, double mean); /* of x - mean */
    void (*apply)(int64_t n, void *y, const void *x, double mean, double scale, double shift);
    /* d = scale g - k0 - (x - mean) k1 */
    void (*slope)(int64_t n, void *d, const void *g, const void *x, double mean, double scale, double k0, double k1);
    void (*apply_each)(int64_t n, void *y, const void *x, double mean, double scale, const void *w, const void *b);
    void (*slope_sums)(int64_t n, const void *g, const void *x, double mean, const void *w, double sums[2]);
    void (*slope_each)(int64_t n, void *d, const void *g, const void *x, double mean, double scale, const void *w,
                       double k0, double k1);
    /* The same for n columns, each with its own numbers; `stride` from row to row. */
    void (*column_sums)(int64_t rows, int64_t n, double *total, const void *x, int64_t stride);
    void (*column_squares)(int64_t rows, int64_t n, double *total, const void *x, int64_t stride, const void *mean);
    void (*column_apply)(int64_t rows, int64_t n, void *y, const void *x, int64_t stride, const void *mean,
                         const void *scale, const void *shift);
    void (*column_slope_sums)(int64_t rows, int64_t n, double *total, double *other, const void *g, const void *x,
                              int64_t stride, const void *mean);
    void (*column_slope)(int64_t rows, int64_t n, void *d, const void *g, const void *x, int64_t stride,
                         const void *mean, const void *scale, const void *k0, const void *k1);
    void (*row_slope_sums)(int64_t rows, int64_t n, double *total, double *other, const void *g, const void *x,
                           int64_t stride, const void *mean, const void *scale); /* mean and scale: one a row */
};

typedef struct wki_norm_plan {
    const wki_norm_attrs *attrs;
    const wki_norm_loops *loops;
    wk_dtype dtype;
    int64_t size; /* bytes of an element */
    int64_t lines, runs, length, run_stride;
    double count; /* elements of a line */
    bool each;    /* a weight for each element of a run; otherwise one for the run */
    bool columns; /* a unit is a band of lines, each being `length` columns side by side */
} wki_norm_plan;

static inline wki_norm_plan wki_norm_plan_of(const wki_call *call)
{
    const wki_norm_attrs *a = call->attrs;
    const wk_dtype dtype = (wk_dtype)call->views[0]->dtype;
    wki_norm_plan p = { a, wki_loops_for(wki_isa(), dtype)->norm, dtype, (int64_t)wk_dtype_size(dtype), 0, 0, 0, 0, 0, 0, 0 };
    p.each = !a->across && a->inner == 1;
    p.columns = a->across && a->inner <= WKI_NORM_SHORT_RUN;
    p.lines = a->across ? a->groups : a->n * a->groups;
    p.runs = a->across ? a->n : p.each ? 1 : a->width;
    p.length = p.each ? a->width : a->inner;
    p.run_stride = a->across ? a->groups * a->inner : a->inner;
    p.count = (double)p.runs * (double)p.length;
    return p;
}

/* lines in a band of columns */
static inline int64_t wki_norm_band(const wki_norm_plan *p) { return p->length > 1 ? WKI_COLUMNS / p->length : WKI_COLUMNS; }

static inline int64_t wki_norm_units(const wki_call *call)
{
    const wki_norm_plan p = wki_norm_plan_of(call);
    return p.columns ? wki_blocks(p.lines, wki_norm_band(&p)) : p.lines;
}

/* where line l starts, in elements; and which weight is the first of it */
static inline int64_t wki_norm_line(const wki_norm_plan *p, int64_t l)
{
    return l * (p->attrs->across ? p->attrs->inner : p->attrs->width * p->attrs->inner);
}
static inline int64_t wki_norm_weight(const wki_norm_plan *p, int64_t l)
{
    return p->attrs->across ? l : l % p->attrs->groups * p->attrs->width;
}

static inline double wki_norm_get(const wki_norm_plan *p, const wki_view *v, int64_t i)
{
    return p->dtype == WK_F32 ? (double)((const float *)v->data)[i] : ((const double *)v->data)[i];
}
static inline void wki_norm_set(const wki_norm_plan *p, void *to, int64_t i, double value)
{
    if (p->dtype == WK_F32)
        ((float *)to)[i] = (float)value;
    else
        ((double *)to)[i] = value;
}
static inline char *wki_norm_at(const wki_norm_plan *p, const wki_view *v, int64_t i)
{
    return v->data ? (char *)v->data + i * p->size : NULL; /* of nothing */
}
/* A line's number, written for each of its columns; k counts the band's lines. */
static inline void wki_norm_spread(const wki_norm_plan *p, void *to, int64_t k, double value)
{
    for (int64_t i = 0; i < p->length; i++) wki_norm_set(p, to, k * p->length + i, value);
}
static inline double wki_norm_gather(const wki_norm_plan *p, const double *of_columns, int64_t k)
{
    double sum = 0;
    for (int64_t i = 0; i < p->length; i++) sum += of_columns[k * p->length + i];
    return sum;
}
static inline double wki_norm_scale(const wki_norm_plan *p, double var) { return 1 / sqrt(var + p->attrs->eps); }
#endif
