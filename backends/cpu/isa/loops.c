/* The inner loops of softmax, random numbers and optimizers, compiled for each element type and instruction set
 * (REAL_BITS, WKI_ISA). Plain C that the compiler vectorises; it rests on backends/math.h, whose functions have the
 * same bits everywhere, and fixes every order of summation, so that all sets give the same bits. */
#ifdef __clang__ /* under sanitizers loops stay scalar; ahead of rules.def, whose rows it is about */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif
#include "backends/cpu/isa/fold.h"

static double fold_sum(int64_t n, const void *x) { return fold_one(n, x, 0, 0, itself, add); }

static double dot(int64_t n, const void *left, const void *right)
{
    const real *a = left, *b = right;
    real lane[TREE] = { 0 };
    int64_t i = 0;
    for (; i + TREE <= n; i += TREE)
        VECTORIZE for (int l = 0; l < TREE; l++) lane[l] = wki_fma(a[i + l], b[i + l], lane[l]);
    for (int l = 0; i + l < n; l++) lane[l] = wki_fma(a[i + l], b[i + l], lane[l]);
    for (int half = TREE / 2; half; half /= 2)
        for (int l = 0; l < half; l++) lane[l] += lane[l + half];
    return (double)lane[0];
}

/* ---- Softmax ---- */

static void turn_in(int64_t n, int64_t lines, void *to, const void *from, const int64_t *at, int64_t step)
{
    const int64_t width = wki_width(lines);
    real *t = to;
    for (int64_t r = 0; r < width; r++) { /* the lanes that are left over repeat the first line */
        const real *x = (const real *)from + at[r < lines ? r : 0];
        for (int64_t j = 0; j < n; j++) t[j * width + r] = x[j * step];
    }
}

static void turn_out(int64_t n, int64_t lines, const void *from, void *to, const int64_t *at, int64_t step)
{
    const int64_t width = wki_width(lines);
    const real *t = from;
    for (int64_t r = 0; r < lines; r++) {
        real *x = (real *)to + at[r];
        for (int64_t j = 0; j < n; j++) x[j * step] = t[j * width + r];
    }
}

WKI_INLINE real higher(real a, real b) { return ((b > a) | (b != b)) ? b : a; }

/* `log` is a constant in each of the two copies, which is what makes their loops vectors. */
WKI_INLINE void softmax_rows(int64_t n, int64_t width, real *t, real *top, real *logsum, bool log)
{
    real total[WKI_LINES] = { 0 };
    VECTORIZE for (int64_t r = 0; r < width; r++) top[r] = -ENDLESS;
    for (int64_t j = 0; j < n; j++)
        VECTORIZE for (int64_t r = 0; r < width; r++) top[r] = higher(top[r], t[j * width + r]);
    for (int64_t j = 0; j < n; j++) {
        real *row = t + j * width;
        VECTORIZE for (int64_t r = 0; r < width; r++)
        {
            const real x = row[r] - top[r], e = wki_exp(x);
            row[r] = log ? x : e;
            total[r] += e;
        }
    }
    VECTORIZE for (int64_t r = 0; r < width; r++) logsum[r] = wki_log(total[r]);
    VECTORIZE for (int64_t r = 0; r < width; r++) total[r] = 1 / total[r];
    for (int64_t j = 0; j < n; j++) {
        real *row = t + j * width;
        VECTORIZE for (int64_t r = 0; r < width; r++) row[r] = log ? row[r] - logsum[r] : row[r] * total[r];
    }
}

static void softmax_turned(int64_t n, int64_t width, void *t, void *top, void *logsum, bool log)
{
    if (log)
        softmax_rows(n, width, t, top, logsum, true);
    else
        softmax_rows(n, width, t, top, logsum, false);
}

WKI_INLINE void softmax_slope_rows(int64_t n, int64_t width, real *g, const real *y, bool log)
{
    real total[WKI_LINES] = { 0 };
    for (int64_t j = 0; j < n; j++) {
        const real *slope = g + j * width, *value = y + j * width;
        VECTORIZE for (int64_t r = 0; r < width; r++) total[r] += log ? slope[r] : slope[r] * value[r];
    }
    for (int64_t j = 0; j < n; j++) {
        real *slope = g + j * width;
        const real *value = y + j * width;
        VECTORIZE for (int64_t r = 0; r < width; r++)
        {
            const real y_r = value[r], total_r = total[r];
            slope[r] = log ? slope[r] - wki_exp(y_r) * total_r : y_r * (slope[r] - total_r);
        }
    }
}

static void softmax_slope_turned(int64_t n, int64_t width, void *g, const void *y, bool log)
{
    if (log)
        softmax_slope_rows(n, width, g, y, true);
    else
        softmax_slope_rows(n, width, g, y, false);
}

WKI_INLINE vec load_up_to(const real *x, int64_t n) { return n >= VL ? load(x) : load_some(x, (int)n); }

WKI_INLINE void store_up_to(real *y, vec x, int64_t n)
{
    if (n >= VL)
        store(y, x);
    else
        store_some(y, x, (int)n);
}

static real line_max(int64_t n, const real *x)
{
    enum { APART = 4 };
    vec top[APART];
    int64_t i = 0;
    UNROLL for (int k = 0; k < APART; k++) top[k] = splat(-ENDLESS);
    for (; i + APART * VL <= n; i += APART * VL)
        UNROLL for (int k = 0; k < APART; k++) top[k] = greater(top[k], load(x + i + k * VL));
    for (; i + VL <= n; i += VL) top[0] = greater(top[0], load(x + i));
    if (i < n) top[1] = join_some(top[1], load_some(x + i, (int)(n - i)), (int)(n - i), greater);
    vec both[PARTS];
    UNROLL for (int p = 0; p < PARTS; p++) both[p] = splat(-ENDLESS);
    both[0] = greater(greater(top[0], top[1]), greater(top[2], top[3]));
    return halved(both, greater);
}

/* The sum of e^(x - high), at most WKI_FOLD elements, by the tree of a fold; to y unless that is NULL */
WKI_INLINE double exp_sum(int64_t n, real *y, const real *x, real high)
{
    vec lane[PARTS], top = splat(high);
    int64_t i = 0;
    UNROLL for (int p = 0; p < PARTS; p++) lane[p] = splat(0);
    for (; i + TREE <= n; i += TREE) UNROLL for (int p = 0; p < PARTS; p++)
        {
            const vec e = exp_of(load(x + i + p * VL) - top);
            lane[p] += e;
            if (y) store(y + i + p * VL, e);
        }
    for (int p = 0; p < PARTS && i < n; p++, i += VL) {
        const int left = n - i < VL ? (int)(n - i) : VL;
        const vec e = exp_of(load_some(x + i, left) - top);
        lane[p] = join_some(lane[p], e, left, add);
        if (y) store_some(y + i, e, left);
    }
    return (double)halved(lane, add);
}

static void softmax_line(int64_t n, void *to, const void *from, void *top, void *logsum, bool log)
{
    real *y = to;
    const real *x = from, high = line_max(n, x);
    double total = 0;
    for (int64_t i = 0; i < n; i += WKI_FOLD) {
        const int64_t m = n - i < WKI_FOLD ? n - i : WKI_FOLD;
        total += log ? exp_sum(m, NULL, x + i, high) : exp_sum(m, y + i, x + i, high);
    }
    const real rest = wki_log((real)total), share = 1 / (real)total;
    if (log)
        for (int64_t i = 0; i < n; i += VL)
            store_up_to(y + i, (load_up_to(x + i, n - i) - splat(high)) - splat(rest), n - i);
    else
        for (int64_t i = 0; i < n; i += VL) store_up_to(y + i, load_up_to(y + i, n - i) * splat(share), n - i);
    *(real *)top = high;
    *(real *)logsum = rest;
}

static void softmax_slope_line(int64_t n, void *to, const void *gradient, const void *values, bool log)
{
    real *d = to, some[WKI_FOLD];
    const real *g = gradient, *y = values;
    double sum = 0;
    for (int64_t i = 0; i < n; i += WKI_FOLD) {
        const int64_t m = n - i < WKI_FOLD ? n - i : WKI_FOLD;
        VECTORIZE for (int64_t j = 0; j < m; j++) some[j] = log ? g[i + j] : g[i + j] * y[i + j];
        sum += fold_sum(m, some);
    }
    const real total = (real)sum;
    if (log)
        VECTORIZE for (int64_t i = 0; i < n; i++) d[i] = g[i] - wki_exp(y[i]) * total;
    else
        VECTORIZE for (int64_t i = 0; i < n; i++) d[i] = y[i] * (g[i] - total);
}

/* ---- Random numbers ---- */

enum { SIDE_BY_SIDE = 16 }; /* counters */

#define ROUND_OF_PHILOX                                                                                                \
    {                                                                                                                  \
        const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;                               \
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;                                                                           \
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;                                                                           \
        c1 = (uint32_t)p1;                                                                                             \
        c3 = (uint32_t)p0;                                                                                             \
        k0 += 0x9E3779B9u;                                                                                             \
        k1 += 0xBB67AE85u;                                                                                             \
    }
#define FIVE(statement) statement statement statement statement statement

/* wki_philox for counters `block` and the 15 behind it; see wki_random_block */
static void philox(const wki_random_key *key, uint64_t block, uint32_t *word)
{
    uint32_t counter[4], keys[2];
    wki_random_block(key, block, counter, keys);
    VECTORIZE for (uint32_t l = 0; l < SIDE_BY_SIDE; l++)
    {
        uint32_t c0 = counter[0] + l, c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = keys[0], k1 = keys[1];
        FIVE(ROUND_OF_PHILOX)
        FIVE(ROUND_OF_PHILOX)
        word[4 * l] = c0;
        word[4 * l + 1] = c1;
        word[4 * l + 2] = c2;
        word[4 * l + 3] = c3;
    }
}

/* WKI_GROUP numbers in [0, 1), a multiple of 2^-24 (2^-53) each, from one word (two words) */
static void units(const wki_random_key *key, int64_t group, real *u)
{
    enum { WORDS = WKI_GROUP * (REAL_BITS / 32), BLOCKS = WORDS / 4 };
    uint32_t word[WORDS];
    for (int b = 0; b < BLOCKS; b += SIDE_BY_SIDE) philox(key, (uint64_t)group * BLOCKS + (uint64_t)b, word + 4 * b);
#if REAL_BITS == 32
    VECTORIZE for (int i = 0; i < WKI_GROUP; i++) u[i] = (real)(int32_t)(word[i] >> 8) * 0x1p-24f;
#else
    VECTORIZE for (int i = 0; i < WKI_GROUP; i++)
    {
        const uint64_t wide = (uint64_t)word[2 * i + 1] << 32 | word[2 * i];
        u[i] = (real)(int64_t)(wide >> 11) * 0x1p-53;
    }
#endif
}

static void uniform(const wki_random_key *key, int64_t group, int64_t groups, void *to, double from, double end)
{
    real u[WKI_GROUP], *y = to;
    const real low = (real)from, high = (real)end, span = (real)(end - from);
    for (; groups > 0; groups--, y += WKI_GROUP) {
        units(key, group++, u);
        VECTORIZE for (int i = 0; i < WKI_GROUP; i++)
        {
            const real x = low + u[i] * span;
            y[i] = x < high ? x : low; /* rounding may reach the end, which is not part of it */
        }
    }
}

/* Pairs of numbers, independent and normal, from pairs that are uniform (Box and Muller 1958). */
static void normal(const wki_random_key *key, int64_t group, int64_t groups, void *to, double mean, double std)
{
    real u[WKI_GROUP], *y = to;
    const real middle = (real)mean, spread = (real)std;
    for (; groups > 0; groups--, y += WKI_GROUP) {
        units(key, group++, u);
        VECTORIZE for (int i = 0; i < WKI_GROUP / 2; i++)
        {
            const real far = wki_sqrt(-2 * wki_log(1 - u[2 * i])), angle = u[2 * i + 1] * real(6.2831853071795865);
            y[2 * i] = middle + spread * (far * wki_cos(angle));
            y[2 * i + 1] = middle + spread * (far * wki_sin(angle));
        }
    }
}

static void dropout(const wki_random_key *key, int64_t group, int64_t groups, void *to, const void *from, double p)
{
    uint32_t word[WKI_GROUP];
    real *y = to;
    const real *x = from, scale = (real)(p < 1 ? 1 / (1 - p) : 0);
    int32_t least = (int32_t)(p * 0x1p24);
    least += (double)least < p * 0x1p24;
    for (; groups > 0; groups--, y += WKI_GROUP, x += WKI_GROUP) {
        philox(key, (uint64_t)group++ * (WKI_GROUP / 4), word);
        VECTORIZE for (int i = 0; i < WKI_GROUP; i++)
        {
            const real kept = x[i] * scale;
            y[i] = (int32_t)(word[i] >> 8) >= least ? kept : 0;
        }
    }
}

/* ---- Optimizers ---- */

#define NUMBER(UPPER, LOWER)                                                                                           \
    const real LOWER = (real)numbers[WKI_N_##UPPER];                                                                   \
    (void)LOWER;
#define RULE(NAME, STATES, ...)                                                                                        \
    static void rule_##NAME(int64_t n, void *const state[1 + WKI_MAX_STATES], const void *gradient,                    \
                            const double *numbers)                                                                     \
    {                                                                                                                  \
        WKI_NUMBERS(NUMBER)                                                                                            \
        real *restrict ps = state[0], *restrict s0s = state[1], *restrict s1s = state[2], *restrict s2s = state[3];    \
        const real *restrict gs = gradient;                                                                            \
        VECTORIZE for (int64_t i = 0; i < n; i++)                                                                      \
        {                                                                                                              \
            real p = ps[i], g = sign * gs[i];                                                                          \
            real s0 = STATES > 0 ? s0s[i] : 0, s1 = STATES > 1 ? s1s[i] : 0, s2 = STATES > 2 ? s2s[i] : 0;             \
            g = weight_decay != 0 ? g + weight_decay * p : g;                                                          \
            __VA_ARGS__;                                                                                               \
            ps[i] = p;                                                                                                 \
            if (STATES > 0) s0s[i] = s0;                                                                               \
            if (STATES > 1) s1s[i] = s1;                                                                               \
            if (STATES > 2) s2s[i] = s2;                                                                               \
        }                                                                                                              \
    }
#include "backends/rules.def"
#undef RULE

const wki_loops JOIN(wki_loops_f, REAL_BITS, WKI_ISA) = {
    .dot = dot,
    .turn_in = turn_in,
    .turn_out = turn_out,
    .softmax_turned = softmax_turned,
    .softmax_slope_turned = softmax_slope_turned,
    .softmax_line = softmax_line,
    .softmax_slope_line = softmax_slope_line,
    .uniform = uniform,
    .normal = normal,
    .dropout = dropout,
#define RULE(NAME, ...) rule_##NAME,
    .update = {
#include "backends/rules.def"
    },
    .norm = &JOIN(wki_norm_f, REAL_BITS, WKI_ISA),
};
