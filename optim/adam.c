/* Adam (Kingma and Ba 2015) and AMSGrad (Reddi, Kale and Kumar 2018), as torch.optim.Adam. */
#include "optim/adam.h"
#include "base/fault.h"

static const wk_adam_opts defaults = { WK_ADAM_DEFAULTS };

const wki_optim_option wki_adam_options[] = {
    WKI_AT_LEAST_0(wk_adam_opts, lr),           WKI_FRACTION(wk_adam_opts, beta1),
    WKI_FRACTION(wk_adam_opts, beta2),          WKI_AT_LEAST_0(wk_adam_opts, eps),
    WKI_AT_LEAST_0(wk_adam_opts, weight_decay), WKI_FLAG(wk_adam_opts, amsgrad),
    WKI_FLAG(wk_adam_opts, maximize),           { 0 },
};

wki_optim_plan wki_adam_plan(const void *opts)
{
    const wk_adam_opts *o = opts;
    if (!o->amsgrad) return (wki_optim_plan){ .rule = WKI_RULE_adam, .states = { "exp_avg", "exp_avg_sq" } };
    return (wki_optim_plan){ .rule = WKI_RULE_adam_amsgrad, .states = { "exp_avg", "exp_avg_sq", "max_exp_avg_sq" } };
}

void wki_adam_prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_adam_opts *o = opts;
    (void)scalars;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->weight_decay;
    numbers[WKI_N_LR] = o->lr / (1 - pow(o->beta1, (double)t + WKI_FAULT(13)));
    numbers[WKI_N_EPS] = o->eps;
    numbers[WKI_N_MIX] = 1 - o->beta1;
    numbers[WKI_N_KEEP] = o->beta2;
    numbers[WKI_N_TAKE] = 1 - o->beta2;
    numbers[WKI_N_ROOT] = 1 / sqrt(1 - pow(o->beta2, (double)t));
    numbers[WKI_N_SHRINK] = 1;
}

const wki_optim_kind wki_optim_kind_adam = {
    .name = "adam",
    .where = "optim_adam",
    .opts_size = sizeof(wk_adam_opts),
    .defaults = &defaults,
    .options = wki_adam_options,
    .plan = wki_adam_plan,
    .prepare = wki_adam_prepare,
};

wk_adam_opts wk_adam_opts_default(void) { return defaults; }

wk_optim *wk_optim_adam_new(const wk_adam_opts *o) { return wki_optim_new(&wki_optim_kind_adam, o); }
