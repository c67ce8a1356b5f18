/* The ring of batch slots and the workers that fill them ahead. A slot's memory is written over only while the loader
 * alone refers to it. Rests on base's threads and on the dataset's get_many. */
#include "base/alloc.h"
#include "base/fault.h"
#include "data/loader.h"
#include <stdio.h>
#include <string.h>

void *wki_writable(const wk_loader *loader, wki_maker *make, wki_storage **memory, size_t bytes, size_t most)
{
    if (*memory && (wki_storage_refs(*memory) > 1 || (*memory)->bytes < bytes)) {
        wki_storage_unref(*memory);
        *memory = NULL;
    }
    if (!*memory) *memory = make(loader, most / 4 <= bytes && most > bytes ? most : bytes);
    return *memory ? (*memory)->data : NULL;
}

static wki_storage *scratch(const wk_loader *loader, size_t bytes)
{
    (void)loader;
    return wki_storage_new(WK_CPU, bytes);
}

/* A field's share of this slot's batch. */
static size_t field_bytes(const wk_loader *loader, const wki_slot *slot, int f)
{
    if (!wki_is_ragged(loader->o.set, f)) return loader->most[f];
    const int64_t items = slot->longest < 0 ? slot->items : slot->n * slot->longest;
    return (size_t)items * wki_item_bytes(&loader->pipeline.fields[f]);
}

size_t wki_slot_bytes(const wk_loader *loader, const wki_slot *slot, int f)
{
    const bool ragged = wki_is_ragged(loader->o.set, f);
    return ragged ? field_bytes(loader, slot, f) : (size_t)slot->n * wki_field_bytes(&loader->pipeline.fields[f]);
}

/* How long the slot's rows are, and what they are padded to. */
static void measure(const wk_loader *loader, wki_slot *slot)
{
    const int64_t multiple = loader->o.pad_multiple;
    int64_t longest;
    if (wki_dataset_lengths(loader->o.set, slot->rows, slot->n, slot->lengths, &slot->items, &longest)) return;
    slot->longest = loader->o.flat ? -1 : (longest + multiple - 1) / multiple * multiple;
}

static void *room_of(const wk_loader *loader, wki_slot *slot)
{
    size_t bytes = loader->slot_room;
    if (loader->o.flat && loader->pipeline.nsteps == 0) return NULL; /* read into the batch */
    if (slot->lengths) wki_pipeline_room(&loader->pipeline, loader->o.set, slot->n, slot->items, &bytes);
    return bytes ? wki_writable(loader, scratch, &slot->room, bytes, loader->slot_room) : NULL;
}

/* Leaves no error pending in this thread: what went wrong is the slot's, and reaches the caller at this batch. */
static void fill(wk_loader *loader, wki_slot *slot)
{
    wk_dataset *set = loader->o.set;
    void *fields[WK_MAX_FIELDS];
    if (slot->lengths && !wk_failed()) measure(loader, slot);
    for (int f = 0; f < set->nfields && !wk_failed(); f++)
        fields[f] =
            wki_writable(loader, wki_slot_memory, &slot->memory[f], field_bytes(loader, slot, f), loader->most[f]);
    void *room = wk_failed() ? NULL : room_of(loader, slot);
    const wki_drawn drawn = { slot->rows,         slot->n,       slot->epoch, slot->from,
                              loader->order.seed, slot->lengths, slot->items, slot->longest };
    if (!wk_failed()) wki_pipeline_read(&loader->pipeline, set, &drawn, room, fields);
    wki_error_take(&slot->error);
}

/* The next batch in order: which slot, and which rows. An error stays pending in this thread for fill to see. */
static wki_slot *plan(wk_loader *loader)
{
    const wki_share *share = &loader->share;
    const int64_t k = loader->claimed++, batch = k % loader->batches, draws = loader->order.draws;
    const int64_t epoch = loader->first_epoch + k / loader->batches + WKI_FAULT(14) * loader->nthreads;
    const bool full = batch < share->full;
    wki_slot *slot = &loader->slots[k % loader->nslots];
    int64_t from = full ? batch * share->global + loader->o.rank * loader->o.batch_size : share->last_from;
    slot->n = full ? loader->o.batch_size : share->last;
    slot->repeats = 0;
    slot->epoch = epoch;
    slot->from = from;
    for (int64_t done = 0, run; done < slot->n; done += run, from += run) {
        const int64_t left = slot->n - done, at = from % draws; /* WK_TAIL_PAD goes on at the first */
        run = draws - at < left ? draws - at : left;
        if (from >= draws) slot->repeats += run;
        if (wki_order_take(&loader->order, epoch, at, run, slot->rows + done)) break;
    }
    return slot;
}

/* The next block of the window behind this one, by a row of it, so that the first batches of that window do not wait
 * for all of them; false: there is none, or it is early. `plan` is held. */
static bool next_ahead(wk_loader *loader, int64_t taken, int64_t *row)
{
    wki_ahead *ahead = &loader->ahead;
    const wki_order *order = &loader->order;
    if (ahead->epoch != order->epoch || ahead->window != order->window)
        *ahead = (wki_ahead){ order->epoch, order->window, 0 };
    if (!wki_order_ahead(order, ahead->blocks, taken, row)) return false;
    ahead->blocks += !WKI_FAULT(84);
    return true;
}

/* A failure is met again, and told, at the batch that needs the block. */
static void read_ahead(wki_worker *me, int64_t row)
{
    wk_dataset *set = me->loader->o.set;
    void *fields[WK_MAX_FIELDS];
    wki_error ignored;
    for (int f = 0; f < set->nfields; f++) fields[f] = me->room[f]->data;
    wki_dataset_read(set, &row, 1, fields);
    if (!WKI_FAULT(85)) wki_error_take(&ignored);
}

/* Even shares, whether there is time to spare or not: a window read at once would make its first batch late. */
static void take_share(wki_worker *me, const wki_slot *slot)
{
    me->nahead = 0;
    while (me->nahead < WKI_MOST_AHEAD && next_ahead(me->loader, slot->from + slot->n, &me->ahead[me->nahead]))
        me->nahead++;
}

/* No slot is free, or the next epoch's rows are not known yet. */
static bool is_full(const wk_loader *loader)
{
    return loader->claimed - loader->released >= loader->nslots ||
           (loader->o.refresh && loader->claimed == loader->batches);
}

static void set_at(wki_worker *me, int64_t at)
{
    me->at = at;
    me->since = wki_clock();
}

static wki_slot *claim(wki_worker *me)
{
    wk_loader *loader = me->loader;
    wki_lock(&loader->plan);
    wki_lock(&loader->lock);
    while (!loader->stop && is_full(loader)) {
        int64_t row;
        const int64_t released = loader->released;
        set_at(me, WKI_READS_AHEAD);
        wki_unlock(&loader->lock);
        const bool more = next_ahead(loader, INT64_MAX, &row);
        if (more)
            read_ahead(me, row);
        else
            wki_watch(&loader->released, released);
        wki_lock(&loader->lock);
        if (more) loader->took.filling += wki_clock() - me->since;
        if (more || loader->stop || !is_full(loader)) continue;
        set_at(me, WKI_WAITS);
        wki_wait(&loader->room, &loader->lock);
        loader->took.idle += wki_clock() - me->since;
    }
    const bool stop = loader->stop;
    set_at(me, loader->claimed);
    wki_unlock(&loader->lock);
    wki_slot *slot = stop ? NULL : plan(loader);
    if (slot && !WKI_FAULT(101)) take_share(me, slot);
    wki_unlock(&loader->plan);
    return slot;
}

static void read_share(wki_worker *me)
{
    wk_loader *loader = me->loader;
    for (int i = 0; i < me->nahead; i++) read_ahead(me, me->ahead[i]);
    wki_lock(&loader->lock);
    loader->took.filling += wki_clock() - me->since;
    set_at(me, WKI_WAITS);
    wki_unlock(&loader->lock);
}

static void work(void *argument)
{
    wki_worker *me = argument;
    wk_loader *loader = me->loader;
    for (wki_slot *slot; (slot = claim(me));) {
        fill(loader, slot);
        wki_lock(&loader->lock);
        slot->ready = true;
        if (!WKI_FAULT(83)) loader->took.filling += wki_clock() - me->since;
        set_at(me, me->nahead ? WKI_READS_AHEAD : WKI_WAITS);
        wki_wake_one(&loader->ready);
        wki_unlock(&loader->lock);
        if (me->nahead) read_share(me);
    }
}

bool wki_ring_is_elsewhere(const wk_loader *loader) { return loader->nthreads > 0 && loader->forks != wki_forks(); }

/* The lock is held. */
static wk_status fail_to_wait(const wk_loader *loader)
{
    char text[200] = "";
    const double now = wki_clock();
    for (int i = 0; i < loader->nthreads; i++) {
        const wki_worker *w = &loader->workers[i];
        const size_t used = strlen(text);
        char *to = text + used;
        const size_t room = sizeof text - used;
        if (w->at >= 0)
            snprintf(to, room, "%s %d reads batch %lld for %.3g s", i ? "," : "", i,
                     (long long)((w->at + WKI_FAULT(89)) % loader->batches), now - w->since);
        else
            snprintf(to, room, "%s %d %s", i ? "," : "", i, w->at == WKI_WAITS ? "waits" : "reads ahead");
    }
    return wki_fail(WK_E_TIMEOUT, "loader_next", "batch %lld of epoch %lld was not there in %d ms; worker%s",
                    (long long)(loader->delivered % loader->batches), (long long)loader->epoch, loader->o.timeout_ms,
                    text);
}

wki_slot *wki_ring_wait(wk_loader *loader)
{
    const double from = wki_clock();
    if (loader->nthreads == 0) {
        wki_slot *slot = plan(loader);
        loader->filling = true;
        fill(loader, slot);
        loader->filling = false;
        loader->took.waited += wki_clock() - from;
        return slot;
    }
    wki_slot *slot = &loader->slots[loader->delivered % loader->nslots];
    wki_lock(&loader->lock);
    const int ms = loader->o.timeout_ms;
    bool over = false;
    while (!slot->ready && !over) {
        if (ms)
            over = !wki_wait_until(&loader->ready, &loader->lock, from + 1e-3 * ms) && !slot->ready;
        else
            wki_wait(&loader->ready, &loader->lock);
    }
    if (!WKI_FAULT(82)) loader->took.waited += wki_clock() - from;
    if (over) fail_to_wait(loader);
    wki_unlock(&loader->lock);
    return over ? NULL : slot;
}

wki_slot *wki_ring_peek(wk_loader *loader)
{
    if (loader->nthreads == 0) return NULL;
    wki_slot *slot = &loader->slots[loader->delivered % loader->nslots];
    wki_lock(&loader->lock);
    const bool ready = slot->ready;
    wki_unlock(&loader->lock);
    return ready ? slot : NULL;
}

void wki_ring_release(wk_loader *loader)
{
    wki_lock(&loader->lock);
    loader->slots[loader->released++ % loader->nslots].ready = false;
    wki_wake_one(&loader->room); /* only who holds `plan` waits for room */
    wki_unlock(&loader->lock);
}

/* For one row, the longest; what it takes may have grown. */
static bool has_room_ahead(wki_worker *me, const wk_dataset *set)
{
    for (int f = 0; f < set->nfields; f++) {
        const size_t bytes = wki_field_bytes(&set->fields[f]);
        if (!wki_writable(me->loader, scratch, &me->room[f], bytes, bytes)) return false;
    }
    return true;
}

wk_status wki_ring_start(wk_loader *loader, int64_t batch)
{
    loader->claimed = loader->delivered = batch;
    loader->released = batch;
    loader->first_epoch = loader->epoch;
    loader->stop = false;
    loader->forks = wki_forks();
    if (wki_uploads_rest_all(loader)) return wk_error();
    for (int s = 0; s < loader->nslots; s++) loader->slots[s].ready = false;
    while (loader->looked && loader->nthreads < loader->o.num_workers) {
        wki_worker *w = &loader->workers[loader->nthreads];
        w->loader = loader;
        set_at(w, WKI_WAITS);
        const bool ready = !loader->order.window_blocks || has_room_ahead(w, loader->o.set);
        if (!ready || !(w->thread = wki_thread_start(work, w, "wick-loader"))) {
            wki_ring_stop(loader);
            return wk_error();
        }
        loader->nthreads++;
    }
    return WK_OK;
}

void wki_ring_stop(wk_loader *loader)
{
    if (wki_ring_is_elsewhere(loader)) {
        while (loader->nthreads > 0) wki_thread_forget(loader->workers[--loader->nthreads].thread);
        loader->nlocks = 0; /* a condition that somebody waits for cannot be destroyed */
    }
    if (loader->nthreads == 0) return;
    wki_lock(&loader->lock);
    loader->stop = true;
    wki_wake_one(&loader->room);
    wki_unlock(&loader->lock);
    while (loader->nthreads > 0) wki_thread_join(loader->workers[--loader->nthreads].thread);
}

static wk_status make_locks(wk_loader *loader)
{
    wk_status status = wki_mutex_init(&loader->plan);
    if (status == WK_OK) loader->nlocks = 1, status = wki_mutex_init(&loader->lock);
    if (status == WK_OK) loader->nlocks = 2, status = wki_cond_init(&loader->room);
    if (status == WK_OK) loader->nlocks = 3, status = wki_cond_init(&loader->ready);
    if (status == WK_OK) loader->nlocks = 4;
    return status;
}

static void free_locks(wk_loader *loader)
{
    if (loader->nlocks > 3) wki_cond_destroy(&loader->ready);
    if (loader->nlocks > 2) wki_cond_destroy(&loader->room);
    if (loader->nlocks > 1) wki_mutex_destroy(&loader->lock);
    if (loader->nlocks > 0) wki_mutex_destroy(&loader->plan);
    loader->nlocks = 0;
}

wk_status wki_ring_make(wk_loader *loader)
{
    const int workers = loader->o.num_workers;
    const int nslots = workers == 0 ? 1 : workers * loader->o.prefetch + 2; /* one at the caller's, one being filled */
    loader->workers = wki_alloc_array((size_t)workers, sizeof *loader->workers);
    loader->slots = wki_alloc_array((size_t)nslots, sizeof *loader->slots);
    if (!loader->workers || !loader->slots) return WK_E_MEMORY;
    loader->nslots = nslots;
    for (int s = 0; s < nslots; s++) {
        loader->slots[s].rows = wki_alloc_array((size_t)loader->capacity, sizeof(int64_t));
        if (!loader->slots[s].rows) return WK_E_MEMORY;
        if (!loader->o.set->ragged) continue;
        loader->slots[s].lengths = wki_alloc_array((size_t)loader->capacity, sizeof(int64_t));
        if (!loader->slots[s].lengths) return WK_E_MEMORY;
    }
    const wk_status status = wki_uploads_make(loader);
    return status == WK_OK ? make_locks(loader) : status;
}

void wki_ring_free(wk_loader *loader)
{
    wki_ring_stop(loader);
    wki_uploads_free(loader);
    for (int s = 0; s < loader->nslots; s++) {
        for (int f = 0; f < WK_MAX_FIELDS; f++) wki_storage_unref(loader->slots[s].memory[f]);
        wki_free(loader->slots[s].rows);
        wki_free(loader->slots[s].lengths);
        wki_storage_unref(loader->slots[s].room);
    }
    for (int w = 0; loader->workers && w < loader->o.num_workers; w++)
        for (int f = 0; f < WK_MAX_FIELDS; f++) wki_storage_unref(loader->workers[w].room[f]);
    wki_free(loader->slots);
    wki_free(loader->workers);
    free_locks(loader);
}
