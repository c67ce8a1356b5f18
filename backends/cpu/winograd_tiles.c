/* Planes into pixels with their channels side by side, and these into Winograd's tiles, a block at a time. */
#include "backends/cpu/winograd_tiles.h"
#include "backends/cpu/walk.h"
#include "base/fault.h"
#include <string.h>

enum { NUMBERS = WKI_WINOGRAD_NUMBERS, MADE = WKI_WINOGRAD_MADE, STEP = WKI_WINOGRAD_STEP };
enum { TILES = 1 << 17 }; /* reals of tiles at once, about */
enum { CROWDED = 4096 };  /* bytes apart that share cache lines */

typedef wki_winograd_plan plan;
typedef wki_winograd_plane plane;
typedef wki_winograd_block block;

static const wki_winograd *loops_here(void)
{
#ifdef __x86_64__
    static const wki_winograd *const sets[WKI_ISA_COUNT] = { [WKI_ISA_BASE] = &wki_winograd_base,
                                                             [WKI_ISA_AVX2] = &wki_winograd_avx2,
                                                             [WKI_ISA_AVX512] = &wki_winograd_avx512 };
    return sets[wki_isa()];
#else
    return &wki_winograd_base;
#endif
}

void wki_winograd_begin(plan *p, const wki_conv_attrs *attrs, int64_t images)
{
    *p = (plan){ .attrs = attrs, .loops = loops_here(), .n = images };
    p->windows = wki_windows_for(WK_F32), p->moves = wki_moves_for(wki_isa(), sizeof(float));
}

void wki_winograd_lie(const plan *p, plane *x, int64_t side, int64_t channels)
{
    x->side = side;
    x->ld = channels | STEP; /* no power of two: those share cache lines */
    x->line = (MADE * p->across + side - MADE) * x->ld;
    x->apart = p->tiles * x->ld;
    if (x->apart * (int64_t)sizeof(float) % CROWDED == 0) x->apart += STEP;
}

void wki_winograd_cut(plan *p, int64_t channels, int64_t least, int64_t least_bands)
{
    int64_t fit = TILES / (NUMBERS * channels);
    if (fit < least) fit = least;
    const int64_t rows = fit / p->across;
    int64_t bands = wki_blocks(p->down, rows > 0 ? rows : 1);
    if (bands < least_bands) bands = wki_least(least_bands, p->down);
    p->band = wki_blocks(p->down, bands);
    p->bands = wki_blocks(p->down, p->band);
    const int64_t images = p->bands > 1 ? 1 : fit / (p->down * p->across);
    p->images = images > 0 ? wki_least(images, p->n) : 1;
    p->tiles = p->images * p->band * p->across;
}

int64_t wki_winograd_pixels(const plan *p, const plane *x) { return (MADE * p->band + x->side - MADE) * x->line; }

/* Rows of a plane from `top` on, with zeros around it, as pixels; those inside are [first, end). */
typedef struct rows {
    int64_t top, n, first, end;
} rows;

/* STEP channels of an image from c on, zeros where there are none: they are copied apart first, as planes are often a
 * power of two apart. */
static bool turn_rows(const plan *p, const plane *x, const rows *r, int64_t c, const float *image, float *aside,
                      float *pixels)
{
    const int64_t inside = (r->end - r->first) * x->width, pitch = inside | STEP;
    const int64_t width = wki_least(x->width, x->line / x->ld - x->before[1]);
    bool odd = false;
    for (int64_t i = 0; i < STEP; i++) {
        float *const to = aside + i * pitch;
        if (c + i < x->channels)
            odd = p->loops->take(inside, image + ((c + i) * x->height + r->first) * x->width, to) || odd;
        else
            memset(to, 0, sizeof(float) * (size_t)inside);
    }
    for (int64_t h = r->first; h < r->end; h++)
        p->moves->turn(width, STEP, pixels + (h - r->top) * x->line + x->before[1] * x->ld + c, x->ld,
                       aside + (h - r->first) * x->width, pitch);
    return odd;
}

/* The pixels around the plane. */
static void surround(const plane *x, const rows *r, float *pixels)
{
    const int64_t left = x->before[1] * x->ld, right = left + x->width * x->ld;
    for (int64_t h = r->top; h < r->top + r->n; h++, pixels += x->line) {
        const bool outside = h < r->first || h >= r->end;
        memset(pixels, 0, sizeof(float) * (size_t)(outside ? x->line : left));
        if (!outside && right < x->line) memset(pixels + right, 0, sizeof(float) * (size_t)(x->line - right));
    }
}

bool wki_winograd_read(const plan *p, const plane *x, const block *b, void (*make)(const wki_tile_row *r), float *aside,
                       float *pixels, float *tiles)
{
    rows r = { .top = b->row * MADE - x->before[0], .n = MADE * b->rows + x->side - MADE };
    r.first = r.top < 0 ? 0 : wki_least(r.top, x->height), r.end = wki_least(r.top + r.n, x->height) - WKI_FAULT(210);
    if (r.end < r.first) r.end = r.first;
    wki_tile_row t = { .n = p->across, .channels = wki_winograd_whole(x->channels), .row = x->line, .col = x->ld };
    t.tiles = tiles, t.apart = x->apart, t.ld = x->ld;
    bool odd = false;
    for (int64_t i = b->image; i < b->image + b->images; i++) {
        surround(x, &r, pixels);
        for (int64_t c = 0; c < x->channels; c += STEP)
            odd = turn_rows(p, x, &r, c, x->from + i * x->all * x->height * x->width, aside, pixels) || odd;
        for (int64_t row = 0; row < b->rows; row++, t.tiles += t.n * t.ld) {
            t.pixels = pixels + row * MADE * x->line;
            make(&t);
        }
    }
    return odd;
}

int64_t wki_winograd_aside(const plan *p, const plane *x)
{
    return STEP * ((MADE * p->band + x->side - MADE) * x->width + STEP);
}
