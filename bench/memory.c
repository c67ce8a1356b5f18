/* See memory.h. wick's share runs in a child made by fork, before this process has trained anything. Linux only. */
#include "memory.h"
#include "peer.h"
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS = 5, SMALL = 8, SMALL_BATCH = 2, ANSWER_SECONDS = 600 };

/* MiB. growth: the peak beyond what there was before, parameters and batch; process: the whole process's peak. */
typedef struct need {
    double growth, process;
} need;

/* "VmRSS:" now, "VmHWM:" at the highest since it was reset. */
static double resident(const char *key)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    double kib = 0;
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, key, strlen(key))) kib = strtod(line + strlen(key), NULL);
    if (file) fclose(file);
    return kib / 1024;
}

static bool reset_highest(void)
{
    malloc_trim(0);
    FILE *file = fopen("/proc/self/clear_refs", "w");
    const bool ok = file && fputs("5", file) >= 0;
    return file && !fclose(file) && ok;
}

/* The same network at its smallest, so that what the first steps of a process load is not counted. */
static void warm_up(const bench_case *c)
{
    bench_case small = *c;
    small.batch = SMALL_BATCH;
    for (int i = 0; i < c->nsizes; i++)
        if (small.sizes[i] > SMALL) small.sizes[i] = SMALL;
    WK_SCOPE(warm);
    bench_run run;
    bench_begin(&small, false, &run);
    for (int i = 0; i < STEPS; i++) bench_step(&run);
}

static double model_mib(const bench_run *run)
{
    double bytes = (double)wk_numel(run->x) * sizeof(float) +
                   (double)wk_numel(run->y) * (run->net ? sizeof(int64_t) : sizeof(float));
    const int64_t elements = run->net ? wk_parameter_count(run->net) : wk_numel(run->w1) + wk_numel(run->w2);
    return (bytes + (double)elements * sizeof(float)) / 1048576;
}

static bool measure(const bench_case *c, need *out)
{
    warm_up(c);
    wk_memory_trim();
    if (!reset_highest()) return false;
    const double before = resident("VmRSS:");
    WK_SCOPE(work);
    bench_run run;
    bench_begin(c, false, &run);
    reset_highest();
    for (int i = 0; i < STEPS; i++) bench_step(&run);
    out->process = resident("VmHWM:");
    out->growth = out->process - before - model_mib(&run);
    return !wk_failed();
}

static bool ask_wick(const bench_case *c, need *out)
{
    int ends[2], status = 0;
    if (pipe(ends)) return false;
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        need found;
        const bool ok = measure(c, &found) && write(ends[1], &found, sizeof found) == (ssize_t)sizeof found;
        if (!ok) fprintf(stderr, "step: %s\n", wk_failed() ? wk_error_text() : "the system does not tell of memory");
        _exit(!ok);
    }
    close(ends[1]);
    const bool ok = read(ends[0], out, sizeof *out) == (ssize_t)sizeof *out;
    close(ends[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return ok;
}

/* The peer's way that grows least. */
static bool ask_peer(const bench_case *c, const char *command, const char *script, int threads, need *out,
                     const char **way)
{
    static const char *const ways[] = { "eager", "fused", "channels-last+fused" };
    static bench_peer peer;
    char text[200];
    bench_case_text(c, threads, text, sizeof text);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const bool ok = bench_peer_start(&peer, "torch", command, script, threads) &&
                        bench_peer_ask(&peer, ANSWER_SECONDS, "memory %s %d %s", ways[i], STEPS, text);
        if (!ok) fprintf(stderr, "step: %s\n", peer.error);
        bench_peer_stop(&peer);
        if (!ok) return false;
        char *rest = NULL;
        const double growth = strtod(peer.line, &rest), process = strtod(rest, NULL);
        if (rest == peer.line || (*way && growth >= out->growth)) continue; /* "none": the case has no such way */
        *out = (need){ growth, process };
        *way = ways[i];
    }
    return *way != NULL;
}

void bench_memory_heading(bool peer)
{
    printf("MiB beyond parameters and batch at the peak of %d steps, and of the whole process\n\n%-10s %-10s %9s %9s",
           STEPS, "work", "optimizer", "wick", "process");
    puts(peer ? "     torch   process   torch / wick" : "");
}

bool bench_memory(const bench_case *c, const char *peer, const char *script, int threads, bool json)
{
    need mine, theirs = { 0 };
    const char *way = NULL;
    if (!ask_wick(c, &mine)) return false;
    if (peer && !ask_peer(c, peer, script, threads, &theirs, &way)) return false;
    printf(json ? "{\"work\":\"%s\",\"optimizer\":\"%s\",\"wick_mib\":%.2f,\"wick_process_mib\":%.1f"
                : "%-10s %-10s %9.2f %9.1f",
           c->work, c->optimizer, mine.growth, mine.process);
    if (peer)
        printf(json ? ",\"peer_mib\":%.2f,\"peer_process_mib\":%.1f,\"ratio\":%.3f,\"variant\":\"%s\""
                    : " %9.2f %9.1f %7.2f (%s)",
               theirs.growth, theirs.process, theirs.growth / mine.growth, way);
    puts(json ? "}" : "");
    fflush(stdout);
    return true;
}
