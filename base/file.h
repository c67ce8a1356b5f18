/* The file seam: the only place that opens, reads, writes or renames files (libhdf5 opens its own). Errors name the path and
 * the system's reason. Tests replace the table to make the n-th call fail. */
#ifndef WKI_FILE_H
#define WKI_FILE_H
#include "wick/base.h"
#include <sys/stat.h>
#include <sys/types.h>

typedef struct wki_file wki_file;

WK_API wki_file *wki_file_open(const char *path, const char *where);            /* for reading */
WK_API int64_t wki_file_size(const wki_file *file);                              /* when it was opened */
/* Has nobody written to it since a while before it was opened? By its size and time of change, so on a local disk. */
WK_API bool wki_file_is_quiet(const wki_file *file);
WK_API bool wki_file_is_same(const wki_file *a, const wki_file *b);              /* on the disk, whatever their names */
/* Exactly `bytes` at `offset`, safe from several threads; fewer is WK_E_FORMAT "truncated". */
WK_API wk_status wki_file_read_at(wki_file *file, int64_t offset, void *to, size_t bytes);
/* All of it, as long as it was when it was opened, in memory, for reading, until it is closed; the first call must meet no other. Pages
 * come from the disk as they are touched. One that somebody has cut off ends the process there (SIGBUS), and what was cut off
 * within the last page is zeros, so wki_file_check_length is asked before a read and after it. */
WK_API const void *wki_file_map(wki_file *file);
WK_API wk_status wki_file_check_length(const wki_file *file);                    /* shorter than when it was opened: WK_E_FORMAT "truncated" */
WK_API void wki_file_close(wki_file *file);                                     /* NULL allowed */
/* For base/process.c: a descriptor that is open already, which errors call `path`; that of a file. */
WK_API wki_file *wki_file_adopt(int descriptor, const char *path, const char *where);
WK_API int wki_file_descriptor(const wki_file *file);
/* The whole file; *bytes its size, one NUL behind it. Freed with wki_free. Refuses files over `most` bytes. */
WK_API char *wki_file_slurp(const char *path, size_t most, size_t *bytes, const char *where);

/* A file that appears under its name only when complete: a temporary beside it, fsync, rename, fsync of the folder. */
typedef struct wki_writer wki_writer;
WK_API wki_writer *wki_writer_new(const char *path, const char *where);
WK_API wk_status wki_writer_put(wki_writer *writer, const void *from, size_t bytes);
/* For a file that is not written front to back: bytes at an offset, at once. Not together with wki_writer_put. */
WK_API wk_status wki_writer_put_at(wki_writer *writer, int64_t offset, const void *from, size_t bytes);
/* Before the first put, where the size is known: WK_E_IO if the disk has no room for it. Some file systems cannot tell. */
WK_API wk_status wki_writer_reserve(wki_writer *writer, int64_t bytes);
WK_API wk_status wki_writer_printf(wki_writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));
WK_API wk_status wki_writer_commit(wki_writer *writer);     /* ends the writer, also on error */
WK_API void wki_writer_abandon(wki_writer *writer);         /* ends it without a trace; NULL allowed */
/* For libraries that write files themselves (HDF5): a temporary name beside path, then the same durable rename. */
WK_API char *wki_temporary_name(const char *path);          /* freed with wki_free */
WK_API wk_status wki_replace_file(const char *temporary, const char *path, const char *where);
/* Removes temporaries of files whose names begin with path, "run/ckpt-", that are over a minute old and that no process
 * is writing any more. What cannot be removed stays, without an error. A new writer does so for its own path. */
WK_API void wki_sweep_temporaries(const char *path);

/* For logs: bytes at the end of a file that exists, or of a new one; not synced. After an error *whole tells that the file is as it was,
 * none of them in it. wki_file_start makes path empty, and refuses (*made false, no error) what exists already if `fresh`. */
WK_API wk_status wki_file_append(const char *path, const void *from, size_t bytes, bool *whole, const char *where);
WK_API wk_status wki_file_start(const char *path, bool fresh, bool *made, const char *where);
/* The names in a folder, in no order; visit false ends it. WK_E_NOT_FOUND. */
WK_API wk_status wki_list_folder(const char *path, bool (*visit)(void *user, const char *name), void *user, const char *where);
WK_API bool wki_is_folder(const char *path);
WK_API void wki_remove_file(const char *path);                /* if it can be */
WK_API wk_status wki_make_folder(const char *path, const char *where); /* durable; one that exists is fine; its parent must exist */

typedef struct wki_file_ops {
    int (*open)(const char *path, int flags, mode_t mode);
    ssize_t (*pread)(int fd, void *to, size_t bytes, off_t offset);
    ssize_t (*write)(int fd, const void *from, size_t bytes);
    int (*fsync)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*close)(int fd);
    int (*reserve)(int fd, off_t bytes); /* room on the disk from the beginning on; the size stays as it is; NULL: none */
    int (*fstat)(int fd, struct stat *facts);
    void *(*mmap)(void *at, size_t bytes, int may, int how, int fd, off_t offset);
} wki_file_ops;
WK_API const wki_file_ops *wki_set_file_ops(const wki_file_ops *ops); /* tests only; NULL: the system's; returns the old table */
#endif
