/* The file that libhdf5 writes to: a driver of ours passes every write on to the file seam, so that the file appears
 * whole or not at all. Metadata is kept in memory too, and read from there: whatever happens to the disk, libhdf5 sees
 * what it wrote. Rests on library.c's lock and base/file.h. */
#include "base/error.h"
#include "base/fault.h"
#include "data/hdf5/driver.h"
#include "data/hdf5/writer.h"
#include <string.h>

enum { PAGE = 4096 };

typedef struct page {
    uint64_t index;
    unsigned char *bytes;
} page;

struct wki_h5_sink {
    wki_writer *out;
    const wki_h5_out *away; /* instead of out, or NULL */
    wk_status status;
    char *path;
    const char *where;
    hid_t file, driver;
    bool given_up;    /* what libhdf5 still writes is not wanted */
    haddr_t eoa, end; /* of what libhdf5 has given away; of what it has written */
    page *pages;      /* by index */
    size_t npages;
};

static wki_h5_sink *sink_of(const H5FD_t *f) { return wki_h5_opened_of(f)->owner; }

/* ---- Metadata ---- */

/* NULL: it was never written, or there is no memory to make it. */
static unsigned char *page_at(wki_h5_sink *s, uint64_t index, bool make)
{
    size_t low = 0, high = s->npages;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        *(s->pages[middle].index < index ? &low : &high) = s->pages[middle].index < index ? middle + 1 : middle;
    }
    if (low < s->npages && s->pages[low].index == index) return s->pages[low].bytes;
    page *pages = make ? wki_grow_list(s->pages, s->npages, sizeof *pages) : NULL;
    if (!pages) return NULL;
    s->pages = pages;
    unsigned char *bytes = wki_alloc(PAGE);
    if (!bytes) return NULL;
    memmove(s->pages + low + 1, s->pages + low, (s->npages - low) * sizeof *s->pages);
    s->pages[low] = (page){ index, bytes };
    s->npages++;
    return bytes;
}

/* How much of [at, at + size) lies in the first page. */
static size_t in_page(haddr_t at, size_t size)
{
    const size_t left = PAGE - (size_t)(at % PAGE);
    return size < left ? size : left;
}

static bool keep(wki_h5_sink *s, haddr_t at, size_t size, const unsigned char *from)
{
    for (size_t n; size > 0; at += n, from += n, size -= n) {
        unsigned char *bytes = page_at(s, at / PAGE, true);
        if (!bytes) return false;
        n = in_page(at, size);
        memcpy(bytes + at % PAGE, from, n);
        if (WKI_FAULT(74)) break;
    }
    return true;
}

/* ---- The driver ---- */

static wk_status put_at(const wki_h5_sink *s, uint64_t at, const void *from, size_t size)
{
    return s->away ? s->away->put_at(s->away->user, at, from, size)
                   : wki_writer_put_at(s->out, (int64_t)at, from, size);
}

static H5FD_t *driver_open(const char *path, unsigned flags, hid_t access, haddr_t most)
{
    (void)path, (void)flags, (void)most;
    const wki_h5_driver_info *info = H5Pget_driver_info(access);
    return info ? wki_h5_open(info->owner) : NULL;
}

static herr_t driver_close(H5FD_t *f)
{
    sink_of(f)->eoa = wki_h5_opened_of(f)->eoa;
    return wki_h5_close(f);
}

static herr_t driver_read(H5FD_t *f, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *to)
{
    (void)transfer;
    if (type == H5FD_MEM_DRAW) return -1;
    unsigned char *out = to;
    for (size_t n; size > 0; address += n, out += n, size -= n) {
        const unsigned char *bytes = page_at(sink_of(f), address / PAGE, false);
        n = in_page(address, size);
        if (bytes)
            memcpy(out, bytes + address % PAGE, n);
        else
            memset(out, 0, n);
    }
    return 0;
}

static herr_t driver_write(H5FD_t *f, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *from)
{
    (void)transfer;
    wki_h5_sink *s = sink_of(f);
    if (s->given_up) return 0;
    if (address + size > s->end) s->end = address + size;
    const bool kept = type == H5FD_MEM_DRAW || keep(s, address, size, from) || WKI_FAULT(73);
    if (!kept && !s->status) s->status = WK_E_MEMORY;
    if (!s->status) s->status = put_at(s, address, from, size);
    return 0;
}

static haddr_t driver_eof(const H5FD_t *f, H5FD_mem_t type)
{
    (void)type;
    return sink_of(f)->end;
}

static herr_t driver_query(const H5FD_t *f, unsigned long *flags)
{
    (void)f;
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static hid_t make_driver(void)
{
    H5FD_class_t own = wki_h5_driver("wick-out", 510);
    own.open = driver_open;
    own.close = driver_close;
    own.query = driver_query;
    own.get_eof = driver_eof;
    own.read = driver_read;
    own.write = driver_write;
    return H5FDregister(&own);
}

/* ---- The file ---- */

static wk_status create(wki_h5_sink *s)
{
    char reason[160];
    const wki_h5_driver_info info = { s };
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    s->driver = make_driver();
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    if (H5Pset_driver(access, s->driver, &info) >= 0) s->file = H5Fcreate(s->path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (s->file < 0)
        wki_fail(WK_E_MEMORY, s->where, "%s: cannot be created (%s)", wki_h5_shown(s->path), wki_h5_reason(reason));
    H5Pclose(access);
    wki_h5_leave(quiet);
    return s->file < 0 || s->status ? wk_error() : WK_OK;
}

/* STRONG closing takes the data sets along. */
static wk_status close_file(wki_h5_sink *s)
{
    char reason[160];
    const wki_h5_quiet quiet = wki_h5_enter();
    const bool closed = s->file < 0 || H5Fclose(s->file) >= 0;
    if (!closed && !s->given_up)
        wki_fail(WK_E_IO, s->where, "%s: libhdf5 cannot finish it (%s)", wki_h5_shown(s->path), wki_h5_reason(reason));
    if (s->driver >= 0) H5FDunregister(s->driver);
    wki_h5_leave(quiet);
    s->file = s->driver = -1;
    return closed ? WK_OK : WK_E_IO;
}

wki_h5_sink *wki_h5_sink_new(const char *path, const wki_h5_out *out, const char *where)
{
    wki_h5_sink *s = wki_alloc(sizeof *s);
    if (!s) return NULL;
    s->file = s->driver = -1;
    s->where = where;
    s->path = wki_strdup(path);
    s->away = out;
    s->out = s->path && !out ? wki_writer_new(path, where) : NULL;
    if (!wk_failed() && create(s) == WK_OK) return s;
    wki_h5_sink_abandon(s);
    return NULL;
}

hid_t wki_h5_sink_file(const wki_h5_sink *s) { return s->file; }

wk_status wki_h5_sink_status(const wki_h5_sink *s) { return s->status; }

static void free_sink(wki_h5_sink *s)
{
    for (size_t i = 0; i < s->npages; i++) wki_free(s->pages[i].bytes);
    wki_free(s->pages);
    wki_free(s->path);
    wki_free(s);
}

/* Space that libhdf5 gave away and left empty is part of the file as well. */
wk_status wki_h5_sink_commit(wki_h5_sink *s)
{
    const wk_status closed = close_file(s);
    if (!closed && !s->status && s->end < s->eoa) s->status = put_at(s, s->eoa - 1, "", 1);
    wk_status status = closed ? closed : s->status;
    if (status)
        wki_writer_abandon(s->out);
    else if (!s->away)
        status = wki_writer_commit(s->out);
    free_sink(s);
    return status;
}

void wki_h5_sink_abandon(wki_h5_sink *s)
{
    if (!s) return;
    s->given_up = true;
    close_file(s);
    wki_writer_abandon(s->out);
    free_sink(s);
}
