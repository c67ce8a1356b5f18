/* Rows picked by an index tensor, or added where it says; each is the other's gradient. Equal indices add up in
 * ascending order. */
#include "autograd/op.h"

typedef struct pick {
    wki_shape from;
    int dim;
} pick;

static wk_tensor *index_add(wk_tensor *t, wk_tensor *index, wk_tensor *source, const pick *p);

/* The index along dim of `like`, repeated in its other dims. */
static wki_view along(const wk_tensor *index, const wki_view *like, int dim)
{
    wki_view v = index->v;
    v.ndim = like->ndim;
    for (int i = 0; i < like->ndim; i++) {
        v.size[i] = like->size[i];
        v.stride[i] = i == dim ? index->v.stride[0] : 0;
    }
    return v;
}

static wk_status index_select_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *index = wki_saved_at(b, 0);
    if (index) d[0] = index_add(NULL, index, b->g, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_index_select(wk_tensor *const *in)
{
    return wk_square(wk_index_select(in[0], 0, wk_from((int64_t[]){ 2, 0, 2, 1, 2 }, WK_SHAPE(5), WK_I64)));
}
static const wki_sample index_select_samples[] = { { sample_index_select, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef index_select_op = { "index_select", index_select_backward, index_select_samples };

static wk_tensor *wrong_rows(void)
{
    return wk_index_select(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, wk_from((int64_t[]){ 0, 2 }, WK_SHAPE(2), WK_I64));
}
static wk_tensor *wrong_index(void)
{
    return wk_index_select(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, wk_zeros(WK_SHAPE(2), WK_F32));
}
static wk_tensor *wrong_scalar(void) { return wk_index_select(wk_scalar(1, WK_F32), 0, wk_zeros(WK_SHAPE(1), WK_I64)); }
static wk_tensor *wrong_index_add(void)
{
    return wk_index_add(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, wk_zeros(WK_SHAPE(2), WK_I64),
                        wk_zeros(WK_SHAPE(3, 3), WK_F32), 1);
}
const wki_error_sample wki_errors_index[] = {
    { "index_select", wrong_rows, WK_E_RANGE, "index 2 is outside dim 0 of [2, 3]" },
    { "index_select", wrong_index, WK_E_DTYPE, "i64" },
    { "index_select", wrong_scalar, WK_E_SHAPE, "t is []" },
    { "index_add", wrong_index_add, WK_E_SHAPE, "source is [3, 3]" },
    { 0 },
};

static wk_status index_add_backward(wki_backward *b, wk_tensor **d)
{
    const pick *p = wki_attrs(b);
    if (wki_needs(b, 0)) d[0] = b->g;
    wk_tensor *index = wki_needs(b, 1) ? wki_saved_at(b, 0) : NULL;
    if (index) d[1] = wk_index_select(b->g, p->dim, index);
    return WK_OK;
}

static wk_tensor *sample_index_add(wk_tensor *const *in)
{
    wk_tensor *index = wk_from((int64_t[]){ 2, 0, 2 }, WK_SHAPE(3), WK_I64);
    return wk_square(wk_index_add(in[0], -1, index, in[1], 0.5));
}
static wk_tensor *sample_select_slope(wk_tensor *const *in)
{
    wk_tensor *grads[1], *y = wk_sum(wk_square(sample_index_select(in)));
    return wk_autograd_grad(&y, 1, in, 1, true, grads) ? NULL : grads[0];
}
static const wki_sample index_add_samples[] = {
    { sample_index_add, 2, { { 2, { 2, 4 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 } } },
    { sample_select_slope, 1, { { 2, { 3, 4 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef index_add_op = { "index_add", index_add_backward, index_add_samples };

/* Into a copy of t; NULL: into zeros of p->from. */
static wk_tensor *index_add(wk_tensor *t, wk_tensor *index, wk_tensor *source, const pick *p)
{
    wk_tensor *in[] = { t, source };
    wk_tensor *y = t ? wki_new_like("index_add", t, (wk_dtype)t->v.dtype)
                     : wk_zeros(p->from.ndim, p->from.size, (wk_dtype)source->v.dtype);
    wki_view at = along(index, &source->v, p->dim);
    wki_along_attrs attrs = { .dim = p->dim, .add = true };
    if (!y || (t && wki_do(WKI_OP_copy, 1, WKI_VIEWS(&y->v, &t->v), NULL, 0, wki_numel(&t->v))) ||
        wki_do(WKI_OP_scatter, 1, WKI_VIEWS(&y->v, &source->v, &at), &attrs, sizeof attrs, wki_numel(&source->v))) {
        wki_error_rename("scatter", "index_add");
        return NULL;
    }
    if (!wki_wants_grad(2, in)) return y;
    wki_node *node = wki_record(&index_add_op, y, 2, in, p, sizeof *p);
    wki_save(node, index);
    return wki_recorded(node, y);
}

/* An index of one dim, or of none, which counts as one. */
static bool index_ok(const char *where, wk_tensor *t, int *dim, wk_tensor **index)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_index_ok(where, t, index)) return false;
    wki_check(t->v.ndim > 0, false, WK_E_SHAPE, where, "t is []; one dim at least is needed");
    if (!wki_dim_ok(where, "dim", t->v.ndim, dim)) return false;
    wki_check((*index)->v.ndim <= 1, false, WK_E_SHAPE, where, "index is %s; one dim is needed",
              wki_show(&(*index)->v));
    return (*index)->v.ndim == 1 || (*index = wk_view(*index, WK_SHAPE(1)));
}

wk_tensor *wk_index_add(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *source, double alpha)
{
    if (!index_ok("index_add", t, &dim, &index) || !wki_tensor_ok(source, "index_add", "source") ||
        !wki_same_device("index_add", t, source))
        return NULL;
    wki_check(source->v.dtype == t->v.dtype && t->v.dtype != WK_BOOL, NULL, WK_E_DTYPE, "index_add",
              "source is %s, t %s; both must be one dtype, not bool", wk_dtype_name((wk_dtype)source->v.dtype),
              wk_dtype_name((wk_dtype)t->v.dtype));
    pick p = { wki_shape_of(t), dim };
    wki_shape shape = p.from;
    shape.size[dim] = index->v.size[0];
    wki_check(wki_fits(&source->v, &shape), NULL, WK_E_SHAPE, "index_add", "source is %s; t %s and index %s need %s",
              wki_show(&source->v), wki_show(&t->v), wki_show(&index->v), wki_show_shape(shape.ndim, shape.size));
    if (alpha != 1 && !(source = wk_mul_scalar(source, alpha))) return NULL;
    return index_add(t, index, source, &p);
}

wk_tensor *wk_index_select(wk_tensor *t, int dim, wk_tensor *index)
{
    if (!index_ok("index_select", t, &dim, &index)) return NULL;
    pick p = { wki_shape_of(t), dim };
    wki_shape shape = p.from;
    shape.size[dim] = index->v.size[0];
    wk_tensor *y = wki_new("index_select", t->v.device, shape.ndim, shape.size, t->v.dtype);
    if (!y) return NULL;
    wki_view at = along(index, &y->v, dim);
    wki_along_attrs attrs = { .dim = dim };
    if (wki_do(WKI_OP_gather, 1, WKI_VIEWS(&y->v, &t->v, &at), &attrs, sizeof attrs, wki_numel(&y->v))) {
        wki_error_rename("gather", "index_select");
        return NULL;
    }
    if (!wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&index_select_op, y, 1, &t, &p, sizeof p);
    wki_save(node, index);
    return wki_recorded(node, y);
}

const wki_family wki_family_index = { &index_select_op, &index_add_op, NULL };
