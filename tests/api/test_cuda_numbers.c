/* The kernels of CUDA that make, move, convert and reduce numbers, against the CPU's on the same views: to the bit but
 * where the law says otherwise. */
#include "backends/rows_table.h"
#include "cuda_bits.h"
#include "kernel_check.h"

WICK_ON_CPU("it compares the CPU with the device")

static const int64_t awkward[] = { 0, 1, 2, 31, 33, 64, 65, 1023, 1024, 1025, 2049 };
enum { AWKWARD = sizeof awkward / sizeof *awkward };

/* On copies of the views. */
static void same_on_device(int op, const wki_view *const *views, int nviews, int nout, const void *attrs,
                           double tolerance)
{
    twin *of[WKI_MAX_VIEWS];
    for (int v = 0; v < nviews; v++) of[v] = keep_twin(twin_from(views[v]));
    same_as_cpu(op, nout, nviews, of, attrs, 0, tolerance);
    drop_twins();
}

/* ---- Views of all kinds ---- */

static const wki_view *flipped(const wki_view *v, int dim)
{
    wki_view *own = &array_of(v)->v;
    if (wki_numel(own) == 0) return v;
    own->data =
        (char *)own->data + (own->size[dim] - 1) * own->stride[dim] * (int64_t)wk_dtype_size((wk_dtype)own->dtype);
    own->stride[dim] = -own->stride[dim];
    return v;
}

static const wki_view *turned(const wki_view *v) /* its last two dims */
{
    wki_view *own = &array_of(v)->v;
    for (int k = 0; k < 2; k++) {
        int64_t *of = k ? own->stride : own->size, kept = of[own->ndim - 1];
        of[own->ndim - 1] = of[own->ndim - 2];
        of[own->ndim - 2] = kept;
    }
    return v;
}

/* Numbers, among which are NaNs, infinities, zeros of both signs, any whole numbers and, so that there are equals,
 * small ones */
static void fill_with_odd_numbers(const wki_view *v)
{
    static const double odd[] = { 0, -0.0, NAN, INFINITY, -INFINITY, 1e-40, -1e30, 1 };
    const size_t size = wk_dtype_size((wk_dtype)v->dtype);
    for (int64_t i = 0; v->dtype != WK_BOOL && i < wki_numel(v); i++) {
        const uint64_t any = (uint64_t)below(INT64_MAX) << 1;
        if (wki_is_float((wk_dtype)v->dtype))
            set(v, i, below(3) ? wki_rng_normal(&rng) : below(3) ? (double)below(3) : odd[below(8)]);
        else if (below(2))
            memcpy((char *)v->data + place(v, i) * (int64_t)size, (const char *)&any + sizeof any - size, size);
    }
}

/* ---- Rows ---- */

static void try_row(int row, int slope, wk_dtype dtype, int ndim, const int64_t *size, bool flat)
{
    const wki_row *r = &wki_row_table[row];
    const wki_row_attrs attrs = { r->sample[0], r->sample[1], slope };
    const wki_view *views[WKI_MAX_VIEWS];
    int n = 0;
    views[n++] = new_view(r->kind == WKI_KIND_TRUTH ? WK_BOOL : dtype, ndim, size, flat);
    if (slope) views[n++] = new_view(dtype, ndim, size, flat);
    for (int k = 0; k < 3; k++)
        if (r->operands >> k & 1) views[n++] = new_view(k == 0 && r->condition ? WK_BOOL : dtype, ndim, size, flat);
    if (slope) views[n++] = new_view(dtype, ndim, size, flat);
    for (int v = 1; v < n; v++) fill_with_odd_numbers(views[v]);
    for (int v = 1; !flat && v < n; v++) {
        wki_view *own = &array_of(views[v])->v;
        if (ndim && below(4) == 0) own->stride[below(ndim)] = 0;
        if (ndim && below(4) == 0) flipped(views[v], (int)below(ndim));
    }
    same_on_device(row, views, n, 1, &attrs, 0);
}

TEST(rows, have_the_bits_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int row = 0; row < WKI_ROW_COUNT; row++)
        for (int dtype = 0; dtype < WK_DTYPE_COUNT; dtype++)
            for (int slope = 0; slope < 4; slope++) {
                if (!wki_rows_for(WKI_ISA_BASE, (wk_dtype)dtype)[row].of[slope]) continue;
                int64_t size[WKI_MAX_DIMS] = { 1500 };
                start((uint64_t)row * 64 + (uint64_t)dtype * 8 + (uint64_t)slope);
                try_row(row, slope, (wk_dtype)dtype, 1, size, true);
                const int ndim = some_shape(size, 0, 8);
                try_row(row, slope, (wk_dtype)dtype, ndim, size, false);
                finish();
            }
}

TEST(rows, of_powers_have_the_bits_of_the_cpu_for_every_exponent)
{
    static const double exponents[] = { 0, 0.5, 1, 1.5, 2, 3, 4, -0.5, -1, -2, -3, NAN, INFINITY };
    if (!cuda_here()) return;
    for (size_t k = 0; k < sizeof exponents / sizeof *exponents; k++)
        for (int dtype = 0; dtype < WK_U8; dtype++)
            for (int slope = 0; slope < (wki_is_float((wk_dtype)dtype) ? 2 : 1); slope++) {
                const wki_row_attrs attrs = { exponents[k], 0, slope };
                const int64_t n = 300;
                start(k);
                const wki_view *views[4];
                for (int v = 0; v < 4; v++) fill_with_odd_numbers(views[v] = packed((wk_dtype)dtype, 1, &n));
                same_on_device(WKI_ROW_pow_scalar, views, slope ? 4 : 2, 1, &attrs, 0);
                finish();
            }
}

/* ---- Moves ---- */

TEST(copy, has_the_bits_of_the_cpu_for_all_pairs_of_dtypes)
{
    if (!cuda_here()) return;
    for (int pair = 0; pair < WK_DTYPE_COUNT * WK_DTYPE_COUNT; pair++)
        for (int round = 0; round < 6; round++) {
            int64_t size[WKI_MAX_DIMS] = { 3000 };
            start((uint64_t)(pair * 6 + round));
            const int ndim = round == 0 ? 1 : some_shape(size, 0, 9);
            const wki_view *y = new_view((wk_dtype)(pair / WK_DTYPE_COUNT), ndim, size, round == 0);
            const wki_view *x = new_view((wk_dtype)(pair % WK_DTYPE_COUNT), ndim, size, round == 0);
            fill_with_odd_numbers(x);
            if (round && ndim) flipped(x, (int)below(ndim));
            same_on_device(WKI_OP_copy, (const wki_view *[]){ y, x }, 2, 1, NULL, 0);
            finish();
        }
}

TEST(copy, turns_matrices)
{
    static const wk_dtype dtypes[] = { WK_F32, WK_F64, WK_BOOL };
    static const int64_t shapes[][3] = { { 1, 8, 8 }, { 1, 31, 70 }, { 3, 33, 32 }, { 2, 100, 65 }, { 5, 9, 1 } };
    if (!cuda_here()) return;
    for (int k = 0; k < 15; k++) {
        const int64_t *s = shapes[k / 3];
        start((uint64_t)k);
        const wki_view *y = packed(dtypes[k % 3], 3, s),
                       *x = turned(packed(dtypes[k % 3], 3, (int64_t[]){ s[0], s[2], s[1] }));
        same_on_device(WKI_OP_copy, (const wki_view *[]){ y, x }, 2, 1, NULL, 0);
        same_on_device(WKI_OP_copy, (const wki_view *[]){ y, flipped(x, 1) }, 2, 1, NULL, 0);
        finish();
    }
}

TEST(fill, has_the_bits_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 120; round++) {
        int64_t size[WKI_MAX_DIMS] = { 1300 };
        start((uint64_t)round);
        const int ndim = round % 3 ? some_shape(size, 0, 9) : 1;
        const wki_view *y = new_view((wk_dtype)(round % WK_DTYPE_COUNT), ndim, size, round % 3 == 0);
        static const double values[] = { 0, -0.0, 2.5, NAN, 1e30, -7 };
        const wki_fill_attrs attrs = { values[below(6)], below(2) ? 0 : 0.3 };
        same_on_device(WKI_OP_fill, &y, 1, 1, &attrs, 0);
        finish();
    }
}

TEST(bf16, has_the_bits_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 20; round++) {
        int64_t size[WKI_MAX_DIMS];
        start((uint64_t)round);
        const int ndim = some_shape(size, 0, 12);
        const wki_view *y = strided(WK_F32, ndim, size), *x = strided(WK_F32, ndim, size);
        fill_with_odd_numbers(x);
        same_on_device(WKI_OP_bf16, (const wki_view *[]){ y, x }, 2, 1, NULL, 0);
        finish();
    }
}

TEST(triangle, has_the_bits_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 60; round++) {
        int64_t size[WKI_MAX_DIMS];
        start((uint64_t)round);
        const int ndim = some_shape(size, 2, 12);
        const wk_dtype dtype = (wk_dtype)below(WK_DTYPE_COUNT);
        const wki_view *y = strided(dtype, ndim, size), *x = strided(dtype, ndim, size);
        const wki_triangle_attrs attrs = { below(15) - 7, below(2) };
        same_on_device(WKI_OP_triangle, (const wki_view *[]){ y, x }, 2, 1, &attrs, 0);
        finish();
    }
}

TEST(mirror, has_the_bits_of_the_cpu)
{
    static const wk_dtype dtypes[] = { WK_F32, WK_F64, WK_I32, WK_I64 };
    if (!cuda_here()) return;
    for (int64_t n = 0; n < 100; n += 1 + n / 8) {
        start((uint64_t)n);
        const wki_view *y = packed(dtypes[n % 4], 2, (int64_t[]){ n, n });
        same_on_device(WKI_OP_mirror, &y, 1, 1, NULL, 0);
        finish();
    }
}

/* ---- Random numbers ---- */

static const wki_random_key a_key = { 0x123456789abcdef0u, 0x1111222233334444u, 7 };

TEST(random, has_the_bits_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 90; round++) {
        int64_t size[WKI_MAX_DIMS] = { 1001 };
        start((uint64_t)round);
        const int ndim = round < 6 ? 1 : some_shape(size, 0, 9), kind = round % 3;
        const wki_view *y = new_view(kind == WKI_RANDOM_INT ? WK_I64
                                     : below(2)             ? WK_F32
                                                            : WK_F64,
                                     ndim, size, round < 6);
        const wki_random_attrs attrs = { a_key, -3, 0.7, kind }, whole = { a_key, -1e18, 3e18, kind };
        same_on_device(WKI_OP_random, &y, 1, 1, kind == WKI_RANDOM_INT ? &whole : &attrs, 0);
        finish();
    }
}

TEST(dropout, has_the_bits_of_the_cpu)
{
    static const double shares[] = { 0, 0.1, 0.5, 1 };
    if (!cuda_here()) return;
    for (int round = 0; round < 60; round++) {
        int64_t size[WKI_MAX_DIMS] = { 1000 + round % 2 };
        start((uint64_t)round);
        const int ndim = round < 8 ? 1 : some_shape(size, 0, 9);
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        const wki_view *y = new_view(dtype, ndim, size, round < 8), *x = new_view(dtype, ndim, size, round < 8);
        const wki_dropout_attrs attrs = { a_key, shares[round % 4] };
        same_on_device(WKI_OP_dropout, (const wki_view *[]){ y, x }, 2, 1, &attrs, 0);
        finish();
    }
}

/* ---- Reductions ---- */

static wk_dtype reduced_dtype(int kind, wk_dtype dtype)
{
    if (kind == WKI_COUNT) return WK_I64;
    if (kind == WKI_ANY || kind == WKI_ALL) return WK_BOOL;
    return (kind == WKI_SUM || kind == WKI_PROD) && !wki_is_float(dtype) ? WK_I64 : dtype;
}

/* logsumexp takes one logarithm of another library than the CPU's. */
static void try_reduce(int kind, const wki_view *x, uint32_t dims)
{
    int64_t size[WKI_MAX_DIMS], count = 1;
    for (int d = 0; d < x->ndim; d++) size[d] = dims >> d & 1 ? 1 : x->size[d];
    for (int d = 0; d < x->ndim; d++) count *= dims >> d & 1 ? x->size[d] : 1;
    if (count == 0 && (kind == WKI_AMAX || kind == WKI_AMIN)) return; /* refused in front */
    const wki_view *y = strided(reduced_dtype(kind, (wk_dtype)x->dtype), x->ndim, size);
    const wki_reduce_attrs attrs = { kind, dims, kind == WKI_SUM ? 0.25 : 1 };
    same_on_device(WKI_OP_reduce, (const wki_view *[]){ y, x }, 2, 1, &attrs, kind == WKI_LOGSUMEXP ? 1e-14 : 0);
}

static int kinds_of(wk_dtype dtype) { return wki_is_float(dtype) ? WKI_STD + 1 : WKI_ALL + 1; }

TEST(reduce, has_the_bits_of_the_cpu_for_lines_and_columns)
{
    if (!cuda_here()) return;
    for (int k = 0; k < AWKWARD; k++)
        for (int dtype = 0; dtype < WK_DTYPE_COUNT; dtype++)
            for (int kind = 0; kind < kinds_of((wk_dtype)dtype); kind++) {
                start((uint64_t)(k * 100 + kind));
                const int64_t n = awkward[k], other = kind % 2 ? 3 : 21;
                try_reduce(kind, packed((wk_dtype)dtype, 1, &n), 1);
                try_reduce(kind, packed((wk_dtype)dtype, 2, (int64_t[]){ other, n }), 2);
                try_reduce(kind, packed((wk_dtype)dtype, 2, (int64_t[]){ n, other }), 1);
                finish();
            }
}

TEST(reduce, has_the_bits_of_the_cpu_for_any_layout)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 500; round++) {
        int64_t size[WKI_MAX_DIMS];
        start((uint64_t)round);
        const int ndim = some_shape(size, 1, 14);
        const wk_dtype dtype = (wk_dtype)below(WK_DTYPE_COUNT);
        const wki_view *x = strided(dtype, ndim, size);
        if (below(2)) fill_with_odd_numbers(x);
        if (below(3) == 0) flipped(x, (int)below(ndim));
        if (below(3) == 0) array_of(x)->v.stride[below(ndim)] = 0;
        try_reduce((int)below(kinds_of(dtype)), x, (uint32_t)(1 + below((1 << ndim) - 1)));
        finish();
    }
}

TEST(reduce, has_the_bits_of_the_cpu_for_many_elements)
{
    static const struct {
        int64_t size[3];
        uint32_t dims;
    } cases[] = { { { 1, 1, 100003 }, 7 }, { { 4, 40, 300 }, 7 },  { { 3, 20, 2000 }, 6 }, { { 1100, 3, 18 }, 1 },
                  { { 9, 7000, 1 }, 3 },   { { 2, 33000, 2 }, 2 }, { { 5, 2, 5000 }, 5 },  { { 70, 500, 3 }, 3 },
                  { { 40, 3, 50 }, 5 },    { { 700, 2, 5 }, 5 } };
    if (!cuda_here()) return;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int kind = 0; kind <= WKI_STD; kind++) {
            start(k);
            const wk_dtype dtype = kind <= WKI_ALL && k % 2 ? WK_I32 : kind % 2 ? WK_F64 : WK_F32;
            try_reduce(kind, packed(dtype, 3, cases[k].size), cases[k].dims);
            if (kind == WKI_SUM || kind == WKI_VAR)
                try_reduce(kind, turned(packed(WK_F32, 3, cases[k].size)), cases[k].dims);
            finish();
        }
}

TEST(reduce, keeps_the_sign_of_zero_and_every_nan_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 60; round++) {
        static const double odd[] = { 0, -0.0, 0, -0.0, 0, -0.0, NAN, -INFINITY };
        const int kinds[] = { WKI_SUM, WKI_AMAX, WKI_AMIN, WKI_PROD, WKI_NORM_INF, WKI_NORM_LEAST };
        start((uint64_t)round);
        const wki_view *x = packed(round % 2 ? WK_F32 : WK_F64, 2, (int64_t[]){ 5, 1 + below(3000) });
        for (int64_t i = 0; i < wki_numel(x); i++) set(x, i, odd[below(round % 3 ? 6 : 8)]);
        try_reduce(kinds[round / 10], x, 2);
        try_reduce(kinds[round / 10], turned(x), 1);
        finish();
    }
}

/* From 256 pieces or lines on they are joined in runs: in double, so that a float hardly ever notices. */
TEST(reduce, of_more_pieces_than_threads_join_them_is_near)
{
    if (!cuda_here()) return;
    for (int kind = 0; kind <= WKI_STD; kind++) {
        start((uint64_t)kind);
        const int64_t n = 300 * 1024 + 5;
        const wki_view *y = packed(reduced_dtype(kind, WK_F32), 1, (int64_t[]){ 1 }), *x = packed(WK_F32, 1, &n);
        const wki_reduce_attrs attrs = { kind, 1, 1 };
        same_on_device(WKI_OP_reduce, (const wki_view *[]){ y, x }, 2, 1, &attrs, 1e-12);
        finish();
    }
}

TEST(argmax, finds_what_the_cpu_finds)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 400; round++) {
        int64_t size[WKI_MAX_DIMS] = { 1 + below(20), awkward[1 + round % (AWKWARD - 1)] }, kept[WKI_MAX_DIMS];
        start((uint64_t)round);
        int ndim = 2;
        if (round % 4) ndim = some_shape(size, 1, 14);
        const wk_dtype dtype = (wk_dtype)below(WK_DTYPE_COUNT);
        const wki_view *x = strided(dtype, ndim, size);
        const wki_argmax_attrs attrs = { round % 4 ? (int32_t)below(ndim) : 1, below(2) };
        if (below(2)) fill_with_odd_numbers(x);
        if (below(3) == 0) flipped(x, (int)below(ndim));
        memcpy(kept, size, sizeof kept);
        kept[attrs.dim] = 1;
        const int nout = 1 + (int)below(2);
        const wki_view *views[3] = { strided(WK_I64, ndim, kept), strided(dtype, ndim, kept) };
        views[nout] = x;
        if (size[attrs.dim]) same_on_device(WKI_OP_argmax, views, nout + 1, nout, &attrs, 0);
        finish();
    }
}

/* Lines are cut then, and equals and NaNs meet from piece to piece. */
TEST(argmax, of_long_lines_and_columns_finds_what_the_cpu_finds)
{
    if (!cuda_here()) return;
    static const int64_t sizes[][2] = { { 1, 32769 }, { 1, 200003 }, { 3, 40960 },
                                        { 1025, 2 },  { 1025, 40 },  { 5003, 17 } };
    for (int round = 0; round < 72; round++) {
        const int64_t *size = sizes[round % 6], dim = size[0] < size[1], n = size[dim];
        const wk_dtype dtype = (wk_dtype)(round / 6 % WK_DTYPE_COUNT);
        start((uint64_t)round);
        const wki_argmax_attrs attrs = { (int32_t)dim, round % 2 };
        int64_t kept[] = { size[0], size[1] };
        kept[dim] = 1;
        const wki_view *x = round % 4 ? packed(dtype, 2, size) : strided(dtype, 2, size);
        for (int64_t i = 0; round / 36 && i < wki_numel(x); i++)
            set(x, i, 7); /* the first of all, or of a few elsewhere */
        for (int few = 0; few < 3; few++) {
            const int64_t line = below(wki_numel(x) / n), i = below(n);
            const double best = round / 6 % 3 == 2 && wki_is_float(dtype) ? (double)NAN : attrs.least ? 0 : 127;
            if (round / 18 % 2) set(x, dim ? line * n + i : i * size[1] + line, best);
        }
        const wki_view *views[] = { packed(WK_I64, 2, kept), packed(dtype, 2, kept), x };
        same_on_device(WKI_OP_argmax, views, 3, 2, &attrs, 0);
        views[1] = x;
        same_on_device(WKI_OP_argmax, views, 2, 1, &attrs, 0);
        finish();
    }
}

TEST(dot, has_the_bits_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 120; round++) {
        int64_t size[WKI_MAX_DIMS] = { 1 + below(20), awkward[round % AWKWARD] };
        start((uint64_t)round);
        const int ndim = round % 2 ? some_shape(size, 1, 14) : 2;
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        const wki_view *y = strided(dtype, ndim - 1, size), *a = strided(dtype, ndim, size),
                       *b = strided(dtype, ndim, size);
        if (below(3) == 0) flipped(a, ndim - 1);
        if (below(3) == 0) array_of(b)->v.stride[below(ndim)] = 0;
        same_on_device(WKI_OP_dot, (const wki_view *[]){ y, a, b }, 3, 1, NULL, 0);
        finish();
    }
}

/* ---- Scans and sorts ---- */

static double scan_tolerance(const wki_view *y, int kind)
{
    return kind == WKI_SCAN_SUM && wki_is_float((wk_dtype)y->dtype) ? 1e-13 : 0; /* of long lines */
}

TEST(scan, agrees_with_the_cpu)
{
    static const wk_dtype dtypes[] = { WK_F32, WK_F64, WK_I64 };
    if (!cuda_here()) return;
    for (int round = 0; round < 500; round++) {
        int64_t size[WKI_MAX_DIMS];
        start((uint64_t)round);
        const int ndim = round % 4 ? some_shape(size, 1, 14) : 2, kind = (int)below(4);
        if (round % 4 == 0) size[0] = 1 + below(4), size[1] = awkward[below(AWKWARD)];
        const wk_dtype dtype = dtypes[below(kind < WKI_SCAN_RECUR ? 3 : 2)];
        const wki_view *y = strided(dtype, ndim, size), *x = strided(dtype, ndim, size);
        const wki_scan_attrs attrs = { kind, round % 4 ? (int32_t)below(ndim) : 1, below(2) };
        if (below(2) && round % 4) fill_with_odd_numbers(x);
        if (below(3) == 0) flipped(x, (int)below(ndim));
        int64_t whole[WKI_MAX_DIMS];
        memcpy(whole, size, sizeof whole);
        if (kind == WKI_SCAN_OTHERS) whole[attrs.dim] = 1;
        const wki_view *c = strided(dtype, ndim, whole);
        if (kind == WKI_SCAN_OTHERS)
            array_of(c)->v.size[attrs.dim] = size[attrs.dim], array_of(c)->v.stride[attrs.dim] = 0;
        if (kind == WKI_SCAN_OTHERS && wki_numel(c) > 0 && below(2)) set(c, 0, 0);
        same_on_device(WKI_OP_scan, (const wki_view *[]){ y, x, c }, kind < WKI_SCAN_RECUR ? 2 : 3, 1, &attrs,
                       scan_tolerance(y, kind));
        finish();
    }
}

TEST(sort, has_the_order_of_the_cpu)
{
    static const int64_t lengths[] = { 1, 2, 3, 31, 33, 1023, 1024, 1025, 2048, 5000 };
    if (!cuda_here()) return;
    for (int round = 0; round < 300; round++) {
        int64_t size[WKI_MAX_DIMS], taken[WKI_MAX_DIMS];
        start((uint64_t)round);
        const int ndim = round % 3 ? some_shape(size, 1, 14) : 2;
        if (round % 3 == 0) size[0] = 1 + below(3), size[1] = lengths[below(10)];
        const wk_dtype dtype = (wk_dtype)below(WK_DTYPE_COUNT);
        const wki_view *x = strided(dtype, ndim, size);
        const wki_sort_attrs attrs = { round % 3 ? (int32_t)below(ndim) : 1, below(2), false };
        if (below(2)) fill_with_odd_numbers(x);
        if (below(3) == 0) flipped(x, (int)below(ndim));
        memcpy(taken, size, sizeof taken);
        if (below(2)) taken[attrs.dim] = below(size[attrs.dim] + 1);
        const wki_view *y = strided(dtype, ndim, taken), *index = strided(WK_I64, ndim, taken);
        same_on_device(WKI_OP_sort, (const wki_view *[]){ y, index, x }, 3, 2, &attrs, 0);
        finish();
    }
}

/* ---- Softmax and losses ---- */

TEST(softmax, has_the_bits_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 240; round++) {
        int64_t size[WKI_MAX_DIMS];
        start((uint64_t)round);
        const int ndim = round % 3 ? some_shape(size, 0, 14) : 2, dim = round % 2;
        if (round % 3 == 0) size[!dim] = 1 + below(20), size[dim] = awkward[below(AWKWARD)];
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        const wki_softmax_attrs attrs = { round % 3 ? (int32_t)below(ndim ? ndim : 1) : dim, below(2), below(2) };
        const wki_view *views[3];
        for (int v = 0; v < 3; v++) views[v] = new_view(dtype, ndim, size, round % 6 == 0);
        if (below(3) == 0) fill_with_odd_numbers(views[1]);
        if (ndim && below(3) == 0) flipped(views[1], (int)below(ndim));
        same_on_device(WKI_OP_softmax, views, attrs.backward ? 3 : 2, 1, &attrs, 0);
        finish();
    }
}

TEST(softmax, has_the_bits_of_the_cpu_for_very_long_lines)
{
    if (!cuda_here()) return;
    for (int k = 0; k < 4; k++) {
        const wki_softmax_attrs attrs = { 1, k % 2, k / 2 };
        const int64_t size[] = { 2, 40000 };
        start((uint64_t)k);
        const wki_view *views[] = { packed(WK_F32, 2, size), packed(WK_F32, 2, size), packed(WK_F32, 2, size) };
        same_on_device(WKI_OP_softmax, views, k / 2 ? 3 : 2, 1, &attrs, 0);
        finish();
    }
}

static void set_labels(const wki_view *target, int64_t classes)
{
    for (int64_t i = 0; i < wki_numel(target); i++) set(target, i, (double)below(classes));
}

TEST(cross_entropy, has_the_bits_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 120; round++) {
        const int64_t classes = awkward[1 + round % (AWKWARD - 1)], n = below(20);
        start((uint64_t)round);
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        const wki_view *loss = strided(dtype, 1, &n), *target = strided(WK_I64, 1, &n);
        const wki_view *prob = strided(dtype, 2, (int64_t[]){ n, classes }), *x = strided(dtype, 2, prob->size);
        set_labels(target, classes);
        same_on_device(WKI_OP_cross_entropy, (const wki_view *[]){ loss, prob, x, target }, 4, 2, NULL, 0);
        const wki_view *d = strided(dtype, 2, prob->size), *g = packed(dtype, 0, NULL);
        const wki_scale_attrs attrs = { 0.3 };
        same_on_device(WKI_OP_cross_entropy_backward, (const wki_view *[]){ d, g, prob, target }, 4, 1, &attrs, 0);
        finish();
    }
}

TEST(nll, has_the_bits_of_the_cpu)
{
    if (!cuda_here()) return;
    for (int round = 0; round < 120; round++) {
        start((uint64_t)round);
        const int64_t n = below(7), classes = 1 + below(9), inner = below(6);
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        const wki_nll_attrs attrs = { below(2) ? 1 : INT64_MIN, below(2) };
        const int64_t few[] = { n, inner }, all[] = { n, classes, inner };
        const wki_view *loss = packed(dtype, 2, few), *count = packed(dtype, 2, few), *target = packed(WK_I64, 2, few);
        const wki_view *logp = packed(dtype, 3, all), *d = packed(dtype, 3, all), *weight = packed(dtype, 1, &classes);
        set_labels(target, classes);
        same_on_device(WKI_OP_nll, (const wki_view *[]){ loss, count, logp, target, weight }, attrs.weight ? 5 : 4, 2,
                       &attrs, 0);
        same_on_device(WKI_OP_nll_backward, (const wki_view *[]){ d, loss, target, weight }, attrs.weight ? 4 : 3, 1,
                       &attrs, 0);
        finish();
    }
}

/* The calls return before they have run; the error comes with the wait. */
TEST(losses, refuse_labels_that_are_no_classes)
{
    if (!cuda_here()) return;
    for (int k = 0; k < 4; k++) {
        const wki_nll_attrs attrs = { -100, false };
        start((uint64_t)k);
        const int64_t n = 3, classes = 5;
        const wki_view *here[] = { packed(WK_F32, 2, (int64_t[]){ n, k < 2 ? 1 : classes }),
                                   packed(WK_F32, 2, (int64_t[]){ n, k < 2 ? 1 : classes }),
                                   packed(WK_F32, 3, (int64_t[]){ n, classes, 1 }),
                                   packed(WK_I64, 2, (int64_t[]){ n, 1 }) };
        twin *views[4];
        set_labels(here[3], classes);
        set(here[3], 1, k % 2 ? (double)classes : -1);
        for (int v = 0; v < 4; v++) views[v] = keep_twin(twin_from(here[v]));
        if (k >= 2)
            views[2]->gpu.ndim = 2, views[0]->gpu.ndim = 1, views[0]->gpu.size[0] = n, views[0]->gpu.stride[0] = 1,
            views[3]->gpu.ndim = 1;
        const int op = k < 2 ? WKI_OP_nll : WKI_OP_cross_entropy;
        ck_assert_int_eq(run_on(true, op, 2, 4, views, k < 2 ? &attrs : NULL, 0), WK_OK);
        ck_assert_int_eq(wk_cuda_synchronize(wk_cuda(0)), WK_E_RANGE);
        CHECK_ERROR(WK_E_RANGE, wki_op_name(op), k % 2 ? "index 5" : "index -1", "expected 0 to 4");
        ck_assert_int_eq(wk_cuda_synchronize(wk_cuda(0)), WK_OK);
        drop_twins();
        finish();
    }
}

WICK_TEST_MAIN
