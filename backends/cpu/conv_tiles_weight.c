/* conv_weight on tiles. A unit is 32 of x's channels times a few times 32 of y's; units that come together share what
 * is packed. For a few rows of windows of 32 images, or all of several times as many, y and the rows of x that they see
 * are packed, and multiplied for each tap, whose sums stay in scratch to the end. */
#include "backends/cpu/conv_tiles.h"
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"
#include "base/fault.h"

enum { SIDE = WKI_TILE_SIDE, WIDTH = WKI_TILE_WIDTH, SUMS = WIDTH * WIDTH };
enum {
    AT_ONCE = 32,
    LINES = 4,
    SLICES = 4
}; /* windows, about, and times 32 channels of x at once; units of these at most */

typedef struct plan {
    const wki_conv_attrs *attrs;
    const wki_window *w;
    int64_t n, in, out;                /* images; channels of x and y */
    int64_t height, width, rows, cols; /* of x's planes and y's */
    int64_t taps, pairs;               /* pairs of groups of y's channels */
    int64_t tile;                      /* reals of a tile with all its parts */
    int64_t at_once, groups;           /* rows of windows and groups of 32 images at once */
    int64_t kept;                      /* rows of x */
    int64_t y_group, x_group;          /* reals of 16 channels of 32 images */
} plan;

static plan plan_of(const wki_call *call, const wki_tile_loops *loops)
{
    const wki_view *x = call->views[1], *y = call->views[2];
    plan p = { .attrs = call->attrs, .n = x->size[0], .in = x->size[1], .out = y->size[1] };
    const wki_window *w = p.w = &p.attrs->window;
    p.height = w->in[1], p.width = w->in[2], p.rows = w->out[1], p.cols = w->out[2];
    p.taps = wki_volume(w->kernel), p.pairs = wki_blocks(p.out, 2 * SIDE);
    p.tile = WKI_TILE_REALS * loops->parts;
    p.at_once = wki_least(p.cols < AT_ONCE ? AT_ONCE / p.cols : 1, p.rows);
    const int64_t fit = p.at_once == p.rows ? AT_ONCE / (p.rows * p.cols) : 1;
    p.groups = wki_least(fit > 1 ? fit : 1, wki_blocks(p.n, WIDTH));
    const int64_t reach = (w->kernel[1] - 1) * (int64_t)w->dilation[1];
    p.kept = wki_least((p.at_once - 1) * w->stride[1] + reach + 1, p.height);
    p.y_group = p.at_once * p.cols * p.tile, p.x_group = p.kept * p.width * p.tile;
    return p;
}

static int64_t lines_of(const wki_call *call) { return wki_blocks(call->views[1]->size[1], WIDTH); }
static int64_t slices_of(const wki_call *call) { return wki_least(SLICES, wki_blocks(call->views[2]->size[1], WIDTH)); }
static int64_t units(const wki_call *call) { return lines_of(call) * slices_of(call); }

/* Some units: times 32 channels of x from `line` on, and pairs of groups of y's channels. */
typedef struct part {
    int64_t line, lines, pair, end;
} part;

/* The windows for which a tap lies inside: their tiles of y, and those of x. */
typedef struct sight {
    int64_t n, *y_at, *x_at;
} sight;

typedef struct scratch {
    float *zeros, *y, *x, *sums;
    sight *sights;
    bool *odd; /* of pairs of groups of y's channels */
    int64_t *places;
    void *rest;
} scratch;

static int64_t lines_at_once(const plan *p) { return wki_least(LINES, wki_blocks(p->in, WIDTH)); }

static size_t lay_out(const plan *p, void *from, scratch *s)
{
    const int64_t windows = p->at_once * p->cols, pixels = p->kept * p->width, lines = lines_at_once(p);
    wki_room r = { .begin = from };
    s->zeros = wki_room_take(&r, windows > pixels ? windows : pixels, sizeof(float));
    s->y = wki_room_take(&r, 2 * p->pairs * p->groups * p->y_group, sizeof(float));
    s->x = wki_room_take(&r, 2 * lines * p->groups * p->x_group, sizeof(float));
    s->sums = wki_room_take(&r, lines * p->pairs * p->taps * SUMS, sizeof(float));
    s->sights = wki_room_take(&r, p->taps, sizeof(sight));
    s->odd = wki_room_take(&r, p->pairs, sizeof *s->odd);
    s->places = wki_room_take(&r, 2 * p->taps * windows, sizeof *s->places);
    s->rest = wki_room_take(&r, 0, 0);
    return r.used;
}

static size_t scratch_bytes(const wki_call *call, const wki_tile_loops *loops)
{
    scratch s;
    const plan p = plan_of(call, loops);
    return lay_out(&p, NULL, &s) + wki_conv_weight_channels_scratch(call);
}

/* ---- Packing ---- */

/* What is packed at once: images from 32 times `group` on, windows from row to end. */
typedef struct chunk {
    int64_t group, groups, row, end;
} chunk;

/* `size` elements of one channel, or of 16, of each of 32 images */
static const float *plane_of(const plan *p, const scratch *s, const float *from, int64_t image, int64_t channel,
                             int64_t channels, int64_t plane)
{
    return image < p->n && channel < channels ? from + (image * channels + channel) * plane : s->zeros;
}

static void pack_y(const wki_call *call, const plan *p, const wki_tile_loops *loops, const scratch *s, const chunk *c,
                   const part *u)
{
    const float *const y = (const float *)call->views[2]->data + c->row * p->cols;
    for (int64_t o = u->pair * WIDTH; o < u->end * WIDTH; o++)
        for (int64_t g = 0; g < c->groups; g++) {
            const float *rows[2][SIDE];
            for (int64_t i = 0; i < 2 * SIDE; i++)
                rows[i / SIDE][i % SIDE] = plane_of(p, s, y, (c->group + g) * WIDTH + i, o, p->out, p->rows * p->cols);
            float *const to = s->y + (o / SIDE * p->groups + g) * p->y_group + o % SIDE * SIDE;
            if (loops->pack(to, p->tile, (c->end - c->row) * p->cols, rows[0], rows[1])) s->odd[o / WIDTH] = true;
        }
}

/* rows of 32 of x's channels, as many as are kept without going round */
static bool pack_x(const wki_call *call, const plan *p, const wki_tile_loops *loops, const scratch *s, const chunk *c,
                   int64_t line, int64_t slot, int64_t row, int64_t end)
{
    const float *const x = (const float *)call->views[1]->data + row * p->width;
    bool odd = false;
    for (int64_t h = 0; h < 2 * c->groups; h++)
        for (int64_t i = 0; i < SIDE; i++) {
            const float *rows[2][SIDE];
            for (int64_t v = 0; v < 2 * SIDE; v++)
                rows[v / SIDE][v % SIDE] =
                    plane_of(p, s, x, (c->group + h / 2) * WIDTH + v / SIDE * SIDE + i,
                             line * WIDTH + h % 2 * SIDE + v % SIDE, p->in, p->height * p->width);
            float *const to = s->x + ((2 * slot + h % 2) * p->groups + h / 2) * p->x_group +
                              row % p->kept * p->width * p->tile + i * SIDE;
            odd = loops->pack(to, p->tile, (end - row) * p->width, rows[0], rows[1]) || odd;
        }
    return odd;
}

/* ---- Sums ---- */

static void find_windows(const plan *p, const scratch *s, const chunk *c)
{
    const wki_window *w = p->w;
    int64_t *at = s->places;
    for (int64_t t = 0; t < p->taps; t++, at += 2 * p->at_once * p->cols) {
        sight *const e = &s->sights[t];
        *e = (sight){ 0, at, at + p->at_once * p->cols };
        for (int64_t r = c->row; r < c->end; r++) {
            const int64_t h = r * w->stride[1] - w->padding[1] + t / w->kernel[2] * w->dilation[1];
            for (int64_t o = 0; o < p->cols && h >= 0 && h < p->height; o++) {
                const int64_t x = o * w->stride[2] - w->padding[2] + t % w->kernel[2] * w->dilation[2];
                if (x < 0 || x >= p->width) continue;
                e->y_at[e->n] = ((r - c->row) * p->cols + o) * p->tile;
                e->x_at[e->n++] = (h % p->kept * p->width + x) * p->tile;
            }
        }
    }
}

static void add_up(const plan *p, const wki_tile_loops *loops, const scratch *s, const chunk *c, int64_t slot,
                   const part *u)
{
    const float *const x = s->x + 2 * slot * p->groups * p->x_group;
    float *to = s->sums + (slot * p->pairs + u->pair) * p->taps * SUMS;
    wki_tile_sums t = { .q = { x, x + p->groups * p->x_group }, .blocks = c->groups, .row = WIDTH };
    t.p_next = p->y_group, t.q_next = p->x_group, t.accumulate = (c->group > 0 && !WKI_FAULT(198)) || c->row > 0;
    for (int64_t pair = u->pair; pair < u->end; pair++) {
        t.p[0] = s->y + 2 * pair * p->groups * p->y_group, t.p[1] = t.p[0] + p->groups * p->y_group;
        for (int64_t tap = 0; tap < p->taps; tap++, to += SUMS) {
            const sight *const e = &s->sights[tap];
            t.n = e->n, t.p_at[0] = t.p_at[1] = e->y_at, t.q_at = e->x_at;
            for (int i = 0; i < 4; i++) t.to[i / 2][i % 2] = to + i / 2 * SIDE * WIDTH + i % 2 * SIDE;
            loops->add(&t);
        }
    }
}

/* The sums [pairs, taps, 32 of y's channels, 32 of x's] of one pair to their places. */
static void deliver(const wki_call *call, const plan *p, const scratch *s, int64_t line, int64_t slot, int64_t pair)
{
    const int64_t first = line * WIDTH, channels = wki_least(WIDTH, p->in - first), o = pair * WIDTH;
    const float *const from = s->sums + (slot * p->pairs + pair) * p->taps * SUMS;
    float *const to = (float *)call->views[0]->data + (o * p->in + first) * p->taps;
    for (int64_t i = 0; i < wki_least(WIDTH, p->out - o); i++)
        wki_moves_for(wki_isa(), sizeof *to)
            ->turn(channels, p->taps, to + i * p->in * p->taps, p->taps, from + i * WIDTH, SUMS);
}

/* ---- Units ---- */

/* odd[i]: x's channels of a line have an odd number */
static void make_chunk(const wki_call *call, const plan *p, const wki_tile_loops *loops, const scratch *s,
                       const chunk *c, const part *u, int64_t *packed, bool odd[LINES])
{
    const wki_window *w = p->w;
    const int64_t last = (c->end - 1) * w->stride[1] - w->padding[1] + (w->kernel[1] - 1) * (int64_t)w->dilation[1];
    const int64_t seen = last < 0 ? 0 : wki_least(last + 1, p->height);
    pack_y(call, p, loops, s, c, u);
    find_windows(p, s, c);
    for (int64_t next; *packed < seen; *packed = next) {
        next = wki_least(seen, (*packed / p->kept + 1) * p->kept);
        for (int64_t i = 0; i < u->lines; i++)
            odd[i] = pack_x(call, p, loops, s, c, u->line + i, i, *packed, next) || odd[i];
    }
    for (int64_t i = 0; i < u->lines; i++) add_up(p, loops, s, c, i, u);
}

static void make(const wki_call *call, const plan *p, const wki_tile_loops *loops, const scratch *s, const part *u)
{
    bool odd[LINES] = { false };
    chunk c = { 0 };
    memset(s->odd, 0, (size_t)p->pairs);
    for (; c.group < wki_blocks(p->n, WIDTH); c.group += c.groups) {
        int64_t packed = 0;
        c.groups = wki_least(p->groups, wki_blocks(p->n, WIDTH) - c.group);
        for (c.row = 0; c.row < p->rows; c.row = c.end) {
            c.end = wki_least(c.row + p->at_once, p->rows);
            make_chunk(call, p, loops, s, &c, u, &packed, odd);
        }
    }
    for (int64_t i = 0; i < u->lines; i++)
        for (int64_t pair = u->pair; pair < u->end; pair++) {
            const int64_t in = (u->line + i) * WIDTH, out = pair * WIDTH;
            if (odd[i] || s->odd[pair])
                wki_conv_weight_channels(call, in, wki_least(WIDTH, p->in - in), out, wki_least(WIDTH, p->out - out),
                                         s->rest);
            else
                deliver(call, p, s, u->line + i, i, pair);
        }
}

static wk_status run(const wki_call *call, const wki_tile_loops *loops, int64_t first, int64_t end, void *memory)
{
    const plan p = plan_of(call, loops);
    const int64_t slices = slices_of(call);
    scratch s;
    if (first >= end) return WK_OK;
    lay_out(&p, memory, &s);
    memset(s.zeros, 0, (size_t)((char *)s.y - (char *)s.zeros));
    loops->begin();
    for (int64_t n, at = first; at < end; at += n) {
        const int64_t slice = at % slices, whole = slice ? 0 : wki_least((end - at) / slices, LINES);
        n = whole ? whole * slices : wki_least(slices - slice, end - at);
        make(call, &p, loops, &s,
             &(part){ .line = at / slices,
                      .lines = whole ? whole : 1,
                      .pair = p.pairs * slice / slices,
                      .end = whole ? p.pairs : p.pairs * (slice + n) / slices });
    }
    loops->end();
    return WK_OK;
}

const wki_tile_way wki_conv_weight_tile_way = { units, scratch_bytes, run };

static size_t scratch_here(const wki_call *call) { return scratch_bytes(call, wki_conv_tiles_for(call)); }
static wk_status run_here(const wki_call *call, int64_t first, int64_t end, void *memory)
{
    return run(call, wki_conv_tiles_for(call), first, end, memory);
}
const wki_kernel wki_conv_weight_by_tiles = { "conv_weight", units, scratch_here, run_here };
