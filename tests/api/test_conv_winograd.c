/* Convolutions by Winograd's tiles: the law of backends/cpu/conv_winograd.h, an element at a time, whatever the
 * windows, sizes and cuts; what odd numbers reach; and that they are no further from exact sums than f32 has to be. */
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/conv_winograd.h"
#include "backends/cpu/windows.h"
#include "kernel_check.h"
#include "wick/wick.h"
#include <stdio.h>
#include <stdlib.h>

WICK_ON_CPU("its subject is the CPU's convolutions")

static const int ops[] = { WKI_OP_conv, WKI_OP_conv_data, WKI_OP_conv_weight };

/* ---- one convolution ---- */

typedef struct trial {
    int op;
    wki_conv_attrs attrs;
    const wki_view *x, *y, *w, *bias;
    const wki_view *views[4];
} trial;

static trial trial_of(int op, const wki_conv_attrs *attrs, int64_t n, int64_t in, int64_t out)
{
    trial t = { .op = op, .attrs = *attrs };
    const wki_window *w = &attrs->window;
    const bool by_weight = op == WKI_OP_conv_weight;
    t.x = packed(WK_F32, 5, (int64_t[]){ n, in, 1, w->in[1], w->in[2] });
    t.y = packed(WK_F32, 5, (int64_t[]){ n, out, 1, w->out[1], w->out[2] });
    t.w = packed(WK_F32, by_weight ? 2 : 5,
                 by_weight ? (int64_t[]){ 1, out * in * 9, 0, 0, 0 } : (int64_t[]){ out, in, 1, 3, 3 });
    t.bias = packed(WK_F32, 1, (int64_t[]){ op == WKI_OP_conv ? out : in });
    const wki_view *const views[][4] = { { t.y, t.x, t.w, t.bias }, { t.x, t.y, t.w, t.bias }, { t.w, t.x, t.y } };
    memcpy(t.views, views[op == WKI_OP_conv ? 0 : op == WKI_OP_conv_data ? 1 : 2], sizeof t.views);
    return t;
}

static wki_conv_attrs some_attrs(int op)
{
    wki_conv_attrs a = { .groups = 1, .bias = op != WKI_OP_conv_weight && below(2) };
    wki_window *w = &a.window;
    a.relu = op == WKI_OP_conv && below(2);
    for (int d = 0; d < 3; d++) w->in[d] = w->out[d] = w->kernel[d] = w->stride[d] = w->dilation[d] = 1;
    for (int d = 1; d < 3; d++) {
        w->kernel[d] = 3, w->padding[d] = (int32_t)below(3);
        w->out[d] = 1 + (int32_t)below(d == 2 ? 14 : 8);
        if (w->out[d] + 2 <= 2 * w->padding[d]) w->padding[d] = 0;
        w->in[d] = w->out[d] + 2 - 2 * w->padding[d];
    }
    return a;
}

static trial some_trial(int op, int64_t n, int64_t in, int64_t out)
{
    const wki_conv_attrs a = some_attrs(op);
    return trial_of(op, &a, n, in, out);
}

static const wki_kernel *kernel_of(int op)
{
    return op == WKI_OP_conv        ? &wki_conv_by_winograd
           : op == WKI_OP_conv_data ? &wki_conv_data_by_winograd
                                    : &wki_conv_weight_by_winograd;
}

static wki_call call_of(const trial *t)
{
    return (wki_call){ .nout = 1, .nviews = t->attrs.bias ? 4 : 3, .views = t->views, .attrs = &t->attrs };
}

static float *copy_of(const wki_view *v)
{
    const size_t bytes = (size_t)wki_numel(v) * sizeof(float);
    return memcpy(malloc(bytes + 1), v->data, bytes);
}

/* what the kernel without Winograd's tiles makes of it all */
static float *plain(const trial *t)
{
    const wki_call call = call_of(t);
    if (t->op == WKI_OP_conv_weight) {
        void *scratch = wki_alloc(wki_conv_weight_channels_scratch(&call));
        wki_conv_weight_channels(&call, 0, t->x->size[1], 0, t->y->size[1], scratch);
        wki_free(scratch);
    } else {
        CHECK(run(t->op == WKI_OP_conv ? &wki_conv_plain : &wki_conv_data_plain, &call, true) == WK_OK);
    }
    return copy_of(t->views[0]);
}

/* ---- its law ---- */

static bool fuses;

static float chained(float sum, float a, float b)
{
    const float product = a * b;
    return fuses ? fmaf(a, b, sum) : sum + product;
}

static float at(const wki_view *v, int64_t n, int64_t c, int64_t h, int64_t w)
{
    if (h < 0 || w < 0 || h >= v->size[3] || w >= v->size[4]) return 0;
    return ((const float *)v->data)[((n * v->size[1] + c) * v->size[3] + h) * v->size[4] + w];
}

/* B^T d B of the 4x4 pixels from h and w on */
static void see(const wki_view *v, int64_t n, int64_t c, int64_t h, int64_t w, float to[16])
{
    float down[4][4];
    for (int j = 0; j < 4; j++) {
        float d[4];
        for (int i = 0; i < 4; i++) d[i] = at(v, n, c, h + i, w + j);
        down[0][j] = d[0] - d[2], down[1][j] = d[1] + d[2], down[2][j] = d[2] - d[1], down[3][j] = d[1] - d[3];
    }
    for (int i = 0; i < 4; i++) {
        const float *d = down[i];
        to[4 * i] = d[0] - d[2], to[4 * i + 1] = d[1] + d[2], to[4 * i + 2] = d[2] - d[1], to[4 * i + 3] = d[1] - d[3];
    }
}

static void weigh_three(float a, float b, float c, float to[4])
{
    to[0] = a, to[1] = (a + c + b) * 0.5f, to[2] = (a + c - b) * 0.5f, to[3] = c;
}

/* G g G^T of the weights between channels o and c; turned: from the last tap to the first */
static void weigh(const wki_view *w, int64_t o, int64_t c, bool turned, float to[16])
{
    float down[3][4];
    for (int j = 0; j < 3; j++) {
        float g[3];
        for (int i = 0; i < 3; i++) g[i] = turned ? at(w, o, c, 2 - i, 2 - j) : at(w, o, c, i, j);
        weigh_three(g[0], g[1], g[2], down[j]);
    }
    for (int i = 0; i < 4; i++) weigh_three(down[0][i], down[1][i], down[2][i], to + 4 * i);
}

/* of channel c of image n, at h and w */
static float made(const trial *t, int64_t n, int64_t c, int64_t h, int64_t w)
{
    const bool data = t->op == WKI_OP_conv_data;
    const wki_view *from = t->views[1];
    const int32_t *padding = t->attrs.window.padding;
    const int64_t top = h / 2 * 2 - (data ? 2 - padding[1] : padding[1]),
                  left = w / 2 * 2 - (data ? 2 - padding[2] : padding[2]);
    float m[16] = { 0 }, row[4];
    for (int64_t k = 0; k < from->size[1]; k++) {
        float d[16], g[16];
        see(from, n, k, top, left, d);
        weigh(t->w, data ? k : c, data ? c : k, data, g);
        for (int i = 0; i < 16; i++) m[i] = chained(m[i], d[i], g[i]);
    }
    for (int j = 0; j < 4; j++) row[j] = h % 2 ? m[4 + j] - m[8 + j] - m[12 + j] : m[j] + m[4 + j] + m[8 + j];
    float y = w % 2 ? row[1] - row[2] - row[3] : row[0] + row[1] + row[2];
    if (t->attrs.bias) y += ((const float *)t->bias->data)[c];
    return t->attrs.relu && y < 0 ? 0 : y;
}

/* A e A^T of 2x2 from h and w on */
static void back(const wki_view *v, int64_t n, int64_t c, int64_t h, int64_t w, float to[16])
{
    float down[4][2];
    for (int j = 0; j < 2; j++) {
        const float a = at(v, n, c, h, w + j), b = at(v, n, c, h + 1, w + j);
        down[0][j] = a, down[1][j] = a + b, down[2][j] = a - b, down[3][j] = -b;
    }
    for (int i = 0; i < 4; i++) {
        const float a = down[i][0], b = down[i][1];
        to[4 * i] = a, to[4 * i + 1] = a + b, to[4 * i + 2] = a - b, to[4 * i + 3] = -b;
    }
}

static float give_three(const float u[4], int i)
{
    const float sum = (u[1] + u[2]) * 0.5f;
    return i == 0 ? u[0] + sum : i == 1 ? (u[1] - u[2]) * 0.5f : sum + u[3];
}

/* of the weight of channels o and c and a tap, by the images from n to end */
static float weighed(const trial *t, int64_t o, int64_t c, int64_t tap, int64_t n, int64_t end)
{
    const wki_window *w = &t->attrs.window;
    float u[16] = { 0 }, row[4];
    for (; n < end; n++)
        for (int64_t i = 0; i < w->out[1]; i += 2)
            for (int64_t j = 0; j < w->out[2]; j += 2) {
                float d[16], e[16];
                see(t->x, n, c, i - w->padding[1], j - w->padding[2], d);
                back(t->y, n, o, i, j, e);
                for (int k = 0; k < 16; k++) u[k] = chained(u[k], d[k], e[k]);
            }
    for (int j = 0; j < 4; j++)
        row[j] = give_three((const float[]){ u[j], u[4 + j], u[8 + j], u[12 + j] }, (int)tap / 3);
    return give_three(row, (int)tap % 3);
}

static float added_up(const trial *t, int64_t o, int64_t c, int64_t tap)
{
    const int64_t n = t->x->size[0], tiles = (t->y->size[3] + 1) / 2 * ((t->y->size[4] + 1) / 2);
    const int64_t parts = wki_winograd_parts(n, tiles);
    float sum = weighed(t, o, c, tap, 0, n / parts);
    for (int64_t k = 1; k < parts; k++) sum += weighed(t, o, c, tap, n * k / parts, n * (k + 1) / parts);
    return sum;
}

static float law(const trial *t, int64_t element)
{
    const wki_view *v = t->views[0];
    if (t->op == WKI_OP_conv_weight)
        return added_up(t, element / 9 / t->x->size[1], element / 9 % t->x->size[1], element % 9);
    const int64_t width = v->size[4], plane = v->size[3] * width, channel = element / plane;
    return made(t, channel / v->size[1], channel % v->size[1], element % plane / width, element % width);
}

static bool has_odd(const wki_view *v, int64_t from, int64_t n)
{
    for (int64_t i = from; i < from + n; i++)
        if (!(fabsf(((const float *)v->data)[i]) < 0x1p125f)) return true;
    return false;
}

/* is it left to the kernel without tiles? */
static bool is_left(const trial *t, int64_t element)
{
    const wki_view *from = t->views[1], *with = t->views[2];
    const int64_t images = from->size[0], each = wki_numel(from) / images;
    if (has_odd(with, 0, wki_numel(with))) return true;
    if (t->op == WKI_OP_conv_weight) return has_odd(from, 0, wki_numel(from));
    return has_odd(from, element / (wki_numel(t->views[0]) / images) * each, each);
}

/* in double, of all that a tap sees */
static double exactly(const trial *t, int64_t element)
{
    const wki_window *win = &t->attrs.window;
    const wki_view *v = t->views[0];
    double sum = 0;
    if (t->op == WKI_OP_conv_weight) {
        const int64_t o = element / 9 / t->x->size[1], c = element / 9 % t->x->size[1], tap = element % 9;
        for (int64_t n = 0; n < t->x->size[0]; n++)
            for (int64_t i = 0; i < win->out[1]; i++)
                for (int64_t j = 0; j < win->out[2]; j++)
                    sum += (double)at(t->y, n, o, i, j) *
                           (double)at(t->x, n, c, i - win->padding[1] + tap / 3, j - win->padding[2] + tap % 3);
        return sum;
    }
    const bool data = t->op == WKI_OP_conv_data;
    const int64_t width = v->size[4], plane = v->size[3] * width, n = element / plane / v->size[1];
    const int64_t c = element / plane % v->size[1], h = element % plane / width, w = element % width;
    for (int64_t k = 0; k < t->views[1]->size[1]; k++)
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                sum += data ? (double)at(t->y, n, k, h + win->padding[1] - i, w + win->padding[2] - j) *
                                  (double)at(t->w, k, c, i, j)
                            : (double)at(t->x, n, k, h - win->padding[1] + i, w - win->padding[2] + j) *
                                  (double)at(t->w, c, k, i, j);
    if (t->attrs.bias) sum += (double)((const float *)t->bias->data)[c];
    return t->attrs.relu && sum < 0 ? 0 : sum;
}

static bool same(float a, float b) { return a == b || (isnan(a) && isnan(b)); }

static void compare(const trial *t, const float *exact, int looked_at)
{
    for (int i = 0; i < looked_at; i++) {
        const int64_t e = below(wki_numel(t->views[0]));
        const float got = ((const float *)t->views[0]->data)[e], want = is_left(t, e) ? exact[e] : law(t, e);
        ck_assert_msg(same(got, want), "op %d, element %lld of %s is %.9g; expected %.9g", t->op, (long long)e,
                      wki_show(t->views[0]), (double)got, (double)want);
    }
}

/* The same bits in all sets that fuse, in any pieces; some elements are the law's. */
static void give_fused(const trial *t, int looked_at)
{
    if (wk_set_cpu_isa("avx2")) {
        wk_error_clear();
        return;
    }
    float *const exact = plain(t);
    fuses = true;
    run_every_way(kernel_of(t->op), WKI_ISA_AVX2, t->views, t->attrs.bias ? 4 : 3, 1, &t->attrs);
    compare(t, exact, looked_at);
    free(exact);
}

static void give(const trial *t, int looked_at)
{
    const wki_call call = call_of(t);
    give_fused(t, looked_at);
    CHECK(wk_set_cpu_isa("base") == WK_OK);
    float *const exact = plain(t);
    fuses = false;
    CHECK(run(kernel_of(t->op), &call, true) == WK_OK);
    compare(t, exact, looked_at);
    free(exact);
}

/* ---- laws ---- */

TEST(conv_winograd, are_their_law_whatever_the_sizes_and_cuts)
{
    for (uint64_t i = 0; i < 60; i++) {
        start(i);
        const int64_t most = i % 10 ? 40 : 150;
        const trial t = some_trial(ops[i % 3], 1 + below(i % 4 ? 6 : 20), 1 + below(most), 1 + below(most));
        give(&t, 20);
    }
    finish();
}

/* Bands of one image, and blocks of images whose planes share cache lines. */
TEST(conv_winograd, are_their_law_of_large_planes_and_many_channels)
{
    static const int64_t shapes[][5] = { { 3, 40, 33, 70, 70 },
                                         { 9, 64, 64, 32, 32 },
                                         { 5, 200, 70, 16, 16 },
                                         { 24, 160, 48, 4, 4 },
                                         { 2, 50, 20, 2, 500 } };
    for (uint64_t i = 0; i < 15; i++) {
        start(500 + i);
        const int64_t *s = shapes[i / 3];
        wki_conv_attrs a = some_attrs(ops[i % 3]);
        for (int d = 1; d < 3; d++) a.window.padding[d] = 1, a.window.in[d] = a.window.out[d] = (int32_t)s[2 + d];
        const trial t = trial_of(ops[i % 3], &a, s[0], s[1], s[2]);
        give_fused(&t, 20);
    }
    finish();
}

/* an infinity, NaN, or a number that sums of four may carry away */
TEST(conv_winograd, leave_images_with_odd_numbers_to_the_kernels_without)
{
    static const float odd[] = { INFINITY, -INFINITY, NAN, 0x1p125f, -0x1.8p126f, 0x1.fffffep124f };
    for (uint64_t i = 0; i < 48; i++) {
        start(1000 + i);
        const trial t = some_trial(ops[i % 3], 2 + below(8), 1 + below(40), 1 + below(70));
        const wki_view *const hit = t.views[1 + (below(3) == 0)];
        set(hit, below(wki_numel(hit)), (double)odd[below(6)]);
        give(&t, 40);
    }
    finish();
}

/* Of normal numbers: the root mean square of what is not exact, beside that of one chain. */
TEST(conv_winograd, err_hardly_more_than_one_chain_does)
{
    double by[2][3] = { { 0 } };
    CHECK(wk_set_cpu_isa("base") == WK_OK);
    for (uint64_t i = 0; i < 12; i++) {
        start(2000 + i);
        const trial t = some_trial(ops[i % 3], 8, 64, 48);
        float *const chain = plain(&t);
        const wki_call call = call_of(&t);
        CHECK(run(kernel_of(t.op), &call, false) == WK_OK);
        for (int e = 0; e < 200; e++) {
            const int64_t at_e = below(wki_numel(t.views[0]));
            const double exact = exactly(&t, at_e);
            by[0][i % 3] += pow((double)((const float *)t.views[0]->data)[at_e] - exact, 2);
            by[1][i % 3] += pow((double)chain[at_e] - exact, 2);
        }
        free(chain);
    }
    for (int k = 0; k < 3; k++) {
        const double ratio = sqrt(by[0][k] / by[1][k]);
        printf("%s: %.2f times the error of one chain\n", kernel_of(ops[k])->name, ratio);
        CHECK(ratio < 3);
    }
    finish();
}

WICK_TEST_MAIN
