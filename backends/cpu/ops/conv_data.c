/* conv_data: the transpose of conv, x from y. A unit is a block of one group's channels in one image: the weights times
 * y are columns, which are then folded, added where their taps lie, in ascending order of windows and taps. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/product.h"
#include "backends/cpu/walk.h"
#include "backends/cpu/windows.h"

enum { COLUMNS = 1 << 16, WINDOWS = 512, ROWS = 200 }; /* reals of columns at once; windows and rows that are enough */

typedef struct plan {
    const wki_conv_attrs *attrs;
    const wki_window *w;
    const wki_product_kernel *kernel;
    int64_t n, groups, in, out;      /* channels of a group: of x, of y */
    int64_t taps, windows, plane;    /* of one window; of one image; elements of a plane of x */
    int64_t channels, blocks, chunk; /* of a unit; units of an image's group; windows at once */
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
    return p;
}

static int64_t units(const wki_call *call)
{
    const plan p = plan_of(call);
    return p.plane == 0 ? 0 : p.n * p.groups * p.blocks;
}

static wki_product product_of(const plan *p, int64_t channels, int64_t windows)
{
    return (wki_product){ .m = channels * p->taps,
                          .n = windows,
                          .k = p->out,
                          .a_rs = 1,
                          .a_cs = p->in * p->taps,
                          .b_rs = p->windows,
                          .b_cs = 1,
                          .c_rs = p->chunk | 16,
                          .c_cs = 1 };
}

static size_t columns_bytes(const plan *p)
{
    return wki_up(p->size * (size_t)(p->channels * p->taps * (p->chunk | 16)));
}

static size_t scratch_bytes(const wki_call *call)
{
    const plan p = plan_of(call);
    const wki_product product = product_of(&p, p.channels, p.chunk);
    return columns_bytes(&p) + p.kernel->scratch(&product);
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

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *x = call->views[0], *y = call->views[1], *w = call->views[2];
    const plan p = plan_of(call);
    const wki_windows *loops = wki_windows_for((wk_dtype)y->dtype);
    const int64_t size = (int64_t)p.size;
    for (; begin < end; begin++) {
        const int64_t image_group = begin / p.blocks, group = image_group % p.groups;
        const int64_t channel = begin % p.blocks * p.channels, channels = wki_least(p.channels, p.in - channel);
        char *planes = (char *)x->data + (image_group * p.in + channel) * p.plane * size;
        start(call, &p, loops, planes, group * p.in + channel, channels);
        for (int64_t n, first = 0; first < p.windows; first += n) {
            n = wki_least(p.chunk, p.windows - first);
            wki_product product = product_of(&p, channels, n);
            product.a = wki_at(w->data, (group * p.out * p.in + channel) * p.taps * size);
            product.b = wki_at(y->data, (image_group * p.out * p.windows + first) * size);
            product.c = scratch;
            p.kernel->run(&product, 0, p.kernel->units(&product), (char *)scratch + columns_bytes(&p));
            loops->fold(p.w, channels, planes, first, first + n, scratch, product.c_rs);
        }
    }
    return WK_OK;
}

const wki_kernel wki_cpu_conv_data = { "conv_data", units, scratch_bytes, run };
