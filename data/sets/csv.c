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

wk_dataset *wk_dataset_of_csv(wk_csv *table)
{
    if (wk_failed()) return NULL;
    wki_check(table && table->rows > 0, NULL, WK_E_INVALID, "dataset_of_csv",
              "table is %s; one that wk_read_csv filled is needed", table ? "empty" : "NULL");
    wk_csv *t = wki_alloc(sizeof *t);
    if (!t) return NULL;
    *t = *table;
    *table = (wk_csv){ 0 };
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

const wk_csv *wk_dataset_table(const wk_dataset *set) { return set && set->ops == &ops ? set->self : NULL; }

wk_dataset *wk_dataset_csv(const char *path, const wk_csv_opts *o)
{
    wk_csv t = { 0 };
    if (wk_failed()) return NULL;
    if (wk_read_csv(path, o, &t)) {
        wki_error_rename("read_csv", "dataset_csv");
        return NULL;
    }
    wk_dataset *set = wk_dataset_of_csv(&t);
    if (!set) wk_csv_free(&t);
    return set;
}
