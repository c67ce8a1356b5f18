/* What the tests of CUDA's kernels share: a call that runs on the CPU, and on a device on copies of the same bytes, under
 * two orders of threads where the device is the emulator. Without a device nothing is tried. */
#ifndef WICK_CUDA_CALLS_H
#define WICK_CUDA_CALLS_H
#include "kernel_check.h"
#include <dlfcn.h>
#include <stdio.h>

enum { SENTINELS = 256, SENTINEL = 0x5a };

static inline bool no_device(void)
{
    if (wk_cuda_is_available()) return false;
    printf("not tried: %s\n", wk_cuda_why_not());
    return true;
}

/* The emulator's order of blocks and threads; without it nothing */
static inline void order_threads(unsigned seed)
{
    const char *path = getenv("WICK_CUDA");
    void *file = path ? dlopen(path, RTLD_NOW | RTLD_NOLOAD) : NULL;
    void (*set)(unsigned) = file ? (void (*)(unsigned))dlsym(file, "wki_emu_seed") : NULL;
    if (set) set(seed);
    if (file) dlclose(file);
}

/* A view's copy on the device, sentinels on both sides of it */
typedef struct twin {
    wki_view v;
    const array *of;
    char *block, *now; /* there; and as it came back */
    size_t bytes, got;
} twin;

static inline void twin_make(twin *t, const wki_view *v)
{
    const wki_backend *backend = wki_backend_of(wk_cuda(0));
    void *block = NULL;
    t->of = array_of(v);
    t->v = *v;
    t->bytes = t->of->bytes + 2 * SENTINELS;
    t->now = wki_alloc(t->bytes);
    ck_assert_int_eq(backend->get(0, t->bytes, &block, &t->got), WK_OK);
    t->block = block;
    t->v.device = wk_cuda(0);
    t->v.data = t->block + SENTINELS + (t->of->memory ? (char *)v->data - t->of->memory : 0);
}

static inline void twin_fill(twin *t, const char *bytes)
{
    memset(t->now, SENTINEL, t->bytes);
    if (t->of->bytes) memcpy(t->now + SENTINELS, bytes, t->of->bytes);
    ck_assert_int_eq(wki_backend_of(wk_cuda(0))->copy_in(0, t->block, t->now, t->bytes), WK_OK);
}

static inline void twin_free(twin *t)
{
    wki_backend_of(wk_cuda(0))->put(0, t->block, t->got);
    wki_free(t->now);
}

/* Elements of all of an array's memory, its gaps included */
static inline wki_view all_of(const array *a, const char *bytes)
{
    const int64_t n = (int64_t)(a->bytes / wk_dtype_size((wk_dtype)a->v.dtype));
    return (wki_view){ .data = (void *)(uintptr_t)bytes, .size = { n }, .stride = { 1 }, .ndim = 1, .dtype = a->v.dtype };
}

static inline bool same_element(const wki_view *p, const wki_view *q, int64_t i)
{
    const size_t size = wk_dtype_size((wk_dtype)p->dtype);
    const bool nan = wki_is_float((wk_dtype)p->dtype) && isnan(get(p, i)) && isnan(get(q, i));
    return nan || !memcmp((char *)p->data + (size_t)i * size, (char *)q->data + (size_t)i * size, size);
}

/* tolerance: the largest sum of squared errors over that of squares; 0: bits, all NaNs alike */
static inline void twin_compare(const twin *t, int op, double tolerance)
{
    const wki_view here = all_of(t->of, t->of->memory), there = all_of(t->of, t->now + SENTINELS);
    double errors = 0, squares = 0;
    for (size_t i = 0; i < SENTINELS; i++)
        ck_assert_msg(t->now[i] == SENTINEL && t->now[t->bytes - 1 - i] == SENTINEL, "%s writes beyond its output %s",
                      wki_op_name(op), wki_show(&t->v));
    for (int64_t i = 0; i < here.size[0]; i++) {
        if (same_element(&here, &there, i)) continue;
        const double x = get(&here, i), y = get(&there, i);
        ck_assert_msg(tolerance > 0 && isfinite(x) && isfinite(y),
                      "%s: element %lld of the memory of %s is %.17g on the device, %.17g on the CPU", wki_op_name(op),
                      (long long)i, wki_show(&t->v), y, x);
        errors += (x - y) * (x - y);
    }
    for (int64_t i = 0; errors > 0 && i < wki_numel(&t->of->v); i++)
        squares += isfinite(get(&t->of->v, i)) ? get(&t->of->v, i) * get(&t->of->v, i) : 0;
    ck_assert_msg(errors <= tolerance * squares, "%s: the error of %s is %.3g of it", wki_op_name(op), wki_show(&t->v),
                  errors / squares);
}

/* Runs the call on both, the outputs holding the same bytes before: they do so afterwards, or nearly. */
static inline void same_on_device(int op, const wki_view *const *views, int nviews, int nout, const void *attrs,
                                  double tolerance)
{
    wki_call call = { .op = (uint16_t)op, .nout = (uint16_t)nout, .nviews = nviews, .views = views, .attrs = attrs };
    twin twins[WKI_MAX_VIEWS];
    const wki_view *there[WKI_MAX_VIEWS];
    for (int v = 0; v < nviews; v++) {
        twin_make(&twins[v], views[v]);
        there[v] = &twins[v].v;
        if (v >= nout) twin_fill(&twins[v], twins[v].of->memory);
        if (v < nout && twins[v].of->bytes) memcpy(array_of(views[v])->before, twins[v].of->memory, twins[v].of->bytes);
    }
    ck_assert_msg(wki_run(&call) == WK_OK, "on the CPU: %s", wk_error_text());
    call.views = there;
    for (unsigned seed = 0; seed < 2; seed++) {
        order_threads(seed);
        for (int v = 0; v < nout; v++) twin_fill(&twins[v], twins[v].of->before);
        ck_assert_msg(wki_run(&call) == WK_OK, "on the device: %s", wk_error_text());
        ck_assert_msg(wk_cuda_synchronize(wk_cuda(0)) == WK_OK, "on the device: %s", wk_error_text());
        for (int v = 0; v < nout; v++) {
            ck_assert_int_eq(wki_backend_of(wk_cuda(0))->copy_out(0, twins[v].now, twins[v].block, twins[v].bytes), WK_OK);
            twin_compare(&twins[v], op, tolerance);
        }
    }
    for (int v = 0; v < nviews; v++) twin_free(&twins[v]);
}

/* ---- Views of all kinds ---- */

static inline const wki_view *flipped(const wki_view *v, int dim)
{
    wki_view *own = &array_of(v)->v;
    if (wki_numel(own) == 0) return v;
    own->data = (char *)own->data + (own->size[dim] - 1) * own->stride[dim] * (int64_t)wk_dtype_size((wk_dtype)own->dtype);
    own->stride[dim] = -own->stride[dim];
    return v;
}

static inline const wki_view *turned(const wki_view *v) /* its last two dims */
{
    wki_view *own = &array_of(v)->v;
    for (int k = 0; k < 2; k++) {
        int64_t *of = k ? own->stride : own->size, kept = of[own->ndim - 1];
        of[own->ndim - 1] = of[own->ndim - 2];
        of[own->ndim - 2] = kept;
    }
    return v;
}

/* Numbers, among which are NaNs, infinities, zeros of both signs, any whole numbers and, so that there are equals, small ones */
static inline void fill_with_odd_numbers(const wki_view *v)
{
    static const double odd[] = { 0, -0.0, NAN, INFINITY, -INFINITY, 1e-40, -1e30, 1 };
    const size_t size = wk_dtype_size((wk_dtype)v->dtype);
    for (int64_t i = 0; v->dtype != WK_BOOL && i < wki_numel(v); i++) {
        const uint64_t any = (uint64_t)below(INT64_MAX) << 1;
        if (wki_is_float((wk_dtype)v->dtype))
            set(v, i, below(3) ? wki_rng_normal(&rng) : below(3) ? (double)below(3) : odd[below(8)]);
        else if (below(2))
            memcpy((char *)v->data + place(v, i) * (int64_t)size, (const char *)&any + sizeof any - size, size);
    }
}
#endif
