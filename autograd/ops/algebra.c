/* The family of mm: bmm, mv, dot, outer, addmm, baddbmm. Products go to the product's kernel, which accumulates onto
 * what is there; sums of two vectors' products to a kernel of their own. */
#include "autograd/op.h"

/* ---- dot: over the last dim of two tensors of one shape ---- */

static wk_status dot_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *g = wk_unsqueeze(b->g, -1);
    for (int k = 0; k < 2; k++) {
        wk_tensor *other = wki_needs(b, k) ? wki_saved_at(b, 1 - k) : NULL;
        if (other) d[k] = wk_mul(g, other);
    }
    return WK_OK;
}

static wk_tensor *sample_dot(wk_tensor *const *in) { return wk_square(wk_dot(in[0], in[1])); }
static const wki_sample dot_samples[] = { { sample_dot, 2, { { 1, { 5 }, -2, 2 }, { 1, { 5 }, -2, 2 } } }, { 0 } };
static const wki_opdef dot_op = { "dot", dot_backward, dot_samples };

wk_tensor *wki_dots(const char *where, wk_tensor *a, wk_tensor *b)
{
    if (!a || !b) return NULL;
    wk_tensor *y = wki_new(where, a->v.device, a->v.ndim - 1, a->v.size, (wk_dtype)a->v.dtype), *in[] = { a, b };
    if (!y || wki_do(WKI_OP_dot, 1, WKI_VIEWS(&y->v, &a->v, &b->v), NULL, 0, wki_numel(&a->v))) return NULL;
    if (!wki_wants_grad(2, in)) return y;
    wki_node *node = wki_record(&dot_op, y, 2, in, NULL, 0);
    wki_save_if(b->requires_grad, node, a);
    wki_save_if(a->requires_grad, node, b);
    return wki_recorded(node, y);
}

wk_tensor *wk_dot(wk_tensor *a, wk_tensor *b)
{
    if (!wki_product_ok("dot", a, b)) return NULL;
    wki_check(a->v.ndim == 1 && b->v.ndim == 1 && a->v.size[0] == b->v.size[0], NULL, WK_E_SHAPE, "dot",
              "a is %s, b %s; both need one dim of one size", wki_show(&a->v), wki_show(&b->v));
    return wki_dots("dot", a, b);
}

/* ---- bmm, mv, outer ---- */
wk_tensor *wk_bmm(wk_tensor *a, wk_tensor *b)
{
    if (!wki_product_ok("bmm", a, b)) return NULL;
    wki_check(a->v.ndim == 3 && b->v.ndim == 3 && a->v.size[0] == b->v.size[0], NULL, WK_E_SHAPE, "bmm",
              "a is %s, b %s; both need three dims, the first of one size", wki_show(&a->v), wki_show(&b->v));
    wki_check(a->v.size[2] == b->v.size[1], NULL, WK_E_SHAPE, "bmm",
              "inner sizes differ (a %s, b %s); a's last must equal b's last but one", wki_show(&a->v),
              wki_show(&b->v));
    return wki_batched("bmm", a, b);
}

wk_tensor *wk_mv(wk_tensor *a, wk_tensor *x)
{
    if (!wki_tensor_ok(a, "mv", "a") || !wki_tensor_ok(x, "mv", "x") || !wki_product_ok("mv", a, x)) return NULL;
    wki_check(a->v.ndim == 2 && x->v.ndim == 1 && a->v.size[1] == x->v.size[0], NULL, WK_E_SHAPE, "mv",
              "a is %s, x %s; [n, k] and [k] are needed", wki_show(&a->v), wki_show(&x->v));
    return wk_matmul(a, x);
}

wk_tensor *wk_outer(wk_tensor *a, wk_tensor *b)
{
    if (!wki_tensor_ok(a, "outer", "a") || !wki_tensor_ok(b, "outer", "b")) return NULL;
    wki_check(a->v.ndim == 1 && b->v.ndim == 1, NULL, WK_E_SHAPE, "outer", "a is %s, b %s; both need one dim",
              wki_show(&a->v), wki_show(&b->v));
    return wk_mul(wk_unsqueeze(a, 1), b);
}

/* ---- addmm, baddbmm: beta c + alpha a b ---- */
typedef struct addmm_attrs {
    double beta, alpha;
    wki_shape c;
} addmm_attrs;

static wk_tensor *times(wk_tensor *t, double factor) { return factor == 1 ? t : wk_mul_scalar(t, factor); }

static wk_status addmm_backward(wki_backward *b, wk_tensor **d)
{
    const addmm_attrs *s = wki_attrs(b);
    if (wki_needs(b, 0)) d[0] = times(wki_sum_to(b->g, &s->c), s->beta);
    wk_tensor *left = wki_needs(b, 2) ? wki_saved_at(b, 0) : NULL, *right = wki_needs(b, 1) ? wki_saved_at(b, 1) : NULL;
    if (right) d[1] = times(wki_batched("addmm", b->g, wk_transpose(right, -2, -1)), s->alpha);
    if (left) d[2] = times(wki_batched("addmm", wk_transpose(left, -2, -1), b->g), s->alpha);
    return WK_OK;
}

static wk_tensor *sample_addmm(wk_tensor *const *in) { return wk_square(wk_addmm(in[0], in[1], in[2], 1, 1)); }
static wk_tensor *sample_addmm_scaled(wk_tensor *const *in)
{
    return wk_square(wk_addmm(in[0], in[1], wk_t(in[2]), 0.5, -2));
}
static wk_tensor *sample_baddbmm(wk_tensor *const *in) { return wk_square(wk_baddbmm(in[0], in[1], in[2], 3, 1)); }
static const wki_sample addmm_samples[] = {
    { sample_addmm, 3, { { 1, { 2 }, -2, 2 }, { 2, { 3, 4 }, -2, 2 }, { 2, { 4, 2 }, -2, 2 } } },
    { sample_addmm, 3, { { 2, { 3, 2 }, -2, 2 }, { 2, { 3, 4 }, -2, 2 }, { 2, { 4, 2 }, -2, 2 } } },
    { sample_addmm_scaled, 3, { { 2, { 3, 1 }, -2, 2 }, { 2, { 3, 4 }, -2, 2 }, { 2, { 2, 4 }, -2, 2 } } },
    { 0 }
};
static const wki_sample baddbmm_samples[] = {
    { sample_baddbmm, 3, { { 2, { 3, 2 }, -2, 2 }, { 3, { 2, 3, 4 }, -2, 2 }, { 3, { 2, 4, 2 }, -2, 2 } } }, { 0 }
};
static const wki_opdef addmm_op = { "addmm", addmm_backward, addmm_samples };
static const wki_opdef baddbmm_op = { "baddbmm", addmm_backward, baddbmm_samples };

static wk_status scale(const wki_view *y, const wki_view *x, double factor)
{
    wki_row_attrs attrs = { factor, 0, 0 };
    if (factor == 1) return y == x ? WK_OK : wki_do(WKI_OP_copy, 1, WKI_VIEWS(y, x), NULL, 0, wki_numel(y));
    return wki_do(WKI_ROW_mul_scalar, 1, WKI_VIEWS(y, x), &attrs, sizeof attrs, wki_numel(y));
}

/* y = beta c + alpha a b; c has y's shape. With alpha 1 the product adds onto c where it lies. */
static wk_status add_product(const wki_view *y, const wki_view *c, const wki_view *a, const wki_view *b,
                             const addmm_attrs *s)
{
    if (s->beta != 0 && s->alpha == 1) {
        if (scale(y, c, s->beta)) return wk_error();
        return wki_product(y, a, b, NULL, false, true);
    }
    if (s->alpha == 0) {
        wki_fill_attrs nothing = { 0, 0 };
        if (s->beta != 0) return scale(y, c, s->beta);
        return wki_do(WKI_OP_fill, 1, WKI_VIEWS(y), &nothing, sizeof nothing, wki_numel(y));
    }
    if (wki_product(y, a, b, NULL, false, false) || scale(y, y, s->alpha)) return wk_error();
    wki_row_attrs attrs = { s->beta, 0, 0 };
    if (s->beta == 0) return WK_OK;
    return wki_do(WKI_ROW_add_alpha, 1, WKI_VIEWS(y, y, c), &attrs, sizeof attrs, wki_numel(y));
}

static wk_tensor *addmm(const wki_opdef *op, int ndim, wk_tensor *c, wk_tensor *a, wk_tensor *b, double beta,
                        double alpha)
{
    if (!wki_product_ok(op->name, a, b) || !wki_tensor_ok(c, op->name, "c") || !wki_product_ok(op->name, c, a))
        return NULL;
    const wki_view *va = &a->v, *vb = &b->v;
    bool fits = va->ndim == ndim && vb->ndim == ndim && va->size[ndim - 1] == vb->size[ndim - 2] &&
                (ndim == 2 || va->size[0] == vb->size[0]);
    wki_check(fits, NULL, WK_E_SHAPE, op->name, "a is %s, b %s; %s are needed", wki_show(va), wki_show(vb),
              ndim == 2 ? "[n, k] and [k, m]" : "[b, n, k] and [b, k, m]");
    wki_shape shape = wki_shape_of(a), wide;
    shape.size[ndim - 1] = vb->size[ndim - 1];
    wide = shape;
    if (!wki_broadcast(op->name, &wide, &c->v)) return NULL;
    wki_view stretched = c->v;
    wki_broadcast_view(&stretched, &wide);
    wk_tensor *y = wki_new(op->name, va->device, ndim, shape.size, (wk_dtype)va->dtype), *in[] = { c, a, b };
    wki_check(!y || wki_same_shape(&y->v, &stretched), NULL, WK_E_SHAPE, op->name,
              "c is %s; it does not broadcast to the product's %s", wki_show(&c->v), wki_show(&y->v));
    addmm_attrs s = { beta, alpha, wki_shape_of(c) };
    bool bias = c->v.ndim == 1 && beta == 1 && alpha == 1 && c->v.size[0] == shape.size[ndim - 1];
    if (bias && c->v.stride[0] != 1 && !(c = wk_contiguous(c))) return NULL;
    if (!y || (bias ? wki_product(&y->v, va, vb, &c->v, false, false) : add_product(&y->v, &stretched, va, vb, &s)))
        return NULL;
    if (!wki_wants_grad(3, in)) return y;
    wki_node *node = wki_record(op, y, 3, in, &s, sizeof s);
    wki_save_if(b->requires_grad, node, a);
    wki_save_if(a->requires_grad, node, b);
    return wki_recorded(node, y);
}

wk_tensor *wk_addmm(wk_tensor *c, wk_tensor *a, wk_tensor *b, double beta, double alpha)
{
    return addmm(&addmm_op, 2, c, a, b, beta, alpha);
}

wk_tensor *wk_baddbmm(wk_tensor *c, wk_tensor *a, wk_tensor *b, double beta, double alpha)
{
    return addmm(&baddbmm_op, 3, c, a, b, beta, alpha);
}

static wk_tensor *wrong_dot(void) { return wk_dot(wk_zeros(WK_SHAPE(2), WK_F32), wk_zeros(WK_SHAPE(3), WK_F32)); }
static wk_tensor *wrong_addmm(void)
{
    return wk_addmm(wk_zeros(WK_SHAPE(4), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3, 2), WK_F32),
                    1, 1);
}
static wk_tensor *wrong_baddbmm(void)
{
    return wk_baddbmm(wk_zeros(WK_SHAPE(1), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32),
                      1, 1);
}
static wk_tensor *wrong_bmm(void)
{
    return wk_bmm(wk_zeros(WK_SHAPE(2, 3, 4), WK_F32), wk_zeros(WK_SHAPE(3, 4, 1), WK_F32));
}
static wk_tensor *wrong_mv(void) { return wk_mv(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32)); }
static wk_tensor *no_vector(void) { return wk_mv(wk_zeros(WK_SHAPE(2, 3), WK_F32), NULL); }
const wki_error_sample wki_errors_algebra[] = {
    { "dot", wrong_dot, WK_E_SHAPE, "a is [2], b [3]" },
    { "addmm", wrong_addmm, WK_E_SHAPE, "shapes do not broadcast ([2, 2], [4])" },
    { "baddbmm", wrong_baddbmm, WK_E_SHAPE, "a is [2, 3], b [2, 3]" },
    { "bmm", wrong_bmm, WK_E_SHAPE, "a is [2, 3, 4], b [3, 4, 1]" },
    { "mv", wrong_mv, WK_E_SHAPE, "a is [2, 3], x [2]" },
    { "mv", no_vector, WK_E_INVALID, "x is NULL" },
    { 0 },
};

const wki_family wki_family_algebra = { &dot_op, &addmm_op, &baddbmm_op, NULL };
