/* Stochastic gradient descent, with momentum as torch.optim.SGD has it: in a parameter's first step the buffer is the
 * gradient. */
#include "base/fault.h"
#include "optim/optim.h"

static const wk_sgd_opts defaults = { WK_SGD_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_sgd_opts, lr),
    WKI_AT_LEAST_0(wk_sgd_opts, momentum),
    WKI_AT_LEAST_0(wk_sgd_opts, dampening),
    WKI_AT_LEAST_0(wk_sgd_opts, weight_decay),
    WKI_FLAG(wk_sgd_opts, nesterov),
    WKI_FLAG(wk_sgd_opts, maximize),
    { 0 },
};

static wk_status check(const void *opts)
{
    const wk_sgd_opts *o = opts;
    wki_check(!o->nesterov || (o->momentum > 0 && o->dampening == 0), WK_E_INVALID, WK_E_INVALID, "optim_sgd",
              "nesterov with momentum %g and dampening %g; it needs a momentum above 0 and no dampening", o->momentum,
              o->dampening);
    return WK_OK;
}

static wki_optim_plan plan(const void *opts)
{
    const wk_sgd_opts *o = opts;
    if (o->momentum == 0) return (wki_optim_plan){ .rule = WKI_RULE_sgd };
    return (wki_optim_plan){ .rule = o->nesterov ? WKI_RULE_nesterov : WKI_RULE_momentum,
                             .states = { "momentum_buffer" } };
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_sgd_opts *o = opts;
    (void)scalars;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->weight_decay;
    numbers[WKI_N_LR] = o->lr;
    numbers[WKI_N_MOMENTUM] = o->momentum;
    numbers[WKI_N_KEEP] = t > 1 ? o->momentum : 0;
    numbers[WKI_N_TAKE] = t > 1 || WKI_FAULT(12) ? 1 - o->dampening : 1;
}

const wki_optim_kind wki_optim_kind_sgd = {
    .name = "sgd",
    .where = "optim_sgd",
    .opts_size = sizeof(wk_sgd_opts),
    .defaults = &defaults,
    .options = options,
    .check = check,
    .plan = plan,
    .prepare = prepare,
};

wk_sgd_opts wk_sgd_opts_default(void) { return defaults; }

wk_optim *wk_optim_sgd_new(const wk_sgd_opts *o) { return wki_optim_new(&wki_optim_kind_sgd, o); }
