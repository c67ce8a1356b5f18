/* The cross product, differences of neighbours, and the trace, of ops that have gradients. */
#include "autograd/op.h"

static wk_tensor *turned(wk_tensor *t, int64_t by, int dim) { return wk_roll_dims(t, 1, &by, &dim); }

wk_tensor *wk_cross(wk_tensor *a, wk_tensor *b, int dim)
{
    if (!wki_tensor_ok(a, "cross", "a") || !wki_tensor_ok(b, "cross", "b") || !wki_same_device("cross", a, b))
        return NULL;
    const int given = dim;
    if (!wki_dim_ok("cross", "dim", a->v.ndim, &dim)) return NULL;
    wki_check(a->v.ndim > 0 && a->v.ndim == b->v.ndim && a->v.size[dim] == 3 && b->v.size[dim] == 3, NULL, WK_E_SHAPE,
              "cross", "a is %s, b %s; both need as many dims, and size 3 along dim %d", wki_show(&a->v),
              wki_show(&b->v), given);
    wk_tensor *next = wk_mul(turned(a, -1, dim), turned(b, -2, dim));
    return wk_sub(next, wk_mul(turned(a, -2, dim), turned(b, -1, dim)));
}

wk_tensor *wk_diff(wk_tensor *t, int64_t n, int dim)
{
    if (!wki_tensor_ok(t, "diff", "t") || !wki_dim_ok("diff", "dim", t->v.ndim, &dim)) return NULL;
    wki_check(t->v.ndim > 0, NULL, WK_E_SHAPE, "diff", "t is []; it needs a dim");
    wki_check(n >= 0, NULL, WK_E_RANGE, "diff", "n is %lld; it has to be 0 or more", (long long)n);
    for (; n > 0 && t && t->v.size[dim] > 0; n--) {
        const int64_t less = t->v.size[dim] - 1;
        wk_tensor *above = wk_narrow(t, dim, 1, less), *below = wk_narrow(t, dim, 0, less);
        t = t->v.dtype == WK_BOOL ? wk_ne(above, below) : wk_sub(above, below);
    }
    return t;
}

wk_tensor *wk_trace(wk_tensor *t)
{
    if (!wki_tensor_ok(t, "trace", "t")) return NULL;
    wki_check(t->v.ndim == 2, NULL, WK_E_SHAPE, "trace", "t is %s; a matrix is needed", wki_show(&t->v));
    return wk_sum(wk_diagonal(t, 0, 0, 1));
}

static wk_tensor *sample_cross(wk_tensor *const *in) { return wk_square(wk_cross(in[0], in[1], -1)); }
static wk_tensor *sample_cross_0(wk_tensor *const *in) { return wk_square(wk_cross(in[0], in[1], 0)); }
static wk_tensor *sample_diff(wk_tensor *const *in) { return wk_square(wk_diff(in[0], 1, 1)); }
static wk_tensor *sample_diff_2(wk_tensor *const *in) { return wk_square(wk_diff(in[0], 2, 0)); }
static wk_tensor *sample_trace(wk_tensor *const *in) { return wk_square(wk_trace(in[0])); }
static const wki_sample cross_samples[] = { { sample_cross, 2, { { 2, { 4, 3 }, -2, 2 }, { 2, { 1, 3 }, -2, 2 } } },
                                            { sample_cross_0, 2, { { 2, { 3, 2 }, -2, 2 }, { 2, { 3, 2 }, -2, 2 } } },
                                            { 0 } };
static const wki_sample diff_samples[] = { { sample_diff, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                           { sample_diff_2, 1, { { 2, { 4, 3 }, -2, 2 } } },
                                           { 0 } };
static const wki_sample trace_samples[] = { { sample_trace, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef cross_op = { "cross", NULL, cross_samples };
static const wki_opdef diff_op = { "diff", NULL, diff_samples };
static const wki_opdef trace_op = { "trace", NULL, trace_samples };

static wk_tensor *wrong_cross(void)
{
    return wk_cross(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2), WK_F32), -1);
}
static wk_tensor *wrong_diff(void) { return wk_diff(wk_zeros(WK_SHAPE(2, 3), WK_F32), -1, 0); }
static wk_tensor *wrong_trace(void) { return wk_trace(wk_zeros(WK_SHAPE(3), WK_F32)); }
const wki_error_sample wki_errors_vector[] = {
    { "cross", wrong_cross, WK_E_SHAPE, "a is [2, 3], b [2]; both need" },
    { "diff", wrong_diff, WK_E_RANGE, "n is -1" },
    { "trace", wrong_trace, WK_E_SHAPE, "t is [3]" },
    { 0 },
};

const wki_family wki_family_vector = { &cross_op, &diff_op, &trace_op, NULL };
