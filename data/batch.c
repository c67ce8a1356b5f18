/* A batch as its user sees it: the tensors that the loader shows in it, until its next call, and what is made of them
 * when somebody asks: rows' lengths and a mask. */
#include "autograd/recording.h"
#include "base/fault.h"
#include "data/loader.h"
#include <string.h>

void wki_batch_empty(wk_batch *batch)
{
    for (int f = 0; f < WK_MAX_FIELDS; f++) {
        wki_object_unref(batch->fields[f]);
        batch->fields[f] = NULL;
    }
    wki_object_unref(batch->lengths);
    wki_object_unref(batch->mask);
    batch->lengths = batch->mask = NULL;
    batch->slot = NULL;
    batch->rows = NULL;
    batch->n = batch->repeats = 0;
}

static void batch_destroy(void *object) { wki_batch_empty(object); }
static const wki_type batch_type = { "batch", sizeof(wk_batch), batch_destroy };

wk_batch *wki_batch_new(const wk_loader_opts *o, const char *where)
{
    wk_batch *batch = wki_object_new_unscoped(&batch_type, where);
    if (!batch) return NULL;
    batch->set = o->set;
    batch->device = o->device;
    return batch;
}

static bool batch_ok(const wk_batch *batch, const char *where)
{
    if (!wki_object_check(batch, &batch_type, where, "batch")) return false;
    wki_check(batch->fields[0], false, WK_E_STATE, where,
              "this batch is over; a batch is valid until the next call of its loader");
    return true;
}

static wk_tensor *field_of(wk_batch *batch, const char *where, const char *name, int otherwise)
{
    if (!batch_ok(batch, where)) return NULL;
    const int named = wki_dataset_find(batch->set, name), f = named < 0 ? otherwise : named;
    wki_check(f < batch->set->nfields, NULL, WK_E_NOT_FOUND, where, "the dataset \"%s\" has one field, \"%s\"",
              batch->set->ops->name, batch->set->fields[0].name);
    return batch->fields[f];
}

wk_tensor *wk_batch_x(wk_batch *batch) { return field_of(batch, "batch_x", "x", 0); }
wk_tensor *wk_batch_y(wk_batch *batch) { return field_of(batch, "batch_y", "y", 1); }

wk_tensor *wk_batch_field(wk_batch *batch, int i)
{
    const char *where = "batch_field";
    if (!batch_ok(batch, where)) return NULL;
    wki_check(i >= 0 && i < batch->set->nfields, NULL, WK_E_RANGE, where, "no field %d; the dataset \"%s\" has %d", i,
              batch->set->ops->name, batch->set->nfields);
    return batch->fields[i];
}

int64_t wk_batch_size(const wk_batch *batch) { return batch_ok(batch, "batch_size") ? batch->n : 0; }
int64_t wk_batch_repeats(const wk_batch *batch) { return batch_ok(batch, "batch_repeats") ? batch->repeats : 0; }
const int64_t *wk_batch_rows(const wk_batch *batch) { return batch_ok(batch, "batch_rows") ? batch->rows : NULL; }

/* ---- Rows of different lengths ---- */

/* The batch's own: rows' lengths [n] i64, or where they have items [n, longest] bool. */
static wk_tensor *make_sizes(wk_batch *batch, bool mask)
{
    const char *where = mask ? "batch_mask" : "batch_lengths";
    const wki_slot *slot = batch->slot;
    WK_SCOPE(made);
    wk_tensor *t = wki_new(where, WK_CPU, 1 + mask, (int64_t[]){ slot->n, slot->longest }, mask ? WK_BOOL : WK_I64);
    if (!t) return NULL;
    if (!mask) memcpy(t->storage->data, slot->lengths, (size_t)slot->n * sizeof *slot->lengths);
    uint8_t *to = t->storage->data;
    for (int64_t i = 0; mask && i < slot->n; i++)
        for (int64_t k = 0; k < slot->longest; k++) *to++ = k < slot->lengths[i] + WKI_FAULT(98);
    t = wk_to_device(t, batch->device);
    if (t) wki_object_adopt(t);
    return t;
}

static bool is_ragged(const wk_batch *batch, const char *where)
{
    if (wk_failed() || !batch_ok(batch, where)) return false;
    wki_check(batch->slot->lengths, false, WK_E_STATE, where, "all rows of the dataset \"%s\" are of one length",
              batch->set->ops->name);
    return true;
}

wk_tensor *wk_batch_lengths(wk_batch *batch)
{
    if (!is_ragged(batch, "batch_lengths")) return NULL;
    if (!batch->lengths) batch->lengths = make_sizes(batch, false);
    return batch->lengths;
}

wk_tensor *wk_batch_mask(wk_batch *batch)
{
    const char *where = "batch_mask";
    if (!is_ragged(batch, where)) return NULL;
    wki_check(batch->slot->longest >= 0, NULL, WK_E_STATE, where,
              "the loader is flat: its rows lie one behind the other, and none is padded");
    if (!batch->mask) batch->mask = make_sizes(batch, true);
    return batch->mask;
}
