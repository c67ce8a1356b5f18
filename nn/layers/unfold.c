/* Windows as columns, and columns added up where they came from: wk_unfold and wk_fold. */
#include "base/options.h"
#include "nn/module.h"

static void describe(wk_module *m, char *text, size_t bytes)
{
    const wk_unfold_opts *o = m->state;
    const wk_dims *all[] = { &o->output_size, &o->kernel_size, &o->dilation, &o->padding, &o->stride };
    static const char *const names[] = { "output_size", "kernel_size", "dilation", "padding", "stride" };
    size_t n = 0;
    for (int i = 0; i < 5; i++) n = wki_describe_sizes(text, bytes, n, names[i], all[i]);
}

static wk_module *make(const wk_module_ops *ops, const char *where, const wk_unfold_opts *given)
{
    wk_unfold_opts o = wk_unfold_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_check(o.kernel_size.n, NULL, WK_E_INVALID, where, "kernel_size is missing; WK_DIMS(2) gives one");
    wki_check(!o.x, NULL, WK_E_INVALID, where, "x is the function's; give it to wk_forward");
    return wki_layer_new(ops, &o);
}

#define KIND(NAME)                                                                                                     \
    static wk_tensor *forward_##NAME(wk_module *m, wk_tensor *x)                                                       \
    {                                                                                                                  \
        wk_unfold_opts o = *(const wk_unfold_opts *)m->state;                                                          \
        o.x = x;                                                                                                       \
        return wk_##NAME##_new(&o);                                                                                    \
    }                                                                                                                  \
    static const wk_module_ops NAME##_ops = { .size = sizeof NAME##_ops,                                               \
                                              .name = #NAME,                                                           \
                                              .state_size = sizeof(wk_unfold_opts),                                    \
                                              .init = wki_layer_keep_options,                                          \
                                              .forward = forward_##NAME,                                               \
                                              .describe = describe };                                                  \
    wk_module *wk_nn_##NAME##_new(const wk_unfold_opts *o) { return make(&NAME##_ops, "nn_" #NAME, o); }

KIND(unfold)
KIND(fold)
