/* What reductions fold: terms of elements, joined in 16 lanes, whose results are joined in double. The same as the CPU's,
 * of floats to the bit: see fold.h. Integers are joined in 64 bits, where order does not matter. */
#ifndef WKI_CUDA_REDUCE_H
#define WKI_CUDA_REDUCE_H
#include "backends/cuda/kernels/softmax.h"

enum { /* OFFSETS and those behind it: of x - centre */
    WKI_FOLD_SUM,
    WKI_FOLD_MAX,
    WKI_FOLD_MIN,
    WKI_FOLD_PRODUCT,
    WKI_FOLD_NONZERO,
    WKI_FOLD_SIZES,
    WKI_FOLD_SQUARES,
    WKI_FOLD_MAX_SIZE,
    WKI_FOLD_MIN_SIZE,
    WKI_FOLD_OFFSETS,
    WKI_FOLD_OFFSET_SQUARES,
    WKI_FOLD_EXPS
};

/* What elements are joined in: their own type, or 64 bits */
template <typename T> struct wki_lane_of {
    typedef int64_t lane, wide;
};
template <> struct wki_lane_of<float> {
    typedef float lane;
    typedef double wide;
};
template <> struct wki_lane_of<double> {
    typedef double lane, wide;
};

WKI_DEVICE bool wki_is_max(int fold) { return fold == WKI_FOLD_MAX || fold == WKI_FOLD_MAX_SIZE; }
WKI_DEVICE bool wki_is_min(int fold) { return fold == WKI_FOLD_MIN || fold == WKI_FOLD_MIN_SIZE; }

template <typename real> WKI_DEVICE real wki_fold_first(int fold, real)
{
    const real endless = wki_endless<real>();
    return wki_is_max(fold) ? -endless : wki_is_min(fold) ? endless : fold == WKI_FOLD_PRODUCT ? 1 : 0;
}
WKI_DEVICE int64_t wki_fold_first(int fold, int64_t)
{
    return fold == WKI_FOLD_MAX ? INT64_MIN : fold == WKI_FOLD_MIN ? INT64_MAX : fold == WKI_FOLD_PRODUCT;
}

/* Two lanes, the left one first: a NaN stays, and wins */
template <typename real> WKI_DEVICE real wki_fold_both(int fold, real a, real b)
{
    if (wki_is_max(fold)) return a != a ? a : a > b ? a : b;
    if (wki_is_min(fold)) return a != a ? a : a < b ? a : b;
    return fold == WKI_FOLD_PRODUCT ? a * b : a + b;
}
WKI_DEVICE int64_t wki_fold_both(int fold, int64_t a, int64_t b)
{
    if (fold == WKI_FOLD_MAX) return a > b ? a : b;
    if (fold == WKI_FOLD_MIN) return a < b ? a : b;
    return (int64_t)(fold == WKI_FOLD_PRODUCT ? (uint64_t)a * (uint64_t)b : (uint64_t)a + (uint64_t)b);
}

/* Pieces: of two zeros the left one */
WKI_DEVICE double wki_fold_join(int fold, double a, double b)
{
    if (wki_is_max(fold)) return b != b || b > a ? b : a;
    if (wki_is_min(fold)) return b != b || b < a ? b : a;
    return fold == WKI_FOLD_PRODUCT ? a * b : a + b;
}
WKI_DEVICE int64_t wki_fold_join(int fold, int64_t a, int64_t b) { return wki_fold_both(fold, a, b); }

/* A term, by a fold that is known when compiled */
template <int fold, typename lane, typename T> WKI_DEVICE lane wki_fold_term(T value, lane centre)
{
    const lane x = (lane)value;
    if constexpr (fold == WKI_FOLD_NONZERO) return x != 0;
    if constexpr (fold == WKI_FOLD_SIZES || fold == WKI_FOLD_MAX_SIZE || fold == WKI_FOLD_MIN_SIZE)
        return wki_size_of(x);
    if constexpr (fold == WKI_FOLD_SQUARES) return x * x;
    if constexpr (fold == WKI_FOLD_OFFSETS) return x - centre;
    if constexpr (fold == WKI_FOLD_OFFSET_SQUARES) return (x - centre) * (x - centre);
    if constexpr (fold == WKI_FOLD_EXPS) return wki_exp_of(x - centre);
    return x;
}

/* Elements begin to end - 1 of what is reduced, lane by lane, some read ahead: evenly spaced, or in rows, or anywhere */
template <int fold, typename T, typename lane>
WKI_DEVICE lane wki_fold_lane(const wki_lattice &reduced, const T *x, int64_t begin, int64_t end, int first, lane centre)
{
    enum { AHEAD = fold == WKI_FOLD_EXPS ? 8 : 16, ROUND = AHEAD * WKI_LANES };
    lane sum = wki_fold_first(fold, lane());
    if (begin + first >= end) return sum;
    const int last = reduced.ndim - 1;
    const int64_t size = reduced.size[last], step = reduced.stride[0][last];
    int64_t at[1];
    if (last > 1) {
        WKI_ROLLED for (int64_t i = begin + first; i < end; i += WKI_LANES)
        {
            wki_places<1>(reduced, i, at);
            sum = wki_fold_both(fold, sum, wki_fold_term<fold, lane>(x[at[0]], centre));
        }
        return sum;
    }
    const int64_t row = last == 1 ? wki_divided(begin + first, size) : 0;
    int64_t in_row = begin + first - row * size;
    x += last == 1 ? row * reduced.stride[0][0] + in_row * step : in_row * step;
    if (last == 0 || in_row + end - begin - first <= size) {
        WKI_ROLLED for (int64_t i = begin + first; i < end; i += ROUND, x += ROUND * step)
        {
            T some[AHEAD];
            WKI_UNROLL for (int k = 0; k < AHEAD; k++) some[k] = x[i + k * WKI_LANES < end ? k * WKI_LANES * step : 0];
            WKI_UNROLL for (int k = 0; k < AHEAD; k++) if (i + k * WKI_LANES < end) sum =
                wki_fold_both(fold, sum, wki_fold_term<fold, lane>(some[k], centre));
        }
        return sum;
    }
    const int64_t rows = WKI_FAULT(192) ? 0 : wki_divided(WKI_LANES, size), aside = WKI_LANES - rows * size;
    const int64_t on = rows * reduced.stride[0][0] + aside * step, jump = reduced.stride[0][0] - size * step;
    WKI_ROLLED for (int64_t i = begin + first; i < end; i += ROUND)
    {
        T some[AHEAD];
        const T *const start = x;
        WKI_UNROLL for (int k = 0; k < AHEAD; k++)
        {
            some[k] = *(i + k * WKI_LANES < end ? x : start);
            in_row += aside;
            x += in_row < size ? on : on + jump;
            in_row -= in_row < size ? 0 : size;
        }
        WKI_UNROLL for (int k = 0; k < AHEAD; k++) if (i + k * WKI_LANES < end) sum =
            wki_fold_both(fold, sum, wki_fold_term<fold, lane>(some[k], centre));
    }
    return sum;
}
#endif
