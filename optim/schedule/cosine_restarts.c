/* CosineAnnealingWarmRestarts (Loshchilov and Hutter 2017): down half a cosine, then from the top again, for longer. */
#include "optim/schedule.h"

enum { T_0, T_MULT, ETA_MIN };
static const wki_schedule_option options[] = {
    { "t_0", WKI_NEEDED, 1, WKI_WHOLE_MOST, true, false },
    { "t_mult", 1, 1, WKI_WHOLE_MOST, true, false },
    { "eta_min", 0, 0, WKI_MOST, false, false },
    { 0 },
};

static const double pi = 3.14159265358979323846;

enum { CURRENT, PERIOD };

static void start(wk_schedule *s)
{
    s->kept[CURRENT] = 0;
    s->kept[PERIOD] = s->number[T_0];
}

static void move(wk_schedule *s)
{
    s->kept[CURRENT]++;
    if (s->kept[CURRENT] < s->kept[PERIOD]) return;
    s->kept[CURRENT] = 0;
    s->kept[PERIOD] *= s->number[T_MULT];
}

static double lr(wk_schedule *s, int g, double l)
{
    const double low = s->number[ETA_MIN];
    (void)l;
    return low + (s->base[g] - low) * (1 + cos(pi * s->kept[CURRENT] / s->kept[PERIOD])) / 2;
}

const wki_schedule_kind wki_schedule_kind_cosine_restarts = {
    .name = "cosine_restarts",
    .where = "schedule_cosine_restarts",
    .options = options,
    .kept = { "t_cur", "t_i" },
    .start = start,
    .move = move,
    .lr = lr,
};

wk_schedule *wk_schedule_cosine_restarts(wk_optim *opt, int64_t t_0, int64_t t_mult, double eta_min)
{
    return wki_schedule_new(&wki_schedule_kind_cosine_restarts, opt,
                            (const double[]){ (double)t_0, (double)t_mult, eta_min });
}
