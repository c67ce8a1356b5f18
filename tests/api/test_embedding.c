/* Rows of a table by their numbers, and bags of them, against PyTorch. */
#include "golden/layers.h"
#include "module_check.h"
#include "wick/capture.h"

TEST(embedding, equals_torch)
{
    wk_module *m = filled(wk_nn_embedding(5, 3, .padding_idx = 1, .dtype = WK_F64));
    wk_tensor *y = wk_forward(m, wk_from((int64_t[]){ 1, 0, 4, 4 }, WK_SHAPE(2, 2), WK_I64));
    wk_backward(wk_sum(wk_mul(y, ramp(WK_SHAPE(2, 2, 3), 13))));
    compare(wk_grad(wk_parameter(m, "weight")), compare(y, golden_embedding));
}

static void check_table(wk_module *m, const double *golden)
{
    filled(m);
    wk_tensor *w = wk_parameter(m, "weight"),
              *y = wk_forward(m, wk_from((int64_t[]){ 1, 0, 4, 4 }, WK_SHAPE(2, 2), WK_I64));
    wk_backward(wk_sum(wk_mul(y, ramp(WK_SHAPE(2, 2, 3), 13))));
    compare(wk_grad(w), compare(w, compare(y, golden)));
}

TEST(embedding, shortens_rows_and_shares_gradients_as_torch)
{
    check_table(wk_nn_embedding(5, 3, .max_norm = 0.5, .norm_type = 1, .dtype = WK_F64), golden_embedding_short);
    check_table(wk_nn_embedding(5, 3, .max_norm = 0.4, .scale_grad_by_freq = true, .dtype = WK_F64),
                golden_embedding_shared);
    CHECK_NULL(wk_nn_embedding(5, 3, .max_norm = -1));
    CHECK_ERROR(WK_E_INVALID, "nn_embedding", "max_norm is -1");
}

/* Eight numbers in bags: by offsets, or of four rows each. */
static void check_bags(wk_module *m, int n, const int64_t *offsets, wk_tensor *share, const double *golden)
{
    wk_tensor *index = wk_from((int64_t[]){ 1, 0, 4, 4, 2, 0, 1, 3 }, WK_SHAPE(8), WK_I64), *y;
    wk_tensor *in[] = { n ? index : wk_reshape(index, WK_SHAPE(2, 4)), n ? wk_from(offsets, WK_SHAPE(n), WK_I64) : NULL,
                        share };
    filled(m);
    ck_assert_msg(wk_forward_many(m, in, 3, &y, 1) == WK_OK, "%s", wk_error_text());
    wk_backward(wk_sum(wk_mul(y, ramp(wk_ndim(y), wk_shape(y), 13))));
    wk_tensor *w = wk_parameter(m, "weight");
    const double *at = compare(wk_grad(w), compare(w, compare(y, golden)));
    if (share) compare(wk_grad(share), at);
    CHECK_OK();
}
#define BAGS(GOLDEN, SHARE, OFFSETS, ...)                                                                              \
    check_bags(wk_nn_embedding_bag(5, 3, __VA_ARGS__, .dtype = WK_F64), OFFSETS, SHARE, GOLDEN)

TEST(embedding, bags_equal_torch)
{
    wk_tensor *share = wk_requires_grad(ramp(WK_SHAPE(8), 7));
    BAGS(golden_bag_mean, NULL, WK_SHAPE(0, 4, 4), .mode = WK_BAG_MEAN);
    BAGS(golden_bag_padded_mean, NULL, WK_SHAPE(0, 3, 3, 7), .padding_idx = 1, .include_last_offset = true);
    check_bags(wk_nn_embedding_bag(5, 3, .padding_idx = 4, .dtype = WK_F64), 0, NULL, NULL, golden_bag_rows);
    BAGS(golden_bag_sum, NULL, WK_SHAPE(0, 0, 5), .mode = WK_BAG_SUM, .padding_idx = -1, .scale_grad_by_freq = true);
    BAGS(golden_bag_weighted, share, WK_SHAPE(0, 4, 7, 7), .mode = WK_BAG_SUM, .include_last_offset = true);
    BAGS(golden_bag_short, NULL, WK_SHAPE(0, 2), .mode = WK_BAG_SUM, .max_norm = 0.5, .norm_type = 1);
    BAGS(golden_bag_max, NULL, WK_SHAPE(0, 4, 4, 7), .mode = WK_BAG_MAX);
    BAGS(golden_bag_padded_max, NULL, WK_SHAPE(0, 2, 5), .mode = WK_BAG_MAX, .padding_idx = 4);
    check_bags(wk_nn_embedding_bag(5, 3, .mode = WK_BAG_MAX, .padding_idx = 1, .dtype = WK_F64), 0, NULL, NULL,
               golden_bag_max_rows);
}

static wk_tensor *bag_step(void *user, wk_tensor *const *in, int n)
{
    wk_module *m = user;
    wk_tensor *w = wk_parameter(m, "weight"), *y;
    wk_set_grad(w, NULL);
    if (wk_forward_many(m, in, n, &y, 1) || wk_backward(wk_mean(wk_square(y)))) return NULL;
    WK_NO_GRAD(update);
    wk_add_alpha_(w, wk_grad(w), -0.125);
    return y;
}

TEST(embedding, bags_replay_to_the_bit)
{
    for (int mode = WK_BAG_MEAN; mode <= WK_BAG_MAX; mode++) {
        WK_SCOPE(one);
        wk_module *plain = wk_nn_embedding_bag(9, 4, .mode = (wk_bag_mode)mode, .padding_idx = 3),
                  *planned = wk_module_clone(plain);
        wk_plan *plan = wk_capture(bag_step, planned);
        for (int64_t run = 0; run < 8; run++) {
            WK_SCOPE(once);
            wk_tensor *in[] = { wk_randint(0, 9, WK_SHAPE(12)),
                                wk_from((int64_t[]){ 0, run, 4 + run }, WK_SHAPE(3), WK_I64) };
            wk_tensor *y = bag_step(plain, in, 2), *z = wk_plan_run(plan, in, 2);
            ck_assert_msg(y && z && wk_equal(y, z), "mode %d, run %d: %s", mode, (int)run,
                          wk_failed() ? wk_error_text() : wk_plan_why(plan));
            CHECK(wk_equal(wk_parameter(plain, "weight"), wk_parameter(planned, "weight")));
        }
        ck_assert_msg(wk_plan_stats_of(plan).replays == 6, "mode %d: %s", mode, wk_plan_why(plan));
    }
}

TEST(embedding, bags_of_bytes_may_pad_with_a_number_beyond)
{
    wk_tensor *index = wk_ones(WK_SHAPE(2, 3), WK_U8), *w = wk_rand(WK_SHAPE(300, 2), WK_F32);
    CHECK(wk_equal(wk_embedding_bag_with(index, w, NULL, .padding_idx = 299), wk_embedding_bag(index, w, NULL)));
}

TEST(embedding, bags_may_be_empty)
{
    wk_module *m = wk_nn_embedding_bag(5, 3, .mode = WK_BAG_MAX);
    wk_tensor *in[] = { wk_zeros(WK_SHAPE(0), WK_I64), wk_zeros(WK_SHAPE(2), WK_I64) }, *y;
    CHECK(wk_forward_many(m, in, 2, &y, 1) == WK_OK && wk_equal(y, wk_zeros(WK_SHAPE(2, 3), WK_F32)));
    in[0] = wk_zeros(WK_SHAPE(2, 0), WK_I64);
    CHECK(wk_backward(wk_sum(y)) == WK_OK && wk_item(wk_sum(wk_grad(wk_parameter(m, "weight")))) == 0);
    CHECK(wk_equal(wk_forward(wk_nn_embedding_bag(5, 3), in[0]), y));
    CHECK_NULL(wk_nn_embedding_bag(5, 3, .mode = WK_BAG_MAX, .scale_grad_by_freq = true));
    CHECK_ERROR(WK_E_INVALID, "nn_embedding_bag", "scale_grad_by_freq");
    CHECK_NULL(wk_nn_embedding_bag(5, 3, .mode = (wk_bag_mode)3));
    CHECK_ERROR(WK_E_INVALID, "nn_embedding_bag", "3 is no mode");
    CHECK_NULL(wk_nn_embedding_bag(5, 0));
    CHECK_ERROR(WK_E_INVALID, "nn_embedding_bag", "embedding_dim 0");
}

WICK_TEST_MAIN
