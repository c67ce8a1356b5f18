/* wick/elementwise.h: what maps element to element; part of tensor.h. [d] unless the result is WK_BOOL or an integer.
 * Formulas and derivatives are the rows of backends/ops.def.
 *
 * Operands broadcast as in NumPy (right-aligned, 1 stretches; else WK_E_SHAPE) and must be on one device (WK_E_DEVICE). They
 * promote as in torch: bool < u8 < i32 < i64 < f32 < f64, the later one wins; operands with dimensions beat 0-dimensional ones
 * within one kind (bool; integers; floats), a higher kind always lifts. In what follows "as f32" is the result's dtype too:
 *
 *   log sin .. erfc, sigmoid, softsign, tanhshrink, div, atan2 .. floats; integers and bools as f32
 *   frac, gelu elu silu .. (activations), hypot, lerp, addcdiv    floats; else WK_E_DTYPE
 *   neg abs floor .. trunc, relu, hardtanh, threshold, sub, pow   floats; integers, which wrap; bool: WK_E_DTYPE
 *   div_floor, div_trunc, remainder, fmod                         the same; by an integer 0: WK_E_RANGE
 *   square, clamp, add_scalar, mul_scalar, pow_scalar, scalar_pow floats; integers; bools as i64
 *   add, mul, maximum, minimum, fmax, fmin, sign, nan_to_num      any; bools stay bools: + is or, * is and
 *   bitwise_and, _or, _xor, _not; shifts                          integers, and bools but for shifts
 *   comparisons, logical_*, isnan, isinf, isfinite                any; WK_BOOL comes out
 *
 * A plain number takes the tensor's dtype, which must be able to hold it: a fraction on integers is WK_E_DTYPE, 300 on u8 is
 * WK_E_RANGE; beside a number bools count as i64 in arithmetic. NaN passes through, but where said otherwise. Results are
 * contiguous, or, where all operands of that shape lie in memory in one other order (a transposed one, say), in that order. */
#ifndef WICK_ELEMENTWISE_H
#define WICK_ELEMENTWISE_H
#include "wick/base.h"
#include <math.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_tensor wk_tensor;

/* One operand. */
WK_API wk_tensor *wk_neg(wk_tensor *x);
WK_API wk_tensor *wk_abs(wk_tensor *x);
WK_API wk_tensor *wk_sign(wk_tensor *x);                        /* sign(NaN) = 0, as torch */
WK_API wk_tensor *wk_square(wk_tensor *x);
WK_API wk_tensor *wk_reciprocal(wk_tensor *x);
WK_API wk_tensor *wk_sqrt(wk_tensor *x);
WK_API wk_tensor *wk_rsqrt(wk_tensor *x);
WK_API wk_tensor *wk_exp(wk_tensor *x);
WK_API wk_tensor *wk_expm1(wk_tensor *x);
WK_API wk_tensor *wk_log(wk_tensor *x);
WK_API wk_tensor *wk_log1p(wk_tensor *x);
WK_API wk_tensor *wk_log2(wk_tensor *x);
WK_API wk_tensor *wk_sin(wk_tensor *x);                         /* |x| below 1.6e6 (f32), 1e14 (f64); so cos and tan */
WK_API wk_tensor *wk_cos(wk_tensor *x);
WK_API wk_tensor *wk_tan(wk_tensor *x);
WK_API wk_tensor *wk_asin(wk_tensor *x);                        /* NaN outside -1 .. 1, as acos */
WK_API wk_tensor *wk_acos(wk_tensor *x);
WK_API wk_tensor *wk_atan(wk_tensor *x);
WK_API wk_tensor *wk_sinh(wk_tensor *x);
WK_API wk_tensor *wk_cosh(wk_tensor *x);
WK_API wk_tensor *wk_tanh(wk_tensor *x);
WK_API wk_tensor *wk_asinh(wk_tensor *x);
WK_API wk_tensor *wk_acosh(wk_tensor *x);                       /* NaN below 1 */
WK_API wk_tensor *wk_atanh(wk_tensor *x);                       /* NaN outside -1 .. 1 */
WK_API wk_tensor *wk_erf(wk_tensor *x);
WK_API wk_tensor *wk_erfc(wk_tensor *x);                        /* 1 - erf(x), without cancellation */
WK_API wk_tensor *wk_floor(wk_tensor *x);                       /* integers stay as they are; gradient 0, as of the next three */
WK_API wk_tensor *wk_ceil(wk_tensor *x);
WK_API wk_tensor *wk_round(wk_tensor *x);                       /* halves to even */
WK_API wk_tensor *wk_round_decimals(wk_tensor *x, int decimals); /* floats; round(x 10^decimals) / 10^decimals; negative: to tens, hundreds .. */
WK_API wk_tensor *wk_trunc(wk_tensor *x);                       /* towards 0 */
WK_API wk_tensor *wk_frac(wk_tensor *x);                        /* x - trunc(x) */
WK_API wk_tensor *wk_nan_to_num(wk_tensor *x);                  /* NaN to 0, infinities to the dtype's largest numbers; no gradient there */
WK_API wk_tensor *wk_sigmoid(wk_tensor *x);                     /* 1 / (1 + exp(-x)) */
WK_API wk_tensor *wk_logsigmoid(wk_tensor *x);                  /* log(sigmoid(x)) */
WK_API wk_tensor *wk_silu(wk_tensor *x);                        /* x sigmoid(x) */
WK_API wk_tensor *wk_softplus(wk_tensor *x);                    /* log(1 + exp(x)) */
WK_API wk_tensor *wk_softplus_beta(wk_tensor *x, double beta, double threshold); /* log(1 + exp(beta x)) / beta, x where beta x > threshold; torch: 1, 20 */
WK_API wk_tensor *wk_softsign(wk_tensor *x);                    /* x / (1 + |x|) */
WK_API wk_tensor *wk_mish(wk_tensor *x);                        /* x tanh(softplus(x)) */
WK_API wk_tensor *wk_relu(wk_tensor *x);                        /* max(x, 0); gradient 0 at 0 */
WK_API wk_tensor *wk_hardtanh(wk_tensor *x, double low, double high); /* x between low and high, low <= high; gradient 0 at both */
WK_API wk_tensor *wk_relu6(wk_tensor *x);                       /* hardtanh(x, 0, 6) */
WK_API wk_tensor *wk_hardsigmoid(wk_tensor *x);                 /* relu6(x + 3) / 6 */
WK_API wk_tensor *wk_hardswish(wk_tensor *x);                   /* x relu6(x + 3) / 6 */
WK_API wk_tensor *wk_gelu(wk_tensor *x);                        /* exact: x (1 + erf(x / sqrt 2)) / 2 */
WK_API wk_tensor *wk_gelu_tanh(wk_tensor *x);                   /* torch's approximate='tanh' */
WK_API wk_tensor *wk_hardshrink(wk_tensor *x, double lambda);   /* x, 0 from -lambda to lambda; gradient 0 there; torch: 0.5 */
WK_API wk_tensor *wk_softshrink(wk_tensor *x, double lambda);   /* x moved towards 0 by lambda >= 0, at most to 0; torch: 0.5 */
WK_API wk_tensor *wk_tanhshrink(wk_tensor *x);                  /* x - tanh(x) */
WK_API wk_tensor *wk_threshold(wk_tensor *x, double threshold, double value); /* value where x <= threshold; gradient 0 there */
WK_API wk_tensor *wk_leaky_relu(wk_tensor *x, double slope);    /* x or slope * x below 0 */
WK_API wk_tensor *wk_elu(wk_tensor *x, double alpha);           /* x or alpha (exp(x) - 1) below 0 */
WK_API wk_tensor *wk_celu(wk_tensor *x, double alpha);          /* x or alpha (exp(x / alpha) - 1) below 0; alpha not 0 */
WK_API wk_tensor *wk_selu(wk_tensor *x);                        /* 1.0507 elu(x, 1.6733) */
WK_API wk_tensor *wk_logical_not(wk_tensor *x);                 /* WK_BOOL; as the next three */
WK_API wk_tensor *wk_bitwise_not(wk_tensor *x);                 /* integers and bools */
WK_API wk_tensor *wk_isnan(wk_tensor *x);
WK_API wk_tensor *wk_isinf(wk_tensor *x);
WK_API wk_tensor *wk_isfinite(wk_tensor *x);

/* Two operands. */
WK_API wk_tensor *wk_add(wk_tensor *a, wk_tensor *b);           /* of two bools: or */
WK_API wk_tensor *wk_sub(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_rsub(wk_tensor *a, wk_tensor *b);          /* b - a */
WK_API wk_tensor *wk_mul(wk_tensor *a, wk_tensor *b);           /* of two bools: and */
WK_API wk_tensor *wk_div(wk_tensor *a, wk_tensor *b);           /* integers as f32 */
WK_API wk_tensor *wk_div_floor(wk_tensor *a, wk_tensor *b);     /* floor(a / b), torch.floor_divide; integers by 0: WK_E_RANGE */
WK_API wk_tensor *wk_div_trunc(wk_tensor *a, wk_tensor *b);     /* a / b towards 0 */
WK_API wk_tensor *wk_remainder(wk_tensor *a, wk_tensor *b);     /* a - div_floor(a, b) b: b's sign */
WK_API wk_tensor *wk_fmod(wk_tensor *a, wk_tensor *b);          /* a - trunc(a / b) b: a's sign */
WK_API wk_tensor *wk_add_alpha(wk_tensor *a, wk_tensor *b, double alpha); /* a + alpha b */
WK_API wk_tensor *wk_pow(wk_tensor *a, wk_tensor *b);           /* integers to negative powers: 0, but of 1 and -1 */
WK_API wk_tensor *wk_hypot(wk_tensor *a, wk_tensor *b);         /* sqrt(a^2 + b^2) without overflow; gradient 0 at 0 */
WK_API wk_tensor *wk_atan2(wk_tensor *a, wk_tensor *b);         /* the angle of the point (b, a) */
WK_API wk_tensor *wk_maximum(wk_tensor *a, wk_tensor *b);       /* equal operands share the gradient */
WK_API wk_tensor *wk_minimum(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_fmax(wk_tensor *a, wk_tensor *b);          /* NaN loses: the other operand */
WK_API wk_tensor *wk_fmin(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_logical_and(wk_tensor *a, wk_tensor *b);   /* WK_BOOL; nonzero and NaN are true */
WK_API wk_tensor *wk_logical_or(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_logical_xor(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_bitwise_and(wk_tensor *a, wk_tensor *b);   /* integers and bools */
WK_API wk_tensor *wk_bitwise_or(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_bitwise_xor(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_bitwise_left_shift(wk_tensor *a, wk_tensor *b); /* integers; by a negative number or the width: 0 */
WK_API wk_tensor *wk_bitwise_right_shift(wk_tensor *a, wk_tensor *b); /* then 0, or -1 for negative a */
WK_API wk_tensor *wk_lt(wk_tensor *a, wk_tensor *b);            /* comparisons: WK_BOOL */
WK_API wk_tensor *wk_le(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_gt(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_ge(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_eq(wk_tensor *a, wk_tensor *b);
WK_API wk_tensor *wk_ne(wk_tensor *a, wk_tensor *b);

/* Losses before they are reduced (nn.h has the reduced ones): a is the input, b the target. */
WK_API wk_tensor *wk_squared_error(wk_tensor *a, wk_tensor *b);              /* (a - b)^2 */
WK_API wk_tensor *wk_absolute_error(wk_tensor *a, wk_tensor *b);             /* |a - b|; gradient 0 at 0 */
WK_API wk_tensor *wk_smooth_error(wk_tensor *a, wk_tensor *b, double beta);  /* d = |a - b| < beta ? d^2 / (2 beta) : d - beta / 2 */
WK_API wk_tensor *wk_huber_error(wk_tensor *a, wk_tensor *b, double delta);  /* d = |a - b| <= delta ? d^2 / 2 : delta (d - delta / 2) */
WK_API wk_tensor *wk_logistic_error(wk_tensor *a, wk_tensor *b);             /* (1 - b) a + log(1 + exp(-a)): of a logit a */
WK_API wk_tensor *wk_bernoulli_error(wk_tensor *a, wk_tensor *b);            /* -b log(a) - (1 - b) log(1 - a), logarithms from -100 up */
WK_API wk_tensor *wk_divergence(wk_tensor *a, wk_tensor *b);                 /* b (log(b) - a), 0 where b is 0: a is a log-probability */
WK_API wk_tensor *wk_log_divergence(wk_tensor *a, wk_tensor *b);             /* exp(b) (b - a): both are log-probabilities */

/* Three operands. */
WK_API wk_tensor *wk_where(wk_tensor *condition, wk_tensor *a, wk_tensor *b); /* condition WK_BOOL; all three broadcast */
WK_API wk_tensor *wk_lerp(wk_tensor *x, wk_tensor *end, wk_tensor *weight); /* x + weight (end - x) */
WK_API wk_tensor *wk_lerp_scalar(wk_tensor *x, wk_tensor *end, double weight); /* the same with a number */
WK_API wk_tensor *wk_addcmul(wk_tensor *x, wk_tensor *a, wk_tensor *b, double value); /* x + value a b */
WK_API wk_tensor *wk_addcdiv(wk_tensor *x, wk_tensor *a, wk_tensor *b, double value); /* x + value a / b */
WK_API wk_tensor *wk_masked_fill(wk_tensor *x, wk_tensor *mask, double value); /* value where the mask is true; the mask broadcasts */
WK_API wk_tensor *wk_masked_fill_tensor(wk_tensor *x, wk_tensor *mask, wk_tensor *value); /* the same, value [] of x's kind or a lower one; its gradient is the sum */

/* A number as the second operand, or as the first one: scalar_div, scalar_pow. */
WK_API wk_tensor *wk_add_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_sub_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_rsub_scalar(wk_tensor *x, double a);       /* a - x */
WK_API wk_tensor *wk_mul_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_div_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_scalar_div(wk_tensor *x, double a);        /* a / x */
WK_API wk_tensor *wk_div_floor_scalar(wk_tensor *x, double a);  /* integers by 0: WK_E_RANGE; as the next three */
WK_API wk_tensor *wk_div_trunc_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_remainder_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_fmod_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_pow_scalar(wk_tensor *x, double a);        /* integers to negative powers: WK_E_RANGE */
WK_API wk_tensor *wk_scalar_pow(wk_tensor *x, double a);        /* a^x */
WK_API wk_tensor *wk_clamp(wk_tensor *x, double low, double high); /* passes no gradient at the bounds, as torch */
/* The same with bounds that broadcast, either may be NULL; NaN in any gives NaN, min > max gives max. At a bound the two share the
 * gradient in halves; outside the bound has it. */
WK_API wk_tensor *wk_clamp_tensor(wk_tensor *x, wk_tensor *min, wk_tensor *max);
WK_API wk_tensor *wk_clamp_min(wk_tensor *x, double low);       /* max(x, low), with the same gradient */
WK_API wk_tensor *wk_clamp_max(wk_tensor *x, double high);
WK_API wk_tensor *wk_bitwise_and_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_bitwise_or_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_bitwise_xor_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_bitwise_left_shift_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_bitwise_right_shift_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_lt_scalar(wk_tensor *x, double a);         /* comparisons: WK_BOOL */
WK_API wk_tensor *wk_le_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_gt_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_ge_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_eq_scalar(wk_tensor *x, double a);
WK_API wk_tensor *wk_ne_scalar(wk_tensor *x, double a);

/* nan_to_num with numbers of your own: wk_nan_to_num_with(x, .nan = -1, .posinf = 100). No gradient where a number was put. */
typedef struct wk_nan_to_num_opts {
    size_t size;
    double nan;            /* 0 */
    double posinf, neginf; /* NAN: the dtype's largest and least numbers */
} wk_nan_to_num_opts;
WK_API wk_nan_to_num_opts wk_nan_to_num_opts_default(void);
WK_API wk_tensor *wk_nan_to_num_run(wk_tensor *x, const wk_nan_to_num_opts *o); /* NULL: defaults */
WK_API wk_status wk_nan_to_num_run_(wk_tensor *x, const wk_nan_to_num_opts *o);
#define WK_NAN_TO_NUM_DEFAULTS .size = sizeof(wk_nan_to_num_opts), .nan = 0, .posinf = NAN, .neginf = NAN
#define wk_nan_to_num_with(x, ...)                                                                                     \
    wk_nan_to_num_run(x, (const wk_nan_to_num_opts[1]){ WK_WITH(wk_nan_to_num_opts, WK_NAN_TO_NUM_DEFAULTS, __VA_ARGS__) })
#define wk_nan_to_num_with_(x, ...)                                                                                    \
    wk_nan_to_num_run_(x, (const wk_nan_to_num_opts[1]){ WK_WITH(wk_nan_to_num_opts, WK_NAN_TO_NUM_DEFAULTS, __VA_ARGS__) })

/* The same in place, but tests, losses and where; in x's or a's dtype and shape (other operands may broadcast). What would be another dtype is computed in that
 * and converted: f64 into f32, i64 into u8, a comparison's bools into ones and zeros; a float into integers or an integer into
 * bools is WK_E_DTYPE. In-place calls raise the version: a tensor that backward needs and that changed is an error there, never a
 * wrong gradient; what a call writes over and its own backward needs it copies first. A leaf that requires grad may change only under WK_NO_GRAD. WK_E_STATE, WK_E_SHAPE, WK_E_DTYPE, WK_E_RANGE; on
 * error nothing changed. */
WK_API wk_status wk_neg_(wk_tensor *x);
WK_API wk_status wk_abs_(wk_tensor *x);
WK_API wk_status wk_sign_(wk_tensor *x);
WK_API wk_status wk_square_(wk_tensor *x);
WK_API wk_status wk_reciprocal_(wk_tensor *x);
WK_API wk_status wk_sqrt_(wk_tensor *x);
WK_API wk_status wk_rsqrt_(wk_tensor *x);
WK_API wk_status wk_exp_(wk_tensor *x);
WK_API wk_status wk_expm1_(wk_tensor *x);
WK_API wk_status wk_log_(wk_tensor *x);
WK_API wk_status wk_log1p_(wk_tensor *x);
WK_API wk_status wk_log2_(wk_tensor *x);
WK_API wk_status wk_sin_(wk_tensor *x);
WK_API wk_status wk_cos_(wk_tensor *x);
WK_API wk_status wk_tan_(wk_tensor *x);
WK_API wk_status wk_asin_(wk_tensor *x);
WK_API wk_status wk_acos_(wk_tensor *x);
WK_API wk_status wk_atan_(wk_tensor *x);
WK_API wk_status wk_sinh_(wk_tensor *x);
WK_API wk_status wk_cosh_(wk_tensor *x);
WK_API wk_status wk_tanh_(wk_tensor *x);
WK_API wk_status wk_asinh_(wk_tensor *x);
WK_API wk_status wk_acosh_(wk_tensor *x);
WK_API wk_status wk_atanh_(wk_tensor *x);
WK_API wk_status wk_erf_(wk_tensor *x);
WK_API wk_status wk_erfc_(wk_tensor *x);
WK_API wk_status wk_floor_(wk_tensor *x);
WK_API wk_status wk_ceil_(wk_tensor *x);
WK_API wk_status wk_round_(wk_tensor *x);
WK_API wk_status wk_round_decimals_(wk_tensor *x, int decimals);
WK_API wk_status wk_trunc_(wk_tensor *x);
WK_API wk_status wk_frac_(wk_tensor *x);
WK_API wk_status wk_nan_to_num_(wk_tensor *x);
WK_API wk_status wk_sigmoid_(wk_tensor *x);
WK_API wk_status wk_logsigmoid_(wk_tensor *x);
WK_API wk_status wk_silu_(wk_tensor *x);
WK_API wk_status wk_softplus_(wk_tensor *x);
WK_API wk_status wk_softplus_beta_(wk_tensor *x, double beta, double threshold);
WK_API wk_status wk_softsign_(wk_tensor *x);
WK_API wk_status wk_mish_(wk_tensor *x);
WK_API wk_status wk_relu_(wk_tensor *x);
WK_API wk_status wk_hardtanh_(wk_tensor *x, double low, double high);
WK_API wk_status wk_relu6_(wk_tensor *x);
WK_API wk_status wk_hardsigmoid_(wk_tensor *x);
WK_API wk_status wk_hardswish_(wk_tensor *x);
WK_API wk_status wk_gelu_(wk_tensor *x);
WK_API wk_status wk_gelu_tanh_(wk_tensor *x);
WK_API wk_status wk_hardshrink_(wk_tensor *x, double lambda);
WK_API wk_status wk_softshrink_(wk_tensor *x, double lambda);
WK_API wk_status wk_tanhshrink_(wk_tensor *x);
WK_API wk_status wk_threshold_(wk_tensor *x, double threshold, double value);
WK_API wk_status wk_leaky_relu_(wk_tensor *x, double slope);
WK_API wk_status wk_elu_(wk_tensor *x, double alpha);
WK_API wk_status wk_celu_(wk_tensor *x, double alpha);
WK_API wk_status wk_selu_(wk_tensor *x);
WK_API wk_status wk_logical_not_(wk_tensor *x);
WK_API wk_status wk_bitwise_not_(wk_tensor *x);
WK_API wk_status wk_add_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_sub_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_rsub_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_mul_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_div_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_div_floor_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_div_trunc_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_remainder_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_fmod_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_add_alpha_(wk_tensor *a, wk_tensor *b, double alpha);
WK_API wk_status wk_pow_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_hypot_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_atan2_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_maximum_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_minimum_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_fmax_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_fmin_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_logical_and_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_logical_or_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_logical_xor_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_bitwise_and_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_bitwise_or_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_bitwise_xor_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_bitwise_left_shift_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_bitwise_right_shift_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_lt_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_le_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_gt_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_ge_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_eq_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_ne_(wk_tensor *a, wk_tensor *b);
WK_API wk_status wk_lerp_(wk_tensor *x, wk_tensor *end, wk_tensor *weight);
WK_API wk_status wk_lerp_scalar_(wk_tensor *x, wk_tensor *end, double weight);
WK_API wk_status wk_addcmul_(wk_tensor *x, wk_tensor *a, wk_tensor *b, double value);
WK_API wk_status wk_addcdiv_(wk_tensor *x, wk_tensor *a, wk_tensor *b, double value);
WK_API wk_status wk_add_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_sub_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_rsub_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_mul_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_div_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_scalar_div_(wk_tensor *x, double a);
WK_API wk_status wk_div_floor_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_div_trunc_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_remainder_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_fmod_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_pow_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_scalar_pow_(wk_tensor *x, double a);
WK_API wk_status wk_clamp_(wk_tensor *x, double low, double high);
WK_API wk_status wk_clamp_tensor_(wk_tensor *x, wk_tensor *min, wk_tensor *max);
WK_API wk_status wk_clamp_min_(wk_tensor *x, double low);
WK_API wk_status wk_clamp_max_(wk_tensor *x, double high);
WK_API wk_status wk_bitwise_and_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_bitwise_or_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_bitwise_xor_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_bitwise_left_shift_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_bitwise_right_shift_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_lt_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_le_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_gt_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_ge_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_eq_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_ne_scalar_(wk_tensor *x, double a);
WK_API wk_status wk_masked_fill_(wk_tensor *x, wk_tensor *mask, double value);
WK_API wk_status wk_masked_fill_tensor_(wk_tensor *x, wk_tensor *mask, wk_tensor *value);

#ifdef __cplusplus
}
#endif
#endif
