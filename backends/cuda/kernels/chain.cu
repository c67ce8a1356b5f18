/* Chains of rows of f32: the functions are those of the kernels of single rows, so that the bits are. What is known
 * when it is launched, all but the values, is the same for all threads. */
#include "backends/cuda/kernels/chain_steps.h"
#include "backends/cuda/kernels/row.h"

namespace f32
{
enum {
    THREADS = 128,
    MANY = 4,
    LARGE = 1 << 19
}; /* elements that a thread takes at once, of large chains that lie flat */

/* Of `many` elements, a block's threads apart; `there` of them are there. Loads are on their way together. */
template <int many>
WKI_DEVICE void load_all(const wki_chain &c, const int32_t index[many][WKI_CHAIN_DIMS], int there, element *slot)
{
    enum { AT_ONCE = MANY / many };
    WKI_ROLLED for (int n = 0; n < c.nloads; n += AT_ONCE)
    {
        element loaded[AT_ONCE][many];
        WKI_UNROLL for (int j = 0; j < AT_ONCE; j++) WKI_UNROLL for (int k = 0; k < many; k++) loaded[j][k] =
            n + j < c.nloads && k < there ? load(c.place[n + j], index[k]) : 0;
        WKI_UNROLL for (int j = 0; j < AT_ONCE; j++) WKI_UNROLL for (int k = 0; k < many; k++) if (n + j < c.nloads)
            slot[((n + j) * many + k) * THREADS] = loaded[j][k];
    }
}

template <int many>
WKI_DEVICE void run_step(const wki_chain &c, const wki_chain_step &step, const int32_t first[WKI_CHAIN_DIMS], int there,
                         element *slot)
{
    WKI_ROLLED for (int k = 0; k < there; k++)
    {
        const int32_t index[WKI_CHAIN_DIMS] = { first[0] + k * THREADS, first[1], first[2] };
        element in[WKI_CHAIN_INPUTS];
        WKI_UNROLL for (int j = 0; j < WKI_CHAIN_INPUTS; j++) in[j] = slot[(step.from[j] * many + k) * THREADS];
        const element value = value_of(step, in);
        if (step.to != WKI_CHAIN_NONE) slot[(step.to * many + k) * THREADS] = value;
        if (step.put != WKI_CHAIN_NONE) store(c.place[step.put], index, value);
    }
}

template <int many> static __global__ void __launch_bounds__(THREADS) chain(const wki_chain c)
{
    WKI_BEGIN();
    WKI_DYNAMIC_SHARED(element, slots);
    element *const slot = slots + threadIdx.x; /* of this thread's alone: nobody waits */
    const int64_t tile = (int64_t)many * THREADS;
    for (int64_t i = blockIdx.x * tile + threadIdx.x; i < c.count; i += gridDim.x * tile) {
        const int64_t left = (c.count - 1 - i) / THREADS + 1;
        const int there = left < many ? (int)left : many;
        int32_t index[many][WKI_CHAIN_DIMS];
        WKI_UNROLL for (int k = 0; k < many; k++) place(c, (int32_t)i + k * THREADS, index[k]);
        load_all<many>(c, index, there, slot);
        WKI_ROLLED for (int k = 0; k < c.nsteps; k++) run_step<many>(c, c.step[k], index[0], there, slot);
    }
}
} // namespace f32

extern "C" bool wki_chain_has(int row, int slope)
{
    int together;
    return wki_cuda_rows_f32(&together)[row].of[slope] != NULL;
}

extern "C" wk_status wki_chain_run(const wki_queue *queue, const wki_call *call, const wki_chain *chain)
{
    const bool is_large = chain->count >= f32::LARGE && chain->size[0] == chain->count;
    const int many = is_large ? f32::MANY : 1;
    const int64_t tile = (int64_t)many * f32::THREADS, blocks = (chain->count + tile - 1) / tile;
    const size_t bytes = (size_t)(chain->nslots * tile) * sizeof(float);
    void (*const kernel)(const wki_chain c) = is_large ? f32::chain<f32::MANY> : f32::chain<1>;
    WKI_LAUNCH(kernel, (unsigned)(blocks < 65536 ? blocks : 65536), f32::THREADS, bytes, queue, *chain);
    return wki_launched(queue, call);
}
