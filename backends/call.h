/* What is run, as plain data: views, ops, attributes. C, C++ and CUDA include it; of devices and kernels it knows nothing.
 *
 * A call is an op by its number, views (outputs first), attributes by value. Ops are the rows of ops.def and the files of
 * backends/cpu/ops; the numbers are generated from those lists, names are what identifies an op. */
#ifndef WKI_CALL_H
#define WKI_CALL_H
#include "base/rng.h"
#include "wick/base.h"

enum { WKI_MAX_DIMS = 8 };

typedef struct wki_view {
    void *data;                                       /* the first element */
    int64_t size[WKI_MAX_DIMS], stride[WKI_MAX_DIMS]; /* strides in elements; 0 repeats */
    struct wki_storage *storage;                      /* whose bytes they are; not for kernels */
    int8_t ndim;
    uint8_t dtype;
    wk_device device;
} wki_view;

/* The ops: elementwise rows first (WKI_ROW_relu ...), then one for each file of backends/cpu/ops (WKI_OP_product ...).
 */
typedef enum wki_op {
#define ROW(NAME, ...) WKI_ROW_##NAME,
#include "backends/ops.def"
    WKI_ROW_COUNT,
    WKI_OP_FIRST = WKI_ROW_COUNT - 1,
#define X(NAME) WKI_OP_##NAME,
#include "wki_kernel_list.h" /* generated: X(product) X(reduce) ... one a file of backends/cpu/ops */
#undef X
    WKI_OP_COUNT
} wki_op;
const char *wki_op_name(int op);

enum { WKI_MAX_VIEWS = 8 }; /* of ordinary calls; an optimizer's call has as many as it needs */

typedef struct wki_call {
    uint16_t op, nout; /* views[0 .. nout) are written, the others read */
    int32_t nviews;
    const wki_view *const *views;
    const void *attrs; /* the op's attribute struct below, plain data; NULL if it has none */
    uint32_t attrs_size;
    int64_t work; /* rough cost in elementary operations: decides how many threads are worth waking */
} wki_call;

/* ---- Attributes of ops. Views are listed as outputs -> inputs. ---- */

/* Elementwise rows: y -> operands in the order x, a, b (those the row has). All views have y's shape (strides 0
 * broadcast) and one dtype, but y is WK_BOOL for TRUTH rows, and so is x for where; y may be an operand. With slope k >
 * 0 the call computes the derivative towards operand k instead (1 x, 2 a, 3 b): d -> g, operands, y; all of one shape.
 * For what the slope's text does not mention, g may stand in. */
typedef struct wki_row_attrs {
    double s, t; /* the row's plain numbers */
    int32_t slope;
} wki_row_attrs;

/* copy: y -> x. Any strides, converts dtypes. Float to integer truncates, saturates, NaN gives 0; to bool: nonzero. */
/* bf16: y -> x, both f32. The nearest numbers of bfloat16, the even ones of two; NaN stays NaN. */
/* fill: y -> nothing. */
typedef struct wki_fill_attrs {
    double value, step; /* element i (row-major) is value + i * step */
} wki_fill_attrs;

/* random: y -> nothing. Element i is a pure function of (key, i): bits do not depend on threads or strides. */
typedef enum { WKI_RANDOM_UNIFORM, WKI_RANDOM_NORMAL, WKI_RANDOM_INT } wki_random_kind;
typedef struct wki_random_attrs {
    wki_random_key key;
    double a, b; /* uniform: low, high; normal: mean, std; int: low, high (y is WK_I64) */
    int32_t kind;
} wki_random_attrs;

/* dropout: y -> x. y = x / (1 - p) where element i's uniform number is >= p, else 0. The gradient is the same call on
 * g. */
typedef struct wki_dropout_attrs {
    wki_random_key key;
    double p;
} wki_dropout_attrs;

/* reduce: y -> x. y has x's rank, size 1 in the reduced dims. y's dtype is x's; integers and bools sum and multiply
 * into WK_I64, COUNT (of what is not 0) gives WK_I64, ANY and ALL WK_BOOL. Those behind ALL take floats only. */
typedef enum {
    WKI_SUM,
    WKI_AMAX,
    WKI_AMIN,
    WKI_PROD,
    WKI_COUNT,
    WKI_ANY,
    WKI_ALL,
    WKI_NORM_1,
    WKI_NORM_2,
    WKI_NORM_INF,
    WKI_NORM_LEAST, /* the smallest |x| */
    WKI_LOGSUMEXP,
    WKI_VAR,
    WKI_STD
} wki_reduce_kind;
typedef struct wki_reduce_attrs {
    int32_t kind;
    uint32_t dims; /* bit d set: dim d is reduced */
    double number; /* SUM: the sum is multiplied by it (mean: 1 / n); VAR, STD: the divisor is n - it, or 0 */
} wki_reduce_attrs;
/* How many of a result's elements, taken row-major, are folded as one line: all of its `count`, or where they are many,
 * those along the last reduced dims that make a long one. By the shape alone, and the same for all backends, since it
 * fixes the bits of floats. */
int64_t wki_reduce_line(const wki_view *x, uint32_t dims, int64_t count);

/* argmax: y (WK_I64) (, value) -> x. Over one dim, which has size 1 in y; the first of equals, NaN wins. least: the
 * smallest. */
typedef struct wki_argmax_attrs {
    int32_t dim;
    bool least;
} wki_argmax_attrs;

/* scan: y -> x (, c), running along dim, from the end with `reverse`; floats in double. SUM and PROD are running sums
 * and products of f32, f64 and i64; RECUR is y[i] = x[i] + c[i] y[i - 1] (y[i + 1] in reverse), f32 and f64. OTHERS: y
 * -> x, c: the product of all but x[i], c being that of all (size 1 or stride 0 in dim), f32 and f64. */
typedef enum { WKI_SCAN_SUM, WKI_SCAN_PROD, WKI_SCAN_RECUR, WKI_SCAN_OTHERS } wki_scan_kind;
typedef struct wki_scan_attrs {
    int32_t kind, dim;
    bool reverse;
} wki_scan_attrs;

/* sort: y, index (WK_I64) -> x. The first elements of each line along dim in ascending or descending order, as many as
 * y has there; equals in the order of x, NaN the largest. unsorted: those elements in any order. */
typedef struct wki_sort_attrs {
    int32_t dim;
    bool descending, unsorted;
} wki_sort_attrs;

/* histogram: y [bins] -> x [n] (, edges [bins + 1]) (, weight [n]). Counts, or sums of weights, of x in [low, high], in
 * equal parts of which the last is closed; edges, where given, settle what lies near one. bincount: y [bins] -> x
 * (WK_I64 [n], from 0 to bins - 1: else WK_E_RANGE) (, weight [n] in y's dtype). */
typedef struct wki_histogram_attrs {
    double low, high;
    bool edges;
} wki_histogram_attrs;

/* bucket: y [rows, n] (WK_I64) -> x [rows, n], edges [rows, m], ascending along a row; f32, f64 or i64. BELOW: how many
 * edges are less than x, UP_TO: or equal to it; NaN is the largest. PART, of m > 1 edges: in which of the m - 1 parts
 * between them x lies, the last one being closed; m - 1 outside of all. */
typedef enum { WKI_BUCKET_BELOW, WKI_BUCKET_UP_TO, WKI_BUCKET_PART } wki_bucket_kind;
typedef struct wki_bucket_attrs {
    int32_t kind;
} wki_bucket_attrs;

/* Along one dim. */
typedef struct wki_dim_attrs {
    int32_t dim;
} wki_dim_attrs;

/* softmax: y -> x; along dim. log: y = x - logsumexp(x). With backward: d -> g, y. */
typedef struct wki_softmax_attrs {
    int32_t dim;
    bool log, backward;
} wki_softmax_attrs;

/* cross_entropy: losses [n], prob [n, c] -> logits [n, c], target (WK_I64 [n], in 0 .. c - 1: else WK_E_RANGE).
 * losses = -log softmax(logits)[target], prob = softmax(logits). cross_entropy_backward: d [n, c] -> g [], prob,
 * target; d = scale * g * (prob - onehot(target)). */
typedef struct wki_scale_attrs {
    double scale;
} wki_scale_attrs;

/* norm: y, mean, var -> x (, weight) (, bias), all contiguous. x is [n, groups, width, inner]; a group has one mean and
 * one (biased) variance, over width and inner; with `across`, where width is 1, over n too. So mean and var have n *
 * groups elements, or groups; weight and bias groups * width. y = (x - mean) / sqrt(var + eps) * weight + bias. Not
 * centered: the mean is 0. Given: mean and var are read, not written. norm_backward: d (, sums, products) -> g, x,
 * mean, var (, weight); the sums of g, and of g (x - mean) / sqrt(var + eps), have an element for each piece of
 * `inner`: [n, groups, width], across [groups]. Not across and inner 1: they are absent, and norm_sums: sums, products
 * [groups * width] -> g, x, mean, var makes them. */
typedef struct wki_norm_attrs {
    int64_t n, groups, width, inner;
    double eps;
    bool across, given, centered, weight, bias;
} wki_norm_attrs;

/* nll: losses, counts [n, inner] -> logp [n, classes, inner], target (WK_I64 [n, inner]) (, weight [classes]).
 * losses = -weight[target] logp[.., target, ..], counts = weight[target] (1 without weight); both 0 where target is
 * `ignore`; other targets outside the classes are
 * WK_E_RANGE. nll_backward: d -> g, target (, weight): the transpose. */
typedef struct wki_nll_attrs {
    int64_t ignore;
    bool weight;
} wki_nll_attrs;

/* ctc: losses [n], alpha [n, t, 2 s + 1] (WK_F64; s: the longest target) -> logp [t, n, c], labels [m] (WK_I64), spans
 * [n, 3] (WK_I64: where in labels a target starts, frames, labels). With backward: d -> g [n], alpha, logp, labels,
 * spans. All but logp and g contiguous. room: the labels that each target has room for; below 0: all behind its start.
 * zero_infinity: an endless loss is 0, and so is its gradient. Lengths and labels are checked (WK_E_RANGE). */
typedef struct wki_ctc_attrs {
    int64_t blank, room;
    bool zero_infinity, backward;
} wki_ctc_attrs;

/* product: c [.., m, n] -> a [.., m, k], b [.., k, n] (, bias [n]) (, mask [m, n]). Leading dims are equal (strides 0 repeat). f32,
 * f64. bf16: a and b are f32 that bfloat16 has too, and may be taken as such; rounds: they are as bf16 would make them
 * when multiplied, which only backends do that say so. matmul: a wk_matmul_mode, of f32. symmetric: a b is its own
 * transpose, and what lies above c's diagonal may be left unwritten, for mirror. relu: x < 0 ? 0 : x of the sum with its
 * bias; mask, of matrices alone: 0 then where the mask is <= 0. packed, in plans of the CPU: the last view is
 * what pack has made of a's rows (1) or b's columns (2). split, in plans of the CPU: a wki_split. */
typedef struct wki_product_attrs {
    bool bias, relu, mask, accumulate, bf16, rounds, symmetric;
    uint8_t matmul, packed, split;
} wki_product_attrs;

/* pack: y (WK_U8 [bytes]) -> x [lines, k], f32: rows of a, or columns of b, as products on tiles take them. */
typedef struct wki_pack_attrs {
    uint8_t matmul; /* how many parts there are of a number: a wk_matmul_mode */
} wki_pack_attrs;

/* gather: y -> x, index (WK_I64, y's shape). y[.., i, ..] = x[.., index[.., i, ..], ..] along dim, indices checked
 * (WK_E_RANGE). scatter: y (in place) -> src, index (src's shape): y[.., index[.., i, ..], ..] and src[.., i, ..] become
 * one there, in ascending i. In the other dims x (y) may be larger than the index. */
enum {
    WKI_PUT,      /* src: the last one wins */
    WKI_ADD_UP,   /* all but bools */
    WKI_MULTIPLY, /* this and those below: floats */
    WKI_TAKE_LARGEST,  /* NaN wins */
    WKI_TAKE_SMALLEST,
};
typedef struct wki_along_attrs {
    int32_t dim;
    bool wrap;   /* negative indices count from the end */
    uint8_t how; /* they become one: of scatter */
} wki_along_attrs;

/* offsets: y (WK_I64) -> index tensors of y's shape (WK_I64): y = sum of index_k * stride_k, each index checked against
 * size_k, negative ones counting from the end. */
typedef struct wki_offsets_attrs {
    int64_t size[WKI_MAX_DIMS], stride[WKI_MAX_DIMS];
} wki_offsets_attrs;

/* masked: y [count] -> x, mask (WK_BOOL, x's shape): the elements of x where the mask is true. With spread: y -> x
 * [count], mask (y's shape): the elements of x put back there, 0 elsewhere. With places: y (WK_I64 [count]) -> mask,
 * mask: where it is true, counted in row-major order. The 1-d view is contiguous. */
typedef struct wki_masked_attrs {
    bool spread, places;
} wki_masked_attrs;

/* triangle: y -> x, matrices in the last two dims. Keeps column - row <= diagonal; upper: >= diagonal. */
typedef struct wki_triangle_attrs {
    int64_t diagonal;
    bool upper;
} wki_triangle_attrs;

/* cholesky: y [.., n, n] -> x: lower triangular with y y^T = x, of which the lower triangle is read. Where x is not
 * positive definite, the first element of the diagonal of y that is not above 0 tells where. lu: y [.., n, n], order
 * [.., n] (WK_I64), sign [..] (1 or -1) -> x: rows `order` of x are l u, l with a diagonal of ones below u's, which has a
 * 0 where x is singular; sign is the order's. triangular: y [.., n, k] -> a [.., n, n], b [.., n, k]: a y = b, of a the
 * lower or upper triangle, unit: with a diagonal of ones. f32, f64; results contiguous. */
typedef struct wki_triangular_attrs {
    bool upper, unit;
} wki_triangular_attrs;

/* mirror: y [n, n], in place, contiguous, of elements of 4 or 8 bytes: y[i, j] = y[j, i] for i < j. */

/* dot: y [..] -> a [.., k], b [.., k]: the sum of a * b over the last dim. f32, f64. */
/* A window that slides over the last three dims of [n, c, depth, height, width]; fewer are leading ones of size 1. Tap
 * k of window o lies at o * stride - padding + k * dilation; outside 0 .. in - 1 there is nothing: zeros, for max less.
 */
typedef struct wki_window {
    int32_t in[3], out[3], kernel[3], stride[3], padding[3], dilation[3];
} wki_window;

/* Correlation, its transpose, its gradient by the weight; all contiguous, f32 or f64. x is [n, c, in], y [n, o, out], w
 * [o, c / groups, kernel], block g of y's channels sees block g of x's. conv: y -> x, w (, bias [o]). conv_data, the
 * transpose: x -> y, w (, bias [c]). conv_weight: parts [s, o, c / groups, kernel] -> x, y, whose sum over s is the
 * gradient; each part covers a range of n. sliced, with a stride of 1 along the height: conv's w is [height of the
 * kernel, o, c / groups, its depth, its width], and so is each of conv_weight's parts. conv_depth: conv, or by_weight
 * conv_weight, where o = c = groups, the strides along height and width are 1 and there are at most WKI_DEPTH_TAPS
 * taps. relu, of conv alone, bf16, rounds, matmul: as a product's. */
enum { WKI_DEPTH_TAPS = 64 };
typedef struct wki_conv_attrs {
    wki_window window;
    int32_t groups;
    bool bias, relu, sliced, by_weight, bf16, rounds;
    uint8_t matmul;
} wki_conv_attrs;

/* unfold: columns [n, c * taps, windows] -> x [n, c, in]. fold, its transpose: x -> columns. Attributes: wki_window.
 * Contiguous. */

/* pool_max: y [n, c, out], index (WK_I64, where in the plane) -> x [n, c, in]; the first of equals, the last NaN before
 * all. pool_mean: y -> x; backward: x -> y, the transpose. adaptive: window i is [i in / out, (i + 1) in / out) rounded
 * outwards. divisor 0: the window's own size, include: its part in the padding too. Contiguous. */
typedef struct wki_pool_attrs {
    wki_window window;
    int32_t divisor;
    bool adaptive, include, backward;
} wki_pool_attrs;

/* resample: y -> x, whose sizes differ along dim: each element of y is a sum of a few of x (backends/resample.h); back:
 * x -> y, the transpose. scale: the step in x for one in y. in and out are sizes of x and y. Contiguous, f32 or f64. */
typedef enum wki_resample_mode {
    WKI_RESAMPLE_NEAREST,
    WKI_RESAMPLE_EXACT,
    WKI_RESAMPLE_LINEAR,
    WKI_RESAMPLE_CUBIC
} wki_resample_mode;
typedef struct wki_resample_attrs {
    double scale;
    int64_t in, out;
    int32_t dim;
    uint8_t mode;
    bool align, back; /* align: the corners' centers are one place */
} wki_resample_attrs;

/* pool_pick: y [n, c, out] -> x [n, c, in], index [n, c, out]: y = x[index] in each plane. pool_put, its transpose: x ->
 * y, index, in ascending order; attributes: none, or the windows' wki_window. Contiguous; rank 2: [planes, elements]. */

/* update: every optimizer. For each of n parameters the views p, s0, s1, s2 (as many states as the rule has), then, as
 * inputs, the n gradients. All contiguous, of one dtype. `numbers` lives in memory that the kernel reads: what changes
 * from step to step. */
typedef struct wki_update_attrs {
    int32_t rule; /* a row of rules.def */
    int32_t count;
    const double *numbers; /* WKI_N_COUNT of them, prepared for this step: see backends/rules.h */
} wki_update_attrs;

/* ---- Views ---- */
int64_t wki_numel(const wki_view *v);
bool wki_is_contiguous(const wki_view *v);
typedef struct wki_reach {
    const char *begin, *end; /* of all its bytes; of none: NULL */
} wki_reach;
wki_reach wki_reach_of(const wki_view *v);
static inline bool wki_meet(wki_reach a, wki_reach b) { return a.begin < b.end && b.begin < a.end; }
bool wki_is_dense(const wki_view *v);                       /* contiguous, its dims in some order */
bool wki_same_layout(const wki_view *a, const wki_view *b); /* of one shape: are the strides the same, too? */
const char *wki_show(const wki_view *v); /* "[32, 1000]"; one of eight rotating buffers of the thread */
const char *wki_show_shape(int ndim, const int64_t *shape);
static inline bool wki_is_float(wk_dtype d) { return d == WK_F32 || d == WK_F64; }
#endif
