/* Every op on a GPU, or on the emulator of tests/emu, beside the CPU: values and gradients in every layout. Elementwise
 * rows and whatever only moves numbers have the same bits; sums, in another order, are as near as their precision
 * allows. Skipped where there is no device. */
#include "cuda_here.h"
#include "registry.h"

WICK_ON_CPU("it compares the CPU with the device")

/* The squares of differences against those of numbers; -1: another shape, or other places that are not finite. */
static double distance(wk_tensor *a, wk_tensor *b)
{
    WK_NO_GRAD(values);
    if (!wki_same_shape(&a->v, &b->v)) return -1;
    const wki_view *p = &wk_to(on_cpu(a), WK_F64)->v, *q = &wk_to(on_cpu(b), WK_F64)->v;
    double off = 0, all = 0;
    for (int64_t i = 0; i < wki_numel(p); i++) {
        const double x = element_of(p, i), y = element_of(q, i);
        if (isfinite(x) && isfinite(y)) off += (x - y) * (x - y);
        if (isfinite(y)) all += y * y;
        if ((!isfinite(x) || !isfinite(y)) && !(isnan(x) && isnan(y)) && x != y) return -1;
    }
    return off / (all + 1e-4 * (double)wki_numel(p) + 1e-300);
}

/* Where both lost digits to cancellation, cuda's lost two bits more at most: `exact` is the same in f64. */
static bool is_near(wk_tensor *a, wk_tensor *b, wk_tensor *exact)
{
    if (!a || !b || a->v.dtype != b->v.dtype) return a == b;
    if (!wki_is_float((wk_dtype)a->v.dtype)) return same_bits(a, b);
    const double most = a->v.dtype == WK_F32 ? 1e-11 : 1e-26, off = distance(a, b);
    if (off < 0 || off <= most || !exact) return off >= 0 && off <= most;
    return distance(a, exact) <= 16 * distance(b, exact);
}

static wk_tensor *run_on(wk_device device, wk_dtype dtype, const subject *s, wk_tensor *const *values, int n,
                         int layout, wk_tensor **d)
{
    wk_tensor *in[MOST_INPUTS];
    CHECK(wk_set_device(device) == WK_OK);
    for (int k = 0; k < n; k++)
        in[k] = leaf_of(wk_to_device(wk_to(values[k], dtype), device), (layout + 5 * k) % LAYOUTS, true);
    wk_manual_seed(3);
    wk_tensor *y = forward_backward(s, in, n, d);
    CHECK(wk_set_device(WK_CPU) == WK_OK);
    return y;
}

static int others;

/* All of them are told, for a GPU may be far away. */
static void tell(const subject *s, int layout, int gradient, wk_tensor *a, wk_tensor *b, wk_tensor *exact)
{
    if (others++ > 50) return;
    printf("%s, layout %d: cuda's %s %d is another", s->name, layout, gradient < 0 ? "result" : "gradient", gradient);
    if (a && b && exact && wki_is_float((wk_dtype)a->v.dtype))
        printf(": %.3g from the CPU's; %.3g and %.3g from that of f64", distance(a, b), distance(a, exact),
               distance(b, exact));
    putchar('\n');
}

static void compare(const subject *s, wk_dtype dtype, wk_tensor *const *values, int n, int layout)
{
    WK_SCOPE(work);
    wk_tensor *d[MOST_INPUTS], *e[MOST_INPUTS], *f[MOST_INPUTS];
    wk_tensor *a = run_on(wk_cuda(0), dtype, s, values, n, layout, d);
    if (!a) BROKEN(s, "layout %d: cuda has no result", layout);
    wk_tensor *b = run_on(WK_CPU, dtype, s, values, n, layout, e);
    if (!b) BROKEN(s, "layout %d: the CPU has no result", layout);
    wk_tensor *c = run_on(WK_CPU, WK_F64, s, values, n, layout, f);
    const bool row = !s->sample;
    if (!(row ? same_bits(a, b) : is_near(a, b, c))) tell(s, layout, -1, a, b, c);
    for (int k = 0; k < n; k++)
        if (!is_near(d[k], e[k], f[k])) tell(s, layout, k, d[k], e[k], f[k]);
    counts->checks += 1 + n;
    CHECK_OK();
}

static void devices(const subject *s)
{
    const wk_dtype dtypes[] = { WK_F32, WK_F64 };
    for (int i = 0; i < 2; i++) {
        WK_SCOPE(work);
        wk_tensor *in[MOST_INPUTS];
        const int n = draw(s, in);
        for (int k = 0; k < n; k++) in[k] = wk_to(wk_to(in[k], WK_F32), WK_F64);
        for (int layout = 0; layout < LAYOUTS; layout++) compare(s, dtypes[i], in, n, layout);
    }
    counts->samples++;
}
TEST(devices, cuda_has_the_values_of_the_cpu)
{
    each(devices);
    fflush(stdout);
    ck_assert_int_eq(others, 0);
}

/* WICK_FUZZ times as many. */
static void orders(const subject *s)
{
    WK_SCOPE(work);
    const unsigned seeds = 2 * (getenv("WICK_FUZZ") ? (unsigned)atoi(getenv("WICK_FUZZ")) : 1);
    wk_tensor *in[MOST_INPUTS], *d[2][MOST_INPUTS], *y[2];
    const int n = draw(s, in);
    sow(0);
    y[0] = run_on(wk_cuda(0), WK_F32, s, in, n, 1, d[0]);
    for (unsigned seed = 1; seed <= seeds; seed++) {
        sow(seed);
        y[1] = run_on(wk_cuda(0), WK_F32, s, in, n, 1, d[1]);
        if (!same_bits(y[0], y[1])) BROKEN(s, "seed %u: cuda's result has other bits", seed);
        for (int k = 0; k < n; k++)
            if (d[0][k] ? !same_bits(d[0][k], d[1][k]) : !!d[1][k])
                BROKEN(s, "seed %u: cuda's gradient %d has other bits", seed, k);
        counts->checks += 1 + n;
    }
    CHECK_OK();
}
TEST(devices, cuda_has_the_same_bits_in_whatever_order_threads_and_queues_run) { each(orders); }

int main(void)
{
    if (wk_cuda_is_available()) return registry_main("devices");
    printf("devices: skipped, %s\n", wk_cuda_why_not());
    return 77;
}
