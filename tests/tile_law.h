/* The law of sums on tiles (backends/cpu/product.h), written once more an element at a time, with the C library's fma. */
#ifndef TILE_LAW_H
#define TILE_LAW_H
#include <math.h>
#include <stdbool.h>

/* what the instruction takes for zero becomes one; of a number below, its sign stays */
static inline float flushed(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x; }

/* x in the eight bits of a bfloat16's significand */
static inline float narrowed(float x)
{
    int exponent;
    x = flushed(x);
    if (!isfinite(x) || x == 0) return x;
    (void)frexpf(x, &exponent);
    return (float)(nearbyint(ldexp((double)x, 8 - exponent)) * ldexp(1, exponent - 8));
}

/* to eight bits, of two the one further from 0 */
static inline float away(float x)
{
    int exponent;
    if (x == 0) return 0;
    (void)frexpf(x, &exponent);
    return (float)(copysign(floor(ldexp(fabs((double)x), 8 - exponent) + 0.5), (double)x) * ldexp(1, exponent - 8));
}

static inline void parts_of(float x, int parts, float part[3])
{
    part[0] = parts == 1 ? narrowed(x) : away(x);
    part[1] = away(x - part[0]);
    part[2] = x - part[0] - part[1];
}

static inline float fused(float c, float a, float b) { return flushed(fmaf(flushed(a), flushed(b), c)); }

/* 32 products, those of the first 16 apart from the rest */
static inline float add_products(float c, const float *a, const float *b)
{
    float even = 0, odd = 0;
    for (int t = 0; t < 16; t++) even = fused(even, a[t], b[t]), odd = fused(odd, a[16 + t], b[16 + t]);
    return flushed(flushed(c) + flushed(even + odd));
}

/* 32 numbers along k, each in up to three parts */
typedef struct step {
    float of[3][32];
} step;

static inline step step_of(int parts, const float x[32])
{
    step s;
    for (int t = 0; t < 32; t++) {
        float part[3];
        parts_of(x[t], parts, part);
        for (int i = 0; i < 3; i++) s.of[i][t] = part[i];
    }
    return s;
}

static inline float add_steps(int parts, float c, const step *a, const step *b)
{
    static const int order[3][7][2] = { { { 0, 0 }, { -1, 0 } },
                                        { { 1, 0 }, { 0, 0 }, { 0, 1 }, { -1, 0 } },
                                        { { 2, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 }, { 0, 2 }, { 0, 0 }, { -1, 0 } } };
    for (int x = 0; order[parts - 1][x][0] >= 0; x++)
        c = add_products(c, a->of[order[parts - 1][x][0]], b->of[order[parts - 1][x][1]]);
    return c;
}

static inline float add_step(int parts, float c, const float a[32], const float b[32])
{
    const step of_a = step_of(parts, a), of_b = step_of(parts, b);
    return add_steps(parts, c, &of_a, &of_b);
}

/* which no sum on tiles takes */
static inline bool is_odd(float x) { return !isfinite(x) || fabsf(x) >= 0x1.ffp127f; }

#endif
