/* Chains of rows of f32: the functions are those of the kernels of single rows, so that the bits are. What is known
 * when it is launched, all but the values, is the same for all threads. */
#include "backends/cuda/kernels/chain_steps.h"
#include "backends/cuda/kernels/row.h"

namespace f32
{
enum { THREADS = 128, AT_ONCE = 4 }; /* loads on their way */

static __global__ void __launch_bounds__(THREADS) chain(const wki_chain c)
{
    WKI_BEGIN();
    WKI_SHARED(element, slots, WKI_CHAIN_SLOTS * THREADS);
    element *const slot = slots + threadIdx.x; /* of this thread's alone: nobody waits */
    WKI_EACH(i, c.count)
    {
        int32_t index[WKI_CHAIN_DIMS];
        place(c, (int32_t)i, index);
        WKI_ROLLED for (int k = 0; k < c.nloads; k += AT_ONCE)
        {
            element loaded[AT_ONCE];
            WKI_UNROLL for (int j = 0; j < AT_ONCE; j++) loaded[j] = k + j < c.nloads ? load(c.place[k + j], index) : 0;
            WKI_UNROLL for (int j = 0; j < AT_ONCE; j++) if (k + j < c.nloads) slot[(k + j) * THREADS] = loaded[j];
        }
        WKI_ROLLED for (int k = 0; k < c.nsteps; k++)
        {
            const wki_chain_step &step = c.step[k];
            element in[WKI_CHAIN_INPUTS];
            WKI_UNROLL for (int j = 0; j < WKI_CHAIN_INPUTS; j++) in[j] = slot[step.from[j] * THREADS];
            const element value = value_of(step, in);
            if (step.to != WKI_CHAIN_NONE) slot[step.to * THREADS] = value;
            if (step.put != WKI_CHAIN_NONE) store(c.place[step.put], index, value);
        }
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
    const int64_t blocks = (chain->count + f32::THREADS - 1) / f32::THREADS;
    WKI_LAUNCH(f32::chain, (unsigned)(blocks < 65536 ? blocks : 65536), f32::THREADS, 0, queue, *chain);
    return wki_launched(queue, call);
}
