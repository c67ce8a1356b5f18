/* pool_pick: y = x[index] in each plane. The indices are pool_max's own, and 0 is picked for -1, a window that sees
 * padding alone. A unit is a plane. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

static int64_t units(const wki_call *call) { return wki_numel(call->views[0]) == 0 ? 0 : call->views[0]->size[0]; }

#define PICK(NAME, TYPE)                                                                                               \
    static void pick_##NAME(int64_t n, void *to, const void *plane, const int64_t *index)                              \
    {                                                                                                                  \
        for (int64_t i = 0; i < n; i++) ((TYPE *)to)[i] = index[i] < 0 ? 0 : ((const TYPE *)plane)[index[i]];          \
    }
PICK(f32, float)
PICK(f64, double)

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1], *index = call->views[2];
    const int64_t n = y->size[1], plane = x->size[1], size = (int64_t)wk_dtype_size((wk_dtype)x->dtype);
    for (; begin < end; begin++)
        (x->dtype == WK_F64 ? pick_f64 : pick_f32)(n, (char *)y->data + begin * n * size,
                                                   wki_at(x->data, begin * plane * size),
                                                   (const int64_t *)index->data + begin * n);
    return WK_OK;
}

const wki_kernel wki_cpu_pool_pick = { "pool_pick", units, NULL, run };
