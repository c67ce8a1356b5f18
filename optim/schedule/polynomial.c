/* PolynomialLR: to 0 along a power of the time that is left. */
#include "optim/schedule.h"

enum { TOTAL_ITERS, POWER };
static const wki_schedule_option options[] = {
    { "total_iters", 5, 1, WKI_WHOLE_MOST, true, false },
    { "power", 1, 0, WKI_MOST, false, false },
    { 0 },
};

static double lr(wk_schedule *s, int g, double l)
{
    const double total = s->number[TOTAL_ITERS], t = (double)s->t;
    (void)g;
    if (s->t == 0 || t > total) return l;
    return l * pow((1 - t / total) / (1 - (t - 1) / total), s->number[POWER]);
}

const wki_schedule_kind wki_schedule_kind_polynomial = {
    .name = "polynomial",
    .where = "schedule_polynomial",
    .options = options,
    .lr = lr,
};

wk_schedule *wk_schedule_polynomial(wk_optim *opt, int64_t total_iters, double power)
{
    return wki_schedule_new(&wki_schedule_kind_polynomial, opt, (const double[]){ (double)total_iters, power });
}
