/* MultiheadAttention: three projections, scaled dot products in each head, a projection back. Masks come as torch's,
 * where true leaves out; wk_scaled_dot_product_attention's tell what takes part. */
#include "base/options.h"
#include "nn/module.h"
#include <math.h>
#include <stdio.h>

typedef struct attention {
    wk_multihead_attention_opts o;
    bool packed;                 /* query, key and value of one size: one weight */
    wk_tensor *weight[3], *bias; /* weight[0] holds all three if packed */
    wk_module *out_proj;
} attention;

static wk_tensor *add_weight(wk_module *m, const char *name, int64_t rows, int64_t columns, wk_dtype dtype)
{
    wk_tensor *t = wk_nn_param(m, name, wk_empty(WK_SHAPE(rows, columns), dtype));
    return t && wk_init_xavier_uniform_(t, 1) == WK_OK ? t : NULL;
}

static wk_status init(wk_module *m, void *state)
{
    attention *a = state;
    *a = *(const attention *)wk_nn_options(m);
    const int64_t e = a->o.embed_dim;
    if (a->packed) {
        a->weight[0] = add_weight(m, "in_proj_weight", 3 * e, e, a->o.dtype);
    } else {
        a->weight[0] = add_weight(m, "q_proj_weight", e, e, a->o.dtype);
        a->weight[1] = add_weight(m, "k_proj_weight", e, a->o.kdim, a->o.dtype);
        a->weight[2] = add_weight(m, "v_proj_weight", e, a->o.vdim, a->o.dtype);
    }
    if (a->o.bias) a->bias = wk_nn_param(m, "in_proj_bias", wk_zeros(WK_SHAPE(3 * e), a->o.dtype));
    a->out_proj = wk_nn_child(m, "out_proj", wk_nn_linear(e, e, .bias = a->o.bias, .dtype = a->o.dtype));
    if (a->out_proj && a->o.bias) wk_init_zeros_(wk_parameter(a->out_proj, "bias"));
    return wk_error();
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    const attention *a = m->state;
    snprintf(text, bytes, "%lld, %lld%s%s", (long long)a->o.embed_dim, (long long)a->o.num_heads,
             a->o.batch_first ? ", batch_first=true" : "", a->o.is_causal ? ", is_causal=true" : "");
}

typedef struct operands {
    wk_tensor *q, *k, *v, *padding, *mask;
    bool alone; /* no batch */
    int64_t n, l, s;
} operands;

static bool input_ok(const wk_module *m, const char *name, const wk_tensor *t, int ndim, int64_t size)
{
    wki_check(t->v.ndim == ndim && t->v.size[ndim - 1] == size, false, WK_E_SHAPE, m->ops->name,
              "%s is %s; %d dims, the last of size %lld, are needed", name, wki_show(&t->v), ndim, (long long)size);
    return true;
}

/* [n, length, size] */
static wk_tensor *batch_first(const attention *a, wk_tensor *t)
{
    return t->v.ndim == 2 ? wk_unsqueeze(t, 0) : a->o.batch_first ? t : wk_transpose(t, 0, 1);
}

static bool read_inputs(const wk_module *m, wk_tensor *const *in, int nin, operands *to)
{
    const attention *a = m->state;
    wki_check(nin <= 5, false, WK_E_INVALID, m->ops->name,
              "%d inputs; at most query, key, value, key_padding_mask and attn_mask", nin);
    wk_tensor *q = in[0], *k = nin > 1 && in[1] ? in[1] : q, *v = nin > 2 && in[2] ? in[2] : k;
    to->padding = nin > 3 ? in[3] : NULL;
    to->mask = nin > 4 ? in[4] : NULL;
    const int ndim = q->v.ndim;
    wki_check(ndim == 2 || ndim == 3, false, WK_E_SHAPE, m->ops->name,
              "query is %s; %s or [length, embed_dim] is needed", wki_show(&q->v),
              a->o.batch_first ? "[batch, length, embed_dim]" : "[length, batch, embed_dim]");
    if (!input_ok(m, "query", q, ndim, a->o.embed_dim) || !input_ok(m, "key", k, ndim, a->o.kdim) ||
        !input_ok(m, "value", v, ndim, a->o.vdim))
        return false;
    to->alone = ndim == 2;
    to->q = batch_first(a, q);
    to->k = k == q ? to->q : batch_first(a, k);
    to->v = v == k ? to->k : batch_first(a, v);
    if (!to->q || !to->k || !to->v) return false;
    to->n = wk_size(to->q, 0);
    to->l = wk_size(to->q, 1);
    to->s = wk_size(to->k, 1);
    wki_check(wk_size(to->k, 0) == to->n && wk_size(to->v, 0) == to->n && wk_size(to->v, 1) == to->s, false, WK_E_SHAPE,
              m->ops->name, "query, key and value are %s, %s, %s; batches must agree, and the lengths of key and value",
              wki_show(&q->v), wki_show(&k->v), wki_show(&v->v));
    return true;
}

/* ---- The mask, [n or 1, heads or 1, l or 1, s]: a bool of what is left out, or floats to add; NULL: none ---- */

static wk_tensor *merged(wk_tensor *a, wk_tensor *b)
{
    if (!a || !b) return a ? a : b;
    const bool floats[] = { wki_is_float((wk_dtype)a->v.dtype), wki_is_float((wk_dtype)b->v.dtype) };
    if (floats[0] && floats[1]) return wk_add(a, b);
    if (!floats[0] && !floats[1]) return wk_logical_or(a, b);
    wk_tensor *added = floats[0] ? a : b, *out = floats[0] ? b : a;
    return wk_where(out, wk_scalar(-INFINITY, (wk_dtype)added->v.dtype), added);
}

static bool mask_dtype_ok(const wk_module *m, const char *name, const wk_tensor *mask, const wk_tensor *q)
{
    wki_check(mask->v.dtype == WK_BOOL || mask->v.dtype == q->v.dtype, false, WK_E_DTYPE, m->ops->name,
              "%s is %s; bool (true is left out) or %s (added) is needed", name, wk_dtype_name((wk_dtype)mask->v.dtype),
              wk_dtype_name((wk_dtype)q->v.dtype));
    return true;
}

static wk_tensor *padding_of(const wk_module *m, const operands *o)
{
    wk_tensor *t = o->padding;
    if (!mask_dtype_ok(m, "key_padding_mask", t, o->q)) return NULL;
    const bool fits = o->alone ? t->v.ndim == 1 && t->v.size[0] == o->s
                               : t->v.ndim == 2 && t->v.size[0] == o->n && t->v.size[1] == o->s;
    wki_check(fits, NULL, WK_E_SHAPE, m->ops->name, "key_padding_mask is %s; [%lld, %lld] is needed", wki_show(&t->v),
              (long long)o->n, (long long)o->s);
    return wk_reshape(t, WK_SHAPE(o->n, 1, 1, o->s));
}

static wk_tensor *given_mask_of(const wk_module *m, const operands *o)
{
    const attention *a = m->state;
    wk_tensor *t = o->mask;
    if (!mask_dtype_ok(m, "attn_mask", t, o->q)) return NULL;
    const int d = t->v.ndim;
    wki_check((d == 2 || (d == 3 && t->v.size[0] == o->n * a->o.num_heads)) && t->v.size[d - 2] == o->l &&
                  t->v.size[d - 1] == o->s,
              NULL, WK_E_SHAPE, m->ops->name, "attn_mask is %s; [%lld, %lld] or [%lld, %lld, %lld] is needed",
              wki_show(&t->v), (long long)o->l, (long long)o->s, (long long)(o->n * a->o.num_heads), (long long)o->l,
              (long long)o->s);
    return d == 2 ? t : wk_reshape(t, WK_SHAPE(o->n, a->o.num_heads, o->l, o->s));
}

static bool mask_of(const wk_module *m, const operands *o, bool causal, wk_tensor **mask)
{
    *mask = NULL;
    wk_tensor *padding = o->padding ? padding_of(m, o) : NULL, *given = o->mask ? given_mask_of(m, o) : NULL;
    if ((o->padding && !padding) || (o->mask && !given)) return false;
    wk_tensor *later =
        causal ? wk_gt(wk_arange(0, (double)o->s, 1, WK_I64), wk_unsqueeze(wk_arange(0, (double)o->l, 1, WK_I64), 1))
               : NULL;
    *mask = merged(merged(padding, given), later);
    return !wk_failed();
}

/* ---- The product ---- */

/* [n, length, embed] -> [n, heads, length, embed / heads] */
static wk_tensor *in_heads(const attention *a, wk_tensor *t)
{
    if (!t) return NULL;
    wk_tensor *split =
        wk_reshape(t, WK_SHAPE(wk_size(t, 0), wk_size(t, 1), a->o.num_heads, a->o.embed_dim / a->o.num_heads));
    return split ? wk_transpose(split, 1, 2) : NULL;
}

static bool project(const attention *a, operands *o)
{
    const int64_t e = a->o.embed_dim;
    wk_tensor *to[3], *from[] = { o->q, o->k, o->v };
    if (a->packed && o->q == o->k && o->k == o->v) {
        if (wk_chunk(wk_linear(o->q, a->weight[0], a->bias), 3, 2, to) != 3) return false;
    } else {
        for (int i = 0; i < 3; i++) {
            wk_tensor *w = a->packed ? wk_narrow(a->weight[0], 0, i * e, e) : a->weight[i];
            to[i] = wk_linear(from[i], w, a->bias ? wk_narrow(a->bias, 0, i * e, e) : NULL);
        }
    }
    o->q = in_heads(a, to[0]);
    o->k = in_heads(a, to[1]);
    o->v = in_heads(a, to[2]);
    return o->q && o->k && o->v;
}

/* The same with the probabilities, averaged over the heads. A row that leaves everything out has none: 0, as without
 * weights. */
static wk_tensor *with_weights(const attention *a, const operands *o, wk_tensor *mask, double p, wk_tensor **weights)
{
    enum { LOW = -1000000000 }; /* e to it is 0; unlike infinity it can be taken from itself */
    const double scale = sqrt((double)a->o.num_heads / (double)a->o.embed_dim);
    wk_tensor *scores = wk_matmul(wk_mul_scalar(o->q, scale), wk_transpose(o->k, 2, 3)), *out = mask;
    if (mask && mask->v.dtype != WK_BOOL) {
        out = wk_eq_scalar(mask, -(double)INFINITY);
        scores = wk_add(scores, wk_masked_fill(mask, out, 0));
    }
    if (out && scores) scores = wk_masked_fill(scores, out, LOW);
    wk_tensor *share = wk_softmax(scores, 3);
    if (out && share) share = wk_masked_fill(share, out, 0);
    if (p > 0 && share) share = wk_dropout(share, p, true);
    if (share) *weights = wk_mean_dim(share, 1, false);
    return share ? wk_matmul(share, o->v) : NULL;
}

static wk_status forward_many(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const attention *a = m->state;
    const double p = m->training ? a->o.dropout : 0;
    operands o = { 0 };
    wk_tensor *mask;
    wki_check(nout <= 2, WK_E_INVALID, WK_E_INVALID, m->ops->name, "%d results were asked for; there are 2", nout);
    if (!read_inputs(m, in, nin, &o)) return wk_error();
    const bool causal_alone = a->o.is_causal && !o.padding && !o.mask && nout == 1;
    if (!mask_of(m, &o, a->o.is_causal && !causal_alone, &mask) || !project(a, &o)) return wk_error();
    wk_tensor *y;
    if (nout > 1) {
        y = with_weights(a, &o, mask, p, &out[1]);
        if (out[1] && o.alone) out[1] = wk_squeeze(out[1], 0);
    } else {
        if (mask && mask->v.dtype == WK_BOOL) mask = wk_logical_not(mask);
        y = wk_scaled_dot_product_attention_with(o.q, o.k, o.v, .attn_mask = mask, .dropout_p = p,
                                                 .is_causal = causal_alone);
    }
    if (!y || wk_failed()) return wk_error();
    y = a->o.batch_first || o.alone
            ? wk_reshape(wk_transpose(y, 1, 2), WK_SHAPE(o.n, o.l, a->o.embed_dim))
            : wk_reshape(wk_permute(y, 4, (int[]){ 2, 0, 1, 3 }), WK_SHAPE(o.l, o.n, a->o.embed_dim));
    y = y ? wk_forward(a->out_proj, y) : NULL;
    out[0] = y && o.alone ? wk_squeeze(y, 0) : y;
    return wk_error();
}

static const wk_module_ops ops = { .size = sizeof ops,
                                   .name = "multihead_attention",
                                   .state_size = sizeof(attention),
                                   .init = init,
                                   .describe = describe,
                                   .forward_many = forward_many };

wk_multihead_attention_opts wk_multihead_attention_opts_default(void)
{
    return (wk_multihead_attention_opts){ WK_MULTIHEAD_ATTENTION_DEFAULTS };
}

wk_module *wk_nn_multihead_attention_new(const wk_multihead_attention_opts *given)
{
    static const char where[] = "nn_multihead_attention";
    attention a = { .o = wk_multihead_attention_opts_default() };
    if (!wki_options_take(where, &a.o, sizeof a.o, given)) return NULL;
    wki_check(a.o.embed_dim > 0 && a.o.num_heads > 0 && a.o.embed_dim % a.o.num_heads == 0, NULL, WK_E_INVALID, where,
              "embed_dim %lld, num_heads %lld; num_heads must divide embed_dim", (long long)a.o.embed_dim,
              (long long)a.o.num_heads);
    wki_check(a.o.dropout >= 0 && a.o.dropout <= 1, NULL, WK_E_INVALID, where,
              "dropout is %g; 0 <= dropout <= 1 is needed", a.o.dropout);
    wki_check(a.o.kdim >= 0 && a.o.vdim >= 0, NULL, WK_E_INVALID, where,
              "kdim %lld, vdim %lld; sizes, or 0 for embed_dim", (long long)a.o.kdim, (long long)a.o.vdim);
    wki_check(wki_is_float(a.o.dtype), NULL, WK_E_DTYPE, where, "%s is no float dtype", wk_dtype_name(a.o.dtype));
    if (!a.o.kdim) a.o.kdim = a.o.embed_dim;
    if (!a.o.vdim) a.o.vdim = a.o.embed_dim;
    a.packed = a.o.kdim == a.o.embed_dim && a.o.vdim == a.o.embed_dim;
    return wki_layer_new(&ops, &a);
}
