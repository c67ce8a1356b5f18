/* softmax: y -> x, its logarithm, and the gradients of both, along one dim. Rows are folded by teams; where they lie
 * side by side, as columns, a thread takes each. */
#include "backends/cuda/kernels/softmax.h"

typedef struct softmax_args {
    wki_lattice rows; /* of all views: the output, then the inputs */
    void *data[3];
    int64_t n, step[3];
    bool log;
} softmax_args;

template <typename real> static __global__ void WKI_ROW_BOUNDS forward(const softmax_args a)
{
    WKI_BEGIN();
    WKI_SHARED(double, shared, WKI_MOST_HALVES);
    const wki_team t = wki_team_of(a.n, shared);
    WKI_EACH_TURN(first, t, a.rows.count)
    {
        int64_t at[2];
        wki_softmax_row<real> r;
        r.here = first + t.index < a.rows.count;
        wki_places<2>(a.rows, r.here ? first + t.index : first, at);
        r.y = (real *)a.data[0] + at[0];
        r.x = (const real *)a.data[1] + at[1];
        r.n = a.n;
        r.y_step = a.step[0];
        r.x_step = a.step[1];
        r.log = a.log;
        wki_softmax(t, r);
    }
}

template <typename real> WKI_DEVICE real slope_of(bool log, real g, real y, real total)
{
    return log ? g - wki_exp_of(y) * total : y * (g - total);
}

template <typename real> static __global__ void WKI_ROW_BOUNDS slope(const softmax_args a)
{
    WKI_BEGIN();
    WKI_SHARED(double, shared, WKI_MOST_HALVES);
    const wki_team t = wki_team_of(a.n, shared);
    WKI_EACH_TURN(first, t, a.rows.count)
    {
        const bool here = first + t.index < a.rows.count, log = a.log;
        int64_t at[3];
        wki_places<3>(a.rows, here ? first + t.index : first, at);
        real *const d = (real *)a.data[0] + at[0];
        const real *const g = (const real *)a.data[1] + at[1], *const y = (const real *)a.data[2] + at[2];
        const int64_t g_step = a.step[1], y_step = a.step[2];
        const real total = wki_softmax_sum<real>(t, a.n, [=](int64_t i) {
            return !here ? 0 : log ? g[i * g_step] : g[i * g_step] * y[i * y_step];
        });
        if (!here) continue;
        for (int64_t i = t.half * WKI_LANES + t.lane; i < a.n; i += t.halves * WKI_LANES)
            d[i * a.step[0]] = slope_of(log, g[i * g_step], y[i * y_step], total);
    }
}

/* ---- Columns ---- */

template <typename real, typename TERM> WKI_DEVICE real lone_sum(int64_t n, TERM term)
{
    if (n > WKI_SHORT_LINE) return (real)wki_lone_sum<real>(n, [=](real lane, int64_t i) { return lane + term(i); });
    real total = 0;
    for (int64_t i = 0; i < n; i++) total += term(i);
    return total;
}

template <typename real> static __global__ void forward_columns(const softmax_args a)
{
    WKI_BEGIN();
    WKI_EACH(row, a.rows.count)
    {
        int64_t at[2];
        wki_places<2>(a.rows, row, at);
        real *const y = (real *)a.data[0] + at[0];
        const real *const x = (const real *)a.data[1] + at[1];
        const int64_t step = a.step[1];
        real top = -wki_endless<real>();
        for (int64_t i = 0; i < a.n; i++) top = wki_higher(top, x[i * step]);
        const real total = lone_sum<real>(a.n, [=](int64_t i) { return wki_exp_of(x[i * step] - top); });
        const real rest = wki_log_of(total), share = 1 / total;
        for (int64_t i = 0; i < a.n; i++)
            y[i * a.step[0]] = a.log ? (x[i * step] - top) - rest : wki_exp_of(x[i * step] - top) * share;
    }
}

template <typename real> static __global__ void slope_columns(const softmax_args a)
{
    WKI_BEGIN();
    WKI_EACH(row, a.rows.count)
    {
        int64_t at[3];
        wki_places<3>(a.rows, row, at);
        real *const d = (real *)a.data[0] + at[0];
        const real *const g = (const real *)a.data[1] + at[1], *const y = (const real *)a.data[2] + at[2];
        const int64_t g_step = a.step[1], y_step = a.step[2];
        const bool log = a.log;
        const real total =
            lone_sum<real>(a.n, [=](int64_t i) { return log ? g[i * g_step] : g[i * g_step] * y[i * y_step]; });
        for (int64_t i = 0; i < a.n; i++) d[i * a.step[0]] = slope_of(log, g[i * g_step], y[i * y_step], total);
    }
}

/* ---- A call ---- */

static bool is_column(const softmax_args *a)
{
    const int last = a->rows.ndim - 1;
    return a->step[1] != 1 && a->rows.size[last] >= WKI_LANES && a->rows.stride[1][last] == 1;
}

template <typename real> static void launch(const wki_queue *queue, const softmax_args &a, bool backward)
{
    typedef void softmax_kernel(const softmax_args a);
    if (is_column(&a)) {
        softmax_kernel *const kernel = backward ? slope_columns<real> : forward_columns<real>;
        WKI_LAUNCH(kernel, wki_grid(a.rows.count), WKI_THREADS, 0, queue, a);
    } else {
        softmax_kernel *const kernel = backward ? slope<real> : forward<real>;
        WKI_LAUNCH(kernel, wki_rows_grid(a.rows.count, a.n), wki_rows_block(a.n), 0, queue, a);
    }
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_softmax_attrs *attrs = (const wki_softmax_attrs *)call->attrs;
    const wki_view *y = call->views[0];
    const int views = attrs->backward ? 3 : 2;
    const uint32_t dims = wki_dims_of(y) & ~(y->ndim ? 1u << attrs->dim : 0);
    softmax_args a = {
        wki_lattice_of(call->views, views, dims, true), {}, y->ndim ? y->size[attrs->dim] : 1, {}, attrs->log
    };
    for (int v = 0; v < views; v++) {
        a.data[v] = call->views[v]->data;
        a.step[v] = y->ndim ? call->views[v]->stride[attrs->dim] : 1;
    }
    (void)scratch;
    if (a.rows.count == 0 || a.n == 0) return WK_OK;
    if (y->dtype == WK_F32)
        launch<float>(queue, a, attrs->backward);
    else
        launch<double>(queue, a, attrs->backward);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(softmax, NULL, run);
