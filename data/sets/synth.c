/* The synthetic sets of data/synth as datasets: rows are computed when they are asked for, nothing is stored. */
#include "data/synth/synth.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/thread.h"
#include "data/dataset.h"
#include <stdio.h>
#include <string.h>

typedef struct synth_set {
    const wki_synth *kind;
    uint64_t first_row, seed;
    size_t x_count, y_bytes;
} synth_set;

/* Pixels become f32 from 0 to 1, as those of files do. */
static wk_status pixel_rows(const synth_set *set, const int64_t *rows, int64_t n, float *x, char *y)
{
    uint8_t *pixels = wki_thread_scratch(set->x_count);
    if (!pixels) return WK_E_MEMORY;
    for (int64_t i = 0; i < n; i++, x += set->x_count, y += set->y_bytes) {
        set->kind->row(set->seed, set->first_row + (uint64_t)rows[i], pixels, y);
        for (size_t p = 0; p < set->x_count; p++) x[p] = (float)pixels[p] / 255.0f;
    }
    return WK_OK;
}

static wk_status synth_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    const synth_set *set = self;
    if (set->kind->x_dtype == WK_U8) return pixel_rows(set, rows, n, fields[0], fields[1]);
    const size_t x_bytes = set->x_count * wk_dtype_size(set->kind->x_dtype);
    for (int64_t i = 0; i < n; i++)
        set->kind->row(set->seed, set->first_row + (uint64_t)rows[i], (char *)fields[0] + (size_t)i * x_bytes,
                       (char *)fields[1] + (size_t)i * set->y_bytes);
    return WK_OK;
}

static void synth_destroy(void *self) { wki_free(self); }

static const wk_dataset_ops synth_ops = { sizeof synth_ops, "synth", synth_get_many, synth_destroy };

int wk_synth_names(const char *const **names)
{
    if (names) *names = wki_synth_names;
    return wki_synth_count;
}

static const wki_synth *find(const char *kind, const char *where)
{
    if (!kind) return wki_null_argument(where, "kind"), NULL;
    const wki_synth *found = wki_synth_find(kind);
    if (found) return found;
    const char *near = wki_nearest(kind, wki_synth_names, wki_synth_count);
    char names[128] = "";
    for (int i = 0; i < wki_synth_count; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s %s", i ? "," : "", wki_synth_names[i]);
    wki_fail(WK_E_NOT_FOUND, where, "no kind \"%.40s\"%s%s%s; there are%s", kind, near ? ", did you mean \"" : "",
             near ? near : "", near ? "\"" : "", names);
    return NULL;
}

wk_dataset *wk_dataset_synth(const char *name, int64_t rows, uint64_t first_row, uint64_t seed)
{
    static const char *const classes[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };
    const char *where = "dataset_synth";
    const wki_synth *kind = find(name, where);
    if (!kind) return NULL;
    wki_check(rows >= 0, NULL, WK_E_INVALID, where, "rows is %lld; expected 0 or more", (long long)rows);
    wk_field fields[2] = {
        { .name = "x", .dtype = kind->x_dtype == WK_U8 ? WK_F32 : kind->x_dtype, .ndim = kind->ndim },
        { .name = "y", .dtype = kind->y_dtype }
    };
    synth_set *set = wki_alloc(sizeof *set);
    if (!set) return NULL;
    *set = (synth_set){ kind, first_row, seed, 1, wk_dtype_size(kind->y_dtype) };
    for (int d = 0; d < kind->ndim; d++) set->x_count *= (size_t)(fields[0].shape[d] = kind->shape[d]);
    return wk_dataset_custom(&(wk_dataset_opts){ .size = sizeof(wk_dataset_opts),
                                                 .ops = &synth_ops,
                                                 .self = set,
                                                 .rows = rows,
                                                 .fields = fields,
                                                 .nfields = 2,
                                                 .classes = kind->classes ? classes : NULL,
                                                 .nclasses = kind->classes });
}
