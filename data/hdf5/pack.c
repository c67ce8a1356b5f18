/* Chunks filtered on their way into a file: bytes shuffled, deflated, summed, in threads that take turns on a ring of
 * chunks. Who waits for the oldest one packs others meanwhile. Rests on libdeflate and base/thread.h. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/hdf5/writer.h"
#include <libdeflate.h>
#include <string.h>

typedef struct worker {
    wki_h5_packer *packer;
    wki_thread *thread;
    struct libdeflate_compressor *deflater;
} worker;

/* first <= taken <= next <= first + njobs: those before `taken` are packed or being packed. */
struct wki_h5_packer {
    wki_h5_job *jobs;
    uint64_t first, taken, next;
    int njobs, nthreads, nlocks, forks;
    worker *workers; /* the first is the caller, without a thread */
    int nworkers;
    bool stop;
    wki_mutex lock; /* guards taken, next, stop and the jobs' done */
    wki_cond work, ready;
};

wk_status wki_h5_room_for(wki_h5_room *room, size_t size)
{
    if (room->size >= size) return WK_OK;
    wki_free(room->bytes);
    room->bytes = wki_alloc(size);
    room->size = room->bytes ? size : 0;
    return room->bytes ? WK_OK : wk_error();
}

/* Out: the first bytes of all elements, then the second ones ... A chunk is whole elements. */
static void shuffle(const unsigned char *restrict in, size_t bytes, size_t item, unsigned char *restrict out)
{
    const size_t n = bytes / item;
    for (size_t k = 0; k < item; k++)
        for (size_t i = 0; i < n; i++) out[k * n + i] = in[i * item + k];
}

/* Little-endian, behind what it is of. */
static void add_sum(unsigned char *bytes, size_t size)
{
    const uint32_t sum = wki_h5_fletcher32(bytes, size);
    for (int i = 0; i < WKI_H5_SUM; i++) bytes[size + (size_t)i] = (unsigned char)(sum >> 8 * i);
}

/* What does not get smaller stays as it is, which the mask tells. */
static void pack(wki_h5_job *j, struct libdeflate_compressor *deflater)
{
    unsigned char *in = j->raw.bytes, *out = j->other.bytes;
    if (j->shuffle) {
        shuffle(in, j->bytes, j->item, out);
        in = j->other.bytes;
        out = j->raw.bytes;
    }
    const size_t packed = j->deflate ? libdeflate_zlib_compress(deflater, in, j->bytes, out, j->bytes) : 0;
    j->packed_bytes = packed ? packed : j->bytes;
    if (j->checksum) {
        add_sum(packed ? out : in, j->packed_bytes - WKI_FAULT(71));
        j->packed_bytes += WKI_H5_SUM;
    }
    j->packed = packed ? out : in;
    j->mask = j->deflate && !packed && !WKI_FAULT(70) ? 1u << j->shuffle : 0;
}

/* Packs the next one that nobody has; the lock is held before and after. */
static void pack_one(wki_h5_packer *p, struct libdeflate_compressor *deflater)
{
    wki_h5_job *job = &p->jobs[p->taken++ % (uint64_t)p->njobs];
    wki_unlock(&p->lock);
    pack(job, deflater);
    wki_lock(&p->lock);
    job->done = true;
    wki_wake_all(&p->ready);
}

static void work(void *argument)
{
    const worker *me = argument;
    wki_h5_packer *p = me->packer;
    wki_lock(&p->lock);
    for (;;) {
        while (p->taken == p->next && !p->stop) wki_wait(&p->work, &p->lock);
        if (p->stop) break;
        pack_one(p, me->deflater);
    }
    wki_unlock(&p->lock);
}

static wk_status make_locks(wki_h5_packer *p)
{
    wk_status status = wki_mutex_init(&p->lock);
    if (status == WK_OK) p->nlocks = 1, status = wki_cond_init(&p->work);
    if (status == WK_OK) p->nlocks = 2, status = wki_cond_init(&p->ready);
    if (status == WK_OK) p->nlocks = 3;
    return status;
}

static wk_status make_workers(wki_h5_packer *p, int level, int threads)
{
    if (!(p->workers = wki_alloc_array((size_t)threads + 1, sizeof *p->workers))) return wk_error();
    for (; p->nworkers <= threads; p->nworkers++) {
        worker *w = &p->workers[p->nworkers];
        w->packer = p;
        w->deflater = level ? libdeflate_alloc_compressor(level) : NULL;
        if (level && !w->deflater) return wki_fail(WK_E_MEMORY, "h5_writer", "no memory to deflate");
    }
    for (; p->nthreads < threads; p->nthreads++)
        if (!(p->workers[p->nthreads + 1].thread =
                  wki_thread_start(work, &p->workers[p->nthreads + 1], "wick-deflate")))
            return wk_error();
    return WK_OK;
}

wki_h5_packer *wki_h5_packer_new(int level, int workers)
{
    wki_h5_packer *p = wki_alloc(sizeof *p);
    if (!p) return NULL;
    const int threads = level ? workers : 0;
    p->forks = wki_forks();
    p->njobs = 2 * threads + 1;
    p->jobs = wki_alloc_array((size_t)p->njobs, sizeof *p->jobs);
    if (p->jobs && make_locks(p) == WK_OK && make_workers(p, level, threads) == WK_OK) return p;
    wki_h5_packer_free(p);
    return NULL;
}

bool wki_h5_packer_is_elsewhere(const wki_h5_packer *p) { return p->nthreads > 0 && p->forks != wki_forks(); }

static void stop(wki_h5_packer *p)
{
    wki_lock(&p->lock);
    p->stop = true;
    wki_wake_all(&p->work);
    wki_unlock(&p->lock);
    for (int i = 1; i <= p->nthreads; i++) wki_thread_join(p->workers[i].thread);
}

/* In a process that was forked there are no threads, and a condition that somebody waits for cannot be destroyed. */
void wki_h5_packer_free(wki_h5_packer *p)
{
    if (!p) return;
    if (wki_h5_packer_is_elsewhere(p)) {
        for (int i = 1; i <= p->nthreads; i++) wki_thread_forget(p->workers[i].thread);
        p->nlocks = 0;
    } else if (p->nthreads > 0) {
        stop(p);
    }
    for (int i = 0; i < p->nworkers; i++)
        if (p->workers[i].deflater) libdeflate_free_compressor(p->workers[i].deflater);
    for (int i = 0; p->jobs && i < p->njobs; i++) {
        wki_free(p->jobs[i].raw.bytes);
        wki_free(p->jobs[i].other.bytes);
    }
    if (p->nlocks > 2) wki_cond_destroy(&p->ready);
    if (p->nlocks > 1) wki_cond_destroy(&p->work);
    if (p->nlocks > 0) wki_mutex_destroy(&p->lock);
    wki_free(p->workers);
    wki_free(p->jobs);
    wki_free(p);
}

bool wki_h5_packer_is_full(const wki_h5_packer *p) { return p->next - p->first == (uint64_t)p->njobs; }

wki_h5_job *wki_h5_packer_next(wki_h5_packer *p) { return &p->jobs[p->next % (uint64_t)p->njobs]; }

void wki_h5_packer_submit(wki_h5_packer *p)
{
    wki_h5_packer_next(p)->done = false;
    wki_lock(&p->lock);
    p->next++;
    wki_wake_one(&p->work);
    wki_unlock(&p->lock);
}

wki_h5_job *wki_h5_packer_take(wki_h5_packer *p)
{
    if (p->first == p->next) return NULL;
    wki_h5_job *job = &p->jobs[p->first % (uint64_t)p->njobs];
    wki_lock(&p->lock);
    while (!job->done) {
        if (p->taken < p->next)
            pack_one(p, p->workers[0].deflater);
        else
            wki_wait(&p->ready, &p->lock);
    }
    wki_unlock(&p->lock);
    return job;
}

void wki_h5_packer_drop(wki_h5_packer *p) { p->first++; }
