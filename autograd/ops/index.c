/* Rows picked by an index tensor. Backward adds each row's gradient where it came from, in ascending order of the
 * index. */
#include "autograd/op.h"

typedef struct pick {
    wki_shape from;
    int dim;
} pick;

static wk_tensor *index_add(wk_tensor *g, wk_tensor *index, const pick *p);

static wk_status index_select_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *index = wki_saved_at(b, 0);
    if (index) d[0] = index_add(b->g, index, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_index_select(wk_tensor *const *in)
{
    return wk_square(wk_index_select(in[0], 0, wk_from((int64_t[]){ 2, 0, 2, 1, 2 }, WK_SHAPE(5), WK_I64)));
}
static const wki_sample index_select_samples[] = { { sample_index_select, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef index_select_op = { "index_select", index_select_backward, index_select_samples };

static wk_status index_add_backward(wki_backward *b, wk_tensor **d)
{
    const pick *p = wki_attrs(b);
    wk_tensor *index = wki_saved_at(b, 0);
    if (index) d[0] = wk_index_select(b->g, p->dim, index);
    return WK_OK;
}

static wk_tensor *sample_index_add(wk_tensor *const *in)
{
    wk_tensor *grads[1], *y = wk_sum(wk_square(sample_index_select(in)));
    return wk_autograd_grad(&y, 1, in, 1, true, grads) ? NULL : grads[0];
}
static const wki_sample index_add_samples[] = { { sample_index_add, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef index_add_op = { "index_add", index_add_backward, index_add_samples };

static wk_tensor *index_add(wk_tensor *g, wk_tensor *index, const pick *p)
{
    wk_tensor *y = wk_zeros(p->from.ndim, p->from.size, (wk_dtype)g->v.dtype);
    wki_dim_attrs attrs = { p->dim };
    if (!y || wki_do(WKI_OP_index_add, 1, WKI_VIEWS(&y->v, &g->v, &index->v), &attrs, sizeof attrs, wki_numel(&g->v)))
        return NULL;
    if (!wki_wants_grad(1, &g)) return y;
    wki_node *node = wki_record(&index_add_op, y, 1, &g, p, sizeof *p);
    wki_save(node, index);
    return node ? y : NULL;
}

wk_tensor *wk_index_select(wk_tensor *t, int dim, wk_tensor *index)
{
    if (!wki_tensor_ok(t, "index_select", "t") || !wki_tensor_ok(index, "index_select", "index") ||
        !wki_same_device("index_select", t, index))
        return NULL;
    wki_check(t->v.ndim > 0, NULL, WK_E_SHAPE, "index_select", "a tensor of shape [] has no rows to pick");
    if (!wki_dim_ok("index_select", "dim", t->v.ndim, &dim)) return NULL;
    wki_check(index->v.dtype == WK_I64 && index->v.ndim == 1, NULL, WK_E_DTYPE, "index_select",
              "index is %s %s; i64 of one dimension is needed", wk_dtype_name(index->v.dtype), wki_show(&index->v));
    pick p = { wki_shape_of(t), dim };
    wki_shape shape = p.from;
    shape.size[dim] = index->v.size[0];
    wk_tensor *y = wki_new("index_select", t->v.device, shape.ndim, shape.size, t->v.dtype);
    wki_dim_attrs attrs = { dim };
    if (!y || wki_do(WKI_OP_index, 1, WKI_VIEWS(&y->v, &t->v, &index->v), &attrs, sizeof attrs, wki_numel(&y->v)))
        return NULL;
    if (!wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&index_select_op, y, 1, &t, &p, sizeof p);
    wki_save(node, index);
    return node ? y : NULL;
}

const wki_family wki_family_index = { &index_select_op, &index_add_op, NULL };
