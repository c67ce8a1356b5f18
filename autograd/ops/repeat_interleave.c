/* repeat_interleave: each row of a dim several times, one behind the other. Composed: an expanded dim that is laid out
 * again, or, where rows have counts of their own, the rows picked by their numbers. */
#include "autograd/op.h"
#include "autograd/recording.h"

static const char where[] = "repeat_interleave";

static wk_tensor *counts(void) { return wk_from((int64_t[]){ 2, 0, 1 }, WK_SHAPE(3), WK_I64); }
static wk_tensor *sample_all(wk_tensor *const *in) { return wk_square(wk_repeat_interleave(in[0], 3, 1)); }
static wk_tensor *sample_each(wk_tensor *const *in) { return wk_square(wk_repeat_interleave_by(in[0], counts(), 0)); }
static const wki_sample samples[] = { { sample_all, 1, { { 3, { 2, 3, 2 }, -2, 2 } } },
                                      { sample_each, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                      { 0 } };
static const wki_opdef op = { where, NULL, samples };
const wki_family wki_family_repeat_interleave = { &op, NULL };

static wk_tensor *rows(void) { return wk_zeros(WK_SHAPE(3, 2), WK_F32); }
static wk_tensor *negative(void) { return wk_repeat_interleave(rows(), -1, 0); }
static wk_tensor *too_few(void) { return wk_repeat_interleave_by(rows(), counts(), 1); }
static wk_tensor *negative_one(void)
{
    return wk_repeat_interleave_by(rows(), wk_from((int64_t[]){ 1, -2, 1 }, WK_SHAPE(3), WK_I64), 0);
}
const wki_error_sample wki_errors_repeat_interleave[] = {
    { where, negative, WK_E_INVALID, "count is -1" },
    { where, too_few, WK_E_SHAPE, "counts is [3]; [2], one for each row of dim 1 of [3, 2], is needed" },
    { where, negative_one, WK_E_RANGE, "count 1 is -2" },
    { 0 },
};

wk_tensor *wk_repeat_interleave(wk_tensor *t, int64_t count, int dim)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_dim_ok(where, "dim", t->v.ndim, &dim)) return NULL;
    wki_check(count >= 0, NULL, WK_E_INVALID, where, "count is %lld; it must not be negative", (long long)count);
    wki_shape to = wki_shape_of(t);
    const int64_t n = to.size[dim];
    int64_t before = 1, behind = 1, all;
    for (int d = 0; d < dim; d++) before *= to.size[d];
    for (int d = dim + 1; d < to.ndim; d++) behind *= to.size[d];
    wki_check(!__builtin_mul_overflow(n, count, &to.size[dim]), NULL, WK_E_SHAPE, where,
              "dim %d of %s %lld times is too large", dim, wki_show(&t->v), (long long)count);
    if (!wki_shape_ok(where, to.ndim, to.size, (wk_dtype)t->v.dtype, &all)) return NULL;
    wk_tensor *lines = wk_reshape(t, WK_SHAPE(before * n, 1, behind));
    wk_tensor *wide = lines ? wk_contiguous(wk_expand(lines, WK_SHAPE(before * n, count, behind))) : NULL;
    wk_tensor *y = wide ? wk_reshape(wide, to.ndim, to.size) : NULL;
    return y && wk_same_storage(y, t) ? wk_clone(y) : y;
}

/* The number of each row as often as it is wanted. */
static wk_tensor *places_of(const int64_t *count, int64_t n)
{
    int64_t all = 0;
    for (int64_t i = 0; i < n; i++) {
        wki_check(count[i] >= 0, NULL, WK_E_RANGE, where, "count %lld is %lld; it must not be negative", (long long)i,
                  (long long)count[i]);
        wki_check(!__builtin_add_overflow(all, count[i], &all), NULL, WK_E_SHAPE, where, "counts add up to too many");
    }
    wk_tensor *places = wk_empty(1, &all, WK_I64);
    int64_t *to = places ? places->v.data : NULL;
    for (int64_t i = 0; places && i < n; i++)
        for (int64_t k = 0; k < count[i]; k++) *to++ = i;
    return places;
}

wk_tensor *wk_repeat_interleave_by(wk_tensor *t, wk_tensor *counts, int dim)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_tensor_ok(counts, where, "counts") ||
        !wki_dim_ok(where, "dim", t->v.ndim, &dim))
        return NULL;
    const wki_view *c = &counts->v;
    wki_check(c->dtype == WK_I64 || c->dtype == WK_I32, NULL, WK_E_DTYPE, where, "counts are %s; i64 or i32 is needed",
              wk_dtype_name((wk_dtype)c->dtype));
    wki_check(c->ndim == 1 && c->size[0] == t->v.size[dim], NULL, WK_E_SHAPE, where,
              "counts is %s; [%lld], one for each row of dim %d of %s, is needed", wki_show(c),
              (long long)t->v.size[dim], dim, wki_show(&t->v));
    wk_tensor *here = wk_contiguous(wk_to(wk_to_device(counts, WK_CPU), WK_I64)), *places = NULL;
    wki_not_repeated("the counts of repeat_interleave decide about shapes");
    if (here) {
        WKI_ON_CPU(counted);
        places = places_of(here->v.data, c->size[0]);
    }
    return places ? wk_index_select(t, dim, wk_to_device(places, t->v.device)) : NULL;
}
