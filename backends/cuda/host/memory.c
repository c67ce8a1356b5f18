/* Memory of a device, cached. Sizes are rounded up to classes, four to a doubling; blocks up to a MiB are cut from
 * slabs, larger ones come from CUDA one by one, and all are kept by class when freed. A device has one queue, in whose
 * order work runs, so that a block may be given away as soon as it is freed: what still uses it runs before what comes
 * next.
 *
 * With WICK_CUDA_CACHE=0 each block comes from CUDA and goes back to it, so that tools see its bounds and its end. */
#include "backends/cuda/host/device.h"
#include "base/alloc.h"

enum { SMALLEST_LOG = 9, CLASSES = 4 * 40, ROOM_AT_FIRST = 16 };
#define SLAB  ((size_t)32 << 20)
#define SMALL ((size_t)1 << 20) /* at most: cut from a slab */

typedef struct stack {
    void **blocks;            /* the free ones */
    size_t count, made, room; /* room for all that were made, so that freeing needs no memory */
} stack;

struct wki_cuda_pool {
    stack kept[CLASSES];
    char *slab; /* the one being cut */
    size_t left;
    size_t used, peak, cached;
    uint64_t allocations, from_system;
    bool plain; /* nothing is cached */
};

/* Class c holds (4 + c % 4) * 2^(c / 4) units of 512 / 4 bytes. */
static size_t class_bytes(int c) { return (size_t)(4 + c % 4) << (c / 4 + SMALLEST_LOG - 2); }

static int class_of(size_t bytes)
{
    if (bytes <= (size_t)1 << SMALLEST_LOG) return 0;
    const int log = 63 - __builtin_clzll((unsigned long long)bytes - 1); /* 2^log < bytes <= 2^(log + 1) */
    const int quarter = (int)((bytes - 1) >> (log - 2)) & 3;
    return 4 * (log - SMALLEST_LOG) + quarter + 1;
}

static wki_cuda_pool *pool_of(wki_device *d)
{
    if (d->pool) return d->pool;
    d->pool = wki_alloc(sizeof *d->pool);
    if (d->pool) d->pool->plain = wki_cuda_is_off("WICK_CUDA_CACHE");
    return d->pool;
}

static wk_status make_room(stack *s)
{
    if (s->made < s->room) return WK_OK;
    const size_t room = s->room ? 2 * s->room : ROOM_AT_FIRST;
    void **blocks = wki_grow(s->blocks, s->room * sizeof *blocks, room * sizeof *blocks);
    if (!blocks) return WK_E_MEMORY;
    s->blocks = blocks;
    s->room = room;
    return WK_OK;
}

/* An error of work before shows where that is waited for; here it would be taken for one of the next launch. */
static void to_cuda(void *block)
{
    if (cudaFree(block) != cudaSuccess) (void)cudaGetLastError();
}

/* Blocks that did not come from a slab go back to CUDA. */
static bool give_back(wki_cuda_pool *p)
{
    bool any = false;
    for (int c = class_of(SMALL) + 1; c < CLASSES; c++)
        for (stack *s = &p->kept[c]; s->count; any = true) {
            to_cuda(s->blocks[--s->count]);
            s->made--;
            p->cached -= class_bytes(c);
        }
    return any;
}

static wk_status from_cuda(wki_cuda_pool *p, int index, size_t bytes, void **block)
{
    cudaError_t error = cudaMalloc(block, bytes);
    if (error == cudaErrorMemoryAllocation && give_back(p)) {
        (void)cudaGetLastError();
        error = cudaMalloc(block, bytes);
    }
    p->from_system++;
    if (error != cudaErrorMemoryAllocation) return wki_cuda_check(error, index, "asking for memory");
    (void)cudaGetLastError();
    size_t left = 0, all = 0;
    if (cudaMemGetInfo(&left, &all) != cudaSuccess) (void)cudaGetLastError();
    return wki_fail(
        WK_E_MEMORY, wki_device_name(index).text,
        "cannot allocate %zu bytes for a tensor (%zu of %zu MiB are free, tensors hold %zu MiB); free some, or "
        "work on smaller batches",
        bytes, left >> 20, all >> 20, p->used >> 20);
}

static wk_status from_slab(wki_cuda_pool *p, int index, size_t bytes, void **block)
{
    if (p->left < bytes) {
        void *slab;
        if (from_cuda(p, index, SLAB, &slab)) return WK_E_MEMORY;
        p->slab = slab; /* what is left of the last one is lost to it: less than a small block */
        p->left = SLAB;
    }
    *block = p->slab;
    p->slab += bytes;
    p->left -= bytes;
    return WK_OK;
}

static wk_status get(wki_cuda_pool *p, int index, size_t bytes, void **block)
{
    const int c = class_of(bytes);
    if (p->plain) return from_cuda(p, index, bytes, block);
    if (c >= CLASSES) return wki_fail(WK_E_MEMORY, "memory", "cannot allocate %zu bytes for a tensor", bytes);
    stack *s = &p->kept[c];
    if (s->count > 0) {
        *block = s->blocks[--s->count];
        p->cached -= class_bytes(c);
        return WK_OK;
    }
    if (make_room(s)) return WK_E_MEMORY;
    const wk_status status = class_bytes(c) <= SMALL ? from_slab(p, index, class_bytes(c), block)
                                                     : from_cuda(p, index, class_bytes(c), block);
    s->made += status == WK_OK;
    return status;
}

wk_status wki_device_get(int index, size_t bytes, void **block, size_t *got)
{
    wki_device *d = wki_device_at(index);
    if (!d) return WK_E_DEVICE;
    wki_lock(&d->lock);
    wki_cuda_pool *p = pool_of(d);
    const wk_status status = p ? get(p, index, bytes ? bytes : 1, block) : WK_E_MEMORY;
    if (status == WK_OK) {
        *got = p->plain ? (bytes ? bytes : 1) : class_bytes(class_of(bytes));
        p->allocations++;
        p->used += *got;
        if (p->used > p->peak) p->peak = p->used;
    }
    wki_unlock(&d->lock);
    return status;
}

void wki_device_put(int index, void *block, size_t got)
{
    wki_device *d = block ? wki_device_opened(index) : NULL; /* what frees does not fail */
    if (!d) return;
    wki_lock(&d->lock);
    wki_cuda_pool *p = d->pool;
    p->used -= got;
    if (p->plain) {
        to_cuda(block);
    } else {
        stack *s = &p->kept[class_of(got)];
        s->blocks[s->count++] = block;
        p->cached += got;
    }
    wki_unlock(&d->lock);
}

void wki_device_trim(int index)
{
    wki_device *d = wki_device_opened(index);
    if (!d) return;
    (void)cudaSetDevice(index);
    wki_lock(&d->lock);
    if (d->pool) give_back(d->pool);
    wki_unlock(&d->lock);
    (void)cudaGetLastError(); /* in a process that forked off there is nothing to be had */
}

void wki_device_stats(int index, wk_memory *out)
{
    wki_device *d = wki_device_opened(index);
    if (!d) return;
    wki_lock(&d->lock);
    const wki_cuda_pool *p = d->pool;
    if (p) *out = (wk_memory){ p->used, p->peak, p->cached + p->left, p->allocations, p->from_system };
    wki_unlock(&d->lock);
}
