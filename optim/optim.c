/* Optimizers: made from a kind's options, stepped, asked. A step is one call over all parameters that have a gradient,
 * and what it has to know of an algorithm stands in the kind's table. Rests on tensors and on the update kernel. */
#include "optim/optim.h"
#include "base/alloc.h"
#include "base/fault.h"
#include "base/options.h"
#include <stdio.h>
#include <string.h>

static const wki_optim_kind *const kinds[] = {
#define X(NAME) &wki_optim_kind_##NAME,
#include "wki_optim_list.h"
#undef X
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Of all option structs. */
typedef struct head {
    size_t size;
    wk_params *params;
} head;

/* ---- Make ---- */

void wki_optim_drop_states(wki_optim_slot *slot)
{
    for (int k = 0; k < WKI_MAX_STATES; k++) {
        wki_object_unref(slot->state[k]);
        slot->state[k] = NULL;
    }
    slot->owed = slot->watched = false;
}

wk_status wki_optim_settle(wki_optim_slot *slot)
{
    if (!slot->owed) return WK_OK;
    WK_NO_GRAD(settle);
    if (!wk_copy_(slot->state[0], slot->p)) return wk_error();
    slot->owed = false;
    return WK_OK;
}

static void optim_destroy(void *object)
{
    wk_optim *opt = object;
    wki_optim_unhook(opt);
    for (int i = 0; i < opt->count; i++) wki_optim_drop_states(&opt->slots[i]);
    if (opt->own) opt->kind->drop(opt->own);
    for (int g = 0; g < opt->ngroups; g++) {
        wki_free(opt->groups[g].opts);
        wki_object_unref(opt->groups[g].params);
    }
    wki_free(opt->groups);
    wki_free(opt->slots);
    wki_free(opt->next);
    wki_free(opt->views);
    wki_free(opt->made);
}

static const wki_type optim_type = { "optimizer", sizeof(wk_optim), optim_destroy };

bool wki_optim_ok(const wk_optim *opt, const char *where) { return wki_object_check(opt, &optim_type, where, "opt"); }

wk_status wki_optim_make_states(const wki_optim_group *group, wki_optim_slot *slot, const char *where)
{
    WK_SCOPE(states);
    const wki_view *p = &slot->p->v;
    for (int k = 0; k < group->nstates; k++) {
        if (slot->state[k]) continue;
        const wki_fill_attrs fill = { .value = group->plan.start[k] };
        wk_tensor *s = wki_new(where, p->device, p->ndim, p->size, p->dtype);
        if (!s || wki_do(WKI_OP_fill, 1, WKI_VIEWS(&s->v), &fill, sizeof fill, wki_numel(p))) return wk_error();
        wki_object_adopt(s);
        slot->state[k] = s;
    }
    return WK_OK;
}

static wk_status init(wk_optim *opt, const void *given)
{
    const wki_optim_kind *kind = opt->kind;
    head known;
    memcpy(&known.size, given, sizeof known.size);
    wki_check(known.size >= sizeof known, WK_E_INVALID, WK_E_INVALID, kind->where,
              "o->size is %zu; start from wk_%s_opts_default()", known.size, kind->name);
    opt->made = wki_alloc(kind->opts_size);
    if (!opt->made) return wk_error();
    memcpy(opt->made, kind->defaults, kind->opts_size);
    wki_options_merge(opt->made, kind->opts_size, given);
    memcpy(&known, opt->made, sizeof known);
    if (wki_optim_options_ok(kind, opt->made, kind->where)) return wk_error();
    if (wki_optim_join(opt, known.params, opt->made, kind->where)) return wk_error();
    wki_optim_describe(opt);
    return WK_OK;
}

wk_optim *wki_optim_new(const wki_optim_kind *kind, const void *given)
{
    if (!given) return wki_null_argument(kind->where, "o"), NULL;
    wk_optim *opt = wki_object_new(&optim_type, kind->where);
    if (!opt) return NULL;
    opt->kind = kind;
    opt->clip_value = (double)INFINITY;
    if (init(opt, given) == WK_OK) return opt;
    wki_object_unref(opt);
    return NULL;
}

/* ---- By name ---- */

static const char by_name[] = "optim_by_name";

int wk_optim_names(const char *const **names)
{
    static const char *const all[] = {
#define X(NAME) #NAME,
#include "wki_optim_list.h"
#undef X
    };
    if (names) *names = all;
    return KINDS;
}

static const wki_optim_kind *kind_named(const char *name)
{
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
    const char *const *names;
    const int n = wk_optim_names(&names);
    wki_optim_fail_unknown(by_name, "there is no optimizer", name, names, n);
    return NULL;
}

wk_optim *wk_optim_by_name(const char *name, wk_params *params, const char *options)
{
    if (!name) return wki_null_argument(by_name, "name"), NULL;
    const wki_optim_kind *kind = kind_named(name);
    if (!kind) return NULL;
    const head known = { kind->opts_size, params };
    void *opts = wki_alloc(kind->opts_size);
    if (!opts) return NULL;
    memcpy(opts, kind->defaults, kind->opts_size);
    memcpy(opts, &known, sizeof known);
    wk_optim *opt =
        wki_optim_options_read(kind, opts, options ? options : "", by_name) ? NULL : wki_optim_new(kind, opts);
    wki_free(opts);
    return opt;
}

/* ---- Step ---- */

wk_status wki_optim_gradient_ok(const wki_optim_slot *slot, const char *where)
{
    const wk_tensor *p = slot->p, *g = p->grad;
    wki_check(g->v.dtype == p->v.dtype, WK_E_DTYPE, WK_E_DTYPE, where,
              "the gradient of '%s' is %s; it must be %s as the parameter", slot->name, wk_dtype_name(g->v.dtype),
              wk_dtype_name(p->v.dtype));
    wki_check(g->v.device == p->v.device, WK_E_DEVICE, WK_E_DEVICE, where,
              "the gradient of '%s' is on another device than the parameter", slot->name);
    wki_check(wki_same_shape(&g->v, &p->v), WK_E_SHAPE, WK_E_SHAPE, where,
              "the gradient of '%s' is %s; it must be %s as the parameter", slot->name, wki_show(&g->v),
              wki_show(&p->v));
    return WK_OK;
}

/* Takes note of a parameter's gradient, as the kernel wants it: contiguous, and no memory of the parameter itself. */
static wk_status take_gradient(wk_optim *opt, int i)
{
    wki_optim_slot *slot = &opt->slots[i];
    const wki_optim_group *group = &opt->groups[slot->group];
    const wk_tensor *p = slot->p;
    slot->g = NULL;
    wki_grad_touched(slot->p, false);
    wk_tensor *g = p->grad;
    if (!g || slot->done) return WK_OK;
    if (wki_optim_gradient_ok(slot, "step")) return wk_error();
    for (int k = 0; k < group->nstates; k++)
        wki_check(!slot->state[k] || slot->state[k]->v.device == p->v.device, WK_E_STATE, WK_E_STATE, "step",
                  "'%s' went to %s, its states are elsewhere; move modules before you make their optimizer", slot->name,
                  wk_device_name(p->v.device));
    for (int k = 0; k < group->nstates && slot->t; k++)
        wki_check(slot->state[k]->v.dtype == p->v.dtype && wki_same_shape(&slot->state[k]->v, &p->v), WK_E_STATE,
                  WK_E_STATE, "step", "'%s' became %s %s after the first step; make a new optimizer", slot->name,
                  wk_dtype_name((wk_dtype)p->v.dtype), wki_show(&p->v));
    if (g->storage == p->storage) g = wk_clone(g);
    g = wk_contiguous(g);
    if (slot->t == 0) wki_not_repeated("an optimizer's first step makes its states");
    if (!g || (slot->t == 0 && wki_optim_make_states(group, slot, "step"))) return wk_error();
    if (slot->t == 0) memcpy(slot->scalar, group->plan.first, sizeof slot->scalar);
    slot->g = &g->v;
    return WK_OK;
}

/* Measured scalars that are equal now need not be in a replay. */
static bool alike(const wk_optim *opt, const wki_optim_slot *a, const wki_optim_slot *b)
{
    if (a != b && opt->kind->measure && wki_is_recorded()) return false;
    return a->group == b->group && a->t == b->t && a->p->v.dtype == b->p->v.dtype && a->p->v.device == b->p->v.device &&
           a->watched == b->watched && !memcmp(a->scalar, b->scalar, sizeof a->scalar);
}

static wk_status advance(void *object, void *memory, const wki_view *const *views)
{
    wk_optim *opt = object;
    wki_optim_advance *next = memory;
    (void)views;
    wki_optim_slot like = opt->slots[next->slots[0]];
    opt->kind->prepare(opt->groups[like.group].opts, like.t + 1, like.scalar, next->numbers);
    for (int i = 0; i < next->n; i++) {
        wki_optim_slot *slot = &opt->slots[next->slots[i]];
        slot->t += !WKI_FAULT(31);
        slot->g = NULL;
        memcpy(slot->scalar, like.scalar, sizeof like.scalar);
        wki_bump(slot->p);
    }
    return WK_OK;
}

/* The rule without states for this step, or -1. A recorded step has one rule for all its replays. */
static int rule_alone(const wk_optim *opt, const wki_optim_slot *slot)
{
    if (!opt->kind->alone || slot->watched || wki_is_recorded()) return -1;
    wki_optim_slot like = *slot;
    opt->kind->prepare(opt->groups[like.group].opts, like.t + 1, like.scalar, opt->next->numbers);
    return opt->kind->alone(like.scalar, opt->next->numbers);
}

/* One call for all that are like the first: of one group, dtype, device and step count. */
static wk_status update_alike(wk_optim *opt, int first, int end)
{
    const wki_optim_slot *like = &opt->slots[first];
    const wki_optim_group *group = &opt->groups[like->group];
    const int alone = rule_alone(opt, like), nstates = alone < 0 ? group->nstates : 0;
    const int most = UINT16_MAX / (1 + nstates);
    const wki_view **view = opt->views;
    wki_optim_advance *next = opt->next;
    int64_t work = 0;
    next->n = 0;
    for (int i = first; i < end && next->n < most; i++) {
        wki_optim_slot *slot = &opt->slots[i];
        if (!slot->g || !alike(opt, slot, like)) continue;
        if (slot->owed && alone < 0) wki_not_repeated("an optimizer's state was yet to be written");
        if (alone < 0 && wki_optim_settle(slot)) return wk_error();
        *view++ = &slot->p->v;
        for (int k = 0; k < nstates; k++) *view++ = &slot->state[k]->v;
        work += wki_numel(&slot->p->v) * (4 + 4 * nstates);
        next->slots[next->n++] = i;
    }
    const int nout = (int)(view - opt->views), n = next->n;
    for (int i = 0; i < n; i++) *view++ = opt->slots[next->slots[i]].g;
    next = wki_on_host(advance, opt, next, sizeof *next + (size_t)n * sizeof *next->slots, 0, NULL);
    if (!next) return wk_error();
    const wki_update_attrs attrs = { alone < 0 ? group->plan.rule : alone, n, next->numbers };
    if (wki_do(WKI_OP_update, nout, nout + n, opt->views, &attrs, sizeof attrs, work)) return wk_error();
    for (int i = 0; i < n; i++) {
        wki_optim_slot *slot = &opt->slots[next->slots[i]];
        if (alone >= 0 && !slot->owed && opt->is_seen)
            wki_structure_changed(); /* recorded steps write the state themselves */
        slot->owed = alone >= 0;
    }
    return WK_OK;
}

static wk_status count_step(void *object, void *memory, const wki_view *const *views)
{
    wk_optim *opt = object;
    (void)views;
    opt->slots[*(const int *)memory].t++;
    return WK_OK;
}

/* Kinds beyond a rule: first all is computed, then all is put in place. */
static wk_status renew(wk_optim *opt, int begin, int end)
{
    for (int i = begin; i < end; i++) {
        wki_optim_slot *slot = &opt->slots[i];
        if (slot->g && opt->kind->renew(opt->groups[slot->group].opts, slot, slot->t + 1, slot->fresh))
            return wk_error();
    }
    for (int i = begin; i < end; i++) {
        wki_optim_slot *slot = &opt->slots[i];
        if (!slot->g) continue;
        if (wk_copy_(slot->p, slot->fresh[0])) return wk_error();
        for (int k = 0; k < opt->groups[slot->group].nstates; k++)
            if (wk_copy_(slot->state[k], slot->fresh[1 + k])) return wk_error();
        slot->g = NULL;
        if (!wki_on_host(count_step, opt, &i, sizeof i, 0, NULL)) return wk_error();
    }
    return WK_OK;
}

/* Where others than before have a gradient, counts of steps part, which a recorded step may have had as one. */
static void note_those_with_gradients(wk_optim *opt, int begin, int end)
{
    for (int i = begin; i < end; i++) {
        wki_optim_slot *slot = &opt->slots[i];
        const bool has = slot->g || slot->done;
        if (has != slot->had && opt->is_seen) wki_structure_changed();
        slot->had = has;
    }
}

static wk_status update(wk_optim *opt, int begin, int end)
{
    WK_SCOPE(step);
    WK_NO_GRAD(update);
    opt->is_seen |= wki_is_recorded();
    for (int i = begin; i < end; i++)
        if (take_gradient(opt, i)) return wk_error();
    note_those_with_gradients(opt, begin, end);
    for (int i = begin; i < end && opt->kind->measure; i++) {
        wki_optim_slot *slot = &opt->slots[i];
        if (slot->g && opt->kind->measure(opt->groups[slot->group].opts, slot, slot->t + 1)) return wk_error();
    }
    if (opt->kind->renew && renew(opt, begin, end)) return wk_error();
    for (int i = begin; i < end; i++)
        if (opt->slots[i].g && update_alike(opt, i, end)) return wk_error();
    return WK_OK;
}

wk_status wki_optim_update(wk_optim *opt, int begin, int end)
{
    const wki_stage *outer = wki_stage_here, stage = { WKI_UPDATE, opt->kind->name };
    wki_stage_here = &stage;
    const wk_status status = update(opt, begin, end);
    wki_stage_here = outer;
    if (status == WK_OK) return WK_OK;
    for (int i = begin; i < end; i++) /* states made for a first step that was not done */
        if (opt->slots[i].t == 0 && !opt->groups[opt->slots[i].group].plan.at_once)
            wki_optim_drop_states(&opt->slots[i]);
    return wk_error();
}

static wk_status end_step(void *object, void *memory, const wki_view *const *views)
{
    wk_optim *opt = object;
    (void)memory, (void)views;
    wki_optim_begin_step(opt);
    opt->steps++;
    return WK_OK;
}

wk_status wk_step(wk_optim *opt)
{
    if (!wki_optim_ok(opt, "step") || wk_failed()) return wk_error();
    wki_check(!opt->kind->search, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "step",
              "%s asks for the loss several times in a step; call wk_step_closure", opt->kind->name);
    bool skip;
    if (wki_optim_rest_ok(opt) || wki_optim_look(opt, &skip) || skip) return wk_error();
    if (wki_optim_update(opt, 0, opt->count)) return wk_error();
    return wki_on_host(end_step, opt, opt, 0, 0, NULL) ? WK_OK : wk_error();
}

wk_status wk_zero_grad(wk_optim *opt)
{
    if (!wki_optim_ok(opt, "zero_grad") || wk_failed()) return wk_error();
    for (int i = 0; i < opt->count; i++) wk_set_grad(opt->slots[i].p, NULL);
    return WK_OK;
}

/* ---- Ask ---- */

int64_t wk_steps(const wk_optim *opt) { return wki_optim_ok(opt, "steps") ? opt->steps : 0; }

const char *wk_optim_name(const wk_optim *opt) { return wki_optim_ok(opt, "optim_name") ? opt->kind->name : NULL; }

const char *wk_optim_describe(const wk_optim *opt) { return wki_optim_ok(opt, "optim_describe") ? opt->text : NULL; }

int64_t wk_optim_state_bytes(const wk_optim *opt)
{
    int64_t bytes = 0;
    if (!wki_optim_ok(opt, "optim_state_bytes")) return 0;
    for (int i = 0; i < opt->count; i++) {
        const wki_optim_group *group = &opt->groups[opt->slots[i].group];
        const wki_view *p = &opt->slots[i].p->v;
        const int64_t copies = opt->kind->vectors ? opt->kind->vectors(group->opts) : group->nstates;
        bytes += copies * wki_numel(p) * (int64_t)wk_dtype_size((wk_dtype)p->dtype);
    }
    return bytes;
}

wk_tensor *wk_optim_state(wk_optim *opt, int i, const char *name)
{
    static const char where[] = "optim_state";
    if (!wki_optim_ok(opt, where)) return NULL;
    if (!name) return wki_null_argument(where, "name"), NULL;
    wki_check(i >= 0 && i < opt->count, NULL, WK_E_RANGE, where, "parameter %d of %d; the first is 0", i, opt->count);
    wki_optim_slot *slot = &opt->slots[i];
    const wki_optim_group *group = &opt->groups[slot->group];
    if (wki_optim_settle(slot)) return NULL;
    slot->watched = opt->kind->alone != NULL;
    for (int k = 0; k < group->nstates; k++)
        if (strcmp(group->plan.states[k], name) == 0) return slot->state[k];
    const char *nearest = wki_nearest(name, group->plan.states, group->nstates);
    wki_fail(WK_E_NOT_FOUND, where, "%s has no state '%s'%s%s%s", opt->kind->name, name,
             nearest ? "; did you mean '" : " with these options", nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}
