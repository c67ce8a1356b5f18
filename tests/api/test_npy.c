/* Tensors in NumPy's files: the bytes are NumPy's own, and come back. */
#include "wick/data.h"
#include "wick_check.h"
#include <stdio.h>
#include <unistd.h>

static char path[] = "/tmp/wick-npy-XXXXXX";

static void make_path(void)
{
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

WICK_TEST_MAIN
