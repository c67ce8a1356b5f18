/* The kernels of convolution and pooling: the same bits in every instruction set and in any pieces. Values are tested
 * against plain loops in test_conv.c. */
#include "backends/cpu/windows.h"
#include "kernel_check.h"

WICK_ON_CPU("its subject is the CPU's kernels")

static const wki_view *planes(wk_dtype dtype, int64_t n, int64_t c, const int32_t size[3])
{
    return packed(dtype, 5, (int64_t[]){ n, c, size[0], size[1], size[2] });
}

static wki_window some_window(void)
{
    wki_window w;
    for (int d = 0; d < 3; d++) {
        w.kernel[d] = 1 + (int32_t)below(d ? 4 : 2), w.stride[d] = 1 + (int32_t)below(3);
        w.dilation[d] = 1 + (int32_t)below(2), w.padding[d] = (int32_t)below(w.kernel[d] / 2 + 1);
        const int32_t reach = (w.kernel[d] - 1) * w.dilation[d] + 1 - 2 * w.padding[d], least = reach > 1 ? reach : 1;
        w.in[d] = least + (int32_t)below(d == 2 ? 40 : d == 1 ? 8 : 2);
        w.out[d] = (w.in[d] - reach) / w.stride[d] + 1;
    }
    return w;
}

static wki_window small_planes(void)
{
    wki_window w = { .in = { 1, 3 + (int32_t)below(5), 2 + (int32_t)below(9) }, .kernel = { 1, 4, 4 } };
    for (int d = 0; d < 3; d++) {
        w.stride[d] = w.dilation[d] = 1, w.padding[d] = w.kernel[d] / 2;
        w.out[d] = w.in[d] + 2 * w.padding[d] - w.kernel[d] + 1;
    }
    return w;
}

static const wk_dtype types[] = { WK_F32, WK_F64 };

TEST(windows, unfold_and_fold_have_the_same_bits_everywhere)
{
    for (uint64_t i = 0; i < 60; i++) {
        start(i);
        const wki_window w = some_window();
        const int64_t taps = wki_volume(w.kernel), windows = wki_volume(w.out);
        const wki_view *x = planes(types[i % 2], 2, 3, w.in);
        const wki_view *y = packed(types[i % 2], 3, (int64_t[]){ 2, 3 * taps, windows });
        run_every_way(&wki_cpu_unfold, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &w);
        run_every_way(&wki_cpu_fold, WKI_ISA_BASE, (const wki_view *[]){ x, y }, 2, 1, &w);
    }
    finish();
}

TEST(windows, pooling_has_the_same_bits_everywhere)
{
    for (uint64_t i = 0; i < 120; i++) {
        start(i);
        wki_pool_attrs attrs = { .window = some_window(), .adaptive = below(3) == 0, .include = below(2) };
        if (attrs.adaptive)
            for (int d = 0; d < 3; d++) attrs.window.out[d] = 1 + (int32_t)below(attrs.window.in[d] + 2);
        const wki_view *x = planes(types[i % 2], 2, 3, attrs.window.in),
                       *y = planes(types[i % 2], 2, 3, attrs.window.out);
        const wki_view *index = planes(WK_I64, 2, 3, attrs.window.out);
        run_every_way(&wki_cpu_pool_max, WKI_ISA_BASE, (const wki_view *[]){ y, index, x }, 3, 2, &attrs);
        for (int d = 0; d < 3; d++) attrs.window.dilation[d] = 1;
        run_every_way(&wki_cpu_pool_mean, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
        attrs.backward = true;
        run_every_way(&wki_cpu_pool_mean, WKI_ISA_BASE, (const wki_view *[]){ x, y }, 2, 1, &attrs);
    }
    finish();
}

/* Few different numbers, so that many are equal, and now and then one that compares in its own way. */
static void fill_with_ties(const wki_view *v)
{
    for (int64_t i = 0; i < wki_numel(v); i++)
        set(v, i, below(12) == 0 ? (double)NAN : below(6) == 0 ? -(double)INFINITY : (double)below(4));
}

/* Where window `number` of a plane has its largest element; -1: all its taps are outside. */
static int64_t largest_of(const wki_window *w, const wki_view *x, int64_t plane, int64_t number)
{
    const int64_t o[] = { number / w->out[2] / w->out[1], number / w->out[2] % w->out[1], number % w->out[2] };
    int64_t best = -1;
    for (int64_t tap = 0; tap < wki_volume(w->kernel); tap++) {
        const int64_t k[] = { tap / w->kernel[2] / w->kernel[1], tap / w->kernel[2] % w->kernel[1],
                              tap % w->kernel[2] };
        int64_t at = 0;
        bool inside = true;
        for (int d = 0; d < 3; d++) {
            const int64_t i = o[d] * w->stride[d] - w->padding[d] + k[d] * w->dilation[d];
            inside = inside && i >= 0 && i < w->in[d];
            at = at * w->in[d] + i;
        }
        if (!inside) continue;
        const int64_t from = plane * wki_volume(w->in);
        const double value = get(x, from + at);
        if (best < 0 || value > get(x, from + best) || isnan(value)) best = at;
    }
    return best;
}

TEST(windows, maxima_are_the_first_of_equals_and_the_last_nan_of_their_window)
{
    for (uint64_t i = 0; i < 60; i++) {
        start(i);
        wki_pool_attrs attrs = { .window = some_window() };
        wki_window *w = &attrs.window;
        if (i % 6 == 0) { /* wider than what is known beforehand */
            w->kernel[2] = 17 + (int32_t)below(4), w->padding[2] = (int32_t)below(w->kernel[2] / 2 + 1);
            w->in[2] = w->dilation[2] * w->kernel[2] + (int32_t)below(40);
            w->out[2] = (w->in[2] + 2 * w->padding[2] - w->dilation[2] * (w->kernel[2] - 1) - 1) / w->stride[2] + 1;
        }
        const wk_dtype type = types[i % 2];
        const wki_view *x = planes(type, 2, 3, w->in), *y = planes(type, 2, 3, w->out);
        const wki_view *index = planes(WK_I64, 2, 3, w->out);
        fill_with_ties(x);
        run_every_way(&wki_cpu_pool_max, WKI_ISA_BASE, (const wki_view *[]){ y, index, x }, 3, 2, &attrs);
        for (int64_t j = 0, windows = wki_volume(w->out); j < 6 * windows; j++) {
            const int64_t at = largest_of(w, x, j / windows, j % windows);
            ck_assert_msg((int64_t)get(index, j) == at, "window %lld: place %g; expected %lld", (long long)j,
                          get(index, j), (long long)at);
            EXPECT(y, j, at < 0 ? -(double)INFINITY : get(x, j / windows * wki_volume(w->in) + at), 0);
        }
    }
    finish();
}

/* Products have bits of their own without fused multiply-adds. */
TEST(windows, convolution_has_the_same_bits_wherever_multiply_adds_are_fused)
{
    for (uint64_t i = 0; i < 60; i++) {
        start(i);
        wki_conv_attrs attrs = { .window = some_window(), .groups = 1 + (int32_t)below(3), .bias = below(2) };
        const int64_t in = 1 + below(4), out = 1 + below(20), n = 1 + below(12);
        const int32_t *kernel = attrs.window.kernel;
        attrs.sliced = attrs.window.stride[1] == 1 && below(2);
        const wk_dtype type = types[i % 2];
        const wki_view *x = planes(type, n, attrs.groups * in, attrs.window.in);
        const wki_view *y = planes(type, n, attrs.groups * out, attrs.window.out);
        const wki_view *w = planes(type, attrs.groups * out, in, kernel);
        const wki_view *b = packed(type, 1, (int64_t[]){ attrs.groups * out });
        const wki_view *c = packed(type, 1, (int64_t[]){ attrs.groups * in });
        const wki_view *parts = packed(type, 2, (int64_t[]){ 2, wki_numel(w) });
        run_every_way(&wki_cpu_conv, WKI_ISA_AVX2, (const wki_view *[]){ y, x, w, b }, 4, 1, &attrs);
        run_every_way(&wki_cpu_conv_data, WKI_ISA_AVX2, (const wki_view *[]){ x, y, w, c }, 4, 1, &attrs);
        run_every_way(&wki_cpu_conv_weight, WKI_ISA_AVX2, (const wki_view *[]){ parts, x, y }, 3, 1, &attrs);
    }
    finish();
}

/* a kernel's result in the memory of its first view */
static void run_once(const wki_kernel *kernel, const wki_view *const *views, int nviews, const void *attrs)
{
    const wki_call call = { .nout = 1, .nviews = nviews, .views = views, .attrs = attrs };
    ck_assert_int_eq(run(kernel, &call, true), WK_OK);
}

/* Many channels go another way than few: the same chains. */
TEST(windows, weights_have_the_same_bits_whatever_channels_are_beside)
{
    for (uint64_t i = 0; i < 60; i++) {
        start(i);
        wki_conv_attrs attrs = { .window = some_window(), .groups = 1 + (int32_t)below(2), .by_weight = true };
        const wki_window *w = &attrs.window;
        const int64_t few = 1 + below(15), many = few + 16 + below(60), out = 1 + below(20), n = below(9);
        const int64_t taps = wki_volume(w->kernel), heights = w->kernel[1], g = attrs.groups;
        const wk_dtype type = types[i % 2];
        attrs.sliced = w->stride[1] == 1 && below(2);
        const wki_view *y = planes(type, n, g * out, w->out);
        const wki_view *x = planes(type, n, g * few, w->in), *more = planes(type, n, g * many, w->in);
        for (int64_t k = 0, plane = wki_volume(w->in); k < wki_numel(x); k++) {
            const int64_t c = k / plane % few, image = k / plane / few; /* and group */
            set(more, (image * many + c) * plane + k % plane, get(x, k));
        }
        const wki_view *a = packed(type, 2, (int64_t[]){ 2, g * out * few * taps });
        const wki_view *b = packed(type, 2, (int64_t[]){ 2, g * out * many * taps });
        run_every_way(&wki_cpu_conv_weight, WKI_ISA_AVX2, (const wki_view *[]){ b, more, y }, 3, 1, &attrs);
        run_once(&wki_cpu_conv_weight, (const wki_view *[]){ a, x, y }, 3, &attrs);
        run_once(&wki_cpu_conv_weight, (const wki_view *[]){ b, more, y }, 3, &attrs);
        const int64_t row = attrs.sliced ? taps / heights : taps; /* taps of a channel side by side */
        for (int64_t k = 0; k < wki_numel(a); k++) {
            const int64_t c = k / row % few, line = k / row / few;
            EXPECT(b, (line * many + c) * row + k % row, get(a, k), 0);
        }
    }
    finish();
}

/* Many images go another way than few: the same chains. */
TEST(windows, images_have_the_same_bits_whatever_others_are_beside)
{
    for (uint64_t i = 0; i < 100; i++) {
        start(i);
        const bool large = i % 25 == 0; /* more weights than stay in a cache: rows may be short */
        const wki_window window = large ? small_planes() : some_window();
        wki_conv_attrs attrs = { .window = window, .groups = 1 + (int32_t)below(large ? 1 : 2), .bias = below(2) };
        const wki_window *w = &attrs.window;
        const int64_t few = 1 + below(5), many = 8 + below(large ? 5 : 20);
        const int64_t in = large ? 140 : 16 + below(50), out = large ? 130 + below(20) : 16 + below(60);
        const int64_t g = attrs.groups, plane = wki_volume(w->in) * in * g, windows = wki_volume(w->out) * out * g;
        const wk_dtype type = types[i % 2];
        attrs.sliced = w->stride[1] == 1 && below(2);
        const wki_view *x = planes(type, few, g * in, w->in), *more = planes(type, many, g * in, w->in);
        const wki_view *a = planes(type, few, g * out, w->out), *b = planes(type, many, g * out, w->out);
        const wki_view *weights = planes(type, g * out, in, w->kernel);
        const wki_view *bias = packed(type, 1, (int64_t[]){ g * (in > out ? in : out) });
        const int64_t first = below(many - few + 1);
        for (int64_t k = 0; k < few * plane; k++) set(more, first * plane + k, get(x, k));
        if (below(2)) set(weights, below(wki_numel(weights)), (double)INFINITY); /* shows where zeros are multiplied */
        run_every_way(&wki_cpu_conv, WKI_ISA_AVX2, (const wki_view *[]){ b, more, weights, bias }, 4, 1, &attrs);
        run_once(&wki_cpu_conv, (const wki_view *[]){ a, x, weights, bias }, 4, &attrs);
        run_once(&wki_cpu_conv, (const wki_view *[]){ b, more, weights, bias }, 4, &attrs);
        for (int64_t k = 0; k < few * windows; k++) EXPECT(b, first * windows + k, get(a, k), 0);
        run_every_way(&wki_cpu_conv_data, WKI_ISA_AVX2, (const wki_view *[]){ more, b, weights, bias }, 4, 1, &attrs);
        run_once(&wki_cpu_conv_data, (const wki_view *[]){ x, a, weights, bias }, 4, &attrs);
        run_once(&wki_cpu_conv_data, (const wki_view *[]){ more, b, weights, bias }, 4, &attrs);
        for (int64_t k = 0; k < few * plane; k++) EXPECT(more, first * plane + k, get(x, k), 0);
    }
    finish();
}

TEST(windows, depthwise_convolution_has_the_same_bits_wherever_multiply_adds_are_fused)
{
    for (uint64_t i = 0; i < 60; i++) {
        start(i);
        wki_conv_attrs attrs = { .window = some_window(), .groups = 1 + (int32_t)below(5), .bias = below(2) };
        wki_window *w = &attrs.window;
        for (int d = 1; d < 3; d++) {
            w->out[d] = (w->out[d] - 1) * w->stride[d] + 1;
            w->stride[d] = 1;
        }
        const wk_dtype type = types[i % 2];
        const wki_view *x = planes(type, 3, attrs.groups, w->in), *y = planes(type, 3, attrs.groups, w->out);
        const wki_view *weights = planes(type, attrs.groups, 1, w->kernel);
        const wki_view *b = packed(type, 1, (int64_t[]){ attrs.groups });
        const wki_view *parts = packed(type, 2, (int64_t[]){ 2, wki_numel(weights) });
        run_every_way(&wki_cpu_conv_depth, WKI_ISA_AVX2, (const wki_view *[]){ y, x, weights, b }, 4, 1, &attrs);
        attrs.by_weight = true;
        run_every_way(&wki_cpu_conv_depth, WKI_ISA_BASE, (const wki_view *[]){ parts, x, y }, 3, 1, &attrs);
    }
    finish();
}

WICK_TEST_MAIN
