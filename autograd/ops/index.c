/* Rows picked by an index tensor (index_select), added where it says (index_add), or written there (index_copy,
 * index_fill). Equal indices add up in ascending order, or the last one stays. In place, all indices are looked at
 * before anything is written. */
#include "autograd/op.h"
#include <math.h>

typedef struct pick {
    wki_shape from;
    int dim;
} pick;

static wk_tensor *write_rows(const wki_opdef *op, wk_tensor *t, wk_tensor *index, wk_tensor *source, const pick *p);
static const wki_opdef index_add_op;

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
    if (index) d[0] = write_rows(&index_add_op, NULL, index, b->g, wki_attrs(b));
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
    if (wki_needs(b, 0)) d[0] = b->g;
    wk_tensor *index = wki_needs(b, 1) ? wki_saved_at(b, 0) : NULL;
    if (index) d[1] = wk_index_select(b->g, p->dim, index);
    return WK_OK;
}

static wk_tensor *three(int64_t a, int64_t b, int64_t c)
{
    return wk_from((int64_t[]){ a, b, c }, WK_SHAPE(3), WK_I64);
}
static wk_tensor *changed(wk_status status, wk_tensor *y) { return status ? NULL : wk_square(y); }
static wk_tensor *sample_index_add(wk_tensor *const *in)
{
    return wk_square(wk_index_add(in[0], -1, three(2, 0, 2), in[1], 0.5));
}
static wk_tensor *sample_index_add_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return changed(wk_index_add_(y, 0, three(2, 0, 2), in[1], 0.5), y);
}
static wk_tensor *sample_select_slope(wk_tensor *const *in)
{
    wk_tensor *grads[1], *y = wk_sum(wk_square(sample_index_select(in)));
    return wk_autograd_grad(&y, 1, in, 1, true, grads) ? NULL : grads[0];
}
static const wki_sample index_add_samples[] = {
    { sample_index_add, 2, { { 2, { 2, 4 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 } } },
    { sample_select_slope, 1, { { 2, { 3, 4 }, -2, 2 } } },
    { sample_index_add_, 2, { { 2, { 4, 2 }, -2, 2 }, { 2, { 3, 2 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef index_add_op = { "index_add", index_add_backward, index_add_samples };

/* ---- index_copy ---- */

/* What was written over gets no gradient; each source row gets its own, even if it was written over in turn. */
static wk_status index_copy_backward(wki_backward *b, wk_tensor **d)
{
    const pick *p = wki_attrs(b);
    wk_tensor *index = wki_saved_at(b, 0);
    if (!index) return wk_error();
    if (wki_needs(b, 0)) d[0] = wk_index_fill(b->g, p->dim, index, 0);
    if (wki_needs(b, 1)) d[1] = wk_index_select(b->g, p->dim, index);
    return WK_OK;
}

static wk_tensor *sample_index_copy(wk_tensor *const *in)
{
    return wk_square(wk_index_copy(in[0], 1, three(3, 0, 2), in[1]));
}
static wk_tensor *sample_index_copy_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return changed(wk_index_copy_(y, -2, three(0, 3, 1), in[1]), y);
}
static wk_tensor *sample_index_fill(wk_tensor *const *in)
{
    return wk_square(wk_index_fill(in[0], 1, three(3, 0, 3), -0.5));
}
static wk_tensor *sample_index_fill_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return changed(wk_index_fill_(y, 0, three(1, 0, 1), 2), y);
}
static wk_tensor *sample_index_fill_tensor(wk_tensor *const *in)
{
    return wk_square(wk_index_fill_tensor(in[0], 1, three(3, 0, 3), in[1]));
}
static wk_tensor *sample_index_fill_tensor_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return changed(wk_index_fill_tensor_(y, 0, three(1, 0, 1), in[1]), y);
}
static const wki_sample index_copy_samples[] = {
    { sample_index_copy, 2, { { 2, { 2, 4 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 } } },
    { sample_index_copy_, 2, { { 2, { 4, 2 }, -2, 2 }, { 2, { 3, 2 }, -2, 2 } } },
    { sample_index_fill, 1, { { 2, { 2, 4 }, -2, 2 } } },
    { sample_index_fill_, 1, { { 3, { 3, 2, 2 }, -2, 2 } } },
    { sample_index_fill_tensor, 2, { { 2, { 2, 4 }, -2, 2 }, { 0, { 0 }, -2, 2 } } },
    { sample_index_fill_tensor_, 2, { { 3, { 3, 2, 2 }, -2, 2 }, { 0, { 0 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef index_copy_op = { "index_copy", index_copy_backward, index_copy_samples };

/* ---- What they share ---- */

static wk_status put_rows(const wki_opdef *op, wk_tensor *y, const wk_tensor *index, const wk_tensor *source, int dim)
{
    wki_view at = along(index, &source->v, dim);
    wki_along_attrs attrs = { .dim = dim, .how = op == &index_add_op ? WKI_ADD_UP : WKI_PUT };
    wki_do(WKI_OP_scatter, 1, WKI_VIEWS(&y->v, &source->v, &at), &attrs, sizeof attrs, wki_numel(&source->v));
    wki_error_rename("scatter", op->name);
    return wk_error();
}

/* Into a copy of t; NULL: into zeros of p->from. */
static wk_tensor *write_rows(const wki_opdef *op, wk_tensor *t, wk_tensor *index, wk_tensor *source, const pick *p)
{
    wk_tensor *in[] = { t, source };
    wk_tensor *y = t ? wki_new_like(op->name, t, (wk_dtype)t->v.dtype)
                     : wk_zeros(p->from.ndim, p->from.size, (wk_dtype)source->v.dtype);
    if (!y || (t && wki_do(WKI_OP_copy, 1, WKI_VIEWS(&y->v, &t->v), NULL, 0, wki_numel(&t->v))) ||
        put_rows(op, y, index, source, p->dim))
        return NULL;
    if (!wki_wants_grad(2, in)) return y;
    wki_node *node = wki_record(op, y, 2, in, p, sizeof *p);
    wki_save(node, index);
    return wki_recorded(node, y);
}

static wk_status write_rows_over(const wki_opdef *op, const char *where, wk_tensor *t, wk_tensor *index,
                                 wk_tensor *source, const pick *p)
{
    if (!(source = wki_apart(source, t)) || !(index = wki_apart(index, t)) ||
        !wki_indices_within(where, index, t, p->dim) || wki_begin_inplace(t, 1, &source, where))
        return wk_error();
    const wki_history before = wki_history_of(t);
    wk_tensor *in[] = { t, source };
    if (wki_wants_grad(2, in)) wki_save(wki_record(op, t, 2, in, p, sizeof *p), index);
    wki_bump(t);
    if (!wk_failed()) put_rows(op, t, index, source, p->dim);
    return wki_end_inplace(t, &before);
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

static bool rows_ok(const char *where, bool adds, wk_tensor *t, wk_tensor **index, wk_tensor *source, pick *p)
{
    if (!index_ok(where, t, &p->dim, index) || !wki_tensor_ok(source, where, "source") ||
        !wki_same_device(where, t, source))
        return false;
    wki_check(source->v.dtype == t->v.dtype && !(adds && t->v.dtype == WK_BOOL), false, WK_E_DTYPE, where,
              "source is %s, t %s; both must be one dtype%s", wk_dtype_name((wk_dtype)source->v.dtype),
              wk_dtype_name((wk_dtype)t->v.dtype), adds ? ", not bool" : "");
    wki_shape shape = p->from = wki_shape_of(t);
    shape.size[p->dim] = (*index)->v.size[0];
    wki_check(wki_fits(&source->v, &shape), false, WK_E_SHAPE, where, "source is %s; t %s and index %s need %s",
              wki_show(&source->v), wki_show(&t->v), wki_show(&(*index)->v), wki_show_shape(shape.ndim, shape.size));
    return true;
}

wk_tensor *wk_index_add(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *source, double alpha)
{
    pick p = { .dim = dim };
    if (!rows_ok("index_add", true, t, &index, source, &p)) return NULL;
    if (alpha != 1 && !(source = wk_mul_scalar(source, alpha))) return NULL;
    return write_rows(&index_add_op, t, index, source, &p);
}

wk_status wk_index_add_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *source, double alpha)
{
    WK_SCOPE(work);
    pick p = { .dim = dim };
    if (!rows_ok("index_add_", true, t, &index, source, &p)) return wk_error();
    if (alpha != 1 && !(source = wk_mul_scalar(source, alpha))) return wk_error();
    return write_rows_over(&index_add_op, "index_add_", t, index, source, &p);
}

wk_tensor *wk_index_copy(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *source)
{
    pick p = { .dim = dim };
    return rows_ok("index_copy", false, t, &index, source, &p) ? write_rows(&index_copy_op, t, index, source, &p)
                                                               : NULL;
}

wk_status wk_index_copy_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *source)
{
    WK_SCOPE(work);
    pick p = { .dim = dim };
    if (!rows_ok("index_copy_", false, t, &index, source, &p)) return wk_error();
    return write_rows_over(&index_copy_op, "index_copy_", t, index, source, &p);
}

/* The rows that index_fill writes: one number, repeated. */
static wk_tensor *filling(const char *where, wk_tensor *t, wk_tensor **index, double value, pick *p)
{
    if (!index_ok(where, t, &p->dim, index)) return NULL;
    const wk_dtype dtype = (wk_dtype)t->v.dtype;
    if (!wki_holds(where, dtype, value, "the tensor is ", ", convert it with wk_to")) return NULL;
    wki_shape shape = p->from = wki_shape_of(t);
    shape.size[p->dim] = (*index)->v.size[0];
    WKI_BESIDE(here, t);
    wk_tensor *number = wk_full(WK_SCALAR, dtype, value);
    return number ? wk_expand(number, shape.ndim, shape.size) : NULL;
}

wk_tensor *wk_index_fill(wk_tensor *t, int dim, wk_tensor *index, double value)
{
    pick p = { .dim = dim };
    wk_tensor *rows = filling("index_fill", t, &index, value, &p);
    wk_tensor *y = rows ? write_rows(&index_copy_op, t, index, rows, &p) : NULL;
    if (!y) wki_error_rename("index_copy", "index_fill");
    return y;
}

wk_status wk_index_fill_(wk_tensor *t, int dim, wk_tensor *index, double value)
{
    WK_SCOPE(work);
    pick p = { .dim = dim };
    wk_tensor *rows = filling("index_fill_", t, &index, value, &p);
    return rows ? write_rows_over(&index_copy_op, "index_fill_", t, index, rows, &p) : wk_error();
}

/* By a mask, so that the number's gradient counts equal indices once. */
static wk_tensor *filled(const char *where, wk_tensor *t, int dim, wk_tensor *index, wk_tensor *value)
{
    if (!index_ok(where, t, &dim, &index) || !wki_tensor_ok(value, where, "value") || !wki_same_device(where, t, value))
        return NULL;
    wki_check(value->v.ndim == 0, NULL, WK_E_SHAPE, where, "value is %s; [] is needed", wki_show(&value->v));
    wki_check(value->v.dtype == t->v.dtype, NULL, WK_E_DTYPE, where, "value is %s, t %s; both must be one dtype",
              wk_dtype_name((wk_dtype)value->v.dtype), wk_dtype_name((wk_dtype)t->v.dtype));
    WKI_BESIDE(here, t);
    wk_tensor *mask = wk_zeros(t->v.ndim, t->v.size, WK_BOOL);
    if (!mask || wk_index_fill_(mask, dim, index, 1)) {
        wki_error_rename("index_fill_", where);
        return NULL;
    }
    return wk_where(mask, value, t);
}

wk_tensor *wk_index_fill_tensor(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *value)
{
    return filled("index_fill_tensor", t, dim, index, value);
}

wk_status wk_index_fill_tensor_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *value)
{
    static const char where[] = "index_fill_tensor_";
    WK_SCOPE(work);
    if (!wki_tensor_ok(t, where, "t") || !wki_tensor_ok(value, where, "value") ||
        wki_begin_inplace(t, 1, &value, where))
        return wk_error();
    wk_tensor *y = filled(where, t, dim, index, value);
    return y ? wk_copy_(t, y) : wk_error();
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
static wk_tensor *wrong_index_copy(void)
{
    return wk_index_copy(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, wk_zeros(WK_SHAPE(2), WK_I64),
                         wk_zeros(WK_SHAPE(2, 2), WK_F64));
}
static wk_tensor *wrong_index_fill(void)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32);
    return wk_index_fill_(t, 1, three(0, 3, 1), 1) ? NULL : t;
}
static wk_tensor *wrong_tensor(void)
{
    return wk_index_fill_tensor(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, three(0, 1, 1), wk_zeros(WK_SHAPE(1), WK_F32));
}
static wk_tensor *wrong_number(void) { return wk_index_fill(wk_zeros(WK_SHAPE(2, 3), WK_I64), 0, three(0, 1, 1), 0.5); }
const wki_error_sample wki_errors_index[] = {
    { "index_select", wrong_rows, WK_E_RANGE, "index 2 is outside dim 0 of [2, 3]" },
    { "index_select", wrong_index, WK_E_DTYPE, "i64" },
    { "index_select", wrong_scalar, WK_E_SHAPE, "t is []" },
    { "index_add", wrong_index_add, WK_E_SHAPE, "source is [3, 3]" },
    { "index_copy", wrong_index_copy, WK_E_DTYPE, "source is f64, t f32" },
    { "index_fill_", wrong_index_fill, WK_E_RANGE, "index 3 is outside dim 1 of [2, 3]" },
    { "index_fill_tensor", wrong_tensor, WK_E_SHAPE, "value is [1]; [] is needed" },
    { "index_fill", wrong_number, WK_E_DTYPE, "0.5 is not whole" },
    { 0 },
};

const wki_family wki_family_index = { &index_select_op, &index_add_op, &index_copy_op, NULL };
