/* LayerNorm and RMSNorm as layers: norms over the last dims; weight starts as 1, bias as 0. */
#include "base/options.h"
#include "nn/module.h"
#include <stdio.h>

typedef struct last {
    wk_layer_norm_opts o;
    bool rms;
    wk_tensor *weight, *bias; /* owned by the module */
} last;

static wk_status init(wk_module *m, void *state)
{
    last *l = state;
    *l = *(const last *)wk_nn_options(m);
    const wk_dims *d = &l->o.normalized_shape;
    if (!l->o.elementwise_affine) return WK_OK;
    l->weight = wk_nn_param(m, "weight", wk_ones(d->n, d->size, l->o.dtype));
    if (l->o.bias && !l->rms) l->bias = wk_nn_param(m, "bias", wk_zeros(d->n, d->size, l->o.dtype));
    return wk_error();
}

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    const last *l = m->state;
    const wk_dims *d = &l->o.normalized_shape;
    return l->rms ? wk_rms_norm(x, d->n, d->size, l->weight, l->o.eps)
                  : wk_layer_norm(x, d->n, d->size, l->weight, l->bias, l->o.eps);
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    const last *l = m->state;
    size_t n = 0;
    for (int i = 0; i < l->o.normalized_shape.n && n < bytes; i++)
        n += (size_t)snprintf(text + n, bytes - n, "%lld, ", (long long)l->o.normalized_shape.size[i]);
    if (n < bytes) snprintf(text + n, bytes - n, "eps=%g", l->o.eps);
}

#define KIND(NAME)                                                                                                     \
    {                                                                                                                  \
        .size = sizeof(wk_module_ops), .name = NAME, .state_size = sizeof(last), .init = init, .forward = forward,     \
        .describe = describe                                                                                           \
    }
static const wk_module_ops layer_ops = KIND("layer_norm"), rms_ops = KIND("rms_norm");

wk_layer_norm_opts wk_layer_norm_opts_default(void) { return (wk_layer_norm_opts){ WK_LAYER_NORM_DEFAULTS }; }
wk_layer_norm_opts wk_rms_norm_opts_default(void) { return (wk_layer_norm_opts){ WK_RMS_NORM_DEFAULTS }; }

static wk_module *make(const char *where, bool rms, const wk_layer_norm_opts *given)
{
    last l = { .o = rms ? wk_rms_norm_opts_default() : wk_layer_norm_opts_default(), .rms = rms };
    if (!wki_options_take(where, &l.o, sizeof l.o, given)) return NULL;
    wki_check(l.o.normalized_shape.n >= 1 && l.o.normalized_shape.n <= 3, NULL, WK_E_INVALID, where,
              "normalized_shape has %d sizes; 1 to 3 are needed", l.o.normalized_shape.n);
    for (int i = 0; i < l.o.normalized_shape.n; i++)
        wki_check(l.o.normalized_shape.size[i] > 0, NULL, WK_E_INVALID, where,
                  "size %d of normalized_shape is %lld; it must be 1 or more", i,
                  (long long)l.o.normalized_shape.size[i]);
    wki_check(rms || l.o.eps >= 0, NULL, WK_E_INVALID, where, "eps is %g; it must not be negative", l.o.eps);
    wki_check(wki_is_float(l.o.dtype), NULL, WK_E_DTYPE, where, "%s is no float dtype", wk_dtype_name(l.o.dtype));
    return wki_layer_new(rms ? &rms_ops : &layer_ops, &l);
}

wk_module *wk_nn_layer_norm_new(const wk_layer_norm_opts *o) { return make("nn_layer_norm", false, o); }
wk_module *wk_nn_rms_norm_new(const wk_layer_norm_opts *o) { return make("nn_rms_norm", true, o); }
