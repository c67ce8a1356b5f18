/* Convolutions: weight and bias start as U(-1/sqrt(fan_in), 1/sqrt(fan_in)), which is torch's kaiming_uniform(sqrt 5).
 */
#include "base/options.h"
#include "nn/module.h"
#include <math.h>
#include <stdio.h>

typedef wk_tensor *conv_function(const wk_conv_opts *o);

typedef struct conv_kind {
    const char *name, *where;
    int dims;
    bool transposed;
    conv_function *run;
} conv_kind;

typedef struct conv {
    wk_conv_layer_opts o;
    const conv_kind *kind;
    wk_tensor *weight, *bias; /* owned by the module */
} conv;

static wk_status init(wk_module *m, void *state)
{
    conv *c = state;
    *c = *(const conv *)wk_nn_options(m);
    const wk_conv_layer_opts *o = &c->o;
    int64_t shape[5] = { o->out_channels, o->in_channels / o->groups };
    if (c->kind->transposed) {
        shape[0] = o->in_channels;
        shape[1] = o->out_channels / o->groups;
    }
    double fan_in = (double)shape[1];
    for (int i = 0; i < c->kind->dims; i++) {
        shape[2 + i] = o->kernel_size.size[o->kernel_size.n == 1 ? 0 : i];
        fan_in *= (double)shape[2 + i];
    }
    c->weight = wk_nn_param(m, "weight", wk_empty(2 + c->kind->dims, shape, o->dtype));
    if (o->bias) c->bias = wk_nn_param(m, "bias", wk_empty(WK_SHAPE(o->out_channels), o->dtype));
    const double bound = 1 / sqrt(fan_in);
    if (c->weight) wk_init_uniform_(c->weight, -bound, bound);
    if (c->bias) wk_init_uniform_(c->bias, -bound, bound);
    return wk_error();
}

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    const conv *c = m->state;
    wk_conv_opts o = wk_conv_opts_default();
    o.x = x;
    o.weight = c->weight;
    o.bias = c->bias;
    o.stride = c->o.stride;
    o.padding = c->o.padding;
    o.dilation = c->o.dilation;
    o.output_padding = c->o.output_padding;
    o.groups = c->o.groups;
    return c->kind->run(&o);
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    const conv *c = m->state;
    const wk_dims *all[] = { &c->o.kernel_size, &c->o.stride, &c->o.padding, &c->o.dilation, &c->o.output_padding };
    static const char *const names[] = { "kernel_size", "stride", "padding", "dilation", "output_padding" };
    size_t n = (size_t)snprintf(text, bytes, "%lld, %lld", (long long)c->o.in_channels, (long long)c->o.out_channels);
    for (int i = 0; i < 5; i++) n = wki_describe_sizes(text, bytes, n, names[i], all[i]);
    if (c->o.padding.n == WK_SAME.n && n < bytes) n += (size_t)snprintf(text + n, bytes - n, ", padding=same");
    if (c->o.groups > 1 && n < bytes)
        n += (size_t)snprintf(text + n, bytes - n, ", groups=%lld", (long long)c->o.groups);
    if (!c->o.bias && n < bytes) snprintf(text + n, bytes - n, ", bias=false");
}

wk_conv_layer_opts wk_conv_layer_opts_default(void) { return (wk_conv_layer_opts){ WK_CONV_LAYER_DEFAULTS }; }

static bool sizes_ok(const char *where, const char *name, const wk_dims *d, int dims, int64_t least)
{
    wki_check(d->n == 0 || d->n == 1 || d->n == dims, false, WK_E_INVALID, where, "%s has %d sizes; 1 or %d are needed",
              name, d->n, dims);
    for (int i = 0; i < d->n; i++)
        wki_check(d->size[i] >= least, false, WK_E_INVALID, where, "%s is %lld; %lld or more is needed", name,
                  (long long)d->size[i], (long long)least);
    return true;
}

/* WK_SAME is for plain convolutions that take every place. */
static bool padding_ok(const conv_kind *kind, const wk_conv_layer_opts *o)
{
    if (o->padding.n != WK_SAME.n) return sizes_ok(kind->where, "padding", &o->padding, kind->dims, 0);
    wki_check(!kind->transposed, false, WK_E_INVALID, kind->where,
              "padding is WK_SAME, which transposed convolutions do not have");
    for (int i = 0; i < o->stride.n; i++)
        wki_check(o->stride.size[i] == 1, false, WK_E_INVALID, kind->where,
                  "padding is WK_SAME and stride %lld; it must be 1", (long long)o->stride.size[i]);
    return true;
}

static wk_module *make(const wk_module_ops *ops, const conv_kind *kind, const wk_conv_layer_opts *given)
{
    const char *where = kind->where;
    conv c = { .kind = kind, .o = wk_conv_layer_opts_default() };
    if (!wki_options_take(where, &c.o, sizeof c.o, given)) return NULL;
    const wk_conv_layer_opts *o = &c.o;
    wki_check(o->groups > 0 && o->in_channels > 0 && o->out_channels > 0 && o->in_channels % o->groups == 0 &&
                  o->out_channels % o->groups == 0,
              NULL, WK_E_INVALID, where, "%lld in, %lld out, %lld groups; groups must divide both channels",
              (long long)o->in_channels, (long long)o->out_channels, (long long)o->groups);
    wki_check(o->kernel_size.n, NULL, WK_E_INVALID, where, "kernel_size is missing; WK_DIMS(3) gives one");
    if (!sizes_ok(where, "kernel_size", &o->kernel_size, kind->dims, 1) ||
        !sizes_ok(where, "stride", &o->stride, kind->dims, 1) || !padding_ok(kind, o) ||
        !sizes_ok(where, "dilation", &o->dilation, kind->dims, 1) ||
        !sizes_ok(where, "output_padding", &o->output_padding, kind->dims, 0))
        return NULL;
    wki_check(kind->transposed || !o->output_padding.n, NULL, WK_E_INVALID, where,
              "output_padding is for transposed convolutions");
    wki_check(wki_is_float(o->dtype), NULL, WK_E_DTYPE, where, "%s is no float dtype", wk_dtype_name(o->dtype));
    return wki_layer_new(ops, &c);
}

#define KIND(NAME, DIMS, TRANSPOSED)                                                                                   \
    static const conv_kind NAME##_kind = { #NAME, "nn_" #NAME, DIMS, TRANSPOSED, wk_##NAME##_new };                    \
    static const wk_module_ops NAME##_ops = { .size = sizeof NAME##_ops,                                               \
                                              .name = #NAME,                                                           \
                                              .state_size = sizeof(conv),                                              \
                                              .init = init,                                                            \
                                              .forward = forward,                                                      \
                                              .describe = describe };                                                  \
    wk_module *wk_nn_##NAME##_new(const wk_conv_layer_opts *o) { return make(&NAME##_ops, &NAME##_kind, o); }

KIND(conv1d, 1, false)
KIND(conv2d, 2, false)
KIND(conv3d, 3, false)
KIND(conv_transpose1d, 1, true)
KIND(conv_transpose2d, 2, true)
KIND(conv_transpose3d, 3, true)
