/* Rearranging: views that share storage and version. Each view's gradient goes back by the opposite rearrangement; the
 * ones that drop elements scatter into zeros. */
#include "autograd/attrs.h"
#include "base/fault.h"
#include <string.h>

/* A view of t with its history; v's data pointer is already moved. */
static wk_tensor *view_of(const wki_opdef *op, wk_tensor *t, const wki_view *v, const void *attrs, size_t bytes)
{
    wk_tensor *y = wki_alias(t, v);
    if (y && wki_wants_grad(1, &t) && !wki_record(op, y, 1, &t, attrs, bytes)) return NULL;
    return y;
}

static void move(wki_view *v, int64_t elements)
{
    v->data = (char *)v->data + elements * (int64_t)wk_dtype_size(v->dtype);
}

/* ---- view, reshape, flatten ---- */
static wk_status view_backward(wki_backward *b, wk_tensor **d)
{
    const wki_shape *shape = wki_attrs(b);
    d[0] = wk_reshape(b->g, shape->ndim, shape->size);
    return WK_OK;
}

static wk_tensor *sample_view(wk_tensor *const *in) { return wk_view(in[0], WK_SHAPE(2, -1, 3)); }
static wk_tensor *sample_reshape(wk_tensor *const *in) { return wk_reshape(wk_t(in[0]), WK_SHAPE(3, 4)); }
static wk_tensor *sample_flatten(wk_tensor *const *in) { return wk_flatten(in[0], 0, -1); }
static const wki_sample view_samples[] = { { sample_view, 1, { { 2, { 4, 3 }, -2, 2 } } },
                                           { sample_reshape, 1, { { 2, { 6, 2 }, -2, 2 } } },
                                           { sample_flatten, 1, { { 3, { 2, 2, 3 }, -2, 2 } } },
                                           { 0 } };
static const wki_opdef view_op = { "view", view_backward, view_samples };

static wk_tensor *wrong_view(void) { return wk_view(wk_zeros(WK_SHAPE(2, 3), WK_F32), WK_SHAPE(4, -1)); }
static wk_tensor *wrong_copy(void) { return wk_view(wk_t(wk_zeros(WK_SHAPE(2, 3), WK_F32)), WK_SHAPE(6)); }
static wk_tensor *wrong_reshape(void) { return wk_reshape(wk_zeros(WK_SHAPE(2, 3), WK_F32), WK_SHAPE(-1, -1)); }
static wk_tensor *wrong_flatten(void) { return wk_flatten(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, 0); }
static wk_tensor *wrong_permute(void) { return wk_permute(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, (int[]){ 1, 1 }); }
static wk_tensor *wrong_transpose(void) { return wk_transpose(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, 2); }
static wk_tensor *wrong_t(void) { return wk_t(wk_zeros(WK_SHAPE(1, 1, 1), WK_F32)); }
static wk_tensor *wrong_squeeze(void) { return wk_squeeze(wk_zeros(WK_SHAPE(2, 3), WK_F32), 5); }
static wk_tensor *wrong_unsqueeze(void) { return wk_unsqueeze(wk_zeros(WK_SHAPE(2, 3), WK_F32), 3); }
static wk_tensor *wrong_expand(void) { return wk_expand(wk_zeros(WK_SHAPE(2, 3), WK_F32), WK_SHAPE(4, 3)); }
static wk_tensor *wrong_slice(void) { return wk_slice(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, 0, 1, 0); }
static wk_tensor *wrong_narrow(void) { return wk_narrow(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, 2, 2); }
static wk_tensor *wrong_select(void) { return wk_select(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, 2); }
static wk_tensor *wrong_room(void) { return wk_view(wk_zeros(WK_SHAPE(0), WK_F32), WK_SHAPE(0, INT64_MAX, 8)); }
const wki_error_sample wki_errors_shape[] = {
    { "view", wrong_view, WK_E_SHAPE, "[4, -1]" },
    { "view", wrong_copy, WK_E_SHAPE, "use wk_reshape" },
    { "view", wrong_room, WK_E_SHAPE, "too large" },
    { "reshape", wrong_reshape, WK_E_SHAPE, "one may be -1" },
    { "flatten", wrong_flatten, WK_E_INVALID, "first_dim 1" },
    { "permute", wrong_permute, WK_E_INVALID, "dim 1 is named twice" },
    { "transpose", wrong_transpose, WK_E_RANGE, "dim1" },
    { "t", wrong_t, WK_E_SHAPE, "[1, 1, 1]" },
    { "squeeze", wrong_squeeze, WK_E_RANGE, "5" },
    { "unsqueeze", wrong_unsqueeze, WK_E_RANGE, "3" },
    { "expand", wrong_expand, WK_E_SHAPE, "[4, 3]" },
    { "slice", wrong_slice, WK_E_INVALID, "step is 0" },
    { "narrow", wrong_narrow, WK_E_RANGE, "start 2, length 2" },
    { "select", wrong_select, WK_E_RANGE, "2" },
    { 0 },
};

/* Puts the size that -1 stands for into `out`. */
static bool resolve(const char *where, const wk_tensor *t, int ndim, const int64_t *shape, wki_shape *out)
{
    int64_t n = wki_numel(&t->v), known = 1;
    int unknown = -1;
    wki_check(ndim >= 0 && ndim <= WK_MAX_DIMS && (shape || !ndim), false, WK_E_SHAPE, where,
              "%d dimensions; from 0 to %d are possible", ndim, WK_MAX_DIMS);
    out->ndim = ndim;
    for (int i = 0; i < ndim; i++) {
        wki_check(shape[i] >= -1 && (shape[i] != -1 || unknown < 0), false, WK_E_SHAPE, where,
                  "shape %s: sizes are 0 and up, and one may be -1", wki_show_shape(ndim, shape));
        out->size[i] = shape[i];
        if (shape[i] == -1)
            unknown = i;
        else
            wki_check(!__builtin_mul_overflow(known, shape[i], &known), false, WK_E_SHAPE, where,
                      "shape %s is too large", wki_show_shape(ndim, shape));
    }
    if (unknown >= 0 && known > 0 && n % known == 0) {
        out->size[unknown] = n / known;
        known = n;
    }
    wki_check(known == n && (unknown < 0 || out->size[unknown] >= 0), false, WK_E_SHAPE, where,
              "shape %s does not fit %s, which has %lld elements", wki_show_shape(ndim, shape), wki_show(&t->v),
              (long long)n);
    /* one without elements has strides, too */
    wki_check(wki_shape_count(ndim, out->size, &n), false, WK_E_SHAPE, where, "shape %s is too large",
              wki_show_shape(ndim, out->size));
    return true;
}

/* The view without its dims of size 1, whose strides say nothing. */
static wki_view compact(const wki_view *v)
{
    wki_view out = *v;
    out.ndim = 0;
    for (int i = 0; i < v->ndim; i++) {
        if (v->size[i] == 1) continue;
        out.size[out.ndim] = v->size[i];
        out.stride[out.ndim++] = v->stride[i];
    }
    return out;
}

/* Strides for the new shape over the same memory, if there are any: runs of dims that lie behind one another may be cut
 * anew. */
static bool restride(const wki_view *v, const wki_shape *shape, wki_view *to)
{
    *to = *v;
    if (wki_is_contiguous(v)) {
        wki_view_set(to, shape->ndim, shape->size, v->dtype);
        return true;
    }
    const wki_view from = compact(v);
    to->ndim = (int8_t)shape->ndim;
    int j = shape->ndim - 1;
    for (int i = from.ndim - 1; i >= 0; i--) {
        const int64_t inner = from.stride[i];
        int64_t run = from.size[i], made = 1;
        for (; i > 0 && from.stride[i - 1] == from.size[i] * from.stride[i]; i--) run *= from.size[i - 1];
        for (; j >= 0 && (made < run || shape->size[j] == 1); j--) {
            to->size[j] = shape->size[j];
            to->stride[j] = inner * made;
            made *= shape->size[j];
        }
        if (made != run) return false;
    }
    for (; j >= 0; j--) to->size[j] = to->stride[j] = 1; /* sizes of 1 are all that can be left */
    return true;
}

wk_tensor *wk_view(wk_tensor *t, int ndim, const int64_t *shape)
{
    wki_shape to, from;
    wki_view v;
    if (!wki_tensor_ok(t, "view", "t") || !resolve("view", t, ndim, shape, &to)) return NULL;
    wki_check(restride(&t->v, &to, &v), NULL, WK_E_SHAPE, "view",
              "%s with these strides cannot be seen as %s without a copy; use wk_reshape", wki_show(&t->v),
              wki_show_shape(to.ndim, to.size));
    from = wki_shape_of(t);
    return view_of(&view_op, t, &v, &from, sizeof from);
}

wk_tensor *wk_reshape(wk_tensor *t, int ndim, const int64_t *shape)
{
    wki_shape to, from;
    wki_view v;
    if (!wki_tensor_ok(t, "reshape", "t") || !resolve("reshape", t, ndim, shape, &to)) return NULL;
    if (!restride(&t->v, &to, &v)) return wk_view(wk_contiguous(t), to.ndim, to.size);
    from = wki_shape_of(t);
    return view_of(&view_op, t, &v, &from, sizeof from);
}

wk_tensor *wk_flatten(wk_tensor *t, int first, int last)
{
    if (!wki_tensor_ok(t, "flatten", "t") || !wki_dim_ok("flatten", "first_dim", t->v.ndim, &first) ||
        !wki_dim_ok("flatten", "last_dim", t->v.ndim, &last))
        return NULL;
    wki_check(first <= last, NULL, WK_E_INVALID, "flatten", "first_dim %d is behind last_dim %d", first, last);
    wki_shape to = { .ndim = 0 };
    for (int i = 0; i < t->v.ndim; i++) {
        if (i > first && i <= last)
            to.size[to.ndim - 1] *= t->v.size[i];
        else
            to.size[to.ndim++] = t->v.size[i];
    }
    if (t->v.ndim == 0) to = (wki_shape){ 1, { 1 } };
    return wk_reshape(t, to.ndim, to.size);
}

/* ---- permute, transpose, t ---- */
static wk_tensor *permuted(const char *where, wk_tensor *t, const wki_order *o);

static wk_status permute_backward(wki_backward *b, wk_tensor **d)
{
    const wki_order *o = wki_attrs(b);
    wki_order back = { .n = o->n };
    for (int i = 0; i < o->n; i++) back.dims[WKI_FAULT(5) ? i : o->dims[i]] = WKI_FAULT(5) ? o->dims[i] : i;
    d[0] = permuted("permute", b->g, &back);
    return WK_OK;
}

static wk_tensor *sample_permute(wk_tensor *const *in) { return wk_permute(in[0], 3, (int[]){ 2, 0, 1 }); }
static wk_tensor *sample_transpose(wk_tensor *const *in) { return wk_transpose(in[0], 0, -1); }
static const wki_sample permute_samples[] = { { sample_permute, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                              { sample_transpose, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                              { 0 } };
static const wki_opdef permute_op = { "permute", permute_backward, permute_samples };

static wk_tensor *permuted(const char *where, wk_tensor *t, const wki_order *o)
{
    wki_view v = t->v;
    unsigned seen = 0;
    for (int i = 0; i < o->n; i++) {
        int dim = o->dims[i];
        if (!wki_dim_ok(where, "a dim", o->n, &dim)) return NULL;
        wki_check(!(seen >> dim & 1), NULL, WK_E_INVALID, where, "dim %d is named twice", dim);
        seen |= 1u << dim;
        v.size[i] = t->v.size[dim];
        v.stride[i] = t->v.stride[dim];
    }
    return view_of(&permute_op, t, &v, o, sizeof *o);
}

wk_tensor *wk_permute(wk_tensor *t, int ndim, const int *dims)
{
    if (!wki_tensor_ok(t, "permute", "t")) return NULL;
    wki_check(ndim == t->v.ndim && (dims || !ndim), NULL, WK_E_SHAPE, "permute", "%d dims were named; %s has %d", ndim,
              wki_show(&t->v), t->v.ndim);
    wki_order o = { .n = ndim };
    for (int i = 0; i < ndim; i++) {
        o.dims[i] = dims[i];
        if (!wki_dim_ok("permute", "a dim", ndim, &o.dims[i])) return NULL;
    }
    return permuted("permute", t, &o);
}

wk_tensor *wk_transpose(wk_tensor *t, int dim0, int dim1)
{
    if (!wki_tensor_ok(t, "transpose", "t") || !wki_dim_ok("transpose", "dim0", t->v.ndim, &dim0) ||
        !wki_dim_ok("transpose", "dim1", t->v.ndim, &dim1))
        return NULL;
    wki_order o = { .n = t->v.ndim };
    for (int i = 0; i < o.n; i++) o.dims[i] = i == dim0 ? dim1 : i == dim1 ? dim0 : i;
    return permuted("transpose", t, &o);
}

wk_tensor *wk_t(wk_tensor *t)
{
    if (!wki_tensor_ok(t, "t", "t")) return NULL;
    wki_check(t->v.ndim <= 2, NULL, WK_E_SHAPE, "t", "%s has %d dims; at most 2 are possible", wki_show(&t->v),
              t->v.ndim);
    return t->v.ndim == 2 ? wk_transpose(t, 0, 1) : wk_view(t, t->v.ndim, t->v.size);
}

/* ---- squeeze, unsqueeze: reshapes that keep the strides ---- */
wk_tensor *wk_squeeze(wk_tensor *t, int dim)
{
    if (!wki_tensor_ok(t, "squeeze", "t") || !wki_dim_ok("squeeze", "dim", t->v.ndim, &dim)) return NULL;
    wki_view v = t->v;
    if (v.ndim && v.size[dim] == 1) {
        v.ndim--;
        for (int i = dim; i < v.ndim; i++) {
            v.size[i] = t->v.size[i + 1];
            v.stride[i] = t->v.stride[i + 1];
        }
    }
    wki_shape from = wki_shape_of(t);
    return view_of(&view_op, t, &v, &from, sizeof from);
}

wk_tensor *wk_unsqueeze(wk_tensor *t, int dim)
{
    if (!wki_tensor_ok(t, "unsqueeze", "t") || !wki_dim_ok("unsqueeze", "dim", t->v.ndim + 1, &dim)) return NULL;
    wki_check(t->v.ndim < WK_MAX_DIMS, NULL, WK_E_SHAPE, "unsqueeze", "%s has %d dims already", wki_show(&t->v),
              WK_MAX_DIMS);
    wki_view v = t->v;
    v.ndim++;
    for (int i = v.ndim - 1; i > dim; i--) {
        v.size[i] = t->v.size[i - 1];
        v.stride[i] = t->v.stride[i - 1];
    }
    v.size[dim] = v.stride[dim] = 1;
    wki_shape from = wki_shape_of(t);
    return view_of(&view_op, t, &v, &from, sizeof from);
}

/* ---- expand ---- */
static wk_status expand_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = wki_sum_to(b->g, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_expand(wk_tensor *const *in) { return wk_square(wk_expand(in[0], WK_SHAPE(2, 3, 4))); }
static const wki_sample expand_samples[] = { { sample_expand, 1, { { 2, { 3, 1 }, -2, 2 } } }, { 0 } };
static const wki_opdef expand_op = { "expand", expand_backward, expand_samples };

wk_tensor *wk_expand(wk_tensor *t, int ndim, const int64_t *shape)
{
    if (!wki_tensor_ok(t, "expand", "t")) return NULL;
    wki_shape from = wki_shape_of(t), to = { .ndim = ndim };
    wki_check(shape || ndim == 0, NULL, WK_E_INVALID, "expand", "shape is NULL");
    wki_check(ndim >= t->v.ndim && ndim <= WK_MAX_DIMS, NULL, WK_E_SHAPE, "expand", "%d dims; %s needs from %d to %d",
              ndim, wki_show(&t->v), t->v.ndim, WK_MAX_DIMS);
    for (int i = 0; i < ndim; i++) {
        int k = i - (ndim - t->v.ndim);
        to.size[i] = shape[i] == -1 && k >= 0 ? t->v.size[k] : shape[i];
        wki_check(to.size[i] >= 0 && (k < 0 || t->v.size[k] == to.size[i] || t->v.size[k] == 1), NULL, WK_E_SHAPE,
                  "expand", "%s does not expand to %s; only sizes of 1 stretch", wki_show(&t->v),
                  wki_show_shape(ndim, shape));
    }
    int64_t numel; /* a view may be larger than any memory, but not than can be counted */
    wki_check(wki_shape_count(ndim, to.size, &numel), NULL, WK_E_RANGE, "expand",
              "%s has more elements than can be counted", wki_show_shape(ndim, to.size));
    wki_view v = t->v;
    wki_broadcast_view(&v, &to);
    return view_of(&expand_op, t, &v, &from, sizeof from);
}

/* ---- slice, narrow, select ---- */
static wk_tensor *cut_view(const wki_opdef *op, wk_tensor *t, const wki_cut *c)
{
    wki_view v = t->v;
    move(&v, c->length && !WKI_FAULT(3) ? c->start * v.stride[c->dim] : 0);
    v.size[c->dim] = c->length;
    v.stride[c->dim] *= c->step;
    return view_of(op, t, &v, c, sizeof *c);
}

/* g put into zeros: by a recorded in-place copy where the gradient is to be differentiated again. */
static wk_status slice_backward(wki_backward *b, wk_tensor **d);
static wk_tensor *sample_slice(wk_tensor *const *in) { return wk_square(wk_slice(in[0], 1, -4, 100, 2)); }
static wk_tensor *sample_narrow(wk_tensor *const *in) { return wk_square(wk_narrow(in[0], 0, 1, 2)); }
static wk_tensor *sample_select(wk_tensor *const *in) { return wk_square(wk_select(in[0], 1, -2)); }
static const wki_sample slice_samples[] = { { sample_slice, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                            { sample_narrow, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                            { sample_select, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                            { 0 } };
static const wki_opdef slice_op = { "slice", slice_backward, slice_samples };

static wk_status unslice_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = cut_view(&slice_op, b->g, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_unslice(wk_tensor *const *in)
{
    wk_tensor *grads[1];
    if (wk_autograd_grad(&(wk_tensor *){ wk_sum(wk_square(wk_slice(in[0], 1, 1, 5, 2))) }, 1, in, 1, true, grads))
        return NULL;
    return wk_mul(grads[0], in[0]);
}
static const wki_sample unslice_samples[] = { { sample_unslice, 1, { { 2, { 3, 5 }, -2, 2 } } }, { 0 } };
static const wki_opdef unslice_op = { "unslice", unslice_backward, unslice_samples };

/* Where other parts' gradients have arrived already, this one is added in its place: n parts then cost as much as one.
 */
static bool added_in_place(wki_backward *b, const wki_cut *c)
{
    wk_tensor *there = b->node->edges[0].node->grad;
    if (!wki_is_plain() || b->node->hooks || !there || !wki_is_sole_owner(there) || !wki_is_contiguous(&there->v))
        return false;
    wki_view part = there->v;
    move(&part, c->length ? c->start * part.stride[c->dim] : 0);
    part.size[c->dim] = c->length;
    part.stride[c->dim] *= c->step;
    return !wki_do(WKI_ROW_add, 1, WKI_VIEWS(&part, &part, &b->g->v), &(wki_row_attrs){ 0 }, sizeof(wki_row_attrs),
                   wki_numel(&part));
}

static wk_status slice_backward(wki_backward *b, wk_tensor **d)
{
    const wki_cut *c = wki_attrs(b);
    if (added_in_place(b, c)) return WK_OK;
    wk_tensor *whole = wk_zeros(c->from.ndim, c->from.size, (wk_dtype)b->g->v.dtype);
    if (!whole) return wk_error();
    wki_view part = whole->v;
    move(&part, c->length && !WKI_FAULT(4) ? c->start * part.stride[c->dim] : 0);
    part.size[c->dim] = c->length;
    part.stride[c->dim] *= c->step;
    if (wki_do(WKI_OP_copy, 1, WKI_VIEWS(&part, &b->g->v), NULL, 0, wki_numel(&part))) return wk_error();
    if (wki_wants_grad(1, &b->g) && !wki_record(&unslice_op, whole, 1, &b->g, c, sizeof *c)) return wk_error();
    d[0] = whole;
    return WK_OK;
}

wk_tensor *wk_slice(wk_tensor *t, int dim, int64_t start, int64_t end, int64_t step)
{
    if (!wki_tensor_ok(t, "slice", "t")) return NULL;
    wki_check(t->v.ndim > 0, NULL, WK_E_SHAPE, "slice", "a tensor of shape [] has nothing to slice");
    if (!wki_dim_ok("slice", "dim", t->v.ndim, &dim)) return NULL;
    wki_check(step > 0, NULL, WK_E_INVALID, "slice", "step is %lld; it must be 1 or more", (long long)step);
    int64_t size = t->v.size[dim];
    if (step > size) step = size ? size : 1; /* further is no different */
    if (start < 0) start = start + size < 0 ? 0 : start + size;
    if (end < 0) end = end + size;
    start = start > size ? size : start;
    end = end > size ? size : end < start ? start : end;
    wki_cut c = { wki_shape_of(t), start, (end - start + step - 1) / step, step, dim };
    return cut_view(&slice_op, t, &c);
}

wk_tensor *wk_narrow(wk_tensor *t, int dim, int64_t start, int64_t length)
{
    if (!wki_tensor_ok(t, "narrow", "t")) return NULL;
    wki_check(t->v.ndim > 0, NULL, WK_E_SHAPE, "narrow", "a tensor of shape [] cannot be narrowed");
    if (!wki_dim_ok("narrow", "dim", t->v.ndim, &dim)) return NULL;
    int64_t size = t->v.size[dim], from = start < 0 ? start + size : start;
    wki_check(from >= 0 && length >= 0 && from <= size && (length <= size - from || WKI_FAULT(28)), NULL, WK_E_RANGE,
              "narrow", "start %lld, length %lld lie outside dim %d of %s", (long long)start, (long long)length, dim,
              wki_show(&t->v));
    wki_cut c = { wki_shape_of(t), from, length, 1, dim };
    return cut_view(&slice_op, t, &c);
}

wk_tensor *wk_select(wk_tensor *t, int dim, int64_t index)
{
    if (!wki_tensor_ok(t, "select", "t")) return NULL;
    wki_check(t->v.ndim > 0, NULL, WK_E_SHAPE, "select", "a tensor of shape [] has no dims to select from");
    if (!wki_dim_ok("select", "dim", t->v.ndim, &dim)) return NULL;
    int64_t size = t->v.size[dim];
    wki_check(index >= -size && index < size, NULL, WK_E_RANGE, "select", "index %lld lies outside dim %d of %s",
              (long long)index, dim, wki_show(&t->v));
    return wk_squeeze(wk_narrow(t, dim, index, 1), dim);
}

const wki_family wki_family_shape = { &view_op, &permute_op, &expand_op, &slice_op, &unslice_op, NULL };
