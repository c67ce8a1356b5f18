/* oneDNN's convolutions and means against the kernels of this library, in one process: the same numbers, as f32 rounds.
 * Only where the build has oneDNN. */
#include "backends/cpu/onednn.h"
#include "backends/cpu/windows.h"
#include "base/thread.h"
#include "kernel_check.h"
#include "wick/wick.h"

WICK_ON_CPU("its subject is a choice of the CPU's kernels")

static const wki_view *planes(wk_dtype dtype, int64_t n, int64_t c, const int32_t size[3])
{
    return packed(dtype, 5, (int64_t[]){ n, c, size[0], size[1], size[2] });
}

/* Over 1 to 3 dims. */
static wki_window some_window(void)
{
    wki_window w;
    const int first = (int)below(3);
    for (int d = 0; d < 3; d++) {
        const bool slides = d >= first;
        w.kernel[d] = slides ? 1 + (int32_t)below(d ? 5 : 2) : 1, w.stride[d] = slides ? 1 + (int32_t)below(3) : 1;
        w.dilation[d] = slides ? 1 + (int32_t)below(2) : 1, w.padding[d] = (int32_t)below(w.kernel[d] / 2 + 1);
        const int32_t reach = (w.kernel[d] - 1) * w.dilation[d] + 1 - 2 * w.padding[d], least = reach > 1 ? reach : 1;
        w.in[d] = least + (int32_t)(!slides ? 0 : below(d == 2 ? 30 : d == 1 ? 8 : 3));
        w.out[d] = (w.in[d] - reach) / w.stride[d] + 1;
    }
    return w;
}

static double largest(const wki_view *v)
{
    double most = 0;
    for (int64_t i = 0; i < wki_numel(v); i++) most = fmax(most, fabs(get(v, i)));
    return most;
}

static int taken, refused; /* by oneDNN */

/* The call by oneDNN, if it takes it, and by our kernel: outputs are alike. */
static void expect_alike(int op, const wki_kernel *kernel, const wki_view *const *views, int nviews, const void *attrs,
                         double tolerance)
{
    const wki_call call = {
        .op = (uint16_t)op, .nout = 1, .nviews = nviews, .views = views, .attrs = attrs, .work = 1 << 24
    };
    array *out = array_of(views[0]);
    wk_status status = WK_E_STATE;
    if (!wki_onednn_run(&call, &status)) {
        refused++;
        return;
    }
    taken++;
    ck_assert_int_eq(status, WK_OK);
    memcpy(out->before, out->memory, out->bytes);
    ck_assert_int_eq(run(kernel, &call, false), WK_OK);
    wki_view theirs = out->v;
    theirs.data = out->before;
    const double most = largest(views[0]);
    for (int64_t i = 0; i < wki_numel(views[0]); i++)
        ck_assert_msg(fabs(get(&theirs, i) - get(views[0], i)) <= tolerance * most,
                      "%s: element %lld of %s is %.9g by oneDNN, %.9g by ours", kernel->name, (long long)i,
                      wki_show(views[0]), get(&theirs, i), get(views[0], i));
}

enum { DEPTHWISE, FEW, MANY, KINDS };

/* Those that bfloat16 has, whose sums f32 has. */
static void whole_numbers(const wki_view *v)
{
    for (int64_t i = 0; i < wki_numel(v); i++) set(v, i, (double)(below(9) - 4));
}

static void compare_convolutions(int kind, bool bf16)
{
    wki_conv_attrs a = { .window = some_window(), .groups = 1 + (int32_t)below(3), .bias = below(2), .bf16 = bf16 };
    int64_t in = 1 + below(4), out = 1 + below(5);
    if (kind == MANY) in = 8 + below(30), out = 8 + below(30);
    if (kind == DEPTHWISE) in = out = 1, a.groups = 8 + (int32_t)below(20);
    const int64_t n = 1 + below(4);
    const wki_view *x = planes(WK_F32, n, a.groups * in, a.window.in),
                   *y = planes(WK_F32, n, a.groups * out, a.window.out);
    const wki_view *w = planes(WK_F32, a.groups * out, in, a.window.kernel);
    const wki_view *whole = packed(WK_F32, 2, (int64_t[]){ 1, wki_numel(w) });
    const wki_view *b = packed(WK_F32, 1, (int64_t[]){ a.groups * out }),
                   *c = packed(WK_F32, 1, (int64_t[]){ a.groups * in });
    const double tolerance = bf16 ? 3e-7 : 3e-6;
    if (bf16) whole_numbers(x), whole_numbers(w);
    expect_alike(WKI_OP_conv, &wki_cpu_conv, (const wki_view *[]){ y, x, w, b }, 4, &a, tolerance);
    if (bf16) whole_numbers(y);
    expect_alike(WKI_OP_conv_data, &wki_cpu_conv_data, (const wki_view *[]){ x, y, w, c }, 4, &a, tolerance);
    if (bf16) whole_numbers(x);
    a.bias = false;
    if (wki_onednn_takes(WKI_OP_conv_weight, w, &a))
        expect_alike(WKI_OP_conv_weight, &wki_cpu_conv_weight, (const wki_view *[]){ whole, x, y }, 3, &a, tolerance);
}

TEST(onednn, convolves_and_derives_as_our_kernels_do)
{
    wki_onednn_choose(true);
    for (uint64_t i = 0; i < 90; i++) {
        start(i);
        compare_convolutions((int)(i % KINDS), false);
    }
    CHECK(taken > 50 * refused);
    finish();
}

TEST(onednn, convolves_the_numbers_of_bfloat16)
{
    wki_onednn_choose(true);
    for (uint64_t i = 0; i < 60; i++) {
        start(i);
        compare_convolutions((int)(i % KINDS), true);
    }
    finish();
}

TEST(onednn, takes_means_as_our_kernels_do)
{
    wki_onednn_choose(true);
    for (uint64_t i = 0; i < 80; i++) {
        start(i);
        wki_pool_attrs a = { .window = some_window(), .adaptive = below(4) == 0, .include = below(2) };
        wki_window *w = &a.window;
        for (int d = 0; d < 3; d++) {
            w->dilation[d] = 1;
            const int32_t rest = w->in[d] + 2 * w->padding[d] - w->kernel[d];
            w->out[d] = rest / w->stride[d] + 1;
            const bool more = !a.include && rest % w->stride[d] && w->out[d] * w->stride[d] < w->in[d] + w->padding[d];
            if (more && below(2)) w->out[d]++; /* as ceil_mode has it */
            if (a.adaptive) w->in[d] = w->out[d] * (1 + (int32_t)below(3));
        }
        const wki_view *x = planes(WK_F32, 2, 16, w->in), *y = planes(WK_F32, 2, 16, w->out);
        expect_alike(WKI_OP_pool_mean, &wki_cpu_pool_mean, (const wki_view *[]){ y, x }, 2, &a, 1e-6);
        a.backward = true;
        expect_alike(WKI_OP_pool_mean, &wki_cpu_pool_mean, (const wki_view *[]){ x, y }, 2, &a, 1e-6);
    }
    finish();
}

/* ---- What is not for it ---- */

static void expect_refused(int op, const wki_view *const *views, int nviews, const void *attrs)
{
    const wki_call call = { .op = (uint16_t)op, .nout = 1, .nviews = nviews, .views = views, .attrs = attrs };
    array *out = array_of(views[0]);
    wk_status status;
    memcpy(out->before, out->memory, out->bytes);
    CHECK(!wki_onednn_run(&call, &status));
    CHECK(!memcmp(out->before, out->memory, out->bytes));
}

static wki_window square(int32_t in, int32_t out, int32_t kernel, int32_t stride, int32_t padding, int32_t dilation)
{
    return (wki_window){ { 1, in, in },         { 1, out, out },         { 1, kernel, kernel },
                         { 1, stride, stride }, { 0, padding, padding }, { 1, dilation, dilation } };
}

TEST(onednn, leaves_to_our_kernels_what_it_would_do_otherwise)
{
    wki_onednn_choose(true);
    start(0);
    wki_conv_attrs a = { .window = square(8, 6, 3, 1, 0, 1), .groups = 1 };
    const wki_view *x = planes(WK_F64, 1, 8, a.window.in), *y = planes(WK_F64, 1, 8, a.window.out);
    const wki_view *w = planes(WK_F64, 8, 8, a.window.kernel);
    expect_refused(WKI_OP_conv, (const wki_view *[]){ y, x, w }, 3, &a);

    wki_conv_attrs rest = { .window = square(9, 5, 2, 1, 0, 4), .groups = 1 }; /* four more windows would fit */
    const wki_view *v = planes(WK_F32, 8, 8, rest.window.kernel), *large = planes(WK_F32, 1, 8, rest.window.in);
    CHECK(wki_onednn_takes(WKI_OP_conv_data, v, &rest));
    rest.window.out[1] = rest.window.out[2] = 1;
    CHECK(!wki_onednn_takes(WKI_OP_conv_data, v, &rest));
    const wki_view *one = planes(WK_F32, 1, 8, rest.window.out);
    expect_refused(WKI_OP_conv_data, (const wki_view *[]){ large, one, v }, 3, &rest);

    wki_pool_attrs mean = { .window = square(8, 4, 3, 2, 0, 1), .include = true }; /* beyond x, and no padding there */
    const wki_view *from = planes(WK_F32, 1, 16, mean.window.in), *to = planes(WK_F32, 1, 16, mean.window.out);
    mean.window.padding[1] = mean.window.padding[2] = 0;
    expect_refused(WKI_OP_pool_mean, (const wki_view *[]){ to, from }, 2, &mean);
    mean.include = false, mean.divisor = 5;
    expect_refused(WKI_OP_pool_mean, (const wki_view *[]){ to, from }, 2, &mean);
    finish();
}

/* ---- As users meet it ---- */

static wk_tensor *loss_of(wk_tensor *x, wk_tensor *w, wk_tensor *b, int stride, int groups)
{
    wk_tensor *y = wk_conv2d(x, w, b, .stride = WK_DIMS(stride), .padding = WK_DIMS(1), .groups = groups);
    wk_tensor *back =
        wk_conv_transpose2d(wk_tanh(y), w, NULL, .stride = WK_DIMS(stride), .padding = WK_DIMS(1), .groups = groups);
    return wk_mean(wk_square(wk_avg_pool2d(back, WK_DIMS(2), .padding = WK_DIMS(1))));
}

/* The loss, its gradients, and those of their squares: [loss, x, w, b, x again, w again] */
static void derive(bool onednn, wk_tensor *const *leaves, int stride, int groups, wk_tensor *to[6])
{
    wki_onednn_choose(onednn);
    to[0] = loss_of(leaves[0], leaves[1], leaves[2], stride, groups);
    ck_assert_int_eq(wk_autograd_grad(&to[0], 1, leaves, 3, true, to + 1), WK_OK);
    wk_tensor *again = wk_add(wk_sum(wk_square(to[1])), wk_sum(wk_square(to[2])));
    ck_assert_int_eq(wk_autograd_grad(&again, 1, leaves, 2, false, to + 4), WK_OK);
}

TEST(onednn, gives_the_gradients_of_gradients_that_ours_give)
{
    for (int stride = 1; stride <= 2; stride++)
        for (int groups = 1; groups <= 16; groups *= 4) {
            WK_SCOPE(round);
            wk_tensor *leaves[] = { wk_requires_grad(wk_randn(WK_SHAPE(2, 16, 9, 11), WK_F32)),
                                    wk_requires_grad(wk_randn(WK_SHAPE(16, 16 / groups, 3, 3), WK_F32)),
                                    wk_requires_grad(wk_randn(WK_SHAPE(16), WK_F32)) };
            wk_tensor *ours[6], *theirs[6];
            derive(false, leaves, stride, groups, ours);
            derive(true, leaves, stride, groups, theirs);
            for (int i = 0; i < 6; i++) {
                const double most = wk_item(wk_max(wk_abs(ours[i])));
                ck_assert_msg(wk_allclose(theirs[i], ours[i], 1e-4, 2e-5 * most), "stride %d, %d groups, number %d",
                              stride, groups, i);
            }
        }
}

/* ---- What is kept ---- */

enum { LENGTHS = 300 }; /* twice as many shapes as these are more than the table holds */

static bool goes_through_shapes(int from, int end)
{
    bool good = true;
    for (int i = from; i < end; i++) {
        WK_SCOPE(round);
        const int64_t full = 1 + i % LENGTHS; /* windows that lie in x */
        const int padding = i / LENGTHS % 2;
        wk_tensor *x = wk_ones(WK_SHAPE(1, 1, full + 2), WK_F32), *w = wk_ones(WK_SHAPE(8, 1, 3), WK_F32);
        wk_tensor *y = wk_conv1d(x, w, NULL, .padding = WK_DIMS(padding));
        good = good && wk_item(wk_sum(y)) == (double)(8 * (3 * full + 4 * padding));
    }
    return good;
}

TEST(onednn, serves_more_shapes_than_it_keeps)
{
    wki_onednn_choose(true);
    for (int i = 0; i < 2; i++) CHECK(goes_through_shapes(0, 2 * LENGTHS));
}

typedef struct visitor {
    int from;
    bool good;
} visitor;

static void visit(void *argument)
{
    visitor *v = argument;
    WK_SCOPE(thread);
    v->good = goes_through_shapes(v->from, v->from + 100);
}

TEST(onednn, serves_threads_at_once)
{
    wki_onednn_choose(true);
    visitor visitors[4] = { { 0, false }, { 0, false }, { 50, false }, { 500, false } };
    wki_thread *threads[4];
    for (int i = 0; i < 4; i++) threads[i] = wki_thread_start(visit, &visitors[i], "convolves");
    for (int i = 0; i < 4; i++) wki_thread_join(threads[i]);
    for (int i = 0; i < 4; i++) CHECK(visitors[i].good);
}

WICK_TEST_MAIN
