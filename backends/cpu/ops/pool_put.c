/* pool_put: x = 0, then x[index] += y in ascending order, in each plane. The indices are pool_max's own, -1 for a
 * window that sees padding alone. A unit is a plane. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

static int64_t units(const wki_call *call) { return wki_numel(call->views[0]) == 0 ? 0 : call->views[0]->size[0]; }

#define PUT(NAME, TYPE)                                                                                                \
    static void put_##NAME(int64_t n, void *plane, const void *from, const int64_t *index)                             \
    {                                                                                                                  \
        for (int64_t i = 0; i < n; i++)                                                                                \
            if (index[i] >= 0) ((TYPE *)plane)[index[i]] += ((const TYPE *)from)[i];                                   \
    }
PUT(f32, float)
PUT(f64, double)

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    static const double zero = 0;
    const wki_view *x = call->views[0], *y = call->views[1], *index = call->views[2];
    const int64_t n = y->size[1], plane = x->size[1], size = (int64_t)wk_dtype_size((wk_dtype)x->dtype);
    for (; begin < end; begin++) {
        char *to = (char *)x->data + begin * plane * size;
        wki_windows_for((wk_dtype)x->dtype)->set(plane, to, &zero);
        if (n > 0)
            (x->dtype == WK_F64 ? put_f64 : put_f32)(n, to, wki_at(y->data, begin * n * size),
                                                     (const int64_t *)index->data + begin * n);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_pool_put = { "pool_put", units, NULL, run };
