/* The work that wick bench times: products, training steps, the loader over drawn digits. */
#include "bench.h"
#include "models.h"
#include "store.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Products ---- */

typedef struct shape {
    int64_t m, k, n;
    bool a_turned, b_turned; /* views of their transposes, as backward and wk_nn_linear have them */
} shape;

static const shape shapes[] = {
    { 128, 784, 512, false, true }, { 512, 128, 784, true, false },  { 128, 512, 256, false, true },
    { 128, 256, 10, false, true },  { 32, 1000, 100, false, false }, { 32, 64, 32, false, true },
    { 1, 784, 512, false, true },   { 512, 512, 512, false, false }, { 1024, 1024, 1024, false, false },
};

typedef struct operands {
    wk_tensor *a, *b;
} operands;

static wk_tensor *matrix(int64_t rows, int64_t columns, bool turned)
{
    return turned ? wk_t(wk_randn(WK_SHAPE(columns, rows), WK_F32)) : wk_randn(WK_SHAPE(rows, columns), WK_F32);
}

static void multiply(void *user)
{
    const operands *o = user;
    WK_SCOPE(one);
    wk_mm(o->a, o->b);
}

static void say_product(const bench *b, const shape *s, int i, const bench_time *time)
{
    const double flops = 2 * (double)s->m * (double)s->k * (double)s->n;
    char name[64];
    snprintf(name, sizeof name, "%lldx%lldx%lld %c%c", (long long)s->m, (long long)s->k, (long long)s->n,
             s->a_turned ? 'T' : 'N', s->b_turned ? 'T' : 'N');
    if (!b->json) {
        printf("%-20s  %7d  %10.2f  %10.2f  %8.1f  %6.0f %%\n", name, b->counts[i], 1e6 * time->median,
               1e6 * time->best, 1e-9 * flops / time->best, 100 * bench_of_peak(b, i, flops, time));
        return;
    }
    json j = bench_open("product");
    json_text(&j, "shape", name);
    json_whole(&j, "threads", b->counts[i]);
    bench_put_time(&j, time);
    json_number(&j, "gflops", 1e-9 * flops / time->best);
    json_number(&j, "of_peak", bench_of_peak(b, i, flops, time));
    json_close(&j);
    json_end_line(&j);
}

bool bench_products(bench *b)
{
    WK_NO_GRAD(looking);
    bench_method(b, "products",
                 "C = A B of f32 by wk_mm, with its dispatch, M x K x N; T: a view of the transpose. Operands stay\n"
                 "the same, so small ones are in the caches.");
    if (!bench_peaks(b)) return false;
    if (!b->json)
        printf("%-20s  %7s  %10s  %10s  %8s  %8s\n", "product", "threads", "us", "best", "GFLOP/s", "of peak");
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        WK_SCOPE(one);
        const shape *s = &shapes[k];
        operands o = { matrix(s->m, s->k, s->a_turned), matrix(s->k, s->n, s->b_turned) };
        for (int i = 0; i < b->ncounts; i++) {
            bench_time time;
            if (wk_set_num_threads(b->counts[i]) || !bench_measure(b, multiply, &o, &time)) return false;
            say_product(b, s, i, &time);
        }
    }
    return true;
}

/* ---- Steps ---- */

typedef struct training {
    const char *name, *model, *optim, *options;
    double lr;
    int64_t batch;
    int nsizes;
    int64_t sizes[4];
} training;

static const training trainings[] = {
    { "MLP 784-512-256-10, batch 128, momentum",
      "mlp",
      "sgd",
      "lr=0.01,momentum=0.9",
      0.01,
      128,
      4,
      { 784, 512, 256, 10 } },
    { "MLP 784-512-256-10, batch 128, Adam", "mlp", "adam", "lr=0.001", 0.001, 128, 4, { 784, 512, 256, 10 } },
    { "MLP 64-32-10, batch 32, Adam", "mlp", "adam", "lr=0.001", 0.001, 32, 3, { 64, 32, 10 } },
    { "LeNet, batch 64, momentum", "lenet", "sgd", "lr=0.01,momentum=0.9", 0.01, 64, 2, { 784, 10 } },
};

typedef struct trained {
    wk_module *net;
    wk_optim *optim;
    wk_tensor *in[2];
    wk_plan *plan;
} trained;

static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    const trained *t = user;
    (void)n;
    wk_zero_grad(t->optim);
    wk_tensor *loss = wk_cross_entropy(wk_forward(t->net, in[0]), in[1]);
    wk_backward(loss);
    wk_step(t->optim);
    return loss;
}

static void run_anew(void *user)
{
    trained *t = user;
    WK_SCOPE(one);
    step(t, t->in, 2);
}

static void replay(void *user)
{
    trained *t = user;
    WK_SCOPE(one);
    wk_plan_run(t->plan, t->in, 2);
}

/* Rows come in pairs with different labels, so that no loss reaches zero and slows down by denormal numbers. */
static bool make(const training *c, trained *t)
{
    int64_t labels[128];
    const models_image image = { 1, 28, 28, false };
    const int64_t features = c->sizes[0], pairs = c->batch / 2;
    for (int64_t i = 0; i < c->batch; i++) labels[i] = i % 10;
    wk_manual_seed(1);
    wk_tensor *rows = wk_randn(WK_SHAPE(pairs, 1, features), WK_F32);
    t->in[0] = wk_reshape(wk_expand(rows, WK_SHAPE(pairs, 2, features)), WK_SHAPE(c->batch, features));
    if (strcmp(c->model, "mlp") != 0) t->in[0] = models_as_images(&image, t->in[0]);
    t->in[1] = wk_from(labels, WK_SHAPE(c->batch), WK_I64);
    t->net = models_make(c->model, &image, c->nsizes, c->sizes);
    t->optim = wk_optim_by_name(c->optim, wk_parameters(t->net), c->options);
    t->plan = wk_capture(step, t);
    return !wk_failed();
}

/* Operations of its products and convolutions. */
static double flops_of(trained *t)
{
    wk_profile_row rows[64];
    double flops = 0;
    wk_profile *p = wk_profile_new(.most_events = 0);
    {
        WK_PROFILE(on, p);
        run_anew(t);
    }
    const int n = wk_profile_rows(p, rows, 64);
    for (int i = 0; i < n && i < 64; i++) flops += rows[i].flops;
    return flops;
}

static void say_step(const bench *b, const training *c, int i, bool replayed, double flops, const bench_time *time)
{
    if (!b->json) {
        printf("%-40s  %-8s  %7d  %10.2f  %10.2f  %6.0f %%\n", c->name, replayed ? "replayed" : "anew", b->counts[i],
               1e6 * time->median, 1e6 * time->best, 100 * bench_of_peak(b, i, flops, time));
        return;
    }
    json j = bench_open("step");
    json_text(&j, "case", c->name);
    json_bool(&j, "replayed", replayed);
    json_whole(&j, "threads", b->counts[i]);
    bench_put_time(&j, time);
    json_number(&j, "of_peak", bench_of_peak(b, i, flops, time));
    json_close(&j);
    json_end_line(&j);
}

bool bench_steps(bench *b)
{
    bench_method(b, "steps",
                 "zero_grad, forward, cross-entropy, backward and update on one batch, each step anew or replayed\n"
                 "(wk_capture). Of peak: the operations of products and convolutions alone.");
    if (!bench_peaks(b)) return false;
    if (!b->json) printf("%-40s  %-8s  %7s  %10s  %10s  %8s\n", "step", "", "threads", "us", "best", "of peak");
    for (size_t k = 0; k < sizeof trainings / sizeof *trainings; k++) {
        WK_SCOPE(one);
        trained t;
        if (!make(&trainings[k], &t)) return false;
        const double flops = flops_of(&t);
        for (int i = 0; i < 2 * b->ncounts; i++) {
            bench_time time;
            if (wk_set_num_threads(b->counts[i / 2]) || !bench_measure(b, i % 2 ? replay : run_anew, &t, &time))
                return false;
            say_step(b, &trainings[k], i / 2, i % 2, flops, &time);
        }
    }
    return true;
}

/* ---- Loader ---- */

enum { ROWS = 6400, BATCH = 128, ROW = 28 * 28 };

static void load_epoch(void *user)
{
    wk_loader *loader = user;
    while (wk_loader_next(loader)) continue;
}

static bool load(const bench *b, const char *name, wk_dataset *set, int workers)
{
    bench_time time;
    WK_SCOPE(one);
    wk_loader *loader = wk_loader_new(set, .batch_size = BATCH, .shuffle = true, .num_workers = workers);
    if (!loader || !bench_measure(b, load_epoch, loader, &time)) return false;
    const double rate = ROWS / time.best;
    if (!b->json) {
        say_room rows;
        printf("%-28s  %7d  %12s  %8.2f\n", name, workers, say_count(rows, (int64_t)rate),
               1e-9 * rate * ROW * sizeof(float));
        return true;
    }
    json j = bench_open("loader");
    json_text(&j, "data", name);
    json_whole(&j, "workers", workers);
    bench_put_time(&j, &time);
    json_number(&j, "rows_per_second", rate);
    json_close(&j);
    json_end_line(&j);
    return true;
}

static bool load_all(const bench *b, const char *path)
{
    const store_settings to = { .path = path, .deflate = 4, .quiet = true };
    store file;
    wk_dataset *drawn = wk_dataset_cached(wk_dataset_synth("digits", ROWS, 0, 1));
    if (!drawn || !store_open(&file, &to, NULL) || !store_rows(&file, "train", drawn, true)) return false;
    if (wk_h5_commit(file.writer)) return false;
    wk_dataset *packed = wk_dataset_h5(path, .split = "train");
    for (int workers = 0; workers < 2; workers++)
        if (!load(b, "f32 in memory", drawn, workers) || !load(b, "bytes in HDF5, gzip", packed, workers)) return false;
    return true;
}

bool bench_loader(bench *b)
{
    const char *folder = getenv("TMPDIR");
    char path[1024];
    bench_method(
        b, "loader",
        "epochs of 6,400 drawn digits of 28 x 28, shuffled, to f32 batches of 128 that nobody works on. The file\n"
        "is a temporary one, and stays in the system's cache.");
    if (!b->json) printf("%-28s  %7s  %12s  %8s\n", "data", "workers", "rows/s", "GB/s");
    snprintf(path, sizeof path, "%s/wick-bench-%d.h5", folder && *folder ? folder : "/tmp", (int)getpid());
    const bool done = load_all(b, path);
    unlink(path);
    return done;
}
