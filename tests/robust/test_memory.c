/* Out of memory anywhere in a training step: the n-th allocation fails, for every n. The step reports WK_E_MEMORY,
 * leaks nothing, leaves parameters as they were before it, and the same step works once there is memory again. */
#include "wick/wick.h"
#include "wick_check.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

WICK_ON_CPU("it takes the host's memory away")

typedef struct faults {
    long left, calls; /* the allocation that fails, counted down; how many were asked for */
    bool sticky;
} faults;

static void *failing_allocate(void *user, size_t bytes, size_t align)
{
    faults *f = user;
    f->calls++;
    if (f->left > 0 && --f->left == 0) {
        f->left = f->sticky; /* the next one fails too */
        return NULL;
    }
    void *memory = NULL;
    return posix_memalign(&memory, align < sizeof(void *) ? sizeof(void *) : align, bytes ? bytes : 1) ? NULL : memory;
}

static void failing_release(void *user, void *memory, size_t bytes)
{
    (void)user, (void)bytes;
    free(memory);
}

typedef struct model {
    wk_module *net;
    wk_optim *opt;
    wk_tensor *x, *y;
} model;

static model make(void)
{
    wk_manual_seed(2);
    model m;
    m.net = wk_nn_sequential(wk_nn_linear(6, 5), wk_nn_tanh(), wk_nn_dropout(0.1), wk_nn_linear(5, 3));
    m.opt = wk_optim_adam(wk_parameters(m.net), .amsgrad = true);
    m.x = wk_randn(WK_SHAPE(4, 6), WK_F32);
    m.y = wk_randint(0, 3, WK_SHAPE(4));
    return m;
}

/* More rows than the memory of earlier steps can hold. */
static void widen(model *m)
{
    m->x = wk_randn(WK_SHAPE(30000, 6), WK_F32);
    m->y = wk_randint(0, 3, WK_SHAPE(30000));
}

static wk_status step(model m)
{
    WK_SCOPE(step);
    wk_zero_grad(m.opt);
    wk_backward(wk_cross_entropy(wk_forward(m.net, m.x), m.y));
    return wk_step(m.opt);
}

/* One training step with the fault armed either before the model is made or after a first step. False once nothing
 * failed. */
static bool survives(long n, bool sticky, bool warm)
{
    faults f = { warm ? 0 : n, 0, sticky };
    wk_allocator allocator = { failing_allocate, failing_release, &f };
    ck_assert_int_eq(wk_set_allocator(&allocator), WK_OK);
    bool failed;
    {
        WK_SCOPE(run);
        model m = make();
        float before[30] = { 0 }, after[30];
        if (warm && !wk_failed()) {
            step(m);
            wk_read(wk_parameter(m.net, "0.weight"), before, sizeof before);
            widen(&m);
            wk_memory_trim();
            f.left = n;
        }
        if (!wk_failed()) step(m);
        failed = wk_failed();
        f.left = 0;
        if (failed) {
            ck_assert_int_eq(wk_error(), WK_E_MEMORY);
            wk_error_clear();
            if (warm) {
                wk_read(wk_parameter(m.net, "0.weight"), after, sizeof after);
                CHECK(!memcmp(before, after, sizeof before));
                CHECK(step(m) == WK_OK);
                wk_params *params = wk_parameters(m.net);
                for (int i = 0; i < wk_params_count(params); i++) CHECK(wk_grad(wk_params_at(params, i)) != NULL);
            }
        }
        CHECK_OK();
    }
    wk_memory_trim();
    ck_assert_int_eq(wk_set_allocator(NULL), WK_OK);
    return failed;
}

static void every_allocation(bool sticky, bool warm)
{
    long n = 1;
    while (survives(n, sticky, warm)) n++;
    printf("%s, %s: %ld allocations failed in turn\n", sticky ? "for good" : "once",
           warm ? "in a second step" : "from the start", n - 1);
    CHECK(n > 1);
}

TEST(memory, running_out_anywhere_in_a_step_is_an_error_and_nothing_more)
{
    every_allocation(false, false);
    every_allocation(true, false);
    every_allocation(true, true); /* once alone is healed: cached blocks are given back, and the call is tried again */
}

/* ---- Export ---- */

static long size_of(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? (long)about.st_size : 0;
}

static wk_status own_init(wk_module *m, void *state)
{
    (void)state;
    return wk_nn_child(m, "f", wk_nn_linear(2, 2)) ? WK_OK : wk_error();
}
static wk_tensor *own_forward(wk_module *m, wk_tensor *x)
{
    return wk_relu(wk_add(wk_forward(wk_module_child(m, "f"), x), x));
}
static const wk_module_ops own = { .size = sizeof own, .name = "own", .init = own_init, .forward = own_forward };

static bool exports(long n, const char *path)
{
    faults f = { 0, 0, true };
    wk_allocator allocator = { failing_allocate, failing_release, &f };
    ck_assert_int_eq(wk_set_allocator(&allocator), WK_OK);
    bool failed;
    {
        WK_SCOPE(run);
        wk_module *m = wk_nn_sequential(wk_nn_gru(3, 4, .batch_first = true), wk_nn_linear(4, 2), wk_nn_gelu(),
                                        wk_nn_custom(&own, NULL));
        wk_tensor *x = wk_randn(WK_SHAPE(2, 5, 3), WK_F32);
        wk_memory_trim();
        f.left = n;
        failed = wk_export_onnx(m, x, path) != WK_OK;
        f.left = 0;
        if (failed) ck_assert_int_eq(wk_error(), WK_E_MEMORY);
        wk_error_clear();
        CHECK(wk_is_training(m) && (failed || access(path, F_OK) == 0));
    }
    wk_memory_trim();
    ck_assert_int_eq(wk_set_allocator(NULL), WK_OK);
    return !failed;
}

/* The whole: where only the folder could not be synced. */
TEST(memory, running_out_anywhere_in_an_export_leaves_the_whole_file_or_none)
{
    char path[64];
    long n = 1;
    snprintf(path, sizeof path, "/tmp/wick-memory-%d.onnx", (int)getpid());
    CHECK(exports(0, path));
    const long whole = size_of(path);
    for (bool done = false; !done; n++) {
        unlink(path);
        done = exports(n, path);
        CHECK(size_of(path) == 0 || size_of(path) == whole);
    }
    printf("an export: %ld allocations failed in turn\n", n - 2);
    CHECK(n > 50);
    unlink(path);
}

WICK_TEST_MAIN
