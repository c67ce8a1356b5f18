/* cross_entropy_backward: d [n, c] -> g [], prob, target; d = scale * g * (prob - onehot(target)). */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "base/fault.h"

static int64_t units(const wki_call *call) { return call->views[0]->size[1] == 0 ? 0 : call->views[0]->size[0]; }

#define ROWS(NAME, TYPE)                                                                                               \
    static void rows_##NAME(const wki_call *call, int64_t begin, int64_t end)                                          \
    {                                                                                                                  \
        const wki_view *d = call->views[0], *p = call->views[2], *target = call->views[3];                             \
        const double scale = ((const wki_scale_attrs *)call->attrs)->scale;                                            \
        const TYPE k = (TYPE)(scale * (double)*(const TYPE *)call->views[1]->data);                                    \
        const int64_t n = d->size[1], d_step = d->stride[1], p_step = p->stride[1];                                    \
        for (int64_t row = begin; row < end; row++) {                                                                  \
            TYPE *to = (TYPE *)d->data + row * d->stride[0];                                                           \
            const TYPE *from = (const TYPE *)p->data + row * p->stride[0];                                             \
            int64_t label = ((const int64_t *)target->data)[row * target->stride[0]];                                  \
            if (WKI_FAULT(10)) label = (label + 1) % n;                                                                \
            const TYPE missing = k * (from[label * p_step] - 1);                                                       \
            for (int64_t j = 0; j < n; j++) to[j * d_step] = k * from[j * p_step];                                     \
            to[label * d_step] = missing;                                                                              \
        }                                                                                                              \
    }
ROWS(f32, float)
ROWS(f64, double)

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    (call->views[0]->dtype == WK_F64 ? rows_f64 : rows_f32)(call, begin, end);
    return WK_OK;
}

const wki_kernel wki_cpu_cross_entropy_backward = { "cross_entropy_backward", units, NULL, run };
