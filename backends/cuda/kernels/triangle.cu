/* triangle: the part of each matrix on one side of a diagonal, zeros elsewhere. */
#include "backends/cuda/kernels/kernel.h"

template <typename T>
static __global__ void triangle(const wki_lattice l, void *y, const void *x, int64_t height, int64_t width,
                                const wki_triangle_attrs a)
{
    WKI_BEGIN();
    WKI_EACH(i, l.count)
    {
        const int64_t row = i / width % height, column = i % width;
        int64_t at[2];
        wki_places<2>(l, i, at);
        const bool kept = a.upper ? column - row >= a.diagonal : column - row <= a.diagonal;
        ((T *)y)[at[0]] = kept ? ((const T *)x)[at[1]] : 0;
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const size_t size = wk_dtype_size((wk_dtype)y->dtype);
    const wki_lattice l = wki_lattice_of(call->views, 2, wki_dims_of(y), false);
    void (*const kernel)(const wki_lattice, void *, const void *, int64_t, int64_t, const wki_triangle_attrs) =
        size == 8   ? triangle<uint64_t>
        : size == 4 ? triangle<uint32_t>
                    : triangle<uint8_t>;
    (void)scratch;
    if (l.count == 0) return WK_OK;
    WKI_LAUNCH(kernel, wki_grid(l.count), WKI_THREADS, 0, queue, l, y->data, x->data, y->size[y->ndim - 2],
               y->size[y->ndim - 1], *(const wki_triangle_attrs *)call->attrs);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(triangle, NULL, run);
