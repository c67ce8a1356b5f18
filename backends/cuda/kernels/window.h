/* Windows that slide over planes, as kernels see them: which element of its plane a window's tap is, and which window sees an
 * element by a tap. Planes, windows and taps are numbered row-major, -1 is none. */
#ifndef WKI_CUDA_WINDOW_H
#define WKI_CUDA_WINDOW_H
#include "backends/cuda/kernels/kernel.h"

static inline __host__ __device__ int64_t wki_volume(const int32_t size[3])
{
    return (int64_t)size[0] * size[1] * size[2];
}

/* Number i of a plane of such sizes, by its three dims. Most numbers are small, and divisions of those are short. */
WKI_DEVICE void wki_place3(int64_t i, const int32_t size[3], int32_t at[3])
{
    if (i >> 32 == 0) {
        const uint32_t n = (uint32_t)i, line = n / (uint32_t)size[2], depth = line / (uint32_t)size[1];
        at[2] = (int32_t)(n - line * (uint32_t)size[2]);
        at[1] = (int32_t)(line - depth * (uint32_t)size[1]);
        at[0] = (int32_t)depth;
        return;
    }
    const int64_t line = i / size[2], depth = line / size[1];
    at[2] = (int32_t)(i - line * size[2]);
    at[1] = (int32_t)(line - depth * size[1]);
    at[0] = (int32_t)depth;
}

/* Along one dim: the place that tap k of window o has, which may lie outside. */
WKI_DEVICE int64_t wki_seen1(const wki_window &w, int d, int64_t o, int64_t k)
{
    return o * w.stride[d] - w.padding[d] + k * w.dilation[d];
}

/* The element of the plane that window o sees by the tap. */
WKI_DEVICE int64_t wki_seen(const wki_window &w, const int32_t o[3], const int32_t tap[3])
{
    int64_t at = 0;
    WKI_UNROLL
    for (int d = 0; d < 3; d++) {
        const int64_t i = wki_seen1(w, d, o[d], tap[d]);
        if (i < 0 || i >= w.in[d]) return -1;
        at = at * w.in[d] + i;
    }
    return at;
}

/* The window that sees the element by the tap: there is one at most. */
WKI_DEVICE int64_t wki_viewer(const wki_window &w, const int32_t element[3], const int32_t tap[3])
{
    int64_t window = 0;
    WKI_UNROLL
    for (int d = 0; d < 3; d++) {
        const int64_t from = (int64_t)element[d] + w.padding[d] - (int64_t)tap[d] * w.dilation[d];
        const int64_t o = w.stride[d] == 1 ? from : from / w.stride[d];
        if (from < 0 || o >= w.out[d] || o * w.stride[d] != from) return -1;
        window = window * w.out[d] + o;
    }
    return window;
}
#endif
