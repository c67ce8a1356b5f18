/* Which products and convolutions of bfloat16 are left to the processor's instruction for them, which rounds operands
 * on their way, and not to f32 or oneDNN. */
#include "backends/cpu/conv_tiles.h"
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/onednn.h"
#include "backends/cpu/windows.h"

static bool has_instruction(void)
{
#ifdef __x86_64__
    return wki_isa() == WKI_ISA_AVX512 && __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

/* A line is read once, so rounding it on the way gains nothing, and its lanes are another kernel's. */
static bool product_pays(const wki_view *c, const wki_view *a)
{
    return c->size[c->ndim - 2] > 1 && c->size[c->ndim - 1] > 1 && a->size[a->ndim - 1] > 0;
}

/* On tiles, or, where Winograd's tiles of f32 are not faster, where columns are packed into pairs for each product,
 * which f32 takes as they lie: it has to be large enough. */
static bool convolution_pays(int op, const wki_view *const *views, const wki_conv_attrs *c)
{
    enum { LEAST = 20 };
    const wki_call call = { .op = (uint16_t)op, .views = views, .attrs = c };
    if (wki_conv_tiles_for(&call)) return true;
    if (wki_conv_way(op, &call)) return false;
    const wki_view *x = wki_conv_x(op, views), *y = wki_conv_y(op, views);
    const double in = (double)x->size[1] / c->groups, out = (double)y->size[1] / c->groups;
    const double taps = in * (double)wki_volume(c->window.kernel), windows = (double)wki_volume(c->window.out);
    const double rows = op == WKI_OP_conv_data ? taps : out, columns = op == WKI_OP_conv_weight ? taps : windows;
    return rows * columns >= LEAST * (rows + columns);
}

bool wki_cpu_rounds(int op, const wki_view *const *views, const void *attrs)
{
    if (!has_instruction()) return false;
    if (op == WKI_OP_product)
        return product_pays(views[0], views[1]) && !(wki_onednn_chosen() && wki_onednn_has_tiles());
    return op != WKI_OP_conv_depth && !wki_onednn_chosen() && convolution_pays(op, views, attrs);
}
