/* Columns of convolutions: what windows see, laid out in rows for a product, and the transpose. */
#include "backends/cuda/kernels/convolve.h"
#include "backends/cuda/kernels/halves.h"
#include "backends/cuda/kernels/window.h"

/* Number i of rows of n: the row, and what is left of i in it. */
WKI_DEVICE int64_t split(int64_t i, int64_t n, int64_t *rest)
{
    const int64_t row = (i | n) >> 32 == 0 ? (int64_t)((uint32_t)i / (uint32_t)n) : i / n;
    *rest = i - row * n;
    return row;
}

/* A thread: a window of a plane, all its taps, of which a few along a row are read at once. */
template <class T, class To> static __global__ void unfold(wki_window w, wki_columns c, const T *x)
{
    WKI_BEGIN();
    enum { AHEAD = 4 };
    WKI_EACH(i, c.images * c.channels * c.n)
    {
        int64_t j, channel;
        const int64_t plane = split(i, c.n, &j), image = split(plane, c.channels, &channel);
        int32_t o[3];
        wki_place3(c.first + j, w.out, o);
        const T *from = x + plane * wki_volume(w.in);
        To *to = (To *)c.data + image * c.step + channel * wki_volume(w.kernel) * c.ld + j;
        const int64_t left = wki_seen1(w, 2, o[2], 0);
        int64_t depth = wki_seen1(w, 0, o[0], 0);
        WKI_ROLLED for (int32_t a = 0; a < w.kernel[0]; a++, depth += w.dilation[0])
        {
            int64_t height = wki_seen1(w, 1, o[1], 0);
            WKI_ROLLED for (int32_t b = 0; b < w.kernel[1]; b++, height += w.dilation[1])
            {
                const bool is_row = (uint64_t)depth < (uint64_t)w.in[0] && (uint64_t)height < (uint64_t)w.in[1];
                const int64_t row = (depth * w.in[1] + height) * w.in[2];
                int64_t at = left;
                WKI_ROLLED for (int32_t first = 0; first < w.kernel[2]; first += AHEAD)
                {
                    T some[AHEAD];
                    WKI_UNROLL for (int k = 0; k < AHEAD; k++, at += w.dilation[2])
                    {
                        const bool is_here = is_row && first + k < w.kernel[2] && (uint64_t)at < (uint64_t)w.in[2];
                        some[k] = is_here ? from[row + at] : (T)0;
                    }
                    WKI_UNROLL for (int k = 0; k < AHEAD; k++)
                    {
                        if (first + k >= w.kernel[2]) break;
                        wki_store(to, some[k]);
                        to += c.ld;
                    }
                }
            }
        }
    }
}

/* A thread: an element of a plane, the taps by which windows see it, in ascending order. */
template <class T> static __global__ void fold(wki_window w, wki_columns c, T *x, bool add)
{
    WKI_BEGIN();
    WKI_EACH(i, c.images * c.channels * wki_volume(w.in))
    {
        int64_t element, channel;
        const int64_t plane = split(i, wki_volume(w.in), &element), image = split(plane, c.channels, &channel);
        int32_t at[3], tap[3];
        wki_place3(element, w.in, at);
        const T *from = (const T *)c.data + image * c.step + channel * wki_volume(w.kernel) * c.ld;
        T sum = add ? x[i] : 0;
        for (tap[0] = 0; tap[0] < w.kernel[0]; tap[0]++)
            for (tap[1] = 0; tap[1] < w.kernel[1]; tap[1]++)
                for (tap[2] = 0; tap[2] < w.kernel[2]; tap[2]++, from += c.ld) {
                    const int64_t j = wki_viewer(w, at, tap) - c.first;
                    if (j >= 0 && j < c.n) sum += from[j];
                }
        x[i] = sum;
    }
}

void wki_unfold_columns(const wki_queue *queue, const wki_window *w, wk_dtype dtype, const wki_columns *c,
                        const void *x)
{
    const unsigned grid = wki_grid(c->images * c->channels * c->n);
    if (c->halves)
        WKI_LAUNCH((unfold<float, uint16_t>), grid, WKI_THREADS, 0, queue, *w, *c, (const float *)x);
    else if (dtype == WK_F64)
        WKI_LAUNCH((unfold<double, double>), grid, WKI_THREADS, 0, queue, *w, *c, (const double *)x);
    else
        WKI_LAUNCH((unfold<float, float>), grid, WKI_THREADS, 0, queue, *w, *c, (const float *)x);
}

void wki_fold_columns(const wki_queue *queue, const wki_window *w, wk_dtype dtype, const wki_columns *c, void *x,
                      bool add)
{
    const unsigned grid = wki_grid(c->images * c->channels * wki_volume(w->in));
    if (dtype == WK_F64)
        WKI_LAUNCH((fold<double>), grid, WKI_THREADS, 0, queue, *w, *c, (double *)x, add);
    else
        WKI_LAUNCH((fold<float>), grid, WKI_THREADS, 0, queue, *w, *c, (float *)x, add);
}
