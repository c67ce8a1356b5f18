/* ONNX export inside: a graph that grows node by node, and one function a layer that says how the layer looks there. Field numbers are
 * those of onnx.proto, operators those of opset 17. Errors are pending ones: what is put after the first does no harm. */
#ifndef WKI_ONNX_H
#define WKI_ONNX_H
#include "nn/module.h"
#include "train/protobuf.h"

typedef struct wki_onnx_value {
    char name[24];
    wk_tensor *t; /* what the example gives here, for shapes and dtypes; NULL inside a layer */
} wki_onnx_value;

typedef struct wki_onnx {
    wk_state *weights;         /* initializers by name */
    wki_message nodes;         /* as fields of a GraphProto */
    wki_message last;          /* the node begun last, without its result's name */
    wki_onnx_value result;     /* of that node */
    int values, constants;
    int batch;                 /* the dim of the input that counts samples */
    char *path;                /* of the module at work: "encoder.0", "" for the root */
} wki_onnx;

/* A layer, x and what forward gives for it, y, as nodes; returns the result's name. Containers get no y and set the result's t. */
typedef wki_onnx_value wki_onnx_layer(wki_onnx *g, wk_module *m, wki_onnx_value x, wk_tensor *y);
typedef struct wki_onnx_row {
    const char *type; /* wk_module_type */
    wki_onnx_layer *put;
    const char *op; /* put NULL: one node of x alone */
    bool container;
} wki_onnx_row;
extern const wki_onnx_row wki_onnx_layers[], wki_onnx_windows[], wki_onnx_sequences[]; /* each ends with a type of NULL */

/* A module that is none of the library's layers, by what its forward calls; sets the result's t. */
wki_onnx_value wki_onnx_custom(wki_onnx *g, wk_module *m, wki_onnx_value x);
/* Between the modules that such a forward calls: a node as an operator, its inputs by name, y the shape of its result. The shapes of inputs
 * follow from that. */
enum { WKI_ONNX_INPUTS = 8 };
bool wki_onnx_is_operator(const wki_node *node);
wki_shape wki_onnx_operator_input(const wki_node *node, int input, const wki_shape *y);
wki_onnx_value wki_onnx_operator(wki_onnx *g, const wk_module *m, const wki_node *node, const char *const *in, const wki_shape *y,
                                 const wk_tensor *like);
/* A child by its dotted path within m. */
wki_onnx_value wki_onnx_child(wki_onnx *g, wk_module *m, const char *name, wki_onnx_value x);
/* WK_E_UNSUPPORTED, naming the module's path and type. */
wki_onnx_value wki_onnx_refuse(wki_onnx *g, const wk_module *m, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A node of these inputs, "" for one left out in between; then its attributes, before the next node. */
wki_onnx_value wki_onnx_node(wki_onnx *g, const char *op, const char *const *inputs, int n);
#define WKI_NODE(g, op, ...) wki_onnx_node(g, op, WK_LIST(const char *, __VA_ARGS__))
void wki_onnx_int(wki_onnx *g, const char *name, int64_t value);
void wki_onnx_float(wki_onnx *g, const char *name, double value);
void wki_onnx_ints(wki_onnx *g, const char *name, const int64_t *values, int n);
void wki_onnx_text(wki_onnx *g, const char *name, const char *value);
void wki_onnx_texts(wki_onnx *g, const char *name, const char *value, int times); /* the same so many times */
wki_onnx_value wki_onnx_transpose(wki_onnx *g, const char *x, int n, const int64_t *order);
wki_onnx_value wki_onnx_reshape(wki_onnx *g, const char *x, int n, const int64_t *shape); /* 0: as it is there; -1: the rest */

/* Initializers: a parameter or buffer of m, or another tensor, under the full name that `name` has in the module at work; NULL: there is
 * none, or an error. Constants have names of their own. */
const char *wki_onnx_weight(wki_onnx *g, const wk_module *m, const char *name);
const char *wki_onnx_weight_as(wki_onnx *g, const char *name, wk_tensor *t);
wk_tensor *wki_onnx_member(const wk_module *m, const char *name); /* NULL: there is none */
wki_onnx_value wki_onnx_constant(wki_onnx *g, wk_tensor *t);
wki_onnx_value wki_onnx_number(wki_onnx *g, double value, const wk_tensor *like);

wki_onnx_value wki_onnx_gelu(wki_onnx *g, wki_onnx_value x);
#endif
