/* The loader's parts. Batches are numbered from the start of the epoch that the last reset, or o.refresh, began in, on and on; batch k lives in
 * slot k modulo the number of slots. The caller hands out `delivered` batches and has given `released` slots back;
 * workers have claimed `claimed`.
 *
 *   released <= delivered <= released + 1,   claimed <= released + slots
 *
 * One worker at a time holds `plan`: it waits there for a free slot, reading ahead what the next window needs, and writes
 * down the slot's rows, so batches are claimed in order and the order needs no other lock. With the slot it takes its share
 * of the next window's blocks, to be read when the slot is filled. `lock` guards released, stop and the slots' ready; it is never
 * held in user code. */
#ifndef WKI_LOADER_H
#define WKI_LOADER_H
#include "autograd/tensor.h"
#include "base/thread.h"
#include "data/dataset.h"
#include "data/order.h"
#include "data/transform.h"

typedef struct wki_slot {
    wki_storage
        *memory[WK_MAX_FIELDS]; /* replaced before filling where somebody else still uses it; NULL: not made yet */
    wki_storage *room; /* for rows on their way through the transforms; NULL: not made yet, or there are none */
    int64_t *rows, n, repeats, epoch, from; /* from: the position of the first in the epoch */
    int64_t *lengths, items, longest; /* of ragged rows, as in wki_drawn; NULL: there are none */
    bool ready;
    wki_error error; /* of filling it; delivered instead of the batch */
} wki_slot;

/* What of an epoch's draws is this process's: all batches but the last have batch_size of every `global`; the last has
 * `last`, from position `last_from` on. */
typedef struct wki_share {
    int64_t global, full, last, last_from;
} wki_share;

/* How many blocks of the window behind this one workers have begun to read. */
typedef struct wki_ahead {
    int64_t epoch, window, blocks;
} wki_ahead;

enum { WKI_WAITS = -1, WKI_READS_AHEAD = -2, WKI_MOST_AHEAD = 32 };
typedef struct wki_worker {
    wk_loader *loader;
    wki_thread *thread;
    int64_t at;   /* a batch, or what else it does; guarded by `lock`, as the next */
    double since; /* wki_clock */
    int64_t ahead[WKI_MOST_AHEAD]; /* rows of blocks to read when the slot is filled */
    int nahead;
    wki_storage *room[WK_MAX_FIELDS]; /* for one such row, where rows go by windows */
} wki_worker;

/* The device's memory for every second batch, and the copies to it; see uploads.c. */
enum { WKI_UPLOAD_SETS = 2 };
typedef struct wki_upload_set {
    wki_upload *upload;
    wki_storage *memory[WK_MAX_FIELDS]; /* between batches the loader's alone; NULL: not made yet, or kept by somebody */
    int64_t batch; /* whose copies have begun; -1: none */
} wki_upload_set;

struct wk_batch {
    wki_object object;
    const wk_dataset *set;            /* of the loader, which outlives the contents */
    wk_tensor *fields[WK_MAX_FIELDS]; /* NULL: no batch now */
    wk_tensor *lengths, *mask;        /* made when somebody asks for them */
    const wki_slot *slot;
    wk_device device;
    const int64_t *rows;
    int64_t n, repeats;
};

struct wk_loader {
    wki_object object;
    wk_loader_opts o;           /* o.set, o.sampler and o.transform are held */
    wk_dataset *source;         /* held: o.set, or what has grown beyond it and is looked at again */
    bool looked;                /* o.set has the rows of this epoch; always, without o.refresh. Else there are no workers yet */
    int64_t batches, capacity;  /* of an epoch; rows that a slot has room for */
    wki_share share;
    int64_t first_epoch, epoch; /* at the last reset; now */
    int64_t claimed, delivered;
    _Atomic int64_t released;   /* changed under `lock` */
    wki_order order;
    wki_pipeline pipeline;      /* what the transforms do to each field */
    size_t most[WK_MAX_FIELDS]; /* bytes of a batch of each field; ragged rows may have fewer */
    size_t slot_room;           /* bytes of a slot's for the transforms, likewise */
    wki_slot *slots;
    int nslots, nthreads, nlocks;
    const wki_uploader *uploader; /* NULL: batches are the slots' memory */
    wki_upload_set uploads[WKI_UPLOAD_SETS];
    wki_worker *workers;
    wk_loading took;            /* its seconds, guarded by `lock` */
    int64_t handed_out, rows;
    wki_mutex plan, lock;
    wki_ahead ahead;            /* guarded by `plan` */
    wki_cond room, ready;
    int forks;                  /* of the process in which the workers run */
    bool stop, filling; /* filling: in the caller, so that a dataset which calls its own loader is refused */
    wki_error failure;  /* what made the loader stop, until it is reset */
    wk_batch *batch;
};

/* The batch that a loader hands out, again and again (batch.c). */
wk_batch *wki_batch_new(const wk_loader_opts *o, const char *where); /* in no scope */
void wki_batch_empty(wk_batch *batch); /* its tensors go; whoever kept one keeps its memory */

/* The ring (ring.c). */
wk_status wki_ring_make(wk_loader *loader);  /* slots and locks; what was made is freed by wki_ring_free */
wk_status wki_ring_start(wk_loader *loader, int64_t batch); /* from that batch of the present epoch */
void wki_ring_stop(wk_loader *loader);       /* joins the workers, wherever they are */
bool wki_ring_is_elsewhere(const wk_loader *loader); /* its workers stayed behind in the process that was forked */
void wki_ring_free(wk_loader *loader);
/* Until batch `delivered` is there; fills it here without workers. NULL: o.timeout_ms are over, and who does what is recorded
 * as the error. */
wki_slot *wki_ring_wait(wk_loader *loader);
wki_slot *wki_ring_peek(wk_loader *loader);  /* batch `delivered`, if it is there already */
void wki_ring_release(wk_loader *loader);   /* gives the oldest delivered slot back */
size_t wki_slot_bytes(const wk_loader *loader, const wki_slot *slot, int f); /* that the slot's rows of a field take */
typedef wki_storage *wki_maker(const wk_loader *loader, size_t bytes);
/* So much memory of the loader alone: at once as much as any batch takes, unless that is far more. */
void *wki_writable(const wk_loader *loader, wki_maker *make, wki_storage **memory, size_t bytes, size_t most);

/* Batches for a device (uploads.c); for others nothing is done. */
wk_status wki_uploads_make(wk_loader *loader); /* what was made is freed by wki_uploads_free */
void wki_uploads_free(wk_loader *loader);      /* waits for copies */
wki_maker wki_slot_memory;                     /* pinned, where it goes to a device */
/* Begins the copies of a batch, once. An error is the slot's. */
void wki_uploads_send(wk_loader *loader, wki_slot *slot, int64_t batch);
/* Where the batch's fields are, for what is called from now on; an error is the slot's. */
wki_storage *const *wki_uploads_take(wk_loader *loader, wki_slot *slot, int64_t batch);
/* The batch is over: its slot may be filled again. */
wk_status wki_uploads_rest(wk_loader *loader, int64_t batch);
wk_status wki_uploads_rest_all(wk_loader *loader);

/* Is the state of such a loader? Nothing changes; of a set that grows, rows may be fewer. */
wk_status wki_loader_fits(const wk_loader *loader, const wk_state *s);
#endif
