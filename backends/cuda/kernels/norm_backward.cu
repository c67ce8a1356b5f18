/* norm_backward: d (, sums, products) -> g, x, mean, var, weight. With s = 1 / sqrt(var + eps) and h = g weight:
 * d = s (h - mean(h) - (x - mean) s^2 mean(h (x - mean))). Sums come first, of lines whose elements have a weight each,
 * of columns, or of the runs with one weight; then each line's two numbers; then d. */
#include "backends/cuda/kernels/norm.h"

template <class T> struct arrays {
    T *d, *sums, *products;
    const T *g, *x, *mean, *var, *weight; /* weight: or NULL */
};

/* Of g, or h, and of its products with x - mean. Units are lines, `units` of them to each otherwise. */
template <class T> struct slopes {
    const T *g, *x, *mean, *each; /* each: the weights, where h is meant; else NULL */
    int64_t units, groups, width;
};

template <class T> WKI_DEVICE double centre_of(const slopes<T> &s, int64_t unit)
{
    return (double)s.mean[wki_divided(unit, s.units)];
}

template <class T> WKI_DEVICE wki_two pair_of(const slopes<T> &s, double centre, int64_t unit, int64_t i, int64_t at)
{
    double h = (double)s.g[at];
    if (s.each) h *= (double)s.each[(unit - wki_divided(unit, s.groups) * s.groups) * s.width + i];
    const wki_two pair = { h, h * ((double)s.x[at] - centre) };
    return pair;
}

/* What a line's d is made with */
typedef struct line_numbers {
    double scale, k0, k1;
} line_numbers;

WKI_DEVICE line_numbers numbers_of(const wki_norm_shape &s, double scale, wki_two h)
{
    line_numbers n = { scale, 0, 0 };
    if (!s.given && s.centered) n.k0 = scale * h.a / s.count;
    if (!s.given) n.k1 = scale * scale * scale * h.b / s.count;
    return n;
}

template <class T>
WKI_DEVICE T result_of(const wki_norm_shape &s, const arrays<T> &a, int64_t at, int64_t weight, T mean,
                       const line_numbers &n)
{
    const T g = a.g[at], w = a.weight ? a.weight[weight] : (T)1;
    const T slope = s.each ? (T)n.scale * (g * w) : (T)(n.scale * (double)w) * g;
    return slope - (T)n.k0 - (a.x[at] - mean) * (T)n.k1;
}

/* ---- A line, each element with its weight, by one warp or block ---- */

template <int THREADS, class T>
static __global__ void whole_lines(const wki_norm_shape s, const slopes<T> f, const arrays<T> a)
{
    WKI_BEGIN();
    const int thread = threadIdx.x % THREADS;
    for (int64_t line = wki_group_first<THREADS>(); line < s.lines; line += wki_groups<THREADS>()) {
        const int64_t first = line * s.width, weight = (line - wki_divided(line, s.groups) * s.groups) * s.width;
        const wki_two none = { 0, 0 };
        const wki_two h = wki_run_sum<THREADS>(f, centre_of(f, line), line, first, 0, s.width, thread, none);
        const line_numbers n = numbers_of(s, wki_norm_scale(s, (double)a.var[line]), wki_group_sum<THREADS>(h));
        for (int64_t i = thread; i < s.width; i += THREADS)
            a.d[first + i] = result_of(s, a, first + i, weight + i, a.mean[line], n);
    }
}

/* ---- Otherwise ---- */

/* Of nothing, the scale is NaN. */
template <class T> WKI_DEVICE void put(const wki_norm_shape &s, const arrays<T> &a, int64_t at, wki_two g, double scale)
{
    a.sums[at] = (T)g.a;
    a.products[at] = s.count > 0 ? (T)(g.b * scale) : (T)0;
}

/* The runs of a line, a lane's share of them, weighed */
template <class T>
WKI_DEVICE wki_two runs_of(const wki_norm_shape &s, const wki_units &u, const wki_two *sums, const arrays<T> &a,
                           int64_t line, double scale)
{
    const int64_t channel = (line - wki_divided(line, s.groups) * s.groups) * s.width;
    wki_two h = { 0, 0 };
    for (int64_t j = threadIdx.x % 32; j < s.width; j += 32) {
        const double w = a.weight ? (double)a.weight[channel + j] : 1;
        wki_two g = { 0, 0 };
        for (int64_t part = 0; part < u.parts; part++) g = g + sums[part * u.units + line * s.width + j];
        put(s, a, line * s.width + j, g, scale);
        const wki_two more = { w * g.a, w * g.b };
        h = h + more;
    }
    return wki_warp_sum(h);
}

template <class T>
static __global__ void close_lines(const wki_norm_shape s, const wki_units u, const wki_two *sums, const arrays<T> a,
                                   line_numbers *numbers)
{
    WKI_BEGIN();
    for (int64_t line = wki_group_first<32>(); line < s.lines; line += wki_groups<32>()) {
        const double scale = wki_norm_scale(s, (double)a.var[line]);
        wki_two h;
        if (s.across || s.each) {
            h = wki_line_sum(sums, u, line, u.columns ? s.inner : 1);
            if (s.across && threadIdx.x % 32 == 0) put(s, a, line, h, scale);
            const double w = s.across && a.weight ? (double)a.weight[line] : 1;
            h.a *= w;
            h.b *= w;
        } else {
            h = runs_of(s, u, sums, a, line, scale);
        }
        if (threadIdx.x % 32 == 0) numbers[line] = numbers_of(s, scale, h);
    }
}

template <class T> static __global__ void apply(const wki_norm_shape s, const arrays<T> a, const line_numbers *numbers)
{
    WKI_BEGIN();
    WKI_EACH(i, s.total)
    {
        int64_t weight;
        const int64_t line = wki_norm_line(s, i, &weight);
        a.d[i] = result_of(s, a, i, weight, a.mean[line], numbers[line]);
    }
}

static bool is_whole(const wki_norm_attrs *a) { return a->inner == 1 && wki_norm_is_whole(a); }

/* Runs of one weight; else lines or columns. */
static wki_units units_of(const wki_norm_attrs *a)
{
    wki_units u = wki_norm_lines(a);
    if (a->across || a->inner == 1) return u;
    u.units = a->n * a->groups * a->width;
    u.length = u.unit_step = a->inner;
    wki_units_cut(&u);
    return u;
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_norm_attrs *attrs = (const wki_norm_attrs *)call->attrs;
    if (is_whole(attrs)) return 0;
    const wki_units u = units_of(attrs);
    return wki_units_bytes(&u) + (size_t)wki_norm_shape_of(attrs).lines * sizeof(line_numbers);
}

template <class T> static arrays<T> arrays_of(const wki_call *call, bool each)
{
    const wki_view *const *v = call->views;
    arrays<T> a;
    a.d = (T *)(*v++)->data;
    a.sums = each ? NULL : (T *)(*v++)->data;
    a.products = each ? NULL : (T *)(*v++)->data;
    a.g = (const T *)v[0]->data;
    a.x = (const T *)v[1]->data;
    a.mean = (const T *)v[2]->data;
    a.var = (const T *)v[3]->data;
    a.weight = ((const wki_norm_attrs *)call->attrs)->weight ? (const T *)v[4]->data : NULL;
    return a;
}

template <class T> static void launch(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_norm_attrs *attrs = (const wki_norm_attrs *)call->attrs;
    const wki_norm_shape s = wki_norm_shape_of(attrs);
    const wki_units u = units_of(attrs);
    const arrays<T> a = arrays_of<T>(call, s.each);
    const int64_t of_a_line = u.columns ? s.inner : s.across || s.each ? 1 : s.width;
    const slopes<T> f = { a.g, a.x, a.mean, s.each ? a.weight : NULL, of_a_line, s.groups, s.width };
    if (is_whole(attrs)) {
        if (s.width <= WKI_NORM_LINE)
            WKI_LAUNCH((whole_lines<32, T>), wki_group_grid(s.lines, 32), WKI_THREADS, 0, queue, s, f, a);
        else
            WKI_LAUNCH((whole_lines<WKI_THREADS, T>), wki_group_grid(s.lines, WKI_THREADS), WKI_THREADS, 0, queue, s, f,
                       a);
        return;
    }
    wki_two *sums = (wki_two *)scratch;
    line_numbers *numbers = (line_numbers *)(sums + u.units * u.parts);
    wki_sum_all(queue, f, &u, sums);
    WKI_LAUNCH(close_lines<T>, wki_group_grid(s.lines, 32), WKI_THREADS, 0, queue, s, u, sums, a, numbers);
    WKI_LAUNCH(apply<T>, wki_grid(s.total), WKI_THREADS, 0, queue, s, a, numbers);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (call->views[0]->dtype == WK_F64 ? launch<double> : launch<float>)(queue, call, scratch);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(norm_backward, scratch_bytes, run);
