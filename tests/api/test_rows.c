/* The laws of every row of ops.def, at the level of calls: derivatives against finite differences, values against the C
 * library and plain integers, and torch's edge cases. */
#include "row_calls.h"
#include <stdio.h>

WICK_ON_CPU("its subject is the CPU's kernels")

enum { POINTS = 256 };

/* The row's range, inside equal cells, so that kinks at round numbers and ties stay between the points */
static operands samples(int row)
{
    const wki_row *r = &wki_row_table[row];
    operands o = { .s = r->sample[0], .t = r->sample[1] };
    for (int k = 0; k < 3; k++) {
        bool condition = r->condition && k == WKI_IN_X;
        o.in[k] = array(condition ? WK_BOOL : WK_F64, POINTS);
        for (int i = 0; i < POINTS; i++) {
            double at = r->operands == WKI_HAS_X ? (i + 0.5) / POINTS
                        : k == WKI_IN_A          ? (i / 16 + 0.5) / 16
                                                 : (i % 16 + 0.25) / 16;
            set(&o.in[k], i, condition ? i % 2 : r->low + (r->high - r->low) * at);
        }
    }
    o.in[WKI_IN_G] = filled(WK_F64, POINTS, 1);
    return o;
}

/* ---- Derivatives ---- */

static double slope_error(int row, int k)
{
    static const double weight[] = { 1, -8, 8, -1 }, step[] = { -1e-3, -5e-4, 5e-4, 1e-3 };
    arena_used = 0;
    operands o = samples(row);
    o.in[WKI_IN_Y] = value(row, &o, WK_F64);
    wki_view got = slope_of(row, k + 1, &o), want = filled(WK_F64, POINTS, 0);
    for (int p = 0; p < 4; p++) {
        operands near = samples(row);
        for (int i = 0; i < POINTS; i++) set(&near.in[k], i, get(&near.in[k], i) + step[p]);
        wki_view y = value(row, &near, WK_F64);
        for (int i = 0; i < POINTS; i++) set(&want, i, get(&want, i) + weight[p] * get(&y, i) / (12 * 5e-4));
    }
    double worst = 0;
    for (int i = 0; i < POINTS; i++)
        worst = fmax(worst, fabs(get(&got, i) - get(&want, i)) / (1 + fabs(get(&want, i))));
    return worst;
}

TEST(rows, derivatives_agree_with_five_point_differences)
{
    int checked = 0;
    for (int row = 0; row < WKI_ROW_COUNT; row++)
        for (int k = 0; k < 3; k++) {
            if (!wki_rows_for(WKI_ISA_BASE, WK_F64)[row].of[k + 1]) continue;
            double error = slope_error(row, k);
            ck_assert_msg(error < 1e-9, "%s, operand %d: error %g", wki_row_table[row].name, k, error);
            checked++;
        }
    ck_assert_msg(checked >= 100, "%d derivatives were compared; there were more", checked);
}

static double slope_at(int row, int k, double x, double a, double b, double s, double t)
{
    arena_used = 0;
    operands o = { { filled(wki_row_table[row].condition ? WK_BOOL : WK_F64, 1, x), filled(WK_F64, 1, a),
                     filled(WK_F64, 1, b), filled(WK_F64, 1, 1) },
                   s,
                   t };
    o.in[WKI_IN_Y] = value(row, &o, WK_F64);
    wki_view d = slope_of(row, k + 1, &o);
    return get(&d, 0);
}

static double value_at(int row, double x, double a, double b, double s, double t)
{
    arena_used = 0;
    operands o = { { filled(WK_F64, 1, x), filled(WK_F64, 1, a), filled(WK_F64, 1, b) }, s, t };
    wki_view y = value(row, &o, WK_F64);
    return get(&y, 0);
}

#define DX(NAME, ...) slope_at(WKI_ROW_##NAME, 0, __VA_ARGS__)
#define DA(NAME, ...) slope_at(WKI_ROW_##NAME, 1, 0, __VA_ARGS__, 0, 0)
#define DB(NAME, ...) slope_at(WKI_ROW_##NAME, 2, 0, __VA_ARGS__, 0, 0)
#define V1(NAME, ...) value_at(WKI_ROW_##NAME, __VA_ARGS__)
#define V2(NAME, ...) value_at(WKI_ROW_##NAME, 0, __VA_ARGS__, 0, 0)

TEST(rows, gradients_at_kinks_and_ties_are_those_of_torch)
{
    CHECK(DX(relu, 0, 0, 0, 0, 0) == 0 && DX(abs, 0, 0, 0, 0, 0) == 0 && DX(relu, NAN, 0, 0, 0, 0) == 1);
    CHECK(DX(clamp, -1, 0, 0, -1, 1) == 0 && DX(clamp, 1, 0, 0, -1, 1) == 0 && DX(clamp, NAN, 0, 0, -1, 1) == 0);
    CHECK(DX(clamp, 0.5, 0, 0, -1, 1) == 1 && DX(clamp, 0.5, 0, 0, 1, -1) == 0);
    CHECK(DX(leaky_relu, 0, 0, 0, 0.125, 0) == 0.125 && DX(elu, 0, 0, 0, 1.5, 0) == 1.5);
    CHECK(DX(softplus, 20.5, 0, 0, 0, 0) == 1 && DX(softplus, 19.5, 0, 0, 0, 0) < 1);
    CHECK(DA(maximum, 2, 2) == 0.5 && DB(maximum, 2, 2) == 0.5 && DA(minimum, 2, 2) == 0.5 && DB(minimum, 2, 2) == 0.5);
    CHECK(DA(maximum, NAN, 2) == 1 && DB(maximum, NAN, 2) == 1 && DA(minimum, 2, NAN) == 1 && DB(minimum, 2, NAN) == 1);
    CHECK(DX(sqrt, 0, 0, 0, 0, 0) == HUGE_VAL && isnan(DX(sqrt, -1, 0, 0, 0, 0)));
    CHECK(DX(rsqrt, 0, 0, 0, 0, 0) == -HUGE_VAL && DX(reciprocal, 0, 0, 0, 0, 0) == -HUGE_VAL);
    CHECK(DX(log, 0, 0, 0, 0, 0) == HUGE_VAL && DX(log, -1, 0, 0, 0, 0) == -1);
}

TEST(rows, gradients_of_powers_are_those_of_torch)
{
    CHECK(DA(pow, 0, 0) == 0 && DA(pow, NAN, 0) == 0 && DA(pow, 0, 0.5) == HUGE_VAL && DA(pow, 0, 1) == 1);
    CHECK(DA(pow, 0, 2) == 0 && DA(pow, 0, -1) == -HUGE_VAL && isnan(DA(pow, -1, 0.5)) && DA(pow, 3, 2) == 6);
    CHECK(DB(pow, 0, 2) == 0 && DB(pow, 0, 0) == 0 && isnan(DB(pow, -2, 2)));
    CHECK(DX(pow_scalar, 0, 0, 0, 0, 0) == 0 && DX(pow_scalar, -3, 0, 0, 2, 0) == -6);
    CHECK(DX(pow_scalar, -2, 0, 0, 3, 0) == 12 && DX(pow_scalar, -2, 0, 0, 1, 0) == 1);
    CHECK(DX(pow_scalar, 4, 0, 0, 0.5, 0) == 0.25 && DX(pow_scalar, -2, 0, 0, -1, 0) == -0.25);
    CHECK(DX(pow_scalar, 0, 0, 0, 0.5, 0) == HUGE_VAL && isnan(DX(pow_scalar, -HUGE_VAL, 0, 0, 0.5, 0)));
}

static double to_power(double x, double exponent) { return value_at(WKI_ROW_pow_scalar, x, 0, 0, exponent, 0); }

/* what torch's x.pow(s) gave, in f64 */
TEST(rows, powers_by_plain_arithmetic_are_those_of_torch)
{
    CHECK(to_power(1.1, 3) == 0x1.54bc6a7ef9db4p+0 && to_power(0.7, 3) == 0x1.5f3b645a1cabfp-2 &&
          to_power(-2, 3) == -8);
    CHECK(to_power(1.1, 0.5) == 0x1.0c7ebc96a56f6p+0 && to_power(0.7, -0.5) == 0x1.31fa808c55b43p+0);
    CHECK(to_power(1.1, -0.5) == 0x1.e82c3f9d89e1bp-1 && to_power(0.7, -1) == 0x1.6db6db6db6db7p+0);
    CHECK(to_power(1.1, -2) == 0x1.a723f789854a0p-1 && to_power(0.7, -2) == 0x1.05397829cbc16p+1);
    CHECK(isnan(to_power(-HUGE_VAL, 0.5)) && isnan(to_power(-HUGE_VAL, -0.5)) && to_power(-HUGE_VAL, 3) == -HUGE_VAL);
    CHECK(signbit(to_power(-0.0, 0.5)) && to_power(-0.0, -0.5) == -HUGE_VAL && to_power(-0.0, -1) == -HUGE_VAL);
    CHECK(to_power(-0.0, -2) == HUGE_VAL && signbit(to_power(-HUGE_VAL, -1)) && signbit(to_power(-0.0, 3)));
    CHECK(to_power(-0.7, 1) == -0.7 && to_power(1.1, 2) == 0x1.35c28f5c28f5dp+0);
}

/* torch's values in f64 */
TEST(rows, gates_saturate_and_pass_what_is_not_finite_as_in_torch)
{
    CHECK(V1(gelu, HUGE_VAL, 0, 0, 0, 0) == HUGE_VAL && isnan(V1(gelu, -HUGE_VAL, 0, 0, 0, 0)));
    CHECK(V1(gelu, -100, 0, 0, 0, 0) == 0 && V1(gelu, 100, 0, 0, 0, 0) == 100 && isnan(V1(gelu, NAN, 0, 0, 0, 0)));
    CHECK(V1(sigmoid, -HUGE_VAL, 0, 0, 0, 0) == 0 && V1(sigmoid, HUGE_VAL, 0, 0, 0, 0) == 1);
    CHECK(V1(sigmoid, -800, 0, 0, 0, 0) == 0 && V1(sigmoid, 800, 0, 0, 0, 0) == 1 && V1(sigmoid, 0, 0, 0, 0, 0) == 0.5);
    CHECK(isnan(V1(sigmoid, NAN, 0, 0, 0, 0)) && V1(silu, -800, 0, 0, 0, 0) == 0 && V1(silu, 800, 0, 0, 0, 0) == 800);
}

/* ---- Values ---- */

static bool swallows_nan(int row)
{
    switch (row) {
    case WKI_ROW_sign:
    case WKI_ROW_nan_to_num:
    case WKI_ROW_fmax:
    case WKI_ROW_fmin:
    case WKI_ROW_where: return true;
    default: return wki_row_table[row].kind == WKI_KIND_TRUTH;
    }
}

TEST(rows, nan_passes_where_it_does_in_torch)
{
    for (int row = 0; row < WKI_ROW_COUNT; row++) {
        const wki_row *r = &wki_row_table[row];
        if (swallows_nan(row) || !takes(row, WK_F64)) continue;
        double first = value_at(row, NAN, NAN, 0.5, r->sample[0], r->sample[1]);
        double second = value_at(row, NAN, 0.5, NAN, r->sample[0], r->sample[1]);
        ck_assert_msg(isnan(first) && isnan(second), "%s swallows NaN", r->name);
    }
    CHECK(V1(sign, NAN, 0, 0, 0, 0) == 0 && V2(eq, NAN, NAN) == 0 && V2(ne, NAN, NAN) == 1 && V2(le, NAN, NAN) == 0);
    CHECK(isnan(V1(clamp, 0, 0, 0, NAN, 1)) && isnan(V1(clamp, 0, 0, 0, -1, NAN)) && V1(clamp, 0, 0, 0, 2, -2) == -2);
    CHECK(V2(pow, NAN, 0) == 1 && V2(pow, 1, NAN) == 1 && V2(pow, 0, 0) == 1 && isnan(V2(pow, -2, 0.5)));
}

TEST(rows, special_values_are_those_of_torch)
{
    CHECK(V2(pow, 0, -1) == HUGE_VAL && V2(pow, -0.0, -1) == -HUGE_VAL && V2(pow, -2, HUGE_VAL) == HUGE_VAL);
    CHECK(V2(pow, -HUGE_VAL, 0.5) == HUGE_VAL && V2(pow, -HUGE_VAL, -0.5) == 0 && V2(pow, -HUGE_VAL, 3) == -HUGE_VAL);
    CHECK(V2(pow, -1, HUGE_VAL) == 1 && V2(pow, -1.1, 2) == -1.1 * -1.1 && V2(pow, -1.1, 1) == -1.1);
    CHECK(signbit(V1(sqrt, -0.0, 0, 0, 0, 0)) && isnan(V1(log, -1, 0, 0, 0, 0)) && V1(log, 0, 0, 0, 0, 0) == -HUGE_VAL);
    CHECK(V1(log1p, -1, 0, 0, 0, 0) == -HUGE_VAL && V1(rsqrt, 0, 0, 0, 0, 0) == HUGE_VAL);
    CHECK(V1(abs, -0.0, 0, 0, 0, 0) == 0 && !signbit(V1(abs, -0.0, 0, 0, 0, 0)) && V2(eq, 0, -0.0) == 1);
    CHECK(isnan(V1(gelu, -HUGE_VAL, 0, 0, 0, 0)) && isnan(V1(silu, -HUGE_VAL, 0, 0, 0, 0)));
    CHECK(V1(elu, -HUGE_VAL, 0, 0, 1.5, 0) == -1.5 && V1(softplus, 1000, 0, 0, 0, 0) == 1000);
    CHECK(V1(sigmoid, -1000, 0, 0, 0, 0) == 0 && V1(sigmoid, 1000, 0, 0, 0, 0) == 1 && V1(exp, 0, 0, 0, 0, 0) == 1);
}

static long double sigmoid_l(long double x) { return 1 / (1 + expl(-x)); }
static long double silu_l(long double x) { return x / (1 + expl(-x)); }
static long double softplus_l(long double x) { return log1pl(expl(x)); }
static long double rsqrt_l(long double x) { return 1 / sqrtl(x); }
static long double logsigmoid_l(long double x) { return x < 0 ? x - log1pl(expl(x)) : -log1pl(expl(-x)); }
static long double mish_l(long double x) { return x * tanhl(log1pl(expl(x))); }
static long double softsign_l(long double x) { return x / (1 + fabsl(x)); }
static long double celu_l(long double x) { return x > 0 ? x : 1.5L * expm1l(x / 1.5L); }
static long double remainder_l(long double a, long double b)
{
    long double m = fmodl(a, b);
    return m != 0 && (m < 0) != (b < 0) ? m + b : m;
}
static long double reciprocal_l(long double x) { return 1 / x; }
static long double gelu_l(long double x) { return x / 2 * (1 + erfl(x * sqrtl(0.5L))); }

/* Units of the last place, half the points spread evenly, half by magnitude */
typedef struct accuracy {
    int row;
    long double (*of_x)(long double), (*of_ab)(long double, long double);
    double low, high, limit;
} accuracy;

static double worst_ulp(const accuracy *f, wk_dtype dtype)
{
    enum { N = 60000 };
    double most = 0;
    arena_used = 0;
    operands o = { { array(dtype, N), array(dtype, N), array(dtype, N) }, 1.5, 0 };
    for (int i = 0; i < N; i++) {
        double u = (i + 0.5) / N,
               small = pow(dtype == WK_F32 ? 1e-37 : 1e-300, u) * (f->low < 0 && i & 2 ? f->low : f->high);
        double x = i & 1 || f->of_ab || f->low > 0 || f->row == WKI_ROW_gelu ? f->low + (f->high - f->low) * u : small;
        set(&o.in[0], i, x);
        set(&o.in[1], i, x);
        set(&o.in[2], i, fmod(i * 0.6180339887, 10) - 5);
    }
    wki_view y = value(f->row, &o, dtype);
    for (int i = 0; i < N; i++) {
        int power, digits = dtype == WK_F32 ? 24 : 53, least = dtype == WK_F32 ? -149 : -1074;
        long double exact = f->of_ab ? f->of_ab(get(&o.in[1], i), get(&o.in[2], i)) : f->of_x(get(&o.in[0], i));
        frexpl(exact, &power);
        int unit = power - digits > least ? power - digits : least;
        most = fmax(most, fabs((double)ldexpl(get(&y, i) - exact, -unit)));
    }
    return most;
}

TEST(rows, functions_are_close_to_the_c_library)
{
    static const accuracy table[] = {
        { WKI_ROW_exp, expl, NULL, -103, 88, 1.5 },   { WKI_ROW_log, logl, NULL, 0, 1e30, 1.5 },
        { WKI_ROW_expm1, expm1l, NULL, -20, 88, 2 },  { WKI_ROW_log1p, log1pl, NULL, -0.999, 1e6, 2 },
        { WKI_ROW_tanh, tanhl, NULL, -20, 20, 2 },    { WKI_ROW_erf, erfl, NULL, -6, 6, 2 },
        { WKI_ROW_sin, sinl, NULL, -1e6, 1e6, 2 },    { WKI_ROW_cos, cosl, NULL, -1e6, 1e6, 2 },
        { WKI_ROW_pow, NULL, powl, 0.01, 20, 2 },     { WKI_ROW_sigmoid, sigmoid_l, NULL, -80, 80, 4 },
        { WKI_ROW_silu, silu_l, NULL, -80, 80, 4 },   { WKI_ROW_softplus, softplus_l, NULL, -80, 19, 4 },
        { WKI_ROW_sqrt, sqrtl, NULL, 0, 1e30, 0.51 }, { WKI_ROW_rsqrt, rsqrt_l, NULL, 0, 1e30, 1.5 },
        { WKI_ROW_gelu, gelu_l, NULL, 0, 10, 4 },     { WKI_ROW_reciprocal, reciprocal_l, NULL, -1, 1, 0.51 },
        { WKI_ROW_log2, log2l, NULL, 0, 1e30, 2 },    { WKI_ROW_tan, tanl, NULL, -1e5, 1e5, 3.5 },
        { WKI_ROW_asin, asinl, NULL, -1, 1, 2 },      { WKI_ROW_acos, acosl, NULL, -1, 1, 2 },
        { WKI_ROW_atan, atanl, NULL, -30, 30, 2.5 },  { WKI_ROW_sinh, sinhl, NULL, -89, 89, 2.5 },
        { WKI_ROW_cosh, coshl, NULL, -89, 89, 2 },    { WKI_ROW_asinh, asinhl, NULL, -1e30, 1e30, 2.5 },
        { WKI_ROW_asinh, asinhl, NULL, -3, 3, 2.5 },  { WKI_ROW_acosh, acoshl, NULL, 1, 9, 2.5 },
        { WKI_ROW_atanh, atanhl, NULL, -1, 1, 2.5 },  { WKI_ROW_erfc, erfcl, NULL, -6, 10, 4 },
        { WKI_ROW_atan2, NULL, atan2l, -9, 9, 2.5 },  { WKI_ROW_hypot, NULL, hypotl, -9, 9, 1.5 },
        { WKI_ROW_fmod, NULL, fmodl, -1e4, 1e4, 0 },  { WKI_ROW_remainder, NULL, remainder_l, -1e4, 1e4, 0.51 },
        { WKI_ROW_mish, mish_l, NULL, -30, 30, 4 },   { WKI_ROW_logsigmoid, logsigmoid_l, NULL, -80, 80, 4 },
        { WKI_ROW_celu, celu_l, NULL, -20, 20, 3 },   { WKI_ROW_softsign, softsign_l, NULL, -9, 9, 1.5 },
        { WKI_ROW_gelu, gelu_l, NULL, -4, 0, 300 },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (wk_dtype dtype = WK_F32; dtype <= WK_F64; dtype++) {
            double ulp = worst_ulp(&table[i], dtype);
            if (getenv("WICK_TEST_VERBOSE"))
                printf("%-10s %s %.2f ulp\n", wki_row_table[table[i].row].name, wk_dtype_name(dtype), ulp);
            ck_assert_msg(ulp <= table[i].limit, "%s of %s: %g ulp", wki_row_table[table[i].row].name,
                          wk_dtype_name(dtype), ulp);
        }
}

/* ---- Integers ---- */

static int64_t wrapped(uint64_t x, wk_dtype dtype)
{
    return dtype == WK_I64 ? (int64_t)x : dtype == WK_I32 ? (int32_t)(uint32_t)x : (uint8_t)x;
}

static int64_t whole(const wki_view *v, int64_t i)
{
    void *e = element(v, i);
    return v->dtype == WK_I64 ? *(int64_t *)e : v->dtype == WK_I32 ? *(int32_t *)e : *(uint8_t *)e;
}

static int64_t power(int64_t a, int64_t b, wk_dtype dtype)
{
    if (b < 0) return a == 1 ? 1 : a == -1 ? b % 2 ? -1 : 1 : 0;
    uint64_t y = 1;
    for (int bit = 62; bit >= 0; bit--) y = y * y * (b >> bit & 1 ? (uint64_t)a : 1);
    return wrapped(y, dtype);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    if (b == 0 || b == -1) return b ? (int64_t)(0 - (uint64_t)a) : 0;
    return a / b - (a % b && (a < 0) != (b < 0));
}
static int64_t trunc_div(int64_t a, int64_t b) { return b == -1 ? (int64_t)(0 - (uint64_t)a) : b ? a / b : 0; }
static int64_t c_rest(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
static int64_t floor_rest(int64_t a, int64_t b)
{
    int64_t m = c_rest(a, b);
    return m && (m < 0) != (b < 0) ? m + b : m;
}

static int64_t shifted(int64_t a, int64_t by, int width, bool left)
{
    bool out = by < 0 || by >= width;
    if (left) return out ? 0 : (int64_t)((uint64_t)a << by);
    return out ? a < 0 ? -1 : 0 : a >> by;
}

enum { S = -3, T = 5 }; /* the plain numbers */

/* Rows of two operands; a row that ends in _scalar is one with b = S, and scalar_pow one with a = S. */
static bool of_two(int row, int64_t a, int64_t b, wk_dtype dtype, int64_t *y)
{
    const uint64_t ua = (uint64_t)a, ub = (uint64_t)b;
    const int width = 8 * (int)wk_dtype_size(dtype);
#define TWO(NAME, VALUE)                                                                                               \
    case WKI_ROW_##NAME:                                                                                               \
    case WKI_ROW_##NAME##_scalar: *y = (VALUE); return true;
    switch (row) {
        TWO(add, wrapped(ua + ub, dtype))
        TWO(sub, wrapped(ua - ub, dtype))
        TWO(rsub, wrapped(ub - ua, dtype))
        TWO(mul, wrapped(ua * ub, dtype))
        TWO(div_floor, wrapped((uint64_t)floor_div(a, b), dtype))
        TWO(div_trunc, wrapped((uint64_t)trunc_div(a, b), dtype))
        TWO(remainder, wrapped((uint64_t)floor_rest(a, b), dtype))
        TWO(fmod, wrapped((uint64_t)c_rest(a, b), dtype))
        TWO(pow, power(a, b, dtype))
        TWO(bitwise_and, wrapped(ua & ub, dtype))
        TWO(bitwise_or, wrapped(ua | ub, dtype))
        TWO(bitwise_xor, wrapped(ua ^ ub, dtype))
        TWO(bitwise_left_shift, wrapped((uint64_t)shifted(a, b, width, true), dtype))
        TWO(bitwise_right_shift, wrapped((uint64_t)shifted(a, b, width, false), dtype))
        TWO(lt, a < b)
        TWO(le, a <= b)
        TWO(gt, a > b)
        TWO(ge, a >= b)
        TWO(eq, a == b)
        TWO(ne, a != b)
    case WKI_ROW_scalar_pow: *y = power(b, a, dtype); return true;
    case WKI_ROW_clamp_min:
    case WKI_ROW_fmax:
    case WKI_ROW_maximum: *y = wrapped((uint64_t)(a > b ? a : b), dtype); return true;
    case WKI_ROW_clamp_max:
    case WKI_ROW_fmin:
    case WKI_ROW_minimum: *y = wrapped((uint64_t)(a < b ? a : b), dtype); return true;
    case WKI_ROW_logical_and: *y = a && b; return true;
    case WKI_ROW_logical_or: *y = a || b; return true;
    case WKI_ROW_logical_xor: *y = !a != !b; return true;
    case WKI_ROW_add_alpha: *y = wrapped(ua + (uint64_t)S * ub, dtype); return true;
    default: return false;
    }
}

static int64_t expected(int row, int64_t x, int64_t a, int64_t b, wk_dtype dtype)
{
    const uint64_t ux = (uint64_t)x;
    int64_t y;
    if (wki_row_table[row].operands == WKI_HAS_X ? of_two(row, x, S, dtype, &y) : of_two(row, a, b, dtype, &y))
        return y;
    switch (row) {
    case WKI_ROW_neg: return wrapped(0 - ux, dtype);
    case WKI_ROW_abs: return x < 0 ? wrapped(0 - ux, dtype) : x;
    case WKI_ROW_sign: return (x > 0) - (x < 0);
    case WKI_ROW_square: return wrapped(ux * ux, dtype);
    case WKI_ROW_floor:
    case WKI_ROW_ceil:
    case WKI_ROW_round:
    case WKI_ROW_trunc:
    case WKI_ROW_nan_to_num: return x;
    case WKI_ROW_relu: return x < 0 ? 0 : x;
    case WKI_ROW_relu6: return x < 0 ? 0 : x > 6 ? 6 : x;
    case WKI_ROW_threshold: return x <= S ? T : x;
    case WKI_ROW_hardtanh:
    case WKI_ROW_clamp: return x < S ? S : x > T ? T : x;
    case WKI_ROW_logical_not: return !x;
    case WKI_ROW_bitwise_not: return wrapped(~ux, dtype);
    case WKI_ROW_isnan:
    case WKI_ROW_isinf: return 0;
    case WKI_ROW_isfinite: return 1;
    case WKI_ROW_where: return x ? a : b;
    case WKI_ROW_addcmul: return wrapped(ux + (uint64_t)S * (uint64_t)a * (uint64_t)b, dtype);
    default: ck_abort_msg("no expectation for %s of integers", wki_row_table[row].name); return 0;
    }
}

TEST(rows, integers_match_plain_c_and_wrap)
{
    static const wk_dtype types[] = { WK_I64, WK_I32, WK_U8 };
    static const int64_t edges[] = { INT64_MIN, INT64_MAX, INT32_MIN, INT32_MAX, -1, 0, 1, 255 };
    for (int row = 0; row < WKI_ROW_COUNT; row++)
        for (int t = 0; t < 3; t++) {
            if (!takes(row, types[t])) continue;
            arena_used = 0;
            operands o = wild_operands(row, types[t], WILD);
            o.s = S;
            o.t = T;
            for (int i = 0; i < 64; i++) {
                memcpy(element(&o.in[WKI_IN_A], i), &edges[i / 8], wk_dtype_size(types[t]));
                memcpy(element(&o.in[WKI_IN_B], i), &edges[i % 8], wk_dtype_size(types[t]));
            }
            wki_view y = value(row, &o, types[t]);
            for (int i = 0; i < WILD; i++) {
                int64_t x = whole(&o.in[0], i), a = whole(&o.in[1], i), b = whole(&o.in[2], i);
                int64_t got = whole(&y, i), want = expected(row, x, a, b, types[t]);
                ck_assert_msg(got == want, "%s %s: x %lld, a %lld, b %lld gives %lld, not %lld",
                              wki_row_table[row].name, wk_dtype_name(types[t]), (long long)x, (long long)a,
                              (long long)b, (long long)got, (long long)want);
            }
        }
}

/* ---- Calls ---- */

TEST(run, refuses_what_is_not_there)
{
    operands o = wild_operands(WKI_ROW_exp, WK_I64, 4);
    wki_view y = array(WK_I64, 4);
    CHECK(run_row(WKI_ROW_exp, 0, &y, &o, 1) == WK_E_DTYPE);
    CHECK_ERROR(WK_E_DTYPE, "exp", "i64");
    y.device = wk_cuda(wk_cuda_device_count());
    CHECK(run_row(WKI_ROW_neg, 0, &y, &o, 1) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, wk_device_name(y.device));
    CHECK(wk_set_cpu_isa("sse9") == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "set_cpu_isa", "sse9", "avx512");
}

TEST(run, tells_shapes_and_names)
{
    CHECK(strcmp(wki_show_shape(2, (const int64_t[]){ 32, 1000 }), "[32, 1000]") == 0);
    CHECK(strcmp(wki_show_shape(0, NULL), "[]") == 0);
    CHECK(strcmp(wki_op_name(WKI_ROW_gelu), "gelu") == 0 && strcmp(wki_op_name(WKI_OP_fill), "fill") == 0);
    CHECK(strcmp(wki_op_name(-1), "?") == 0 && strcmp(wki_op_name(WKI_OP_COUNT), "?") == 0);
}

WICK_TEST_MAIN
