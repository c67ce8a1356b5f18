/* An epoch of an HDF5 file while the world changes: the file is replaced, deleted, cut or written over, signals rain,
 * descriptors and threads run out. Rows are right, or the error tells the file; nobody is left behind. */
#define _GNU_SOURCE 1
#include "base/process.h"
#include "hdf5_check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

enum { ROWS = 512, WIDTH = 32, BATCH = 16, BATCHES = ROWS / BATCH };

/* x [512, 32] i32 that no other seed has, in chunks of 8 rows, or contiguous (deflate -1), y [512] the row. */
static void write_rows(const char *path, int seed, int deflate)
{
    WK_SCOPE(writing);
    static int32_t x[ROWS][WIDTH];
    static int64_t y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        y[i] = i;
        for (int k = 0; k < WIDTH; k++) x[i][k] = seed * 1000000 + i * 100 + k;
    }
    if (deflate < 0) {
        wk_state *s = wk_state_new();
        wk_state_set(s, "x", wk_from(x, WK_SHAPE(ROWS, WIDTH), WK_I32));
        wk_state_set(s, "y", wk_from(y, WK_SHAPE(ROWS), WK_I64));
        CHECK(wk_state_write_h5(s, path) == WK_OK);
        return;
    }
    wk_h5_writer *w = wk_h5_writer_new(path, .deflate = deflate, .chunk_bytes = 1024);
    CHECK(wk_h5_append(w, "x", x, ROWS, 1, (int64_t[]){ WIDTH }, WK_I32) == WK_OK);
    CHECK(wk_h5_append(w, "y", y, ROWS, 0, NULL, WK_I64) == WK_OK);
    CHECK(wk_h5_commit(w) == WK_OK);
}

static bool is_of(wk_batch *b, int seed)
{
    const int64_t n = wk_batch_size(b);
    const float *x = host_data(wk_batch_x(b));
    const int64_t *y = host_data(wk_batch_y(b));
    bool right = true;
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < WIDTH; k++) right = right && x[i * WIDTH + k] == (float)(seed * 1000000 + y[i] * 100 + k);
    return right;
}

static int entries(const char *path)
{
    int n = 0;
    DIR *all = opendir(path);
    while (readdir(all)) n++;
    closedir(all);
    return n;
}

static void *nothing(void *argument) { return argument; }

/* How many there are without any of ours: the first one may bring a sanitizer's along. */
static int threads_now(void)
{
    pthread_t first;
    CHECK(pthread_create(&first, NULL, nothing, NULL) == 0 && pthread_join(first, NULL) == 0);
    int least = INT32_MAX;
    for (int i = 0, n; i < 20; i++, usleep(1000))
        if ((n = entries("/proc/self/task")) < least) least = n;
    return least;
}

/* Threads of this process: one that was joined may be seen for a moment. */
static bool are_threads(int wanted)
{
    for (int i = 0; i < 2000; i++, usleep(1000))
        if (entries("/proc/self/task") == wanted) return true;
    return false;
}

typedef void change(const char *path);

static void replace(const char *path)
{
    char other[200];
    snprintf(other, sizeof other, "%s.new", path);
    write_rows(other, 2, 3);
    CHECK(rename(other, path) == 0);
}

static void delete (const char *path) { CHECK(unlink(path) == 0); }
static void cut(const char *path) { CHECK(truncate(path, 3000) == 0); }
static void cut_a_byte(const char *path)
{
    struct stat now;
    CHECK(stat(path, &now) == 0 && truncate(path, now.st_size - 1) == 0);
}

static void write_over(const char *path)
{
    FILE *f = fopen(path, "r+b");
    CHECK(f && fseek(f, 0, SEEK_END) == 0);
    const long size = ftell(f);
    for (long at = 4096; at < size; at++) CHECK(fseek(f, at, SEEK_SET) == 0 && fputc((int)(at * 31 & 255), f) != EOF);
    fclose(f);
}

/* Batches of an epoch, after some of which the file changes: how many there were before an error, all right. */
static int read_through(change *what, int workers, int when, bool map)
{
    WK_SCOPE(epoch);
    int n = 0;
    wk_loader *loader =
        wk_loader_new(wk_dataset_h5(file, .map = map), .batch_size = BATCH, .num_workers = workers, .shuffle = true);
    CHECK(loader != NULL);
    for (wk_batch *b; (b = wk_loader_next(loader)); n++) {
        CHECK(is_of(b, 1));
        if (n == when) what(file);
    }
    return n;
}

TEST(races, a_file_that_is_replaced_or_deleted_is_read_to_the_end)
{
    static change *const changes[] = { replace, delete };
    const int files = entries("/proc/self/fd"), threads = threads_now();
    for (int i = 0; i < 3 * 2 * 3; i++) {
        write_rows(scratch("rows.h5"), 1, (int[]){ 0, 3, -1 }[i % 3]);
        CHECK(read_through(changes[i / 3 % 2], i / 6, 3, i % 3 == 2) == BATCHES);
        CHECK_OK();
        CHECK(are_threads(threads) && entries("/proc/self/fd") == files);
    }
    forget();
}

TEST(races, a_file_that_is_cut_or_written_over_is_an_error_or_what_it_was)
{
    static change *const changes[] = { cut, write_over };
    const int files = entries("/proc/self/fd"), threads = threads_now();
    for (int i = 0; i < 2 * 3; i++) {
        write_rows(scratch("rows.h5"), 1, 3);
        const int n = read_through(changes[i % 2], i / 2, 1, false);
        CHECK(n >= 2);
        if (n < BATCHES) CHECK_ERROR(WK_E_FORMAT, "rows.h5", "rows");
        CHECK_OK();
        CHECK(are_threads(threads) && entries("/proc/self/fd") == files);
    }
    forget();
}

/* Workers read ahead, so where there are some it is cut no deeper than a page, which gives no signal. */
TEST(races, a_mapped_file_that_is_cut_between_batches_is_an_error)
{
    const int files = entries("/proc/self/fd"), threads = threads_now();
    for (int workers = 0; workers < 3; workers++)
        for (int i = 0; i < (workers ? 1 : 2); i++) {
            write_rows(scratch("rows.h5"), 1, -1);
            const int n = read_through(i ? cut : cut_a_byte, workers, 1, true);
            CHECK(n >= 2 && n < (workers ? BATCHES : 3));
            CHECK_ERROR(WK_E_FORMAT, "dataset_h5", "rows.h5 is truncated: expected", "found");
            CHECK(are_threads(threads) && entries("/proc/self/fd") == files);
        }
    forget();
}

/* ---- Signals ---- */

static atomic_int alarms;
static void count_alarm(int signal) { alarms += signal == SIGALRM; }

TEST(races, a_storm_of_signals_changes_no_row)
{
    struct sigaction handler = { .sa_handler = count_alarm }, before;
    const struct itimerval often = { { 0, 100 }, { 0, 100 } };
    write_rows(scratch("rows.h5"), 1, 3);
    sigaction(SIGALRM, &handler, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < 200 && (i < 4 || alarms < 100); i++) {
        WK_SCOPE(epoch);
        int n = 0;
        wk_loader *loader =
            wk_loader_new(wk_dataset_h5(file, .isolate = i % 2), .batch_size = BATCH, .num_workers = i % 3);
        for (wk_batch *b; (b = wk_loader_next(loader)); n++) CHECK(is_of(b, 1));
        ck_assert_msg(n == BATCHES && !wk_failed(), "%d batches: %s", n, wk_error_text());
    }
    setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 0 }, { 0, 0 } }, NULL);
    sigaction(SIGALRM, &before, NULL);
    CHECK(alarms >= 100);
    forget();
}

/* ---- Things that run out ---- */

TEST(races, without_descriptors_no_file_opens_and_open_ones_are_read)
{
    struct rlimit before, none;
    write_rows(scratch("rows.h5"), 1, 3);
    wk_dataset *set = wk_dataset_h5(file);
    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    none = before;
    none.rlim_cur = 0;
    CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
    CHECK_NULL(wk_dataset_h5(file));
    CHECK_ERROR(WK_E_IO, "rows.h5", strerror(EMFILE));
    CHECK_NULL(wk_dataset_h5(file, .isolate = true));
    CHECK_ERROR(WK_E_IO, "rows.h5", strerror(EMFILE));
    int n = 0;
    wk_loader *loader = wk_loader_new(set, .batch_size = BATCH, .num_workers = 2);
    for (wk_batch *b; (b = wk_loader_next(loader)); n++) CHECK(is_of(b, 1));
    CHECK(n == BATCHES);
    CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
    forget();
}

/* In front of pthread_create, for the library: the n-th thread cannot be made. */
static atomic_int threads_left;
int __real_pthread_create(pthread_t *id, const pthread_attr_t *how, void *(*work)(void *), void *argument);
int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *how, void *(*work)(void *), void *argument);
int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *how, void *(*work)(void *), void *argument)
{
    if (threads_left > 0 && --threads_left == 0) return EAGAIN;
    return __real_pthread_create(id, how, work, argument);
}

static bool load_with(int workers)
{
    WK_SCOPE(epoch);
    wk_loader *loader = wk_loader_new(wk_dataset_h5(file), .batch_size = BATCH, .num_workers = workers);
    for (wk_batch *b; (b = wk_loader_next(loader));) CHECK(is_of(b, 1));
    return !wk_failed();
}

static bool write_with(int workers)
{
    WK_SCOPE(writing);
    char path[200];
    snprintf(path, sizeof path, "%s.other", file);
    wk_h5_writer *w = wk_h5_writer_new(path, .deflate = 1, .workers = workers);
    return w && wk_h5_append(w, "x", "abcd", 4, 0, NULL, WK_U8) == WK_OK && wk_h5_commit(w) == WK_OK;
}

TEST(races, without_threads_there_is_an_error_and_nobody_waits)
{
    static bool (*const works[])(int) = { load_with, write_with };
    write_rows(scratch("rows.h5"), 1, 3);
    const int before = threads_now();
    for (int w = 0; w < 2; w++)
        for (int n = 1;; n++) {
            threads_left = n;
            const bool done = works[w](4);
            const bool refused = threads_left == 0;
            threads_left = 0;
            CHECK(done == !refused);
            if (refused) CHECK_ERROR(WK_E_STATE, "cannot start", "limits threads");
            CHECK(are_threads(before));
            if (!refused) {
                CHECK(n == 5);
                break;
            }
        }
    forget();
}

WICK_TEST_MAIN
