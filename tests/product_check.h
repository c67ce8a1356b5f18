/* What the tests of matrix products share: every kernel that the machine runs, random products of any layout, and what
 * they must be: chain and tree, computed here one element at a time, with the C library's fma. */
#ifndef PRODUCT_CHECK_H
#define PRODUCT_CHECK_H
#include "backends/cpu/product.h"
#include "tile_law.h"
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

static inline int machines(machine out[MACHINES])
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
    out[n++] = (machine){ &wki_product_bf16_avx512, BF16, avx512 && __builtin_cpu_supports("avx512bf16") };
#endif
    return n;
}

/* ---- numbers and matrices ---- */

static uint64_t state;

static inline int64_t below(int64_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((state >> 33) % (uint64_t)n);
}

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static inline double get(int bits, const void *p, int64_t i)
{
    return bits == 32 ? (double)((const float *)p)[i] : ((const double *)p)[i];
}

static inline void set(int bits, void *p, int64_t i, double x)
{
    if (bits == 32)
        ((float *)p)[i] = (float)x;
    else
        ((double *)p)[i] = x;
}

/* a heap block that ends where its last element does, so that a sanitizer sees the first byte read or written outside
 */
static inline void *numbers(int bits, int64_t count)
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

/* those from LAYOUTS on are of operands alone; rows a page apart share a set of the first cache */
enum { BY_ROWS, BY_COLUMNS, WIDER_ROWS, WIDER_COLUMNS, EVERY_SECOND, UPSIDE_DOWN, LAYOUTS };
enum { REPEATED_ROW = LAYOUTS, PAGE_APART, OPERAND_LAYOUTS, PAGE = 4096 };


static inline matrix matrix_of(int bits, int64_t rows, int64_t cols, int64_t layout)
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
    case PAGE_APART: x.rs = (cols + PAGE / 4 - 1) / (PAGE / 4) * (PAGE / 4); break;
    }
    x.count = 1 + x.origin + (x.rs > 0 ? (rows - 1) * x.rs : 0) + (cols - 1) * x.cs;
    x.data = numbers(bits, x.count);
    return x;
}

static inline void *start(int bits, const matrix *x) { return (char *)x->data + x->origin * (bits / 8); }

/* ---- the law ---- */

static inline double rounded(int bits, double x) { return bits == 32 ? (float)x : x; }

/* so many numbers along k, from `at` on `step` apart, as the law takes them */
static inline void line_of(double *line, int bits, int law, const void *from, int64_t at, int64_t step, int64_t k)
{
    for (int64_t t = 0; t < k; t++) {
        line[t] = get(bits, from, at + t * step);
        if (law == BF16) line[t] = (double)narrowed((float)line[t]);
    }
}

/* what is added to c, along one line of each operand */
static inline double chain(int bits, int law, double c, const double *a, const double *b, int64_t k)
{
    if (law == BF16 && k > 0) c = (double)flushed((float)c);
    for (int64_t t = 0; t < k; t++)
        if (law == BF16)
            c = (double)flushed(fmaf((float)a[t], (float)b[t], (float)c));
        else if (bits == 32)
            c = law == FUSED ? fmaf((float)a[t], (float)b[t], (float)c) : (float)c + (float)a[t] * (float)b[t];
        else
            c = law == FUSED ? fma(a[t], b[t], c) : c + a[t] * b[t];
    return c;
}

/* 16 lanes, then 8, 4, 2, 1; rounding a double's product or sum of two floats once more loses nothing */
static inline double tree(int bits, const double *a, const double *b, int64_t k)
{
    double lane[16] = { 0 };
    for (int64_t t = 0; t < k; t++) lane[t % 16] = rounded(bits, lane[t % 16] + rounded(bits, a[t] * b[t]));
    for (int half = 8; half > 0; half /= 2)
        for (int l = 0; l < half; l++) lane[l] = rounded(bits, lane[l] + lane[l + half]);
    return lane[0];
}

static inline bool in_lanes(const wki_product *p) { return p->lanes && (p->m == 1 || p->n == 1); }

/* lines of A by rows and of B by columns, one behind the other, as the law takes their numbers */
typedef struct operands {
    double *a, *b;
} operands;

static inline operands operands_of(int bits, int law, const wki_product *p)
{
    const int64_t k = p->k;
    operands o = { malloc((size_t)(p->m * k + 1) * sizeof(double)), malloc((size_t)(p->n * k + 1) * sizeof(double)) };
    for (int64_t i = 0; i < p->m; i++) line_of(o.a + i * k, bits, law, p->a, i * p->a_rs, p->a_cs, k);
    for (int64_t j = 0; j < p->n; j++) line_of(o.b + j * k, bits, law, p->b, j * p->b_cs, p->b_rs, k);
    return o;
}

static inline void operands_end(operands o)
{
    free(o.a);
    free(o.b);
}

static inline double element(int bits, int law, const wki_product *p, operands o, int64_t i, int64_t j)
{
    const double *const a = o.a + i * p->k, *const b = o.b + j * p->k;
    double c = p->accumulate ? get(bits, p->c, i * p->c_rs + j * p->c_cs) : 0;
    if (in_lanes(p) && law != BF16) {
        const double sum = tree(bits, a, b, p->k);
        c = p->accumulate ? rounded(bits, c + sum) : sum;
    } else {
        c = chain(bits, law, c, a, b, p->k);
    }
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

static inline trial trial_of(int bits, int64_t m, int64_t n, int64_t k)
{
    trial t = { .bits = bits };
    t.a = matrix_of(bits, m, k, below(OPERAND_LAYOUTS));
    t.b = matrix_of(bits, k, n, below(OPERAND_LAYOUTS));
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

static inline void trial_end(trial *t)
{
    void *const owned[] = { t->a.data, t->b.data, t->c.data, t->mask.data, t->bias, t->before };
    for (int i = 0; i < 6; i++) free(owned[i]);
}

/* a matrix times its transpose */
static inline trial symmetric_trial_of(int bits, int64_t m, int64_t k)
{
    trial t = trial_of(bits, m, m, k);
    t.p.b = t.p.a, t.p.b_rs = t.p.a_cs, t.p.b_cs = t.p.a_rs;
    t.p.symmetric = true;
    return t;
}

static inline size_t c_bytes(const trial *t) { return (size_t)t->c.count * (size_t)t->bits / 8; }

/* C's whole buffer as it must be, gaps between its elements included */
static inline void *expected(trial *t, int law)
{
    memcpy(t->c.data, t->before, c_bytes(t));
    void *want = malloc(c_bytes(t));
    memcpy(want, t->before, c_bytes(t));
    const operands o = operands_of(t->bits, law, &t->p);
    for (int64_t i = 0; i < t->p.m; i++)
        for (int64_t j = 0; j < t->p.n; j++)
            set(t->bits, want, t->c.origin + i * t->p.c_rs + j * t->p.c_cs, element(t->bits, law, &t->p, o, i, j));
    operands_end(o);
    return want;
}

static inline void run(const wki_product_kernel *kernel, trial *t, int64_t parts)
{
    memcpy(t->c.data, t->before, c_bytes(t));
    const int64_t units = kernel->units(&t->p);
    void *scratch = NULL;
    CHECK(!posix_memalign(&scratch, 64, kernel->scratch(&t->p)));
    for (int64_t x = parts - 1; x >= 0; x--) kernel->run(&t->p, units * x / parts, units * (x + 1) / parts, scratch);
    free(scratch);
}

static inline int64_t size_of(int64_t often, int64_t seldom)
{
    static const int64_t edges[] = { 1, 2, 3, 8, 16, 32, 33, 64, 65, 128 };
    if (below(4) == 0) return least(edges[below(10)], seldom);
    return 1 + below(below(20) ? often : seldom);
}

/* above the diagonal */
static inline void allow_what_was_there(trial *t, const void *want)
{
    for (int64_t i = 0; i < t->p.m; i++)
        for (int64_t j = i + 1; j < t->p.n; j++) {
            const int64_t at = t->c.origin + i * t->p.c_rs + j * t->p.c_cs;
            if (get(t->bits, t->c.data, at) == get(t->bits, t->before, at))
                set(t->bits, t->c.data, at, get(t->bits, want, at));
        }
}

/* every kernel of t's type gives its law's bits, cut into one up to so many parts */
static inline void all_give(trial *t, int most_parts)
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
            if (t->p.symmetric) allow_what_was_there(t, want[law]);
            CHECK(!memcmp(t->c.data, want[law], c_bytes(t)));
        }
    }
    for (int law = 0; law < LAWS; law++) free(want[law]);
}
#endif
