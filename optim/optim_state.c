/* An optimizer's state dict: its states by the parameters' names, how often each was stepped, and its options. */
#include "base/alloc.h"
#include "optim/optim.h"
#include <stdio.h>
#include <string.h>

static char *name_of(const wk_optim *opt, int i, const char *what)
{
    return wki_sprintf("%s.%s", wk_params_name(opt->params, i), what);
}

static wk_status put_slot(const wk_optim *opt, int i, wk_state *s)
{
    const wki_optim_slot *slot = &opt->slots[i];
    char *name = name_of(opt, i, "step");
    if (!name) return WK_E_MEMORY;
    wk_state_set_int(s, name, slot->t);
    wki_free(name);
    for (int k = 0; k < opt->nstates && !wk_failed(); k++) {
        if (!slot->state[k]) continue;
        if (!(name = name_of(opt, i, opt->plan.states[k]))) return WK_E_MEMORY;
        wk_state_set(s, name, slot->state[k]);
        wki_free(name);
    }
    return wk_error();
}

wk_state *wk_optim_state_dict(wk_optim *opt)
{
    if (!wki_optim_ok(opt, "optim_state_dict")) return NULL;
    wk_state *s = wk_state_new();
    if (!s || wk_state_set_text(s, "optimizer", opt->kind->name) || wk_state_set_int(s, "steps", opt->steps))
        return NULL;
    for (const wki_optim_option *option = opt->kind->options; option->name; option++) {
        char key[64];
        snprintf(key, sizeof key, "option.%s", option->name);
        if (wk_state_set_number(
                s, key, option->flag ? *wki_optim_flag(opt->opts, option) : *wki_optim_number(opt->opts, option)))
            return NULL;
    }
    for (int i = 0; i < opt->count; i++)
        if (put_slot(opt, i, s)) return NULL;
    return s;
}

/* ---- Loading: everything is looked at and copied before anything changes ---- */

static wk_status read_options(const wk_optim *opt, const wk_state *s, void *opts)
{
    for (const wki_optim_option *option = opt->kind->options; option->name; option++) {
        char key[64];
        snprintf(key, sizeof key, "option.%s", option->name);
        const double value = wk_state_number(s, key);
        if (wk_failed()) return wk_error();
        if (option->flag)
            *wki_optim_flag(opts, option) = value != 0;
        else
            *wki_optim_number(opts, option) = value;
    }
    if (wki_optim_options_ok(opt->kind, opts)) return wk_error();
    const wki_optim_plan plan = opt->kind->plan(opts);
    wki_check(plan.rule == opt->plan.rule, WK_E_INVALID, WK_E_INVALID, "optim_load_state_dict",
              "the state is of %s with other states; make the optimizer with the options it was made with",
              opt->kind->name);
    return WK_OK;
}

/* The states that parameter i had, as tensors of the innermost scope; none if it was never stepped. */
static wk_status read_slot(const wk_optim *opt, int i, const wk_state *s, wki_optim_slot *into)
{
    const char *parameter = wk_params_name(opt->params, i);
    const wk_tensor *p = opt->slots[i].p;
    char *name = name_of(opt, i, "step");
    if (!name) return WK_E_MEMORY;
    into->t = wk_state_int(s, name);
    wki_free(name);
    if (wk_failed()) return wk_error();
    wki_check(into->t >= 0, WK_E_FORMAT, WK_E_FORMAT, "optim_load_state_dict", "'%s' was stepped %lld times", parameter,
              (long long)into->t);
    for (int k = 0; k < opt->nstates && !wk_failed(); k++) {
        if (!(name = name_of(opt, i, opt->plan.states[k]))) return WK_E_MEMORY;
        wk_tensor *t = into->t || wk_state_has(s, name) ? wk_state_get(s, name) : NULL;
        wki_free(name);
        if (!t) continue;
        wki_check(wki_same_shape(&t->v, &p->v) && wki_is_float((wk_dtype)t->v.dtype), WK_E_SHAPE, WK_E_SHAPE,
                  "optim_load_state_dict", "%s of '%s' is %s %s; the parameter is %s %s", opt->plan.states[k],
                  parameter, wk_dtype_name((wk_dtype)t->v.dtype), wki_show(&t->v), wk_dtype_name((wk_dtype)p->v.dtype),
                  wki_show(&p->v));
        into->state[k] = wk_contiguous(wk_clone(wk_to(t, (wk_dtype)p->v.dtype)));
    }
    return wk_error();
}

static void take(wk_optim *opt, wki_optim_slot *slots, const void *opts, int64_t steps)
{
    wk_params *params;
    memcpy(&params, (const char *)opt->opts + sizeof(size_t), sizeof params);
    memcpy(opt->opts, opts, opt->kind->opts_size);
    memcpy((char *)opt->opts + sizeof(size_t), &params, sizeof params);
    for (int i = 0; i < opt->count; i++) {
        for (int k = 0; k < opt->nstates; k++) {
            wki_object_unref(opt->slots[i].state[k]);
            opt->slots[i].state[k] = slots[i].state[k];
            if (slots[i].state[k]) wki_object_adopt(slots[i].state[k]);
        }
        opt->slots[i].t = slots[i].t;
    }
    opt->steps = steps;
    wki_optim_describe(opt);
}

wk_status wk_optim_load_state_dict(wk_optim *opt, const wk_state *s)
{
    static const char where[] = "optim_load_state_dict";
    if (wk_failed() || !wki_optim_ok(opt, where)) return wk_error();
    wki_check(s, WK_E_INVALID, WK_E_INVALID, where, "s is NULL; a state dict is needed");
    const char *kind = wk_state_text(s, "optimizer");
    if (wk_failed()) return wk_error();
    wki_check(kind && !strcmp(kind, opt->kind->name), WK_E_INVALID, WK_E_INVALID, where,
              "the state is of %s; this is %s", kind ? kind : "no optimizer", opt->kind->name);
    WK_SCOPE(loading);
    WK_NO_GRAD(reading);
    void *opts = wki_alloc(opt->kind->opts_size);
    wki_optim_slot *slots = opts ? wki_alloc_array((size_t)opt->count, sizeof *slots) : NULL;
    if (slots) memcpy(opts, opt->opts, opt->kind->opts_size);
    const int64_t steps = slots ? wk_state_int(s, "steps") : 0;
    if (slots && !wk_failed()) read_options(opt, s, opts);
    for (int i = 0; slots && i < opt->count && !wk_failed(); i++) read_slot(opt, i, s, &slots[i]);
    if (slots && !wk_failed()) take(opt, slots, opts, steps);
    wki_free(slots);
    wki_free(opts);
    return wk_error();
}
