/* What bincount and histogram share: elements fall into bins, which are counted, or their weights summed in the order of the
 * elements. T is what a kernel knows of them, and bin_at(x, i) the bin of element i; the number of bins itself: none. */
#ifndef WKI_CUDA_BINS_H
#define WKI_CUDA_BINS_H
#include "backends/cuda/kernels/order.h"

enum { WKI_FEW_BINS = 4096, WKI_COUNT_BLOCKS = 1024 };

/* A block counts on its own and adds what it has in the end; whole numbers, so any order will do. */
template <class T> static __global__ void wki_count_few(int64_t n, int bins, const T x, uint64_t *counts)
{
    WKI_BEGIN();
    WKI_SHARED(uint32_t, here, WKI_FEW_BINS);
    for (int b = threadIdx.x; b < bins; b += WKI_THREADS) here[b] = 0;
    __syncthreads();
    WKI_EACH(i, n) {
        const int64_t bin = bin_at(x, i);
        if (bin < bins) atomicAdd(&here[bin], 1u);
    }
    __syncthreads();
    for (int b = threadIdx.x; b < bins; b += WKI_THREADS)
        if (here[b]) atomicAdd((unsigned long long *)&counts[b], (unsigned long long)here[b]);
}

template <class T> static __global__ void wki_count_many(int64_t n, int64_t bins, const T x, uint64_t *counts)
{
    WKI_BEGIN();
    WKI_EACH(i, n) {
        const int64_t bin = bin_at(x, i);
        if (bin < bins) atomicAdd((unsigned long long *)&counts[bin], 1ull);
    }
}

template <class T> static __global__ void wki_bin_entries(int64_t n, const T x, int shift, uint64_t *entries)
{
    WKI_BEGIN();
    WKI_EACH(i, n) entries[i] = (uint64_t)bin_at(x, i) << shift | (uint64_t)i;
}

/* most: where counting by ones ends in that type */
template <class Y> static __global__ void wki_put_counts(int64_t bins, const uint64_t *counts, uint64_t most, Y *y, int64_t step)
{
    WKI_BEGIN();
    WKI_EACH(b, bins) {
        const uint64_t count = counts ? counts[b] : 0;
        y[b * step] = (Y)(count < most ? count : most);
    }
}

static inline void wki_put_all(const wki_queue *queue, const uint64_t *counts, const wki_view *y)
{
    const int64_t bins = y->size[0], step = y->stride[0];
    const unsigned grid = wki_grid(bins);
    if (y->dtype == WK_F32)
        WKI_LAUNCH(wki_put_counts<float>, grid, WKI_THREADS, 0, queue, bins, counts, (uint64_t)1 << 24, (float *)y->data, step);
    else if (y->dtype == WK_F64)
        WKI_LAUNCH(wki_put_counts<double>, grid, WKI_THREADS, 0, queue, bins, counts, (uint64_t)1 << 53, (double *)y->data, step);
    else
        WKI_LAUNCH(wki_put_counts<int64_t>, grid, WKI_THREADS, 0, queue, bins, counts, ~(uint64_t)0, (int64_t *)y->data, step);
}

/* of n elements into so many bins */
static inline size_t wki_bins_bytes(int64_t n, int64_t bins, bool weighted)
{
    return weighted ? wki_ordered_bytes(n) : (size_t)bins * sizeof(uint64_t);
}

template <class T> static void wki_count_all(const wki_queue *queue, int64_t n, const T *x, const wki_view *y, uint64_t *counts)
{
    const int64_t bins = y->size[0];
    const unsigned grid = wki_grid(n), few = WKI_COUNT_BLOCKS;
    wki_set_words(queue, counts, (size_t)bins * sizeof *counts, 0);
    if (bins <= WKI_FEW_BINS)
        WKI_LAUNCH(wki_count_few<T>, grid < few ? grid : few, WKI_THREADS, 0, queue, n, (int)bins, *x,
                   counts);
    else
        WKI_LAUNCH(wki_count_many<T>, grid, WKI_THREADS, 0, queue, n, bins, *x, counts);
    wki_put_all(queue, counts, y);
}

/* weight: or NULL */
template <class T>
static wk_status wki_fill_bins(const wki_queue *queue, const wki_call *call, int64_t n, const T *x, const wki_view *weight,
                               void *scratch)
{
    const wki_view *y = call->views[0];
    if (y->size[0] == 0 && n == 0) return WK_OK;
    if (!weight) {
        wki_count_all(queue, n, x, y, (uint64_t *)scratch);
        return wki_launched(queue, call);
    }
    wki_ordered o = wki_ordered_of_vectors(y, weight);
    if (wki_ordered_close(&o, wki_op_name(call->op))) return WK_E_UNSUPPORTED;
    wki_put_all(queue, NULL, y);
    if (n == 0) return wki_launched(queue, call);
    WKI_LAUNCH(wki_bin_entries<T>, wki_grid(n), WKI_THREADS, 0, queue, n, *x, (int)o.shift, (uint64_t *)scratch);
    wki_ordered_move(queue, &o, y, weight, WKI_ADD_UP, scratch);
    return wki_launched(queue, call);
}
#endif
