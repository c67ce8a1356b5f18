/* Walks over one to three views at once, row-major, with neighbouring dims merged wherever all strides allow, so that
 * most kernels see one or two dims. The innermost dim is the kernel's own loop; a cursor moves from run to run. */
#ifndef WKI_CPU_WALK_H
#define WKI_CPU_WALK_H
#include "backends/backend.h"
#include <string.h>

enum { WKI_WALK_VIEWS = 3 };
typedef struct wki_walk {
    int ndim;      /* at least 1; none of size 1, except the only one */
    int64_t count; /* the product of the sizes */
    int64_t size[WKI_MAX_DIMS], stride[WKI_MAX_DIMS][WKI_WALK_VIEWS];
} wki_walk;

typedef struct wki_cursor {
    int64_t index[WKI_MAX_DIMS], at[WKI_WALK_VIEWS]; /* at: offset in each view, in elements */
} wki_cursor;

static inline int64_t wki_length(int64_t stride) { return stride < 0 ? -stride : stride; }

static inline void wki_walk_push(wki_walk *w, int64_t size, const int64_t stride[WKI_WALK_VIEWS])
{
    w->count *= size;
    if (size == 1) return;
    const int last = w->ndim - 1;
    bool merges = w->ndim > 0;
    for (int v = 0; v < WKI_WALK_VIEWS && merges; v++) merges = w->stride[last][v] == size * stride[v];
    const int d = merges ? last : w->ndim++;
    w->size[d] = merges ? w->size[d] * size : size;
    for (int v = 0; v < WKI_WALK_VIEWS; v++) w->stride[d][v] = stride[v];
}

static inline void wki_walk_close(wki_walk *w) /* which has no dims: one element */
{
    w->ndim = 1;
    w->size[0] = 1;
    for (int v = 0; v < WKI_WALK_VIEWS; v++) w->stride[0][v] = 0;
}

/* The dims whose bits are set, outermost first; sizes are the first view's. Only what is used is written: small calls
 * count. */
static inline wki_walk wki_walk_over(const wki_view *const *views, int nviews, uint32_t dims)
{
    wki_walk w;
    w.ndim = 0;
    w.count = 1;
    for (int d = 0; d < views[0]->ndim; d++) {
        if (!(dims >> d & 1)) continue;
        int64_t stride[WKI_WALK_VIEWS] = { 0 };
        for (int v = 0; v < nviews; v++) stride[v] = views[v]->stride[d];
        wki_walk_push(&w, views[0]->size[d], stride);
    }
    if (w.ndim == 0) wki_walk_close(&w);
    return w;
}

/* The same in the order of the first view's memory, the longest strides first: for calls that do not care which element
 * comes when. */
static inline wki_walk wki_walk_by_stride(const wki_view *const *views, int nviews, uint32_t dims)
{
    wki_walk w;
    int order[WKI_MAX_DIMS], n = 0;
    w.ndim = 0;
    w.count = 1;
    for (int d = 0; d < views[0]->ndim; d++) {
        if (!(dims >> d & 1)) continue;
        const int64_t step = wki_length(views[0]->stride[d]);
        int to = n++;
        for (; to > 0 && wki_length(views[0]->stride[order[to - 1]]) < step; to--) order[to] = order[to - 1];
        order[to] = d;
    }
    for (int i = 0; i < n; i++) {
        int64_t stride[WKI_WALK_VIEWS] = { 0 };
        for (int v = 0; v < nviews; v++) stride[v] = views[v]->stride[order[i]];
        wki_walk_push(&w, views[0]->size[order[i]], stride);
    }
    if (w.ndim == 0) wki_walk_close(&w);
    return w;
}

static inline uint32_t wki_all_dims(const wki_view *v) { return (1u << v->ndim) - 1; }

static inline wki_cursor wki_cursor_at(const wki_walk *w, int64_t i)
{
    wki_cursor c;
    for (int v = 0; v < WKI_WALK_VIEWS; v++) c.at[v] = 0;
    for (int d = w->ndim - 1; d >= 0; d--) {
        c.index[d] = d > 0 ? i % w->size[d] : i;
        i = d > 0 ? i / w->size[d] : 0;
        for (int v = 0; v < WKI_WALK_VIEWS; v++) c.at[v] += c.index[d] * w->stride[d][v];
    }
    return c;
}

/* how many elements of the innermost dim are left */
static inline int64_t wki_cursor_left(const wki_walk *w, const wki_cursor *c)
{
    return w->size[w->ndim - 1] - c->index[w->ndim - 1];
}

/* by at most that many */
static inline void wki_cursor_move(const wki_walk *w, wki_cursor *c, int64_t by)
{
    int d = w->ndim - 1;
    c->index[d] += by;
    for (int v = 0; v < WKI_WALK_VIEWS; v++) c->at[v] += by * w->stride[d][v];
    for (; d > 0 && c->index[d] == w->size[d]; d--) {
        for (int v = 0; v < WKI_WALK_VIEWS; v++) c->at[v] += w->stride[d - 1][v] - w->size[d] * w->stride[d][v];
        c->index[d] = 0;
        c->index[d - 1]++;
    }
}

/* n elements of `size` bytes, 1, 4 or 8; steps in elements */
static inline void wki_copy_elements(int64_t n, size_t size, void *to, int64_t y_step, const void *from, int64_t x_step)
{
    char *y = to;
    const char *x = from;
    const int64_t y_bytes = y_step * (int64_t)size, x_bytes = x_step * (int64_t)size;
    if (y_step == 1 && x_step == 1)
        memcpy(y, x, (size_t)n * size);
    else if (size == 4)
        for (int64_t i = 0; i < n; i++) memcpy(y + i * y_bytes, x + i * x_bytes, 4);
    else if (size == 8)
        for (int64_t i = 0; i < n; i++) memcpy(y + i * y_bytes, x + i * x_bytes, 8);
    else
        for (int64_t i = 0; i < n; i++) y[i * y_bytes] = x[i * x_bytes];
}

static inline int64_t wki_walk_inner(const wki_walk *w, int view) { return w->stride[w->ndim - 1][view]; }
static inline int64_t wki_least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t wki_blocks(int64_t n, int64_t block) { return n / block + (n % block != 0); }
#endif
