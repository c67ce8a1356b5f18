/* Products whose C is a single line, a row or a column: a matrix W, one line of it for each output, times a vector x.
   They read W once and do little else, so W is used where it lies, whichever way that is, and the sum of an output is
   cut into lanes, as product.h promises. Rests on sink.h. */
#ifndef WKI_CPU_SINGLE_H
#define WKI_CPU_SINGLE_H

#include "backends/cpu/isa/sink.h"

/* The sums in progress of a block of outputs about fill the first cache, their lanes no power of two apart. Rows of W
   that run along k are taken so many at once that eight registers of lanes are at work; of rows that run along the
   outputs, a lane takes eight at once. */
enum { SUMS = WKI_LANES, WIDTH = 2048 / sizeof(real), APART = WIDTH + VL, REGS = SUMS / VL, ROWS = 8 / REGS, DEEP = 8 };

typedef struct line {
    int64_t n, k;
    const real *w, *x;
    int64_t wns, wks, xs; /* W from output to output and from k to k */
    real *sums, *total;   /* scratch: [SUMS][APART] or [WIDTH][SUMS], and [WIDTH] */
} line;

static int64_t room_for(int64_t n) { return parts_of(n, VL) * VL; }

/* a product and then a sum, each rounded, so that an instruction set without the fused form has the same bits */
INLINE vec add_product(vec acc, vec a, vec b) { return acc + a * b; }

/* ---- W's rows along k ---- */

/* the lanes of `rows` outputs */
INLINE void add_rows(const line *l, const real *w, const int rows, real *sums)
{
    vec acc[8];
    UNROLL for (int i = 0; i < rows * REGS; i++) acc[i] = (vec){ 0 };
    int64_t t = 0;
    for (; t + SUMS <= l->k; t += SUMS) UNROLL for (int v = 0; v < REGS; v++)
        {
            const vec x = load(l->x + t + v * VL);
            UNROLL for (int i = 0; i < rows; i++) acc[i * REGS + v] =
                add_product(acc[i * REGS + v], load(w + i * l->wns + t + v * VL), x);
        }
    /* the zeros behind k change nothing: no lane is ever -0 */
    UNROLL for (int v = 0; v < REGS; v++)
    {
        const int64_t left = LEAST(l->k - t - v * VL, VL);
        if (left <= 0) break;
        const vec x = load_some(l->x + t + v * VL, (int)left);
        UNROLL for (int i = 0; i < rows; i++) acc[i * REGS + v] =
            add_product(acc[i * REGS + v], load_some(w + i * l->wns + t + v * VL, (int)left), x);
    }
    UNROLL for (int i = 0; i < rows * REGS; i++) store(sums + i * VL, acc[i]);
}

/* halves added until one is left */
static real sum_of(const real *lanes)
{
    real s[SUMS / 2];
    UNROLL for (int i = 0; i < SUMS / 2; i++) s[i] = lanes[i] + lanes[i + SUMS / 2];
    UNROLL for (int half = SUMS / 4; half > 0; half /= 2) UNROLL for (int i = 0; i < half; i++) s[i] += s[i + half];
    return s[0];
}

static void along_k(const line *l, const real *w, int64_t outputs)
{
    int64_t i = 0;
    for (; i + ROWS <= outputs; i += ROWS) add_rows(l, w + i * l->wns, ROWS, l->sums + i * SUMS);
    for (; i < outputs; i++) add_rows(l, w + i * l->wns, 1, l->sums + i * SUMS);
    for (i = 0; i < outputs; i++) l->total[i] = sum_of(l->sums + i * SUMS);
}

/* ---- W's rows along the outputs ---- */

/* a lane of all outputs: `deep` more of its k */
INLINE void add_columns(const line *l, const real *w, const real *x, const int deep, const bool fresh, real *sums,
                        int64_t outputs)
{
    const int64_t ws = SUMS * l->wks;
    vec scale[DEEP];
    UNROLL for (int d = 0; d < deep; d++) scale[d] = splat(x[d * SUMS * l->xs]);
    int64_t i = 0;
    for (; i + VL <= outputs; i += VL) {
        vec acc = fresh ? (vec){ 0 } : load(sums + i);
        UNROLL for (int d = 0; d < deep; d++) acc = add_product(acc, load(w + d * ws + i), scale[d]);
        store(sums + i, acc);
    }
    if (i == outputs) return;
    vec acc = fresh ? (vec){ 0 } : load(sums + i);
    UNROLL for (int d = 0; d < deep; d++) acc =
        add_product(acc, load_some(w + d * ws + i, (int)(outputs - i)), scale[d]);
    store(sums + i, acc);
}

INLINE void add_deep(const line *l, const real *w, const real *x, int64_t deep, const bool fresh, real *sums, int64_t n)
{
    switch (deep) {
    case 1: add_columns(l, w, x, 1, fresh, sums, n); break;
    case 2: add_columns(l, w, x, 2, fresh, sums, n); break;
    case 3: add_columns(l, w, x, 3, fresh, sums, n); break;
    case 4: add_columns(l, w, x, 4, fresh, sums, n); break;
    case 5: add_columns(l, w, x, 5, fresh, sums, n); break;
    case 6: add_columns(l, w, x, 6, fresh, sums, n); break;
    case 7: add_columns(l, w, x, 7, fresh, sums, n); break;
    default: add_columns(l, w, x, DEEP, fresh, sums, n);
    }
}

/* halves added until one is left, for VL outputs at once */
static void add_lanes(const line *l, int64_t outputs)
{
    for (int64_t i = 0; i < outputs; i += VL) {
        vec s[SUMS / 2];
        const real *const lane = l->sums + i;
        UNROLL for (int t = 0; t < SUMS / 2; t++) s[t] = load(lane + t * APART) + load(lane + (t + SUMS / 2) * APART);
        UNROLL for (int half = SUMS / 4; half > 0; half /= 2) UNROLL for (int t = 0; t < half; t++) s[t] += s[t + half];
        store(l->total + i, s[0]);
    }
}

static void across_k(const line *l, const real *w, int64_t outputs)
{
    for (int64_t t = l->k; t < SUMS; t++) memset(l->sums + t * APART, 0, (size_t)room_for(outputs) * sizeof(real));
    for (int64_t t = 0; t < l->k; t += SUMS * DEEP)
        for (int64_t lane = 0; lane < LEAST(l->k - t, SUMS); lane++) {
            const int64_t deep = LEAST(parts_of(l->k - t - lane, SUMS), DEEP);
            const real *const at = w + (t + lane) * l->wks, *const x = l->x + (t + lane) * l->xs;
            real *const sums = l->sums + lane * APART;
            if (t == 0)
                add_deep(l, at, x, deep, true, sums, outputs);
            else
                add_deep(l, at, x, deep, false, sums, outputs);
        }
    add_lanes(l, outputs);
}

/* ---- one product ---- */

/* of bfloat16 there are no lanes: a line of it is a product as any other */
#ifdef WKI_BF16
static bool is_single(const wki_product *p) { return (void)p, false; }
#else
static bool is_single(const wki_product *p) { return p->lanes && (p->m == 1 || p->n == 1); }
#endif

/* sums and totals, and a copy of x and of one row of W */
static size_t single_scratch(const wki_product *p)
{
    return sizeof(real) * (size_t)(SUMS * APART + WIDTH + 2 * room_for(p->k));
}

/* to[i] = from[i step] */
static void gather(real *to, const real *from, int64_t step, int64_t n)
{
    for (int64_t i = 0; i < n; i++) to[i] = from[i * step];
}

/* W lies along neither: its rows are copied one by one */
static void along_nothing(const line *l, const real *w, int64_t outputs, real *row)
{
    for (int64_t i = 0; i < outputs; i++) {
        gather(row, w + i * l->wns, l->wks, l->k);
        add_rows(l, row, 1, l->sums);
        l->total[i] = sum_of(l->sums);
    }
}

static void deliver_line(const wki_product *p, const line *l, const sink *s, int64_t from, int64_t outputs)
{
    if (p->accumulate)
        for (int64_t i = 0; i < outputs; i++) l->total[i] = s->c[(from + i) * s->cs] + l->total[i];
    finish(s, &(sums){ l->total, WIDTH, 0, from, 1, outputs, true });
}

static void single(const wki_product *p, real *scratch)
{
    const bool row = p->m == 1; /* C is a row: W is B turned, and x is A */
    const sink own = sink_of(p, row ? 1 : p->c_rs, row ? p->c_cs : 1), s = row ? own : turned(&own);
    line l = { .n = row ? p->n : p->m, .k = p->k, .sums = scratch, .total = scratch + SUMS * APART };
    l.w = row ? p->b : p->a, l.x = row ? p->a : p->b;
    l.wns = row ? p->b_cs : p->a_rs, l.wks = row ? p->b_rs : p->a_cs, l.xs = row ? p->a_cs : p->b_rs;
    if (l.k <= 1) l.wks = l.xs = 1;
    const bool across = l.wns == 1 && l.wks != 1;
    real *const copy = l.total + WIDTH;
    if (!across && l.xs != 1) {
        gather(copy, l.x, l.xs, l.k);
        l.x = copy, l.xs = 1;
    }
    for (int64_t i = 0; i < l.n; i += WIDTH) {
        const int64_t outputs = LEAST(l.n - i, WIDTH);
        const real *const w = l.w + i * l.wns;
        if (l.wks == 1)
            along_k(&l, w, outputs);
        else if (across)
            across_k(&l, w, outputs);
        else
            along_nothing(&l, w, outputs, copy + room_for(l.k));
        deliver_line(p, &l, &s, i, outputs);
    }
}

#endif
