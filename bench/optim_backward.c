/* What it saves to update parameters within backward: training steps of a network of square layers with it, in turn
 * with the same steps without. The time saved is a share of the optimizer's, which a small batch makes large. */
#include "cases.h"
#include "measure.h"
#include "optim.h"
#include <stdio.h>

enum { BATCH = 32, WAYS = 2, WARM_STEPS = 2, MAX_SAMPLES = 1000 };

typedef struct way {
    wk_module *net;
    wk_optim *opt;
    double us[MAX_SAMPLES], megabytes; /* the most that a step needs beyond parameters and states */
} way;

/* Rows come in pairs with different targets, so that no run slides into denormal numbers. */
typedef struct batch {
    wk_tensor *x, *y;
} batch;

static batch batch_of(int64_t rows)
{
    wk_tensor *half = wk_rand(WK_SHAPE(BATCH / 2, rows), WK_F32);
    wk_tensor *y[] = { wk_zeros_like(half), wk_ones_like(half) }, *x[] = { half, half };
    return (batch){ wk_cat(x, 2, 0), wk_cat(y, 2, 0) };
}

static bool begin(way *w, const bench_optim_case *c, int64_t rows, bool in_backward)
{
    wk_manual_seed(0);
    w->net = wk_nn_sequential(wk_nn_linear(rows, rows));
    for (int i = 1; i < BENCH_OPTIM_BLOCKS; i++) {
        wk_module_append(w->net, wk_nn_relu());
        wk_module_append(w->net, wk_nn_linear(rows, rows));
    }
    w->opt = wk_optim_by_name(c->wick, wk_parameters(w->net), c->options);
    wk_optim_in_backward(w->opt, .on = in_backward);
    return !wk_failed();
}

static double step(const way *w, const batch *b)
{
    WK_SCOPE(one);
    const double from = bench_us_now();
    wk_zero_grad(w->opt);
    wk_backward(wk_mean(wk_square(wk_sub(wk_forward(w->net, b->x), b->y))));
    wk_step(w->opt);
    return bench_us_now() - from;
}

/* The peak is the process's, which is why the way that needs less must come first. */
static void measure_memory(way *w, const batch *b)
{
    wk_memory memory = { 0 };
    for (int i = 0; i < WARM_STEPS; i++) step(w, b);
    wk_zero_grad(w->opt);
    wk_memory_stats(WK_CPU, &memory);
    w->megabytes = ((double)memory.peak - (double)memory.used) / 1e6;
}

bool bench_optim_in_backward(const bench_optim_options *o, const bench_optim_case *c, int64_t rows)
{
    WK_SCOPE(program);
    static way ways[WAYS];
    static double ratio[MAX_SAMPLES];
    const batch b = batch_of(rows);
    for (int i = 0; i < WAYS && begin(&ways[i], c, rows, i == 0); i++) measure_memory(&ways[i], &b);
    for (int k = 0; k < o->samples && !wk_failed(); k++) {
        for (int i = 0; i < WAYS; i++) ways[i].us[k] = step(&ways[i], &b);
        ratio[k] = ways[1].us[k] / ways[0].us[k];
    }
    if (wk_failed()) return fprintf(stderr, "optim: %s\n", wk_error_text()), false;
    printf("%-12s in backward %10.1f us %6.0f MB, after it %10.1f us %6.0f MB: ratio %5.2f\n", c->name,
           bench_median(ways[0].us, o->samples), ways[0].megabytes, bench_median(ways[1].us, o->samples),
           ways[1].megabytes, bench_median(ratio, o->samples));
    return true;
}
