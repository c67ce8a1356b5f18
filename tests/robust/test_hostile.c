/* HDF5 files made to do harm: that lead to other files, in circles or out of the file, that say of a chunk what is not
 * so, or that are no files at all. What libhdf5 opens by itself is seen by an open64 of our own. */
#define _GNU_SOURCE 1
#include "base/process.h"
#include "hdf5_check.h"
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

/* ---- Nothing but the file ---- */

static struct {
    bool on;
    int ours, others;
    char other[128];
} opened;

static int note_and_open(const char *path, int flags, va_list arguments)
{
    const mode_t mode = flags & O_CREAT ? (mode_t)va_arg(arguments, int) : 0;
    if (opened.on) {
        const bool ours = !strcmp(path, file);
        opened.ours += ours;
        opened.others += !ours;
        if (!ours) snprintf(opened.other, sizeof opened.other, "%s", path);
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

WK_API int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const int fd = note_and_open(path, flags, arguments);
    va_end(arguments);
    return fd;
}

WK_API int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const int fd = note_and_open(path, flags, arguments);
    va_end(arguments);
    return fd;
}

static void put_lures(const char *target)
{
    const hid_t f = create("lure.h5"), external = H5Pcreate(H5P_DATASET_CREATE), view = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(1, (hsize_t[]){ 4 }, NULL);
    put_pair(f, "x", "y", 8, 2);
    H5Pset_external(external, target, 0, 4);
    H5Dclose(H5Dcreate2(f, "external", H5T_NATIVE_UINT8, space, H5P_DEFAULT, external, H5P_DEFAULT));
    H5Pset_virtual(view, space, target, "/x", space);
    H5Dclose(H5Dcreate2(f, "view", H5T_NATIVE_UINT8, space, H5P_DEFAULT, view, H5P_DEFAULT));
    H5Lcreate_external(target, "/x", f, "link", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external(target, "/", f, "train", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/link", f, "detour", H5P_DEFAULT, H5P_DEFAULT);
    H5Pclose(external);
    H5Pclose(view);
    H5Sclose(space);
    H5Fclose(f);
}

static wk_status read_too(void *user, const wk_h5_info *info)
{
    double x;
    (void)user;
    if (wk_h5_read_doubles(file, info->path, 0, 1, &x)) wk_error_clear();
    return WK_OK;
}

TEST(hostile, no_file_but_the_one_that_was_named_is_opened)
{
    static const char *const names[] = { "external", "view", "link", "train/x", "detour" };
    char target[200], copy[200];
    const hid_t other = create("target.h5");
    put_pair(other, "x", "y", 8, 2);
    H5Fclose(other);
    snprintf(target, sizeof target, "%s", file);
    put_lures(target);
    opened.on = true;
    const hid_t plain = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT), led = H5Dopen2(plain, "link", H5P_DEFAULT);
    H5Dclose(led);
    H5Fclose(plain);
    CHECK(led >= 0 && opened.ours == 1 && opened.others == 1); /* this is how it would be seen */
    opened.ours = opened.others = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CHECK_NULL(wk_dataset_h5(file, .x = names[i], .y = "", .split = "/"));
        wk_error_clear();
    }
    CHECK(wk_dataset_h5(file, .split = "/") != NULL); /* x and y are its own */
    CHECK(wk_h5_each(file, read_too, NULL) == WK_OK);
    snprintf(copy, sizeof copy, "%s.copy", file);
    for (int apart = 0; apart < 2; apart++) {
        CHECK(wk_h5_repack(file, .to = copy, .isolate = apart) == WK_E_UNSUPPORTED);
        wk_error_clear();
    }
    opened.on = false;
    ck_assert_msg(opened.ours > 5 && opened.others == 0, "%s was opened", opened.other);
    forget();
}

/* ---- Circles ---- */

TEST(hostile, links_in_circles_and_groups_without_end_are_walked_once)
{
    int n = 0;
    const hid_t f = create("circle.h5");
    put_pair(f, "x", "y", 8, 2);
    H5Lcreate_soft("/b", f, "a", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/a", f, "b", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/self/self", f, "self", H5P_DEFAULT, H5P_DEFAULT);
    hid_t group = H5Gcreate2(f, "deep", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(f, "/", group, "root", H5P_DEFAULT, H5P_DEFAULT);
    for (int i = 0; i < 100; i++) {
        const hid_t inner = H5Gcreate2(group, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Gclose(group);
        group = inner;
    }
    put_pair(group, "x", NULL, 8, 2);
    H5Gclose(group);
    H5Fclose(f);
    static const char *const names[] = { "a", "self", "self/x", "deep/root/a" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CHECK_NULL(wk_dataset_h5(file, .x = names[i], .y = ""));
        CHECK_ERROR(WK_E_NOT_FOUND, "circle.h5", names[i]);
    }
    CHECK(wk_h5_each(file, read_too, &n) == WK_OK);
    CHECK(wk_dataset_h5(file) != NULL);
    forget();
}

/* ---- What is said of chunks ---- */

enum { CHUNK = 512 };

/* x [1024] u8 in two chunks, the second of which the index says more of than is so. */
static void write_chunks(bool packed)
{
    unsigned char x[2 * CHUNK];
    for (int i = 0; i < 2 * CHUNK; i++) x[i] = (unsigned char)(i * 7 + i / 256);
    const hid_t f = create("chunks.h5");
    put(f, (spec){ "x", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, { 2 * CHUNK }, { CHUNK }, packed ? 4 : 0 }, x);
    H5Fclose(f);
}

/* The record of a chunk: its size and mask (4 bytes each), its place in the data set, its address. */
static void change_record(long offset, uint64_t value, int bytes)
{
    hsize_t size;
    haddr_t at;
    unsigned mask;
    unsigned char all[65536];
    const hid_t f = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT), set = H5Dopen2(f, "x", H5P_DEFAULT);
    CHECK(H5Dget_chunk_info_by_coord(set, (hsize_t[]){ CHUNK }, &mask, &at, &size) >= 0);
    H5Dclose(set);
    H5Fclose(f);
    FILE *out = fopen(file, "r+b");
    const size_t n = fread(all, 1, sizeof all, out);
    const uint64_t wanted = at;
    size_t place = 0;
    while (place + 8 <= n && memcmp(all + place, &wanted, 8)) place++;
    CHECK(place + 8 <= n && place > 24);
    CHECK(fseek(out, (long)place + offset, SEEK_SET) == 0);
    for (int i = 0; i < bytes; i++) fputc((int)(value >> 8 * i & 255), out);
    CHECK(fclose(out) == 0);
}

TEST(hostile, what_an_index_says_of_a_chunk_is_checked)
{
    enum { ADDRESS = 0, SIZE = -24, MASK = -20 };
    static const struct {
        bool packed;
        long offset;
        uint64_t value;
        const char *tells;
    } lies[] = {
        { false, ADDRESS, UINT64_C(1) << 40, "" },
        { false, ADDRESS, UINT64_MAX - 100, "" },
        { true, ADDRESS, UINT64_C(1) << 40, "" },
        { true, ADDRESS, 0, "" },
        { true, SIZE, 0, "" },
        { true, SIZE, 1, "" },
        { true, SIZE, 100000000, "" },
        { true, SIZE, UINT32_MAX, "" },
        { true, MASK, 1, "takes" },
        { false, SIZE, 0, "" },
        { false, SIZE, CHUNK - 1, "" },
        { false, SIZE, CHUNK + 1, "" },
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        WK_SCOPE(reading);
        float x;
        write_chunks(lies[i].packed);
        change_record(lies[i].offset, lies[i].value, lies[i].offset == ADDRESS ? 8 : 4);
        wk_dataset *set = wk_dataset_h5(file, .y = "");
        const wk_status first = set ? read_row(set, 0, &x, NULL) : wk_error();
        ck_assert_msg(!set || !first, "%zu: %s", i, wk_error_text());
        const wk_status second = set ? read_row(set, CHUNK + 3, &x, NULL) : first;
        ck_assert_msg(second == WK_E_FORMAT, "%zu: %d, %g", i, second, (double)x);
        CHECK_ERROR(WK_E_FORMAT, "chunks.h5", lies[i].tells);
    }
    forget();
}

/* 48 MiB of zeros as deflate packs them, in the place of a chunk of 64 bytes. */
TEST(hostile, a_bomb_has_no_more_room_than_a_chunk)
{
    enum { VAST = 48 << 20 };
    hsize_t size;
    uint32_t mask;
    float x;
    hid_t f = create("vast.h5");
    unsigned char *zeros = calloc(VAST, 1);
    put(f, (spec){ "x", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, { VAST }, { VAST }, 9 }, zeros);
    hid_t set = H5Dopen2(f, "x", H5P_DEFAULT);
    CHECK(H5Dget_chunk_storage_size(set, (hsize_t[]){ 0 }, &size) >= 0 && size < 65536);
    CHECK(H5Dread_chunk(set, H5P_DEFAULT, (hsize_t[]){ 0 }, &mask, zeros) >= 0);
    H5Dclose(set);
    H5Fclose(f);
    f = create("bomb.h5");
    put(f, (spec){ "x", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, { 64 }, { 64 }, 9 }, NULL);
    set = H5Dopen2(f, "x", H5P_DEFAULT);
    CHECK(H5Dwrite_chunk(set, H5P_DEFAULT, 0, (hsize_t[]){ 0 }, size, zeros) >= 0);
    H5Dclose(set);
    H5Fclose(f);
    free(zeros);
    wk_memory before, after;
    wk_memory_stats(WK_CPU, &before);
    CHECK(read_row(wk_dataset_h5(file, .y = ""), 0, &x, NULL) == WK_E_FORMAT);
    CHECK_ERROR(WK_E_FORMAT, "bomb.h5", "rows 0 .. 63", "inflates to more than a chunk holds");
    wk_memory_stats(WK_CPU, &after);
    CHECK(after.peak - before.used < 1 << 20);
    forget();
}

/* ---- No files ---- */

TEST(hostile, what_is_no_file_is_refused_without_waiting)
{
    scratch("pipe.h5");
    CHECK(mkfifo(file, 0600) == 0);
    const char *const names[] = { file, "/dev/zero", "/dev/null", folder, "/proc/self/mem" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const int64_t start = wki_process_clock();
        CHECK_NULL(wk_dataset_h5(names[i]));
        CHECK(wk_failed() && strstr(wk_error_text(), names[i]));
        wk_error_clear();
        CHECK_NULL(wk_dataset_h5(names[i], .isolate = true));
        wk_error_clear();
        CHECK(wk_h5_each(names[i], read_too, NULL) != WK_OK);
        wk_error_clear();
        CHECK_NULL(wk_dataset_npy(names[i]));
        wk_error_clear();
        CHECK_NULL(wk_dataset_csv(names[i], NULL));
        wk_error_clear();
        CHECK_NULL(wk_dataset_npz(names[i]));
        wk_error_clear();
        CHECK_NULL(wk_dataset_h5_list(names[i]));
        wk_error_clear();
        CHECK(wki_process_clock() - start < 5000);
    }
    forget();
}

WICK_TEST_MAIN
