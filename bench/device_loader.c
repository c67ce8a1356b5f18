/* A loader that feeds a device: bytes a second beside copies of nothing but those bytes, and how much longer a
 * training's steps take with a loader behind them than with their batches there already. Part of device.c. */
#include "device.h"
#include "measure.h"
#include <stdio.h>

enum { SAMPLES = 5, MOST_WORKERS = 8 };

typedef struct feed {
    const char *name;
    int64_t row, batch, batches; /* bytes, rows, batches an epoch */
} feed;
static const feed big_feeds[] = { { "rows of 64 KiB, batches of 64 MiB", 65536, 1024, 8 },
                                  { "rows of 784 bytes, batches of 4096", 784, 4096, 64 } };
static const feed small_feeds[] = { { "rows of 4 KiB, batches of 64 KiB", 4096, 16, 4 },
                                    { "rows of 784 bytes, batches of 64", 784, 64, 4 } };
enum { FEEDS = sizeof big_feeds / sizeof *big_feeds };

/* x u8 [rows, row], y i64 [rows], in memory that has been touched. */
static wk_dataset *set_of(int64_t rows, int64_t row)
{
    const wk_device device = wk_current_device();
    wk_set_device(WK_CPU);
    wk_tensor *fields[] = { wk_empty(WK_SHAPE(rows, row), WK_U8), wk_zeros(WK_SHAPE(rows), WK_I64) };
    wk_fill_(fields[0], 100);
    wk_dataset *set = wk_dataset_tensors(fields, NULL, 2);
    wk_set_device(device);
    return set;
}

/* Microseconds of an epoch, until its bytes are there. */
static double epoch_of(const bench_device *b, wk_loader *loader)
{
    const double from = bench_us_now();
    for (bool more = true; more;) {
        WK_SCOPE(batch);
        more = wk_loader_next(loader) != NULL;
    }
    wk_cuda_synchronize(b->device);
    return bench_us_now() - from;
}

static void time_feed(const bench_device *b, const feed *f, wk_dataset *set, int workers, double plain)
{
    WK_SCOPE(all);
    double us[SAMPLES];
    wk_loader *loader = wk_loader_new(set, .batch_size = f->batch, .shuffle = true, .num_workers = workers);
    epoch_of(b, loader); /* brings the memory */
    for (int k = 0; k < SAMPLES && !wk_failed(); k++) us[k] = epoch_of(b, loader);
    if (wk_failed()) return;
    const double rate = 1e-3 * (double)((f->row + 8) * f->batch * f->batches) / bench_median(us, SAMPLES);
    char what[96];
    snprintf(what, sizeof what, "%s, %d worker%s", f->name, workers, workers == 1 ? "" : "s");
    bench_device_row(b, what, rate, "GB/s", plain > 0 ? rate / plain : 0, plain > 0 ? "plain copies" : "");
}

static void time_feeds(const bench_device *b)
{
    const feed *feeds = b->small ? small_feeds : big_feeds;
    for (int i = 0; i < FEEDS && !wk_failed(); i++) {
        WK_SCOPE(all);
        const feed *f = &feeds[i];
        wk_dataset *set = set_of(f->batch * f->batches, f->row);
        const double plain =
            bench_device_plain(b->device & 0xffffff, (size_t)(f->row * f->batch), 2 * (int)f->batches, false);
        for (int workers = 0; workers <= (b->small ? 2 : MOST_WORKERS); workers += workers ? workers : 1)
            time_feed(b, f, set, workers, plain);
    }
}

/* ---- A training ---- */

typedef struct training {
    const bench_device *b;
    wk_module *net;
    wk_optim *optimizer;
    wk_plan *plan;
    wk_tensor *there[2][2]; /* batches that lie on the device, as many as a loader has in turn */
    wk_loader *loader;
} training;

static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    const training *t = user;
    (void)n;
    wk_zero_grad(t->optimizer);
    wk_tensor *loss = wk_cross_entropy(wk_forward(t->net, wk_mul_scalar(wk_to(in[0], WK_F32), 1.0 / 255)), in[1]);
    wk_backward(loss);
    wk_step(t->optimizer);
    return loss;
}

/* Microseconds a step over a loader's epoch, or as many steps with the batches that are there. */
static double steps_of(training *t, int64_t steps, bool load)
{
    wk_cuda_synchronize(t->b->device);
    const double from = bench_us_now();
    for (int64_t i = 0; i < steps && !wk_failed(); i++) {
        WK_SCOPE(one);
        wk_batch *batch = load ? wk_loader_next(t->loader) : NULL;
        if (load && !batch) break;
        wk_plan_run(t->plan, batch ? (wk_tensor *[]){ wk_batch_x(batch), wk_batch_y(batch) } : t->there[i % 2], 2);
    }
    wk_cuda_synchronize(t->b->device);
    const double us = (bench_us_now() - from) / (double)steps;
    if (load) wk_loader_reset(t->loader, 0);
    return us;
}

static void time_training(const bench_device *b, int64_t rows, int64_t steps, int workers)
{
    WK_SCOPE(all);
    double there[SAMPLES], fed[SAMPLES], shares[SAMPLES];
    training t = { .b = b, .net = wk_mlp(4, (int64_t[]){ 784, b->small ? 32 : 512, b->small ? 16 : 256, 10 }) };
    t.optimizer = wk_optim_adam(wk_parameters(t.net), .lr = 1e-3);
    t.plan = wk_capture(step, &t);
    t.loader = wk_loader_new(set_of(rows * steps, 784), .batch_size = rows, .shuffle = true, .num_workers = workers);
    for (int i = 0; i < 2; i++) {
        t.there[i][0] = wk_full(WK_SHAPE(rows, 784), WK_U8, 100);
        t.there[i][1] = wk_zeros(WK_SHAPE(rows), WK_I64);
    }
    steps_of(&t, 4, false);
    steps_of(&t, steps, true);
    for (int k = 0; k < SAMPLES && !wk_failed(); k++) {
        there[k] = steps_of(&t, steps, false);
        fed[k] = steps_of(&t, steps, true);
        shares[k] = there[k] / fed[k];
    }
    if (wk_failed()) return;
    char what[96];
    snprintf(what, sizeof what, "a step of %lld rows, its batch there", (long long)rows);
    bench_device_row(b, what, bench_median(there, SAMPLES), "us", 0, "");
    snprintf(what, sizeof what, "the same of %lld rows, fed by %d worker%s", (long long)rows, workers,
             workers == 1 ? "" : "s");
    bench_device_row(b, what, bench_median(fed, SAMPLES), "us", bench_median(shares, SAMPLES), "its speed without");
}

void bench_device_loader(const bench_device *b)
{
    bench_device_heading(b, "a loader of u8 rows in memory, shuffled, and labels");
    time_feeds(b);
    bench_device_heading(b, "training 784-512-256-10 with Adam, replayed, beside its loader");
    for (int workers = 0; workers <= (b->small ? 1 : 2) && !wk_failed(); workers++) {
        time_training(b, b->small ? 8 : 128, b->small ? 4 : 400, workers);
        if (!b->small) time_training(b, 4096, 64, workers);
    }
}
