/* Activations and other layers without parameters: a line each, over the function of the same name. */
#include "nn/module.h"
#include <stdio.h>

#define PLAIN(NAME)                                                                                                    \
    static wk_tensor *forward_##NAME(wk_module *m, wk_tensor *x) { return (void)m, wk_##NAME(x); }                     \
    static const wk_module_ops NAME##_ops = { .size = sizeof NAME##_ops, .name = #NAME, .forward = forward_##NAME };   \
    wk_module *wk_nn_##NAME(void) { return wki_layer_new(&NAME##_ops, NULL); }

PLAIN(relu)
PLAIN(relu6)
PLAIN(tanh)
PLAIN(sigmoid)
PLAIN(logsigmoid)
PLAIN(hardsigmoid)
PLAIN(hardswish)
PLAIN(silu)
PLAIN(mish)
PLAIN(gelu)
PLAIN(gelu_tanh)
PLAIN(selu)
PLAIN(softsign)
PLAIN(tanhshrink)

#define WORDS(...) __VA_ARGS__
#define WITH_NUMBERS(NAME, SHOW, CALL, CHECK, SAYS)                                                                    \
    static wk_tensor *forward_##NAME(wk_module *m, wk_tensor *x)                                                       \
    {                                                                                                                  \
        const wki_numbers *n = m->state;                                                                               \
        return CALL;                                                                                                   \
    }                                                                                                                  \
    static void describe_##NAME(wk_module *m, char *text, size_t bytes)                                                \
    {                                                                                                                  \
        const wki_numbers *n = m->state;                                                                               \
        snprintf(text, bytes, WORDS SHOW);                                                                             \
    }                                                                                                                  \
    static const wk_module_ops NAME##_ops = { .size = sizeof NAME##_ops,                                               \
                                              .name = #NAME,                                                           \
                                              .state_size = sizeof(wki_numbers),                                       \
                                              .init = wki_layer_keep_options,                                          \
                                              .forward = forward_##NAME,                                               \
                                              .describe = describe_##NAME };                                           \
    static wk_module *make_##NAME(wki_numbers n)                                                                       \
    {                                                                                                                  \
        wki_check(CHECK, NULL, WK_E_INVALID, "nn_" #NAME, WORDS SAYS);                                                 \
        return wki_layer_new(&NAME##_ops, &n);                                                                         \
    }

WITH_NUMBERS(leaky_relu, ("negative_slope=%g", n->a), wk_leaky_relu(x, n->a), n.a == n.a, ("negative_slope is %g", n.a))
WITH_NUMBERS(elu, ("alpha=%g", n->a), wk_elu(x, n->a), n.a == n.a, ("alpha is %g", n.a))
WITH_NUMBERS(celu, ("alpha=%g", n->a), wk_celu(x, n->a), n.a<0 || n.a> 0, ("alpha is %g; it must not be 0", n.a))
WITH_NUMBERS(hardtanh, ("%g, %g", n->a, n->b), wk_hardtanh(x, n->a, n->b), n.a < n.b,
             ("%g to %g; the first must be less", n.a, n.b))
WITH_NUMBERS(softmax, ("dim=%g", n->a), wk_softmax(x, (int)n->a), n.a == n.a, ("dim is %g", n.a))
WITH_NUMBERS(log_softmax, ("dim=%g", n->a), wk_log_softmax(x, (int)n->a), n.a == n.a, ("dim is %g", n.a))

WITH_NUMBERS(hardshrink, ("%g", n->a), wk_hardshrink(x, n->a), n.a == n.a, ("lambda is %g", n.a))
WITH_NUMBERS(softshrink, ("%g", n->a), wk_softshrink(x, n->a), n.a >= 0, ("lambda is %g; it must not be negative", n.a))
WITH_NUMBERS(threshold, ("threshold=%g, value=%g", n->a, n->b), wk_threshold(x, n->a, n->b), n.a == n.a,
             ("threshold is %g", n.a))
WITH_NUMBERS(rrelu, ("%g, %g", n->a, n->b), wk_rrelu(x, n->a, n->b, m->training), n.a <= n.b,
             ("%g to %g; the first must not be more", n.a, n.b))
WITH_NUMBERS(glu, ("dim=%g", n->a), wk_glu(x, (int)n->a), n.a == n.a, ("dim is %g", n.a))
WITH_NUMBERS(softmin, ("dim=%g", n->a), wk_softmin(x, (int)n->a), n.a == n.a, ("dim is %g", n.a))

WITH_NUMBERS(pixel_shuffle, ("upscale_factor=%g", n->a), wk_pixel_shuffle(x, (int64_t)n->a), n.a >= 1,
             ("upscale_factor is %g; it must be 1 or more", n.a))
WITH_NUMBERS(pixel_unshuffle, ("downscale_factor=%g", n->a), wk_pixel_unshuffle(x, (int64_t)n->a), n.a >= 1,
             ("downscale_factor is %g; it must be 1 or more", n.a))
WITH_NUMBERS(channel_shuffle, ("groups=%g", n->a), wk_channel_shuffle(x, (int64_t)n->a), n.a >= 1,
             ("groups is %g; it must be 1 or more", n.a))

wk_module *wk_nn_leaky_relu(double negative_slope) { return make_leaky_relu((wki_numbers){ negative_slope, 0 }); }
wk_module *wk_nn_elu(double alpha) { return make_elu((wki_numbers){ alpha, 0 }); }
wk_module *wk_nn_celu(double alpha) { return make_celu((wki_numbers){ alpha, 0 }); }
wk_module *wk_nn_hardtanh(double low, double high) { return make_hardtanh((wki_numbers){ low, high }); }
wk_module *wk_nn_softmax(int dim) { return make_softmax((wki_numbers){ dim, 0 }); }
wk_module *wk_nn_log_softmax(int dim) { return make_log_softmax((wki_numbers){ dim, 0 }); }
wk_module *wk_nn_hardshrink(double lambda) { return make_hardshrink((wki_numbers){ lambda, 0 }); }
wk_module *wk_nn_softshrink(double lambda) { return make_softshrink((wki_numbers){ lambda, 0 }); }
wk_module *wk_nn_threshold(double threshold, double value) { return make_threshold((wki_numbers){ threshold, value }); }
wk_module *wk_nn_rrelu(double lower, double upper) { return make_rrelu((wki_numbers){ lower, upper }); }
wk_module *wk_nn_glu(int dim) { return make_glu((wki_numbers){ dim, 0 }); }
wk_module *wk_nn_softmin(int dim) { return make_softmin((wki_numbers){ dim, 0 }); }
wk_module *wk_nn_pixel_shuffle(int64_t factor) { return make_pixel_shuffle((wki_numbers){ (double)factor, 0 }); }
wk_module *wk_nn_pixel_unshuffle(int64_t factor) { return make_pixel_unshuffle((wki_numbers){ (double)factor, 0 }); }
wk_module *wk_nn_channel_shuffle(int64_t groups) { return make_channel_shuffle((wki_numbers){ (double)groups, 0 }); }

WITH_NUMBERS(softplus, ("beta=%g, threshold=%g", n->a, n->b), wk_softplus_beta(x, n->a, n->b), n.a > 0 && n.b == n.b,
             ("beta is %g, threshold %g; beta must be more than 0", n.a, n.b))
wk_module *wk_nn_softplus(double beta, double threshold) { return make_softplus((wki_numbers){ beta, threshold }); }

/* Over the channels at each place of an image. */
static wk_tensor *forward_softmax2d(wk_module *m, wk_tensor *x)
{
    (void)m;
    wki_check(x->v.ndim == 3 || x->v.ndim == 4, NULL, WK_E_SHAPE, "softmax2d",
              "x is %s; [n, c, h, w] or [c, h, w] is needed", wki_show(&x->v));
    return wk_softmax(x, -3);
}

static const wk_module_ops softmax2d = { .size = sizeof softmax2d, .name = "softmax2d", .forward = forward_softmax2d };
wk_module *wk_nn_softmax2d(void) { return wki_layer_new(&softmax2d, NULL); }

/* ---- PReLU: a slope for all, or one for each channel, which are dim 1 ---- */

static wk_status prelu_init(wk_module *m, void *state)
{
    const int64_t n = *(const int64_t *)wk_nn_options(m);
    *(wk_tensor **)state = wk_nn_param(m, "weight", wk_full(WK_SHAPE(n), WK_F32, 0.25));
    return wk_error();
}

static wk_tensor *prelu_forward(wk_module *m, wk_tensor *x)
{
    wk_tensor *weight = *(wk_tensor **)m->state;
    const int64_t n = weight->v.size[0], channels = x->v.ndim > 1 ? x->v.size[1] : 1;
    wki_check(n == 1 || n == channels, NULL, WK_E_SHAPE, "prelu", "x is %s; %lld channels in dim 1 are needed",
              wki_show(&x->v), (long long)n);
    int64_t shape[WK_MAX_DIMS];
    for (int i = 0; i < x->v.ndim; i++) shape[i] = i == 1 ? n : 1;
    wk_tensor *slope = n == 1 && x->v.ndim > 0 ? weight : wk_reshape(weight, x->v.ndim, shape);
    return slope ? wk_where(wk_gt_scalar(x, 0), x, wk_mul(x, slope)) : NULL;
}

static void prelu_describe(wk_module *m, char *text, size_t bytes)
{
    snprintf(text, bytes, "%lld", (long long)(*(wk_tensor **)m->state)->v.size[0]);
}

static const wk_module_ops prelu_ops = { .size = sizeof prelu_ops,
                                         .name = "prelu",
                                         .state_size = sizeof(wk_tensor *),
                                         .init = prelu_init,
                                         .forward = prelu_forward,
                                         .describe = prelu_describe };

wk_module *wk_nn_prelu(int64_t num_parameters)
{
    wki_check(num_parameters > 0, NULL, WK_E_INVALID, "nn_prelu", "num_parameters is %lld; 1, or the channels",
              (long long)num_parameters);
    return wki_layer_new(&prelu_ops, &num_parameters);
}

/* ---- Shape ---- */

static wk_tensor *forward_identity(wk_module *m, wk_tensor *x) { return (void)m, x; }

static wk_tensor *forward_flatten(wk_module *m, wk_tensor *x)
{
    (void)m;
    return wk_ndim(x) == 2 ? x : wk_ndim(x) < 2 ? wk_reshape(x, WK_SHAPE(wk_numel(x), 1)) : wk_flatten(x, 1, -1);
}

static const wk_module_ops identity = { .size = sizeof identity, .name = "identity", .forward = forward_identity };
static const wk_module_ops flatten = { .size = sizeof flatten, .name = "flatten", .forward = forward_flatten };

wk_module *wk_nn_identity(void) { return wki_layer_new(&identity, NULL); }
wk_module *wk_nn_flatten(void) { return wki_layer_new(&flatten, NULL); }

static wk_tensor *unflatten_forward(wk_module *m, wk_tensor *x)
{
    const wki_unflatten *u = m->state;
    return wk_unflatten(x, u->dim, u->n, u->size);
}

static const wk_module_ops unflatten_ops = { .size = sizeof unflatten_ops,
                                             .name = "unflatten",
                                             .state_size = sizeof(wki_unflatten),
                                             .init = wki_layer_keep_options,
                                             .forward = unflatten_forward };

wk_module *wk_nn_unflatten(int dim, int n, const int64_t *sizes)
{
    wki_check(n > 0 && n <= WK_MAX_DIMS && sizes, NULL, WK_E_INVALID, "nn_unflatten", "%d sizes; 1 to %d are possible",
              sizes ? n : 0, WK_MAX_DIMS);
    wki_unflatten u = { .dim = dim, .n = n };
    for (int i = 0; i < n; i++) u.size[i] = sizes[i];
    return wki_layer_new(&unflatten_ops, &u);
}
