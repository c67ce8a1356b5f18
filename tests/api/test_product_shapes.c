/* Small products of every shape, from 1 to 40 in each dimension, that begin anywhere: with the bits of one chain of
 * fused steps an element, and nothing written beside them. NaN, infinities and denormals are as in the chain. */
#include "product_check.h"

WICK_ON_CPU("its subject is the CPU's products")

enum { MOST = 40, ROOM = MOST * MOST + 64, BEYOND = 40, SCRATCH = 16 << 20 };
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
enum { EACH_K = 13 }; /* where a kernel is slow, every shape of two dimensions */
#else
enum { EACH_K = 1 };
#endif

static float left[ROOM], right[ROOM], result[ROOM + BEYOND], wanted[ROOM];

static float ordinary(void) { return ((float)below(2000001) - 1e6f) / 3e5f; }

static float odd_one(void)
{
    static const float odd[] = { NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 0, -0.0f };
    const int64_t kind = below(16);
    if (kind == 0) return odd[below(7)];
    return kind == 1 ? 1e-41f * (float)below(1000) : kind == 2 ? 1e-22f * (float)below(1000) : ordinary();
}

static void make_chains(const wki_product *p)
{
    const float *a = p->a, *b = p->b;
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++) {
            float c = 0;
            for (int64_t t = 0; t < p->k; t++) c = fmaf(a[i * p->a_rs + t * p->a_cs], b[t * p->b_rs + j * p->b_cs], c);
            wanted[i * p->n + j] = c;
        }
}

static bool is_untouched(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits == 0x55555555;
}

static void check(const machine *m, const wki_product *p, int64_t from, void *scratch)
{
    memset(result, 0x55, sizeof result);
    if (m->kernel->scratch(p) > SCRATCH) ck_abort_msg("%s asks for too much scratch", m->kernel->isa);
    m->kernel->run(p, 0, m->kernel->units(p), scratch);
    const int64_t count = p->m * p->n;
    for (int64_t i = 0; i < from + count + BEYOND; i++) {
        const int64_t at = i - from;
        const bool inside = at >= 0 && at < count;
        const bool good = !inside             ? is_untouched(result[i])
                          : isnan(wanted[at]) ? isnan(result[i])
                                              : !memcmp(&result[i], &wanted[at], sizeof(float));
        if (good) continue;
        ck_abort_msg("%s, %d x %d x %d: element %d is %a, not %a", m->kernel->isa, (int)p->m, (int)p->k, (int)p->n,
                     (int)at, (double)result[i], inside ? (double)wanted[at] : 0.0);
    }
}

static void check_shape(const machine *all, int n, int64_t rows, int64_t k, int64_t columns, bool odd, void *scratch)
{
    const int64_t layout = below(4), from = 1 + below(3);
    for (int64_t i = 0; i < rows * k; i++) left[from + i] = odd ? odd_one() : ordinary();
    for (int64_t i = 0; i < k * columns; i++) right[from + i] = odd ? odd_one() : ordinary();
    wki_product p = { .m = rows, .n = columns, .k = k, .a = left + from, .b = right + from, .c = result + from };
    p.a_rs = layout & 1 ? 1 : k, p.a_cs = layout & 1 ? rows : 1;
    p.b_rs = layout & 2 ? 1 : columns, p.b_cs = layout & 2 ? k : 1;
    p.c_rs = columns, p.c_cs = 1;
    make_chains(&p);
    for (int x = 0; x < n; x++)
        if (all[x].runs && all[x].law == FUSED && all[x].kernel->real_bits == 32) check(&all[x], &p, from, scratch);
}

static void check_shapes(bool odd, int64_t step)
{
    machine all[MACHINES];
    const int n = machines(all);
    void *scratch = NULL;
    CHECK(!posix_memalign(&scratch, 64, SCRATCH));
    for (int64_t rows = 1; rows <= MOST; rows++)
        for (int64_t columns = 1; columns <= MOST; columns++)
            for (int64_t k = 1 + (rows + columns) % step; k <= MOST; k += step)
                check_shape(all, n, rows, k, columns, odd, scratch);
    free(scratch);
}

TEST(product_shapes, have_the_bits_of_the_chain_wherever_they_begin) { check_shapes(false, EACH_K); }
TEST(product_shapes, take_nan_infinities_and_denormals_as_the_chain_does) { check_shapes(true, 3 * EACH_K); }

WICK_TEST_MAIN
