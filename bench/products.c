/* bench/products [--peer COMMAND] [--threads N] [--samples K] [--only TEXT] [--matmul MODE] [--weights-packed]
 * [--processor-time] [--json]: the matrix products of the networks that step trains, in wick, in oneDNN's sgemm and,
 * with a peer, in PyTorch (MKL) and NumPy (OpenBLAS), in turn in one run. wick's figures include its dispatch: what a
 * user calls; so do the peers'. MODE is one of wk_set_matmul_precision, wick's alone: the peers multiply f32.
 * --weights-packed: products of several A by one B in a recorded step, which packs B once where it multiplies on tiles;
 * oneDNN takes the same matrices. */
#include "measure.h"
#include "peer.h"
#include "yardstick.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SAMPLES = 400, ONEDNN = 0, NRIVALS = 3, SECONDS = 60 };

/* products of a recorded step; each A has two, and would be packed once, too, if it had three */
enum { REUSES = 16, LEFTS = REUSES / 2 };

typedef struct shape {
    const char *name;
    bench_product p;
} shape;

/* y = x wT, dw = dyT x, dx = dy w. */
#define LAYER(name, batch, in, out)                                                                                    \
    { name ", forward", { batch, in, out, false, true } }, { name ", weights", { out, batch, in, true, false } },      \
    {                                                                                                                  \
        name ", input", { batch, out, in, false, false }                                                               \
    }

static const shape shapes[] = {
    LAYER("mlp 1", 128, 784, 512),
    LAYER("mlp 2", 128, 512, 256),
    LAYER("mlp 3", 128, 256, 10),
    { "two-layer 1, forward", { 32, 1000, 100, false, false } },
    { "two-layer 1, weights", { 1000, 32, 100, true, false } },
    { "two-layer 2, forward", { 32, 100, 2, false, false } },
    { "two-layer 2, weights", { 100, 32, 2, true, false } },
    { "two-layer 2, input", { 32, 2, 100, false, true } },
    LAYER("small 1", 32, 64, 32),
    LAYER("small 2", 32, 32, 10),
    LAYER("cnn 3", 64, 9216, 128),
    LAYER("cnn 4", 64, 128, 10),
    LAYER("resnet18 last", 64, 512, 10),
    LAYER("lstm inputs", 2048, 256, 1024),
    LAYER("lstm states", 32, 256, 1024),
    LAYER("encoder q, k, v", 2048, 256, 768),
    LAYER("encoder out", 2048, 256, 256),
    LAYER("encoder inner", 2048, 256, 1024),
    LAYER("encoder outer", 2048, 1024, 256),
    LAYER("sequence last", 32, 256, 10),
    { "one row", { 1, 784, 512, false, true } },
    { "square", { 512, 512, 512, false, false } },
    { "square", { 1024, 1024, 1024, false, false } },
    { "square", { 2048, 2048, 2048, false, false } },
};

typedef struct options {
    const char *peer, *only;
    int threads, samples;
    bool processor, json, packed;
    wk_matmul_mode mode;
} options;

typedef struct race {
    options o;
    bench_peer peers[NRIVALS]; /* of ONEDNN: not used, it runs in this process */
    double mine[MAX_SAMPLES], us[NRIVALS][MAX_SAMPLES];
} race;

static const char *const rivals[NRIVALS] = { "oneDNN", "torch", "numpy" };

typedef struct operands {
    const bench_product *p;
    wk_tensor *a, *b; /* as wick multiplies them, perhaps turned views */
    const float *a_data, *b_data;
    float *c_data;
    wk_plan *plan; /* NULL: one product */
    wk_tensor *as[LEFTS], *cs[REUSES];
    const float *as_data[LEFTS];
    float *cs_data[REUSES];
} operands;

static bool complain(const char *text)
{
    fprintf(stderr, "products: %s\n", text);
    return false;
}

static wk_tensor *multiply_many(void *user, wk_tensor *const *in, int n)
{
    const operands *o = user;
    (void)in, (void)n;
    for (int i = 0; i < REUSES; i++) wk_copy_(o->cs[i], wk_mm(o->as[i % LEFTS], o->b));
    return NULL;
}

static void by_wick(const operands *o)
{
    WK_SCOPE(product);
    if (o->plan)
        wk_plan_run(o->plan, NULL, 0);
    else
        wk_mm(o->a, o->b);
}

static void by_onednn(const operands *o)
{
    if (!o->plan) bench_onednn(o->p, o->a_data, o->b_data, o->c_data);
    for (int i = 0; o->plan && i < REUSES; i++) bench_onednn(o->p, o->as_data[i % LEFTS], o->b_data, o->cs_data[i]);
}

/* Microseconds a product; those before bring the caches back, and outlast a rival's spinning. */
static double time_of(const race *r, void (*product)(const operands *o), const operands *o, int repeats)
{
    bench_clock *now = r->o.processor ? bench_processor_us_now : bench_us_now;
    for (int i = 0; i <= repeats / 2; i++) product(o);
    const double start = now();
    for (int i = 0; i < repeats; i++) product(o);
    return (now() - start) / repeats / (o->plan ? REUSES : 1);
}

static bool sample(race *r, const operands *o, int repeats, int k)
{
    r->mine[k] = time_of(r, by_wick, o, repeats);
    r->us[ONEDNN][k] = time_of(r, by_onednn, o, repeats);
    for (int i = ONEDNN + 1; r->o.peer && i < NRIVALS; i++) {
        if (!bench_peer_ask(&r->peers[i], SECONDS, "sample %d", repeats)) return complain(r->peers[i].error);
        r->us[i][k] = strtod(r->peers[i].line, NULL);
    }
    return !wk_failed();
}

static bool prepare(race *r, const bench_product *p)
{
    for (int i = ONEDNN + 1; r->o.peer && i < NRIVALS; i++)
        if (!bench_peer_ask(&r->peers[i], SECONDS, "prepare %d %d %d %d %d", (int)p->m, (int)p->k, (int)p->n,
                            p->a_turned, p->b_turned))
            return complain(r->peers[i].error);
    return true;
}

static void print_row(const race *r, const shape *s)
{
    const bench_product *p = &s->p;
    const double flops = 2.0 * (double)p->m * (double)p->k * (double)p->n, mine = bench_least(r->mine, r->o.samples);
    double least[NRIVALS] = { 0 }, paired[MAX_SAMPLES];
    const int nrivals = r->o.peer ? NRIVALS : 1;
    int best = 0;
    for (int i = 0; i < nrivals; i++) {
        least[i] = bench_least(r->us[i], r->o.samples);
        if (least[i] < least[best]) best = i;
    }
    for (int k = 0; k < r->o.samples; k++) paired[k] = r->us[best][k] / r->mine[k];
    char text[48];
    snprintf(text, sizeof text, "%lldx%lldx%lld %c%c", (long long)p->m, (long long)p->k, (long long)p->n,
             p->a_turned ? 'T' : 'N', p->b_turned ? 'T' : 'N');
    printf(r->o.json ? "{\"work\":\"%s\",\"shape\":\"%s\",\"threads\":%d,\"wick_gflops\":%.1f"
                     : "%-24s %-18s %2d %7.1f",
           s->name, text, r->o.threads, flops / mine / 1e3);
    for (int i = 0; i < nrivals; i++) {
        if (r->o.json) printf(",\"%s_gflops\":", rivals[i]);
        printf(r->o.json ? "%.1f" : " %7.1f", flops / least[i] / 1e3);
    }
    printf(r->o.json ? ",\"ratio\":%.3f,\"best_ratio\":%.3f,\"best\":\"%s\"}\n" : "  %5.2f %5.2f  %s\n",
           bench_median(paired, r->o.samples), least[best] / mine, rivals[best]);
    fflush(stdout);
}

static wk_tensor *left_of(const bench_product *p)
{
    return p->a_turned ? wk_randn(WK_SHAPE(p->k, p->m), WK_F32) : wk_randn(WK_SHAPE(p->m, p->k), WK_F32);
}

/* Replays have begun behind it. */
static bool plan_many(operands *o)
{
    for (int i = 0; i < LEFTS; i++) {
        wk_tensor *a = left_of(o->p);
        o->as_data[i] = wk_data(a);
        o->as[i] = o->p->a_turned ? wk_t(a) : a;
    }
    for (int i = 0; i < REUSES; i++) {
        o->cs[i] = wk_zeros(WK_SHAPE(o->p->m, o->p->n), WK_F32);
        o->cs_data[i] = (float *)wk_data(o->cs[i]);
    }
    o->plan = wk_capture(multiply_many, o);
    for (int i = 0; i < 3; i++) wk_plan_run(o->plan, NULL, 0);
    if (!wk_failed() && !wk_plan_stats_of(o->plan).replays) return complain(wk_plan_why(o->plan));
    return !wk_failed();
}

static bool measure(race *r, const shape *s)
{
    WK_SCOPE(work);
    const bench_product *p = &s->p;
    wk_tensor *a = left_of(p);
    wk_tensor *b = p->b_turned ? wk_randn(WK_SHAPE(p->n, p->k), WK_F32) : wk_randn(WK_SHAPE(p->k, p->n), WK_F32);
    wk_tensor *c = wk_zeros(WK_SHAPE(p->m, p->n), WK_F32);
    operands o = { .p = p,
                   .a = p->a_turned ? wk_t(a) : a,
                   .b = p->b_turned ? wk_t(b) : b,
                   .a_data = wk_data(a),
                   .b_data = wk_data(b),
                   .c_data = (float *)wk_data(c) };
    const int at_once = r->o.packed ? REUSES : 1;
    const int repeats = (int)(4e8 / (2.0 * (double)p->m * (double)p->k * (double)p->n * at_once)) + 1;
    bool ok = prepare(r, p) && (!r->o.packed || plan_many(&o));
    for (int k = 0; ok && k < r->o.samples; k++) ok = sample(r, &o, repeats, k);
    if (ok) print_row(r, s);
    return ok;
}

static bool start_peers(race *r)
{
    for (int i = ONEDNN + 1; r->o.peer && i < NRIVALS; i++) {
        bench_peer *peer = &r->peers[i];
        if (!bench_peer_start(peer, rivals[i], r->o.peer, WICK_BENCH_SCRIPTS "/peer_products.py", r->o.threads) ||
            !bench_peer_ask(peer, SECONDS, "library %s %s", rivals[i], r->o.processor ? "processor" : "wall"))
            return complain(peer->error);
        if (!r->o.json) printf("%s is %s\n", rivals[i], peer->line);
    }
    return true;
}

static bool set_option(options *o, const char *word, const char *value)
{
    if (!strcmp(word, "--peer")) return o->peer = value, true;
    if (!strcmp(word, "--only")) return o->only = value, true;
    if (!strcmp(word, "--matmul")) return wk_matmul_precision_by_name(value, &o->mode) == WK_OK;
    const long number = strtol(value, NULL, 10);
    if (!strcmp(word, "--threads") && number >= 1 && number <= 64) return o->threads = (int)number, true;
    if (!strcmp(word, "--samples") && number >= 1 && number <= MAX_SAMPLES) return o->samples = (int)number, true;
    return false;
}

static int run(race *r)
{
    WK_SCOPE(program);
    bench_pin(r->o.threads);
    if (!wk_matmul_precision_is_available(r->o.mode))
        return printf("no AMX here: %s is not measured\n", wk_matmul_precision_name(r->o.mode)), 0;
    wk_set_matmul_precision(r->o.mode);
    const char *missing = bench_onednn_load(r->o.threads);
    if (missing) return complain(missing), 1;
    wk_set_num_threads(r->o.threads);
    bool ok = start_peers(r);
    if (ok && !r->o.json)
        printf("instruction set %s, %s; GFLOP/s of the best of %d samples; wick / the best of the others: median, "
               "best\n%-24s %-18s %2s %7s %7s %s\n",
               wk_cpu_isa(), wk_matmul_precision_name(r->o.mode), r->o.samples, "product", "M x K x N", "th", "wick",
               "oneDNN", r->o.peer ? "  torch   numpy" : "");
    for (size_t i = 0; ok && i < sizeof shapes / sizeof *shapes; i++)
        if (!r->o.only || strstr(shapes[i].name, r->o.only)) ok = measure(r, &shapes[i]);
    for (int i = ONEDNN + 1; r->o.peer && i < NRIVALS; i++) bench_peer_stop(&r->peers[i]);
    if (wk_failed()) ok = complain(wk_error_text());
    return !ok;
}

int main(int argc, char **argv)
{
    static race r = { .o = { .threads = 1, .samples = 15 } };
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json"))
            r.o.json = true;
        else if (!strcmp(argv[i], "--processor-time"))
            r.o.processor = true;
        else if (!strcmp(argv[i], "--weights-packed"))
            r.o.packed = true;
        else if (i + 1 < argc && set_option(&r.o, argv[i], argv[i + 1]))
            i++;
        else {
            fputs("usage: products [--peer COMMAND] [--threads N] [--samples K] [--only TEXT] [--matmul MODE] "
                  "[--weights-packed] [--processor-time] [--json]\n",
                  stderr);
            return 2;
        }
    }
    signal(SIGPIPE, SIG_IGN); /* a peer that ended is an error of write */
    return run(&r);
}
