/* RMSProp (Hinton, lecture 6e, 2012), as torch.optim.RMSprop; centred it divides by a running standard deviation
 * (Graves 2013). */
#include "optim/optim.h"

static const wk_rmsprop_opts defaults = { WK_RMSPROP_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_rmsprop_opts, lr),       WKI_AT_LEAST_0(wk_rmsprop_opts, alpha),
    WKI_AT_LEAST_0(wk_rmsprop_opts, eps),      WKI_AT_LEAST_0(wk_rmsprop_opts, weight_decay),
    WKI_AT_LEAST_0(wk_rmsprop_opts, momentum), WKI_FLAG(wk_rmsprop_opts, centered),
    WKI_FLAG(wk_rmsprop_opts, maximize),       { 0 },
};

static wki_optim_plan plan(const void *opts)
{
    static const wki_optim_plan plans[2][2] = {
        /* [centered][with momentum] */
        { { .rule = WKI_RULE_rmsprop, .states = { "square_avg" } },
          { .rule = WKI_RULE_rmsprop_momentum, .states = { "square_avg", "momentum_buffer" } } },
        { { .rule = WKI_RULE_rmsprop_centered, .states = { "square_avg", "grad_avg" } },
          { .rule = WKI_RULE_rmsprop_centered_momentum, .states = { "square_avg", "grad_avg", "momentum_buffer" } } },
    };
    const wk_rmsprop_opts *o = opts;
    return plans[o->centered][o->momentum > 0];
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_rmsprop_opts *o = opts;
    (void)t, (void)scalars;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->weight_decay;
    numbers[WKI_N_LR] = o->lr;
    numbers[WKI_N_EPS] = o->eps;
    numbers[WKI_N_MOMENTUM] = o->momentum;
    numbers[WKI_N_KEEP] = o->alpha;
    numbers[WKI_N_TAKE] = numbers[WKI_N_MIX] = 1 - o->alpha;
}

const wki_optim_kind wki_optim_kind_rmsprop = {
    .name = "rmsprop",
    .where = "optim_rmsprop",
    .opts_size = sizeof(wk_rmsprop_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .prepare = prepare,
};

wk_rmsprop_opts wk_rmsprop_opts_default(void) { return defaults; }

wk_optim *wk_optim_rmsprop_new(const wk_rmsprop_opts *o) { return wki_optim_new(&wki_optim_kind_rmsprop, o); }
