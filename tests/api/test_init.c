/* Ways of starting a weight, against torch's numbers and by what they promise. */
#include "golden/init.h"
#include "wick/wick.h"
#include "wick_check.h"
#include <math.h>

static const struct {
    int n;
    int64_t size[5];
} shapes[] = { { 2, { 5, 3 } }, { 2, { 4, 6 } }, { 3, { 8, 3, 5 } }, { 4, { 6, 2, 3, 3 } }, { 5, { 3, 4, 2, 1, 2 } } };
enum { SHAPES = sizeof shapes / sizeof *shapes };

static wk_tensor *weight(int i, wk_dtype dtype)
{
    return wk_requires_grad(wk_full(shapes[i].n, shapes[i].size, dtype, 9));
}

/* fill gives what a plain op with that bound or deviation gives from the same seed */
static void same_as_plain(wk_status (*fill)(wk_tensor *), const double *golden, bool is_uniform)
{
    for (int i = 0; i < SHAPES; i++) {
        wk_tensor *t = weight(i, WK_F64), *plain = wk_zeros_like(t);
        wk_manual_seed(5);
        CHECK(fill(t) == WK_OK);
        wk_manual_seed(5);
        CHECK((is_uniform ? wk_uniform_(plain, -golden[i], golden[i]) : wk_normal_(plain, 0, golden[i])) == WK_OK);
        const double *got = host_data(t), *want = host_data(plain);
        for (int64_t k = 0; k < wk_numel(t); k++) CHECK_NEAR(got[k], want[k], 1e-14);
    }
}

static wk_status xavier_uniform(wk_tensor *t) { return wk_init_xavier_uniform_(t, 1.5); }
static wk_status xavier_normal(wk_tensor *t) { return wk_init_xavier_normal_(t, 1.5); }
static wk_status kaiming_uniform(wk_tensor *t) { return wk_init_kaiming_uniform_(t, 0.25); }
static wk_status kaiming_normal(wk_tensor *t) { return wk_init_kaiming_normal_(t, 0.25); }
static wk_status kaiming_uniform_out(wk_tensor *t)
{
    return wk_init_kaiming_uniform_with(t, .mode = WK_FAN_OUT, .nonlinearity = "tanh");
}
static wk_status kaiming_normal_out(wk_tensor *t)
{
    return wk_init_kaiming_normal_with(t, .mode = WK_FAN_OUT, .nonlinearity = "relu");
}

TEST(init, spreads_are_torchs)
{
    same_as_plain(xavier_uniform, golden_xavier_uniform, true);
    same_as_plain(xavier_normal, golden_xavier_normal, false);
    same_as_plain(kaiming_uniform, golden_kaiming_uniform, true);
    same_as_plain(kaiming_normal, golden_kaiming_normal, false);
    same_as_plain(kaiming_uniform_out, golden_kaiming_uniform_out, true);
    same_as_plain(kaiming_normal_out, golden_kaiming_normal_out, false);
}

TEST(init, gains_are_torchs)
{
    static const char *const names[] = { "linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu" };
    for (int i = 0; i < 7; i++) CHECK_NEAR(wk_calculate_gain(names[i], NAN), golden_gain[i], 1e-15);
    CHECK_NEAR(wk_calculate_gain("leaky_relu", 0.3), golden_gain[7], 1e-15);
    CHECK(isnan(wk_calculate_gain("gelu", NAN)));
    CHECK_ERROR(WK_E_INVALID, "calculate_gain", "\"gelu\"", "leaky_relu");
    CHECK(isnan(wk_calculate_gain(NULL, NAN)));
    CHECK_ERROR(WK_E_INVALID, "calculate_gain", "NULL");
}

TEST(init, fills_are_plain_and_leave_no_graph)
{
    wk_tensor *t = weight(0, WK_F32);
    CHECK(wk_init_constant_(t, 0.5) == WK_OK && wk_equal(wk_detach(t), wk_full(2, shapes[0].size, WK_F32, 0.5)));
    CHECK(wk_init_ones_(t) == WK_OK && wk_equal(wk_detach(t), wk_ones(2, shapes[0].size, WK_F32)));
    CHECK(wk_init_zeros_(t) == WK_OK && wk_equal(wk_detach(t), wk_zeros(2, shapes[0].size, WK_F32)));
    wk_tensor *u = wk_zeros_like(t);
    wk_manual_seed(1);
    CHECK(wk_init_uniform_(t, 2, 3) == WK_OK);
    wk_manual_seed(1);
    CHECK(wk_uniform_(u, 2, 3) == WK_OK && wk_equal(wk_detach(t), u));
    wk_manual_seed(1);
    CHECK(wk_init_normal_(t, 2, 3) == WK_OK);
    wk_manual_seed(1);
    CHECK(wk_normal_(u, 2, 3) == WK_OK && wk_equal(wk_detach(t), u));
    CHECK(wk_is_leaf(t) && wk_needs_grad(t));
}

static void equals(wk_tensor *t, const double *golden)
{
    t = wk_to(wk_contiguous(wk_detach(t)), WK_F64);
    const double *got = host_data(t);
    for (int64_t i = 0; i < wk_numel(t); i++) CHECK(got[i] == golden[i]);
}

TEST(init, identities_are_torchs)
{
    wk_tensor *t = wk_full(WK_SHAPE(3, 4), WK_I64, 9);
    CHECK(wk_init_eye_(t) == WK_OK);
    equals(t, golden_eye);
    CHECK(wk_init_dirac_(t = wk_full(WK_SHAPE(5, 3, 4), WK_F32, 9), 1) == WK_OK);
    equals(t, golden_dirac1d);
    CHECK(wk_init_dirac_(t = wk_full(WK_SHAPE(6, 2, 3, 2), WK_F32, 9), 2) == WK_OK);
    equals(t, golden_dirac2d);
    CHECK(wk_init_dirac_(t = wk_full(WK_SHAPE(2, 2, 2, 3, 1), WK_F64, 9), 1) == WK_OK);
    equals(t, golden_dirac3d);
}

/* Q of A = Q R with a positive diagonal of R is one alone: R = Q^T A must be an upper triangle. */
static void is_the_q_of(wk_tensor *q, wk_tensor *a)
{
    wk_tensor *one = wk_contiguous(wk_matmul(wk_transpose(q, 0, 1), q));
    wk_tensor *r = wk_contiguous(wk_matmul(wk_transpose(q, 0, 1), a));
    const double *ones = host_data(one), *values = host_data(r);
    const int64_t n = wk_size(r, 0);
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < n; k++) {
            CHECK_NEAR(ones[i * n + k], i == k, 1e-13);
            const double value = values[i * n + k];
            if (k < i) CHECK_NEAR(value, 0, 1e-12);
            if (k == i) CHECK(value > 0);
        }
}

TEST(init, orthogonal_is_the_q_of_random_numbers)
{
    static const int64_t sizes[][2] = { { 7, 7 }, { 40, 13 }, { 13, 40 }, { 1, 5 }, { 5, 1 }, { 1, 1 } };
    for (int i = 0; i < 6; i++) {
        const int64_t rows = sizes[i][0], columns = sizes[i][1];
        wk_manual_seed(3);
        wk_tensor *a = wk_randn(WK_SHAPE(rows, columns), WK_F64), *t = wk_zeros_like(a);
        wk_manual_seed(3);
        CHECK(wk_init_orthogonal_(t, 2) == WK_OK);
        t = wk_mul_scalar(t, 0.5);
        if (rows < columns)
            is_the_q_of(wk_transpose(t, 0, 1), wk_transpose(a, 0, 1));
        else
            is_the_q_of(t, a);
    }
}

TEST(init, orthogonal_looks_at_a_kernel_as_a_matrix)
{
    wk_tensor *t = wk_requires_grad(wk_zeros(WK_SHAPE(4, 2, 3, 3), WK_F32));
    CHECK(wk_init_orthogonal_(t, 1) == WK_OK);
    wk_tensor *q = wk_reshape(wk_detach(t), WK_SHAPE(4, 18));
    CHECK(wk_allclose(wk_matmul(q, wk_transpose(q, 0, 1)), wk_eye(4, WK_F32), 1e-6, 1e-6));
    wk_tensor *turned = wk_transpose(wk_zeros(WK_SHAPE(3, 4), WK_F64), 0, 1);
    CHECK(wk_init_orthogonal_(turned, 1) == WK_OK);
    CHECK(wk_allclose(wk_matmul(wk_transpose(turned, 0, 1), turned), wk_eye(3, WK_F64), 1e-13, 1e-13));
}

static void moments(wk_tensor *t, double mean, double std, double within)
{
    CHECK_NEAR(wk_item(wk_mean(t)), mean, within);
    CHECK_NEAR(wk_item(wk_std(t, 1)), std, within);
}

TEST(init, trunc_normal_has_the_moments_of_the_cut_distribution)
{
    const struct {
        double mean, std, a, b, within;
        const double *golden;
    } cuts[] = { { 0, 1, -2, 2, 0.01, golden_trunc },
                 { 1, 0.5, 0.9, 3, 0.005, golden_trunc_aside },
                 { 0, 1, 7, 9, 0.002, golden_trunc_far } };
    wk_manual_seed(11);
    for (int i = 0; i < 3; i++) {
        wk_tensor *t = wk_zeros(WK_SHAPE(200, 300), WK_F64);
        CHECK(wk_init_trunc_normal_(t, cuts[i].mean, cuts[i].std, cuts[i].a, cuts[i].b) == WK_OK);
        CHECK(wk_item(wk_min(t)) >= cuts[i].a && wk_item(wk_max(t)) <= cuts[i].b);
        moments(t, cuts[i].golden[0], cuts[i].golden[1], cuts[i].within);
        CHECK(wk_init_trunc_normal_(t, -cuts[i].mean, cuts[i].std, -cuts[i].b, -cuts[i].a) == WK_OK);
        moments(t, -cuts[i].golden[0], cuts[i].golden[1], cuts[i].within);
    }
}

/* A uniform number is asked for and the place below which so much of the distribution lies is given. */
TEST(init, trunc_normal_inverts_the_distribution)
{
    wk_manual_seed(2);
    wk_tensor *u = wk_rand(WK_SHAPE(2000), WK_F64), *t = wk_zeros_like(u);
    wk_manual_seed(2);
    CHECK(wk_init_trunc_normal_(t, 0, 1, -INFINITY, INFINITY) == WK_OK);
    const double *z = host_data(t), *p = host_data(u);
    for (int i = 0; i < 2000; i++) CHECK_NEAR(erfc(-z[i] * sqrt(0.5)) / 2, p[i], 1e-14);
}

TEST(init, sparse_leaves_so_many_in_each_column)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(11, 40), WK_F32);
    CHECK(wk_init_sparse_(t, 0.25, 0.01) == WK_OK); /* ceil(2.75) zeros */
    const float *x = host_data(t);
    for (int k = 0; k < 40; k++) {
        int zeros = 0;
        for (int i = 0; i < 11; i++) {
            zeros += x[i * 40 + k] == 0;
            CHECK(fabsf(x[i * 40 + k]) < 0.06f);
        }
        CHECK(zeros == 3);
    }
}

TEST(init, leaves_what_has_no_elements)
{
    wk_tensor *none = wk_zeros(WK_SHAPE(0, 3), WK_F32);
    CHECK(wk_init_kaiming_uniform_(none, 0) == WK_OK && wk_init_kaiming_normal_(none, 0) == WK_OK);
    CHECK(wk_init_xavier_uniform_(none, 1) == WK_OK && wk_init_xavier_normal_(none, 1) == WK_OK);
    CHECK(wk_init_orthogonal_(none, 1) == WK_OK && wk_init_trunc_normal_(none, 0, 1, -2, 2) == WK_OK);
    CHECK(wk_init_sparse_(none, 0.5, 1) == WK_OK && wk_init_eye_(none) == WK_OK && wk_init_ones_(none) == WK_OK);
    CHECK(wk_init_dirac_(wk_zeros(WK_SHAPE(2, 0, 3), WK_F32), 1) == WK_OK);
}

TEST(init, refuses_what_has_no_fans_or_no_sense)
{
    wk_tensor *line = wk_zeros(WK_SHAPE(3), WK_F32), *t = wk_zeros(WK_SHAPE(4, 3), WK_F32);
    CHECK(wk_init_kaiming_normal_(line, 0) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "init_kaiming_normal_", "[3]", "two");
    CHECK(wk_init_kaiming_uniform_with(t, .nonlinearity = "swish") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_kaiming_uniform_", "swish");
    CHECK(wk_init_kaiming_uniform_with(t, .mode = (wk_fan_mode)7) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_kaiming_uniform_", "7");
    CHECK(wk_init_kaiming_normal_(t, NAN) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_kaiming_normal_", "a is nan");
    CHECK(wk_init_xavier_normal_(t, -1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_xavier_normal_", "gain is -1");
    CHECK(wk_init_orthogonal_(line, 1) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "init_orthogonal_", "[3]");
    CHECK(wk_init_eye_(line) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "init_eye_", "[3]");
    CHECK(wk_init_dirac_(t, 1) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "init_dirac_", "[4, 3]");
    CHECK(wk_init_dirac_(wk_zeros(WK_SHAPE(4, 3, 1), WK_F32), 3) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_dirac_", "groups is 3");
    CHECK(wk_init_trunc_normal_(t, 0, 1, 2, -2) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_trunc_normal_", "a 2 is above b -2");
    CHECK(wk_init_trunc_normal_(t, 0, 0, -2, 2) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_trunc_normal_", "std 0");
    CHECK(wk_init_sparse_(t, 1.5, 1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_sparse_", "sparsity is 1.5");
    CHECK(wk_init_uniform_(t, 1, 0) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_uniform_", "low 1");
    CHECK(wk_init_constant_(NULL, 1) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "init_constant_", "NULL");
    CHECK(wk_init_orthogonal_(wk_zeros(WK_SHAPE(2, 2), WK_I64), 1) == WK_E_DTYPE);
    CHECK_ERROR(WK_E_DTYPE, "init_orthogonal_", "i64");
    CHECK(wk_equal(t, wk_zeros_like(t)));
}

WICK_TEST_MAIN
