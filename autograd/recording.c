/* Recording: calls copied as they go by, storages told apart, deaths heard of. A recording that cannot go on breaks,
 * and the step goes on without it. */
#include "autograd/recording.h"
#include "base/alloc.h"
#include "base/fault.h"
#include "base/thread.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

atomic_uint wki_structure;
atomic_ullong wki_switches;

static wki_recording *here(void) { return (wki_recording *)wki_recorder_here; }

void wki_recording_break(wki_recording *r, const char *format, ...)
{
    if (r->broken[0]) return;
    va_list args;
    va_start(args, format);
    vsnprintf(r->broken, sizeof r->broken, format, args);
    va_end(args);
}

/* The error that memory left goes, and with it the recording. */
static void break_for_memory(wki_recording *r, const wki_error *before)
{
    *wki_error_of_thread() = *before;
    wki_recording_break(r, "there was no memory to record it");
}

/* Room for one more at *array; false: broken, and no error is left behind. */
static bool room_for(wki_recording *r, void *array, size_t count, size_t size)
{
    if (r->broken[0]) return false;
    void *old, *grown;
    memcpy(&old, array, sizeof old);
    const wki_error before = *wki_error_of_thread();
    grown = wki_grow_list(old, count, size);
    if (!grown) return break_for_memory(r, &before), false;
    memcpy(array, &grown, sizeof grown);
    return true;
}

/* ---- Storages ---- */

/* The lock is for what is seen, and its slots: deaths elsewhere are looked up there. */
static struct {
    wki_mutex lock;
    wki_recording *first;
} all = { .lock = WKI_MUTEX_INIT };

static size_t slot_of(const wki_recording *r, const wki_storage *s)
{
    size_t at = ((uintptr_t)s >> 4) * 0x9E3779B97F4A7C15u >> 20 & (r->nslots - 1);
    while (r->slots[at] && r->seen[r->slots[at] - 1].storage != s) at = (at + 1) & (r->nslots - 1);
    return at;
}

void wki_storage_lost(wki_storage *s)
{
    wki_lock(&all.lock);
    for (wki_recording *r = all.first; r; r = r->next) {
        const int32_t place = r->nslots ? r->slots[slot_of(r, s)] : 0;
        if (place && r->seen[place - 1].serial == s->serial) r->seen[place - 1].lost = true;
    }
    wki_unlock(&all.lock);
}

static bool rehash(wki_recording *r)
{
    if (r->nslots > 2 * r->nseen) return true;
    const wki_error before = *wki_error_of_thread();
    int32_t *slots = wki_alloc_array(r->nslots ? 2 * r->nslots : 256, sizeof *slots);
    if (!slots) return break_for_memory(r, &before), false;
    wki_lock(&all.lock);
    wki_free(r->slots);
    r->nslots = r->nslots ? 2 * r->nslots : 256;
    r->slots = slots;
    for (size_t i = 0; i < r->nseen; i++) r->slots[slot_of(r, r->seen[i].storage)] = (int32_t)i + 1;
    wki_unlock(&all.lock);
    return true;
}

/* Room for both arrays. */
static bool room_for_storage(wki_recording *r)
{
    wki_lock(&all.lock);
    const bool ok =
        room_for(r, &r->spaces, r->nseen, sizeof *r->spaces) && room_for(r, &r->seen, r->nseen, sizeof *r->seen);
    wki_unlock(&all.lock);
    return ok;
}

/* The storage's place among those seen, or -1: broken. A storage may lie where a dead one lay. */
static int32_t place_of(wki_recording *r, wki_storage *s, bool reads, bool fills)
{
    if (!s) {
        wki_recording_break(r, "a call works on memory of no tensor");
        return -1;
    }
    if (!rehash(r)) return -1;
    size_t slot = slot_of(r, s);
    if (r->slots[slot] && r->seen[r->slots[slot] - 1].serial == s->serial) return r->slots[slot] - 1;
    if (!room_for_storage(r)) return -1;
    atomic_store_explicit(&s->seen, true, memory_order_relaxed);
    const bool before = s->serial < r->first_serial;
    wki_lock(&all.lock);
    r->seen[r->nseen] =
        (wki_seen){ .storage = s, .serial = s->serial, .before = before, .filled = fills, .read = reads };
    r->spaces[r->nseen] = (wki_space){ .base = s->data, .bytes = s->bytes };
    r->slots[slot] = (int32_t)++r->nseen;
    wki_unlock(&all.lock);
    return (int32_t)r->nseen - 1;
}

/* ---- Calls ---- */

static bool fills_all(const wki_call *call)
{
    const wki_view *y = call->views[0];
    return call->op == WKI_OP_fill && wki_is_contiguous(y) && y->storage &&
           (size_t)wki_numel(y) * wk_dtype_size((wk_dtype)y->dtype) == y->storage->bytes;
}

static wki_item *add(wki_recording *r, const wki_call *call, bool host, size_t bytes)
{
    if (!room_for(r, &r->items, r->nitems, sizeof *r->items)) return NULL;
    const wki_error before = *wki_error_of_thread();
    wki_item *item = wki_item_new(call, bytes);
    if (!item) return break_for_memory(r, &before), NULL;
    for (int k = call->nviews; k-- > 0;) { /* operands before results, which may be the same */
        const wki_view *v = call->views[k];
        if (!r->has_device) r->device = v->device;
        r->has_device = true;
        if (v->device != r->device) wki_recording_break(r, "it computes on two devices");
        item->spaces[k] = place_of(r, v->storage, host || k >= call->nout, !host && k == 0 && fills_all(call));
        if (item->spaces[k] < 0) break;
        r->seen[item->spaces[k]].written |= host || k < call->nout;
    }
    if (r->broken[0]) {
        wki_free(item);
        return NULL;
    }
    return r->items[r->nitems++] = item;
}

static wk_status take(wki_recorder *recorder, const wki_call *call)
{
    add((wki_recording *)recorder, call, false, 0);
    return WK_OK;
}

void *wki_on_host(wki_host_function *fn, void *object, void *memory, size_t bytes, int nviews,
                  const wki_view *const *views)
{
    if (wki_is_recorded()) {
        const wki_call call = { .nviews = nviews, .views = views };
        wki_item *item = add(here(), &call, true, bytes);
        if (item) {
            item->host = fn;
            item->object = object;
            if (bytes) memcpy(item->memory, memory, bytes);
            memory = item->memory;
            wki_object_ref(object);
        }
    }
    return fn(object, memory, views) == WK_OK ? memory : NULL;
}

void wki_not_repeated(const char *why)
{
    if (wki_is_recorded()) wki_recording_break(here(), "%s", why);
}

double wki_value_of(const wk_tensor *t, const char *why)
{
    if (!t) return (double)NAN;
    wki_not_repeated(why);
    return wki_number_at(&t->v);
}

wk_status wki_not_recorded(const char *where, const char *what, const char *instead)
{
    if (!wki_is_recorded()) return WK_OK;
    return wki_fail(WK_E_STATE, where, "%s inside a recorded step, whose replays would not do it again; %s", what,
                    instead);
}

void wki_grad_touched_recorded(wk_tensor *leaf, bool set)
{
    wki_recording *r = here();
    if (wki_recording_touches(r, leaf) || !room_for(r, &r->touched, r->ntouched, sizeof *r->touched)) return;
    wk_tensor *before = set ? NULL : leaf->grad;
    wki_object_ref(leaf);
    wki_object_ref(before);
    r->touched[r->ntouched++] = (wki_touched){ .leaf = leaf, .before = before, .set_first = set };
}

bool wki_recording_touches(const wki_recording *r, const wk_tensor *leaf)
{
    for (size_t i = 0; i < r->ntouched; i++)
        if (r->touched[i].leaf == leaf) return true;
    return false;
}

/* ---- Life ---- */

void wki_recording_begin(wki_recording *r)
{
    *r = (wki_recording){ .recorder = { take }, .device = wk_current_device() };
    r->first_serial = wki_storage_next_serial();
    r->first_draw = wki_random_position();
    r->seeding = wki_random_seeding();
    wki_lock(&all.lock);
    r->next = all.first;
    all.first = r;
    wki_unlock(&all.lock);
    wki_recorder_here = &r->recorder;
}

/* Leaves that were made in the step and are nobody's behind it pass as its other tensors do, with their .grad. */
static void drop_own_leaves(wki_recording *r)
{
    size_t i = 0;
    while (i < r->ntouched) {
        wki_touched *g = &r->touched[i++];
        if (atomic_load(&g->leaf->object.refs) > 1 || WKI_FAULT(142)) continue;
        wki_object_unref(g->leaf);
        wki_object_unref(g->before);
        *g = r->touched[--r->ntouched];
        i = 0; /* it may have held another */
    }
}

/* After this, storages that are not lost are held once by the recording, and die no more. */
void wki_recording_end(wki_recording *r)
{
    wki_recorder_here = NULL;
    drop_own_leaves(r);
    wki_lock(&all.lock);
    for (wki_recording **at = &all.first; *at; at = &(*at)->next)
        if (*at == r) {
            *at = r->next;
            break;
        }
    for (size_t i = 0; i < r->nseen; i++)
        if (!r->seen[i].lost) r->seen[i].lost = !wki_storage_ref_if_alive(r->seen[i].storage);
    wki_unlock(&all.lock);
}

void wki_touched_free(wki_touched *touched, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        wki_object_unref(touched[i].leaf);
        wki_object_unref(touched[i].before);
        wki_object_unref(touched[i].after);
    }
    wki_free(touched);
}

void wki_recording_free(wki_recording *r)
{
    if (r->items) wki_items_free(r->items, (int)r->nitems);
    for (size_t i = 0; i < r->nseen; i++)
        if (!r->seen[i].lost) wki_storage_unref(r->seen[i].storage);
    wki_touched_free(r->touched, r->ntouched);
    wki_free(r->seen);
    wki_free(r->spaces);
    wki_free(r->slots);
}
