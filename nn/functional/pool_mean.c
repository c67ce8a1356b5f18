/* avg_pool and adaptive_avg_pool: the mean of each window. It is linear: its gradient is its transpose, whose gradient
 * is the mean again. */
#include "base/options.h"
#include "nn/window.h"

typedef struct means {
    wki_pool_attrs pool; /* of the mean; backward false */
    int32_t n;           /* dims slid over */
} means;

static wk_tensor *apply(const wki_opdef *op, wk_tensor *t, const means *m);

static wk_status mean_backward(wki_backward *b, wk_tensor **d);
static wk_status spread_backward(wki_backward *b, wk_tensor **d);

static wk_tensor *sample_1d(wk_tensor *const *in)
{
    return wk_square(wk_avg_pool1d(in[0], WK_DIMS(2), .padding = WK_DIMS(1), .ceil_mode = true));
}
static wk_tensor *sample_2d(wk_tensor *const *in)
{
    return wk_square(wk_avg_pool2d(in[0], WK_DIMS(3, 2), .stride = WK_DIMS(1, 2), .padding = WK_DIMS(1),
                                   .ceil_mode = true, .count_include_pad = false));
}
static wk_tensor *sample_3d(wk_tensor *const *in)
{
    return wk_square(wk_avg_pool3d(in[0], WK_DIMS(2, 1, 3), .stride = WK_DIMS(1), .divisor_override = 5));
}
static wk_tensor *sample_adaptive(wk_tensor *const *in)
{
    return wk_square(wk_adaptive_avg_pool2d(in[0], WK_DIMS(2, 3)));
}
static wk_tensor *sample_even(wk_tensor *const *in) { return wk_square(wk_adaptive_avg_pool1d(in[0], WK_DIMS(2))); }
static const wki_sample mean_samples[] = {
    { sample_1d, 1, { { 3, { 2, 2, 5 }, -2, 2 } } },    { sample_2d, 1, { { 4, { 2, 1, 3, 4 }, -2, 2 } } },
    { sample_3d, 1, { { 4, { 2, 2, 2, 4 }, -2, 2 } } }, { sample_adaptive, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
    { sample_even, 1, { { 2, { 2, 4 }, -2, 2 } } },     { 0 }
};
static wk_tensor *sample_spread(wk_tensor *const *in)
{
    wk_tensor *y = wk_avg_pool2d(in[0], WK_DIMS(2), .stride = WK_DIMS(1)), *grads[1];
    return !y || wk_autograd_grad(&(wk_tensor *){ wk_sum(wk_square(y)) }, 1, in, 1, true, grads) ? NULL : grads[0];
}
static const wki_sample spread_samples[] = { { sample_spread, 1, { { 4, { 2, 1, 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef mean_op = { "avg_pool", mean_backward, mean_samples };
static const wki_opdef spread_op = { "avg_pool_spread", spread_backward, spread_samples };
static wk_tensor *wrong_stride(void)
{
    return wk_avg_pool2d(wk_zeros(WK_SHAPE(1, 1, 4, 4), WK_F32), WK_DIMS(2), .stride = WK_DIMS(0));
}
static wk_tensor *wrong_kernel(void) { return wk_avg_pool2d(wk_zeros(WK_SHAPE(1, 1, 4, 4), WK_F32), WK_DIMS(5)); }
const wki_error_sample wki_errors_pool_mean[] = {
    { "avg_pool2d", wrong_stride, WK_E_INVALID, "stride is 0" },
    { "avg_pool2d", wrong_kernel, WK_E_SHAPE, "the kernel [5, 5] with its dilation reaches over 5" },
    { 0 },
};

const wki_family wki_family_pool_mean = { &mean_op, &spread_op, NULL };

static wk_status mean_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = apply(&spread_op, b->g, wki_attrs(b));
    return WK_OK;
}

static wk_status spread_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = apply(&mean_op, b->g, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *apply(const wki_opdef *op, wk_tensor *t, const means *m)
{
    const wki_slide s = { op->name, m->n, m->pool.window };
    wki_pool_attrs attrs = m->pool;
    attrs.backward = op == &spread_op;
    if (!t || !(t = wk_contiguous(t))) return NULL;
    wk_tensor *y = wki_slide_new(&s, t, t->v.size[0], t->v.size[1], attrs.backward ? s.w.in : s.w.out);
    if (!y ||
        wki_do(WKI_OP_pool_mean, 1, WKI_VIEWS(&y->v, &t->v), &attrs, sizeof attrs, wki_numel(&y->v) + wki_numel(&t->v)))
        return NULL;
    return wki_wants_grad(1, &t) && !wki_record(op, y, 1, &t, m, sizeof *m) ? NULL : y;
}

static wk_tensor *avg_pool(const char *where, int n, const wk_pool_opts *given)
{
    wk_pool_opts o = wk_pool_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_slide s = wki_slide_over(where, n);
    bool single;
    wk_tensor *x = wki_slide_see(&s, o.x, s.w.in, &single);
    if (!x || !wki_slide_take_pool(&s, &o)) return NULL;
    wki_check(!o.dilation.n && !o.indices, NULL, WK_E_INVALID, where, "dilation and indices are max_pool's");
    wki_check(o.divisor_override >= INT32_MIN && o.divisor_override <= INT32_MAX, NULL, WK_E_INVALID, where,
              "divisor_override is %lld; that is too large", (long long)o.divisor_override);
    const means m = { { .window = s.w, .divisor = (int32_t)o.divisor_override, .include = o.count_include_pad }, n };
    return wki_slide_leave(apply(&mean_op, x, &m), single);
}

wk_tensor *wk_avg_pool1d_new(const wk_pool_opts *o) { return avg_pool("avg_pool1d", 1, o); }
wk_tensor *wk_avg_pool2d_new(const wk_pool_opts *o) { return avg_pool("avg_pool2d", 2, o); }
wk_tensor *wk_avg_pool3d_new(const wk_pool_opts *o) { return avg_pool("avg_pool3d", 3, o); }

static wk_tensor *adaptive(const char *where, int n, wk_tensor *x, const wk_dims *output_size)
{
    wki_slide s = wki_slide_over(where, n);
    bool single;
    x = wki_slide_see(&s, x, s.w.in, &single);
    if (!x || !wki_slide_take_adaptive(&s, output_size)) return NULL;
    if (s.w.out[0] == 1 && s.w.out[1] == 1 && s.w.out[2] == 1) { /* one mean of all */
        static const int last[] = { -1, -2, -3 };
        const double all = (double)s.w.in[0] * s.w.in[1] * s.w.in[2];
        return wki_slide_leave(wk_mul_scalar(wk_sum_dims(x, n, last, true), 1 / all), single);
    }
    const means m = { { .window = s.w, .adaptive = true }, n };
    return wki_slide_leave(apply(&mean_op, x, &m), single);
}

wk_tensor *wk_adaptive_avg_pool1d(wk_tensor *x, wk_dims output_size)
{
    return adaptive("adaptive_avg_pool1d", 1, x, &output_size);
}

wk_tensor *wk_adaptive_avg_pool2d(wk_tensor *x, wk_dims output_size)
{
    return adaptive("adaptive_avg_pool2d", 2, x, &output_size);
}

wk_tensor *wk_adaptive_avg_pool3d(wk_tensor *x, wk_dims output_size)
{
    return adaptive("adaptive_avg_pool3d", 3, x, &output_size);
}
