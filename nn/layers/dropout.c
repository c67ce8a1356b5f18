/* Dropouts as layers: they act in training and pass in evaluation. */
#include "nn/module.h"
#include <stdio.h>

typedef struct drop {
    double p;
    wk_tensor *(*apply)(wk_tensor *x, double p, bool training);
} drop;

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    const drop *d = m->state;
    return d->apply(x, d->p, m->training);
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    snprintf(text, bytes, "p=%g", ((const drop *)m->state)->p);
}

#define LAYER(NAME)                                                                                                    \
    wk_module *wk_nn_##NAME(double p)                                                                                  \
    {                                                                                                                  \
        static const wk_module_ops ops = { .size = sizeof ops,                                                         \
                                           .name = #NAME,                                                              \
                                           .state_size = sizeof(drop),                                                 \
                                           .init = wki_layer_keep_options,                                             \
                                           .forward = forward,                                                         \
                                           .describe = describe };                                                     \
        wki_check(p >= 0 && p <= 1, NULL, WK_E_INVALID, "nn_" #NAME, "p is %g; 0 <= p <= 1 is needed", p);             \
        return wki_layer_new(&ops, &(drop){ p, wk_##NAME });                                                           \
    }
LAYER(dropout)
LAYER(dropout1d)
LAYER(dropout2d)
LAYER(dropout3d)
LAYER(alpha_dropout)
LAYER(feature_alpha_dropout)
