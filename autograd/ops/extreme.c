/* Largest and smallest elements and where they are. amax, amin and the extremes of all share the gradient among equals;
 * along a dim with indices, the chosen one gets it. */
#include "autograd/reduce.h"
#include <math.h>

/* ---- amax, amin, max, min ---- */
static wk_status extreme_backward(wki_backward *b, wk_tensor **d)
{
    const wki_reduction *r = wki_attrs(b);
    wk_tensor *x = wki_saved_at(b, 0), *y = wki_saved_at(b, 1);
    if (!x || !y) return wk_error();
    wk_tensor *is_it = wk_eq(x, wki_kept_view(wk_detach(y), r));
    if (r->number == 1)
        is_it =
            wk_logical_or(is_it, wk_logical_and(wk_ne(x, x), wk_ne(y, y))); /* max() shares among NaNs, amax does not */
    wk_tensor *hit = wk_to(is_it, (wk_dtype)x->v.dtype), *count = wki_sum_set(hit, r->dims);
    d[0] = wk_mul(hit, wk_div(wki_kept_view(b->g, r), count));
    return WK_OK;
}

static wk_tensor *sample_amax(wk_tensor *const *in) { return wk_square(wk_amax(in[0], 1, false)); }
static wk_tensor *sample_amax_dims(wk_tensor *const *in)
{
    return wk_square(wk_amax_dims(in[0], 2, (int[]){ 0, -1 }, false));
}
static wk_tensor *sample_amin(wk_tensor *const *in) { return wk_square(wk_amin(in[0], 0, true)); }
static wk_tensor *sample_max(wk_tensor *const *in) { return wk_square(wk_max(in[0])); }
static wk_tensor *sample_min(wk_tensor *const *in) { return wk_square(wk_min(in[0])); }
static const wki_sample amax_samples[] = { { sample_amax, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                           { sample_amax_dims, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                           { 0 } };
static const wki_sample amin_samples[] = { { sample_amin, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_sample max_samples[] = { { sample_max, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_sample min_samples[] = { { sample_min, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef amax_op = { "amax", extreme_backward, amax_samples };
static const wki_opdef amin_op = { "amin", extreme_backward, amin_samples };
static const wki_opdef max_op = { "max", extreme_backward, max_samples };
static const wki_opdef min_op = { "min", extreme_backward, min_samples };

static wk_tensor *extreme(const wki_opdef *op, wk_tensor *t, wki_reduce_kind kind, int n, const int *dims, bool keepdim)
{
    wki_reduction r;
    if (!wki_reduction_ok(op->name, t, n, dims, &r) || !wki_not_empty(op->name, t, r.dims)) return NULL;
    wk_tensor *y = wki_reduced(op->name, t, kind, r.dims, 0, keepdim, (wk_dtype)t->v.dtype);
    if (!y || !wki_wants_grad(1, &t)) return y;
    r.number = op == &max_op || op == &min_op;
    wki_node *node = wki_record(op, y, 1, &t, &r, sizeof r);
    wki_save(node, t);
    wki_save_output(node, y);
    return wki_recorded(node, y);
}

wk_tensor *wk_amax(wk_tensor *t, int dim, bool keepdim) { return extreme(&amax_op, t, WKI_AMAX, 1, &dim, keepdim); }
wk_tensor *wk_amin(wk_tensor *t, int dim, bool keepdim) { return extreme(&amin_op, t, WKI_AMIN, 1, &dim, keepdim); }
wk_tensor *wk_amax_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    return extreme(&amax_op, t, WKI_AMAX, n, dims, keepdim);
}
wk_tensor *wk_amin_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    return extreme(&amin_op, t, WKI_AMIN, n, dims, keepdim);
}
wk_tensor *wk_max(wk_tensor *t) { return extreme(&max_op, t, WKI_AMAX, 0, NULL, false); }
wk_tensor *wk_min(wk_tensor *t) { return extreme(&min_op, t, WKI_AMIN, 0, NULL, false); }

/* ---- with indices ---- */
static wk_tensor *sample_max_dim(wk_tensor *const *in) { return wk_square(wk_max_dim(in[0], 1, false, NULL)); }
static wk_tensor *sample_max_dim_0(wk_tensor *const *in) { return wk_square(wk_max_dim(in[0], 0, true, NULL)); }
static wk_tensor *sample_min_dim(wk_tensor *const *in) { return wk_square(wk_min_dim(in[0], -2, true, NULL)); }
static const wki_sample max_dim_samples[] = { { sample_max_dim, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                              { sample_max_dim_0, 1, { { 3, { 3, 2, 2 }, -2, 2 } } },
                                              { 0 } };
static const wki_sample min_dim_samples[] = { { sample_min_dim, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef max_dim_op = { "max_dim", wki_picked_backward, max_dim_samples };
static const wki_opdef min_dim_op = { "min_dim", wki_picked_backward, min_dim_samples };

/* The index of the extreme along dim, which stays as size 1, and its value if asked for. */
static wk_tensor *place(const char *where, wk_tensor *t, int dim, bool least, wk_tensor **value)
{
    wki_shape kept = wki_shape_of(t);
    kept.size[dim] = 1;
    wk_tensor *index = wki_new(where, t->v.device, kept.ndim, kept.size, WK_I64);
    wk_tensor *y = value ? wki_new(where, t->v.device, kept.ndim, kept.size, (wk_dtype)t->v.dtype) : NULL;
    wki_argmax_attrs attrs = { dim, least };
    const int64_t work = wki_numel(&t->v);
    if (!index || (value && !y)) return NULL;
    if (value ? wki_do(WKI_OP_argmax, 2, WKI_VIEWS(&index->v, &y->v, &t->v), &attrs, sizeof attrs, work)
              : wki_do(WKI_OP_argmax, 1, WKI_VIEWS(&index->v, &t->v), &attrs, sizeof attrs, work))
        return NULL;
    if (value) *value = y;
    return index;
}

static bool dim_ok(const char *where, const wk_tensor *t, int *dim)
{
    return wki_tensor_ok(t, where, "t") && wki_dim_ok(where, "dim", t->v.ndim, dim) &&
           wki_not_empty(where, t, t->v.ndim ? 1u << *dim : 0);
}

static wk_tensor *extreme_of_dim(const wki_opdef *op, wk_tensor *t, int dim, bool keepdim, wk_tensor **indices)
{
    if (indices) *indices = NULL;
    if (!dim_ok(op->name, t, &dim)) return NULL;
    const bool scalar = t->v.ndim == 0;
    wk_tensor *line = scalar ? wk_unsqueeze(t, 0) : t, *value;
    wk_tensor *index = line ? place(op->name, line, dim, op == &min_dim_op, &value) : NULL;
    if (!index || !(value = wki_picked(op, value, line, dim, index))) return NULL;
    if (indices) *indices = keepdim && !scalar ? index : wk_squeeze(index, dim);
    return keepdim && !scalar ? value : wk_squeeze(value, dim);
}

wk_tensor *wk_max_dim(wk_tensor *t, int dim, bool keepdim, wk_tensor **indices)
{
    return extreme_of_dim(&max_dim_op, t, dim, keepdim, indices);
}

wk_tensor *wk_min_dim(wk_tensor *t, int dim, bool keepdim, wk_tensor **indices)
{
    return extreme_of_dim(&min_dim_op, t, dim, keepdim, indices);
}

static wk_tensor *place_of_dim(const char *where, wk_tensor *t, int dim, bool least, bool keepdim)
{
    if (!dim_ok(where, t, &dim)) return NULL;
    WKI_BESIDE(here, t);
    if (t->v.ndim == 0) return wk_zeros(WK_SCALAR, WK_I64);
    wk_tensor *y = place(where, t, dim, least, NULL);
    return !y || keepdim ? y : wk_squeeze(y, dim);
}

/* the flat index */
static wk_tensor *place_of_all(const char *where, wk_tensor *t, bool least)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_not_empty(where, t, (1u << t->v.ndim) - 1)) return NULL;
    wk_tensor *line = wk_reshape(wk_detach(t), WK_SHAPE(-1));
    return line ? place_of_dim(where, line, 0, least, false) : NULL;
}

wk_tensor *wk_argmax(wk_tensor *t, int dim, bool keepdim) { return place_of_dim("argmax", t, dim, false, keepdim); }
wk_tensor *wk_argmin(wk_tensor *t, int dim, bool keepdim) { return place_of_dim("argmin", t, dim, true, keepdim); }
wk_tensor *wk_argmax_all(wk_tensor *t) { return place_of_all("argmax_all", t, false); }
wk_tensor *wk_argmin_all(wk_tensor *t) { return place_of_all("argmin_all", t, true); }

static wk_tensor *wrong_amax(void) { return wk_amax(wk_zeros(WK_SHAPE(2, 0), WK_F32), 1, false); }
static wk_tensor *wrong_amin(void) { return wk_amin(wk_zeros(WK_SHAPE(2, 3), WK_F32), -3, false); }
static wk_tensor *wrong_argmax(void) { return wk_argmax(wk_zeros(WK_SHAPE(0), WK_F32), 0, false); }
static wk_tensor *wrong_max(void) { return wk_max(wk_zeros(WK_SHAPE(0), WK_F32)); }
static wk_tensor *wrong_min(void) { return wk_min(wk_zeros(WK_SHAPE(2, 0), WK_F32)); }
static wk_tensor *wrong_max_dim(void) { return wk_max_dim(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, false, NULL); }
static wk_tensor *wrong_min_dim(void) { return wk_min_dim(wk_zeros(WK_SHAPE(2, 0), WK_F32), 1, false, NULL); }
const wki_error_sample wki_errors_extreme[] = {
    { "amax", wrong_amax, WK_E_SHAPE, "[2, 0]" },
    { "amin", wrong_amin, WK_E_RANGE, "-3" },
    { "argmax", wrong_argmax, WK_E_SHAPE, "[0]" },
    { "max", wrong_max, WK_E_SHAPE, "dim 0 of [0] has no elements" },
    { "min", wrong_min, WK_E_SHAPE, "dim 1 of [2, 0] has no elements" },
    { "max_dim", wrong_max_dim, WK_E_RANGE, "dim is 2" },
    { "min_dim", wrong_min_dim, WK_E_SHAPE, "dim 1 of [2, 0] has no elements" },
    { 0 },
};

const wki_family wki_family_extreme = { &amax_op, &amin_op, &max_op, &min_op, &max_dim_op, &min_dim_op, NULL };
