/* Lengths and angles: normalize, cosine_similarity, pairwise_distance, cdist. Composed of ops, with the gradient of a
 * length at 0 made 0, as in torch. */
#include "nn/loss.h"

static bool length_ok(const char *where, double p)
{
    wki_check(p == p, false, WK_E_INVALID, where, "p is NaN; a number is needed");
    return true;
}

wk_tensor *wk_normalize(wk_tensor *x, double p, int dim, double eps)
{
    if (!wki_tensor_ok(x, "normalize", "x") || !wki_float_ok(x, "normalize", "x") || !length_ok("normalize", p) ||
        !wki_dim_ok("normalize", "dim", x->v.ndim, &dim))
        return NULL;
    return wk_div(x, wk_clamp(wk_norm_dim(x, p, dim, true), eps, (double)INFINITY));
}

wk_tensor *wk_cosine_similarity(wk_tensor *a, wk_tensor *b, int dim, double eps)
{
    static const char where[] = "cosine_similarity";
    if (!wki_tensor_ok(a, where, "a") || !wki_tensor_ok(b, where, "b") || !wki_float_ok(a, where, "a") ||
        !wki_float_ok(b, where, "b"))
        return NULL;
    wki_shape shape = wki_shape_of(a);
    if (!wki_broadcast(where, &shape, &b->v) || !wki_dim_ok(where, "dim", shape.ndim, &dim)) return NULL;
    wk_tensor *x = wk_expand(a, shape.ndim, shape.size), *y = wk_expand(b, shape.ndim, shape.size);
    wk_tensor *length_a = wki_raised(wk_norm_dim(x, 2, dim, false), eps);
    wk_tensor *length_b = wki_raised(wk_norm_dim(y, 2, dim, false), eps);
    return wk_div(wk_sum_dim(wk_mul(x, y), dim, false), wk_mul(length_a, length_b));
}

wk_tensor *wk_pairwise_distance(wk_tensor *a, wk_tensor *b, double p, double eps, bool keepdim)
{
    static const char where[] = "pairwise_distance";
    if (!wki_tensor_ok(a, where, "a") || !wki_tensor_ok(b, where, "b") || !wki_float_ok(a, where, "a") ||
        !wki_float_ok(b, where, "b") || !length_ok(where, p))
        return NULL;
    wki_shape shape = wki_shape_of(a);
    if (!wki_broadcast(where, &shape, &b->v)) return NULL;
    return wk_norm_dim(wk_add_scalar(wk_sub(a, b), eps), p, -1, keepdim);
}

wk_tensor *wk_cdist(wk_tensor *a, wk_tensor *b, double p)
{
    static const char where[] = "cdist";
    if (!wki_tensor_ok(a, where, "a") || !wki_tensor_ok(b, where, "b") || !wki_float_ok(a, where, "a") ||
        !wki_float_ok(b, where, "b"))
        return NULL;
    const wki_view *v = &a->v, *w = &b->v;
    wki_check(p >= 0, NULL, WK_E_INVALID, where, "p is %g; it must not be negative", p);
    wki_check(v->ndim > 1 && w->ndim > 1 && v->size[v->ndim - 1] == w->size[w->ndim - 1], NULL, WK_E_SHAPE, where,
              "a is %s, b %s; [..., n, d] and [..., m, d] are needed", wki_show(v), wki_show(w));
    wki_check(v->ndim < WK_MAX_DIMS && w->ndim < WK_MAX_DIMS, NULL, WK_E_SHAPE, where,
              "a is %s, b %s; up to %d dims are possible", wki_show(v), wki_show(w), WK_MAX_DIMS - 1);
    wk_tensor *apart = wk_sub(wk_unsqueeze(a, -2), wk_unsqueeze(b, -3));
    if (!apart) wki_error_rename("sub", where);
    if (apart && !v->size[v->ndim - 1]) return wk_sum_dim(apart, -1, false); /* points of no space are one */
    return apart ? wk_norm_dim(apart, p, -1, false) : NULL;
}

/* ---- Samples ---- */
static wk_tensor *sample_normalize(wk_tensor *const *in) { return wk_square(wk_normalize(in[0], 2, 1, 1e-12)); }
static wk_tensor *sample_normalize_3(wk_tensor *const *in) { return wk_square(wk_normalize(in[0], 3, 0, 1e-12)); }
static wk_tensor *sample_cosine(wk_tensor *const *in) { return wk_cosine_similarity(in[0], in[1], 1, 1e-8); }
static wk_tensor *sample_distance(wk_tensor *const *in) { return wk_pairwise_distance(in[0], in[1], 2, 1e-6, false); }
static wk_tensor *sample_cdist(wk_tensor *const *in) { return wk_square(wk_cdist(in[0], in[1], 2)); }
static const wki_sample cdist_samples[] = { { sample_cdist, 2, { { 3, { 2, 3, 2 }, -2, 2 }, { 2, { 4, 2 }, -2, 2 } } },
                                            { 0 } };
static const wki_opdef cdist_op = { "cdist", NULL, cdist_samples };
static const wki_sample normalize_samples[] = { { sample_normalize, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                                { sample_normalize_3, 1, { { 2, { 3, 4 }, 0.5, 2 } } },
                                                { 0 } };
static const wki_sample cosine_samples[] = { { sample_cosine, 2, { { 2, { 3, 4 }, -2, 2 }, { 2, { 1, 4 }, -2, 2 } } },
                                             { 0 } };
static const wki_sample distance_samples[] = { { sample_distance, 2, { { 2, { 3, 4 }, -2, 2 }, { 1, { 4 }, -2, 2 } } },
                                               { 0 } };
static const wki_opdef normalize_op = { "normalize", NULL, normalize_samples };
static const wki_opdef cosine_op = { "cosine_similarity", NULL, cosine_samples };
static const wki_opdef distance_op = { "pairwise_distance", NULL, distance_samples };
static wk_tensor *wrong_normalize(void) { return wk_normalize(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, 2, 1e-12); }
static wk_tensor *wrong_cosine(void)
{
    return wk_cosine_similarity(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32), 1, 1e-8);
}
static wk_tensor *wrong_distance(void)
{
    return wk_pairwise_distance(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32), 2, 1e-6, false);
}
static wk_tensor *wrong_cdist(void)
{
    return wk_cdist(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 4), WK_F32), 2);
}
static wk_tensor *wrong_batch(void)
{
    return wk_cdist(wk_zeros(WK_SHAPE(2, 5, 3), WK_F32), wk_zeros(WK_SHAPE(3, 5, 3), WK_F32), 2);
}
const wki_error_sample wki_errors_distance[] = {
    { "normalize", wrong_normalize, WK_E_RANGE, "dim is 2" },
    { "cosine_similarity", wrong_cosine, WK_E_SHAPE, "shapes do not broadcast ([2, 3], [2])" },
    { "pairwise_distance", wrong_distance, WK_E_SHAPE, "shapes do not broadcast ([2, 3], [2])" },
    { "cdist", wrong_cdist, WK_E_SHAPE, "a is [2, 3], b [2, 4]" },
    { "cdist", wrong_batch, WK_E_SHAPE, "do not broadcast" },
    { 0 },
};

const wki_family wki_family_distance = { &normalize_op, &cosine_op, &distance_op, &cdist_op, NULL };
