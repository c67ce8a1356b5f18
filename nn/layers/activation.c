/* Layers without parameters: activations, flatten, identity. */
#include "nn/module.h"

static wk_tensor *forward_relu(wk_module *m, wk_tensor *x) { return (void)m, wk_relu(x); }
static wk_tensor *forward_tanh(wk_module *m, wk_tensor *x) { return (void)m, wk_tanh(x); }
static wk_tensor *forward_sigmoid(wk_module *m, wk_tensor *x) { return (void)m, wk_sigmoid(x); }
static wk_tensor *forward_identity(wk_module *m, wk_tensor *x) { return (void)m, x; }

static wk_tensor *forward_flatten(wk_module *m, wk_tensor *x)
{
    (void)m;
    return wk_ndim(x) == 2 ? x : wk_ndim(x) < 2 ? wk_reshape(x, WK_SHAPE(wk_numel(x), 1)) : wk_flatten(x, 1, -1);
}

static const wk_module_ops relu = { .size = sizeof relu, .name = "relu", .forward = forward_relu };
static const wk_module_ops tanh_ops = { .size = sizeof tanh_ops, .name = "tanh", .forward = forward_tanh };
static const wk_module_ops sigmoid = { .size = sizeof sigmoid, .name = "sigmoid", .forward = forward_sigmoid };
static const wk_module_ops identity = { .size = sizeof identity, .name = "identity", .forward = forward_identity };
static const wk_module_ops flatten = { .size = sizeof flatten, .name = "flatten", .forward = forward_flatten };

wk_module *wk_nn_relu(void) { return wk_nn_custom(&relu, NULL); }
wk_module *wk_nn_tanh(void) { return wk_nn_custom(&tanh_ops, NULL); }
wk_module *wk_nn_sigmoid(void) { return wk_nn_custom(&sigmoid, NULL); }
wk_module *wk_nn_identity(void) { return wk_nn_custom(&identity, NULL); }
wk_module *wk_nn_flatten(void) { return wk_nn_custom(&flatten, NULL); }
