/* Counts of values: bincount of integers, histc and histogram of floats in equal parts of a range or between edges. No
 * gradients. */
#include "autograd/recording.h"
#include "autograd/reduce.h"
#include "base/options.h"
#include <math.h>

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
        int64_t high;
        if (wki_copy_bytes(WK_CPU, &high, most->v.device, most->v.data, sizeof high)) return NULL;
        if (high >= minlength) wki_not_repeated("bincount finds the number of bins itself; give minlength");
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

/* The range of the data where none is given, of no data 0 to 1; `around` goes to both sides of a single value. */
static bool range_of(const char *where, wk_tensor *x, double *low, double *high, double around)
{
    if (*low == *high && wki_numel(&x->v) > 0) {
        wk_tensor *least = wk_min(x), *most = wk_max(x);
        if (!least || !most) return false;
        *low = wki_value_of(least, "a histogram finds its bounds itself; give them");
        *high = wki_number_at(&most->v);
    } else if (*low == *high) {
        *low = 0;
        *high = 1;
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

/* Between edges of any widths; what lies outside goes into one more part, which is cut off. */
static wk_tensor *counts_between(wk_tensor *x, wk_tensor *weight, wk_tensor *edges)
{
    const int64_t bins = edges->v.size[0] - 1;
    wk_tensor *line = wk_unsqueeze(x, 0), *at = wk_unsqueeze(edges, 0);
    wk_tensor *part = line && at ? wki_bucket("histogram", line, at, WKI_BUCKET_PART) : NULL;
    wk_tensor *y = part ? wk_bincount(wk_select(part, 0, 0), weight, bins + 1) : NULL;
    return y ? wk_to(wk_contiguous(wk_narrow(y, 0, 0, bins)), (wk_dtype)x->v.dtype) : NULL;
}

static bool edges_ok(wk_tensor *x, wk_tensor *edges)
{
    if (!wki_same_device("histogram", x, edges)) return false;
    const int64_t n = edges->v.ndim == 1 ? edges->v.size[0] : 0;
    wki_check(n >= 2 && edges->v.dtype == x->v.dtype, false, WK_E_SHAPE, "histogram",
              "at is %s %s; %s of one dim, 2 edges or more, are needed", wk_dtype_name((wk_dtype)edges->v.dtype),
              wki_show(&edges->v), wk_dtype_name((wk_dtype)x->v.dtype));
    wk_tensor *rises = wk_all(wk_le(wk_narrow(edges, 0, 0, n - 1), wk_narrow(edges, 0, 1, n - 1)));
    if (!rises) return false;
    wki_check(wki_value_of(rises, "a histogram looks at its edges") == 1, false, WK_E_INVALID, "histogram",
              "the edges %s do not ascend", wki_show(&edges->v));
    return true;
}

/* counts / (their sum * the widths of the bins) */
static wk_tensor *density(wk_tensor *counts, wk_tensor *widths)
{
    return widths ? wk_div(counts, wk_mul(widths, wk_sum(counts))) : NULL;
}

static wk_tensor *widths_of(wk_tensor *edges)
{
    const int64_t bins = edges->v.size[0] - 1;
    return wk_sub(wk_narrow(edges, 0, 1, bins), wk_narrow(edges, 0, 0, bins));
}

wk_histogram_opts wk_histogram_opts_default(void) { return (wk_histogram_opts){ WK_HISTOGRAM_DEFAULTS }; }

static bool input_ok(const wk_histogram_opts *o)
{
    if (!bins_ok("histogram", o->t, o->bins) || !wki_optional_ok(o->at, "histogram", "at") ||
        !wki_optional_ok(o->weight, "histogram", "weight"))
        return false;
    if (!o->weight) return true;
    if (!wki_same_device("histogram", o->t, o->weight)) return false;
    const wki_view *t = &o->t->v, *weight = &o->weight->v;
    wki_check(wki_same_shape(t, weight) && t->dtype == weight->dtype, false, WK_E_SHAPE, "histogram",
              "weight is %s %s; t's %s %s is needed", wk_dtype_name((wk_dtype)weight->dtype), wki_show(weight),
              wk_dtype_name((wk_dtype)t->dtype), wki_show(t));
    return true;
}

wk_tensor *wk_histogram_run(const wk_histogram_opts *options)
{
    wk_histogram_opts o = wk_histogram_opts_default();
    if (!wki_options_take("histogram", &o, sizeof o, options)) return NULL;
    if (o.edges) *o.edges = NULL;
    if (!input_ok(&o)) return NULL;
    WK_NO_GRAD(plain);
    WKI_BESIDE(here, o.t);
    wk_tensor *x = in_a_line(o.t), *weight = o.weight ? in_a_line(o.weight) : NULL, *edges = o.at;
    if (!x || (o.weight && !weight) || (edges && !edges_ok(x, edges))) return NULL;
    if (!edges && !range_of("histogram", x, &o.low, &o.high, 0.5)) return NULL;
    if (!edges && !(edges = wk_linspace(o.low, o.high, o.bins + 1, (wk_dtype)x->v.dtype))) return NULL;
    wk_tensor *y =
        o.at ? counts_between(x, weight, edges) : counts("histogram", x, o.bins, weight, edges, o.low, o.high);
    if (y && o.density)
        y = density(y, o.at ? widths_of(edges) : wk_scalar((o.high - o.low) / (double)o.bins, (wk_dtype)x->v.dtype));
    if (y && o.edges) *o.edges = edges;
    return y;
}

wk_tensor *wk_histogram(wk_tensor *t, int64_t bins, wk_tensor **edges)
{
    return wk_histogram_with(t, .bins = bins, .edges = edges);
}

static wk_tensor *wrong_bincount(void) { return wk_bincount(wk_full(WK_SHAPE(2), WK_I64, -1), NULL, 0); }
static wk_tensor *wrong_edges(void)
{
    wk_tensor *at = wk_from((float[]){ 0, 2, 1 }, WK_SHAPE(3), WK_F32);
    return wk_histogram_with(wk_zeros(WK_SHAPE(2, 3), WK_F32), .at = at);
}
static wk_tensor *wrong_histc(void) { return wk_histc(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, 0, 1); }
const wki_error_sample wki_errors_histogram[] = {
    { "bincount", wrong_bincount, WK_E_RANGE, "element 0 of t is -1; it must not be negative" },
    { "histogram", wrong_edges, WK_E_INVALID, "the edges [3] do not ascend" },
    { "histc", wrong_histc, WK_E_INVALID, "bins is 0" },
    { 0 },
};

const wki_family wki_family_histogram = { NULL };
