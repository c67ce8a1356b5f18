/* norm: y, mean, var -> x, weight, bias; all contiguous. Mean and variance come from one pass, whose sums are of the
 * distances from the line's first element: that much of the mean is gone before squares are taken. */
#include "backends/cuda/kernels/norm.h"

template <class T> struct arrays {
    T *y, *mean, *var;
    const T *x, *weight, *bias; /* the last two or NULL */
};

template <class T> struct moments {
    const T *x;
    int64_t line; /* from the first element of a line to the next's */
    int64_t columns;
    bool centered, any;
};

template <class T> WKI_DEVICE double centre_of(const moments<T> &m, int64_t unit)
{
    if (!m.centered || !m.any) return 0;
    const double first = m.x[wki_divided(unit, m.columns) * m.line];
    return first - first == 0 ? first : 0;
}

template <class T> WKI_DEVICE wki_two pair_of(const moments<T> &m, double centre, int64_t, int64_t, int64_t at)
{
    const double x = (double)m.x[at] - centre;
    const wki_two pair = { x, x * x };
    return pair;
}

/* A line's numbers as y is made of them */
template <class T> struct line_numbers {
    T mean, var;
};

/* The squares are wanted around the mean as it is written down. */
template <class T> WKI_DEVICE line_numbers<T> numbers_of(const wki_norm_shape &s, double centre, wki_two sums)
{
    line_numbers<T> n;
    const double step = sums.a / s.count;
    n.mean = s.centered ? (T)(centre + step) : (T)0;
    const double off = s.centered ? (double)n.mean - centre - step : 0;
    const double var =
        s.centered ? (sums.b - (WKI_FAULT(157) ? 0 : sums.a * step)) / s.count + off * off : sums.b / s.count;
    n.var = (T)(var < 0 ? 0 : var);
    return n;
}

template <class T>
WKI_DEVICE T result_of(const wki_norm_shape &s, const arrays<T> &a, int64_t at, int64_t weight, T mean, double scale)
{
    const T x = a.x[at] - mean, shift = a.bias ? a.bias[weight] : (T)0;
    if (!a.weight) return x * (T)scale + shift;
    if (s.each) return x * (T)scale * a.weight[weight] + shift;
    return x * (T)(scale * (double)a.weight[weight]) + shift;
}

/* ---- A line by one warp or block ---- */

template <int THREADS, class T>
static __global__ void whole_lines(const wki_norm_shape s, const moments<T> m, const arrays<T> a)
{
    WKI_BEGIN();
    const int64_t length = s.width * s.inner;
    const int thread = threadIdx.x % THREADS;
    for (int64_t line = wki_group_first<THREADS>(); line < s.lines; line += wki_groups<THREADS>()) {
        const double centre = centre_of(m, line);
        const wki_two none = { 0, 0 };
        const wki_two sums = wki_run_sum<THREADS>(m, centre, line, line * length, 0, length, thread, none);
        const line_numbers<T> n = numbers_of<T>(s, centre, wki_group_sum<THREADS>(sums));
        const double scale = wki_norm_scale(s, (double)n.var);
        const int64_t first = (line - wki_divided(line, s.groups) * s.groups) * s.width;
        for (int64_t i = thread; i < length; i += THREADS)
            a.y[line * length + i] =
                result_of(s, a, line * length + i, first + (s.each ? i : wki_divided(i, s.inner)), n.mean, scale);
        if (thread == 0) {
            a.mean[line] = n.mean;
            a.var[line] = n.var;
        }
    }
}

/* ---- Lines in parts: sums, then the lines' numbers, then results ---- */

template <class T>
static __global__ void close_lines(const wki_norm_shape s, const wki_units u, const moments<T> m, const wki_two *sums,
                                   const arrays<T> a, double *scales)
{
    WKI_BEGIN();
    for (int64_t line = wki_group_first<32>(); line < s.lines; line += wki_groups<32>()) {
        line_numbers<T> n;
        if (s.given) {
            n.mean = a.mean[line];
            n.var = a.var[line];
        } else {
            n = numbers_of<T>(s, centre_of(m, line * m.columns), wki_line_sum(sums, u, line, m.columns));
        }
        if (threadIdx.x % 32 != 0) continue;
        scales[line] = wki_norm_scale(s, (double)n.var);
        if (s.given) continue;
        a.mean[line] = n.mean;
        a.var[line] = n.var;
    }
}

template <class T> static __global__ void apply(const wki_norm_shape s, const arrays<T> a, const double *scales)
{
    WKI_BEGIN();
    WKI_EACH(i, s.total)
    {
        int64_t weight;
        const int64_t line = wki_norm_line(s, i, &weight);
        a.y[i] = result_of(s, a, i, weight, a.mean[line], scales[line]);
    }
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_norm_attrs *attrs = (const wki_norm_attrs *)call->attrs;
    if (wki_norm_is_whole(attrs)) return 0;
    const wki_units u = wki_norm_lines(attrs);
    return wki_units_bytes(&u) + (size_t)wki_norm_shape_of(attrs).lines * sizeof(double);
}

template <class T> static void launch(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_norm_attrs *attrs = (const wki_norm_attrs *)call->attrs;
    const wki_view *const *v = call->views;
    const wki_norm_shape s = wki_norm_shape_of(attrs);
    const wki_units u = wki_norm_lines(attrs);
    const arrays<T> a = { (T *)v[0]->data,
                          (T *)v[1]->data,
                          (T *)v[2]->data,
                          (const T *)v[3]->data,
                          attrs->weight ? (const T *)v[4]->data : NULL,
                          attrs->bias ? (const T *)v[4 + attrs->weight]->data : NULL };
    const moments<T> m = { a.x, attrs->across ? s.inner : s.width * s.inner, u.columns ? s.inner : 1, s.centered,
                           s.total > 0 };
    if (wki_norm_is_whole(attrs)) {
        if (s.width * s.inner <= WKI_NORM_LINE)
            WKI_LAUNCH((whole_lines<32, T>), wki_group_grid(s.lines, 32), WKI_THREADS, 0, queue, s, m, a);
        else
            WKI_LAUNCH((whole_lines<WKI_THREADS, T>), wki_group_grid(s.lines, WKI_THREADS), WKI_THREADS, 0, queue, s, m,
                       a);
        return;
    }
    wki_two *sums = (wki_two *)scratch;
    double *scales = (double *)(sums + u.units * u.parts);
    if (!s.given) wki_sum_all(queue, m, &u, sums);
    WKI_LAUNCH(close_lines<T>, wki_group_grid(s.lines, 32), WKI_THREADS, 0, queue, s, u, m, sums, a, scales);
    WKI_LAUNCH(apply<T>, wki_grid(s.total), WKI_THREADS, 0, queue, s, a, scales);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (call->views[0]->dtype == WK_F64 ? launch<double> : launch<float>)(queue, call, scratch);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(norm, scratch_bytes, run);
