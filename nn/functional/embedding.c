/* Embedding: rows of a table by number. The pick and its gradient are index_select's; a padding row is read as it is
 * and passes no gradient. */
#include "autograd/op.h"
#include "base/options.h"
#include "wick/nn.h"
#include <math.h>

/* ---- scale_grad_by_freq: a gradient divided by how often its row is picked ---- */
static wk_status share_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *count = wki_saved_at(b, 0);
    if (count) d[0] = wk_div(b->g, count);
    return wk_error();
}

static wk_tensor *numbers(void) { return wk_from((int64_t[]){ 2, 0, 2, 1, 2, 0 }, WK_SHAPE(2, 3), WK_I64); }
static wk_tensor *sample_share(wk_tensor *const *in)
{
    wk_tensor *index = wk_from((int64_t[]){ 2, 0 }, WK_SHAPE(2), WK_I64); /* each once, or differences would disagree */
    return wk_square(wk_embedding_with(index, in[0], .scale_grad_by_freq = true));
}
static const wki_sample share_samples[] = { { sample_share, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef share_op = { "embedding", share_backward, share_samples };

static wk_tensor *shared(wk_tensor *rows, wk_tensor *numbers, int64_t n)
{
    if (!rows || !wki_wants_grad(1, &rows)) return rows;
    wk_tensor *counts = wk_index_select(wk_bincount(numbers, NULL, n), 0, numbers);
    wk_tensor *divisor = wk_unsqueeze(wk_to(counts, (wk_dtype)rows->v.dtype), 1), *y = wki_alias(rows, &rows->v);
    if (!y || !divisor) return NULL;
    wki_node *node = wki_record(&share_op, y, 1, &rows, NULL, 0);
    wki_save(node, divisor);
    return wki_recorded(node, y);
}

/* ---- max_norm: the rows picked, made no longer than that, in place ---- */
static wk_status shorten(wk_tensor *weight, wk_tensor *numbers, double most, double p)
{
    WK_SCOPE(work);
    WK_NO_GRAD(plain);
    wk_tensor *rows = wk_index_select(weight, 0, numbers), *length = rows ? wk_norm_dim(rows, p, 1, true) : NULL;
    if (!length) {
        wki_error_rename("index_select", "embedding");
        return wk_error();
    }
    wk_tensor *factor = wk_scalar_div(wk_add_scalar(length, 1e-7), most), *one = wk_ones_like(length);
    wk_tensor *scaled = wk_mul(rows, wk_where(wk_gt_scalar(length, most), factor, one));
    return wk_index_copy_(wk_detach(weight), 0, numbers, scaled);
}

wk_embedding_opts wk_embedding_opts_default(void) { return (wk_embedding_opts){ WK_EMBEDDING_DEFAULTS }; }

wk_tensor *wk_embedding_run(wk_tensor *index, wk_tensor *weight, const wk_embedding_opts *given)
{
    static const char where[] = "embedding";
    wk_embedding_opts o = wk_embedding_opts_default();
    if (given) wki_options_merge(&o, sizeof o, given);
    if (!wki_tensor_ok(index, where, "index") || !wki_tensor_ok(weight, where, "weight") ||
        !wki_same_device(where, index, weight))
        return NULL;
    const wk_dtype dtype = (wk_dtype)index->v.dtype;
    wki_check(dtype == WK_I64 || dtype == WK_I32 || dtype == WK_U8, NULL, WK_E_DTYPE, where,
              "index is %s; i64 (or i32, u8) is needed", wk_dtype_name(dtype));
    wki_check(weight->v.ndim == 2, NULL, WK_E_SHAPE, where, "weight is %s; [n, dim] is needed", wki_show(&weight->v));
    wki_check(index->v.ndim < WK_MAX_DIMS, NULL, WK_E_SHAPE, where, "index %s has too many dims", wki_show(&index->v));
    const int64_t n = weight->v.size[0], padding = o.padding_idx < 0 ? o.padding_idx + n : o.padding_idx;
    wki_check(o.padding_idx == WK_NO_PADDING || (padding >= 0 && padding < n), NULL, WK_E_RANGE, where,
              "padding_idx %lld lies outside the %lld rows of weight", (long long)o.padding_idx, (long long)n);
    wki_check(isnan(o.max_norm) || o.max_norm >= 0, NULL, WK_E_INVALID, where, "max_norm is %g; 0 or more is needed",
              o.max_norm);
    wki_shape shape = wki_shape_of(index);
    shape.size[shape.ndim++] = weight->v.size[1];
    wk_tensor *numbers = wk_reshape(wk_to(index, WK_I64), WK_SHAPE(wki_numel(&index->v)));
    if (!numbers || (!isnan(o.max_norm) && shorten(weight, numbers, o.max_norm, o.norm_type))) return NULL;
    wk_tensor *rows = wk_index_select(weight, 0, numbers);
    if (!rows) wki_error_rename("index_select", where);
    if (o.scale_grad_by_freq) rows = shared(rows, numbers, n);
    if (rows && o.padding_idx != WK_NO_PADDING && wki_wants_grad(1, &weight)) {
        wk_tensor *padded = wk_eq_scalar(wk_unsqueeze(numbers, 1), (double)padding);
        rows = wk_where(padded, wk_detach(rows), rows);
    }
    return wk_reshape(rows, shape.ndim, shape.size);
}

wk_tensor *wk_embedding(wk_tensor *index, wk_tensor *weight, int64_t padding_idx)
{
    return wk_embedding_with(index, weight, .padding_idx = padding_idx);
}

static wk_tensor *sample(wk_tensor *const *in) { return wk_square(wk_embedding(numbers(), in[0], WK_NO_PADDING)); }
static const wki_sample samples[] = { { sample, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef op = { "embedding", NULL, samples };
static wk_tensor *wrong_index(void)
{
    return wk_embedding(wk_zeros(WK_SHAPE(2), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), -1);
}
static wk_tensor *wrong_max_norm(void)
{
    return wk_embedding_with(wk_zeros(WK_SHAPE(2), WK_I64), wk_zeros(WK_SHAPE(2, 3), WK_F32), .max_norm = -1);
}
const wki_error_sample wki_errors_embedding[] = {
    { "embedding", wrong_max_norm, WK_E_INVALID, "max_norm is -1" },
    { "embedding", wrong_index, WK_E_DTYPE, "index is f32" },
    { 0 },
};

const wki_family wki_family_embedding = { &op, &share_op, NULL };
