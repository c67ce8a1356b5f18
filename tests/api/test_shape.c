/* wick/tensor.h: shape, index and linear algebra against PyTorch's values and gradients, edges, and error messages. */
#include "golden/shape.h"
#include "wick/tensor.h"
#include "wick_check.h"

/* ---- The calls of tests/golden/shape.py ---- */
#define INTS(...)       wk_from((const int64_t[]){ __VA_ARGS__ }, 1, (const int64_t[]){ COUNT(__VA_ARGS__) }, WK_I64)
#define COUNT(...)      ((int64_t)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)))
#define GRID(ROWS, ...) wk_view(INTS(__VA_ARGS__), WK_SHAPE(ROWS, -1))
#define BY(...)                                                                                                        \
    (int)COUNT(__VA_ARGS__), (const int64_t[]) { __VA_ARGS__ }
#define AT(...)                                                                                                        \
    (int)(sizeof((wk_tensor *[]){ __VA_ARGS__ }) / sizeof(wk_tensor *)), (wk_tensor *[]) { __VA_ARGS__ }

static wk_tensor *backwards(wk_tensor **parts, int n, int dim)
{
    for (int i = 0; i < n / 2; i++) {
        wk_tensor *kept = parts[i];
        parts[i] = parts[n - 1 - i];
        parts[n - 1 - i] = kept;
    }
    return wk_cat(parts, n, dim);
}

#define CASE(NAME) static wk_tensor *call_##NAME(wk_tensor *const *in)
CASE(repeat) { return wk_repeat(in[0], WK_SHAPE(2, 1, 3)); }
CASE(repeat_none) { return wk_repeat(in[0], WK_SHAPE(2, 0)); }
CASE(repeat_scalar) { return wk_repeat(in[0], WK_SHAPE(3)); }
CASE(repeat_interleave) { return wk_repeat_interleave(in[0], 2, 1); }
CASE(repeat_interleave_by) { return wk_repeat_interleave_by(in[0], INTS(2, 0, 3), 1); }
#define MEETING GRID(2, 2, 0, 2, 2, 0, 0)
CASE(scatter_sum) { return wk_scatter_reduce(in[0], 0, MEETING, in[1], WK_SCATTER_SUM, .include_self = false); }
CASE(scatter_mean) { return wk_scatter_reduce(in[0], 1, MEETING, in[1], WK_SCATTER_MEAN); }
CASE(scatter_mean_alone) { return wk_scatter_reduce(in[0], 0, MEETING, in[1], WK_SCATTER_MEAN, .include_self = false); }
CASE(scatter_amax) { return wk_scatter_reduce(in[0], 0, MEETING, in[1], WK_SCATTER_AMAX); }
CASE(scatter_amax_ties)
{
    wk_tensor *x = wk_mul_scalar(in[0], 0), *y = wk_mul_scalar(in[1], 0);
    return wk_scatter_reduce(x, 1, MEETING, y, WK_SCATTER_AMAX);
}
CASE(scatter_amin) { return wk_scatter_reduce(in[0], -1, MEETING, in[1], WK_SCATTER_AMIN, .include_self = false); }
CASE(scatter_prod) { return wk_scatter_reduce(in[0], 0, MEETING, in[1], WK_SCATTER_PROD); }
CASE(scatter_prod_alone)
{
    return wk_scatter_reduce(in[0], -1, MEETING, in[1], WK_SCATTER_PROD, .include_self = false);
}
CASE(scatter_prod_zeros)
{
    wk_tensor *x = wk_mul(in[0], GRID(2, 0, 1, 1, 0, 1, 1, 1, 1));
    return wk_scatter_reduce(x, 1, MEETING, wk_mul(in[1], GRID(2, 0, 1, 1, 1, 0, 0)), WK_SCATTER_PROD);
}
CASE(split)
{
    wk_tensor *part[3];
    return backwards(part, wk_split(in[0], 2, 1, part, 3), 1);
}
CASE(split_sizes)
{
    wk_tensor *part[3];
    return wk_split_sizes(in[0], BY(1, 0, 4), 1, part) ? NULL : backwards(part, 3, 1);
}
CASE(chunk)
{
    wk_tensor *part[4];
    return wk_chunk(in[0], 4, 0, part) == 3 ? wk_stack(part, 2, 0) : NULL;
}
CASE(tensor_split)
{
    wk_tensor *part[4];
    return wk_tensor_split(in[0], 4, 0, part) ? NULL : backwards(part, 4, 0);
}
CASE(tensor_split_at)
{
    wk_tensor *part[3];
    return wk_tensor_split_at(in[0], BY(1, -1), 0, part) ? NULL : backwards(part, 3, 0);
}
CASE(unbind)
{
    wk_tensor *part[3];
    return wk_unbind(in[0], -1, part, 3) == 3 ? wk_stack((wk_tensor *[]){ part[2], part[1], part[0] }, 3, 0) : NULL;
}
CASE(unflatten) { return wk_transpose(wk_unflatten(in[0], 1, WK_SHAPE(-1, 2)), 0, 1); }
CASE(movedim) { return wk_movedim_dims(in[0], 2, (int[]){ 0, 1 }, (int[]){ -1, 0 }); }
CASE(meshgrid)
{
    wk_tensor *grid[2];
    return wk_meshgrid(in, 2, true, grid) ? NULL : wk_stack(grid, 2, 0);
}
CASE(diagonal) { return wk_diagonal(in[0], 1, 0, 2); }
CASE(diagonal_below) { return wk_diagonal(in[0], -1, 0, 1); }
CASE(diagonal_beyond) { return wk_diagonal(in[0], 9, 0, 1); }
CASE(diag_matrix) { return wk_diag(in[0], -1); }
CASE(diag_vector) { return wk_diag(in[0], 1); }
CASE(tril) { return wk_tril(in[0], 0); }
CASE(tril_above) { return wk_tril(in[0], 1); }
CASE(triu) { return wk_triu(in[0], 0); }
CASE(triu_below) { return wk_triu(in[0], -1); }
CASE(flip) { return wk_flip(in[0], 2, (int[]){ 0, -1 }); }
CASE(flip_one) { return wk_flip(in[0], 1, (int[]){ 1 }); }
CASE(flip_none) { return wk_flip(in[0], 0, NULL); }
CASE(roll) { return wk_roll(in[0], 2); }
CASE(roll_dims) { return wk_roll_dims(in[0], BY(1, -1), (int[]){ 0, 2 }); }
CASE(roll_far) { return wk_roll_dims(in[0], BY(-7), (int[]){ 1 }); }
CASE(pad) { return wk_pad(in[0], BY(1, 2), WK_PAD_CONSTANT, 0.5); }
CASE(pad_crop) { return wk_pad(in[0], BY(-1, 2, 1, -1), WK_PAD_CONSTANT, 0); }
CASE(pad_reflect) { return wk_pad(in[0], BY(2, 1), WK_PAD_REFLECT, 0); }
CASE(pad_reflect_two) { return wk_pad(in[0], BY(1, 2, 2, 0), WK_PAD_REFLECT, 0); }
CASE(pad_reflect_crop) { return wk_pad(in[0], BY(-1, 2, 1, -1), WK_PAD_REFLECT, 0); }
CASE(pad_replicate) { return wk_pad(in[0], BY(4, 1), WK_PAD_REPLICATE, 0); }
CASE(pad_replicate_two) { return wk_pad(in[0], BY(1, 0, 0, 2), WK_PAD_REPLICATE, 0); }
CASE(pad_circular) { return wk_pad(in[0], BY(3, 1), WK_PAD_CIRCULAR, 0); }
CASE(gather) { return wk_gather(in[0], 0, GRID(2, 1, 0, 1, 0, 0, 2)); }
CASE(gather_last) { return wk_gather(in[0], 1, GRID(2, 3, 0, 3, 3, 1, 0, 0, 2, 1, 1)); }
CASE(gather_one) { return wk_gather(in[0], 0, wk_to(INTS(2, 2, 0), WK_I32)); }
CASE(take_along_dim) { return wk_take_along_dim(in[0], GRID(2, -1, 0), 1); }
CASE(scatter) { return wk_scatter(in[0], 1, GRID(2, 3, 0, 1, 2), in[1]); }
CASE(scatter_value) { return wk_scatter_value(in[0], 0, GRID(1, 2, 0, 1), 1.5); }
CASE(scatter_add) { return wk_scatter_add(in[0], 0, GRID(2, 2, 0, 2, 2, 1, 0), in[1]); }
CASE(scatter_add_last) { return wk_scatter_add(in[0], 1, GRID(2, 1, 1, 1, 3, 0, 3), in[1]); }
CASE(index_add) { return wk_index_add(in[0], 1, INTS(2, 0, 2), in[1], 0.5); }
CASE(index_select) { return wk_index_select(in[0], 1, INTS(2, 0, 2)); }
CASE(index) { return wk_index(in[0], AT(INTS(1, -1, 1))); }
CASE(index_apart) { return wk_index(in[0], AT(GRID(2, 0, -1), NULL, INTS(1, 3, 1))); }
CASE(index_inside) { return wk_index(in[0], AT(NULL, GRID(1, 0, 2), GRID(2, 3, -2))); }
CASE(index_strided) { return wk_index(wk_t(in[0]), AT(NULL, INTS(1, 0, 1))); }
CASE(index_put) { return wk_index_put(in[0], AT(INTS(0, -1)), in[1], false); }
CASE(index_put_accumulate) { return wk_index_put(in[0], AT(INTS(0, 2, 0), INTS(1, 1, 1)), in[1], true); }
CASE(index_put_one) { return wk_index_put(in[0], AT(GRID(2, 0, 1, 2, 0), GRID(2, 1, -1)), in[1], false); }
CASE(masked_select) { return wk_masked_select(in[0], wk_to(INTS(1, 0, 1), WK_BOOL)); }
CASE(masked_select_wide) { return wk_masked_select(in[0], wk_to(GRID(2, 1, 0), WK_BOOL)); }
CASE(bmm) { return wk_bmm(in[0], wk_transpose(in[1], 1, 2)); }
CASE(mv) { return wk_mv(in[0], in[1]); }
CASE(mv_empty) { return wk_mv(in[0], in[1]); }
CASE(dot) { return wk_dot(in[0], in[1]); }
CASE(outer) { return wk_outer(in[0], in[1]); }
CASE(addmm) { return wk_addmm(in[0], in[1], in[2], 1, 1); }
CASE(addmm_scaled) { return wk_addmm(in[0], in[1], in[2], 0.5, -2); }
CASE(addmm_beta) { return wk_addmm(in[0], in[1], in[2], -3, 1); }
CASE(addmm_no_product) { return wk_addmm(in[0], in[1], in[2], 2, 0); }
CASE(baddbmm) { return wk_baddbmm(in[0], in[1], in[2], 0.5, 2); }
CASE(tensordot) { return wk_tensordot(in[0], in[1], 2, NULL, NULL); }
CASE(tensordot_dims) { return wk_tensordot(in[0], in[1], 2, (int[]){ 0, 2 }, (int[]){ 2, 0 }); }
CASE(tensordot_outer) { return wk_tensordot(in[0], in[1], 0, NULL, NULL); }
CASE(einsum_mm) { return wk_einsum("ij,jk->ki", 2, in); }
CASE(einsum_implicit) { return wk_einsum("bj, jA", 2, in); }
CASE(einsum_batch) { return wk_einsum("bhik,bhjk->bhij", 2, in); }
CASE(einsum_sum) { return wk_einsum("ijm,jkn->ik", 2, in); }
CASE(einsum_dots) { return wk_einsum("...ij,...jk->...ik", 2, in); }
CASE(einsum_one) { return wk_einsum("ij,jk->ik", 2, in); }
CASE(einsum_vectors) { return wk_einsum("bi,bi->b", 2, in); }
CASE(einsum_all) { return wk_einsum("ij,ij->", 2, in); }
CASE(einsum_elementwise) { return wk_einsum("ij,kj->jki", 2, in); }
CASE(einsum_trace) { return wk_einsum("ii", 1, in); }
CASE(einsum_diagonal) { return wk_einsum("iji->ij", 1, in); }
CASE(einsum_transpose) { return wk_einsum("ba", 1, in); }
CASE(einsum_three) { return wk_einsum("ij,jk,kl->il", 3, in); }

static const struct {
    const char *name;
    wk_tensor *(*call)(wk_tensor *const *in);
} calls[] = {
#define C(NAME)                                                                                                        \
    {                                                                                                                  \
#NAME, call_##NAME                                                                                             \
    }
    C(repeat),
    C(repeat_none),
    C(repeat_scalar),
    C(repeat_interleave),
    C(repeat_interleave_by),
    C(scatter_sum),
    C(scatter_mean),
    C(scatter_mean_alone),
    C(scatter_amax),
    C(scatter_amax_ties),
    C(scatter_amin),
    C(scatter_prod),
    C(scatter_prod_alone),
    C(scatter_prod_zeros),
    C(split),
    C(split_sizes),
    C(chunk),
    C(tensor_split),
    C(tensor_split_at),
    C(unbind),
    C(unflatten),
    C(movedim),
    C(meshgrid),
    C(diagonal),
    C(diagonal_below),
    C(diagonal_beyond),
    C(diag_matrix),
    C(diag_vector),
    C(tril),
    C(tril_above),
    C(triu),
    C(triu_below),
    C(flip),
    C(flip_one),
    C(flip_none),
    C(roll),
    C(roll_dims),
    C(roll_far),
    C(pad),
    C(pad_crop),
    C(pad_reflect),
    C(pad_reflect_two),
    C(pad_reflect_crop),
    C(pad_replicate),
    C(pad_replicate_two),
    C(pad_circular),
    C(gather),
    C(gather_last),
    C(gather_one),
    C(take_along_dim),
    C(scatter),
    C(scatter_value),
    C(scatter_add),
    C(scatter_add_last),
    C(index_add),
    C(index_select),
    C(index),
    C(index_apart),
    C(index_inside),
    C(index_strided),
    C(index_put),
    C(index_put_accumulate),
    C(index_put_one),
    C(masked_select),
    C(masked_select_wide),
    C(bmm),
    C(mv),
    C(mv_empty),
    C(dot),
    C(outer),
    C(addmm),
    C(addmm_scaled),
    C(addmm_beta),
    C(addmm_no_product),
    C(baddbmm),
    C(tensordot),
    C(tensordot_dims),
    C(tensordot_outer),
    C(einsum_mm),
    C(einsum_implicit),
    C(einsum_batch),
    C(einsum_sum),
    C(einsum_dots),
    C(einsum_one),
    C(einsum_vectors),
    C(einsum_all),
    C(einsum_elementwise),
    C(einsum_trace),
    C(einsum_diagonal),
    C(einsum_transpose),
    C(einsum_three),
};
enum { CASES = sizeof golden_cases / sizeof *golden_cases, CALLS = sizeof calls / sizeof *calls };

static wk_tensor *(*call_of(const char *name))(wk_tensor *const *in)
{
    for (int i = 0; i < CALLS; i++)
        if (!strcmp(calls[i].name, name)) return calls[i].call;
    ck_abort_msg("no call is named %s", name);
}

static wk_tensor *input(const golden_case *c, int k, wk_dtype dtype)
{
    wk_tensor *x = wk_empty(c->ndim[k], c->shape[k], WK_F64);
    double *at = (double *)host_data(x);
    for (int64_t i = 0; i < wk_numel(x); i++) at[i] = sin((double)(i + 1 + k)) * 3;
    host_changed(x, at);
    return wk_requires_grad(wk_detach(wk_to(x, dtype)));
}

static void compare(const golden_case *c, const char *what, wk_tensor *t, const double *expected, double tolerance)
{
    wk_tensor *values = wk_contiguous(wk_to(wk_detach(t), WK_F64));
    const double *at = host_data(values);
    for (int64_t i = 0; i < wk_numel(values); i++) {
        double got = at[i];
        if (!(fabs(got - expected[i]) <= tolerance * fmax(1, fabs(expected[i]))))
            ck_abort_msg("%s, %s, element %d: %.17g instead of %.17g", c->name, what, (int)i, got, expected[i]);
    }
}

static void agrees(const golden_case *c, wk_dtype dtype, double tolerance)
{
    WK_SCOPE(work);
    wk_tensor *in[3];
    for (int k = 0; k < c->inputs; k++) in[k] = input(c, k, dtype);
    wk_tensor *y = call_of(c->name)(in);
    if (!y) ck_abort_msg("%s: %s", c->name, wk_error_text());
    ck_assert_msg(wk_ndim(y) == c->y_ndim, "%s has %d dims", c->name, wk_ndim(y));
    for (int i = 0; i < c->y_ndim; i++)
        ck_assert_msg(wk_size(y, i) == c->y_shape[i], "%s: dim %d is %d", c->name, i, (int)wk_size(y, i));
    compare(c, "value", y, c->y, tolerance);
    wk_tensor *weights = wk_to(wk_cos(wk_arange(0, (double)wk_numel(y), 1, WK_F64)), dtype);
    wk_backward(wk_sum(wk_mul(y, wk_view(weights, wk_ndim(y), wk_shape(y)))));
    CHECK_OK();
    for (int k = 0; k < c->inputs; k++) {
        wk_tensor *grad = wk_grad(in[k]) ? wk_grad(in[k]) : wk_zeros_like(in[k]);
        compare(c, "gradient", grad, c->grad[k], tolerance);
    }
    CHECK_OK();
}

TEST(golden, every_case_has_a_call) { ck_assert_int_eq(CASES, CALLS); }

TEST(golden, f64_agrees_with_pytorch)
{
    for (int i = 0; i < CASES; i++) agrees(&golden_cases[i], WK_F64, 1e-13);
}

TEST(golden, f32_agrees_with_pytorch)
{
    for (int i = 0; i < CASES; i++) agrees(&golden_cases[i], WK_F32, 2e-5);
}

/* ---- Views ---- */
TEST(views, parts_share_the_storage)
{
    wk_tensor *t = wk_randn(WK_SHAPE(4, 6), WK_F32), *part[6];
    ck_assert_int_eq(wk_chunk(t, 3, 1, part), 3);
    for (int i = 0; i < 3; i++) CHECK(wk_same_storage(t, part[i]));
    ck_assert_int_eq(wk_unbind(t, 1, part, 6), 6);
    CHECK(wk_same_storage(t, part[5]));
    CHECK(wk_same_storage(t, wk_diagonal(t, 0, 0, 1)));
    CHECK(wk_same_storage(t, wk_unflatten(wk_t(t), 0, WK_SHAPE(2, 3))));
    wk_zero_(wk_diagonal(t, 0, 0, 1));
    ck_assert_int_eq(wk_version_of(t), 1);
    CHECK_NEAR(((const float *)host_data(t))[7], 0, 0);
}

TEST(views, refuses_parts_that_do_not_fit)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 5), WK_F32), *part[3];
    ck_assert_int_eq(wk_split(t, 1, 1, part, 3), 0);
    CHECK_ERROR(WK_E_RANGE, "split", "[2, 5]", "5 parts", "3");
    ck_assert_int_eq(wk_split(t, 0, 1, part, 3), 0);
    CHECK_ERROR(WK_E_INVALID, "split", "0");
    CHECK(wk_split_sizes(t, BY(2, 2), 1, part));
    CHECK_ERROR(WK_E_SHAPE, "split_sizes", "[2, 2]", "5");
    ck_assert_int_eq(wk_chunk(t, 0, 1, part), 0);
    CHECK_ERROR(WK_E_INVALID, "chunk", "0");
    CHECK_NULL(wk_unflatten(t, 1, WK_SHAPE(2, 2)));
    CHECK_ERROR(WK_E_SHAPE, "unflatten", "[2, 2]", "5", "[2, 5]");
    CHECK_NULL(wk_movedim_dims(t, 2, (int[]){ 0, 0 }, (int[]){ 0, 1 }));
    CHECK_ERROR(WK_E_INVALID, "movedim", "twice");
    CHECK_NULL(wk_diagonal(t, 0, 1, -1));
    CHECK_ERROR(WK_E_INVALID, "diagonal", "both");
    CHECK(wk_meshgrid(&t, 1, false, part));
    CHECK_ERROR(WK_E_SHAPE, "meshgrid", "[2, 5]");
}

TEST(views, chunks_of_nothing_are_empty)
{
    wk_tensor *part[3];
    ck_assert_int_eq(wk_chunk(wk_zeros(WK_SHAPE(0, 2), WK_F32), 3, 0, part), 3);
    ck_assert_int_eq(wk_size(part[2], 0), 0);
}

/* ---- Copies ---- */
TEST(copies, repeat_of_eight_dims_needs_no_more_than_eight)
{
    wk_tensor *t = wk_requires_grad(wk_rand(WK_SHAPE(2, 1, 2, 1, 2, 1, 2, 1), WK_F64));
    wk_tensor *y = wk_repeat(t, WK_SHAPE(2, 2, 2, 2, 2, 2, 2, 2));
    CHECK_OK();
    CHECK_NEAR(wk_item(wk_sum(y)), 256 * wk_item(wk_sum(t)), 1e-9);
    wk_backward(wk_sum(y));
    CHECK_NEAR(wk_item(wk_sum(wk_grad(t))), 256 * 16, 0);
}

TEST(copies, refuse_what_does_not_fit)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32), *whole = wk_zeros(WK_SHAPE(2, 3), WK_I64);
    CHECK_NULL(wk_repeat(t, WK_SHAPE(2)));
    CHECK_ERROR(WK_E_SHAPE, "repeat", "[2, 3]");
    CHECK_NULL(wk_repeat_interleave(t, INT64_MAX, 1));
    CHECK_ERROR(WK_E_SHAPE, "repeat_interleave", "too large");
    CHECK_NULL(wk_repeat_interleave_by(t, wk_ones(WK_SHAPE(2), WK_F32), 0));
    CHECK_ERROR(WK_E_DTYPE, "repeat_interleave", "counts are f32");
    CHECK_NULL(wk_repeat_interleave_by(t, INTS(INT64_MAX, INT64_MAX), 0));
    CHECK_ERROR(WK_E_SHAPE, "add up to too many");
    CHECK_NULL(wk_flip(t, 2, (int[]){ 1, -1 }));
    CHECK_ERROR(WK_E_INVALID, "flip", "twice");
    CHECK_NULL(wk_tril(wk_zeros(WK_SHAPE(3), WK_F32), 0));
    CHECK_ERROR(WK_E_SHAPE, "tril", "[3]");
    CHECK_NULL(wk_diag(wk_zeros(WK_SHAPE(2, 2, 2), WK_F32), 0));
    CHECK_ERROR(WK_E_SHAPE, "diag", "[2, 2, 2]");
    CHECK_NULL(wk_pad(t, BY(3, 0), WK_PAD_REFLECT, 0));
    CHECK_ERROR(WK_E_SHAPE, "pad", "3", "[2, 3]");
    CHECK_NULL(wk_pad(t, BY(-2, -2), WK_PAD_CONSTANT, 0));
    CHECK_ERROR(WK_E_SHAPE, "pad", "-2", "[2, 3]");
    CHECK_NULL(wk_pad(t, BY(1), WK_PAD_CONSTANT, 0));
    CHECK_ERROR(WK_E_SHAPE, "pad", "pair");
    CHECK_NULL(wk_pad(whole, BY(1, 1), WK_PAD_CONSTANT, 0.5));
    CHECK_ERROR(WK_E_DTYPE, "pad", "0.5", "i64");
}

TEST(copies, keep_every_dtype)
{
    static const wk_dtype all[] = { WK_F32, WK_F64, WK_I64, WK_I32, WK_U8, WK_BOOL };
    wk_tensor *flags = wk_view(INTS(1, 0, 0, 1, 1, 0), WK_SHAPE(2, 3)), *index = GRID(2, 2, 0, 0, 1, 1, 2);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        wk_tensor *t = wk_to(flags, all[i]), *wide = wk_to(flags, WK_I64);
        CHECK(wk_equal(wk_to(wk_flip(t, 1, (int[]){ 1 }), WK_I64), wk_flip(wide, 1, (int[]){ 1 })));
        CHECK(wk_equal(wk_to(wk_triu(t, 0), WK_I64), wk_triu(wide, 0)));
        CHECK(wk_equal(wk_to(wk_gather(t, 1, index), WK_I64), wk_gather(wide, 1, index)));
        CHECK(wk_equal(wk_to(wk_scatter(t, 1, index, wk_flip(t, 1, (int[]){ 0 })), WK_I64),
                       wk_scatter(wide, 1, index, wk_flip(wide, 1, (int[]){ 0 }))));
        CHECK(wk_equal(wk_to(wk_masked_select(t, wk_to(flags, WK_BOOL)), WK_I64), INTS(1, 1, 1)));
        if (all[i] == WK_BOOL) continue;
        CHECK(wk_equal(wk_to(wk_scatter_add(t, 0, wk_zeros_like(wide), t), WK_I64),
                       wk_scatter_add(wide, 0, wk_zeros_like(wide), wide)));
    }
    CHECK_OK();
}

TEST(copies, of_nothing_are_nothing)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(0, 3), WK_F32), *none = wk_zeros(WK_SHAPE(0, 3), WK_I64);
    ck_assert_int_eq(wk_numel(wk_flip(t, 1, (int[]){ 1 })), 0);
    ck_assert_int_eq(wk_numel(wk_roll(t, 2)), 0);
    ck_assert_int_eq(wk_numel(wk_tril(t, 0)), 0);
    ck_assert_int_eq(wk_numel(wk_gather(t, 1, none)), 0);
    ck_assert_int_eq(wk_numel(wk_index(wk_zeros(WK_SHAPE(0, 3), WK_F32), AT(wk_zeros(WK_SHAPE(0), WK_I64)))), 0);
    ck_assert_int_eq(wk_numel(wk_masked_select(wk_ones(WK_SHAPE(3), WK_F32), wk_zeros(WK_SHAPE(3), WK_BOOL))), 0);
    ck_assert_int_eq(wk_numel(wk_pad(t, BY(0, 0, 1, 1), WK_PAD_CONSTANT, 2)), 6);
    ck_assert_int_eq(wk_numel(wk_scatter_add(wk_ones(WK_SHAPE(2, 3), WK_F32), 0, none, t)), 6);
    CHECK_OK();
}

/* ---- Indices ---- */
TEST(indices, out_of_range_are_errors_that_name_them)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32), *far = GRID(1, 0, 3), *low = GRID(1, -1);
    CHECK_NULL(wk_gather(t, 1, far));
    CHECK_ERROR(WK_E_RANGE, "gather", "index 3", "dim 1", "[2, 3]", "2");
    CHECK_NULL(wk_gather(t, 1, low));
    CHECK_ERROR(WK_E_RANGE, "gather", "index -1");
    CHECK_NULL(wk_take_along_dim(t, GRID(1, -4), 1));
    CHECK_ERROR(WK_E_RANGE, "index -4", "-3");
    CHECK_NULL(wk_scatter_value(t, 1, far, 1));
    CHECK_ERROR(WK_E_RANGE, "scatter", "index 3", "dim 1", "[2, 3]");
    CHECK_NULL(wk_index_select(t, 0, INTS(2)));
    CHECK_ERROR(WK_E_RANGE, "index 2", "[2, 3]");
    CHECK_NULL(wk_index(t, AT(NULL, INTS(0, -4))));
    CHECK_ERROR(WK_E_RANGE, "index", "-4", "size 3");
    CHECK_NULL(wk_one_hot(INTS(0, 5), 3));
    CHECK_ERROR(WK_E_RANGE, "one_hot", "5", "3 classes");
}

TEST(indices, of_wrong_shape_or_dtype_are_errors)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32), *wide = wk_zeros(WK_SHAPE(3, 3), WK_I64);
    CHECK_NULL(wk_gather(t, 1, wide));
    CHECK_ERROR(WK_E_SHAPE, "gather", "[3, 3]", "[2, 3]");
    CHECK_NULL(wk_gather(t, 1, t));
    CHECK_ERROR(WK_E_DTYPE, "gather", "f32", "i64");
    CHECK_NULL(wk_scatter(t, 0, GRID(2, 0, 1, 0, 1, 0, 1), wk_zeros(WK_SHAPE(2, 2), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "scatter", "[2, 2]");
    CHECK_NULL(wk_scatter(t, 0, GRID(1, 0), wk_zeros(WK_SHAPE(1, 1), WK_F64)));
    CHECK_ERROR(WK_E_DTYPE, "scatter", "f64", "f32");
    CHECK_NULL(wk_index_add(t, 0, INTS(0, 1), wk_zeros(WK_SHAPE(3, 3), WK_F32), 1));
    CHECK_ERROR(WK_E_SHAPE, "index_add", "[3, 3]", "[2, 3]");
    CHECK_NULL(wk_index_select(t, 0, wide));
    CHECK_ERROR(WK_E_SHAPE, "index_select", "[3, 3]");
    CHECK_NULL(wk_index(t, AT(INTS(0, 1), INTS(0, 1, 2))));
    CHECK_ERROR(WK_E_SHAPE, "index", "[2]", "[3]");
    CHECK_NULL(wk_index(t, AT(NULL, NULL)));
    CHECK_ERROR(WK_E_INVALID, "index", "NULL");
    CHECK_NULL(wk_index_put(t, AT(INTS(0, 1)), wk_zeros(WK_SHAPE(2), WK_F32), false));
    CHECK_ERROR(WK_E_SHAPE, "index_put", "[2]");
    CHECK_NULL(wk_masked_select(t, wide));
    CHECK_ERROR(WK_E_DTYPE, "masked_select", "i64", "bool");
}

TEST(indices, written_twice_keep_the_last_and_add_up_all)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2), WK_F64), *index = INTS(1, 1, 1);
    wk_tensor *src = wk_requires_grad(wk_from((double[]){ 1, 2, 4 }, WK_SHAPE(3), WK_F64));
    wk_tensor *last = wk_scatter(t, 0, index, src), *all = wk_index_put(t, 1, &index, src, true);
    CHECK_NEAR(wk_item(wk_select(last, 0, 1)), 4, 0);
    CHECK_NEAR(wk_item(wk_select(all, 0, 1)), 7, 0);
    wk_backward(wk_sum(last));
    for (int i = 0; i < 3; i++) CHECK_NEAR(((const double *)host_data(wk_grad(src)))[i], 1, 0);
}

TEST(indices, one_hot_marks_the_class)
{
    wk_tensor *y = wk_one_hot(INTS(2, 0), -1);
    CHECK(wk_equal(y, GRID(2, 0, 0, 1, 1, 0, 0)));
    ck_assert_int_eq(wk_ndim(wk_one_hot(wk_scalar(1, WK_I64), 3)), 1);
    ck_assert_int_eq(wk_numel(wk_one_hot(wk_zeros(WK_SHAPE(0), WK_I64), 4)), 0);
    CHECK_NULL(wk_one_hot(wk_zeros(WK_SHAPE(0), WK_I64), -1));
    CHECK_ERROR(WK_E_INVALID, "one_hot", "[0]");
    CHECK_NULL(wk_one_hot(INTS(-1), 3));
    CHECK_ERROR(WK_E_RANGE, "one_hot", "-1");
}

/* Large enough that units are cut anywhere. */
TEST(indices, threads_change_no_bit)
{
    wk_manual_seed(3);
    wk_tensor *t = wk_randn(WK_SHAPE(300, 700), WK_F32), *index = wk_randint(0, 300, WK_SHAPE(300, 700));
    wk_tensor *row = wk_randint(0, 300, WK_SHAPE(900)), *source = wk_randn(WK_SHAPE(900, 700), WK_F32), *y[2][5];
    for (int k = 0; k < 2; k++) {
        wk_set_num_threads(k ? 2 : 1);
        y[k][0] = wk_gather(t, 0, index);
        y[k][1] = wk_scatter_add(t, 0, index, t);
        y[k][2] = wk_scatter_add(t, 1, index, t);
        y[k][3] = wk_index_put(t, 1, &row, source, true);
        y[k][4] = wk_triu(wk_roll(t, 1001), -20);
    }
    for (int i = 0; i < 5; i++) CHECK(wk_equal(y[0][i], y[1][i]));
}

/* ---- Linear algebra ---- */
TEST(algebra, beta_zero_ignores_what_is_there)
{
    wk_tensor *nan = wk_full(WK_SHAPE(2), WK_F32, (double)NAN), *a = wk_ones(WK_SHAPE(2, 2), WK_F32);
    CHECK_NEAR(wk_item(wk_sum(wk_addmm(nan, a, a, 0, 1))), 8, 0);
    CHECK_NEAR(wk_item(wk_sum(wk_addmm(nan, a, a, 0, 0))), 0, 0);
    wk_tensor *bad = wk_full(WK_SHAPE(2, 2), WK_F32, (double)NAN);
    CHECK_NEAR(wk_item(wk_sum(wk_addmm(a, bad, a, 3, 0))), 12, 0);
}

TEST(algebra, refuses_shapes_that_do_not_fit)
{
    wk_tensor *a = wk_zeros(WK_SHAPE(2, 3), WK_F32), *x = wk_zeros(WK_SHAPE(2), WK_F32);
    wk_tensor *batch = wk_zeros(WK_SHAPE(2, 2, 3), WK_F32);
    CHECK_NULL(wk_mv(a, x));
    CHECK_ERROR(WK_E_SHAPE, "mv", "[2, 3]", "[2]");
    CHECK_NULL(wk_dot(x, wk_zeros(WK_SHAPE(3), WK_F32)));
    CHECK_ERROR(WK_E_SHAPE, "dot", "[2]", "[3]");
    CHECK_NULL(wk_dot(x, wk_zeros(WK_SHAPE(2), WK_F64)));
    CHECK_ERROR(WK_E_DTYPE, "dot", "f32", "f64");
    CHECK_NULL(wk_bmm(batch, batch));
    CHECK_ERROR(WK_E_SHAPE, "bmm", "inner", "[2, 2, 3]");
    CHECK_NULL(wk_bmm(a, a));
    CHECK_ERROR(WK_E_SHAPE, "bmm", "three dims");
    CHECK_NULL(wk_outer(a, x));
    CHECK_ERROR(WK_E_SHAPE, "outer", "[2, 3]");
    CHECK_NULL(wk_addmm(wk_zeros(WK_SHAPE(4), WK_F32), a, wk_t(a), 1, 1));
    CHECK_ERROR(WK_E_SHAPE, "addmm", "[4]", "[2, 2]");
    CHECK_NULL(wk_baddbmm(x, batch, batch, 1, 1));
    CHECK_ERROR(WK_E_SHAPE, "baddbmm", "[2, 2, 3]", "[b, n, k]");
    CHECK_NULL(wk_tensordot(a, a, 1, NULL, NULL));
    CHECK_ERROR(WK_E_SHAPE, "tensordot", "dim 1", "[2, 3]");
    CHECK_NULL(wk_tensordot(a, a, 2, (int[]){ 0, 0 }, (int[]){ 0, 1 }));
    CHECK_ERROR(WK_E_INVALID, "tensordot", "twice");
}

TEST(algebra, einsum_says_what_is_wrong_with_an_equation)
{
    wk_tensor *a = wk_zeros(WK_SHAPE(2, 3), WK_F32), *two[] = { a, a };
    CHECK_NULL(wk_einsum("ij,jk->ik", 2, two));
    CHECK_ERROR(WK_E_SHAPE, "einsum", "[2, 3]", "3");
    CHECK_NULL(wk_einsum("ij->iij", 1, two));
    CHECK_ERROR(WK_E_INVALID, "einsum", "twice");
    CHECK_NULL(wk_einsum("ij->ik", 1, two));
    CHECK_ERROR(WK_E_INVALID, "einsum", "no operand");
    CHECK_NULL(wk_einsum("ijk", 1, two));
    CHECK_ERROR(WK_E_SHAPE, "einsum", "[2, 3]", "ijk");
    CHECK_NULL(wk_einsum("ij", 2, two));
    CHECK_ERROR(WK_E_INVALID, "einsum", "2 operands", "fewer");
    CHECK_NULL(wk_einsum("ij,ij", 1, two));
    CHECK_ERROR(WK_E_INVALID, "einsum", "more");
    CHECK_NULL(wk_einsum("i1", 1, (wk_tensor *[]){ wk_zeros(WK_SHAPE(2), WK_F32) }));
    CHECK_ERROR(WK_E_INVALID, "einsum", "'1'");
    CHECK_NULL(wk_einsum("ii", 1, two));
    CHECK_ERROR(WK_E_SHAPE, "einsum", "one label", "[2, 3]");
    CHECK_NULL(wk_einsum("ij-ij", 1, two));
    CHECK_ERROR(WK_E_INVALID, "einsum", "->");
}

TEST(algebra, dot_of_long_vectors_is_exact_enough)
{
    int64_t n = 100003;
    wk_tensor *ones = wk_ones(WK_SHAPE(n), WK_F32),
              *spread = wk_slice(wk_ones(WK_SHAPE(2 * n), WK_F32), 0, 0, 2 * n, 2);
    CHECK_NEAR(wk_item(wk_dot(ones, spread)), (double)n, 0);
    CHECK_NEAR(wk_item(wk_dot(wk_zeros(WK_SHAPE(0), WK_F64), wk_zeros(WK_SHAPE(0), WK_F64))), 0, 0);
}

WICK_TEST_MAIN
