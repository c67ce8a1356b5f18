<<<<<<< HEAD
/* What the tests of CUDA's kernels share: arrays that are the same on the CPU and on a device, calls run on both, and what is
 * demanded of the results: nearly the same numbers, the same NaN, and nothing changed beside them. Without CUDA, or the
 * emulator in its place, laws have nothing to say: each begins with `if (!cuda_here()) return;`. */
#ifndef WICK_CUDA_CHECK_H
#define WICK_CUDA_CHECK_H
#include "backends/backend.h"
#include "wick_check.h"
#include <dlfcn.h>
#include <stdio.h>

static inline bool cuda_here(void)
{
    const bool here = wk_cuda_is_available();
    if (!here) printf("no CUDA here (%s): nothing was tested\n", wk_cuda_why_not());
    return here;
}

/* A function of tests/emu's emu_control.h; NULL where a real device is at work. */
static inline void *emulator(const char *name)
{
    const char *path = getenv("WICK_CUDA");
    void *plugin = path ? dlopen(path, RTLD_NOW | RTLD_NOLOAD) : NULL;
    return plugin ? dlsym(plugin, name) : NULL;
}

static uint64_t chance = 1;
static inline int64_t below(int64_t n)
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((chance >> 33) % (uint64_t)n);
}

enum { MARGIN = 16 }; /* elements before and behind, which nobody may touch */
typedef struct twin {
    wki_view cpu, gpu;
    size_t bytes, got;
    char *host, *before;
    void *block;
} twin;

static inline const wki_backend *device_backend(void) { return wki_backend_of(WK_CUDA); }

static inline double number_at(const twin *t, const char *memory, int64_t i)
{
    return t->cpu.dtype == WK_F64 ? ((const double *)memory)[i] : (double)((const float *)memory)[i];
}
static inline void set_number(const twin *t, int64_t i, double x)
{
    if (t->cpu.dtype == WK_F64)
        ((double *)t->host)[i] = x;
    else
        ((float *)t->host)[i] = (float)x;
}

/* To the device, as the host has it now. */
static inline void send(twin *t)
{
    memcpy(t->before, t->host, t->bytes);
    CHECK(!device_backend()->copy_in(0, t->block, t->host, t->bytes));
}

/* Numbers between -1 and 1, of `bits` digits, in memory that such a view reaches. */
static inline twin twin_of(wk_dtype dtype, int ndim, const int64_t *size, const int64_t *stride, int bits)
{
    twin t = { .cpu = { .ndim = (int8_t)ndim, .dtype = (uint8_t)dtype } };
    int64_t low = 0, high = 0;
    const int64_t width = (int64_t)wk_dtype_size(dtype);
    for (int d = 0; d < ndim; d++) {
        t.cpu.size[d] = size[d], t.cpu.stride[d] = stride[d];
        *(stride[d] < 0 ? &low : &high) += size[d] > 0 ? (size[d] - 1) * stride[d] : 0;
    }
    const int64_t count = high - low + 1 + 2 * MARGIN, scale = INT64_C(1) << bits;
    t.bytes = (size_t)(count * width);
    t.host = malloc(t.bytes), t.before = malloc(t.bytes);
    CHECK(t.host && t.before && !device_backend()->get(0, t.bytes, &t.block, &t.got));
    for (int64_t i = 0; i < count; i++) set_number(&t, i, (double)(below(2 * scale) - scale) / (double)scale);
    t.gpu = t.cpu, t.gpu.device = WK_CUDA;
    t.cpu.data = t.host + (MARGIN - low) * width, t.gpu.data = (char *)t.block + (MARGIN - low) * width;
    send(&t);
    return t;
}

static inline twin plain_twin(wk_dtype dtype, int ndim, const int64_t *size, int bits)
{
    int64_t stride[WKI_MAX_DIMS], step = 1;
    for (int d = ndim - 1; d >= 0; step *= size[d--]) stride[d] = step;
    return twin_of(dtype, ndim, size, stride, bits);
}

static inline void drop(twin *t)
{
    device_backend()->put(0, t->block, t->got);
    free(t->host);
    free(t->before);
}

/* Marks the elements that the view has. */
static inline void mark(const twin *t, char *marks)
{
    const wki_view *v = &t->cpu;
    const int64_t first = ((char *)v->data - t->host) / (int64_t)wk_dtype_size((wk_dtype)v->dtype), n = wki_numel(v);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = first, rest = i;
        for (int d = v->ndim - 1; d >= 0; rest /= v->size[d--]) at += rest % v->size[d] * v->stride[d];
        marks[at] = 1;
    }
}

/* The mean square of the differences, by that of the numbers: infinite where NaN, infinities or what lies beside differ. */
static inline double distance(const twin *t)
{
    const int64_t width = (int64_t)wk_dtype_size((wk_dtype)t->cpu.dtype), count = (int64_t)t->bytes / width;
    char *after = malloc(t->bytes), *marks = calloc((size_t)count, 1);
    double error = 0, all = 0;
    CHECK(after && marks && !device_backend()->copy_out(0, after, t->block, t->bytes));
    mark(t, marks);
    for (int64_t i = 0; i < count; i++) {
        const double want = number_at(t, t->host, i), got = number_at(t, after, i);
        if (!marks[i])
            error += memcmp(after + i * width, t->before + i * width, (size_t)width) ? INFINITY : 0;
        else if (isfinite(want) && isfinite(got))
            error += (got - want) * (got - want), all += want * want;
        else if (!(isnan(want) && isnan(got)) && want != got)
            error = INFINITY;
    }
    free(after);
    free(marks);
    return error == 0 ? 0 : error / (all > 0 ? all : 1);
}

/* On both; how far the first view then is from the CPU's. */
static inline double run_both(int op, int n, twin *const *twins, const void *attrs, size_t attrs_size)
{
    const wki_view *cpu[WKI_MAX_VIEWS], *gpu[WKI_MAX_VIEWS];
    for (int i = 0; i < n; i++) cpu[i] = &twins[i]->cpu, gpu[i] = &twins[i]->gpu;
    const wki_call here = { (uint16_t)op, 1, n, cpu, attrs, (uint32_t)attrs_size, 1 };
    const wki_call there = { (uint16_t)op, 1, n, gpu, attrs, (uint32_t)attrs_size, 1 };
    CHECK(!wki_run(&here) && !wki_run(&there));
    return distance(twins[0]);
=======
/* What the tests of CUDA's kernels share: a call that runs on the CPU, and on a device on copies of the same bytes, under
 * two orders of threads where the device is the emulator. Without a device nothing is tried. */
#ifndef WICK_CUDA_CHECK_H
#define WICK_CUDA_CHECK_H
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

/* Numbers, among which are NaNs, infinities, zeros of both signs and, so that there are equals, whole ones */
static inline void fill_with_odd_numbers(const wki_view *v)
{
    static const double odd[] = { 0, -0.0, NAN, INFINITY, -INFINITY, 1e-40, -1e30, 1 };
    for (int64_t i = 0; wki_is_float((wk_dtype)v->dtype) && i < wki_numel(v); i++)
        set(v, i, below(3) ? wki_rng_normal(&rng) : below(3) ? (double)below(3) : odd[below(8)]);
>>>>>>> 7a7994cdc26570532278ac22ca4499109d07484e
}
#endif
