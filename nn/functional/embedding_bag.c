/* Bags of an embedding's rows, each made into one row: their mean, sum or largest elements. Composed: every element is
 * given the number of its bag, those that do not count a number behind all, and index_add adds up by number; the
 * largest are picked by two sorts, which keep the order of equals. */
#include "autograd/op.h"
#include "base/options.h"
#include "wick/nn.h"

static const char where[] = "embedding_bag";

static wk_tensor *numbers(void) { return wk_from((int64_t[]){ 2, 0, 2, 1, 2, 0 }, WK_SHAPE(6), WK_I64); }
static wk_tensor *starts(void) { return wk_from((int64_t[]){ 0, 4, 4 }, WK_SHAPE(3), WK_I64); }
static wk_tensor *sample_mean(wk_tensor *const *in) { return wk_square(wk_embedding_bag(numbers(), in[0], starts())); }
static wk_tensor *sample_sum(wk_tensor *const *in)
{
    return wk_square(wk_embedding_bag_with(numbers(), in[0], starts(), .mode = WK_BAG_SUM, .padding_idx = 0,
                                           .per_sample_weights = in[1]));
}
static wk_tensor *sample_max(wk_tensor *const *in)
{
    wk_tensor *index = wk_reshape(numbers(), WK_SHAPE(2, 3));
    return wk_square(wk_embedding_bag_with(index, in[0], NULL, .mode = WK_BAG_MAX));
}
static const wki_sample samples[] = { { sample_mean, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                      { sample_sum, 2, { { 2, { 3, 4 }, -2, 2 }, { 1, { 6 }, -2, 2 } } },
                                      { sample_max, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                      { 0 } };
static const wki_opdef op = { "embedding_bag", NULL, samples };
const wki_family wki_family_embedding_bag = { &op, NULL };

static wk_tensor *table(void) { return wk_zeros(WK_SHAPE(3, 2), WK_F32); }
static wk_tensor *wrong_offsets(void) { return wk_embedding_bag(numbers(), table(), NULL); }
static wk_tensor *too_many_offsets(void)
{
    return wk_embedding_bag(wk_zeros(WK_SHAPE(2, 3), WK_I64), table(), starts());
}
static wk_tensor *late_offset(void)
{
    return wk_embedding_bag(numbers(), table(), wk_from((int64_t[]){ 0, 7 }, WK_SHAPE(2), WK_I64));
}
static wk_tensor *no_first_offset(void)
{
    return wk_embedding_bag(numbers(), table(), wk_from((int64_t[]){ 1, 4 }, WK_SHAPE(2), WK_I64));
}
static wk_tensor *wrong_index(void) { return wk_embedding_bag(wk_full(WK_SHAPE(2, 3), WK_I64, 3), table(), NULL); }
static wk_tensor *wrong_weights(void)
{
    return wk_embedding_bag_with(numbers(), table(), starts(), .mode = WK_BAG_SUM,
                                 .per_sample_weights = wk_zeros(WK_SHAPE(5), WK_F32));
}
static wk_tensor *weights_of_means(void)
{
    return wk_embedding_bag_with(numbers(), table(), starts(), .per_sample_weights = wk_zeros(WK_SHAPE(6), WK_F32));
}
const wki_error_sample wki_errors_embedding_bag[] = {
    { "embedding_bag", wrong_offsets, WK_E_SHAPE, "index is [6] without offsets; [bags, length] is needed" },
    { "embedding_bag", too_many_offsets, WK_E_SHAPE, "index is [2, 3] with offsets; [n] is needed" },
    { "embedding_bag", late_offset, WK_E_RANGE, "index 7 is outside" },
    { "embedding_bag", no_first_offset, WK_E_RANGE, "index -1 is outside" },
    { "embedding_bag", wrong_index, WK_E_RANGE, "index 3 is outside dim 0 of [3, 2]" },
    { "embedding_bag", wrong_weights, WK_E_SHAPE, "per_sample_weights is [5], index is [6]" },
    { "embedding_bag", weights_of_means, WK_E_INVALID, "per_sample_weights are for sums" },
    { 0 },
};

typedef struct bags {
    int64_t n, elements;
    wk_tensor *number, *count; /* of each element's bag, n: it counts in none; of each bag and of those [n + 1] */
} bags;

static bool offsets_ok(wk_tensor *index, wk_tensor *offsets, const wk_embedding_bag_opts *o)
{
    wki_check(offsets || index->v.ndim == 2, false, WK_E_SHAPE, where,
              "index is %s without offsets; [bags, length] is needed", wki_show(&index->v));
    if (!offsets) return true;
    if (!wki_tensor_ok(offsets, where, "offsets") || !wki_same_device(where, index, offsets)) return false;
    wki_check(index->v.ndim == 1, false, WK_E_SHAPE, where, "index is %s with offsets; [n] is needed",
              wki_show(&index->v));
    wki_check(offsets->v.dtype == WK_I64 || offsets->v.dtype == WK_I32, false, WK_E_DTYPE, where,
              "offsets are %s; i64 (or i32) is needed", wk_dtype_name((wk_dtype)offsets->v.dtype));
    wki_check(offsets->v.ndim == 1 && offsets->v.size[0] >= o->include_last_offset, false, WK_E_SHAPE, where,
              "offsets is %s; where each bag starts, [bags], is needed%s", wki_show(&offsets->v),
              o->include_last_offset ? ", and the end" : "");
    return true;
}

static bool weights_ok(wk_tensor *index, wk_tensor *weight, const wk_embedding_bag_opts *o)
{
    wk_tensor *w = o->per_sample_weights;
    wki_check((unsigned)o->mode <= WK_BAG_MAX, false, WK_E_INVALID, where, "%d is no mode", (int)o->mode);
    wki_check(o->mode != WK_BAG_MAX || !o->scale_grad_by_freq, false, WK_E_INVALID, where,
              "scale_grad_by_freq is for sums and means");
    if (!w) return true;
    if (!wki_tensor_ok(w, where, "per_sample_weights") || !wki_same_device(where, index, w)) return false;
    wki_check(o->mode == WK_BAG_SUM, false, WK_E_INVALID, where, "per_sample_weights are for sums");
    wki_check(w->v.dtype == weight->v.dtype, false, WK_E_DTYPE, where, "per_sample_weights are %s, weight is %s",
              wk_dtype_name((wk_dtype)w->v.dtype), wk_dtype_name((wk_dtype)weight->v.dtype));
    wki_check(wki_same_shape(&w->v, &index->v), false, WK_E_SHAPE, where,
              "per_sample_weights is %s, index is %s; the shapes must agree", wki_show(&w->v), wki_show(&index->v));
    return true;
}

/* How many offsets lie at or before each element, less one. */
static wk_tensor *numbers_by(wk_tensor *offsets, int64_t elements)
{
    if (!offsets) return NULL;
    wk_tensor *one = wk_ones(WK_SHAPE(offsets->v.size[0]), WK_I64), *none = wk_zeros(WK_SHAPE(elements + 1), WK_I64);
    wk_tensor *marks = wk_scatter_add(none, 0, wk_to(offsets, WK_I64), one);
    wk_tensor *sums = marks ? wk_sub_scalar(wk_cumsum(marks, 0), 1) : NULL;
    return sums ? wk_narrow(sums, 0, 0, elements) : NULL;
}

static bool count_bags(wk_tensor *index, wk_tensor *offsets, const wk_embedding_bag_opts *o, int64_t padding, bags *b)
{
    b->elements = wki_numel(&index->v);
    if (offsets) {
        b->n = offsets->v.size[0] - o->include_last_offset;
        b->number = numbers_by(wk_narrow(offsets, 0, 0, b->n), b->elements); /* the last bag goes on to the end */
    } else {
        b->n = index->v.size[0];
        wk_tensor *rows = wk_unsqueeze(wk_arange(0, (double)b->n, 1, WK_I64), 1);
        b->number = wk_reshape(wk_expand(rows, 2, index->v.size), WK_SHAPE(b->elements));
    }
    if (b->number && padding >= 0) {
        wk_tensor *flat = wk_reshape(wk_to(index, WK_I64), WK_SHAPE(b->elements));
        b->number = wk_masked_fill(b->number, wk_eq_scalar(flat, (double)padding), (double)b->n);
    }
    wk_tensor *one = b->number ? wk_ones(WK_SHAPE(b->elements), WK_I64) : NULL;
    b->count = one ? wk_scatter_add(wk_zeros(WK_SHAPE(b->n + 1), WK_I64), 0, b->number, one) : NULL;
    return b->count != NULL;
}

static wk_tensor *summed(wk_tensor *rows, const bags *b)
{
    wk_tensor *none = wk_zeros(WK_SHAPE(b->n + 1, rows->v.size[1]), (wk_dtype)rows->v.dtype);
    wk_tensor *all = none ? wk_index_add(none, 0, b->number, rows, 1) : NULL;
    return all ? wk_narrow(all, 0, 0, b->n) : NULL;
}

/* Sorted by bag, and the largest first within: the first of each bag. */
static wk_tensor *largest(wk_tensor *rows, const bags *b)
{
    const int64_t dim = rows->v.size[1];
    if (!b->elements) return summed(rows, b);
    wk_tensor *falling = wk_argsort(wk_detach(rows), 0, true);
    wk_tensor *number = wk_expand(wk_unsqueeze(b->number, 1), 2, rows->v.size);
    wk_tensor *order = falling ? wk_argsort(wk_gather(number, 0, falling), 0, false) : NULL;
    wk_tensor *place = order ? wk_gather(falling, 0, order) : NULL;
    wk_tensor *count = place ? wk_narrow(b->count, 0, 0, b->n) : NULL, *empty = count ? wk_eq_scalar(count, 0) : NULL;
    wk_tensor *start = empty ? wk_masked_fill(wk_sub(wk_cumsum(count, 0), count), empty, 0) : NULL;
    if (!start) return NULL;
    wk_tensor *first = wk_gather(place, 0, wk_expand(wk_unsqueeze(start, 1), WK_SHAPE(b->n, dim)));
    return first ? wk_masked_fill(wk_gather(rows, 0, first), wk_unsqueeze(empty, 1), 0) : NULL;
}

static wk_tensor *reduced(wk_tensor *rows, const bags *b, wk_bag_mode mode)
{
    if (mode == WK_BAG_MAX) return largest(rows, b);
    wk_tensor *sum = summed(rows, b);
    if (mode == WK_BAG_SUM || !sum) return sum;
    wk_tensor *count = wk_clamp_min(wk_to(wk_narrow(b->count, 0, 0, b->n), (wk_dtype)rows->v.dtype), 1);
    return count ? wk_div(sum, wk_unsqueeze(count, 1)) : NULL;
}

wk_embedding_bag_opts wk_embedding_bag_opts_default(void)
{
    return (wk_embedding_bag_opts){ WK_EMBEDDING_BAG_DEFAULTS };
}

wk_tensor *wk_embedding_bag_run(wk_tensor *index, wk_tensor *weight, wk_tensor *offsets,
                                const wk_embedding_bag_opts *given)
{
    wk_embedding_bag_opts o = wk_embedding_bag_opts_default();
    if (given) wki_options_merge(&o, sizeof o, given);
    if (!wki_tensor_ok(index, where, "index") || !wki_tensor_ok(weight, where, "weight") ||
        !wki_float_ok(weight, where, "weight") || !offsets_ok(index, offsets, &o) || !weights_ok(index, weight, &o))
        return NULL;
    WKI_BESIDE(here, index);
    wk_tensor *rows = wk_embedding_with(index, weight, .padding_idx = o.padding_idx, .max_norm = o.max_norm,
                                        .norm_type = o.norm_type, .scale_grad_by_freq = o.scale_grad_by_freq);
    bags b = { 0 };
    const bool padded = o.padding_idx != WK_NO_PADDING;
    const int64_t padding = !padded ? -1 : o.padding_idx < 0 ? o.padding_idx + weight->v.size[0] : o.padding_idx;
    if (rows && count_bags(index, offsets, &o, padding, &b)) {
        rows = wk_reshape(rows, WK_SHAPE(b.elements, weight->v.size[1]));
        if (o.per_sample_weights) rows = wk_mul(rows, wk_reshape(o.per_sample_weights, WK_SHAPE(b.elements, 1)));
        if (rows) rows = reduced(rows, &b, o.mode);
    }
    if (!wk_failed()) return rows;
    static const char *const inner[] = { "embedding", "scatter_add", "index_add" };
    for (int i = 0; i < 3; i++) wki_error_rename(inner[i], where);
    return NULL;
}

wk_tensor *wk_embedding_bag(wk_tensor *index, wk_tensor *weight, wk_tensor *offsets)
{
    return wk_embedding_bag_run(index, weight, offsets, NULL);
}
