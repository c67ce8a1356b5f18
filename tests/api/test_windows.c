/* The kernels of convolution and pooling: the same bits in every instruction set and in any pieces. Values are tested
 * against plain loops in test_conv.c. */
#include "backends/cpu/windows.h"
#include "kernel_check.h"

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
