/* The file seam: whole reads at an offset, and writers whose file appears under its name only when complete. Rests on a
 * table of system calls that tests replace. */
#define _GNU_SOURCE 1
#include "base/file.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/fault.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, TRIES = 100 };

struct wki_file {
    int fd;
    int64_t size;
    struct stat facts; /* when it was opened */
    bool touched;      /* written to so shortly before that another write might leave no later time */
    void *map;         /* all of it; NULL: it is not mapped */
    char *path;
    const char *where;
};

struct wki_writer {
    int fd;
    wk_status status; /* of the first failure */
    size_t used;
    char *path, *temporary;
    const char *where;
    char buffer[BUFFER];
};

static int system_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }

static int system_reserve(int fd, off_t bytes) { return fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, bytes); }

static const wki_file_ops of_system = { system_open, pread, write, fsync, rename, close, system_reserve, fstat, mmap };
static const wki_file_ops *_Atomic ops = &of_system;

static const wki_file_ops *sys(void) { return atomic_load_explicit(&ops, memory_order_relaxed); }

const wki_file_ops *wki_set_file_ops(const wki_file_ops *table)
{
    return atomic_exchange(&ops, table ? table : &of_system);
}

static int open_again(const char *path, int flags, mode_t mode)
{
    int fd;
    do fd = sys()->open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static wk_status failed(const char *where, const char *verb, const char *path)
{
    const int error = errno;
    const bool absent = error == ENOENT && strcmp(verb, "open") == 0;
    return wki_fail(absent ? WK_E_NOT_FOUND : WK_E_IO, where, "cannot %s %s: %s", verb, path, strerror(error));
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* Folders and pipes open too, but have no bytes at an offset. */
static wk_status measure(wki_file *file)
{
    struct timespec now = { 0 }; /* the clock that stamps files */
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (sys()->fstat(file->fd, &file->facts) != 0) return failed(file->where, "read", file->path);
    const struct stat *facts = &file->facts;
    if (!S_ISREG(facts->st_mode))
        return wki_fail(WK_E_IO, file->where, "%s is %s; expected a file", file->path,
                        S_ISDIR(facts->st_mode) ? "a folder" : "no regular file");
    file->size = facts->st_size;
    file->touched = !is_before(&facts->st_mtim, &now);
    return WK_OK;
}

/* Opens path, without waiting for a pipe's writer, or takes over a descriptor >= 0. */
static wki_file *file_of(const char *path, int fd, const char *where)
{
    wki_file *file = wki_alloc(sizeof *file);
    if (!file) return NULL;
    file->where = where;
    file->path = wki_strdup(path);
    file->fd = file->path && fd < 0 ? open_again(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0) : fd;
    if (file->path && file->fd < 0) failed(where, "open", path);
    if (file->path && file->fd >= 0 && measure(file) == WK_OK) return file;
    wki_file_close(file);
    return NULL;
}

wki_file *wki_file_open(const char *path, const char *where)
{
    wki_check(path, NULL, WK_E_INVALID, where, "path is NULL; expected a file's name");
    return file_of(path, -1, where);
}

wki_file *wki_file_adopt(int fd, const char *path, const char *where) { return file_of(path, fd, where); }

int wki_file_descriptor(const wki_file *file) { return file->fd; }

int64_t wki_file_size(const wki_file *file) { return file->size; }

bool wki_file_is_quiet(const wki_file *file)
{
    struct stat now;
    return !file->touched && sys()->fstat(file->fd, &now) == 0 && now.st_size == file->size &&
           now.st_mtim.tv_sec == file->facts.st_mtim.tv_sec && now.st_mtim.tv_nsec == file->facts.st_mtim.tv_nsec;
}

bool wki_file_is_same(const wki_file *a, const wki_file *b)
{
    return a->facts.st_dev == b->facts.st_dev && a->facts.st_ino == b->facts.st_ino;
}

wk_status wki_file_read_at(wki_file *file, int64_t offset, void *to, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t n = sys()->pread(file->fd, (char *)to + done, bytes - done, (off_t)offset + (off_t)done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(file->where, "read", file->path);
        if (n == 0)
            return wki_fail(WK_E_FORMAT, file->where, "%s is truncated: expected %zu bytes at %lld, found %zu",
                            file->path, bytes, (long long)offset, done);
        done += (size_t)n;
    }
    return WK_OK;
}

const void *wki_file_map(wki_file *file)
{
    if (file->map) return file->map;
    const size_t bytes = (size_t)file->size;
    errno = EOVERFLOW;
    void *map =
        (int64_t)bytes == file->size ? sys()->mmap(NULL, bytes, PROT_READ, MAP_SHARED, file->fd, 0) : MAP_FAILED;
    if (map != MAP_FAILED) return file->map = map;
    failed(file->where, "map", file->path);
    return NULL;
}

wk_status wki_file_check_length(const wki_file *file)
{
    struct stat now;
    if (sys()->fstat(file->fd, &now) != 0) return failed(file->where, "read", file->path);
    if (now.st_size >= file->size || WKI_FAULT(107)) return WK_OK;
    return wki_fail(WK_E_FORMAT, file->where, "%s is truncated: expected %lld bytes, found %lld", file->path,
                    (long long)file->size, (long long)now.st_size);
}

void wki_file_close(wki_file *file)
{
    if (!file) return;
    if (file->map) munmap(file->map, (size_t)file->size);
    if (file->fd >= 0) sys()->close(file->fd);
    wki_free(file->path);
    wki_free(file);
}

static char *slurp(wki_file *file, size_t most)
{
    const size_t size = (size_t)file->size;
    wki_check(size <= most, NULL, WK_E_RANGE, file->where, "%s has %zu bytes; expected at most %zu", file->path, size,
              most);
    char *text = wki_alloc(size + 1);
    if (!text || wki_file_read_at(file, 0, text, size) == WK_OK) return text;
    wki_free(text);
    return NULL;
}

char *wki_file_slurp(const char *path, size_t most, size_t *bytes, const char *where)
{
    wki_file *file = wki_file_open(path, where);
    if (!file) return NULL;
    char *text = slurp(file, most);
    if (text && bytes) *bytes = (size_t)file->size;
    wki_file_close(file);
    return text;
}

char *wki_temporary_name(const char *path)
{
    static atomic_uint serial;
    return wki_sprintf("%s.%ld-%u.tmp", path, (long)getpid(), atomic_fetch_add(&serial, 1));
}

/* A device or a folder of that name must not be renamed over. */
static wk_status refuse_odd_target(const char *path, const char *where)
{
    struct stat facts;
    if (stat(path, &facts) != 0 || S_ISREG(facts.st_mode)) return WK_OK;
    return wki_fail(WK_E_IO, where, "cannot write %s: it is %s; expected a file's name", path,
                    S_ISDIR(facts.st_mode) ? "a folder" : "no regular file");
}

static int open_temporary(wki_writer *writer)
{
    for (int i = 0; i < TRIES; i++) {
        wki_free(writer->temporary);
        writer->temporary = wki_temporary_name(writer->path);
        if (!writer->temporary) return -1;
        const int fd = open_again(writer->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
        if (fd >= 0) flock(fd, LOCK_EX | LOCK_NB); /* tells wki_sweep_temporaries that it is somebody's */
        if (fd >= 0) return fd;
        if (errno != EEXIST) break;
    }
    failed(writer->where, "write", writer->path);
    return -1;
}

static void free_writer(wki_writer *writer)
{
    wki_free(writer->temporary);
    wki_free(writer->path);
    wki_free(writer);
}

/* Of a link the file that it leads to, so that the link stays: /dev/stdout is one. */
static char *target_of(const char *path)
{
    struct stat facts;
    char target[PATH_MAX];
    const bool link = !WKI_FAULT(254) && lstat(path, &facts) == 0 && S_ISLNK(facts.st_mode);
    return wki_strdup(link && realpath(path, target) ? target : path);
}

wki_writer *wki_writer_new(const char *path, const char *where)
{
    wki_check(path, NULL, WK_E_INVALID, where, "path is NULL; expected a file's name");
    if (refuse_odd_target(path, where) != WK_OK) return NULL;
    wki_writer *writer = wki_alloc(sizeof *writer);
    if (!writer) return NULL;
    writer->where = where;
    writer->path = target_of(path);
    writer->fd = writer->path ? open_temporary(writer) : -1;
    if (writer->fd >= 0) {
        wki_sweep_temporaries(writer->path);
        return writer;
    }
    free_writer(writer);
    return NULL;
}

/* All of it; false with errno set. */
static bool write_all(int fd, const char *from, size_t bytes)
{
    while (bytes > 0) {
        const ssize_t n = sys()->write(fd, from, bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) errno = ENOSPC;
        if (n <= 0) return false;
        from += n;
        bytes -= WKI_FAULT(63) ? bytes : (size_t)n;
    }
    return true;
}

static wk_status write_out(wki_writer *writer, const char *from, size_t bytes)
{
    if (write_all(writer->fd, from, bytes)) return WK_OK;
    return writer->status = failed(writer->where, "write", writer->path);
}

static wk_status flush(wki_writer *writer)
{
    const size_t used = writer->used;
    writer->used = 0;
    return write_out(writer, writer->buffer, used);
}

wk_status wki_writer_put(wki_writer *writer, const void *from, size_t bytes)
{
    if (writer->status != WK_OK) return writer->status;
    if (bytes > BUFFER - writer->used && flush(writer) != WK_OK) return writer->status;
    if (bytes >= BUFFER) return write_out(writer, from, bytes);
    if (bytes > 0) memcpy(writer->buffer + writer->used, from, bytes);
    writer->used += bytes;
    return WK_OK;
}

/* What else may be wrong, writing will tell. */
wk_status wki_writer_reserve(wki_writer *writer, int64_t bytes)
{
    int reserved;
    if (writer->status != WK_OK || !sys()->reserve) return writer->status;
    do reserved = sys()->reserve(writer->fd, (off_t)bytes);
    while (reserved != 0 && errno == EINTR);
    if (reserved == 0 || (errno != ENOSPC && errno != EDQUOT && errno != EFBIG)) return WK_OK;
    return writer->status = failed(writer->where, "write", writer->path);
}

wk_status wki_writer_put_at(wki_writer *writer, int64_t offset, const void *from, size_t bytes)
{
    if (writer->status != WK_OK) return writer->status;
    if (lseek(writer->fd, (off_t)offset, SEEK_SET) < 0)
        return writer->status = failed(writer->where, "write", writer->path);
    return write_out(writer, from, bytes);
}

wk_status wki_writer_printf(wki_writer *writer, const char *format, ...)
{
    char text[1024], *longer = NULL;
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    if (length >= (int)sizeof text) longer = wki_alloc((size_t)length + 1);
    if (longer) vsnprintf(longer, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    if (length < 0 || (length >= (int)sizeof text && !longer))
        return writer->status = wki_fail(WK_E_MEMORY, writer->where, "cannot format text for %s", writer->path);
    wki_writer_put(writer, longer ? longer : text, (size_t)length);
    wki_free(longer);
    return writer->status;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? wki_strdup(path) : wki_strdup(".");
    if (folder && slash) folder[slash == path ? 1 : slash - path] = 0;
    return folder;
}

/* The new name is safe only once the folder is; file systems that cannot sync a folder say EINVAL. */
static wk_status sync_folder(const char *folder, const char *path, const char *where)
{
    const int fd = open_again(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) return WK_OK; /* a folder that may be written but not read */
    const int error = sys()->fsync(fd) == 0 ? 0 : errno;
    sys()->close(fd);
    errno = error;
    return error == 0 || error == EINVAL || error == ENOTSUP ? WK_OK : failed(where, "sync the folder of", path);
}

static wk_status rename_durably(const char *temporary, const char *path, const char *where)
{
    char *folder = folder_of(path); /* before anything is changed: there may be no memory */
    wk_status status = WK_OK;
    if (!folder || sys()->rename(temporary, path) != 0) {
        status = folder ? failed(where, "write", path) : wk_error();
        unlink(temporary);
    } else if (!WKI_FAULT(62)) {
        status = sync_folder(folder, path, where);
    }
    wki_free(folder);
    return status;
}

wk_status wki_writer_commit(wki_writer *writer)
{
    if (writer->status == WK_OK) flush(writer);
    if (writer->status == WK_OK && !WKI_FAULT(61) && sys()->fsync(writer->fd) != 0)
        writer->status = failed(writer->where, "write", writer->path);
    if (writer->status != WK_OK) {
        const wk_status status = writer->status;
        wki_fail(status, writer->where, "%s was not written", writer->path);
        wki_writer_abandon(writer);
        return status;
    }
    if (sys()->close(writer->fd) != 0) {
        writer->status = failed(writer->where, "write", writer->path);
        unlink(writer->temporary);
    } else {
        writer->status = rename_durably(writer->temporary, writer->path, writer->where);
    }
    const wk_status status = writer->status;
    free_writer(writer);
    return status;
}

void wki_writer_abandon(wki_writer *writer)
{
    if (!writer) return;
    sys()->close(writer->fd);
    unlink(writer->temporary);
    free_writer(writer);
}

wk_status wki_replace_file(const char *temporary, const char *path, const char *where)
{
    wk_status status = refuse_odd_target(path, where);
    const int fd = status == WK_OK ? open_again(temporary, O_RDONLY, 0) : -1;
    if (status == WK_OK && (fd < 0 || sys()->fsync(fd) != 0)) status = failed(where, "write", path);
    if (fd >= 0) sys()->close(fd);
    if (status == WK_OK) return rename_durably(temporary, path, where);
    unlink(temporary);
    return status;
}

wk_status wki_file_append(const char *path, const void *from, size_t bytes, bool *whole, const char *where)
{
    struct stat before;
    const int fd = open_again(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    *whole = fd < 0;
    if (fd < 0) return failed(where, "open", path);
    const bool known = sys()->fstat(fd, &before) == 0;
    wk_status status = write_all(fd, from, bytes) ? WK_OK : failed(where, "write", path);
    if (status && known) *whole = ftruncate(fd, before.st_size) == 0;
    if (sys()->close(fd) != 0 && status == WK_OK) status = failed(where, "write", path);
    return status;
}

wk_status wki_file_start(const char *path, bool fresh, bool *made, const char *where)
{
    const int fd = open_again(path, O_WRONLY | O_CREAT | (fresh ? O_EXCL : O_TRUNC), 0666);
    *made = fd >= 0;
    if (fd < 0) return fresh && errno == EEXIST ? WK_OK : failed(where, "open", path);
    return sys()->close(fd) == 0 ? WK_OK : failed(where, "write", path);
}

bool wki_is_folder(const char *path)
{
    struct stat is;
    return stat(path, &is) == 0 && S_ISDIR(is.st_mode);
}

/* Its name is synced even where it exists: who made it may have been killed before that. */
wk_status wki_make_folder(const char *path, const char *where)
{
    if (mkdir(path, 0777) != 0 && (errno != EEXIST || !wki_is_folder(path)))
        return failed(where, "make the folder", path);
    char *above = wki_sprintf("%s/..", path);
    const wk_status status = above && !WKI_FAULT(66) ? sync_folder(above, path, where) : wk_error();
    wki_free(above);
    return status;
}

wk_status wki_list_folder(const char *path, bool (*visit)(void *user, const char *name), void *user, const char *where)
{
    DIR *entries = opendir(path);
    if (!entries) return failed(where, "open", path);
    for (struct dirent *entry; (entry = readdir(entries)) && visit(user, entry->d_name);) continue;
    closedir(entries);
    return WK_OK;
}

void wki_remove_file(const char *path) { unlink(path); }
