/* A small product whose results are few: a block makes a strip of HIGH x WIDE of them. Each thread adds up four neighbours
 * in k of every 4 * threads, for all of the strip, straight from memory: nobody waits before the sums are there. They are
 * then added in the threads' order, which depends on shapes alone. */
#ifndef WKI_CUDA_SMALL_STRIP_H
#define WKI_CUDA_SMALL_STRIP_H
#include "backends/cuda/kernels/small_args.h"

template <int THREADS_> struct strip_shape {
    enum { HIGH = 4, WIDE = 8, THREADS = THREADS_, OUTPUTS = HIGH * WIDE, SHARED = THREADS * OUTPUTS };
};

/* to[d].at[i]: line i's number d steps along k; of `lines` lines and `left` numbers, others are 0. */
WKI_DEVICE void take_four(four<float> to[4], const float *from, int64_t line, int64_t k_step, int64_t lines, int64_t left)
{
    if (line == 1 && k_step != 1) {
        WKI_UNROLL for (int d = 0; d < 4; d++) to[d] = four_at(from + d * k_step, line, d < left ? lines : 0);
        return;
    }
    WKI_UNROLL for (int i = 0; i < 4; i++)
    {
        const four<float> x = four_at(from + i * line, k_step, i < lines ? left : 0);
        WKI_UNROLL for (int d = 0; d < 4; d++) to[d].at[i] = x.at[d];
    }
}

/* sum[i][j]: the thread's part of the strip's row i and column j */
template <class S> WKI_DEVICE void add_up_strip(float sum[S::HIGH][S::WIDE], const small_args &g, const int64_t at[4],
                                                int64_t row, int64_t column)
{
    const float *const a = (const float *)g.data[A] + at[A] + row * g.row[A];
    const float *const b = (const float *)g.data[B] + at[B] + column * g.column[B];
    WKI_UNROLLED(2) for (int64_t k = 4 * threadIdx.x; k < g.k; k += 4 * S::THREADS)
    {
        four<float> x[4], y[2][4];
        take_four(x, a + k * g.column[A], g.row[A], g.column[A], g.m - row, g.k - k);
        WKI_UNROLL for (int h = 0; h < 2; h++)
            take_four(y[h], b + k * g.row[B] + 4 * h * g.column[B], g.column[B], g.row[B], g.n - column - 4 * h, g.k - k);
        WKI_UNROLL for (int d = 0; d < 4; d++) WKI_UNROLL for (int i = 0; i < S::HIGH; i++)
            WKI_UNROLL for (int j = 0; j < S::WIDE; j++) sum[i][j] =
                wki_fma_of(x[d].at[i], y[j / 4][d].at[j % 4], sum[i][j]);
    }
}

/* Thread t's sum of output e lies at t * OUTPUTS + (t + e) % OUTPUTS: neither writing nor reading has two threads of a warp
 * at one bank. */
template <class S> WKI_DEVICE float joined_strip(float *shared, const float sum[S::HIGH][S::WIDE])
{
    enum { PARTS = S::THREADS / S::OUTPUTS, EACH = S::THREADS / PARTS };
    const int t = (int)threadIdx.x, e = t % S::OUTPUTS, part = t / S::OUTPUTS;
    WKI_UNROLL for (int i = 0; i < S::OUTPUTS; i++) shared[t * S::OUTPUTS + (t + i) % S::OUTPUTS] =
        sum[i / S::WIDE][i % S::WIDE];
    __syncthreads();
    float all = 0;
    WKI_UNROLL for (int i = 0; i < EACH; i++) all += shared[(part * EACH + i) * S::OUTPUTS + (part * EACH + i + e) % S::OUTPUTS];
    if (PARTS == 1) return all;
    __syncthreads();
    shared[t] = all;
    __syncthreads();
    WKI_UNROLL for (int i = 1; i < PARTS && part == 0; i++) all += shared[i * S::OUTPUTS + e];
    return all;
}

template <int THREADS> struct strip : strip_shape<THREADS> {
    typedef strip_shape<THREADS> S;
    static unsigned blocks(const small_args &g)
    {
        return (unsigned)((g.m + S::HIGH - 1) / S::HIGH * ((g.n + S::WIDE - 1) / S::WIDE));
    }
    /* output e of the block at hand */
    static __device__ void place(const small_args &g, int e, int64_t *row, int64_t *column)
    {
        const unsigned in_row = (unsigned)((g.n + S::WIDE - 1) / S::WIDE); /* strips */
        *row = (int64_t)(blockIdx.x / in_row) * S::HIGH + e / S::WIDE;
        *column = (int64_t)(blockIdx.x % in_row) * S::WIDE + e % S::WIDE;
    }
    static __device__ void make(const small_args &g, float *shared)
    {
        int64_t at[4], row, column;
        float sum[S::HIGH][S::WIDE] = {};
        wki_places<4>(g.batch, blockIdx.y, at);
        place(g, 0, &row, &column);
        add_up_strip<S>(sum, g, at, row, column);
        const float all = joined_strip<S>(shared, sum);
        place(g, (int)threadIdx.x, &row, &column);
        if (threadIdx.x < S::OUTPUTS) finish(g, at, row, column, all);
    }
};
#endif
