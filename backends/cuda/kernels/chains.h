/* Chains of rows of one element type, WKI_TYPE_f32 ...: the functions are those of the kernels of single rows, so that
 * the bits are. What is known when a chain is launched, all but the values, is the same for all threads. One file a type
 * includes this. */
#include "backends/cuda/kernels/chain.h"
#include "backends/cuda/kernels/kernel.h"

#if defined WKI_TYPE_f32
#define SPACE          f32
#define NUMBER(number) (number).single
#elif defined WKI_TYPE_f64
#define SPACE          f64
#define NUMBER(number) (number).twice
#else
#define SPACE          whole
#define NUMBER(number) wki_number((number).twice)
#endif
namespace SPACE
{
#include "backends/cuda/kernels/forms.h"

enum { THREADS = WKI_CHAIN_THREADS, MANY = 16 / sizeof(element) }; /* elements of a thread at once, of large chains */

WKI_DEVICE element value_of(const wki_chain_step &step, const element *slot, int apart)
{
    const real s = NUMBER(step.s), t = NUMBER(step.t);
    switch (step.form) {
#define FORM(NAME, SLOPE, FUNCTION, TO, VIEWS, INPUTS, VALUE)                                                          \
    case 4 * WKI_ROW_##NAME + SLOPE:                                                                                   \
        return (element)FUNCTION##_of(INPUTS(ARGUMENT) s, t);
#define ARGUMENT(TYPE, LETTER, MEMORY, VIEW) (TYPE)slot[step.from[VIEW - 1] * apart],
#include "backends/cuda/kernels/each_form.h"
    case WKI_CHAIN_FILL: return s;
    default: return slot[step.from[0] * apart];
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

/* Of `many` elements, a block's threads apart, `there` of them are there. MANY loads are on their way together. */
template <int many>
WKI_DEVICE void load_all(const wki_chain &c, const int32_t index[many][WKI_CHAIN_DIMS], int there, element *slot)
{
    WKI_ROLLED for (int n = 0; n < c.nloads; n += MANY / many)
    {
        element loaded[MANY];
        WKI_UNROLL for (int j = 0; j < MANY; j++)
        {
            const int at = n + j / many, k = j % many;
            loaded[j] = at < c.nloads && k < there ? load(c.place[at], index[k]) : 0;
        }
        WKI_UNROLL for (int j = 0; j < MANY; j++)
        {
            const int at = n + j / many, k = j % many;
            if (at < c.nloads) slot[(at * many + k) * THREADS] = loaded[j];
        }
    }
}

template <int many>
WKI_DEVICE void run_step(const wki_chain &c, const wki_chain_step &step, const int32_t first[WKI_CHAIN_DIMS], int there,
                         element *slot)
{
    WKI_ROLLED for (int k = 0; k < there; k++)
    {
        const int32_t index[WKI_CHAIN_DIMS] = { first[0] + k * THREADS, first[1], first[2] };
        const element value = value_of(step, slot + k * THREADS, many * THREADS);
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
} // namespace

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)
extern const wki_chain_kernels PASTE(wki_cuda_chain_, WKI_TYPE);
const wki_chain_kernels PASTE(wki_cuda_chain_, WKI_TYPE) = { SPACE::chain<1>, SPACE::chain<SPACE::MANY>, SPACE::MANY,
                                                             sizeof(SPACE::element) };
