/* What convolution makes of planes and back: columns of taps, row by row. For one tap, the windows of a row see a row
 * of the plane, of which span() says what lies inside. */
#ifndef WKI_CPU_SLIDE_H
#define WKI_CPU_SLIDE_H
#include "backends/cpu/isa/vector.h"
#include "backends/cpu/windows.h"

#define LEAST(x, y) ((x) < (y) ? (x) : (y))
#define MOST(x, y)  ((x) > (y) ? (x) : (y))

/* ---- Rows ---- */

INLINE void zero_row(int64_t n, real *to)
{
    for (; n >= VL; n -= VL, to += VL) store(to, (vec){ 0 });
    if (n > 0) store_some(to, (vec){ 0 }, (int)n);
}

INLINE void copy_row(int64_t n, real *to, const real *from, int64_t step)
{
    if (step == 1 || step == 2) {
        for (; n >= VL; n -= VL, to += VL, from += step * VL) store(to, load_every(from, step, VL));
        if (n > 0) store_some(to, load_every(from, step, (int)n), (int)n);
    } else {
        for (int64_t i = 0; i < n; i++) to[i] = from[i * step];
    }
}

INLINE void add_row(int64_t n, real *to, int64_t step, const real *from)
{
    if (step == 1) {
        for (; n >= VL; n -= VL, to += VL, from += VL) store(to, load(to) + load(from));
        /* in exact pieces: the next row's load would wait for a masked store whose range it touches */
        for (; n >= LANE; n -= LANE, to += LANE, from += LANE) *(lane *)to += *(const lane *)from;
        for (; n > 0; n--) *to++ += *from++;
    } else {
        for (int64_t i = 0; i < n; i++) to[i * step] += from[i];
    }
}

/* ---- Taps ---- */

enum { KNOWN = 16 }; /* taps of a row of the kernel: there are seldom more */

typedef struct span {
    int64_t low, high, at; /* windows low .. high - 1 have their tap inside; window 0's is at `at`, maybe outside */
} span;

static span span_of(const wki_window *w, int d, int64_t tap)
{
    const int64_t stride = w->stride[d], in = w->in[d], out = w->out[d];
    span s = { 0, out, tap * w->dilation[d] - w->padding[d] };
    if (s.at < 0) s.low = LEAST((stride - 1 - s.at) / stride, out);
    if (s.at + (out - 1) * stride >= in) s.high = s.at < in ? (in - 1 - s.at) / stride + 1 : 0;
    s.high = MOST(s.high, s.low);
    return s;
}

/* where a walk over the windows of a plane stands */
typedef struct place {
    int64_t d, h, w;
} place;

static place place_of(const wki_window *w, int64_t window)
{
    const int64_t line = window / MOST(w->out[2], 1), lines = MOST(w->out[1], 1);
    return (place){ line / lines, line % lines, window % MOST(w->out[2], 1) };
}

/* One tap of whole or part rows, all alike: of `width` windows those from low to high are inside, the first at x; the
 * next row's are `pitch` further on. */
typedef struct band {
    int64_t rows, width, pitch, low, high, x_row;
} band;

INLINE void zero_rows(const band *b, int64_t rows, real *row)
{
    if (b->pitch == b->width) {
        zero_row(rows * b->width, row);
        return;
    }
    for (; rows > 0; rows--, row += b->pitch) zero_row(b->width, row);
}

/* Rows of a step of 1 as columns of whole vectors, the last column first: what it writes too much, into the next row,
 * is overwritten. Only the last rows have to end where they end, or all where others lie between. */
INLINE void copy_band(const band *b, const real *x, real *row)
{
    const bool apart = b->pitch != b->width;
    const int64_t last = (b->width - 1) / VL * VL, room = b->rows * b->width - last - VL;
    const int64_t loose = apart || room < 0 ? 0 : room / b->width + 1;
    for (int64_t i = last; i >= 0; i -= VL) {
        const int low = (int)LEAST(MOST(b->low - i, 0), VL), high = (int)LEAST(MOST(b->high - i, 0), VL);
        const real *from = x + (i - b->low);
        const choice inside = between(low, high);
        real *to = row + i;
        int64_t r = 0;
        for (; r < (i < last ? b->rows : loose); r++, from += b->x_row, to += b->pitch)
            store(to, load_these(from, inside));
        for (; r < b->rows; r++, from += b->x_row, to += b->pitch)
            store_some(to, load_these(from, inside), (int)(b->width - i));
    }
}

INLINE void slide_band(const band *b, real *x, const int64_t step, real *row, const bool fold)
{
    const int64_t inside = b->high - b->low;
    if (!fold && inside <= 0) {
        zero_rows(b, b->rows, row);
        return;
    }
    if (!fold && step == 1) {
        copy_band(b, x, row);
        return;
    }
    for (int64_t r = 0; r < b->rows; r++, x += b->x_row, row += b->pitch) {
        if (fold) {
            add_row(inside, x, step, row + b->low);
            continue;
        }
        if (b->low > 0) zero_row(b->low, row);
        copy_row(inside, row + b->low, x, step);
        if (b->high < b->width) zero_row(b->width - b->high, row + b->high);
    }
}

/* One tap of n windows from place p on: row holds them side by side, or whole rows of them a pitch apart. */
INLINE void slide(const wki_window *w, const span *s, place p, int64_t n, real *x, real *row, int64_t pitch,
                  const bool fold)
{
    const int64_t step = w->stride[2];
    while (n > 0) {
        const bool part = p.w > 0 || n < w->out[2];
        const int64_t rows = part ? 1 : LEAST(n / w->out[2], w->out[1] - p.h), width = LEAST(w->out[2] - p.w, n);
        const bool far = p.d < s[0].low || p.d >= s[0].high;
        const int64_t before = far ? rows : LEAST(MOST(s[1].low - p.h, 0), rows);
        const int64_t after = far ? rows : LEAST(MOST(s[1].high - p.h, before), rows);
        band b = { after - before, width, part ? width : pitch, LEAST(MOST(s[2].low - p.w, 0), width), 0, 0 };
        b.high = MOST(LEAST(s[2].high - p.w, width), b.low);
        b.x_row = (int64_t)w->stride[1] * w->in[2];
        if (!fold) zero_rows(&b, before, row);
        if (b.rows > 0 && (!fold || b.high > b.low)) {
            const int64_t depth = s[0].at + p.d * w->stride[0], height = s[1].at + (p.h + before) * w->stride[1];
            /* nothing inside: no place either */
            real *const at =
                b.high > b.low ? x + (depth * w->in[1] + height) * w->in[2] + s[2].at + (p.w + b.low) * step : x;
            if (step == 1)
                slide_band(&b, at, 1, row + before * b.pitch, fold);
            else
                slide_band(&b, at, step, row + before * b.pitch, fold);
        }
        if (!fold) zero_rows(&b, rows - after, row + after * b.pitch);
        n -= rows * width;
        row += rows * b.pitch;
        p.w = 0;
        p.h += rows;
        if (p.h == w->out[1]) p.h = 0, p.d++;
    }
}

/* Plane after plane for each tap: in between, what fold added has reached the cache. */
INLINE void slide_all(const wki_window *w, int64_t planes, real *x, int64_t first, int64_t end, real *column,
                      int64_t ld, int64_t pitch, const bool fold)
{
    const int64_t plane = wki_volume(w->in), taps = wki_volume(w->kernel);
    const place start = place_of(w, first);
    span s[3];
    for (int64_t i = 0; i < w->kernel[0]; i++) {
        s[0] = span_of(w, 0, i);
        for (int64_t j = 0; j < w->kernel[1]; j++) {
            s[1] = span_of(w, 1, j);
            for (int64_t k = 0; k < w->kernel[2]; k++, column += ld) {
                s[2] = span_of(w, 2, k);
                for (int64_t c = 0; c < planes; c++)
                    slide(w, s, start, end - first, x + c * plane, column + c * taps * ld, pitch, fold);
            }
        }
    }
}

enum { AHEAD = 6 }; /* planes, in bytes that come soon */

static void unfold(const wki_window *w, int64_t planes, const void *x, int64_t first, int64_t end, void *column,
                   int64_t ld, int64_t pitch)
{
    const int64_t plane = wki_volume(w->in), taps = wki_volume(w->kernel);
    for (int64_t c = 0; c < planes; c++) {
        const char *const ahead = (const char *)x + (c + AHEAD) * plane * (int64_t)sizeof(real);
        for (int64_t i = 0; i < plane * (int64_t)sizeof(real); i += 64) __builtin_prefetch(ahead + i, 0, 2);
        slide_all(w, 1, (real *)(uintptr_t)x + c * plane, first, end, (real *)column + c * taps * ld, ld, pitch, false);
    }
}

/* VL elements of rows of x, from number i on, += what a row of the kernel found there, tap after tap. */
typedef struct strip {
    int64_t i, at[KNOWN]; /* the window whose tap lane 0 is */
    choice seen[KNOWN];   /* windows that there are */
    int n;
} strip;

static strip strip_of(const wki_window *w, int64_t i)
{
    strip s = { .i = i, .n = (int)LEAST(w->in[2] - i, VL) };
    for (int64_t k = 0; k < w->kernel[2]; k++) {
        s.at[k] = i + w->padding[2] - k * w->dilation[2];
        const int64_t low = LEAST(MOST(-s.at[k], 0), VL), high = LEAST(MOST(w->out[2] - s.at[k], 0), s.n);
        s.seen[k] = between((int)low, (int)high);
    }
    return s;
}

INLINE void fold_strip(const wki_window *w, const strip *s, int64_t planes, real *x, const real *column, int64_t ld)
{
    const int64_t plane = wki_volume(w->in), next = wki_volume(w->kernel) * ld;
    for (; planes > 0; planes--, x += plane, column += next) {
        vec sum = load_some(x + s->i, s->n);
        for (int64_t k = 0; k < w->kernel[2]; k++) sum += load_these(column + k * ld + s->at[k], s->seen[k]);
        store_some(x + s->i, sum, s->n);
    }
}

/* Whole rows of windows. Planes take turns: in between, what was added has reached the cache. */
static void fold_rows(const wki_window *w, int64_t planes, real *x, int64_t first, int64_t end, const real *column,
                      int64_t ld, const strip *s)
{
    for (int64_t i = 0; i < w->kernel[0]; i++)
        for (int64_t j = 0; j < w->kernel[1]; j++, column += w->kernel[2] * ld)
            for (int64_t line = first / w->out[2]; line < end / w->out[2]; line++) {
                const int64_t depth = line / w->out[1] * w->stride[0] - w->padding[0] + i * w->dilation[0];
                const int64_t height = line % w->out[1] * w->stride[1] - w->padding[1] + j * w->dilation[1];
                if (depth < 0 || depth >= w->in[0] || height < 0 || height >= w->in[1]) continue;
                fold_strip(w, s, planes, x + (depth * w->in[1] + height) * w->in[2], column + line * w->out[2] - first,
                           ld);
            }
}

static void fold(const wki_window *w, int64_t planes, void *x, int64_t first, int64_t end, const void *column,
                 int64_t ld)
{
    const int64_t width = MOST(w->out[2], 1);
    if (w->stride[2] > 1 || w->kernel[2] > KNOWN || first % width || end % width) {
        slide_all(w, planes, x, first, end, (real *)(uintptr_t)column, ld, w->out[2], true);
        return;
    }
    for (int64_t i = 0; i < w->in[2]; i += VL) {
        const strip s = strip_of(w, i);
        fold_rows(w, planes, x, first, end, column, ld, &s);
    }
}

#endif
