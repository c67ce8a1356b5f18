/* wick import: IDX (MNIST), CSV, NumPy files and pictures as HDF5 files. Whatever is read becomes one dataset, which is
 * then split and stored. */
#include "about.h"
#include "commands.h"
#include "pictures.h"
#include "store.h"
#include "tables.h"
#include "wick/io.h"
#include <stdlib.h>
#include <string.h>

typedef struct settings {
    store_settings store;
    const char *label, *classes, *delimiter, *x, *y;
    double test_fraction; /* 0: not given */
    int64_t seed;         /* -1: not given */
    int64_t height, width;
    bool regression, grey, skip_missing;
    const char *columns; /* of a table; NULL: none */
} settings;

static const double usual_fraction = 0.2;
enum { USUAL_SEED = 1 };

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "label", 0, ARGS_TEXT, AT(label), "COLUMN", "csv: what to predict; without names by number (last)", 0, 0 },
    { "delimiter", 0, ARGS_TEXT, AT(delimiter), "C", "csv: what stands between columns (found by itself)", 0, 0 },
    { "regression", 0, ARGS_FLAG, AT(regression), NULL, "csv: the label is a number, not a class", 0, 0 },
    { "classes", 0, ARGS_TEXT, AT(classes), "A,B", "mnist, npy, npz: names of the classes, in order", 0, 0 },
    { "skip-missing", 0, ARGS_FLAG, AT(skip_missing), NULL, "csv: leave out rows that lack a value", 0, 0 },
    { "x", 0, ARGS_TEXT, AT(x), "NAME", "npz: inputs (x, data, ...); csv: columns A,B (all)", 0, 0 },
    { "y", 0, ARGS_TEXT, AT(y), "NAME", "npz: targets (y, label, ...); csv: as --label", 0, 0 },
    { "height", 0, ARGS_WHOLE, AT(height), "N", "images: scaled to N rows of pixels", 1, 32768 },
    { "width", 0, ARGS_WHOLE, AT(width), "N", "images: scaled to N columns of pixels", 1, 32768 },
    { "grey", 0, ARGS_FLAG, AT(grey), NULL, "images: grey instead of red, green and blue", 0, 0 },
    { "test-fraction", 0, ARGS_REAL, AT(test_fraction), "F", "share of the rows for test, where none are given (0.2)",
      0, 1 },
    { "seed", 0, ARGS_WHOLE, AT(seed), "S", "of the choice of test rows (1)", 0, 9e18 },
};

/* Rows in memory. Labels may have any integer type and are delivered as i64. */
typedef struct arrays {
    const char *x, *y;
    size_t x_bytes, y_bytes; /* of a row */
    wk_dtype y_dtype;
    bool labels;
} arrays;

static int64_t label_at(const void *labels, wk_dtype dtype, int64_t i)
{
    switch (dtype) {
    case WK_I64: return ((const int64_t *)labels)[i];
    case WK_I32: return ((const int32_t *)labels)[i];
    default: return ((const uint8_t *)labels)[i];
    }
}

static wk_status arrays_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    const arrays *a = self;
    for (int64_t i = 0; i < n; i++) {
        memcpy((char *)fields[0] + (size_t)i * a->x_bytes, a->x + (size_t)rows[i] * a->x_bytes, a->x_bytes);
        if (a->labels)
            ((int64_t *)fields[1])[i] = label_at(a->y, a->y_dtype, rows[i]);
        else
            memcpy((char *)fields[1] + (size_t)i * a->y_bytes, a->y + (size_t)rows[i] * a->y_bytes, a->y_bytes);
    }
    return WK_OK;
}

static const wk_dataset_ops arrays_ops = { sizeof arrays_ops, "import", arrays_get_many, free };

static wk_field field_of(const char *name, const wk_array *a, size_t *bytes)
{
    wk_field f = { .name = name, .dtype = a->dtype, .ndim = a->ndim - 1 };
    *bytes = wk_dtype_size(a->dtype);
    for (int d = 0; d < f.ndim; d++) *bytes *= (size_t)(f.shape[d] = a->shape[d + 1]);
    return f;
}

/* A dataset over the arrays, which must outlive it; no classes: a regression. */
static wk_dataset *dataset_of(const wk_array *x, const wk_array *y, const char *const *classes, int nclasses)
{
    arrays *a = malloc(sizeof *a);
    if (!a) return wk_fail(WK_E_MEMORY, "no memory"), NULL;
    *a = (arrays){ .x = x->data, .y = y->data, .y_dtype = y->dtype, .labels = nclasses > 0 };
    wk_field fields[2] = { field_of("x", x, &a->x_bytes), field_of("y", y, &a->y_bytes) };
    if (a->labels) fields[1] = (wk_field){ .name = "y", .dtype = WK_I64 };
    wk_dataset_opts o = wk_dataset_opts_default();
    o.ops = &arrays_ops;
    o.self = a;
    o.rows = x->shape[0];
    o.fields = fields;
    o.nfields = 2;
    o.classes = classes;
    o.nclasses = nclasses;
    return wk_dataset_custom(&o);
}

static int store_both(const settings *s, wk_dataset *train, wk_dataset *test, const char *source)
{
    store to;
    if (wk_failed() || !store_open(&to, &s->store, source)) return say_error();
    if (s->columns && wk_h5_attribute(to.writer, "columns", s->columns)) return say_error();
    if (!store_rows(&to, "train", train, false) || (test && !store_rows(&to, "test", test, false))) return say_error();
    return store_close(&to, train, test, false);
}

/* The test rows are those of the source. */
static int store_given(const settings *s, wk_dataset *train, wk_dataset *test, const char *source)
{
    if (!wk_failed() && (s->test_fraction > 0 || s->seed >= 0))
        return say_usage("--%s is for data without test rows; there are %lld here",
                         s->seed >= 0 ? "seed" : "test-fraction", (long long)wk_dataset_len(test));
    return store_both(s, train, test, source);
}

/* Splits off the test rows, each class its share, and stores both. */
static int store_split(const settings *s, wk_dataset *all, const char *source)
{
    wk_dataset *train = NULL, *test = NULL;
    const double fraction = s->test_fraction > 0 ? s->test_fraction : usual_fraction;
    if (wk_failed()) return say_error();
    wk_dataset_split(all, fraction, wk_dataset_classes(all, NULL) > 0, s->seed >= 0 ? (uint64_t)s->seed : USUAL_SEED,
                     &test, &train);
    if (!wk_failed() && (wk_dataset_len(test) == 0 || wk_dataset_len(train) == 0))
        wk_fail(WK_E_INVALID,
                "%lld rows cannot be split with --test-fraction %g; expected at least one row on both sides",
                (long long)wk_dataset_len(all), fraction);
    return store_both(s, train, test, source);
}

/* The names of --classes, or 0, 1, 2 ... if it is not given; in text, which they need as long as they are used. */
enum { CLASSES = 1000, CLASS_TEXT = 64 };
typedef struct class_names {
    char text[CLASSES][CLASS_TEXT];
    const char *list[CLASSES];
} class_names;

/* Names that are as many as they seem, and tell classes apart. */
static bool check_classes(const char *given)
{
    const char *const all = given;
    for (int64_t i = 0; given; i++) {
        const size_t n = strcspn(given, ",");
        if (n == 0 || n >= CLASS_TEXT || i == CLASSES)
            return say_usage("--classes: name %lld is %s", (long long)i + 1,
                             n == 0           ? "empty"
                             : n < CLASS_TEXT ? "one too many; expected at most 1000"
                                              : "too long; expected at most 63 bytes"),
                   false;
        for (const char *before = all; before < given; before += strcspn(before, ",") + 1)
            if (strcspn(before, ",") == n && !strncmp(before, given, n))
                return say_usage("--classes: two are called \"%.*s\"; expected different names", (int)n, given), false;
        given = given[n] ? given + n + 1 : NULL;
    }
    return true;
}

/* How many names there are in `given`. */
static int list_classes(class_names *room, const char *given)
{
    int n = 0;
    for (; n < CLASSES && args_item(&given, room->text[n], CLASS_TEXT); n++) room->list[n] = room->text[n];
    return n;
}

static int name_classes(class_names *room, const char *given, int classes)
{
    const int n = list_classes(room, given);
    if (n && !classes) return say_usage("--classes names classes, but the targets are numbers");
    if (n && n != classes) return say_usage("--classes names %d classes, but the labels have %d", n, classes);
    for (int i = n; i < classes; i++) {
        snprintf(room->text[i], CLASS_TEXT, "%d", i);
        room->list[i] = room->text[i];
    }
    return EXIT_DONE;
}

/* ---- mnist ---- */

/* The test rows know the classes of the training rows. */
static int import_mnist(const settings *s, const char *const *operands, const char *source)
{
    class_names given;
    const char *const *names = given.list;
    int n = list_classes(&given, s->classes);
    wk_dataset *train = wk_dataset_idx(operands[1], .raw = true, .classes = n ? names : NULL, .nclasses = n),
               *test = NULL;
    if (train && (n = wk_dataset_classes(train, &names)) > 0)
        test = wk_dataset_idx(operands[1], .split = "test", .raw = true, .classes = names, .nclasses = n);
    else if (train)
        wk_fail(WK_E_RANGE, "%s: the labels are no classes; expected 0 .. %d", operands[1], CLASSES - 1);
    return store_given(s, train, test, source);
}

/* ---- npz ---- */

/* Training and test rows as the archive names them, x_train and x_test; else all of them are split. */
static int import_npz(const settings *s, const char *const *operands, const char *source)
{
    class_names given;
    const char *const *names = given.list;
    int n = list_classes(&given, s->classes);
    wk_dataset *all = wk_dataset_npz(operands[1], .raw = true, .x = s->x, .y = s->y, .classes = n ? names : NULL,
                                     .nclasses = n),
               *test = NULL;
    if (all && !s->x && !s->y) {
        n = wk_dataset_classes(all, &names);
        test = wk_dataset_npz(operands[1], .split = "test", .raw = true, .classes = n ? names : NULL, .nclasses = n);
        if (!test && wk_error() == WK_E_NOT_FOUND) wk_error_clear();
    }
    return test ? store_given(s, all, test, source) : store_split(s, all, source);
}

/* ---- images ---- */

static int import_images(const settings *s, const char *const *operands, const char *source)
{
    pictures p;
    wk_images_opts o = wk_images_opts_default();
    o.raw = true;
    o.resize = s->height > 0;
    o.grey = s->grey;
    o.height = s->height;
    o.width = s->width;
    if (!pictures_open(&p, operands[1], &o)) return say_error();
    if (!p.test) return store_split(s, p.train, source);
    char text[80];
    if (!s->store.quiet && *pictures_describe(&p, text, sizeof text))
        printf("%s: test rows are %s\n", operands[1], text);
    return store_given(s, p.train, p.test, source);
}

/* ---- csv ---- */

static int store_csv(const settings *s, const wk_csv *csv, const char *path, const char *source)
{
    if (csv->rows == 0 || csv->nfeatures == 0 || !csv->label.name) {
        wk_fail(WK_E_SHAPE, "%s: %lld rows of %d columns besides the label; expected at least one of each", path,
                (long long)csv->rows, csv->nfeatures);
        return say_error();
    }
    wk_array x = { .dtype = WK_F32, .ndim = 2, .shape = { csv->rows, csv->nfeatures }, .data = csv->x };
    wk_array y = { .dtype = csv->classes ? WK_I64 : WK_F32, .ndim = 1, .shape = { csv->rows } };
    y.data = csv->classes ? (void *)csv->classes : (void *)csv->values;
    if (!s->store.quiet)
        printf("%s: predicts %s \"%s\" from %d other column%s\n", path, csv->classes ? "the class" : "the number",
               csv->label.name, csv->nfeatures, csv->nfeatures == 1 ? "" : "s");
    char *columns = about_columns(csv);
    settings with = *s;
    if (columns && strlen(columns) <= ABOUT_COLUMNS) with.columns = columns;
    if (columns && !with.columns && !s->store.quiet)
        printf("%s: the names of its columns are too long to be kept\n", path);
    const int code = store_split(
        &with, dataset_of(&x, &y, (const char *const *)csv->label.categories, csv->label.ncategories), source);
    free(columns);
    return code;
}

static int import_csv(const settings *s, const char *const *operands, const char *source)
{
    wk_csv csv;
    wk_csv_opts o = wk_csv_opts_default();
    if (s->label && s->y) return say_usage("--y is --label here; expected one of them");
    o.label = s->label ? s->label : s->y;
    o.target = s->regression ? WK_CSV_NUMBERS : WK_CSV_AUTO;
    if (s->delimiter) {
        const bool tab = !strcmp(s->delimiter, "tab") || !strcmp(s->delimiter, "\\t");
        if (!tab && strlen(s->delimiter) != 1)
            return say_usage("--delimiter is \"%s\"; expected one character, or tab", s->delimiter);
        o.delimiter = tab ? '\t' : s->delimiter[0];
    }
    o.skip_missing = s->skip_missing;
    if (!tables_choose(&o, s->x)) return say_error();
    const wk_status status = wk_read_csv(operands[1], &o, &csv);
    tables_forget(&o);
    if (status) return say_error();
    say_room rows;
    if (csv.skipped && !s->store.quiet)
        printf("%s: %s left out, where a value is missing\n", operands[1], say_plural(rows, csv.skipped, "row"));
    int code = store_csv(s, &csv, operands[1], source);
    wk_csv_free(&csv);
    return code;
}

/* ---- npy ---- */

typedef struct pair {
    wk_array x, y;
} pair;

static void free_pair(pair *p)
{
    wk_array_free(&p->x);
    wk_array_free(&p->y);
}

static bool is_whole(wk_dtype dtype)
{
    return dtype == WK_I64 || dtype == WK_I32 || dtype == WK_U8 || dtype == WK_BOOL;
}

static bool is_column(const wk_array *y) { return y->ndim == 1 || (y->ndim == 2 && y->shape[1] == 1); }

static void check_npy(const char *const *operands, const pair *p)
{
    say_room x, y;
    if (p->x.ndim < 1 || p->y.ndim < 1 || p->x.shape[0] != p->y.shape[0] || p->x.shape[0] == 0)
        wk_fail(WK_E_SHAPE, "%s has the shape %s and %s %s; expected as many rows, and at least one", operands[1],
                say_shape(x, p->x.ndim, p->x.shape), operands[2], say_shape(y, p->y.ndim, p->y.shape));
    else if (p->x.dtype == WK_BOOL || (p->y.dtype == WK_BOOL && !is_column(&p->y)))
        wk_fail(WK_E_DTYPE, "%s holds bool; expected numbers", p->x.dtype == WK_BOOL ? operands[1] : operands[2]);
}

/* The number of classes if y holds labels, 0 if it holds values to predict. */
static int count_labels(const char *path, const wk_array *y)
{
    int64_t most = 0;
    if (wk_failed() || !is_whole(y->dtype) || !is_column(y)) return 0;
    for (int64_t i = 0; i < y->shape[0]; i++) {
        const int64_t label = label_at(y->data, y->dtype, i);
        if (label < 0 || label >= CLASSES) {
            wk_fail(WK_E_RANGE, "%s: row %lld is %lld; expected classes 0 .. %d, or floats for a regression", path,
                    (long long)i, (long long)label, CLASSES - 1);
            return 0;
        }
        if (label > most) most = label;
    }
    return (int)most + 1;
}

static int store_npy(const settings *s, const char *const *operands, pair *p, const char *source)
{
    class_names classes;
    check_npy(operands, p);
    const int n = count_labels(operands[2], &p->y);
    if (wk_failed()) return say_error();
    int code = n || s->classes ? name_classes(&classes, s->classes, n) : EXIT_DONE;
    return code == EXIT_DONE ? store_split(s, dataset_of(&p->x, &p->y, n ? classes.list : NULL, n), source) : code;
}

static int import_npy(const settings *s, const char *const *operands, const char *source)
{
    pair p = { 0 };
    if (!wk_read_npy(operands[1], &p.x)) wk_read_npy(operands[2], &p.y);
    int code = wk_failed() ? say_error() : store_npy(s, operands, &p, source);
    free_pair(&p);
    return code;
}

/* ---- the command ---- */

typedef struct format {
    const char *name, *operands;
    int count; /* of operands, with the name */
    int (*import)(const settings *s, const char *const *operands, const char *source);
} format;
static const format formats[] = {
    { "mnist", "mnist DIR", 2, import_mnist },    { "csv", "csv FILE", 2, import_csv },
    { "npy", "npy X.npy Y.npy", 3, import_npy },  { "npz", "npz FILE.npz", 2, import_npz },
    { "images", "images DIR", 2, import_images },
};
enum { FORMATS = sizeof formats / sizeof *formats };

static const format *find(const char *name)
{
    const char *names[FORMATS];
    for (int i = 0; i < FORMATS; i++) {
        if (!strcmp(formats[i].name, name)) return &formats[i];
        names[i] = formats[i].name;
    }
    args_unknown("format", name, names, FORMATS, "there are mnist, csv, npy, npz and images");
    return NULL;
}

/* Options are those of the format. */
static bool check_options(const settings *s, const char *format)
{
    const struct {
        bool given;
        const char *name, *of;
    } all[] = {
        { s->label, "label", "csv" },           { s->delimiter, "delimiter", "csv" },
        { s->regression, "regression", "csv" }, { s->classes, "classes", "mnist, npy and npz" },
        { s->x, "x", "csv and npz" },           { s->skip_missing, "skip-missing", "csv" },
        { s->y, "y", "csv and npz" },           { s->height, "height", "images" },
        { s->width, "width", "images" },        { s->grey, "grey", "images" },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].given && !strstr(all[i].of, format))
            return say_usage("--%s is for %s; %s takes none", all[i].name, all[i].of, format), false;
    if (!s->height != !s->width) return say_usage("--height and --width go together"), false;
    return check_classes(s->classes);
}

static int run(int argc, char **argv)
{
    WK_SCOPE(importing);
    settings s = { .seed = -1 };
    const char *operands[ARGS_OPERANDS];
    char source[1024] = "wick import ";
    int count = 0;
    if (!args_read(&command_import, argc, argv, &s, operands)) return EXIT_USAGE;
    const format *f = find(operands[0]);
    if (!f) return EXIT_USAGE;
    while (count < ARGS_OPERANDS && operands[count]) count++;
    if (count != f->count) return say_usage("expected: wick import %s -o FILE.h5", f->operands);
    if (!check_options(&s, f->name)) return EXIT_USAGE;
    const int code = store_check_sources(&s.store, operands + 1);
    if (code != EXIT_DONE) return code;
    args_join(source + strlen(source), sizeof source - strlen(source), argc, argv);
    return f->import(&s, operands, source);
}

const args_command command_import = {
    .name = "import",
    .about = "turns MNIST, CSV or NumPy files or pictures into an HDF5 file",
    .operands = "mnist DIR | csv FILE | npy X Y | npz F | images DIR -o F.h5",
    .fewest = 1,
    .most = 3,
    .text = "  wick import mnist downloads/ -o mnist.h5\n"
            "  wick import csv iris.csv --label species -o iris.h5\n"
            "  wick import npy x.npy y.npy -o data.h5\n"
            "  wick import npz arrays.npz -o data.h5\n"
            "  wick import images pets/ --height 64 --width 64 -o pets.h5\n\n"
            "mnist takes a folder with the four IDX files, packed (.gz) or not; Fashion-MNIST\n"
            "and others of that layout do as well. npz takes x and y of an archive, or\n"
            "x_train, y_train, x_test and y_test. images takes a folder of folders of PNG or\n"
            "JPEG pictures, each a class, or of folders train and test, or val, with these in\n"
            "them; without a size, all pictures must have one. Rows that come without test\n"
            "rows are split, each class keeping its share.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .shared = store_options,
    .nshared = STORE_OPTIONS,
    .run = run,
};
