/* Rows of a running simulation in files of a list: whole at any moment, whatever is killed or fails. */
#include "base/file.h"
#include "hdf5_check.h"
#include "refusals.h"
#include "wick/hdf5.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

/* x [3] of row r is r, 2 r, 3 r; y [] is r mod 5 */
static const wk_field fields[] = { { "x", WK_F64, 1, { 3 } }, { "y", WK_I64, 0, { 0 } } };

static wk_h5_shards *shards(int64_t rows)
{
    return wk_h5_shards_new(scratch("rows.txt"), .fields = fields, .nfields = 2, .rows = rows, .deflate = 1,
                            .workers = 1);
}

static wk_status append(wk_h5_shards *s, int64_t from, int64_t n)
{
    double x[100][3];
    int64_t y[100];
    for (int64_t i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++) x[i][k] = (double)((k + 1) * (from + i));
        y[i] = (from + i) % 5;
    }
    return wk_h5_shards_append(s, (const void *[]){ x, y }, n);
}

/* How many rows the list has, all of which must be those that were appended first; -1: there is no list. */
static int64_t rows_there(void)
{
    WK_SCOPE(reading);
    if (access(scratch("rows.txt"), F_OK) != 0) return -1;
    wk_dataset *set = wk_dataset_h5_list(file);
    CHECK(set != NULL);
    const int64_t n = wk_dataset_len(set);
    for (int64_t r = 0; r < n; r++) {
        double x[3];
        int64_t y;
        CHECK(read_row(set, r, x, &y) == WK_OK);
        CHECK(x[0] == (double)r && x[2] == 3 * (double)r && y == r % 5);
    }
    CHECK_OK();
    return n;
}

TEST(shards, rows_come_back_in_order_and_the_list_goes_on)
{
    wk_h5_shards *s = shards(16);
    CHECK(rows_there() == -1);
    CHECK(append(s, 0, 10) == WK_OK && rows_there() == -1);
    CHECK(append(s, 10, 45) == WK_OK && rows_there() == 48 && wk_h5_shards_rows(s) == 55);
    CHECK(wk_h5_shards_flush(s) == WK_OK && rows_there() == 55);
    CHECK(wk_h5_shards_flush(s) == WK_OK && rows_there() == 55);
    s = shards(100);
    CHECK(append(s, 55, 7) == WK_OK && wk_h5_shards_flush(s) == WK_OK && rows_there() == 62);
    CHECK(access(scratch("rows-000005.h5"), F_OK) == 0 && access(scratch("rows-000006.h5"), F_OK) != 0);
    forget();
}

TEST(shards, a_second_writer_is_noticed_before_anything_is_lost)
{
    wk_h5_shards *a = shards(8), *b = shards(8);
    CHECK(append(a, 0, 8) == WK_OK);
    CHECK(append(b, 0, 8) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "rows.txt", "one writer");
    CHECK(append(a, 8, 8) == WK_OK && rows_there() == 16);
    forget();
}

TEST(shards, packed_files_have_names_of_classes)
{
    static const char *const classes[] = { "a", "b", "c", "d", "e" };
    wk_h5_shards *s = wk_h5_shards_new(scratch("rows.txt"), .fields = fields, .nfields = 2, .rows = 50, .shuffle = true,
                                       .deflate = 6, .classes = classes, .nclasses = 5);
    CHECK(append(s, 0, 50) == WK_OK && rows_there() == 50);
    const char *const *names;
    CHECK(wk_dataset_classes(wk_dataset_h5_list(scratch("rows.txt")), &names) == 5 && !strcmp(names[4], "e"));
    forget();
}

TEST(shards, kills_at_random_moments_lose_only_rows_that_waited)
{
    enum { KILLS = 40 };
    const char *more = getenv("WICK_FUZZ");
    const int kills = KILLS * (more ? atoi(more) : 1);
    int64_t before = 0;
    srand(7);
    scratch("rows.txt");
    for (int k = 0; k < kills; k++) {
        int pipes[2];
        CHECK(pipe(pipes) == 0);
        const pid_t child = fork();
        if (child == 0) {
            WK_SCOPE(child);
            wk_h5_shards *s = shards(8);
            char go = write(pipes[1], "g", 1) == 1;
            for (int64_t row = before; go && append(s, row, 4) == WK_OK; row += 4) {}
            _exit(1);
        }
        char began;
        CHECK(read(pipes[0], &began, 1) == 1);
        const long most =
            before ? 30000000 : 30000000 * (1 + k % 20); /* a busy machine needs longer for the first rows */
        nanosleep(&(struct timespec){ 0, rand() % most }, NULL);
        kill(child, SIGKILL);
        CHECK(waitpid(child, NULL, 0) == child);
        close(pipes[0]);
        close(pipes[1]);
        const int64_t now = rows_there();
        CHECK((now == -1 && before == 0) || (now >= before && now % 8 == 0));
        if (now > before) before = now;
    }
    CHECK(before > 0);
    char age[128]; /* what may still be written is left alone */
    snprintf(age, sizeof age, "find %s -name '*.tmp' -exec touch -d '1 day ago' {} +", folder);
    CHECK(system(age) == 0);
    wk_h5_shards *s = shards(8);
    CHECK(append(s, before, 8) == WK_OK && rows_there() == before + 8);
    CHECK(files_in_folder() == 1 + (before + 8) / 8); /* the list and its files alone */
    forget();
}

/* ---- Disks that fail ---- */

static int calls_left;
static bool full(void) { return calls_left > 0 && --calls_left == 0; }
static ssize_t failing_write(int fd, const void *from, size_t n)
{
    if (full()) return errno = ENOSPC, -1;
    return write(fd, from, n);
}
static int failing_sync(int fd)
{
    if (full()) return errno = EIO, -1;
    return fsync(fd);
}
static int failing_rename(const char *from, const char *to)
{
    if (full()) return errno = ENOSPC, -1;
    return rename(from, to);
}
static int plain_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static const wki_file_ops failing = { plain_open, pread, failing_write, failing_sync, failing_rename,
                                      close,      NULL,  fstat,         mmap };

TEST(shards, a_disk_that_fails_anywhere_loses_no_row)
{
    int failures = 0;
    for (int n = 1, reached = 1; reached; n++) {
        WK_SCOPE(one);
        wk_h5_shards *s = shards(8);
        wki_set_file_ops(&failing);
        calls_left = n;
        int64_t row = 0;
        for (; row < 24; row = wk_h5_shards_rows(s)) {
            const wk_status status = append(s, row, 24 - row < 5 ? 24 - row : 5);
            if (status) {
                CHECK(status == WK_E_IO);
                failures++;
            }
            wk_error_clear();
        }
        reached = calls_left == 0;
        calls_left = 0;
        wki_set_file_ops(NULL);
        CHECK(wk_h5_shards_flush(s) == WK_OK && rows_there() == 24);
        forget();
    }
    CHECK(failures > 10);
}

/* ---- Memory that runs out ---- */

static wk_status write_and_read(void)
{
    WK_SCOPE(all);
    static const char *const classes[] = { "a", "b", "c", "d", "e" };
    unlink(scratch("rows.txt"));
    wk_h5_shards *s = wk_h5_shards_new(file, .fields = fields, .nfields = 2, .rows = 4, .deflate = 1, .workers = 2,
                                       .classes = classes, .nclasses = 5);
    if (!s || append(s, 0, 6) || wk_h5_shards_flush(s)) return wk_error();
    wk_dataset *set = wk_dataset_h5_list(file);
    double x[3];
    int64_t y;
    return set ? read_row(set, 5, x, &y) : wk_error();
}

TEST(shards, memory_that_runs_out_anywhere_is_an_error_and_loses_nothing)
{
    wk_set_num_threads(1);
    CHECK(write_and_read() == WK_OK);
    const footprint before = footprint_now();
    long n = 1;
    for (int sticky = 0; sticky < 2; sticky++)
        for (n = 1;; n++) {
            arm(n, sticky);
            const wk_status status = write_and_read();
            if (!disarm()) break;
            CHECK(status == WK_E_MEMORY && wk_error() == WK_E_MEMORY);
            wk_error_clear();
        }
    CHECK(n > 40 && write_and_read() == WK_OK);
    const footprint after = footprint_now();
    CHECK(after.live == before.live && after.allocations == before.allocations && after.used == before.used);
    forget();
}

TEST(shards, refuses_what_cannot_be_written)
{
    CHECK_NULL(wk_h5_shards_new(NULL));
    CHECK_ERROR(WK_E_INVALID, "h5_shards", "path is NULL");
    CHECK_NULL(wk_h5_shards_new(scratch("rows.txt")));
    CHECK_ERROR(WK_E_INVALID, "0 fields");
    CHECK_NULL(wk_h5_shards_new(folder, .fields = fields, .nfields = 2));
    CHECK(wk_error() != WK_OK);
    wk_error_clear();
    CHECK_NULL(wk_h5_shards_new("/nowhere/", .fields = fields, .nfields = 2));
    CHECK_ERROR(WK_E_INVALID, "/nowhere/", "name of a list");
    const wk_field none = { "x", WK_F32, 1, { 0 } };
    CHECK_NULL(wk_h5_shards_new(scratch("rows.txt"), .fields = &none, .nfields = 1));
    CHECK_ERROR(WK_E_SHAPE, "\"x\"", "no elements");
    wk_h5_shards *s = shards(4);
    CHECK(wk_h5_shards_append(s, (const void *[]){ "x", NULL }, 1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "\"y\" are NULL");
    CHECK(wk_h5_shards_append(s, NULL, -1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "n is -1");
    wk_h5_shards *nowhere = wk_h5_shards_new("/nowhere/rows.txt", .fields = fields, .nfields = 2, .rows = 2);
    CHECK(append(nowhere, 0, 2) == WK_E_IO || wk_error() == WK_E_NOT_FOUND);
    wk_error_clear();
    forget();
}

TEST(shards, a_list_looked_at_again_goes_on_with_what_came)
{
    wk_h5_shards *s = shards(10);
    CHECK(append(s, 0, 30) == WK_OK);
    wk_dataset *set = wk_dataset_h5_list(scratch("rows.txt"), .x = "x", .y = "y");
    CHECK(wk_dataset_len(set) == 30 && wk_dataset_refresh(set) == set);
    for (int i = 3; i < 8; i++) {
        CHECK(append(s, 10 * i, 10) == WK_OK);
        wk_dataset *now = wk_dataset_refresh(set);
        CHECK(wk_dataset_len(now) == 10 * i + 10 && wk_dataset_len(set) == 10 * i && now != set);
        set = now;
    }
    for (int64_t r = 0; r < 80; r++) {
        double x[3];
        int64_t y;
        CHECK(read_row(set, r, x, &y) == WK_OK && x[1] == 2 * (double)r);
    }
    FILE *list = fopen(scratch("rows.txt"), "w");
    fputs("rows-000002.h5\n", list);
    fclose(list);
    CHECK_NULL(wk_dataset_refresh(set));
    CHECK_ERROR(WK_E_STATE, "rows.txt", "its file 1 is no longer rows-000001.h5");
    forget();
}

WICK_TEST_MAIN
