/* The inner loops of normalisation, compiled for each element type and instruction set (REAL_BITS, WKI_ISA): sums of
 * squares and of slopes, and the passes that write. Sums run in 16 lanes, or row by row where columns lie side by side;
 * so all sets give the same bits. */
#ifdef __clang__ /* under sanitizers loops stay scalar */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif
#include "backends/cpu/norm.h"
#include "backends/cpu/isa/fold.h"

WKI_INLINE vec square_of(vec x, vec mean) { return (x - mean) * (x - mean); }

static double sum(int64_t n, const void *x) { return fold_one(n, x, 0, 0, itself, add); }
static double squares(int64_t n, const void *x, double mean) { return fold_one(n, x, (real)mean, 0, square_of, add); }

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
    vec total[PARTS], product[PARTS];
    int64_t i = 0;
    UNROLL for (int p = 0; p < PARTS; p++) total[p] = product[p] = splat(0);
    for (; i + TREE <= n; i += TREE) UNROLL for (int p = 0; p < PARTS; p++)
        {
            const int64_t at = i + p * VL;
            vec slope = load(g + at);
            if (weighted) slope *= load(w + at);
            total[p] += slope;
            product[p] += slope * (load(x + at) - splat(mean));
        }
    for (int p = 0; p < PARTS && i < n; p++, i += VL) {
        const int left = n - i < VL ? (int)(n - i) : VL;
        vec slope = load_some(g + i, left);
        if (weighted) slope *= load_some(w + i, left);
        total[p] = join_some(total[p], slope, left, add);
        product[p] = join_some(product[p], slope * (load_some(x + i, left) - splat(mean)), left, add);
    }
    sums[0] += (double)halved(total, add);
    sums[1] += (double)halved(product, add);
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
