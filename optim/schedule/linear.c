/* LinearLR: a factor that changes along a line; a warmup. */
#include "optim/schedule.h"

enum { START_FACTOR, END_FACTOR, TOTAL_ITERS };
static const wki_schedule_option options[] = {
    { "start_factor", 1.0 / 3, 2.2250738585072014e-308, 1, false, false },
    { "end_factor", 1, 0, 1, false, false },
    { "total_iters", 5, 1, WKI_WHOLE_MOST, true, false },
    { 0 },
};

static double lr(wk_schedule *s, int g, double l)
{
    const double start = s->number[START_FACTOR], end = s->number[END_FACTOR], total = s->number[TOTAL_ITERS];
    (void)g;
    if (s->t == 0) return l * start;
    if ((double)s->t > total) return l;
    return l * (1 + (end - start) / (total * start + (double)(s->t - 1) * (end - start)));
}

const wki_schedule_kind wki_schedule_kind_linear = {
    .name = "linear",
    .where = "schedule_linear",
    .options = options,
    .lr = lr,
};

wk_schedule *wk_schedule_linear(wk_optim *opt, double start_factor, double end_factor, int64_t total_iters)
{
    return wki_schedule_new(&wki_schedule_kind_linear, opt,
                            (const double[]){ start_factor, end_factor, (double)total_iters });
}
