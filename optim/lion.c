/* Lion (Chen et al. 2023): the sign of a running mean, weights shrinking by themselves. */
#include "optim/optim.h"

static const wk_lion_opts defaults = { WK_LION_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_lion_opts, lr),           WKI_FRACTION(wk_lion_opts, beta1), WKI_FRACTION(wk_lion_opts, beta2),
    WKI_AT_LEAST_0(wk_lion_opts, weight_decay), WKI_FLAG(wk_lion_opts, maximize),  { 0 },
};

static wki_optim_plan plan(const void *opts)
{
    (void)opts;
    return (wki_optim_plan){ .rule = WKI_RULE_lion, .states = { "exp_avg" } };
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_lion_opts *o = opts;
    (void)t, (void)scalars;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = 0;
    numbers[WKI_N_LR] = o->lr;
    numbers[WKI_N_MOMENTUM] = o->beta1;
    numbers[WKI_N_MIX] = 1 - o->beta1;
    numbers[WKI_N_KEEP] = o->beta2;
    numbers[WKI_N_TAKE] = 1 - o->beta2;
    numbers[WKI_N_SHRINK] = 1 - o->lr * o->weight_decay;
}

const wki_optim_kind wki_optim_kind_lion = {
    .name = "lion",
    .where = "optim_lion",
    .opts_size = sizeof(wk_lion_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .prepare = prepare,
};

wk_lion_opts wk_lion_opts_default(void) { return defaults; }

wk_optim *wk_optim_lion_new(const wk_lion_opts *o) { return wki_optim_new(&wki_optim_kind_lion, o); }
