/* Clocks, medians, processors: see measure.h. Linux only. */
#include "measure.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void bench_sort(double *values, int n) { qsort(values, (size_t)n, sizeof *values, by_value); }

double bench_median(const double *values, int n)
{
    static double sorted[BENCH_MAX_SAMPLES];
    memcpy(sorted, values, (size_t)n * sizeof *sorted);
    bench_sort(sorted, n);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double bench_least(const double *values, int n)
{
    double found = values[0];
    for (int i = 1; i < n; i++) found = values[i] < found ? values[i] : found;
    return found;
}

static double us_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

double bench_us_now(void) { return us_of(CLOCK_MONOTONIC); }

double bench_processor_us_now(void) { return us_of(CLOCK_PROCESS_CPUTIME_ID); }

void bench_pin(int threads)
{
    cpu_set_t may, set;
    if (sched_getaffinity(0, sizeof may, &may)) return;
    CPU_ZERO(&set);
    for (int i = CPU_SETSIZE - 1; i >= 0 && CPU_COUNT(&set) < threads; i--)
        if (CPU_ISSET(i, &may)) CPU_SET(i, &set);
    sched_setaffinity(0, sizeof set, &set);
}

void bench_cpu_model(char *text, size_t bytes)
{
    snprintf(text, bytes, "unknown processor");
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file) return;
    char line[256];
    while (fgets(line, sizeof line, file)) {
        char *value = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !value) continue;
        value[strcspn(value, "\n")] = 0;
        snprintf(text, bytes, "%s", value + 2);
        break;
    }
    fclose(file);
}

void bench_print_quoted(const char *key, const char *text)
{
    printf(",\"%s\":\"", key);
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else
            putchar((unsigned char)*text < ' ' ? ' ' : *text);
    putchar('"');
}
