/* Laws of the matrix products: each element is one chain over k, or a tree of lanes where C is a line and lanes are
 * asked for, whatever the strides, the epilogue, the cut into units and the instruction set. */
#include "backends/cpu/onednn.h"
#include "product_check.h"
#include "wick/wick.h"

WICK_ON_CPU("its subject is the CPU's products")

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
    static const int64_t shapes[][3] = { { 3, 2100, 700 },  { 130, 1100, 330 }, { 260, 70, 1000 }, { 1, 1500, 400 },
                                         { 900, 2, 650 },   { 20, 40, 2401 },   { 600, 40, 1300 }, { 250, 60, 1200 },
                                         { 300, 280, 520 }, { 70, 1030, 40 } };
    for (int s = 0; s < 10 * 4; s++) {
        state = (uint64_t)s;
        trial t = trial_of(s % 4 == 3 ? 64 : 32, shapes[s / 4][0], shapes[s / 4][1], shapes[s / 4][2]);
        all_give(&t, 1);
        trial_end(&t);
    }
}

TEST(product, that_is_symmetric_has_the_same_bits_up_to_the_diagonal_however_it_is_cut)
{
    state = 16;
    for (int i = 0; i < 150; i++) {
        trial t = symmetric_trial_of(i % 3 ? 32 : 64, size_of(60, 260), size_of(40, 300));
        all_give(&t, 4);
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
            CHECK(!posix_memalign(&scratch, 64, wki_product_for(32, false)->scratch(&p)));
            wki_product_for(32, false)->run(&p, 0, wki_product_for(32, false)->units(&p), scratch);
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
    const wki_product forward = { .m = 32, .n = 112, .k = 1000, .c_rs = 112 };
    const wki_product gradient = { .m = 1000, .n = 112, .k = 32, .c_rs = 112 };
    const wki_product linear = { .m = 128, .n = 512, .k = 784, .c_rs = 512 };
    const wki_product its_gradient = { .m = 512, .n = 784, .k = 128, .c_rs = 784 };
    const wki_product_kernel *const kernel = &wki_product_f32_base;
    CHECK(kernel->units(&forward) == kernel->units(&gradient));
    CHECK(kernel->units(&linear) == kernel->units(&its_gradient));
}

TEST(product, is_cut_by_rows_where_columns_would_share_lines_of_the_cache)
{
    const wki_product whole = { .m = 1000, .n = 112, .k = 32, .c_rs = 112 };
    const wki_product shared = { .m = 1000, .n = 100, .k = 32, .c_rs = 100 };
    CHECK(wki_product_f32_base.units(&whole) == 112 / 8);
    CHECK(wki_product_f32_base.units(&shared) == (1000 + 15) / 16);
}

WICK_TEST_MAIN
