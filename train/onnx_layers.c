/* How containers, activations, dense layers, embeddings and norms look in ONNX. */
#include "train/onnx.h"
#include <float.h>
#include <math.h>
#include <string.h>

typedef wki_onnx_value value;

/* ---- Containers ---- */

static value put_sequential(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    for (int i = 0; i < m->count && !wk_failed(); i++) x = wki_onnx_child(g, m, m->members[i].name, x);
    return x;
}

static value put_nothing(wki_onnx *g, wk_module *m, value x, wk_tensor *y) { return (void)g, (void)m, (void)y, x; }

/* ---- Activations ---- */

static value put_number(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    static const char *const ops[][2] = { { "leaky_relu", "LeakyRelu" }, { "elu", "Elu" }, { "celu", "Celu" } };
    const wki_numbers *n = m->state;
    const char *op = NULL;
    for (int i = 0; i < 3; i++)
        if (!strcmp(ops[i][0], m->ops->name)) op = ops[i][1];
    value v = WKI_NODE(g, op, x.name);
    wki_onnx_float(g, "alpha", n->a);
    return v;
}

static value clip(wki_onnx *g, value x, double low, double high)
{
    value least = wki_onnx_number(g, low, x.t), most = wki_onnx_number(g, high, x.t);
    return WKI_NODE(g, "Clip", x.name, least.name, most.name);
}

static value put_relu6(wki_onnx *g, wk_module *m, value x, wk_tensor *y) { return (void)m, (void)y, clip(g, x, 0, 6); }

static value put_hardtanh(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wki_numbers *n = m->state;
    return clip(g, x, n->a, n->b);
}

static value put_hardsigmoid(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)m, (void)y;
    value v = WKI_NODE(g, "HardSigmoid", x.name);
    wki_onnx_float(g, "alpha", 1.0 / 6);
    wki_onnx_float(g, "beta", 0.5);
    return v;
}

static value put_logsigmoid(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)m, (void)y;
    value minus = WKI_NODE(g, "Neg", x.name), soft = WKI_NODE(g, "Softplus", minus.name);
    return WKI_NODE(g, "Neg", soft.name);
}

static value put_silu(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)m, (void)y;
    value gate = WKI_NODE(g, "Sigmoid", x.name);
    return WKI_NODE(g, "Mul", x.name, gate.name);
}

static value put_mish(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)m, (void)y;
    value soft = WKI_NODE(g, "Softplus", x.name), gate = WKI_NODE(g, "Tanh", soft.name);
    return WKI_NODE(g, "Mul", x.name, gate.name);
}

/* x / 2 * (1 + gate) */
static value half_gated(wki_onnx *g, value x, value gate)
{
    value one = wki_onnx_number(g, 1, x.t), half = wki_onnx_number(g, 0.5, x.t);
    value open = WKI_NODE(g, "Add", gate.name, one.name), part = WKI_NODE(g, "Mul", x.name, half.name);
    return WKI_NODE(g, "Mul", part.name, open.name);
}

value wki_onnx_gelu(wki_onnx *g, value x)
{
    value root = wki_onnx_number(g, sqrt(2), x.t), scaled = WKI_NODE(g, "Div", x.name, root.name);
    return half_gated(g, x, WKI_NODE(g, "Erf", scaled.name));
}

static value put_gelu(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    return (void)m, (void)y, wki_onnx_gelu(g, x);
}

static value put_gelu_tanh(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)m, (void)y;
    value three = wki_onnx_number(g, 3, x.t), share = wki_onnx_number(g, 0.044715, x.t);
    value scale = wki_onnx_number(g, sqrt(2 / acos(-1)), x.t);
    value cube = WKI_NODE(g, "Pow", x.name, three.name), part = WKI_NODE(g, "Mul", cube.name, share.name);
    value sum = WKI_NODE(g, "Add", x.name, part.name), scaled = WKI_NODE(g, "Mul", sum.name, scale.name);
    return half_gated(g, x, WKI_NODE(g, "Tanh", scaled.name));
}

static value put_softplus(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wki_numbers *n = m->state;
    value beta = wki_onnx_number(g, n->a, x.t), scaled = WKI_NODE(g, "Mul", x.name, beta.name);
    value soft = WKI_NODE(g, "Softplus", scaled.name);
    if (n->b != 20) {
        value threshold = wki_onnx_number(g, n->b, x.t);
        value beyond = WKI_NODE(g, "Greater", scaled.name, threshold.name);
        soft = WKI_NODE(g, "Where", beyond.name, scaled.name, soft.name);
    }
    return WKI_NODE(g, "Div", soft.name, beta.name);
}

static value softmax(wki_onnx *g, const char *op, value x, int64_t axis)
{
    value v = WKI_NODE(g, op, x.name);
    wki_onnx_int(g, "axis", axis);
    return v;
}

static int64_t dim_of(const wk_module *m) { return (int64_t)((const wki_numbers *)m->state)->a; }

static value put_softmax(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    return (void)y, softmax(g, strcmp(m->ops->name, "softmax") ? "LogSoftmax" : "Softmax", x, dim_of(m));
}

static value put_softmin(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    return (void)y, softmax(g, "Softmax", WKI_NODE(g, "Neg", x.name), dim_of(m));
}

static value put_softmax2d(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    return (void)m, (void)y, softmax(g, "Softmax", x, -3);
}

/* Shrink's bias is what softshrink moves by. */
static value put_shrink(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const double lambda = ((const wki_numbers *)m->state)->a;
    value v = WKI_NODE(g, "Shrink", x.name);
    wki_onnx_float(g, "lambd", lambda);
    wki_onnx_float(g, "bias", strcmp(m->ops->name, "softshrink") ? 0 : lambda);
    return v;
}

static value put_tanhshrink(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)m, (void)y;
    value bent = WKI_NODE(g, "Tanh", x.name);
    return WKI_NODE(g, "Sub", x.name, bent.name);
}

static value put_threshold(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wki_numbers *n = m->state;
    value least = wki_onnx_number(g, n->a, x.t), other = wki_onnx_number(g, n->b, x.t);
    value below = WKI_NODE(g, "LessOrEqual", x.name, least.name);
    return WKI_NODE(g, "Where", below.name, other.name, x.name);
}

static value put_rrelu(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wki_numbers *n = m->state;
    value v = WKI_NODE(g, "LeakyRelu", x.name);
    wki_onnx_float(g, "alpha", (n->a + n->b) / 2);
    return v;
}

static value whole_number(wki_onnx *g, int64_t n) { return wki_onnx_constant(g, wk_from(&n, WK_SHAPE(1), WK_I64)); }

static value put_glu(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    const int64_t dim = dim_of(m) < 0 ? dim_of(m) + x.t->v.ndim : dim_of(m), size = y->v.size[dim];
    if (dim == g->batch) return wki_onnx_refuse(g, m, "dim %lld counts the samples", (long long)dim_of(m));
    value axis = whole_number(g, dim), start = whole_number(g, 0), half = whole_number(g, size);
    value end = whole_number(g, 2 * size);
    value first = WKI_NODE(g, "Slice", x.name, start.name, half.name, axis.name);
    value second = WKI_NODE(g, "Slice", x.name, half.name, end.name, axis.name);
    value gate = WKI_NODE(g, "Sigmoid", second.name);
    return WKI_NODE(g, "Mul", first.name, gate.name);
}

/* A number a channel, as it broadcasts to x [n, channels, ...]. */
static const char *by_channel(wki_onnx *g, wk_module *m, const char *name, const wk_tensor *x)
{
    wk_tensor *t = wki_onnx_member(m, name);
    int64_t shape[WK_MAX_DIMS];
    for (int i = 0; i < x->v.ndim; i++) shape[i] = i ? 1 : wki_numel(&t->v);
    wk_tensor *tall = wk_reshape(t, x->v.ndim - 1, shape);
    return tall ? wki_onnx_weight_as(g, name, tall) : NULL;
}

static value put_prelu(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const bool one = wki_numel(&wki_onnx_member(m, "weight")->v) == 1;
    const char *slope = one ? wki_onnx_weight(g, m, "weight") : by_channel(g, m, "weight", x.t);
    return WKI_NODE(g, "PRelu", x.name, slope);
}

/* ---- Dense ---- */

static value put_flatten(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)m, (void)y;
    value v = WKI_NODE(g, "Flatten", x.name);
    wki_onnx_int(g, "axis", 1);
    return v;
}

static value put_unflatten(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    const int given = ((const wki_unflatten *)m->state)->dim, dim = given < 0 ? given + x.t->v.ndim : given;
    if (dim <= g->batch) return wki_onnx_refuse(g, m, "dim %d is not behind the samples", given);
    int64_t shape[WK_MAX_DIMS];
    for (int i = 0; i < y->v.ndim; i++) shape[i] = i < dim ? 0 : y->v.size[i];
    return wki_onnx_reshape(g, x.name, y->v.ndim, shape);
}

static value put_linear(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    if (x.t->v.ndim < 2) return wki_onnx_refuse(g, m, "x is %s, without a batch", wki_show(&x.t->v));
    const char *weight = wki_onnx_weight(g, m, "weight"), *bias = wki_onnx_weight(g, m, "bias");
    if (x.t->v.ndim == 2) {
        value v = wki_onnx_node(g, "Gemm", (const char *[]){ x.name, weight, bias }, bias ? 3 : 2);
        wki_onnx_int(g, "transB", 1);
        return v;
    }
    value turned = wki_onnx_transpose(g, weight, 2, (const int64_t[]){ 1, 0 });
    value product = WKI_NODE(g, "MatMul", x.name, turned.name);
    return bias ? WKI_NODE(g, "Add", product.name, bias) : product;
}

static value put_scale(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    value far = WKI_NODE(g, "Sub", x.name, wki_onnx_weight(g, m, "offset"));
    return WKI_NODE(g, "Div", far.name, wki_onnx_weight(g, m, "scale"));
}

static value put_unscale(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    value wide = WKI_NODE(g, "Mul", x.name, wki_onnx_weight(g, m, "scale"));
    return WKI_NODE(g, "Add", wide.name, wki_onnx_weight(g, m, "offset"));
}

static value put_embedding(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    enum { INT64 = 7 };
    (void)y;
    if (x.t->v.dtype != WK_I64 && x.t->v.dtype != WK_I32) {
        x = WKI_NODE(g, "Cast", x.name);
        wki_onnx_int(g, "to", INT64);
    }
    value v = WKI_NODE(g, "Gather", wki_onnx_weight(g, m, "weight"), x.name);
    wki_onnx_int(g, "axis", 0);
    return v;
}

/* ---- Norms ---- */

static const char *weight_or(wki_onnx *g, wk_module *m, const char *name, double fill, int ndim, const int64_t *shape,
                             const wk_tensor *like, value *made)
{
    const char *given = wki_onnx_weight(g, m, name);
    if (given || wk_failed()) return given;
    *made = wki_onnx_constant(g, wk_full(ndim, shape, (wk_dtype)like->v.dtype, fill));
    return made->name;
}

static value put_channel_norm(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wk_batch_norm_opts *o = m->state;
    const bool instance = !strncmp(m->ops->name, "instance", 8);
    value made[2];
    const char *weight = weight_or(g, m, "weight", 1, WK_SHAPE(o->num_features), x.t, &made[0]);
    const char *bias = weight_or(g, m, "bias", 0, WK_SHAPE(o->num_features), x.t, &made[1]);
    const char *mean = wki_onnx_weight(g, m, "running_mean"), *var = wki_onnx_weight(g, m, "running_var");
    if (!mean && !instance) return wki_onnx_refuse(g, m, "without running statistics results depend on the batch");
    if (instance && x.t->v.ndim != m->ops->name[strlen(m->ops->name) - 2] - '0' + 2)
        return wki_onnx_refuse(g, m, "x is %s, without a batch", wki_show(&x.t->v));
    value v = mean ? WKI_NODE(g, "BatchNormalization", x.name, weight, bias, mean, var)
                   : WKI_NODE(g, "InstanceNormalization", x.name, weight, bias);
    wki_onnx_float(g, "epsilon", o->eps);
    return v;
}

static value put_layer_norm(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wk_layer_norm_opts *o = m->state;
    const wk_dims *d = &o->normalized_shape;
    value made;
    const char *weight = weight_or(g, m, "weight", 1, d->n, d->size, x.t, &made), *bias = wki_onnx_weight(g, m, "bias");
    value v = wki_onnx_node(g, "LayerNormalization", (const char *[]){ x.name, weight, bias }, bias ? 3 : 2);
    wki_onnx_int(g, "axis", -d->n);
    wki_onnx_float(g, "epsilon", o->eps);
    return v;
}

static value put_rms_norm(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wk_layer_norm_opts *o = m->state;
    const double own = x.t->v.dtype == WK_F64 ? DBL_EPSILON : FLT_EPSILON;
    value eps = wki_onnx_number(g, o->eps < 0 ? own : o->eps, x.t);
    value square = WKI_NODE(g, "Mul", x.name, x.name), mean = WKI_NODE(g, "ReduceMean", square.name);
    wki_onnx_ints(g, "axes", (const int64_t[]){ -1, -2, -3 }, o->normalized_shape.n);
    value sum = WKI_NODE(g, "Add", mean.name, eps.name), root = WKI_NODE(g, "Sqrt", sum.name);
    value v = WKI_NODE(g, "Div", x.name, root.name);
    const char *weight = wki_onnx_weight(g, m, "weight");
    return weight ? WKI_NODE(g, "Mul", v.name, weight) : v;
}

/* Groups as the channels of an InstanceNormalization. */
static value put_group_norm(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    const wk_group_norm_opts *o = m->state;
    const wk_dtype dtype = (wk_dtype)x.t->v.dtype;
    int64_t back[WK_MAX_DIMS] = { 0 };
    for (int i = 1; i < x.t->v.ndim; i++) back[i] = x.t->v.size[i];
    value ones = wki_onnx_constant(g, wk_ones(WK_SHAPE(o->num_groups), dtype));
    value zeros = wki_onnx_constant(g, wk_zeros(WK_SHAPE(o->num_groups), dtype));
    value grouped = wki_onnx_reshape(g, x.name, 3, (const int64_t[]){ 0, o->num_groups, -1 });
    value normal = WKI_NODE(g, "InstanceNormalization", grouped.name, ones.name, zeros.name);
    wki_onnx_float(g, "epsilon", o->eps);
    value v = wki_onnx_reshape(g, normal.name, x.t->v.ndim, back);
    if (!o->affine) return v;
    value scaled = WKI_NODE(g, "Mul", v.name, by_channel(g, m, "weight", x.t));
    return o->bias ? WKI_NODE(g, "Add", scaled.name, by_channel(g, m, "bias", x.t)) : scaled;
}

static value put_pad(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    (void)y;
    static const char *const modes[] = {
        [WK_PAD_CONSTANT] = "constant", [WK_PAD_REFLECT] = "reflect", [WK_PAD_REPLICATE] = "edge"
    };
    const wki_padding *p = m->state;
    const int rank = x.t->v.ndim;
    if (p->mode == WK_PAD_CIRCULAR) return wki_onnx_refuse(g, m, "what goes around has no form in ONNX here");
    if (rank - p->n / 2 <= g->batch) return wki_onnx_refuse(g, m, "x is %s, without a batch", wki_show(&x.t->v));
    int64_t all[2 * WK_MAX_DIMS] = { 0 };
    for (int i = 0; i < p->n; i++) all[(i % 2 + 1) * rank - 1 - i / 2] = p->by[i];
    value pads = wki_onnx_constant(g, wk_from(all, WK_SHAPE(2 * rank), WK_I64)), with = { 0 };
    if (p->mode == WK_PAD_CONSTANT) with = wki_onnx_number(g, p->value, x.t);
    value v =
        wki_onnx_node(g, "Pad", (const char *[]){ x.name, pads.name, with.name }, p->mode == WK_PAD_CONSTANT ? 3 : 2);
    wki_onnx_text(g, "mode", modes[p->mode]);
    return v;
}

/* x in the dims `shape`, in another order, as y; 0: as many as x has. */
static value rearranged(wki_onnx *g, value x, int n, const int64_t *shape, const int64_t *order, const wk_tensor *y)
{
    int64_t to[WK_MAX_DIMS] = { 0 };
    for (int i = 1; i < y->v.ndim; i++) to[i] = y->v.size[i];
    value split = wki_onnx_reshape(g, x.name, n, shape);
    return wki_onnx_reshape(g, wki_onnx_transpose(g, split.name, n, order).name, y->v.ndim, to);
}

static value put_shuffle(wki_onnx *g, wk_module *m, value x, wk_tensor *y)
{
    const int64_t r = (int64_t)((const wki_numbers *)m->state)->a, *in = x.t->v.size, *out = y->v.size;
    if (g->batch || x.t->v.ndim != 4)
        return wki_onnx_refuse(g, m, "x is %s; images in a batch have a form in ONNX here", wki_show(&x.t->v));
    if (!strcmp(m->ops->name, "pixel_shuffle"))
        return rearranged(g, x, 6, (const int64_t[]){ 0, out[1], r, r, in[2], in[3] },
                          (const int64_t[]){ 0, 1, 4, 2, 5, 3 }, y);
    if (!strcmp(m->ops->name, "pixel_unshuffle"))
        return rearranged(g, x, 6, (const int64_t[]){ 0, in[1], out[2], r, out[3], r },
                          (const int64_t[]){ 0, 1, 3, 5, 2, 4 }, y);
    return rearranged(g, x, 5, (const int64_t[]){ 0, r, in[1] / r, in[2], in[3] }, (const int64_t[]){ 0, 2, 1, 3, 4 },
                      y);
}

const wki_onnx_row wki_onnx_layers[] = {
    { "sequential", .put = put_sequential, .container = true },
    { "identity", .put = put_nothing },
    { "dropout", .put = put_nothing },
    { "dropout1d", .put = put_nothing },
    { "dropout2d", .put = put_nothing },
    { "dropout3d", .put = put_nothing },
    { "alpha_dropout", .put = put_nothing },
    { "feature_alpha_dropout", .put = put_nothing },
    { "relu", .op = "Relu" },
    { "tanh", .op = "Tanh" },
    { "sigmoid", .op = "Sigmoid" },
    { "selu", .op = "Selu" },
    { "softsign", .op = "Softsign" },
    { "hardswish", .op = "HardSwish" },
    { "leaky_relu", .put = put_number },
    { "elu", .put = put_number },
    { "celu", .put = put_number },
    { "relu6", .put = put_relu6 },
    { "hardtanh", .put = put_hardtanh },
    { "hardsigmoid", .put = put_hardsigmoid },
    { "logsigmoid", .put = put_logsigmoid },
    { "silu", .put = put_silu },
    { "mish", .put = put_mish },
    { "gelu", .put = put_gelu },
    { "gelu_tanh", .put = put_gelu_tanh },
    { "softplus", .put = put_softplus },
    { "softmax", .put = put_softmax },
    { "log_softmax", .put = put_softmax },
    { "softmin", .put = put_softmin },
    { "softmax2d", .put = put_softmax2d },
    { "hardshrink", .put = put_shrink },
    { "softshrink", .put = put_shrink },
    { "tanhshrink", .put = put_tanhshrink },
    { "threshold", .put = put_threshold },
    { "rrelu", .put = put_rrelu },
    { "glu", .put = put_glu },
    { "prelu", .put = put_prelu },
    { "flatten", .put = put_flatten },
    { "unflatten", .put = put_unflatten },
    { "constant_pad1d", .put = put_pad },
    { "constant_pad2d", .put = put_pad },
    { "constant_pad3d", .put = put_pad },
    { "zero_pad1d", .put = put_pad },
    { "zero_pad2d", .put = put_pad },
    { "zero_pad3d", .put = put_pad },
    { "reflection_pad1d", .put = put_pad },
    { "reflection_pad2d", .put = put_pad },
    { "reflection_pad3d", .put = put_pad },
    { "replication_pad1d", .put = put_pad },
    { "replication_pad2d", .put = put_pad },
    { "replication_pad3d", .put = put_pad },
    { "circular_pad1d", .put = put_pad },
    { "circular_pad2d", .put = put_pad },
    { "circular_pad3d", .put = put_pad },
    { "pixel_shuffle", .put = put_shuffle },
    { "pixel_unshuffle", .put = put_shuffle },
    { "channel_shuffle", .put = put_shuffle },
    { "linear", .put = put_linear },
    { "scale", .put = put_scale },
    { "unscale", .put = put_unscale },
    { "embedding", .put = put_embedding },
    { "batch_norm1d", .put = put_channel_norm },
    { "batch_norm2d", .put = put_channel_norm },
    { "batch_norm3d", .put = put_channel_norm },
    { "instance_norm1d", .put = put_channel_norm },
    { "instance_norm2d", .put = put_channel_norm },
    { "instance_norm3d", .put = put_channel_norm },
    { "layer_norm", .put = put_layer_norm },
    { "rms_norm", .put = put_rms_norm },
    { "group_norm", .put = put_group_norm },
    { .type = NULL },
};
