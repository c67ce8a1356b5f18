/* norm_sums: sums, products [groups * width] -> g, x, mean, var, where inner is 1: over n, the sums of g and of g (x -
 * mean) / sqrt(var + eps), which are the gradients of bias and weight. */
#include "backends/cuda/kernels/norm.h"

WKI_DEVICE float root(float x) { return f32::wki_sqrt(x); }
WKI_DEVICE double root(double x) { return f64::wki_sqrt(x); }

template <class T> struct slopes {
    const T *g, *x, *mean, *var;
    int64_t groups, width;
    double eps;
};

/* The column's group */
template <class T> WKI_DEVICE double centre_of(const slopes<T> &s, int64_t unit)
{
    return (double)wki_divided(unit, s.width);
}

template <class T> WKI_DEVICE wki_two pair_of(const slopes<T> &s, double group, int64_t, int64_t row, int64_t at)
{
    const int64_t line = row * s.groups + (int64_t)group;
    const T scale = (T)1 / root((T)((double)s.var[line] + s.eps)), normal = (s.x[at] - s.mean[line]) * scale;
    const wki_two pair = { (double)s.g[at], (double)s.g[at] * (double)normal };
    return pair;
}

template <class T> static __global__ void close_columns(const wki_units u, const wki_two *sums, T *sum, T *product)
{
    WKI_BEGIN();
    WKI_EACH(i, u.units)
    {
        wki_two all = { 0, 0 };
        for (int64_t part = 0; part < u.parts; part++) all = all + sums[part * u.units + i];
        sum[i] = (T)all.a;
        product[i] = (T)all.b;
    }
}

static wki_units units_of(const wki_norm_attrs *a)
{
    wki_units u;
    u.columns = true;
    u.units = u.run_step = a->groups * a->width;
    u.runs = a->n;
    u.length = u.unit_step = 1;
    wki_units_cut(&u);
    return u;
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_units u = units_of((const wki_norm_attrs *)call->attrs);
    return wki_units_bytes(&u);
}

template <class T> static void launch(const wki_queue *queue, const wki_call *call, void *scratch)
{
    const wki_norm_attrs *a = (const wki_norm_attrs *)call->attrs;
    const wki_view *const *v = call->views;
    const wki_units u = units_of(a);
    const slopes<T> s = { (const T *)v[2]->data,
                          (const T *)v[3]->data,
                          (const T *)v[4]->data,
                          (const T *)v[5]->data,
                          a->groups,
                          a->width,
                          a->eps };
    wki_sum_all(queue, s, &u, (wki_two *)scratch);
    WKI_LAUNCH(close_columns<T>, wki_grid(u.units), WKI_THREADS, 0, queue, u, (const wki_two *)scratch, (T *)v[0]->data,
               (T *)v[1]->data);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    (call->views[0]->dtype == WK_F64 ? launch<double> : launch<float>)(queue, call, scratch);
    return wki_launched(queue, call);
}

WKI_CUDA_KERNEL(norm_sums, scratch_bytes, run);
