/* Loaders of files that grow: an epoch has the rows that were there when it began, each once and in the order that any
 * loader of them has, whatever comes meanwhile, however many workers read and wherever a training is taken up again. */
#include "base/thread.h"
#include "growing_file.h"
#include "loader_check.h"
#include "refusals.h"
#include "wick/hdf5.h"
#include <time.h>
#include <unistd.h>

WICK_ON_CPU("rows of files are the host's")

enum { MOST = 400, BATCH = 8 };
static const int worker_counts[] = { 0, 1, 3 };

static wk_loader *loader_of(wk_dataset *set, int workers, bool shuffle, bool refresh)
{
    return wk_loader_new(set, .batch_size = BATCH, .num_workers = workers, .shuffle = shuffle,
                         .window = shuffle ? 24 : 0, .refresh = refresh);
}

static wk_dataset *growing_set(void)
{
    wk_dataset *set = wk_dataset_h5(file, .growing = true);
    ck_assert_msg(set != NULL, "%s", wk_error_text());
    return set;
}

/* Its rows are what was written of them; their numbers go to `rows`. */
static int64_t look_at(wk_batch *b, int64_t *rows)
{
    const double *x = wk_data(wk_batch_x(b));
    const int64_t *y = wk_data(wk_batch_y(b)), n = add_rows(b, rows, 0);
    for (int64_t i = 0; i < n; i++)
        ck_assert_msg(x[3 * i] == (double)(3 * rows[i] + 1) && x[3 * i + 2] == (double)(3 * rows[i] + 3) &&
                          y[i] == rows[i] % 7,
                      "row %lld is %g and %lld", (long long)rows[i], x[3 * i], (long long)y[i]);
    return n;
}

/* The rest of the loader's epoch into rows; how many. */
static int64_t rest_of(wk_loader *loader, int64_t *rows)
{
    int64_t n = 0;
    const int64_t epoch = wk_loader_epoch(loader);
    for (wk_batch *b; (b = wk_loader_next(loader));) n += look_at(b, rows + n);
    CHECK_OK();
    CHECK(wk_loader_epoch(loader) == epoch + 1);
    return n;
}

/* What a loader has in that epoch that was made of the file as it is now. */
static int64_t expected_rows(int64_t epoch, bool shuffle, int64_t *rows)
{
    WK_SCOPE(reference);
    wk_loader *loader = loader_of(growing_set(), 0, shuffle, false);
    CHECK(wk_loader_reset(loader, epoch) == WK_OK);
    return rest_of(loader, rows);
}

static void grow_and_load(int workers, bool shuffle)
{
    int64_t rows[MOST], expected[MOST], all = 20, loaded = 0;
    writer w = { .chunk = BATCH };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, (int)all);
    WK_SCOPE(loading);
    wk_loader *loader = loader_of(growing_set(), workers, shuffle, true);
    for (int64_t epoch = 0; epoch < 7; epoch++) {
        if (epoch % 3) put_rows(&w, all, 7), all += 7;
        CHECK(expected_rows(epoch, shuffle, expected) == all);
        wk_batch *b = wk_loader_next(loader);
        CHECK(b && wk_loader_batches(loader) == (all + BATCH - 1) / BATCH && wk_loader_batch(loader) == 1);
        int64_t n = look_at(b, rows), more = epoch % 2 ? 13 : 0;
        if (more) put_rows(&w, all, (int)more);
        n += rest_of(loader, rows + n);
        CHECK(n == all && once_each(rows, all));
        CHECK(!memcmp(rows, expected, (size_t)n * sizeof *rows));
        loaded += n;
        all += more;
    }
    CHECK(wk_loader_stats(loader).rows == loaded);
    end(&w);
    forget();
}

TEST(refresh, an_epoch_has_the_rows_that_were_there_when_it_began)
{
    for (int i = 0; i < 3; i++) grow_and_load(worker_counts[i], false);
}
TEST(refresh, in_the_order_of_any_loader_that_has_them)
{
    for (int i = 0; i < 3; i++) grow_and_load(worker_counts[i], true);
}

static void load_two_hundred_epochs(void)
{
    int64_t rows[MOST + 200], all = 20, live = 0;
    writer w = { .chunk = BATCH };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, (int)all);
    WK_SCOPE(loading);
    wk_loader *loader = loader_of(growing_set(), 1, true, true);
    for (int64_t epoch = 0; epoch < 200; epoch++) {
        if (epoch % 2) put_rows(&w, all, 2), all += 2;
        CHECK(rest_of(loader, rows) == all);
        if (epoch == 20) live = wk_live_objects();
        if (epoch > 20) CHECK(wk_live_objects() == live);
    }
    end(&w);
}

TEST(refresh, two_hundred_epochs_of_a_growing_file_leave_nothing_behind)
{
    load_two_hundred_epochs();
    const footprint before = footprint_now();
    load_two_hundred_epochs();
    const footprint after = footprint_now();
    CHECK(after.live == before.live && after.allocations == before.allocations && after.used == before.used);
    forget();
}

TEST(refresh, rows_are_transformed_as_before)
{
    writer w = { .chunk = BATCH };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, 20);
    WK_SCOPE(loading);
    wk_loader *loader = wk_loader_new(growing_set(), .batch_size = 64, .num_workers = 1, .refresh = true,
                                      .transform = wk_transform_to("x", WK_F32));
    for (int64_t all = 20, epoch = 0; epoch < 3; epoch++, all += 20) {
        wk_batch *b = wk_loader_next(loader);
        CHECK(b && wk_batch_size(b) == (all < 64 ? all : 64) && wk_dtype_of(wk_batch_x(b)) == WK_F32);
        const float *x = wk_data(wk_batch_x(b));
        for (int64_t i = 0; i < 3 * wk_batch_size(b); i++) CHECK(x[i] == (float)(i + 1));
        CHECK_NULL(wk_loader_next(loader));
        put_rows(&w, all, 20);
    }
    end(&w);
    forget();
}

/* ---- State ---- */

/* At batch `at` of epoch 1, of 47 rows, the training is cut off; by the time it goes on there are 75. */
static void go_on_at(int64_t at, int workers, bool shuffle)
{
    int64_t rows[MOST], expected[MOST];
    writer w = { .chunk = BATCH };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, 20);
    WK_SCOPE(loading);
    wk_loader *first = loader_of(growing_set(), workers, shuffle, true);
    CHECK(rest_of(first, rows) == 20);
    put_rows(&w, 20, 27);
    for (int64_t b = 0; b < at; b++) look_at(wk_loader_next(first), rows + b * BATCH);
    wk_state *kept = wk_loader_state_dict(first);
    if (at) CHECK(expected_rows(1, shuffle, expected) == 47 && wk_state_int(kept, "rows") == 47);
    put_rows(&w, 47, 28);
    if (!at) CHECK(expected_rows(1, shuffle, expected) == 75);

    wk_loader *second = loader_of(growing_set(), 3 - workers, shuffle, true);
    CHECK(wk_loader_load_state_dict(second, kept) == WK_OK);
    CHECK(wk_loader_epoch(second) == 1 && wk_loader_batch(second) == at);
    const int64_t before = at * BATCH < 47 ? at * BATCH : 47, n = before + rest_of(second, rows + before);
    CHECK(n == (at ? 47 : 75) && once_each(rows, at ? 47 : 75));
    CHECK(!memcmp(rows, expected, (size_t)n * sizeof *rows));
    CHECK(wk_loader_load_state_dict(second, kept) == WK_OK); /* it can go back */
    CHECK(rest_of(second, rows + before) == n - before && !memcmp(rows, expected, (size_t)n * sizeof *rows));
    CHECK(expected_rows(2, shuffle, expected) == 75 && rest_of(second, rows) == 75);
    CHECK(!memcmp(rows, expected, 75 * sizeof *rows));
    CHECK(wk_loader_load_state_dict(second, kept) == WK_OK && wk_loader_epoch(second) == 1); /* also from there */
    CHECK(rest_of(second, rows) == n - before);
    end(&w);
    forget();
}

TEST(refresh, a_training_goes_on_in_the_rows_that_its_epoch_had)
{
    for (int64_t at = 0; at <= 6; at++)
        for (int k = 0; k < 4; k++) go_on_at(at, k / 2 * 3, k % 2);
}

TEST(refresh, a_state_that_does_not_fit_is_refused_and_loading_goes_on)
{
    int64_t rows[MOST];
    writer w = { .chunk = BATCH };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, 20);
    WK_SCOPE(loading);
    wk_loader *loader = loader_of(growing_set(), 1, true, true);
    wk_loader_next(loader);
    wk_state *kept = wk_loader_state_dict(loader);
    put_rows(&w, 20, 20);
    wk_loader *other =
        wk_loader_new(growing_set(), .batch_size = 5, .num_workers = 1, .shuffle = true, .window = 24, .refresh = true);
    CHECK(wk_loader_load_state_dict(other, kept) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "batch_size is 5 here, and was 8");
    CHECK(rest_of(other, rows) == 40 && once_each(rows, 40));
    wk_state_set_int(kept, "rows", 41);
    CHECK(wk_loader_load_state_dict(other, kept) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "rows is 40 here, and was 41");
    CHECK(rest_of(other, rows) == 40 && once_each(rows, 40));
    end(&w);
    forget();
}

/* ---- What fails ---- */

TEST(refresh, a_file_that_cannot_be_looked_at_again_ends_loading_until_a_reset)
{
    int64_t rows[MOST];
    char path[128], away[160];
    writer w = { .chunk = BATCH };
    begin(&w, scratch("run.h5"));
    strcpy(path, file);
    snprintf(away, sizeof away, "%s.away", path);
    put_rows(&w, 0, 20);
    WK_SCOPE(loading);
    wk_loader *loader = loader_of(growing_set(), 2, true, true);
    CHECK(rest_of(loader, rows) == 20);
    put_rows(&w, 20, 9);
    CHECK(rename(path, away) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK_NULL(wk_loader_next(loader));
        CHECK_ERROR(WK_E_NOT_FOUND, "run.h5");
    }
    CHECK(rename(away, path) == 0);
    CHECK_NULL(wk_loader_next(loader));
    CHECK_ERROR(WK_E_NOT_FOUND, "run.h5");
    CHECK(wk_loader_reset(loader, wk_loader_epoch(loader)) == WK_OK);
    CHECK(rest_of(loader, rows) == 29 && once_each(rows, 29));
    end(&w);
    forget();
}

TEST(refresh, refuses_sets_that_do_not_grow_and_orders_that_cannot)
{
    writer w = { .chunk = BATCH };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, 20);
    wk_dataset *set = growing_set();
    const int64_t some[] = { 1, 2 };
    CHECK_NULL(wk_loader_new(wk_dataset_subset(set, some, 2), .refresh = true));
    CHECK_ERROR(WK_E_INVALID, "loader_new", "\"subset\" does not grow", ".growing", "wk_dataset_h5_list");
    CHECK_NULL(wk_loader_new(set, .refresh = true, .world = 2));
    CHECK_ERROR(WK_E_INVALID, "world is 2", "one process");
    const double weights[20] = { 1 };
    CHECK_NULL(wk_loader_new(set, .refresh = true, .sampler = wk_sampler_weighted(weights, 20, 5, true)));
    CHECK_ERROR(WK_E_INVALID, "weights of 20 rows only");
    end(&w);
    CHECK_NULL(wk_loader_new(wk_dataset_h5(file), .refresh = true));
    CHECK_ERROR(WK_E_INVALID, "\"h5\" does not grow");
    forget();
}

TEST(refresh, memory_that_runs_out_anywhere_loses_no_row)
{
    int64_t rows[MOST];
    writer w = { .latest = true, .chunk = BATCH };
    begin(&w, scratch("run.h5"));
    put_rows(&w, 0, 20);
    wk_dataset *small = growing_set();
    put_rows(&w, 20, 30);
    for (int i = 0; i < 2; i++) {
        const footprint before = footprint_now();
        bool refused = true;
        for (long n = 1; refused; n++) {
            WK_SCOPE(one);
            wk_loader *loader = loader_of(small, 2 * i, true, true);
            arm(n, n % 2);
            int64_t seen = 0;
            for (wk_batch *b; (b = wk_loader_next(loader));) seen += look_at(b, rows);
            refused = disarm();
            const wk_status due = refused && seen < 50 ? WK_E_MEMORY : WK_OK; /* what reads ahead fails unseen */
            ck_assert_msg(wk_error() == due && (due || seen == 50), "request %ld: %s", n, wk_error_text());
            wk_error_clear();
            CHECK(wk_loader_reset(loader, 0) == WK_OK);
            CHECK(rest_of(loader, rows) == 50 && once_each(rows, 50));
        }
        const footprint after = footprint_now();
        CHECK(after.live == before.live && after.allocations == before.allocations);
    }
    end(&w);
    forget();
}

/* ---- At once ---- */

enum { ALL = 300 };
static atomic_bool loaded;

static void simulate(void *path)
{
    static const wk_field fields[] = { { "x", WK_F64, 1, { 3 } }, { "y", WK_I64, 0, { 0 } } };
    WK_SCOPE(simulation);
    wk_h5_shards *out = wk_h5_shards_new(path, .fields = fields, .nfields = 2, .rows = 10);
    for (int64_t row = 0; row < ALL; row++) {
        const double x[3] = { (double)(3 * row + 1), (double)(3 * row + 2), (double)(3 * row + 3) };
        const int64_t y = row % 7;
        CHECK(wk_h5_shards_append(out, (const void *[]){ x, &y }, 1) == WK_OK);
        while (row == ALL / 3 && !loaded) nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
}

TEST(refresh, a_simulation_writes_while_workers_read)
{
    int64_t rows[MOST];
    const char *path = scratch("rows.txt");
    wki_thread *thread = wki_thread_start(simulate, (void *)path, "simulation");
    while (access(path, R_OK) != 0) nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    WK_SCOPE(loading);
    wk_loader *loader = loader_of(wk_dataset_h5_list(path), 2, true, true);
    int64_t n = 0;
    for (int64_t before = 0; n < ALL; before = n, loaded = true) {
        n = rest_of(loader, rows);
        CHECK(n >= before && n % 10 == 0 && (before || n <= ALL / 3));
        CHECK(once_each(rows, n));
    }
    wki_thread_join(thread);
    forget();
}

WICK_TEST_MAIN
