/* Matrix products, compiled once per instruction set (WKI_ISA) and element type (REAL_BITS), and with WKI_BF16 for f32
   that is multiplied as bfloat16. One operand, P, is broadcast; the other, Q, is loaded as vectors; a tile of C stays
   in registers while k passes. Rests on vector.h and the contract, product.h; register_tile.h has the tiles, pack.h
   copies operands, single.h has the products whose C is one line, pairs.h bfloat16. */
#include "backends/cpu/isa/pack.h"
#include "backends/cpu/isa/register_tile.h"
#include "backends/cpu/isa/single.h"
#include "base/cache.h"
#include <math.h>

#ifdef WKI_BF16
#define GLUE(bits, isa) wki_product_bf16_##isa
enum { EACH = 2 }; /* numbers along k in an element of a packed operand */
#else
#define GLUE(bits, isa) wki_product_f##bits##_##isa
enum { EACH = 1 };
#endif
#define KERNEL(bits, isa) GLUE(bits, isa)
#define TEXT_(x)          #x
#define TEXT(x)           TEXT_(x)

/* A block of P stays in the second cache while panels of Q pass, each of KC x NV vectors: reading a panel from there
   costs nothing, and passes over C do. Up to SOLE rows are one block, with k cut shorter; more are cut to blocks of
   BLOCK elements. KC x NC of Q stay near the second cache. */
enum { KC = 4096 / sizeof(real), SOLE = 256, BLOCK = 84 * KC, SOLE_BLOCK = 128 * KC, NC = 8192 / sizeof(real) };

/* Q is used where it lies for up to so many rows, or so few k: copying it would not pay. But lines more than half a
   PAGE apart (for tiles that are not TALL, half a PAGE) no processor foresees, and those a multiple of a PAGE apart get
   in each other's way in the first cache: such a Q is copied for APART_ROWS (twice as many at half a PAGE) and APART_K
   already, and where it is not, its panels are short enough for the first cache. */
enum { IN_PLACE_ROWS = EACH == 1 ? SOLE : 0, IN_PLACE_K = EACH == 1 ? 128 : 0 };
enum { PAGE = 4096, APART_ROWS = 64, APART_K = 17 };

/* So many panels of Q pay for a copy of P: of columns SPREAD over more than so many bytes, whose tiles then are read in
   one go; for TALL tiles of rows no longer than SHORT_K, which end before a processor foresees them, and of any where Q
   is LARGE, for tiles that fetch it take a P that is near; of rows a multiple of a PAGE apart. These are CROWDED where
   the first cache has ways for far fewer than a tile has: they would push each other out at every step. What then is
   not copied gets tiles of no more rows than there are ways. */
enum { COLUMN_PANELS = 8, SHORT_PANELS = 24, PAGE_PANELS = 32, CROWDED_PANELS = 8, SHORT_K = KC / 4, SPREAD = 16384 };

/* While tiles are multiplied, the next one of C is fetched, where k is long enough for that, and the next panel of a Q
   too large for the second cache: little by little if tiles are TALL, or they would wait for their own operands. TALL
   ones that do not fetch those also get what is copied next of a LARGE operand: a panel of Q for many rows, or the next
   block of a P whose rows lie side by side. */
enum { FAR_AHEAD = 128, LARGE = 1 << 20, FETCHING_ROWS = 32 };

/* TALL tiles fetch their operands EARLY steps ahead into the first cache where a panel of Q, longer than LONG_K, leaves
   no room there for itself, or lies where it was, longer than LONG_K_APART, in lines that no processor foresees. So a
   Q whose lines are apart, of up to EARLY_BYTES, is not copied for up to EARLY_ROWS. All this on Intel's processors;
   AMD's come near their peak without it. */
enum { LONG_K = KC / 4, LONG_K_APART = KC / 6, EARLY_ROWS = 128, EARLY_BYTES = 16 << 20 };

#if VECTOR_BYTES == 64
static bool fetches_early(void) { return EACH == 1 && __builtin_cpu_is("intel"); }
#else
static bool fetches_early(void) { return false; }
#endif

/* ---- moving operands ---- */

/* an operand's columns from k on, as elements */
static void pack_operand(real *to, ptrdiff_t ts, const real *from, ptrdiff_t is, ptrdiff_t ks, int64_t rows, int64_t k)
{
#ifdef WKI_BF16
    pack_pairs(to, ts, from, is, ks, rows, k);
#else
    pack(to, ts, from, is, ks, rows, k);
#endif
}

/* ---- one product ---- */

/* C'[m, n] = P[m, k] Q[k, n]: the product as given, or turned, where C' is C's transpose */
typedef struct job {
    int64_t m, n, k;
    const real *p, *q;
    int64_t prs, pks, qks, qcs;
    sink own, out; /* as C lies, and as tiles lie */
    bool flip;     /* a tile must be transposed on its way to C */
    bool fetch_q;  /* the next panel of Q, during each */
    bool fetch_p;  /* the next block of P, during each */
    bool early;    /* some tiles may fetch their operands */
    bool apart;    /* so that Q is read where it lies although its lines are apart */
    bool accumulate, near, pack_p, in_place;
    int64_t needed;       /* of the tiles at row i those that begin left of column i + rows + needed */
    int64_t high, narrow; /* rows of a tile at most, and of one of a single vector */
    int64_t nr, kc;       /* columns of a panel of Q, and elements along k at most */
    real *pp, *pq, *spare, *turn;
} job;

/* cycles, roughly, when Q's vectors run along n; half a vector may take half the time */
static double cost(int64_t m, int64_t n, int64_t k, int64_t qcs, int64_t qks, bool direct)
{
    const bool half = n <= HALF && 2 * n > HALF && !fetches_early();
    const double vectors = half ? 0.5 : (double)parts_of(n, VL);
    const double packing = qcs == 1 ? (m > IN_PLACE_ROWS ? 1.0 / VL : 0) : qks == 1 ? 3.0 / VL : 1.5;
    const double storing = direct ? vectors : 1.5 * (double)n * (double)parts_of(parts_of(k, EACH), KC);
    return (double)m * (double)k * vectors / (2 * EACH) + packing * (double)n * (double)k + (double)m * storing;
}

/* elements of P that are packed at once */
static int64_t p_room(int64_t m, int64_t k) { return LEAST(m * parts_of(k, EACH), SOLE_BLOCK); }

static bool is_apart(const job *j)
{
    const int64_t twice = 2 * j->qks * (int64_t)sizeof(real);
    return TALL ? twice > PAGE : twice >= PAGE;
}

static bool stays_apart(const job *j)
{
    return j->qcs == 1 && is_apart(j) && j->m <= EARLY_ROWS && j->k * j->n * (int64_t)sizeof(real) <= EARLY_BYTES;
}

/* Q overflows the second cache, and there are not rows enough that this would not count */
static bool is_large(const job *j) { return j->m <= SOLE && j->k * j->n * (int64_t)sizeof(real) > LARGE && !j->apart; }

static bool is_page_apart(const job *j) { return j->prs * (int64_t)sizeof(real) % PAGE == 0; }

/* rows of a tile, `most` at most, where P is not copied: if rows are crowded as many as the first cache has ways */
static int64_t rows_in_place(const job *j, int64_t most)
{
    if (j->near || !is_page_apart(j)) return most;
    const int ways = wki_first_cache_ways();
    return ways > 0 && ways < most - NV ? ways : most;
}

static bool copies_p(const job *j)
{
    if (EACH > 1 || (j->near && j->prs != 1)) return true; /* pairs are always made */
    const int64_t panels = j->n / j->nr;
    if (j->near) return panels >= COLUMN_PANELS && j->k * j->pks * (int64_t)sizeof(real) > SPREAD;
    if (is_large(j) && j->high < MR) return panels >= CROWDED_PANELS;
    if ((TALL && j->k <= SHORT_K) || is_large(j)) return panels >= SHORT_PANELS;
    return is_page_apart(j) && panels >= PAGE_PANELS;
}

static bool copies_q(const job *j)
{
    if (j->qcs != 1) return true;
    if (j->apart) return false;
    if (j->m > IN_PLACE_ROWS && j->k > IN_PLACE_K) return true;
    return is_apart(j) && j->m * LEAST(j->qks * (int64_t)sizeof(real), PAGE) >= APART_ROWS * PAGE && j->k >= APART_K;
}

static bool fetches_q(const job *j)
{
    const bool once = TALL && j->m > SOLE && j->k * j->n * (int64_t)sizeof(real) > LARGE && !j->early;
    return (once || is_large(j)) && j->qcs == 1 && j->m >= FETCHING_ROWS && (j->near || j->pack_p);
}

/* P's rows lie side by side and are copied block by block, each a little of lines that no processor foresees */
static bool fetches_p(const job *j)
{
    const bool large = j->m * j->k * (int64_t)sizeof(real) > LARGE;
    return EACH == 1 && TALL && large && j->pack_p && j->near && j->prs == 1 && !j->early && j->m >= FETCHING_ROWS;
}

/* top: the rows of a symmetric product that lie above g */
static job plan(const wki_product *g, int64_t top, real *scratch)
{
    const int64_t m = g->m, n = g->n, k = g->k;
    const int64_t a_rs = m == 1 ? 1 : g->a_rs, a_cs = k == 1 ? 1 : g->a_cs, b_rs = k == 1 ? 1 : g->b_rs;
    const int64_t b_cs = n == 1 ? 1 : g->b_cs, c_rs = m == 1 ? 1 : g->c_rs, c_cs = n == 1 ? 1 : g->c_cs;
    job j; /* set one by one, as a tile is */
    j.m = m, j.n = n, j.k = k;
    j.p = g->a, j.prs = a_rs, j.pks = a_cs;
    j.q = g->b, j.qks = b_rs, j.qcs = b_cs;
    j.own = sink_of(g, c_rs, c_cs);
    j.out = j.own;
    j.flip = j.early = j.apart = false;
    j.accumulate = g->accumulate;
    j.needed = g->symmetric ? top : MOST(m, n);
    if (!g->symmetric && cost(n, m, k, a_rs, a_cs, c_rs == 1) < cost(m, n, k, b_cs, b_rs, c_cs == 1)) {
        j.m = n, j.p = g->b, j.prs = b_cs, j.pks = b_rs;
        j.n = m, j.q = g->a, j.qks = a_cs, j.qcs = a_rs;
        j.out = turned(&j.own);
        j.flip = j.out.cs != 1;
    }
    j.nr = (j.m <= WIDE_ROWS ? WIDE : NV) * VL;
    j.kc = j.nr > NV * VL ? KC / 3 : j.m <= SOLE ? LEAST(SOLE_BLOCK / j.m, KC) : KC;
    if (k > LONG_K_APART && fetches_early()) j.early = true, j.apart = stays_apart(&j);
    j.near = j.pks != 1;
    j.high = rows_in_place(&j, MR);
    j.pack_p = copies_p(&j);
    if (j.pack_p) j.high = MR;
    j.narrow = j.pack_p || NARROW_ROWS == MR ? j.high : rows_in_place(&j, NARROW_ROWS);
    j.in_place = !copies_q(&j);
    if (j.in_place && is_apart(&j)) j.kc = LEAST(j.kc, KC / 4);
    j.fetch_q = fetches_q(&j);
    j.fetch_p = fetches_p(&j);
    j.spare = scratch;
    j.turn = j.spare + NARROW_ROWS * NR_MAX + VL;
    j.pp = j.turn + NARROW_ROWS * NR_MAX + VL;
    j.pq = j.pp + p_room(j.m, k) + VL;
    return j;
}

/* C's old values into the spare tile */
static void fetch(const job *g, int64_t i, int64_t j, int64_t rows, int64_t cols)
{
    const sink *s = &g->out;
    const real *const c = s->c + i * s->rs + j * s->cs;
    pack(g->spare, NR_MAX, c, s->cs, s->rs, cols, rows);
}

static void deliver(const job *g, sums *f)
{
    if (!g->flip) {
        finish(&g->out, f);
        return;
    }
    transpose(g->turn, NARROW_ROWS, f->from, f->fs, f->rows, f->cols);
    const sums turned = { g->turn, NARROW_ROWS, f->j0, f->i0, f->cols, f->rows, f->last };
    finish(&g->own, &turned);
}

static int64_t cut(int64_t n, int64_t parts, int64_t x) { return n * x / parts; }

typedef struct block {
    int64_t i0, tiles, rows, higher; /* a tile has so many rows, the first `higher` ones another one */
    int64_t k0, kc, ke;              /* ke: elements that are kc */
    bool first, last;                /* of the blocks over k */
    const real *next;                /* P of the next block, if it is to be fetched */
} block;

/* even shares: 32 rows of at most 6 are 5 5 5 5 6 6, not 6 6 6 6 6 2 */
static void cut_rows(block *b, int64_t rows, int64_t most)
{
    b->tiles = parts_of(rows, most);
    b->rows = rows / b->tiles;
    b->higher = rows % b->tiles;
}

static int64_t row_of(const block *b, int64_t r) { return b->i0 + r * b->rows + LEAST(r, b->higher); }

/* what the tiles of a panel fetch, and how often: the next panel of Q, a k of it in as many steps as there are tiles;
   or some rows of the next block of P, which each of `panels` fetches a share of */
typedef struct soon {
    const real *from; /* NULL: nothing */
    int64_t step, stretch;
} soon;

static soon fetch_of_q(const job *g, const block *b, const real *q)
{
    return (soon){ q, EACH * g->qks, MOST(LEAST(b->ke / MR, b->tiles), 1) };
}

static soon fetch_of_p(const job *g, const block *b, int64_t panel, int64_t panels)
{
    const int64_t strips = parts_of(b->tiles * b->rows + b->higher, NV * VL), shares = MOST(panels / strips, 1);
    const int64_t share = panel / strips;
    if (share >= shares) return (soon){ 0 };
    return (soon){ b->next + panel % strips * NV * VL + cut(b->ke, shares, share) * g->pks, g->pks, b->tiles * shares };
}

/* columns [j, j + cols) of Q against all rows of a block */
static void panel(const job *g, const block *b, const real *q, int64_t qs, int64_t j, int64_t cols, soon soon)
{
    const int vectors = (int)parts_of(cols, VL), last = (int)(cols - (vectors - 1) * VL);
    const bool near = g->near || g->pack_p;
    const bool direct = g->out.cs == 1 && (MASKED || last == VL), fresh = b->first && !g->accumulate;
    const bool done = direct && (!b->last || g->out.plain);
    tile t; /* set one by one: clearing it first takes a tenth of a short panel */
    const bool half = cols <= HALF && b->ke >= HALF_K;
    t.k = b->ke, t.q = q, t.qs = qs, t.fresh = fresh, t.ahead = b->ke >= FAR_AHEAD;
    t.last = direct ? last : (half ? HALF : VL);
    const bool whole = TALL && cols == NV * VL && g->nr == cols;
    const bool early = g->early && whole && !soon.from && b->ke > (qs == cols ? LONG_K : LONG_K_APART);
    const bool rows_below = whole && !early && near && direct && t.ahead && b->tiles > 1;
    const int way = early ? EARLY_FAR + near : soon.from || rows_below ? FETCHING : near ? NEAR : FAR;
    if (way == FETCHING) {
        t.soon = soon.from ? soon.from : q, t.ss = soon.from ? soon.step : 0;
        t.stretch = soon.from ? soon.stretch : MOST(b->ke / MR, 1);
    }
    for (int64_t r = 0; r < b->tiles; r += t.count) {
        const int64_t i = row_of(b, r), rows = b->rows + (r < b->higher);
        t.count = 1;
        if (j >= i + rows + g->needed) continue;
        if (done) t.count = (r < b->higher ? b->higher : b->tiles) - r;
        t.p = g->pack_p ? g->pp + (i - b->i0) * b->ke : g->p + i * g->prs + b->k0 * g->pks;
        t.ps = g->pack_p ? rows : g->near ? g->pks : g->prs;
        t.next = g->pack_p ? rows * b->ke : rows * g->prs;
        t.c = direct ? g->out.c + i * g->out.rs + j : g->spare;
        t.cs = direct ? g->out.rs : NR_MAX;
        if (!direct && !fresh) fetch(g, i, j, rows, cols);
        (half ? halves[rows - 1][near] : tiles[rows - 1][way][vectors - 1])(&t);
        if (soon.from) t.soon += t.count * parts_of(b->ke, t.stretch) * t.ss;
        if (!done) deliver(g, &(sums){ t.c, t.cs, i, j, rows, cols, b->last });
    }
}

/* the tiles of a block one after the other */
static void copy_p(const job *g, const block *b)
{
    for (int64_t r = 0, count; r < b->tiles; r += count) {
        const int64_t i = row_of(b, r), rows = b->rows + (r < b->higher);
        const real *const from = g->p + i * g->prs + b->k0 * g->pks;
        real *const to = g->pp + (i - b->i0) * b->ke;
        count = EACH == 1 && g->prs == 1 ? (r < b->higher ? b->higher : b->tiles) - r : 1;
        if (count > 1)
            pack_strips(to, rows, count, from, g->pks, b->kc);
        else
            pack_operand(to, rows, from, g->prs, g->pks, rows, b->kc);
    }
}

static void multiply_block(const job *g, block *b, int64_t i0, int64_t i1, int64_t j0, int64_t j1)
{
    b->i0 = i0;
    cut_rows(b, i1 - i0, g->high);
    if (g->pack_p) copy_p(g, b);
    for (int64_t j = j0; j < j1; j += g->nr) {
        const int64_t cols = LEAST(g->nr, j1 - j);
        if (cols <= VL && g->narrow > g->high) cut_rows(b, i1 - i0, g->narrow); /* the last one */
        const real *q = g->q + j * g->qcs + b->k0 * g->qks;
        soon soon = { 0 };
        if (g->fetch_q && i0 == 0 && j + cols < j1)
            soon = fetch_of_q(g, b, q + cols);
        else if (b->next && cols == NV * VL)
            soon = fetch_of_p(g, b, (j - j0) / g->nr, (j1 - j0) / g->nr);
        if (g->in_place && cols % VL == 0) {
            panel(g, b, q, g->qks, j, cols, soon);
            continue;
        }
        real *const to = g->pq + (g->m > SOLE ? (j - j0) * b->ke : 0);
        if (i0 == 0) pack_operand(to, g->nr, q, g->qcs, g->qks, cols, b->kc);
        panel(g, b, to, g->nr, j, cols, soon);
    }
}

static void product(const wki_product *p, int64_t top, real *scratch)
{
    const job g = plan(p, top, scratch);
    const int64_t elements = parts_of(g.k, EACH), kparts = MOST(parts_of(elements, g.kc), 1);
    const int64_t mc = LEAST(BLOCK / MOST(parts_of(elements, kparts), 1), SOLE);
    const int64_t mparts = g.m <= SOLE ? 1 : parts_of(g.m, mc);
    for (int64_t j = 0; j < g.n; j += NC)
        for (int64_t kb = 0; kb < kparts; kb++) {
            block b = { .k0 = EACH * cut(elements, kparts, kb), .first = kb == 0, .last = kb == kparts - 1 };
            b.ke = cut(elements, kparts, kb + 1) - b.k0 / EACH;
            b.kc = LEAST(EACH * b.ke, g.k - b.k0);
            for (int64_t ib = 0; ib < mparts; ib++) {
                const int64_t i0 = cut(g.m, mparts, ib), i1 = cut(g.m, mparts, ib + 1);
                const bool below = ib + 1 < mparts;
                b.next = NULL;
                if (g.fetch_p && (below || !b.last))
                    b.next = g.p + (below ? i1 : 0) + (b.k0 + (below ? 0 : b.ke)) * g.pks;
                multiply_block(&g, &b, i0, i1, j, LEAST(j + NC, g.n));
            }
        }
}

/* ---- units ---- */

enum { LINE_BYTES = 64 };

static int64_t unit_of(int64_t size) { return size >= 128 ? 16 : size >= 64 ? 8 : 4; }

/* A weight gradient's k, the batch, is its smallest side: then the smaller side of C tends to be the output features,
   which the forward product is cut by as well; unless that would cut lines of the cache, which two threads would take
   from each other in every row. Otherwise the longer side. */
static bool by_columns(const wki_product *p)
{
    if (is_single(p)) return p->m == 1;
    if (p->symmetric) return false;
    if (p->split != WKI_SPLIT_BY_SHAPE) return p->split == WKI_SPLIT_COLUMNS;
    const int64_t small = LEAST(p->m, p->n);
    const bool whole = p->c_rs * (int64_t)sizeof(real) % LINE_BYTES == 0;
    return p->k < small && small >= 64 && whole ? p->n <= p->m : p->n > p->m;
}

/* where a unit begins; those of a symmetric C grow shorter as its rows, up to the diagonal, grow longer */
static int64_t begin_of(const wki_product *p, int64_t unit, int64_t size)
{
    const int64_t from = LEAST(unit * unit_of(size), size);
    return p->symmetric ? (int64_t)(sqrt((double)from * (double)size) + 0.5) : from;
}

static int64_t units(const wki_product *p)
{
    if (p->m == 0 || p->n == 0) return 0;
    const int64_t size = by_columns(p) ? p->n : p->m;
    return parts_of(size, unit_of(size));
}

static size_t scratch(const wki_product *p)
{
    if (is_single(p)) return single_scratch(p);
    const int64_t k = LEAST(parts_of(p->k, EACH), KC), side = MOST(p->m, p->n);
    const int64_t given = p->m > SOLE ? LEAST(p->n, NC) : 0, turned = p->n > SOLE ? LEAST(p->m, NC) : 0;
    const int64_t columns = MOST(given, turned) + NR_MAX;
    return sizeof(real) * (size_t)(2 * (NARROW_ROWS * NR_MAX + VL) + p_room(side, p->k) + VL + columns * k);
}

/* rows or columns [from, from + length) of C; with k = 0 there may be no A and B */
static wki_product band_of(const wki_product *p, bool columns, int64_t from, int64_t length)
{
    wki_product band = *p;
    *(columns ? &band.n : &band.m) = length;
    band.c = (real *)p->c + from * (columns ? p->c_cs : p->c_rs);
    if (p->mask) band.mask = (const real *)p->mask + from * (columns ? p->mask_cs : p->mask_rs);
    if (p->bias && columns) band.bias = (const real *)p->bias + from;
    if (p->k == 0) {
        band.a = band.b = band.c;
        band.a_rs = band.a_cs = band.b_rs = band.b_cs = 0;
    } else if (columns) {
        band.b = (const real *)p->b + from * p->b_cs;
    } else {
        band.a = (const real *)p->a + from * p->a_rs;
    }
    if (p->symmetric) band.n = from + length;
    return band;
}

static void run(const wki_product *p, int64_t first, int64_t end, void *scratch)
{
    const bool columns = by_columns(p), lanes = is_single(p); /* a band of one line is not single */
    const int64_t size = columns ? p->n : p->m, from = begin_of(p, first, size);
    const int64_t length = begin_of(p, end, size) - from;
    if (length <= 0 || p->m == 0 || p->n == 0) return;
    wki_product band;
    if (length < size || p->k == 0) band = band_of(p, columns, from, length), p = &band;
    if (lanes)
        single(p, scratch);
    else
        product(p, from, scratch);
}

extern const wki_product_kernel KERNEL(REAL_BITS, WKI_ISA);
const wki_product_kernel KERNEL(REAL_BITS, WKI_ISA) = { TEXT(WKI_ISA), REAL_BITS, units, scratch, run };
