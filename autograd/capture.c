/* wk_capture: a step function, and a tape of it for each form of its inputs. Where that does not hold any more, the
 * step runs and is recorded again. */
#include "autograd/op.h"
#include "autograd/tape.h"
#include "backends/arena.h"
#include "base/alloc.h"
#include "base/fault.h"
#include "base/object.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FORMS = WK_PLAN_FORMS, PATIENCE = 8, LONGEST_REST = 1024 };

/* One form of the inputs. */
typedef struct form {
    wki_tape tape;
    bool known;   /* it has run before */
    int wasted;   /* recordings in a row that were never replayed */
    int rest;     /* runs until it is tried again */
    bool fresh;   /* not replayed since it was recorded */
    int64_t used; /* when: the run's number */
} form;

struct wk_plan {
    wki_object object;
    wk_step_function *step;
    void *user;
    form *forms[FORMS];
    int nforms;
    wki_arena arena;   /* of all of them */
    wk_tensor *output; /* of an ordinary run */
    wk_plan_stats stats;
    bool running;
    char why[192];
};

static void because(wk_plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void because(wk_plan *plan, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(plan->why, sizeof plan->why, format, args);
    va_end(args);
}

static void tell_size(wk_plan *plan, const wki_plan *ran) /* NULL: an ordinary run */
{
    plan->stats.calls = ran ? ran->nitems : 0;
    plan->stats.bytes = ran ? ran->arena_bytes : 0;
}

static void plan_destroy(void *object)
{
    wk_plan *plan = object;
    for (int i = 0; i < plan->nforms; i++) {
        wki_tape_forget(&plan->forms[i]->tape);
        wki_free(plan->forms[i]);
    }
    wki_arena_put(&plan->arena);
    wki_object_unref(plan->output);
}

static const wki_type plan_type = { "plan", sizeof(wk_plan), plan_destroy };

/* ---- Forms ---- */

/* The plans of all others. */
static int recorded_besides(const wk_plan *plan, const form *but, wki_plan **others)
{
    int n = 0;
    for (int i = 0; i < plan->nforms; i++)
        if (plan->forms[i] != but && plan->forms[i]->tape.plan) others[n++] = plan->forms[i]->tape.plan;
    return n;
}

static void forget(wk_plan *plan, form *f)
{
    wki_plan *others[FORMS];
    wki_tape_forget(&f->tape);
    if (recorded_besides(plan, f, others) == 0) wki_arena_put(&plan->arena);
}

static void share_arena(wk_plan *plan, form *f)
{
    wki_plan *others[FORMS];
    wki_arena_take(&plan->arena, f->tape.plan, others, recorded_besides(plan, f, others));
}

/* Where a new one goes: behind the others, or, of too many, in place of the one that was not used for longest. */
static form **place_of_new(wk_plan *plan)
{
    if (plan->nforms < FORMS) return &plan->forms[plan->nforms];
    form **oldest = plan->forms;
    for (form **f = plan->forms; f < plan->forms + FORMS; f++)
        if ((*f)->used < (*oldest)->used && !WKI_FAULT(152)) oldest = f;
    return oldest;
}

/* NULL: there was no memory. *gone: another form's place was taken. */
static form *form_of(wk_plan *plan, wk_tensor *const *inputs, int n, bool *gone)
{
    *gone = false;
    for (int i = 0; i < plan->nforms; i++)
        if (wki_tape_fits(&plan->forms[i]->tape, inputs, n)) return plan->forms[i];
    form **at = place_of_new(plan), *made = wki_alloc(sizeof *made);
    if (!made) return NULL;
    *gone = at < plan->forms + plan->nforms;
    if (*gone) {
        forget(plan, *at);
        wki_free(*at);
    }
    plan->nforms += !*gone;
    wki_tape_take_form(&made->tape, inputs, n);
    return *at = made;
}

static wk_tensor *take_output(wk_plan *plan, wk_tensor *output)
{
    wki_object_unref(plan->output);
    return plan->output = output;
}

static wk_tensor *replay(wk_plan *plan, form *f, wk_tensor *const *inputs)
{
    because(plan, "failed as a replay");
    if (wki_tape_replay(&f->tape, inputs)) return NULL;
    plan->stats.replays++;
    tell_size(plan, f->tape.plan);
    f->fresh = false;
    f->wasted = 0;
    because(plan, "replayed");
    wki_object_ref(f->tape.output);
    return take_output(plan, f->tape.output);
}

/* ---- Recording ---- */

/* What the step gives, becoming the handle that was made before it: behind the step nothing fails. */
static wk_status give(wk_plan *plan, wk_tensor *const *inputs, int n, wk_tensor *to)
{
    WK_SCOPE(step);
    wk_tensor *y = plan->step(plan->user, inputs, n);
    if (wk_failed() || !y || !wki_tensor_ok(y, "plan_run", "the step's result")) return wk_error();
    for (int k = 0; k < n; k++)
        wki_check(y->storage != inputs[k]->storage, WK_E_INVALID, WK_E_INVALID, "plan_run",
                  "the step gives its input %d back; clone it there", k);
    to->v = y->v;
    to->storage = wki_storage_ref(y->storage);
    to->is_planned = true;
    atomic_fetch_add(&y->storage->planned, 1);
    to->rewrites = y->rewrites;
    to->is_inference = y->is_inference;
    return WK_OK;
}

/* The step, in a scope of its own; what it gives becomes *output, owned by the caller. */
static wk_status run_step(wk_plan *plan, wk_tensor *const *inputs, int n, wk_tensor **output)
{
    wk_tensor *made = wki_object_new_unscoped(&wki_tensor_type, "plan_run");
    if (!made) return wk_error();
    const wk_status status = give(plan, inputs, n, made);
    if (status == WK_OK && made->storage)
        *output = made;
    else
        wki_object_unref(made);
    return status;
}

/* After a step that succeeded nothing fails any more: without a tape the next run is ordinary, too. */
static void finish(wk_plan *plan, form *f, wki_recording *r, wk_tensor *const *inputs, wk_tensor *output)
{
    const wki_error before = *wki_error_of_thread();
    if (wki_tape_make(&f->tape, r, inputs)) {
        share_arena(plan, f);
        f->fresh = true;
        wki_object_ref(output);
        f->tape.output = output;
        plan->stats.recordings++;
        tell_size(plan, f->tape.plan);
        return;
    }
    *wki_error_of_thread() = before;
    forget(plan, f);
    f->wasted++;
    because(plan, "not recorded: %s", r->broken[0] ? r->broken : "there was no memory for a plan");
}

static void let_go(void *storage) { wki_storage_unref(storage); }

/* Handles on storages of their own, so that what is done to an input can be told from what is done to the same tensor
 * as one of the step's own. */
static bool stand_ins(const wki_tape *t, wk_tensor *const *inputs, wk_tensor **stand)
{
    for (int k = 0; k < t->ninputs; k++) {
        if (t->same[k] < k) {
            stand[k] = stand[t->same[k]];
            continue;
        }
        wki_storage *real = inputs[k]->storage, *own = wki_storage_borrow(real->data, real->bytes, NULL, NULL);
        stand[k] = own ? wki_object_new(&wki_tensor_type, "plan_run") : NULL;
        if (!stand[k]) {
            if (own) wki_storage_unref(own);
            return false;
        }
        own->device = real->device;
        own->done = let_go;
        own->user = wki_storage_ref(real);
        stand[k]->v = inputs[k]->v;
        stand[k]->v.storage = stand[k]->storage = own;
        stand[k]->is_inference = inputs[k]->is_inference;
        stand[k]->grad = inputs[k]->grad;
        wki_object_ref(stand[k]->grad);
    }
    return true;
}

/* What the step has made of the stand-in, whose graph goes on with the input itself. */
static void hand_over(wk_tensor *stand, wk_tensor *input)
{
    wk_tensor *grad = input->grad;
    input->grad = stand->grad;
    stand->grad = grad;
    input->storage->version += stand->storage->version > 0;
    if (!stand->requires_grad) return;
    if (stand->grad_fn)
        input->requires_grad = true;
    else
        wki_set_requires_grad(input, true);
    input->grad_fn = stand->grad_fn;
    input->accumulator = stand->accumulator;
    input->retains_grad = stand->retains_grad;
    input->rewrites = input->storage->rewrites += stand->storage->rewrites;
    stand->grad_fn = stand->accumulator = NULL;
    if (input->accumulator) input->accumulator->leaf = input;
    if (input->retains_grad && input->grad_fn) input->grad_fn->retain = input;
}

/* What a replay would not do: it has the inputs of its own run, and no handles on them. */
static void look_at_inputs(wki_recording *r, const wki_tape *t, wk_tensor *const *stand)
{
    for (int k = 0; k < t->ninputs; k++) {
        if (stand[k]->requires_grad || wki_recording_touches(r, stand[k]))
            wki_recording_break(r, "the step uses the gradient of its input %d; let a clone of it require grad", k);
        if (wki_storage_refs(stand[k]->storage) > 1 && !WKI_FAULT(140))
            wki_recording_break(r, "the step keeps its input %d; keep a clone", k);
    }
}

static wk_tensor *record(wk_plan *plan, form *f, wk_tensor *const *inputs)
{
    WK_SCOPE(inputs_of_step);
    wki_recording r;
    wki_tape *t = &f->tape;
    wk_tensor *output = NULL, *stand[WK_PLAN_MOST_INPUTS];
    if (!stand_ins(t, inputs, stand)) return NULL;
    forget(plan, f);
    t->made_in = wki_setting_now();
    wki_recording_begin(&r);
    const wk_status status = run_step(plan, stand, t->ninputs, &output);
    look_at_inputs(&r, t, stand);
    wki_recording_end(&r);
    if (status == WK_OK) finish(plan, f, &r, stand, output);
    wki_recording_free(&r);
    wki_tape_take_form(t, inputs, t->ninputs);
    for (int k = 0; k < t->ninputs; k++)
        if (t->same[k] == k) hand_over(stand[k], inputs[k]);
    return status ? NULL : take_output(plan, output);
}

static wk_tensor *run_ordinary(wk_plan *plan, wk_tensor *const *inputs, int n)
{
    wk_tensor *output = NULL;
    tell_size(plan, NULL);
    return run_step(plan, inputs, n, &output) ? NULL : take_output(plan, output);
}

/* ---- Running ---- */

static bool wants_grad(wk_tensor *const *inputs, int n)
{
    for (int k = 0; k < n; k++)
        if (inputs[k]->requires_grad) return true;
    return false;
}

static wk_tensor *run_first(wk_plan *plan, form *f, wk_tensor *const *inputs, bool gone)
{
    because(plan, "ordinary: the first run with such inputs%s",
            gone ? "; of more forms than are kept, the one not seen for longest was given up" : "");
    wk_tensor *output = run_ordinary(plan, inputs, f->tape.ninputs);
    f->known = !wk_failed();
    return output;
}

/* Of recordings that are for nothing there are fewer and fewer. */
static bool rests(wk_plan *plan, form *f)
{
    if (f->wasted < PATIENCE) return false;
    if (f->rest == 0) {
        const int doubled = f->wasted - PATIENCE + 1;
        f->rest = doubled < 6 ? PATIENCE << doubled : LONGEST_REST;
    }
    if (--f->rest == 0 && !WKI_FAULT(151)) return false;
    because(plan, "ordinary: %d recordings in a row were for nothing; tried again in %d runs", f->wasted, f->rest);
    return true;
}

static wk_tensor *run(wk_plan *plan, wk_tensor *const *inputs, int n)
{
    if (wants_grad(inputs, n)) {
        because(plan, "ordinary: an input requires grad");
        return run_ordinary(plan, inputs, n);
    }
    bool gone;
    form *f = form_of(plan, inputs, n, &gone);
    if (!f) return NULL;
    f->used = plan->stats.runs;
    if (!f->known) return run_first(plan, f, inputs, gone);
    const char *changed = f->wasted ? "it is tried again" : "the second run with such inputs";
    if (f->tape.plan) changed = wki_tape_changed(&f->tape, inputs);
    if (!changed) return replay(plan, f, inputs);
    f->wasted += f->tape.plan && f->fresh;
    if (rests(plan, f)) {
        forget(plan, f);
        return run_ordinary(plan, inputs, n);
    }
    because(plan, "recorded: %s", changed);
    return record(plan, f, inputs);
}

wk_plan *wk_capture(wk_step_function *step, void *user)
{
    wki_check(step, NULL, WK_E_INVALID, "capture", "step is NULL");
    wk_plan *plan = wki_object_new(&plan_type, "capture");
    if (!plan) return NULL;
    plan->step = step;
    plan->user = user;
    because(plan, "has not run");
    return plan;
}

static bool plan_ok(const wk_plan *plan, const char *where)
{
    return wki_object_check(plan, &plan_type, where, "plan");
}

wk_tensor *wk_plan_run(wk_plan *plan, wk_tensor *const *inputs, int n)
{
    static const char where[] = "plan_run";
    if (!plan_ok(plan, where) || wk_failed()) return NULL;
    wki_check(n >= 0 && n <= WK_PLAN_MOST_INPUTS && (inputs || n == 0), NULL, WK_E_INVALID, where,
              "%d inputs at %s; from 0 to %d are possible", n, inputs ? "an array" : "NULL", WK_PLAN_MOST_INPUTS);
    for (int k = 0; k < n; k++)
        if (!wki_tensor_ok(inputs[k], where, "an input")) return NULL;
    wki_check(!wki_is_recorded() && !plan->running, NULL, WK_E_STATE, where,
              "is called inside a step of a plan; call the function itself there");
    plan->running = true;
    plan->stats.runs++;
    wk_tensor *output = run(plan, inputs, n);
    plan->running = false;
    return output;
}

wk_plan_stats wk_plan_stats_of(const wk_plan *plan)
{
    return plan_ok(plan, "plan_stats_of") ? plan->stats : (wk_plan_stats){ 0 };
}

const char *wk_plan_why(const wk_plan *plan) { return plan_ok(plan, "plan_why") ? plan->why : NULL; }
