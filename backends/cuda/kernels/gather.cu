/* gather: y[.., i, ..] = x[.., index[.., i, ..], ..] along one dim, an element a thread in the order of y's memory. */
#include "backends/cuda/kernels/kernel.h"

typedef struct along {
    wki_lattice l;               /* y, index, x, whose stride along the dim is 0 here */
    int64_t size, stride, least; /* of x along the dim; the least index */
    wki_cuda_fault *fault;
} along;

template <class T> static __global__ void gather(const along a, T *y, const T *x, const int64_t *index)
{
    WKI_BEGIN();
    WKI_EACH(i, a.l.count)
    {
        int64_t at[3];
        wki_places<3>(a.l, i, at);
        const int64_t from = index[at[1]];
        if (from < a.least || from >= a.size) {
            wki_out_of_range(a.fault, WKI_OP_gather, from, a.least, a.size - 1);
            continue;
        }
        y[at[0]] = x[at[2] + (from < 0 ? from + a.size : from) * a.stride];
    }
}

template <class T> static void launch(const wki_queue *queue, const along *a, const wki_view *const *v)
{
    WKI_LAUNCH(gather<T>, wki_grid(a->l.count), WKI_THREADS, 0, queue, *a, (T *)v[0]->data, (const T *)v[1]->data,
               (const int64_t *)v[2]->data);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (void)scratch;
    const wki_along_attrs *attrs = (const wki_along_attrs *)call->attrs;
    const wki_view *y = call->views[0];
    wki_view x = *call->views[1];
    along a;
    a.size = x.size[attrs->dim];
    a.stride = x.stride[attrs->dim];
    a.least = attrs->wrap ? -a.size : 0;
    a.fault = queue->fault;
    x.stride[attrs->dim] = 0;
    const wki_view *const views[] = { y, call->views[2], &x };
    a.l = wki_lattice_of(views, 3, wki_dims_of(y), true);
    const size_t bytes = wk_dtype_size((wk_dtype)y->dtype);
    (bytes == 4 ? launch<uint32_t> : bytes == 8 ? launch<uint64_t> : launch<uint8_t>)(queue, &a, call->views);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(gather, NULL, run);
