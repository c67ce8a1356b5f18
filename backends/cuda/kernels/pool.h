/* What pooling adds to windows: planes of many, adaptive windows, and how much of one lies in the plane. */
#ifndef WKI_CUDA_POOL_H
#define WKI_CUDA_POOL_H
#include "backends/cuda/kernels/window.h"

/* Number i of planes of such sizes, by its three dims; which plane */
WKI_DEVICE int64_t wki_plane_of(int64_t i, const int32_t size[3], int32_t at[3])
{
    const int64_t volume = wki_volume(size), plane = wki_divided(i, volume);
    wki_place3(i - plane * volume, size, at);
    return plane;
}

/* Numbers along a dim, the last excluded. */
typedef struct wki_stretch {
    int64_t begin, end;
} wki_stretch;

/* What window o of an adaptive pooling holds along dim d */
WKI_DEVICE wki_stretch wki_adaptive_of(const wki_window &w, int d, int64_t o)
{
    const int64_t in = w.in[d], out = w.out[d];
    const wki_stretch s = { wki_divided(o * in, out), wki_divided((o + 1) * in + out - 1, out) };
    return s;
}

/* Elements of window o along dim d: in the plane, or with its part of the padding. */
WKI_DEVICE int64_t wki_extent(const wki_window &w, int d, int64_t o, bool padding)
{
    const int64_t start = wki_seen1(w, d, o, 0), full = start + w.kernel[d], room = (int64_t)w.in[d] + w.padding[d];
    const int64_t end = full < room ? full : room, edge = end < w.in[d] ? end : w.in[d];
    return padding ? end - start : edge - (start > 0 ? start : 0);
}

/* The window whose tap k lies at `at` along dim d; -1: there is none. */
WKI_DEVICE int64_t wki_viewer1(const wki_window &w, int d, int64_t at, int64_t k)
{
    const int64_t start = at + w.padding[d] - k * w.dilation[d], o = start >= 0 ? wki_divided(start, w.stride[d]) : -1;
    return start >= 0 && o < w.out[d] && o * w.stride[d] == start ? o : -1;
}
#endif
