/* Laws of a loader's order: windows of blocks, samplers, and processes that share an epoch. */
#include "loader_check.h"
#include <stdatomic.h>
#include <unistd.h>

static wk_status numbered_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    (void)self;
    memcpy(fields[0], rows, (size_t)n * sizeof *rows);
    return WK_OK;
}
static const wk_dataset_ops numbered_ops = { sizeof numbered_ops, "numbered", numbered_get_many, NULL };
static const wk_field numbered_field = { "x", WK_I64, 0, { 0 } };

static wk_dataset *in_blocks(int64_t rows, int64_t block_rows, int64_t lead, int64_t kept)
{
    wk_dataset_opts o = wk_dataset_opts_default();
    o.ops = &numbered_ops;
    o.rows = rows;
    o.fields = &numbered_field;
    o.nfields = 1;
    o.block_rows = block_rows;
    o.block_lead = lead;
    o.kept_blocks = kept;
    return wk_dataset_custom(&o);
}
static wk_dataset *numbered(int64_t rows) { return in_blocks(rows, 0, 0, 0); }

/* ---- Windows ---- */

TEST(windows, give_every_row_once_for_any_sizes)
{
    for (int64_t rows = 1; rows < 60; rows += 7)
        for (int64_t block = 2; block < 12; block += 3)
            for (int64_t window = 1; window < 40; window += 9)
                for (int64_t lead = 0; lead <= block; lead += 2) {
                    WK_SCOPE(one);
                    int64_t a[MOST_ROWS], b[MOST_ROWS];
                    wk_loader *loader = wk_loader_new(in_blocks(rows, block, lead, 0), .batch_size = 1 + window % 5,
                                                      .shuffle = true, .window = window);
                    CHECK(epoch_rows(loader, a) == rows && once_each(a, rows));
                    CHECK(epoch_rows(loader, b) == rows && once_each(b, rows));
                    CHECK(rows < 20 || !same_rows(a, b, rows));
                }
}

/* 5 of 100 blocks are read at a time, and all of them are over before the next 5. */
TEST(windows, hold_as_many_blocks_as_they_are_told)
{
    enum { ROWS = 1000, BLOCK = 10, WINDOW = 50 };
    int64_t rows[MOST_ROWS], seen[ROWS / BLOCK] = { 0 }, next_to = 0;
    wk_loader *loader = wk_loader_new(in_blocks(ROWS, BLOCK, 0, 0), .batch_size = 7, .shuffle = true, .window = WINDOW);
    CHECK(epoch_rows(loader, rows) == ROWS);
    for (int64_t at = 0; at < ROWS; at += WINDOW) {
        int64_t blocks = 0;
        for (int64_t i = at; i < at + WINDOW; i++) blocks += seen[rows[i] / BLOCK]++ == 0;
        CHECK(blocks == WINDOW / BLOCK);
        for (int64_t i = at + 1; i < at + WINDOW; i++) next_to += rows[i] == rows[i - 1] + 1;
    }
    CHECK(next_to < ROWS / 10); /* one in fifty by chance */
}

TEST(windows, are_half_of_the_blocks_that_a_set_keeps)
{
    enum { ROWS = 1000, BLOCK = 10 };
    int64_t rows[MOST_ROWS], blocks = 0;
    char seen[ROWS / BLOCK] = { 0 };
    CHECK(epoch_rows(wk_loader_new(in_blocks(ROWS, BLOCK, 0, 8), .shuffle = true), rows) == ROWS);
    for (int i = 0; i < 4 * BLOCK; i++) blocks += !seen[rows[i] / BLOCK]++;
    CHECK(blocks == 4);
    int64_t all[MOST_ROWS], alone[MOST_ROWS];
    epoch_rows(wk_loader_new(in_blocks(ROWS, BLOCK, 0, 0), .shuffle = true), all);
    epoch_rows(wk_loader_new(numbered(ROWS), .shuffle = true), alone);
    CHECK(same_rows(all, alone, ROWS)); /* where all blocks are kept, all rows are one window */
}

TEST(windows, are_the_same_for_any_batch_and_workers_and_from_any_batch_on)
{
    enum { ROWS = 203 };
    int64_t rows[MOST_ROWS], others[MOST_ROWS];
    wk_dataset *set = in_blocks(ROWS, 9, 4, 6);
    epoch_rows(wk_loader_new(set, .shuffle = true, .seed = 3), rows);
    for (int workers = 0; workers < 4; workers++) {
        wk_loader *loader = wk_loader_new(set, .batch_size = 10, .shuffle = true, .seed = 3, .num_workers = workers);
        CHECK(epoch_rows(loader, others) == ROWS && same_rows(rows, others, ROWS));
        for (int64_t batch = 20; batch >= 0; batch -= 4) {
            CHECK(!wk_loader_seek(loader, 0, batch));
            CHECK(epoch_rows(loader, others) == ROWS - 10 * batch &&
                  same_rows(rows + 10 * batch, others, ROWS - 10 * batch));
        }
    }
}

/* Of a part, rows of the same block there are a block here; of joined sets, all parts' blocks. */
TEST(windows, know_the_blocks_of_joined_sets_and_of_parts)
{
    enum { ROWS = 300, BLOCK = 10 };
    wk_dataset *set = in_blocks(ROWS, BLOCK, 0, 6), *sets[] = { set, numbered(ROWS), set }, *part, *rest;
    wk_dataset_split(set, 0.5, false, 1, &part, &rest);
    wk_dataset *all = wk_dataset_concat(sets, 3);
    int64_t rows[MOST_ROWS], blocks = 0;
    char seen[3 * ROWS / BLOCK] = { 0 };
    wk_loader *loader = wk_loader_new(part, .batch_size = BLOCK, .shuffle = true);
    const wk_batch *b = wk_loader_next(loader);
    const int64_t *there = host_data(wk_batch_x((wk_batch *)b));
    for (int i = 0; i < BLOCK; i++) blocks += !seen[there[i] / BLOCK]++;
    CHECK(blocks <= 3); /* of 30 */
    CHECK(wk_loader_reset(loader, 0) == WK_OK && epoch_rows(loader, rows) == ROWS / 2 && once_each(rows, ROWS / 2));
    CHECK(epoch_rows(wk_loader_new(all, .shuffle = true), rows) == 3 * ROWS && once_each(rows, 3 * ROWS));
    blocks = 0;
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < 3 * BLOCK; i++) blocks += !seen[rows[i] / BLOCK]++;
    CHECK(blocks <= 3 + 3 * 7); /* three blocks at a time, of ten rows or of 64 */
}

/* ---- Read ahead: a worker that has no slot to fill asks for one row of each block of the next window ---- */

typedef struct asked {
    atomic_int single;   /* calls for one row */
    atomic_bool failing; /* such calls fail */
    atomic_int slow;     /* microseconds of other calls */
    atomic_char blocks[100];
} asked;

static wk_status asked_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    asked *a = self;
    memcpy(fields[0], rows, (size_t)n * sizeof *rows);
    if (n > 1 && atomic_load(&a->slow)) usleep((useconds_t)atomic_load(&a->slow));
    if (n > 1) return WK_OK;
    atomic_fetch_add(&a->blocks[rows[0] / 10], 1);
    atomic_fetch_add(&a->single, 1);
    return atomic_load(&a->failing) ? wk_fail(WK_E_IO, "not now") : WK_OK;
}

static wk_loader *asking(asked *a, int64_t kept)
{
    static const wk_dataset_ops ops = { sizeof ops, "asked", asked_get_many, NULL };
    wk_dataset_opts o = wk_dataset_opts_default();
    o.ops = &ops;
    o.self = a;
    o.rows = 1000;
    o.fields = &numbered_field;
    o.nfields = 1;
    o.block_rows = 10;
    o.kept_blocks = kept;
    return wk_loader_new(wk_dataset_custom(&o), .batch_size = 5, .shuffle = true, .window = 100, .num_workers = 1);
}

/* The ring has room for 4 batches of 20 in a window, so the worker waits in the first. */
TEST(ahead, waiting_workers_read_each_block_of_the_next_window_once)
{
    asked a = { 0 };
    WK_SCOPE(loading);
    int64_t rows[MOST_ROWS];
    wk_loader *loader = asking(&a, 20);
    CHECK(wk_loader_next(loader));
    for (int ms = 0; ms < 5000 && atomic_load(&a.single) < 10; ms++) usleep(1000);
    usleep(20000);
    CHECK(atomic_load(&a.single) == 10);
    for (int i = 0; i < 95; i += 5) memcpy(rows + i, wk_batch_rows(wk_loader_next(loader)), 5 * sizeof *rows);
    for (int i = 0; i < 95; i++) CHECK(!a.blocks[rows[i] / 10]);
    for (int i = 0; i < 100; i += 5) CHECK(a.blocks[wk_batch_rows(wk_loader_next(loader))[0] / 10] == 1);
}

/* The caller takes each batch at once, so the worker is never without a free slot. */
TEST(ahead, the_next_window_is_there_when_this_one_ends_without_time_to_spare)
{
    asked a = { .slow = 1000 };
    WK_SCOPE(loading);
    wk_loader *loader = asking(&a, 20);
    for (int i = 0; i < 100; i += 5) CHECK(wk_loader_next(loader));
    CHECK(wk_loader_next(loader) && atomic_load(&a.single) >= 10);
}

TEST(ahead, is_left_out_where_the_set_would_not_keep_two_windows)
{
    asked a = { 0 };
    WK_SCOPE(loading);
    wk_loader *loader = asking(&a, 19);
    CHECK(wk_loader_next(loader));
    usleep(20000);
    CHECK(atomic_load(&a.single) == 0);
}

TEST(ahead, failing_is_nobodys_error)
{
    asked a = { 0 };
    WK_SCOPE(loading);
    int64_t rows[MOST_ROWS];
    atomic_store(&a.failing, true);
    wk_loader *loader = asking(&a, 20);
    CHECK(epoch_rows(loader, rows) == 1000 && once_each(rows, 1000));
}

/* ---- Samplers ---- */

TEST(weighted, draws_rows_in_proportion_to_their_weights)
{
    enum { N = 6, DRAWS = 60000 };
    const double weights[N] = { 0, 1, 2, 0.5, 0, 6.5 };
    int64_t count[N] = { 0 };
    wk_loader *loader =
        wk_loader_new(numbered(N), .batch_size = 1000, .sampler = wk_sampler_weighted(weights, N, DRAWS, true));
    for (wk_batch *b; (b = wk_loader_next(loader));)
        for (int64_t i = 0; i < wk_batch_size(b); i++) count[wk_batch_rows(b)[i]]++;
    double chi2 = 0;
    for (int i = 0; i < N; i++) {
        const double expected = weights[i] / 10 * DRAWS, off = (double)count[i] - expected;
        if (expected > 0) chi2 += off * off / expected;
        CHECK(weights[i] > 0 || count[i] == 0);
    }
    CHECK(chi2 < 16.3); /* 3 degrees of freedom: exceeded once in a thousand */
}

TEST(weighted, never_draws_a_row_without_weight)
{
    for (int64_t n = 1; n < 40; n++) {
        WK_SCOPE(one);
        double weights[40] = { 0 };
        weights[n / 2] = 0.1;
        weights[n - 1] = 1e-300;
        int64_t rows[MOST_ROWS];
        CHECK(epoch_rows(wk_loader_new(numbered(n), .sampler = wk_sampler_weighted(weights, n, 500, true)), rows) ==
              500);
        for (int i = 0; i < 500; i++) CHECK(weights[rows[i]] > 0);
    }
}

/* Of three rows two are drawn; the heaviest comes first in weight / sum of the cases. */
TEST(weighted, without_replacement_draws_a_row_at_most_once)
{
    enum { EPOCHS = 20000 };
    const double weights[] = { 1, 0, 3, 6 };
    int64_t first[4] = { 0 }, rows[MOST_ROWS];
    wk_loader *loader =
        wk_loader_new(numbered(4), .batch_size = 2, .sampler = wk_sampler_weighted(weights, 4, 2, false));
    for (int e = 0; e < EPOCHS; e++) {
        CHECK(epoch_rows(loader, rows) == 2 && rows[0] != rows[1] && rows[0] != 1 && rows[1] != 1);
        first[rows[0]]++;
    }
    double chi2 = 0;
    for (int i = 0; i < 4; i++) {
        const double expected = weights[i] / 10 * EPOCHS, off = (double)first[i] - expected;
        if (expected > 0) chi2 += off * off / expected;
    }
    CHECK(chi2 < 13.9); /* 2 degrees of freedom */
}

TEST(weighted, refuses_weights_that_are_none)
{
    CHECK_NULL(wk_sampler_weighted(NULL, 1, 1, true));
    CHECK_ERROR(WK_E_INVALID, "sampler_weighted", "weights is NULL");
    CHECK_NULL(wk_sampler_weighted((double[]){ 1, -1 }, 2, 1, true));
    CHECK_ERROR(WK_E_RANGE, "weights[1] is -1");
    CHECK_NULL(wk_sampler_weighted((double[]){ NAN }, 1, 1, true));
    CHECK_ERROR(WK_E_RANGE, "weights[0] is nan");
    CHECK_NULL(wk_sampler_weighted((double[]){ 0, 0 }, 2, 1, true));
    CHECK_ERROR(WK_E_RANGE, "sum is 0");
    CHECK_NULL(wk_sampler_weighted((double[]){ 1e308, 1e308 }, 2, 1, true));
    CHECK_ERROR(WK_E_RANGE, "sum is inf");
    CHECK_NULL(wk_sampler_weighted((double[]){ 1, 0 }, 2, 2, false));
    CHECK_ERROR(WK_E_INVALID, "draws is 2", "the 1 rows of weight above 0");
    wk_sampler *s = wk_sampler_weighted((double[]){ 1, 0 }, 2, 2, true);
    CHECK_NULL(wk_loader_new(numbered(3), .sampler = s));
    CHECK_ERROR(WK_E_INVALID, "weights of 2 rows", "3 rows");
    CHECK_NULL(wk_loader_new(numbered(2), .sampler = s, .shuffle = true));
    CHECK_ERROR(WK_E_INVALID, "shuffle");
}

static wk_status backwards(void *self, uint64_t seed, int64_t epoch, int64_t draws, int64_t *rows)
{
    (void)seed;
    for (int64_t i = 0; i < draws; i++) rows[i] = draws - 1 - i + epoch * *(int *)self;
    return *(int *)self < 0 ? WK_E_STATE : WK_OK;
}
static int destroyed;
static void count_destroyed(void *self)
{
    (void)self;
    destroyed++;
}
static const wk_sampler_ops backwards_ops = { sizeof backwards_ops, "backwards", backwards, count_destroyed };

TEST(sampler, of_a_users_own_gives_the_order)
{
    int64_t rows[MOST_ROWS];
    int step = 1;
    wk_loader *loader = wk_loader_new(numbered(6), .batch_size = 4, .num_workers = 2,
                                      .sampler = wk_sampler_custom(&backwards_ops, &step, 5));
    CHECK(wk_loader_batches(loader) == 2);
    CHECK(epoch_rows(loader, rows) == 5 && same_rows(rows, (int64_t[]){ 4, 3, 2, 1, 0 }, 5));
    CHECK(epoch_rows(loader, rows) == 5 && same_rows(rows, (int64_t[]){ 5, 4, 3, 2, 1 }, 5));
    CHECK_NULL(wk_loader_next(loader));
    CHECK_ERROR(WK_E_RANGE, "backwards", "draw 0 of epoch 2 is row 6", "\"numbered\" has 6");
}

TEST(sampler, that_fails_is_told_at_its_batch)
{
    int fails = -1;
    wk_loader *loader = wk_loader_new(numbered(6), .sampler = wk_sampler_custom(&backwards_ops, &fails, 5));
    CHECK_NULL(wk_loader_next(loader));
    CHECK_ERROR(WK_E_STATE, "batch 0 of epoch 0", "backwards");
    destroyed = 0;
    CHECK_NULL(wk_sampler_custom(&backwards_ops, &fails, 0));
    CHECK_ERROR(WK_E_INVALID, "draws is 0");
    CHECK(destroyed == 1);
    CHECK_NULL(wk_sampler_custom(NULL, NULL, 1));
    CHECK_ERROR(WK_E_INVALID, "ops is NULL");
}

/* ---- Processes ---- */

/* The rows of all ranks, batch by batch, are those of one process with world times the batch. */
TEST(processes, share_one_order_whatever_their_number)
{
    for (int world = 1; world <= 5; world++)
        for (int64_t rows = 1; rows < 64; rows += 3) {
            WK_SCOPE(one);
            int64_t alone[MOST_ROWS], together[MOST_ROWS], n = 0;
            wk_dataset *set = numbered(rows);
            wk_loader *loaders[5], *single = wk_loader_new(set, .batch_size = 4 * world, .shuffle = true);
            epoch_rows(single, alone);
            for (int r = 0; r < world && r < rows; r++)
                loaders[r] = wk_loader_new(set, .batch_size = 4, .shuffle = true, .rank = r, .world = world);
            for (int64_t batch = 0; batch < wk_loader_batches(single); batch++)
                for (int r = 0; r < world && r < rows; r++) {
                    wk_batch *b = wk_loader_next(loaders[r]);
                    if (!b) continue;
                    n = add_rows(b, together, n);
                    CHECK(wk_batch_repeats(b) == 0);
                }
            CHECK(n == rows && same_rows(alone, together, rows));
        }
}

TEST(processes, have_as_many_rows_where_the_tail_is_dropped_or_padded)
{
    for (int64_t rows = 1; rows < 40; rows++)
        for (int world = 1; world <= 4; world++) {
            int64_t repeats = 0, seen[40] = { 0 };
            for (int r = 0; r < world; r++) {
                WK_SCOPE(one);
                int64_t got[MOST_ROWS], n = 0;
                wk_loader *loader = wk_loader_new(numbered(rows), .batch_size = 3, .shuffle = true, .rank = r,
                                                  .world = world, .tail = WK_TAIL_PAD);
                for (wk_batch *b; (b = wk_loader_next(loader)); n += wk_batch_size(b)) {
                    repeats += wk_batch_repeats(b);
                    for (int64_t i = 0; i < wk_batch_size(b); i++) seen[wk_batch_rows(b)[i]]++;
                }
                CHECK(n == (rows + world - 1) / world);
                if (rows < world) continue;
                loader =
                    wk_loader_new(numbered(rows), .batch_size = 3, .rank = r, .world = world, .tail = WK_TAIL_DROP);
                CHECK(epoch_rows(loader, got) == rows / world);
            }
            CHECK(repeats == (rows + world - 1) / world * world - rows);
            for (int64_t i = 0; i < rows; i++) repeats -= seen[i] - 1, CHECK(seen[i] >= 1);
            CHECK(repeats == 0);
        }
}

TEST(processes, go_on_with_another_number_of_them)
{
    enum { ROWS = 100 };
    int64_t alone[MOST_ROWS], rows[MOST_ROWS], n = 0;
    wk_dataset *set = numbered(ROWS);
    epoch_rows(wk_loader_new(set, .batch_size = 12, .shuffle = true), alone);
    wk_loader *of_three = wk_loader_new(set, .batch_size = 4, .shuffle = true, .rank = 1, .world = 3);
    for (int i = 0; i < 5; i++) CHECK(wk_loader_next(of_three));
    wk_state *where = wk_loader_state_dict(of_three);
    wk_loader *of_two[2];
    for (int r = 0; r < 2; r++) {
        of_two[r] = wk_loader_new(set, .batch_size = 6, .shuffle = true, .seed = 8, .rank = r, .world = 2);
        CHECK(!wk_loader_load_state_dict(of_two[r], where));
    }
    wk_batch *b;
    for (int i = 0; (b = wk_loader_next(of_two[i % 2])); i++) n = add_rows(b, rows, n);
    CHECK(n == ROWS - 60 && same_rows(rows, alone + 60, ROWS - 60));
    CHECK(wk_loader_load_state_dict(wk_loader_new(set, .batch_size = 6, .shuffle = true), where) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "batch_size is 6 here, and was 12");
}

TEST(processes, refuse_what_makes_no_sense)
{
    CHECK_NULL(wk_loader_new(numbered(3), .rank = 2, .world = 2));
    CHECK_ERROR(WK_E_INVALID, "rank is 2 and world 2");
    CHECK_NULL(wk_loader_new(numbered(3), .world = 0));
    CHECK_ERROR(WK_E_INVALID, "world 0");
    CHECK_NULL(wk_loader_new(numbered(3), .rank = 3, .world = 4));
    CHECK_ERROR(WK_E_INVALID, "3 rows leave none for process 3 of 4");
    CHECK_NULL(wk_loader_new(numbered(3), .batch_size = 2, .world = 2, .drop_last = true));
    CHECK_ERROR(WK_E_INVALID, "batch_size 2", "drop_last");
    CHECK_NULL(wk_loader_new(numbered(3), .window = -1));
    CHECK_ERROR(WK_E_INVALID, "window is -1");
    CHECK_NULL(wk_loader_new(numbered(3), .tail = (wk_tail)7));
    CHECK_ERROR(WK_E_INVALID, "tail is 7");
    CHECK_NULL(in_blocks(5, 2, 3, 0));
    CHECK_ERROR(WK_E_INVALID, "block_lead is 3");
    CHECK_NULL(in_blocks(5, -2, 0, 0));
    CHECK_ERROR(WK_E_INVALID, "block_rows is -2");
}
/* ---- States ---- */

static wk_loader *resumed(int kind, int workers, uint64_t seed)
{
    double weights[53];
    for (int i = 0; i < 53; i++) weights[i] = i;
    wk_dataset *set = kind == 1 ? in_blocks(53, 8, 3, 4) : numbered(53);
    wk_sampler *sampler = kind == 2 ? wk_sampler_weighted(weights, 53, 40, true) : NULL;
    return wk_loader_new(set, .batch_size = 5, .shuffle = kind != 2, .sampler = sampler, .num_workers = workers,
                         .seed = seed, .seed_from_process = false);
}

/* The first batches of two epochs, whose end counts as one. */
static int64_t go_on(wk_loader *loader, int from, int batches, int64_t *rows)
{
    int64_t n = 0;
    for (int i = from; i < batches; i++) {
        wk_batch *b = wk_loader_next(loader);
        if (b) n = add_rows(b, rows, n);
    }
    CHECK_OK();
    return n;
}

TEST(state, after_any_batch_any_number_of_workers_goes_on_with_the_same_rows)
{
    static int64_t all[MOST_ROWS], rest[MOST_ROWS];
    for (int kind = 0; kind < 3; kind++) {
        const int batches = 2 * (int)wk_loader_batches(resumed(kind, 0, 1)) + 2;
        const int64_t n = go_on(resumed(kind, 0, 1), 0, batches, all);
        for (int at = 0; at < batches; at++) {
            WK_SCOPE(one);
            wk_loader *first = resumed(kind, at % 3, 1), *second = resumed(kind, (at + 1) % 4, 99);
            const int64_t had = go_on(first, 0, at, rest);
            CHECK(same_rows(rest, all, had));
            CHECK(wk_loader_load_state_dict(second, wk_loader_state_dict(first)) == WK_OK);
            CHECK(go_on(second, at, batches, rest) == n - had && same_rows(rest, all + had, n - had));
        }
    }
}

TEST(state, that_is_damaged_or_anothers_is_refused_and_changes_nothing)
{
    static const struct {
        const char *key;
        int64_t value; /* 0: it is missing */
        wk_status code;
    } wrong[] = { { "rows", 54, WK_E_INVALID },        { "rows", 0, WK_E_NOT_FOUND },
                  { "draws", 1, WK_E_INVALID },        { "window", 7, WK_E_INVALID },
                  { "batch_size", -5, WK_E_INVALID },  { "shuffle", 2, WK_E_INVALID },
                  { "seed", 0, WK_E_NOT_FOUND },       { "epoch", -1, WK_E_FORMAT },
                  { "epoch", INT64_MAX, WK_E_FORMAT }, { "batch", 12, WK_E_FORMAT },
                  { "batch", INT64_MIN, WK_E_FORMAT }, { "batch", 0, WK_E_NOT_FOUND },
                  { "drop_last", 1, WK_E_INVALID } };
    static const char *const keys[] = { "rows",      "draws", "window", "batch_size", "shuffle",
                                        "drop_last", "seed",  "epoch",  "batch" };
    static int64_t all[MOST_ROWS], rows[MOST_ROWS];
    go_on(resumed(0, 0, 1), 0, 24, all);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        WK_SCOPE(one);
        wk_loader *loader = resumed(0, 2, 1);
        const int64_t had = go_on(loader, 0, 4, rows);
        wk_state *good = wk_loader_state_dict(loader), *bad = wk_state_new();
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const bool this = !strcmp(keys[k], wrong[i].key);
            if (!this || wrong[i].value)
                wk_state_set_int(bad, keys[k], this ? wrong[i].value : wk_state_int(good, keys[k]));
        }
        CHECK(wk_loader_load_state_dict(loader, bad) == wrong[i].code);
        CHECK_ERROR(wrong[i].code, wrong[i].key);
        CHECK(go_on(loader, 4, 24, rows) == 106 - had && same_rows(rows, all + had, 106 - had));
    }
}

/* ---- Always ---- */

/* FNV-1a over the numbers of two epochs. */
static uint64_t hash_of(wk_loader *loader)
{
    static int64_t rows[MOST_ROWS];
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int epoch = 0; epoch < 2; epoch++) {
        const int64_t n = epoch_rows(loader, rows);
        for (int64_t i = 0; i < n; i++) hash = (hash ^ (uint64_t)rows[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

#define HASH(...) hash_of(wk_loader_new(__VA_ARGS__, .batch_size = 7, .seed = 3, .seed_from_process = false))

/* These hashes are of the first version: who goes on with an older run sees the rows that it would have seen. */
TEST(order, of_a_seed_is_the_same_in_every_version)
{
    double weights[1000];
    for (int i = 0; i < 1000; i++) weights[i] = i % 10;
    ck_assert_uint_eq(HASH(numbered(1000), .shuffle = true), UINT64_C(0xf2932190325fa03b));
    ck_assert_uint_eq(HASH(in_blocks(1000, 30, 5, 8), .shuffle = true), UINT64_C(0x6a507c80c3c6ea65));
    ck_assert_uint_eq(HASH(numbered(1000), .sampler = wk_sampler_weighted(weights, 1000, 500, true)),
                      UINT64_C(0xa0c5d92f01f78fb7));
    ck_assert_uint_eq(HASH(numbered(1000), .shuffle = true, .rank = 1, .world = 3, .tail = WK_TAIL_PAD),
                      UINT64_C(0xe1922e1e23160920));
}

WICK_TEST_MAIN
