/* RAdam (Liu et al. 2020), as torch.optim.RAdam: Adam's step is rectified by the variance of its second moment, and is
 * plain momentum while that cannot be told. */
#include "optim/optim.h"

static const wk_radam_opts defaults = { WK_RADAM_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_radam_opts, lr),           WKI_FRACTION(wk_radam_opts, beta1),
    WKI_FRACTION(wk_radam_opts, beta2),          WKI_AT_LEAST_0(wk_radam_opts, eps),
    WKI_AT_LEAST_0(wk_radam_opts, weight_decay), WKI_FLAG(wk_radam_opts, decoupled_weight_decay),
    WKI_FLAG(wk_radam_opts, maximize),           { 0 },
};

static wki_optim_plan plan(const void *opts)
{
    (void)opts;
    return (wki_optim_plan){ .rule = WKI_RULE_radam, .states = { "exp_avg", "exp_avg_sq" } };
}

/* 0 while the variance cannot be told */
static double rectification(double beta2, double power, int64_t t)
{
    const double most = 2 / (1 - beta2) - 1, r = most - 2 * (double)t * power / (1 - power);
    return r > 5 ? sqrt((r - 4) * (r - 2) * most / ((most - 4) * (most - 2) * r)) : 0;
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_radam_opts *o = opts;
    (void)scalars;
    const double power = pow(o->beta2, (double)t), rectified = rectification(o->beta2, power, t);
    const double lr = o->lr / (1 - pow(o->beta1, (double)t));
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->decoupled_weight_decay ? 0 : o->weight_decay;
    numbers[WKI_N_SHRINK] = o->decoupled_weight_decay ? 1 - o->lr * o->weight_decay : 1;
    numbers[WKI_N_LR] = lr * rectified * sqrt(1 - power);
    numbers[WKI_N_AHEAD] = rectified > 0 ? 0 : lr;
    numbers[WKI_N_EPS] = o->eps;
    numbers[WKI_N_MIX] = 1 - o->beta1;
    numbers[WKI_N_KEEP] = o->beta2;
    numbers[WKI_N_TAKE] = 1 - o->beta2;
}

const wki_optim_kind wki_optim_kind_radam = {
    .name = "radam",
    .where = "optim_radam",
    .opts_size = sizeof(wk_radam_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .prepare = prepare,
};

wk_radam_opts wk_radam_opts_default(void) { return defaults; }

wk_optim *wk_optim_radam_new(const wk_radam_opts *o) { return wki_optim_new(&wki_optim_kind_radam, o); }
