/* What slides over planes: the columns of a convolution and their transpose, pooling by maximum and mean. Compiled for
 * each element type and instruction set (REAL_BITS, WKI_ISA). slide.h has the columns. */
#ifdef __clang__ /* rows by a stride may stay scalar */
#pragma clang diagnostic ignored "-Wpass-failed"
#endif
#include "backends/cpu/isa/direct.h"
#include "backends/cpu/isa/slide.h"
#include "base/fault.h"

#define VECTORIZE      _Pragma("omp simd")
#define JOIN_(a, b, c) a##b##_##c
#define JOIN(a, b, c)  JOIN_(a, b, c)

/* ---- Pooling: chunks of a row of windows, tap after tap ---- */

enum { CHUNK = 128 };

typedef struct chunk {
    place p;         /* its first window */
    int64_t n;       /* windows */
    int64_t outside; /* number of the first one in the plane */
} chunk;

/* the spans of the first taps of a row of the kernel */
typedef struct known {
    span of[KNOWN];
} known;

static known known_of(const wki_window *w)
{
    known s;
    for (int64_t k = 0; k < LEAST(w->kernel[2], KNOWN); k++) s.of[k] = span_of(w, 2, k);
    return s;
}

/* What one tap of a chunk sees: the windows from low to high, from `at` on as if window 0 of the chunk had one too. */
typedef struct sight {
    int64_t low, high, at;
} sight;

INLINE sight look(const wki_window *w, const known *spans, const chunk *c, int64_t line, int64_t k)
{
    const span s = k < KNOWN ? spans->of[k] : span_of(w, 2, k);
    return (sight){ MOST(s.low - c->p.w, 0), LEAST(s.high - c->p.w, c->n),
                    line * w->in[2] + s.at + c->p.w * w->stride[2] };
}

/* does the body for `seen`, tap after tap of chunk c */
#define EACH_TAP(w, spans, c, ...)                                                                                     \
    for (int64_t i = 0; i < (w)->kernel[0]; i++) {                                                                     \
        const int64_t depth = (c)->p.d * (w)->stride[0] - (w)->padding[0] + i * (w)->dilation[0];                      \
        if (depth < 0 || depth >= (w)->in[0]) continue;                                                                \
        for (int64_t j = 0; j < (w)->kernel[1]; j++) {                                                                 \
            const int64_t height = (c)->p.h * (w)->stride[1] - (w)->padding[1] + j * (w)->dilation[1];                 \
            if (height < 0 || height >= (w)->in[1]) continue;                                                          \
            for (int64_t k = 0; k < (w)->kernel[2]; k++) {                                                             \
                const sight seen = look(w, spans, c, depth * (w)->in[1] + height, k);                                  \
                if (seen.low < seen.high) __VA_ARGS__                                                                  \
            }                                                                                                          \
        }                                                                                                              \
    }
#define EACH_CHUNK(w, c, ...)                                                                                          \
    for (chunk c = { 0 }; c.p.d < (w)->out[0]; c.p.d++)                                                                \
        for (c.p.h = 0; c.p.h < (w)->out[1]; c.p.h++)                                                                  \
            for (c.p.w = 0; c.p.w < (w)->out[2]; c.outside += c.n, c.p.w += c.n) {                                     \
                c.n = LEAST(CHUNK, (w)->out[2] - c.p.w);                                                               \
                __VA_ARGS__                                                                                            \
            }

/* One tap of at most VL windows of each row: those in the lanes from low to high have it inside the plane. */
typedef struct column {
    int64_t at; /* in a row of the plane, of lane 0 */
    int low, high;
    choice first, last; /* of the one or, by a stride of 2, two vectors that hold it */
    ivec inside;
} column;

static column column_of(const wki_window *w, int64_t o, int64_t k)
{
    enum { HALF = VL - 1 };
    const span s = span_of(w, 2, k);
    const int64_t n = LEAST(w->out[2] - o, VL), low = LEAST(MOST(s.low - o, 0), n);
    column c = { .at = s.at + o * w->stride[2], .low = (int)low, .high = (int)MOST(LEAST(s.high - o, n), low) };
    for (int l = c.low; l < c.high; l++) c.inside[l] = -1;
    c.first = between(c.low, c.high);
    if (w->stride[2] != 2) return c;
    const int from = 2 * c.low, end = MOST(2 * c.high - 1, from);
    c.first = between(LEAST(from, VL), LEAST(end, VL));
    c.last = between(MOST(from - HALF, 0), MOST(end - HALF, 0));
    return c;
}

INLINE vec load_column(const column *c, const real *x, const int64_t step, int64_t stride)
{
    if (step == 1) return load_these(x + c->at, c->first);
    if (step == 2)
        return __builtin_shufflevector(load_these(x + c->at, c->first), load_these(x + c->at + VL - 1, c->last), EVENS);
    real seen[VL] = { 0 };
    for (int l = c->low; l < c->high; l++) seen[l] = x[c->at + l * stride];
    return load(seen);
}

/* values so far and where they are, or -1 */
typedef struct largest {
    vec value;
    ivec at;
} largest;

/* of the windows whose first tap lies at depth d and height h */
INLINE largest largest_of(const wki_window *w, const column *known, int64_t o, const real *x, int64_t d, int64_t h,
                          const int64_t step)
{
    const ivec lanes = (ivec){ NUMBERS } * (real_int)w->stride[2];
    largest best = { splat(-(real)__builtin_inf()), (ivec){ 0 } - 1 };
    for (int64_t i = 0; i < w->kernel[0]; i++, d += w->dilation[0])
        for (int64_t j = 0, height = h; j < w->kernel[1]; j++, height += w->dilation[1]) {
            if (d < 0 || d >= w->in[0] || height < 0 || height >= w->in[1]) continue;
            const int64_t line = (d * w->in[1] + height) * w->in[2];
            for (int64_t k = 0; k < w->kernel[2]; k++) {
                const column *c = known + k;
                column more;
                if (k >= KNOWN) more = column_of(w, o, k), c = &more;
                const vec v = load_column(c, x + line, step, w->stride[2]);
                const ivec above = WKI_FAULT(125) ? v >= best.value : v > best.value;
                const ivec better = (above | (v != v) | (best.at < 0)) & c->inside;
                best.value = choose(better, v, best.value);
                best.at = (better & (lanes + (real_int)(line + c->at))) | (~better & best.at);
            }
        }
    return best;
}

/* What is written too much is overwritten: rows come in order, and their last windows first. */
INLINE void store_largest(const largest *best, int64_t n, int64_t room, real *y, int64_t *index)
{
    real_int at[VL];
    *(ivec *)at = best->at;
    if (room >= VL) {
        store(y, best->value);
        VECTORIZE for (int l = 0; l < VL; l++) index[l] = at[l];
    } else {
        store_some(y, best->value, (int)n);
        for (int64_t l = 0; l < n; l++) index[l] = at[l];
    }
}

/* step: the stride, if vectors are loaded by it, or 0 */
INLINE void max_by(const wki_window *w, const real *x, real *y, int64_t *index, const int64_t step)
{
    const int64_t windows = wki_volume(w->out), width = w->out[2];
    column known[KNOWN];
    for (int64_t o = (width - 1) / VL * VL; o >= 0; o -= VL) {
        int64_t at = o;
        for (int64_t k = 0; k < LEAST(w->kernel[2], KNOWN); k++) known[k] = column_of(w, o, k);
        for (int64_t d = 0; d < w->out[0]; d++)
            for (int64_t h = 0; h < w->out[1]; h++, at += width) {
                const largest best = largest_of(w, known, o, x, d * w->stride[0] - w->padding[0],
                                                h * w->stride[1] - w->padding[1], step);
                store_largest(&best, LEAST(width - o, VL), windows - at, y + at, index + at);
            }
    }
}

static void max(const wki_window *w, const void *x, void *y, int64_t *index)
{
    switch (w->stride[2]) {
    case 1: max_by(w, x, y, index, 1); break;
    case 2: max_by(w, x, y, index, 2); break;
    default: max_by(w, x, y, index, 0);
    }
}

/* elements of window o along dim d, in the plane, or with its padding */
INLINE int64_t extent(const wki_window *w, int d, int64_t o, bool include)
{
    const int64_t start = o * w->stride[d] - w->padding[d], end = LEAST(start + w->kernel[d], w->in[d] + w->padding[d]);
    return include ? end - start : LEAST(end, w->in[d]) - MOST(start, 0);
}

/* what sums are divided by */
static void divisors(const wki_window *w, const chunk *c, int64_t divisor, bool include, real *to)
{
    const int64_t others = extent(w, 0, c->p.d, include) * extent(w, 1, c->p.h, include);
    for (int64_t o = 0; o < c->n; o++) to[o] = (real)(divisor ? divisor : others * extent(w, 2, c->p.w + o, include));
}

INLINE void plus(const sight *s, const real *x, const int64_t step, real *sum)
{
    for (int64_t o = s->low; o < s->high; o += VL) {
        const int n = (int)LEAST(s->high - o, VL);
        const vec more = load(sum + o) + load_every(x + s->at + o * step, step, n);
        if (n == VL)
            store(sum + o, more);
        else
            store_some(sum + o, more, n);
    }
}

static void mean(const wki_window *w, const void *from, void *to, int64_t divisor, bool include)
{
    const real *x = from;
    real sum[CHUNK + VL], by[CHUNK];
    const int64_t step = w->stride[2];
    const known spans = known_of(w);
    EACH_CHUNK(w, c, {
        VECTORIZE for (int64_t o = 0; o < c.n; o++) sum[o] = 0;
        EACH_TAP(w, &spans, &c, {
            if (step == 2)
                plus(&seen, x, 2, sum);
            else if (step == 1)
                plus(&seen, x, 1, sum);
            else
                for (int64_t o = seen.low; o < seen.high; o++) sum[o] += x[seen.at + o * step];
        })
        divisors(w, &c, divisor, include, by);
        real *const y = (real *)to + c.outside;
        VECTORIZE for (int64_t o = 0; o < c.n; o++) y[o] = sum[o] / by[o];
    })
}

static void mean_back(const wki_window *w, void *to, const void *from, int64_t divisor, bool include)
{
    real *x = to;
    real share[CHUNK], by[CHUNK];
    const int64_t step = w->stride[2];
    const known spans = known_of(w);
    EACH_CHUNK(w, c, {
        const real *const y = (const real *)from + c.outside;
        divisors(w, &c, divisor, include, by);
        VECTORIZE for (int64_t o = 0; o < c.n; o++) share[o] = y[o] / by[o];
        EACH_TAP(w, &spans, &c,
                 { add_row(seen.high - seen.low, x + seen.at + seen.low * step, step, share + seen.low); })
    })
}

/* ---- One channel to one ---- */

enum { ROWS = 4, TAPS = 5, PER_TAP = WKI_TAP_LANES / VL }; /* at once, so that chains do not wait for themselves */

/* n <= VL columns of some rows */
INLINE void weigh_some(const wki_taps *taps, const real *weights, vec last, const real *x, real *y, const int rows,
                       const int n)
{
    vec sum[ROWS];
    UNROLL for (int r = 0; r < rows; r++) sum[r] = (vec){ 0 };
    for (int64_t t = 0; t < taps->n; t++) {
        const real *at = x + taps->at[t];
        UNROLL for (int r = 0; r < rows; r++, at += taps->step) sum[r] =
            multiply_add(sum[r], weights[t], n == VL ? load(at) : load_some(at, n));
    }
    UNROLL for (int r = 0; r < rows; r++, y += taps->width) store_some(y, sum[r] + last, n);
}

INLINE void weigh_rows(const wki_taps *taps, const real *weights, vec last, const real *x, real *y, const int rows)
{
    int64_t i = 0;
    for (; i + VL <= taps->width; i += VL) weigh_some(taps, weights, last, x + i, y + i, rows, VL);
    const int rest = (int)(taps->width - i);
    if (rest > 0) weigh_some(taps, weights, last, x + i, y + i, rows, rest);
}

static void weigh(const wki_taps *taps, const void *weights, const void *bias, const void *from, void *to)
{
    const real *x = from;
    real *y = to;
    const vec last = splat(bias ? *(const real *)bias : 0);
    int64_t r = 0;
    for (; r + ROWS <= taps->rows; r += ROWS)
        weigh_rows(taps, weights, last, x + r * taps->step, y + r * taps->width, ROWS);
    for (; r < taps->rows; r++) weigh_rows(taps, weights, last, x + r * taps->step, y + r * taps->width, 1);
}

/* `many` taps from number t on */
INLINE void dots_of(const wki_taps *taps, int64_t t, const int many, const real *y, const real *x, real *lanes)
{
    vec sum[TAPS][PER_TAP];
    UNROLL for (int i = 0; i < many; i++) UNROLL for (int v = 0; v < PER_TAP; v++) sum[i][v] =
        load(lanes + i * WKI_TAP_LANES + v * VL);
    for (int64_t r = 0; r < taps->rows; r++, y += taps->width, x += taps->step)
        for (int64_t c = 0; c < taps->width; c += WKI_TAP_LANES) UNROLL for (int v = 0; v < PER_TAP; v++)
            {
                const int64_t at = c + v * VL;
                const int n = (int)LEAST(taps->width - at, VL);
                if (n <= 0) continue;
                const vec outer = n == VL ? load(y + at) : load_some(y + at, n);
                UNROLL for (int i = 0; i < many; i++)
                {
                    const real *const inner = x + taps->at[t + i] + at;
                    sum[i][v] += outer * (n == VL ? load(inner) : load_some(inner, n));
                }
            }
    UNROLL for (int i = 0; i < many; i++) UNROLL for (int v = 0; v < PER_TAP; v++)
        store(lanes + i * WKI_TAP_LANES + v * VL, sum[i][v]);
}

static void dots(const wki_taps *taps, const void *outer, const void *from, void *to)
{
    int64_t t = 0;
    for (; t + TAPS <= taps->n; t += TAPS) dots_of(taps, t, TAPS, outer, from, (real *)to + t * WKI_TAP_LANES);
    real *const lanes = (real *)to + t * WKI_TAP_LANES;
    switch (taps->n - t) {
    case 1: dots_of(taps, t, 1, outer, from, lanes); break;
    case 2: dots_of(taps, t, 2, outer, from, lanes); break;
    case 3: dots_of(taps, t, 3, outer, from, lanes); break;
    case 4: dots_of(taps, t, 4, outer, from, lanes); break;
    default: break;
    }
}

static void totals(int64_t taps, void *from, void *to)
{
    real *lanes = from;
    for (int64_t t = 0; t < taps; t++, lanes += WKI_TAP_LANES) {
        for (int half = WKI_TAP_LANES / 2; half; half /= 2)
            for (int l = 0; l < half; l++) lanes[l] += lanes[l + half];
        ((real *)to)[t] = lanes[0];
    }
}

static void set(int64_t n, void *to, const void *value)
{
    real *y = to;
    const real v = *(const real *)value;
    VECTORIZE for (int64_t i = 0; i < n; i++) y[i] = v;
}

#define WINDOWS JOIN(wki_windows_f, REAL_BITS, WKI_ISA)
extern const wki_windows WINDOWS;
const wki_windows WINDOWS = { unfold, fold, max, mean, mean_back, weigh, dots, totals, direct, set };
