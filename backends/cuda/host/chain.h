/* Calls of a plan that go element by element over the same elements, gathered into chains, each of which is one launch. */
#ifndef WKI_CUDA_HOST_CHAIN_H
#define WKI_CUDA_HOST_CHAIN_H
#include "backends/cuda/kernels/chain.h"
#include "backends/plan.h"

/* What is launched at once: a call, a chain of them, or a product that goes on with one. */
typedef struct wki_unit {
    int item;      /* its number; of a chain the first one's, of both the product's */
    bool single;   /* the chain is of this item alone, which can as well be launched as it is */
    wki_call call; /* what it reads and writes; of a chain all that it touches */
    wki_chain *chain;        /* NULL: an item as it is */
    const wki_call *product; /* NULL: none */
    const wki_view **views, **both; /* its own: of the chain, and of it and the product */
} wki_unit;

typedef struct wki_units {
    wki_unit *all;
    int n;
} wki_units;

/* Of the plan's items [first, last), host's left out: in an order that gives each the bytes that it would read in theirs. Views lie
 * where they lie now. WK_E_MEMORY recorded, or WK_OK; to be freed in either case. */
wk_status wki_units_of(const wki_plan *plan, int first, int last, wki_units *units);
/* Chains over a small product's results become that product's, where nothing keeps them apart. */
wk_status wki_units_go_on(const wki_plan *plan, wki_units *units);
void wki_unit_clear(wki_unit *unit); /* frees what it holds */
void wki_units_free(wki_units *units);
#endif
