/* Operands of f32 as numbers of bfloat16 that add up to them, in tiles, as product.h describes them (wki_packed): any
   strides, a quarter of a tile at a time. Rests on split.h, which rounds; pack.h turns. */
#ifndef WKI_CPU_PARTS_H
#define WKI_CPU_PARTS_H

#include "backends/cpu/isa/pack.h"
#include "backends/cpu/isa/sink.h"
#include "backends/cpu/isa/split.h"
#include "base/fault.h"

typedef struct operand {
    const real *at;
    ptrdiff_t ls, ks; /* from line to line, from k to k */
    int64_t lines, k;
    bool across; /* pairs lie below one another: of the operand whose lines are columns */
} operand;

/* What is unfolded where tiles are real; the twin would take minutes to compile. */
#ifdef WKI_AMX
#define UNFOLDED INLINE
#define UNFOLD   UNROLL
#else
#define UNFOLDED static __attribute__((noinline))
#define UNFOLD
#endif

/* A tile is packed some rows at a time, and those in pieces that a product can do between others of its instructions.
   Of bfloat16 alone they are fewer, as there is less to do behind them. */
INLINE int rows_at_once(const int parts) { return parts == 1 ? LANE : SIDE / 2; }

typedef struct stretch {
    real *to;         /* its first part */
    const real *from; /* of row 0 */
    ptrdiff_t rs, fs; /* from row to row, and along one */
    ptrdiff_t apart;  /* to what a number is paired with */
    vec odd;
    vec x[SIDE / VL][LANE], y[SIDE / VL][LANE];
} stretch;

/* row r: SIDE numbers side by side, each paired with that apart */
INLINE void split_row(stretch *h, const int r, const int parts)
{
    const real *const from = h->from + r * h->rs;
    UNROLL for (int v = 0; v < SIDE; v += VL) h->odd =
        split(h->to + r * SIDE + v, load(from + v), load(from + h->apart + v), parts, h->odd);
}

/* VL numbers, fs apart, of each of LANE neighbours */
INLINE void load_turned(vec x[LANE], const real *from, ptrdiff_t fs)
{
    const real *whole[LANES];
    UNROLL for (int i = 0; i < LANES; i++) whole[i] = from + i * LANE * fs;
    UNROLL for (int i = 0; i < LANE; i++) x[i] = load_lanes(whole, 1, i * fs);
    turn_loaded(x);
}

INLINE void load_rows(vec x[SIDE / VL][LANE], const real *from, ptrdiff_t fs)
{
    UNROLL for (int v = 0; v < SIDE / VL; v++) load_turned(x[v], from + v * VL * fs, fs);
}

/* The pieces of a stretch: a row each; turned, LANE rows of x, those of y, and then each. */
INLINE int pieces_of(const bool turned, const int parts)
{
    return turned ? rows_at_once(parts) / LANE * (LANE + 2) : rows_at_once(parts);
}

UNFOLDED void pack_piece(stretch *h, const int piece, const bool turned, const int parts)
{
    const int at = piece % (LANE + 2), row = piece / (LANE + 2) * LANE;
    if (!turned) {
        split_row(h, piece, parts);
    } else if (at == 0) {
        load_rows(h->x, h->from + row, h->fs);
    } else if (at == 1) {
        load_rows(h->y, h->from + h->apart + row, h->fs);
    } else {
        const int r = at - 2;
        UNROLL for (int v = 0; v < SIDE / VL; v++) h->odd =
            split(h->to + (row + r) * SIDE + v * VL, h->x[v][r], h->y[v][r], parts, h->odd);
    }
}

/* a tile's numbers as [WIDTH, SIDE] of columns or [SIDE, WIDTH] of rows, zeros where there is nothing */
static void gather(real *to, const operand *o, const real *from, int64_t lines, int64_t k)
{
    const ptrdiff_t line = o->across ? 1 : WIDTH, step = o->across ? SIDE : 1;
    memset(to, 0, sizeof(real) * SIDE * WIDTH);
    for (int64_t i = 0; i < lines; i++)
        for (int64_t t = 0; t < k; t++) to[i * line + t * step] = from[i * o->ls + t * o->ks];
}

static vec split_gathered(real *to, const operand *o, const real *from, int64_t lines, int64_t k, int parts)
{
    real room[SIDE * WIDTH];
    const ptrdiff_t row = o->across ? SIDE : WIDTH, apart = o->across ? SIDE * SIDE : SIDE;
    gather(room, o, from, lines, k);
    stretch h = { .to = to, .from = room, .rs = row, .apart = apart, .odd = { 0 } };
    for (int r = 0; r < SIDE; r++, h.to += SIDE, h.from += row)
        if (parts == 1)
            split_row(&h, 0, 1);
        else if (parts == 2)
            split_row(&h, 0, 2);
        else
            split_row(&h, 0, 3);
    return h.odd;
}

/* Packs groups [group, groups) over steps [step, steps), a stretch at a time, in the order in which they lie. */
typedef struct packer {
    operand o;
    int64_t first_group, groups, first_step, steps;
    int64_t group, step; /* where it is */
    int row;             /* of the tile */
    const real *from;    /* this tile */
    real *to;            /* its first part */
    ptrdiff_t next;      /* from group to group there */
    unsigned char *odd;  /* a group */
    int64_t left;        /* stretches */
} packer;

static packer packer_of(const operand *o, int64_t group, int64_t groups, int64_t step, int64_t steps, real *to,
                        ptrdiff_t next, unsigned char *odd, int parts)
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
                     .left = MOST(groups - group, 0) * (steps - step) * (SIDE / rows_at_once(parts)) };
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

typedef enum manner { AS_IT_LIES, TURNED, GATHERED } manner;

static manner manner_of(const operand *o)
{
    if ((o->across ? o->ls : o->ks) == 1) return AS_IT_LIES;
    return (o->across ? o->ks : o->ls) == 1 ? TURNED : GATHERED;
}

/* Is there a stretch to pack, and are all of its numbers there? */
INLINE bool has_whole(const packer *x)
{
    return x->left > 0 && x->o.lines >= SIDE * (x->group + 1) && x->o.k >= WIDTH * (x->step + 1);
}

INLINE stretch begin_stretch(const packer *x, const bool turned)
{
    const operand *const o = &x->o;
    const ptrdiff_t rs = o->across ? o->ks : o->ls;
    return (stretch){ .to = x->to + x->row * SIDE,
                      .from = x->from + x->row * (turned ? 1 : rs),
                      .rs = rs,
                      .fs = o->across ? o->ls : o->ks,
                      .apart = SIDE * o->ks };
}

INLINE void end_stretch(packer *x, vec odd, const int parts)
{
    if (parts > 1 && !WKI_FAULT(130)) x->odd[x->group - x->first_group] |= bits_of((ivec)(odd != odd)) != 0;
    x->left--;
    x->row = (x->row + rows_at_once(parts)) % SIDE;
    if (x->row == 0) pack_next(x, parts);
}

/* a stretch in one piece */
UNFOLDED void pack_stretch(packer *x, const int parts)
{
    const operand *const o = &x->o;
    const manner how = has_whole(x) ? manner_of(o) : GATHERED;
    stretch h = begin_stretch(x, how == TURNED);
    if (how == AS_IT_LIES)
        UNFOLD for (int i = 0; i < pieces_of(false, parts); i++) pack_piece(&h, i, false, parts);
    else if (how == TURNED)
        UNFOLD for (int i = 0; i < pieces_of(true, parts); i++) pack_piece(&h, i, true, parts);
    else if (x->row == 0)
        h.odd = split_gathered(x->to, o, x->from, LEAST(SIDE, o->lines - SIDE * x->group),
                               LEAST(WIDTH, o->k - WIDTH * x->step - WKI_FAULT(132)), parts);
    end_stretch(x, h.odd, parts);
}

static void pack_stretches(packer *x, int64_t n, int parts)
{
    if (parts == 1)
        while (n-- > 0) pack_stretch(x, 1);
    else if (parts == 2)
        while (n-- > 0) pack_stretch(x, 2);
    else
        while (n-- > 0) pack_stretch(x, 3);
}

static void pack_all(packer *x, int parts) { pack_stretches(x, x->left, parts); }

#endif
