/* How convolutions, pooling and resizing look in ONNX. Sizes behind the channels are fixed in the file, so rounding up
 * becomes padding at the ends, which all runtimes take alike. */
#include "base/fault.h"
#include "train/onnx.h"
#include <math.h>
#include <string.h>

typedef wki_onnx_value value;

static int dims_of(const wk_module *m) { return m->ops->name[strlen(m->ops->name) - 2] - '0'; } /* "conv2d" */

static bool batched(wki_onnx *g, const wk_module *m, const wk_tensor *x)
{
    if (x->v.ndim == dims_of(m) + 2) return true;
    wki_onnx_refuse(g, m, "x is %s, without a batch", wki_show(&x->v));
    return false;
}

/* One size for all, one for each, or none: the default. */
static void take(const wk_dims *d, int n, int64_t none, int64_t to[3])
{
    for (int i = 0; i < n; i++) to[i] = d->n ? d->size[d->n == 1 ? 0 : i] : none;
}

/* ---- Convolution ---- */

/* WK_SAME: what is odd of the padding goes behind, as in nn/functional/conv.c. */
static void pads_of(const wk_conv_layer_opts *o, int n, const int64_t kernel[3], const int64_t dilation[3],
                    int64_t pads[6])
{
    take(&o->padding, n, 0, pads);
    take(&o->padding, n, 0, pads + n);
    for (int i = 0; i < n && o->padding.n == WK_SAME.n && !WKI_FAULT(222); i++) {
        const int64_t total = dilation[i] * (kernel[i] - 1);
        pads[i] = total / 2;
        pads[n + i] = total - total / 2;
    }
}

static value put_conv(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wk_conv_layer_opts *o = m->state;
    const int n = dims_of(m);
    const bool transposed = !strncmp(m->ops->name, "conv_t", 6);
    int64_t kernel[3], stride[3], dilation[3], output_padding[3], pads[6];
    if (!batched(g, m, x.t)) return x;
    take(&o->kernel_size, n, 1, kernel);
    take(&o->stride, n, 1, stride);
    take(&o->dilation, n, 1, dilation);
    take(&o->output_padding, n, 0, output_padding);
    pads_of(o, n, kernel, dilation, pads);
    const char *weight = wki_onnx_weight(g, m, "weight"), *bias = wki_onnx_weight(g, m, "bias");
    value v =
        wki_onnx_node(g, transposed ? "ConvTranspose" : "Conv", (const char *[]){ x.name, weight, bias }, bias ? 3 : 2);
    wki_onnx_ints(g, "kernel_shape", kernel, n);
    wki_onnx_ints(g, "strides", stride, n);
    wki_onnx_ints(g, "dilations", dilation, n);
    wki_onnx_int(g, "group", o->groups);
    wki_onnx_ints(g, "pads", pads, 2 * n);
    if (transposed) wki_onnx_ints(g, "output_padding", output_padding, n);
    return v;
}

/* ---- Pooling ---- */

typedef struct pooling {
    int n;
    int64_t kernel[3], stride[3], dilation[3], pads[6]; /* pads: all begins, then all ends */
    bool max, beyond;                                   /* beyond: the last window goes past the padding */
} pooling;

static pooling pooling_of(const wk_module *m, const wk_tensor *x, const wk_tensor *y)
{
    const wk_pool_opts *o = m->state;
    pooling p = { .n = dims_of(m), .max = !strncmp(m->ops->name, "max", 3) };
    take(&o->kernel_size, p.n, 1, p.kernel);
    take(&o->stride, p.n, 0, p.stride);
    take(&o->dilation, p.n, 1, p.dilation);
    take(&o->padding, p.n, 0, p.pads);
    for (int i = 0; i < p.n; i++) {
        if (!p.stride[i]) p.stride[i] = p.kernel[i];
        const int64_t end = (y->v.size[2 + i] - 1) * p.stride[i] + p.dilation[i] * (p.kernel[i] - 1) + 1;
        const int64_t more = end - x->v.size[2 + i] - 2 * p.pads[i];
        p.pads[p.n + i] = p.pads[i] + (more > 0 ? more : 0);
        p.beyond = p.beyond || more > 0;
    }
    return p;
}

static value put_window(wki_onnx *g, const pooling *p, const char *x, bool count_pads)
{
    value v = WKI_NODE(g, p->max ? "MaxPool" : "AveragePool", x);
    wki_onnx_ints(g, "kernel_shape", p->kernel, p->n);
    wki_onnx_ints(g, "strides", p->stride, p->n);
    wki_onnx_ints(g, "pads", p->pads, 2 * p->n);
    if (p->max) wki_onnx_ints(g, "dilations", p->dilation, p->n);
    if (!p->max) wki_onnx_int(g, "count_include_pad", count_pads);
    return v;
}

/* So much padding as a node of its own; with: its elements, or NULL for zeros. */
static value put_padding(wki_onnx *g, pooling *p, value x, const int64_t pads[6], const char *with)
{
    int64_t all[2 * WK_MAX_DIMS] = { 0 };
    for (int i = 0; i < p->n; i++) {
        p->pads[i] -= all[2 + i] = pads[i];
        p->pads[p->n + i] -= all[4 + p->n + i] = pads[p->n + i];
    }
    value sizes = wki_onnx_constant(g, wk_from(all, WK_SHAPE(2 * (p->n + 2)), WK_I64));
    return wki_onnx_node(g, "Pad", (const char *[]){ x.name, sizes.name, with }, with ? 3 : 2);
}

/* Runtimes take no padding as wide as the window, which a dilated one may reach. */
static bool is_too_wide(const pooling *p)
{
    for (int i = 0; i < 2 * p->n; i++)
        if (p->pads[i] >= p->kernel[i % p->n]) return true;
    return false;
}

/* The padding that means count stands apart, so that what is beyond it does not. */
static value put_counted(wki_onnx *g, pooling *p, value x)
{
    int64_t pads[6];
    for (int i = 0; i < p->n; i++) pads[i] = pads[p->n + i] = p->pads[i];
    return put_padding(g, p, x, pads, NULL);
}

static value put_lowest(wki_onnx *g, pooling *p, value x, wk_tensor *y)
{
    int64_t pads[6];
    memcpy(pads, p->pads, sizeof pads);
    return put_padding(g, p, x, pads, wki_onnx_number(g, (double)-INFINITY, y).name);
}

static value put_pool(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    const wk_pool_opts *o = m->state;
    if (!batched(g, m, x.t)) return x;
    pooling p = pooling_of(m, x.t, y);
    if (p.max && is_too_wide(&p)) x = put_lowest(g, &p, x, y);
    if (p.max) return put_window(g, &p, x.name, false);
    if (!o->divisor_override) {
        if (p.beyond && o->count_include_pad) x = put_counted(g, &p, x);
        return put_window(g, &p, x.name, o->count_include_pad && !p.beyond);
    }
    double taps = 1;
    for (int i = 0; i < p.n; i++) taps *= (double)p.kernel[i];
    value factor = wki_onnx_number(g, taps / (double)o->divisor_override, y);
    value mean = put_window(g, &p, x.name, true);
    return WKI_NODE(g, "Mul", mean.name, factor.name);
}

/* To one element: the global pool; else windows must come out alike. */
static value put_adaptive(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    if (!batched(g, m, x.t)) return x;
    pooling p = { .n = dims_of(m), .dilation = { 1, 1, 1 }, .max = strstr(m->ops->name, "max") != NULL };
    bool global = true;
    for (int i = 0; i < p.n; i++) {
        const int64_t in = x.t->v.size[2 + i], out = y->v.size[2 + i];
        if (!out || in % out)
            return wki_onnx_refuse(g, m, "sizes %s become %lld; the one must be a multiple of the other",
                                   wki_show(&x.t->v), (long long)out);
        p.kernel[i] = p.stride[i] = in / out;
        global = global && out == 1;
    }
    if (global) return WKI_NODE(g, p.max ? "GlobalMaxPool" : "GlobalAveragePool", x.name);
    return put_window(g, &p, x.name, false);
}

/* ---- Resizing ---- */

/* ONNX multiplies a size by a factor of f32 and rounds down, and finds nearest's elements by a division: where sizes
 * alone are given their quotient has to survive that. */
static bool take_factors(const wk_interpolate_opts *o, const wk_tensor *x, const wk_tensor *y, float to[WK_MAX_DIMS])
{
    const bool nearest = o->mode == WK_INTERPOLATE_NEAREST || o->mode == WK_INTERPOLATE_NEAREST_EXACT;
    for (int d = 0; d < x->v.ndim; d++) {
        const double in = (double)x->v.size[d], out = (double)y->v.size[d];
        const double given = d < 2 || o->recompute_scale_factor ? 0 : o->scale_factor + o->scale_factors[d - 2];
        to[d] = (float)(d < 2 ? 1 : given != 0 ? given : out / in);
        if (d >= 2 && floor(in * (double)to[d]) < out) to[d] = nextafterf(to[d], INFINITY);
        const bool exact = fmod(out, in) == 0 || fmod(in, out) == 0;
        if (d >= 2 && (floor(in * (double)to[d]) != out || (nearest && !(exact && to[d] == (float)(out / in)))))
            return false;
    }
    return true;
}

static value put_upsample(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    static const char *const modes[] = { "nearest", "nearest", "linear", "cubic" };
    const wk_interpolate_opts *o = m->state;
    float factors[WK_MAX_DIMS];
    if (o->mode == WK_INTERPOLATE_AREA)
        return wki_onnx_refuse(g, m, "area has no form there; adaptive_avg_pool may have");
    if (!take_factors(o, x.t, y, factors))
        return wki_onnx_refuse(g, m, "sizes %s become %s; their quotient has no form there", wki_show(&x.t->v),
                               wki_show(&y->v));
    value scales = wki_onnx_constant(g, wk_from(factors, WK_SHAPE(x.t->v.ndim), WK_F32));
    value v = WKI_NODE(g, "Resize", x.name, "", scales.name);
    wki_onnx_text(g, "mode", modes[o->mode]);
    wki_onnx_text(g, "coordinate_transformation_mode",
                  o->align_corners                    ? "align_corners"
                  : o->mode == WK_INTERPOLATE_NEAREST ? "asymmetric"
                                                      : "half_pixel");
    if (o->mode == WK_INTERPOLATE_NEAREST) wki_onnx_text(g, "nearest_mode", "floor");
    if (o->mode == WK_INTERPOLATE_NEAREST_EXACT) wki_onnx_text(g, "nearest_mode", "round_prefer_ceil");
    if (o->mode == WK_INTERPOLATE_BICUBIC) wki_onnx_float(g, "cubic_coeff_a", -0.75);
    return v;
}

const wki_onnx_row wki_onnx_windows[] = {
    { "conv1d", .put = put_conv },
    { "conv2d", .put = put_conv },
    { "conv3d", .put = put_conv },
    { "conv_transpose1d", .put = put_conv },
    { "conv_transpose2d", .put = put_conv },
    { "conv_transpose3d", .put = put_conv },
    { "max_pool1d", .put = put_pool },
    { "max_pool2d", .put = put_pool },
    { "max_pool3d", .put = put_pool },
    { "avg_pool1d", .put = put_pool },
    { "avg_pool2d", .put = put_pool },
    { "avg_pool3d", .put = put_pool },
    { "adaptive_avg_pool1d", .put = put_adaptive },
    { "adaptive_avg_pool2d", .put = put_adaptive },
    { "adaptive_avg_pool3d", .put = put_adaptive },
    { "adaptive_max_pool1d", .put = put_adaptive },
    { "adaptive_max_pool2d", .put = put_adaptive },
    { "adaptive_max_pool3d", .put = put_adaptive },
    { "upsample", .put = put_upsample },
    { .type = NULL },
};
