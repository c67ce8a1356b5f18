/* bench/state [FOLDER] [--samples N] [--json]: 100 MB of a model's state to a file and back, in turn with dd
 * conv=fsync in the same folder and with reading the file whole into fresh memory, by one thread. Prints medians and
 * the median of the paired ratios, theirs / wick's: 1 is as fast as they. Both files are read from the system's memory.
 */
#include "measure.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wick/wick.h>

enum { TENSORS = 60, MEGABYTES = 100, MOST_SAMPLES = 200 };

static char ours[512], theirs[512], source[512];

static void die(const char *what)
{
    fprintf(stderr, "state: %s: %s\n", what, wk_failed() ? wk_error_text() : "failed");
    unlink(ours);
    unlink(theirs);
    unlink(source);
    exit(1);
}

/* Matrices and biases of odd sizes, 100 MB with them all. */
static wk_state *model(void)
{
    const int64_t all = MEGABYTES * INT64_C(1000000) / 4, bias = 512, rows = 2 * all / TENSORS / bias - 1;
    wk_state *s = wk_state_new();
    char name[64];
    for (int i = 0; i < TENSORS; i++) {
        snprintf(name, sizeof name, "layers.%d.%s", i / 2, i % 2 ? "bias" : "weight");
        wk_state_set(s, name, i % 2 ? wk_randn(WK_SHAPE(bias), WK_F32) : wk_randn(WK_SHAPE(rows, bias), WK_F32));
    }
    if (wk_failed()) die("making the state");
    return s;
}

static double save(const wk_state *s, bool over)
{
    if (!over) unlink(ours);
    const double start = bench_us_now();
    if (wk_state_write(s, ours)) die("saving");
    return bench_us_now() - start;
}

static double load(bool fresh)
{
    WK_SCOPE(loading);
    if (fresh) wk_memory_trim();
    const double start = bench_us_now();
    if (!wk_state_read(ours)) die("loading");
    return bench_us_now() - start;
}

/* As many bytes by dd, whose start and end are in the time, 1 ms or so. */
static double dd(bool over)
{
    char to[600], from[600];
    snprintf(from, sizeof from, "if=%s", source);
    snprintf(to, sizeof to, "of=%s", theirs);
    if (!over) unlink(theirs);
    const double start = bench_us_now();
    const pid_t child = fork();
    if (child == 0) {
        execlp("dd", "dd", from, to, "bs=1M", "conv=fsync", "status=none", (char *)NULL);
        _exit(127);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) die("dd");
    return bench_us_now() - start;
}

static double read_whole(bool fresh)
{
    static char *memory;
    struct stat facts;
    if (fresh) free(memory), memory = NULL;
    const double start = bench_us_now();
    const int fd = open(ours, O_RDONLY);
    if (fd < 0 || fstat(fd, &facts)) die("reading");
    if (!memory) memory = malloc((size_t)facts.st_size);
    for (off_t at = 0; at < facts.st_size;) {
        const ssize_t n = memory ? read(fd, memory + at, (size_t)(facts.st_size - at)) : -1;
        if (n <= 0) die("reading");
        at += n;
    }
    close(fd);
    return bench_us_now() - start;
}

static void report(const char *what, const char *peer, const double *wick, const double *other, int n, bool json)
{
    double ratios[MOST_SAMPLES];
    for (int i = 0; i < n; i++) ratios[i] = other[i] / wick[i];
    const double mine = bench_median(wick, n), its = bench_median(other, n), ratio = bench_median(ratios, n);
    if (json)
        printf("{\"work\":\"%s\",\"megabytes\":%d,\"wick_us\":%.0f,\"peer\":\"%s\",\"peer_us\":%.0f,\"ratio\":%.3f}\n",
               what, MEGABYTES, mine, peer, its, ratio);
    else
        printf("%-24s %8.1f ms   %-16s %8.1f ms   ratio %5.2f\n", what, mine / 1e3, peer, its / 1e3, ratio);
}

int main(int argc, char **argv)
{
    const char *folder = ".";
    int samples = 15;
    bool json = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json"))
            json = true;
        else if (!strcmp(argv[i], "--samples") && i + 1 < argc)
            samples = atoi(argv[++i]);
        else if (argv[i][0] != '-')
            folder = argv[i];
        else
            samples = 0;
    }
    if (samples < 1 || samples > MOST_SAMPLES) {
        fprintf(stderr, "usage: state [FOLDER] [--samples 1..%d] [--json]\n", MOST_SAMPLES);
        return 2;
    }
    snprintf(ours, sizeof ours, "%s/wick-bench-%ld.safetensors", folder, (long)getpid());
    snprintf(source, sizeof source, "%s/wick-bench-%ld.source", folder, (long)getpid());
    snprintf(theirs, sizeof theirs, "%s/wick-bench-%ld.dd", folder, (long)getpid());
    double mine[MOST_SAMPLES], its[MOST_SAMPLES];
    WK_SCOPE(program);
    const wk_state *s = model();
    save(s, false);
    if (rename(ours, source)) die("renaming");
    for (int over = 0; over < 2; over++) {
        for (int i = 0; i < samples; i++) {
            its[i] = dd(over);
            mine[i] = save(s, over);
        }
        report(over ? "save over an old file" : "save", "dd conv=fsync", mine, its, samples, json);
    }
    for (int again = 0; again < 2; again++) {
        for (int i = 0; i < samples; i++) {
            its[i] = read_whole(!again);
            mine[i] = load(!again);
        }
        report(again ? "load into used memory" : "load", "read", mine, its, samples, json);
    }
    unlink(ours);
    unlink(theirs);
    unlink(source);
    return 0;
}
