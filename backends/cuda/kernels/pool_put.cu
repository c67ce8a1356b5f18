/* pool_put: x = 0, then x[index] += y in ascending order, in each plane. Where windows are known to share no element
 * and are small, a window's thread writes its part of the plane. Else windows that chose the same element are strung on
 * a list of that element, in whatever order they come; the element's thread then adds them up by their numbers. Of a
 * list too long for that, its warp reads all of the plane's indices instead. */
#include "backends/cuda/kernels/pool.h"
#include "base/error.h"

enum { LONGEST = 8, MOST_OF_A_PART = 16 };

typedef struct planes {
    int64_t elements, size, windows; /* elements of all planes; of one plane, and its windows */
} planes;

/* ---- Windows that share nothing ---- */

/* The part of window o along dim d: from where it begins to where the next one does. */
WKI_DEVICE wki_stretch part_of(const wki_window &w, int d, int64_t o)
{
    const int64_t begin = o > 0 ? wki_seen1(w, d, o, 0) : 0, next = wki_seen1(w, d, o + 1, 0), in = w.in[d];
    const bool is_last = o + 1 == w.out[d] && !WKI_FAULT(193);
    const wki_stretch s = { begin, is_last || next > in ? in : next };
    return s;
}

template <class T>
static __global__ void put_parts(int64_t n, const wki_window w, const int64_t *index, T *x, const T *y)
{
    WKI_BEGIN();
    WKI_EACH(i, n)
    {
        int32_t o[3];
        T *const to = x + wki_plane_of(i, w.out, o) * wki_volume(w.in);
        const int64_t at = index[i];
        const T value = (T)0 + y[i]; /* of -0, too */
        const wki_stretch depth = part_of(w, 0, o[0]), height = part_of(w, 1, o[1]), width = part_of(w, 2, o[2]);
        for (int64_t d = depth.begin; d < depth.end; d++)
            for (int64_t h = height.begin; h < height.end; h++) {
                const int64_t row = (d * w.in[1] + h) * w.in[2];
                for (int64_t k = width.begin; k < width.end; k++) to[row + k] = row + k == at ? value : (T)0;
            }
    }
}

static const wki_window *parts_of(const wki_call *call)
{
    const wki_window *w = (const wki_window *)call->attrs;
    if (!w || wki_numel(call->views[1]) == 0 || wki_volume(w->stride) > MOST_OF_A_PART) return NULL;
    for (int d = 0; d < 3; d++)
        if (w->kernel[d] <= 0 || (int64_t)w->dilation[d] * (w->kernel[d] - 1) >= w->stride[d]) return NULL;
    return w;
}

/* ---- Lists ---- */

/* heads: of each element the window that came last, by its number in the plane; next: of each window, the one before it
 */
static __global__ void string_up(int64_t n, const planes p, const int64_t *index, int32_t *heads, int32_t *next)
{
    WKI_BEGIN();
    WKI_EACH(i, n)
    {
        const int64_t plane = wki_divided(i, p.windows), at = index[i];
        if ((uint64_t)at >= (uint64_t)p.size) continue;
        next[i] = atomicExch(&heads[plane * p.size + at], (int32_t)(i - plane * p.windows));
    }
}

/* The windows of a list, ascending; as many as there are, or more than there is room for. */
WKI_DEVICE int collect(int32_t window, const int32_t *next, int32_t found[LONGEST])
{
    int n = 0;
    for (int k = 0; k < LONGEST; k++) found[k] = INT32_MAX;
    for (; window >= 0 && n <= LONGEST; window = next[window], n++) {
        int32_t held = window;
        for (int k = 0; k < LONGEST; k++) {
            const int32_t there = found[k];
            const bool lower = WKI_FAULT(158) ? there == INT32_MAX && held != there : held < there;
            found[k] = lower ? held : there;
            held = lower ? there : held;
        }
    }
    return n;
}

/* By all lanes, for one element of one plane; the sum is every lane's. */
template <class T>
WKI_DEVICE T search(const planes &p, int64_t plane, int64_t element, const int64_t *index, const T *y)
{
    const int64_t *all = index + plane * p.windows;
    T sum = 0;
    for (int64_t first = 0; first < p.windows; first += 32) {
        const int64_t i = first + threadIdx.x % 32;
        const bool is_mine = i < p.windows && all[i] == element;
        for (unsigned left = __ballot_sync(~0u, is_mine); left; left &= left - 1)
            sum += y[plane * p.windows + first + (__ffs((int)left) - 1)];
    }
    return sum;
}

template <class T>
static __global__ void put(const planes p, const int64_t *index, const int32_t *heads, const int32_t *next, T *x,
                           const T *y)
{
    WKI_BEGIN();
    const int64_t apart = (int64_t)gridDim.x * blockDim.x;
    int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    for (int64_t first = i - threadIdx.x % 32; first < p.elements; first += apart, i += apart) {
        const int64_t plane = wki_divided(i, p.size);
        const int32_t head = i < p.elements ? heads[i] : -1;
        int32_t found[LONGEST];
        const int n = head < 0 ? 0 : collect(head, next + plane * p.windows, found);
        T sum = 0;
        for (int k = 0; k < LONGEST; k++)
            if (k < n && n <= LONGEST) sum += y[plane * p.windows + found[k]];
        for (unsigned left = __ballot_sync(~0u, n > LONGEST); left; left &= left - 1) {
            const int lane = __ffs((int)left) - 1;
            const int64_t element = first + lane, its = wki_divided(element, p.size);
            const T whole = search(p, its, element - its * p.size, index, y);
            if ((int)(threadIdx.x % 32) == lane) sum = whole;
        }
        if (i < p.elements) x[i] = sum;
    }
}

static size_t scratch_bytes(const wki_call *call)
{
    return parts_of(call) ? 0 : (size_t)(wki_numel(call->views[0]) + wki_numel(call->views[1])) * sizeof(int32_t);
}

template <class T>
static void launch(const wki_queue *queue, const planes *p, const wki_view *const *v, const int32_t *heads,
                   const int32_t *next)
{
    WKI_LAUNCH(put<T>, wki_grid(p->elements), WKI_THREADS, 0, queue, *p, (const int64_t *)v[2]->data, heads, next,
               (T *)v[0]->data, (const T *)v[1]->data);
}

template <class T> static void launch_parts(const wki_queue *queue, const wki_window *w, const wki_view *const *v)
{
    const int64_t n = wki_numel(v[1]);
    WKI_LAUNCH(put_parts<T>, wki_grid(n), WKI_THREADS, 0, queue, n, *w, (const int64_t *)v[2]->data, (T *)v[0]->data,
               (const T *)v[1]->data);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *const *v = call->views;
    const planes p = { wki_numel(v[0]), v[0]->size[1], v[1]->size[1] };
    const int64_t n = wki_numel(v[1]);
    int32_t *heads = (int32_t *)scratch, *next = heads + p.elements;
    if (p.elements == 0) return WK_OK;
    if (parts_of(call)) {
        (v[0]->dtype == WK_F64 ? launch_parts<double> : launch_parts<float>)(queue, parts_of(call), v);
        return wki_launched(queue, call);
    }
    wki_check(p.windows <= INT32_MAX, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, "pool_put",
              "cuda takes at most %lld windows in a plane, not %lld", (long long)INT32_MAX, (long long)p.windows);
    wki_set_words(queue, heads, (size_t)p.elements * sizeof *heads, UINT32_MAX); /* -1 */
    WKI_LAUNCH(string_up, wki_grid(n), WKI_THREADS, 0, queue, n, p, (const int64_t *)v[2]->data, heads, next);
    (v[0]->dtype == WK_F64 ? launch<double> : launch<float>)(queue, &p, v, heads, next);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(pool_put, scratch_bytes, run);
