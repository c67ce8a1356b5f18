/* What a thread owns in the library: its error, its scopes, its caches and its counters. Contexts are found through one
 * thread-local pointer, listed so that counts can be summed, and emptied when their thread ends. For base only. */
#ifndef WKI_CONTEXT_H
#define WKI_CONTEXT_H
#include "base/error.h"
#include "base/object.h"
#include <stdatomic.h>

typedef struct wki_context wki_context;

/* Size classes (bins), four to a power of two: 64, 128, 192, 256, 320, 384, 448, 512, 640 ... Up to WKI_SMALL bytes,
 * each thread has a cache of its own. */
enum { WKI_SMALL = 64 * 1024, WKI_SMALL_BINS = 36, WKI_BINS = 4 + 4 * (47 - 8) };
#define WKI_LARGEST ((size_t)1 << 47)

static inline int wki_bin_of(size_t bytes)
{
    const size_t last = bytes - (bytes != 0);
    if (last < 256) return (int)(last >> 6);
    const int log2 = 63 - __builtin_clzll(last);
    return 4 + (log2 - 8) * 4 + (int)((last >> (log2 - 2)) & 3);
}

static inline size_t wki_bin_bytes(int bin)
{
    if (bin < 4) return ((size_t)bin + 1) * 64;
    return (size_t)(5 + bin % 4) << (bin / 4 + 5);
}

/* Counters that one thread writes and others may read. */
typedef atomic_llong wki_counter;
static inline int64_t wki_counter_get(wki_counter *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}
static inline void wki_counter_set(wki_counter *counter, int64_t value)
{
    atomic_store_explicit(counter, value, memory_order_relaxed);
}
static inline void wki_counter_add(wki_counter *counter, int64_t by)
{
    wki_counter_set(counter, wki_counter_get(counter) + by);
}

enum { WKI_SCOPE_NAME = 32, WKI_SCOPES_AT_HAND = 16 };

struct wk_scope {
    wki_object *newest;      /* its objects, linked by prev (older) and next (newer) */
    wk_scope *outer, *inner; /* inner: the one to open next, kept for reuse once made */
    wki_context *owner;      /* NULL while closed */
    int depth, count;
    bool warned;
    char name[WKI_SCOPE_NAME]; /* a copy, cut short: dead objects tell it */
};

typedef struct wki_queue { /* of free slots, linked by next: the oldest is reused first */
    wki_object *oldest, *newest;
    int count;
} wki_queue;

typedef struct wki_stack { /* of free blocks, linked through their first bytes */
    void *top;
    size_t count;
} wki_stack;

struct wki_context {
    wk_scope *scope; /* the innermost open one */
    wki_object *dying;
    bool burying;
    int team_parts; /* parts of the team work that this thread is inside of, 0: none */
    wk_device device;
    char device_name[32];
    wki_counter live;                      /* objects made here minus objects that died here; so with the others */
    wki_counter in_use;                    /* allocations */
    wki_counter used, cached, blocks_made; /* of blocks, since the last time they were added to the pool's */
    int64_t used_most;
    void *scratch;
    size_t scratch_bytes;
    uint64_t seed, op;
    uint32_t stream, seeding; /* which wk_manual_seed `seed` comes from; 0: none yet */
    wki_context *prev, *next;
    wki_queue slots[WKI_SMALL_BINS];
    wki_stack blocks[WKI_SMALL_BINS];
    wk_scope scopes[WKI_SCOPES_AT_HAND];
    wki_error error;
};

/* Initial-exec: one load in a shared library too. Room for such data is scarce: besides this there are
 * only autograd's modes and the texts of backends/run.c. */
extern __attribute__((visibility("hidden"), tls_model("initial-exec"))) _Thread_local wki_context *wki_context_pointer;
wki_context *wki_context_make(void);

static inline wki_context *wki_context_here(void)
{
    wki_context *here = wki_context_pointer;
    return __builtin_expect(here != NULL, 1) ? here : wki_context_make();
}

/* Sums over the threads, ended ones included. */
typedef struct wki_totals {
    int64_t threads, live, in_use, used, cached, blocks_made;
} wki_totals;
wki_totals wki_context_totals(void);

/* Parts of emptying a context, and of changing the allocator */
void wki_scopes_close_all(wki_context *here);
void wki_scopes_forget_spare(wki_context *here);
void wki_slots_give_back(wki_context *here);
int64_t wki_slots_chunks(void);
void wki_slots_release(void); /* all chunks to the system; only while no object lives and no other thread has slots */
void wki_blocks_give_back(wki_context *here);
void wki_scratch_free(wki_context *here);
void wki_team_stop(void);
void wki_team_stop_unless_busy(void);

/* Address sanitizer sees overruns and late uses only in blocks from the system, of the very size asked for. */
#if defined(__SANITIZE_ADDRESS__)
#define WKI_CACHED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WKI_CACHED 0
#endif
#endif
#ifndef WKI_CACHED
#define WKI_CACHED 1
#endif

/* Memory straight from the host's allocator; NULL without an error recorded. */
void *wki_system_get(size_t bytes, size_t align);
void wki_system_put(void *memory, size_t bytes);
/* Gives cached blocks back; did it free anything? */
bool wki_blocks_trim(wki_context *here);

/* fork: all locks are taken before, given back after, and the child forgets the team, whose threads it has not */
void wki_slots_lock(bool take);
void wki_blocks_lock(bool take);
void wki_team_forget(void);
#endif
