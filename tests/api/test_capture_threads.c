/* Laws of recorded steps whose calls are large enough to be split: any number of threads, any instruction set, several
 * plans at once, and not a request for memory once they are warm. */
#include "backends/cpu/onednn.h"
#include "capture_models.h"
#include <pthread.h>
#include <stdatomic.h>

WICK_ON_CPU("its subject is the CPU's threads and instruction sets")

/* ---- Models ---- */

enum { WIDTH = 256 };
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
enum { FIRST_ISA = 1, MODELS = 1, RUNS = 4 }; /* sanitizers take minutes for more */
#else
enum { FIRST_ISA = 0, MODELS = 2, RUNS = 6 };
#endif

static wk_module *random_layers(uint64_t seed)
{
    wk_module *all[16];
    int n = 0;
    int64_t width = WIDTH;
    for (uint64_t i = 0; i <= seed % 3; i++) {
        const uint64_t pick = seed * 2654435761u + i * 40503u;
        const int64_t next = WIDTH - 56 + (int64_t)(pick >> 7 & 127);
        all[n++] = wk_nn_linear(width, next, .bias = (pick & 4) != 0);
        wk_module *const acts[] = { wk_nn_relu(),    wk_nn_tanh(), wk_nn_gelu(),
                                    wk_nn_sigmoid(), wk_nn_elu(1), wk_nn_silu() };
        wk_module *const norms[] = { wk_nn_batch_norm1d(next), wk_nn_layer_norm(WK_DIMS(next)),
                                     wk_nn_rms_norm(WK_DIMS(next)), wk_nn_dropout(0.3), wk_nn_identity() };
        all[n++] = acts[pick % 6];
        all[n++] = norms[(pick >> 3) % 5];
        width = next;
    }
    all[n++] = wk_nn_linear(width, 10);
    return wk_nn_sequential_new(all, n);
}

static wk_module *images_net(uint64_t seed)
{
    const bool norms = seed % 2;
    return wk_nn_sequential(wk_nn_conv2d(3, 32, WK_DIMS(3), .padding = WK_DIMS(1)),
                            norms ? wk_nn_batch_norm2d(32) : wk_nn_identity(), wk_nn_relu(),
                            wk_nn_max_pool2d(WK_DIMS(2)), wk_nn_conv2d(32, 48, WK_DIMS(3)), wk_nn_gelu(),
                            wk_nn_dropout2d(0.2), wk_nn_flatten(), wk_nn_linear(48 * 8 * 8, 10));
}

static wk_module *sequences_net(uint64_t seed)
{
    return wk_nn_lstm(64, 128, .num_layers = 1 + (int)(seed % 2), .bidirectional = seed % 2);
}

static wk_module *encoder_net(uint64_t seed)
{
    return wk_nn_sequential(
        wk_nn_transformer_encoder(64, 4, 1 + (int)(seed % 2), .dim_feedforward = 256, .dropout = 0.1), wk_nn_flatten(),
        wk_nn_linear(20 * 64, 10));
}

static const struct {
    const char *name;
    wk_module *(*make)(uint64_t seed);
    form form;
} kinds[] = {
    { "layers", random_layers, { .ndim = 1, .batch = 160, .classes = 10, .shape = { WIDTH } } },
    { "images", images_net, { .ndim = 3, .batch = 16, .classes = 10, .shape = { 3, 20, 20 } } },
    { "sequences", sequences_net, { .ndim = 2, .batch = 8, .shape = { 24, 64 } } },
    { "encoder", encoder_net, { .ndim = 2, .batch = 16, .classes = 10, .shape = { 20, 64 } } },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static model random_model(int kind, uint64_t seed)
{
    static const char *const optimizers[] = { "adam", "sgd", "rmsprop", "lamb", "adamw" };
    wk_manual_seed(seed);
    model m = { .net = kinds[kind].make(seed), .classes = kinds[kind].form.classes > 0 };
    m.opt = wk_optim_by_name(optimizers[seed % 5], wk_parameters(m.net), "");
    return m;
}

static bool takes_isa(const char *isa)
{
    const bool takes = wk_set_cpu_isa(isa) == WK_OK;
    wk_error_clear();
    return takes;
}

/* ---- Bits ---- */

TEST(capture_threads, replays_random_models_with_any_number_of_threads_and_in_any_instruction_set)
{
    static const char *const isas[] = { "base", "avx2", "avx512", "amx" };
    static const int threads[] = { 1, 2, 3, 2, 5 };
    uint64_t seed = 0;
    for (int i = FIRST_ISA; i < 4; i++)
        for (int kind = 0; kind < KINDS && takes_isa(isas[i]); kind++)
            for (int more = kind ? MODELS : 2 * MODELS; more > 0; more--) {
                WK_SCOPE(one);
                CHECK(wk_set_num_threads(threads[++seed % (kind ? 4 : 5)]) == WK_OK);
                model a = random_model(kind, seed), b = random_model(kind, seed);
                CHECK(run_both(&a, &b, &kinds[kind].form, RUNS, kinds[kind].name) == RUNS - 2);
            }
    wk_set_num_threads(1);
}

TEST(capture_threads, replays_on_threads_with_the_bits_of_one)
{
    const form wide = { .ndim = 1, .batch = 128, .classes = 10, .shape = { 200 } };
    wk_tensor *weights[4];
    for (int t = 0; t < 4; t++) {
        const int threads[] = { 1, 2, 3, 5 };
        CHECK(wk_set_num_threads(threads[t]) == WK_OK);
        wk_manual_seed(3);
        model m = { .net = wk_mlp(4, (int64_t[]){ 200, 256, 128, 10 }), .classes = true };
        m.opt = wk_optim_adam(wk_parameters(m.net));
        wk_plan *plan = wk_capture(step, &m);
        for (int run = 0; run < 12; run++) {
            WK_SCOPE(one);
            wk_tensor *in[2];
            draw(&wide, run, in);
            CHECK(wk_plan_run(plan, in, 2) != NULL);
        }
        CHECK(wk_plan_stats_of(plan).replays == 10);
        weights[t] = wk_params_at(wk_parameters(m.net), 0);
        CHECK(same_bits(weights[0], weights[t]));
    }
    wk_set_num_threads(1);
}

/* ---- At once ---- */

enum { STEPS = 40 };

typedef struct trainer {
    double losses[STEPS];
    int64_t replays;
    bool failed;
} trainer;

/* Each thread draws numbers of its own: these are the same in all. */
static wk_tensor *waves(double from, int ndim, const int64_t *shape)
{
    int64_t n = 1;
    for (int d = 0; d < ndim; d++) n *= shape[d];
    return wk_sin(wk_reshape(wk_arange(from, from + (double)n, 1, WK_F32), ndim, shape));
}

static model model_of_waves(void)
{
    model m = { .net = wk_mlp(4, (int64_t[]){ WIDTH, 200, 200, 10 }), .classes = true };
    wk_params *p = wk_parameters(m.net);
    m.opt = wk_optim_adam(p);
    for (int i = 0; i < wk_params_count(p); i++) {
        WK_NO_GRAD(start);
        wk_tensor *w = wk_params_at(p, i);
        wk_copy_(w, wk_mul_scalar(waves(0, wk_ndim(w), wk_shape(w)), 0.1));
    }
    return m;
}

static void *trains(void *argument)
{
    trainer *t = argument;
    WK_SCOPE(all);
    model m = model_of_waves();
    wk_plan *plan = wk_capture(step, &m);
    for (int run = 0; run < STEPS; run++) {
        WK_SCOPE(one);
        wk_tensor *in[] = { waves(run, WK_SHAPE(128, WIDTH)), wk_zeros(WK_SHAPE(128), WK_I64) };
        wk_tensor *loss = wk_plan_run(plan, in, 2);
        t->losses[run] = loss ? wk_item(loss) : 0;
    }
    t->replays = wk_plan_stats_of(plan).replays;
    t->failed = wk_failed();
    return NULL;
}

TEST(capture_threads, replays_two_plans_at_once_as_one_after_the_other)
{
    trainer alone = { 0 }, two[2] = { 0 };
    CHECK(wk_set_num_threads(2) == WK_OK);
    trains(&alone);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, trains, &two[i]) == 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        CHECK(!two[i].failed && !memcmp(two[i].losses, alone.losses, sizeof alone.losses));
        CHECK(two[i].replays > STEPS / 2); /* each hears of what the other makes and drops */
    }
    CHECK(alone.replays == STEPS - 2);
    wk_set_num_threads(1);
}

/* ---- Memory ---- */

static atomic_long requests;

static void *counted(void *user, size_t bytes, size_t align)
{
    void *memory;
    (void)user;
    requests++;
    return posix_memalign(&memory, align < sizeof(void *) ? sizeof(void *) : align, bytes) ? NULL : memory;
}

static void given_back(void *user, void *memory, size_t bytes)
{
    (void)user, (void)bytes;
    free(memory);
}

static void asks_for_nothing(int threads, int kind)
{
    WK_SCOPE(one);
    CHECK(wk_set_num_threads(threads) == WK_OK);
    model m = random_model(kind, 1);
    wk_plan *plan = wk_capture(step, &m);
    wk_tensor *in[2];
    draw(&kinds[kind].form, 0, in);
    for (int i = 0; i < 4; i++) CHECK(wk_plan_run(plan, in, 2) != NULL);
    wk_memory before, after;
    CHECK(wk_memory_stats(WK_CPU, &before) == WK_OK);
    const int64_t objects = wk_live_objects();
    const long asked = requests;
    for (int i = 0; i < 10; i++) CHECK(wk_plan_run(plan, in, 2) != NULL);
    CHECK(tells(plan, "replayed") && requests == asked && wk_live_objects() == objects);
    CHECK(wk_memory_stats(WK_CPU, &after) == WK_OK && !memcmp(&before, &after, sizeof before));
}

TEST(capture_threads, asks_for_no_memory_once_warm)
{
    if (wki_onednn_chosen()) return; /* has memory of its own */
    wk_scope_close(wick_test_scope); /* an allocator comes before all else */
    wick_test_scope = NULL;
    CHECK(wk_set_allocator(&(wk_allocator){ counted, given_back, NULL }) == WK_OK);
    for (int threads = 1; threads < 3; threads++)
        for (int kind = 0; kind < KINDS; kind++) asks_for_nothing(threads, kind);
    wk_set_num_threads(1);
    CHECK(wk_set_allocator(NULL) == WK_OK);
    wick_test_scope = wk_scope_open("after");
}

WICK_TEST_MAIN
