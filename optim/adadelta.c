/* Adadelta (Zeiler 2012), as torch.optim.Adadelta: the units of a step are those of the parameter. */
#include "optim/optim.h"

static const wk_adadelta_opts defaults = { WK_ADADELTA_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_adadelta_opts, lr),  WKI_FRACTION(wk_adadelta_opts, rho),
    WKI_AT_LEAST_0(wk_adadelta_opts, eps), WKI_AT_LEAST_0(wk_adadelta_opts, weight_decay),
    WKI_FLAG(wk_adadelta_opts, maximize),  { 0 },
};

static wki_optim_plan plan(const void *opts)
{
    (void)opts;
    return (wki_optim_plan){ .rule = WKI_RULE_adadelta, .states = { "square_avg", "acc_delta" } };
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_adadelta_opts *o = opts;
    (void)t, (void)scalars;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->weight_decay;
    numbers[WKI_N_LR] = o->lr;
    numbers[WKI_N_EPS] = o->eps;
    numbers[WKI_N_KEEP] = o->rho;
    numbers[WKI_N_TAKE] = 1 - o->rho;
}

const wki_optim_kind wki_optim_kind_adadelta = {
    .name = "adadelta",
    .where = "optim_adadelta",
    .opts_size = sizeof(wk_adadelta_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .prepare = prepare,
};

wk_adadelta_opts wk_adadelta_opts_default(void) { return defaults; }

wk_optim *wk_optim_adadelta_new(const wk_adadelta_opts *o) { return wki_optim_new(&wki_optim_kind_adadelta, o); }
