/* Schedules: made over an optimizer, advanced, asked. Numbers, checks and steps are here, recurrences in the kinds. */
#include "base/alloc.h"
#include "optim/schedule.h"
#include <string.h>

static void schedule_destroy(void *object)
{
    wk_schedule *s = object;
    for (int i = 0; i < s->nparts; i++) wki_object_unref(s->parts[i]);
    wki_free(s->parts);
    wki_free(s->milestones);
    wki_free(s->base);
    wki_object_unref(s->opt);
}

static const wki_type schedule_type = { "schedule", sizeof(wk_schedule), schedule_destroy };

bool wki_schedule_ok(const wk_schedule *s, const char *where, const char *argument)
{
    return wki_object_check(s, &schedule_type, where, argument);
}

/* ---- Make ---- */

wk_status wki_schedule_number_ok(const wki_schedule_kind *kind, const wki_schedule_option *option, double value)
{
    wki_check(!isnan(value) || !isnan(option->usual), WK_E_INVALID, WK_E_INVALID, kind->where, "%s is not given",
              option->name);
    if (value >= option->low && value <= option->high && (!option->whole || value == floor(value))) return WK_OK;
    const char *what = option->whole ? "a whole number" : "a number";
    if (option->high >= WKI_WHOLE_MOST)
        return wki_fail(WK_E_INVALID, kind->where, "%s is %g; it must be %s from %g on", option->name, value, what,
                        option->low);
    return wki_fail(WK_E_INVALID, kind->where, "%s is %g; it must be %s from %g to %g", option->name, value, what,
                    option->low, option->high);
}

static wk_status numbers_ok(const wk_schedule *s)
{
    const wki_schedule_option *options = s->kind->options;
    for (int i = 0; options && options[i].name; i++)
        if (wki_schedule_number_ok(s->kind, &options[i], s->number[i])) return wk_error();
    return s->kind->check ? s->kind->check(s) : WK_OK;
}

static wk_status take_groups(wk_schedule *s)
{
    s->base = wki_alloc_array(2 * (size_t)s->opt->ngroups, sizeof *s->base);
    if (!s->base) return wk_error();
    s->next = s->base + s->opt->ngroups;
    s->ngroups = s->opt->ngroups;
    for (int g = 0; g < s->ngroups; g++) {
        wki_optim_group *group = &s->opt->groups[g];
        if (isnan(group->initial_lr)) group->initial_lr = wk_group_lr(s->opt, g);
        s->base[g] = group->initial_lr;
    }
    return WK_OK;
}

wk_schedule *wki_schedule_make(const wki_schedule_kind *kind, wk_optim *opt, const double *numbers)
{
    if (wk_failed() || !wki_optim_ok(opt, kind->where)) return NULL;
    wk_schedule *s = wki_object_new(&schedule_type, kind->where);
    if (!s) return NULL;
    wki_object_ref(opt);
    s->kind = kind;
    s->opt = opt;
    s->initial = true;
    for (int i = 0; kind->options && kind->options[i].name; i++) s->number[i] = numbers[i];
    return s;
}

/* Sets all groups' lr for s->t, or none. */
static wk_status apply(wk_schedule *s)
{
    for (int g = 0; g < s->ngroups; g++) {
        const double lr = s->next[g] = s->kind->lr(s, g, wk_group_lr(s->opt, g));
        if (wk_failed()) return wk_error();
        wki_check(lr >= 0 && lr <= WKI_MOST, WK_E_INVALID, WK_E_INVALID, s->kind->where,
                  "the lr of group %d would be %g at t = %lld; it must be finite and at least 0", g, lr,
                  (long long)s->t);
    }
    for (int g = 0; g < s->ngroups; g++)
        if (wk_set_group_lr(s->opt, g, s->next[g]) || (s->kind->also && s->kind->also(s, g))) return wk_error();
    return WK_OK;
}

wk_schedule *wki_schedule_begin(wk_schedule *s)
{
    if (!s) return NULL;
    if (!wk_failed() && numbers_ok(s) == WK_OK && take_groups(s) == WK_OK) {
        if (s->kind->start) s->kind->start(s);
        if (!s->kind->lr || apply(s) == WK_OK) return s;
    }
    wki_object_unref(s);
    return NULL;
}

wk_schedule *wki_schedule_new(const wki_schedule_kind *kind, wk_optim *opt, const double *numbers)
{
    return wki_schedule_begin(wki_schedule_make(kind, opt, numbers));
}

wk_status wki_schedule_milestones(wk_schedule *s, const int64_t *milestones, int n)
{
    const char *where = s->kind->where;
    wki_check(n >= 0 && (milestones || n == 0), WK_E_INVALID, WK_E_INVALID, where, "milestones is NULL, for %d", n);
    for (int i = 0; i < n; i++)
        wki_check(milestones[i] > 0 && (i == 0 || milestones[i] >= milestones[i - 1]), WK_E_INVALID, WK_E_INVALID,
                  where, "milestone %d is %lld; they must be above 0 and rise", i, (long long)milestones[i]);
    int64_t *copy = wki_alloc_array((size_t)n, sizeof *copy);
    if (!copy) return wk_error();
    if (n > 0) memcpy(copy, milestones, (size_t)n * sizeof *copy);
    wki_free(s->milestones);
    s->milestones = copy;
    s->nmilestones = n;
    return WK_OK;
}

/* ---- Advance ---- */

wk_status wki_schedule_restart(wk_schedule *s, bool initial)
{
    s->t = 0;
    s->initial = initial;
    if (s->kind->start) s->kind->start(s);
    for (int g = 0; g < s->ngroups && !initial && !s->kind->goes_on; g++)
        if (wk_set_group_lr(s->opt, g, s->base[g])) return wk_error();
    return apply(s);
}

static wk_status move(wk_schedule *s, const double *value)
{
    if (s->kind->step) return s->kind->step(s, value);
    if (s->kind->may_move && s->kind->may_move(s)) return wk_error();
    s->t++;
    s->initial = false;
    if (s->kind->move) s->kind->move(s);
    if (apply(s) == WK_OK) return WK_OK;
    s->t--;
    return wk_error();
}

static bool may_advance(const wk_schedule *s, const char *where)
{
    return wki_schedule_ok(s, where, "s") && !wk_failed() && wki_optim_ok(s->opt, where);
}

static wk_status on_host(void *object, void *memory, const wki_view *const *views)
{
    (void)memory, (void)views;
    return move(object, NULL);
}

wk_status wk_schedule_advance(wk_schedule *s)
{
    return may_advance(s, "schedule_advance") && wki_on_host(on_host, s, s, 0, 0, NULL) ? WK_OK : wk_error();
}

wk_status wk_schedule_advance_metric(wk_schedule *s, double value)
{
    static const char where[] = "schedule_advance_metric";
    if (!may_advance(s, where) || wki_not_recorded(where, "a value is used", "advance behind the step"))
        return wk_error();
    return move(s, &value);
}

int64_t wk_schedule_time(const wk_schedule *s) { return wki_schedule_ok(s, "schedule_time", "s") ? s->t : 0; }

const char *wk_schedule_name(const wk_schedule *s)
{
    return wki_schedule_ok(s, "schedule_name", "s") ? s->kind->name : NULL;
}

/* Of an optimizer that has one: what cycles beside its lr. */
static const char *momentum_option(const wk_optim *opt)
{
    for (const wki_optim_option *option = opt->kind->options; option->name; option++)
        if (!strcmp(option->name, "momentum") || !strcmp(option->name, "beta1")) return option->name;
    return NULL;
}

wk_status wki_schedule_cycles_ok(const wk_schedule *s, double low, double high)
{
    const char *name = momentum_option(s->opt);
    for (int g = 0; g < s->opt->ngroups; g++) {
        wki_check(name && wki_optim_keeps_states(s->opt, g, name, 0.5), WK_E_INVALID, WK_E_INVALID, s->kind->where,
                  "%s of group %d has no momentum to cycle; make it with one, or say cycle_momentum=false",
                  s->opt->kind->name, g);
        wki_check(wki_optim_keeps_states(s->opt, g, name, low) && wki_optim_keeps_states(s->opt, g, name, high),
                  WK_E_INVALID, WK_E_INVALID, s->kind->where,
                  "base_momentum %g and max_momentum %g of %s; both must be above 0, where it has other states", low,
                  high, s->opt->kind->name);
    }
    return WK_OK;
}

wk_status wki_schedule_set_momentum(wk_schedule *s, int g, double value)
{
    return wk_set_group_option(s->opt, g, momentum_option(s->opt), value);
}
