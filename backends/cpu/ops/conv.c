/* conv: y = correlation of x with w. A unit is a block of one group's windows in one image: their columns, as far as
 * they are not x itself, are laid out in scratch and multiplied by the weights. Each element is one chain, so blocks
 * change no bit.
 *
 * Sliced, windows come in whole rows and columns hold one row of the kernel: what the next row of the kernel sees is
 * the same, a row of windows further on. So there are a few rows of columns more, but only one slice of the taps. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/product.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"

enum { COLUMNS = 1 << 17, LEAST_WINDOWS = 64, STEP = 32 }; /* reals of columns at once; windows come in STEPs */

typedef struct plan {
    const wki_conv_attrs *attrs;
    wki_window columns; /* what is laid out */
    const wki_product_kernel *kernel;
    int64_t n, groups, in, out; /* channels in and out of a group */
    int64_t k, slices, slice;   /* channels x taps of one of the slices; windows from one to the next */
    int64_t windows, plane;     /* of one image; elements of a plane of x */
    int64_t block, blocks,
        depth;  /* windows of a unit, units of an image's group, windows that blocks may not straddle */
    int64_t ld; /* from one row of columns to the next */
    bool pointwise;
    size_t size; /* of an element */
} plan;

/* An even share of `whole` units for each block of at most `most`, or a bit more. */
static int64_t share(int64_t whole, int64_t most) { return wki_blocks(whole, wki_blocks(whole, most)); }

static void plan_blocks(plan *p, const wki_window *w)
{
    p->depth = p->windows;
    p->block = wki_blocks(COLUMNS / (p->k + 1), STEP) * STEP;
    if (p->block < LEAST_WINDOWS) p->block = LEAST_WINDOWS;
    if (p->windows > 0) p->block = wki_blocks(share(p->windows, p->block), STEP) * STEP;
    p->ld =
        p->pointwise ? p->plane : wki_least(p->block, p->windows) | 16; /* no power of two: those share cache lines */
    p->blocks = wki_blocks(p->windows, p->block);
    if (!p->attrs->sliced || p->windows == 0) return;
    const int64_t width = w->out[2], rows = w->out[1], more = (w->kernel[1] - 1) * (int64_t)w->dilation[1];
    int64_t fit = COLUMNS / (p->k * width + 1) - more;
    if (fit < 2 * more + 1) fit = 2 * more + 1;
    if (fit * width < LEAST_WINDOWS) fit = wki_blocks(LEAST_WINDOWS, width);
    p->depth = rows * width;
    p->block = share(rows, fit) * width;
    p->blocks = w->out[0] * wki_blocks(p->depth, p->block);
    p->slices = w->kernel[1], p->slice = w->dilation[1] * width;
    p->ld = (p->block + more * width) | 16;
    p->columns.kernel[1] = 1;
    p->columns.out[1] += (int32_t)more;
}

static plan plan_of(const wki_call *call)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    plan p = { .attrs = call->attrs, .size = wk_dtype_size((wk_dtype)y->dtype), .slices = 1 };
    const wki_window *w = &p.attrs->window;
    p.columns = *w;
    p.kernel = wki_product_for(8 * (int)p.size);
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
    const plan p = plan_of(call);
    return p.out == 0 ? 0 : p.n * p.groups * p.blocks;
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

static size_t scratch_bytes(const wki_call *call)
{
    const plan p = plan_of(call);
    const wki_product product = product_of(&p, wki_least(p.block, p.windows));
    return columns_bytes(&p) + p.kernel->scratch(&product);
}

/* Windows `first` to last of one image's group: their columns times each slice of the weights. */
static void multiply(const plan *p, const wki_call *call, int64_t image_group, int64_t first, int64_t last,
                     char *scratch)
{
    const wki_view *y = call->views[0], *x = call->views[1], *w = call->views[2];
    const int64_t size = (int64_t)p->size, group = image_group % p->groups;
    char *planes = wki_at(x->data, image_group * p->in * p->plane * size);
    wki_product product = product_of(p, last - first);
    product.c = (char *)y->data + (image_group * p->out * p->windows + first) * size;
    if (p->pointwise) {
        product.a = wki_at(planes, first * size);
    } else {
        const int64_t more = (p->slices - 1) * p->slice, skipped = p->depth > 0 ? first / p->depth * more : 0;
        wki_windows_for((wk_dtype)y->dtype)
            ->unfold(&p->columns, p->in, planes, first + skipped, last + skipped + more, scratch, p->ld);
    }
    for (int64_t i = 0; i < p->slices; i++) {
        if (!p->pointwise) product.a = scratch + i * p->slice * size;
        product.b = wki_at(w->data, (i * p->groups + group) * p->out * p->k * size);
        product.accumulate = i > 0;
        if (i == p->slices - 1 && p->attrs->bias) product.bias = wki_at(call->views[3]->data, group * p->out * size);
        p->kernel->run(&product, 0, p->kernel->units(&product), scratch + columns_bytes(p));
    }
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const plan p = plan_of(call);
    if (begin >= end) return WK_OK;
    const int64_t each = wki_blocks(p.depth, p.block); /* blocks of a depth */
    for (; begin < end; begin++) {
        const int64_t block = begin % p.blocks, start = block / each * p.depth, first = start + block % each * p.block;
        multiply(&p, call, begin / p.blocks, first, wki_least(first + p.block, start + p.depth), scratch);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_conv = { "conv", units, scratch_bytes, run };
