/* reduce: sums, extremes, products, norms, variances over any set of dims. The elements of one result, taken row-major,
 * are one line, or, where they are many, lines along the last of the reduced dims (wki_reduce_line); a line is cut into
 * pieces of WKI_FOLD. 16 threads fold a piece: neighbours along the line, or, where results lie side by side in x, for
 * neighbouring results. A result of one piece is done at once; else the pieces' go to scratch, and a second kernel
 * joins them in order. */
#include "backends/cuda/kernels/reduce.h"

enum {
    LINE_THREADS = 128,
    COLUMN_THREADS = 512,
    SERIAL = 64, /* pieces that one thread joins */
    JOINERS = 256
};

/* What becomes of a fold: the result; or a centre for the next one, scratch of one number a result */
enum { RESULT, CENTRE };

typedef struct reduce_args {
    wki_lattice kept, reduced; /* of x and y; of x alone */
    const void *x;
    void *y;
    wk_dtype y_dtype;
    int64_t line, lines, pieces; /* elements of a line, how many a result has, pieces of a line */
    bool columns;
    int kind, fold, then;
    bool from_first;       /* the centre is each result's first element */
    const double *centre;  /* else what an earlier fold left, or NULL */
    void *parts, *squares; /* of all results piece by piece, 8 bytes each; of a variance both */
    double number;
    double *next; /* where a centre goes */
} reduce_args;

WKI_DEVICE void put(const reduce_args &a, int64_t at, double value)
{
    if (a.y_dtype == WK_F32)
        ((float *)a.y)[at] = (float)value;
    else if (a.y_dtype == WK_F64)
        ((double *)a.y)[at] = value;
    else if (a.y_dtype == WK_I64)
        ((int64_t *)a.y)[at] = (int64_t)value;
    else
        ((uint8_t *)a.y)[at] = (uint8_t)value;
}
WKI_DEVICE void put(const reduce_args &a, int64_t at, int64_t value)
{
    if (a.y_dtype == WK_I64)
        ((int64_t *)a.y)[at] = value;
    else if (a.y_dtype == WK_I32)
        ((int32_t *)a.y)[at] = (int32_t)value;
    else
        ((uint8_t *)a.y)[at] = (uint8_t)value;
}

/* ---- Results of folds ---- */

WKI_DEVICE double centre_of(const reduce_args &a, double centre, double fold)
{
    if (a.kind == WKI_LOGSUMEXP) return fold == wki_endless<double>() || fold == -wki_endless<double>() ? 0 : fold;
    return centre + fold / (double)a.reduced.count;
}

WKI_DEVICE double variance_of(const reduce_args &a, double sum, double squares)
{
    const double count = (double)a.reduced.count, divisor = count - a.number;
    squares -= sum * sum / count;
    const double y = (squares < 0 ? 0 : squares) / (divisor > 0 ? divisor : 0);
    return a.kind == WKI_STD ? f64::wki_sqrt(y) : y;
}

WKI_DEVICE double result_of(const reduce_args &a, double centre, double fold)
{
    switch (a.kind) {
    case WKI_SUM: return fold * a.number;
    case WKI_NORM_2: return f64::wki_sqrt(fold);
    case WKI_ANY: return fold > 0;
    case WKI_ALL: return fold == (double)a.reduced.count;
    case WKI_LOGSUMEXP: return centre + f64::wki_log(fold);
    default: return fold;
    }
}
WKI_DEVICE int64_t result_of(const reduce_args &a, int64_t, int64_t fold)
{
    return a.kind == WKI_ANY ? fold > 0 : a.kind == WKI_ALL ? fold == a.reduced.count : fold;
}

/* ---- Pieces ---- */

typedef struct place {
    int lane, unit, units, apart; /* a thread's; how far the next lane's thread is */
} place;

WKI_DEVICE place place_of(bool columns)
{
    place p;
    const int t = (int)threadIdx.x;
    p.units = (int)(blockDim.x / WKI_LANES);
    p.lane = columns ? t / p.units : t % WKI_LANES;
    p.unit = columns ? t % p.units : t / WKI_LANES;
    p.apart = columns ? p.units : 1;
    return p;
}

/* All lanes' values, to each of them. Every thread of the block takes part. */
template <typename lane> WKI_DEVICE lane joined(const place &p, int fold, lane value, void *room)
{
    const int t = (int)threadIdx.x;
    lane *const shared = (lane *)room;
    shared[t] = value;
    __syncthreads();
    for (int half = WKI_LANES / 2; half; half /= 2) {
        if (p.lane < half) shared[t] = wki_fold_both(fold, shared[t], shared[t + half * p.apart]);
        if (!(WKI_FAULT(120) && half == 1)) __syncthreads();
    }
    value = shared[t - p.lane * p.apart];
    __syncthreads();
    return value;
}

/* A piece of one result, x being that one's first element; `only` is the fold, if that is known when compiled. Squares
 * of floats leave what floats hold where their root does not: offsets are joined in double. */
enum { ANY = -1 };
template <typename T, int only, typename wide>
WKI_DEVICE wide piece_of(const reduce_args &a, const place &p, int fold, const T *x, int64_t begin, int64_t end,
                         double middle, wide *shared)
{
    typedef typename wki_lane_of<T>::lane lane;
    const lane centre = (lane)middle;
    lane value = 0;
    if constexpr (only != ANY) {
        value = wki_fold_lane<only>(a.reduced, x, begin, end, p.lane, centre);
        return joined(p, only, value, shared);
    }
#define CASE(FOLD)                                                                                                     \
    case FOLD: value = wki_fold_lane<FOLD>(a.reduced, x, begin, end, p.lane, centre); break
    switch (fold) {
        CASE(WKI_FOLD_SUM);
        CASE(WKI_FOLD_MAX);
        CASE(WKI_FOLD_MIN);
        CASE(WKI_FOLD_PRODUCT);
        CASE(WKI_FOLD_NONZERO);
    }
    if constexpr ((T)0.5 != 0) switch (fold) {
            CASE(WKI_FOLD_SIZES);
            CASE(WKI_FOLD_SQUARES);
            CASE(WKI_FOLD_MAX_SIZE);
            CASE(WKI_FOLD_MIN_SIZE);
            CASE(WKI_FOLD_EXPS);
        }
#undef CASE
    if constexpr ((T)0.5 != 0) {
        wide part = 0;
        if (fold == WKI_FOLD_OFFSETS)
            part = wki_fold_lane<WKI_FOLD_OFFSETS>(a.reduced, x, begin, end, p.lane, (wide)middle);
        if (fold == WKI_FOLD_OFFSET_SQUARES)
            part = wki_fold_lane<WKI_FOLD_OFFSET_SQUARES>(a.reduced, x, begin, end, p.lane, (wide)middle);
        if (WKI_FAULT(248)) part = (wide)(lane)part;
        if (fold == WKI_FOLD_OFFSETS || fold == WKI_FOLD_OFFSET_SQUARES) return joined(p, fold, part, shared);
    }
    return joined(p, fold, value, shared);
}

/* What a fold is when nothing was folded, joined with one piece */
template <typename wide> WKI_DEVICE wide alone(int fold, wide piece)
{
    return wki_fold_join(fold, wki_fold_first(fold, wide()), piece);
}

/* A variance of floats is one around the first element; of doubles, around a centre that a fold has found. */
template <typename T> static constexpr bool is_double = sizeof(T) == sizeof(double) && (T)0.5 != 0;

/* Results of one piece. Those around a centre take several folds: what is known of it, the centre, the result. */
template <typename T, int only> static __global__ void __launch_bounds__(COLUMN_THREADS, 1) whole(const reduce_args a)
{
    WKI_BEGIN();
    typedef typename wki_lane_of<T>::wide wide;
    WKI_SHARED(wide, shared, COLUMN_THREADS);
    const place p = place_of(a.columns);
    const int kind = only == ANY ? a.fold : only;
    const bool spread = kind == WKI_FOLD_OFFSET_SQUARES, exps = kind == WKI_FOLD_EXPS;
    for (int64_t first = (int64_t)blockIdx.x * p.units; first < a.kept.count; first += (int64_t)gridDim.x * p.units) {
        const bool here = first + p.unit < a.kept.count;
        const int64_t end = here ? a.reduced.count : 0;
        int64_t at[2];
        wki_places<2>(a.kept, here ? first + p.unit : first, at);
        const T *const x = (const T *)a.x + at[0];
        double centre = spread && end > 0 ? (double)*x : 0, sum = 0;
        WKI_ROLLED for (int left = spread ? 1 + is_double<T> : exps ? 1 : 0; left >= 0; left--)
        {
            const int one = left == 0 ? kind : exps ? WKI_FOLD_MAX : WKI_FOLD_OFFSETS;
            const wide fold = alone(one, piece_of<T, only>(a, p, one, x, 0, end, centre, shared));
            if (left == (spread ? 2 : 1)) centre = centre_of(a, centre, (double)fold);
            if (spread && left == 1) sum = (double)fold;
            if (left > 0 || !here || p.lane != 0) continue;
            if (spread)
                put(a, at[1], variance_of(a, sum, (double)fold));
            else
                put(a, at[1], result_of(a, (wide)centre, fold));
        }
    }
}

template <typename T, int only> static __global__ void __launch_bounds__(COLUMN_THREADS, 1) pieces(const reduce_args a)
{
    WKI_BEGIN();
    typedef typename wki_lane_of<T>::wide wide;
    WKI_SHARED(wide, shared, COLUMN_THREADS);
    const place p = place_of(a.columns);
    const int64_t each = a.lines * a.pieces, all = a.kept.count * each;
    for (int64_t first = (int64_t)blockIdx.x * p.units; first < all; first += (int64_t)gridDim.x * p.units) {
        const bool here = first + p.unit < all;
        const int64_t u = here ? first + p.unit : first;
        const int64_t result = a.columns ? u % a.kept.count : u / each, piece = a.columns ? u / a.kept.count : u % each;
        const int64_t line = piece / a.pieces * a.line, from = piece % a.pieces * WKI_FOLD;
        const int64_t begin = line + from, end = line + (from + WKI_FOLD < a.line ? from + WKI_FOLD : a.line);
        int64_t at[2];
        wki_places<2>(a.kept, result, at);
        const T *const x = (const T *)a.x + at[0];
        const double centre = a.from_first ? (double)*x : a.centre ? a.centre[result] : 0;
        const wide part = piece_of<T, only>(a, p, a.fold, x, begin, here ? end : begin, centre, shared);
        if (here && p.lane == 0) ((wide *)a.parts)[piece * a.kept.count + result] = part;
    }
}

/* ---- Pieces joined ---- */

/* n parts of a result joined to a total, one after the other; some are read ahead */
template <typename wide> WKI_DEVICE wide joined_parts(int fold, wide total, const wide *part, int64_t apart, int64_t n)
{
    enum { AHEAD = 16 };
    WKI_ROLLED for (int64_t i = 0; i < n; i += AHEAD)
    {
        wide some[AHEAD];
        WKI_UNROLL for (int k = 0; k < AHEAD; k++) some[k] = part[(i + k < n ? i + k : i) * apart];
        WKI_UNROLL for (int k = 0; k < AHEAD; k++) if (i + k < n) total = wki_fold_join(fold, total, some[k]);
    }
    return total;
}

/* Lines from begin to end - 1 of a result, or pieces of its only line, in order */
template <typename wide>
WKI_DEVICE wide in_order(const reduce_args &a, int fold, const void *parts, int64_t result, int64_t begin, int64_t end)
{
    const wide first = wki_fold_first(fold, wide()), *const part = (const wide *)parts + result;
    const int64_t apart = a.kept.count;
    if (end <= begin) return first;
    if (a.lines == 1 || a.pieces == 1) return joined_parts(fold, first, part + begin * apart, apart, end - begin);
    wide total = first;
    for (int64_t i = begin; i < end; i++)
        total = wki_fold_join(fold, total, joined_parts(fold, first, part + i * a.pieces * apart, apart, a.pieces));
    return total;
}

template <typename T>
WKI_DEVICE void finish(const reduce_args &a, int64_t result, typename wki_lane_of<T>::wide fold, double sum)
{
    typedef typename wki_lane_of<T>::wide wide;
    int64_t at[2];
    wki_places<2>(a.kept, result, at);
    double centre = a.centre ? a.centre[result] : 0;
    if (a.from_first) centre = (double)((const T *)a.x)[at[0]];
    if (a.then == CENTRE)
        a.next[result] = centre_of(a, centre, (double)fold);
    else if (a.fold == WKI_FOLD_OFFSET_SQUARES)
        put(a, at[1], variance_of(a, sum, (double)fold));
    else
        put(a, at[1], result_of(a, (wide)centre, fold));
}

template <typename T> static __global__ void join_few(const reduce_args a)
{
    WKI_BEGIN();
    typedef typename wki_lane_of<T>::wide wide;
    const int64_t count = a.lines > 1 ? a.lines : a.pieces;
    WKI_EACH(result, a.kept.count)
    {
        const bool two = a.fold == WKI_FOLD_OFFSET_SQUARES;
        const double sum = two ? in_order<double>(a, WKI_FOLD_OFFSETS, a.parts, result, 0, count) : 0;
        finish<T>(a, result, in_order<wide>(a, a.fold, two ? a.squares : a.parts, result, 0, count), sum);
    }
}

/* A block joins those of one result: each thread a run of them, then one thread the runs. */
template <typename wide>
WKI_DEVICE wide by_block(const reduce_args &a, int fold, const void *parts, int64_t result, wide *shared)
{
    const int64_t count = a.lines > 1 ? a.lines : a.pieces, run = (count + JOINERS - 1) / JOINERS;
    const int64_t begin = run * threadIdx.x, end = begin + run < count ? begin + run : count;
    wide total = wki_fold_first(fold, wide());
    shared[threadIdx.x] = in_order<wide>(a, fold, parts, result, begin, end);
    __syncthreads();
    for (int i = 0; threadIdx.x == 0 && i < JOINERS; i++) total = wki_fold_join(fold, total, shared[i]);
    __syncthreads();
    return total;
}

template <typename T> static __global__ void join_many(const reduce_args a)
{
    WKI_BEGIN();
    typedef typename wki_lane_of<T>::wide wide;
    WKI_SHARED(wide, shared, JOINERS);
    for (int64_t result = blockIdx.x; result < a.kept.count; result += gridDim.x) {
        double sum = 0;
        const void *parts = a.parts;
        if constexpr ((T)0.5 != 0)
            if (a.fold == WKI_FOLD_OFFSET_SQUARES) {
                sum = by_block<wide>(a, WKI_FOLD_OFFSETS, parts, result, shared);
                parts = a.squares;
            }
        const wide fold = by_block<wide>(a, a.fold, parts, result, shared);
        if (threadIdx.x == 0) finish<T>(a, result, fold, sum);
    }
}

/* ---- A call ---- */

static int fold_of(int kind)
{
    switch (kind) {
    case WKI_AMAX: return WKI_FOLD_MAX;
    case WKI_AMIN: return WKI_FOLD_MIN;
    case WKI_PROD: return WKI_FOLD_PRODUCT;
    case WKI_COUNT:
    case WKI_ANY:
    case WKI_ALL: return WKI_FOLD_NONZERO;
    case WKI_NORM_1: return WKI_FOLD_SIZES;
    case WKI_NORM_2: return WKI_FOLD_SQUARES;
    case WKI_NORM_INF: return WKI_FOLD_MAX_SIZE;
    case WKI_NORM_LEAST: return WKI_FOLD_MIN_SIZE;
    case WKI_LOGSUMEXP: return WKI_FOLD_EXPS;
    case WKI_VAR:
    case WKI_STD: return WKI_FOLD_OFFSET_SQUARES;
    default: return WKI_FOLD_SUM;
    }
}

static reduce_args understand(const wki_call *call)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const wki_reduce_attrs *attrs = (const wki_reduce_attrs *)call->attrs;
    const wki_view *const views[] = { x, y };
    const bool is_float = wki_is_float((wk_dtype)x->dtype);
    reduce_args a = {};
    a.kept = wki_lattice_of(views, 2, wki_dims_of(x) & ~attrs->dims, true);
    a.reduced = wki_lattice_of(views, 1, wki_dims_of(x) & attrs->dims, !is_float);
    a.x = x->data;
    a.y = y->data;
    a.y_dtype = (wk_dtype)y->dtype;
    a.kind = attrs->kind;
    a.fold = fold_of(attrs->kind);
    a.number = attrs->number;
    const int64_t count = a.reduced.count;
    a.line = is_float ? wki_reduce_line(x, attrs->dims, count) : count;
    a.lines = a.line > 0 ? count / a.line : 1;
    a.pieces = a.line > 0 ? (a.line + WKI_FOLD - 1) / WKI_FOLD : 1;
    const int inner = a.kept.ndim - 1;
    a.columns =
        a.kept.size[inner] >= WKI_LANES && a.kept.stride[0][inner] == 1 && a.reduced.stride[0][a.reduced.ndim - 1] != 1;
    return a;
}

static bool is_whole(const reduce_args *a) { return a->lines * a->pieces == 1; }

/* Two numbers a piece, for variances, and a centre a result */
static size_t scratch_bytes(const wki_call *call)
{
    const reduce_args a = understand(call);
    return is_whole(&a) ? 0 : sizeof(double) * (size_t)(a.kept.count * (2 * a.lines * a.pieces + 1));
}

static unsigned grid_of(const reduce_args &a, int64_t units)
{
    const int64_t each = (a.columns ? COLUMN_THREADS : LINE_THREADS) / WKI_LANES, blocks = (units + each - 1) / each;
    return blocks < 65536 ? (unsigned)blocks : 65536;
}

template <typename T> static void fold_pieces(const wki_queue *queue, reduce_args a, int fold, void *parts)
{
    a.fold = fold;
    a.parts = parts;
    void (*const kernel)(const reduce_args) = fold == WKI_FOLD_SUM ? pieces<T, WKI_FOLD_SUM> : pieces<T, ANY>;
    WKI_LAUNCH(kernel, grid_of(a, a.kept.count * a.lines * a.pieces), a.columns ? COLUMN_THREADS : LINE_THREADS, 0,
               queue, a);
}

template <typename T> static void join(const wki_queue *queue, reduce_args a, int fold, int then)
{
    a.fold = fold;
    a.then = then;
    if ((a.lines > 1 ? a.lines : a.pieces) <= SERIAL)
        WKI_LAUNCH(join_few<T>, wki_grid(a.kept.count), WKI_THREADS, 0, queue, a);
    else
        WKI_LAUNCH(join_many<T>, (unsigned)(a.kept.count < 65536 ? a.kept.count : 65536), JOINERS, 0, queue, a);
}

template <typename T> static void launch(const wki_queue *queue, reduce_args a, void *scratch)
{
    const int64_t all = a.kept.count * a.lines * a.pieces;
    if (is_whole(&a)) {
        void (*const kernel)(const reduce_args) = a.fold == WKI_FOLD_SUM ? whole<T, WKI_FOLD_SUM> : whole<T, ANY>;
        WKI_LAUNCH(kernel, grid_of(a, a.kept.count), a.columns ? COLUMN_THREADS : LINE_THREADS, 0, queue, a);
        return;
    }
    a.parts = scratch;
    a.squares = (double *)scratch + all;
    a.next = (double *)scratch + 2 * all;
    const bool spread = a.fold == WKI_FOLD_OFFSET_SQUARES;
    a.from_first = spread;
    if (a.fold == WKI_FOLD_EXPS || (spread && is_double<T>)) {
        const int first = spread ? WKI_FOLD_OFFSETS : WKI_FOLD_MAX;
        fold_pieces<T>(queue, a, first, a.parts);
        join<T>(queue, a, first, CENTRE);
        a.from_first = false;
        a.centre = a.next;
    }
    if (spread) fold_pieces<T>(queue, a, WKI_FOLD_OFFSETS, a.parts);
    fold_pieces<T>(queue, a, a.fold, spread ? a.squares : a.parts);
    join<T>(queue, a, a.fold, RESULT);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const reduce_args a = understand(call);
    if (a.kept.count == 0) return WK_OK;
    WKI_OF_DTYPE(launch, call->views[1]->dtype)(queue, a, scratch);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(reduce, scratch_bytes, run);
