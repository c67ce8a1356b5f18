/* argmax: where the largest or smallest element of each line along one dim is, and its value. The first of equals, and
 * the first NaN before all numbers. A long line is folded block by block and only the best block searched; columns, and
 * short lines turned into columns, are compared row by row. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

typedef struct plan {
    wki_walk kept;
    int64_t n, step; /* of a line of x */
    wk_dtype dtype;
    bool least, columns, short_lines;
} plan;

static void make_plan(plan *p, const wki_call *call)
{
    const wki_argmax_attrs *a = call->attrs;
    const wki_view *x = call->views[call->nout];
    const wki_view *views[] = { call->views[0], x, call->views[call->nout - 1] }; /* the last: the values' */
    p->kept = wki_walk_over(views, 3, wki_all_dims(x) & ~(1u << a->dim));
    p->n = x->size[a->dim];
    p->step = x->stride[a->dim];
    p->dtype = (wk_dtype)x->dtype;
    p->least = a->least;
    p->columns = p->n <= INT32_MAX && p->kept.count > 1 && p->step != 1 && wki_walk_inner(&p->kept, 1) == 1;
    p->short_lines = wki_is_float(p->dtype) && p->kept.count > 1 && !p->columns && p->n <= WKI_SHORT_LINE;
}

static int64_t bands_of(const plan *p) { return wki_blocks(p->kept.size[p->kept.ndim - 1], WKI_COLUMNS); }

static int64_t units(const wki_call *call)
{
    plan p;
    if (wki_numel(call->views[call->nout]) == 0) return 0;
    make_plan(&p, call);
    return p.columns ? p.kept.count / p.kept.size[p.kept.ndim - 1] * bands_of(&p) : p.kept.count;
}

static size_t scratch_bytes(const wki_call *call)
{
    return WKI_SHORT_LINE * WKI_LINES * wk_dtype_size((wk_dtype)call->views[call->nout]->dtype);
}

#define SEARCH(NAME, TYPE)                                                                                             \
    static int64_t search_##NAME(int64_t n, const void *from, int64_t step, bool least)                                \
    {                                                                                                                  \
        const TYPE *x = from;                                                                                          \
        TYPE top = *x;                                                                                                 \
        int64_t best = 0;                                                                                              \
        for (int64_t i = 1; i < n && top == top; i++) {                                                                \
            const TYPE value = x[i * step];                                                                            \
            if (least ? value >= top : value <= top) continue;                                                         \
            top = value;                                                                                               \
            best = i;                                                                                                  \
        }                                                                                                              \
        return best;                                                                                                   \
    }
/* the columns of integers side by side */
#define ROWS(NAME, TYPE)                                                                                               \
    static void rows_##NAME(int64_t rows, int64_t n, int64_t *place, const void *from, int64_t stride, bool least)     \
    {                                                                                                                  \
        const TYPE *x = from;                                                                                          \
        TYPE top[WKI_COLUMNS];                                                                                         \
        for (int64_t j = 0; j < n; j++) top[j] = x[j];                                                                 \
        for (int64_t j = 0; j < n; j++) place[j] = 0;                                                                  \
        for (int64_t r = 1; r < rows; r++)                                                                             \
            for (int64_t j = 0; j < n; j++) {                                                                          \
                const TYPE value = x[r * stride + j];                                                                  \
                const bool better = least ? value < top[j] : value > top[j];                                           \
                top[j] = better ? value : top[j];                                                                      \
                place[j] = better ? r : place[j];                                                                      \
            }                                                                                                          \
    }
SEARCH(f32, float)
SEARCH(f64, double)
SEARCH(i64, int64_t)
SEARCH(i32, int32_t)
SEARCH(u8, uint8_t)
ROWS(i64, int64_t)
ROWS(i32, int32_t)
ROWS(u8, uint8_t)

static int64_t search(const plan *p, int64_t n, const void *x, int64_t step)
{
    static int64_t (*const searches[])(int64_t, const void *, int64_t, bool) = {
        [WK_F32] = search_f32, [WK_F64] = search_f64, [WK_I64] = search_i64,
        [WK_I32] = search_i32, [WK_U8] = search_u8,   [WK_BOOL] = search_u8,
    };
    return searches[p->dtype](n, x, step, p->least);
}

/* a contiguous line of floats */
static int64_t search_blocks(const plan *p, const char *x)
{
    const wki_folds *folds = wki_folds_for(wki_isa(), p->dtype);
    const int64_t size = (int64_t)wk_dtype_size(p->dtype);
    double best = 0;
    int64_t at = -1;
    for (int64_t i = 0; i < p->n && best == best; i += WKI_FOLD) {
        const double top =
            folds->line[p->least ? WKI_FOLD_MIN : WKI_FOLD_MAX](wki_least(WKI_FOLD, p->n - i), x + i * size, 0);
        if (at >= 0 && (p->least ? top >= best : top <= best)) continue;
        best = top;
        at = i;
    }
    return at + folds->find(wki_least(WKI_FOLD, p->n - at), x + at * size, best);
}

static int64_t place_at(const void *places, wk_dtype dtype, int64_t i)
{
    return dtype == WK_F32 ? ((const int32_t *)places)[i] : ((const int64_t *)places)[i]; /* as folds.first has it */
}

static void put(const wki_call *call, const plan *p, const wki_cursor *c, int64_t place)
{
    const int64_t size = (int64_t)wk_dtype_size(p->dtype);
    ((int64_t *)call->views[0]->data)[c->at[0]] = place;
    if (call->nout > 1)
        wki_copy_elements(1, (size_t)size, (char *)call->views[1]->data + c->at[2] * size, 1,
                          (const char *)call->views[2]->data + (c->at[1] + place * p->step) * size, 1);
}

static void search_columns(const plan *p, int64_t n, const void *x, int64_t *place)
{
    double top[WKI_COLUMNS];
    if (wki_is_float(p->dtype))
        wki_folds_for(wki_isa(), p->dtype)->first[p->least](p->n, n, top, place, x, p->step);
    else
        (p->dtype == WK_I64 ? rows_i64 : p->dtype == WK_I32 ? rows_i32 : rows_u8)(p->n, n, place, x, p->step, p->least);
}

static void do_bands(const wki_call *call, const plan *p, int64_t begin, int64_t end)
{
    const wki_walk *w = &p->kept;
    const int64_t bands = bands_of(p), width = w->size[w->ndim - 1], size = (int64_t)wk_dtype_size(p->dtype);
    int64_t place[WKI_COLUMNS];
    for (int64_t u = begin; u < end; u++) {
        const int64_t from = u % bands * WKI_COLUMNS, n = wki_least(WKI_COLUMNS, width - from);
        wki_cursor c = wki_cursor_at(w, u / bands * width + from);
        search_columns(p, n, (const char *)call->views[call->nout]->data + c.at[1] * size, place);
        for (int64_t j = 0; j < n; j++, wki_cursor_move(w, &c, 1)) put(call, p, &c, place_at(place, p->dtype, j));
    }
}

static void do_short_lines(const wki_call *call, const plan *p, int64_t begin, int64_t end, void *scratch)
{
    const wki_folds *folds = wki_folds_for(wki_isa(), p->dtype);
    const wki_loops *loops = wki_loops_for(wki_isa(), p->dtype);
    int64_t at[WKI_LINES], place[WKI_LINES];
    double top[WKI_LINES];
    wki_cursor ahead = wki_cursor_at(&p->kept, begin), c = ahead;
    for (int64_t lines; begin < end; begin += lines) {
        lines = wki_least(WKI_LINES, end - begin);
        for (int64_t r = 0; r < lines; r++, wki_cursor_move(&p->kept, &ahead, 1)) at[r] = ahead.at[1];
        loops->turn_in(p->n, lines, scratch, call->views[call->nout]->data, at, p->step);
        folds->first[p->least](p->n, wki_width(lines), top, place, scratch, wki_width(lines));
        for (int64_t r = 0; r < lines; r++, wki_cursor_move(&p->kept, &c, 1))
            put(call, p, &c, place_at(place, p->dtype, r));
    }
}

static void do_each(const wki_call *call, const plan *p, int64_t begin, int64_t end)
{
    const int64_t size = (int64_t)wk_dtype_size(p->dtype);
    wki_cursor c = wki_cursor_at(&p->kept, begin);
    for (; begin < end; begin++, wki_cursor_move(&p->kept, &c, 1)) {
        const char *x = (const char *)call->views[call->nout]->data + c.at[1] * size;
        const bool blocks = p->step == 1 && wki_is_float(p->dtype);
        put(call, p, &c, blocks ? search_blocks(p, x) : search(p, p->n, x, p->step));
    }
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    plan p;
    if (begin >= end) return WK_OK;
    make_plan(&p, call);
    if (p.columns)
        do_bands(call, &p, begin, end);
    else if (p.short_lines)
        do_short_lines(call, &p, begin, end, scratch);
    else
        do_each(call, &p, begin, end);
    return WK_OK;
}

const wki_kernel wki_cpu_argmax = { "argmax", units, scratch_bytes, run };
