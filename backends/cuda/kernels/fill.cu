/* fill: element i of y, counted row-major, becomes value + i * step, in double, converted as copy converts. */
#include "backends/cuda/kernels/convert.h"

template <typename T> static __global__ void fill(const wki_lattice l, void *y, const wki_fill_attrs a)
{
    WKI_BEGIN();
    WKI_EACH(i, l.count)
    {
        int64_t at[1];
        wki_places<1>(l, i, at);
        wki_set((T *)y + at[0], a.step == 0 ? a.value : a.value + (double)i * a.step);
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    typedef void fill_kernel(const wki_lattice l, void *y, const wki_fill_attrs a);
#define ENTRY(DTYPE, TYPE) fill<TYPE>,
    static fill_kernel *const kernels[WK_DTYPE_COUNT] = { WKI_EACH_DTYPE(ENTRY) };
    const wki_view *y = call->views[0];
    const wki_fill_attrs *a = (const wki_fill_attrs *)call->attrs;
    const wki_lattice l = wki_lattice_of(call->views, 1, wki_dims_of(y), a->step == 0);
    (void)scratch;
    if (l.count == 0) return WK_OK;
    fill_kernel *const kernel = kernels[y->dtype];
    WKI_LAUNCH(kernel, wki_grid(l.count), WKI_THREADS, 0, queue, l, y->data, *a);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(fill, NULL, run);
