/* A schedule's state dict: text alone. */
#include "autograd/state.h"
#include "base/alloc.h"
#include "base/differences.h"
#include "optim/schedule.h"
#include <stdio.h>
#include <string.h>

enum { KEY = 64 };
static const char where[] = "schedule_load_state_dict";

static const char *key_of(char key[KEY], const char *what, const char *name)
{
    snprintf(key, KEY, "%s.%s", what, name);
    return key;
}

static const char *key_at(char key[KEY], const char *what, int i)
{
    snprintf(key, KEY, "%s.%d", what, i);
    return key;
}

static wk_status put(const wk_schedule *s, wk_state *d)
{
    char key[KEY];
    wk_state_set_text(d, "schedule", s->kind->name);
    wk_state_set_int(d, "t", s->t);
    for (int i = 0; s->kind->options && s->kind->options[i].name; i++)
        wk_state_set_number(d, key_of(key, "option", s->kind->options[i].name), s->number[i]);
    for (int i = 0; i < WKI_SCHEDULE_KEPT && s->kind->kept[i]; i++)
        wk_state_set_number(d, key_of(key, "now", s->kind->kept[i]), s->kept[i]);
    wk_state_set_int(d, "groups", s->ngroups);
    for (int g = 0; g < s->ngroups; g++) wk_state_set_number(d, key_at(key, "base", g), s->base[g]);
    wk_state_set_int(d, "milestones", s->nmilestones);
    for (int i = 0; i < s->nmilestones; i++) wk_state_set_int(d, key_at(key, "milestone", i), s->milestones[i]);
    wk_state_set_int(d, "parts", s->nparts);
    return wk_error();
}

static wk_status put_all(const wk_schedule *s, wk_state *d)
{
    char prefix[KEY];
    if (put(s, d)) return wk_error();
    for (int i = 0; i < s->nparts; i++) {
        wk_state *part = wk_state_new();
        if (!part || put_all(s->parts[i], part)) return wk_error();
        snprintf(prefix, KEY, "part.%d.", i);
        if (wk_state_add(d, prefix, part)) return wk_error();
    }
    return WK_OK;
}

wk_state *wk_schedule_state_dict(const wk_schedule *s)
{
    if (!wki_schedule_ok(s, "schedule_state_dict", "s") || wk_failed()) return NULL;
    wk_state *d = wk_state_new();
    return d && put_all(s, d) == WK_OK ? d : NULL;
}

/* ---- Loading: a copy of the schedule is read, so that nothing has changed where that fails ---- */

static bool same(const wk_state *d, const char *key, int mine, wki_differences *unlike)
{
    const int64_t theirs = wk_state_int(d, key);
    if (!wk_failed() && theirs != mine)
        wki_fail(WK_E_INVALID, where, "the state has %lld %s; this has %d", (long long)theirs, key, mine);
    const bool is = !wk_failed();
    wki_differ_by_error(unlike, NULL);
    return is;
}

static void read_numbers(wk_schedule *s, const wk_state *d, wki_differences *unlike)
{
    char key[KEY];
    const int before = unlike->count[WKI_OTHER];
    for (int i = 0; s->kind->options && s->kind->options[i].name; i++) {
        const wki_schedule_option *option = &s->kind->options[i];
        const double value = s->number[i] = wk_state_number(d, key_of(key, "option", option->name));
        if (!wk_failed()) wki_schedule_number_ok(s->kind, option, value);
        wki_differ_by_error(unlike, NULL);
    }
    for (int i = 0; i < WKI_SCHEDULE_KEPT && s->kind->kept[i]; i++) {
        s->kept[i] = wk_state_number(d, key_of(key, "now", s->kind->kept[i]));
        wki_differ_by_error(unlike, NULL);
    }
    if (unlike->count[WKI_OTHER] == before && s->kind->check && s->kind->check(s)) wki_differ_by_error(unlike, NULL);
}

/* s is a copy whose arrays are those of the schedule; they change only where everything was looked at (commit). True
 * where its parts can be looked at, too. */
static bool read_one(wk_schedule *s, const wk_state *d, wki_differences *unlike, bool commit)
{
    char key[KEY];
    const char *kind = wk_state_text(d, "schedule");
    if (!wk_failed() && (!kind || strcmp(kind, s->kind->name) != 0))
        wki_fail(WK_E_INVALID, where, "the state is of %s; this is %s", kind ? kind : "no schedule", s->kind->name);
    const bool alike = !wk_failed();
    wki_differ_by_error(unlike, NULL);
    if (!alike) return false;
    s->t = wki_state_times(d, "t");
    wki_differ_by_error(unlike, NULL);
    const bool groups = same(d, "groups", s->ngroups, unlike),
               milestones = same(d, "milestones", s->nmilestones, unlike), parts = same(d, "parts", s->nparts, unlike);
    read_numbers(s, d, unlike);
    for (int g = 0; groups && g < s->ngroups; g++) {
        const double base = wk_state_number(d, key_at(key, "base", g));
        if (!wk_failed() && !(base >= 0 && base <= WKI_MOST))
            wki_fail(WK_E_INVALID, where, "%s is %g; a rate must be finite and at least 0", key, base);
        wki_differ_by_error(unlike, NULL);
        if (commit) s->base[g] = base;
    }
    for (int i = 0; milestones && i < s->nmilestones; i++) {
        const int64_t milestone = wki_state_times(d, key_at(key, "milestone", i));
        wki_differ_by_error(unlike, NULL);
        if (commit) s->milestones[i] = milestone;
    }
    return parts;
}

/* The states of the parts, in the order in which they are met. */
typedef struct wki_schedule_loading {
    const wk_state *all, **parts;
    int count, next;
    wki_differences unlike;
} loading;

static const wk_state *part_of(loading *l, const wk_state *d, int i)
{
    char prefix[KEY];
    const wk_state **grown = wki_grow_list(l->parts, (size_t)l->count, sizeof *grown);
    if (!grown) return NULL;
    l->parts = grown;
    snprintf(prefix, KEY, "part.%d.", i);
    return l->parts[l->count++] = wk_state_part(d, prefix);
}

static wk_status load(wk_schedule *s, const wk_state *d, loading *l, bool commit)
{
    wk_schedule copy = *s;
    if (!read_one(&copy, d, &l->unlike, commit)) return wk_error();
    if (commit) {
        s->t = copy.t;
        memcpy(s->number, copy.number, sizeof s->number);
        memcpy(s->kept, copy.kept, sizeof s->kept);
    }
    for (int i = 0; i < s->nparts; i++) {
        const wk_state *part = commit ? l->parts[l->next++] : part_of(l, d, i);
        if (!part || load(s->parts[i], part, l, commit)) return wk_error();
    }
    return WK_OK;
}

void wki_schedule_load_end(wk_schedule *s, wki_schedule_loading *l, bool taken)
{
    if (!l) return;
    if (taken) load(s, l->all, l, true);
    wki_free(l->parts);
    wki_free(l);
}

wki_schedule_loading *wki_schedule_load_begin(wk_schedule *s, const wk_state *d)
{
    if (wk_failed() || !wki_schedule_ok(s, where, "s")) return NULL;
    wki_check(d, NULL, WK_E_INVALID, where, "d is NULL; a state dict is needed");
    loading *l = wki_alloc(sizeof *l);
    if (!l) return NULL;
    l->all = d;
    if (load(s, d, l, false) == WK_OK && wki_differences_fail(&l->unlike, where) == WK_OK) return l;
    wki_schedule_load_end(s, l, false);
    return NULL;
}

wk_status wk_schedule_load_state_dict(wk_schedule *s, const wk_state *d)
{
    WK_SCOPE(reading);
    wki_schedule_load_end(s, wki_schedule_load_begin(s, d), true);
    return wk_error();
}
