/* wk_profile: a meter for each thread that is watched, and what they gather. What it does never fails the step it
 * watches: where there is no room, events are left out, and rows become one. */
#include "backends/profile.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/options.h"
#include <stdio.h>
#include <string.h>

enum { MOST_ENTRIES = 4096 };

typedef struct reader { /* of one thread */
    wki_meter meter;    /* first: see ran */
    wk_profile *p;      /* held */
    int32_t thread;
    double begun;
} reader;

/* ---- Rows and events ---- */

/* Room for one more at *array; false, without an error, if there is no memory. */
static bool room_for(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room) return true;
    const size_t more = *room ? 2 * *room : 64;
    const wki_error before = *wki_error_of_thread();
    void *old, *grown;
    memcpy(&old, array, sizeof old);
    grown = wki_grow(old, *room * size, more * size);
    if (!grown) {
        *wki_error_of_thread() = before;
        return false;
    }
    memcpy(array, &grown, sizeof grown);
    *room = more;
    return true;
}

static size_t slot_of(const wk_profile *p, const wki_profile_key *key)
{
    uint64_t words[sizeof *key / 8], hash = 0;
    memcpy(words, key, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) hash = (hash ^ words[i]) * 0x9E3779B97F4A7C15u >> 1;
    size_t at = (hash >> 16) & (p->nslots - 1);
    while (p->slots[at] && memcmp(&p->entries[p->slots[at] - 1].key, key, sizeof *key)) at = (at + 1) & (p->nslots - 1);
    return at;
}

static bool rehash(wk_profile *p)
{
    if (p->nslots > 2 * p->nentries) return true;
    const size_t more = p->nslots ? 2 * p->nslots : 256;
    const wki_error before = *wki_error_of_thread();
    int32_t *slots = wki_alloc_array(more, sizeof *slots);
    if (!slots) {
        *wki_error_of_thread() = before;
        return false;
    }
    wki_free(p->slots);
    p->slots = slots;
    p->nslots = more;
    for (size_t i = 0; i < p->nentries; i++) p->slots[slot_of(p, &p->entries[i].key)] = (int32_t)i + 1;
    return true;
}

/* The key's row; the first one, that of all others, if there can be no more. */
static int32_t entry_of(wk_profile *p, const wki_profile_key *key)
{
    if (!rehash(p)) return 0;
    const size_t slot = slot_of(p, key);
    if (p->slots[slot]) return p->slots[slot] - 1;
    if (p->nentries >= MOST_ENTRIES || !room_for(&p->entries, p->nentries, &p->room_entries, sizeof *p->entries))
        return 0;
    p->entries[p->nentries] = (wki_profile_entry){ .key = *key };
    p->slots[slot] = (int32_t)++p->nentries;
    return (int32_t)p->nentries - 1;
}

static void add_event(wk_profile *p, int32_t entry, int32_t thread, const wki_span *span)
{
    size_t room = (size_t)p->room_events;
    if (p->nevents >= p->opts.most_events || !room_for(&p->events, (size_t)p->nevents, &room, sizeof *p->events)) {
        p->left_out++;
        return;
    }
    p->room_events = (int64_t)room;
    p->events[p->nevents++] = (wki_event){ entry, thread, span->begin, span->end };
}

static wki_profile_key key_of(const wki_call *call, const wki_stage *stage)
{
    wki_profile_key key;
    memset(&key, 0, sizeof key);
    key.op = call ? call->op : WKI_PROFILE_HOST;
    if (stage) key.phase = (int32_t)stage->phase;
    if (stage && stage->name) snprintf(key.stage, sizeof key.stage, "%s", stage->name);
    if (!call) return key;
    key.f64 = call->views[0]->dtype == WK_F64;
    for (int k = 0; k < call->nviews && k < WKI_SHOWN_SHAPES && call->op != WKI_OP_update; k++) {
        key.ndim[k] = call->views[k]->ndim + 1;
        memcpy(key.size[k], call->views[k]->size, (size_t)call->views[k]->ndim * sizeof(int64_t));
    }
    return key;
}

static void ran(wki_meter *meter, const wki_call *call, const wki_stage *stage, int parts, const wki_span *spans)
{
    const reader *r = (const reader *)meter;
    wk_profile *p = r->p;
    const wki_profile_key key = key_of(call, stage);
    const double flops = call ? wki_call_flops(call) : 0, bytes = call ? wki_call_bytes(call) : 0;
    wki_lock(&p->lock);
    const int32_t at = entry_of(p, &key);
    wki_profile_entry *entry = &p->entries[at];
    entry->calls++;
    entry->flops += flops;
    entry->bytes += bytes;
    for (int i = 0; i < parts; i++) {
        if (spans[i].end == 0) continue;
        entry->seconds += spans[i].end - spans[i].begin;
        add_event(p, at, i ? WKI_TEAM_THREAD + i : r->thread, &spans[i]);
        if (i >= p->team) p->team = i + 1;
    }
    wki_unlock(&p->lock);
}

/* ---- Life ---- */

static void profile_destroy(void *object)
{
    wk_profile *p = object;
    wki_free(p->entries);
    wki_free(p->slots);
    wki_free(p->events);
    wki_free(p->watched);
    wki_mutex_destroy(&p->lock);
}

static const wki_type profile_type = { "profile", sizeof(wk_profile), profile_destroy };

bool wki_profile_ok(const wk_profile *p, const char *where)
{
    return wki_object_check(p, &profile_type, where, "profile");
}

wk_profile_opts wk_profile_opts_default(void) { return (wk_profile_opts){ WK_PROFILE_DEFAULTS }; }

/* The row of all others is there from the start. */
static void forget(wk_profile *p)
{
    p->nentries = 1;
    p->entries[0] = (wki_profile_entry){ .key = { .op = WKI_PROFILE_OTHERS } };
    if (p->slots) memset(p->slots, 0, p->nslots * sizeof *p->slots);
    p->nevents = p->left_out = 0;
    p->seconds = 0;
}

wk_profile *wk_profile_new_opts(const wk_profile_opts *given)
{
    static const char where[] = "profile_new";
    wk_profile_opts o = wk_profile_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_check(o.most_events >= 0, NULL, WK_E_RANGE, where, "most_events is %lld; expected 0 or more",
              (long long)o.most_events);
    wki_profile_entry *entries = wki_alloc_array(64, sizeof *entries);
    wk_profile *p = entries ? wki_object_new(&profile_type, where) : NULL;
    if (!p) return wki_free(entries), NULL;
    p->entries = entries;
    p->room_entries = 64;
    p->opts = o;
    p->lock = (wki_mutex)WKI_MUTEX_INIT;
    forget(p);
    return p;
}

wk_status wk_profile_reset(wk_profile *p)
{
    if (!wki_profile_ok(p, "profile_reset")) return wk_error();
    wki_lock(&p->lock);
    forget(p);
    p->first = wki_clock();
    p->begun = p->active * p->first;
    wki_unlock(&p->lock);
    return WK_OK;
}

/* ---- Watching ---- */

/* The calling thread's number; -1 without memory. A thread is known by where its meter hangs. */
static int32_t number_of_thread(wk_profile *p)
{
    size_t i = 0;
    while (i < p->nwatched && p->watched[i] != &wki_meter_here) i++;
    if (i < p->nwatched) return (int32_t)i;
    if (!room_for(&p->watched, p->nwatched, &p->room_watched, sizeof *p->watched)) return -1;
    p->watched[p->nwatched++] = &wki_meter_here;
    return (int32_t)i;
}

wk_status wk_profile_begin(wk_profile *p)
{
    static const char where[] = "profile_begin";
    if (!wki_profile_ok(p, where) || wk_failed()) return wk_error();
    wki_check(!wki_meter_here, WK_E_STATE, WK_E_STATE, where,
              "this thread is watched already, by a profile or for a summary; end that one first");
    reader *r = wki_alloc(sizeof *r);
    if (!r) return wk_error();
    wki_lock(&p->lock);
    *r = (reader){ .meter = { .ran = ran }, .p = p, .thread = number_of_thread(p), .begun = wki_clock() };
    if (r->thread >= 0) {
        if (p->nentries == 1 && !p->active) p->first = r->begun;
        p->active++;
        p->begun += r->begun;
        p->threads = wk_num_threads();
    }
    wki_unlock(&p->lock);
    if (r->thread < 0) {
        wki_free(r);
        return wki_fail(WK_E_MEMORY, where, "there is no memory to watch another thread");
    }
    wki_object_ref(p);
    wki_meter_here = &r->meter;
    return WK_OK;
}

static reader *reader_here(void)
{
    wki_meter *meter = wki_meter_here;
    return meter && meter->ran == ran ? (reader *)meter : NULL;
}

wk_status wk_profile_end(wk_profile *p)
{
    static const char where[] = "profile_end";
    if (!wki_profile_ok(p, where)) return wk_error();
    reader *r = reader_here();
    wki_check(r && r->p == p, WK_E_STATE, WK_E_STATE, where,
              "this thread is not watched by it; wk_profile_begin begins");
    wki_meter_here = NULL;
    wki_lock(&p->lock);
    const double begun = r->begun > p->first ? r->begun : p->first; /* a reset came between */
    p->seconds += wki_clock() - begun;
    p->begun -= begun;
    p->active--;
    wki_unlock(&p->lock);
    wki_free(r);
    wki_object_unref(p);
    return WK_OK;
}

wk_profile *wk_profile_open(wk_profile *p) { return p && wk_profile_begin(p) == WK_OK ? p : NULL; }

void wk_profile_guard(wk_profile **p)
{
    if (*p) wk_profile_end(*p);
}

double wki_profile_watched(const wk_profile *p)
{
    return p->seconds + (p->active ? p->active * wki_clock() - p->begun : 0);
}

/* ---- Ranges ---- */

wk_profile_range wk_profile_range_begin(const char *text)
{
    return reader_here() && text ? (wk_profile_range){ text, wki_clock() } : (wk_profile_range){ NULL, 0 };
}

void wk_profile_range_end(const wk_profile_range *range)
{
    const reader *r = reader_here();
    if (!range || !range->text || !r) return;
    const wki_span span = { range->from, wki_clock() };
    wki_profile_key key;
    memset(&key, 0, sizeof key);
    key.op = WKI_PROFILE_RANGE;
    snprintf(key.stage, sizeof key.stage, "%s", range->text);
    wki_lock(&r->p->lock);
    const int32_t at = entry_of(r->p, &key);
    if (at > 0) { /* calls inside are counted already */
        r->p->entries[at].calls++;
        r->p->entries[at].seconds += span.end - span.begin;
        add_event(r->p, at, r->thread, &span);
    }
    wki_unlock(&r->p->lock);
}

/* ---- Peak and totals ---- */

wk_status wk_profile_set_peak(wk_profile *p, const wk_peak *peak)
{
    static const char where[] = "profile_set_peak";
    if (!wki_profile_ok(p, where)) return wk_error();
    if (!peak) return wki_null_argument(where, "peak"), wk_error();
    wki_check(peak->threads > 0 && peak->flops > 0 && peak->bytes > 0, WK_E_RANGE, WK_E_RANGE, where,
              "%g operations and %g bytes a second by %d threads; expected more than 0 (wk_measure_peak)", peak->flops,
              peak->bytes, peak->threads);
    wki_lock(&p->lock);
    p->peak = *peak;
    wki_unlock(&p->lock);
    return WK_OK;
}

wk_profile_totals wk_profile_total(const wk_profile *p)
{
    wk_profile_totals t = { 0 };
    if (!wki_profile_ok(p, "profile_total")) return t;
    wki_profile_lock(p);
    for (size_t i = 0; i < p->nentries; i++) {
        if (p->entries[i].key.op == WKI_PROFILE_RANGE) continue;
        t.calls += p->entries[i].calls;
        t.seconds += p->entries[i].seconds;
    }
    t.events = p->nevents;
    t.left_out = p->left_out;
    t.watched = wki_profile_watched(p);
    t.threads = p->threads;
    wki_profile_unlock(p);
    return t;
}
