/* An arena that several plans have in common, of which only one runs at a time: as large as the largest's. */
#ifndef WKI_ARENA_H
#define WKI_ARENA_H
#include "backends/plan.h"

typedef struct wki_arena { /* zeroed: none yet */
    wk_device device;
    void *data;
    size_t bytes, got;
} wki_arena;

/* A new plan moves in, with its own arena if that is larger: then the others, which live there, move, too. On another
 * device it keeps its own. */
void wki_arena_take(wki_arena *arena, wki_plan *plan, wki_plan *const *others, int n);
void wki_arena_put(wki_arena *arena); /* once nobody lives there */
#endif
