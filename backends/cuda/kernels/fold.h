/* Rows of elements folded to one number by teams of threads, always by the same tree, which is the CPU's: a piece of
 * WKI_FOLD elements goes to 16 lanes, element i to lane i % 16; half of the lanes is joined to the other half until one is
 * left; the pieces' results are joined in double, in order. A half-warp folds a piece. A row has one, or, if it is long,
 * a whole block's. */
#ifndef WKI_CUDA_FOLD_H
#define WKI_CUDA_FOLD_H
#include "backends/cuda/kernels/kernel.h"

enum { WKI_FOLD = 1024, WKI_LANES = 16, WKI_MOST_HALVES = 32, WKI_ORDINARY_HALVES = 8 };

#define WKI_ROW_BOUNDS __launch_bounds__(WKI_LANES *WKI_MOST_HALVES, 1)

/* How rows of n elements are spread: a launch for `rows` of them has wki_rows_grid blocks of wki_rows_block threads. */
static inline int wki_halves(int64_t n) /* of a row */
{
    return n <= WKI_FOLD ? 1 : n >= WKI_MOST_HALVES * WKI_FOLD ? WKI_MOST_HALVES : (int)((n + 2 * WKI_FOLD - 1) / (2 * WKI_FOLD) * 2);
}
static inline unsigned wki_rows_block(int64_t n)
{
    return WKI_LANES * (unsigned)(n <= WKI_FOLD ? WKI_ORDINARY_HALVES : wki_halves(n));
}
static inline unsigned wki_rows_grid(int64_t rows, int64_t n)
{
    const int64_t blocks = n <= WKI_FOLD ? (rows + WKI_ORDINARY_HALVES - 1) / WKI_ORDINARY_HALVES : rows;
    return blocks < 1 ? 1 : blocks < 65536 ? (unsigned)blocks : 65536;
}

typedef struct wki_team {
    int lane, half, halves; /* a thread's place: in its half-warp, and which of the row's that is */
    int index, rows;        /* its row among those that the block has at a time */
    double *shared;         /* WKI_MOST_HALVES of them, for rows of several */
} wki_team;

WKI_DEVICE wki_team wki_team_of(int64_t n, double *shared)
{
    wki_team t;
    const int half = (int)(threadIdx.x / WKI_LANES), all = (int)(blockDim.x / WKI_LANES);
    t.lane = (int)(threadIdx.x % WKI_LANES);
    t.halves = n <= WKI_FOLD ? 1 : all;
    t.half = half % t.halves;
    t.index = half / t.halves;
    t.rows = all / t.halves;
    t.shared = shared;
    return t;
}
/* Over the rows in turns of the block, in which all threads take part: those behind the last row fold nothing that counts. */
#define WKI_EACH_TURN(first, team, count)                                                                              \
    for (int64_t first = (int64_t)blockIdx.x * (team).rows; first < (count); first += (int64_t)gridDim.x * (team).rows)

template <typename real> WKI_DEVICE real wki_higher(real a, real b) { return a != a ? a : a > b ? a : b; }
template <typename real> WKI_DEVICE real wki_endless() { return (real)__builtin_inf(); }

/* The sum in a row: into(lane, i) gives a lane that element i has joined. All threads of the team have the answer. */
template <typename real, typename INTO> WKI_DEVICE double wki_row_sum(const wki_team &t, int64_t n, INTO into)
{
    double total = 0;
    for (int64_t first = 0; first < n; first += (int64_t)t.halves * WKI_FOLD) {
        const int64_t begin = first + (int64_t)t.half * WKI_FOLD, end = n < begin + WKI_FOLD ? n : begin + WKI_FOLD;
        real lane = 0;
        WKI_UNROLLED(4) for (int64_t i = begin + t.lane; i < end; i += WKI_LANES) lane = into(lane, i);
        for (int away = WKI_LANES / 2; away; away /= 2) lane += __shfl_xor_sync(0xffffffffu, lane, away);
        if (t.halves == 1) {
            total += (double)lane;
            continue;
        }
        if (t.lane == 0) t.shared[t.half] = (double)lane;
        if (!WKI_FAULT(123)) __syncthreads();
        for (int h = 0; h < t.halves && first + (int64_t)h * WKI_FOLD < n; h++) total += t.shared[h];
        __syncthreads();
    }
    return total;
}

/* The largest of value(i), NaN before all; of nothing -infinity */
template <typename real, typename VALUE> WKI_DEVICE real wki_row_max(const wki_team &t, int64_t n, VALUE value)
{
    real top = -wki_endless<real>();
    WKI_UNROLLED(4) for (int64_t i = (int64_t)t.half * WKI_LANES + t.lane; i < n; i += (int64_t)t.halves * WKI_LANES) top =
        wki_higher(top, value(i));
    for (int away = WKI_LANES / 2; away; away /= 2) top = wki_higher(top, __shfl_xor_sync(0xffffffffu, top, away));
    if (t.halves == 1) return top;
    if (t.lane == 0) t.shared[t.half] = (double)top;
    __syncthreads();
    for (int h = 0; h < t.halves; h++) top = wki_higher(top, (real)t.shared[h]);
    __syncthreads();
    return top;
}

/* The same sum by one thread */
template <typename real, typename INTO> WKI_DEVICE double wki_lone_sum(int64_t n, INTO into)
{
    double total = 0;
    for (int64_t begin = 0; begin < n; begin += WKI_FOLD) {
        const int64_t end = n < begin + WKI_FOLD ? n : begin + WKI_FOLD;
        real lane[WKI_LANES];
        WKI_UNROLL for (int l = 0; l < WKI_LANES; l++) lane[l] = 0;
        for (int64_t i = begin; i < end; i += WKI_LANES)
            WKI_UNROLL for (int l = 0; l < WKI_LANES; l++) if (i + l < end) lane[l] = into(lane[l], i + l);
        WKI_UNROLL for (int turn = 2; turn <= WKI_LANES; turn *= 2)
            WKI_UNROLL for (int l = 0; l < WKI_LANES / turn; l++) lane[l] += lane[l + WKI_LANES / turn];
        total += (double)lane[0];
    }
    return total;
}
#endif
