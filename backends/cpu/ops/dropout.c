/* dropout: y = x / (1 - p) where the uniform number of element i, counted row-major, is at least p, else 0. The numbers
 * are those of a random call on f32. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

/* One group by way of a contiguous copy: strided views, and the last elements of any. */
static void some(const wki_call *call, const wki_loops *loops, const wki_walk *w, int64_t i, int64_t n)
{
    const wki_dropout_attrs *a = call->attrs;
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)call->views[0]->dtype);
    char *y = call->views[0]->data;
    const char *x = call->views[1]->data;
    double group[WKI_GROUP] = { 0 };
    wki_cursor c = wki_cursor_at(w, i);
    for (int64_t k = 0; k < n; k++, wki_cursor_move(w, &c, 1))
        memcpy((char *)group + k * size, x + c.at[1] * size, (size_t)size);
    loops->dropout(&a->key, i / WKI_GROUP, 1, group, group, a->p);
    c = wki_cursor_at(w, i);
    for (int64_t k = 0; k < n; k++, wki_cursor_move(w, &c, 1))
        memcpy(y + c.at[0] * size, (char *)group + k * size, (size_t)size);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1];
    const wki_dropout_attrs *a = call->attrs;
    const wki_loops *loops = wki_loops_for(wki_isa(), (wk_dtype)y->dtype);
    const wki_walk w = wki_walk_over(call->views, 2, wki_all_dims(y));
    const int64_t last = wki_least(end * WKI_BLOCK, w.count), size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    int64_t i = begin * WKI_BLOCK;
    if (i >= last) return WK_OK;
    if (w.ndim == 1 && wki_walk_inner(&w, 0) == 1 && wki_walk_inner(&w, 1) == 1) {
        const int64_t groups = (last - i) / WKI_GROUP;
        loops->dropout(&a->key, i / WKI_GROUP, groups, (char *)y->data + i * size, (const char *)x->data + i * size,
                       a->p);
        i += groups * WKI_GROUP;
    }
    for (; i < last; i += WKI_GROUP) some(call, loops, &w, i, wki_least(WKI_GROUP, last - i));
    return WK_OK;
}

const wki_kernel wki_cpu_dropout = { "dropout", wki_element_units, NULL, run };
