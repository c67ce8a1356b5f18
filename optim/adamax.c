/* AdaMax (Kingma and Ba 2015, section 7.1), as torch.optim.Adamax: Adam under the infinity norm. */
#include "optim/optim.h"

static const wk_adamax_opts defaults = { WK_ADAMAX_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_adamax_opts, lr),
    WKI_FRACTION(wk_adamax_opts, beta1),
    WKI_FRACTION(wk_adamax_opts, beta2),
    WKI_AT_LEAST_0(wk_adamax_opts, eps),
    WKI_AT_LEAST_0(wk_adamax_opts, weight_decay),
    WKI_FLAG(wk_adamax_opts, maximize),
    { 0 },
};

static wki_optim_plan plan(const void *opts)
{
    (void)opts;
    return (wki_optim_plan){ .rule = WKI_RULE_adamax, .states = { "exp_avg", "exp_inf" } };
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_adamax_opts *o = opts;
    (void)scalars;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->weight_decay;
    numbers[WKI_N_LR] = o->lr / (1 - pow(o->beta1, (double)t));
    numbers[WKI_N_EPS] = o->eps;
    numbers[WKI_N_MIX] = 1 - o->beta1;
    numbers[WKI_N_KEEP] = o->beta2;
}

const wki_optim_kind wki_optim_kind_adamax = {
    .name = "adamax",
    .where = "optim_adamax",
    .opts_size = sizeof(wk_adamax_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .prepare = prepare,
};

wk_adamax_opts wk_adamax_opts_default(void) { return defaults; }

wk_optim *wk_optim_adamax_new(const wk_adamax_opts *o) { return wki_optim_new(&wki_optim_kind_adamax, o); }
