/* Power pooling: the p-norm of each window, of powers with their signs, composed of powers and a mean. */
#include "base/options.h"
#include "nn/loss.h"
#include "nn/window.h"

static wk_tensor *sample_1d(wk_tensor *const *in)
{
    return wk_square(wk_lp_pool1d(in[0], 3, WK_DIMS(2), .stride = WK_DIMS(1)));
}
static wk_tensor *sample_2d(wk_tensor *const *in)
{
    return wk_square(wk_lp_pool2d(in[0], 2, WK_DIMS(2), .ceil_mode = true));
}
static wk_tensor *sample_3d(wk_tensor *const *in) { return wk_square(wk_lp_pool3d(in[0], 1.5, WK_DIMS(1, 2, 2))); }
static const wki_sample samples_1d[] = { { sample_1d, 1, { { 2, { 2, 4 }, 0.5, 2 } } }, { 0 } };
static const wki_sample samples_2d[] = { { sample_2d, 1, { { 3, { 2, 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_sample samples_3d[] = { { sample_3d, 1, { { 4, { 1, 2, 2, 4 }, 0.5, 2 } } }, { 0 } };
static const wki_opdef op_1d = { "lp_pool1d", NULL, samples_1d };
static const wki_opdef op_2d = { "lp_pool2d", NULL, samples_2d };
static const wki_opdef op_3d = { "lp_pool3d", NULL, samples_3d };
const wki_family wki_family_pool_lp = { &op_1d, &op_2d, &op_3d, NULL };

static wk_tensor *image(void) { return wk_zeros(WK_SHAPE(1, 1, 4, 4), WK_F32); }
static wk_tensor *wrong_norm(void) { return wk_lp_pool2d(image(), 0, WK_DIMS(2)); }
static wk_tensor *wrong_option(void) { return wk_lp_pool2d(image(), 2, WK_DIMS(2), .padding = WK_DIMS(1)); }
static wk_tensor *wrong_size(void) { return wk_lp_pool2d(image(), 2, WK_DIMS(5)); }
static wk_tensor *wrong_rank(void) { return wk_lp_pool1d(image(), 2, WK_DIMS(2)); }
static wk_tensor *no_kernel(void) { return wk_lp_pool3d(wk_zeros(WK_SHAPE(1, 2, 2, 2), WK_F32), 2, (wk_dims){ 0 }); }
const wki_error_sample wki_errors_pool_lp[] = {
    { "lp_pool2d", wrong_norm, WK_E_INVALID, "norm_type is 0" },
    { "lp_pool2d", wrong_option, WK_E_INVALID, "are other pools'" },
    { "lp_pool2d", wrong_size, WK_E_SHAPE, "the kernel [5, 5] with its dilation reaches over 5" },
    { "lp_pool1d", wrong_rank, WK_E_SHAPE, "x is [1, 1, 4, 4]; [n, c, w] or [c, w] is needed" },
    { "lp_pool3d", no_kernel, WK_E_INVALID, "kernel_size is missing" },
    { 0 },
};

/* sum^(1/p), where the sum is 0 without its infinite slope */
static wk_tensor *root(wk_tensor *sum, double p)
{
    wk_tensor *zero = wk_eq(sum, wki_number_like(0, sum)), *safe = wk_where(zero, wki_number_like(1, sum), sum);
    return wk_where(zero, wki_number_like(0, sum), wk_pow_scalar(safe, 1 / p));
}

static wk_tensor *lp_pool(const char *where, int n, double p, const wk_pool_opts *given)
{
    static wk_tensor *(*const means[])(const wk_pool_opts *) = { wk_avg_pool1d_new, wk_avg_pool2d_new,
                                                                 wk_avg_pool3d_new };
    wk_pool_opts o = wk_pool_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_slide s = wki_slide_over(where, n);
    bool single;
    wki_check(p > 0 && p < (double)INFINITY, NULL, WK_E_INVALID, where,
              "norm_type is %g; it must be above 0 and finite", p);
    wki_check(!o.padding.n && !o.dilation.n && !o.indices && o.count_include_pad && !o.divisor_override, NULL,
              WK_E_INVALID, where,
              "padding, dilation, indices, count_include_pad and divisor_override are other pools'");
    if (!wki_slide_see(&s, o.x, s.w.in, &single) || !wki_slide_take_pool(&s, &o)) return NULL;
    double taps = 1;
    for (int d = 0; d < 3; d++) taps *= s.w.kernel[d];
    o.x = wk_pow_scalar(o.x, p);
    wk_tensor *sum =
        o.x ? wk_mul_scalar(means[n - 1](&o), taps) : NULL; /* as torch: also of windows that reach beyond x */
    return sum ? root(sum, p) : NULL;
}

wk_tensor *wk_lp_pool1d_new(double norm_type, const wk_pool_opts *o) { return lp_pool("lp_pool1d", 1, norm_type, o); }
wk_tensor *wk_lp_pool2d_new(double norm_type, const wk_pool_opts *o) { return lp_pool("lp_pool2d", 2, norm_type, o); }
wk_tensor *wk_lp_pool3d_new(double norm_type, const wk_pool_opts *o) { return lp_pool("lp_pool3d", 3, norm_type, o); }
