/* Reductions of integers and bools into 64 bits: one line, or a band of columns. */
#include "backends/cpu/integer_reduce.h"

enum { BYTES = 32 }; /* counted side by side */

static bool counts(int kind) { return kind == WKI_COUNT || kind == WKI_ANY || kind == WKI_ALL; }

static const wki_integers *loops(void)
{
#ifdef __x86_64__
    static const wki_integers *const sets[WKI_ISA_COUNT] = { &wki_integers_base, &wki_integers_avx2,
                                                             &wki_integers_avx512 };
    return sets[wki_isa()];
#else
    return &wki_integers_base;
#endif
}

/* how many of n bytes are not 0, in lanes that are emptied before they overflow */
static uint64_t nonzero_bytes(int64_t n, const uint8_t *x)
{
    uint64_t total = 0;
    int64_t i = 0;
    while (i + BYTES <= n) {
        uint8_t lane[BYTES] = { 0 };
        for (int round = 0; round < 255 && i + BYTES <= n; round++, i += BYTES)
            for (int l = 0; l < BYTES; l++) lane[l] = (uint8_t)(lane[l] + (x[i + l] != 0));
        for (int l = 0; l < BYTES; l++) total += lane[l];
    }
    for (; i < n; i++) total += x[i] != 0;
    return total;
}

void wki_put_integer(const wki_view *y, int64_t at, int64_t value)
{
    if (y->dtype == WK_I64)
        ((int64_t *)y->data)[at] = value;
    else if (y->dtype == WK_I32)
        ((int32_t *)y->data)[at] = (int32_t)value;
    else
        ((uint8_t *)y->data)[at] = (uint8_t)value;
}

void wki_reduce_integers(const wki_view *y, const wki_view *x, int kind, const wki_walk *reduced, int64_t n,
                         int64_t y_at, int64_t y_step, int64_t x_at)
{
    const int64_t step = wki_walk_inner(reduced, 0), size = (int64_t)wk_dtype_size((wk_dtype)x->dtype);
    const bool bytes = n == 1 && step == 1 && size == 1 && (counts(kind) || (kind == WKI_SUM && x->dtype == WK_BOOL));
    const wki_integers *fold = loops();
    uint64_t total[WKI_COLUMNS];
    const bool one = reduced->ndim == 1;
    wki_cursor c = { .at = { 0 } };
    for (int64_t j = 0; j < n; j++) total[j] = wki_first_integer(kind);
    for (int64_t m, i = 0; i < reduced->count; i += m) {
        const char *from = (const char *)x->data + (x_at + (one ? 0 : c.at[0])) * size;
        m = one ? reduced->count : wki_cursor_left(reduced, &c);
        if (bytes)
            *total += nonzero_bytes(m, (const uint8_t *)from);
        else if (n == 1)
            fold->line[x->dtype](kind, m, total, from, step);
        else
            fold->columns[x->dtype](kind, m, n, total, from, step);
        if (!one) wki_cursor_move(reduced, &c, m);
    }
    for (int64_t j = 0; j < n; j++) {
        if (kind == WKI_ANY) total[j] = total[j] > 0;
        if (kind == WKI_ALL) total[j] = total[j] == (uint64_t)reduced->count;
        wki_put_integer(y, y_at + j * y_step, (int64_t)total[j]);
    }
}
