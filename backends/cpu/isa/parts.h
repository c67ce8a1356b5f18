/* Operands of f32 as numbers of bfloat16 that add up to them, in tiles, as product.h describes them (wki_packed): any
   strides, a quarter of a tile at a time. Rests on vector.h; pack.h and pairs.h turn and round. */
#ifndef WKI_CPU_PARTS_H
#define WKI_CPU_PARTS_H

#include "backends/cpu/isa/pack.h"
#include "backends/cpu/isa/pairs.h"
#include "backends/cpu/isa/sink.h"
#include "base/fault.h"

/* SIDE lines of an operand, rows of A or columns of B, are a group; WIDTH numbers of each along k a step. A tile holds
   a group's step as pairs. */
enum { SIDE = 16, WIDTH = 32, TILE = SIDE * SIDE };

typedef uint32_t uvec __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef uint16_t halves __attribute__((vector_size(VECTOR_BYTES), may_alias));

typedef struct operand {
    const real *at;
    ptrdiff_t ls, ks; /* from line to line, from k to k */
    int64_t lines, k;
    bool across; /* pairs lie below one another: of the operand whose lines are columns */
} operand;

/* to the nearest number of bfloat16, of two the one further from 0: three instructions less than to the even one */
INLINE vec upper(vec x) { return (vec)(((uvec)x + 0x8000u) & 0xffff0000u); }

/* the upper halves of both: those of x below those of y */
INLINE vec pair(vec x, vec y)
{
#if VECTOR_BYTES == 64
    return (vec)__builtin_shufflevector((halves)x, (halves)y, 1, 33, 3, 35, 5, 37, 7, 39, 9, 41, 11, 43, 13, 45, 15, 47,
                                        17, 49, 19, 51, 21, 53, 23, 55, 25, 57, 27, 59, 29, 61, 31, 63);
#else
    return (vec)((uvec)x >> 16 | ((uvec)y & 0xffff0000u));
#endif
}

/* 2 VL numbers as `parts` vectors of pairs, a tile apart. odd becomes NaN where a number is infinite, NaN or too large
   to be rounded. */
INLINE vec split(real *to, vec x, vec y, const int parts, vec odd)
{
    if (parts == 1) {
        store(to, pair_up(y, x));
        return odd;
    }
    const vec x1 = upper(x), y1 = upper(y), xr = x - x1, yr = y - y1;
    store(to, pair(x1, y1));
    odd = multiply_add(multiply_add(odd, 0, xr), 0, yr);
    const vec x2 = upper(xr), y2 = upper(yr);
    store(to + TILE, pair(x2, y2));
    if (parts == 3) store(to + 2 * TILE, pair(xr - x2, yr - y2));
    return odd;
}

enum { QUARTER = SIDE / LANE }; /* rows of a tile that are packed at once */

/* row r: SIDE numbers at from + r rs, each paired with that at + apart */
INLINE vec split_rows(real *to, const real *from, ptrdiff_t rs, ptrdiff_t apart, const int parts, vec odd)
{
    UNROLL for (int r = 0; r < QUARTER; r++, from += rs) UNROLL for (int v = 0; v < SIDE; v += VL) odd =
        split(to + r * SIDE + v, load(from + v), load(from + apart + v), parts, odd);
    return odd;
}

/* VL numbers, fs apart, of each of LANE neighbours */
INLINE void load_turned(vec x[LANE], const real *from, ptrdiff_t fs)
{
    const real *whole[LANES];
    UNROLL for (int i = 0; i < LANES; i++) whole[i] = from + i * LANE * fs;
    UNROLL for (int i = 0; i < LANE; i++) x[i] = load_lanes(whole, 1, i * fs);
    turn_loaded(x);
}

/* row r: SIDE numbers at from + r, fs apart */
INLINE vec split_turned(real *to, const real *from, ptrdiff_t fs, ptrdiff_t apart, const int parts, vec odd)
{
    UNROLL for (int v = 0; v < SIDE; v += VL)
    {
        vec x[LANE], y[LANE];
        load_turned(x, from + v * fs, fs);
        load_turned(y, from + apart + v * fs, fs);
        UNROLL for (int r = 0; r < QUARTER; r++) odd = split(to + r * SIDE + v, x[r], y[r], parts, odd);
    }
    return odd;
}

/* a tile's numbers as [WIDTH, SIDE] of columns or [SIDE, WIDTH] of rows, zeros where there is nothing */
static void gather(real *to, const operand *o, const real *from, int64_t lines, int64_t k)
{
    const ptrdiff_t line = o->across ? 1 : WIDTH, step = o->across ? SIDE : 1;
    memset(to, 0, sizeof(real) * SIDE * WIDTH);
    for (int64_t i = 0; i < lines; i++)
        for (int64_t t = 0; t < k; t++) to[i * line + t * step] = from[i * o->ls + t * o->ks];
}

static vec split_gathered(real *to, const operand *o, const real *from, int64_t lines, int64_t k, int parts, vec odd)
{
    real room[SIDE * WIDTH];
    const ptrdiff_t row = o->across ? SIDE : WIDTH, apart = o->across ? SIDE * SIDE : SIDE;
    gather(room, o, from, lines, k);
    for (int q = 0; q < SIDE; q += QUARTER, to += QUARTER * SIDE)
        odd = parts == 1   ? split_rows(to, room + q * row, row, apart, 1, odd)
              : parts == 2 ? split_rows(to, room + q * row, row, apart, 2, odd)
                           : split_rows(to, room + q * row, row, apart, 3, odd);
    return odd;
}

/* Packs groups [group, groups) over steps [step, steps), a quarter of a tile at a time, in the order in which they lie. */
typedef struct packer {
    operand o;
    int64_t first_group, groups, first_step, steps;
    int64_t group, step; /* where it is */
    int quarter;
    const real *from;   /* this tile */
    real *to;           /* its first part */
    ptrdiff_t next;     /* from group to group there */
    unsigned char *odd; /* a group */
    int64_t left;       /* quarters */
} packer;

static packer packer_of(const operand *o, int64_t group, int64_t groups, int64_t step, int64_t steps, real *to,
                        ptrdiff_t next, unsigned char *odd)
{
    return (packer){ .o = *o,
                     .first_group = group,
                     .groups = groups,
                     .first_step = step,
                     .steps = steps,
                     .group = group,
                     .step = step,
                     .from = o->at + group * SIDE * o->ls + step * WIDTH * o->ks,
                     .to = to,
                     .next = next,
                     .odd = odd,
                     .left = MOST(groups - group, 0) * (steps - step) * (SIDE / QUARTER) };
}

static void pack_next(packer *x, int parts)
{
    const ptrdiff_t group = SIDE * x->o.ls, step = WIDTH * x->o.ks, tiles = parts * TILE;
    const int64_t groups = x->groups - x->first_group, steps = x->steps - x->first_step;
    if (x->o.ls == 1) {
        x->from += group, x->to += x->next;
        if (++x->group < x->groups) return;
        x->group = x->first_group, x->step++;
        x->from += step - groups * group, x->to += tiles - groups * x->next;
    } else {
        x->from += step, x->to += tiles;
        if (++x->step < x->steps) return;
        x->step = x->first_step, x->group++;
        x->from += group - steps * step, x->to += x->next - steps * tiles;
    }
}

INLINE void pack_quarter(packer *x, const int parts)
{
    const operand *const o = &x->o;
    const bool whole = o->lines >= SIDE * (x->group + 1) && o->k >= WIDTH * (x->step + 1);
    const ptrdiff_t apart = SIDE * o->ks, rs = o->across ? o->ks : o->ls, fs = o->across ? o->ls : o->ks;
    real *const to = x->to + x->quarter * QUARTER * SIDE;
    vec odd = { 0 };
    if (whole && fs == 1)
        odd = split_rows(to, x->from + x->quarter * QUARTER * rs, rs, apart, parts, odd);
    else if (whole && rs == 1)
        odd = split_turned(to, x->from + x->quarter * QUARTER, fs, apart, parts, odd);
    else if (x->quarter == 0)
        odd = split_gathered(to, o, x->from, LEAST(SIDE, o->lines - SIDE * x->group),
                             LEAST(WIDTH, o->k - WIDTH * x->step - WKI_FAULT(132)), parts, odd);
    if (parts > 1 && !WKI_FAULT(130)) x->odd[x->group - x->first_group] |= bits_of((ivec)(odd != odd)) != 0;
    x->left--;
    x->quarter = (x->quarter + 1) % (SIDE / QUARTER);
    if (x->quarter == 0) pack_next(x, parts);
}

static void pack_all(packer *x, int parts)
{
    if (parts == 1)
        while (x->left > 0) pack_quarter(x, 1);
    else if (parts == 2)
        while (x->left > 0) pack_quarter(x, 2);
    else
        while (x->left > 0) pack_quarter(x, 3);
}

#endif
