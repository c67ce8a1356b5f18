/* copy: y -> x, any strides on both sides, any dtype into any other, in the order of y's memory. Runs of the innermost
 * dim where x is contiguous there too; otherwise tiles, so that a transposed matrix passes through the cache once, as
 * do weights of convolutions, whose runs are a few elements each. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/saturate.h"
#include "backends/cpu/walk.h"
#include "base/fault.h"
#include <string.h>

enum { BAND = 64, TILE = 16, FEW = 8 };
typedef void convert(int64_t n, void *y, int64_t y_step, const void *x, int64_t x_step);

typedef uint8_t flag; /* a WK_BOOL: stored as 0 or 1, read as nonzero */

#define TO_f32(x)       (float)(x)
#define TO_f64(x)       (double)(x)
#define TO_flag(x)      (flag)((x) != 0)
#define REAL_TO_i64(x)  wki_to_i64((double)(x))
#define REAL_TO_i32(x)  wki_to_i32((double)(x))
#define REAL_TO_u8(x)   wki_to_u8((double)(x))
#define REAL_TO_f32     TO_f32
#define REAL_TO_f64     TO_f64
#define REAL_TO_flag    TO_flag
#define WHOLE_TO_i64(x) (int64_t)(x)
#define WHOLE_TO_i32(x) (int32_t)(x)
#define WHOLE_TO_u8(x)  (uint8_t)(x)
#define WHOLE_TO_f32    TO_f32
#define WHOLE_TO_f64    TO_f64
#define WHOLE_TO_flag   TO_flag
#define FLAG_TO_f32(x)  (float)((x) != 0)
#define FLAG_TO_f64(x)  (double)((x) != 0)
#define FLAG_TO_i64(x)  (int64_t)((x) != 0)
#define FLAG_TO_i32(x)  (int32_t)((x) != 0)
#define FLAG_TO_u8(x)   (uint8_t)((x) != 0)
#define FLAG_TO_flag    TO_flag

#define CONVERT(FROM, FROM_TYPE, TO, TO_TYPE, KIND)                                                                    \
    static void FROM##_to_##TO(int64_t n, void *to, int64_t y_step, const void *from, int64_t x_step)                  \
    {                                                                                                                  \
        TO_TYPE *y = to;                                                                                               \
        const FROM_TYPE *x = from;                                                                                     \
        if (y_step == 1 && x_step == 1)                                                                                \
            for (int64_t i = 0; i < n; i++) y[i] = KIND##_TO_##TO(x[i]);                                               \
        else                                                                                                           \
            for (int64_t i = 0; i < n; i++) y[i * y_step] = KIND##_TO_##TO(x[i * x_step]);                             \
    }
#define CONVERT_TO_ALL(FROM, FROM_TYPE, KIND)                                                                          \
    CONVERT(FROM, FROM_TYPE, f32, float, KIND)                                                                         \
    CONVERT(FROM, FROM_TYPE, f64, double, KIND)                                                                        \
    CONVERT(FROM, FROM_TYPE, i64, int64_t, KIND)                                                                       \
    CONVERT(FROM, FROM_TYPE, i32, int32_t, KIND)                                                                       \
    CONVERT(FROM, FROM_TYPE, u8, uint8_t, KIND)                                                                        \
    CONVERT(FROM, FROM_TYPE, flag, flag, KIND)
CONVERT_TO_ALL(f32, float, REAL)
CONVERT_TO_ALL(f64, double, REAL)
CONVERT_TO_ALL(i64, int64_t, WHOLE)
CONVERT_TO_ALL(i32, int32_t, WHOLE)
CONVERT_TO_ALL(u8, uint8_t, WHOLE)
CONVERT_TO_ALL(flag, flag, FLAG)

#define FROM(NAME)                                                                                                     \
    {                                                                                                                  \
        [WK_F32] = NAME##_to_f32, [WK_F64] = NAME##_to_f64, [WK_I64] = NAME##_to_i64, [WK_I32] = NAME##_to_i32,        \
        [WK_U8] = NAME##_to_u8, [WK_BOOL] = NAME##_to_flag                                                             \
    }
static convert *const converts[WK_DTYPE_COUNT][WK_DTYPE_COUNT] = {
    [WK_F32] = FROM(f32), [WK_F64] = FROM(f64), [WK_I64] = FROM(i64),
    [WK_I32] = FROM(i32), [WK_U8] = FROM(u8),   [WK_BOOL] = FROM(flag),
};

/* tile < 0: runs. Otherwise x is contiguous along dim `tile` of what was the walk, which is taken out together with the
 * innermost: (high, wide) are their sizes, and `walk` goes over the rest. With few > 0 what is tiled are runs of so
 * many elements, `step` apart in x, and its least step is along `tile`. */
typedef struct plan {
    wki_walk walk;
    int tile;
    int64_t few, step;
    int64_t high, wide, high_step[2], wide_step[2];
    size_t y_size, x_size;
    bool same;
    convert *run;
    const wki_moves *moves; /* NULL: for other sizes than 4 and 8 */
} plan;

static int tiled_dim(const wki_walk *w)
{
    const int last = w->ndim - 1;
    if (wki_length(w->stride[last][1]) <= 1) return -1;
    for (int d = last - 1; d >= 0; d--)
        if (wki_length(w->stride[d][1]) == 1) return d;
    return -1;
}

/* Takes runs of a few elements out of the walk, if there are two more dims. */
static void take_few(plan *p)
{
    wki_walk *w = &p->walk;
    const int last = w->ndim - 1;
    if (!p->moves || last < 2 || w->size[last] > FEW || w->stride[last][0] != 1) return;
    p->few = w->size[last], p->step = WKI_FAULT(185) ? 1 : w->stride[last][1];
    w->count /= p->few, w->ndim = last;
    p->tile = 0;
    for (int d = 1; d < last - 1; d++)
        if (wki_length(w->stride[d][1]) < wki_length(w->stride[p->tile][1])) p->tile = d;
}

static void take_tile(plan *p)
{
    wki_walk *w = &p->walk, rest;
    rest.ndim = 0;
    rest.count = 1;
    const int last = w->ndim - 1;
    p->high = w->size[p->tile];
    p->wide = w->size[last];
    for (int v = 0; v < 2; v++) {
        p->high_step[v] = w->stride[p->tile][v];
        p->wide_step[v] = w->stride[last][v];
    }
    for (int d = 0; d < last; d++)
        if (d != p->tile) wki_walk_push(&rest, w->size[d], w->stride[d]);
    if (rest.ndim == 0) wki_walk_close(&rest);
    *w = rest;
}

static void turn_tile(plan *p)
{
    const plan was = *p;
    p->high = was.wide, p->wide = was.high;
    memcpy(p->high_step, was.wide_step, sizeof p->high_step);
    memcpy(p->wide_step, was.high_step, sizeof p->wide_step);
}

static void make_plan(plan *p, const wki_call *call)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    p->walk = wki_walk_by_stride(call->views, 2, wki_all_dims(y));
    p->y_size = wk_dtype_size((wk_dtype)y->dtype);
    p->x_size = wk_dtype_size((wk_dtype)x->dtype);
    p->same = y->dtype == x->dtype;
    p->run = converts[x->dtype][y->dtype];
    p->moves = p->same && p->y_size > 1 ? wki_moves_for(wki_isa(), p->y_size) : NULL;
    p->few = 0;
    p->tile = p->walk.count > 0 ? tiled_dim(&p->walk) : -1;
    if (p->tile < 0 && p->walk.count > 0) take_few(p);
    if (p->tile >= 0) take_tile(p);
    if (p->few > 0 && p->high < p->wide) turn_tile(p); /* units are bands of rows */
}

static int64_t units(const wki_call *call)
{
    plan p;
    make_plan(&p, call);
    return p.tile < 0 ? wki_blocks(p.walk.count, WKI_BLOCK) : p.walk.count * wki_blocks(p.high, BAND);
}

static void copy_run(const plan *p, int64_t n, char *y, int64_t y_step, const char *x, int64_t x_step)
{
    if (p->same && (n == 1 || (y_step == 1 && x_step == 1)))
        memcpy(y, x, (size_t)n * p->y_size);
    else if (p->moves && y_step == 1 && x_step == 0)
        p->moves->fill(n, y, x);
    else if (p->moves && y_step == 1 && x_step == -1)
        p->moves->reverse(n, y, x);
    else
        p->run(n, y, y_step, x, x_step);
}

static void copy_runs(const plan *p, char *y, const char *x, int64_t begin, int64_t end)
{
    const wki_walk *w = &p->walk;
    const int64_t y_step = wki_walk_inner(w, 0), x_step = wki_walk_inner(w, 1);
    wki_cursor c = wki_cursor_at(w, begin);
    for (int64_t n; begin < end; begin += n) {
        n = wki_least(wki_cursor_left(w, &c), end - begin);
        copy_run(p, n, y + c.at[0] * (int64_t)p->y_size, y_step, x + c.at[1] * (int64_t)p->x_size, x_step);
        wki_cursor_move(w, &c, n);
    }
}

typedef uint8_t bytes __attribute__((vector_size(TILE), aligned(1), may_alias));

/* A square of TILE bytes each way, by four perfect shuffles */
static void turn_square(uint8_t *y, int64_t y_row, const uint8_t *x, int64_t x_row)
{
    bytes t[TILE], u[TILE];
    for (int i = 0; i < TILE; i++) t[i] = *(const bytes *)(x + i * x_row);
    for (int pass = TILE; pass > 1; pass /= 2) {
        for (int i = 0; i < TILE / 2; i++) {
            u[2 * i] =
                __builtin_shufflevector(t[i], t[i + TILE / 2], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            u[2 * i + 1] = __builtin_shufflevector(t[i], t[i + TILE / 2], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
                                                   14, 30, 15, 31);
        }
        memcpy(t, u, sizeof t);
    }
    for (int i = 0; i < TILE; i++) *(bytes *)(y + i * y_row) = t[i];
}

/* The last squares reach back over what is done already. */
static void turn_bytes(int64_t rows, int64_t cols, uint8_t *y, int64_t y_row, const uint8_t *x, int64_t x_row)
{
    for (int64_t j = 0; j < cols; j += TILE)
        for (int64_t i = 0; i < rows; i += TILE) {
            const int64_t top = wki_least(i, rows - TILE), left = wki_least(j, cols - TILE);
            turn_square(y + top * y_row + left, y_row, x + left * x_row + top, x_row);
        }
}

#define COPY_FEW(NAME, TYPE)                                                                                           \
    static inline __attribute__((always_inline)) void NAME##_by(const plan *p, void *to, const void *from,             \
                                                                int64_t rows, const int64_t few, const int64_t step)   \
    {                                                                                                                  \
        TYPE *y = to;                                                                                                  \
        const TYPE *x = from;                                                                                          \
        for (int64_t i = 0; i < rows; i++, y += p->high_step[0], x += p->high_step[1])                                 \
            for (int64_t j = 0; j < p->wide; j++)                                                                      \
                for (int64_t k = 0; k < few; k++) y[j * p->wide_step[0] + k] = x[j * p->wide_step[1] + k * step];      \
    }                                                                                                                  \
    static void NAME(const plan *p, void *to, const void *from, int64_t rows)                                          \
    {                                                                                                                  \
        if (p->few == 3 && p->step == 1)                                                                               \
            NAME##_by(p, to, from, rows, 3, 1);                                                                        \
        else if (p->few == 3 && p->step == -1)                                                                         \
            NAME##_by(p, to, from, rows, 3, -1);                                                                       \
        else                                                                                                           \
            NAME##_by(p, to, from, rows, p->few, p->step);                                                             \
    }
COPY_FEW(few_words, uint32_t)
COPY_FEW(few_longs, uint64_t)

/* A band of BAND rows of y */
static void copy_band(const plan *p, char *y, const char *x, int64_t top)
{
    const int64_t bottom = wki_least(top + BAND, p->high), y_size = (int64_t)p->y_size, x_size = (int64_t)p->x_size;
    if (p->few > 0) {
        (y_size == 8 ? few_longs : few_words)(p, y + top * p->high_step[0] * y_size, x + top * p->high_step[1] * x_size,
                                              bottom - top);
        return;
    }
    if (p->moves && p->wide_step[0] == 1 && p->high_step[1] == 1) {
        p->moves->turn(bottom - top, p->wide, y + top * p->high_step[0] * y_size, p->high_step[0], x + top * x_size,
                       p->wide_step[1]);
        return;
    }
    if (p->same && y_size == 1 && p->wide_step[0] == 1 && p->high_step[1] == 1 && bottom - top >= TILE &&
        p->wide >= TILE) {
        turn_bytes(bottom - top, p->wide, (uint8_t *)y + top * p->high_step[0], p->high_step[0],
                   (const uint8_t *)x + top, p->wide_step[1]);
        return;
    }
    for (; top < bottom; top += TILE)
        for (int64_t left = 0; left < p->wide; left += TILE)
            for (int64_t i = top; i < wki_least(top + TILE, bottom); i++)
                p->run(wki_least(TILE, p->wide - left), y + (i * p->high_step[0] + left * p->wide_step[0]) * y_size,
                       p->wide_step[0], x + (i * p->high_step[1] + left * p->wide_step[1]) * x_size, p->wide_step[1]);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    plan p;
    char *y = call->views[0]->data;
    const char *x = call->views[1]->data;
    if (begin >= end) return WK_OK;
    make_plan(&p, call);
    if (p.tile < 0) {
        copy_runs(&p, y, x, begin * WKI_BLOCK, wki_least(end * WKI_BLOCK, p.walk.count));
        return WK_OK;
    }
    const int64_t bands = wki_blocks(p.high, BAND);
    for (int64_t u = begin; u < end; u++) {
        const wki_cursor c = wki_cursor_at(&p.walk, u / bands);
        copy_band(&p, y + c.at[0] * (int64_t)p.y_size, x + c.at[1] * (int64_t)p.x_size, u % bands * BAND);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_copy = { "copy", units, NULL, run };
