/* conv and conv_data by Winograd's tiles, and which convolutions are made so. A unit is an image, or a band of one
 * where images are few: rows of pixels are turned, so that channels lie side by side, and their tiles are multiplied by
 * the weights', which are made once for a run of units, a few panels of channels at a time. */
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/onednn.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/winograd_tiles.h"
#include "base/fault.h"
#include <string.h>

enum { PANEL = WKI_WINOGRAD_PANEL, NUMBERS = WKI_WINOGRAD_NUMBERS, TAPS = WKI_WINOGRAD_TAPS, MADE = WKI_WINOGRAD_MADE };
enum { LEAST = 16, FEW_TILES = 48 };                  /* channels that pay; tiles at once at least */
enum { PRODUCTS = 1 << 15 };                          /* reals of what is made, as tiles, at once, about */
enum { UNITS = 4 };                                   /* images that are enough for threads */
enum { SOME = 16 };                                   /* channels whose weights are turned at once */
enum { CACHED = 1 << 14 };                            /* pairs of channels whose tiles the second cache keeps */
enum { MOST_WEIGHTS = 20 << 20, MOST_ROW = 2 << 20 }; /* bytes of their tiles, and of a row of others */

typedef wki_winograd_plan plan;
typedef wki_winograd_plane plane;
typedef wki_winograd_block block;

/* ---- Which ---- */

/* Cycles of a multiply-add plainly and in tiles, of a number of a channel that is turned and made a tile's, and of a
 * pair of channels whose weights are made tiles, in the cache and beyond, as measured. */
static bool pays(const wki_window *w, const int32_t *made, double images, double out, double in)
{
    const double plainly = 1.0 / 27, multiply = 1.0 / 28, move = 0.75, weigh = in * out < CACHED ? 8 : 25;
    const double numbers = (double)(wki_blocks(made[1], MADE) * wki_blocks(made[2], MADE) * NUMBERS);
    const double rounded_in = (double)wki_winograd_whole((int64_t)in),
                 rounded = (double)wki_winograd_whole((int64_t)out);
    return images * numbers * (multiply * in * rounded + move * (rounded_in + rounded)) + weigh * in * rounded <
           images * (double)wki_volume(w->out) * TAPS * plainly * in * out;
}

/* Do the weights' tiles fit into memory, and a row of others into the cache, about? */
static bool fits(const wki_window *w, double out, double in)
{
    const double across = (double)wki_blocks(w->in[2] > w->out[2] ? w->in[2] : w->out[2], MADE),
                 each = NUMBERS * sizeof(float);
    return (in * out + PANEL * (in + out)) * each <= MOST_WEIGHTS && across * (in + out) * each <= MOST_ROW;
}

bool wki_winograd_takes(int op, const wki_view *weights, const wki_conv_attrs *a, int64_t images)
{
    const wki_window *w = &a->window;
    const int64_t out = weights->size[0], in = weights->size[1];
    bool suits = weights->dtype == WK_F32 && a->groups == 1 && !a->sliced && !a->rounds;
    const int32_t kernel[] = { 1, 3, 3 };
    for (int d = 0; d < 3; d++)
        suits = suits && w->kernel[d] == kernel[d] && w->stride[d] == 1 && w->padding[d] >= 0 &&
                w->padding[d] < kernel[d] && w->in[d] > 0 && w->out[d] > 0;
    suits = suits && w->in[0] == 1 && w->dilation[1] == 1 && w->dilation[2] == 1;
    if (!suits || in < LEAST || out < LEAST || images < 1 || wki_onednn_chosen()) return false;
    const int32_t *made = op == WKI_OP_conv_data ? w->in : w->out;
    return fits(w, (double)out, (double)in) && pays(w, made, (double)images, (double)out, (double)in);
}

/* ---- Making ---- */

static plan plan_of(const wki_call *call, bool turned)
{
    const wki_view *to = call->views[0], *from = call->views[1];
    plan p;
    wki_winograd_begin(&p, call->attrs, from->size[0]);
    p.turned = turned;
    const wki_window *w = &p.attrs->window;
    const int32_t *read = turned ? w->out : w->in, *made = turned ? w->in : w->out;
    p.down = wki_blocks(made[1], MADE), p.across = wki_blocks(made[2], MADE);
    p.x = (plane){
        .from = from->data, .channels = from->size[1], .all = from->size[1], .height = read[1], .width = read[2]
    };
    p.y = (plane){ .channels = to->size[1], .all = to->size[1], .height = made[1], .width = made[2] };
    for (int d = 0; d < 2; d++) p.x.before[d] = turned ? MADE - w->padding[1 + d] : w->padding[1 + d];
    wki_winograd_cut(&p, wki_winograd_whole(p.x.channels), FEW_TILES, wki_blocks(UNITS, p.n));
    p.panels = wki_blocks(p.y.channels, PANEL);
    p.at_once = wki_least(PRODUCTS / (NUMBERS * p.tiles * PANEL) + 1, p.panels);
    wki_winograd_lie(&p, &p.x, WKI_WINOGRAD_SEEN, wki_winograd_whole(p.x.channels));
    wki_winograd_lie(&p, &p.y, MADE, p.at_once * PANEL);
    return p;
}

typedef struct scratch {
    float *weights, *taps, *bias, *aside, *pixels, *tiles, *products, *made;
    int64_t *at, *w_at;
    void *rest;
} scratch;

static const wki_kernel *plain_of(const plan *p) { return p->turned ? &wki_conv_data_plain : &wki_conv_plain; }

/* from number to number of a panel's: no power of two */
static int64_t weights_apart(const plan *p) { return p->x.channels * PANEL + LEAST; }

static size_t lay_out(const plan *p, void *from, scratch *s)
{
    wki_room r = { .begin = from };
    s->weights = wki_reals(&r, p->panels * NUMBERS * weights_apart(p));
    s->taps = wki_reals(&r, SOME * TAPS * PANEL);
    s->bias = wki_reals(&r, p->panels * PANEL);
    s->aside = wki_reals(&r, wki_winograd_aside(p, &p->x));
    s->pixels = wki_reals(&r, wki_winograd_pixels(p, &p->x));
    s->tiles = wki_reals(&r, NUMBERS * p->x.apart);
    s->products = wki_reals(&r, NUMBERS * p->y.apart);
    s->made = wki_reals(&r, wki_winograd_pixels(p, &p->y));
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
            p->loops->weights(n, s->taps, p->turned != WKI_FAULT(202),
                              s->weights + panel * NUMBERS * weights_apart(p) + k * PANEL, weights_apart(p));
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
            d.outs = wki_least(PANEL, wki_winograd_whole(p->y.channels - (panel + j) * PANEL));
            d.x = s->tiles + i * p->x.apart;
            d.w = s->weights + ((panel + j) * NUMBERS + i) * weights_apart(p);
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
    wki_tile_row r = { .n = p->across, .channels = wki_winograd_whole(channels), .row = y->line, .col = y->ld };
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
        odd = wki_winograd_read(p, &p->x, &b, p->loops->see, s->aside, s->pixels, s->tiles) || odd;
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

/* The images of a block that have an odd number, or all, the plain way. */
static wk_status make_plainly(const wki_call *call, const plan *p, const scratch *s, const block *b, bool all)
{
    wk_status status = WK_OK;
    for (int64_t i = b->image; i < b->image + b->images && status == WK_OK; i++)
        if (all || image_odd(p, i)) status = wki_conv_images(plain_of(p), call, i, 1, s->rest);
    return status;
}

/* Some images. odd: the weights are. */
static wk_status make_images(const wki_call *call, const plan *p, const scratch *s, int64_t image, int64_t images,
                             bool odd)
{
    const block b = { .image = image, .images = images, .rows = p->down };
    return odd || make_bands(call, p, s, &b) ? make_plainly(call, p, s, &b, odd) : WK_OK;
}

/* Bands from `first` on of one image, whose others others make: all ask ahead whether it is odd, and who makes the
 * first makes all of it. */
static wk_status make_share(const wki_call *call, const plan *p, const scratch *s, int64_t image, int64_t first,
                            int64_t end, bool odd)
{
    block b = { .image = image, .images = 1, .row = first * p->band };
    b.rows = wki_least(end * p->band, p->down) - b.row;
    if (odd || image_odd(p, image)) return first == 0 ? make_plainly(call, p, s, &b, true) : WK_OK;
    make_bands(call, p, s, &b);
    return WK_OK;
}

static wk_status make_units(const wki_call *call, bool turned, int64_t first, int64_t end, void *memory)
{
    const plan p = plan_of(call, turned);
    if (first >= end) return WK_OK;
    const bool odd = p.loops->any_odd(wki_numel(call->views[2]), call->views[2]->data), by_bands = goes_by_bands(&p);
    const int64_t images = wki_blocks(end - first, wki_blocks(end - first, p.images)); /* even shares */
    scratch s;
    lay_out(&p, memory, &s);
    if (!odd) begin(call, &p, &s);
    wk_status status = WK_OK;
    for (int64_t n, u = first; u < end && status == WK_OK; u += n) {
        n = wki_least(by_bands ? p.bands - u % p.bands : images, end - u);
        status = by_bands ? make_share(call, &p, &s, u / p.bands, u % p.bands, u % p.bands + n, odd)
                          : make_images(call, &p, &s, u, n, odd);
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
