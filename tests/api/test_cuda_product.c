/* CUDA's products beside the CPU's: layouts, sizes, batches, what follows the sums, precisions. */
#include "cuda_check.h"
#include "wick/wick.h"
#include <pthread.h>

WICK_ON_CPU("it compares the CPU with the device")

/* Small products, too, by cuBLASLt; before the device is used for the first time. */
static bool library_here(void)
{
    setenv("WICK_CUDA_SMALL", "0", 1);
    return cuda_here();
}

enum {
    BY_ROWS,
    BY_COLUMNS,
    WIDER_ROWS,
    WIDER_COLUMNS,
    EVERY_SECOND,
    UPSIDE_DOWN,
    OUTPUTS,
    ROW_REPEATED = OUTPUTS,
    ROWS_OVERLAP,
    LAYOUTS
};

static const int64_t sides[] = { 1, 3, 17, 31, 33, 100 };
static int64_t a_side(void) { return sides[below(6)]; }

typedef struct product {
    wk_dtype dtype;
    int bits; /* of numbers */
    wki_product_attrs attrs;
    twin c, a, b, bias, mask;
} product;

static twin matrix(const product *p, int64_t rows, int64_t columns, int layout)
{
    const int64_t size[] = { rows, columns }, strides[LAYOUTS][2] = {
        { columns, 1 },         { 1, rows },     { columns + 5, 1 }, { 1, rows + 3 },
        { 2 * columns + 3, 2 }, { -columns, 1 }, { 0, 1 },           { columns > 1 ? columns / 2 : 1, 1 },
    };
    return twin_of(p->dtype, 2, size, strides[layout], p->bits);
}

static product matrices(wk_dtype dtype, int64_t m, int64_t n, int64_t k, int c, int a, int b)
{
    product p = { .dtype = dtype, .bits = 20 };
    p.c = matrix(&p, m, n, c);
    p.a = matrix(&p, m, k, a);
    p.b = matrix(&p, k, n, b);
    return p;
}

/* It may begin anywhere. */
static void add_bias(product *p)
{
    const int64_t n = p->c.cpu.size[p->c.cpu.ndim - 1], all = n + 3, off = below(4);
    const size_t bytes = (size_t)off * wk_dtype_size(p->dtype);
    p->attrs.bias = true;
    p->bias = plain_twin(p->dtype, 1, &all, p->bits);
    p->bias.cpu.size[0] = p->bias.gpu.size[0] = n;
    p->bias.cpu.data = (char *)p->bias.cpu.data + bytes;
    p->bias.gpu.data = (char *)p->bias.gpu.data + bytes;
}

static void add_mask(product *p, int layout)
{
    p->attrs.mask = true;
    p->mask = matrix(p, p->c.cpu.size[0], p->c.cpu.size[1], layout);
}

static double run(product *p)
{
    twin *views[5] = { &p->c, &p->a, &p->b };
    int n = 3;
    if (p->attrs.bias) views[n++] = &p->bias;
    if (p->attrs.mask) views[n++] = &p->mask;
    return run_both(WKI_OP_product, n, views, &p->attrs, sizeof p->attrs);
}

static void drop_all(product *p)
{
    drop(&p->c), drop(&p->a), drop(&p->b);
    if (p->attrs.bias) drop(&p->bias);
    if (p->attrs.mask) drop(&p->mask);
}

/* Where rows of an operand are one, all elements of a row or a column are of one sum. */
static bool is_of_few_sums(const product *p)
{
    const wki_view *c = &p->c.cpu, *a = &p->a.cpu, *b = &p->b.cpu;
    const int row = c->ndim - 2, column = c->ndim - 1;
    return wki_numel(c) < 8 || (!b->stride[row] && c->size[row] < 8) || (!a->stride[row] && c->size[column] < 8);
}

/* Runs it and is done with it. */
static void check(product *p)
{
    /* what is left of terms that cancel may be all that is looked at */
    const bool cancels = p->attrs.bias || p->attrs.relu || p->attrs.mask || p->attrs.accumulate;
    const double less = is_of_few_sums(p) ? 1e3 : cancels ? 1e2 : 1;
    const double off = run(p), most = less * (p->dtype == WK_F64 ? 1e-26 : 1e-11);
    if (!(off <= most))
        printf("%s = %s %s, bias %d relu %d mask %d accumulate %d bf16 %d: %g\n", wki_show(&p->c.cpu),
               wki_show(&p->a.cpu), wki_show(&p->b.cpu), p->attrs.bias, p->attrs.relu, p->attrs.mask,
               p->attrs.accumulate, p->attrs.bf16, off);
    CHECK(off <= most);
    drop_all(p);
}

static void check_layouts(void)
{
    for (int c = 0; c < OUTPUTS; c++)
        for (int a = 0; a < LAYOUTS; a++)
            for (int b = 0; b < LAYOUTS; b++) {
                const int64_t side = below(2) ? 17 : 33; /* squares, too: what is turned then looks like what is not */
                const bool square = below(2);
                product p = matrices(below(4) ? WK_F32 : WK_F64, square ? side : a_side(), square ? side : a_side(),
                                     square ? side : a_side(), c, a, b);
                check(&p);
            }
}

TEST(cuda_product, takes_any_layout_of_all_three)
{
    if (cuda_here()) check_layouts();
}
TEST(cuda_product, takes_any_layout_to_the_library)
{
    if (library_here()) check_layouts();
}

static void check_epilogues(void)
{
    for (int i = 0; i < 256; i++) {
        product p = matrices(i & 16 ? WK_F64 : WK_F32, a_side(), a_side(), a_side(), (int)below(OUTPUTS),
                             (int)below(LAYOUTS), (int)below(LAYOUTS));
        p.attrs.relu = i & 1, p.attrs.accumulate = i & 2;
        if (i & 4) add_bias(&p);
        if (i & 8) add_mask(&p, (int)below(OUTPUTS));
        check(&p);
    }
}

TEST(cuda_product, adds_bias_relu_and_mask_in_their_order)
{
    if (cuda_here()) check_epilogues();
}
TEST(cuda_product, adds_bias_relu_and_mask_behind_the_library)
{
    if (library_here()) check_epilogues();
}

TEST(cuda_product, adds_the_bias_itself_where_the_library_does_not)
{
    if (!library_here()) return;
    void (*refuse)(int, int) = (void (*)(int, int))emulator("wki_emu_blas_refuse");
    if (!refuse) return;
    refuse(4, 1);
    for (int i = 0; i < 4; i++) {
        product p = matrices(WK_F32, 17, 33, 31, i & 1 ? BY_ROWS : BY_COLUMNS, BY_ROWS, BY_ROWS);
        p.attrs.relu = i & 2;
        add_bias(&p);
        check(&p);
    }
    refuse(4, 0);
    refuse(1, 1);
    product p = matrices(WK_F32, 11, 13, 12, BY_ROWS, BY_ROWS, BY_ROWS);
    const wki_view *views[] = { &p.c.gpu, &p.a.gpu, &p.b.gpu };
    const wki_call call = { WKI_OP_product, 1, 3, views, &p.attrs, sizeof p.attrs, 1 };
    CHECK(wki_run(&call) == WK_E_UNSUPPORTED);
    CHECK_ERROR(WK_E_UNSUPPORTED, "product", "no way on cuda:0 to multiply [11, 12] by [12, 13]");
    refuse(1, 0);
    check(&p);
}

static void check_odd_numbers(void)
{
    static const double odd[] = { NAN, INFINITY, -INFINITY };
    for (int i = 0; i < 96; i++) {
        product p = matrices(i & 16 ? WK_F64 : WK_F32, 17, 31, 9, (int)below(OUTPUTS), BY_ROWS, BY_COLUMNS);
        p.attrs.relu = i & 1, p.attrs.accumulate = i & 2;
        if (i & 4) add_bias(&p);
        if (i & 8) add_mask(&p, BY_ROWS);
        twin *const at[] = { &p.a, &p.bias, &p.mask, &p.c };
        const bool there[] = { true, p.attrs.bias, p.attrs.mask, p.attrs.accumulate };
        for (int k = 0; k < 4; k++) {
            if (!there[k]) continue;
            set_number(at[k], MARGIN + below(9), odd[below(3)]);
            send(at[k]);
        }
        check(&p);
    }
}

TEST(cuda_product, keeps_nan_and_infinities_where_they_belong)
{
    if (cuda_here()) check_odd_numbers();
}
TEST(cuda_product, keeps_nan_and_infinities_of_the_library)
{
    if (library_here()) check_odd_numbers();
}

TEST(cuda_product, of_very_many_rows_or_columns_has_all_of_them)
{
    if (!cuda_here()) return;
    for (int i = 0; i < 2; i++) {
        product p = matrices(WK_F32, i ? 2 : 600000, i ? 600000 : 2, 3, BY_ROWS, BY_ROWS, BY_ROWS);
        check(&p);
    }
}

TEST(cuda_product, of_nothing_is_nothing_or_what_is_added)
{
    if (!cuda_here()) return;
    static const int64_t few[] = { 0, 1, 3 };
    for (int i = 0; i < 27; i++)
        for (int options = 0; options < 16; options++) {
            product p = matrices(options & 1 ? WK_F64 : WK_F32, few[i % 3], few[i / 3 % 3], few[i / 9],
                                 (int)below(OUTPUTS), BY_ROWS, BY_COLUMNS);
            p.attrs.accumulate = options & 2, p.attrs.relu = options & 4;
            if (options & 8) add_bias(&p);
            if (i % 2) add_mask(&p, BY_ROWS);
            check(&p);
        }
}

/* [2, 3, rows, columns] by the strides of leading dims that a way asks for. */
static twin batch(const product *p, int64_t rows, int64_t columns, int way, int lies)
{
    const int64_t size[] = { 2, 3, rows, columns }, each = rows * columns;
    const int64_t lead[][2] = {
        { 3 * each, each },  { each, 2 * each },     { 3 * each + 7, each + 2 }, { 0, each }, { each, 0 }, { 0, 0 },
        { -3 * each, each }, { 6 * each, 2 * each }, { 3 * columns, columns }
    };
    const int64_t wide = way == 8 ? 6 * columns : columns;
    const int64_t stride[] = { lead[way][0], lead[way][1], lies ? 1 : wide, lies ? rows : 1 };
    return twin_of(p->dtype, 4, size, stride, p->bits);
}

static void check_leading_dims(void)
{
    static const int outputs[] = { 0, 1, 2, 6, 7, 8 };
    for (int c = 0; c < 6; c++)
        for (int a = 0; a < 9; a++)
            for (int b = 0; b < 9; b++) {
                product p = { .dtype = below(4) ? WK_F32 : WK_F64, .bits = 20 };
                const int64_t m = sides[below(4)], n = sides[below(4)], k = sides[below(4)];
                p.c = batch(&p, m, n, outputs[c], outputs[c] != 8 && below(2));
                p.a = batch(&p, m, k, a, a != 8 && below(2));
                p.b = batch(&p, k, n, b, b != 8 && below(2));
                p.attrs.accumulate = below(2), p.attrs.relu = below(2), p.attrs.bf16 = false;
                if (below(2)) add_bias(&p);
                check(&p);
            }
}

TEST(cuda_product, takes_leading_dims_as_they_lie)
{
    if (cuda_here()) check_leading_dims();
}
TEST(cuda_product, takes_leading_dims_to_the_library_as_they_lie)
{
    if (library_here()) check_leading_dims();
}

TEST(cuda_product, of_heads_is_one_launch_where_the_library_needs_several)
{
    setenv("WICK_CUDA_SMALL", "16000", 1); /* less than all, more than a head in all samples */
    if (!cuda_here()) return;
    unsigned long (*const launches)(int) = (unsigned long (*)(int))(uintptr_t)emulator("wki_emu_count");
    for (int way = 0; way < 2 && launches; way++) {
        product p = { .dtype = WK_F32, .bits = 20 };
        p.c = batch(&p, 16, 16, 0, 0), p.a = batch(&p, 16, 16, way, 0), p.b = batch(&p, 16, 16, way, 1);
        const unsigned long before = launches(1);
        CHECK(run(&p) <= 1e-11);
        CHECK(launches(1) - before == 1);
        drop_all(&p);
    }
}

TEST(cuda_product, of_bfloat16_multiplies_numbers_that_it_has_as_they_are)
{
    if (!cuda_here()) return;
    for (int i = 0; i < 64; i++) {
        product p = { .dtype = WK_F32, .bits = 7, .attrs = { .bf16 = true, .relu = i & 1, .accumulate = i & 2 } };
        const int64_t m = a_side(), n = a_side(), k = a_side();
        p.c = i & 8 ? batch(&p, m, n, 0, 0) : matrix(&p, m, n, (int)below(OUTPUTS));
        p.a = i & 8 ? batch(&p, m, k, (int)below(9), 0) : matrix(&p, m, k, (int)below(LAYOUTS));
        p.b = i & 8 ? batch(&p, k, n, (int)below(9), 0) : matrix(&p, k, n, (int)below(LAYOUTS));
        if (i & 4) add_bias(&p);
        check(&p);
    }
}

/* How far the device's product in a mode is from the CPU's, of numbers that need all digits. */
static double off_by(wk_matmul_mode mode, bool rounds)
{
    product p = matrices(WK_F32, 33, 100, 70, BY_ROWS, BY_ROWS, BY_COLUMNS);
    const wki_view *cpu[] = { &p.c.cpu, &p.a.cpu, &p.b.cpu }, *gpu[] = { &p.c.gpu, &p.a.gpu, &p.b.gpu };
    wki_product_attrs plain = { 0 }, other = { .matmul = (uint8_t)mode, .bf16 = rounds, .rounds = rounds };
    const wki_call here = { WKI_OP_product, 1, 3, cpu, &plain, sizeof plain, 1 };
    const wki_call there = { WKI_OP_product, 1, 3, gpu, &other, sizeof other, 1 };
    CHECK(!wki_run(&here) && !wki_run(&there));
    const double off = distance(&p.c);
    drop_all(&p);
    return off;
}

TEST(cuda_product, has_the_precision_that_is_named)
{
    if (!cuda_here()) return;
    for (int mode = WK_MATMUL_HIGHEST; mode <= WK_MATMUL_SPLIT3; mode++)
        CHECK(off_by((wk_matmul_mode)mode, false) <= 1e-11);
    const double tf32 = off_by(WK_MATMUL_TF32, false), bf16 = off_by(WK_MATMUL_BF16, false);
    CHECK(tf32 > 1e-10 && tf32 < 1e-6);
    CHECK(bf16 > 1e-6 && bf16 < 1e-4);
    const double rounds = off_by(WK_MATMUL_HIGHEST, true);
    CHECK(rounds > 1e-6 && rounds < 1e-4);
}

TEST(cuda_product, of_more_kinds_than_are_kept_stay_right)
{
    if (!library_here()) return;
    for (int64_t round = 0; round < 2; round++)
        for (int64_t i = 0; i < 700; i++) {
            product p = matrices(WK_F32, 1 + i % 10, 1 + i / 10 % 10, 1 + i / 100, BY_ROWS, BY_ROWS, BY_COLUMNS);
            check(&p);
        }
}

static void check_repeats(void)
{
    product p = matrices(WK_F32, 33, 31, 100, EVERY_SECOND, UPSIDE_DOWN, ROWS_OVERLAP);
    char *first = malloc(p.c.bytes), *again = malloc(p.c.bytes);
    add_bias(&p);
    CHECK(first && again && run(&p) <= 1e-11 && !device_backend()->copy_out(0, first, p.c.block, p.c.bytes));
    for (unsigned seed = 0; seed < 4; seed++) {
        sow(seed);
        CHECK(run(&p) <= 1e-11 && !device_backend()->copy_out(0, again, p.c.block, p.c.bytes));
        CHECK(!memcmp(first, again, p.c.bytes));
    }
    free(first);
    free(again);
    drop_all(&p);
}

TEST(cuda_product, repeats_its_bits)
{
    if (cuda_here()) check_repeats();
}
TEST(cuda_product, repeats_the_librarys_bits)
{
    if (library_here()) check_repeats();
}

static double apart(wk_tensor *there, wk_tensor *here)
{
    wk_tensor *const off = wk_sub(wk_to(wk_to_device(there, WK_CPU), WK_F64), wk_to(here, WK_F64));
    return wk_item(wk_sum(wk_square(off))) / wk_item(wk_sum(wk_square(wk_to(here, WK_F64))));
}

/* The products of a small network in autocast, and the gradients of its leaves. */
static void autocast_results(wk_tensor *const from[4], wk_device device, wk_tensor *results[5])
{
    wk_tensor *leaves[4];
    for (int i = 0; i < 4; i++) leaves[i] = wk_requires_grad(wk_clone(wk_to_device(from[i], device)));
    WK_AUTOCAST(on);
    wk_tensor *const images = wk_relu(wk_conv2d(leaves[0], leaves[1], NULL, .padding = WK_DIMS(1)));
    wk_tensor *const depth = wk_conv2d(images, leaves[2], NULL, .groups = 6);
    wk_tensor *const rows = wk_reshape(depth, WK_SHAPE(3, 6 * 5 * 6));
    results[4] = wk_mm(rows, leaves[3]);
    CHECK(!wk_backward(wk_sum(wk_square(results[4]))));
    for (int i = 0; i < 4; i++) results[i] = wk_grad(leaves[i]);
}

TEST(cuda_product, rounds_operands_as_the_cpu_does_in_autocast)
{
    if (!cuda_here()) return;
    wk_tensor *const from[] = { wk_randn(WK_SHAPE(3, 4, 7, 8), WK_F32), wk_randn(WK_SHAPE(6, 4, 3, 3), WK_F32),
                                wk_randn(WK_SHAPE(6, 1, 3, 3), WK_F32), wk_randn(WK_SHAPE(180, 20), WK_F32) };
    wk_tensor *here[5], *there[5];
    autocast_results(from, WK_CPU, here);
    autocast_results(from, WK_CUDA, there);
    CHECK(apart(there[4], here[4]) <= 1e-7);
    for (int i = 0; i < 4; i++) CHECK(apart(there[i], here[i]) <= 1e-4);
}

/* cuda's numbers of errors, and the emulator's of what may fail */
enum { OUT_OF_MEMORY = 2, INVALID_DEVICE_FUNCTION = 98, MALLOC = 0, LAUNCH = 1 };

static wk_status run_there(product *p)
{
    const wki_view *views[] = { &p->c.gpu, &p->a.gpu, &p->b.gpu };
    return wki_run(&(wki_call){ WKI_OP_product, 1, 3, views, &p->attrs, sizeof p->attrs, 1 });
}

TEST(cuda_product, tells_what_failed_and_works_again)
{
    if (!library_here()) return;
    void (*let_fail)(int, unsigned long, int) = (void (*)(int, unsigned long, int))emulator("wki_emu_fail");
    if (!let_fail) return;
    product p = matrices(WK_F32, 17, 31, 33, BY_ROWS, BY_ROWS, BY_ROWS);
    p.attrs.relu = true;
    let_fail(MALLOC, 1, OUT_OF_MEMORY); /* of the workspace: it is asked for again */
    CHECK(!run_there(&p));
    let_fail(LAUNCH, 1, INVALID_DEVICE_FUNCTION);
    CHECK(run_there(&p) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "cuda:0", "CUBLAS_STATUS_EXECUTION_FAILED", "product");
    let_fail(LAUNCH, 2, INVALID_DEVICE_FUNCTION);
    CHECK(run_there(&p) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "cuda:0", "product");
    check(&p);
}

typedef struct worker {
    pthread_t thread;
    product p;
    wk_status status;
} worker;

static void *work(void *argument)
{
    worker *w = argument;
    const wki_view *views[] = { &w->p.c.gpu, &w->p.a.gpu, &w->p.b.gpu, &w->p.bias.gpu };
    const wki_call call = { WKI_OP_product, 1, 4, views, &w->p.attrs, sizeof w->p.attrs, 1 };
    for (int i = 0; i < 20 && !w->status; i++) w->status = wki_run(&call);
    return NULL;
}

TEST(cuda_product, of_several_threads_keep_apart)
{
    if (!cuda_here()) return;
    worker workers[4] = { 0 };
    for (int i = 0; i < 4; i++) {
        workers[i].p = matrices(WK_F32, 17, 31, 33, BY_ROWS, BY_ROWS, i & 1 ? BY_ROWS : EVERY_SECOND);
        add_bias(&workers[i].p);
    }
    for (int i = 0; i < 4; i++) CHECK(!pthread_create(&workers[i].thread, NULL, work, &workers[i]));
    for (int i = 0; i < 4; i++) {
        CHECK(!pthread_join(workers[i].thread, NULL) && !workers[i].status);
        check(&workers[i].p);
    }
}

WICK_TEST_MAIN
