/* reduce: sums, extremes, products, norms, variances over any set of dims. The elements of one result, taken row-major,
 * are one line, or, where they are many, lines along the last of the reduced dims, or of the last few where that one
 * is short; a line is cut into blocks of WKI_FOLD; a block is folded by a tree (isa/folds.c), and blocks and lines
 * are joined in double, in order. So the shape alone fixes the bits, whichever way memory is laid out: columns side by
 * side, a contiguous run, or gathered. Integers, whose order does not matter, are in integer_reduce.h. */
#include "backends/cpu/integer_reduce.h"
#include "base/fault.h"
#include <math.h>

enum {
    WINDOW = 32 * WKI_FOLD, /* elements gathered at once; more than a block of short lines */
    TURNED = 8              /* the longest of lines side by side in memory that are turned into columns */
};

typedef struct plan {
    wki_walk kept, reduced; /* kept: over y and x; reduced: over x alone */
    bool columns;           /* a unit is a band of columns; otherwise an element of y */
    bool short_lines;       /* of which many are turned into columns */
    wk_dtype dtype, lane;   /* of x; of what is folded from it */
    int64_t line;           /* elements of a line, of which reduced.count has several or one */
    int kind;
    double number;
    const wki_folds *folds;
    void *scratch;
} plan;

/* What is folded for results that belong together: n columns, n contiguous lines evenly spaced, or one line that may
 * lie anywhere */
typedef struct source {
    const plan *plan;
    const char *x;
    int64_t n, stride; /* of columns in elements; of lines in bytes */
    enum { COLUMNS, LINES, LINE } form;
} source;

static void know_call(plan *p, const wki_call *call)
{
    const wki_reduce_attrs *a = call->attrs;
    p->dtype = (wk_dtype)call->views[1]->dtype;
    p->kind = a->kind;
    p->number = a->number;
    const bool offsets = p->kind == WKI_VAR || p->kind == WKI_STD;
    p->lane = offsets ? WK_F64 : p->dtype;
    p->folds = offsets ? wki_offset_folds_for(wki_isa(), p->dtype) : wki_folds_for(wki_isa(), p->dtype);
}

static void make_plan(plan *p, const wki_call *call)
{
    const wki_reduce_attrs *a = call->attrs;
    know_call(p, call);
    p->kept = wki_walk_over(call->views, 2, wki_all_dims(call->views[1]) & ~a->dims);
    const bool is_float = wki_is_float(p->dtype);
    if (is_float)
        p->reduced = wki_walk_over(call->views + 1, 1, a->dims);
    else
        p->reduced = wki_walk_by_stride(call->views + 1, 1, a->dims);
    p->line = wki_reduce_line(call->views[1], a->dims, p->reduced.count);
    const bool lines = p->reduced.ndim == 1 && p->reduced.count > 1;
    p->columns = lines && wki_walk_inner(&p->reduced, 0) != 1 && wki_walk_inner(&p->kept, 1) == 1;
    const int64_t shortest = wki_walk_inner(&p->reduced, 0) == 1 ? TURNED : WKI_SHORT_LINE;
    p->short_lines = lines && is_float && !p->columns && p->reduced.count <= shortest && p->kept.count > 1;
}

/* One block of contiguous floats, all of it or its columns, or a few lines of a block: no plan is needed. The sizes
 * of what is reduced and of what is left. */
static bool is_simple(const wki_call *call, source *s, int64_t *reduced)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const uint32_t dims = ((const wki_reduce_attrs *)call->attrs)->dims, all = wki_all_dims(x);
    if (x->ndim > 2 || x->ndim < 1 || !wki_is_float((wk_dtype)x->dtype) || !wki_is_contiguous(x)) return false;
    const int64_t last = x->size[x->ndim - 1], first = x->ndim == 2 ? x->size[0] : 1;
    s->form = dims == 1 && x->ndim == 2 ? COLUMNS : LINES;
    s->stride = s->form == COLUMNS ? last : last * (int64_t)wk_dtype_size((wk_dtype)x->dtype);
    s->n = dims == all ? 1 : s->form == COLUMNS ? last : first;
    *reduced = dims == all ? first * last : s->form == COLUMNS ? first : last;
    if (dims == all) return *reduced > 0 && *reduced <= WKI_FOLD;
    return dims && *reduced > 1 && *reduced <= WKI_FOLD && s->n > 1 && s->n <= WKI_COLUMNS &&
           y->stride[s->form == COLUMNS] == 1;
}

static int64_t bands_of(const plan *p) { return wki_blocks(p->kept.size[p->kept.ndim - 1], WKI_COLUMNS); }

static int64_t units(const wki_call *call)
{
    plan p;
    source s;
    int64_t reduced;
    if (is_simple(call, &s, &reduced)) return 1;
    make_plan(&p, call);
    return p.columns && p.kept.count > 0 ? p.kept.count / p.kept.size[p.kept.ndim - 1] * bands_of(&p) : p.kept.count;
}

static size_t scratch_bytes(const wki_call *call) { return WINDOW * wk_dtype_size((wk_dtype)call->views[1]->dtype); }

static double value_at(const void *values, wk_dtype dtype, int64_t i)
{
    return dtype == WK_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

static double first_of(int fold)
{
    if (fold == WKI_FOLD_PRODUCT) return 1;
    if (fold == WKI_FOLD_MAX || fold == WKI_FOLD_MAX_SIZE) return -INFINITY;
    return fold == WKI_FOLD_MIN || fold == WKI_FOLD_MIN_SIZE ? INFINITY : 0;
}

static double both(int fold, double a, double b)
{
    switch (fold) {
    case WKI_FOLD_PRODUCT: return a * b;
    case WKI_FOLD_MAX:
    case WKI_FOLD_MAX_SIZE: return b != b || b > a ? b : a;
    case WKI_FOLD_MIN:
    case WKI_FOLD_MIN_SIZE: return b != b || b < a ? b : a;
    default: return a + b;
    }
}

/* n elements of a line from element i on, side by side; where rows lie across, as in a transposed matrix, many are read
 * at once. */
static void gather(const plan *p, const char *x, int64_t i, int64_t n, char *to)
{
    const wki_walk *w = &p->reduced;
    const int64_t size = (int64_t)wk_dtype_size(p->dtype), width = w->size[w->ndim - 1], step = wki_walk_inner(w, 0);
    wki_cursor c = wki_cursor_at(w, i);
    for (int64_t m, done = 0; done < n; done += m) {
        m = wki_least(wki_cursor_left(w, &c), n - done);
        const bool across = w->ndim > 1 && w->stride[w->ndim - 2][0] == 1 && m == width;
        const int64_t rows = across ? wki_least((n - done) / width, w->size[w->ndim - 2] - c.index[w->ndim - 2]) : 1;
        if (rows > 1)
            wki_moves_for(wki_isa(), (size_t)size)
                ->turn(rows, width, to + done * size, width, x + c.at[0] * size, step);
        if (rows == 1) wki_copy_elements(m, (size_t)size, to + done * size, 1, x + c.at[0] * size, step);
        m *= rows;
        for (int64_t r = 0; r < rows; r++) wki_cursor_move(w, &c, m / rows);
    }
}

/* n elements of one line, all blocks but the last being full, joined to *total */
static void fold_blocks(const plan *p, int fold, int64_t n, const char *x, double centre, double *total)
{
    const int64_t block = WKI_FOLD * (int64_t)wk_dtype_size(p->dtype);
    double part[4];
    for (; n >= 4 * WKI_FOLD; n -= 4 * WKI_FOLD, x += 4 * block) {
        p->folds->four[fold](WKI_FOLD, (const void *const[]){ x, x + block, x + 2 * block, x + 3 * block },
                             (const double[]){ centre, centre, centre, centre }, part);
        for (int k = 0; k < 4; k++) *total = both(fold, *total, part[k]);
    }
    for (int64_t m; n > 0; n -= m, x += block) {
        m = wki_least(WKI_FOLD, n);
        *total = both(fold, *total, p->folds->line[fold](m, x, centre));
    }
}

static const void *in_dtype(wk_dtype dtype, int64_t n, const double *values, float *narrow)
{
    for (int64_t j = 0; values && dtype == WK_F32 && j < n; j++) narrow[j] = (float)values[j];
    return values && dtype == WK_F32 ? (const void *)narrow : values;
}

static void fold_rows(const source *s, int fold, int64_t rows, const char *x, const void *centre, double *total)
{
    double part[WKI_COLUMNS];
    s->plan->folds->columns[fold](rows, s->n, part, x, s->stride, centre);
    for (int64_t j = 0; j < s->n; j++) total[j] = both(fold, total[j], value_at(part, s->plan->lane, j));
}

static void fold_columns(const source *s, int fold, int64_t rows, const char *x, const void *centre, double *total)
{
    const int64_t block = WKI_FOLD * s->stride * (int64_t)wk_dtype_size(s->plan->dtype);
    for (int64_t row = 0; row < rows; row += WKI_FOLD, x += block)
        fold_rows(s, fold, wki_least(WKI_FOLD, rows - row), x, centre, total);
}

/* n contiguous lines, so many bytes from one to the next, joined to *total */
static void fold_lines(const plan *p, int fold, int64_t n, const char *x, int64_t bytes, double centre, double *total)
{
    const double centres[] = { centre, centre, centre, centre };
    double part[4];
    for (; n >= 4 && p->line <= WKI_FOLD; n -= 4, x += 4 * bytes) {
        p->folds->four[fold](p->line, (const void *const[]){ x, x + bytes, x + 2 * bytes, x + 3 * bytes }, centres,
                             part);
        for (int k = 0; k < 4; k++) *total = both(fold, *total, part[k]);
    }
    for (; n > 0; n--, x += bytes) {
        part[0] = first_of(fold);
        fold_blocks(p, fold, p->line, x, centre, part);
        *total = both(fold, *total, part[0]);
    }
}

/* The lines lie side by side, as in a transposed matrix: they are columns. */
static bool is_across(const plan *p)
{
    const wki_walk *w = &p->reduced;
    return p->line < w->count && w->ndim == 2 && w->stride[0][0] == 1 && w->size[1] == p->line;
}

static void fold_across(const source *s, const int folds[2], const double *centre, double *const totals[2])
{
    const plan *p = s->plan;
    const int64_t size = (int64_t)wk_dtype_size(p->dtype), lines = p->reduced.count / p->line;
    double middle[WKI_COLUMNS], part[WKI_COLUMNS];
    float narrow[WKI_COLUMNS];
    source band = { p, s->x, 0, wki_walk_inner(&p->reduced, 0), COLUMNS };
    for (int64_t j = 0; centre && j < WKI_COLUMNS; j++) middle[j] = *centre;
    const void *centres = in_dtype(p->lane, WKI_COLUMNS, centre ? middle : NULL, narrow);
    for (int64_t left = lines; left > 0; left -= band.n, band.x += band.n * size) {
        band.n = wki_least(WKI_COLUMNS, left);
        for (int k = 0; k < 2 && folds[k] >= 0; k++) {
            for (int64_t j = 0; j < band.n; j++) part[j] = first_of(folds[k]);
            fold_columns(&band, folds[k], p->line, band.x, centres, part);
            for (int64_t j = 0; j < band.n; j++) *totals[k] = both(folds[k], *totals[k], part[j]);
        }
    }
}

/* One or two folds (second < 0: one) in a single pass over memory: windows of whole lines, or of a part of one */
static void fold_line(const source *s, int first, int second, const double *centre, double *a, double *b)
{
    const plan *p = s->plan;
    const int folds[2] = { first, second };
    double *const totals[2] = { a, b }, part[2] = { 0 }, middle = centre ? *centre : 0;
    const wki_walk *w = &p->reduced;
    const int64_t count = w->count, line = p->line, lines = line > 0 ? WINDOW / line : 0;
    const int64_t size = (int64_t)wk_dtype_size(p->dtype);
    const bool apart = w->ndim == 2 && w->size[1] == line; /* lines that memory has, too */
    const bool direct = wki_walk_inner(w, 0) == 1 && (w->ndim == 1 || apart);
    const int64_t stride = direct && apart ? w->stride[0][0] : line; /* from one to the next */
    if (is_across(p)) {
        fold_across(s, folds, centre, totals);
        return;
    }
    for (int64_t n, i = 0; i < count; i += n) {
        n = lines ? wki_least(lines * line, count - i) : wki_least(WINDOW, line - i % line);
        const char *x = direct ? s->x + (line > 0 ? i / line * stride + i % line : 0) * size : p->scratch;
        if (!direct) gather(p, s->x, i, n, p->scratch);
        for (int k = 0; k < 2 && folds[k] >= 0; k++) {
            if (lines) {
                fold_lines(p, folds[k], n / line, x, stride * size, middle, totals[k]);
                continue;
            }
            if (i % line == 0) part[k] = first_of(folds[k]);
            fold_blocks(p, folds[k], n, x, middle, &part[k]);
            if ((i + n) % line == 0) *totals[k] = both(folds[k], *totals[k], part[k]);
        }
    }
}

/* Lines of one result each, four side by side */
static void fold_each(const source *s, int fold, const double *centre, double *y)
{
    static const double none[WKI_COLUMNS];
    const plan *p = s->plan;
    const int64_t count = p->reduced.count, size = (int64_t)wk_dtype_size(p->dtype), stride = s->stride;
    const double *middle = centre ? centre : none;
    const char *line = s->x;
    int64_t j = 0;
    for (; j + 4 <= s->n; j += 4, line += 4 * stride) {
        double part[4];
        for (int64_t i = 0; i < count; i += WKI_FOLD) {
            const char *x = line + i * size;
            p->folds->four[fold](wki_least(WKI_FOLD, count - i),
                                 (const void *const[]){ x, x + stride, x + 2 * stride, x + 3 * stride }, middle + j,
                                 part);
            for (int k = 0; k < 4; k++) y[j + k] = both(fold, y[j + k], part[k]);
        }
    }
    for (; j < s->n; j++, line += stride) fold_blocks(p, fold, count, line, middle[j], &y[j]);
}

/* Columns of several lines each */
static void fold_all_columns(const source *s, int fold, const void *centre, double *total)
{
    const plan *p = s->plan;
    const int64_t count = p->reduced.count, bytes = s->stride * (int64_t)wk_dtype_size(p->dtype);
    double part[WKI_COLUMNS];
    if (p->line == count) {
        fold_columns(s, fold, count, s->x, centre, total);
        return;
    }
    for (int64_t i = 0; i < count; i += p->line) {
        for (int64_t j = 0; j < s->n; j++) part[j] = first_of(fold);
        fold_columns(s, fold, p->line, s->x + i * bytes, centre, part);
        for (int64_t j = 0; j < s->n; j++) total[j] = both(fold, total[j], part[j]);
    }
}

static void fold_source(const source *s, int first, int second, const double *centre, double *a, double *b)
{
    float narrow[WKI_COLUMNS];
    for (int64_t j = 0; j < s->n; j++) a[j] = first_of(first);
    for (int64_t j = 0; second >= 0 && j < s->n; j++) b[j] = first_of(second);
    if (s->form == LINE) fold_line(s, first, second, centre, a, b);
    if (s->form == LINES) fold_each(s, first, centre, a);
    if (s->form == LINES && second >= 0) fold_each(s, second, centre, b);
    if (s->form != COLUMNS) return;
    const void *middle = in_dtype(s->plan->lane, s->n, centre, narrow);
    fold_all_columns(s, first, middle, a);
    if (second >= 0) fold_all_columns(s, second, middle, b);
}

/* ---- Results ---- */

static double first_value(const source *s, int64_t j)
{
    return s->form == LINES ? value_at(s->x + j * s->stride, s->plan->dtype, 0) : value_at(s->x, s->plan->dtype, j);
}

/* Around the first element, so that equal ones give exactly 0; what that centre misses is taken off again (Chan, Golub
 * and LeVeque 1983). In doubles of floats nothing is lost by that; doubles need a centre nearer to the mean. */
static void variances(const source *s, double *y)
{
    const double count = (double)s->plan->reduced.count;
    double centre[WKI_COLUMNS] = { 0 }, sum[WKI_COLUMNS];
    for (int64_t j = 0; count > 0 && j < s->n; j++) centre[j] = first_value(s, j);
    if (s->plan->dtype == WK_F64) {
        fold_source(s, WKI_FOLD_OFFSETS, -1, centre, sum, NULL);
        for (int64_t j = 0; j < s->n; j++) centre[j] += sum[j] / count;
    }
    fold_source(s, WKI_FOLD_OFFSETS, WKI_FOLD_OFFSET_SQUARES, centre, sum, y);
    for (int64_t j = 0; j < s->n; j++) {
        const double all = WKI_FAULT(247) && s->plan->dtype == WK_F32 ? (double)(float)y[j] : y[j];
        const double squares = all - sum[j] * sum[j] / count, divisor = count - s->plan->number;
        y[j] = (squares < 0 ? 0 : squares) / (divisor > 0 ? divisor : 0);
        if (s->plan->kind == WKI_STD) y[j] = sqrt(y[j]);
    }
}

static void logsumexps(const source *s, double *y)
{
    double top[WKI_COLUMNS];
    fold_source(s, WKI_FOLD_MAX, -1, NULL, top, NULL);
    for (int64_t j = 0; j < s->n; j++) top[j] = isinf(top[j]) ? 0 : top[j];
    fold_source(s, WKI_FOLD_EXPS, -1, top, y, NULL);
    for (int64_t j = 0; j < s->n; j++) y[j] = top[j] + log(y[j]);
}

static void results(const source *s, double *y)
{
    static const int folds[] = {
        [WKI_SUM] = WKI_FOLD_SUM,
        [WKI_AMAX] = WKI_FOLD_MAX,
        [WKI_AMIN] = WKI_FOLD_MIN,
        [WKI_PROD] = WKI_FOLD_PRODUCT,
        [WKI_COUNT] = WKI_FOLD_NONZERO,
        [WKI_ANY] = WKI_FOLD_NONZERO,
        [WKI_ALL] = WKI_FOLD_NONZERO,
        [WKI_NORM_1] = WKI_FOLD_SIZES,
        [WKI_NORM_2] = WKI_FOLD_SQUARES,
        [WKI_NORM_INF] = WKI_FOLD_MAX_SIZE,
        [WKI_NORM_LEAST] = WKI_FOLD_MIN_SIZE,
    };
    const plan *p = s->plan;
    if (p->kind == WKI_VAR || p->kind == WKI_STD) {
        variances(s, y);
        return;
    }
    if (p->kind == WKI_LOGSUMEXP) {
        logsumexps(s, y);
        return;
    }
    fold_source(s, folds[p->kind], -1, NULL, y, NULL);
    for (int64_t j = 0; j < s->n; j++) {
        if (p->kind == WKI_SUM) y[j] *= p->number;
        if (p->kind == WKI_NORM_2) y[j] = sqrt(y[j]);
        if (p->kind == WKI_ANY) y[j] = y[j] > 0;
        if (p->kind == WKI_ALL) y[j] = y[j] == (double)p->reduced.count;
    }
}

static void put(const wki_view *y, int64_t at, double value)
{
    if (y->dtype == WK_F32)
        ((float *)y->data)[at] = (float)value;
    else if (y->dtype == WK_F64)
        ((double *)y->data)[at] = value;
    else
        wki_put_integer(y, at, (int64_t)value);
}

static void do_band(const wki_call *call, const plan *p, int64_t n, wki_cursor c)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const int64_t stride = wki_walk_inner(&p->reduced, 0);
    if (!wki_is_float(p->dtype)) {
        wki_reduce_integers(y, x, p->kind, &p->reduced, n, c.at[0], wki_walk_inner(&p->kept, 0), c.at[1]);
        return;
    }
    double result[WKI_COLUMNS];
    const source s = { p, (const char *)x->data + c.at[1] * (int64_t)wk_dtype_size(p->dtype), n, stride, COLUMNS };
    results(&s, result);
    for (int64_t j = 0; j < n; j++) put(y, c.at[0] + j * wki_walk_inner(&p->kept, 0), result[j]);
}

static void do_bands(const wki_call *call, const plan *p, int64_t begin, int64_t end)
{
    const wki_walk *w = &p->kept;
    const int64_t bands = bands_of(p), width = w->size[w->ndim - 1];
    for (int64_t u = begin; u < end; u++) {
        const int64_t from = u % bands * WKI_COLUMNS;
        do_band(call, p, wki_least(WKI_COLUMNS, width - from), wki_cursor_at(w, u / bands * width + from));
    }
}

static void do_short_lines(const wki_call *call, const plan *p, int64_t begin, int64_t end)
{
    const wki_loops *loops = wki_loops_for(wki_isa(), p->dtype);
    const int64_t step = wki_walk_inner(&p->reduced, 0);
    int64_t x_at[WKI_LINES], y_at[WKI_LINES];
    double result[WKI_COLUMNS];
    wki_cursor c = wki_cursor_at(&p->kept, begin);
    for (int64_t lines; begin < end; begin += lines) {
        lines = wki_least(WKI_LINES, end - begin);
        for (int64_t r = 0; r < lines; r++, wki_cursor_move(&p->kept, &c, 1)) {
            y_at[r] = c.at[0];
            x_at[r] = c.at[1];
        }
        loops->turn_in(p->reduced.count, lines, p->scratch, call->views[1]->data, x_at, step);
        const source s = { p, p->scratch, wki_width(lines), wki_width(lines), COLUMNS };
        results(&s, result);
        for (int64_t r = 0; r < lines; r++) put(call->views[0], y_at[r], result[r]);
    }
}

/* how many of the next lines are taken together, if they are contiguous and evenly spaced: what a cache holds, or four
 */
static int64_t together(const plan *p, const wki_cursor *c, int64_t left)
{
    const bool direct = p->reduced.ndim == 1 && wki_walk_inner(&p->reduced, 0) == 1 && p->line == p->reduced.count;
    const int64_t lines = wki_least(wki_least(left, WKI_COLUMNS), wki_cursor_left(&p->kept, c));
    if (!direct || p->line < 1) return 1;
    return wki_least(lines, p->line <= WINDOW / 8 ? WINDOW / 2 / p->line : 4);
}

static void do_each(const wki_call *call, const plan *p, int64_t begin, int64_t end)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const int64_t size = (int64_t)wk_dtype_size(p->dtype);
    wki_cursor c = wki_cursor_at(&p->kept, begin);
    for (int64_t n; begin < end; begin += n, wki_cursor_move(&p->kept, &c, n)) {
        if (!wki_is_float(p->dtype)) {
            n = 1;
            wki_reduce_integers(y, x, p->kind, &p->reduced, 1, c.at[0], 0, c.at[1]);
            continue;
        }
        double result[WKI_COLUMNS];
        n = together(p, &c, end - begin);
        const char *from = p->reduced.count ? (const char *)x->data + c.at[1] * size : x->data;
        const source s = { p, from, n, wki_walk_inner(&p->kept, 1) * size, n > 1 ? LINES : LINE };
        results(&s, result);
        for (int64_t j = 0; j < n; j++) put(y, c.at[0] + j * wki_walk_inner(&p->kept, 0), result[j]);
    }
}

static void do_simple(const wki_call *call, source *s, int64_t reduced)
{
    plan p;
    know_call(&p, call);
    p.reduced.ndim = 1;
    p.line = p.reduced.count = p.reduced.size[0] = reduced;
    p.reduced.stride[0][0] = s->form == COLUMNS ? s->stride : 1;
    s->plan = &p;
    s->x = call->views[1]->data;
    double result[WKI_COLUMNS];
    results(s, result);
    for (int64_t j = 0; j < s->n; j++) put(call->views[0], j, result[j]);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    plan p;
    source s;
    int64_t reduced;
    if (begin >= end) return WK_OK;
    if (is_simple(call, &s, &reduced)) {
        do_simple(call, &s, reduced);
        return WK_OK;
    }
    make_plan(&p, call);
    p.scratch = scratch;
    if (p.columns)
        do_bands(call, &p, begin, end);
    else if (p.short_lines)
        do_short_lines(call, &p, begin, end);
    else
        do_each(call, &p, begin, end);
    return WK_OK;
}

const wki_kernel wki_cpu_reduce = { "reduce", units, scratch_bytes, run };
