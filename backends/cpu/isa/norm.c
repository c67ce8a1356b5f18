/* The inner loops of normalisation, compiled for each element type and instruction set (REAL_BITS, WKI_ISA): sums of
 * squares and of slopes, and the passes that write. Sums run in 16 lanes, or row by row where columns lie side by side;
 * so all sets give the same bits. */
#ifdef __clang__ /* under sanitizers loops stay scalar */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif
#include "backends/cpu/norm.h"
#include "backends/math.h"

#define VECTORIZE      _Pragma("omp simd")
#define JOIN_(a, b, c) a##b##_##c
#define JOIN(a, b, c)  JOIN_(a, b, c)

/* 16 lanes that the compiler keeps in registers; element i of a block goes to lane i % 16 */
enum { LANES = 16 };
typedef real lanes __attribute__((vector_size(LANES * sizeof(real)), aligned(sizeof(real)), may_alias));

WKI_INLINE double folded(real *lane)
{
    for (int half = LANES / 2; half; half /= 2)
        for (int l = 0; l < half; l++) lane[l] += lane[l + half];
    return (double)lane[0];
}

static double sum(int64_t n, const void *from)
{
    const real *x = from;
    lanes total = { 0 };
    real lane[LANES];
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) total += *(const lanes *)(x + i);
    *(lanes *)lane = total;
    for (int l = 0; i + l < n; l++) lane[l] += x[i + l];
    return folded(lane);
}

static double squares(int64_t n, const void *from, double middle)
{
    const real *x = from, mean = (real)middle;
    lanes total = { 0 };
    real lane[LANES];
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const lanes d = *(const lanes *)(x + i) - mean;
        total += d * d;
    }
    *(lanes *)lane = total;
    for (int l = 0; i + l < n; l++) lane[l] += (x[i + l] - mean) * (x[i + l] - mean);
    return folded(lane);
}

/* ---- A line, its weight one number ---- */

static void apply(int64_t n, void *to, const void *from, double middle, double factor, double offset)
{
    real *y = to;
    const real *x = from, mean = (real)middle, scale = (real)factor, shift = (real)offset;
    VECTORIZE for (int64_t i = 0; i < n; i++) y[i] = (x[i] - mean) * scale + shift;
}

static void slope(int64_t n, void *to, const void *gradient, const void *from, double middle, double factor, double k0,
                  double k1)
{
    real *d = to;
    const real *g = gradient, *x = from, mean = (real)middle, scale = (real)factor, c0 = (real)k0, c1 = (real)k1;
    VECTORIZE for (int64_t i = 0; i < n; i++) d[i] = scale * g[i] - c0 - (x[i] - mean) * c1;
}

/* ---- A line with a weight for each element, or none ---- */

static void apply_each(int64_t n, void *to, const void *from, double middle, double factor, const void *weight,
                       const void *bias)
{
    real *y = to;
    const real *x = from, *w = weight, *b = bias, mean = (real)middle, scale = (real)factor;
    if (w && b)
        VECTORIZE for (int64_t i = 0; i < n; i++) y[i] = (x[i] - mean) * scale * w[i] + b[i];
    else if (w)
        VECTORIZE for (int64_t i = 0; i < n; i++) y[i] = (x[i] - mean) * scale * w[i];
    else
        VECTORIZE for (int64_t i = 0; i < n; i++) y[i] = (x[i] - mean) * scale + b[i];
}

WKI_INLINE void two_sums(int64_t n, const real *g, const real *x, real mean, const real *w, bool weighted,
                         double sums[2])
{
    lanes total = { 0 }, product = { 0 };
    real lane[LANES], other[LANES];
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        lanes slope = *(const lanes *)(g + i);
        if (weighted) slope *= *(const lanes *)(w + i);
        total += slope;
        product += slope * (*(const lanes *)(x + i) - mean);
    }
    *(lanes *)lane = total;
    *(lanes *)other = product;
    for (int l = 0; i + l < n; l++) {
        const real slope = weighted ? g[i + l] * w[i + l] : g[i + l];
        lane[l] += slope;
        other[l] += slope * (x[i + l] - mean);
    }
    sums[0] += folded(lane);
    sums[1] += folded(other);
}

static void slope_sums(int64_t n, const void *g, const void *x, double mean, const void *w, double sums[2])
{
    if (w)
        two_sums(n, g, x, (real)mean, w, true, sums);
    else
        two_sums(n, g, x, (real)mean, w, false, sums);
}

static void slope_each(int64_t n, void *to, const void *gradient, const void *from, double middle, double factor,
                       const void *weight, double k0, double k1)
{
    real *d = to;
    const real *g = gradient, *x = from, *w = weight;
    const real mean = (real)middle, scale = (real)factor, c0 = (real)k0, c1 = (real)k1;
    VECTORIZE for (int64_t i = 0; i < n; i++) d[i] = scale * (g[i] * w[i]) - c0 - (x[i] - mean) * c1;
}

/* ---- Columns side by side, at most WKI_COLUMNS ---- */

static void column_sums(int64_t rows, int64_t n, double *total, const void *from, int64_t stride)
{
    const real *x = from;
    real part[WKI_COLUMNS] = { 0 };
    for (int64_t r = 0; r < rows; r++, x += stride) VECTORIZE for (int64_t j = 0; j < n; j++) part[j] += x[j];
    for (int64_t j = 0; j < n; j++) total[j] += (double)part[j];
}

static void column_squares(int64_t rows, int64_t n, double *total, const void *from, int64_t stride, const void *means)
{
    const real *x = from, *mean = means;
    real part[WKI_COLUMNS] = { 0 };
    for (int64_t r = 0; r < rows; r++, x += stride)
        VECTORIZE for (int64_t j = 0; j < n; j++) part[j] += (x[j] - mean[j]) * (x[j] - mean[j]);
    for (int64_t j = 0; j < n; j++) total[j] += (double)part[j];
}

static void column_apply(int64_t rows, int64_t n, void *to, const void *from, int64_t stride, const void *means,
                         const void *scales, const void *shifts)
{
    real *y = to;
    const real *x = from, *mean = means, *scale = scales, *shift = shifts;
    for (int64_t r = 0; r < rows; r++, x += stride, y += stride)
        VECTORIZE for (int64_t j = 0; j < n; j++) y[j] = (x[j] - mean[j]) * scale[j] + shift[j];
}

static void column_slope_sums(int64_t rows, int64_t n, double *total, double *other, const void *gradient,
                              const void *from, int64_t stride, const void *means)
{
    const real *g = gradient, *x = from, *mean = means;
    real part[WKI_COLUMNS] = { 0 }, product[WKI_COLUMNS] = { 0 };
    for (int64_t r = 0; r < rows; r++, x += stride, g += stride) VECTORIZE for (int64_t j = 0; j < n; j++)
        {
            part[j] += g[j];
            product[j] += g[j] * (x[j] - mean[j]);
        }
    for (int64_t j = 0; j < n; j++) {
        total[j] += (double)part[j];
        other[j] += (double)product[j];
    }
}

static void column_slope(int64_t rows, int64_t n, void *to, const void *gradient, const void *from, int64_t stride,
                         const void *means, const void *scales, const void *k0, const void *k1)
{
    real *d = to;
    const real *g = gradient, *x = from, *mean = means, *scale = scales, *c0 = k0, *c1 = k1;
    for (int64_t r = 0; r < rows; r++, x += stride, g += stride, d += stride)
        VECTORIZE for (int64_t j = 0; j < n; j++) d[j] = scale[j] * g[j] - c0[j] - (x[j] - mean[j]) * c1[j];
}

static void row_slope_sums(int64_t rows, int64_t n, double *total, double *other, const void *gradient,
                           const void *from, int64_t stride, const void *means, const void *scales)
{
    const real *g = gradient, *x = from, *mean = means, *scale = scales;
    real part[WKI_COLUMNS] = { 0 }, product[WKI_COLUMNS] = { 0 };
    for (int64_t r = 0; r < rows; r++, x += stride, g += stride) {
        const real mean_r = mean[r], scale_r = scale[r];
        VECTORIZE for (int64_t j = 0; j < n; j++)
        {
            part[j] += g[j];
            product[j] += g[j] * ((x[j] - mean_r) * scale_r);
        }
    }
    for (int64_t j = 0; j < n; j++) {
        total[j] += (double)part[j];
        other[j] += (double)product[j];
    }
}

const wki_norm_loops JOIN(wki_norm_f, REAL_BITS, WKI_ISA) = {
    .sum = sum,
    .squares = squares,
    .apply = apply,
    .slope = slope,
    .apply_each = apply_each,
    .slope_sums = slope_sums,
    .slope_each = slope_each,
    .column_sums = column_sums,
    .column_squares = column_squares,
    .column_apply = column_apply,
    .column_slope_sums = column_slope_sums,
    .column_slope = column_slope,
    .row_slope_sums = row_slope_sums,
};
