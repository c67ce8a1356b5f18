/* MultiStepLR: down by a factor at given steps. */
#include "optim/schedule.h"

enum { GAMMA };
static const wki_schedule_option options[] = {
    { "gamma", 0.1, 0, WKI_MOST, false, false },
    { 0 },
};

static double lr(wk_schedule *s, int g, double l)
{
    int times = 0;
    (void)g;
    for (int i = 0; i < s->nmilestones; i++) times += s->milestones[i] == s->t;
    return times ? l * pow(s->number[GAMMA], times) : l;
}

static wk_status check(const wk_schedule *s)
{
    wki_check(s->nmilestones > 0, WK_E_INVALID, WK_E_INVALID, "schedule_multistep",
              "there are no milestones; at least one is needed");
    return WK_OK;
}

const wki_schedule_kind wki_schedule_kind_multistep = {
    .name = "multistep",
    .where = "schedule_multistep",
    .options = options,
    .check = check,
    .lr = lr,
};

wk_schedule *wk_schedule_multistep(wk_optim *opt, const int64_t *milestones, int n, double gamma)
{
    wk_schedule *s = wki_schedule_make(&wki_schedule_kind_multistep, opt, &gamma);
    if (s) wki_schedule_milestones(s, milestones, n);
    return wki_schedule_begin(s);
}
