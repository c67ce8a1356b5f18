/* Disks that go wrong, by file calls in the library's place: one whose n-th call fails, or before whose n-th call the
 * process is killed, and a record of calls from which what a loss of power may leave is made. */
#ifndef BAD_DISK_H
#define BAD_DISK_H
#include "base/file.h"
#include "base/rng.h"
#include "wick_check.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- A disk whose n-th call fails, and which takes few bytes at once ---- */

static struct {
    int left, error;
    bool kill; /* instead of failing */
    bool idle; /* fsync does nothing: no power is lost here */
} faults;

static inline bool fails_now(void)
{
    if (faults.left-- != 0) return false;
    if (faults.kill) raise(SIGKILL);
    errno = faults.error;
    return true;
}

static inline size_t few(size_t bytes) { return bytes > 9000 ? 9000 : bytes; }

static inline int bad_open(const char *name, int flags, mode_t mode)
{
    return fails_now() ? -1 : open(name, flags, mode);
}
static inline ssize_t bad_pread(int fd, void *to, size_t bytes, off_t at)
{
    return fails_now() ? -1 : pread(fd, to, few(bytes), at);
}
static inline ssize_t bad_write(int fd, const void *from, size_t bytes)
{
    return fails_now() ? -1 : write(fd, from, few(bytes));
}
static inline int bad_fsync(int fd) { return fails_now() ? -1 : faults.idle ? 0 : fsync(fd); }
static inline int bad_rename(const char *from, const char *to) { return fails_now() ? -1 : rename(from, to); }
static inline int bad_close(int fd)
{
    const bool fails = fails_now();
    const int closed = close(fd);
    if (fails) errno = faults.error;
    return fails ? -1 : closed;
}
static inline int bad_reserve(int fd, off_t bytes)
{
    return fails_now() ? -1 : fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, bytes);
}
static inline int bad_fstat(int fd, struct stat *facts) { return fails_now() ? -1 : fstat(fd, facts); }
static inline void *bad_mmap(void *at, size_t bytes, int may, int how, int fd, off_t offset)
{
    return fails_now() ? MAP_FAILED : mmap(at, bytes, may, how, fd, offset);
}
static const wki_file_ops bad = { bad_open,   bad_pread, bad_write, bad_fsync,
                                  bad_rename, bad_close, bad_reserve, bad_fstat, bad_mmap };

static inline int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0) CHECK(errno == EINTR);
    return status;
}

/* ---- A machine that loses power ---- */

/* What file calls have been made is recorded, and afterwards any of the states that they may have left on the disk is
 * made. A write that no fsync has followed is there, partly there, zeros, or not; a rename that no fsync of the folder
 * has followed has happened or has not. */
enum { MOST_CALLS = 800, MOST_FDS = 64, MOST_NAMES = 16, ABOVE = -2, INSIDE = -1 };
typedef enum { CREATED, WRITTEN, SYNCED, RENAMED, REMOVED, INSIDE_SYNCED, ABOVE_SYNCED, SAVED } kind;
typedef struct call {
    kind kind;
    int file, name; /* file: numbered as created; of SAVED: what was */
    size_t at, n;
    unsigned char *bytes;
} call;
static struct {
    ino_t above; /* the folder around the one that is written to; 0: none is looked at */
    call calls[MOST_CALLS];
    int count, files, names;
    int file_of[MOST_FDS]; /* by descriptor; ABOVE, INSIDE: a folder */
    size_t size[MOST_CALLS];
    char created[MOST_CALLS][400], name[MOST_NAMES][400];
} disk;

static inline call *record(kind kind, int file, int name)
{
    CHECK(disk.count < MOST_CALLS);
    disk.calls[disk.count] = (call){ .kind = kind, .file = file, .name = name };
    return &disk.calls[disk.count++];
}

static inline int recording_open(const char *name, int flags, mode_t mode)
{
    const int fd = open(name, flags, mode);
    CHECK(fd < MOST_FDS);
    if (fd < 0) return fd;
    struct stat here;
    CHECK(fstat(fd, &here) == 0);
    disk.file_of[fd] = here.st_ino == disk.above ? ABOVE : INSIDE;
    if (!(flags & O_CREAT)) return fd;
    snprintf(disk.created[disk.files], sizeof disk.created[0], "%s", name);
    record(CREATED, disk.file_of[fd] = disk.files++, -1);
    return fd;
}

static inline ssize_t recording_write(int fd, const void *from, size_t bytes)
{
    const int file = disk.file_of[fd];
    call *c = record(WRITTEN, file, -1);
    c->at = disk.size[file];
    c->n = few(bytes);
    c->bytes = malloc(c->n);
    memcpy(c->bytes, from, c->n);
    disk.size[file] += c->n;
    return write(fd, from, c->n);
}

static inline int recording_fsync(int fd)
{
    const int file = disk.file_of[fd];
    record(file == ABOVE ? ABOVE_SYNCED : file == INSIDE ? INSIDE_SYNCED : SYNCED, file, -1);
    return 0;
}

static inline int recording_rename(const char *from, const char *to)
{
    int file = disk.files - 1, name = 0;
    while (strcmp(disk.created[file], from) != 0) file--;
    while (name < disk.names && strcmp(disk.name[name], strrchr(to, '/') + 1) != 0) name++;
    CHECK(name < MOST_NAMES);
    if (name == disk.names) snprintf(disk.name[disk.names++], sizeof disk.name[0], "%s", strrchr(to, '/') + 1);
    record(RENAMED, file, name);
    return rename(from, to);
}

/* No bytes of the file, whenever the power goes. */
static inline int recording_reserve(int fd, off_t bytes) { return fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, bytes); }

static const wki_file_ops recording = {
    recording_open, pread, recording_write, recording_fsync, recording_rename, close, recording_reserve, fstat, mmap
};

static inline void forget_calls(void)
{
    for (int i = 0; i < disk.count; i++) free(disk.calls[i].bytes);
}

static inline int last_of(int calls, kind kind)
{
    while (--calls >= 0 && disk.calls[calls].kind != kind) continue;
    return calls;
}

/* The bytes of a file after `calls` calls, one of the ways they may be; returns their number. */
static inline size_t bytes_after(int calls, int file, unsigned char *bytes, wk_rng *rng)
{
    size_t size = 0;
    bool durable = false;
    memset(bytes, 0, disk.size[file]);
    for (int i = calls - 1; i >= 0; i--) {
        const call *c = &disk.calls[i];
        if (c->file != file || (c->kind != WRITTEN && c->kind != SYNCED)) continue;
        durable |= c->kind == SYNCED;
        if (c->kind != WRITTEN) continue;
        const uint64_t way = durable ? 0 : wki_rng_below(rng, 4);
        const size_t there = way == 0 ? c->n : way == 1 ? wki_rng_below(rng, c->n) : 0;
        memcpy(bytes + c->at, c->bytes, there);
        if (way < 3 && c->at + c->n > size) size = c->at + (way == 1 ? there : c->n);
    }
    return size;
}
#endif
