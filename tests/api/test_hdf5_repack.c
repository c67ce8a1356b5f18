/* wk_h5_repack: a copy that is whole or not there, whatever fails meanwhile. What it copies: tests/interop/repack.py.
 */
#include "base/file.h"
#include "hdf5_check.h"
#include "refusals.h"
#include "wick/hdf5.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

static char from[128];

/* A group, attributes of both kinds of text, and rows that are cut by chunks. */
static void write_old(bool text)
{
    enum { ROWS = 4000, COLUMNS = 6 };
    double *rows = malloc(ROWS * COLUMNS * sizeof *rows);
    for (int i = 0; i < ROWS * COLUMNS; i++) rows[i] = i / 3;
    const hid_t f = create("old.h5"), string = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    put(f, (spec){ "a/x", H5T_IEEE_F64BE, H5T_NATIVE_DOUBLE, 2, { ROWS, COLUMNS }, { 100, 4 }, 1 }, rows);
    put_pair(f, NULL, "a/y", ROWS, 5);
    H5Tset_size(string, H5T_VARIABLE);
    if (text) put(f, (spec){ "a/z", string, string, 1, { 3 }, { 0 }, 0 }, NULL);
    const hid_t note = H5Acreate2(f, "note", string, space, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(H5Awrite(note, string, &(const char *){ "of any length" }) >= 0);
    H5Aclose(note);
    H5Sclose(space);
    H5Tclose(string);
    H5Fclose(f);
    snprintf(from, sizeof from, "%s", file);
    free(rows);
}

static wk_status repack(void)
{
    WK_SCOPE(copying);
    return wk_h5_repack(from, .to = scratch("new.h5"), .deflate = 3, .workers = 2, .chunk_bytes = 20000);
}

static void check_new(void)
{
    double rows[24];
    CHECK(wk_h5_read_doubles(scratch("new.h5"), "/a/x", 23976, 24, rows) == WK_OK);
    for (int i = 0; i < 24; i++) CHECK(rows[i] == (23976 + i) / 3);
    CHECK(wk_h5_read_doubles(file, "/a/y", 3999, 1, rows) == WK_OK && rows[0] == 4);
    CHECK(unlink(file) == 0 && files_in_folder() == 1);
}

TEST(h5_repack, memory_that_runs_out_anywhere_leaves_nothing_behind)
{
    wk_set_num_threads(1);
    write_old(false);
    CHECK(repack() == WK_OK);
    check_new();
    const footprint before = footprint_now();
    long n = 1;
    for (int sticky = 0; sticky < 2; sticky++) {
        for (n = 1;; n++) {
            arm(n, sticky);
            const wk_status status = repack();
            if (!disarm()) break;
            CHECK(status == WK_E_MEMORY && wk_error() == WK_E_MEMORY);
            wk_error_clear();
            CHECK(files_in_folder() == 1);
        }
        CHECK(n > 40);
        check_new();
    }
    const footprint after = footprint_now();
    CHECK(after.live == before.live && after.allocations == before.allocations && after.used == before.used);
    forget();
}

/* Read by libhdf5: with rows added behind, of which there is only the fill value, and with a byte changed. */
static void check_kept(const char *name, bool packed)
{
    int rows[1600];
    hsize_t place[1] = { 0 };
    haddr_t at;
    unsigned mask;
    const hid_t f = H5Fopen(file, H5F_ACC_RDWR, H5P_DEFAULT), set = H5Dopen2(f, name, H5P_DEFAULT);
    const hid_t plan = H5Dget_create_plist(set);
    CHECK(H5Pget_nfilters(plan) == (packed ? 3 : 1) && H5Pall_filters_avail(plan));
    CHECK(H5Dset_extent(set, (hsize_t[]){ 1600 }) >= 0);
    CHECK(H5Dread(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0);
    for (int i = 0; i < 1600; i++) CHECK(rows[i] == (i < 1000 ? i % 7 : -3));
    hsize_t size;
    CHECK(H5Dset_extent(set, (hsize_t[]){ 1000 }) >= 0 && H5Fflush(f, H5F_SCOPE_GLOBAL) >= 0);
    const hid_t space = H5Dget_space(set);
    CHECK(H5Dget_chunk_info(set, space, 0, place, &mask, &at, &size) >= 0 && size > 4);
    H5Sclose(space);
    H5Pclose(plan);
    H5Dclose(set);
    H5Fclose(f);
    FILE *bytes = fopen(file, "r+b");
    for (int i = 0; i < 2; i++) { /* the last byte is the sum's own */
        CHECK(fseek(bytes, (long)(at + size) - (i ? 1 : 9), SEEK_SET) == 0);
        const int old = fgetc(bytes);
        CHECK(fseek(bytes, -1, SEEK_CUR) == 0 && fputc(old ^ 1, bytes) != EOF && fflush(bytes) == 0);
        double x;
        CHECK(wk_h5_read_doubles(file, name, 0, 1, &x) == WK_E_FORMAT);
        CHECK_ERROR(WK_E_FORMAT, "its checksum does not match");
        CHECK(fseek(bytes, -1, SEEK_CUR) == 0 && fputc(old, bytes) != EOF && fflush(bytes) == 0);
        CHECK(wk_h5_read_doubles(file, name, 0, 1, &x) == WK_OK);
    }
    fclose(bytes);
}

static wk_status note_fill(void *user, const wk_h5_info *info)
{
    return !strcmp(info->fill, user) ? WK_OK : wk_fail(WK_E_INVALID, "%s is filled by \"%s\"", info->path, info->fill);
}

TEST(h5_repack, keeps_checksums_and_fill_values)
{
    int rows[1000];
    for (int i = 0; i < 1000; i++) rows[i] = i % 7;
    const hid_t f = create("old.h5"), plan = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(1, (hsize_t[]){ 1000 }, (hsize_t[]){ H5S_UNLIMITED });
    snprintf(from, sizeof from, "%s", file);
    H5Pset_chunk(plan, 1, (hsize_t[]){ 64 });
    H5Pset_fill_value(plan, H5T_NATIVE_INT, &(int){ -3 });
    H5Pset_fletcher32(plan);
    const hid_t set = H5Dcreate2(f, "x", H5T_STD_I32BE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    CHECK(H5Dwrite(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(plan);
    H5Fclose(f);
    for (int packed = 0; packed < 2; packed++)
        for (int workers = 0; workers < 3; workers += 2) {
            CHECK(wk_h5_repack(from, .to = scratch("new.h5"), .deflate = packed, .workers = workers,
                               .chunk_bytes = 512) == WK_OK);
            CHECK(wk_h5_each(file, note_fill, (char[]){ "-3" }) == WK_OK);
            check_kept("x", packed);
        }
    forget();
}

static int calls_left;
static bool full(void) { return calls_left > 0 && --calls_left == 0; }
static int plain_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static ssize_t failing_write(int fd, const void *bytes, size_t n)
{
    return full() ? (errno = ENOSPC, -1) : write(fd, bytes, n);
}
static int failing_sync(int fd) { return full() ? (errno = EIO, -1) : fsync(fd); }
static const wki_file_ops failing = {
    plain_open, pread, failing_write, failing_sync, rename, close, NULL, fstat, mmap
};

TEST(h5_repack, a_disk_that_takes_no_more_is_an_error)
{
    int failures = 0;
    write_old(false);
    for (int n = 1, reached = 1; reached; n++) {
        wki_set_file_ops(&failing);
        calls_left = n;
        const wk_status status = repack();
        reached = calls_left == 0;
        calls_left = 0;
        wki_set_file_ops(NULL);
        CHECK(!reached || status != WK_OK);
        failures += status != WK_OK;
        if (status) CHECK(files_in_folder() <= 2); /* two, if only the folder could not be synced */
        wk_error_clear();
    }
    CHECK(failures > 15);
    check_new();
    forget();
}

static wk_status stop(void *user, const char *data_set, double share)
{
    ++*(int *)user;
    CHECK(data_set[0] == '/' && share > 0 && share <= 1);
    return *(int *)user == 3 ? WK_E_INTERRUPTED : WK_OK;
}

static void note(void *user, const char *what) { snprintf(user, 200, "%s", what); }

TEST(h5_repack, stops_when_asked_and_names_what_it_leaves)
{
    int calls = 0;
    char what[200] = "";
    write_old(true);
    CHECK(repack() == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "old.h5", "/a/z: holds no numbers", "skip");
    CHECK(files_in_folder() == 1);
    CHECK(wk_h5_repack(from, .to = scratch("new.h5"), .skip = note, .user = what) == WK_OK);
    CHECK(strstr(what, "/a/z: holds no numbers"));
    check_new();
    write_old(false);
    CHECK(wk_h5_repack(from, .to = scratch("new.h5"), .watch = stop, .user = &calls) == WK_E_INTERRUPTED && calls == 3);
    CHECK(files_in_folder() == 1);
    wk_h5_repack(from, .to = NULL);
    CHECK_ERROR(WK_E_INVALID, "to is NULL");
    wk_h5_repack(from, .to = file, .deflate = 10);
    CHECK_ERROR(WK_E_INVALID, "deflate is 10");
    wk_h5_repack(from, .to = file, .allow = "gzip");
    CHECK_ERROR(WK_E_INVALID, "\"gzip\"");
    forget();
}

WICK_TEST_MAIN
