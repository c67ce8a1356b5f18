/* Reading the directory of a zip archive, from its end on: no number in it is believed before it has been seen to fit
 * the file. Rests on source.c for the members' bytes. */
#include "io/zip.h"
#include "base/alloc.h"
#include "base/error.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    COMMENT_MOST = 65535,
    DIRECTORY_MOST = 256 << 20,
    DEFLATE_AT_BEST = 1032,
    ENCRYPTED = 1,
    LATER = 8,
    DEFLATED = 8
};

static uint64_t number(const char *at, int bytes)
{
    uint64_t n = 0;
    for (int i = bytes; i-- > 0;) n = n << 8 | (unsigned char)at[i];
    return n;
}

__attribute__((format(printf, 2, 3))) static wk_status malformed(const wki_zip *z, const char *format, ...)
{
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return wki_fail(WK_E_FORMAT, z->where, "%s: damaged zip archive (%s)", z->path, text);
}

/* What the end of an archive says. */
typedef struct ending {
    uint64_t at, disks, entries, entries_here, bytes, start;
} ending;

/* The last signature behind which a comment reaches exactly to the end of the file. */
static wk_status find_end(const wki_zip *z, wki_file *file, ending *e)
{
    const uint64_t size = (uint64_t)wki_file_size(file);
    const size_t most = WKI_ZIP_END_BYTES + COMMENT_MOST, n = size < most ? (size_t)size : most;
    char *tail = wki_alloc(n + 1);
    wk_status status = tail ? wki_file_read_at(file, (int64_t)(size - n), tail, n) : wk_error();
    bool found = false;
    for (size_t left = WKI_ZIP_END_BYTES; !status && !found && left <= n; left++) {
        const char *at = tail + n - left;
        found = number(at, 4) == WKI_ZIP_END && number(at + 20, 2) == left - WKI_ZIP_END_BYTES;
        if (found)
            *e = (ending){ .at = size - left,
                           .disks = number(at + 4, 2) | number(at + 6, 2),
                           .entries_here = number(at + 8, 2),
                           .entries = number(at + 10, 2),
                           .bytes = number(at + 12, 4),
                           .start = number(at + 16, 4) };
    }
    wki_free(tail);
    if (status || found) return status;
    return wki_fail(WK_E_FORMAT, z->where, "%s: is no zip archive, or one that was cut short; it has no directory",
                    z->path);
}

/* The larger numbers, where those of the end do not suffice. */
static wk_status find_end_64(const wki_zip *z, wki_file *file, ending *e)
{
    char locator[WKI_ZIP_LOCATOR_64_BYTES], record[WKI_ZIP_END_64_BYTES];
    if (e->entries < WKI_ZIP_FEW && e->bytes < wki_zip_much && e->start < wki_zip_much) return WK_OK;
    if (e->at < sizeof locator + sizeof record) return malformed(z, "no room for its zip64 record");
    const uint64_t at = e->at - sizeof locator;
    wk_status status = wki_file_read_at(file, (int64_t)at, locator, sizeof locator);
    if (status) return status;
    const uint64_t place = number(locator + 8, 8);
    if (number(locator, 4) != WKI_ZIP_LOCATOR_64 || place > at - sizeof record) return malformed(z, "no zip64 record");
    if ((status = wki_file_read_at(file, (int64_t)place, record, sizeof record))) return status;
    if (number(record, 4) != WKI_ZIP_END_64 || number(record + 4, 8) != at - place - 12)
        return malformed(z, "no zip64 record where its locator leads");
    *e = (ending){ .at = place,
                   .disks = number(record + 16, 4) | number(record + 20, 4),
                   .entries_here = number(record + 24, 8),
                   .entries = number(record + 32, 8),
                   .bytes = number(record + 40, 8),
                   .start = number(record + 48, 8) };
    return WK_OK;
}

/* Numbers that have no room in the directory stand in its extra part, in this order. */
static bool take_extra(wki_zip_entry *e, const char *extra, size_t n)
{
    uint64_t *const wanted[] = { &e->size, &e->packed, &e->at };
    for (size_t bytes; n >= 4; extra += bytes, n -= bytes) {
        bytes = 4 + (size_t)number(extra + 2, 2);
        if (bytes > n) return false;
        if (number(extra, 2) != WKI_ZIP_EXTRA_64) continue;
        size_t at = 4;
        for (int i = 0; i < 3; i++) {
            if (*wanted[i] != wki_zip_much) continue;
            if (at + 8 > bytes) return false;
            *wanted[i] = number(extra + at, 8);
            at += 8;
        }
    }
    return true;
}

static wk_status check_entry(const wki_zip *z, const wki_zip_entry *e)
{
    if (e->flags & ENCRYPTED)
        return wki_fail(WK_E_UNSUPPORTED, z->where, "%s, '%.100s': is encrypted", z->path, e->name);
    if (e->method && e->method != DEFLATED)
        return wki_fail(WK_E_UNSUPPORTED, z->where, "%s, '%.100s': is packed by method %u; expected stored or deflated",
                        z->path, e->name, e->method);
    if (e->at > z->start || e->packed > z->start - e->at || z->start - e->at - e->packed < WKI_ZIP_LOCAL_BYTES)
        return malformed(z, "'%.100s' lies outside the file", e->name);
    if (e->method ? e->size / DEFLATE_AT_BEST > e->packed : e->size != e->packed)
        return malformed(z, "'%.100s' has %llu bytes, which its %llu cannot hold", e->name, (unsigned long long)e->size,
                         (unsigned long long)e->packed);
    return WK_OK;
}

/* One entry at `at`, whose name is moved to its front to make room for the zero at its end; *used: its bytes. */
static wk_status take_entry(wki_zip *z, char *at, size_t left, size_t *used)
{
    wki_zip_entry *e = &z->entries[z->n];
    if (left < WKI_ZIP_CENTRAL_BYTES || number(at, 4) != WKI_ZIP_CENTRAL)
        return malformed(z, "entry %d of its directory is none", z->n);
    const size_t name = (size_t)number(at + 28, 2), extra = (size_t)number(at + 30, 2),
                 note = (size_t)number(at + 32, 2);
    if (name + extra + note > left - WKI_ZIP_CENTRAL_BYTES)
        return malformed(z, "entry %d of its directory is cut", z->n);
    *e = (wki_zip_entry){ .name = at,
                          .flags = (unsigned)number(at + 8, 2),
                          .method = (unsigned)number(at + 10, 2),
                          .sum = (uint32_t)number(at + 16, 4),
                          .packed = number(at + 20, 4),
                          .size = number(at + 24, 4),
                          .at = number(at + 42, 4) };
    if (!take_extra(e, at + WKI_ZIP_CENTRAL_BYTES + name, extra)) return malformed(z, "entry %d has odd numbers", z->n);
    memmove(at, at + WKI_ZIP_CENTRAL_BYTES, name);
    at[name] = 0;
    if (!name || strlen(at) != name) return malformed(z, "entry %d has an odd name", z->n);
    *used = WKI_ZIP_CENTRAL_BYTES + name + extra + note;
    z->n++;
    return WK_OK;
}

static wk_status read_directory(wki_zip *z, wki_file *file, const ending *e)
{
    if (e->disks || e->entries != e->entries_here)
        return wki_fail(WK_E_UNSUPPORTED, z->where, "%s: is part of an archive of several disks", z->path);
    if (e->start > e->at || e->bytes != e->at - e->start) return malformed(z, "its directory does not reach its end");
    if (e->bytes > DIRECTORY_MOST || e->entries > e->bytes / WKI_ZIP_CENTRAL_BYTES)
        return malformed(z, "%llu entries in a directory of %llu bytes", (unsigned long long)e->entries,
                         (unsigned long long)e->bytes);
    z->start = e->start;
    z->directory = wki_alloc((size_t)e->bytes + 1);
    z->entries = z->directory ? wki_alloc_array((size_t)e->entries + 1, sizeof *z->entries) : NULL;
    if (!z->entries) return wk_error();
    wk_status status = wki_file_read_at(file, (int64_t)e->start, z->directory, (size_t)e->bytes);
    size_t at = 0, used = 0;
    for (uint64_t i = 0; i < e->entries && !status; i++, at += used)
        status = take_entry(z, z->directory + at, (size_t)e->bytes - at, &used);
    return status || at == e->bytes ? status : malformed(z, "bytes follow the last entry of its directory");
}

wk_status wki_zip_open(wki_zip *z, const char *path, const char *where)
{
    ending e = { 0 };
    *z = (wki_zip){ .path = path, .where = where };
    wki_file *file = wki_file_open(path, where);
    if (!file) return wk_error();
    wk_status status = find_end(z, file, &e);
    if (!status) status = find_end_64(z, file, &e);
    if (!status) status = read_directory(z, file, &e);
    wki_file_close(file);
    return status;
}

void wki_zip_free(wki_zip *z)
{
    wki_free(z->directory);
    wki_free(z->entries);
}

/* Where the bytes of a member begin: behind a header that must say the same as the directory. */
static wk_status find_bytes(const wki_zip *z, wki_file *file, const wki_zip_entry *e, uint64_t *start)
{
    char header[WKI_ZIP_LOCAL_BYTES];
    const size_t name = strlen(e->name);
    wk_status status = wki_file_read_at(file, (int64_t)e->at, header, sizeof header);
    if (status) return status;
    char *there = wki_alloc(name + 1);
    *start = e->at + WKI_ZIP_LOCAL_BYTES + number(header + 26, 2) + number(header + 28, 2);
    if (!there)
        status = wk_error();
    else if (number(header, 4) != WKI_ZIP_LOCAL || number(header + 6, 2) != e->flags ||
             number(header + 8, 2) != e->method || number(header + 26, 2) != name || *start > z->start ||
             e->packed > z->start - *start || (!(e->flags & LATER) && number(header + 14, 4) != e->sum))
        status = malformed(z, "the header of '%.100s' is another than its directory's", e->name);
    else if (!(status = wki_file_read_at(file, (int64_t)(e->at + WKI_ZIP_LOCAL_BYTES), there, name)) &&
             memcmp(there, e->name, name) != 0)
        status = malformed(z, "'%.100s' is called otherwise where it lies", e->name);
    wki_free(there);
    return status;
}

wki_source *wki_zip_source(const wki_zip *z, const wki_zip_entry *e, const char *shown)
{
    uint64_t start;
    if (check_entry(z, e)) return NULL;
    wki_file *file = wki_file_open(z->path, z->where);
    if (!file || find_bytes(z, file, e, &start)) {
        wki_file_close(file);
        return NULL;
    }
    const wki_part part = { (int64_t)start, (int64_t)e->packed, (int64_t)e->size, e->sum, e->method == DEFLATED };
    return wki_source_of_part(file, &part, shown, z->where);
}
