/* TransformerEncoderLayer and TransformerEncoder, of other layers. */
#include "base/options.h"
#include "nn/module.h"
#include <stdio.h>
#include <string.h>

typedef struct layer {
    wk_transformer_opts o;
    bool gelu;
    wk_module *attention, *linear1, *linear2, *norm1, *norm2, *dropout, *dropout1, *dropout2;
} layer;

static wk_module *norm(const wk_transformer_opts *o)
{
    return wk_nn_layer_norm(WK_DIMS(o->d_model), .eps = o->layer_norm_eps, .bias = o->bias, .dtype = o->dtype);
}

static wk_module *linear(const wk_transformer_opts *o, int64_t in, int64_t out)
{
    return wk_nn_linear(in, out, .bias = o->bias, .dtype = o->dtype);
}

static wk_status layer_init(wk_module *m, void *state)
{
    layer *l = state;
    *l = *(const layer *)wk_nn_options(m);
    const wk_transformer_opts *o = &l->o;
    l->attention = wk_nn_child(m, "self_attn",
                               wk_nn_multihead_attention(o->d_model, o->nhead, .dropout = o->dropout, .bias = o->bias,
                                                         .batch_first = o->batch_first, .is_causal = o->is_causal,
                                                         .dtype = o->dtype));
    l->linear1 = wk_nn_child(m, "linear1", linear(o, o->d_model, o->dim_feedforward));
    l->dropout = wk_nn_child(m, "dropout", wk_nn_dropout(o->dropout));
    l->linear2 = wk_nn_child(m, "linear2", linear(o, o->dim_feedforward, o->d_model));
    l->norm1 = wk_nn_child(m, "norm1", norm(o));
    l->norm2 = wk_nn_child(m, "norm2", norm(o));
    l->dropout1 = wk_nn_child(m, "dropout1", wk_nn_dropout(o->dropout));
    l->dropout2 = wk_nn_child(m, "dropout2", wk_nn_dropout(o->dropout));
    return wk_error();
}

static wk_tensor *attend(const layer *l, wk_tensor *x, wk_tensor *mask, wk_tensor *padding)
{
    wk_tensor *y;
    if (!x || wk_forward_many(l->attention, (wk_tensor *[]){ x, NULL, NULL, padding, mask }, 5, &y, 1)) return NULL;
    return wk_forward(l->dropout1, y);
}

static wk_tensor *feed(const layer *l, wk_tensor *x)
{
    wk_tensor *hidden = wk_forward(l->linear1, x);
    if (!hidden) return NULL;
    hidden = wk_forward(l->dropout, l->gelu ? wk_gelu(hidden) : wk_relu(hidden));
    return hidden ? wk_forward(l->dropout2, wk_forward(l->linear2, hidden)) : NULL;
}

static wk_status layer_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const layer *l = m->state;
    wki_check(nin <= 3 && nout == 1, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; at most x, mask and key_padding_mask, and one result", nin, nout);
    wk_tensor *x = in[0], *mask = nin > 1 ? in[1] : NULL, *padding = nin > 2 ? in[2] : NULL;
    if (l->o.norm_first) {
        x = wk_add(x, attend(l, wk_forward(l->norm1, x), mask, padding));
        out[0] = x ? wk_add(x, feed(l, wk_forward(l->norm2, x))) : NULL;
    } else {
        x = wk_forward(l->norm1, wk_add(x, attend(l, x, mask, padding)));
        out[0] = x ? wk_forward(l->norm2, wk_add(x, feed(l, x))) : NULL;
    }
    return wk_error();
}

static void layer_describe(wk_module *m, char *text, size_t bytes)
{
    const layer *l = m->state;
    snprintf(text, bytes, "%lld, %lld%s%s", (long long)l->o.d_model, (long long)l->o.nhead,
             l->o.norm_first ? ", norm_first=true" : "", l->o.is_causal ? ", is_causal=true" : "");
}

static const wk_module_ops layer_ops = { .size = sizeof layer_ops,
                                         .name = "transformer_encoder_layer",
                                         .state_size = sizeof(layer),
                                         .init = layer_init,
                                         .describe = layer_describe,
                                         .forward_many = layer_forward };

wk_transformer_opts wk_transformer_opts_default(void) { return (wk_transformer_opts){ WK_TRANSFORMER_DEFAULTS }; }

/* What the children do not check themselves. */
static bool options_ok(const char *where, const wk_transformer_opts *given, wk_transformer_opts *o)
{
    *o = wk_transformer_opts_default();
    wki_check(given, false, WK_E_INVALID, where, "the options are NULL");
    wki_options_merge(o, sizeof *o, given);
    wki_check(o->activation && (!strcmp(o->activation, "relu") || !strcmp(o->activation, "gelu")), false, WK_E_INVALID,
              where, "activation is '%s'; relu or gelu is needed", o->activation ? o->activation : "NULL");
    wki_check(o->d_model > 0 && o->nhead > 0 && o->d_model % o->nhead == 0, false, WK_E_INVALID, where,
              "d_model %lld, nhead %lld; nhead must divide d_model", (long long)o->d_model, (long long)o->nhead);
    wki_check(o->dim_feedforward > 0 && o->num_layers > 0, false, WK_E_INVALID, where,
              "dim_feedforward %lld, num_layers %d; each must be 1 or more", (long long)o->dim_feedforward,
              o->num_layers);
    return true;
}

static wk_module *make_layer(const wk_transformer_opts *o)
{
    layer l = { .o = *o, .gelu = !strcmp(o->activation, "gelu") };
    l.o.activation = l.gelu ? "gelu" : "relu"; /* given: the caller's string */
    return wki_layer_new(&layer_ops, &l);
}

wk_module *wk_nn_transformer_encoder_layer_new(const wk_transformer_opts *given)
{
    wk_transformer_opts o;
    return options_ok("nn_transformer_encoder_layer", given, &o) ? make_layer(&o) : NULL;
}

/* ---- Encoder ---- */

typedef struct encoder {
    int layers;
    wk_module *norm;
} encoder;

static wk_status encoder_init(wk_module *m, void *state)
{
    encoder *e = state;
    const wk_transformer_opts *o = wk_nn_options(m);
    wk_module *list = wk_nn_child(m, "layers", wk_nn_module_list_new(NULL, 0));
    e->layers = o->num_layers;
    for (int i = 0; i < e->layers && list; i++) {
        wk_module *one = wk_module_append(list, make_layer(o));
        if (!one || (i && wk_module_copy_(one, list->members[0].object))) return wk_error();
    }
    if (list && o->final_norm) e->norm = wk_nn_child(m, "norm", norm(o));
    return wk_error();
}

static wk_status encoder_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const encoder *e = m->state;
    const wk_module *list = m->members[0].object;
    wki_check(nin <= 3 && nout == 1, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; at most x, mask and key_padding_mask, and one result", nin, nout);
    wk_tensor *all[] = { in[0], nin > 1 ? in[1] : NULL, nin > 2 ? in[2] : NULL };
    bool is_ours = false;
    for (int i = 0; i < e->layers; i++)
        if (wki_module_pass(list->members[i].object, all, 3, &is_ours)) return wk_error();
    out[0] = e->norm ? wk_forward(e->norm, all[0]) : all[0];
    return wk_error();
}

static const wk_module_ops encoder_ops = { .size = sizeof encoder_ops,
                                           .name = "transformer_encoder",
                                           .state_size = sizeof(encoder),
                                           .init = encoder_init,
                                           .forward_many = encoder_forward };

wk_module *wk_nn_transformer_encoder_new(const wk_transformer_opts *given)
{
    wk_transformer_opts o;
    return options_ok("nn_transformer_encoder", given, &o) ? wki_layer_new(&encoder_ops, &o) : NULL;
}
