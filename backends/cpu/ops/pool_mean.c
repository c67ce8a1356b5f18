/* pool_mean: the mean of each window, and the transpose of that. A unit is a plane; adaptive windows, whose sizes
 * differ, go row by row. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/windows.h"

/* The spans of one row of windows in depth and height. `line` is as long as a row of the plane: the sum of the rows
 * they see, of which windows then take their part, or, backward, the sum of what windows give, added to each row. */
typedef struct band {
    const wki_window *w;
    wki_between depth, height;
    const wki_between *widths;
} band;

#define BAND(NAME, TYPE)                                                                                               \
    static void gather_##NAME(const band *b, const void *plane, void *row, void *scratch)                              \
    {                                                                                                                  \
        TYPE *line = scratch, *y = row;                                                                                \
        const int64_t width = b->w->in[2], rows = (b->depth.end - b->depth.start) * (b->height.end - b->height.start); \
        for (int64_t i = 0; i < width; i++) line[i] = 0;                                                               \
        for (int64_t d = b->depth.start; d < b->depth.end; d++)                                                        \
            for (int64_t h = b->height.start; h < b->height.end; h++) {                                                \
                const TYPE *x = (const TYPE *)plane + (d * b->w->in[1] + h) * width;                                   \
                for (int64_t i = 0; i < width; i++) line[i] += x[i];                                                   \
            }                                                                                                          \
        for (int64_t o = 0; o < b->w->out[2]; o++) {                                                                   \
            const wki_between at = b->widths[o];                                                                       \
            TYPE sum = 0;                                                                                              \
            for (int64_t i = at.start; i < at.end; i++) sum += line[i];                                                \
            y[o] = sum / (TYPE)(rows * (at.end - at.start));                                                           \
        }                                                                                                              \
    }                                                                                                                  \
    static void spread_##NAME(const band *b, void *plane, const void *row, void *scratch)                              \
    {                                                                                                                  \
        TYPE *line = scratch;                                                                                          \
        const TYPE *y = row;                                                                                           \
        const int64_t width = b->w->in[2], rows = (b->depth.end - b->depth.start) * (b->height.end - b->height.start); \
        for (int64_t i = 0; i < width; i++) line[i] = 0;                                                               \
        for (int64_t o = 0; o < b->w->out[2]; o++) {                                                                   \
            const wki_between at = b->widths[o];                                                                       \
            const TYPE share = y[o] / (TYPE)(rows * (at.end - at.start));                                              \
            for (int64_t i = at.start; i < at.end; i++) line[i] += share;                                              \
        }                                                                                                              \
        for (int64_t d = b->depth.start; d < b->depth.end; d++)                                                        \
            for (int64_t h = b->height.start; h < b->height.end; h++) {                                                \
                TYPE *x = (TYPE *)plane + (d * b->w->in[1] + h) * width;                                               \
                for (int64_t i = 0; i < width; i++) x[i] += line[i];                                                   \
            }                                                                                                          \
    }
BAND(f32, float)
BAND(f64, double)

static void adaptive(const wki_pool_attrs *a, int64_t size, char *x, char *y, char *scratch)
{
    const wki_window *w = &a->window;
    const wki_between *depths = (const wki_between *)scratch, *heights = depths + w->out[0];
    char *line = scratch + wki_adaptive_bytes(w);
    band b = { .w = w, .widths = heights + w->out[1] };
    for (int64_t d = 0; d < w->out[0]; d++)
        for (int64_t h = 0; h < w->out[1]; h++, y += w->out[2] * size) {
            b.depth = depths[d], b.height = heights[h];
            if (a->backward)
                (size == 8 ? spread_f64 : spread_f32)(&b, x, y, line);
            else
                (size == 8 ? gather_f64 : gather_f32)(&b, x, y, line);
        }
}

static int64_t units(const wki_call *call)
{
    const wki_view *to = call->views[0];
    return wki_numel(to) == 0 ? 0 : to->size[0] * to->size[1];
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_pool_attrs *a = call->attrs;
    if (!a->adaptive) return 0;
    return wki_adaptive_bytes(&a->window) + (size_t)a->window.in[2] * wk_dtype_size((wk_dtype)call->views[0]->dtype);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    static const double zero = 0;
    const wki_pool_attrs *a = call->attrs;
    const wki_window *w = &a->window;
    const wki_view *x = call->views[!a->backward], *y = call->views[a->backward];
    const wki_windows *loops = wki_windows_for((wk_dtype)x->dtype);
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)x->dtype), plane = wki_volume(w->in);
    const int64_t windows = wki_volume(w->out) * size;
    if (a->adaptive) wki_adaptive_spans(w, scratch);
    for (; begin < end; begin++) {
        char *in = wki_at(x->data, begin * plane * size), *out = wki_at(y->data, begin * windows);
        if (a->backward) loops->set(plane, in, &zero);
        if (a->adaptive)
            adaptive(a, size, in, out, scratch);
        else if (a->backward)
            loops->mean_back(w, in, out, a->divisor, a->include);
        else
            loops->mean(w, in, out, a->divisor, a->include);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_pool_mean = { "pool_mean", units, scratch_bytes, run };
