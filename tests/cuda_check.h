/* What the tests of CUDA's kernels share: arrays that are the same on the CPU and on a device, calls run on both, and what is
 * demanded of the results: nearly the same numbers, the same NaN, and nothing changed beside them. */
#ifndef WICK_CUDA_CHECK_H
#define WICK_CUDA_CHECK_H
#include "backends/backend.h"
#include "chance.h"
#include "cuda_here.h"
#include "wick_check.h"

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

/* Room for so many bytes and the margins, the view's first element `first` bytes behind their beginning. */
static inline twin room_for(wki_view v, size_t bytes, size_t first)
{
    const size_t margin = MARGIN * wk_dtype_size((wk_dtype)v.dtype);
    twin t = { .cpu = v, .gpu = v, .bytes = bytes + 2 * margin };
    t.host = malloc(t.bytes), t.before = malloc(t.bytes);
    CHECK(t.host && t.before && !device_backend()->get(0, t.bytes, &t.block, &t.got));
    t.gpu.device = WK_CUDA;
    t.cpu.data = t.host + margin + first, t.gpu.data = (char *)t.block + margin + first;
    return t;
}

/* Numbers between -1 and 1, of `bits` digits, in memory that such a view reaches. */
static inline twin twin_of(wk_dtype dtype, int ndim, const int64_t *size, const int64_t *stride, int bits)
{
    wki_view v = { .ndim = (int8_t)ndim, .dtype = (uint8_t)dtype };
    int64_t low = 0, high = 0;
    const int64_t width = (int64_t)wk_dtype_size(dtype), scale = INT64_C(1) << bits;
    for (int d = 0; d < ndim; d++) {
        v.size[d] = size[d], v.stride[d] = stride[d];
        *(stride[d] < 0 ? &low : &high) += size[d] > 0 ? (size[d] - 1) * stride[d] : 0;
    }
    twin t = room_for(v, (size_t)((high - low + 1) * width), (size_t)(-low * width));
    for (int64_t i = 0; i < (int64_t)t.bytes / width; i++)
        set_number(&t, i, (double)(below(2 * scale) - scale) / (double)scale);
    send(&t);
    return t;
}

/* A copy of all that a view reaches. */
static inline twin twin_from(const wki_view *v)
{
    const wki_reach own = wki_reach_of(v);
    const size_t bytes = (size_t)(own.end - own.begin), first = bytes ? (size_t)((char *)v->data - own.begin) : 0;
    twin t = room_for(*v, bytes, first);
    memset(t.host, 0x5a, t.bytes);
    if (bytes) memcpy((char *)t.cpu.data - first, own.begin, bytes);
    send(&t);
    return t;
}

static inline void plain_strides(int ndim, const int64_t *size, int64_t stride[WKI_MAX_DIMS])
{
    int64_t step = 1;
    for (int d = ndim - 1; d >= 0; step *= size[d--]) stride[d] = step;
}

static inline twin plain_twin(wk_dtype dtype, int ndim, const int64_t *size, int bits)
{
    int64_t stride[WKI_MAX_DIMS];
    plain_strides(ndim, size, stride);
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

/* A call with the views of one side: false, the CPU's; true, the device's */
static inline wk_status run_on(bool device, int op, int nout, int n, twin *const *twins, const void *attrs, size_t attrs_size)
{
    const wki_view **views = malloc((size_t)n * sizeof *views);
    for (int i = 0; i < n; i++) views[i] = device ? &twins[i]->gpu : &twins[i]->cpu;
    const wki_call call = { (uint16_t)op, (uint16_t)nout, n, views, attrs, (uint32_t)attrs_size, 1 };
    const wk_status status = wki_run(&call);
    free(views);
    return status;
}

/* On both; how far the first view then is from the CPU's. */
static inline double run_both(int op, int n, twin *const *twins, const void *attrs, size_t attrs_size)
{
    for (int device = 0; device < 2; device++) CHECK(!run_on(device, op, 1, n, twins, attrs, attrs_size));
    return distance(twins[0]);
}
#endif
