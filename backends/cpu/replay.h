/* A plan's calls as the CPU runs them, and what keeps its parts apart or brings calls together (meet.c). */
#ifndef WKI_CPU_REPLAY_H
#define WKI_CPU_REPLAY_H
#include "backends/plan.h"

typedef struct wki_step {
    const wki_kernel *kernel; /* NULL: the host's */
    const wki_item *item;
    int64_t units;
    int threads;     /* 1: part 0 runs all of it */
    bool barrier;    /* before it: parts meet */
    bool scratch;    /* it needs some: kernels tell by that how to go */
    bool handed;     /* a product that goes from part to part (handover.h) */
    int chain;       /* from here on so many steps run together, `stretch` units of all before the next of any; 1: no others */
    int64_t stretch;
    int64_t pieces; /* of steps before it that are handed */
} wki_step;

/* Sets barrier, chain and stretch. */
wk_status wki_find_meetings(wki_step *steps, int nsteps);
#endif
