/* bench.h: what wick bench has in common: how long a piece of work takes, at one thread and at all. */
#ifndef WICK_APP_BENCH_H
#define WICK_APP_BENCH_H
#include "json.h"
#include "say.h"
#include "wick/wick.h"

enum { BENCH_COUNTS = 2 };
typedef struct bench {
    int counts[BENCH_COUNTS], ncounts; /* of threads: one and, where there are more, all */
    wk_peak peaks[BENCH_COUNTS];       /* threads 0: not measured */
    double seconds;                    /* for a figure */
    bool json;
} bench;

typedef struct bench_time {
    double median, best; /* seconds a call */
} bench_time;
/* Calls work again and again for b->seconds, in samples of a 20th of that, behind three calls that are not timed. False with
 * the library's error pending, after a signal too. */
bool bench_measure(const bench *b, void (*work)(void *user), void *user, bench_time *time);
/* Peaks that figures are compared with; measures them once. */
bool bench_peaks(bench *b);
/* The time that the peak of the i-th count of threads allows, of the best taken. */
double bench_of_peak(const bench *b, int i, double flops, const bench_time *time);

/* A section's method: a paragraph, or a line of JSON. */
void bench_method(const bench *b, const char *section, const char *text);
/* A figure as a line of JSON: begins and ends it; time NULL: none. */
json bench_open(const char *section);
void bench_put_time(json *j, const bench_time *time);

/* The sections; false with an error pending. */
bool bench_products(bench *b);
bool bench_steps(bench *b);
bool bench_loader(bench *b);
#endif
