/* Every elementwise row for one element type, WKI_TYPE_f32 ...: a kernel for each value and each derivative, and the table
 * of them. The formulas are those of the CPU, so that the bits are. One file a type includes this. */
#include "backends/cuda/kernels/kernel.h"
#include "backends/cuda/kernels/row.h"

#if defined WKI_TYPE_f32
#define SPACE f32
#elif defined WKI_TYPE_f64
#define SPACE f64
#else
#define SPACE whole
#endif
namespace SPACE
{
#include "backends/cuda/kernels/forms.h"

enum { TOGETHER = sizeof(element) == 8 ? 2 : 4 }; /* elements a thread has on their way at once */

/* The output may be one of the inputs. */
#define FORM(NAME, SLOPE, FUNCTION, TO, VIEWS, INPUTS, VALUE)                                                          \
    static __global__ void FUNCTION(const wki_row_args r)                                                              \
    {                                                                                                                  \
        WKI_BEGIN();                                                                                                   \
        const real s = wki_number(r.s), t = wki_number(r.t);                                                           \
        TO *to = (TO *)r.data[0];                                                                                      \
        INPUTS(POINTER)                                                                                                \
        if (!r.places.flat) {                                                                                          \
            WKI_EACH(i, r.places.count)                                                                                \
            {                                                                                                          \
                int64_t at[VIEWS];                                                                                     \
                wki_places<VIEWS>(r.places, i, at);                                                                    \
                to[at[0]] = FUNCTION##_of(INPUTS(STRIDED) s, t);                                                       \
            }                                                                                                          \
            return;                                                                                                    \
        }                                                                                                              \
        const int64_t count = r.places.count, block = (int64_t)blockDim.x * TOGETHER;                                  \
        for (int64_t i = blockIdx.x * block + threadIdx.x; i < count; i += gridDim.x * block) {                        \
            INPUTS(ARRAY)                                                                                              \
            WKI_UNROLL for (int k = 0; k < TOGETHER; k++)                                                       \
            {                                                                                                          \
                const int64_t j = i + k * (int64_t)blockDim.x < count ? i + k * (int64_t)blockDim.x : i;               \
                INPUTS(LOAD)                                                                                           \
            }                                                                                                          \
            WKI_UNROLL for (int k = 0; k < TOGETHER; k++)                                                       \
            {                                                                                                          \
                const int64_t j = i + k * (int64_t)blockDim.x;                                                         \
                if (j < count) to[j] = FUNCTION##_of(INPUTS(LOADED) s, t);                                             \
            }                                                                                                          \
        }                                                                                                              \
    }
#define POINTER(TYPE, LETTER, MEMORY, VIEW)   const MEMORY *const LETTER##s = (const MEMORY *)r.data[VIEW];
#define STRIDED(TYPE, LETTER, MEMORY, VIEW)   LETTER##s[at[VIEW]],
#define ARRAY(TYPE, LETTER, MEMORY, VIEW)     MEMORY LETTER[TOGETHER];
#define LOAD(TYPE, LETTER, MEMORY, VIEW)      LETTER[k] = LETTER##s[j];
#define LOADED(TYPE, LETTER, MEMORY, VIEW)    LETTER[k],
#include "backends/cuda/kernels/each_form.h"

#define UNARY(NAME, KIND, ...)  { { KIND(y_##NAME, SLOPE_##KIND(dx_##NAME)) } },
#define BINARY(NAME, KIND, ...) { { KIND(y_##NAME, SLOPE_##KIND(NULL, da_##NAME, db_##NAME)) } },
#define TRIPLE(NAME, KIND, ...) { { KIND(y_##NAME, SLOPE_##KIND(dx_##NAME, da_##NAME, db_##NAME)) } },
#define TERNARY                 BINARY
#define UNARY_S                 UNARY
#define UNARY_ST                UNARY
#define BINARY_S                BINARY
#define TRIPLE_S                TRIPLE
static const wki_row_kernels table[WKI_ROW_COUNT] = {
#include "backends/ops.def"
};
} // namespace

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)
const wki_row_kernels *PASTE(wki_cuda_rows_, WKI_TYPE)(int *together)
{
    *together = SPACE::TOGETHER;
    return SPACE::table;
}
