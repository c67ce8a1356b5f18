/* A tile of a product's C that stays in registers while k passes: rows of P, whose numbers are broadcast, by vectors of
   Q. Each sum is one chain of multiply-adds, in the order of k. Rests on sink.h, and on pairs.h for bfloat16. */
#ifndef WKI_CPU_REGISTER_TILE_H
#define WKI_CPU_REGISTER_TILE_H

#include "backends/cpu/isa/sink.h"
#ifdef WKI_BF16
#include "backends/cpu/isa/pairs.h"
#endif

/* A tile is MR rows by NV vectors: all registers but those for NV vectors of Q and one broadcast. Where there are few
   rows, up to WIDE_ROWS, it is WIDE vectors, or too few chains would hide the latency of a multiply-add; where a single
   vector has all columns, up to NARROW_ROWS rows. */
#if VECTOR_BYTES == 64
enum { MR = 14, NARROW_ROWS = MR, WIDE_ROWS = 4, MASKED = 1, TALL = 1 };
#else
enum { MR = 6, NARROW_ROWS = 12, WIDE_ROWS = 2, MASKED = VECTOR_BYTES == 32, TALL = 0 };
#endif
enum { NV = 2, WIDE = 4, NR_MAX = WIDE * VL };
enum { EARLY = 12 }; /* so many steps ahead operands are fetched into the first cache, where they are */

INLINE vec add_element(vec acc, real x, vec b)
{
#ifdef WKI_BF16
    return add_pairs(acc, x, b);
#else
    return multiply_add(acc, x, b);
#endif
}

typedef struct tile {
    int64_t k; /* elements */
    const real *p, *q;
    real *c;
    int64_t ps, qs, cs;  /* P from row to row or from k to k, Q from k to k, C from row to row */
    int64_t count, next; /* so many tiles, one below the other, and P from one to the next */
    int last;            /* columns in the last vector */
    bool fresh;          /* starts from 0, not from C */
    bool ahead;          /* k is long enough to fetch the next tile of C meanwhile */
    const real *soon;    /* the next panel of Q, from k to k ss apart, for tiles that fetch a k of it, */
    int64_t ss, stretch; /* and a row of C's next tile, every `stretch` steps */
} tile;

INLINE vec load_c(const real *c, int last, bool masked) { return masked ? load_some(c, last) : load(c); }

INLINE void store_c(real *c, vec x, int last, bool masked)
{
    if (masked)
        store_some(c, x, last);
    else
        store(c, x);
}

/* so many elements along k, with P's rows `row` apart; where Q goes on; early: both are fetched ahead, P if its rows
   lie side by side */
INLINE const real *add_stretch(const int mr, const int nv, const bool early, vec acc[][WIDE], const real **p,
                               ptrdiff_t row, ptrdiff_t step, const real *q, ptrdiff_t qs, int64_t k)
{
    for (; k > 0; k--, q += qs) {
        vec b[WIDE];
        UNROLL for (int v = 0; v < nv; v++) b[v] = load(q + v * VL);
        if (early) {
            UNROLL for (int v = 0; v < nv; v++) __builtin_prefetch(q + EARLY * qs + v * VL);
            if (step != 1) __builtin_prefetch(p[0] + EARLY * step);
        }
        UNROLL for (int i = 0; i < mr; i++)
        {
            const real x = p[i / 3][i % 3 * row];
            UNROLL for (int v = 0; v < nv; v++) acc[i][v] = add_element(acc[i][v], x, b[v]);
        }
        UNROLL for (int i = 0; i < mr; i += 3) p[i / 3] += step;
    }
    return q;
}

/* the rows of P lie side by side at each k ("near"), or each row runs along k ("far"); unless soon is NULL, Q is
   fetched from there on, which is returned, and C from `below` */
INLINE const real *multiply_one(const int mr, const int nv, const bool near, const bool early, const tile *t,
                                const real *from, real *c, const real *soon, const real *below)
{
    const real *q = t->q, *p[NARROW_ROWS / 3 + 1]; /* one pointer for three rows of P */
    const ptrdiff_t row = near ? 1 : t->ps, step = near ? t->ps : 1, qs = t->qs, cs = t->cs;
    const int last = t->last; /* once: vectors may alias it */
    UNROLL for (int i = 0; i < mr; i += 3)
    {
        p[i / 3] = from + i * row;
        if (!near) OPAQUE(p[i / 3]);
    }
    vec acc[NARROW_ROWS][WIDE];
    if (t->fresh) {
        UNROLL for (int i = 0; i < mr; i++) UNROLL for (int v = 0; v < nv; v++) acc[i][v] = (vec){ 0 };
    } else {
        const real *at = c;
        UNROLL for (int i = 0; i < mr; i++)
        {
            UNROLL for (int v = 0; v < nv; v++) acc[i][v] = load_c(at + v * VL, last, MASKED && v == nv - 1);
            at += cs;
            OPAQUE(at);
        }
    }
    int64_t rows = mr;
    for (int64_t left = t->k; soon && left > 0; left -= t->stretch, soon += t->ss) {
        __builtin_prefetch(below, 1);
        __builtin_prefetch(below + (nv - 1) * VL, 1);
        below += --rows > 0 ? cs : 0;
        __builtin_prefetch(soon, 0, 2);
        __builtin_prefetch(soon + (nv - 1) * VL, 0, 2);
        q = add_stretch(mr, nv, false, acc, p, row, step, q, qs, LEAST(left, t->stretch));
    }
    if (early) q = add_stretch(mr, nv, true, acc, p, row, step, q, qs, t->k - EARLY);
    if (!soon) add_stretch(mr, nv, false, acc, p, row, step, q, qs, early ? EARLY : t->k);
    UNROLL for (int i = 0; i < mr; i++)
    {
        UNROLL for (int v = 0; v < nv; v++) store_c(c + v * VL, acc[i][v], last, MASKED && v == nv - 1);
        c += cs;
        OPAQUE(c);
    }
    return soon;
}

INLINE void multiply(const int mr, const int nv, const bool near, const bool early, const bool fetches, const tile *t)
{
    const real *p = t->p, *soon = fetches ? t->soon : NULL;
    real *c = t->c;
    for (int64_t left = t->count; left > 0; left--, p += t->next) {
        real *below = c + mr * t->cs;
        if (!fetches && t->ahead && left > 1) {
            const real *at = below;
            UNROLL for (int i = 0; i < mr; i++)
            {
                __builtin_prefetch(at, 1);
                __builtin_prefetch(at + (nv - 1) * VL, 1);
                at += t->cs;
                OPAQUE(at);
            }
        }
        if (fetches)
            soon = multiply_one(mr, nv, near, early, t, p, c, soon, left > 1 ? below : c);
        else
            multiply_one(mr, nv, near, early, t, p, c, NULL, NULL);
        c = below;
    }
}

/* the sizes made constants: one body for each number of rows and vectors */
#define BODY(mr, nv)                                                                                                   \
    static void far_##mr##x##nv(const tile *t) { multiply(mr, nv, false, false, false, t); }                           \
    static void near_##mr##x##nv(const tile *t) { multiply(mr, nv, true, false, false, t); }
#if VECTOR_BYTES == 64
#define EARLY_BODIES(mr)                                                                                               \
    static void early_far_##mr##x2(const tile *t) { multiply(mr, 2, false, true, false, t); }                          \
    static void early_near_##mr##x2(const tile *t) { multiply(mr, 2, true, true, false, t); }
#define EARLY_LINES(mr)                                                                                                \
    , { NULL, early_far_##mr##x2 }, { NULL, early_near_##mr##x2 }
#else
#define EARLY_BODIES(mr)
#define EARLY_LINES(mr)
#endif
#define BODIES(mr)                                                                                                     \
    BODY(mr, 1) BODY(mr, 2) static void fetching_##mr##x2(const tile *t) { multiply(mr, 2, true, false, true, t); }    \
    EARLY_BODIES(mr)
#define WIDE_BODIES(mr)   BODY(mr, 1) BODY(mr, 2) BODY(mr, 3) BODY(mr, 4)
#define NARROW_BODIES(mr) BODY(mr, 1)
#define LINE(mr)                                                                                                       \
    { { far_##mr##x1, far_##mr##x2 }, { near_##mr##x1, near_##mr##x2 }, { NULL, fetching_##mr##x2 } EARLY_LINES(mr) },
#define WIDE_LINE(mr)                                                                                                  \
    { { far_##mr##x1, far_##mr##x2, far_##mr##x3, far_##mr##x4 },                                                      \
      { near_##mr##x1, near_##mr##x2, near_##mr##x3, near_##mr##x4 } },
#define NARROW_LINE(mr) { { far_##mr##x1 }, { near_##mr##x1 } },
#if VECTOR_BYTES == 64
#define HEIGHTS(FEW, MANY, NARROW)                                                                                     \
    FEW(1) FEW(2) FEW(3) FEW(4) MANY(5) MANY(6) MANY(7) MANY(8) MANY(9) MANY(10) MANY(11) MANY(12) MANY(13) MANY(14)
#else
#define HEIGHTS(FEW, MANY, NARROW)                                                                                     \
    FEW(1) FEW(2) MANY(3) MANY(4) MANY(5) MANY(6) NARROW(7) NARROW(8) NARROW(9) NARROW(10) NARROW(11) NARROW(12)
#endif
HEIGHTS(WIDE_BODIES, BODIES, NARROW_BODIES)
/* [rows - 1][which][vectors - 1]; those that fetch, near ones, and those early are of more than WIDE_ROWS rows and of
   NV vectors */
enum { FAR, NEAR, FETCHING, EARLY_FAR, EARLY_NEAR, WAYS };
static void (*const tiles[NARROW_ROWS][WAYS][WIDE])(const tile *) = { HEIGHTS(WIDE_LINE, LINE, NARROW_LINE) };

/* ---- half a vector ---- */

/* Up to HALF columns are multiplied, from HALF_K numbers along k on, in registers of half the width, of which some
   processors take twice as many in the same time. */
#if VECTOR_BYTES == 64 && !defined WKI_BF16
enum { HALF = VL / 2, HALF_K = 4 };
#if REAL_BITS == 32
typedef __m256 half;
INLINE half splat_half(real x) { return _mm256_set1_ps(x); }
INLINE half multiply_add_half(half acc, half x, half b) { return _mm256_fmadd_ps(x, b, acc); }
INLINE half load_half(const real *p, __mmask8 which) { return _mm256_maskz_loadu_ps(which, p); }
INLINE void store_half(real *p, half x, __mmask8 which) { _mm256_mask_storeu_ps(p, which, x); }
#else
typedef __m256d half;
INLINE half splat_half(real x) { return _mm256_set1_pd(x); }
INLINE half multiply_add_half(half acc, half x, half b) { return _mm256_fmadd_pd(x, b, acc); }
INLINE half load_half(const real *p, __mmask8 which) { return _mm256_maskz_loadu_pd(which, p); }
INLINE void store_half(real *p, half x, __mmask8 which) { _mm256_mask_storeu_pd(p, which, x); }
#endif

INLINE void multiply_half(const int mr, const bool near, const tile *t, const real *from, real *c)
{
    const real *q = t->q, *p[MR / 3 + 1];
    const ptrdiff_t row = near ? 1 : t->ps, step = near ? t->ps : 1, qs = t->qs, cs = t->cs;
    const __mmask8 all = 0xff, which = (__mmask8)((1u << t->last) - 1);
    half acc[MR];
    UNROLL for (int i = 0; i < mr; i += 3)
    {
        p[i / 3] = from + i * row;
        if (!near) OPAQUE(p[i / 3]);
    }
    UNROLL for (int i = 0; i < mr; i++) acc[i] = splat_half(0);
    const real *at = c;
    if (!t->fresh) UNROLL for (int i = 0; i < mr; i++)
        {
            acc[i] = load_half(at, which);
            at += cs;
            OPAQUE(at);
        }
    for (int64_t k = t->k; k > 0; k--, q += qs) {
        const half b = load_half(q, all);
        UNROLL for (int i = 0; i < mr; i++) acc[i] = multiply_add_half(acc[i], splat_half(p[i / 3][i % 3 * row]), b);
        UNROLL for (int i = 0; i < mr; i += 3) p[i / 3] += step;
    }
    UNROLL for (int i = 0; i < mr; i++)
    {
        store_half(c, acc[i], which);
        c += cs;
        OPAQUE(c);
    }
}

INLINE void multiply_halves(const int mr, const bool near, const tile *t)
{
    const real *p = t->p;
    real *c = t->c;
    for (int64_t left = t->count; left > 0; left--, p += t->next, c += mr * t->cs) multiply_half(mr, near, t, p, c);
}

#define HALF_BODIES(mr)                                                                                                \
    static void half_far_##mr(const tile *t) { multiply_halves(mr, false, t); }                                        \
    static void half_near_##mr(const tile *t) { multiply_halves(mr, true, t); }
#define HALF_LINE(mr) { half_far_##mr, half_near_##mr },
HEIGHTS(HALF_BODIES, HALF_BODIES, HALF_BODIES)
static void (*const halves[MR][2])(const tile *) = { HEIGHTS(HALF_LINE, HALF_LINE, HALF_LINE) }; /* [rows - 1][NEAR] */
#else
enum { HALF = 0, HALF_K = 0 };
static void (*const (*halves)[2])(const tile *) = NULL;
#endif

#endif
