/* Norms of channels, with running statistics: batch_norm over the batch and space, instance_norm over space alone. What
 * is subtracted and divided by has the biased variance, what runs along the unbiased one, as in torch. */
#include "nn/norm.h"
#include "wick/nn.h"

static wk_tensor *sample_batch(wk_tensor *const *in)
{
    return wk_square(wk_batch_norm(in[0], NULL, NULL, in[1], in[2], true, 0.1, 1e-5));
}
static wk_tensor *sample_batch_eval(wk_tensor *const *in)
{
    wk_dtype dtype = in[0] ? wk_dtype_of(in[0]) : WK_F64;
    return wk_square(wk_batch_norm(in[0], wk_full(WK_SHAPE(3), dtype, 0.25), wk_full(WK_SHAPE(3), dtype, 2), in[1],
                                   in[2], false, 0.1, 1e-5));
}
static wk_tensor *sample_instance(wk_tensor *const *in)
{
    return wk_square(wk_instance_norm(in[0], NULL, NULL, in[1], in[2], true, 0.1, 1e-5));
}
static const wki_sample batch_samples[] = {
    { sample_batch, 3, { { 3, { 2, 3, 4 }, -2, 2 }, { 1, { 3 }, -2, 2 }, { 1, { 3 }, -2, 2 } } },
    { sample_batch, 3, { { 2, { 4, 3 }, -2, 2 }, { 1, { 3 }, -2, 2 }, { 1, { 3 }, -2, 2 } } },
    { sample_batch_eval, 3, { { 3, { 2, 3, 2 }, -2, 2 }, { 1, { 3 }, -2, 2 }, { 1, { 3 }, -2, 2 } } },
    { sample_batch_eval, 3, { { 2, { 4, 3 }, -2, 2 }, { 1, { 3 }, -2, 2 }, { 1, { 3 }, -2, 2 } } },
    { 0 }
};
static const wki_sample instance_samples[] = {
    { sample_instance, 3, { { 3, { 2, 3, 4 }, -2, 2 }, { 1, { 3 }, -2, 2 }, { 1, { 3 }, -2, 2 } } }, { 0 }
};
static const wki_opdef batch_norm_op = { "batch_norm", wki_norm_backward, batch_samples };
static const wki_opdef instance_norm_op = { "instance_norm", wki_norm_backward, instance_samples };

/* The channels of x and what stands behind them, checked against the four tensors that have an element a channel. */
static bool channels_ok(const char *where, wk_tensor *x, wk_tensor *mean, wk_tensor *var, wk_tensor *weight,
                        wk_tensor *bias, wki_norm_attrs *a)
{
    if (!wki_tensor_ok(x, where, "x") || !wki_float_ok(x, where, "x")) return false;
    wki_check(x->v.ndim >= 2, false, WK_E_SHAPE, where, "x is %s; [n, channels, ...] is needed", wki_show(&x->v));
    const wki_shape affine = { 1, { x->v.size[1] } };
    a->n = x->v.size[0];
    a->groups = x->v.size[1];
    for (int i = 2; i < x->v.ndim; i++) a->inner *= x->v.size[i];
    wki_check(!mean == !var, false, WK_E_INVALID, where, "running_mean and running_var come together or not at all");
    return wki_affine_ok(where, "running_mean", mean, x, &affine) &&
           wki_affine_ok(where, "running_var", var, x, &affine) && wki_affine_ok(where, "weight", weight, x, &affine) &&
           wki_affine_ok(where, "bias", bias, x, &affine);
}

/* running = (1 - momentum) running + momentum * statistic * scale */
static wk_status run_along(wk_tensor *running, wk_tensor *statistic, double momentum, double scale)
{
    wk_mul_scalar_(running, 1 - momentum);
    return wk_add_alpha_(running, statistic, momentum * scale);
}

static wk_status update(wk_tensor *running_mean, wk_tensor *running_var, wk_tensor *mean, wk_tensor *var,
                        double momentum, double count)
{
    WK_NO_GRAD(running);
    if (run_along(running_mean, mean, momentum, 1)) return wk_error();
    return run_along(running_var, var, momentum, count / (count - 1));
}

static wk_tensor *batch_norm(const char *where, wk_tensor *x, wk_tensor *running_mean, wk_tensor *running_var,
                             wk_tensor *weight, wk_tensor *bias, bool training, double momentum, double eps)
{
    wki_norm_attrs a = { .width = 1, .inner = 1, .eps = eps, .across = true, .centered = true };
    if (!channels_ok(where, x, running_mean, running_var, weight, bias, &a)) return NULL;
    wki_check(training || running_mean, NULL, WK_E_INVALID, where,
              "without training running_mean and running_var are needed");
    a.given = !training;
    wki_check(a.given || a.n * a.inner != 1, NULL, WK_E_SHAPE, where,
              "x %s has one value a channel; training needs more", wki_show(&x->v));
    wk_tensor *mean = running_mean, *var = running_var;
    wk_tensor *y = wki_norm(&batch_norm_op, x, weight, bias, a, 0, &mean, &var);
    if (!y || a.given || !running_mean || a.n * a.inner == 0) return y;
    return update(running_mean, running_var, mean, var, momentum, (double)(a.n * a.inner)) ? NULL : y;
}

wk_tensor *wk_batch_norm(wk_tensor *x, wk_tensor *running_mean, wk_tensor *running_var, wk_tensor *weight,
                         wk_tensor *bias, bool training, double momentum, double eps)
{
    return batch_norm("batch_norm", x, running_mean, running_var, weight, bias, training, momentum, eps);
}

wk_tensor *wk_instance_norm(wk_tensor *x, wk_tensor *running_mean, wk_tensor *running_var, wk_tensor *weight,
                            wk_tensor *bias, bool use_input_stats, double momentum, double eps)
{
    static const char where[] = "instance_norm";
    if (!use_input_stats) return batch_norm(where, x, running_mean, running_var, weight, bias, false, momentum, eps);
    wki_norm_attrs a = { .width = 1, .inner = 1, .eps = eps, .centered = true };
    if (!channels_ok(where, x, running_mean, running_var, weight, bias, &a)) return NULL;
    wki_check(a.inner != 1, NULL, WK_E_SHAPE, where, "x %s has one value a channel and sample; more are needed",
              wki_show(&x->v));
    wk_tensor *mean, *var;
    wk_tensor *y = wki_norm(&instance_norm_op, x, weight, bias, a, 0, &mean, &var);
    if (!y || !running_mean || wki_numel(&x->v) == 0) return y;
    WK_SCOPE(statistics);
    WK_NO_GRAD(running);
    mean = wk_mean_dim(wk_view(mean, WK_SHAPE(a.n, a.groups)), 0, false);
    var = wk_mean_dim(wk_view(var, WK_SHAPE(a.n, a.groups)), 0, false);
    return update(running_mean, running_var, mean, var, momentum, (double)a.inner) ? NULL : y;
}

static wk_tensor *wrong_channels(void)
{
    return wk_batch_norm(wk_zeros(WK_SHAPE(2, 3), WK_F32), NULL, NULL, wk_zeros(WK_SHAPE(2), WK_F32), NULL, true, 0.1,
                         1e-5);
}
static wk_tensor *wrong_running(void)
{
    return wk_batch_norm(wk_zeros(WK_SHAPE(2, 3), WK_F32), NULL, NULL, NULL, NULL, false, 0.1, 1e-5);
}
static wk_tensor *wrong_instance(void)
{
    return wk_instance_norm(wk_zeros(WK_SHAPE(3), WK_F32), NULL, NULL, NULL, NULL, true, 0.1, 1e-5);
}
static wk_tensor *no_input(void)
{
    wk_tensor *mean = wk_zeros(WK_SHAPE(3), WK_F32), *var = wk_ones(WK_SHAPE(3), WK_F32);
    return wk_instance_norm(NULL, mean, var, NULL, NULL, false, 0.1, 1e-5);
}
const wki_error_sample wki_errors_batch_norm[] = {
    { "batch_norm", wrong_channels, WK_E_SHAPE, "weight is [2]" },
    { "batch_norm", wrong_running, WK_E_INVALID, "without training running_mean and running_var are needed" },
    { "instance_norm", wrong_instance, WK_E_SHAPE, "x is [3]" },
    { "instance_norm", no_input, WK_E_INVALID, "x is NULL" },
    { 0 },
};

const wki_family wki_family_batch_norm = { &batch_norm_op, &instance_norm_op, NULL };
