/* bincount: how often each of the integers 0, 1, ... occurs, or the sum of the weights given with it, in the order of
 * the elements. */
#include "backends/cpu/cpu.h"
#include "base/error.h"

/* There are bins up to the largest. */
static wk_status outside(int64_t i, int64_t value)
{
    return wki_fail(WK_E_RANGE, "bincount", "element %lld of t is %lld; it must not be negative", (long long)i,
                    (long long)value);
}

#define COUNTS(NAME, TYPE)                                                                                             \
    static wk_status count_##NAME(const wki_view *to, const wki_view *x, const wki_view *weight)                       \
    {                                                                                                                  \
        const int64_t *number = x->data, step = x->stride[0], bins = to->size[0], bin = to->stride[0];                 \
        TYPE *y = to->data;                                                                                            \
        for (int64_t i = 0; i < bins; i++) y[i * bin] = 0;                                                             \
        for (int64_t i = 0; i < x->size[0]; i++) {                                                                     \
            const int64_t k = number[i * step];                                                                        \
            if ((uint64_t)k >= (uint64_t)bins) return outside(i, k);                                                   \
            y[k * bin] += weight ? ((const TYPE *)weight->data)[i * weight->stride[0]] : 1;                            \
        }                                                                                                              \
        return WK_OK;                                                                                                  \
    }
COUNTS(f32, float)
COUNTS(f64, double)
COUNTS(i64, int64_t)

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *weight = call->nviews > 2 ? call->views[2] : NULL;
    if (begin >= end) return WK_OK;
    return (y->dtype == WK_F32 ? count_f32 : y->dtype == WK_F64 ? count_f64 : count_i64)(y, call->views[1], weight);
}

const wki_kernel wki_cpu_bincount = { "bincount", NULL, NULL, run };
