/* Copies: another dtype, another device, another layout; and the in-place copy, fill and zero. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include "base/fault.h"
#include "wick/cuda.h"
#include <math.h>

/* ---- to: another dtype ---- */
static wk_status to_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = wk_to(b->g, *(const wk_dtype *)wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_to(wk_tensor *const *in) { return wk_to(wk_square(in[0]), WK_F64); }
static const wki_sample to_samples[] = { { sample_to, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef to_op = { "to", to_backward, to_samples };

wk_tensor *wk_to(wk_tensor *t, wk_dtype dtype)
{
    if (!wki_tensor_ok(t, "to", "t")) return NULL;
    wki_check((unsigned)dtype < WK_DTYPE_COUNT, NULL, WK_E_DTYPE, "to", "dtype is %d; 0 to %d are known", (int)dtype,
              WK_DTYPE_COUNT - 1);
    if (t->v.dtype == dtype) return t;
    wk_tensor *y = wki_new_like("to", t, dtype);
    if (!y || wki_do(WKI_OP_copy, 1, WKI_VIEWS(&y->v, &t->v), NULL, 0, wki_numel(&t->v))) return NULL;
    wk_dtype from = WKI_FAULT(30) ? dtype : (wk_dtype)t->v.dtype;
    if (wki_is_float(dtype) && wki_wants_grad(1, &t) && !wki_record(&to_op, y, 1, &t, &from, sizeof from)) return NULL;
    return y;
}

/* ---- clone ---- */
static wk_status clone_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = b->g;
    return WK_OK;
}

static wk_tensor *sample_clone(wk_tensor *const *in) { return wk_clone(wk_t(in[0])); }
static const wki_sample clone_samples[] = { { sample_clone, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef clone_op = { "clone", clone_backward, clone_samples };

static wk_tensor *copy_into(wk_tensor *y, wk_tensor *t)
{
    if (!y || wki_do(WKI_OP_copy, 1, WKI_VIEWS(&y->v, &t->v), NULL, 0, wki_numel(&t->v))) return NULL;
    if (wki_wants_grad(1, &t) && !wki_record(&clone_op, y, 1, &t, NULL, 0)) return NULL;
    return y;
}

wk_tensor *wk_clone(wk_tensor *t)
{
    if (!wki_tensor_ok(t, "clone", "t")) return NULL;
    return copy_into(wki_new_like("clone", t, (wk_dtype)t->v.dtype), t);
}

wk_tensor *wk_contiguous(wk_tensor *t)
{
    if (!wki_tensor_ok(t, "contiguous", "t")) return NULL;
    if (wki_is_contiguous(&t->v)) return t;
    return copy_into(wki_new("contiguous", t->v.device, t->v.ndim, t->v.size, (wk_dtype)t->v.dtype), t);
}

/* ---- to_device ---- */
static wk_status to_device_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = wk_to_device(b->g, *(const wk_device *)wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_to_device(wk_tensor *const *in)
{
    const wk_device here = wk_device_of(in[0]), other = here == WK_CPU && wk_cuda_is_available() ? wk_cuda(0) : WK_CPU;
    return wk_to_device(wk_square(wk_to_device(wk_t(in[0]), other)), here);
}
static const wki_sample to_device_samples[] = { { sample_to_device, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef to_device_op = { "to_device", to_device_backward, to_device_samples };

/* Bytes of a dense tensor are copied as they lie, others packed first. */
static wk_tensor *copy_to(wk_tensor *t, wk_device device)
{
    WK_SCOPE(work);
    WK_NO_GRAD(plain);
    wk_tensor *from = wki_is_dense(&t->v) ? t : wk_contiguous(t);
    wk_tensor *y = from ? wki_new("to_device", device, t->v.ndim, t->v.size, (wk_dtype)t->v.dtype) : NULL;
    if (!y) return NULL;
    for (int d = 0; d < t->v.ndim; d++) y->v.stride[d] = from->v.stride[d];
    const size_t bytes = (size_t)wki_numel(&t->v) * wk_dtype_size((wk_dtype)t->v.dtype);
    return wki_copy_bytes(device, y->v.data, t->v.device, from->v.data, bytes) ? NULL : wk_escape(work, y);
}

wk_tensor *wk_to_device(wk_tensor *t, wk_device device)
{
    if (!wki_tensor_ok(t, "to_device", "t")) return NULL;
    if (t->v.device == device) return t;
    if (wki_device_ok("to_device", device)) return NULL;
    wki_not_repeated("a tensor goes to another device");
    wk_tensor *y = copy_to(t, device);
    const wk_device from = t->v.device;
    if (y && wki_wants_grad(1, &t) && !wki_record(&to_device_op, y, 1, &t, &from, sizeof from)) return NULL;
    return y;
}

wk_tensor *wk_detach(wk_tensor *t)
{
    wk_tensor *y = wki_tensor_ok(t, "detach", "t") ? wki_alias(t, &t->v) : NULL;
    if (y) y->is_detached = true;
    return y;
}

static wk_tensor *wrong_dtype(void) { return wk_to(wk_zeros(WK_SHAPE(2, 3), WK_F32), (wk_dtype)99); }
static wk_tensor *wrong_clone(void) { return wk_clone(NULL); }
static wk_tensor *wrong_copy(void)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_F32);
    return wk_copy_(t, wk_zeros(WK_SHAPE(4), WK_F32)) ? NULL : t;
}
static wk_tensor *wrong_fill(void)
{
    wk_tensor *t = wk_zeros(WK_SHAPE(2, 3), WK_I64);
    return wk_fill_(t, 0.5) ? NULL : t;
}
static wk_tensor *wrong_device(void) { return wk_to_device(wk_zeros(WK_SHAPE(2, 3), WK_F32), 5); }
const wki_error_sample wki_errors_convert[] = {
    { "to", wrong_dtype, WK_E_DTYPE, "dtype is 99" },
    { "to_device", wrong_device, WK_E_DEVICE, "there is no device 0:5" },
    { "clone", wrong_clone, WK_E_INVALID, "t is NULL" },
    { "copy_", wrong_copy, WK_E_SHAPE, "[4]" },
    { "fill_", wrong_fill, WK_E_DTYPE, "0.5 is not whole" },
    { 0 },
};

/* ---- In place ---- */
static wk_status copy_in_backward(wki_backward *b, wk_tensor **d)
{
    const wki_shape *shape = wki_attrs(b);
    if (wki_needs(b, 0)) d[0] = wk_zeros_like(b->g); /* what was there is gone */
    if (wki_needs(b, 1)) d[1] = wki_sum_to(b->g, shape);
    return WK_OK;
}

static wk_tensor *sample_copy_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 2);
    return wk_copy_(y, in[1]) ? NULL : wk_square(y);
}
static const wki_sample copy_in_samples[] = { { sample_copy_, 2, { { 2, { 3, 4 }, -2, 2 }, { 1, { 4 }, -2, 2 } } },
                                              { 0 } };
static const wki_opdef copy_in_op = { "copy_", copy_in_backward, copy_in_samples };

wk_status wk_copy_(wk_tensor *t, wk_tensor *from)
{
    if (!wki_tensor_ok(t, "copy_", "t") || !wki_tensor_ok(from, "copy_", "from")) return wk_error();
    wki_shape shape = wki_shape_of(t), wide = shape;
    if (!wki_broadcast("copy_", &wide, &from->v)) return wk_error();
    wki_check(wki_fits(&t->v, &wide), WK_E_SHAPE, WK_E_SHAPE, "copy_", "%s does not broadcast to %s",
              wki_show(&from->v), wki_show(&t->v));
    WK_SCOPE(work);
    if (!(from = wk_to_device(from, t->v.device)) || wki_begin_inplace(t, 1, &from, "copy_")) return wk_error();
    wk_tensor *source = wki_wants_grad(1, &from) ? wk_to(from, (wk_dtype)t->v.dtype) : from;
    if (!source) return wk_error();
    wki_view v = source->v;
    wki_broadcast_view(&v, &shape);
    wk_tensor *in[] = { t, source };
    wki_shape source_shape = wki_shape_of(source);
    const wki_history before = wki_history_of(t);
    wki_bump(t);
    if (!wki_wants_grad(2, in) || wki_record(&copy_in_op, t, 2, in, &source_shape, sizeof source_shape))
        wki_do(WKI_OP_copy, 1, WKI_VIEWS(&t->v, &v), NULL, 0, wki_numel(&t->v));
    return wki_end_inplace(t, &before);
}

static wk_status fill_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = wk_zeros_like(b->g);
    return WK_OK;
}

static wk_tensor *sample_fill_(wk_tensor *const *in)
{
    wk_tensor *y = wk_mul_scalar(in[0], 2);
    return wk_fill_(y, 3) ? NULL : wk_add(y, in[0]);
}
static const wki_sample fill_samples[] = { { sample_fill_, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef fill_op = { "fill_", fill_backward, fill_samples };

static wk_status fill(const char *where, wk_tensor *t, double value)
{
    if (!wki_tensor_ok(t, where, "t") || wki_begin_inplace(t, 0, NULL, where)) return wk_error();
    if (!wki_holds(where, (wk_dtype)t->v.dtype, value, "t is ", "")) return wk_error();
    wki_fill_attrs attrs = { value, 0 };
    const wki_history before = wki_history_of(t);
    wki_bump(t);
    if (wki_cut_history(t) == WK_OK) wki_do(WKI_OP_fill, 1, WKI_VIEWS(&t->v), &attrs, sizeof attrs, wki_numel(&t->v));
    return wki_end_inplace(t, &before);
}

wk_status wki_cut_history(wk_tensor *t)
{
    return wki_wants_grad(1, &t) && !wki_record(&fill_op, t, 1, &t, NULL, 0) ? wk_error() : WK_OK;
}

wk_status wk_fill_(wk_tensor *t, double value) { return fill("fill_", t, value); }

wk_status wk_zero_(wk_tensor *t)
{
    wk_status status = fill("zero_", t, 0);
    if (status) return status;
    bool all = wki_is_contiguous(&t->v) && t->v.data == t->storage->data &&
               (size_t)wki_numel(&t->v) * wk_dtype_size((wk_dtype)t->v.dtype) == t->storage->bytes;
    if (all) t->storage->zero_version = t->storage->version; /* the next gradient need not be added */
    return WK_OK;
}

const wki_family wki_family_convert = { &to_op, &to_device_op, &clone_op, &copy_in_op, &fill_op, NULL };
