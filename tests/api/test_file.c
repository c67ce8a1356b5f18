/* The laws of files: what is written is read back, or the old stays; every call of the system may fail. */
#define _GNU_SOURCE 1
#include "base/alloc.h"
#include "base/error.h"
#include "base/file.h"
#include "wick_check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

WICK_ON_CPU("it makes no tensors")

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[128];
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "/tmp/wick-test-XXXXXX");
        CHECK(mkdtemp(folder) != NULL);
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int files_in_folder(void)
{
    int n = 0;
    DIR *open = opendir(folder);
    for (struct dirent *entry; (entry = readdir(open));) n += entry->d_name[0] != '.';
    closedir(open);
    return n;
}

static void remove_folder(const char *name)
{
    if (name) unlink(in_folder(name));
    CHECK(rmdir(folder) == 0);
    folder[0] = 0;
}

static wk_status write_text(const char *path, const char *text, int times)
{
    wki_writer *writer = wki_writer_new(path, "save");
    if (!writer) return wk_error();
    for (int i = 0; i < times; i++) wki_writer_printf(writer, "%s", text);
    return wki_writer_commit(writer);
}

static bool holds(const char *path, const char *text, size_t times)
{
    size_t bytes, length = strlen(text);
    char *found = wki_file_slurp(path, 1 << 20, &bytes, "load");
    if (!found) return false;
    bool same = bytes == times * length && found[bytes] == 0;
    for (size_t i = 0; same && i < times; i++) same = memcmp(found + i * length, text, length) == 0;
    wki_free(found);
    return same;
}

TEST(file, reads_back_what_was_written)
{
    const char *path = in_folder("a.txt");
    CHECK(write_text(path, "line\n", 30000) == WK_OK);
    CHECK(holds(path, "line\n", 30000));
    CHECK(write_text(path, "other", 1) == WK_OK);
    CHECK(holds(path, "other", 1));
    CHECK(files_in_folder() == 1);
    CHECK_NULL(wki_file_slurp(path, 4, NULL, "load"));
    CHECK_ERROR(WK_E_RANGE, "load", "a.txt", "5 bytes");
    remove_folder("a.txt");
}

TEST(file, that_is_too_short_is_truncated)
{
    const char *path = in_folder("short");
    char to[16];
    write_text(path, "12345", 1);
    wki_file *file = wki_file_open(path, "load");
    CHECK(file && wki_file_size(file) == 5);
    CHECK(wki_file_read_at(file, 1, to, 4) == WK_OK && memcmp(to, "2345", 4) == 0);
    CHECK(wki_file_read_at(file, 2, to, 16) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "load", "short", "truncated", "expected 16 bytes at 2");
    wki_file_close(file);
    remove_folder("short");
}

TEST(file, that_cannot_be_opened_is_told_with_the_reason)
{
    CHECK_NULL(wki_file_open("/no/such.h5", "load"));
    CHECK_ERROR(WK_E_NOT_FOUND, "load", "/no/such.h5", "No such file");
    CHECK_NULL(wki_file_open("/tmp", "load"));
    CHECK_ERROR(WK_E_IO, "load", "/tmp is a folder");
    CHECK_NULL(wki_writer_new("/no/such.h5", "save"));
    CHECK_ERROR(WK_E_IO, "save", "/no/such.h5", "No such file");
    CHECK_NULL(wki_writer_new("/dev/null", "save"));
    CHECK_ERROR(WK_E_IO, "save", "/dev/null", "no regular file");
    CHECK_NULL(wki_file_open(NULL, "load"));
    CHECK_ERROR(WK_E_INVALID, "load: path is NULL");
}

TEST(file, that_a_link_leads_to_is_replaced_and_the_link_stays)
{
    const char *path = in_folder("behind");
    char *link = wki_sprintf("%s/link", folder);
    struct stat facts;
    CHECK(write_text(path, "old", 1) == WK_OK && symlink("behind", link) == 0);
    CHECK(write_text(link, "new", 1) == WK_OK);
    CHECK(holds(path, "new", 1) && lstat(link, &facts) == 0 && S_ISLNK(facts.st_mode));
    unlink(link);
    wki_free(link);
    remove_folder("behind");
}

TEST(file, abandoned_leaves_no_trace)
{
    const char *path = in_folder("gone");
    wki_writer *writer = wki_writer_new(path, "save");
    wki_writer_put(writer, "x", 1);
    wki_writer_abandon(writer);
    wki_writer_abandon(NULL);
    CHECK(files_in_folder() == 0);
    remove_folder(NULL);
}

static int calls_left;

static bool fails_now(void) { return calls_left-- == 0; }

static int failing(int error)
{
    errno = error;
    return -1;
}

static int try_open(const char *path, int flags, mode_t mode)
{
    return fails_now() ? failing(EACCES) : open(path, flags, mode);
}

static ssize_t try_pread(int fd, void *to, size_t bytes, off_t offset)
{
    return fails_now() ? failing(EIO) : pread(fd, to, bytes > 3 ? 3 : bytes, offset);
}

static ssize_t try_write(int fd, const void *from, size_t bytes)
{
    return fails_now() ? failing(ENOSPC) : write(fd, from, bytes > 40000 ? 40000 : bytes);
}

static int try_fsync(int fd) { return fails_now() ? failing(EIO) : fsync(fd); }
static int try_rename(const char *from, const char *to) { return fails_now() ? failing(EXDEV) : rename(from, to); }

static int try_close(int fd)
{
    const int closed = close(fd);
    return fails_now() ? failing(EIO) : closed;
}

static int try_fstat(int fd, struct stat *facts) { return fails_now() ? failing(EIO) : fstat(fd, facts); }

static void *try_mmap(void *at, size_t bytes, int may, int how, int fd, off_t offset)
{
    return fails_now() ? (failing(ENODEV), MAP_FAILED) : mmap(at, bytes, may, how, fd, offset);
}

static const wki_file_ops trying = { try_open,  try_pread, try_write, try_fsync, try_rename,
                                     try_close, NULL,      try_fstat, try_mmap };

TEST(file, failing_at_any_call_leaves_the_old_or_the_whole_new)
{
    const char *path = in_folder("model");
    int n = 0;
    for (bool whole = false; !whole; n++) {
        CHECK(n < 100);
        write_text(path, "old", 1);
        wki_set_file_ops(&trying);
        calls_left = n;
        const wk_status status = write_text(path, "new and longer\n", 9000);
        whole = calls_left > 0;
        wki_set_file_ops(NULL);
        CHECK(status == wk_error());
        wk_error_clear();
        CHECK(holds(path, "old", 1) != holds(path, "new and longer\n", 9000));
        CHECK(status != WK_OK || holds(path, "new and longer\n", 9000));
        CHECK(files_in_folder() == 1);
    }
    CHECK(n > 6);
    remove_folder("model");
}

TEST(file, on_a_full_disk_is_told_so)
{
    const char *path = in_folder("full");
    wki_set_file_ops(&trying);
    calls_left = 1;
    CHECK(write_text(path, "text", 1) == WK_E_IO);
    CHECK_ERROR(WK_E_IO, "save: cannot write", "full", "No space left");
    wki_set_file_ops(NULL);
    CHECK(files_in_folder() == 0);
    remove_folder(NULL);
}

TEST(file, reads_on_after_short_reads)
{
    const char *path = in_folder("pieces");
    write_text(path, "0123456789", 10);
    wki_set_file_ops(&trying);
    calls_left = 1000;
    CHECK(holds(path, "0123456789", 10));
    calls_left = 2;
    CHECK(!holds(path, "0123456789", 10));
    CHECK_ERROR(WK_E_IO, "load", "pieces");
    wki_set_file_ops(NULL);
    remove_folder("pieces");
}

TEST(file, is_mapped_until_it_is_closed_and_tells_when_it_was_cut)
{
    const char *path = in_folder("mapped");
    write_text(path, "0123456789", 1000);
    wki_file *f = wki_file_open(path, "load");
    const char *map = wki_file_map(f);
    CHECK(map && map == wki_file_map(f) && !memcmp(map, "0123456789", 10) && map[9999] == '9');
    CHECK(wki_file_check_length(f) == WK_OK);
    CHECK(truncate(path, 10001) == 0 && wki_file_check_length(f) == WK_OK);
    CHECK(truncate(path, 9999) == 0 && wki_file_check_length(f) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "load", "mapped is truncated: expected 10000 bytes, found 9999");
    wki_file_close(f);
    wki_set_file_ops(&trying);
    for (int n = 0; n < 4; n++) { /* open, fstat, mmap, fstat */
        calls_left = n;
        f = wki_file_open(path, "load");
        CHECK((f != NULL) == (n > 1));
        CHECK(!f || (wki_file_map(f) != NULL) == (n > 2));
        CHECK(n < 3 || wki_file_check_length(f) == WK_E_IO);
        CHECK_ERROR(WK_E_IO, "load", "mapped", n == 2 ? "cannot map" : "cannot", n == 2 ? "No such device" : "");
        wki_file_close(f);
    }
    wki_set_file_ops(NULL);
    remove_folder("mapped");
}

TEST(file, of_another_library_is_renamed_durably)
{
    char path[128];
    snprintf(path, sizeof path, "%s", in_folder("data.h5"));
    char *temporary = wki_temporary_name(path);
    FILE *file = fopen(temporary, "w");
    fputs("whole", file);
    fclose(file);
    CHECK(wki_replace_file(temporary, path, "save") == WK_OK);
    CHECK(holds(path, "whole", 1) && files_in_folder() == 1);
    CHECK(wki_replace_file(temporary, path, "save") == WK_E_IO);
    CHECK_ERROR(WK_E_IO, "save", "data.h5");
    wki_free(temporary);
    remove_folder("data.h5");
}

WICK_TEST_MAIN
