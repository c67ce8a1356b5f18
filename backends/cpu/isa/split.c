/* Products on tiles of bfloat16: operands of f32 become one, two or three numbers of bfloat16 while they are packed,
   and one, three or six products of those add up to theirs. Compiled for AMX and, as its twin for the tests, for any
   machine (WKI_ISA). Rests on step.h and the contract, product.h; sink.h has the epilogue. */
#include "backends/cpu/isa/parts.h"
#include "backends/cpu/isa/sink.h"
#include "backends/cpu/isa/step.h"
#include "base/fault.h"

#define GLUE_(what, mode, isa) wki_##what##_##mode##_##isa
#define GLUE(what, mode, isa)  GLUE_(what, mode, isa)
#define TEXT_(x)               #x
#define TEXT(x)                TEXT_(x)

/* what makes small products, and what odd numbers reach; that of bfloat16 rounds operands, too */
#ifdef WKI_AMX
#define PLAIN   wki_product_f32_avx512
#define ROUNDED wki_product_bf16_avx512
#else
#define PLAIN   wki_product_f32_base
#define ROUNDED wki_product_bf16_base
#endif

/* The rows' operand stays packed in the second cache while columns pass. If it has no more than TILES_ALL tiles of 1
   KB, or columns cost no packing worth mentioning, a pass is STEPS_ALL steps along k and as many rows as fit; else it
   is shorter, so that there are more rows to each column that is packed. Sums of several passes take room, too. */
enum { STEPS_ALL = 32, TILES_ALL = 768, STEPS_PART = 13, TILES_PART = 640 };
enum { COLUMNS_AT_ONCE = 1024, COLUMNS_OF_ONE_PASS = 4096 };

enum { BLOCK = 2 * SIDE, SUMS = BLOCK * BLOCK }; /* two groups by two */
enum { FEW_STEPS = 4 };                          /* a block's rows of C are fetched ahead; of more, tiles would wait */

/* ---- multiplying ---- */

typedef struct panels {
    const real *p[2], *q[2]; /* two groups of rows and two of columns */
    int64_t steps;
    const real *from; /* sums so far; NULL: none */
    real *to;
    ptrdiff_t from_row, to_row; /* from row to row */
    packer *errand;             /* to be done meanwhile, so many stretches a step */
    int64_t each;
    int64_t rows; /* of `to` that are fetched a step */
    real *aside;  /* a tile's room */
} panels;

/* What is packed behind dot product `dot` of a step: in one piece it would wait for tiles, and they for it. */
UNFOLDED void pack_some(stretch *h, const int dot, const bool turned, const int parts)
{
    const int pieces = pieces_of(turned, parts), dots = parts == 1 ? 4 : parts == 2 ? 12 : 24;
    UNFOLD for (int i = dot * pieces / dots; i < (dot + 1) * pieces / dots; i++) pack_piece(h, i, turned, parts);
}

INLINE void step(const int parts, const bool turned, const real *p0, const real *p1, const real *q0, const real *q1,
                 stretch *h, const manner errand)
{
    int dot = 0;
#define MEANWHILE errand == GATHERED ? (void)0 : pack_some(h, dot++, errand == TURNED, parts)
    STEP(parts, turned);
#undef MEANWHILE
}

INLINE void begin_sums(const panels *x)
{
    if (x->from) {
        const ptrdiff_t row = x->from_row * (ptrdiff_t)sizeof(real);
        const real *const below = x->from + SIDE * x->from_row;
        tile_load(0, x->from, row);
        tile_load(1, x->from + SIDE, row);
        tile_load(2, below, row);
        tile_load(3, below + SIDE, row);
    } else {
        tile_zero(0);
        tile_zero(1);
        tile_zero(2);
        tile_zero(3);
    }
}

INLINE void store_sums(const panels *x)
{
    const ptrdiff_t row = x->to_row * (ptrdiff_t)sizeof(real);
    real *const below = x->to + SIDE * x->to_row;
    tile_store(0, x->to, row);
    tile_store(1, x->to + SIDE, row);
    tile_store(2, below, row);
    tile_store(3, below + SIDE, row);
}

INLINE void multiply(const int parts, const bool turned, const manner errand, const panels *x)
{
    const real *p0 = x->p[0], *p1 = x->p[1], *q0 = x->q[0], *q1 = x->q[1];
    tiles_see();
    begin_sums(x);
    const real *soon = x->to;
    const int loads = loads_of(parts);
    int since = 0;
    for (int64_t s = x->steps; s > 0; s--) {
        if ((since += loads) > TILES_AT_ONCE) {
            tiles_rest(x->aside);
            since = loads;
        }
        for (int64_t r = x->rows; r > 0; r--, soon += x->to_row) {
            __builtin_prefetch(soon, 1);
            __builtin_prefetch(soon + SIDE, 1);
        }
        int64_t n = LEAST(x->each, x->errand->left);
        for (; n > 1 || (n == 1 && (errand == GATHERED || !has_whole(x->errand))); n--) pack_stretch(x->errand, parts);
        if (errand != GATHERED && n == 1) {
            stretch h = begin_stretch(x->errand, errand == TURNED);
            step(parts, turned, p0, p1, q0, q1, &h, errand);
            end_stretch(x->errand, h.odd, parts);
        } else {
            step(parts, turned, p0, p1, q0, q1, NULL, GATHERED);
        }
        p0 += parts * TILE, p1 += parts * TILE, q0 += parts * TILE, q1 += parts * TILE;
    }
    store_sums(x);
}

#define NAME(parts, turned, errand) multiply_##parts##_##turned##_##errand
#define BODY(parts, turned, errand)                                                                                    \
    static void NAME(parts, turned, errand)(const panels *x) { multiply(parts, turned, errand, x); }
#define BODIES(parts, turned) BODY(parts, turned, AS_IT_LIES) BODY(parts, turned, TURNED) BODY(parts, turned, GATHERED)
BODIES(1, 0)
BODIES(2, 0)
BODIES(2, 1)
BODIES(3, 0)
BODIES(3, 1)

#define NAMES(parts, turned)                                                                                           \
    {                                                                                                                  \
        NAME(parts, turned, AS_IT_LIES), NAME(parts, turned, TURNED), NAME(parts, turned, GATHERED)                    \
    }
static void (*const bodies[3][2][3])(const panels *) = { { NAMES(1, 0), NAMES(1, 0) },
                                                         { NAMES(2, 0), NAMES(2, 1) },
                                                         { NAMES(3, 0), NAMES(3, 1) } };

/* ---- one product ---- */

/* an operand, and its tiles, group by group, each group's `next` apart */
typedef struct panel {
    operand o;
    const real *given; /* packed before, all steps of a group side by side; or NULL */
    const unsigned char *given_odd;
    real *room;
    unsigned char *odd; /* of the groups that are multiplied at once */
    ptrdiff_t next;
} panel;

/* C'[m, n] = P Q: the product as given, or turned, where C' is C's transpose */
typedef struct job {
    const wki_product *whole;
    const wki_product_kernel *exact;
    int parts;
    bool turned;
    panel p, q;
    int64_t steps, at_once, rows, cols; /* steps along k, those of a pass; of C' at once */
    sink own;
    ptrdiff_t rs, cs; /* of C' */
    bool flip;        /* sums are transposed on their way to C */
    real *spare, *turn, *sums;
    void *rest; /* scratch for `exact` */
} job;

static wki_product part_of(const wki_product *p, int64_t i, int64_t rows, int64_t j, int64_t cols)
{
    wki_product x = *p;
    x.m = rows, x.n = cols;
    x.a = (const real *)p->a + i * p->a_rs;
    x.b = (const real *)p->b + j * p->b_cs;
    x.c = (real *)p->c + i * p->c_rs + j * p->c_cs;
    if (p->bias) x.bias = (const real *)p->bias + j;
    if (p->mask) x.mask = (const real *)p->mask + i * p->mask_rs + j * p->mask_cs;
    return x;
}

/* cycles for each number, roughly: as it lies, transposed, gathered */
static double effort(ptrdiff_t fast, ptrdiff_t slow) { return fast == 1 ? 0.3 : slow == 1 ? 0.5 : 3; }

static int64_t groups_of(int64_t lines) { return parts_of(lines, SIDE); }
static int64_t steps_of(int64_t k) { return parts_of(k, WIDTH); }

/* do all of an operand's tiles stay in the second cache? */
static bool stays(int64_t lines, int64_t k, int parts) { return groups_of(lines) * steps_of(k) * parts <= TILES_ALL; }

/* Columns are packed beside dot products, which leaves so much of what it costs. */
#define BESIDE 0.3

/* What was packed before decides; then which operand stays; then what there is to pack and to transpose. */
static bool is_turned(const wki_product *p, int parts)
{
    if (p->a_packed) return p->a_packed->across;
    if (p->b_packed) return !p->b_packed->across;
    if (stays(p->m, p->k, parts) != stays(p->n, p->k, parts)) return stays(p->n, p->k, parts);
    const double a = (double)p->m * (double)p->k, b = (double)p->n * (double)p->k, c = (double)p->m * (double)p->n;
    const double plain =
        a * effort(p->a_cs, p->a_rs) + BESIDE * b * effort(p->b_cs, p->b_rs) + c * effort(p->c_cs, p->c_rs);
    const double turned =
        BESIDE * a * effort(p->a_rs, p->a_cs) + b * effort(p->b_rs, p->b_cs) + c * effort(p->c_rs, p->c_cs);
    return turned < plain;
}

static panel panel_of(const operand *o, const wki_packed *packed)
{
    panel x = { .o = *o };
    if (packed && (packed->across == o->across || WKI_FAULT(134))) x.given = packed->tiles, x.given_odd = packed->odd;
    return x;
}

static job plan(const wki_product *p, int parts, bool turned)
{
    const operand a = { p->a, p->a_rs, p->a_cs, p->m, p->k, turned };
    const operand b = { p->b, p->b_cs, p->b_rs, p->n, p->k, !turned };
    job j = { .whole = p, .exact = parts == 1 ? &ROUNDED : &PLAIN, .parts = parts, .turned = turned };
    j.p = turned ? panel_of(&b, p->b_packed) : panel_of(&a, p->a_packed);
    j.q = turned ? panel_of(&a, p->a_packed) : panel_of(&b, p->b_packed);
    j.steps = steps_of(p->k);
    const int64_t blocks = parts_of(j.p.o.lines, BLOCK);
    const bool all = parts == 1 || j.q.given || stays(j.p.o.lines, p->k, parts);
    const int64_t passes = parts_of(j.steps, all ? STEPS_ALL : STEPS_PART);
    j.at_once = parts_of(j.steps, passes);
    const int64_t most = (all ? TILES_ALL : TILES_PART) / (2 * j.at_once * parts);
    j.rows = BLOCK * parts_of(blocks, parts_of(blocks, MOST(most, 1)));
    j.cols = LEAST(parts_of(j.q.o.lines, BLOCK) * BLOCK, passes > 1 ? COLUMNS_AT_ONCE : COLUMNS_OF_ONE_PASS);
    j.p.next = (j.p.given ? j.steps : j.at_once) * parts * TILE;
    j.q.next = (j.q.given ? j.steps : j.at_once) * parts * TILE;
    return j;
}

/* bytes of scratch: a flag a group; the packed rows; columns, of which two pairs of groups are there; sums */
typedef struct room {
    size_t odd, p, q, sums;
} room;

enum { SPARE = SUMS + SIDE };

static room room_of(const job *j)
{
    const size_t group = sizeof(real) * (size_t)(j->at_once * j->parts * TILE);
    return (room){ .odd = (size_t)((j->rows + j->cols) / SIDE + 63) / 64 * 64,
                   .p = j->p.given ? 0 : group * (size_t)(j->rows / SIDE),
                   .q = j->q.given ? 0 : group * 4,
                   .sums = j->at_once < j->steps ? sizeof(real) * (size_t)(j->rows * j->cols) : 0 };
}

static void lay_out(job *j, void *scratch)
{
    const wki_product *p = j->whole;
    const room r = room_of(j);
    const bool upright = p->c_cs == 1 || p->c_rs != 1;
    const sink s = sink_of(p, p->c_rs, p->c_cs);
    j->own = upright ? s : turned(&s);
    j->flip = upright == j->turned;
    j->rs = j->turned ? p->c_cs : p->c_rs, j->cs = j->turned ? p->c_rs : p->c_cs;
    j->p.odd = scratch;
    j->q.odd = j->p.odd + j->rows / SIDE;
    j->rest = (char *)scratch + r.odd;
    j->spare = j->rest;
    j->turn = j->spare + SPARE;
    j->p.room = j->turn + SPARE;
    j->q.room = j->p.room + r.p / sizeof(real);
    j->sums = j->q.room + r.q / sizeof(real);
}

/* the rectangle of C' that is made at once, and the steps of a pass over it */
typedef struct pass {
    int64_t i0, i1, j0, j1, first, end;
} pass;

/* groups of an operand into its room; base: the first of the rectangle */
static packer packer_for(const job *j, const panel *x, int64_t group, int64_t end, int64_t base, real *to,
                         const pass *s)
{
    for (int64_t g = group; g < end && s->first == 0; g++) x->odd[g - base] = x->given ? x->given_odd[g] : 0;
    return packer_of(&x->o, group, x->given ? group : end, s->first, s->end, to, x->next, x->odd + (group - base),
                     j->parts);
}

/* Has one of the block's groups odd numbers? */
static bool is_odd(const job *j, const pass *s, int64_t i, int64_t c)
{
    const unsigned char *const po = j->p.odd + (i - s->i0) / SIDE, *const qo = j->q.odd + (c - s->j0) / SIDE;
    return po[0] || qo[0] || (s->i1 - i > SIDE && po[1]) || (s->j1 - c > SIDE && qo[1]);
}

/* Where its block of C lies if tiles may go there as they are; or NULL. */
static real *place_of(const job *j, const pass *s, int64_t i, int64_t c)
{
    if (j->flip || j->cs != 1 || !j->own.plain || s->i1 - i < BLOCK || s->j1 - c < BLOCK) return NULL;
    return is_odd(j, s, i, c) ? NULL : (real *)j->whole->c + i * j->rs + c;
}

static void deliver(const job *j, const pass *s, int64_t i, int64_t c)
{
    const int64_t rows = LEAST(BLOCK, s->i1 - i), cols = LEAST(BLOCK, s->j1 - c);
    const unsigned char *const po = j->p.odd + (i - s->i0) / SIDE, *const qo = j->q.odd + (c - s->j0) / SIDE;
    const bool odd = is_odd(j, s, i, c);
    const int64_t side = odd ? SIDE : BLOCK;
    if (j->flip) transpose(j->turn, BLOCK, j->spare, BLOCK, BLOCK, BLOCK);
    const real *const from = j->flip ? j->turn : j->spare;
    for (int64_t y = 0; y < rows; y += side)
        for (int64_t x = 0; x < cols; x += side) {
            if (odd && (po[y / SIDE] || qo[x / SIDE])) continue;
            const int64_t h = LEAST(side, rows - y), w = LEAST(side, cols - x);
            const sums f = j->flip ? (sums){ from + x * BLOCK + y, BLOCK, c + x, i + y, w, h, true }
                                   : (sums){ from + y * BLOCK + x, BLOCK, i + y, c + x, h, w, true };
            finish(&j->own, &f);
        }
}

/* C's old values */
static void fetch(const job *j, const pass *s, int64_t i, int64_t c)
{
    const int64_t rows = LEAST(BLOCK, s->i1 - i), cols = LEAST(BLOCK, s->j1 - c);
    pack(j->spare, BLOCK, (const real *)j->whole->c + i * j->rs + c * j->cs, j->cs, j->rs, cols, rows);
}

/* Where a block's sums come from and go to; false: they are to be delivered from the spare one. */
static bool aim(const job *j, const pass *s, int64_t i, int64_t c, real *sums, panels *x)
{
    const bool fresh = s->first == 0, last = s->end == j->steps, adds = fresh && j->whole->accumulate;
    real *const place = last || adds ? place_of(j, s, i, c) : NULL;
    x->from = fresh || WKI_FAULT(136) ? NULL : sums;
    x->from_row = adds && place ? j->rs : BLOCK;
    if (adds && !place) fetch(j, s, i, c);
    if (adds) x->from = place ? place : j->spare;
    x->to = !last ? sums : place ? place : j->spare;
    x->to_row = last && place ? j->rs : BLOCK;
    x->rows = last && place && !adds && x->steps <= FEW_STEPS ? BLOCK / x->steps : 0;
    return !last || place;
}

/* two groups of columns against all rows; meanwhile the errand */
static void multiply_columns(const job *j, const pass *s, int64_t c, const real *const q[2], packer *errand, real *sums)
{
    const int64_t p0 = s->i0 / SIDE, p1 = groups_of(s->i1);
    const real *at = j->p.given ? j->p.given + p0 * j->p.next + s->first * j->parts * TILE : j->p.room;
    const manner how = manner_of(&errand->o);
    panels x = { .q = { q[0], q[1] }, .steps = s->end - s->first, .errand = errand, .aside = j->turn };
    x.each = parts_of(errand->left, x.steps * parts_of(p1 - p0, 2));
    for (int64_t p = p0; p < p1; p += 2, at += 2 * j->p.next, sums += SUMS) {
        x.p[0] = at;
        x.p[1] = p + 1 < p1 ? at + j->p.next : at;
        const bool done = aim(j, s, p * SIDE, c, sums, &x);
        bodies[j->parts - 1][j->turned && !WKI_FAULT(133)][errand->left > 0 ? how : GATHERED](&x);
        if (!done) deliver(j, s, p * SIDE, c);
    }
}

static void multiply_pass(const job *j, const pass *s)
{
    const int64_t p0 = s->i0 / SIDE, q0 = s->j0 / SIDE, q1 = groups_of(s->j1);
    packer first = packer_for(j, &j->p, p0, groups_of(s->i1), p0, j->p.room, s);
    pack_all(&first, j->parts);
    first = packer_for(j, &j->q, q0, LEAST(q0 + 2, q1), q0, j->q.room, s);
    pack_all(&first, j->parts);
    real *here = j->q.room, *there = here + 2 * j->q.next, *sums = j->sums;
    for (int64_t q = q0; q < q1; q += 2, sums += parts_of(s->i1 - s->i0, BLOCK) * SUMS) {
        packer errand = packer_for(j, &j->q, q + 2, LEAST(q + 4, q1), q0, there, s);
        const real *const at = j->q.given ? j->q.given + q * j->q.next + s->first * j->parts * TILE : here;
        multiply_columns(j, s, q * SIDE, (const real *const[]){ at, q + 1 < q1 ? at + j->q.next : at }, &errand, sums);
        real *const done = here;
        here = there, there = done;
    }
}

static void make_exact(const job *j, int64_t i, int64_t rows, int64_t c, int64_t cols)
{
    const wki_product x = j->turned ? part_of(j->whole, c, cols, i, rows) : part_of(j->whole, i, rows, c, cols);
    j->exact->run(&x, 0, j->exact->units(&x), j->rest);
}

/* what odd numbers reach: rows all along, and the rest of their columns */
static void mend(const job *j, const pass *s)
{
    for (int64_t i = s->i0; i < s->i1; i += SIDE) {
        const int64_t rows = LEAST(SIDE, s->i1 - i);
        if (j->p.odd[(i - s->i0) / SIDE]) {
            make_exact(j, i, rows, s->j0, s->j1 - s->j0);
            if (!WKI_FAULT(131)) continue;
        }
        for (int64_t c = s->j0; c < s->j1; c += SIDE)
            if (j->q.odd[(c - s->j0) / SIDE]) make_exact(j, i, rows, c, LEAST(SIDE, s->j1 - c));
    }
}

static bool any(const unsigned char *x, int64_t n)
{
    unsigned char all = 0;
    for (int64_t i = 0; i < n; i++) all |= x[i];
    return all;
}

static void product(const job *j)
{
    const int64_t m = j->p.o.lines, n = j->q.o.lines;
    memset(j->spare, 0, sizeof(real) * SPARE);
    tiles_begin();
    for (int64_t i = 0; i < m; i += j->rows)
        for (int64_t c = 0; c < n; c += j->cols) {
            pass s = { .i0 = i, .i1 = LEAST(i + j->rows, m), .j0 = c, .j1 = LEAST(c + j->cols, n) };
            for (s.first = 0; s.first < j->steps; s.first = s.end) {
                s.end = LEAST(s.first + j->at_once, j->steps);
                multiply_pass(j, &s);
            }
            if (any(j->p.odd, groups_of(s.i1 - i)) || any(j->q.odd, groups_of(s.j1 - c))) mend(j, &s);
        }
    tiles_end();
}

/* ---- units ---- */

/* A tile would be part empty; and up to SIDE along k the sums of a step are one chain, to which a rounding is added. */
static bool is_small(const wki_product *p) { return p->k < WIDTH || p->m < SIDE || p->n < SIDE; }

static int64_t unit_of(int64_t size) { return size >= 128 ? BLOCK : SIDE; }

static bool by_columns(const wki_product *p)
{
    return p->split != WKI_SPLIT_BY_SHAPE ? p->split == WKI_SPLIT_COLUMNS : p->n > p->m;
}

static int64_t units_of(const wki_product *p, int parts)
{
    if (is_small(p)) return (parts == 1 ? &ROUNDED : &PLAIN)->units(p);
    const int64_t size = by_columns(p) ? p->n : p->m;
    return parts_of(size, unit_of(size));
}

/* that which is multiplied: neither lanes nor half of C, in which an odd group would be made otherwise */
static wki_product plain(const wki_product *p)
{
    wki_product x = *p;
    x.lanes = x.symmetric = false;
    return x;
}

static size_t scratch_of(const wki_product *p, int parts)
{
    if (is_small(p)) return (parts == 1 ? &ROUNDED : &PLAIN)->scratch(p);
    const wki_product x = plain(p);
    const job j = plan(&x, parts, is_turned(p, parts));
    const room r = room_of(&j);
    const size_t ours = 2 * sizeof(real) * SPARE + r.p + r.q + r.sums, its = j.exact->scratch(&x);
    return r.odd + MOST(ours, its);
}

static void run_parts(const wki_product *p, int64_t first, int64_t end, void *scratch, int parts)
{
    if (is_small(p)) {
        (parts == 1 ? &ROUNDED : &PLAIN)->run(p, first, end, scratch);
        return;
    }
    const wki_product all = plain(p);
    const bool columns = by_columns(p);
    const int64_t size = columns ? p->n : p->m, from = LEAST(first * unit_of(size), size);
    const int64_t length = LEAST(end * unit_of(size), size) - from;
    if (length <= 0) return;
    const wki_product band = columns ? part_of(&all, 0, p->m, from, length) : part_of(&all, from, length, 0, p->n);
    job j = plan(&band, parts, is_turned(p, parts));
    panel *const cut = columns == j.turned ? &j.p : &j.q;
    if (cut->given && !WKI_FAULT(135)) cut->given += from / SIDE * cut->next, cut->given_odd += from / SIDE;
    lay_out(&j, scratch);
    product(&j);
}

/* ---- packing ahead ---- */

static bool takes(const wki_product *p) { return !is_small(p); }

static size_t packed_bytes(int64_t lines, int64_t k, int parts)
{
    return sizeof(real) * (size_t)(groups_of(lines) * steps_of(k) * parts * TILE);
}

static void pack_ahead(const wki_packed *to, const void *from, ptrdiff_t ls, ptrdiff_t ks, int64_t lines, int64_t k,
                       int64_t first, int64_t end, int parts)
{
    const operand o = { from, ls, ks, lines, k, to->across };
    const int64_t steps = steps_of(k), next = steps * parts * TILE;
    packer x = packer_of(&o, first, end, 0, steps, (real *)to->tiles + first * next, next, to->odd + first, parts);
    if (end > first) memset(x.odd, 0, (size_t)(end - first));
    pack_all(&x, parts);
}

#define KERNEL(mode, parts)                                                                                            \
    static int64_t units_##mode(const wki_product *p) { return units_of(p, parts); }                                   \
    static size_t scratch_##mode(const wki_product *p) { return scratch_of(p, parts); }                                \
    static void run_##mode(const wki_product *p, int64_t first, int64_t end, void *scratch)                            \
    {                                                                                                                  \
        run_parts(p, first, end, scratch, parts);                                                                      \
    }                                                                                                                  \
    static size_t bytes_##mode(int64_t lines, int64_t k) { return packed_bytes(lines, k, parts); }                     \
    static void pack_##mode(const wki_packed *to, const void *from, ptrdiff_t ls, ptrdiff_t ks, int64_t lines,         \
                            int64_t k, int64_t first, int64_t end)                                                     \
    {                                                                                                                  \
        pack_ahead(to, from, ls, ks, lines, k, first, end, parts);                                                     \
    }                                                                                                                  \
    extern const wki_product_kernel GLUE(product, mode, WKI_ISA);                                                      \
    const wki_product_kernel GLUE(product, mode, WKI_ISA) = { TEXT(WKI_ISA), 32, units_##mode, scratch_##mode,         \
                                                              run_##mode };                                            \
    extern const wki_packing GLUE(packing, mode, WKI_ISA);                                                             \
    const wki_packing GLUE(packing, mode, WKI_ISA) = { takes, bytes_##mode, pack_##mode };
#ifdef WKI_AMX
#define BF16 bf16
#else
#define BF16 bf16_tiles
#endif
KERNEL(split, 3)
KERNEL(split3, 2)
KERNEL(BF16, 1)
