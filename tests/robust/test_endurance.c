/* Long trainings on HDF5 files: after the first epochs, loading asks the system for nothing, and the process is no
 * larger after two hundred than after a few. */
#include "base/process.h"
#include "data/hdf5/h5.h"
#include "hdf5_check.h"
#include "wick/hdf5.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

WICK_ON_CPU("rows of files are the host's")

static atomic_llong calls;

static void *count(void *user, size_t bytes, size_t align)
{
    (void)user;
    atomic_fetch_add(&calls, 1);
    void *got = NULL;
    return posix_memalign(&got, align < sizeof(void *) ? sizeof(void *) : align, bytes) ? NULL : got;
}

static void release(void *user, void *at, size_t bytes)
{
    (void)user, (void)bytes;
    free(at);
}

static const wk_allocator counting = { count, release, NULL };

/* A number of /proc/self/status, in bytes. */
static long status_of(const char *name)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, name, strlen(name))) kib = atol(line + strlen(name));
    if (f) fclose(f);
    return kib << 10;
}

enum { ROWS = 3000, SIDE = 12, ITEMS = 4 * ROWS };

static void write_rows(void)
{
    static uint8_t x[ROWS][SIDE][SIDE];
    static float runs[ITEMS][2];
    static int64_t y[ROWS], offsets[ROWS + 1];
    for (int r = 0; r < ROWS; r++) {
        memset(x[r], r % 251, sizeof x[r]);
        y[r] = r % 10;
        offsets[r + 1] = offsets[r] + r % 9;
    }
    WK_SCOPE(writing);
    wk_h5_writer *w = wk_h5_writer_new(scratch("rows.h5"), .deflate = 4, .chunk_bytes = 8192);
    wk_h5_append(w, "x", x, ROWS, 2, (int64_t[]){ SIDE, SIDE }, WK_U8);
    wk_h5_append(w, "y", y, ROWS, 0, NULL, WK_I64);
    wk_h5_append(w, "runs", runs, offsets[ROWS], 1, (int64_t[]){ 2 }, WK_F32);
    wk_h5_append(w, "offsets", offsets, ROWS + 1, 0, NULL, WK_I64);
    CHECK(wk_h5_commit(w) == WK_OK);
}

/* Windows of blocks through transforms, likewise without, all rows in memory, rows of different lengths. */
enum { KINDS = 4 };
static wk_loader *loader_of_kind(int kind, int workers)
{
    wk_transform *t = wk_transforms(wk_transform_random_crop("x", SIDE, SIDE, 2), wk_transform_scaled("x", WK_F32),
                                    wk_transform_normalize("x", (double[]){ 0.5 }, (double[]){ 0.25 }, 1));
    wk_dataset *set =
        kind == 3 ? wk_dataset_h5(file, .x = "runs", .offsets = "offsets") : wk_dataset_h5(file, .raw = true);
    return wk_loader_new(kind == 2 ? wk_dataset_cached(set) : set, .batch_size = 32, .shuffle = true, .window = 500,
                         .num_workers = workers, .transform = kind == 0 ? t : NULL, .pad_multiple = 8);
}

TEST(endurance, two_hundred_epochs_ask_for_no_memory_and_leave_the_process_as_large_as_twenty)
{
    enum { EPOCHS = WKI_SANITIZED ? 6 : 200, WARM = WKI_SANITIZED ? 2 : 20 };
    CHECK(wk_set_allocator(&counting) == WK_OK);
    write_rows();
    for (int w = 0; w < 2 * KINDS; w++) {
        WK_SCOPE(one);
        const int kind = w % KINDS, workers = w / KINDS * 2;
        wk_loader *loader = loader_of_kind(kind, workers);
        long long warm = 0;
        long size = 0, objects = 0;
        wk_memory before = { 0 }, after;
        while (wk_loader_epoch(loader) < EPOCHS && !wk_failed()) {
            int64_t rows = 0;
            for (wk_batch *b; (b = wk_loader_next(loader));) rows += wk_batch_size(b);
            CHECK(rows == ROWS);
            if (wk_loader_epoch(loader) != WARM) continue;
            warm = atomic_load(&calls);
            size = status_of("VmRSS:");
            objects = (long)wk_live_objects();
            wk_memory_stats(WK_CPU, &before);
        }
        CHECK_OK();
        wk_memory_stats(WK_CPU, &after);
        const long grown = status_of("VmRSS:") - size;
        if (!WKI_SANITIZED) /* under which no blocks are cached */
            ck_assert_msg(atomic_load(&calls) == warm, "kind %d, %d workers: %lld calls, then %lld", kind, workers,
                          warm, atomic_load(&calls));
        if (!WKI_SANITIZED)
            ck_assert_msg(grown <= 1 << 20, "kind %d, %d workers: %ld KiB more", kind, workers, grown >> 10);
        CHECK((long)wk_live_objects() == objects && after.used == before.used);
    }
    forget();
}

/* Blocks are forgotten and unpacked again all the time. */
TEST(endurance, a_file_larger_than_what_is_kept_decoded_asks_for_no_memory_either)
{
    enum { MANY = 5600, ROW = 64 << 10 };
    if (WKI_SANITIZED) return;
    CHECK(wk_set_allocator(&counting) == WK_OK);
    unsigned char *row = calloc(1, ROW);
    {
        WK_SCOPE(writing);
        wk_h5_writer *w = wk_h5_writer_new(scratch("large.h5"), .deflate = 1);
        for (int i = 0; i < MANY; i++) CHECK(wk_h5_append(w, "x", row, 1, 1, (int64_t[]){ ROW }, WK_U8) == WK_OK);
        CHECK(wk_h5_commit(w) == WK_OK);
    }
    free(row);
    CHECK((int64_t)MANY * ROW > WKI_H5_CACHE);
    for (int workers = 0; workers < 3; workers += 2) {
        WK_SCOPE(one);
        wk_loader *loader = wk_loader_new(wk_dataset_h5(file, .y = "", .raw = true), .batch_size = 16, .shuffle = true,
                                          .num_workers = workers);
        long long warm = 0;
        long size = 0;
        while (wk_loader_epoch(loader) < 5 && !wk_failed()) {
            while (wk_loader_next(loader)) continue;
            if (wk_loader_epoch(loader) != 2) continue;
            warm = atomic_load(&calls);
            size = status_of("VmRSS:");
        }
        CHECK_OK();
        ck_assert_msg(atomic_load(&calls) == warm, "%d workers: %lld calls, then %lld", workers, warm,
                      atomic_load(&calls));
        CHECK(status_of("VmRSS:") - size <= 8 << 20);
    }
    forget();
}

WICK_TEST_MAIN
