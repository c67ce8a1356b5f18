/* The rest of math.h, which includes this: angles, hyperbolic functions, erfc, hypot, rounding and remainders. Same
 * rules: IEEE operations and explicit fma alone; no branches but where a quotient is huge, for fmod has no error. */
#ifndef WKI_MATH_MORE_H
#define WKI_MATH_MORE_H

#define LARGEST wki_real_of(((wki_word)(2 * BIAS + 1) << FRACTION) - 1)

WKI_INLINE int wki_is_nan(real x) { return x != x; }
WKI_INLINE int wki_is_infinite(real x) { return wki_abs(x) == INFINITE; }
WKI_INLINE real wki_nan_to_num(real x) { return x == x ? wki_copysign(wki_within(wki_abs(x), LARGEST), x) : 0; }

/* ---- Rounding: the sign of a zero is x's ---- */
#ifdef __CUDACC__
WKI_INLINE real wki_floor(real x) { return PICK(::floorf, ::floor)(x); }
WKI_INLINE real wki_ceil(real x) { return PICK(::ceilf, ::ceil)(x); }
WKI_INLINE real wki_trunc(real x) { return PICK(::truncf, ::trunc)(x); }
WKI_INLINE real wki_round(real x) { return PICK(::rintf, ::rint)(x); }
#elif defined __SSE4_1__
WKI_INLINE real wki_floor(real x) { return PICK(__builtin_floorf, __builtin_floor)(x); }
WKI_INLINE real wki_ceil(real x) { return PICK(__builtin_ceilf, __builtin_ceil)(x); }
WKI_INLINE real wki_trunc(real x) { return PICK(__builtin_truncf, __builtin_trunc)(x); }
WKI_INLINE real wki_round(real x) { return PICK(__builtin_rintf, __builtin_rint)(x); }
#else
WKI_INLINE real wki_round(real x) { return wki_copysign(wki_rint(x), x); }
WKI_INLINE real wki_floor(real x)
{
    real y = wki_rint(x);
    return wki_copysign(y > x ? y - 1 : y, x);
}
WKI_INLINE real wki_ceil(real x)
{
    real y = wki_rint(x);
    return wki_copysign(y < x ? y + 1 : y, x);
}
WKI_INLINE real wki_trunc(real x)
{
    real size = wki_abs(x), y = wki_rint(size);
    return wki_copysign(y > size ? y - 1 : y, x);
}
#endif

/* ---- Angles ---- */
WKI_INLINE real wki_tan(real x)
{
    real sine, cosine;
    wki_word odd = wki_quarters(x, &sine, &cosine) & 1;
    return (odd ? -cosine : sine) / (odd ? sine : cosine);
}

/* The angle of the point (b, a), both at least 0, or of (-b, a) if `back`: turned by pi / 4 or pi / 2, so that the
 * tangent left is at most that of pi / 8. */
WKI_INLINE real wki_angle(real a, real b, int back)
{
    int low = a<b * TAN_EIGHTH, high = a * TAN_EIGHTH> b;
    real t = (low ? a : high ? -b : a - b) / (low ? b : high ? a : a + b);
    real quarters = low ? 0 : high ? 1 : real(0.5);
    quarters = back ? 2 - quarters : quarters;
    t = back ? -t : t;
    real z = t * t, p = wki_fma(t * z, wki_atan_poly(z), t);
    return wki_fma(quarters, HALF_PI_1, wki_fma(quarters, HALF_PI_2, p));
}

WKI_INLINE real wki_atan(real x) { return wki_copysign(wki_angle(wki_abs(x), 1, 0), x); }

/* Scaled where the sum could overflow or the quotient of subnormals would be coarse */
WKI_INLINE real wki_atan2(real a, real b)
{
    real high = wki_abs(a), wide = wki_abs(b), most = high > wide ? high : wide;
    int endless = most == INFINITE;
    real scale = most > LARGEST / 4 ? real(0.25) : most < SMALLEST_NORMAL ? TWO_FRACTION : 1;
    real up = endless ? high == INFINITE : high * scale, along = endless ? wide == INFINITE : wide * scale;
    real y = wki_angle(up, most == 0 ? 1 : along, (wki_word_of(b) & SIGN) != 0);
    return a == a ? b == b ? wki_copysign(y, a) : b : a;
}

/* Up to 1/2 by the polynomial; beyond, the angle is a right one less 2 asin(sqrt((1 - x) / 2)). */
WKI_INLINE real wki_asin(real x)
{
    real size = wki_abs(x);
    int big = size > real(0.5);
    real z = big ? (1 - size) / 2 : x * x, s = big ? wki_sqrt(z) : size, p = s * z * wki_asin_poly(z);
    return wki_copysign(big ? HALF_PI_1 - (2 * s + wki_fma(2, p, -HALF_PI_2)) : s + p, x);
}

WKI_INLINE real wki_acos(real x)
{
    real size = wki_abs(x);
    int big = size > real(0.5);
    real z = big ? (1 - size) / 2 : x * x, s = big ? wki_sqrt(z) : x, p = s * z * wki_asin_poly(z);
    real rest = HALF_PI_1 - (s + (p - HALF_PI_2));
    return big ? 2 * (x > 0 ? s + p : rest) : rest;
}

/* ---- Hyperbolic ---- */

/* With h = (e^|x| - 1) / 2: e^|x| - e^-|x| = 2 (h + h / (2 h + 1)) */
WKI_INLINE real wki_sinh(real x)
{
    real h = wki_expm1_times(real(0.5), wki_abs(x), 0);
    return wki_copysign(h < INFINITE ? h + h / (2 * h + 1) : h, x);
}

WKI_INLINE real wki_cosh(real x)
{
    wki_word n;
    real lost, r = wki_exp_reduce(wki_bounded(wki_abs(x), 0, HYPERBOLIC_MAX), &n, &lost);
    real half = wki_scale(1 + (r + wki_fma(r * r, wki_exp_poly(r), lost)), n - 1);
    return half + real(0.25) / half;
}

/* log(2 x) where x squared would be too much, log1p of what is left of 1 elsewhere */
WKI_INLINE real wki_asinh(real x)
{
    real size = wki_abs(x), square = x * x;
    int far = size > TWO_FRACTION;
    real y = wki_log1p(far ? size : size + square / (1 + wki_sqrt(1 + square)));
    return wki_copysign(far ? y + (LN2_HI + LN2_LO) : y, x);
}

WKI_INLINE real wki_acosh(real x)
{
    real t = x - 1, y;
    int far = x > TWO_FRACTION;
    y = wki_log1p(far ? x : t + wki_sqrt(wki_fma(t, t, 2 * t)));
    y = far ? y + (LN2_HI + LN2_LO) : y;
    return x < 1 ? NOT_REAL : y;
}

WKI_INLINE real wki_atanh(real x)
{
    real size = wki_abs(x);
    return wki_copysign(wki_log1p(2 * size / (1 - size)) / 2, x);
}

/* ---- erfc: e^(-x^2) times a smooth function, x squared in two parts, scaled last to round once ---- */
WKI_INLINE real wki_erfc(real x)
{
    real size = wki_abs(x);
    size = size > ERFC_END ? ERFC_END : size;
    wki_word n;
    real square = size * size, low = wki_fma(size, size, -square), lost, r = wki_exp_reduce(-square, &n, &lost);
    real p = wki_fma(r * r, wki_exp_poly(r), r), e = 1 + wki_fma(lost - low, 1 + p, p);
    real d = size + ERFC_MIDDLE, q = (size - ERFC_MIDDLE) / d;
    q += wki_fma(-q, size, wki_fma(q + 1, -ERFC_MIDDLE, size)) / d; /* what sum, difference and quotient lost */
    real w = 1 + 2 * size, w_low = 2 * size - (w - 1), inverse = 1 / w, top = wki_erfc_poly(q), smooth = top * inverse;
    smooth = wki_fma(wki_fma(-smooth, w, top) - smooth * w_low, inverse, smooth);
    real y = wki_scale(e * smooth, n);
    return x < 0 ? 2 - y : y;
}

/* ---- hypot: both scaled by the power of two of the larger ---- */
WKI_INLINE real wki_hypot(real a, real b)
{
    real p = wki_abs(a), q = wki_abs(b), most = p > q ? p : q;
    wki_word power = wki_word_of(most) >> FRACTION;
    power = power < 1 ? 1 : power > 2 * BIAS - 1 ? 2 * BIAS - 1 : power;
    real scale = wki_real_of((2 * BIAS - power) << FRACTION);
    p *= scale;
    q *= scale;
    real y = wki_sqrt(wki_fma(p, p, q * q)) * wki_real_of(power << FRACTION);
    y = p == INFINITE ? INFINITE : y;
    return q == INFINITE ? INFINITE : y;
}

/* ---- Remainders. With near, a constant where they are called, the quotient is small and there is no branch. ---- */
WKI_INLINE int wki_is_near(real a, real b)
{
    int small = wki_abs(a / b) < TWO_FRACTION / 2, finite = wki_abs(b) <= LARGEST;
    return small & finite;
}

/* Each turn takes off as much of b as a quotient of one real can say; what is left is a real, exactly. */
WKI_INLINE real wki_fmod_far(real x, real y)
{
    while (x >= y) {
        real d = y;
        while (x / d == INFINITE) d *= TWO_FRACTION;
        real q = wki_rint(x / d);
        wki_word power = wki_word_of(q) >> FRACTION;
        real last = power > BIAS + FRACTION ? wki_real_of((power - FRACTION) << FRACTION) : 1;
        x = wki_fma(-q, d, x);
        x = x < 0 ? wki_fma(last, d, x) : x;
    }
    return x;
}

WKI_INLINE real wki_fmod(int near, real a, real b)
{
    real x = wki_abs(a), y = wki_abs(b);
    if (near) {
        real rest = wki_fma(-wki_rint(x / y), y, x);
        return wki_copysign(rest < 0 ? rest + y : rest, a);
    }
    if (!((x < INFINITE) & (y > 0))) return a != a ? a : b != b ? b : NOT_REAL;
    return wki_copysign(wki_fmod_far(x, y), a);
}

WKI_INLINE real wki_remainder(int near, real a, real b)
{
    real m = wki_fmod(near, a, b);
    return ((m != 0) & ((b < 0) != (m < 0))) ? m + b : m;
}

WKI_INLINE real wki_div_trunc(real a, real b) { return wki_trunc(a / b); }

/* The whole number nearest to (a - remainder) / b: floor(a / b) would give 10 for 1 / 0.1. */
WKI_INLINE real wki_div_floor(int near, real a, real b)
{
    real m = wki_fmod(near, a, b), d = (a - m) / b;
    d = ((m != 0) & ((b < 0) != (m < 0))) ? d - 1 : d;
    real y = wki_floor(d);
    y = d - y > real(0.5) ? y + 1 : y;
    y = d == 0 ? wki_copysign(0, a / b) : y;
    return !near && b == 0 ? a / b : y;
}

#undef LARGEST
#endif
