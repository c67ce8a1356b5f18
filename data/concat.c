/* Several datasets of equal fields, one after the other. Rests on the datasets it holds. */
#include "backends/backend.h"
#include "base/alloc.h"
#include "base/error.h"
#include "data/dataset.h"
#include <string.h>

typedef struct concat {
    int n;
    wk_dataset **sets;
    int64_t *starts; /* the first row of each, and all rows */
} concat;

enum { RUN = 512 }; /* rows translated at a time */

/* The rows from the first on that lie in set i, at most RUN, numbered as there. */
static int64_t translate(const concat *c, int64_t i, const int64_t *rows, int64_t n, int64_t *there)
{
    const int64_t begin = c->starts[i], end = c->starts[i + 1];
    int64_t run = 0;
    for (; run < n && run < RUN && rows[run] >= begin && rows[run] < end; run++) there[run] = rows[run] - begin;
    return run;
}

static wk_status concat_get_through(void *self, const int64_t *rows, int64_t n, void *const *fields,
                                    wki_lookup *const *through)
{
    const concat *c = self;
    int64_t there[RUN], run;
    void *at[WK_MAX_FIELDS];
    memcpy(at, fields, (size_t)c->sets[0]->nfields * sizeof *at);
    for (int64_t from = 0; from < n; from += run) {
        const int64_t i = wki_start_at(c->starts, c->n, rows[from]);
        run = translate(c, i, rows + from, n - from, there);
        const wk_status status = wki_dataset_read_next(c->sets[i], there, run, at, through);
        if (status != WK_OK) return status;
    }
    return WK_OK;
}

static const char *concat_file(const void *self, int64_t row)
{
    const concat *c = self;
    const int64_t i = wki_start_at(c->starts, c->n, row);
    return c->sets[i]->file ? c->sets[i]->file(c->sets[i]->self, row - c->starts[i]) : NULL;
}

static wk_status concat_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    return concat_get_through(self, rows, n, fields, NULL);
}

static wk_status concat_lengths(void *self, const int64_t *rows, int64_t n, int64_t *lengths)
{
    const concat *c = self;
    int64_t there[RUN], run;
    for (int64_t from = 0; from < n; from += run) {
        const int64_t i = wki_start_at(c->starts, c->n, rows[from]);
        run = translate(c, i, rows + from, n - from, there);
        if (c->sets[i]->lengths(c->sets[i]->self, there, run, lengths + from)) return wk_error();
    }
    return WK_OK;
}

static void concat_destroy(void *self)
{
    concat *c = self;
    for (int i = 0; i < c->n; i++) wki_object_unref(c->sets[i]);
    wki_free(c->sets);
    wki_free(c->starts);
    wki_free(c);
}

static const wk_dataset_ops concat_ops = { sizeof concat_ops, "concat", concat_get_many, concat_destroy };

/* ---- Do they fit? ---- */

/* But for the longest of ragged rows. */
static bool same_rows(const wk_field *a, const wk_field *b, bool ragged)
{
    return a->dtype == b->dtype && a->ndim == b->ndim &&
           !memcmp(a->shape + ragged, b->shape + ragged, (size_t)(a->ndim - ragged) * sizeof *a->shape);
}

static bool fields_fit(const wk_dataset *first, const wk_dataset *other, int i, const char *where)
{
    wki_check(first->nfields == other->nfields, false, WK_E_SHAPE, where,
              "sets[0] has %d fields and sets[%d] %d; equal fields are needed", first->nfields, i, other->nfields);
    for (int f = 0; f < first->nfields; f++) {
        const wk_field *a = &first->fields[f], *b = &other->fields[f];
        wki_check(!strcmp(a->name, b->name), false, WK_E_INVALID, where,
                  "field %d is \"%s\" in sets[0] and \"%s\" in sets[%d]; equal fields are needed", f, a->name, b->name,
                  i);
        const bool ragged = wki_is_ragged(first, f);
        wki_check(ragged == wki_is_ragged(other, f), false, WK_E_SHAPE, where,
                  "rows of \"%s\" are of one length in sets[%d] and of different ones in sets[%d]", a->name,
                  ragged ? i : 0, ragged ? 0 : i);
        wki_check(same_rows(a, b, ragged), false, WK_E_SHAPE, where,
                  "a row of \"%s\" is %s %s in sets[0] and %s %s in sets[%d]; equal rows are needed", a->name,
                  wk_dtype_name(a->dtype), wki_show_shape(a->ndim, a->shape), wk_dtype_name(b->dtype),
                  wki_show_shape(b->ndim, b->shape), i);
    }
    return true;
}

static int of_most_classes(wk_dataset *const *sets, int n)
{
    int most = 0;
    for (int i = 1; i < n; i++)
        if (sets[i]->nclasses > sets[most]->nclasses) most = i;
    return most;
}

/* A set in whose rows the last classes do not occur may not know of them. */
static bool classes_fit(wk_dataset *const *sets, int most, int i, const char *where)
{
    const wk_dataset *all = sets[most], *some = sets[i];
    wki_check(!all->nclasses == !some->nclasses, false, WK_E_INVALID, where,
              "sets[%d] has %d classes and sets[%d] none; either all sets have classes or none", most, all->nclasses,
              i);
    for (int c = 0; c < some->nclasses; c++)
        wki_check(!strcmp(all->classes[c], some->classes[c]), false, WK_E_INVALID, where,
                  "class %d is \"%s\" in sets[%d] and \"%s\" in sets[%d]; the same are needed", c, all->classes[c],
                  most, some->classes[c], i);
    return true;
}

static bool sets_ok(wk_dataset *const *sets, int n, const char *where)
{
    if (!sets) return wki_null_argument(where, "sets"), false;
    wki_check(n >= 1, false, WK_E_INVALID, where, "n is %d; expected at least one dataset", n);
    for (int i = 0; i < n; i++) {
        if (!wki_object_check(sets[i], &wki_dataset_type, where, i == 0 ? "sets[0]" : "sets[i]")) return false;
        if (!fields_fit(sets[0], sets[i], i, where)) return false;
    }
    const int most = of_most_classes(sets, n);
    for (int i = 0; i < n; i++)
        if (!classes_fit(sets, most, i, where)) return false;
    return true;
}

enum { ALONE = 64 }; /* rows of a block where they need none */

static int64_t blocks_of(const wk_dataset *set)
{
    return set->nblocks ? set->nblocks : set->rows / ALONE + (set->rows % ALONE != 0);
}

/* The parts' blocks, if any part has some; as few are kept as by the part that keeps the fewest. */
static wk_status join_blocks(wk_dataset *set, const concat *c)
{
    int64_t n = 0, all = 0, kept = 0, *blocks;
    for (int i = 0; i < c->n; i++) {
        const wk_dataset *part = c->sets[i];
        n += part->nblocks;
        all += blocks_of(part);
        if (part->kept_blocks < part->nblocks && (!kept || part->kept_blocks < kept)) kept = part->kept_blocks;
    }
    if (n == 0) return WK_OK;
    if (!(blocks = wki_alloc_array((size_t)all + 1, sizeof *blocks))) return wk_error();
    int64_t *to = blocks;
    for (int i = 0; i < c->n; i++) {
        const wk_dataset *part = c->sets[i];
        for (int64_t b = 0; b < blocks_of(part); b++)
            *to++ = c->starts[i] + (part->nblocks ? part->blocks[b] : b * ALONE);
    }
    *to = set->rows;
    return wki_dataset_set_blocks(set, blocks, all, kept);
}

static wk_status hold(concat *c, wk_dataset *const *sets, int n)
{
    c->sets = wki_alloc_array((size_t)n, sizeof *c->sets);
    c->starts = wki_alloc_array((size_t)n + 1, sizeof *c->starts);
    if (!c->sets || !c->starts) return wk_error();
    for (; c->n < n; c->n++) {
        if (__builtin_add_overflow(c->starts[c->n], sets[c->n]->rows, &c->starts[c->n + 1]))
            return wki_fail(WK_E_RANGE, "dataset_concat", "there are more rows than can be counted");
        wki_object_ref(sets[c->n]);
        c->sets[c->n] = sets[c->n];
    }
    return WK_OK;
}

/* Ragged rows are as long as the longest of all parts. */
static void join_lengths(wk_dataset_opts *o, const concat *c, wk_field *fields)
{
    o->ragged = c->sets[0]->ragged;
    if (o->ragged) o->lengths = concat_lengths;
    for (int f = 0; f < o->nfields; f++)
        for (int i = 0; i < c->n && o->ragged >> f & 1; i++)
            if (c->sets[i]->fields[f].shape[0] > fields[f].shape[0])
                fields[f].shape[0] = c->sets[i]->fields[f].shape[0];
}

/* Fields that are bytes alike in all parts are so here. */
static void join_ways(wk_dataset *set, const concat *c)
{
    memcpy(set->bytes, c->sets[0]->bytes, sizeof set->bytes);
    set->get_through = concat_get_through;
    set->file = concat_file;
    for (int i = 0; i < c->n; i++) {
        if (!c->sets[i]->get_through) set->get_through = NULL;
        for (int f = 0; f < set->nfields; f++)
            if (c->sets[i]->bytes[f] != set->bytes[f]) set->bytes[f] = WKI_NO_BYTES;
    }
}

wk_dataset *wk_dataset_concat(wk_dataset *const *sets, int n)
{
    if (!sets_ok(sets, n, "dataset_concat")) return NULL;
    concat *self = wki_alloc(sizeof *self);
    if (!self) return NULL;
    if (hold(self, sets, n)) {
        concat_destroy(self);
        return NULL;
    }
    wk_dataset_opts o = wki_dataset_like(sets[of_most_classes(sets, n)]);
    o.ops = &concat_ops;
    o.self = self;
    o.rows = self->starts[n];
    wk_field fields[WK_MAX_FIELDS];
    o.fields = memcpy(fields, o.fields, (size_t)o.nfields * sizeof *fields);
    join_lengths(&o, self, fields);
    wk_dataset *set = wk_dataset_custom(&o);
    if (set) join_ways(set, self);
    return set && join_blocks(set, self) == WK_OK ? set : NULL;
}
