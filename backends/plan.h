/* A plan: a recorded list of calls, ready to run again and again. Planning drops what nobody reads and gives memory that
 * lives only inside the step its place in one arena; running it neither asks for memory nor chooses kernels. */
#ifndef WKI_PLAN_H
#define WKI_PLAN_H
#include "backends/backend.h"

/* What a step does on the host between its calls, once more at each replay. It reads and writes the views' memory and
 * `memory`, which is the item's own. */
typedef wk_status wki_host_function(void *object, void *memory, const wki_view *const *views);

/* A call with copies of its views and attributes, in one block of wki_alloc. With `host`, no kernel's: then op is unused,
 * and all views count as written. */
typedef struct wki_item {
    wki_call call;
    wki_host_function *host;
    void *object, *memory; /* object: held; or NULL */
    wki_view *views;  /* call.nviews of them, to which call.views point */
    int32_t *spaces;  /* in which each lies */
    wki_phase phase;  /* the part of the step it was recorded in */
    char stage[WKI_STAGE_NAME]; /* and its name, cut; "": none */
} wki_item;

/* A storage that the calls touch, as it lay while they were recorded. Passing: nobody looks at it behind the step. */
typedef struct wki_space {
    char *base;
    size_t bytes;
    bool passing;
    int32_t first, last; /* the items that touch it */
    size_t at;           /* of a passing one: its place in the arena */
} wki_space;

struct wki_plan {
    wk_device device;
    int nitems, nspaces;
    wki_item **items;
    wki_space *spaces;
    void *arena;
    size_t arena_bytes, arena_got;
    int nkeys;             /* random keys in attributes, and which draw of the step each is */
    wki_random_key **keys;
    uint64_t *draws, ndraws;
    unsigned moves;        /* counts how often views were given other memory */
    void *ready;           /* the backend's */
};

/* Takes over items and spaces, error or not. op_first: the random number's position when recording began, and how many
 * were drawn. NULL with the error recorded. */
wki_plan *wki_plan_new(wk_device device, wki_item **items, int nitems, wki_space *spaces, int nspaces, uint64_t op_first,
                       uint64_t ndraws);
void wki_plan_free(wki_plan *plan); /* NULL allowed */
wk_status wki_plan_run(wki_plan *plan);

/* fuse.c; spaces know which items touch them first and last, and must be told again behind the first. */
wk_status wki_plan_fuse_products(wki_plan *plan);
wk_status wki_plan_share_places(wki_plan *plan);

/* Can such a call fail because of what its operands hold? Then it runs even if nobody reads the result, and what follows
 * waits until it has not. */
bool wki_checks_values(int op);
wki_item *wki_item_new(const wki_call *call, size_t memory_bytes); /* spaces and, for the host, memory are the caller's to fill */
/* A copy with one view more, of fewer than WKI_MAX_VIEWS; not the host's. */
wki_item *wki_item_with(const wki_item *item, const wki_view *view, int32_t space);
void wki_plan_touch(wki_plan *plan); /* tells spaces anew which items touch them */
/* Have the two spaces bytes in common? Two storages that were wrapped may. */
bool wki_spaces_meet(const wki_plan *plan, int32_t a, int32_t b);
/* A passing space of the plan's own, -1 without memory. Nothing is there yet: views tell by `base` where in it they lie. */
int32_t wki_plan_add_space(wki_plan *plan, char *base, size_t bytes);
void wki_items_free(wki_item **items, int n);
#endif
