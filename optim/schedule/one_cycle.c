/* OneCycleLR (Smith and Topin 2018): up to max_lr and down to almost nothing, momentum the other way. */
#include "base/options.h"
#include "optim/schedule.h"

enum {
    MAX_LR,
    TOTAL_STEPS,
    PCT_START,
    BASE_MOMENTUM,
    MAX_MOMENTUM,
    DIV_FACTOR,
    FINAL_DIV_FACTOR,
    CYCLE_MOMENTUM,
    LINEAR,
    THREE_PHASE
};
static const wki_schedule_option options[] = {
    { "max_lr", WKI_NEEDED, 0, WKI_MOST, false, false },
    { "total_steps", WKI_NEEDED, 1, WKI_WHOLE_MOST, true, false },
    { "pct_start", 0.3, 0, 1, false, false },
    { "base_momentum", 0.85, 0, 0.9999999999999999, false, false },
    { "max_momentum", 0.95, 0, 0.9999999999999999, false, false },
    { "div_factor", 25, 2.2250738585072014e-308, WKI_MOST, false, false },
    { "final_div_factor", 1e4, 2.2250738585072014e-308, WKI_MOST, false, false },
    { "cycle_momentum", 1, 0, 1, true, true },
    { "linear", 0, 0, 1, true, true },
    { "three_phase", 0, 0, 1, true, true },
    { 0 },
};

static const double pi = 3.14159265358979323846;

typedef struct phase {
    double end, lr[2], momentum[2]; /* at its start and its end */
} phase;

static int phases_of(const wk_schedule *s, phase phases[3])
{
    const double *n = s->number, total = n[TOTAL_STEPS], top = n[MAX_LR], first = top / n[DIV_FACTOR];
    const double last = first / n[FINAL_DIV_FACTOR], low = n[BASE_MOMENTUM], high = n[MAX_MOMENTUM];
    phases[0] = (phase){ n[PCT_START] * total - 1, { first, top }, { high, low } };
    if (n[THREE_PHASE] == 0) {
        phases[1] = (phase){ total - 1, { top, last }, { low, high } };
        return 2;
    }
    phases[1] = (phase){ 2 * n[PCT_START] * total - 2, { top, first }, { low, high } };
    phases[2] = (phase){ total - 1, { first, last }, { high, high } };
    return 3;
}

static double between(const wk_schedule *s, const double ends[2], double x)
{
    if (s->number[LINEAR] != 0) return (ends[1] - ends[0]) * x + ends[0];
    return ends[1] + (ends[0] - ends[1]) / 2 * (cos(pi * x) + 1);
}

/* The lr or the momentum at s->t; behind the last step, whose advance changes nothing, those of that step. */
static double value(const wk_schedule *s, bool momentum)
{
    phase phases[3];
    const int n = phases_of(s, phases);
    const double t = fmin((double)s->t, s->number[TOTAL_STEPS] - 1);
    double start = 0;
    int i = 0;
    for (; i < n - 1 && t > phases[i].end; i++) start = phases[i].end;
    const double x = (t - start) / (phases[i].end - start);
    return between(s, momentum ? phases[i].momentum : phases[i].lr, x);
}

static wk_status check(const wk_schedule *s)
{
    phase phases[3];
    double start = 0;
    for (int i = 0, n = phases_of(s, phases); i < n; start = phases[i++].end)
        wki_check(phases[i].end > start, WK_E_INVALID, WK_E_INVALID, s->kind->where,
                  "pct_start %g of total_steps %g leaves no step for phase %d", s->number[PCT_START],
                  s->number[TOTAL_STEPS], i + 1);
    if (s->number[CYCLE_MOMENTUM] == 0) return WK_OK;
    return wki_schedule_cycles_ok(s, s->number[BASE_MOMENTUM], s->number[MAX_MOMENTUM]);
}

static double lr(wk_schedule *s, int g, double l)
{
    (void)l;
    if (s->t == 0) s->base[g] = s->opt->groups[g].initial_lr = s->number[MAX_LR] / s->number[DIV_FACTOR];
    return value(s, false);
}

static wk_status set_momentum(wk_schedule *s, int g)
{
    if (s->number[CYCLE_MOMENTUM] == 0) return WK_OK;
    return wki_schedule_set_momentum(s, g, value(s, true));
}

static wk_status may_move(const wk_schedule *s)
{
    wki_check((double)s->t < s->number[TOTAL_STEPS], WK_E_RANGE, WK_E_RANGE, s->kind->where,
              "step %lld; total_steps is %g, and the cycle is over", (long long)s->t + 1, s->number[TOTAL_STEPS]);
    return WK_OK;
}

const wki_schedule_kind wki_schedule_kind_one_cycle = {
    .name = "one_cycle",
    .where = "schedule_one_cycle",
    .options = options,
    .check = check,
    .may_move = may_move,
    .lr = lr,
    .also = set_momentum,
};

wk_schedule_one_cycle_opts wk_schedule_one_cycle_opts_default(void)
{
    return (wk_schedule_one_cycle_opts){ WK_SCHEDULE_ONE_CYCLE_DEFAULTS };
}

wk_schedule *wk_schedule_one_cycle_new(const wk_schedule_one_cycle_opts *given)
{
    wk_schedule_one_cycle_opts o = { WK_SCHEDULE_ONE_CYCLE_DEFAULTS };
    if (!wki_options_take("schedule_one_cycle", &o, sizeof o, given)) return NULL;
    const double numbers[] = { o.max_lr,     (double)o.total_steps, o.pct_start,      o.base_momentum, o.max_momentum,
                               o.div_factor, o.final_div_factor,    o.cycle_momentum, o.linear,        o.three_phase };
    return wki_schedule_new(&wki_schedule_kind_one_cycle, o.opt, numbers);
}
