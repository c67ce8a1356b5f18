/* The functions that rows and other kernels stand on, in `real`: float or double, as REAL_BITS (32 or 64) says before
 * inclusion.
 *
 * Every step is one IEEE operation or one explicit fma, so scalar and vector code and every instruction set give the
 * same bits, if compiled with -ffp-contract=off -fno-builtin. No branches, no tables in memory: loops over them
 * vectorise. <math.h> stays out, because rows are C functions named exp, sin, pow ... The polynomials are our own
 * minimax fits (Remez exchange in 50 digits or more; scripts/minimax makes the later ones, scripts/minimax-tail those
 * of gelu); after each stands its largest relative error. */
#ifndef WKI_MATH_H
#define WKI_MATH_H
#include <stdint.h>

#ifdef __CUDACC__
#define WKI_INLINE static __device__ __forceinline__
#else
#define WKI_INLINE static inline __attribute__((always_inline))
#endif

/* A polynomial is written as steps of Horner's rule, highest power first: c3 H(c2) H(c1) H(c0). */
#define H(c)                                                                                                           \
    ;                                                                                                                  \
    p = wki_fma(p, z, c)
#define POLYNOMIAL(NAME, STEPS)                                                                                        \
    WKI_INLINE real NAME(real z)                                                                                       \
    {                                                                                                                  \
        real p = STEPS;                                                                                                \
        return p;                                                                                                      \
    }

/* clang-format off */
#if REAL_BITS == 32
typedef float real;
typedef uint32_t wki_word;
#define PICK(single, twice) single
#define EXP_POLY 1.98459367e-4f H(1.39406271e-3f) H(8.33338927e-3f) H(0.0416663609f) H(0.166666664f) H(0.500000004f) /* 2^-32 */
#define LOG_POLY 0.298718488f H(0.399775376f) H(0.666667764f) /* 2^-30 */
#define SIN_POLY -1.95172343e-4f H(8.33217768e-3f) H(-0.166666549f) /* 2^-28 */
#define COS_POLY 2.44383896e-5f H(-1.3887367e-3f) H(0.0416666469f) /* 2^-33 */
#define ERF_POLY 1.19330039e-6f H(-2.13545855e-5f) H(1.67480815e-4f) H(-7.40685346e-4f) H(1.79935281e-3f) \
                 H(-2.53059987e-4f) H(-0.0191176955f) H(0.102771277f) H(0.636619835f) H(1.12837923f) /* 2^-31 */
#define TAIL_POLY -8.06731126e-9f H(3.42585338e-7f) H(-5.75896638e-6f) H(4.85615456e-5f) H(-1.93153915e-4f) H(-1.58287628e-4f) \
                  H(7.11336266e-3f) H(-0.0525348447f) H(-0.459196568f) H(-1.15110624f) /* 2^-24 (1 + 4 z^2), to z = 4 */
#define EXP2_POLY 1.54763024e-4f H(1.34002743e-3f) H(9.61800385e-3f) H(0.055503279f) H(0.240226507f) H(0.693147182f) H(1.0f) /* 2^-26 */
#define ATAN_POLY -0.0646682456f H(0.107488655f) H(-0.142645091f) H(0.199995592f) H(-0.333333313f) /* 2^-26 */
#define ASIN_POLY 0.0339206494f H(0.0170064811f) H(0.0311316494f) H(0.0445966646f) H(0.0750010312f) H(0.166666657f) /* 2^-27 */
#define ERFC_POLY 0.000970569439f H(0.00137058075f) H(-0.00845578685f) H(0.0258786492f) H(-0.0564214624f) H(0.0915578529f) \
                  H(-0.110542618f) H(0.0859935135f) H(0.000285365328f) H(-0.140273198f) H(1.23869133f) /* 2^-27 */
#elif REAL_BITS == 64
typedef double real;
typedef uint64_t wki_word;
#define PICK(single, twice) twice
#define EXP_POLY 2.0875329507630419e-9 H(2.5108979286734201e-8) H(2.7557402639421614e-7) H(2.7557244373042352e-6) \
                 H(2.4801587172553352e-5) H(1.984126988596705e-4) H(1.3888888888962352e-3) H(8.3333333333216911e-3) \
                 H(0.041666666666666509) H(0.16666666666666677) H(0.5) /* 2^-61 */
#define LOG_POLY 0.14752399551508514 H(0.15318721248865634) H(0.1818336603282669) H(0.22222202787404547) \
                 H(0.28571428695907627) H(0.39999999999660516) H(0.66666666666666877) /* 2^-59 */
#define SIN_POLY 1.5899132884347471e-10 H(-2.5050803443033178e-8) H(2.7557314024964595e-6) H(-1.9841269830949771e-4) \
                 H(8.3333333333242016e-3) H(-0.16666666666666642) /* 2^-57 */
#define COS_POLY -1.1361078748038839e-11 H(2.0875753487447436e-9) H(-2.7557314598719367e-7) H(2.4801587290445175e-5) \
                 H(-1.388888888887591e-3) H(0.041666666666666612) /* 2^-64 */
#define ERF_POLY 7.8340112255077919e-16 H(-3.8504385200039448e-14) H(8.8453750974865664e-13) H(-1.2610728275887582e-11) \
                 H(1.2483852257602435e-10) H(-9.0820683962058283e-10) H(4.9976293300455597e-9) H(-2.0962387385478231e-8) \
                 H(6.5732781882279009e-8) H(-1.4176051325345749e-7) H(1.371798661761482e-7) H(3.3636742024962998e-7) \
                 H(-1.7415502928981571e-6) H(2.8351426859921815e-6) H(3.4072636520742768e-6) H(-2.9724045036194739e-5) \
                 H(6.4491860336326521e-5) H(2.5878604447282276e-5) H(-5.9012555293122353e-4) H(1.6962063857504306e-3) \
                 H(-2.0919469484292901e-4) H(-0.019128447005070335) H(0.10277260330178876) H(0.63661977236758361) \
                 H(1.1283791670955126) /* 2^-57 */
#define ATAN_POLY 0.016329732475380467 H(-0.034612125654783131) H(0.045532898490475357) H(-0.052308457085224989) \
                  H(0.058789850849978155) H(-0.066664300492321998) H(0.076922966803792805) H(-0.090909087647605247) \
                  H(0.11111111105397715) H(-0.14285714285662501) H(0.19999999999999815) H(-0.33333333333333331) /* 2^-56 */
#define ASIN_POLY 0.028998882244953703 H(-0.015212450813926052) H(0.017636797238470749) H(0.005368858779778613) \
                  H(0.010343930838488414) H(0.011475856445763684) H(0.01397156120992863) H(0.017352368697471289) \
                  H(0.022372173992004672) H(0.030381944111484142) H(0.044642857146715065) H(0.074999999999982456) \
                  H(0.16666666666666669) /* 2^-56 */
#define ERFC_POLY 1.1924358032369488e-09 H(1.6508309795769519e-09) H(-1.4097626003283854e-08) H(-1.7424053788398211e-08) \
                  H(1.1042777270179965e-07) H(7.4094539151087594e-08) H(-8.2608127917072953e-07) H(2.9413024797025443e-07) \
                  H(5.7102700844325726e-06) H(-1.1222148390413095e-05) H(-2.4399469862240873e-05) H(0.00015062170657580154) \
                  H(-0.00019925661918770551) H(-0.0007577732945911774) H(0.0050319699640102638) H(-0.016197734056956809) \
                  H(0.037167515539046528) H(-0.066330365812292222) H(0.093732834998253425) H(-0.10103906603630081) \
                  H(0.06809705425469538) H(0.015379652102619676) H(-0.13962111684056253) H(1.2329951186255526) /* 2^-54 */
#else
#error "REAL_BITS must be 32 or 64"
#endif
#define FRACTION        PICK(23, 52)
#define BIAS            PICK(127, 1023)
#define ROUND           PICK(12582912.0f, 6755399441055744.0)         /* added, leaves the nearest integer in the low bits */
#define TWO_FRACTION    PICK(8388608.0f, 4503599627370496.0)          /* 2^FRACTION */
#define SMALLEST_NORMAL PICK(1.17549435e-38f, 2.2250738585072014e-308)
#define ROOT_HALF_BITS  PICK(0x3f3504f3u, 0x3fe6a09e667f3bcdu)
#define LOG2E           PICK(1.44269502f, 1.4426950408889634)
#define LN2_HI          PICK(0.693145752f, 0.69314718055920821)       /* so few bits that its product with an exponent is exact */
#define LN2_LO          PICK(1.42860677e-6f, 7.3710025651677989e-13)
#define EXP_MIN         PICK(-104.0f, -746.0)                         /* rounds to 0 */
#define EXP_MAX         PICK(89.0f, 710.0)                            /* rounds to infinity */
#define ONE_AND_EXP_MIN PICK(-86.0f, -700.0)                          /* 1 + e^x rounds to 1 */
#define ONE_AND_EXP_MAX PICK(90.0f, 711.0)                            /* rounds to infinity */
#define EXPM1_MIN       PICK(-18.0f, -38.0)                           /* rounds to -1 */
#define ERF_ONE         PICK(4.0f, 6.0)                               /* rounds to 1 */
#define ERF_LOW         PICK(-5.86353828e-8f, 1.5335459613165881e-17) /* 2 / sqrt(pi) less the last number of ERF_POLY */
#define ERFC_MIDDLE     PICK(3.6875f, 4.0)                            /* where the quotient that ERFC_POLY takes is 0 */
#define ERFC_END        PICK(10.5f, 27.5)                             /* rounds to 0 */
#define HYPERBOLIC_MAX  PICK(89.5f, 710.6)                            /* half of its exponential rounds to infinity */
#define TAN_EIGHTH      PICK(0.414213568f, 0.41421356237309503)       /* of pi */
#define TWO_OVER_PI     PICK(0.636619747f, 0.63661977236758138)
#define HALF_PI_1       PICK(1.57079625f, 1.5707963267948966)         /* three positive parts: -0 keeps its sign */
#define HALF_PI_2       PICK(7.54978942e-8f, 6.1232339957367648e-17)
#define HALF_PI_3       PICK(5.39030253e-15f, 1.0828566739219139e-32)
/* clang-format on */

#define real(number) ((real)(number)) /* real(0.1): the constant in the precision at hand */

WKI_INLINE wki_word wki_word_of(real x)
{
    union {
        real x;
        wki_word w;
    } u = { .x = x };
    return u.w;
}

WKI_INLINE real wki_real_of(wki_word w)
{
    union {
        wki_word w;
        real x;
    } u = { .w = w };
    return u.x;
}

#define SIGN     ((wki_word)1 << (REAL_BITS - 1))
#define INFINITE wki_real_of((wki_word)(2 * BIAS + 1) << FRACTION)
#define NOT_REAL wki_real_of(~SIGN)

#ifdef __CUDACC__
WKI_INLINE real wki_fma(real a, real b, real c) { return PICK(__fmaf_rn, __fma_rn)(a, b, c); }
WKI_INLINE real wki_sqrt(real x) { return PICK(__fsqrt_rn, __dsqrt_rn)(x); }
#elif REAL_BITS == 64
WKI_INLINE real wki_fma(real a, real b, real c) { return __builtin_fma(a, b, c); }
WKI_INLINE real wki_sqrt(real x) { return __builtin_sqrt(x); }
#else
WKI_INLINE real wki_sqrt(real x) { return __builtin_sqrtf(x); }
#if defined __FMA__ || defined __ARM_FEATURE_FMA
WKI_INLINE real wki_fma(real a, real b, real c) { return __builtin_fmaf(a, b, c); }
#else
/* Without the instruction: the product is exact in double, and a sum rounded to odd survives the second rounding
 * (Boldo and Melquiond 2008). This vectorises, which a call of the C library's fmaf does not. */
WKI_INLINE real wki_fma(real a, real b, real c)
{
    double p = (double)a * (double)b, q = (double)c, s = p + q, used = s - p, rest = (p - (s - used)) + (q - used);
    union {
        double x;
        uint64_t w;
    } sum = { .x = s }, left = { .x = rest };
    sum.w = rest * rest > 0 ? (sum.w - ((sum.w ^ left.w) >> 63)) | 1 : sum.w; /* squared: NaN and 0 are both false */
    return (real)sum.x;
}
#endif
#endif

POLYNOMIAL(wki_exp_poly, EXP_POLY)
POLYNOMIAL(wki_log_poly, LOG_POLY)
POLYNOMIAL(wki_sin_poly, SIN_POLY)
POLYNOMIAL(wki_cos_poly, COS_POLY)
POLYNOMIAL(wki_erf_poly, ERF_POLY)
POLYNOMIAL(wki_atan_poly, ATAN_POLY)
POLYNOMIAL(wki_asin_poly, ASIN_POLY)
POLYNOMIAL(wki_erfc_poly, ERFC_POLY)

WKI_INLINE real wki_abs(real x) { return wki_real_of(wki_word_of(x) & ~SIGN); }
WKI_INLINE real wki_copysign(real size, real sign)
{
    return wki_real_of((wki_word_of(size) & ~SIGN) | (wki_word_of(sign) & SIGN));
}

/* NaN stays; one after the other, as instructions have it */
WKI_INLINE real wki_bounded(real x, real low, real high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

/* x, moved so much of the way to `to`: from the nearer end, so that a large one that is left behind rounds nothing away */
WKI_INLINE real wki_moved(real x, real to, real by)
{
    return by < real(0.5) ? x + by * (to - x) : to - (1 - by) * (to - x);
}

#if REAL_BITS == 32
/* x between 0 and high, as whole numbers, whose order is that of floats from 0 up; of NaN, either. One instruction
 * each, where comparisons of floats would go by way of masks. */
WKI_INLINE real wki_within(real x, real high)
{
    const int32_t end = (int32_t)wki_word_of(high);
    int32_t w = (int32_t)wki_word_of(x);
    w = w > 0 ? w : 0;
    return wki_real_of((wki_word)(w < end ? w : end));
}
#else
WKI_INLINE real wki_within(real x, real high) { return wki_bounded(x, 0, high); }
#endif

WKI_INLINE real wki_rint(real x)
{
    real big = wki_copysign(TWO_FRACTION, x);
    return wki_abs(x) < TWO_FRACTION ? (x + big) - big : x;
}

/* x = n ln 2 + r + lost with |r| <= ln 2 / 2; ln 2 in two parts (Cody and Waite 1980) */
WKI_INLINE real wki_exp_reduce(real x, wki_word *n, real *lost)
{
    real t = wki_fma(x, LOG2E, ROUND), whole = t - ROUND, first = wki_fma(whole, -LN2_HI, x);
    real r = wki_fma(whole, -LN2_LO, first);
    *n = wki_word_of(t) - wki_word_of(ROUND);
    *lost = wki_fma(whole, -LN2_LO, first - r);
    return r;
}

/* x 2^n by two factors: subnormal results round once, and 2^1024 may be asked for */
WKI_INLINE real wki_scale(real x, wki_word n)
{
    wki_word both = n + 2 * BIAS, half = both >> 1;
    return x * wki_real_of(half << FRACTION) * wki_real_of((both - half) << FRACTION);
}

WKI_INLINE real wki_exp(real x)
{
    wki_word n;
    real lost, r = wki_exp_reduce(wki_bounded(x, EXP_MIN, EXP_MAX), &n, &lost);
    return wki_scale(1 + wki_fma(r * r, wki_exp_poly(r), r), n);
}

/* The same in two factors, y 2^power, for x that is not below the first limit nor above the second */
static const real wki_exp_limits[] = { EXP_MIN, EXP_MAX };
WKI_INLINE real wki_exp_parts(real x, real *power)
{
    wki_word n;
    real lost, r = wki_exp_reduce(x, &n, &lost);
    *power = wki_real_of(wki_word_of(ROUND) + n) - ROUND;
    return 1 + wki_fma(r * r, wki_exp_poly(r), r);
}

/* 1 + e^x by one factor: 2^n / 4 does not overflow before the result does, nor is it subnormal where it matters */
WKI_INLINE real wki_one_and_exp(real x)
{
    wki_word n;
    real lost, r = wki_exp_reduce(wki_bounded(x, ONE_AND_EXP_MIN, ONE_AND_EXP_MAX), &n, &lost);
    real quarter = wki_real_of((n + BIAS - 2) << FRACTION);
    return 4 * (real(0.25) + (1 + wki_fma(r * r, wki_exp_poly(r), r)) * quarter);
}

/* unit (e^(x + tail) - 1), where tail is below the last place of x and unit is 1 or 1/2 */
WKI_INLINE real wki_expm1_times(real unit, real x, real tail)
{
    wki_word n;
    real lost, r = wki_exp_reduce(wki_bounded(x, EXPM1_MIN, HYPERBOLIC_MAX), &n, &lost);
    real p = r + wki_fma(r * r, wki_exp_poly(r), lost + tail);
    real quarter = wki_real_of((n + BIAS - 2) << FRACTION); /* 2^n / 4: 2^n itself overflows first */
    return 4 * unit * wki_fma(quarter, p, quarter - real(0.25));
}

WKI_INLINE real wki_expm1_pair(real x, real tail) { return wki_expm1_times(1, x, tail); }
WKI_INLINE real wki_expm1(real x) { return wki_copysign(wki_expm1_pair(x, 0), x); }

/* x = 2^e (1 + f) with 1 + f between sqrt(1/2) and sqrt 2, for positive x */
WKI_INLINE real wki_log_reduce(real x, real *e)
{
    int small = x < SMALLEST_NORMAL;
    wki_word w = wki_word_of(small ? x * TWO_FRACTION : x) - ROOT_HALF_BITS + ((wki_word)BIAS << FRACTION);
    *e = wki_real_of(wki_word_of(ROUND) + (w >> FRACTION)) - (small ? ROUND + BIAS + FRACTION : ROUND + BIAS);
    return wki_real_of((w & (((wki_word)1 << FRACTION) - 1)) + ROOT_HALF_BITS) - 1;
}

/* y for positive finite x, and what logarithms are elsewhere */
WKI_INLINE real wki_log_ends(real x, real y)
{
    y = x < INFINITE ? y : x;
    return x > 0 ? y : x == 0 ? -INFINITE : x < 0 ? NOT_REAL : x;
}

/* With s = f / (2 + f): log(1 + f) = 2 s + s^3 P(s^2), where 2 s = f - s f so that the error of s counts little. */
WKI_INLINE real wki_log_of(real e, real f)
{
    real s = f / (2 + f), z = s * s, tail = wki_fma(s, wki_fma(-z, wki_log_poly(z), f), -e * LN2_LO);
    return wki_fma(e, LN2_HI, f - tail);
}

WKI_INLINE real wki_log(real x)
{
    real e, f = wki_log_reduce(x, &e);
    return wki_log_ends(x, wki_log_of(e, f));
}

WKI_INLINE real wki_log2(real x)
{
    real e, f = wki_log_reduce(x, &e), s = f / (2 + f), z = s * s;
    real y = f - s * wki_fma(-z, wki_log_poly(z), f);
    return wki_log_ends(x, wki_fma(y, LOG2E, e));
}

/* What 1 + x lost goes to f, divided by 2^e; nothing is lost where e is large. */
WKI_INLINE real wki_log1p(real x)
{
    real u = 1 + x, lost = x - (u - 1), e, f = wki_log_reduce(u, &e);
    wki_word power = wki_word_of(ROUND) + BIAS - wki_word_of(ROUND + (e < BIAS ? e : BIAS));
    f = wki_fma(lost, wki_real_of(power << FRACTION), f);
    return wki_copysign(wki_log_ends(u, wki_log_of(e, f)), x);
}

/* t / (t + 2) with t = e^(2 |x|) - 1. From t > 2 on, 1 - 2 / (t + 2) rounds less; below, one correction for what the
 * sum and the quotient lost, by way of 1 / (t + 2) = (1 - y) / 2. */
WKI_INLINE real wki_tanh(real x)
{
    real t = wki_expm1(2 * wki_abs(x)), d = t + 2;
    int far = t > 2;
    real y = (far ? -2 : t) / d, lost = wki_fma(-y, t - (d - 2), wki_fma(-y, d, t));
    return wki_copysign(far ? 1 + y : wki_fma(lost, (1 - y) / 2, y), x);
}

/* erf(x) = 1 - exp(-x P(x)) for x >= 0: one smooth polynomial serves the whole line */
WKI_INLINE real wki_erf(real x)
{
    real size = wki_abs(x);
    size = size > ERF_ONE ? ERF_ONE : size;
    real p = wki_erf_poly(size), u = -size * p, lost = wki_fma(size, p, u);
    return wki_copysign(wki_expm1_pair(u, wki_fma(-size, ERF_LOW, -lost)), x);
}

#if REAL_BITS == 32
/* x times the share of normal numbers below x. The share beyond s >= 0 is 2^(s P(s) - 1), at the end 0. */
POLYNOMIAL(wki_tail_poly, TAIL_POLY)
POLYNOMIAL(wki_exp2_poly, EXP2_POLY)
WKI_INLINE real wki_gelu(real x)
{
    const real s = wki_within(wki_abs(x), 13.015625f), p = s * wki_tail_poly(s);
    const real t = p + (ROUND + BIAS - 1), r = p - (t - (ROUND + BIAS - 1));
    const real beyond = wki_exp2_poly(r) * wki_real_of(wki_word_of(t) << FRACTION);
    return x * (x < 0 ? beyond : 1 - beyond);
}
#else
/* 1 + erf(x), which is 2 - e or, with nothing lost, e */
WKI_INLINE real wki_one_and_erf(real x)
{
    wki_word n;
    real size = wki_abs(x), most = size > ERF_ONE ? ERF_ONE : size;
    real lost, r = wki_exp_reduce(-most * wki_erf_poly(most), &n, &lost);
    real e = (1 + wki_fma(r * r, wki_exp_poly(r), r)) * wki_real_of((n + BIAS) << FRACTION);
    e = size >= ERF_ONE ? 0 : e;
    return x < 0 ? e : 2 - e;
}

WKI_INLINE real wki_gelu(real x) { return x / 2 * wki_one_and_erf(x * real(0.7071067811865476)); }
#endif

/* Sine and cosine of x less the nearest multiple of pi / 2, whose number is given back in the low bits; pi / 2 is in
 * three parts. Good to 2 ulp for |x| up to 1.6e6 (float), 1e14 (double). */
WKI_INLINE wki_word wki_quarters(real x, real *sine, real *cosine)
{
    real t = wki_fma(x, TWO_OVER_PI, ROUND), whole = t - ROUND;
    real r = wki_fma(-whole, HALF_PI_3, wki_fma(-whole, HALF_PI_2, wki_fma(-whole, HALF_PI_1, x))), z = r * r;
    *sine = wki_copysign(wki_fma(r * z, wki_sin_poly(z), r), r); /* -0 stays */
    *cosine = wki_fma(z, wki_fma(z, wki_cos_poly(z), real(-0.5)), 1);
    return wki_word_of(t);
}

/* sin(x + quarters * pi / 2) */
WKI_INLINE real wki_sine(real x, wki_word quarters)
{
    real sine, cosine;
    wki_word q = wki_quarters(x, &sine, &cosine) + quarters;
    return wki_real_of(wki_word_of(q & 1 ? cosine : sine) ^ (q & 2) << (REAL_BITS - 2));
}

WKI_INLINE real wki_sin(real x) { return wki_sine(x, 0); }
WKI_INLINE real wki_cos(real x) { return wki_sine(x, 1); }

/* log(x) as a sum of two reals, for positive finite x */
WKI_INLINE real wki_log_pair(real x, real *low)
{
    real e, f = wki_log_reduce(x, &e), d = 2 + f, s = f / d, z = s * s;
    real s_low = wki_fma(-s, f - (d - 2), wki_fma(-s, d, f)) / d;
    real big = e * LN2_HI, high = big + 2 * s;
    real rest = (big - high) + 2 * s + (wki_fma(e, LN2_LO, 2 * s_low) + s * (z * wki_log_poly(z)));
    real sum = high + rest;
    *low = (high - sum) + rest;
    return sum;
}

/* c ? p : q by masks: gcc makes no vectors of a choice that is the same for all elements, as an exponent often is */
WKI_INLINE real wki_pick(int c, real p, real q)
{
    wki_word mask = -(wki_word)c;
    return wki_real_of((wki_word_of(p) & mask) | (wki_word_of(q) & ~mask));
}

WKI_INLINE real wki_pow(real a, real b)
{
    real size = wki_abs(a), low, log_a = wki_log_pair(size, &low), product = b * log_a;
    real p = wki_bounded(product, EXP_MIN, EXP_MAX), tail = wki_fma(b, log_a, -product) + b * low;
    wki_word n;
    real lost, r = wki_exp_reduce(p, &n, &lost), q = wki_fma(r * r, wki_exp_poly(r), r);
    real y = wki_scale(1 + wki_fma(lost + (p == product ? tail : 0), 1 + q, q), n);
    real of_zero = wki_pick(b < 0, INFINITE, 0), of_infinity = wki_pick((b < 0) & (size == size), 0, size);
    y = wki_pick(size == 0, of_zero, wki_pick(size == 1, 1, wki_pick(size < INFINITE, y, of_infinity)));
    int whole = wki_rint(b) == b, odd = whole & (wki_rint(b / 2) != b / 2);
    y = wki_pick(odd, wki_copysign(y, a), wki_pick((a < 0) & (size < INFINITE), wki_pick(whole, y, NOT_REAL), y));
    y = wki_pick(b == 1, a, wki_pick(b == 2, a * a, y)); /* exact, as people expect */
    y = wki_pick(a == 1, 1, wki_pick(b == b, y, b));
    return wki_pick(b == 0, 1, y);
}

#include "backends/math_more.h"

#undef H
#undef POLYNOMIAL
#undef PICK
#undef EXP_POLY
#undef LOG_POLY
#undef SIN_POLY
#undef COS_POLY
#undef ERF_POLY
#undef TAIL_POLY
#undef EXP2_POLY
#undef ATAN_POLY
#undef ASIN_POLY
#undef ERFC_POLY
#undef FRACTION
#undef BIAS
#undef ROUND
#undef TWO_FRACTION
#undef SMALLEST_NORMAL
#undef ROOT_HALF_BITS
#undef LOG2E
#undef LN2_HI
#undef LN2_LO
#undef EXP_MIN
#undef EXP_MAX
#undef ONE_AND_EXP_MIN
#undef ONE_AND_EXP_MAX
#undef EXPM1_MIN
#undef ERF_ONE
#undef ERF_LOW
#undef ERFC_MIDDLE
#undef ERFC_END
#undef HYPERBOLIC_MAX
#undef TAN_EIGHTH
#undef TWO_OVER_PI
#undef HALF_PI_1
#undef HALF_PI_2
#undef HALF_PI_3
#undef SIGN
#undef INFINITE
#undef NOT_REAL
#endif
