/* Groups of parameters, each with option values of its own (torch's param_groups). The first is what an optimizer is
 * made with. */
#include "base/alloc.h"
#include "optim/optim.h"
#include <string.h>

/* ---- Join ---- */

static wk_status parameter_ok(const wk_optim *opt, int i, const char *where)
{
    const wki_optim_slot *slot = &opt->slots[i];
    wki_check(wki_is_contiguous(&slot->p->v), WK_E_INVALID, WK_E_INVALID, where,
              "parameter '%s' %s is a view with gaps or turned dimensions; make it from a wk_contiguous tensor",
              slot->name, wki_show(&slot->p->v));
    for (int j = 0; j < i; j++) {
        const wki_optim_slot *other = &opt->slots[j];
        wki_check(other->p != slot->p, WK_E_INVALID, WK_E_INVALID, where,
                  "parameters '%s' and '%s' are one tensor; list it once", other->name, slot->name);
        wki_check(other->group == slot->group || strcmp(other->name, slot->name) != 0, WK_E_INVALID, WK_E_INVALID,
                  where, "parameter '%s' has the name of one in group %d; states are kept by name, so name them apart",
                  slot->name, other->group);
    }
    return WK_OK;
}

static wk_status grow(wk_optim *opt, int n)
{
    const size_t old = (size_t)opt->count, all = old + (size_t)n;
    const size_t views = (2 + WKI_MAX_STATES) * sizeof *opt->views;
    void *grown = wki_grow(opt->slots, old * sizeof *opt->slots, all * sizeof *opt->slots);
    if (!grown) return wk_error();
    opt->slots = grown;
    const size_t head = sizeof *opt->next, each = sizeof *opt->next->slots;
    if (!(grown = wki_grow(opt->next, opt->next ? head + old * each : 0, head + all * each))) return wk_error();
    opt->next = grown;
    if (!(grown = wki_grow(opt->views, old * views, all * views))) return wk_error();
    opt->views = grown;
    grown = wki_grow_list(opt->groups, (size_t)opt->ngroups, sizeof *opt->groups);
    if (!grown) return wk_error();
    opt->groups = grown;
    return WK_OK;
}

static wk_status take(wk_optim *opt, int i, const wki_optim_group *group, int k, const char *where)
{
    wki_optim_slot *slot = &opt->slots[i];
    *slot = (wki_optim_slot){ .p = wk_params_at(group->params, k),
                              .name = wk_params_name(group->params, k),
                              .group = opt->ngroups };
    if (!slot->p || parameter_ok(opt, i, where)) return wk_error();
    if (opt->kind->takes && opt->kind->takes(slot, where)) return wk_error();
    return group->plan.at_once ? wki_optim_make_states(group, slot, where) : WK_OK;
}

static wk_status join(wk_optim *opt, const wki_optim_group *group, const char *where)
{
    const int n = wk_params_count(group->params);
    if (grow(opt, n)) return wk_error();
    wki_structure_changed();
    opt->groups[opt->ngroups] = *group;
    for (int k = 0; k < n; k++) {
        if (take(opt, opt->count + k, group, k, where) == WK_OK) continue;
        for (; k >= 0; k--) wki_optim_drop_states(&opt->slots[opt->count + k]);
        return wk_error();
    }
    opt->count += n;
    opt->ngroups++;
    return WK_OK;
}

wk_status wki_optim_join(wk_optim *opt, wk_params *params, const void *opts, const char *where)
{
    if (!params) return wki_null_argument(where, "params"), wk_error();
    wki_check(wk_params_count(params) > 0, wk_error(), WK_E_INVALID, where,
              "params has no parameters; at least one is needed");
    wki_check(!opt->kind->search || opt->ngroups == 0, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, where,
              "%s has one group of parameters; make it with all of them", opt->kind->name);
    wki_optim_group group = { .params = params, .opts = wki_alloc(opt->kind->opts_size), .initial_lr = (double)NAN };
    if (!group.opts) return wk_error();
    memcpy(group.opts, opts, opt->kind->opts_size);
    group.plan = opt->kind->plan(group.opts);
    while (group.nstates < WKI_MAX_STATES && group.plan.states[group.nstates]) group.nstates++;
    if (wki_optim_options_ok(opt->kind, group.opts, where) || join(opt, &group, where))
        return wki_free(group.opts), wk_error();
    wki_object_ref(params);
    return WK_OK;
}

wk_status wk_optim_add_group(wk_optim *opt, wk_params *params, const char *options)
{
    static const char where[] = "optim_add_group";
    if (!wki_optim_ok(opt, where) || wk_failed()) return wk_error();
    void *opts = wki_alloc(opt->kind->opts_size);
    if (!opts) return wk_error();
    memcpy(opts, opt->made, opt->kind->opts_size);
    if (wki_optim_options_read(opt->kind, opts, options ? options : "", where) == WK_OK &&
        wki_optim_hook_ok(opt, params, where) == WK_OK && wki_optim_join(opt, params, opts, where) == WK_OK)
        wki_optim_hook(opt);
    wki_free(opts);
    return wk_error();
}

/* ---- Change and ask ---- */

bool wki_optim_group_ok(const wk_optim *opt, int group, const char *where)
{
    if (!wki_optim_ok(opt, where)) return false;
    wki_check(group >= 0 && group < opt->ngroups, false, WK_E_RANGE, where, "group %d of %d; the first is 0", group,
              opt->ngroups);
    return true;
}

wk_status wki_optim_regroup(wk_optim *opt, int group, void *opts, const char *where)
{
    wki_optim_group *g = &opt->groups[group];
    if (wki_optim_options_ok(opt->kind, opts, where)) return wk_error();
    const wki_optim_plan plan = opt->kind->plan(opts);
    wki_check(plan.rule == g->plan.rule, WK_E_STATE, WK_E_STATE, where,
              "group %d would need other states of %s with these options; make it with them", group, opt->kind->name);
    if (opt->kind->renew) wki_structure_changed(); /* its numbers are in the calls */
    memcpy(g->opts, opts, opt->kind->opts_size);
    g->plan = plan;
    if (group == 0) wki_optim_describe(opt);
    return WK_OK;
}

typedef struct changed {
    _Alignas(8) char opts[WKI_MOST_OPTS];
} changed;

static changed with(const wk_optim *opt, int group, const wki_optim_option *option, double value)
{
    changed c;
    memcpy(c.opts, opt->groups[group].opts, opt->kind->opts_size);
    if (option->flag)
        *wki_optim_flag(c.opts, option) = value != 0;
    else
        *wki_optim_number(c.opts, option) = value;
    return c;
}

bool wki_optim_keeps_states(const wk_optim *opt, int group, const char *name, double value)
{
    const wki_optim_option *option = wki_optim_option_named(opt->kind, name, "keeps_states");
    if (!option) return false;
    const changed c = with(opt, group, option, value);
    return opt->kind->plan(c.opts).rule == opt->groups[group].plan.rule;
}

static wk_status set(wk_optim *opt, int group, const wki_optim_option *option, double value, const char *where)
{
    wki_check(!option->flag || value == 0 || value == 1, WK_E_INVALID, WK_E_INVALID, where,
              "%s is %g; it is a flag, 0 or 1", option->name, value);
    changed c = with(opt, group, option, value);
    return wki_optim_regroup(opt, group, c.opts, where);
}

int wk_optim_groups(const wk_optim *opt) { return wki_optim_ok(opt, "optim_groups") ? opt->ngroups : 0; }

double wk_group_option(const wk_optim *opt, int group, const char *name)
{
    static const char where[] = "group_option";
    if (!wki_optim_group_ok(opt, group, where)) return (double)NAN;
    if (!name) return wki_null_argument(where, "name"), (double)NAN;
    const wki_optim_option *option = wki_optim_option_named(opt->kind, name, where);
    return option ? wki_optim_value(opt->groups[group].opts, option) : (double)NAN;
}

wk_status wk_set_group_option(wk_optim *opt, int group, const char *name, double value)
{
    static const char where[] = "set_group_option";
    if (!wki_optim_group_ok(opt, group, where) || wk_failed()) return wk_error();
    if (!name) return wki_null_argument(where, "name"), wk_error();
    const wki_optim_option *option = wki_optim_option_named(opt->kind, name, where);
    return option ? set(opt, group, option, value, where) : wk_error();
}

double wk_group_lr(const wk_optim *opt, int group)
{
    if (!wki_optim_group_ok(opt, group, "group_lr")) return (double)NAN;
    return *wki_optim_number(opt->groups[group].opts, opt->kind->options);
}

wk_status wk_set_group_lr(wk_optim *opt, int group, double lr)
{
    if (!wki_optim_group_ok(opt, group, "set_group_lr") || wk_failed()) return wk_error();
    return set(opt, group, opt->kind->options, lr, "set_group_lr");
}

double wk_lr(const wk_optim *opt) { return wki_optim_ok(opt, "lr") ? wk_group_lr(opt, 0) : (double)NAN; }

wk_status wk_set_lr(wk_optim *opt, double lr)
{
    if (!wki_optim_ok(opt, "set_lr") || wk_failed()) return wk_error();
    for (int g = 0; g < opt->ngroups; g++)
        if (set(opt, g, opt->kind->options, lr, "set_lr")) return wk_error();
    return WK_OK;
}
