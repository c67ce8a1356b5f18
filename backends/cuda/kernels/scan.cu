/* scan: running sums, products and first-order recurrences along one dim, and the products of all other elements, which
 * prod's gradient needs where there are zeros. A thread walks a line, in the CPU's order; sums of long lines, and
 * products of whole numbers, for which any order will do, are taken by a block, tile by tile. */
#include "backends/cuda/kernels/kernel.h"

enum { LONG = 512, FEW = 4096, EACH = 4, TILE = WKI_THREADS * EACH, WARP = 32 };

typedef struct scan_args {
    wki_lattice lines; /* of y, x and c */
    void *data[3];
    int64_t n, step[3]; /* from the end on with negative steps: `start` is where the first is */
    int64_t start[3];
} scan_args;

template <typename T> struct line {
    T *y;
    const T *x, *c;
};

template <typename T> WKI_DEVICE line<T> line_of(const scan_args &a, int64_t number)
{
    int64_t at[3];
    wki_places<3>(a.lines, number, at);
    const line<T> l = { (T *)a.data[0] + at[0] + a.start[0], (const T *)a.data[1] + at[1] + a.start[1],
                        (const T *)a.data[2] + at[2] + a.start[2] };
    return l;
}

WKI_DEVICE double plus(double a, double b) { return a + b; }
WKI_DEVICE int64_t plus(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
WKI_DEVICE double times(double a, double b) { return a * b; }
WKI_DEVICE int64_t times(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
template <bool product, typename wide> WKI_DEVICE wide both(wide a, wide b)
{
    return product ? times(a, b) : plus(a, b);
}

/* Elements are joined in fours that then meet the total, or one by one. */
template <typename T, typename wide, bool product, int fours> static __global__ void running(const scan_args a)
{
    WKI_BEGIN();
    WKI_EACH(number, a.lines.count)
    {
        const line<T> l = line_of<T>(a, number);
        wide total = product, part = product;
        WKI_UNROLLED(4) for (int64_t i = 0; i < a.n; i++)
        {
            const wide value = (wide)l.x[i * a.step[1]];
            part = i % fours ? both<product>(part, value) : value;
            const wide next = both<product>(total, part);
            l.y[i * a.step[0]] = (T)next;
            if (i % fours == fours - 1) total = next;
        }
    }
}

template <typename T, typename wide, bool product> static __global__ void running_tiles(const scan_args a)
{
    WKI_BEGIN();
    WKI_SHARED(wide, warps, WKI_THREADS / WARP);
    const int lane = (int)threadIdx.x % WARP, warp = (int)threadIdx.x / WARP;
    for (int64_t number = blockIdx.x; number < a.lines.count; number += gridDim.x) {
        const line<T> l = line_of<T>(a, number);
        wide carry = product;
        for (int64_t first = 0; first < a.n; first += TILE) {
            const int64_t begin = first + (int64_t)threadIdx.x * EACH;
            wide part[EACH];
            WKI_UNROLL for (int k = 0; k < EACH; k++)
            {
                part[k] = begin + k < a.n ? (wide)l.x[(begin + k) * a.step[1]] : (wide)product;
                if (k > 0) part[k] = both<product>(part[k - 1], part[k]);
            }
            wide sum = part[EACH - 1]; /* of the warp's threads up to this one */
            for (int away = 1; away < WARP; away *= 2) {
                const wide before = __shfl_up_sync(0xffffffffu, sum, away);
                if (lane >= away) sum = both<product>(before, sum);
            }
            if (lane == WARP - 1) warps[warp] = sum;
            if (!WKI_FAULT(121)) __syncthreads();
            wide before = __shfl_up_sync(0xffffffffu, sum, 1), total = carry;
            if (lane == 0) before = product;
            for (int w = 0; w < WKI_THREADS / WARP; w++) {
                if (w == warp) before = both<product>(total, before);
                total = both<product>(total, warps[w]);
            }
            WKI_UNROLL for (int k = 0; k < EACH; k++) if (begin + k < a.n) l.y[(begin + k) * a.step[0]] =
                (T)both<product>(before, part[k]);
            carry = total;
            __syncthreads();
        }
    }
}

template <typename T> static __global__ void recur(const scan_args a)
{
    WKI_BEGIN();
    WKI_EACH(number, a.lines.count)
    {
        const line<T> l = line_of<T>(a, number);
        double last = 0;
        WKI_UNROLLED(4) for (int64_t i = 0; i < a.n; i++)
        {
            const double value = (double)l.x[i * a.step[1]], factor = (double)l.c[i * a.step[2]];
            last = i ? value + factor * last : value;
            l.y[i * a.step[0]] = (T)last;
        }
    }
}

/* ---- Others: by division where the whole product allows it, else the product of those before times that of those
 * behind ---- */

WKI_DEVICE bool is_normal(float x) { return f32::wki_abs(x) >= 1.17549435e-38f && x - x == 0; }
WKI_DEVICE bool is_normal(double x) { return f64::wki_abs(x) >= 2.2250738585072014e-308 && x - x == 0; }

template <typename T> static __global__ void others_divided(const scan_args a)
{
    WKI_BEGIN();
    WKI_EACH(i, a.lines.count * a.n)
    {
        const line<T> l = line_of<T>(a, i / a.n);
        const int64_t k = i % a.n;
        if (is_normal(*l.c)) l.y[k * a.step[0]] = *l.c / l.x[k * a.step[1]];
    }
}

template <typename T> static __global__ void others_multiplied(const scan_args a)
{
    WKI_BEGIN();
    WKI_EACH(number, a.lines.count)
    {
        const line<T> l = line_of<T>(a, number);
        double before = 1, behind = 1;
        if (is_normal(*l.c)) continue;
        for (int64_t i = 0; i < a.n; i++) {
            l.y[i * a.step[0]] = (T)before;
            before *= (double)l.x[i * a.step[1]];
        }
        for (int64_t i = a.n - 1; i >= 0; i--) {
            l.y[i * a.step[0]] = (T)((double)l.y[i * a.step[0]] * behind);
            behind *= (double)l.x[i * a.step[1]];
        }
    }
}

/* ---- A call ---- */

typedef void scan_kernel(const scan_args a);

static scan_kernel *walking(int kind, wk_dtype dtype)
{
    static scan_kernel *const of[][3] = {
        { running<float, double, false, 4>, running<double, double, false, 4>, running<int64_t, int64_t, false, 4> },
        { running<float, double, true, 4>, running<double, double, true, 1>, running<int64_t, int64_t, true, 4> },
        { recur<float>, recur<double>, NULL },
        { others_multiplied<float>, others_multiplied<double>, NULL },
    };
    return of[kind][dtype == WK_F32 ? 0 : dtype == WK_F64 ? 1 : 2];
}

static scan_kernel *by_tiles(int kind, wk_dtype dtype)
{
    if (dtype == WK_I64)
        return kind == WKI_SCAN_SUM ? running_tiles<int64_t, int64_t, false> : running_tiles<int64_t, int64_t, true>;
    return dtype == WK_F32 ? running_tiles<float, double, false> : running_tiles<double, double, false>;
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_scan_attrs *attrs = (const wki_scan_attrs *)call->attrs;
    const wki_view *y = call->views[0];
    const wk_dtype dtype = (wk_dtype)y->dtype;
    scan_args a = {};
    a.lines = wki_lattice_of(call->views, call->nviews, wki_dims_of(y) & ~(1u << attrs->dim), true);
    a.n = y->size[attrs->dim];
    for (int v = 0; v < call->nviews; v++) {
        const int64_t step = call->views[v]->stride[attrs->dim];
        a.data[v] = call->views[v]->data;
        a.step[v] = attrs->reverse ? -step : step;
        a.start[v] = attrs->reverse ? (a.n - 1) * step : 0;
    }
    (void)scratch;
    if (a.lines.count == 0 || a.n == 0) return WK_OK;
    const bool any_order = attrs->kind == WKI_SCAN_SUM || (attrs->kind == WKI_SCAN_PROD && dtype == WK_I64);
    if (any_order && a.n >= LONG && a.lines.count < FEW) {
        scan_kernel *const kernel = by_tiles(attrs->kind, dtype);
        WKI_LAUNCH(kernel, (unsigned)a.lines.count, WKI_THREADS, 0, queue, a);
        return wki_launched(queue, call);
    }
    if (attrs->kind == WKI_SCAN_OTHERS) {
        scan_kernel *const kernel = dtype == WK_F32 ? others_divided<float> : others_divided<double>;
        WKI_LAUNCH(kernel, wki_grid(a.lines.count * a.n), WKI_THREADS, 0, queue, a);
    }
    scan_kernel *const kernel = walking(attrs->kind, dtype);
    WKI_LAUNCH(kernel, wki_grid(a.lines.count), WKI_THREADS, 0, queue, a);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(scan, NULL, run);
