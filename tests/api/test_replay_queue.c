/* The queue between a simulation and its training: every row in one batch, in order, whoever is faster, and nobody
 * waits for one who is gone. */
#include "base/thread.h"
#include "refusals.h"
#include "wick/data.h"
#include "wick_check.h"
#include <time.h>

WICK_ON_CPU("rows that are kept are the host's")

static const wk_field fields[] = { { "x", WK_F32, 1, { 2 } }, { "y", WK_I64, 0, { 0 } } };
enum { MOST = 64 };

static wk_replay *queue_of(int64_t capacity, int timeout_ms)
{
    return wk_replay_new(capacity, .fields = fields, .nfields = 2, .keep = WK_REPLAY_UNTIL_TAKEN,
                         .timeout_ms = timeout_ms);
}

/* x is { y, -y } */
static wk_status push(wk_replay *q, int64_t from, int64_t n)
{
    float x[MOST][2];
    int64_t y[MOST];
    for (int64_t i = 0; i < n; i++) {
        y[i] = from + i;
        x[i][0] = (float)y[i];
        x[i][1] = -(float)y[i];
    }
    return wk_replay_push(q, (const void *[]){ x, y }, n);
}

static int64_t take(wk_replay *q, int64_t n, int64_t *rows)
{
    WK_SCOPE(taking);
    wk_tensor *t[2];
    const int64_t there = wk_replay_take(q, n, t, 2);
    CHECK(there ? wk_size(t[0], 0) == there && wk_size(t[1], 0) == there : !t[0] && !t[1]);
    for (int64_t i = 0; i < there; i++) {
        const float *x = (float *)host_data(t[0]) + 2 * i;
        rows[i] = ((int64_t *)host_data(t[1]))[i];
        CHECK(x[0] == (float)rows[i] && x[1] == -(float)rows[i]);
    }
    return there;
}

static void rest_for(int ms) { nanosleep(&(struct timespec){ 0, ms * 1000000 }, NULL); }

/* ---- Every row once ---- */

typedef struct producer {
    wk_replay *queue;
    int64_t from, n, at_once;
    int rests; /* one ms every so many pushes; 0: never */
    wk_status ended;
    wki_error error;
} producer;

static void produce(void *argument)
{
    producer *p = argument;
    for (int64_t i = 0, run, pushes = 0; i < p->n && !wk_failed(); i += run) {
        run = p->n - i < p->at_once ? p->n - i : p->at_once;
        if (p->rests && pushes++ % p->rests == 0) rest_for(1);
        push(p->queue, p->from + i, run);
    }
    p->ended = wk_error();
    wki_error_take(&p->error);
}

static void produce_all(void *argument)
{
    produce(argument);
    wk_replay_close(((producer *)argument)->queue);
}

static void follow(producer p, int64_t capacity, int64_t batch, int consumer_rests)
{
    int64_t rows[MOST], next = 0, there, batches = 0;
    WK_SCOPE(following);
    p.queue = queue_of(capacity, 0);
    wki_thread *thread = wki_thread_start(produce_all, &p, "simulation");
    while ((there = take(p.queue, batch, rows))) {
        CHECK(there == batch || next + there == p.n);
        for (int64_t i = 0; i < there; i++) CHECK(rows[i] == next++);
        if (consumer_rests && batches++ % consumer_rests == 0) rest_for(1);
    }
    wki_thread_join(thread);
    CHECK(next == p.n && p.ended == WK_OK && wk_replay_len(p.queue) == 0 && wk_replay_wait(p.queue, p.n) == p.n);
    CHECK_OK();
}

TEST(queue, each_row_is_in_one_batch_in_order)
{
    follow((producer){ .n = 20003, .at_once = 1 }, 127, 64, 0);
    follow((producer){ .n = 20003, .at_once = 17 }, 100, 50, 0);
    follow((producer){ .n = 500, .at_once = 1 }, 1, 1, 0);
}
TEST(queue, also_where_the_training_is_slower) { follow((producer){ .n = 6007, .at_once = 3 }, 64, 32, 1); }
TEST(queue, and_where_the_simulation_is) { follow((producer){ .n = 607, .at_once = 3, .rests = 2 }, 64, 32, 0); }

TEST(queue, rows_of_several_simulations_come_once_each_in_its_own_order)
{
    enum { PRODUCERS = 4, EACH = 5000 };
    producer p[PRODUCERS];
    wki_thread *threads[PRODUCERS];
    int64_t rows[MOST], next[PRODUCERS], there;
    WK_SCOPE(running);
    wk_replay *q = queue_of(64, 0);
    for (int i = 0; i < PRODUCERS; i++) {
        p[i] = (producer){ .queue = q, .from = i * EACH, .n = EACH, .at_once = 1 + 3 * i };
        next[i] = i * EACH;
        threads[i] = wki_thread_start(produce, &p[i], "simulation");
    }
    for (int64_t all = 0; all < PRODUCERS * EACH; all += there) {
        there = take(q, PRODUCERS * EACH - all < 32 ? PRODUCERS * EACH - all : 32, rows);
        CHECK(there > 0);
        for (int64_t i = 0; i < there; i++) CHECK(rows[i] == next[rows[i] / EACH]++);
    }
    for (int i = 0; i < PRODUCERS; i++) wki_thread_join(threads[i]);
    for (int i = 0; i < PRODUCERS; i++) CHECK(next[i] == (i + 1) * EACH && p[i].ended == WK_OK);
}

typedef struct consumer {
    wk_replay *queue;
    int64_t batch;
    unsigned char *times;
} consumer;

static void consume(void *argument)
{
    const consumer *c = argument;
    int64_t rows[MOST], last = -1;
    for (int64_t there; (there = take(c->queue, c->batch, rows));)
        for (int64_t i = 0; i < there; last = rows[i++]) {
            CHECK(rows[i] > last);
            c->times[rows[i]]++;
        }
    CHECK_OK();
}

TEST(queue, each_row_comes_to_one_of_several_who_take)
{
    enum { CONSUMERS = 3, ROWS = 9001 };
    unsigned char times[ROWS] = { 0 };
    consumer c[CONSUMERS];
    wki_thread *threads[CONSUMERS];
    WK_SCOPE(running);
    producer p = { .queue = queue_of(70, 0), .n = ROWS, .at_once = 5 };
    for (int i = 0; i < CONSUMERS; i++) {
        c[i] = (consumer){ p.queue, 1 + 15 * i, times };
        threads[i] = wki_thread_start(consume, &c[i], "training");
    }
    produce_all(&p);
    for (int i = 0; i < CONSUMERS; i++) wki_thread_join(threads[i]);
    for (int i = 0; i < ROWS; i++) CHECK(times[i] == 1);
}

/* ---- Waiting ---- */

TEST(queue, who_waits_too_long_is_told_and_nothing_was_done)
{
    int64_t rows[4];
    wk_replay *q = queue_of(4, 20);
    CHECK(push(q, 0, 1) == WK_OK && take(q, 2, rows) == 0);
    CHECK_ERROR(WK_E_TIMEOUT, "replay_take", "in 20 ms only 1 rows came of 2");
    CHECK(push(q, 1, 2) == WK_OK && push(q, 3, 2) == WK_E_TIMEOUT);
    CHECK_ERROR(WK_E_TIMEOUT, "replay_push", "no room for 2 rows in 20 ms", "3 of 4");
    CHECK(wk_replay_len(q) == 3 && wk_replay_wait(q, 4) == 3);
    CHECK_ERROR(WK_E_TIMEOUT, "replay_wait", "only 3 rows were pushed of 4");
    CHECK(push(q, 3, 1) == WK_OK && take(q, 2, rows) == 2 && rows[0] == 0 && rows[1] == 1);
    CHECK(push(q, 4, 2) == WK_OK && take(q, 2, rows) == 2 && rows[0] == 2 && take(q, 2, rows) == 2 && rows[1] == 5);
}

TEST(queue, who_pushes_many_is_not_passed_by_those_who_push_few)
{
    int64_t rows[1];
    WK_SCOPE(running);
    wk_replay *q = queue_of(8, 0);
    producer few = { .queue = q, .n = 1 << 30, .at_once = 1 }, many = { .queue = q, .from = -4, .n = 4, .at_once = 4 };
    wki_thread *a = wki_thread_start(produce, &few, "few");
    CHECK(wk_replay_wait(q, 8) == 8);
    wki_thread *b = wki_thread_start(produce, &many, "many");
    bool came = false;
    for (int i = 0; i < 20000 && !came; i++) { /* `many` may begin late on a busy machine */
        came = take(q, 1, rows) == 1 && rows[0] == -1;
        for (int ms = 0; ms < 20 && wk_replay_len(q) < 8; ms++) rest_for(1); /* until somebody has filled the gap */
    }
    wk_replay_close(q);
    wki_thread_join(a);
    wki_thread_join(b);
    CHECK(came && few.ended == WK_E_STATE && many.ended == WK_OK);
}

/* ---- The end, from either side ---- */

TEST(queue, closing_wakes_who_waits_for_room)
{
    int64_t rows[4];
    producer p[3];
    wki_thread *threads[3];
    WK_SCOPE(running);
    wk_replay *q = queue_of(4, 0);
    for (int i = 0; i < 3; i++) {
        p[i] = (producer){ .queue = q, .n = 1000, .at_once = 1 };
        threads[i] = wki_thread_start(produce, &p[i], "simulation");
    }
    CHECK(wk_replay_wait(q, 4) == 4);
    rest_for(20);
    wk_replay_close(q);
    for (int i = 0; i < 3; i++) wki_thread_join(threads[i]);
    for (int i = 0; i < 3; i++) CHECK(p[i].ended == WK_E_STATE && strstr(p[i].error.text, "closed"));
    CHECK(take(q, 2, rows) == 2 && take(q, 2, rows) == 2 && take(q, 2, rows) == 0);
    CHECK(take(q, 2, rows) == 0);
    CHECK_OK();
}

static void close_later(void *queue)
{
    rest_for(20);
    wk_replay_close(queue);
}

TEST(queue, closing_wakes_who_waits_for_rows_with_those_that_are_left)
{
    int64_t rows[4];
    wk_replay *q = queue_of(8, 0);
    push(q, 0, 3);
    wki_thread *thread = wki_thread_start(close_later, q, "simulation");
    CHECK(take(q, 4, rows) == 3 && rows[2] == 2 && take(q, 4, rows) == 0 && wk_replay_wait(q, 4) == 3);
    CHECK_OK();
    wki_thread_join(thread);
}

static void diverge(void *queue)
{
    push(queue, 0, 3);
    rest_for(10);
    wk_fail(WK_E_RANGE, "the pressure is not finite at t = %g", 0.25);
    wk_replay_close(queue);
    wk_error_clear();
}

TEST(queue, what_a_simulation_failed_with_is_told_behind_its_last_row)
{
    int64_t rows[4];
    wk_replay *q = queue_of(8, 0);
    wki_thread *thread = wki_thread_start(diverge, q, "simulation");
    CHECK(take(q, 2, rows) == 2 && take(q, 2, rows) == 1 && rows[0] == 2);
    CHECK_OK();
    for (int i = 0; i < 2; i++) {
        CHECK(take(q, 2, rows) == 0);
        CHECK_ERROR(WK_E_RANGE, "replay_take", "the thread that closed it failed",
                    "pressure is not finite at t = 0.25");
    }
    CHECK(wk_replay_wait(q, 4) == 3);
    CHECK_ERROR(WK_E_RANGE, "replay_wait", "pressure");
    CHECK(wk_replay_wait(q, 3) == 3);
    wki_thread_join(thread);
}

TEST(queue, also_to_a_loader_that_draws_from_a_replay_buffer)
{
    wk_replay *r = wk_replay_new(8, .fields = fields, .nfields = 2);
    wki_thread_join(wki_thread_start(diverge, r, "simulation"));
    CHECK(wk_replay_wait(r, 3) == 3);
    wk_loader *loader = wk_loader_new(wk_replay_dataset(r), .sampler = wk_replay_sampler(r, 4));
    CHECK_NULL(wk_loader_next(loader));
    CHECK_ERROR(WK_E_RANGE, "batch 0", "pressure");
}

TEST(queue, what_the_training_failed_with_is_told_to_who_pushes)
{
    wk_replay *q = queue_of(4, 0);
    wk_fail(WK_E_RANGE, "the loss is not finite");
    wk_replay_close(q);
    CHECK_ERROR(WK_E_RANGE, "the loss");
    wk_fail(WK_E_STATE, "later");
    wk_replay_close(q); /* the first tells why */
    CHECK_ERROR(WK_E_STATE, "later");
    CHECK(push(q, 0, 1) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "closed", "the loss is not finite");
}

/* ---- Memory ---- */

TEST(queue, memory_that_runs_out_anywhere_loses_no_row)
{
    int64_t rows[4], next = 0;
    const footprint before = footprint_now();
    for (long n = 1, ended = false; !ended; n++) {
        WK_SCOPE(one);
        arm(n, n % 2);
        wk_replay *q = queue_of(8, 0);
        ended = !disarm();
        ck_assert_msg(ended == (q != NULL) && ended == !wk_failed(), "request %ld: %s", n, wk_error_text());
        wk_error_clear();
    }
    for (long n = 1, ended = false; !ended; n++) {
        WK_SCOPE(one);
        wk_replay *q = queue_of(8, 0);
        push(q, next = 0, 4);
        arm(n, n % 2);
        const int64_t there = take(q, 3, rows);
        ended = !disarm();
        ck_assert_msg(ended == (there == 3) && ended == !wk_failed(), "request %ld: %s", n, wk_error_text());
        wk_error_clear();
        push(q, 4, 2);
        wk_replay_close(q);
        for (int64_t i = 0; i < there; i++) CHECK(rows[i] == next++);
        for (int64_t more; (more = take(q, 3, rows));)
            for (int64_t i = 0; i < more; i++) CHECK(rows[i] == next++);
        CHECK(next == 6);
    }
    const footprint after = footprint_now();
    CHECK(after.live == before.live && after.allocations == before.allocations && after.used == before.used);
}

TEST(queue, a_long_run_takes_no_more_memory_than_a_short_one)
{
    int64_t rows[MOST];
    WK_SCOPE(running);
    producer p = { .queue = queue_of(64, 0), .n = 300000, .at_once = 30 };
    wki_thread *thread = wki_thread_start(produce_all, &p, "simulation");
    footprint early = { 0 };
    for (int64_t batches = 0; take(p.queue, 30, rows); batches++) {
        if (batches == 100) early = footprint_now();
        if (batches % 1000 != 999) continue;
        const footprint now = footprint_now();
        CHECK(now.live == early.live && now.allocations == early.allocations && now.used <= early.used);
    }
    wki_thread_join(thread);
    CHECK(wk_replay_wait(p.queue, 0) == p.n);
}

/* ---- Transforms ---- */

enum { IMAGES = 203, SIDE = 5 };

static const wk_field pictures[] = { { "x", WK_U8, 3, { 2, SIDE, SIDE } }, { "y", WK_I64, 0, { 0 } } };

typedef struct images {
    uint8_t x[IMAGES][2][SIDE][SIDE];
    int64_t y[IMAGES];
} images;

static void draw(images *all)
{
    uint8_t *x = &all->x[0][0][0][0];
    for (size_t i = 0; i < sizeof all->x; i++) x[i] = (uint8_t)(i * 37 % 251);
    for (int i = 0; i < IMAGES; i++) all->y[i] = i;
}

/* Adds the row's number and a random one. */
static wk_status shift(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                       void *to)
{
    const float by = (float)wk_row_uniform(row) + (float)wk_row_number(row);
    (void)before, (void)after;
    for (int i = 0; i < 2 * SIDE * SIDE; i++) ((float *)to)[i] = ((const float *)from)[i] + by;
    int *failures = self;
    return failures && wk_row_number(row) == 5 && (*failures)-- > 0 ? wk_fail(WK_E_STATE, "not today") : WK_OK;
}
static const wk_transform_ops shifting = { sizeof shifting, "shift", NULL, shift, NULL };

static wk_transform *varied(int *failures)
{
    const double mean[] = { 0.25, 0.5 }, std[] = { 0.5, 2 };
    return wk_transforms(wk_transform_random_crop("x", SIDE, SIDE, 2), wk_transform_random_horizontal_flip("x", 0.5),
                         wk_transform_scaled("x", WK_F32), wk_transform_normalize("x", mean, std, 2),
                         wk_transform_custom("x", &shifting, failures), wk_transform_one_hot("y", IMAGES));
}

static wk_replay *varied_queue(uint64_t seed, int *failures)
{
    return wk_replay_new(32, .fields = pictures, .nfields = 2, .keep = WK_REPLAY_UNTIL_TAKEN, .seed = seed,
                         .transform = varied(failures));
}

typedef struct painter {
    wk_replay *queue;
    const images *all;
} painter;

static void paint(void *argument)
{
    const painter *p = argument;
    for (int i = 0; i < IMAGES; i++) wk_replay_push(p->queue, (const void *[]){ p->all->x[i], &p->all->y[i] }, 1);
    wk_replay_close(p->queue);
}

typedef struct viewer {
    wk_replay *queue;
    int64_t batch;
    float (*x)[2 * SIDE * SIDE];
} viewer;

/* Each row to where its label says. */
static void view(void *argument)
{
    const viewer *v = argument;
    wk_tensor *t[2];
    for (int64_t there = 1; there;) {
        WK_SCOPE(taking);
        there = wk_replay_take(v->queue, v->batch, t, 2);
        for (int64_t i = 0; i < there; i++) {
            const float *hot = (const float *)host_data(t[1]) + i * IMAGES;
            int64_t y = 0;
            while (y < IMAGES - 1 && hot[y] != 1) y++;
            memcpy(v->x[y], (const float *)host_data(t[0]) + i * 2 * SIDE * SIDE, sizeof v->x[y]);
        }
    }
    CHECK_OK();
}

TEST(queue, transforms_make_of_rows_what_those_of_a_loader_do_whoever_takes_them)
{
    static images all;
    static float there[IMAGES][2 * SIDE * SIDE];
    draw(&all);
    for (int round = 0; round < 6; round++) {
        WK_SCOPE(one);
        const uint64_t seed = (uint64_t)round / 3;
        viewer v[3];
        wki_thread *viewers[3];
        painter p = { varied_queue(seed, NULL), &all };
        memset(there, 0, sizeof there);
        wki_thread *painting = wki_thread_start(paint, &p, "simulation");
        for (int i = 0; i < 3; i++) {
            v[i] = (viewer){ p.queue, 1 + 3 * (round % 3) + i, there };
            viewers[i] = wki_thread_start(view, &v[i], "training");
        }
        for (int i = 0; i < 3; i++) wki_thread_join(viewers[i]);
        wki_thread_join(painting);
        wk_tensor *rows[] = { wk_from(all.x, WK_SHAPE(IMAGES, 2, SIDE, SIDE), WK_U8),
                              wk_from(all.y, WK_SHAPE(IMAGES), WK_I64) };
        wk_loader *loader =
            wk_loader_new(wk_dataset_tensors(rows, NULL, 2), .batch_size = 9, .seed = seed, .transform = varied(NULL));
        for (wk_batch *b; (b = wk_loader_next(loader));)
            for (int64_t i = 0; i < wk_batch_size(b); i++)
                CHECK(!memcmp(there[wk_batch_rows(b)[i]], (float *)host_data(wk_batch_x(b)) + i * 2 * SIDE * SIDE,
                              sizeof *there));
        CHECK_OK();
    }
}

TEST(queue, a_transform_that_fails_loses_no_row)
{
    static images all;
    int failures = 1;
    wk_tensor *t[2];
    draw(&all);
    WK_SCOPE(running);
    wk_replay *q = varied_queue(0, &failures);
    CHECK(wk_replay_push(q, (const void *[]){ all.x, all.y }, 8) == WK_OK);
    CHECK(wk_replay_take(q, 8, t, 2) == 0);
    CHECK_ERROR(WK_E_STATE, "row 5", "not today");
    CHECK(!t[0] && !t[1] && wk_replay_len(q) == 8);
    CHECK(wk_replay_take(q, 8, t, 2) == 8 && wk_dtype_of(t[0]) == WK_F32 && wk_size(t[1], 1) == IMAGES);
}

TEST(queue, refuses_transforms_that_do_not_fit)
{
    CHECK_NULL(wk_replay_new(8, .fields = pictures, .nfields = 2, .transform = varied(NULL)));
    CHECK_ERROR(WK_E_INVALID, "queue", "loader that draws");
    CHECK_NULL(wk_replay_new(8, .fields = pictures, .nfields = 2, .keep = WK_REPLAY_UNTIL_TAKEN,
                             .transform = wk_transform_scaled("z", WK_F32)));
    CHECK_ERROR(WK_E_NOT_FOUND, "\"z\"");
    CHECK_NULL(wk_replay_new(8, .fields = pictures, .nfields = 2, .keep = WK_REPLAY_UNTIL_TAKEN,
                             .transform = wk_transform_scaled("y", WK_F32)));
    CHECK_ERROR(WK_E_DTYPE, "scaled", "u8");
}

/* ---- Refusals ---- */

TEST(queue, refuses_what_it_cannot_do)
{
    wk_tensor *t[2];
    wk_replay *q = queue_of(8, 0), *buffer = wk_replay_new(8, .fields = fields, .nfields = 2);
    CHECK(push(q, 0, 5) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "replay_push", "5 rows at once", "at most half of it, 4");
    CHECK(wk_replay_take(q, 5, t, 2) == 0);
    CHECK_ERROR(WK_E_INVALID, "replay_take", "5 rows at once");
    CHECK(wk_replay_take(q, 0, t, 2) == 0);
    CHECK_ERROR(WK_E_INVALID, "n is 0");
    CHECK(wk_replay_take(q, 1, t, 1) == 0);
    CHECK_ERROR(WK_E_INVALID, "room for 1 fields", "for 2");
    CHECK(wk_replay_take(q, 1, NULL, 2) == 0);
    CHECK_ERROR(WK_E_INVALID, "room for 0 fields");
    CHECK(wk_replay_take(buffer, 1, t, 2) == 0);
    CHECK_ERROR(WK_E_STATE, "WK_REPLAY_UNTIL_TAKEN");
    CHECK_NULL(wk_replay_dataset(q));
    CHECK_ERROR(WK_E_STATE, "replay_dataset", "wk_replay_take");
    CHECK_NULL(wk_replay_sampler(q, 10));
    CHECK_ERROR(WK_E_STATE, "replay_sampler", "wk_replay_take");
    CHECK_NULL(queue_of(8, -1));
    CHECK_ERROR(WK_E_INVALID, "timeout_ms is -1");
    CHECK(push(q, 0, 0) == WK_OK && wk_replay_len(q) == 0);
}

WICK_TEST_MAIN
