/* Kernels around matrix products: operands laid out anew for them, and what follows their sums. */
#include "backends/cuda/kernels/finish.h"
#include "backends/cuda/kernels/halves.h"
#include "backends/cuda/kernels/kernel.h"
#include "backends/cuda/kernels/matrix.h"

template <class T, class To> static __global__ void lay_out(wki_lattice l, To *to, const T *from)
{
    WKI_BEGIN();
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

template <class T> WKI_DEVICE void finish_one(T *to, const T *from, const T *bias, const T *mask, bool relu)
{
    *to = wki_finished(from ? *from : 0, bias, relu, mask);
}

template <class T>
static __global__ void finish(wki_lattice l, T *to, const T *from, const T *bias, const T *mask, bool relu)
{
    WKI_BEGIN();
    WKI_EACH(i, l.count)
    {
        int64_t at[4];
        wki_places<4>(l, i, at);
        finish_one(to + at[0], from ? from + at[1] : NULL, bias ? bias + at[2] : NULL, mask ? mask + at[3] : NULL,
                   relu);
    }
}

/* The same where the last dim is long: a block stays in a row of it, and finds its place once. */
template <class T>
static __global__ void finish_rows(wki_lattice l, T *to, const T *from, const T *bias, const T *mask, bool relu)
{
    WKI_BEGIN();
    const int last = l.ndim - 1;
    const int64_t columns = l.size[last], rows = l.count / columns;
    for (int64_t row = blockIdx.y; row < rows; row += gridDim.y) {
        int64_t at[4];
        wki_places<4>(l, row * columns, at);
        WKI_EACH(i, columns)
        {
            finish_one(to + at[0] + i * l.stride[0][last], from ? from + at[1] + i * l.stride[1][last] : NULL,
                       bias ? bias + at[2] + i * l.stride[2][last] : NULL,
                       mask ? mask + at[3] + i * l.stride[3][last] : NULL, relu);
        }
    }
}

template <class T> static void run_finish(const wki_queue *queue, const wki_finish *f)
{
    const int64_t long_row = 128, most_rows = 32768;
    const wki_view *views[] = { &f->to, &f->from, &f->bias, &f->mask };
    const wki_lattice l = wki_lattice_of(views, 4, wki_dims_of(&f->to), true);
    T *const to = (T *)f->to.data;
    const T *const from = (const T *)f->from.data, *const bias = (const T *)f->bias.data;
    const T *const mask = (const T *)f->mask.data;
    if (l.count == 0) return;
    const int64_t columns = l.size[l.ndim - 1], rows = l.count / columns;
    if (l.ndim == 1 || columns < long_row) {
        WKI_LAUNCH((finish<T>), wki_grid(l.count), WKI_THREADS, 0, queue, l, to, from, bias, mask, f->relu);
        return;
    }
    const dim3 grid(wki_grid(columns), (unsigned)(rows < most_rows ? rows : most_rows));
    WKI_LAUNCH((finish_rows<T>), grid, WKI_THREADS, 0, queue, l, to, from, bias, mask, f->relu);
}

void wki_finish_run(const wki_queue *queue, const wki_finish *f)
{
    if (f->to.dtype == WK_F64)
        run_finish<double>(queue, f);
    else
        run_finish<float>(queue, f);
}
