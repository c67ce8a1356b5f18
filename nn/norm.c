/* Normalisation, for all the norms at once: x seen as [n, groups, width, inner], as backends/backend.h describes.
 * Fused forward and backward; where the gradient is to be differentiated again, it is made of ops from x itself. */
#include "nn/norm.h"
#include "wick/nn.h"

typedef struct norm_attrs {
    wki_norm_attrs kernel;
    int32_t affine_dims;
} norm_attrs;

/* What backward works on: x and the gradient side by side, and which inputs want something. */
typedef struct pass {
    wki_norm_attrs a;
    wk_tensor *x, *g, *weight, *mean, *var;
    wki_shape affine;
} pass;

static wki_shape affine_shape(const norm_attrs *a, const wk_tensor *x)
{
    wki_shape s = { .ndim = a->affine_dims ? a->affine_dims : 1, .size = { a->kernel.groups * a->kernel.width } };
    for (int i = 0; i < a->affine_dims; i++) s.size[i] = x->v.size[x->v.ndim - a->affine_dims + i];
    return s;
}

/* ---- Backward, fused ---- */

/* The gradients of bias and weight where each has its own sum over n. */
static wk_status affine_sums(wki_backward *b, const pass *p, wk_tensor **d)
{
    if (!wki_needs(b, 1) && !wki_needs(b, 2)) return WK_OK;
    wk_tensor *sums = wki_new("norm", p->x->v.device, p->affine.ndim, p->affine.size, p->x->v.dtype);
    wk_tensor *products = wki_new("norm", p->x->v.device, p->affine.ndim, p->affine.size, p->x->v.dtype);
    if (!sums || !products) return wk_error();
    d[1] = products;
    d[2] = sums;
    return wki_do(WKI_OP_norm_sums, 2, WKI_VIEWS(&sums->v, &products->v, &p->g->v, &p->x->v, &p->mean->v, &p->var->v),
                  &p->a, sizeof p->a, 4 * wki_numel(&p->x->v));
}

static wk_tensor *summed(wk_tensor *parts, const pass *p)
{
    wk_tensor *sum = p->a.across ? parts : wk_sum_dim(parts, 0, false);
    return wk_view(sum, p->affine.ndim, p->affine.size);
}

static wk_status fused_backward(wki_backward *b, const pass *p, wk_tensor **d)
{
    const wki_norm_attrs *a = &p->a;
    const bool each = !a->across && a->inner == 1;
    const int64_t parts[2] = { a->across ? 1 : a->n, a->groups * a->width };
    wk_tensor *dx = wki_new("norm", p->x->v.device, p->x->v.ndim, p->x->v.size, p->x->v.dtype);
    wk_tensor *sums = each ? NULL : wki_new("norm", p->x->v.device, 2, parts, p->x->v.dtype);
    wk_tensor *products = each ? NULL : wki_new("norm", p->x->v.device, 2, parts, p->x->v.dtype);
    if (!dx || (!each && (!sums || !products))) return wk_error();
    const wki_view *views[WKI_MAX_VIEWS] = { &dx->v };
    int n = 1;
    if (!each) {
        views[n++] = &sums->v;
        views[n++] = &products->v;
    }
    const int nout = n;
    views[n++] = &p->g->v;
    views[n++] = &p->x->v;
    views[n++] = &p->mean->v;
    views[n++] = &p->var->v;
    if (a->weight) views[n++] = &p->weight->v;
    if (wki_do(WKI_OP_norm_backward, nout, n, views, a, sizeof *a, 8 * wki_numel(&p->x->v))) return wk_error();
    d[0] = dx;
    if (each) return affine_sums(b, p, d);
    if (wki_needs(b, 1)) d[1] = summed(products, p);
    if (wki_needs(b, 2)) d[2] = summed(sums, p);
    return wk_error();
}

/* ---- Backward, of ops ---- */

static wk_tensor *statistic(const pass *p, wk_tensor *t)
{
    const int dims[] = { 2, 3, 0 };
    return wk_mul_scalar(wk_sum_dims(t, p->a.across ? 3 : 2, dims, true),
                         1 / (double)(p->a.width * p->a.inner * (p->a.across ? p->a.n : 1)));
}

static wk_tensor *given(const pass *p, wk_tensor *t)
{
    return wk_view(t, WK_SHAPE(p->a.across ? 1 : p->a.n, p->a.groups, 1, 1));
}

static wk_tensor *affine_sum(const pass *p, wk_tensor *t)
{
    return wk_reshape(wk_sum_dims(t, 2, (const int[]){ 0, 3 }, false), p->affine.ndim, p->affine.size);
}

static wk_status backward_of_ops(wki_backward *b, const pass *p, wk_tensor **d)
{
    const wki_norm_attrs *a = &p->a;
    wk_tensor *x = wk_reshape(p->x, WK_SHAPE(a->n, a->groups, a->width, a->inner));
    wk_tensor *g = wk_reshape(p->g, WK_SHAPE(a->n, a->groups, a->width, a->inner));
    if (a->given)
        x = wk_sub(x, given(p, p->mean));
    else if (a->centered)
        x = wk_sub(x, statistic(p, x));
    wk_tensor *var = a->given ? given(p, p->var) : statistic(p, wk_square(x));
    wk_tensor *scale = wk_rsqrt(wk_add_scalar(var, a->eps)), *normal = wk_mul(x, scale), *h = g;
    if (a->weight) h = wk_mul(g, wk_reshape(p->weight, WK_SHAPE(1, a->groups, a->width, 1)));
    if (wki_needs(b, 1)) d[1] = affine_sum(p, wk_mul(g, normal));
    if (wki_needs(b, 2)) d[2] = affine_sum(p, g);
    if (!wki_needs(b, 0)) return wk_error();
    wk_tensor *inner = h;
    if (!a->given) inner = wk_sub(inner, wk_mul(normal, statistic(p, wk_mul(h, normal))));
    if (!a->given && a->centered) inner = wk_sub(inner, statistic(p, h));
    d[0] = wk_reshape(wk_mul(inner, scale), p->x->v.ndim, p->x->v.size);
    return wk_error();
}

wk_status wki_norm_backward(wki_backward *b, wk_tensor **d)
{
    const norm_attrs *a = wki_attrs(b);
    pass p = { .a = a->kernel, .x = wki_saved_at(b, 0), .mean = wki_saved_at(b, 1) };
    p.var = p.mean ? wki_saved_at(b, 2) : NULL;
    p.weight = a->kernel.weight && p.var ? wki_saved_at(b, 3) : NULL;
    p.g = wk_contiguous(b->g);
    if (!p.x || !p.var || !p.g || (a->kernel.weight && !p.weight)) return wk_error();
    p.affine = affine_shape(a, p.x);
    return wki_is_plain() ? fused_backward(b, &p, d) : backward_of_ops(b, &p, d);
}

/* ---- Forward ---- */

bool wki_affine_ok(const char *where, const char *argument, wk_tensor *t, const wk_tensor *x, const wki_shape *shape)
{
    if (!t) return true;
    if (!wki_tensor_ok(t, where, argument) || !wki_same_device(where, x, t)) return false;
    wki_check(t->v.dtype == x->v.dtype, false, WK_E_DTYPE, where, "%s is %s, x %s; they must be of one dtype", argument,
              wk_dtype_name((wk_dtype)t->v.dtype), wk_dtype_name((wk_dtype)x->v.dtype));
    wki_check(wki_fits(&t->v, shape), false, WK_E_SHAPE, where, "%s is %s; x %s needs %s", argument, wki_show(&t->v),
              wki_show(&x->v), wki_show_shape(shape->ndim, shape->size));
    return true;
}

static wk_status run(wk_tensor *y, wk_tensor *x, wk_tensor *weight, wk_tensor *bias, const wki_norm_attrs *a,
                     wk_tensor *mean, wk_tensor *var)
{
    const wki_view *views[6] = { &y->v, &mean->v, &var->v, &x->v };
    int n = 4;
    if (weight) views[n++] = &weight->v;
    if (bias) views[n++] = &bias->v;
    return wki_do(WKI_OP_norm, a->given ? 1 : 3, n, views, a, sizeof *a, 4 * wki_numel(&x->v));
}

wk_tensor *wki_norm(const wki_opdef *op, wk_tensor *x, wk_tensor *weight, wk_tensor *bias, wki_norm_attrs attrs,
                    int affine_dims, wk_tensor **mean, wk_tensor **var)
{
    attrs.weight = weight != NULL;
    attrs.bias = bias != NULL;
    norm_attrs a = { attrs, affine_dims };
    wk_tensor *in[3] = { wk_contiguous(x), weight ? wk_contiguous(weight) : NULL, bias ? wk_contiguous(bias) : NULL };
    if (wk_failed()) return NULL;
    const int64_t lines = attrs.across ? attrs.groups : attrs.n * attrs.groups;
    wk_tensor *y = wki_new(op->name, x->v.device, x->v.ndim, x->v.size, (wk_dtype)x->v.dtype);
    if (attrs.given) {
        *mean = wk_contiguous(*mean);
        *var = wk_contiguous(*var);
    } else {
        *mean = wki_new(op->name, x->v.device, 1, &lines, (wk_dtype)x->v.dtype);
        *var = wki_new(op->name, x->v.device, 1, &lines, (wk_dtype)x->v.dtype);
    }
    if (!y || !*mean || !*var || run(y, in[0], in[1], in[2], &attrs, *mean, *var)) return NULL;
    if (!wki_wants_grad(3, in)) return y;
    wki_node *node = wki_record(op, y, 3, in, &a, sizeof a);
    wki_save(node, in[0]);
    wki_save(node, *mean);
    wki_save(node, *var);
    wki_save(node, in[1]);
    return wki_recorded(node, y);
}
