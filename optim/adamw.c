/* AdamW (Loshchilov and Hutter 2019), as torch.optim.AdamW: Adam, but weights shrink by themselves, not through the
 * gradient. */
#include "base/fault.h"
#include "optim/adam.h"

static const wk_adamw_opts defaults = { WK_ADAMW_DEFAULTS };

static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_adamw_opts *o = opts;
    wki_adam_prepare(o, t, scalars, numbers);
    numbers[WKI_N_WEIGHT_DECAY] = 0;
    numbers[WKI_N_SHRINK] = 1 - (WKI_FAULT(26) ? 1 : o->lr) * o->weight_decay;
}

const wki_optim_kind wki_optim_kind_adamw = {
    .name = "adamw",
    .where = "optim_adamw",
    .opts_size = sizeof(wk_adamw_opts),
    .defaults = &defaults,
    .options = wki_adam_options,
    .plan = wki_adam_plan,
    .prepare = prepare,
};

wk_adamw_opts wk_adamw_opts_default(void) { return defaults; }

wk_optim *wk_optim_adamw_new(const wk_adamw_opts *o) { return wki_optim_new(&wki_optim_kind_adamw, o); }
