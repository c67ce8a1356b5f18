/* Readers of IDX, npy and CSV against files spelled out here, and MNIST where WICK_DATA_DIR has it. */
#define _GNU_SOURCE 1
#include "tests/wick_check.h"
#include "wick/io.h"
#include <stdio.h>
#include <unistd.h>
#ifdef WICK_WITH_ZLIB
#include <zlib.h>
#endif

static char path[64];

static const char *file_of(const void *bytes, size_t n)
{
    snprintf(path, sizeof path, "/tmp/wick-test-XXXXXX");
    const int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    close(fd);
    return path;
}

/* ---- IDX ---- */

static const unsigned char idx_u8[] = { 0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255 };
static const unsigned char idx_i16[] = { 0, 0, 0x0b, 1, 0, 0, 0, 2, 0xff, 0xfe, 0x01, 0x00 };
static const unsigned char idx_f32[] = { 0, 0, 0x0d, 1, 0, 0, 0, 1, 0xbf, 0x80, 0, 0 };
static const unsigned char idx_f64[] = { 0, 0, 0x0e, 1, 0, 0, 0, 1, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0 };

static wk_status idx(const void *bytes, size_t n, wk_array *out)
{
    const wk_status status = wk_read_idx(file_of(bytes, n), out);
    unlink(path);
    return status;
}

TEST(idx, numbers_of_each_type_are_read)
{
    wk_array a;
    CHECK(idx(idx_u8, sizeof idx_u8, &a) == WK_OK);
    CHECK(a.dtype == WK_U8 && a.ndim == 2 && a.shape[0] == 2 && a.shape[1] == 3);
    CHECK(!memcmp(a.data, idx_u8 + 12, 6));
    wk_array_free(&a);
    CHECK(idx(idx_i16, sizeof idx_i16, &a) == WK_OK);
    CHECK(a.dtype == WK_I32 && ((int32_t *)a.data)[0] == -2 && ((int32_t *)a.data)[1] == 256);
    wk_array_free(&a);
    CHECK(idx(idx_f32, sizeof idx_f32, &a) == WK_OK && a.dtype == WK_F32 && *(float *)a.data == -1);
    wk_array_free(&a);
    CHECK(idx(idx_f64, sizeof idx_f64, &a) == WK_OK && a.dtype == WK_F64 && *(double *)a.data == 0.5);
    wk_array_free(&a);
    wk_array_free(&a);
    wk_array_free(NULL);
}

TEST(idx, a_file_of_another_length_than_its_header_says_is_an_error)
{
    wk_array a;
    for (size_t n = 0; n < sizeof idx_u8; n++) {
        CHECK(idx(idx_u8, n, &a) == WK_E_FORMAT && !a.data);
        CHECK_ERROR(WK_E_FORMAT, "read_idx", path);
    }
    CHECK(idx(idx_u8, sizeof idx_u8 - 1, &a) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "truncated", "[2, 3] u8", "6 bytes");
    unsigned char longer[sizeof idx_u8 + 1] = { 0 };
    memcpy(longer, idx_u8, sizeof idx_u8);
    CHECK(idx(longer, sizeof longer, &a) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "bytes follow", "expected the end");
}

TEST(idx, a_wrong_magic_and_absurd_sizes_are_errors)
{
    wk_array a;
    static const unsigned char huge[] = { 0,    0,    0x0e, 4,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    static const unsigned char deep[] = { 0, 0, 8, 9 };
    CHECK(idx("\x89HDF....", 8, &a) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "89 48 44 46", "expected an IDX file");
    CHECK(idx(huge, sizeof huge, &a) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "2^63");
    CHECK(idx(huge, 8, &a) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "truncated in the header");
    CHECK(idx(deep, sizeof deep, &a) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "9 dimensions");
    CHECK(wk_read_idx("/no/such/file", &a) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "/no/such/file");
    CHECK(wk_read_idx(NULL, &a) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "path is NULL");
}

#ifdef WICK_WITH_ZLIB
TEST(idx, gzip_is_unpacked_and_its_damage_noticed)
{
    wk_array a;
    unsigned char packed[256];
    z_stream z = {
        .next_in = (unsigned char *)(uintptr_t)idx_u8, .avail_in = sizeof idx_u8, .next_out = packed, .avail_out = 255
    };
    CHECK(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    const size_t n = z.total_out;
    deflateEnd(&z);
    CHECK(idx(packed, n, &a) == WK_OK && a.shape[1] == 3 && ((unsigned char *)a.data)[5] == 255);
    wk_array_free(&a);
    for (size_t cut = 2; cut < n; cut++) {
        CHECK(idx(packed, cut, &a) == WK_E_FORMAT && !a.data);
        CHECK_ERROR(WK_E_FORMAT, "truncated");
    }
    packed[n - 8] ^= 1;
    CHECK(idx(packed, n, &a) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "damaged gzip stream", "incorrect data check");
    packed[n - 8] ^= 1;
    packed[n] = 7;
    CHECK(idx(packed, n + 1, &a) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "1 bytes follow the gzip stream");
}

TEST(csv, gzip_may_be_of_several_streams)
{
    static const char *const parts[] = { "a,y\n1,2.5\n", "3,", "4.5\n5,6.5\n" };
    unsigned char packed[512];
    size_t n = 0, last = 0;
    wk_csv t;
    for (int i = 0; i < 3; i++, n += last) {
        z_stream z = { .next_in = (unsigned char *)(uintptr_t)parts[i], .avail_in = (unsigned)strlen(parts[i]) };
        z.next_out = packed + n;
        z.avail_out = (unsigned)(sizeof packed - n);
        CHECK(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
        CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
        last = z.total_out;
        deflateEnd(&z);
    }
    CHECK(wk_read_csv(file_of(packed, n), NULL, &t) == WK_OK && t.rows == 3 && t.x[2] == 5 && t.values[1] == 4.5f);
    wk_csv_free(&t);
    for (size_t cut = n - last + 1; cut < n; cut++) {
        CHECK(wk_read_csv(file_of(packed, cut), NULL, &t) == WK_E_FORMAT);
        CHECK_ERROR(WK_E_FORMAT, "truncated");
    }
    unlink(path);
}

TEST(idx, mnist_has_its_known_sizes_and_first_labels)
{
    wk_array a;
    char name[512];
    const char *folder = getenv("WICK_DATA_DIR");
    snprintf(name, sizeof name, "%s/mnist/t10k-labels-idx1-ubyte.gz", folder ? folder : "");
    if (!folder || access(name, R_OK) != 0) return;
    CHECK(wk_read_idx(name, &a) == WK_OK && a.ndim == 1 && a.shape[0] == 10000);
    CHECK(!memcmp(a.data, (unsigned char[]){ 7, 2, 1, 0, 4, 1, 4, 9, 5, 9 }, 10));
    wk_array_free(&a);
    snprintf(name, sizeof name, "%s/mnist/train-images-idx3-ubyte.gz", folder);
    CHECK(wk_read_idx(name, &a) == WK_OK && a.ndim == 3);
    CHECK(a.shape[0] == 60000 && a.shape[1] == 28 && a.shape[2] == 28);
    wk_array_free(&a);
}
#endif

/* ---- npy ---- */

static wk_status npy(int version, const char *header, const void *data, size_t n, wk_array *out)
{
    unsigned char bytes[1024] = "\x93NUMPY";
    size_t at = 6, length = strlen(header);
    bytes[at++] = (unsigned char)version;
    bytes[at++] = 0;
    for (int i = 0; i < (version == 1 ? 2 : 4); i++) bytes[at++] = (unsigned char)(length >> (8 * i));
    memcpy(bytes + at, header, length);
    memcpy(bytes + at + length, data, n);
    const wk_status status = wk_read_npy(file_of(bytes, at + length + n), out);
    unlink(path);
    return status;
}

TEST(npy, versions_byte_orders_and_key_orders_are_read)
{
    wk_array a;
    const float values[6] = { 0, 1, 2, 3, 4, 5.5f };
    CHECK(npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n", values, sizeof values, &a) ==
          WK_OK);
    CHECK(a.dtype == WK_F32 && a.ndim == 2 && a.shape[0] == 2 && a.shape[1] == 3 &&
          !memcmp(a.data, values, sizeof values));
    wk_array_free(&a);
    CHECK(npy(2, "{\"shape\":(6,),\"fortran_order\":False,\"descr\":\"<f4\"}", values, sizeof values, &a) == WK_OK);
    CHECK(a.ndim == 1 && a.shape[0] == 6);
    wk_array_free(&a);
    CHECK(npy(3, "{'descr': '>i2', 'fortran_order': False, 'shape': ()}\n", "\xff\xfe", 2, &a) == WK_OK);
    CHECK(a.ndim == 0 && a.dtype == WK_I32 && *(int32_t *)a.data == -2);
    wk_array_free(&a);
    CHECK(npy(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", "\0\1\7", 3, &a) == WK_OK);
    CHECK(a.dtype == WK_BOOL && !memcmp(a.data, "\0\1\1", 3));
    wk_array_free(&a);
    CHECK(npy(1, "{'descr': '<f2', 'fortran_order': False, 'shape': (4,)}", "\0\x3c\1\0\0\xfc\0\xc0", 8, &a) == WK_OK);
    const float *half = a.data;
    CHECK(a.dtype == WK_F32 && half[0] == 1 && half[1] == 0x1p-24f && half[2] == -INFINITY && half[3] == -2);
    wk_array_free(&a);
    CHECK(npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}", "", 0, &a) == WK_OK);
    CHECK(a.dtype == WK_F64 && a.shape[0] == 0 && a.shape[1] == 3);
    wk_array_free(&a);
}

TEST(npy, fortran_order_becomes_rows)
{
    wk_array a;
    const unsigned char columns[6] = { 1, 4, 2, 5, 3, 6 };
    CHECK(npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}", columns, 6, &a) == WK_OK);
    CHECK(!memcmp(a.data, "\1\2\3\4\5\6", 6));
    wk_array_free(&a);
    const unsigned char cube[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };
    CHECK(npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 2)}", cube, 8, &a) == WK_OK);
    CHECK(!memcmp(a.data, "\0\1\2\3\4\5\6\7", 8));
    wk_array_free(&a);
}

TEST(npy, whole_numbers_of_64_bits_fit_or_are_refused)
{
    wk_array a;
    CHECK(npy(1, "{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}", "\xff\xff\xff\xff\xff\xff\xff\x7f", 8,
              &a) == WK_OK);
    CHECK(a.dtype == WK_I64 && *(int64_t *)a.data == INT64_MAX);
    wk_array_free(&a);
    CHECK(npy(1, "{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}", "\0\0\0\0\0\0\0\x80", 8, &a) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "element 0", "9223372036854775808");
}

TEST(npy, what_is_no_plain_array_of_numbers_is_refused)
{
    static const struct {
        const char *header;
        wk_status code;
        const char *tells;
    } bad[] = {
        { "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", WK_E_UNSUPPORTED, "'|O'" },
        { "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", WK_E_UNSUPPORTED, "'<c8'" },
        { "{'descr': '<U3', 'fortran_order': False, 'shape': (1,)}", WK_E_UNSUPPORTED, "'<U3'" },
        { "{'descr': '', 'fortran_order': False, 'shape': (1,)}", WK_E_UNSUPPORTED, "''" },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", WK_E_UNSUPPORTED, "structured" },
        { "{'descr': '<f4', 'fortran_order': False}", WK_E_FORMAT, "missing" },
        { "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", WK_E_FORMAT, "twice" },
        { "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}", WK_E_FORMAT, "fortran_order" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", WK_E_FORMAT, "shape" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 1)}", WK_E_FORMAT, "at most 8" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", WK_E_FORMAT, "shape" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", WK_E_FORMAT, "2^63" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} import os", WK_E_FORMAT, "behind" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", WK_E_FORMAT, "unknown key" },
        { "{", WK_E_FORMAT, "key" },
        { "", WK_E_FORMAT, "dictionary" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", WK_E_FORMAT, "truncated" },
        { "{'descr': '<f2', 'fortran_order': False, 'shape': (1,)}", WK_E_FORMAT, "bytes follow" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        wk_array a;
        npy(1, bad[i].header, "\0\0\0\0", 4, &a);
        CHECK(!a.data);
        CHECK_ERROR(bad[i].code, "read_npy", bad[i].tells);
    }
}

/* ---- CSV ---- */

static wk_status csv(const char *text, const wk_csv_opts *o, wk_csv *out)
{
    const wk_status status = wk_read_csv(file_of(text, strlen(text)), o, out);
    unlink(path);
    return status;
}

TEST(csv, a_header_names_columns_and_the_last_is_the_label)
{
    wk_csv t;
    CHECK(csv("width,height,kind\n1,2.5,dog\n-3e2,.5,cat\n0,1,dog\n", NULL, &t) == WK_OK);
    CHECK(t.rows == 3 && t.nfeatures == 2 && !strcmp(t.features[1].name, "height") && !strcmp(t.label.name, "kind"));
    CHECK(t.x[0] == 1 && t.x[1] == 2.5f && t.x[2] == -300 && t.x[3] == 0.5f);
    CHECK(t.label.ncategories == 2 && !strcmp(t.label.categories[0], "cat") && !strcmp(t.label.categories[1], "dog"));
    CHECK(t.classes && !t.values && t.classes[0] == 1 && t.classes[1] == 0 && t.classes[2] == 1);
    wk_csv_free(&t);
    wk_csv_free(&t);
    wk_csv_free(NULL);
}

TEST(csv, without_a_header_columns_have_numbers)
{
    wk_csv t;
    CHECK(csv("1;2;0\r\n3;4;1\r\n", NULL, &t) == WK_OK);
    CHECK(t.rows == 2 && t.nfeatures == 2 && !strcmp(t.features[1].name, "column 2") && t.x[3] == 4);
    CHECK(t.classes && t.classes[1] == 1 && !strcmp(t.label.categories[1], "1"));
    wk_csv_free(&t);
    CHECK(csv("1;2;0\n3;4;1\n", &(wk_csv_opts){ WK_CSV_DEFAULTS }, &t) == WK_OK);
    wk_csv_free(&t);
    wk_csv_opts o = wk_csv_opts_default();
    o.label = "1";
    CHECK(csv("5\t2\t0\n7\t4\t1\n", &o, &t) == WK_OK && t.values && t.values[1] == 7 && t.x[0] == 2);
    wk_csv_free(&t);
    o.label = "";
    CHECK(csv("5,2,0\n7,4,1\n", &o, &t) == WK_OK && t.nfeatures == 3 && !t.classes && !t.values && !t.label.name);
    wk_csv_free(&t);
}

TEST(csv, numbers_may_have_any_number_of_digits)
{
    wk_csv t;
    char text[2200];
    snprintf(text, sizeof text, "0.1000000000000000055511151231257827021181583404541015625,%01000d,9\n%.1074f,2.5,9\n",
             7, 0x1p-140);
    CHECK(csv(text, NULL, &t) == WK_OK && !t.features[0].categories && !t.features[1].categories);
    CHECK(t.x[0] == 0.1f && t.x[1] == 7 && t.x[2] == 0x1p-140f && t.x[3] == 2.5f);
    wk_csv_free(&t);
}

TEST(csv, quotes_hold_delimiters_line_ends_and_quotes)
{
    wk_csv t;
    CHECK(csv("\xef\xbb\xbf\"a, b\" , \"c\"\"d\",y\n\n\"1\",\"x\ny\",7.5\n2, z ,8.5", NULL, &t) == WK_OK);
    CHECK(!strcmp(t.features[0].name, "a, b") && !strcmp(t.features[1].name, "c\"d"));
    CHECK(t.features[1].ncategories == 2 && !strcmp(t.features[1].categories[0], "x\ny"));
    CHECK(!strcmp(t.features[1].categories[1], "z") && t.x[1] == 0 && t.x[3] == 1);
    CHECK(t.values && t.values[0] == 7.5f && t.values[1] == 8.5f);
    wk_csv_free(&t);
}

TEST(csv, whole_numbers_are_classes_where_all_from_0_are_there_or_on_request)
{
    wk_csv t;
    wk_csv_opts o = wk_csv_opts_default();
    CHECK(csv("x,y\n1,0\n1,2\n1,1\n", NULL, &t) == WK_OK && t.classes && t.label.ncategories == 3);
    wk_csv_free(&t);
    CHECK(csv("x,y\n1,0\n1,2\n", NULL, &t) == WK_OK && t.values);
    wk_csv_free(&t);
    o.target = WK_CSV_CLASSES;
    CHECK(csv("x,y\n1,9\n1,-2\n1,9\n", &o, &t) == WK_OK && t.classes && t.classes[0] == 1 && t.classes[1] == 0);
    CHECK(!strcmp(t.label.categories[0], "-2") && !strcmp(t.label.categories[1], "9"));
    wk_csv_free(&t);
    o.target = WK_CSV_NUMBERS;
    CHECK(csv("x,y\n1,0\n1,1\n", &o, &t) == WK_OK && t.values && t.values[1] == 1);
    wk_csv_free(&t);
    CHECK(csv("x,y\n1,a\n", &o, &t) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "'y' holds text");
}

TEST(csv, missing_values_are_errors_or_nan_on_request)
{
    wk_csv t;
    wk_csv_opts o = wk_csv_opts_default();
    CHECK(csv("a,b,y\n1,2,u\n3,NA,v\n", &o, &t) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, path, "line 3", "'b'", "missing_as_nan");
    o.missing_as_nan = true;
    CHECK(csv("a,b,y\n1,,u\n?,2,v\n", &o, &t) == WK_OK);
    CHECK(isnan(t.x[1]) && isnan(t.x[2]) && t.x[3] == 2);
    wk_csv_free(&t);
    CHECK(csv("a,y\n1,u\n2,\n", &o, &t) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "line 3", "the label is missing");
}

TEST(csv, rows_that_lack_a_value_are_left_out_on_request)
{
    wk_csv t;
    wk_csv_opts o = wk_csv_opts_default();
    o.skip_missing = true;
    CHECK(csv("a,b,y\n1,p,u\n,r,v\n3,q,\n4,NA,u\n5,q,v\n", &o, &t) == WK_OK);
    CHECK(t.rows == 2 && t.skipped == 3 && t.x[0] == 1 && t.x[2] == 5 && t.classes[1] == 1);
    CHECK(t.features[1].ncategories == 2); /* that no row has, is no category */
    wk_csv_free(&t);
    o.features = (const char *const[]){ "b" };
    o.nfeatures = 1;
    CHECK(csv("a,b,y\n1,p,u\n,r,v\n", &o, &t) == WK_OK && t.rows == 2 && !t.skipped); /* columns that nobody reads */
    wk_csv_free(&t);
    CHECK(csv("a,b,y\n1,,u\n1,2,\n", &o, &t) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, path, "each of 2 rows lacks a value");
}

TEST(csv, malformed_tables_are_errors_that_name_the_place)
{
    static const struct {
        const char *text, *tells;
        wk_status code;
    } bad[] = {
        { "", "empty", WK_E_FORMAT },
        { "\n\n", "empty", WK_E_FORMAT },
        { "a,b\n", "no rows", WK_E_FORMAT },
        { "a,b\n1,2\n3\n", "line 3 has 1 values; expected 2", WK_E_FORMAT },
        { "a,b\n1,2,3\n", "line 2 has 3 values", WK_E_FORMAT },
        { "a,b\n\"x\n\n\",2\n\n3\n", "line 6 has 1 values", WK_E_FORMAT },
        { "a,b\n1,\"2\n", "line 2: a quote opens", WK_E_FORMAT },
        { "a,b\n\"1\"x,2\n", "line 2: text behind a closing quote", WK_E_FORMAT },
        { "a,b\n1,u\nx,v\n", "line 3, 'a': 'x' is no number", WK_E_FORMAT },
        { "a\n1\n2\n", "the only column is the label", WK_E_FORMAT },
        { "a|b\n1|2\n2|3\n", "a tab between them", WK_E_FORMAT },
        { "a,b\r1,2\r3,4\r", "line 1: a carriage return alone", WK_E_FORMAT },
        { "a;b\n1,5;2\n-2,5e3;3\n7;4\n", "'a' holds numbers with a comma, '1,5'", WK_E_FORMAT },
        { "a;b\n1.5;2,5\n2.5;3,5\n", "'b' holds numbers with a comma", WK_E_FORMAT },
        { "t,1990,1991\n1,2,3\n4,5,6\n", "line 1: 't' stands above numbers", WK_E_FORMAT },
        { "a,b\n1,2\n1e39,3\n", "line 3, 'a': '1e39' is beyond the largest number of f32", WK_E_FORMAT },
        { "a,b\n1,2\n3,-1e400\n", "line 3, 'b': '-1e400' is beyond", WK_E_FORMAT },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        wk_csv t;
        csv(bad[i].text, NULL, &t);
        CHECK(!t.x && !t.features);
        CHECK_ERROR(bad[i].code, "read_csv", path, bad[i].tells);
    }
    wk_csv t;
    CHECK(wk_read_csv(file_of("a,b\n1\0,2\n", 9), NULL, &t) == WK_E_FORMAT);
    unlink(path);
    CHECK_ERROR(WK_E_FORMAT, "zero byte");
    wk_csv_opts o = wk_csv_opts_default();
    o.label = "widht";
    CHECK(csv("width,b\n1,2\n", &o, &t) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "'widht'", "did you mean 'width'");
    o.label = "3";
    CHECK(csv("1,2\n1,2\n", &o, &t) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "from 1 to 2");
}

TEST(csv, features_are_the_columns_asked_for_in_their_order)
{
    wk_csv t;
    static const char *const asked[] = { "c", "a" }, *const twice[] = { "c", "c" }, *const label[] = { "y" };
    wk_csv_opts o = wk_csv_opts_default();
    o.features = asked;
    o.nfeatures = 2;
    CHECK(csv("a,b,c,y\n1,free text,u,5.5\n2,,v,6.5\n", &o, &t) == WK_OK && t.nfeatures == 2 && t.rows == 2);
    CHECK(!strcmp(t.features[0].name, "c") && t.features[0].ncategories == 2 && !strcmp(t.features[1].name, "a"));
    CHECK(t.x[0] == 0 && t.x[1] == 1 && t.x[2] == 1 && t.x[3] == 2 && t.values[1] == 6.5f);
    wk_csv_free(&t);
    o.features = twice;
    CHECK(csv("a,b,c,y\n1,2,3,4\n", &o, &t) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "'c' is asked for twice");
    o.features = label;
    o.nfeatures = 1;
    CHECK(csv("a,b,c,y\n1,2,3,4\n", &o, &t) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "'y'", "the label");
    CHECK(csv("a,b,c,z\n1,2,3,4\n", &o, &t) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "no column 'y'");
}

TEST(csv, columns_without_a_name_have_a_number_and_those_of_one_name_an_order)
{
    wk_csv t;
    static const char *const asked[] = { "column 1", "a", "a" };
    wk_csv_opts o = wk_csv_opts_default();
    o.label = "y";
    CHECK(csv(",a,y,a\n0,1,2.5,3\n1,4,5.5,6\n", &o, &t) == WK_OK);
    CHECK(!strcmp(t.features[0].name, "column 1") && !strcmp(t.features[2].name, "a"));
    wk_csv_free(&t);
    o.features = asked;
    o.nfeatures = 3;
    CHECK(csv("y,a,a,\n2.5,1,3,0\n", &o, &t) == WK_E_NOT_FOUND);
    CHECK_ERROR(WK_E_NOT_FOUND, "'column 1'");
    CHECK(csv(",a,y,a\n0,1,2.5,3\n1,4,5.5,6\n", &o, &t) == WK_OK && t.values[1] == 5.5f);
    CHECK(t.x[0] == 0 && t.x[1] == 1 && t.x[2] == 3 && t.x[5] == 6);
    wk_csv_free(&t);
    o.label = "a";
    o.nfeatures = 1;
    CHECK(csv(",a,y,a\n0,1,2.5,3\n", &o, &t) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "columns 2 and 4 are both called 'a'");
    CHECK(csv("c;b\nx,1;2\n1,5;3\n", NULL, &t) == WK_OK && t.features[0].ncategories == 2); /* texts as well */
    wk_csv_free(&t);
    CHECK(csv("c,b\ninf,2\n1,3\n", NULL, &t) == WK_OK && isinf(t.x[0]));
    wk_csv_free(&t);
}

/* Every byte of a record lies at the border of the buffer once. */
TEST(csv, a_long_file_is_read_in_pieces)
{
    enum { ROWS = 5000, RECORD = 17 };
    for (int shift = 0; shift < RECORD; shift++) {
        wk_csv t;
        file_of("", 0);
        FILE *f = fopen(path, "wb");
        for (int i = 0; i < shift; i++) fputc('\n', f);
        for (int i = 0; i < ROWS; i++) fprintf(f, "%04d,\"a\"\"\n\",%d.5\r\n", i, i % 10);
        CHECK(ftell(f) == shift + ROWS * RECORD && fclose(f) == 0);
        CHECK(wk_read_csv(path, NULL, &t) == WK_OK && t.rows == ROWS && t.nfeatures == 2);
        unlink(path);
        CHECK(t.features[1].ncategories == 1 && !strcmp(t.features[1].categories[0], "a\"\n"));
        for (int i = 0; i < ROWS; i++) CHECK(t.x[2 * i] == (float)i && t.values[i] == (float)(i % 10) + 0.5f);
        wk_csv_free(&t);
    }
}

/* ---- Hostile input: whatever the bytes, an answer ---- */

static uint32_t next_random(uint32_t *state) { return *state = *state * 1664525u + 1013904223u; }

static void mutate(const void *good, size_t n, const char *alphabet, uint32_t *state, wk_status (*read)(const char *))
{
    unsigned char bytes[512];
    memcpy(bytes, good, n);
    for (uint32_t hits = 1 + next_random(state) % 4; hits; hits--) {
        const uint32_t value = next_random(state) >> 16;
        bytes[next_random(state) % n] =
            alphabet ? (unsigned char)alphabet[value % strlen(alphabet)] : (unsigned char)value;
    }
    const wk_status status = read(file_of(bytes, n - next_random(state) % 3));
    unlink(path);
    CHECK(status == wk_error());
    wk_error_clear();
}

static wk_status only_idx(const char *name)
{
    wk_array a;
    const wk_status status = wk_read_idx(name, &a);
    wk_array_free(&a);
    return status;
}

static wk_status only_npy(const char *name)
{
    wk_array a;
    const wk_status status = wk_read_npy(name, &a);
    wk_array_free(&a);
    return status;
}

static wk_status only_csv(const char *name)
{
    wk_csv t;
    const wk_status status = wk_read_csv(name, NULL, &t);
    wk_csv_free(&t);
    return status;
}

TEST(io, damaged_files_give_an_error_or_values_and_never_more)
{
    static const char array[] = "\x93NUMPY\1\0\x3e\0{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1), }   \n"
                                "\0\0\0\0\0\0\0";
    static const char table[] = "a,\"b\",y\n1,\"x\"\"\",u\n2,z,v\r\n3,z,\"u\"\n";
    uint32_t state = 1;
    CHECK(only_npy(file_of(array, sizeof array)) == WK_OK && !unlink(path));
    CHECK(only_csv(file_of(table, sizeof table - 1)) == WK_OK && !unlink(path));
    for (size_t n = 0; n < sizeof table; n++) {
        CHECK(only_csv(file_of(table, n)) == wk_error() && !unlink(path));
        wk_error_clear();
    }
    for (int i = 0; i < 3000; i++) {
        mutate(idx_u8, sizeof idx_u8, NULL, &state, only_idx);
        mutate(array, sizeof array, i % 2 ? "'{}(),: 0123456789<>|fuib" : NULL, &state, only_npy);
        mutate(table, sizeof table - 1, i % 2 ? "\",;\n\r 1.e-" : NULL, &state, only_csv);
    }
}

WICK_TEST_MAIN
