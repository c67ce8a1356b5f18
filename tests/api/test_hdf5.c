/* HDF5: files that h5py wrote (tests/golden) and files that libhdf5 writes here are read as they must be. */
#define _GNU_SOURCE 1
#include "base/thread.h"
#include "hdf5_check.h"
#include <hdf5.h>

WICK_ON_CPU("rows of files are the host's")

static const char *golden(const char *name)
{
    static char path[512];
    const char *where = getenv("WICK_GOLDEN");
    snprintf(path, sizeof path, "%s/%s", where ? where : "tests/golden", name);
    return path;
}

static void put_classes(hid_t f, const char *object, const char *attribute_name, bool variable)
{
    static const char *const names[3] = { "cat", "dog", "zebra" };
    static const char fixed[3][6] = { "cat", "dog", "zebra" };
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, (hsize_t[]){ 3 }, NULL);
    H5Tset_size(type, variable ? H5T_VARIABLE : 6);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const hid_t attribute =
        H5Acreate_by_name(f, object, attribute_name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
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
    CHECK(wk_dataset_of_bytes(set, 0) && !wk_dataset_of_bytes(set, 1));
    CHECK(wk_dataset_of_bytes(wk_dataset_subset(set, &y, 1), 0));
    CHECK(!wk_dataset_of_bytes(set, 2));
    CHECK_ERROR(WK_E_RANGE, "dataset_of_bytes", "field 2");
    set = wk_dataset_h5(file, .raw = true);
    CHECK(set && field_of(set, 0)->dtype == WK_U8 && wk_dataset_of_bytes(set, 0));
    CHECK(read_row(set, 63, raw, &y) == WK_OK);
    CHECK(raw[0] == 252 && raw[3] == 255);
    forget();
}

TEST(hdf5, bytes_are_normalised_as_fractions_are_however_they_are_read)
{
    enum { ROWS = 64 };
    const hid_t f = create("bytes.h5");
    put_pair(f, "x", "y", ROWS, 2);
    H5Fclose(f);
    const double mean = 0.49, std = -0.26;
    wk_transform *fractions = wk_transform_normalize("x", &mean, &std, 1);
    wk_transform *bytes = wk_transforms(wk_transform_scaled("x", WK_F32), fractions);
    for (int raw = 0; raw < 2; raw++)
        for (int workers = 0; workers < 3; workers++) {
            wk_dataset *set = wk_dataset_h5(file, .raw = raw, .begin = 1), *plain = wk_dataset_h5(file, .begin = 1);
            wk_loader *loader =
                wk_loader_new(wk_dataset_concat((wk_dataset *[]){ set, set }, 2), .batch_size = 7, .shuffle = true,
                              .transform = raw ? bytes : fractions, .num_workers = workers);
            float x[4];
            int64_t y, n = 0;
            for (wk_batch *b; (b = wk_loader_next(loader)); n += wk_batch_size(b))
                for (int64_t i = 0; i < wk_batch_size(b); i++) {
                    CHECK(read_row(plain, wk_batch_rows(b)[i] % (ROWS - 1), x, &y) == WK_OK);
                    for (int k = 0; k < 4; k++)
                        CHECK(((float *)wk_data(wk_batch_x(b)))[4 * i + k] == (x[k] - (float)mean) / (float)std);
                    CHECK(((int64_t *)wk_data(wk_batch_y(b)))[i] == y);
                }
            CHECK(n == 2 * (ROWS - 1));
        }
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
    CHECK(wk_dataset_classes(set, &(const char *const *){ NULL }) == 0 && !wk_dataset_of_bytes(set, 0));
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

TEST(hdf5, names_of_what_cannot_be_opened_are_no_silence)
{
    const hid_t f = create("closed.h5");
    put_pair(f, NULL, "label", 3, 2);
    CHECK(H5Lcreate_external("elsewhere.h5", "/x", f, "x", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    H5Fclose(f);
    CHECK_NULL(wk_dataset_h5(file, .x = "x"));
    CHECK_ERROR(WK_E_NOT_FOUND, "no data set 'x'", "it has 'label', and 1 that cannot be opened (", "external");
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
    static const char *const attributes[] = { "classes", "class_names", "label_names", "classes" };
    for (int i = 0; i < 6; i++) {
        const hid_t f = create("classes.h5");
        put_pair(f, "train/x", "train/y", 6, 3);
        put_classes(f, places[i / 2], attributes[i / 2 + i % 2], i % 2);
        H5Fclose(f);
        const char *const *names = NULL;
        wk_dataset *set = wk_dataset_h5(file);
        CHECK(set && wk_dataset_classes(set, &names) == 3);
        CHECK(!strcmp(names[0], "cat") && !strcmp(names[1], "dog") && !strcmp(names[2], "zebra"));
    }
    forget();
}

/* y [4] of an enumeration, in that order */
static void put_enumeration(hid_t f, hid_t base, const char *const *names, const int *values, int n)
{
    const hid_t type = H5Tenum_create(base);
    for (int i = 0; i < n; i++) {
        int value[2] = { values[i] }; /* as the type has it */
        CHECK(H5Tconvert(H5T_NATIVE_INT, base, 1, value, NULL, H5P_DEFAULT) >= 0);
        CHECK(H5Tenum_insert(type, names[i], value) >= 0);
    }
    put(f, (spec){ "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, { 4, 2 }, { 0 }, 0 }, (float[8]){ 0 });
    put(f, (spec){ "y", type, type, 1, { 4 }, { 0 }, 0 }, NULL);
    H5Tclose(type);
}

TEST(hdf5, classes_are_members_of_an_enumeration_that_counts_from_0)
{
    const struct {
        hid_t base;
        const char *members[3];
        int values[3], n, classes;
        const char *first;
    } cases[] = {
        { H5T_STD_I8LE, { "dog", "cat", "bird" }, { 1, 0, 2 }, 3, 3, "cat" },
        { H5T_STD_I32BE, { "dog", "cat", "bird" }, { 2, 1, 0 }, 3, 3, "bird" },
        { H5T_STD_U16LE, { "no", "yes" }, { 0, 1 }, 2, 2, "no" },
        { H5T_STD_I8LE, { "FALSE", "TRUE" }, { 0, 1 }, 2, 1, "0" },
        { H5T_STD_I16LE, { "red", "blue" }, { 0, 7 }, 2, 1, "0" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int named = 0; named < 2; named++) {
            const hid_t f = create("members.h5");
            put_enumeration(f, cases[i].base, cases[i].members, cases[i].values, cases[i].n);
            if (named) put_classes(f, "/y", "classes", true);
            H5Fclose(f);
            for (int apart = 0; apart < 1 + (getenv("WICK_H5_HELPER") != NULL); apart++) {
                const char *const *names = NULL;
                wk_dataset *set = wk_dataset_h5(file, .isolate = apart);
                ck_assert_msg(set != NULL, "%zu: %s", i, wk_error_text());
                CHECK(wk_dataset_classes(set, &names) == (named ? 3 : cases[i].classes));
                ck_assert_str_eq(names[0], named ? "cat" : cases[i].first);
            }
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
    put_classes(f, "/", "classes", false);
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
    CHECK_ERROR(WK_E_DTYPE, "odd.h5", "'/text'", "no numbers, but text", "integers or floats", "'classes'");
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

/* More rows than are looked for at once, in more blocks than are held at once. */
TEST(hdf5, a_batch_may_lie_in_any_number_of_blocks)
{
    enum { N = 1000 };
    float x[N];
    for (int i = 0; i < N; i++) x[i] = (float)i;
    for (size_t chunk = 4; chunk <= 4 * N; chunk *= 5) {
        WK_SCOPE(reading);
        wk_h5_writer *w = wk_h5_writer_new(scratch("blocks.h5"), .chunk_bytes = chunk);
        CHECK(wk_h5_append(w, "x", x, N, 0, NULL, WK_F32) == WK_OK && wk_h5_commit(w) == WK_OK);
        wk_loader *loader =
            wk_loader_new(wk_dataset_h5(file, .y = ""), .batch_size = N, .shuffle = true, .num_workers = 2);
        for (int epoch = 0; epoch < 3; epoch++) {
            wk_batch *batch = wk_loader_next(loader);
            float got[N];
            CHECK(batch && wk_read(wk_batch_x(batch), got, sizeof got) == WK_OK);
            for (int i = 0; i < N; i++) CHECK(got[i] == (float)wk_batch_rows(batch)[i]);
            CHECK(!wk_loader_next(loader));
        }
    }
    forget();
}

WICK_TEST_MAIN
