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

template <class T>
static __global__ void finish(wki_lattice l, T *to, const T *from, const T *bias, const T *mask, bool relu)
{
    WKI_BEGIN();
    WKI_EACH(i, l.count)
    {
        int64_t at[4];
        wki_places<4>(l, i, at);
        to[at[0]] = wki_finished(from ? from[at[1]] : 0, bias ? bias + at[2] : NULL, relu, mask ? mask + at[3] : NULL);
    }
}

/* All but the bias are side by side; a number of it goes to `run` elements in turn, and after `biases` numbers comes
 * the first. */
typedef struct stretch {
    int64_t count, run, biases;
} stretch;

/* n elements that are moved at once */
template <class T, int n> struct alignas(sizeof(T) * n) some {
    T at[n];
};

template <class T, int n> WKI_DEVICE some<T, n> some_of(const T *x, int64_t i, int64_t count)
{
    if (i + n <= count) return *(const some<T, n> *)(x + i);
    some<T, n> values = {};
    WKI_UNROLL for (int k = 0; k < n; k++) if (i + k < count) values.at[k] = x[i + k];
    return values;
}

template <class T, int n>
static __global__ void finish_stretch(const stretch s, T *to, const T *from, const T *bias, const T *mask, bool relu)
{
    WKI_BEGIN();
    WKI_EACH(group, (s.count + n - 1) / n)
    {
        const int64_t i = group * n, turn = bias ? wki_divided(i, s.run) : 0;
        some<T, n> values = {}, masks = {};
        if (from) values = some_of<T, n>(from, i, s.count);
        if (mask) masks = some_of<T, n>(mask, i, s.count);
        int64_t in_run = i - turn * s.run, which = bias ? turn - wki_divided(turn, s.biases) * s.biases : 0;
        T add = bias ? bias[which] : 0;
        WKI_UNROLL for (int k = 0; k < n; k++)
        {
            values.at[k] = wki_finished(values.at[k], bias != NULL, add, relu, mask != NULL, masks.at[k]);
            if (!bias || k == n - 1 || ++in_run < s.run) continue;
            in_run = 0;
            if (++which == s.biases && !WKI_FAULT(190)) which = 0;
            if (i + k + 1 < s.count) add = bias[which];
        }
        if (i + n <= s.count)
            *(some<T, n> *)(to + i) = values;
        else
            WKI_UNROLL for (int k = 0; k < n; k++) if (i + k < s.count) to[i + k] = values.at[k];
    }
}

/* Is all but the bias side by side, and the bias along one dim at most? */
static bool is_stretch(const wki_lattice *l, const wki_finish *f, stretch *s)
{
    const bool is_there[] = { true, f->from.data != NULL, false, f->mask.data != NULL };
    int64_t step = 1;
    *s = (stretch){ l->count, l->count, 1 };
    for (int d = l->ndim - 1; d >= 0; step *= l->size[d--]) {
        if (l->size[d] == 1) continue;
        for (int k = 0; k < 4; k++)
            if (is_there[k] && l->stride[k][d] != step) return false;
        if (!f->bias.data || l->stride[2][d] == 0) continue;
        if (l->stride[2][d] != 1 || s->biases > 1) return false;
        s->run = step, s->biases = l->size[d];
    }
    return true;
}

template <class T> static void run_finish(const wki_queue *queue, const wki_finish *f)
{
    enum { MANY = 16 / sizeof(T) };
    const wki_view *views[] = { &f->to, &f->from, &f->bias, &f->mask };
    const wki_lattice l = wki_lattice_of(views, 4, wki_dims_of(&f->to), true);
    T *const to = (T *)f->to.data;
    const T *const from = (const T *)f->from.data, *const bias = (const T *)f->bias.data;
    const T *const mask = (const T *)f->mask.data;
    const bool is_aligned = ((uintptr_t)to | (uintptr_t)from | (uintptr_t)mask) % 16 == 0;
    stretch s;
    if (l.count == 0) return;
    if (!is_stretch(&l, f, &s))
        WKI_LAUNCH((finish<T>), wki_grid(l.count), WKI_THREADS, 0, queue, l, to, from, bias, mask, f->relu);
    else if (is_aligned)
        WKI_LAUNCH((finish_stretch<T, MANY>), wki_grid((l.count - 1) / MANY + 1), WKI_THREADS, 0, queue, s, to, from,
                   bias, mask, f->relu);
    else
        WKI_LAUNCH((finish_stretch<T, 1>), wki_grid(l.count), WKI_THREADS, 0, queue, s, to, from, bias, mask, f->relu);
}

void wki_finish_run(const wki_queue *queue, const wki_finish *f)
{
    if (f->to.dtype == WK_F64)
        run_finish<double>(queue, f);
    else
        run_finish<float>(queue, f);
}
