/* conv, conv_data and conv_weight by Winograd's tiles. A unit of the first two is an image, or a band of one where
 * images are few: rows of pixels are turned, so that channels lie side by side, and their tiles are multiplied by the
 * weights', which are made once for a run of units, a few panels of channels at a time. A unit of conv_weight is a
 * panel of y's channels by as many of x's; units that come together share their tiles. */
#include "backends/cpu/conv_winograd.h"
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/onednn.h"
#include "backends/cpu/team.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"
#include "base/fault.h"

enum { PANEL = WKI_WINOGRAD_PANEL, NUMBERS = WKI_WINOGRAD_NUMBERS, TAPS = 9, SEEN = 4, MADE = 2 };
enum { LEAST = 16 };                          /* channels that pay */
enum { TILES = 1 << 17, PRODUCTS = 1 << 15 }; /* reals of tiles of what is read, and made, at once, about */
enum { FEW_TILES = 48, DEEP_TILES = 96 };     /* at once at least: of conv, and of conv_weight */
enum { UNITS = 4 };                           /* images that are enough for threads */
enum { SOME = 16 };                           /* channels whose weights are turned at once */
enum { MOST_BYTES = 64 << 20 };               /* of the weights' tiles, and of a row of others */
enum { CROWDED = 4096 };                      /* bytes apart that share cache lines */

/* ---- Which ---- */

/* Cycles of a multiply-add, of a number of a channel that is turned and made a tile's, and of a weight's numbers, as
 * measured. */
static bool pays(const wki_window *w, double images, double out, double in)
{
    const double multiply = 1.0 / 28, move = 0.6, weigh = 5, pairs = in * out;
    const double numbers = (double)(wki_blocks(w->out[1], MADE) * wki_blocks(w->out[2], MADE) * NUMBERS);
    return images * numbers * (multiply * pairs + move * (in + out)) + weigh * pairs <
           images * (double)wki_volume(w->out) * TAPS * multiply * pairs;
}

/* what the weights' tiles, and a row of tiles of planes, take */
static bool fits_memory(const wki_window *w, double out, double in)
{
    const double across = (double)wki_blocks(w->in[2] > w->out[2] ? w->in[2] : w->out[2], MADE);
    return (in * out > across * (in + out) ? in * out : across * (in + out)) * NUMBERS * sizeof(float) <= MOST_BYTES;
}

static bool takes(const wki_conv_attrs *a, wk_dtype dtype, int64_t images, int64_t out, int64_t in)
{
    const wki_window *w = &a->window;
    bool fits = dtype == WK_F32 && a->groups == 1 && !a->sliced && !a->rounds;
    const int32_t kernel[] = { 1, 3, 3 };
    for (int d = 0; d < 3; d++)
        fits = fits && w->kernel[d] == kernel[d] && w->stride[d] == 1 && w->padding[d] >= 0 &&
               w->padding[d] < kernel[d] && w->in[d] > 0 && w->out[d] > 0;
    fits = fits && w->in[0] == 1 && w->dilation[1] == 1 && w->dilation[2] == 1;
    if (!fits || in < LEAST || out < LEAST || images < 1 || wki_onednn_chosen()) return false;
    return fits_memory(w, (double)out, (double)in) && pays(w, (double)images, (double)out, (double)in);
}

bool wki_winograd_takes(const wki_view *w, const wki_conv_attrs *attrs, int64_t images)
{
    return takes(attrs, (wk_dtype)w->dtype, images, w->size[0], w->size[1]);
}

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

/* ---- Plans ---- */

/* Planes of channels, and how their pixels and tiles lie in scratch. */
typedef struct plane {
    const float *from;                /* of the first image; NULL: they are made */
    int64_t channels, all;            /* that are of interest, and of an image */
    int64_t height, width, before[2]; /* rows and columns of zeros in front of them */
    int64_t side;                     /* of a tile */
    int64_t ld, line;                 /* from pixel to pixel, and from row to row */
    int64_t apart;                    /* from number to number of the tiles */
} plane;

typedef struct plan {
    const wki_conv_attrs *attrs;
    const wki_winograd *loops;
    const wki_windows *windows;
    const wki_moves *moves;
    bool turned;                 /* the weights, for conv_data */
    int64_t n, down, across;     /* images; tiles of a plane */
    int64_t band, bands, images; /* rows of tiles at once, and how often; images at once, where bands == 1 */
    int64_t tiles;               /* at once, at most */
    int64_t panels, at_once;     /* of what is made; those whose products are at hand */
    plane x, y;                  /* what is read and made; conv_weight reads both */
} plan;

static int64_t whole(int64_t channels) { return wki_blocks(channels, LEAST) * LEAST; }

static void lie(const plan *p, plane *x, int64_t side, int64_t channels)
{
    x->side = side;
    x->ld = channels | LEAST; /* no power of two: those share cache lines */
    x->line = (MADE * p->across + side - MADE) * x->ld;
    x->apart = p->tiles * x->ld;
    if (x->apart * (int64_t)sizeof(float) % CROWDED == 0) x->apart += LEAST;
}

/* How many tiles at once: as many as the second cache holds, in whole rows of planes or whole images; and so many bands
 * of planes at least. */
static void cut(plan *p, int64_t channels, int64_t least, int64_t least_bands)
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

static plan plan_of(const wki_call *call, bool turned)
{
    const wki_view *to = call->views[0], *from = call->views[1];
    plan p = { .attrs = call->attrs, .loops = loops_here(), .turned = turned, .n = from->size[0] };
    const wki_window *w = &p.attrs->window;
    const int32_t *read = turned ? w->out : w->in, *made = turned ? w->in : w->out;
    p.windows = wki_windows_for(WK_F32), p.moves = wki_moves_for(wki_isa(), sizeof(float));
    p.down = wki_blocks(made[1], MADE), p.across = wki_blocks(made[2], MADE);
    p.x = (plane){
        .from = from->data, .channels = from->size[1], .all = from->size[1], .height = read[1], .width = read[2]
    };
    p.y = (plane){ .channels = to->size[1], .all = to->size[1], .height = made[1], .width = made[2] };
    for (int d = 0; d < 2; d++) p.x.before[d] = turned ? MADE - w->padding[1 + d] : w->padding[1 + d];
    cut(&p, whole(p.x.channels), FEW_TILES, wki_blocks(UNITS, p.n));
    p.panels = wki_blocks(p.y.channels, PANEL);
    p.at_once = wki_least(PRODUCTS / (NUMBERS * p.tiles * PANEL) + 1, p.panels);
    lie(&p, &p.x, SEEN, whole(p.x.channels));
    lie(&p, &p.y, MADE, p.at_once * PANEL);
    return p;
}

/* Rows of tiles of some images; those of several are whole. */
typedef struct block {
    int64_t image, images, row, rows;
} block;

static float *reals(wki_room *r, int64_t count) { return wki_room_take(r, count, sizeof(float)); }

static int64_t pixels_of(const plan *p, const plane *x) { return (MADE * p->band + x->side - MADE) * x->line; }

/* ---- Pixels and tiles ---- */

/* Rows of a plane from `top` on, with zeros around it, as pixels; those inside are [first, end). */
typedef struct rows {
    int64_t top, n, first, end;
} rows;

/* Channels of an image from c on: they are copied apart first, as planes are often a power of two apart. */
static bool turn_rows(const plan *p, const plane *x, const rows *r, int64_t c, int64_t channels, const float *image,
                      float *aside, float *pixels)
{
    const int64_t inside = (r->end - r->first) * x->width, pitch = inside | LEAST;
    const int64_t width = wki_least(x->width, x->line / x->ld - x->before[1]);
    bool odd = false;
    for (int64_t i = 0; i < channels; i++)
        odd = p->loops->take(inside, image + ((c + i) * x->height + r->first) * x->width, aside + i * pitch) || odd;
    for (int64_t h = r->first; h < r->end; h++)
        p->moves->turn(width, channels, pixels + (h - r->top) * x->line + x->before[1] * x->ld + c, x->ld,
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

typedef void to_tiles(const wki_tile_row *r);

/* The tiles of a block; is one of the numbers odd? */
static bool read_block(const plan *p, const plane *x, const block *b, to_tiles *make, float *aside, float *pixels,
                       float *tiles)
{
    rows r = { .top = b->row * MADE - x->before[0], .n = MADE * b->rows + x->side - MADE };
    r.first = r.top < 0 ? 0 : wki_least(r.top, x->height), r.end = wki_least(r.top + r.n, x->height) - WKI_FAULT(210);
    if (r.end < r.first) r.end = r.first;
    wki_tile_row t = { .n = p->across, .channels = whole(x->channels), .row = x->line, .col = x->ld };
    t.tiles = tiles, t.apart = x->apart, t.ld = x->ld;
    bool odd = false;
    for (int64_t i = b->image; i < b->image + b->images; i++) {
        surround(x, &r, pixels);
        for (int64_t n, c = 0; c < x->channels; c += n) {
            n = wki_least(LEAST, x->channels - c);
            odd = turn_rows(p, x, &r, c, n, x->from + i * x->all * x->height * x->width, aside, pixels) || odd;
        }
        for (int64_t row = 0; row < b->rows; row++, t.tiles += t.n * t.ld) {
            t.pixels = pixels + row * MADE * x->line;
            make(&t);
        }
    }
    return odd;
}

/* of the copy that turn_rows makes */
static int64_t aside_of(const plan *p, const plane *x)
{
    return LEAST * ((MADE * p->band + x->side - MADE) * x->width + LEAST);
}

/* ---- conv and conv_data ---- */

typedef struct scratch {
    float *weights, *taps, *bias, *aside, *pixels, *tiles, *products, *made;
    int64_t *at, *w_at;
    void *rest;
} scratch;

static const wki_kernel *plain_of(const plan *p) { return p->turned ? &wki_conv_data_plain : &wki_conv_plain; }

static size_t lay_out(const plan *p, void *from, scratch *s)
{
    wki_room r = { .begin = from };
    s->weights = reals(&r, p->panels * NUMBERS * p->x.channels * PANEL);
    s->taps = reals(&r, SOME * TAPS * PANEL);
    s->bias = reals(&r, p->panels * PANEL);
    s->aside = reals(&r, aside_of(p, &p->x));
    s->pixels = reals(&r, pixels_of(p, &p->x));
    s->tiles = reals(&r, NUMBERS * p->x.apart);
    s->products = reals(&r, NUMBERS * p->y.apart);
    s->made = reals(&r, pixels_of(p, &p->y));
    s->at = wki_room_take(&r, p->x.channels, sizeof *s->at);
    s->w_at = wki_room_take(&r, p->x.channels, sizeof *s->w_at);
    s->rest = wki_room_take(&r, 0, 0);
    return r.used;
}

static size_t scratch_of(const wki_call *call, bool turned)
{
    scratch s;
    const plan p = plan_of(call, turned);
    return lay_out(&p, NULL, &s) + wki_conv_images_scratch(plain_of(&p), call, 1);
}

/* Images, or where these are few their bands. */
static bool goes_by_bands(const plan *p) { return p->n < UNITS; }

static int64_t units_of(const wki_call *call, bool turned)
{
    const plan p = plan_of(call, turned);
    return goes_by_bands(&p) ? p.n * p.bands : p.n;
}

/* the taps of a panel of what is made, for n channels of what is read from k on, with the panel's side by side */
static void turn_taps(const plan *p, const float *w, int64_t panel, int64_t k, int64_t n, float *taps)
{
    const int64_t o = panel * PANEL, outs = wki_least(PANEL, p->y.channels - o);
    if (outs < PANEL) memset(taps, 0, sizeof(float) * (size_t)(n * TAPS * PANEL));
    if (!p->turned) {
        p->moves->turn(n * TAPS, outs, taps, PANEL, w + (o * p->x.channels + k) * TAPS, p->x.channels * TAPS);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        p->moves->turn(TAPS, outs, taps + i * TAPS * PANEL, PANEL, w + ((k + i) * p->y.channels + o) * TAPS, TAPS);
}

static void begin(const wki_call *call, const plan *p, const scratch *s)
{
    const int64_t in = p->x.channels;
    for (int64_t panel = 0; panel < p->panels; panel++)
        for (int64_t n, k = 0; k < in; k += n) {
            n = wki_least(SOME, in - k);
            turn_taps(p, call->views[2]->data, panel, k, n, s->taps);
            p->loops->weights(n, s->taps, p->turned != WKI_FAULT(202), s->weights + (panel * NUMBERS * in + k) * PANEL,
                              in * PANEL);
        }
    for (int64_t c = 0; c < in; c++) s->at[c] = c, s->w_at[c] = c * PANEL;
    if (!p->attrs->bias) return;
    memset(s->bias, 0, sizeof(float) * (size_t)(p->panels * PANEL));
    memcpy(s->bias, call->views[3]->data, sizeof(float) * (size_t)p->y.channels);
}

/* panels of products of n tiles, from `panel` on */
static void multiply(const plan *p, const scratch *s, int64_t n, int64_t panel, int64_t panels)
{
    const int64_t in = p->x.channels;
    wki_direct d = { .k = in, .at = s->at, .w_at = s->w_at, .n = n, .step = p->x.ld, .ld = p->y.ld, .fresh = true };
    for (int64_t i = 0; i < NUMBERS; i++)
        for (int64_t j = 0; j < panels; j++) {
            d.outs = wki_least(PANEL, p->y.channels - (panel + j) * PANEL);
            d.x = s->tiles + i * p->x.apart;
            d.w = s->weights + ((panel + j) * NUMBERS + i) * in * PANEL;
            d.to = s->products + i * p->y.apart + j * PANEL;
            p->windows->direct(&d);
        }
}

/* to[channel] = its rows of a block of one image */
static void turn_back(const plan *p, const block *b, const float *made, int64_t channels, float *to)
{
    const plane *y = &p->y;
    const int64_t plane = y->height * y->width, rows = wki_least(MADE * b->rows, y->height - MADE * b->row);
    const bool together = y->line == y->width * y->ld;
    for (int64_t n, r = 0; r < rows; r += n) {
        n = together ? rows : 1;
        p->moves->turn(channels, n * y->width, to + r * y->width, plane, made + r * y->line, y->ld);
    }
}

static void deliver(const wki_call *call, const plan *p, const scratch *s, const block *b, int64_t panel,
                    int64_t panels)
{
    const plane *y = &p->y;
    const int64_t o = panel * PANEL, channels = wki_least(panels * PANEL, y->channels - o);
    wki_tile_row r = { .n = p->across, .channels = whole(channels), .row = y->line, .col = y->ld };
    r.tiles = s->products, r.apart = y->apart, r.ld = y->ld;
    for (int64_t i = b->image; i < b->image + b->images; i++) {
        for (int64_t row = 0; row < b->rows; row++, r.tiles += r.n * r.ld) {
            r.pixels = s->made + row * MADE * y->line;
            p->loops->make(&r, p->attrs->bias ? s->bias + o : NULL, p->attrs->relu);
        }
        turn_back(p, b, s->made, channels,
                  (float *)call->views[0]->data + ((i * y->all + o) * y->height + MADE * b->row) * y->width);
    }
}

/* is a number odd? */
static bool make_bands(const wki_call *call, const plan *p, const scratch *s, const block *all)
{
    bool odd = false;
    block b = *all;
    for (int64_t end = all->row + all->rows; b.row < end; b.row += b.rows) {
        b.rows = wki_least(p->band, end - b.row);
        odd = read_block(p, &p->x, &b, p->loops->see, s->aside, s->pixels, s->tiles) || odd;
        for (int64_t n, panel = 0; panel < p->panels; panel += n) {
            n = wki_least(p->at_once, p->panels - panel);
            multiply(p, s, b.images * b.rows * p->across, panel, n);
            deliver(call, p, s, &b, panel, n);
        }
    }
    return odd;
}

static bool image_odd(const plan *p, int64_t image)
{
    const int64_t size = p->x.channels * p->x.height * p->x.width;
    return p->loops->any_odd(size, p->x.from + image * size) && !WKI_FAULT(209);
}

/* all: the weights are odd. Where others make bands of the same image, each asks ahead, and who makes the first makes
 * all of it. */
static wk_status make_block(const wki_call *call, const plan *p, const scratch *s, const block *b, bool all)
{
    bool odd = all || (b->rows < p->down && image_odd(p, b->image));
    if (!odd) odd = make_bands(call, p, s, b);
    wk_status status = WK_OK;
    for (int64_t i = b->image; odd && b->row == 0 && i < b->image + b->images && status == WK_OK; i++)
        if (all || image_odd(p, i)) status = wki_conv_images(plain_of(p), call, i, 1, s->rest);
    return status;
}

static wk_status make_units(const wki_call *call, bool turned, int64_t first, int64_t end, void *memory)
{
    const plan p = plan_of(call, turned);
    if (first >= end) return WK_OK;
    const bool odd = p.loops->any_odd(wki_numel(call->views[2]), call->views[2]->data), by_bands = goes_by_bands(&p);
    const int64_t images = by_bands ? 1 : wki_blocks(end - first, wki_blocks(end - first, p.images)); /* even shares */
    scratch s;
    lay_out(&p, memory, &s);
    if (!odd) begin(call, &p, &s);
    wk_status status = WK_OK;
    for (int64_t u = first; u < end && status == WK_OK; u += images) {
        block b = { .image = u, .images = wki_least(images, end - u), .rows = p.down };
        if (by_bands) b.image = u / p.bands, b.row = u % p.bands * p.band, b.rows = wki_least(p.band, p.down - b.row);
        status = make_block(call, &p, &s, &b, odd);
    }
    return status;
}

static int64_t conv_units(const wki_call *call) { return units_of(call, false); }
static int64_t data_units(const wki_call *call) { return units_of(call, true); }
static size_t conv_scratch(const wki_call *call) { return scratch_of(call, false); }
static size_t data_scratch(const wki_call *call) { return scratch_of(call, true); }
static wk_status conv_run(const wki_call *call, int64_t first, int64_t end, void *memory)
{
    return make_units(call, false, first, end, memory);
}
static wk_status data_run(const wki_call *call, int64_t first, int64_t end, void *memory)
{
    return make_units(call, true, first, end, memory);
}
const wki_kernel wki_conv_by_winograd = { "conv", conv_units, conv_scratch, conv_run };
const wki_kernel wki_conv_data_by_winograd = { "conv_data", data_units, data_scratch, data_run };

/* ---- conv_weight ---- */

enum { SUMS = 1 << 22 }; /* reals of sums at once, about */

typedef struct sums {
    float *aside, *pixels, *x, *y, *of, *taps;
    int64_t *x_at, *y_at;
} sums;

/* PANEL channels each: `lines` of x's from `line` on, and panels of y's from `panel` on. */
typedef struct part {
    int64_t line, lines, panel, panels;
} part;

static int64_t lines_of(const wki_call *call) { return wki_blocks(call->views[1]->size[1], PANEL); }
static int64_t panels_of(const wki_call *call) { return wki_blocks(call->views[2]->size[1], PANEL); }

/* with all panels */
static int64_t lines_at_once(const wki_call *call)
{
    const int64_t fit = SUMS / (NUMBERS * PANEL * PANEL * panels_of(call));
    return wki_least(fit > 0 ? fit : 1, lines_of(call));
}

static plane plane_of(const wki_view *v, int64_t first, int64_t count)
{
    const int64_t c = first * PANEL, height = v->size[v->ndim - 2], width = v->size[v->ndim - 1];
    plane x = { .all = v->size[1], .height = height, .width = width };
    x.channels = wki_least(count * PANEL, x.all - c);
    x.from = (const float *)v->data + c * height * width;
    return x;
}

static plan plan_of_part(const wki_call *call, const part *u)
{
    const wki_view *x = call->views[1], *y = call->views[2];
    plan p = { .attrs = call->attrs, .loops = loops_here(), .n = x->size[0], .panels = u->panels };
    p.windows = wki_windows_for(WK_F32), p.moves = wki_moves_for(wki_isa(), sizeof(float));
    p.x = plane_of(x, u->line, u->lines), p.y = plane_of(y, u->panel, u->panels);
    p.down = wki_blocks(p.y.height, MADE), p.across = wki_blocks(p.y.width, MADE);
    for (int d = 0; d < 2; d++) p.x.before[d] = p.attrs->window.padding[1 + d];
    cut(&p, (u->lines + u->panels) * PANEL, DEEP_TILES, 1);
    lie(&p, &p.x, SEEN, u->lines * PANEL);
    lie(&p, &p.y, MADE, u->panels * PANEL);
    return p;
}

static int64_t most(int64_t x, int64_t y) { return x > y ? x : y; }
static size_t larger(size_t x, size_t y) { return x > y ? x : y; }

static size_t lay_out_sums(const plan *p, void *from, sums *s)
{
    wki_room r = { .begin = from };
    s->aside = reals(&r, most(aside_of(p, &p->x), aside_of(p, &p->y)));
    s->pixels = reals(&r, most(pixels_of(p, &p->x), pixels_of(p, &p->y)));
    s->x = reals(&r, NUMBERS * p->x.apart);
    s->y = reals(&r, NUMBERS * p->y.apart);
    s->of = reals(&r, p->panels * NUMBERS * p->x.channels * PANEL);
    s->taps = reals(&r, SOME * TAPS * PANEL);
    s->x_at = wki_room_take(&r, p->tiles, sizeof *s->x_at);
    s->y_at = wki_room_take(&r, p->tiles, sizeof *s->y_at);
    return r.used;
}

static int64_t weight_units(const wki_call *call) { return lines_of(call) * panels_of(call); }

static size_t part_scratch(const wki_call *call, int64_t lines, int64_t panels)
{
    sums s;
    const plan p = plan_of_part(call, &(part){ .lines = lines, .panels = panels });
    return lay_out_sums(&p, NULL, &s);
}

/* Fewer channels leave room for more tiles. */
static size_t weight_scratch(const wki_call *call)
{
    size_t all = wki_conv_weight_channels_scratch(call);
    for (int64_t n = 1; n <= panels_of(call); n++) all = larger(all, part_scratch(call, 1, n));
    for (int64_t n = 1; n <= lines_at_once(call); n++) all = larger(all, part_scratch(call, n, panels_of(call)));
    return all;
}

static void add_up(const plan *p, const sums *s, int64_t tiles, bool fresh)
{
    const int64_t in = p->x.channels;
    wki_direct d = { .k = tiles, .at = s->x_at, .w_at = s->y_at, .n = in, .step = 1, .ld = PANEL, .fresh = fresh };
    for (int64_t i = 0; i < NUMBERS; i++)
        for (int64_t j = 0; j < p->panels; j++) {
            d.outs = wki_least(PANEL, p->y.channels - j * PANEL);
            d.x = s->x + i * p->x.apart, d.w = s->y + i * p->y.apart + j * PANEL;
            d.to = s->of + (j * NUMBERS + i) * in * PANEL;
            p->windows->direct(&d);
        }
}

static void give(const wki_call *call, const plan *p, const part *u, const sums *s)
{
    const int64_t in = p->x.channels;
    float *const to = (float *)call->views[0]->data + (u->panel * p->x.all + u->line) * PANEL * TAPS;
    for (int64_t j = 0; j < u->panels; j++)
        for (int64_t n, c = 0; c < in; c += n) {
            n = wki_least(SOME, in - c);
            p->loops->gradient(n, s->of + (j * NUMBERS * in + c) * PANEL, in * PANEL, s->taps);
            p->moves->turn(wki_least(PANEL, p->y.channels - j * PANEL), n * TAPS,
                           to + (j * PANEL * p->x.all + c) * TAPS, p->x.all * TAPS, s->taps, PANEL);
        }
}

static void make_part(const wki_call *call, const part *u, void *memory)
{
    const plan p = plan_of_part(call, u);
    sums s;
    lay_out_sums(&p, memory, &s);
    for (int64_t t = 0; t < p.tiles; t++) s.x_at[t] = t * p.x.ld, s.y_at[t] = t * p.y.ld;
    block b = { 0 };
    for (; b.image < p.n; b.image += b.images)
        for (b.row = 0; b.row < p.down; b.row += b.rows) {
            b.images = wki_least(p.images, p.n - b.image), b.rows = wki_least(p.band, p.down - b.row);
            (void)read_block(&p, &p.x, &b, p.loops->see, s.aside, s.pixels, s.x);
            (void)read_block(&p, &p.y, &b, p.loops->back, s.aside, s.pixels, s.y);
            add_up(&p, &s, b.images * b.rows * p.across, (b.image == 0 && b.row == 0) || WKI_FAULT(203));
        }
    give(call, &p, u, &s);
}

static void make_plain(const wki_call *call, const part *u, void *memory)
{
    const plane x = plane_of(call->views[1], u->line, u->lines), y = plane_of(call->views[2], u->panel, u->panels);
    wki_conv_weight_channels(call, u->line * PANEL, x.channels, u->panel * PANEL, y.channels, memory);
}

static wk_status weight_run(const wki_call *call, int64_t first, int64_t end, void *memory)
{
    const wki_view *x = call->views[1], *y = call->views[2];
    const wki_winograd *loops = loops_here();
    const int64_t panels = panels_of(call), most_lines = lines_at_once(call);
    const bool odd = loops->any_odd(wki_numel(x), x->data) || loops->any_odd(wki_numel(y), y->data);
    while (first < end) {
        part u = { .line = first / panels, .panel = first % panels };
        const int64_t lines = u.panel ? 0 : wki_least((end - first) / panels, most_lines); /* whole ones */
        u.lines = lines ? lines : 1;
        u.panels = lines ? panels : wki_least(panels - u.panel, end - first);
        (odd ? make_plain : make_part)(call, &u, memory);
        first += u.lines * u.panels;
    }
    return WK_OK;
}

const wki_kernel wki_conv_weight_by_winograd = { "conv_weight", weight_units, weight_scratch, weight_run };
