/* bench/products [--json]: matrix products of training, in wick and in oneDNN's sgemm, alternating in one run, on one
 * thread. Prints medians in GFLOP/s and the median of the paired ratios. wick's figures include its dispatch: what a
 * user calls. */
#include "measure.h"
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wick/wick.h>

enum { SAMPLES = 15 };

typedef struct shape {
    const char *name;
    int64_t m, k, n;
    bool a_turned, b_turned;
} shape;

static const shape shapes[] = {
    { "mlp layer 1, forward", 128, 784, 512, false, true },
    { "mlp layer 1, weights", 512, 128, 784, true, false },
    { "mlp layer 2, forward", 128, 512, 256, false, true },
    { "mlp layer 2, weights", 256, 128, 512, true, false },
    { "mlp layer 2, input", 128, 256, 512, false, false },
    { "mlp layer 3, forward", 128, 256, 10, false, true },
    { "mlp layer 3, weights", 10, 128, 256, true, false },
    { "mlp layer 3, input", 128, 10, 256, false, false },
    { "two-layer, forward", 32, 1000, 100, false, false },
    { "two-layer, weights", 1000, 32, 100, true, false },
    { "two-layer, last", 32, 100, 2, false, false },
    { "small, forward", 32, 64, 32, false, true },
    { "small, weights", 32, 32, 64, true, false },
    { "small, last", 32, 32, 10, false, true },
    { "one row", 1, 784, 512, false, true },
    { "square", 512, 512, 512, false, false },
    { "square", 1024, 1024, 1024, false, false },
};

static double now(void) { return 1e-6 * bench_us_now(); }

static double median(double *values, int n)
{
    bench_sort(values, n);
    return values[n / 2];
}

typedef struct operands {
    wk_tensor *a, *b; /* as wick multiplies them, perhaps turned views */
    const float *a_data, *b_data;
    float *c_data;
} operands;

static double wick_time(const operands *o, int repeats)
{
    double start = now();
    for (int i = 0; i < repeats; i++) {
        WK_SCOPE(product);
        wk_mm(o->a, o->b);
    }
    return (now() - start) / repeats;
}

static double onednn_time(const shape *s, const operands *o, int repeats)
{
    double start = now();
    for (int i = 0; i < repeats; i++)
        dnnl_sgemm(s->a_turned ? 'T' : 'N', s->b_turned ? 'T' : 'N', s->m, s->n, s->k, 1, o->a_data,
                   s->a_turned ? s->m : s->k, o->b_data, s->b_turned ? s->k : s->n, 0, o->c_data, s->n);
    return (now() - start) / repeats;
}

static void measure(const shape *s, bool json)
{
    WK_SCOPE(work);
    wk_tensor *a = s->a_turned ? wk_randn(WK_SHAPE(s->k, s->m), WK_F32) : wk_randn(WK_SHAPE(s->m, s->k), WK_F32);
    wk_tensor *b = s->b_turned ? wk_randn(WK_SHAPE(s->n, s->k), WK_F32) : wk_randn(WK_SHAPE(s->k, s->n), WK_F32);
    wk_tensor *c = wk_zeros(WK_SHAPE(s->m, s->n), WK_F32);
    operands o = { s->a_turned ? wk_t(a) : a, s->b_turned ? wk_t(b) : b, wk_data(a), wk_data(b), (float *)wk_data(c) };
    double flops = 2.0 * (double)s->m * (double)s->k * (double)s->n, mine[SAMPLES], theirs[SAMPLES], ratio[SAMPLES];
    int repeats = (int)(4e8 / flops) + 1;
    wick_time(&o, repeats);
    onednn_time(s, &o, repeats);
    for (int i = 0; i < SAMPLES; i++) {
        mine[i] = wick_time(&o, repeats);
        theirs[i] = onednn_time(s, &o, repeats);
        ratio[i] = theirs[i] / mine[i];
    }
    double wick = flops / median(mine, SAMPLES) / 1e9, onednn = flops / median(theirs, SAMPLES) / 1e9;
    char text[48];
    snprintf(text, sizeof text, "%lldx%lldx%lld %c%c", (long long)s->m, (long long)s->k, (long long)s->n,
             s->a_turned ? 'T' : 'N', s->b_turned ? 'T' : 'N');
    printf(json ? "{\"work\":\"%s\",\"shape\":\"%s\",\"wick_gflops\":%.1f,\"onednn_gflops\":%.1f,\"ratio\":%.3f,"
                  "\"isa\":\"%s\"}\n"
                : "%-22s  %-18s  %7.1f  %7.1f  %5.2f\n",
           s->name, text, wick, onednn, median(ratio, SAMPLES), wk_cpu_isa());
}

int main(int argc, char **argv)
{
    bool json = argc > 1 && !strcmp(argv[1], "--json");
    if (!getenv("OMP_NUM_THREADS")) { /* read when oneDNN is loaded: start again with it set */
        setenv("OMP_NUM_THREADS", "1", 1);
        execv("/proc/self/exe", argv);
    }
    WK_SCOPE(program);
    if (!json)
        printf("instruction set %s, one thread, GFLOP/s\n%-22s  %-18s  %7s  %7s  %5s\n", wk_cpu_isa(), "product",
               "M x K x N", "wick", "oneDNN", "ratio");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) measure(&shapes[i], json);
    if (wk_failed()) fprintf(stderr, "products: %s\n", wk_error_text());
    return wk_failed();
}
