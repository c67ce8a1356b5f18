/* Which row comes when: a pure function of (seed, epoch, position). A loader's order remembers one epoch, or one window
 * of it, and belongs to one thread at a time. */
#ifndef WKI_ORDER_H
#define WKI_ORDER_H
#include "base/rng.h"
#include "data/dataset.h"

struct wk_sampler {
    wki_object object;
    const wk_sampler_ops *ops;
    void *self;
    int64_t rows, draws; /* rows: of the sets it is made for; 0: any */
};
extern const wki_type wki_sampler_type;

typedef struct wki_order {
    int64_t draws; /* of an epoch */
    bool shuffle;
    const wk_sampler *sampler; /* NULL: none */
    uint64_t seed;
    int64_t epoch, *rows;     /* remembered: of which epoch, -1: of none */
    const wk_dataset *set;    /* whose blocks are shuffled, a window of so many at a time */
    int64_t window_blocks;    /* 0: all rows at once */
    int64_t *blocks, *starts; /* the epoch's order of blocks, the first position of each, and all rows */
    int64_t window;           /* the one that `rows` has; -1: none */
} wki_order;

/* window: rows, 0: chosen by what the set keeps. The set and the sampler must outlive it. */
wki_order wki_order_of(const wk_dataset *set, bool shuffle, int64_t window, const wk_sampler *sampler, uint64_t seed);
void wki_order_forget(wki_order *order); /* frees what it remembers */
/* Positions [from, from + n) of the epoch into rows. The first call of an epoch, or of a window of it, works it out in
 * time of all its rows. */
wk_status wki_order_take(wki_order *order, int64_t epoch, int64_t from, int64_t n, int64_t *rows);

/* Where rows are shuffled by windows: a row of the k-th block of the window behind the one taken from last. false: there is
 * none, or the set would not keep both windows, or it is early: `taken` positions of the epoch call for a like share of the
 * blocks. */
bool wki_order_ahead(const wki_order *order, int64_t k, int64_t taken, int64_t *row);

/* A uniformly random permutation of 0 .. n - 1 (Fisher and Yates 1938, Durstenfeld 1964). */
void wki_permutation(int64_t *order, int64_t n, wk_rng rng);
uint64_t wki_mix_seeds(uint64_t a, uint64_t b);
#endif
