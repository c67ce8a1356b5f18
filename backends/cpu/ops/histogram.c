/* histogram: how many elements, or what weight of them, lie in each of equal parts of a range. One unit: weights add up
 * in the order of the elements. */
#include "backends/cpu/cpu.h"
#include <string.h>

static double element(const wki_view *v, int64_t i)
{
    const int64_t at = i * v->stride[0];
    return v->dtype == WK_F32 ? (double)((const float *)v->data)[at] : ((const double *)v->data)[at];
}

static void add_to(const wki_view *y, int64_t at, double weight)
{
    if (y->dtype == WK_F32)
        ((float *)y->data)[at * y->stride[0]] += (float)weight;
    else
        ((double *)y->data)[at * y->stride[0]] += weight;
}

/* The part that x lies in by division; with edges, settled by those at hand. */
static int64_t bin_of(const wki_view *edges, int64_t bins, const wki_histogram_attrs *a, bool single, double x)
{
    const double share = single ? (double)(((float)x - (float)a->low) / ((float)a->high - (float)a->low) * (float)bins)
                                : (x - a->low) / (a->high - a->low) * (double)bins;
    /* NaN where the range is too wide for its own width: the first part */
    int64_t bin = !(share > 0) ? 0 : share >= (double)bins ? bins - 1 : (int64_t)share;
    if (!edges) return bin;
    if (bin > 0 && x < element(edges, bin)) return bin - 1;
    return bin + 1 < bins && x >= element(edges, bin + 1) ? bin + 1 : bin;
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    if (begin >= end) return WK_OK;
    const wki_histogram_attrs *a = call->attrs;
    const wki_view *y = call->views[0], *x = call->views[1], *edges = a->edges ? call->views[2] : NULL;
    const wki_view *weight = call->nviews > 2 + a->edges ? call->views[2 + a->edges] : NULL;
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)y->dtype), bins = y->size[0];
    for (int64_t i = 0; i < bins; i++) memset((char *)y->data + i * y->stride[0] * size, 0, (size_t)size);
    for (int64_t i = 0; i < x->size[0]; i++) {
        const double value = element(x, i);
        if (value >= a->low && value <= a->high)
            add_to(y, bin_of(edges, bins, a, y->dtype == WK_F32, value), weight ? element(weight, i) : 1);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_histogram = { "histogram", NULL, NULL, run };
