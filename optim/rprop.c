/* Rprop (Riedmiller and Braun 1993), as torch.optim.Rprop: each element has a step of its own, which grows while the
 * gradient keeps its sign. For gradients of the whole data set. */
#include "optim/optim.h"

static const wk_rprop_opts defaults = { WK_RPROP_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_rprop_opts, lr),
    WKI_FRACTION(wk_rprop_opts, etaminus),
    WKI_AT_LEAST_0(wk_rprop_opts, etaplus),
    WKI_AT_LEAST_0(wk_rprop_opts, step_min),
    WKI_AT_LEAST_0(wk_rprop_opts, step_max),
    WKI_FLAG(wk_rprop_opts, maximize),
    { 0 },
};

static wk_status check(const void *opts)
{
    const wk_rprop_opts *o = opts;
    wki_check(o->etaminus > 0 && o->etaplus > 1, WK_E_INVALID, WK_E_INVALID, "optim_rprop",
              "etaminus %g and etaplus %g; the first must lie between 0 and 1, the second above 1", o->etaminus,
              o->etaplus);
    wki_check(o->step_min <= o->step_max, WK_E_INVALID, WK_E_INVALID, "optim_rprop", "step_min %g is above step_max %g",
              o->step_min, o->step_max);
    return WK_OK;
}

static wki_optim_plan plan(const void *opts)
{
    const wk_rprop_opts *o = opts;
    return (wki_optim_plan){ .rule = WKI_RULE_rprop, .states = { "prev", "step_size" }, .start = { 0, o->lr } };
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_rprop_opts *o = opts;
    (void)t, (void)scalars;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = 0;
    numbers[WKI_N_LR] = o->lr;
    numbers[WKI_N_KEEP] = o->etaminus;
    numbers[WKI_N_TAKE] = o->etaplus;
    numbers[WKI_N_LOW] = o->step_min;
    numbers[WKI_N_HIGH] = o->step_max;
}

const wki_optim_kind wki_optim_kind_rprop = {
    .name = "rprop",
    .where = "optim_rprop",
    .opts_size = sizeof(wk_rprop_opts),
    .defaults = &defaults,
    .options = options,
    .check = check,
    .plan = plan,
    .prepare = prepare,
};

wk_rprop_opts wk_rprop_opts_default(void) { return defaults; }

wk_optim *wk_optim_rprop_new(const wk_rprop_opts *o) { return wki_optim_new(&wki_optim_kind_rprop, o); }
