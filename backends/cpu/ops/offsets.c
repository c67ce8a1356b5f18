/* offsets: where in memory the elements lie that several index tensors point to together, y = sum of index_k *
 * stride_k. Negative indices count from the end; each is checked. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "base/error.h"

static wki_walk both(const wki_call *call, int k)
{
    return wki_walk_over((const wki_view *const[]){ call->views[0], call->views[k] }, 2, wki_all_dims(call->views[0]));
}

static int64_t units(const wki_call *call) { return wki_blocks(wki_numel(call->views[0]), WKI_BLOCK); }

static wk_status add_index(const wki_call *call, int k, int64_t first, int64_t last)
{
    const wki_offsets_attrs *attrs = call->attrs;
    const wki_walk w = both(call, k + 1);
    const int64_t size = attrs->size[k], stride = attrs->stride[k];
    wki_cursor c = wki_cursor_at(&w, first);
    for (int64_t n; first < last; first += n) {
        n = wki_least(wki_cursor_left(&w, &c), last - first);
        int64_t *y = (int64_t *)call->views[0]->data + c.at[0];
        const int64_t *index = (const int64_t *)call->views[k + 1]->data + c.at[1];
        for (int64_t i = 0; i < n; i++) {
            const int64_t at = index[i * wki_walk_inner(&w, 1)];
            wki_check(at >= -size && at < size, WK_E_RANGE, WK_E_RANGE, "index",
                      "index %lld is outside a dim of size %lld (indexed dim number %d); expected %lld to %lld",
                      (long long)at, (long long)size, k, (long long)-size, (long long)size - 1);
            y[i] = (k ? y[i] : 0) + (at < 0 ? at + size : at) * stride;
        }
        wki_cursor_move(&w, &c, n);
    }
    return WK_OK;
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const int64_t last = wki_least(end * WKI_BLOCK, wki_numel(call->views[0]));
    for (int k = 0; begin < end && k + 1 < call->nviews; k++)
        if (add_index(call, k, begin * WKI_BLOCK, last)) return wk_error();
    return WK_OK;
}

const wki_kernel wki_cpu_offsets = { "offsets", units, NULL, run };
