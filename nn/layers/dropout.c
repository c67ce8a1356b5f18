/* Dropout as a layer: acts in training, passes in evaluation. */
#include "nn/module.h"
#include <stdio.h>

static wk_status init(wk_module *m, void *state)
{
    *(double *)state = *(const double *)wk_nn_options(m);
    return WK_OK;
}

static wk_tensor *forward(wk_module *m, wk_tensor *x) { return wk_dropout(x, *(const double *)m->state, m->training); }

static void describe(wk_module *m, char *text, size_t bytes)
{
    snprintf(text, bytes, "p=%g", *(const double *)m->state);
}

static const wk_module_ops ops = { .size = sizeof ops,
                                   .name = "dropout",
                                   .state_size = sizeof(double),
                                   .init = init,
                                   .forward = forward,
                                   .describe = describe };

wk_module *wk_nn_dropout(double p)
{
    wki_check(p >= 0 && p < 1, NULL, WK_E_INVALID, "nn_dropout", "p is %g; 0 <= p < 1 is needed", p);
    return wk_nn_custom(&ops, &p);
}
