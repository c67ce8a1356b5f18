/* The numbers that tests draw; whoever wants others, or the same again, sets where they begin. */
#ifndef WICK_CHANCE_H
#define WICK_CHANCE_H
#include "base/rng.h"

static wk_rng rng;

static inline int64_t below(int64_t n) { return (int64_t)wki_rng_below(&rng, (uint64_t)n); }
#endif
