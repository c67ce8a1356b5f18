/* LayerNorm as a layer: weight starts as 1, bias as 0. */
#include "base/options.h"
#include "nn/module.h"
#include <stdio.h>

typedef struct layer_norm {
    wk_layer_norm_opts o;
    wk_tensor *weight, *bias; /* owned by the module */
} layer_norm;

static wk_status init(wk_module *m, void *state)
{
    layer_norm *l = state;
    l->o = *(const wk_layer_norm_opts *)wk_nn_options(m);
    const wk_dims *d = &l->o.normalized_shape;
    if (!l->o.elementwise_affine) return WK_OK;
    l->weight = wk_nn_param(m, "weight", wk_ones(d->n, d->size, l->o.dtype));
    if (l->o.bias) l->bias = wk_nn_param(m, "bias", wk_zeros(d->n, d->size, l->o.dtype));
    return wk_error();
}

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    const layer_norm *l = m->state;
    const wk_dims *d = &l->o.normalized_shape;
    return wk_layer_norm(x, d->n, d->size, l->weight, l->bias, l->o.eps);
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    const layer_norm *l = m->state;
    size_t n = 0;
    for (int i = 0; i < l->o.normalized_shape.n && n < bytes; i++)
        n += (size_t)snprintf(text + n, bytes - n, "%lld, ", (long long)l->o.normalized_shape.size[i]);
    if (n < bytes) snprintf(text + n, bytes - n, "eps=%g", l->o.eps);
}

static const wk_module_ops ops = { .size = sizeof ops,
                                   .name = "layer_norm",
                                   .state_size = sizeof(layer_norm),
                                   .init = init,
                                   .forward = forward,
                                   .describe = describe };

wk_layer_norm_opts wk_layer_norm_opts_default(void) { return (wk_layer_norm_opts){ WK_LAYER_NORM_DEFAULTS }; }

wk_module *wk_nn_layer_norm_new(const wk_layer_norm_opts *given)
{
    wk_layer_norm_opts o = wk_layer_norm_opts_default();
    wki_check(given, NULL, WK_E_INVALID, "nn_layer_norm", "the options are NULL");
    wki_options_merge(&o, sizeof o, given);
    wki_check(o.normalized_shape.n >= 1 && o.normalized_shape.n <= 3, NULL, WK_E_INVALID, "nn_layer_norm",
              "normalized_shape has %d sizes; 1 to 3 are needed", o.normalized_shape.n);
    for (int i = 0; i < o.normalized_shape.n; i++)
        wki_check(o.normalized_shape.size[i] > 0, NULL, WK_E_INVALID, "nn_layer_norm",
                  "size %d of normalized_shape is %lld; it must be 1 or more", i,
                  (long long)o.normalized_shape.size[i]);
    wki_check(o.eps >= 0, NULL, WK_E_INVALID, "nn_layer_norm", "eps is %g; it must not be negative", o.eps);
    wki_check(wki_is_float(o.dtype), NULL, WK_E_DTYPE, "nn_layer_norm", "%s is no float dtype", wk_dtype_name(o.dtype));
    return wk_nn_custom(&ops, &o);
}
