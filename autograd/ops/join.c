/* cat and stack: several tensors copied into one. Backward hands each its part as a view. */
#include "autograd/op.h"
#include "base/fault.h"

enum {
    AT_ONCE = 8
}; /* more tensors than that are joined in a tree, so that attributes stay plain data of a fixed size */

typedef struct cat_attrs {
    int dim;
    int64_t sizes[AT_ONCE]; /* the inputs' sizes along dim: each part starts where the last one ended */
} cat_attrs;

static wk_status cat_backward(wki_backward *b, wk_tensor **d)
{
    const cat_attrs *attrs = wki_attrs(b);
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
static wk_tensor *wrong_dtypes(void)
{
    return wk_cat((wk_tensor *[]){ wk_zeros(WK_SHAPE(2, 3), WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_I64) }, 2, 0);
}
static wk_tensor *wrong_none(void) { return wk_stack(NULL, 0, 0); }
const wki_error_sample wki_errors_join[] = {
    { "cat", wrong_sizes, WK_E_SHAPE, "tensor 1 is [3, 2], the first [2, 3]" },
    { "cat", wrong_dtypes, WK_E_DTYPE, "tensor 1 is i64" },
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
        wki_check(a->dtype == b->dtype, false, WK_E_DTYPE, where, "tensor %d is %s, the first %s; convert with wk_to",
                  i, wk_dtype_name(b->dtype), wk_dtype_name(a->dtype));
    }
    return true;
}

/* At most eight at a time. */
static wk_tensor *join(const char *where, wk_tensor *const *ts, int n, int dim)
{
    cat_attrs attrs = { .dim = dim };
    wki_shape shape = wki_shape_of(ts[0]);
    shape.size[dim] = 0;
    for (int i = 0; i < n; i++) shape.size[dim] += attrs.sizes[i] = ts[i]->v.size[dim];
    wk_tensor *y = wki_new(where, ts[0]->v.device, shape.ndim, shape.size, ts[0]->v.dtype);
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

wk_tensor *wk_cat(wk_tensor *const *ts, int n, int dim)
{
    if (!cat_ok("cat", ts, n, &dim)) return NULL;
    if (n <= AT_ONCE) return join("cat", ts, n, dim);
    wk_tensor *parts[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++) {
        int from = (int)((int64_t)n * i / AT_ONCE), to = (int)((int64_t)n * (i + 1) / AT_ONCE);
        if (!(parts[i] = wk_cat(ts + from, to - from, dim))) return NULL;
    }
    return join("cat", parts, AT_ONCE, dim);
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
    wk_tensor *parts[AT_ONCE], *y = NULL; /* a full load of parts is joined into its first */
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (!(parts[count++] = wk_unsqueeze(ts[i], dim))) return NULL;
        if (count < AT_ONCE && i < n - 1) continue;
        if (!(y = parts[0] = wk_cat(parts, count, dim))) return NULL;
        count = 1;
    }
    return y;
}

const wki_family wki_family_join = { &cat_op, NULL };
