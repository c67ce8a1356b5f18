/* CyclicLR (Smith 2017, arXiv:1506.01186): from base_lr up to max_lr and back, again and again, momentum the other way.
 */
#include "base/options.h"
#include "optim/schedule.h"

enum { BASE_LR, MAX_LR, STEP_SIZE_UP, STEP_SIZE_DOWN, GAMMA, HALVING, CYCLE_MOMENTUM, BASE_MOMENTUM, MAX_MOMENTUM };
static const wki_schedule_option options[] = {
    { "base_lr", WKI_NEEDED, 0, WKI_MOST, false, false },
    { "max_lr", WKI_NEEDED, 0, WKI_MOST, false, false },
    { "step_size_up", 2000, 1, WKI_WHOLE_MOST, true, false },
    { "step_size_down", 0, 0, WKI_WHOLE_MOST, true, false },
    { "gamma", 1, 0, WKI_MOST, false, false },
    { "halving", 0, 0, 1, true, true },
    { "cycle_momentum", 1, 0, 1, true, true },
    { "base_momentum", 0.8, 0, 0.9999999999999999, false, false },
    { "max_momentum", 0.9, 0, 0.9999999999999999, false, false },
    { 0 },
};

/* As much of `range` as s->t is above its beginning. */
static double height(const wk_schedule *s, double range)
{
    const double *n = s->number, t = (double)s->t, up = n[STEP_SIZE_UP];
    const double total = up + (n[STEP_SIZE_DOWN] == 0 ? up : n[STEP_SIZE_DOWN]), top = up / total;
    const double cycle = floor(1 + t / total), x = 1 + t / total - cycle;
    const double way = x <= top ? x / top : (x - 1) / (top - 1);
    return range * way * ((n[HALVING] != 0 ? pow(2, 1 - cycle) : 1) * pow(n[GAMMA], t));
}

static wk_status check(const wk_schedule *s)
{
    if (s->number[CYCLE_MOMENTUM] == 0) return WK_OK;
    return wki_schedule_cycles_ok(s, s->number[BASE_MOMENTUM], s->number[MAX_MOMENTUM]);
}

static double lr(wk_schedule *s, int g, double l)
{
    (void)l;
    const double base = s->number[BASE_LR];
    if (s->t == 0) s->base[g] = s->opt->groups[g].initial_lr = base;
    return base + height(s, s->number[MAX_LR] - base);
}

static wk_status set_momentum(wk_schedule *s, int g)
{
    const double *n = s->number, most = n[MAX_MOMENTUM];
    if (n[CYCLE_MOMENTUM] == 0) return WK_OK;
    return wki_schedule_set_momentum(s, g, most - height(s, most - n[BASE_MOMENTUM]));
}

const wki_schedule_kind wki_schedule_kind_cyclic = {
    .name = "cyclic",
    .where = "schedule_cyclic",
    .options = options,
    .check = check,
    .lr = lr,
    .also = set_momentum,
};

wk_schedule_cyclic_opts wk_schedule_cyclic_opts_default(void)
{
    return (wk_schedule_cyclic_opts){ WK_SCHEDULE_CYCLIC_DEFAULTS };
}

wk_schedule *wk_schedule_cyclic_new(const wk_schedule_cyclic_opts *given)
{
    wk_schedule_cyclic_opts o = { WK_SCHEDULE_CYCLIC_DEFAULTS };
    if (!wki_options_take("schedule_cyclic", &o, sizeof o, given)) return NULL;
    const double numbers[] = { o.base_lr,     o.max_lr,  (double)o.step_size_up, (double)o.step_size_down,
                               o.gamma,       o.halving, o.cycle_momentum,       o.base_momentum,
                               o.max_momentum };
    return wki_schedule_new(&wki_schedule_kind_cyclic, o.opt, numbers);
}
