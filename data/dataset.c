/* Datasets: rows of equal fields behind a table of functions, and reading a few rows as tensors. The formats are in
 * sets/. Rests on autograd's tensors for what it hands out. */
#include "autograd/tensor.h"
#include "backends/backend.h"
#include "base/alloc.h"
#include "base/options.h"
#include "data/transform.h"
#include <string.h>

static void dataset_destroy(void *object)
{
    wk_dataset *set = object;
    if (set->ops && set->ops->destroy) set->ops->destroy(set->self);
    if (set->forget) set->forget(set->origin);
    wki_free(set->classes);
    wki_free(set->names);
    wki_free(set->blocks);
}

const wki_type wki_dataset_type = { "dataset", sizeof(wk_dataset), dataset_destroy };

size_t wki_field_bytes(const wk_field *field)
{
    size_t bytes = wk_dtype_size(field->dtype);
    for (int d = 0; d < field->ndim; d++) bytes *= (size_t)field->shape[d];
    return bytes;
}

size_t wki_item_bytes(const wk_field *field)
{
    size_t bytes = wk_dtype_size(field->dtype);
    for (int d = 1; d < field->ndim; d++) bytes *= (size_t)field->shape[d];
    return bytes;
}

int wki_field_shape(const wk_field *field, int64_t n, int64_t shape[WK_MAX_DIMS])
{
    shape[0] = n;
    for (int d = 0; d < field->ndim; d++) shape[1 + d] = field->shape[d];
    return 1 + field->ndim;
}

int64_t wki_start_at(const int64_t *starts, int64_t n, int64_t at)
{
    int64_t low = 0, high = n - 1;
    while (low < high) {
        const int64_t middle = low + (high - low + 1) / 2;
        if (starts[middle] <= at)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

int wki_dataset_find(const wk_dataset *set, const char *name)
{
    for (int f = 0; f < set->nfields; f++)
        if (!strcmp(set->fields[f].name, name)) return f;
    return -1;
}

/* ---- Make ---- */

wk_dataset_opts wk_dataset_opts_default(void) { return (wk_dataset_opts){ .size = sizeof(wk_dataset_opts) }; }

static bool field_ok(const wk_dataset_opts *o, int f, const char *where)
{
    const wk_field *field = &o->fields[f];
    wki_check(field->name && *field->name, false, WK_E_INVALID, where, "field %d has no name", f);
    for (int other = 0; other < f; other++)
        wki_check(strcmp(field->name, o->fields[other].name), false, WK_E_INVALID, where,
                  "fields %d and %d are both named \"%s\"", other, f, field->name);
    wki_check((unsigned)field->dtype < WK_DTYPE_COUNT, false, WK_E_DTYPE, where, "field \"%s\" has no dtype (%d)",
              field->name, (int)field->dtype);
    wki_check(field->ndim >= 0 && field->ndim < WK_MAX_DIMS, false, WK_E_SHAPE, where,
              "rows of field \"%s\" have %d dimensions; 0 to %d leave room for the batch's", field->name, field->ndim,
              WK_MAX_DIMS - 1);
    size_t bytes = wk_dtype_size(field->dtype);
    for (int d = 0; d < field->ndim; d++) {
        wki_check(field->shape[d] >= 0, false, WK_E_SHAPE, where, "size %d of a row of field \"%s\" is negative (%lld)",
                  d, field->name, (long long)field->shape[d]);
        wki_check(wki_mul_ok(bytes, (size_t)field->shape[d], &bytes) && bytes <= PTRDIFF_MAX, false, WK_E_SHAPE, where,
                  "a row of field \"%s\" does not fit in memory", field->name);
    }
    return true;
}

static bool classes_ok(const wk_dataset_opts *o, const char *where)
{
    wki_check(o->nclasses >= 0, false, WK_E_INVALID, where, "nclasses is %d; expected 0 or more", o->nclasses);
    if (!o->classes || o->nclasses == 0) {
        wki_check(o->nclasses == 0, false, WK_E_INVALID, where, "classes is NULL though nclasses is %d", o->nclasses);
        return true;
    }
    for (int c = 0; c < o->nclasses; c++)
        wki_check(o->classes[c], false, WK_E_INVALID, where, "the name of class %d is NULL", c);
    for (int f = 0; f < o->nfields; f++) {
        const wk_field *y = &o->fields[f];
        if (strcmp(y->name, "y")) continue;
        wki_check(y->ndim == 0 && !wki_is_float(y->dtype), false, WK_E_DTYPE, where,
                  "y has classes but is %s of %d dimensions; expected one integer a row", wk_dtype_name(y->dtype),
                  y->ndim);
        return true;
    }
    wki_fail(WK_E_INVALID, where, "there are names of classes but no field \"y\"");
    return false;
}

static bool blocks_ok(const wk_dataset_opts *o, const char *where)
{
    wki_check(o->block_rows >= 0 && o->kept_blocks >= 0, false, WK_E_INVALID, where,
              "block_rows is %lld and kept_blocks %lld; expected 0 or more", (long long)o->block_rows,
              (long long)o->kept_blocks);
    wki_check(o->block_lead >= 0 && o->block_lead <= o->block_rows, false, WK_E_INVALID, where,
              "block_lead is %lld; expected 0 to block_rows, %lld", (long long)o->block_lead, (long long)o->block_rows);
    return true;
}

/* All ragged fields of a row are as long as each other. */
static bool ragged_ok(const wk_dataset_opts *o, const char *where)
{
    wki_check(!o->ragged == !o->lengths && o->ragged >> o->nfields == 0, false, WK_E_INVALID, where,
              "ragged is 0x%x, of %d fields, and lengths %s; expected both, or neither", o->ragged, o->nfields,
              o->lengths ? "there" : "NULL");
    for (int f = 0, first = -1; f < o->nfields; f++) {
        if (!(o->ragged >> f & 1)) continue;
        const wk_field *field = &o->fields[f];
        if (first < 0) first = f;
        wki_check(field->ndim > 0 && field->shape[0] == o->fields[first].shape[0], false, WK_E_SHAPE, where,
                  "rows of the ragged field \"%s\" are %s; expected a first size, the longest row's, as in \"%s\"",
                  field->name, wki_show_shape(field->ndim, field->shape), o->fields[first].name);
    }
    return true;
}

static bool opts_ok(const wk_dataset_opts *o, const char *where)
{
    wki_check(o->ops->name && o->ops->get_many, false, WK_E_INVALID, where, "ops has no %s",
              o->ops->name ? "get_many" : "name");
    wki_check(o->rows >= 0, false, WK_E_INVALID, where, "rows is %lld; expected 0 or more", (long long)o->rows);
    wki_check(o->fields && o->nfields >= 1 && o->nfields <= WK_MAX_FIELDS, false, WK_E_INVALID, where,
              "there are %d fields; expected 1 to %d", o->fields ? o->nfields : 0, WK_MAX_FIELDS);
    for (int f = 0; f < o->nfields; f++)
        if (!field_ok(o, f, where)) return false;
    return ragged_ok(o, where) && blocks_ok(o, where) && classes_ok(o, where);
}

static const char *put_name(char **at, const char *name)
{
    const size_t bytes = strlen(name) + 1;
    char *copy = memcpy(*at, name, bytes);
    *at += bytes;
    return copy;
}

static wk_status copy_description(wk_dataset *set, const wk_dataset_opts *o)
{
    size_t bytes = 0;
    for (int f = 0; f < o->nfields; f++) bytes += strlen(o->fields[f].name) + 1;
    for (int c = 0; c < o->nclasses; c++) bytes += strlen(o->classes[c]) + 1;
    char *at = set->names = wki_alloc(bytes);
    set->classes = wki_alloc_array((size_t)o->nclasses, sizeof *set->classes);
    if (!set->names || !set->classes) return WK_E_MEMORY;
    for (int f = 0; f < o->nfields; f++) {
        set->fields[f] = o->fields[f];
        set->fields[f].name = put_name(&at, o->fields[f].name);
    }
    for (int c = 0; c < o->nclasses; c++) set->classes[c] = put_name(&at, o->classes[c]);
    set->rows = o->rows;
    set->nfields = o->nfields;
    set->nclasses = o->nclasses;
    return WK_OK;
}

wk_status wki_dataset_set_blocks(wk_dataset *set, int64_t *blocks, int64_t n, int64_t kept)
{
    wki_free(set->blocks);
    set->blocks = blocks;
    set->nblocks = n;
    set->kept_blocks = kept && kept < n ? kept : n;
    return blocks ? WK_OK : WK_E_MEMORY;
}

enum { MOST_BLOCKS = 1 << 20 }; /* more are taken several as one: a small file may claim any number */

static wk_status copy_blocks(wk_dataset *set, const wk_dataset_opts *o)
{
    if (o->block_rows <= 1 || o->rows == 0) return WK_OK;
    const int64_t as_one = 1 + o->rows / o->block_rows / MOST_BLOCKS;
    int64_t size, lead = o->block_lead ? o->block_lead : o->block_rows;
    if (__builtin_mul_overflow(o->block_rows, as_one, &size)) size = o->rows;
    const int64_t rest = o->rows > lead ? o->rows - lead : 0, n = 1 + rest / size + (rest % size != 0);
    int64_t *blocks = wki_alloc_array((size_t)n + 1, sizeof *blocks);
    for (int64_t i = 1; blocks && i < n; i++) blocks[i] = lead + (i - 1) * size;
    if (blocks) blocks[n] = o->rows;
    return wki_dataset_set_blocks(set, blocks, n, o->kept_blocks ? 1 + (o->kept_blocks - 1) / as_one : 0);
}

wk_dataset *wk_dataset_custom(const wk_dataset_opts *opts)
{
    const char *where = "dataset_custom";
    wk_dataset_opts o = wk_dataset_opts_default();
    if (!wki_options_take(where, &o, sizeof o, opts)) return NULL;
    wki_check(o.ops && o.ops->size >= sizeof(wk_dataset_ops), NULL, WK_E_INVALID, where,
              "ops is %s; start from wk_dataset_opts_default() and set ops->size", o.ops ? "too short" : "NULL");
    wk_dataset *set = opts_ok(&o, where) ? wki_object_new(&wki_dataset_type, where) : NULL;
    if (!set) {
        if (o.ops->destroy) o.ops->destroy(o.self);
        return NULL;
    }
    set->ops = o.ops;
    set->self = o.self;
    set->ragged = o.ragged;
    set->lengths = o.lengths;
    if (copy_description(set, &o) == WK_OK && copy_blocks(set, &o) == WK_OK) return set;
    wki_object_adopt(set);
    wki_object_unref(set);
    return NULL;
}

wk_dataset_opts wki_dataset_like(const wk_dataset *set)
{
    wk_dataset_opts o = wk_dataset_opts_default();
    o.fields = set->fields;
    o.nfields = set->nfields;
    o.classes = set->classes;
    o.nclasses = set->nclasses;
    return o;
}

wk_dataset *wk_dataset_refresh(wk_dataset *set)
{
    if (wk_failed() || !wki_object_check(set, &wki_dataset_type, "dataset_refresh", "set")) return NULL;
    return set->refresh ? set->refresh(set) : set;
}

/* ---- Look ---- */

int64_t wk_dataset_len(const wk_dataset *set)
{
    return wki_object_check(set, &wki_dataset_type, "dataset_len", "set") ? set->rows : 0;
}

int wk_dataset_fields(const wk_dataset *set, const wk_field **fields)
{
    const bool ok = wki_object_check(set, &wki_dataset_type, "dataset_fields", "set");
    if (fields) *fields = ok ? set->fields : NULL;
    return ok ? set->nfields : 0;
}

int wk_dataset_classes(const wk_dataset *set, const char *const **names)
{
    const bool ok = wki_object_check(set, &wki_dataset_type, "dataset_classes", "set");
    if (names) *names = ok && set->nclasses > 0 ? set->classes : NULL;
    return ok ? set->nclasses : 0;
}

bool wk_dataset_of_bytes(const wk_dataset *set, int f)
{
    static const char where[] = "dataset_of_bytes";
    if (!wki_object_check(set, &wki_dataset_type, where, "set")) return false;
    wki_check(f >= 0 && f < set->nfields, false, WK_E_RANGE, where, "field %d; the dataset \"%s\" has %d", f,
              set->ops->name, set->nfields);
    return set->bytes[f] != WKI_NO_BYTES;
}

const char *wk_dataset_file(const wk_dataset *set, int64_t row)
{
    static const char where[] = "dataset_file";
    if (!wki_object_check(set, &wki_dataset_type, where, "set")) return NULL;
    wki_check(row >= 0 && row < set->rows, NULL, WK_E_RANGE, where, "row %lld; the dataset \"%s\" has %lld",
              (long long)row, set->ops->name, (long long)set->rows);
    return set->file ? set->file(set->self, row) : NULL;
}

wk_status wki_dataset_read(wk_dataset *set, const int64_t *rows, int64_t n, void *const *fields)
{
    return wki_dataset_read_through(set, rows, n, fields, NULL);
}

wk_status wki_dataset_read_through(wk_dataset *set, const int64_t *rows, int64_t n, void *const *fields,
                                   wki_lookup *const *through)
{
    if (n == 0) return WK_OK;
    WK_SCOPE(rows_of_a_dataset);
    const wk_status status = through ? set->get_through(set->self, rows, n, fields, through)
                                     : set->ops->get_many(set->self, rows, n, fields);
    if (status != WK_OK)
        wki_fail((unsigned)status < WK_STATUS_COUNT ? status : WK_E_STATE, set->ops->name,
                 "get_many failed without saying why (%lld rows from row %lld on; status %d)", (long long)n,
                 (long long)rows[0], (int)status);
    return wk_error();
}

wk_status wki_dataset_read_next(wk_dataset *set, const int64_t *rows, int64_t n, void **fields,
                                wki_lookup *const *through)
{
    int64_t items = 0;
    if (wki_dataset_read_through(set, rows, n, fields, through)) return wk_error();
    if (set->ragged && wki_dataset_lengths(set, rows, n, NULL, &items, NULL)) return wk_error();
    for (int f = 0; f < set->nfields; f++) {
        const wk_field *field = &set->fields[f];
        const size_t row = through && through[f] ? wki_lookup_row(through[f]) : wki_field_bytes(field);
        const size_t bytes = wki_is_ragged(set, f) ? (size_t)items * wki_item_bytes(field) : (size_t)n * row;
        fields[f] = (char *)fields[f] + bytes;
    }
    return WK_OK;
}

/* Rows on their way through transforms, or that are filled up, need room. */
static wk_status read_drawn(wk_dataset *set, const wki_pipeline *p, const wki_drawn *d, void *const *memory,
                            const char *where)
{
    size_t bytes, got;
    if (!wki_pipeline_room(p, set, d->n, d->items, &bytes))
        return wki_fail(WK_E_MEMORY, where, "%lld rows do not fit in memory", (long long)d->n);
    void *room = wki_block_get(bytes, &got);
    if (!room) return wk_error();
    wki_pipeline_read(p, set, d, room, memory);
    wki_block_put(room, got);
    return wk_error();
}

wk_status wki_pipeline_tensors(const wki_pipeline *p, wk_dataset *set, wki_drawn d, const char *where, bool one_row,
                               wk_tensor **tensors)
{
    wk_scope *scope = wk_scope_open(where);
    void *memory[WK_MAX_FIELDS];
    int64_t *lengths = set->ragged ? wki_alloc_array((size_t)d.n, sizeof *lengths) : NULL;
    d.lengths = lengths;
    if (lengths) wki_dataset_lengths(set, d.rows, d.n, lengths, &d.items, &d.longest);
    for (int f = 0; f < set->nfields && !wk_failed(); f++) {
        const wk_field *field = &p->fields[f];
        int64_t shape[WK_MAX_DIMS];
        const int ndim = wki_field_shape(field, d.n, shape);
        if (wki_is_ragged(set, f)) shape[1] = d.longest;
        tensors[f] = wki_new(where, WK_CPU, ndim - one_row, shape + one_row, field->dtype);
        if (tensors[f]) memory[f] = tensors[f]->storage->data;
    }
    if (!wk_failed()) read_drawn(set, p, &d, memory, where);
    wki_free(lengths);
    for (int f = 0; f < set->nfields && !wk_failed(); f++) tensors[f] = wk_to_device(tensors[f], wk_current_device());
    for (int f = 0; f < set->nfields; f++) tensors[f] = wk_failed() ? NULL : wk_escape(scope, tensors[f]);
    wk_scope_close(scope);
    return wk_error();
}

static wk_status read_tensors(wk_dataset *set, const char *where, const int64_t *rows, int64_t n, bool one_row,
                              wk_tensor **tensors)
{
    wki_pipeline p;
    wki_pipeline_plan(&p, set, NULL, where);
    return wki_pipeline_tensors(&p, set, (wki_drawn){ .rows = rows, .n = n }, where, one_row, tensors);
}

static wk_status rows_ok(wk_dataset *set, const char *where, const int64_t *rows, int64_t n, wk_tensor **fields,
                         int nfields)
{
    for (int f = 0; fields && f < nfields; f++) fields[f] = NULL;
    if (wk_failed()) return wk_error();
    if (!wki_object_check(set, &wki_dataset_type, where, "set")) return wk_error();
    if (!fields || (!rows && n > 0)) return wki_null_argument(where, fields ? "rows" : "fields"), wk_error();
    if (nfields != set->nfields)
        return wki_fail(WK_E_INVALID, where, "there is room for %d fields; the dataset \"%s\" has %d", nfields,
                        set->ops->name, set->nfields);
    if (n < 0) return wki_fail(WK_E_INVALID, where, "n is %lld; expected 0 or more rows", (long long)n);
    for (int64_t i = 0; i < n; i++)
        if (rows[i] < 0 || rows[i] >= set->rows)
            return wki_fail(WK_E_RANGE, where, "row %lld is not in the dataset \"%s\"; it has %lld rows",
                            (long long)rows[i], set->ops->name, (long long)set->rows);
    return WK_OK;
}

wk_status wk_dataset_get(wk_dataset *set, int64_t row, wk_tensor **fields, int n)
{
    const wk_status status = rows_ok(set, "dataset_get", &row, 1, fields, n);
    return status == WK_OK ? read_tensors(set, "dataset_get", &row, 1, true, fields) : status;
}

wk_status wk_dataset_get_many(wk_dataset *set, const int64_t *rows, int64_t n, wk_tensor **fields, int nfields)
{
    const wk_status status = rows_ok(set, "dataset_get_many", rows, n, fields, nfields);
    return status == WK_OK ? read_tensors(set, "dataset_get_many", rows, n, false, fields) : status;
}
