/* Writing npz: a zip archive (PKWARE's APPNOTE 6.3) in which each array is an npy file. Entries are stored, so that
 * their bytes are those of memory; what does not fit the format's 16 and 32 bits is told in its zip64 records. Rests on
 * npy_write.c for headers. */
#include "io/npz.h"
#include "base/crc32c.h"
#include "base/error.h"
#include "base/file.h"
#include "io/zip.h"
#include <string.h>

enum { RECORD = 64, NAME_MOST = 65000, VERSION = 20, VERSION_64 = 45, UTF8 = 1 << 11, DATE = 1 << 5 | 1, TAG = 4 };
static const char ending[] = ".npy";

typedef struct record {
    unsigned char bytes[RECORD];
    size_t used;
} record;

static void add(record *r, int bytes, uint64_t value)
{
    for (int i = 0; i < bytes; i++) r->bytes[r->used++] = (unsigned char)(value >> 8 * i);
}

static uint64_t at_most(uint64_t value, uint64_t most) { return value < most ? value : most; }

typedef struct archive {
    wki_writer *writer;
    uint64_t at;
} archive;

static void put(archive *a, const void *from, size_t bytes)
{
    wki_writer_put(a->writer, from, bytes); /* the first failure stays until the commit */
    a->at += bytes;
}

static size_t bytes_of(const wk_array *array)
{
    size_t bytes = wk_dtype_size(array->dtype);
    for (int i = 0; i < array->ndim; i++) bytes *= (size_t)array->shape[i];
    return bytes;
}

/* What the two headers of an entry have in common: from the version to the length of what is extra. */
static void add_facts(record *r, const wki_npz_entry *e, uint64_t bytes, size_t extra)
{
    add(r, 2, extra ? VERSION_64 : VERSION);
    add(r, 2, UTF8);
    add(r, 4, 0); /* stored, at midnight */
    add(r, 2, DATE);
    add(r, 4, e->sum);
    add(r, 4, at_most(bytes, wki_zip_much));
    add(r, 4, at_most(bytes, wki_zip_much));
    add(r, 2, strlen(e->name) + sizeof ending - 1);
    add(r, 2, extra);
}

static void put_named(archive *a, const record *header, const wki_npz_entry *e, const record *extra)
{
    put(a, header->bytes, header->used);
    put(a, e->name, strlen(e->name));
    put(a, ending, sizeof ending - 1);
    put(a, extra->bytes, extra->used);
}

/* Of an entry: the sizes, and the place, where they are too large; nothing if none is. */
static record extra_of(uint64_t bytes, uint64_t at)
{
    record r = { .used = TAG };
    if (bytes >= wki_zip_much) add(&r, 8, bytes), add(&r, 8, bytes);
    if (at >= wki_zip_much) add(&r, 8, at);
    const size_t used = r.used;
    r.used = 0;
    if (used == TAG) return r;
    add(&r, 2, WKI_ZIP_EXTRA_64);
    add(&r, 2, used - TAG);
    r.used = used;
    return r;
}

static void put_entry(archive *a, wki_npz_entry *e)
{
    char npy[WKI_NPY_HEADER];
    const size_t head = wki_npy_header(&e->array, npy), bytes = bytes_of(&e->array);
    e->sum = wki_crc32(wki_crc32(0, npy, head), e->array.data, bytes);
    e->at = a->at;
    const record extra = extra_of(head + bytes, 0);
    record header = { .used = 0 };
    add(&header, 4, WKI_ZIP_LOCAL);
    add_facts(&header, e, head + bytes, extra.used);
    put_named(a, &header, e, &extra);
    put(a, npy, head);
    put(a, e->array.data, bytes);
}

static void put_central(archive *a, const wki_npz_entry *e)
{
    char npy[WKI_NPY_HEADER];
    const uint64_t bytes = wki_npy_header(&e->array, npy) + bytes_of(&e->array);
    const record extra = extra_of(bytes, e->at);
    record header = { .used = 0 };
    add(&header, 4, WKI_ZIP_CENTRAL);
    add(&header, 2, VERSION_64);
    add_facts(&header, e, bytes, extra.used);
    add(&header, 2, 0); /* no comment */
    add(&header, 2, 0); /* the first disk */
    add(&header, 6, 0); /* no attributes */
    add(&header, 4, at_most(e->at, wki_zip_much));
    put_named(a, &header, e, &extra);
}

static void put_end_64(archive *a, uint64_t n, uint64_t start, uint64_t bytes)
{
    record r = { .used = 0 };
    const uint64_t at = a->at;
    add(&r, 4, WKI_ZIP_END_64);
    add(&r, 8, WKI_ZIP_END_64_BYTES - 12);
    add(&r, 2, VERSION_64);
    add(&r, 2, VERSION_64);
    add(&r, 8, 0); /* the first disk, and the directory's */
    add(&r, 8, n);
    add(&r, 8, n);
    add(&r, 8, bytes);
    add(&r, 8, start);
    put(a, r.bytes, r.used);
    r.used = 0;
    add(&r, 4, WKI_ZIP_LOCATOR_64);
    add(&r, 4, 0);
    add(&r, 8, at);
    add(&r, 4, 1); /* disk in all */
    put(a, r.bytes, r.used);
}

static void put_end(archive *a, uint64_t n, uint64_t start)
{
    const uint64_t bytes = a->at - start;
    if (n >= WKI_ZIP_FEW || start >= wki_zip_much || bytes >= wki_zip_much) put_end_64(a, n, start, bytes);
    record r = { .used = 0 };
    add(&r, 4, WKI_ZIP_END);
    add(&r, 4, 0);
    add(&r, 2, at_most(n, WKI_ZIP_FEW));
    add(&r, 2, at_most(n, WKI_ZIP_FEW));
    add(&r, 4, at_most(bytes, wki_zip_much));
    add(&r, 4, at_most(start, wki_zip_much));
    add(&r, 2, 0); /* no comment */
    put(a, r.bytes, r.used);
}

wk_status wki_npz_write(const char *path, wki_npz_entry *entries, int64_t n, const char *where)
{
    for (int64_t i = 0; i < n; i++)
        wki_check(strlen(entries[i].name) <= NAME_MOST, WK_E_RANGE, WK_E_RANGE, where,
                  "%s: '%.40s...' is a name of %zu bytes; npz files have at most %d", path, entries[i].name,
                  strlen(entries[i].name), NAME_MOST);
    archive a = { wki_writer_new(path, where), 0 };
    if (!a.writer) return wk_error();
    for (int64_t i = 0; i < n; i++) put_entry(&a, &entries[i]);
    const uint64_t start = a.at;
    for (int64_t i = 0; i < n; i++) put_central(&a, &entries[i]);
    put_end(&a, (uint64_t)n, start);
    return wki_writer_commit(a.writer);
}
