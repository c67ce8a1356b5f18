/* Times the steps of every optimizer that PyTorch has over 60 tensors with given gradients, beside PyTorch's forms of
 * the same (a loop over the tensors, foreach, fused), sample by sample in turn; or what an update within backward
 * saves (optim_backward.c). README.md says how to read the figures. Linux only.
 *
 *   optim [--peer COMMAND] [--threads N] [--samples K] [--parameters N] [--case NAME] [--json]
 *   optim --in-backward [--threads N] [--samples K] [--parameters N] [--case NAME]
 */
#include "optim.h"
#include "cases.h"
#include "measure.h"
#include "peer.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_STEPS = 3, MAX_FORMS = 4, MAX_SAMPLES = 1000, TENSORS = 3 * BENCH_OPTIM_BLOCKS };
enum { SAMPLE_US = 20000, PREPARE_SECONDS = 600, SAMPLE_SECONDS = 120 };

/* near: how well a peer must agree. Muon takes matrices only, and its numbers pass through bfloat16 in PyTorch. */
static const bench_optim_case cases[] = {
    { "sgd", "sgd", "lr=0.001", 1e-3 },
    { "momentum", "sgd", "lr=0.001,momentum=0.9", 1e-3 },
    { "nesterov", "sgd", "lr=0.001,momentum=0.9,nesterov=1", 1e-3 },
    { "adagrad", "adagrad", "lr=0.01", 1e-3 },
    { "rmsprop", "rmsprop", "lr=0.01", 1e-3 },
    { "rmsprop-all", "rmsprop", "lr=0.01,momentum=0.9,centered=1", 1e-3 },
    { "adam", "adam", "lr=0.001", 1e-3 },
    { "amsgrad", "adam", "lr=0.001,amsgrad=1", 1e-3 },
    { "adamw", "adamw", "lr=0.001", 1e-3 },
    { "adamax", "adamax", "lr=0.002", 1e-3 },
    { "nadam", "nadam", "lr=0.002", 1e-3 },
    { "radam", "radam", "lr=0.001", 1e-3 },
    { "adadelta", "adadelta", "lr=1", 1e-3 },
    { "rprop", "rprop", "lr=0.01", 1e-3 },
    { "asgd", "asgd", "lr=0.01", 1e-3 },
    { "muon", "muon", "lr=0.001", 5e-2 },
};
enum { CASES = sizeof cases / sizeof *cases };

typedef struct form {
    char name[16];
    double us[MAX_SAMPLES], ratio[MAX_SAMPLES]; /* ratio: peer / wick, of neighbouring samples */
} form;

typedef struct race {
    const bench_optim_options *o;
    char cpu[128];
    bench_peer peer;
    form forms[MAX_FORMS];
    int nforms;
    double us[MAX_SAMPLES];
    double best; /* of all samples, also those beside other forms */
} race;

static bool complain(const char *text)
{
    fprintf(stderr, "optim: %s\n", text);
    return false;
}

/* ---- wick's side ---- */

typedef struct work {
    wk_tensor *p[TENSORS];
    wk_params *params;
    wk_optim *opt;
} work;

static wk_tensor *filled(int ndim, int64_t r, uint32_t salt, float scale)
{
    wk_tensor *t = ndim == 2 ? wk_empty(WK_SHAPE(r, r), WK_F32) : wk_empty(WK_SHAPE(r), WK_F32);
    const int64_t n = ndim == 2 ? r * r : r;
    float *values = t ? malloc((size_t)n * sizeof *values) : NULL;
    if (!values) return NULL;
    for (int64_t i = 0; i < n; i++) values[i] = scale * bench_value(salt, (uint32_t)i);
    wk_write(t, values, (size_t)n * sizeof *values);
    free(values);
    return t;
}

/* A matrix and two rows to a block; only the matrices for Muon. */
static bool begin(work *w, const bench_optim_case *c, int64_t r)
{
    int n = 0;
    for (int i = 0; i < TENSORS; i++) {
        const int ndim = i % 3 ? 1 : 2;
        if (ndim == 1 && !strcmp(c->name, "muon")) continue;
        w->p[n] = wk_requires_grad(filled(ndim, r, 2 * (uint32_t)i, 0.05f));
        wk_set_grad(w->p[n++], filled(ndim, r, 2 * (uint32_t)i + 1, 1));
    }
    w->params = wk_params_new(w->p, NULL, n);
    w->opt = wk_optim_by_name(c->wick, w->params, c->options);
    return w->opt != NULL;
}

/* What a peer must agree on: the sum of parameters times gradients after a few steps. */
static double signature(work *w)
{
    double sum = 0;
    WK_NO_GRAD(look);
    for (int i = 0; i < wk_params_count(w->params); i++) {
        WK_SCOPE(one);
        sum += wk_item(wk_sum(wk_mul(w->p[i], wk_grad(w->p[i]))));
    }
    return sum;
}

/* One sample: microseconds a step over n of them. Those before bring the caches back, and outlast the peer's spinning.
 */
static double time_steps(wk_optim *opt, int n)
{
    for (int i = 0; i <= n / 2; i++) wk_step(opt);
    const double from = bench_us_now();
    for (int i = 0; i < n; i++) wk_step(opt);
    return (bench_us_now() - from) / n;
}

static int steps_a_sample(wk_optim *opt)
{
    int n = 1;
    for (; n < 1 << 20 && !wk_failed(); n *= 2) {
        const double us = time_steps(opt, n);
        if (us * n >= SAMPLE_US / 4) return (int)(SAMPLE_US / us) + 1;
    }
    return n;
}

/* ---- The race ---- */

/* The peer answers with its forms and what each comes to: "loop 3.25 foreach 3.25". */
static bool prepare(race *r, const bench_optim_case *c, int64_t rows, double ours)
{
    r->nforms = 0;
    if (!r->o->peer) return true;
    if (!bench_peer_ask(&r->peer, PREPARE_SECONDS, "prepare %s %d %lld %d", c->name, BENCH_OPTIM_BLOCKS,
                        (long long)rows, CHECK_STEPS))
        return complain(r->peer.error);
    char *rest = NULL;
    for (char *word = strtok_r(r->peer.line, " ", &rest); word && r->nforms < MAX_FORMS;
         word = strtok_r(NULL, " ", &rest)) {
        snprintf(r->forms[r->nforms++].name, sizeof r->forms[0].name, "%s", word);
        const char *number = strtok_r(NULL, " ", &rest);
        const double theirs = number ? strtod(number, NULL) : (double)NAN;
        if (fabs(theirs - ours) <= c->near * fabs(ours)) continue;
        fprintf(stderr, "optim: %s: PyTorch's %s comes to %.6g after %d steps, wick to %.6g: not the same work\n",
                c->name, word, theirs, CHECK_STEPS, ours);
        return false;
    }
    return true;
}

static bool alternate(race *r, wk_optim *opt)
{
    const int n = steps_a_sample(opt);
    r->best = (double)INFINITY;
    for (int k = 0; k < r->o->samples; k++) {
        for (int i = 0; i < r->nforms || i == 0; i++) { /* each form has wick for its neighbour */
            r->us[k] = time_steps(opt, n);
            if (wk_failed()) return complain(wk_error_text());
            r->best = fmin(r->best, r->us[k]);
            if (!r->nforms) break;
            form *f = &r->forms[i];
            if (!bench_peer_ask(&r->peer, SAMPLE_SECONDS, "sample %s %d", f->name, SAMPLE_US))
                return complain(r->peer.error);
            f->us[k] = strtod(r->peer.line, NULL);
            f->ratio[k] = f->us[k] / r->us[k];
        }
    }
    return true;
}

static void print_heading(const race *r, int64_t rows)
{
    printf("wick %s, %s, %s, %d thread%s", wk_version(), wk_cpu_isa(), r->cpu, r->o->threads,
           r->o->threads > 1 ? "s" : "");
    if (r->o->peer) printf(", %s", r->peer.version);
    printf("\n%lld parameters in %d tensors: microseconds a step and peer / wick: medians of %d samples; best: of the "
           "best samples\n\n%-12s %10s",
           (long long)(BENCH_OPTIM_BLOCKS * rows * (rows + 2)), TENSORS, r->o->samples, "optimizer", "wick");
    static const char *const forms[] = { "loop", "foreach", "fused" };
    for (int i = 0; r->o->peer && i < 3; i++) printf(" %10s %6s %6s", forms[i], "ratio", "best");
    putchar('\n');
}

static void print_row(const race *r, const bench_optim_case *c)
{
    const int n = r->o->samples;
    printf("%-12s %10.1f", c->name, bench_median(r->us, n));
    for (int i = 0; i < r->nforms; i++) {
        const form *f = &r->forms[i];
        printf(" %10.1f %6.2f %6.2f", bench_median(f->us, n), bench_median(f->ratio, n),
               bench_least(f->us, n) / r->best);
    }
    putchar('\n');
}

/* One object a line for each form. */
static void print_json(const race *r, const bench_optim_case *c, int64_t rows)
{
    for (int i = 0; i < r->nforms || i == 0; i++) {
        printf("{\"optimizer\":\"%s\",\"parameters\":%lld,\"threads\":%d,\"wick_us\":%.3f", c->name,
               (long long)(BENCH_OPTIM_BLOCKS * rows * (rows + 2)), r->o->threads, bench_median(r->us, r->o->samples));
        if (r->nforms) {
            printf(",\"form\":\"%s\",\"peer_us\":%.3f,\"ratio\":%.4f,\"best_ratio\":%.4f", r->forms[i].name,
                   bench_median(r->forms[i].us, r->o->samples), bench_median(r->forms[i].ratio, r->o->samples),
                   bench_least(r->forms[i].us, r->o->samples) / r->best);
            bench_print_quoted("peer", r->peer.version);
        }
        bench_print_quoted("isa", wk_cpu_isa());
        bench_print_quoted("cpu", r->cpu);
        puts("}");
    }
}

static bool run_case(race *r, const bench_optim_case *c, int64_t rows)
{
    WK_SCOPE(program);
    work w = { 0 };
    if (!begin(&w, c, rows)) return complain(wk_failed() ? wk_error_text() : "no memory");
    for (int i = 0; i < CHECK_STEPS; i++) wk_step(w.opt);
    const double ours = signature(&w);
    if (wk_failed()) return complain(wk_error_text());
    if (!prepare(r, c, rows, ours) || !alternate(r, w.opt)) return false;
    if (r->o->json)
        print_json(r, c, rows);
    else
        print_row(r, c);
    fflush(stdout);
    return true;
}

static bool chosen(const bench_optim_options *o, const bench_optim_case *c)
{
    if (o->only) return !strcmp(o->only, c->name);
    return strcmp(c->name, "muon") || o->parameters <= 1000000; /* its products take minutes */
}

static int run_all(const bench_optim_options *o)
{
    static race r;
    r.o = o;
    bench_pin(o->threads);
    bench_cpu_model(r.cpu, sizeof r.cpu);
    const int64_t rows = (int64_t)sqrt((double)o->parameters / BENCH_OPTIM_BLOCKS + 1) - 1;
    bool ok = wk_set_num_threads(o->threads) == WK_OK || complain(wk_error_text());
    if (ok && o->in_backward) {
        for (int i = 0; ok && i < CASES; i++)
            if (chosen(o, &cases[i])) ok = bench_optim_in_backward(o, &cases[i], rows);
        return !ok;
    }
    if (ok && o->peer && !bench_peer_start(&r.peer, "torch", o->peer, WICK_BENCH_SCRIPTS "/peer_optim.py", o->threads))
        ok = complain(r.peer.error);
    if (ok && !o->json) print_heading(&r, rows);
    for (int i = 0; ok && i < CASES; i++)
        if (chosen(o, &cases[i])) ok = run_case(&r, &cases[i], rows);
    if (o->peer) bench_peer_stop(&r.peer);
    return !ok;
}

/* ---- The command line ---- */

static int usage(const char *problem, const char *word)
{
    if (problem) fprintf(stderr, "optim: %s: %s\n", problem, word);
    fputs("usage: optim [--peer COMMAND] [--in-backward] [--threads N] [--samples K] [--parameters N] [--case NAME] "
          "[--json]\nCOMMAND runs Python with PyTorch: python3, say. NAME is one of",
          stderr);
    for (int i = 0; i < CASES; i++) fprintf(stderr, "%s %s", i ? "," : "", cases[i].name);
    fputs(".\n", stderr);
    return 2;
}

static bool set_option(bench_optim_options *o, const char *word, const char *value)
{
    if (!strcmp(word, "--peer")) return o->peer = value, true;
    if (!strcmp(word, "--case")) return o->only = value, true;
    char *end;
    const long number = strtol(value, &end, 10);
    if (!*value || *end) return false;
    if (!strcmp(word, "--threads") && number >= 1 && number <= 64) return o->threads = (int)number, true;
    if (!strcmp(word, "--samples") && number >= 1 && number <= MAX_SAMPLES) return o->samples = (int)number, true;
    if (!strcmp(word, "--parameters") && number >= 1000 && number <= 1000000000) return o->parameters = number, true;
    return false;
}

int main(int argc, char **argv)
{
    bench_optim_options o = { .threads = 1, .samples = 11, .parameters = 25000000 };
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "--in-backward")) {
            *(argv[i][2] == 'j' ? &o.json : &o.in_backward) = true;
            continue;
        }
        if (i + 1 == argc) return usage("not an option, or one without its value", argv[i]);
        if (!set_option(&o, argv[i], argv[i + 1])) return usage("not an option, or a value out of range", argv[i]);
        i++;
    }
    bool any = false;
    for (int i = 0; i < CASES; i++) any = any || chosen(&o, &cases[i]);
    if (!any) return usage("no such case", o.only);
    signal(SIGPIPE, SIG_IGN); /* a peer that ended is an error of write */
    return run_all(&o);
}
