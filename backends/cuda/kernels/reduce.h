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

/* Elements begin to end - 1 of what is reduced, lane by lane: evenly spaced, or anywhere */
template <int fold, typename T, typename lane>
WKI_DEVICE lane wki_fold_lane(const wki_lattice &reduced, const T *x, int64_t begin, int64_t end, int first, lane centre)
{
    lane sum = wki_fold_first(fold, lane());
    if (begin >= end) return sum;
    const int last = reduced.ndim - 1;
    int64_t at[1];
    if (begin / reduced.size[last] == (end - 1) / reduced.size[last]) {
        const int64_t step = reduced.stride[0][last], count = end - begin;
        wki_places<1>(reduced, begin, at);
        x += at[0];
        WKI_UNROLLED(8) for (int64_t i = first; i < count; i += WKI_LANES) sum =
            wki_fold_both(fold, sum, wki_fold_term<fold, lane>(x[i * step], centre));
        return sum;
    }
    if (last == 1) { /* without a division an element */
        const int64_t size = reduced.size[1], step = reduced.stride[0][1], jump = reduced.stride[0][0] - size * step;
        const int64_t row = (begin + first) / size;
        int64_t in_row = begin + first - row * size;
        x += row * reduced.stride[0][0] + in_row * step;
        WKI_UNROLLED(8) for (int64_t i = begin + first; i < end; i += WKI_LANES)
        {
            sum = wki_fold_both(fold, sum, wki_fold_term<fold, lane>(*x, centre));
            x += WKI_LANES * step;
            WKI_ROLLED for (in_row += WKI_LANES; in_row >= size; in_row -= size) x += jump;
        }
        return sum;
    }
    WKI_ROLLED for (int64_t i = begin + first; i < end; i += WKI_LANES)
    {
        wki_places<1>(reduced, i, at);
        sum = wki_fold_both(fold, sum, wki_fold_term<fold, lane>(x[at[0]], centre));
    }
    return sum;
}
#endif
