/* reduce: sum, largest or smallest over any set of dims. The elements of one sum, taken row-major, are cut into blocks
 * of WKI_FOLD; a block is folded by a tree (isa/loops.c), and the blocks add up in double, in order. So the number of
 * elements alone fixes the bits, whichever way memory is laid out: columns side by side, a contiguous run, or gathered.
 */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

typedef struct plan {
    wki_walk kept, reduced; /* kept: over y and x; reduced: over x alone */
    bool columns;           /* a unit is a band of columns; otherwise an element of y */
    bool short_lines;       /* of which many are turned into columns */
    const wki_reduce_attrs *attrs;
} plan;

static void make_plan(plan *p, const wki_call *call)
{
    p->attrs = call->attrs;
    p->kept = wki_walk_over(call->views, 2, wki_all_dims(call->views[1]) & ~p->attrs->dims);
    p->reduced = wki_walk_over(call->views + 1, 1, p->attrs->dims);
    const bool lines = wki_is_float((wk_dtype)call->views[1]->dtype) && p->reduced.ndim == 1 && p->reduced.count > 1;
    p->columns = lines && wki_walk_inner(&p->reduced, 0) != 1 && wki_walk_inner(&p->kept, 1) == 1;
    p->short_lines = lines && !p->columns && p->reduced.count <= WKI_SHORT_LINE && p->kept.count > 1;
}

/* One block of contiguous floats, all of it or its columns: no plan is needed. The dims of its lines and of its
 * columns. */
static bool is_simple(const wki_call *call, int64_t *rows, int64_t *cols)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const uint32_t dims = ((const wki_reduce_attrs *)call->attrs)->dims, all = wki_all_dims(x);
    if (x->ndim > 2 || x->ndim < 1 || !wki_is_float((wk_dtype)x->dtype) || !wki_is_contiguous(x)) return false;
    const int64_t last = x->size[x->ndim - 1], first = x->ndim == 2 ? x->size[0] : 1;
    *rows = dims == all ? 1 : first;
    *cols = dims == all ? first * last : last;
    if (dims == all) return *cols > 0 && *cols <= WKI_FOLD;
    return dims == 1 && x->ndim == 2 && first > 1 && first <= WKI_FOLD && last > 1 && last <= WKI_COLUMNS &&
           y->stride[1] == 1;
}

static int64_t bands_of(const plan *p) { return wki_blocks(p->kept.size[p->kept.ndim - 1], WKI_COLUMNS); }

static int64_t units(const wki_call *call)
{
    plan p;
    int64_t rows, cols;
    if (is_simple(call, &rows, &cols)) return 1;
    make_plan(&p, call);
    return p.columns && p.kept.count > 0 ? p.kept.count / p.kept.size[p.kept.ndim - 1] * bands_of(&p) : p.kept.count;
}

static size_t scratch_bytes(const wki_call *call)
{
    return WKI_SHORT_LINE * WKI_LINES * wk_dtype_size((wk_dtype)call->views[1]->dtype); /* more than WKI_FOLD, too */
}

static double first_of(int kind) { return kind == WKI_SUM ? 0 : kind == WKI_AMAX ? -__builtin_inf() : __builtin_inf(); }

static double both(int kind, double a, double b)
{
    if (kind == WKI_SUM) return a + b;
    return b != b || (kind == WKI_AMAX ? b > a : b < a) ? b : a;
}

static void put(const wki_view *y, int64_t at, const wki_reduce_attrs *a, double value)
{
    if (a->kind == WKI_SUM) value *= a->scale;
    if (y->dtype == WK_F32)
        ((float *)y->data)[at] = (float)value;
    else
        ((double *)y->data)[at] = value;
}

static double value_at(const void *values, wk_dtype dtype, int64_t i)
{
    return dtype == WK_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

/* n columns, the first at x */
static void fold_band(const wki_call *call, const plan *p, int64_t n, const char *x, int64_t y_at)
{
    const wki_view *y = call->views[0];
    const wki_loops *loops = wki_loops_for(wki_isa(), (wk_dtype)y->dtype);
    const int kind = p->attrs->kind;
    const int64_t stride = wki_walk_inner(&p->reduced, 0), size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    double total[WKI_COLUMNS], part[WKI_COLUMNS];
    for (int64_t j = 0; j < n; j++) total[j] = first_of(kind);
    for (int64_t row = 0; row < p->reduced.count; row += WKI_FOLD) {
        loops->fold_columns[kind](wki_least(WKI_FOLD, p->reduced.count - row), n, part, x + row * stride * size,
                                  stride);
        for (int64_t j = 0; j < n; j++) total[j] = both(kind, total[j], value_at(part, (wk_dtype)y->dtype, j));
    }
    for (int64_t j = 0; j < n; j++) put(y, y_at + j * wki_walk_inner(&p->kept, 0), p->attrs, total[j]);
}

static void fold_bands(const wki_call *call, const plan *p, int64_t begin, int64_t end)
{
    const wki_walk *w = &p->kept;
    const int64_t bands = bands_of(p), width = w->size[w->ndim - 1];
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)call->views[1]->dtype);
    for (int64_t u = begin; u < end; u++) {
        const int64_t from = u % bands * WKI_COLUMNS;
        const wki_cursor c = wki_cursor_at(w, u / bands * width + from);
        fold_band(call, p, wki_least(WKI_COLUMNS, width - from), (const char *)call->views[1]->data + c.at[1] * size,
                  c.at[0]);
    }
}

static void fold_short_lines(const wki_call *call, const plan *p, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *y = call->views[0];
    const wki_loops *loops = wki_loops_for(wki_isa(), (wk_dtype)y->dtype);
    const int64_t n = p->reduced.count, step = wki_walk_inner(&p->reduced, 0);
    int64_t x_at[WKI_LINES], y_at[WKI_LINES];
    double total[WKI_LINES];
    wki_cursor c = wki_cursor_at(&p->kept, begin);
    for (int64_t lines; begin < end; begin += lines) {
        lines = wki_least(WKI_LINES, end - begin);
        for (int64_t r = 0; r < lines; r++, wki_cursor_move(&p->kept, &c, 1)) {
            y_at[r] = c.at[0];
            x_at[r] = c.at[1];
        }
        loops->turn_in(n, lines, scratch, call->views[1]->data, x_at, step);
        loops->fold_columns[p->attrs->kind](n, wki_width(lines), total, scratch, wki_width(lines));
        for (int64_t r = 0; r < lines; r++) put(y, y_at[r], p->attrs, value_at(total, (wk_dtype)y->dtype, r));
    }
}

/* the next n of the elements that are reduced, side by side */
static const void *gathered(const wki_walk *w, wki_cursor *c, size_t size, const char *x, int64_t n, void *scratch)
{
    const int64_t step = wki_walk_inner(w, 0);
    if (step == 1 && wki_cursor_left(w, c) >= n) {
        const char *there = x + c->at[0] * (int64_t)size;
        wki_cursor_move(w, c, n);
        return there;
    }
    for (int64_t m, done = 0; done < n; done += m) {
        m = wki_least(wki_cursor_left(w, c), n - done);
        wki_copy_elements(m, size, (char *)scratch + done * (int64_t)size, 1, x + c->at[0] * (int64_t)size, step);
        wki_cursor_move(w, c, m);
    }
    return scratch;
}

static double fold_elements(const wki_call *call, const plan *p, int64_t x_at, void *scratch)
{
    const wki_view *x = call->views[1];
    const wki_loops *loops = wki_loops_for(wki_isa(), (wk_dtype)x->dtype);
    const size_t size = wk_dtype_size((wk_dtype)x->dtype);
    double total = first_of(p->attrs->kind);
    wki_cursor c = { .at = { x_at } };
    for (int64_t n, i = 0; i < p->reduced.count; i += n) {
        n = wki_least(WKI_FOLD, p->reduced.count - i);
        total = both(p->attrs->kind, total,
                     loops->fold[p->attrs->kind](n, gathered(&p->reduced, &c, size, x->data, n, scratch)));
    }
    return total;
}

static int64_t integer_at(const wki_view *x, int64_t i)
{
    switch (x->dtype) {
    case WK_I64: return ((const int64_t *)x->data)[i];
    case WK_I32: return ((const int32_t *)x->data)[i];
    case WK_BOOL: return ((const uint8_t *)x->data)[i] != 0;
    default: return ((const uint8_t *)x->data)[i];
    }
}

/* Sums wrap around, as in torch. */
static int64_t fold_integers(const wki_view *x, const plan *p, int64_t x_at)
{
    const int kind = p->attrs->kind;
    uint64_t sum = 0;
    int64_t most = INT64_MIN, least = INT64_MAX;
    wki_cursor c = { .at = { 0 } };
    for (int64_t i = 0; i < p->reduced.count; i++, wki_cursor_move(&p->reduced, &c, 1)) {
        const int64_t value = integer_at(x, x_at + c.at[0]);
        sum += (uint64_t)value;
        most = value > most ? value : most;
        least = value < least ? value : least;
    }
    return kind == WKI_SUM ? (int64_t)sum : kind == WKI_AMAX ? most : least;
}

static void put_integer(const wki_view *y, int64_t at, int64_t value)
{
    if (y->dtype == WK_I64)
        ((int64_t *)y->data)[at] = value;
    else if (y->dtype == WK_I32)
        ((int32_t *)y->data)[at] = (int32_t)value;
    else
        ((uint8_t *)y->data)[at] = (uint8_t)value;
}

static void fold_each(const wki_call *call, const plan *p, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    wki_cursor c = wki_cursor_at(&p->kept, begin);
    for (; begin < end; begin++, wki_cursor_move(&p->kept, &c, 1)) {
        if (wki_is_float((wk_dtype)x->dtype))
            put(y, c.at[0], p->attrs, fold_elements(call, p, c.at[1], scratch));
        else
            put_integer(y, c.at[0], fold_integers(x, p, c.at[1]));
    }
}

static void fold_simple(const wki_call *call, int64_t rows, int64_t cols)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const wki_reduce_attrs *a = call->attrs;
    const wki_loops *loops = wki_loops_for(wki_isa(), (wk_dtype)y->dtype);
    if (rows == 1) {
        put(y, 0, a, both(a->kind, first_of(a->kind), loops->fold[a->kind](cols, x->data)));
        return;
    }
    double part[WKI_COLUMNS];
    loops->fold_columns[a->kind](rows, cols, part, x->data, cols);
    for (int64_t j = 0; j < cols; j++)
        put(y, j, a, both(a->kind, first_of(a->kind), value_at(part, (wk_dtype)y->dtype, j)));
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    plan p;
    int64_t rows, cols;
    if (begin >= end) return WK_OK;
    if (is_simple(call, &rows, &cols)) {
        fold_simple(call, rows, cols);
        return WK_OK;
    }
    make_plan(&p, call);
    if (p.columns)
        fold_bands(call, &p, begin, end);
    else if (p.short_lines)
        fold_short_lines(call, &p, begin, end, scratch);
    else
        fold_each(call, &p, begin, end, scratch);
    return WK_OK;
}

const wki_kernel wki_cpu_reduce = { "reduce", units, scratch_bytes, run };
