/* Cached blocks for the bytes of tensors. Each thread has a stack of small free blocks a size class, so that a warm
 * call takes a few instructions; what does not fit there, and all large blocks, lie in one pool behind a lock. Rests on
 * alloc.c's wki_system_get. */
#include "base/alloc.h"
#include "base/context.h"
#include "base/thread.h"

/* A thread keeps this much of each class, and adds its counts to the pool's when they differ by PUBLISHED_EVERY. */
enum { KEPT_BYTES = 256 * 1024, KEPT_MOST = 128, PUBLISHED_EVERY = 1024 * 1024 };
/* The pool gives back to the system what exceeds twice the highest use and this. */
#define POOL_AT_LEAST ((size_t)64 << 20)

static struct {
    wki_mutex lock;
    int64_t used, peak;  /* without what the threads have not published */
    size_t cached, held; /* in this pool's stacks; from the system and not given back */
    uint64_t from_system;
    wki_stack blocks[WKI_BINS];
} pool = { .lock = WKI_MUTEX_INIT };

static void push(wki_stack *stack, void *block)
{
    *(void **)block = stack->top;
    stack->top = block;
    stack->count++;
}

static void *pop(wki_stack *stack)
{
    void *block = stack->top;
    if (!block) return NULL;
    stack->top = *(void **)block;
    stack->count--;
    return block;
}

/* The caller holds the pool's lock. */
static void publish(wki_context *here)
{
    if (pool.used + here->used_most > pool.peak) pool.peak = pool.used + here->used_most;
    pool.used += wki_counter_get(&here->used);
    wki_counter_set(&here->used, 0);
    here->used_most = 0;
}

static inline void count_use(wki_context *here, int64_t bytes)
{
    const int64_t used = wki_counter_get(&here->used) + bytes;
    wki_counter_set(&here->used, used);
    if (used > here->used_most) here->used_most = used;
    if (used < PUBLISHED_EVERY && used > -PUBLISHED_EVERY) return;
    wki_lock(&pool.lock);
    publish(here);
    wki_unlock(&pool.lock);
}

static void *from_system(size_t bytes)
{
    void *block = wki_system_get(bytes, 64);
    if (!block) {
        wki_fail(WK_E_MEMORY, "memory", "cannot allocate %zu bytes for a tensor; free some, or work on smaller batches",
                 bytes);
        return NULL;
    }
    wki_lock(&pool.lock);
    pool.held += bytes;
    pool.from_system++;
    wki_unlock(&pool.lock);
    return block;
}

static void to_system(void *block, size_t bytes)
{
    wki_lock(&pool.lock);
    pool.held -= bytes;
    wki_unlock(&pool.lock);
    wki_system_put(block, bytes);
}

static void *from_pool(int bin)
{
    wki_lock(&pool.lock);
    void *block = pop(&pool.blocks[bin]);
    if (block) pool.cached -= wki_bin_bytes(bin);
    wki_unlock(&pool.lock);
    return block;
}

static void to_pool(wki_context *here, void *block, int bin)
{
    const size_t bytes = wki_bin_bytes(bin);
    wki_lock(&pool.lock);
    publish(here);
    const bool keep = pool.held <= 2 * (size_t)pool.peak + POOL_AT_LEAST;
    if (keep) {
        push(&pool.blocks[bin], block);
        pool.cached += bytes;
    }
    wki_unlock(&pool.lock);
    if (!keep) to_system(block, bytes);
}

static inline bool has_room(const wki_stack *stack, size_t bytes)
{
    return stack->count < KEPT_MOST && (stack->count + 1) * bytes <= KEPT_BYTES;
}

void *wki_block_get(size_t bytes, size_t *got)
{
    wki_context *here = wki_context_here();
    const int bin = bytes <= WKI_LARGEST ? wki_bin_of(bytes) : WKI_BINS;
    void *block = NULL;
    *got = WKI_CACHED && bin < WKI_BINS ? wki_bin_bytes(bin) : bytes ? bytes : 1; /* 0 would mean: not ours */
    if (bin < WKI_SMALL_BINS && (block = pop(&here->blocks[bin])) != NULL)
        wki_counter_add(&here->cached, -(int64_t)*got);
    if (!block && WKI_CACHED && bin < WKI_BINS) block = from_pool(bin);
    if (!block) block = from_system(*got);
    if (!block) return NULL;
    wki_counter_add(&here->blocks_made, 1);
    count_use(here, (int64_t)*got);
    return block;
}

void wki_block_put(void *block, size_t got)
{
    if (!block) return;
    wki_context *here = wki_context_here();
    const int bin = wki_bin_of(got);
    count_use(here, -(int64_t)got);
    if (!WKI_CACHED) {
        to_system(block, got);
    } else if (bin < WKI_SMALL_BINS && has_room(&here->blocks[bin], got)) {
        push(&here->blocks[bin], block);
        wki_counter_add(&here->cached, (int64_t)got);
    } else {
        to_pool(here, block, bin);
    }
}

void wki_blocks_give_back(wki_context *here)
{
    wki_lock(&pool.lock);
    publish(here);
    for (int bin = 0; bin < WKI_SMALL_BINS; bin++) {
        for (void *block; (block = pop(&here->blocks[bin]));) {
            push(&pool.blocks[bin], block);
            pool.cached += wki_bin_bytes(bin);
        }
    }
    wki_counter_set(&here->cached, 0);
    wki_unlock(&pool.lock);
}

bool wki_blocks_trim(wki_context *here)
{
    bool freed = false;
    wki_blocks_give_back(here);
    for (int bin = 0; bin < WKI_BINS; bin++) {
        for (void *block; (block = from_pool(bin)); freed = true) to_system(block, wki_bin_bytes(bin));
    }
    return freed;
}

void wki_block_stats(wk_memory *out)
{
    wki_context *here = wki_context_here();
    wki_lock(&pool.lock);
    publish(here);
    const wki_totals threads = wki_context_totals();
    const int64_t used = pool.used + threads.used;
    if (used > pool.peak) pool.peak = used;
    out->used = used > 0 ? (size_t)used : 0;
    out->peak = (size_t)pool.peak;
    out->cached = pool.cached + (size_t)threads.cached;
    out->allocations = (uint64_t)threads.blocks_made;
    out->from_system = pool.from_system;
    wki_unlock(&pool.lock);
}

void wki_blocks_lock(bool take)
{
    if (take)
        wki_lock(&pool.lock);
    else
        wki_unlock(&pool.lock);
}
