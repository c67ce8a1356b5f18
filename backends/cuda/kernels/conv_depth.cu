/* Convolutions in which every group is one channel to one, directly: conv_depth, and conv, conv_data and conv_weight
 * where they are such. What windows see outside of a plane is zeros, which are multiplied, too, so that a NaN among the
 * weights shows. */
#include "backends/cuda/kernels/convolve.h"
#include "backends/cuda/kernels/halves.h"
#include "backends/cuda/kernels/window.h"

/* What all three take; planes are those of all images. */
typedef struct depth {
    wki_window w;
    int64_t planes, channels, parts;
    bool relu, rounds;
} depth;

WKI_DEVICE float taken(float x, bool rounds) { return rounds ? __uint_as_float((uint32_t)wki_half_of(x) << 16) : x; }
WKI_DEVICE double taken(double x, bool) { return x; }

/* A thread: a window. */
template <class T> static __global__ void forward(depth d, T *y, const T *x, const T *weights, const T *bias)
{
    WKI_BEGIN();
    const int64_t windows = wki_volume(d.w.out), taps = wki_volume(d.w.kernel);
    WKI_EACH(i, d.planes * windows)
    {
        const int64_t plane = i / windows, channel = plane % d.channels;
        const T *weight = weights + channel * taps, *from = x + plane * wki_volume(d.w.in);
        int32_t o[3], tap[3];
        wki_place3(i - plane * windows, d.w.out, o);
        T sum = 0;
        for (tap[0] = 0; tap[0] < d.w.kernel[0]; tap[0]++)
            for (tap[1] = 0; tap[1] < d.w.kernel[1]; tap[1]++)
                for (tap[2] = 0; tap[2] < d.w.kernel[2]; tap[2]++) {
                    const int64_t at = wki_seen(d.w, o, tap);
                    sum += taken(at < 0 ? (T)0 : from[at], d.rounds) * taken(*weight++, d.rounds);
                }
        if (bias) sum += bias[channel];
        y[i] = d.relu && sum < 0 ? 0 : sum;
    }
}

/* A thread: an element of a plane. */
template <class T> static __global__ void transposed(depth d, T *x, const T *y, const T *weights, const T *bias)
{
    WKI_BEGIN();
    const int64_t plane_size = wki_volume(d.w.in), taps = wki_volume(d.w.kernel);
    WKI_EACH(i, d.planes * plane_size)
    {
        const int64_t plane = i / plane_size, channel = plane % d.channels;
        const T *weight = weights + channel * taps, *from = y + plane * wki_volume(d.w.out);
        int32_t at[3], tap[3];
        wki_place3(i - plane * plane_size, d.w.in, at);
        T sum = 0;
        for (tap[0] = 0; tap[0] < d.w.kernel[0]; tap[0]++)
            for (tap[1] = 0; tap[1] < d.w.kernel[1]; tap[1]++)
                for (tap[2] = 0; tap[2] < d.w.kernel[2]; tap[2]++, weight++) {
                    const int64_t o = wki_viewer(d.w, at, tap);
                    if (o >= 0) sum += taken(from[o], d.rounds) * taken(*weight, d.rounds);
                }
        x[i] = bias ? sum + bias[channel] : sum;
    }
}

/* A block: a tap of a channel, in one of the parts; its threads take every 256th window, and add up in halves. */
template <class T> static __global__ void by_weight(depth d, T *parts, const T *x, const T *y)
{
    WKI_BEGIN();
    WKI_SHARED(T, sums, WKI_THREADS);
    const int64_t windows = wki_volume(d.w.out), taps = wki_volume(d.w.kernel), images = d.planes / d.channels;
    for (int64_t b = blockIdx.x; b < d.parts * d.channels * taps; b += gridDim.x) {
        const int64_t channel = b / taps % d.channels, part = b / taps / d.channels;
        const int64_t first = images * part / d.parts, count = images * (part + 1) / d.parts - first;
        int32_t o[3], tap[3];
        T sum = 0;
        wki_place3(b % taps, d.w.kernel, tap);
        for (int64_t i = threadIdx.x; i < count * windows; i += WKI_THREADS) {
            const int64_t image = i / windows, j = i - image * windows, plane = (first + image) * d.channels + channel;
            wki_place3(j, d.w.out, o);
            const int64_t at = wki_seen(d.w, o, tap);
            sum += taken(at < 0 ? (T)0 : x[plane * wki_volume(d.w.in) + at], d.rounds) *
                   taken(y[plane * windows + j], d.rounds);
        }
        sums[threadIdx.x] = sum;
        for (unsigned half = WKI_THREADS / 2; half > 0; half /= 2) {
            __syncthreads();
            if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
        }
        if (threadIdx.x == 0) parts[b] = sums[0];
        __syncthreads();
    }
}

typedef struct roles {
    const wki_view *x, *y;
    bool data, weight;
} roles;

static roles roles_of(const wki_call *call)
{
    const wki_conv_attrs *attrs = (const wki_conv_attrs *)call->attrs;
    const wki_view *const *v = call->views;
    if (call->op == WKI_OP_conv_data) return { v[0], v[1], true, false };
    if (call->op == WKI_OP_conv_weight || (call->op == WKI_OP_conv_depth && attrs->by_weight))
        return { v[1], v[2], false, true };
    return { v[1], v[0], false, false };
}

bool wki_is_depthwise(const wki_call *call)
{
    const wki_conv_attrs *attrs = (const wki_conv_attrs *)call->attrs;
    const roles r = roles_of(call);
    return r.x->size[1] == attrs->groups && r.y->size[1] == attrs->groups;
}

template <class T> static void run_depth(const wki_queue *queue, const wki_call *call)
{
    const wki_conv_attrs *attrs = (const wki_conv_attrs *)call->attrs;
    const wki_view *const *v = call->views;
    const roles r = roles_of(call);
    const depth d = { attrs->window, r.x->size[0] * r.x->size[1], r.x->size[1], v[0]->size[0], attrs->relu,
                      attrs->rounds };
    T *to = (T *)v[0]->data;
    const T *first = (const T *)v[1]->data, *second = (const T *)v[2]->data;
    const T *bias = attrs->bias ? (const T *)v[3]->data : NULL;
    const int64_t blocks = wki_numel(v[0]);
    if (r.weight)
        WKI_LAUNCH((by_weight<T>), blocks < 65536 ? (unsigned)blocks : 65536, WKI_THREADS, 0, queue, d, to, first,
                   second);
    else if (r.data)
        WKI_LAUNCH((transposed<T>), wki_grid(blocks), WKI_THREADS, 0, queue, d, to, first, second, bias);
    else
        WKI_LAUNCH((forward<T>), wki_grid(blocks), WKI_THREADS, 0, queue, d, to, first, second, bias);
}

wk_status wki_depth_run(const wki_queue *queue, const wki_call *call)
{
    if (wki_numel(call->views[0]) == 0) return WK_OK;
    if (call->views[0]->dtype == WK_F64)
        run_depth<double>(queue, call);
    else
        run_depth<float>(queue, call);
    return wki_launched(queue, call);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *)
{
    return wki_convolution_ok(call) ? WK_E_UNSUPPORTED : wki_depth_run(queue, call);
}

WKI_CUDA_KERNEL(conv_depth, NULL, run);
