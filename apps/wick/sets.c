/* Opening a file for an experiment: of which format, which group is which, that train and test fit each other, and the
 * split of the training rows. Rests on wick/hdf5.h. */
#include "sets.h"
#include "folder.h"
#include "pictures.h"
#include "tables.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const double valid_share = 0.1, test_share = 0.2;
enum { SPLIT_SEED = 1, FEWEST = 10, BLOCK_BYTES = 1 << 20 };

static wk_status note_test(void *user, const wk_h5_info *info)
{
    *(bool *)user |= !strncmp(info->path, "/test/", 6);
    return WK_OK;
}

static wk_dataset *with_labels(const sets_request *r, wk_dataset *set)
{
    const wk_field *fields;
    if (set && wk_dataset_fields(set, &fields) < 2) wk_fail(WK_E_NOT_FOUND, "%s: no labels; expected x and y", r->path);
    return wk_failed() ? NULL : set;
}

static wk_dataset *open_group(const sets_request *r, const char *group)
{
    return with_labels(r, wk_dataset_h5(r->path, .split = group, .x = r->x, .y = r->y, .isolate = r->isolate));
}

/* ---- Files and folders that are no HDF5 ---- */

bool sets_ends_in(const char *path, const char *ending)
{
    const size_t n = strlen(path), end = strlen(ending);
    return n > end && !strcasecmp(path + n - end, ending);
}

sets_kind sets_kind_of(const char *path)
{
    static const char *const tables[] = { ".csv", ".tsv", ".csv.gz", ".tsv.gz" };
    for (int i = 0; i < 4; i++)
        if (sets_ends_in(path, tables[i])) return SETS_TABLE;
    if (sets_ends_in(path, ".npy")) return SETS_ARRAY;
    return sets_ends_in(path, ".npz") ? SETS_NPZ : folder_is(path) ? SETS_FOLDER : SETS_HDF5;
}

static void open_csv(sets *s, const sets_request *r)
{
    s->all = with_labels(r, tables_open(r->path, r->x, r->y, &s->columns));
}

/* In the size of the first, or, where it is known, in that of s->x, which may be grey. */
static wk_images_opts picture_options(const sets *s)
{
    wk_images_opts o = wk_images_opts_default();
    const wk_field *x = &s->x;
    o.resize = true;
    if (x->ndim != 2 && (x->ndim != 3 || (x->shape[0] != 1 && x->shape[0] != 3))) return o;
    o.grey = x->ndim == 2 || x->shape[0] == 1;
    o.height = x->shape[x->ndim - 2];
    o.width = x->shape[x->ndim - 1];
    return o;
}

static void open_pictures(sets *s, const sets_request *r)
{
    pictures p;
    const wk_images_opts o = picture_options(s);
    pictures_open(&p, r->path, &o);
    s->all = p.train;
    s->test = p.test;
    pictures_describe(&p, s->test_folder, sizeof s->test_folder);
}

/* Test rows are those that the archive calls so, unless x and y are named, which says nothing of test. */
static void open_npz(sets *s, const sets_request *r)
{
    s->all = with_labels(r, wk_dataset_npz(r->path, .split = r->train, .x = r->x, .y = r->y));
    if (!s->all || (!r->test && (r->x || r->y))) return;
    s->test = wk_dataset_npz(r->path, .split = r->test ? r->test : "test", .x = r->x, .y = r->y);
    if (!s->test && !r->test && wk_error() == WK_E_NOT_FOUND) wk_error_clear();
}

/* MNIST's four files, or pictures. */
static void open_folder(sets *s, const sets_request *r)
{
    const char *const *names;
    s->all = wk_dataset_idx(r->path);
    if (s->all) {
        const int n = wk_dataset_classes(s->all, &names);
        s->test = wk_dataset_idx(r->path, .split = "test", .classes = n ? names : NULL, .nclasses = n);
    } else if (wk_error() == WK_E_NOT_FOUND) {
        wk_error_clear();
        open_pictures(s, r);
    }
}

static bool is_picture(const char *path)
{
    static const char *const endings[] = { ".png", ".jpg", ".jpeg" };
    for (int i = 0; i < 3; i++)
        if (sets_ends_in(path, endings[i]) && !folder_is(path)) {
            wk_fail(WK_E_INVALID, "%s: is a picture; expected the folder that it is in", path);
            return true;
        }
    return false;
}

/* false: it is HDF5, or is to be taken for it. */
static bool open_other(sets *s, const sets_request *r)
{
    const sets_kind kind = sets_kind_of(r->path);
    const bool csv = kind == SETS_TABLE, npz = kind == SETS_NPZ, folder = kind == SETS_FOLDER;
    if (kind == SETS_HDF5) return is_picture(r->path);
    if (r->isolate)
        wk_fail(WK_E_INVALID, "%s: is no HDF5 file, and isolate is for those alone", r->path);
    else if (kind == SETS_ARRAY)
        wk_fail(WK_E_INVALID, "%s: is one array; wick import npy X.npy Y.npy makes a file of inputs and targets",
                r->path);
    else if (!npz && (r->train || r->test || (folder && (r->x || r->y))))
        wk_fail(WK_E_INVALID, "%s: is no HDF5 file, of which parts are chosen by name%s", r->path,
                csv ? "; expected at most columns for x and y" : "");
    else if (npz)
        open_npz(s, r);
    else if (csv)
        open_csv(s, r);
    else
        open_folder(s, r);
    return true;
}

/* What there is in an HDF5 file besides rows: has it a group for test, and whose columns are those of x? */
static bool look_into(sets *s, const sets_request *r)
{
    char text[ABOUT_COLUMNS + 1] = "";
    bool has = false;
    {
        WK_SCOPE(looking);
        wk_h5_view *v = wk_h5_view_new(r->path, .isolate = r->isolate);
        wk_h5_view_each(v, note_test, &has);
        if (wk_h5_view_text(v, "columns", text, sizeof text) == WK_E_RANGE) wk_error_clear(); /* another's attribute */
        if (!has && !r->test && !wk_failed()) {
            has = wk_dataset_h5(r->path, .split = "test", .x = r->x, .y = "", .isolate = r->isolate); /* by a link */
            if (wk_error() == WK_E_NOT_FOUND) wk_error_clear();
        }
    }
    if (*text) s->columns = about_hold(text);
    return has;
}

static int64_t elements(const wk_field *f)
{
    int64_t n = 1;
    for (int d = 0; d < f->ndim; d++) n *= f->shape[d];
    return n;
}

static bool same_shape(const wk_field *a, const wk_field *b)
{
    return a->ndim == b->ndim && !memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof *a->shape);
}

static void check_fit(const sets *s)
{
    static const char *const what[] = { "x", "y" };
    const wk_field *train, *test;
    say_room a, b;
    wk_dataset_fields(s->all, &train);
    wk_dataset_fields(s->test, &test);
    for (int i = 0; i < 2; i++) {
        if (!same_shape(&train[i], &test[i]))
            wk_fail(WK_E_SHAPE, "%s: a row of %s is %s for training, but %s for test", s->path, what[i],
                    say_shape(a, train[i].ndim, train[i].shape), say_shape(b, test[i].ndim, test[i].shape));
        if ((train[i].dtype == WK_I64) != (test[i].dtype == WK_I64))
            wk_fail(WK_E_DTYPE, "%s: %s is %s for training, but %s for test", s->path, what[i],
                    wk_dtype_name(train[i].dtype), wk_dtype_name(test[i].dtype));
    }
    const bool bytes = wk_dataset_of_bytes(s->all, 0), test_bytes = wk_dataset_of_bytes(s->test, 0);
    if (bytes != test_bytes)
        wk_fail(WK_E_DTYPE,
                "%s: x holds bytes, which are read as 0 .. 1, for %s, and other numbers for %s; expected "
                "one type",
                s->path, bytes ? "training" : "test", bytes ? "test" : "training");
    int classes = wk_dataset_classes(s->test, NULL);
    if (s->classes && classes > s->classes)
        wk_fail(WK_E_RANGE, "%s: the test rows have %d classes, those for training %d", s->path, classes, s->classes);
}

/* Other data sets of a file, or what was written into it later, may have other columns. */
static void keep_columns(sets *s)
{
    if (s->columns && (s->x.ndim != 1 || s->features != about_count_columns(s->columns))) s->columns = NULL;
}

static void describe(sets *s)
{
    const wk_field *fields;
    wk_dataset_fields(s->all, &fields);
    s->x = fields[0];
    s->y = fields[1];
    s->features = elements(&s->x);
    keep_columns(s);
    s->classes = wk_dataset_classes(s->all, &s->names);
    s->outputs = s->classes ? s->classes : elements(&s->y);
    if (s->y.dtype == WK_I64 && !s->classes)
        wk_fail(WK_E_RANGE,
                "%s: y holds whole numbers that are no classes; expected 0 .. k - 1 with k at most 1000, or floats for "
                "regression",
                s->path);
    if (s->classes == 1) wk_fail(WK_E_RANGE, "%s: y has one class; expected at least two", s->path);
}

bool sets_examine(sets *s, const sets_request *r)
{
    *s = (sets){ .path = r->path };
    const bool other = open_other(s, r);
    if (!other) s->all = open_group(r, r->train);
    const bool has_test = !wk_failed() && !other && (look_into(s, r) || r->test);
    if (wk_failed() || !s->all) return false;
    describe(s);
    if (wk_dataset_len(s->all) < FEWEST)
        wk_fail(WK_E_INVALID, "%s: %lld rows are too few to train on; expected at least %d", s->path,
                (long long)wk_dataset_len(s->all), FEWEST);
    if (!wk_failed() && has_test) s->test = open_group(r, r->test ? r->test : "test");
    if (!wk_failed() && s->test) check_fit(s);
    return !wk_failed();
}

bool sets_open(sets *s, const sets_request *r)
{
    if (!sets_examine(s, r)) return false;
    wk_dataset *rest = s->all;
    s->test_split_off = !s->test;
    if (s->test_split_off) wk_dataset_split(s->all, test_share, s->classes > 0, SPLIT_SEED, &s->test, &rest);
    wk_dataset_split(rest, valid_share, s->classes > 0, SPLIT_SEED, &s->valid, &s->train);
    if (wk_failed()) return false;
    s->train_rows = wk_dataset_len(s->train);
    s->valid_rows = wk_dataset_len(s->valid);
    s->test_rows = wk_dataset_len(s->test);
    return true;
}

/* ---- Rows of another file ---- */

/* Of a file that is no HDF5: what it calls test, else all. */
static wk_dataset *open_other_rows(const sets_request *r, const about *known, bool labels)
{
    sets s = { .path = r->path, .x = known->x };
    const char *y = labels ? r->y : "";
    const sets_kind kind = sets_kind_of(r->path);
    if (kind == SETS_TABLE) return tables_open_like(r->path, known, labels);
    if (kind == SETS_ARRAY) return wk_dataset_npy(r->path);
    if (kind == SETS_FOLDER) {
        const wk_images_opts o = picture_options(&s);
        if (!labels) s.test = pictures_alone(r->path, &o);
        if (!s.test && !wk_failed()) open_folder(&s, r);
        return s.test ? s.test : s.all;
    }
    s.test = wk_dataset_npz(r->path, .split = r->test ? r->test : "test", .x = r->x, .y = y);
    if (s.test || r->test || wk_error() != WK_E_NOT_FOUND) return s.test;
    wk_error_clear();
    return wk_dataset_npz(r->path, .x = r->x, .y = y);
}

static wk_dataset *open_rows(sets *s, const sets_request *r, const about *known, bool labels)
{
    const sets_kind kind = sets_kind_of(r->path);
    if (kind == SETS_HDF5 && is_picture(r->path)) return NULL;
    if (kind == SETS_HDF5) {
        const char *group = look_into(s, r) && !r->test ? "test" : r->test;
        return wk_failed()
                   ? NULL
                   : wk_dataset_h5(r->path, .split = group, .x = r->x, .y = labels ? r->y : "", .isolate = r->isolate);
    }
    if (r->isolate || (r->test && kind != SETS_NPZ)) {
        wk_fail(WK_E_INVALID, "%s: is no HDF5 file, and %s is for those alone", r->path,
                r->isolate ? "isolate" : "a group");
        return NULL;
    }
    return open_other_rows(r, known, labels);
}

/* Names as of classes that were only counted tell nothing. */
static bool is_number(const char *name, int c)
{
    char number[16];
    snprintf(number, sizeof number, "%d", c);
    return !strcmp(name, number);
}

/* Another file counts its classes by itself; those of the run have the same names. */
static bool match_classes(sets *s, const about *known, const char *y)
{
    const char *const *names = NULL;
    const int n = wk_dataset_classes(s->test, &names);
    bool same = n <= known->classes, counted = same;
    for (int c = 0; c < n; c++) {
        counted &= !names || is_number(names[c], c);
        same &= !known->names.n || (same && names && !strcmp(names[c], known->names.at[c]));
    }
    if (same || counted) return true;
    int64_t *to = calloc((size_t)n, sizeof *to);
    if (!to) return wk_fail(WK_E_MEMORY, "no memory for %d classes", n), false;
    for (int c = 0; c < n && !wk_failed(); c++) {
        while (to[c] < known->names.n && strcmp(names[c], known->names.at[to[c]])) to[c]++;
        if (to[c] >= known->names.n)
            wk_fail(WK_E_NOT_FOUND, "%s: class '%s' is none of those that the run was trained on", s->path, names[c]);
    }
    if (!wk_failed()) s->relabel = wk_transform_map(y, to, n);
    free(to);
    return !wk_failed();
}

static bool check_rows(sets *s, const about *known, const wk_field *fields, bool labels)
{
    char given[200], expected[200];
    const sets run = { .x = known->x, .y = known->y, .classes = known->classes };
    sets is = { .x = fields[0], .y = labels ? fields[1] : known->y, .classes = known->classes };
    if (labels) is.classes = wk_dataset_classes(s->test, NULL);
    bool fits = elements(&is.x) == elements(&known->x) && !is.classes == !known->classes;
    if (labels && !known->classes) fits &= is.y.dtype != WK_I64 && elements(&is.y) == elements(&known->y);
    if (fits) return true;
    sets_describe(&is, given, sizeof given);
    sets_describe(&run, expected, sizeof expected);
    if (!labels) *strstr(given, ", y") = *strstr(expected, ", y") = 0;
    wk_fail(WK_E_SHAPE, "rows of %s do not fit the model: they are %s; expected %s", s->path, given, expected);
    return false;
}

bool sets_open_rows(sets *s, const sets_request *r, const about *known, bool labels)
{
    const wk_field *fields;
    *s = (sets){ .path = r->path };
    s->test = open_rows(s, r, known, labels);
    if (s->test && labels) s->test = with_labels(r, s->test);
    if (!s->test) return false;
    wk_dataset_fields(s->test, &fields);
    if (!check_rows(s, known, fields, labels) || (labels && known->classes && !match_classes(s, known, fields[1].name)))
        return false;
    s->all = s->test;
    s->test_rows = s->train_rows = wk_dataset_len(s->test);
    s->x = fields[0];
    s->y = known->y;
    s->features = elements(&s->x);
    keep_columns(s);
    s->classes = known->classes;
    s->names = known->names.at;
    s->outputs = s->classes ? s->classes : elements(&s->y);
    if (!s->test_rows) wk_fail(WK_E_INVALID, "%s: no rows", r->path);
    return !wk_failed();
}

void sets_describe(const sets *s, char *text, size_t size)
{
    say_room x, y;
    size_t n = (size_t)snprintf(text, size, "x %s", wk_dtype_name(s->x.dtype));
    if (s->x.ndim && n < size) n += (size_t)snprintf(text + n, size - n, " %s", say_shape(x, s->x.ndim, s->x.shape));
    if (n >= size) return;
    if (s->classes)
        snprintf(text + n, size - n, ", y one of %d classes", s->classes);
    else
        snprintf(text + n, size - n, ", y %s%s%s", wk_dtype_name(s->y.dtype), s->y.ndim ? " " : "",
                 s->y.ndim ? say_shape(y, s->y.ndim, s->y.shape) : "");
}

bool sets_each(wk_dataset *set, bool (*visit)(void *user, wk_tensor *const *fields), void *user)
{
    enum { MOST = 4096 };
    int64_t rows[MOST], all = wk_dataset_len(set);
    const wk_field *fields;
    size_t row_bytes = 1;
    const int n = wk_dataset_fields(set, &fields);
    for (int f = 0; f < n; f++) row_bytes += (size_t)elements(&fields[f]) * wk_dtype_size(fields[f].dtype);
    const int64_t block = row_bytes > BLOCK_BYTES          ? 1
                          : BLOCK_BYTES / row_bytes < MOST ? (int64_t)(BLOCK_BYTES / row_bytes)
                                                           : MOST;
    bool goes_on = true;
    for (int64_t at = 0, count; at < all && goes_on; at += count) {
        WK_SCOPE(reading);
        wk_tensor *read[WK_MAX_FIELDS] = { NULL };
        count = all - at < block ? all - at : block;
        for (int64_t i = 0; i < count; i++) rows[i] = at + i;
        if (say_stop_signal()) wk_fail(WK_E_INTERRUPTED, "stopped");
        goes_on = !wk_failed() && !wk_dataset_get_many(set, rows, count, read, n) && visit(user, read);
    }
    return goes_on && !wk_failed();
}

typedef struct strange {
    int64_t done, rows, row, place;
    int field;
    double value;
} strange;

/* Whether row i holds a value that is not finite. */
static void look_at_row(strange *s, wk_tensor *const *read, int64_t i)
{
    for (int f = 0; f < 2; f++) {
        const int64_t n = wk_numel(read[f]) / wk_size(read[f], 0);
        const double *at = wk_data(read[f]);
        for (int64_t k = 0; k < n; k++) {
            if (isfinite((float)at[i * n + k])) continue;
            if (!s->rows++) s->row = s->done + i, s->field = f, s->place = k, s->value = at[i * n + k];
            return;
        }
    }
}

static bool find_in_block(void *user, wk_tensor *const *read)
{
    strange *s = user;
    wk_tensor *all[2];
    for (int f = 0; f < 2; f++)
        if (!(all[f] = wk_contiguous(wk_to(wk_to_device(read[f], WK_CPU), WK_F64)))) return false;
    const int64_t n = wk_size(all[0], 0);
    for (int64_t i = 0; i < n; i++) look_at_row(s, all, i);
    s->done += n;
    return true;
}

static bool find_in(wk_dataset *set, const char *of, const char *path, char *text, size_t size)
{
    strange s = { .rows = 0 };
    const wk_field *fields;
    say_room rows;
    if (wk_dataset_fields(set, &fields) < 2 || !sets_each(set, find_in_block, &s) || !s.rows) {
        wk_error_clear();
        return false;
    }
    snprintf(text, size, "%s of %s%s %s not finite in f32, the first row %lld: %s[%lld] is %g",
             say_plural(rows, s.rows, "row"), path, of, s.rows == 1 ? "is" : "are", (long long)s.row,
             fields[s.field].name, (long long)s.place, say_plain(s.value));
    return true;
}

bool sets_find_strange(const sets *set, bool test, char *text, size_t size)
{
    if (test && !set->test_split_off) return find_in(set->test, "'s test rows", set->path, text, size);
    return find_in(set->all, "", set->path, text, size);
}
