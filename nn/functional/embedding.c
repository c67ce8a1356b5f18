/* Embedding: rows of a table by number. The pick and its gradient are index_select's; a padding row is read as it is
 * and passes no gradient. */
#include "autograd/op.h"
#include "wick/nn.h"

wk_tensor *wk_embedding(wk_tensor *index, wk_tensor *weight, int64_t padding_idx)
{
    static const char where[] = "embedding";
    if (!wki_tensor_ok(index, where, "index") || !wki_tensor_ok(weight, where, "weight") ||
        !wki_same_device(where, index, weight))
        return NULL;
    const wk_dtype dtype = (wk_dtype)index->v.dtype;
    wki_check(dtype == WK_I64 || dtype == WK_I32 || dtype == WK_U8, NULL, WK_E_DTYPE, where,
              "index is %s; i64 (or i32, u8) is needed", wk_dtype_name(dtype));
    wki_check(weight->v.ndim == 2, NULL, WK_E_SHAPE, where, "weight is %s; [n, dim] is needed", wki_show(&weight->v));
    wki_check(index->v.ndim < WK_MAX_DIMS, NULL, WK_E_SHAPE, where, "index %s has too many dims", wki_show(&index->v));
    const int64_t n = weight->v.size[0], padding = padding_idx < 0 ? padding_idx + n : padding_idx;
    wki_check(padding_idx == WK_NO_PADDING || (padding >= 0 && padding < n), NULL, WK_E_RANGE, where,
              "padding_idx %lld lies outside the %lld rows of weight", (long long)padding_idx, (long long)n);
    wki_shape shape = wki_shape_of(index);
    shape.size[shape.ndim++] = weight->v.size[1];
    wk_tensor *numbers = wk_reshape(wk_to(index, WK_I64), WK_SHAPE(wki_numel(&index->v)));
    wk_tensor *rows = wk_index_select(weight, 0, numbers);
    if (!rows) wki_error_rename("index_select", where);
    if (rows && padding_idx != WK_NO_PADDING && wki_wants_grad(1, &weight)) {
        wk_tensor *padded = wk_eq(wk_unsqueeze(numbers, 1), wk_scalar((double)padding, WK_I64));
        rows = wk_where(padded, wk_detach(rows), rows);
    }
    return wk_reshape(rows, shape.ndim, shape.size);
}

static wk_tensor *numbers(void) { return wk_from((int64_t[]){ 2, 0, 2, 1, 2, 0 }, WK_SHAPE(2, 3), WK_I64); }
static wk_tensor *sample(wk_tensor *const *in) { return wk_square(wk_embedding(numbers(), in[0], WK_NO_PADDING)); }
static const wki_sample samples[] = { { sample, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef op = { "embedding", NULL, samples };
static wk_tensor *wrong_index(void)
{
    return wk_embedding(wk_zeros(WK_SHAPE(2), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), -1);
}
const wki_error_sample wki_errors_embedding[] = {
    { "embedding", wrong_index, WK_E_DTYPE, "index is f32" },
    { 0 },
};

const wki_family wki_family_embedding = { &op, NULL };
