/* The contract of isa/windows.c: what slides over planes (convolution, pooling), compiled for each element type and
 * instruction set, and the sizes that follow from a window. */
#ifndef WKI_CPU_WINDOWS_H
#define WKI_CPU_WINDOWS_H
#include "backends/backend.h"

/* Places of taps, `rows` rows of `width` elements each, `step` from row to row. */
enum { WKI_TAP_LANES = 16 };
typedef struct wki_taps {
    int64_t n, rows, width, step, at[WKI_DEPTH_TAPS];
} wki_taps;

/* Sums of a convolution: to[i * ld + o], or 0 if fresh, and the chain of multiply-adds of x[i * step + at[t]] and
 * w[w_at[t] + o] for t < k, fused but in the base set, then + bias[o], if there is one; for i < n and o < outs, but
 * whole vectors are read and written. */
typedef struct wki_direct {
    int64_t k;
    const int64_t *at, *w_at;
    int64_t n, step, outs, ld;
    const void *x, *w, *bias;
    void *to;
    bool fresh, relu; /* relu: of what comes out, behind the bias */
} wki_direct;

/* Memory is contiguous and of the element type; every set gives the same bits. */
typedef struct wki_windows {
    /* column[(c * taps + tap) * ld + j - first] = tap of window j in plane c, 0 where it is outside, for first <= j <
     * end; a row of windows may be `pitch` from the next instead of out[2], if they are all whole. fold is the
     * transpose: x += column, tap after tap. */
    void (*unfold)(const wki_window *w, int64_t planes, const void *x, int64_t first, int64_t end, void *column,
                   int64_t ld, int64_t pitch);
    void (*fold)(const wki_window *w, int64_t planes, void *x, int64_t first, int64_t end, const void *column,
                 int64_t ld);
    /* One plane. A divisor of 0 is the window's size, with its part in the padding if include. */
    void (*max)(const wki_window *w, const void *x, void *y, int64_t *index);
    void (*mean)(const wki_window *w, const void *x, void *y, int64_t divisor, bool include);
    void (*mean_back)(const wki_window *w, void *x, const void *y, int64_t divisor, bool include); /* x += */
    /* y, rows side by side, = the sum over taps of weights[tap] x[at[tap] ...], each element one chain of fused
     * multiply-adds (not fused in the base set), then + *bias, if there is one. */
    void (*weigh)(const wki_taps *taps, const void *weights, const void *bias, const void *x, void *y);
    /* lanes[tap][.] += products of y, rows side by side, and x[at[tap] ...], column i of a row to lane i % 16; totals
     * adds the lanes of each tap up: half of them onto the other half. */
    void (*dots)(const wki_taps *taps, const void *y, const void *x, void *lanes);
    void (*totals)(int64_t taps, void *lanes, void *to);
    void (*direct)(const wki_direct *d);
    /* y[i] = value, n of them */
    void (*set)(int64_t n, void *y, const void *value);
} wki_windows;
const wki_windows *wki_windows_for(wk_dtype dtype); /* WK_F32 or WK_F64, for the instruction set in use */

extern const wki_windows wki_windows_f32_base, wki_windows_f32_avx2, wki_windows_f32_avx512;
extern const wki_windows wki_windows_f64_base, wki_windows_f64_avx2, wki_windows_f64_avx512;

/* n windows of each of some images, `apart` bytes from one another, side by side: to[o * ld + i * n ..] for each of `out`
 * planes of so many `windows`, y's being the first; `size` of an element */
void wki_gather_windows(int64_t out, int64_t windows, int64_t images, int64_t apart, int64_t n, size_t size,
                        const char *y, char *to, int64_t ld);

static inline int64_t wki_volume(const int32_t size[3]) { return (int64_t)size[0] * size[1] * size[2]; }

/* data + bytes; data is NULL where there is nothing */
static inline char *wki_at(void *data, int64_t bytes) { return data ? (char *)data + bytes : NULL; }

static inline size_t wki_up(size_t bytes) { return (bytes + 63) / 64 * 64; } /* to whole cache lines */

/* Scratch, cut off piece by piece; counted alone where it begins at NULL. */
typedef struct wki_room {
    char *begin;
    size_t used;
} wki_room;

static inline void *wki_room_take(wki_room *r, int64_t count, size_t size)
{
    void *const here = wki_at(r->begin, (int64_t)r->used);
    r->used += wki_up((size_t)count * size);
    return here;
}

/* Adaptive windows: along each dim number i is [i in / out, (i + 1) in / out), rounded outwards. Spans of all dims one
 * after the other. */
typedef struct wki_between {
    int32_t start, end;
} wki_between;

static inline size_t wki_adaptive_bytes(const wki_window *w)
{
    return wki_up(sizeof(wki_between) * ((size_t)w->out[0] + (size_t)w->out[1] + (size_t)w->out[2]));
}

static inline void wki_adaptive_spans(const wki_window *w, wki_between *to)
{
    for (int d = 0; d < 3; d++)
        for (int64_t i = 0, in = w->in[d], out = w->out[d]; i < out; i++)
            *to++ = (wki_between){ (int32_t)(i * in / out), (int32_t)(((i + 1) * in + out - 1) / out) };
}

/* Does each window hold one element, all elements in order? Then columns are planes. */
static inline bool wki_is_pointwise(const wki_window *w)
{
    for (int d = 0; d < 3; d++)
        if (w->kernel[d] != 1 || w->padding[d] || w->in[d] != w->out[d] || (w->stride[d] != 1 && w->out[d] > 1))
            return false;
    return true;
}
#endif
