/* HDF5 files that another program is writing: every row that is seen is one that was written, whatever the moment, and
 * what cannot be read rightly is refused. */
#include "base/file.h"
#include "growing_file.h"
#include "refusals.h"
#include "wick/hdf5.h"
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

static void check_rows(wk_dataset *set, int64_t from)
{
    for (int64_t r = from; r < wk_dataset_len(set); r++) {
        double x[3];
        int64_t y;
        ck_assert_msg(read_row(set, r, x, &y) == WK_OK, "row %lld: %s", (long long)r, wk_error_text());
        ck_assert_msg(x[0] == (double)(3 * r + 1) && x[2] == (double)(3 * r + 3) && y == r % 7,
                      "row %lld of %lld is %g, %g, %g and %lld", (long long)r, (long long)wk_dataset_len(set), x[0],
                      x[1], x[2], (long long)y);
    }
}

/* Seeds that differ by child */
static void write_on(writer w, const char *path)
{
    begin(&w, path);
    for (int64_t row = 0;;) {
        const int n = 1 + rand() % 5;
        append(&w, row, n);
        row += n;
        if (row % w.a_flush < n) {
            flush_rows(&w);
            /* without SWMR a reader needs a pause as long as it reads metadata, and sanitizers read slowly */
            nanosleep(&(struct timespec){ .tv_nsec = (w.swmr ? rand() % 16 : 5 + rand() % 30) * 1000000 }, NULL);
        }
    }
}

static void wait_for_file(const char *path)
{
    for (int i = 0; i < 1000 && access(path, F_OK) != 0; i++) nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
}

static void follow(writer w, int times)
{
    const char *path = scratch("run.h5");
    unlink(path);
    const pid_t child = fork();
    if (!child) write_on(w, path);
    wait_for_file(path);
    WK_SCOPE(following);
    wk_dataset *set = wk_dataset_h5(path, .growing = true);
    ck_assert_msg(set != NULL, "%s", wk_error_text());
    int64_t seen = 0, grown = 0;
    for (int i = 0; i < times; i++) {
        wk_dataset *now = wk_dataset_refresh(set);
        ck_assert_msg(now != NULL, "%s", wk_error_text());
        CHECK(wk_dataset_len(now) >= seen && (now == set) == (wk_dataset_len(now) == wk_dataset_len(set)));
        grown += now != set;
        check_rows(now, i % 20 ? seen : 0);
        if (i % 20 == 10) check_rows(set, 0);
        seen = wk_dataset_len(now);
        set = now;
        nanosleep(&(struct timespec){ .tv_nsec = (rand() % 10) * 1000000 }, NULL);
    }
    ck_assert_msg(grown > times / 10, "%lld of %d", (long long)grown, times);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    set = wk_dataset_refresh(set);
    ck_assert_msg(set != NULL, "killed: %s", wk_error_text());
    check_rows(set, 0);
    set = wk_dataset_h5(path, .growing = true);
    ck_assert_msg(set && wk_dataset_len(set) >= seen, "killed: %s", wk_error_text());
    check_rows(set, 0);
    forget();
}

TEST(growing, rows_seen_are_rows_written_with_swmr) { follow((writer){ true, true, 16, 0, 4, -1, { 0 } }, 200); }
TEST(growing, and_packed) { follow((writer){ true, true, 8, 4, 8, -1, { 0 } }, 200); }
TEST(growing, rows_seen_are_rows_written_and_flushed) { follow((writer){ false, false, 16, 0, 4, -1, { 0 } }, 200); }
TEST(growing, flushed_and_packed) { follow((writer){ false, false, 8, 4, 8, -1, { 0 } }, 200); }
TEST(growing, flushed_in_the_newest_format) { follow((writer){ true, false, 16, 0, 4, -1, { 0 } }, 200); }

/* Each epoch has rows [0, n) once, of n that grows, whatever is written during it. */
static void load_on(writer w)
{
    const char *path = scratch("run.h5");
    unlink(path);
    const pid_t child = fork();
    if (!child) write_on(w, path);
    wait_for_file(path);
    WK_SCOPE(loading);
    wk_dataset *set = wk_dataset_h5(path, .growing = true);
    while (set && wk_dataset_len(set) == 0) set = wk_dataset_refresh(set);
    wk_loader *loader = wk_loader_new(set, .batch_size = 32, .shuffle = true, .num_workers = 2, .refresh = true);
    int64_t n = 0, grown = 0;
    while (n < 200 || grown < 6) {
        int64_t numbers = 0, before = n;
        n = 0;
        for (wk_batch *b; (b = wk_loader_next(loader)); n += wk_batch_size(b)) {
            const double *x = wk_data(wk_batch_x(b));
            const int64_t *y = wk_data(wk_batch_y(b)), *rows = wk_batch_rows(b);
            for (int64_t i = 0; i < wk_batch_size(b); numbers += rows[i++])
                CHECK(x[3 * i] == (double)(3 * rows[i] + 1) && x[3 * i + 2] == (double)(3 * rows[i] + 3) &&
                      y[i] == rows[i] % 7);
        }
        ck_assert_msg(!wk_failed(), "%s", wk_error_text());
        CHECK(n >= before && n > 0 && numbers == n * (n - 1) / 2);
        grown += n > before;
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    forget();
}

TEST(growing, epochs_of_a_loader_have_what_was_written_before_them)
{
    load_on((writer){ true, true, 16, 0, 4, -1, { 0 } });
    load_on((writer){ false, false, 8, 4, 8, -1, { 0 } });
}

/* ---- By hand ---- */

static wk_dataset *seen(wk_dataset *set, int64_t rows)
{
    wk_dataset *now = set ? wk_dataset_refresh(set) : wk_dataset_h5(file, .growing = true);
    ck_assert_msg(now != NULL, "%s", wk_error_text());
    ck_assert_msg(wk_dataset_len(now) == rows, "%lld rows; expected %lld", (long long)wk_dataset_len(now),
                  (long long)rows);
    check_rows(now, 0);
    return now;
}

TEST(growing, a_set_stays_and_refresh_gives_another)
{
    writer w = { .latest = true, .swmr = true, .chunk = 8 };
    begin(&w, scratch("run.h5"));
    wk_dataset *none = seen(NULL, 0);
    put_rows(&w, 0, 5);
    wk_dataset *five = seen(none, 5);
    CHECK(wk_dataset_len(none) == 0 && seen(five, 5) == five && seen(none, 5) != five);
    for (int64_t r = 5; r < 40; r += 5) put_rows(&w, r, 5);
    wk_dataset *more = seen(five, 40), *some = wk_dataset_h5(file, .growing = true, .begin = 3, .end = 20);
    CHECK(wk_dataset_len(five) == 5 && wk_dataset_len(some) == 17);
    CHECK(wk_dataset_refresh(some) == some);
    check_rows(five, 0);
    end(&w);
    CHECK(seen(more, 40) == more && seen(NULL, 40) != more);
    wk_dataset *plain = wk_dataset_h5(file);
    CHECK(plain && wk_dataset_len(plain) == 40 && wk_dataset_refresh(plain) == plain);
    forget();
}

TEST(growing, rows_are_those_that_all_fields_have)
{
    writer w = { .chunk = 8 };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, 10);
    for (int i = 0; i < 2; i++) {
        H5Dset_extent(w.sets[i], (hsize_t[]){ i ? 10 : 64, 3 }); /* chunks that nobody has written */
        flush_rows(&w);
    }
    wk_dataset *set = seen(NULL, 10);
    H5Dset_extent(w.sets[1], (hsize_t[]){ 64 });
    H5Dset_extent(w.sets[0], (hsize_t[]){ 10, 3 });
    flush_rows(&w);
    seen(set, 10);
    end(&w);
    forget();
}

TEST(growing, packed_rows_come_by_whole_chunks_until_the_file_is_closed)
{
    writer w = { .latest = true, .swmr = true, .chunk = 8, .deflate = 4 };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, 23);
    wk_dataset *set = seen(NULL, 16);
    put_rows(&w, 23, 2);
    set = seen(set, 24);
    put_rows(&w, 25, 3);
    CHECK(seen(set, 24) == set);
    end(&w);
    seen(set, 28);
    forget();
}

TEST(growing, a_file_that_somebody_writes_is_read_only_where_that_is_asked_for)
{
    for (int swmr = 0; swmr < 2; swmr++) {
        writer w = { .latest = true, .swmr = swmr, .chunk = 8 };
        begin(&w, scratch("run.h5"));
        put_rows(&w, 0, 12);
        CHECK_NULL(wk_dataset_h5(file));
        CHECK_ERROR(WK_E_STATE, "run.h5", "another program is writing it", ".growing = true");
        seen(NULL, 12);
        end(&w);
        CHECK(wk_dataset_h5(file) != NULL);
    }
    forget();
}

static void copy_file(const char *from, const char *to)
{
    char command[300];
    snprintf(command, sizeof command, "cp %s %s", from, to);
    CHECK(system(command) == 0);
}

TEST(growing, a_file_that_was_replaced_cut_or_written_anew_is_told)
{
    char path[128], copy[160];
    writer w = { .chunk = 8 };
    begin(&w, scratch("run.h5"));
    strcpy(path, file);
    snprintf(copy, sizeof copy, "%s.copy", path);
    put_rows(&w, 0, 30);
    end(&w);
    wk_dataset *set = seen(NULL, 30);
    copy_file(path, copy);

    CHECK(truncate(path, 1500) == 0);
    CHECK_NULL(wk_dataset_refresh(set));
    CHECK_ERROR(WK_E_FORMAT, "run.h5");
    CHECK(truncate(path, 0) == 0);
    CHECK_NULL(wk_dataset_refresh(set));
    CHECK_ERROR(WK_E_FORMAT, "run.h5", "empty");

    begin(&w, path); /* in place, from the start */
    put_rows(&w, 0, 7);
    CHECK_NULL(wk_dataset_refresh(set));
    CHECK_ERROR(WK_E_STATE, "dataset_refresh", "has 7 rows, and had 30");
    put_rows(&w, 8, 25);
    end(&w);
    CHECK_NULL(wk_dataset_refresh(set));
    CHECK_ERROR(WK_E_STATE, "was written anew");

    CHECK(rename(copy, path) == 0);
    CHECK_NULL(wk_dataset_refresh(set));
    CHECK_ERROR(WK_E_STATE, "another file");
    CHECK(unlink(path) == 0);
    CHECK_NULL(wk_dataset_refresh(set));
    CHECK_ERROR(WK_E_NOT_FOUND, "run.h5");
    forget();
}

static int writes_left, written_to;

/* Somebody writes, as long as there are writes left, whenever wick reads. */
static ssize_t written_meanwhile(int fd, void *to, size_t n, off_t at)
{
    char byte;
    if (writes_left-- > 0) CHECK(pread(written_to, &byte, 1, 0) == 1 && pwrite(written_to, &byte, 1, 0) == 1);
    return pread(fd, to, n, at);
}
static int plain_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static const wki_file_ops moving = { plain_open, written_meanwhile, write, fsync, rename, close, NULL, fstat, mmap };

TEST(growing, without_swmr_a_file_is_read_only_between_two_writes)
{
    writer w = { .chunk = 8 };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, 20);
    written_to = open(file, O_RDWR);
    wki_set_file_ops(&moving);
    writes_left = INT_MAX;
    CHECK_NULL(wk_dataset_h5(file, .growing = true));
    CHECK_ERROR(WK_E_STATE, "run.h5", "without a pause", "SWMR");
    writes_left = 100;
    seen(NULL, 20);
    CHECK(writes_left <= 0);
    wki_set_file_ops(NULL);
    close(written_to);
    end(&w);
    forget();
}

/* ---- Memory that runs out ---- */

static wk_dataset *eight, *one_file; /* as they were */

static bool look(void)
{
    WK_SCOPE(looking);
    const wk_dataset *set = wk_dataset_refresh(eight), *list = set ? wk_dataset_refresh(one_file) : NULL;
    return list && wk_dataset_len(set) == 24 && wk_dataset_len(list) == 48;
}

static void write_list(const char *path, const char *text)
{
    FILE *list = fopen(path, "w");
    CHECK(list && fputs(text, list) >= 0 && fclose(list) == 0);
}

TEST(growing, memory_that_runs_out_anywhere_loses_nothing)
{
    writer w = { .latest = true, .chunk = 8, .deflate = 4 };
    begin(&w, scratch("other.h5"));
    put_rows(&w, 0, 24);
    end(&w);
    write_list(scratch("list.txt"), "other.h5\n");
    one_file = wk_dataset_h5_list(file);
    write_list(file, "other.h5\nother.h5\n");
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, 8);
    eight = seen(NULL, 8);
    put_rows(&w, 8, 16);
    CHECK(look());
    const footprint before = footprint_now();
    long n = 1;
    for (;; n++) {
        arm(n, n % 2);
        const bool done = look();
        if (!disarm()) break;
        ck_assert_msg(!done && wk_error() == WK_E_MEMORY, "request %ld: %s", n, wk_error_text());
        wk_error_clear();
    }
    const footprint after = footprint_now();
    CHECK(n > 40 && after.live == before.live && after.allocations == before.allocations);
    CHECK_OK();
    CHECK(look());
    end(&w);
    forget();
}

WICK_TEST_MAIN
