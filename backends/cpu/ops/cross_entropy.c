/* cross_entropy: losses [n], prob [n, c] -> logits [n, c], target [n]. The loss of a row is log sum exp(x - top) -
 * (x[target] - top); the probabilities are kept for the gradient. Few classes are turned on their side as in softmax.c.
 */
#include "backends/cpu/lines.h"
#include "base/error.h"

static int64_t units(const wki_call *call) { return call->views[2]->size[0]; }

static size_t scratch_bytes(const wki_call *call)
{
    const wki_view *x = call->views[2];
    const int64_t n = x->size[1];
    return wk_dtype_size((wk_dtype)x->dtype) *
           (size_t)(n <= WKI_SHORT_LINE ? n * WKI_LINES : wki_lines_pitch(n) * wki_lines_together(n));
}

static int64_t label_of(const wki_view *target, int64_t row)
{
    return ((const int64_t *)target->data)[row * target->stride[0]];
}

static wk_status check_labels(const wki_call *call, int64_t begin, int64_t end)
{
    const int64_t classes = call->views[2]->size[1];
    for (int64_t row = begin; row < end; row++) {
        const int64_t label = label_of(call->views[3], row);
        wki_check(label >= 0 && label < classes, WK_E_RANGE, WK_E_RANGE, "cross_entropy",
                  "row %lld has label %lld, but there are %lld classes; expected 0 to %lld%s", (long long)row,
                  (long long)label, (long long)classes, (long long)classes - 1,
                  label < 0 ? "; labels to be left out are for wk_cross_entropy_with, .ignore_index" : "");
    }
    return WK_OK;
}

/* rows [row, row + rows): their largest logits and the logarithms of their sums are known */
#define LOSSES(NAME, TYPE)                                                                                             \
    static void losses_##NAME(const wki_call *call, int64_t row, int64_t rows, const void *tops, const void *logsums)  \
    {                                                                                                                  \
        const wki_view *loss = call->views[0], *x = call->views[2], *target = call->views[3];                          \
        const TYPE *top = tops, *logsum = logsums;                                                                     \
        for (int64_t r = 0; r < rows; r++) {                                                                           \
            const int64_t i = row + r, at = i * x->stride[0] + label_of(target, i) * x->stride[1];                     \
            ((TYPE *)loss->data)[i * loss->stride[0]] = logsum[r] - (((const TYPE *)x->data)[at] - top[r]);            \
        }                                                                                                              \
    }
LOSSES(f32, float)
LOSSES(f64, double)

static void losses(const wki_call *call, int64_t row, int64_t rows, const void *top, const void *logsum)
{
    (call->views[0]->dtype == WK_F64 ? losses_f64 : losses_f32)(call, row, rows, top, logsum);
}

static void short_rows(const wki_call *call, const wki_loops *loops, int64_t rows, const int64_t *x_at,
                       const int64_t *y_at, double *top, double *logsum, void *scratch)
{
    const wki_view *prob = call->views[1], *x = call->views[2];
    const int64_t n = x->size[1];
    loops->turn_in(n, rows, scratch, x->data, x_at, x->stride[1]);
    loops->softmax_turned(n, wki_width(rows), scratch, top, logsum, false);
    loops->turn_out(n, rows, scratch, prob->data, y_at, prob->stride[1]);
}

/* Through the scratch goes what is not contiguous. */
static void long_rows(const wki_call *call, const wki_loops *loops, int64_t rows, const int64_t *x_at,
                      const int64_t *y_at, double *top, double *logsum, void *scratch)
{
    const wki_view *prob = call->views[1], *x = call->views[2];
    const int64_t n = x->size[1], size = (int64_t)wk_dtype_size((wk_dtype)x->dtype), bytes = wki_lines_pitch(n) * size;
    const bool x_direct = x->stride[1] == 1, y_direct = prob->stride[1] == 1;
    if (!x_direct) wki_lines_in(n, rows, (size_t)size, scratch, x->data, x_at, x->stride[1]);
    for (int64_t r = 0; r < rows; r++) {
        char *block = (char *)scratch + r * bytes;
        loops->softmax_line(n, y_direct ? (char *)prob->data + y_at[r] * size : block,
                            x_direct ? (const char *)x->data + x_at[r] * size : block, (char *)top + r * size,
                            (char *)logsum + r * size, false);
    }
    if (!y_direct) wki_lines_out(n, rows, (size_t)size, scratch, prob->data, y_at, prob->stride[1]);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *x = call->views[2];
    const wki_loops *loops = wki_loops_for(wki_isa(), (wk_dtype)x->dtype);
    if (check_labels(call, begin, end)) return WK_E_RANGE;
    const wki_view *prob = call->views[1];
    const bool is_short = x->size[1] <= WKI_SHORT_LINE;
    const int64_t most = is_short ? WKI_LINES : wki_lines_together(x->size[1]);
    int64_t x_at[WKI_LINES], y_at[WKI_LINES];
    double top[WKI_LINES], logsum[WKI_LINES];
    for (int64_t rows; begin < end; begin += rows) {
        rows = wki_least(most, end - begin);
        for (int64_t r = 0; r < rows; r++) {
            x_at[r] = (begin + r) * x->stride[0];
            y_at[r] = (begin + r) * prob->stride[0];
        }
        (is_short ? short_rows : long_rows)(call, loops, rows, x_at, y_at, top, logsum, scratch);
        losses(call, begin, rows, top, logsum);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_cross_entropy = { "cross_entropy", units, scratch_bytes, run };
