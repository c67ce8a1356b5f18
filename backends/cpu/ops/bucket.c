/* bucket: between which of the ascending edges an element lies, by halving. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

static double element(const wki_view *v, int64_t i)
{
    const int64_t at = i * v->stride[0];
    return v->dtype == WK_F32 ? (double)((const float *)v->data)[at] : ((const double *)v->data)[at];
}

/* The last of the m parts that begins at x or before; m for what lies outside, and for NaN. */
static int64_t part_of(const wki_view *edges, int64_t m, double x)
{
    if (!(x >= element(edges, 0) && x <= element(edges, m))) return m;
    int64_t low = 0, high = m;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (x >= element(edges, middle))
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int64_t units(const wki_call *call) { return wki_blocks(wki_numel(call->views[0]), WKI_BLOCK); }

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1], *edges = call->views[2];
    const int64_t last = wki_least(end * WKI_BLOCK, y->size[0]), m = edges->size[0] - 1;
    for (int64_t i = begin * WKI_BLOCK; i < last; i++)
        ((int64_t *)y->data)[i * y->stride[0]] = part_of(edges, m, element(x, i));
    return WK_OK;
}

const wki_kernel wki_cpu_bucket = { "bucket", units, NULL, run };
