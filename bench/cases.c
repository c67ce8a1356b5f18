/* The timed training steps. All starting values come from one integer hash, which the peers compute too: so that wick
 * and a peer do the same work is something the program checks. */
#include "cases.h"
#include "networks.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BATCH = 4096 };

#define GROWN(batch, width, layers)                                                                                    \
    {                                                                                                                  \
        "grown", "momentum", "sgd", "lr=0.00001,momentum=0.9", 0.00001, batch, 3, { width, layers, 10 }                \
    }

static const bench_case cases[] = {
    { "two-layer", "sgd", NULL, NULL, 1e-6, 32, 3, { 1000, 100, 2 } },
    { "mlp", "momentum", "sgd", "lr=0.01,momentum=0.9", 0.01, 128, 4, { 784, 512, 256, 10 } },
    { "mlp", "adagrad", "adagrad", "lr=0.01", 0.01, 128, 4, { 784, 512, 256, 10 } },
    { "mlp", "rmsprop", "rmsprop", "lr=0.001", 0.001, 128, 4, { 784, 512, 256, 10 } },
    { "mlp", "adam", "adam", "lr=0.001", 0.001, 128, 4, { 784, 512, 256, 10 } },
    { "mlp-bf16", "momentum", "sgd", "lr=0.01,momentum=0.9", 0.01, 128, 4, { 784, 512, 256, 10 } },
    { "mlp-bf16", "adam", "adam", "lr=0.001", 0.001, 128, 4, { 784, 512, 256, 10 } },
    { "cnn", "sgd", "sgd", "lr=0.01", 0.01, 64, 5, { 28, 32, 64, 128, 10 } },
    { "cnn", "adam", "adam", "lr=0.001", 0.001, 64, 5, { 28, 32, 64, 128, 10 } },
    { "small", "sgd", "sgd", "lr=0.01", 0.01, 32, 3, { 64, 32, 10 } },
    { "small", "adam", "adam", "lr=0.001", 0.001, 32, 3, { 64, 32, 10 } },
    { "resnet18", "momentum", "sgd", "lr=0.001,momentum=0.9", 0.001, 64, 3, { 32, 64, 10 } },
    { "lstm", "adam", "adam", "lr=0.001", 0.001, 32, 5, { 64, 256, 256, 2, 10 } },
    { "encoder", "adam", "adam", "lr=0.0001", 0.0001, 32, 6, { 64, 256, 8, 4, 1024, 10 } },
    GROWN(1, 256, 4),
    GROWN(4, 256, 4),
    GROWN(16, 256, 4),
    GROWN(64, 256, 4),
    GROWN(256, 256, 4),
    GROWN(1024, 256, 4),
    GROWN(4096, 256, 4),
    GROWN(64, 16, 4),
    GROWN(64, 64, 4),
    GROWN(64, 1024, 4),
    GROWN(64, 4096, 4),
    GROWN(64, 256, 2),
    GROWN(64, 256, 10),
    GROWN(64, 256, 20),
    GROWN(64, 256, 50),
    GROWN(64, 256, 100),
    GROWN(64, 256, 200),
};

int bench_case_count(void) { return (int)(sizeof cases / sizeof *cases); }

const bench_case *bench_case_at(int i) { return &cases[i]; }

bool bench_case_is_bf16(const bench_case *c) { return strstr(c->work, "-bf16") != NULL; }

bool bench_case_is_grown(const bench_case *c) { return !strcmp(c->work, "grown"); }

void bench_case_text(const bench_case *c, int threads, char *text, size_t bytes)
{
    int n = snprintf(text, bytes, "%s %s %.9g %d %d %d", c->work, c->optimizer, c->lr, threads, bench_check_steps(c),
                     c->batch);
    for (int i = 0; i < c->nsizes && n < (int)bytes; i++)
        n += snprintf(text + n, bytes - (size_t)n, " %lld", (long long)c->sizes[i]);
}

float bench_value(uint32_t salt, uint32_t i)
{
    uint32_t h = (i + 1) * 2654435761u + salt * 40503u;
    h ^= h >> 15;
    h *= 2246822519u;
    h ^= h >> 13;
    return (float)(h >> 8) / 8388608.0f - 1.0f;
}

/* Fills t; every row, what one index of the first dim has, comes `repeat` times. */
static void fill(wk_tensor *t, uint32_t salt, float scale, int repeat)
{
    if (!t) return;
    int64_t n = wk_numel(t), row = wk_ndim(t) ? n / wk_size(t, 0) : 1;
    float *values = malloc((size_t)n * sizeof *values);
    if (!values) {
        wk_fail(WK_E_MEMORY, "the benchmark's values do not fit into memory");
        return;
    }
    for (int64_t i = 0; i < n; i++) values[i] = scale * bench_value(salt, (uint32_t)(i / row / repeat * row + i % row));
    WK_NO_GRAD(start);
    wk_write(t, values, (size_t)n * sizeof *values);
    free(values);
}

static wk_tensor *filled(int64_t rows, int64_t columns, uint32_t salt, int repeat)
{
    wk_tensor *t = wk_empty(WK_SHAPE(rows, columns), WK_F32);
    fill(t, salt, 1, repeat);
    return t;
}

static void begin_by_hand(const bench_case *c, bench_run *run)
{
    run->x = filled(c->batch, c->sizes[0], 1, 1);
    run->y = filled(c->batch, c->sizes[2], 2, 1);
    run->w1 = wk_requires_grad(filled(c->sizes[0], c->sizes[1], 3, 1));
    run->w2 = wk_requires_grad(filled(c->sizes[1], c->sizes[2], 4, 1));
}

static bool ends_in(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

void bench_fill_params(wk_params *params, double gain)
{
    double scale = 1;
    for (int i = 0; params && i < wk_params_count(params); i++) {
        wk_tensor *p = wk_params_at(params, i);
        const bool weight = wk_ndim(p) > 1;
        if (!weight && ends_in(wk_params_name(params, i), "weight")) continue;
        if (weight) scale = sqrt((double)wk_size(p, 0) / (double)wk_numel(p));
        fill(p, (uint32_t)(10 + i), (float)(weight ? gain * scale : scale), 1);
    }
}

static void begin_net(const bench_case *c, bench_run *run)
{
    /* Rows come in pairs with two different labels: the loss cannot reach zero, so no run slides into denormal numbers.
     */
    int64_t labels[MAX_BATCH];
    int64_t classes = c->sizes[c->nsizes - 1];
    for (int i = 0; i < c->batch; i++) labels[i] = i % classes;
    int64_t shape[WK_MAX_DIMS];
    const int ndim = bench_input_shape(c, shape);
    run->x = wk_empty(ndim, shape, WK_F32);
    fill(run->x, 1, 1, 2);
    run->y = wk_from(labels, WK_SHAPE(c->batch), WK_I64);
    run->net = bench_network(c);
    wk_params *params = wk_parameters(run->net);
    /* sqrt(6) keeps values and gradients as large through any number of layers with ReLU (He et al. 2015). */
    bench_fill_params(params, bench_case_is_grown(c) ? sqrt(6) : 1);
    run->optimizer = wk_optim_by_name(c->wick_optimizer, params, c->wick_options);
}

static wk_step_function step;

bool bench_begin(const bench_case *c, bool eager, bench_run *run)
{
    *run = (bench_run){ .lr = c->lr, .bf16 = bench_case_is_bf16(c), .at_once = 1 };
    if (c->wick_optimizer)
        begin_net(c, run);
    else
        begin_by_hand(c, run);
    if (!eager) run->plan = wk_capture(step, run);
    return !wk_failed();
}

static wk_tensor *loss_of(const bench_run *run, wk_tensor *x, wk_tensor *y)
{
    bool old WK_CLEANUP(wk_autocast_guard) = wk_set_autocast_enabled(run->bf16);
    (void)old;
    if (run->net) return wk_cross_entropy(wk_forward(run->net, x), y);
    return wk_sum(wk_square(wk_sub(wk_mm(wk_relu(wk_mm(x, run->w1)), run->w2), y)));
}

static void step_by_hand(const bench_run *run, wk_tensor *loss)
{
    wk_backward(loss);
    WK_NO_GRAD(update);
    wk_add_alpha_(run->w1, wk_grad(run->w1), -run->lr);
    wk_add_alpha_(run->w2, wk_grad(run->w2), -run->lr);
    wk_zero_(wk_grad(run->w1));
    wk_zero_(wk_grad(run->w2));
}

static wk_tensor *one_step(const bench_run *run, wk_tensor *x, wk_tensor *y)
{
    if (run->net) wk_zero_grad(run->optimizer);
    wk_tensor *loss = loss_of(run, x, y);
    if (!run->net) return step_by_hand(run, loss), loss;
    wk_backward(loss);
    wk_step(run->optimizer);
    return loss;
}

static wk_tensor *rows_of(const bench_run *run, wk_tensor *t, int i)
{
    const int64_t n = wk_size(t, 0) / run->at_once;
    return run->at_once > 1 ? wk_narrow(t, 0, i * n, n) : t;
}

static wk_tensor *step(void *user, wk_tensor *const *in, int n)
{
    const bench_run *run = user;
    wk_tensor *loss = NULL;
    (void)n;
    for (int i = 0; i < run->at_once; i++) loss = one_step(run, rows_of(run, in[0], i), rows_of(run, in[1], i));
    return loss;
}

void bench_take_at_once(bench_run *run, int steps)
{
    int64_t times[WK_MAX_DIMS] = { steps };
    for (int d = 1; d < WK_MAX_DIMS; d++) times[d] = 1;
    run->x = wk_repeat(run->x, wk_ndim(run->x), times);
    run->y = wk_repeat(run->y, wk_ndim(run->y), times);
    run->at_once = steps;
}

void bench_step(bench_run *run)
{
    WK_SCOPE(once);
    wk_tensor *const in[] = { run->x, run->y };
    if (run->plan)
        wk_plan_run(run->plan, in, 2);
    else
        step(run, in, 2);
}

int bench_check_steps(const bench_case *c) { return strcmp(c->work, "resnet18") ? 20 : 5; }

double bench_check(const bench_case *c, bench_run *run)
{
    for (int i = 0; i < bench_check_steps(c); i += run->at_once) bench_step(run);
    WK_SCOPE(check);
    WK_NO_GRAD(look);
    return wk_item(loss_of(run, rows_of(run, run->x, 0), rows_of(run, run->y, 0)));
}
