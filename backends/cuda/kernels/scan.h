/* Running sums of whole numbers: of a block's threads, and of rows of counts. */
#ifndef WKI_CUDA_SCAN_H
#define WKI_CUDA_SCAN_H
#include "backends/cuda/kernels/kernel.h"

/* The sum of what the threads before this one have; *all: of the whole block's. For every thread of WKI_THREADS, at once. */
WKI_DEVICE uint64_t wki_sum_before(uint64_t mine, uint64_t *all)
{
    enum { WARPS = WKI_THREADS / 32 };
    WKI_SHARED(uint64_t, of_warp, WARPS);
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    uint64_t sum = mine, before = 0;
    for (unsigned far = 1; far < 32; far *= 2) {
        const uint64_t other = __shfl_up_sync(~0u, sum, far);
        if (lane >= far) sum += other;
    }
    __syncthreads(); /* of_warp has been read by all who asked before */
    if (lane == 31) of_warp[warp] = sum;
    if (!WKI_FAULT(153)) __syncthreads();
    *all = 0;
    for (unsigned w = 0; w < WARPS; w++) {
        if (w == warp) before = *all;
        *all += of_warp[w];
    }
    return before + sum - mine;
}

/* Each count becomes the sum of those before it in its row of n, a block a row; totals: the rows' sums, or NULL. */
static __global__ void wki_scan_rows(int64_t n, uint64_t *counts, uint64_t *totals)
{
    WKI_BEGIN();
    uint64_t *row = counts + (int64_t)blockIdx.x * n, sum = 0;
    for (int64_t at = 0; at < n; at += WKI_THREADS) {
        const int64_t i = at + threadIdx.x;
        uint64_t all;
        const uint64_t before = wki_sum_before(i < n ? row[i] : 0, &all);
        if (i < n) row[i] = sum + before;
        sum += all;
    }
    if (totals && threadIdx.x == 0) totals[blockIdx.x] = sum;
}
#endif
