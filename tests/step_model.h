/* A model with its optimizer, and a step of its training as plans run it. */
#ifndef STEP_MODEL_H
#define STEP_MODEL_H
#include "wick/wick.h"

typedef struct model {
    wk_module *net;
    wk_optim *opt;
} model;

static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    const model *m = user;
    (void)n;
    wk_zero_grad(m->opt);
    wk_tensor *loss = wk_cross_entropy(wk_forward(m->net, in[0]), in[1]);
    wk_backward(loss);
    wk_step(m->opt);
    return loss;
}
#endif
