/* bucket: between which of the ascending edges of its row an element lies, by halving. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

/* How many edges lie before x: those for which it is not (edge >= x), or not (edge > x). */
#define SEARCH(T)                                                                                                      \
    static int64_t search_##T(const T *edge, int64_t step, int64_t m, T x, int kind)                                   \
    {                                                                                                                  \
        const bool parts = kind == WKI_BUCKET_PART;                                                                    \
        if (parts && !(x >= edge[0] && x <= edge[(m - 1) * step])) return m - 1;                                       \
        int64_t low = 0, high = m;                                                                                     \
        while (low < high) {                                                                                           \
            const int64_t middle = low + (high - low) / 2;                                                             \
            const T at = edge[middle * step];                                                                          \
            if (kind == WKI_BUCKET_BELOW ? at >= x : at > x)                                                           \
                high = middle;                                                                                         \
            else                                                                                                       \
                low = middle + 1;                                                                                      \
        }                                                                                                              \
        return parts ? wki_least(low - 1, m - 2) : low;                                                                \
    }                                                                                                                  \
    static void range_##T(const wki_call *call, int64_t begin, int64_t end)                                            \
    {                                                                                                                  \
        const wki_view *y = call->views[0], *x = call->views[1], *edges = call->views[2];                              \
        const int kind = ((const wki_bucket_attrs *)call->attrs)->kind;                                                \
        for (int64_t i = begin; i < end; i++) {                                                                        \
            const int64_t row = i / y->size[1], column = i % y->size[1];                                               \
            const T *first = (const T *)edges->data + row * edges->stride[0];                                          \
            const T value = ((const T *)x->data)[row * x->stride[0] + column * x->stride[1]];                          \
            ((int64_t *)y->data)[row * y->stride[0] + column * y->stride[1]] =                                         \
                search_##T(first, edges->stride[1], edges->size[1], value, kind);                                      \
        }                                                                                                              \
    }
SEARCH(float)
SEARCH(double)
SEARCH(int64_t)

static int64_t units(const wki_call *call) { return wki_blocks(wki_numel(call->views[0]), WKI_BLOCK); }

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const int64_t last = wki_least(end * WKI_BLOCK, wki_numel(call->views[0]));
    if (call->views[1]->dtype == WK_F32)
        range_float(call, begin * WKI_BLOCK, last);
    else if (call->views[1]->dtype == WK_F64)
        range_double(call, begin * WKI_BLOCK, last);
    else
        range_int64_t(call, begin * WKI_BLOCK, last);
    return WK_OK;
}

const wki_kernel wki_cpu_bucket = { "bucket", units, NULL, run };
