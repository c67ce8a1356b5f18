/* HDF5: files that h5py wrote (tests/golden) and files that libhdf5 writes here are read as they must be; files that
 * wick writes are read back by libhdf5. */
#define _GNU_SOURCE 1
#include "base/thread.h"
#include "data/dataset.h"
#include "tests/wick_check.h"
#include "wick/hdf5.h"
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file in a folder of its own, both gone with forget(). */
static char folder[64], file[128];

static const char *scratch(const char *name)
{
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "/tmp/wick-test-XXXXXX");
        CHECK(mkdtemp(folder) != NULL);
    }
    snprintf(file, sizeof file, "%s/%s", folder, name);
    return file;
}

static int files_in_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
    FILE *pipe = popen(command, "r");
    int n = -1;
    if (fscanf(pipe, "%d", &n) != 1) n = -1;
    pclose(pipe);
    return n;
}

static void forget(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    CHECK(system(command) == 0);
    folder[0] = 0;
}

static const char *golden(const char *name)
{
    static char path[512];
    const char *where = getenv("WICK_GOLDEN");
    snprintf(path, sizeof path, "%s/%s", where ? where : "tests/golden", name);
    return path;
}

/* ---- Files written by libhdf5 itself ---- */

typedef struct spec {
    const char *name;
    hid_t file_type, memory_type;
    int ndim;
    hsize_t shape[3], chunk[3]; /* chunk[0] = 0: contiguous */
    int deflate;
} spec;

static hid_t create(const char *name)
{
    const hid_t f = H5Fcreate(scratch(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(f >= 0);
    return f;
}

static void put(hid_t f, spec s, const void *data)
{
    const hid_t space = H5Screate_simple(s.ndim, s.shape, NULL);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE), link = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(link, 1);
    if (s.chunk[0]) H5Pset_chunk(plan, s.ndim, s.chunk);
    if (s.deflate) H5Pset_deflate(plan, (unsigned)s.deflate);
    const hid_t set = H5Dcreate2(f, s.name, s.file_type, space, link, plan, H5P_DEFAULT);
    CHECK(set >= 0);
    if (data) CHECK(H5Dwrite(set, s.memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(set);
    H5Pclose(plan);
    H5Pclose(link);
    H5Sclose(space);
}

/* x [n, 4] u8 = 0, 1, 2 .., y [n] = row % classes as i16 */
static void put_pair(hid_t f, const char *x, const char *y, int n, int classes)
{
    unsigned char *pixels = malloc((size_t)n * 4);
    short *labels = malloc((size_t)n * sizeof *labels);
    for (int i = 0; i < 4 * n; i++) pixels[i] = (unsigned char)i;
    for (int i = 0; i < n; i++) labels[i] = (short)(i % classes);
    if (x) put(f, (spec){ x, H5T_STD_U8LE, H5T_NATIVE_UINT8, 2, { (hsize_t)n, 4 }, { 0 }, 0 }, pixels);
    if (y) put(f, (spec){ y, H5T_STD_I16LE, H5T_NATIVE_SHORT, 1, { (hsize_t)n }, { 0 }, 0 }, labels);
    free(pixels);
    free(labels);
}

static void put_classes(hid_t f, const char *object, bool variable)
{
    static const char *const names[3] = { "cat", "dog", "zebra" };
    static const char fixed[3][6] = { "cat", "dog", "zebra" };
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, (hsize_t[]){ 3 }, NULL);
    H5Tset_size(type, variable ? H5T_VARIABLE : 6);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const hid_t attribute = H5Acreate_by_name(f, object, "classes", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(H5Awrite(attribute, type, variable ? (const void *)names : (const void *)fixed) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static const wk_field *field_of(wk_dataset *set, int i)
{
    const wk_field *fields;
    CHECK(wk_dataset_fields(set, &fields) > i);
    return &fields[i];
}

static wk_status read_row(wk_dataset *set, int64_t row, void *x, void *y)
{
    return wki_dataset_read(set, &row, 1, (void *const[]){ x, y });
}

/* ---- Reading ---- */

enum { GOLDEN_ROWS = 21, GOLDEN_ITEMS = 21 * 5 };

static double golden_value(const char *name, int i)
{
    if (!strcmp(name, "/never written")) return 2.5;
    if (!strcmp(name, "/holes") && (i / 5 < 8 || i / 5 >= 16)) return -9;
    const int value = (7 * i + 3) % 101;
    return strcmp(name, "/lzf repeats") ? value : value / 50;
}

typedef struct seen {
    const char *path;
    int sets;
} seen;

static wk_status check_golden_set(void *user, const wk_h5_info *info)
{
    seen *s = user;
    double got[GOLDEN_ITEMS];
    s->sets++;
    CHECK(info->numeric && info->ndim == 2 && info->shape[0] == GOLDEN_ROWS && info->shape[1] == 5);
    CHECK(wk_h5_read_doubles(s->path, info->path, 0, GOLDEN_ITEMS, got) == WK_OK);
    for (int i = 0; i < GOLDEN_ITEMS; i++) ck_assert_msg(got[i] == golden_value(info->path, i), "%s %d", info->path, i);
    CHECK(wk_h5_read_doubles(s->path, info->path, 33, 14, got) == WK_OK);
    for (int i = 0; i < 14; i++) ck_assert_msg(got[i] == golden_value(info->path, 33 + i), "%s %d", info->path, 33 + i);
    return WK_OK;
}

TEST(hdf5, reads_every_layout_filter_and_number_that_h5py_writes)
{
    seen s = { golden("h5py_latest.hdf5"), 0 };
    CHECK(wk_h5_each(s.path, check_golden_set, &s) == WK_OK);
    CHECK(s.sets == 28);
    s = (seen){ golden("h5py_earliest.hdf5"), 0 };
    CHECK(wk_h5_each(s.path, check_golden_set, &s) == WK_OK);
    CHECK(s.sets == 5);
}

TEST(hdf5, rows_come_in_any_order_and_more_than_once)
{
    const int64_t rows[] = { 20, 0, 0, 7, 8, 9, 10, 3, 20 };
    float x[9][5];
    wk_dataset *set = wk_dataset_h5(golden("h5py_latest.hdf5"), .x = "gzip shuffle", .y = "");
    CHECK(set && wk_dataset_len(set) == GOLDEN_ROWS);
    CHECK(wki_dataset_read(set, rows, 9, (void *const[]){ x }) == WK_OK);
    for (int i = 0; i < 9; i++)
        for (int k = 0; k < 5; k++) CHECK(x[i][k] == (float)golden_value("", (int)rows[i] * 5 + k));
}

/* Chunks of 8 rows; the range begins inside the first and ends inside the third. */
TEST(hdf5, rows_are_shuffled_by_windows_of_chunks)
{
    wk_dataset *set =
        wk_dataset_h5(golden("h5py_latest.hdf5"), .x = "gzip", .y = "", .begin = 3, .end = 20, .raw = true);
    wk_loader *loader = wk_loader_new(set, .batch_size = 1, .shuffle = true, .window = 1);
    int64_t chunks[17], n = 0;
    bool seen[20] = { false };
    for (wk_batch *b; (b = wk_loader_next(loader)); n++) {
        const int64_t row = 3 + wk_batch_rows(b)[0];
        CHECK(!seen[row] && *(const uint8_t *)wk_data(wk_batch_x(b)) == (uint8_t)golden_value("", (int)row * 5));
        seen[row] = true;
        chunks[n] = row / 8;
    }
    int changes = 0;
    for (int i = 1; i < 17; i++) changes += chunks[i] != chunks[i - 1];
    CHECK(n == 17 && changes == 2);
}

TEST(hdf5, bytes_of_x_become_fractions_unless_raw)
{
    const hid_t f = create("bytes.h5");
    put_pair(f, "x", "y", 64, 2);
    H5Fclose(f);
    float x[4];
    unsigned char raw[4];
    int64_t y;
    wk_dataset *set = wk_dataset_h5(file);
    CHECK(set && field_of(set, 0)->dtype == WK_F32 && field_of(set, 1)->dtype == WK_I64);
    CHECK(read_row(set, 63, x, &y) == WK_OK);
    CHECK(x[0] == 252 / 255.0f && x[3] == 1 && y == 1);
    set = wk_dataset_h5(file, .raw = true);
    CHECK(set && field_of(set, 0)->dtype == WK_U8);
    CHECK(read_row(set, 63, raw, &y) == WK_OK);
    CHECK(raw[0] == 252 && raw[3] == 255);
    forget();
}

TEST(hdf5, doubles_stay_doubles_and_other_numbers_become_floats)
{
    double values[6] = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6 };
    int whole[3] = { -1, 0, 70000 };
    const hid_t f = create("kinds.h5");
    put(f, (spec){ "x", H5T_IEEE_F64BE, H5T_NATIVE_DOUBLE, 2, { 3, 2 }, { 0 }, 0 }, values);
    put(f, (spec){ "whole", H5T_STD_I32LE, H5T_NATIVE_INT, 2, { 3, 1 }, { 0 }, 0 }, whole);
    put(f, (spec){ "y", H5T_IEEE_F32BE, H5T_NATIVE_DOUBLE, 2, { 3, 1 }, { 0 }, 0 }, values);
    H5Fclose(f);
    double x[2];
    float y[1], w[1];
    int64_t label;
    wk_dataset *set = wk_dataset_h5(file);
    CHECK(set && field_of(set, 0)->dtype == WK_F64 && field_of(set, 1)->dtype == WK_F32 && field_of(set, 1)->ndim == 1);
    CHECK(wk_dataset_classes(set, &(const char *const *){ NULL }) == 0);
    CHECK(read_row(set, 1, x, y) == WK_OK && x[0] == 0.3 && x[1] == 0.4 && y[0] == 0.2f);
    set = wk_dataset_h5(file, .x = "whole", .y = "");
    CHECK(set && field_of(set, 0)->dtype == WK_F32);
    CHECK(read_row(set, 2, w, NULL) == WK_OK && w[0] == 70000);
    set = wk_dataset_h5(file, .y = "whole");
    CHECK(set && field_of(set, 1)->dtype == WK_I64 && field_of(set, 1)->ndim == 0);
    CHECK(read_row(set, 0, x, &label) == WK_OK && label == -1);
    CHECK(wk_dataset_classes(set, &(const char *const *){ NULL }) == 0);
    forget();
}

TEST(hdf5, other_peoples_names_are_found)
{
    static const char *const names[][2] = { { "x", "y" },
                                            { "data", "label" },
                                            { "images", "labels" },
                                            { "X", "Y" },
                                            { "features", "targets" },
                                            { "inputs", "outputs" },
                                            { "data", "labels" },
                                            { "X", "y" } };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const hid_t f = create("names.h5");
        put_pair(f, names[i][0], names[i][1], 6, 3);
        H5Fclose(f);
        wk_dataset *set = wk_dataset_h5(file);
        CHECK(set && wk_dataset_len(set) == 6);
        CHECK(!strcmp(field_of(set, 0)->name, "x") && !strcmp(field_of(set, 1)->name, "y"));
    }
    forget();
}

TEST(hdf5, splits_are_groups_and_train_comes_first)
{
    const hid_t f = create("splits.h5");
    put_pair(f, "train/x", "train/y", 6, 3);
    put_pair(f, "test/x", "test/y", 4, 2);
    put_pair(f, "x", "y", 2, 2);
    H5Fclose(f);
    CHECK(wk_dataset_len(wk_dataset_h5(file)) == 6);
    CHECK(wk_dataset_len(wk_dataset_h5(file, .split = "test")) == 4);
    CHECK(wk_dataset_len(wk_dataset_h5(file, .split = "/test")) == 4);
    CHECK(wk_dataset_len(wk_dataset_h5(file, .split = "/")) == 2);
    CHECK(wk_dataset_len(wk_dataset_h5(file, .x = "/test/x", .y = "/test/y")) == 4);
    CHECK_NULL(wk_dataset_h5(file, .split = "tset"));
    CHECK_ERROR(WK_E_NOT_FOUND, "splits.h5", "'tset'", "'test', 'train'", "did you mean 'test'");
    forget();
}

TEST(hdf5, unknown_names_list_what_there_is)
{
    const hid_t f = create("unknown.h5");
    put_pair(f, "pixels", "digit", 6, 3);
    put_pair(f, "train2/x", NULL, 6, 3);
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file));
    CHECK_ERROR(WK_E_NOT_FOUND, "unknown.h5", "no x", "'digit', 'pixels'", ".x");
    CHECK_NULL(wk_dataset_h5(file, .x = "pixel", .y = "digit"));
    CHECK_ERROR(WK_E_NOT_FOUND, "'pixel'", "did you mean 'pixels'");
    CHECK_NULL(wk_dataset_h5(file, .x = "pixels"));
    CHECK_ERROR(WK_E_NOT_FOUND, "no y", ".y = \"\" for none");
    CHECK_NULL(wk_dataset_h5(file, .x = "train2", .y = ""));
    CHECK_ERROR(WK_E_NOT_FOUND, "no data set 'train2'");
    CHECK(wk_dataset_h5(file, .x = "pixels", .y = "digit") != NULL);
    forget();
}

TEST(hdf5, names_that_could_both_be_x_are_an_error)
{
    const hid_t f = create("both.h5");
    put_pair(f, "data", "labels", 6, 3);
    put_pair(f, "images", NULL, 6, 3);
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file));
    CHECK_ERROR(WK_E_INVALID, "'data'", "'images'", ".x");
    CHECK(wk_dataset_h5(file, .x = "images") != NULL);
    forget();
}

TEST(hdf5, classes_are_named_by_an_attribute_on_labels_group_or_root)
{
    static const char *const places[] = { "/train/y", "/train", "/" };
    for (int i = 0; i < 6; i++) {
        const hid_t f = create("classes.h5");
        put_pair(f, "train/x", "train/y", 6, 3);
        put_classes(f, places[i / 2], i % 2);
        H5Fclose(f);
        const char *const *names = NULL;
        wk_dataset *set = wk_dataset_h5(file);
        CHECK(set && wk_dataset_classes(set, &names) == 3);
        CHECK(!strcmp(names[0], "cat") && !strcmp(names[1], "dog") && !strcmp(names[2], "zebra"));
    }
    forget();
}

TEST(hdf5, classes_without_names_are_counted)
{
    const hid_t f = create("counted.h5");
    put_pair(f, "x", "y", 12, 11);
    H5Fclose(f);
    const char *const *names = NULL;
    wk_dataset *set = wk_dataset_h5(file);
    CHECK(set && wk_dataset_classes(set, &names) == 11);
    CHECK(!strcmp(names[0], "0") && !strcmp(names[10], "10"));
    forget();
}

TEST(hdf5, a_label_beyond_the_class_names_is_an_error_that_names_its_row)
{
    const hid_t f = create("beyond.h5");
    put_pair(f, "x", "y", 6, 5);
    put_classes(f, "/", false);
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file));
    CHECK_ERROR(WK_E_RANGE, "beyond.h5", "'/y'", "row 3 has label 3", "0 .. 2", "3 class names");
    CHECK(wk_dataset_h5(file, .end = 3) != NULL);
    forget();
}

TEST(hdf5, a_range_of_rows_is_a_dataset)
{
    const hid_t f = create("range.h5");
    put_pair(f, "x", "y", 10, 10);
    H5Fclose(f);
    float x[4];
    int64_t y;
    wk_dataset *set = wk_dataset_h5(file, .begin = 3, .end = 7);
    CHECK(set && wk_dataset_len(set) == 4);
    CHECK(read_row(set, 3, x, &y) == WK_OK && y == 6 && x[0] == 24 / 255.0f);
    CHECK_NULL(wk_dataset_h5(file, .begin = 7, .end = 7));
    CHECK_ERROR(WK_E_RANGE, "range.h5", "[7, 7)", "<= 10");
    CHECK_NULL(wk_dataset_h5(file, .begin = 0, .end = 11));
    CHECK_ERROR(WK_E_RANGE, "[0, 11)");
    CHECK_NULL(wk_dataset_h5(file, .begin = -1));
    CHECK_ERROR(WK_E_RANGE, "[-1, 10)");
    forget();
}

TEST(hdf5, x_and_y_must_have_as_many_rows_and_some)
{
    hid_t f = create("unequal.h5");
    put_pair(f, "x", NULL, 10, 2);
    put_pair(f, NULL, "y", 9, 2);
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file));
    CHECK_ERROR(WK_E_SHAPE, "unequal.h5", "'/x' has 10 rows", "'/y' 9");
    f = create("none.h5");
    put(f, (spec){ "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, { 0, 3 }, { 4, 3 }, 0 }, NULL);
    put(f, (spec){ "flat", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, { 3, 0 }, { 0 }, 0 }, NULL);
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file, .y = ""));
    CHECK_ERROR(WK_E_SHAPE, "none.h5", "'/x'", "has no rows");
    CHECK_NULL(wk_dataset_h5(file, .x = "flat", .y = ""));
    CHECK_ERROR(WK_E_SHAPE, "'/flat'", "no elements");
    forget();
}

TEST(hdf5, what_is_no_table_of_numbers_is_refused)
{
    const hid_t f = create("odd.h5"), plan = H5Pcreate(H5P_DATASET_CREATE), text = H5Tcopy(H5T_C_S1);
    const hid_t space = H5Screate_simple(1, (hsize_t[]){ 4 }, NULL), scalar = H5Screate(H5S_SCALAR);
    H5Tset_size(text, 8);
    H5Dclose(H5Dcreate2(f, "text", text, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Dclose(H5Dcreate2(f, "scalar", H5T_NATIVE_INT, scalar, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Pset_chunk(plan, 1, (hsize_t[]){ 4 });
    H5Pset_scaleoffset(plan, H5Z_SO_INT, 0);
    H5Dclose(H5Dcreate2(f, "packed", H5T_NATIVE_INT, space, H5P_DEFAULT, plan, H5P_DEFAULT));
    H5Lcreate_external("/etc/hostname", "/x", f, "elsewhere", H5P_DEFAULT, H5P_DEFAULT);
    H5Pclose(plan);
    const hid_t external = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(external, "/etc/passwd", 0, 4);
    const hid_t bytes = H5Dcreate2(f, "external", H5T_NATIVE_UINT8, space, H5P_DEFAULT, external, H5P_DEFAULT);
    H5Dclose(bytes);
    H5Pclose(external);
    H5Sclose(space);
    H5Sclose(scalar);
    H5Tclose(text);
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file, .x = "text", .y = ""));
    CHECK_ERROR(WK_E_DTYPE, "odd.h5", "'/text'", "no numbers", "integers or floats");
    CHECK_NULL(wk_dataset_h5(file, .x = "scalar", .y = ""));
    CHECK_ERROR(WK_E_SHAPE, "'/scalar'", "single value");
    CHECK_NULL(wk_dataset_h5(file, .x = "packed", .y = ""));
    CHECK_ERROR(WK_E_UNSUPPORTED, "'/packed'", "filter 6", "h5repack");
    CHECK_NULL(wk_dataset_h5(file, .x = "external", .y = ""));
    CHECK_ERROR(WK_E_UNSUPPORTED, "'/external'", "other files", "refused");
    CHECK_NULL(wk_dataset_h5(file, .x = "elsewhere", .y = ""));
    CHECK_ERROR(WK_E_NOT_FOUND, "'elsewhere'");
    forget();
}

typedef struct reader {
    wk_dataset *set;
    int first, wrong;
} reader;

static void read_many(void *argument)
{
    reader *r = argument;
    float x[5];
    for (int i = 0; i < 2000; i++) {
        const int64_t row = (int64_t)(i * 7919 + r->first) % GOLDEN_ROWS;
        if (read_row(r->set, row, x, NULL) != WK_OK || x[4] != (float)golden_value("", (int)row * 5 + 4)) r->wrong++;
    }
}

TEST(hdf5, many_threads_may_read_at_once)
{
    wk_dataset *sets[2] = { wk_dataset_h5(golden("h5py_latest.hdf5"), .x = "gzip shuffle", .y = ""),
                            wk_dataset_h5(golden("h5py_latest.hdf5"), .x = "split rows", .y = "") };
    wki_thread *threads[8];
    reader readers[8];
    for (int i = 0; i < 8; i++) {
        readers[i] = (reader){ sets[i % 2], i, 0 };
        threads[i] = wki_thread_start(read_many, &readers[i], "reader");
    }
    for (int i = 0; i < 8; i++) {
        wki_thread_join(threads[i]);
        CHECK(readers[i].wrong == 0);
    }
}

/* ---- Writing ---- */

static void write_sample(const char *path, bool shuffle, int deflate, int n)
{
    wk_h5_writer *w = wk_h5_writer_new(path, .shuffle = shuffle, .deflate = deflate);
    for (int64_t i = 0; i < n; i++) {
        const float x[3] = { (float)i, -0.5f, (float)i / 7 };
        const int64_t y = i % 3;
        CHECK(wk_h5_append(w, "train/x", x, 1, 1, (int64_t[]){ 3 }, WK_F32) == WK_OK);
        CHECK(wk_h5_append(w, "train/y", &y, 1, 0, NULL, WK_I64) == WK_OK);
    }
    CHECK(wk_h5_classes(w, (const char *const[]){ "one", "two", "thr\xc3\xa9\xc3\xa9" }, 3) == WK_OK);
    CHECK(wk_h5_attribute(w, "source", "a test") == WK_OK);
    CHECK(wk_h5_commit(w) == WK_OK);
}

TEST(h5_writer, what_it_writes_is_read_back_by_libhdf5_and_by_us)
{
    enum { N = 30000 };
    float *all = malloc(N * 3 * sizeof *all);
    for (int deflate = 0; deflate < 2; deflate++) {
        write_sample(scratch("written.h5"), deflate, deflate * 4, N);
        const hid_t f = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT), set = H5Dopen2(f, "train/x", H5P_DEFAULT);
        CHECK(H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0);
        H5Dclose(set);
        H5Fclose(f);
        float x[3];
        int64_t y;
        const char *const *names = NULL;
        wk_dataset *data = wk_dataset_h5(file);
        CHECK(data && wk_dataset_len(data) == N && wk_dataset_classes(data, &names) == 3);
        CHECK(!strcmp(names[2], "thr\xc3\xa9\xc3\xa9"));
        for (int64_t i = 0; i < N; i += 37) {
            CHECK(read_row(data, i, x, &y) == WK_OK && y == i % 3);
            CHECK(x[0] == (float)i && x[1] == -0.5f && x[2] == (float)i / 7);
            CHECK(!memcmp(x, all + 3 * i, sizeof x));
        }
        CHECK(files_in_folder() == 1);
    }
    free(all);
    forget();
}

static char *slurp(const char *path, long *size)
{
    FILE *f = fopen(path, "rb");
    CHECK(f != NULL);
    fseek(f, 0, SEEK_END);
    *size = ftell(f);
    rewind(f);
    char *bytes = malloc((size_t)*size);
    CHECK(fread(bytes, 1, (size_t)*size, f) == (size_t)*size);
    fclose(f);
    return bytes;
}

TEST(h5_writer, the_same_rows_make_the_same_bytes)
{
    long sizes[2];
    char *bytes[2];
    for (int i = 0; i < 2; i++) {
        write_sample(scratch("same.h5"), true, 3, 500);
        bytes[i] = slurp(file, &sizes[i]);
        if (!i) sleep(1);
    }
    CHECK(sizes[0] == sizes[1] && !memcmp(bytes[0], bytes[1], (size_t)sizes[0]));
    free(bytes[0]);
    free(bytes[1]);
    forget();
}

TEST(h5_writer, leaves_a_sample_for_h5py)
{
    const char *path = getenv("WICK_H5_SAMPLE");
    if (path) write_sample(path, true, 4, 30000);
}

TEST(h5_writer, nothing_remains_without_a_commit)
{
    {
        WK_SCOPE(writing);
        wk_h5_writer *w = wk_h5_writer_new(scratch("lost.h5"));
        CHECK(wk_h5_append(w, "x", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_OK);
    }
    CHECK(files_in_folder() == 0);
    forget();
}

TEST(h5_writer, rows_keep_the_shape_and_dtype_of_the_first)
{
    const float x[6] = { 0 };
    wk_h5_writer *w = wk_h5_writer_new(scratch("shape.h5"));
    CHECK(wk_h5_append(w, "/x", x, 2, 1, (int64_t[]){ 3 }, WK_F32) == WK_OK);
    wk_h5_append(w, "x", x, 1, 1, (int64_t[]){ 4 }, WK_F32);
    CHECK_ERROR(WK_E_SHAPE, "'x'", "row_shape[0] is 4", "expected 3");
    wk_h5_append(w, "x", x, 1, 0, NULL, WK_F32);
    CHECK_ERROR(WK_E_SHAPE, "0 dimensions", "expected 1");
    wk_h5_append(w, "x", x, 1, 1, (int64_t[]){ 3 }, WK_F64);
    CHECK_ERROR(WK_E_DTYPE, "f64", "expected f32");
    wk_h5_append(w, "x", NULL, 1, 1, (int64_t[]){ 3 }, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "rows is NULL");
    wk_h5_append(w, "x", x, -1, 1, (int64_t[]){ 3 }, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "n is -1");
    wk_h5_append(w, "x", x, 1, 1, NULL, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "row_shape is NULL", "1 sizes");
    wk_h5_append(w, "a//b", x, 1, 0, NULL, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "'a//b'");
    wk_h5_append(w, "a/..", x, 1, 0, NULL, WK_F32);
    CHECK_ERROR(WK_E_INVALID, "'a/..'");
    wk_h5_append(w, "z", x, 1, 1, (int64_t[]){ 0 }, WK_F32);
    CHECK_ERROR(WK_E_SHAPE, "row_shape[0] is 0");
    CHECK(wk_h5_commit(w) == WK_OK);
    CHECK(wk_h5_commit(w) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "committed already");
    CHECK(wk_dataset_len(wk_dataset_h5(file, .y = "")) == 2);
    forget();
}

TEST(h5_writer, a_data_set_cannot_also_be_a_group)
{
    wk_h5_writer *w = wk_h5_writer_new(scratch("clash.h5"));
    CHECK(wk_h5_append(w, "a", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_OK);
    CHECK(wk_h5_append(w, "a/b", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "'a' and 'a/b'");
    CHECK(wk_h5_append(w, "c/d", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_OK);
    CHECK(wk_h5_append(w, "c", (float[]){ 1 }, 1, 0, NULL, WK_F32) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "'c/d' and 'c'");
    CHECK(wk_h5_commit(w) == WK_OK); /* what fits is kept */
    forget();
}

TEST(h5_writer, a_path_that_cannot_be_written_is_known_at_once)
{
    CHECK_NULL(wk_h5_writer_new("/no/such/folder/x.h5"));
    CHECK_ERROR(WK_E_IO, "/no/such/folder/x.h5");
    CHECK_NULL(wk_h5_writer_new("/tmp"));
    CHECK_ERROR(WK_E_IO, "/tmp");
    CHECK_NULL(wk_h5_writer_new(scratch("x.h5"), .deflate = 10));
    CHECK_ERROR(WK_E_INVALID, "deflate is 10");
    forget();
}

TEST(h5_writer, a_full_disk_leaves_the_old_file_as_it_was)
{
    long before, after;
    write_sample(scratch("full.h5"), false, 0, 10);
    char *old = slurp(file, &before);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit, small;
    getrlimit(RLIMIT_FSIZE, &limit);
    small = limit;
    small.rlim_cur = 20000;
    setrlimit(RLIMIT_FSIZE, &small);
    wk_h5_writer *w = wk_h5_writer_new(file);
    float x[8192] = { 1 };
    for (int i = 0; i < 20; i++) CHECK(wk_h5_append(w, "x", x, 8192, 0, NULL, WK_F32) == WK_OK);
    CHECK(wk_h5_commit(w) == WK_E_IO);
    setrlimit(RLIMIT_FSIZE, &limit);
    CHECK_ERROR(WK_E_IO, "full.h5", "File too large");
    char *now = slurp(file, &after);
    CHECK(before == after && !memcmp(old, now, (size_t)before));
    CHECK(files_in_folder() == 1);
    free(old);
    free(now);
    forget();
}

/* ---- States ---- */

/* Reads what libhdf5 finds at this path, as doubles; the data set has this type, and the shape of t. */
static void check_set(hid_t f, const char *at, hid_t type, wk_tensor *t)
{
    double found[8] = { 0 }, expected[8] = { 0 };
    hsize_t dims[WK_MAX_DIMS];
    const hid_t set = H5Dopen2(f, at, H5P_DEFAULT), space = H5Dget_space(set), kind = H5Dget_type(set);
    CHECK(set >= 0 && H5Tequal(kind, type) > 0);
    CHECK(H5Sget_simple_extent_dims(space, dims, NULL) == wk_ndim(t));
    for (int d = 0; d < wk_ndim(t); d++) CHECK(dims[d] == (hsize_t)wk_size(t, d));
    CHECK(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) >= 0);
    t = wk_to(t, WK_F64);
    CHECK(wk_read(t, expected, (size_t)wk_numel(t) * sizeof *expected) == WK_OK);
    CHECK(!memcmp(found, expected, sizeof found));
    H5Tclose(kind);
    H5Sclose(space);
    H5Dclose(set);
}

TEST(state_h5, each_tensor_is_a_data_set_at_its_path)
{
    wk_tensor *t = wk_reshape(wk_arange(0, 6, 1, WK_F32), WK_SHAPE(2, 3)), *half = wk_mul_scalar(t, 0.5);
    wk_state *s = wk_state_new();
    wk_state_set(s, "encoder.0.weight", wk_t(half));
    wk_state_set(s, "encoder.0.seen", wk_scalar(-7, WK_I64));
    wk_state_set(s, "encoder.1.rows", wk_to(t, WK_I32));
    wk_state_set(s, "wide", wk_to(half, WK_F64));
    wk_state_set(s, "bytes", wk_to(t, WK_U8));
    wk_state_set(s, "mask", wk_to(t, WK_BOOL));
    wk_state_set(s, "empty", wk_zeros(WK_SHAPE(3, 0, 2), WK_F32));
    wk_state_set_text(s, "lr", "0.001");
    CHECK(wk_state_write_h5(s, scratch("state.h5")) == WK_OK);
    const hid_t f = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT);
    check_set(f, "/encoder/0/weight", H5T_IEEE_F32LE, wk_t(half));
    check_set(f, "/encoder/0/seen", H5T_STD_I64LE, wk_scalar(-7, WK_I64));
    check_set(f, "/encoder/1/rows", H5T_STD_I32LE, t);
    check_set(f, "/wide", H5T_IEEE_F64LE, half);
    check_set(f, "/bytes", H5T_STD_U8LE, t);
    check_set(f, "/mask", H5T_STD_U8LE, wk_to(t, WK_BOOL));
    check_set(f, "/empty", H5T_IEEE_F32LE, wk_zeros(WK_SHAPE(3, 0, 2), WK_F32));
    char text[8] = "";
    const hid_t string = H5Tcopy(H5T_C_S1), attribute = H5Aopen(f, "lr", H5P_DEFAULT);
    H5Tset_size(string, sizeof text);
    H5Tset_cset(string, H5T_CSET_UTF8);
    CHECK(H5Aread(attribute, string, text) >= 0 && !strcmp(text, "0.001"));
    H5Aclose(attribute);
    H5Tclose(string);
    H5Fclose(f);
    forget();
}

TEST(state_h5, names_that_cannot_stand_side_by_side_leave_no_file)
{
    static const char *const pairs[][3] = { { "a", "a.b", "'a' and 'a.b'" },
                                            { "a.b.c", "a.b", "'a.b' and 'a.b.c'" },
                                            { "a.b", "a/b", "'a/b'" },
                                            { "a", "b..c", "'b..c' has an empty part" },
                                            { "a", "b.", "'b.' has an empty part" } };
    wk_tensor *one = wk_ones(WK_SHAPE(1), WK_F32);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        wk_state *s = wk_state_new();
        wk_state_set(s, pairs[i][0], one);
        wk_state_set(s, pairs[i][1], one);
        CHECK(wk_state_write_h5(s, scratch("state.h5")) == WK_E_INVALID);
        CHECK_ERROR(WK_E_INVALID, "state_write_h5", pairs[i][2]);
        CHECK(files_in_folder() == 0);
    }
    CHECK(wk_state_write_h5(wk_state_new(), "/no/such/folder/x.h5") == WK_E_IO);
    CHECK_ERROR(WK_E_IO, "/no/such/folder/x.h5");
    CHECK(wk_state_write_h5(NULL, "x.h5") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "state_write_h5");
    forget();
}

static wk_status check_written(void *user, const wk_h5_info *info)
{
    int *n = user;
    (*n)++;
    if (!strcmp(info->path, "/train/x")) {
        CHECK(!strcmp(info->type, "f32") && info->ndim == 2 && info->shape[0] == 30000 && info->shape[1] == 3);
        CHECK(info->chunk[0] == 256 * 1024 / 12 && info->chunk[1] == 3 && !strcmp(info->filters, "shuffle, deflate 9"));
        CHECK(info->bytes == 360000 && info->stored_bytes < info->bytes && info->numeric);
    } else {
        CHECK(!strcmp(info->path, "/train/y") && !strcmp(info->type, "i64") && info->ndim == 1);
    }
    return WK_OK;
}

static wk_status count(void *user, const wk_h5_info *info)
{
    (void)info;
    ++*(int *)user;
    return WK_OK;
}

static wk_status stop(void *user, const wk_h5_info *info)
{
    (void)info;
    ++*(int *)user;
    return WK_E_INTERRUPTED;
}

TEST(h5_each, tells_each_data_set_in_order_and_stops_when_asked)
{
    int n = 0;
    write_sample(scratch("each.h5"), true, 9, 30000);
    CHECK(wk_h5_each(file, check_written, &n) == WK_OK && n == 2);
    n = 0;
    CHECK(wk_h5_each(file, stop, &n) == WK_E_INTERRUPTED && n == 1);
    forget();
}

TEST(h5_each, a_group_that_holds_itself_is_entered_once)
{
    int n = 0;
    const hid_t f = create("ring.h5");
    put_pair(f, "a/b/x", NULL, 4, 2);
    H5Lcreate_hard(f, "/a", f, "/a/b/a", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(f, "/", f, "/a/root", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(f);
    CHECK(wk_h5_each(file, count, &n) == WK_OK && n == 1);
    forget();
}

TEST(h5_read_doubles, refuses_elements_beyond_the_end)
{
    double to[8];
    write_sample(scratch("doubles.h5"), false, 0, 2);
    CHECK(wk_h5_read_doubles(file, "train/x", 3, 3, to) == WK_OK && to[0] == 1 && to[1] == -0.5);
    CHECK(wk_h5_read_doubles(file, "/train/x", 6, 0, to) == WK_OK);
    CHECK(wk_h5_read_doubles(file, "/train/x", 4, 3, to) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "doubles.h5", "[4, 4 + 3) of 6");
    CHECK(wk_h5_read_doubles(file, "/train/z", 0, 1, to) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "'/train/z'");
    forget();
}

WICK_TEST_MAIN
