/* interpolate: one dim after the other, each a sum of a few elements (backends/resample.h). It is linear: its gradient
 * is its transpose, whose gradient is the same sums again. */
#include "base/options.h"
#include "nn/window.h"
#include <math.h>

static wk_tensor *apply(const wki_opdef *op, wk_tensor *t, const wki_resample_attrs *a);

static wk_status take_backward(wki_backward *b, wk_tensor **d);
static wk_status give_backward(wki_backward *b, wk_tensor **d);

static wk_tensor *sample_nearest(wk_tensor *const *in)
{
    return wk_square(wk_interpolate(in[0], .output_size = WK_DIMS(5)));
}
static wk_tensor *sample_exact(wk_tensor *const *in)
{
    return wk_square(wk_interpolate(in[0], .scale_factors = { 1.5, 0.7 }, .mode = WK_INTERPOLATE_NEAREST_EXACT));
}
static wk_tensor *sample_linear(wk_tensor *const *in)
{
    return wk_square(wk_interpolate(in[0], .scale_factor = 2, .mode = WK_INTERPOLATE_LINEAR));
}
static wk_tensor *sample_corners(wk_tensor *const *in)
{
    return wk_square(wk_interpolate(wk_unsqueeze(in[0], 0), .output_size = WK_DIMS(3, 2, 4),
                                    .mode = WK_INTERPOLATE_LINEAR, .align_corners = true));
}
static wk_tensor *sample_cubic(wk_tensor *const *in)
{
    return wk_square(wk_interpolate(in[0], .output_size = WK_DIMS(5, 2), .mode = WK_INTERPOLATE_BICUBIC));
}
static const wki_sample take_samples[] = {
    { sample_nearest, 1, { { 3, { 2, 1, 3 }, -2, 2 } } },   { sample_exact, 1, { { 4, { 1, 2, 3, 4 }, -2, 2 } } },
    { sample_linear, 1, { { 4, { 2, 1, 2, 3 }, -2, 2 } } }, { sample_corners, 1, { { 4, { 1, 2, 3, 5 }, -2, 2 } } },
    { sample_cubic, 1, { { 4, { 1, 2, 3, 4 }, -2, 2 } } },  { 0 }
};
static wk_tensor *sample_give(wk_tensor *const *in)
{
    wk_tensor *y = wk_interpolate(in[0], .output_size = WK_DIMS(5, 2), .mode = WK_INTERPOLATE_LINEAR), *grads[1];
    return !y || wk_autograd_grad(&(wk_tensor *){ wk_sum(wk_square(y)) }, 1, in, 1, true, grads) ? NULL : grads[0];
}
static const wki_sample give_samples[] = { { sample_give, 1, { { 4, { 2, 1, 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef take_op = { "interpolate", take_backward, take_samples };
static const wki_opdef give_op = { "interpolate_back", give_backward, give_samples };
static wk_tensor *wrong_rank(void) { return wk_interpolate(wk_zeros(WK_SHAPE(4, 4), WK_F32), .scale_factor = 2); }
static wk_tensor *wrong_factor(void)
{
    return wk_interpolate(wk_zeros(WK_SHAPE(1, 1, 4), WK_F32), .scale_factor = 0.1);
}
const wki_error_sample wki_errors_interpolate[] = {
    { "interpolate", wrong_rank, WK_E_SHAPE, "[n, c, w], [n, c, h, w] or [n, c, d, h, w] is needed" },
    { "interpolate", wrong_factor, WK_E_SHAPE, "a size of 4 by a factor of 0.1" },
    { 0 },
};

const wki_family wki_family_interpolate = { &take_op, &give_op, NULL };

static wk_status take_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = apply(&give_op, b->g, wki_attrs(b));
    return WK_OK;
}

static wk_status give_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = apply(&take_op, b->g, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *apply(const wki_opdef *op, wk_tensor *t, const wki_resample_attrs *a)
{
    wki_resample_attrs attrs = *a;
    attrs.back = op == &give_op;
    if (!t || !(t = wk_contiguous(t))) return NULL;
    wki_shape to = wki_shape_of(t);
    int64_t numel;
    to.size[a->dim] = attrs.back ? a->in : a->out;
    if (!wki_shape_ok(op->name, to.ndim, to.size, (wk_dtype)t->v.dtype, &numel)) return NULL;
    wk_tensor *y = wki_new(op->name, t->v.device, to.ndim, to.size, (wk_dtype)t->v.dtype);
    if (!y || wki_do(WKI_OP_resample, 1, WKI_VIEWS(&y->v, &t->v), &attrs, sizeof attrs, numel + wki_numel(&t->v)))
        return NULL;
    return wki_wants_grad(1, &t) && !wki_record(op, y, 1, &t, &attrs, sizeof attrs) ? NULL : y;
}

wk_interpolate_opts wk_interpolate_opts_default(void) { return (wk_interpolate_opts){ WK_INTERPOLATE_DEFAULTS }; }

/* What is done to one dim; a factor of 0: sizes alone count. */
typedef struct plan {
    int n;
    int64_t in[3], out[3];
    double factor[3];
} plan;

static bool take_factors(plan *p, const wk_interpolate_opts *o)
{
    for (int i = 0; i < p->n; i++) {
        const double by = o->scale_factor != 0 ? o->scale_factor : o->scale_factors[i], to = (double)p->in[i] * by;
        wki_check(by > 0 && by < INFINITY, false, WK_E_INVALID, "interpolate",
                  "scale_factor is %g; it is positive, one for all dims or one for each of %d", by, p->n);
        wki_check(to >= 1 && to <= INT32_MAX, false, WK_E_SHAPE, "interpolate",
                  "a size of %lld by a factor of %g; the result has 1 to %d", (long long)p->in[i], by, INT32_MAX);
        p->out[i] = (int64_t)to;
        p->factor[i] = o->recompute_scale_factor ? 0 : by;
    }
    for (int i = p->n; i < 3; i++)
        wki_check(o->scale_factors[i] == 0, false, WK_E_INVALID, "interpolate",
                  "scale_factors has more than %d numbers, one for each dim", p->n);
    return true;
}

static bool take_sizes(plan *p, const wk_interpolate_opts *o)
{
    const wk_dims *d = &o->output_size;
    wki_check(d->n == 1 || d->n == p->n, false, WK_E_INVALID, "interpolate",
              "output_size has %d sizes; one for all dims or one for each of %d", d->n, p->n);
    for (int i = 0; i < p->n; i++) {
        p->out[i] = d->size[d->n == 1 ? 0 : i];
        p->factor[i] = 0;
        wki_check(p->out[i] >= 1 && p->out[i] <= INT32_MAX, false, WK_E_INVALID, "interpolate",
                  "output_size is %lld; 1 to %d are possible", (long long)p->out[i], INT32_MAX);
    }
    return true;
}

static bool plan_of(plan *p, const wk_interpolate_opts *o)
{
    if (!wki_tensor_ok(o->x, "interpolate", "x") || !wki_float_ok(o->x, "interpolate", "x")) return false;
    const wki_view *v = &o->x->v;
    wki_check(v->ndim >= 3 && v->ndim <= 5, false, WK_E_SHAPE, "interpolate",
              "x is %s; [n, c, w], [n, c, h, w] or [n, c, d, h, w] is needed", wki_show(v));
    p->n = v->ndim - 2;
    for (int i = 0; i < p->n; i++) {
        p->in[i] = v->size[2 + i];
        wki_check(p->in[i] >= 1 && p->in[i] <= INT32_MAX, false, WK_E_SHAPE, "interpolate",
                  "x is %s; its last dims have 1 to %d elements", wki_show(v), INT32_MAX);
    }
    const bool linear = o->mode == WK_INTERPOLATE_LINEAR, cubic = o->mode == WK_INTERPOLATE_BICUBIC;
    wki_check((unsigned)o->mode <= WK_INTERPOLATE_AREA, false, WK_E_INVALID, "interpolate", "mode is %d; there is none",
              (int)o->mode);
    wki_check(!cubic || p->n == 2, false, WK_E_SHAPE, "interpolate",
              "x is %s; WK_INTERPOLATE_BICUBIC takes [n, c, h, w]", wki_show(v));
    wki_check(!o->align_corners || linear || cubic, false, WK_E_INVALID, "interpolate",
              "align_corners is for WK_INTERPOLATE_LINEAR and WK_INTERPOLATE_BICUBIC");
    const bool factors = o->scale_factors[0] != 0 || o->scale_factors[1] != 0 || o->scale_factors[2] != 0;
    wki_check((o->output_size.n != 0) + (o->scale_factor != 0) + factors == 1, false, WK_E_INVALID, "interpolate",
              "one of output_size, scale_factor and scale_factors is needed, and no more");
    return o->output_size.n ? take_sizes(p, o) : take_factors(p, o);
}

/* Where nearest takes an image as large or twice as large as if no factor were given, as torch does. */
static bool is_simple(const plan *p, const wk_interpolate_opts *o, int i)
{
    return o->mode == WK_INTERPOLATE_NEAREST && p->n == 2 && (p->out[i] == p->in[i] || p->out[i] == 2 * p->in[i]);
}

static wki_resample_attrs attrs_of(const plan *p, const wk_interpolate_opts *o, int i)
{
    static const uint8_t modes[] = { WKI_RESAMPLE_NEAREST, WKI_RESAMPLE_EXACT, WKI_RESAMPLE_LINEAR,
                                     WKI_RESAMPLE_CUBIC };
    wki_resample_attrs a = { .in = p->in[i], .out = p->out[i], .dim = 2 + i, .mode = modes[o->mode] };
    a.align = o->align_corners;
    a.scale = p->factor[i] != 0 && !is_simple(p, o, i) ? 1 / p->factor[i] : (double)a.in / (double)a.out;
    if (a.align) a.scale = a.out > 1 ? (double)(a.in - 1) / (double)(a.out - 1) : 0;
    return a;
}

/* Does every element stay what it is? Linear weights are then 1 and 0 whatever the factor says. */
static bool stays(const wki_resample_attrs *a)
{
    return a->in == a->out && (a->scale == 1 || a->mode == WKI_RESAMPLE_LINEAR);
}

static wk_tensor *area(const wk_interpolate_opts *o, const plan *p)
{
    const wk_dims to = { p->n, { p->out[0], p->n > 1 ? p->out[1] : 0, p->n > 2 ? p->out[2] : 0 } };
    return p->n == 1   ? wk_adaptive_avg_pool1d(o->x, to)
           : p->n == 2 ? wk_adaptive_avg_pool2d(o->x, to)
                       : wk_adaptive_avg_pool3d(o->x, to);
}

/* First the dims that shrink, then from the last one on those that grow: so the fewest elements pass. */
wk_tensor *wk_interpolate_new(const wk_interpolate_opts *given)
{
    wk_interpolate_opts o = wk_interpolate_opts_default();
    plan p;
    if (!wki_options_take("interpolate", &o, sizeof o, given)) return NULL;
    if (!plan_of(&p, &o)) return NULL;
    if (o.mode == WK_INTERPOLATE_AREA) return area(&o, &p);
    wk_tensor *y = o.x;
    for (int grows = 0; grows < 2; grows++)
        for (int i = p.n - 1; i >= 0 && y; i--) {
            const wki_resample_attrs a = attrs_of(&p, &o, i);
            if ((a.out >= a.in) == grows && !stays(&a)) y = apply(&take_op, y, &a);
        }
    return y == o.x ? wk_clone(y) : y;
}
