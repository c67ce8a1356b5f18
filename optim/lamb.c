/* LAMB (You et al. 2020, algorithm 2, phi the identity): Adam's step, scaled by the norm of each parameter. */
#include "optim/optim.h"

static const wk_lamb_opts defaults = { WK_LAMB_DEFAULTS };

static const wki_optim_option options[] = {
    WKI_AT_LEAST_0(wk_lamb_opts, lr),
    WKI_FRACTION(wk_lamb_opts, beta1),
    WKI_FRACTION(wk_lamb_opts, beta2),
    WKI_AT_LEAST_0(wk_lamb_opts, eps),
    WKI_AT_LEAST_0(wk_lamb_opts, weight_decay),
    WKI_FLAG(wk_lamb_opts, maximize),
    { 0 },
};

static wki_optim_plan plan(const void *opts)
{
    (void)opts;
    return (wki_optim_plan){ .rule = -1, .states = { "exp_avg", "exp_avg_sq" } };
}

/* 1 where either norm is 0 */
static double trust(wk_tensor *p, wk_tensor *u)
{
    const double size = wk_item(wk_norm(p, 2)), step = wk_item(wk_norm(u, 2));
    return size == 0 || step == 0 ? 1 : size / step;
}

static wk_status renew(const void *opts, const wki_optim_slot *slot, int64_t t, wk_tensor **fresh)
{
    const wk_lamb_opts *o = opts;
    wk_tensor *g = o->maximize ? wk_neg(slot->p->grad) : slot->p->grad;
    wk_tensor *m = wk_lerp_scalar(slot->state[0], g, 1 - o->beta1);
    wk_tensor *v = wk_addcmul(wk_mul_scalar(slot->state[1], o->beta2), g, g, 1 - o->beta2);
    wk_tensor *root = wk_sqrt(wk_mul_scalar(v, 1 / (1 - pow(o->beta2, (double)t))));
    wk_tensor *u = wk_div(wk_mul_scalar(m, 1 / (1 - pow(o->beta1, (double)t))), wk_add_scalar(root, o->eps));
    u = wk_add(u, wk_mul_scalar(slot->p, o->weight_decay));
    if (wk_failed()) return wk_error();
    fresh[0] = wk_sub(slot->p, wk_mul_scalar(u, o->lr * trust(slot->p, u)));
    fresh[1] = m;
    fresh[2] = v;
    return wk_error();
}

const wki_optim_kind wki_optim_kind_lamb = {
    .name = "lamb",
    .where = "optim_lamb",
    .opts_size = sizeof(wk_lamb_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .renew = renew,
};

wk_lamb_opts wk_lamb_opts_default(void) { return defaults; }

wk_optim *wk_optim_lamb_new(const wk_lamb_opts *o) { return wki_optim_new(&wki_optim_kind_lamb, o); }
