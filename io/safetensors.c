/* safetensors files: elements read where they are wanted, written behind a header that is complete before the first of
 * them. Rests on safetensors_json.c for what headers say and on the file seam for durable writing. */
#include "io/safetensors.h"
#include "base/alloc.h"
#include "base/error.h"
#include "io/number.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX = 8, ALIGN = 8, PIECE = 16 * 1024 };

/* What becomes of a type's elements; number: how they are stored, where that differs. */
typedef struct target {
    wk_dtype dtype;
    wki_number number;
} target;

static target target_of(wki_st_type type)
{
    switch (type) {
    case WKI_ST_F32: return (target){ WK_F32, WKI_NUMBERS };
    case WKI_ST_F64: return (target){ WK_F64, WKI_NUMBERS };
    case WKI_ST_I64: return (target){ WK_I64, WKI_NUMBERS };
    case WKI_ST_I32: return (target){ WK_I32, WKI_NUMBERS };
    case WKI_ST_U8: return (target){ WK_U8, WKI_NUMBERS };
    case WKI_ST_BOOL: return (target){ WK_BOOL, WKI_NUMBERS };
    case WKI_ST_F16: return (target){ WK_F32, WKI_F16 };
    case WKI_ST_BF16: return (target){ WK_F32, WKI_U16 };
    case WKI_ST_I8: return (target){ WK_I32, WKI_I8 };
    case WKI_ST_I16: return (target){ WK_I32, WKI_I16 };
    case WKI_ST_U16: return (target){ WK_I32, WKI_U16 };
    case WKI_ST_U32: return (target){ WK_I64, WKI_U32 };
    case WKI_ST_U64: return (target){ WK_I64, WKI_U64 };
    default: return (target){ WK_DTYPE_COUNT, WKI_NUMBERS };
    }
}

wk_dtype wki_st_dtype(wki_st_type type) { return target_of(type).dtype; }

wki_st_type wki_st_type_of(wk_dtype dtype)
{
    static const wki_st_type of[WK_DTYPE_COUNT] = {
        [WK_F32] = WKI_ST_F32, [WK_F64] = WKI_ST_F64, [WK_I64] = WKI_ST_I64,
        [WK_I32] = WKI_ST_I32, [WK_U8] = WKI_ST_U8,   [WK_BOOL] = WKI_ST_BOOL
    };
    return of[dtype];
}

const char *wki_st_type_name(wki_st_type type)
{
#define X(name, bits) #name,
    static const char *const names[] = { WKI_ST_LIST(X) };
#undef X
    return type < WKI_ST_TYPES ? names[type] : "?";
}

const char *wki_quote(const char *text, char to[WKI_QUOTE])
{
    size_t n = 0;
    to[n++] = '"';
    for (; *text && n < WKI_QUOTE - 9; text++) to[n++] = (unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text;
    while (*text && n > 1 && ((unsigned char)*text & 0xc0) == 0x80 && n--)
        text--; /* not in the middle of a character */
    snprintf(to + n, WKI_QUOTE - n, *text ? "...\"" : "\"");
    return to;
}

struct wki_st_reader {
    wki_file *file;
    char *path;
    const char *where;
    int64_t data; /* where the elements begin */
    wki_st_header header;
};

static bool little_endian(const char *where)
{
    wki_check(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, false, WK_E_UNSUPPORTED, where,
              "safetensors files need a little-endian machine");
    return true;
}

static wk_status read_header(wki_st_reader *r)
{
    unsigned char prefix[PREFIX];
    const int64_t size = wki_file_size(r->file);
    wki_check(size >= PREFIX, WK_E_FORMAT, WK_E_FORMAT, r->where,
              "%s has %lld bytes and is no safetensors file; expected 8 at least", r->path, (long long)size);
    if (wki_file_read_at(r->file, 0, prefix, PREFIX)) return wk_error();
    uint64_t n = 0;
    for (int i = PREFIX - 1; i >= 0; i--) n = n << 8 | prefix[i];
    wki_check(n <= WKI_ST_HEADER_MOST, WK_E_FORMAT, WK_E_FORMAT, r->where,
              "%s is no safetensors file, or its header of %llu bytes is too long; expected at most %d", r->path,
              (unsigned long long)n, WKI_ST_HEADER_MOST);
    wki_check((int64_t)n <= size - PREFIX, WK_E_FORMAT, WK_E_FORMAT, r->where,
              "%s ends inside its header (%lld bytes in all); expected a header of %llu bytes", r->path,
              (long long)size, (unsigned long long)n);
    r->data = PREFIX + (int64_t)n;
    char *json = wki_alloc((size_t)n);
    if (!json) return wk_error();
    wk_status status = wki_file_read_at(r->file, PREFIX, json, (size_t)n);
    if (!status) status = wki_st_parse(json, (size_t)n, size - r->data, r->path, r->where, &r->header);
    wki_free(json);
    return status;
}

wki_st_reader *wki_st_open(const char *path, const char *where)
{
    wki_file *file = little_endian(where) ? wki_file_open(path, where) : NULL;
    if (!file) return NULL;
    wki_st_reader *r = wki_alloc(sizeof *r);
    if (r) *r = (wki_st_reader){ .file = file, .path = wki_strdup(path), .where = where };
    if (r && r->path && read_header(r) == WK_OK) return r;
    if (r)
        wki_st_close(r);
    else
        wki_file_close(file);
    return NULL;
}

void wki_st_close(wki_st_reader *r)
{
    if (!r) return;
    wki_st_header_free(&r->header);
    wki_file_close(r->file);
    wki_free(r->path);
    wki_free(r);
}

const wki_st_header *wki_st_header_of(const wki_st_reader *r) { return &r->header; }

/* n stored elements as dtype says. U64 beyond I64 cannot be told. */
static wk_status convert(const wki_st_reader *r, const wki_st_tensor *t, const void *from, size_t n, void *to)
{
    const target target = target_of(t->type);
    char quoted[WKI_QUOTE];
    if (t->type == WKI_ST_BF16) {
        uint32_t *bits = to;
        for (size_t i = 0; i < n; i++) bits[i] = (uint32_t)((const uint16_t *)from)[i] << 16;
        return WK_OK;
    }
    for (size_t i = 0; t->type == WKI_ST_U64 && i < n; i++)
        wki_check(((const uint64_t *)from)[i] <= INT64_MAX, WK_E_RANGE, WK_E_RANGE, r->where,
                  "%s: %s has a U64 number beyond 2^63 - 1; expected what I64 holds", r->path,
                  wki_quote(t->name, quoted));
    wki_number_convert(target.number, from, n, target.dtype, to);
    return WK_OK;
}

static wk_status read_converted(wki_st_reader *r, const wki_st_tensor *t, char *to)
{
    const target target = target_of(t->type);
    const size_t from_size = wki_number_size(target.number), to_size = wk_dtype_size(target.dtype);
    char *piece = wki_alloc(PIECE);
    wk_status status = piece ? WK_OK : WK_E_MEMORY;
    for (int64_t done = 0; !status && done < t->bytes; done += PIECE) {
        const size_t bytes = t->bytes - done < PIECE ? (size_t)(t->bytes - done) : PIECE, n = bytes / from_size;
        status = wki_file_read_at(r->file, r->data + t->begin + done, piece, bytes);
        if (!status) status = convert(r, t, piece, n, to);
        to += n * to_size;
    }
    wki_free(piece);
    return status;
}

wk_status wki_st_read(wki_st_reader *r, int64_t i, void *to)
{
    const wki_st_tensor *t = &r->header.tensors[i];
    if (target_of(t->type).number != WKI_NUMBERS) return read_converted(r, t, to);
    const wk_status status = t->bytes ? wki_file_read_at(r->file, r->data + t->begin, to, (size_t)t->bytes) : WK_OK;
    unsigned char *truth = to;
    for (int64_t k = 0; !status && t->type == WKI_ST_BOOL && k < t->bytes; k++) truth[k] = truth[k] != 0;
    return status;
}

/* Text that grows; after a failure, WK_E_MEMORY, it stays as it is. */
typedef struct text {
    char *at;
    size_t n, room;
    bool failed;
} text;

static void append(text *t, const char *from, size_t n)
{
    if (t->n + n > t->room) {
        const size_t more = 2 * t->room + n + 1024;
        char *larger = t->failed ? NULL : wki_grow(t->at, t->n, more);
        t->failed |= !larger;
        if (t->failed) return;
        t->at = larger;
        t->room = more;
    }
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

static void append_texts(text *h, const wki_st_text *texts, int64_t n)
{
    append_string(h, "__metadata__");
    append(h, ":{", 2);
    for (int64_t i = 0; i < n; i++) {
        if (i > 0) append(h, ",", 1);
        append_string(h, texts[i].key);
        append(h, ":", 1);
        append_string(h, texts[i].text);
    }
    append(h, "}", 1);
}

static void append_tensor(text *h, const wki_st_tensor *t)
{
    append_string(h, t->name);
    print(h, ":{\"dtype\":\"%s\",\"shape\":[", wki_st_type_name(t->type));
    for (int i = 0; i < t->ndim; i++) print(h, "%s%lld", i ? "," : "", (long long)t->shape[i]);
    print(h, "],\"data_offsets\":[%lld,%lld]}", (long long)t->begin, (long long)(t->begin + t->bytes));
}

/* The header behind its length, padded so that elements begin at a multiple of eight. */
static text header_text(const wki_st_tensor *tensors, int64_t n, const wki_st_text *texts, int64_t ntexts)
{
    text h = { 0 };
    append(&h, "01234567{", PREFIX + 1);
    if (ntexts > 0) append_texts(&h, texts, ntexts);
    for (int64_t i = 0; i < n; i++) {
        if (i > 0 || ntexts > 0) append(&h, ",", 1);
        append_tensor(&h, &tensors[i]);
    }
    append(&h, "}", 1);
    while (!h.failed && h.n % ALIGN) append(&h, " ", 1);
    for (int i = 0; !h.failed && i < PREFIX; i++) h.at[i] = (char)((h.n - PREFIX) >> 8 * i & 0xff);
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
        t->bytes = (int64_t)wk_dtype_size(target_of(t->type).dtype);
        for (int d = 0; d < t->ndim; d++) t->bytes *= t->shape[d];
        end += t->bytes;
    }
}

static wk_status write_out(const char *path, const text *h, const wki_st_tensor *tensors, int64_t n, const char *where)
{
    wki_writer *writer = wki_writer_new(path, where);
    if (!writer) return wk_error();
    wk_status status = wki_writer_put(writer, h->at, h->n);
    for (int64_t i = 0; !status && i < n; i++)
        status = wki_writer_put(writer, tensors[i].data, (size_t)tensors[i].bytes);
    if (!status) return wki_writer_commit(writer);
    wki_writer_abandon(writer);
    return status;
}

wk_status wki_st_write(const char *path, wki_st_tensor *tensors, int64_t n, const wki_st_text *texts, int64_t ntexts,
                       const char *where)
{
    if (!little_endian(where)) return wk_error();
    place(tensors, n);
    text h = header_text(tensors, n, texts, ntexts);
    wk_status status = h.failed ? WK_E_MEMORY : WK_OK;
    if (!status && h.n - PREFIX > WKI_ST_HEADER_MOST)
        status = wki_fail(WK_E_RANGE, where, "%s: a header of %zu bytes; safetensors files have at most %d", path,
                          h.n - PREFIX, WKI_ST_HEADER_MOST);
    if (!status) status = write_out(path, &h, tensors, n, where);
    wki_free(h.at);
    return status;
}
