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

static const wk_module_ops relu = { sizeof relu, "relu", 0, NULL, forward_relu, NULL, NULL };
static const wk_module_ops tanh_ops = { sizeof tanh_ops, "tanh", 0, NULL, forward_tanh, NULL, NULL };
static const wk_module_ops sigmoid = { sizeof sigmoid, "sigmoid", 0, NULL, forward_sigmoid, NULL, NULL };
static const wk_module_ops identity = { sizeof identity, "identity", 0, NULL, forward_identity, NULL, NULL };
static const wk_module_ops flatten = { sizeof flatten, "flatten", 0, NULL, forward_flatten, NULL, NULL };

wk_module *wk_nn_relu(void) { return wk_nn_custom(&relu, NULL); }
wk_module *wk_nn_tanh(void) { return wk_nn_custom(&tanh_ops, NULL); }
wk_module *wk_nn_sigmoid(void) { return wk_nn_custom(&sigmoid, NULL); }
wk_module *wk_nn_identity(void) { return wk_nn_custom(&identity, NULL); }
wk_module *wk_nn_flatten(void) { return wk_nn_custom(&flatten, NULL); }
