/* copy: y -> x, any strides on both sides, any dtype into any other. What lies side by side on both sides goes by 16
 * bytes; where another dim than y's innermost is contiguous in x, as in a transposed matrix, squares are turned in
 * shared memory. */
#include "backends/cuda/kernels/convert.h"

enum { TOGETHER = 4, TILE = 32, TILE_ROWS = 8, WORTH_TURNING = 8 };

template <typename TO, typename FROM> static __global__ void convert(const wki_lattice l, void *y, const void *x)
{
    WKI_BEGIN();
    const FROM *const from = (const FROM *)x;
    TO *const to = (TO *)y;
    if (!l.flat) {
        WKI_EACH(i, l.count)
        {
            int64_t at[2];
            wki_places<2>(l, i, at);
            wki_set(to + at[0], wki_value(from[at[1]]));
        }
        return;
    }
    const int64_t block = (int64_t)blockDim.x * TOGETHER;
    for (int64_t i = blockIdx.x * block + threadIdx.x; i < l.count; i += gridDim.x * block) {
        FROM some[TOGETHER];
        WKI_UNROLL for (int k = 0; k < TOGETHER; k++)
        {
            const int64_t j = i + k * (int64_t)blockDim.x;
            some[k] = from[j < l.count ? j : i];
        }
        WKI_UNROLL for (int k = 0; k < TOGETHER; k++)
        {
            const int64_t j = i + k * (int64_t)blockDim.x;
            if (j < l.count) wki_set(to + j, wki_value(some[k]));
        }
    }
}

template <typename T> static __global__ void move(const wki_lattice l, void *y, const void *x)
{
    WKI_BEGIN();
    WKI_EACH(i, l.count)
    {
        int64_t at[2];
        wki_places<2>(l, i, at);
        ((T *)y)[at[0]] = ((const T *)x)[at[1]];
    }
}

/* ---- Squares ---- */

typedef struct squares {
    wki_lattice rest;   /* all dims but two: */
    int64_t high, wide; /* the one contiguous in x, and y's innermost */
    int64_t y_high, y_wide, x_high, x_wide;
} squares;

template <typename T> static __global__ void turn(const squares s, void *y, const void *x)
{
    WKI_BEGIN();
    WKI_SHARED(T, tile, TILE * (TILE + 1));
    const int64_t across = (s.wide + TILE - 1) / TILE, down = (s.high + TILE - 1) / TILE;
    for (int64_t u = blockIdx.x; u < s.rest.count * across * down; u += gridDim.x) {
        const int64_t left = u % across * TILE, top = u / across % down * TILE;
        int64_t at[2];
        wki_places<2>(s.rest, u / (across * down), at);
        const T *const from = (const T *)x + at[1] + top * s.x_high + left * s.x_wide;
        T *const to = (T *)y + at[0] + top * s.y_high + left * s.y_wide;
        const int column = threadIdx.x % TILE, row = threadIdx.x / TILE;
        for (int k = row; k < TILE; k += TILE_ROWS)
            if (top + column < s.high && left + k < s.wide)
                tile[k * (TILE + 1) + column] = from[column * s.x_high + k * s.x_wide];
        __syncthreads();
        for (int k = row; k < TILE; k += TILE_ROWS)
            if (top + k < s.high && left + column < s.wide)
                to[k * s.y_high + column * s.y_wide] = tile[column * (TILE + 1) + k];
        __syncthreads();
    }
}

static int64_t length(int64_t stride) { return stride < 0 ? -stride : stride; }

static bool find_squares(const wki_lattice *l, squares *s)
{
    const int inner = l->ndim - 1;
    int d = inner - 1;
    while (d >= 0 && length(l->stride[1][d]) != 1) d--;
    if (d < 0 || length(l->stride[1][inner]) == 1 || l->size[d] < WORTH_TURNING || l->size[inner] < WORTH_TURNING)
        return false;
    s->rest = *l;
    s->rest.flat = false;
    s->rest.size[d] = s->rest.size[inner] = 1;
    s->rest.count = l->count / l->size[d] / l->size[inner];
    s->high = l->size[d];
    s->wide = l->size[inner];
    s->y_high = l->stride[0][d];
    s->y_wide = l->stride[0][inner];
    s->x_high = l->stride[1][d];
    s->x_wide = l->stride[1][inner];
    return true;
}

/* ---- A call ---- */

typedef void copy_kernel(const wki_lattice l, void *y, const void *x);

#define ENTRY(DTYPE, TO) convert<TO, FROM>,
static copy_kernel *converting(int to, int from)
{
    static copy_kernel *const of[WK_DTYPE_COUNT][WK_DTYPE_COUNT] = {
#define FROM float
        { WKI_EACH_DTYPE(ENTRY) },
#undef FROM
#define FROM double
        { WKI_EACH_DTYPE(ENTRY) },
#undef FROM
#define FROM int64_t
        { WKI_EACH_DTYPE(ENTRY) },
#undef FROM
#define FROM int32_t
        { WKI_EACH_DTYPE(ENTRY) },
#undef FROM
#define FROM uint8_t
        { WKI_EACH_DTYPE(ENTRY) },
#undef FROM
#define FROM wki_flag
        { WKI_EACH_DTYPE(ENTRY) },
#undef FROM
    };
    return of[from][to];
}

static bool is_wide(const void *y, const void *x, size_t bytes)
{
    return ((uintptr_t)y | (uintptr_t)x | bytes) % sizeof(uint4) == 0;
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const wki_lattice l = wki_lattice_of(call->views, 2, wki_dims_of(y), true);
    const size_t size = wk_dtype_size((wk_dtype)y->dtype);
    squares s;
    (void)scratch;
    if (l.count == 0) return WK_OK;
    if (y->dtype != x->dtype) {
        copy_kernel *const kernel = converting(y->dtype, x->dtype);
        WKI_LAUNCH(kernel, wki_grid(l.flat ? (l.count - 1) / TOGETHER + 1 : l.count), WKI_THREADS, 0, queue, l, y->data,
                   x->data);
    } else if (l.flat && is_wide(y->data, x->data, (size_t)l.count * size)) {
        const wki_lattice wide = { l.count * (int64_t)size / (int64_t)sizeof(uint4), 1, true, {}, {} };
        WKI_LAUNCH(move<uint4>, wki_grid(wide.count), WKI_THREADS, 0, queue, wide, y->data, x->data);
    } else if (find_squares(&l, &s)) {
        void (*const kernel)(const squares, void *, const void *) = size == 8   ? turn<uint64_t>
                                                                    : size == 4 ? turn<uint32_t>
                                                                                : turn<uint8_t>;
        const int64_t blocks = s.rest.count * ((s.high + TILE - 1) / TILE) * ((s.wide + TILE - 1) / TILE);
        WKI_LAUNCH(kernel, (unsigned)(blocks < 65536 ? blocks : 65536), TILE * TILE_ROWS, 0, queue, s, y->data,
                   x->data);
    } else {
        copy_kernel *const kernel = size == 8 ? move<uint64_t> : size == 4 ? move<uint32_t> : move<uint8_t>;
        WKI_LAUNCH(kernel, wki_grid(l.count), WKI_THREADS, 0, queue, l, y->data, x->data);
    }
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(copy, NULL, run);
