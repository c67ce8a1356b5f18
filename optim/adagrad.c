/* AdaGrad (Duchi, Hazan and Singer 2011), as torch.optim.Adagrad: its sums exist from the start. */
#include "optim/optim.h"

static const wk_adagrad_opts defaults = { WK_ADAGRAD_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_adagrad_opts, lr),
    WKI_AT_LEAST_0(wk_adagrad_opts, lr_decay),
    WKI_AT_LEAST_0(wk_adagrad_opts, weight_decay),
    WKI_AT_LEAST_0(wk_adagrad_opts, initial_accumulator_value),
    WKI_AT_LEAST_0(wk_adagrad_opts, eps),
    WKI_FLAG(wk_adagrad_opts, maximize),
    { 0 },
};

static wki_optim_plan plan(const void *opts)
{
    const wk_adagrad_opts *o = opts;
    return (wki_optim_plan){
        .rule = WKI_RULE_adagrad, .states = { "sum" }, .start = { o->initial_accumulator_value }, .at_once = true
    };
}

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_adagrad_opts *o = opts;
    (void)scalars;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = o->weight_decay;
    numbers[WKI_N_LR] = o->lr / (1 + (double)(t - 1) * o->lr_decay);
    numbers[WKI_N_EPS] = o->eps;
}

const wki_optim_kind wki_optim_kind_adagrad = {
    .name = "adagrad",
    .where = "optim_adagrad",
    .opts_size = sizeof(wk_adagrad_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .prepare = prepare,
};

wk_adagrad_opts wk_adagrad_opts_default(void) { return defaults; }

wk_optim *wk_optim_adagrad_new(const wk_adagrad_opts *o) { return wki_optim_new(&wki_optim_kind_adagrad, o); }
