/* scan: running sums, products and first-order recurrences along one dim, and the products of all other elements, which
 * prod's gradient needs where there are zeros. A unit is a line, or a band of neighbouring ones walked row by row. Sums
 * are taken in fours that then join the total: the order depends on the place in the line alone. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include <math.h>

enum { BAND = 64 };

typedef struct lines { /* `count` lines of n elements; steps in elements, [0] of y, [1] of x, [2] of c */
    int64_t n, count, step[WKI_WALK_VIEWS], next[WKI_WALK_VIEWS];
    void *y;
    const void *x, *c;
} lines;

#define I64_SUM(a, b)    ((int64_t)((uint64_t)(a) + (uint64_t)(b)))
#define I64_TIMES(a, b)  ((int64_t)((uint64_t)(a) * (uint64_t)(b)))
#define REAL_SUM(a, b)   ((a) + (b))
#define REAL_TIMES(a, b) ((a) * (b))

/* A running sum or product; FOUR elements are joined before they meet the total, or only one. */
#define RUNNING(NAME, TYPE, WIDE, BOTH, START, FOUR)                                                                   \
    static void line_##NAME(const lines *l)                                                                            \
    {                                                                                                                  \
        const int64_t to = l->step[0], from = l->step[1];                                                              \
        const TYPE *x = l->x;                                                                                          \
        TYPE *y = l->y;                                                                                                \
        WIDE total = START, part = START;                                                                              \
        int64_t i = 0;                                                                                                 \
        for (; FOUR == 4 && i + 4 <= l->n; i += 4, x += 4 * from, y += 4 * to) {                                       \
            const WIDE a = (WIDE)x[0], b = BOTH(a, (WIDE)x[from]), c = BOTH(b, (WIDE)x[2 * from]),                     \
                       d = BOTH(c, (WIDE)x[3 * from]);                                                                 \
            y[0] = (TYPE)BOTH(total, a);                                                                               \
            y[to] = (TYPE)BOTH(total, b);                                                                              \
            y[2 * to] = (TYPE)BOTH(total, c);                                                                          \
            total = BOTH(total, d);                                                                                    \
            y[3 * to] = (TYPE)total;                                                                                   \
        }                                                                                                              \
        for (int64_t k = 0; i < l->n; i++, k++) {                                                                      \
            part = FOUR == 4 && k ? BOTH(part, (WIDE)x[k * from]) : (WIDE)x[k * from];                                 \
            y[k * to] = (TYPE)BOTH(total, part);                                                                       \
            if (FOUR == 1) total = BOTH(total, part);                                                                  \
        }                                                                                                              \
    }                                                                                                                  \
    static void band_##NAME(const lines *l)                                                                            \
    {                                                                                                                  \
        WIDE total[BAND], part[BAND];                                                                                  \
        for (int64_t j = 0; j < l->count; j++) total[j] = part[j] = START;                                             \
        for (int64_t i = 0; i < l->n; i++) {                                                                           \
            const TYPE *x = (const TYPE *)l->x + i * l->step[1];                                                       \
            TYPE *y = (TYPE *)l->y + i * l->step[0];                                                                   \
            for (int64_t j = 0; j < l->count; j++) {                                                                   \
                const WIDE value = (WIDE)x[j * l->next[1]];                                                            \
                part[j] = i % FOUR ? BOTH(part[j], value) : value;                                                     \
                y[j * l->next[0]] = (TYPE)BOTH(total[j], part[j]);                                                     \
            }                                                                                                          \
            for (int64_t j = 0; i % FOUR == FOUR - 1 && j < l->count; j++) total[j] = BOTH(total[j], part[j]);         \
        }                                                                                                              \
    }                                                                                                                  \
    static void NAME(const lines *l) { l->count == 1 ? line_##NAME(l) : band_##NAME(l); }
RUNNING(sum_f32, float, double, REAL_SUM, 0, 4)
RUNNING(sum_f64, double, double, REAL_SUM, 0, 4)
RUNNING(sum_i64, int64_t, int64_t, I64_SUM, 0, 4)
RUNNING(product_f32, float, double, REAL_TIMES, 1, 4)
RUNNING(product_f64, double, double, REAL_TIMES, 1, 1) /* four of them might leave the range */
RUNNING(product_i64, int64_t, int64_t, I64_TIMES, 1, 4)

#define RECUR(NAME, TYPE)                                                                                              \
    static void recur_##NAME(const lines *l)                                                                           \
    {                                                                                                                  \
        double last[BAND];                                                                                             \
        for (int64_t j = 0; j < l->count; j++) last[j] = 0;                                                            \
        for (int64_t i = 0; i < l->n; i++) {                                                                           \
            const TYPE *x = (const TYPE *)l->x + i * l->step[1], *c = (const TYPE *)l->c + i * l->step[2];             \
            TYPE *y = (TYPE *)l->y + i * l->step[0];                                                                   \
            for (int64_t j = 0; j < l->count; j++) {                                                                   \
                const double value = (double)x[j * l->next[1]], factor = (double)c[j * l->next[2]];                    \
                last[j] = i ? value + factor * last[j] : value;                                                        \
                y[j * l->next[0]] = (TYPE)last[j];                                                                     \
            }                                                                                                          \
        }                                                                                                              \
    }
RECUR(f32, float)
RECUR(f64, double)

/* By division where the whole product allows it, else the product of those before times that of those behind. */
#define OTHERS(NAME, TYPE)                                                                                             \
    static void others_of_line_##NAME(int64_t n, TYPE *y, int64_t to, const TYPE *x, int64_t from, TYPE all)           \
    {                                                                                                                  \
        double before = 1, behind = 1;                                                                                 \
        if (isnormal(all)) {                                                                                           \
            for (int64_t i = 0; i < n; i++) y[i * to] = all / x[i * from];                                             \
            return;                                                                                                    \
        }                                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            y[i * to] = (TYPE)before;                                                                                  \
            before *= (double)x[i * from];                                                                             \
        }                                                                                                              \
        for (int64_t i = n - 1; i >= 0; i--) {                                                                         \
            y[i * to] = (TYPE)((double)y[i * to] * behind);                                                            \
            behind *= (double)x[i * from];                                                                             \
        }                                                                                                              \
    }                                                                                                                  \
    static void others_##NAME(const lines *l)                                                                          \
    {                                                                                                                  \
        for (int64_t j = 0; j < l->count; j++)                                                                         \
            others_of_line_##NAME(l->n, (TYPE *)l->y + j * l->next[0], l->step[0],                                     \
                                  (const TYPE *)l->x + j * l->next[1], l->step[1],                                     \
                                  ((const TYPE *)l->c)[j * l->next[2]]);                                               \
    }
OTHERS(f32, float)
OTHERS(f64, double)

static wki_walk kept_of(const wki_call *call)
{
    const wki_scan_attrs *a = call->attrs;
    return wki_walk_over(call->views, call->nviews, wki_all_dims(call->views[0]) & ~(1u << a->dim));
}

/* lines of one dim of the walk that are taken together: one where a line itself is contiguous */
static int64_t band_of(const wki_call *call)
{
    const wki_scan_attrs *a = call->attrs;
    return call->views[1]->stride[a->dim] == 1 ? 1 : BAND;
}

static int64_t units(const wki_call *call)
{
    if (wki_numel(call->views[0]) == 0) return 0;
    const wki_walk w = kept_of(call);
    const int64_t width = w.size[w.ndim - 1];
    return w.count / width * wki_blocks(width, band_of(call));
}

static void run_lines(const wki_call *call, const wki_walk *w, const wki_cursor *c, int64_t count)
{
    typedef void scan(const lines *);
    static scan *const scans[][3] = {
        [WKI_SCAN_SUM] = { sum_f32, sum_f64, sum_i64 },
        [WKI_SCAN_PROD] = { product_f32, product_f64, product_i64 },
        [WKI_SCAN_RECUR] = { recur_f32, recur_f64, NULL },
        [WKI_SCAN_OTHERS] = { others_f32, others_f64, NULL },
    };
    const wki_scan_attrs *a = call->attrs;
    const wki_view *y = call->views[0];
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    lines l = { .n = y->size[a->dim], .count = count };
    char *data[WKI_WALK_VIEWS] = { NULL };
    for (int v = 0; v < call->nviews; v++) {
        const int64_t step = call->views[v]->stride[a->dim];
        l.next[v] = wki_walk_inner(w, v);
        l.step[v] = a->reverse ? -step : step;
        data[v] = (char *)call->views[v]->data + (c->at[v] + (a->reverse ? (l.n - 1) * step : 0)) * size;
    }
    l.y = data[0];
    l.x = data[1];
    l.c = data[2];
    scans[a->kind][y->dtype == WK_F32 ? 0 : y->dtype == WK_F64 ? 1 : 2](&l);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    if (begin >= end) return WK_OK;
    const wki_walk w = kept_of(call);
    const int64_t band = band_of(call), width = w.size[w.ndim - 1], bands = wki_blocks(width, band);
    for (int64_t u = begin; u < end; u++) {
        const int64_t from = u % bands * band;
        const wki_cursor c = wki_cursor_at(&w, u / bands * width + from);
        run_lines(call, &w, &c, wki_least(band, width - from));
    }
    return WK_OK;
}

const wki_kernel wki_cpu_scan = { "scan", units, NULL, run };
