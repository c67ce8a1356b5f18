/* lu: factors of each matrix, its rows in the order of the pivots, one matrix at a time in a block. A thread finds the
 * largest of its part of a column, warps and then all of the block that of the parts: the first of equals, as on the
 * CPU. */
#include "backends/cuda/kernels/factor.h"

enum { MOST_WARPS = WKI_FACTOR_THREADS / 32 };

template <typename T> WKI_DEVICE T size_of(T x) { return x < 0 ? -x : x; }

template <typename T> struct candidate {
    T size;
    int64_t row;
};

template <typename T> WKI_DEVICE candidate<T> better(const candidate<T> &a, const candidate<T> &b)
{
    return b.size > a.size || (b.size == a.size && (b.row < a.row) != WKI_FAULT(244)) ? b : a;
}

/* Each thread has the answer, and nobody has yet to read the column. */
template <typename T> WKI_DEVICE int64_t pivot_row(const T *y, int64_t n, int64_t k, T *sizes, int64_t *rows)
{
    const T own = size_of(y[k * n + k]);
    candidate<T> best = { -1, k };
    WKI_OF_BLOCK(e, n - k - 1)
    {
        const candidate<T> next = { size_of(y[(k + 1 + e) * n + k]), k + 1 + e };
        if (next.size > best.size) best = next;
    }
    for (int away = 16; away; away /= 2) {
        candidate<T> other;
        other.size = __shfl_xor_sync(~0u, best.size, away);
        other.row = __shfl_xor_sync(~0u, best.row, away);
        best = better(best, other);
    }
    if (threadIdx.x % 32 == 0) {
        sizes[threadIdx.x / 32] = best.size;
        rows[threadIdx.x / 32] = best.row;
    }
    __syncthreads();
    for (unsigned w = 0; w < blockDim.x / 32; w++) {
        const candidate<T> other = { sizes[w], rows[w] };
        best = better(best, other);
    }
    return best.size > own || (WKI_FAULT(244) && best.size == own) ? best.row : k;
}

template <typename T>
static __global__ void __launch_bounds__(WKI_FACTOR_THREADS)
    factor(const wki_lattice matrices, int64_t n, int64_t down, int64_t right, T *to, int64_t *orders, T *signs,
           const T *from)
{
    WKI_BEGIN();
    WKI_SHARED(T, sizes, MOST_WARPS);
    WKI_SHARED(int64_t, rows, MOST_WARPS);
    for (int64_t matrix = blockIdx.x; matrix < matrices.count; matrix += gridDim.x) {
        int64_t where[2];
        wki_places<2>(matrices, matrix, where);
        T *const y = to + where[0], sign = 1;
        const T *const x = from + where[1];
        int64_t *const order = orders + matrix * n;
        WKI_OF_BLOCK(e, n * n)
        {
            const int64_t i = wki_divided(e, n), j = e - i * n;
            y[e] = x[i * down + j * right];
        }
        WKI_OF_BLOCK(i, n) order[i] = i;
        __syncthreads();
        for (int64_t k = 0; k < n; k++) {
            const int64_t at = pivot_row(y, n, k, sizes, rows), left = n - k - 1;
            T *const row = y + k * n;
            WKI_OF_BLOCK(j, at != k ? n : 0)
            {
                const T one = row[j];
                row[j] = y[at * n + j];
                y[at * n + j] = one;
            }
            if (at != k) sign = -sign;
            if (threadIdx.x == 0) {
                const int64_t one = order[k];
                order[k] = order[at];
                order[at] = one;
            }
            __syncthreads();
            const T pivot = row[k];
            WKI_OF_BLOCK(i, pivot != 0 ? left : 0) y[(k + 1 + i) * n + k] = y[(k + 1 + i) * n + k] / pivot;
            __syncthreads();
            WKI_ROWS_OF_BLOCK(i, k + 1, n) wki_take_row(y + i * n, y[i * n + k], row, k + 1, n);
            __syncthreads();
        }
        if (threadIdx.x == 0) signs[matrix] = sign;
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *y = call->views[0], *order = call->views[1], *sign = call->views[2], *x = call->views[3];
    const wki_view *const both[] = { y, x };
    const wki_lattice matrices = wki_matrices_of(both, 2);
    const int64_t n = y->size[y->ndim - 1], down = x->stride[y->ndim - 2], right = x->stride[y->ndim - 1];
    (void)scratch;
    if (matrices.count == 0) return WK_OK;
    if (y->dtype == WK_F64)
        WKI_LAUNCH(factor<double>, wki_matrix_grid(matrices.count), wki_factor_block(n), 0, queue, matrices, n, down,
                   right, (double *)y->data, (int64_t *)order->data, (double *)sign->data, (const double *)x->data);
    else
        WKI_LAUNCH(factor<float>, wki_matrix_grid(matrices.count), wki_factor_block(n), 0, queue, matrices, n, down,
                   right, (float *)y->data, (int64_t *)order->data, (float *)sign->data, (const float *)x->data);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(lu, NULL, run);
