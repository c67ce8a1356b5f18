/* What a profile holds: a row for each kind of call, and the events of a trace. profile.c fills it, profile_rows.c and
 * profile_trace.c tell of it; all three with the lock. */
#ifndef WKI_PROFILE_H
#define WKI_PROFILE_H
#include "backends/backend.h"
#include "base/object.h"
#include "base/thread.h"
#include "wick/profile.h"

enum { WKI_SHOWN_SHAPES = 3 };
/* Beside the ops: the host's work in a plan, a range, and whatever there was no room for. */
enum { WKI_PROFILE_HOST = WKI_OP_COUNT, WKI_PROFILE_RANGE, WKI_PROFILE_OTHERS };

/* What calls have in common that share a row. Zeroed where unused: bytes are compared. */
typedef struct wki_profile_key {
    int32_t op, phase;
    char stage[WKI_STAGE_NAME]; /* a range's text */
    int32_t f64, ndim[WKI_SHOWN_SHAPES]; /* ndim: 1 more than that, 0: no such view */
    int64_t size[WKI_SHOWN_SHAPES][WKI_MAX_DIMS];
} wki_profile_key;

typedef struct wki_profile_entry {
    wki_profile_key key;
    int64_t calls;
    double seconds, flops, bytes;
} wki_profile_entry;

typedef struct wki_event {
    int32_t entry, thread; /* thread: those watched from 0, the team's members from WKI_TEAM_THREAD */
    double begin, end;     /* of wki_clock */
} wki_event;
enum { WKI_TEAM_THREAD = 1000 };

struct wk_profile {
    wki_object object;
    wki_mutex lock;
    wk_profile_opts opts;
    wk_peak peak; /* threads 0: none was set */
    wki_profile_entry *entries;
    int32_t *slots; /* a hash of keys: 1 + the place in entries */
    size_t nentries, room_entries, nslots;
    wki_event *events;
    int64_t nevents, room_events, left_out;
    const void **watched; /* each thread that ever began; its place is its number */
    size_t nwatched, room_watched;
    int active, threads, team; /* team: the most parts that a call had */
    double first, seconds, begun; /* the first begin, or the last reset; of ended ones; the sum of when active ones began */
};

bool wki_profile_ok(const wk_profile *p, const char *where);
static inline void wki_profile_lock(const wk_profile *p) { wki_lock((wki_mutex *)&p->lock); }
static inline void wki_profile_unlock(const wk_profile *p) { wki_unlock((wki_mutex *)&p->lock); }
double wki_profile_watched(const wk_profile *p); /* seconds so far */
void wki_profile_name(const wki_profile_key *key, char *text, size_t bytes);
void wki_profile_shapes(const wki_profile_key *key, char *text, size_t bytes);
#endif
