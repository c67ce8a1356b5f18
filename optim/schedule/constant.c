/* ConstantLR: a factor for a while. */
#include "base/fault.h"
#include "optim/schedule.h"

enum { FACTOR, TOTAL_ITERS };
static const wki_schedule_option options[] = {
    { "factor", 1.0 / 3, 2.2250738585072014e-308, 1, false, false },
    { "total_iters", 5, 0, WKI_WHOLE_MOST, true, false },
    { 0 },
};

static double lr(wk_schedule *s, int g, double l)
{
    (void)g;
    const bool is_over = s->number[TOTAL_ITERS] == 0 && !s->initial; /* as PyTorch: only the first of all has a step */
    if (s->t == 0) return is_over && !WKI_FAULT(230) ? l : l * s->number[FACTOR];
    return s->t == (int64_t)s->number[TOTAL_ITERS] ? l * (1 / s->number[FACTOR]) : l;
}

const wki_schedule_kind wki_schedule_kind_constant = {
    .name = "constant",
    .where = "schedule_constant",
    .options = options,
    .lr = lr,
};

wk_schedule *wk_schedule_constant(wk_optim *opt, double factor, int64_t total_iters)
{
    return wki_schedule_new(&wki_schedule_kind_constant, opt, (const double[]){ factor, (double)total_iters });
}
