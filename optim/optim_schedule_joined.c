/* Schedules made of schedules, and schedules by functions of the user's: what has no name. */
#include "base/alloc.h"
#include "optim/schedule.h"
#include <string.h>

/* ---- Joined ---- */

static wk_status step_sequential(wk_schedule *s, const double *value)
{
    const int64_t t = s->t + 1;
    int i = 0;
    (void)value;
    while (i < s->nmilestones && s->milestones[i] <= t) i++;
    const bool begins = i > 0 && s->milestones[i - 1] == t;
    if (begins ? wki_schedule_restart(s->parts[i], false) : wk_schedule_advance(s->parts[i])) return wk_error();
    s->t = t;
    return WK_OK;
}

static wk_status step_chained(wk_schedule *s, const double *value)
{
    (void)value;
    for (int i = 0; i < s->nparts; i++)
        if (wk_schedule_advance(s->parts[i])) return wk_error();
    s->t++;
    return WK_OK;
}

static const wki_schedule_kind sequential = { .name = "sequential",
                                              .where = "schedule_sequential",
                                              .step = step_sequential },
                               chained = { .name = "chained", .where = "schedule_chained", .step = step_chained };

static wk_status take_parts(wk_schedule *s, wk_schedule *const *parts, int n)
{
    const char *where = s->kind->where;
    s->parts = wki_alloc_array((size_t)n, sizeof(wk_schedule *));
    if (!s->parts) return wk_error();
    for (int i = 0; i < n; i++) {
        if (!wki_schedule_ok(parts[i], where, "part")) return wk_error();
        wki_check(parts[i]->opt == s->opt, WK_E_INVALID, WK_E_INVALID, where,
                  "part %d is of another optimizer than part 0", i);
        wki_check(parts[i]->kind->lr || (s->kind == &chained && parts[i]->nparts), WK_E_INVALID, WK_E_INVALID, where,
                  "part %d is %s; it cannot be joined", i, parts[i]->kind->name);
        for (int j = 0; j < i; j++)
            wki_check(parts[j] != parts[i], WK_E_INVALID, WK_E_INVALID, where, "parts %d and %d are one schedule", j,
                      i);
        wki_object_ref(parts[i]);
        s->parts[s->nparts++] = parts[i];
    }
    return WK_OK;
}

static wk_schedule *join(const wki_schedule_kind *kind, wk_schedule *const *parts, int n)
{
    if (!parts) return wki_null_argument(kind->where, "parts"), NULL;
    wki_check(n > 0, NULL, WK_E_INVALID, kind->where, "there are %d parts; at least one is needed", n);
    if (!wki_schedule_ok(parts[0], kind->where, "part")) return NULL;
    wk_schedule *s = wki_schedule_make(kind, parts[0]->opt, NULL);
    if (s) take_parts(s, parts, n);
    return s;
}

wk_schedule *wk_schedule_sequential(wk_schedule *const *parts, int n, const int64_t *milestones)
{
    wk_schedule *s = join(&sequential, parts, n);
    if (s && !wk_failed()) wki_schedule_milestones(s, milestones, n - 1);
    s = wki_schedule_begin(s);
    for (int g = 0; s && g < s->ngroups; g++) wk_set_group_lr(s->opt, g, s->base[g]);
    return s && wki_schedule_restart(s->parts[0], true) ? NULL : s;
}

wk_schedule *wk_schedule_chained(wk_schedule *const *parts, int n)
{
    return wki_schedule_begin(join(&chained, parts, n));
}

/* ---- By a function ---- */

static double lambda_lr(wk_schedule *s, int g, double lr)
{
    (void)lr;
    return s->base[g] * s->fn(s->user, g, s->t);
}

static double multiplied_lr(wk_schedule *s, int g, double lr) { return s->initial ? lr : lr * s->fn(s->user, g, s->t); }

static const wki_schedule_kind lambda = { .name = "lambda", .where = "schedule_lambda", .lr = lambda_lr },
                               multiplicative = { .name = "multiplicative",
                                                  .where = "schedule_multiplicative",
                                                  .lr = multiplied_lr,
                                                  .goes_on = true };

static wk_schedule *by_function(const wki_schedule_kind *kind, wk_optim *opt, wk_schedule_fn *fn, void *user)
{
    if (!fn) return wki_null_argument(kind->where, "fn"), NULL;
    wk_schedule *s = wki_schedule_make(kind, opt, NULL);
    if (!s) return NULL;
    s->fn = fn;
    s->user = user;
    return wki_schedule_begin(s);
}

wk_schedule *wk_schedule_lambda(wk_optim *opt, wk_schedule_fn *fn, void *user)
{
    return by_function(&lambda, opt, fn, user);
}

wk_schedule *wk_schedule_multiplicative(wk_optim *opt, wk_schedule_fn *fn, void *user)
{
    return by_function(&multiplicative, opt, fn, user);
}
