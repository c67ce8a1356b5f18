/* The loader when things go wrong: datasets that fail, dawdle or misbehave, memory that runs out, batches that are
 * kept, and an end at any moment. Meant to run under the thread and address sanitizers too. */
#define _GNU_SOURCE 1
#include "base/process.h"
#include "tests/wick_check.h"
#include "wick/data.h"
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A dataset with faults: row r is x = r (64 times), y = -r. */
enum fault { NONE, FAILS, FAILS_SILENTLY, RECORDS_ONLY, REENTERS };
typedef struct faulty {
    enum fault fault;
    int64_t row;   /* where it happens; -1: nowhere */
    int dawdle_us; /* at most, another time for each row */
    atomic_bool healed;
    atomic_int calls;
    wk_loader *loader;
} faulty;

enum { WIDTH = 64 };

static void dawdle(int most_us, int64_t row)
{
    const long us = (long)((uint64_t)row * 2654435761u % 1000 * (uint64_t)most_us / 1000);
    if (us > 0) nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
}

static wk_status misbehave(faulty *f)
{
    switch (f->fault) {
    case FAILS: return wk_fail(WK_E_IO, "the disk has a hole at row %lld", (long long)f->row);
    case FAILS_SILENTLY: return WK_E_FORMAT;
    case RECORDS_ONLY: wk_zeros(WK_SHAPE(-1), WK_F32); return WK_OK;
    case REENTERS: wk_loader_next(f->loader); return WK_OK;
    default: return WK_OK;
    }
}

static wk_status faulty_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    faulty *f = self;
    atomic_fetch_add(&f->calls, 1);
    wk_zeros(WK_SHAPE(3), WK_F32); /* dies with the scope that the loader opens around us */
    for (int64_t i = 0; i < n; i++) {
        dawdle(f->dawdle_us, rows[i]);
        if (rows[i] == f->row && !atomic_load(&f->healed)) {
            const wk_status status = misbehave(f);
            if (status != WK_OK) return status;
        }
        for (int k = 0; k < WIDTH; k++) ((float *)fields[0])[i * WIDTH + k] = (float)rows[i];
        ((int64_t *)fields[1])[i] = -rows[i];
    }
    return WK_OK;
}

static const wk_dataset_ops faulty_ops = { sizeof faulty_ops, "faulty", faulty_get_many, NULL };

static wk_dataset *faulty_set(faulty *f, int64_t rows)
{
    static const wk_field fields[] = { { "x", WK_F32, 1, { WIDTH } }, { "y", WK_I64, 0, { 0 } } };
    wk_dataset_opts o = wk_dataset_opts_default();
    o.ops = &faulty_ops;
    o.self = f;
    o.rows = rows;
    o.fields = fields;
    o.nfields = 2;
    return wk_dataset_custom(&o);
}

static bool holds_rows(const wk_tensor *x, const wk_tensor *y, const int64_t *rows, int64_t n)
{
    const float *at = host_data(x);
    const int64_t *label = host_data(y);
    for (int64_t i = 0; i < n; i++) {
        if (label[i] != -rows[i]) return false;
        for (int k = 0; k < WIDTH; k++)
            if (at[i * WIDTH + k] != (float)rows[i]) return false;
    }
    return wk_size(x, 0) == n && wk_size(y, 0) == n;
}

static bool batch_is_right(wk_batch *b)
{
    return holds_rows(wk_batch_x(b), wk_batch_y(b), wk_batch_rows(b), wk_batch_size(b));
}

static const int worker_counts[] = { 0, 1, 2, 5 };
enum { COUNTS = sizeof worker_counts / sizeof *worker_counts };

typedef struct stuck {
    atomic_bool called, go;
} stuck;

static wk_status stuck_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    (void)rows;
    memset(fields[0], 0, (size_t)n * sizeof(float));
    stuck *s = self;
    atomic_store(&s->called, true);
    while (!atomic_load(&s->go)) usleep(1000);
    return WK_OK;
}
static const wk_dataset_ops stuck_ops = { sizeof stuck_ops, "stuck", stuck_get_many, NULL };

TEST(loader, batches_come_in_order_however_long_they_take)
{
    for (int w = 0; w < COUNTS; w++) {
        faulty f = { .row = -1, .dawdle_us = 300 };
        WK_SCOPE(one);
        wk_loader *loader = wk_loader_new(faulty_set(&f, 100), .batch_size = 3, .num_workers = worker_counts[w]);
        for (int epoch = 0; epoch < 2; epoch++) {
            int64_t next_row = 0;
            for (wk_batch *b; (b = wk_loader_next(loader)); next_row += wk_batch_size(b))
                CHECK(batch_is_right(b) && wk_batch_rows(b)[0] == next_row);
            CHECK(next_row == 100);
        }
    }
}

/* ---- Errors ---- */

static void expect_error_at_batch_4(wk_loader *loader, enum fault fault)
{
    for (int i = 0; i < 4; i++) CHECK(batch_is_right(wk_loader_next(loader)));
    CHECK_NULL(wk_loader_next(loader));
    for (int again = 0; again < 2; again++) { /* it stays failed */
        if (fault == FAILS) CHECK_ERROR(WK_E_IO, "loader_next", "batch 4 of epoch 0", "\"faulty\"", "hole at row 42");
        if (fault == FAILS_SILENTLY)
            CHECK_ERROR(WK_E_FORMAT, "batch 4 of epoch 0", "faulty: get_many failed", "row 40");
        if (fault == RECORDS_ONLY) CHECK_ERROR(WK_E_SHAPE, "batch 4 of epoch 0", "zeros");
        CHECK_NULL(wk_loader_next(loader));
    }
    CHECK(wk_failed() && wk_loader_epoch(loader) == 0);
    wk_error_clear();
}

TEST(loader, an_error_arrives_at_its_batch_and_stays_until_reset)
{
    for (int i = 0; i < COUNTS * 3; i++) {
        faulty f = { .fault = FAILS + i % 3, .row = 42, .dawdle_us = 50 };
        WK_SCOPE(one);
        wk_loader *loader = wk_loader_new(faulty_set(&f, 100), .batch_size = 10, .num_workers = worker_counts[i / 3]);
        expect_error_at_batch_4(loader, f.fault);
        CHECK(wk_loader_reset(loader, 0) == WK_OK);
        expect_error_at_batch_4(loader, f.fault);
        atomic_store(&f.healed, true);
        CHECK(wk_loader_reset(loader, 0) == WK_OK);
        int batches = 0;
        for (wk_batch *b; (b = wk_loader_next(loader)); batches++) CHECK(batch_is_right(b));
        CHECK(batches == 10 && wk_loader_epoch(loader) == 1);
    }
}

TEST(loader, any_batch_may_fail_under_any_number_of_workers)
{
    enum { BATCHES = 12 };
    for (int w = 0; w < COUNTS; w++)
        for (int at = 0; at < BATCHES; at++) {
            char place[40];
            faulty f = { .fault = at % 3 + FAILS, .row = 5 * at + at % 5, .dawdle_us = 100 };
            WK_SCOPE(one);
            wk_loader *loader =
                wk_loader_new(faulty_set(&f, 5 * BATCHES), .batch_size = 5, .num_workers = worker_counts[w]);
            for (int k = 0; k < at; k++) CHECK(batch_is_right(wk_loader_next(loader)));
            CHECK_NULL(wk_loader_next(loader));
            snprintf(place, sizeof place, "batch %d of epoch 0", at);
            CHECK(strstr(wk_error_text(), place) != NULL);
            wk_error_clear();
            atomic_store(&f.healed, true);
            CHECK(wk_loader_seek(loader, 0, at) == WK_OK);
            for (int k = at; k < BATCHES; k++) CHECK(batch_is_right(wk_loader_next(loader)));
            CHECK(!wk_loader_next(loader) && !wk_failed());
        }
}

TEST(loader, refuses_to_go_on_while_an_error_is_pending)
{
    for (int w = 0; w < COUNTS; w++) {
        faulty f = { .row = -1 };
        WK_SCOPE(one);
        wk_loader *loader = wk_loader_new(faulty_set(&f, 10), .num_workers = worker_counts[w]);
        wk_batch *b = wk_loader_next(loader);
        wk_fail(WK_E_RANGE, "mine");
        CHECK_NULL(wk_loader_next(loader));
        CHECK(wk_loader_reset(loader, 0) == WK_E_RANGE);
        CHECK_ERROR(WK_E_RANGE, "mine");
        CHECK(batch_is_right(b) && wk_batch_rows(b)[0] == 0);
        CHECK(wk_batch_rows(wk_loader_next(loader))[0] == 1);
    }
}

TEST(loader, refuses_a_dataset_that_calls_its_own_loader)
{
    faulty f = { .fault = REENTERS, .row = 0 };
    WK_SCOPE(one);
    f.loader = wk_loader_new(faulty_set(&f, 10));
    CHECK_NULL(wk_loader_next(f.loader));
    CHECK_ERROR(WK_E_STATE, "batch 0 of epoch 0", "loader_next", "dataset that this loader is reading");
}

/* ---- Memory of batches ---- */

TEST(loader, a_kept_tensor_keeps_its_values)
{
    enum { BATCHES = 25 };
    for (int w = 0; w < COUNTS; w++) {
        wk_tensor *x[BATCHES], *y[BATCHES];
        int64_t rows[BATCHES][4];
        {
            faulty f = { .row = -1 };
            WK_SCOPE(one);
            wk_loader *loader = wk_loader_new(faulty_set(&f, 4 * BATCHES), .batch_size = 4, .shuffle = true,
                                              .num_workers = worker_counts[w]);
            for (int i = 0; i < BATCHES; i++) {
                wk_batch *b = wk_loader_next(loader);
                x[i] = i % 3 ? wk_keep(wk_batch_x(b)) : NULL;
                y[i] = i % 3 ? wk_keep(wk_batch_y(b)) : NULL;
                memcpy(rows[i], wk_batch_rows(b), sizeof rows[i]);
            }
            CHECK_NULL(wk_loader_next(loader));
            for (int i = 0; i < BATCHES; i++) CHECK(batch_is_right(wk_loader_next(loader)));
        }
        for (int i = 0; i < BATCHES; i++) CHECK(!x[i] || holds_rows(x[i], y[i], rows[i], 4));
        for (int i = 0; i < BATCHES; i++) wk_release(x[i]), wk_release(y[i]);
    }
}

TEST(loader, a_graph_keeps_the_batch_that_it_saved)
{
    faulty f = { .row = -1 };
    WK_SCOPE(one);
    wk_loader *loader = wk_loader_new(faulty_set(&f, 40), .batch_size = 4, .num_workers = 2);
    wk_tensor *w = wk_requires_grad(wk_ones(WK_SHAPE(WIDTH), WK_F32));
    wk_tensor *loss = wk_sum(wk_mul(w, wk_batch_x(wk_loader_next(loader)))); /* rows 0 + 1 + 2 + 3 */
    for (int i = 0; i < 9; i++) CHECK(batch_is_right(wk_loader_next(loader)));
    CHECK(wk_backward(loss) == WK_OK);
    CHECK(((const float *)host_data(wk_grad(w)))[WIDTH - 1] == 6);
}

static struct {
    atomic_llong calls, fail_at; /* the call that fails, 0: none */
    atomic_llong held;           /* not released */
    atomic_bool stays;           /* and all after it */
} memory;

static void *count_and_fail(void *user, size_t bytes, size_t align)
{
    (void)user;
    const long long n = atomic_fetch_add(&memory.calls, 1) + 1, at = atomic_load(&memory.fail_at);
    if (at && (n == at || (atomic_load(&memory.stays) && n > at))) return NULL;
    void *got = NULL;
    atomic_fetch_add(&memory.held, 1);
    return posix_memalign(&got, align < sizeof(void *) ? sizeof(void *) : align, bytes) ? NULL : got;
}

static void release(void *user, void *at, size_t bytes)
{
    (void)user;
    (void)bytes;
    atomic_fetch_sub(&memory.held, 1);
    free(at);
}

static const wk_allocator counting = { count_and_fail, release, NULL };

/* Rows that are read into the batch, bytes through a table, through transforms one by one, and of different lengths. */
enum { KINDS = 4 };
static wk_loader *loader_of_kind(int kind, int workers)
{
    enum { ROWS = 1000, SIDE = 8 };
    wk_tensor *x =
        kind == 0 || kind == 3 ? wk_zeros(WK_SHAPE(ROWS, WIDTH), WK_F32) : wk_zeros(WK_SHAPE(ROWS, SIDE, SIDE), WK_U8);
    wk_transform *t = wk_transforms(wk_transform_scaled("x", WK_F32),
                                    wk_transform_normalize("x", (double[]){ 0.5 }, (double[]){ 0.25 }, 1));
    if (kind == 2) t = wk_transforms(wk_transform_random_crop("x", SIDE, SIDE, 1), wk_transform_cutout("x", 3), t);
    if (kind == 3) t = wk_transform_to("x", WK_F64);
    int64_t offsets[ROWS / 4 + 1];
    for (int i = 0; i <= ROWS / 4; i++) offsets[i] = i * 4 - i % 4;
    wk_dataset *set = kind == 3 ? wk_dataset_ragged(&x, NULL, 1, wk_from(offsets, WK_SHAPE(ROWS / 4 + 1), WK_I64))
                                : wk_dataset_tensors(&x, NULL, 1);
    return wk_loader_new(set, .batch_size = 10, .shuffle = true, .num_workers = workers, .transform = kind ? t : NULL);
}

TEST(loader, steady_state_asks_the_system_for_nothing_in_200_epochs)
{
    enum { EPOCHS = WKI_SANITIZED ? 20 : 200 };
    CHECK(wk_set_allocator(&counting) == WK_OK);
    for (int w = 0; w < COUNTS * KINDS; w++) {
        WK_SCOPE(one);
        wk_loader *loader = loader_of_kind(w % KINDS, worker_counts[w / KINDS]);
        long long warm = 0;
        while (wk_loader_epoch(loader) < EPOCHS)
            for (wk_batch *b; (b = wk_loader_next(loader));) {
                CHECK(WKI_SANITIZED || w % KINDS < 3 || wk_batch_mask(b)); /* sanitizers see no cached blocks */
                if (wk_loader_epoch(loader) == 2) warm = atomic_load(&memory.calls);
            }
        ck_assert_msg(atomic_load(&memory.calls) == warm, "kind %d, %d workers: %lld calls, then %lld", w % KINDS,
                      worker_counts[w / KINDS], warm, atomic_load(&memory.calls));
    }
}

/* Everything the loader does, from datasets to the second epoch; true if it all went well. */
static bool whole_life(int workers)
{
    WK_SCOPE(life);
    int64_t rows[30];
    for (int i = 0; i < 30; i++) rows[i] = 29 - i;
    wk_tensor *x = wk_zeros(WK_SHAPE(30, WIDTH), WK_F32);
    wk_dataset *first = NULL, *rest = NULL;
    wk_dataset_split(wk_dataset_synth("digits", 30, 0, 0), 0.5, true, 0, &first, &rest);
    wk_dataset *sets[] = { wk_dataset_subset(wk_dataset_tensors(&x, NULL, 1), rows, 30), rest };
    for (int s = 0; s < 2; s++) {
        wk_loader *loader = wk_loader_new(sets[s], .batch_size = 4, .shuffle = true, .num_workers = workers);
        while (wk_loader_epoch(loader) < 2 && !wk_failed())
            for (wk_batch *b; (b = wk_loader_next(loader));) wk_keep(wk_batch_x(b)), wk_release(wk_batch_x(b));
        wk_loader_reset(loader, 3);
        wk_loader_next(loader);
    }
    return !wk_failed();
}

TEST(loader, survives_any_allocation_that_fails)
{
    CHECK(wk_set_allocator(&counting) == WK_OK);
    for (int i = 0; i < 4; i++) {
        atomic_store(&memory.stays, i % 2);
        for (long long n = 1, reached = n; reached >= n; n++) {
            wk_memory_trim();
            atomic_store(&memory.calls, 0);
            atomic_store(&memory.fail_at, n);
            const bool well = whole_life(i / 2 * 2);
            reached = atomic_load(&memory.calls);
            atomic_store(&memory.fail_at, 0);
            CHECK(well || wk_error() == WK_E_MEMORY);
            CHECK(well || reached >= n);
            wk_error_clear();
            CHECK(wk_live_objects() == 0);
        }
    }
}

/* ---- The end, and starting over ---- */

static uint32_t random_below(uint32_t n)
{
    static uint32_t state = 1;
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

static void end_at_some_moment(int i)
{
    faulty f = { .fault = i % 7 ? NONE : FAILS, .row = random_below(50), .dawdle_us = i % 30 ? 0 : 200 };
    WK_SCOPE(one);
    wk_loader *loader = wk_loader_new(faulty_set(&f, 50), .batch_size = 1 + random_below(9), .shuffle = i % 2,
                                      .num_workers = (int)random_below(6), .prefetch = 1 + (int)random_below(3));
    CHECK(loader);
    for (uint32_t steps = random_below(20); steps > 0; steps--) {
        wk_batch *b = wk_loader_next(loader);
        CHECK(!b || batch_is_right(b));
        wk_error_clear();
    }
}

TEST(loader, may_end_at_any_moment_10000_times_and_leaves_nothing)
{
    enum { WARM = 200, ENDS = WKI_SANITIZED ? 500 : 10000 };
    CHECK(wk_set_allocator(&counting) == WK_OK);
    long long held = 0;
    for (int i = 0; i < ENDS; i++) {
        end_at_some_moment(i);
        if (i != WARM && i != ENDS - 1) continue;
        wk_memory_trim();
        if (i == WARM) held = atomic_load(&memory.held);
        CHECK(atomic_load(&memory.held) <= held);
    }
}

/* Of those kinds, with transforms and ragged rows, too */
TEST(loader, of_any_kind_may_end_at_any_moment)
{
    for (int i = 0; i < 400; i++) {
        WK_SCOPE(one);
        wk_loader *loader = loader_of_kind(i % KINDS, (int)random_below(4));
        for (uint32_t steps = random_below(30); steps > 0; steps--) CHECK(wk_loader_next(loader) || !wk_failed());
    }
}

TEST(loader, may_start_over_at_any_moment)
{
    for (int w = 0; w < COUNTS; w++) {
        faulty f = { .row = -1, .dawdle_us = 20 };
        WK_SCOPE(one);
        wk_dataset *set = faulty_set(&f, 60);
        wk_loader *loader = wk_loader_new(set, .batch_size = 7, .shuffle = true, .num_workers = worker_counts[w]);
        for (int i = 0; i < 40; i++) {
            WK_SCOPE(round);
            const int64_t epoch = random_below(5);
            wk_loader *plain = wk_loader_new(set, .batch_size = 7, .shuffle = true);
            CHECK(wk_loader_reset(loader, epoch) == WK_OK && wk_loader_reset(plain, epoch) == WK_OK);
            CHECK(wk_loader_epoch(loader) == epoch);
            for (uint32_t steps = random_below(14); steps > 0; steps--) {
                wk_batch *a = wk_loader_next(loader), *b = wk_loader_next(plain);
                CHECK(!a == !b && (!a || (batch_is_right(a) && wk_batch_rows(a)[0] == wk_batch_rows(b)[0])));
            }
            CHECK(wk_loader_epoch(loader) == wk_loader_epoch(plain));
        }
    }
}

TEST(loader, in_a_forked_process_is_an_error_and_can_be_dropped)
{
    wk_loader *loader = wk_loader_new(wk_dataset_synth("moons", 500, 0, 1), .batch_size = 7, .num_workers = 2);
    CHECK(wk_loader_next(loader) != NULL);
    const pid_t child = fork();
    if (child == 0) {
        const bool refused = !wk_loader_next(loader) && wk_error() == WK_E_STATE && strstr(wk_error_text(), "forked");
        wk_error_clear();
        const bool stays = wk_loader_seek(loader, 0, 0) == WK_E_STATE;
        wk_error_clear();
        wk_loader *own = wk_loader_new(wk_dataset_synth("moons", 500, 0, 1), .batch_size = 7);
        const bool loads = wk_loader_next(own) != NULL;
        wk_scope_close(wick_test_scope); /* loaders of either process go */
        _exit(refused && stays && loads && !wk_failed() ? 0 : 1);
    }
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(wk_loader_next(loader) != NULL);
}

TEST(loader, waits_no_longer_than_it_is_told_and_says_for_whom)
{
    stuck s = { 0 };
    const wk_field field = { "x", WK_F32, 0, { 0 } };
    WK_SCOPE(loading);
    wk_dataset_opts o = wk_dataset_opts_default();
    o.ops = &stuck_ops;
    o.self = &s;
    o.rows = 10;
    o.fields = &field;
    o.nfields = 1;
    wk_loader *loader = wk_loader_new(wk_dataset_custom(&o), .batch_size = 5, .num_workers = 1, .timeout_ms = 20);
    while (!atomic_load(&s.called)) usleep(1000);
    for (int i = 0; i < 2; i++) {
        CHECK_NULL(wk_loader_next(loader));
        CHECK_ERROR(WK_E_TIMEOUT, "batch 0 of epoch 0 was not there in 20 ms; worker 0 reads batch 0 for");
    }
    atomic_store(&s.go, true);
    int64_t rows = 0;
    while (rows < 10) {
        wk_batch *b = wk_loader_next(loader);
        if (b) rows += wk_batch_size(b);
        wk_error_clear();
    }
    CHECK_NULL(wk_loader_next(loader));
    CHECK_OK();
    const wk_loading took = wk_loader_stats(loader);
    CHECK(took.batches == 2 && took.rows == 10);
    CHECK(took.waited >= 0.04 && took.filling >= 0.04 && took.idle >= 0);
    CHECK_NULL(wk_loader_new(wk_dataset_custom(&o), .timeout_ms = -1));
    CHECK_ERROR(WK_E_INVALID, "timeout_ms is -1");
}

TEST(loader, workers_wait_without_work)
{
    faulty f = { .row = -1 };
    WK_SCOPE(one);
    wk_loader *loader = wk_loader_new(faulty_set(&f, 1000), .num_workers = 3, .prefetch = 2);
    wk_loader_next(loader);
    const int slots = 3 * 2 + 2;
    for (int ms = 0; ms < 60000 && atomic_load(&f.calls) < slots; ms++) usleep(1000);
    usleep(50000);
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    CHECK((double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) * 1e-9 < 0.05);
    CHECK(atomic_load(&f.calls) == slots); /* every slot but none more */
}

TEST(loader, a_dead_loader_is_an_error)
{
    faulty f = { .row = -1 };
    wk_loader *loader;
    wk_batch *batch, *kept;
    {
        WK_SCOPE(gone);
        wk_dataset *set = faulty_set(&f, 10);
        loader = wk_loader_new(set, .num_workers = 2);
        batch = wk_loader_next(loader);
        kept = wk_keep(wk_loader_next(wk_loader_new(set)));
    }
    CHECK_NULL(wk_loader_next(loader));
    CHECK_ERROR(WK_E_STATE, "loader_next", "dead", "gone");
    CHECK_NULL(wk_batch_x(batch));
    CHECK_ERROR(WK_E_STATE, "batch_x", "dead");
    CHECK_NULL(wk_batch_x(kept));
    CHECK_ERROR(WK_E_STATE, "batch_x", "over");
    wk_release(kept);
}

WICK_TEST_MAIN
