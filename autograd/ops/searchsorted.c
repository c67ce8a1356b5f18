/* Where values belong among sorted ones: searchsorted, bucketize, and the parts of a histogram between edges. No
 * gradients. */
#include "autograd/reduce.h"

wk_tensor *wki_bucket(const char *where, wk_tensor *x, wk_tensor *edges, wki_bucket_kind kind)
{
    const wki_bucket_attrs attrs = { kind };
    wk_tensor *y = wki_new(where, x->v.device, 2, x->v.size, WK_I64);
    if (!y || wki_do(WKI_OP_bucket, 1, WKI_VIEWS(&y->v, &x->v, &edges->v), &attrs, sizeof attrs, 16 * wki_numel(&y->v)))
        return NULL;
    return y;
}

/* t as rows of its last dim, or as one: floats as they are, integers in 64 bits. */
static wk_tensor *as_rows(wk_tensor *t, int64_t rows)
{
    wk_tensor *x = wki_is_float((wk_dtype)t->v.dtype) ? wk_detach(t) : wk_to(t, WK_I64);
    const int64_t columns = rows ? wki_numel(&t->v) / rows : t->v.size[t->v.ndim - 1];
    return x ? wk_reshape(x, WK_SHAPE(rows, columns)) : NULL;
}

static wk_tensor *searched(const char *where, wk_tensor *sorted, wk_tensor *values, bool right)
{
    int64_t rows = 1;
    for (int d = 0; d < sorted->v.ndim - 1; d++) rows *= sorted->v.size[d];
    wk_tensor *edges = as_rows(sorted, rows), *x = as_rows(values, rows);
    wk_tensor *y =
        edges && x ? wki_bucket(where, x, edges, right && !WKI_FAULT(243) ? WKI_BUCKET_UP_TO : WKI_BUCKET_BELOW) : NULL;
    return y ? wk_view(y, values->v.ndim, values->v.size) : NULL;
}

static bool dtypes_ok(const char *where, const char *edges, wk_tensor *sorted, const char *name, wk_tensor *values)
{
    const wk_dtype of = (wk_dtype)sorted->v.dtype, with = (wk_dtype)values->v.dtype;
    if (!wki_same_device(where, sorted, values)) return false;
    wki_check(of == with && of != WK_BOOL, false, WK_E_DTYPE, where,
              "%s is %s, %s %s; both need one dtype, and not bool", edges, wk_dtype_name(of), name,
              wk_dtype_name(with));
    return true;
}

wk_tensor *wk_searchsorted(wk_tensor *sorted, wk_tensor *values, bool right)
{
    static const char where[] = "searchsorted";
    if (!wki_tensor_ok(sorted, where, "sorted") || !wki_tensor_ok(values, where, "values") ||
        !dtypes_ok(where, "sorted", sorted, "values", values))
        return NULL;
    const wki_view *s = &sorted->v, *v = &values->v;
    bool fits = s->ndim == 1 || (s->ndim > 1 && s->ndim == v->ndim);
    for (int d = 0; d < s->ndim - 1 && fits; d++) fits = s->size[d] == v->size[d];
    wki_check(fits, NULL, WK_E_SHAPE, where,
              "sorted is %s, values %s; sorted needs one dim, or all sizes of values but the last", wki_show(s),
              wki_show(v));
    return searched(where, sorted, values, right);
}

wk_tensor *wk_bucketize(wk_tensor *t, wk_tensor *boundaries, bool right)
{
    static const char where[] = "bucketize";
    if (!wki_tensor_ok(t, where, "t") || !wki_tensor_ok(boundaries, where, "boundaries") ||
        !dtypes_ok(where, "boundaries", boundaries, "t", t))
        return NULL;
    wki_check(boundaries->v.ndim == 1, NULL, WK_E_SHAPE, where, "boundaries is %s; one dim is needed",
              wki_show(&boundaries->v));
    return searched(where, boundaries, t, right);
}

static wk_tensor *wrong_shape(void)
{
    return wk_searchsorted(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3, 4), WK_F32), false);
}
static wk_tensor *wrong_dtype(void)
{
    return wk_searchsorted(wk_zeros(WK_SHAPE(3), WK_F32), wk_zeros(WK_SHAPE(4), WK_I64), false);
}
static wk_tensor *wrong_boundaries(void)
{
    return wk_bucketize(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), false);
}
static wk_tensor *wrong_bools(void)
{
    return wk_bucketize(wk_zeros(WK_SHAPE(2), WK_BOOL), wk_zeros(WK_SHAPE(2), WK_BOOL), true);
}
const wki_error_sample wki_errors_searchsorted[] = {
    { "searchsorted", wrong_shape, WK_E_SHAPE, "sorted is [2, 3], values [3, 4]" },
    { "searchsorted", wrong_dtype, WK_E_DTYPE, "sorted is f32, values i64" },
    { "bucketize", wrong_boundaries, WK_E_SHAPE, "boundaries is [2, 3]" },
    { "bucketize", wrong_bools, WK_E_DTYPE, "boundaries is bool, t bool" },
    { 0 },
};

const wki_family wki_family_searchsorted = { NULL };
