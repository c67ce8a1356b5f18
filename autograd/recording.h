/* A step being recorded: its calls, the storages they touch, the leaves whose .grad it sets or uses. Ops and optimizers
 * see only the first part: what they do on the host has to be told, or refused. */
#ifndef WKI_RECORDING_H
#define WKI_RECORDING_H
#include "autograd/tensor.h"
#include "backends/plan.h"

static inline bool wki_is_recorded(void) { return __builtin_expect(wki_recorder_here != NULL, 0); }

/* Runs fn(object, memory, views) now and, in a recorded step, again at each replay, at its place among the calls: what
 * depends on values, or changes from step to step without being a tensor. object: an object, held by the recording, or
 * NULL. The answer is where fn's memory lies from now on: `memory` itself, or, recorded, the plan's copy. NULL: fn
 * failed, or there was no memory. */
void *wki_on_host(wki_host_function *fn, void *object, void *memory, size_t bytes, int nviews,
                  const wki_view *const *views);
double wki_number_at(const wki_view *v); /* for fn: the view's first element */
/* The element of t, for a decision of the library's own, because of which there will be no plan. */
double wki_value_of(const wk_tensor *t, const char *why);
/* This run of the step does something that the next will not do: there will be no plan of it. */
void wki_not_repeated(const char *why);
/* WK_E_STATE in a recorded step: `where` does what a replay would not do again. */
wk_status wki_not_recorded(const char *where, const char *what, const char *instead);
/* A leaf's .grad is about to be used, or set. */
void wki_grad_touched_recorded(wk_tensor *leaf, bool set);
static inline void wki_grad_touched(wk_tensor *leaf, bool set)
{
    if (wki_is_recorded()) wki_grad_touched_recorded(leaf, set);
}
void wki_storage_lost(wki_storage *s); /* a storage that a recording has seen dies */

/* What a step depends on without touching it, of what any recording has seen. Structure: members, hooks, optimizers; every
 * change counts. Switches: modes of modules, what requires grad; a sum of all that are not as they were when they were first
 * seen, so that those put back are as if nothing had been. */
extern atomic_uint wki_structure;
extern atomic_ullong wki_switches;
static inline void wki_structure_changed(void) { atomic_fetch_add_explicit(&wki_structure, 1, memory_order_relaxed); }
/* is_switched: of `what`, whether it is in the sum; to be taken out before it dies. */
static inline void wki_switch(const void *what, bool *is_switched)
{
    const unsigned long long its = ((uintptr_t)what >> 4) * 0x9E3779B97F4A7C15u;
    atomic_fetch_xor_explicit(&wki_switches, its ^ its >> 29, memory_order_relaxed);
    *is_switched = !*is_switched;
}
static inline bool wki_storage_is_seen(const wki_storage *s)
{
    return atomic_load_explicit(&s->seen, memory_order_relaxed);
}

/* ---- For capture.c ---- */

typedef struct wki_seen { /* a storage that the calls touch */
    wki_storage *storage;
    uint64_t serial;
    bool before; /* it was there when recording began */
    bool lost;   /* and it is gone */
    bool filled; /* the first call that touched it wrote all of it */
    bool read;   /* the first call that touched it read it */
    bool written;
} wki_seen;

typedef struct wki_touched {
    wk_tensor *leaf, *before, *after; /* held; its .grad at the start and the end */
    bool set_first;                   /* what .grad was at the start does not matter */
} wki_touched;

typedef struct wki_recording {
    wki_recorder recorder;
    struct wki_recording *next; /* of all threads' */
    wk_device device; /* of what it computes with, */
    bool has_device;  /* once there is any */
    uint64_t first_serial, first_draw;
    uint32_t seeding;
    wki_item **items;
    wki_seen *seen;
    wki_space *spaces; /* as many */
    int32_t *slots;    /* a hash of storages: 1 + the place in `seen` */
    wki_touched *touched;
    size_t nitems, nseen, nslots, ntouched;
    char broken[160]; /* why there can be no plan; "": nothing so far */
} wki_recording;

void wki_recording_begin(wki_recording *r);
void wki_recording_end(wki_recording *r); /* the thread records no more */
bool wki_recording_touches(const wki_recording *r, const wk_tensor *leaf);
void wki_recording_free(wki_recording *r);
void wki_touched_free(wki_touched *touched, size_t n);
void wki_recording_break(wki_recording *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
#endif
