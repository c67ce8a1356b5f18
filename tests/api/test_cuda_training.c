/* Training on a device beside training on the CPU: curves, replays, loaders that fill it; and a device that fails, runs
 * out of memory or breaks, as the emulator is told to. Without a device nothing is tried. */
#include "autograd/tensor.h"
#include "capture_models.h"
#include "cuda_here.h"
#include "emu/include/emu_control.h"
#include <unistd.h>

WICK_ON_CPU("it compares the CPU with the device")

enum {
    STEPS = 20,
    FAILED_LAUNCH = 9,
    OUT_OF_MEMORY = 2,
    INVALID_VALUE = 1,
    BROKEN = 719
}; /* the last four are CUDA's numbers */

/* ---- The same training on both ---- */

static wk_module *perceptron(void)
{
    return wk_nn_sequential(wk_nn_flatten(), wk_nn_linear(32, 24), wk_nn_relu(), wk_nn_dropout(0.1),
                            wk_nn_linear(24, 4));
}

static wk_module *images(void)
{
    return wk_nn_sequential(wk_nn_conv2d(2, 4, WK_DIMS(3)), wk_nn_relu(), wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_flatten(),
                            wk_nn_linear(4, 4));
}

static const struct {
    const char *optimizer, *options;
} kinds[] = {
    { "sgd", "lr=0.05,momentum=0.9" }, { "adagrad", "lr=0.05" }, { "rmsprop", "lr=0.003" }, { "adam", "lr=0.01" }
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const form planes = { .ndim = 3, .batch = 8, .classes = 4, .shape = { 2, 4, 4 } };

/* From the same start wherever it is */
static model model_at(wk_device device, wk_module *(*make)(void), int kind)
{
    wk_manual_seed(17);
    model m = { .net = make(), .classes = true };
    wk_module_to(m.net, device, WK_F32);
    m.opt = wk_optim_by_name(kinds[kind].optimizer, wk_parameters(m.net), kinds[kind].options);
    m.schedule = wk_schedule_cosine(m.opt, STEPS, 0);
    return m;
}

static void follow(wk_device device, wk_module *(*make)(void), int kind, double *losses)
{
    model m = model_at(device, make, kind);
    for (int run = 0; run < STEPS; run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(&planes, run % 4, in);
        for (int i = 0; i < 2; i++) in[i] = wk_to_device(in[i], device);
        losses[run] = wk_item(step(&m, in, 2));
    }
    CHECK_OK();
}

TEST(training, curves_on_a_device_are_the_cpus)
{
    for (int kind = 0; kind < KINDS && cuda_here(); kind++)
        for (int net = 0; net < 2; net++) {
            WK_SCOPE(both);
            double here[STEPS], there[STEPS];
            follow(WK_CPU, net ? images : perceptron, kind, here);
            follow(wk_cuda(0), net ? images : perceptron, kind, there);
            CHECK(here[STEPS - 1] < here[0]);
            for (int run = 0; run < STEPS; run++) CHECK_NEAR(there[run], here[run], 2e-5 * (1 + fabs(here[run])));
        }
}

/* ---- Replays, from a loader that fills the device ---- */

static wk_loader *loader_to(wk_device device)
{
    wk_manual_seed(3);
    wk_tensor *x = wk_randn(WK_SHAPE(72, 2, 4, 4), WK_F32), *y = wk_randint(0, 4, WK_SHAPE(72));
    wk_tensor *fields[] = { x, y };
    return wk_loader_new(wk_dataset_tensors(fields, NULL, 2), .batch_size = 8, .shuffle = true, .num_workers = 2,
                         .device = device);
}

static void replay_as_eager(wk_module *(*make)(void), int kind)
{
    WK_SCOPE(all);
    model plain = model_at(wk_cuda(0), make, kind), planned = model_at(wk_cuda(0), make, kind);
    wk_loader *loader = loader_to(wk_cuda(0));
    wk_plan *plan = wk_capture(step, &planned);
    const void *addresses[STEPS];
    int moves = 0;
    for (int run = 0; run < STEPS;) {
        wk_batch *b = wk_loader_next(loader);
        CHECK_OK();
        if (!b) continue;
        WK_SCOPE(one);
        wk_tensor *in[] = { wk_batch_x(b), wk_batch_y(b) };
        CHECK(wk_device_of(in[0]) == wk_cuda(0) && wk_device_of(in[1]) == wk_cuda(0));
        if (run % 3 == 0) in[0] = wk_clone(in[0]);
        addresses[run] = in[0]->v.data;
        moves += run && addresses[run] != addresses[run - 1];
        wk_manual_seed((uint64_t)run);
        wk_tensor *loss = step(&plain, in, 2);
        wk_manual_seed((uint64_t)run);
        wk_tensor *again = wk_plan_run(plan, in, 2);
        ck_assert_msg(loss && again && same_bits(loss, again), "run %d: %s", run, wk_plan_why(plan));
        compare_models(&plain, &planned, kinds[kind].optimizer, run++);
    }
    CHECK(moves > 2 && wk_plan_stats_of(plan).replays >= STEPS - 3);
    compare_states(&plain, &planned, kinds[kind].optimizer);
}

/* The emulator takes calls that do not wait for each other in an order that its seed chooses. */
TEST(training, has_the_bits_of_steps_in_any_order_that_its_graph_allows)
{
    for (unsigned seed = 1; emulator("wki_emu_seed") && seed <= 8; seed++) {
        sow(seed);
        replay_as_eager(seed % 2 ? images : perceptron, (int)seed % KINDS);
    }
}

/* Every second call has nothing to do. */
static wk_tensor *count_far(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_tensor *x = in[0], *nothing = wk_narrow(in[0], 0, 0, 0);
    for (int i = 0; i < 300; i++) {
        x = wk_add_scalar(wk_mul_scalar(x, 0.5), 1);
        nothing = wk_add_scalar(nothing, 1);
    }
    return wk_add(x, wk_sum(nothing));
}

/* What has nothing to do reads what is only needed again far behind it. */
static wk_tensor *look_far(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_tensor *x = wk_mul_scalar(in[0], 2), *z = in[0];
    wk_tensor *nothing = wk_mm(wk_zeros(WK_SHAPE(0, 3), WK_F32), wk_reshape(x, WK_SHAPE(3, 1)));
    for (int i = 0; i < 140; i++) z = wk_add_scalar(wk_mul_scalar(z, 0.5), 1);
    return wk_add(wk_add(wk_mul_scalar(x, 1.25), z), wk_sum(nothing));
}

static void replay_beside(wk_step_function *step, wk_tensor *x)
{
    wk_plan *plan = wk_capture(step, NULL);
    for (int run = 0; run < 5; run++) {
        WK_SCOPE(one);
        wk_tensor *y = step(NULL, &x, 1), *again = wk_plan_run(plan, &x, 1);
        CHECK(y && again && same_bits(y, again));
    }
    CHECK(wk_plan_stats_of(plan).replays >= 2);
}

TEST(training, has_the_bits_of_a_long_step_in_any_order_that_its_graph_allows)
{
    for (unsigned seed = 1; emulator("wki_emu_seed") && seed <= 8; seed++) {
        WK_SCOPE(all);
        sow(seed);
        wk_set_device(wk_cuda(0));
        replay_beside(seed % 2 ? count_far : look_far, wk_full(WK_SHAPE(3), WK_F32, 7));
    }
}

/* In TF32 all products are the library's. */
static wk_tensor *multiply_in_turn(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    wk_tensor *x = in[0];
    for (int i = 0; i < 4; i++) x = wk_tanh(wk_mm(wk_mul_scalar(x, 0.5), in[0]));
    return wk_sum(x);
}

TEST(training, has_the_bits_of_products_of_a_library_between_other_calls)
{
    if (!cuda_here()) return;
    WK_SCOPE(all);
    wk_set_device(wk_cuda(0));
    wk_set_matmul_precision(WK_MATMUL_TF32);
    replay_beside(multiply_in_turn, wk_randn(WK_SHAPE(16, 16), WK_F32));
    wk_set_matmul_precision(WK_MATMUL_HIGHEST);
}

TEST(training, replays_on_a_device_have_the_bits_of_eager_steps)
{
    for (int kind = 0; kind < KINDS && cuda_here(); kind++) replay_as_eager(kind % 2 ? images : perceptron, kind);
}

TEST(loader, gives_a_device_the_rows_it_gives_the_cpu)
{
    if (!cuda_here()) return;
    wk_loader *here = loader_to(WK_CPU), *there = loader_to(wk_cuda(0));
    for (int i = 0; i < 20; i++) {
        WK_SCOPE(one);
        wk_batch *a = wk_loader_next(here), *b = wk_loader_next(there);
        CHECK_OK();
        CHECK(!a == !b);
        if (!a) continue;
        CHECK(wk_equal(wk_batch_x(a), wk_to_device(wk_batch_x(b), WK_CPU)));
        CHECK(wk_equal(wk_batch_y(a), wk_to_device(wk_batch_y(b), WK_CPU)));
    }
}

/* ---- A device that fails ---- */

/* Three steps, replayed if asked for; the last one's loss, or NaN with the error pending */
static double three_steps(bool replayed)
{
    WK_SCOPE(all);
    model m = model_at(wk_cuda(0), perceptron, 3);
    wk_plan *plan = replayed ? wk_capture(step, &m) : NULL;
    double loss = (double)NAN;
    for (int run = 0; run < 4 && !wk_failed(); run++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        draw(&planes, 0, in);
        for (int i = 0; i < 2; i++) in[i] = wk_to_device(in[i], wk_cuda(0));
        loss = wk_item(plan ? wk_plan_run(plan, in, 2) : step(&m, in, 2));
    }
    return wk_failed() ? (double)NAN : loss;
}

/* The nth of a kind fails, for every n there is in three steps: an error of these, or no harm; and all goes on behind
 * it. */
static void fail_each(wki_emu_fail_kind kind, int error, bool replayed, wk_status expected, int least)
{
    typeof(wki_emu_fail) *let_fail = (typeof(wki_emu_fail) *)emulator("wki_emu_fail");
    typeof(wki_emu_count) *count = (typeof(wki_emu_count) *)emulator("wki_emu_count");
    if (!let_fail || !count) return;
    const double good = three_steps(replayed);
    wk_tensor *here = wk_ones(WK_SHAPE(3), WK_F32), *there = wk_to_device(here, wk_cuda(0));
    CHECK_OK();
    bool reached = true;
    int errors = 0;
    for (unsigned long n = 1; reached; n++) {
        wk_memory_trim();
        const unsigned long before = count(kind);
        let_fail(kind, n, error);
        const double loss = three_steps(replayed);
        reached = count(kind) - before >= n;
        let_fail(kind, 0, 0);
        if (wk_failed())
            ck_assert_msg(wk_error() == expected && ++errors, "the %luth: %s", n, wk_error_text());
        else
            CHECK(loss == good);
        wk_error_clear();
        ck_assert_msg(wk_item(wk_sum(there)) == 3, "behind the %luth: %s", n, wk_error_text());
        CHECK(wk_item(wk_sum(here)) == 3);
        CHECK(wk_cuda_synchronize(wk_cuda(0)) == WK_OK);
    }
    CHECK(three_steps(replayed) == good && errors >= least);
}

TEST(failure, of_any_launch_is_an_error_and_later_steps_are_whole)
{
    fail_each(WKI_EMU_FAIL_LAUNCH, FAILED_LAUNCH, false, WK_E_DEVICE, 40);
}
TEST(failure, of_any_launch_around_replays_is_an_error_and_later_steps_are_whole)
{
    fail_each(WKI_EMU_FAIL_LAUNCH, FAILED_LAUNCH, true, WK_E_DEVICE, 20);
}
TEST(failure, of_any_allocation_is_an_error_and_later_steps_are_whole)
{
    setenv("WICK_CUDA_CACHE", "0", 1); /* each is CUDA's, from the first on */
    fail_each(WKI_EMU_FAIL_MALLOC, OUT_OF_MEMORY, false, WK_E_MEMORY, 40);
    fail_each(WKI_EMU_FAIL_MALLOC, OUT_OF_MEMORY, true, WK_E_MEMORY, 20);
}
/* The calls that free are among them, whose errors nobody is told of, the next launch least of all. */
TEST(failure, of_any_call_is_an_error_or_forgotten_and_later_steps_are_whole)
{
    fail_each(WKI_EMU_FAIL_CALL, INVALID_VALUE, false, WK_E_DEVICE, 40);
}
TEST(failure, of_any_call_around_replays_is_an_error_or_forgotten_and_later_steps_are_whole)
{
    fail_each(WKI_EMU_FAIL_CALL, INVALID_VALUE, true, WK_E_DEVICE, 40);
}

TEST(memory, that_runs_out_is_told_with_sizes)
{
    typeof(wki_emu_memory) *memory = (typeof(wki_emu_memory) *)emulator("wki_emu_memory");
    if (!memory) return;
    memory((size_t)256 << 20);
    CHECK(wk_set_device(wk_cuda(0)) == WK_OK);
    CHECK_NULL(wk_zeros(WK_SHAPE(1 << 27), WK_F32));
    CHECK_ERROR(WK_E_MEMORY, "cuda:0", "536870912 bytes", "of 256 MiB are free", "tensors hold 0 MiB");
    CHECK(wk_item(wk_sum(wk_ones(WK_SHAPE(1 << 10), WK_F32))) == 1 << 10);
}

/* Whatever is asked of it: an error that tells in what it was lost, without a call of CUDA; the CPU and the other
 * device are as ever. */
static void is_lost(model *m, wk_plan *plan, wk_loader *loader, wk_tensor *there, const char *words)
{
    typeof(wki_emu_count) *count = (typeof(wki_emu_count) *)emulator("wki_emu_count");
    const wk_device lost = wk_device_of(there);
    for (int i = 0; i < 3; i++) {
        WK_SCOPE(one);
        wk_tensor *in[2];
        wk_memory memory;
        wk_cuda_properties properties;
        float read[100];
        draw(&planes, 0, in);
        const unsigned long calls = count(WKI_EMU_FAIL_CALL);
        CHECK_NULL(step(m, (wk_tensor *[]){ wk_to_device(in[0], lost), in[1] }, 2));
        CHECK_ERROR(WK_E_DEVICE, "cuda:1: the device was lost earlier", words, "cpu");
        CHECK_NULL(wk_plan_run(plan, (wk_tensor *[]){ there }, 1));
        CHECK_ERROR(WK_E_DEVICE, "cuda:1: the device was lost earlier", words);
        CHECK_NULL(wk_loader_next(loader));
        CHECK_ERROR(WK_E_DEVICE, "cuda:1: the device was lost earlier", words);
        CHECK_NULL(wk_square(there));
        CHECK_ERROR(WK_E_DEVICE, "cuda:1: the device was lost earlier", words);
        CHECK(wk_cuda_synchronize(lost) == WK_E_DEVICE);
        CHECK_ERROR(WK_E_DEVICE, "cuda:1: the device was lost earlier", words);
        CHECK(wk_read(there, read, sizeof read) == WK_E_DEVICE);
        CHECK_ERROR(WK_E_DEVICE, "cuda:1: the device was lost earlier", words);
        CHECK(wk_cuda_get_device_properties(lost, &properties) == WK_E_DEVICE && properties.major == 0);
        CHECK_ERROR(WK_E_DEVICE, "cuda:1: the device was lost earlier", words);
        CHECK(wk_memory_stats(lost, &memory) == WK_OK && memory.used > 0);
        CHECK(wk_cuda_is_available() && wk_cuda_device_count() == 2);
        CHECK(count(WKI_EMU_FAIL_CALL) == calls);
        wk_tensor *x = wk_ones(WK_SHAPE(100), WK_F32);
        CHECK(wk_item(wk_sum(x)) == 100 && wk_item(wk_sum(wk_to_device(x, wk_cuda(0)))) == 100);
        CHECK_OK();
    }
}

static wk_tensor *squares(void *user, wk_tensor *const *in, int n)
{
    (void)user;
    (void)n;
    return wk_sum(wk_square(in[0]));
}

static void lose(void (*how)(wk_tensor *there), const char *words)
{
    wk_tensor *there = wk_to_device(wk_ones(WK_SHAPE(100), WK_F32), wk_cuda(1));
    model m = model_at(wk_cuda(1), perceptron, 3);
    wk_plan *plan = wk_capture(squares, NULL);
    wk_dataset *rows = wk_dataset_tensors((wk_tensor *[]){ wk_ones(WK_SHAPE(64, 3), WK_F32) }, NULL, 1);
    wk_loader *loader = wk_loader_new(rows, .batch_size = 4, .device = wk_cuda(1));
    for (int i = 0; i < 3; i++) CHECK(wk_item(wk_plan_run(plan, (wk_tensor *[]){ there }, 1)) == 100);
    CHECK(wk_loader_next(loader) && wk_cuda_synchronize(wk_cuda(1)) == WK_OK);
    CHECK_OK();
    how(there);
    CHECK_ERROR(WK_E_DEVICE, "cuda:1", words, "this process has lost the device");
    is_lost(&m, plan, loader, there, words);
}

static void by_a_launch(wk_tensor *there)
{
    ((typeof(wki_emu_fail) *)emulator("wki_emu_fail"))(WKI_EMU_FAIL_LAUNCH, 1, BROKEN);
    CHECK_NULL(wk_square(there));
}

/* A kernel that writes where there is nothing; the call itself does not see that. */
static void by_a_kernel(wk_tensor *there)
{
    wki_view nowhere = there->v;
    nowhere.data = (void *)(uintptr_t)4096;
    const wki_call call = {
        WKI_OP_fill, 1, 1, (const wki_view *[]){ &nowhere }, &(wki_fill_attrs){ 3, 1 }, sizeof(wki_fill_attrs), 1
    };
    ((typeof(wki_emu_quiet) *)emulator("wki_emu_quiet"))(1);
    CHECK(wki_run(&call) == (getenv("WICK_CUDA_SYNC") ? WK_E_DEVICE : WK_OK));
    if (!wk_failed()) CHECK(wk_cuda_synchronize(wk_cuda(1)) == WK_E_DEVICE);
}

TEST(device, that_broke_is_told_of_once_and_then_lost_and_others_are_not)
{
    if (emulator("wki_emu_fail")) lose(by_a_launch, "(in square)");
}
TEST(device, that_a_kernel_broke_is_lost_when_somebody_waits)
{
    sow(0); /* else the kernel may run before somebody waits */
    if (emulator("wki_emu_seed")) lose(by_a_kernel, "(in waiting)");
}
TEST(device, that_a_kernel_broke_is_lost_at_once_in_its_name_where_calls_wait)
{
    setenv("WICK_CUDA_SYNC", "1", 1);
    if (emulator("wki_emu_fail")) lose(by_a_kernel, "(in fill)");
}

/* ---- Files ---- */

/* Its host looks at norms behind a loss whose targets are no classes. */
TEST(training, by_lamb_leaves_parameters_whole_where_targets_are_bad)
{
    if (!cuda_here()) return;
    model m = model_at(wk_cuda(0), perceptron, 0);
    m.opt = wk_optim_by_name("lamb", wk_parameters(m.net), "lr=0.01");
    m.schedule = NULL;
    wk_tensor *in[2];
    draw(&planes, 0, in);
    in[0] = wk_to_device(in[0], wk_cuda(0));
    in[1] = wk_to_device(wk_full(WK_SHAPE(8), WK_I64, 9), wk_cuda(0));
    step(&m, in, 2);
    CHECK(wk_error() == WK_E_RANGE);
    wk_error_clear();
    for (int k = 0; k < wk_params_count(wk_parameters(m.net)); k++)
        CHECK(isfinite(wk_item(wk_sum(wk_params_at(wk_parameters(m.net), k)))));
}

TEST(files, of_a_device_are_the_cpus_and_the_other_way_round)
{
    if (!cuda_here()) return;
    char path[] = "/tmp/wick-cuda-XXXXXX";
    close(mkstemp(path));
    const wk_device devices[] = { wk_cuda(0), WK_CPU };
    for (int i = 0; i < 2; i++) {
        model from = model_at(devices[i], images, 0), to = model_at(devices[!i], images, 0);
        CHECK(wk_save(from.net, path) == WK_OK);
        WK_NO_GRAD(changes);
        wk_zero_(wk_params_at(wk_parameters(to.net), 0));
        CHECK(wk_load(to.net, path) == WK_OK);
        for (int k = 0; k < wk_params_count(wk_parameters(to.net)); k++) {
            wk_tensor *a = wk_params_at(wk_parameters(from.net), k), *b = wk_params_at(wk_parameters(to.net), k);
            CHECK(wk_device_of(b) == devices[!i] && wk_equal(wk_to_device(a, WK_CPU), wk_to_device(b, WK_CPU)));
        }
        wk_tensor *t = wk_to_device(wk_arange(0, 6, 1, WK_F32), devices[i]);
        CHECK(wk_save_npy(t, path) == WK_OK && wk_equal(wk_load_npy(path), wk_to_device(t, WK_CPU)));
    }
    remove(path);
}

TEST(gradients, lie_where_their_tensor_does)
{
    if (!cuda_here()) return;
    wk_tensor *t = wk_ones(WK_SHAPE(2), WK_F32);
    CHECK(wk_set_grad(t, wk_to_device(t, wk_cuda(0))) == WK_E_DEVICE);
    CHECK_ERROR(WK_E_DEVICE, "set_grad", "cpu, cuda:0");
}

WICK_TEST_MAIN
