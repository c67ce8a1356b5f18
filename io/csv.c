/* CSV: cells into a matrix of features and a label. A column is decided by its first value that is there: a number
 * makes it numeric, anything else a set of categories. Rests on io/cells.h. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/options.h"
#include "io/categories.h"
#include "io/cells.h"
#include "wick/io.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE "read_csv"
enum { AUTO_CLASSES_MOST = 100 };

typedef enum kind { UNDECIDED, NUMBERS, CATEGORIES } kind;
typedef struct column {
    const char *name; /* in the cells, or NULL without a header */
    kind kind;
    wki_categories set;
} column;

typedef struct reader {
    const char *path;
    wk_csv_opts o;
    wki_cells cells;
    const char *first; /* the first cell of the first data row */
    int64_t rows;
    int label; /* -1: none */
    column *columns;
    double *label_values; /* numbers, or category codes */
} reader;

wk_csv_opts wk_csv_opts_default(void) { return (wk_csv_opts){ WK_CSV_DEFAULTS }; }

static bool is_number(const char *cell, double *value) { return wki_double_of(cell, strlen(cell), value); }

static bool looks_like_header(const wki_cells *cells)
{
    const char *cell = cells->text;
    double value;
    for (int i = 0; i < cells->columns; i++, cell = wki_cell_next(cell))
        if (is_number(cell, &value)) return false;
    return true;
}

static void take_header(reader *r)
{
    const bool header = r->o.header == 1 || (r->o.header == -1 && looks_like_header(&r->cells));
    r->first = r->cells.text;
    r->rows = r->cells.rows - header;
    if (!header) return;
    for (int i = 0; i < r->cells.columns; i++, r->first = wki_cell_next(r->first))
        if (*r->first) r->columns[i].name = r->first;
}

static wk_status unknown_label(const reader *r)
{
    const char *names[64];
    int n = 0;
    for (int i = 0; i < r->cells.columns && n < 64; i++)
        if (r->columns[i].name) names[n++] = r->columns[i].name;
    const char *near = n ? wki_nearest(r->o.label, names, n) : NULL;
    if (near)
        return wki_fail(WK_E_NOT_FOUND, WHERE, "%s: no column '%s'; did you mean '%s'?", r->path, r->o.label, near);
    if (n)
        return wki_fail(WK_E_NOT_FOUND, WHERE, "%s: no column '%s'; the first is '%s'", r->path, r->o.label, names[0]);
    return wki_fail(WK_E_NOT_FOUND, WHERE, "%s: no column '%s'; without a header, expected a number from 1 to %d",
                    r->path, r->o.label, r->cells.columns);
}

static wk_status find_label(reader *r)
{
    r->label = r->cells.columns - 1;
    if (!r->o.label) return WK_OK;
    r->label = -1;
    if (!*r->o.label) return WK_OK;
    for (int i = 0; i < r->cells.columns && r->label < 0; i++)
        if (r->columns[i].name && !strcmp(r->columns[i].name, r->o.label)) r->label = i;
    double number;
    if (r->label < 0 && !r->columns[0].name && is_number(r->o.label, &number) && number >= 1 &&
        number <= r->cells.columns)
        r->label = (int)number - 1;
    return r->label < 0 ? unknown_label(r) : WK_OK;
}

static const char *name_of(const reader *r, int i, char room[24])
{
    if (r->columns[i].name) return r->columns[i].name;
    snprintf(room, 24, "column %d", i + 1);
    return room;
}

static wk_status bad_cell(const reader *r, int64_t row, int i, const char *what)
{
    char room[24];
    return wki_fail(WK_E_FORMAT, WHERE, "%s: row %lld, '%s': %s", r->path, (long long)row + 1, name_of(r, i, room),
                    what);
}

/* A category's value is its code in order of appearance, until the set is sorted. */
static wk_status cell_value(reader *r, int64_t row, int i, const char *cell, double *value)
{
    column *c = &r->columns[i];
    if (wki_cell_missing(cell)) {
        *value = NAN;
        if (i == r->label) return bad_cell(r, row, i, "the label is missing; every row needs one");
        if (r->o.missing_as_nan) return WK_OK;
        return bad_cell(r, row, i, "a missing value; fill it in, or ask for missing_as_nan");
    }
    const bool number = is_number(cell, value);
    if (c->kind == UNDECIDED) c->kind = number ? NUMBERS : CATEGORIES;
    if (c->kind == CATEGORIES) {
        const int code = wki_categories_add(&c->set, cell);
        *value = code;
        if (code < 0 && wk_failed()) return wk_error();
        return code < 0 ? bad_cell(r, row, i, "too many different texts for a category; is it an id?") : WK_OK;
    }
    if (number) return WK_OK;
    char what[120];
    snprintf(what, sizeof what, "'%.40s' is no number, as the rows above hold", cell);
    return bad_cell(r, row, i, what);
}

static wk_status read_rows(reader *r, float *x)
{
    const char *cell = r->first;
    for (int64_t row = 0; row < r->rows; row++)
        for (int i = 0; i < r->cells.columns; i++, cell = wki_cell_next(cell)) {
            double value;
            const wk_status status = cell_value(r, row, i, cell, &value);
            if (status) return status;
            if (i == r->label)
                r->label_values[row] = value;
            else
                *x++ = (float)value;
        }
    return WK_OK;
}

static wk_status describe(const reader *r, int i, wk_csv_column *to)
{
    char room[24];
    to->name = wki_strdup(name_of(r, i, room));
    if (!to->name) return wk_error();
    const wki_categories *set = &r->columns[i].set;
    if (r->columns[i].kind != CATEGORIES) return WK_OK;
    to->categories = wki_alloc_array((size_t)set->count, sizeof(char *));
    if (!to->categories) return wk_error();
    for (int k = 0; k < set->count; k++, to->ncategories++)
        if (!(to->categories[k] = wki_strdup(set->names[k]))) return wk_error();
    return WK_OK;
}

/* Categories get their final codes: their places in order of names. */
static wk_status finish_features(reader *r, wk_csv *out)
{
    for (int i = 0, f = 0; i < r->cells.columns; i++) {
        if (i == r->label) continue;
        wk_status status = wki_categories_sort(&r->columns[i].set);
        if (!status) status = describe(r, i, &out->features[f]);
        if (status) return status;
        for (int64_t row = 0; row < r->rows && r->columns[i].kind == CATEGORIES; row++) {
            float *value = &out->x[row * out->nfeatures + f];
            if (!isnan(*value)) *value = (float)r->columns[i].set.place[(int)*value];
        }
        f++;
    }
    return WK_OK;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The different values of the label, sorted; how many, or 0 with the error recorded. */
static int64_t distinct(const reader *r, double **out)
{
    double *values = wki_alloc_array((size_t)r->rows, sizeof *values);
    if (!values) return 0;
    memcpy(values, r->label_values, (size_t)r->rows * sizeof *values);
    qsort(values, (size_t)r->rows, sizeof *values, by_value);
    int64_t n = 0;
    for (int64_t i = 0; i < r->rows; i++)
        if (!n || values[i] > values[n - 1]) values[n++] = values[i];
    *out = values;
    return n;
}

static bool are_classes(const reader *r, const double *values, int64_t n)
{
    if (r->o.target == WK_CSV_CLASSES) return true;
    return r->o.target == WK_CSV_AUTO && n >= 2 && n <= AUTO_CLASSES_MOST && values[0] == 0 &&
           values[n - 1] == (double)(n - 1);
}

static wk_status name_number_classes(const reader *r, const double *values, int64_t n, wk_csv *out)
{
    if (n > WKI_CATEGORIES_MOST)
        return bad_cell(r, 0, r->label, "too many different numbers for classes; is it a measure?");
    out->label.categories = wki_alloc_array((size_t)n, sizeof(char *));
    if (!out->label.categories) return wk_error();
    for (int i = 0; i < n; i++, out->label.ncategories++)
        if (!(out->label.categories[i] = wki_sprintf("%.15g", values[i]))) return wk_error();
    for (int64_t row = 0; row < r->rows; row++) {
        const double *place = bsearch(&r->label_values[row], values, (size_t)n, sizeof *values, by_value);
        out->classes[row] = place - values;
    }
    return WK_OK;
}

static wk_status finish_number_label(const reader *r, wk_csv *out)
{
    double *values;
    wk_status status = WK_OK;
    const int64_t n = distinct(r, &values);
    if (!n) return wk_error();
    if (are_classes(r, values, n)) {
        out->classes = wki_alloc_array((size_t)r->rows, sizeof *out->classes);
        status = out->classes ? name_number_classes(r, values, n, out) : wk_error();
    } else if ((out->values = wki_alloc_array((size_t)r->rows, sizeof *out->values))) {
        for (int64_t row = 0; row < r->rows; row++) out->values[row] = (float)r->label_values[row];
    } else {
        status = wk_error();
    }
    wki_free(values);
    return status;
}

static wk_status finish_label(reader *r, wk_csv *out)
{
    if (r->label < 0) return WK_OK;
    column *c = &r->columns[r->label];
    wk_status status = wki_categories_sort(&c->set);
    if (!status) status = describe(r, r->label, &out->label);
    if (status) return status;
    if (c->kind != CATEGORIES) return finish_number_label(r, out);
    if (r->o.target == WK_CSV_NUMBERS)
        return wki_fail(WK_E_FORMAT, WHERE, "%s: the label '%s' holds text; expected numbers", r->path,
                        out->label.name);
    out->classes = wki_alloc_array((size_t)r->rows, sizeof *out->classes);
    if (!out->classes) return wk_error();
    for (int64_t row = 0; row < r->rows; row++) out->classes[row] = c->set.place[(int)r->label_values[row]];
    return WK_OK;
}

static wk_status make_room(reader *r, wk_csv *out)
{
    size_t count;
    out->rows = r->rows;
    out->nfeatures = r->cells.columns - (r->label >= 0);
    if (!r->rows) return wki_fail(WK_E_FORMAT, WHERE, "%s: a header and no rows; expected rows of values", r->path);
    if (!out->nfeatures)
        return wki_fail(WK_E_FORMAT, WHERE, "%s: the only column is the label; expected features beside it", r->path);
    out->features = wki_alloc_array((size_t)out->nfeatures, sizeof *out->features);
    r->label_values = wki_alloc_array((size_t)r->rows, sizeof *r->label_values);
    if (!wki_mul_ok((size_t)r->rows, (size_t)out->nfeatures, &count))
        return wki_fail(WK_E_MEMORY, WHERE, "%s: too large", r->path);
    out->x = wki_alloc_array(count, sizeof *out->x);
    return out->features && out->x && r->label_values ? WK_OK : wk_error();
}

static wk_status read_table(reader *r, wk_csv *out)
{
    wk_status status = wki_cells_read(r->path, r->o.delimiter, &r->cells, WHERE);
    if (status) return status;
    r->columns = wki_alloc_array((size_t)r->cells.columns, sizeof *r->columns);
    if (!r->columns) return wk_error();
    take_header(r);
    if (!(status = find_label(r)) && !(status = make_room(r, out)) && !(status = read_rows(r, out->x)) &&
        !(status = finish_features(r, out)))
        status = finish_label(r, out);
    return status;
}

wk_status wk_read_csv(const char *path, const wk_csv_opts *o, wk_csv *out)
{
    wki_check(out, WK_E_INVALID, WK_E_INVALID, WHERE, "out is NULL; expected where the table goes");
    *out = (wk_csv){ 0 };
    reader r = { .path = path, .o = wk_csv_opts_default() };
    if (o) wki_options_merge(&r.o, sizeof r.o, o);
    const wk_status status = read_table(&r, out);
    for (int i = 0; r.columns && i < r.cells.columns; i++) wki_categories_free(&r.columns[i].set);
    wki_free(r.columns);
    wki_free(r.label_values);
    wki_free(r.cells.text);
    if (status) wk_csv_free(out);
    return status;
}

static void free_column(wk_csv_column *c)
{
    for (int i = 0; i < c->ncategories; i++) wki_free(c->categories[i]);
    wki_free(c->categories);
    wki_free(c->name);
}

void wk_csv_free(wk_csv *csv)
{
    if (!csv) return;
    for (int i = 0; csv->features && i < csv->nfeatures; i++) free_column(&csv->features[i]);
    free_column(&csv->label);
    wki_free(csv->features);
    wki_free(csv->x);
    wki_free(csv->classes);
    wki_free(csv->values);
    *csv = (wk_csv){ 0 };
}
