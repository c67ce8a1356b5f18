/* conv_weight by Winograd's tiles. A unit is PANEL channels of y by LINE of x; units that come together share their
 * tiles, and the sums of these stay in scratch to the end. */
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/winograd_tiles.h"
#include "base/fault.h"

enum { PANEL = WKI_WINOGRAD_PANEL, NUMBERS = WKI_WINOGRAD_NUMBERS, TAPS = WKI_WINOGRAD_TAPS, MADE = WKI_WINOGRAD_MADE };
enum { LINE = WKI_WINOGRAD_STEP, FEW_TILES = 96 }; /* channels of x that are cut off; tiles at once at least */
enum { SUMS = 1 << 21 };                           /* reals of sums at once, about */

typedef wki_winograd_plan plan;
typedef wki_winograd_plane plane;
typedef wki_winograd_block block;

typedef struct sums {
    float *aside, *pixels, *x, *y, *of, *taps;
    int64_t *x_at, *y_at;
} sums;

/* LINE of x's channels each: `lines` from `line` on; and panels of y's from `panel` on. */
typedef struct part {
    int64_t line, lines, panel, panels;
} part;

static int64_t lines_of(const wki_call *call) { return wki_blocks(call->views[1]->size[1], LINE); }
static int64_t panels_of(const wki_call *call) { return wki_blocks(call->views[2]->size[1], PANEL); }

/* with all panels */
static int64_t lines_at_once(const wki_call *call)
{
    const int64_t fit = SUMS / (NUMBERS * LINE * PANEL * panels_of(call));
    return wki_least(fit > 0 ? fit : 1, lines_of(call));
}

static plane plane_of(const wki_view *v, int64_t c, int64_t count)
{
    const int64_t height = v->size[v->ndim - 2], width = v->size[v->ndim - 1];
    plane x = { .all = v->size[1], .height = height, .width = width };
    x.channels = wki_least(count, x.all - c);
    x.from = (const float *)v->data + c * height * width;
    return x;
}

static plan plan_of_part(const wki_call *call, const part *u)
{
    const wki_view *x = call->views[1], *y = call->views[2];
    plan p;
    wki_winograd_begin(&p, call->attrs, x->size[0]);
    p.panels = u->panels;
    p.x = plane_of(x, u->line * LINE, u->lines * LINE), p.y = plane_of(y, u->panel * PANEL, u->panels * PANEL);
    p.down = wki_blocks(p.y.height, MADE), p.across = wki_blocks(p.y.width, MADE);
    for (int d = 0; d < 2; d++) p.x.before[d] = p.attrs->window.padding[1 + d];
    wki_winograd_cut(&p, u->lines * LINE + u->panels * PANEL, FEW_TILES, 1);
    wki_winograd_lie(&p, &p.x, WKI_WINOGRAD_SEEN, u->lines * LINE);
    wki_winograd_lie(&p, &p.y, MADE, u->panels * PANEL);
    return p;
}

static int64_t most(int64_t x, int64_t y) { return x > y ? x : y; }

static size_t lay_out_sums(const plan *p, void *from, sums *s)
{
    wki_room r = { .begin = from };
    s->aside = wki_reals(&r, most(wki_winograd_aside(p, &p->x), wki_winograd_aside(p, &p->y)));
    s->pixels = wki_reals(&r, most(wki_winograd_pixels(p, &p->x), wki_winograd_pixels(p, &p->y)));
    s->x = wki_reals(&r, NUMBERS * p->x.apart);
    s->y = wki_reals(&r, NUMBERS * p->y.apart);
    s->of = wki_reals(&r, p->panels * NUMBERS * p->x.channels * PANEL);
    s->taps = wki_reals(&r, p->panels * p->x.channels * TAPS * PANEL);
    s->x_at = wki_room_take(&r, p->tiles, sizeof *s->x_at);
    s->y_at = wki_room_take(&r, p->tiles, sizeof *s->y_at);
    return r.used;
}

static int64_t weight_units(const wki_call *call) { return lines_of(call) * panels_of(call); }

static int64_t part_scratch(const wki_call *call, int64_t lines, int64_t panels)
{
    sums s;
    const plan p = plan_of_part(call, &(part){ .lines = lines, .panels = panels });
    return (int64_t)lay_out_sums(&p, NULL, &s);
}

/* Fewer channels leave room for more tiles. */
static size_t weight_scratch(const wki_call *call)
{
    int64_t all = (int64_t)wki_conv_weight_channels_scratch(call);
    for (int64_t n = 1; n <= panels_of(call); n++) all = most(all, part_scratch(call, 1, n));
    for (int64_t n = 1; n <= lines_at_once(call); n++) all = most(all, part_scratch(call, n, panels_of(call)));
    return (size_t)all;
}

static void add_up(const plan *p, const sums *s, int64_t tiles, bool fresh)
{
    const int64_t in = p->x.channels;
    wki_direct d = { .k = tiles, .at = s->x_at, .w_at = s->y_at, .n = in, .step = 1, .ld = PANEL, .fresh = fresh };
    for (int64_t i = 0; i < NUMBERS; i++)
        for (int64_t j = 0; j < p->panels; j++) {
            d.outs = wki_least(PANEL, wki_winograd_whole(p->y.channels - j * PANEL));
            d.x = s->x + i * p->x.apart, d.w = s->y + i * p->y.apart + j * PANEL;
            d.to = s->of + (j * NUMBERS + i) * in * PANEL;
            p->windows->direct(&d);
        }
}

/* What the images from `image` to end add. */
static void add_images(const plan *p, const sums *s, int64_t image, int64_t end)
{
    const int64_t in = p->x.channels;
    block b = { .image = image };
    for (; b.image < end; b.image += b.images)
        for (b.row = 0; b.row < p->down; b.row += b.rows) {
            b.images = wki_least(p->images, end - b.image), b.rows = wki_least(p->band, p->down - b.row);
            (void)wki_winograd_read(p, &p->x, &b, p->loops->see, s->aside, s->pixels, s->x);
            (void)wki_winograd_read(p, &p->y, &b, p->loops->back, s->aside, s->pixels, s->y);
            add_up(p, s, b.images * b.rows * p->across, (b.image == image && b.row == 0) || WKI_FAULT(203));
        }
    for (int64_t j = 0; j < p->panels; j++)
        p->loops->gradient(in, (int)wki_least(PANEL, wki_winograd_whole(p->y.channels - j * PANEL)),
                           s->of + j * NUMBERS * in * PANEL, in * PANEL, s->taps + j * in * TAPS * PANEL,
                           image == 0 || WKI_FAULT(211));
}

static void make_part(const wki_call *call, const part *u, void *memory)
{
    const plan p = plan_of_part(call, u);
    const int64_t in = p.x.channels, parts = wki_winograd_parts(p.n, p.down * p.across);
    float *const to = (float *)call->views[0]->data + (u->panel * PANEL * p.x.all + u->line * LINE) * TAPS;
    sums s;
    lay_out_sums(&p, memory, &s);
    for (int64_t t = 0; t < p.tiles; t++) s.x_at[t] = t * p.x.ld, s.y_at[t] = t * p.y.ld;
    for (int64_t k = 0; k < parts; k++) add_images(&p, &s, p.n * k / parts, p.n * (k + 1) / parts);
    for (int64_t j = 0; j < u->panels; j++)
        p.moves->turn(wki_least(PANEL, p.y.channels - j * PANEL), in * TAPS, to + j * PANEL * p.x.all * TAPS,
                      p.x.all * TAPS, s.taps + j * in * TAPS * PANEL, PANEL);
}

static void make_plain(const wki_call *call, const part *u, void *memory)
{
    const plan p = plan_of_part(call, u);
    wki_conv_weight_channels(call, u->line * LINE, p.x.channels, u->panel * PANEL, p.y.channels, memory);
}

static wk_status weight_run(const wki_call *call, int64_t first, int64_t end, void *memory)
{
    const wki_view *x = call->views[1], *y = call->views[2];
    plan p;
    wki_winograd_begin(&p, call->attrs, x->size[0]);
    const int64_t panels = panels_of(call), most_lines = lines_at_once(call);
    const bool odd = p.loops->any_odd(wki_numel(x), x->data) || p.loops->any_odd(wki_numel(y), y->data);
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
