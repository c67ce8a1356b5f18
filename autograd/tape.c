/* Tapes: made of a recording, asked whether they hold, replayed. */
#include "autograd/tape.h"
#include "autograd/op.h"
#include "base/alloc.h"
#include "base/fault.h"
#include "base/object.h"
#include <string.h>

static void forget_slots(wki_tape *t)
{
    for (int k = 0; k < t->ninputs; k++) {
        const wk_device device = t->form[k].device;
        if (t->slots[k]) wki_backend_of(device)->put(device & 0xffffff, t->slots[k], t->slots_got[k]);
        t->slots[k] = NULL;
    }
    t->has_slots = false;
}

void wki_tape_forget(wki_tape *t)
{
    forget_slots(t);
    wki_plan_free(t->plan);
    wki_free(t->bindings);
    for (int i = 0; i < t->nkept; i++) {
        atomic_fetch_sub(&t->kept[i]->planned, 1);
        wki_storage_unref(t->kept[i]);
    }
    wki_free(t->kept);
    wki_free(t->before);
    for (int i = 0; i < t->ntouched; i++) atomic_fetch_sub(&t->touched[i].leaf->planned, 1);
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

/* ---- Forms ---- */

static bool is_alike(const wki_view *a, const wki_view *b)
{
    return (a->dtype == b->dtype || WKI_FAULT(141)) && a->device == b->device && wki_same_shape(a, b) &&
           wki_same_layout(a, b);
}

static int first_same(wk_tensor *const *inputs, int k)
{
    const wki_view *v = &inputs[k]->v;
    int i = 0;
    while (inputs[i] != inputs[k] && !(v->data && inputs[i]->v.data == v->data && is_alike(&inputs[i]->v, v))) i++;
    return i;
}

/* Gradients that the step adds to are there, or are not, as when it was recorded: so that both are kept, and gradients
 * that are gathered over several runs cost no recording. */
static bool has_as_many_grads(const wki_tape *t)
{
    for (int i = 0; i < t->ntouched; i++)
        if (!t->touched[i].set_first && !t->touched[i].leaf->grad != !t->touched[i].before && !WKI_FAULT(225))
            return false;
    return true;
}

bool wki_tape_fits(const wki_tape *t, wk_tensor *const *inputs, int n)
{
    if (t->ninputs != n || !has_as_many_grads(t)) return false;
    for (int k = 0; k < n; k++)
        if (!is_alike(&inputs[k]->v, &t->form[k]) || t->same[k] != first_same(inputs, k)) return false;
    return true;
}

void wki_tape_take_form(wki_tape *t, wk_tensor *const *inputs, int n)
{
    t->ninputs = n;
    for (int k = 0; k < n; k++) {
        t->form[k] = inputs[k]->v;
        t->same[k] = first_same(inputs, k);
    }
}

wki_setting wki_setting_now(void)
{
    wki_setting s;
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

static const char *changed_setting(const wki_setting *a, const wki_setting *b)
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
static bool changes_another_input(const wki_tape *t, wk_tensor *const *inputs)
{
    for (int k = 0; k < t->ninputs; k++)
        for (int i = 0; i < t->ninputs && t->written[k]; i++)
            if (t->same[i] != t->same[k] && wki_meet(wki_reach_of(&inputs[k]->v), wki_reach_of(&inputs[i]->v)) &&
                !WKI_FAULT(46))
                return true;
    return false;
}

/* So it does for inputs that have come over what the step writes, and for those it writes over what it reads; on a
 * device all inputs go to slots together, and lie apart then. */
static bool comes_over_kept(const wki_tape *t, wk_tensor *const *inputs)
{
    for (int k = 0; k < t->ninputs; k++) {
        const int n = t->written[k] ? t->nkept : t->nwritten;
        const bool stays = inputs[k]->v.data == t->form[k].data && t->plan->device == WK_CPU;
        for (int i = 0; i < n && !stays; i++) {
            const char *begin = t->kept[i]->data;
            const wki_reach kept = { begin, begin + t->kept[i]->bytes };
            if (wki_meet(wki_reach_of(&inputs[k]->v), kept) && !WKI_FAULT(149)) return true;
        }
    }
    return false;
}

static bool is_replaced(const wki_tape *t)
{
    for (int i = 0; i < t->nkept; i++)
        if (t->before[i] && wki_storage_refs(t->kept[i]) <= atomic_load(&t->kept[i]->planned) && !WKI_FAULT(41))
            return true;
    for (int i = 0; i < t->ntouched; i++) {
        const wki_touched *g = &t->touched[i];
        if (atomic_load(&g->leaf->object.refs) <= atomic_load(&g->leaf->planned) && !WKI_FAULT(144)) return true;
        if (g->leaf->storage != t->homes[2 * i] || (g->after && g->after->storage != t->homes[2 * i + 1])) return true;
    }
    return false;
}

static bool has_other_grads(const wki_tape *t)
{
    for (int i = 0; i < t->ntouched; i++)
        if (!t->touched[i].set_first && t->touched[i].leaf->grad != t->touched[i].before) return true;
    return false;
}

const char *wki_tape_changed(const wki_tape *t, wk_tensor *const *inputs)
{
    const wki_setting now = wki_setting_now();
    const char *setting = changed_setting(&t->made_in, &now);
    if (setting) return setting;
    if (is_replaced(t)) return "memory that the step uses was replaced";
    if (has_other_grads(t)) return "a .grad is another one before the step";
    if (comes_over_kept(t, inputs)) return "an input lies in memory that the step uses besides";
    return changes_another_input(t, inputs) ? "an input that the step changes overlaps another" : NULL;
}

/* ---- Replaying ---- */

static void point_views(wki_tape *t)
{
    for (int i = WKI_FAULT(42); i < t->nbindings; i++)
        t->bindings[i].view->data = (char *)t->form[t->bindings[i].input].data + t->bindings[i].at;
    t->plan->moves++;
}

/* From now on the views lie in slots. */
static wk_status make_slots(wki_tape *t, wk_tensor *const *inputs)
{
    for (int k = 0; k < t->ninputs; k++) {
        const wki_view *v = &inputs[k]->v;
        const wki_reach own = wki_reach_of(v);
        const size_t bytes = (size_t)(own.end - own.begin);
        const wki_backend *backend = wki_backend_of(v->device);
        if (t->same[k] == k && bytes && backend->get(v->device & 0xffffff, bytes, &t->slots[k], &t->slots_got[k])) {
            t->slots[k] = NULL;
            forget_slots(t);
            return wk_error();
        }
    }
    for (int k = 0; k < t->ninputs; k++) {
        const wki_view *v = &inputs[k]->v;
        const char *begin = wki_reach_of(v).begin;
        if (begin) t->form[k].data = (char *)t->slots[t->same[k]] + ((const char *)v->data - begin);
    }
    t->has_slots = true;
    point_views(t);
    return WK_OK;
}

static wk_status copy_slots(const wki_tape *t, wk_tensor *const *inputs, bool back)
{
    for (int k = 0; k < t->ninputs; k++) {
        const wki_view *v = &inputs[k]->v;
        const wki_reach own = wki_reach_of(v);
        char *begin = (char *)own.begin;
        const size_t bytes = (size_t)(own.end - own.begin);
        if (!t->slots[k] || (back && !t->written[k])) continue;
        if (wki_copy_bytes(v->device, back ? begin : t->slots[k], v->device, back ? t->slots[k] : begin, bytes))
            return wk_error();
    }
    return WK_OK;
}

static wk_status bind(wki_tape *t, wk_tensor *const *inputs)
{
    bool moved = false;
    if (t->has_slots) return copy_slots(t, inputs, false);
    for (int k = 0; k < t->ninputs; k++) moved |= t->form[k].data != inputs[k]->v.data;
    if (!moved) return WK_OK;
    if (t->plan->device != WK_CPU) return make_slots(t, inputs) ? wk_error() : copy_slots(t, inputs, false);
    for (int k = 0; k < t->ninputs; k++) t->form[k].data = inputs[k]->v.data;
    point_views(t);
    return WK_OK;
}

/* Gradients that the step drops first are dropped. */
static wk_status fail(wki_tape *t)
{
    for (int i = 0; i < t->ntouched; i++) {
        wk_tensor *leaf = t->touched[i].leaf;
        if (!t->touched[i].set_first) continue;
        wki_object_unref(leaf->grad);
        leaf->grad = NULL;
    }
    return wk_error();
}

wk_status wki_tape_replay(wki_tape *t, wk_tensor *const *inputs)
{
    if (bind(t, inputs)) return fail(t);
    for (int i = 0; i < t->nwritten; i++) t->kept[i]->version++;
    for (int k = 0; k < t->ninputs; k++) inputs[k]->storage->version += t->written[k];
    if (wki_plan_run(t->plan) || (t->has_slots && copy_slots(t, inputs, true))) return fail(t);
    for (int i = 0; i < t->ntouched; i++) {
        wki_touched *g = &t->touched[i];
        if (g->leaf->grad == g->after || WKI_FAULT(43)) continue;
        wki_object_ref(g->after);
        wki_object_unref(g->leaf->grad);
        g->leaf->grad = g->after;
    }
    return WK_OK;
}

/* ---- Making ---- */

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
        if (!s->before && s->read && !WKI_FAULT(143))
            wki_recording_break(r, "the step reads memory that no call has written");
        if (!s->written || input_on(inputs, n, s->storage) >= 0) continue;
        for (int k = 0; k < n; k++)
            if (overlaps(s->storage, s->lost, inputs[k]->storage))
                wki_recording_break(r, "the step writes to memory that an input lies in");
    }
    if (wki_random_seeding() != r->seeding || wki_random_position() < r->first_draw)
        wki_recording_break(r, "the step seeds random numbers anew");
}

static wk_status collect(wki_tape *t, wki_recording *r, wk_tensor *const *inputs)
{
    size_t views = 0;
    for (size_t i = 0; i < r->nitems; i++) views += (size_t)r->items[i]->call.nviews;
    t->kept = wki_alloc_array(r->nseen + 1, sizeof(wki_storage *));
    t->before = wki_alloc_array(r->nseen + 1, sizeof *t->before);
    t->bindings = wki_alloc_array(2 * views + 1, sizeof *t->bindings); /* the plan may read an operand once more */
    t->homes = wki_alloc_array(2 * r->ntouched + 1, sizeof(wki_storage *));
    if (!t->kept || !t->before || !t->bindings || !t->homes) return wk_error();
    for (int written = 1; written >= 0; written--) {
        for (size_t i = 0; i < r->nseen; i++) {
            const wki_seen *s = &r->seen[i];
            if (s->lost || s->written != written || input_on(inputs, t->ninputs, s->storage) >= 0) continue;
            wki_object_ref(s->storage);
            atomic_fetch_add(&s->storage->planned, 1);
            t->before[t->nkept] = s->before;
            t->kept[t->nkept++] = s->storage;
        }
        if (written) t->nwritten = t->nkept;
    }
    for (size_t i = 0; i < r->ntouched; i++) {
        wki_touched *g = &r->touched[i];
        atomic_fetch_add(&g->leaf->planned, 1);
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
static void find_bindings(wki_tape *t, const wki_recording *r, wk_tensor *const *inputs)
{
    for (int i = 0; i < t->plan->nitems; i++)
        for (int k = 0; k < t->plan->items[i]->call.nviews; k++) {
            wki_view *v = &t->plan->items[i]->views[k];
            const int at = v->storage ? input_on(inputs, t->ninputs, v->storage) : -1; /* NULL: the plan's own */
            if (at < 0) continue;
            const wki_seen *s = &r->seen[t->plan->items[i]->spaces[k]];
            if (s->lost) continue;
            t->bindings[t->nbindings++] = (wki_binding){ v, at, (char *)v->data - (char *)inputs[at]->v.data };
            t->written[at] |= s->written;
        }
}

bool wki_tape_make(wki_tape *t, wki_recording *r, wk_tensor *const *inputs)
{
    const uint64_t draws = wki_random_position() - r->first_draw;
    tell_spaces_apart(r, inputs, t->ninputs);
    const wki_setting now = wki_setting_now();
    if (changed_setting(&t->made_in, &now)) wki_recording_break(r, "the step itself changes what it depends on");
    if (r->broken[0] || collect(t, r, inputs)) return false;
    wk_memory_trim(); /* ordinary runs have left as much cached as the plan now wants for its arena */
    t->plan = wki_plan_new(r->device, r->items, (int)r->nitems, r->spaces, (int)r->nseen, r->first_draw, draws);
    r->items = NULL;
    r->spaces = NULL;
    r->nitems = 0;
    if (t->plan) find_bindings(t, r, inputs);
    return t->plan;
}
