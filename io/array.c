/* From stored elements to a wk_array: size checks, byte order, types, Fortran order. Rests on the source of bytes and
 * on numbers. */
#include "io/array.h"
#include "base/alloc.h"
#include "base/error.h"
#include <stdio.h>
#include <string.h>

void wk_array_free(wk_array *array)
{
    if (!array) return;
    wki_free(array->data);
    *array = (wk_array){ 0 };
}

static wk_dtype delivered(const wki_stored *s)
{
    if (s->is_bool) return WK_BOOL;
    switch (s->number) {
    case WKI_U8: return WK_U8;
    case WKI_I8:
    case WKI_I16:
    case WKI_U16:
    case WKI_I32: return WK_I32;
    case WKI_U32:
    case WKI_I64:
    case WKI_U64: return WK_I64;
    case WKI_F64: return WK_F64;
    default: return WK_F32;
    }
}

static const char *show_shape(const wki_stored *s, char text[200])
{
    int at = snprintf(text, 200, "[");
    for (int i = 0; i < s->ndim; i++)
        at += snprintf(text + at, 200 - (size_t)at, i ? ", %lld" : "%lld", (long long)s->shape[i]);
    snprintf(text + at, 200 - (size_t)at, "]");
    return text;
}

/* Elements and stored bytes; false if they do not fit 63 bits. */
static bool measure(const wki_stored *s, size_t item, size_t *count, size_t *bytes)
{
    size_t nonzero = 1;
    *count = 1;
    *bytes = 0;
    for (int i = 0; i < s->ndim; i++) {
        if (s->shape[i] && !wki_mul_ok(nonzero, (size_t)s->shape[i], &nonzero)) return false;
        *count *= (size_t)s->shape[i];
    }
    return wki_mul_ok(nonzero, 8, &nonzero) && nonzero <= INT64_MAX && wki_mul_ok(*count, item, bytes);
}

static wk_status truncated(const char *path, const wki_stored *s, size_t bytes, int64_t there, const char *where)
{
    char shape[200];
    return wki_fail(WK_E_FORMAT, where, "%s: truncated; its header promises %s %s, %zu bytes, and %lld are there", path,
                    show_shape(s, shape), wki_number_name(s->number), bytes, (long long)there);
}

static wk_status too_long(const char *path, const wki_stored *s, size_t bytes, const char *where)
{
    char shape[200];
    return wki_fail(WK_E_FORMAT, where, "%s: bytes follow the %zu of %s %s; expected the end of the file", path, bytes,
                    show_shape(s, shape), wki_number_name(s->number));
}

static wk_status take_exactly(wki_source *source, const char *path, const wki_stored *s, void *to, size_t bytes,
                              const char *where)
{
    char beyond;
    const int64_t got = wki_source_take(source, to, bytes);
    if (got < 0) return wk_error();
    if ((size_t)got < bytes) return truncated(path, s, bytes, got, where);
    const int64_t more = wki_source_take(source, &beyond, 1);
    if (more < 0) return wk_error();
    return more ? too_long(path, s, bytes, where) : WK_OK;
}

/* Copies elements whose first index varies fastest into row-major order. */
static void from_fortran(const wki_stored *s, const char *from, size_t count, size_t item, char *to)
{
    int64_t index[WK_ARRAY_DIMS] = { 0 };
    size_t stride[WK_ARRAY_DIMS], step = 1, at = 0;
    for (int k = 0; k < s->ndim; k++) {
        stride[k] = step;
        step *= (size_t)s->shape[k];
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(to + i * item, from + at * item, item);
        for (int k = s->ndim - 1; k >= 0; k--) {
            at += stride[k];
            if (++index[k] < s->shape[k]) break;
            at -= stride[k] * (size_t)s->shape[k];
            index[k] = 0;
        }
    }
}

static wk_status check_u64(const char *path, const uint64_t *values, size_t count, const char *where)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] > INT64_MAX)
            return wki_fail(WK_E_RANGE, where,
                            "%s: element %zu is %llu; expected at most 2^63 - 1, since u64 is read as i64", path, i,
                            (unsigned long long)values[i]);
    return WK_OK;
}

/* Takes data, the elements as stored. */
static wk_status deliver(const wki_stored *s, const char *path, char *data, size_t count, wk_array *out,
                         const char *where)
{
    const size_t item = wki_number_size(s->number);
    out->dtype = delivered(s);
    out->ndim = s->ndim;
    memcpy(out->shape, s->shape, sizeof out->shape);
    if (s->swapped) wki_number_swap(s->number, data, count);
    if (s->is_bool)
        for (size_t i = 0; i < count; i++) data[i] = data[i] != 0;
    if (s->fortran && s->ndim > 1) {
        char *rows = wki_alloc_array(count + !count, item);
        if (rows) from_fortran(s, data, count, item, rows);
        wki_free(data);
        data = rows;
    }
    if (!data) return wk_error();
    if (s->number == WKI_U64 && check_u64(path, (const uint64_t *)(const void *)data, count, where)) {
        wki_free(data);
        return wk_error();
    }
    out->data = data;
    if (wk_dtype_size(out->dtype) == item && s->number != WKI_F16) return WK_OK;
    out->data = wki_alloc_array(count + !count, wk_dtype_size(out->dtype));
    if (out->data) wki_number_convert(s->number, data, count, out->dtype, out->data);
    wki_free(data);
    return out->data ? WK_OK : wk_error();
}

/* The elements' number and bytes, and whether the source can hold them. */
static wk_status check(const wki_source *source, const char *path, const wki_stored *s, size_t *count, size_t *bytes,
                       const char *where)
{
    char shape[200];
    if (!measure(s, wki_number_size(s->number), count, bytes))
        return wki_fail(WK_E_FORMAT, where, "%s: a shape of %s is beyond 2^63 bytes", path, show_shape(s, shape));
    if (wki_source_can_hold(source, *bytes)) return WK_OK;
    return wki_fail(WK_E_FORMAT, where, "%s: truncated; its header promises %s %s, %zu bytes, more than the file holds",
                    path, show_shape(s, shape), wki_number_name(s->number), *bytes);
}

wk_status wki_array_check(const wki_source *source, const char *path, const wki_stored *s, const char *where)
{
    size_t count, bytes;
    const wk_status status = check(source, path, s, &count, &bytes, where);
    const int64_t left = wki_source_left(source);
    if (status || left < 0) return status;
    if ((uint64_t)left < bytes) return truncated(path, s, bytes, left, where);
    return (uint64_t)left > bytes ? too_long(path, s, bytes, where) : WK_OK;
}

wk_status wki_array_read(wki_source *source, const char *path, const wki_stored *s, wk_array *out, const char *where)
{
    size_t count, bytes;
    wk_status status = check(source, path, s, &count, &bytes, where);
    if (status) return status;
    char *data = wki_alloc(bytes + !bytes);
    if (!data) return wk_error();
    status = take_exactly(source, path, s, data, bytes, where);
    if (status)
        wki_free(data);
    else
        status = deliver(s, path, data, count, out, where);
    if (status) *out = (wk_array){ 0 };
    return status;
}
