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

enum { STEPS = 3, SMALL = 8, SMALL_BATCH = 2, ANSWER_SECONDS = 600 };

/* MiB at the peak. first, warm: beyond what there was before, parameters and batch, in the first steps and in those
 * after them; process: the whole process. */
typedef struct need {
    double first, warm, process;
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

static double highest_of_steps(bench_run *run)
{
    wk_memory_trim();
    if (!reset_highest()) return 0;
    for (int i = 0; i < STEPS; i++) bench_step(run);
    return resident("VmHWM:");
}

static bool measure(const bench_case *c, bool eager, need *out)
{
    warm_up(c);
    wk_memory_trim();
    const double before = reset_highest() ? resident("VmRSS:") : 0;
    WK_SCOPE(work);
    bench_run run;
    if (!before || !bench_begin(c, eager, &run)) return false;
    const double model = before + model_mib(&run), first = highest_of_steps(&run), warm = highest_of_steps(&run);
    *out = (need){ first - model, warm - model, first > warm ? first : warm };
    return !wk_failed();
}

static bool ask_wick(const bench_case *c, bool eager, need *out)
{
    int ends[2], status = 0;
    if (pipe(ends)) return false;
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        need found;
        const bool ok = measure(c, eager, &found) && write(ends[1], &found, sizeof found) == (ssize_t)sizeof found;
        if (!ok) fprintf(stderr, "step: %s\n", wk_failed() ? wk_error_text() : "the system does not tell of memory");
        _exit(!ok);
    }
    close(ends[1]);
    const bool ok = read(ends[0], out, sizeof *out) == (ssize_t)sizeof *out;
    close(ends[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return ok;
}

/* The peer's way that needs least. */
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
        need found;
        if (sscanf(peer.line, "%lf %lf %lf", &found.first, &found.warm, &found.process) != 3)
            continue; /* the case has no such way */
        if (*way && found.warm >= out->warm) continue;
        *out = found;
        *way = ways[i];
    }
    return *way != NULL;
}

void bench_memory_heading(bool peer)
{
    printf("MiB at the peak beyond parameters and batch, in the first %d steps and in the next (warm); process: all of "
           "it\n\n%-10s %-10s %8s %8s %8s",
           STEPS, "work", "optimizer", "wick", "warm", "process");
    puts(peer ? "    torch     warm  process  torch / wick: first, warm" : "");
}

bool bench_memory(const bench_case *c, const char *peer, const char *script, int threads, bool eager, bool json)
{
    need mine, theirs = { 0 };
    const char *way = NULL;
    if (!ask_wick(c, eager, &mine)) return false;
    if (peer && !ask_peer(c, peer, script, threads, &theirs, &way)) return false;
    printf(
        json
            ? "{\"work\":\"%s\",\"optimizer\":\"%s\",\"wick_mib\":%.2f,\"wick_warm_mib\":%.2f,\"wick_process_mib\":%.1f"
            : "%-10s %-10s %8.2f %8.2f %8.1f",
        c->work, c->optimizer, mine.first, mine.warm, mine.process);
    if (peer)
        printf(json ? ",\"peer_mib\":%.2f,\"peer_warm_mib\":%.2f,\"peer_process_mib\":%.1f,\"ratio\":%.3f,\"warm_"
                      "ratio\":%.3f,\"variant\":\"%s\""
                    : " %8.2f %8.2f %8.1f   %5.2f %5.2f (%s)",
               theirs.first, theirs.warm, theirs.process, theirs.first / mine.first, theirs.warm / mine.warm, way);
    puts(json ? "}" : "");
    fflush(stdout);
    return true;
}
