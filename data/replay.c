/* The replay buffer and the queue: rows pushed by some threads, drawn by a loader or taken by others. All rows stand
 * under one lock, for as long as they are copied. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/options.h"
#include "base/thread.h"
#include "data/order.h"
#include "data/transform.h"
#include <string.h>

enum { PUSH_STREAM = 0x72706c79, DRAW_STREAM = 0x7264726e }; /* "rply", "rdrn" */

/* Who waits for rows of a queue, or for room in it, in the order of coming: only the first is served, so that threads
 * which want few rows never pass one which wants many. */
typedef struct waiter {
    int64_t wants;
    struct waiter *next;
} waiter;

typedef struct line {
    wki_cond moved;
    waiter *first;
} line;

struct wk_replay {
    wki_object object;
    wk_dataset *like; /* its fields and rows; owned */
    wk_replay_keep keep;
    uint64_t seed;
    wk_transform *transform; /* of a queue; held, or NULL */
    wki_pipeline pipeline;
    int64_t capacity, *taking; /* taking: of a queue, the rows that the first in line takes */
    int timeout_ms;
    char *rows[WK_MAX_FIELDS];
    int locks;
    wki_mutex lock; /* guards what follows, and the rows */
    wki_cond grown;
    line takers, pushers;
    int64_t pushed, taken;
    bool closed;
    wki_error failure; /* of the thread that closed it */
};

wk_replay_opts wk_replay_opts_default(void) { return (wk_replay_opts){ WK_REPLAY_DEFAULTS, .capacity = 0 }; }

static void replay_destroy(void *object)
{
    wk_replay *r = object;
    for (int f = 0; f < WK_MAX_FIELDS; f++) wki_free(r->rows[f]);
    wki_free(r->taking);
    if (r->locks > 3) wki_cond_destroy(&r->pushers.moved);
    if (r->locks > 2) wki_cond_destroy(&r->takers.moved);
    if (r->locks > 1) wki_cond_destroy(&r->grown);
    if (r->locks > 0) wki_mutex_destroy(&r->lock);
    wki_pipeline_forget(&r->pipeline);
    wki_object_unref(r->transform);
    wki_object_unref(r->like);
}

static const wki_type replay_type = { "replay", sizeof(wk_replay), replay_destroy };

static bool replay_ok(const wk_replay *r, const char *where)
{
    return wki_object_check(r, &replay_type, where, "r") && !wk_failed();
}

static bool is_queue(const wk_replay *r) { return r->keep == WK_REPLAY_UNTIL_TAKEN; }

static bool is_drawn_from(const wk_replay *r, const char *where)
{
    if (!replay_ok(r, where)) return false;
    wki_check(!is_queue(r), false, WK_E_STATE, where, "a queue's rows are not drawn; wk_replay_take takes them");
    return true;
}

/* ---- As a dataset ---- */

/* Those of a queue are counted on and on, and lie in a ring. */
static wk_status get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    wk_replay *r = self;
    wki_lock(&r->lock);
    for (int f = 0; f < r->like->nfields; f++) {
        const size_t bytes = wki_field_bytes(&r->like->fields[f]);
        for (int64_t i = 0; i < n; i++)
            memcpy((char *)fields[f] + (size_t)i * bytes, r->rows[f] + (size_t)(rows[i] % r->capacity) * bytes, bytes);
    }
    wki_unlock(&r->lock);
    return WK_OK;
}

static void release(void *self) { wki_object_unref(self); }

static const wk_dataset_ops described = { sizeof described, "replay", get_many, NULL };
static const wk_dataset_ops held = { sizeof held, "replay", get_many, release };

static wk_dataset *describe(wk_replay *r, const wk_replay_opts *o)
{
    wk_dataset_opts d = wk_dataset_opts_default();
    d.ops = &described;
    d.self = r;
    d.rows = o->capacity;
    d.fields = o->fields;
    d.nfields = o->nfields;
    d.classes = o->classes;
    d.nclasses = o->nclasses;
    return wk_dataset_custom(&d);
}

wk_dataset *wk_replay_dataset(wk_replay *r)
{
    if (!is_drawn_from(r, "replay_dataset")) return NULL;
    wk_dataset_opts o = wki_dataset_like(r->like);
    o.ops = &held;
    o.self = r;
    o.rows = r->capacity;
    wki_object_ref(r);
    return wk_dataset_custom(&o);
}

/* ---- Make ---- */

/* Of a queue, what a push or a take may have at most: of two that wait for each other one always has enough. */
static int64_t at_once(const wk_replay *r) { return r->capacity - r->capacity / 2; }

static wk_status make_locks(wk_replay *r)
{
    wki_cond *const conds[] = { &r->grown, &r->takers.moved, &r->pushers.moved };
    if (wki_mutex_init(&r->lock)) return wk_error();
    for (r->locks = 1; r->locks <= 3; r->locks++)
        if (wki_cond_init(conds[r->locks - 1])) return wk_error();
    return WK_OK;
}

static wk_status make_rows(wk_replay *r)
{
    for (int f = 0; f < r->like->nfields; f++) {
        size_t bytes;
        wki_check(wki_mul_ok((size_t)r->capacity, wki_field_bytes(&r->like->fields[f]), &bytes), WK_E_INVALID,
                  WK_E_INVALID, "replay", "%lld rows of \"%s\" do not fit in memory", (long long)r->capacity,
                  r->like->fields[f].name);
        if (!(r->rows[f] = wki_alloc(bytes + 1))) return wk_error();
    }
    if (is_queue(r) && !(r->taking = wki_alloc_array((size_t)at_once(r), sizeof *r->taking))) return wk_error();
    return make_locks(r);
}

/* A queue's rows are those of the first epoch of a loader that has them in order. */
static wk_status take_transform(wk_replay *r, wk_transform *transform)
{
    if (transform && !wki_object_check(transform, &wki_transform_type, "replay", "transform")) return wk_error();
    wki_check(!transform || is_queue(r), WK_E_INVALID, WK_E_INVALID, "replay",
              "transform is for a queue's rows, which wk_replay_take takes; give it to the loader that draws these");
    wki_object_ref(transform);
    r->transform = transform;
    if (is_queue(r)) r->seed = wki_mix_seeds(r->seed, wk_initial_seed());
    return wki_pipeline_plan(&r->pipeline, r->like, transform, "replay");
}

wk_replay *wk_replay_new_opts(const wk_replay_opts *given)
{
    static const char where[] = "replay";
    wk_replay_opts o = wk_replay_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_check(o.capacity > 0, NULL, WK_E_INVALID, where, "capacity is %lld; expected at least one row",
              (long long)o.capacity);
    wki_check((unsigned)o.keep <= WK_REPLAY_UNTIL_TAKEN, NULL, WK_E_INVALID, where,
              "keep is %d; expected a wk_replay_keep", (int)o.keep);
    wki_check(o.timeout_ms >= 0, NULL, WK_E_INVALID, where, "timeout_ms is %d; expected 0 or more", o.timeout_ms);
    wk_replay *r = wki_object_new(&replay_type, where);
    wk_dataset *like = r ? describe(r, &o) : NULL;
    if (!like) return NULL;
    wki_object_adopt(like);
    r->like = like;
    r->keep = o.keep;
    r->seed = o.seed;
    r->timeout_ms = o.timeout_ms;
    r->capacity = o.capacity;
    return take_transform(r, o.transform) || make_rows(r) ? NULL : r;
}

/* ---- Wait; the lock is held ---- */

static double until(const wk_replay *r) { return wki_clock() + 1e-3 * r->timeout_ms; }

static bool wait_for(wk_replay *r, wki_cond *cond, double clock)
{
    if (r->timeout_ms) return wki_wait_until(cond, &r->lock, clock);
    wki_wait(cond, &r->lock);
    return true;
}

static int64_t rows_there(const wk_replay *r)
{
    const int64_t n = r->pushed - r->taken;
    return n < r->capacity ? n : r->capacity;
}

static bool has(const wk_replay *r, const line *l, int64_t n)
{
    return n <= (l == &r->takers ? rows_there(r) : r->capacity - rows_there(r));
}

/* Where the line points to `who`; NULL: its end. */
static waiter **link_to(line *l, const waiter *who)
{
    waiter **at = &l->first;
    while (*at != who) at = &(*at)->next;
    return at;
}

static void leave(line *l, const waiter *me)
{
    *link_to(l, me) = me->next;
    wki_wake_all(&l->moved);
}

static void serve(const wk_replay *r, line *l)
{
    if (l->first && has(r, l, l->first->wants)) wki_wake_all(&l->moved);
}

/* Until this thread is the first in line, and there is what it wants or the queue is closed; false: time is over. */
static bool stand_in(wk_replay *r, line *l, waiter *me)
{
    const double clock = until(r);
    *link_to(l, NULL) = me;
    for (bool in_time = true;; in_time = wait_for(r, &l->moved, clock)) {
        if (l->first == me && (r->closed || has(r, l, me->wants))) return true;
        if (in_time) continue;
        leave(l, me);
        return false;
    }
}

/* What the thread that closed it failed with, if it did. */
static wk_status tell_failure(const wk_replay *r, const char *where)
{
    if (r->failure.code == WK_OK) return WK_OK;
    return wki_fail(r->failure.code, where, "the thread that closed it failed: %s", r->failure.text);
}

/* ---- Push ---- */

/* Where the next row goes: over the oldest, or so that every row ever pushed is kept with the same chance (Vitter's
 * algorithm R, 1985); -1: nowhere. */
static int64_t place_of(const wk_replay *r)
{
    if (r->keep != WK_REPLAY_SAMPLE || r->pushed < r->capacity) return r->pushed % r->capacity;
    wk_rng rng = wki_rng_at(r->seed, PUSH_STREAM, (uint64_t)r->pushed);
    const int64_t at = (int64_t)wki_rng_below(&rng, (uint64_t)r->pushed + 1);
    return at < r->capacity ? at : -1;
}

static void put(wk_replay *r, const void *const *fields, int64_t n)
{
    for (int64_t i = 0; i < n; i++, r->pushed++) {
        const int64_t at = place_of(r);
        for (int f = 0; f < r->like->nfields && at >= 0; f++) {
            const size_t bytes = wki_field_bytes(&r->like->fields[f]);
            memcpy(r->rows[f] + (size_t)at * bytes, (const char *)fields[f] + (size_t)i * bytes, bytes);
        }
    }
    wki_wake_all(&r->grown);
}

static wk_status push(wk_replay *r, const void *const *fields, int64_t n, const char *where)
{
    waiter me = { .wants = n };
    const bool waits = is_queue(r) && n > 0, in_time = !waits || stand_in(r, &r->pushers, &me);
    if (!in_time)
        return wki_fail(WK_E_TIMEOUT, where, "no room for %lld rows in %d ms: %lld of %lld wait to be taken",
                        (long long)n, r->timeout_ms, (long long)rows_there(r), (long long)r->capacity);
    const bool closed = r->closed;
    if (!closed) put(r, fields, n);
    if (waits) leave(&r->pushers, &me);
    serve(r, &r->takers);
    wki_check(!closed, WK_E_STATE, WK_E_STATE, where, "it was closed; no more rows are taken%s%s",
              r->failure.code ? ", since its thread failed: " : "", r->failure.code ? r->failure.text : "");
    return WK_OK;
}

static wk_status at_once_ok(const wk_replay *r, int64_t n, const char *where)
{
    wki_check(!is_queue(r) || n <= at_once(r), WK_E_INVALID, WK_E_INVALID, where,
              "%lld rows at once, with a capacity of %lld; expected at most half of it, %lld, so that pushing and "
              "taking never wait for each other",
              (long long)n, (long long)r->capacity, (long long)at_once(r));
    return WK_OK;
}

wk_status wk_replay_push(wk_replay *r, const void *const *fields, int64_t n)
{
    static const char where[] = "replay_push";
    if (!replay_ok(r, where)) return wk_error();
    wki_check(n >= 0, WK_E_INVALID, WK_E_INVALID, where, "n is %lld; expected 0 or more rows", (long long)n);
    for (int f = 0; f < r->like->nfields && n > 0; f++)
        wki_check(fields && fields[f], WK_E_INVALID, WK_E_INVALID, where, "the rows of \"%s\" are NULL",
                  r->like->fields[f].name);
    if (at_once_ok(r, n, where)) return wk_error();
    wki_lock(&r->lock);
    const wk_status status = push(r, fields, n, where);
    wki_unlock(&r->lock);
    return status;
}

wk_status wk_replay_close(wk_replay *r)
{
    if (!wki_object_check(r, &replay_type, "replay_close", "r")) return wk_error();
    wki_lock(&r->lock);
    if (!r->closed) r->failure = *wki_error_of_thread();
    r->closed = true;
    wki_wake_all(&r->grown);
    wki_wake_all(&r->takers.moved);
    wki_wake_all(&r->pushers.moved);
    wki_unlock(&r->lock);
    return WK_OK;
}

int64_t wk_replay_wait(wk_replay *r, int64_t pushed)
{
    static const char where[] = "replay_wait";
    if (!wki_object_check(r, &replay_type, where, "r")) return 0;
    wki_lock(&r->lock);
    const double clock = until(r);
    for (bool in_time = true; r->pushed < pushed && !r->closed && in_time;) in_time = wait_for(r, &r->grown, clock);
    const int64_t now = r->pushed;
    if (now < pushed && r->closed) tell_failure(r, where);
    if (now < pushed && !r->closed)
        wki_fail(WK_E_TIMEOUT, where, "in %d ms only %lld rows were pushed of %lld", r->timeout_ms, (long long)now,
                 (long long)pushed);
    wki_unlock(&r->lock);
    return now;
}

int64_t wk_replay_len(wk_replay *r)
{
    if (!wki_object_check(r, &replay_type, "replay_len", "r")) return 0;
    wki_lock(&r->lock);
    const int64_t n = rows_there(r);
    wki_unlock(&r->lock);
    return n;
}

/* ---- Take ---- */

/* How many rows this thread, then the first in line, may take; 0: none, and it left. */
static int64_t await_rows(wk_replay *r, waiter *me, const char *where)
{
    wki_lock(&r->lock);
    const bool in_time = stand_in(r, &r->takers, me);
    const int64_t n = me->wants, there = rows_there(r);
    if (!in_time)
        wki_fail(WK_E_TIMEOUT, where, "in %d ms only %lld rows came of %lld", r->timeout_ms, (long long)there,
                 (long long)n);
    else if (there == 0)
        leave(&r->takers, me), tell_failure(r, where);
    wki_unlock(&r->lock);
    return !in_time ? 0 : there < n ? there : n;
}

static void end_taking(wk_replay *r, const waiter *me, int64_t n)
{
    wki_lock(&r->lock);
    r->taken += n;
    leave(&r->takers, me);
    serve(r, &r->pushers);
    wki_unlock(&r->lock);
}

/* Rows are the queue's until they have all been read, so a failure loses none. */
int64_t wk_replay_take(wk_replay *r, int64_t n, wk_tensor **fields, int nfields)
{
    static const char where[] = "replay_take";
    for (int f = 0; fields && f < nfields; f++) fields[f] = NULL;
    if (!replay_ok(r, where)) return 0;
    wki_check(is_queue(r), 0, WK_E_STATE, where,
              "these rows stay, for a loader to draw; expected .keep = WK_REPLAY_UNTIL_TAKEN");
    wki_check(n > 0, 0, WK_E_INVALID, where, "n is %lld; expected 1 or more rows", (long long)n);
    wki_check(fields && nfields == r->like->nfields, 0, WK_E_INVALID, where,
              "there is room for %d fields; expected it for %d", fields ? nfields : 0, r->like->nfields);
    if (at_once_ok(r, n, where)) return 0;
    waiter me = { .wants = n };
    const int64_t now = await_rows(r, &me, where);
    if (now == 0) return 0;
    for (int64_t i = 0; i < now; i++) r->taking[i] = r->taken + i;
    const wki_drawn drawn = { .rows = r->taking, .n = now, .from = WKI_FAULT(90) ? 0 : r->taken, .seed = r->seed };
    const bool read = wki_pipeline_tensors(&r->pipeline, r->like, drawn, where, false, fields) == WK_OK;
    end_taking(r, &me, read ? now : 0);
    return read ? now : 0;
}

/* ---- Draw ---- */

static wk_status order(void *self, uint64_t seed, int64_t epoch, int64_t draws, int64_t *rows)
{
    wk_replay *r = self;
    wki_lock(&r->lock);
    const int64_t n = rows_there(r);
    const wk_status failed = tell_failure(r, "replay_sampler");
    wki_unlock(&r->lock);
    if (failed) return failed;
    if (n == 0) return wki_fail(WK_E_STATE, "replay_sampler", "nothing has been pushed yet; wk_replay_wait before");
    wk_rng rng = wki_rng_at(seed, DRAW_STREAM, (uint64_t)epoch);
    for (int64_t i = 0; i < draws; i++) rows[i] = (int64_t)wki_rng_below(&rng, (uint64_t)n);
    return WK_OK;
}

wk_sampler *wk_replay_sampler(wk_replay *r, int64_t draws)
{
    static const wk_sampler_ops ops = { sizeof ops, "replay", order, release };
    if (!is_drawn_from(r, "replay_sampler")) return NULL;
    wki_object_ref(r);
    return wk_sampler_custom(&ops, r, draws);
}
