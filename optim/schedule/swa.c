/* SWALR (Izmailov et al. 2018): to the constant lr under which weights are averaged. */
#include "optim/schedule.h"

enum { SWA_LR, ANNEAL_EPOCHS, LINEAR };
static const wki_schedule_option options[] = {
    { "swa_lr", WKI_NEEDED, 0, WKI_MOST, false, false },
    { "anneal_epochs", 10, 0, WKI_WHOLE_MOST, true, false },
    { "linear", 0, 0, 1, true, true },
    { 0 },
};

static const double pi = 3.14159265358979323846;

static double part(const wk_schedule *s, double step)
{
    const double epochs = s->number[ANNEAL_EPOCHS], x = step / (epochs > 1 ? epochs : 1);
    const double t = x < 0 ? 0 : x > 1 ? 1 : x;
    return s->number[LINEAR] != 0 ? t : (1 - cos(pi * t)) / 2;
}

static double lr(wk_schedule *s, int g, double l)
{
    const double step = s->t == 0 && s->number[ANNEAL_EPOCHS] == 0 ? 1 : (double)s->t, goal = s->number[SWA_LR];
    const double before = part(s, step - 1), now = part(s, step);
    (void)g;
    const double from = before == 1 ? goal : (l - before * goal) / (1 - before);
    return goal * now + from * (1 - now);
}

const wki_schedule_kind wki_schedule_kind_swa = {
    .name = "swa",
    .where = "schedule_swa",
    .options = options,
    .lr = lr,
    .goes_on = true,
};

wk_schedule *wk_schedule_swa(wk_optim *opt, double swa_lr, int64_t anneal_epochs, bool linear)
{
    return wki_schedule_new(&wki_schedule_kind_swa, opt, (const double[]){ swa_lr, (double)anneal_epochs, linear });
}
