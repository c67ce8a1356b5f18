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
    return (wki_optim_plan){ .rule = WKI_RULE_lamb, .states = { "exp_avg", "exp_avg_sq" } };
}

/* scalars[0]: the parameter's trust */
static void prepare(const void *opts, int64_t t, double *scalars, double *numbers)
{
    const wk_lamb_opts *o = opts;
    numbers[WKI_N_SIGN] = o->maximize ? -1 : 1;
    numbers[WKI_N_WEIGHT_DECAY] = 0;
    numbers[WKI_N_LR] = o->lr * scalars[0];
    numbers[WKI_N_EPS] = o->eps;
    numbers[WKI_N_MIX] = 1 - o->beta1;
    numbers[WKI_N_KEEP] = o->beta2;
    numbers[WKI_N_TAKE] = 1 - o->beta2;
    numbers[WKI_N_AHEAD] = 1 / (1 - pow(o->beta1, (double)t));
    numbers[WKI_N_ROOT] = 1 / (1 - pow(o->beta2, (double)t));
    numbers[WKI_N_SHRINK] = o->weight_decay;
}

typedef struct direction {
    const void *opts;
    wki_optim_slot *slot;
    double numbers[WKI_N_COUNT];
} direction;

static wk_status begin(void *object, void *memory, const wki_view *const *views)
{
    direction *m = memory;
    (void)object, (void)views;
    prepare(m->opts, m->slot->t + 1, m->slot->scalar, m->numbers);
    return WK_OK;
}

/* norm(p) / norm(u), or 1 where either is 0 */
static wk_status trust(void *object, void *memory, const wki_view *const *views)
{
    const double size = wki_number_at(views[0]), step = wki_number_at(views[1]);
    (void)object;
    if (wk_failed()) return wk_error(); /* a device tells late what went before */
    ((direction *)memory)->slot->scalar[0] = size == 0 || step == 0 ? 1 : size / step;
    return WK_OK;
}

static wk_status measure(const void *opts, wki_optim_slot *slot, int64_t t)
{
    WK_SCOPE(measuring);
    const wki_view *p = &slot->p->v;
    (void)t;
    wk_tensor *u = wki_new("step", p->device, p->ndim, p->size, p->dtype);
    direction m = { .opts = opts, .slot = slot };
    const direction *begun = u ? wki_on_host(begin, NULL, &m, sizeof m, 0, NULL) : NULL;
    if (!begun) return wk_error();
    const wki_update_attrs attrs = { WKI_RULE_lamb_direction, 1, begun->numbers };
    const int64_t work = 12 * wki_numel(p);
    if (wki_do(WKI_OP_update, 4, WKI_VIEWS(p, &slot->state[0]->v, &slot->state[1]->v, &u->v, slot->g), &attrs,
               sizeof attrs, work))
        return wk_error();
    wk_tensor *size = wk_norm(slot->p, 2), *step = wk_norm(u, 2);
    return size && step && wki_on_host(trust, NULL, &m, sizeof m, WKI_VIEWS(&size->v, &step->v)) ? WK_OK : wk_error();
}

const wki_optim_kind wki_optim_kind_lamb = {
    .name = "lamb",
    .where = "optim_lamb",
    .opts_size = sizeof(wk_lamb_opts),
    .defaults = &defaults,
    .options = options,
    .plan = plan,
    .prepare = prepare,
    .measure = measure,
};

wk_lamb_opts wk_lamb_opts_default(void) { return defaults; }

wk_optim *wk_optim_lamb_new(const wk_lamb_opts *o) { return wki_optim_new(&wki_optim_kind_lamb, o); }
