/* Random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011), a pure function of a 128-bit counter and a 64-bit
 * key. */
#ifndef WKI_RNG_H
#define WKI_RNG_H
#include "base/on_device.h"
#include "wick/base.h"

/* Ten rounds; known answers in Random123's kat_vectors. */
WKI_ON_DEVICE static inline void wki_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c0 = n0;
        c1 = (uint32_t)p1;
        c2 = n2;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* A stream for serial use (shuffling, synthetic data, augmentation): numbers of (seed, stream, row), in order. */
typedef struct wk_rng {
    uint32_t key[2], counter[4], block[4];
    int left; /* unused words of block */
} wk_rng;
WK_API wk_rng wki_rng_at(uint64_t seed, uint64_t stream,
                         uint64_t row); /* stream below 2^32: 64 + 32 + 64 bits do not fit otherwise */
WK_API uint32_t wki_rng_u32(wk_rng *rng);
WK_API uint64_t wki_rng_below(wk_rng *rng, uint64_t n); /* uniform in [0, n), no bias (Lemire 2019) */
WK_API double wki_rng_uniform(wk_rng *rng);             /* [0, 1), 53 bits */
WK_API double wki_rng_normal(wk_rng *rng);              /* mean 0, variance 1 (Box and Muller 1958) */

/* What an operation that needs randomness takes: its seed and its own number on this thread. Counter: (element, op,
 * stream). */
typedef struct wki_random_key {
    uint64_t seed, op;
    uint32_t stream;
} wki_random_key;
WK_API wki_random_key wki_random_next(void);
/* The number of this thread's next operation, to be put back for a computation that is repeated; seek returns the old
 * one. */
WK_API uint64_t wki_random_position(void);
WK_API uint64_t wki_random_seek(uint64_t position);
WK_API uint32_t wki_random_seeding(void); /* another one after each wk_manual_seed */

/* What makes an operation's random words 4 block .. 4 block + 3. The top bit of the last counter keeps operations apart
 * from the serial streams above, whose rows stay below 2^63. A tensor of more than 2^34 words reaches into the
 * key. */
WKI_ON_DEVICE static inline void wki_random_block(const wki_random_key *key, uint64_t block, uint32_t counter[4],
                                                  uint32_t keys[2])
{
    counter[0] = (uint32_t)block;
    counter[1] = (uint32_t)key->op;
    counter[2] = (uint32_t)(key->op >> 32);
    counter[3] = key->stream | 0x80000000u;
    keys[0] = (uint32_t)key->seed;
    keys[1] = (uint32_t)(key->seed >> 32) ^ (uint32_t)(block >> 32);
}
#endif
