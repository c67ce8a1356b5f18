/* Element by element along one dim: gather, scatter, scatter_add, take_along_dim, one_hot. Each one's gradient is
 * another of them. Elements written twice: the last one stays, and sums add up in ascending order. In place, all
 * indices are looked at before anything is written. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include <math.h>

typedef struct along {
    wki_shape from; /* of gather's input */
    wki_along_attrs a;
} along;

static wk_tensor *gather(const wki_opdef *op, wk_tensor *t, wk_tensor *index, bool wrap, int dim);
static wk_tensor *scatter(const wki_opdef *op, wk_tensor *t, wk_tensor *index, wk_tensor *src, const along *s);

/* What an in-place op made of y, or NULL */
static wk_tensor *changed(wk_status status, wk_tensor *y) { return status ? NULL : wk_square(y); }
static wk_tensor *written_over(wk_tensor *t) { return wk_mul_scalar(t, 1); }

/* ---- scatter_add ---- */
static const wki_opdef gather_op;

static wk_status scatter_add_backward(wki_backward *b, wk_tensor **d)
{
    const along *s = wki_attrs(b);
    if (wki_needs(b, 0)) d[0] = b->g;
    if (!wki_needs(b, 1)) return WK_OK;
    wk_tensor *index = wki_saved_at(b, 0);
    if (index) d[1] = gather(&gather_op, b->g, index, s->a.wrap, s->a.dim);
    return WK_OK;
}

static wk_tensor *numbers(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f)
{
    return wk_from((int64_t[]){ a, b, c, d, e, f }, WK_SHAPE(2, 3), WK_I64);
}
static wk_tensor *sample_scatter_add(wk_tensor *const *in)
{
    return wk_square(wk_scatter_add(in[0], 0, numbers(2, 0, 2, 2, 0, 1), in[1]));
}
static wk_tensor *sample_scatter_add_last(wk_tensor *const *in)
{
    return wk_square(wk_scatter_add(in[0], -1, numbers(0, 0, 1, 3, 0, 3), in[1]));
}
static wk_tensor *sample_scatter_add_(wk_tensor *const *in)
{
    wk_tensor *y = written_over(in[0]);
    return changed(wk_scatter_add_(y, 1, numbers(0, 0, 1, 3, 0, 3), in[1]), y);
}
static const wki_sample scatter_add_samples[] = {
    { sample_scatter_add, 2, { { 2, { 3, 4 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 } } },
    { sample_scatter_add_last, 2, { { 2, { 3, 4 }, -2, 2 }, { 2, { 3, 5 }, -2, 2 } } },
    { sample_scatter_add_, 2, { { 2, { 3, 4 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef scatter_add_op = { "scatter_add", scatter_add_backward, scatter_add_samples };

/* ---- gather ---- */
static wk_status gather_backward(wki_backward *b, wk_tensor **d)
{
    const along *s = wki_attrs(b);
    wk_tensor *index = wki_saved_at(b, 0);
    if (index) d[0] = scatter(&scatter_add_op, NULL, index, b->g, s);
    return WK_OK;
}

static wk_tensor *sample_gather(wk_tensor *const *in)
{
    return wk_square(wk_gather(in[0], 0, numbers(2, 0, 2, 2, 0, 1)));
}
static wk_tensor *sample_gather_last(wk_tensor *const *in)
{
    return wk_square(wk_gather(in[0], 1, numbers(0, 0, 1, 3, 0, 3)));
}
static wk_tensor *sample_take_along(wk_tensor *const *in)
{
    wk_tensor *index = wk_from((int64_t[]){ -1, 0, 2, -1 }, WK_SHAPE(1, 4), WK_I64);
    return wk_square(wk_take_along_dim(in[0], index, 1));
}
static wk_tensor *sample_take_along_all(wk_tensor *const *in)
{
    return wk_square(wk_take_along_dim_all(in[0], numbers(5, 0, -1, 2, 2, -6)));
}
static const wki_sample gather_samples[] = { { sample_gather, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                             { sample_gather_last, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                             { sample_take_along, 1, { { 2, { 2, 3 }, -2, 2 } } },
                                             { sample_take_along_all, 1, { { 2, { 2, 3 }, -2, 2 } } },
                                             { 0 } };
static const wki_opdef gather_op = { "gather", gather_backward, gather_samples };

static wk_tensor *gather(const wki_opdef *op, wk_tensor *t, wk_tensor *index, bool wrap, int dim)
{
    along s = { wki_shape_of(t), { dim, wrap, true } };
    wk_tensor *y = wki_new_like(op->name, index, (wk_dtype)t->v.dtype);
    if (!y || wki_do(WKI_OP_gather, 1, WKI_VIEWS(&y->v, &t->v, &index->v), &s.a, sizeof s.a, wki_numel(&y->v))) {
        wki_error_rename("gather", op->name);
        return NULL;
    }
    if (!wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(op, y, 1, &t, &s, sizeof s);
    wki_save(node, index);
    return wki_recorded(node, y);
}

bool wki_index_ok(const char *where, wk_tensor *t, wk_tensor **index)
{
    if (!wki_tensor_ok(*index, where, "index") || !wki_same_device(where, t, *index)) return false;
    wk_dtype dtype = (wk_dtype)(*index)->v.dtype;
    wki_check(dtype == WK_I64 || dtype == WK_I32, false, WK_E_DTYPE, where, "index is %s; i64 or i32 is needed",
              wk_dtype_name(dtype));
    return dtype == WK_I64 || (*index = wk_to(*index, WK_I64));
}

/* A tensor and an index of one rank; sizes of the index at most those of t but in dim. */
static bool along_ok(const char *where, wk_tensor *t, wk_tensor **index, int *dim)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_index_ok(where, t, index) || !wki_dim_ok(where, "dim", t->v.ndim, dim))
        return false;
    const wki_view *i = &(*index)->v;
    bool fits = i->ndim == t->v.ndim;
    for (int k = 0; fits && k < i->ndim; k++) fits = k == *dim || i->size[k] <= t->v.size[k];
    wki_check(fits, false, WK_E_SHAPE, where,
              "index is %s, t %s; they need equal ranks, and sizes of index at most those of t but in dim %d",
              wki_show(i), wki_show(&t->v), *dim);
    return true;
}

/* Kernels count dims from 1: a tensor of shape [] as one of shape [1]. */
static wk_tensor *one_element(wk_tensor *t) { return t->v.ndim ? t : wk_view(t, WK_SHAPE(1)); }
static wk_tensor *as_shaped(wk_tensor *y, const wk_tensor *t) { return t->v.ndim || !y ? y : wk_view(y, WK_SCALAR); }

wk_tensor *wk_gather(wk_tensor *t, int dim, wk_tensor *index)
{
    if (!along_ok("gather", t, &index, &dim)) return NULL;
    wk_tensor *x = one_element(t), *i = one_element(index);
    return x && i ? as_shaped(gather(&gather_op, x, i, false, dim), t) : NULL;
}

wk_tensor *wk_take_along_dim(wk_tensor *t, wk_tensor *index, int dim)
{
    if (!wki_tensor_ok(t, "take_along_dim", "t") || !wki_index_ok("take_along_dim", t, &index) ||
        !wki_dim_ok("take_along_dim", "dim", t->v.ndim, &dim))
        return NULL;
    wki_check(t->v.ndim > 0 && t->v.ndim == index->v.ndim, NULL, WK_E_SHAPE, "take_along_dim",
              "index is %s, t %s; they need equal ranks, 1 or more", wki_show(&index->v), wki_show(&t->v));
    wki_shape x = wki_shape_of(t), i;
    wki_view others = index->v;
    x.size[dim] = others.size[dim] = 1;
    if (!wki_broadcast("take_along_dim", &x, &others)) return NULL;
    i = x;
    x.size[dim] = t->v.size[dim];
    i.size[dim] = index->v.size[dim];
    wk_tensor *from = wki_fits(&t->v, &x) ? t : wk_expand(t, x.ndim, x.size);
    wk_tensor *at = wki_fits(&index->v, &i) ? index : wk_expand(index, i.ndim, i.size);
    wk_tensor *y = from && at ? gather(&gather_op, from, at, true, dim) : NULL;
    if (!y) wki_error_rename("gather", "take_along_dim");
    return y;
}

wk_tensor *wk_take_along_dim_all(wk_tensor *t, wk_tensor *index)
{
    if (!wki_tensor_ok(t, "take_along_dim_all", "t") || !wki_index_ok("take_along_dim_all", t, &index)) return NULL;
    wk_tensor *line = wk_reshape(t, WK_SHAPE(-1)), *at = wk_reshape(index, WK_SHAPE(-1));
    wk_tensor *y = line && at ? gather(&gather_op, line, at, true, 0) : NULL;
    if (!y) wki_error_rename("gather", "take_along_dim_all");
    return y;
}

/* ---- scatter ---- */
static const wki_opdef scatter_op;

static wk_tensor *zero_like(const wk_tensor *g, const wk_tensor *index)
{
    wk_tensor *zero = wk_zeros(WK_SCALAR, (wk_dtype)g->v.dtype);
    return zero ? wk_expand(zero, index->v.ndim, index->v.size) : NULL;
}

/* Nothing for what was written over; and each source gets its gradient, even if it was written over in turn. */
static wk_status scatter_backward(wki_backward *b, wk_tensor **d)
{
    const along *s = wki_attrs(b);
    wk_tensor *index = wki_saved_at(b, 0), *zero = index && wki_needs(b, 0) ? zero_like(b->g, index) : NULL;
    if (zero) d[0] = scatter(&scatter_op, b->g, index, zero, s);
    if (index && wki_needs(b, 1)) d[1] = gather(&gather_op, b->g, index, s->a.wrap, s->a.dim);
    return WK_OK;
}

static wk_tensor *sample_scatter(wk_tensor *const *in)
{
    return wk_square(wk_scatter(in[0], 0, numbers(2, 0, 1, 0, 1, 2), in[1]));
}
static wk_tensor *sample_scatter_value(wk_tensor *const *in)
{
    return wk_square(wk_scatter_value(in[0], 1, numbers(2, 0, 2, 2, 0, 1), 0.5));
}
static wk_tensor *sample_scatter_(wk_tensor *const *in)
{
    wk_tensor *y = written_over(in[0]);
    return changed(wk_scatter_(y, 0, numbers(2, 0, 1, 0, 1, 2), in[1]), y);
}
static wk_tensor *sample_scatter_value_(wk_tensor *const *in)
{
    wk_tensor *y = written_over(in[0]);
    return changed(wk_scatter_value_(y, 1, numbers(2, 0, 2, 2, 0, 1), 0.5), y);
}
static const wki_sample scatter_samples[] = {
    { sample_scatter, 2, { { 2, { 3, 4 }, -2, 2 }, { 2, { 2, 5 }, -2, 2 } } },
    { sample_scatter_value, 1, { { 2, { 3, 4 }, -2, 2 } } },
    { sample_scatter_, 2, { { 2, { 3, 4 }, -2, 2 }, { 2, { 3, 3 }, -2, 2 } } },
    { sample_scatter_value_, 1, { { 2, { 3, 4 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef scatter_op = { "scatter", scatter_backward, scatter_samples };

/* Into a copy of t; NULL: into zeros of s->from. */
static wk_tensor *scatter(const wki_opdef *op, wk_tensor *t, wk_tensor *index, wk_tensor *src, const along *s)
{
    wk_dtype dtype = (wk_dtype)src->v.dtype;
    wk_tensor *in[] = { t, src };
    WKI_BESIDE(here, src);
    wk_tensor *y = t ? wki_new_like(op->name, t, dtype) : wk_zeros(s->from.ndim, s->from.size, dtype);
    const wki_along_attrs attrs = { s->a.dim, s->a.wrap, op == &scatter_add_op ? WKI_ADD_UP : WKI_PUT };
    if (!y || (t && wki_do(WKI_OP_copy, 1, WKI_VIEWS(&y->v, &t->v), NULL, 0, wki_numel(&t->v))) ||
        wki_do(WKI_OP_scatter, 1, WKI_VIEWS(&y->v, &src->v, &index->v), &attrs, sizeof attrs, wki_numel(&index->v))) {
        wki_error_rename("scatter", op->name);
        return NULL;
    }
    if (!wki_wants_grad(2, in)) return y;
    along kept = { .a = attrs };
    wki_node *node = wki_record(op, y, 2, in, &kept, sizeof kept);
    wki_save(node, index);
    return wki_recorded(node, y);
}

/* The part of src that the index names. */
static wk_tensor *cut_to(wk_tensor *src, const wk_tensor *index)
{
    for (int k = 0; src && k < index->v.ndim; k++)
        if (src->v.size[k] != index->v.size[k]) src = wk_narrow(src, k, 0, index->v.size[k]);
    return src;
}

static bool scatter_ok(const char *where, bool adds, wk_tensor *t, int *dim, wk_tensor **index, wk_tensor *src)
{
    if (!along_ok(where, t, index, dim) || !wki_tensor_ok(src, where, "src") || !wki_same_device(where, t, src))
        return false;
    wki_check(src->v.dtype == t->v.dtype, false, WK_E_DTYPE, where, "src is %s, t %s; convert with wk_to",
              wk_dtype_name((wk_dtype)src->v.dtype), wk_dtype_name((wk_dtype)t->v.dtype));
    wki_check(!adds || t->v.dtype != WK_BOOL, false, WK_E_DTYPE, where, "bools do not add up");
    const wki_view *i = &(*index)->v;
    bool fits = src->v.ndim == i->ndim;
    for (int k = 0; fits && k < i->ndim; k++) fits = i->size[k] <= src->v.size[k];
    wki_check(fits, false, WK_E_SHAPE, where, "index is %s, src %s; src needs the rank of index and its sizes at least",
              wki_show(i), wki_show(&src->v));
    return true;
}

static wk_tensor *scattered(const wki_opdef *op, wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src)
{
    if (!scatter_ok(op->name, op == &scatter_add_op, t, &dim, &index, src)) return NULL;
    wk_tensor *x = one_element(t), *i = one_element(index), *from = one_element(src);
    along s = { .a = { .dim = dim } };
    if (!x || !i || !from || !(from = cut_to(from, i))) return NULL;
    return as_shaped(scatter(op, x, i, from, &s), t);
}

wk_status wki_scatter_into(wk_tensor *y, int dim, wk_tensor *index, wk_tensor *src, int how)
{
    const wki_along_attrs attrs = { .dim = dim, .how = (uint8_t)how };
    return wki_do(WKI_OP_scatter, 1, WKI_VIEWS(&y->v, &src->v, &index->v), &attrs, sizeof attrs, wki_numel(&index->v));
}

wk_tensor *wk_scatter(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src)
{
    return scattered(&scatter_op, t, dim, index, src);
}

wk_tensor *wk_scatter_add(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src)
{
    return scattered(&scatter_add_op, t, dim, index, src);
}

/* A number of t's dtype, repeated for each index. */
static wk_tensor *value_for(const char *where, wk_tensor *t, wk_tensor *index, double value)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_tensor_ok(index, where, "index")) return NULL;
    WKI_BESIDE(here, t);
    wk_tensor *src = wk_full(WK_SCALAR, (wk_dtype)t->v.dtype, value);
    if (!src) wki_error_rename("full", where);
    return src ? wk_expand(src, index->v.ndim, index->v.size) : NULL;
}

wk_tensor *wk_scatter_value(wk_tensor *t, int dim, wk_tensor *index, double value)
{
    wk_tensor *src = value_for("scatter_value", t, index, value);
    return src ? wk_scatter(t, dim, index, src) : NULL;
}

/* ---- In place ---- */

wk_tensor *wki_apart(wk_tensor *from, const wk_tensor *t)
{
    return from && from->storage == t->storage ? wk_clone(from) : from;
}

typedef struct within {
    const char *where;
    wki_view of;
    int dim;
} within;

static wk_status look(void *object, void *memory, const wki_view *const *views)
{
    const within *w = memory;
    const double least = wki_number_at(views[0]), most = wki_number_at(views[1]), size = (double)w->of.size[w->dim];
    (void)object;
    wki_check(least >= 0 && most < size, WK_E_RANGE, WK_E_RANGE, w->where,
              "index %.0f is outside dim %d of %s; expected 0 to %.0f", least < 0 ? least : most, w->dim,
              wki_show(&w->of), size - 1);
    return WK_OK;
}

bool wki_indices_within(const char *where, wk_tensor *index, const wk_tensor *t, int dim)
{
    if (!wki_numel(&index->v)) return true;
    WK_NO_GRAD(plain);
    const wk_tensor *least = wk_min(index), *most = wk_max(index);
    within w = { where, t->v, dim };
    return least && most && wki_on_host(look, NULL, &w, sizeof w, WKI_VIEWS(&least->v, &most->v));
}

static wk_status scattered_in_place(const wki_opdef *op, const char *where, wk_tensor *t, int dim, wk_tensor *index,
                                    wk_tensor *src)
{
    if (!scatter_ok(where, op == &scatter_add_op, t, &dim, &index, src)) return wk_error();
    if (t->v.ndim == 0) return wk_copy_(t, scattered(op, t, dim, index, src));
    if (!(src = wki_apart(src, t)) || !(index = wki_apart(index, t)) || !(src = cut_to(src, index)) ||
        !wki_indices_within(where, index, t, dim) || wki_begin_inplace(t, 1, &src, where))
        return wk_error();
    along s = { .a = { dim, false, op == &scatter_add_op } };
    wk_tensor *in[] = { t, src };
    const wki_history before = wki_history_of(t);
    if (wki_wants_grad(2, in)) wki_save(wki_record(op, t, 2, in, &s, sizeof s), index);
    wki_bump(t);
    if (!wk_failed())
        wki_do(WKI_OP_scatter, 1, WKI_VIEWS(&t->v, &src->v, &index->v), &s.a, sizeof s.a, wki_numel(&index->v));
    return wki_end_inplace(t, &before);
}

wk_status wk_scatter_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src)
{
    WK_SCOPE(work);
    return scattered_in_place(&scatter_op, "scatter_", t, dim, index, src);
}

wk_status wk_scatter_add_(wk_tensor *t, int dim, wk_tensor *index, wk_tensor *src)
{
    WK_SCOPE(work);
    return scattered_in_place(&scatter_add_op, "scatter_add_", t, dim, index, src);
}

wk_status wk_scatter_value_(wk_tensor *t, int dim, wk_tensor *index, double value)
{
    WK_SCOPE(work);
    wk_tensor *src = value_for("scatter_value_", t, index, value);
    return src ? scattered_in_place(&scatter_op, "scatter_value_", t, dim, index, src) : wk_error();
}

/* ---- one_hot ---- */
static wk_status are_classes(void *object, void *memory, const wki_view *const *views)
{
    const int64_t classes = *(const int64_t *)memory;
    const double least = wki_number_at(views[0]), largest = wki_number_at(views[1]);
    (void)object;
    wki_check(least >= 0 && largest < (double)classes, WK_E_RANGE, WK_E_RANGE, "one_hot",
              "t holds %.0f to %.0f; %lld classes are 0 to %lld", least, largest, (long long)classes,
              (long long)classes - 1);
    return WK_OK;
}

wk_tensor *wk_one_hot(wk_tensor *t, int64_t classes)
{
    if (!wki_tensor_ok(t, "one_hot", "t")) return NULL;
    wki_check(t->v.dtype == WK_I64, NULL, WK_E_DTYPE, "one_hot", "t is %s; i64 is needed",
              wk_dtype_name((wk_dtype)t->v.dtype));
    wki_check(t->v.ndim < WK_MAX_DIMS, NULL, WK_E_SHAPE, "one_hot", "%s has %d dims already", wki_show(&t->v),
              WK_MAX_DIMS);
    bool empty = wki_numel(&t->v) == 0;
    wki_check(classes > 0 || (classes == -1 && !empty), NULL, WK_E_INVALID, "one_hot",
              "classes is %lld for t %s; it must be 1 or more, or -1 for the largest of t and 1", (long long)classes,
              wki_show(&t->v));
    if (!empty) {
        wk_tensor *flat = wk_reshape(t, WK_SHAPE(-1));
        wk_tensor *least = wk_amin(flat, 0, false), *largest = wk_amax(flat, 0, false);
        const double most =
            classes < 0 && largest ? wki_value_of(largest, "one_hot finds the number of classes itself; give it") : -1;
        if (!least || !largest || wk_failed()) return NULL;
        if (most >= 0) classes = (int64_t)fmin(most, 0x1p53) + 1; /* more fit into no memory */
        if (!wki_on_host(are_classes, NULL, &classes, sizeof classes, WKI_VIEWS(&least->v, &largest->v))) return NULL;
    }
    wki_shape shape = wki_shape_of(t);
    shape.size[shape.ndim++] = classes;
    WKI_BESIDE(here, t);
    wk_tensor *y = wk_zeros(shape.ndim, shape.size, WK_I64), *one = wk_ones(WK_SCALAR, WK_I64);
    wki_view index = t->v, src;
    index.size[index.ndim] = index.stride[index.ndim] = 1;
    index.ndim++;
    shape.size[shape.ndim - 1] = 1;
    if (!y || !one) return NULL;
    src = one->v;
    wki_broadcast_view(&src, &shape);
    wki_along_attrs attrs = { .dim = shape.ndim - 1 };
    return wki_do(WKI_OP_scatter, 1, WKI_VIEWS(&y->v, &src, &index), &attrs, sizeof attrs, wki_numel(&index)) ? NULL
                                                                                                              : y;
}

static wk_tensor *wrong_gather(void)
{
    return wk_gather(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, wk_zeros(WK_SHAPE(3), WK_I64));
}
static wk_tensor *wrong_scatter(void)
{
    return wk_scatter(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, wk_full(WK_SHAPE(1, 1), WK_I64, 2),
                      wk_zeros(WK_SHAPE(2, 3), WK_F32));
}
static wk_tensor *wrong_scatter_add(void)
{
    return wk_scatter_add(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, wk_zeros(WK_SHAPE(2, 3), WK_I64),
                          wk_zeros(WK_SHAPE(1, 1), WK_F32));
}
static wk_tensor *wrong_scatter_(void)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32);
    return wk_scatter_value_(t, 1, wk_full(WK_SHAPE(1, 1), WK_I64, -1), 1) ? NULL : t;
}
static wk_tensor *wrong_scatter_leaf(void)
{
    wk_tensor *t = wk_requires_grad(wk_zeros(WK_SHAPE(2, 3), WK_F32));
    return wk_scatter_add_(t, 1, wk_zeros(WK_SHAPE(2, 3), WK_I64), wk_zeros(WK_SHAPE(2, 3), WK_F32)) ? NULL : t;
}
const wki_error_sample wki_errors_gather[] = {
    { "gather", wrong_gather, WK_E_SHAPE, "index is [3], t [2, 3]" },
    { "scatter", wrong_scatter, WK_E_RANGE, "index 2 is outside dim 0 of [2, 3]" },
    { "scatter_add", wrong_scatter_add, WK_E_SHAPE, "index is [2, 3], src [1, 1]" },
    { "scatter_value_", wrong_scatter_, WK_E_RANGE, "index -1 is outside dim 1 of [2, 3]" },
    { "scatter_add_", wrong_scatter_leaf, WK_E_STATE, "leaf" },
    { 0 },
};

const wki_family wki_family_gather = { &gather_op, &scatter_op, &scatter_add_op, NULL };
