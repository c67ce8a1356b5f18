/* Reductions of integers and bools into 64 bits: one line, or a band of columns row by row. */
#include "backends/cpu/integer_reduce.h"

enum { BYTES = 32 }; /* counted side by side */

typedef void fold_integers(int kind, int64_t n, uint64_t *total, const void *x, int64_t step);

static bool counts(int kind) { return kind == WKI_COUNT || kind == WKI_ANY || kind == WKI_ALL; }

/* n elements into one total, or one each into n totals */
#define INTEGERS(NAME, TYPE)                                                                                           \
    static inline void any_line_##NAME(int kind, int64_t n, uint64_t *total, const void *from, int64_t step)           \
    {                                                                                                                  \
        const TYPE *x = from;                                                                                          \
        uint64_t t = *total;                                                                                           \
        if (kind == WKI_SUM)                                                                                           \
            for (int64_t i = 0; i < n; i++) t += (uint64_t)x[i * step];                                                \
        else if (kind == WKI_PROD)                                                                                     \
            for (int64_t i = 0; i < n; i++) t *= (uint64_t)x[i * step];                                                \
        else if (kind == WKI_AMAX)                                                                                     \
            for (int64_t i = 0; i < n; i++) t = (int64_t)t < (int64_t)x[i * step] ? (uint64_t)x[i * step] : t;         \
        else if (kind == WKI_AMIN)                                                                                     \
            for (int64_t i = 0; i < n; i++) t = (int64_t)t > (int64_t)x[i * step] ? (uint64_t)x[i * step] : t;         \
        else                                                                                                           \
            for (int64_t i = 0; i < n; i++) t += x[i * step] != 0;                                                     \
        *total = t;                                                                                                    \
    }                                                                                                                  \
    static void line_##NAME(int kind, int64_t n, uint64_t *total, const void *from, int64_t step)                      \
    {                                                                                                                  \
        if (step == 1)                                                                                                 \
            any_line_##NAME(kind, n, total, from, 1);                                                                  \
        else                                                                                                           \
            any_line_##NAME(kind, n, total, from, step);                                                               \
    }                                                                                                                  \
    static void row_##NAME(int kind, int64_t n, uint64_t *t, const void *from, int64_t step)                           \
    {                                                                                                                  \
        const TYPE *x = from;                                                                                          \
        (void)step;                                                                                                    \
        if (kind == WKI_SUM)                                                                                           \
            for (int64_t i = 0; i < n; i++) t[i] += (uint64_t)x[i];                                                    \
        else if (kind == WKI_PROD)                                                                                     \
            for (int64_t i = 0; i < n; i++) t[i] *= (uint64_t)x[i];                                                    \
        else if (kind == WKI_AMAX)                                                                                     \
            for (int64_t i = 0; i < n; i++) t[i] = (int64_t)t[i] < (int64_t)x[i] ? (uint64_t)x[i] : t[i];              \
        else if (kind == WKI_AMIN)                                                                                     \
            for (int64_t i = 0; i < n; i++) t[i] = (int64_t)t[i] > (int64_t)x[i] ? (uint64_t)x[i] : t[i];              \
        else                                                                                                           \
            for (int64_t i = 0; i < n; i++) t[i] += x[i] != 0;                                                         \
    }
INTEGERS(i64, int64_t)
INTEGERS(i32, int32_t)
INTEGERS(u8, uint8_t)

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

static uint64_t first_of(int kind)
{
    if (kind == WKI_PROD) return 1;
    return kind == WKI_AMAX ? (uint64_t)INT64_MIN : kind == WKI_AMIN ? (uint64_t)INT64_MAX : 0;
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
    static fold_integers *const lines[] = {
        [WK_I64] = line_i64, [WK_I32] = line_i32, [WK_U8] = line_u8, [WK_BOOL] = line_u8
    };
    static fold_integers *const rows[] = {
        [WK_I64] = row_i64, [WK_I32] = row_i32, [WK_U8] = row_u8, [WK_BOOL] = row_u8
    };
    const int64_t step = n == 1 ? wki_walk_inner(reduced, 0) : 1, size = (int64_t)wk_dtype_size((wk_dtype)x->dtype);
    const bool bytes = n == 1 && step == 1 && size == 1 && (counts(kind) || (kind == WKI_SUM && x->dtype == WK_BOOL));
    uint64_t total[WKI_COLUMNS];
    wki_cursor c = { .at = { 0 } };
    for (int64_t j = 0; j < n; j++) total[j] = first_of(kind);
    for (int64_t m, i = 0; i < reduced->count; i += m) {
        const char *from = (const char *)x->data + (x_at + c.at[0]) * size;
        m = n == 1 ? wki_cursor_left(reduced, &c) : 1;
        if (bytes)
            *total += nonzero_bytes(m, (const uint8_t *)from);
        else
            (n == 1 ? lines : rows)[x->dtype](kind, n == 1 ? m : n, total, from, step);
        wki_cursor_move(reduced, &c, m);
    }
    for (int64_t j = 0; j < n; j++) {
        if (kind == WKI_ANY) total[j] = total[j] > 0;
        if (kind == WKI_ALL) total[j] = total[j] == (uint64_t)reduced->count;
        wki_put_integer(y, y_at + j * y_step, (int64_t)total[j]);
    }
}
