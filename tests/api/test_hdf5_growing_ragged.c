/* Rows of different lengths in HDF5 files that another program is writing: a row is seen when all its items are, and
 * batches are those of the same rows in memory, however long the rows become. */
#include "hdf5_check.h"
#include "wick/hdf5.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

enum { X, TAGS, LABELS, OFFSETS, SETS, MOST = 400 };
static const char *const names[SETS] = { "x", "tags", "labels", "offsets" };

/* Row r has r / 4 + r % 3 items; item i is { i, 2 i } with the tag i mod 6; the label of row r is r mod 5. */
static int64_t begin_of(int64_t row)
{
    int64_t items = 0;
    for (int64_t r = 0; r < row; r++) items += r / 4 + r % 3;
    return items;
}

typedef struct growing {
    bool swmr;
    int deflate;
    hid_t file, sets[SETS];
    int64_t rows[SETS];
} growing;

static void make_set(growing *w, int i)
{
    const hsize_t none[2] = { 0, 2 }, all[2] = { H5S_UNLIMITED, 2 }, chunk[2] = { 8, 2 };
    const hid_t space = H5Screate_simple(i == X ? 2 : 1, none, all), plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plan, i == X ? 2 : 1, chunk);
    if (w->deflate) H5Pset_deflate(plan, (unsigned)w->deflate);
    w->sets[i] = H5Dcreate2(w->file, names[i], i == X ? H5T_NATIVE_FLOAT : H5T_NATIVE_INT, space, H5P_DEFAULT, plan,
                            H5P_DEFAULT);
    H5Pclose(plan);
    H5Sclose(space);
}

static void begin(growing *w, const char *path)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    w->file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    for (int i = 0; i < SETS; i++) make_set(w, i);
    H5Pclose(access);
    if (w->swmr) CHECK(H5Fstart_swmr_write(w->file) >= 0);
    CHECK(H5Fflush(w->file, H5F_SCOPE_LOCAL) >= 0);
}

static void end(growing *w)
{
    for (int i = 0; i < SETS; i++) H5Dclose(w->sets[i]);
    H5Fclose(w->file);
}

static void flush_set(growing *w, int i) { w->swmr ? H5Dflush(w->sets[i]) : H5Fflush(w->file, H5F_SCOPE_LOCAL); }

/* One of the sets up to so many numbers, or items. */
static void grow(growing *w, int i, int64_t upto)
{
    for (int64_t at = w->rows[i]; at < upto; at++) {
        const float x[2] = { (float)at, (float)(2 * at) };
        const int number = (int)(i == TAGS ? at % 6 : i == LABELS ? at % 5 : begin_of(at));
        const hsize_t size[2] = { (hsize_t)at + 1, 2 }, from[2] = { (hsize_t)at, 0 }, one[2] = { 1, 2 };
        H5Dset_extent(w->sets[i], size);
        const hid_t to = H5Dget_space(w->sets[i]), piece = H5Screate_simple(i == X ? 2 : 1, one, NULL);
        H5Sselect_hyperslab(to, H5S_SELECT_SET, from, NULL, one, NULL);
        CHECK(H5Dwrite(w->sets[i], i == X ? H5T_NATIVE_FLOAT : H5T_NATIVE_INT, piece, to, H5P_DEFAULT,
                       i == X ? (const void *)x : &number) >= 0);
        H5Sclose(piece);
        H5Sclose(to);
    }
    w->rows[i] = upto;
}

static void grow_all(growing *w, int64_t rows)
{
    for (int i = 0; i < SETS; i++) {
        grow(w, i, i < LABELS ? begin_of(rows) : rows + (i == OFFSETS));
        flush_set(w, i);
    }
}

static wk_dataset *open_set(const char *y, bool of_items)
{
    return wk_dataset_h5(file, .y = y, .offsets = "offsets", .growing = true, .y_of_items = of_items);
}

static void check_row(wk_dataset *set, int64_t r)
{
    WK_SCOPE(row);
    wk_tensor *t[2] = { NULL };
    const wk_field *fields;
    const int n = wk_dataset_fields(set, &fields);
    ck_assert_msg(wk_dataset_get(set, r, t, n) == WK_OK, "row %lld: %s", (long long)r, wk_error_text());
    const int64_t first = begin_of(r), length = begin_of(r + 1) - first;
    CHECK(wk_size(t[0], 0) == length && length <= fields[0].shape[0]);
    for (int64_t i = 0; i < length; i++) {
        const float *x = (const float *)wk_data(t[0]) + 2 * i;
        ck_assert_msg(x[0] == (float)(first + i) && x[1] == (float)(2 * (first + i)), "row %lld, item %lld: %g, %g",
                      (long long)r, (long long)i, x[0], x[1]);
        if (n == 2 && fields[1].ndim == 1) CHECK(((const int64_t *)wk_data(t[1]))[i] == (first + i) % 6);
    }
    if (n == 2 && fields[1].ndim == 0) CHECK(*(const int64_t *)wk_data(t[1]) == r % 5);
}

static wk_dataset *seen(wk_dataset *set, int64_t rows)
{
    ck_assert_msg(set != NULL, "%s", wk_error_text());
    ck_assert_msg(wk_dataset_len(set) == rows, "%lld rows; expected %lld", (long long)wk_dataset_len(set),
                  (long long)rows);
    for (int64_t r = 0; r < rows; r++) check_row(set, r);
    return set;
}

TEST(growing_ragged, a_row_is_seen_when_all_its_items_are)
{
    for (int swmr = 0; swmr < 2; swmr++) {
        WK_SCOPE(one);
        growing w = { .swmr = swmr };
        begin(&w, scratch("run.h5"));
        wk_dataset *set = seen(open_set("labels", false), 0), *tagged = seen(open_set("tags", true), 0);
        grow(&w, OFFSETS, 11);
        flush_set(&w, OFFSETS);
        set = seen(wk_dataset_refresh(set), 0);
        grow(&w, LABELS, 10);
        flush_set(&w, LABELS);
        grow(&w, X, begin_of(7) + 1);
        flush_set(&w, X);
        set = seen(wk_dataset_refresh(set), 7);
        tagged = seen(wk_dataset_refresh(tagged), 1); /* whose first has no items */
        seen(open_set("", false), 7);
        grow(&w, TAGS, begin_of(5));
        flush_set(&w, TAGS);
        tagged = seen(wk_dataset_refresh(tagged), 5);
        grow(&w, X, begin_of(60));
        flush_set(&w, X);
        set = seen(wk_dataset_refresh(set), 10);
        grow(&w, OFFSETS, 31);
        flush_set(&w, OFFSETS);
        CHECK(wk_dataset_refresh(set) == set); /* labels lack */
        seen(open_set("", false), 30);
        grow_all(&w, 60);
        wk_dataset *all = seen(wk_dataset_refresh(set), 60);
        seen(set, 10);
        seen(wk_dataset_refresh(tagged), 60);
        CHECK(wk_dataset_refresh(all) == all);
        end(&w);
        seen(wk_dataset_h5(file, .y = "labels", .offsets = "offsets"), 60);
        CHECK_OK();
    }
    forget();
}

TEST(growing_ragged, packed_items_come_by_whole_chunks_until_the_file_is_closed)
{
    growing w = { .swmr = true, .deflate = 4 };
    begin(&w, scratch("run.h5"));
    grow_all(&w, 30);
    int64_t rows = 23; /* of offsets and labels 24 each, of which the last ends the 23rd row */
    while (begin_of(rows) > begin_of(30) / 8 * 8) rows--;
    wk_dataset *set = seen(open_set("labels", false), rows);
    end(&w);
    seen(wk_dataset_refresh(set), 30);
    forget();
}

/* ---- Loaders ---- */

/* Every batch against the same rows, read one by one. */
static int64_t check_epoch(wk_loader *loader, bool of_items)
{
    int64_t rows = 0, sum = 0;
    for (wk_batch *b; (b = wk_loader_next(loader)); rows += wk_batch_size(b)) {
        WK_SCOPE(one);
        const int64_t n = wk_batch_size(b), longest = wk_size(wk_batch_x(b), 1);
        const float *x = wk_data(wk_batch_x(b));
        const int64_t *y = wk_data(wk_batch_y(b)), *lengths = wk_data(wk_batch_lengths(b));
        for (int64_t i = 0; i < n; i++) {
            const int64_t r = wk_batch_rows(b)[i], first = begin_of(r);
            sum += r;
            CHECK(lengths[i] == begin_of(r + 1) - first && longest % 4 == 0);
            if (!of_items) CHECK(y[i] == r % 5);
            for (int64_t k = 0; k < longest; k++) {
                const bool there = k < lengths[i];
                CHECK(x[(i * longest + k) * 2] == (there ? (float)(first + k) : 7));
                if (of_items) CHECK(y[i * longest + k] == (there ? (first + k) % 6 : -100));
            }
        }
    }
    CHECK_OK();
    CHECK(sum == rows * (rows - 1) / 2);
    return rows;
}

TEST(growing_ragged, a_loader_takes_rows_that_become_longer_and_fills_them_up_as_before)
{
    for (int workers = 0; workers < 3; workers++)
        for (int of_items = 0; of_items < 2; of_items++) {
            WK_SCOPE(one);
            growing w = { .swmr = true };
            begin(&w, scratch("run.h5"));
            grow_all(&w, 6);
            wk_loader *loader =
                wk_loader_new(open_set(of_items ? "tags" : "labels", of_items), .batch_size = 8, .shuffle = true,
                              .num_workers = workers, .window = 24, .refresh = true, .pad = 7, .pad_multiple = 4,
                              .transform = workers == 1 ? wk_transform_to("x", WK_F32) : NULL);
            for (int64_t rows = 6; rows <= MOST / 2; rows += 40) {
                grow_all(&w, rows);
                CHECK(check_epoch(loader, of_items) == rows);
            }
            end(&w);
        }
    forget();
}

TEST(growing_ragged, a_training_goes_on_in_the_rows_that_its_epoch_had)
{
    growing w = { .swmr = true };
    begin(&w, scratch("run.h5"));
    grow_all(&w, 50);
    wk_loader *loader = wk_loader_new(open_set("labels", false), .batch_size = 8, .shuffle = true, .refresh = true,
                                      .pad = 7, .pad_multiple = 4);
    int64_t rows[2][MOST], n[2] = { 0, 0 };
    CHECK(wk_loader_next(loader));
    wk_state *state = wk_loader_state_dict(loader);
    for (int again = 0; again < 2; again++) {
        if (again) grow_all(&w, 90);
        wk_loader *l = again ? wk_loader_new(open_set("labels", false), .batch_size = 8, .shuffle = true,
                                             .num_workers = 2, .refresh = true, .pad = 7, .pad_multiple = 4)
                             : loader;
        if (again) CHECK(wk_loader_load_state_dict(l, state) == WK_OK);
        for (wk_batch *b; (b = wk_loader_next(l));)
            for (int64_t i = 0; i < wk_batch_size(b); i++) rows[again][n[again]++] = wk_batch_rows(b)[i];
        if (again) CHECK(check_epoch(l, false) == 90);
    }
    CHECK_OK();
    CHECK(n[0] == 42 && n[1] == 42 && !memcmp(rows[0], rows[1], sizeof **rows * 42));
    end(&w);
    forget();
}

/* ---- Another program ---- */

static void write_on(growing w, const char *path)
{
    begin(&w, path);
    for (int64_t row = 0; row < MOST; row += 1 + rand() % 3) {
        grow_all(&w, row);
        nanosleep(&(struct timespec){ .tv_nsec = (w.swmr ? rand() % 12 : 8 + rand() % 20) * 1000000 }, NULL);
    }
    for (;;) pause();
}

static void follow(growing w, const char *y, bool of_items)
{
    const char *path = scratch("run.h5");
    unlink(path);
    const pid_t child = fork();
    if (!child) write_on(w, path);
    for (int i = 0; i < 1000 && access(path, F_OK); i++) nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    WK_SCOPE(following);
    wk_dataset *set = open_set(y, of_items);
    int64_t grown = 0;
    for (int i = 0; i < 60; i++) {
        wk_dataset *now = set ? wk_dataset_refresh(set) : NULL;
        ck_assert_msg(now != NULL, "%s", wk_error_text());
        const int64_t before = wk_dataset_len(set), n = wk_dataset_len(now);
        CHECK(n >= before);
        for (int64_t r = i % 20 ? before : 0; r < n; r++) check_row(now, r);
        grown += now != set;
        set = now;
        nanosleep(&(struct timespec){ .tv_nsec = rand() % 12 * 1000000 }, NULL);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    CHECK(grown > 6);
    seen(set, wk_dataset_len(set));
    seen(open_set(y, of_items), wk_dataset_len(wk_dataset_refresh(set)));
    forget();
}

TEST(growing_ragged, rows_seen_are_rows_written_with_swmr) { follow((growing){ .swmr = true }, "labels", false); }
TEST(growing_ragged, and_tags_of_items) { follow((growing){ .swmr = true }, "tags", true); }
TEST(growing_ragged, and_packed) { follow((growing){ .swmr = true, .deflate = 4 }, "tags", true); }
TEST(growing_ragged, rows_seen_are_rows_written_and_flushed) { follow((growing){ .swmr = false }, "labels", false); }

/* ---- Refusals ---- */

TEST(growing_ragged, what_y_belongs_to_must_be_told)
{
    growing w = { .swmr = true };
    begin(&w, scratch("run.h5"));
    grow_all(&w, 20);
    CHECK_NULL(open_set("tags", false));
    CHECK_ERROR(WK_E_STATE, "tags", "20 rows", ".y_of_items");
    CHECK_NULL(wk_dataset_h5(file, .y = "labels", .growing = true, .y_of_items = true));
    CHECK_ERROR(WK_E_INVALID, "y_of_items", ".offsets");
    end(&w);
    CHECK_NULL(wk_dataset_h5(file, .y = "labels", .offsets = "offsets", .y_of_items = true));
    CHECK_ERROR(WK_E_SHAPE, "labels", "20 rows");
    seen(wk_dataset_h5(file, .y = "tags", .offsets = "offsets", .y_of_items = true), 20);
    CHECK_NULL(wk_dataset_h5(file, .y = "", .offsets = "x", .growing = true));
    CHECK_ERROR(WK_E_SHAPE, "x", "no list of offsets");
    forget();
}

/* Number `at` of a set becomes another. */
static void write_over(growing *w, int i, hsize_t at, int number)
{
    const hsize_t one = 1;
    const hid_t to = H5Dget_space(w->sets[i]), piece = H5Screate_simple(1, &one, NULL);
    H5Sselect_hyperslab(to, H5S_SELECT_SET, &at, NULL, &one, NULL);
    CHECK(H5Dwrite(w->sets[i], H5T_NATIVE_INT, piece, to, H5P_DEFAULT, &number) >= 0);
    H5Sclose(piece);
    H5Sclose(to);
}

TEST(growing_ragged, offsets_that_were_written_anew_are_told)
{
    growing w = { .swmr = true };
    begin(&w, scratch("run.h5"));
    grow_all(&w, 20);
    wk_dataset *set = seen(open_set("labels", false), 20);
    write_over(&w, OFFSETS, 9, (int)begin_of(9) + 1);
    grow_all(&w, 25);
    CHECK_NULL(wk_dataset_refresh(set));
    CHECK_ERROR(WK_E_STATE, "dataset_refresh", "written anew");
    seen(set, 20);
    write_over(&w, OFFSETS, 9, 0);
    grow_all(&w, 26);
    CHECK_NULL(wk_dataset_refresh(set));
    CHECK_ERROR(WK_E_RANGE, "offsets", "number 9 is 0");
    end(&w);
    forget();
}

WICK_TEST_MAIN
