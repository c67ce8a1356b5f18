/* Embedding, EmbeddingBag and Bilinear. */
#include "base/options.h"
#include "nn/module.h"
#include <math.h>
#include <stdio.h>

typedef struct embedding {
    wk_embedding_layer_opts o;
    wk_tensor *weight; /* owned by the module */
} embedding;

/* weight, N(0, 1), of which a padding row is 0. */
static wk_tensor *make_table(wk_module *m, int64_t rows, int64_t dim, int64_t padding, wk_dtype dtype)
{
    wk_tensor *weight = wk_nn_param(m, "weight", wk_empty(WK_SHAPE(rows, dim), dtype));
    WK_NO_GRAD(update);
    if (!weight || wk_normal_(weight, 0, 1)) return NULL;
    return padding != WK_NO_PADDING && wk_zero_(wk_select(weight, 0, padding)) ? NULL : weight;
}

static bool table_ok(const char *where, int64_t rows, int64_t dim, int64_t padding, double max_norm, wk_dtype dtype)
{
    wki_check(rows > 0 && dim > 0, false, WK_E_INVALID, where,
              "num_embeddings %lld, embedding_dim %lld; each must be 1 or more", (long long)rows, (long long)dim);
    wki_check(padding == WK_NO_PADDING || (padding >= -rows && padding < rows), false, WK_E_RANGE, where,
              "padding_idx is %lld; there are %lld rows", (long long)padding, (long long)rows);
    wki_check(isnan(max_norm) || max_norm >= 0, false, WK_E_INVALID, where, "max_norm is %g; 0 or more is needed",
              max_norm);
    wki_check(wki_is_float(dtype), false, WK_E_DTYPE, where, "%s is no float dtype", wk_dtype_name(dtype));
    return true;
}

static wk_status embedding_init(wk_module *m, void *state)
{
    embedding *e = state;
    e->o = *(const wk_embedding_layer_opts *)wk_nn_options(m);
    e->weight = make_table(m, e->o.num_embeddings, e->o.embedding_dim, e->o.padding_idx, e->o.dtype);
    return wk_error();
}

static wk_tensor *embedding_forward(wk_module *m, wk_tensor *x)
{
    const embedding *e = m->state;
    return wk_embedding_with(x, e->weight, .padding_idx = e->o.padding_idx, .max_norm = e->o.max_norm,
                             .norm_type = e->o.norm_type, .scale_grad_by_freq = e->o.scale_grad_by_freq);
}

static void embedding_describe(wk_module *m, char *text, size_t bytes)
{
    const embedding *e = m->state;
    size_t n =
        (size_t)snprintf(text, bytes, "%lld, %lld", (long long)e->o.num_embeddings, (long long)e->o.embedding_dim);
    if (e->o.padding_idx != WK_NO_PADDING && n < bytes)
        n += (size_t)snprintf(text + n, bytes - n, ", padding_idx=%lld", (long long)e->o.padding_idx);
    if (!isnan(e->o.max_norm) && n < bytes)
        n += (size_t)snprintf(text + n, bytes - n, ", max_norm=%g, norm_type=%g", e->o.max_norm, e->o.norm_type);
    if (e->o.scale_grad_by_freq && n < bytes) snprintf(text + n, bytes - n, ", scale_grad_by_freq=true");
}

static const wk_module_ops embedding_ops = { .size = sizeof embedding_ops,
                                             .name = "embedding",
                                             .state_size = sizeof(embedding),
                                             .init = embedding_init,
                                             .forward = embedding_forward,
                                             .describe = embedding_describe };

wk_embedding_layer_opts wk_embedding_layer_opts_default(void)
{
    return (wk_embedding_layer_opts){ WK_EMBEDDING_LAYER_DEFAULTS };
}

wk_module *wk_nn_embedding_new(const wk_embedding_layer_opts *given)
{
    static const char where[] = "nn_embedding";
    wk_embedding_layer_opts o = wk_embedding_layer_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    if (!table_ok(where, o.num_embeddings, o.embedding_dim, o.padding_idx, o.max_norm, o.dtype)) return NULL;
    return wki_layer_new(&embedding_ops, &o);
}

/* ---- EmbeddingBag ---- */

typedef struct bag {
    wk_embedding_bag_layer_opts o;
    wk_tensor *weight; /* owned by the module */
} bag;

static wk_status bag_init(wk_module *m, void *state)
{
    bag *b = state;
    b->o = *(const wk_embedding_bag_layer_opts *)wk_nn_options(m);
    b->weight = make_table(m, b->o.num_embeddings, b->o.embedding_dim, b->o.padding_idx, b->o.dtype);
    return wk_error();
}

static wk_status bag_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const bag *b = m->state;
    wki_check(nin <= 3 && nout == 1, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; at most x, offsets and per_sample_weights, and one result", nin, nout);
    out[0] = wk_embedding_bag_with(
        in[0], b->weight, nin > 1 ? in[1] : NULL, .mode = b->o.mode, .per_sample_weights = nin > 2 ? in[2] : NULL,
        .padding_idx = b->o.padding_idx, .max_norm = b->o.max_norm, .norm_type = b->o.norm_type,
        .scale_grad_by_freq = b->o.scale_grad_by_freq, .include_last_offset = b->o.include_last_offset);
    return wk_error();
}

static void bag_describe(wk_module *m, char *text, size_t bytes)
{
    static const char *const modes[] = { [WK_BAG_MEAN] = "mean", [WK_BAG_SUM] = "sum", [WK_BAG_MAX] = "max" };
    const bag *b = m->state;
    size_t n = (size_t)snprintf(text, bytes, "%lld, %lld, mode=%s", (long long)b->o.num_embeddings,
                                (long long)b->o.embedding_dim, modes[b->o.mode]);
    if (b->o.padding_idx != WK_NO_PADDING && n < bytes)
        snprintf(text + n, bytes - n, ", padding_idx=%lld", (long long)b->o.padding_idx);
}

static const wk_module_ops bag_ops = { .size = sizeof bag_ops,
                                       .name = "embedding_bag",
                                       .state_size = sizeof(bag),
                                       .init = bag_init,
                                       .describe = bag_describe,
                                       .forward_many = bag_forward };

wk_embedding_bag_layer_opts wk_embedding_bag_layer_opts_default(void)
{
    return (wk_embedding_bag_layer_opts){ WK_EMBEDDING_BAG_LAYER_DEFAULTS };
}

wk_module *wk_nn_embedding_bag_new(const wk_embedding_bag_layer_opts *given)
{
    static const char where[] = "nn_embedding_bag";
    wk_embedding_bag_layer_opts o = wk_embedding_bag_layer_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    if (!table_ok(where, o.num_embeddings, o.embedding_dim, o.padding_idx, o.max_norm, o.dtype)) return NULL;
    wki_check((unsigned)o.mode <= WK_BAG_MAX, NULL, WK_E_INVALID, where, "%d is no mode", (int)o.mode);
    wki_check(o.mode != WK_BAG_MAX || !o.scale_grad_by_freq, NULL, WK_E_INVALID, where,
              "scale_grad_by_freq is for sums and means");
    return wki_layer_new(&bag_ops, &o);
}

/* ---- Bilinear: a W b + bias, for each output ---- */

typedef struct bilinear {
    wk_bilinear_opts o;
    wk_tensor *weight, *bias; /* owned by the module */
} bilinear;

static wk_status bilinear_init(wk_module *m, void *state)
{
    bilinear *b = state;
    b->o = *(const wk_bilinear_opts *)wk_nn_options(m);
    b->weight = wk_nn_param(m, "weight",
                            wk_empty(WK_SHAPE(b->o.out_features, b->o.in1_features, b->o.in2_features), b->o.dtype));
    if (b->o.bias) b->bias = wk_nn_param(m, "bias", wk_empty(WK_SHAPE(b->o.out_features), b->o.dtype));
    const double bound = 1 / sqrt((double)b->o.in1_features);
    if (b->weight) wk_init_uniform_(b->weight, -bound, bound);
    if (b->bias) wk_init_uniform_(b->bias, -bound, bound);
    return wk_error();
}

static wk_status bilinear_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const bilinear *b = m->state;
    wki_check(nin == 2 && in[1] && nout == 1, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; two inputs and one result are needed", nin, nout);
    const int last = in[0]->v.ndim - 1;
    bool fits = last >= 0 && in[1]->v.ndim == last + 1 && in[0]->v.size[last] == b->o.in1_features &&
                in[1]->v.size[last] == b->o.in2_features;
    for (int i = 0; i < last && fits; i++) fits = in[0]->v.size[i] == in[1]->v.size[i];
    wki_check(fits, WK_E_SHAPE, WK_E_SHAPE, m->ops->name,
              "inputs are %s and %s; [..., %lld] and [..., %lld] are needed", wki_show(&in[0]->v), wki_show(&in[1]->v),
              (long long)b->o.in1_features, (long long)b->o.in2_features);
    wk_tensor *left = wk_einsum("...i,oij->...oj", 2, (wk_tensor *[]){ in[0], b->weight });
    wk_tensor *y = left ? wk_sum_dim(wk_mul(left, wk_unsqueeze(in[1], last)), last + 1, false) : NULL;
    out[0] = y && b->bias ? wk_add(y, b->bias) : y;
    return wk_error();
}

static void bilinear_describe(wk_module *m, char *text, size_t bytes)
{
    const bilinear *b = m->state;
    snprintf(text, bytes, "%lld, %lld, %lld%s", (long long)b->o.in1_features, (long long)b->o.in2_features,
             (long long)b->o.out_features, b->o.bias ? "" : ", bias=false");
}

static const wk_module_ops bilinear_ops = { .size = sizeof bilinear_ops,
                                            .name = "bilinear",
                                            .state_size = sizeof(bilinear),
                                            .init = bilinear_init,
                                            .describe = bilinear_describe,
                                            .forward_many = bilinear_forward };

wk_bilinear_opts wk_bilinear_opts_default(void) { return (wk_bilinear_opts){ WK_BILINEAR_DEFAULTS }; }

wk_module *wk_nn_bilinear_new(const wk_bilinear_opts *given)
{
    static const char where[] = "nn_bilinear";
    wk_bilinear_opts o = wk_bilinear_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_check(o.in1_features > 0 && o.in2_features > 0 && o.out_features > 0, NULL, WK_E_INVALID, where,
              "%lld and %lld in, %lld out; each must be 1 or more", (long long)o.in1_features,
              (long long)o.in2_features, (long long)o.out_features);
    wki_check(wki_is_float(o.dtype), NULL, WK_E_DTYPE, where, "%s is no float dtype", wk_dtype_name(o.dtype));
    return wki_layer_new(&bilinear_ops, &o);
}
