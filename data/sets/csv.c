/* wk_dataset_csv: a table in memory as rows. Rests on wk_read_csv. */
#include "base/alloc.h"
#include "base/error.h"
#include "data/dataset.h"
#include "wick/io.h"
#include <string.h>

static wk_status get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    const wk_csv *t = self;
    const size_t width = (size_t)t->nfeatures;
    float *x = fields[0];
    for (int64_t i = 0; i < n; i++) memcpy(x + (size_t)i * width, t->x + (size_t)rows[i] * width, width * sizeof *x);
    for (int64_t i = 0; i < n && t->classes; i++) ((int64_t *)fields[1])[i] = t->classes[rows[i]];
    for (int64_t i = 0; i < n && t->values; i++) ((float *)fields[1])[i] = t->values[rows[i]];
    return WK_OK;
}

static void destroy(void *self)
{
    wk_csv_free(self);
    wki_free(self);
}

static const wk_dataset_ops ops = { sizeof ops, "csv", get_many, destroy };

wk_dataset *wk_dataset_csv(const char *path, const wk_csv_opts *o)
{
    if (wk_failed()) return NULL;
    wk_csv *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    if (wk_read_csv(path, o, t)) {
        wki_error_rename("read_csv", "dataset_csv");
        destroy(t);
        return NULL;
    }
    const wk_field fields[2] = { { .name = "x", .dtype = WK_F32, .ndim = 1, .shape = { t->nfeatures } },
                                 { .name = "y", .dtype = t->classes ? WK_I64 : WK_F32 } };
    return wk_dataset_custom(&(wk_dataset_opts){ .size = sizeof(wk_dataset_opts),
                                                 .ops = &ops,
                                                 .self = t,
                                                 .rows = t->rows,
                                                 .fields = fields,
                                                 .nfields = t->classes || t->values ? 2 : 1,
                                                 .classes = (const char *const *)t->label.categories,
                                                 .nclasses = t->classes ? t->label.ncategories : 0 });
}
