/* The CPU kernels of learning: softmax, cross-entropy, products, optimizers. Each against a loop written
 * here, on strided and empty views, with the same bits for every instruction set and every way of cutting its units,
 * and against PyTorch's numbers in golden/kernels.h. */
#include "golden/kernels.h"
#include "kernel_check.h"

WICK_ON_CPU("its subject is the CPU's kernels")

/* ---- softmax and cross-entropy ---- */

static int64_t inner_of(const wki_view *v, int dim)
{
    int64_t inner = 1;
    for (int d = dim + 1; d < v->ndim; d++) inner *= v->size[d];
    return inner;
}

/* element i belongs to a line that begins here */
static int64_t line_of(const wki_view *v, int dim, int64_t i)
{
    const int64_t inner = inner_of(v, dim);
    return i / (inner * v->size[dim]) * inner * v->size[dim] + i % inner;
}

static double plain_softmax(const wki_view *x, int dim, bool log, int64_t i)
{
    const int64_t inner = inner_of(x, dim), first = line_of(x, dim, i);
    double top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < x->size[dim]; j++) top = fmax(top, get(x, first + j * inner));
    for (int64_t j = 0; j < x->size[dim]; j++) sum += exp(get(x, first + j * inner) - top);
    const double y = get(x, i) - top - log1p(sum - 1);
    return log ? y : exp(y);
}

static double plain_slope(const wki_view *g, const wki_view *y, int dim, bool log, int64_t i)
{
    const int64_t inner = inner_of(y, dim), first = line_of(y, dim, i);
    double sum = 0;
    for (int64_t j = 0; j < y->size[dim]; j++) sum += get(g, first + j * inner) * (log ? 1 : get(y, first + j * inner));
    return log ? get(g, i) - exp(get(y, i)) * sum : get(y, i) * (get(g, i) - sum);
}

TEST(softmax, agrees_with_a_loop_along_any_dim)
{
    for (int round = 0; round < 300; round++) {
        start((uint64_t)round);
        int64_t size[WKI_MAX_DIMS];
        const int ndim = some_shape(size, 1, round % 3 ? 8 : 30);
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        wki_softmax_attrs attrs = { (int32_t)below(ndim), below(2), false };
        if (round % 10 == 0) size[attrs.dim] = 60 + below(3000) * (ndim < 3);
        const wki_view *x = strided(dtype, ndim, size), *y = strided(dtype, ndim, size);
        const wki_view *g = strided(dtype, ndim, size), *d = strided(dtype, ndim, size);
        const int64_t n = wki_numel(x);
        run_every_way(&wki_cpu_softmax, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
        for (int64_t k = 0; k < n && k < 40; k++) {
            const int64_t i = below(n);
            EXPECT(y, i, plain_softmax(x, attrs.dim, attrs.log, i), 2 * tolerance_of(y));
        }
        attrs.backward = true;
        run_every_way(&wki_cpu_softmax, WKI_ISA_BASE, (const wki_view *[]){ d, g, y }, 3, 1, &attrs);
        for (int64_t k = 0; k < n && k < 40; k++) {
            const int64_t i = below(n);
            EXPECT(d, i, plain_slope(g, y, attrs.dim, attrs.log, i), 10 * tolerance_of(y));
        }
        finish();
    }
}

enum { ROWS = 3, CLASSES = 5 };

static const wki_view *golden_logits(wk_dtype dtype)
{
    const wki_view *x = packed(dtype, 2, (const int64_t[]){ ROWS, CLASSES });
    for (int64_t i = 0; i < ROWS * CLASSES; i++) set(x, i, sin((double)i + 1) * 3);
    return x;
}

TEST(softmax, agrees_with_pytorch)
{
    for (int k = 0; k < 4; k++) {
        start(1);
        const wk_dtype dtype = k & 1 ? WK_F64 : WK_F32;
        wki_softmax_attrs attrs = { 1, k >= 2, false };
        const wki_view *x = golden_logits(dtype), *y = packed(dtype, 2, x->size), *g = packed(dtype, 2, x->size);
        const wki_view *d = packed(dtype, 2, x->size);
        for (int64_t i = 0; i < ROWS * CLASSES; i++) set(g, i, cos((double)i));
        run_every_way(&wki_cpu_softmax, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
        attrs.backward = true;
        run_every_way(&wki_cpu_softmax, WKI_ISA_BASE, (const wki_view *[]){ d, g, y }, 3, 1, &attrs);
        for (int64_t i = 0; i < ROWS * CLASSES; i++) {
            EXPECT(y, i, (attrs.log ? golden_log_softmax : golden_softmax)[i], tolerance_of(y));
            EXPECT(d, i, (attrs.log ? golden_log_softmax_slope : golden_softmax_slope)[i], tolerance_of(y));
        }
        finish();
    }
}

TEST(softmax, stays_finite_for_huge_inputs)
{
    start(2);
    const int64_t size[] = { 2, 3 };
    const wki_view *x = packed(WK_F32, 2, size), *y = packed(WK_F32, 2, size);
    static const double in[] = { 1e30, 1e30, -1e30, -1e38, -1e38, -INFINITY }, out[] = { 0.5, 0.5, 0, 0.5, 0.5, 0 };
    const wki_softmax_attrs attrs = { 1, false, false };
    for (int64_t i = 0; i < 6; i++) set(x, i, in[i]);
    run_every_way(&wki_cpu_softmax, WKI_ISA_BASE, (const wki_view *[]){ y, x }, 2, 1, &attrs);
    for (int64_t i = 0; i < 6; i++) EXPECT(y, i, out[i], 1e-7);
    finish();
}

static void check_cross_entropy(wk_dtype dtype, int64_t rows, int64_t classes)
{
    const int64_t size[] = { rows, classes };
    const wki_view *losses = strided(dtype, 1, size), *prob = strided(dtype, 2, size), *x = strided(dtype, 2, size);
    const wki_view *target = strided(WK_I64, 1, size), *g = packed(dtype, 0, size), *d = strided(dtype, 2, size);
    const wki_scale_attrs attrs = { 0.25 };
    for (int64_t r = 0; r < rows; r++) set(target, r, (double)below(classes));
    run_every_way(&wki_cpu_cross_entropy, WKI_ISA_BASE, (const wki_view *[]){ losses, prob, x, target }, 4, 2, NULL);
    run_every_way(&wki_cpu_cross_entropy_backward, WKI_ISA_BASE, (const wki_view *[]){ d, g, prob, target }, 4, 1,
                  &attrs);
    for (int64_t r = 0; r < rows; r++) {
        const int64_t label = (int64_t)get(target, r);
        EXPECT(losses, r, -plain_softmax(x, 1, true, r * classes + label), 2 * tolerance_of(x));
        for (int64_t k = 0; k < 5; k++) {
            const int64_t j = k ? below(classes) : label, i = r * classes + j;
            EXPECT(prob, i, plain_softmax(x, 1, false, i), 2 * tolerance_of(x));
            EXPECT(d, i, 0.25 * get(g, 0) * (get(prob, i) - (j == label)), 2 * tolerance_of(x));
        }
    }
}

TEST(cross_entropy, agrees_with_a_loop)
{
    for (int round = 0; round < 100; round++) {
        start((uint64_t)round);
        check_cross_entropy(below(2) ? WK_F32 : WK_F64, below(150), 1 + below(round % 5 ? 12 : 200));
        finish();
    }
}

TEST(cross_entropy, agrees_with_pytorch)
{
    for (int k = 0; k < 2; k++) {
        start(1);
        const wk_dtype dtype = k ? WK_F64 : WK_F32;
        const wki_view *x = golden_logits(dtype), *losses = packed(dtype, 1, x->size),
                       *prob = packed(dtype, 2, x->size);
        const wki_view *target = packed(WK_I64, 1, x->size), *g = packed(dtype, 0, NULL),
                       *d = packed(dtype, 2, x->size);
        const wki_scale_attrs attrs = { 1.0 / ROWS };
        for (int64_t r = 0; r < ROWS; r++) set(target, r, (double)(const int[]){ 1, 4, 0 }[r]);
        set(g, 0, 1);
        run_every_way(&wki_cpu_cross_entropy, WKI_ISA_BASE, (const wki_view *[]){ losses, prob, x, target }, 4, 2,
                      NULL);
        run_every_way(&wki_cpu_cross_entropy_backward, WKI_ISA_BASE, (const wki_view *[]){ d, g, prob, target }, 4, 1,
                      &attrs);
        for (int64_t r = 0; r < ROWS; r++) EXPECT(losses, r, golden_losses[r], tolerance_of(x));
        for (int64_t i = 0; i < ROWS * CLASSES; i++) EXPECT(d, i, golden_cross_entropy_slope[i], tolerance_of(x));
        finish();
    }
}

TEST(cross_entropy, names_the_row_whose_label_is_out_of_range)
{
    static const double wrong[] = { -1, CLASSES };
    for (int k = 0; k < 2; k++) {
        start(1);
        const wki_view *x = golden_logits(WK_F32), *losses = packed(WK_F32, 1, x->size),
                       *prob = packed(WK_F32, 2, x->size);
        const wki_view *target = packed(WK_I64, 1, x->size);
        const wki_call call = { .nout = 2, .nviews = 4, .views = (const wki_view *[]){ losses, prob, x, target } };
        set(target, 0, 0);
        set(target, 1, 2);
        set(target, 2, wrong[k]);
        CHECK(run(&wki_cpu_cross_entropy, &call, false) == WK_E_RANGE);
        CHECK_ERROR(WK_E_RANGE, "cross_entropy", "row 2", k ? "label 5" : "label -1", "5 classes", "0 to 4",
                    k ? "" : "wk_cross_entropy_with");
        finish();
    }
}

/* ---- product ---- */

static double plain_product(const wki_view *a, const wki_view *b, int64_t i, int64_t m, int64_t n, int64_t k)
{
    const int64_t batch = i / (m * n), row = i / n % m, column = i % n;
    double sum = 0;
    for (int64_t t = 0; t < k; t++) sum += get(a, (batch * m + row) * k + t) * get(b, (batch * k + t) * n + column);
    return sum;
}

TEST(product, agrees_with_a_loop_for_every_batch)
{
    for (int round = 0; round < 200; round++) {
        start((uint64_t)round);
        const wk_dtype dtype = below(2) ? WK_F32 : WK_F64;
        const wki_product_attrs attrs = { .bias = below(2), .relu = below(2), .accumulate = below(2) };
        const int64_t m = below(20), n = below(20), k = below(20);
        const int64_t lead[] = { 1 + below(3), below(4) };
        const int batch = (int)below(3), at = 2 - batch;
        int64_t c_size[] = { lead[0], lead[1], m, n }, a_size[] = { lead[0], lead[1], m, k },
                b_size[] = { lead[0], lead[1], k, n };
        const wki_view *c = strided(dtype, 2 + batch, c_size + at), *a = strided(dtype, 2 + batch, a_size + at);
        const wki_view *b = strided(dtype, 2 + batch, b_size + at), *bias = packed(dtype, 1, &n);
        if (below(3) == 0) /* one b for all of them */
            for (int d = 0; d < batch; d++) array_of(b)->v.stride[d] = 0;
        double *old = wki_alloc_array((size_t)wki_numel(c) + 1, sizeof *old);
        for (int64_t i = 0; i < wki_numel(c); i++) old[i] = get(c, i);
        run_every_way(&wki_cpu_product, WKI_ISA_AVX2, (const wki_view *[]){ c, a, b, bias }, attrs.bias ? 4 : 3, 1,
                      &attrs);
        for (int64_t i = 0; i < wki_numel(c); i++) {
            double x =
                plain_product(a, b, i, m, n, k) + (attrs.accumulate ? old[i] : 0) + (attrs.bias ? get(bias, i % n) : 0);
            EXPECT(c, i, attrs.relu && x < 0 ? 0 : x, 20 * tolerance_of(c));
        }
        wki_free(old);
        finish();
    }
}

/* ---- update ---- */

enum { STEPS = 100, SIZE = 6 };
typedef struct optimizer {
    const char *name;
    int rule;
    void (*numbers)(double *n, int t); /* over: sign 1, shrink 1, the rest 0 */
    const double *expected;
} optimizer;

static void sgd(double *n, int t) { (void)t, n[WKI_N_LR] = 0.1, n[WKI_N_WEIGHT_DECAY] = 0.01; }

static void momentum(double *n, int t)
{
    n[WKI_N_LR] = 0.1;
    n[WKI_N_KEEP] = t == 1 ? 0 : 0.9;
    n[WKI_N_TAKE] = t == 1 ? 1 : 1 - 0.1;
}

static void nesterov(double *n, int t)
{
    momentum(n, t);
    n[WKI_N_TAKE] = 1;
    n[WKI_N_MOMENTUM] = 0.9;
    n[WKI_N_SIGN] = -1;
}

static void adagrad(double *n, int t) { n[WKI_N_LR] = 0.1 / (1 + (t - 1) * 0.01), n[WKI_N_EPS] = 1e-10; }

static void rmsprop(double *n, int t)
{
    (void)t;
    n[WKI_N_LR] = 0.01;
    n[WKI_N_KEEP] = 0.99;
    n[WKI_N_TAKE] = n[WKI_N_MIX] = 1 - 0.99;
    n[WKI_N_EPS] = 1e-8;
}

static void rmsprop_momentum(double *n, int t) { rmsprop(n, t), n[WKI_N_MOMENTUM] = 0.9; }

static void amsgrad(double *n, int t)
{
    n[WKI_N_LR] = 0.01 / (1 - pow(0.9, t));
    n[WKI_N_MIX] = 1 - 0.9;
    n[WKI_N_KEEP] = 0.999;
    n[WKI_N_TAKE] = 1 - 0.999;
    n[WKI_N_ROOT] = 1 / sqrt(1 - pow(0.999, t));
    n[WKI_N_EPS] = 1e-8;
}

static void adam(double *n, int t) { amsgrad(n, t), n[WKI_N_WEIGHT_DECAY] = 0.1; }
static void adamw(double *n, int t) { amsgrad(n, t), n[WKI_N_SHRINK] = 1 - 0.01 * 0.1; }

static const optimizer optimizers[] = {
    { "sgd", WKI_RULE_sgd, sgd, golden_sgd },
    { "momentum", WKI_RULE_momentum, momentum, golden_momentum },
    { "nesterov", WKI_RULE_nesterov, nesterov, golden_nesterov },
    { "adagrad", WKI_RULE_adagrad, adagrad, golden_adagrad },
    { "rmsprop", WKI_RULE_rmsprop, rmsprop, golden_rmsprop },
    { "rmsprop_momentum", WKI_RULE_rmsprop_momentum, rmsprop_momentum, golden_rmsprop_momentum },
    { "rmsprop_centered", WKI_RULE_rmsprop_centered, rmsprop, golden_rmsprop_centered },
    { "rmsprop_centered_momentum", WKI_RULE_rmsprop_centered_momentum, rmsprop_momentum,
      golden_rmsprop_centered_momentum },
    { "adam", WKI_RULE_adam, adam, golden_adam },
    { "adamw", WKI_RULE_adam, adamw, golden_adamw },
    { "adam_amsgrad", WKI_RULE_adam_amsgrad, amsgrad, golden_adam_amsgrad },
};
enum { OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

static void start_numbers(double *n)
{
    for (int k = 0; k < WKI_N_COUNT; k++) n[k] = k == WKI_N_SIGN || k == WKI_N_SHRINK;
}

static void zero_states(const wki_view *const *views, int states)
{
    for (int s = 1; s <= states; s++)
        for (int64_t i = 0; i < wki_numel(views[s]); i++) set(views[s], i, 0);
}

TEST(update, follows_pytorch_for_a_hundred_steps)
{
    for (int k = 0; k < 2 * OPTIMIZERS; k++) {
        start(1);
        const optimizer *o = &optimizers[k / 2];
        const wk_dtype dtype = k % 2 ? WK_F64 : WK_F32;
        const int states = wki_rule_states(o->rule);
        const int64_t n = SIZE;
        const wki_view *views[2 + WKI_MAX_STATES];
        double numbers[WKI_N_COUNT];
        for (int v = 0; v < states + 2; v++) views[v] = packed(dtype, 1, &n);
        for (int64_t i = 0; i < n; i++) set(views[0], i, sin((double)i + 1));
        zero_states(views, states);
        for (int t = 1; t <= STEPS; t++) {
            const wki_update_attrs attrs = { o->rule, 1, numbers };
            start_numbers(numbers);
            o->numbers(numbers, t);
            for (int64_t i = 0; i < n; i++) set(views[states + 1], i, cos(0.7 * (double)i + 0.3 * (t - 1)) * 0.5);
            run_every_way(&wki_cpu_update, WKI_ISA_BASE, views, states + 2, states + 1, &attrs);
        }
        for (int64_t i = 0; i < n; i++)
            ck_assert_msg(near(get(views[0], i), o->expected[i], dtype == WK_F32 ? 1e-5 : 1e-12),
                          "%s %s: %.17g is not %.17g", o->name, wk_dtype_name(dtype), get(views[0], i), o->expected[i]);
        finish();
    }
}

TEST(update, cuts_anywhere_through_many_parameters)
{
    static const int64_t sizes[] = { 5000, 0, 1, 4096, 8193 };
    enum { PARAMETERS = 5 };
    for (int k = 0; k < 2 * WKI_RULE_COUNT; k++) {
        start((uint64_t)k);
        const wk_dtype dtype = k % 2 ? WK_F64 : WK_F32;
        const int rule = k / 2, each = 1 + wki_rule_states(rule);
        const wki_view *views[PARAMETERS * (2 + WKI_MAX_STATES)];
        double numbers[WKI_N_COUNT];
        const wki_update_attrs attrs = { rule, PARAMETERS, numbers };
        for (int i = 0; i < WKI_N_COUNT; i++) numbers[i] = i == WKI_N_SIGN ? 1 : 0.5 + 0.03 * i;
        for (int p = 0; p < PARAMETERS; p++) {
            for (int v = 0; v < each; v++) views[p * each + v] = packed(dtype, 1, &sizes[p]);
            zero_states(views + p * each, each - 1);
            views[PARAMETERS * each + p] = packed(dtype, 1, &sizes[p]);
        }
        run_every_way(&wki_cpu_update, WKI_ISA_BASE, views, PARAMETERS * (each + 1), PARAMETERS * each, &attrs);
        finish();
    }
}

TEST(update, zero_weight_decay_does_not_look_at_the_parameter)
{
    start(1);
    const int64_t n = 1;
    const wki_view *p = packed(WK_F32, 1, &n), *g = packed(WK_F32, 1, &n);
    double numbers[WKI_N_COUNT];
    const wki_update_attrs attrs = { WKI_RULE_sgd, 1, numbers };
    start_numbers(numbers);
    numbers[WKI_N_LR] = 0.1;
    set(p, 0, INFINITY);
    run_every_way(&wki_cpu_update, WKI_ISA_BASE, (const wki_view *[]){ p, g }, 2, 1, &attrs);
    CHECK(isinf(get(p, 0)));
    finish();
}

WICK_TEST_MAIN
