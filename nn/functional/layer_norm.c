/* Norms of each sample by itself: layer_norm and rms_norm over the last dims, group_norm over bands of channels. The
 * variance is the biased one, eps stands inside the root, as in torch. */
#include "nn/norm.h"
#include "wick/nn.h"
#include <float.h>

static wk_tensor *sample_layer(wk_tensor *const *in)
{
    return wk_square(wk_layer_norm(in[0], WK_SHAPE(2, 3), in[1], in[2], 1e-5));
}
static wk_tensor *sample_layer_plain(wk_tensor *const *in)
{
    return wk_square(wk_layer_norm(in[0], WK_SHAPE(5), NULL, in[1], 0.1));
}
static wk_tensor *sample_rms(wk_tensor *const *in) { return wk_square(wk_rms_norm(in[0], WK_SHAPE(5), in[1], -1)); }
static wk_tensor *sample_group(wk_tensor *const *in) { return wk_square(wk_group_norm(in[0], 2, in[1], in[2], 1e-5)); }
static const wki_sample layer_samples[] = {
    { sample_layer, 3, { { 3, { 4, 2, 3 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 } } },
    { sample_layer_plain, 2, { { 2, { 3, 5 }, -2, 2 }, { 1, { 5 }, -2, 2 } } },
    { 0 }
};
static const wki_sample rms_samples[] = { { sample_rms, 2, { { 2, { 3, 5 }, -2, 2 }, { 1, { 5 }, -2, 2 } } }, { 0 } };
static const wki_sample group_samples[] = {
    { sample_group, 3, { { 3, { 2, 4, 3 }, -2, 2 }, { 1, { 4 }, -2, 2 }, { 1, { 4 }, -2, 2 } } },
    { sample_group, 3, { { 2, { 3, 6 }, -2, 2 }, { 1, { 6 }, -2, 2 }, { 1, { 6 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef layer_norm_op = { "layer_norm", wki_norm_backward, layer_samples };
static const wki_opdef rms_norm_op = { "rms_norm", wki_norm_backward, rms_samples };
static const wki_opdef group_norm_op = { "group_norm", wki_norm_backward, group_samples };

static wk_tensor *over_last_dims(const wki_opdef *op, wk_tensor *x, int ndim, const int64_t *shape, wk_tensor *weight,
                                 wk_tensor *bias, double eps, bool centered)
{
    if (!wki_tensor_ok(x, op->name, "x") || !wki_float_ok(x, op->name, "x")) return NULL;
    wki_check(ndim > 0 && shape, NULL, WK_E_INVALID, op->name, "the normalized shape has no dims");
    bool fits = ndim <= x->v.ndim;
    for (int i = 0; fits && i < ndim; i++) fits = x->v.size[x->v.ndim - ndim + i] == shape[i];
    wki_check(fits, NULL, WK_E_SHAPE, op->name, "x is %s; its last dims must be the normalized shape %s",
              wki_show(&x->v), wki_show_shape(ndim, shape));
    wki_shape affine = { .ndim = ndim };
    wki_norm_attrs a = { .n = 1, .groups = 1, .width = 1, .inner = 1, .eps = eps, .centered = centered };
    for (int i = 0; i < ndim; i++) a.width *= affine.size[i] = shape[i];
    for (int i = 0; i < x->v.ndim - ndim; i++) a.n *= x->v.size[i];
    if (!wki_affine_ok(op->name, "weight", weight, x, &affine) || !wki_affine_ok(op->name, "bias", bias, x, &affine))
        return NULL;
    wk_tensor *mean, *var;
    return wki_norm(op, x, weight, bias, a, ndim, &mean, &var);
}

wk_tensor *wk_layer_norm(wk_tensor *x, int ndim, const int64_t *shape, wk_tensor *weight, wk_tensor *bias, double eps)
{
    return over_last_dims(&layer_norm_op, x, ndim, shape, weight, bias, eps, true);
}

wk_tensor *wk_rms_norm(wk_tensor *x, int ndim, const int64_t *shape, wk_tensor *weight, double eps)
{
    if (!wki_tensor_ok(x, "rms_norm", "x")) return NULL;
    if (eps < 0) eps = x->v.dtype == WK_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
    return over_last_dims(&rms_norm_op, x, ndim, shape, weight, NULL, eps, false);
}

wk_tensor *wk_group_norm(wk_tensor *x, int64_t groups, wk_tensor *weight, wk_tensor *bias, double eps)
{
    static const char where[] = "group_norm";
    if (!wki_tensor_ok(x, where, "x") || !wki_float_ok(x, where, "x")) return NULL;
    wki_check(x->v.ndim >= 2, NULL, WK_E_SHAPE, where, "x is %s; [n, channels, ...] is needed", wki_show(&x->v));
    const int64_t channels = x->v.size[1];
    wki_check(groups > 0 && channels % groups == 0, NULL, WK_E_INVALID, where,
              "%lld channels of x %s do not fall into %lld groups", (long long)channels, wki_show(&x->v),
              (long long)groups);
    const wki_shape affine = { 1, { channels } };
    wki_norm_attrs a = { x->v.size[0], groups, channels / groups, 1, .eps = eps, .centered = true };
    for (int i = 2; i < x->v.ndim; i++) a.inner *= x->v.size[i];
    wki_check(a.n * a.width * a.inner != 1, NULL, WK_E_SHAPE, where,
              "x %s has one value a group; more than one is needed", wki_show(&x->v));
    if (!wki_affine_ok(where, "weight", weight, x, &affine) || !wki_affine_ok(where, "bias", bias, x, &affine))
        return NULL;
    wk_tensor *mean, *var;
    return wki_norm(&group_norm_op, x, weight, bias, a, 0, &mean, &var);
}

static wk_tensor *wrong_layer(void)
{
    return wk_layer_norm(wk_zeros(WK_SHAPE(2, 3), WK_F32), WK_SHAPE(2), NULL, NULL, 1e-5);
}
static wk_tensor *wrong_rms(void)
{
    return wk_rms_norm(wk_zeros(WK_SHAPE(2, 3), WK_F32), WK_SHAPE(3), wk_zeros(WK_SHAPE(2), WK_F32), 1e-5);
}
static wk_tensor *wrong_groups(void) { return wk_group_norm(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, NULL, NULL, 1e-5); }
const wki_error_sample wki_errors_layer_norm[] = {
    { "layer_norm", wrong_layer, WK_E_SHAPE, "x is [2, 3]" },
    { "rms_norm", wrong_rms, WK_E_SHAPE, "weight is [2]" },
    { "group_norm", wrong_groups, WK_E_INVALID, "3 channels of x [2, 3] do not fall into 2 groups" },
    { 0 },
};

const wki_family wki_family_layer_norm = { &layer_norm_op, &rms_norm_op, &group_norm_op, NULL };
