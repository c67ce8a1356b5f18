/* Matrix products: mm, matmul over leading dims, and linear with its bias in the product's last pass. Transposed
 * operands are views with other strides; no copy is made of them. */
#include "autograd/op.h"
#include "base/fault.h"

static wk_status multiply(const wki_view *c, const wki_view *a, const wki_view *b, const wki_view *bias,
                          const wki_product_attrs *attrs)
{
    const wki_view *views[] = { c, a, b, bias };
    int64_t work = wki_numel(c) * a->size[a->ndim - 1];
    return wki_do(WKI_OP_product, 1, bias ? 4 : 3, views, attrs, sizeof *attrs, work);
}

wk_status wki_product_rounded(const wki_view *c, const wki_view *a, const wki_view *b, bool symmetric)
{
    const wki_product_attrs attrs = { .bf16 = true,
                                      .rounds = wki_rounds(WKI_OP_product, (const wki_view *[]){ c, a }, NULL),
                                      .symmetric = symmetric };
    return multiply(c, a, b, NULL, &attrs);
}

wk_status wki_product(const wki_view *c, const wki_view *a, const wki_view *b, const wki_view *bias, bool relu,
                      bool accumulate)
{
    wki_product_attrs attrs = { .bias = bias != NULL, .relu = relu, .accumulate = accumulate, .bf16 = wki_casts(a) };
    if (a->dtype == WK_F32 && !attrs.bf16) attrs.matmul = (uint8_t)wk_matmul_precision();
    attrs.rounds = attrs.bf16 && wki_rounds(WKI_OP_product, (const wki_view *[]){ c, a }, NULL);
    if (!attrs.bf16 || attrs.rounds) return multiply(c, a, b, bias, &attrs);
    WK_SCOPE(autocast);
    wki_view left, right;
    if (wki_round_operand(a, &left) || wki_round_operand(b, &right)) return wk_error();
    return multiply(c, &left, &right, bias, &attrs);
}

static bool operands_ok(const char *where, const wk_tensor *a, const char *a_name, const wk_tensor *b,
                        const char *b_name)
{
    if (!wki_tensor_ok(a, where, a_name) || !wki_tensor_ok(b, where, b_name) || !wki_same_device(where, a, b))
        return false;
    wki_check(a->v.dtype == b->v.dtype, false, WK_E_DTYPE, where,
              "dtypes differ (%s %s, %s %s); convert one with wk_to", a_name, wk_dtype_name(a->v.dtype), b_name,
              wk_dtype_name(b->v.dtype));
    return wki_float_ok(a, where, a_name);
}

bool wki_product_ok(const char *where, const wk_tensor *a, const wk_tensor *b)
{
    return operands_ok(where, a, "a", b, "b");
}

/* ---- mm, and its batched form: a [.., m, k], b [.., k, n] with equal leading dims ---- */
static wk_tensor *swapped(wk_tensor *t) { return wk_transpose(t, -2, -1); }

static wk_status mm_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *left = wki_needs(b, 1) ? wki_saved_at(b, 0) : NULL, *right = wki_needs(b, 0) ? wki_saved_at(b, 1) : NULL;
    if (wki_needs(b, 0)) d[0] = right ? wki_batched("mm", b->g, swapped(right)) : NULL;
    if (wki_needs(b, 1)) d[1] = left ? wki_batched("mm", swapped(left), b->g) : NULL;
    return WK_OK;
}

static wk_tensor *sample_mm(wk_tensor *const *in) { return wk_square(wk_mm(in[0], in[1])); }
static wk_tensor *sample_mm_t(wk_tensor *const *in) { return wk_square(wk_mm(wk_t(in[0]), wk_t(in[1]))); }
static wk_tensor *sample_matmul(wk_tensor *const *in) { return wk_square(wk_matmul(in[0], in[1])); }
static const wki_sample mm_samples[] = { { sample_mm, 2, { { 2, { 3, 4 }, -2, 2 }, { 2, { 4, 2 }, -2, 2 } } },
                                         { sample_mm_t, 2, { { 2, { 4, 3 }, -2, 2 }, { 2, { 2, 4 }, -2, 2 } } },
                                         { sample_matmul, 2, { { 3, { 2, 3, 4 }, -2, 2 }, { 3, { 1, 4, 2 }, -2, 2 } } },
                                         { sample_matmul, 2, { { 3, { 2, 3, 4 }, -2, 2 }, { 2, { 4, 2 }, -2, 2 } } },
                                         { sample_matmul, 2, { { 1, { 4 }, -2, 2 }, { 3, { 2, 4, 3 }, -2, 2 } } },
                                         { sample_matmul, 2, { { 2, { 3, 4 }, -2, 2 }, { 1, { 4 }, -2, 2 } } },
                                         { sample_matmul, 2, { { 1, { 4 }, -2, 2 }, { 1, { 4 }, -2, 2 } } },
                                         { 0 } };
static const wki_opdef mm_op = { "mm", mm_backward, mm_samples };

wk_tensor *wki_batched(const char *where, wk_tensor *a, wk_tensor *b)
{
    if (!a || !b) return NULL;
    wki_shape shape = wki_shape_of(a);
    shape.size[shape.ndim - 1] = b->v.size[b->v.ndim - 1];
    wk_tensor *y = wki_new(where, a->v.device, shape.ndim, shape.size, a->v.dtype);
    if (!y || wki_product(&y->v, &a->v, &b->v, NULL, false, false)) return NULL;
    wk_tensor *in[] = { a, b };
    if (!wki_wants_grad(2, in)) return y;
    wki_node *node = wki_record(&mm_op, y, 2, in, NULL, 0);
    wki_save_if(b->requires_grad, node, a); /* only what the other operand's gradient needs */
    wki_save_if(a->requires_grad, node, b);
    return wki_recorded(node, y);
}

wk_tensor *wk_mm(wk_tensor *a, wk_tensor *b)
{
    if (!wki_product_ok("mm", a, b)) return NULL;
    wki_check(a->v.ndim == 2 && b->v.ndim == 2, NULL, WK_E_SHAPE, "mm", "a is %s, b %s; both must have two dims",
              wki_show(&a->v), wki_show(&b->v));
    wki_check(a->v.size[1] == b->v.size[0], NULL, WK_E_SHAPE, "mm",
              "inner sizes differ (a %s, b %s); a's last must equal b's first", wki_show(&a->v), wki_show(&b->v));
    return wki_batched("mm", a, b);
}

static wk_tensor *fold(wk_tensor *t) /* [.., m, k] -> [.. * m, k] */
{
    int64_t k = t->v.size[t->v.ndim - 1], rows = 1;
    for (int i = 0; i < t->v.ndim - 1; i++) rows *= t->v.size[i];
    return t->v.ndim == 2 ? t : wk_reshape(t, WK_SHAPE(rows, k));
}

/* The result in its own shape. It counts as no view: nobody else sees what it looks at. */
static wk_tensor *unfold(wk_tensor *y, const wki_shape *shape)
{
    wk_tensor *out = wk_view(y, shape->ndim, shape->size);
    if (out) out->is_view = false;
    return out;
}

/* Both operands' leading dims stretched to what they broadcast to. */
static wk_tensor *broadcast_batches(wk_tensor *a, wk_tensor *b)
{
    wki_shape lead = { .ndim = a->v.ndim - 2 };
    for (int i = 0; i < lead.ndim; i++) lead.size[i] = a->v.size[i];
    wki_view rest = b->v;
    rest.ndim = (int8_t)(b->v.ndim - 2);
    if (!wki_broadcast("matmul", &lead, &rest)) return NULL;
    wki_shape sa = lead, sb = lead;
    sa.ndim = sb.ndim = lead.ndim + 2;
    for (int i = 0; i < 2; i++) {
        sa.size[lead.ndim + i] = a->v.size[a->v.ndim - 2 + i];
        sb.size[lead.ndim + i] = b->v.size[b->v.ndim - 2 + i];
    }
    return wki_batched("matmul", wki_fits(&a->v, &sa) ? a : wk_expand(a, sa.ndim, sa.size),
                       wki_fits(&b->v, &sb) ? b : wk_expand(b, sb.ndim, sb.size));
}

wk_tensor *wk_matmul(wk_tensor *a, wk_tensor *b)
{
    if (!wki_product_ok("matmul", a, b)) return NULL;
    int na = a->v.ndim, nb = b->v.ndim;
    wki_check(na && nb, NULL, WK_E_SHAPE, "matmul", "a is %s, b %s; both need a dim at least", wki_show(&a->v),
              wki_show(&b->v));
    wki_check(a->v.size[na - 1] == b->v.size[nb == 1 ? 0 : nb - 2], NULL, WK_E_SHAPE, "matmul",
              "inner sizes differ (a %s, b %s); a's last must equal b's last but one", wki_show(&a->v),
              wki_show(&b->v));
    if (na == 1) { /* a row, and its dim dropped again */
        wk_tensor *y = wk_matmul(wk_unsqueeze(a, 0), b);
        return y ? wk_squeeze(y, nb == 1 ? -1 : -2) : NULL;
    }
    if (nb == 1) {
        wk_tensor *y = wk_matmul(a, wk_unsqueeze(b, 1));
        return y ? wk_squeeze(y, -1) : NULL;
    }
    if (nb > 2) return broadcast_batches(a, b);
    wki_shape shape = wki_shape_of(a);
    shape.size[na - 1] = b->v.size[1];
    wk_tensor *y = wki_batched("matmul", fold(a), b);
    return na == 2 || !y ? y : unfold(y, &shape);
}

/* ---- linear: x weight^T + bias ---- */

/* g^T x, added to what came from other uses of the weight: a recurrent layer's has one a step. */
static wk_tensor *weight_gradient(const wki_backward *b, wk_tensor *x)
{
    wk_tensor *sum = wki_sum_so_far(b, 1), *g = wk_t(b->g);
    if (!g || !sum || sum->v.dtype != g->v.dtype) return wk_mm(g, x);
    return wki_product(&sum->v, &g->v, &x->v, NULL, false, true) || !WKI_FAULT(49) ? NULL : sum;
}

static wk_status linear_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *x = wki_needs(b, 1) ? wki_saved_at(b, 0) : NULL, *weight = wki_needs(b, 0) ? wki_saved_at(b, 1) : NULL;
    if (wki_needs(b, 0)) d[0] = weight ? wk_mm(b->g, weight) : NULL;
    if (wki_needs(b, 1)) d[1] = x ? weight_gradient(b, x) : NULL;
    if (b->node->ninputs > 2 && wki_needs(b, 2)) d[2] = (WKI_FAULT(18) ? wk_mean_dim : wk_sum_dim)(b->g, 0, false);
    return WK_OK;
}

static wk_tensor *sample_linear(wk_tensor *const *in) { return wk_square(wk_linear(in[0], in[1], in[2])); }
static wk_tensor *sample_linear_plain(wk_tensor *const *in) { return wk_square(wk_linear(in[0], in[1], NULL)); }
static const wki_sample linear_samples[] = {
    { sample_linear, 3, { { 2, { 4, 3 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 }, { 1, { 2 }, -2, 2 } } },
    { sample_linear, 3, { { 3, { 2, 2, 3 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 }, { 1, { 2 }, -2, 2 } } },
    { sample_linear_plain, 2, { { 2, { 4, 3 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef linear_op = { "linear", linear_backward, linear_samples };

static wk_tensor *wrong_mm(void) { return wk_mm(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32)); }
static wk_tensor *wrong_matmul(void) { return wk_matmul(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_scalar(1, WK_F32)); }
static wk_tensor *wrong_batches(void)
{
    return wk_matmul(wk_zeros(WK_SHAPE(2, 2, 3), WK_F32), wk_zeros(WK_SHAPE(3, 3, 2), WK_F32));
}
static wk_tensor *wrong_linear(void)
{
    return wk_linear(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3), WK_F32));
}
static wk_tensor *wrong_weight(void)
{
    return wk_linear(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3), WK_F32), NULL);
}
static wk_tensor *wrong_dtype(void)
{
    return wk_linear(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F64), NULL);
}
const wki_error_sample wki_errors_product[] = {
    { "mm", wrong_mm, WK_E_SHAPE, "a [2, 3], b [2, 3]" },
    { "matmul", wrong_matmul, WK_E_SHAPE, "b []" },
    { "matmul", wrong_batches, WK_E_SHAPE, "broadcast" },
    { "linear", wrong_linear, WK_E_SHAPE, "bias is [3]" },
    { "linear", wrong_weight, WK_E_SHAPE, "weight is [3]; [out, in]" },
    { "linear", wrong_dtype, WK_E_DTYPE, "f64" },
    { 0 },
};

static bool linear_ok(const wk_tensor *x, const wk_tensor *weight, const wk_tensor *bias)
{
    if (!operands_ok("linear", x, "x", weight, "weight")) return false;
    wki_check(weight->v.ndim == 2, false, WK_E_SHAPE, "linear", "weight is %s; [out, in] is needed",
              wki_show(&weight->v));
    wki_check(x->v.ndim > 0 && x->v.size[x->v.ndim - 1] == weight->v.size[1], false, WK_E_SHAPE, "linear",
              "sizes differ (x %s, weight %s); x's last must equal weight's last", wki_show(&x->v),
              wki_show(&weight->v));
    if (!bias) return wki_optional_ok(bias, "linear", "bias");
    if (!operands_ok("linear", x, "x", bias, "bias")) return false;
    wki_check(bias->v.ndim == 1 && bias->v.size[0] == weight->v.size[0], false, WK_E_SHAPE, "linear",
              "bias is %s; weight %s needs [%lld]", wki_show(&bias->v), wki_show(&weight->v),
              (long long)weight->v.size[0]);
    return true;
}

wk_tensor *wk_linear(wk_tensor *x, wk_tensor *weight, wk_tensor *bias)
{
    if (!linear_ok(x, weight, bias)) return NULL;
    if (bias && bias->v.stride[0] != 1 && !WKI_FAULT(29) && !(bias = wk_contiguous(bias))) return NULL;
    wki_shape shape = wki_shape_of(x);
    wk_tensor *rows = x->v.ndim == 1 ? wk_unsqueeze(x, 0) : fold(x);
    if (!rows) return NULL;
    int64_t in = weight->v.size[1], out = weight->v.size[0];
    wki_view transposed = weight->v;
    transposed.size[0] = in;
    transposed.size[1] = out;
    transposed.stride[0] = weight->v.stride[1];
    transposed.stride[1] = weight->v.stride[0];
    wk_tensor *y = wki_new("linear", x->v.device, 2, (int64_t[]){ rows->v.size[0], out }, x->v.dtype);
    if (!y || wki_product(&y->v, &rows->v, &transposed, bias ? &bias->v : NULL, false, false)) return NULL;
    wk_tensor *inputs[] = { rows, weight, bias };
    int n = bias ? 3 : 2;
    if (wki_wants_grad(n, inputs)) {
        wki_node *node = wki_record(&linear_op, y, n, inputs, NULL, 0);
        wki_save_if(weight->requires_grad, node, rows);
        wki_save_if(rows->requires_grad, node, weight);
        if (!wki_recorded(node, y)) return NULL;
    }
    if (x->v.ndim == 2) return y;
    shape.size[shape.ndim - 1] = out;
    return unfold(y, &shape);
}

const wki_family wki_family_product = { &mm_op, &linear_op, NULL };
