/* Nodes of the graph of gradients as operators of ONNX, for modules of the user's own. Each knows the shape of its
 * result and tells those of its inputs, since a node itself keeps no shapes. Samples stay apart: an operator that would
 * mix or move the dim that counts them is refused. */
#include "autograd/attrs.h"
#include "autograd/reduce.h"
#include "base/fault.h"
#include "train/onnx.h"
#include <string.h>

typedef wki_onnx_value value;

typedef struct reading {
    wki_onnx *g;
    const wk_module *m;
    const wki_node *node;
    const char *const *in;
    const wki_shape *y;
    const wk_tensor *like; /* of the dtype that numbers have */
} reading;

static const void *attrs_of(const wki_node *node) { return node->attrs; }

static value refuse_samples(const reading *r)
{
    return wki_onnx_refuse(r->g, r->m, "its forward calls %s along dim %d, which counts the samples", r->node->op->name,
                           r->g->batch);
}

static value put_same(const reading *r, const char *there)
{
    return wki_onnx_node(r->g, there, r->in, r->node->ninputs);
}

static value put_number(const reading *r, const char *there, bool first)
{
    const value s = wki_onnx_number(r->g, wki_row_number(r->node), r->like);
    return first ? WKI_NODE(r->g, there, s.name, r->in[0]) : WKI_NODE(r->g, there, r->in[0], s.name);
}

static value put_add(const reading *r) { return put_number(r, "Add", false); }
static value put_sub(const reading *r) { return put_number(r, "Sub", false); }
static value put_rsub(const reading *r) { return put_number(r, "Sub", true); }
static value put_mul(const reading *r) { return put_number(r, "Mul", false); }
static value put_div(const reading *r) { return put_number(r, "Div", false); }
static value put_divided(const reading *r) { return put_number(r, "Div", true); }
static value put_pow(const reading *r) { return put_number(r, "Pow", false); }
static value put_square(const reading *r) { return WKI_NODE(r->g, "Mul", r->in[0], r->in[0]); }

static value put_silu(const reading *r)
{
    const value gate = WKI_NODE(r->g, "Sigmoid", r->in[0]);
    return WKI_NODE(r->g, "Mul", r->in[0], gate.name);
}

static value put_gelu(const reading *r)
{
    value x = { .t = (wk_tensor *)r->like };
    snprintf(x.name, sizeof x.name, "%s", r->in[0]);
    return wki_onnx_gelu(r->g, x);
}

static value with_alpha(const reading *r, const char *there)
{
    const value y = put_same(r, there);
    wki_onnx_float(r->g, "alpha", wki_row_number(r->node));
    return y;
}
static value put_leaky_relu(const reading *r) { return with_alpha(r, "LeakyRelu"); }
static value put_elu(const reading *r) { return with_alpha(r, "Elu"); }

static value put_view(const reading *r)
{
    const wki_shape *from = attrs_of(r->node);
    int64_t to[WK_MAX_DIMS];
    for (int i = 0; i <= r->g->batch; i++)
        if (i >= from->ndim || i >= r->y->ndim || (from->size[i] != r->y->size[i] && !WKI_FAULT(216)))
            return wki_onnx_refuse(r->g, r->m, "its forward calls view from %s to %s; the samples, dim %d, must stay",
                                   wki_show_shape(from->ndim, from->size), wki_show_shape(r->y->ndim, r->y->size),
                                   r->g->batch);
    for (int i = 0; i < r->y->ndim; i++) to[i] = i <= r->g->batch ? 0 : r->y->size[i];
    return wki_onnx_reshape(r->g, r->in[0], r->y->ndim, to);
}

static value put_permute(const reading *r)
{
    const wki_order *o = attrs_of(r->node);
    int64_t order[WK_MAX_DIMS];
    for (int i = 0; i < o->n; i++) order[i] = o->dims[i] < 0 ? o->dims[i] + o->n : o->dims[i];
    if (r->g->batch >= o->n || order[r->g->batch] != r->g->batch) return refuse_samples(r);
    return wki_onnx_transpose(r->g, r->in[0], o->n, order);
}

static value whole(const reading *r, int64_t n) { return wki_onnx_constant(r->g, wk_from(&n, WK_SHAPE(1), WK_I64)); }

static value put_slice(const reading *r)
{
    const wki_cut *c = attrs_of(r->node);
    if (c->dim == r->g->batch) return refuse_samples(r);
    const value start = whole(r, WKI_FAULT(215) ? 0 : c->start),
                end = whole(r, c->start + (c->length - 1) * c->step + 1);
    const value axis = whole(r, c->dim), step = whole(r, c->step);
    return WKI_NODE(r->g, "Slice", r->in[0], start.name, end.name, axis.name, step.name);
}

static value along(const reading *r, const char *there, int dim)
{
    if (dim == r->g->batch) return refuse_samples(r);
    const value y = put_same(r, there);
    wki_onnx_int(r->g, "axis", dim);
    return y;
}
static value put_cat(const reading *r) { return along(r, "Concat", ((const wki_joined *)attrs_of(r->node))->dim); }
static value put_softmax(const reading *r) { return along(r, "Softmax", *(const int *)attrs_of(r->node)); }
static value put_log_softmax(const reading *r) { return along(r, "LogSoftmax", *(const int *)attrs_of(r->node)); }

static value put_sum(const reading *r)
{
    const wki_reduction *of = attrs_of(r->node);
    int64_t axes[WK_MAX_DIMS];
    int n = 0;
    if (of->dims >> r->g->batch & 1) return refuse_samples(r);
    for (int d = 0; d < of->from.ndim; d++)
        if (of->dims >> d & 1) axes[n++] = d;
    const value at = wki_onnx_constant(r->g, wk_from(axes, WK_SHAPE(n), WK_I64));
    value y = WKI_NODE(r->g, "ReduceSum", r->in[0], at.name);
    wki_onnx_int(r->g, "keepdims", r->y->ndim == of->from.ndim);
    if (of->number == 1) return y;
    const value share = wki_onnx_number(r->g, of->number, r->like);
    return WKI_NODE(r->g, "Mul", y.name, share.name);
}

/* ---- Shapes of inputs ---- */

static wki_shape of_row(const reading *r, int input) { return wki_row_input(r->node, input, r->y); }
static wki_shape of_same(const reading *r, int input) { return (void)input, *r->y; }
static wki_shape of_view(const reading *r, int input) { return (void)input, *(const wki_shape *)attrs_of(r->node); }
static wki_shape of_slice(const reading *r, int input)
{
    return (void)input, ((const wki_cut *)attrs_of(r->node))->from;
}
static wki_shape of_sum(const reading *r, int input)
{
    return (void)input, ((const wki_reduction *)attrs_of(r->node))->from;
}

static wki_shape of_permute(const reading *r, int input)
{
    const wki_order *o = attrs_of(r->node);
    wki_shape x = { .ndim = o->n };
    (void)input;
    for (int i = 0; i < o->n; i++) x.size[o->dims[i] < 0 ? o->dims[i] + o->n : o->dims[i]] = r->y->size[i];
    return x;
}

static wki_shape of_cat(const reading *r, int input)
{
    const wki_joined *j = attrs_of(r->node);
    wki_shape x = *r->y;
    x.size[j->dim] = j->sizes[input];
    return x;
}

/* One operator of the same inputs, or what puts it. */
static const struct {
    const char *op, *there;
    value (*put)(const reading *r);
    wki_shape (*input)(const reading *r, int input);
} operators[] = {
    { "relu", "Relu", NULL, of_row },
    { "tanh", "Tanh", NULL, of_row },
    { "sigmoid", "Sigmoid", NULL, of_row },
    { "softsign", "Softsign", NULL, of_row },
    { "exp", "Exp", NULL, of_row },
    { "log", "Log", NULL, of_row },
    { "sqrt", "Sqrt", NULL, of_row },
    { "reciprocal", "Reciprocal", NULL, of_row },
    { "abs", "Abs", NULL, of_row },
    { "neg", "Neg", NULL, of_row },
    { "sin", "Sin", NULL, of_row },
    { "cos", "Cos", NULL, of_row },
    { "erf", "Erf", NULL, of_row },
    { "add", "Add", NULL, of_row },
    { "sub", "Sub", NULL, of_row },
    { "mul", "Mul", NULL, of_row },
    { "div", "Div", NULL, of_row },
    { "maximum", "Max", NULL, of_row },
    { "minimum", "Min", NULL, of_row },
    { "add_scalar", NULL, put_add, of_row },
    { "sub_scalar", NULL, put_sub, of_row },
    { "rsub_scalar", NULL, put_rsub, of_row },
    { "mul_scalar", NULL, put_mul, of_row },
    { "div_scalar", NULL, put_div, of_row },
    { "scalar_div", NULL, put_divided, of_row },
    { "pow_scalar", NULL, put_pow, of_row },
    { "square", NULL, put_square, of_row },
    { "silu", NULL, put_silu, of_row },
    { "gelu", NULL, put_gelu, of_row },
    { "leaky_relu", NULL, put_leaky_relu, of_row },
    { "elu", NULL, put_elu, of_row },
    { "clone", "Identity", NULL, of_same },
    { "view", NULL, put_view, of_view },
    { "permute", NULL, put_permute, of_permute },
    { "slice", NULL, put_slice, of_slice },
    { "cat", NULL, put_cat, of_cat },
    { "softmax", NULL, put_softmax, of_same },
    { "log_softmax", NULL, put_log_softmax, of_same },
    { "sum", NULL, put_sum, of_sum },
};
enum { OPERATORS = sizeof operators / sizeof *operators };

static int find(const wki_node *node)
{
    int i = 0;
    while (i < OPERATORS && strcmp(operators[i].op, node->op->name)) i++;
    return i;
}

bool wki_onnx_is_operator(const wki_node *node) { return find(node) < OPERATORS && node->ninputs <= WKI_ONNX_INPUTS; }

wki_shape wki_onnx_operator_input(const wki_node *node, int input, const wki_shape *y)
{
    return operators[find(node)].input(&(reading){ .node = node, .y = y }, input);
}

value wki_onnx_operator(wki_onnx *g, const wk_module *m, const wki_node *node, const char *const *in,
                        const wki_shape *y, const wk_tensor *like)
{
    const int i = find(node);
    const reading r = { g, m, node, in, y, like };
    return operators[i].put ? operators[i].put(&r) : put_same(&r, operators[i].there);
}
