/* Products of a plan that are cut along k: each part of the team adds its stretch of k to what the part before it has
 * handed over, piece by piece of the result, so that a weight's rows stay with the part that has written them. A sum is
 * one chain over k wherever it is cut: no bit changes. */
#ifndef WKI_CPU_HANDOVER_H
#define WKI_CPU_HANDOVER_H
#include "backends/cpu/replay.h"
#include <stdatomic.h>

/* How many pieces a part has finished in this replay, those counted that steps before had for others alone; each has a line of the cache of its own. */
typedef struct wki_progress {
    _Alignas(64) _Atomic int64_t pieces;
} wki_progress;

int64_t wki_handover_pieces(const wki_step *s);
bool wki_handover_pays(const wki_step *steps, int nsteps, int i);
/* A part's share of a product's step. stop: another step has failed, and nobody needs be waited for. */
wk_status wki_hand_over(const wki_step *s, int part, int parts, void *scratch, wki_progress *progress,
                        const atomic_bool *stop);
#endif
