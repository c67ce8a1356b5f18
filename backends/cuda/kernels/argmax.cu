/* argmax: where the largest or smallest element of each line along one dim is, and its value. The first of equals, and
 * the first NaN before all numbers. Teams of fold.h search lines; where these lie side by side, a thread searches each.
 */
#include "backends/cuda/kernels/fold.h"

typedef struct search_args {
    wki_lattice lines; /* of x, the place, the value */
    const void *x;
    int64_t *place;
    void *value; /* or NULL */
    int64_t n, step;
    bool least;
} search_args;

template <typename T> struct best {
    T value;
    int64_t at; /* below 0: nothing yet */
};

template <typename T> WKI_DEVICE best<T> better(const best<T> &a, const best<T> &b, bool least)
{
    if (a.at < 0 || b.at < 0) return a.at < 0 ? b : a;
    const bool a_nan = a.value != a.value, b_nan = b.value != b.value;
    if (a_nan != b_nan) return a_nan ? a : b;
    if (a_nan || a.value == b.value) return a.at < b.at ? a : b;
    return (least ? a.value < b.value : a.value > b.value) ? a : b;
}

template <typename T> WKI_DEVICE void put(const search_args &a, const int64_t at[3], const best<T> &found)
{
    a.place[at[1]] = found.at;
    if (a.value) ((T *)a.value)[at[2]] = found.value;
}

/* Elements from first on, one in every `step` */
template <typename T>
WKI_DEVICE best<T> search(const search_args &a, const T *x, int64_t n, int64_t first, int64_t step)
{
    best<T> found = { 0, -1 };
    WKI_UNROLLED(4) for (int64_t i = first; i < n; i += step)
    {
        const best<T> next = { x[i * a.step], i };
        found = better(found, next, a.least);
    }
    return found;
}

template <typename T> static __global__ void WKI_ROW_BOUNDS search_lines(const search_args a)
{
    WKI_SHARED(int64_t, places, WKI_MOST_HALVES);
    WKI_SHARED(T, values, WKI_MOST_HALVES);
    const wki_team t = wki_team_of(a.n, NULL);
    WKI_EACH_TURN(first, t, a.lines.count)
    {
        const bool here = first + t.index < a.lines.count;
        int64_t at[3];
        wki_places<3>(a.lines, here ? first + t.index : first, at);
        best<T> found = search(a, (const T *)a.x + at[0], a.n, t.half * WKI_LANES + t.lane, t.halves * WKI_LANES);
        for (int away = WKI_LANES / 2; away; away /= 2) {
            best<T> other;
            other.value = __shfl_xor_sync(0xffffffffu, found.value, away);
            other.at = __shfl_xor_sync(0xffffffffu, found.at, away);
            found = better(found, other, a.least);
        }
        if (t.halves > 1) {
            if (t.lane == 0) {
                places[t.half] = found.at;
                values[t.half] = found.value;
            }
            __syncthreads();
            for (int h = 0; h < t.halves; h++) {
                const best<T> other = { values[h], places[h] };
                found = better(found, other, a.least);
            }
            __syncthreads();
        }
        if (here && t.lane == 0 && t.half == 0) put(a, at, found);
    }
}

template <typename T> static __global__ void search_columns(const search_args a)
{
    WKI_EACH(line, a.lines.count)
    {
        int64_t at[3];
        wki_places<3>(a.lines, line, at);
        put(a, at, search(a, (const T *)a.x + at[0], a.n, 0, 1));
    }
}

template <typename T> static void launch(const wki_queue *queue, const search_args &a)
{
    const int last = a.lines.ndim - 1;
    if (a.step != 1 && a.lines.size[last] >= WKI_LANES && a.lines.stride[0][last] == 1)
        WKI_LAUNCH(search_columns<T>, wki_grid(a.lines.count), WKI_THREADS, 0, queue, a);
    else
        WKI_LAUNCH(search_lines<T>, wki_rows_grid(a.lines.count, a.n), wki_rows_block(a.n), 0, queue, a);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_argmax_attrs *attrs = (const wki_argmax_attrs *)call->attrs;
    const wki_view *x = call->views[call->nout], *value = call->nout > 1 ? call->views[1] : NULL;
    const wki_view *const views[] = { x, call->views[0], value };
    const search_args a = { wki_lattice_of(views, value ? 3 : 2, wki_dims_of(x) & ~(1u << attrs->dim), true),
                            x->data,
                            (int64_t *)call->views[0]->data,
                            value ? value->data : NULL,
                            x->size[attrs->dim],
                            x->stride[attrs->dim],
                            attrs->least };
    (void)scratch;
    if (a.lines.count == 0 || a.n == 0) return WK_OK;
    switch (x->dtype) {
    case WK_F32: launch<float>(queue, a); break;
    case WK_F64: launch<double>(queue, a); break;
    case WK_I64: launch<int64_t>(queue, a); break;
    case WK_I32: launch<int32_t>(queue, a); break;
    default: launch<uint8_t>(queue, a);
    }
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(argmax, NULL, run);
