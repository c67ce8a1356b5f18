/* Softmax of a row, and of many: by a half-warp or a block each, or, where rows lie side by side, by a thread each. The
 * sums are the CPU's: up to WKI_SHORT_LINE elements one after the other, more by fold.h's tree. */
#ifndef WKI_CUDA_SOFTMAX_H
#define WKI_CUDA_SOFTMAX_H
#include "backends/cuda/kernels/fold.h"

enum { WKI_SHORT_LINE = 64 };

WKI_DEVICE float wki_exp_of(float x) { return f32::wki_exp(x); }
WKI_DEVICE double wki_exp_of(double x) { return f64::wki_exp(x); }
WKI_DEVICE float wki_log_of(float x) { return f32::wki_log(x); }
WKI_DEVICE double wki_log_of(double x) { return f64::wki_log(x); }
WKI_DEVICE float wki_size_of(float x) { return f32::wki_abs(x); }
WKI_DEVICE double wki_size_of(double x) { return f64::wki_abs(x); }

/* The sum of term(i), as softmax needs it */
template <typename real, typename TERM> WKI_DEVICE real wki_softmax_sum(const wki_team &t, int64_t n, TERM term)
{
    if (n > WKI_SHORT_LINE) return (real)wki_row_sum<real>(t, n, [&](real lane, int64_t i) { return lane + term(i); });
    real total = 0;
    for (int64_t begin = 0; begin < n; begin += WKI_LANES) {
        const real mine = begin + t.lane < n ? term(begin + t.lane) : 0;
        WKI_UNROLLED(8) for (int l = 0; l < WKI_LANES; l++) {
            const real next = __shfl_sync(0xffffffffu, mine, l, WKI_LANES);
            if (begin + l < n) total += next;
        }
    }
    return total;
}

/* A row of n elements, `here` or behind the last: softmax or its logarithm from x to y, which may be x. What was largest,
 * and the logarithm of the sum of e^(x - that), are for losses. */
template <typename real> struct wki_softmax_row {
    const real *x;
    real *y;
    int64_t n, x_step, y_step;
    bool here, log;
    real top, rest;
};

template <typename real> WKI_DEVICE void wki_softmax(const wki_team &t, wki_softmax_row<real> &r)
{
    const real *const x = r.x;
    const int64_t step = r.x_step;
    const bool here = r.here;
    const real top = wki_row_max<real>(t, r.n, [=](int64_t i) { return here ? x[i * step] : 0; });
    const real total =
        wki_softmax_sum<real>(t, r.n, [=](int64_t i) { return wki_exp_of((here ? x[i * step] : 0) - top); });
    r.top = top;
    r.rest = wki_log_of(total);
    const real share = 1 / total;
    if (!here) return;
    WKI_ROLLED for (int64_t i = t.half * WKI_LANES + t.lane; i < r.n; i += t.halves * WKI_LANES)
        r.y[i * r.y_step] = r.log ? (x[i * step] - top) - r.rest : wki_exp_of(x[i * step] - top) * share;
}
#endif
