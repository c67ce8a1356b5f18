/* Tensors in NumPy's files: the bytes are NumPy's own, and come back; an archive of them is a zip file as its
 * specification has it (PKWARE's APPNOTE 6.3). */
#include "wick/data.h"
#include "wick/state.h"
#include "wick_check.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef WICK_WITH_ZLIB
#include <zlib.h>
#endif

static char path[] = "/tmp/wick-npy-XXXXXX";

static void make_path(void)
{
    memcpy(strrchr(path, '-') + 1, "XXXXXX", 6);
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
}

static void check_header(wk_tensor *t, const char *dictionary, size_t data_bytes)
{
    char bytes[512], expected[128];
    memset(expected, ' ', sizeof expected);
    memcpy(expected, "\x93NUMPY\x01\x00v\x00", 10); /* what numpy.save of NumPy 2 writes: 'v' is 118, the rest of 128 */
    memcpy(expected + 10, dictionary, strlen(dictionary));
    expected[127] = '\n';
    CHECK(wk_save_npy(t, path) == WK_OK);
    FILE *file = fopen(path, "rb");
    CHECK(fread(bytes, 1, sizeof bytes, file) == 128 + data_bytes);
    fclose(file);
    CHECK(!memcmp(bytes, expected, 128));
    CHECK(wk_equal(wk_load_npy(path), t));
}

TEST(npy, has_numpys_bytes_and_comes_back)
{
    make_path();
    check_header(wk_reshape(wk_arange(0, 6, 1, WK_F32), WK_SHAPE(2, 3)),
                 "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 24);
    check_header(wk_arange(0, 3, 1, WK_I64), "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }", 24);
    check_header(wk_scalar(2.5, WK_F64), "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 8);
    check_header(wk_ones(WK_SHAPE(2, 0), WK_BOOL), "{'descr': '|b1', 'fortran_order': False, 'shape': (2, 0), }", 0);
    wk_tensor *turned = wk_t(wk_reshape(wk_arange(0, 6, 1, WK_U8), WK_SHAPE(2, 3)));
    CHECK(wk_save_npy(turned, path) == WK_OK && wk_equal(wk_load_npy(path), turned));
    remove(path);
}

TEST(npy, refuses_what_is_not_there)
{
    CHECK_NULL(wk_load_npy("/nowhere/x.npy"));
    CHECK_ERROR(WK_E_NOT_FOUND, "/nowhere/x.npy");
    CHECK(wk_save_npy(wk_zeros(WK_SHAPE(2), WK_F32), "/nowhere/x.npy") != WK_OK);
    CHECK_ERROR(wk_error(), "/nowhere/x.npy");
    CHECK(wk_save_npy(NULL, "x.npy") != WK_OK);
    CHECK_ERROR(WK_E_INVALID, "save_npy");
}

TEST(npy, is_not_written_while_an_error_is_pending)
{
    make_path();
    wk_tensor *one = wk_ones(WK_SHAPE(1), WK_F32), *two = wk_full(WK_SHAPE(1), WK_F32, 2);
    CHECK(wk_save_npy(one, path) == WK_OK);
    wk_fail(WK_E_TIMEOUT, "of something else");
    CHECK(wk_save_npy(two, path) == WK_E_TIMEOUT);
    CHECK(wk_write_npy(path, &(wk_array){ .dtype = WK_U8 }) == WK_E_TIMEOUT);
    CHECK_ERROR(WK_E_TIMEOUT, "of something else");
    CHECK(wk_equal(wk_load_npy(path), one));
    remove(path);
}

/* ---- npz ---- */

static unsigned char *slurp(size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    fseek(file, 0, SEEK_END);
    *bytes = (size_t)ftell(file);
    rewind(file);
    unsigned char *all = malloc(*bytes);
    CHECK(fread(all, 1, *bytes, file) == *bytes);
    fclose(file);
    return all;
}

static uint64_t number(const unsigned char *at, int bytes)
{
    uint64_t n = 0;
    for (int i = bytes; i-- > 0;) n = n << 8 | at[i];
    return n;
}

/* The stored file that a record of the central directory tells of is t, in npy's form. */
static void check_stored(const unsigned char *zip, const unsigned char *central, const char *name, wk_tensor *t)
{
    const uint64_t bytes = number(central + 24, 4), length = number(central + 28, 2), at = number(central + 42, 4);
    const unsigned char *local = zip + at, *data = local + 30 + length + number(local + 28, 2);
    char file[] = "/tmp/wick-npz-XXXXXX";
    CHECK(number(central, 4) == 0x02014b50 && number(local, 4) == 0x04034b50 && number(central + 20, 4) == bytes);
    CHECK(!memcmp(local + 4, central + 6, 26)); /* version, flags, method, time, sum, sizes, lengths */
    CHECK(number(local + 8, 2) == 0 && length == strlen(name) + 4);
    CHECK(!memcmp(local + 30, name, length - 4) && !memcmp(local + 30 + length - 4, ".npy", 4));
    CHECK(!memcmp(central + 46, local + 30, length));
#ifdef WICK_WITH_ZLIB
    CHECK(crc32(0, data, (unsigned)bytes) == number(central + 16, 4));
#endif
    const int fd = mkstemp(file);
    CHECK(write(fd, data, bytes) == (ssize_t)bytes);
    close(fd);
    CHECK(wk_equal(wk_load_npy(file), t));
    unlink(file);
}

/* Looks where a zip reader does: from the end. */
static void check_archive(const wk_state *s)
{
    size_t bytes;
    unsigned char *zip = slurp(&bytes), *end = zip + bytes - 22, *central = zip + number(end + 16, 4);
    const int64_t n = wk_state_count(s);
    CHECK(number(end, 4) == 0x06054b50 && number(end + 8, 2) == (uint64_t)n && number(end + 10, 2) == (uint64_t)n);
    CHECK(central + number(end + 12, 4) == end);
    for (int64_t i = 0; i < n; i++) {
        check_stored(zip, central, wk_state_name(s, i), wk_state_at(s, i));
        central += 46 + number(central + 28, 2) + number(central + 30, 2);
    }
    CHECK(central == end);
    free(zip);
}

static wk_state *some_state(void)
{
    wk_state *s = wk_state_new();
    wk_tensor *t = wk_reshape(wk_arange(0, 6, 1, WK_F32), WK_SHAPE(2, 3));
    for (int dtype = 0; dtype < WK_DTYPE_COUNT; dtype++)
        wk_state_set(s, wk_dtype_name((wk_dtype)dtype), wk_to(t, (wk_dtype)dtype));
    wk_state_set(s, "layers.0.weight", wk_t(t));
    wk_state_set(s, "scalar", wk_scalar(-7, WK_I64));
    wk_state_set(s, "empty", wk_zeros(WK_SHAPE(3, 0, 2), WK_F64));
    wk_state_set(s, "large \xc3\xa4", wk_arange(0, 50000, 1, WK_F32));
    wk_state_set_text(s, "text", "is left out");
    return s;
}

TEST(npz, is_a_zip_file_of_npy_files_that_are_stored)
{
    make_path();
    wk_state *s = some_state(), *none = wk_state_new();
    CHECK(wk_state_write_npz(s, path) == WK_OK);
    check_archive(s);
    CHECK(wk_state_write_npz(none, path) == WK_OK);
    check_archive(none);
    remove(path);
}

/* tests/interop reads such a file with NumPy. */
TEST(npz, more_files_than_sixteen_bits_count_are_told_by_zip64)
{
    enum { MANY = 65536 };
    make_path();
    wk_state *s = wk_state_new();
    wk_tensor *one = wk_ones(WK_SHAPE(1), WK_U8);
    char name[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%d", i);
        wk_state_set(s, name, one);
    }
    CHECK(wk_state_write_npz(s, path) == WK_OK);
    size_t bytes;
    unsigned char *zip = slurp(&bytes), *end = zip + bytes - 22, *locator = end - 20;
    CHECK(number(end, 4) == 0x06054b50 && number(end + 8, 2) == 0xFFFF && number(locator, 4) == 0x07064b50);
    const unsigned char *large = zip + number(locator + 8, 8);
    CHECK(number(large, 4) == 0x06064b50 && large + 12 + number(large + 4, 8) == locator);
    CHECK(number(large + 24, 8) == MANY && number(large + 32, 8) == MANY);
    CHECK(zip + number(large + 48, 8) + number(large + 40, 8) == large);
    free(zip);
    remove(path);
}

TEST(npz, refuses_what_cannot_be_written)
{
    wk_state *s = some_state();
    CHECK(wk_state_write_npz(s, "/nowhere/x.npz") == WK_E_IO);
    CHECK_ERROR(WK_E_IO, "state_write_npz", "/nowhere/x.npz");
    CHECK(wk_state_write_npz(NULL, "x.npz") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "state_write_npz");
    char *name = calloc(1, 65002);
    memset(name, 'a', 65001);
    wk_state_set(s, name, wk_scalar(1, WK_F32));
    CHECK(wk_state_write_npz(s, "/tmp/wick-test-never") == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "wick-test-never", "65001 bytes");
    CHECK(access("/tmp/wick-test-never", F_OK) != 0);
    free(name);
}

WICK_TEST_MAIN
