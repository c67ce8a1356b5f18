/* An optimizer's state dict: its states by the parameters' names, how often each was stepped, and its options. */
#include "autograd/state.h"
#include "base/alloc.h"
#include "base/differences.h"
#include "optim/optim.h"
#include <stdio.h>
#include <string.h>

static char *name_of(const wki_optim_slot *slot, const char *what) { return wki_sprintf("%s.%s", slot->name, what); }

static const char *key_of(char key[64], int group, const char *option)
{
    snprintf(key, 64, "group.%d.%s", group, option);
    return key;
}

static wk_status put_number(wk_state *s, const wki_optim_slot *slot, const char *what, double value)
{
    char *name = name_of(slot, what);
    if (name) wk_state_set_number(s, name, value);
    wki_free(name);
    return wk_error();
}

static wk_status put_slot(const wki_optim_group *group, wki_optim_slot *slot, wk_state *s)
{
    if (wki_optim_settle(slot)) return wk_error();
    char *name = name_of(slot, "step");
    if (name) wk_state_set_int(s, name, slot->t);
    wki_free(name);
    for (int k = 0; k < group->nstates && !wk_failed(); k++) {
        if (!slot->state[k]) continue;
        name = name_of(slot, group->plan.states[k]);
        if (name) wk_state_set(s, name, slot->state[k]);
        wki_free(name);
    }
    for (int k = 0; k < WKI_MAX_SCALARS && group->plan.scalars[k] && slot->t && !wk_failed(); k++)
        put_number(s, slot, group->plan.scalars[k], slot->scalar[k]);
    return wk_error();
}

wk_state *wk_optim_state_dict(wk_optim *opt)
{
    if (!wki_optim_ok(opt, "optim_state_dict")) return NULL;
    wk_state *s = wk_state_new();
    if (!s || wk_state_set_text(s, "optimizer", opt->kind->name) || wk_state_set_int(s, "steps", opt->steps) ||
        wk_state_set_int(s, "groups", opt->ngroups))
        return NULL;
    char key[64];
    for (int g = 0; g < opt->ngroups; g++)
        for (const wki_optim_option *option = opt->kind->options; option->name; option++)
            if (wk_state_set_number(s, key_of(key, g, option->name), wki_optim_value(opt->groups[g].opts, option)))
                return NULL;
    for (int g = 0; g < opt->ngroups; g++)
        if (!isnan(opt->groups[g].initial_lr))
            wk_state_set_number(s, key_of(key, g, "initial_lr"), opt->groups[g].initial_lr);
    for (int i = 0; i < opt->count; i++)
        if (put_slot(&opt->groups[opt->slots[i].group], &opt->slots[i], s)) return NULL;
    if (wk_state_set_int(s, "skipped", opt->skipped) || (opt->kind->put && opt->kind->put(opt, s))) return NULL;
    return s;
}

/* ---- Loading: everything is looked at and copied before anything changes ---- */

static const char where[] = "optim_load_state_dict";

/* What is read: option structs one after the other, and slots. */
typedef struct wki_optim_loading {
    char *opts;
    double *initial_lr;
    wki_optim_slot *slots;
    void *own;
    int64_t steps, skipped;
} loading;

/* What is in the state and not as this optimizer has it goes into d, so that one error tells it all; reading goes on
 * unless there is no memory. */
static int64_t read_times(const wk_state *s, const char *key, wki_differences *d)
{
    if (!wk_state_text(s, key)) wki_differ(d, WKI_MISSING, "%s", key);
    const int64_t value = wk_state_text(s, key) ? wki_state_times(s, key) : 0;
    wki_differ_by_error(d, NULL);
    return value;
}

static double read_number(const wk_state *s, const char *key, wki_differences *d)
{
    if (!wk_state_text(s, key)) wki_differ(d, WKI_MISSING, "%s", key);
    const double value = wk_state_text(s, key) ? wk_state_number(s, key) : 0;
    wki_differ_by_error(d, NULL);
    return value;
}

static wk_status group_ok(const wk_optim *opt, int g, void *opts)
{
    if (wki_optim_options_ok(opt->kind, opts, where)) return wk_error();
    wki_check(opt->kind->plan(opts).rule == opt->groups[g].plan.rule, WK_E_INVALID, WK_E_INVALID, where,
              "the state is of %s with other states; make the optimizer with the options it was made with",
              opt->kind->name);
    return WK_OK;
}

static void read_group(const wk_optim *opt, int g, const wk_state *s, loading *l, wki_differences *d)
{
    char key[64];
    void *opts = l->opts + (size_t)g * opt->kind->opts_size;
    memcpy(opts, opt->groups[g].opts, opt->kind->opts_size);
    const int missing = d->count[WKI_MISSING];
    for (const wki_optim_option *option = opt->kind->options; option->name; option++) {
        const double value = read_number(s, key_of(key, g, option->name), d);
        if (option->flag)
            *wki_optim_flag(opts, option) = value != 0;
        else
            *wki_optim_number(opts, option) = value;
        if (option->flag && value != 0 && value != 1)
            wki_fail(WK_E_INVALID, where, "%s is %g; it is a flag, 0 or 1", key, value);
        wki_differ_by_error(d, NULL);
    }
    if (d->count[WKI_MISSING] == missing && group_ok(opt, g, opts)) wki_differ_by_error(d, NULL);
    const bool known = wk_state_text(s, key_of(key, g, "initial_lr"));
    l->initial_lr[g] = known ? wk_state_number(s, key) : opt->groups[g].initial_lr;
    if (known && !wk_failed() && !(l->initial_lr[g] >= 0 && l->initial_lr[g] < (double)INFINITY))
        wki_fail(WK_E_INVALID, where, "%s is %g; it must be finite and at least 0", key, l->initial_lr[g]);
    wki_differ_by_error(d, NULL);
}

static wk_tensor *read_state(const wki_optim_slot *slot, const char *name, const wk_state *s, bool needed,
                             wki_differences *d)
{
    const wk_tensor *p = slot->p;
    if (!wk_state_has(s, name)) {
        if (needed) wki_differ(d, WKI_MISSING, "%s", name);
        return NULL;
    }
    wk_tensor *t = wk_state_get(s, name);
    if (wki_same_shape(&t->v, &p->v) && wki_is_float((wk_dtype)t->v.dtype))
        return wk_contiguous(wk_clone(wk_to_device(wk_to(t, (wk_dtype)p->v.dtype), p->v.device)));
    wki_differ(d, WKI_UNFIT, "%.80s %s %s (given: %s %s)", name, wk_dtype_name((wk_dtype)p->v.dtype), wki_show(&p->v),
               wk_dtype_name((wk_dtype)t->v.dtype), wki_show(&t->v));
    return NULL;
}

/* The states that a parameter had, as tensors of the innermost scope; none if it was never stepped. */
static void read_slot(const wk_optim *opt, const wki_optim_slot *slot, const wk_state *s, wki_optim_slot *into,
                      wki_differences *d)
{
    const wki_optim_group *group = &opt->groups[slot->group];
    char *name = name_of(slot, "step");
    if (name) into->t = read_times(s, name, d);
    wki_free(name);
    for (int k = 0; k < group->nstates && !wk_failed(); k++) {
        if ((name = name_of(slot, group->plan.states[k]))) into->state[k] = read_state(slot, name, s, into->t > 0, d);
        wki_free(name);
    }
    for (int k = 0; k < WKI_MAX_SCALARS && group->plan.scalars[k] && into->t && !wk_failed(); k++) {
        if ((name = name_of(slot, group->plan.scalars[k]))) into->scalar[k] = read_number(s, name, d);
        wki_free(name);
    }
}

static bool is_one_of(const char *word, const char *const *words, int n)
{
    for (int i = 0; i < n && words[i]; i++)
        if (!strcmp(word, words[i])) return true;
    return false;
}

/* Is it a parameter's, with what its group keeps? *at is the parameter looked at first, and the one that was found. */
static bool is_known(const wk_optim *opt, const char *name, bool text, int *at)
{
    for (int i = 0; i < opt->count; i++, *at = (*at + 1) % opt->count) {
        const wki_optim_slot *slot = &opt->slots[*at];
        const wki_optim_plan *plan = &opt->groups[slot->group].plan;
        const size_t n = strlen(slot->name);
        if (strncmp(name, slot->name, n) || name[n] != '.') continue;
        const char *what = name + n + 1;
        if (text ? !strcmp(what, "step") || is_one_of(what, plan->scalars, WKI_MAX_SCALARS)
                 : is_one_of(what, plan->states, opt->groups[slot->group].nstates))
            return true;
    }
    const size_t n = strlen(opt->kind->name);
    return opt->kind->put && !strncmp(name, opt->kind->name, n) && name[n] == '.';
}

static void find_unexpected(const wk_optim *opt, const wk_state *s, wki_differences *d)
{
    static const char *const of_all[] = { "optimizer", "steps", "groups", "skipped" };
    int at = 0;
    for (int64_t i = 0; i < wk_state_count(s); i++)
        if (!is_known(opt, wk_state_name(s, i), false, &at)) wki_differ(d, WKI_UNEXPECTED, "%s", wk_state_name(s, i));
    for (int64_t i = 0; i < wk_state_text_count(s); i++) {
        const char *key = wk_state_text_key(s, i);
        const bool option = !strncmp(key, "group.", 6) && key[6] >= '0' && key[6] <= '9';
        if (!option && !is_one_of(key, of_all, 4) && !is_known(opt, key, true, &at))
            wki_differ(d, WKI_UNEXPECTED, "%s", key);
    }
}

static wk_status read_all(const wk_optim *opt, const wk_state *s, loading *l)
{
    wki_differences d = { 0 };
    const int64_t groups = read_times(s, "groups", &d);
    l->steps = read_times(s, "steps", &d);
    l->skipped = wk_state_text(s, "skipped") ? read_times(s, "skipped", &d) : 0;
    if (groups != opt->ngroups && wk_state_text(s, "groups"))
        wki_fail(WK_E_INVALID, where, "the state has %lld groups; this has %d", (long long)groups, opt->ngroups);
    wki_differ_by_error(&d, NULL);
    for (int g = 0; g < opt->ngroups && g < groups && !wk_failed(); g++) read_group(opt, g, s, l, &d);
    for (int i = 0; i < opt->count && !wk_failed(); i++) read_slot(opt, &opt->slots[i], s, &l->slots[i], &d);
    if (opt->kind->read && !wk_failed()) l->own = opt->kind->read(opt, s);
    wki_differ_by_error(&d, NULL);
    find_unexpected(opt, s, &d);
    return wk_failed() ? wk_error() : wki_differences_fail(&d, where);
}

static void take(wk_optim *opt, loading *l)
{
    for (int g = 0; g < opt->ngroups; g++) {
        wki_optim_regroup(opt, g, l->opts + (size_t)g * opt->kind->opts_size, where);
        opt->groups[g].initial_lr = l->initial_lr[g];
    }
    for (int i = 0; i < opt->count; i++) {
        wki_optim_slot *slot = &opt->slots[i];
        wki_optim_drop_states(slot);
        memcpy(slot->state, l->slots[i].state, sizeof slot->state);
        memcpy(slot->scalar, l->slots[i].scalar, sizeof slot->scalar);
        for (int k = 0; k < WKI_MAX_STATES; k++)
            if (slot->state[k]) wki_object_adopt(slot->state[k]);
        slot->t = l->slots[i].t;
    }
    wki_optim_begin_step(opt);
    opt->steps = l->steps;
    opt->skipped = l->skipped;
    void *was = opt->own;
    opt->own = l->own;
    l->own = was;
}

void wki_optim_load_end(wk_optim *opt, wki_optim_loading *l, bool taken)
{
    if (!l) return;
    if (taken) take(opt, l);
    if (taken) wki_structure_changed();
    if (l->own) opt->kind->drop(l->own);
    wki_free(l->slots);
    wki_free(l->initial_lr);
    wki_free(l->opts);
    wki_free(l);
}

wki_optim_loading *wki_optim_load_begin(wk_optim *opt, const wk_state *s)
{
    if (wk_failed() || !wki_optim_ok(opt, where)) return NULL;
    wki_check(s, NULL, WK_E_INVALID, where, "s is NULL; a state dict is needed");
    const char *kind = wk_state_text(s, "optimizer");
    if (wk_failed()) return NULL;
    wki_check(kind && !strcmp(kind, opt->kind->name), NULL, WK_E_INVALID, where, "the state is of %s; this is %s",
              kind ? kind : "no optimizer", opt->kind->name);
    WK_NO_GRAD(untracked);
    loading *l = wki_alloc(sizeof *l);
    if (!l) return NULL;
    l->opts = wki_alloc_array((size_t)opt->ngroups, opt->kind->opts_size);
    if (l->opts) l->initial_lr = wki_alloc_array((size_t)opt->ngroups, sizeof *l->initial_lr);
    if (l->initial_lr) l->slots = wki_alloc_array((size_t)opt->count, sizeof *l->slots);
    if (l->slots && read_all(opt, s, l) == WK_OK) return l;
    wki_optim_load_end(opt, l, false);
    return NULL;
}

wk_status wk_optim_load_state_dict(wk_optim *opt, const wk_state *s)
{
    WK_SCOPE(reading);
    wki_optim_load_end(opt, wki_optim_load_begin(opt, s), true);
    return wk_error();
}
