/* scatter_reduce: what meets at one element, summed, averaged, multiplied, or the largest or smallest of it. Sums are
 * scatter_add's; gradients of products are composed, by doubling the reach of products of what a sort brings together.
 */
#include "autograd/op.h"
#include "base/options.h"
#include <math.h>

static const char where[] = "scatter_reduce";

typedef struct reduction {
    wk_scatter_mode mode;
    bool include_self;
    int dim;
} reduction;

static wk_tensor *numbers(void) { return wk_from((int64_t[]){ 2, 0, 2, 2, 0, 0 }, WK_SHAPE(2, 3), WK_I64); }
static wk_tensor *three_of_one(void) { return wk_from((int64_t[]){ 1, 1, 1, 0, 2, 0 }, WK_SHAPE(2, 3), WK_I64); }
static wk_tensor *sample_sum(wk_tensor *const *in)
{
    return wk_square(wk_scatter_reduce(in[0], 0, numbers(), in[1], WK_SCATTER_SUM, .include_self = false));
}
static wk_tensor *sample_mean(wk_tensor *const *in)
{
    return wk_square(wk_scatter_reduce(in[0], 1, numbers(), in[1], WK_SCATTER_MEAN));
}
static wk_tensor *sample_amax(wk_tensor *const *in)
{
    return wk_square(wk_scatter_reduce(in[0], 0, numbers(), in[1], WK_SCATTER_AMAX));
}
static wk_tensor *sample_amin(wk_tensor *const *in)
{
    return wk_square(wk_scatter_reduce(in[0], -1, numbers(), in[1], WK_SCATTER_AMIN, .include_self = false));
}
static wk_tensor *sample_prod(wk_tensor *const *in)
{
    return wk_square(wk_scatter_reduce(in[0], 0, numbers(), in[1], WK_SCATTER_PROD));
}
static wk_tensor *sample_prod_alone(wk_tensor *const *in)
{
    return wk_square(wk_scatter_reduce(in[0], -1, three_of_one(), in[1], WK_SCATTER_PROD, .include_self = false));
}
#define OPERANDS                                                                                                       \
    {                                                                                                                  \
        { 2, { 3, 4 }, -2, 2 }, { 2, { 2, 4 }, -2, 2 }                                                                 \
    }
static const wki_sample samples[] = { { sample_sum, 2, OPERANDS },
                                      { sample_mean, 2, OPERANDS },
                                      { sample_amax, 2, OPERANDS },
                                      { sample_amin, 2, OPERANDS },
                                      { 0 } };
static const wki_sample product_samples[] = { { sample_prod, 2, OPERANDS }, { sample_prod_alone, 2, OPERANDS }, { 0 } };
static wk_status extreme_backward(wki_backward *b, wk_tensor **d);
static wk_status product_backward(wki_backward *b, wk_tensor **d);
static const wki_opdef op = { where, extreme_backward, samples };
static const wki_opdef product_op = { "scatter_prod", product_backward, product_samples };
const wki_family wki_family_scatter_reduce = { &op, &product_op, NULL };

static wk_tensor *table(void) { return wk_zeros(WK_SHAPE(3, 4), WK_F32); }
static wk_tensor *wrong_mode(void) { return wk_scatter_reduce(table(), 0, numbers(), table(), (wk_scatter_mode)7); }
static wk_tensor *wrong_index(void)
{
    return wk_scatter_reduce(wk_narrow(table(), 0, 0, 2), 0, numbers(), table(), WK_SCATTER_AMAX);
}
static wk_tensor *wrong_factor(void)
{
    return wk_scatter_reduce(wk_narrow(table(), 0, 0, 2), 0, numbers(), table(), WK_SCATTER_PROD);
}
static wk_tensor *wrong_index_dtype(void)
{
    return wk_scatter_reduce(table(), 0, wk_to(numbers(), WK_F64), table(), WK_SCATTER_AMAX);
}
static wk_tensor *wrong_shape(void)
{
    return wk_scatter_reduce(table(), 1, numbers(), wk_narrow(table(), 0, 0, 1), WK_SCATTER_SUM);
}
static wk_tensor *wrong_dtype(void)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(3, 4), WK_I64);
    return wk_scatter_reduce(t, 0, numbers(), t, WK_SCATTER_MEAN);
}
const wki_error_sample wki_errors_scatter_reduce[] = {
    { where, wrong_mode, WK_E_INVALID, "mode is 7" },
    { where, wrong_index, WK_E_RANGE, "index 2 is outside" },
    { where, wrong_factor, WK_E_RANGE, "index 2 is outside" },
    { where, wrong_index_dtype, WK_E_DTYPE, "index is f64; i64 or i32 is needed" },
    { where, wrong_shape, WK_E_SHAPE, "t is [3, 4], index [2, 3], src [1, 4]" },
    { where, wrong_dtype, WK_E_DTYPE, "t is i64" },
    { 0 },
};

/* t, 0 where something is put unless t counts itself */
static wk_tensor *base_of(wk_tensor *t, wk_tensor *index, const reduction *r)
{
    return r->include_self ? t : wk_scatter_value(t, r->dim, index, 0);
}

/* How many meet at each element, t's own if it counts, in t's dtype. */
static wk_tensor *count_of(wk_tensor *t, wk_tensor *index, wk_tensor *src, const reduction *r)
{
    wk_tensor *own = base_of(wk_ones_like(t), index, r);
    return own ? wk_scatter_add(own, r->dim, index, wk_ones_like(src)) : NULL;
}

static wk_tensor *summed(wk_tensor *t, wk_tensor *index, wk_tensor *src, const reduction *r)
{
    wk_tensor *base = base_of(t, index, r), *sum = base ? wk_scatter_add(base, r->dim, index, src) : NULL;
    if (!sum || r->mode == WK_SCATTER_SUM) return sum;
    wk_tensor *count = count_of(wk_detach(t), index, wk_detach(src), r);
    return count ? wk_div(sum, count) : NULL;
}

/* The part of t that index reaches in dims other than dim, which is -1 for all. */
static wk_tensor *part_of(wk_tensor *t, const wk_tensor *index, int dim)
{
    for (int d = 0; d < index->v.ndim && t; d++)
        if (d != dim) t = wk_narrow(t, d, 0, index->v.size[d]);
    return t;
}

/* What meets at each element, one behind the other; values alone. */
static wk_tensor *met(wk_tensor *t, wk_tensor *index, wk_tensor *src, const reduction *r)
{
    static const struct {
        int how;
        double nothing;
    } ways[] = { [WK_SCATTER_PROD] = { WKI_MULTIPLY, 1 },
                 [WK_SCATTER_AMAX] = { WKI_TAKE_LARGEST, -INFINITY },
                 [WK_SCATTER_AMIN] = { WKI_TAKE_SMALLEST, INFINITY } };
    if (!t || !src) return NULL;
    wk_tensor *y = r->include_self ? wk_clone(t) : wk_scatter_value(t, r->dim, index, ways[r->mode].nothing);
    return y && !wki_scatter_into(y, r->dim, index, src, ways[r->mode].how) ? y : NULL;
}

/* Equal ones share the gradient, as in torch. */
static wk_status extreme_backward(wki_backward *b, wk_tensor **d)
{
    const reduction *r = wki_attrs(b);
    wk_tensor *index = wki_saved_at(b, 0), *src = wki_saved_at(b, 1), *t = wki_saved_at(b, 2), *y = wki_saved_at(b, 3);
    if (!index || !src || !t || !y) return wk_error();
    const wk_dtype dtype = (wk_dtype)b->g->v.dtype;
    wk_tensor *own = wk_to(wk_eq(t, y), dtype), *theirs = wk_to(wk_eq(src, wk_gather(y, r->dim, index)), dtype);
    wk_tensor *alone = own ? base_of(own, index, r) : NULL;
    wk_tensor *n = alone && theirs ? wk_scatter_add(alone, r->dim, index, theirs) : NULL;
    wk_tensor *share = n ? wk_div(b->g, n) : NULL;
    if (!share) return wk_error();
    if (wki_needs(b, 0)) d[0] = wk_mul(share, alone);
    if (wki_needs(b, 1)) d[1] = wk_mul(wk_gather(share, r->dim, index), theirs);
    return wk_error();
}

/* ---- Products ---- */

/* x moved `by` places towards the end of dim; `filling` where nothing comes from. */
static wk_tensor *moved(wk_tensor *x, int dim, int64_t by, double filling)
{
    wk_tensor *head = x ? wk_narrow(x, dim, 0, x->v.size[dim] - by) : NULL, *part = x ? wk_narrow(x, dim, 0, by) : NULL;
    wk_tensor *parts[] = { part ? wk_full_like(part, filling) : NULL, head };
    return parts[0] && head ? wk_cat(parts, 2, dim) : NULL;
}

/* Of src in the order of `at`: the product of each with those before it that have its index. */
static wk_tensor *running_product(wk_tensor *src, wk_tensor *at, int dim)
{
    const int64_t n = at->v.size[dim];
    wk_tensor *one = src ? wk_ones(WK_SCALAR, (wk_dtype)src->v.dtype) : NULL;
    for (int64_t by = 1; by < (WKI_FAULT(242) ? n / 2 : n) && src; by *= 2) {
        wk_tensor *near = wk_eq(at, moved(at, dim, by, -1));
        src = near ? wk_mul(src, wk_where(near, moved(src, dim, by, 1), one)) : NULL;
    }
    return src;
}

/* The same of those before it alone. */
static wk_tensor *product_before(wk_tensor *src, wk_tensor *at, int dim)
{
    wk_tensor *product = src && at ? running_product(src, at, dim) : NULL,
              *one = product ? wk_ones_like(product) : NULL;
    wk_tensor *near = one ? wk_eq(at, moved(at, dim, 1, -1)) : NULL;
    return near ? wk_where(near, moved(product, dim, 1, 1), one) : NULL;
}

/* Of src in the order of `at`: the product of all others that have its index. */
static wk_tensor *product_of_others(wk_tensor *src, wk_tensor *at, int dim)
{
    wk_tensor *before = product_before(src, at, dim);
    wk_tensor *behind = before ? product_before(wk_flip(src, 1, &dim), wk_flip(at, 1, &dim), dim) : NULL;
    return behind ? wk_mul(before, wk_flip(behind, 1, &dim)) : NULL;
}

/* Without a division, so that zeros are numbers as others. */
static wk_status product_backward(wki_backward *b, wk_tensor **d)
{
    const reduction *r = wki_attrs(b);
    const int dim = r->dim;
    wk_tensor *index = wki_saved_at(b, 0), *src = wki_saved_at(b, 1), *t = wki_saved_at(b, 2);
    if (!index || !src || !t) return wk_error();
    if (wki_needs(b, 0) && !r->include_self) d[0] = base_of(b->g, index, r);
    if (wki_needs(b, 0) && r->include_self)
        d[0] = wk_mul(b->g, wk_scatter_reduce(wk_ones_like(t), dim, index, src, WK_SCATTER_PROD));
    if (!wki_needs(b, 1) || wk_failed()) return wk_error();
    if (!wki_numel(&index->v)) return (d[1] = wk_zeros_like(src)), wk_error();
    wk_tensor *order = wk_argsort(index, dim, false), *at = order ? wk_gather(index, dim, order) : NULL;
    wk_tensor *factor = at ? product_of_others(wk_gather(src, dim, order), at, dim) : NULL;
    if (factor && r->include_self) factor = wk_mul(factor, wk_gather(t, dim, at));
    if (factor) factor = wk_mul(factor, wk_gather(b->g, dim, at));
    if (factor) d[1] = wk_scatter(wk_zeros_like(src), dim, order, factor);
    return wk_error();
}

/* ---- One product, or extreme, an element ---- */

static wk_tensor *reduced(wk_tensor *t, wk_tensor *index, wk_tensor *src, const reduction *r)
{
    const bool recording = wk_set_grad_enabled(false), multiplies = r->mode == WK_SCATTER_PROD;
    wk_tensor *y = met(wk_detach(t), index, wk_detach(src), r), *in[] = { t, src };
    wk_set_grad_enabled(recording);
    if (!y || !wki_wants_grad(2, in)) return y;
    wki_node *node = wki_record(multiplies ? &product_op : &op, y, 2, in, r, sizeof *r);
    wki_save(node, index);
    wki_save(node, src);
    wki_save(node, t);
    if (node && !multiplies) wki_save_output(node, y);
    return wki_recorded(node, y);
}

/* Products move along a dim: a tensor of shape [] as one of shape [1]. */
static wk_tensor *one_element(wk_tensor *t) { return t->v.ndim ? t : wk_view(t, WK_SHAPE(1)); }

static bool shapes_ok(const wk_tensor *t, int dim, const wk_tensor *index, const wk_tensor *src)
{
    const wki_view *v = &t->v, *at = &index->v, *from = &src->v;
    wki_check(from->dtype == v->dtype, false, WK_E_DTYPE, where, "src is %s, t %s; the dtypes must agree",
              wk_dtype_name((wk_dtype)from->dtype), wk_dtype_name((wk_dtype)v->dtype));
    bool fits = at->ndim == v->ndim && from->ndim == v->ndim;
    for (int d = 0; d < v->ndim && fits; d++)
        fits = at->size[d] <= from->size[d] && (d == dim || at->size[d] <= v->size[d]);
    wki_check(fits, false, WK_E_SHAPE, where,
              "t is %s, index %s, src %s; index must fit into src, and but for dim into t", wki_show(v), wki_show(at),
              wki_show(from));
    return true;
}

wk_scatter_opts wk_scatter_opts_default(void) { return (wk_scatter_opts){ WK_SCATTER_DEFAULTS }; }

wk_tensor *wk_scatter_reduce_run(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src, wk_scatter_mode mode,
                                 const wk_scatter_opts *given)
{
    wk_scatter_opts o = wk_scatter_opts_default();
    if (given) wki_options_merge(&o, sizeof o, given);
    if (!wki_tensor_ok(t, where, "t") || !wki_float_ok(t, where, "t") ||
        (!WKI_FAULT(219) && !wki_index_ok(where, t, &index)) || !wki_tensor_ok(src, where, "src") ||
        !wki_same_device(where, t, src) || !wki_dim_ok(where, "dim", t->v.ndim, &dim))
        return NULL;
    wki_check((unsigned)mode <= WK_SCATTER_PROD, NULL, WK_E_INVALID, where, "mode is %d; there is none", (int)mode);
    const reduction r = { mode, o.include_self, dim };
    if (!shapes_ok(t, dim, index, src)) return NULL;
    WKI_BESIDE(here, t);
    wk_tensor *x = one_element(t), *at = one_element(index), *from = part_of(one_element(src), index, -1);
    wk_tensor *y = !x || !at || !from        ? NULL
                   : mode <= WK_SCATTER_MEAN ? summed(x, at, from, &r)
                                             : reduced(x, at, from, &r);
    if (!y) wki_error_rename("scatter_add", where);
    if (!y) wki_error_rename("scatter", where);
    if (!y) wki_error_rename("gather", where);
    return y && !t->v.ndim ? wk_view(y, WK_SCALAR) : y;
}
