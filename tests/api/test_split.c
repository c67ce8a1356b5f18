/* Laws of wk_dataset_split: whom each row goes to. */
#include "tests/wick_check.h"
#include "wick/data.h"

/* Row r is x = r; its class keeps the shares 6 : 3 : 1. */
static wk_status numbers_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    (void)self;
    for (int64_t i = 0; i < n; i++) {
        ((float *)fields[0])[i] = (float)rows[i];
        ((int32_t *)fields[1])[i] = rows[i] % 10 < 6 ? 0 : rows[i] % 10 < 9 ? 1 : 2;
    }
    return WK_OK;
}

/* Labels that are no classes: the row itself */
static wk_status wild_get_many(void *self, const int64_t *rows, int64_t n, void *const *fields)
{
    (void)self;
    for (int64_t i = 0; i < n; i++) ((int32_t *)fields[1])[i] = (int32_t)rows[i];
    return WK_OK;
}

static const wk_dataset_ops numbers_ops = { sizeof numbers_ops, "numbers", numbers_get_many, NULL };
static const wk_dataset_ops wild_ops = { sizeof wild_ops, "wild", wild_get_many, NULL };

static wk_dataset *classified(const wk_dataset_ops *ops, int64_t rows)
{
    static const wk_field fields[] = { { "x", WK_F32, 0, { 0 } }, { "y", WK_I32, 0, { 0 } } };
    static const char *const classes[] = { "most", "some", "few" };
    wk_dataset_opts o = wk_dataset_opts_default();
    o.ops = ops;
    o.rows = rows;
    o.fields = fields;
    o.nfields = 2;
    o.classes = classes;
    o.nclasses = 3;
    return wk_dataset_custom(&o);
}

static wk_dataset *numbers(int64_t rows) { return classified(&numbers_ops, rows); }

static void mark_rows(wk_dataset *part, int *seen, int64_t *per_class)
{
    for (int64_t i = 0; i < wk_dataset_len(part); i++) {
        WK_SCOPE(step);
        wk_tensor *row[2];
        CHECK(wk_dataset_get(part, i, row, 2) == WK_OK);
        seen[(int)wk_item(row[0])]++;
        per_class[(int)wk_item(row[1])]++;
    }
}

TEST(split, a_split_deals_each_row_to_one_part)
{
    for (int i = 0; i < 12; i++) {
        WK_SCOPE(one);
        static const double fractions[] = { 0, 0.1, 0.25, 1.0 / 3, 0.9, 1 };
        wk_dataset *set = numbers(103), *first, *rest;
        int seen[103] = { 0 };
        int64_t per_class[3] = { 0 };
        CHECK(wk_dataset_split(set, fractions[i / 2], i % 2, 4, &first, &rest) == WK_OK);
        CHECK(wk_dataset_len(first) == llround(fractions[i / 2] * 103));
        mark_rows(first, seen, per_class);
        mark_rows(rest, seen, per_class);
        for (int r = 0; r < 103; r++) CHECK(seen[r] == 1);
        CHECK(wk_dataset_classes(first, NULL) == 3 && wk_dataset_classes(rest, NULL) == 3);
    }
}

TEST(split, a_stratified_split_keeps_the_share_of_each_class)
{
    static const double share[] = { 0.6, 0.3, 0.1 };
    for (uint64_t seed = 0; seed < 20; seed++) {
        WK_SCOPE(one);
        wk_dataset *first, *rest;
        int seen[1000] = { 0 };
        int64_t per_class[3] = { 0 };
        wk_dataset_split(numbers(1000), 0.1, true, seed, &first, &rest);
        mark_rows(first, seen, per_class);
        for (int c = 0; c < 3; c++) CHECK(fabs((double)per_class[c] - 100 * share[c]) <= 1);
    }
}

TEST(split, a_split_depends_on_the_seed_alone)
{
    for (int stratified = 0; stratified < 2; stratified++) {
        wk_dataset *a, *b, *c, *rest, *set = numbers(200);
        int in_a[200] = { 0 }, in_b[200] = { 0 }, in_c[200] = { 0 };
        int64_t per_class[3] = { 0 };
        wk_dataset_split(set, 0.5, stratified, 1, &a, &rest);
        wk_manual_seed(77);
        wk_dataset_split(set, 0.5, stratified, 1, &b, &rest);
        wk_dataset_split(set, 0.5, stratified, 2, &c, &rest);
        mark_rows(a, in_a, per_class);
        mark_rows(b, in_b, per_class);
        mark_rows(c, in_c, per_class);
        CHECK(!memcmp(in_a, in_b, sizeof in_a));
        CHECK(memcmp(in_a, in_c, sizeof in_a));
    }
}

TEST(split, refuses_splits_that_make_no_sense)
{
    wk_dataset *first, *rest, *set = numbers(10);
    CHECK(wk_dataset_split(set, 1.5, false, 0, &first, &rest) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "dataset_split", "fraction is 1.5");
    CHECK(!first && !rest);
    CHECK(wk_dataset_split(set, NAN, false, 0, &first, &rest) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "dataset_split", "fraction is");
    CHECK(wk_dataset_split(wk_dataset_synth("sine", 10, 0, 0), 0.5, true, 0, &first, &rest) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "dataset_split", "no classes");
    CHECK(wk_dataset_split(classified(&wild_ops, 10), 0.5, true, 0, &first, &rest) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "dataset_split", "row 3 is 3", "3 classes");
}

WICK_TEST_MAIN
