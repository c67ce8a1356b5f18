/* An optimizer's state dict: its states by the parameters' names, how often each was stepped, and its options. */
#include "base/alloc.h"
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

static wk_status read_group(const wk_optim *opt, int g, const wk_state *s, void *opts)
{
    char key[64];
    memcpy(opts, opt->groups[g].opts, opt->kind->opts_size);
    for (const wki_optim_option *option = opt->kind->options; option->name; option++) {
        const double value = wk_state_number(s, key_of(key, g, option->name));
        if (wk_failed()) return wk_error();
        if (option->flag)
            *wki_optim_flag(opts, option) = value != 0;
        else
            *wki_optim_number(opts, option) = value;
    }
    if (wki_optim_options_ok(opt->kind, opts, where)) return wk_error();
    wki_check(opt->kind->plan(opts).rule == opt->groups[g].plan.rule, WK_E_INVALID, WK_E_INVALID, where,
              "the state is of %s with other states; make the optimizer with the options it was made with",
              opt->kind->name);
    return WK_OK;
}

static wk_tensor *read_state(const wki_optim_slot *slot, const char *what, const wk_state *s, bool needed)
{
    const wk_tensor *p = slot->p;
    char *name = name_of(slot, what);
    wk_tensor *t = name && (needed || wk_state_has(s, name)) ? wk_state_get(s, name) : NULL;
    wki_free(name);
    if (!t) return NULL;
    wki_check(wki_same_shape(&t->v, &p->v) && wki_is_float((wk_dtype)t->v.dtype), NULL, WK_E_SHAPE, where,
              "%s of '%s' is %s %s; the parameter is %s %s", what, slot->name, wk_dtype_name((wk_dtype)t->v.dtype),
              wki_show(&t->v), wk_dtype_name((wk_dtype)p->v.dtype), wki_show(&p->v));
    return wk_contiguous(wk_clone(wk_to(t, (wk_dtype)p->v.dtype)));
}

/* The states that a parameter had, as tensors of the innermost scope; none if it was never stepped. */
static wk_status read_slot(const wk_optim *opt, const wki_optim_slot *slot, const wk_state *s, wki_optim_slot *into)
{
    const wki_optim_group *group = &opt->groups[slot->group];
    char *name = name_of(slot, "step");
    if (!name) return WK_E_MEMORY;
    into->t = wk_state_int(s, name);
    wki_free(name);
    if (wk_failed()) return wk_error();
    wki_check(into->t >= 0, WK_E_FORMAT, WK_E_FORMAT, where, "'%s' was stepped %lld times", slot->name,
              (long long)into->t);
    for (int k = 0; k < group->nstates && !wk_failed(); k++)
        into->state[k] = read_state(slot, group->plan.states[k], s, into->t > 0);
    for (int k = 0; k < WKI_MAX_SCALARS && group->plan.scalars[k] && into->t && !wk_failed(); k++) {
        if (!(name = name_of(slot, group->plan.scalars[k]))) return WK_E_MEMORY;
        into->scalar[k] = wk_state_number(s, name);
        wki_free(name);
    }
    return wk_error();
}

static wk_status read_all(const wk_optim *opt, const wk_state *s, loading *l)
{
    const int64_t groups = wk_state_int(s, "groups");
    l->steps = wk_state_int(s, "steps");
    l->skipped = wk_state_text(s, "skipped") ? wk_state_int(s, "skipped") : 0;
    if (wk_failed()) return wk_error();
    wki_check(groups == opt->ngroups, WK_E_INVALID, WK_E_INVALID, where, "the state has %lld groups; this has %d",
              (long long)groups, opt->ngroups);
    for (int g = 0; g < opt->ngroups; g++)
        if (read_group(opt, g, s, l->opts + (size_t)g * opt->kind->opts_size)) return wk_error();
    char key[64];
    for (int g = 0; g < opt->ngroups; g++) {
        const bool known = wk_state_text(s, key_of(key, g, "initial_lr"));
        l->initial_lr[g] = known ? wk_state_number(s, key) : opt->groups[g].initial_lr;
    }
    for (int i = 0; i < opt->count; i++)
        if (read_slot(opt, &opt->slots[i], s, &l->slots[i])) return wk_error();
    if (opt->kind->read) l->own = opt->kind->read(opt, s);
    return wk_error();
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
