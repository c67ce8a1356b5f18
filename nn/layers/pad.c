/* Padding: wk_pad of the last one, two or three dims. */
#include "base/options.h"
#include "nn/module.h"
#include <stdio.h>
#include <string.h>

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    const wki_padding *p = m->state;
    return wk_pad(x, p->n, p->by, p->mode, p->value);
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    const wki_padding *p = m->state;
    size_t n = 0;
    for (int i = 0; i < p->n && n < bytes; i++)
        n += (size_t)snprintf(text + n, bytes - n, "%s%lld", i ? ", " : "", (long long)p->by[i]);
    if (p->value != 0 && n < bytes) snprintf(text + n, bytes - n, ", value=%g", p->value);
}

/* One number is that of all sides. */
static wk_module *make(const wk_module_ops *ops, const char *where, int n, const int64_t *padding, double value)
{
    const int dims = ops->name[strlen(ops->name) - 2] - '0';
    wki_padding p = { .n = 2 * dims, .value = value };
    p.mode = strstr(ops->name, "reflection")    ? WK_PAD_REFLECT
             : strstr(ops->name, "replication") ? WK_PAD_REPLICATE
             : strstr(ops->name, "circular")    ? WK_PAD_CIRCULAR
                                                : WK_PAD_CONSTANT;
    wki_check(padding && (n == 1 || n == p.n), NULL, WK_E_INVALID, where,
              "padding has %d numbers; one for all sides or %d, the last dim's first, are needed", padding ? n : 0,
              p.n);
    for (int i = 0; i < p.n; i++) p.by[i] = padding[n == 1 ? 0 : i];
    return wki_layer_new(ops, &p);
}

#define OPS(NAME)                                                                                                      \
    static const wk_module_ops NAME##_ops = { .size = sizeof NAME##_ops,                                               \
                                              .name = #NAME,                                                           \
                                              .state_size = sizeof(wki_padding),                                       \
                                              .init = wki_layer_keep_options,                                          \
                                              .forward = forward,                                                      \
                                              .describe = describe };
#define KIND(NAME)                                                                                                     \
    OPS(NAME)                                                                                                          \
    wk_module *wk_nn_##NAME(int n, const int64_t *padding) { return make(&NAME##_ops, "nn_" #NAME, n, padding, 0); }
#define KIND_WITH_VALUE(NAME)                                                                                          \
    OPS(NAME)                                                                                                          \
    wk_module *wk_nn_##NAME(int n, const int64_t *padding, double value)                                               \
    {                                                                                                                  \
        return make(&NAME##_ops, "nn_" #NAME, n, padding, value);                                                      \
    }

KIND_WITH_VALUE(constant_pad1d)
KIND_WITH_VALUE(constant_pad2d)
KIND_WITH_VALUE(constant_pad3d)
KIND(zero_pad1d)
KIND(zero_pad2d)
KIND(zero_pad3d)
KIND(reflection_pad1d)
KIND(reflection_pad2d)
KIND(reflection_pad3d)
KIND(replication_pad1d)
KIND(replication_pad2d)
KIND(replication_pad3d)
KIND(circular_pad1d)
KIND(circular_pad2d)
KIND(circular_pad3d)
