/* Where a mask is true: what lies there (masked_select), where that is (nonzero), and something else in its place
 * (masked_fill, masked_scatter). Rests on where and on one pair of kernels, each the other's transpose. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include <math.h>

static bool mask_ok(const char *where, wk_tensor *t, const char *name, wk_tensor *mask)
{
    if (!wki_tensor_ok(t, where, name) || !wki_tensor_ok(mask, where, "mask") || !wki_same_device(where, t, mask))
        return false;
    wki_check(mask->v.dtype == WK_BOOL, false, WK_E_DTYPE, where, "mask is %s; bool is needed",
              wk_dtype_name((wk_dtype)mask->v.dtype));
    return true;
}

/* Both in the shape they broadcast to; false with an error. */
static bool broadcast(const char *where, wk_tensor **t, wk_tensor **mask)
{
    wki_shape shape = wki_shape_of(*t);
    if (!wki_broadcast(where, &shape, &(*mask)->v)) return false;
    if (!wki_fits(&(*t)->v, &shape)) *t = wk_expand(*t, shape.ndim, shape.size);
    if (!wki_fits(&(*mask)->v, &shape)) *mask = wk_expand(*mask, shape.ndim, shape.size);
    return *t && *mask;
}

/* How many places are true; -1 with an error. */
static int64_t count_of(wk_tensor *mask)
{
    const wk_tensor *sum = wk_sum(mask);
    const double count = sum ? wki_value_of(sum, "what a mask selects depends on values") : -1;
    return wk_failed() ? -1 : (int64_t)count;
}

/* ---- masked_select ---- */
static wk_tensor *masked_spread(wk_tensor *g, wk_tensor *mask);
static wk_tensor *masked_select(wk_tensor *t, wk_tensor *mask, int64_t count);

static wk_status masked_select_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *mask = wki_saved_at(b, 0);
    if (mask) d[0] = masked_spread(b->g, mask);
    return WK_OK;
}

static wk_tensor *mask_of(int64_t a, int64_t b, int64_t c)
{
    return wk_to(wk_from((int64_t[]){ a, b, c }, WK_SHAPE(3), WK_I64), WK_BOOL);
}
static wk_tensor *sample_masked_select(wk_tensor *const *in)
{
    return wk_square(wk_masked_select(in[0], mask_of(1, 0, 1)));
}
static wk_tensor *sample_masked_spread(wk_tensor *const *in)
{
    wk_tensor *grads[1], *y = wk_sum(wk_square(sample_masked_select(in)));
    return wk_autograd_grad(&y, 1, in, 1, true, grads) ? NULL : grads[0];
}
static const wki_sample masked_select_samples[] = { { sample_masked_select, 1, { { 2, { 2, 3 }, -2, 2 } } },
                                                    { sample_masked_select, 1, { { 2, { 2, 1 }, -2, 2 } } },
                                                    { 0 } };
static const wki_opdef masked_select_op = { "masked_select", masked_select_backward, masked_select_samples };

static wk_status masked_spread_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *mask = wki_saved_at(b, 0);
    if (mask) d[0] = masked_select(b->g, mask, *(const int64_t *)wki_attrs(b));
    return WK_OK;
}
static const wki_sample masked_spread_samples[] = { { sample_masked_spread, 1, { { 2, { 2, 3 }, -1, 1 } } }, { 0 } };
static const wki_opdef masked_spread_op = { "masked_spread", masked_spread_backward, masked_spread_samples };

static wk_tensor *masked_spread(wk_tensor *g, wk_tensor *mask)
{
    wk_tensor *y = wki_new("masked_select", g->v.device, mask->v.ndim, mask->v.size, (wk_dtype)g->v.dtype);
    wki_masked_attrs attrs = { .spread = true };
    int64_t count = g->v.size[0];
    if (!y || !(g = wk_contiguous(g)) ||
        wki_do(WKI_OP_masked, 1, WKI_VIEWS(&y->v, &g->v, &mask->v), &attrs, sizeof attrs, wki_numel(&y->v)))
        return NULL;
    if (!wki_wants_grad(1, &g)) return y;
    wki_node *node = wki_record(&masked_spread_op, y, 1, &g, &count, sizeof count);
    wki_save(node, mask);
    return wki_recorded(node, y);
}

static wk_tensor *masked_select(wk_tensor *t, wk_tensor *mask, int64_t count)
{
    wk_tensor *y = wki_new("masked_select", t->v.device, 1, &count, (wk_dtype)t->v.dtype);
    wki_masked_attrs attrs = { 0 };
    if (!y || wki_do(WKI_OP_masked, 1, WKI_VIEWS(&y->v, &t->v, &mask->v), &attrs, sizeof attrs, wki_numel(&t->v)))
        return NULL;
    if (!wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&masked_select_op, y, 1, &t, NULL, 0);
    wki_save(node, mask);
    return wki_recorded(node, y);
}

wk_tensor *wk_masked_select(wk_tensor *t, wk_tensor *mask)
{
    if (!mask_ok("masked_select", t, "t", mask) || !broadcast("masked_select", &t, &mask)) return NULL;
    const int64_t count = count_of(mask);
    return count < 0 ? NULL : masked_select(t, mask, count);
}

/* ---- nonzero ---- */

static wk_tensor *places_of(wk_tensor *mask, int64_t count)
{
    wk_tensor *y = wki_new("nonzero", mask->v.device, 1, &count, WK_I64);
    wki_masked_attrs attrs = { .places = true };
    const wki_view *m = &mask->v;
    return y && !wki_do(WKI_OP_masked, 1, WKI_VIEWS(&y->v, m, m), &attrs, sizeof attrs, wki_numel(m)) ? y : NULL;
}

/* The places in row-major order, taken apart from the last dim to the first. */
wk_tensor *wk_nonzero(wk_tensor *t)
{
    if (!wki_tensor_ok(t, "nonzero", "t")) return NULL;
    WK_NO_GRAD(plain);
    wk_tensor *mask = t->v.dtype == WK_BOOL ? t : wk_ne_scalar(t, 0), *column[WK_MAX_DIMS];
    const int64_t count = mask ? count_of(mask) : -1;
    if (count < 0) return NULL;
    WKI_BESIDE(here, t);
    if (t->v.ndim == 0 || count == 0) return wk_zeros(WK_SHAPE(count, t->v.ndim), WK_I64);
    wk_tensor *place = places_of(mask, count);
    for (int i = t->v.ndim - 1; place && i > 0; i--) {
        column[i] = wk_remainder_scalar(place, (double)t->v.size[i]);
        place = wk_div_floor_scalar(place, (double)t->v.size[i]);
    }
    column[0] = place;
    return place ? wk_stack(column, t->v.ndim, 1) : NULL;
}

/* ---- masked_fill ---- */

/* The number as a tensor of x's dtype, if x can hold it. */
static wk_tensor *number_for(const char *where, wk_tensor *x, wk_tensor *mask, double value)
{
    if (!mask_ok(where, x, "x", mask)) return NULL;
    const wk_dtype dtype = (wk_dtype)x->v.dtype;
    const bool held = wki_holds(where, dtype, value, "the tensor is ", ", convert it with wk_to");
    return held ? wk_to_device(wk_scalar(value, dtype), x->v.device) : NULL;
}

static wk_tensor *value_for(const char *where, wk_tensor *x, wk_tensor *mask, wk_tensor *value)
{
    if (!mask_ok(where, x, "x", mask) || !wki_tensor_ok(value, where, "value") || !wki_same_device(where, x, value))
        return NULL;
    const wk_dtype dtype = (wk_dtype)x->v.dtype, from = (wk_dtype)value->v.dtype;
    wki_check(value->v.ndim == 0, NULL, WK_E_SHAPE, where, "value is %s; a tensor of no dims is needed",
              wki_show(&value->v));
    wki_check(wki_dtype_lifts(from, dtype), NULL, WK_E_DTYPE, where, "value is %s, which does not fit into %s",
              wk_dtype_name(from), wk_dtype_name(dtype));
    return wk_to(value, dtype);
}

wk_tensor *wk_masked_fill(wk_tensor *x, wk_tensor *mask, double value)
{
    wk_tensor *v = number_for("masked_fill", x, mask, value);
    return v ? wk_where(mask, v, x) : NULL;
}

wk_status wk_masked_fill_(wk_tensor *x, wk_tensor *mask, double value)
{
    WK_SCOPE(work);
    wk_tensor *v = number_for("masked_fill_", x, mask, value);
    return v ? wki_put_masked("masked_fill_", x, mask, v) : wk_error();
}

wk_tensor *wk_masked_fill_tensor(wk_tensor *x, wk_tensor *mask, wk_tensor *value)
{
    wk_tensor *v = value_for("masked_fill_tensor", x, mask, value);
    return v ? wk_where(mask, v, x) : NULL;
}

wk_status wk_masked_fill_tensor_(wk_tensor *x, wk_tensor *mask, wk_tensor *value)
{
    WK_SCOPE(work);
    wk_tensor *v = value_for("masked_fill_tensor_", x, mask, value);
    return v ? wki_put_masked("masked_fill_tensor_", x, mask, v) : wk_error();
}

static wk_tensor *sample_masked_fill(wk_tensor *const *in)
{
    return wk_square(wk_masked_fill_tensor(in[0], mask_of(0, 1, 1), in[1]));
}
static wk_tensor *sample_masked_fill_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_masked_fill_tensor_(y, mask_of(0, 1, 0), in[1]) ? NULL : wk_square(y);
}
static const wki_sample masked_fill_samples[] = {
    { sample_masked_fill, 2, { { 2, { 2, 3 }, -2, 2 }, { 0, { 0 }, -2, 2 } } },
    { sample_masked_fill_, 2, { { 2, { 2, 3 }, -2, 2 }, { 0, { 0 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef masked_fill_op = { "masked_fill", NULL, masked_fill_samples };

/* ---- masked_scatter ---- */

/* The first elements of source, put where the mask is true. */
static wk_tensor *spread_source(const char *where, wk_tensor *t, wk_tensor *mask, wk_tensor *source)
{
    wki_check(source->v.dtype == t->v.dtype, NULL, WK_E_DTYPE, where, "source is %s, t %s; convert with wk_to",
              wk_dtype_name((wk_dtype)source->v.dtype), wk_dtype_name((wk_dtype)t->v.dtype));
    const int64_t count = count_of(mask), have = wki_numel(&source->v);
    if (count < 0) return NULL;
    wki_check(count <= have, NULL, WK_E_SHAPE, where, "source %s has %lld elements; the mask %s is true %lld times",
              wki_show(&source->v), (long long)have, wki_show(&mask->v), (long long)count);
    wk_tensor *line = wk_narrow(wk_reshape(source, WK_SHAPE(have)), 0, 0, count);
    return line ? masked_spread(line, mask) : NULL;
}

wk_tensor *wk_masked_scatter(wk_tensor *t, wk_tensor *mask, wk_tensor *source)
{
    static const char where[] = "masked_scatter";
    if (!mask_ok(where, t, "t", mask) || !wki_tensor_ok(source, where, "source") ||
        !wki_same_device(where, t, source) || !broadcast(where, &t, &mask))
        return NULL;
    wk_tensor *values = spread_source(where, t, mask, source);
    return values ? wk_where(mask, values, t) : NULL;
}

wk_status wk_masked_scatter_(wk_tensor *t, wk_tensor *mask, wk_tensor *source)
{
    static const char where[] = "masked_scatter_";
    WK_SCOPE(work);
    wk_tensor *wide = t;
    if (!mask_ok(where, t, "t", mask) || !wki_tensor_ok(source, where, "source") ||
        !wki_same_device(where, t, source) || !broadcast(where, &wide, &mask))
        return wk_error();
    wki_check(wide == t, WK_E_SHAPE, WK_E_SHAPE, where, "mask %s does not broadcast to t's shape %s",
              wki_show(&mask->v), wki_show(&t->v));
    wk_tensor *values = spread_source(where, t, mask, source);
    return values ? wki_put_masked(where, t, mask, values) : wk_error();
}

static wk_tensor *sample_masked_scatter(wk_tensor *const *in)
{
    return wk_square(wk_masked_scatter(in[0], mask_of(1, 0, 1), in[1]));
}
static wk_tensor *sample_masked_scatter_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_masked_scatter_(y, mask_of(0, 1, 1), in[1]) ? NULL : wk_square(y);
}
static const wki_sample masked_scatter_samples[] = {
    { sample_masked_scatter, 2, { { 2, { 2, 3 }, -2, 2 }, { 1, { 5 }, -2, 2 } } },
    { sample_masked_scatter_, 2, { { 2, { 2, 3 }, -2, 2 }, { 2, { 2, 2 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef masked_scatter_op = { "masked_scatter", NULL, masked_scatter_samples };

static wk_tensor *wrong_masked_select(void)
{
    return wk_masked_select(wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32));
}
static wk_tensor *wrong_masked_fill(void)
{
    return wk_masked_fill_tensor(wk_zeros(WK_SHAPE(2, 3), WK_F32), mask_of(1, 0, 1), wk_zeros(WK_SHAPE(1), WK_F32));
}
static wk_tensor *wrong_masked_scatter(void)
{
    return wk_masked_scatter(wk_zeros(WK_SHAPE(2, 3), WK_F32), mask_of(1, 0, 1), wk_zeros(WK_SHAPE(3), WK_F32));
}
static wk_tensor *wrong_number(void) { return wk_masked_fill(wk_zeros(WK_SHAPE(3), WK_I64), mask_of(1, 0, 1), 0.5); }
const wki_error_sample wki_errors_masked[] = {
    { "masked_fill", wrong_number, WK_E_DTYPE, "0.5 is not whole" },
    { "masked_select", wrong_masked_select, WK_E_DTYPE, "mask is f32" },
    { "masked_fill_tensor", wrong_masked_fill, WK_E_SHAPE, "value is [1]" },
    { "masked_scatter", wrong_masked_scatter, WK_E_SHAPE,
      "source [3] has 3 elements; the mask [2, 3] is true 4 times" },
    { 0 },
};

const wki_family wki_family_masked = { &masked_select_op, &masked_spread_op, &masked_fill_op, &masked_scatter_op,
                                       NULL };
