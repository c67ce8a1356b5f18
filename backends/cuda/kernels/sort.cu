/* sort: the first k elements of each line along one dim, in order, with their places. Elements become unsigned keys in
 * the order wanted (NaN last, -0 equal to 0), and keys with their places have no equals: so every way of sorting gives
 * one result. Runs of RUN entries are sorted in shared memory; of longer lines pairs of runs are then merged in
 * scratch, each entry finding its place among the others' by bisection. */
#include "backends/cuda/kernels/kernel.h"

enum { RUN = 1024 };

typedef struct entry {
    uint64_t key;
    int64_t place; /* below 0: behind the end */
} entry;

typedef struct sort_args {
    wki_lattice lines; /* of x, y and index */
    const void *x;
    void *y;
    int64_t *index;
    int64_t n, k, x_step, y_step, index_step, room; /* room: n rounded up to whole runs */
    bool descending;
    entry *from, *to; /* entries of all lines, `room` each; NULL where lines are short */
    int64_t width;    /* of the runs that are sorted already */
} sort_args;

WKI_DEVICE uint64_t key_of(float x)
{
    const uint32_t w = f32::wki_word_of(x == 0 ? 0 : x);
    return x != x ? UINT32_MAX : w >> 31 ? (uint32_t)~w : w | 0x80000000u;
}
WKI_DEVICE uint64_t key_of(double x)
{
    const uint64_t w = f64::wki_word_of(x == 0 ? 0 : x);
    return x != x ? UINT64_MAX : w >> 63 ? ~w : w | (uint64_t)1 << 63;
}
WKI_DEVICE uint64_t key_of(int64_t x) { return (uint64_t)x ^ (uint64_t)1 << 63; }
WKI_DEVICE uint64_t key_of(int32_t x) { return (uint32_t)x ^ 0x80000000u; }
WKI_DEVICE uint64_t key_of(uint8_t x) { return x; }

WKI_DEVICE bool comes_before(const entry &a, const entry &b)
{
    if (a.place < 0 || b.place < 0) return a.place >= 0 && b.place < 0;
    return a.key != b.key ? a.key < b.key : a.place < b.place;
}

template <typename T> WKI_DEVICE void put(const sort_args &a, const int64_t at[3], int64_t i, int64_t place)
{
    if (i >= a.k) return;
    a.index[at[2] + i * a.index_step] = place;
    ((T *)a.y)[at[1] + i * a.y_step] = ((const T *)a.x)[at[0] + place * a.x_step];
}

/* Bitonic: every thread holds two entries in turn; those behind the end are the largest. */
WKI_DEVICE void sort_shared(entry *e, int count)
{
    for (int size = 2; size <= count; size *= 2)
        for (int apart = size / 2; apart > 0; apart /= 2) {
            __syncthreads();
            for (int t = (int)threadIdx.x; t < count / 2; t += (int)blockDim.x) {
                const int i = t / apart * 2 * apart + t % apart, j = i + apart;
                const entry low = e[i], high = e[j];
                if (comes_before(high, low) == ((i & size) == 0)) {
                    e[i] = high;
                    e[j] = low;
                }
            }
        }
    if (!WKI_FAULT(122)) __syncthreads();
}

/* A run of a line a block; `count` is a power of two that holds it */
template <typename T> static __global__ void sort_runs(const sort_args a, int count)
{
    WKI_BEGIN();
    WKI_SHARED(entry, e, RUN);
    const int64_t runs = a.room / RUN;
    const uint64_t flip = !a.descending ? 0 : sizeof(T) == 8 ? UINT64_MAX : UINT32_MAX;
    for (int64_t u = blockIdx.x; u < a.lines.count * runs; u += gridDim.x) {
        const int64_t line = u / runs, begin = u % runs * RUN;
        int64_t at[3];
        wki_places<3>(a.lines, line, at);
        const T *const x = (const T *)a.x + at[0];
        for (int i = (int)threadIdx.x; i < count; i += (int)blockDim.x) {
            const bool is_there = begin + i < a.n;
            e[i].key = is_there ? key_of(x[(begin + i) * a.x_step]) ^ flip : 0;
            e[i].place = is_there ? begin + i : -1;
        }
        sort_shared(e, count);
        for (int i = (int)threadIdx.x; i < count; i += (int)blockDim.x) {
            if (a.from)
                a.from[line * a.room + begin + i] = e[i];
            else if (e[i].place >= 0)
                put<T>(a, at, i, e[i].place);
        }
        __syncthreads();
    }
}

/* An entry's place in the merged pair: its own in its run, and as many as come before it in the other. */
static __global__ void merge_runs(const sort_args a)
{
    WKI_BEGIN();
    WKI_EACH(u, a.lines.count * a.room)
    {
        const entry mine = a.from[u];
        const int64_t line = u / a.room * a.room, i = u - line, pair = i / (2 * a.width) * 2 * a.width;
        const int64_t other = i - pair < a.width ? pair + a.width : pair;
        int64_t low = other < a.room ? other : a.room, high = other + a.width < a.room ? other + a.width : a.room;
        const int64_t begin = low;
        while (low < high) {
            const int64_t middle = low + (high - low) / 2;
            const entry theirs = a.from[line + middle];
            if (theirs.place < 0 && mine.place < 0 ? other < i : comes_before(theirs, mine))
                low = middle + 1;
            else
                high = middle;
        }
        a.to[line + pair + (i - pair) % a.width + (low - begin)] = mine;
    }
}

template <typename T> static __global__ void put_sorted(const sort_args a)
{
    WKI_BEGIN();
    WKI_EACH(u, a.lines.count * a.k)
    {
        int64_t at[3];
        wki_places<3>(a.lines, u / a.k, at);
        put<T>(a, at, u % a.k, a.from[u / a.k * a.room + u % a.k].place);
    }
}

template <typename T> static void launch(const wki_queue *queue, sort_args a)
{
    const int64_t runs = a.lines.count * (a.room / RUN);
    int count = 2;
    while (count < RUN && count < a.n) count *= 2;
    WKI_LAUNCH(sort_runs<T>, (unsigned)(runs < 65536 ? runs : 65536), count < 512 ? count / 2 : 256, 0, queue, a,
               count);
    if (!a.from) return;
    for (a.width = RUN; a.width < a.room; a.width *= 2) {
        WKI_LAUNCH(merge_runs, wki_grid(a.lines.count * a.room), WKI_THREADS, 0, queue, a);
        entry *const merged = a.to;
        a.to = a.from;
        a.from = merged;
    }
    WKI_LAUNCH(put_sorted<T>, wki_grid(a.lines.count * a.k), WKI_THREADS, 0, queue, a);
}

static sort_args understand(const wki_call *call)
{
    const wki_view *y = call->views[0], *index = call->views[1], *x = call->views[2];
    const wki_sort_attrs *attrs = (const wki_sort_attrs *)call->attrs;
    const wki_view *const views[] = { x, y, index };
    sort_args a = {};
    a.lines = wki_lattice_of(views, 3, wki_dims_of(x) & ~(1u << attrs->dim), true);
    a.x = x->data;
    a.y = y->data;
    a.index = (int64_t *)index->data;
    a.n = x->size[attrs->dim];
    a.k = y->size[attrs->dim];
    a.x_step = x->stride[attrs->dim];
    a.y_step = y->stride[attrs->dim];
    a.index_step = index->stride[attrs->dim];
    a.room = (a.n + RUN - 1) / RUN * RUN;
    a.descending = attrs->descending;
    return a;
}

static size_t scratch_bytes(const wki_call *call)
{
    const sort_args a = understand(call);
    return a.n <= RUN || a.k == 0 ? 0 : 2 * sizeof(entry) * (size_t)(a.lines.count * a.room);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    sort_args a = understand(call);
    if (a.lines.count == 0 || a.k == 0) return WK_OK;
    if (a.n > RUN) {
        a.from = (entry *)scratch;
        a.to = a.from + a.lines.count * a.room;
    }
    WKI_OF_DTYPE(launch, call->views[2]->dtype)(queue, a);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(sort, scratch_bytes, run);
