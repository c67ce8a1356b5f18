/* Random numbers: serial streams over Philox, and the process seed with the number of each thread's next random
 * operation. Rests on the context, which keeps the thread's place. */
#include "base/rng.h"
#include "base/context.h"
#include "base/fault.h"
#include "base/thread.h"
#include <math.h>

/* Serial streams have a key of their own, or they would repeat the numbers of the operations with the same seed. */
#define SERIAL 0x9D39247Eu

wk_rng wki_rng_at(uint64_t seed, uint64_t stream, uint64_t row)
{
    return (wk_rng){ .key = { (uint32_t)seed, (uint32_t)(seed >> 32) ^ SERIAL },
                     .counter = { 0, (uint32_t)stream, (uint32_t)row, (uint32_t)(row >> 32) } };
}

uint32_t wki_rng_u32(wk_rng *rng)
{
    if (rng->left == 0) {
        wki_philox(rng->counter, rng->key, rng->block);
        rng->counter[0]++;
        rng->left = 4;
    }
    return rng->block[4 - rng->left--];
}

static uint64_t next_u64(wk_rng *rng)
{
    const uint64_t low = wki_rng_u32(rng);
    return low | (uint64_t)wki_rng_u32(rng) << 32;
}

uint64_t wki_rng_below(wk_rng *rng, uint64_t n)
{
    if (n == 0) return 0;
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)next_u64(rng) * n;
    if ((uint64_t)product < n) {
        const uint64_t uneven = (0 - n) % n;
        while ((uint64_t)product < uneven) product = (wide)next_u64(rng) * n;
    }
    return (uint64_t)(product >> 64);
}

double wki_rng_uniform(wk_rng *rng) { return (double)(next_u64(rng) >> 11) * 0x1p-53; }

double wki_rng_normal(wk_rng *rng)
{
    const double radius = sqrt(-2.0 * log(1.0 - wki_rng_uniform(rng)));
    return radius * cos(6.283185307179586 * wki_rng_uniform(rng));
}

static wki_mutex seeding_lock = WKI_MUTEX_INIT;
static uint64_t process_seed;
static atomic_uint seeding =
    1; /* how often the seed was set, so that threads notice and count their operations from 0 again */
static atomic_uint streams;

void wk_manual_seed(uint64_t seed)
{
    wki_lock(&seeding_lock);
    process_seed = seed;
    atomic_fetch_add(&seeding, 1);
    wki_unlock(&seeding_lock);
}

uint64_t wk_initial_seed(void)
{
    wki_lock(&seeding_lock);
    const uint64_t seed = process_seed;
    wki_unlock(&seeding_lock);
    return seed;
}

static void take_seed(wki_context *here)
{
    if (here->seeding == 0) here->stream = atomic_fetch_add(&streams, 1);
    wki_lock(&seeding_lock);
    here->seed = process_seed;
    here->seeding = atomic_load(&seeding);
    if (!WKI_FAULT(27)) here->op = 0;
    wki_unlock(&seeding_lock);
}

static wki_context *seeded_here(void)
{
    wki_context *here = wki_context_here();
    if (here->seeding != atomic_load_explicit(&seeding, memory_order_relaxed)) take_seed(here);
    return here;
}

wki_random_key wki_random_next(void)
{
    wki_context *here = seeded_here();
    return (wki_random_key){ .seed = here->seed, .op = here->op++, .stream = here->stream };
}

uint64_t wki_random_position(void) { return seeded_here()->op; }

uint32_t wki_random_seeding(void) { return seeded_here()->seeding; }

uint64_t wki_random_seek(uint64_t position)
{
    wki_context *here = seeded_here();
    const uint64_t old = here->op;
    here->op = position;
    return old;
}

wk_rng_place wk_rng_state(void)
{
    const wki_context *here = seeded_here();
    return (wk_rng_place){ .seed = here->seed, .operation = here->op, .stream = here->stream };
}

void wk_set_rng_state(wk_rng_place place)
{
    if (wk_initial_seed() != place.seed) wk_manual_seed(place.seed);
    wki_context *here = seeded_here();
    here->op = place.operation;
    here->stream = place.stream;
}
