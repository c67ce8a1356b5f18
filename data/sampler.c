/* The order of rows: as they stand, or an exact permutation for each epoch. Rests on base's Philox alone. */
#include "data/sampler.h"
#include "base/alloc.h"
#include "base/fault.h"

enum { ORDER_STREAM = 0x6F726472 }; /* "ordr", apart from everybody else's numbers */

wki_sampler wki_sampler_of(int64_t rows, bool shuffle, uint64_t seed)
{
    return (wki_sampler){ .rows = rows, .shuffle = shuffle, .seed = seed, .epoch = -1 };
}

void wki_sampler_free(wki_sampler *sampler)
{
    wki_free(sampler->order);
    sampler->order = NULL;
    sampler->epoch = -1;
}

void wki_permutation(int64_t *order, int64_t n, wk_rng rng)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t j = (int64_t)wki_rng_below(&rng, (uint64_t)i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

wk_status wki_sampler_take(wki_sampler *sampler, int64_t epoch, int64_t from, int64_t n, int64_t *rows)
{
    if (!sampler->shuffle) {
        for (int64_t i = 0; i < n; i++) rows[i] = from + i;
        return WK_OK;
    }
    if (!sampler->order) sampler->order = wki_alloc_array((size_t)sampler->rows, sizeof *sampler->order);
    if (!sampler->order) return WK_E_MEMORY;
    if (sampler->epoch != epoch)
        wki_permutation(sampler->order, sampler->rows,
                        wki_rng_at(sampler->seed, ORDER_STREAM, WKI_FAULT(15) ? 0 : (uint64_t)epoch));
    sampler->epoch = epoch;
    for (int64_t i = 0; i < n; i++) rows[i] = sampler->order[from + i];
    return WK_OK;
}

uint64_t wki_mix_seeds(uint64_t a, uint64_t b)
{
    const uint32_t counter[4] = { (uint32_t)a, (uint32_t)(a >> 32), ORDER_STREAM, 0 };
    const uint32_t key[2] = { (uint32_t)b, (uint32_t)(b >> 32) };
    uint32_t mixed[4];
    wki_philox(counter, key, mixed);
    return mixed[0] | (uint64_t)mixed[1] << 32;
}
