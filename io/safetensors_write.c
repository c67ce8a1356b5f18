/* Writing safetensors files: a header that is complete, checksums included, before the first byte is written, then the
 * elements. Rests on the file seam for durable writing. */
#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "io/safetensors.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX = 8, ALIGN = 8 };

/* Text that grows; after a failure, WK_E_MEMORY, it stays as it is. */
typedef struct text {
    char *at;
    size_t n, room;
    bool failed;
} text;

static void append(text *t, const char *from, size_t n)
{
    char *at = t->failed ? NULL : wki_grow_bytes(t->at, t->n, n, &t->room);
    t->failed = !at;
    if (t->failed) return;
    t->at = at;
    memcpy(t->at + t->n, from, n);
    t->n += n;
}

static __attribute__((format(printf, 2, 3))) void print(text *t, const char *format, ...)
{
    char line[128];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    append(t, line, (size_t)n);
}

static void append_string(text *t, const char *from)
{
    append(t, "\"", 1);
    for (; *from; from++) {
        if (*from == '"' || *from == '\\')
            print(t, "\\%c", *from);
        else if ((unsigned char)*from < 0x20)
            print(t, "\\u%04x", (unsigned)*from);
        else
            append(t, from, 1);
    }
    append(t, "\"", 1);
}

/* The checksums come first, so that the header's own has a fixed place. */
static const char opening[] = "01234567{\"__metadata__\":{\"" WKI_ST_SUMS "\":\"";

static void append_texts(text *h, const wki_st_text *texts, int64_t n, const uint32_t *sums, int64_t nsums)
{
    append(h, opening, sizeof opening - 1);
    print(h, "%0*d", WKI_ST_DIGITS, 0);
    for (int64_t i = 0; i < nsums; i++) print(h, " %08x", (unsigned)sums[i]);
    print(h, "\",\"" WKI_ST_VERSION "\":\"1\"");
    for (int64_t i = 0; i < n; i++) {
        append(h, ",", 1);
        append_string(h, texts[i].key);
        append(h, ":", 1);
        append_string(h, texts[i].text);
    }
    append(h, "}", 1);
}

static void append_tensor(text *h, const wki_st_tensor *t)
{
    append(h, ",", 1);
    append_string(h, t->name);
    print(h, ":{\"dtype\":\"%s\",\"shape\":[", wki_st_type_name(t->type));
    for (int i = 0; i < t->ndim; i++) print(h, "%s%lld", i ? "," : "", (long long)t->shape[i]);
    print(h, "],\"data_offsets\":[%lld,%lld]}", (long long)t->begin, (long long)(t->begin + t->bytes));
}

static void put_digits(char *at, uint32_t sum)
{
    char digits[WKI_ST_DIGITS + 1];
    snprintf(digits, sizeof digits, "%08x", (unsigned)sum);
    memcpy(at, digits, WKI_ST_DIGITS);
}

/* The header behind its length, padded so that elements begin at a multiple of eight. */
static text header_text(const wki_st_tensor *tensors, int64_t n, const wki_st_text *texts, int64_t ntexts,
                        const uint32_t *sums)
{
    text h = { 0 };
    append_texts(&h, texts, ntexts, sums, n);
    for (int64_t i = 0; i < n; i++) append_tensor(&h, &tensors[i]);
    append(&h, "}", 1);
    while (!h.failed && h.n % ALIGN) append(&h, " ", 1);
    if (h.failed) return h;
    for (int i = 0; i < PREFIX; i++) h.at[i] = (char)((h.n - PREFIX) >> 8 * i & 0xff);
    put_digits(h.at + sizeof opening - 1, wki_crc32c(0, h.at + PREFIX, h.n - PREFIX));
    return h;
}

static int by_type_and_name(const void *a, const void *b)
{
    const wki_st_tensor *s = a, *t = b;
    return s->type != t->type ? (s->type > t->type ? -1 : 1) : strcmp(s->name, t->name);
}

/* Sorted as the reference writer does, larger types first, so that all elements are aligned. */
static void place(wki_st_tensor *tensors, int64_t n)
{
    int64_t end = 0;
    if (n > 1) qsort(tensors, (size_t)n, sizeof *tensors, by_type_and_name);
    for (int64_t i = 0; i < n; i++) {
        wki_st_tensor *t = &tensors[i];
        t->begin = end;
        t->bytes = (int64_t)wk_dtype_size(wki_st_dtype(t->type));
        for (int d = 0; d < t->ndim; d++) t->bytes *= t->shape[d];
        end += t->bytes;
    }
}

static wk_status write_out(const char *path, const text *h, const wki_st_tensor *tensors, int64_t n, const char *where)
{
    wki_writer *writer = wki_writer_new(path, where);
    if (!writer) return wk_error();
    wk_status status =
        wki_writer_reserve(writer, (int64_t)h->n + (n ? tensors[n - 1].begin + tensors[n - 1].bytes : 0));
    if (!status) status = wki_writer_put(writer, h->at, h->n);
    for (int64_t i = 0; !status && i < n; i++)
        status = wki_writer_put(writer, tensors[i].data, (size_t)tensors[i].bytes);
    if (!status) return wki_writer_commit(writer);
    wki_writer_abandon(writer);
    return status;
}

wk_status wki_st_write(const char *path, wki_st_tensor *tensors, int64_t n, const wki_st_text *texts, int64_t ntexts,
                       const char *where)
{
    wki_check(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, where,
              "safetensors files need a little-endian machine");
    uint32_t *sums = wki_alloc_array((size_t)n, sizeof *sums);
    if (!sums) return WK_E_MEMORY;
    place(tensors, n);
    for (int64_t i = 0; i < n; i++) sums[i] = wki_crc32c(0, tensors[i].data, (size_t)tensors[i].bytes);
    text h = header_text(tensors, n, texts, ntexts, sums);
    wk_status status = h.failed ? WK_E_MEMORY : WK_OK;
    if (!status && h.n - PREFIX > WKI_ST_HEADER_MOST)
        status = wki_fail(WK_E_RANGE, where, "%s: a header of %zu bytes; safetensors files have at most %d", path,
                          h.n - PREFIX, WKI_ST_HEADER_MOST);
    if (!status) status = write_out(path, &h, tensors, n, where);
    wki_free(h.at);
    wki_free(sums);
    return status;
}
