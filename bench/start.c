/* Process start to first step, measured from outside: fork to the child's end. POSIX only. */
#include "start.h"
#include "cases.h"
#include "measure.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_STEP_CASE = 1, MAX_SAMPLES = 1000 };

int bench_first_step(void)
{
    WK_SCOPE(program);
    bench_run run;
    if (bench_begin(bench_case_at(FIRST_STEP_CASE), true, &run)) bench_step(&run);
    if (wk_failed()) fprintf(stderr, "step: %s\n", wk_error_text());
    return wk_failed();
}

/* Milliseconds of one child, -1 if it failed; *kib is its peak memory. */
static double time_child(long *kib)
{
    struct rusage used;
    int status = 0;
    const double from = bench_us_now();
    pid_t pid = fork();
    if (pid < 0) return -1;
    if (pid == 0) {
        execl("/proc/self/exe", "step", "--first-step", (char *)NULL);
        _exit(127);
    }
    while (wait4(pid, &status, 0, &used) < 0)
        if (errno != EINTR) return -1;
    const double ms = 1e-3 * (bench_us_now() - from);
    *kib = used.ru_maxrss;
    if (!WIFEXITED(status) || WEXITSTATUS(status)) return -1;
    return ms;
}

int bench_start(int samples)
{
    static double ms[MAX_SAMPLES];
    if (samples > MAX_SAMPLES) samples = MAX_SAMPLES;
    long kib = 0;
    for (int i = 0; i < samples; i++) {
        ms[i] = time_child(&kib);
        if (ms[i] >= 0) continue;
        fputs("step: the child that does the first step failed\n", stderr);
        return 1;
    }
    bench_sort(ms, samples);
    const bench_case *c = bench_case_at(FIRST_STEP_CASE);
    printf("process start to the end of the first step (%s, %s): median %.1f ms, best %.1f ms of %d; peak memory %.1f "
           "MiB\n",
           c->work, c->optimizer, ms[samples / 2], ms[0], samples, (double)kib / 1024);
    return 0;
}
