/* norm_sums: sums, products [groups * width] -> g, x, mean, var, where inner is 1: over n, the sums of g and of g (x -
 * mean) / sqrt(var + eps), which are the gradients of bias and weight. A unit is a band of a group's columns. */
#include "backends/cpu/norm.h"

static int64_t bands_of(const wki_norm_plan *p) { return wki_blocks(p->attrs->width, WKI_COLUMNS); }

static int64_t units(const wki_call *call)
{
    const wki_norm_plan p = wki_norm_plan_of(call);
    return p.attrs->groups * bands_of(&p);
}

static void band(const wki_call *call, const wki_norm_plan *p, int64_t group, int64_t from)
{
    const wki_view *const *v = call->views;
    const int64_t groups = p->attrs->groups, stride = groups * p->attrs->width, first = group * p->attrs->width + from;
    const int64_t n = wki_least(WKI_COLUMNS, p->attrs->width - from);
    double sum[WKI_COLUMNS] = { 0 }, product[WKI_COLUMNS] = { 0 }, mean[WKI_NORM_ROWS], scale[WKI_NORM_ROWS];
    for (int64_t rows, r = 0; r < p->attrs->n; r += rows) {
        rows = wki_least(WKI_NORM_ROWS, p->attrs->n - r);
        for (int64_t k = 0; k < rows; k++) {
            const int64_t line = (r + k) * groups + group;
            wki_norm_set(p, mean, k, wki_norm_get(p, v[4], line));
            wki_norm_set(p, scale, k, wki_norm_scale(p, wki_norm_get(p, v[5], line)));
        }
        p->loops->row_slope_sums(rows, n, sum, product, wki_norm_at(p, v[2], r * stride + first),
                                 wki_norm_at(p, v[3], r * stride + first), stride, mean, scale);
    }
    for (int64_t k = 0; k < n; k++) {
        wki_norm_set(p, v[0]->data, first + k, sum[k]);
        wki_norm_set(p, v[1]->data, first + k, product[k]);
    }
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_norm_plan p = wki_norm_plan_of(call);
    for (; begin < end; begin++) band(call, &p, begin / bands_of(&p), begin % bands_of(&p) * WKI_COLUMNS);
    return WK_OK;
}

const wki_kernel wki_cpu_norm_sums = { "norm_sums", units, NULL, run };
