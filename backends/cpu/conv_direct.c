/* A unit is some images of one group. Weights are turned into panels, PANEL channels side by side, once for a run
 * of units; isa/direct.h makes the sums of a row of windows, or of one window in all images where rows are short, with
 * channels side by side, and they are turned into y. Sliced, a row of the kernel that sees only the outside is left
 * out, as in ops/conv.c. */
#include "backends/cpu/conv_direct.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"
#include "base/fault.h"

enum { PANEL = 32, IMAGES = 8, CHANNELS = 16, CHAIN = 128 }; /* channels together; the least that pay */
enum { TAPS = 128, PLANES = 1 << 19, PANELS = 1 << 18 }; /* most: reals of x in a unit, of weights that stay cached */
enum { TILE = 14, WIDE = 10 };                           /* windows of a tile; enough for one */
enum { SHORT = 7, PLANE = 64, UNITS = 4 };               /* few windows, of a row and a plane; units that are enough */
enum { TURNED = 96, CROSSED = 256, DEEP = 128 }; /* windows turned, windows crossed, and multiply-adds at once */
enum { CROWDED = 4096 };                         /* bytes apart that share cache lines */

typedef struct plan {
    const wki_conv_attrs *attrs;
    const wki_windows *loops;
    const wki_moves *moves;
    wki_window copy;                    /* a plane as windows of one tap: itself with its padding */
    int64_t n, groups, in, out, panels; /* channels of a group: in and out */
    int64_t slices, taps, chain;        /* rows of the kernel apart; taps of one; channels x taps of one */
    int64_t windows, plane, pitch;      /* of one image; elements of a plane of x; from plane to plane as read */
    int64_t images, batches;            /* of a unit; units of a group */
    int64_t turned, block;              /* windows, and channels, at once */
    int64_t image, apart;               /* elements from image to image, and from pixel to pixel, as read */
    int64_t at[DEEP + TAPS];            /* of the taps of a block, from its first pixel on */
    int64_t w_at[DEEP + TAPS];          /* and their weights */
    int64_t size;                       /* of an element */
    bool copies, across;
} plan;

/* Where weights are too many to stay in the cache, several images share each panel that comes. */
static void plan_images(plan *p)
{
    const int64_t image = p->in * p->pitch;
    int64_t most = p->slices * p->chain * p->panels * PANEL > PANELS || p->across ? PLANES / (image + 1) : 1;
    most = wki_least(most, wki_blocks(p->n, UNITS));
    p->batches = wki_blocks(p->n, most > 1 ? most : 1);
    p->images = wki_blocks(p->n, p->batches > 0 ? p->batches : 1);
}

static void plan_copy(plan *p)
{
    const wki_window *w = &p->attrs->window;
    p->copy = *w;
    for (int d = 0; d < 3; d++) {
        p->copy.out[d] = (w->out[d] - 1) * w->stride[d] + (w->kernel[d] - 1) * w->dilation[d] + 1;
        p->copy.kernel[d] = p->copy.stride[d] = p->copy.dilation[d] = 1;
    }
    if (p->slices > 1) p->copy.padding[1] = 0, p->copy.out[1] = w->in[1];
    p->copies = p->plane * p->size % CROWDED == 0;
    for (int d = 0; d < 3; d++) p->copies = p->copies || p->copy.padding[d] != 0;
    if (!p->copies) memcpy(p->copy.out, w->in, sizeof w->in);
    p->pitch = p->copies ? wki_volume(p->copy.out) | (p->across ? 0 : 16) : p->plane;
}

static void plan_taps(plan *p)
{
    const wki_window *w = &p->attrs->window;
    const int64_t heights = p->slices > 1 ? 1 : w->kernel[1];
    for (int64_t t = 0; t < p->taps * p->block; t++) {
        const int64_t i = t / w->kernel[2] / heights % w->kernel[0], j = t / w->kernel[2] % heights;
        const int64_t row = i * w->dilation[0] * p->copy.out[1] + j * w->dilation[1];
        p->w_at[t] = t * PANEL;
        p->at[t] = (t / p->taps * p->pitch + row * p->copy.out[2] + t % w->kernel[2] * w->dilation[2]) * p->apart;
    }
}

static plan plan_of(const wki_call *call)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    plan p = { .attrs = call->attrs, .size = (int64_t)wk_dtype_size((wk_dtype)y->dtype) };
    const wki_window *w = &p.attrs->window;
    p.loops = wki_windows_for((wk_dtype)y->dtype);
    p.moves = wki_moves_for(wki_isa(), (size_t)p.size);
    p.groups = p.attrs->groups;
    p.n = x->size[0], p.in = x->size[1] / p.groups, p.out = y->size[1] / p.groups;
    p.panels = wki_blocks(p.out, PANEL);
    p.slices = p.attrs->sliced ? w->kernel[1] : 1, p.taps = wki_volume(w->kernel) / p.slices;
    p.chain = p.in * p.taps;
    p.windows = wki_volume(w->out), p.plane = wki_volume(w->in);
    p.across = w->out[2] < SHORT && p.windows <= PLANE;
    plan_copy(&p);
    plan_images(&p);
    p.apart = p.across ? p.images : 1;
    p.image = p.copies ? p.in * p.pitch : p.groups * p.in * p.plane;
    const int64_t each = p.across ? p.images : w->out[2];
    p.turned = p.across ? wki_blocks(CROSSED, each + 1) : wki_blocks(TURNED, each + 1) * each;
    p.block = wki_blocks(DEEP, p.taps);
    plan_taps(&p);
    return p;
}

/* Short rows make small tiles, which read more than columns as long as weights stay in the cache. */
static bool has_small_tiles(const wki_window *w, double weights)
{
    const int64_t width = w->out[2];
    return width / wki_blocks(width, TILE) < WIDE && weights <= PANELS;
}

bool wki_direct_pays(const wki_call *call)
{
    const wki_conv_attrs *attrs = call->attrs;
    const wki_window *w = &attrs->window;
    const wki_view *y = call->views[0], *x = call->views[1];
    const int64_t in = x->size[1] / attrs->groups, out = y->size[1] / attrs->groups;
    if (wki_isa() != WKI_ISA_AVX512 || attrs->rounds || x->size[0] < IMAGES || in < CHANNELS || out < CHANNELS ||
        wki_is_pointwise(w))
        return false;
    if (wki_volume(w->kernel) > TAPS || in * wki_volume(w->kernel) < CHAIN || wki_volume(w->out) == 0) return false;
    return in * wki_volume(w->in) <= PLANES && !has_small_tiles(w, (double)(in * wki_volume(w->kernel)) * (double)out);
}

static int64_t units(const wki_call *call)
{
    const plan p = plan_of(call);
    return p.groups * p.batches;
}

static size_t panels_bytes(const plan *p)
{
    return wki_up((size_t)(p->slices * p->chain * p->panels * PANEL * p->size));
}
static size_t bias_bytes(const plan *p) { return wki_up((size_t)(p->panels * PANEL * p->size)); }
static size_t copy_bytes(const plan *p)
{
    return p->copies ? wki_up((size_t)(p->images * p->in * p->pitch * p->size)) : 0;
}
static size_t crossed_bytes(const plan *p)
{
    return p->across ? wki_up((size_t)(p->images * p->in * p->pitch * p->size)) : 0;
}
static size_t sums_bytes(const plan *p)
{
    return wki_up((size_t)((p->across ? p->images * p->windows : p->turned) * PANEL * p->size));
}

static size_t scratch_bytes(const wki_call *call)
{
    const plan p = plan_of(call);
    return panels_bytes(&p) + bias_bytes(&p) + copy_bytes(&p) + crossed_bytes(&p) + sums_bytes(&p);
}

typedef struct unit {
    int64_t group, image, images;
    const char *x;                                 /* its first plane, as read */
    char *panels, *bias, *copies, *crossed, *sums; /* scratch */
} unit;

/* a group's weights and bias; what fills the last panel up is never looked at */
static void turn_weights(const wki_call *call, const plan *p, const unit *u)
{
    const int64_t panel = p->slices * p->chain * PANEL;
    memset(u->panels + (p->panels - 1) * panel * p->size, 0, (size_t)(panel * p->size));
    for (int64_t o = 0; o < p->out; o += PANEL)
        for (int64_t s = 0; s < p->slices; s++)
            p->moves->turn(p->chain, wki_least(p->out - o, PANEL),
                           u->panels + (o / PANEL * panel + s * p->chain * PANEL) * p->size, PANEL,
                           wki_at(call->views[2]->data, ((s * p->groups + u->group) * p->out + o) * p->chain * p->size),
                           p->chain);
    if (!p->attrs->bias) return;
    memset(u->bias, 0, bias_bytes(p));
    memcpy(u->bias, wki_at(call->views[3]->data, u->group * p->out * p->size), (size_t)(p->out * p->size));
}

static void read_images(const wki_call *call, const plan *p, unit *u)
{
    const int64_t image = p->in * p->plane * p->size;
    u->x = wki_at(call->views[1]->data, (u->image * p->groups + u->group) * image);
    for (int64_t i = 0; i < u->images && p->copies; i++)
        p->loops->unfold(&p->copy, p->in, u->x + i * p->groups * image, 0, wki_volume(p->copy.out),
                         u->copies + i * p->image * p->size, p->pitch, p->copy.out[2]);
    if (p->copies) u->x = u->copies;
    if (!p->across) return;
    for (int64_t c = 0; c < p->in; c++)
        p->moves->turn(p->pitch, u->images, u->crossed + c * p->pitch * p->apart * p->size, p->apart,
                       u->x + c * p->pitch * p->size, p->image);
    u->x = u->crossed;
}

/* Neighbouring windows, or one in all images: where they look in the first plane, and the slices that see something. */
typedef struct look {
    int64_t at, from, end;
} look;

static look look_at(const plan *p, int64_t i, int64_t window)
{
    const wki_window *w = &p->attrs->window;
    const int64_t row = window / w->out[2], d = row / w->out[1] * w->stride[0];
    int64_t h = row % w->out[1] * w->stride[1];
    look l = { .end = p->slices };
    if (p->slices > 1) {
        const int64_t first = h - w->padding[1], step = w->dilation[1];
        l.from = first < 0 ? wki_least(wki_blocks(-first, step), l.end) : 0;
        l.end = first < w->in[1] ? wki_least((w->in[1] - 1 - first) / step + 1, l.end) : l.from;
        if (l.end < l.from) l.end = l.from;
        h = first; /* of slice 0, which may lie outside */
    }
    const int64_t pixel = (d * p->copy.out[1] + h) * p->copy.out[2] + window % w->out[2] * w->stride[2];
    l.at = i * p->image + pixel * p->apart;
    return l;
}

/* A block of channels of one slice for some neighbours: its weights stay in the first cache. */
static void add_block(const plan *p, const unit *u, int64_t panel, const look *looks, int64_t n, int64_t slice,
                      int64_t channel, char *to)
{
    const int64_t width = p->across ? 1 : p->attrs->window.out[2], line = p->attrs->window.dilation[1] * p->copy.out[2];
    const int64_t k = wki_least(p->block, p->in - channel) * p->taps;
    wki_direct d = { .at = p->at, .w_at = p->w_at };
    d.outs = wki_least(p->out - panel * PANEL, PANEL);
    d.n = p->across ? u->images : width, d.step = p->across ? 1 : p->attrs->window.stride[2];
    d.ld = p->across ? p->windows * PANEL : PANEL;
    d.w = u->panels + ((panel * p->slices + slice) * p->chain + channel * p->taps) * PANEL * p->size;
    const int64_t at = slice * line * p->apart + channel * p->pitch * p->apart;
    const bool last = channel + p->block >= p->in || WKI_FAULT(128);
    for (int64_t e = 0; e < n; e++) {
        const bool blind = looks[e].from == looks[e].end && slice == 0 && channel == 0;
        if (!blind && (slice < looks[e].from || slice >= looks[e].end)) continue;
        d.k = blind ? 0 : k;
        d.fresh = blind || ((slice == looks[e].from || WKI_FAULT(129)) && channel == 0);
        const bool whole = blind || (last && slice == looks[e].end - 1);
        d.bias = p->attrs->bias && whole ? u->bias + panel * PANEL * p->size : NULL;
        d.relu = p->attrs->relu && whole;
        d.x = u->x + (looks[e].at + at) * p->size, d.to = to + e * width * PANEL * p->size;
        p->loops->direct(&d);
    }
}

/* the sums of n windows of image i, or of all images, from window `first` on */
static void add_up(const plan *p, const unit *u, int64_t panel, int64_t i, int64_t first, int64_t n, char *to)
{
    const int64_t width = p->across ? 1 : p->attrs->window.out[2];
    look looks[CROSSED];
    for (int64_t e = 0; e * width < n; e++) looks[e] = look_at(p, i, first + e * width);
    for (int64_t s = 0; s < p->slices; s++)
        for (int64_t c = 0; c < p->in; c += p->block) add_block(p, u, panel, looks, n / width, s, c, to);
}

/* n windows of image i, from `first` on, to y */
static void turn_sums(const wki_call *call, const plan *p, const unit *u, int64_t panel, int64_t i, int64_t first,
                      int64_t n, const char *sums)
{
    const int64_t o = ((u->image + i) * p->groups + u->group) * p->out + panel * PANEL;
    p->moves->turn(wki_least(p->out - panel * PANEL, PANEL), n,
                   (char *)call->views[0]->data + (o * p->windows + first) * p->size, p->windows, sums, PANEL);
}

static void along_rows(const wki_call *call, const plan *p, const unit *u, int64_t panel)
{
    for (int64_t i = 0; i < u->images; i++)
        for (int64_t n, first = 0; first < p->windows; first += n) {
            n = wki_least(p->turned, p->windows - first);
            add_up(p, u, panel, i, first, n, u->sums);
            turn_sums(call, p, u, panel, i, first, n, u->sums);
        }
}

static void across_images(const wki_call *call, const plan *p, const unit *u, int64_t panel)
{
    for (int64_t n, first = 0; first < p->windows; first += n) {
        n = wki_least(p->turned, p->windows - first);
        add_up(p, u, panel, 0, first, n, u->sums + first * PANEL * p->size);
    }
    for (int64_t i = 0; i < u->images; i++)
        turn_sums(call, p, u, panel, i, 0, p->windows, u->sums + i * p->windows * PANEL * p->size);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const plan p = plan_of(call);
    unit u = { .group = -1, .panels = scratch };
    u.bias = u.panels + panels_bytes(&p), u.copies = u.bias + bias_bytes(&p), u.crossed = u.copies + copy_bytes(&p);
    u.sums = u.crossed + crossed_bytes(&p);
    for (; begin < end; begin++) {
        const int64_t group = begin / p.batches;
        u.image = p.n * (begin % p.batches) / p.batches, u.images = p.n * (begin % p.batches + 1) / p.batches - u.image;
        if (group != u.group) {
            u.group = group;
            turn_weights(call, &p, &u);
        }
        read_images(call, &p, &u);
        for (int64_t panel = 0; panel < p.panels; panel++) (p.across ? across_images : along_rows)(call, &p, &u, panel);
    }
    return WK_OK;
}

const wki_kernel wki_conv_direct = { "conv", units, scratch_bytes, run };
