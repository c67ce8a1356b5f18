/* conv_depth: conv and conv_weight where every group is one channel to one, with strides of 1 along rows and columns. A
 * unit is a channel of an image, or of a part: its plane is copied with its padding, and taps are places in the copy.
 */
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

typedef struct plan {
    const wki_conv_attrs *attrs;
    const wki_windows *loops;
    wki_window copy; /* a plane as windows of one tap: itself with its padding */
    wki_taps taps;
    int64_t size, plane, windows, channels; /* of an element; elements of a plane, windows of one */
} plan;

static plan plan_of(const wki_call *call)
{
    const wki_view *x = call->views[1];
    plan p = { .attrs = call->attrs, .loops = wki_windows_for((wk_dtype)x->dtype) };
    const wki_window *w = &p.attrs->window;
    p.size = (int64_t)wk_dtype_size((wk_dtype)x->dtype);
    p.plane = wki_volume(w->in), p.windows = wki_volume(w->out), p.channels = x->size[1];
    p.copy = *w;
    for (int d = 0; d < 3; d++) {
        p.copy.out[d] = (w->out[d] - 1) * w->stride[d] + (w->kernel[d] - 1) * w->dilation[d] + 1;
        p.copy.kernel[d] = p.copy.stride[d] = p.copy.dilation[d] = 1;
    }
    p.taps.rows = w->out[1], p.taps.width = w->out[2], p.taps.step = p.copy.out[2];
    for (int64_t i = 0; i < w->kernel[0]; i++)
        for (int64_t j = 0; j < w->kernel[1]; j++)
            for (int64_t k = 0; k < w->kernel[2]; k++)
                p.taps.at[p.taps.n++] =
                    (i * w->dilation[0] * p.copy.out[1] + j * w->dilation[1]) * p.copy.out[2] + k * w->dilation[2];
    return p;
}

static int64_t units(const wki_call *call)
{
    const wki_conv_attrs *attrs = call->attrs;
    const wki_view *to = call->views[0];
    return wki_numel(to) == 0 ? 0 : to->size[0] * attrs->groups;
}

static size_t lanes_bytes(const plan *p) { return wki_up((size_t)(p->taps.n * WKI_TAP_LANES * p->size)); }

static size_t scratch_bytes(const wki_call *call)
{
    const plan p = plan_of(call);
    return lanes_bytes(&p) + (size_t)(wki_volume(p.copy.out) * p.size);
}

static void forward(const wki_call *call, const plan *p, int64_t unit, char *copy)
{
    const wki_view *y = call->views[0], *x = call->views[1], *w = call->views[2];
    const int64_t channel = unit % p->channels, row = p->windows / p->attrs->window.out[0];
    const char *bias = p->attrs->bias ? wki_at(call->views[3]->data, channel * p->size) : NULL;
    p->loops->unfold(&p->copy, 1, wki_at(x->data, unit * p->plane * p->size), 0, wki_volume(p->copy.out), copy, 0,
                     p->copy.out[2]);
    for (int64_t d = 0; d < p->attrs->window.out[0]; d++)
        p->loops->weigh(&p->taps, wki_at(w->data, channel * p->taps.n * p->size), bias,
                        copy + d * p->attrs->window.stride[0] * p->copy.out[1] * p->copy.out[2] * p->size,
                        wki_at(y->data, (unit * p->windows + d * row) * p->size));
}

static void by_weight(const wki_call *call, const plan *p, int64_t unit, char *scratch)
{
    const wki_view *parts = call->views[0], *x = call->views[1], *y = call->views[2];
    const int64_t part = unit / p->channels, channel = unit % p->channels, row = p->windows / p->attrs->window.out[0];
    const int64_t first = x->size[0] * part / parts->size[0], end = x->size[0] * (part + 1) / parts->size[0];
    static const double zero = 0;
    char *const copy = scratch + lanes_bytes(p);
    p->loops->set(p->taps.n * WKI_TAP_LANES, scratch, &zero);
    for (int64_t image = first; image < end; image++) {
        const int64_t at = image * p->channels + channel;
        p->loops->unfold(&p->copy, 1, wki_at(x->data, at * p->plane * p->size), 0, wki_volume(p->copy.out), copy, 0,
                         p->copy.out[2]);
        for (int64_t d = 0; d < p->attrs->window.out[0]; d++)
            p->loops->dots(&p->taps, wki_at(y->data, (at * p->windows + d * row) * p->size),
                           copy + d * p->attrs->window.stride[0] * p->copy.out[1] * p->copy.out[2] * p->size, scratch);
    }
    p->loops->totals(p->taps.n, scratch, wki_at(parts->data, unit * p->taps.n * p->size));
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    if (begin >= end) return WK_OK;
    const plan p = plan_of(call);
    for (; begin < end; begin++)
        if (p.attrs->by_weight)
            by_weight(call, &p, begin, scratch);
        else
            forward(call, &p, begin, (char *)scratch + lanes_bytes(&p));
    return WK_OK;
}

const wki_kernel wki_cpu_conv_depth = { "conv_depth", units, scratch_bytes, run };
