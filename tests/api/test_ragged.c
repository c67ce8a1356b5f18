/* Rows of different lengths: every batch has the items of its rows, as a plain reference lays them out, and tells how
 * many there are, whatever the number of workers and wherever the rows come from. */
#include "data/dataset.h"
#include "wick/data.h"
#include "wick/elementwise.h"
#include "wick/layers.h"
#include "wick_check.h"
#include <string.h>

enum { ROWS = 41, WIDTH = 2, LONGEST = 11 };

static int64_t length_of(int64_t row) { return row * 7 % 12; }
static int64_t begin_of(int64_t row)
{
    int64_t begin = 3; /* items before the first row belong to none */
    for (int64_t r = 0; r < row; r++) begin += length_of(r);
    return begin;
}
static float item(int64_t at, int k) { return (float)(at * 10 + k); }

/* x [items, WIDTH] f32, tags [items] i64 as "y", and "row" [ROWS] i64 */
static wk_dataset *sequences(void)
{
    const int64_t items = begin_of(ROWS) + 2;
    float x[600][WIDTH];
    int64_t tags[600], rows[ROWS], offsets[ROWS + 1];
    CHECK(items <= 600);
    for (int64_t i = 0; i < items; i++) {
        for (int k = 0; k < WIDTH; k++) x[i][k] = item(i, k);
        tags[i] = i % 5;
    }
    for (int64_t r = 0; r <= ROWS; r++) offsets[r] = begin_of(r);
    for (int64_t r = 0; r < ROWS; r++) rows[r] = r;
    wk_tensor *fields[] = { wk_from(x, WK_SHAPE(items, WIDTH), WK_F32), wk_from(tags, WK_SHAPE(items), WK_I64),
                            wk_from(rows, WK_SHAPE(ROWS), WK_I64) };
    return wk_dataset_ragged(fields, (const char *[]){ "x", "y", "row" }, 3,
                             wk_from(offsets, WK_SHAPE(ROWS + 1), WK_I64));
}

/* ---- The reference ---- */

static void check_row(const float *x, const int64_t *tags, int64_t row, int64_t places, double pad)
{
    for (int64_t i = 0; i < places; i++) {
        const bool there = i < length_of(row);
        for (int k = 0; k < WIDTH; k++) {
            const float value = x[i * WIDTH + k];
            CHECK(there ? value == item(begin_of(row) + i, k) : value == (float)pad || (isnan(value) && isnan(pad)));
        }
        CHECK(tags[i] == (there ? (begin_of(row) + i) % 5 : -100));
    }
}

/* Of a loader that fills up to multiples; each row of the dataset counts in seen */
static void check_batch(wk_batch *b, int64_t multiple, double pad, int *seen)
{
    const int64_t n = wk_batch_size(b), *rows = host_data(wk_batch_field(b, 2)),
                  *lengths = host_data(wk_batch_lengths(b));
    int64_t longest = 0;
    for (int64_t i = 0; i < n; i++)
        if (length_of(rows[i]) > longest) longest = length_of(rows[i]);
    longest = (longest + multiple - 1) / multiple * multiple;
    CHECK(wk_ndim(wk_batch_x(b)) == 3 && wk_size(wk_batch_x(b), 0) == n && wk_size(wk_batch_x(b), 1) == longest);
    CHECK(wk_ndim(wk_batch_y(b)) == 2 && wk_size(wk_batch_y(b), 1) == longest);
    CHECK(wk_dtype_of(wk_batch_mask(b)) == WK_BOOL && wk_size(wk_batch_mask(b), 1) == longest);
    const bool *mask = host_data(wk_batch_mask(b));
    for (int64_t i = 0; i < n; i++) {
        CHECK(lengths[i] == length_of(rows[i]));
        check_row((float *)host_data(wk_batch_x(b)) + i * longest * WIDTH,
                  (int64_t *)host_data(wk_batch_y(b)) + i * longest, rows[i], longest, pad);
        for (int64_t k = 0; k < longest; k++) CHECK(mask[i * longest + k] == (k < lengths[i]));
        seen[rows[i]]++;
    }
}

static void check_epochs(wk_loader *loader, int epochs, int64_t multiple, double pad, int times)
{
    int seen[ROWS] = { 0 };
    while (wk_loader_epoch(loader) < epochs && !wk_failed())
        for (wk_batch *b; (b = wk_loader_next(loader));) check_batch(b, multiple, pad, seen);
    CHECK_OK();
    for (int r = 0; r < ROWS; r++) CHECK(seen[r] == epochs * times);
}

/* ---- Batches ---- */

TEST(ragged, batches_are_filled_up_to_their_longest_row)
{
    static const int64_t multiples[] = { 1, 4, LONGEST, 64 };
    for (int k = 0; k < 16; k++) {
        WK_SCOPE(one);
        const double pad = k % 4 == 3 ? NAN : k;
        check_epochs(wk_loader_new(sequences(), .batch_size = 1 + 3 * (k % 5), .shuffle = k > 3, .num_workers = k % 4,
                                   .pad = pad, .pad_multiple = multiples[k / 4]),
                     3, multiples[k / 4], pad, 1);
    }
}

TEST(ragged, flat_batches_have_all_items_and_no_others)
{
    for (int workers = 0; workers < 3; workers++) {
        WK_SCOPE(one);
        wk_loader *loader =
            wk_loader_new(sequences(), .batch_size = 7, .shuffle = true, .num_workers = workers, .flat = true);
        int64_t n = 0;
        for (wk_batch *b; (b = wk_loader_next(loader)); n += wk_batch_size(b)) {
            const int64_t *rows = wk_batch_rows(b), *lengths = host_data(wk_batch_lengths(b));
            int64_t at = 0;
            for (int64_t i = 0; i < wk_batch_size(b); at += lengths[i++]) {
                CHECK(lengths[i] == length_of(rows[i]));
                check_row((float *)host_data(wk_batch_x(b)) + at * WIDTH, (int64_t *)host_data(wk_batch_y(b)) + at,
                          rows[i], lengths[i], 0);
            }
            CHECK(wk_ndim(wk_batch_x(b)) == 2 && wk_size(wk_batch_x(b), 0) == at && wk_size(wk_batch_y(b), 0) == at);
            CHECK_NULL(wk_batch_mask(b));
            CHECK_ERROR(WK_E_STATE, "batch_mask", "flat");
        }
        CHECK(n == ROWS);
    }
}

TEST(ragged, parts_joined_and_cached_sets_have_the_same_rows)
{
    wk_dataset *all = sequences(), *first, *rest;
    CHECK(wk_dataset_split(all, 0.4, false, 3, &first, &rest) == WK_OK);
    wk_dataset *joined = wk_dataset_concat((wk_dataset *[]){ first, wk_dataset_cached(rest), all }, 3);
    check_epochs(wk_loader_new(joined, .batch_size = 9, .shuffle = true, .num_workers = 2), 2, 1, 0, 2);
    check_epochs(wk_loader_new(wk_dataset_cached(joined), .batch_size = 9, .shuffle = true), 2, 1, 0, 2);
}

TEST(ragged, a_training_that_goes_on_sees_the_same)
{
    for (int stop = 0; stop < 6; stop++) {
        WK_SCOPE(one);
        wk_loader *first = wk_loader_new(sequences(), .batch_size = 7, .shuffle = true), *again;
        again = wk_loader_new(sequences(), .batch_size = 7, .shuffle = true, .num_workers = stop % 3);
        for (int k = 0; k < stop; k++) wk_loader_next(first);
        CHECK(wk_loader_load_state_dict(again, wk_loader_state_dict(first)) == WK_OK);
        for (wk_batch *a, *b; (a = wk_loader_next(first));) {
            CHECK((b = wk_loader_next(again)) != NULL);
            CHECK(wk_equal(wk_batch_x(a), wk_batch_x(b)) && wk_equal(wk_batch_lengths(a), wk_batch_lengths(b)));
        }
        CHECK_NULL(wk_loader_next(again));
    }
}

TEST(ragged, single_rows_are_as_long_as_they_are_and_several_are_filled_up)
{
    wk_dataset *set = sequences();
    wk_tensor *fields[3];
    int64_t lengths[ROWS], rows[ROWS];
    for (int64_t r = 0; r < ROWS; r++) {
        rows[r] = ROWS - 1 - r;
        CHECK(wk_dataset_get(set, r, fields, 3) == WK_OK && wk_size(fields[0], 0) == length_of(r));
        check_row(host_data(fields[0]), host_data(fields[1]), r, length_of(r), 0);
    }
    CHECK(wk_dataset_lengths(set, rows, ROWS, lengths) == WK_OK);
    CHECK(wk_dataset_get_many(set, rows, ROWS, fields, 3) == WK_OK && wk_size(fields[0], 1) == LONGEST);
    for (int64_t r = 0; r < ROWS; r++) {
        const float *x = (float *)host_data(fields[0]) + r * LONGEST * WIDTH;
        CHECK(lengths[r] == length_of(rows[r]));
        for (int64_t i = 0; i < LONGEST * WIDTH; i++)
            CHECK(x[i] == (i < lengths[r] * WIDTH ? item(begin_of(rows[r]) + i / WIDTH, (int)(i % WIDTH)) : 0));
    }
}

/* ---- Transforms ---- */

static wk_status backwards(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                           void *to)
{
    const float *x = from;
    float *y = to;
    (void)self;
    CHECK(before->shape[0] == length_of(wk_row_number(row)) && after->shape[0] == before->shape[0]);
    for (int64_t i = 0; i < before->shape[0]; i++)
        for (int k = 0; k < WIDTH; k++) y[i * WIDTH + k] = x[(before->shape[0] - 1 - i) * WIDTH + k];
    return WK_OK;
}

TEST(ragged, transforms_see_each_row_as_long_as_it_is)
{
    static const wk_transform_ops ops = { .size = sizeof ops, .name = "backwards", .apply = backwards };
    const double mean = 100, std = 8;
    wk_transform *t = wk_transforms(wk_transform_custom("x", &ops, NULL), wk_transform_normalize("x", &mean, &std, 1),
                                    wk_transform_to("x", WK_F64));
    for (int k = 0; k < 6; k++) {
        WK_SCOPE(one);
        wk_loader *loader = wk_loader_new(sequences(), .batch_size = 6, .shuffle = true, .num_workers = k % 3,
                                          .flat = k > 2, .transform = t, .pad = -7);
        for (wk_batch *b; (b = wk_loader_next(loader));) {
            const double *x = host_data(wk_batch_x(b));
            for (int64_t i = 0; i < wk_batch_size(b); i++) {
                const int64_t row = wk_batch_rows(b)[i], n = length_of(row);
                const int64_t places = k > 2 ? n : wk_size(wk_batch_x(b), 1);
                for (int64_t at = 0; at < places; at++)
                    for (int c = 0; c < WIDTH; c++, x++)
                        CHECK(*x == (at < n ? (item(begin_of(row) + n - 1 - at, c) - 100) / 8 : -7));
            }
        }
        CHECK_OK();
    }
}

/* ---- What they are for ---- */

TEST(ragged, a_network_with_the_mask_ends_where_each_row_does)
{
    wk_module *gru = wk_nn_gru(WIDTH, 3, .batch_first = true);
    wk_loader *loader = wk_loader_new(sequences(), .batch_size = 8, .shuffle = true, .num_workers = 1, .pad = 1e3);
    for (wk_batch *b; (b = wk_loader_next(loader));) {
        wk_tensor *out[2], *alone[2];
        wk_tensor *in[] = { wk_mul_scalar(wk_batch_x(b), 1e-3), NULL, wk_batch_mask(b) };
        CHECK(wk_forward_many(gru, in, 3, out, 2) == WK_OK);
        for (int64_t i = 0; i < wk_batch_size(b); i++) {
            const int64_t n = length_of(wk_batch_rows(b)[i]);
            if (n == 0) continue;
            wk_tensor *row = wk_narrow(wk_narrow(in[0], 0, i, 1), 1, 0, n);
            CHECK(wk_forward_many(gru, &row, 1, alone, 2) == WK_OK);
            CHECK(wk_allclose(wk_select(out[1], 1, i), wk_select(alone[1], 1, 0), 1e-5, 1e-6));
        }
    }
    CHECK_OK();
}

/* ---- Refused ---- */

static wk_dataset *with_offsets(const int64_t *offsets, int n)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(5, 2), WK_F32);
    return wk_dataset_ragged(&x, NULL, 1, wk_from(offsets, WK_SHAPE(n), WK_I64));
}

TEST(ragged, refuses_offsets_that_are_none)
{
    CHECK_NULL(with_offsets((int64_t[]){ 0, 3, 2, 5 }, 4));
    CHECK_ERROR(WK_E_RANGE, "dataset_ragged", "offsets[2] is 2", "3 or more");
    CHECK_NULL(with_offsets((int64_t[]){ 0, 3, 6 }, 3));
    CHECK_ERROR(WK_E_RANGE, "offsets[2] is 6", "5 items");
    CHECK_NULL(with_offsets((int64_t[]){ -1, 3 }, 2));
    CHECK_ERROR(WK_E_RANGE, "offsets[0] is -1");
    wk_tensor *x = wk_zeros(WK_SHAPE(5), WK_F32), *y = wk_zeros(WK_SHAPE(4), WK_I64);
    CHECK_NULL(wk_dataset_ragged(&x, NULL, 1, wk_zeros(WK_SHAPE(2, 2), WK_I64)));
    CHECK_ERROR(WK_E_SHAPE, "offsets is i64 [2, 2]");
    CHECK_NULL(wk_dataset_ragged(&x, NULL, 1, wk_zeros(WK_SHAPE(2), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "offsets is f32");
    CHECK_NULL(
        wk_dataset_ragged((wk_tensor *[]){ x, y }, NULL, 2, wk_from((int64_t[]){ 0, 2, 5 }, WK_SHAPE(3), WK_I64)));
    CHECK_ERROR(WK_E_SHAPE, "tensor 1 is [4]", "2 rows", "5 items");
}

TEST(ragged, refuses_what_rows_of_different_lengths_cannot_be)
{
    wk_dataset *set = sequences();
    CHECK_NULL(wk_loader_new(set, .transform = wk_transform_normalize("x", (double[2]){ 0 }, (double[2]){ 1, 1 }, 2)));
    CHECK_ERROR(WK_E_SHAPE, "normalize", "11 channels");
    CHECK_NULL(wk_loader_new(set, .transform = wk_transform_random_crop("x", LONGEST, WIDTH, 0)));
    CHECK_ERROR(WK_E_SHAPE, "random_crop", "different lengths");
    CHECK_NULL(wk_loader_new(set, .transform = wk_transform_channels_first("x")));
    CHECK(wk_failed());
    wk_error_clear();
    CHECK_NULL(wk_loader_new(set, .pad_label = 1, .pad_multiple = 0));
    CHECK_ERROR(WK_E_INVALID, "pad_multiple is 0");
    wk_tensor *bytes = wk_zeros(WK_SHAPE(5), WK_U8);
    wk_dataset *u8 = wk_dataset_ragged(&bytes, NULL, 1, wk_from((int64_t[]){ 0, 2, 5 }, WK_SHAPE(3), WK_I64));
    CHECK_NULL(wk_loader_new(u8, .pad = 256));
    CHECK_ERROR(WK_E_RANGE, "pad is 256", "u8");
    CHECK_NULL(wk_loader_new(u8, .pad = 0.5));
    CHECK_ERROR(WK_E_RANGE, "pad is 0.5");
    wk_dataset *plain = wk_dataset_tensors(&bytes, NULL, 1);
    CHECK_NULL(wk_loader_new(plain, .flat = true));
    CHECK_ERROR(WK_E_INVALID, "flat", "tensors");
    int64_t length;
    CHECK(wk_dataset_lengths(plain, (int64_t[]){ 0 }, 1, &length) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "dataset_lengths", "of one length");
    CHECK(wk_dataset_lengths(set, (int64_t[]){ ROWS }, 1, &length) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "row 41");
    wk_batch *b = wk_loader_next(wk_loader_new(plain));
    CHECK_NULL(wk_batch_lengths(b));
    CHECK_ERROR(WK_E_STATE, "batch_lengths", "of one length");
    CHECK_NULL(wk_dataset_concat((wk_dataset *[]){ u8, plain }, 2));
    CHECK(wk_failed());
    wk_error_clear();
}

/* ---- One's own ---- */

static wk_status own_lengths(void *self, const int64_t *rows, int64_t n, int64_t *lengths)
{
    const int64_t *refused = self;
    for (int64_t i = 0; i < n; i++) lengths[i] = rows[i] == *refused ? 99 : rows[i] % 4;
    return WK_OK;
}

static wk_status own_get(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    int64_t *x = fields[0];
    (void)self;
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < rows[i] % 4; k++) *x++ = rows[i];
    return WK_OK;
}

static wk_dataset *own(int64_t *refused, unsigned ragged, bool lengths)
{
    static const wk_dataset_ops ops = { sizeof ops, "mine", own_get, NULL };
    const wk_field field = { "x", WK_I64, 1, { 3 } };
    wk_dataset_opts o = wk_dataset_opts_default();
    o.ops = &ops;
    o.self = refused;
    o.rows = 30;
    o.fields = &field;
    o.nfields = 1;
    o.ragged = ragged;
    o.lengths = lengths ? own_lengths : NULL;
    return wk_dataset_custom(&o);
}

TEST(ragged, datasets_of_ones_own_tell_lengths_and_errors_name_the_row)
{
    int64_t refused = -1, seen = 0;
    {
        WK_SCOPE(whole);
        wk_loader *loader = wk_loader_new(own(&refused, 1, true), .batch_size = 4, .num_workers = 2, .pad = -1);
        for (wk_batch *b; (b = wk_loader_next(loader));)
            for (int64_t i = 0; i < wk_batch_size(b); i++, seen++)
                for (int64_t k = 0; k < wk_size(wk_batch_x(b), 1); k++) {
                    const int64_t *x = host_data(wk_batch_x(b));
                    CHECK(x[i * wk_size(wk_batch_x(b), 1) + k] == (k < seen % 4 ? seen : -1));
                }
        CHECK(seen == 30);
    }
    refused = 9;
    for (int workers = 0; workers < 3; workers++) {
        WK_SCOPE(one);
        wk_loader *loader = wk_loader_new(own(&refused, 1, true), .batch_size = 4, .num_workers = workers);
        CHECK(wk_loader_next(loader) && wk_loader_next(loader));
        CHECK_NULL(wk_loader_next(loader));
        CHECK_ERROR(WK_E_RANGE, "batch 2", "row 9 is 99", "0 .. 3");
    }
    CHECK_NULL(own(&refused, 1, false));
    CHECK_ERROR(WK_E_INVALID, "lengths NULL");
    CHECK_NULL(own(&refused, 0, true));
    CHECK_ERROR(WK_E_INVALID, "ragged is 0x0");
    CHECK_NULL(own(&refused, 2, true));
    CHECK_ERROR(WK_E_INVALID, "ragged is 0x2");
}
WICK_TEST_MAIN
