/* Writing npy, version 1: the header NumPy itself writes, padded so that the elements begin at a multiple of 64. */
#include "base/error.h"
#include "base/file.h"
#include "io/npz.h"
#include <stdio.h>
#include <string.h>

enum { PREFIX = 10, ALIGN = 64 };

/* The dictionary stands behind the ten bytes of magic, version and length. */
size_t wki_npy_header(const wk_array *a, char text[WKI_NPY_HEADER])
{
    static const char *const types[WK_DTYPE_COUNT] = {
        [WK_F32] = "<f4", [WK_F64] = "<f8", [WK_I64] = "<i8", [WK_I32] = "<i4", [WK_U8] = "|u1", [WK_BOOL] = "|b1"
    };
    size_t n = PREFIX;
    n += (size_t)snprintf(text + n, WKI_NPY_HEADER - n, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                          types[a->dtype]);
    for (int i = 0; i < a->ndim; i++)
        n += (size_t)snprintf(text + n, WKI_NPY_HEADER - n, "%lld%s", (long long)a->shape[i],
                              a->ndim == 1      ? ","
                              : i < a->ndim - 1 ? ", "
                                                : "");
    n += (size_t)snprintf(text + n, WKI_NPY_HEADER - n, "), }");
    while ((n + 1) % ALIGN) text[n++] = ' ';
    text[n++] = '\n';
    memcpy(text, "\x93NUMPY\x01", 8); /* the string's own end is the minor version, 0 */
    text[8] = (char)((n - PREFIX) & 0xff);
    text[9] = (char)((n - PREFIX) >> 8);
    return n;
}

wk_status wk_write_npy(const char *path, const wk_array *array)
{
    static const char where[] = "write_npy";
    if (wk_failed()) return wk_error();
    wki_check(path && array, WK_E_INVALID, WK_E_INVALID, where, "path and array must not be NULL");
    wki_check((unsigned)array->dtype < WK_DTYPE_COUNT, WK_E_DTYPE, WK_E_DTYPE, where, "%d is no dtype",
              (int)array->dtype);
    wki_check(array->ndim >= 0 && array->ndim <= WK_ARRAY_DIMS, WK_E_SHAPE, WK_E_SHAPE, where,
              "%d dimensions; from 0 to %d are possible", array->ndim, WK_ARRAY_DIMS);
    size_t bytes = wk_dtype_size(array->dtype);
    for (int i = 0; i < array->ndim; i++)
        wki_check(array->shape[i] >= 0 && !__builtin_mul_overflow(bytes, (size_t)array->shape[i], &bytes), WK_E_SHAPE,
                  WK_E_SHAPE, where, "size %lld of dimension %d is impossible", (long long)array->shape[i], i);
    wki_check(array->data || bytes == 0, WK_E_INVALID, WK_E_INVALID, where, "the array has no data");
    char header[WKI_NPY_HEADER];
    const size_t length = wki_npy_header(array, header);
    wki_writer *writer = wki_writer_new(path, where);
    if (!writer) return wk_error();
    if (wki_writer_put(writer, header, length) || (bytes && wki_writer_put(writer, array->data, bytes))) {
        wki_writer_abandon(writer);
        return wk_error();
    }
    return wki_writer_commit(writer);
}
