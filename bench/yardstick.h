/* oneDNN's matrix products, the yardstick of wick's. The library is loaded when asked for, so that a program that does not ask starts
 * without it. */
#ifndef WICK_BENCH_YARDSTICK_H
#define WICK_BENCH_YARDSTICK_H
#include "cases.h"

typedef struct bench_product {
    int64_t m, k, n;
    bool a_turned, b_turned; /* in memory: a [k, m], b [n, k] */
} bench_product;

/* For so many threads from now on. NULL, or why it cannot be had. */
const char *bench_onednn_load(int threads);
void bench_onednn(const bench_product *p, const float *a, const float *b, float *c);

/* The products of a training step of a perceptron, one behind the other: of each layer forward, by the weights, and by the input but
 * for the first layer. */
typedef struct bench_step_products {
    int layers; /* 0: the case is none */
    bool weights_turned;
    int64_t batch, sizes[BENCH_MAX_SIZES];
    float *h[BENCH_MAX_SIZES], *g[BENCH_MAX_SIZES], *w[BENCH_MAX_SIZES], *dw[BENCH_MAX_SIZES]; /* h: values; g: their gradients */
} bench_step_products;
bool bench_step_products_begin(const bench_case *c, bench_step_products *s); /* in the scope; false: see wk_error_text */
void bench_step_products_run(const bench_step_products *s);

#endif
