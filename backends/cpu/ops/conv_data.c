/* conv_data: the transpose of conv, x from y. A unit is a block of one group's channels in one image, or in several of
 * few windows, of which y is copied side by side: the weights times y are columns, which are then folded, added where
 * their taps lie, in ascending order of windows and taps. */
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/product.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"

enum { COLUMNS = 1 << 16, WINDOWS = 512, ROWS = 200 }; /* reals of columns at once; windows and rows that are enough */
enum { FEW = 128, BATCHES = 4 }; /* windows that are few; units that several images leave at least */

typedef struct plan {
    const wki_conv_attrs *attrs;
    const wki_window *w;
    const wki_product_kernel *kernel;
    int64_t n, groups, in, out;      /* channels of a group: of x, of y */
    int64_t taps, windows, plane;    /* of one window; of one image; elements of a plane of x */
    int64_t channels, blocks, chunk; /* of a unit; units of an image's group; windows at once */
    int64_t images, batches, ld;     /* of a unit; their number; from row to row of columns and of y's copy */
    size_t size;
} plan;

static plan plan_of(const wki_call *call)
{
    const wki_view *x = call->views[0], *y = call->views[1];
    plan p = { .attrs = call->attrs, .size = wk_dtype_size((wk_dtype)y->dtype) };
    p.w = &p.attrs->window;
    p.kernel = wki_product_for(8 * (int)p.size, p.attrs->rounds);
    p.groups = p.attrs->groups;
    p.n = x->size[0], p.in = x->size[1] / p.groups, p.out = y->size[1] / p.groups;
    p.taps = wki_volume(p.w->kernel), p.windows = wki_volume(p.w->out), p.plane = wki_volume(p.w->in);
    p.channels = wki_least(wki_blocks(ROWS, p.taps), p.in > 0 ? p.in : 1);
    p.blocks = wki_blocks(p.in, p.channels);
    p.chunk = COLUMNS / (p.channels * p.taps);
    if (p.chunk > WINDOWS || p.chunk < 64) p.chunk = p.chunk < 64 ? 64 : WINDOWS;
    p.chunk = wki_least(p.chunk, p.windows);
    if (p.chunk > p.w->out[2]) p.chunk -= p.chunk % p.w->out[2]; /* whole rows are folded faster */
    const int64_t most = p.windows > 0 && p.chunk == p.windows ? FEW / p.windows : 1;
    p.images = wki_least(most, wki_blocks(p.n, BATCHES));
    if (p.images < 1) p.images = 1;
    p.batches = wki_blocks(p.n, p.images);
    p.ld = (p.chunk * p.images) | 16;
    return p;
}

static int64_t units(const wki_call *call)
{
    const plan p = plan_of(call);
    return p.plane == 0 ? 0 : p.batches * p.groups * p.blocks;
}

static wki_product product_of(const plan *p, int64_t channels, int64_t windows)
{
    return (wki_product){ .m = channels * p->taps,
                          .n = windows,
                          .k = p->out,
                          .a_rs = 1,
                          .a_cs = p->in * p->taps,
                          .b_rs = p->images > 1 ? p->ld : p->windows,
                          .b_cs = 1,
                          .c_rs = p->ld,
                          .c_cs = 1 };
}

static size_t columns_bytes(const plan *p) { return wki_up(p->size * (size_t)(p->channels * p->taps * p->ld)); }
static size_t copy_bytes(const plan *p) { return p->images > 1 ? wki_up(p->size * (size_t)(p->out * p->ld)) : 0; }

static size_t scratch_bytes(const wki_call *call)
{
    const plan p = plan_of(call);
    const wki_product product = product_of(&p, p.channels, p.chunk * p.images);
    return columns_bytes(&p) + copy_bytes(&p) + p.kernel->scratch(&product);
}

/* x = its bias, or 0 */
static void start(const wki_call *call, const plan *p, const wki_windows *loops, char *x, int64_t channel,
                  int64_t channels)
{
    static const double zero = 0;
    for (int64_t c = 0; c < channels; c++, x += p->plane * (int64_t)p->size)
        loops->set(p->plane, x,
                   p->attrs->bias ? wki_at(call->views[3]->data, (channel + c) * (int64_t)p->size)
                                  : (const void *)&zero);
}

typedef struct unit {
    int64_t image, images, group, channel, channels; /* images from `image` on, channels from `channel` on */
    char *columns, *copies, *rest;                   /* scratch */
} unit;

/* What is large stays: of one image y, of several the weights. */
static unit unit_of(const plan *p, int64_t number, char *scratch)
{
    const int64_t others = p->batches * p->groups;
    const bool one = p->images == 1;
    const int64_t block = one ? number % p->blocks : number / others,
                  other = one ? number / p->blocks : number % others;
    unit u = { .image = other / p->groups * p->images, .group = other % p->groups, .channel = block * p->channels };
    u.images = wki_least(p->images, p->n - u.image), u.channels = wki_least(p->channels, p->in - u.channel);
    u.columns = scratch, u.copies = u.columns + columns_bytes(p), u.rest = u.copies + copy_bytes(p);
    return u;
}

/* the columns of n windows of each image, from `first` on, into x, whose planes begin at `planes` */
static void add_windows(const wki_call *call, const plan *p, const unit *u, char *planes, int64_t first, int64_t n)
{
    const int64_t size = (int64_t)p->size, apart = p->groups * p->out * p->windows * size;
    wki_product product = product_of(p, u->channels, n * u->images);
    const char *y = wki_at(call->views[1]->data, u->image * apart + (u->group * p->out * p->windows + first) * size);
    product.a = wki_at(call->views[2]->data, (u->group * p->out * p->in + u->channel) * p->taps * size);
    product.b = p->images > 1 ? u->copies : y, product.c = u->columns;
    if (p->images > 1) wki_gather_windows(p->out, p->windows, u->images, apart, n, p->size, y, u->copies, p->ld);
    p->kernel->run(&product, 0, p->kernel->units(&product), u->rest);
    for (int64_t i = 0; i < u->images; i++)
        wki_windows_for((wk_dtype)call->views[1]->dtype)
            ->fold(p->w, u->channels, planes + i * p->groups * p->in * p->plane * size, first, first + n,
                   u->columns + i * n * size, p->ld);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const plan p = plan_of(call);
    const wki_windows *loops = wki_windows_for((wk_dtype)call->views[1]->dtype);
    const int64_t size = (int64_t)p.size;
    for (; begin < end; begin++) {
        const unit u = unit_of(&p, begin, scratch);
        const int64_t channel = u.group * p.in + u.channel, image = p.groups * p.in * p.plane * size;
        char *planes = (char *)call->views[0]->data + u.image * image + channel * p.plane * size;
        for (int64_t i = 0; i < u.images; i++) start(call, &p, loops, planes + i * image, channel, u.channels);
        for (int64_t n, first = 0; first < p.windows; first += n) {
            n = wki_least(p.chunk, p.windows - first);
            add_windows(call, &p, &u, planes, first, n);
        }
    }
    return WK_OK;
}

const wki_kernel wki_conv_data_plain = { "conv_data", units, scratch_bytes, run };

WKI_CONV_KERNEL(conv_data, wki_conv_data_plain)
