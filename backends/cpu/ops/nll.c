/* nll: losses, counts [n, inner] -> logp [n, classes, inner], target, weight. A unit is one target. INT64_MIN ignores
 * nothing. */
#include "backends/cpu/cpu.h"
#include "base/error.h"

static int64_t units(const wki_call *call) { return wki_numel(call->views[0]); }

static wk_status check_targets(const wki_call *call, int64_t begin, int64_t end)
{
    const wki_nll_attrs *a = call->attrs;
    const int64_t classes = call->views[2]->size[1], *target = call->views[3]->data;
    for (int64_t i = begin; i < end; i++)
        wki_check((target[i] == a->ignore && a->ignore != INT64_MIN) || (target[i] >= 0 && target[i] < classes),
                  WK_E_RANGE, WK_E_RANGE, "nll", "target %lld at position %lld is no class; expected 0 to %lld",
                  (long long)target[i], (long long)i, (long long)classes - 1);
    return WK_OK;
}

#define PICK(NAME, TYPE)                                                                                               \
    static void pick_##NAME(const wki_call *call, int64_t begin, int64_t end)                                          \
    {                                                                                                                  \
        const wki_nll_attrs *a = call->attrs;                                                                          \
        const int64_t classes = call->views[2]->size[1], inner = call->views[2]->size[2];                              \
        const int64_t *target = call->views[3]->data;                                                                  \
        TYPE *loss = call->views[0]->data, *count = call->views[1]->data;                                              \
        const TYPE *logp = call->views[2]->data, *weight = a->weight ? call->views[4]->data : NULL;                    \
        for (int64_t i = begin; i < end; i++) {                                                                        \
            const bool ignored = target[i] == a->ignore;                                                               \
            const int64_t at = ((i / inner) * classes + (ignored ? 0 : target[i])) * inner + i % inner;                \
            count[i] = ignored ? 0 : weight ? weight[target[i]] : 1;                                                   \
            loss[i] = ignored ? 0 : -count[i] * logp[at];                                                              \
        }                                                                                                              \
    }
PICK(f32, float)
PICK(f64, double)

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    if (check_targets(call, begin, end)) return WK_E_RANGE;
    (call->views[0]->dtype == WK_F64 ? pick_f64 : pick_f32)(call, begin, end);
    return WK_OK;
}

const wki_kernel wki_cpu_nll = { "nll", units, NULL, run };
