/* The loader as its user sees it: batches in order, epoch after epoch, errors at the batch they belong to. Rests on the
 * ring, which fills the slots, and on tensors, which show them. */
#include "data/loader.h"
#include "autograd/recording.h"
#include "autograd/state.h"
#include "base/alloc.h"
#include "base/differences.h"
#include "base/fault.h"
#include "base/options.h"
#include <string.h>

static void loader_destroy(void *object)
{
    wk_loader *loader = object;
    wki_ring_free(loader);
    wki_order_forget(&loader->order);
    wki_pipeline_forget(&loader->pipeline);
    if (loader->batch) wki_batch_empty(loader->batch); /* a handle that was kept must not outlive what it points to */
    wki_object_unref(loader->batch);
    wki_object_unref(loader->o.sampler);
    wki_object_unref(loader->o.transform);
    wki_object_unref(loader->o.set);
    wki_object_unref(loader->source);
}

static const wki_type loader_type = { "loader", sizeof(wk_loader), loader_destroy };

static bool loader_ok(const wk_loader *loader, const char *where)
{
    return wki_object_check(loader, &loader_type, where, "loader");
}

/* ---- Make ---- */

wk_loader_opts wk_loader_opts_default(void) { return (wk_loader_opts){ WK_LOADER_DEFAULTS }; }

enum { MOST_WORKERS = 64, MOST_PREFETCH = 1024 };

/* Bytes of a field that a batch may have, ragged rows being filled up to so many items. */
static bool most_of(const wk_loader *loader, const wk_dataset *set, const wki_pipeline *p, int f, size_t *items,
                    size_t *bytes)
{
    const wk_field *field = &p->fields[f];
    const size_t rows = (size_t)loader->capacity, multiple = (size_t)loader->o.pad_multiple;
    size_t longest;
    if (!wki_is_ragged(set, f)) return wki_mul_ok(rows, wki_field_bytes(field), bytes);
    return wki_add_ok((size_t)field->shape[0], multiple - 1, &longest) &&
           wki_mul_ok(rows, longest / multiple * multiple, items) && *items <= PTRDIFF_MAX &&
           wki_mul_ok(*items, wki_item_bytes(field), bytes);
}

static bool memory_ok(wk_loader *loader, const wk_dataset *set, const wki_pipeline *p, const char *where)
{
    size_t items = 0;
    for (int f = 0; f < set->nfields; f++) {
        const bool fits = most_of(loader, set, p, f, &items, &loader->most[f]) && loader->most[f] <= PTRDIFF_MAX;
        wki_check(fits, false, WK_E_INVALID, where,
                  "a batch of %lld rows of \"%s\" does not fit in memory; take smaller batches",
                  (long long)loader->capacity, set->fields[f].name);
    }
    const bool fits = wki_pipeline_room(p, set, loader->capacity, (int64_t)items, &loader->slot_room);
    wki_check(fits, false, WK_E_INVALID, where,
              "a batch of %lld rows does not fit in memory on its way through the transforms; take smaller batches",
              (long long)loader->capacity);
    return true;
}

static bool pads_ok(const wk_loader *loader, const wk_dataset *set, wki_pipeline *p, const char *where)
{
    for (int f = 0; f < set->nfields; f++) {
        const wk_field *field = &p->fields[f];
        const bool label = !strcmp(field->name, "y") && (field->dtype == WK_I64 || field->dtype == WK_I32);
        const double pad = label ? (double)loader->o.pad_label : loader->o.pad;
        wki_check(wki_pad_of(field->dtype, pad, p->pad[f]) || !wki_is_ragged(set, f), false, WK_E_RANGE, where,
                  "%s is %g; expected an element of \"%s\", %s", label ? "pad_label" : "pad", pad, field->name,
                  wk_dtype_name(field->dtype));
    }
    return true;
}

/* The way of such a set's rows into batches; the loader changes only in the room that they take. */
static wk_status plan_batches(wk_loader *loader, const wk_dataset *set, wki_pipeline *p, const char *where)
{
    if (wki_pipeline_plan(p, set, loader->o.transform, where) == WK_OK &&
        (WKI_FAULT(105) || pads_ok(loader, set, p, where)) && memory_ok(loader, set, p, where))
        return WK_OK;
    wki_pipeline_forget(p);
    return wk_error();
}

/* Processes that look at different moments would not share one order. */
static bool refresh_ok(const wk_loader_opts *o, const char *where)
{
    wki_check(!o->refresh || o->set->refresh, false, WK_E_INVALID, where,
              "refresh is true, but the dataset \"%s\" does not grow; expected wk_dataset_h5 with .growing, or "
              "wk_dataset_h5_list",
              o->set->ops->name);
    wki_check(!o->refresh || o->world == 1, false, WK_E_INVALID, where,
              "refresh is true and world is %d; expected one process", o->world);
    wki_check(!o->refresh || !o->sampler || !o->sampler->rows, false, WK_E_INVALID, where,
              "refresh is true, but the sampler has weights of %lld rows only", (long long)o->sampler->rows);
    return true;
}

static bool order_ok(const wk_loader_opts *o, const char *where)
{
    wki_check(o->window >= 0, false, WK_E_INVALID, where, "window is %lld; expected 0 or more rows",
              (long long)o->window);
    wki_check(o->world >= 1 && o->rank >= 0 && o->rank < o->world, false, WK_E_INVALID, where,
              "rank is %d and world %d; expected 0 <= rank < world", o->rank, o->world);
    wki_check((unsigned)o->tail <= WK_TAIL_PAD, false, WK_E_INVALID, where, "tail is %d; expected a wk_tail",
              (int)o->tail);
    if (!refresh_ok(o, where)) return false;
    if (!o->sampler) return true;
    if (!wki_object_check(o->sampler, &wki_sampler_type, where, "sampler")) return false;
    wki_check(!o->shuffle, false, WK_E_INVALID, where, "there is a sampler, and shuffle is true; expected one of them");
    wki_check(!o->sampler->rows || o->sampler->rows == o->set->rows, false, WK_E_INVALID, where,
              "the sampler has weights of %lld rows, the dataset \"%s\" %lld rows; expected as many",
              (long long)o->sampler->rows, o->set->ops->name, (long long)o->set->rows);
    return true;
}

static bool opts_ok(const wk_loader_opts *o, const char *where)
{
    if (!wki_object_check(o->set, &wki_dataset_type, where, "set")) return false;
    const char *name = o->set->ops->name;
    wki_check(o->set->rows > 0, false, WK_E_INVALID, where, "the dataset \"%s\" has no rows; expected at least one",
              name);
    wki_check(o->batch_size > 0, false, WK_E_INVALID, where, "batch_size is %lld; expected at least 1",
              (long long)o->batch_size);
    wki_check(o->num_workers >= 0 && o->num_workers <= MOST_WORKERS, false, WK_E_INVALID, where,
              "num_workers is %d; expected 0 to %d", o->num_workers, MOST_WORKERS);
    wki_check(o->num_workers == 0 || (o->prefetch >= 1 && o->prefetch <= MOST_PREFETCH), false, WK_E_INVALID, where,
              "prefetch is %d; expected 1 to %d batches ahead a worker", o->prefetch, MOST_PREFETCH);
    wki_check(o->pad_multiple >= 1 && o->pad_multiple <= INT32_MAX, false, WK_E_INVALID, where,
              "pad_multiple is %lld; expected at least 1", (long long)o->pad_multiple);
    wki_check(!o->flat || o->set->ragged, false, WK_E_INVALID, where,
              "flat is for rows of different lengths, which the dataset \"%s\" has not", name);
    wki_check(o->timeout_ms >= 0, false, WK_E_INVALID, where, "timeout_ms is %d; expected 0 or more", o->timeout_ms);
    if (!order_ok(o, where)) return false;
    const int64_t draws = o->sampler ? o->sampler->draws : o->set->rows;
    wki_check(!o->drop_last || o->batch_size <= draws / o->world, false, WK_E_INVALID, where,
              "batch_size %lld is more than the %lld rows of the dataset \"%s\"%s, and drop_last leaves no batch; take "
              "smaller batches, or drop_last = false",
              (long long)o->batch_size, (long long)(draws / o->world), name, o->world > 1 ? " for each process" : "");
    if (o->transform && !wki_object_check(o->transform, &wki_transform_type, where, "transform")) return false;
    return wki_backend_of(o->device) != NULL;
}

/* The last rows, fewer than `global`, are dealt to the processes by the tail's rule. */
static wki_share share_of(const wk_loader_opts *o, int64_t draws)
{
    wki_share s = { 0 };
    if (__builtin_mul_overflow(o->batch_size, (int64_t)o->world, &s.global)) s.global = INT64_MAX;
    s.full = draws / s.global;
    const int64_t rest = draws % s.global, each = rest / o->world, over = rest % o->world;
    const int64_t before = o->tail == WK_TAIL_EXACT         ? (o->rank < over ? o->rank : over)
                           : o->tail == WK_TAIL_PAD && over ? o->rank
                                                            : 0;
    s.last = each + (o->tail == WK_TAIL_EXACT ? o->rank < over : o->tail == WK_TAIL_PAD && over > 0);
    s.last_from = s.full * s.global + o->rank * each + before;
    if (o->drop_last) s.last = 0;
    return s;
}

/* What follows from the set's rows. */
static void count_batches(wk_loader *loader, uint64_t seed)
{
    const wk_loader_opts *o = &loader->o;
    loader->order = wki_order_of(o->set, o->shuffle, o->window, o->sampler, seed);
    loader->share = share_of(o, loader->order.draws);
    loader->batches = loader->share.full + (loader->share.last > 0);
}

static wk_status set_up(wk_loader *loader, const wk_loader_opts *o)
{
    const char *where = "loader_new";
    loader->o = *o;
    loader->source = o->set;
    loader->looked = !o->refresh;
    wki_object_ref(o->set);
    wki_object_ref(o->set);
    wki_object_ref(o->sampler);
    wki_object_ref(o->transform);
    const uint64_t seed = o->seed_from_process ? wki_mix_seeds(o->seed, wk_initial_seed()) : o->seed;
    count_batches(loader, seed);
    const int64_t draws = loader->order.draws;
    loader->capacity = o->batch_size < draws || o->refresh ? o->batch_size : draws;
    wki_check(loader->batches > 0, WK_E_INVALID, WK_E_INVALID, where,
              "%lld rows leave none for process %d of %d; take fewer processes, or WK_TAIL_PAD", (long long)draws,
              o->rank, o->world);
    if (plan_batches(loader, o->set, &loader->pipeline, where)) return wk_error();
    loader->batch = wki_batch_new(o, where);
    if (!loader->batch) return wk_error();
    const wk_status status = wki_ring_make(loader);
    return status == WK_OK ? wki_ring_start(loader, 0) : status;
}

wk_loader *wk_loader_new_opts(const wk_loader_opts *opts)
{
    const char *where = "loader_new";
    wk_loader_opts o = wk_loader_opts_default();
    if (!wki_options_take(where, &o, sizeof o, opts)) return NULL;
    if (!opts_ok(&o, where)) return NULL;
    wk_loader *loader = wki_object_new(&loader_type, where);
    if (!loader || set_up(loader, &o) == WK_OK) return loader;
    wki_object_adopt(loader);
    wki_object_unref(loader);
    return NULL;
}

/* ---- Sets that grow ---- */

/* The ring is still. `set` is the source, or its first rows. */
static wk_status take_set(wk_loader *loader, wk_dataset *set, wk_dataset *source, const char *where)
{
    wki_pipeline pipeline;
    if (plan_batches(loader, set, &pipeline, where)) return wk_error();
    wki_pipeline_forget(&loader->pipeline);
    loader->pipeline = pipeline;
    wki_object_ref(set);
    wki_object_ref(source);
    wki_object_unref(loader->o.set);
    wki_object_unref(loader->source);
    loader->batch->set = loader->o.set = set;
    loader->source = source;
    wki_order_forget(&loader->order);
    count_batches(loader, loader->order.seed);
    return WK_OK;
}

/* At the beginning of an epoch: it has all rows that there are by now. */
static wk_status look_again(wk_loader *loader, const char *where)
{
    WK_SCOPE(looking);
    wk_dataset *now = wk_dataset_refresh(loader->source);
    if (!now) return wk_error();
    wki_ring_stop(loader);
    if (now != loader->o.set && take_set(loader, now, now, where)) return wk_error();
    loader->looked = true;
    return wki_ring_start(loader, 0);
}

/* ---- Load ---- */

/* The thread's error becomes the loader's: every later call repeats it until a reset. */
static wk_batch *stop_with_error(wk_loader *loader)
{
    wki_error_take(&loader->failure);
    wki_error_raise(&loader->failure);
    return NULL;
}

/* The slot's first n rows, where they are in `memory`, as tensors that belong to the batch. */
static bool show(wk_loader *loader, const wki_slot *slot, wki_storage *const *memory)
{
    WK_SCOPE(batch);
    const wk_dataset *set = loader->o.set;
    for (int f = 0; f < set->nfields; f++) {
        const wk_field *field = &loader->pipeline.fields[f];
        int64_t shape[WK_MAX_DIMS];
        int ndim = wki_field_shape(field, slot->n, shape), flat = 0;
        if (wki_is_ragged(set, f)) {
            flat = slot->longest < 0;
            shape[1] = flat ? slot->items : slot->longest;
        }
        wk_tensor *view = wki_tensor_on(memory[f], 0, ndim - flat, shape + flat, field->dtype);
        wk_tensor *t = view ? wk_to_device(view, loader->o.device) : NULL;
        if (!t) return false;
        wki_object_adopt(t);
        loader->batch->fields[f] = t;
    }
    loader->batch->slot = slot;
    loader->batch->rows = slot->rows;
    loader->batch->n = slot->n;
    loader->batch->repeats = slot->repeats;
    loader->handed_out++;
    loader->rows += slot->n;
    return true;
}

static wk_status release_batch(wk_loader *loader)
{
    wki_batch_empty(loader->batch);
    if (loader->released >= loader->delivered) return WK_OK;
    if (wki_uploads_rest(loader, loader->delivered - 1)) return wk_error();
    wki_ring_release(loader);
    return WK_OK;
}

/* The next batch goes to the device beside the step of this one, if it is there. */
static wk_batch *send_ahead(wk_loader *loader)
{
    wki_slot *next = loader->uploader ? wki_ring_peek(loader) : NULL;
    if (next) wki_uploads_send(loader, next, loader->delivered);
    return loader->batch;
}

/* How many of this epoch's have been handed out. */
static int64_t batch_of(const wk_loader *loader)
{
    return loader->delivered - (loader->epoch - loader->first_epoch) * loader->batches;
}

/* What workers were at when the process was forked is nowhere now, and may hold locks. */
static bool is_here(const wk_loader *loader, const char *where)
{
    wki_check(!wki_ring_is_elsewhere(loader), false, WK_E_STATE, where,
              "its workers are in the process that was forked; make datasets and loaders after the fork");
    return true;
}

wk_batch *wk_loader_next(wk_loader *loader)
{
    const char *where = "loader_next";
    if (wk_failed() || !loader_ok(loader, where)) return NULL;
    if (wki_not_recorded(where, "a batch is taken", "take it before the step, and give its tensors as inputs"))
        return NULL;
    wki_check(!loader->filling, NULL, WK_E_STATE, where, "called by the dataset that this loader is reading");
    if (loader->failure.code != WK_OK) return wki_error_raise(&loader->failure), NULL;
    if (!is_here(loader, where)) return NULL;
    if (release_batch(loader)) return stop_with_error(loader);
    if (!loader->looked && look_again(loader, where)) return stop_with_error(loader);
    const int64_t in_epoch = batch_of(loader);
    if (in_epoch == loader->batches) {
        loader->epoch++;
        loader->looked = !loader->o.refresh;
        return NULL;
    }
    wki_slot *slot = wki_ring_wait(loader);
    if (!slot) return NULL;
    wki_storage *const *memory = wki_uploads_take(loader, slot, loader->delivered++);
    if (slot->error.code != WK_OK)
        wki_fail(slot->error.code, where, "batch %lld of epoch %lld (dataset \"%s\"): %s", (long long)in_epoch,
                 (long long)loader->epoch, loader->o.set->ops->name, slot->error.text);
    else if (show(loader, slot, memory))
        return send_ahead(loader);
    return stop_with_error(loader);
}

static wk_status seek(wk_loader *loader, int64_t epoch, int64_t batch, const char *where)
{
    if (wk_failed() || !loader_ok(loader, where)) return wk_error();
    wki_check(!loader->filling, WK_E_STATE, WK_E_STATE, where, "called by the dataset that this loader is reading");
    if (!is_here(loader, where)) return wk_error();
    wki_check(epoch >= 0 && epoch < INT64_MAX / 2, WK_E_INVALID, WK_E_INVALID, where,
              "epoch is %lld; expected 0 or more, below 2^62", (long long)epoch);
    wki_check(batch >= 0 && batch <= loader->batches, WK_E_RANGE, WK_E_RANGE, where, "batch is %lld; an epoch has %lld",
              (long long)batch, (long long)loader->batches);
    wki_batch_empty(loader->batch);
    wki_ring_stop(loader);
    loader->epoch = epoch;
    loader->looked = !loader->o.refresh || batch > 0;
    loader->failure.code = WK_OK;
    if (wki_ring_start(loader, batch) != WK_OK) stop_with_error(loader);
    return wk_error();
}

wk_status wk_loader_seek(wk_loader *loader, int64_t epoch, int64_t batch)
{
    return seek(loader, epoch, batch, "loader_seek");
}

wk_status wk_loader_reset(wk_loader *loader, int64_t epoch) { return seek(loader, epoch, 0, "loader_reset"); }

int64_t wk_loader_batch(const wk_loader *loader) { return loader_ok(loader, "loader_batch") ? batch_of(loader) : 0; }

wk_loading wk_loader_stats(wk_loader *loader)
{
    if (!loader_ok(loader, "loader_stats")) return (wk_loading){ 0 };
    const bool alone = loader->nthreads == 0 || wki_ring_is_elsewhere(loader);
    if (!alone) wki_lock(&loader->lock);
    wk_loading took = loader->took;
    if (!alone) wki_unlock(&loader->lock);
    took.batches = loader->handed_out;
    took.rows = loader->rows;
    return took;
}

/* ---- State ---- */

wk_state *wk_loader_state_dict(const wk_loader *loader)
{
    if (!loader_ok(loader, "loader_state_dict")) return NULL;
    wk_state *s = wk_state_new();
    if (!s) return NULL;
    wk_state_set_int(s, "rows", loader->o.set->rows);
    wk_state_set_int(s, "draws", loader->order.draws);
    wk_state_set_int(s, "window", loader->order.window_blocks);
    wk_state_set_int(s, "batch_size", loader->share.global);
    wk_state_set_int(s, "shuffle", loader->o.shuffle);
    wk_state_set_int(s, "drop_last", loader->o.drop_last);
    wk_state_set_int(s, "seed", (int64_t)loader->order.seed);
    wk_state_set_int(s, "epoch", loader->epoch);
    wk_state_set_int(s, "batch", batch_of(loader));
    return wk_failed() ? NULL : s;
}

/* May the loader, whose set grows, stand at so many rows instead? */
static bool takes_rows(const wk_loader *loader, int64_t rows)
{
    return loader->o.refresh && rows >= 1 && rows <= loader->source->rows && rows != loader->o.set->rows;
}

/* The rows that the set had then, where it has grown since. */
static wk_status take_first(wk_loader *loader, int64_t rows, const char *where)
{
    wk_dataset *all = loader->source;
    if (!takes_rows(loader, rows)) return WK_OK;
    WK_SCOPE(growing);
    wk_dataset *first = rows < all->rows ? wki_dataset_first(all, rows) : all;
    if (!first || seek(loader, loader->epoch, 0, where)) return wk_error();
    return take_set(loader, first, all, where);
}

static const char loading[] = "loader_load_state_dict";

typedef struct place {
    uint64_t seed;
    int64_t epoch, batch;
} place;

static place place_of(const wk_state *s)
{
    return (place){ (uint64_t)wk_state_int(s, "seed"), wki_state_times(s, "epoch"), wki_state_times(s, "batch") };
}

wk_status wki_loader_fits(const wk_loader *loader, const wk_state *s)
{
    if (wk_failed() || !loader_ok(loader, loading) || !wki_state_ok(s, loading, "s")) return wk_error();
    const struct {
        const char *name;
        int64_t here;
    } same[] = { { "rows", loader->o.set->rows },           { "draws", loader->order.draws },
                 { "window", loader->order.window_blocks }, { "batch_size", loader->share.global },
                 { "shuffle", loader->o.shuffle },          { "drop_last", loader->o.drop_last } };
    const bool moves = wk_state_text(s, "rows") && takes_rows(loader, wk_state_int(s, "rows"));
    wki_differences d = { 0 };
    for (int i = moves ? 3 : 0; i < (int)(sizeof same / sizeof *same); i++) {
        if (!wk_state_text(s, same[i].name)) {
            wki_differ(&d, WKI_MISSING, "%s", same[i].name);
            continue;
        }
        const int64_t there = wk_state_int(s, same[i].name);
        if (!wk_failed() && there != same[i].here)
            wki_fail(WK_E_INVALID, loading, "%s is %lld here, and was %lld when the state was kept", same[i].name,
                     (long long)same[i].here, (long long)there);
        wki_differ_by_error(&d, NULL);
    }
    const place at = place_of(s);
    if (!wk_failed() && !moves && at.batch > loader->batches)
        wki_fail(WK_E_FORMAT, loading, "batch is %lld; an epoch has %lld", (long long)at.batch,
                 (long long)loader->batches);
    wki_differ_by_error(&d, NULL);
    return wk_failed() ? wk_error() : wki_differences_fail(&d, loading);
}

wk_status wk_loader_load_state_dict(wk_loader *loader, const wk_state *s)
{
    const char *where = loading;
    if (wk_failed() || !loader_ok(loader, where)) return wk_error();
    if (loader->o.refresh && take_first(loader, wk_state_int(s, "rows"), where)) return wk_error();
    if (wki_loader_fits(loader, s)) return wk_error();
    const place at = place_of(s);
    wki_batch_empty(loader->batch);
    wki_ring_stop(loader); /* the workers read the seed */
    if (loader->order.seed != at.seed) loader->order.epoch = -1;
    loader->order.seed = at.seed;
    return seek(loader, at.epoch, at.batch, where);
}

int64_t wk_loader_batches(const wk_loader *loader) { return loader_ok(loader, "loader_batches") ? loader->batches : 0; }
int64_t wk_loader_epoch(const wk_loader *loader) { return loader_ok(loader, "loader_epoch") ? loader->epoch : 0; }
