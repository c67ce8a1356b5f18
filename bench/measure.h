/* What the timing programs share. */
#ifndef WICK_BENCH_MEASURE_H
#define WICK_BENCH_MEASURE_H
#include <stddef.h>

enum { BENCH_MAX_SAMPLES = 4000 };

typedef double bench_clock(void); /* microseconds */
bench_clock bench_us_now, bench_processor_us_now; /* the second: processor time of all threads of this process */
void bench_sort(double *values, int n);           /* ascending */
double bench_least(const double *values, int n);
double bench_median(const double *values, int n); /* of at most BENCH_MAX_SAMPLES */
/* Keeps this program and its peers on as many processors as there are threads, the last ones it may use. */
void bench_pin(int threads);
void bench_cpu_model(char *text, size_t bytes);
void bench_print_quoted(const char *key, const char *text); /* ,"key":"text" */

#endif
