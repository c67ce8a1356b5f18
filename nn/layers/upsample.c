/* Resizing of planes: wk_interpolate. */
#include "base/options.h"
#include "nn/module.h"
#include <stdio.h>

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    wk_interpolate_opts o = *(const wk_interpolate_opts *)m->state;
    o.x = x;
    return wk_interpolate_new(&o);
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    static const char *const modes[] = { "nearest", "nearest-exact", "linear", "bicubic", "area" };
    const wk_interpolate_opts *o = m->state;
    size_t n = wki_describe_sizes(text, bytes, 0, "size", &o->output_size);
    const double all[] = { o->scale_factor, o->scale_factors[0], o->scale_factors[1], o->scale_factors[2] };
    for (int i = 0; i < 4 && n < bytes; i++)
        if (all[i] != 0) n += (size_t)snprintf(text + n, bytes - n, "%s%g", i < 2 ? "scale_factor=" : "x", all[i]);
    if (n < bytes) snprintf(text + n, bytes - n, ", mode=%s", modes[o->mode]);
}

static const wk_module_ops ops = { .size = sizeof ops,
                                   .name = "upsample",
                                   .state_size = sizeof(wk_interpolate_opts),
                                   .init = wki_layer_keep_options,
                                   .forward = forward,
                                   .describe = describe };

wk_module *wk_nn_upsample_new(const wk_interpolate_opts *given)
{
    wk_interpolate_opts o = wk_interpolate_opts_default();
    if (!wki_options_take("nn_upsample", &o, sizeof o, given)) return NULL;
    wki_check(o.output_size.n || o.scale_factor != 0 || o.scale_factors[0] != 0, NULL, WK_E_INVALID, "nn_upsample",
              "output_size or scale_factor is missing; .scale_factor = 2 gives one");
    wki_check((unsigned)o.mode <= WK_INTERPOLATE_AREA, NULL, WK_E_INVALID, "nn_upsample", "mode is %d; there is none",
              (int)o.mode);
    wki_check(!o.x, NULL, WK_E_INVALID, "nn_upsample", "x is the function's; give it to wk_forward");
    return wki_layer_new(&ops, &o);
}
