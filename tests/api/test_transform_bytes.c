/* Transforms that are joined into one table for bytes: the numbers are those of one transform after the other, bit for
 * bit, wherever the rows come from and on every instruction set. */
#include "data/dataset.h"
#include "wick/data.h"
#include "wick_check.h"
#include <string.h>

enum { ROWS = 23, BATCH = 7 };

/* x [ROWS, ...]: every byte occurs */
static wk_dataset *bytes_of(int ndim, const int64_t *shape)
{
    int64_t n = 1;
    for (int d = 0; d < ndim; d++) n *= shape[d];
    uint8_t *x = malloc((size_t)n + 1);
    for (int64_t i = 0; i < n; i++) x[i] = (uint8_t)(i * 37 + i / 256);
    wk_tensor *t = wk_from(x, ndim, shape, WK_U8);
    free(x);
    return wk_dataset_tensors(&t, NULL, 1);
}

static wk_status as_is(void *self, wk_row *row, const wk_field *before, const void *from, const wk_field *after,
                       void *to)
{
    (void)self, (void)row, (void)after;
    memcpy(to, from, wki_field_bytes(before));
    return WK_OK;
}

/* Joins nothing, and is joined to nothing. */
static wk_transform *apart(void)
{
    static const wk_transform_ops ops = { .size = sizeof ops, .name = "apart", .apply = as_is };
    return wk_transform_custom("x", &ops, NULL);
}

/* The batches of both are the same bytes; returns how many rows there were. */
static int64_t same(wk_dataset *set, wk_transform *joined, wk_transform *one_by_one, int workers)
{
    wk_loader *a =
        wk_loader_new(set, .batch_size = BATCH, .shuffle = true, .transform = joined, .num_workers = workers);
    wk_loader *b = wk_loader_new(set, .batch_size = BATCH, .shuffle = true, .transform = one_by_one);
    int64_t n = 0;
    for (wk_batch *x, *y; (x = wk_loader_next(a)) && (y = wk_loader_next(b)); n += wk_batch_size(x)) {
        wk_tensor *s = wk_batch_x(x), *t = wk_batch_x(y);
        CHECK(wk_dtype_of(s) == wk_dtype_of(t) && wk_numel(s) == wk_numel(t));
        CHECK(!memcmp(host_data(s), host_data(t), (size_t)wk_numel(s) * wk_dtype_size(wk_dtype_of(s))));
    }
    CHECK_OK();
    return n;
}

/* How one transform stands behind the other: nothing between; nothing between, and as many that do nothing behind all
 * of them; one that does nothing behind each. */
typedef enum form { JOINED, JOINED_FIRST, ONE_BY_ONE } form;

enum { CHAINS = 8 };
static int list_of(int k, int64_t channels, wk_transform **list)
{
    static const double mean[] = { 0.4914, -3, 1e-3 }, std[] = { 0.3081, 7, -0.1 };
    const wk_dtype dtype = k % 2 ? WK_F64 : WK_F32, other = k % 2 ? WK_F32 : WK_F64;
    int n = 0;
    if (k == 7) list[n++] = wk_transform_to("x", WK_I64);
    list[n++] = k < 4 ? wk_transform_scaled("x", dtype) : wk_transform_to("x", dtype);
    if (k < 2) return n;
    list[n++] = wk_transform_normalize("x", mean, std, channels == 3 ? 3 : 1);
    if (k < 4) return n;
    list[n++] = wk_transform_normalize("x", (double[]){ 0.1 }, (double[]){ 3 }, 1);
    if (k > 5) list[n++] = wk_transform_to("x", other);
    return n;
}

static wk_transform *chain(int k, int64_t channels, form form)
{
    wk_transform *plain[8], *list[16];
    const int n = list_of(k, channels, plain);
    for (int i = 0; i < n; i++) {
        list[form == ONE_BY_ONE ? 2 * i : i] = plain[i];
        if (form != JOINED) list[form == ONE_BY_ONE ? 2 * i + 1 : n + i] = apart();
    }
    return wk_transforms_new(list, form == JOINED ? n : 2 * n);
}

static const char *const sets[] = { "base", "avx2", "avx512" };
static bool choose(int k)
{
    const bool here = wk_set_cpu_isa(sets[k]) == WK_OK;
    wk_error_clear();
    return here;
}

TEST(bytes, joined_transforms_are_what_they_are_one_by_one)
{
    for (int isa = 0; isa < 3; isa++) {
        if (!choose(isa)) continue;
        for (int k = 0; k < CHAINS; k++)
            for (int64_t each = 255; each <= 321; each += 11) {
                WK_SCOPE(one);
                const int64_t channels = each % 2 ? 3 : 1;
                wk_dataset *set = bytes_of(WK_SHAPE(ROWS, channels, each));
                CHECK(same(set, chain(k, channels, JOINED), chain(k, channels, ONE_BY_ONE), k % 3) == ROWS);
            }
    }
}

TEST(bytes, rows_of_any_length_are_looked_up_whole)
{
    for (int isa = 0; isa < 3; isa++) {
        if (!choose(isa)) continue;
        for (int64_t each = 0; each < 140; each++) {
            WK_SCOPE(one);
            CHECK(same(bytes_of(WK_SHAPE(ROWS, 1, each)), chain(2, 1, JOINED), chain(2, 1, ONE_BY_ONE), 0) == ROWS);
            CHECK(same(bytes_of(WK_SHAPE(ROWS, 1, each)), chain(5, 1, JOINED), chain(5, 1, ONE_BY_ONE), 0) == ROWS);
        }
    }
}

TEST(bytes, parts_and_joined_sets_give_the_same)
{
    wk_dataset *all = bytes_of(WK_SHAPE(ROWS, 3, 300)), *some = wk_dataset_subset(all, (int64_t[]){ 20, 3, 3, 11 }, 4);
    wk_dataset *joined = wk_dataset_concat((wk_dataset *[]){ some, all, some }, 3);
    for (int k = 0; k < CHAINS; k++) {
        CHECK(same(some, chain(k, 3, JOINED), chain(k, 3, ONE_BY_ONE), 1) == 4);
        CHECK(same(joined, chain(k, 3, JOINED), chain(k, 3, ONE_BY_ONE), 2) == ROWS + 8);
    }
}

TEST(bytes, what_comes_before_or_behind_keeps_its_place_and_its_chance)
{
    wk_dataset *set = bytes_of(WK_SHAPE(ROWS, 3, 15, 20));
    wk_transform *crop = wk_transform_random_crop("x", 15, 20, 3), *cut = wk_transform_cutout("x", 4);
    wk_transform *flip = wk_transform_random_horizontal_flip("x", 0.5), *last = wk_transform_channels_last("x");
    for (int k = 0; k < CHAINS; k++) {
        wk_transform *joined = wk_transforms(crop, flip, chain(k, 3, JOINED_FIRST), cut, last);
        CHECK(same(set, joined, wk_transforms(crop, flip, chain(k, 3, ONE_BY_ONE), cut, last), k % 3) == ROWS);
        joined = wk_transforms(chain(k, 3, JOINED_FIRST), crop, last, flip);
        CHECK(same(set, joined, wk_transforms(chain(k, 3, ONE_BY_ONE), crop, last, flip), k % 3) == ROWS);
    }
}
WICK_TEST_MAIN
