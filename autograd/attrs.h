/* What some nodes keep as their attributes, for who reads a graph besides their own backward: the ONNX export. A view
 * keeps the shape that it was made from (wki_shape), softmax and log_softmax their dim (int), a sum a wki_reduction. */
#ifndef WKI_ATTRS_H
#define WKI_ATTRS_H
#include "autograd/op.h"

typedef struct wki_order { /* permute: dim i of the result was dims[i] */
    int n, dims[WK_MAX_DIMS];
} wki_order;

typedef struct wki_cut { /* slice */
    wki_shape from;
    int64_t start, length, step;
    int dim;
} wki_cut;

enum { WKI_JOINED_AT_ONCE = 8 }; /* more tensors than that are joined in a tree, so that attributes stay plain data of a fixed size */
typedef struct wki_joined { /* cat */
    int dim;
    int64_t sizes[WKI_JOINED_AT_ONCE]; /* the inputs' sizes along dim: each part starts where the last one ended */
} wki_joined;

/* Of an elementwise op: the shape of an input, given the result's, and its first number. */
wki_shape wki_row_input(const wki_node *node, int input, const wki_shape *result);
double wki_row_number(const wki_node *node);
#endif
