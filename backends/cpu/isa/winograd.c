/* The tiles of Winograd's F(2x2, 3x3), compiled for each instruction set (WKI_ISA): what conv_winograd.h says of them.
 * Rests on the registers of vector.h. */
#include "backends/cpu/conv_winograd.h"
#include "backends/cpu/isa/vector.h"

enum { PANEL = WKI_WINOGRAD_PANEL, TAPS = 9 };

/* all ones where a number is odd */
INLINE ivec odd_ones(vec x) { return (ivec)((uvec)x << 1 >= (uint32_t)WKI_WINOGRAD_ODD << 1); }

INLINE bool pass(int64_t n, const real *from, real *to, const bool copies)
{
    ivec odd = { 0 };
    int64_t i = 0;
    for (; i + VL <= n; i += VL) {
        const vec x = load(from + i);
        if (copies) store(to + i, x);
        odd |= odd_ones(x);
    }
    if (i < n) {
        const vec x = load_some(from + i, (int)(n - i));
        if (copies) store_some(to + i, x, (int)(n - i));
        odd |= odd_ones(x);
    }
    return bits_of(odd) != 0;
}

static bool any_odd(int64_t n, const float *x) { return pass(n, x, NULL, false); }
static bool take(int64_t n, const float *from, float *to) { return pass(n, from, to, true); }

/* B^T times four pixels one below the other */
INLINE void see_column(const real *x, ptrdiff_t row, vec to[4])
{
    const vec a = load(x), b = load(x + row), c = load(x + 2 * row), d = load(x + 3 * row);
    to[0] = a - c, to[1] = b + c, to[2] = c - b, to[3] = b - d;
}

static void see(const wki_tile_row *r)
{
    for (int64_t c = 0; c < r->channels; c += VL) {
        const real *x = r->pixels + c;
        real *to = r->tiles + c;
        vec at[4][4]; /* by column; the last two of a tile are the first two of the next */
        see_column(x, r->row, at[0]);
        see_column(x + r->col, r->row, at[1]);
        for (int64_t t = 0; t < r->n; t++, to += r->ld) {
            x += 2 * r->col;
            see_column(x, r->row, at[2]);
            see_column(x + r->col, r->row, at[3]);
            UNROLL for (int i = 0; i < 4; i++)
            {
                real *const line = to + 4 * i * r->apart;
                store(line, at[0][i] - at[2][i]);
                store(line + r->apart, at[1][i] + at[2][i]);
                store(line + 2 * r->apart, at[2][i] - at[1][i]);
                store(line + 3 * r->apart, at[1][i] - at[3][i]);
                at[0][i] = at[2][i], at[1][i] = at[3][i];
            }
        }
    }
}

INLINE void finish(real *to, vec x, const real *bias, const bool relu)
{
    if (bias) x += load(bias);
    store(to, relu ? (vec)((ivec)x & ~(ivec)(x < 0)) : x);
}

INLINE void make_row(const wki_tile_row *r, const real *bias, const bool relu)
{
    for (int64_t c = 0; c < r->channels; c += VL) {
        const real *const more = bias ? bias + c : NULL, *from = r->tiles + c;
        real *y = r->pixels + c;
        for (int64_t t = 0; t < r->n; t++, from += r->ld, y += 2 * r->col) {
            vec at[2][4];
            UNROLL for (int j = 0; j < 4; j++)
            {
                const real *const m = from + j * r->apart;
                const vec a = load(m), b = load(m + 4 * r->apart), d = load(m + 8 * r->apart),
                          e = load(m + 12 * r->apart);
                at[0][j] = a + b + d, at[1][j] = b - d - e;
            }
            UNROLL for (int i = 0; i < 2; i++)
            {
                finish(y + i * r->row, at[i][0] + at[i][1] + at[i][2], more, relu);
                finish(y + i * r->row + r->col, at[i][1] - at[i][2] - at[i][3], more, relu);
            }
        }
    }
}

static void make(const wki_tile_row *r, const float *bias, bool relu)
{
    if (bias && relu)
        make_row(r, bias, true);
    else if (bias)
        make_row(r, bias, false);
    else if (relu)
        make_row(r, NULL, true);
    else
        make_row(r, NULL, false);
}

static void back(const wki_tile_row *r)
{
    for (int64_t c = 0; c < r->channels; c += VL) {
        const real *y = r->pixels + c;
        real *to = r->tiles + c;
        for (int64_t t = 0; t < r->n; t++, y += 2 * r->col, to += r->ld) {
            vec at[4][2];
            UNROLL for (int j = 0; j < 2; j++)
            {
                const vec a = load(y + j * r->col), b = load(y + j * r->col + r->row);
                at[0][j] = a, at[1][j] = a + b, at[2][j] = a - b, at[3][j] = -b;
            }
            UNROLL for (int i = 0; i < 4; i++)
            {
                real *const line = to + 4 * i * r->apart;
                store(line, at[i][0]);
                store(line + r->apart, at[i][0] + at[i][1]);
                store(line + 2 * r->apart, at[i][0] - at[i][1]);
                store(line + 3 * r->apart, -at[i][1]);
            }
        }
    }
}

/* G times three numbers */
INLINE void weigh_three(vec a, vec b, vec c, vec to[4])
{
    const vec half = splat((real)0.5), sum = a + c;
    to[0] = a, to[1] = (sum + b) * half, to[2] = (sum - b) * half, to[3] = c;
}

static void weights(int64_t n, const float *taps, bool turned, float *to, int64_t apart)
{
    const ptrdiff_t first = turned ? (TAPS - 1) * PANEL : 0, step = turned ? -PANEL : PANEL;
    for (int64_t k = 0; k < n; k++)
        for (int v = 0; v < PANEL; v += VL) {
            const real *g = taps + k * TAPS * PANEL + v + first;
            real *u = to + k * PANEL + v;
            vec at[3][4];
            UNROLL for (int j = 0; j < 3; j++)
                weigh_three(load(g + j * step), load(g + (3 + j) * step), load(g + (6 + j) * step), at[j]);
            UNROLL for (int i = 0; i < 4; i++)
            {
                vec line[4];
                weigh_three(at[0][i], at[1][i], at[2][i], line);
                UNROLL for (int j = 0; j < 4; j++) store(u + (4 * i + j) * apart, line[j]);
            }
        }
}

/* G^T times four numbers */
INLINE void give_three(vec a, vec b, vec c, vec d, vec to[3])
{
    const vec half = splat((real)0.5), sum = (b + c) * half;
    to[0] = a + sum, to[1] = (b - c) * half, to[2] = sum + d;
}

INLINE void add_taps(int64_t n, int lanes, const real *from, ptrdiff_t apart, real *taps, const bool fresh)
{
    for (int64_t k = 0; k < n; k++)
        for (int v = 0; v < lanes; v += VL) {
            const real *u = from + k * PANEL + v;
            real *g = taps + k * TAPS * PANEL + v;
            vec at[4][3];
            UNROLL for (int j = 0; j < 4; j++) give_three(load(u + j * apart), load(u + (4 + j) * apart),
                                                          load(u + (8 + j) * apart), load(u + (12 + j) * apart), at[j]);
            UNROLL for (int i = 0; i < 3; i++)
            {
                vec line[3];
                give_three(at[0][i], at[1][i], at[2][i], at[3][i], line);
                UNROLL for (int j = 0; j < 3; j++)
                {
                    real *const to = g + (3 * i + j) * PANEL;
                    if (!fresh) line[j] += load(to);
                    store(to, line[j]);
                }
            }
        }
}

static void gradient(int64_t n, int lanes, const float *from, int64_t apart, float *taps, bool fresh)
{
    if (fresh)
        add_taps(n, lanes, from, apart, taps, true);
    else
        add_taps(n, lanes, from, apart, taps, false);
}

#define JOIN_(a, b) a##b
#define JOIN(a, b)  JOIN_(a, b)
const wki_winograd JOIN(wki_winograd_, WKI_ISA) = { any_odd, take, see, make, back, weights, gradient };
