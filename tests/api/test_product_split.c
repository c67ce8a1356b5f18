/* Products on tiles: of operands in one, two or three parts, by AMX where the machine has it and by the twin in plain C
 * everywhere. tile_law.h has their law once more, an element at a time. */
#include "backends/cpu/cpu.h"
#include "product_check.h"
#include <stdio.h>

WICK_ON_CPU("its subject is the CPU's products")

enum { KINDS = 6 };

typedef struct kind {
    const wki_product_kernel *kernel;
    const wki_packing *packing;
    int parts, exact; /* exact: the law of small products, and of what odd numbers reach */
    bool runs;
} kind;

/* split, split3 and bf16 by the twin, then by tiles */
static const kind *kinds(void)
{
    static kind all[KINDS] = { { &wki_product_split_base, &wki_packing_split_base, 3, PLAIN, true },
                               { &wki_product_split3_base, &wki_packing_split3_base, 2, PLAIN, true },
                               { &wki_product_bf16_tiles_base, &wki_packing_bf16_tiles_base, 1, BF16, true } };
#ifdef __x86_64__
    all[3] = (kind){ &wki_product_split_amx, &wki_packing_split_amx, 3, FUSED, wki_has_tiles() };
    all[4] = (kind){ &wki_product_split3_amx, &wki_packing_split3_amx, 2, FUSED, wki_has_tiles() };
    all[5] = (kind){ &wki_product_bf16_amx, &wki_packing_bf16_amx, 1, BF16, wki_has_tiles() };
#endif
    static bool said;
    if (!said && !all[3].runs) puts("no AMX here: tiles were tested by their twin alone");
    said = true;
    return all;
}

/* ---- the law ---- */

static bool is_small(const wki_product *p) { return p->k < 32 || p->m < 16 || p->n < 16; }

static float a_at(const wki_product *p, int64_t i, int64_t t)
{
    return ((const float *)p->a)[i * p->a_rs + t * p->a_cs];
}
static float b_at(const wki_product *p, int64_t t, int64_t j)
{
    return ((const float *)p->b)[t * p->b_rs + j * p->b_cs];
}

/* the lines of both operands, and these in steps of 32 along k, each line's one behind the other */
typedef struct lines {
    operands exact;
    step *a, *b;
} lines;

static step *steps_of(int parts, const double *from, int64_t count, int64_t k)
{
    step *const all = malloc((size_t)(count * ((k + 31) / 32) + 1) * sizeof *all), *to = all;
    for (int64_t i = 0; i < count; i++)
        for (int64_t s = 0; s < k; s += 32) {
            float x[32] = { 0 };
            for (int64_t t = s; t < least(s + 32, k); t++) x[t - s] = (float)from[i * k + t];
            *to++ = step_of(parts, x);
        }
    return all;
}

static lines lines_of(const kind *k, const wki_product *p)
{
    const operands o = operands_of(32, k->exact, p);
    return (lines){ o, steps_of(k->parts, o.a, p->m, p->k), steps_of(k->parts, o.b, p->n, p->k) };
}

static void lines_end(lines l)
{
    operands_end(l.exact);
    free(l.a);
    free(l.b);
}

static double tiles(int parts, const wki_product *p, lines l, int64_t i, int64_t j)
{
    const int64_t n = (p->k + 31) / 32;
    float c = p->accumulate ? ((const float *)p->c)[i * p->c_rs + j * p->c_cs] : 0;
    for (int64_t s = 0; s < n; s++) c = add_steps(parts, c, &l.a[i * n + s], &l.b[j * n + s]);
    return (double)c;
}

/* is an infinity, a NaN or too large a number among the 16 rows or columns around this one? */
static bool odd_row(const wki_product *p, int64_t i)
{
    for (int64_t r = i / 16 * 16; r < least(i / 16 * 16 + 16, p->m); r++)
        for (int64_t t = 0; t < p->k; t++)
            if (is_odd(a_at(p, r, t))) return true;
    return false;
}

static bool odd_column(const wki_product *p, int64_t j)
{
    for (int64_t c = j / 16 * 16; c < least(j / 16 * 16 + 16, p->n); c++)
        for (int64_t t = 0; t < p->k; t++)
            if (is_odd(b_at(p, t, c))) return true;
    return false;
}

static float law(const kind *k, const wki_product *p, lines l, int64_t i, int64_t j, bool odd)
{
    if (is_small(p)) return (float)element(32, k->exact, p, l.exact, i, j);
    wki_product alone = *p;
    alone.lanes = false;
    if (odd && k->parts > 1) return (float)element(32, k->exact, &alone, l.exact, i, j);
    float c = (float)tiles(k->parts, p, l, i, j);
    if (p->bias) c += ((const float *)p->bias)[j];
    if (p->relu && c < 0) c = 0;
    if (p->mask && ((const float *)p->mask)[i * p->mask_rs + j * p->mask_cs] <= 0) c = 0;
    return c;
}

static float *all_expected(const kind *k, trial *t)
{
    float *const want = malloc(c_bytes(t));
    memcpy(t->c.data, t->before, c_bytes(t));
    memcpy(want, t->before, c_bytes(t));
    const lines l = lines_of(k, &t->p);
    bool columns[400];
    for (int64_t j = 0; j < t->p.n; j++) columns[j] = odd_column(&t->p, j);
    for (int64_t i = 0; i < t->p.m; i++) {
        const bool row = odd_row(&t->p, i);
        for (int64_t j = 0; j < t->p.n; j++)
            want[t->c.origin + i * t->p.c_rs + j * t->p.c_cs] = law(k, &t->p, l, i, j, row || columns[j]);
    }
    lines_end(l);
    return want;
}

static bool same(const float *a, const float *b, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) && !(isnan(a[i]) && isnan(b[i]))) return false;
    return true;
}

/* both kernels of one mode give the law's bits, cut into one up to so many parts */
static void give(trial *t, int mode, int most_parts)
{
    for (const kind *k = kinds() + mode; k < kinds() + KINDS; k += 3) {
        if (!k->runs) continue;
        float *const want = all_expected(k, t);
        for (int parts = 1; parts <= most_parts; parts++) {
            run(k->kernel, t, parts);
            if (t->p.symmetric) allow_what_was_there(t, want);
            CHECK(same(t->c.data, want, t->c.count));
        }
        free(want);
    }
}

/* ---- shapes, layouts, cuts ---- */

TEST(product_split, adds_up_products_of_parts_for_every_small_shape)
{
    static const int64_t ks[] = { 31, 32, 33, 40, 63, 64, 65, 1 };
    state = 40;
    for (int64_t m = 1; m <= 40; m++)
        for (int64_t n = 1; n <= 40; n++) {
            trial t = trial_of(32, m, n, ks[(3 * m + n) % 8]);
            give(&t, (int)((m + n) % 3), 1);
            trial_end(&t);
        }
}

TEST(product_split, adds_up_products_of_parts_for_any_shape_strides_epilogue_and_cut)
{
    state = 41;
    for (int i = 0; i < 150; i++) {
        trial t = trial_of(32, 16 + size_of(30, 60), 16 + size_of(30, 60), 1 + size_of(100, 200));
        give(&t, i % 3, 3);
        trial_end(&t);
    }
}

/* elements of larger products: several rectangles, several passes along k */
TEST(product_split, has_the_same_bits_in_all_blocks_over_rows_columns_and_k)
{
    static const int64_t shapes[][3] = { { 290, 40, 70 },   { 40, 600, 900 },  { 300, 64, 850 }, { 33, 1100, 33 },
                                         { 16, 530, 1100 }, { 520, 17, 1300 }, { 70, 4200, 32 } };
    for (int s = 0; s < 7 * 2; s++) {
        state = (uint64_t)s + 400;
        trial t = trial_of(32, shapes[s / 2][0], shapes[s / 2][1], shapes[s / 2][2]);
        for (const kind *k = kinds() + s % 3; k < kinds() + KINDS; k += 3) {
            if (!k->runs) continue;
            run(k->kernel, &t, 1);
            float *const got = memcpy(malloc(c_bytes(&t)), t.c.data, c_bytes(&t));
            memcpy(t.c.data, t.before, c_bytes(&t));
            const lines l = lines_of(k, &t.p);
            for (int x = 0; x < 300; x++) {
                const int64_t i = below(t.p.m), j = below(t.p.n);
                const float want = law(k, &t.p, l, i, j, false);
                CHECK(same(&got[t.c.origin + i * t.p.c_rs + j * t.p.c_cs], &want, 1));
            }
            lines_end(l);
            free(got);
        }
        trial_end(&t);
    }
}

TEST(product_split, does_not_change_a_bit_however_it_is_cut)
{
    state = 42;
    for (int i = 0; i < 15; i++) {
        trial t = trial_of(32, 16 + size_of(150, 300), 16 + size_of(150, 300), 32 + size_of(50, 200));
        if (i % 3 == 0) ((float *)t.a.data)[below(t.a.count)] = INFINITY, ((float *)t.b.data)[below(t.b.count)] = NAN;
        float *const whole = malloc(c_bytes(&t));
        for (const kind *k = kinds() + i % 3; k < kinds() + KINDS; k += 3) {
            if (!k->runs) continue;
            run(k->kernel, &t, 1);
            memcpy(whole, t.c.data, c_bytes(&t));
            const int64_t units = k->kernel->units(&t.p), cuts[] = { 2, 3, units };
            for (int c = 0; c < 3; c++) {
                run(k->kernel, &t, cuts[c]);
                CHECK(same(t.c.data, whole, t.c.count));
            }
        }
        free(whole);
        trial_end(&t);
    }
}

TEST(product_split, that_is_symmetric_has_the_same_bits_up_to_the_diagonal)
{
    state = 43;
    for (int i = 0; i < 20; i++) {
        trial t = symmetric_trial_of(32, size_of(60, 100), 1 + size_of(60, 100));
        give(&t, i % 3, 3);
        trial_end(&t);
    }
}

/* ---- numbers of all kinds ---- */

static float of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A few infinities, NaN and numbers that no part can hold: what they reach is f32's chain, the rest is as it was. */
TEST(product_split, takes_infinities_nan_and_the_largest_numbers_as_f32_does)
{
    static const uint32_t odd[] = { 0x7f800000, 0xff800000, 0x7fc00000, 0x7fffffff, 0xff800001,
                                    0x7f7fffff, 0xff7f8000, 0x7f7f8000, 0x7f7f7fff, 0xff7f7fff };
    state = 44;
    for (int i = 0; i < 200; i++) {
        trial t = trial_of(32, 16 + below(60), 16 + below(60), 32 + below(70));
        const matrix *const hit[] = { &t.a, &t.b };
        for (int h = 0; h < 3; h++) {
            const matrix *const x = hit[below(2)];
            ((float *)x->data)[below(x->count)] = of_bits(odd[below(10)]);
        }
        give(&t, i % 3, 2);
        trial_end(&t);
    }
}

/* any bits: sums overflow, vanish and cancel */
TEST(product_split, is_its_law_of_any_floats)
{
    state = 45;
    for (int i = 0; i < 120; i++) {
        trial t = trial_of(32, 16 + below(20), 16 + below(20), 32 + below(40));
        const matrix *const all[] = { &t.a, &t.b };
        for (int which = 0; which < 2; which++)
            for (int64_t x = 0; x < all[which]->count; x++) {
                uint32_t bits = (uint32_t)below(1 << 16) << 16 | (uint32_t)below(1 << 16);
                if (i % 4 == 1) bits = (bits & 0x80ffffff) | (uint32_t)below(60) << 23; /* small: parts vanish */
                if (i % 4 == 2) bits = (bits & 0x807fffff) | (uint32_t)(180 + below(20)) << 23; /* sums overflow */
                if (i % 4 == 3) bits = (bits & 0x80003fff) | UINT32_C(0x3f800000);              /* they cancel */
                if (isnan(of_bits(bits)) || (i % 4 == 0 && below(50))) bits &= 0xbfffffff;
                ((float *)all[which]->data)[x] = of_bits(bits);
            }
        give(&t, i / 4 % 3, 1);
        trial_end(&t);
    }
}

/* ---- operands packed ahead ---- */

static wki_packed packed(const kind *k, const float *from, ptrdiff_t ls, ptrdiff_t ks, int64_t lines, int64_t depth,
                         bool across)
{
    const int64_t groups = (lines + 15) / 16;
    wki_packed x = { .odd = malloc((size_t)groups), .across = across };
    CHECK(!posix_memalign(&x.tiles, 64, k->packing->bytes(lines, depth)));
    for (int64_t g = groups - 1; g >= 0; g--) k->packing->pack(&x, from, ls, ks, lines, depth, g, g + 1);
    return x;
}

TEST(product_split, of_operands_packed_ahead_has_the_same_bits)
{
    state = 46;
    for (int i = 0; i < 100; i++) {
        trial t = trial_of(32, 16 + size_of(60, 300), 16 + size_of(60, 300), 32 + size_of(100, 900));
        if (i % 4 == 0) ((float *)t.a.data)[below(t.a.count)] = -INFINITY, ((float *)t.b.data)[below(t.b.count)] = NAN;
        float *const want = malloc(c_bytes(&t));
        const bool turned = below(2), odd = below(4) == 0;
        for (const kind *k = kinds() + i % 3; k < kinds() + KINDS; k += 3) {
            wki_product *const p = &t.p;
            if (!k->runs || (k->kernel == kinds()[i % 3].kernel && p->m * p->n * p->k > 2000000)) continue;
            run(k->kernel, &t, 1);
            memcpy(want, t.c.data, c_bytes(&t));
            wki_packed a = packed(k, p->a, p->a_rs, p->a_cs, p->m, p->k, turned);
            wki_packed b = packed(k, p->b, p->b_cs, p->b_rs, p->n, p->k, odd ? turned : !turned);
            for (int which = 1; which < 4; which++) {
                p->a_packed = which & 1 ? &a : NULL, p->b_packed = which & 2 ? &b : NULL;
                run(k->kernel, &t, 1 + (int)below(3));
                CHECK(same(t.c.data, want, t.c.count));
            }
            p->a_packed = p->b_packed = NULL;
            free(a.tiles), free(a.odd), free(b.tiles), free(b.odd);
        }
        free(want);
        trial_end(&t);
    }
}

/* ---- errors ---- */

enum { RANGES = 7 };
static const char *const ranges[RANGES] = {
    "of one size", "of all sizes", "large", "small", "positive", "cancelling", "a small part below 2^-126"
};

static float number_of(int range)
{
    const double x = ((double)below(1 << 26) - (1 << 25)) / (1 << 25);
    switch (range) {
    case 1: return (float)ldexp(x, (int)below(41) - 20);
    case 2: return (float)ldexp(x, 60);
    case 3: return (float)ldexp(x, -40);
    case 4: return (float)fabs(x);
    case 6: return (float)ldexp(x, -115 + (int)below(30));
    default: return (float)x;
    }
}

typedef struct error {
    double square, worst, size;
} error;

static void note(error *e, float got, double want, double size)
{
    const double off = fabs((double)got - want);
    e->square += off * off, e->size += size * size;
    if (off > e->worst * size) e->worst = off / size;
}

static void draw(trial *t, int range)
{
    const matrix *const all[] = { &t->a, &t->b };
    for (int which = 0; which < 2; which++)
        for (int64_t i = 0; i < all[which]->count; i++)
            ((float *)all[which]->data)[i] = number_of(range == 6 && which ? 2 : range);
    if (range != 5 || t->p.a_rs == 0 || t->p.b_cs == 0) return;
    for (int64_t k = 0; k + 1 < t->p.k; k += 2) { /* what the even places add, the odd ones take away */
        for (int64_t i = 0; i < t->p.m; i++)
            ((float *)t->p.a)[i * t->p.a_rs + (k + 1) * t->p.a_cs] = -a_at(&t->p, i, k);
        for (int64_t j = 0; j < t->p.n; j++)
            ((float *)t->p.b)[(k + 1) * t->p.b_rs + j * t->p.b_cs] = b_at(&t->p, k, j) * (1 + 1e-4f);
    }
}

/* of the modes and, last, of the chain; in units of sum |a||b| */
static void measure(const trial *t, error *e, bool is_chain)
{
    const wki_product *const p = &t->p;
    const operands o = operands_of(32, FUSED, p);
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++) {
            double sum = 0, size = 0;
            for (int64_t s = 0; s < p->k; s++) {
                const double x = (double)a_at(p, i, s) * (double)b_at(p, s, j);
                sum += x, size += fabs(x);
            }
            if (size == 0) continue;
            const double *const a = o.a + i * p->k, *const b = o.b + j * p->k;
            const float old = ((const float *)p->c)[i * p->c_rs + j * p->c_cs];
            const float got = is_chain ? (float)chain(32, FUSED, p->accumulate ? (double)old : 0, a, b, p->k) : old;
            note(e, got, sum, size);
        }
    operands_end(o);
}

/* Sums whose few largest products decide are luck in a single product, and so are a single row's or column's. Printed:
 * rms and worst error of split, split3, bf16 and the chain. */
TEST(product_split, errs_no_more_than_the_chain_on_500_products)
{
    const bool tiles_here = kinds()[3].runs;
    error e[RANGES][4] = { 0 };
    state = 47;
    for (int i = 0; i < 500; i++) {
        const int range = i % RANGES;
        trial t = trial_of(32, 16 + below(20), 16 + below(20), 32 + size_of(100, tiles_here ? 1500 : 300));
        t.p.bias = t.p.mask = NULL, t.p.relu = t.p.accumulate = false;
        draw(&t, range);
        error one[4] = { 0 };
        for (int mode = 0; mode < 4; mode++) {
            const kind *const k = &kinds()[mode % 3 + (tiles_here ? 3 : 0)];
            if (mode < 3) run(k->kernel, &t, 1);
            measure(&t, &one[mode], mode == 3);
            e[range][mode].square += one[mode].square, e[range][mode].size += one[mode].size;
            e[range][mode].worst = fmax(e[range][mode].worst, one[mode].worst);
        }
        const bool many = t.p.k >= 64 && t.p.a_rs != 0 && t.p.b_cs != 0;
        if (range != 1 && range < 6 && many) CHECK(one[0].square <= one[3].square);
        trial_end(&t);
    }
    for (int range = 0; range < RANGES; range++) {
        printf("%-26s", ranges[range]);
        for (int mode = 0; mode < 4; mode++)
            printf(" %.1e %.1e", sqrt(e[range][mode].square / e[range][mode].size), e[range][mode].worst);
        puts("");
        CHECK(e[range][0].square <= e[range][3].square && (range == 6 || e[range][0].worst <= e[range][3].worst));
        CHECK(e[range][1].worst <= 3e-5 && e[range][2].worst <= 1e-2);
    }
}

WICK_TEST_MAIN
