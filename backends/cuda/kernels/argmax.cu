/* argmax: where the largest or smallest element of each line along one dim is, and its value. The first of equals, and
 * the first NaN before all numbers. Teams of fold.h search lines; where these lie side by side, a thread searches each.
 * A few long lines are cut into pieces, whose results go to scratch, and a second kernel joins them: the order in which
 * they are compared changes nothing. */
#include "backends/cuda/kernels/fold.h"

/* Of teams and of columns: elements of a piece, and lines that are busy enough uncut */
enum { TEAM_PIECE = 8 * WKI_FOLD, TEAM_LINES = 1024, COLUMN_PIECE = 256, COLUMN_LINES = 65536 };

typedef struct search_args {
    wki_lattice lines; /* of x, the place, the value */
    const void *x;
    int64_t *place;
    void *value;                    /* or NULL */
    int64_t n, step, piece, pieces; /* elements of a line, of a piece, pieces of a line */
    void *parts;                    /* of several pieces: what each has, line by line */
    bool least, columns;
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

template <typename T> WKI_DEVICE void put(const search_args &a, int64_t line, const best<T> &found)
{
    int64_t at[3];
    wki_places<3>(a.lines, line, at);
    a.place[at[1]] = found.at;
    if (a.value) ((T *)a.value)[at[2]] = found.value;
}

/* Of a piece of a line: its elements from `first` on, one in every `step` */
template <typename T>
WKI_DEVICE best<T> search(const search_args &a, int64_t line, int64_t piece, int64_t first, int64_t step)
{
    const int64_t begin = piece * a.piece, end = begin + a.piece < a.n ? begin + a.piece : a.n;
    int64_t at[3];
    wki_places<3>(a.lines, line, at);
    const T *const x = (const T *)a.x + at[0];
    best<T> found = { 0, -1 };
    WKI_UNROLLED(4) for (int64_t i = begin + first; i < end; i += step)
    {
        const best<T> next = { x[i * a.step], i };
        found = better(found, next, a.least);
    }
    return found;
}

/* The best that the threads of a team have, to each of them. Every thread of the block takes part. */
template <typename T>
WKI_DEVICE best<T> best_of(const wki_team &t, best<T> found, bool least, int64_t *places, T *values)
{
    for (int away = WKI_LANES / 2; away; away /= 2) {
        best<T> other;
        other.value = __shfl_xor_sync(0xffffffffu, found.value, away);
        other.at = __shfl_xor_sync(0xffffffffu, found.at, away);
        found = better(found, other, least);
    }
    if (t.halves == 1) return found;
    if (t.lane == 0) {
        places[t.half] = found.at;
        values[t.half] = found.value;
    }
    if (!WKI_FAULT(183)) __syncthreads();
    for (int h = 0; h < t.halves; h++) {
        const best<T> other = { values[h], places[h] };
        found = better(found, other, least);
    }
    __syncthreads();
    return found;
}

template <typename T> static __global__ void WKI_ROW_BOUNDS search_lines(const search_args a)
{
    WKI_BEGIN();
    WKI_SHARED(int64_t, places, WKI_MOST_HALVES);
    WKI_SHARED(T, values, WKI_MOST_HALVES);
    const wki_team t = wki_team_of(a.piece, NULL);
    const int64_t all = a.lines.count * a.pieces;
    WKI_EACH_TURN(first, t, all)
    {
        const bool here = first + t.index < all;
        const int64_t one = here ? first + t.index : first, line = wki_divided(one, a.pieces);
        best<T> found = search<T>(a, line, one - line * a.pieces, t.half * WKI_LANES + t.lane, t.halves * WKI_LANES);
        found = best_of(t, found, a.least, places, values);
        if (!here || t.lane != 0 || t.half != 0) continue;
        if (a.pieces > 1)
            ((best<T> *)a.parts)[one] = found;
        else
            put(a, line, found);
    }
}

template <typename T> static __global__ void search_columns(const search_args a)
{
    WKI_BEGIN();
    WKI_EACH(one, a.lines.count * a.pieces)
    {
        const int64_t piece = wki_divided(one, a.lines.count), line = one - piece * a.lines.count;
        const best<T> found = search<T>(a, line, piece, 0, 1);
        if (a.pieces > 1)
            ((best<T> *)a.parts)[line * a.pieces + piece] = found;
        else
            put(a, line, found);
    }
}

template <typename T> static __global__ void WKI_ROW_BOUNDS join_pieces(const search_args a)
{
    WKI_BEGIN();
    WKI_SHARED(int64_t, places, WKI_MOST_HALVES);
    WKI_SHARED(T, values, WKI_MOST_HALVES);
    const wki_team t = wki_team_of(a.pieces, NULL);
    WKI_EACH_TURN(first, t, a.lines.count)
    {
        const bool here = first + t.index < a.lines.count;
        const int64_t line = here ? first + t.index : first;
        best<T> found = { 0, -1 };
        for (int64_t i = t.half * WKI_LANES + t.lane; i < a.pieces; i += t.halves * WKI_LANES)
            found = better(found, ((const best<T> *)a.parts)[line * a.pieces + i], a.least);
        found = best_of(t, found, a.least, places, values);
        if (here && t.lane == 0 && t.half == 0) put(a, line, found);
    }
}

template <typename T> static void launch(const wki_queue *queue, const search_args &a)
{
    const int64_t all = a.lines.count * a.pieces;
    if (a.columns)
        WKI_LAUNCH(search_columns<T>, wki_grid(all), WKI_THREADS, 0, queue, a);
    else
        WKI_LAUNCH(search_lines<T>, wki_rows_grid(all, a.piece), wki_rows_block(a.piece), 0, queue, a);
    if (a.pieces > 1)
        WKI_LAUNCH(join_pieces<T>, wki_rows_grid(a.lines.count, a.pieces), wki_rows_block(a.pieces), 0, queue, a);
}

static search_args understand(const wki_call *call)
{
    const wki_argmax_attrs *attrs = (const wki_argmax_attrs *)call->attrs;
    const wki_view *x = call->views[call->nout], *value = call->nout > 1 ? call->views[1] : NULL;
    const wki_view *const views[] = { x, call->views[0], value };
    search_args a = {};
    a.lines = wki_lattice_of(views, value ? 3 : 2, wki_dims_of(x) & ~(1u << attrs->dim), true);
    a.x = x->data;
    a.place = (int64_t *)call->views[0]->data;
    a.value = value ? value->data : NULL;
    a.n = x->size[attrs->dim];
    a.step = x->stride[attrs->dim];
    a.least = attrs->least;
    const int last = a.lines.ndim - 1;
    a.columns = a.step != 1 && a.lines.size[last] >= WKI_LANES && a.lines.stride[0][last] == 1;
    const int64_t piece = a.columns ? COLUMN_PIECE : TEAM_PIECE;
    const bool cut = a.n > 4 * piece && a.lines.count < (a.columns ? COLUMN_LINES : TEAM_LINES);
    a.piece = cut ? piece : a.n;
    a.pieces = cut ? (a.n + piece - 1) / piece : 1;
    return a;
}

/* A place and a value, of whatever dtype */
static size_t scratch_bytes(const wki_call *call)
{
    const search_args a = understand(call);
    return a.pieces > 1 ? (size_t)(a.lines.count * a.pieces) * sizeof(best<double>) : 0;
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    search_args a = understand(call);
    a.parts = scratch;
    if (a.lines.count == 0 || a.n == 0) return WK_OK;
    WKI_OF_DTYPE(launch, call->views[call->nout]->dtype)(queue, a);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(argmax, scratch_bytes, run);
