/* product: c = a b (+ bias, then ReLU) for every index of the leading dims. The work is done by isa/product.c; here it
 * is described to it, and its units, those of one product times the number of products, are dealt out. */
#include "backends/cpu/product.h"
#include "backends/cpu/cpu.h"
#include "backends/cpu/once.h"
#include "backends/cpu/onednn.h"
#include "backends/cpu/walk.h"

const wki_product_kernel *wki_product_for(int real_bits, bool rounds)
{
#ifdef __x86_64__
    static const wki_product_kernel *const kernels[2][WKI_ISA_COUNT] = {
        { &wki_product_f32_base, &wki_product_f32_avx2, &wki_product_f32_avx512 },
        { &wki_product_f64_base, &wki_product_f64_avx2, &wki_product_f64_avx512 },
    };
    return rounds ? &wki_product_bf16_avx512 : kernels[real_bits == 64][wki_isa()];
#else
    (void)rounds;
    return real_bits == 64 ? &wki_product_f64_base : &wki_product_f32_base;
#endif
}

const wki_product_kernel *wki_product_on_tiles(wk_matmul_mode mode)
{
#ifdef __x86_64__
    static const wki_product_kernel *const kernels[] = { NULL, &wki_product_split_amx, &wki_product_split3_amx,
                                                         &wki_product_bf16_amx, NULL };
    return kernels[mode] && wki_has_tiles() ? kernels[mode] : NULL;
#else
    (void)mode;
    return NULL;
#endif
}

const wki_packing *wki_packing_on_tiles(wk_matmul_mode mode)
{
#ifdef __x86_64__
    static const wki_packing *const kernels[] = { NULL, &wki_packing_split_amx, &wki_packing_split3_amx,
                                                  &wki_packing_bf16_amx, NULL };
    return kernels[mode] && wki_has_tiles() ? kernels[mode] : NULL;
#else
    (void)mode;
    return NULL;
#endif
}

/* Below, packing costs more than tiles give: measured against f32's kernels; those of pairs are slower than any. */
static bool tiles_pay(const wki_call *call, int mode)
{
    static const double side[] = { 0, 56, 43, 0, 0 }, work[] = { 0, 1 << 19, 1 << 18, 0, 0 };
    const wki_view *c = call->views[0], *a = call->views[1];
    const double m = (double)c->size[c->ndim - 2], n = (double)c->size[c->ndim - 1], k = (double)a->size[a->ndim - 1];
    return 2 * m * n >= side[mode] * (m + n) && m * n * k >= work[mode];
}

static wk_matmul_mode mode_of(const wki_product_attrs *attrs)
{
    return attrs->rounds ? WK_MATMUL_BF16 : (wk_matmul_mode)attrs->matmul;
}

static const wki_product_kernel *tiles_for(const wki_call *call)
{
    const wki_product_attrs *attrs = call->attrs;
    const wk_matmul_mode mode = mode_of(attrs);
    if (mode == WK_MATMUL_HIGHEST || (!attrs->rounds && !tiles_pay(call, mode))) return NULL;
    return wki_product_on_tiles(mode);
}

static const wki_product_kernel *kernel_for(const wki_call *call)
{
    const wki_product_attrs *attrs = call->attrs;
    const wki_product_kernel *const tiles = tiles_for(call);
    if (tiles) return tiles;
    return wki_product_for(call->views[0]->dtype == WK_F64 ? 64 : 32, attrs->rounds);
}

/* the first of the products */
static wki_product first_product(const wki_call *call)
{
    const wki_view *c = call->views[0], *a = call->views[1], *b = call->views[2];
    const wki_product_attrs *attrs = call->attrs;
    const wki_view *mask = attrs->mask ? call->views[3 + attrs->bias] : NULL;
    const int row = c->ndim - 2, column = c->ndim - 1;
    return (wki_product){ .m = c->size[row],
                          .n = c->size[column],
                          .k = a->size[column],
                          .a = a->data,
                          .b = b->data,
                          .c = c->data,
                          .a_rs = a->stride[row],
                          .a_cs = a->stride[column],
                          .b_rs = b->stride[row],
                          .b_cs = b->stride[column],
                          .c_rs = c->stride[row],
                          .c_cs = c->stride[column],
                          .bias = attrs->bias ? call->views[3]->data : NULL,
                          .mask = mask ? mask->data : NULL,
                          .mask_rs = mask ? mask->stride[row] : 0,
                          .mask_cs = mask ? mask->stride[column] : 0,
                          .relu = attrs->relu,
                          .accumulate = attrs->accumulate,
                          .bf16 = attrs->bf16,
                          .symmetric = attrs->symmetric,
                          .split = (wki_split)attrs->split,
                          .lanes = true };
}

wk_matmul_mode wki_product_packs(const wki_call *call)
{
    if (call->views[0]->ndim != 2 || !tiles_for(call)) return WK_MATMUL_HIGHEST;
    const wki_product p = first_product(call);
    const wk_matmul_mode mode = mode_of(call->attrs);
    return wki_packing_on_tiles(mode)->takes(&p) ? mode : WK_MATMUL_HIGHEST;
}

bool wki_product_goes_on(const wki_call *call)
{
    const wki_product_attrs *attrs = call->attrs;
    const wki_view *c = call->views[0];
    return c->ndim == 2 && c->size[0] > 1 && c->size[1] > 1 && !attrs->rounds && !attrs->symmetric && !tiles_for(call);
}

/* The operand that was packed before, if there is one, kept in *packed. */
static void take_packed(wki_product *p, const wki_call *call, wki_packed *packed)
{
    const wki_product_attrs *attrs = call->attrs;
    if (!attrs->packed) return;
    *packed =
        wki_packed_at(call->views[call->nviews - 1]->data, mode_of(attrs), attrs->packed == 1 ? p->m : p->n, p->k);
    *(attrs->packed == 1 ? &p->a_packed : &p->b_packed) = packed;
}

static int64_t count_of(const wki_call *call)
{
    int64_t count = 1;
    for (int d = 0; d + 2 < call->views[0]->ndim; d++) count *= call->views[0]->size[d];
    return count;
}

/* oneDNN, if the process chose it, takes a product whole: cut in bands its bits would depend on the cut. */
static bool for_onednn(const wki_call *call)
{
    const wki_product_attrs *attrs = call->attrs;
    return wki_onednn_chosen() && call->views[0]->dtype == WK_F32 && !attrs->rounds && !tiles_for(call);
}

static int64_t units(const wki_call *call)
{
    const wki_product p = first_product(call);
    return count_of(call) * (for_onednn(call) ? 1 : kernel_for(call)->units(&p));
}

static size_t scratch_bytes(const wki_call *call)
{
    wki_packed packed;
    wki_product p = first_product(call);
    take_packed(&p, call, &packed);
    const size_t ours = kernel_for(call)->scratch(&p);
    const size_t its = for_onednn(call) ? wki_onednn_scratch(&p) : 0;
    return ours > its ? ours : its;
}

/* units [begin, end) of one of the products */
static void run_one(const wki_call *call, const wki_product *p, int64_t begin, int64_t end, void *scratch)
{
    const wki_product_kernel *kernel = kernel_for(call);
    if (!for_onednn(call))
        kernel->run(p, begin, end, scratch);
    else if (!wki_onednn_product(p, scratch))
        kernel->run(p, 0, kernel->units(p), scratch);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    wki_packed packed;
    wki_product p = first_product(call);
    take_packed(&p, call, &packed);
    if (call->views[0]->ndim == 2) {
        run_one(call, &p, begin, end, scratch);
        return WK_OK;
    }
    const int64_t each = for_onednn(call) ? 1 : kernel_for(call)->units(&p);
    if (begin >= end || each == 0) return WK_OK;
    const wki_walk w = wki_walk_over(call->views, 3, (1u << (call->views[0]->ndim - 2)) - 1);
    const char *const a = p.a, *const b = p.b;
    char *const c = p.c;
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)call->views[0]->dtype);
    wki_cursor at = wki_cursor_at(&w, begin / each);
    for (int64_t n, from = begin % each; begin < end; begin += n, from = 0) {
        p.c = c + at.at[0] * size;
        if (p.k > 0) p.a = a + at.at[1] * size, p.b = b + at.at[2] * size; /* else there may be none */
        n = wki_least(each - from, end - begin);
        run_one(call, &p, from, from + n, scratch);
        wki_cursor_move(&w, &at, 1);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_product = { "product", units, scratch_bytes, run };
