/* StepLR: down by a factor every so many steps. */
#include "optim/schedule.h"

enum { STEP_SIZE, GAMMA };
static const wki_schedule_option options[] = {
    { "step_size", WKI_NEEDED, 1, WKI_WHOLE_MOST, true, false },
    { "gamma", 0.1, 0, WKI_MOST, false, false },
    { 0 },
};

static double lr(wk_schedule *s, int g, double l)
{
    (void)g;
    return s->t == 0 || s->t % (int64_t)s->number[STEP_SIZE] != 0 ? l : l * s->number[GAMMA];
}

const wki_schedule_kind wki_schedule_kind_step = {
    .name = "step",
    .where = "schedule_step",
    .options = options,
    .lr = lr,
};

wk_schedule *wk_schedule_step(wk_optim *opt, int64_t step_size, double gamma)
{
    return wki_schedule_new(&wki_schedule_kind_step, opt, (const double[]){ (double)step_size, gamma });
}
