/* ASGD (Polyak and Juditsky 1992), as torch.optim.ASGD, whose eta and mu are of single precision. The average is the
 * state ax; a learning rate that is set acts a step earlier than torch's. */
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
    (void)opts;
    return (wki_optim_plan){ .rule = WKI_RULE_asgd, .states = { "ax" } };
}

static void prepare(const void *opts, int64_t t, double *numbers)
{
    const wk_asgd_opts *o = opts;
    const double before = (double)(t - 1), since = before - o->t0;
    const float eta = (float)(t == 1 ? o->lr : o->lr / pow(1 + o->lambd * o->lr * before, o->alpha));
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->weight_decay;
    numbers[WKI_N_LR] = (double)eta;
    numbers[WKI_N_SHRINK] = 1 - o->lambd * (double)eta;
    numbers[WKI_N_MIX] = t == 1 ? 1 : (double)(float)(1 / (since > 1 ? since : 1));
}

const wki_optim_kind wki_optim_kind_asgd = {
    "asgd", "optim_asgd", sizeof(wk_asgd_opts), &defaults, options, NULL, plan, prepare,
};

wk_asgd_opts wk_asgd_opts_default(void) { return defaults; }

wk_optim *wk_optim_asgd_new(const wk_asgd_opts *o) { return wki_optim_new(&wki_optim_kind_asgd, o); }
