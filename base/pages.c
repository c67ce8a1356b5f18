/* Regions and what of them is taken. A page is asked for when the last granule of it is: Linux then moves what is
 * there already. What is put back goes to the system at once, and its place to the next that fits. Rests on thread.h's
 * locks and mmap. */
#define _GNU_SOURCE 1
#include "base/pages.h"
#include "base/context.h"
#include "base/fault.h"
#include "base/thread.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined MADV_HUGEPAGE && !defined MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* newer than some headers; an older Linux refuses it */
#endif

enum { GRANULE = 16 << 10, GRANULES = 1024, REGION = GRANULES * GRANULE, PER_PAGE = WKI_HUGE_PAGE / GRANULE };

/* Small blocks are the threads', and larger ones have pages of their own (alloc.c). */
enum { LEAST = WKI_SMALL, MOST = 2 * WKI_HUGE_PAGE };

typedef struct region {
    struct region *next;
    void *mapped; /* REGION and what it takes to begin at a page of 2 MB */
    char *memory;
    int used;
    bool taken[GRANULES];
} region;

static wki_mutex lock = WKI_MUTEX_INIT;
static region *regions;

static bool is_ours(size_t bytes)
{
#ifdef MADV_HUGEPAGE
    return WKI_CACHED && bytes >= LEAST && bytes < MOST && sysconf(_SC_PAGESIZE) <= GRANULE;
#else
    return (void)bytes, false;
#endif
}

static int granules_of(size_t bytes) { return (int)((bytes + GRANULE - 1) / GRANULE); }

/* where n granules are free, the first such place; -1: nowhere */
static int place_in(const region *r, int n)
{
    if (GRANULES - r->used < n) return -1;
    for (int at = 0, run = 0; at < GRANULES; at++) {
        run = r->taken[at] ? 0 : run + 1;
        if (run == n) return at + 1 - n;
    }
    return -1;
}

enum { MAPPED = REGION + WKI_HUGE_PAGE };

static region *make(void)
{
    region *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    made->mapped = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made->mapped == MAP_FAILED) {
        free(made);
        return NULL;
    }
    made->memory = (char *)made->mapped + (WKI_HUGE_PAGE - (uintptr_t)made->mapped % WKI_HUGE_PAGE) % WKI_HUGE_PAGE;
    return made;
}

/* The pages that granules [at, at + n), just taken, have filled. A page that nobody has written cannot be had at once,
   so what is the caller's of it is written here. */
static void fill(region *r, int at, int n)
{
#ifdef MADV_HUGEPAGE
    for (int page = at / PER_PAGE; page * PER_PAGE < at + n; page++) {
        const int first = page * PER_PAGE;
        if (memchr(r->taken + first, false, PER_PAGE)) continue;
        r->memory[(size_t)(first > at ? first : at) * GRANULE] = 0;
        char *const memory = r->memory + (size_t)first * GRANULE;
        if (madvise(memory, WKI_HUGE_PAGE, MADV_COLLAPSE)) madvise(memory, WKI_HUGE_PAGE, MADV_HUGEPAGE);
    }
#else
    (void)r, (void)at, (void)n;
#endif
}

void *wki_pages_get(size_t bytes)
{
    if (!is_ours(bytes)) return NULL;
    const int n = granules_of(bytes);
    char *memory = NULL;
    wki_lock(&lock);
    region **r = &regions;
    int at = -1;
    for (; *r && (at = place_in(*r, n)) < 0; r = &(*r)->next) continue;
    if (!*r) *r = make(), at = 0;
    if (*r) {
        memset((*r)->taken + at, true, (size_t)(WKI_FAULT(200) ? n - 1 : n));
        (*r)->used += n;
        fill(*r, at, n);
        memory = (*r)->memory + (size_t)at * GRANULE;
    }
    wki_unlock(&lock);
    return memory;
}

static void give_back(region **r, char *memory, int n)
{
    region *const of = *r;
    memset(of->taken + (memory - of->memory) / GRANULE, false, (size_t)n);
    of->used -= n;
    if (of->used == 0) {
        *r = of->next;
        munmap(of->mapped, MAPPED);
        free(of);
        return;
    }
#ifdef MADV_DONTNEED
    if (!WKI_FAULT(201)) madvise(memory, (size_t)n * GRANULE, MADV_DONTNEED);
#endif
}

bool wki_pages_put(void *memory, size_t bytes)
{
    if (!is_ours(bytes)) return false;
    wki_lock(&lock);
    region **r = &regions;
    while (*r && (uintptr_t)memory - (uintptr_t)(*r)->memory >= REGION) r = &(*r)->next;
    const bool found = *r != NULL;
    if (found) give_back(r, memory, granules_of(bytes));
    wki_unlock(&lock);
    return found;
}

void wki_pages_lock(bool take)
{
    if (take)
        wki_lock(&lock);
    else
        wki_unlock(&lock);
}
