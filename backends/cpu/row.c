/* The kernel of all elementwise rows. Contiguous views, the common case, go to one loop in one call. For other strides
 * the dims are put in the output's order and merged where possible; then the innermost one is walked in blocks,
 * operands that do not lie side by side being copied to scratch first. Rests on the loops of isa/rows.c. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "backends/rows_table.h"
#include "base/error.h"
#include "base/fault.h"
#include <string.h>

enum {
    BLOCK = 1024,
    SIDES = 1 + WKI_IN_COUNT,
    WIDEST = 8, /* bytes of an element */
    TILE_ROWS = 16,
    TILE_COLS = 240, /* no power of 2, whose multiples would share a place in the cache */
    TILE = TILE_ROWS * TILE_COLS * WIDEST
};

const wki_row_loops *wki_rows_for(int isa, wk_dtype dtype)
{
#define TABLES(ISA)                                                                                                    \
    extern const wki_row_loops wki_rows_f32_##ISA[], wki_rows_f64_##ISA[], wki_rows_i64_##ISA[], wki_rows_i32_##ISA[], \
        wki_rows_u8_##ISA[], wki_rows_truth_##ISA[];
#define ENTRY(ISA)                                                                                                     \
    { [WK_F32] = wki_rows_f32_##ISA, [WK_F64] = wki_rows_f64_##ISA, [WK_I64] = wki_rows_i64_##ISA,                     \
      [WK_I32] = wki_rows_i32_##ISA, [WK_U8] = wki_rows_u8_##ISA,   [WK_BOOL] = wki_rows_truth_##ISA },
    TABLES(base)
#ifdef __x86_64__
    TABLES(avx2)
    TABLES(avx512)
#endif
    static const wki_row_loops *const tables[][WK_DTYPE_COUNT] = { ENTRY(base)
#ifdef __x86_64__
                                                                       ENTRY(avx2) ENTRY(avx512)
#endif
    };
    return tables[isa][dtype];
#undef TABLES
#undef ENTRY
}

/* ---- A call, understood ---- */

typedef struct task {
    wki_row_loop *loop;
    double s, t;
    int slot[SIDES];           /* which input the i-th view is */
    wki_row_loop *numbered[3]; /* by view: the loop to take if that is one number along a row; or NULL */
    wk_dtype dtype;
} task;

/* Rows of which one operand may as well be a plain number: its loop need not read what a row repeats. */
static void find_numbered(task *t, const wki_call *call)
{
    static const struct {
        int op, a, b;
    } twins[] = {
        { WKI_ROW_add, WKI_ROW_add_scalar, WKI_ROW_add_scalar },
        { WKI_ROW_sub, WKI_ROW_rsub_scalar, WKI_ROW_sub_scalar },
        { WKI_ROW_mul, WKI_ROW_mul_scalar, WKI_ROW_mul_scalar },
        { WKI_ROW_div, WKI_ROW_scalar_div, WKI_ROW_div_scalar },
    };
    const wki_row_attrs *attrs = call->attrs;
    t->numbered[1] = t->numbered[2] = NULL;
    if (call->nviews != 3 || (attrs && attrs->slope) || !wki_is_float(t->dtype)) return;
    const wki_row_loops *loops = wki_rows_for(wki_isa(), t->dtype);
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
        if (twins[i].op == call->op) {
            t->numbered[1] = loops[twins[i].a].of[0];
            t->numbered[2] = loops[twins[i].b].of[0];
        }
}

static wk_status understand(const wki_call *call, task *out)
{
    static const wki_row_attrs none = { 0, 0, 0 };
    const wki_row_attrs *attrs = call->attrs ? call->attrs : &none;
    const wki_row *row = &wki_row_table[call->op];
    wk_dtype dtype = call->views[call->nviews - 1]->dtype;
    out->loop = wki_rows_for(wki_isa(), dtype)[call->op].of[attrs->slope];
    wki_check(out->loop, WK_E_DTYPE, WK_E_DTYPE, row->name, "no %s for %s", attrs->slope ? "derivative" : "kernel",
              wk_dtype_name(dtype));
    out->dtype = dtype;
    out->s = attrs->s;
    out->t = attrs->t;
    int n = 1;
    if (attrs->slope) out->slot[n++] = WKI_IN_G;
    for (int k = 0; k < 3; k++)
        if (row->operands >> k & 1) out->slot[n++] = WKI_IN_X + k;
    if (attrs->slope) out->slot[n++] = WKI_IN_Y;
    return WK_OK;
}

/* ---- Contiguous ---- */

/* All elements side by side, in one order for all views */
static bool is_flat(const wki_call *call)
{
    int i = 0;
    while (i < call->nviews && wki_is_contiguous(call->views[i])) i++;
    if (i == call->nviews) return true;
    for (i = 1; i < call->nviews; i++)
        if (!wki_same_layout(call->views[0], call->views[i])) return false;
    return wki_is_dense(call->views[0]);
}

static void run_flat(const task *t, const wki_call *call, int64_t first, int64_t last)
{
    const void *in[WKI_IN_COUNT] = { NULL };
    char *at[SIDES];
    for (int i = 0; i < call->nviews; i++) {
        at[i] = call->views[i]->data;
        if (first) at[i] += (size_t)first * wk_dtype_size(call->views[i]->dtype);
        if (i) in[t->slot[i]] = at[i];
    }
    t->loop(last - first, at[0], in, t->s, t->t);
}

/* ---- Any strides ---- */

typedef struct side {
    char *at;
    size_t item;
    int64_t stride[WKI_MAX_DIMS]; /* in bytes */
    const char *splat;            /* whose element fills the side's scratch, for stride 0 */
    int64_t filled;
    char *tile;     /* room for one, if rows of this side lie across, as in a transposed matrix; or NULL */
    const char *in; /* the row in the tile, while there is one */
} side;

typedef struct walk {
    int sides, ndim;
    int64_t size[WKI_MAX_DIMS], index[WKI_MAX_DIMS];
    side side[SIDES]; /* the output first */
} walk;

static void swap_dims(walk *w, int p, int q)
{
    int64_t size = w->size[p];
    w->size[p] = w->size[q];
    w->size[q] = size;
    for (int i = 0; i < w->sides; i++) {
        int64_t stride = w->side[i].stride[p];
        w->side[i].stride[p] = w->side[i].stride[q];
        w->side[i].stride[q] = stride;
    }
}

/* The dims longer than 1, in the order of the output's strides, the longest first */
static void take_dims(walk *w, const wki_call *call)
{
    for (int d = 0; d < call->views[0]->ndim; d++) {
        if (call->views[0]->size[d] == 1) continue;
        int to = w->ndim++;
        w->size[to] = call->views[0]->size[d];
        for (int i = 0; i < w->sides; i++) w->side[i].stride[to] = call->views[i]->stride[d] * (int64_t)w->side[i].item;
        for (; to > 0 && w->side[0].stride[to - 1] < w->side[0].stride[to]; to--) swap_dims(w, to - 1, to);
    }
}

static bool merges(const walk *w, int outer, int inner)
{
    for (int i = 0; i < w->sides; i++)
        if (w->side[i].stride[outer] != w->side[i].stride[inner] * w->size[inner]) return false;
    return true;
}

static void merge_dims(walk *w)
{
    int kept = 0;
    for (int d = 1; d < w->ndim; d++) {
        if (merges(w, kept, d))
            w->size[d] *= w->size[kept];
        else
            kept++;
        swap_dims(w, kept, d);
    }
    w->ndim = kept + 1;
}

/* A short innermost dim would cost more for its calls than a longer one for its copies. */
static void choose_inner(walk *w)
{
    int inner = w->ndim - 1, longest = inner;
    if (w->size[inner] >= WKI_SHORT_INNER) return;
    for (int d = 0; d < inner; d++)
        if (w->size[d] > w->size[longest]) longest = d;
    swap_dims(w, longest, inner);
}

static void plan(walk *w, const wki_call *call)
{
    *w = (walk){ .sides = call->nviews };
    for (int i = 0; i < w->sides; i++) {
        w->side[i].at = call->views[i]->data;
        w->side[i].item = wk_dtype_size(call->views[i]->dtype);
    }
    take_dims(w, call);
    merge_dims(w);
    choose_inner(w);
}

/* Goes to row number `row`: an index of all dims but the innermost. */
static void seek(walk *w, int64_t row)
{
    for (int d = w->ndim - 2; d >= 0; d--) {
        w->index[d] = row % w->size[d];
        row /= w->size[d];
        for (int i = 0; i < w->sides; i++) w->side[i].at += w->index[d] * w->side[i].stride[d];
    }
}

static void next_row(walk *w)
{
    for (int d = w->ndim - 2; d >= 0; d--) {
        bool wraps = ++w->index[d] == w->size[d];
        int64_t steps = wraps ? 1 - w->size[d] : 1;
        for (int i = 0; i < w->sides; i++) w->side[i].at += steps * w->side[i].stride[d];
        if (!wraps) return;
        w->index[d] = 0;
    }
}

static void copy_strided(char *to, int64_t to_stride, const char *from, int64_t from_stride, size_t item, int64_t n)
{
#define COPY(BYTES)                                                                                                    \
    for (int64_t i = 0; i < n; i++) memcpy(to + i * to_stride, from + i * from_stride, BYTES)
    if (item == 4)
        COPY(4);
    else if (item == 8)
        COPY(8);
    else
        COPY(1);
#undef COPY
}

/* n elements of a side from `offset` of its row, side by side: where they lie, or in scratch */
static const void *gather(side *s, int64_t stride, int64_t offset, int64_t n, char *scratch)
{
    if (s->in) return s->in;
    if (stride == (int64_t)s->item) return s->at + offset * stride;
    if (stride == 0 && s->splat == s->at && n <= s->filled) return scratch;
    const char *from = s->at + offset * stride;
    if (stride && s->item >= 4)
        wki_moves_for(wki_isa(), s->item)->thin(n, scratch, from, stride / (int64_t)s->item);
    else if (stride)
        copy_strided(scratch, 1, from, stride, 1, n);
    else
        wki_repeat(n, scratch, s->item, s->at);
    s->splat = stride ? NULL : s->at;
    s->filled = n;
    return scratch;
}

/* The one side that repeats a number along the rows, if there is a loop for that; or 0 */
static int numbered_side(const task *t, const walk *w)
{
    const int d = w->ndim - 1;
    if (!t->numbered[1] || w->size[d] == 1 || !w->side[1].stride[d] == !w->side[2].stride[d]) return 0;
    return w->side[1].stride[d] ? 2 : 1;
}

static void run_block(const task *t, walk *w, int numbered, int64_t offset, int64_t n, char *scratch)
{
    const void *in[WKI_IN_COUNT] = { NULL };
    const int d = w->ndim - 1;
    const int64_t y_stride = w->side[0].stride[d], y_item = (int64_t)w->side[0].item;
    char *y = w->side[0].at + offset * y_stride, *to = y_stride == y_item ? y : scratch;
    for (int i = 1; i < w->sides; i++)
        if (i != numbered)
            in[numbered ? WKI_IN_X : t->slot[i]] =
                gather(&w->side[i], w->side[i].stride[d], offset, n, scratch + i * BLOCK * WIDEST);
    if (numbered) {
        const void *number = w->side[numbered].at;
        t->numbered[numbered](n, to, in, t->dtype == WK_F32 ? (double)*(const float *)number : *(const double *)number,
                              0);
    } else {
        t->loop(n, to, in, t->s, t->t);
    }
    if (to != y) copy_strided(y, y_stride, scratch, y_item, (size_t)y_item, n);
}

/* ---- Sides that lie across: turned a tile at a time, so that each line of the cache is read once ---- */

static bool lies_across(const walk *w, int i)
{
    const int d = w->ndim - 1;
    const side *s = &w->side[i];
    const int64_t item = (int64_t)s->item;
    return d > 0 && i > 0 && item >= 4 && s->stride[d - 1] == item && s->stride[d] > item && w->size[d] >= TILE_ROWS;
}

/* how many rows from here make a tile; 0: this row goes alone */
static int64_t tile_rows(const walk *w, int64_t elements)
{
    const int d = w->ndim - 1;
    int64_t rows = TILE_ROWS;
    if (d == 0) return 0;
    if (elements / w->size[d] < rows) rows = elements / w->size[d];
    if (w->size[d - 1] - w->index[d - 1] < rows) rows = w->size[d - 1] - w->index[d - 1];
    for (int i = 1; i < w->sides && rows > 1; i++)
        if (w->side[i].tile) return rows;
    return 0;
}

static void move_rows(walk *w, int64_t rows)
{
    for (int i = 0; i < w->sides; i++) w->side[i].at += rows * w->side[i].stride[w->ndim - 2];
}

static void run_tile(const task *t, walk *w, int numbered, int64_t rows, char *scratch)
{
    const int d = w->ndim - 1;
    for (int64_t n, offset = 0; offset < w->size[d]; offset += n) {
        n = w->size[d] - offset < TILE_COLS ? w->size[d] - offset : TILE_COLS;
        for (int i = 1; i < w->sides; i++) {
            const side *s = &w->side[i];
            if (s->tile)
                wki_moves_for(wki_isa(), s->item)
                    ->turn(rows, n, s->tile, TILE_COLS, s->at + offset * s->stride[d], s->stride[d] / (int64_t)s->item);
        }
        for (int64_t r = 0; r < rows; r++, move_rows(w, 1)) {
            for (int i = 1; i < w->sides; i++)
                if (w->side[i].tile) w->side[i].in = w->side[i].tile + r * TILE_COLS * (int64_t)w->side[i].item;
            run_block(t, w, numbered, offset, n, scratch);
        }
        move_rows(w, -rows);
    }
    for (int i = 1; i < w->sides; i++) w->side[i].in = NULL;
    for (int64_t r = 0; r < rows; r++) next_row(w);
}

static void run_strided(task *t, const wki_call *call, int64_t first, int64_t last, char *scratch)
{
    walk w;
    plan(&w, call);
    char *tiles = scratch + w.sides * BLOCK * WIDEST;
    for (int i = 1; i < w.sides; i++)
        if (lies_across(&w, i)) w.side[i].tile = tiles + i * TILE;
    find_numbered(t, call);
    const int numbered = numbered_side(t, &w);
    const int64_t inner = w.size[w.ndim - 1];
    seek(&w, first / inner);
    for (int64_t offset = first % inner, n; first < last; first += n) {
        const int64_t rows = offset ? 0 : tile_rows(&w, last - first);
        if (rows) {
            run_tile(t, &w, numbered, rows, scratch);
            n = rows * inner;
            continue;
        }
        n = inner - offset < last - first ? inner - offset : last - first;
        if (n > BLOCK) n = BLOCK;
        if (WKI_FAULT(20) && first + n == last && n > 1) last = first + --n;
        run_block(t, &w, numbered, offset, n, scratch);
        offset += n;
        if (offset == inner) {
            offset = 0;
            next_row(&w);
        }
    }
}

/* ---- The kernel ---- */

/* none if all is flat; else a block and, for sides that lie across, a tile of each side */
static size_t scratch_bytes(const wki_call *call)
{
    return is_flat(call) ? 0 : (size_t)call->nviews * (BLOCK * WIDEST + TILE);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    task t;
    wk_status status = understand(call, &t);
    if (status) return status;
    const int64_t first = begin * WKI_BLOCK, last = wki_least(end * WKI_BLOCK, wki_numel(call->views[0]));
    if (scratch)
        run_strided(&t, call, first, last, scratch);
    else
        run_flat(&t, call, first, last);
    return WK_OK;
}

const wki_kernel wki_cpu_row = { "row", wki_element_units, scratch_bytes, run };
