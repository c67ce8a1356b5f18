/* The replay buffer: which rows it keeps, and that they can be pushed and drawn at once. */
#include "base/thread.h"
#include "wick/data.h"
#include "wick_check.h"
#include <string.h>

static const wk_field fields[] = { { "x", WK_F32, 1, { 2 } }, { "y", WK_I64, 0, { 0 } } };

/* x is { y, -y } */
static wk_status push(wk_replay *r, int64_t from, int64_t n)
{
    float x[64][2];
    int64_t y[64];
    for (int64_t i = 0; i < n; i++) {
        y[i] = from + i;
        x[i][0] = (float)y[i];
        x[i][1] = -(float)y[i];
    }
    return wk_replay_push(r, (const void *[]){ x, y }, n);
}

static int64_t number_at(wk_dataset *set, int64_t row)
{
    WK_SCOPE(reading);
    wk_tensor *t[2];
    CHECK(wk_dataset_get(set, row, t, 2) == WK_OK);
    CHECK(((float *)host_data(t[0]))[0] == (float)wk_item(t[1]) &&
          ((float *)host_data(t[0]))[1] == -(float)wk_item(t[1]));
    return (int64_t)wk_item(t[1]);
}

TEST(replay, keeps_the_last_rows)
{
    wk_replay *r = wk_replay_new(10, .fields = fields, .nfields = 2);
    wk_dataset *set = wk_replay_dataset(r);
    CHECK(wk_dataset_len(set) == 10 && wk_replay_len(r) == 0);
    CHECK(push(r, 0, 7) == WK_OK && wk_replay_len(r) == 7 && number_at(set, 6) == 6);
    CHECK(push(r, 7, 16) == WK_OK && wk_replay_len(r) == 10 && wk_replay_wait(r, 23) == 23);
    bool seen[23] = { false };
    for (int i = 0; i < 10; i++) seen[number_at(set, i)] = true;
    for (int i = 13; i < 23; i++) CHECK(seen[i]);
}

TEST(replay, or_a_sample_of_all_in_which_each_is_as_likely)
{
    enum { CAPACITY = 5, ALL = 40, TRIALS = 4000 };
    int times[ALL] = { 0 };
    for (int trial = 0; trial < TRIALS; trial++) {
        WK_SCOPE(one);
        wk_replay *r =
            wk_replay_new(CAPACITY, .fields = fields, .nfields = 2, .keep = WK_REPLAY_SAMPLE, .seed = (uint64_t)trial);
        push(r, 0, ALL);
        wk_dataset *set = wk_replay_dataset(r);
        for (int i = 0; i < CAPACITY; i++) times[number_at(set, i)]++;
    }
    double chi = 0, expected = (double)TRIALS * CAPACITY / ALL;
    for (int i = 0; i < ALL; i++) chi += (times[i] - expected) * (times[i] - expected) / expected;
    CHECK(chi < 73); /* of 39 degrees of freedom, one in a thousand is more */
}

TEST(replay, draws_only_what_is_there)
{
    wk_replay *r = wk_replay_new(100, .fields = fields, .nfields = 2);
    wk_loader *loader = wk_loader_new(wk_replay_dataset(r), .batch_size = 8, .sampler = wk_replay_sampler(r, 400));
    CHECK_NULL(wk_loader_next(loader));
    CHECK_ERROR(WK_E_STATE, "nothing has been pushed", "wk_replay_wait");
    push(r, 0, 20);
    CHECK(wk_loader_reset(loader, 0) == WK_OK);
    int times[20] = { 0 };
    for (wk_batch *b; (b = wk_loader_next(loader));)
        for (int i = 0; i < 8; i++) times[((int64_t *)host_data(wk_batch_y(b)))[i]]++;
    CHECK_OK();
    for (int i = 0; i < 20; i++) CHECK(times[i] > 4 && times[i] < 45);
}

static void simulate(void *argument)
{
    wk_replay *r = argument;
    for (int64_t i = 0; i < 20000; i += 10) push(r, i, 10);
    wk_replay_close(r);
}

TEST(replay, rows_are_whole_while_others_are_pushed)
{
    wk_replay *r = wk_replay_new(50, .fields = fields, .nfields = 2);
    wki_thread *thread = wki_thread_start(simulate, r, "simulation");
    CHECK(wk_replay_wait(r, 30) >= 30);
    wk_loader *loader =
        wk_loader_new(wk_replay_dataset(r), .batch_size = 16, .num_workers = 2, .sampler = wk_replay_sampler(r, 320));
    while (wk_loader_epoch(loader) < 30 && !wk_failed())
        for (wk_batch *b; (b = wk_loader_next(loader));) {
            const float *x = host_data(wk_batch_x(b));
            const int64_t *y = host_data(wk_batch_y(b));
            for (int i = 0; i < 16; i++) CHECK(x[2 * i] == (float)y[i] && x[2 * i + 1] == -(float)y[i]);
        }
    CHECK_OK();
    CHECK(wk_replay_wait(r, INT64_MAX) == 20000);
    wki_thread_join(thread);
    CHECK(push(r, 0, 1) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "replay_push", "closed");
}

TEST(replay, refuses_what_makes_no_buffer)
{
    CHECK_NULL(wk_replay_new(0, .fields = fields, .nfields = 2));
    CHECK_ERROR(WK_E_INVALID, "capacity is 0");
    CHECK_NULL(wk_replay_new(4));
    CHECK_ERROR(WK_E_INVALID, "0 fields");
    CHECK_NULL(wk_replay_new(4, .fields = fields, .nfields = 2, .keep = (wk_replay_keep)7));
    CHECK_ERROR(WK_E_INVALID, "keep is 7");
    wk_replay *r = wk_replay_new(4, .fields = fields, .nfields = 2);
    CHECK(wk_replay_push(r, (const void *[]){ "", NULL }, 1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "\"y\" are NULL");
    CHECK(wk_replay_push(r, NULL, -1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "n is -1");
    CHECK_NULL(wk_replay_sampler(r, 0));
    CHECK_ERROR(WK_E_INVALID, "draws is 0");
    CHECK_NULL(wk_replay_dataset(NULL));
    CHECK_ERROR(WK_E_INVALID, "replay_dataset");
}

WICK_TEST_MAIN
