/* ReduceLROnPlateau: down by a factor when a value has stopped getting better. */
#include "base/options.h"
#include "optim/schedule.h"

enum { FACTOR, PATIENCE, THRESHOLD, COOLDOWN, MIN_LR, EPS, MAXIMIZE, ABSOLUTE };
static const wki_schedule_option options[] = {
    { "factor", 0.1, 0, 0.9999999999999999, false, false },
    { "patience", 10, 0, WKI_WHOLE_MOST, true, false },
    { "threshold", 1e-4, 0, WKI_MOST, false, false },
    { "cooldown", 0, 0, WKI_WHOLE_MOST, true, false },
    { "min_lr", 0, 0, WKI_MOST, false, false },
    { "eps", 1e-8, 0, WKI_MOST, false, false },
    { "maximize", 0, 0, 1, true, true },
    { "absolute", 0, 0, 1, true, true },
    { 0 },
};

enum { BEST, BAD, WAIT };

static void start(wk_schedule *s)
{
    s->kept[BEST] = s->number[MAXIMIZE] != 0 ? (double)-INFINITY : (double)INFINITY;
    s->kept[BAD] = s->kept[WAIT] = 0;
}

static bool is_better(const wk_schedule *s, double value)
{
    const double best = s->kept[BEST], th = s->number[THRESHOLD];
    if (isinf(best)) return s->number[MAXIMIZE] != 0 ? value > best : value < best;
    if (s->number[ABSOLUTE] != 0) return s->number[MAXIMIZE] != 0 ? value > best + th : value < best - th;
    /* for values above 0 as PyTorch has it, best * (1 - th); below 0 that would call worse ones better */
    if (best < 0) return s->number[MAXIMIZE] != 0 ? value > best * (1 - th) : value < best * (th + 1);
    return s->number[MAXIMIZE] != 0 ? value > best * (th + 1) : value < best * (1 - th);
}

static wk_status fall(wk_schedule *s)
{
    for (int g = 0; g < s->ngroups; g++) {
        const double old = wk_group_lr(s->opt, g), fallen = old * s->number[FACTOR];
        const double now = fallen > s->number[MIN_LR] ? fallen : s->number[MIN_LR];
        if (old - now > s->number[EPS] && wk_set_group_lr(s->opt, g, now)) return wk_error();
    }
    return WK_OK;
}

static wk_status step(wk_schedule *s, const double *value)
{
    wki_check(value, WK_E_INVALID, WK_E_INVALID, "schedule_advance",
              "a plateau looks at a value; call wk_schedule_advance_metric");
    const bool better = is_better(s, *value);
    s->t++;
    if (better) s->kept[BEST] = *value;
    s->kept[BAD] = better ? 0 : s->kept[BAD] + 1;
    if (s->kept[WAIT] > 0) {
        s->kept[WAIT]--;
        s->kept[BAD] = 0;
    }
    if (s->kept[BAD] <= s->number[PATIENCE]) return WK_OK;
    s->kept[WAIT] = s->number[COOLDOWN];
    s->kept[BAD] = 0;
    return fall(s);
}

const wki_schedule_kind wki_schedule_kind_plateau = {
    .name = "plateau",
    .where = "schedule_plateau",
    .options = options,
    .kept = { "best", "bad", "wait" },
    .start = start,
    .step = step,
};

wk_schedule_plateau_opts wk_schedule_plateau_opts_default(void)
{
    return (wk_schedule_plateau_opts){ WK_SCHEDULE_PLATEAU_DEFAULTS };
}

wk_schedule *wk_schedule_plateau_new(const wk_schedule_plateau_opts *given)
{
    wk_schedule_plateau_opts o = { WK_SCHEDULE_PLATEAU_DEFAULTS };
    if (!wki_options_take("schedule_plateau", &o, sizeof o, given)) return NULL;
    const double numbers[] = { o.factor, (double)o.patience, o.threshold, (double)o.cooldown, o.min_lr,
                               o.eps,    o.maximize,         o.absolute };
    return wki_schedule_new(&wki_schedule_kind_plateau, o.opt, numbers);
}
