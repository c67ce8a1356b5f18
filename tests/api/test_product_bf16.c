/* Products of bfloat16, by the instruction where the machine has it and by its twin in plain C everywhere. That they
 * are the chain over rounded operands for any shape and layout, test_product.c finds with the others'. */
#include "product_check.h"

WICK_ON_CPU("its subject is the CPU's products")

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

WICK_TEST_MAIN
