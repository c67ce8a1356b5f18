/* Linear: x weight^T + bias, started as torch does: kaiming_uniform(sqrt 5) comes to U(-1/sqrt(in), 1/sqrt(in)). */
#include "base/options.h"
#include "nn/module.h"
#include <math.h>
#include <stdio.h>

typedef struct linear {
    wk_tensor *weight, *bias; /* owned by the module */
} linear;

static wk_status init(wk_module *m, void *state)
{
    linear *l = state;
    const wk_linear_opts *o = wk_nn_options(m);
    l->weight = wk_nn_param(m, "weight", wk_empty(WK_SHAPE(o->out_features, o->in_features), o->dtype));
    if (o->bias) l->bias = wk_nn_param(m, "bias", wk_empty(WK_SHAPE(o->out_features), o->dtype));
    const double bound = o->in_features > 0 ? 1 / sqrt((double)o->in_features) : 0;
    if (l->weight) wk_init_uniform_(l->weight, -bound, bound);
    if (l->bias) wk_init_uniform_(l->bias, -bound, bound);
    return wk_error();
}

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    const linear *l = m->state;
    return wk_linear(x, l->weight, l->bias);
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    const linear *l = m->state;
    snprintf(text, bytes, "%lld, %lld%s", (long long)l->weight->v.size[1], (long long)l->weight->v.size[0],
             l->bias ? "" : ", bias=false");
}

static const wk_module_ops ops = { .size = sizeof ops,
                                   .name = "linear",
                                   .state_size = sizeof(linear),
                                   .init = init,
                                   .forward = forward,
                                   .describe = describe };

wk_linear_opts wk_linear_opts_default(void) { return (wk_linear_opts){ WK_LINEAR_DEFAULTS }; }

wk_module *wk_nn_linear_new(const wk_linear_opts *given)
{
    wk_linear_opts o = wk_linear_opts_default();
    if (!wki_options_take("nn_linear", &o, sizeof o, given)) return NULL;
    wki_check(o.in_features >= 0 && o.out_features >= 0, NULL, WK_E_INVALID, "nn_linear",
              "%lld in, %lld out; sizes must not be negative", (long long)o.in_features, (long long)o.out_features);
    wki_check(wki_is_float(o.dtype), NULL, WK_E_DTYPE, "nn_linear", "%s is no float dtype", wk_dtype_name(o.dtype));
    return wki_layer_new(&ops, &o);
}
