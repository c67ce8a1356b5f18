/* Factories: tensors from sizes, values, host memory and random numbers. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include "base/fault.h"
#include <float.h>
#include <math.h>
#include <string.h>

wk_tensor *wk_empty(int ndim, const int64_t *shape, wk_dtype dtype)
{
    int64_t n;
    if (!wki_shape_ok("empty", ndim, shape, dtype, &n)) return NULL;
    return wki_new("empty", wk_current_device(), ndim, shape, dtype);
}

/* Shape checks under the maker's own name, then element i = value + i * step. */
static wk_tensor *filled_on(wk_device device, const char *where, int ndim, const int64_t *shape, wk_dtype dtype,
                            double value, double step)
{
    int64_t n;
    if (!wki_shape_ok(where, ndim, shape, dtype, &n)) return NULL;
    static const char integers[] = " holds integers";
    wki_check(wki_is_float(dtype) || step == floor(step), NULL, WK_E_DTYPE, where, "%g is not whole; %s%s", step,
              wk_dtype_name(dtype), integers);
    const double last = n > 1 ? value + (double)(n - 1) * step : value;
    if (!wki_holds(where, dtype, value, "", integers) || !wki_holds(where, dtype, last, "", integers)) return NULL;
    wk_tensor *t = wki_new(where, device, ndim, shape, dtype);
    wki_fill_attrs attrs = { value, step };
    if (!t || wki_do(WKI_OP_fill, 1, WKI_VIEWS(&t->v), &attrs, sizeof attrs, n)) return NULL;
    return t;
}

static wk_tensor *filled(const char *where, int ndim, const int64_t *shape, wk_dtype dtype, double value, double step)
{
    return filled_on(wk_current_device(), where, ndim, shape, dtype, value, step);
}

/* Of t's shape and dtype, on its device. */
static wk_tensor *filled_like(const char *where, const wk_tensor *t, double value)
{
    if (!wki_tensor_ok(t, where, "t")) return NULL;
    return filled_on(t->v.device, where, t->v.ndim, t->v.size, t->v.dtype, value, 0);
}

wk_tensor *wk_zeros(int ndim, const int64_t *shape, wk_dtype dtype)
{
    return filled("zeros", ndim, shape, dtype, 0, 0);
}
wk_tensor *wk_ones(int ndim, const int64_t *shape, wk_dtype dtype) { return filled("ones", ndim, shape, dtype, 1, 0); }
wk_tensor *wk_scalar(double value, wk_dtype dtype) { return filled("scalar", 0, NULL, dtype, value, 0); }

wk_tensor *wk_full(int ndim, const int64_t *shape, wk_dtype dtype, double value)
{
    return filled("full", ndim, shape, dtype, value, 0);
}

wk_tensor *wk_zeros_like(const wk_tensor *t) { return filled_like("zeros_like", t, 0); }
wk_tensor *wk_ones_like(const wk_tensor *t) { return filled_like("ones_like", t, 1); }
wk_tensor *wk_full_like(const wk_tensor *t, double value) { return filled_like("full_like", t, value); }

wk_tensor *wk_arange(double start, double end, double step, wk_dtype dtype)
{
    double count = ceil((end - start) / step);
    wki_check(step != 0 && isfinite(count) && count >= 0 && count < 9e15, NULL, WK_E_INVALID, "arange",
              "from %g to %g in steps of %g is no finite range", start, end, step);
    return filled("arange", 1, (int64_t[]){ (int64_t)count }, dtype, start, step);
}

wk_tensor *wk_linspace(double start, double end, int64_t steps, wk_dtype dtype)
{
    wki_check(steps >= 0, NULL, WK_E_INVALID, "linspace", "steps is %lld; it must not be negative", (long long)steps);
    wki_check(wki_is_float(dtype), NULL, WK_E_DTYPE, "linspace", "%s is no float dtype", wk_dtype_name(dtype));
    wk_tensor *t = filled("linspace", 1, &steps, dtype, start, steps > 1 ? (end - start) / (double)(steps - 1) : 0);
    if (!t || steps < 2) return t;
    WK_SCOPE(work);
    WK_NO_GRAD(update);
    return wk_fill_(wk_narrow(t, 0, steps - 1, 1), end) ? NULL : t; /* the last one exactly */
}

wk_tensor *wk_eye(int64_t n, wk_dtype dtype)
{
    wk_tensor *t = filled("eye", 2, (int64_t[]){ n, n }, dtype, 0, 0);
    if (!t || n == 0) return t;
    wki_view diagonal = t->v;
    diagonal.ndim = 1;
    diagonal.stride[0] = n + 1;
    wki_fill_attrs attrs = { 1, 0 };
    return wki_do(WKI_OP_fill, 1, WKI_VIEWS(&diagonal), &attrs, sizeof attrs, n) ? NULL : t;
}

wk_tensor *wk_from(const void *data, int ndim, const int64_t *shape, wk_dtype dtype)
{
    if (wki_not_recorded("from", "values are copied in", "make the tensor before the step, or give it as an input"))
        return NULL;
    int64_t n;
    if (!wki_shape_ok("from", ndim, shape, dtype, &n)) return NULL;
    wki_check(data || n == 0, NULL, WK_E_INVALID, "from", "data is NULL");
    wk_device device = wk_current_device();
    wk_tensor *t = wki_new("from", device, ndim, shape, dtype);
    if (!t || n == 0) return t;
    size_t bytes = (size_t)n * wk_dtype_size(dtype);
    return wki_backend_of(device)->copy_in(device & 0xffffff, t->v.data, data, bytes) ? NULL : t;
}

wk_tensor *wk_wrap(void *data, int ndim, const int64_t *shape, wk_dtype dtype, void (*done)(void *), void *user)
{
    if (wki_not_recorded("wrap", "memory is borrowed", "wrap it before the step, or give the tensor as an input"))
        return NULL;
    int64_t n;
    if (!wki_shape_ok("wrap", ndim, shape, dtype, &n)) return NULL;
    wki_check(data || n == 0, NULL, WK_E_INVALID, "wrap", "data is NULL");
    wki_storage *s = wki_storage_borrow(data, (size_t)n * wk_dtype_size(dtype), done, user);
    if (!s) return NULL;
    wk_tensor *t = wki_tensor_on(s, 0, ndim, shape, dtype);
    if (!t) s->done = NULL; /* the caller keeps what was refused */
    wki_storage_unref(s);
    return t;
}

static wk_status random_fill(wk_tensor *t, wki_random_kind kind, double a, double b)
{
    wki_random_attrs attrs = { wki_random_next(), a, b, kind };
    return wki_do(WKI_OP_random, 1, WKI_VIEWS(&t->v), &attrs, sizeof attrs, 8 * wki_numel(&t->v));
}

static wk_tensor *random_new(const char *where, int ndim, const int64_t *shape, wk_dtype dtype, wki_random_kind kind,
                             double a, double b)
{
    int64_t n;
    if (!wki_shape_ok(where, ndim, shape, dtype, &n)) return NULL;
    wki_check(kind == WKI_RANDOM_INT || wki_is_float(dtype), NULL, WK_E_DTYPE, where, "%s is no float dtype",
              wk_dtype_name(dtype));
    wk_tensor *t = wki_new(where, wk_current_device(), ndim, shape, dtype);
    return t && !random_fill(t, kind, a, b) ? t : NULL;
}

wk_tensor *wk_rand(int ndim, const int64_t *shape, wk_dtype dtype)
{
    return random_new("rand", ndim, shape, dtype, WKI_RANDOM_UNIFORM, 0, 1);
}

wk_tensor *wk_randn(int ndim, const int64_t *shape, wk_dtype dtype)
{
    return random_new("randn", ndim, shape, dtype, WKI_RANDOM_NORMAL, 0, 1);
}

static wk_tensor *random_like(const char *where, const wk_tensor *t, wki_random_kind kind)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_float_ok(t, where, "t")) return NULL;
    wk_tensor *y = wki_new(where, t->v.device, t->v.ndim, t->v.size, t->v.dtype);
    return y && !random_fill(y, kind, 0, 1) ? y : NULL;
}

wk_tensor *wk_rand_like(const wk_tensor *t) { return random_like("rand_like", t, WKI_RANDOM_UNIFORM); }
wk_tensor *wk_randn_like(const wk_tensor *t) { return random_like("randn_like", t, WKI_RANDOM_NORMAL); }

wk_tensor *wk_bernoulli(wk_tensor *p)
{
    wk_tensor *y = random_like("bernoulli", p, WKI_RANDOM_UNIFORM);
    if (!y) return NULL;
    WK_NO_GRAD(drawing);
    return wk_lt_(y, p) ? NULL : y;
}

wk_tensor *wk_randint(int64_t low, int64_t high, int ndim, const int64_t *shape)
{
    wki_check(low < high && high <= INT64_C(1) << 53 && low >= -(INT64_C(1) << 53), NULL, WK_E_INVALID, "randint",
              "[%lld, %lld) is not a range within +-2^53", (long long)low, (long long)high);
    return random_new("randint", ndim, shape, WK_I64, WKI_RANDOM_INT, (double)low, (double)high);
}

wk_tensor *wk_randperm(int64_t n)
{
    if (wki_not_recorded("randperm", "a permutation is drawn on the host",
                         "draw it before the step, and give it as an input"))
        return NULL;
    wki_check(n >= 0, NULL, WK_E_INVALID, "randperm", "n is %lld; it must not be negative", (long long)n);
    WK_SCOPE(work);
    const wk_device device = wk_current_device();
    WKI_ON_CPU(draws);
    wk_tensor *t = wk_arange(0, (double)n, 1, WK_I64);
    if (!t) return NULL;
    int64_t *p = t->v.data;
    wki_random_key key = wki_random_next();
    wk_rng rng = wki_rng_at(key.seed, key.stream, key.op);
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)wki_rng_below(&rng, (uint64_t)i + 1), at_i = p[i];
        p[i] = p[j];
        p[j] = at_i;
    }
    return wk_escape(work, wk_to_device(t, device));
}

static wk_status random_(const char *where, wk_tensor *t, wki_random_kind kind, double a, double b)
{
    if (!wki_tensor_ok(t, where, "t") || !wki_float_ok(t, where, "t") || wki_begin_inplace(t, 0, NULL, where))
        return wk_error();
    const wki_history before = wki_history_of(t);
    wki_bump(t);
    if (wki_cut_history(t) == WK_OK) random_fill(t, kind, a, b);
    return wki_end_inplace(t, &before);
}

wk_status wk_uniform_(wk_tensor *t, double low, double high)
{
    wki_check(low <= high, WK_E_INVALID, WK_E_INVALID, "uniform_", "low %g is above high %g", low, high);
    if (!wki_tensor_ok(t, "uniform_", "t")) return wk_error();
    const double most = t->v.dtype == WK_F32 ? (double)FLT_MAX : DBL_MAX;
    wki_check((low >= -most && high <= most && high - low <= most) || WKI_FAULT(235), WK_E_RANGE, WK_E_RANGE,
              "uniform_", "from %g to %g is farther than %s reaches", low, high, wk_dtype_name((wk_dtype)t->v.dtype));
    return random_("uniform_", t, WKI_RANDOM_UNIFORM, low, high);
}

wk_status wk_normal_(wk_tensor *t, double mean, double std)
{
    wki_check(std >= 0, WK_E_INVALID, WK_E_INVALID, "normal_", "std is %g; it must not be negative", std);
    return random_("normal_", t, WKI_RANDOM_NORMAL, mean, std);
}
