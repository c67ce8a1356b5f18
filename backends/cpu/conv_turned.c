/* A unit is a block of one group's channels in one part, as in ops/conv_weight.c. For each image x's planes are turned
 * into rows, one a pixel, with a panel of the block's channels side by side and the padding around them: there each tap
 * finds all windows at places that differ from the first tap's by a number. y times these is added to the sums of the
 * tap, which stay in scratch to the end, a few windows at once, so that what is read stays in the first cache. */
#include "backends/cpu/conv_turned.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"
#include "base/fault.h"

enum {
    LEAST_CHANNELS = 16,
    CHANNELS = 64,
    SUMS = 5 << 15,
    PLANES = 1 << 18
};                                          /* of a unit; its sums; its pixels' reals */
enum { PANEL = 32, ROWS = 26, DEEP = 192 }; /* channels, rows of sums and windows that are multiplied at once */

typedef struct plan {
    const wki_conv_attrs *attrs;
    const wki_windows *loops;
    const wki_moves *moves;
    int64_t n, parts, groups, in, out; /* channels of a group: of x, of y */
    int64_t taps, windows, plane;      /* of one image; elements of a plane of x */
    int64_t wide[3], pixels;           /* a plane with its padding, as far as windows see it */
    int64_t chunk, images;             /* windows of an image and images at once */
    int64_t channels, panels, blocks;  /* of a unit; units of a group */
    int64_t ld, size;                  /* from row to row of the copy of y; of an element */
    int64_t at[DEEP];                  /* windows, in y */
    bool padded;
} plan;

/* of x, with its padding, as far as windows see it along dim d */
static int64_t width_of(const wki_window *w, int d)
{
    return (w->out[d] - 1) * (int64_t)w->stride[d] + (w->kernel[d] - 1) * (int64_t)w->dilation[d] + 1;
}

/* of a unit, a power of two; 0: too few for this way */
static int64_t channels_for(const wki_window *w, int64_t in, int64_t out)
{
    const int64_t sums = out * wki_volume(w->kernel);
    double pixels = 1;
    for (int d = 0; d < 3; d++) pixels *= (double)width_of(w, d);
    int64_t channels = CHANNELS;
    while (channels >= 2 * in || channels * sums > SUMS || (double)channels * pixels > PLANES) channels /= 2;
    return channels >= LEAST_CHANNELS ? channels : 0;
}

/* an even share of `whole` for each of so many as take at most `most` */
static int64_t share(int64_t whole, int64_t most) { return whole > 0 ? wki_blocks(whole, wki_blocks(whole, most)) : 0; }

static void plan_windows(plan *p)
{
    const wki_window *w = &p->attrs->window;
    p->pixels = p->windows > 0;
    for (int d = 0; d < 3; d++) {
        p->wide[d] = width_of(w, d);
        p->padded = p->padded || w->padding[d] > 0 || p->wide[d] != w->in[d];
        p->pixels *= p->wide[d];
    }
    p->images = p->windows > 0 ? wki_least(DEEP / p->windows, wki_blocks(p->n, p->parts)) : 1;
    if (p->panels * p->pixels > 0) p->images = wki_least(p->images, PLANES / (p->panels * PANEL * p->pixels));
    if (p->images < 1) p->images = 1;
    p->chunk = share(p->windows, DEEP);
    p->ld = (p->images * p->chunk) | 16;
    for (int64_t i = 0; i < DEEP; i++) p->at[i] = i;
}

static plan plan_of(const wki_call *call)
{
    const wki_view *dw = call->views[0], *x = call->views[1], *y = call->views[2];
    plan p = { .attrs = call->attrs, .size = (int64_t)wk_dtype_size((wk_dtype)y->dtype) };
    const wki_window *w = &p.attrs->window;
    p.loops = wki_windows_for((wk_dtype)y->dtype);
    p.moves = wki_moves_for(wki_isa(), (size_t)p.size);
    p.groups = p.attrs->groups, p.parts = dw->size[0];
    p.n = x->size[0], p.in = x->size[1] / p.groups, p.out = y->size[1] / p.groups;
    p.taps = wki_volume(w->kernel), p.windows = wki_volume(w->out), p.plane = wki_volume(w->in);
    p.channels = channels_for(w, p.in, p.out);
    p.panels = wki_blocks(p.channels, PANEL);
    plan_windows(&p);
    p.blocks = p.channels ? wki_blocks(p.in, p.channels) : 0;
    return p;
}

bool wki_turned_pays(const wki_call *call)
{
    const wki_conv_attrs *attrs = call->attrs;
    const wki_view *x = call->views[1], *y = call->views[2];
    const int64_t in = x->size[1] / attrs->groups, out = y->size[1] / attrs->groups;
    const wki_window *w = &attrs->window;
    /* a stride beyond the kernel leaves pixels out, which need not be turned */
    return !attrs->rounds && in >= LEAST_CHANNELS && out > 0 && wki_volume(w->stride) <= wki_volume(w->kernel) &&
           channels_for(w, in, out) > 0;
}

static int64_t units(const wki_call *call)
{
    const plan p = plan_of(call);
    return p.parts * p.groups * p.blocks;
}

static size_t places_bytes(const plan *p) { return wki_up(sizeof(int64_t) * (size_t)(p->images * p->windows)); }
static size_t pixels_bytes(const plan *p)
{
    return wki_up((size_t)(p->size * PANEL * p->panels * p->images * p->pixels));
}
static size_t copy_bytes(const plan *p) { return wki_up((size_t)(p->size * p->out * p->ld)); }
static size_t sums_bytes(const plan *p) { return wki_up((size_t)(p->size * PANEL * p->panels * p->out * p->taps)); }

static size_t scratch_bytes(const wki_call *call)
{
    const plan p = plan_of(call);
    return places_bytes(&p) + pixels_bytes(&p) + copy_bytes(&p) + sums_bytes(&p);
}

typedef struct unit {
    int64_t part, group, channel, channels, image, end; /* channels from `channel` on; images from `image` to end */
    int64_t *places;                                    /* scratch: of windows as the first tap sees them, in pixels */
    char *pixels, *copies, *sums;                       /* scratch */
} unit;

static unit unit_of(const plan *p, int64_t number, char *scratch)
{
    unit u = { .part = number / (p->groups * p->blocks), .group = number / p->blocks % p->groups };
    u.channel = number % p->blocks * p->channels, u.channels = wki_least(p->channels, p->in - u.channel);
    u.image = p->n * u.part / p->parts, u.end = p->n * (u.part + 1) / p->parts;
    u.places = (int64_t *)scratch, u.pixels = scratch + places_bytes(p), u.copies = u.pixels + pixels_bytes(p);
    u.sums = u.copies + copy_bytes(p);
    return u;
}

/* ---- Pixels ---- */

/* of what lies at depth d, height h and width w of an image with its padding */
static int64_t place_of(const plan *p, int64_t d, int64_t h, int64_t w)
{
    return ((d * p->wide[1] + h) * p->wide[2] + w) * PANEL;
}

static void find_places(const plan *p, int64_t *places)
{
    const wki_window *w = &p->attrs->window;
    for (int64_t i = 0; i < p->images; i++)
        for (int64_t d = 0; d < w->out[0]; d++)
            for (int64_t h = 0; h < w->out[1]; h++)
                for (int64_t o = 0; o < w->out[2]; o++)
                    *places++ = (WKI_FAULT(184) ? 0 : i * p->pixels * PANEL) +
                                place_of(p, d * w->stride[0], h * w->stride[1], o * w->stride[2]);
}

/* `from`: the first of some channels' planes, `to`: an image of a panel; around it the padding is there already */
static void turn_inside(const plan *p, int64_t channels, const char *from, char *to)
{
    const wki_window *w = &p->attrs->window;
    int64_t seen[3];
    for (int d = 0; d < 3; d++) seen[d] = wki_least(w->in[d], p->wide[d] - w->padding[d]);
    for (int64_t d = 0; d < seen[0]; d++)
        for (int64_t h = 0; h < seen[1]; h++)
            if (seen[2] > 0)
                p->moves->turn(seen[2], channels,
                               to + place_of(p, d + w->padding[0], h + w->padding[1], w->padding[2]) * p->size, PANEL,
                               from + (d * w->in[1] + h) * w->in[2] * p->size, p->plane);
}

static void turn_image(const wki_call *call, const plan *p, const unit *u, int64_t image, int64_t number)
{
    const int64_t plane = (image * p->groups + u->group) * p->in + u->channel;
    for (int64_t c = 0; c < u->channels; c += PANEL) {
        const int64_t channels = wki_least(PANEL, u->channels - c);
        const char *from = wki_at(call->views[1]->data, (plane + c) * p->plane * p->size);
        char *to = u->pixels + (c / PANEL * p->images + number) * p->pixels * PANEL * p->size;
        if (p->padded)
            turn_inside(p, channels, from, to);
        else
            p->moves->turn(p->plane, channels, to, PANEL, from, p->plane);
    }
}

/* ---- Sums ---- */

/* a panel's sums of some rows of y += those times the windows that each tap sees, or start with that */
static void add_taps(const plan *p, const unit *u, int64_t row, int64_t rows, int64_t channel, const int64_t *places,
                     int64_t windows, bool accumulate)
{
    const wki_window *w = &p->attrs->window;
    const int64_t width = p->panels * PANEL, panel = channel * p->images * p->pixels;
    wki_direct d = { .at = p->at, .n = rows, .step = p->ld, .w_at = places, .ld = width, .k = windows };
    d.outs = wki_least(PANEL, u->channels - channel), d.x = u->copies + row * p->ld * p->size, d.fresh = !accumulate;
    char *to = u->sums + (row * width + channel) * p->size;
    for (int64_t i = 0; i < w->kernel[0]; i++)
        for (int64_t j = 0; j < w->kernel[1]; j++)
            for (int64_t k = 0; k < w->kernel[2]; k++, to += p->out * width * p->size) {
                const int64_t tap = place_of(p, i * w->dilation[0], j * w->dilation[1], k * w->dilation[2]);
                d.w = u->pixels + (panel + tap) * p->size, d.to = to;
                p->loops->direct(&d);
            }
}

/* sums [taps, out, channels] += y's copy [out, windows] times the windows of each tap, or start with that */
static void multiply(const plan *p, const unit *u, const int64_t *places, int64_t windows, bool accumulate)
{
    for (int64_t row = 0; row < p->out; row += ROWS)
        for (int64_t c = 0; c < u->channels; c += PANEL)
            add_taps(p, u, row, wki_least(ROWS, p->out - row), c, places, windows, accumulate);
}

/* The sums to their places in the part: [taps, out, channels] to [out, in, taps], or to that for each row of the
 * kernel. */
static void deliver(const wki_call *call, const plan *p, const unit *u)
{
    const int32_t *kernel = p->attrs->window.kernel;
    const bool sliced = p->attrs->sliced;
    const int64_t heights = sliced ? kernel[1] : 1, taps = p->taps / heights, run = sliced ? kernel[2] : taps;
    const int64_t width = p->panels * PANEL, matrix = p->out * width;
    for (int64_t h = 0; h < heights; h++)
        for (int64_t t = 0; t < taps; t += run) {
            const int64_t first = WKI_FAULT(126) ? h * taps + t : t * heights + h * run;
            const int64_t at = ((u->part * heights + h) * p->groups + u->group) * p->out * p->in + u->channel;
            for (int64_t o = 0; o < p->out; o++)
                p->moves->turn(u->channels, run, (char *)call->views[0]->data + ((at + o * p->in) * taps + t) * p->size,
                               taps, u->sums + (first * matrix + o * width) * p->size, matrix);
        }
}

static void run_unit(const wki_call *call, const plan *p, const unit *u)
{
    const int64_t apart = p->groups * p->out * p->windows * p->size;
    if (u->image == u->end || p->windows == 0) multiply(p, u, u->places, 0, false);
    for (int64_t images, image = u->image; image < u->end && p->windows > 0; image += images) {
        images = wki_least(p->images, u->end - image);
        for (int64_t i = 0; i < images; i++) turn_image(call, p, u, image + i, i);
        for (int64_t n, first = 0; first < p->windows; first += n) {
            n = wki_least(p->chunk, p->windows - first);
            wki_gather_windows(
                p->out, p->windows, images, apart, n, (size_t)p->size,
                wki_at(call->views[2]->data, image * apart + (u->group * p->out * p->windows + first) * p->size),
                u->copies, p->ld);
            multiply(p, u, u->places + first, n * images, image > u->image || first > 0);
        }
    }
    deliver(call, p, u);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const plan p = plan_of(call);
    if (begin < end) find_places(&p, scratch);
    if (begin < end && p.padded && !WKI_FAULT(127)) memset((char *)scratch + places_bytes(&p), 0, pixels_bytes(&p));
    for (; begin < end; begin++) {
        const unit u = unit_of(&p, begin, scratch);
        run_unit(call, &p, &u);
    }
    return WK_OK;
}

const wki_kernel wki_conv_turned = { "conv_weight", units, scratch_bytes, run };
