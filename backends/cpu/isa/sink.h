/* Where the sums of a product go: the epilogue on their way to C. Rests on vector.h and the contract, product.h. */
#ifndef WKI_CPU_SINK_H
#define WKI_CPU_SINK_H

#include "backends/cpu/product.h"
#include "backends/cpu/isa/vector.h"

#define LEAST(x, y) ((x) < (y) ? (x) : (y))
#define MOST(x, y)  ((x) > (y) ? (x) : (y))

static inline int64_t parts_of(int64_t n, int64_t most) { return (n + most - 1) / most; }

/* where a result goes, in C's own orientation or turned */
typedef struct sink {
    real *c;
    const real *bias, *mask;
    int64_t rs, cs, bias_rs, bias_cs, mask_rs, mask_cs;
    bool relu, plain; /* plain: nothing follows the sum */
} sink;

/* finished sums on their way: from[i fs + j] belongs at (i0 + i, j0 + j); from may be that very place */
typedef struct sums {
    const real *from;
    int64_t fs, i0, j0, rows, cols;
    bool last; /* the last k is in: the epilogue follows */
} sums;

static sink sink_of(const wki_product *g, int64_t rs, int64_t cs)
{
    sink s;
    s.c = g->c, s.rs = rs, s.cs = cs;
    s.bias = g->bias, s.bias_rs = 0, s.bias_cs = 1;
    s.mask = g->mask, s.mask_rs = g->mask_rs, s.mask_cs = g->mask_cs;
    s.relu = g->relu;
    s.plain = !g->bias && !g->mask && !g->relu;
    return s;
}

static sink turned(const sink *s)
{
    sink t = *s;
    t.rs = s->cs, t.cs = s->rs;
    t.bias_rs = s->bias_cs, t.bias_cs = s->bias_rs;
    t.mask_rs = s->mask_cs, t.mask_cs = s->mask_rs;
    return t;
}

static real finish_one(const sink *s, real x, int64_t i, int64_t j)
{
    if (s->bias) x += s->bias[i * s->bias_rs + j * s->bias_cs];
    if (s->relu) x = x < 0 ? 0 : x;
    if (s->mask) x = s->mask[i * s->mask_rs + j * s->mask_cs] <= 0 ? 0 : x;
    return x;
}

INLINE vec finish_vector(const sink *s, vec x, int64_t i, int64_t j, const int n)
{
    if (s->bias) x += s->bias_cs ? load_some(s->bias + j, n) : splat(s->bias[i]);
    if (s->relu) x = (vec)((ivec)x & ~(ivec)(x < 0));
    if (s->mask) x = (vec)((ivec)x & ~(ivec)(load_some(s->mask + i * s->mask_rs + j, n) <= 0));
    return x;
}

static void finish(const sink *s, const sums *f)
{
    const bool bare = s->plain || !f->last, vectors = s->cs == 1 && (bare || !s->mask || s->mask_cs == 1);
    for (int64_t i = 0; i < f->rows; i++) {
        const real *const from = f->from + i * f->fs;
        real *const to = s->c + (f->i0 + i) * s->rs + f->j0 * s->cs;
        int64_t j = 0;
        if (!vectors) {
            for (; j < f->cols; j++) to[j * s->cs] = bare ? from[j] : finish_one(s, from[j], f->i0 + i, f->j0 + j);
            continue;
        }
        for (; j + VL <= f->cols; j += VL)
            store(to + j, bare ? load(from + j) : finish_vector(s, load(from + j), f->i0 + i, f->j0 + j, VL));
        const int n = (int)(f->cols - j);
        if (n == 0) continue;
        const vec x = load_some(from + j, n);
        store_some(to + j, bare ? x : finish_vector(s, x, f->i0 + i, f->j0 + j, n), n);
    }
}

#endif
