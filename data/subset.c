/* Some rows of another dataset, in any order, repeated or not. Rests on the dataset it selects from. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include "data/dataset.h"
#include <string.h>

typedef struct subset {
    wk_dataset *set;
    int64_t n, rows[];
} subset;

enum {
    RUN = 512
}; /* rows translated at a time, on the stack: a subset's reader runs in any thread and must not allocate */

static wk_status subset_get_through(void *self, const int64_t *rows, int64_t n, void *const *fields,
                                    wki_lookup *const *through)
{
    const subset *s = self;
    int64_t there[RUN];
    void *at[WK_MAX_FIELDS];
    memcpy(at, fields, (size_t)s->set->nfields * sizeof *at);
    for (int64_t from = 0; from < n; from += RUN) {
        const int64_t run = n - from < RUN ? n - from : RUN;
        for (int64_t i = 0; i < run; i++) there[i] = s->rows[rows[from + i]];
        const wk_status status = wki_dataset_read_next(s->set, there, run, at, through);
        if (status != WK_OK) return status;
    }
    return WK_OK;
}

static wk_status subset_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    return subset_get_through(self, rows, n, fields, NULL);
}

static const char *subset_file(const void *self, int64_t row)
{
    const subset *s = self;
    return s->set->file(s->set->self, WKI_FAULT(252) ? row : s->rows[row]);
}

static wk_status subset_lengths(void *self, const int64_t *rows, int64_t n, int64_t *lengths)
{
    const subset *s = self;
    int64_t there[RUN];
    for (int64_t from = 0, run; from < n; from += run) {
        run = n - from < RUN ? n - from : RUN;
        for (int64_t i = 0; i < run; i++) there[i] = s->rows[rows[from + i]];
        if (s->set->lengths(s->set->self, there, run, lengths + from)) return wk_error();
    }
    return WK_OK;
}

static void subset_destroy(void *self)
{
    subset *s = self;
    wki_object_unref(s->set);
    wki_free(s);
}

static const wk_dataset_ops subset_ops = { sizeof subset_ops, "subset", subset_get_many, subset_destroy };

/* Rows of one block that follow each other are a block here. */
static wk_status take_blocks(wk_dataset *some, const subset *s)
{
    const wk_dataset *set = s->set;
    if (set->nblocks == 0 || s->n == 0) return WK_OK;
    int64_t n = 0, last = -1, *blocks = wki_alloc_array((size_t)s->n + 1, sizeof *blocks);
    for (int64_t i = 0; blocks && i < s->n; i++) {
        const int64_t block = wki_start_at(set->blocks, set->nblocks, s->rows[i]);
        if (block != last) blocks[n++] = i;
        last = block;
    }
    if (blocks) blocks[n] = s->n;
    return wki_dataset_set_blocks(some, blocks, n, set->kept_blocks < set->nblocks ? set->kept_blocks : 0);
}

wk_dataset *wk_dataset_subset(wk_dataset *set, const int64_t *rows, int64_t n)
{
    const char *where = "dataset_subset";
    if (!wki_object_check(set, &wki_dataset_type, where, "set")) return NULL;
    if (!rows && n > 0) return wki_null_argument(where, "rows"), NULL;
    wki_check(n >= 0, NULL, WK_E_INVALID, where, "n is %lld; expected 0 or more rows", (long long)n);
    for (int64_t i = 0; i < n; i++)
        wki_check(rows[i] >= 0 && rows[i] < set->rows, NULL, WK_E_RANGE, where,
                  "rows[%lld] is %lld; the dataset \"%s\" has %lld rows", (long long)i, (long long)rows[i],
                  set->ops->name, (long long)set->rows);
    size_t bytes;
    const bool fits = wki_mul_ok((size_t)n, sizeof *rows, &bytes) && wki_add_ok(bytes, sizeof(subset), &bytes);
    subset *self = wki_alloc(fits ? bytes : SIZE_MAX);
    if (!self) return NULL;
    wki_object_ref(set);
    self->set = set;
    self->n = n;
    if (n > 0) memcpy(self->rows, rows, (size_t)n * sizeof *rows);
    wk_dataset_opts o = wki_dataset_like(set);
    o.ops = &subset_ops;
    o.self = self;
    o.rows = n;
    o.ragged = set->ragged;
    if (o.ragged) o.lengths = subset_lengths;
    wk_dataset *some = wk_dataset_custom(&o);
    if (some && set->get_through) some->get_through = subset_get_through;
    if (some && set->file) some->file = subset_file;
    if (some && !WKI_FAULT(251)) memcpy(some->bytes, set->bytes, sizeof some->bytes);
    return some && take_blocks(some, self) == WK_OK ? some : NULL;
}

const int64_t *wk_dataset_indices(const wk_dataset *set)
{
    if (!wki_object_check(set, &wki_dataset_type, "dataset_indices", "set")) return NULL;
    return set->ops == &subset_ops ? ((const subset *)set->self)->rows : NULL;
}

wk_dataset *wki_dataset_first(wk_dataset *set, int64_t n)
{
    int64_t *rows = wki_alloc_array((size_t)n, sizeof *rows);
    for (int64_t i = 0; rows && i < n; i++) rows[i] = i;
    wk_dataset *first = rows ? wk_dataset_subset(set, rows, n) : NULL;
    wki_free(rows);
    return first;
}
