/* Which row comes when: a pure function of (seed, epoch, position). */
#ifndef WKI_SAMPLER_H
#define WKI_SAMPLER_H
#include "base/rng.h"

typedef struct wki_sampler {
    int64_t rows;
    bool shuffle;
    uint64_t seed;
    int64_t *order; /* of one epoch; NULL until a shuffled one is asked for */
    int64_t epoch;  /* the one that order belongs to, -1: none */
} wki_sampler;

wki_sampler wki_sampler_of(int64_t rows, bool shuffle, uint64_t seed);
void wki_sampler_free(wki_sampler *sampler);
/* Positions [from, from + n) of the epoch into rows. The first call of an epoch works out its order, in time of all
 * rows. */
wk_status wki_sampler_take(wki_sampler *sampler, int64_t epoch, int64_t from, int64_t n, int64_t *rows);

/* A uniformly random permutation of 0 .. n - 1 (Fisher and Yates 1938, Durstenfeld 1964). */
void wki_permutation(int64_t *order, int64_t n, wk_rng rng);
uint64_t wki_mix_seeds(uint64_t a, uint64_t b);
#endif
