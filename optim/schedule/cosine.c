/* CosineAnnealingLR (Loshchilov and Hutter 2017, without restarts): down half a cosine, and up again. */
#include "optim/schedule.h"

enum { T_MAX, ETA_MIN };
static const wki_schedule_option options[] = {
    { "t_max", WKI_NEEDED, 1, WKI_WHOLE_MOST, true, false },
    { "eta_min", 0, 0, WKI_MOST, false, false },
    { 0 },
};

static const double pi = 3.14159265358979323846;

static double lr(wk_schedule *s, int g, double l)
{
    const double top = s->number[T_MAX], low = s->number[ETA_MIN], t = (double)s->t;
    if (s->t == 0) return l;
    if ((s->t - 1 - (int64_t)top) % (2 * (int64_t)top) == 0) return l + (s->base[g] - low) * (1 - cos(pi / top)) / 2;
    return (1 + cos(pi * t / top)) / (1 + cos(pi * (t - 1) / top)) * (l - low) + low;
}

const wki_schedule_kind wki_schedule_kind_cosine = {
    .name = "cosine",
    .where = "schedule_cosine",
    .options = options,
    .lr = lr,
};

wk_schedule *wk_schedule_cosine(wk_optim *opt, int64_t t_max, double eta_min)
{
    return wki_schedule_new(&wki_schedule_kind_cosine, opt, (const double[]){ (double)t_max, eta_min });
}
