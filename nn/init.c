/* Initialisation of weights in place, outside the graph: fills, random numbers, and those whose spread is made from the
 * fans. Those that look at a weight as a matrix are in init_matrix.c. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include "base/options.h"
#include "wick/nn.h"
#include <math.h>
#include <string.h>

/* ---- Fills and plain random numbers: the ops of these names under no_grad ---- */

static wk_status named(const char *where, const char *op, wk_status status)
{
    if (status) wki_error_rename(op, where);
    return status;
}

static wk_status fill(const char *where, wk_tensor *t, double value)
{
    WK_NO_GRAD(update);
    return named(where, "fill_", wk_fill_(t, value));
}

static wk_status uniform(const char *where, wk_tensor *t, double low, double high)
{
    WK_NO_GRAD(update);
    return named(where, "uniform_", wk_uniform_(t, low, high));
}

static wk_status normal(const char *where, wk_tensor *t, double mean, double std)
{
    WK_NO_GRAD(update);
    return named(where, "normal_", wk_normal_(t, mean, std));
}

wk_status wk_init_constant_(wk_tensor *t, double value) { return fill("init_constant_", t, value); }
wk_status wk_init_ones_(wk_tensor *t) { return fill("init_ones_", t, 1); }
wk_status wk_init_zeros_(wk_tensor *t) { return fill("init_zeros_", t, 0); }
wk_status wk_init_uniform_(wk_tensor *t, double a, double b) { return uniform("init_uniform_", t, a, b); }
wk_status wk_init_normal_(wk_tensor *t, double mean, double std) { return normal("init_normal_", t, mean, std); }

/* ---- Fans ---- */

static bool fans(const char *where, const wk_tensor *t, double *in, double *out)
{
    if (!wki_tensor_ok(t, where, "t")) return false;
    wki_check(t->v.ndim >= 2, false, WK_E_SHAPE, where, "%s has %d dims; fan in and fan out need two at least",
              wki_show(&t->v), t->v.ndim);
    double field = 1;
    for (int i = 2; i < t->v.ndim; i++) field *= (double)t->v.size[i];
    *in = (double)t->v.size[1] * field;
    *out = (double)t->v.size[0] * field;
    return true;
}

static double gain_of(const char *where, const char *nonlinearity, double slope)
{
    static const char *const plain[] = { "linear",           "conv1d",           "conv2d",           "conv3d",
                                         "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid" };
    wki_check(nonlinearity, NAN, WK_E_INVALID, where, "nonlinearity is NULL");
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (!strcmp(nonlinearity, plain[i])) return 1;
    if (!strcmp(nonlinearity, "tanh")) return 5.0 / 3;
    if (!strcmp(nonlinearity, "relu")) return sqrt(2);
    if (!strcmp(nonlinearity, "leaky_relu")) return sqrt(2 / (1 + slope * slope));
    if (!strcmp(nonlinearity, "selu")) return 3.0 / 4;
    wki_check(false, NAN, WK_E_INVALID, where,
              "nonlinearity is \"%s\"; known are linear, conv1d .. conv_transpose3d, sigmoid, tanh, relu, leaky_relu, "
              "selu",
              nonlinearity);
    return NAN;
}

double wk_calculate_gain(const char *nonlinearity, double param)
{
    return gain_of("calculate_gain", nonlinearity, isnan(param) ? 0.01 : param);
}

/* The standard deviation; 0 where there is nothing to fill, below 0 on an error. */
static double kaiming_std(const char *where, const wk_tensor *t, const wk_kaiming_opts *given)
{
    double in, out;
    wk_kaiming_opts o = wk_kaiming_opts_default();
    if (given) wki_options_merge(&o, sizeof o, given);
    if (!fans(where, t, &in, &out)) return -1;
    wki_check(o.mode == WK_FAN_IN || o.mode == WK_FAN_OUT, -1, WK_E_INVALID, where, "%d is no mode", (int)o.mode);
    const double gain = gain_of(where, o.nonlinearity, o.a), fan = o.mode == WK_FAN_IN ? in : out;
    wki_check(isfinite(o.a), -1, WK_E_INVALID, where, "a is %g; a finite number is needed", o.a);
    if (isnan(gain)) return -1;
    return in > 0 && out > 0 ? gain / sqrt(fan) : 0;
}

wk_kaiming_opts wk_kaiming_opts_default(void) { return (wk_kaiming_opts){ WK_KAIMING_DEFAULTS }; }

wk_status wk_init_kaiming_uniform_run(wk_tensor *t, const wk_kaiming_opts *o)
{
    static const char where[] = "init_kaiming_uniform_";
    const double bound = sqrt(3) * kaiming_std(where, t, o);
    return bound > 0 ? uniform(where, t, -bound, bound) : bound < 0 ? wk_error() : WK_OK;
}

wk_status wk_init_kaiming_normal_run(wk_tensor *t, const wk_kaiming_opts *o)
{
    static const char where[] = "init_kaiming_normal_";
    const double std = kaiming_std(where, t, o);
    return std > 0 ? normal(where, t, 0, std) : std < 0 ? wk_error() : WK_OK;
}

wk_status wk_init_kaiming_uniform_(wk_tensor *t, double a) { return wk_init_kaiming_uniform_with(t, .a = a); }
wk_status wk_init_kaiming_normal_(wk_tensor *t, double a) { return wk_init_kaiming_normal_with(t, .a = a); }

/* As kaiming_std. */
static double xavier_std(const char *where, const wk_tensor *t, double gain)
{
    double in, out;
    if (!fans(where, t, &in, &out)) return -1;
    wki_check(gain >= 0 && isfinite(gain), -1, WK_E_INVALID, where, "gain is %g; a number of 0 or more is needed",
              gain);
    return in > 0 && out > 0 ? gain * sqrt(2 / (in + out)) : 0;
}

wk_status wk_init_xavier_uniform_(wk_tensor *t, double gain)
{
    static const char where[] = "init_xavier_uniform_";
    const double bound = sqrt(3) * xavier_std(where, t, gain);
    return bound < 0 ? wk_error() : uniform(where, t, -bound, bound);
}

wk_status wk_init_xavier_normal_(wk_tensor *t, double gain)
{
    static const char where[] = "init_xavier_normal_";
    const double std = xavier_std(where, t, gain);
    return std < 0 ? wk_error() : normal(where, t, 0, std);
}

/* ---- trunc_normal_ ---- */

static double below(double z) { return erfc(-z * sqrt(0.5)) / 2; } /* what of N(0, 1) lies below z */

/* z with below(z) = p, for p of at most 1/2: a rational approximation (Abramowitz and Stegun 1964, 26.2.23) made exact
 * by Newton's steps on log p, which keep digits far out. */
static double quantile(double p)
{
    if (p <= 0) return -INFINITY;
    const double t = sqrt(-2 * log(p));
    double z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
    for (int i = 0; i < 3; i++) {
        const double q = below(z), density = exp(-z * z / 2) * 0.3989422804014327;
        z -= log(q / p) * q / density;
    }
    return z;
}

/* In the half where p is small: what lies above 1/2 is mirrored. */
static double normal_at(double p_below, double p_above)
{
    return p_below <= p_above ? quantile(p_below) : -quantile(p_above);
}

wk_status wk_init_trunc_normal_(wk_tensor *t, double mean, double std, double a, double b)
{
    static const char where[] = "init_trunc_normal_";
    if (!wki_tensor_ok(t, where, "t") || !wki_float_ok(t, where, "t")) return wk_error();
    wki_check(isfinite(mean) && std > 0 && isfinite(std), WK_E_INVALID, WK_E_INVALID, where,
              "mean is %g, std %g; a finite mean and an std above 0 are needed", mean, std);
    wki_check(a <= b, WK_E_INVALID, WK_E_INVALID, where, "a %g is above b %g", a, b);
    WK_SCOPE(work);
    WK_NO_GRAD(update);
    WKI_ON_CPU(draws);
    wk_tensor *values = wk_rand(t->v.ndim, t->v.size, WK_F64);
    if (!values) return wk_error();
    const double low = (a - mean) / std, high = (b - mean) / std;
    wki_not_repeated("an initialiser draws on the host");
    double *x = values->v.data;
    for (int64_t i = 0, n = wk_numel(values); i < n; i++) {
        const double u = x[i], p = (1 - u) * below(low) + u * below(high), q = (1 - u) * below(-low) + u * below(-high);
        x[i] = fmin(fmax(mean + std * normal_at(p, q), a), b);
    }
    return named(where, "copy_", wk_copy_(t, values));
}
