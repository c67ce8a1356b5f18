/* Objects: made in slots, counted, destroyed without recursion, and told apart from dead ones. Slots come in chunks, a
 * queue a size class and thread; the longest dead is reused first, so that a stale handle is recognised for a while.
 * Rests on scope.c's lists. */
#include "base/object.h"
#include "base/alloc.h"
#include "base/context.h"
#include "base/scope.h"
#include "base/thread.h"
#include <string.h>

/* A dead slot keeps the name of its scope behind the header. */
enum { SMALLEST = sizeof(wki_object) + WKI_SCOPE_NAME, WARNED_AT = 10000 };
/* Slots in a chunk, how many must be dead before the oldest is reused, and how many a thread may have to itself */
typedef struct policy {
    int chunk, rest, most;
} policy;
static const policy usual = { 64, 48, 512 }, bulky = { 4, 2, 32 };

static inline const policy *policy_of(int bin) { return wki_bin_bytes(bin) <= 1024 ? &usual : &bulky; }

typedef struct chunk {
    _Alignas(64) struct chunk *next;
    size_t bytes;
} chunk;

static struct {
    wki_mutex lock;
    chunk *chunks;
    int64_t count;
    wki_queue slots[WKI_SMALL_BINS];
} pool = { .lock = WKI_MUTEX_INIT };

static void append(wki_queue *queue, wki_object *slot)
{
    slot->next = NULL;
    if (queue->newest)
        queue->newest->next = slot;
    else
        queue->oldest = slot;
    queue->newest = slot;
    queue->count++;
}

static wki_object *take_oldest(wki_queue *queue)
{
    wki_object *slot = queue->oldest;
    if (!slot) return NULL;
    queue->oldest = slot->next;
    if (!slot->next) queue->newest = NULL;
    queue->count--;
    return slot;
}

static int slot_bin(const wki_type *type) { return wki_bin_of(type->size < SMALLEST ? SMALLEST : type->size); }

static bool add_chunk(wki_queue *queue, int bin)
{
    const int n = policy_of(bin)->chunk;
    const size_t slot = wki_bin_bytes(bin);
    const size_t bytes = sizeof(chunk) + (size_t)n * slot;
    chunk *made = wki_system_get(bytes, 64);
    if (!made) return false;
    memset(made, 0, bytes);
    made->bytes = bytes;
    for (int i = 0; i < n; i++) append(queue, (wki_object *)((char *)(made + 1) + (size_t)i * slot));
    wki_lock(&pool.lock);
    made->next = pool.chunks;
    pool.chunks = made;
    pool.count++;
    wki_unlock(&pool.lock);
    return true;
}

/* Too few rest in the thread's queue: one from the pool, or new ones, or without memory the oldest after all. */
static __attribute__((noinline)) wki_object *slot_from_afar(wki_queue *queue, int bin)
{
    wki_queue *shared = &pool.slots[bin];
    wki_lock(&pool.lock);
    wki_object *slot = shared->count > policy_of(bin)->rest ? take_oldest(shared) : NULL;
    wki_unlock(&pool.lock);
    if (!slot && (add_chunk(queue, bin) || queue->oldest)) slot = take_oldest(queue);
    return slot;
}

static __attribute__((noinline)) void share_oldest(wki_queue *queue, int bin)
{
    wki_lock(&pool.lock);
    append(&pool.slots[bin], take_oldest(queue));
    wki_unlock(&pool.lock);
}

static wki_object *slot_get(wki_context *here, int bin)
{
    wki_queue *queue = &here->slots[bin];
    if (queue->count > policy_of(bin)->rest) return take_oldest(queue);
    return slot_from_afar(queue, bin);
}

static void slot_put(wki_context *here, wki_object *slot, int bin)
{
    wki_queue *queue = &here->slots[bin];
    append(queue, slot);
    if (queue->count > policy_of(bin)->most) share_oldest(queue, bin);
}

void wki_slots_give_back(wki_context *here)
{
    wki_lock(&pool.lock);
    for (int bin = 0; bin < WKI_SMALL_BINS; bin++)
        for (wki_object *slot; (slot = take_oldest(&here->slots[bin]));) append(&pool.slots[bin], slot);
    wki_unlock(&pool.lock);
}

int64_t wki_slots_chunks(void)
{
    wki_lock(&pool.lock);
    const int64_t count = pool.count;
    wki_unlock(&pool.lock);
    return count;
}

void wki_slots_release(void)
{
    wki_lock(&pool.lock);
    chunk *chunks = pool.chunks;
    pool.chunks = NULL;
    pool.count = 0;
    memset(pool.slots, 0, sizeof pool.slots);
    wki_unlock(&pool.lock);
    memset(wki_context_here()->slots, 0, sizeof wki_context_here()->slots);
    for (chunk *next; chunks; chunks = next) {
        next = chunks->next;
        wki_system_put(chunks, chunks->bytes);
    }
}

void wki_slots_lock(bool take)
{
    if (take)
        wki_lock(&pool.lock);
    else
        wki_unlock(&pool.lock);
}

static wki_object *make(wki_context *here, const wki_type *type, const char *where)
{
    wki_object *object = type->size <= WKI_SMALL ? slot_get(here, slot_bin(type)) : NULL;
    if (!object) {
        wki_fail(WK_E_MEMORY, where, "no memory for a %s (%zu bytes); free some", type->name, type->size);
        return NULL;
    }
    memset(object, 0, type->size);
    object->type = type;
    atomic_init(&object->refs, 1);
    wki_counter_add(&here->live, 1);
    return object;
}

static __attribute__((noinline)) void warn_of_crowd(wk_scope *scope)
{
    scope->warned = true;
    wki_log(WK_LOG_WARNING,
            "scope '%s' holds %d objects; open a scope inside the loop that makes them (WK_SCOPE(step);)", scope->name,
            scope->count);
}

void *wki_object_new(const wki_type *type, const char *where)
{
    wki_context *here = wki_context_here();
    wk_scope *scope = here->scope;
    wki_check(scope, NULL, WK_E_STATE, where, "no scope is open for the new %s; put WK_SCOPE(name); before",
              type->name);
    wki_object *object = make(here, type, where);
    if (!object) return NULL;
    wki_scope_link(scope, object);
    if (scope->count >= WARNED_AT && !scope->warned) warn_of_crowd(scope);
    return object;
}

void *wki_object_new_unscoped(const wki_type *type, const char *where) { return make(wki_context_here(), type, where); }

static void bury(wki_context *here, wki_object *object)
{
    const wki_type *type = object->type;
    if (type->destroy) type->destroy(object);
    if (object->scope_name) object->scope_name = memcpy(object + 1, object->scope_name, WKI_SCOPE_NAME);
    object->type = NULL;
    wki_counter_add(&here->live, -1);
    slot_put(here, object, slot_bin(type));
}

void wki_object_die(wki_context *here, wki_object *object)
{
    object->next = here->dying;
    here->dying = object;
    if (here->burying) return;
    const bool had_error = here->error.code != WK_OK;
    here->burying = true;
    while ((object = here->dying) != NULL) {
        here->dying = object->next;
        bury(here, object);
    }
    here->burying = false;
    if (!had_error && here->error.code != WK_OK) wk_error_clear();
}

int64_t wk_live_objects(void) { return wki_context_totals().live; }

void wki_object_ref(void *object)
{
    if (object) atomic_fetch_add_explicit(&((wki_object *)object)->refs, 1, memory_order_relaxed);
}

void wki_object_unref(void *pointer)
{
    wki_object *object = pointer;
    if (!object || !wki_object_drop(object)) return;
    if (object->scope) wki_scope_unlink(object);
    wki_object_die(wki_context_here(), object);
}

void wki_object_adopt(void *pointer)
{
    wki_object *object = pointer;
    if (!object) return;
    if (object->scope && object->scope->owner == wki_context_here())
        wki_scope_unlink(object);
    else
        wki_object_ref(object);
}

static const char *article(const char *noun) { return strchr("aeiou", noun[0]) ? "an" : "a"; }

static void tell_why_not(const wki_object *object, const wki_type *type, const char *where, const char *argument)
{
    if (object->type)
        wki_fail(WK_E_INVALID, where, "%s is %s %s; expected %s %s", argument, article(object->type->name),
                 object->type->name, article(type->name), type->name);
    else
        wki_fail_dead(object, where, argument);
}

void wki_fail_dead(const wki_object *object, const char *where, const char *argument)
{
    if (object->scope_name)
        wki_fail(WK_E_STATE, where,
                 "%s is dead: it belonged to scope '%s', which has closed; keep or escape what must live on", argument,
                 object->scope_name);
    else
        wki_fail(WK_E_STATE, where, "%s is dead: its last reference was given back; keep what must live on", argument);
}

bool wki_object_check(const void *pointer, const wki_type *type, const char *where, const char *argument)
{
    const wki_object *object = pointer;
    if (__builtin_expect(object && object->type == type, 1)) return true;
    if (object)
        tell_why_not(object, type, where, argument);
    else
        wki_null_argument(where, argument);
    return false;
}
