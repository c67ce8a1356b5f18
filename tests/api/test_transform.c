/* Transforms: what they make of rows is what their definitions say, whatever the number of workers, and in a training
 * that goes on. */
#include "wick/data.h"
#include "wick/elementwise.h"
#include "wick_check.h"
#include <string.h>

enum { ROWS = 37, H = 6, W = 5 };

/* x [ROWS, 2, 6, 5] u8, element i of row r is (r * 60 + i) mod 251 and 1; y [ROWS] i64 = r mod 4 */
static int pixel(int64_t row, int c, int64_t y, int64_t x) { return (int)((row * 60 + (c * H + y) * W + x) % 251 + 1); }

static wk_dataset *images(void)
{
    uint8_t x[ROWS][2][H][W];
    int64_t y[ROWS];
    for (int r = 0; r < ROWS; r++) {
        y[r] = r % 4;
        for (int c = 0; c < 2; c++)
            for (int h = 0; h < H; h++)
                for (int w = 0; w < W; w++) x[r][c][h][w] = (uint8_t)pixel(r, c, h, w);
    }
    wk_tensor *fields[] = { wk_from(x, WK_SHAPE(ROWS, 2, H, W), WK_U8), wk_from(y, WK_SHAPE(ROWS), WK_I64) };
    return wk_dataset_tensors(fields, NULL, 2);
}

static wk_loader *load(wk_transform *t) { return wk_loader_new(images(), .batch_size = 10, .transform = t); }

/* ---- Values ---- */

TEST(transform, bytes_become_fractions_and_are_normalised_by_channel)
{
    wk_loader *loader =
        load(wk_transforms(wk_transform_scaled("x", WK_F32),
                           wk_transform_normalize("x", (double[]){ 0.5, 0.25 }, (double[]){ 0.25, 2 }, 2)));
    int64_t row = 0;
    for (wk_batch *b; (b = wk_loader_next(loader));) {
        const float *x = host_data(wk_batch_x(b));
        CHECK(wk_dtype_of(wk_batch_x(b)) == WK_F32 && wk_size(wk_batch_x(b), 3) == W);
        for (int64_t i = 0; i < wk_batch_size(b); i++, row++)
            for (int k = 0; k < 2 * H * W; k++) {
                const float unit = (float)pixel(row, 0, 0, k) / 255.0f;
                CHECK(*x++ == (k < H * W ? (unit - 0.5f) / 0.25f : (unit - 0.25f) / 2.0f));
            }
        CHECK(wk_item(wk_select(wk_batch_y(b), 0, 1)) == (double)((row - wk_batch_size(b) + 1) % 4));
    }
    CHECK(row == ROWS);
    CHECK_OK();
}

TEST(numbers, every_byte_is_what_division_by_255_makes_of_it)
{
    uint8_t bytes[256];
    float scaled[256];
    for (int i = 0; i < 256; i++) bytes[i] = (uint8_t)i;
    wk_tensor *x = wk_from(bytes, WK_SHAPE(1, 256), WK_U8);
    wk_loader *loader = wk_loader_new(wk_dataset_tensors(&x, NULL, 1), .transform = wk_transform_scaled("x", WK_F32));
    CHECK(wk_read(wk_batch_x(wk_loader_next(loader)), scaled, sizeof scaled) == WK_OK);
    for (int i = 0; i < 256; i++) CHECK(scaled[i] == (float)i / 255.0f);
}

TEST(transform, dtypes_change_as_by_wk_to)
{
    static const wk_dtype dtypes[] = { WK_F32, WK_F64, WK_I64 };
    for (int k = 0; k < 3; k++) {
        wk_batch *plain = wk_loader_next(load(NULL)), *b = wk_loader_next(load(wk_transform_to("x", dtypes[k])));
        CHECK(wk_equal(wk_batch_x(b), wk_to(wk_batch_x(plain), dtypes[k])));
        CHECK(wk_dtype_of(wk_batch_x(b)) == dtypes[k]);
    }
    CHECK(wk_dtype_of(wk_batch_y(wk_loader_next(load(wk_transform_to("y", WK_F64))))) == WK_F64);
}

TEST(transform, labels_become_rows_or_other_labels)
{
    wk_batch *b = wk_loader_next(load(wk_transform_one_hot("y", 4)));
    CHECK(wk_ndim(wk_batch_y(b)) == 2 && wk_size(wk_batch_y(b), 1) == 4);
    for (int i = 0; i < 10; i++)
        for (int c = 0; c < 4; c++) CHECK(((float *)host_data(wk_batch_y(b)))[4 * i + c] == (float)(c == i % 4));
    b = wk_loader_next(load(wk_transform_map("y", (int64_t[]){ 1, 0, 7, 0 }, 4)));
    for (int i = 0; i < 10; i++) CHECK(((int64_t *)host_data(wk_batch_y(b)))[i] == (i % 2 ? 0 : i % 4 ? 7 : 1));
}

TEST(transform, the_middle_is_torchvisions)
{
    /* 6 x 5 to 3 x 4: from row 2 (1.5, to even) and column 0 (0.5, to even) on */
    wk_batch *b = wk_loader_next(load(wk_transform_center_crop("x", 3, 4)));
    const uint8_t *x = host_data(wk_batch_x(b));
    CHECK(wk_size(wk_batch_x(b), 2) == 3 && wk_size(wk_batch_x(b), 3) == 4);
    for (int r = 0; r < 10; r++)
        for (int c = 0; c < 2; c++)
            for (int h = 0; h < 3; h++)
                for (int w = 0; w < 4; w++) CHECK(*x++ == pixel(r, c, h + 2, w));
}

TEST(transform, channels_move_and_move_back)
{
    wk_batch *b = wk_loader_next(load(wk_transform_channels_last("x"))), *plain = wk_loader_next(load(NULL));
    CHECK(wk_equal(wk_batch_x(b), wk_permute(wk_batch_x(plain), 4, (int[]){ 0, 2, 3, 1 })));
    wk_transform *back =
        wk_transforms(wk_transform_channels_last("x"), wk_transform_to("x", WK_F64), wk_transform_channels_first("x"));
    CHECK(wk_equal(wk_batch_x(wk_loader_next(load(back))), wk_to(wk_batch_x(plain), WK_F64)));
}

/* ---- Chance ---- */

/* Where a crop of `row` lies, or -1: all elements agree with one place, zeros being outside. */
static int place_of(const uint8_t *x, int64_t row, int h, int w, int padding)
{
    const int places = W + 2 * padding - w + 1;
    for (int at = 0; at < (H + 2 * padding - h + 1) * places; at++) {
        bool here = true;
        for (int i = 0; here && i < 2 * h * w; i++) {
            const int y = i / w % h + at / places - padding, column = i % w + at % places - padding;
            const bool inside = y >= 0 && y < H && column >= 0 && column < W;
            here = x[i] == (inside ? pixel(row, i / w / h, y, column) : 0);
        }
        if (here) return at;
    }
    return -1;
}

TEST(transform, crops_come_from_every_place_alike)
{
    enum { PLACES = (H + 2 - H + 1) * (W + 2 - W + 1), EPOCHS = 200 };
    int seen[PLACES] = { 0 };
    wk_loader *loader = load(wk_transform_random_crop("x", H, W, 1));
    while (wk_loader_epoch(loader) < EPOCHS && !wk_failed())
        for (wk_batch *b; (b = wk_loader_next(loader));)
            for (int64_t i = 0; i < wk_batch_size(b); i++) {
                const uint8_t *x = host_data(wk_batch_x(b));
                const int at = place_of(x + i * 2 * H * W, wk_batch_rows(b)[i], H, W, 1);
                CHECK(at >= 0);
                seen[at]++;
            }
    CHECK_OK();
    double chi = 0, expected = (double)ROWS * EPOCHS / PLACES;
    for (int i = 0; i < PLACES; i++) chi += (seen[i] - expected) * (seen[i] - expected) / expected;
    CHECK(chi < 26.1); /* of 8 degrees of freedom, one in a thousand is more */
}

TEST(transform, a_window_may_lie_in_the_padding_alone)
{
    enum { PADDING = 9 };
    wk_loader *loader = load(wk_transform_random_crop("x", 3, 2, PADDING));
    int empty = 0, others = 0;
    for (int epoch = 0; epoch < 40; epoch++)
        for (wk_batch *b; (b = wk_loader_next(loader));)
            for (int64_t i = 0; i < wk_batch_size(b); i++) {
                const int at =
                    place_of((uint8_t *)host_data(wk_batch_x(b)) + i * 12, wk_batch_rows(b)[i], 3, 2, PADDING);
                CHECK(at >= 0);
                empty += at == 0; /* all zeros agree with the first place */
                others += at > 0;
            }
    CHECK(empty > 500 && others > 100);
}

static int flipped(const uint8_t *x, int64_t row, bool vertical)
{
    int as_is = 1, other = 1;
    for (int i = 0; i < 2 * H * W; i++) {
        const int c = i / (H * W), h = i / W % H, w = i % W;
        as_is &= x[i] == pixel(row, c, h, w);
        other &= x[i] == (vertical ? pixel(row, c, H - 1 - h, w) : pixel(row, c, h, W - 1 - w));
    }
    return as_is ? 0 : other ? 1 : -1;
}

TEST(transform, flips_happen_with_their_chance)
{
    for (int vertical = 0; vertical < 2; vertical++) {
        wk_transform *t =
            vertical ? wk_transform_random_vertical_flip("x", 0.25) : wk_transform_random_horizontal_flip("x", 0.25);
        wk_loader *loader = load(t);
        int n = 0, all = 0;
        while (wk_loader_epoch(loader) < 100 && !wk_failed())
            for (wk_batch *b; (b = wk_loader_next(loader));)
                for (int64_t i = 0; i < wk_batch_size(b); i++, all++) {
                    const int f =
                        flipped((uint8_t *)host_data(wk_batch_x(b)) + i * 2 * H * W, wk_batch_rows(b)[i], vertical);
                    CHECK(f >= 0);
                    n += f;
                }
        CHECK(all == 100 * ROWS && n > all / 4 - 110 && n < all / 4 + 110); /* four deviations are 105 */
    }
    CHECK(flipped(host_data(wk_batch_x(wk_loader_next(load(wk_transform_random_vertical_flip("x", 0))))), 0, true) ==
          0);
    CHECK(flipped(host_data(wk_batch_x(wk_loader_next(load(wk_transform_random_vertical_flip("x", 1))))), 0, true) ==
          1);
}

TEST(transform, erased_rectangles_keep_their_bounds_for_any_number_of_workers)
{
    enum { SIDE = 20, N = 500 };
    wk_tensor *x = wk_full(WK_SHAPE(N, 2, SIDE, SIDE), WK_F32, 1);
    wk_transform *t = wk_transform_random_erasing("x", 0.6, (double[]){ 0.1, 0.2 }, (double[]){ 0.5, 2 }, -3);
    wk_dataset *set = wk_dataset_tensors(&x, NULL, 1);
    wk_loader *one = wk_loader_new(set, .batch_size = 50, .transform = t);
    wk_loader *three = wk_loader_new(set, .batch_size = 50, .transform = t, .num_workers = 3);
    int erased = 0;
    for (wk_batch *b; (b = wk_loader_next(one));) {
        CHECK(wk_equal(wk_batch_x(b), wk_batch_x(wk_loader_next(three))));
        for (int r = 0; r < 50; r++) {
            const float *v = (const float *)host_data(wk_batch_x(b)) + r * 2 * SIDE * SIDE;
            int n = 0, top = SIDE, bottom = -1, left = SIDE, right = -1;
            for (int i = 0; i < SIDE * SIDE; i++) {
                CHECK(v[i] == v[i + SIDE * SIDE] && (v[i] == 1 || v[i] == -3));
                if (v[i] == 1) continue;
                n++;
                if (i / SIDE < top) top = i / SIDE;
                if (i / SIDE > bottom) bottom = i / SIDE;
                if (i % SIDE < left) left = i % SIDE;
                if (i % SIDE > right) right = i % SIDE;
            }
            const int h = bottom - top + 1, w = right - left + 1;
            erased += n > 0;
            /* sizes are rounded: by half an element each */
            CHECK(n == 0 || (n == h * w && (h + 0.5) * (w + 0.5) >= 40 && (h - 0.5) * (w - 0.5) <= 80 &&
                             (h + 0.5) / (w - 0.5) >= 0.5 && (h - 0.5) / (w + 0.5) <= 2));
        }
    }
    CHECK_OK();
    CHECK(erased > 240 && erased < 360); /* of 500, 300: five and a half standard deviations */
    CHECK_NULL(load(wk_transform_random_erasing("x", 1, NULL, NULL, 256)));
    CHECK_ERROR(WK_E_RANGE, "random_erasing", "256", "u8");
    CHECK_NULL(wk_transform_random_erasing("x", 1, (double[]){ 0.5, 0.4 }, NULL, 0));
    CHECK_ERROR(WK_E_INVALID, "scale is 0.5 to 0.4");
    CHECK_NULL(wk_transform_random_erasing("x", 1, NULL, (double[]){ 0, 1 }, 0));
    CHECK_ERROR(WK_E_INVALID, "ratio is 0 to 1");
}

TEST(transform, cutout_is_one_square_of_all_channels)
{
    wk_loader *loader = load(wk_transform_cutout("x", 3));
    int whole = 0;
    for (int epoch = 0; epoch < 40; epoch++)
        for (wk_batch *b; (b = wk_loader_next(loader));)
            for (int64_t r = 0; r < wk_batch_size(b); r++) {
                const uint8_t *x = (uint8_t *)host_data(wk_batch_x(b)) + r * 2 * H * W;
                int top = H, bottom = -1, left = W, right = -1, n = 0;
                for (int i = 0; i < H * W; i++) {
                    CHECK((x[i] == 0) == (x[i + H * W] == 0));
                    CHECK(x[i] == 0 || x[i] == pixel(wk_batch_rows(b)[r], 0, 0, i));
                    if (x[i]) continue;
                    n++;
                    if (i / W < top) top = i / W;
                    if (i / W > bottom) bottom = i / W;
                    if (i % W < left) left = i % W;
                    if (i % W > right) right = i % W;
                }
                CHECK(n == (bottom - top + 1) * (right - left + 1) && bottom - top < 3 && right - left < 3 && n >= 4);
                whole += n == 9;
            }
    CHECK(whole > 400 && whole < 800); /* 12 of 30 centres: 592 */
}

/* ---- The same rows ---- */

static wk_transform *mixture(void)
{
    wk_transform *images = wk_transforms(wk_transform_random_horizontal_flip("x", 0.5),
                                         wk_transform_random_crop("x", 4, 4, 2), wk_transform_cutout("x", 2));
    return wk_transforms(images, wk_transform_scaled("x", WK_F32), wk_transform_one_hot("y", 4));
}

/* The epochs' batches, one behind the other */
static void collect(wk_loader *loader, float *to, int64_t *n, int epochs)
{
    while (wk_loader_epoch(loader) < epochs && !wk_failed())
        for (wk_batch *b; (b = wk_loader_next(loader)); *n += wk_batch_size(b))
            memcpy(to + *n * 32, host_data(wk_batch_x(b)), (size_t)wk_batch_size(b) * 32 * sizeof *to);
    CHECK_OK();
}

TEST(transform, any_number_of_workers_batches_and_processes_sees_the_same)
{
    enum { EPOCHS = 3 };
    static float a[EPOCHS * ROWS * 32], b[EPOCHS * ROWS * 32];
    static const int workers[] = { 0, 1, 2, 5 };
    for (int k = 0; k < 4; k++) {
        int64_t n = 0;
        wk_loader *loader = wk_loader_new(images(), .batch_size = 3 + 4 * k, .shuffle = true, .transform = mixture(),
                                          .num_workers = workers[k], .seed = 9);
        collect(loader, k ? b : a, &n, EPOCHS);
        CHECK(n == EPOCHS * ROWS && (!k || !memcmp(a, b, sizeof a)));
    }
    CHECK(memcmp(a, a + ROWS * 32, ROWS * 32 * sizeof *a) != 0);
    for (int rank = 0; rank < 2; rank++) { /* batches of two by two: those of rank r are at 4 k + 2 r */
        wk_loader *loader = wk_loader_new(images(), .batch_size = 2, .shuffle = true, .transform = mixture(), .seed = 9,
                                          .rank = rank, .world = 2);
        for (int k = 0; k < ROWS / 4; k++)
            CHECK(!memcmp(host_data(wk_batch_x(wk_loader_next(loader))), a + (4 * k + 2 * rank) * 32, 64 * sizeof *a));
    }
}

TEST(transform, a_training_that_goes_on_sees_the_same)
{
    static float straight[ROWS * 32], rest[ROWS * 32];
    int64_t n = 0;
    collect(wk_loader_new(images(), .batch_size = 5, .shuffle = true, .transform = mixture()), straight, &n, 1);
    for (int stop = 0; stop < 8; stop++) {
        wk_loader *first = wk_loader_new(images(), .batch_size = 5, .shuffle = true, .transform = mixture());
        for (int k = 0; k < stop; k++) wk_loader_next(first);
        wk_state *s = wk_state_copy(wk_loader_state_dict(first));
        wk_loader *again =
            wk_loader_new(images(), .batch_size = 5, .shuffle = true, .transform = mixture(), .num_workers = stop % 3);
        CHECK(wk_loader_load_state_dict(again, s) == WK_OK);
        n = 0;
        collect(again, rest, &n, 1);
        CHECK(n == ROWS - 5 * stop && !memcmp(rest, straight + 5 * stop * 32, (size_t)n * 32 * sizeof *rest));
    }
}

/* ---- One's own ---- */

typedef struct own {
    int64_t refuse; /* the row that is refused; -1: none */
    int alive;
} own;

static wk_status own_plan(void *self, wk_field *field)
{
    (void)self;
    field->dtype = WK_F64;
    field->ndim = 1;
    field->shape[0] = 3;
    return WK_OK;
}

static wk_status own_apply(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                           void *to)
{
    const own *o = self;
    double *y = to;
    CHECK(before->dtype == WK_U8 && before->ndim == 3 && after->ndim == 1);
    if (wk_row_number(row) == o->refuse) return wk_fail(WK_E_FORMAT, "pixel %d is odd", *(const uint8_t *)from);
    y[0] = (double)wk_row_number(row);
    y[1] = (double)wk_row_epoch(row);
    y[2] = wk_row_uniform(row) + (double)wk_row_below(row, 5);
    return WK_OK;
}

static void own_destroy(void *self) { ((own *)self)->alive = 0; }
static const wk_transform_ops own_ops = { sizeof own_ops, "mine", own_plan, own_apply, own_destroy };

TEST(transform, of_ones_own_knows_its_row)
{
    own o = { -1, 1 };
    {
        WK_SCOPE(all);
        wk_loader *loader = load(wk_transform_custom("x", &own_ops, &o));
        for (int epoch = 0; epoch < 2; epoch++)
            for (wk_batch *b; (b = wk_loader_next(loader));)
                for (int64_t i = 0; i < wk_batch_size(b); i++) {
                    const double *y = (double *)host_data(wk_batch_x(b)) + 3 * i;
                    CHECK(y[0] == (double)wk_batch_rows(b)[i] && y[1] == epoch && y[2] >= 0 && y[2] < 5);
                }
        CHECK(o.alive);
    }
    CHECK(!o.alive);
}

static wk_status draw_one(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                          void *to)
{
    double **next = self;
    (void)before, (void)after;
    *(*next)++ = wk_row_uniform(row);
    memcpy(to, from, (size_t)2 * H * W);
    return WK_OK;
}
static const wk_transform_ops draw_ops = { sizeof draw_ops, "draw", NULL, draw_one, NULL };

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

TEST(transform, no_two_rows_epochs_transforms_or_seeds_draw_the_same)
{
    enum { EPOCHS = 4, SEEDS = 2, ALL = ROWS * EPOCHS * SEEDS * 2 };
    static double drawn[ALL];
    double *next = drawn;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        wk_transform *one = wk_transform_custom("x", &draw_ops, &next);
        wk_loader *loader =
            wk_loader_new(images(), .batch_size = 10, .seed = seed, .transform = wk_transforms(one, one));
        while (wk_loader_epoch(loader) < EPOCHS && !wk_failed())
            while (wk_loader_next(loader)) continue;
    }
    CHECK_OK();
    CHECK(next == drawn + ALL);
    qsort(drawn, ALL, sizeof *drawn, by_size);
    for (int i = 1; i < ALL; i++) CHECK(drawn[i] > drawn[i - 1]);
}

TEST(transform, an_error_arrives_at_its_batch_and_names_the_row)
{
    own o = { 23, 1 };
    for (int workers = 0; workers < 3; workers++) {
        WK_SCOPE(one);
        wk_loader *loader = wk_loader_new(images(), .batch_size = 10,
                                          .transform = wk_transform_custom("x", &own_ops, &o), .num_workers = workers);
        CHECK(wk_loader_next(loader) && wk_loader_next(loader));
        CHECK_NULL(wk_loader_next(loader));
        CHECK_ERROR(WK_E_FORMAT, "batch 2", "mine", "row 23 of \"x\"", "is odd");
    }
    CHECK_NULL(wk_loader_next(load(wk_transform_one_hot("y", 3))));
    CHECK_ERROR(WK_E_RANGE, "batch 0", "row 3 of \"y\"", "label 3", "0 .. 2");
    CHECK_NULL(wk_loader_next(load(wk_transform_map("y", (int64_t[]){ 1 }, 1))));
    CHECK_ERROR(WK_E_RANGE, "row 1 of \"y\"", "label 1");
}

TEST(transform, what_does_not_fit_is_refused_before_anything_is_read)
{
    CHECK_NULL(load(wk_transform_cutout("z", 2)));
    CHECK_ERROR(WK_E_NOT_FOUND, "cutout", "\"z\"");
    CHECK_NULL(load(wk_transform_normalize("x", (double[]){ 0 }, (double[]){ 1 }, 1)));
    CHECK_ERROR(WK_E_DTYPE, "normalize", "\"x\" is u8");
    CHECK_NULL(load(wk_transforms(wk_transform_to("x", WK_F32),
                                  wk_transform_normalize("x", (double[3]){ 0 }, (double[3]){ 1, 1, 1 }, 3))));
    CHECK_ERROR(WK_E_SHAPE, "2 channels", "3");
    CHECK_NULL(load(wk_transform_random_crop("x", 7, 5, 0)));
    CHECK_ERROR(WK_E_SHAPE, "random_crop", "7 x 5", "6 x 5");
    CHECK_NULL(load(wk_transform_center_crop("y", 1, 1)));
    CHECK_ERROR(WK_E_SHAPE, "center_crop", "\"y\" is []");
    CHECK_NULL(load(wk_transform_scaled("y", WK_F32)));
    CHECK_ERROR(WK_E_DTYPE, "scaled", "\"y\" is i64");
    CHECK_NULL(load(wk_transform_one_hot("x", 2)));
    CHECK_ERROR(WK_E_DTYPE, "one_hot", "\"x\"");
    CHECK_NULL(load(wk_transforms(wk_transform_to("y", WK_F32), wk_transform_to("y", WK_I64))));
    CHECK_ERROR(WK_E_DTYPE, "to", "f32");
    CHECK_NULL(wk_transform_random_horizontal_flip("x", 1.5));
    CHECK_ERROR(WK_E_INVALID, "p is 1.5");
    CHECK_NULL(wk_transform_cutout(NULL, 2));
    CHECK_ERROR(WK_E_INVALID, "cutout", "field is NULL");
    CHECK_NULL(wk_transform_normalize("x", (double[]){ 0 }, (double[]){ 0 }, 1));
    CHECK_ERROR(WK_E_INVALID, "std[0] 0");
    CHECK_NULL(wk_transforms(wk_transform_cutout("x", 2), NULL));
    CHECK_ERROR(WK_E_INVALID, "transforms", "list[i]");
}

WICK_TEST_MAIN
