/* Losses of numbers: mse, l1, smooth_l1, huber, and the negative log-likelihoods of normal and Poisson variables. All
 * are composed of rows, whose gradients of any order are theirs. */
#include "autograd/recording.h"
#include "nn/loss.h"

static const double log_of_two_pi = 1.8378770664093453;

/* The mean of weighted losses divides by the weights' sum, but huber's, as in torch. */
static wk_tensor *weighted(const char *where, wk_tensor *losses, const wk_loss_opts *o, bool by_weights)
{
    if (!losses || !o->weight) return wki_loss_reduce(losses, o->reduction, NULL);
    if (!wki_tensor_ok(o->weight, where, "weight")) return NULL;
    wki_check(wki_same_shape(&o->weight->v, &losses->v), NULL, WK_E_SHAPE, where,
              "weight is %s, input %s; they must be of one shape", wki_show(&o->weight->v), wki_show(&losses->v));
    return wki_loss_reduce(wk_mul(losses, o->weight), o->reduction, by_weights ? o->weight : NULL);
}

wk_tensor *wk_mse_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    wk_loss_opts o;
    if (!wki_loss_options("mse_loss", &o, given, WKI_LOSS_WEIGHT) || !wki_loss_pair_ok("mse_loss", input, target))
        return NULL;
    return weighted("mse_loss", wk_squared_error(input, target), &o, true);
}

wk_tensor *wk_l1_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    wk_loss_opts o;
    if (!wki_loss_options("l1_loss", &o, given, WKI_LOSS_WEIGHT) || !wki_loss_pair_ok("l1_loss", input, target))
        return NULL;
    return weighted("l1_loss", wk_absolute_error(input, target), &o, true);
}

wk_tensor *wk_smooth_l1_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "smooth_l1_loss";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_BETA) || !wki_loss_pair_ok(where, input, target)) return NULL;
    wki_check(o.beta >= 0, NULL, WK_E_INVALID, where, "beta is %g; it must not be negative", o.beta);
    return wki_loss_reduce(o.beta > 0 ? wk_smooth_error(input, target, o.beta) : wk_absolute_error(input, target),
                           o.reduction, NULL);
}

wk_tensor *wk_huber_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "huber_loss";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_DELTA | WKI_LOSS_WEIGHT) ||
        !wki_loss_pair_ok(where, input, target))
        return NULL;
    wki_check(o.delta > 0, NULL, WK_E_INVALID, where, "delta is %g; it must be above 0", o.delta);
    return weighted(where, wk_huber_error(input, target, o.delta), &o, false);
}

/* log(t!) by Stirling's formula: t log t - t + log(2 pi t) / 2 above 1, else 0 */
static wk_tensor *stirling(wk_tensor *t)
{
    wk_tensor *large = wk_gt(t, wki_number_like(1, t)), *safe = wk_where(large, t, wki_number_like(1, t));
    wk_tensor *logs = wk_log(safe);
    wk_tensor *sum = wk_add(wk_sub(wk_mul(safe, logs), safe), wk_mul_scalar(wk_add_scalar(logs, log_of_two_pi), 0.5));
    return wk_where(large, sum, wki_number_like(0, sum));
}

wk_tensor *wk_poisson_nll_loss_run(wk_tensor *input, wk_tensor *target, const wk_loss_opts *given)
{
    static const char where[] = "poisson_nll_loss";
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_LOG_INPUT | WKI_LOSS_FULL | WKI_LOSS_EPS) ||
        !wki_loss_pair_ok(where, input, target))
        return NULL;
    target = wk_to(target, (wk_dtype)input->v.dtype);
    wk_tensor *losses = o.log_input ? wk_sub(wk_exp(input), wk_mul(target, input))
                                    : wk_sub(input, wk_mul(target, wk_log(wk_add_scalar(input, wki_or(o.eps, 1e-8)))));
    if (o.full) losses = wk_add(losses, stirling(target));
    return wki_loss_reduce(losses, o.reduction, NULL);
}

/* A variance a row, [...] or [..., 1], is stretched over the last dim. */
static wk_tensor *fitting_variance(const char *where, wk_tensor *var, const wk_tensor *input)
{
    if (wki_same_shape(&var->v, &input->v)) return var;
    wki_shape row = wki_shape_of(input);
    const int last = row.ndim - 1;
    if (last >= 0) row.size[last] = 1;
    if (last >= 0 && wki_fits(&var->v, &row)) return var;
    row.ndim = last;
    wki_check(last >= 0 && wki_fits(&var->v, &row), NULL, WK_E_SHAPE, where,
              "var is %s, input %s; var must be of input's shape, or that with a last size of 1, or without the last",
              wki_show(&var->v), wki_show(&input->v));
    return wk_unsqueeze(var, -1);
}

static const char gaussian[] = "gaussian_nll_loss";

static wk_status look(void *object, void *memory, const wki_view *const *views)
{
    const double least = wki_number_at(views[0]);
    (void)object, (void)memory;
    if (wk_failed()) return wk_error(); /* a device tells late what went before */
    wki_check(!(least < 0), WK_E_RANGE, WK_E_RANGE, gaussian, "var has the element %g; variances are not negative",
              least);
    return WK_OK;
}

static bool not_negative(wk_tensor *var)
{
    if (wki_numel(&var->v) == 0) return true;
    WK_SCOPE(check);
    WK_NO_GRAD(values);
    const wk_tensor *least = wk_amin(wk_reshape(var, WK_SHAPE(-1)), 0, false);
    return least && wki_on_host(look, NULL, var, 0, WKI_VIEWS(&least->v));
}

wk_tensor *wk_gaussian_nll_loss_run(wk_tensor *input, wk_tensor *target, wk_tensor *var, const wk_loss_opts *given)
{
    const char *where = gaussian;
    wk_loss_opts o;
    if (!wki_loss_options(where, &o, given, WKI_LOSS_FULL | WKI_LOSS_EPS) || !wki_loss_pair_ok(where, input, target) ||
        !wki_tensor_ok(var, where, "var") || !wki_float_ok(var, where, "var") || !wki_same_device(where, input, var))
        return NULL;
    var = fitting_variance(where, var, input);
    if (!var || !not_negative(var)) return NULL;
    var = wki_raised(var, wki_or(o.eps, 1e-6));
    wk_tensor *losses = wk_mul_scalar(wk_add(wk_log(var), wk_div(wk_squared_error(input, target), var)), 0.5);
    if (o.full) losses = wk_add_scalar(losses, log_of_two_pi / 2);
    return wki_loss_reduce(losses, o.reduction, NULL);
}

wk_tensor *wk_gaussian_nll_loss(wk_tensor *input, wk_tensor *target, wk_tensor *var)
{
    return wk_gaussian_nll_loss_run(input, target, var, NULL);
}
WKI_PLAIN_LOSS(mse_loss)
WKI_PLAIN_LOSS(l1_loss)
WKI_PLAIN_LOSS(smooth_l1_loss)
WKI_PLAIN_LOSS(huber_loss)
WKI_PLAIN_LOSS(poisson_nll_loss)

/* ---- Samples ---- */
static wk_tensor *sample_mse(wk_tensor *const *in) { return wk_mse_loss_with(in[0], in[1], .weight = in[2]); }
static wk_tensor *sample_l1(wk_tensor *const *in) { return wk_l1_loss_with(in[0], in[1], .reduction = WK_REDUCE_SUM); }
static wk_tensor *sample_smooth(wk_tensor *const *in)
{
    return wk_smooth_l1_loss_with(in[0], in[1], .beta = 0.75, .reduction = WK_REDUCE_NONE);
}
static wk_tensor *sample_huber(wk_tensor *const *in)
{
    return wk_huber_loss_with(in[0], in[1], .delta = 0.75, .weight = in[2]);
}
static wk_tensor *sample_poisson(wk_tensor *const *in) { return wk_poisson_nll_loss(in[0], in[1]); }
static wk_tensor *sample_poisson_full(wk_tensor *const *in)
{
    return wk_poisson_nll_loss_with(in[0], in[1], .full = true, .log_input = false, .reduction = WK_REDUCE_NONE);
}
static wk_tensor *sample_gaussian(wk_tensor *const *in)
{
    return wk_gaussian_nll_loss_with(in[0], in[1], in[2], .full = true, .reduction = WK_REDUCE_NONE);
}
#define IN(LOW, HIGH)                                                                                                  \
    {                                                                                                                  \
        2, { 3, 5 }, LOW, HIGH                                                                                         \
    }
static const wki_sample mse_samples[] = { { sample_mse, 3, { IN(-2, 2), IN(-2, 2), IN(0.5, 2) } }, { 0 } };
static const wki_sample l1_samples[] = { { sample_l1, 2, { IN(-2, 0), IN(0.1, 2) } }, { 0 } };
static const wki_sample smooth_samples[] = { { sample_smooth, 2, { IN(-2, 2), IN(-2, 2) } }, { 0 } };
static const wki_sample huber_samples[] = { { sample_huber, 3, { IN(-2, 2), IN(-2, 2), IN(0.5, 2) } }, { 0 } };
static const wki_sample poisson_samples[] = { { sample_poisson, 2, { IN(-2, 2), IN(0.5, 4) } },
                                              { sample_poisson_full, 2, { IN(0.5, 3), IN(1.5, 4) } },
                                              { 0 } };
static const wki_sample gaussian_samples[] = { { sample_gaussian, 3, { IN(-2, 2), IN(-2, 2), IN(0.5, 2) } },
                                               { sample_gaussian, 3, { IN(-2, 2), IN(-2, 2), { 1, { 3 }, 0.5, 2 } } },
                                               { 0 } };
static const wki_opdef mse_op = { "mse_loss", NULL, mse_samples };
static const wki_opdef l1_op = { "l1_loss", NULL, l1_samples };
static const wki_opdef smooth_op = { "smooth_l1_loss", NULL, smooth_samples };
static const wki_opdef huber_op = { "huber_loss", NULL, huber_samples };
static const wki_opdef poisson_op = { "poisson_nll_loss", NULL, poisson_samples };
static const wki_opdef gaussian_op = { "gaussian_nll_loss", NULL, gaussian_samples };
static wk_tensor *wrong_mse(void)
{
    return wk_mse_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32));
}
static wk_tensor *wrong_l1(void)
{
    return wk_l1_loss_with(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), .beta = 2);
}
static wk_tensor *wrong_smooth(void)
{
    return wk_smooth_l1_loss_with(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), .beta = -1);
}
static wk_tensor *wrong_huber(void)
{
    return wk_huber_loss_with(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), .delta = 0);
}
static wk_tensor *wrong_poisson(void)
{
    return wk_poisson_nll_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3, 2), WK_F32));
}
static wk_tensor *wrong_gaussian(void)
{
    return wk_gaussian_nll_loss(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32),
                                wk_full(WK_SHAPE(2, 3), WK_F32, -1));
}
const wki_error_sample wki_errors_regression[] = {
    { "mse_loss", wrong_mse, WK_E_SHAPE, "shapes differ (input [2, 3], target [2])" },
    { "l1_loss", wrong_l1, WK_E_INVALID, "has no option beta" },
    { "smooth_l1_loss", wrong_smooth, WK_E_INVALID, "beta is -1" },
    { "huber_loss", wrong_huber, WK_E_INVALID, "delta is 0" },
    { "poisson_nll_loss", wrong_poisson, WK_E_SHAPE, "shapes differ (input [2, 3], target [3, 2])" },
    { "gaussian_nll_loss", wrong_gaussian, WK_E_RANGE, "var has the element -1" },
    { 0 },
};

const wki_family wki_family_regression = { &mse_op, &l1_op, &smooth_op, &huber_op, &poisson_op, &gaussian_op, NULL };
