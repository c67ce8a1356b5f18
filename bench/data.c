/* Times the loader on HDF5 files that it writes itself: an epoch from file to normalised f32 batches beside what the
 * same work costs at least (data_files.c) and beside PyTorch's DataLoader over h5py; opening files of many chunks; what
 * a batch costs besides its bytes; how long a training waits. README.md says how to read it.
 *
 *   data FOLDER [--peer COMMAND] [--samples K] [--file NAME] [--device NAME]
 */
#include "data.h"
#include "measure.h"
#include "peer.h"
#include "wick/cuda.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SAMPLES = 101, PEER_SECONDS = 900 };

static const bench_file files[] = {
    { "gzip-u8", 60000, 784, WK_U8, false, 4, 6400, false, false, false },
    { "shuffle-gzip-f32", 16000, 1024, WK_F32, true, 4, 6400, false, false, false },
    { "contiguous-16k", 16384, 4096, WK_F32, false, -1, 0, false, false, false },
    { "mapped-16k", 16384, 4096, WK_F32, false, -1, 0, false, true, false },
    { "mapped-16k-again", 16384, 4096, WK_F32, false, -1, 0, false, true, true },
    { "cached-784", 60000, 784, WK_U8, false, 0, 0, true, false, true },
};
enum { FILES = sizeof files / sizeof *files };

typedef struct race {
    const char *folder;
    int samples;
    wk_device device; /* of the batches */
    bench_peer *peer; /* NULL: none */
    const char *only; /* the name of a file, and nothing else is timed; NULL: all */
} race;

static bool complain(const char *text)
{
    fprintf(stderr, "data: %s\n", text);
    return false;
}

/* ---- An epoch ---- */

static wk_loader *loader_of(const bench_file *f, const char *path, int workers, wk_device device)
{
    static const double mean = 0.1307, std = 0.3081;
    wk_dataset *set = wk_dataset_h5(path, .raw = f->cached, .map = f->map);
    if (f->cached) set = wk_dataset_cached(set);
    wk_transform *norm = f->dtype == WK_U8 ? wk_transform_normalize("x", &mean, &std, 1) : NULL;
    if (f->cached) norm = wk_transforms(wk_transform_scaled("x", WK_F32), norm);
    return wk_loader_new(set, .batch_size = BENCH_DATA_BATCH, .shuffle = true, .num_workers = workers,
                         .window = f->window, .transform = norm, .device = device);
}

/* Microseconds of the epoch; *sum: of all numbers of the first row of each batch, so that both sides did the same work.
 */
static double epoch_of(wk_loader *loader, int64_t *rows, wk_device device)
{
    *rows = 0;
    const double from = bench_us_now();
    for (wk_batch *b; (b = wk_loader_next(loader));) *rows += wk_batch_size(b);
    wk_cuda_synchronize(device);
    return bench_us_now() - from;
}

/* From a file newly opened, so that what is packed is unpacked, and what is mapped brought; cached rows are there
 * already. */
static double sample(const race *r, const bench_file *f, const char *path, int workers)
{
    WK_SCOPE(one);
    int64_t rows;
    wk_loader *loader = loader_of(f, path, workers, r->device);
    if (f->again) epoch_of(loader, &rows, r->device);
    const double us = epoch_of(loader, &rows, r->device);
    return rows == f->rows && !wk_failed() ? us : -1;
}

static bool ask_peer(race *r, const bench_file *f, const char *path, int workers)
{
    if (!r->peer || f->map) return true; /* it has no other way */
    if (!bench_peer_ask(r->peer, PEER_SECONDS, "epoch %s %d %d %lld", path, workers, BENCH_DATA_BATCH,
                        (long long)f->window))
        return complain(r->peer->error);
    printf("    %s, rows a second: %s\n", r->peer->version, r->peer->line);
    return true;
}

static bool race_file(race *r, const bench_file *f)
{
    char path[512];
    if (!bench_data_write(f, r->folder, path)) return complain(wk_error_text());
    for (int workers = 1; workers <= 2; workers++) {
        double ours[MAX_SAMPLES], limit[MAX_SAMPLES];
        for (int k = 0; k < r->samples; k++) {
            ours[k] = sample(r, f, path, workers);
            limit[k] = bench_data_limit(f, path, workers);
            if (ours[k] < 0 || limit[k] < 0)
                return complain(wk_failed() ? wk_error_text() : "the limit's loops failed");
        }
        const double us = bench_median(ours, r->samples), at_least = bench_median(limit, r->samples);
        printf("%-18s %d %9.1f %12.0f %8.0f %%   best %.0f %%\n", f->name, workers, us / 1e3,
               (double)f->rows / us * 1e6, 100 * at_least / us,
               100 * bench_least(limit, r->samples) / bench_least(ours, r->samples));
        fflush(stdout);
        if (!ask_peer(r, f, path, workers)) return false;
    }
    remove(path);
    return true;
}

/* ---- Opening, overhead, waiting ---- */

static bool race_opening(const race *r)
{
    for (int64_t chunks = 100000; chunks <= 1000000; chunks *= 10) {
        char path[512];
        if (!bench_data_write_chunks(chunks, r->folder, path)) return complain(wk_error_text());
        WK_SCOPE(open);
        const double from = bench_us_now();
        wk_loader *loader =
            wk_loader_new(wk_dataset_h5(path, .y = ""), .batch_size = BENCH_DATA_BATCH, .shuffle = true);
        const double made = bench_us_now();
        if (!loader || !wk_loader_next(loader)) return complain(wk_error_text());
        printf("%lld chunks: opened in %.1f ms, the first batch after %.1f ms\n", (long long)chunks,
               (made - from) / 1e3, (bench_us_now() - from) / 1e3);
        remove(path);
    }
    return true;
}

static wk_loader *small_loader(int workers)
{
    wk_tensor *x = wk_zeros(WK_SHAPE(256 * 4000), WK_F32);
    return wk_loader_new(wk_dataset_tensors(&x, NULL, 1), .batch_size = BENCH_DATA_BATCH, .num_workers = workers,
                         .shuffle = true);
}

static bool race_overhead(void)
{
    for (int workers = 0; workers <= 2; workers++) {
        WK_SCOPE(loading);
        int64_t rows;
        wk_loader *loader = small_loader(workers);
        epoch_of(loader, &rows, WK_CPU);
        double us[5];
        for (int k = 0; k < 5; k++) us[k] = epoch_of(loader, &rows, WK_CPU) / 4000;
        if (wk_failed()) return complain(wk_error_text());
        printf("a batch of %d rows of 4 bytes, %d workers: %.2f us\n", BENCH_DATA_BATCH, workers, bench_median(us, 5));
    }
    return true;
}

/* A training whose step takes 1.2 times as long as a batch takes one worker. */
static bool race_waiting(const race *r)
{
    const bench_file *f = &files[0];
    char path[512];
    if (!bench_data_write(f, r->folder, path)) return complain(wk_error_text());
    sample(r, f, path, 1); /* brings the memory */
    const double step = 1.2 * sample(r, f, path, 1) / (double)((f->rows + BENCH_DATA_BATCH - 1) / BENCH_DATA_BATCH);
    double waited[MAX_SAMPLES];
    for (int k = 0; k < r->samples; k++) {
        WK_SCOPE(one);
        wk_loader *loader = loader_of(f, path, 1, r->device);
        double wait = 0, first = bench_us_now();
        for (bool begun = false;;) {
            const double from = bench_us_now();
            if (!wk_loader_next(loader)) break;
            const double now = bench_us_now();
            if (begun) wait += now - from;
            if (!begun) first = now;
            begun = true;
            while (bench_us_now() - now < step) continue;
        }
        waited[k] = wait / (bench_us_now() - first);
    }
    printf("%s, a step 1.2 times the loader's: the caller waits %.1f %% of the epoch behind the first batch\n", f->name,
           100 * bench_median(waited, r->samples));
    remove(path);
    return true;
}

static bool run(race *r)
{
    char cpu[128];
    bench_cpu_model(cpu, sizeof cpu);
    printf("wick %s, %s\n%-18s %s %9s %12s %10s\n", wk_version(), cpu, "file", "w", "ms", "rows / s", "of limit");
    for (int i = 0; i < FILES; i++)
        if ((!r->only || !strcmp(r->only, files[i].name)) && !race_file(r, &files[i])) return false;
    return r->only || (race_opening(r) && race_overhead() && race_waiting(r));
}

int main(int argc, char **argv)
{
    race r = { .samples = 5 };
    const char *command = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--peer") && i + 1 < argc)
            command = argv[++i];
        else if (!strcmp(argv[i], "--device") && i + 1 < argc) {
            if (wk_device_by_name(argv[++i], &r.device)) return fprintf(stderr, "data: %s\n", wk_error_text()), 1;
        } else if (!strcmp(argv[i], "--samples") && i + 1 < argc)
            r.samples = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--file") && i + 1 < argc)
            r.only = argv[++i];
        else
            r.folder = argv[i];
    }
    if (!r.folder || r.folder[0] == '-' || r.samples < 1 || r.samples > MAX_SAMPLES) {
        fprintf(stderr, "usage: data FOLDER [--peer COMMAND] [--samples 1..%d] [--file NAME] [--device NAME]\n",
                MAX_SAMPLES);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    bench_peer peer;
    if (command) {
        if (!bench_peer_start(&peer, "torch", command, WICK_BENCH_SCRIPTS "/peer_data.py", 2))
            return complain(peer.error), 1;
        r.peer = &peer;
    }
    const bool ok = run(&r);
    if (command) bench_peer_stop(&peer);
    return !ok;
}
