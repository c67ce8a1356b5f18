/* Reading safetensors files: the header at once, elements where they are wanted. Rests on safetensors_json.c for what
 * headers say. */
#include "io/safetensors.h"
#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "base/fault.h"
#include "io/number.h"
#include <stdio.h>
#include <string.h>

enum { PREFIX = 8, PIECE = 128 * 1024 };

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

const char *wki_st_show(const wki_st_tensor *t, char to[WKI_ST_SHOWN])
{
    int n = snprintf(to, WKI_ST_SHOWN, "%s [", wki_st_type_name(t->type));
    for (int d = 0; d < t->ndim && d < WKI_ST_DIMS; d++)
        n += snprintf(to + n, WKI_ST_SHOWN - (size_t)n, "%s%lld", d ? ", " : "", (long long)t->shape[d]);
    snprintf(to + n, WKI_ST_SHOWN - (size_t)n, t->ndim > WKI_ST_DIMS ? ", ...]" : "]");
    return to;
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

/* What a file is that people take for one of these, by how it begins; NULL: nothing known. */
static const char *other_kind(const unsigned char prefix[PREFIX])
{
    static const struct {
        const char *begin;
        size_t n;
        const char *kind;
    } known[] = {
        { "PK\3\4", 4, "a zip archive, as torch.save writes; save it by safetensors.torch.save_file" },
        { "\x80\2", 2, "a pickle, which wick never runs; save it by safetensors.torch.save_file" },
        { "\x89HDF\r\n\x1a\n", 8, "an HDF5 file" },
        { "\x93NUMPY", 6, "a NumPy array" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!memcmp(prefix, known[i].begin, known[i].n)) return known[i].kind;
    return NULL;
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
    const char *kind = n > WKI_ST_HEADER_MOST ? other_kind(prefix) : NULL;
    wki_check(!kind, WK_E_FORMAT, WK_E_FORMAT, r->where, "%s is no safetensors file but %s", r->path, kind);
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
    wki_check(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, NULL, WK_E_UNSUPPORTED, where,
              "safetensors files need a little-endian machine");
    wki_file *file = wki_file_open(path, where);
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
const char *wki_st_path_of(const wki_st_reader *r) { return r->path; }

/* n stored elements as dtype says. U64 beyond I64 cannot be told. */
static wk_status convert(const wki_st_reader *r, const wki_st_tensor *t, const void *from, size_t n, void *to)
{
    const target into = target_of(t->type);
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
    wki_number_convert(into.number, from, n, into.dtype, to);
    return WK_OK;
}

/* A piece of stored bytes, added to the checksum. */
static wk_status read_piece(wki_st_reader *r, int64_t at, void *to, size_t bytes, uint32_t *sum)
{
    if (wki_file_read_at(r->file, r->data + at, to, bytes)) return wk_error();
    if (r->header.sums) *sum = wki_crc32c(*sum, to, bytes);
    return WK_OK;
}

static size_t piece_of(const wki_st_tensor *t, int64_t done)
{
    return t->bytes - done < PIECE ? (size_t)(t->bytes - done) : PIECE;
}

static wk_status read_converted(wki_st_reader *r, const wki_st_tensor *t, char *to, uint32_t *sum)
{
    const target into = target_of(t->type);
    const size_t from_size = wki_number_size(into.number), to_size = wk_dtype_size(into.dtype);
    char *piece = wki_alloc(piece_of(t, 0));
    wk_status status = piece ? WK_OK : WK_E_MEMORY;
    for (int64_t done = 0; !status && done < t->bytes; done += PIECE) {
        const size_t bytes = piece_of(t, done), n = bytes / from_size;
        status = read_piece(r, t->begin + done, piece, bytes, sum);
        if (!status) status = convert(r, t, piece, n, to);
        to += n * to_size;
    }
    wki_free(piece);
    return status;
}

static wk_status read_plain(wki_st_reader *r, const wki_st_tensor *t, unsigned char *to, uint32_t *sum)
{
    for (int64_t done = 0; done < t->bytes; done += PIECE)
        if (read_piece(r, t->begin + done, to + done, piece_of(t, done), sum)) return wk_error();
    for (int64_t i = 0; t->type == WKI_ST_BOOL && i < t->bytes; i++) to[i] = to[i] != 0;
    return WK_OK;
}

wk_status wki_st_read(wki_st_reader *r, int64_t i, void *to)
{
    const wki_st_tensor *t = &r->header.tensors[i];
    const bool converted = target_of(t->type).number != WKI_NUMBERS;
    char quoted[WKI_QUOTE];
    uint32_t sum = 0;
    const wk_status status = converted ? read_converted(r, t, to, &sum) : read_plain(r, t, to, &sum);
    if (status || !r->header.sums) return status;
    wki_check(sum == r->header.sums[i] || WKI_FAULT(65), WK_E_FORMAT, WK_E_FORMAT, r->where,
              "%s: %s is damaged (its checksum is %08x); expected %08x", r->path, wki_quote(t->name, quoted),
              (unsigned)sum, (unsigned)r->header.sums[i]);
    return WK_OK;
}
