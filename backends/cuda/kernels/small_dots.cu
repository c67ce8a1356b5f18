/* Products of very few multiplications: neighbouring threads add up every `lanes`-th product of an output, and then
 * their sums by halves: the order depends on shapes alone. Such a kernel is done before one of more instructions has
 * fetched them. A thread may go on with a chain from the output that it has made. */
#define WKI_TYPE_f32
#include "backends/cuda/kernels/chain_steps.h"
#include "backends/cuda/kernels/small_args.h"

enum { THREADS = 128, MOST_LANES = 32, MOST_THREADS = 1 << 15 };

/* The output that the thread has made, counted row-major; -1: none. Every thread of a block calls it. */
template <class T> WKI_DEVICE int64_t make_dot(const small_args &g, int lanes)
{
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
    if (!here || lane > 0) return -1;
    finish(g, at, row, column, sum);
    return output;
}

/* Element i of a chain, by one thread; its slots are `apart` from each other. */
WKI_DEVICE void go_on(const wki_chain &c, int64_t i, float *slot, int apart)
{
    int32_t index[WKI_CHAIN_DIMS];
    f32::place(c, (int32_t)i, index);
    WKI_ROLLED for (int k = 0; k < c.nloads; k++) slot[k * apart] = f32::load(c.place[k], index);
    WKI_ROLLED for (int k = 0; k < c.nsteps; k++)
    {
        const wki_chain_step &step = c.step[k];
        const float value = f32::value_of(step, slot, apart);
        if (step.to != WKI_CHAIN_NONE) slot[step.to * apart] = value;
        if (step.put != WKI_CHAIN_NONE) f32::store(c.place[step.put], index, value);
    }
}

template <class T> static __global__ void __launch_bounds__(THREADS) dots(const small_args g, int lanes)
{
    WKI_BEGIN();
    make_dot<T>(g, lanes);
}

static __global__ void __launch_bounds__(THREADS) dots_and_chain(const small_args g, int lanes, const wki_chain c)
{
    WKI_BEGIN();
    WKI_SHARED(float, slots, WKI_CHAIN_SLOTS *THREADS);
    const int64_t output = make_dot<float>(g, lanes);
    if (output >= 0) go_on(c, output, slots + threadIdx.x, THREADS);
}

template <class T> void wki_dots(const wki_queue *queue, const small_args *g, const wki_chain *then)
{
    const int64_t outputs = g->m * g->n * g->batch.count;
    int lanes = 1;
    while (lanes < MOST_LANES && g->k > 4 * lanes && outputs * lanes < MOST_THREADS) lanes *= 2;
    const unsigned blocks = (unsigned)((outputs * lanes + THREADS - 1) / THREADS);
    if (then)
        WKI_LAUNCH(dots_and_chain, blocks, THREADS, 0, queue, *g, lanes, *then);
    else
        WKI_LAUNCH(dots<T>, blocks, THREADS, 0, queue, *g, lanes);
}
template void wki_dots<float>(const wki_queue *, const small_args *, const wki_chain *);
template void wki_dots<double>(const wki_queue *, const small_args *, const wki_chain *);
