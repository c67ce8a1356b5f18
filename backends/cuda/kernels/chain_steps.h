/* What a thread does for an element of a chain of one element type, WKI_TYPE_f32 ...: the functions are those of the
 * kernels of single rows, so that the bits are. Included once in a file. */
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

WKI_DEVICE element value_of(const wki_chain_step &step, const element *slot, int apart)
{
    const real s = NUMBER(step.s), t = NUMBER(step.t);
    switch (step.form) {
#define FORM(NAME, SLOPE, FUNCTION, TO, VIEWS, INPUTS, VALUE)                                                          \
    case 4 * WKI_ROW_##NAME + SLOPE:                                                                                   \
        return (element)FUNCTION##_of(INPUTS(ARGUMENT) s, t);
#define ARGUMENT(TYPE, LETTER, MEMORY, VIEW) (TYPE) slot[step.from[VIEW - 1] * apart],
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

} // namespace
