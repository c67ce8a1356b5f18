/* scaled_dot_product_attention, composed of products and a softmax. A row of scores that nothing takes part in gives 0
 * and passes 0, as in torch. */
#include "autograd/op.h"
#include "base/options.h"
#include "wick/nn.h"

static const char where[] = "scaled_dot_product_attention";

wk_attention_opts wk_attention_opts_default(void) { return (wk_attention_opts){ WK_ATTENTION_DEFAULTS }; }

static bool operands_ok(wk_tensor *q, wk_tensor *k, wk_tensor *v)
{
    wk_tensor *const in[] = { q, k, v };
    static const char *const names[] = { "q", "k", "v" };
    for (int i = 0; i < 3; i++) {
        if (!wki_tensor_ok(in[i], where, names[i]) || !wki_float_ok(in[i], where, names[i]) ||
            !wki_same_device(where, q, in[i]))
            return false;
        wki_check(in[i]->v.dtype == q->v.dtype, false, WK_E_DTYPE, where, "%s is %s, q %s; they must be of one dtype",
                  names[i], wk_dtype_name((wk_dtype)in[i]->v.dtype), wk_dtype_name((wk_dtype)q->v.dtype));
        wki_check(in[i]->v.ndim >= 2, false, WK_E_SHAPE, where, "%s is %s; [..., length, features] is needed", names[i],
                  wki_show(&in[i]->v));
    }
    const int64_t *q_end = q->v.size + q->v.ndim, *k_end = k->v.size + k->v.ndim, *v_end = v->v.size + v->v.ndim;
    wki_check(q_end[-1] == k_end[-1] && k_end[-2] == v_end[-2], false, WK_E_SHAPE, where,
              "q is %s, k %s, v %s; q and k must have equal last sizes, k and v equal lengths", wki_show(&q->v),
              wki_show(&k->v), wki_show(&v->v));
    return true;
}

static bool options_ok(const wk_attention_opts *o)
{
    wki_check(o->dropout_p >= 0 && o->dropout_p <= 1, false, WK_E_INVALID, where,
              "dropout_p is %g; 0 <= dropout_p <= 1 is needed", o->dropout_p);
    if (!wki_optional_ok(o->attn_mask, where, "attn_mask")) return false;
    if (!o->attn_mask) return true;
    wki_check(!o->is_causal, false, WK_E_INVALID, where, "is_causal and attn_mask were both given; give one of them");
    const wk_dtype dtype = (wk_dtype)o->attn_mask->v.dtype;
    wki_check(dtype == WK_BOOL || wki_is_float(dtype), false, WK_E_DTYPE, where,
              "attn_mask is %s; bool or floats are needed", wk_dtype_name(dtype));
    return true;
}

/* Heads of k or v repeated in blocks, so that there are as many as q's */
static wk_tensor *repeated_heads(wk_tensor *t, const wk_tensor *q)
{
    const int heads = t->v.ndim - 3;
    wki_check(heads >= 0 && q->v.ndim >= 3 && t->v.size[heads] > 0 && q->v.size[q->v.ndim - 3] % t->v.size[heads] == 0,
              NULL, WK_E_SHAPE, where, "%s has no heads that q's %s are a multiple of", wki_show(&t->v),
              wki_show(&q->v));
    wki_shape shape = wki_shape_of(t);
    const int64_t times = q->v.size[q->v.ndim - 3] / shape.size[heads];
    if (times == 1) return t;
    wki_check(t->v.ndim < WK_MAX_DIMS, NULL, WK_E_SHAPE, where, "%s has too many dims", wki_show(&t->v));
    wki_shape wide = { .ndim = shape.ndim + 1 };
    for (int i = 0; i < wide.ndim; i++) wide.size[i] = i <= heads ? shape.size[i] : shape.size[i - 1];
    wide.size[heads + 1] = times;
    shape.size[heads] *= times;
    return wk_reshape(wk_expand(wk_unsqueeze(t, heads + 1), wide.ndim, wide.size), shape.ndim, shape.size);
}

/* [l, s]: row i sees 0 .. i */
static wk_tensor *triangle(int64_t l, int64_t s)
{
    wk_tensor *rows = wk_unsqueeze(wk_arange(0, (double)l, 1, WK_I64), 1);
    return wk_le(wk_arange(0, (double)s, 1, WK_I64), rows);
}

/* softmax along the last dim; rows of -inf give 0 */
static wk_tensor *masked_softmax(wk_tensor *scores)
{
    if (!scores || scores->v.size[scores->v.ndim - 1] == 0) return scores;
    wk_tensor *lost = wk_eq(wk_amax(wk_detach(scores), -1, true), wk_scalar(-(double)INFINITY, WK_F32));
    wk_tensor *zero = wk_scalar(0, (wk_dtype)scores->v.dtype);
    return wk_where(lost, zero, wk_softmax(wk_where(lost, zero, scores), -1));
}

static wk_tensor *probabilities(wk_tensor *scores, const wk_attention_opts *o)
{
    wk_tensor *mask = o->attn_mask;
    if (!scores || (!mask && !o->is_causal)) return wk_softmax(scores, -1);
    if (o->is_causal) mask = triangle(scores->v.size[scores->v.ndim - 2], scores->v.size[scores->v.ndim - 1]);
    if (!mask) return NULL;
    if (mask->v.dtype == WK_BOOL)
        scores = wk_where(mask, scores, wk_scalar(-(double)INFINITY, (wk_dtype)scores->v.dtype));
    else
        scores = wk_add(scores, mask);
    return o->is_causal ? wk_softmax(scores, -1) : masked_softmax(scores);
}

wk_tensor *wk_scaled_dot_product_attention_run(wk_tensor *q, wk_tensor *k, wk_tensor *v, const wk_attention_opts *given)
{
    wk_attention_opts o = wk_attention_opts_default();
    if (given) wki_options_merge(&o, sizeof o, given);
    if (!operands_ok(q, k, v) || !options_ok(&o)) return NULL;
    WKI_BESIDE(here, q);
    if (o.enable_gqa) {
        k = repeated_heads(k, q);
        v = repeated_heads(v, q);
        if (!k || !v) return NULL;
    }
    const double width = (double)q->v.size[q->v.ndim - 1];
    const double scale = isnan(o.scale) ? 1 / sqrt(width) : o.scale;
    wk_tensor *p = probabilities(wk_matmul(wk_mul_scalar(q, scale), wk_transpose(k, -1, -2)), &o);
    if (p && o.dropout_p > 0) p = wk_dropout(p, o.dropout_p, true);
    return wk_matmul(p, v);
}

wk_tensor *wk_scaled_dot_product_attention(wk_tensor *q, wk_tensor *k, wk_tensor *v)
{
    return wk_scaled_dot_product_attention_run(q, k, v, NULL);
}

/* ---- Samples ---- */
static wk_tensor *sample_plain(wk_tensor *const *in) { return wk_scaled_dot_product_attention(in[0], in[1], in[2]); }
static wk_tensor *sample_causal(wk_tensor *const *in)
{
    return wk_scaled_dot_product_attention_with(in[0], in[1], in[2], .is_causal = true, .scale = 0.7);
}
static wk_tensor *sample_mask(wk_tensor *const *in)
{
    static const bool part[12] = { 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0 };
    wk_tensor *mask = wk_from(part, WK_SHAPE(3, 4), WK_BOOL);
    return wk_scaled_dot_product_attention_with(in[0], in[1], in[2], .attn_mask = mask, .enable_gqa = true);
}
static const wki_sample samples[] = {
    { sample_plain, 3, { { 2, { 3, 2 }, -2, 2 }, { 2, { 4, 2 }, -2, 2 }, { 2, { 4, 3 }, -2, 2 } } },
    { sample_causal, 3, { { 3, { 2, 3, 2 }, -2, 2 }, { 3, { 2, 4, 2 }, -2, 2 }, { 3, { 2, 4, 2 }, -2, 2 } } },
    { sample_mask, 3, { { 3, { 2, 3, 2 }, -2, 2 }, { 3, { 1, 4, 2 }, -2, 2 }, { 3, { 1, 4, 2 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef op = { "scaled_dot_product_attention", NULL, samples };
static wk_tensor *wrong_sizes(void)
{
    return wk_scaled_dot_product_attention(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 4), WK_F32),
                                           wk_zeros(WK_SHAPE(2, 3), WK_F32));
}
static wk_tensor *wrong_mask(void)
{
    return wk_scaled_dot_product_attention_with(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32),
                                                wk_zeros(WK_SHAPE(2, 3), WK_F32),
                                                .attn_mask = wk_zeros(WK_SHAPE(2, 2), WK_F32), .is_causal = true);
}
const wki_error_sample wki_errors_attention[] = {
    { "scaled_dot_product_attention", wrong_sizes, WK_E_SHAPE, "q is [2, 3], k [2, 4], v [2, 3]" },
    { "scaled_dot_product_attention", wrong_mask, WK_E_INVALID, "is_causal and attn_mask were both given" },
    { 0 },
};

const wki_family wki_family_attention = { &op, NULL };
