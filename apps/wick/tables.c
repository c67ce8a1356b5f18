/* Rests on wick/io.h and wick/data.h. */
#include "tables.h"
#include <stdlib.h>
#include <string.h>

bool tables_choose(wk_csv_opts *o, const char *x)
{
    size_t n = x ? 1 : 0;
    for (const char *c = x; c && *c; c++) n += *c == ',';
    if (!x) return true;
    const char **names = malloc(n * sizeof *names + strlen(x) + 1);
    if (!names) return wk_fail(WK_E_MEMORY, "no memory for the names of columns"), false;
    char *text = strcpy((char *)(names + n), x);
    for (size_t i = 0; i < n; i++) names[i] = strsep(&text, ",");
    o->features = names;
    o->nfeatures = (int)n;
    return true;
}

void tables_forget(wk_csv_opts *o)
{
    free((void *)o->features);
    o->features = NULL;
}

wk_dataset *tables_open(const char *path, const char *x, const char *y, const char **columns)
{
    wk_csv_opts o = wk_csv_opts_default();
    o.label = y;
    wk_dataset *set = tables_choose(&o, x) ? wk_dataset_csv(path, &o) : NULL;
    tables_forget(&o);
    char *text = set ? about_columns(wk_dataset_table(set)) : NULL;
    if (text) *columns = about_hold(text);
    free(text);
    return wk_failed() ? NULL : set;
}

/* ---- Another table's rows ---- */

static const char without_header[] = "column "; /* and a number: what columns are called then */

static bool has_header(const about *known)
{
    for (int i = 0; i < known->ncolumns; i++) {
        const char *name = known->columns[i].at[0], *number = name + sizeof without_header - 1;
        if (strncmp(name, without_header, sizeof without_header - 1) || strspn(number, "0123456789") != strlen(number))
            return true;
    }
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The numbers of a column's categories as the run has them. */
static bool recount(wk_csv *t, int i, const about_list *known, const char *path)
{
    const wk_csv_column *c = &t->features[i];
    if (!c->categories != (known->n == 1)) {
        wk_fail(WK_E_FORMAT, "%s: column '%s' holds %s, but held %s when the run was trained", path, known->at[0],
                c->categories ? "text" : "numbers", c->categories ? "numbers" : "text");
        return false;
    }
    for (int k = 0; k < c->ncategories; k++) {
        const char *name = c->categories[k];
        if (bsearch(&name, known->at + 1, (size_t)known->n - 1, sizeof *known->at, compare_names)) continue;
        wk_fail(WK_E_NOT_FOUND, "%s: column '%s' has '%s', which was not there when the run was trained", path,
                known->at[0], name);
        return false;
    }
    for (int64_t row = 0; c->categories && row < t->rows; row++) {
        float *at = &t->x[row * t->nfeatures + i];
        const char *name = c->categories[(int)*at];
        const char **found = bsearch(&name, known->at + 1, (size_t)known->n - 1, sizeof *known->at, compare_names);
        *at = (float)(found - (known->at + 1));
    }
    return true;
}

/* A table that fits as a dataset; else it is freed, and an error pending. */
static wk_dataset *as_rows(wk_csv *t, bool fits)
{
    wk_dataset *set = fits ? wk_dataset_of_csv(t) : NULL;
    wk_csv_free(t);
    return set;
}

/* Numbers in the order of the run's inputs, and perhaps a target behind them. */
static wk_dataset *open_numbers(const char *path, const about *known, bool labels)
{
    int64_t width = 1;
    for (int d = 0; d < known->x.ndim; d++) width *= known->x.shape[d];
    wk_csv_opts o = wk_csv_opts_default();
    o.target = known->classes ? WK_CSV_CLASSES : WK_CSV_NUMBERS;
    if (!labels) o.label = "";
    wk_csv t = { 0 };
    bool fits = wk_read_csv(path, &o, &t) == WK_OK;
    if (fits && !labels && t.nfeatures == width + 1) {
        wk_csv_free(&t);
        o.label = NULL;
        fits = wk_read_csv(path, &o, &t) == WK_OK;
    }
    for (int i = 0; fits && i < t.nfeatures; i++) {
        if (!t.features[i].categories) continue;
        wk_fail(WK_E_FORMAT, "%s: column '%s' holds text, but the run was trained on numbers", path,
                t.features[i].name);
        fits = false;
    }
    return as_rows(&t, fits);
}

wk_dataset *tables_open_like(const char *path, const about *known, bool labels)
{
    if (known->ncolumns <= 0) return open_numbers(path, known, labels);
    const bool header = has_header(known);
    const size_t skipped = header ? 0 : sizeof without_header - 1;
    const char **names = calloc((size_t)known->ncolumns + 1, sizeof *names);
    if (!names) return wk_fail(WK_E_MEMORY, "no memory for %d columns", known->ncolumns), NULL;
    for (int i = 0; i < known->ncolumns; i++) names[i] = known->columns[i].at[0] + skipped;
    wk_csv_opts o = wk_csv_opts_default();
    o.header = header;
    o.label = labels ? known->label.at[0] + skipped : "";
    o.target = known->classes ? WK_CSV_CLASSES : WK_CSV_NUMBERS;
    o.features = names;
    o.nfeatures = known->ncolumns;
    wk_csv t = { 0 };
    bool fits = wk_read_csv(path, &o, &t) == WK_OK;
    free(names);
    for (int i = 0; fits && i < t.nfeatures; i++) fits = recount(&t, i, &known->columns[i], path);
    return as_rows(&t, fits);
}
