/* Talking to libhdf5: its lock, its silence, and the driver that reads for it. The driver opens the one file it was
 * made for, for reading, through the file seam; so external links lead nowhere and every failed read is a wick error.
 */
#include "base/error.h"
#include "data/hdf5/driver.h"
#include "data/hdf5/h5.h"
#include <stdio.h>
#include <string.h>

enum { READ_TRIES = 24 }; /* some 20 ms */

static wki_mutex library = WKI_MUTEX_INIT;

wki_h5_quiet wki_h5_enter(void)
{
    wki_h5_quiet quiet;
    wki_lock(&library);
    H5Eget_auto2(H5E_DEFAULT, &quiet.print, &quiet.data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return quiet;
}

void wki_h5_leave(wki_h5_quiet quiet)
{
    H5Eset_auto2(H5E_DEFAULT, quiet.print, quiet.data);
    wki_unlock(&library);
}

/* The innermost message is the cause; those around it say who called. */
static herr_t note_cause(unsigned n, const H5E_error2_t *error, void *room)
{
    if (n == 0 && error->desc) snprintf(room, 160, "%s", error->desc);
    return 0;
}

const char *wki_h5_reason(char room[160])
{
    snprintf(room, 160, "libhdf5 gives no reason");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_cause, room);
    return room;
}

const char *wki_h5_shown(const char *path)
{
    const size_t n = strlen(path);
    return n > 120 ? path + n - 120 : path;
}

static wki_h5_file *of(const H5FD_t *f) { return wki_h5_opened_of(f)->owner; }

static H5FD_t *driver_open(const char *path, unsigned flags, hid_t access, haddr_t most)
{
    (void)most;
    const wki_h5_driver_info *info = H5Pget_driver_info(access);
    const wki_h5_file *file = info ? info->owner : NULL;
    return file && !(flags & H5F_ACC_RDWR) && !strcmp(path, file->path) ? wki_h5_open(info->owner) : NULL;
}

static herr_t driver_read(H5FD_t *f, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *to)
{
    (void)transfer;
    wki_h5_file *file = of(f);
    if (file->armed && type == H5FD_MEM_DRAW) {
        file->hits++;
        file->hit_address = address;
        file->hit_size = size;
        return 0;
    }
    if (address > file->size || size > file->size - address) return -1;
    return wki_file_read_at(file->bytes, (int64_t)address, to, size) == WK_OK ? 0 : -1;
}

static herr_t driver_write(H5FD_t *f, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *from)
{
    (void)f, (void)type, (void)transfer, (void)address, (void)size, (void)from;
    return -1;
}

static haddr_t driver_eof(const H5FD_t *f, H5FD_mem_t type)
{
    (void)type;
    return of(f)->size;
}

static herr_t driver_query(const H5FD_t *f, unsigned long *flags)
{
    (void)f;
    *flags = H5FD_FEAT_SUPPORTS_SWMR_IO;
    return 0;
}

static hid_t make_driver(void)
{
    H5FD_class_t own = wki_h5_driver("wick", 511);
    own.open = driver_open;
    own.query = driver_query;
    own.get_eof = driver_eof;
    own.read = driver_read;
    own.write = driver_write;
    return H5FDregister(&own);
}

/* A superblock starts at byte 0, 512, 1024, 2048 ... with these eight bytes; of version 3, it says who writes. */
static wk_status find_signature(wki_h5_file *f)
{
    static const unsigned char signature[8] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };
    unsigned char bytes[12];
    if (!f->size) return wki_fail(WK_E_FORMAT, f->where, "%s: is empty; expected an HDF5 file", wki_h5_shown(f->path));
    for (uint64_t at = 0; at + sizeof bytes <= f->size; at = at ? 2 * at : 512) {
        const wk_status status = wki_file_read_at(f->bytes, (int64_t)at, bytes, sizeof bytes);
        const bool here = !status && !memcmp(bytes, signature, sizeof signature);
        f->told = here && bytes[8] == 3;
        if (f->told) f->marks = bytes[11];
        if (status || here) return status;
    }
    return wki_fail(WK_E_FORMAT, f->where, "%s: is no HDF5 file; its signature is missing", wki_h5_shown(f->path));
}

static wk_status open_file(wki_h5_file *f)
{
    char reason[160];
    const wki_h5_driver_info info = { f };
    /* What a writer has not finished yet, libhdf5 finds only in this way. */
    const unsigned how = H5F_ACC_RDONLY | (f->marks ? H5F_ACC_SWMR_READ : 0u);
    const wki_h5_quiet quiet = wki_h5_enter();
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    /* It sleeps between tries, each time twice as long from 1 ns on, and would try a hundred times. */
    if (f->marks) H5Pset_metadata_read_attempts(access, READ_TRIES);
    f->driver = make_driver();
    f->id = H5Pset_driver(access, f->driver, &info) < 0 ? -1 : H5Fopen(f->path, how, access);
    const hid_t root = f->id < 0 ? -1 : H5Gopen2(f->id, "/", H5P_DEFAULT);
    if (root < 0)
        wki_fail(WK_E_FORMAT, f->where, "%s: damaged or truncated HDF5 file (%s)", wki_h5_shown(f->path),
                 wki_h5_reason(reason));
    if (root >= 0) H5Gclose(root);
    H5Pclose(access);
    wki_h5_leave(quiet);
    return root < 0 ? wk_error() : WK_OK;
}

/* Not opened in libhdf5, but known to be a file with the signature. */
static wki_h5_file *new_file(wki_file *bytes, const char *path, const char *where)
{
    wki_h5_file *f = bytes ? wki_alloc(sizeof *f) : NULL;
    if (!f) return wki_file_close(bytes), NULL;
    *f =
        (wki_h5_file){ .where = where, .bytes = bytes, .size = (uint64_t)wki_file_size(bytes), .id = -1, .driver = -1 };
    if ((f->path = wki_strdup(path)) && find_signature(f) == WK_OK) return f;
    wki_h5_file_close(f);
    return NULL;
}

static wki_h5_file *opened(wki_h5_file *f, wk_status status)
{
    if (!status) return f;
    wki_h5_file_close(f);
    return NULL;
}

wki_h5_file *wki_h5_file_over(wki_file *bytes, const char *path, const char *where)
{
    wki_h5_file *f = new_file(bytes, path, where);
    return f ? opened(f, open_file(f)) : NULL;
}

static wki_file *open_bytes(const char *path, const char *where)
{
    wki_check(path, NULL, WK_E_INVALID, where, "path is NULL; expected the name of an HDF5 file");
    return wki_file_open(path, where);
}

wki_h5_file *wki_h5_file_open(const char *path, const char *where)
{
    return wki_h5_file_over(open_bytes(path, where), path, where);
}

wki_h5_file *wki_h5_file_open_apart(const char *path, wki_h5_limits limits, const char *where)
{
    const int seconds = limits.seconds, mib = limits.mib;
    wki_check(seconds >= 1 && seconds <= 86400 && mib >= 1 && mib <= 1 << 20, NULL, WK_E_INVALID, where,
              ".isolate_seconds = %d, .isolate_mib = %d; expected 1 .. 86400 and 1 .. 1048576", seconds, mib);
    wki_h5_file *f = new_file(open_bytes(path, where), path, where);
    return f ? opened(f, wki_h5_reader_start(f, limits)) : NULL;
}

void wki_h5_file_close(wki_h5_file *f)
{
    if (!f) return;
    wki_h5_file_settle(f);
    if (f->driver >= 0) {
        const wki_h5_quiet quiet = wki_h5_enter();
        if (f->id >= 0) H5Fclose(f->id);
        H5FDunregister(f->driver); /* not before: closing a file calls into it */
        wki_h5_leave(quiet);
    }
    wki_file_close(f->bytes);
    wki_free(f->path);
    wki_free(f);
}
