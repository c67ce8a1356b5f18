/* gather: y[.., i, ..] = x[.., index[.., i, ..], ..] along one dim. A unit is a block of elements in the order of
 * y's memory; where the index repeats along the innermost dim, whole rows are copied. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "base/error.h"

/* y, index, x: whose strides along dim are what the index multiplies */
static wki_walk elements(const wki_call *call)
{
    wki_view x = *call->views[1];
    x.stride[((const wki_along_attrs *)call->attrs)->dim] = 0;
    return wki_walk_by_stride((const wki_view *const[]){ call->views[0], call->views[2], &x }, 3,
                              wki_all_dims(call->views[0]));
}

static int64_t units(const wki_call *call) { return wki_blocks(wki_numel(call->views[0]), WKI_BLOCK); }

typedef struct line {
    int64_t n, y_step, index_step, x_step; /* of the innermost dim */
    int64_t size, stride, low;             /* of x along dim; low: the least index */
} line;

/* How many of the n elements were copied: fewer if an index is out of range. */
#define GATHER(NAME, TYPE)                                                                                             \
    static int64_t NAME(const line *l, TYPE *y, const int64_t *index, const TYPE *x)                                   \
    {                                                                                                                  \
        const int64_t n = l->n, size = l->size, stride = l->stride, low = l->low;                                      \
        if (low == 0 && l->y_step == 1 && l->index_step == 1 && l->x_step == 0) {                                      \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                if ((uint64_t)index[i] >= (uint64_t)size) return i;                                                    \
                y[i] = x[index[i] * stride];                                                                           \
            }                                                                                                          \
            return n;                                                                                                  \
        }                                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const int64_t at = index[i * l->index_step];                                                               \
            if (at < low || at >= size) return i;                                                                      \
            y[i * l->y_step] = x[i * l->x_step + (at < 0 ? at + size : at) * stride];                                  \
        }                                                                                                              \
        return n;                                                                                                      \
    }
GATHER(gather_4, uint32_t)
GATHER(gather_8, uint64_t)
GATHER(gather_1, uint8_t)

static int64_t gather_line(const line *l, int64_t bytes, void *y, const int64_t *index, const char *x)
{
    if (l->index_step == 0) { /* one row, from one place */
        const int64_t at = *index;
        if (at < l->low || at >= l->size) return 0;
        wki_copy_elements(l->n, (size_t)bytes, y, l->y_step, x + (at < 0 ? at + l->size : at) * l->stride * bytes,
                          l->x_step);
        return l->n;
    }
    if (bytes == 4) return gather_4(l, y, index, (const uint32_t *)(const void *)x);
    if (bytes == 8) return gather_8(l, y, index, (const uint64_t *)(const void *)x);
    return gather_1(l, y, index, (const uint8_t *)x);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1], *index = call->views[2];
    const wki_along_attrs *attrs = call->attrs;
    const wki_walk w = elements(call);
    const int64_t size = x->size[attrs->dim], bytes = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    int64_t at = begin * WKI_BLOCK;
    const int64_t last = wki_least(end * WKI_BLOCK, w.count);
    if (at >= last) return WK_OK;
    wki_cursor c = wki_cursor_at(&w, at);
    line l = { 0,    wki_walk_inner(&w, 0), wki_walk_inner(&w, 1),  wki_walk_inner(&w, 2),
               size, x->stride[attrs->dim], attrs->wrap ? -size : 0 };
    for (; at < last; at += l.n) {
        l.n = wki_least(wki_cursor_left(&w, &c), last - at);
        const int64_t *numbers = (const int64_t *)index->data + c.at[1];
        int64_t done =
            gather_line(&l, bytes, (char *)y->data + c.at[0] * bytes, numbers, (const char *)x->data + c.at[2] * bytes);
        wki_check(done == l.n, WK_E_RANGE, WK_E_RANGE, "gather",
                  "index %lld is outside dim %d of %s; expected %lld to %lld", (long long)numbers[done * l.index_step],
                  attrs->dim, wki_show(x), (long long)l.low, (long long)size - 1);
        wki_cursor_move(&w, &c, l.n);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_gather = { "gather", units, NULL, run };
