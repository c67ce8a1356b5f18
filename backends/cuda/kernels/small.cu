/* Small products, where one kernel that does all of it is sooner done than one of cuBLASLt and what has to follow it:
 * operands of any strides, sums, bias, ReLU and mask. A block makes a tile of c. Each of its slices of threads adds up
 * every SLICES-th product of all of the tile's sums, and the slices' sums are added in their order: the order depends
 * on shapes alone. */
#include "backends/cuda/kernels/small_args.h"
#include <stdlib.h>

/* A tile of SIDE x SIDE, of OWN x OWN a thread; a slice takes four neighbours in k of every 4 * SLICES, FOURS times a
 * step. */
template <int SIDE_, int SLICES_, int FOURS_> struct shape {
    enum {
        SIDE = SIDE_,
        SLICES = SLICES_,
        FOURS = FOURS_,
        OWN = 4,
        ACROSS = SIDE / OWN,
        TEAM = ACROSS * ACROSS, /* threads of a slice */
        THREADS = TEAM * SLICES,
        STEP = 4 * FOURS * SLICES,
        LOADS = SIDE * STEP / 4 / THREADS, /* fours of each operand, a thread */
        BY_K = STEP + 4,
        BY_LINE = SIDE + 4, /* pitches in shared memory */
        PART = SIDE * BY_K > STEP *BY_LINE ? SIDE *BY_K : STEP *BY_LINE,
        OUTPUTS = SIDE * SIDE,
        SHARED = 2 * PART > SLICES *OUTPUTS ? 2 * PART : SLICES *OUTPUTS,
        HELPERS = THREADS > OUTPUTS ? THREADS / OUTPUTS : 1 /* that bring the slices' sums of an output together */
    };
};

template <class T> struct alignas(16) four {
    T at[4];
};

/* Lines of an operand along k: rows of a, columns of b. by_k: numbers that lie side by side are neighbours in k, else
 * they may be neighbouring lines; fours of such neighbours are what is loaded and kept. */
template <class T> struct lines {
    const T *first;
    int64_t count, step, k_step;
    bool by_k;
};

template <class T> WKI_DEVICE four<T> four_at(const T *from, int64_t step, int64_t left)
{
    four<T> x = { { 0, 0, 0, 0 } };
    if (step == 1 && left >= 4 && ((uintptr_t)from & 15) == 0) return *(const four<T> *)from;
    WKI_UNROLL for (int j = 0; j < 4; j++) if (j < left) x.at[j] = from[j * step];
    return x;
}

/* From k on, of which there are `left` more. fours: all of them lie so that one load takes them; little code is soon
 * fetched itself. */
template <class T, class S, bool fours>
WKI_DEVICE void fetch(four<T> to[S::LOADS], const lines<T> &l, int64_t k, int64_t left)
{
    WKI_UNROLL for (int i = 0; i < S::LOADS; i++)
    {
        const int q = i * S::THREADS + (int)threadIdx.x;
        const int line = l.by_k ? q / (S::STEP / 4) : q % (S::SIDE / 4) * 4;
        const int at = l.by_k ? q % (S::STEP / 4) * 4 : q / (S::SIDE / 4);
        const four<T> none = { { 0, 0, 0, 0 } };
        const T *from = l.first + line * l.step + (k + at) * l.k_step;
        const bool here = line < l.count && at < left;
        if (fours)
            to[i] = here ? *(const four<T> *)from : none;
        else
            to[i] = !here ? none : l.by_k ? four_at(from, l.k_step, left - at) : four_at(from, l.step, l.count - line);
    }
}

template <class T, class S> WKI_DEVICE void keep(T *to, const four<T> from[S::LOADS], bool by_k)
{
    WKI_UNROLL for (int i = 0; i < S::LOADS; i++)
    {
        const int q = i * S::THREADS + (int)threadIdx.x;
        const int place = by_k ? q / (S::STEP / 4) * S::BY_K + q % (S::STEP / 4) * 4
                               : q / (S::SIDE / 4) * S::BY_LINE + q % (S::SIDE / 4) * 4;
        *(four<T> *)(to + place) = from[i];
    }
}

/* to[d].at[i]: line + i's number at k + d */
template <class T, class S> WKI_DEVICE void take(four<T> to[4], const T *kept, bool by_k, int line, int k)
{
    if (!by_k) {
        WKI_UNROLL for (int d = 0; d < 4; d++) to[d] = *(const four<T> *)(kept + (k + d) * S::BY_LINE + line);
        return;
    }
    WKI_UNROLL for (int i = 0; i < 4; i++)
    {
        const four<T> x = *(const four<T> *)(kept + (line + i) * S::BY_K + k);
        WKI_UNROLL for (int d = 0; d < 4; d++) to[d].at[i] = x.at[d];
    }
}

/* A thread's part of the sums of its place in the tile. */
template <class T, class S, bool fours>
WKI_DEVICE void add_up(four<T> sum[4], T *shared, const lines<T> &a, const lines<T> &b, int64_t length, int down,
                       int across)
{
    const int slice = (int)threadIdx.x / S::TEAM;
    four<T> now_a[S::LOADS], now_b[S::LOADS], next_a[S::LOADS] = {}, next_b[S::LOADS] = {};
    fetch<T, S, fours>(now_a, a, 0, length);
    fetch<T, S, fours>(now_b, b, 0, length);
    fetch<T, S, fours>(next_a, a, S::STEP, length - S::STEP);
    fetch<T, S, fours>(next_b, b, S::STEP, length - S::STEP);
    for (int64_t k = 0; k < length; k += S::STEP) {
        const int64_t next = k + 2 * S::STEP;
        if (k > 0) __syncthreads();
        keep<T, S>(shared, now_a, a.by_k);
        keep<T, S>(shared + S::PART, now_b, b.by_k);
        if (!WKI_FAULT(164)) __syncthreads();
        WKI_UNROLL for (int i = 0; i < S::LOADS; i++) now_a[i] = next_a[i], now_b[i] = next_b[i];
        if (next < length) {
            fetch<T, S, fours>(next_a, a, next, length - next);
            fetch<T, S, fours>(next_b, b, next, length - next);
        }
        WKI_UNROLL for (int f = 0; f < S::FOURS; f++)
        {
            const int at = 4 * (f * S::SLICES + slice);
            four<T> x[4], y[4];
            take<T, S>(x, shared, a.by_k, down, at);
            take<T, S>(y, shared + S::PART, b.by_k, across, at);
            WKI_UNROLL for (int d = 0; d < 4; d++) WKI_UNROLL for (int i = 0; i < 4; i++)
                WKI_UNROLL for (int j = 0; j < 4; j++) sum[i]
                    .at[j] = wki_fma_of(x[d].at[i], y[d].at[j], sum[i].at[j]);
        }
    }
}

/* shared[s * OUTPUTS + e] is slice s's sum of output e; the helpers of an output take slices that follow each other. */
template <class T, class S>
WKI_DEVICE void join(T *shared, const small_args &g, const int64_t at[4], int64_t row, int64_t column)
{
    enum { EACH = S::SLICES / S::HELPERS };
    const int t = (int)threadIdx.x;
    if (S::HELPERS > 1) {
        T *const first = shared + t / S::OUTPUTS * EACH * S::OUTPUTS + t % S::OUTPUTS;
        T part = *first;
        WKI_UNROLL for (int s = 1; s < EACH; s++) part += first[s * S::OUTPUTS];
        *first = part;
        __syncthreads();
    }
    const int step = S::HELPERS > 1 ? EACH * S::OUTPUTS : S::OUTPUTS, parts = S::HELPERS > 1 ? S::HELPERS : S::SLICES;
    for (int e = t; e < S::OUTPUTS; e += S::THREADS) {
        T all = shared[e];
        WKI_UNROLL for (int s = 1; s < parts; s++) all += shared[s * step + e];
        finish(g, at, row + e / S::SIDE, column + e % S::SIDE, all);
    }
}

template <class T, class S, bool fours> static __global__ void multiply(const small_args g)
{
    WKI_BEGIN();
    WKI_SHARED(four<T>, memory, S::SHARED / 4);
    T *const shared = (T *)memory;
    const int t = (int)threadIdx.x, slice = t / S::TEAM, down = t % S::TEAM / S::ACROSS * 4, across = t % S::ACROSS * 4;
    const unsigned in_row = (unsigned)((g.n + S::SIDE - 1) / S::SIDE); /* tiles */
    const int64_t row = (int64_t)(blockIdx.x / in_row) * S::SIDE, column = (int64_t)(blockIdx.x % in_row) * S::SIDE;
    int64_t at[4];
    wki_places<4>(g.batch, blockIdx.y, at);
    const lines<T> a = { (const T *)g.data[A] + at[A] + row * g.row[A], g.m - row, g.row[A], g.column[A],
                         g.column[A] == 1 };
    const lines<T> b = { (const T *)g.data[B] + at[B] + column * g.column[B], g.n - column, g.column[B], g.row[B],
                         g.row[B] == 1 && g.column[B] != 1 };
    four<T> sum[4] = {};
    add_up<T, S, fours>(sum, shared, a, b, g.k, down, across);
    __syncthreads();
    WKI_UNROLL for (int i = 0; i < 4; i++) * (four<T> *)(shared + slice * S::OUTPUTS + (down + i) * S::SIDE + across) =
        sum[i];
    __syncthreads();
    join<T, S>(shared, g, at, row, column);
}

/* ---- Which, and how ---- */

/* Multiplications, up to which cuBLASLt is the slower one; WICK_CUDA_SMALL sets another limit. */
static int64_t most_work()
{
    static const char *const wish = getenv("WICK_CUDA_SMALL");
    return wish && *wish ? strtoll(wish, NULL, 10) : INT64_C(1) << 24;
}

/* How many of its calls take the place of one of ours: it knows one dim of batches, the largest, and rows that go on at
 * equal distances. */
static int64_t calls_of_library(const wki_call *call)
{
    const wki_view *c = call->views[C], *a = call->views[A];
    const int row = c->ndim - 2;
    const wki_lattice l = wki_lattice_of(call->views, 3, (1u << row) - 1, false);
    int64_t all = 1, largest = 1;
    for (int d = 0; d < l.ndim; d++) {
        const bool goes_on = l.stride[B][d] == 0 && l.stride[A][d] == a->size[row] * a->stride[row] &&
                             l.stride[C][d] == c->size[row] * c->stride[row];
        const int64_t size = goes_on || WKI_FAULT(268) ? 1 : l.size[d];
        all *= size;
        if (size > largest) largest = size;
    }
    return all / largest;
}

/* The limit is that of each call. */
bool wki_small_takes(const wki_call *call)
{
    const wki_view *c = call->views[C], *a = call->views[A];
    int64_t batch = 1;
    for (int d = 0; d < c->ndim - 2; d++) batch *= c->size[d];
    return batch <= MOST_BATCH && wki_numel(c) / calls_of_library(call) <= most_work() / a->size[a->ndim - 1];
}

/* Do fours of neighbours in an operand, all of them whole, lie where one load takes them? */
static bool are_fours(const small_args *g, int which, int64_t lines, int64_t line, int64_t k_step, bool by_k)
{
    bool are = ((uintptr_t)g->data[which] & 15) == 0;
    for (int d = 0; d < g->batch.ndim; d++) are = are && g->batch.stride[which][d] % 4 == 0;
    if (by_k) return are && k_step == 1 && line % 4 == 0 && g->k % 4 == 0;
    return are && line == 1 && k_step % 4 == 0 && lines % 4 == 0;
}

template <class T, class S> static void launch(const wki_queue *queue, const small_args *g)
{
    const int64_t tiles = (g->n + S::SIDE - 1) / S::SIDE * ((g->m + S::SIDE - 1) / S::SIDE);
    const dim3 grid((unsigned)tiles, (unsigned)g->batch.count);
    if (are_fours(g, A, g->m, g->row[A], g->column[A], g->column[A] == 1) &&
        are_fours(g, B, g->n, g->column[B], g->row[B], g->row[B] == 1 && g->column[B] != 1))
        WKI_LAUNCH((multiply<T, S, true>), grid, S::THREADS, 0, queue, *g);
    else
        WKI_LAUNCH((multiply<T, S, false>), grid, S::THREADS, 0, queue, *g);
}

/* Few outputs are cut small, so that many blocks share them; steps are long where sums are. */
template <class T> static void launch_fitting(const wki_queue *queue, const small_args *g)
{
    enum { ENOUGH = 96, LONGER = sizeof(T) == 4 ? 2 : 1 };
    const int64_t tiles = (g->m + 15) / 16 * ((g->n + 15) / 16) * g->batch.count;
    if (g->m * g->n * g->batch.count <= WKI_DOTS / g->k)
        wki_dots<T>(queue, g);
    else if (g->k <= 32 && tiles > 4 * ENOUGH)
        launch<T, shape<32, 4, 2>>(queue, g);
    else if (g->k <= 32)
        launch<T, shape<16, 8, 1>>(queue, g);
    else if (tiles >= ENOUGH)
        launch<T, shape<16, 16, 1>>(queue, g);
    else if (g->k <= 256)
        launch<T, shape<8, 64, 1>>(queue, g);
    else
        launch<T, shape<8, 64, LONGER>>(queue, g);
}

void wki_small_run(const wki_queue *queue, const wki_call *call)
{
    const wki_product_attrs *attrs = (const wki_product_attrs *)call->attrs;
    const wki_view *c = call->views[0], *mask = attrs->mask ? call->views[3 + attrs->bias] : c;
    const wki_view *views[] = { c, call->views[1], call->views[2], mask };
    const int last = c->ndim - 1;
    small_args g = {};
    g.m = c->size[last - 1];
    g.n = c->size[last];
    g.k = views[A]->size[last];
    g.batch = wki_lattice_of(views, 4, (1u << (last - 1)) - 1, false);
    for (int i = 0; i < 4; i++) {
        g.row[i] = views[i]->stride[last - 1];
        g.column[i] = views[i]->stride[last];
        g.data[i] = views[i]->data;
    }
    if (!attrs->mask) g.data[MASK] = NULL;
    g.bias = attrs->bias ? call->views[3]->data : NULL;
    g.accumulate = attrs->accumulate;
    g.relu = attrs->relu;
    if (c->dtype == WK_F64)
        launch_fitting<double>(queue, &g);
    else
        launch_fitting<float>(queue, &g);
}
