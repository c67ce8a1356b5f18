/* Convolutions on tiles, what is compiled for AMX and, as a twin for the tests, for any machine (WKI_ISA): planes are
   packed pixel by pixel, and tiles multiplied wherever taps find them. Rests on step.h and the contract, conv_tiles.h.
 */
#include "backends/cpu/conv_tiles.h"
#include "backends/cpu/isa/step.h"

#define LEAST(x, y) ((x) < (y) ? (x) : (y))

#define MEANWHILE        (void)0 /* a step's tiles are packed already */
#define GLUE_(mode, isa) wki_tiles_##mode##_##isa
#define GLUE(mode, isa)  GLUE_(mode, isa)

INLINE void add(const wki_tile_sums *s, const int parts)
{
    const ptrdiff_t row = s->row * (ptrdiff_t)sizeof(real);
    tiles_see();
    if (s->accumulate) {
        tile_load(0, s->to[0][0], row);
        tile_load(1, s->to[0][1], row);
        tile_load(2, s->to[1][0], row);
        tile_load(3, s->to[1][1], row);
    } else {
        tile_zero(0);
        tile_zero(1);
        tile_zero(2);
        tile_zero(3);
    }
    real aside[TILE];
    const int loads = loads_of(parts);
    int since = 0;
    const int64_t *const at0 = s->p_at[0], *const at1 = s->p_at[1], *const at = s->q_at;
    for (int64_t b = 0; b < s->blocks; b++) {
        const ptrdiff_t p = b * s->p_next, q = b * s->q_next;
        for (int64_t t = 0; t < s->n; t++) {
            const real *const p0 = s->p[0] + p + at0[t], *const p1 = s->p[1] + p + at1[t];
            const real *const q0 = s->q[0] + q + at[t], *const q1 = s->q[1] + q + at[t];
            if ((since += loads) > TILES_AT_ONCE) {
                tiles_rest(aside);
                since = loads;
            }
            STEP(parts, false);
        }
    }
    tile_store(0, s->to[0][0], row);
    tile_store(1, s->to[0][1], row);
    tile_store(2, s->to[1][0], row);
    tile_store(3, s->to[1][1], row);
}

/* all ones where a number is infinite, NaN or too large to be rounded */
INLINE ivec odd_ones(vec x) { return (ivec)((uvec)x << 1 >= 0xfeff0000u); }

/* Rows that lie a power of two apart share cache lines: so many numbers of all are copied side by side first. */
enum { CROWDED = 1024, COPIED = 64, APART = COPIED + 16 };

typedef struct copies {
    real of[2 * SIDE][APART];
} copies;

static void copy_rows(copies *to, const real *const *rows, int64_t from, int64_t n)
{
    for (int i = 0; i < 2 * SIDE; i++) {
        int64_t t = 0;
        for (; t + VL <= n; t += VL) store(to->of[i] + t, load(rows[i] + from + t));
        if (t < n) store(to->of[i] + t, load_some(rows[i] + from + t, (int)(n - t)));
    }
}

/* LANE numbers of all rows, the first n of which go to their tiles */
INLINE ivec pack_few(real *to, ptrdiff_t apart, const real *const *rows, int64_t at, int n, const int parts)
{
    ivec odd = { 0 };
    UNROLL for (int v = 0; v < SIDE; v += VL)
    {
        vec x[LANE], y[LANE];
        turn_lanes(rows + v, at, x);
        turn_lanes(rows + SIDE + v, at, y);
        for (int r = 0; r < n; r++) {
            (void)split(to + r * apart + v, x[r], y[r], parts, (vec){ 0 });
            odd |= odd_ones(x[r]) | odd_ones(y[r]);
        }
    }
    return odd;
}

INLINE bool pack_line(real *to, ptrdiff_t apart, int64_t n, const real *const *low, const real *const *high,
                      const int parts)
{
    copies c;
    const real *here[2 * SIDE], *there[2 * SIDE];
    ivec odd = { 0 };
    const bool crowded = (low[1] - low[0]) * (ptrdiff_t)sizeof(real) % CROWDED == 0;
    for (int i = 0; i < 2 * SIDE; i++) here[i] = i < SIDE ? low[i] : high[i - SIDE], there[i] = c.of[i];
    for (int64_t some, t = 0; t < n; t += some) {
        const bool copied = crowded || n - t < LANE;
        some = copied ? LEAST(COPIED, n - t) : (n - t) / LANE * LANE;
        if (copied) copy_rows(&c, here, t, some);
        for (int64_t i = 0; i < some; i += LANE, to += LANE * apart) {
            if (some - i >= LANE)
                odd |= pack_few(to, apart, copied ? there : here, copied ? i : t + i, LANE, parts);
            else
                odd |= pack_few(to, apart, there, i, (int)(some - i), parts);
        }
    }
    return bits_of(odd) != 0;
}

static void finish_rows(real *sums, int64_t rows, const real *bias, bool relu)
{
    for (int64_t i = 0; i < rows; i++)
        for (int v = 0; v < 2 * SIDE; v += VL, sums += VL) {
            vec x = load(sums);
            if (bias) x += load(bias + v);
            if (relu) x = (vec)((ivec)x & ~(ivec)(x < 0));
            store(sums, x);
        }
}

#define LOOPS(mode, parts)                                                                                             \
    static void add_##mode(const wki_tile_sums *s) { add(s, parts); }                                                  \
    static bool pack_##mode(float *to, int64_t apart, int64_t n, const float *const *low, const float *const *high)    \
    {                                                                                                                  \
        return pack_line(to, apart, n, low, high, parts);                                                              \
    }                                                                                                                  \
    const wki_tile_loops GLUE(mode, WKI_ISA) = { parts, tiles_begin, tiles_end, add_##mode, pack_##mode, finish_rows };
LOOPS(split, 3)
LOOPS(split3, 2)
LOOPS(bf16, 1)
