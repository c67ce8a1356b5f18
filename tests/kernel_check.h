/* What the tests of kernels share: arrays with gaps and permuted dims, and calls run in every instruction set and in
 * pieces. A test begins with start(seed) and ends with finish(). */
#ifndef WICK_KERNEL_CHECK_H
#define WICK_KERNEL_CHECK_H
#include "backends/cpu/cpu.h"
#include "base/alloc.h"
#include "chance.h"
#include "wick_check.h"

typedef struct array {
    wki_view v;
    size_t bytes;
    char *memory, *before; /* before: what it held at first */
} array;

static array arrays[64];
static int narrays;

static inline void finish(void)
{
    for (; narrays > 0; narrays--) {
        wki_free(arrays[narrays - 1].memory);
        wki_free(arrays[narrays - 1].before);
    }
}

static inline void start(uint64_t seed)
{
    finish(); /* of a round that was left early */
    rng = wki_rng_at(seed, 0, 0);
}

static inline int64_t place(const wki_view *v, int64_t i)
{
    int64_t at = 0;
    for (int d = v->ndim - 1; d >= 0; d--) {
        at += i % v->size[d] * v->stride[d];
        i /= v->size[d];
    }
    return at;
}

static inline double get(const wki_view *v, int64_t i)
{
    const int64_t at = place(v, i);
    switch (v->dtype) {
    case WK_F32: return (double)((float *)v->data)[at];
    case WK_F64: return ((double *)v->data)[at];
    case WK_I64: return (double)((int64_t *)v->data)[at];
    case WK_I32: return (double)((int32_t *)v->data)[at];
    default: return (double)((uint8_t *)v->data)[at];
    }
}

static inline void set(const wki_view *v, int64_t i, double x)
{
    const int64_t at = place(v, i);
    switch (v->dtype) {
    case WK_F32: ((float *)v->data)[at] = (float)x; break;
    case WK_F64: ((double *)v->data)[at] = x; break;
    case WK_I64: ((int64_t *)v->data)[at] = (int64_t)x; break;
    case WK_I32: ((int32_t *)v->data)[at] = (int32_t)x; break;
    default: ((uint8_t *)v->data)[at] = (uint8_t)x;
    }
}

/* Numbers of the dtype: normal ones, whole ones from -9 to 9, or flags. */
static inline void fill_with_numbers(const wki_view *v)
{
    for (int64_t i = 0; i < wki_numel(v); i++) {
        if (wki_is_float((wk_dtype)v->dtype))
            set(v, i, wki_rng_normal(&rng));
        else if (v->dtype == WK_BOOL)
            set(v, i, (double)below(2));
        else
            set(v, i, (double)(below(19) - (v->dtype == WK_U8 ? 0 : 9)));
    }
}

static inline const wki_view *new_view(wk_dtype dtype, int ndim, const int64_t *size, bool contiguous)
{
    ck_assert_int_lt(narrays, 64);
    array *a = &arrays[narrays++];
    int order[WKI_MAX_DIMS];
    int64_t step = 1;
    *a = (array){ .v = { .ndim = (int8_t)ndim, .dtype = (uint8_t)dtype } };
    for (int d = 0; d < ndim; d++) order[d] = d;
    for (int d = 0; d < ndim && !contiguous && below(2); d++) {
        const int other = (int)below(ndim), kept = order[d];
        order[d] = order[other];
        order[other] = kept;
    }
    for (int k = ndim - 1; k >= 0; k--) {
        a->v.size[order[k]] = size[order[k]];
        a->v.stride[order[k]] = step;
        step = step * size[order[k]] + (contiguous ? 0 : below(3) / 2);
    }
    a->bytes = (size_t)step * wk_dtype_size(dtype);
    a->v.data = step ? a->memory = wki_alloc(a->bytes) : NULL;
    a->before = wki_alloc(a->bytes);
    fill_with_numbers(&a->v);
    return &a->v;
}

static inline const wki_view *strided(wk_dtype dtype, int ndim, const int64_t *size)
{
    return new_view(dtype, ndim, size, false);
}
static inline const wki_view *packed(wk_dtype dtype, int ndim, const int64_t *size)
{
    return new_view(dtype, ndim, size, true);
}

static inline int some_shape(int64_t size[WKI_MAX_DIMS], int least, int64_t most)
{
    const int ndim = least + (int)below(4 - least + 1);
    for (int d = 0; d < ndim; d++) size[d] = below(20) ? 1 + below(most) : 0;
    return ndim;
}

static inline wk_status run(const wki_kernel *kernel, const wki_call *call, bool cut)
{
    const int64_t units = kernel->units ? kernel->units(call) : 1;
    const size_t bytes = kernel->scratch ? kernel->scratch(call) : 0;
    void *scratch = bytes ? wki_alloc(bytes) : NULL;
    wk_status status = WK_OK;
    for (int64_t end, begin = 0; begin < units && status == WK_OK; begin = end) {
        end = cut ? begin + 1 + below(units - begin) : units;
        status = kernel->run(call, begin, end, scratch);
    }
    wki_free(scratch);
    return status;
}

static inline array *array_of(const wki_view *v) { return (array *)(uintptr_t)v; }

/* Runs the call in every instruction set from `isa` on, whole and in pieces: every byte of the outputs is the same,
 * gaps included. */
static inline void run_every_way(const wki_kernel *kernel, int isa, const wki_view *const *views, int nviews, int nout,
                                 const void *attrs)
{
    static const char *const names[] = { "base", "avx2", "avx512" };
    const wki_call call = { .nout = (uint16_t)nout, .nviews = nviews, .views = views, .attrs = attrs };
    char *expected[32] = { NULL };
    ck_assert_int_le(nout, 32);
    for (int v = 0; v < nout; v++) {
        array *a = array_of(views[v]);
        if (a->bytes) memcpy(a->before, a->memory, a->bytes);
    }
    for (; isa < WKI_ISA_COUNT; isa++) {
        if (wk_set_cpu_isa(names[isa])) {
            wk_error_clear();
            continue;
        }
        for (int way = 0; way < 3; way++) {
            for (int v = 0; v < nout; v++)
                if (array_of(views[v])->bytes)
                    memcpy(array_of(views[v])->memory, array_of(views[v])->before, array_of(views[v])->bytes);
            ck_assert_int_eq(run(kernel, &call, way > 0), WK_OK);
            for (int v = 0; v < nout; v++) {
                const array *a = array_of(views[v]);
                if (!expected[v]) expected[v] = memcpy(wki_alloc(a->bytes + 1), a->memory ? a->memory : "", a->bytes);
                ck_assert_msg(!a->bytes || !memcmp(expected[v], a->memory, a->bytes), "%s: bits differ with %s, way %d",
                              kernel->name, names[isa], way);
            }
        }
    }
    for (int v = 0; v < nout; v++) wki_free(expected[v]);
}

static inline bool near(double a, double b, double tolerance)
{
    return a == b || fabs(a - b) <= tolerance * (1 + fabs(b)) || (isnan(a) && isnan(b));
}

static inline double tolerance_of(const wki_view *v) { return v->dtype == WK_F32 ? 2e-6 : 1e-14; }

#define EXPECT(view, i, expected, tolerance)                                                                           \
    ck_assert_msg(near(get(view, i), expected, tolerance), "element %lld of %s is %.17g; expected %.17g",              \
                  (long long)(i), wki_show(view), get(view, i), (double)(expected))

#endif
