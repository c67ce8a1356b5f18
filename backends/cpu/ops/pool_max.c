/* pool_max: the largest element of each window and where it is. A unit is a plane; adaptive windows, whose sizes
 * differ, are taken one by one. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

#define GREATEST(NAME, TYPE)                                                                                           \
    static int64_t greatest_##NAME(const wki_window *w, const void *plane, const wki_between b[3], void *value)        \
    {                                                                                                                  \
        const TYPE *x = plane;                                                                                         \
        int64_t best = ((int64_t)b[0].start * w->in[1] + b[1].start) * w->in[2] + b[2].start;                          \
        TYPE most = x[best];                                                                                           \
        for (int64_t d = b[0].start; d < b[0].end; d++)                                                                \
            for (int64_t h = b[1].start; h < b[1].end; h++) {                                                          \
                const int64_t row = (d * w->in[1] + h) * w->in[2];                                                     \
                for (int64_t i = row + b[2].start; i < row + b[2].end; i++)                                            \
                    if ((x[i] > most) | (x[i] != x[i])) most = x[best = i];                                            \
            }                                                                                                          \
        *(TYPE *)value = most;                                                                                         \
        return best;                                                                                                   \
    }
GREATEST(f32, float)
GREATEST(f64, double)

static void adaptive(const wki_window *w, const wki_between *spans, int64_t size, const void *x, char *y,
                     int64_t *index)
{
    const wki_between *depths = spans, *heights = depths + w->out[0], *widths = heights + w->out[1];
    for (int64_t d = 0; d < w->out[0]; d++)
        for (int64_t h = 0; h < w->out[1]; h++)
            for (int64_t i = 0; i < w->out[2]; i++, y += size)
                *index++ = (size == 8 ? greatest_f64
                                      : greatest_f32)(w, x, (wki_between[]){ depths[d], heights[h], widths[i] }, y);
}

static int64_t units(const wki_call *call)
{
    const wki_view *y = call->views[0];
    return wki_numel(y) == 0 ? 0 : y->size[0] * y->size[1];
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_pool_attrs *attrs = call->attrs;
    return attrs->adaptive ? wki_adaptive_bytes(&attrs->window) : 0;
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_pool_attrs *attrs = call->attrs;
    const wki_window *w = &attrs->window;
    const wki_view *y = call->views[0], *index = call->views[1], *x = call->views[2];
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)x->dtype), windows = wki_volume(w->out);
    const int64_t plane = wki_volume(w->in) * size;
    const wki_windows *loops = wki_windows_for((wk_dtype)x->dtype);
    if (attrs->adaptive) wki_adaptive_spans(w, scratch);
    for (; begin < end; begin++) {
        const char *from = wki_at(x->data, begin * plane);
        char *to = (char *)y->data + begin * windows * size;
        int64_t *places = (int64_t *)index->data + begin * windows;
        if (attrs->adaptive)
            adaptive(w, scratch, size, from, to, places);
        else
            loops->max(w, from, to, places);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_pool_max = { "pool_max", units, scratch_bytes, run };
