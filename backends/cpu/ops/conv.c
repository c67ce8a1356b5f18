/* conv: y = correlation of x with w. A unit is a block of one group's windows in one image, or all of them in several
 * where they are few: their columns, as far as they are not x itself, are laid out in scratch and multiplied by the
 * weights. Each element is one chain, so blocks change no bit.
 *
 * Sliced, windows come in whole rows and columns hold one row of the kernel: what the next row of the kernel sees is
 * the same, a row of windows further on. So there are a few rows of columns more, but only one slice of the taps, and
 * rows that it sees outside of x are left out. Rows of several images take turns, so that this holds for them too. Many
 * images of many channels are left to conv_direct.c. */
#include "backends/cpu/conv_direct.h"
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/product.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"

enum { COLUMNS = 1 << 17, LEAST_WINDOWS = 64, STEP = 32 }; /* reals of columns at once; windows come in STEPs */
enum { FEW = 192, BATCHES = 4 }; /* windows of an image that are few; units that several images leave at least */

typedef struct plan {
    const wki_conv_attrs *attrs;
    wki_window columns; /* what is laid out */
    const wki_product_kernel *kernel;
    int64_t n, groups, in, out; /* channels in and out of a group */
    int64_t k, slices;          /* channels x taps of one of the slices */
    int64_t windows, plane;     /* of one image; elements of a plane of x */
    int64_t block, blocks;      /* windows of a unit in an image, units of an image's group */
    int64_t depth;              /* windows that blocks may not straddle */
    int64_t images, image;      /* of a unit; windows in scratch from one to the next */
    int64_t ld;                 /* from one row of columns to the next */
    bool pointwise;
    size_t size; /* of an element */
} plan;

/* An even share of `whole` units for each block of at most `most`, or a bit more. */
static int64_t share(int64_t whole, int64_t most) { return wki_blocks(whole, wki_blocks(whole, most)); }

/* Sliced: whole rows of windows, and the rows more that other rows of the kernel see. */
static void plan_rows(plan *p, const wki_window *w)
{
    const int64_t width = w->out[2], rows = w->out[1], more = (w->kernel[1] - 1) * (int64_t)w->dilation[1];
    int64_t fit = COLUMNS / (p->k * width + 1) - more;
    if (fit < 2 * more + 1) fit = 2 * more + 1;
    if (fit * width < LEAST_WINDOWS) fit = wki_blocks(LEAST_WINDOWS, width);
    if (p->images > 1) fit = rows;
    p->depth = rows * width;
    p->block = share(rows, fit) * width;
    p->blocks = w->out[0] * wki_blocks(p->depth, p->block);
    p->image = width, p->slices = w->kernel[1];
    p->ld = ((p->block + more * width) * p->images) | 16;
    p->columns.kernel[1] = 1;
    p->columns.out[1] += (int32_t)more;
}

static void plan_blocks(plan *p, const wki_window *w)
{
    p->depth = p->windows, p->image = p->windows, p->images = 1;
    if (p->windows == 0) return;
    if (p->windows < FEW && w->out[0] == 1 && !p->pointwise && p->n > 0)
        p->images = wki_least(wki_blocks(FEW, p->windows), wki_blocks(p->n, BATCHES));
    if (p->attrs->sliced) {
        plan_rows(p, w);
        return;
    }
    p->block = wki_blocks(COLUMNS / (p->k + 1), STEP) * STEP;
    if (p->block < LEAST_WINDOWS) p->block = LEAST_WINDOWS;
    p->block = p->images > 1 ? p->windows : wki_blocks(share(p->windows, p->block), STEP) * STEP;
    /* no power of two: those share cache lines */
    p->ld = p->pointwise ? p->plane : (wki_least(p->block, p->windows) * p->images) | 16;
    p->blocks = wki_blocks(p->windows, p->block);
}

static plan plan_of(const wki_call *call)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    plan p = { .attrs = call->attrs, .size = wk_dtype_size((wk_dtype)y->dtype), .slices = 1 };
    const wki_window *w = &p.attrs->window;
    p.columns = *w;
    p.kernel = wki_product_for(8 * (int)p.size, p.attrs->rounds);
    p.groups = p.attrs->groups;
    p.n = x->size[0], p.in = x->size[1] / p.groups, p.out = y->size[1] / p.groups;
    p.k = p.in * wki_volume(w->kernel) / (p.attrs->sliced ? w->kernel[1] : 1);
    p.windows = wki_volume(w->out), p.plane = wki_volume(w->in);
    p.pointwise = wki_is_pointwise(w);
    plan_blocks(&p, w);
    return p;
}

static int64_t units(const wki_call *call)
{
    if (wki_direct_pays(call)) return wki_conv_direct.units(call);
    const plan p = plan_of(call);
    return p.out * p.windows == 0 ? 0 : wki_blocks(p.n, p.images) * p.groups * p.blocks;
}

/* y[windows, out] = columns[k, windows]^T w[out, k]^T + bias, as the product's bias goes with its columns */
static wki_product product_of(const plan *p, int64_t windows)
{
    return (wki_product){ .m = windows,
                          .n = p->out,
                          .k = p->k,
                          .a_rs = 1,
                          .a_cs = p->ld,
                          .b_rs = 1,
                          .b_cs = p->k,
                          .c_rs = 1,
                          .c_cs = p->windows };
}

static size_t columns_bytes(const plan *p) { return p->pointwise ? 0 : wki_up(p->size * (size_t)(p->k * p->ld)); }

/* of the result of several images, before they part */
static size_t result_bytes(const plan *p)
{
    return p->images == 1 ? 0 : wki_up(p->size * (size_t)(p->out * p->images * p->windows));
}

static size_t scratch_bytes(const wki_call *call)
{
    if (wki_direct_pays(call)) return wki_conv_direct.scratch(call);
    const plan p = plan_of(call);
    const wki_product product = product_of(&p, p.images * wki_least(p.block, p.windows));
    return columns_bytes(&p) + result_bytes(&p) + p.kernel->scratch(&product);
}

typedef struct unit {
    int64_t image, images, group, first, end; /* images from `image` on, windows from first to end of each */
    int64_t pitch;                            /* windows in scratch from one row of an image to the next */
    char *columns, *result, *rest;            /* scratch */
} unit;

static unit unit_of(const plan *p, int64_t number, char *scratch)
{
    const int64_t block = number % p->blocks, each = wki_blocks(p->depth, p->block); /* blocks of a depth */
    unit u = { .group = number / p->blocks % p->groups, .image = number / (p->blocks * p->groups) * p->images };
    u.images = wki_least(p->images, p->n - u.image);
    u.pitch = p->attrs->window.out[2] * (p->attrs->sliced ? u.images : 1);
    u.first = block / each * p->depth + block % each * p->block;
    u.end = wki_least(u.first + p->block, (block / each + 1) * p->depth);
    u.columns = scratch, u.result = u.columns + columns_bytes(p), u.rest = u.result + result_bytes(p);
    return u;
}

static void lay_out(const plan *p, const unit *u, const wki_view *x)
{
    const wki_window *w = &p->attrs->window;
    const int64_t more = (p->slices - 1) * w->dilation[1] * w->out[2], skipped = u->first / p->depth * more;
    const int64_t size = (int64_t)p->size;
    for (int64_t i = 0; i < u->images; i++)
        wki_windows_for((wk_dtype)x->dtype)
            ->unfold(&p->columns, p->in,
                     wki_at(x->data, ((u->image + i) * p->groups + u->group) * p->in * p->plane * size),
                     u->first + skipped, u->end + skipped + more, u->columns + i * p->image * size, p->ld, u->pitch);
}

/* Rows `from` to `end` of the product, as a product of its own. */
static void multiply_rows(const plan *p, const wki_product *all, int64_t from, int64_t end, int64_t k, char *scratch)
{
    wki_product part = *all;
    part.m = end - from, part.k = k;
    part.a = from > 0 ? (const char *)all->a + from * (int64_t)p->size : all->a;
    part.c = (char *)all->c + from * (int64_t)p->size;
    if (part.m > 0) p->kernel->run(&part, 0, p->kernel->units(&part), scratch);
}

/* The columns times number i of the slices. What sees only the outside keeps its sum, so far; the first slice starts it
 * at 0 and the last adds what follows the sum. */
static void multiply_slice(const plan *p, const unit *u, const wki_product *product, int64_t i)
{
    const wki_window *w = &p->attrs->window;
    if (!p->attrs->sliced) {
        multiply_rows(p, product, 0, product->m, p->k, u->rest);
        return;
    }
    const int64_t top = u->first % p->depth / w->out[2], rows = (u->end - u->first) / w->out[2];
    const int64_t at = i * w->dilation[1] - w->padding[1] + top; /* the row of x that the first one sees */
    const int64_t low = at < 0 ? wki_least(-at, rows) : 0;
    const int64_t high = at >= w->in[1] ? low : wki_least(w->in[1] - at, rows);
    multiply_rows(p, product, low * u->pitch, high * u->pitch, p->k, u->rest);
    if (product->accumulate && !product->bias && !product->relu) return;
    multiply_rows(p, product, 0, low * u->pitch, 0, u->rest);
    multiply_rows(p, product, high * u->pitch, rows * u->pitch, 0, u->rest);
}

/* The result of several images to their places in y. */
static void part(const plan *p, const unit *u, const wki_view *y)
{
    const int64_t rows = p->attrs->sliced ? p->windows / p->image : 1, size = (int64_t)p->size;
    const size_t bytes = (size_t)(p->image * size);
    for (int64_t i = 0; i < u->images; i++) {
        char *to = (char *)y->data + ((u->image + i) * p->groups + u->group) * p->out * p->windows * size;
        for (int64_t o = 0; o < p->out; o++)
            for (int64_t r = 0; r < rows; r++, to += bytes)
                memcpy(to, u->result + (o * p->images * p->windows + r * u->pitch + i * p->image) * size, bytes);
    }
}

static void run_unit(const plan *p, const wki_call *call, const unit *u)
{
    const wki_view *y = call->views[0], *x = call->views[1], *w = call->views[2];
    const int64_t size = (int64_t)p->size, from = (u->image * p->groups + u->group);
    wki_product product = product_of(p, u->end - u->first);
    if (p->images > 1) {
        product.m = p->attrs->sliced ? p->windows / p->image * u->pitch : u->images * p->windows;
        product.c = u->result, product.c_cs = p->images * p->windows;
    } else {
        product.c = (char *)y->data + (from * p->out * p->windows + u->first) * size;
    }
    if (!p->pointwise) lay_out(p, u, x);
    for (int64_t i = 0; i < p->slices; i++) {
        product.a = p->pointwise ? wki_at(x->data, (from * p->in * p->plane + u->first) * size)
                                 : u->columns + i * p->attrs->window.dilation[1] * u->pitch * size;
        product.b = wki_at(w->data, (i * p->groups + u->group) * p->out * p->k * size);
        product.accumulate = i > 0;
        const bool last = i == p->slices - 1;
        if (last && p->attrs->bias) product.bias = wki_at(call->views[3]->data, u->group * p->out * size);
        product.relu = last && p->attrs->relu;
        multiply_slice(p, u, &product, i);
    }
    if (p->images > 1) part(p, u, y);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    if (wki_direct_pays(call)) return wki_conv_direct.run(call, begin, end, scratch);
    const plan p = plan_of(call);
    for (; begin < end; begin++) {
        const unit u = unit_of(&p, begin, scratch);
        run_unit(&p, call, &u);
    }
    return WK_OK;
}

const wki_kernel wki_conv_plain = { "conv", units, scratch_bytes, run };

WKI_CONV_KERNEL(conv, wki_conv_plain)
