/* A unit is a block of one group's channels in one part, as in ops/conv_weight.c. For each image x's planes are turned
 * into rows, one a pixel, with the block's channels side by side. Of them one matrix a tap is copied, [windows,
 * channels], and y times each of these is added to the sums of the tap, which stay in scratch to the end. Sliced, and
 * where images have many windows, matrices for the taps of one row of the kernel do, as in conv. */
#include "backends/cpu/conv_turned.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/product.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"
#include "base/fault.h"

enum { LEAST_CHANNELS = 16, CHANNELS = 64, SUMS = 5 << 15, PLANES = 1 << 18 }; /* of a unit; its sums; pixels' reals */
enum { WINDOWS = 512, DEEP = 96, FEW = 256 }; /* laid out and multiplied at once; few of an image */
enum { CROWDED = 4096 };                      /* bytes apart that share cache lines */

typedef struct plan {
    const wki_conv_attrs *attrs;
    wki_window seen;                  /* the windows laid out */
    const wki_product_kernel *kernel; /* NULL: sums are made by isa/direct.h */
    const wki_windows *loops;
    const wki_moves *moves;
    int64_t n, parts, groups, in, out; /* channels of a group: of x, of y */
    int64_t taps, laid, slices, slice; /* all; of a slice, laid out; windows from one slice to the next */
    int64_t windows, depth, plane;     /* of one image; that chunks may not straddle; elements of a plane */
    int64_t chunk, images, rows;       /* windows and images at once; rows of a tap's matrix */
    int64_t channels, blocks, ld;      /* of a unit; units of a group; from row to row of the copy of y */
    int64_t size;                      /* of an element */
    int64_t at[DEEP];                  /* windows, in y */
    bool pointwise, copies;            /* matrices are x turned; y is copied */
} plan;

/* of a unit, a power of two; 0: too few for this way */
static int64_t channels_for(int64_t in, int64_t sums, int64_t plane)
{
    int64_t channels = CHANNELS;
    while (channels >= 2 * in || channels * sums > SUMS || channels * plane > PLANES) channels /= 2;
    return channels >= LEAST_CHANNELS ? channels : 0;
}

static void plan_chunks(plan *p)
{
    const wki_window *w = &p->attrs->window;
    const int64_t width = w->out[2], rows = w->out[1], more = (w->kernel[1] - 1) * (int64_t)w->dilation[1];
    p->depth = p->windows, p->laid = p->taps, p->slices = 1, p->images = 1;
    if (p->windows == 0) return;
    if (p->windows < FEW) p->images = wki_least(FEW / p->windows, wki_blocks(p->n, p->parts));
    if (p->images < 1) p->images = 1;
    p->chunk = wki_blocks(p->windows, wki_blocks(p->windows, WINDOWS));
    if (p->images == 1 && p->attrs->sliced) {
        p->depth = rows * width;
        p->chunk = wki_blocks(rows, wki_blocks(rows, WINDOWS > width ? WINDOWS / width : 1)) * width;
        p->laid /= w->kernel[1], p->slices = w->kernel[1], p->slice = w->dilation[1] * width;
        p->seen.kernel[1] = 1, p->seen.out[1] += (int32_t)more;
    }
    p->rows = p->images * p->chunk + (p->slices - 1) * p->slice;
}

static plan plan_of(const wki_call *call)
{
    const wki_view *dw = call->views[0], *x = call->views[1], *y = call->views[2];
    plan p = { .attrs = call->attrs, .size = (int64_t)wk_dtype_size((wk_dtype)y->dtype) };
    const wki_window *w = &p.attrs->window;
    p.seen = *w;
    p.kernel = wki_isa() == WKI_ISA_AVX512 ? NULL : wki_product_for(8 * (int)p.size, false);
    p.loops = wki_windows_for((wk_dtype)y->dtype);
    p.moves = wki_moves_for(wki_isa(), (size_t)p.size);
    p.groups = p.attrs->groups, p.parts = dw->size[0];
    p.n = x->size[0], p.in = x->size[1] / p.groups, p.out = y->size[1] / p.groups;
    p.taps = wki_volume(w->kernel), p.windows = wki_volume(w->out), p.plane = wki_volume(w->in);
    p.pointwise = wki_is_pointwise(w);
    plan_chunks(&p);
    p.channels = channels_for(p.in, p.out * p.taps, p.plane);
    p.blocks = p.channels ? wki_blocks(p.in, p.channels) : 0;
    p.copies = p.images > 1 || p.windows * p.size % CROWDED == 0;
    for (int64_t i = 0; i < DEEP; i++) p.at[i] = i;
    p.ld = p.copies ? (p.images * p.chunk) | 16 : p.windows;
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
           channels_for(in, out * wki_volume(w->kernel), wki_volume(w->in)) > 0;
}

static int64_t units(const wki_call *call)
{
    const plan p = plan_of(call);
    return p.parts * p.groups * p.blocks;
}

/* sums [out, channels] += y [out, windows] times a tap's matrix [windows, channels] */
static wki_product product_of(const plan *p, int64_t channels, int64_t windows)
{
    return (wki_product){ .m = p->out,
                          .n = channels,
                          .k = windows,
                          .a_rs = p->ld,
                          .a_cs = 1,
                          .b_rs = p->channels,
                          .b_cs = 1,
                          .c_rs = p->channels,
                          .c_cs = 1 };
}

static size_t pixels_bytes(const plan *p)
{
    return wki_up((size_t)(p->size * p->channels * p->plane * (p->pointwise ? p->images : 1)));
}
static size_t rows_bytes(const plan *p)
{
    return p->pointwise ? 0 : wki_up((size_t)(p->size * p->channels * p->rows * p->laid));
}
static size_t copy_bytes(const plan *p) { return p->copies ? wki_up((size_t)(p->size * p->out * p->ld)) : 0; }
static size_t sums_bytes(const plan *p) { return wki_up((size_t)(p->size * p->channels * p->out * p->taps)); }

static size_t scratch_bytes(const wki_call *call)
{
    const plan p = plan_of(call);
    const wki_product product = product_of(&p, p.channels, p.chunk * p.images);
    return pixels_bytes(&p) + rows_bytes(&p) + copy_bytes(&p) + sums_bytes(&p) +
           (p.kernel ? p.kernel->scratch(&product) : 0);
}

typedef struct unit {
    int64_t part, group, channel, channels, image, end; /* channels from `channel` on; images from `image` to end */
    char *pixels, *rows, *copies, *sums, *rest;         /* scratch */
} unit;

static unit unit_of(const plan *p, int64_t number, char *scratch)
{
    unit u = { .part = number / (p->groups * p->blocks), .group = number / p->blocks % p->groups };
    u.channel = number % p->blocks * p->channels, u.channels = wki_least(p->channels, p->in - u.channel);
    u.image = p->n * u.part / p->parts, u.end = p->n * (u.part + 1) / p->parts;
    u.pixels = scratch, u.rows = u.pixels + pixels_bytes(p), u.copies = u.rows + rows_bytes(p);
    u.sums = u.copies + copy_bytes(p), u.rest = u.sums + sums_bytes(p);
    return u;
}

/* ---- Matrices of taps ---- */

/* n windows side by side, from number o of their row on, of which tap k sees the pixels of a row; outside: zeros */
static void lay_row(const plan *p, int64_t o, int64_t n, int64_t k, const char *row, char *to)
{
    const wki_window *w = &p->seen;
    const int64_t step = w->stride[2], pixel = p->channels * p->size;
    const int64_t at = o * step - w->padding[2] + k * w->dilation[2]; /* the pixel of the first */
    const int64_t low = !row ? n : at < 0 ? wki_least(wki_blocks(-at, step), n) : 0;
    int64_t high = at < w->in[2] ? wki_least((w->in[2] - 1 - at) / step + 1, n) : 0;
    if (high < low) high = low;
    memset(to, 0, (size_t)(WKI_FAULT(127) ? 0 : low * pixel));
    if (step == 1)
        memcpy(to + low * pixel, high > low ? row + (at + low) * pixel : to, (size_t)((high - low) * pixel));
    else
        for (int64_t i = low; i < high; i++) memcpy(to + i * pixel, row + (at + i * step) * pixel, (size_t)pixel);
    memset(to + high * pixel, 0, (size_t)((n - high) * pixel));
}

/* n windows from `first` on, row after row, as tap (i, j, k) sees them */
static void lay_tap(const plan *p, int64_t first, int64_t n, const int64_t tap[3], const char *pixels, char *to)
{
    const wki_window *w = &p->seen;
    const int64_t pixel = p->channels * p->size;
    for (int64_t more; n > 0; n -= more, first += more, to += more * pixel) {
        const int64_t line = first / w->out[2], o = first % w->out[2];
        const int64_t d = line / w->out[1] * w->stride[0] - w->padding[0] + tap[0] * w->dilation[0];
        const int64_t h = line % w->out[1] * w->stride[1] - w->padding[1] + tap[1] * w->dilation[1];
        const bool inside = d >= 0 && d < w->in[0] && h >= 0 && h < w->in[1];
        more = wki_least(w->out[2] - o, n);
        lay_row(p, o, more, tap[2], inside ? pixels + (d * w->in[1] + h) * w->in[2] * pixel : NULL, to);
    }
}

static void lay_out(const plan *p, int64_t first, int64_t n, const char *pixels, char *to)
{
    const int32_t *kernel = p->seen.kernel;
    for (int64_t t = 0; t < p->laid; t++, to += p->rows * p->channels * p->size)
        lay_tap(p, first, n, (int64_t[]){ t / kernel[2] / kernel[1], t / kernel[2] % kernel[1], t % kernel[2] }, pixels,
                to);
}

static void turn_image(const wki_call *call, const plan *p, const unit *u, int64_t image, char *to)
{
    const int64_t plane = (image * p->groups + u->group) * p->in + u->channel;
    p->moves->turn(p->plane, u->channels, to, p->channels, wki_at(call->views[1]->data, plane * p->plane * p->size),
                   p->plane);
}

/* ---- Sums ---- */

/* a tap's sums += y times its matrix of so many windows, or start with that; DEEP windows at once stay in the first
 * cache */
static void add_tap(const plan *p, const unit *u, const char *y, const char *rows, int64_t windows, bool accumulate,
                    char *sums)
{
    if (p->kernel) {
        wki_product product = product_of(p, u->channels, windows);
        product.a = y, product.b = rows, product.c = sums, product.accumulate = accumulate;
        p->kernel->run(&product, 0, p->kernel->units(&product), u->rest);
        return;
    }
    wki_direct d = { .at = p->at, .n = p->out, .step = p->ld, .outs = u->channels, .w_row = p->channels };
    d.ld = p->channels, d.k = windows, d.x = y, d.w = rows, d.to = sums, d.fresh = !accumulate;
    p->loops->direct(&d);
}

/* sums [taps, out, channels] += y [out, windows] times each tap's matrix [windows, channels], or start with that */
static void multiply(const plan *p, const unit *u, const char *y, const char *rows, int64_t windows, bool accumulate)
{
    const int64_t deep = p->kernel ? windows : DEEP, tap = p->out * p->channels * p->size;
    int64_t first = 0;
    do {
        const int64_t n = wki_least(deep, windows - first);
        for (int64_t i = 0; i < p->slices * p->laid; i++) {
            const int64_t row = i % p->laid * p->rows + i / p->laid * p->slice + first;
            add_tap(p, u, y ? y + first * p->size : NULL, rows + row * p->channels * p->size, n,
                    accumulate || first > 0, u->sums + i * tap);
        }
        first += n;
    } while (first < windows);
}

/* n windows from `first` on, of some images from `image` on */
static void chunk(const wki_call *call, const plan *p, const unit *u, int64_t image, int64_t images, int64_t first,
                  int64_t n)
{
    const int64_t more = (p->slices - 1) * p->slice, from = first + first / p->depth * more;
    const int64_t apart = p->groups * p->out * p->windows * p->size, pixel = p->channels * p->size;
    const char *y = wki_at(call->views[2]->data, image * apart + (u->group * p->out * p->windows + first) * p->size);
    const char *rows = p->pointwise ? u->pixels + first * pixel : u->rows;
    if (p->copies) {
        wki_gather_windows(p->out, p->windows, images, apart, n, (size_t)p->size, y, u->copies, p->ld);
        y = u->copies;
    }
    for (int64_t i = 0; i < images && (first == 0 || !p->pointwise); i++) {
        char *pixels = u->pixels + (p->pointwise ? i * p->plane * pixel : 0);
        if (first == 0) turn_image(call, p, u, image + i, pixels);
        if (!p->pointwise) lay_out(p, from, n + more, pixels, u->rows + i * n * pixel);
    }
    multiply(p, u, y, rows, n * images, image > u->image || first > 0);
}

/* The sums to their places in the part: [taps, out, channels] to [out, in, taps], or to that for each row of the
 * kernel. */
static void deliver(const wki_call *call, const plan *p, const unit *u)
{
    const int32_t *kernel = p->attrs->window.kernel;
    const bool sliced = p->attrs->sliced;
    const int64_t heights = sliced ? kernel[1] : 1, taps = p->taps / heights, run = sliced ? kernel[2] : taps;
    const int64_t matrix = p->out * p->channels;
    for (int64_t h = 0; h < heights; h++)
        for (int64_t t = 0; t < taps; t += run) {
            /* the sums of taps are in the order of slices, as laid out, or of the kernel */
            const int64_t first = p->slices > 1 || WKI_FAULT(126) ? h * taps + t : t * heights + h * run;
            const int64_t at = ((u->part * heights + h) * p->groups + u->group) * p->out * p->in + u->channel;
            for (int64_t o = 0; o < p->out; o++)
                p->moves->turn(u->channels, run, (char *)call->views[0]->data + ((at + o * p->in) * taps + t) * p->size,
                               taps, u->sums + (first * matrix + o * p->channels) * p->size, matrix);
        }
}

static void run_unit(const wki_call *call, const plan *p, const unit *u)
{
    if (u->image == u->end || p->windows == 0) multiply(p, u, NULL, u->pixels, 0, false);
    for (int64_t images, image = u->image; image < u->end; image += images) {
        images = wki_least(p->images, u->end - image);
        for (int64_t n, first = 0; first < p->windows; first += n) {
            n = wki_least(p->chunk, p->depth - first % p->depth);
            chunk(call, p, u, image, images, first, n);
        }
    }
    deliver(call, p, u);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const plan p = plan_of(call);
    for (; begin < end; begin++) {
        const unit u = unit_of(&p, begin, scratch);
        run_unit(call, &p, &u);
    }
    return WK_OK;
}

const wki_kernel wki_conv_turned = { "conv_weight", units, scratch_bytes, run };
