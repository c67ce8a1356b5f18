/* Scale and unscale: from the data's units to the model's and back, by constants that are kept with the model. */
#include "nn/module.h"

typedef struct constants {
    wk_tensor *offset, *scale; /* as given; then the module's own */
} constants;

static wk_status init(wk_module *m, void *state)
{
    constants *c = state;
    *c = *(const constants *)wk_nn_options(m);
    WK_NO_GRAD(making);
    wk_tensor *scale = wk_to(c->scale, WK_F32);
    c->offset = wk_nn_buffer(m, "offset", wk_clone(wk_to(c->offset, WK_F32)));
    c->scale = wk_nn_buffer(m, "scale", wk_masked_fill(scale, wk_eq_scalar(scale, 0), 1));
    return wk_error();
}

static wk_tensor *scale_forward(wk_module *m, wk_tensor *x)
{
    const constants *c = m->state;
    return wk_div(wk_sub(x, c->offset), c->scale);
}

static wk_tensor *unscale_forward(wk_module *m, wk_tensor *x)
{
    const constants *c = m->state;
    return wk_add(wk_mul(x, c->scale), c->offset);
}

static wk_module *make(const wk_module_ops *ops, const char *where, wk_tensor *offset, wk_tensor *scale)
{
    if (!wki_tensor_ok(offset, where, "offset") || !wki_tensor_ok(scale, where, "scale")) return NULL;
    return wki_layer_new(ops, &(constants){ offset, scale });
}

wk_module *wk_nn_scale(wk_tensor *offset, wk_tensor *scale)
{
    static const wk_module_ops ops = {
        .size = sizeof ops, .name = "scale", .state_size = sizeof(constants), .init = init, .forward = scale_forward
    };
    return make(&ops, "nn_scale", offset, scale);
}

wk_module *wk_nn_unscale(wk_tensor *offset, wk_tensor *scale)
{
    static const wk_module_ops ops = {
        .size = sizeof ops, .name = "unscale", .state_size = sizeof(constants), .init = init, .forward = unscale_forward
    };
    return make(&ops, "nn_unscale", offset, scale);
}
