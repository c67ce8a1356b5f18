/* The layers of transformers, of other layers: an encoder's and a decoder's, stacks of them, and a transformer of both.
 */
#include "base/options.h"
#include "nn/module.h"
#include <stdio.h>
#include <string.h>

/* Attention to itself, a decoder's to the memory, the network of two linear layers: each has a norm and a dropout. */
enum { MOST_PARTS = 3 };

typedef struct layer {
    wk_transformer_opts o;
    bool gelu;
    int parts;
    wk_module *attention, *cross, *linear1, *linear2, *dropout; /* cross: a decoder's alone */
    wk_module *norms[MOST_PARTS], *dropouts[MOST_PARTS];
} layer;

/* What a layer is given besides the values that pass through: masks of each attention, of dims [l, s] and [n, s]. */
typedef struct given {
    wk_tensor *memory, *mask[2], *padding[2];
} given;

static wk_module *norm(const wk_transformer_opts *o)
{
    return wk_nn_layer_norm(WK_DIMS(o->d_model), .eps = o->layer_norm_eps, .bias = o->bias, .dtype = o->dtype);
}

static wk_module *linear(const wk_transformer_opts *o, int64_t in, int64_t out)
{
    return wk_nn_linear(in, out, .bias = o->bias, .dtype = o->dtype);
}

static wk_module *attention(const wk_transformer_opts *o, bool is_causal)
{
    return wk_nn_multihead_attention(o->d_model, o->nhead, .dropout = o->dropout, .bias = o->bias,
                                     .batch_first = o->batch_first, .is_causal = is_causal, .dtype = o->dtype);
}

static wk_status layer_init(wk_module *m, void *state)
{
    static const char *const norms[] = { "norm1", "norm2", "norm3" };
    static const char *const dropouts[] = { "dropout1", "dropout2", "dropout3" };
    layer *l = state;
    *l = *(const layer *)wk_nn_options(m);
    const wk_transformer_opts *o = &l->o;
    l->attention = wk_nn_child(m, "self_attn", attention(o, o->is_causal));
    if (l->parts == 3) l->cross = wk_nn_child(m, "multihead_attn", attention(o, false));
    l->linear1 = wk_nn_child(m, "linear1", linear(o, o->d_model, o->dim_feedforward));
    l->dropout = wk_nn_child(m, "dropout", wk_nn_dropout(o->dropout));
    l->linear2 = wk_nn_child(m, "linear2", linear(o, o->dim_feedforward, o->d_model));
    for (int i = 0; i < l->parts; i++) l->norms[i] = wk_nn_child(m, norms[i], norm(o));
    for (int i = 0; i < l->parts; i++) l->dropouts[i] = wk_nn_child(m, dropouts[i], wk_nn_dropout(o->dropout));
    return wk_error();
}

static wk_tensor *feed(const layer *l, wk_tensor *x)
{
    wk_tensor *hidden = wk_forward(l->linear1, x);
    if (!hidden) return NULL;
    hidden = wk_forward(l->dropout, l->gelu ? wk_gelu(hidden) : wk_relu(hidden));
    return hidden ? wk_forward(l->linear2, hidden) : NULL;
}

static wk_tensor *attend(const layer *l, bool cross, wk_tensor *x, const given *g)
{
    wk_tensor *in[] = { x, cross ? g->memory : NULL, NULL, g->padding[cross], g->mask[cross] }, *y;
    return wk_forward_many(cross ? l->cross : l->attention, in, 5, &y, 1) ? NULL : y;
}

static wk_tensor *part(const layer *l, int i, wk_tensor *x, const given *g)
{
    wk_tensor *y = !x ? NULL : i == l->parts - 1 ? feed(l, x) : attend(l, i == 1, x, g);
    return y ? wk_forward(l->dropouts[i], y) : NULL;
}

static wk_tensor *pass(const layer *l, wk_tensor *x, const given *g)
{
    for (int i = 0; i < l->parts && x; i++) {
        wk_tensor *y = part(l, i, l->o.norm_first ? wk_forward(l->norms[i], x) : x, g);
        x = y ? wk_add(x, y) : NULL;
        if (x && !l->o.norm_first) x = wk_forward(l->norms[i], x);
    }
    return x;
}

static wk_tensor *at(wk_tensor *const *in, int nin, int i) { return i < nin ? in[i] : NULL; }

static bool counts_ok(const wk_module *m, int nin, int nout)
{
    wki_check(nin <= 3 && nout == 1, false, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; at most x, mask and key_padding_mask, and one result", nin, nout);
    return true;
}

static bool decoder_counts_ok(const wk_module *m, wk_tensor *const *in, int nin, int nout)
{
    wki_check(nin <= 6 && nout == 1, false, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; at most tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask and "
              "memory_key_padding_mask, and one result",
              nin, nout);
    wki_check(at(in, nin, 1), false, WK_E_INVALID, m->ops->name, "memory is NULL; it is the second input");
    return true;
}

static wk_status layer_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    if (!counts_ok(m, nin, nout)) return wk_error();
    out[0] = pass(m->state, in[0], &(given){ NULL, { at(in, nin, 1) }, { at(in, nin, 2) } });
    return wk_error();
}

static wk_status decoder_layer_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    if (!decoder_counts_ok(m, in, nin, nout)) return wk_error();
    const given g = { in[1], { at(in, nin, 2), at(in, nin, 3) }, { at(in, nin, 4), at(in, nin, 5) } };
    out[0] = pass(m->state, in[0], &g);
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
static const wk_module_ops decoder_layer_ops = { .size = sizeof decoder_layer_ops,
                                                 .name = "transformer_decoder_layer",
                                                 .state_size = sizeof(layer),
                                                 .init = layer_init,
                                                 .describe = layer_describe,
                                                 .forward_many = decoder_layer_forward };

wk_transformer_opts wk_transformer_opts_default(void) { return (wk_transformer_opts){ WK_TRANSFORMER_DEFAULTS }; }

/* What the children do not check themselves. */
static bool options_ok(const char *where, const wk_transformer_opts *given, wk_transformer_opts *o)
{
    *o = wk_transformer_opts_default();
    if (!wki_options_take(where, o, sizeof *o, given)) return false;
    wki_check(o->activation && (!strcmp(o->activation, "relu") || !strcmp(o->activation, "gelu")), false, WK_E_INVALID,
              where, "activation is '%s'; relu or gelu is needed", o->activation ? o->activation : "NULL");
    wki_check(o->d_model > 0 && o->nhead > 0 && o->d_model % o->nhead == 0, false, WK_E_INVALID, where,
              "d_model %lld, nhead %lld; nhead must divide d_model", (long long)o->d_model, (long long)o->nhead);
    wki_check(o->dim_feedforward > 0 && o->num_layers > 0, false, WK_E_INVALID, where,
              "dim_feedforward %lld, num_layers %d; each must be 1 or more", (long long)o->dim_feedforward,
              o->num_layers);
    return true;
}

static wk_module *make_layer(const wk_transformer_opts *o, bool decodes)
{
    layer l = { .o = *o, .gelu = !strcmp(o->activation, "gelu"), .parts = 2 + decodes };
    l.o.activation = l.gelu ? "gelu" : "relu"; /* given: the caller's string */
    return wki_layer_new(decodes ? &decoder_layer_ops : &layer_ops, &l);
}

wk_module *wk_nn_transformer_encoder_layer_new(const wk_transformer_opts *given)
{
    wk_transformer_opts o;
    return options_ok("nn_transformer_encoder_layer", given, &o) ? make_layer(&o, false) : NULL;
}

wk_module *wk_nn_transformer_decoder_layer_new(const wk_transformer_opts *given)
{
    wk_transformer_opts o;
    return options_ok("nn_transformer_decoder_layer", given, &o) ? make_layer(&o, true) : NULL;
}

/* ---- Stacks ---- */

typedef struct stack {
    int layers;
    wk_module *norm;
} stack;

static wk_status stack_init(wk_module *m, stack *s, bool decodes)
{
    const wk_transformer_opts *o = wk_nn_options(m);
    wk_module *list = wk_nn_child(m, "layers", wk_nn_module_list_new(NULL, 0));
    s->layers = o->num_layers;
    for (int i = 0; i < s->layers && list; i++) {
        wk_module *one = wk_module_append(list, make_layer(o, decodes));
        if (!one || (i && wk_module_copy_(one, list->members[0].object))) return wk_error();
    }
    if (list && o->final_norm) s->norm = wk_nn_child(m, "norm", norm(o));
    return wk_error();
}

static wk_status encoder_init(wk_module *m, void *state) { return stack_init(m, state, false); }
static wk_status decoder_init(wk_module *m, void *state) { return stack_init(m, state, true); }

/* in[0 .. room) is what each layer takes; in[0] is replaced. */
static wk_status stack_pass(const wk_module *m, wk_tensor **in, int room, wk_tensor **out)
{
    const stack *s = m->state;
    const wk_module *list = m->members[0].object;
    bool is_ours = false;
    for (int i = 0; i < s->layers; i++)
        if (wki_module_pass(list->members[i].object, in, room, &is_ours)) return wk_error();
    *out = s->norm ? wk_forward(s->norm, in[0]) : in[0];
    return wk_error();
}

static wk_status encoder_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    if (!counts_ok(m, nin, nout)) return wk_error();
    wk_tensor *all[] = { in[0], at(in, nin, 1), at(in, nin, 2) };
    return stack_pass(m, all, 3, out);
}

static wk_status decoder_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    if (!decoder_counts_ok(m, in, nin, nout)) return wk_error();
    wk_tensor *all[6];
    for (int i = 0; i < 6; i++) all[i] = at(in, nin, i);
    return stack_pass(m, all, 6, out);
}

static const wk_module_ops encoder_ops = { .size = sizeof encoder_ops,
                                           .name = "transformer_encoder",
                                           .state_size = sizeof(stack),
                                           .init = encoder_init,
                                           .forward_many = encoder_forward };
static const wk_module_ops decoder_ops = { .size = sizeof decoder_ops,
                                           .name = "transformer_decoder",
                                           .state_size = sizeof(stack),
                                           .init = decoder_init,
                                           .forward_many = decoder_forward };

wk_module *wk_nn_transformer_encoder_new(const wk_transformer_opts *given)
{
    wk_transformer_opts o;
    return options_ok("nn_transformer_encoder", given, &o) ? wki_layer_new(&encoder_ops, &o) : NULL;
}

wk_module *wk_nn_transformer_decoder_new(const wk_transformer_opts *given)
{
    wk_transformer_opts o;
    return options_ok("nn_transformer_decoder", given, &o) ? wki_layer_new(&decoder_ops, &o) : NULL;
}

/* ---- Both ---- */

typedef struct both {
    wk_module *encoder, *decoder;
} both;

static wk_status both_init(wk_module *m, void *state)
{
    both *b = state;
    wk_transformer_opts o = *(const wk_transformer_opts *)wk_nn_options(m);
    const bool is_causal = o.is_causal;
    o.final_norm = true;
    o.is_causal = false;
    o.num_layers = o.num_encoder_layers;
    b->encoder = wk_nn_child(m, "encoder", wki_layer_new(&encoder_ops, &o));
    o.is_causal = is_causal;
    o.num_layers = o.num_decoder_layers;
    b->decoder = wk_nn_child(m, "decoder", wki_layer_new(&decoder_ops, &o));
    wk_params *params = b->decoder ? wk_parameters(m) : NULL;
    for (int i = 0; params && i < wk_params_count(params); i++) {
        wk_tensor *t = wk_params_at(params, i);
        if (t->v.ndim > 1 && wk_init_xavier_uniform_(t, 1)) break;
    }
    return wk_error();
}

static wk_status both_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const both *b = m->state;
    wki_check(nin <= 8 && nout == 1, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; at most src, tgt, masks of src, tgt and memory and their key_padding_masks, and "
              "one result",
              nin, nout);
    wk_tensor *tgt = at(in, nin, 1), *memory;
    wki_check(tgt, WK_E_INVALID, WK_E_INVALID, m->ops->name, "tgt is NULL; it is the second input");
    wk_tensor *to[] = { in[0], at(in, nin, 2), at(in, nin, 5) };
    if (wk_forward_many(b->encoder, to, 3, &memory, 1)) return wk_error();
    wk_tensor *from[] = { tgt, memory, at(in, nin, 3), at(in, nin, 4), at(in, nin, 6), at(in, nin, 7) };
    return wk_forward_many(b->decoder, from, 6, out, 1);
}

static const wk_module_ops both_ops = { .size = sizeof both_ops,
                                        .name = "transformer",
                                        .state_size = sizeof(both),
                                        .init = both_init,
                                        .forward_many = both_forward };

wk_module *wk_nn_transformer_new(const wk_transformer_opts *given)
{
    static const char where[] = "nn_transformer";
    wk_transformer_opts o;
    if (!options_ok(where, given, &o)) return NULL;
    wki_check(o.num_encoder_layers > 0 && o.num_decoder_layers > 0, NULL, WK_E_INVALID, where,
              "num_encoder_layers %d, num_decoder_layers %d; each must be 1 or more", o.num_encoder_layers,
              o.num_decoder_layers);
    return wki_layer_new(&both_ops, &o);
}
