/* Updates in backward: a parameter's leaf calls its optimizer when its gradient is complete. What that leaves of a
 * step, wk_step does. */
#include "base/options.h"
#include "optim/optim.h"

static wk_status clip(const wk_optim *opt, wk_tensor *g)
{
    if (!g || isinf(opt->clip_value)) return WK_OK;
    WK_NO_GRAD(clamping);
    return wk_clamp_(g, -opt->clip_value, opt->clip_value);
}

static wk_status mark_done(void *object, void *memory, const wki_view *const *views)
{
    wk_optim *opt = object;
    (void)views;
    opt->slots[*(const int *)memory].done = true;
    return WK_OK;
}

static wk_status update(void *user, int i)
{
    wk_optim *opt = user;
    wki_optim_slot *slot = &opt->slots[i];
    wki_check(
        !slot->done, WK_E_STATE, WK_E_STATE, "backward",
        "a second gradient for '%s', which was updated in this step already; call wk_step after each backward, or "
        "accumulate with wk_optim_in_backward(opt, .on = false) for all but the last",
        slot->name);
    if (clip(opt, slot->p->grad) || wki_optim_update(opt, i, i + 1)) return wk_error();
    if (opt->keep_grads) wki_not_repeated("gradients are kept behind updates in backward");
    if (!wki_on_host(mark_done, opt, &i, sizeof i, 0, NULL)) return wk_error();
    if (!opt->keep_grads) wk_set_grad(slot->p, NULL);
    slot->kept = slot->p->grad;
    slot->seen = slot->kept ? slot->kept->storage->version : 0;
    return WK_OK;
}

static const wki_updater *updater(const wk_tensor *p)
{
    return p->accumulator && p->accumulator->updater.call ? &p->accumulator->updater : NULL;
}

/* ---- On and off ---- */

wk_status wki_optim_hook_ok(const wk_optim *opt, wk_params *params, const char *where)
{
    if (!opt->in_backward || !params) return WK_OK;
    for (int i = 0; i < wk_params_count(params); i++) {
        wk_tensor *p = wk_params_at(params, i);
        const wki_updater *other = p ? wki_updater_of(p) : NULL;
        if (!other) return wk_error();
        wki_check(!other->call || other->user == opt, WK_E_STATE, WK_E_STATE, where,
                  "'%s' is updated in backward by another optimizer", wk_params_name(params, i));
    }
    return WK_OK;
}

void wki_optim_hook(wk_optim *opt)
{
    for (int i = 0; i < opt->count && opt->in_backward; i++)
        opt->slots[i].p->accumulator->updater = (wki_updater){ update, opt, i };
}

void wki_optim_unhook(wk_optim *opt)
{
    for (int i = 0; i < opt->count; i++) {
        const wki_updater *mine = updater(opt->slots[i].p);
        if (mine && mine->user == opt) opt->slots[i].p->accumulator->updater = (wki_updater){ 0 };
    }
}

wk_optim_in_backward_opts wk_optim_in_backward_opts_default(void)
{
    return (wk_optim_in_backward_opts){ WK_OPTIM_IN_BACKWARD_DEFAULTS };
}

static wk_status switch_on(wk_optim *opt, const char *where)
{
    const bool was = opt->in_backward;
    opt->in_backward = true;
    for (int g = 0; g < opt->ngroups; g++)
        if (wki_optim_hook_ok(opt, opt->groups[g].params, where)) return opt->in_backward = was, wk_error();
    wki_optim_hook(opt);
    return WK_OK;
}

wk_status wk_optim_in_backward_run(const wk_optim_in_backward_opts *given)
{
    static const char where[] = "optim_in_backward";
    wk_optim_in_backward_opts o = wk_optim_in_backward_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return wk_error();
    if (!wki_optim_ok(o.opt, where) || wk_failed()) return wk_error();
    wki_check(o.clip_value >= 0, WK_E_INVALID, WK_E_INVALID, where, "clip_value is %g; it must be at least 0",
              o.clip_value);
    wki_check(!o.on || !o.opt->kind->search, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, where,
              "an update of %s needs the gradients of all parameters", o.opt->kind->name);
    wki_check(!o.on || o.opt->nonfinite == WK_NONFINITE_KEEP, WK_E_STATE, WK_E_STATE, where,
              "wk_set_nonfinite looks at all gradients before a step; updates in backward need WK_NONFINITE_KEEP");
    if (o.on && switch_on(o.opt, where)) return wk_error();
    wki_structure_changed();
    if (!o.on) wki_optim_unhook(o.opt);
    o.opt->in_backward = o.on;
    o.opt->keep_grads = o.keep_grads;
    o.opt->clip_value = o.clip_value;
    return WK_OK;
}

/* ---- The rest of a step ---- */

wk_status wki_optim_rest_ok(wk_optim *opt)
{
    for (int i = 0; i < opt->count; i++) {
        const wki_optim_slot *slot = &opt->slots[i];
        const wk_tensor *g = slot->p->grad;
        wki_check(!slot->done || !g || (g == slot->kept && g->storage->version == slot->seen), WK_E_STATE, WK_E_STATE,
                  "step", "the gradient of '%s' came or changed after backward had updated it", slot->name);
    }
    for (int i = 0; i < opt->count; i++)
        if (!opt->slots[i].done && clip(opt, opt->slots[i].p->grad)) return wk_error();
    return WK_OK;
}

void wki_optim_begin_step(wk_optim *opt)
{
    for (int i = 0; i < opt->count; i++) opt->slots[i].done = false;
}

wk_status wki_optim_clip_ok(wk_params *params, bool only_look, const char *where)
{
    for (int i = 0; params && i < wk_params_count(params); i++) {
        const wk_tensor *p = wk_params_at(params, i);
        const wki_updater *its = p ? updater(p) : NULL;
        if (!its || (only_look && ((const wk_optim *)its->user)->keep_grads)) continue;
        return wki_fail(WK_E_STATE, where, "'%s' is updated in backward, before this sees its gradient; %s",
                        wk_params_name(params, i),
                        only_look ? "say .keep_grads = true" : "clip by value with .clip_value there");
    }
    return WK_OK;
}
