/* Counts of values: bincount of integers, histc and histogram of floats in equal parts of a range. No gradients. */
#include "autograd/reduce.h"
#include <math.h>
#include <string.h>

static wk_tensor *in_a_line(wk_tensor *t) { return wk_reshape(wk_detach(t), WK_SHAPE(-1)); }

/* ---- bincount ---- */
static bool weights_ok(wk_tensor *t, wk_tensor *weights)
{
    if (!wki_optional_ok(weights, "bincount", "weights")) return false;
    if (!weights) return true;
    if (!wki_same_device("bincount", t, weights)) return false;
    wki_check(wki_same_shape(&t->v, &weights->v), false, WK_E_SHAPE, "bincount",
              "weights are %s; t's shape %s is needed", wki_show(&weights->v), wki_show(&t->v));
    return true;
}

wk_tensor *wk_bincount(wk_tensor *t, wk_tensor *weights, int64_t minlength)
{
    if (!wki_tensor_ok(t, "bincount", "t") || !weights_ok(t, weights)) return NULL;
    wki_check(t->v.ndim == 1 && !wki_is_float((wk_dtype)t->v.dtype) && t->v.dtype != WK_BOOL, NULL, WK_E_DTYPE,
              "bincount", "t is %s %s; integers of one dimension are needed", wk_dtype_name((wk_dtype)t->v.dtype),
              wki_show(&t->v));
    wki_check(minlength >= 0, NULL, WK_E_INVALID, "bincount", "minlength is %lld; it must be 0 or more",
              (long long)minlength);
    wk_tensor *x = wk_to(t, WK_I64), *w = NULL;
    if (!x) return NULL;
    if (wki_numel(&x->v) > 0) {
        wk_tensor *most = wk_max(x);
        if (!most) return NULL;
        const int64_t high = *(const int64_t *)wk_data(most);
        wki_check(high < INT64_MAX, NULL, WK_E_RANGE, "bincount", "t holds %lld, too many bins", (long long)high);
        if (high >= minlength) minlength = high + 1;
    }
    const wk_dtype dtype = !weights ? WK_I64 : weights->v.dtype == WK_F32 ? WK_F32 : WK_F64;
    if (weights && !(w = wk_to(wk_detach(weights), dtype))) return NULL;
    wk_tensor *y = wki_new("bincount", t->v.device, 1, &minlength, dtype);
    if (!y || wki_do(WKI_OP_bincount, 1, w ? 3 : 2, (const wki_view *[]){ &y->v, &x->v, w ? &w->v : NULL }, NULL, 0,
                     wki_numel(&x->v)))
        return NULL;
    return y;
}

/* ---- histc and histogram ---- */

/* The range of the data where none is given; `around` goes to both sides of a single value. */
static bool range_of(const char *where, wk_tensor *x, double *low, double *high, double around)
{
    if (*low == *high && wki_numel(&x->v) > 0) {
        wk_tensor *least = wk_min(x), *most = wk_max(x);
        if (!least || !most) return false;
        *low = wk_item(least);
        *high = wk_item(most);
    }
    wki_check(isfinite(*low) && isfinite(*high), false, WK_E_RANGE, where, "the range [%g, %g] is not finite", *low,
              *high);
    wki_check(*low <= *high, false, WK_E_RANGE, where, "the range [%g, %g] runs backwards", *low, *high);
    if (*low == *high) {
        *low -= around;
        *high += around;
    }
    return true;
}

static bool bins_ok(const char *where, const wk_tensor *t, int64_t bins)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_float_ok(t, where, "t")) return false;
    wki_check(bins > 0, false, WK_E_INVALID, where, "bins is %lld; at least 1 is needed", (long long)bins);
    wki_check(bins < INT64_MAX, false, WK_E_RANGE, where, "bins is %lld, too many", (long long)bins);
    return true;
}

static wk_tensor *counts(const char *where, wk_tensor *x, int64_t bins, wk_tensor *weight, wk_tensor *edges, double low,
                         double high)
{
    wk_tensor *y = wki_new(where, x->v.device, 1, &bins, (wk_dtype)x->v.dtype);
    const wki_view *views[4] = { NULL, &x->v };
    int n = 2;
    if (edges) views[n++] = &edges->v;
    if (weight) views[n++] = &weight->v;
    wki_histogram_attrs attrs = { low, high, edges != NULL };
    if (!y) return NULL;
    views[0] = &y->v;
    return wki_do(WKI_OP_histogram, 1, n, views, &attrs, sizeof attrs, 4 * wki_numel(&x->v)) ? NULL : y;
}

wk_tensor *wk_histc(wk_tensor *t, int64_t bins, double min, double max)
{
    if (!bins_ok("histc", t, bins)) return NULL;
    wk_tensor *x = in_a_line(t);
    if (!x || !range_of("histc", x, &min, &max, 1)) return NULL;
    return counts("histc", x, bins, NULL, NULL, min, max);
}

/* counts / (their sum * the width of a bin) */
static wk_tensor *density(wk_tensor *counts, double width)
{
    WK_NO_GRAD(plain);
    return wk_div(counts, wk_mul_scalar(wk_sum(counts), width));
}

wk_histogram_opts wk_histogram_opts_default(void) { return (wk_histogram_opts){ WK_HISTOGRAM_DEFAULTS }; }

wk_tensor *wk_histogram_run(const wk_histogram_opts *options)
{
    wki_check(options, NULL, WK_E_INVALID, "histogram", "the options are NULL");
    wk_histogram_opts o = wk_histogram_opts_default();
    memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    if (o.edges) *o.edges = NULL;
    if (!bins_ok("histogram", o.t, o.bins)) return NULL;
    if (!wki_optional_ok(o.weight, "histogram", "weight") || (o.weight && !wki_same_device("histogram", o.t, o.weight)))
        return NULL;
    wki_check(!o.weight || (wki_same_shape(&o.t->v, &o.weight->v) && o.t->v.dtype == o.weight->v.dtype), NULL,
              WK_E_SHAPE, "histogram", "weight is %s %s; t's %s %s is needed",
              wk_dtype_name((wk_dtype)o.weight->v.dtype), wki_show(&o.weight->v), wk_dtype_name((wk_dtype)o.t->v.dtype),
              wki_show(&o.t->v));
    wk_tensor *x = in_a_line(o.t), *weight = o.weight ? in_a_line(o.weight) : NULL;
    if (!x || (o.weight && !weight) || !range_of("histogram", x, &o.low, &o.high, 0.5)) return NULL;
    wk_tensor *edges = wk_linspace(o.low, o.high, o.bins + 1, (wk_dtype)x->v.dtype);
    wk_tensor *y = edges ? counts("histogram", x, o.bins, weight, edges, o.low, o.high) : NULL;
    if (y && o.density) y = density(y, (o.high - o.low) / (double)o.bins);
    if (y && o.edges) *o.edges = edges;
    return y;
}

wk_tensor *wk_histogram(wk_tensor *t, int64_t bins, wk_tensor **edges)
{
    return wk_histogram_with(t, .bins = bins, .edges = edges);
}

static wk_tensor *wrong_bincount(void) { return wk_bincount(wk_full(WK_SHAPE(2), WK_I64, -1), NULL, 0); }
static wk_tensor *wrong_histc(void) { return wk_histc(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, 0, 1); }
const wki_error_sample wki_errors_histogram[] = {
    { "bincount", wrong_bincount, WK_E_RANGE, "-1" },
    { "histc", wrong_histc, WK_E_INVALID, "bins is 0" },
    { 0 },
};

const wki_family wki_family_histogram = { NULL };
