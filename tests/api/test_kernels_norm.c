/* The kernels of normalisation and of picking a class, each against a loop written here, with the same bits for every
 * instruction set and every way of cutting the units. */
#include "kernel_check.h"

WICK_ON_CPU("its subject is the CPU's kernels")

typedef struct layout {
    wki_norm_attrs a;
    int64_t lines;
    const wki_view *x, *g, *w, *b, *mean, *var;
} layout;

static int64_t line_of(const layout *l, int64_t i)
{
    const int64_t block = l->a.width * l->a.inner, group = i / block % l->a.groups;
    return l->a.across ? group : i / block;
}
static int64_t weight_of(const layout *l, int64_t i) { return i / l->a.inner % (l->a.groups * l->a.width); }
static double w_at(const layout *l, int64_t i) { return l->a.weight ? get(l->w, weight_of(l, i)) : 1; }

static double *per_line(const layout *l, double (*term)(const layout *, int64_t))
{
    double *sum = wki_alloc_array((size_t)l->lines + 1, sizeof *sum), *count = wki_alloc_array((size_t)l->lines + 1, 8);
    for (int64_t i = 0; i < wki_numel(l->x); i++) {
        sum[line_of(l, i)] += term(l, i);
        count[line_of(l, i)]++;
    }
    for (int64_t k = 0; k < l->lines; k++) sum[k] /= count[k];
    wki_free(count);
    return sum;
}

static double normal(const layout *l, int64_t i)
{
    const int64_t k = line_of(l, i);
    return (get(l->x, i) - get(l->mean, k)) / sqrt(get(l->var, k) + l->a.eps);
}
static double value(const layout *l, int64_t i) { return get(l->x, i); }
static double square(const layout *l, int64_t i)
{
    const double d = get(l->x, i) - get(l->mean, line_of(l, i));
    return d * d;
}
static double slope(const layout *l, int64_t i) { return get(l->g, i) * w_at(l, i); }
static double slope_normal(const layout *l, int64_t i) { return slope(l, i) * normal(l, i); }

static layout some_layout(int round)
{
    layout l = { .a = { 1 + below(5), 1 + below(4), 1 + below(4), 1 + below(5), .eps = 0.125 } };
    const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
    l.a.across = below(2);
    l.a.centered = l.a.across || below(3);
    l.a.given = l.a.across && below(3) == 0;
    l.a.weight = below(2);
    l.a.bias = below(2);
    if (below(3) == 0) l.a.inner = 1;
    if (round % 8 == 0) l.a.width = 1 + below(2500), l.a.inner = 1;
    if (round % 8 == 1) l.a.inner = 1 + below(2500);
    if (round % 8 == 2) l.a.groups = 1 + below(300), l.a.inner = 1;
    if (round % 8 == 3) l.a.n = 1 + below(200);
    if (l.a.across) l.a.width = 1;
    if (round % 20 == 19) l.a.n = 0;
    l.lines = l.a.across ? l.a.groups : l.a.n * l.a.groups;
    const int64_t n[4] = { l.a.n, l.a.groups, l.a.width, l.a.inner }, affine = l.a.groups * l.a.width;
    l.x = packed(dtype, 4, n);
    l.g = packed(dtype, 4, n);
    l.w = packed(dtype, 1, &affine);
    l.b = packed(dtype, 1, &affine);
    l.mean = packed(dtype, 1, &l.lines);
    l.var = packed(dtype, 1, &l.lines);
    for (int64_t k = 0; k < l.lines; k++) set(l.var, k, 0.5 + (double)below(8));
    return l;
}

static void check_forward(const layout *l)
{
    const wki_view *y = packed((wk_dtype)l->x->dtype, 4, l->x->size), *views[6] = { y, l->mean, l->var, l->x };
    int n = 4;
    if (l->a.weight) views[n++] = l->w;
    if (l->a.bias) views[n++] = l->b;
    run_every_way(&wki_cpu_norm, WKI_ISA_BASE, views, n, l->a.given ? 1 : 3, &l->a);
    const double tolerance = y->dtype == WK_F32 ? 2e-5 : 1e-13;
    if (!l->a.given && wki_numel(y)) {
        double *mean = per_line(l, value), *var = per_line(l, square);
        for (int64_t k = 0; k < l->lines; k++) {
            EXPECT(l->mean, k, l->a.centered ? mean[k] : 0, tolerance);
            EXPECT(l->var, k, var[k], tolerance);
        }
        wki_free(mean);
        wki_free(var);
    }
    for (int64_t i = 0; i < wki_numel(y); i++)
        EXPECT(y, i, normal(l, i) * w_at(l, i) + (l->a.bias ? get(l->b, weight_of(l, i)) : 0), tolerance);
}

static void check_sums(const layout *l, const wki_view *sums, const wki_view *products)
{
    const int64_t n = l->a.groups * l->a.width;
    double *sum = wki_alloc_array((size_t)n, sizeof *sum), *product = wki_alloc_array((size_t)n, sizeof *product);
    for (int64_t i = 0; i < wki_numel(l->x); i++) {
        sum[weight_of(l, i)] += get(l->g, i);
        product[weight_of(l, i)] += get(l->g, i) * normal(l, i);
    }
    const int64_t parts = wki_numel(sums) / n; /* the kernel leaves some for a later sum */
    for (int64_t k = 0; k < n; k++) {
        double s = 0, p = 0;
        for (int64_t r = 0; r < parts; r++) {
            s += get(sums, r * n + k);
            p += get(products, r * n + k);
        }
        const double tolerance = (sums->dtype == WK_F32 ? 1e-6 : 1e-14) * (20 + (double)wki_numel(l->x));
        ck_assert_msg(near(s, sum[k], tolerance) && near(p, product[k], tolerance), "sums %g %g, expected %g %g", s, p,
                      sum[k], product[k]);
    }
    wki_free(sum);
    wki_free(product);
}

static void check_backward(const layout *l)
{
    const wk_dtype dtype = (wk_dtype)l->x->dtype;
    const bool each = !l->a.across && l->a.inner == 1;
    const int64_t parts = l->a.groups * l->a.width * (each || l->a.across ? 1 : l->a.n);
    const wki_view *d = packed(dtype, 4, l->x->size), *sums = packed(dtype, 1, &parts),
                   *products = packed(dtype, 1, &parts);
    const wki_view *views[8] = { d };
    int n = 1;
    if (!each) {
        views[n++] = sums;
        views[n++] = products;
    }
    const int nout = n;
    views[n++] = l->g;
    views[n++] = l->x;
    views[n++] = l->mean;
    views[n++] = l->var;
    if (l->a.weight) views[n++] = l->w;
    run_every_way(&wki_cpu_norm_backward, WKI_ISA_BASE, views, n, nout, &l->a);
    if (each)
        run_every_way(&wki_cpu_norm_sums, WKI_ISA_BASE,
                      (const wki_view *[]){ sums, products, l->g, l->x, l->mean, l->var }, 6, 2, &l->a);
    check_sums(l, sums, products);
    double *middle = per_line(l, slope), *turn = per_line(l, slope_normal);
    for (int64_t i = 0; i < wki_numel(d); i++) {
        const int64_t k = line_of(l, i);
        double expected = slope(l, i);
        if (!l->a.given) expected -= (l->a.centered ? middle[k] : 0) + normal(l, i) * turn[k];
        EXPECT(d, i, expected / sqrt(get(l->var, k) + l->a.eps), d->dtype == WK_F32 ? 2e-5 : 1e-13);
    }
    wki_free(middle);
    wki_free(turn);
}

TEST(norm, agrees_with_a_loop)
{
    for (int round = 0; round < 400; round++) {
        start((uint64_t)round);
        layout l = some_layout(round);
        check_forward(&l);
        check_backward(&l);
    }
    finish();
}

TEST(nll, agrees_with_a_loop_and_its_transpose)
{
    for (int round = 0; round < 200; round++) {
        start((uint64_t)round);
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        const int64_t size[3] = { below(6), 1 + below(5), 1 + below(4) }, rows[2] = { size[0], size[2] };
        wki_nll_attrs a = { below(2) ? -100 : below(size[1]), below(2) };
        const wki_view *x = packed(dtype, 3, size), *w = packed(dtype, 1, size + 1), *y = packed(dtype, 2, rows);
        const wki_view *count = packed(dtype, 2, rows), *target = packed(WK_I64, 2, rows), *d = packed(dtype, 3, size);
        for (int64_t i = 0; i < wki_numel(target); i++)
            set(target, i, below(4) ? (double)below(size[1]) : (double)a.ignore);
        run_every_way(&wki_cpu_nll, WKI_ISA_BASE, (const wki_view *[]){ y, count, x, target, w }, a.weight ? 5 : 4, 2,
                      &a);
        run_every_way(&wki_cpu_nll_backward, WKI_ISA_BASE, (const wki_view *[]){ d, y, target, w }, a.weight ? 4 : 3, 1,
                      &a);
        for (int64_t i = 0; i < wki_numel(y); i++) {
            const int64_t label = (int64_t)get(target, i);
            const double weight = label == a.ignore ? 0 : a.weight ? get(w, label) : 1;
            EXPECT(count, i, weight, 0);
            if (label == a.ignore) continue;
            EXPECT(y, i, -weight * get(x, (i / size[2] * size[1] + label) * size[2] + i % size[2]), tolerance_of(y));
        }
        for (int64_t i = 0; i < wki_numel(d); i++) {
            const int64_t row = i / (size[1] * size[2]) * size[2] + i % size[2], label = (int64_t)get(target, row);
            const double weight = label == a.ignore || label != i / size[2] % size[1] ? 0
                                  : a.weight                                          ? get(w, label)
                                                                                      : 1;
            EXPECT(d, i, -weight * get(y, row), tolerance_of(d));
        }
    }
    finish();
}

WICK_TEST_MAIN
