/* Sums of a convolution straight from x: its elements are broadcast, weights are loaded as vectors of channels, and a
 * tile of sums, some windows by two vectors, stays in registers from the first tap to the last. Rests on vector.h. */
#ifndef WKI_CPU_DIRECT_H
#define WKI_CPU_DIRECT_H
#include "backends/cpu/isa/vector.h"
#include "backends/cpu/windows.h"

#if VECTOR_BYTES == 64
enum { TILE = 14 };
#else
enum { TILE = 6 };
#endif
enum { VECTORS = 2 };

/* x, w and to: of the first of `rows` windows, and of `vectors` of channels */
INLINE void direct_tile(const wki_direct *d, const real *x, const real *w, const real *bias, real *to, const int rows,
                        const int vectors)
{
    const ptrdiff_t step = d->step;
    const real *first[TILE / 3 + 1]; /* one pointer for three windows */
    vec sum[TILE][VECTORS];
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++) sum[i][v] =
        d->fresh ? (vec){ 0 } : load(to + i * d->ld + v * VL);
    UNROLL for (int i = 0; i < rows; i += 3)
    {
        first[i / 3] = x + i * step;
        OPAQUE(first[i / 3]);
    }
    for (int64_t k = 0; k < d->k; k++) {
        const real *p = x;
        vec b[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) b[v] = load(w + d->w_at[k] + v * VL);
        UNROLL for (int i = 0; i < rows; i++)
        {
            if (i % 3 == 0) {
                p = first[i / 3] + d->at[k];
                OPAQUE(p);
            }
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = multiply_add(sum[i][v], p[i % 3 * step], b[v]);
        }
    }
    if (bias) UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++)
            sum[i][v] += load(bias + v * VL);
    if (d->relu) UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++)
            sum[i][v] = (vec)((ivec)sum[i][v] & ~(ivec)(sum[i][v] < 0));
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++)
        store(to + i * d->ld + v * VL, sum[i][v]);
}

#define DIRECT(rows)                                                                                                   \
    static void direct_##rows##x1(const wki_direct *d, const real *x, const real *w, const real *b, real *to)          \
    {                                                                                                                  \
        direct_tile(d, x, w, b, to, rows, 1);                                                                          \
    }                                                                                                                  \
    static void direct_##rows##x2(const wki_direct *d, const real *x, const real *w, const real *b, real *to)          \
    {                                                                                                                  \
        direct_tile(d, x, w, b, to, rows, 2);                                                                          \
    }
#define DIRECT_LINE(rows) { direct_##rows##x1, direct_##rows##x2 },
#if VECTOR_BYTES == 64
#define DIRECT_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#else
#define DIRECT_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#endif
DIRECT_ROWS(DIRECT)

static void direct(const wki_direct *d)
{
    static void (*const tiles[TILE][VECTORS])(const wki_direct *, const real *, const real *, const real *,
                                              real *) = { DIRECT_ROWS(DIRECT_LINE) };
    const int64_t parts = (d->n + TILE - 1) / TILE;
    for (int64_t o = 0; o < d->outs; o += VECTORS * VL)
        for (int64_t i = 0; i < parts; i++) {
            const int64_t first = d->n * i / parts, rows = d->n * (i + 1) / parts - first;
            const real *const bias = d->bias ? (const real *)d->bias + o : NULL;
            tiles[rows - 1][d->outs - o > VL](d, (const real *)d->x + first * d->step, (const real *)d->w + o, bias,
                                              (real *)d->to + first * d->ld + o);
        }
}

#endif
