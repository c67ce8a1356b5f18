/* cat and stack: several tensors, in the dtype they promote to, copied into one. Backward hands each its part as a
 * view. */
#include "autograd/attrs.h"
#include "base/fault.h"

static wk_status cat_backward(wki_backward *b, wk_tensor **d)
{
    const wki_joined *attrs = wki_attrs(b);
    int64_t start = 0;
    for (int i = 0; i < b->node->ninputs; start += attrs->sizes[i++] * !WKI_FAULT(16))
        if (wki_needs(b, i)) d[i] = wk_narrow(b->g, attrs->dim, start, attrs->sizes[i]);
    return WK_OK;
}

static wk_tensor *sample_cat(wk_tensor *const *in) { return wk_square(wk_cat(in, 3, -1)); }
static wk_tensor *sample_stack(wk_tensor *const *in) { return wk_square(wk_stack(in, 2, 1)); }
static const wki_sample cat_samples[] = {
    { sample_cat, 3, { { 2, { 3, 2 }, -2, 2 }, { 2, { 3, 1 }, -2, 2 }, { 2, { 3, 4 }, -2, 2 } } },
    { sample_stack, 2, { { 2, { 3, 2 }, -2, 2 }, { 2, { 3, 2 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef cat_op = { "cat", cat_backward, cat_samples };

static wk_tensor *wrong_sizes(void)
{
    return wk_cat((wk_tensor *[]){ wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(3, 2), WK_F32) }, 2, 0);
}
static wk_tensor *wrong_dim(void)
{
    return wk_cat((wk_tensor *[]){ wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_I64) }, 2, 2);
}
static wk_tensor *wrong_none(void) { return wk_stack(NULL, 0, 0); }
const wki_error_sample wki_errors_join[] = {
    { "cat", wrong_sizes, WK_E_SHAPE, "tensor 1 is [3, 2], the first [2, 3]" },
    { "cat", wrong_dim, WK_E_RANGE, "dim is 2" },
    { "stack", wrong_none, WK_E_INVALID, "no tensors" },
    { 0 },
};

static bool cat_ok(const char *where, wk_tensor *const *ts, int n, int *dim)
{
    wki_check(n > 0 && ts, false, WK_E_INVALID, where, "no tensors were given");
    for (int i = 0; i < n; i++)
        if (!wki_tensor_ok(ts[i], where, "a tensor") || !wki_same_device(where, ts[0], ts[i])) return false;
    wki_check(ts[0]->v.ndim > 0, false, WK_E_SHAPE, where, "tensors of shape [] cannot be joined");
    if (!wki_dim_ok(where, "dim", ts[0]->v.ndim, dim)) return false;
    for (int i = 1; i < n; i++) {
        const wki_view *a = &ts[0]->v, *b = &ts[i]->v;
        bool fit = a->ndim == b->ndim;
        for (int k = 0; fit && k < a->ndim; k++) fit = k == *dim || a->size[k] == b->size[k];
        wki_check(fit, false, WK_E_SHAPE, where, "tensor %d is %s, the first %s; sizes may differ in dim %d only", i,
                  wki_show(b), wki_show(a), *dim);
    }
    return true;
}

/* At most eight at a time. */
static wk_tensor *join(wk_tensor *const *from, int n, int dim, wk_dtype dtype)
{
    wki_joined attrs = { .dim = dim };
    wki_shape shape = wki_shape_of(from[0]);
    wk_tensor *ts[WKI_JOINED_AT_ONCE] = { NULL };
    shape.size[dim] = 0;
    for (int i = 0; i < n; i++) {
        if (!(ts[i] = wk_to(from[i], dtype))) return NULL;
        shape.size[dim] += attrs.sizes[i] = ts[i]->v.size[dim];
    }
    wk_tensor *y = wki_new("cat", from[0]->v.device, shape.ndim, shape.size, dtype);
    if (!y) return NULL;
    wki_view part = y->v;
    for (int i = 0; i < n; i++) {
        part.size[dim] = attrs.sizes[i];
        if (wki_do(WKI_OP_copy, 1, WKI_VIEWS(&part, &ts[i]->v), NULL, 0, wki_numel(&part))) return NULL;
        part.data = (char *)part.data + attrs.sizes[i] * part.stride[dim] * (int64_t)wk_dtype_size(part.dtype);
    }
    if (wki_wants_grad(n, ts) && !wki_record(&cat_op, y, n, ts, &attrs, sizeof attrs)) return NULL;
    return y;
}

static wk_tensor *join_all(wk_tensor *const *ts, int n, int dim, wk_dtype dtype)
{
    if (n <= WKI_JOINED_AT_ONCE) return join(ts, n, dim, dtype);
    wk_tensor *parts[WKI_JOINED_AT_ONCE];
    for (int i = 0; i < WKI_JOINED_AT_ONCE; i++) {
        int from = (int)((int64_t)n * i / WKI_JOINED_AT_ONCE), to = (int)((int64_t)n * (i + 1) / WKI_JOINED_AT_ONCE);
        if (!(parts[i] = join_all(ts + from, to - from, dim, dtype))) return NULL;
    }
    return join(parts, WKI_JOINED_AT_ONCE, dim, dtype);
}

wk_tensor *wk_cat(wk_tensor *const *ts, int n, int dim)
{
    return cat_ok("cat", ts, n, &dim) ? join_all(ts, n, dim, wki_promote_all(n, ts)) : NULL;
}

wk_tensor *wk_stack(wk_tensor *const *ts, int n, int dim)
{
    wki_check(n > 0 && ts, NULL, WK_E_INVALID, "stack", "no tensors were given");
    for (int i = 0; i < n; i++) {
        if (!wki_tensor_ok(ts[i], "stack", "a tensor")) return NULL;
        wki_check(wki_same_shape(&ts[0]->v, &ts[i]->v), NULL, WK_E_SHAPE, "stack",
                  "tensor %d is %s, the first %s; shapes must be equal", i, wki_show(&ts[i]->v), wki_show(&ts[0]->v));
    }
    if (!wki_dim_ok("stack", "dim", ts[0]->v.ndim + 1, &dim)) return NULL;
    wk_tensor *parts[WKI_JOINED_AT_ONCE], *y = NULL; /* a full load of parts is joined into its first */
    const wk_dtype dtype = wki_promote_all(n, ts);
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (!(parts[count++] = wk_unsqueeze(wk_to(ts[i], dtype), dim))) return NULL;
        if (count < WKI_JOINED_AT_ONCE && i < n - 1) continue;
        if (!(y = parts[0] = wk_cat(parts, count, dim))) return NULL;
        count = 1;
    }
    return y;
}

const wki_family wki_family_join = { &cat_op, NULL };
