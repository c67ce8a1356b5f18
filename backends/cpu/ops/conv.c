/* conv: y = correlation of x with w. A unit is a block of one group's windows in one image: their columns, as far as
 * they are not x itself, are laid out in scratch and multiplied by the weights. Each element is one chain over
 * (channel, tap), so blocks change no bit. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/product.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"

enum { COLUMNS = 1 << 17, LEAST_WINDOWS = 64, STEP = 32 }; /* reals of columns at once; windows come in STEPs */

typedef struct plan {
    const wki_conv_attrs *attrs;
    const wki_window *w;
    const wki_product_kernel *kernel;
    int64_t n, groups, in, out; /* channels in and out of a group */
    int64_t k, windows, plane;  /* channels x taps; of one image; elements of a plane of x */
    int64_t block, blocks, ld;  /* windows of a unit, units of an image's group, from one row of columns to the next */
    bool pointwise;
    size_t size; /* of an element */
} plan;

static plan plan_of(const wki_call *call)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    plan p = { .attrs = call->attrs, .size = wk_dtype_size((wk_dtype)y->dtype) };
    p.w = &p.attrs->window;
    p.kernel = wki_product_for(8 * (int)p.size);
    p.groups = p.attrs->groups;
    p.n = x->size[0], p.in = x->size[1] / p.groups, p.out = y->size[1] / p.groups;
    p.k = p.in * wki_volume(p.w->kernel);
    p.windows = wki_volume(p.w->out), p.plane = wki_volume(p.w->in);
    p.pointwise = wki_is_pointwise(p.w);
    p.block = wki_blocks(COLUMNS / (p.k + 1), STEP) * STEP;
    if (p.block < LEAST_WINDOWS) p.block = LEAST_WINDOWS;
    if (p.windows > 0) p.block = wki_blocks(wki_blocks(p.windows, wki_blocks(p.windows, p.block)), STEP) * STEP;
    p.blocks = wki_blocks(p.windows, p.block);
    p.ld = p.pointwise ? p.plane : wki_least(p.block, p.windows) | 16; /* no power of two: those share cache lines */
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

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *y = call->views[0], *x = call->views[1], *w = call->views[2];
    const plan p = plan_of(call);
    const wki_windows *loops = wki_windows_for((wk_dtype)y->dtype);
    const int64_t size = (int64_t)p.size;
    for (; begin < end; begin++) {
        const int64_t first = begin % p.blocks * p.block, last = wki_least(first + p.block, p.windows);
        const int64_t image_group = begin / p.blocks, group = image_group % p.groups;
        const char *planes = wki_at(x->data, image_group * p.in * p.plane * size);
        wki_product product = product_of(&p, last - first);
        product.a = p.pointwise ? wki_at(planes, first * size) : scratch;
        product.b = wki_at(w->data, group * p.out * p.k * size);
        product.c = (char *)y->data + (image_group * p.out * p.windows + first) * size;
        product.bias = p.attrs->bias ? wki_at(call->views[3]->data, group * p.out * size) : NULL;
        if (!p.pointwise) loops->unfold(p.w, p.in, planes, first, last, scratch, p.ld);
        p.kernel->run(&product, 0, p.kernel->units(&product), (char *)scratch + columns_bytes(&p));
    }
    return WK_OK;
}

const wki_kernel wki_cpu_conv = { "conv", units, scratch_bytes, run };
