/* mirror: what lies above the diagonal of a square matrix becomes what lies below it, square by square. */
#include "backends/cuda/kernels/kernel.h"

enum { TILE = 32, TILE_ROWS = 8 };

template <typename T> static __global__ void mirror(T *y, int64_t n)
{
    WKI_BEGIN();
    WKI_SHARED(T, tile, TILE * (TILE + 1));
    const int64_t tiles = (n + TILE - 1) / TILE;
    const int column = threadIdx.x % TILE, row = threadIdx.x / TILE;
    for (int64_t u = blockIdx.x; u < tiles * tiles; u += gridDim.x) {
        const int64_t top = u / tiles * TILE, left = u % tiles * TILE; /* of the square below */
        if (left > top) continue;
        for (int k = row; k < TILE; k += TILE_ROWS)
            if (top + k < n && left + column < n) tile[k * (TILE + 1) + column] = y[(top + k) * n + left + column];
        __syncthreads();
        for (int k = row; k < TILE; k += TILE_ROWS) {
            const int64_t i = left + k, j = top + column;
            if (i < j && j < n) y[i * n + j] = tile[column * (TILE + 1) + k];
        }
        __syncthreads();
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *y = call->views[0];
    const int64_t n = y->size[0], tiles = (n + TILE - 1) / TILE;
    const unsigned grid = (unsigned)(tiles * tiles < 65536 ? tiles * tiles : 65536);
    (void)scratch;
    if (n < 2) return WK_OK;
    if (wk_dtype_size((wk_dtype)y->dtype) == 4)
        WKI_LAUNCH(mirror<uint32_t>, grid, TILE * TILE_ROWS, 0, queue, (uint32_t *)y->data, n);
    else
        WKI_LAUNCH(mirror<uint64_t>, grid, TILE * TILE_ROWS, 0, queue, (uint64_t *)y->data, n);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(mirror, NULL, run);
