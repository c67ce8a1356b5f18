/* Pooling. */
#include "base/options.h"
#include "nn/module.h"
#include <stdio.h>

typedef struct pool {
    wk_pool_opts o;
    wk_tensor *(*run)(const wk_pool_opts *o);
} pool;

static wk_tensor *forward(wk_module *m, wk_tensor *x)
{
    const pool *p = m->state;
    wk_pool_opts o = p->o;
    o.x = x;
    return p->run(&o);
}

/* x, and of max_pool the places of the largest as well. */
static wk_status forward_many(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const pool *p = m->state;
    wki_check(nin == 1 && nout <= 2, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; x alone, and one result or two with indices", nin, nout);
    if (nout == 1) return (out[0] = forward(m, in[0])) ? WK_OK : wk_error();
    wk_pool_opts o = p->o;
    o.x = in[0];
    o.indices = &out[1];
    out[0] = p->run(&o);
    return wk_error();
}

static void describe(wk_module *m, char *text, size_t bytes)
{
    const pool *p = m->state;
    const wk_dims *all[] = { &p->o.kernel_size, &p->o.stride, &p->o.padding, &p->o.dilation };
    static const char *const names[] = { "kernel_size", "stride", "padding", "dilation" };
    size_t n = 0;
    for (int i = 0; i < 4; i++) n = wki_describe_sizes(text, bytes, n, names[i], all[i]);
}

static bool options_ok(const char *where, const wk_pool_opts *given, wk_pool_opts *o)
{
    if (!wki_options_take(where, o, sizeof *o, given)) return false;
    wki_check(o->kernel_size.n, false, WK_E_INVALID, where, "kernel_size is missing; WK_DIMS(2) gives one");
    wki_check(!o->x && !o->indices, false, WK_E_INVALID, where,
              "x and indices are the function's; ask wk_forward_many for two results");
    return true;
}

static wk_module *make(const wk_module_ops *ops, const char *where, const wk_pool_opts *given,
                       wk_tensor *(*run)(const wk_pool_opts *))
{
    pool p = { .o = wk_pool_opts_default(), .run = run };
    return options_ok(where, given, &p.o) ? wki_layer_new(ops, &p) : NULL;
}

#define KIND(NAME)                                                                                                     \
    static const wk_module_ops NAME##_ops = { .size = sizeof NAME##_ops,                                               \
                                              .name = #NAME,                                                           \
                                              .state_size = sizeof(pool),                                              \
                                              .init = wki_layer_keep_options,                                          \
                                              .describe = describe,                                                    \
                                              .forward_many = forward_many };                                          \
    wk_module *wk_nn_##NAME##_new(const wk_pool_opts *o) { return make(&NAME##_ops, "nn_" #NAME, o, wk_##NAME##_new); }

KIND(max_pool1d)
KIND(max_pool2d)
KIND(max_pool3d)
KIND(avg_pool1d)
KIND(avg_pool2d)
KIND(avg_pool3d)

/* ---- Norms of windows ---- */

typedef struct lp_pool {
    wk_pool_opts o;
    double norm_type;
    wk_tensor *(*run)(double norm_type, const wk_pool_opts *o);
} lp_pool;

static wk_tensor *lp_forward(wk_module *m, wk_tensor *x)
{
    const lp_pool *p = m->state;
    wk_pool_opts o = p->o;
    o.x = x;
    return p->run(p->norm_type, &o);
}

static void lp_describe(wk_module *m, char *text, size_t bytes)
{
    const lp_pool *p = m->state;
    size_t n = (size_t)snprintf(text, bytes, "norm_type=%g", p->norm_type);
    n = wki_describe_sizes(text, bytes, n, "kernel_size", &p->o.kernel_size);
    wki_describe_sizes(text, bytes, n, "stride", &p->o.stride);
}

#define LP(NAME)                                                                                                       \
    wk_module *wk_nn_##NAME##_new(double norm_type, const wk_pool_opts *given)                                         \
    {                                                                                                                  \
        static const wk_module_ops ops = { .size = sizeof ops,                                                         \
                                           .name = #NAME,                                                              \
                                           .state_size = sizeof(lp_pool),                                              \
                                           .init = wki_layer_keep_options,                                             \
                                           .forward = lp_forward,                                                      \
                                           .describe = lp_describe };                                                  \
        lp_pool p = { wk_pool_opts_default(), norm_type, wk_##NAME##_new };                                            \
        wki_check(norm_type > 0, NULL, WK_E_INVALID, "nn_" #NAME, "norm_type is %g; it must be above 0", norm_type);   \
        return options_ok("nn_" #NAME, given, &p.o) ? wki_layer_new(&ops, &p) : NULL;                                  \
    }

LP(lp_pool1d)
LP(lp_pool2d)
LP(lp_pool3d)

/* ---- Back ---- */

typedef struct unpool {
    wk_unpool_opts o;
    wk_tensor *(*run)(const wk_unpool_opts *o);
} unpool;

static wk_status unpool_forward(wk_module *m, wk_tensor *const *in, int nin, wk_tensor **out, int nout)
{
    const unpool *u = m->state;
    wki_check(nin == 2 && in[1] && nout == 1, WK_E_INVALID, WK_E_INVALID, m->ops->name,
              "%d inputs, %d results; x and indices, and one result, are needed", nin, nout);
    wk_unpool_opts o = u->o;
    o.x = in[0];
    o.indices = in[1];
    out[0] = u->run(&o);
    return wk_error();
}

static void unpool_describe(wk_module *m, char *text, size_t bytes)
{
    const unpool *u = m->state;
    size_t n = wki_describe_sizes(text, bytes, 0, "kernel_size", &u->o.kernel_size);
    n = wki_describe_sizes(text, bytes, n, "stride", &u->o.stride);
    n = wki_describe_sizes(text, bytes, n, "padding", &u->o.padding);
    wki_describe_sizes(text, bytes, n, "output_size", &u->o.output_size);
}

#define UNPOOL(NAME)                                                                                                   \
    wk_module *wk_nn_##NAME##_new(const wk_unpool_opts *given)                                                         \
    {                                                                                                                  \
        static const char where[] = "nn_" #NAME;                                                                       \
        static const wk_module_ops ops = { .size = sizeof ops,                                                         \
                                           .name = #NAME,                                                              \
                                           .state_size = sizeof(unpool),                                               \
                                           .init = wki_layer_keep_options,                                             \
                                           .describe = unpool_describe,                                                \
                                           .forward_many = unpool_forward };                                           \
        unpool u = { wk_unpool_opts_default(), wk_##NAME##_new };                                                      \
        if (!wki_options_take(where, &u.o, sizeof u.o, given)) return NULL;                                            \
        wki_check(u.o.kernel_size.n, NULL, WK_E_INVALID, where, "kernel_size is missing; WK_DIMS(2) gives one");       \
        wki_check(!u.o.x && !u.o.indices, NULL, WK_E_INVALID, where,                                                   \
                  "x and indices are the function's; give them to wk_forward_many");                                   \
        return wki_layer_new(&ops, &u);                                                                                \
    }

UNPOOL(max_unpool1d)
UNPOOL(max_unpool2d)
UNPOOL(max_unpool3d)

/* ---- Adaptive ---- */

static void describe_sizes(wk_module *m, char *text, size_t bytes)
{
    const wk_dims *d = m->state;
    size_t n = 0;
    for (int i = 0; i < d->n && n < bytes; i++)
        n += (size_t)snprintf(text + n, bytes - n, "%s%lld", i ? "x" : "", (long long)d->size[i]);
}

#define ADAPTIVE(NAME, CALL)                                                                                           \
    static wk_tensor *forward_##NAME(wk_module *m, wk_tensor *x)                                                       \
    {                                                                                                                  \
        const wk_dims *d = m->state;                                                                                   \
        return CALL;                                                                                                   \
    }                                                                                                                  \
    static const wk_module_ops NAME##_ops = { .size = sizeof NAME##_ops,                                               \
                                              .name = #NAME,                                                           \
                                              .state_size = sizeof(wk_dims),                                           \
                                              .init = wki_layer_keep_options,                                          \
                                              .forward = forward_##NAME,                                               \
                                              .describe = describe_sizes };                                            \
    wk_module *wk_nn_##NAME(wk_dims output_size) { return wki_layer_new(&NAME##_ops, &output_size); }

ADAPTIVE(adaptive_avg_pool1d, wk_adaptive_avg_pool1d(x, *d))
ADAPTIVE(adaptive_avg_pool2d, wk_adaptive_avg_pool2d(x, *d))
ADAPTIVE(adaptive_avg_pool3d, wk_adaptive_avg_pool3d(x, *d))
ADAPTIVE(adaptive_max_pool1d, wk_adaptive_max_pool1d(x, *d, NULL))
ADAPTIVE(adaptive_max_pool2d, wk_adaptive_max_pool2d(x, *d, NULL))
ADAPTIVE(adaptive_max_pool3d, wk_adaptive_max_pool3d(x, *d, NULL))
