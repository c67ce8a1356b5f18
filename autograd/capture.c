/* wk_capture: a step function, and what was recorded of it for each form of its inputs: a tape. Before a replay a tape
 * is asked whether it still holds; if not, the step runs and is recorded again. */
#include "wick/capture.h"
#include "autograd/op.h"
#include "autograd/recording.h"
#include "base/alloc.h"
#include "base/fault.h"
#include "base/object.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TAPES = 4, PATIENCE = 8 };

/* All that a step depends on besides tensors. */
typedef struct setting {
    bool grad, inference, autocast, anomaly;
    int threads, isa, matmul;
    unsigned structure;
    unsigned long long switches;
} setting;

typedef struct binding { /* a view that lies in an input */
    wki_view *view;
    int input;
    ptrdiff_t at; /* bytes from where the input begins */
} binding;

typedef struct tape {
    bool known;   /* this form of inputs has run before */
    int wasted;   /* recordings in a row that were never replayed */
    bool fresh;   /* not replayed since it was recorded */
    int64_t used; /* when: the run's number */
    int ninputs;
    wki_view form[WK_PLAN_MOST_INPUTS]; /* of the inputs; data and storage: those that the bindings have now */
    int same[WK_PLAN_MOST_INPUTS];      /* the first input that is this one, too */
    bool written[WK_PLAN_MOST_INPUTS];  /* the step changes this input */
    setting made_in;
    wki_plan *plan; /* NULL: nothing recorded */
    binding *bindings;
    int nbindings;
    wki_storage **kept; /* held: what outlives the step; the first nwritten are written */
    bool *before;       /* which of them were there before it: somebody else's, then */
    int nkept, nwritten;
    wki_touched *touched;
    wki_storage **homes; /* of each touched leaf and its .grad, in pairs; not held */
    int ntouched;
    wk_tensor *output;
} tape;

struct wk_plan {
    wki_object object;
    wk_step_function *step;
    void *user;
    tape tapes[TAPES];
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

/* ---- Tapes ---- */

static void forget(tape *t)
{
    wki_plan_free(t->plan);
    wki_free(t->bindings);
    for (int i = 0; i < t->nkept; i++) {
        atomic_fetch_sub(&t->kept[i]->planned, 1);
        wki_storage_unref(t->kept[i]);
    }
    wki_free(t->kept);
    wki_free(t->before);
    wki_touched_free(t->touched, (size_t)t->ntouched);
    wki_free(t->homes);
    wki_object_unref(t->output);
    t->plan = NULL;
    t->bindings = NULL;
    t->kept = t->homes = NULL;
    t->before = NULL;
    t->touched = NULL;
    t->output = NULL;
    t->nbindings = t->nkept = t->nwritten = t->ntouched = 0;
    memset(t->written, 0, sizeof t->written);
}

static void plan_destroy(void *object)
{
    wk_plan *plan = object;
    for (int i = 0; i < TAPES; i++) forget(&plan->tapes[i]);
    wki_object_unref(plan->output);
}

static const wki_type plan_type = { "plan", sizeof(wk_plan), plan_destroy };

static int first_same(wk_tensor *const *inputs, int k)
{
    int i = 0;
    while (inputs[i] != inputs[k] &&
           !(inputs[i]->v.data == inputs[k]->v.data && wki_same_shape(&inputs[i]->v, &inputs[k]->v) &&
             wki_same_layout(&inputs[i]->v, &inputs[k]->v)))
        i++;
    return i;
}

static bool fits(const tape *t, wk_tensor *const *inputs, int n)
{
    if (!t->known || t->ninputs != n) return false;
    for (int k = 0; k < n; k++) {
        const wki_view *v = &inputs[k]->v, *was = &t->form[k];
        if (v->dtype != was->dtype || v->device != was->device || !wki_same_shape(v, was) || !wki_same_layout(v, was) ||
            t->same[k] != first_same(inputs, k))
            return false;
    }
    return true;
}

/* The tape of this form of inputs, or the one that was not used for longest, made new. */
static tape *tape_for(wk_plan *plan, wk_tensor *const *inputs, int n)
{
    tape *oldest = &plan->tapes[0];
    for (tape *t = plan->tapes; t < plan->tapes + TAPES; t++) {
        if (fits(t, inputs, n)) return t;
        if (t->used < oldest->used) oldest = t;
    }
    forget(oldest);
    *oldest = (tape){ .ninputs = n };
    for (int k = 0; k < n; k++) {
        oldest->form[k] = inputs[k]->v;
        oldest->same[k] = first_same(inputs, k);
    }
    return oldest;
}

static setting setting_now(void)
{
    setting s;
    memset(&s, 0, sizeof s);
    s.grad = wki_grad_mode;
    s.inference = wki_inference_mode;
    s.autocast = wki_autocast;
    s.anomaly = wki_anomaly;
    s.threads = wk_num_threads();
    s.isa = wk_cpu_isa()[3]; /* base, avx2, avx512, amx */
    s.matmul = (int)wk_matmul_precision();
    s.structure = atomic_load_explicit(&wki_structure, memory_order_relaxed);
    s.switches = atomic_load_explicit(&wki_switches, memory_order_relaxed);
    return s;
}

/* ---- Does it still hold? ---- */

static const char *changed_setting(const setting *a, const setting *b)
{
    if (a->grad != b->grad || a->inference != b->inference) return "grad mode changed";
    if (a->autocast != b->autocast) return "autocast changed";
    if (a->anomaly != b->anomaly) return "anomaly mode changed";
    if (a->threads != b->threads) return "the number of threads changed";
    if (a->isa != b->isa) return "the instruction set changed";
    if (a->matmul != b->matmul) return "the precision of products changed";
    if (a->switches != b->switches) return "the mode of a module changed, or what requires grad";
    if (a->structure != b->structure) return "a module got a member, a hook came or went, or an optimizer was changed";
    return NULL;
}

/* Which steps may run side by side, or in turn a stretch at a time, was found where they lay when they were recorded.
 */
static bool changes_another_input(const tape *t, wk_tensor *const *inputs)
{
    for (int k = 0; k < t->ninputs; k++)
        for (int i = 0; i < t->ninputs && t->written[k]; i++) {
            const char *from, *to, *first, *end;
            wki_reach(&inputs[k]->v, &from, &to);
            wki_reach(&inputs[i]->v, &first, &end);
            if (t->same[i] != t->same[k] && from < end && first < to && !WKI_FAULT(46)) return true;
        }
    return false;
}

static const char *changed_memory(const tape *t, wk_tensor *const *inputs)
{
    for (int i = 0; i < t->nkept; i++)
        if (t->before[i] && wki_storage_refs(t->kept[i]) <= atomic_load(&t->kept[i]->planned) && !WKI_FAULT(41))
            return "memory that the step uses was replaced";
    for (int i = 0; i < t->ntouched; i++) {
        const wki_touched *g = &t->touched[i];
        if (g->leaf->storage != t->homes[2 * i] || (g->after && g->after->storage != t->homes[2 * i + 1]))
            return "memory that the step uses was replaced";
        if (!g->set_first && g->leaf->grad != g->before) return "a .grad is another one before the step";
    }
    for (int k = 0; k < t->ninputs; k++) {
        const bool moved = t->written[k] && inputs[k]->v.data != t->form[k].data;
        for (int i = 0; i < t->nkept && (moved || inputs[k]->storage != t->form[k].storage); i++)
            if (t->kept[i] == inputs[k]->storage) return "an input lies in memory that the step uses besides";
    }
    return changes_another_input(t, inputs) ? "an input that the step changes overlaps another" : NULL;
}

static bool holds(wk_plan *plan, const tape *t, wk_tensor *const *inputs)
{
    const setting now = setting_now();
    const char *changed = changed_setting(&t->made_in, &now);
    if (!changed) changed = changed_memory(t, inputs);
    if (changed) because(plan, "recorded: %s", changed);
    return !changed;
}

/* ---- Replaying ---- */

static void bind(tape *t, wk_tensor *const *inputs)
{
    bool moved = false;
    for (int k = 0; k < t->ninputs; k++) {
        moved |= t->form[k].data != inputs[k]->v.data;
        t->form[k].data = inputs[k]->v.data;
        t->form[k].storage = inputs[k]->storage;
    }
    for (int i = WKI_FAULT(42); i < t->nbindings && moved; i++)
        t->bindings[i].view->data = (char *)t->form[t->bindings[i].input].data + t->bindings[i].at;
}

static wk_tensor *take_output(wk_plan *plan, wk_tensor *output)
{
    wki_object_unref(plan->output);
    return plan->output = output;
}

/* Gradients that the step drops first are dropped. */
static wk_tensor *fail(wk_plan *plan, tape *t)
{
    for (int i = 0; i < t->ntouched; i++) {
        wk_tensor *leaf = t->touched[i].leaf;
        if (!t->touched[i].set_first) continue;
        wki_object_unref(leaf->grad);
        leaf->grad = NULL;
    }
    because(plan, "failed as a replay");
    return NULL;
}

static wk_tensor *replay(wk_plan *plan, tape *t, wk_tensor *const *inputs)
{
    bind(t, inputs);
    for (int i = 0; i < t->nwritten; i++) t->kept[i]->version++;
    for (int k = 0; k < t->ninputs; k++) inputs[k]->storage->version += t->written[k];
    if (wki_plan_run(t->plan)) return fail(plan, t);
    for (int i = 0; i < t->ntouched; i++) {
        wki_touched *g = &t->touched[i];
        if (g->leaf->grad == g->after || WKI_FAULT(43)) continue;
        wki_object_ref(g->after);
        wki_object_unref(g->leaf->grad);
        g->leaf->grad = g->after;
    }
    plan->stats.replays++;
    tell_size(plan, t->plan);
    t->fresh = false;
    t->wasted = 0;
    because(plan, "replayed");
    wki_object_ref(t->output);
    return take_output(plan, t->output);
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

/* The input that has the storage, or -1; in a recorded step each has its own. */
static int input_on(wk_tensor *const *inputs, int n, const wki_storage *s)
{
    for (int k = 0; k < n; k++)
        if (inputs[k]->storage == s) return k;
    return -1;
}

static bool overlaps(const wki_storage *s, bool lost, const wki_storage *input)
{
    if (lost) return false;
    const char *a = s->data, *b = input->data;
    return a < b + input->bytes && b < a + s->bytes;
}

/* Which storages pass, which are kept; a step that used up what was there before it cannot be repeated. */
static void tell_spaces_apart(wki_recording *r, wk_tensor *const *inputs, int n)
{
    for (size_t i = 0; i < r->nseen; i++) {
        const wki_seen *s = &r->seen[i];
        r->spaces[i].passing = s->lost;
        if (s->lost && s->before && !s->filled)
            wki_recording_break(r, "the step reads memory from before it that is gone behind it");
        if (s->lost && !s->before && s->read) wki_recording_break(r, "the step reads memory that no call has written");
        if (!s->written || input_on(inputs, n, s->storage) >= 0) continue;
        for (int k = 0; k < n; k++)
            if (overlaps(s->storage, s->lost, inputs[k]->storage))
                wki_recording_break(r, "the step writes to memory that an input lies in");
    }
    if (wki_random_seeding() != r->seeding || wki_random_position() < r->first_draw)
        wki_recording_break(r, "the step seeds random numbers anew");
}

static wk_status collect(tape *t, wki_recording *r, wk_tensor *const *inputs, int n)
{
    size_t views = 0;
    for (size_t i = 0; i < r->nitems; i++) views += (size_t)r->items[i]->call.nviews;
    t->kept = wki_alloc_array(r->nseen + 1, sizeof(wki_storage *));
    t->before = wki_alloc_array(r->nseen + 1, sizeof *t->before);
    t->bindings = wki_alloc_array(views + 1, sizeof *t->bindings);
    t->homes = wki_alloc_array(2 * r->ntouched + 1, sizeof(wki_storage *));
    if (!t->kept || !t->before || !t->bindings || !t->homes) return wk_error();
    for (int written = 1; written >= 0; written--) {
        for (size_t i = 0; i < r->nseen; i++) {
            const wki_seen *s = &r->seen[i];
            if (s->lost || s->written != written || input_on(inputs, n, s->storage) >= 0) continue;
            wki_object_ref(s->storage);
            atomic_fetch_add(&s->storage->planned, 1);
            t->before[t->nkept] = s->before;
            t->kept[t->nkept++] = s->storage;
        }
        if (written) t->nwritten = t->nkept;
    }
    for (size_t i = 0; i < r->ntouched; i++) {
        wki_touched *g = &r->touched[i];
        g->after = g->leaf->grad;
        wki_object_ref(g->after);
        t->homes[2 * i] = g->leaf->storage;
        t->homes[2 * i + 1] = g->after ? g->after->storage : NULL;
    }
    t->touched = r->touched;
    t->ntouched = (int)r->ntouched;
    r->touched = NULL;
    r->ntouched = 0;
    return WK_OK;
}

/* Of the items that the plan has kept. */
static void find_bindings(tape *t, const wki_recording *r, wk_tensor *const *inputs, int n)
{
    for (int i = 0; i < t->plan->nitems; i++)
        for (int k = 0; k < t->plan->items[i]->call.nviews; k++) {
            wki_view *v = &t->plan->items[i]->views[k];
            const wki_seen *s = &r->seen[t->plan->items[i]->spaces[k]];
            const int at = input_on(inputs, n, v->storage);
            if (at < 0 || s->lost) continue;
            t->bindings[t->nbindings++] = (binding){ v, at, (char *)v->data - (char *)inputs[at]->v.data };
            t->written[at] |= s->written;
        }
}

/* Makes the tape of a recording; where that cannot be, the recording is broken, or there was no memory. */
static wk_status make_tape(tape *t, wki_recording *r, wk_tensor *const *inputs, int n)
{
    const uint64_t draws = wki_random_position() - r->first_draw;
    tell_spaces_apart(r, inputs, n);
    const setting now = setting_now();
    if (changed_setting(&t->made_in, &now)) wki_recording_break(r, "the step itself changes what it depends on");
    if (r->broken[0] || collect(t, r, inputs, n)) return wk_error();
    wk_memory_trim(); /* ordinary runs have left as much cached as the plan now wants for its arena */
    t->plan = wki_plan_new(r->device, r->items, (int)r->nitems, r->spaces, (int)r->nseen, r->first_draw, draws);
    r->items = NULL;
    r->spaces = NULL;
    r->nitems = 0;
    if (!t->plan) return wk_error();
    find_bindings(t, r, inputs, n);
    return WK_OK;
}

/* After a step that succeeded nothing fails any more: without a tape the next run is ordinary, too. */
static void finish_tape(wk_plan *plan, tape *t, wki_recording *r, wk_tensor *const *inputs, wk_tensor *output)
{
    const wki_error before = *wki_error_of_thread();
    const wk_status status = make_tape(t, r, inputs, t->ninputs);
    if (status == WK_OK && t->plan) {
        t->fresh = true;
        wki_object_ref(output);
        t->output = output;
        plan->stats.recordings++;
        tell_size(plan, t->plan);
        return;
    }
    *wki_error_of_thread() = before;
    forget(t);
    t->wasted++;
    because(plan, "not recorded: %s", r->broken[0] ? r->broken : "there was no memory for a plan");
}

/* Handles on storages of their own, so that what is done to an input can be told from what is done to the same tensor
 * as one of the step's own. */
static bool stand_ins(const tape *t, wk_tensor *const *inputs, wk_tensor **stand)
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
        stand[k]->v = inputs[k]->v;
        stand[k]->v.storage = stand[k]->storage = own;
        stand[k]->is_inference = inputs[k]->is_inference;
    }
    return true;
}

static wk_tensor *record(wk_plan *plan, tape *t, wk_tensor *const *inputs)
{
    WK_SCOPE(inputs_of_step);
    wki_recording r;
    wk_tensor *output = NULL, *stand[WK_PLAN_MOST_INPUTS];
    if (!stand_ins(t, inputs, stand)) return NULL;
    forget(t);
    t->made_in = setting_now();
    wki_recording_begin(&r);
    const wk_status status = run_step(plan, stand, t->ninputs, &output);
    wki_recording_end(&r);
    if (status == WK_OK) finish_tape(plan, t, &r, stand, output);
    wki_recording_free(&r);
    for (int k = 0; k < t->ninputs; k++) {
        inputs[k]->storage->version += stand[k]->storage->version > 0;
        t->form[k] = inputs[k]->v;
    }
    return status ? NULL : take_output(plan, output);
}

static wk_tensor *run_ordinary(wk_plan *plan, tape *t, wk_tensor *const *inputs, int n)
{
    wk_tensor *output = NULL;
    tell_size(plan, NULL);
    if (run_step(plan, inputs, n, &output)) return NULL;
    if (t) t->known = true;
    return take_output(plan, output);
}

/* ---- Running ---- */

static bool wants_grad(wk_tensor *const *inputs, int n)
{
    for (int k = 0; k < n; k++)
        if (inputs[k]->requires_grad) return true;
    return false;
}

static wk_tensor *run(wk_plan *plan, wk_tensor *const *inputs, int n)
{
    if (wants_grad(inputs, n)) {
        because(plan, "ordinary: an input requires grad");
        return run_ordinary(plan, NULL, inputs, n);
    }
    tape *t = tape_for(plan, inputs, n);
    t->used = plan->stats.runs;
    if (t->plan && holds(plan, t, inputs)) return replay(plan, t, inputs);
    if (!t->known) {
        because(plan, "ordinary: the first run with such inputs");
        return run_ordinary(plan, t, inputs, n);
    }
    t->wasted += t->plan && t->fresh;
    if (t->wasted >= PATIENCE) {
        because(plan, "ordinary: %d recordings in a row were for nothing", PATIENCE);
        forget(t);
        return run_ordinary(plan, t, inputs, n);
    }
    if (!t->plan) because(plan, "recorded: the second run with such inputs");
    return record(plan, t, inputs);
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
