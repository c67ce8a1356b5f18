/* Batches of a loader for a device: a slot's memory is pinned, and its bytes go to one of two sets of the device's
 * memory, so that the next batch is copied while a step still reads this one. All is done in the caller of
 * wk_loader_next; workers ask for pinned memory, no more. */
#include "data/loader.h"

static int index_of(const wk_loader *loader) { return loader->o.device & 0xffffff; }
static wki_upload_set *set_of(wk_loader *loader, int64_t batch) { return &loader->uploads[batch % WKI_UPLOAD_SETS]; }

wki_storage *wki_slot_memory(const wk_loader *loader, size_t bytes)
{
    const wki_uploader *by = loader->uploader;
    void *pinned = by ? by->pin_get(index_of(loader), bytes) : NULL;
    if (by && wk_failed()) wki_error_take(&(wki_error){ 0 }); /* a device that fails says so at the copy */
    if (!pinned) return wki_storage_new(WK_CPU, bytes);
    wki_storage *s = wki_storage_borrow(pinned, bytes, by->pin_put, pinned);
    if (!s) by->pin_put(pinned);
    return s;
}

static wki_storage *device_memory(const wk_loader *loader, size_t bytes)
{
    return wki_storage_new(loader->o.device, bytes);
}

wk_status wki_uploads_make(wk_loader *loader)
{
    const wki_backend *backend = wki_backend_of(loader->o.device);
    loader->uploader = backend ? backend->uploader : NULL;
    for (int i = 0; loader->uploader && i < WKI_UPLOAD_SETS; i++) {
        loader->uploads[i].batch = -1;
        if (!(loader->uploads[i].upload = loader->uploader->open(index_of(loader)))) return wk_error();
    }
    return backend ? WK_OK : wk_error();
}

void wki_uploads_free(wk_loader *loader)
{
    for (int i = 0; loader->uploader && i < WKI_UPLOAD_SETS; i++) {
        loader->uploader->close(loader->uploads[i].upload);
        for (int f = 0; f < WK_MAX_FIELDS; f++) wki_storage_unref(loader->uploads[i].memory[f]);
    }
}

/* The batch's copies are done, and all that reads it has been given to the device. */
static wk_status rest(wk_loader *loader, wki_upload_set *set)
{
    if (loader->uploader->finish(set->upload)) return wk_error();
    for (int f = 0; f < WK_MAX_FIELDS; f++) {
        if (!set->memory[f] || wki_storage_refs(set->memory[f]) == 1) continue;
        wki_storage_unref(set->memory[f]); /* somebody keeps it, and may read it later */
        set->memory[f] = NULL;
    }
    if (loader->uploader->offer(set->upload)) return wk_error();
    set->batch = -1;
    return WK_OK;
}

wk_status wki_uploads_rest(wk_loader *loader, int64_t batch)
{
    return loader->uploader ? rest(loader, set_of(loader, batch)) : WK_OK;
}

wk_status wki_uploads_rest_all(wk_loader *loader)
{
    for (int i = 0; loader->uploader && i < WKI_UPLOAD_SETS; i++)
        if (rest(loader, &loader->uploads[i])) return wk_error();
    return WK_OK;
}

static wk_status copy(wk_loader *loader, const wki_slot *slot, wki_upload_set *set)
{
    wki_piece pieces[WK_MAX_FIELDS];
    const int n = loader->o.set->nfields;
    bool fresh = false;
    for (int f = 0; f < n; f++) {
        const wki_storage *before = set->memory[f];
        const size_t bytes = wki_slot_bytes(loader, slot, f);
        void *to = wki_writable(loader, device_memory, &set->memory[f], bytes, loader->most[f]);
        if (!to) return wk_error();
        fresh |= set->memory[f] != before;
        pieces[f] = (wki_piece){ to, slot->memory[f]->data, bytes };
    }
    if (fresh && loader->uploader->offer(set->upload)) return wk_error(); /* it may have been a tensor's just now */
    return loader->uploader->copy(set->upload, pieces, n);
}

void wki_uploads_send(wk_loader *loader, wki_slot *slot, int64_t batch)
{
    wki_upload_set *set = set_of(loader, batch);
    if (set->batch == batch || slot->error.code != WK_OK) return;
    set->batch = batch;
    if (copy(loader, slot, set)) wki_error_take(&slot->error);
}

wki_storage *const *wki_uploads_take(wk_loader *loader, wki_slot *slot, int64_t batch)
{
    if (!loader->uploader) return slot->memory;
    wki_upload_set *set = set_of(loader, batch);
    wki_uploads_send(loader, slot, batch);
    if (slot->error.code == WK_OK && loader->uploader->take(set->upload)) wki_error_take(&slot->error);
    return set->memory;
}
