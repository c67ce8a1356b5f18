/* Transforms: lists of them, the user's own, planning for a dataset and the way of a batch's rows through them. Those
 * of the library are in transform_values.c and transform_images.c; transform_bytes.c joins some of them. */
#include "data/transform.h"
#include "backends/cpu/cpu.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include <stdio.h>
#include <string.h>

enum { STREAM = 0x74000000, MOST = 1 << 20 }; /* "t", and the transform's number */

static void transform_destroy(void *object)
{
    wk_transform *t = object;
    if (t->ops && t->ops->destroy) t->ops->destroy(t->self);
    for (int i = 0; i < t->nparts; i++) wki_object_unref(t->parts[i]);
    wki_free(t->parts);
    wki_free(t->field);
}

const wki_type wki_transform_type = { "transform", sizeof(wk_transform), transform_destroy };

wk_transform *wk_transforms_new(wk_transform *const *list, int n)
{
    const char *where = "transforms";
    wki_check(n >= 0 && (list || n == 0), NULL, WK_E_INVALID, where, "list is NULL or n negative (%d)", n);
    for (int i = 0; i < n; i++)
        if (!wki_object_check(list[i], &wki_transform_type, where, "list[i]")) return NULL;
    wk_transform *t = wki_object_new(&wki_transform_type, where);
    if (!t || !(t->parts = wki_alloc_array((size_t)n + 1, sizeof(wk_transform *)))) return NULL;
    for (; t->nparts < n; t->nparts++) {
        wki_object_ref(list[t->nparts]);
        t->parts[t->nparts] = list[t->nparts];
    }
    return t;
}

wk_transform *wki_transform_new(const char *field, const wk_transform_ops *ops, void *self, int64_t channels)
{
    wk_transform *t = wk_transform_custom(field, ops, self);
    if (!t) return NULL;
    t->channels = channels;
    t->own = false;
    return t;
}

wk_transform *wk_transform_custom(const char *field, const wk_transform_ops *ops, void *self)
{
    const char *where = "transform_custom";
    if (!ops) return wki_null_argument(where, "ops"), NULL;
    const bool whole = ops->size >= sizeof *ops && ops->name && ops->apply;
    if (!whole)
        wki_fail(WK_E_INVALID, where, "ops has no size, name or apply");
    else if (!field)
        wki_fail(WK_E_INVALID, ops->name, "field is NULL; expected the name of a field");
    wk_transform *t = wk_failed() ? NULL : wki_object_new(&wki_transform_type, where);
    if (!t) {
        if (ops->size >= sizeof *ops && ops->destroy) ops->destroy(self);
        return NULL;
    }
    t->ops = ops;
    t->self = self;
    t->own = true;
    t->field = wki_strdup(field);
    return t->field ? t : NULL;
}

int64_t wk_row_number(const wk_row *row) { return row ? row->number : -1; }
int64_t wk_row_epoch(const wk_row *row) { return row ? row->epoch : -1; }
double wk_row_uniform(wk_row *row) { return row ? wki_rng_uniform(&row->rng) : 0; }
int64_t wk_row_below(wk_row *row, int64_t n)
{
    return row && n > 0 ? (int64_t)wki_rng_below(&row->rng, (uint64_t)n) : 0;
}

/* ---- Plan ---- */

static int count_leaves(const wk_transform *t)
{
    if (!t || t->ops) return t != NULL;
    int n = 0;
    for (int i = 0; i < t->nparts && n < MOST; i++) n += count_leaves(t->parts[i]);
    return n;
}

static wk_status field_ok(const wk_transform *t, const wk_field *field)
{
    size_t bytes = 1;
    bool ok = (unsigned)field->dtype < WK_DTYPE_COUNT && field->ndim >= 0 && field->ndim < WK_MAX_DIMS;
    if (ok) bytes = wk_dtype_size(field->dtype);
    for (int d = 0; ok && d < field->ndim; d++)
        ok = field->shape[d] >= 0 && wki_mul_ok(bytes, (size_t)field->shape[d], &bytes) && bytes <= PTRDIFF_MAX;
    return ok ? WK_OK : wki_fail(WK_E_INVALID, t->ops->name, "its plan made no field of \"%s\"", t->field);
}

/* A ragged row keeps its length, and is as long as the plan says only if it is the longest. */
static wk_status fits_ragged(const wk_transform *t, const wk_field *before, const wk_field *after)
{
    if (!t->own && t->channels != 1)
        return wki_fail(
            WK_E_SHAPE, t->ops->name,
            "rows of \"%s\" have different lengths; expected a transform of each element alone, or your own",
            before->name);
    if (after->ndim > 0 && after->shape[0] == before->shape[0]) return WK_OK;
    return wki_fail(WK_E_SHAPE, t->ops->name, "makes %s of the ragged rows of \"%s\"; expected their length to stay",
                    wki_show_shape(after->ndim, after->shape), before->name);
}

static wk_status plan_step(wki_pipeline *p, const wk_dataset *set, const wk_transform *t, int number, const char *where)
{
    const int f = wki_dataset_find(set, t->field);
    wki_check(f >= 0, WK_E_NOT_FOUND, WK_E_NOT_FOUND, where,
              "%s is for a field \"%s\", which the dataset \"%s\" has not; its first is \"%s\"", t->ops->name, t->field,
              set->ops->name, set->fields[0].name);
    wk_field *field = &p->fields[f];
    const wk_field before = *field;
    const char *name = field->name;
    if (t->ops->plan && t->ops->plan(t->self, field) != WK_OK && !wk_failed())
        wki_fail(WK_E_INVALID, t->ops->name, "refused the field \"%s\", %s %s, without saying why", name,
                 wk_dtype_name(field->dtype), wki_show_shape(field->ndim, field->shape));
    if (wk_failed() || field_ok(t, field) || (wki_is_ragged(set, f) && fits_ragged(t, &before, field)))
        return wk_error();
    field->name = name;
    p->steps[p->nsteps++] = (wki_step){ t, f, number, *field, NULL };
    return WK_OK;
}

static wk_status plan_all(wki_pipeline *p, const wk_dataset *set, const wk_transform *t, int *number, const char *where)
{
    if (t->ops) return plan_step(p, set, t, (*number)++, where);
    for (int i = 0; i < t->nparts; i++)
        if (plan_all(p, set, t->parts[i], number, where)) return wk_error();
    return WK_OK;
}

/* Stable, by field. */
static void sort_steps(wki_pipeline *p)
{
    for (int i = 1; i < p->nsteps; i++) {
        const wki_step step = p->steps[i];
        int at = i;
        for (; at > 0 && p->steps[at - 1].field > step.field; at--) p->steps[at] = p->steps[at - 1];
        p->steps[at] = step;
    }
    for (int i = 0, f = 0; f <= WK_MAX_FIELDS; f++) {
        while (i < p->nsteps && p->steps[i].field < f) i++;
        p->first[f] = i;
    }
}

wk_status wki_pipeline_plan(wki_pipeline *p, const wk_dataset *set, const wk_transform *transform, const char *where)
{
    const int n = count_leaves(transform);
    int number = 0;
    *p = (wki_pipeline){ .nsteps = 0 };
    memcpy(p->fields, set->fields, sizeof p->fields);
    p->ragged = set->ragged;
    if (n == 0) return WK_OK;
    wki_check(n < MOST, WK_E_INVALID, WK_E_INVALID, where, "there are %d transforms or more", MOST);
    p->steps = wki_alloc_array((size_t)n, sizeof *p->steps);
    if (!p->steps || plan_all(p, set, transform, &number, where)) return wk_error();
    sort_steps(p);
    if (wki_pipeline_fuse(p, set)) return wk_error();
    for (int i = 0; i < p->nsteps; i++) {
        const size_t bytes = wki_field_bytes(&p->steps[i].after);
        if (bytes > p->between) p->between = bytes;
    }
    p->between = (p->between + 63) & ~(size_t)63;
    return WK_OK;
}

void wki_pipeline_forget(wki_pipeline *p)
{
    for (int i = 0; i < p->nsteps; i++) wki_free(p->steps[i].lookup);
    for (int f = 0; f < WK_MAX_FIELDS; f++) wki_free(p->through[f]);
    wki_free(p->steps);
    *p = (wki_pipeline){ .nsteps = 0 };
}

/* ---- Run ---- */

/* Is the field read into the batch itself? */
static bool is_direct(const wki_pipeline *p, int f, bool padded)
{
    return !wki_pipeline_changes(p, f) && !(padded && p->ragged >> f & 1);
}

/* Never nothing, so that rows without elements are somewhere, too. */
static bool raw_bytes(const wk_dataset *set, int f, int64_t rows, int64_t items, size_t *bytes)
{
    const bool ragged = wki_is_ragged(set, f);
    const size_t each = ragged ? wki_item_bytes(&set->fields[f]) : wki_field_bytes(&set->fields[f]);
    if (!wki_mul_ok((size_t)(ragged ? items : rows), each, bytes) || *bytes > PTRDIFF_MAX - 64) return false;
    *bytes = (*bytes + 64) & ~(size_t)63;
    return true;
}

bool wki_pipeline_room(const wki_pipeline *p, const wk_dataset *set, int64_t rows, int64_t items, size_t *bytes)
{
    *bytes = p->nsteps ? 2 * p->between : 0;
    for (int f = 0; f < set->nfields; f++) {
        size_t raw;
        if (is_direct(p, f, true)) continue;
        if (!raw_bytes(set, f, rows, items, &raw) || !wki_add_ok(*bytes, raw, bytes)) return false;
    }
    return *bytes <= PTRDIFF_MAX;
}

/* What went wrong, with the transform and the row. */
static wk_status fail_row(const wki_step *step, const wk_field *before, int64_t row, wk_status status)
{
    wki_error error = { .code = status };
    if (wk_failed()) wki_error_take(&error);
    return wki_fail((unsigned)error.code < WK_STATUS_COUNT ? error.code : WK_E_STATE, step->of->ops->name,
                    "row %lld of \"%s\": %s", (long long)row, before->name,
                    *error.text ? error.text : "failed without saying why");
}

/* The field as it is in a row of that length; NULL: in all rows. */
static const wk_field *as_long(const wk_field *field, const int64_t *length, wk_field *room)
{
    if (!length) return field;
    *room = *field;
    room->shape[0] = *length;
    return room;
}

/* One row of field f from `raw`, through all its steps, to `to`. */
static wk_status run_row(const wki_pipeline *p, const wk_field *field, int f, const wki_drawn *d, int64_t i,
                         const void *raw, char *room, void *to)
{
    const uint64_t seed = d->seed ^ (uint64_t)d->epoch * 0x9E3779B97F4A7C15u;
    const int64_t *length = p->ragged >> f & 1 ? &d->lengths[i] : NULL;
    wk_row row = { .number = d->rows[i], .epoch = d->epoch };
    wk_field sized[2];
    const wk_field *before = as_long(field, length, &sized[(p->first[f] + 1) & 1]);
    for (int s = p->first[f]; s < p->first[f + 1]; s++) {
        const wki_step *step = &p->steps[s];
        void *out = s + 1 == p->first[f + 1] ? to : room + (size_t)(s & 1) * p->between;
        const wk_field *after = as_long(&step->after, length, &sized[s & 1]);
        wk_status status = WK_OK;
        if (step->lookup) {
            wki_look_up(step->lookup, raw, 1, out);
        } else {
            row.rng = wki_rng_at(seed, STREAM + (uint64_t)step->number, (uint64_t)(d->from + i));
            status = step->of->ops->apply(step->of->self, &row, before, raw, after, out);
        }
        if (status || wk_failed()) return fail_row(step, before, row.number, status);
        before = after;
        raw = out;
    }
    return WK_OK;
}

static wk_status run_rows(const wki_pipeline *p, const wk_field *field, int f, const wki_drawn *d, const char *raw,
                          char *room, char *to)
{
    const size_t from_bytes = wki_field_bytes(field), to_bytes = wki_field_bytes(&p->fields[f]);
    for (int64_t i = 0; i < d->n; i++)
        if (run_row(p, field, f, d, i, raw + (size_t)i * from_bytes, room, to + (size_t)i * to_bytes))
            return wk_error();
    return WK_OK;
}

/* The same for rows that lie one behind the other, and become as long as each other unless they stay so. */
static wk_status run_ragged(const wki_pipeline *p, const wk_field *field, int f, const wki_drawn *d, const char *raw,
                            char *room, char *to)
{
    const size_t from_bytes = wki_item_bytes(field), to_bytes = wki_item_bytes(&p->fields[f]);
    const size_t element = wk_dtype_size(p->fields[f].dtype);
    for (int64_t i = 0; i < d->n; i++) {
        const size_t length = (size_t)d->lengths[i], place = d->longest < 0 ? length : (size_t)d->longest;
        if (!wki_pipeline_changes(p, f))
            memcpy(to, raw, length * to_bytes);
        else if (run_row(p, field, f, d, i, raw, room, to))
            return wk_error();
        if (!WKI_FAULT(94))
            wki_repeat((int64_t)((place - length) * to_bytes / element), to + length * to_bytes, element, p->pad[f]);
        raw += length * from_bytes;
        to += place * to_bytes;
    }
    return WK_OK;
}

wk_status wki_pipeline_read(const wki_pipeline *p, wk_dataset *set, const wki_drawn *d, void *room, void *const *fields)
{
    void *into[WK_MAX_FIELDS];
    char *at = room ? (char *)room + 2 * p->between : NULL;
    for (int f = 0; f < set->nfields; f++) {
        size_t bytes = 0;
        const bool direct = is_direct(p, f, d->longest >= 0);
        into[f] = direct ? fields[f] : at;
        if (!direct && raw_bytes(set, f, d->n, d->items, &bytes)) at += bytes;
    }
    if (wki_dataset_read_through(set, d->rows, d->n, into, p->any_through ? p->through : NULL)) return wk_error();
    WK_SCOPE(transforming);
    for (int f = 0; f < set->nfields; f++) {
        const wk_field *field = &set->fields[f];
        if (into[f] == fields[f]) continue;
        if ((p->ragged >> f & 1 ? run_ragged : run_rows)(p, field, f, d, into[f], room, fields[f])) return wk_error();
    }
    return WK_OK;
}
