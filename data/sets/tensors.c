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
    size_t row_bytes[WK_MAX_FIELDS];
} memory_set;

static wk_status memory_get_through(void *self, const int64_t *rows, int64_t n, void *const *fields,
                                    wki_lookup *const *through)
{
    const memory_set *set = self;
    for (int f = 0; f < set->n; f++) {
        const wki_lookup *lookup = through ? through[f] : NULL;
        const size_t bytes = set->row_bytes[f], row = lookup ? wki_lookup_row(lookup) : bytes;
        char *to = fields[f];
        for (int64_t i = 0; i < n && bytes > 0; i++, to += row) {
            const char *from = set->from[f] + (size_t)rows[i] * bytes;
            if (i + WKI_ROWS_AHEAD < n) wki_expect_row(set->from[f] + (size_t)rows[i + WKI_ROWS_AHEAD] * bytes, bytes);
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
    wki_free(set);
}

static const wk_dataset_ops memory_ops = { sizeof memory_ops, "tensors", memory_get_many, memory_destroy };

static bool tensors_ok(wk_tensor *const *tensors, const char *const *names, int n, const char *where)
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
        wki_check(tensors[f]->v.size[0] == tensors[0]->v.size[0], false, WK_E_SHAPE, where,
                  "first sizes differ (tensor 0 %s, tensor %d %s); all tensors must have as many rows",
                  wki_show(&tensors[0]->v), f, wki_show(&tensors[f]->v));
    }
    return true;
}

/* Holds tensor f as plain contiguous memory, and describes its rows. */
static wk_status add_field(memory_set *set, wk_tensor *tensor, const char *name, wk_field *field)
{
    wk_tensor *held = wk_contiguous(wk_to_device(wk_detach(tensor), WK_CPU));
    if (!held) return wk_error();
    wki_object_ref(held);
    const int f = set->n++;
    set->tensors[f] = held;
    set->from[f] = held->v.data;
    *field = (wk_field){ .name = name, .dtype = (wk_dtype)held->v.dtype, .ndim = held->v.ndim - 1 };
    memcpy(field->shape, held->v.size + 1, (size_t)field->ndim * sizeof *field->shape);
    set->row_bytes[f] = wki_field_bytes(field);
    return WK_OK;
}

/* classes as in wk_dataset_opts. */
static wk_dataset *of_tensors(wk_tensor *const *fields, const char *const *names, int n, const char *const *classes,
                              int nclasses)
{
    memory_set *set = wki_alloc(sizeof *set);
    if (!set) return NULL;
    WK_SCOPE(held_tensors);
    wk_field described[WK_MAX_FIELDS];
    for (int f = 0; f < n; f++) {
        if (add_field(set, fields[f], names[f], &described[f]) == WK_OK) continue;
        memory_destroy(set);
        return NULL;
    }
    wk_dataset *made = wk_dataset_custom(&(wk_dataset_opts){ .size = sizeof(wk_dataset_opts),
                                                             .ops = &memory_ops,
                                                             .self = set,
                                                             .rows = fields[0]->v.size[0],
                                                             .fields = described,
                                                             .nfields = n,
                                                             .classes = classes,
                                                             .nclasses = nclasses });
    if (!made) return NULL;
    made->get_through = memory_get_through;
    for (int f = 0; f < n; f++) made->bytes[f] = described[f].dtype == WK_U8 ? WKI_BYTES : WKI_NO_BYTES;
    return wk_escape(held_tensors, made);
}

wk_dataset *wk_dataset_tensors(wk_tensor *const *fields, const char *const *names, int n)
{
    static const char *const usual[] = { "x", "y" };
    if (!tensors_ok(fields, names, n, "dataset_tensors")) return NULL;
    return of_tensors(fields, names ? names : usual, n, NULL, 0);
}

/* ---- All rows of another dataset ---- */

enum { ROWS_A_READ = 1024 };

static wk_status read_all(wk_dataset *set, void *const *to)
{
    int64_t rows[ROWS_A_READ];
    for (int64_t from = 0; from < set->rows; from += ROWS_A_READ) {
        const int64_t n = set->rows - from < ROWS_A_READ ? set->rows - from : ROWS_A_READ;
        for (int64_t i = 0; i < n; i++) rows[i] = from + i;
        const wk_status status = wki_dataset_read_at(set, rows, n, to, NULL, from);
        if (status != WK_OK) return status;
    }
    return WK_OK;
}

wk_dataset *wk_dataset_cached(wk_dataset *set)
{
    const char *where = "dataset_cached";
    if (!wki_object_check(set, &wki_dataset_type, where, "set") || wk_failed()) return NULL;
    WK_SCOPE(reading);
    wk_tensor *fields[WK_MAX_FIELDS];
    const char *names[WK_MAX_FIELDS];
    void *memory[WK_MAX_FIELDS];
    for (int f = 0; f < set->nfields; f++) {
        const wk_field *field = &set->fields[f];
        int64_t shape[WK_MAX_DIMS];
        const int ndim = wki_field_shape(field, set->rows, shape);
        fields[f] = wki_new(where, WK_CPU, ndim, shape, field->dtype);
        if (!fields[f]) return NULL;
        memory[f] = fields[f]->storage->data;
        names[f] = field->name;
    }
    if (read_all(set, memory)) return NULL;
    return wk_escape(reading, of_tensors(fields, names, set->nfields, set->classes, set->nclasses));
}
