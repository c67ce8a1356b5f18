/* Chains of rows of f32: the functions are those of the kernels of single rows, so that the bits are. What is known
 * when it is launched, all but the values, is the same for all threads. */
#include "backends/cuda/kernels/chain.h"
#include "backends/cuda/kernels/row.h"

namespace f32
{
#define WKI_TYPE_f32
#include "backends/cuda/kernels/forms.h"

enum { THREADS = 128, AT_ONCE = 4 }; /* loads on their way */

WKI_DEVICE element value_of(const wki_chain_step &step, const element in[WKI_CHAIN_INPUTS])
{
    const real s = step.s, t = step.t;
    switch (step.form) {
#define FORM(NAME, SLOPE, FUNCTION, TO, VIEWS, INPUTS, VALUE)                                                          \
    case 4 * WKI_ROW_##NAME + SLOPE:                                                                                   \
        return (element)FUNCTION##_of(INPUTS(ARGUMENT) s, t);
#define ARGUMENT(TYPE, LETTER, MEMORY, VIEW) (TYPE) in[VIEW - 1],
#include "backends/cuda/kernels/each_form.h"
    case WKI_CHAIN_FILL: return s;
    default: return in[0];
    }
}

WKI_DEVICE int64_t offset(const wki_chain_place &p, const int32_t index[WKI_CHAIN_DIMS])
{
    int64_t at = 0;
    WKI_UNROLL for (int d = 0; d < WKI_CHAIN_DIMS; d++) at += (int64_t)index[d] * p.stride[d];
    return at;
}

WKI_DEVICE element load(const wki_chain_place &p, const int32_t index[WKI_CHAIN_DIMS])
{
    const int64_t at = offset(p, index);
    return p.is_bool ? (element)((const uint8_t *)p.data)[at] : ((const element *)p.data)[at];
}

WKI_DEVICE void store(const wki_chain_place &p, const int32_t index[WKI_CHAIN_DIMS], element value)
{
    const int64_t at = offset(p, index);
    if (p.is_bool)
        ((uint8_t *)p.data)[at] = value != 0;
    else
        ((element *)p.data)[at] = value;
}

WKI_DEVICE void place(const wki_chain &c, int32_t i, int32_t index[WKI_CHAIN_DIMS])
{
    WKI_UNROLL for (int d = WKI_CHAIN_DIMS - 1; d > 0; d--)
    {
        const int32_t rest = c.size[d] == 1 ? i : (int32_t)((uint32_t)i / (uint32_t)c.size[d]);
        index[d] = i - rest * c.size[d];
        i = rest;
    }
    index[0] = i;
}

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
