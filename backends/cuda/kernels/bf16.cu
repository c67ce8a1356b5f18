/* bf16: the upper sixteen bits of each float, rounded to the nearest, to the even one of two; a NaN becomes a quiet
 * one. */
#include "backends/cuda/kernels/kernel.h"

WKI_DEVICE uint32_t nearest(uint32_t x)
{
    const uint32_t number = x + 0x7fff + (x >> 16 & 1), nan = x | 0x400000;
    return ((x & 0x7fffffff) > 0x7f800000 ? nan : number) & 0xffff0000;
}

static __global__ void bf16(const wki_lattice l, uint32_t *y, const uint32_t *x)
{
    WKI_BEGIN();
    WKI_EACH(i, l.count)
    {
        int64_t at[2];
        wki_places<2>(l, i, at);
        y[at[0]] = nearest(x[at[1]]);
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_lattice l = wki_lattice_of(call->views, 2, wki_dims_of(call->views[0]), true);
    (void)scratch;
    if (l.count == 0) return WK_OK;
    WKI_LAUNCH(bf16, wki_grid(l.count), WKI_THREADS, 0, queue, l, (uint32_t *)call->views[0]->data,
               (const uint32_t *)call->views[1]->data);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(bf16, NULL, run);
