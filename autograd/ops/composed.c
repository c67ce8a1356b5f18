/* Elementwise ops that are made of several rows: clamp between tensors, round to decimals, nan_to_num with numbers of
 * the caller's. Their gradients are the rows'. */
#include "autograd/op.h"
#include "base/options.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* ---- clamp between tensors ---- */

/* g where the mask is true, half of it where `shared` is, else 0; in the operand's shape. */
static wk_tensor *share_of(wk_tensor *g, wk_tensor *mask, wk_tensor *shared, const wk_tensor *operand)
{
    wk_tensor *zero = wk_scalar(0, (wk_dtype)g->v.dtype);
    wk_tensor *d = wk_where(mask, g, wk_where(shared, wk_mul_scalar(g, 0.5), zero));
    const wki_shape shape = wki_shape_of(operand);
    return d ? wki_sum_to(d, &shape) : NULL;
}

/* As torch: at one bound x and the bound share; between equal bounds x has it all; where min > max, max has it. */
static wk_status clamp_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *x = wki_saved_at(b, 0), *min = wki_saved_at(b, 1), *max = wki_saved_at(b, 2);
    if (!x || !min || !max) return wk_error();
    wk_tensor *below = wk_lt(x, min), *above = wk_gt(x, max), *at_min = wk_eq(x, min), *at_max = wk_eq(x, max);
    wk_tensor *ordered = wk_le(min, max), *apart = wk_lt(min, max), *beyond = wk_logical_or(below, above);
    if (wki_needs(b, 0)) {
        wk_tensor *shared = wk_logical_and(wk_logical_or(at_min, at_max), apart);
        d[0] = share_of(b->g, wk_logical_not(wk_logical_or(beyond, shared)), shared, x);
    }
    if (wki_needs(b, 1)) d[1] = share_of(b->g, wk_logical_and(ordered, below), wk_logical_and(at_min, apart), min);
    if (wki_needs(b, 2)) {
        wk_tensor *all = wk_logical_or(wk_logical_and(ordered, above), wk_gt(min, max));
        d[2] = share_of(b->g, all, wk_logical_and(at_max, apart), max);
    }
    return wk_error();
}

static const wki_opdef clamp_op;

static wk_tensor *between(wk_tensor *x, wk_tensor *min, wk_tensor *max)
{
    wk_tensor *in[] = { x, min, max };
    const wk_dtype dtype = wki_promote_all(3, in);
    for (int i = 0; i < 3; i++)
        if (!(in[i] = wk_to(in[i], dtype))) return NULL;
    const bool recording = wk_set_grad_enabled(false);
    wk_tensor *y = wk_minimum(wk_maximum(in[0], in[1]), in[2]);
    wk_set_grad_enabled(recording);
    if (!y || !wki_wants_grad(3, in)) return y;
    wki_node *node = wki_record(&clamp_op, y, 3, in, NULL, 0);
    for (int i = 0; i < 3; i++) wki_save(node, in[i]);
    return wki_recorded(node, y);
}

static wk_tensor *bounded(const char *where, wk_tensor *x, wk_tensor *min, wk_tensor *max)
{
    if (!wki_tensor_ok(x, where, "x") || !wki_optional_ok(min, where, "min") || !wki_optional_ok(max, where, "max") ||
        (min && !wki_same_device(where, x, min)) || (max && !wki_same_device(where, x, max)))
        return NULL;
    wki_check(min || max, NULL, WK_E_INVALID, where, "min and max are both NULL; one bound at least is needed");
    wki_shape shape = wki_shape_of(x);
    if ((min && !wki_broadcast(where, &shape, &min->v)) || (max && !wki_broadcast(where, &shape, &max->v))) return NULL;
    return min && max ? between(x, min, max) : min ? wk_maximum(x, min) : wk_minimum(x, max);
}

wk_tensor *wk_clamp_tensor(wk_tensor *x, wk_tensor *min, wk_tensor *max)
{
    return bounded("clamp_tensor", x, min, max);
}

wk_status wk_clamp_tensor_(wk_tensor *x, wk_tensor *min, wk_tensor *max)
{
    static const char where[] = "clamp_tensor_";
    WK_SCOPE(work);
    wk_tensor *in[] = { x, min, max };
    if (!wki_tensor_ok(x, where, "x") || wki_begin_inplace(x, 3, in, where)) return wk_error();
    wk_tensor *y = bounded(where, wki_wants_grad(3, in) ? wk_clone(x) : x, min, max);
    if (!y) return wk_error();
    wki_check(wki_same_shape(&x->v, &y->v), WK_E_SHAPE, WK_E_SHAPE, where,
              "the result is %s, which does not fit into %s", wki_show(&y->v), wki_show(&x->v));
    wki_check(wki_dtype_lifts((wk_dtype)y->v.dtype, (wk_dtype)x->v.dtype), WK_E_DTYPE, WK_E_DTYPE, where,
              "the result is %s, which does not fit into %s", wk_dtype_name((wk_dtype)y->v.dtype),
              wk_dtype_name((wk_dtype)x->v.dtype));
    return wk_copy_(x, y);
}

static wk_tensor *sample_clamp(wk_tensor *const *in) { return wk_square(wk_clamp_tensor(in[0], in[1], in[2])); }
static wk_tensor *sample_clamp_min(wk_tensor *const *in) { return wk_square(wk_clamp_tensor(in[0], in[1], NULL)); }
static wk_tensor *sample_clamp_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_clamp_tensor_(y, in[1], in[2]) ? NULL : wk_square(y);
}
static const wki_sample clamp_samples[] = {
    { sample_clamp, 3, { { 2, { 3, 4 }, -2, 2 }, { 1, { 4 }, -1, -0.5 }, { 2, { 3, 1 }, 0.5, 1 } } },
    { sample_clamp_min, 2, { { 2, { 3, 1 }, -2, 2 }, { 1, { 4 }, -2, 2 } } },
    { sample_clamp_, 3, { { 2, { 2, 4 }, -2, 2 }, { 0, { 0 }, -1, -0.5 }, { 2, { 2, 1 }, 0.5, 1 } } },
    { 0 }
};
static const wki_opdef clamp_op = { "clamp_tensor", clamp_backward, clamp_samples };

/* ---- round to decimals ---- */

/* As torch: with a power of ten, by which whole digits are first made decimals or the other way round. */
wk_tensor *wk_round_decimals(wk_tensor *x, int decimals)
{
    if (!wki_tensor_ok(x, "round_decimals", "x") || !wki_float_ok(x, "round_decimals", "x")) return NULL;
    const double power = pow(10, abs(decimals));
    if (decimals == 0) return wk_round(x);
    if (decimals > 0) return wk_div_scalar(wk_round(wk_mul_scalar(x, power)), power);
    return wk_mul_scalar(wk_round(wk_div_scalar(x, power)), power);
}

wk_status wk_round_decimals_(wk_tensor *x, int decimals)
{
    WK_SCOPE(work);
    if (!wki_tensor_ok(x, "round_decimals_", "x") || wki_begin_inplace(x, 0, NULL, "round_decimals_"))
        return wk_error();
    wk_tensor *y = wk_round_decimals(x, decimals);
    return y ? wk_copy_(x, y) : wk_error();
}

/* ---- nan_to_num ---- */
wk_nan_to_num_opts wk_nan_to_num_opts_default(void) { return (wk_nan_to_num_opts){ WK_NAN_TO_NUM_DEFAULTS }; }

static wk_tensor *replaced(wk_tensor *y, wk_tensor *mask, double number)
{
    return y && mask ? wk_masked_fill(y, mask, number) : NULL;
}

wk_tensor *wk_nan_to_num_run(wk_tensor *x, const wk_nan_to_num_opts *given)
{
    if (!wki_tensor_ok(x, "nan_to_num", "x")) return NULL;
    wk_nan_to_num_opts o = wk_nan_to_num_opts_default();
    if (given) wki_options_merge(&o, sizeof o, given);
    if (!wki_is_float((wk_dtype)x->v.dtype)) return wk_nan_to_num(x);
    const double largest = x->v.dtype == WK_F32 ? (double)FLT_MAX : DBL_MAX;
    wk_tensor *y = replaced(x, wk_isnan(x), o.nan);
    y = replaced(y, wk_eq_scalar(x, INFINITY), isnan(o.posinf) ? largest : o.posinf);
    return replaced(y, wk_eq_scalar(x, -INFINITY), isnan(o.neginf) ? -largest : o.neginf);
}

wk_status wk_nan_to_num_run_(wk_tensor *x, const wk_nan_to_num_opts *o)
{
    WK_SCOPE(work);
    if (!wki_tensor_ok(x, "nan_to_num_", "x") || wki_begin_inplace(x, 0, NULL, "nan_to_num_")) return wk_error();
    wk_tensor *y = wk_nan_to_num_run(x, o);
    return y ? wk_copy_(x, y) : wk_error();
}

static wk_tensor *sample_nan_to_num_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_nan_to_num_with_(y, .nan = 0.5) ? NULL : wk_square(y);
}
static wk_tensor *sample_nan_to_num(wk_tensor *const *in)
{
    return wk_square(wk_nan_to_num_with(in[0], .nan = 0.5, .posinf = 3));
}
static const wki_sample nan_to_num_samples[] = { { sample_nan_to_num, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                                 { sample_nan_to_num_, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                                 { 0 } };
static const wki_opdef nan_to_num_op = { "nan_to_num", NULL, nan_to_num_samples };

static wk_tensor *wrong_bounds(void) { return wk_clamp_tensor(wk_zeros(WK_SHAPE(2, 3), WK_F32), NULL, NULL); }
static wk_tensor *wrong_clamp_(void)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(3), WK_I64);
    return wk_clamp_tensor_(t, wk_scalar(0.5, WK_F32), NULL) ? NULL : t;
}
static wk_tensor *wrong_round(void) { return wk_round_decimals(wk_zeros(WK_SHAPE(2), WK_I64), 1); }
static wk_tensor *no_tensor(void) { return wk_nan_to_num_with(NULL, .nan = 1); }
static wk_tensor *no_tensor_(void)
{
    wk_nan_to_num_run_(NULL, NULL);
    return NULL;
}
const wki_error_sample wki_errors_composed[] = {
    { "nan_to_num_", no_tensor_, WK_E_INVALID, "x is NULL" },
    { "nan_to_num", no_tensor, WK_E_INVALID, "x is NULL" },
    { "clamp_tensor", wrong_bounds, WK_E_INVALID, "both NULL" },
    { "clamp_tensor_", wrong_clamp_, WK_E_DTYPE, "f32, which does not fit into i64" },
    { "round_decimals", wrong_round, WK_E_DTYPE, "x is i64" },
    { 0 },
};

const wki_family wki_family_composed = { &clamp_op, &nan_to_num_op, NULL };
