/* random: element i of y, counted row-major, is a pure function of (key, i). Floats are made in groups by isa/loops.c;
 * integers, which nothing is in a hurry for, here. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/saturate.h"
#include "backends/cpu/walk.h"

__extension__ typedef unsigned __int128 wide_word;

/* low + a 64-bit number scaled to the range; the bias is below range / 2^64. Two of them a block. */
static int64_t integer(const wki_random_key *key, int64_t i, int64_t low, int64_t high)
{
    uint32_t counter[4], keys[2], word[4];
    wki_random_block(key, (uint64_t)i / 2, counter, keys);
    wki_philox(counter, keys, word);
    const uint64_t wide = (uint64_t)word[i % 2 * 2 + 1] << 32 | word[i % 2 * 2];
    const uint64_t range = (uint64_t)high - (uint64_t)low;
    return (int64_t)((uint64_t)low + (uint64_t)((wide_word)wide * range >> 64));
}

static void make_integers(const wki_random_attrs *a, const wki_view *y, int64_t begin, int64_t end)
{
    const wki_walk w = wki_walk_over(&y, 1, wki_all_dims(y));
    const int64_t low = wki_to_i64(a->a), high = wki_to_i64(a->b);
    wki_cursor c = wki_cursor_at(&w, begin);
    for (int64_t i = begin; i < end; i++) {
        ((int64_t *)y->data)[c.at[0]] = integer(&a->key, i, low, high);
        wki_cursor_move(&w, &c, 1);
    }
}

static void make_floats(const wki_random_attrs *a, const wki_view *y, int64_t begin, int64_t end)
{
    const wki_loops *loops = wki_loops_for(wki_isa(), (wk_dtype)y->dtype);
    void (*make)(const wki_random_key *, int64_t, int64_t, void *, double, double) =
        a->kind == WKI_RANDOM_UNIFORM ? loops->uniform : loops->normal;
    const wki_walk w = wki_walk_over(&y, 1, wki_all_dims(y));
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    const int64_t whole = w.ndim == 1 && wki_walk_inner(&w, 0) == 1 ? (end - begin) / WKI_GROUP : 0;
    make(&a->key, begin / WKI_GROUP, whole, (char *)y->data + begin * size, a->a, a->b);
    int64_t i = begin + whole * WKI_GROUP;
    wki_cursor c = wki_cursor_at(&w, i);
    for (; i < end; i += WKI_GROUP) {
        double group[WKI_GROUP];
        make(&a->key, i / WKI_GROUP, 1, group, a->a, a->b);
        for (int64_t k = 0; k < WKI_GROUP && i + k < end; k++, wki_cursor_move(&w, &c, 1))
            memcpy((char *)y->data + c.at[0] * size, (char *)group + k * size, (size_t)size);
    }
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0];
    const wki_random_attrs *a = call->attrs;
    const int64_t first = begin * WKI_BLOCK, last = wki_least(end * WKI_BLOCK, wki_numel(y));
    if (first >= last) return WK_OK;
    (a->kind == WKI_RANDOM_INT ? make_integers : make_floats)(a, y, first, last);
    return WK_OK;
}

const wki_kernel wki_cpu_random = { "random", wki_element_units, NULL, run };
