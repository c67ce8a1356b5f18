/* Datasets of tensors in memory: row i of each; made of tensors, or of all rows of another dataset. Rests on contiguous
 * CPU tensors, which they hold. */
#include "autograd/tensor.h"
#include "base/alloc.h"
#include "data/dataset.h"
#include <string.h>

typedef struct memory_set {
    int n;
    wk_tensor *tensors[WK_MAX_FIELDS];
    const char *from[WK_MAX_FIELDS];
    size_t row_bytes[WK_MAX_FIELDS]; /* of an item, where rows are ragged */
    unsigned ragged;                 /* as in wk_dataset_opts; row i is items offsets[i] .. offsets[i + 1] - 1 */
    int64_t *offsets;                /* NULL: none is */
} memory_set;

static void get_ragged(const memory_set *set, int f, const int64_t *rows, int64_t n, char *to)
{
    enum { AHEAD = 4 };
    const size_t item = set->row_bytes[f];
    for (int64_t i = 0; i < n && item > 0; i++) {
        const int64_t from = set->offsets[rows[i]], length = set->offsets[rows[i] + 1] - from;
        if (i + AHEAD < n) {
            const int64_t *next = &set->offsets[rows[i + AHEAD]];
            wki_expect_row(set->from[f] + (size_t)next[0] * item, (size_t)(next[1] - next[0]) * item);
        }
        memcpy(to, set->from[f] + (size_t)from * item, (size_t)length * item);
        to += (size_t)length * item;
    }
}

static wk_status memory_lengths(void *self, const int64_t *rows, int64_t n, int64_t *lengths)
{
    const memory_set *set = self;
    for (int64_t i = 0; i < n; i++) lengths[i] = set->offsets[rows[i] + 1] - set->offsets[rows[i]];
    return WK_OK;
}

static wk_status memory_get_through(void *self, const int64_t *rows, int64_t n, void *const *fields,
                                    wki_lookup *const *through)
{
    const memory_set *set = self;
    for (int f = 0; f < set->n; f++) {
        const wki_lookup *lookup = through ? through[f] : NULL;
        const size_t bytes = set->row_bytes[f], row = lookup ? wki_lookup_row(lookup) : bytes;
        const int64_t ahead = wki_rows_ahead(bytes);
        char *to = fields[f];
        if (set->ragged >> f & 1) {
            get_ragged(set, f, rows, n, to);
            continue;
        }
        for (int64_t i = 0; i < n && bytes > 0; i++, to += row) {
            const char *from = set->from[f] + (size_t)rows[i] * bytes;
            if (i + ahead < n) wki_expect_row(set->from[f] + (size_t)rows[i + ahead] * bytes, bytes);
            if (lookup)
                wki_look_up(lookup, from, 1, to);
            else
                memcpy(to, from, bytes);
        }
    }
    return WK_OK;
}

static wk_status memory_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    return memory_get_through(self, rows, n, fields, NULL);
}

static void memory_destroy(void *self)
{
    memory_set *set = self;
    for (int f = 0; f < set->n; f++) wki_object_unref(set->tensors[f]);
    wki_free(set->offsets);
    wki_free(set);
}

static const wk_dataset_ops memory_ops = { sizeof memory_ops, "tensors", memory_get_many, memory_destroy };

static bool all_tensors(wk_tensor *const *tensors, const char *const *names, int n, const char *where)
{
    if (!tensors) return wki_null_argument(where, "fields"), false;
    wki_check(n >= 1 && n <= WK_MAX_FIELDS, false, WK_E_INVALID, where, "n is %d; expected 1 to %d tensors", n,
              WK_MAX_FIELDS);
    wki_check(names || n <= 2, false, WK_E_INVALID, where,
              "names is NULL; only x and y name themselves, not %d tensors", n);
    for (int f = 0; f < n; f++) {
        if (!wki_object_check(tensors[f], &wki_tensor_type, where, f == 0 ? "fields[0]" : "fields[i]")) return false;
        wki_check(tensors[f]->v.ndim >= 1, false, WK_E_SHAPE, where,
                  "tensor %d is a single value; its first size must be the rows", f);
    }
    return true;
}

static bool tensors_ok(wk_tensor *const *tensors, const char *const *names, int n, const char *where)
{
    if (!all_tensors(tensors, names, n, where)) return false;
    for (int f = 1; f < n; f++)
        wki_check(tensors[f]->v.size[0] == tensors[0]->v.size[0], false, WK_E_SHAPE, where,
                  "first sizes differ (tensor 0 %s, tensor %d %s); all tensors must have as many rows",
                  wki_show(&tensors[0]->v), f, wki_show(&tensors[f]->v));
    return true;
}

/* Holds tensor f as plain contiguous memory, and describes its rows. */
static wk_status add_field(memory_set *set, wk_tensor *tensor, const char *name, int64_t longest, wk_field *field)
{
    wk_tensor *held = wki_on_cpu(tensor);
    if (!held) return wk_error();
    wki_object_ref(held);
    const int f = set->n++;
    const bool ragged = set->ragged >> f & 1;
    set->tensors[f] = held;
    set->from[f] = held->v.data;
    *field = (wk_field){ .name = name, .dtype = (wk_dtype)held->v.dtype, .ndim = held->v.ndim - !ragged };
    memcpy(field->shape, held->v.size + !ragged, (size_t)field->ndim * sizeof *field->shape);
    if (ragged) field->shape[0] = longest;
    set->row_bytes[f] = ragged ? wki_item_bytes(field) : wki_field_bytes(field);
    return WK_OK;
}

/* Where the rows of ragged fields begin, and behind the last one. */
typedef struct starts {
    unsigned ragged;
    int64_t *offsets, rows; /* offsets are taken */
} starts;

/* `o` tells the names of classes, or nothing. */
static wk_dataset *of_tensors(wk_tensor *const *fields, const char *const *names, int n, starts s, wk_dataset_opts o)
{
    memory_set *set = wki_alloc(sizeof *set);
    if (!set) return wki_free(s.offsets), NULL;
    WK_SCOPE(held_tensors);
    wk_field described[WK_MAX_FIELDS];
    const int64_t longest = s.ragged ? wki_longest(s.offsets, s.rows) : 0;
    set->ragged = s.ragged;
    set->offsets = s.offsets;
    for (int f = 0; f < n; f++) {
        if (add_field(set, fields[f], names[f], longest, &described[f]) == WK_OK) continue;
        memory_destroy(set);
        return NULL;
    }
    o.ops = &memory_ops;
    o.self = set;
    o.rows = s.rows;
    o.fields = described;
    o.nfields = n;
    o.ragged = s.ragged;
    o.lengths = s.ragged ? memory_lengths : NULL;
    wk_dataset *made = wk_dataset_custom(&o);
    if (!made) return NULL;
    made->get_through = memory_get_through;
    for (int f = 0; f < n; f++) made->bytes[f] = described[f].dtype == WK_U8 ? WKI_BYTES : WKI_NO_BYTES;
    return wk_escape(held_tensors, made);
}

static const char *const usual_names[] = { "x", "y" };

wk_dataset *wk_dataset_tensors(wk_tensor *const *fields, const char *const *names, int n)
{
    if (!tensors_ok(fields, names, n, "dataset_tensors")) return NULL;
    return of_tensors(fields, names ? names : usual_names, n, (starts){ .rows = fields[0]->v.size[0] },
                      wk_dataset_opts_default());
}

/* ---- Rows of different lengths ---- */

/* A copy of the offsets, checked against the number of items that there are. */
static int64_t *copy_offsets(wk_tensor *offsets, int64_t items, int64_t *rows, const char *where)
{
    WK_SCOPE(copied);
    if (!wki_object_check(offsets, &wki_tensor_type, where, "offsets")) return NULL;
    const wk_dtype dtype = (wk_dtype)offsets->v.dtype;
    wki_check((dtype == WK_I64 || dtype == WK_I32) && offsets->v.ndim == 1 && offsets->v.size[0] > 0, NULL, WK_E_SHAPE,
              where,
              "offsets is %s %s; expected whole numbers [rows + 1], from the first row's begin to the last one's end",
              wk_dtype_name(dtype), wki_show(&offsets->v));
    const int64_t n = offsets->v.size[0];
    int64_t *copy = wki_alloc_array((size_t)n, sizeof *copy);
    if (!copy || wk_read(wk_to(offsets, WK_I64), copy, (size_t)n * sizeof *copy)) return wki_free(copy), NULL;
    *rows = n - 1;
    const int64_t wrong = wki_offsets_wrong(copy, n, items);
    if (wrong < 0) return copy;
    wki_fail(WK_E_RANGE, where, "offsets[%lld] is %lld; expected %lld or more, and no more than the %lld items",
             (long long)wrong, (long long)copy[wrong], (long long)(wrong ? copy[wrong - 1] : 0), (long long)items);
    wki_free(copy);
    return NULL;
}

wk_dataset *wk_dataset_ragged(wk_tensor *const *fields, const char *const *names, int n, wk_tensor *offsets)
{
    const char *where = "dataset_ragged";
    if (wk_failed() || !all_tensors(fields, names, n, where)) return NULL;
    starts s = { .ragged = 1 };
    const int64_t items = fields[0]->v.size[0];
    if (!(s.offsets = copy_offsets(offsets, items, &s.rows, where))) return NULL;
    for (int f = 1; f < n; f++) {
        const int64_t size = fields[f]->v.size[0];
        if (size != s.rows && size == items) s.ragged |= 1u << f;
        if (size == s.rows || size == items) continue;
        wki_fail(WK_E_SHAPE, where,
                 "tensor %d is %s; expected one of %lld rows, as offsets tells, or of the %lld items that tensor 0 has",
                 f, wki_show(&fields[f]->v), (long long)s.rows, (long long)items);
        return wki_free(s.offsets), NULL;
    }
    return of_tensors(fields, names ? names : usual_names, n, s, wk_dataset_opts_default());
}

/* ---- All rows of another dataset ---- */

enum { ROWS_A_READ = 1024 };

static wk_status read_all(wk_dataset *set, void **to)
{
    int64_t rows[ROWS_A_READ];
    for (int64_t from = 0; from < set->rows; from += ROWS_A_READ) {
        const int64_t n = set->rows - from < ROWS_A_READ ? set->rows - from : ROWS_A_READ;
        for (int64_t i = 0; i < n; i++) rows[i] = from + i;
        const wk_status status = wki_dataset_read_next(set, rows, n, to, NULL);
        if (status != WK_OK) return status;
    }
    return WK_OK;
}

/* Where the rows of a set will begin when they lie one behind the other. */
static wk_status measure_all(wk_dataset *set, starts *s)
{
    *s = (starts){ .ragged = set->ragged, .rows = set->rows };
    if (!s->ragged) return WK_OK;
    if (!(s->offsets = wki_alloc_array((size_t)set->rows + 1, sizeof *s->offsets))) return wk_error();
    for (int64_t i = 0; i < set->rows; i++) s->offsets[i] = i;
    int64_t *lengths = wki_alloc_array((size_t)set->rows + 1, sizeof *lengths);
    const wk_status status =
        lengths ? wki_dataset_lengths(set, s->offsets, set->rows, lengths, NULL, NULL) : wk_error();
    for (int64_t i = 0, at = 0; lengths && i <= set->rows; at += lengths[i++]) s->offsets[i] = at;
    wki_free(lengths);
    return status;
}

wk_dataset *wk_dataset_cached(wk_dataset *set)
{
    const char *where = "dataset_cached";
    if (!wki_object_check(set, &wki_dataset_type, where, "set") || wk_failed()) return NULL;
    WK_SCOPE(reading);
    wk_tensor *fields[WK_MAX_FIELDS];
    const char *names[WK_MAX_FIELDS];
    void *memory[WK_MAX_FIELDS];
    starts s;
    wk_status status = measure_all(set, &s);
    for (int f = 0; f < set->nfields && !status; f++) {
        const wk_field *field = &set->fields[f];
        int64_t shape[1 + WK_MAX_DIMS];
        const bool ragged = wki_is_ragged(set, f);
        const int ndim = wki_field_shape(field, set->rows, shape) - ragged;
        if (ragged) shape[1] = s.offsets[s.rows];
        fields[f] = wki_new(where, WK_CPU, ndim, shape + ragged, field->dtype);
        names[f] = field->name;
        if (fields[f])
            memory[f] = fields[f]->storage->data;
        else
            status = wk_error();
    }
    if (status || read_all(set, memory)) return wki_free(s.offsets), NULL;
    wk_dataset_opts o = wk_dataset_opts_default();
    o.classes = set->classes;
    o.nclasses = set->nclasses;
    return wk_escape(reading, of_tensors(fields, names, set->nfields, s, o));
}
