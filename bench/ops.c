/* Times every op of ops.def, forward, on one thread: at 1e2, 1e4 and 1e6 elements, contiguous and transposed, and at
 * 1e2 with the graph recorded; beside PyTorch in the same run where its Python is given, sample by sample in turn.
 * README.md says how to read it.
 *
 *   ops [--peer COMMAND] [--bf16] [--json] [--op NAME] [--samples K]
 */
#include "cases.h"
#include "measure.h"
#include "peer.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wick/wick.h>

enum { CELLS = 7, ASK_SECONDS = 120, SAMPLE_US = 2000, EAGER_NS = 200 };

typedef struct operands {
    wk_tensor *a, *b, *p, *x, *y, *u, *w, *m, *n, *i, *q, *s, *c, *d, *v, *j, *g, *h, *e;
    int64_t r;
} operands;

/* The letters that arguments are written with. */
#define OPERANDS(X) X(a) X(b) X(p) X(x) X(y) X(u) X(w) X(m) X(n) X(i) X(q) X(s) X(c) X(d) X(v) X(j) X(g) X(h) X(e)
#define LETTER(X)   wk_tensor *X __attribute__((unused)) = o->X;
#define LETTERS     OPERANDS(LETTER) int64_t r __attribute__((unused)) = o->r
#define DIMS(...)                                                                                                      \
    (const int[]) { __VA_ARGS__ }
#define TENSORS(...)                                                                                                   \
    (wk_tensor *const[]) { __VA_ARGS__ }
#define NAME_(a, b) a##b
#define NAMED(a, b) NAME_(a, b)
#define OP(NAME, ...)                                                                                                  \
    static wk_tensor *NAMED(line_, __LINE__)(const operands *o)                                                        \
    {                                                                                                                  \
        LETTERS;                                                                                                       \
        return wk_##NAME(__VA_ARGS__);                                                                                 \
    }
#define IN_PLACE(NAME, ...)                                                                                            \
    static wk_tensor *NAMED(line_, __LINE__)(const operands *o)                                                        \
    {                                                                                                                  \
        LETTERS;                                                                                                       \
        return wk_##NAME(__VA_ARGS__) ? NULL : w;                                                                      \
    }
#include "ops.def"
#undef OP
#undef IN_PLACE

typedef struct op {
    const char *name, *arguments;
    wk_tensor *(*call)(const operands *o);
    bool in_place;
} op;
static const op ops[] = {
#define OP(NAME, ...)       { #NAME, #__VA_ARGS__, NAMED(line_, __LINE__), false },
#define IN_PLACE(NAME, ...) { #NAME, #__VA_ARGS__, NAMED(line_, __LINE__), true },
#include "ops.def"
};
enum { OPS = sizeof ops / sizeof *ops };

typedef struct cell {
    const char *name;
    int r;
    bool transposed, grad;
} cell;
static const cell cells[CELLS] = {
    { "1e2", 10, false, false },    { "1e2 t", 10, true, false },  { "1e2 graph", 10, false, true },
    { "1e4", 100, false, false },   { "1e4 t", 100, true, false }, { "1e6", 1000, false, false },
    { "1e6 t", 1000, true, false },
};

typedef struct figure {
    double us, peer_us, ratio; /* ratio 0: not measured */
} figure;

typedef struct race {
    const char *command, *only;
    int samples;
    bool json, bf16, differs;
    bench_peer peer;
    figure figures[OPS][CELLS];
    char why[OPS][256]; /* no figure beside the peer's */
} race;

static int complain(const char *text)
{
    fprintf(stderr, "ops: %s\n", text);
    return 1;
}

/* ---- Operands: the numbers of cases.h, made alike by the peer ---- */

static wk_tensor *hashed(uint32_t salt, int64_t r)
{
    wk_tensor *t = wk_empty(WK_SHAPE(r, r), WK_F32);
    float *values = (float *)wk_data(t);
    for (int64_t k = 0; t && k < r * r; k++) values[k] = bench_value(salt, (uint32_t)k);
    return t;
}

static wk_tensor *scaled(wk_tensor *t, double by, double plus) { return wk_add_scalar(wk_mul_scalar(t, by), plus); }

static operands make_operands(const cell *c)
{
    operands o = { .r = c->r };
    wk_tensor *h[6], *zero = wk_scalar(0, WK_F32);
    for (uint32_t k = 0; k < 6; k++) h[k] = hashed(20 + k, c->r);
    o.a = scaled(h[0], 0.4, 0.5);
    o.b = scaled(h[1], 0.4, 0.5);
    o.x = scaled(h[2], 3, 0);
    o.y = scaled(h[3], 3, 0);
    o.u = scaled(wk_to(wk_gt(h[4], zero), WK_F32), 2, -1);
    o.w = scaled(h[5], 3, 0);
    o.m = wk_gt(h[2], zero);
    o.i = wk_to(scaled(h[1], c->r / 2, c->r / 2), WK_I64);
    o.p = wk_add_scalar(o.a, 1);
    o.n = wk_gt(h[3], zero);
    o.v = wk_clone(wk_select(o.y, 0, 0));
    o.j = wk_to(scaled(wk_select(h[0], 0, 0), c->r / 2, c->r / 2), WK_I64);
    o.q = wk_clone(wk_reshape(o.x, WK_SHAPE(c->r / 10, 10, c->r)));
    o.s = wk_contiguous(wk_transpose(o.q, 1, 2));
    o.c = wk_clone(wk_reshape(o.x, WK_SHAPE(1, 4, -1)));
    o.d = wk_clone(wk_reshape(o.x, WK_SHAPE(1, 4, c->r / 2, c->r / 2)));
    o.g = wk_clone(wk_reshape(wk_narrow(wk_flatten(o.y, 0, -1), 0, 0, 48), WK_SHAPE(4, 4, 3)));
    o.h = wk_reshape(wk_cat((wk_tensor *[]){ o.g, o.g, o.g }, 3, 0), WK_SHAPE(4, 4, 3, 3));
    o.e = wk_add(wk_mul_scalar(wk_add(o.a, wk_t(o.a)), 0.5), wk_mul_scalar(wk_eye(c->r, WK_F32), (double)c->r));
    wk_tensor **laid[] = { &o.a, &o.b, &o.p, &o.x, &o.y, &o.u, &o.w, &o.m, &o.n, &o.i, &o.q, &o.s, &o.d, &o.e };
    for (size_t k = 0; c->transposed && k < sizeof laid / sizeof *laid; k++)
        *laid[k] = wk_transpose(wk_contiguous(wk_transpose(*laid[k], -2, -1)), -2, -1);
    wk_tensor *leaves[] = { o.a, o.b, o.p, o.x, o.y, o.q, o.s, o.c, o.d, o.v, o.g, o.h, o.e };
    for (size_t k = 0; c->grad && k < sizeof leaves / sizeof *leaves; k++) wk_requires_grad(leaves[k]);
    return o;
}

/* The sum of absolute values of one call's result, which the peer must agree on. */
static double total_of(const op *which, const operands *o)
{
    WK_SCOPE(check);
    WK_NO_GRAD(values);
    if (which->in_place) wk_copy_(o->w, o->y);
    wk_tensor *t = which->call(o);
    return wk_item(wk_sum(wk_abs(wk_to(t, WK_F64))));
}

/* ---- Time ---- */

static double time_calls(const op *which, const operands *o, int n)
{
    double from = 0;
    for (int k = -(n / 8 + 1); k < n; k++) {
        if (k == 0) from = bench_us_now();
        WK_SCOPE(call);
        which->call(o);
    }
    return (bench_us_now() - from) / n;
}

static int calls_a_sample(const op *which, const operands *o)
{
    for (int n = 1;; n *= 2) {
        double us = time_calls(which, o, n);
        if (us * n >= SAMPLE_US / 4.0 || n >= 1 << 20 || wk_failed()) return (int)(SAMPLE_US / us) + 1;
    }
}

/* False: the peer is gone. */
static bool agree(race *r, int k, double total, bool *both)
{
    *both = false;
    if (!r->command) return true;
    if (!bench_peer_ask(&r->peer, ASK_SECONDS, "prepare %s %s", ops[k].name, ops[k].arguments)) return false;
    if (!strncmp(r->peer.line, "none", 4)) {
        snprintf(r->why[k], sizeof r->why[k], "%.250s", r->peer.line + 5);
        return true;
    }
    double theirs = strtod(r->peer.line, NULL);
    *both = true;
    if (isnan(theirs) || fabs(theirs - total) <= 1e-3 * fabs(total) + 1e-6) return true;
    snprintf(r->why[k], sizeof r->why[k], "not the same work: sum %.6g, the peer's %.6g", total, theirs);
    r->differs = true;
    return true;
}

static void print_json(const race *r, int k, int c)
{
    const figure *f = &r->figures[k][c];
    printf("{\"op\":\"%s\",\"elements\":%d,\"transposed\":%s,\"graph\":%s,\"wick_us\":%.4f", ops[k].name,
           cells[c].r * cells[c].r, cells[c].transposed ? "true" : "false", cells[c].grad ? "true" : "false", f->us);
    bench_print_quoted("arguments", ops[k].arguments);
    if (f->ratio > 0) printf(",\"peer_us\":%.4f,\"ratio\":%.4f", f->peer_us, f->ratio);
    puts("}");
}

static bool measure(race *r, int k, int c, const operands *o)
{
    double us[BENCH_MAX_SAMPLES], theirs[BENCH_MAX_SAMPLES], ratio[BENCH_MAX_SAMPLES];
    bool both;
    if (!agree(r, k, total_of(&ops[k], o), &both)) return complain(r->peer.error), false;
    int n = calls_a_sample(&ops[k], o);
    for (int s = 0; s < r->samples; s++) {
        us[s] = time_calls(&ops[k], o, n);
        if (!both) continue;
        if (!bench_peer_ask(&r->peer, ASK_SECONDS, "sample %d", SAMPLE_US)) return complain(r->peer.error), false;
        theirs[s] = strtod(r->peer.line, NULL);
        ratio[s] = theirs[s] / us[s];
    }
    if (wk_failed()) {
        fprintf(stderr, "ops: %s(%s), %s: %s\n", ops[k].name, ops[k].arguments, cells[c].name, wk_error_text());
        return false;
    }
    figure *f = &r->figures[k][c];
    f->us = bench_median(us, r->samples);
    if (both) f->peer_us = bench_median(theirs, r->samples), f->ratio = bench_median(ratio, r->samples);
    if (r->json) print_json(r, k, c);
    return true;
}

static bool is_product(const char *name)
{
    static const char *const products[] = { "mm", "bmm", "addmm", "linear" };
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (!strcmp(name, products[i])) return true;
    return false;
}

static bool chosen(const race *r, int k)
{
    return (!r->only || !strcmp(r->only, ops[k].name)) && (!r->bf16 || is_product(ops[k].name));
}

static bool measure_all(race *r)
{
    for (int c = 0; c < CELLS; c++) {
        WK_SCOPE(table);
        operands o = make_operands(&cells[c]);
        if (r->command && !bench_peer_ask(&r->peer, ASK_SECONDS, "operands %d %d %d %d", cells[c].r,
                                          cells[c].transposed, cells[c].grad, r->bf16))
            return complain(r->peer.error), false;
        for (int k = 0; k < OPS; k++)
            if (chosen(r, k) && !measure(r, k, c, &o)) return false;
    }
    return true;
}

/* Nanoseconds of an op with its node, 16 elements, 100 a scope; the scope's end included. */
static double eager_ns(void)
{
    WK_SCOPE(program);
    wk_tensor *t = wk_requires_grad(wk_ones(WK_SHAPE(16), WK_F32)), *one = wk_ones(WK_SHAPE(16), WK_F32);
    double best[21];
    for (int s = 0; s < 21; s++) {
        double from = bench_us_now();
        for (int k = 0; k < 100; k++) {
            WK_SCOPE(step);
            wk_tensor *h = t;
            for (int n = 0; n < 50; n++) h = wk_add(wk_mul(h, one), one);
        }
        best[s] = (bench_us_now() - from) * 1e3 / (100 * 100);
    }
    return bench_median(best, 21);
}

/* ---- Tables ---- */

static void print_table(const race *r)
{
    printf("%-20s %-32s", r->command ? "torch / wick" : "microseconds", "");
    for (int c = 0; c < CELLS; c++) printf(" %9s", cells[c].name);
    putchar('\n');
    for (int k = 0; k < OPS; k++) {
        if (!chosen(r, k)) continue;
        printf("%-20s %-32s", ops[k].name, ops[k].arguments);
        for (int c = 0; c < CELLS; c++) {
            const figure *f = &r->figures[k][c];
            printf(" %9.*f", r->command ? 2 : 3, r->command ? f->ratio : f->us);
        }
        printf("%s%s\n", *r->why[k] ? "  " : "", r->why[k]);
    }
}

static void print_median(const race *r, const char *what, int elements)
{
    static double all[OPS * CELLS];
    int n = 0;
    for (int k = 0; k < OPS; k++)
        for (int c = 0; c < CELLS; c++)
            if (r->figures[k][c].ratio > 0 && (!elements || cells[c].r * cells[c].r == elements) &&
                n < BENCH_MAX_SAMPLES)
                all[n++] = r->figures[k][c].ratio;
    if (n) printf("%s %.2f (%d figures)\n", what, bench_median(all, n), n);
}

static void print_slower(const race *r)
{
    int n = 0;
    for (int k = 0; k < OPS; k++)
        for (int c = 0; c < CELLS; c++) {
            const figure *f = &r->figures[k][c];
            if (f->ratio == 0 || f->ratio >= 1) continue;
            if (!n++) puts("\nslower than the peer:");
            printf("  %s(%s), %s: %.2f (%.2f us, the peer %.2f us)\n", ops[k].name, ops[k].arguments, cells[c].name,
                   f->ratio, f->us, f->peer_us);
        }
    if (!n) puts("\nno op is slower than the peer");
}

static int run(race *r)
{
    char cpu[128];
    r->peer = (bench_peer){ .pid = -1, .ask = -1, .answer = -1 };
    bench_pin(1);
    bench_cpu_model(cpu, sizeof cpu);
    if (wk_set_num_threads(1)) return complain(wk_error_text());
    wk_set_autocast_enabled(r->bf16);
    if (r->command && !bench_peer_start(&r->peer, "torch", r->command, WICK_BENCH_SCRIPTS "/peer_ops.py", 1))
        return complain(r->peer.error);
    if (!r->json)
        printf("wick %s, %s, %s, one thread%s%s\n\n", wk_version(), wk_cpu_isa(), cpu, r->command ? ", " : "",
               r->peer.version);
    bool ok = measure_all(r);
    double eager = eager_ns();
    if (r->json) {
        printf("{\"eager_op_ns\":%.1f}\n", eager);
    } else if (ok) {
        print_table(r);
        if (r->command) {
            putchar('\n');
            print_median(r, "median ratio, all:", 0);
            print_median(r, "median ratio, 1e2:", 100);
            print_median(r, "median ratio, 1e4:", 10000);
            print_median(r, "median ratio, 1e6:", 1000000);
            print_slower(r);
        }
        printf("\none eager op with its graph recorded, 16 elements: %.0f ns (at most %d wanted)\n", eager, EAGER_NS);
    }
    bench_peer_stop(&r->peer);
    return !ok || r->differs;
}

static int usage(const char *problem, const char *word)
{
    fprintf(stderr, "ops: %s: %s\nusage: ops [--peer COMMAND] [--bf16] [--json] [--op NAME] [--samples K]\n", problem,
            word);
    return 2;
}

int main(int argc, char **argv)
{
    static race r = { .samples = 7 };
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "--bf16")) {
            *(argv[i][2] == 'j' ? &r.json : &r.bf16) = true;
            continue;
        }
        if (i + 1 == argc) return usage("not an option, or one without its value", argv[i]);
        const char *word = argv[i++];
        if (!strcmp(word, "--peer"))
            r.command = argv[i];
        else if (!strcmp(word, "--op"))
            r.only = argv[i];
        else if (strcmp(word, "--samples") || (r.samples = atoi(argv[i])) < 1 || r.samples > BENCH_MAX_SAMPLES)
            return usage("not an option, or a value out of range", word);
    }
    bool any = false;
    for (int k = 0; k < OPS; k++) any = any || chosen(&r, k);
    if (!any) return usage("no such op", r.only);
    signal(SIGPIPE, SIG_IGN); /* a peer that ended is an error of write */
    return run(&r);
}
