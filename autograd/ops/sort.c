/* Orders along a dim: sort, argsort, topk. Their gradients, and those of extremes with indices, are put back where the
 * elements were picked. */
#include "autograd/reduce.h"
#include "base/options.h"

/* ---- Elements picked along a dim ---- */
typedef struct pick {
    int dim;
    int64_t size; /* of what was picked from */
} pick;

wk_status wki_picked_backward(wki_backward *b, wk_tensor **d)
{
    const pick *p = wki_attrs(b);
    wk_tensor *index = wki_saved_at(b, 0);
    if (!index) return wk_error();
    wki_shape shape = wki_shape_of(index);
    shape.size[p->dim] = p->size;
    d[0] = wk_scatter(wk_zeros(shape.ndim, shape.size, (wk_dtype)b->g->v.dtype), p->dim, index, b->g);
    return wk_error();
}

wk_tensor *wki_picked(const wki_opdef *op, wk_tensor *y, wk_tensor *t, int dim, wk_tensor *index)
{
    if (!y || !wki_wants_grad(1, &t)) return y;
    pick p = { dim, t->v.size[dim] };
    wki_node *node = wki_record(op, y, 1, &t, &p, sizeof p);
    wki_save(node, index);
    return wki_recorded(node, y);
}

/* ---- sort, argsort, topk ---- */
static wk_tensor *sample_sort(wk_tensor *const *in) { return wk_square(wk_sort(in[0], 1, false, NULL)); }
static wk_tensor *sample_sort_0(wk_tensor *const *in) { return wk_square(wk_sort(in[0], 0, true, NULL)); }
static wk_tensor *sample_topk(wk_tensor *const *in) { return wk_square(wk_topk(in[0], 2, 1, true, NULL)); }
static wk_tensor *sample_topk_least(wk_tensor *const *in) { return wk_square(wk_topk(in[0], 3, 0, false, NULL)); }
static wk_tensor *sample_topk_unsorted(wk_tensor *const *in)
{
    return wk_square(wk_topk_with(in[0], 3, .sorted = false));
}
static const wki_sample sort_samples[] = { { sample_sort, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                           { sample_sort_0, 1, { { 3, { 4, 2, 2 }, -2, 2 } } },
                                           { 0 } };
static const wki_sample topk_samples[] = { { sample_topk, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                           { sample_topk_least, 1, { { 2, { 4, 2 }, -2, 2 } } },
                                           { sample_topk_unsorted, 1, { { 2, { 2, 40 }, -2, 2 } } },
                                           { 0 } };
static const wki_opdef sort_op = { "sort", wki_picked_backward, sort_samples };
static const wki_opdef topk_op = { "topk", wki_picked_backward, topk_samples };

/* The first k along dim (k < 0: all) of a tensor with dims. */
static wk_tensor *ordered(const wki_opdef *op, wk_tensor *t, int64_t k, const wki_sort_attrs *attrs,
                          wk_tensor **indices)
{
    const int dim = attrs->dim;
    wki_shape shape = wki_shape_of(t);
    const int64_t n = shape.size[dim];
    shape.size[dim] = k < 0 ? n : k;
    wk_tensor *y = wki_new(op->name, t->v.device, shape.ndim, shape.size, (wk_dtype)t->v.dtype);
    wk_tensor *index = wki_new(op->name, t->v.device, shape.ndim, shape.size, WK_I64);
    if (!y || !index ||
        wki_do(WKI_OP_sort, 2, WKI_VIEWS(&y->v, &index->v, &t->v), attrs, sizeof *attrs, 16 * wki_numel(&t->v)))
        return NULL;
    *indices = index;
    return wki_picked(op, y, t, dim, index);
}

static wk_tensor *order_of(const wki_opdef *op, wk_tensor *t, int64_t k, wki_sort_attrs attrs, wk_tensor **indices)
{
    wk_tensor *index = NULL;
    if (indices) *indices = NULL;
    const bool scalar = t->v.ndim == 0;
    wk_tensor *line = scalar ? wk_unsqueeze(t, 0) : t;
    wk_tensor *y = line ? ordered(op, line, k, &attrs, &index) : NULL;
    if (!y) return NULL;
    const bool as_scalar = scalar && k != 0;
    if (indices) *indices = as_scalar ? wk_squeeze(index, 0) : index;
    return as_scalar ? wk_squeeze(y, 0) : y;
}

wk_tensor *wk_sort(wk_tensor *t, int dim, bool descending, wk_tensor **indices)
{
    if (indices) *indices = NULL;
    if (!wki_tensor_ok(t, "sort", "t") || !wki_dim_ok("sort", "dim", t->v.ndim, &dim)) return NULL;
    return order_of(&sort_op, t, -1, (wki_sort_attrs){ dim, descending, false }, indices);
}

wk_tensor *wk_argsort(wk_tensor *t, int dim, bool descending)
{
    wk_tensor *index;
    if (!wki_tensor_ok(t, "argsort", "t") || !wki_dim_ok("argsort", "dim", t->v.ndim, &dim)) return NULL;
    wk_tensor *plain = wk_detach(t);
    return plain && order_of(&sort_op, plain, -1, (wki_sort_attrs){ dim, descending, false }, &index) ? index : NULL;
}

wk_topk_opts wk_topk_opts_default(void) { return (wk_topk_opts){ WK_TOPK_DEFAULTS }; }

wk_tensor *wk_topk_run(const wk_topk_opts *options)
{
    wk_topk_opts o = wk_topk_opts_default();
    if (!wki_options_take("topk", &o, sizeof o, options)) return NULL;
    if (o.indices) *o.indices = NULL;
    if (!wki_tensor_ok(o.t, "topk", "t") || !wki_dim_ok("topk", "dim", o.t->v.ndim, &o.dim)) return NULL;
    const int64_t n = o.t->v.ndim ? o.t->v.size[o.dim] : 1;
    wki_check(o.k >= 0 && o.k <= n, NULL, WK_E_RANGE, "topk",
              "k is %lld; dim %d of %s has from 0 to %lld elements to give", (long long)o.k, o.dim, wki_show(&o.t->v),
              (long long)n);
    return order_of(&topk_op, o.t, o.k, (wki_sort_attrs){ o.dim, o.largest, !o.sorted }, o.indices);
}

wk_tensor *wk_topk(wk_tensor *t, int64_t k, int dim, bool largest, wk_tensor **indices)
{
    return wk_topk_with(t, k, .dim = dim, .largest = largest, .indices = indices);
}

static wk_tensor *wrong_sort(void) { return wk_sort(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, false, NULL); }
static wk_tensor *wrong_topk(void) { return wk_topk(wk_zeros(WK_SHAPE(2, 3), WK_F32), 4, 1, true, NULL); }
const wki_error_sample wki_errors_sort[] = {
    { "sort", wrong_sort, WK_E_RANGE, "dim is 2" },
    { "topk", wrong_topk, WK_E_RANGE, "k is 4" },
    { 0 },
};

const wki_family wki_family_sort = { &sort_op, &topk_op, NULL };
