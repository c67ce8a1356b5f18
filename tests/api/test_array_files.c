/* wk_dataset_idx, wk_dataset_npy and wk_dataset_csv against files spelled out here, and MNIST where WICK_DATA_DIR has
 * it. */
#define _GNU_SOURCE 1
#include "tests/wick_check.h"
#include "wick/data.h"
#include "wick/io.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[32], room[8][64]; /* folder "": none yet */

static const char *name(const char *file)
{
    static int next;
    char *to = room[next++ % 8];
    if (!*folder) {
        strcpy(folder, "/tmp/wick-test-XXXXXX");
        CHECK(mkdtemp(folder));
    }
    snprintf(to, sizeof room[0], "%s/%s", folder, file);
    return to;
}

static const char *put(const char *file, const void *bytes, size_t n)
{
    const char *path = name(file);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
    return path;
}

static const unsigned char images[] = { 0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 1, 102, 2 };
static const unsigned char labels[] = { 0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 1 };
/* i16, f32, f64: 2 rows of 1 */
static const unsigned char i16[] = { 0, 0, 0x0b, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xfe, 0x01, 0x00 };
static const unsigned char i8[] = { 0, 0, 0x09, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 5 };
static const unsigned char i32[] = { 0, 0, 0x0c, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 9 };
static const unsigned char f32[] = { 0, 0, 0x0d, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0xbf, 0x80, 0, 0, 0, 0, 0, 0 };
static const unsigned char f64[] = { 0, 0, 0x0e, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0x3f, 0xe0,
                                     0, 0, 0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0 };

static const char *const two[] = { "no", "yes" };

static void clear(void)
{
    char command[80];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CHECK(system(command) == 0);
    *folder = 0;
}

static double at(wk_tensor *t, int64_t i) { return wk_item(wk_select(wk_reshape(t, WK_SHAPE(-1)), 0, i)); }

TEST(idx, images_and_labels_are_rows_and_classes)
{
    wk_tensor *row[2] = { NULL };
    wk_dataset *set = wk_dataset_idx(put("i", images, sizeof images), .labels = put("l", labels, sizeof labels));
    CHECK(wk_dataset_of_bytes(set, 0) && !wk_dataset_of_bytes(set, 1));
    const wk_field *fields = NULL;
    const char *const *classes;
    CHECK(set && wk_dataset_len(set) == 3 && wk_dataset_fields(set, &fields) == 2);
    CHECK(fields[0].dtype == WK_F32 && fields[0].ndim == 2 && fields[0].shape[0] == 1 && fields[0].shape[1] == 2);
    CHECK(fields[1].dtype == WK_I64 && fields[1].ndim == 0);
    CHECK(wk_dataset_classes(set, &classes) == 3 && !strcmp(classes[2], "2"));
    CHECK(wk_dataset_get_many(set, (const int64_t[]){ 1, 2, 0 }, 3, row, 2) == WK_OK);
    CHECK(at(row[0], 0) == 51.0f / 255 && at(row[0], 5) == 1 && at(row[1], 0) == 0 && at(row[1], 2) == 2);
    set = wk_dataset_idx(name("i"), .labels = "", .raw = true);
    CHECK(set && wk_dataset_fields(set, &fields) == 1 && fields[0].dtype == WK_U8);
    CHECK(wk_dataset_get(set, 2, row, 1) == WK_OK && at(row[0], 0) == 102);
    CHECK_NULL(wk_dataset_idx(name("i"), .labels = name("l"), .classes = two, .nclasses = 2));
    CHECK_ERROR(WK_E_RANGE, "dataset_idx", name("l"), "label 0 is 2; expected 0 .. 1");
    CHECK_NULL(wk_dataset_idx(name("i"), .labels = name("i"), .nclasses = 2));
    CHECK_ERROR(WK_E_INVALID, "classes is NULL");
    clear();
}

TEST(idx, numbers_of_each_type_are_read_in_their_byte_order)
{
    static const struct {
        const unsigned char *bytes;
        size_t n;
        double first, second;
    } of[] = { { i8, sizeof i8, -1, 5 },
               { i16, sizeof i16, -2, 256 },
               { i32, sizeof i32, -1, 9 },
               { f32, sizeof f32, -1, 0 },
               { f64, sizeof f64, 0.5, 0 } };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        wk_tensor *x = NULL;
        wk_dataset *set = wk_dataset_idx(put("i", of[i].bytes, of[i].n), .labels = "");
        CHECK(set && wk_dataset_get_many(set, (const int64_t[]){ 0, 1 }, 2, &x, 1) == WK_OK);
        CHECK(wk_dtype_of(x) == (of[i].bytes == f64 ? WK_F64 : WK_F32));
        CHECK(at(x, 0) == of[i].first && at(x, 1) == of[i].second);
    }
    clear();
}

TEST(idx, a_folder_has_files_of_the_usual_names)
{
    put("train-images-idx3-ubyte", images, sizeof images);
    put("train-labels.idx1-ubyte", labels, sizeof labels);
    CHECK(wk_dataset_len(wk_dataset_idx(folder)) == 3);
    CHECK_NULL(wk_dataset_idx(folder, .split = "test"));
    CHECK_ERROR(WK_E_NOT_FOUND, "dataset_idx", folder, "t10k-images-idx3-ubyte");
    CHECK_NULL(wk_dataset_idx(folder, .split = "tests"));
    CHECK_ERROR(WK_E_INVALID, "\"tests\"; expected \"train\" or \"test\"");
    CHECK_NULL(wk_dataset_idx("/nowhere"));
    CHECK_ERROR(WK_E_NOT_FOUND, "/nowhere");
    CHECK_NULL(wk_dataset_idx(NULL));
    CHECK_ERROR(WK_E_INVALID, "path is NULL");
    CHECK_NULL(wk_dataset_idx(name("train-images-idx3-ubyte"), .labels = put("l", i8, sizeof i8)));
    CHECK_ERROR(WK_E_SHAPE, "3 rows", "2; expected as many");
    clear();
}

static bool opens(const unsigned char *bytes, size_t n)
{
    WK_SCOPE(opening);
    wk_tensor *x = NULL;
    wk_dataset *set = wk_dataset_idx(put("i", bytes, n), .labels = "");
    if (set && wk_dataset_len(set) > 0) wk_dataset_get(set, wk_dataset_len(set) - 1, &x, 1);
    const bool opened = set;
    wk_error_clear();
    return opened;
}

TEST(idx, a_file_cut_lengthened_or_flipped_is_refused_or_read)
{
    unsigned char bytes[sizeof images + 1] = { 0 };
    memcpy(bytes, images, sizeof images);
    for (size_t n = 0; n < sizeof images; n++) CHECK(!opens(images, n));
    CHECK(opens(images, sizeof images) && !opens(bytes, sizeof bytes));
    for (size_t i = 0; i < 16; i++)
        for (int value = 0; value < 256; value++) {
            bytes[i] = (unsigned char)value;
            opens(bytes, sizeof images);
            bytes[i] = images[i];
        }
    clear();
}

/* Labels and the sums of pixels are those that others find in MNIST. */
TEST(idx, mnist_is_read_as_it_is)
{
    char path[512];
    const char *data = getenv("WICK_DATA_DIR");
    snprintf(path, sizeof path, "%s/mnist", data ? data : "");
    if (!data || access(path, R_OK)) return;
    wk_dataset *set = wk_dataset_idx(path, .split = "test");
    if (!set) {
        wk_error_clear(); /* built without zlib */
        return;
    }
    int64_t counts[10] = { 0 };
    double sum = 0;
    CHECK(wk_dataset_len(set) == 10000 && wk_dataset_classes(set, NULL) == 10);
    wk_loader *loader = wk_loader_new(set, .batch_size = 128, .shuffle = true, .num_workers = 2);
    for (wk_batch *b; (b = wk_loader_next(loader));) {
        WK_SCOPE(step);
        sum += wk_item(wk_sum(wk_to(wk_batch_x(b), WK_F64)));
        for (int64_t i = 0; i < wk_batch_size(b); i++) counts[(int)at(wk_batch_y(b), i)]++;
    }
    static const int64_t known[10] = { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 };
    CHECK(!memcmp(counts, known, sizeof known));
    CHECK_NEAR(sum / (10000 * 784), 0.1325, 1e-4);
}

/* ---- npy ---- */

static const char *put_npy(const char *file, wk_tensor *t)
{
    const char *path = name(file);
    CHECK(wk_save_npy(t, path) == WK_OK);
    return path;
}

TEST(npy, rows_are_those_of_the_array)
{
    const wk_dtype types[] = { WK_F32, WK_F64, WK_I64, WK_I32, WK_U8, WK_BOOL };
    for (int i = 0; i < 6; i++) {
        wk_tensor *all = wk_to(wk_reshape(wk_arange(0, 30, 1, WK_F32), WK_SHAPE(5, 3, 2)), types[i]),
                  *row[1] = { NULL };
        wk_dataset *set = wk_dataset_npy(put_npy("x.npy", all), .raw = types[i] == WK_U8);
        CHECK(set && wk_dataset_len(set) == 5);
        CHECK(wk_dataset_get_many(set, (const int64_t[]){ 4, 2, 3, 0 }, 4, row, 1) == WK_OK);
        wk_tensor *right = wk_index_select(all, 0, wk_from((const int64_t[]){ 4, 2, 3, 0 }, WK_SHAPE(4), WK_I64));
        CHECK(wk_dtype_of(row[0]) == (types[i] == WK_U8 || types[i] == WK_F64 ? types[i] : WK_F32));
        CHECK(wk_equal(row[0], wk_to(right, wk_dtype_of(row[0]))));
    }
    clear();
}

TEST(npy, fortran_order_and_foreign_byte_order_are_read)
{
    static const char columns[] = "\x93NUMPY\1\0\x39\0{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2)}\n"
                                  "\0\1\0\3\0\2\xff\xff";
    static const char swapped[] = "\x93NUMPY\1\0\x3a\0{'descr': '>i2', 'fortran_order': False, 'shape': (2, 2)}\n"
                                  "\0\1\0\2\0\3\xff\xff";
    for (int i = 0; i < 2; i++) {
        wk_tensor *x = NULL;
        wk_dataset *set =
            wk_dataset_npy(put("x.npy", i ? swapped : columns, i ? sizeof swapped - 1 : sizeof columns - 1));
        CHECK(set && wk_dataset_get_many(set, (const int64_t[]){ 0, 1 }, 2, &x, 1) == WK_OK);
        CHECK(at(x, 0) == 1 && at(x, 1) == 2 && at(x, 2) == 3 && at(x, 3) == -1);
    }
    clear();
}

TEST(npy, a_column_of_whole_numbers_is_the_label_and_floats_are_values)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(3, 2), WK_F32), *row[2] = { NULL };
    const char *px = put_npy("x.npy", x);
    wk_dataset *set =
        wk_dataset_npy(px, .y = put_npy("y.npy", wk_from((const int64_t[]){ 1, 0, 1 }, WK_SHAPE(3, 1), WK_I64)),
                       .classes = two, .nclasses = 2);
    const char *const *classes;
    CHECK(set && wk_dataset_classes(set, &classes) == 2 && !strcmp(classes[1], "yes"));
    CHECK(wk_dataset_get(set, 0, row, 2) == WK_OK && wk_ndim(row[1]) == 0 && wk_item(row[1]) == 1);
    set = wk_dataset_npy(px, .y = put_npy("y.npy", wk_full(WK_SHAPE(3, 1), WK_F32, 0.5)));
    CHECK(set && wk_dataset_classes(set, NULL) == 0 && wk_dataset_get(set, 0, row, 2) == WK_OK);
    CHECK(wk_ndim(row[1]) == 1 && wk_item(row[1]) == 0.5);
    CHECK_NULL(wk_dataset_npy(px, .y = name("y.npy"), .classes = two, .nclasses = 2));
    CHECK_ERROR(WK_E_INVALID, "dataset_npy", "holds no labels");
    CHECK_NULL(wk_dataset_npy(put_npy("one.npy", wk_full(0, NULL, WK_F32, 1))));
    CHECK_ERROR(WK_E_SHAPE, "dataset_npy", "one.npy", "single value");
    clear();
}

TEST(npy, a_file_cut_after_it_was_opened_is_an_error_at_its_rows)
{
    wk_tensor *row = NULL;
    const char *path = put_npy("x.npy", wk_zeros(WK_SHAPE(100, 10), WK_F32));
    wk_dataset *set = wk_dataset_npy(path);
    CHECK(set && truncate(path, 2000) == 0);
    CHECK(wk_dataset_get(set, 0, &row, 1) == WK_OK);
    CHECK(wk_dataset_get(set, 99, &row, 1) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, path, "truncated");
    clear();
}

/* ---- CSV ---- */

static wk_dataset *csv(const char *text, const wk_csv_opts *o)
{
    return wk_dataset_csv(put("t.csv", text, strlen(text)), o);
}

TEST(csv, a_table_is_rows_with_a_class_a_number_or_neither)
{
    wk_tensor *row[2] = { NULL };
    const wk_field *fields = NULL;
    const char *const *classes = NULL;
    wk_csv_opts o = wk_csv_opts_default();
    wk_dataset *set = csv("a,b,kind\n1,2,dog\n3,4,cat\n5,6,dog\n", NULL);
    CHECK(set && wk_dataset_len(set) == 3 && wk_dataset_fields(set, &fields) == 2 && fields[0].shape[0] == 2);
    CHECK(!strcmp(wk_dataset_table(set)->features[1].name, "b"));
    CHECK_NULL(wk_dataset_table(wk_dataset_synth("moons", 3, 0, 1)));
    CHECK(wk_dataset_classes(set, &classes) == 2 && !strcmp(classes[1], "dog") && fields[1].dtype == WK_I64);
    CHECK(wk_dataset_get_many(set, (const int64_t[]){ 2, 1 }, 2, row, 2) == WK_OK);
    CHECK(at(row[0], 0) == 5 && at(row[0], 3) == 4 && at(row[1], 0) == 1 && at(row[1], 1) == 0);
    o.label = "a";
    set = csv("a,b\n1.5,2\n3.5,4\n", &o);
    CHECK(set && wk_dataset_classes(set, NULL) == 0 && wk_dataset_get(set, 1, row, 2) == WK_OK);
    CHECK(wk_dtype_of(row[1]) == WK_F32 && wk_item(row[1]) == 3.5 && wk_item(row[0]) == 4);
    o.label = "";
    CHECK(wk_dataset_fields(csv("a,b\n1.5,2\n3.5,4\n", &o), NULL) == 1);
    CHECK_NULL(csv("a,b\n1.5,2\n3.5\n", &o));
    CHECK_ERROR(WK_E_FORMAT, "dataset_csv", "t.csv", "line 3 has 1 values");
    CHECK_NULL(wk_dataset_csv(NULL, NULL));
    CHECK_ERROR(WK_E_INVALID, "path is NULL");
    CHECK_NULL(wk_dataset_of_csv(NULL));
    CHECK_ERROR(WK_E_INVALID, "dataset_of_csv", "NULL");
    CHECK_NULL(wk_dataset_of_csv(&(wk_csv){ 0 }));
    CHECK_ERROR(WK_E_INVALID, "dataset_of_csv", "empty");
    clear();
}

WICK_TEST_MAIN
