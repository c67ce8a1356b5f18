/* conv_weight: the gradient of conv by its weights, in parts that each cover a range of images. A unit is a block of
 * one group's channels in one part: y times columns, added up over the images in ascending order, each element one
 * chain. y is copied first where its rows, a power of two apart, would share cache lines; and images of few windows
 * are taken several at a time. Sliced, columns hold one row of the kernel, as in conv. Where there are many channels,
 * conv_turned.c does the same in another way. */
#include "backends/cpu/conv_turned.h"
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/product.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"

enum { COLUMNS = 1 << 17, WINDOWS = 1024, FEW = 256 }; /* reals of columns and windows at once; few windows */
enum { CROWDED = 4096 };                               /* bytes apart that share cache lines */

typedef struct plan {
    const wki_conv_attrs *attrs;
    wki_window columns; /* what is laid out */
    const wki_product_kernel *kernel;
    int64_t n, parts, groups, in, out;           /* channels of a group: of x, of y */
    int64_t taps, slices, slice;                 /* taps of one of the slices; windows from one to the next */
    int64_t apart;                               /* elements of y from image to image */
    int64_t windows, depth, plane;               /* of one image; that chunks may not straddle; elements of a plane */
    int64_t chunk, images, channels, blocks, ld; /* windows and images at once; channels of a unit; units of a group */
    bool copies;
    size_t size;
} plan;

static void plan_chunks(plan *p, const wki_window *w)
{
    p->depth = p->windows;
    p->images = p->windows > 0 && p->windows < FEW ? wki_least(FEW / p->windows, wki_blocks(p->n, p->parts)) : 1;
    if (p->images < 1) p->images = 1;
    p->chunk = wki_blocks(p->windows, wki_blocks(p->windows, WINDOWS) + (p->windows == 0));
    p->ld = (p->chunk * p->images) | 16;
    if (!p->attrs->sliced || p->windows == 0) return;
    const int64_t width = w->out[2], rows = w->out[1], more = (w->kernel[1] - 1) * (int64_t)w->dilation[1];
    const int64_t fit = WINDOWS > width ? WINDOWS / width : 1;
    p->depth = rows * width, p->images = 1;
    p->chunk = wki_blocks(rows, wki_blocks(rows, fit)) * width;
    p->taps /= w->kernel[1], p->slices = w->kernel[1], p->slice = w->dilation[1] * width;
    p->ld = (p->chunk + more * width) | 16;
    p->columns.kernel[1] = 1, p->columns.out[1] += (int32_t)more;
}

static plan plan_of(const wki_call *call)
{
    const wki_view *dw = call->views[0], *x = call->views[1], *y = call->views[2];
    plan p = { .attrs = call->attrs, .size = wk_dtype_size((wk_dtype)y->dtype), .slices = 1 };
    const wki_window *w = &p.attrs->window;
    p.columns = *w;
    p.kernel = wki_product_for(8 * (int)p.size, p.attrs->rounds);
    p.groups = p.attrs->groups, p.parts = dw->size[0];
    p.n = x->size[0], p.in = x->size[1] / p.groups, p.out = y->size[1] / p.groups;
    p.taps = wki_volume(w->kernel), p.windows = wki_volume(w->out), p.plane = wki_volume(w->in);
    p.apart = y->size[1] * p.windows;
    plan_chunks(&p, w);
    p.channels = COLUMNS / (p.ld * p.taps);
    p.channels = p.channels < 1 ? 1 : p.channels;
    p.copies = p.images > 1 || p.windows * (int64_t)p.size % CROWDED == 0;
    p.blocks = wki_blocks(p.in, p.channels);
    if (p.blocks > 1) p.channels = wki_blocks(p.in, p.blocks);
    return p;
}

static int64_t units(const wki_call *call)
{
    if (wki_turned_pays(call)) return wki_conv_turned.units(call);
    const plan p = plan_of(call);
    return p.out * p.taps == 0 ? 0 : p.parts * p.groups * p.blocks;
}

static wki_product product_of(const plan *p, int64_t channels, int64_t windows)
{
    return (wki_product){ .m = p->out,
                          .n = channels * p->taps,
                          .k = windows,
                          .a_rs = p->copies ? p->ld : p->windows,
                          .a_cs = 1,
                          .b_rs = 1,
                          .b_cs = p->ld,
                          .c_rs = p->in * p->taps,
                          .c_cs = 1 };
}

static size_t columns_bytes(const plan *p) { return wki_up(p->size * (size_t)(p->channels * p->taps * p->ld)); }
static size_t copy_bytes(const plan *p) { return !p->copies ? 0 : wki_up(p->size * (size_t)(p->out * p->ld)); }

size_t wki_conv_weight_channels_scratch(const wki_call *call)
{
    const plan p = plan_of(call);
    const wki_product product = product_of(&p, p.channels, p.chunk * p.images);
    return columns_bytes(&p) + copy_bytes(&p) + p.kernel->scratch(&product);
}

static size_t scratch_bytes(const wki_call *call)
{
    return wki_turned_pays(call) ? wki_conv_turned.scratch(call) : wki_conv_weight_channels_scratch(call);
}

typedef struct unit {
    int64_t group, channel, channels, image, end; /* channels from `channel` on; images from `image` to end */
    int64_t out;                                  /* y's first channel of the group's */
    char *to, *columns, *copies, *rest;           /* its place in the first slice; scratch */
} unit;

static unit unit_of(const wki_call *call, const plan *p, int64_t number, char *scratch)
{
    const int64_t part = number / (p->groups * p->blocks);
    unit u = { .group = number / p->blocks % p->groups, .channel = number % p->blocks * p->channels };
    u.channels = wki_least(p->channels, p->in - u.channel);
    u.image = p->n * part / p->parts, u.end = p->n * (part + 1) / p->parts;
    u.to = (char *)call->views[0]->data +
           ((part * p->slices * p->groups + u.group) * p->out * p->in + u.channel) * p->taps * (int64_t)p->size;
    u.columns = scratch, u.copies = scratch + columns_bytes(p), u.rest = u.copies + copy_bytes(p);
    return u;
}

static void multiply(const plan *p, const unit *u, const char *y, int64_t k, bool accumulate)
{
    const int64_t size = (int64_t)p->size, slice = p->groups * p->out * p->in * p->taps * size;
    wki_product product = product_of(p, u->channels, k);
    product.a = y, product.accumulate = accumulate;
    for (int64_t i = 0; i < p->slices; i++) {
        product.b = u->columns + i * p->slice * size;
        product.c = u->to + i * slice;
        p->kernel->run(&product, 0, p->kernel->units(&product), u->rest);
    }
}

/* n windows from `first` on, of some images from `image` on */
static void chunk(const wki_call *call, const plan *p, const unit *u, int64_t image, int64_t images, int64_t first,
                  int64_t n)
{
    const wki_view *x = call->views[1], *y = call->views[2];
    const int64_t size = (int64_t)p->size, more = (p->slices - 1) * p->slice, from = first + first / p->depth * more;
    const char *from_y = wki_at(y->data, (image * p->apart + (u->group * p->out + u->out) * p->windows + first) * size);
    if (p->copies)
        wki_gather_windows(p->out, p->windows, images, p->apart * size, n, p->size, from_y, u->copies, p->ld);
    for (int64_t i = 0; i < images; i++) {
        const int64_t plane = ((image + i) * p->groups + u->group) * p->in + u->channel;
        wki_windows_for((wk_dtype)x->dtype)
            ->unfold(&p->columns, u->channels, wki_at(x->data, plane * p->plane * size), from, from + n + more,
                     u->columns + i * n * size, p->ld, p->columns.out[2]);
    }
    multiply(p, u, p->copies ? u->copies : from_y, n * images, image > u->image || first > 0);
}

static void run_unit(const wki_call *call, const plan *p, const unit *u)
{
    if (u->image == u->end || p->windows == 0) multiply(p, u, u->copies, 0, false);
    for (int64_t images, image = u->image; image < u->end; image += images) {
        images = wki_least(p->images, u->end - image);
        for (int64_t n, first = 0; first < p->windows; first += n) {
            n = wki_least(p->chunk, p->depth - first % p->depth);
            chunk(call, p, u, image, images, first, n);
        }
    }
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    if (wki_turned_pays(call)) return wki_conv_turned.run(call, begin, end, scratch);
    const plan p = plan_of(call);
    for (; begin < end; begin++) {
        const unit u = unit_of(call, &p, begin, scratch);
        run_unit(call, &p, &u);
    }
    return WK_OK;
}

static const wki_kernel plain = { "conv_weight", units, scratch_bytes, run };

void wki_conv_weight_channels(const wki_call *call, int64_t channel, int64_t channels, int64_t out, int64_t outs,
                              void *scratch)
{
    plan p = plan_of(call);
    p.out = outs;
    for (int64_t c = channel; c < channel + channels; c += p.channels) {
        unit u = unit_of(call, &p, 0, scratch);
        u.channel = c, u.channels = wki_least(p.channels, channel + channels - c), u.out = out;
        u.to += (out * p.in + c) * p.taps * (int64_t)p.size;
        run_unit(call, &p, &u);
    }
}

WKI_CONV_KERNEL(conv_weight, plain)
