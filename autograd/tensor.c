/* Storages and tensor handles: birth, death, and what can be asked of them. Rests on base and on the device's memory.
 */
#include "autograd/op.h"
#include "autograd/recording.h"
#include "base/fault.h"
#include <math.h>
#include <string.h>

_Thread_local bool wki_grad_mode = true, wki_inference_mode, wki_autocast;

static void storage_destroy(void *object)
{
    wki_storage *s = object;
    if (atomic_load_explicit(&s->seen, memory_order_relaxed)) wki_storage_lost(s);
    if (s->got) wki_backend_of(s->device)->put(s->device & 0xffffff, s->data, s->got);
    if (s->done) s->done(s->user);
}

static const wki_type storage_type = { "storage", sizeof(wki_storage), storage_destroy };

static atomic_uint_fast64_t serials = 1;

uint64_t wki_storage_next_serial(void) { return atomic_load_explicit(&serials, memory_order_relaxed); }

bool wki_storage_ref_if_alive(wki_storage *s)
{
    int refs = wki_storage_refs(s);
    while (refs > 0)
        if (atomic_compare_exchange_weak(&s->object.refs, &refs, refs + 1)) return true;
    return false;
}

static wki_storage *storage_make(wk_device device, size_t bytes)
{
    wki_storage *s = wki_object_new_unscoped(&storage_type, "storage");
    if (!s) return NULL;
    s->device = device;
    s->bytes = bytes;
    s->serial = atomic_fetch_add_explicit(&serials, 1, memory_order_relaxed);
    return s;
}

wki_storage *wki_storage_new(wk_device device, size_t bytes)
{
    const wki_backend *backend = wki_backend_of(device);
    wki_storage *s = backend ? storage_make(device, bytes) : NULL;
    if (!s) return NULL;
    if (backend->get(device & 0xffffff, bytes, &s->data, &s->got) == WK_OK) return s;
    s->got = 0;
    wki_storage_unref(s);
    return NULL;
}

wki_storage *wki_storage_borrow(void *data, size_t bytes, void (*done)(void *), void *user)
{
    wki_storage *s = storage_make(WK_CPU, bytes);
    if (!s) return NULL;
    s->data = data;
    s->done = done;
    s->user = user;
    return s;
}

static void tensor_destroy(void *object)
{
    wk_tensor *t = object;
    if (t->is_switched) wki_switch(t, &t->is_switched);
    if (t->accumulator) t->accumulator->leaf = NULL;
    if (t->retains_grad && t->grad_fn) t->grad_fn->retain = NULL;
    wki_object_unref(t->accumulator);
    wki_object_unref(t->grad_fn);
    wki_object_unref(t->grad);
    if (t->is_planned && t->storage) atomic_fetch_sub(&t->storage->planned, 1);
    wki_storage_unref(t->storage);
}

const wki_type wki_tensor_type = { "tensor", sizeof(wk_tensor), tensor_destroy };

void wki_view_set(wki_view *v, int ndim, const int64_t *shape, wk_dtype dtype)
{
    v->ndim = (int8_t)ndim;
    v->dtype = (uint8_t)dtype;
    int64_t stride = 1;
    for (int i = ndim - 1; i >= 0; i--) {
        v->size[i] = shape[i];
        v->stride[i] = stride;
        stride *= shape[i] > 1 ? shape[i] : 1;
    }
}

static void tensor_attach(wk_tensor *t, wki_storage *storage)
{
    t->is_inference = wki_inference_mode;
    t->rewrites = storage->rewrites;
    t->storage = storage;
    t->v.storage = storage;
    t->v.device = storage->device;
}

#define TOO_MANY "shape %s has more elements than memory can address"

wk_tensor *wki_new(const char *where, wk_device device, int ndim, const int64_t *shape, wk_dtype dtype)
{
    int64_t numel;
    wki_check(wki_shape_count(ndim, shape, &numel), NULL, WK_E_SHAPE, where, TOO_MANY, wki_show_shape(ndim, shape));
    wk_tensor *t = wki_object_new(&wki_tensor_type, where);
    if (!t) return NULL;
    wki_view_set(&t->v, ndim, shape, dtype);
    wki_storage *s = wki_storage_new(device, (size_t)numel * wk_dtype_size(dtype));
    if (!s) {
        wki_object_unref(t);
        return NULL;
    }
    tensor_attach(t, s);
    t->v.data = s->data;
    return t;
}

wk_tensor *wki_new_like(const char *where, const wk_tensor *t, wk_dtype dtype)
{
    wk_tensor *y = wki_new(where, t->v.device, t->v.ndim, t->v.size, dtype);
    if (!y || wki_is_contiguous(&t->v) || !wki_is_dense(&t->v)) return y;
    for (int d = 0; d < t->v.ndim; d++) y->v.stride[d] = t->v.stride[d];
    return y;
}

wk_tensor *wki_tensor_on(wki_storage *storage, int64_t offset, int ndim, const int64_t *shape, wk_dtype dtype)
{
    wk_tensor *t = wki_object_new(&wki_tensor_type, "tensor");
    if (!t) return NULL;
    wki_view_set(&t->v, ndim, shape, dtype);
    tensor_attach(t, wki_storage_ref(storage));
    t->v.data = (char *)storage->data + (size_t)offset * wk_dtype_size(dtype);
    return t;
}

static wk_tensor *alias_fill(wk_tensor *t, const wk_tensor *of, const wki_view *v)
{
    if (!t) return NULL;
    t->v = *v;
    t->storage = wki_storage_ref(of->storage);
    t->is_view = true;
    t->is_inference = wki_inference_mode || of->is_inference;
    t->is_detached = of->is_detached;
    t->rewrites = of->rewrites;
    return t;
}

wk_tensor *wki_alias(const wk_tensor *t, const wki_view *v)
{
    return alias_fill(wki_object_new(&wki_tensor_type, "view"), t, v);
}

wk_tensor *wki_alias_unscoped(const wk_tensor *t, const wki_view *v)
{
    return alias_fill(wki_object_new_unscoped(&wki_tensor_type, "view"), t, v);
}

bool wki_is_sole_owner(wk_tensor *t)
{
    return atomic_load_explicit(&t->object.refs, memory_order_acquire) == 1 && wki_storage_refs(t->storage) == 1 &&
           t->storage->got;
}

bool wki_shape_ok(const char *where, int ndim, const int64_t *shape, wk_dtype dtype, int64_t *numel)
{
    wki_check(ndim >= 0 && ndim <= WK_MAX_DIMS && (ndim == 0 || shape), false, WK_E_SHAPE, where,
              "%d dimensions; from 0 to %d are possible", ndim, WK_MAX_DIMS);
    wki_check((unsigned)dtype < WK_DTYPE_COUNT, false, WK_E_DTYPE, where, "dtype is %d; 0 to %d are known", (int)dtype,
              WK_DTYPE_COUNT - 1);
    for (int i = 0; i < ndim; i++)
        wki_check(shape[i] >= 0, false, WK_E_SHAPE, where, "size %lld of dimension %d is negative", (long long)shape[i],
                  i);
    wki_check(wki_shape_count(ndim, shape, numel), false, WK_E_SHAPE, where, TOO_MANY, wki_show_shape(ndim, shape));
    return true;
}

bool wki_dim_ok(const char *where, const char *argument, int ndim, int *dim)
{
    int n = ndim ? ndim : 1;
    wki_check(*dim >= -n && *dim < n, false, WK_E_RANGE, where, "%s is %d; from %d to %d are possible with %d dims",
              argument, *dim, -n, n - 1, ndim);
    if (*dim < 0) *dim += n;
    return true;
}

bool wki_float_ok(const wk_tensor *t, const char *where, const char *argument)
{
    wki_check(wki_is_float(t->v.dtype), false, WK_E_DTYPE, where, "%s is %s; a float dtype is needed", argument,
              wk_dtype_name(t->v.dtype));
    return true;
}

bool wki_holds(const char *where, wk_dtype dtype, double number, const char *of, const char *behind)
{
    static const double low[WK_DTYPE_COUNT] = { [WK_I64] = -0x1p63, [WK_I32] = -0x1p31 };
    static const double high[WK_DTYPE_COUNT] = { [WK_I64] = 0x1p63, [WK_I32] = 0x1p31, [WK_U8] = 256 };
    wki_check(wki_is_float(dtype) || number == floor(number), false, WK_E_DTYPE, where, "%g is not whole; %s%s%s",
              number, of, wk_dtype_name(dtype), behind);
    const bool any = wki_is_float(dtype) || dtype == WK_BOOL || WKI_FAULT(236);
    wki_check(any || (number >= low[dtype] && number < high[dtype]), false, WK_E_RANGE, where,
              "%g does not fit into %s", number, wk_dtype_name(dtype));
    return true;
}

bool wki_same_device(const char *where, const wk_tensor *a, const wk_tensor *b)
{
    if (a->v.device == b->v.device) return true;
    char first[32]; /* both names have one place */
    snprintf(first, sizeof first, "%s", wk_device_name(a->v.device));
    wki_fail(WK_E_DEVICE, where, "operands are on different devices (%s, %s)", first, wk_device_name(b->v.device));
    return false;
}

int wk_ndim(const wk_tensor *t) { return wki_tensor_ok(t, "ndim", "t") ? t->v.ndim : 0; }

int64_t wk_size(const wk_tensor *t, int dim)
{
    if (!wki_tensor_ok(t, "size", "t")) return 0;
    wki_check(t->v.ndim > 0, 0, WK_E_RANGE, "size", "a tensor of shape [] has no dim %d", dim);
    return wki_dim_ok("size", "dim", t->v.ndim, &dim) ? t->v.size[dim] : 0;
}

const int64_t *wk_shape(const wk_tensor *t) { return wki_tensor_ok(t, "shape", "t") ? t->v.size : NULL; }
const int64_t *wk_stride(const wk_tensor *t) { return wki_tensor_ok(t, "stride", "t") ? t->v.stride : NULL; }
int64_t wk_numel(const wk_tensor *t) { return wki_tensor_ok(t, "numel", "t") ? wki_numel(&t->v) : 0; }
wk_dtype wk_dtype_of(const wk_tensor *t) { return wki_tensor_ok(t, "dtype_of", "t") ? (wk_dtype)t->v.dtype : WK_F32; }
wk_device wk_device_of(const wk_tensor *t) { return wki_tensor_ok(t, "device_of", "t") ? t->v.device : WK_CPU; }
bool wk_is_contiguous(const wk_tensor *t) { return wki_tensor_ok(t, "is_contiguous", "t") && wki_is_contiguous(&t->v); }
uint32_t wk_version_of(const wk_tensor *t) { return wki_tensor_ok(t, "version_of", "t") ? t->storage->version : 0; }

bool wk_same_storage(const wk_tensor *a, const wk_tensor *b)
{
    return wki_tensor_ok(a, "same_storage", "a") && wki_tensor_ok(b, "same_storage", "b") && a->storage == b->storage;
}

const void *wk_data(const wk_tensor *t)
{
    if (wki_not_recorded("data", "a value is read", "return the tensor from the step, and read it behind the step"))
        return NULL;
    if (!wki_tensor_ok(t, "data", "t")) return NULL;
    wki_check(t->v.device == WK_CPU, NULL, WK_E_DEVICE, "data", "the tensor is not on the CPU; read it with wk_read");
    return t->v.data;
}

static double element(const void *p, int64_t i, wk_dtype dtype)
{
    switch (dtype) {
    case WK_F32: return ((const float *)p)[i];
    case WK_F64: return ((const double *)p)[i];
    case WK_I64: return (double)((const int64_t *)p)[i];
    case WK_I32: return ((const int32_t *)p)[i];
    case WK_U8:
    case WK_BOOL: return ((const uint8_t *)p)[i];
    default: return (double)NAN;
    }
}

double wki_number_at(const wki_view *v)
{
    double value;
    const wki_backend *backend = wki_backend_of(v->device);
    if (!backend || backend->copy_out(v->device & 0xffffff, &value, v->data, wk_dtype_size(v->dtype)))
        return (double)NAN;
    return element(&value, 0, v->dtype);
}

double wk_item(const wk_tensor *t)
{
    if (wki_not_recorded("item", "a value is read", "return the tensor from the step, and read it behind the step"))
        return (double)NAN;
    if (!wki_tensor_ok(t, "item", "t")) return (double)NAN;
    wki_check(wki_numel(&t->v) == 1, (double)NAN, WK_E_SHAPE, "item", "%s has %lld elements; one is needed",
              wki_show(&t->v), (long long)wki_numel(&t->v));
    return wki_number_at(&t->v);
}

static bool bytes_ok(const wk_tensor *t, const char *where, size_t bytes)
{
    size_t need = (size_t)wki_numel(&t->v) * wk_dtype_size(t->v.dtype);
    wki_check(bytes == need, false, WK_E_INVALID, where, "%zu bytes were given; %s %s has %zu", bytes,
              wk_dtype_name(t->v.dtype), wki_show(&t->v), need);
    return true;
}

wk_status wk_read(const wk_tensor *t, void *to, size_t bytes)
{
    if (wki_not_recorded("read", "a value is read", "return the tensor from the step, and read it behind the step"))
        return wk_error();
    wki_check(to || !bytes, WK_E_INVALID, WK_E_INVALID, "read", "the buffer is NULL");
    if (!wki_tensor_ok(t, "read", "t") || !bytes_ok(t, "read", bytes)) return wk_error();
    if (!bytes) return WK_OK;
    const wki_backend *backend = wki_backend_of(t->v.device);
    if (wki_is_contiguous(&t->v)) return backend->copy_out(t->v.device & 0xffffff, to, t->v.data, bytes);
    WK_SCOPE(work);
    wk_tensor *c = wki_new("read", t->v.device, t->v.ndim, t->v.size, t->v.dtype);
    if (!c || wki_do(WKI_OP_copy, 1, WKI_VIEWS(&c->v, &t->v), NULL, 0, wki_numel(&t->v))) return wk_error();
    return backend->copy_out(t->v.device & 0xffffff, to, c->v.data, bytes);
}

static wk_status copy_in(wk_tensor *t, const void *from, size_t bytes)
{
    const wki_backend *backend = wki_backend_of(t->v.device);
    if (wki_is_contiguous(&t->v)) return backend->copy_in(t->v.device & 0xffffff, t->v.data, from, bytes);
    WK_SCOPE(work);
    wk_tensor *c = wki_new("write", t->v.device, t->v.ndim, t->v.size, t->v.dtype);
    if (!c || backend->copy_in(t->v.device & 0xffffff, c->v.data, from, bytes)) return wk_error();
    return wki_do(WKI_OP_copy, 1, WKI_VIEWS(&t->v, &c->v), NULL, 0, wki_numel(&t->v));
}

wk_status wk_write(wk_tensor *t, const void *from, size_t bytes)
{
    if (wki_not_recorded("write", "values are copied in", "write before the step, or give the tensor as an input"))
        return wk_error();
    wki_check(from || !bytes, WK_E_INVALID, WK_E_INVALID, "write", "the buffer is NULL");
    if (!wki_tensor_ok(t, "write", "t") || !bytes_ok(t, "write", bytes)) return wk_error();
    if (wki_begin_inplace(t, 0, NULL, "write")) return wk_error();
    const wki_history before = wki_history_of(t);
    wki_bump(t);
    if (wki_cut_history(t) == WK_OK && bytes) copy_in(t, from, bytes);
    return wki_end_inplace(t, &before);
}

wk_tensor *wki_on_cpu(const wk_tensor *t) { return wk_contiguous(wk_to_device(wk_detach((wk_tensor *)t), WK_CPU)); }

/* Row-major host copies of both, compared element by element; tolerances below 0 mean "exactly equal". */
static bool compare(const wk_tensor *a, const wk_tensor *b, double rtol, double atol)
{
    WK_SCOPE(work);
    WK_NO_GRAD(reading);
    wk_tensor *ca = wki_on_cpu(a);
    wk_tensor *cb = wki_on_cpu(b);
    if (!ca || !cb) return false;
    int64_t n = wki_numel(&a->v);
    if (a->v.dtype == WK_I64 && b->v.dtype == WK_I64 && rtol < 0) /* more digits than a double has */
        return !n || !memcmp(ca->v.data, cb->v.data, (size_t)n * sizeof(int64_t));
    for (int64_t i = 0; i < n; i++) {
        double x = element(ca->v.data, i, a->v.dtype), y = element(cb->v.data, i, b->v.dtype);
        if (x == y) continue;
        if (!(rtol >= 0 && fabs(x - y) <= atol + rtol * fabs(y)) || isinf(x) || isinf(y)) return false;
    }
    return true;
}

bool wki_all_finite(wk_tensor *t)
{
    WK_SCOPE(look);
    WK_NO_GRAD(looking);
    return wki_numel(&t->v) == 0 || isfinite(wk_item(wk_norm(t, (double)INFINITY)));
}

bool wk_equal(const wk_tensor *a, const wk_tensor *b)
{
    if (wki_not_recorded("equal", "a value is read", "return the tensor from the step, and read it behind the step"))
        return false;
    if (!wki_tensor_ok(a, "equal", "a") || !wki_tensor_ok(b, "equal", "b")) return false;
    if (a->v.dtype != b->v.dtype || !wki_same_shape(&a->v, &b->v)) return false;
    return compare(a, b, -1, -1);
}

bool wk_allclose(const wk_tensor *a, const wk_tensor *b, double rtol, double atol)
{
    if (wki_not_recorded("allclose", "a value is read", "return the tensor from the step, and read it behind the step"))
        return false;
    if (!wki_tensor_ok(a, "allclose", "a") || !wki_tensor_ok(b, "allclose", "b")) return false;
    wki_check(wki_same_shape(&a->v, &b->v), false, WK_E_SHAPE, "allclose", "shapes differ (a %s, b %s)",
              wki_show(&a->v), wki_show(&b->v));
    return compare(a, b, rtol, atol);
}

void wki_set_requires_grad(wk_tensor *leaf, bool on)
{
    if (leaf->requires_grad != on && wki_storage_is_seen(leaf->storage)) wki_switch(leaf, &leaf->is_switched);
    leaf->requires_grad = on;
}

wk_tensor *wk_requires_grad(wk_tensor *leaf)
{
    if (!wki_tensor_ok(leaf, "requires_grad", "leaf") || !wki_float_ok(leaf, "requires_grad", "leaf")) return NULL;
    wki_check(!leaf->is_inference, NULL, WK_E_STATE, "requires_grad",
              "a tensor made in inference mode never requires grad; clone it outside");
    wki_set_requires_grad(leaf, true);
    return leaf;
}

bool wk_is_leaf(const wk_tensor *t) { return wki_tensor_ok(t, "is_leaf", "t") && !t->grad_fn; }
bool wk_needs_grad(const wk_tensor *t) { return wki_tensor_ok(t, "needs_grad", "t") && t->requires_grad; }

const char *wk_grad_fn(const wk_tensor *t)
{
    return wki_tensor_ok(t, "grad_fn", "t") && t->grad_fn ? t->grad_fn->op->name : NULL;
}

wk_tensor *wk_grad(const wk_tensor *t)
{
    if (!wki_tensor_ok(t, "grad", "t")) return NULL;
    wki_grad_touched((wk_tensor *)t, false);
    return t->grad;
}

wk_status wk_set_grad(wk_tensor *t, wk_tensor *grad)
{
    if (wk_failed() || !wki_tensor_ok(t, "set_grad", "t")) return wk_error();
    wki_grad_touched(t, true);
    wki_check(t != grad, WK_E_INVALID, WK_E_INVALID, "set_grad", "a tensor cannot be its own gradient");
    if (grad) {
        if (!wki_tensor_ok(grad, "set_grad", "grad")) return wk_error();
        wki_check(wki_same_shape(&t->v, &grad->v) && t->v.dtype == grad->v.dtype, WK_E_SHAPE, WK_E_SHAPE, "set_grad",
                  "the gradient is %s %s; t is %s %s", wk_dtype_name(grad->v.dtype), wki_show(&grad->v),
                  wk_dtype_name(t->v.dtype), wki_show(&t->v));
        if (!wki_same_device("set_grad", t, grad)) return wk_error();
        wki_object_ref(grad);
    }
    wki_object_unref(t->grad);
    t->grad = grad;
    return WK_OK;
}

bool wk_grad_enabled(void) { return wki_is_recording(); }

bool wk_set_grad_enabled(bool on)
{
    bool old = wki_grad_mode;
    wki_grad_mode = on;
    return old;
}

void wk_grad_guard(bool *old) { wki_grad_mode = *old; }

bool wk_set_inference_mode(bool on)
{
    bool old = wki_inference_mode;
    wki_inference_mode = on;
    return old;
}

void wk_inference_guard(bool *old) { wk_set_inference_mode(*old); }
