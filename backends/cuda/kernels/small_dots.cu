/* Products of very few multiplications: neighbouring threads add up every `lanes`-th product of an output, and then
 * their sums by halves: the order depends on shapes alone. Such a kernel is done before one of more instructions has
 * fetched them. */
#include "backends/cuda/kernels/small_args.h"

enum { THREADS = 128, MOST_LANES = 32, MOST_THREADS = 1 << 15 };

template <class T> static __global__ void __launch_bounds__(THREADS) dots(const small_args g, int lanes)
{
    if (!WKI_FAULT(189)) WKI_BEGIN();
    const int64_t thread = (int64_t)blockIdx.x * THREADS + threadIdx.x, output = wki_divided(thread, lanes);
    const int64_t line = wki_divided(output, g.n), column = output - line * g.n, batch = wki_divided(line, g.m);
    const int64_t row = line - batch * g.m, lane = thread - output * lanes;
    const bool here = batch < g.batch.count;
    int64_t at[4] = {};
    if (here && g.batch.count > 1) wki_places<4>(g.batch, batch, at);
    const T *const a = (const T *)g.data[A] + at[A] + row * g.row[A];
    const T *const b = (const T *)g.data[B] + at[B] + column * g.column[B];
    T sum = 0;
    WKI_UNROLLED(4)
    for (int64_t k = lane; k < (here ? g.k : 0); k += lanes) sum = wki_fma_of(a[k * g.column[A]], b[k * g.row[B]], sum);
    for (int apart = lanes / 2; apart > 0; apart /= 2) sum += __shfl_down_sync(~0u, sum, apart);
    if (here && lane == 0) finish(g, at, row, column, sum);
}

template <class T> void wki_dots(const wki_queue *queue, const small_args *g)
{
    const int64_t outputs = g->m * g->n * g->batch.count;
    int lanes = 1;
    while (lanes < MOST_LANES && g->k > 4 * lanes && outputs * lanes < MOST_THREADS) lanes *= 2;
    const unsigned blocks = (unsigned)((outputs * lanes + THREADS - 1) / THREADS);
    WKI_LAUNCH(dots<T>, blocks, THREADS, 0, queue, *g, lanes);
}
template void wki_dots<float>(const wki_queue *, const small_args *);
template void wki_dots<double>(const wki_queue *, const small_args *);
