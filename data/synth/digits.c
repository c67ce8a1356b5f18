/* Handwritten-looking digits on 28x28 pixels. A row draws a way of writing its digit, wobbles its knots, runs a spline
 * through them, gives the line a hand (slant, size, turn, place, warp), a pen (width, pressure, gaps) and paper (noise,
 * specks). Rests on strokes.h and base/rng.h. */
#include "data/synth/strokes.h"
#include "data/synth/synth.h"
#include <math.h>

enum { SIDE = 28, MAX_KNOTS = 24, STEPS = 5, MAX_DOTS = MAX_KNOTS * STEPS + 1, WARP = 4 };

typedef struct knot {
    float x, y;
    char mark; /* ' ' the pen runs on, '!' a corner, '/' or 0 the stroke's last */
} knot;

typedef struct dot {
    float x, y, radius, ink;
    bool last; /* of its stroke */
} dot;

static const wki_strokes *choose(wk_rng *rng, int64_t digit)
{
    int left = (int)wki_rng_below(rng, 100);
    const wki_strokes *way = wki_digit_strokes;
    while (way->digit != digit) way++;
    while (left >= way->weight) left -= way++->weight;
    return way;
}

static float number(const char **text)
{
    int n = 0;
    while (**text >= '0' && **text <= '9') n = n * 10 + *(*text)++ - '0';
    return (float)n;
}

static void next_knot(const char **text, knot *k)
{
    k->x = number(text);
    ++*text; /* the comma */
    k->y = number(text);
    k->mark = 0;
    for (; **text == ' ' || **text == '!' || **text == '/'; ++*text)
        if (k->mark == 0 || **text != ' ') k->mark = **text;
}

/* Knots between the way's two extremes, or a little beyond either. A pen that strays comes back only by and by. */
static int sketch(wk_rng *rng, const wki_strokes *way, knot *knots)
{
    const char *one = way->one, *other = way->other;
    const float t = wki_synth_uniform(rng, -0.15f, 1.15f), wobble = wki_synth_uniform(rng, 0.6f, 3);
    float dx = 0, dy = 0;
    int n = 0;
    for (; *one; n++) {
        knot a, b;
        next_knot(&one, &a);
        next_knot(&other, &b);
        dx = 0.5f * dx + wobble * wki_synth_normal(rng);
        dy = 0.5f * dy + wobble * wki_synth_normal(rng);
        knots[n].x = a.x + t * (b.x - a.x) + dx;
        knots[n].y = a.y + t * (b.y - a.y) + dy;
        knots[n].mark = a.mark;
    }
    return n;
}

/* Catmull and Rom 1974: through b and c with the slopes of a..c and b..d. */
static float spline(float a, float b, float c, float d, float t)
{
    return b + 0.5f * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

static int trace(const knot *knots, int n, dot *dots)
{
    int m = 0;
    for (int i = 0; i + 1 < n; i++) {
        if (knots[i].mark == '/') continue;
        const knot *b = &knots[i], *c = &knots[i + 1];
        const bool starts = i == 0 || knots[i - 1].mark == '/' || b->mark == '!', ends = c->mark != ' ';
        const knot *a = starts ? b : b - 1, *d = ends ? c : c + 1;
        for (int s = 0; s < STEPS; s++) {
            const float t = (float)s / STEPS;
            dots[m++] = (dot){ spline(a->x, b->x, c->x, d->x, t), spline(a->y, b->y, c->y, d->y, t), 0, 0, false };
        }
        if (c->mark == '/' || c->mark == 0) dots[m++] = (dot){ c->x, c->y, 0, 0, true };
    }
    return m;
}

/* A smooth field of offsets over 0..100 squared, from a coarse grid of random ones. */
typedef struct warp {
    float dx[WARP][WARP], dy[WARP][WARP];
} warp;

static warp make_warp(wk_rng *rng, float size)
{
    warp w;
    for (int i = 0; i < WARP; i++)
        for (int j = 0; j < WARP; j++) {
            w.dx[i][j] = size * wki_synth_normal(rng);
            w.dy[i][j] = size * wki_synth_normal(rng);
        }
    return w;
}

static float clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }
static float smooth(float t) { return t * t * (3 - 2 * t); }

static float blend(const float grid[WARP][WARP], int i, int j, float u, float v)
{
    const float top = grid[i][j] + u * (grid[i][j + 1] - grid[i][j]);
    const float low = grid[i + 1][j] + u * (grid[i + 1][j + 1] - grid[i + 1][j]);
    return top + v * (low - top);
}

static void bend(const warp *w, dot *d)
{
    const float step = 100.0f / (WARP - 1), most = WARP - 1.01f;
    const float x = clamp(d->x / step, 0, most), y = clamp(d->y / step, 0, most);
    const int i = (int)y, j = (int)x;
    const float u = smooth(x - (float)j), v = smooth(y - (float)i);
    d->x += blend(w->dx, i, j, u, v);
    d->y += blend(w->dy, i, j, u, v);
}

/* From the strokes' 0..100 to pixels: a hand warps, slants, sizes, turns and places what it writes. */
static void place(wk_rng *rng, dot *dots, int n)
{
    const warp w = make_warp(rng, wki_synth_uniform(rng, 1, 5));
    const float slant = 0.12f + 0.22f * wki_synth_normal(rng);
    const float height = 0.2f * wki_synth_uniform(rng, 0.76f, 1.12f);
    const float width = height * wki_synth_uniform(rng, 0.75f, 1.2f);
    const float half = 0.06f * wki_synth_normal(rng); /* tangent of half the turn: gives sine and cosine by division */
    const float cosine = (1 - half * half) / (1 + half * half), sine = 2 * half / (1 + half * half);
    const float left = 13.5f + 1.1f * wki_synth_normal(rng), top = 13.5f + 1.1f * wki_synth_normal(rng);
    for (int i = 0; i < n; i++) {
        bend(&w, &dots[i]);
        const float y = height * (dots[i].y - 50), x = width * (dots[i].x - 50) - slant * y;
        dots[i].x = left + cosine * x - sine * y;
        dots[i].y = top + sine * x + cosine * y;
    }
}

/* The pen: its width swells and shrinks along the line, a nib is thinner sideways, ends taper, ink fades or breaks off.
 */
static void press(wk_rng *rng, dot *dots, int n)
{
    const float radius = wki_synth_uniform(rng, 0.6f, 1.75f), nib = wki_synth_uniform(rng, 0, 0.3f);
    const float taper = wki_synth_uniform(rng, 0.4f, 1), ink = wki_synth_uniform(rng, 0.75f, 1);
    float swell[6], flow[6];
    for (int i = 0; i < 6; i++) {
        swell[i] = 1 + 0.16f * wki_synth_normal(rng);
        flow[i] = wki_synth_uniform(rng, 0.7f, 1);
    }
    const int gap = wki_rng_below(rng, 100) < 9 ? (int)wki_rng_below(rng, (uint64_t)n) : n;
    const int gap_end = gap + 1 + (int)wki_rng_below(rng, 3);
    for (int i = 0; i < n; i++) {
        const float at = 4.99f * (float)i / (float)n, u = at - (float)(int)at;
        const int k = (int)at;
        const bool start = i == 0 || dots[i - 1].last;
        const dot *from = start ? &dots[i] : &dots[i - 1], *to = start ? &dots[i + 1] : &dots[i];
        const float dx = to->x - from->x, dy = to->y - from->y, length = dx * dx + dy * dy + 1e-6f;
        dots[i].radius = radius * (swell[k] + u * (swell[k + 1] - swell[k])) * (1 - nib * dx * dx / length);
        dots[i].radius = clamp(start || dots[i].last ? taper * dots[i].radius : dots[i].radius, 0.35f, 2.4f);
        dots[i].ink = i >= gap && i < gap_end ? 0 : ink * (flow[k] + u * (flow[k + 1] - flow[k]));
    }
}

/* The darkest of all lines at each pixel; edge is half the width of a line's soft border. */
static void line(const dot *a, const dot *b, float edge, float paper[SIDE][SIDE])
{
    const float reach = (a->radius > b->radius ? a->radius : b->radius) + edge;
    const float dx = b->x - a->x, dy = b->y - a->y, scale = 1 / (dx * dx + dy * dy + 1e-6f);
    const int left = (int)clamp((a->x < b->x ? a->x : b->x) - reach + 1, 0, SIDE);
    const int right = (int)clamp((a->x > b->x ? a->x : b->x) + reach + 1, 0, SIDE);
    const int top = (int)clamp((a->y < b->y ? a->y : b->y) - reach + 1, 0, SIDE);
    const int bottom = (int)clamp((a->y > b->y ? a->y : b->y) + reach + 1, 0, SIDE);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            const float px = (float)x - a->x, py = (float)y - a->y, t = clamp((px * dx + py * dy) * scale, 0, 1);
            const float ox = px - t * dx, oy = py - t * dy, outer = a->radius + t * (b->radius - a->radius) + edge;
            const float square = ox * ox + oy * oy;
            if (square >= outer * outer) continue;
            const float cover = clamp((outer - sqrtf(square)) / (2 * edge), 0, 1);
            const float ink = (a->ink + t * (b->ink - a->ink)) * smooth(cover);
            if (ink > paper[y][x]) paper[y][x] = ink;
        }
}

static void draw(wk_rng *rng, const dot *dots, int n, float paper[SIDE][SIDE])
{
    const float edge = wki_synth_uniform(rng, 0.5f, 1);
    for (int i = 0; i + 1 < n; i++)
        if (!dots[i].last) line(&dots[i], &dots[i + 1], edge, paper);
}

/* Specks of dirt, grey paper and grain, each on some rows only. */
static void develop(wk_rng *rng, float paper[SIDE][SIDE], uint8_t *pixels)
{
    const float grain = wki_rng_below(rng, 100) < 60 ? wki_synth_uniform(rng, 0, 0.12f) : 0;
    const float grey = wki_rng_below(rng, 100) < 30 ? wki_synth_uniform(rng, 0, 0.08f) : 0;
    for (int specks = wki_rng_below(rng, 100) < 25 ? 1 + (int)wki_rng_below(rng, 5) : 0; specks > 0; specks--) {
        dot speck = { .last = true }; /* field by field: C leaves the order within an initialiser open */
        speck.x = wki_synth_uniform(rng, 0, SIDE - 1);
        speck.y = wki_synth_uniform(rng, 0, SIDE - 1);
        speck.radius = wki_synth_uniform(rng, 0.2f, 0.6f);
        speck.ink = wki_synth_uniform(rng, 0.3f, 0.9f);
        line(&speck, &speck, 0.6f, paper);
    }
    for (int i = 0; i < SIDE * SIDE; i++) {
        const uint32_t word = wki_rng_u32(rng);
        const float noise = ((float)(word & 0xFFFF) + (float)(word >> 16)) * 0x1p-16f - 1;
        const float value = grey + (1 - grey) * (&paper[0][0])[i] + grain * noise;
        pixels[i] = (uint8_t)(clamp(value, 0, 1) * 255 + 0.5f);
    }
}

void wki_synth_digit(uint64_t seed, uint64_t row, uint8_t pixels[784], int64_t *label)
{
    wk_rng rng = wki_rng_at(seed, WKI_SYNTH_DIGIT, row);
    knot knots[MAX_KNOTS];
    dot dots[MAX_DOTS];
    float paper[SIDE][SIDE] = { { 0 } };
    *label = wki_synth_label(seed, row, 10);
    const int n = trace(knots, sketch(&rng, choose(&rng, *label), knots), dots);
    place(&rng, dots, n);
    press(&rng, dots, n);
    draw(&rng, dots, n, paper);
    develop(&rng, paper, pixels);
}
