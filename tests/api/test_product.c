/* Laws of the matrix products: each element is one chain over k, or a tree of lanes where C is a line and lanes are
 * asked for, whatever the strides, the epilogue, the cut into units and the instruction set. Chain and tree are
 * computed here one element at a time, with the C library's fma. */
#include "backends/cpu/onednn.h"
#include "backends/cpu/product.h"
#include "wick/wick.h"
#include "wick_check.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN, FUSED, BF16, LAWS, MACHINES = 8 };

typedef struct machine {
    const wki_product_kernel *kernel;
    int law;
    bool runs;
} machine;

static int machines(machine out[MACHINES])
{
    int n = 0;
    out[n++] = (machine){ &wki_product_f32_base, PLAIN, true };
    out[n++] = (machine){ &wki_product_f64_base, PLAIN, true };
    out[n++] = (machine){ &wki_product_bf16_base, BF16, true };
#ifdef __x86_64__
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    out[n++] = (machine){ &wki_product_f32_avx2, FUSED, avx2 };
    out[n++] = (machine){ &wki_product_f64_avx2, FUSED, avx2 };
    out[n++] = (machine){ &wki_product_f32_avx512, FUSED, avx512 };
    out[n++] = (machine){ &wki_product_f64_avx512, FUSED, avx512 };
    out[n++] = (machine){ &wki_product_bf16_avx512, BF16, wki_product_for_bf16() != NULL };
#endif
    return n;
}

/* ---- numbers and matrices ---- */

static uint64_t state;

static int64_t below(int64_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((state >> 33) % (uint64_t)n);
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static double get(int bits, const void *p, int64_t i)
{
    return bits == 32 ? (double)((const float *)p)[i] : ((const double *)p)[i];
}

static void set(int bits, void *p, int64_t i, double x)
{
    if (bits == 32)
        ((float *)p)[i] = (float)x;
    else
        ((double *)p)[i] = x;
}

/* a heap block that ends where its last element does, so that a sanitizer sees the first byte read or written outside
 */
static void *numbers(int bits, int64_t count)
{
    void *p = malloc((size_t)count * (size_t)bits / 8);
    CHECK(p != NULL);
    for (int64_t i = 0; i < count; i++)
        set(bits, p, i, below(16) ? ((double)below(1 << 24) - (1 << 23)) / (1 << 22) + 0.1 / (double)(1 + i) : 0);
    return p;
}

typedef struct matrix {
    void *data;
    int64_t rs, cs, count, origin; /* element (0, 0) lies at origin: strides may be negative */
} matrix;

enum { BY_ROWS, BY_COLUMNS, WIDER_ROWS, WIDER_COLUMNS, EVERY_SECOND, UPSIDE_DOWN, LAYOUTS, REPEATED_ROW = LAYOUTS };

static matrix matrix_of(int bits, int64_t rows, int64_t cols, int64_t layout)
{
    const int64_t gap = 1 + below(3) * 7;
    matrix x = { .rs = cols, .cs = 1 };
    switch (layout) {
    case BY_COLUMNS: x.rs = 1, x.cs = rows; break;
    case WIDER_ROWS: x.rs = cols + gap; break;
    case WIDER_COLUMNS: x.rs = 1, x.cs = rows + gap; break;
    case EVERY_SECOND: x.rs = 2 * cols + gap, x.cs = 2; break;
    case UPSIDE_DOWN: x.rs = -cols, x.origin = cols * (rows - 1); break;
    case REPEATED_ROW: x.rs = 0; break;
    }
    x.count = 1 + x.origin + (x.rs > 0 ? (rows - 1) * x.rs : 0) + (cols - 1) * x.cs;
    x.data = numbers(bits, x.count);
    return x;
}

static void *start(int bits, const matrix *x) { return (char *)x->data + x->origin * (bits / 8); }

/* ---- the law ---- */

static double rounded(int bits, double x) { return bits == 32 ? (float)x : x; }

/* what the instruction takes for zero becomes one; of a number below, its sign stays */
static float flushed(float x) { return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x; }

/* x in the eight bits of a bfloat16's significand */
static float narrowed(float x)
{
    int exponent;
    x = flushed(x);
    if (!isfinite(x) || x == 0) return x;
    (void)frexpf(x, &exponent);
    return (float)(nearbyint(ldexp((double)x, 8 - exponent)) * ldexp(1, exponent - 8));
}

static double chain(int bits, int law, const wki_product *p, int64_t i, int64_t j)
{
    double c = p->accumulate ? get(bits, p->c, i * p->c_rs + j * p->c_cs) : 0;
    if (law == BF16 && p->k > 0) c = (double)flushed((float)c);
    for (int64_t t = 0; t < p->k; t++) {
        const double a = get(bits, p->a, i * p->a_rs + t * p->a_cs), b = get(bits, p->b, t * p->b_rs + j * p->b_cs);
        if (law == BF16)
            c = (double)flushed(fmaf(narrowed((float)a), narrowed((float)b), (float)c));
        else if (bits == 32)
            c = law == FUSED ? fmaf((float)a, (float)b, (float)c) : (float)c + (float)a * (float)b;
        else
            c = law == FUSED ? fma(a, b, c) : c + a * b;
    }
    return c;
}

/* 16 lanes, then 8, 4, 2, 1; rounding a double's product or sum of two floats once more loses nothing */
static double tree(int bits, const wki_product *p, int64_t i, int64_t j)
{
    double lane[16] = { 0 };
    for (int64_t t = 0; t < p->k; t++) {
        const double a = get(bits, p->a, i * p->a_rs + t * p->a_cs), b = get(bits, p->b, t * p->b_rs + j * p->b_cs);
        lane[t % 16] = rounded(bits, lane[t % 16] + rounded(bits, a * b));
    }
    for (int half = 8; half > 0; half /= 2)
        for (int l = 0; l < half; l++) lane[l] = rounded(bits, lane[l] + lane[l + half]);
    return p->accumulate ? rounded(bits, get(bits, p->c, i * p->c_rs + j * p->c_cs) + lane[0]) : lane[0];
}

static bool in_lanes(const wki_product *p) { return p->lanes && (p->m == 1 || p->n == 1); }

static double element(int bits, int law, const wki_product *p, int64_t i, int64_t j)
{
    double c = in_lanes(p) && law != BF16 ? tree(bits, p, i, j) : chain(bits, law, p, i, j);
    if (p->bias) c = bits == 32 ? (float)c + (float)get(bits, p->bias, j) : c + get(bits, p->bias, j);
    if (p->relu && c < 0) c = 0;
    if (p->mask && get(bits, p->mask, i * p->mask_rs + j * p->mask_cs) <= 0) c = 0;
    return c;
}

typedef struct trial {
    int bits;
    wki_product p;
    matrix a, b, c, mask;
    void *bias, *before; /* before: C's whole buffer as it was */
} trial;

static trial trial_of(int bits, int64_t m, int64_t n, int64_t k)
{
    trial t = { .bits = bits };
    t.a = matrix_of(bits, m, k, below(LAYOUTS + 1));
    t.b = matrix_of(bits, k, n, below(LAYOUTS + 1));
    t.c = matrix_of(bits, m, n, below(3) ? BY_ROWS : below(LAYOUTS));
    t.p = (wki_product){ .m = m, .n = n, .k = k };
    t.p.a = start(bits, &t.a), t.p.a_rs = t.a.rs, t.p.a_cs = t.a.cs;
    t.p.b = start(bits, &t.b), t.p.b_rs = t.b.rs, t.p.b_cs = t.b.cs;
    t.p.c = start(bits, &t.c), t.p.c_rs = t.c.rs, t.p.c_cs = t.c.cs;
    if (below(2)) t.p.bias = t.bias = numbers(bits, n);
    if (below(2)) {
        t.mask = matrix_of(bits, m, n, below(2) ? BY_ROWS : below(LAYOUTS));
        t.p.mask = start(bits, &t.mask), t.p.mask_rs = t.mask.rs, t.p.mask_cs = t.mask.cs;
    }
    t.p.relu = below(2);
    t.p.accumulate = below(2);
    t.p.split = (wki_split)below(3);
    t.p.lanes = below(2);
    t.before = malloc((size_t)t.c.count * (size_t)bits / 8);
    memcpy(t.before, t.c.data, (size_t)t.c.count * (size_t)bits / 8);
    return t;
}

static void trial_end(trial *t)
{
    void *const owned[] = { t->a.data, t->b.data, t->c.data, t->mask.data, t->bias, t->before };
    for (int i = 0; i < 6; i++) free(owned[i]);
}

static size_t c_bytes(const trial *t) { return (size_t)t->c.count * (size_t)t->bits / 8; }

/* C's whole buffer as it must be, gaps between its elements included */
static void *expected(trial *t, int law)
{
    memcpy(t->c.data, t->before, c_bytes(t));
    void *want = malloc(c_bytes(t));
    memcpy(want, t->before, c_bytes(t));
    for (int64_t i = 0; i < t->p.m; i++)
        for (int64_t j = 0; j < t->p.n; j++)
            set(t->bits, want, t->c.origin + i * t->p.c_rs + j * t->p.c_cs, element(t->bits, law, &t->p, i, j));
    return want;
}

static void run(const wki_product_kernel *kernel, trial *t, int64_t parts)
{
    memcpy(t->c.data, t->before, c_bytes(t));
    const int64_t units = kernel->units(&t->p);
    void *scratch = NULL;
    CHECK(!posix_memalign(&scratch, 64, kernel->scratch(&t->p)));
    for (int64_t x = parts - 1; x >= 0; x--) kernel->run(&t->p, units * x / parts, units * (x + 1) / parts, scratch);
    free(scratch);
}

static int64_t size_of(int64_t often, int64_t seldom)
{
    static const int64_t edges[] = { 1, 2, 3, 8, 16, 32, 33, 64, 65, 128 };
    if (below(4) == 0) return least(edges[below(10)], seldom);
    return 1 + below(below(20) ? often : seldom);
}

/* every kernel of t's type gives its law's bits, cut into one up to so many parts */
static void all_give(trial *t, int most_parts)
{
    machine m[MACHINES];
    const int n = machines(m);
    void *want[LAWS] = { NULL };
    for (int x = 0; x < n; x++) {
        const int law = m[x].law;
        if (!m[x].runs || m[x].kernel->real_bits != t->bits) continue;
        if (!want[law]) want[law] = expected(t, law);
        for (int parts = 1; parts <= most_parts; parts++) {
            run(m[x].kernel, t, parts);
            CHECK(!memcmp(t->c.data, want[law], c_bytes(t)));
        }
    }
    for (int law = 0; law < LAWS; law++) free(want[law]);
}

TEST(product, is_one_chain_over_k_for_any_shape_strides_and_epilogue)
{
    state = 10;
    for (int i = 0; i < 1500; i++) {
        trial t = trial_of(i % 3 ? 32 : 64, size_of(40, 200), size_of(40, 200), size_of(40, 700));
        all_give(&t, 2);
        trial_end(&t);
    }
}

TEST(product, has_the_same_bits_in_all_blocks_over_rows_columns_and_k)
{
    static const int64_t shapes[][3] = { { 3, 2100, 700 }, { 130, 1100, 330 }, { 260, 70, 1000 },
                                         { 1, 1500, 400 }, { 900, 2, 650 },    { 20, 40, 2401 } };
    for (int s = 0; s < 6 * 4; s++) {
        state = (uint64_t)s;
        trial t = trial_of(s % 4 == 3 ? 64 : 32, shapes[s / 4][0], shapes[s / 4][1], shapes[s / 4][2]);
        all_give(&t, 1);
        trial_end(&t);
    }
}

TEST(product, of_one_line_is_the_same_tree_of_lanes_on_every_instruction_set)
{
    state = 12;
    for (int64_t outputs = 1; outputs <= 40; outputs++)
        for (int64_t k = 0; k <= 40; k++)
            for (int kind = 0; kind < 4; kind++) {
                trial t = trial_of(kind / 2 ? 64 : 32, kind % 2 ? 1 : outputs, kind % 2 ? outputs : 1, k > 0 ? k : 1);
                t.p.k = k, t.p.lanes = true;
                all_give(&t, 3);
                trial_end(&t);
            }
}

TEST(product, of_one_long_line_is_the_same_tree_of_lanes)
{
    static const int64_t shapes[][2] = { { 1, 5000 }, { 3, 1025 }, { 513, 300 }, { 1100, 129 }, { 300, 260 } };
    for (int s = 0; s < 5 * 2 * 12; s++) {
        const int64_t outputs = shapes[s % 5][0], k = shapes[s % 5][1];
        state = (uint64_t)s;
        trial t = trial_of(s % 4 == 3 ? 64 : 32, s % 2 ? 1 : outputs, s % 2 ? outputs : 1, k);
        t.p.lanes = true;
        all_give(&t, 3);
        trial_end(&t);
    }
}

TEST(product, in_lanes_is_the_chain_within_rounding)
{
    for (int64_t n = 1; n <= 40; n++)
        for (int64_t k = 1; k <= 40; k++) {
            float a[40], b[1600], c[40];
            for (int i = 0; i < 40; i++) a[i] = (float)(below(2001) - 1000) / 512;
            for (int i = 0; i < 1600; i++) b[i] = (float)(below(2001) - 1000) / 384;
            wki_product p = { .m = 1, .n = n, .k = k, .a = a, .b = b, .c = c, .a_cs = 1, .c_cs = 1, .lanes = true };
            p.b_rs = n % 2 ? n : 1, p.b_cs = n % 2 ? 1 : k;
            void *scratch = NULL;
            CHECK(!posix_memalign(&scratch, 64, wki_product_for(32)->scratch(&p)));
            wki_product_for(32)->run(&p, 0, wki_product_for(32)->units(&p), scratch);
            free(scratch);
            for (int64_t j = 0; j < n; j++) {
                double sum = 0, size = 0;
                for (int64_t t = 0; t < k; t++) {
                    const double x = (double)a[t] * b[t * p.b_rs + j * p.b_cs];
                    sum += x, size += fabs(x);
                }
                CHECK(fabs(c[j] - sum) <= 8 * 6e-8 * size);
            }
        }
}

/* NaN and infinities of W or x reach their own outputs and no others */
TEST(product, in_lanes_takes_nan_and_infinities_as_the_chain_does)
{
    machine m[MACHINES];
    const int n = machines(m);
    state = 13;
    for (int i = 0; i < 400; i++) {
        const int64_t outputs = 1 + below(40), k = 1 + below(70);
        trial t = trial_of(i % 3 ? 32 : 64, i % 2 ? 1 : outputs, i % 2 ? outputs : 1, k);
        t.p.lanes = true;
        matrix *const hit[2] = { &t.a, &t.b };
        for (int h = 0; h < 3; h++) {
            matrix *const at = hit[below(2)];
            set(t.bits, at->data, below(at->count), h == 0 ? (double)NAN : h == 1 ? HUGE_VAL : -HUGE_VAL);
        }
        void *const want = expected(&t, PLAIN);
        for (int x = 0; x < n; x++) {
            if (!m[x].runs || m[x].kernel->real_bits != t.bits || m[x].law == BF16) continue;
            run(m[x].kernel, &t, 2);
            for (int64_t c = 0; c < t.c.count; c++) {
                const double got = get(t.bits, t.c.data, c), must = get(t.bits, want, c);
                CHECK(isnan(must) ? isnan(got) : got == must);
            }
        }
        free(want);
        trial_end(&t);
    }
}

/* the ops that may meet one line: by mv, mm, matmul, linear, addmm and einsum */
static wk_tensor *one_line(int op, wk_tensor *w, wk_tensor *x, wk_tensor *row)
{
    wk_tensor *const both[] = { w, x };
    switch (op) {
    case 0: return wk_mv(w, x);
    case 1: return wk_matmul(w, x);
    case 2: return wk_mm(row, wk_transpose(w, 0, 1));
    case 3: return wk_linear(row, w, NULL);
    case 4: return wk_addmm(wk_zeros(WK_SHAPE(1, 1), WK_F32), row, wk_transpose(w, 0, 1), 1, 1);
    default: return wk_einsum("ij,j->i", 2, both);
    }
}

TEST(product, of_one_line_has_the_same_bits_by_every_op_layout_thread_count_and_instruction_set)
{
    static const char *const sets[] = { "base", "avx2", "avx512" };
    const char *const best = wk_cpu_isa();
    enum { N = 700, K = 333 };
    if (wki_onednn_chosen()) return; /* its bits follow from layouts */
    WK_SCOPE(scope);
    wk_manual_seed(5);
    wk_tensor *const w = wk_randn(WK_SHAPE(N, K), WK_F32), *const x = wk_randn(WK_SHAPE(K), WK_F32);
    wk_tensor *const row = wk_reshape(x, WK_SHAPE(1, K));
    wk_tensor *const across = wk_transpose(wk_contiguous(wk_transpose(w, 0, 1)), 0, 1);
    float want[N];
    memcpy(want, wk_data(wk_mv(w, x)), sizeof want);
    for (int set = 0; set < 3; set++) {
        if (wk_set_cpu_isa(sets[set])) {
            wk_error_clear();
            continue;
        }
        for (int threads = 1; threads <= 3; threads++)
            for (int op = 0; op < 12; op++) {
                CHECK(wk_set_num_threads(threads) == WK_OK);
                CHECK(!memcmp(want, wk_data(one_line(op % 6, op < 6 ? w : across, x, row)), sizeof want));
            }
    }
    CHECK(wk_set_cpu_isa(best) == WK_OK);
    CHECK(wk_set_num_threads(1) == WK_OK);
}

TEST(product, does_not_change_a_bit_however_it_is_cut)
{
    machine m[MACHINES];
    const int n = machines(m);
    state = 11;
    for (int i = 0; i < 60; i++) {
        const int bits = i % 3 ? 32 : 64;
        trial t = trial_of(bits, size_of(150, 300), size_of(150, 300), size_of(50, 400));
        void *const whole = malloc(c_bytes(&t));
        for (int x = 0; x < n; x++) {
            if (!m[x].runs || m[x].kernel->real_bits != bits) continue;
            run(m[x].kernel, &t, 1);
            memcpy(whole, t.c.data, c_bytes(&t));
            const int64_t units = m[x].kernel->units(&t.p), cuts[] = { 3, 5, 64, units };
            for (int c = 0; c < 4; c++) {
                run(m[x].kernel, &t, cuts[c]);
                CHECK(!memcmp(t.c.data, whole, c_bytes(&t)));
            }
        }
        free(whole);
        trial_end(&t);
    }
}

TEST(product, of_nothing_is_zero_or_what_was_there_and_then_the_epilogue)
{
    machine m[MACHINES];
    const int n = machines(m);
    for (int x = 0; x < n; x++) {
        if (!m[x].runs || m[x].kernel->real_bits != 32) continue;
        float c[6] = { 1, -2, 3, -4, 5, -6 };
        const float bias[3] = { -2, 1, 0.5f };
        _Alignas(64) char scratch[16384];
        wki_product p = {
            .m = 2, .n = 3, .c = c, .c_rs = 3, .c_cs = 1, .bias = bias, .relu = true, .accumulate = true
        };
        CHECK(m[x].kernel->scratch(&p) <= sizeof scratch);
        m[x].kernel->run(&p, 0, m[x].kernel->units(&p), scratch);
        CHECK(c[0] == 0 && c[1] == 0 && c[2] == 3.5f && c[3] == 0 && c[4] == 6 && c[5] == 0);
        p.accumulate = false;
        m[x].kernel->run(&p, 0, m[x].kernel->units(&p), scratch);
        CHECK(c[0] == 0 && c[1] == 1 && c[2] == 0.5f && c[3] == 0 && c[4] == 1 && c[5] == 0.5f);
        for (int side = 0; side < 2; side++) {
            const wki_product none = { .m = side ? 2 : 0, .n = side ? 0 : 3, .k = 4, .c_rs = 3, .c_cs = 1 };
            CHECK(m[x].kernel->units(&none) == 0);
            m[x].kernel->run(&none, 0, 0, scratch);
        }
    }
}

/* Infinities, NaN, the largest numbers and the smallest, which may overflow, cancel and vanish. The chain is the law
 * but for which NaN it is. */
TEST(product, of_bfloat16_is_the_chain_of_any_floats)
{
    machine m[MACHINES];
    const int n = machines(m);
    state = 14;
    for (int i = 0; i < 600; i++) {
        trial t = trial_of(32, 1 + below(40), 1 + below(40), 1 + below(70));
        const matrix *const all[] = { &t.a, &t.b };
        for (int which = 0; which < 2; which++)
            for (int64_t j = 0; j < all[which]->count; j++) {
                const uint32_t bits = (uint32_t)below(1 << 16) << 16 | (uint32_t)below(1 << 16);
                const int kind = i % 3;
                float x;
                memcpy(&x, &bits, sizeof x);
                if (kind == 0 || below(50) == 0) ((float *)all[which]->data)[j] = x;
                if (kind == 1) ((float *)all[which]->data)[j] *= 0x1p-64f;
            }
        void *const want = expected(&t, BF16);
        for (int x = 0; x < n; x++) {
            if (!m[x].runs || m[x].law != BF16) continue;
            run(m[x].kernel, &t, 2);
            for (int64_t c = 0; c < t.c.count; c++) {
                const float got = ((float *)t.c.data)[c], must = ((float *)want)[c];
                CHECK(isnan(must) ? isnan(got) : got == must);
            }
        }
        free(want);
        trial_end(&t);
    }
}

/* against double, as many shapes have it */
TEST(product, of_bfloat16_is_that_of_rounded_operands_within_the_rounding_of_its_sums)
{
    state = 15;
    for (int i = 0; i < 200; i++) {
        trial t = trial_of(32, size_of(40, 150), size_of(40, 150), size_of(40, 900));
        t.p.bias = t.p.mask = NULL, t.p.relu = t.p.accumulate = false;
        const wki_product *const p = &t.p;
        run(&wki_product_bf16_base, &t, 1);
        for (int64_t r = 0; r < p->m; r++)
            for (int64_t c = 0; c < p->n; c++) {
                double sum = 0, size = 0;
                for (int64_t k = 0; k < p->k; k++) {
                    const float a = ((const float *)p->a)[r * p->a_rs + k * p->a_cs];
                    const float b = ((const float *)p->b)[k * p->b_rs + c * p->b_cs];
                    const double x = (double)narrowed(a) * (double)narrowed(b);
                    sum += x, size += fabs(x);
                }
                CHECK(fabs((double)((float *)p->c)[r * p->c_rs + c * p->c_cs] - sum) <= (double)p->k * 6e-8 * size);
            }
        trial_end(&t);
    }
}

TEST(product, lets_a_nan_through_relu_and_mask)
{
    machine m[MACHINES];
    const int n = machines(m);
    for (int x = 0; x < n; x++) {
        if (!m[x].runs || m[x].kernel->real_bits != 32) continue;
        float a[40], b = 1, c[40], mask[40];
        void *scratch = NULL;
        for (int i = 0; i < 40; i++) a[i] = i % 2 ? NAN : -1, mask[i] = i % 4 == 3 ? 0 : NAN;
        for (int kind = 0; kind < 4; kind++) {
            const bool columns = kind % 2;
            wki_product p = {
                .m = columns ? 1 : 40, .n = columns ? 40 : 1, .k = 1, .c = c, .mask = mask, .relu = true
            };
            p.lanes = kind / 2;
            p.a = columns ? &b : a, p.b = columns ? a : &b;
            p.a_rs = p.a_cs = p.b_rs = p.b_cs = p.c_rs = p.c_cs = p.mask_rs = p.mask_cs = 1;
            CHECK(!posix_memalign(&scratch, 64, m[x].kernel->scratch(&p)));
            m[x].kernel->run(&p, 0, m[x].kernel->units(&p), scratch);
            for (int i = 0; i < 40; i++) CHECK(i % 4 == 1 ? isnan(c[i]) : c[i] == 0);
            free(scratch);
        }
    }
}

TEST(product, cuts_the_output_features_alike_in_the_forward_and_the_weight_gradient)
{
    const wki_product forward = { .m = 32, .n = 100, .k = 1000 }, gradient = { .m = 1000, .n = 100, .k = 32 };
    const wki_product linear = { .m = 128, .n = 512, .k = 784 }, its_gradient = { .m = 512, .n = 784, .k = 128 };
    const wki_product_kernel *const kernel = &wki_product_f32_base;
    CHECK(kernel->units(&forward) == kernel->units(&gradient));
    CHECK(kernel->units(&linear) == kernel->units(&its_gradient));
}

WICK_TEST_MAIN
