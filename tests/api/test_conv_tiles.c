/* Convolutions on tiles, by AMX where the machine has it and by the twin in plain C everywhere: the law of
 * backends/cpu/conv_tiles.h, an element at a time, whatever the windows, sizes and cuts; and what odd numbers reach. */
#include "backends/cpu/conv_tiles.h"
#include "backends/cpu/conv_ways.h"
#include "backends/cpu/windows.h"
#include "kernel_check.h"
#include "tile_law.h"
#include "wick/wick.h"
#include <stdio.h>
#include <stdlib.h>

WICK_ON_CPU("its subject is the CPU's convolutions")

enum { MODES = 3, KINDS = 2 * MODES };

/* split, split3 and bf16 by the twin, then by tiles; NULL: not here */
static const wki_tile_loops *loops_of(int kind)
{
    static const wki_tile_loops *const twins[] = { &wki_tiles_split_base, &wki_tiles_split3_base,
                                                   &wki_tiles_bf16_base };
    if (kind < MODES) return twins[kind];
#ifdef __x86_64__
    static const wki_tile_loops *const tiles[] = { &wki_tiles_split_amx, &wki_tiles_split3_amx, &wki_tiles_bf16_amx };
    if (wki_has_tiles()) return tiles[kind - MODES];
#endif
    return NULL;
}

/* ---- one convolution ---- */

typedef struct trial {
    int op, mode; /* conv, conv_data or conv_weight; split, split3 or bf16 */
    wki_conv_attrs attrs;
    const wki_view *x, *y, *w, *bias;
    const wki_view *views[4];
    wki_call call;
} trial;

static wki_window some_window(void)
{
    wki_window w = { .in = { 1 }, .out = { 1 }, .kernel = { 1 }, .stride = { 1 }, .dilation = { 1 } };
    for (int d = 1; d < 3; d++) {
        w.kernel[d] = 1 + (int32_t)below(4), w.stride[d] = 1 + (int32_t)below(3), w.dilation[d] = 1 + (int32_t)below(2);
        w.padding[d] = (int32_t)below(below(4) ? w.kernel[d] / 2 + 1 : 6);
        const int32_t reach = (w.kernel[d] - 1) * w.dilation[d] + 1 - 2 * w.padding[d], least = reach > 1 ? reach : 1;
        w.in[d] = least + (int32_t)below(d == 2 ? 14 : 6);
        w.out[d] = (w.in[d] - reach) / w.stride[d] + 1;
    }
    return w;
}

static trial some_trial(int op, int64_t n, int64_t in, int64_t out)
{
    trial t = { .op = op, .attrs = { .window = some_window(), .groups = 1 } };
    const wki_window *w = &t.attrs.window;
    t.attrs.bias = op != WKI_OP_conv_weight && below(2), t.attrs.relu = op == WKI_OP_conv && below(2);
    t.x = packed(WK_F32, 5, (int64_t[]){ n, in, w->in[0], w->in[1], w->in[2] });
    t.y = packed(WK_F32, 5, (int64_t[]){ n, out, w->out[0], w->out[1], w->out[2] });
    t.w = packed(WK_F32, op == WKI_OP_conv_weight ? 2 : 5,
                 op == WKI_OP_conv_weight ? (int64_t[]){ 1, out * in * wki_volume(w->kernel), 0, 0, 0 }
                                          : (int64_t[]){ out, in, w->kernel[0], w->kernel[1], w->kernel[2] });
    t.bias = packed(WK_F32, 1, (int64_t[]){ op == WKI_OP_conv ? out : in });
    return t;
}

static const wki_call *call_of(trial *t)
{
    const wki_view *const views[][4] = { { t->y, t->x, t->w, t->bias },
                                         { t->x, t->y, t->w, t->bias },
                                         { t->w, t->x, t->y } };
    memcpy(t->views, views[t->op == WKI_OP_conv ? 0 : t->op == WKI_OP_conv_data ? 1 : 2], sizeof t->views);
    t->call = (wki_call){ (uint16_t)t->op, 1, t->attrs.bias ? 4 : 3, t->views, &t->attrs, sizeof t->attrs, 1 };
    return &t->call;
}

static void make(trial *t, const wki_tile_loops *loops, bool cut)
{
    const wki_call *call = call_of(t);
    const wki_tile_way *way = t->op == WKI_OP_conv_weight ? &wki_conv_weight_tile_way : &wki_conv_tile_way;
    const size_t bytes = way->scratch(call, loops);
    void *scratch;
    CHECK(!posix_memalign(&scratch, 64, bytes));
    memset(scratch, 0xff, bytes);
    memset(t->views[0]->data, 0xff, (size_t)wki_numel(t->views[0]) * sizeof(float));
    for (int64_t end, begin = 0, units = way->units(call); begin < units; begin = end) {
        end = cut ? begin + 1 + below(units - begin) : units;
        CHECK(way->run(call, loops, begin, end, scratch) == WK_OK);
    }
    free(scratch);
}

/* what the kernel without tiles makes of it all */
static float *plain(trial *t)
{
    const wki_call *call = call_of(t);
    const size_t bytes = (size_t)wki_numel(t->views[0]) * sizeof(float);
    if (t->op == WKI_OP_conv_weight) {
        void *scratch;
        CHECK(!posix_memalign(&scratch, 64, wki_conv_weight_channels_scratch(call)));
        wki_conv_weight_channels(call, 0, t->x->size[1], 0, t->y->size[1], scratch);
        free(scratch);
    } else {
        CHECK(run(t->op == WKI_OP_conv ? &wki_conv_plain : &wki_conv_data_plain, call, true) == WK_OK);
    }
    return memcpy(malloc(bytes + 1), t->views[0]->data, bytes);
}

/* ---- its law ---- */

static float at(const wki_view *v, int64_t n, int64_t c, int64_t h, int64_t w)
{
    if (n >= v->size[0] || c >= v->size[1]) return 0;
    return ((const float *)v->data)[((n * v->size[1] + c) * v->size[3] + h) * v->size[4] + w];
}

/* of which of `size` elements tap `tap` is, for what is made at `i`; -1: none */
static int64_t seen(const wki_window *w, int d, bool data, int64_t i, int64_t tap)
{
    int64_t k =
        data ? i + w->padding[d] - tap * w->dilation[d] : i * w->stride[d] - w->padding[d] + tap * w->dilation[d];
    if (k < 0 || (data && k % w->stride[d])) return -1;
    if (data) k /= w->stride[d];
    return k < (data ? w->out[d] : w->in[d]) ? k : -1;
}

/* of channel c of image n, at h and w */
static float made(const trial *t, int parts, int64_t n, int64_t c, int64_t h, int64_t w)
{
    const bool data = t->op == WKI_OP_conv_data;
    const wki_view *from = data ? t->y : t->x;
    const int32_t *kernel = t->attrs.window.kernel;
    float sum = 0;
    for (int64_t block = 0; block < from->size[1]; block += 32)
        for (int64_t i = 0; i < kernel[1]; i++)
            for (int64_t j = 0; j < kernel[2]; j++) {
                float a[32], b[32];
                const int64_t y = seen(&t->attrs.window, 1, data, h, i), x = seen(&t->attrs.window, 2, data, w, j);
                if (x < 0 || y < 0) continue;
                for (int64_t k = 0; k < 32; k++) {
                    const int64_t channel = block + k;
                    a[k] = at(from, n, channel, y, x);
                    b[k] = channel < from->size[1] ? data ? at(t->w, channel, c, i, j) : at(t->w, c, channel, i, j) : 0;
                }
                sum = add_step(parts, sum, a, b);
            }
    if (t->attrs.bias) sum += ((const float *)t->bias->data)[c];
    return t->attrs.relu && sum < 0 ? 0 : sum;
}

/* of the weight of channels o and c and a tap */
static float weighed(const trial *t, int parts, int64_t o, int64_t c, int64_t tap)
{
    const wki_window *w = &t->attrs.window;
    float sum = 0;
    for (int64_t n = 0; n < t->x->size[0]; n += 32)
        for (int64_t i = 0; i < w->out[1]; i++)
            for (int64_t j = 0; j < w->out[2]; j++) {
                float a[32], b[32];
                const int64_t y = seen(w, 1, false, i, tap / w->kernel[2]),
                              x = seen(w, 2, false, j, tap % w->kernel[2]);
                if (x < 0 || y < 0) continue;
                for (int64_t k = 0; k < 32; k++) a[k] = at(t->y, n + k, o, i, j), b[k] = at(t->x, n + k, c, y, x);
                sum = add_step(parts, sum, a, b);
            }
    return sum;
}

static float law(const trial *t, int parts, int64_t element)
{
    const wki_view *v = t->views[0];
    if (t->op == WKI_OP_conv_weight) {
        const int64_t taps = wki_volume(t->attrs.window.kernel), in = t->x->size[1];
        return weighed(t, parts, element / taps / in, element / taps % in, element % taps);
    }
    const int64_t width = v->size[4], plane = v->size[3] * width, channel = element / plane;
    return made(t, parts, channel / v->size[1], channel % v->size[1], element % plane / width, element % width);
}

/* in some channels' planes, as far as rows are seen */
static bool has_odd(const trial *t, const wki_view *v, int64_t from, int64_t planes)
{
    const wki_window *w = &t->attrs.window;
    const int64_t reach = (w->kernel[1] - 1) * w->dilation[1], width = v->size[4], height = v->size[3];
    int64_t end = t->op == WKI_OP_conv_data ? (w->in[1] - 1 + w->padding[1]) / w->stride[1] + 1
                                            : (w->out[1] - 1) * w->stride[1] - w->padding[1] + reach + 1;
    if (end > height || v == t->w || (v == t->y && t->op == WKI_OP_conv_weight)) end = height;
    for (int64_t i = from * height * width; i < (from + planes) * height * width; i++)
        if (i / width % height < end && is_odd(((const float *)v->data)[i])) return true;
    return false;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* is it left to the kernel without tiles? */
static bool is_left(const trial *t, int64_t element)
{
    const wki_view *from = t->views[1], *with = t->views[2];
    const int64_t images = from->size[0], channels = from->size[1];
    if (t->op != WKI_OP_conv_weight) {
        const int64_t n = element / (wki_numel(t->views[0]) / images) / 16 * 16;
        return has_odd(t, with, 0, with->size[0] * with->size[1]) ||
               has_odd(t, from, n * channels, least(16, images - n) * channels);
    }
    const int64_t line = element / wki_volume(t->attrs.window.kernel), outs = with->size[1];
    const int64_t c = line % channels / 32 * 32, o = line / channels / 32 * 32;
    for (int64_t n = 0; n < images; n++)
        if (has_odd(t, from, n * channels + c, least(32, channels - c)) ||
            has_odd(t, with, n * outs + o, least(32, outs - o)))
            return true;
    return false;
}

static bool same(float a, float b) { return a == b || (isnan(a) && isnan(b)); }

/* By every kernel of a mode: the bits of the first, in any pieces; some elements are the law's. */
static void give(trial *t, int mode, int looked_at)
{
    float *const exact = plain(t), *first = NULL;
    const int64_t numel = wki_numel(t->views[0]);
    for (int kind = mode; kind < KINDS; kind += MODES)
        for (int way = 0; way < 2 && loops_of(kind); way++) {
            if (kind < MODES && way && loops_of(kind + MODES)) continue; /* twins are slow */
            make(t, loops_of(kind), way);
            const float *const got = t->views[0]->data;
            if (!first) first = memcpy(malloc((size_t)numel * sizeof *first + 1), got, (size_t)numel * sizeof *first);
            for (int64_t i = 0; i < numel; i++) CHECK(same(got[i], first[i]));
        }
    for (int i = 0; i < looked_at && numel > 0; i++) {
        const int64_t e = below(numel);
        const float want = is_left(t, e) ? exact[e] : law(t, loops_of(mode)->parts, e);
        ck_assert_msg(same(first[e], want), "op %d, element %lld of %s is %.9g; expected %.9g", t->op, (long long)e,
                      wki_show(t->views[0]), (double)first[e], (double)want);
    }
    free(exact), free(first);
}

/* ---- laws ---- */

static const int ops[] = { WKI_OP_conv, WKI_OP_conv_data, WKI_OP_conv_weight };

TEST(conv_tiles, add_up_what_taps_see_of_32_channels_or_images_at_a_time)
{
    for (uint64_t i = 0; i < 54; i++) {
        start(i);
        trial t = some_trial(ops[i % 3], 1 + below(40), 1 + below(i % 9 ? 40 : 100), 1 + below(i % 9 ? 40 : 100));
        give(&t, (int)(i / 3 % MODES), 60);
    }
    finish();
}

/* a few infinities, NaN and numbers that no part can hold */
TEST(conv_tiles, leave_groups_with_odd_numbers_to_the_kernels_without)
{
    static const float odd[] = { INFINITY, -INFINITY, NAN, 0x1.fffffep127f, -0x1.ffp127f, 0x1.fefffep127f };
    for (uint64_t i = 0; i < 45; i++) {
        start(1000 + i);
        trial t = some_trial(ops[i % 3], 17 + below(30), 1 + below(70), 1 + below(80));
        const wki_view *const hit[] = { t.op == WKI_OP_conv_data ? t.y : t.x, t.op == WKI_OP_conv_weight ? t.y : t.w };
        const wki_view *const v = hit[below(4) == 0];
        set(v, below(wki_numel(v)), (double)odd[below(6)]);
        give(&t, (int)(i / 3 % MODES), 60);
    }
    finish();
}

TEST(conv_tiles, are_their_law_of_small_and_large_numbers)
{
    for (uint64_t i = 0; i < 18; i++) {
        start(2000 + i);
        trial t = some_trial(ops[i % 3], 1 + below(20), 1 + below(40), 1 + below(40));
        (void)call_of(&t);
        for (int v = 1; v < 3; v++)
            for (int64_t k = 0; k < wki_numel(t.views[v]); k++)
                set(t.views[v], k,
                    ldexp(wki_rng_normal(&rng), (int)below(120) - (i / 6 == 0   ? 120
                                                                   : i / 6 == 1 ? 60
                                                                                : 10)));
        give(&t, (int)(i / 3 % MODES), 60);
    }
    finish();
}

WICK_TEST_MAIN
