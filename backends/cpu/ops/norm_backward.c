/* norm_backward: d (, sums, products) -> g, x, mean, var, weight. With s = 1 / sqrt(var + eps) and h = g weight:
 * d = s (h - mean(h) - (x - mean) s^2 mean(h (x - mean))). Runs with one weight leave their sums of g, and of g
 * (x - mean) s, from which the gradients of bias and weight are made. */
#include "backends/cpu/norm.h"

typedef struct job {
    wki_norm_plan p;
    const wki_view *d, *sums, *products, *g, *x, *mean, *var, *weight;
} job;

/* Turns a line's two sums into what the loops subtract. */
static void means_of(const wki_norm_plan *p, double scale, double sums[2])
{
    sums[0] = p->attrs->given || !p->attrs->centered ? 0 : scale * sums[0] / p->count;
    sums[1] = p->attrs->given ? 0 : scale * scale * scale * sums[1] / p->count;
}

static void line_of_weights(const job *j, int64_t l)
{
    const wki_norm_plan *p = &j->p;
    const double mean = wki_norm_get(p, j->mean, l), scale = wki_norm_scale(p, wki_norm_get(p, j->var, l));
    const int64_t first = wki_norm_line(p, l);
    const char *g = wki_norm_at(p, j->g, first), *x = wki_norm_at(p, j->x, first);
    const char *w = j->weight ? wki_norm_at(p, j->weight, wki_norm_weight(p, l)) : NULL;
    double sums[2] = { 0 };
    for (int64_t i = 0; i < p->length; i += WKI_FOLD)
        p->loops->slope_sums(wki_least(WKI_FOLD, p->length - i), g + i * p->size, x + i * p->size, mean,
                             w ? w + i * p->size : NULL, sums);
    means_of(p, scale, sums);
    if (w)
        p->loops->slope_each(p->length, wki_norm_at(p, j->d, first), g, x, mean, scale, w, sums[0], sums[1]);
    else
        p->loops->slope(p->length, wki_norm_at(p, j->d, first), g, x, mean, scale, sums[0], sums[1]);
}

/* Of a run, or of a whole line of nothing, whose scale is NaN */
static void put_sums(const job *j, int64_t to, const double sums[2], double scale)
{
    wki_norm_set(&j->p, j->sums->data, to, sums[0]);
    wki_norm_set(&j->p, j->products->data, to, j->p.count > 0 ? sums[1] * scale : 0);
}

static void line_of_runs(const job *j, int64_t l)
{
    const wki_norm_plan *p = &j->p;
    const double mean = wki_norm_get(p, j->mean, l), scale = wki_norm_scale(p, wki_norm_get(p, j->var, l));
    const int64_t first = wki_norm_line(p, l), w_first = wki_norm_weight(p, l), w_step = p->attrs->across ? 0 : 1;
    double total[2] = { 0 }, whole[2] = { 0 };
    for (int64_t r = 0; r < p->runs; r++) {
        const int64_t at = first + r * p->run_stride;
        double sums[2] = { 0 };
        for (int64_t i = 0; i < p->length; i += WKI_FOLD)
            p->loops->slope_sums(wki_least(WKI_FOLD, p->length - i), wki_norm_at(p, j->g, at + i),
                                 wki_norm_at(p, j->x, at + i), mean, NULL, sums);
        const double w = j->weight ? wki_norm_get(p, j->weight, w_first + r * w_step) : 1;
        if (!p->attrs->across) put_sums(j, l * p->runs + r, sums, scale);
        whole[0] += sums[0];
        whole[1] += sums[1];
        total[0] += w * sums[0];
        total[1] += w * sums[1];
    }
    if (p->attrs->across) put_sums(j, l, whole, scale);
    means_of(p, scale, total);
    for (int64_t r = 0; r < p->runs; r++) {
        const int64_t at = first + r * p->run_stride;
        const double w = j->weight ? wki_norm_get(p, j->weight, w_first + r * w_step) : 1;
        p->loops->slope(p->length, wki_norm_at(p, j->d, at), wki_norm_at(p, j->g, at), wki_norm_at(p, j->x, at), mean,
                        scale * w, total[0], total[1]);
    }
}

static void band(const job *j, int64_t first, int64_t lines)
{
    const wki_norm_plan *p = &j->p;
    const int64_t at = wki_norm_line(p, first), n = lines * p->length;
    const char *g = wki_norm_at(p, j->g, at), *x = wki_norm_at(p, j->x, at);
    double sum[WKI_COLUMNS] = { 0 }, product[WKI_COLUMNS] = { 0 };
    double means[WKI_COLUMNS], scales[WKI_COLUMNS], k0[WKI_COLUMNS], k1[WKI_COLUMNS];
    for (int64_t k = 0; k < lines; k++) wki_norm_spread(p, means, k, wki_norm_get(p, j->mean, first + k));
    for (int64_t r = 0; r < p->runs; r += WKI_NORM_ROWS)
        p->loops->column_slope_sums(wki_least(WKI_NORM_ROWS, p->runs - r), n, sum, product,
                                    g + r * p->run_stride * p->size, x + r * p->run_stride * p->size, p->run_stride,
                                    means);
    for (int64_t k = 0; k < lines; k++) {
        const double scale = wki_norm_scale(p, wki_norm_get(p, j->var, first + k));
        const double w = j->weight ? wki_norm_get(p, j->weight, first + k) : 1;
        double total[2] = { wki_norm_gather(p, sum, k), wki_norm_gather(p, product, k) };
        put_sums(j, first + k, total, scale);
        total[0] *= w;
        total[1] *= w;
        means_of(p, scale, total);
        wki_norm_spread(p, scales, k, scale * w);
        wki_norm_spread(p, k0, k, total[0]);
        wki_norm_spread(p, k1, k, total[1]);
    }
    p->loops->column_slope(p->runs, n, wki_norm_at(p, j->d, at), g, x, p->run_stride, means, scales, k0, k1);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    job j = { .p = wki_norm_plan_of(call) };
    const wki_view *const *v = call->views;
    const int64_t wide = wki_norm_band(&j.p);
    j.d = *v++;
    if (!j.p.each) {
        j.sums = *v++;
        j.products = *v++;
    }
    j.g = v[0];
    j.x = v[1];
    j.mean = v[2];
    j.var = v[3];
    j.weight = j.p.attrs->weight ? v[4] : NULL;
    for (; begin < end; begin++) {
        if (j.p.columns)
            band(&j, begin * wide, wki_least(wide, j.p.lines - begin * wide));
        else
            (j.p.each ? line_of_weights : line_of_runs)(&j, begin);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_norm_backward = { "norm_backward", wki_norm_units, NULL, run };
