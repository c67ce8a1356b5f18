/* x[i, j, ..] with tensors of indices and masks, reading (index) and writing (index_put). A mask stands for the indices
 * of what is true, one tensor for each of its dims. All are first made into one tensor of offsets, which then picks
 * rows along one dim. */
#include "autograd/op.h"
#include <string.h>

/* Which dims are indexed, and where in the result the indices' own dims stand. */
typedef struct place {
    wki_shape from; /* of the tensor that is indexed */
    uint32_t indexed;
    int at;
} place;

static wk_tensor *take(wk_tensor *t, wk_tensor *here, wk_tensor *offsets, const place *p);
static wk_tensor *put(wk_tensor *t, wk_tensor *offsets, wk_tensor *values, const place *p, bool accumulate);

static int kept_dims(const place *p, int dims[WK_MAX_DIMS])
{
    int n = 0;
    for (int i = 0; i < p->from.ndim; i++)
        if (!(p->indexed >> i & 1)) dims[n++] = i;
    return n;
}

/* v with its indexed dims as one, at p->at, of stride 1: what offsets count. */
static wki_view line_view(const wki_view *v, const place *p)
{
    wki_view line = *v;
    int dims[WK_MAX_DIMS], n = kept_dims(p, dims);
    for (int k = 0; k < n; k++) {
        line.size[k + (k >= p->at)] = v->size[dims[k]];
        line.stride[k + (k >= p->at)] = v->stride[dims[k]];
    }
    int64_t reach = 1;
    for (int i = 0; i < v->ndim; i++)
        if (p->indexed >> i & 1) reach += (v->size[i] - 1) * v->stride[i];
    line.ndim = (int8_t)(n + 1);
    line.size[p->at] = reach;
    line.stride[p->at] = 1;
    return line;
}

/* The offsets along dim p->at of `like`, repeated in its other dims. */
static wki_view index_view(const wk_tensor *offsets, const wki_view *like, const place *p)
{
    wki_view index = offsets->v;
    index.ndim = like->ndim;
    for (int i = 0; i < like->ndim; i++) {
        index.size[i] = like->size[i];
        index.stride[i] = i == p->at;
    }
    return index;
}

/* The result's shape, with these dims of the indices. */
static wki_shape result_shape(const place *p, int n, const int64_t *sizes)
{
    wki_shape s = { .ndim = 0 };
    int dims[WK_MAX_DIMS], kept = kept_dims(p, dims);
    for (int k = 0; k < p->at; k++) s.size[s.ndim++] = p->from.size[dims[k]];
    for (int k = 0; k < n; k++) s.size[s.ndim++] = sizes[k];
    for (int k = p->at; k < kept; k++) s.size[s.ndim++] = p->from.size[dims[k]];
    return s;
}

static wki_shape flat_shape(const place *p, const wk_tensor *offsets)
{
    return result_shape(p, 1, (int64_t[]){ wki_numel(&offsets->v) });
}

/* ---- index ---- */
static wk_status index_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *offsets = wki_saved_at(b, 0);
    if (offsets) d[0] = put(NULL, offsets, b->g, wki_attrs(b), true);
    return WK_OK;
}

static wk_tensor *three(int64_t a, int64_t b, int64_t c)
{
    return wk_from((int64_t[]){ a, b, c }, WK_SHAPE(3), WK_I64);
}
static wk_tensor *sample_index(wk_tensor *const *in)
{
    return wk_square(wk_index(in[0], 3, (wk_tensor *[]){ NULL, three(1, -1, 1), three(0, 3, 0) }));
}
static wk_tensor *sample_index_apart(wk_tensor *const *in)
{
    wk_tensor *column = wk_unsqueeze(wk_narrow(three(-1, 0, 1), 0, 0, 2), 1);
    return wk_square(wk_index(wk_square(in[0]), 3, (wk_tensor *[]){ column, NULL, three(0, -1, 0) }));
}
static wk_tensor *sample_index_mask(wk_tensor *const *in)
{
    wk_tensor *mask = wk_to(wk_reshape(wk_arange(0, 6, 1, WK_I64), WK_SHAPE(2, 3)), WK_BOOL);
    return wk_square(wk_index(in[0], 2, (wk_tensor *[]){ mask, wk_narrow(three(1, 0, 3), 0, 2, 1) }));
}
static const wki_sample index_samples[] = { { sample_index, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                            { sample_index_apart, 1, { { 3, { 2, 3, 2 }, -2, 2 } } },
                                            { sample_index_mask, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                            { 0 } };
static const wki_opdef index_op = { "index", index_backward, index_samples };

/* `here`: the offsets with t's strides; NULL if t is to be as contiguous as the offsets are for. */
static wk_tensor *take(wk_tensor *t, wk_tensor *here, wk_tensor *offsets, const place *p)
{
    if (!here && !(t = wk_contiguous(t))) return NULL;
    if (!here) here = offsets;
    wki_shape shape = flat_shape(p, offsets);
    wk_tensor *y = wki_new("index", t->v.device, shape.ndim, shape.size, (wk_dtype)t->v.dtype);
    if (!y) return NULL;
    wki_view x = line_view(&t->v, p), index = index_view(here, &y->v, p);
    wki_along_attrs attrs = { .dim = p->at };
    if (wki_do(WKI_OP_gather, 1, WKI_VIEWS(&y->v, &x, &index), &attrs, sizeof attrs, wki_numel(&y->v))) return NULL;
    if (!wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&index_op, y, 1, &t, p, sizeof *p);
    wki_save(node, offsets);
    return wki_recorded(node, y);
}

/* ---- index_put ---- */
static const wki_opdef index_put_op, index_put_add_op;

/* What was written over gets no gradient; each value gets its own, even if it was written over in turn. */
static wk_status index_put_backward(wki_backward *b, wk_tensor **d)
{
    const place *p = wki_attrs(b);
    wk_tensor *offsets = wki_saved_at(b, 0);
    if (!offsets) return wk_error();
    if (wki_needs(b, 0) && b->node->op == &index_put_add_op)
        d[0] = b->g;
    else if (wki_needs(b, 0)) {
        wki_shape shape = flat_shape(p, offsets);
        wk_tensor *zero = wk_zeros(WK_SCALAR, (wk_dtype)b->g->v.dtype);
        d[0] = zero ? put(b->g, offsets, wk_expand(zero, shape.ndim, shape.size), p, false) : NULL;
    }
    if (wki_needs(b, 1)) d[1] = take(b->g, NULL, offsets, p);
    return WK_OK;
}

static wk_tensor *sample_index_put(wk_tensor *const *in)
{
    wk_tensor *indices[] = { NULL, three(0, 2, -2) };
    return wk_square(wk_index_put(in[0], 2, indices, in[1], false));
}
static wk_tensor *sample_index_put_add(wk_tensor *const *in)
{
    wk_tensor *indices[] = { three(0, 1, 0), NULL, three(-1, 0, 3) };
    return wk_square(wk_index_put(in[0], 3, indices, in[1], true));
}
static wk_tensor *sample_index_put_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1), *mask = wk_to(three(0, 1, 1), WK_BOOL);
    return wk_index_put_(y, 2, (wk_tensor *[]){ NULL, mask }, in[1], false) ? NULL : wk_square(y);
}
static wk_tensor *sample_index_put_add_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 1);
    return wk_index_put_(y, 2, (wk_tensor *[]){ three(0, 1, 0), three(-1, 0, 3) }, in[1], true) ? NULL : wk_square(y);
}
static const wki_sample index_put_samples[] = {
    { sample_index_put, 2, { { 3, { 2, 3, 4 }, -2, 2 }, { 2, { 3, 1 }, -2, 2 } } },
    { sample_index_put_, 2, { { 3, { 2, 3, 2 }, -2, 2 }, { 2, { 2, 2 }, -2, 2 } } },
    { 0 }
};
static const wki_sample index_put_add_samples[] = {
    { sample_index_put_add, 2, { { 3, { 2, 2, 4 }, -2, 2 }, { 2, { 3, 2 }, -2, 2 } } },
    { sample_index_put_add_, 2, { { 2, { 2, 4 }, -2, 2 }, { 1, { 3 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef index_put_op = { "index_put", index_put_backward, index_put_samples };
static const wki_opdef index_put_add_op = { "index_put", index_put_backward, index_put_add_samples };

/* Into a copy of t, or into zeros; values: of the result's flat shape. */
static wk_tensor *put(wk_tensor *t, wk_tensor *offsets, wk_tensor *values, const place *p, bool accumulate)
{
    if (!values) return NULL;
    const wki_opdef *op = accumulate ? &index_put_add_op : &index_put_op;
    wk_dtype dtype = (wk_dtype)values->v.dtype;
    wk_tensor *in[] = { t, values };
    WKI_BESIDE(here, values);
    wk_tensor *y =
        t ? wki_new(op->name, t->v.device, t->v.ndim, t->v.size, dtype) : wk_zeros(p->from.ndim, p->from.size, dtype);
    if (!y || (t && wki_do(WKI_OP_copy, 1, WKI_VIEWS(&y->v, &t->v), NULL, 0, wki_numel(&t->v)))) return NULL;
    wki_view line = line_view(&y->v, p), index = index_view(offsets, &values->v, p);
    wki_along_attrs attrs = { .dim = p->at, .how = accumulate ? WKI_ADD_UP : WKI_PUT };
    if (wki_do(WKI_OP_scatter, 1, WKI_VIEWS(&line, &values->v, &index), &attrs, sizeof attrs, wki_numel(&values->v)))
        return NULL;
    if (!wki_wants_grad(2, in)) return y;
    wki_node *node = wki_record(op, y, 2, in, p, sizeof *p);
    wki_save(node, offsets);
    return wki_recorded(node, y);
}

/* ---- Index tensors ---- */
typedef struct indices {
    place p;
    int n, dim[WK_MAX_DIMS]; /* the indexed dims */
    wk_tensor *of[WK_MAX_DIMS];
    wki_shape shape; /* what they broadcast to */
} indices;

static bool add_index(const char *where, indices *out, int dim, wk_tensor *index)
{
    if (!index || !wki_broadcast(where, &out->shape, &index->v)) return false;
    out->p.indexed |= 1u << dim;
    out->dim[out->n] = dim;
    out->of[out->n++] = index;
    return true;
}

/* A mask of dims `dim` and on: the places where it is true. */
static bool add_mask(const char *where, wk_tensor *t, int dim, wk_tensor *mask, indices *out)
{
    bool fits = mask->v.ndim > 0 && dim + mask->v.ndim <= t->v.ndim;
    for (int i = 0; fits && i < mask->v.ndim; i++) fits = mask->v.size[i] == t->v.size[dim + i];
    wki_check(fits, false, WK_E_SHAPE, where, "the mask %s at dim %d does not have the sizes of t %s there",
              wki_show(&mask->v), dim, wki_show(&t->v));
    wk_tensor *at = wk_nonzero(mask);
    for (int i = 0; at && i < mask->v.ndim; i++)
        if (!add_index(where, out, dim + i, wk_contiguous(wk_select(at, 1, i)))) return false;
    return at != NULL;
}

static bool read_indices(const char *where, wk_tensor *t, int n, wk_tensor *const *given, indices *out)
{
    if (!wki_tensor_ok(t, where, "t")) return false;
    wki_check(n > 0 && n <= t->v.ndim && given, false, WK_E_SHAPE, where,
              "%d indices were given; %s takes 1 to %d, NULL for a whole dim", n, wki_show(&t->v), t->v.ndim);
    *out = (indices){ .p.from = wki_shape_of(t) };
    int dim = 0;
    for (int i = 0; i < n; i++) {
        wk_tensor *index = given[i];
        if (!wki_optional_ok(index, where, "index")) return false;
        const bool is_mask = index && index->v.dtype == WK_BOOL;
        wki_check(is_mask || dim < t->v.ndim, false, WK_E_SHAPE, where,
                  "the indices name more dims than the %d of t %s", t->v.ndim, wki_show(&t->v));
        if (is_mask && (!wki_same_device(where, t, index) || !add_mask(where, t, dim, index, out))) return false;
        if (index && !is_mask && (!wki_index_ok(where, t, &index) || !add_index(where, out, dim, index))) return false;
        dim += is_mask ? index->v.ndim : 1;
    }
    wki_check(out->n > 0, false, WK_E_INVALID, where, "all %d indices are NULL; one at least is needed", n);
    int first = out->dim[0], last = out->dim[out->n - 1];
    out->p.at = last - first + 1 == out->n ? first : 0;
    wki_check(t->v.ndim - out->n + out->shape.ndim <= WK_MAX_DIMS, false, WK_E_SHAPE, where,
              "%s indexed by tensors of %s has more than %d dims", wki_show(&t->v),
              wki_show_shape(out->shape.ndim, out->shape.size), WK_MAX_DIMS);
    return true;
}

/* Offsets for the strides of v. */
static wk_tensor *offsets_of(const char *where, const indices *in, const wki_view *v)
{
    wk_tensor *y = wki_new(where, v->device, in->shape.ndim, in->shape.size, WK_I64);
    if (!y) return NULL;
    wki_view wide[WK_MAX_DIMS];
    const wki_view *views[1 + WK_MAX_DIMS] = { &y->v };
    wki_offsets_attrs attrs = { { 0 }, { 0 } };
    for (int k = 0; k < in->n; k++) {
        wide[k] = in->of[k]->v;
        wki_broadcast_view(&wide[k], &in->shape);
        views[k + 1] = &wide[k];
        attrs.size[k] = v->size[in->dim[k]];
        attrs.stride[k] = v->stride[in->dim[k]];
    }
    int64_t work = in->n * wki_numel(&y->v);
    if (wki_do(WKI_OP_offsets, 1, in->n + 1, views, &attrs, sizeof attrs, work) == WK_OK) return y;
    wki_error_rename("index", where);
    return NULL;
}

static wk_tensor *packed_offsets(const char *where, const indices *in, const wk_tensor *t)
{
    wki_view v = t->v;
    wki_view_set(&v, v.ndim, t->v.size, (wk_dtype)v.dtype);
    return offsets_of(where, in, &v);
}

wk_tensor *wk_index(wk_tensor *t, int n, wk_tensor *const *given)
{
    indices in;
    if (!read_indices("index", t, n, given, &in)) return NULL;
    wk_tensor *packed = packed_offsets("index", &in, t), *here = packed;
    if (packed && !wki_is_contiguous(&t->v)) here = offsets_of("index", &in, &t->v);
    wk_tensor *y = here ? take(t, here, packed, &in.p) : NULL;
    if (!y || in.shape.ndim == 1) return y;
    wki_shape shape = result_shape(&in.p, in.shape.ndim, in.shape.size);
    return wk_view(y, shape.ndim, shape.size);
}

/* values in the flat shape that the offsets are for, NULL with an error */
static wk_tensor *values_for(const char *where, wk_tensor *t, const indices *in, wk_tensor *values, bool accumulate)
{
    if (!wki_tensor_ok(values, where, "values") || !wki_same_device(where, t, values)) return NULL;
    wki_check(values->v.dtype == t->v.dtype, NULL, WK_E_DTYPE, where, "values is %s, t %s; convert with wk_to",
              wk_dtype_name((wk_dtype)values->v.dtype), wk_dtype_name((wk_dtype)t->v.dtype));
    wki_check(!accumulate || t->v.dtype != WK_BOOL, NULL, WK_E_DTYPE, where, "bools do not add up");
    wki_shape shape = result_shape(&in->p, in->shape.ndim, in->shape.size), wide = shape;
    if (!wki_broadcast(where, &wide, &values->v)) return NULL;
    wki_check(wide.ndim == shape.ndim && !memcmp(wide.size, shape.size, (size_t)shape.ndim * sizeof *shape.size), NULL,
              WK_E_SHAPE, where, "values %s do not broadcast to the indexed shape %s", wki_show(&values->v),
              wki_show_shape(shape.ndim, shape.size));
    if (!wki_fits(&values->v, &shape) && !(values = wk_expand(values, shape.ndim, shape.size))) return NULL;
    if (in->shape.ndim == 1) return values;
    int64_t count = 1;
    for (int i = 0; i < in->shape.ndim; i++) count *= in->shape.size[i];
    wki_shape flat = result_shape(&in->p, 1, &count);
    return wk_reshape(values, flat.ndim, flat.size);
}

wk_tensor *wk_index_put(wk_tensor *t, int n, wk_tensor *const *given, wk_tensor *values, bool accumulate)
{
    indices in;
    if (!read_indices("index_put", t, n, given, &in)) return NULL;
    wk_tensor *flat = values_for("index_put", t, &in, values, accumulate);
    wk_tensor *offsets = flat ? packed_offsets("index_put", &in, t) : NULL;
    return offsets ? put(t, offsets, flat, &in.p, accumulate) : NULL;
}

/* What is written goes by t's own strides; backward counts by those of contiguous memory. */
wk_status wk_index_put_(wk_tensor *t, int n, wk_tensor *const *given, wk_tensor *values, bool accumulate)
{
    static const char where[] = "index_put_";
    WK_SCOPE(work);
    indices in;
    if (!read_indices(where, t, n, given, &in)) return wk_error();
    wk_tensor *flat = wki_apart(values_for(where, t, &in, values, accumulate), t);
    wk_tensor *packed = flat ? packed_offsets(where, &in, t) : NULL, *here = packed;
    if (packed && !wki_is_contiguous(&t->v)) here = offsets_of(where, &in, &t->v);
    if (!here || wki_begin_inplace(t, 1, &flat, where)) return wk_error();
    wki_view line = line_view(&t->v, &in.p), index = index_view(here, &flat->v, &in.p);
    wki_along_attrs attrs = { .dim = in.p.at, .how = accumulate ? WKI_ADD_UP : WKI_PUT };
    wk_tensor *both[] = { t, flat };
    const wki_opdef *op = accumulate ? &index_put_add_op : &index_put_op;
    const wki_history before = wki_history_of(t);
    if (wki_wants_grad(2, both)) wki_save(wki_record(op, t, 2, both, &in.p, sizeof in.p), packed);
    wki_bump(t);
    if (!wk_failed())
        wki_do(WKI_OP_scatter, 1, WKI_VIEWS(&line, &flat->v, &index), &attrs, sizeof attrs, wki_numel(&flat->v));
    return wki_end_inplace(t, &before);
}

static wk_tensor *wrong_many(void)
{
    return wk_index(wk_zeros(WK_SHAPE(2, 3), WK_F32), 3, (wk_tensor *[]){ NULL, NULL, three(0, 1, 2) });
}
static wk_tensor *wrong_index_put(void)
{
    return wk_index_put(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, (wk_tensor *[]){ wk_full(WK_SHAPE(1), WK_I64, 2) },
                        wk_zeros(WK_SHAPE(3), WK_F32), false);
}
static wk_tensor *wrong_index_values(void)
{
    return wk_index_put(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, (wk_tensor *[]){ wk_zeros(WK_SHAPE(2), WK_I64) },
                        wk_zeros(WK_SHAPE(4), WK_F32), true);
}
static wk_tensor *wrong_mask(void)
{
    return wk_index(wk_zeros(WK_SHAPE(2, 3), WK_F32), 1, (wk_tensor *[]){ wk_zeros(WK_SHAPE(2, 2), WK_BOOL) });
}
static wk_tensor *wrong_index_put_(void)
{
    wk_tensor *t = wk_requires_grad(wk_zeros(WK_SHAPE(2, 3), WK_F32));
    return wk_index_put_(t, 1, (wk_tensor *[]){ wk_zeros(WK_SHAPE(2), WK_I64) }, wk_scalar(1, WK_F32), false) ? NULL
                                                                                                              : t;
}
const wki_error_sample wki_errors_put[] = {
    { "index", wrong_many, WK_E_SHAPE, "3 indices were given; [2, 3] takes 1 to 2" },
    { "index_put", wrong_index_put, WK_E_RANGE, "index 2 is outside a dim of size 2 (indexed dim number 0)" },
    { "index_put", wrong_index_values, WK_E_SHAPE, "shapes do not broadcast ([2, 3], [4])" },
    { "index", wrong_mask, WK_E_SHAPE, "the mask [2, 2] at dim 0 does not have the sizes of t [2, 3]" },
    { "index_put_", wrong_index_put_, WK_E_STATE, "leaf" },
    { 0 },
};

const wki_family wki_family_put = { &index_op, &index_put_op, &index_put_add_op, NULL };
