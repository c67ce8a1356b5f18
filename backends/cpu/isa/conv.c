/* Convolutions on tiles, what is compiled for AMX and, as a twin for the tests, for any machine (WKI_ISA): planes are
   packed pixel by pixel, and tiles multiplied wherever taps find them. Rests on step.h and the contract, conv_tiles.h.
 */
#include "backends/cpu/conv_tiles.h"
#include "backends/cpu/isa/step.h"

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
    const int64_t *const at0 = s->p_at[0], *const at1 = s->p_at[1], *const at = s->q_at;
    for (int64_t b = 0; b < s->blocks; b++) {
        const ptrdiff_t p = b * s->p_next, q = b * s->q_next;
        for (int64_t t = 0; t < s->n; t++) {
            const real *const p0 = s->p[0] + p + at0[t], *const p1 = s->p[1] + p + at1[t];
            const real *const q0 = s->q[0] + q + at[t], *const q1 = s->q[1] + q + at[t];
            add_step(parts, false, p0, p1, q0, q1);
        }
    }
    tile_store(0, s->to[0][0], row);
    tile_store(1, s->to[0][1], row);
    tile_store(2, s->to[1][0], row);
    tile_store(3, s->to[1][1], row);
}

/* all ones where a number is infinite, NaN or too large to be rounded */
INLINE ivec odd_ones(vec x) { return (ivec)((uvec)x << 1 >= 0xfeff0000u); }

/* numbers `from` to LANE behind it, of which the first `n` go to their tiles */
INLINE ivec pack_few(real *to, ptrdiff_t apart, int64_t from, int n, const real *const *low, const real *const *high,
                     const int parts)
{
    ivec odd = { 0 };
    UNROLL for (int v = 0; v < SIDE; v += VL)
    {
        vec x[LANE], y[LANE];
        turn_lanes(low + v, from, x);
        turn_lanes(high + v, from, y);
        for (int r = 0; r < n; r++) {
            (void)split(to + r * apart + v, x[r], y[r], parts, (vec){ 0 });
            odd |= odd_ones(x[r]) | odd_ones(y[r]);
        }
    }
    return odd;
}

static ivec pack_short(real *to, ptrdiff_t apart, int n, const real *const *low, const real *const *high, int parts)
{
    real room[2][SIDE][LANE] = { { { 0 } } };
    const real *rows[2][SIDE];
    for (int i = 0; i < SIDE; i++) {
        for (int t = 0; t < n; t++) room[0][i][t] = low[i][t], room[1][i][t] = high[i][t];
        rows[0][i] = room[0][i], rows[1][i] = room[1][i];
    }
    return parts == 1   ? pack_few(to, apart, 0, n, rows[0], rows[1], 1)
           : parts == 2 ? pack_few(to, apart, 0, n, rows[0], rows[1], 2)
                        : pack_few(to, apart, 0, n, rows[0], rows[1], 3);
}

/* The last few reach back over what is done already. */
INLINE bool pack_line(real *to, ptrdiff_t apart, int64_t n, const real *const *low, const real *const *high,
                      const int parts)
{
    if (n < LANE) return bits_of(pack_short(to, apart, (int)n, low, high, parts)) != 0;
    ivec odd = { 0 };
    int64_t t = 0;
    for (; t + LANE <= n; t += LANE) odd |= pack_few(to + t * apart, apart, t, LANE, low, high, parts);
    if (t < n) odd |= pack_few(to + (n - LANE) * apart, apart, n - LANE, LANE, low, high, parts);
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
