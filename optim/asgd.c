/* Averaged SGD (Polyak and Juditsky 1992), as torch.optim.ASGD: the average is the state ax, for the user to take. As
 * there, eta and mu are kept in single precision. */
#include "optim/optim.h"

static const wk_asgd_opts defaults = { WK_ASGD_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_asgd_opts, lr),
    WKI_AT_LEAST_0(wk_asgd_opts, lambd),
    WKI_AT_LEAST_0(wk_asgd_opts, alpha),
    WKI_AT_LEAST_0(wk_asgd_opts, t0),
    WKI_AT_LEAST_0(wk_asgd_opts, weight_decay),
    WKI_FLAG(wk_asgd_opts, maximize),
    { 0 },
};

static wki_optim_plan plan(const void *opts)
{
    const wk_asgd_opts *o = opts;
    return (wki_optim_plan){
        .rule = WKI_RULE_asgd, .states = { "ax" }, .scalars = { "eta", "mu" }, .first = { (double)(float)o->lr, 1 }
    };
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_asgd_opts *o = opts;
    const double eta = scalars[0], mu = scalars[1], past = (double)t - o->t0;
    scalars[0] = (double)(float)(o->lr / pow(1 + o->lambd * o->lr * (double)t, o->alpha));
    scalars[1] = (double)(float)(1 / (past > 1 ? past : 1));
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->weight_decay;
    numbers[WKI_N_LR] = eta;
    numbers[WKI_N_SHRINK] = 1 - o->lambd * eta;
    numbers[WKI_N_MIX] = mu;
}

/* While mu is 1, ax is the parameter: writing it as well would take as long again as the step. */
static int alone(const double *scalars, const double *numbers)
{
    return numbers[WKI_N_MIX] == 1 && scalars[1] == 1 ? (int)WKI_RULE_asgd_alone : -1;
}

const wki_optim_kind wki_optim_kind_asgd = {
    .name = "asgd",
    .where = "optim_asgd",
    .opts_size = sizeof(wk_asgd_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .prepare = prepare,
    .alone = alone,
};

wk_asgd_opts wk_asgd_opts_default(void) { return defaults; }

wk_optim *wk_optim_asgd_new(const wk_asgd_opts *o) { return wki_optim_new(&wki_optim_kind_asgd, o); }
