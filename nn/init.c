/* Initialisation of weights in place, outside the graph. */
#include "autograd/op.h"
#include "wick/nn.h"
#include <math.h>

static bool fans(const char *where, const wk_tensor *t, double *in, double *out)
{
    if (!wki_tensor_ok(t, where, "t")) return false;
    wki_check(t->v.ndim >= 2, false, WK_E_SHAPE, where, "%s has %d dims; fan in and fan out need two at least",
              wki_show(&t->v), t->v.ndim);
    double field = 1;
    for (int i = 2; i < t->v.ndim; i++) field *= (double)t->v.size[i];
    *in = (double)t->v.size[1] * field;
    *out = (double)t->v.size[0] * field;
    return true;
}

static wk_status uniform(wk_tensor *t, double bound)
{
    WK_NO_GRAD(update);
    return wk_uniform_(t, -bound, bound);
}

wk_status wk_init_kaiming_uniform_(wk_tensor *t, double a)
{
    double in, out;
    if (!fans("init_kaiming_uniform_", t, &in, &out)) return wk_error();
    return in > 0 ? uniform(t, sqrt(6 / ((1 + a * a) * in))) : WK_OK;
}

wk_status wk_init_xavier_uniform_(wk_tensor *t, double gain)
{
    double in, out;
    if (!fans("init_xavier_uniform_", t, &in, &out)) return wk_error();
    return in + out > 0 ? uniform(t, gain * sqrt(6 / (in + out))) : WK_OK;
}
