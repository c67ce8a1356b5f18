/* Kernels around matrix products: operands laid out anew for them, and what follows their sums. */
#include "backends/cuda/kernels/halves.h"
#include "backends/cuda/kernels/kernel.h"
#include "backends/cuda/kernels/matrix.h"

template <class T, class To> static __global__ void lay_out(wki_lattice l, To *to, const T *from)
{
    WKI_EACH(i, l.count)
    {
        int64_t at[2];
        wki_places<2>(l, i, at);
        wki_store(to + at[0], from[at[1]]);
    }
}

void wki_lay_out(const wki_queue *queue, const wki_view *to, const wki_view *from, bool halves)
{
    const wki_view *views[] = { to, from };
    const wki_lattice l = wki_lattice_of(views, 2, wki_dims_of(to), true);
    if (l.count == 0) return;
    const unsigned grid = wki_grid(l.count);
    if (halves)
        WKI_LAUNCH((lay_out<float, uint16_t>), grid, WKI_THREADS, 0, queue, l, (uint16_t *)to->data,
                   (const float *)from->data);
    else if (from->dtype == WK_F64)
        WKI_LAUNCH((lay_out<double, double>), grid, WKI_THREADS, 0, queue, l, (double *)to->data,
                   (const double *)from->data);
    else
        WKI_LAUNCH((lay_out<float, float>), grid, WKI_THREADS, 0, queue, l, (float *)to->data,
                   (const float *)from->data);
}

template <class T>
static __global__ void finish(wki_lattice l, T *to, const T *from, const T *bias, const T *mask, bool relu)
{
    WKI_EACH(i, l.count)
    {
        int64_t at[4];
        wki_places<4>(l, i, at);
        T x = from ? from[at[1]] : 0;
        if (bias) x += bias[at[2]];
        if (relu) x = x < 0 ? 0 : x;
        if (mask && mask[at[3]] <= 0) x = 0;
        to[at[0]] = x;
    }
}

template <class T> static void run_finish(const wki_queue *queue, const wki_finish *f)
{
    const wki_view *views[] = { &f->to, &f->from, &f->bias, &f->mask };
    const wki_lattice l = wki_lattice_of(views, 4, wki_dims_of(&f->to), true);
    if (l.count > 0)
        WKI_LAUNCH((finish<T>), wki_grid(l.count), WKI_THREADS, 0, queue, l, (T *)f->to.data, (const T *)f->from.data,
                   (const T *)f->bias.data, (const T *)f->mask.data, f->relu);
}

void wki_finish_run(const wki_queue *queue, const wki_finish *f)
{
    if (f->to.dtype == WK_F64)
        run_finish<double>(queue, f);
    else
        run_finish<float>(queue, f);
}
