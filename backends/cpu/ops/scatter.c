/* scatter: y[.., index[.., i, ..], ..] = src[.., i, ..] along one dim, or their sum, product, or the largest or
 * smallest of the two, in ascending i: the last one written wins, and equal indices always meet in one order. A unit is
 * a band of the dims that are not indexed: bands share no element of y. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "base/error.h"
#include "base/fault.h"

enum { BAND = 256 };

/* A line goes along dim, or across it: along, y_step is 0, as the index says all. */
typedef struct line {
    int64_t n, y_step, index_step, src_step;
    int64_t size, stride, low; /* of y along dim; low: the least index */
} line;

#define SET(y, x)           (x)
#define REAL_ADD(y, x)      (WKI_FAULT(17) ? (x) : (y) + (x))
#define REAL_MULTIPLY(y, x) ((y) * (x))
#define LARGEST(y, x)       ((y) != (y) || (y) >= (x) ? (y) : (x))
#define SMALLEST(y, x)      ((y) != (y) || (y) <= (x) ? (y) : (x))
#define I64_ADD(y, x)       (int64_t)((uint64_t)(y) + (uint64_t)(x))
#define I32_ADD(y, x)       (int32_t)((uint32_t)(y) + (uint32_t)(x))
#define U8_ADD(y, x)        (uint8_t)((y) + (x))

/* How many elements were taken: fewer than n if an index is out of range. */
#define SCATTER(NAME, TYPE, RESULT)                                                                                    \
    static int64_t NAME(const line *l, void *to, const int64_t *index, const void *from)                               \
    {                                                                                                                  \
        TYPE *y = to;                                                                                                  \
        const TYPE *src = from;                                                                                        \
        if (l->index_step == 0 && l->n > 0) { /* one row, at one place */                                              \
            if (*index < l->low || *index >= l->size) return 0;                                                        \
            y += (*index < 0 ? *index + l->size : *index) * l->stride;                                                 \
            for (int64_t i = 0; i < l->n; i++) y[i * l->y_step] = RESULT(y[i * l->y_step], src[i * l->src_step]);      \
            return l->n;                                                                                               \
        }                                                                                                              \
        if (l->low == 0 && l->index_step == 1 && l->src_step == 1 && l->y_step == 0) {                                 \
            const int64_t n = l->n, size = l->size, stride = l->stride;                                                \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                if ((uint64_t)index[i] >= (uint64_t)size) return i;                                                    \
                TYPE *at = y + index[i] * stride;                                                                      \
                *at = RESULT(*at, src[i]);                                                                             \
            }                                                                                                          \
            return n;                                                                                                  \
        }                                                                                                              \
        for (int64_t i = 0; i < l->n; i++) {                                                                           \
            int64_t at = index[i * l->index_step];                                                                     \
            if (at < l->low || at >= l->size) return i;                                                                \
            at = (at < 0 ? at + l->size : at) * l->stride + i * l->y_step;                                             \
            y[at] = RESULT(y[at], src[i * l->src_step]);                                                               \
        }                                                                                                              \
        return l->n;                                                                                                   \
    }
SCATTER(set_4, uint32_t, SET)
SCATTER(set_8, uint64_t, SET)
SCATTER(set_1, uint8_t, SET)
SCATTER(add_f32, float, REAL_ADD)
SCATTER(add_f64, double, REAL_ADD)
SCATTER(multiply_f32, float, REAL_MULTIPLY)
SCATTER(multiply_f64, double, REAL_MULTIPLY)
SCATTER(largest_f32, float, LARGEST)
SCATTER(largest_f64, double, LARGEST)
SCATTER(smallest_f32, float, SMALLEST)
SCATTER(smallest_f64, double, SMALLEST)
SCATTER(add_i64, int64_t, I64_ADD)
SCATTER(add_i32, int32_t, I32_ADD)
SCATTER(add_u8, uint8_t, U8_ADD)

typedef int64_t scatter_line(const line *l, void *y, const int64_t *index, const void *src);

/* by how they become one, and the row that does so to lines */
static const struct {
    scatter_line *lines[WK_DTYPE_COUNT];
    int row;
} ways[] = {
    [WKI_ADD_UP] = { { [WK_F32] = add_f32,
                       [WK_F64] = add_f64,
                       [WK_I64] = add_i64,
                       [WK_I32] = add_i32,
                       [WK_U8] = add_u8 },
                     WKI_ROW_add },
    [WKI_MULTIPLY] = { { [WK_F32] = multiply_f32, [WK_F64] = multiply_f64 }, WKI_ROW_mul },
    [WKI_TAKE_LARGEST] = { { [WK_F32] = largest_f32, [WK_F64] = largest_f64 }, WKI_ROW_maximum },
    [WKI_TAKE_SMALLEST] = { { [WK_F32] = smallest_f32, [WK_F64] = smallest_f64 }, WKI_ROW_minimum },
};

static scatter_line *line_for(wk_dtype dtype, int how)
{
    const size_t size = wk_dtype_size(dtype);
    return how != WKI_PUT ? ways[how].lines[dtype] : size == 4 ? set_4 : size == 8 ? set_8 : set_1;
}

/* index, src, y: all dims but the indexed one; the index gives the sizes */
static wki_walk others(const wki_call *call)
{
    const wki_view *const views[] = { call->views[2], call->views[1], call->views[0] };
    return wki_walk_over(views, 3, wki_all_dims(views[0]) & ~(1u << ((const wki_along_attrs *)call->attrs)->dim));
}

static int64_t units(const wki_call *call)
{
    return wki_numel(call->views[2]) == 0 ? 0 : wki_blocks(others(call).count, BAND);
}

/* One row at one place, both side by side: the loops of rows have vectors. */
static int64_t whole_row(const line *l, wk_dtype dtype, int how, void *to, int64_t at, const void *src)
{
    const int64_t bytes = (int64_t)wk_dtype_size(dtype);
    if (at < l->low || at >= l->size) return 0;
    char *y = (char *)to + (at < 0 ? at + l->size : at) * l->stride * bytes;
    if (how != WKI_PUT)
        wki_rows_for(wki_isa(), dtype)[ways[how].row].of[0](
            l->n, y, (const void *const[WKI_IN_COUNT]){ [WKI_IN_A] = y, [WKI_IN_B] = src }, 0, 0);
    else
        memcpy(y, src, (size_t)(l->n * bytes));
    return l->n;
}

typedef struct task {
    const wki_call *call;
    wki_walk w;
    scatter_line *run;
    int64_t length, step[2]; /* along dim: of index and src */
    line l;
    int64_t bytes;
} task;

static wk_status one_line(const task *t, int64_t index_at, int64_t src_at, int64_t y_at)
{
    const wki_view *y = t->call->views[0], *src = t->call->views[1], *index = t->call->views[2];
    const int64_t *numbers = (const int64_t *)index->data + index_at;
    char *to = (char *)y->data + y_at * t->bytes;
    const char *from = (const char *)src->data + src_at * t->bytes;
    const bool row = t->l.index_step == 0 && t->l.y_step == 1 && t->l.src_step == 1 && t->l.n > 1 && !WKI_FAULT(17);
    const int how = ((const wki_along_attrs *)t->call->attrs)->how;
    const int64_t done =
        row ? whole_row(&t->l, (wk_dtype)y->dtype, how, to, *numbers, from) : t->run(&t->l, to, numbers, from);
    wki_check(done == t->l.n, WK_E_RANGE, WK_E_RANGE, "scatter",
              "index %lld is outside dim %d of %s; expected %lld to %lld", (long long)numbers[done * t->l.index_step],
              ((const wki_along_attrs *)t->call->attrs)->dim, wki_show(y), (long long)t->l.low,
              (long long)t->l.size - 1);
    return WK_OK;
}

/* One line along dim for each of the others: where it is dim that is close together in memory. */
static wk_status lines_along(task *t, int64_t first, int64_t last)
{
    wki_cursor c = wki_cursor_at(&t->w, first);
    t->l.n = t->length;
    t->l.y_step = 0;
    t->l.index_step = t->step[0];
    t->l.src_step = t->step[1];
    for (int64_t k = first; k < last; k++) {
        if (one_line(t, c.at[0], c.at[1], c.at[2])) return wk_error();
        wki_cursor_move(&t->w, &c, 1);
    }
    return WK_OK;
}

static wk_status lines_across(task *t, int64_t first, int64_t last)
{
    const wki_cursor start = wki_cursor_at(&t->w, first);
    t->l.index_step = wki_walk_inner(&t->w, 0);
    t->l.src_step = wki_walk_inner(&t->w, 1);
    t->l.y_step = wki_walk_inner(&t->w, 2);
    for (int64_t i = 0; i < t->length; i++) {
        wki_cursor c = start;
        for (int64_t k = first; k < last; k += t->l.n) {
            t->l.n = wki_least(wki_cursor_left(&t->w, &c), last - k);
            if (one_line(t, c.at[0] + i * t->step[0], c.at[1] + i * t->step[1], c.at[2])) return wk_error();
            wki_cursor_move(&t->w, &c, t->l.n);
        }
    }
    return WK_OK;
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *src = call->views[1], *index = call->views[2];
    const wki_along_attrs *attrs = call->attrs;
    const int dim = attrs->dim;
    const int64_t size = y->size[dim];
    if (begin >= end) return WK_OK;
    task t = { .call = call,
               .w = others(call),
               .run = line_for((wk_dtype)y->dtype, attrs->how),
               .length = index->size[dim],
               .step = { index->stride[dim], src->stride[dim] },
               .l = { .size = size, .stride = y->stride[dim], .low = attrs->wrap ? -size : 0 },
               .bytes = (int64_t)wk_dtype_size((wk_dtype)y->dtype) };
    const int64_t first = begin * BAND, last = wki_least(end * BAND, t.w.count);
    const int64_t across = wki_walk_inner(&t.w, 2);
    bool along = t.w.count == 1 || t.l.stride < across;
    return along ? lines_along(&t, first, last) : lines_across(&t, first, last);
}

const wki_kernel wki_cpu_scatter = { "scatter", units, NULL, run };
