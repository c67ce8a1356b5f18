/* Reading front to back: straight from the file, or through zlib where the library was built with it. Rests on base
 * alone. */
#include "io/source.h"
#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "base/fault.h"
#include <string.h>
#ifdef WICK_WITH_ZLIB
#include <zlib.h>
#endif

enum { INPUT = 64 * 1024, DEFLATE_AT_BEST = 1032 }; /* deflate's densest code: 258 bytes out of 2 bits */

struct wki_source {
    wki_file *file;
    const char *path, *where;
    int64_t at, size; /* in the file: the next byte, the end */
    bool packed, ended;
    bool is_part;
    wki_part part;
    int64_t taken; /* of the part */
    uint32_t sum;  /* of what was taken */
#ifdef WICK_WITH_ZLIB
    z_stream zlib;
    unsigned char input[INPUT];
#endif
};

static const char *format_of(const wki_source *s) { return s->is_part ? "deflate" : "gzip"; }

#ifdef WICK_WITH_ZLIB
static void *zlib_alloc(void *user, unsigned n, unsigned size)
{
    (void)user;
    return wki_alloc_array(n, size);
}

static void zlib_free(void *user, void *memory)
{
    (void)user;
    wki_free(memory);
}

static wk_status start_zlib(wki_source *s)
{
    s->zlib.zalloc = zlib_alloc;
    s->zlib.zfree = zlib_free;
    if (inflateInit2(&s->zlib, s->is_part ? -MAX_WBITS : 16 + MAX_WBITS) == Z_OK) return WK_OK;
    return wki_fail(WK_E_MEMORY, s->where, "%s: no memory to unpack %s", s->path, format_of(s));
}

static wk_status refill(wki_source *s)
{
    const int64_t left = s->size - s->at;
    const size_t n = left < INPUT ? (size_t)left : INPUT;
    const wk_status status = wki_file_read_at(s->file, s->at, s->input, n);
    s->at += (int64_t)n;
    s->zlib.next_in = s->input;
    s->zlib.avail_in = (unsigned)n;
    return status;
}

/* A gzip file is one stream or several, one behind the other (RFC 1952). */
static wk_status end_of_gzip(wki_source *s)
{
    const int64_t behind = s->size - s->at + s->zlib.avail_in;
    if (behind && !s->zlib.avail_in && refill(s)) return wk_error();
    if (behind && !s->is_part && s->zlib.next_in[0] == 0x1f && !WKI_FAULT(257) && inflateReset(&s->zlib) == Z_OK)
        return WK_OK;
    s->ended = true;
    if (!behind) return WK_OK;
    return wki_fail(WK_E_FORMAT, s->where, "%s: %lld bytes follow the %s stream; expected its end", s->path,
                    (long long)behind, format_of(s));
}

static int64_t take_packed(wki_source *s, unsigned char *to, size_t n)
{
    size_t got = 0;
    while (got < n && !s->ended) {
        if (!s->zlib.avail_in && s->at < s->size && refill(s)) return -1;
        const unsigned room = n - got < 1u << 30 ? (unsigned)(n - got) : 1u << 30;
        s->zlib.next_out = to + got;
        s->zlib.avail_out = room;
        const int code = inflate(&s->zlib, Z_NO_FLUSH);
        got += room - s->zlib.avail_out;
        if (code == Z_STREAM_END) {
            if (end_of_gzip(s)) return -1;
        } else if (code == Z_BUF_ERROR && !s->zlib.avail_in) {
            wki_fail(WK_E_FORMAT, s->where, "%s: truncated; the %s stream has no end", s->path, format_of(s));
            return -1;
        } else if (code != Z_OK) {
            wki_fail(WK_E_FORMAT, s->where, "%s: damaged %s stream (%s)", s->path, format_of(s),
                     s->zlib.msg ? s->zlib.msg : "zlib gives no reason");
            return -1;
        }
    }
    return (int64_t)got;
}

static void stop_zlib(wki_source *s) { inflateEnd(&s->zlib); }
#else
static wk_status start_zlib(wki_source *s)
{
    return wki_fail(WK_E_UNSUPPORTED, s->where, "%s: is packed by %s, and wick was built without zlib; unpack it first",
                    s->path, format_of(s));
}

static int64_t take_packed(wki_source *s, unsigned char *to, size_t n)
{
    (void)s, (void)to, (void)n;
    return -1;
}

static void stop_zlib(wki_source *s) { (void)s; }
#endif

wki_source *wki_source_open(const char *path, const char *where)
{
    unsigned char magic[2];
    wki_check(path, NULL, WK_E_INVALID, where, "path is NULL; expected a file name");
    wki_file *file = wki_file_open(path, where);
    if (!file) return NULL;
    wki_source *s = wki_alloc(sizeof *s);
    if (!s) {
        wki_file_close(file);
        return NULL;
    }
    s->file = file;
    s->path = path;
    s->where = where;
    s->size = wki_file_size(file);
    wk_status status = WK_OK;
    if (s->size >= 2 && !(status = wki_file_read_at(file, 0, magic, 2)) && magic[0] == 0x1f && magic[1] == 0x8b) {
        status = start_zlib(s);
        s->packed = !status;
    }
    if (!status) return s;
    wki_source_close(s);
    return NULL;
}

wki_source *wki_source_of_part(wki_file *file, const wki_part *part, const char *shown, const char *where)
{
    wki_source *s = wki_alloc(sizeof *s);
    if (!s) {
        wki_file_close(file);
        return NULL;
    }
    s->file = file;
    s->path = shown;
    s->where = where;
    s->is_part = true;
    s->part = *part;
    s->at = part->at;
    s->size = part->at + part->packed;
    if (!part->deflated) return s;
    s->packed = start_zlib(s) == WK_OK;
    if (s->packed) return s;
    wki_source_close(s);
    return NULL;
}

static int64_t take(wki_source *s, void *to, size_t n)
{
    if (s->packed) return take_packed(s, to, n);
    const int64_t left = s->size - s->at;
    if (n > (uint64_t)left) n = (size_t)left;
    if (n && wki_file_read_at(s->file, s->at, to, n)) return -1;
    s->at += (int64_t)n;
    return (int64_t)n;
}

/* A part ends where its archive says, with the sum that it says. */
static int64_t account(wki_source *s, const void *bytes, int64_t got, size_t wanted)
{
    if (got < 0) return got;
    s->taken += got;
    s->sum = wki_crc32(s->sum, bytes, (size_t)got);
    if (s->taken <= s->part.size && ((size_t)got == wanted || s->taken == s->part.size)) {
        if ((size_t)got == wanted || s->sum == s->part.sum) return got;
        wki_fail(WK_E_FORMAT, s->where, "%s: is damaged; its checksum does not match", s->path);
        return -1;
    }
    wki_fail(WK_E_FORMAT, s->where, "%s: unpacks to %s than the %lld bytes that its archive promises", s->path,
             s->taken < s->part.size ? "less" : "more", (long long)s->part.size);
    return -1;
}

int64_t wki_source_take(wki_source *s, void *to, size_t n)
{
    const int64_t got = take(s, to, n);
    return s->is_part ? account(s, to, got, n) : got;
}

bool wki_source_can_hold(const wki_source *s, uint64_t bytes)
{
    const uint64_t size = (uint64_t)(s->is_part ? s->part.size : s->size);
    return s->packed && !s->is_part ? bytes / DEFLATE_AT_BEST <= size : bytes <= size;
}

int64_t wki_source_left(const wki_source *s)
{
    if (s->is_part) return s->part.size - s->taken;
    return s->packed ? -1 : s->size - s->at;
}

wki_file *wki_source_release(wki_source *s, int64_t *at)
{
    if (s->packed) return NULL;
    wki_file *file = s->file;
    *at = s->at;
    wki_free(s);
    return file;
}

void wki_source_close(wki_source *s)
{
    if (!s) return;
    if (s->packed) stop_zlib(s);
    wki_file_close(s->file);
    wki_free(s);
}
