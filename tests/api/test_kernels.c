/* The CPU kernels that move, make and reduce numbers, called directly: each against a loop written here, on strided and
 * empty views, and with the same bits for every instruction set and every way of cutting its units. */
#include "kernel_check.h"

WICK_ON_CPU("its subject is the CPU's kernels")

/* ---- copy and fill ---- */

TEST(copy, converts_any_strides_and_dtypes)
{
    for (int round = 0; round < 400; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 0, round % 4 ? 6 : 40);
        const wki_view *y = strided((wk_dtype)below(WK_DTYPE_COUNT), ndim, size);
        const wki_view *x = strided((wk_dtype)below(WK_DTYPE_COUNT), ndim, size);
        run_every_way(&wki_cpu_copy, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, NULL);
        for (int64_t i = 0; i < wki_numel(y); i++) {
            const double from = get(x, i);
            if (y->dtype == WK_BOOL)
                EXPECT(y, i, from != 0, 0);
            else if (y->dtype == WK_U8 && wki_is_float((wk_dtype)x->dtype))
                EXPECT(y, i, from < 0 ? 0 : trunc(from), 0);
            else if (y->dtype == WK_U8)
                EXPECT(y, i, (uint8_t)(int)from, 0);
            else
                EXPECT(y, i, wki_is_float((wk_dtype)y->dtype) ? from : trunc(from), 1e-7);
        }
        finish();
    }
}

/* Now the dims of a packed view but its last lie in another order in memory, and any of them backwards. */
static void shuffle(const wki_view *packed)
{
    wki_view *v = &array_of(packed)->v;
    int order[] = { 0, 1, 2, 3 };
    for (int i = 2; i > 0; i--) {
        const int j = (int)below(i + 1), at = order[i];
        order[i] = order[j], order[j] = at;
    }
    int64_t step = 1;
    for (int i = 3; i >= 0; step *= v->size[order[i--]]) v->stride[order[i]] = step;
    for (int d = 0; d < 4; d++)
        if (below(3) == 0) {
            v->data = (char *)v->data + (v->size[d] - 1) * v->stride[d] * (int64_t)wk_dtype_size((wk_dtype)v->dtype);
            v->stride[d] = -v->stride[d];
        }
}

TEST(copy, takes_runs_of_a_few_elements_in_any_order)
{
    static const wk_dtype types[] = { WK_F32, WK_F64, WK_I32, WK_U8 };
    for (uint64_t round = 0; round < 100; round++) {
        start(round);
        const wk_dtype type = types[round % 4];
        const int64_t size[] = { 1 + below(4), 1 + below(90), 1 + below(round % 5 ? 20 : 90), 1 + below(9) };
        const wki_view *y = packed(type, 4, size), *x = packed(type, 4, size);
        shuffle(below(2) ? y : x);
        run_every_way(&wki_cpu_copy, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, NULL);
        for (int64_t i = 0; i < wki_numel(x); i++) EXPECT(y, i, get(x, i), 0);
        finish();
    }
}

TEST(copy, saturates_floats_into_integers)
{
    static const double from[] = { 1e30, -1e30, NAN, INFINITY, -INFINITY, 2.9, -2.9, 0x1p63, -0x1p63, 300 };
    static const double i64[] = { 0x1p63, -0x1p63, 0, 0x1p63, -0x1p63, 2, -2, 0x1p63, -0x1p63, 300 };
    static const double i32[] = { INT32_MAX, INT32_MIN, 0, INT32_MAX, INT32_MIN, 2, -2, INT32_MAX, INT32_MIN, 300 };
    static const double u8[] = { 255, 0, 0, 255, 0, 2, 0, 255, 0, 255 };
    static const double flag[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    static const struct {
        wk_dtype dtype;
        const double *expected;
    } cases[] = { { WK_I64, i64 }, { WK_I32, i32 }, { WK_U8, u8 }, { WK_BOOL, flag } };
    const int64_t n = sizeof from / sizeof *from;
    for (int k = 0; k < 8; k++) {
        start(1);
        const wki_view *x = packed(k < 4 ? WK_F32 : WK_F64, 1, &n), *y = packed(cases[k % 4].dtype, 1, &n);
        for (int64_t i = 0; i < n; i++) set(x, i, from[i]);
        run_every_way(&wki_cpu_copy, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, NULL);
        for (int64_t i = 0; i < n; i++) EXPECT(y, i, cases[k % 4].expected[i], 0);
        finish();
    }
}

TEST(fill, counts_row_major)
{
    for (int round = 0; round < 100; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 0, round % 4 ? 4 : 24);
        const wki_view *y = strided((wk_dtype)below(WK_DTYPE_COUNT), ndim, size);
        const wki_fill_attrs attrs = { (double)below(5), below(2) ? 0.5 : 0 };
        run_every_way(&wki_cpu_fill, WKI_ISA_BASE, &y, 1, 1, &attrs);
        for (int64_t i = 0; i < wki_numel(y); i++) {
            const double x = attrs.value + (double)i * attrs.step;
            EXPECT(y, i,
                   wki_is_float((wk_dtype)y->dtype) ? x
                   : y->dtype == WK_BOOL            ? x != 0
                   : y->dtype == WK_U8 && x > 255   ? 255
                                                    : trunc(x),
                   0);
        }
        finish();
    }
}

TEST(mirror, puts_what_lies_below_the_diagonal_above_it)
{
    for (int64_t n = 0; n < 80; n++) {
        static const wk_dtype dtypes[] = { WK_F32, WK_F64, WK_I32, WK_I64 };
        start((uint64_t)n);
        const wki_view *y = packed(dtypes[n % 4], 2, (int64_t[]){ n, n }), *x = packed(dtypes[n % 4], 2, y->size);
        for (int64_t i = 0; i < n * n; i++) set(x, i, get(y, i));
        run_every_way(&wki_cpu_mirror, WKI_ISA_BASE, &y, 1, 1, NULL);
        for (int64_t i = 0; i < n * n; i++) ck_assert(get(y, i) == get(x, i % n > i / n ? i % n * n + i / n : i));
        finish();
    }
}

/* ---- random and dropout ---- */

static const wki_random_key a_key = { 0x123456789abcdef0u, 0x1111222233334444u, 7 };

static uint32_t word_of(int64_t i)
{
    const uint32_t counter[] = { (uint32_t)(i / 4), (uint32_t)a_key.op, (uint32_t)(a_key.op >> 32),
                                 a_key.stream | 0x80000000u };
    const uint32_t key[] = { (uint32_t)a_key.seed, (uint32_t)(a_key.seed >> 32) };
    uint32_t out[4];
    wki_philox(counter, key, out);
    return out[i % 4];
}

TEST(random, element_is_a_function_of_key_and_index_whatever_the_strides)
{
    for (int round = 0; round < 60; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 0, 14);
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        const wki_view *y = strided(dtype, ndim, size), *same = packed(dtype, ndim, size);
        const wki_random_attrs attrs = { a_key, -1, 3, (int32_t)below(2) };
        run_every_way(&wki_cpu_random, WKI_ISA_BASE, &y, 1, 1, &attrs);
        run_every_way(&wki_cpu_random, WKI_ISA_BASE, &same, 1, 1, &attrs);
        for (int64_t i = 0; i < wki_numel(y); i++) {
            EXPECT(y, i, get(same, i), 0);
            if (attrs.kind == WKI_RANDOM_UNIFORM && dtype == WK_F32)
                EXPECT(y, i, -1 + 4 * (word_of(i) >> 8) * 0x1p-24, 1e-7);
        }
        finish();
    }
}

TEST(random, normal_numbers_have_the_moments_of_the_normal_distribution)
{
    const int64_t n = 200001;
    for (int k = 0; k < 2; k++) {
        start(3);
        const wki_view *y = packed(k ? WK_F64 : WK_F32, 1, &n);
        const wki_random_attrs attrs = { a_key, 0, 1, WKI_RANDOM_NORMAL };
        run_every_way(&wki_cpu_random, WKI_ISA_BASE, &y, 1, 1, &attrs);
        double moment[5] = { 0 }, neighbours = 0;
        for (int64_t i = 0; i < n; i++) {
            const double x = get(y, i);
            for (int m = 1; m <= 4; m++) moment[m] += pow(x, m) / (double)n;
            if (i) neighbours += x * get(y, i - 1) / (double)n;
        }
        CHECK_NEAR(moment[1], 0, 0.01);
        CHECK_NEAR(moment[2], 1, 0.02);
        CHECK_NEAR(moment[3], 0, 0.05);
        CHECK_NEAR(moment[4], 3, 0.15);
        CHECK_NEAR(neighbours, 0, 0.01);
        finish();
    }
}

TEST(random, integers_fill_their_range_evenly)
{
    const int64_t n = 70000;
    start(4);
    const wki_view *y = packed(WK_I64, 1, &n);
    const wki_random_attrs attrs = { a_key, -3, 4, WKI_RANDOM_INT };
    int counts[7] = { 0 };
    run_every_way(&wki_cpu_random, WKI_ISA_BASE, &y, 1, 1, &attrs);
    for (int64_t i = 0; i < n; i++) counts[(int)get(y, i) + 3]++; /* outside: the sanitizer's */
    for (int k = 0; k < 7; k++) CHECK_NEAR(counts[k], 10000, 400);
    finish();
}

TEST(dropout, keeps_what_its_number_allows_and_scales_it)
{
    static const double rates[] = { 0, 0.2, 0.5, 1 };
    for (int round = 0; round < 80; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 0, 14);
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        const wki_view *y = below(2) ? strided(dtype, ndim, size) : packed(dtype, ndim, size);
        const wki_view *x = below(2) ? strided(dtype, ndim, size) : packed(dtype, ndim, size);
        const wki_dropout_attrs attrs = { a_key, rates[round % 4] };
        run_every_way(&wki_cpu_dropout, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
        for (int64_t i = 0; i < wki_numel(y); i++)
            EXPECT(y, i, (word_of(i) >> 8) * 0x1p-24 >= attrs.p ? get(x, i) / (1 - attrs.p) : 0, tolerance_of(y));
        finish();
    }
}

TEST(dropout, drops_as_many_as_asked)
{
    const int64_t n = 100000;
    start(5);
    const wki_view *y = packed(WK_F32, 1, &n), *x = packed(WK_F32, 1, &n);
    const wki_dropout_attrs attrs = { a_key, 0.3 };
    int64_t dropped = 0;
    run_every_way(&wki_cpu_dropout, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
    for (int64_t i = 0; i < n; i++) dropped += get(y, i) == 0;
    CHECK_NEAR((double)dropped / (double)n, 0.3, 0.01);
    finish();
}

/* ---- reduce and argmax ---- */

static bool equal(const wki_view *a, const wki_view *b)
{
    for (int64_t i = 0; i < wki_numel(a); i++)
        if (get(a, i) != get(b, i) && !(isnan(get(a, i)) && isnan(get(b, i)))) return false;
    return true;
}

/* what lands in element `at` of y, which has size 1 in the dims of the mask */
static int64_t target_of(const wki_view *x, uint32_t dims, int64_t i)
{
    int64_t at = 0, step = 1;
    for (int d = x->ndim - 1; d >= 0; d--) {
        if (!(dims >> d & 1)) {
            at += i % x->size[d] * step;
            step *= x->size[d];
        }
        i /= x->size[d];
    }
    return at;
}

TEST(reduce, agrees_with_a_loop_over_any_dims)
{
    for (int round = 0; round < 500; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS], kept[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 0, round % 5 ? 7 : 60), kind = (int)below(3);
        const uint32_t dims = (uint32_t)below(1 << ndim);
        int64_t outputs = 1;
        for (int d = 0; d < ndim; d++) outputs *= kept[d] = dims >> d & 1 ? 1 : size[d];
        const wk_dtype dtype = (wk_dtype)below(WK_DTYPE_COUNT);
        const wki_view *x = strided(dtype, ndim, size);
        const wki_view *y = strided(kind == WKI_SUM && !wki_is_float(dtype) ? WK_I64 : dtype, ndim, kept);
        const wki_reduce_attrs attrs = { kind, dims, wki_is_float(dtype) ? 0.5 : 1 };
        if (kind != WKI_SUM && wki_numel(x) == 0) continue;
        double *expected = wki_alloc_array((size_t)outputs + 1, sizeof(double));
        for (int64_t i = 0; kind != WKI_SUM && i < outputs; i++) expected[i] = kind == WKI_AMAX ? -INFINITY : INFINITY;
        for (int64_t i = 0; i < wki_numel(x); i++) {
            double *to = &expected[target_of(x, dims, i)];
            *to = kind == WKI_SUM    ? *to + get(x, i) * attrs.number
                  : kind == WKI_AMAX ? fmax(*to, get(x, i))
                                     : fmin(*to, get(x, i));
        }
        run_every_way(&wki_cpu_reduce, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
        for (int64_t i = 0; i < outputs; i++) EXPECT(y, i, expected[i], 10 * tolerance_of(y));
        wki_free(expected);
        finish();
    }
}

TEST(reduce, strides_change_no_bit)
{
    for (int round = 0; round < 200; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS], kept[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 1, round % 5 ? 9 : 100);
        const uint32_t dims = (uint32_t)below(1 << ndim);
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        for (int d = 0; d < ndim; d++) kept[d] = dims >> d & 1 ? 1 : size[d];
        const wki_view *x = strided(dtype, ndim, size), *same = packed(dtype, ndim, size);
        const wki_reduce_attrs attrs = { (int32_t)below(WKI_STD + 1), dims, 1 };
        const bool flags = attrs.kind == WKI_ANY || attrs.kind == WKI_ALL;
        const wk_dtype to = flags ? WK_BOOL : attrs.kind == WKI_COUNT ? WK_I64 : dtype;
        const wki_view *y = packed(to, ndim, kept), *z = packed(to, ndim, kept);
        for (int64_t i = 0; i < wki_numel(x); i++) set(same, i, get(x, i));
        run_every_way(&wki_cpu_reduce, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
        run_every_way(&wki_cpu_reduce, WKI_ISA_BASE, (const wki_view *[]){ z, same }, 2, 1, &attrs);
        CHECK(equal(y, z));
        finish();
    }
}

/* Enough of them are cut into lines: of the last dim, or of the last few. */
TEST(reduce, strides_change_no_bit_of_many_elements)
{
    static const uint32_t dims[] = { 1 | 4 | 8, 1 | 4 | 8, 15, 1 | 8, 2 | 4 | 8, 8, 1 | 2, 4 | 8 };
    for (int round = 0; round < 16; round++) {
        start((uint64_t)round);
        const int64_t size[] = { 60 + below(90), 1 + below(4), 14 + below(20), below(2) ? 20 + below(20) : 300 };
        const wki_reduce_attrs attrs = { round % 2 ? WKI_SUM : WKI_VAR, dims[round % 8], 1 };
        int64_t kept[4], count = 1;
        for (int d = 0; d < 4; d++) {
            kept[d] = attrs.dims >> d & 1 ? 1 : size[d];
            count *= attrs.dims >> d & 1 ? size[d] : 1;
        }
        const wki_view *x = strided(WK_F32, 4, size), *same = packed(WK_F32, 4, size);
        const wki_view *y = packed(WK_F32, 4, kept), *z = packed(WK_F32, 4, kept);
        double *sum = wki_alloc_array((size_t)wki_numel(y), sizeof *sum);
        for (int64_t i = 0; i < wki_numel(x); i++) {
            set(same, i, get(x, i));
            sum[target_of(x, attrs.dims, i)] += get(x, i);
        }
        run_every_way(&wki_cpu_reduce, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
        run_every_way(&wki_cpu_reduce, WKI_ISA_BASE, (const wki_view *[]){ z, same }, 2, 1, &attrs);
        CHECK(equal(y, z));
        for (int64_t i = 0; i < wki_numel(y) && attrs.kind == WKI_SUM; i++)
            ck_assert(near(get(y, i), sum[i], 1e-6 * (double)count));
        wki_free(sum);
        finish();
    }
}

TEST(reduce, keeps_six_digits_of_a_million_single_precision_numbers)
{
    static const int64_t shapes[][2] = { { 1, 1000000 }, { 1000000, 1 }, { 1000, 1000 } };
    for (int k = 0; k < 3; k++) {
        start(6);
        const wki_view *x = packed(WK_F32, 2, shapes[k]), *y = packed(WK_F32, 2, (const int64_t[]){ 1, 1 });
        const wki_reduce_attrs attrs = { WKI_SUM, 3, 1 };
        for (int64_t i = 0; i < 1000000; i++) set(x, i, 0.1);
        run_every_way(&wki_cpu_reduce, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
        EXPECT(y, 0, 1e6 * (double)0.1f, 1e-6);
        finish();
    }
}

TEST(reduce, nan_wins)
{
    for (int64_t n = 1; n < 70; n += 3)
        for (int kind = 0; kind < 3; kind++) {
            start(7);
            const wki_view *x = packed(WK_F32, 1, &n), *y = packed(WK_F32, 1, (const int64_t[]){ 1 });
            const wki_reduce_attrs attrs = { kind, 1, 1 };
            const wki_call call = { .nout = 1, .nviews = 2, .views = (const wki_view *[]){ y, x }, .attrs = &attrs };
            set(x, below(n), NAN);
            CHECK(run(&wki_cpu_reduce, &call, false) == WK_OK && isnan(get(y, 0)));
            finish();
        }
}

TEST(argmax, finds_the_first_of_the_largest_and_nan_before_all)
{
    for (int round = 0; round < 200; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS], kept[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 1, 9);
        const wki_argmax_attrs attrs = { (int32_t)below(ndim), false };
        const wk_dtype dtype = (wk_dtype)below(WK_DTYPE_COUNT);
        memcpy(kept, size, sizeof kept);
        kept[attrs.dim] = 1;
        if (size[attrs.dim] == 0) continue;
        const wki_view *x = strided(dtype, ndim, size), *y = strided(WK_I64, ndim, kept);
        if (wki_is_float(dtype) && wki_numel(x) && below(2)) set(x, below(wki_numel(x)), NAN);
        run_every_way(&wki_cpu_argmax, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
        int64_t inner = 1;
        for (int d = attrs.dim + 1; d < ndim; d++) inner *= size[d];
        for (int64_t i = 0; i < wki_numel(y); i++) {
            const int64_t first = i / inner * inner * size[attrs.dim] + i % inner;
            int64_t best = 0;
            for (int64_t j = 1; j < size[attrs.dim] && !isnan(get(x, first + best * inner)); j++)
                if (isnan(get(x, first + j * inner)) || get(x, first + j * inner) > get(x, first + best * inner))
                    best = j;
            EXPECT(y, i, best, 0);
        }
        finish();
    }
}

TEST(argmax, gives_the_value_of_the_least_too)
{
    for (int round = 0; round < 200; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS], kept[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 1, round % 5 ? 6 : 24);
        const wki_argmax_attrs attrs = { (int32_t)below(ndim), true };
        const wki_reduce_attrs least = { WKI_AMIN, 1u << attrs.dim, 0 };
        const wk_dtype dtype = (wk_dtype)below(WK_DTYPE_COUNT);
        memcpy(kept, size, sizeof kept);
        kept[attrs.dim] = 1;
        const wki_view *x = strided(dtype, ndim, size), *at = strided(WK_I64, ndim, kept);
        const wki_view *y = strided(dtype, ndim, kept), *z = packed(dtype, ndim, kept);
        if (wki_numel(x) == 0) continue;
        if (wki_is_float(dtype) && below(2)) set(x, below(wki_numel(x)), NAN);
        run_every_way(&wki_cpu_argmax, WKI_ISA_BASE, (const wki_view *[]){ at, y, x }, 3, 2, &attrs);
        run_every_way(&wki_cpu_reduce, WKI_ISA_BASE, (const wki_view *[]){ z, x }, 2, 1, &least);
        CHECK(equal(y, z));
        finish();
    }
}

/* ---- scan, sort ---- */

TEST(scan, strides_and_cuts_change_no_bit)
{
    for (int round = 0; round < 300; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 1, round % 5 ? 6 : 24);
        const wki_scan_attrs attrs = { (int32_t)below(3), (int32_t)below(ndim), below(2) };
        const wk_dtype dtype = (wk_dtype[]){ WK_F32, WK_F64, WK_I64 }[below(attrs.kind == WKI_SCAN_RECUR ? 2 : 3)];
        const wki_view *x = strided(dtype, ndim, size), *c = strided(dtype, ndim, size),
                       *y = strided(dtype, ndim, size);
        const wki_view *flat_x = packed(dtype, ndim, size), *flat_c = packed(dtype, ndim, size);
        const wki_view *flat_y = packed(dtype, ndim, size);
        for (int64_t i = 0; i < wki_numel(x); i++) {
            set(flat_x, i, get(x, i));
            set(flat_c, i, get(c, i));
        }
        const int nviews = attrs.kind == WKI_SCAN_RECUR ? 3 : 2;
        run_every_way(&wki_cpu_scan, WKI_ISA_BASE, (const wki_view *[]){ y, x, c }, nviews, 1, &attrs);
        run_every_way(&wki_cpu_scan, WKI_ISA_BASE, (const wki_view *[]){ flat_y, flat_x, flat_c }, nviews, 1, &attrs);
        CHECK(equal(y, flat_y));
        finish();
    }
}

TEST(sort, strides_and_cuts_change_nothing)
{
    for (int round = 0; round < 200; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS], cut[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 1, round % 5 ? 6 : 24), dim = (int)below(ndim);
        const wki_sort_attrs order = { dim, below(2), below(4) == 0 };
        const wk_dtype dtype = (wk_dtype)below(WK_DTYPE_COUNT);
        memcpy(cut, size, sizeof cut);
        cut[dim] = size[dim] ? below(size[dim]) : 0;
        const wki_view *x = strided(dtype, ndim, size), *same = packed(dtype, ndim, size);
        const wki_view *y = strided(dtype, ndim, cut), *z = packed(dtype, ndim, cut);
        const wki_view *y_at = strided(WK_I64, ndim, cut), *z_at = packed(WK_I64, ndim, cut);
        for (int64_t i = 0; i < wki_numel(x); i++) set(same, i, get(x, i));
        run_every_way(&wki_cpu_sort, WKI_ISA_BASE, (const wki_view *[]){ y, y_at, x }, 3, 2, &order);
        run_every_way(&wki_cpu_sort, WKI_ISA_BASE, (const wki_view *[]){ z, z_at, same }, 3, 2, &order);
        CHECK(equal(y, z) && equal(y_at, z_at));
        finish();
    }
}

WICK_TEST_MAIN
