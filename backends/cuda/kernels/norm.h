/* What the kernels of normalisation share: pairs of sums over units, which are lines, runs or columns of x, in doubles and in an
 * order that the shape alone decides. A unit may be cut into parts, whose sums a second kernel brings together.
 *
 * F says what is summed: centre_of(f, unit) is what it needs to know of a unit, pair_of(f, centre, unit, row, at) the two terms of
 * the element at `at`. */
#ifndef WKI_CUDA_NORM_H
#define WKI_CUDA_NORM_H
#include "backends/cuda/kernels/kernel.h"

typedef struct wki_two {
    double a, b;
} wki_two;

WKI_DEVICE wki_two operator+(wki_two p, wki_two q)
{
    const wki_two sum = { p.a + q.a, p.b + q.b };
    return sum;
}

/* Units of some runs, each of which lies side by side; or columns, `units` of them side by side in each of some rows. */
typedef struct wki_units {
    int64_t units, runs, length, unit_step, run_step, parts;
    bool columns; /* runs: the rows, run_step: from one to the next, length 1 */
} wki_units;

enum {
    WKI_NORM_BLOCKS = 1024, /* parts are made until there are about so many blocks, */
    WKI_NORM_PART = 4096,   /* but none smaller than that */
    WKI_NORM_LINE = 1024,   /* what a warp takes on its own */
    WKI_COLUMN_WIDTH = 32,
    WKI_COLUMN_ROWS = WKI_THREADS / WKI_COLUMN_WIDTH
};

static inline int64_t wki_up_to(int64_t n, int64_t each) { return (n + each - 1) / each; }

static inline void wki_units_cut(wki_units *u)
{
    const int64_t blocks = u->columns ? wki_up_to(u->units, WKI_COLUMN_WIDTH) : u->units;
    const int64_t cut = u->runs != 1 || u->columns ? u->runs : u->length;
    const int64_t most = u->runs * u->length * (u->columns ? WKI_COLUMN_WIDTH : 1) / WKI_NORM_PART;
    u->parts = blocks > 0 ? wki_up_to(WKI_NORM_BLOCKS, blocks) : 1;
    if (u->parts > most) u->parts = most;
    if (u->parts > cut) u->parts = cut;
    if (u->parts < 1) u->parts = 1;
}

static inline size_t wki_units_bytes(const wki_units *u) { return (size_t)(u->units * u->parts) * sizeof(wki_two); }

/* Of a warp's lanes, or of all of the block: the same to each. */
WKI_DEVICE wki_two wki_warp_sum(wki_two x)
{
    for (int far = 16; far; far /= 2) {
        const wki_two other = { __shfl_xor_sync(~0u, x.a, far), __shfl_xor_sync(~0u, x.b, far) };
        x = x + other;
    }
    return x;
}

template <int THREADS> WKI_DEVICE wki_two wki_group_sum(wki_two x)
{
    enum { WARPS = WKI_THREADS / 32 };
    x = wki_warp_sum(x);
    if (THREADS == 32) return x;
    WKI_SHARED(wki_two, of_warp, WARPS);
    __syncthreads(); /* it has been read by all who asked before */
    if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = x;
    __syncthreads();
    x = of_warp[0];
    for (int w = 1; w < WARPS; w++) x = x + of_warp[w];
    return x;
}

/* A group is a warp or a block: the first of the thread's, and how many there are. */
template <int THREADS> WKI_DEVICE int64_t wki_group_first()
{
    return ((int64_t)blockIdx.x * WKI_THREADS + threadIdx.x) / THREADS;
}
template <int THREADS> WKI_DEVICE int64_t wki_groups() { return (int64_t)gridDim.x * (WKI_THREADS / THREADS); }
static inline unsigned wki_group_grid(int64_t groups, int threads)
{
    const int64_t blocks = wki_up_to(groups * threads, WKI_THREADS);
    return (unsigned)(blocks < 1 ? 1 : blocks < 1 << 24 ? blocks : 1 << 24);
}

/* A thread's share of one run */
template <int THREADS, class F>
WKI_DEVICE wki_two wki_run_sum(const F &f, double centre, int64_t unit, int64_t at, int64_t begin, int64_t end, int thread,
                               wki_two sum)
{
    for (int64_t i = begin + thread; i < end; i += THREADS) sum = sum + pair_of(f, centre, unit, i, at + i);
    return sum;
}

/* Of many runs each warp takes some. */
template <int THREADS, class F>
WKI_DEVICE wki_two wki_unit_sum(const F &f, const wki_units &u, double centre, int64_t unit, int64_t part)
{
    const int64_t cut = u.runs != 1 ? u.runs : u.length, each = (cut + u.parts - 1) / u.parts;
    const int64_t begin = part * each, end = begin + each < cut ? begin + each : cut, first = unit * u.unit_step;
    const int thread = threadIdx.x % THREADS;
    wki_two sum = { 0, 0 };
    if (u.runs == 1) return wki_run_sum<THREADS>(f, centre, unit, first, begin, end, thread, sum);
    for (int64_t r = begin + thread / 32; r < end; r += THREADS / 32)
        sum = wki_run_sum<32>(f, centre, unit, first + r * u.run_step, 0, u.length, thread % 32, sum);
    return sum;
}

template <int THREADS, class F> static __global__ void wki_sum_units(const F f, const wki_units u, wki_two *sums)
{
    WKI_BEGIN();
    for (int64_t group = wki_group_first<THREADS>(); group < u.units * u.parts; group += wki_groups<THREADS>()) {
        const int64_t part = wki_divided(group, u.units), unit = group - part * u.units;
        const wki_two sum = wki_group_sum<THREADS>(wki_unit_sum<THREADS>(f, u, centre_of(f, unit), unit, part));
        if (threadIdx.x % THREADS == 0) sums[group] = sum;
    }
}

/* A block: 32 columns of the rows of a part, eight rows at a time. */
template <class F> static __global__ void wki_sum_columns(const F f, const wki_units u, wki_two *sums)
{
    WKI_BEGIN();
    WKI_SHARED(wki_two, of_row, WKI_THREADS);
    const int64_t unit = (int64_t)blockIdx.x * WKI_COLUMN_WIDTH + threadIdx.x % WKI_COLUMN_WIDTH;
    const int64_t each = (u.runs + u.parts - 1) / u.parts, part = blockIdx.y, begin = part * each;
    const int64_t end = begin + each < u.runs ? begin + each : u.runs;
    wki_two sum = { 0, 0 };
    if (unit < u.units) {
        const double centre = centre_of(f, unit);
        for (int64_t r = begin + threadIdx.x / WKI_COLUMN_WIDTH; r < end; r += WKI_COLUMN_ROWS)
            sum = sum + pair_of(f, centre, unit, r, r * u.run_step + unit);
    }
    of_row[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x >= WKI_COLUMN_WIDTH || unit >= u.units) return;
    for (int r = 1; r < WKI_COLUMN_ROWS; r++) sum = sum + of_row[r * WKI_COLUMN_WIDTH + threadIdx.x];
    sums[part * u.units + unit] = sum;
}

/* sums[part * units + unit] */
template <class F> static void wki_sum_all(const wki_queue *queue, const F &f, const wki_units *u, wki_two *sums)
{
    const int64_t groups = u->units * u->parts;
    const dim3 columns((unsigned)wki_up_to(u->units, WKI_COLUMN_WIDTH), (unsigned)u->parts);
    if (groups == 0) return;
    if (u->columns)
        WKI_LAUNCH(wki_sum_columns<F>, columns, WKI_THREADS, 0, queue, f, *u, sums);
    else if (u->runs * u->length <= WKI_NORM_LINE)
        WKI_LAUNCH((wki_sum_units<32, F>), wki_group_grid(groups, 32), WKI_THREADS, 0, queue, f, *u, sums);
    else
        WKI_LAUNCH((wki_sum_units<WKI_THREADS, F>), wki_group_grid(groups, WKI_THREADS), WKI_THREADS, 0, queue, f, *u, sums);
}

/* ---- x as [n, groups, width, inner] ---- */

typedef struct wki_norm_shape {
    int64_t lines, groups, width, inner, total; /* total: elements of x */
    double count, eps;                          /* count: elements of a line */
    bool across, given, centered, each;         /* each: a weight for each element of a line */
} wki_norm_shape;

static inline wki_norm_shape wki_norm_shape_of(const wki_norm_attrs *a)
{
    wki_norm_shape s;
    s.lines = a->across ? a->groups : a->n * a->groups;
    s.groups = a->groups;
    s.width = a->width;
    s.inner = a->inner;
    s.total = a->n * a->groups * a->width * a->inner;
    s.count = (double)(a->across ? a->n * a->inner : a->width * a->inner);
    s.eps = a->eps;
    s.across = a->across;
    s.given = a->given;
    s.centered = a->centered;
    s.each = !a->across && a->inner == 1;
    return s;
}

/* Whole lines, or columns where a line's neighbours in memory are too few for a warp. */
static inline wki_units wki_norm_lines(const wki_norm_attrs *a)
{
    wki_units u;
    u.columns = a->across && a->inner < WKI_COLUMN_WIDTH;
    u.units = a->across ? a->groups * (u.columns ? a->inner : 1) : a->n * a->groups;
    u.runs = a->across ? a->n : 1;
    u.length = u.columns ? 1 : a->across ? a->inner : a->width * a->inner;
    u.unit_step = u.length;
    u.run_step = a->groups * a->inner;
    wki_units_cut(&u);
    return u;
}

/* Are lines enough, or short enough, that each may stay with one block from its sums to its results? */
static inline bool wki_norm_is_whole(const wki_norm_attrs *a)
{
    enum { ENOUGH = 256, SHORT = 4 * WKI_NORM_PART };
    return !a->across && !a->given && (a->n * a->groups >= ENOUGH || a->width * a->inner <= SHORT);
}

/* Of the element at `at`: its line, and the number of its weight */
WKI_DEVICE int64_t wki_norm_line(const wki_norm_shape &s, int64_t at, int64_t *weight)
{
    const int64_t run = s.inner == 1 ? at : wki_divided(at, s.inner), all = s.groups * s.width;
    const int64_t channel = run - wki_divided(run, all) * all;
    *weight = channel;
    return s.across ? channel : wki_divided(run, s.width);
}

WKI_DEVICE double wki_norm_scale(const wki_norm_shape &s, double var) { return 1 / f64::wki_sqrt(var + s.eps); }

/* A line's sums, over its parts and over `columns` side by side, by the lanes of a warp */
WKI_DEVICE wki_two wki_line_sum(const wki_two *sums, const wki_units &u, int64_t line, int64_t columns)
{
    wki_two sum = { 0, 0 };
    for (int64_t i = threadIdx.x % 32; i < u.parts * columns; i += 32) {
        const int64_t part = wki_divided(i, columns);
        sum = sum + sums[part * u.units + line * columns + (i - part * columns)];
    }
    return wki_warp_sum(sum);
}
#endif
