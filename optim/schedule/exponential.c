/* ExponentialLR: down by a factor each step. */
#include "optim/schedule.h"

enum { GAMMA };
static const wki_schedule_option options[] = {
    { "gamma", WKI_NEEDED, 0, WKI_MOST, false, false },
    { 0 },
};

static double lr(wk_schedule *s, int g, double l)
{
    (void)g;
    return s->t == 0 ? l : l * s->number[GAMMA];
}

const wki_schedule_kind wki_schedule_kind_exponential = {
    .name = "exponential",
    .where = "schedule_exponential",
    .options = options,
    .lr = lr,
};

wk_schedule *wk_schedule_exponential(wk_optim *opt, double gamma)
{
    return wki_schedule_new(&wki_schedule_kind_exponential, opt, (const double[]){ gamma });
}
