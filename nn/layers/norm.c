/* BatchNorm, InstanceNorm and GroupNorm as layers: weight starts as 1, bias as 0, running statistics as 0 and 1.
 */
#include "autograd/recording.h"
#include "base/options.h"
#include "nn/module.h"
#include <math.h>
#include <stdio.h>

/* ---- With running statistics ---- */

typedef struct channels {
    wk_batch_norm_opts o;
    int spatial; /* dims behind the channels; BatchNorm1d: 0 or 1 */
    bool instance;
    wk_tensor *weight, *bias, *mean, *var, *batches; /* owned by the module; NULL: not wanted */
} channels;

static wk_status channels_init(wk_module *m, void *state)
{
    channels *c = state;
    *c = *(const channels *)wk_nn_options(m);
    const int64_t n = c->o.num_features;
    if (c->o.affine) {
        c->weight = wk_nn_param(m, "weight", wk_ones(WK_SHAPE(n), c->o.dtype));
        if (c->o.bias) c->bias = wk_nn_param(m, "bias", wk_zeros(WK_SHAPE(n), c->o.dtype));
    }
    if (!c->o.track_running_stats) return wk_error();
    c->mean = wk_nn_buffer(m, "running_mean", wk_zeros(WK_SHAPE(n), c->o.dtype));
    c->var = wk_nn_buffer(m, "running_var", wk_ones(WK_SHAPE(n), c->o.dtype));
    c->batches = wk_nn_buffer(m, "num_batches_tracked", wk_zeros(0, NULL, WK_I64));
    return wk_error();
}

static bool input_ok(const wk_module *m, const channels *c, const wk_tensor *x)
{
    const int d = x->v.ndim - 2;
    const bool fits = d == c->spatial || (c->spatial == 1 && d == 0 && !c->instance);
    wki_check(fits && x->v.size[1] == c->o.num_features, false, WK_E_SHAPE, m->ops->name,
              "x is %s; [n, %lld%s] is needed", wki_show(&x->v), (long long)c->o.num_features,
              c->spatial == 3   ? ", d, h, w"
              : c->spatial == 2 ? ", h, w"
              : c->instance     ? ", l"
                                : "] or [n, channels, l");
    return true;
}

/* The share of this batch in the running statistics; without a momentum each batch counts the same. */
static double share_of(const channels *c)
{
    return isnan(c->o.momentum) ? 1 / (wki_value_of(c->batches, "a norm without momentum counts its batches") + 1)
                                : c->o.momentum;
}

static wk_status count(const channels *c)
{
    WK_NO_GRAD(counting);
    return wk_add_scalar_(c->batches, 1);
}

static wk_tensor *channels_forward(wk_module *m, wk_tensor *x)
{
    const channels *c = m->state;
    wk_tensor *alone = NULL;
    if (c->instance && x->v.ndim == c->spatial + 1) x = alone = wk_unsqueeze(x, 0);
    if (!x || !input_ok(m, c, x)) return NULL;
    const bool of_batch = m->training || !c->mean;
    const bool tracks = m->training && c->mean;
    const double momentum = tracks ? share_of(c) : 0;
    wk_tensor *mean = of_batch && !tracks ? NULL : c->mean, *var = of_batch && !tracks ? NULL : c->var;
    wk_tensor *y = c->instance ? wk_instance_norm(x, mean, var, c->weight, c->bias, of_batch, momentum, c->o.eps)
                               : wk_batch_norm(x, mean, var, c->weight, c->bias, of_batch, momentum, c->o.eps);
    if (!y || (tracks && !c->instance && count(c))) return NULL; /* torch's InstanceNorm does not count either */
    return alone ? wk_squeeze(y, 0) : y;
}

static void channels_describe(wk_module *m, char *text, size_t bytes)
{
    const channels *c = m->state;
    snprintf(text, bytes, "%lld, eps=%g, momentum=%g%s%s%s", (long long)c->o.num_features, c->o.eps, c->o.momentum,
             c->o.affine ? "" : ", affine=false", c->o.track_running_stats ? "" : ", track_running_stats=false",
             c->o.bias ? "" : ", bias=false");
}

wk_batch_norm_opts wk_batch_norm_opts_default(void) { return (wk_batch_norm_opts){ WK_BATCH_NORM_DEFAULTS }; }
wk_batch_norm_opts wk_instance_norm_opts_default(void) { return (wk_batch_norm_opts){ WK_INSTANCE_NORM_DEFAULTS }; }

static wk_module *make_channels(const wk_module_ops *ops, const char *where, int spatial, bool instance,
                                const wk_batch_norm_opts *given)
{
    channels c = { .o = instance ? wk_instance_norm_opts_default() : wk_batch_norm_opts_default(),
                   .spatial = spatial,
                   .instance = instance };
    if (!wki_options_take(where, &c.o, sizeof c.o, given)) return NULL;
    wki_check(c.o.num_features > 0, NULL, WK_E_INVALID, where, "num_features is %lld; 1 or more is needed",
              (long long)c.o.num_features);
    wki_check(c.o.eps >= 0 && !(c.o.momentum < 0 || c.o.momentum > 1), NULL, WK_E_INVALID, where,
              "eps is %g, momentum %g; eps must not be negative, momentum 0 to 1 or NAN", c.o.eps, c.o.momentum);
    wki_check(!instance || !isnan(c.o.momentum), NULL, WK_E_INVALID, where,
              "momentum is NAN, which is BatchNorm's alone");
    wki_check(wki_is_float(c.o.dtype), NULL, WK_E_DTYPE, where, "%s is no float dtype", wk_dtype_name(c.o.dtype));
    return wki_layer_new(ops, &c);
}

#define CHANNELS(NAME, SPATIAL, INSTANCE)                                                                              \
    static const wk_module_ops NAME##_ops = { .size = sizeof NAME##_ops,                                               \
                                              .name = #NAME,                                                           \
                                              .state_size = sizeof(channels),                                          \
                                              .init = channels_init,                                                   \
                                              .forward = channels_forward,                                             \
                                              .describe = channels_describe };                                         \
    wk_module *wk_nn_##NAME##_new(const wk_batch_norm_opts *o)                                                         \
    {                                                                                                                  \
        return make_channels(&NAME##_ops, "nn_" #NAME, SPATIAL, INSTANCE, o);                                          \
    }

CHANNELS(batch_norm1d, 1, false)
CHANNELS(batch_norm2d, 2, false)
CHANNELS(batch_norm3d, 3, false)
CHANNELS(instance_norm1d, 1, true)
CHANNELS(instance_norm2d, 2, true)
CHANNELS(instance_norm3d, 3, true)

/* ---- Without ---- */

typedef struct group {
    wk_group_norm_opts o;
    wk_tensor *weight, *bias; /* owned by the module */
} group;

static wk_status group_init(wk_module *m, void *state)
{
    group *g = state;
    g->o = *(const wk_group_norm_opts *)wk_nn_options(m);
    if (!g->o.affine) return WK_OK;
    g->weight = wk_nn_param(m, "weight", wk_ones(WK_SHAPE(g->o.num_channels), g->o.dtype));
    if (g->o.bias) g->bias = wk_nn_param(m, "bias", wk_zeros(WK_SHAPE(g->o.num_channels), g->o.dtype));
    return wk_error();
}

static wk_tensor *group_forward(wk_module *m, wk_tensor *x)
{
    const group *g = m->state;
    wki_check(x->v.ndim >= 2 && x->v.size[1] == g->o.num_channels, NULL, WK_E_SHAPE, m->ops->name,
              "x is %s; [n, %lld, ...] is needed", wki_show(&x->v), (long long)g->o.num_channels);
    return wk_group_norm(x, g->o.num_groups, g->weight, g->bias, g->o.eps);
}

static void group_describe(wk_module *m, char *text, size_t bytes)
{
    const group *g = m->state;
    snprintf(text, bytes, "%lld, %lld, eps=%g%s%s", (long long)g->o.num_groups, (long long)g->o.num_channels, g->o.eps,
             g->o.affine ? "" : ", affine=false", g->o.bias ? "" : ", bias=false");
}

static const wk_module_ops group_ops = { .size = sizeof group_ops,
                                         .name = "group_norm",
                                         .state_size = sizeof(group),
                                         .init = group_init,
                                         .forward = group_forward,
                                         .describe = group_describe };

wk_group_norm_opts wk_group_norm_opts_default(void) { return (wk_group_norm_opts){ WK_GROUP_NORM_DEFAULTS }; }

wk_module *wk_nn_group_norm_new(const wk_group_norm_opts *given)
{
    wk_group_norm_opts o = wk_group_norm_opts_default();
    if (!wki_options_take("nn_group_norm", &o, sizeof o, given)) return NULL;
    wki_check(o.num_groups > 0 && o.num_channels > 0 && o.num_channels % o.num_groups == 0, NULL, WK_E_INVALID,
              "nn_group_norm", "num_groups %lld, num_channels %lld; groups must divide channels",
              (long long)o.num_groups, (long long)o.num_channels);
    wki_check(o.eps >= 0, NULL, WK_E_INVALID, "nn_group_norm", "eps is %g; it must not be negative", o.eps);
    wki_check(wki_is_float(o.dtype), NULL, WK_E_DTYPE, "nn_group_norm", "%s is no float dtype", wk_dtype_name(o.dtype));
    return wki_layer_new(&group_ops, &o);
}
