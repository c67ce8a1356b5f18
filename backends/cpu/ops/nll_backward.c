/* nll_backward: d [n, classes, inner] -> g [n, inner], target, weight: d[.., target, ..] = -weight[target] g, the rest
 * 0. A unit is one n. Targets were checked by nll. */
#include "backends/cpu/cpu.h"
#include <string.h>

static int64_t units(const wki_call *call) { return wki_numel(call->views[0]) == 0 ? 0 : call->views[0]->size[0]; }

#define PUT(NAME, TYPE)                                                                                                \
    static void put_##NAME(const wki_call *call, int64_t begin, int64_t end)                                           \
    {                                                                                                                  \
        const wki_nll_attrs *a = call->attrs;                                                                          \
        const int64_t classes = call->views[0]->size[1], inner = call->views[0]->size[2];                              \
        const int64_t *target = call->views[2]->data;                                                                  \
        const TYPE *g = call->views[1]->data, *weight = a->weight ? call->views[3]->data : NULL;                       \
        TYPE *d = (TYPE *)call->views[0]->data + begin * classes * inner;                                              \
        memset(d, 0, (size_t)((end - begin) * classes * inner) * sizeof *d);                                           \
        for (int64_t i = begin * inner; i < end * inner; i++) {                                                        \
            if (target[i] == a->ignore) continue;                                                                      \
            d[((i / inner - begin) * classes + target[i]) * inner + i % inner] =                                       \
                -(weight ? weight[target[i]] : 1) * g[i];                                                              \
        }                                                                                                              \
    }
PUT(f32, float)
PUT(f64, double)

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    (call->views[0]->dtype == WK_F64 ? put_f64 : put_f32)(call, begin, end);
    return WK_OK;
}

const wki_kernel wki_cpu_nll_backward = { "nll_backward", units, NULL, run };
