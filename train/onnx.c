/* ONNX export: the graph and its file. The tree of modules is walked with an example, whose shapes the layers'
 * functions (onnx_layers.c, onnx_windows.c, onnx_sequences.c) read; weights go from the tensors to the file without a
 * copy in between. */
#include "train/onnx.h"
#include "autograd/tensor.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"
#include "wick/train.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { IR_VERSION = 8, OPSET = 17 };
static const char where[] = "export_onnx";

/* ---- Nodes ---- */

enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP = 4, NODE_ATTRIBUTE = 5 };
enum { A_NAME = 1, A_FLOAT = 2, A_INT = 3, A_TEXT = 4, A_INTS = 8, A_TEXTS = 9, A_TYPE = 20 };
enum { TYPE_FLOAT = 1, TYPE_INT = 2, TYPE_TEXT = 3, TYPE_INTS = 7, TYPE_TEXTS = 8 };

/* The node begun last is complete, and its result has this name. */
static void end_node(wki_onnx *g, const char *result)
{
    if (!g->last.used) return;
    wki_put_text(&g->last, NODE_OUTPUT, result);
    wki_put_message(&g->nodes, 1, &g->last);
}

wki_onnx_value wki_onnx_node(wki_onnx *g, const char *op, const char *const *inputs, int n)
{
    if (wk_failed()) return (wki_onnx_value){ 0 };
    end_node(g, g->result.name);
    g->result = (wki_onnx_value){ 0 };
    snprintf(g->result.name, sizeof g->result.name, "v%d", ++g->values);
    for (int i = 0; i < n; i++) wki_put_text(&g->last, NODE_INPUT, inputs[i]);
    char *name = wki_sprintf("%s%s%s_%d", g->path, *g->path ? "/" : "", op, g->values);
    if (name) wki_put_text(&g->last, NODE_NAME, name);
    wki_free(name);
    wki_put_text(&g->last, NODE_OP, op);
    return g->result;
}

static wki_message attribute(const char *name, int type)
{
    wki_message a = { 0 };
    wki_put_text(&a, A_NAME, name);
    wki_put_int(&a, A_TYPE, type);
    return a;
}

void wki_onnx_int(wki_onnx *g, const char *name, int64_t value)
{
    wki_message a = attribute(name, TYPE_INT);
    wki_put_int(&a, A_INT, value);
    wki_put_message(&g->last, NODE_ATTRIBUTE, &a);
}

void wki_onnx_float(wki_onnx *g, const char *name, double value)
{
    wki_message a = attribute(name, TYPE_FLOAT);
    wki_put_float(&a, A_FLOAT, (float)value);
    wki_put_message(&g->last, NODE_ATTRIBUTE, &a);
}

void wki_onnx_ints(wki_onnx *g, const char *name, const int64_t *values, int n)
{
    wki_message a = attribute(name, TYPE_INTS);
    for (int i = 0; i < n; i++) wki_put_int(&a, A_INTS, values[i]);
    wki_put_message(&g->last, NODE_ATTRIBUTE, &a);
}

void wki_onnx_text(wki_onnx *g, const char *name, const char *value)
{
    wki_message a = attribute(name, TYPE_TEXT);
    wki_put_text(&a, A_TEXT, value);
    wki_put_message(&g->last, NODE_ATTRIBUTE, &a);
}

void wki_onnx_texts(wki_onnx *g, const char *name, const char *value, int times)
{
    wki_message a = attribute(name, TYPE_TEXTS);
    for (int i = 0; i < times; i++) wki_put_text(&a, A_TEXTS, value);
    wki_put_message(&g->last, NODE_ATTRIBUTE, &a);
}

wki_onnx_value wki_onnx_transpose(wki_onnx *g, const char *x, int n, const int64_t *order)
{
    wki_onnx_value y = WKI_NODE(g, "Transpose", x);
    wki_onnx_ints(g, "perm", order, n);
    return y;
}

wki_onnx_value wki_onnx_reshape(wki_onnx *g, const char *x, int n, const int64_t *shape)
{
    wki_onnx_value sizes = wki_onnx_constant(g, wk_from(shape, WK_SHAPE(n), WK_I64));
    return WKI_NODE(g, "Reshape", x, sizes.name);
}

/* ---- Initializers ---- */

/* Of a layer that is called twice it is there already. */
static const char *set_weight(wki_onnx *g, const char *name, wk_tensor *t)
{
    if (wk_failed()) return NULL;
    wk_tensor *here = wki_on_cpu(t);
    if (!here || wk_state_set(g->weights, name, here)) return NULL;
    int64_t i = wk_state_count(g->weights) - 1;
    while (strcmp(wk_state_name(g->weights, i), name) != 0) i--;
    return wk_state_name(g->weights, i);
}

wk_tensor *wki_onnx_member(const wk_module *m, const char *name)
{
    for (int i = 0; i < m->count; i++)
        if (m->members[i].kind != WKI_CHILD && !strcmp(m->members[i].name, name)) return m->members[i].object;
    return NULL;
}

const char *wki_onnx_weight_as(wki_onnx *g, const char *name, wk_tensor *t)
{
    char *full = wki_sprintf("%s%s%s", g->path, *g->path ? "." : "", name);
    const char *kept = full ? set_weight(g, full, t) : NULL;
    wki_free(full);
    return kept;
}

const char *wki_onnx_weight(wki_onnx *g, const wk_module *m, const char *name)
{
    wk_tensor *t = wki_onnx_member(m, name);
    return t ? wki_onnx_weight_as(g, name, t) : NULL;
}

wki_onnx_value wki_onnx_constant(wki_onnx *g, wk_tensor *t)
{
    wki_onnx_value c = { 0 };
    snprintf(c.name, sizeof c.name, "c%d", ++g->constants);
    if (t) set_weight(g, c.name, t);
    return c;
}

wki_onnx_value wki_onnx_number(wki_onnx *g, double value, const wk_tensor *like)
{
    return wki_onnx_constant(g, wk_scalar(value, (wk_dtype)like->v.dtype));
}

/* ---- The tree ---- */

wki_onnx_value wki_onnx_refuse(wki_onnx *g, const wk_module *m, const char *format, ...)
{
    char why[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    wki_fail(WK_E_UNSUPPORTED, where, "%s%s%s: %s", g->path, *g->path ? " is a " : "a ", m->ops->name, why);
    return (wki_onnx_value){ 0 };
}

static const wki_onnx_row *row_of(const wk_module *m)
{
    const wki_onnx_row *const tables[] = { wki_onnx_layers, wki_onnx_windows, wki_onnx_sequences };
    for (int i = 0; i < 3 && m->own; i++)
        for (const wki_onnx_row *row = tables[i]; row->type; row++)
            if (!strcmp(row->type, m->ops->name)) return row;
    return NULL;
}

static wki_onnx_value put_module(wki_onnx *g, wk_module *m, wki_onnx_value x)
{
    const wki_onnx_row *row = row_of(m);
    if (!m->own) return wki_onnx_custom(g, m, x);
    if (!row) return wki_onnx_refuse(g, m, "it has no form in ONNX here");
    if (row->container) return row->put(g, m, x, NULL);
    wk_tensor *y = wk_forward(m, x.t);
    if (!y) return (wki_onnx_value){ 0 };
    wki_onnx_value result = row->put ? row->put(g, m, x, y) : WKI_NODE(g, row->op, x.name);
    result.t = y;
    return result;
}

wki_onnx_value wki_onnx_child(wki_onnx *g, wk_module *m, const char *name, wki_onnx_value x)
{
    const wki_member *member = wk_failed() ? NULL : wki_module_find(m, name);
    char *outer = g->path, *path = member ? wki_sprintf("%s%s%s", outer, *outer ? "." : "", name) : NULL;
    if (!path) return (wki_onnx_value){ 0 };
    g->path = path;
    wki_onnx_value y = put_module(g, member->object, x);
    g->path = outer;
    wki_free(path);
    return y;
}

/* ---- The file ---- */

enum { MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_PRODUCER_VERSION = 3, MODEL_GRAPH = 7, MODEL_OPSET = 8 };
enum { GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { TENSOR_DIM = 1, TENSOR_DTYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9 };

static int dtype_number(const wk_tensor *t)
{
    static const int numbers[WK_DTYPE_COUNT] = {
        [WK_F32] = 1, [WK_F64] = 11, [WK_I64] = 7, [WK_I32] = 6, [WK_U8] = 2, [WK_BOOL] = 9
    };
    return numbers[t->v.dtype];
}

static uint64_t bytes_of(const wk_tensor *t)
{
    return (uint64_t)wki_numel(&t->v) * wk_dtype_size((wk_dtype)t->v.dtype);
}

/* One dim of a ValueInfo: "N" where it counts the samples, nothing where it is a number that depends on them. */
static void put_dim(wki_message *shape, int64_t size, int64_t samples, bool varies)
{
    wki_message dim = { 0 };
    if (varies && size == samples) wki_put_text(&dim, 2, "N");
    if (!varies) wki_put_int(&dim, 1, size);
    wki_put_message(shape, 1, &dim);
}

/* An input or output, of the shape of t; twice has that for an example of twice the samples. */
static void put_value(wki_message *graph, int field, const char *name, const wk_tensor *t, const wk_tensor *twice,
                      int64_t samples)
{
    wki_message value = { 0 }, type = { 0 }, tensor = { 0 }, shape = { 0 };
    for (int i = 0; i < t->v.ndim; i++) put_dim(&shape, t->v.size[i], samples, t->v.size[i] != twice->v.size[i]);
    wki_put_int(&tensor, 1, dtype_number(t));
    wki_put_message(&tensor, 2, &shape);
    wki_put_message(&type, 1, &tensor);
    wki_put_text(&value, 1, name);
    wki_put_message(&value, 2, &type);
    wki_put_message(graph, field, &value);
}

/* An initializer but for its bytes. */
static void put_weight_head(wki_message *to, const char *name, const wk_tensor *t)
{
    wki_message head = { 0 };
    for (int i = 0; i < t->v.ndim; i++) wki_put_int(&head, TENSOR_DIM, t->v.size[i]);
    wki_put_int(&head, TENSOR_DTYPE, dtype_number(t));
    wki_put_text(&head, TENSOR_NAME, name);
    wki_put_head(&head, TENSOR_RAW, bytes_of(t));
    wki_put_head(to, GRAPH_INITIALIZER, head.used + bytes_of(t));
    wki_put(to, head.at, head.used);
    to->failed = to->failed || head.failed;
    wki_free(head.at);
}

static void put_model_head(wki_message *to, uint64_t graph_bytes)
{
    wki_message opset = { 0 };
    wki_put_int(to, MODEL_IR, IR_VERSION);
    wki_put_text(to, MODEL_PRODUCER, "wick");
    wki_put_text(to, MODEL_PRODUCER_VERSION, wk_version());
    wki_put_text(&opset, 1, "");
    wki_put_int(&opset, 2, OPSET);
    wki_put_message(to, MODEL_OPSET, &opset);
    wki_put_head(to, MODEL_GRAPH, graph_bytes);
}

static wk_status put_weights(wki_writer *file, const wk_state *weights)
{
    for (int64_t i = 0; i < wk_state_count(weights); i++) {
        const wk_tensor *t = wk_state_at(weights, i);
        wki_message head = { 0 };
        put_weight_head(&head, wk_state_name(weights, i), t);
        wk_status status = head.failed ? WK_E_MEMORY : wki_writer_put(file, head.at, head.used);
        wki_free(head.at);
        if (status || wki_writer_put(file, wk_data(t), (size_t)bytes_of(t))) return wk_error();
    }
    return WK_OK;
}

static wk_status write_model(const wki_message *graph, const wk_state *weights, const char *path)
{
    uint64_t bytes = graph->used;
    wki_message head = { 0 };
    for (int64_t i = 0; i < wk_state_count(weights); i++) {
        head.used = 0;
        put_weight_head(&head, wk_state_name(weights, i), wk_state_at(weights, i));
        bytes += head.used + bytes_of(wk_state_at(weights, i));
    }
    head.used = 0;
    put_model_head(&head, bytes);
    wki_writer *file = NULL;
    if (bytes > INT32_MAX - head.used)
        wki_fail(WK_E_UNSUPPORTED, where, "the model has %llu bytes; files of this kind end at 2 GiB",
                 (unsigned long long)bytes);
    else if (!head.failed)
        file = wki_writer_new(path, where);
    const bool put = file && wki_writer_put(file, head.at, head.used) == WK_OK &&
                     wki_writer_put(file, graph->at, graph->used) == WK_OK && put_weights(file, weights) == WK_OK;
    wki_free(head.at);
    if (put) return wki_writer_commit(file);
    wki_writer_abandon(file);
    return wk_error();
}

/* ---- The whole ---- */

static wk_status export(wki_onnx *g, wk_module *m, wk_tensor *example, const char *path)
{
    wki_onnx_value y = put_module(g, m, (wki_onnx_value){ "input", example });
    if (!y.t) return wk_error();
    if (!g->values) WKI_NODE(g, "Identity", "input");
    end_node(g, "output");
    wki_check(g->batch < example->v.ndim, WK_E_SHAPE, WK_E_SHAPE, where, "example is %s, without a batch",
              wki_show(&example->v));
    const int64_t samples = example->v.size[g->batch];
    wk_tensor *twice = wk_cat((wk_tensor *[]){ example, example }, 2, g->batch);
    wk_tensor *result = twice ? wk_forward(m, twice) : NULL;
    if (!result) return wk_error();
    wki_put_text(&g->nodes, GRAPH_NAME, "wick");
    put_value(&g->nodes, GRAPH_INPUT, "input", example, twice, samples);
    put_value(&g->nodes, GRAPH_OUTPUT, "output", y.t, result, samples);
    return g->nodes.failed ? WK_E_MEMORY : write_model(&g->nodes, g->weights, path);
}

wk_status wk_export_onnx(wk_module *m, wk_tensor *example, const char *path)
{
    if (wk_failed() || !wki_module_ok(m, where, "m") || !wki_tensor_ok(example, where, "example")) return wk_error();
    wki_check(path && *path, WK_E_INVALID, WK_E_INVALID, where, "path is %s", path ? "empty" : "NULL");
    wki_check(example->v.ndim > 0 && wki_numel(&example->v), WK_E_SHAPE, WK_E_SHAPE, where,
              "example is %s; [batch, ...] with a sample or more is needed", wki_show(&example->v));
    WK_SCOPE(work);
    WK_NO_GRAD(exporting);
    wki_onnx g = { .weights = wk_state_new(), .path = wki_strdup("") };
    wki_module_keep_modes(m);
    wk_status status = g.weights && g.path ? export(&g, m, example, path) : wk_error();
    wki_module_restore_modes(m);
    wki_free(g.nodes.at);
    wki_free(g.last.at);
    wki_free(g.path);
    return status;
}
