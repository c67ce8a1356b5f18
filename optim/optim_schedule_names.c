/* Schedules by name, their numbers from text. */
#include "base/alloc.h"
#include "base/options.h"
#include "optim/schedule.h"
#include <stdio.h>
#include <string.h>

static const wki_schedule_kind *const kinds[] = {
#define X(NAME) &wki_schedule_kind_##NAME,
#include "wki_schedule_list.h"
#undef X
};
enum { KINDS = sizeof kinds / sizeof *kinds, MOST_MILESTONES = 64 };
static const char where[] = "schedule_by_name", milestones_option[] = "milestones";

int wk_schedule_names(const char *const **names)
{
    static const char *const all[] = {
#define X(NAME) #NAME,
#include "wki_schedule_list.h"
#undef X
    };
    if (names) *names = all;
    return KINDS;
}

static const wki_schedule_kind *kind_named(const char *name)
{
    const char *const *names;
    const int n = wk_schedule_names(&names);
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return kinds[i];
    wki_optim_fail_unknown(where, "there is no schedule", name, names, n);
    return NULL;
}

/* "30:80" */
static wk_status read_milestones(wk_schedule *s, const char *text)
{
    int64_t milestones[MOST_MILESTONES];
    int n = 0;
    for (const char *at = text; n < MOST_MILESTONES; at++) {
        double value = 0;
        const size_t length = strcspn(at, ":");
        const bool whole = wki_double_of(at, length, &value) && value == floor(value) && fabs(value) < WKI_WHOLE_MOST;
        wki_check(whole, WK_E_INVALID, WK_E_INVALID, where, "milestones is '%s'; expected whole numbers, 30:80", text);
        milestones[n++] = (int64_t)value;
        at += length;
        if (!*at) return wki_schedule_milestones(s, milestones, n);
    }
    return wki_fail(WK_E_RANGE, where, "milestones are more than %d", MOST_MILESTONES);
}

static wk_status fail_unknown_option(const wk_schedule *s, const char *word)
{
    const char *names[WKI_SCHEDULE_NUMBERS + 1];
    int n = 0;
    for (const wki_schedule_option *option = s->kind->options; option && option->name; option++)
        names[n++] = option->name;
    if (s->kind == &wki_schedule_kind_multistep) names[n++] = milestones_option;
    char what[64];
    snprintf(what, sizeof what, "%s has no option", s->kind->name);
    return wki_optim_fail_unknown(where, what, word, names, n);
}

/* gamma 0.1; linear, without a value, is true. */
static wk_status read_option(void *user, const char *name, const char *value)
{
    wk_schedule *s = user;
    if (!value) value = "";
    if (s->kind == &wki_schedule_kind_multistep && !strcmp(name, milestones_option)) return read_milestones(s, value);
    const wki_schedule_option *options = s->kind->options;
    int i = 0;
    while (options[i].name && strcmp(options[i].name, name) != 0) i++;
    if (!options[i].name) return fail_unknown_option(s, name);
    const bool flag = options[i].flag;
    if (flag && (!*value || !strcmp(value, "true") || !strcmp(value, "false")))
        value = strcmp(value, "false") ? "1" : "0";
    wki_check(wki_double_of(value, strlen(value), &s->number[i]), WK_E_INVALID, WK_E_INVALID, where,
              "%s is '%s'; expected %s", name, value, flag ? "true or false" : "a number");
    return WK_OK;
}

wk_schedule *wk_schedule_by_name(const char *name, wk_optim *opt, const char *options)
{
    if (!name) return wki_null_argument(where, "name"), NULL;
    const wki_schedule_kind *kind = kind_named(name);
    if (!kind) return NULL;
    double usual[WKI_SCHEDULE_NUMBERS];
    for (int i = 0; kind->options[i].name; i++) usual[i] = kind->options[i].usual;
    wk_schedule *s = wki_schedule_make(kind, opt, usual);
    if (s) wki_options_each(options ? options : "", read_option, s, where, "t_max=10,eta_min=0");
    return wki_schedule_begin(s);
}
