/* Small products, where one kernel that does all of it is sooner done than one of cuBLASLt and what has to follow it:
 * operands of any strides, sums, bias, ReLU and mask. A block makes a tile of c. Each of its slices of threads adds up
 * every SLICES-th product of all of the tile's sums, and the slices' sums are added in their order: the order depends
 * on shapes alone. */
#include "backends/cuda/kernels/kernel.h"
#include "backends/cuda/kernels/small.h"
#include <stdlib.h>
#include <string.h>

typedef struct small_args {
    int64_t m, n, k;
    int64_t row[4], column[4]; /* steps in c, a, b, mask: along m, or k in b; along n, or k in a */
    wki_lattice batch;         /* of the same */
    void *data[4];
    const void *bias; /* one number a column; NULL: none */
    bool accumulate, relu;
} small_args;

enum { C, A, B, MASK, MOST_BATCH = 65535 };

/* A tile of side x side, of own x own a thread, in steps of so many products for each of the slices. */
template <int SIDE_, int OWN_, int SLICES_, int DEPTH_> struct shape {
    enum {
        SIDE = SIDE_,
        OWN = OWN_,
        SLICES = SLICES_,
        DEPTH = DEPTH_,
        ACROSS = SIDE / OWN,
        TEAM = ACROSS * ACROSS, /* threads of a slice */
        THREADS = TEAM * SLICES,
        STEP = SLICES * DEPTH,
        LOADS = SIDE * STEP / THREADS, /* of each operand, a thread */
        PITCH = SIDE + 4,
        PART = STEP * PITCH,
        SUMS = SLICES * SIDE * SIDE,
        SHARED = 2 * PART > SUMS ? 2 * PART : SUMS
    };
};

WKI_DEVICE float fma_of(float a, float b, float c) { return f32::wki_fma(a, b, c); }
WKI_DEVICE double fma_of(double a, double b, double c) { return f64::wki_fma(a, b, c); }

/* Lines of an operand along k: rows of a, columns of b. by_k: numbers that lie side by side are neighbours in k. */
typedef struct lines {
    int64_t count, step, k_step;
    bool by_k;
} lines;

/* Which line and which k thread t's i-th number has */
template <class S> WKI_DEVICE int line_of(const lines &l, int i)
{
    const int e = i * S::THREADS + (int)threadIdx.x;
    return l.by_k ? e / S::STEP : e % S::SIDE;
}
template <class S> WKI_DEVICE int k_of(const lines &l, int i)
{
    const int e = i * S::THREADS + (int)threadIdx.x;
    return l.by_k ? e % S::STEP : e / S::SIDE;
}

template <class T, class S> WKI_DEVICE void fetch(T to[S::LOADS], const T *from, const lines &l, int64_t k)
{
    WKI_UNROLL for (int i = 0; i < S::LOADS; i++)
    {
        const int line = line_of<S>(l, i), at = k_of<S>(l, i);
        to[i] = line < l.count && at < k ? from[line * l.step + at * l.k_step] : 0;
    }
}

template <class T, class S> WKI_DEVICE void keep(T *to, const T from[S::LOADS], const lines &l)
{
    WKI_UNROLL for (int i = 0; i < S::LOADS; i++) to[k_of<S>(l, i) * S::PITCH + line_of<S>(l, i)] = from[i];
}

template <class T> WKI_DEVICE void finish(const small_args &g, const int64_t at[4], int64_t row, int64_t column, T sum)
{
    if (row >= g.m || column >= g.n) return;
    T *c = (T *)g.data[C] + at[C] + row * g.row[C] + column * g.column[C];
    if (g.accumulate) sum += *c;
    if (g.bias) sum += ((const T *)g.bias)[column];
    if (g.relu) sum = sum < 0 ? 0 : sum;
    if (g.data[MASK] && ((const T *)g.data[MASK])[at[MASK] + row * g.row[MASK] + column * g.column[MASK]] <= 0) sum = 0;
    *c = sum;
}

/* A thread's part of the sums of a tile whose first numbers are a's and b's. */
template <class T, class S>
WKI_DEVICE void add_up(T sum[S::OWN][S::OWN], T *shared, const small_args &g, const T *a, const T *b, int64_t row,
                       int64_t column)
{
    const int t = (int)threadIdx.x, slice = t / S::TEAM, down = t % S::TEAM / S::ACROSS * S::OWN;
    const int across = t % S::ACROSS * S::OWN;
    const lines of_a = { g.m - row, g.row[A], g.column[A], g.column[A] == 1 };
    const lines of_b = { g.n - column, g.column[B], g.row[B], g.row[B] == 1 && g.column[B] != 1 };
    T next_a[S::LOADS], next_b[S::LOADS];
    fetch<T, S>(next_a, a, of_a, g.k);
    fetch<T, S>(next_b, b, of_b, g.k);
    for (int64_t k = 0; k < g.k; k += S::STEP) {
        const int64_t next = k + S::STEP;
        if (k > 0) __syncthreads();
        keep<T, S>(shared, next_a, of_a);
        keep<T, S>(shared + S::PART, next_b, of_b);
        if (!WKI_FAULT(164)) __syncthreads();
        if (next < g.k) {
            fetch<T, S>(next_a, a + next * of_a.k_step, of_a, g.k - next);
            fetch<T, S>(next_b, b + next * of_b.k_step, of_b, g.k - next);
        }
        WKI_UNROLL for (int d = 0; d < S::DEPTH; d++)
        {
            const T *x = shared + (d * S::SLICES + slice) * S::PITCH + down, *y = x + S::PART - down + across;
            WKI_UNROLL for (int i = 0; i < S::OWN; i++) WKI_UNROLL for (int j = 0; j < S::OWN; j++) sum[i][j] =
                fma_of(x[i], y[j], sum[i][j]);
        }
    }
}

template <class T, class S> static __global__ void multiply(const small_args g)
{
    WKI_SHARED(T, shared, S::SHARED);
    const int t = (int)threadIdx.x, slice = t / S::TEAM, down = t % S::TEAM / S::ACROSS * S::OWN;
    const int across = t % S::ACROSS * S::OWN;
    const int64_t row = (int64_t)blockIdx.y * S::SIDE, column = (int64_t)blockIdx.x * S::SIDE;
    int64_t at[4];
    wki_places<4>(g.batch, blockIdx.z, at);
    T sum[S::OWN][S::OWN];
    WKI_UNROLL for (int i = 0; i < S::OWN; i++) WKI_UNROLL for (int j = 0; j < S::OWN; j++) sum[i][j] = 0;
    add_up<T, S>(sum, shared, g, (const T *)g.data[A] + at[A] + row * g.row[A],
                 (const T *)g.data[B] + at[B] + column * g.column[B], row, column);
    __syncthreads();
    WKI_UNROLL for (int i = 0; i < S::OWN; i++) WKI_UNROLL for (int j = 0; j < S::OWN; j++)
        shared[(slice * S::SIDE + down + i) * S::SIDE + across + j] = sum[i][j];
    __syncthreads();
    for (int e = t; e < S::SIDE * S::SIDE; e += S::THREADS) {
        T all = shared[e];
        WKI_UNROLL for (int s = 1; s < S::SLICES; s++) all += shared[s * S::SIDE * S::SIDE + e];
        finish(g, at, row + e / S::SIDE, column + e % S::SIDE, all);
    }
}

/* ---- Which, and how ---- */

#define MOST_WORK (INT64_C(1) << 24) /* multiplications, up to which cuBLASLt is the slower one */

static int64_t work_of(const wki_call *call)
{
    const wki_view *a = call->views[1];
    const int64_t k = a->size[a->ndim - 1], outputs = wki_numel(call->views[0]);
    return k > 0 && outputs > MOST_WORK / k ? MOST_WORK + 1 : outputs * k;
}

/* WICK_CUDA_SMALL=0: all products are the library's. */
static bool is_wanted()
{
    static const char *const wish = getenv("WICK_CUDA_SMALL");
    return !wish || strcmp(wish, "0") != 0;
}

bool wki_small_takes(const wki_call *call)
{
    if (!is_wanted()) return false;
    const wki_view *c = call->views[0];
    int64_t batch = 1;
    for (int d = 0; d < c->ndim - 2; d++) batch *= c->size[d];
    return batch <= MOST_BATCH && c->size[c->ndim - 2] <= MOST_WORK && work_of(call) <= MOST_WORK;
}

template <class T, class S> static void launch(const wki_queue *queue, const small_args *g)
{
    const unsigned across = (unsigned)((g->n + S::SIDE - 1) / S::SIDE),
                   down = (unsigned)((g->m + S::SIDE - 1) / S::SIDE);
    WKI_LAUNCH((multiply<T, S>), dim3(across, down, (unsigned)g->batch.count), S::THREADS, 0, queue, *g);
}

/* Few outputs are cut small, so that many blocks share them; steps are long where sums are. */
template <class T> static void launch_fitting(const wki_queue *queue, const small_args *g)
{
    enum { ENOUGH = 96 };
    const int64_t tiles = (g->m + 15) / 16 * ((g->n + 15) / 16) * g->batch.count;
    if (g->k <= 32)
        tiles > 4 * ENOUGH ? launch<T, shape<32, 4, 4, 8>>(queue, g) : launch<T, shape<16, 2, 4, 8>>(queue, g);
    else if (tiles >= ENOUGH)
        launch<T, shape<16, 4, 16, 8>>(queue, g);
    else if (g->k <= 128)
        launch<T, shape<8, 2, 16, 8>>(queue, g);
    else
        launch<T, shape<8, 2, 16, 16>>(queue, g);
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
