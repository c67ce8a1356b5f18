/* CSV: cells into a matrix of features and a label. A column is decided by its first value that is there: a number
 * makes it numeric, anything else a set of categories. One pass: memory holds a record, and what becomes of them. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
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
enum { LABEL = -1, UNUSED = -2 };
typedef struct column {
    char *name; /* NULL without a header */
    int place;  /* among the features, or LABEL, or UNUSED */
    kind kind;
    wki_categories set;
    int64_t numbers, commas; /* among its texts: numbers as they should be, and with a comma for the point */
} column;

typedef struct reader {
    const char *path;
    wk_csv_opts o;
    wki_cells *cells;
    int ncolumns, label; /* label -1: none */
    column *columns;
    int64_t rows, room; /* room for so many */
    int64_t skipped;
    float *x;
    double *label_values; /* numbers, or category codes */
} reader;

wk_csv_opts wk_csv_opts_default(void) { return (wk_csv_opts){ WK_CSV_DEFAULTS }; }

static bool is_number(const char *cell, double *value) { return wki_double_of(cell, strlen(cell), value); }

static bool looks_like_header(const wki_record *first)
{
    const char *cell = first->text;
    double value;
    for (int i = 0; i < first->values; i++, cell = wki_cell_next(cell))
        if (is_number(cell, &value)) return false;
    return true;
}

/* Columns as the first record has them, and their names if it is a header. */
static wk_status take_header(reader *r, const wki_record *first, bool *header)
{
    const char *cell = first->text;
    r->columns = wki_alloc_array((size_t)first->values, sizeof *r->columns);
    if (!r->columns) return wk_error();
    r->ncolumns = first->values;
    *header = r->o.header == 1 || (r->o.header == -1 && looks_like_header(first));
    for (int i = 0; i < r->ncolumns && *header; i++, cell = wki_cell_next(cell))
        if (*cell && !(r->columns[i].name = wki_strdup(cell))) return wk_error();
    return WK_OK;
}

static wk_status unknown_column(const reader *r, const char *name)
{
    const char *names[64];
    int n = 0;
    for (int i = 0; i < r->ncolumns && n < 64; i++)
        if (r->columns[i].name) names[n++] = r->columns[i].name;
    const char *near = n ? wki_nearest(name, names, n) : NULL;
    if (near) return wki_fail(WK_E_NOT_FOUND, WHERE, "%s: no column '%s'; did you mean '%s'?", r->path, name, near);
    if (n) return wki_fail(WK_E_NOT_FOUND, WHERE, "%s: no column '%s'; the first is '%s'", r->path, name, names[0]);
    return wki_fail(WK_E_NOT_FOUND, WHERE, "%s: no column '%s'; without a header, expected a number from 1 to %d",
                    r->path, name, r->ncolumns);
}

static const char *name_of(const reader *r, int i, char room[24])
{
    if (r->columns[i].name) return r->columns[i].name;
    snprintf(room, 24, "column %d", i + 1);
    return room;
}

static bool is_called(const reader *r, int i, const char *name)
{
    char room[24];
    return !strcmp(name_of(r, i, room), name);
}

/* The column of that name or, without a header, number; -1 with the error recorded. */
static int find_column(const reader *r, const char *name)
{
    double number;
    for (int i = 0; i < r->ncolumns; i++)
        if (is_called(r, i, name)) return i;
    if (!r->columns[0].name && is_number(name, &number) && number >= 1 && number <= r->ncolumns) return (int)number - 1;
    return unknown_column(r, name), -1;
}

/* The label needs a name of its own. Of features with the same name the first is meant, then the next. */
static int find_label(const reader *r, const char *name)
{
    const int label = find_column(r, name);
    for (int i = label + 1; label >= 0 && i < r->ncolumns; i++) {
        if (!is_called(r, i, name)) continue;
        wki_fail(WK_E_FORMAT, WHERE, "%s: columns %d and %d are both called '%s'; expected one label", r->path,
                 label + 1, i + 1, name);
        return -1;
    }
    return label;
}

static int find_feature(const reader *r, const char *name)
{
    const int first = find_column(r, name);
    for (int i = first; first >= 0 && i < r->ncolumns; i++)
        if (r->columns[i].place == UNUSED && is_called(r, i, name) && !WKI_FAULT(255)) return i;
    return first;
}

static wk_status place_features(reader *r, int *n)
{
    const wk_csv_opts *o = &r->o;
    *n = 0;
    for (int i = 0; i < r->ncolumns && !o->features; i++)
        if (i != r->label) r->columns[i].place = (*n)++;
    if (!o->features) return WK_OK;
    for (int i = 0; i < r->ncolumns; i++)
        if (i != r->label) r->columns[i].place = UNUSED;
    for (; *n < o->nfeatures; ++*n) {
        wki_check(o->features[*n], WK_E_INVALID, WK_E_INVALID, WHERE, "features[%d] is NULL", *n);
        const int i = find_feature(r, o->features[*n]);
        if (i < 0) return wk_error();
        wki_check(r->columns[i].place == UNUSED, WK_E_INVALID, WK_E_INVALID, WHERE,
                  "%s: column '%s' is asked for twice, as a feature and as %s", r->path, o->features[*n],
                  i == r->label ? "the label" : "another");
        r->columns[i].place = *n;
    }
    return WK_OK;
}

static wk_status place_columns(reader *r, int *nfeatures)
{
    const char *label = r->o.label;
    r->label = !label ? r->ncolumns - 1 : *label ? find_label(r, label) : -1;
    if (wk_failed()) return wk_error();
    if (r->label >= 0) r->columns[r->label].place = LABEL;
    const wk_status status = place_features(r, nfeatures);
    if (status || *nfeatures) return status;
    return wki_fail(WK_E_FORMAT, WHERE, "%s: the only column is the label; expected features beside it%s", r->path,
                    r->o.delimiter ? "" : ", and , ; or a tab between them");
}

static wk_status bad_cell(const reader *r, int64_t line, int i, const char *what)
{
    char room[24];
    return wki_fail(WK_E_FORMAT, WHERE, "%s: line %lld, '%s': %s", r->path, (long long)line, name_of(r, i, room), what);
}

/* As "1,5" and "-3,25e-4". */
static bool has_decimal_comma(const char *cell)
{
    static const char digits[] = "0123456789";
    cell += *cell == '-' || *cell == '+';
    const size_t whole = strspn(cell, digits), part = cell[whole] == ',' ? strspn(cell + whole + 1, digits) : 0;
    const char after = part ? cell[whole + 1 + part] : ',';
    return whole && (!after || after == 'e' || after == 'E');
}

static wk_status add_text(reader *r, int64_t line, int i, const char *cell, double *value)
{
    column *c = &r->columns[i];
    c->commas += has_decimal_comma(cell);
    const int code = wki_categories_add(&c->set, cell);
    *value = code;
    if (code < 0 && wk_failed()) return wk_error();
    return code < 0 ? bad_cell(r, line, i, "too many different texts for a category; is it an id?") : WK_OK;
}

/* A category's value is its code in order of appearance, until the set is sorted. */
static wk_status cell_value(reader *r, int64_t line, int i, const char *cell, double *value)
{
    column *c = &r->columns[i];
    if (wki_cell_missing(cell)) {
        *value = NAN;
        if (i == r->label) return bad_cell(r, line, i, "the label is missing; every row needs one");
        if (r->o.missing_as_nan) return WK_OK;
        return bad_cell(r, line, i, "a missing value; fill it in (missing_as_nan of wk_csv_opts takes it as NaN)");
    }
    const bool number = is_number(cell, value);
    if (c->kind == UNDECIDED) c->kind = number ? NUMBERS : CATEGORIES;
    c->numbers += number;
    if (c->kind == CATEGORIES) return add_text(r, line, i, cell, value);
    const bool beyond = number && isinf((float)*value) && strpbrk(cell, "0123456789");
    if (number && !beyond) return WK_OK;
    char what[120];
    snprintf(what, sizeof what, "'%.40s' is %s", cell,
             beyond ? "beyond the largest number of f32" : "no number, as the rows above hold");
    return bad_cell(r, line, i, what);
}

/* Numbers that were taken for texts, all or all but one that may be a name, are hardly meant so. */
static wk_status check_texts(const reader *r, bool header)
{
    char room[24];
    for (int i = 0; i < r->ncolumns; i++) {
        const column *c = &r->columns[i];
        if (c->kind != CATEGORIES) continue;
        if (c->commas && c->commas + c->numbers == r->rows && !WKI_FAULT(256))
            return wki_fail(WK_E_FORMAT, WHERE,
                            "%s: '%s' holds numbers with a comma, '%s' among them; expected a point", r->path,
                            name_of(r, i, room), c->set.names[0]);
        if (!header && r->o.header == -1 && r->rows > 2 && c->numbers == r->rows - 1)
            return wki_fail(
                WK_E_FORMAT, WHERE,
                "%s: line 1: '%s' stands above numbers, so that the line seems to be a header; expected one "
                "without numbers",
                r->path, c->set.names[0]);
    }
    return WK_OK;
}

/* Room for one more row: half as much again each time. */
static wk_status make_room(reader *r, int nfeatures)
{
    const int64_t room = r->room + r->room / 2 + 64;
    const size_t row_bytes = (size_t)nfeatures * sizeof(float);
    size_t bytes;
    if (r->rows < r->room) return WK_OK;
    if (!wki_mul_ok((size_t)room, row_bytes, &bytes)) return wki_fail(WK_E_MEMORY, WHERE, "%s: too large", r->path);
    float *x = wki_grow(r->x, (size_t)r->room * row_bytes, bytes);
    if (!x) return wk_error();
    r->x = x;
    double *values = wki_grow(r->label_values, (size_t)r->room * sizeof *values, (size_t)room * sizeof *values);
    if (!values) return wk_error();
    r->label_values = values;
    r->room = room;
    return WK_OK;
}

static bool is_whole(const reader *r, const char *cell)
{
    for (int i = 0; i < r->ncolumns; i++, cell = wki_cell_next(cell))
        if ((r->columns[i].place != UNUSED || WKI_FAULT(238)) && wki_cell_missing(cell)) return false;
    return true;
}

static wk_status read_row(reader *r, const wki_record *record, int nfeatures)
{
    const char *cell = record->text;
    if (r->o.skip_missing && !is_whole(r, cell)) return r->skipped++, WK_OK;
    wk_status status = make_room(r, nfeatures);
    for (int i = 0; i < r->ncolumns && !status; i++, cell = wki_cell_next(cell)) {
        double value;
        const int place = r->columns[i].place;
        if (place == UNUSED) continue;
        status = cell_value(r, record->line, i, cell, &value);
        if (status) break;
        if (place == LABEL)
            r->label_values[r->rows] = value;
        else
            r->x[r->rows * nfeatures + place] = (float)value;
    }
    r->rows += !status;
    return status;
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
    out->features = wki_alloc_array((size_t)out->nfeatures, sizeof *out->features);
    if (!out->features) return wk_error();
    for (int i = 0; i < r->ncolumns; i++) {
        const int f = r->columns[i].place;
        if (f < 0) continue;
        wk_status status = wki_categories_sort(&r->columns[i].set);
        if (!status) status = describe(r, i, &out->features[f]);
        if (status) return status;
        for (int64_t row = 0; row < r->rows && r->columns[i].kind == CATEGORIES; row++) {
            float *value = &out->x[row * out->nfeatures + f];
            if (!isnan(*value)) *value = (float)r->columns[i].set.place[(int)*value];
        }
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
        return wki_fail(WK_E_FORMAT, WHERE, "%s: '%s' has too many different numbers for classes; is it a measure?",
                        r->path, out->label.name);
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

static wk_status read_table(reader *r, wk_csv *out)
{
    wki_record record;
    bool header;
    r->cells = wki_cells_open(r->path, r->o.delimiter, WHERE);
    if (!r->cells) return wk_error();
    if (!wki_cells_next(r->cells, &record))
        return wk_failed() ? wk_error()
                           : wki_fail(WK_E_FORMAT, WHERE, "%s: is empty; expected lines of values", r->path);
    wk_status status = take_header(r, &record, &header);
    if (!status) status = place_columns(r, &out->nfeatures);
    if (!status && !header) status = read_row(r, &record, out->nfeatures);
    while (!status && wki_cells_next(r->cells, &record)) status = read_row(r, &record, out->nfeatures);
    if (status || wk_failed()) return wk_error();
    if (!r->rows && r->skipped)
        return wki_fail(WK_E_FORMAT, WHERE, "%s: each of %lld rows lacks a value; expected some that are whole",
                        r->path, (long long)r->skipped);
    if (!r->rows) return wki_fail(WK_E_FORMAT, WHERE, "%s: a header and no rows; expected rows of values", r->path);
    out->rows = r->rows;
    out->skipped = r->skipped;
    out->x = r->x;
    r->x = NULL;
    status = check_texts(r, header);
    if (!status) status = finish_features(r, out);
    return status ? status : finish_label(r, out);
}

static void end(reader *r)
{
    for (int i = 0; i < r->ncolumns; i++) {
        wki_categories_free(&r->columns[i].set);
        wki_free(r->columns[i].name);
    }
    wki_free(r->columns);
    wki_free(r->x);
    wki_free(r->label_values);
    wki_cells_close(r->cells);
}

wk_status wk_read_csv(const char *path, const wk_csv_opts *o, wk_csv *out)
{
    wki_check(out, WK_E_INVALID, WK_E_INVALID, WHERE, "out is NULL; expected where the table goes");
    *out = (wk_csv){ 0 };
    if (wk_failed()) return wk_error();
    reader r = { .path = path, .o = wk_csv_opts_default() };
    if (o) wki_options_merge(&r.o, sizeof r.o, o);
    const wk_status status = read_table(&r, out);
    end(&r);
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
