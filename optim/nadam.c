/* NAdam (Dozat 2016), as torch.optim.NAdam: Adam with Nesterov's momentum. As there, the product of the momenta is kept
 * in single precision. */
#include "optim/optim.h"

static const wk_nadam_opts defaults = { WK_NADAM_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_nadam_opts, lr),
    WKI_FRACTION(wk_nadam_opts, beta1),
    WKI_FRACTION(wk_nadam_opts, beta2),
    WKI_AT_LEAST_0(wk_nadam_opts, eps),
    WKI_AT_LEAST_0(wk_nadam_opts, weight_decay),
    WKI_AT_LEAST_0(wk_nadam_opts, momentum_decay),
    WKI_FLAG(wk_nadam_opts, decoupled_weight_decay),
    WKI_FLAG(wk_nadam_opts, maximize),
    { 0 },
};

static wki_optim_plan plan(const void *opts)
{
    (void)opts;
    return (wki_optim_plan){
        .rule = WKI_RULE_nadam, .states = { "exp_avg", "exp_avg_sq" }, .scalars = { "mu_product" }, .first = { 1 }
    };
}

static double momentum_at(const wk_nadam_opts *o, int64_t t)
{
    return o->beta1 * (1 - 0.5 * pow(0.96, (double)t * o->momentum_decay));
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_nadam_opts *o = opts;
    const double mu = momentum_at(o, t), next = momentum_at(o, t + 1);
    const double product = (double)((float)scalars[0] * (float)mu);
    scalars[0] = product;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->decoupled_weight_decay ? 0 : o->weight_decay;
    numbers[WKI_N_SHRINK] = o->decoupled_weight_decay ? 1 - o->lr * o->weight_decay : 1;
    numbers[WKI_N_LR] = o->lr * (1 - mu) / (1 - product);
    numbers[WKI_N_AHEAD] = o->lr * next / (1 - product * next);
    numbers[WKI_N_EPS] = o->eps;
    numbers[WKI_N_MIX] = 1 - o->beta1;
    numbers[WKI_N_KEEP] = o->beta2;
    numbers[WKI_N_TAKE] = 1 - o->beta2;
    numbers[WKI_N_ROOT] = 1 / sqrt(1 - pow(o->beta2, (double)t));
}

const wki_optim_kind wki_optim_kind_nadam = {
    .name = "nadam",
    .where = "optim_nadam",
    .opts_size = sizeof(wk_nadam_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .prepare = prepare,
};

wk_nadam_opts wk_nadam_opts_default(void) { return defaults; }

wk_optim *wk_optim_nadam_new(const wk_nadam_opts *o) { return wki_optim_new(&wki_optim_kind_nadam, o); }
