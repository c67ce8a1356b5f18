/* masked: the elements of x where the mask is true, or their places, one behind the other; or the way back, y taking
 * the next element of x where the mask is true and 0 elsewhere. One unit: how many came before is known only by
 * counting. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

/* No branch on the mask, which nobody can foresee: each element is written where the next true one belongs. */
#define MASKED(BYTES, TYPE)                                                                                            \
    static int64_t select_##BYTES(int64_t n, TYPE *y, int64_t room, const TYPE *x, int64_t x_step,                     \
                                  const uint8_t *mask, int64_t step)                                                   \
    {                                                                                                                  \
        int64_t k = 0;                                                                                                 \
        for (int64_t i = 0; i < n && k < room; i++) {                                                                  \
            y[k] = x[i * x_step];                                                                                      \
            k += mask[i * step] != 0;                                                                                  \
        }                                                                                                              \
        return k;                                                                                                      \
    }                                                                                                                  \
    static int64_t spread_##BYTES(int64_t n, TYPE *y, int64_t y_step, const TYPE *x, const uint8_t *mask,              \
                                  int64_t step)                                                                        \
    {                                                                                                                  \
        int64_t k = 0;                                                                                                 \
        for (int64_t i = 0; i < n; i++) y[i * y_step] = mask[i * step] ? x[k++] : 0;                                   \
        return k;                                                                                                      \
    }                                                                                                                  \
    static void run_##BYTES(const wki_walk *w, bool spread, void *whole, const wki_view *packed, const uint8_t *mask)  \
    {                                                                                                                  \
        wki_cursor c = wki_cursor_at(w, 0);                                                                            \
        const int64_t step = wki_walk_inner(w, 0), at_step = wki_walk_inner(w, 1);                                     \
        int64_t done = 0;                                                                                              \
        for (int64_t n, i = 0; i < w->count; i += n) {                                                                 \
            n = wki_cursor_left(w, &c);                                                                                \
            TYPE *at = (TYPE *)whole + c.at[1], *next = (TYPE *)packed->data + done;                                   \
            if (spread)                                                                                                \
                done += spread_##BYTES(n, at, at_step, next, mask + c.at[0], step);                                    \
            else                                                                                                       \
                done += select_##BYTES(n, next, packed->size[0] - done, at, at_step, mask + c.at[0], step);            \
            wki_cursor_move(w, &c, n);                                                                                 \
        }                                                                                                              \
    }
MASKED(4, uint32_t)
MASKED(8, uint64_t)
MASKED(1, uint8_t)

static int64_t count_line(int64_t n, int64_t first, int64_t *y, int64_t room, const uint8_t *mask, int64_t step)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n && k < room; i++) {
        y[k] = first + i;
        k += mask[i * step] != 0;
    }
    return k;
}

static void find_places(const wki_view *y, const wki_view *mask)
{
    const wki_walk w = wki_walk_over(&mask, 1, wki_all_dims(mask));
    wki_cursor c = wki_cursor_at(&w, 0);
    int64_t done = 0;
    for (int64_t n, i = 0; i < w.count; i += n) {
        n = wki_cursor_left(&w, &c);
        done += count_line(n, i, (int64_t *)y->data + done, y->size[0] - done, (const uint8_t *)mask->data + c.at[0],
                           wki_walk_inner(&w, 0));
        wki_cursor_move(&w, &c, n);
    }
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_masked_attrs *attrs = call->attrs;
    const bool spread = attrs->spread;
    const wki_view *whole = call->views[spread ? 0 : 1], *packed = call->views[spread ? 1 : 0], *mask = call->views[2];
    const wki_walk w = wki_walk_over((const wki_view *const[]){ mask, whole }, 2, wki_all_dims(mask));
    const size_t size = wk_dtype_size((wk_dtype)whole->dtype);
    if (begin >= end || w.count == 0 || wki_numel(call->views[0]) == 0) return WK_OK;
    if (attrs->places) {
        find_places(packed, mask);
        return WK_OK;
    }
    (size == 4 ? run_4 : size == 8 ? run_8 : run_1)(&w, spread, whole->data, packed, mask->data);
    return WK_OK;
}

const wki_kernel wki_cpu_masked = { "masked", NULL, NULL, run };
