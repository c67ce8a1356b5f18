/* wick/tensor.h: making, looking, rearranging, promoting, changing in place. */
#include "wick/tensor.h"
#include "wick_check.h"
#include <stdio.h>

static void check_values(wk_tensor *t, int n, const double *expected)
{
    CHECK_OK();
    ck_assert_int_eq(wk_numel(t), n);
    wk_tensor *d = wk_contiguous(wk_to(t, WK_F64));
    const double *got = host_data(d);
    for (int i = 0; i < n; i++) CHECK_NEAR(got[i], expected[i], 1e-12);
}
#define CHECK_VALUES(t, ...)                                                                                           \
    check_values(t, sizeof((double[]){ __VA_ARGS__ }) / sizeof(double), (double[]){ __VA_ARGS__ })

static void check_shape(wk_tensor *t, int ndim, const int64_t *shape)
{
    CHECK_OK();
    ck_assert_int_eq(wk_ndim(t), ndim);
    for (int i = 0; i < ndim; i++) ck_assert_int_eq(wk_size(t, i), shape[i]);
}
#define CHECK_SHAPE(t, ...) check_shape(t, WK_SHAPE(__VA_ARGS__))

static wk_tensor *counting(int64_t rows, int64_t columns)
{
    return wk_reshape(wk_arange(0, (double)(rows * columns), 1, WK_F32), WK_SHAPE(rows, columns));
}

TEST(make, factories_fill_what_they_say)
{
    CHECK_VALUES(wk_zeros(WK_SHAPE(2), WK_I32), 0, 0);
    CHECK_VALUES(wk_ones(WK_SHAPE(2), WK_BOOL), 1, 1);
    CHECK_VALUES(wk_full(WK_SHAPE(3), WK_F64, 2.5), 2.5, 2.5, 2.5);
    CHECK_VALUES(wk_arange(1, 2, 0.25, WK_F32), 1, 1.25, 1.5, 1.75);
    CHECK_VALUES(wk_arange(3, 0, -1, WK_I64), 3, 2, 1);
    CHECK_VALUES(wk_linspace(0, 1, 5, WK_F64), 0, 0.25, 0.5, 0.75, 1);
    CHECK_VALUES(wk_eye(2, WK_F32), 1, 0, 0, 1);
    CHECK_SHAPE(wk_zeros(WK_SHAPE(2, 0, 3), WK_F32), 2, 0, 3);
    ck_assert_int_eq(wk_ndim(wk_scalar(3, WK_F32)), 0);
}

TEST(make, refuses_bad_sizes_and_values)
{
    CHECK_NULL(wk_zeros(WK_SHAPE(2, -1), WK_F32));
    CHECK_ERROR(WK_E_SHAPE, "zeros", "-1");
    CHECK_NULL(wk_zeros(WK_SHAPE(INT64_MAX / 2, 8), WK_F32));
    CHECK_ERROR(WK_E_SHAPE, "zeros", "memory");
    CHECK_NULL(wk_full(WK_SHAPE(2), WK_I64, 0.5));
    CHECK_ERROR(WK_E_DTYPE, "full", "0.5", "i64");
    CHECK_NULL(wk_arange(0, 1, 0, WK_F32));
    CHECK_ERROR(WK_E_INVALID, "arange");
    CHECK_NULL(wk_randn(WK_SHAPE(2), WK_I64));
    CHECK_ERROR(WK_E_DTYPE, "randn", "i64");
}

TEST(make, random_numbers_follow_the_seed)
{
    wk_manual_seed(5);
    wk_tensor *a = wk_randn(WK_SHAPE(100), WK_F32), *b = wk_randn(WK_SHAPE(100), WK_F32);
    wk_manual_seed(5);
    CHECK(wk_equal(a, wk_randn(WK_SHAPE(100), WK_F32)));
    CHECK(!wk_equal(a, b));
    wk_tensor *p = wk_randperm(50);
    double sum = wk_item(wk_sum(p));
    CHECK_NEAR(sum, 49 * 50 / 2, 0);
}

TEST(make, like_another_takes_its_shape_and_dtype)
{
    wk_tensor *t = wk_t(wk_zeros(WK_SHAPE(3, 2), WK_F64)), *five = wk_full_like(t, 5);
    CHECK(wk_dtype_of(five) == WK_F64);
    CHECK_VALUES(five, 5, 5, 5, 5, 5, 5);
    CHECK(wk_item(wk_sum(wk_full_like(wk_zeros(WK_SHAPE(2), WK_I64), 3))) == 6);
    wk_manual_seed(3);
    wk_tensor *a = wk_rand_like(t), *b = wk_randn_like(t);
    wk_manual_seed(3);
    CHECK(wk_equal(a, wk_rand(WK_SHAPE(2, 3), WK_F64)) && wk_equal(b, wk_randn(WK_SHAPE(2, 3), WK_F64)));
    CHECK_NULL(wk_randn_like(wk_zeros(WK_SHAPE(2), WK_I64)));
    CHECK_ERROR(WK_E_DTYPE, "randn_like", "i64");
    CHECK_NULL(wk_full_like(wk_zeros(WK_SHAPE(2), WK_I64), 0.5));
    CHECK_ERROR(WK_E_DTYPE, "full_like", "0.5");
}

TEST(draw, bernoulli_has_the_chances_that_it_is_given)
{
    wk_tensor *p = wk_requires_grad(wk_from((float[]){ 0, 0.25, 1, 0.75 }, WK_SHAPE(4, 1), WK_F32));
    wk_tensor *y = wk_bernoulli(wk_expand(p, WK_SHAPE(4, 40000))), *share = wk_mean_dim(y, 1, false);
    CHECK(wk_dtype_of(y) == WK_F32 && !wk_needs_grad(y));
    CHECK(wk_equal(wk_mul(y, y), y));
    CHECK(wk_allclose(share, wk_from((float[]){ 0, 0.25, 1, 0.75 }, WK_SHAPE(4), WK_F32), 0, 0.015));
    CHECK_NULL(wk_bernoulli(wk_ones(WK_SHAPE(2), WK_BOOL)));
    CHECK_ERROR(WK_E_DTYPE, "bernoulli", "bool");
}

/* How often each place of n was drawn, as shares of all draws. */
static wk_tensor *shares(wk_tensor *places, int64_t n)
{
    wk_tensor *counts = wk_bincount(wk_reshape(places, WK_SHAPE(-1)), NULL, n);
    return wk_div_scalar(wk_to(counts, WK_F64), (double)wk_numel(places));
}

/* As torch refuses them: the distance of the bounds is a number of the dtype, too. */
TEST(draw, uniform_bounds_are_no_farther_apart_than_the_dtype_reaches)
{
    wk_tensor *narrow = wk_zeros(WK_SHAPE(64), WK_F32), *wide = wk_zeros(WK_SHAPE(64), WK_F64);
    CHECK(wk_uniform_(narrow, -3.4e38, 3.4e38) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "uniform_", "from -3.4e+38 to 3.4e+38", "f32");
    CHECK(wk_uniform_(wide, -1e308, 1e308) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "uniform_", "f64");
    CHECK(wk_uniform_(wide, 0, (double)INFINITY) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "uniform_", "inf");
    CHECK(wk_uniform_(narrow, 0, 1e39) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "uniform_", "1e+39");
    CHECK(wk_item(wk_sum(wk_abs(narrow))) == 0 && wk_item(wk_sum(wk_abs(wide))) == 0);
    CHECK(wk_uniform_(wide, -3.4e38, 3.4e38) == WK_OK && wk_uniform_(narrow, -1.7e38, 1.7e38) == WK_OK);
    CHECK(wk_item(wk_max(narrow)) > 1e38 && wk_item(wk_min(narrow)) < -1e38);
}

TEST(draw, multinomial_draws_places_in_proportion_to_their_weights)
{
    wk_tensor *w = wk_from((float[]){ 0, 3, 0, 1, 6, 0 }, WK_SHAPE(6), WK_F32);
    wk_tensor *expected = wk_from((double[]){ 0, 0.3, 0, 0.1, 0.6, 0 }, WK_SHAPE(6), WK_F64);
    wk_tensor *y = wk_multinomial(w, 40000, true);
    CHECK(wk_dtype_of(y) == WK_I64 && wk_ndim(y) == 1);
    CHECK(wk_allclose(shares(y, 6), expected, 0, 0.015));
    CHECK(wk_item(wk_sum(wk_eq_scalar(y, 0))) == 0 && wk_item(wk_sum(wk_eq_scalar(y, 5))) == 0);
    wk_tensor *rows = wk_expand(wk_unsqueeze(w, 0), WK_SHAPE(20000, 6)), *first = wk_multinomial(rows, 2, false);
    CHECK(wk_size(first, 0) == 20000 && wk_size(first, 1) == 2);
    CHECK(wk_allclose(shares(wk_select(first, 1, 0), 6), expected, 0, 0.015));
    CHECK(wk_item(wk_sum(wk_eq(wk_select(first, 1, 0), wk_select(first, 1, 1)))) == 0);
    /* after 4, drawn by 0.6, 1 comes with 3/4; after 1 4 with 6/7; after 3 4 with 2/3 */
    wk_tensor *second =
        wk_from((double[]){ 0, 0.45 + 0.1 / 3, 0, 0.15 + 0.3 / 7, 1.8 / 7 + 0.2 / 3, 0 }, WK_SHAPE(6), WK_F64);
    CHECK(wk_allclose(shares(wk_select(first, 1, 1), 6), second, 0, 0.015));
    wk_tensor *all = wk_multinomial(w, 3, false);
    CHECK(wk_item(wk_sum(all)) == 8);
}

TEST(draw, multinomial_follows_the_seed_and_refuses_what_is_no_weight)
{
    wk_tensor *w = wk_rand(WK_SHAPE(3, 50), WK_F64);
    for (int replacement = 0; replacement < 2; replacement++) {
        wk_manual_seed(9);
        wk_tensor *a = wk_multinomial(w, 20, replacement), *b = wk_multinomial(w, 20, replacement);
        wk_manual_seed(9);
        CHECK(wk_equal(a, wk_multinomial(wk_t(wk_contiguous(wk_t(w))), 20, replacement)) && !wk_equal(a, b));
    }
    CHECK_NULL(wk_multinomial(wk_from((float[]){ 1, 2, 3, -1 }, WK_SHAPE(2, 2), WK_F32), 1, true));
    CHECK_ERROR(WK_E_RANGE, "multinomial", "weight 1 of row 1 is -1");
    CHECK_NULL(wk_multinomial(wk_full(WK_SHAPE(2), WK_F64, 1e308), 1, true));
    CHECK_ERROR(WK_E_RANGE, "multinomial", "row 0 add up to inf");
    CHECK_NULL(wk_multinomial(wk_from((float[]){ 1, (float)NAN }, WK_SHAPE(2), WK_F32), 1, true));
    CHECK_ERROR(WK_E_RANGE, "multinomial", "weight 1", "nan");
    CHECK_NULL(wk_multinomial(wk_zeros(WK_SHAPE(4), WK_F32), 1, true));
    CHECK_ERROR(WK_E_RANGE, "multinomial", "row 0 are 0");
    CHECK_NULL(wk_multinomial(wk_from((float[]){ 1, 0, 2 }, WK_SHAPE(3), WK_F32), 3, false));
    CHECK_ERROR(WK_E_INVALID, "multinomial", "3 places", "2 weights of row 0");
    CHECK_NULL(wk_multinomial(wk_ones(WK_SHAPE(2, 2, 2), WK_F32), 1, true));
    CHECK_ERROR(WK_E_SHAPE, "multinomial", "[2, 2, 2]");
    CHECK_NULL(wk_multinomial(wk_ones(WK_SHAPE(3, 0), WK_F32), 1, true));
    CHECK_ERROR(WK_E_SHAPE, "multinomial", "[3, 0]");
    CHECK_NULL(wk_multinomial(wk_ones(WK_SHAPE(3), WK_F32), 0, true));
    CHECK_ERROR(WK_E_INVALID, "multinomial", "draws is 0");
    CHECK_NULL(wk_multinomial(wk_ones(WK_SHAPE(3), WK_I64), 1, true));
    CHECK_ERROR(WK_E_DTYPE, "multinomial", "i64");
}

static void count_down(void *user) { --*(int *)user; }

TEST(make, wrapped_memory_is_given_back_once_nothing_uses_it)
{
    float data[4] = { 1, 2, 3, 4 };
    int users = 1;
    {
        WK_SCOPE(outer);
        wk_tensor *view;
        {
            WK_SCOPE(inner);
            wk_tensor *t = wk_wrap(data, WK_SHAPE(2, 2), WK_F32, count_down, &users);
            view = wk_escape(inner, wk_t(t));
        }
        ck_assert_int_eq(users, 1);
        CHECK_VALUES(view, 1, 3, 2, 4);
    }
    ck_assert_int_eq(users, 0);
}

TEST(look, read_and_write_are_row_major)
{
    wk_tensor *t = wk_t(counting(2, 3));
    float out[6];
    ck_assert_int_eq(wk_read(t, out, sizeof out), WK_OK);
    CHECK_NEAR(out[1], 3, 0);
    ck_assert_int_eq(wk_write(t, (float[]){ 1, 2, 3, 4, 5, 6 }, sizeof out), WK_OK);
    CHECK_VALUES(t, 1, 2, 3, 4, 5, 6);
    CHECK(wk_read(t, out, 8) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "read", "8 bytes", "24");
    CHECK(isnan(wk_item(t)));
    CHECK_ERROR(WK_E_SHAPE, "item", "[3, 2]");
}

TEST(shape, views_share_storage_and_version)
{
    wk_tensor *t = counting(2, 3), *v = wk_view(t, WK_SHAPE(3, -1));
    CHECK(wk_same_storage(t, v));
    wk_fill_(v, 7);
    CHECK_VALUES(t, 7, 7, 7, 7, 7, 7);
    ck_assert_int_eq(wk_version_of(t), 1);
    CHECK(!wk_same_storage(t, wk_clone(t)));
}

TEST(shape, reshape_copies_only_where_it_must)
{
    wk_tensor *t = counting(2, 6);
    CHECK(wk_same_storage(t, wk_reshape(t, WK_SHAPE(4, 3))));
    CHECK(!wk_same_storage(t, wk_reshape(wk_t(t), WK_SHAPE(12))));
    CHECK_NULL(wk_view(wk_t(t), WK_SHAPE(12)));
    CHECK_ERROR(WK_E_SHAPE, "view", "[6, 2]", "[12]", "reshape");
    wk_tensor *cut = wk_narrow(counting(4, 6), 1, 0, 4); /* rows 6 apart: dim 1 may be split, dims may not be merged */
    CHECK(wk_same_storage(cut, wk_view(cut, WK_SHAPE(2, 2, 2, 2))));
    CHECK_VALUES(wk_view(wk_narrow(counting(2, 4), 1, 0, 2), WK_SHAPE(2, 2, 1)), 0, 1, 4, 5);
    CHECK_NULL(wk_view(cut, WK_SHAPE(16)));
    CHECK_ERROR(WK_E_SHAPE, "view");
    CHECK_NULL(wk_reshape(t, WK_SHAPE(5, -1)));
    CHECK_ERROR(WK_E_SHAPE, "[5, -1]", "12 elements");
    CHECK_NULL(wk_reshape(t, WK_SHAPE(-1, -1)));
    CHECK_ERROR(WK_E_SHAPE, "one may be -1");
    CHECK_SHAPE(wk_reshape(wk_zeros(WK_SHAPE(0, 3), WK_F32), WK_SHAPE(3, 0)), 3, 0);
}

TEST(shape, slices_narrow_and_select_agree_with_torch)
{
    wk_tensor *t = counting(3, 4);
    CHECK_VALUES(wk_slice(t, 1, 1, 100, 2), 1, 3, 5, 7, 9, 11);
    CHECK_VALUES(wk_slice(t, 0, -1, 3, 1), 8, 9, 10, 11);
    CHECK_SHAPE(wk_slice(t, 0, 2, 1, 1), 0, 4);
    CHECK_VALUES(wk_select(t, 0, -2), 4, 5, 6, 7);
    CHECK_NULL(wk_slice(t, 0, 0, 3, -1));
    CHECK_ERROR(WK_E_INVALID, "slice", "-1");
    CHECK_NULL(wk_narrow(t, 0, 2, 2));
    CHECK_ERROR(WK_E_RANGE, "narrow", "[3, 4]");
    CHECK_NULL(wk_select(t, 0, 3));
    CHECK_ERROR(WK_E_RANGE, "select", "index 3");
    CHECK_NULL(wk_select(t, 2, 0));
    CHECK_ERROR(WK_E_RANGE, "dim is 2", "-2 to 1");
}

TEST(shape, permute_expand_squeeze)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3, 4), WK_F32);
    CHECK_SHAPE(wk_permute(t, 3, (int[]){ 2, 0, -2 }), 4, 2, 3);
    CHECK_NULL(wk_permute(t, 3, (int[]){ 0, 0, 1 }));
    CHECK_ERROR(WK_E_INVALID, "permute", "twice");
    CHECK_SHAPE(wk_expand(wk_zeros(WK_SHAPE(3, 1), WK_F32), WK_SHAPE(2, -1, 5)), 2, 3, 5);
    CHECK_NULL(wk_expand(t, WK_SHAPE(2, 3, 5)));
    CHECK_ERROR(WK_E_SHAPE, "expand", "[2, 3, 4]", "[2, 3, 5]");
    CHECK_SHAPE(wk_unsqueeze(t, -1), 2, 3, 4, 1);
    CHECK_SHAPE(wk_squeeze(wk_unsqueeze(t, 1), 1), 2, 3, 4);
    CHECK_SHAPE(wk_squeeze(t, 1), 2, 3, 4);
    CHECK_SHAPE(wk_flatten(t, 1, -1), 2, 12);
}

TEST(shape, cat_and_stack_join_any_number)
{
    wk_tensor *many[100];
    for (int i = 0; i < 100; i++) many[i] = wk_full(WK_SHAPE(2), WK_F32, i);
    wk_tensor *c = wk_cat(many, 100, 0), *s = wk_stack(many, 100, 1);
    CHECK_SHAPE(c, 200);
    CHECK_SHAPE(s, 2, 100);
    CHECK_NEAR(wk_item(wk_select(c, 0, 131)), 65, 0);
    CHECK_NEAR(wk_item(wk_select(wk_select(s, 0, 1), 0, 77)), 77, 0);
    CHECK_NULL(wk_cat((wk_tensor *[]){ counting(2, 3), counting(3, 2) }, 2, 0));
    CHECK_ERROR(WK_E_SHAPE, "cat", "[3, 2]", "[2, 3]");
}

TEST(promotion, the_later_dtype_wins_and_dimensions_beat_none)
{
    wk_tensor *u8 = wk_ones(WK_SHAPE(2), WK_U8), *i32 = wk_ones(WK_SHAPE(2), WK_I32),
              *i64 = wk_ones(WK_SHAPE(2), WK_I64);
    wk_tensor *f32 = wk_ones(WK_SHAPE(2), WK_F32), *f64 = wk_scalar(1, WK_F64), *s64 = wk_scalar(1, WK_I64);
    ck_assert_int_eq(wk_dtype_of(wk_add(u8, i32)), WK_I32);
    ck_assert_int_eq(wk_dtype_of(wk_add(i64, f32)), WK_F32);
    ck_assert_int_eq(wk_dtype_of(wk_add(f32, f64)), WK_F32); /* 0-dim f64 within one kind gives way */
    ck_assert_int_eq(wk_dtype_of(wk_add(i32, s64)), WK_I32);
    ck_assert_int_eq(wk_dtype_of(wk_add(i32, f64)), WK_F64); /* a higher kind lifts */
    ck_assert_int_eq(wk_dtype_of(wk_div(i32, i32)), WK_F32);
    ck_assert_int_eq(wk_dtype_of(wk_exp(i64)), WK_F32);
    ck_assert_int_eq(wk_dtype_of(wk_lt(i64, f32)), WK_BOOL);
    ck_assert_int_eq(wk_dtype_of(wk_sum(u8)), WK_I64);
    ck_assert_int_eq(wk_dtype_of(wk_mul_scalar(i32, 3)), WK_I32);
    CHECK_NULL(wk_mul_scalar(i32, 0.5));
    CHECK_ERROR(WK_E_DTYPE, "mul_scalar", "0.5", "i32");
    CHECK_NULL(wk_mean(i64));
    CHECK_ERROR(WK_E_DTYPE, "mean", "i64");
    wk_tensor *b = wk_ones(WK_SHAPE(2), WK_BOOL);
    ck_assert_int_eq(wk_dtype_of(wk_add(b, b)), WK_BOOL); /* or */
    CHECK_NULL(wk_sub(b, b));
    CHECK_ERROR(WK_E_DTYPE, "sub", "bool");
    CHECK(wk_add_(i32, f32) == WK_E_DTYPE);
    CHECK_ERROR(WK_E_DTYPE, "add_", "f32", "i32");
}

/* 2^24 + 1 would not survive f32 on its way to f64, whatever it is joined with first. */
TEST(promotion, what_is_joined_takes_the_dtype_of_all)
{
    wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(2), WK_F32)), *many[20];
    for (int i = 0; i < 20; i++) many[i] = i < 18 ? x : wk_from((int64_t[]){ 3, 16777217 }, WK_SHAPE(2), WK_I64);
    many[19] = wk_ones(WK_SHAPE(2), WK_F64);
    wk_tensor *c = wk_cat(many, 20, 0), *s = wk_stack(many, 20, 0), *u8 = wk_ones(WK_SHAPE(2), WK_U8);
    CHECK(wk_dtype_of(c) == WK_F64 && wk_dtype_of(s) == WK_F64);
    CHECK_NEAR(wk_item(wk_select(c, 0, 37)), 16777217, 0);
    CHECK_NEAR(wk_item(wk_select(wk_select(s, 0, 18), 0, 1)), 16777217, 0);
    wk_backward(wk_sum(wk_mul(s, s)));
    CHECK(wk_equal(wk_grad(x), wk_full(WK_SHAPE(2), WK_F32, 36)));
    CHECK(wk_dtype_of(wk_stack((wk_tensor *[]){ u8, wk_ones(WK_SHAPE(2), WK_BOOL) }, 2, 0)) == WK_U8);
}

TEST(promotion, casts_saturate_and_nan_is_zero)
{
    wk_tensor *f = wk_from((double[]){ 300, -1, 1.9, -1.9, (double)NAN, 1e300 }, WK_SHAPE(6), WK_F64);
    CHECK_VALUES(wk_to(f, WK_U8), 255, 0, 1, 0, 0, 255);
    CHECK_VALUES(wk_to(f, WK_I32), 300, -1, 1, -1, 0, INT32_MAX);
    CHECK_VALUES(wk_to(f, WK_BOOL), 1, 1, 1, 1, 1, 1);
}

TEST(broadcast, shapes_that_do_not_fit_are_named)
{
    CHECK_SHAPE(wk_add(wk_zeros(WK_SHAPE(3, 1), WK_F32), wk_zeros(WK_SHAPE(2, 1, 4), WK_F32)), 2, 3, 4);
    CHECK_SHAPE(wk_add(wk_zeros(WK_SHAPE(1), WK_F32), wk_zeros(WK_SHAPE(0), WK_F32)), 0);
    CHECK_NULL(wk_add(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "add", "[2, 3]", "[2]");
    CHECK_NULL(wk_mm(wk_zeros(WK_SHAPE(32, 1000), WK_F32), wk_zeros(WK_SHAPE(100, 2), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "mm: inner sizes differ (a [32, 1000], b [100, 2])");
}

TEST(in_place, changes_share_and_refuse)
{
    wk_tensor *t = counting(2, 3);
    CHECK(wk_add_(t, wk_ones(WK_SHAPE(3), WK_F32)) == WK_OK);
    CHECK_VALUES(t, 1, 2, 3, 4, 5, 6);
    CHECK(wk_add_(wk_zeros(WK_SHAPE(3), WK_F32), t) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "add_", "[2, 3]", "[3]");
    CHECK(wk_add_scalar_(wk_expand(wk_zeros(WK_SHAPE(1), WK_F32), WK_SHAPE(4)), 1) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "add_scalar_", "expanded");
    wk_tensor *row = wk_arange(0, 5, 1, WK_F32);
    CHECK(wk_add_(wk_narrow(row, 0, 1, 4), wk_narrow(row, 0, 0, 4)) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "overlap");
    CHECK(wk_mul_(row, row) == WK_OK);
    CHECK_VALUES(row, 0, 1, 4, 9, 16);
    wk_tensor *m = counting(2, 2);
    wk_copy_(wk_select(m, 1, 0), wk_full(WK_SHAPE(2), WK_I64, 9));
    CHECK_VALUES(m, 9, 1, 9, 3);
}

TEST(reduce, agrees_with_hand_counted_sums)
{
    wk_tensor *t = counting(2, 3);
    CHECK_VALUES(wk_sum(t), 15);
    CHECK_VALUES(wk_sum_dim(t, 0, false), 3, 5, 7);
    CHECK_VALUES(wk_mean_dim(t, 1, true), 1, 4);
    CHECK_VALUES(wk_amax(t, 0, false), 3, 4, 5);
    CHECK_VALUES(wk_amin(t, -1, false), 0, 3);
    CHECK_VALUES(wk_argmax(t, 1, false), 2, 2);
    CHECK(isnan(wk_item(wk_mean(wk_zeros(WK_SHAPE(0), WK_F32)))));
    CHECK_VALUES(wk_sum(wk_zeros(WK_SHAPE(0), WK_F32)), 0);
    CHECK_NULL(wk_amax(wk_zeros(WK_SHAPE(0, 2), WK_F32), 0, false));
    CHECK_ERROR(WK_E_SHAPE, "amax", "no elements");
    wk_tensor *nan = wk_from((float[]){ 1, NAN, 3 }, WK_SHAPE(3), WK_F32);
    CHECK(isnan(wk_item(wk_amax(nan, 0, false))));
    CHECK_VALUES(wk_argmax(nan, 0, false), 1);
    CHECK(isnan(wk_item(wk_select(wk_relu(nan), 0, 1))));
}

TEST(handles, a_dead_one_is_an_error_that_names_its_scope)
{
    wk_tensor *t;
    {
        WK_SCOPE(step);
        t = wk_zeros(WK_SHAPE(2), WK_F32);
    }
    CHECK_NULL(wk_relu(t));
    CHECK_ERROR(WK_E_STATE, "relu", "step");
}

static const char *printed(wk_tensor *t)
{
    static char text[16384];
    memset(text, 0, sizeof text);
    FILE *out = fmemopen(text, sizeof text, "w");
    CHECK(wk_print(t, out) == WK_OK);
    fclose(out);
    return text;
}

TEST_ON_CPU(print, lays_out_as_torch_does, "the text tells the device")
{
    ck_assert_str_eq(printed(counting(2, 2)),
                     "tensor([[0., 1.],\n        [2., 3.]], shape=[2, 2], dtype=f32, device=cpu)\n");
    ck_assert_str_eq(printed(wk_from((float[]){ 1.5F, -20, NAN }, WK_SHAPE(3), WK_F32)),
                     "tensor([  1.5000, -20.0000,      nan], shape=[3], dtype=f32, device=cpu)\n");
    ck_assert_str_eq(printed(wk_from((double[]){ 1e-6, 1 }, WK_SHAPE(2), WK_F64)),
                     "tensor([1.0000e-06, 1.0000e+00], shape=[2], dtype=f64, device=cpu)\n");
    ck_assert_str_eq(printed(wk_scalar(7, WK_I64)), "tensor(7, shape=[], dtype=i64, device=cpu)\n");
    ck_assert_str_eq(printed(wk_zeros(WK_SHAPE(0), WK_F32)), "tensor([], shape=[0], dtype=f32, device=cpu)\n");
    ck_assert_str_eq(printed(wk_requires_grad(wk_ones(WK_SHAPE(1), WK_F32))),
                     "tensor([1.], shape=[1], dtype=f32, device=cpu, requires_grad=true)\n");
    CHECK(strstr(printed(wk_arange(0, 2000, 1, WK_I64)),
                 "tensor([   0,    1,    2, ..., 1997, 1998, 1999], shape=[2000]"));
    wk_tensor *many = wk_reshape(wk_arange(0, 2000, 1, WK_I32), WK_SHAPE(40, 50));
    CHECK(strstr(printed(wk_t(many)), "[   0,   50,  100, ..., 1850, 1900, 1950],\n"));
    CHECK(strstr(printed(wk_mul_scalar(counting(40, 50), 0.5)), "],\n        ...,\n        [9.2500e+02, 9.2550e+02"));
}

TEST_ON_CPU(print, of_whole_numbers_far_apart_takes_powers_of_ten_as_torch_does, "the text tells the device")
{
    ck_assert_str_eq(printed(wk_from((float[]){ 1, 0, -1000 }, WK_SHAPE(3), WK_F32)),
                     "tensor([    1.,     0., -1000.], shape=[3], dtype=f32, device=cpu)\n");
    ck_assert_str_eq(printed(wk_from((float[]){ 1, 2000 }, WK_SHAPE(2), WK_F32)),
                     "tensor([1.0000e+00, 2.0000e+03], shape=[2], dtype=f32, device=cpu)\n");
    ck_assert_str_eq(printed(wk_from((double[]){ 2e8, 0 }, WK_SHAPE(2), WK_F64)),
                     "tensor([2.0000e+08, 0.0000e+00], shape=[2], dtype=f64, device=cpu)\n");
}

TEST_ON_CPU(print, of_many_rows_without_elements_is_short, "the text tells the device")
{
    ck_assert_str_eq(printed(wk_zeros(WK_SHAPE(1LL << 40, 0), WK_I32)),
                     "tensor([], shape=[1099511627776, 0], dtype=i32, device=cpu)\n");
    ck_assert_str_eq(printed(wk_zeros(WK_SHAPE(2, 0, 3), WK_F32)),
                     "tensor([], shape=[2, 0, 3], dtype=f32, device=cpu)\n");
}

WICK_TEST_MAIN
