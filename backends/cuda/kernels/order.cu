/* Sorting entries, and moving what they stand for; see order.h. */
#include "backends/cuda/kernels/order.h"
#include "backends/cuda/kernels/scan.h"
#include "base/error.h"

/* ---- Sorting: from the lowest digit on, each time stably, tile by tile ---- */

enum {
    DIGIT = 8,
    DIGITS = 1 << DIGIT, /* as many as threads: each thread has one of them */
    EACH = 8,
    WARPS = WKI_THREADS / 32,
    TILE = EACH * WKI_THREADS /* entries; of a warp: EACH times 32 side by side */
};

WKI_DEVICE unsigned digit_of(uint64_t entry, int at) { return (unsigned)(entry >> at) & (DIGITS - 1); }

/* Which lanes have the digit that this one has, among those whose `valid` is true */
WKI_DEVICE unsigned alike(unsigned digit, bool valid)
{
    unsigned same = __ballot_sync(~0u, valid);
    for (int b = 0; b < DIGIT; b++) {
        const unsigned vote = __ballot_sync(~0u, (int)(digit >> b & 1));
        same &= digit >> b & 1 ? vote : ~vote;
    }
    return same;
}

/* The n entries of a tile, in their order, go to where their digit's begin: first[digit], one a thread. */
WKI_DEVICE void place_tile(const uint64_t *from, int64_t n, int at, uint64_t first, uint64_t *to)
{
    WKI_SHARED(uint64_t, start, WARPS * DIGITS); /* of each warp's entries of each digit; before, how many they are */
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32, begin = warp * 32 * EACH + lane;
    uint64_t entry[EACH];
    unsigned rank[EACH];
    for (int w = 0; w < WARPS; w++) start[w * DIGITS + threadIdx.x] = 0;
    __syncthreads();
    for (int k = 0; k < EACH; k++) {
        const int64_t i = begin + 32 * k;
        entry[k] = i < n ? from[i] : 0;
        const unsigned digit = digit_of(entry[k], at), same = alike(digit, i < n);
        uint64_t *count = &start[warp * DIGITS + digit];
        if (i < n) rank[k] = (unsigned)*count + (unsigned)__popc(same & ((1u << lane) - 1));
        __syncwarp();
        if (i < n && (same >> lane) == 1) *count += (uint64_t)__popc(same); /* the last of them */
        __syncwarp();
    }
    __syncthreads();
    for (int w = 0; w < WARPS; w++) {
        uint64_t *const its = &start[(WKI_FAULT(154) ? WARPS - 1 - w : w) * DIGITS + threadIdx.x];
        const uint64_t count = *its;
        *its = first;
        first += count;
    }
    __syncthreads();
    for (int k = 0; k < EACH; k++)
        if (begin + 32 * k < n) to[start[warp * DIGITS + digit_of(entry[k], at)] + rank[k]] = entry[k];
}

/* How many of a tile have the thread's digit */
WKI_DEVICE uint64_t count_tile(const uint64_t *from, int64_t n, int at)
{
    WKI_SHARED(uint32_t, counts, DIGITS);
    counts[threadIdx.x] = 0;
    __syncthreads();
    for (int64_t i = threadIdx.x; i < n; i += WKI_THREADS) atomicAdd(&counts[digit_of(from[i], at)], 1u);
    __syncthreads();
    return counts[threadIdx.x];
}

WKI_DEVICE int64_t tile_size(int64_t n)
{
    const int64_t left = n - (int64_t)blockIdx.x * TILE;
    return left < TILE ? left : (int64_t)TILE;
}

static __global__ void count_digits(int64_t n, const uint64_t *from, int at, int64_t tiles, uint64_t *counts)
{
    WKI_BEGIN();
    counts[threadIdx.x * tiles + blockIdx.x] = count_tile(from + (int64_t)blockIdx.x * TILE, tile_size(n), at);
}

static __global__ void place_digits(int64_t n, const uint64_t *from, int at, int64_t tiles, const uint64_t *before,
                                    const uint64_t *totals, uint64_t *to)
{
    WKI_BEGIN();
    uint64_t all;
    const uint64_t smaller = wki_sum_before(totals[threadIdx.x], &all);
    place_tile(from + (int64_t)blockIdx.x * TILE, tile_size(n), at, smaller + before[threadIdx.x * tiles + blockIdx.x],
               to);
}

/* One tile, all digits; what is sorted ends at `to` if there is an odd number of them. */
static __global__ void sort_tile(int64_t n, uint64_t *from, uint64_t *to, int low, int high)
{
    WKI_BEGIN();
    for (int at = low; at < high; at += DIGIT) {
        uint64_t all;
        const uint64_t smaller = wki_sum_before(count_tile(from, n, at), &all);
        place_tile(from, n, at, smaller, to);
        __syncthreads();
        uint64_t *const turned = from;
        from = to;
        to = turned;
    }
}

static int64_t tiles_of(int64_t n) { return (n + TILE - 1) / TILE; }

size_t wki_ordered_bytes(int64_t n)
{
    const int64_t counts = n > TILE ? DIGITS * (tiles_of(n) + 1) : 0;
    return (size_t)(2 * n + counts) * sizeof(uint64_t);
}

static const uint64_t *sort(const wki_queue *queue, int64_t n, int low, int high, uint64_t *entries)
{
    uint64_t *from = entries, *to = entries + n, *counts = to + n;
    const int64_t tiles = tiles_of(n);
    uint64_t *totals = counts + DIGITS * tiles;
    if (tiles == 1) {
        WKI_LAUNCH(sort_tile, 1, WKI_THREADS, 0, queue, n, from, to, low, high);
        return (high - low + DIGIT - 1) / DIGIT % 2 ? to : from;
    }
    for (int at = low; at < high; at += DIGIT) {
        WKI_LAUNCH(count_digits, (unsigned)tiles, WKI_THREADS, 0, queue, n, from, at, tiles, counts);
        WKI_LAUNCH(wki_scan_rows, DIGITS, WKI_THREADS, 0, queue, tiles, counts, totals);
        WKI_LAUNCH(place_digits, (unsigned)tiles, WKI_THREADS, 0, queue, n, from, at, tiles, counts, totals, to);
        uint64_t *const turned = from;
        from = to;
        to = turned;
    }
    return from;
}

/* ---- What is sorted goes to its place ---- */

static int bits_of(int64_t most)
{
    int bits = 1;
    while (most >> bits) bits++;
    return bits;
}

wk_status wki_ordered_close(wki_ordered *o, const char *where)
{
    const int lines = bits_of(o->lines.count), size = bits_of(o->size);
    o->shift = bits_of(wki_ordered_count(o));
    wki_check(lines + size + o->shift <= 64, WK_E_UNSUPPORTED, WK_E_UNSUPPORTED, where,
              "cuda cannot sort %lld elements by %lld places", (long long)wki_ordered_count(o),
              (long long)o->lines.count * o->size);
    o->keys = o->lines.count * o->size;
    o->bits = bits_of(o->keys);
    return WK_OK;
}

wki_ordered wki_ordered_of_vectors(const wki_view *y, const wki_view *src)
{
    const wki_view *const views[] = { src, src, y };
    wki_ordered o = {};
    o.lines = o.row = wki_lattice_of(views, 3, 0, false);
    o.length = src->size[0];
    o.size = y->size[0];
    o.step[0] = o.step[1] = src->stride[0];
    o.step[2] = y->stride[0];
    return o;
}

typedef struct sorted {
    int64_t n;
    const uint64_t *entries;
} sorted;

WKI_DEVICE int64_t key_at(const wki_ordered &o, const sorted &s, int64_t i)
{
    return i >= 0 && i < s.n ? (int64_t)(s.entries[i] >> o.shift) : -1;
}
WKI_DEVICE int64_t src_at(const wki_ordered &o, uint64_t entry)
{
    return wki_place_in(o, (int64_t)(entry & (((uint64_t)1 << o.shift) - 1)), o.length, 1);
}

/* Some are fetched before they are joined: each waits for its entry, not for the sum. *i: where it stopped, after so
 * many at most; is there more? */
enum { TOGETHER = 4 };
template <class T, class Join>
WKI_DEVICE bool join_some(const wki_ordered &o, const sorted &s, const Join &join, int64_t *i, int64_t most,
                          int64_t key, const T *src, T *sum)
{
    bool more = true;
    for (const int64_t end = *i + most; more && *i < end; *i += TOGETHER) {
        T x[TOGETHER];
        bool is_mine[TOGETHER];
        for (int k = 0; k < TOGETHER; k++) {
            is_mine[k] = key_at(o, s, *i + k) == key;
            x[k] = is_mine[k] ? src[src_at(o, s.entries[*i + k])] : (T)0;
        }
        for (int k = 0; k < TOGETHER; k++)
            if (is_mine[k]) *sum = wki_joined(join, *sum, x[k]);
        more = is_mine[TOGETHER - 1];
    }
    return more;
}

/* A thread for each element of the row of each entry; the others of a key leave it to one. */
template <class T, class Join>
static __global__ void move_sorted(const wki_ordered o, const sorted s, const Join join, T *y, const T *src)
{
    WKI_BEGIN();
    const bool puts = join.how == WKI_PUT;
    WKI_EACH(t, s.n * o.row.count)
    {
        int64_t i = wki_divided(t, o.row.count), at[2];
        const int64_t key = key_at(o, s, i);
        if (key == o.keys || key_at(o, s, puts ? i + 1 : i - 1) == key) continue;
        wki_places<2>(o.row, t - i * o.row.count, at);
        T *to = y + wki_place_in(o, key, o.size, 2) + at[1], sum = *to;
        if (!puts)
            join_some(o, s, join, &i, s.n, key, src + at[0], &sum);
        else
            sum = src[src_at(o, s.entries[i]) + at[0]];
        *to = sum;
    }
}

/* What a lane left of a key, from entry i on: the warp fetches, and each lane joins it to what it has, of which one is
 * right. */
template <class T, class Join>
WKI_DEVICE T join_rest(const wki_ordered &o, const sorted &s, const Join &join, int64_t i, int64_t key, const T *src,
                       T sum)
{
    WKI_SHARED(T, fetched, WKI_THREADS);
    const unsigned lane = threadIdx.x % 32;
    T *const warps = fetched + (threadIdx.x - lane);
    for (int n = 32; n == 32; i += 32) {
        const bool is_mine = key_at(o, s, i + lane) == key;
        if (is_mine) warps[lane] = src[src_at(o, s.entries[i + lane])];
        n = __popc(__ballot_sync(~0u, is_mine));
        __syncwarp();
        for (int k = 0; k < n; k++) sum = wki_joined(join, sum, warps[k]);
        __syncwarp();
    }
    return sum;
}

/* Rows of one: a thread for each key, as long as it is short. */
template <class T, class Join>
static __global__ void join_numbers(const wki_ordered o, const sorted s, const Join join, T *y, const T *src)
{
    WKI_BEGIN();
    enum { SHORT = 16 * TOGETHER };
    const int64_t apart = (int64_t)gridDim.x * WKI_THREADS;
    const int lane = threadIdx.x % 32;
    int64_t t = (int64_t)blockIdx.x * WKI_THREADS + threadIdx.x;
    for (; t - lane < s.n; t += apart) {
        const int64_t key = key_at(o, s, t);
        const bool is_first = t < s.n && key != o.keys && key_at(o, s, t - 1) != key;
        T *to = y + (is_first ? wki_place_in(o, key, o.size, 2) : 0), sum = is_first ? *to : (T)0;
        int64_t i = t;
        const bool more = is_first && join_some(o, s, join, &i, SHORT, key, src, &sum);
        for (unsigned left = __ballot_sync(~0u, more); left; left &= left - 1) {
            const int whose = __ffs((int)left) - 1;
            const T whole = join_rest(o, s, join, __shfl_sync(~0u, i, whose), __shfl_sync(~0u, key, whose), src, sum);
            if (lane == whose) sum = whole;
        }
        if (is_first) *to = sum;
    }
}

template <class T, class Join>
static void launch_sorted(const wki_queue *queue, const wki_ordered *o, const sorted *s, int how, const wki_view *y,
                          const wki_view *src)
{
    const Join join = { how };
    if (how != WKI_PUT && o->row.count == 1)
        WKI_LAUNCH((join_numbers<T, Join>), wki_grid(s->n), WKI_THREADS, 0, queue, *o, *s, join, (T *)y->data,
                   (const T *)src->data);
    else
        WKI_LAUNCH((move_sorted<T, Join>), wki_grid(s->n * o->row.count), WKI_THREADS, 0, queue, *o, *s, join,
                   (T *)y->data, (const T *)src->data);
}

void wki_ordered_move(const wki_queue *queue, const wki_ordered *o, const wki_view *y, const wki_view *src, int how,
                      void *scratch)
{
    static void (*const launches[])(const wki_queue *, const wki_ordered *, const sorted *, int, const wki_view *,
                                    const wki_view *) = WKI_JOINED(launch_sorted);
    sorted s = { wki_ordered_count(o), NULL };
    s.entries = sort(queue, s.n, o->shift, o->shift + o->bits, (uint64_t *)scratch);
    launches[wki_ordered_type(y, how)](queue, o, &s, how, y, src);
}
