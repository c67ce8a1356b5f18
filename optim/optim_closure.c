/* Steps that are given the loss itself, as a function, and what is to happen to those whose gradients are not finite.
 */
#include "optim/optim.h"

static const char where[] = "step_closure";

/* ---- The loss as a function ---- */

wk_status wki_closure_call(const wki_closure *closure, double *loss)
{
    WK_SCOPE(evaluation);
    WK_ENABLE_GRAD(recording);
    const wki_stage *stage = wki_stage_here;
    wki_stage_here = NULL;
    const wk_tensor *value = closure->call(closure->user);
    wki_stage_here = stage;
    if (wk_failed()) return wk_error();
    wki_check(value, WK_E_INVALID, WK_E_INVALID, where, "the closure gave NULL; it must give the loss");
    if (!wki_tensor_ok(value, where, "the closure's loss")) return wk_error();
    wki_check(wki_numel(&value->v) == 1, WK_E_SHAPE, WK_E_SHAPE, where, "the closure gave %s; a loss has one element",
              wki_show(&value->v));
    *loss = wk_item(value);
    return wk_error();
}

wk_status wk_step_closure(wk_optim *opt, wk_closure *closure, void *user, double *loss)
{
    if (!wki_optim_ok(opt, where) || wk_failed()) return wk_error();
    if (!closure) return wki_null_argument(where, "closure"), wk_error();
    const wki_closure all = { closure, user };
    double first = (double)NAN;
    const wki_stage *outer = wki_stage_here, stage = { WKI_UPDATE, opt->kind->name };
    wki_stage_here = &stage;
    if (opt->kind->search)
        opt->kind->search(opt, &all, &first);
    else if (wki_closure_call(&all, &first) == WK_OK)
        wk_step(opt);
    wki_stage_here = outer;
    if (loss) *loss = first;
    return wk_error();
}

/* ---- Gradients that are not finite ---- */

static const char *const policies[] = { "WK_NONFINITE_KEEP", "WK_NONFINITE_SKIP", "WK_NONFINITE_STOP" };
enum { POLICIES = sizeof policies / sizeof *policies };

wk_status wk_set_nonfinite(wk_optim *opt, wk_nonfinite policy)
{
    if (!wki_optim_ok(opt, "set_nonfinite") || wk_failed()) return wk_error();
    wki_check((int)policy >= 0 && (int)policy < POLICIES, WK_E_INVALID, WK_E_INVALID, "set_nonfinite",
              "policy is %d; expected %s, %s or %s", (int)policy, policies[0], policies[1], policies[2]);
    wki_check(!opt->in_backward || policy == WK_NONFINITE_KEEP, WK_E_STATE, WK_E_STATE, "set_nonfinite",
              "%s looks at all gradients before a step, but this optimizer updates in backward", policies[policy]);
    wki_structure_changed();
    opt->nonfinite = policy;
    return WK_OK;
}

int64_t wk_steps_skipped(const wk_optim *opt) { return wki_optim_ok(opt, "steps_skipped") ? opt->skipped : 0; }

int wki_optim_first_nonfinite(const wk_optim *opt)
{
    for (int i = 0; i < opt->count; i++)
        if (opt->slots[i].p->grad && !wki_all_finite(opt->slots[i].p->grad)) return i;
    return -1;
}

wk_status wki_optim_fail_nonfinite(const wk_optim *opt, int i, const char *step)
{
    WK_SCOPE(look);
    WK_NO_GRAD(counting);
    const wki_optim_slot *slot = &opt->slots[i];
    const wk_tensor *g = slot->p->grad;
    const double finite = wk_item(wk_sum(wk_isfinite(slot->p->grad)));
    if (wk_failed()) return wk_error();
    const int64_t all = wki_numel(&g->v);
    return wki_fail(WK_E_STATE, step,
                    "%lld of %lld elements of the gradient of '%s' are not finite; nothing was updated",
                    (long long)(all - (int64_t)finite), (long long)all, slot->name);
}

wk_status wki_optim_look(wk_optim *opt, bool *skip)
{
    *skip = false;
    if (opt->nonfinite == WK_NONFINITE_KEEP) return WK_OK;
    if (wki_not_recorded("step", "gradients are looked at (wk_set_nonfinite)", "let it keep them")) return wk_error();
    const int i = wki_optim_first_nonfinite(opt);
    if (i < 0 || wk_failed()) return wk_error();
    if (opt->nonfinite == WK_NONFINITE_STOP) return wki_optim_fail_nonfinite(opt, i, "step");
    *skip = true;
    opt->skipped++;
    return WK_OK;
}
