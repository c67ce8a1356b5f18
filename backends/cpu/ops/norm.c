/* norm: y, mean, var -> x, weight, bias; all contiguous. A line's mean comes first, then the mean square around it,
 * then y, while the line is still in the cache. */
#include "backends/cpu/norm.h"

enum { Y, MEAN, VAR, X, WEIGHT };
enum { TOGETHER = 8 }; /* lines of a block or less */

typedef struct job {
    wki_norm_plan p;
    const wki_view *const *v;
    const wki_view *weight, *bias; /* or NULL */
} job;

/* Where the line lies side by side it is one run to the sums: of the elements, or of squares around `mean`. */
static double line_sum(const job *j, int64_t l, const double *mean)
{
    const wki_norm_plan *p = &j->p;
    const bool whole = !p->attrs->across;
    const int64_t runs = whole ? 1 : p->runs, length = whole ? p->runs * p->length : p->length;
    const char *x = wki_norm_at(p, j->v[X], wki_norm_line(p, l));
    double sum = 0;
    for (int64_t r = 0; r < runs; r++)
        for (int64_t i = 0; i < length; i += WKI_FOLD) {
            const int64_t n = wki_least(WKI_FOLD, length - i);
            const char *at = x + (r * p->run_stride + i) * p->size;
            sum += mean ? p->loops->squares(n, at, *mean) : p->loops->sum(n, at);
        }
    return sum;
}

/* All means before all variances: so no line waits for another. */
static void take_statistics(const job *j, int64_t first, int64_t lines)
{
    const wki_norm_plan *p = &j->p;
    for (int64_t l = first; l < first + lines; l++)
        wki_norm_set(p, j->v[MEAN]->data, l, p->attrs->centered ? line_sum(j, l, NULL) / p->count : 0);
    for (int64_t l = first; l < first + lines; l++) {
        const double mean = wki_norm_get(p, j->v[MEAN], l);
        wki_norm_set(p, j->v[VAR]->data, l, line_sum(j, l, &mean) / p->count);
    }
}

static void line(const job *j, int64_t l)
{
    const wki_norm_plan *p = &j->p;
    const wki_norm_loops *loops = p->loops;
    const double mean = wki_norm_get(p, j->v[MEAN], l), scale = wki_norm_scale(p, wki_norm_get(p, j->v[VAR], l));
    const int64_t first = wki_norm_line(p, l), w = wki_norm_weight(p, l);
    if (p->each && (j->weight || j->bias)) {
        loops->apply_each(p->length, wki_norm_at(p, j->v[Y], first), wki_norm_at(p, j->v[X], first), mean, scale,
                          j->weight ? wki_norm_at(p, j->weight, w) : NULL, j->bias ? wki_norm_at(p, j->bias, w) : NULL);
        return;
    }
    for (int64_t r = 0; r < p->runs; r++) {
        const int64_t at = first + r * p->run_stride, k = p->attrs->across ? w : w + r;
        loops->apply(p->length, wki_norm_at(p, j->v[Y], at), wki_norm_at(p, j->v[X], at), mean,
                     j->weight ? scale * wki_norm_get(p, j->weight, k) : scale,
                     j->bias ? wki_norm_get(p, j->bias, k) : 0);
    }
}

/* ---- Columns: channels side by side, or with a few neighbours each ---- */

static void column_statistics(const job *j, int64_t first, int64_t lines)
{
    const wki_norm_plan *p = &j->p;
    const int64_t n = lines * p->length;
    const char *x = wki_norm_at(p, j->v[X], wki_norm_line(p, first));
    double total[WKI_COLUMNS] = { 0 }, means[WKI_COLUMNS];
    for (int64_t r = 0; r < p->runs; r += WKI_NORM_ROWS)
        p->loops->column_sums(wki_least(WKI_NORM_ROWS, p->runs - r), n, total, x + r * p->run_stride * p->size,
                              p->run_stride);
    for (int64_t k = 0; k < lines; k++) {
        wki_norm_set(p, j->v[MEAN]->data, first + k, wki_norm_gather(p, total, k) / p->count);
        wki_norm_spread(p, means, k, wki_norm_get(p, j->v[MEAN], first + k));
    }
    for (int64_t k = 0; k < n; k++) total[k] = 0;
    for (int64_t r = 0; r < p->runs; r += WKI_NORM_ROWS)
        p->loops->column_squares(wki_least(WKI_NORM_ROWS, p->runs - r), n, total, x + r * p->run_stride * p->size,
                                 p->run_stride, means);
    for (int64_t k = 0; k < lines; k++)
        wki_norm_set(p, j->v[VAR]->data, first + k, wki_norm_gather(p, total, k) / p->count);
}

static void band(const job *j, int64_t first, int64_t lines)
{
    const wki_norm_plan *p = &j->p;
    const int64_t at = wki_norm_line(p, first);
    double means[WKI_COLUMNS], scale[WKI_COLUMNS], shift[WKI_COLUMNS];
    if (!p->attrs->given) column_statistics(j, first, lines);
    for (int64_t k = 0; k < lines; k++) {
        const double w = j->weight ? wki_norm_get(p, j->weight, first + k) : 1;
        wki_norm_spread(p, means, k, wki_norm_get(p, j->v[MEAN], first + k));
        wki_norm_spread(p, scale, k, wki_norm_scale(p, wki_norm_get(p, j->v[VAR], first + k)) * w);
        wki_norm_spread(p, shift, k, j->bias ? wki_norm_get(p, j->bias, first + k) : 0);
    }
    p->loops->column_apply(p->runs, lines * p->length, wki_norm_at(p, j->v[Y], at), wki_norm_at(p, j->v[X], at),
                           p->run_stride, means, scale, shift);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    job j = { .p = wki_norm_plan_of(call), .v = call->views };
    const int64_t wide = wki_norm_band(&j.p);
    int next = WEIGHT;
    if (j.p.attrs->weight) j.weight = call->views[next++];
    if (j.p.attrs->bias) j.bias = call->views[next];
    const int64_t few = j.p.count <= WKI_FOLD ? TOGETHER : 1;
    for (int64_t lines; begin < end; begin += lines) {
        lines = j.p.columns ? 1 : wki_least(few, end - begin);
        if (j.p.columns) {
            band(&j, begin * wide, wki_least(wide, j.p.lines - begin * wide));
            continue;
        }
        if (!j.p.attrs->given) take_statistics(&j, begin, lines);
        for (int64_t l = begin; l < begin + lines; l++) line(&j, l);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_norm = { "norm", wki_norm_units, NULL, run };
