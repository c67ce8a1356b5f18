/* The replay buffer: rows pushed by one thread, drawn by a loader in others. All rows stand under one lock, for as long
 * as they are copied. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/options.h"
#include "base/thread.h"
#include "data/dataset.h"
#include "data/order.h"
#include <string.h>

enum { PUSH_STREAM = 0x72706c79, DRAW_STREAM = 0x7264726e }; /* "rply", "rdrn" */

struct wk_replay {
    wki_object object;
    wk_dataset *like; /* describes the fields; owned */
    wk_replay_keep keep;
    uint64_t seed;
    int64_t capacity;
    char *rows[WK_MAX_FIELDS];
    int locks;
    wki_mutex lock; /* guards what follows, and the rows */
    wki_cond grown;
    int64_t pushed;
    bool closed;
};

wk_replay_opts wk_replay_opts_default(void) { return (wk_replay_opts){ WK_REPLAY_DEFAULTS, .capacity = 0 }; }

static void replay_destroy(void *object)
{
    wk_replay *r = object;
    for (int f = 0; f < WK_MAX_FIELDS; f++) wki_free(r->rows[f]);
    if (r->locks > 1) wki_cond_destroy(&r->grown);
    if (r->locks > 0) wki_mutex_destroy(&r->lock);
    wki_object_unref(r->like);
}

static const wki_type replay_type = { "replay", sizeof(wk_replay), replay_destroy };

static bool replay_ok(const wk_replay *r, const char *where)
{
    return wki_object_check(r, &replay_type, where, "r") && !wk_failed();
}

/* ---- As a dataset ---- */

static wk_status get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    wk_replay *r = self;
    wki_lock(&r->lock);
    for (int f = 0; f < r->like->nfields; f++) {
        const size_t bytes = wki_field_bytes(&r->like->fields[f]);
        for (int64_t i = 0; i < n; i++)
            memcpy((char *)fields[f] + (size_t)i * bytes, r->rows[f] + (size_t)rows[i] * bytes, bytes);
    }
    wki_unlock(&r->lock);
    return WK_OK;
}

static void release(void *self) { wki_object_unref(self); }

static const wk_dataset_ops described = { sizeof described, "replay", get_many, NULL };
static const wk_dataset_ops held = { sizeof held, "replay", get_many, release };

static wk_dataset *describe(const wk_replay_opts *o)
{
    wk_dataset_opts d = wk_dataset_opts_default();
    d.ops = &described;
    d.rows = o->capacity;
    d.fields = o->fields;
    d.nfields = o->nfields;
    d.classes = o->classes;
    d.nclasses = o->nclasses;
    return wk_dataset_custom(&d);
}

wk_dataset *wk_replay_dataset(wk_replay *r)
{
    if (!replay_ok(r, "replay_dataset")) return NULL;
    wk_dataset_opts o = wki_dataset_like(r->like);
    o.ops = &held;
    o.self = r;
    o.rows = r->capacity;
    wki_object_ref(r);
    return wk_dataset_custom(&o);
}

/* ---- Make ---- */

static wk_status make_rows(wk_replay *r)
{
    for (int f = 0; f < r->like->nfields; f++) {
        size_t bytes;
        wki_check(wki_mul_ok((size_t)r->capacity, wki_field_bytes(&r->like->fields[f]), &bytes), WK_E_INVALID,
                  WK_E_INVALID, "replay", "%lld rows of \"%s\" do not fit in memory", (long long)r->capacity,
                  r->like->fields[f].name);
        if (!(r->rows[f] = wki_alloc(bytes + 1))) return wk_error();
    }
    if (wki_mutex_init(&r->lock)) return wk_error();
    r->locks = 1;
    if (wki_cond_init(&r->grown)) return wk_error();
    r->locks = 2;
    return WK_OK;
}

wk_replay *wk_replay_new_opts(const wk_replay_opts *given)
{
    static const char where[] = "replay";
    if (!given) return wki_null_argument(where, "o"), NULL;
    wk_replay_opts o = wk_replay_opts_default();
    wki_options_merge(&o, sizeof o, given);
    wki_check(o.capacity > 0, NULL, WK_E_INVALID, where, "capacity is %lld; expected at least one row",
              (long long)o.capacity);
    wki_check((unsigned)o.keep <= WK_REPLAY_SAMPLE, NULL, WK_E_INVALID, where, "keep is %d; expected a wk_replay_keep",
              (int)o.keep);
    wk_replay *r = wki_object_new(&replay_type, where);
    wk_dataset *like = r ? describe(&o) : NULL;
    if (!like) return NULL;
    wki_object_adopt(like);
    r->like = like;
    r->keep = o.keep;
    r->seed = o.seed;
    r->capacity = o.capacity;
    return make_rows(r) ? NULL : r;
}

/* ---- Push ---- */

/* Where the next row goes: over the oldest, or so that every row ever pushed is kept with the same chance (Vitter's
 * algorithm R, 1985); -1: nowhere. */
static int64_t place_of(const wk_replay *r)
{
    if (r->pushed < r->capacity) return r->pushed;
    if (r->keep == WK_REPLAY_LAST) return r->pushed % r->capacity;
    wk_rng rng = wki_rng_at(r->seed, PUSH_STREAM, (uint64_t)r->pushed);
    const int64_t at = (int64_t)wki_rng_below(&rng, (uint64_t)r->pushed + 1);
    return at < r->capacity ? at : -1;
}

wk_status wk_replay_push(wk_replay *r, const void *const *fields, int64_t n)
{
    static const char where[] = "replay_push";
    if (!replay_ok(r, where)) return wk_error();
    wki_check(n >= 0, WK_E_INVALID, WK_E_INVALID, where, "n is %lld; expected 0 or more rows", (long long)n);
    for (int f = 0; f < r->like->nfields && n > 0; f++)
        wki_check(fields && fields[f], WK_E_INVALID, WK_E_INVALID, where, "the rows of \"%s\" are NULL",
                  r->like->fields[f].name);
    wki_lock(&r->lock);
    const bool closed = r->closed;
    for (int64_t i = 0; i < n && !closed; i++, r->pushed++) {
        const int64_t at = place_of(r);
        for (int f = 0; f < r->like->nfields && at >= 0; f++) {
            const size_t bytes = wki_field_bytes(&r->like->fields[f]);
            memcpy(r->rows[f] + (size_t)at * bytes, (const char *)fields[f] + (size_t)i * bytes, bytes);
        }
    }
    wki_wake_all(&r->grown);
    wki_unlock(&r->lock);
    return closed ? wki_fail(WK_E_STATE, where, "it was closed; no more rows are taken") : WK_OK;
}

wk_status wk_replay_close(wk_replay *r)
{
    if (!wki_object_check(r, &replay_type, "replay_close", "r")) return wk_error();
    wki_lock(&r->lock);
    r->closed = true;
    wki_wake_all(&r->grown);
    wki_unlock(&r->lock);
    return WK_OK;
}

int64_t wk_replay_wait(wk_replay *r, int64_t pushed)
{
    if (!wki_object_check(r, &replay_type, "replay_wait", "r")) return 0;
    wki_lock(&r->lock);
    while (r->pushed < pushed && !r->closed) wki_wait(&r->grown, &r->lock);
    const int64_t now = r->pushed;
    wki_unlock(&r->lock);
    return now;
}

static int64_t rows_held(wk_replay *r)
{
    wki_lock(&r->lock);
    const int64_t n = r->pushed < r->capacity ? r->pushed : r->capacity;
    wki_unlock(&r->lock);
    return n;
}

int64_t wk_replay_len(wk_replay *r) { return wki_object_check(r, &replay_type, "replay_len", "r") ? rows_held(r) : 0; }

/* ---- Draw ---- */

static wk_status order(void *self, uint64_t seed, int64_t epoch, int64_t draws, int64_t *rows)
{
    wk_replay *r = self;
    const int64_t n = rows_held(r);
    if (n == 0) return wki_fail(WK_E_STATE, "replay_sampler", "nothing has been pushed yet; wk_replay_wait before");
    wk_rng rng = wki_rng_at(seed, DRAW_STREAM, (uint64_t)epoch);
    for (int64_t i = 0; i < draws; i++) rows[i] = (int64_t)wki_rng_below(&rng, (uint64_t)n);
    return WK_OK;
}

wk_sampler *wk_replay_sampler(wk_replay *r, int64_t draws)
{
    static const wk_sampler_ops ops = { sizeof ops, "replay", order, release };
    if (!replay_ok(r, "replay_sampler")) return NULL;
    wki_object_ref(r);
    return wk_sampler_custom(&ops, r, draws);
}
