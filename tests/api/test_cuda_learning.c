/* Optimizers, norms, pooling, columns and ctc on a device, beside the CPU: updates, pooling and columns to the bit. */
#include "backends/rules.h"
#include "cuda_bits.h"

WICK_ON_CPU("it compares the CPU with the device")

static wk_dtype kind(int twice) { return twice ? WK_F64 : WK_F32; }
static double near_enough(int twice) { return twice ? 1e-26 : 1e-11; }

/* ---- update ---- */

enum { PARAMETERS = 70 };

/* As optimizers have them after some steps; no state is negative that a root is taken of. */
static void fill_numbers(double numbers[WKI_N_COUNT], int step)
{
    const double all[WKI_N_COUNT] = {
        [WKI_N_SIGN] = step == 1 ? -1 : 1,
        [WKI_N_WEIGHT_DECAY] = step == 2 ? 0 : 0.01,
        [WKI_N_LR] = 0.05 / (1 + step),
        [WKI_N_EPS] = 1e-8,
        [WKI_N_MOMENTUM] = 0.9,
        [WKI_N_KEEP] = 0.95,
        [WKI_N_TAKE] = 0.05,
        [WKI_N_MIX] = 0.1,
        [WKI_N_ROOT] = 1.7,
        [WKI_N_SHRINK] = 0.999,
        [WKI_N_AHEAD] = 0.3,
        [WKI_N_LOW] = 1e-6,
        [WKI_N_HIGH] = 50,
    };
    memcpy(numbers, all, sizeof all);
}

TEST(update, gives_the_bits_of_the_cpu_by_every_rule_to_many_parameters)
{
    if (!cuda_here()) return;
    for (int rule = 0; rule < WKI_RULE_COUNT; rule++)
        for (int twice = 0; twice < 2; twice++) {
            const int each = 1 + wki_rule_states(rule), nout = PARAMETERS * each;
            double numbers[WKI_N_COUNT];
            const wki_update_attrs attrs = { rule, PARAMETERS, numbers };
            twin *views[PARAMETERS * (2 + WKI_MAX_STATES)];
            for (int k = 0; k < PARAMETERS; k++) {
                const int64_t n = k % 10 == 3 ? 0 : k % 10 == 5 ? 1 : k == 68 ? 2049 : 1 + below(300);
                for (int s = 0; s < each; s++)
                    views[k * each + s] = s ? wholes(kind(twice), 1, &n, 0, 0) : reals(kind(twice), 1, &n);
                views[nout + k] = reals(kind(twice), 1, &n);
            }
            for (int step = 0; step < 3; step++) {
                fill_numbers(numbers, step);
                for (int k = 0; k < nout + PARAMETERS; k++) send(views[k]);
                same_as_cpu(WKI_OP_update, nout, nout + PARAMETERS, views, &attrs, sizeof attrs, 0);
            }
            drop_twins();
        }
}

TEST(update, takes_parameters_of_many_blocks)
{
    if (!cuda_here()) return;
    const int64_t sizes[] = { 100003, 524289 };
    double numbers[WKI_N_COUNT];
    const wki_update_attrs attrs = { WKI_RULE_adam, 1, numbers };
    fill_numbers(numbers, 0);
    for (int i = 0; i < 2; i++) {
        const int64_t n = sizes[i];
        twin *const views[] = { reals(WK_F32, 1, &n), wholes(WK_F32, 1, &n, 0, 3), wholes(WK_F32, 1, &n, 0, 3),
                                reals(WK_F32, 1, &n) };
        same_as_cpu(WKI_OP_update, 3, 4, views, &attrs, sizeof attrs, 0);
        drop_twins();
    }
}

/* ---- Norms ---- */

typedef struct normed {
    wki_norm_attrs a;
    twin *x, *g, *mean, *var, *weight, *bias;
} normed;

static normed norm_of(int twice, const wki_norm_attrs *a, double offset)
{
    const int64_t whole[] = { a->n * a->groups * a->width * a->inner }, channels[] = { a->groups * a->width };
    const int64_t lines[] = { a->across ? a->groups : a->n * a->groups };
    normed t = { *a,
                 reals(kind(twice), 1, whole),
                 reals(kind(twice), 1, whole),
                 wholes(kind(twice), 1, lines, 0, 1),
                 wholes(kind(twice), 1, lines, 1, 3),
                 reals(kind(twice), 1, channels),
                 reals(kind(twice), 1, channels) };
    for (int64_t i = 0; i < whole[0] + 2 * MARGIN; i++) set_number(t.x, i, number_at(t.x, t.x->host, i) + offset);
    send(t.x);
    return t;
}

static void check_norm(int twice, const wki_norm_attrs *a, double offset)
{
    const normed t = norm_of(twice, a, offset);
    const bool each = !a->across && a->inner == 1;
    const int64_t whole[] = { wki_numel(&t.x->cpu) }, parts[] = { (a->across ? 1 : a->n) * a->groups * a->width };
    const double most = near_enough(twice) * (offset > 1 ? 1e4 : 1);
    twin *views[WKI_MAX_VIEWS] = { reals(kind(twice), 1, whole), t.mean, t.var, t.x };
    int n = 4;
    if (a->weight) views[n++] = t.weight;
    if (a->bias) views[n++] = t.bias;
    same_as_cpu(WKI_OP_norm, a->given ? 1 : 3, n, views, a, sizeof *a, most);
    send(t.mean), send(t.var); /* as the CPU has them */
    n = 0;
    views[n++] = reals(kind(twice), 1, whole);
    if (!each) views[n++] = reals(kind(twice), 1, parts), views[n++] = reals(kind(twice), 1, parts);
    const int nout = n;
    views[n++] = t.g, views[n++] = t.x, views[n++] = t.mean, views[n++] = t.var;
    if (a->weight) views[n++] = t.weight;
    same_as_cpu(WKI_OP_norm_backward, nout, n, views, a, sizeof *a, most);
    if (each) {
        twin *const sums[] = { reals(kind(twice), 1, parts), reals(kind(twice), 1, parts), t.g, t.x, t.mean, t.var };
        sums[0]->cpu.size[0] = sums[0]->gpu.size[0] = sums[1]->cpu.size[0] = sums[1]->gpu.size[0] =
            a->groups * a->width;
        same_as_cpu(WKI_OP_norm_sums, 2, 6, sums, a, sizeof *a, most);
    }
    drop_twins();
}

/* n, groups, width, inner: lines of a warp, of a block, of several; runs; channels with few and many neighbours;
 * nothing */
static const int64_t shapes[][4] = {
    { 5, 1, 33, 1 },  { 300, 1, 31, 1 },   { 3, 1, 1025, 1 },  { 2, 2, 700, 1 }, { 2, 1, 40007, 1 }, { 4, 3, 1, 49 },
    { 3, 2, 4, 31 },  { 2, 3, 5, 400 },    { 1, 2, 3, 20011 }, { 40, 5, 1, 1 },  { 1025, 33, 1, 1 }, { 33, 7, 1, 9 },
    { 7, 3, 1, 100 }, { 100, 2, 1, 1025 }, { 0, 3, 1, 4 },     { 3, 2, 1, 0 },   { 0, 2, 5, 1 },     { 2, 1, 1, 40 },
};

TEST(norm, and_its_gradients_are_the_cpus_for_every_shape)
{
    if (!cuda_here()) return;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int way = 0; way < 16; way++) {
            const bool across = way & 2, few = shapes[i][0] * shapes[i][3] > 20000;
            const bool alone =
                shapes[i][2] * shapes[i][3] == 1; /* a line of one: its gradient is what rounding leaves */
            if ((across ? shapes[i][2] != 1 : alone) || (few && way > 3)) continue;
            const wki_norm_attrs a = {
                shapes[i][0], shapes[i][1],        shapes[i][2],         shapes[i][3],       1e-5,
                across,       across && (way & 8), !(way & 8) || across, way & 1 || way & 4, way & 4 || way & 8
            };
            check_norm(way & 1, &a, 0);
        }
}

TEST(norm, keeps_its_digits_far_from_nought)
{
    if (!cuda_here()) return;
    const wki_norm_attrs layer = { 3, 1, 700, 1, 1e-5, false, false, true, true, true };
    const wki_norm_attrs batch = { 50, 4, 1, 9, 1e-5, true, false, true, true, true };
    check_norm(1, &layer, 1000), check_norm(1, &batch, 1000);
    check_norm(0, &layer, 100), check_norm(0, &batch, 100);
}

/* Also where the first element, from which distances are taken, is none. */
TEST(norm, has_the_cpus_nan_and_infinities)
{
    if (!cuda_here()) return;
    const double odd[] = { NAN, HUGE_VAL, -HUGE_VAL };
    const wki_norm_attrs shapes_of[] = { { 5, 1, 33, 1, 1e-5, false, false, true, false, false },
                                         { 5, 1, 33, 1, 1e-5, false, false, false, false, false },
                                         { 20, 5, 1, 4, 1e-5, true, false, true, false, false } };
    for (int i = 0; i < 9; i++)
        for (int first = 0; first < 2; first++) {
            const wki_norm_attrs *a = &shapes_of[i % 3];
            const normed t = norm_of(0, a, 0);
            const int64_t whole[] = { wki_numel(&t.x->cpu) };
            set_number(t.x, MARGIN + (first ? 0 : 3), odd[i / 3]);
            set_number(t.x, MARGIN + 35, odd[i / 3]);
            send(t.x);
            same_as_cpu(WKI_OP_norm, 3, 4, (twin *const[]){ reals(WK_F32, 1, whole), t.mean, t.var, t.x }, a, sizeof *a,
                        1e-11);
            drop_twins();
        }
}

/* ---- Pooling ---- */

static const wki_window windows[] = {
    { { 1, 1, 33 }, { 1, 1, 16 }, { 1, 1, 3 }, { 1, 1, 2 }, { 0, 0, 0 }, { 1, 1, 1 } },
    { { 1, 9, 31 }, { 1, 9, 31 }, { 1, 3, 3 }, { 1, 1, 1 }, { 0, 1, 1 }, { 1, 1, 1 } },
    { { 1, 9, 40 }, { 1, 4, 18 }, { 1, 3, 5 }, { 1, 2, 2 }, { 0, 1, 0 }, { 1, 1, 1 } },
    { { 5, 6, 7 }, { 3, 2, 4 }, { 2, 3, 1 }, { 2, 2, 2 }, { 1, 0, 0 }, { 1, 1, 1 } },
    { { 1, 12, 12 }, { 1, 8, 4 }, { 1, 3, 3 }, { 1, 1, 2 }, { 0, 0, 0 }, { 1, 2, 2 } },
    { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 0, 0, 0 }, { 1, 1, 1 } },
    /* those that share nothing: with something left, with padding, with gaps */
    { { 1, 12, 13 }, { 1, 6, 6 }, { 1, 2, 2 }, { 1, 2, 2 }, { 0, 0, 0 }, { 1, 1, 1 } },
    { { 4, 10, 11 }, { 2, 4, 4 }, { 2, 3, 3 }, { 2, 3, 3 }, { 0, 1, 1 }, { 1, 1, 1 } },
    { { 1, 9, 14 }, { 1, 3, 4 }, { 1, 2, 2 }, { 1, 3, 3 }, { 0, 0, 0 }, { 1, 1, 2 } },
};
static const wki_window spread[] = { { { 5, 6, 7 }, { 3, 4, 5 }, { 0 }, { 0 }, { 0 }, { 0 } },
                                     { { 1, 3, 40 }, { 1, 5, 7 }, { 0 }, { 0 }, { 0 }, { 0 } } };
enum { WINDOWS = sizeof windows / sizeof *windows };

static twin *planes(wk_dtype dtype, const int32_t size[3])
{
    return reals(dtype, 5, (const int64_t[]){ 2, 3, size[0], size[1], size[2] });
}
static twin *places(const int32_t size[3])
{
    return wholes(WK_I64, 5, (const int64_t[]){ 2, 3, size[0], size[1], size[2] }, 0, 0);
}

static twin *as_lines(twin *t)
{
    const int64_t planes = t->cpu.size[0] * t->cpu.size[1], size = wki_numel(&t->cpu) / planes;
    for (wki_view *v = &t->cpu; v; v = v == &t->cpu ? &t->gpu : NULL) {
        v->ndim = 2;
        v->size[0] = planes, v->size[1] = v->stride[0] = size, v->stride[1] = 1;
    }
    return t;
}

static void check_pools(int twice, const wki_window *w, bool adaptive)
{
    const wk_dtype dtype = kind(twice);
    for (int way = 0; way < 3; way++) {
        const wki_pool_attrs mean = { *w, way == 2 ? 7 : 0, adaptive, way == 1, false },
                             back = { *w, mean.divisor, adaptive, way == 1, true };
        twin *x = planes(dtype, w->in), *y = planes(dtype, w->out), *index = places(w->out);
        if (way == 1) { /* ties and NaN */
            const int64_t n = wki_numel(&x->cpu);
            for (int64_t i = 0; i < n; i++) set_number(x, MARGIN + i, below(20) ? (double)below(3) : NAN);
            send(x);
        }
        same_as_cpu(WKI_OP_pool_max, 2, 3, (twin *const[]){ y, index, x }, &mean, sizeof mean, 0);
        if (way < 2)
            same_as_cpu(
                WKI_OP_pool_put, 1, 3,
                (twin *const[]){ as_lines(planes(dtype, w->in)), as_lines(planes(dtype, w->out)), as_lines(index) }, w,
                sizeof *w, 0);
        if (!adaptive && w->dilation[2] > 1) continue; /* means have no such windows */
        same_as_cpu(WKI_OP_pool_mean, 1, 2, (twin *const[]){ y, x }, &mean, sizeof mean, 0);
        twin *g = planes(dtype, w->out);
        same_as_cpu(WKI_OP_pool_mean, 1, 2, (twin *const[]){ x, g }, &back, sizeof back, near_enough(twice));
    }
    drop_twins();
}

TEST(pooling, is_the_cpus_for_windows_of_every_kind)
{
    if (!cuda_here()) return;
    for (int twice = 0; twice < 2; twice++) {
        for (int i = 0; i < WINDOWS; i++) check_pools(twice, &windows[i], false);
        for (int i = 0; i < 2; i++) check_pools(twice, &spread[i], true);
    }
}

/* Lists of none, one, some and too many. */
TEST(pooling, puts_back_in_ascending_order_whatever_meets)
{
    if (!cuda_here()) return;
    const int64_t plane[][3] = { { 3, 50, 1025 }, { 2, 7, 100 }, { 1, 1, 33 },
                                 { 4, 2000, 31 }, { 2, 5, 0 },   { 1, 600, 5001 } };
    for (int i = 0; i < 6; i++)
        for (int twice = 0; twice < 2; twice++) {
            const int64_t in[] = { plane[i][0], plane[i][1] }, out[] = { plane[i][0], plane[i][2] };
            twin *x = reals(kind(twice), 2, in), *y = reals(kind(twice), 2, out),
                 *index = wholes(WK_I64, 2, out, 0, in[1] - 1);
            same_as_cpu(WKI_OP_pool_put, 1, 3, (twin *const[]){ x, y, index }, NULL, 0, 0);
            same_as_cpu(WKI_OP_pool_pick, 1, 3, (twin *const[]){ y, x, index }, NULL, 0, 0);
            drop_twins();
        }
}

TEST(columns, are_unfolded_and_folded_as_on_the_cpu)
{
    if (!cuda_here()) return;
    for (int twice = 0; twice < 2; twice++)
        for (int i = 0; i < WINDOWS; i++) {
            const wki_window *w = &windows[i];
            const int64_t taps = (int64_t)w->kernel[0] * w->kernel[1] * w->kernel[2];
            const int64_t size[] = { 2, 3 * taps, (int64_t)w->out[0] * w->out[1] * w->out[2] };
            twin *x = planes(kind(twice), w->in), *y = reals(kind(twice), 3, size), *back = planes(kind(twice), w->in);
            same_as_cpu(WKI_OP_unfold, 1, 2, (twin *const[]){ y, x }, w, sizeof *w, 0);
            same_as_cpu(WKI_OP_fold, 1, 2, (twin *const[]){ back, y }, w, sizeof *w, 0);
            drop_twins();
        }
}

TEST(resampling, is_the_cpus_along_every_dim)
{
    if (!cuda_here()) return;
    static const int64_t sizes[][2] = { { 7, 19 }, { 19, 7 }, { 1, 5 }, { 5, 1 }, { 300, 601 } };
    for (int i = 0; i < 5 * 2 * 8; i++) {
        const int64_t in = sizes[i % 5][0], out = sizes[i % 5][1];
        wki_resample_attrs a = { (double)in / (double)out, in, out, i % 3, (uint8_t)(i / 10 % 4), i / 40, false };
        int64_t size[] = { 3, 2, 5 };
        size[a.dim] = in;
        twin *x = reals(kind(i / 5 % 2), 3, size);
        size[a.dim] = out;
        twin *y = reals(kind(i / 5 % 2), 3, size);
        same_as_cpu(WKI_OP_resample, 1, 2, (twin *const[]){ y, x }, &a, sizeof a, 0);
        a.back = true;
        same_as_cpu(WKI_OP_resample, 1, 2, (twin *const[]){ x, y }, &a, sizeof a, 0);
        drop_twins();
    }
}

/* ---- ctc ---- */

enum { CTC_FRAMES = 37, SEQUENCES = 6, CLASSES = 11, LONGEST = 9 };

/* Random logits less the logarithm of their sum */
static twin *log_probabilities(wk_dtype dtype)
{
    twin *t = reals(dtype, 3, (const int64_t[]){ CTC_FRAMES, SEQUENCES, CLASSES });
    for (int64_t row = 0; row < CTC_FRAMES * SEQUENCES; row++) {
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) sum += exp(3 * number_at(t, t->host, MARGIN + row * CLASSES + c));
        for (int64_t i = MARGIN + row * CLASSES, c = 0; c < CLASSES; c++, i++)
            set_number(t, i, 3 * number_at(t, t->host, i) - log(sum));
    }
    send(t);
    return t;
}

static twin *spans(void)
{
    twin *t = wholes(WK_I64, 2, (const int64_t[]){ SEQUENCES, 3 }, 0, 0);
    const int64_t frames[] = { CTC_FRAMES, 20, 3, 0, CTC_FRAMES, 0 }, labels[] = { LONGEST, 4, LONGEST, 0, 0, 2 };
    for (int64_t b = 0; b < SEQUENCES; b++) {
        int64_t *span = (int64_t *)t->cpu.data + 3 * b;
        span[0] = b * LONGEST, span[1] = frames[b], span[2] = labels[b];
    }
    send(t);
    return t;
}

TEST(ctc, has_the_cpus_losses_and_gradients)
{
    if (!cuda_here()) return;
    for (int way = 0; way < 4; way++) {
        const wk_dtype dtype = kind(way & 1);
        wki_ctc_attrs a = { .blank = 2, .room = LONGEST, .zero_infinity = way & 2 };
        const int64_t n = SEQUENCES, m = SEQUENCES * LONGEST, alphas[] = { n, CTC_FRAMES, 2 * LONGEST + 1 };
        twin *losses = reals(dtype, 1, &n), *alpha = wholes(WK_F64, 3, alphas, 0, 0), *logp = log_probabilities(dtype);
        twin *labels = wholes(WK_I64, 1, &m, way & 2 ? 0 : 3, CLASSES - 1), *span = spans(), *g = reals(dtype, 1, &n);
        twin *d = reals(dtype, 3, (const int64_t[]){ CTC_FRAMES, SEQUENCES, CLASSES });
        same_as_cpu(WKI_OP_ctc, 2, 5, (twin *const[]){ losses, alpha, logp, labels, span }, &a, sizeof a,
                    way & 1 ? 1e-24 : 1e-11);
        send(alpha);
        a.backward = true;
        same_as_cpu(WKI_OP_ctc, 1, 6, (twin *const[]){ d, g, alpha, logp, labels, span }, &a, sizeof a,
                    way & 1 ? 1e-24 : 1e-11);
        drop_twins();
    }
}

TEST(ctc, reports_lengths_and_labels_and_leaves_those_sequences_out)
{
    if (!cuda_here()) return;
    const int64_t n = SEQUENCES, m = SEQUENCES * LONGEST, alphas[] = { n, CTC_FRAMES, 2 * LONGEST + 1 };
    for (int what = 0; what < 4; what++) {
        wki_ctc_attrs a = { .room = LONGEST };
        twin *losses = reals(WK_F32, 1, &n), *alpha = wholes(WK_F64, 3, alphas, 0, 0),
             *logp = log_probabilities(WK_F32);
        twin *labels = wholes(WK_I64, 1, &m, 1, CLASSES - 1), *span = spans(), *g = reals(WK_F32, 1, &n);
        twin *d = reals(WK_F32, 3, (const int64_t[]){ CTC_FRAMES, SEQUENCES, CLASSES });
        if (what < 3) ((int64_t *)span->cpu.data)[3 + what] = what == 1 ? CTC_FRAMES + 1 : 1 << 20;
        if (what == 3) ((int64_t *)labels->cpu.data)[LONGEST + 3] = CLASSES;
        send(span), send(labels);
        CHECK(run_on(true, WKI_OP_ctc, 2, 5, (twin *const[]){ losses, alpha, logp, labels, span }, &a, sizeof a) ==
              WK_OK);
        a.backward = true;
        CHECK(run_on(true, WKI_OP_ctc, 1, 6, (twin *const[]){ d, g, alpha, logp, labels, span }, &a, sizeof a) ==
              WK_OK);
        CHECK(device_backend()->synchronize(0) == WK_E_RANGE);
        CHECK_ERROR(WK_E_RANGE, "ctc");
        float after[2] = { 0 };
        CHECK(device_backend()->copy_out(0, after, losses->gpu.data, sizeof after) == WK_OK);
        CHECK(after[0] > 0 && after[0] != ((float *)losses->cpu.data)[0] && after[1] == ((float *)losses->cpu.data)[1]);
        drop_twins();
    }
}

WICK_TEST_MAIN
