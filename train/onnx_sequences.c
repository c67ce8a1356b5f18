/* How recurrent layers and transformers look in ONNX. */
#include "train/onnx.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef wki_onnx_value value;

/* Sequences come in a batch: x [t, n, ...], where n is then the samples' dim of the whole graph, or [n, t, ...]. */
static bool batched(wki_onnx *g, const wk_module *m, const wk_tensor *x, bool batch_first)
{
    if (x->v.ndim != 3) {
        wki_onnx_refuse(g, m, "x is %s, without a batch", wki_show(&x->v));
        return false;
    }
    if (!batch_first) g->batch = 1;
    return true;
}

static value swapped(wki_onnx *g, const char *x) { return wki_onnx_transpose(g, x, 3, (const int64_t[]){ 1, 0, 2 }); }

/* ---- Recurrent ---- */

typedef struct cell {
    const char *type, *op;
    int gates;
    int order[4]; /* of ours in ONNX */
} cell;
static const cell cells[] = { { "rnn", "RNN", 1, { 0 } },
                              { "lstm", "LSTM", 4, { 0, 3, 1, 2 } }, /* i f g o -> i o f c */
                              { "gru", "GRU", 3, { 1, 0, 2 } } };    /* r z n -> z r h */

static wk_tensor *reordered(const cell *c, wk_tensor *t)
{
    wk_tensor *parts[4];
    const int64_t rows = t ? t->v.size[0] / c->gates : 0;
    for (int i = 0; i < c->gates; i++) parts[i] = wk_narrow(t, 0, c->order[i] * rows, rows);
    return wk_cat(parts, c->gates, 0);
}

static wk_tensor *member(const wk_module *m, const char *what, int layer, int way)
{
    char name[48];
    snprintf(name, sizeof name, "%s_l%d%s", what, layer, way ? "_reverse" : "");
    return wki_onnx_member(m, name);
}

/* Both ways of a layer's weight, [ways, gates * hidden, ...], or its biases, [ways, 2 * gates * hidden]. */
static const char *joined(wki_onnx *g, const wk_module *m, const cell *c, const char *what, int layer, int ways)
{
    wk_tensor *all[2];
    char name[48];
    for (int way = 0; way < ways; way++) {
        if (!strcmp(what, "bias")) {
            wk_tensor *both[] = { reordered(c, member(m, "bias_ih", layer, way)),
                                  reordered(c, member(m, "bias_hh", layer, way)) };
            all[way] = wk_cat(both, 2, 0);
        } else {
            all[way] = reordered(c, member(m, what, layer, way));
        }
    }
    snprintf(name, sizeof name, "%s_l%d", what, layer);
    wk_tensor *t = wk_stack(all, ways, 0);
    return t ? wki_onnx_weight_as(g, name, t) : NULL;
}

static value put_recurrent_layer(wki_onnx *g, wk_module *m, const cell *c, int layer, value x)
{
    const wk_rnn_opts *o = m->state;
    const int ways = o->bidirectional ? 2 : 1;
    const char *ih = joined(g, m, c, "weight_ih", layer, ways), *hh = joined(g, m, c, "weight_hh", layer, ways);
    const char *bias = o->bias ? joined(g, m, c, "bias", layer, ways) : NULL;
    value y = wki_onnx_node(g, c->op, (const char *[]){ x.name, ih, hh, bias }, o->bias ? 4 : 3);
    wki_onnx_int(g, "hidden_size", o->hidden_size);
    wki_onnx_text(g, "direction", ways == 2 ? "bidirectional" : "forward");
    if (!strcmp(c->op, "GRU")) wki_onnx_int(g, "linear_before_reset", 1);
    if (!strcmp(c->op, "RNN")) wki_onnx_texts(g, "activations", o->nonlinearity[0] == 'r' ? "Relu" : "Tanh", ways);
    value sides = wki_onnx_transpose(g, y.name, 4, (const int64_t[]){ 0, 2, 1, 3 }); /* [t, n, ways, hidden] */
    return wki_onnx_reshape(g, sides.name, 3, (const int64_t[]){ 0, 0, -1 });
}

static value put_recurrent(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wk_rnn_opts *o = m->state;
    const cell *c = cells;
    while (strcmp(c->type, m->ops->name)) c++;
    if (!batched(g, m, x.t, o->batch_first)) return x;
    if (o->batch_first) x = swapped(g, x.name);
    for (int layer = 0; layer < o->num_layers && !wk_failed(); layer++) x = put_recurrent_layer(g, m, c, layer, x);
    return o->batch_first ? swapped(g, x.name) : x;
}

/* ---- Attention of a sequence to itself ---- */

/* [n, heads, t, size] of query, key or value */
static value part(wki_onnx *g, value all, int64_t which)
{
    value index = wki_onnx_constant(g, wk_from(&which, WK_SCALAR, WK_I64));
    value v = WKI_NODE(g, "Gather", all.name, index.name);
    wki_onnx_int(g, "axis", 0);
    return v;
}

/* t x t: -inf where the column is later than the row */
static value later(wki_onnx *g, int64_t t, const wk_tensor *like)
{
    wk_tensor *mask = wk_full(WK_SHAPE(t, t), (wk_dtype)like->v.dtype, -(double)INFINITY);
    return wki_onnx_constant(g, mask ? wk_triu(mask, 1) : NULL);
}

static value attend(wki_onnx *g, const wk_multihead_attention_opts *o, value all, int64_t t, const wk_tensor *like)
{
    const double size = (double)o->embed_dim / (double)o->num_heads;
    value q = part(g, all, 0), k = part(g, all, 1), v = part(g, all, 2);
    value scale = wki_onnx_number(g, 1 / sqrt(size), like), scaled = WKI_NODE(g, "Mul", q.name, scale.name);
    value turned = wki_onnx_transpose(g, k.name, 4, (const int64_t[]){ 0, 1, 3, 2 });
    value scores = WKI_NODE(g, "MatMul", scaled.name, turned.name);
    if (o->is_causal) scores = WKI_NODE(g, "Add", scores.name, later(g, t, like).name);
    value share = WKI_NODE(g, "Softmax", scores.name);
    wki_onnx_int(g, "axis", -1);
    return WKI_NODE(g, "MatMul", share.name, v.name);
}

static value put_attention(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    const wk_multihead_attention_opts *o = m->state;
    if (!batched(g, m, x.t, o->batch_first)) return x;
    const char *weight = wki_onnx_weight(g, m, "in_proj_weight"), *bias = wki_onnx_weight(g, m, "in_proj_bias");
    if (!weight) return wki_onnx_refuse(g, m, "keys or values of other sizes have no form in ONNX here");
    value in = o->batch_first ? x : swapped(g, x.name);
    value turned = wki_onnx_transpose(g, weight, 2, (const int64_t[]){ 1, 0 });
    value all = WKI_NODE(g, "MatMul", in.name, turned.name);
    if (bias) all = WKI_NODE(g, "Add", all.name, bias);
    const int64_t heads = o->num_heads, size = o->embed_dim / heads;
    value split = wki_onnx_reshape(g, all.name, 5, (const int64_t[]){ 0, 0, 3, heads, size });
    split = wki_onnx_transpose(g, split.name, 5, (const int64_t[]){ 2, 0, 3, 1, 4 });
    value seen = attend(g, o, split, x.t->v.size[o->batch_first], x.t);
    value rows = wki_onnx_transpose(g, seen.name, 4, (const int64_t[]){ 0, 2, 1, 3 });
    value merged = wki_onnx_reshape(g, rows.name, 3, (const int64_t[]){ 0, 0, o->embed_dim });
    merged.t = y;
    value out = wki_onnx_child(g, m, "out_proj", merged);
    return o->batch_first ? out : swapped(g, out.name);
}

/* ---- Transformer ---- */

static value sum(wki_onnx *g, value a, value b)
{
    value v = WKI_NODE(g, "Add", a.name, b.name);
    v.t = a.t && b.t ? wk_add(a.t, b.t) : NULL;
    return v;
}

static value feed(wki_onnx *g, wk_module *m, value x)
{
    const wk_transformer_opts *o = m->state;
    value hidden = wki_onnx_child(g, m, "linear1", x);
    if (wk_failed()) return hidden;
    wk_tensor *t = hidden.t;
    hidden = o->activation[0] == 'g' ? wki_onnx_gelu(g, hidden) : WKI_NODE(g, "Relu", hidden.name);
    hidden.t = t;
    return wki_onnx_child(g, m, "linear2", hidden);
}

static value put_transformer_layer(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wk_transformer_opts *o = m->state;
    if (o->norm_first) {
        x = sum(g, x, wki_onnx_child(g, m, "self_attn", wki_onnx_child(g, m, "norm1", x)));
        return sum(g, x, feed(g, m, wki_onnx_child(g, m, "norm2", x)));
    }
    x = wki_onnx_child(g, m, "norm1", sum(g, x, wki_onnx_child(g, m, "self_attn", x)));
    return wki_onnx_child(g, m, "norm2", sum(g, x, feed(g, m, x)));
}

static value put_transformer(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const int layers = wk_module_child_count(m->members[0].object);
    for (int i = 0; i < layers && !wk_failed(); i++) {
        char name[32];
        snprintf(name, sizeof name, "layers.%d", i);
        x = wki_onnx_child(g, m, name, x);
    }
    return m->count > 1 ? wki_onnx_child(g, m, "norm", x) : x;
}

const wki_onnx_row wki_onnx_sequences[] = {
    { "rnn", .put = put_recurrent },
    { "lstm", .put = put_recurrent },
    { "gru", .put = put_recurrent },
    { "multihead_attention", .put = put_attention },
    { "transformer_encoder_layer", .put = put_transformer_layer, .container = true },
    { "transformer_encoder", .put = put_transformer, .container = true },
    { .type = NULL },
};
