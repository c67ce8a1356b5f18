/* The elementwise functions of the API: values, gradients, dtypes and refusals against PyTorch; in place against out of
 * place, for every row and dtype. */
#include "backends/rows_table.h"
#include "golden/rows.h"
#include "wick/tensor.h"
#include "wick_check.h"
#include <float.h>

/* Every public function behind one signature: operands in order, then numbers. */
typedef struct function {
    const char *name;
    int operands;
    wk_tensor *(*apply)(wk_tensor *const *in, double s, double t);
    wk_status (*in_place)(wk_tensor *const *in, double s, double t);
} function;

#define APPLY(NAME, ...)                                                                                               \
    static wk_tensor *apply_##NAME(wk_tensor *const *in, double s, double t)                                           \
    {                                                                                                                  \
        return (void)s, (void)t, wk_##NAME(__VA_ARGS__);                                                               \
    }
#define WRITE(NAME, ...)                                                                                               \
    static wk_status in_place_##NAME(wk_tensor *const *in, double s, double t)                                         \
    {                                                                                                                  \
        return (void)s, (void)t, wk_##NAME##_(__VA_ARGS__);                                                            \
    }
#define UNARY(NAME, ...)    APPLY(NAME, in[0])
#define UNARY_S(NAME, ...)  APPLY(NAME, in[0], s)
#define UNARY_ST(NAME, ...) APPLY(NAME, in[0], s, t)
#define BINARY(NAME, ...)   APPLY(NAME, in[0], in[1])
#define BINARY_S(NAME, ...) APPLY(NAME, in[0], in[1], s)
#define TRIPLE(NAME, ...)   APPLY(NAME, in[0], in[1], in[2])
#define TRIPLE_S(NAME, ...) APPLY(NAME, in[0], in[1], in[2], s)
#define TERNARY             TRIPLE
#include "backends/ops.def"
#define IN_PLACE_ROWS
#define UNARY(NAME, ...)    WRITE(NAME, in[0])
#define UNARY_S(NAME, ...)  WRITE(NAME, in[0], s)
#define UNARY_ST(NAME, ...) WRITE(NAME, in[0], s, t)
#define BINARY(NAME, ...)   WRITE(NAME, in[0], in[1])
#define BINARY_S(NAME, ...) WRITE(NAME, in[0], in[1], s)
#define TRIPLE(NAME, ...)   WRITE(NAME, in[0], in[1], in[2])
#define TRIPLE_S(NAME, ...) WRITE(NAME, in[0], in[1], in[2], s)
#include "backends/ops.def"

static function functions[] = {
#define ROW(NAME, ...) { #NAME, 0, apply_##NAME, NULL },
#include "backends/ops.def"
};

/* The other half of the table, once */
static void complete(void)
{
#define IN_PLACE_ROWS
#define ROW(NAME, ...) functions[WKI_ROW_##NAME].in_place = in_place_##NAME;
#include "backends/ops.def"
    for (int i = 0; i < WKI_ROW_COUNT; i++)
        functions[i].operands = __builtin_popcount((unsigned)wki_row_table[i].operands);
}
enum { FUNCTIONS = sizeof functions / sizeof *functions, GOLDEN = sizeof golden_rows / sizeof *golden_rows };

static const function *named(const char *name)
{
    int row = wki_row_named(name);
    if (row < 0) ck_abort_msg("there is no row %s", name);
    return &functions[row];
}

static wk_tensor *numbers(const double *from, int n, int dtype)
{
    return wk_to(wk_from(from, WK_SHAPE(n), WK_F64), (wk_dtype)dtype);
}

static void read_as_doubles(wk_tensor *t, double *to)
{
    wk_tensor *wide = wk_to(wk_detach(t), WK_F64);
    if (wk_read(wide, to, (size_t)wk_numel(wide) * sizeof *to)) ck_abort_msg("%s", wk_error_text());
}

/* ---- Against PyTorch ---- */

static bool near(double got, double want, double tolerance)
{
    if (isnan(want) || isinf(want)) return isnan(want) ? isnan(got) : got == want;
    return fabs(got - want) <= tolerance * fabs(want) + (fabs(want) < 1 ? tolerance / 16 : 0);
}

/* Where torch itself is off: its gelu of f32 has an erf of four digits (and NaN at infinity), its hardsigmoid of f64 a
 * sixth in f32; softsign's gradient is NaN at the infinities and hypot's at the origin, where wick's are 0. Its
 * softshrink gives -0 for negative numbers outside full vectors only. */
static double tolerance_of(const golden_row *g, bool gradient)
{
    if (!strcmp(g->name, "gelu") && g->dtype == WK_F32) return 2e-4;
    if (!strcmp(g->name, "hardsigmoid") && gradient) return 3e-7;
    return g->result == WK_F32 ? 2e-6 : g->result == WK_F64 ? 4e-15 : 0;
}

static bool is_left_out(const golden_row *g, int i, bool gradient)
{
    if (!strcmp(g->name, "hypot") && gradient && g->in[0][i] == 0 && g->in[1][i] == 0) return true;
    return isinf(g->in[0][i]) && g->operands == 1 &&
           ((!strcmp(g->name, "gelu") && g->dtype == WK_F32) || (!strcmp(g->name, "softsign") && gradient));
}

static void compare(const golden_row *g, bool gradient, const double *got, const double *want)
{
    double tolerance = tolerance_of(g, gradient) * (gradient ? 4 : 1);
    for (int i = 0; i < g->n; i++)
        if (!is_left_out(g, i, gradient) && !near(got[i], want[i], tolerance))
            ck_abort_msg("%s of %s, %s at %d (%g, %g, %g): %.17g, not %.17g", g->name,
                         wk_dtype_name((wk_dtype)g->dtype), gradient ? "gradient" : "value", i, g->in[0][i],
                         g->in[1][i], g->in[2][i], got[i], want[i]);
}

static int make_operands(const golden_row *g, wk_tensor *in[3])
{
    for (int k = 0; k < g->operands; k++) {
        in[k] = numbers(g->in[k], g->n, g->dtype);
        if (g->flows >> k & 1) wk_requires_grad(in[k]);
    }
    return g->operands;
}

static void compare_gradients(const golden_row *g, wk_tensor *y, wk_tensor *const *in)
{
    double got[16];
    wk_backward_opts o = wk_backward_opts_default();
    o.root = y;
    o.gradient = wk_ones_like(y);
    if (wk_backward_run(&o)) ck_abort_msg("%s: %s", g->name, wk_error_text());
    for (int k = 0; k < g->operands; k++) {
        if (!(g->flows >> k & 1)) continue;
        memset(got, 0, sizeof got);
        if (wk_grad(in[k])) read_as_doubles(wk_grad(in[k]), got);
        compare(g, true, got, g->grad[k]);
    }
}

/* What wick takes and torch refuses */
static bool differs(const golden_row *g)
{
    return g->dtype == WK_BOOL && (!strcmp(g->name, "softsign") || !strcmp(g->name, "tanhshrink"));
}

static void agrees_with_torch(const golden_row *g)
{
    WK_SCOPE(work);
    wk_tensor *in[3] = { NULL };
    double got[16];
    make_operands(g, in);
    wk_tensor *y = named(g->name)->apply(in, g->s, g->t);
    if (g->result < 0) {
        if (y) ck_abort_msg("%s takes %s, which torch refuses", g->name, wk_dtype_name((wk_dtype)g->dtype));
        CHECK(wk_error() == WK_E_DTYPE);
        wk_error_clear();
        return;
    }
    if (!y) ck_abort_msg("%s of %s: %s", g->name, wk_dtype_name((wk_dtype)g->dtype), wk_error_text());
    ck_assert_msg((int)wk_dtype_of(y) == g->result, "%s of %s gives %s, not %s", g->name,
                  wk_dtype_name((wk_dtype)g->dtype), wk_dtype_name(wk_dtype_of(y)), wk_dtype_name((wk_dtype)g->result));
    read_as_doubles(y, got);
    compare(g, false, got, g->y);
    for (int i = 0; i < g->n; i++)
        if (g->y[i] == 0 && signbit(g->y[i]) != signbit(got[i]) && strcmp(g->name, "softshrink"))
            ck_abort_msg("%s of %g, %g: the zero has the other sign", g->name, g->in[0][i], g->in[1][i]);
    if (g->flows) compare_gradients(g, y, in);
    CHECK_OK();
}

TEST(elementwise, values_gradients_and_dtypes_are_those_of_torch)
{
    complete();
    bool seen[FUNCTIONS] = { false };
    for (int i = 0; i < GOLDEN; i++) {
        if (!differs(&golden_rows[i])) agrees_with_torch(&golden_rows[i]);
        seen[named(golden_rows[i].name) - functions] = true;
    }
    for (int i = 0; i < FUNCTIONS; i++)
        ck_assert_msg(seen[i] || !functions[i].in_place, "%s was not compared with torch", functions[i].name);
}

TEST(elementwise, dtypes_promote_as_in_torch)
{
    static const int64_t shape[] = { 2 };
    for (size_t i = 0; i < sizeof golden_promotions / sizeof *golden_promotions; i++) {
        WK_SCOPE(work);
        int a = golden_promotions[i].a, b = golden_promotions[i].b;
        wk_tensor *x = wk_ones(golden_promotions[i].dims_a, shape, (wk_dtype)a);
        wk_tensor *y = wk_ones(golden_promotions[i].dims_b, shape, (wk_dtype)b);
        wk_tensor *both[] = { wk_add(x, y), wk_where(wk_eq(x, y), x, y) };
        for (int k = 0; k < 2; k++)
            ck_assert_msg(both[k] && (int)wk_dtype_of(both[k]) == golden_promotions[i].result, "%s[%d] with %s[%d]",
                          wk_dtype_name((wk_dtype)a), golden_promotions[i].dims_a, wk_dtype_name((wk_dtype)b),
                          golden_promotions[i].dims_b);
    }
    CHECK_OK();
}

TEST(elementwise, three_operands_promote_by_the_best_of_each_rank)
{
    wk_tensor *wide = wk_ones(WK_SCALAR, WK_F64), *line = wk_ones(WK_SHAPE(2), WK_F32),
              *whole = wk_ones(WK_SHAPE(2), WK_I64);
    CHECK(wk_dtype_of(wk_addcmul(wide, line, wide, 1)) == WK_F32);
    CHECK(wk_dtype_of(wk_addcmul(whole, wide, whole, 1)) == WK_F64);
    CHECK(wk_dtype_of(wk_addcmul(whole, line, wide, 0.5)) == WK_F32);
    CHECK(wk_dtype_of(wk_addcmul(wide, wide, wide, 0.5)) == WK_F64);
}

/* ---- In place ---- */

static bool is_float(wk_dtype dtype) { return dtype == WK_F32 || dtype == WK_F64; }

static wk_tensor *drawn(wk_dtype dtype, int ndim, const int64_t *shape, double low, double high)
{
    wk_tensor *t = wk_empty(ndim, shape, WK_F64);
    wk_uniform_(t, dtype == WK_U8 ? fabs(low) : dtype == WK_BOOL ? -1 : low, high + (is_float(dtype) ? 0 : 3));
    return dtype == WK_BOOL ? wk_gt_scalar(t, 0) : wk_to(t, dtype);
}

/* The first operand is a transposed view, the second broadcasts, the third is one number; their dtypes may differ. */
static void in_place_equals(int f, wk_dtype dtype, wk_dtype other)
{
    WK_SCOPE(work);
    const wki_row *row = &wki_row_table[f];
    double s = is_float(dtype) ? row->sample[0] : 2, t = is_float(dtype) ? row->sample[1] : 3;
    wk_manual_seed(5);
    wk_tensor *in[3] = { wk_t(drawn(dtype, WK_SHAPE(4, 3), row->low, row->high)),
                         drawn(other, WK_SHAPE(4), fabs(row->low) + 1, row->high + 2),
                         drawn(other, WK_SCALAR, row->low, row->high) };
    wk_tensor *y = functions[f].apply(in, s, t);
    wk_status failed = wk_error();
    wk_error_clear();
    wk_tensor *changed[3] = { wk_t(wk_clone(wk_t(in[0]))), in[1], in[2] };
    wk_status status = functions[f].in_place(changed, s, t);
    wk_error_clear();
    if (!y) {
        ck_assert_msg(status == failed, "%s_ of %s: %d, not %d", row->name, wk_dtype_name(dtype), status, failed);
        return;
    }
    int from = is_float(wk_dtype_of(y)) ? 2 : wk_dtype_of(y) != WK_BOOL;
    int to = is_float(dtype) ? 2 : dtype != WK_BOOL;
    ck_assert_msg(status == (from <= to ? WK_OK : WK_E_DTYPE), "%s_ of %s with %s: %s", row->name, wk_dtype_name(dtype),
                  wk_dtype_name(other), wk_error_text());
    wk_tensor *want = status ? in[0] : wk_to(y, dtype);
    bool same = status ? wk_equal(changed[0], want) : wk_allclose(changed[0], want, 0, 0);
    ck_assert_msg(same, "%s_ of %s with %s differs from %s", row->name, wk_dtype_name(dtype), wk_dtype_name(other),
                  row->name);
}

TEST(elementwise, in_place_equals_out_of_place)
{
    complete();
    for (int f = 0; f < FUNCTIONS; f++)
        for (wk_dtype dtype = 0; functions[f].in_place && dtype < WK_DTYPE_COUNT; dtype++)
            for (wk_dtype other = 0; other < WK_DTYPE_COUNT; other++)
                if (other == dtype || functions[f].operands > 1) in_place_equals(f, dtype, other);
    CHECK_OK();
}

static wk_tensor *leaf_of(const wki_row *row, int k)
{
    wk_tensor *t = k ? wk_empty(WK_SHAPE(3, 1), WK_F64) : wk_empty(WK_SHAPE(3, 4), WK_F64);
    wk_uniform_(t, row->low, row->high);
    return wk_requires_grad(t);
}

/* Backward finds the same gradients, whatever the call has written over, and views from before are refused. */
static void in_place_differentiates(int f, int *flowed)
{
    WK_SCOPE(work);
    const wki_row *row = &wki_row_table[f];
    wk_tensor *in[3], *changed[3], *leaf[3], *copy[3];
    for (int k = 0; k < functions[f].operands; k++) {
        in[k] = leaf[k] = leaf_of(row, k);
        changed[k] = copy[k] = wk_requires_grad(wk_clone(wk_detach(leaf[k])));
    }
    changed[0] = wk_mul_scalar(copy[0], 1);
    wk_tensor *view = wk_flatten(changed[0], 0, -1);
    wk_tensor *y = functions[f].apply(in, row->sample[0], row->sample[1]);
    if (!y || !wk_needs_grad(y)) {
        wk_error_clear();
        return;
    }
    if (functions[f].in_place(changed, row->sample[0], row->sample[1])) ck_abort_msg("%s", wk_error_text());
    wk_backward(wk_sum(y));
    if (wk_backward(wk_sum(changed[0]))) ck_abort_msg("%s_: %s", row->name, wk_error_text());
    if (wk_sum(view)) ck_abort_msg("%s_: a view from before is taken for what it was", row->name);
    CHECK_ERROR(WK_E_STATE, "a view from before");
    for (int k = 0; k < functions[f].operands; k++) {
        wk_tensor *a = wk_grad(leaf[k]), *b = wk_grad(copy[k]);
        ck_assert_msg(a && b ? wk_equal(a, b) : !a == !b, "%s_: the gradient of operand %d differs", row->name, k);
    }
    ++*flowed;
}

TEST(elementwise, in_place_has_the_gradient_of_out_of_place)
{
    complete();
    int flowed = 0;
    for (int f = 0; f < FUNCTIONS; f++)
        if (functions[f].in_place) in_place_differentiates(f, &flowed);
    ck_assert_msg(flowed >= 70, "only %d rows differentiate in place", flowed);
    CHECK_OK();
}

TEST(elementwise, results_lie_in_memory_as_their_operands_do)
{
    wk_tensor *x = wk_rand(WK_SHAPE(3, 4, 5), WK_F32), *turned = wk_permute(x, 3, (const int[]){ 2, 0, 1 });
    wk_tensor *y = wk_exp(turned), *z = wk_mul(turned, wk_exp(turned)), *mixed = wk_mul(turned, wk_contiguous(turned));
    CHECK(memcmp(wk_stride(y), wk_stride(turned), 3 * sizeof(int64_t)) == 0 && wk_stride(z)[0] == 1);
    CHECK(wk_equal(y, wk_exp(wk_contiguous(turned))) && wk_is_contiguous(mixed));
    CHECK(wk_is_contiguous(wk_exp(wk_slice(x, 2, 0, 5, 2))));
}

/* torch's values in f64, of each dtype's largest number */
TEST(elementwise, logarithms_reach_as_far_as_the_dtype)
{
    wk_tensor *f32 = wk_scalar(FLT_MAX, WK_F32), *f64 = wk_scalar(DBL_MAX, WK_F64);
    CHECK_NEAR(wk_item(wk_log1p(f32)), 88.722839052068, 1e-5);
    CHECK_NEAR(wk_item(wk_asinh(wk_neg(f32))), -89.415986232628, 1e-5);
    CHECK_NEAR(wk_item(wk_acosh(f32)), 89.415986232628, 1e-5);
    CHECK_NEAR(wk_item(wk_log1p(f64)), 709.782712893384, 1e-12);
    CHECK_NEAR(wk_item(wk_asinh(f64)), 710.4758600739439, 1e-12);
    CHECK_NEAR(wk_item(wk_acosh(f64)), 710.4758600739439, 1e-12);
}

/* ---- What is refused, and how ---- */

/* Large enough for whole tiles, and for what is left beside and below them; at the end every second column */
TEST(elementwise, operands_that_lie_across_have_the_bits_of_copies)
{
    static const wk_dtype dtypes[] = { WK_F32, WK_F64 };
    for (int k = 0; k < 2; k++)
        for (int threads = 1; threads <= 3; threads += 2) {
            WK_SCOPE(turn);
            CHECK(wk_set_num_threads(threads) == WK_OK);
            wk_tensor *x = wk_randn(WK_SHAPE(2, 53, 700), dtypes[k]), *row = wk_randn(WK_SHAPE(700), dtypes[k]);
            wk_tensor *y = wk_transpose(wk_randn(WK_SHAPE(2, 700, 53), dtypes[k]), 1, 2), *own = wk_contiguous(y);
            wk_tensor *half = wk_slice(x, 2, 0, 700, 2);
            CHECK(wk_equal(wk_maximum(x, y), wk_maximum(x, own)));
            CHECK(wk_equal(wk_sub(y, x), wk_sub(own, x)));
            CHECK(wk_equal(wk_lerp(x, y, row), wk_lerp(x, own, row)));
            CHECK(wk_equal(wk_where(wk_gt(own, x), y, x), wk_maximum(own, x)));
            CHECK(wk_equal(wk_abs(half), wk_abs(wk_contiguous(half))));
        }
    CHECK(wk_set_num_threads(1) == WK_OK);
}

TEST(elementwise, integers_are_not_divided_by_zero)
{
    const int64_t zeros[] = { 1, 0, 3, 0 };
    wk_tensor *a = wk_ones(WK_SHAPE(4), WK_I64), *b = wk_from(zeros, WK_SHAPE(4), WK_I64);
    CHECK_NULL(wk_div_floor(a, b));
    CHECK_ERROR(WK_E_RANGE, "div_floor", "divisor is 0 in 2 places", "i64");
    CHECK(wk_fmod_(a, b) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "fmod");
    CHECK(wk_equal(a, wk_ones(WK_SHAPE(4), WK_I64)));
    CHECK_NULL(wk_remainder_scalar(a, 0));
    CHECK_ERROR(WK_E_RANGE, "remainder_scalar");
    CHECK(isinf(wk_item(wk_div_floor(wk_ones(WK_SCALAR, WK_F32), wk_zeros(WK_SCALAR, WK_F32)))));
}

TEST(elementwise, the_lowest_integer_by_minus_one_wraps)
{
    const int64_t lowest = INT64_MIN;
    wk_tensor *a = wk_from(&lowest, WK_SCALAR, WK_I64);
    int64_t got;
    CHECK(wk_read(wk_div_trunc_scalar(a, -1), &got, sizeof got) == WK_OK && got == INT64_MIN);
    CHECK(wk_read(wk_div_floor_scalar(a, -1), &got, sizeof got) == WK_OK && got == INT64_MIN);
    CHECK(wk_read(wk_remainder_scalar(a, -1), &got, sizeof got) == WK_OK && got == 0);
    CHECK(wk_read(wk_abs(a), &got, sizeof got) == WK_OK && got == INT64_MIN);
}

TEST(elementwise, numbers_that_are_written_somewhere_must_fit_the_dtype)
{
    wk_tensor *bytes = wk_zeros(WK_SHAPE(3), WK_U8), *whole = wk_zeros(WK_SHAPE(3), WK_I64),
              *at = wk_zeros(WK_SHAPE(1), WK_I64), *all = wk_ones(WK_SHAPE(3), WK_BOOL);
    const wk_status statuses[] = { wk_fill_(bytes, 300), wk_masked_fill_(bytes, all, -1),
                                   wk_index_fill_(bytes, 0, at, 256), wk_scatter_value_(whole, 0, at, 0x1p63),
                                   wk_fill_(whole, (double)INFINITY) };
    for (int i = 0; i < 5; i++) ck_assert_int_eq(statuses[i], WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "fill_", "300 does not fit into u8");
    CHECK_NULL(wk_masked_fill(bytes, all, 300));
    CHECK_ERROR(WK_E_RANGE, "masked_fill", "300 does not fit into u8");
    CHECK_NULL(wk_index_fill(bytes, 0, at, -1));
    CHECK_ERROR(WK_E_RANGE, "index_fill", "-1 does not fit into u8");
    CHECK_NULL(wk_scatter_value(bytes, 0, at, 300));
    CHECK_ERROR(WK_E_RANGE, "scatter_value", "300 does not fit into u8");
    CHECK_NULL(wk_pad(bytes, 2, (int64_t[]){ 1, 0 }, WK_PAD_CONSTANT, 256));
    CHECK_ERROR(WK_E_RANGE, "pad", "256 does not fit into u8");
    CHECK_NULL(wk_full(WK_SHAPE(2), WK_I32, 3e9));
    CHECK_ERROR(WK_E_RANGE, "full", "3e+09 does not fit into i32");
    CHECK_NULL(wk_arange(0, 257, 1, WK_U8));
    CHECK_ERROR(WK_E_RANGE, "arange", "256 does not fit into u8");
    CHECK(wk_item(wk_sum(bytes)) == 0 && wk_item(wk_sum(whole)) == 0);
    CHECK(wk_arange(0, 256, 1, WK_U8) && wk_full(WK_SHAPE(2), WK_BOOL, 2) && wk_full(WK_SHAPE(1), WK_I64, -0x1p63));
}

TEST(elementwise, numbers_must_fit_the_dtype)
{
    wk_tensor *u8 = wk_ones(WK_SHAPE(2), WK_U8), *i32 = wk_ones(WK_SHAPE(2), WK_I32);
    CHECK_NULL(wk_eq_scalar(u8, 300));
    CHECK_ERROR(WK_E_RANGE, "eq_scalar", "300 does not fit into u8");
    CHECK_NULL(wk_clamp(i32, -1e10, 1));
    CHECK_ERROR(WK_E_RANGE, "clamp", "i32");
    CHECK_NULL(wk_lt_scalar(i32, 0.5));
    CHECK_ERROR(WK_E_DTYPE, "lt_scalar", "0.5 is not whole");
    CHECK_NULL(wk_pow_scalar(i32, -1));
    CHECK_ERROR(WK_E_RANGE, "pow_scalar", "negative");
    CHECK_NULL(wk_add_scalar(i32, (double)NAN));
    CHECK_ERROR(WK_E_RANGE, "add_scalar", "i32");
}

TEST(elementwise, numbers_without_a_meaning_are_refused)
{
    wk_tensor *x = wk_ones(WK_SHAPE(2), WK_F32);
    CHECK_NULL(wk_hardtanh(x, 1, -1));
    CHECK_ERROR(WK_E_INVALID, "hardtanh", "low is 1, high -1");
    CHECK(wk_softshrink_(x, -0.5) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "softshrink", "lambda is -0.5");
    CHECK_NULL(wk_celu(x, 0));
    CHECK_ERROR(WK_E_INVALID, "celu", "alpha is 0");
    CHECK(wk_equal(wk_hardtanh(x, 0.5, 0.5), wk_full(WK_SHAPE(2), WK_F32, 0.5)));
}

TEST(elementwise, kinds_refuse_by_name)
{
    wk_tensor *flag = wk_ones(WK_SHAPE(2), WK_BOOL), *whole = wk_ones(WK_SHAPE(2), WK_I64),
              *real = wk_ones(WK_SHAPE(2), WK_F32);
    CHECK_NULL(wk_sub(flag, flag));
    CHECK_ERROR(WK_E_DTYPE, "sub", "no bool", "wk_to");
    CHECK_NULL(wk_gelu(whole));
    CHECK_ERROR(WK_E_DTYPE, "gelu", "takes floats, not i64");
    CHECK_NULL(wk_bitwise_and(real, real));
    CHECK_ERROR(WK_E_DTYPE, "bitwise_and", "takes integers, not f32");
    CHECK(wk_add_scalar_(flag, 1) == WK_E_DTYPE);
    CHECK_ERROR(WK_E_DTYPE, "add_scalar_", "i64, which does not fit into bool");
    CHECK(wk_add_(whole, real) == WK_E_DTYPE);
    CHECK_ERROR(WK_E_DTYPE, "add_", "f32, which does not fit into i64");
    CHECK(wk_add_(real, wk_ones(WK_SHAPE(3, 2), WK_F32)) == WK_E_SHAPE);
    CHECK_ERROR(WK_E_SHAPE, "add_", "[3, 2]", "[2]");
}

/* ---- masked_fill, and the branch not taken ---- */

TEST(elementwise, masked_fill_broadcasts_and_stops_the_gradient)
{
    const bool cut[] = { true, false, false, true };
    wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(3, 4), WK_F32)), *mask = wk_from(cut, WK_SHAPE(4), WK_BOOL);
    wk_tensor *y = wk_masked_fill(x, mask, -INFINITY);
    CHECK(wk_item(wk_select(wk_select(y, 0, 2), 0, 0)) == -INFINITY &&
          wk_item(wk_select(wk_select(y, 0, 2), 0, 1)) == 1);
    wk_backward(wk_sum(wk_masked_fill(x, mask, 7)));
    CHECK(wk_allclose(wk_sum(wk_grad(x)), wk_scalar(6, WK_F32), 0, 0));
    wk_tensor *z = wk_mul_scalar(x, 1);
    CHECK(wk_masked_fill_(z, mask, 7) == WK_OK && wk_equal(wk_detach(z), wk_detach(wk_masked_fill(x, mask, 7))));
    wk_set_grad(x, NULL);
    wk_backward(wk_sum(z));
    CHECK(wk_allclose(wk_sum(wk_grad(x)), wk_scalar(6, WK_F32), 0, 0));
    CHECK_NULL(wk_masked_fill(wk_ones(WK_SHAPE(4), WK_I64), mask, 0.5));
    CHECK_ERROR(WK_E_DTYPE, "masked_fill", "0.5 is not whole");
    CHECK_NULL(wk_masked_fill(x, wk_ones(WK_SHAPE(4), WK_U8), 0));
    CHECK_ERROR(WK_E_DTYPE, "masked_fill", "mask is u8");
}

TEST(elementwise, where_does_not_stop_a_nan_of_the_branch_not_taken)
{
    wk_tensor *x = wk_requires_grad(wk_zeros(WK_SHAPE(1), WK_F64));
    wk_backward(wk_sum(wk_where(wk_gt_scalar(x, 0), wk_sqrt(x), wk_zeros_like(x))));
    CHECK(isnan(wk_item(wk_grad(x))));
}

TEST(elementwise, hypot_has_no_gradient_at_the_origin)
{
    wk_tensor *x = wk_requires_grad(wk_zeros(WK_SHAPE(1), WK_F64)),
              *y = wk_requires_grad(wk_zeros(WK_SHAPE(1), WK_F64));
    wk_backward(wk_sum(wk_hypot(x, y)));
    CHECK(wk_item(wk_grad(x)) == 0 && wk_item(wk_grad(y)) == 0);
}

WICK_TEST_MAIN
