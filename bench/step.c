/* Times full training steps in wick and, where their Python is given, in PyTorch and JAX in the same run, sample by
 * sample in turn, so that what disturbs the machine disturbs all of them. README.md says how, and what the figures
 * mean. Linux only.
 *
 *   step [--peer COMMAND] [--peer-jax COMMAND] [--threads N] [--samples K] [--case NAME] [--growth] [--products]
 * [--matmul MODE] [--device NAME] [--steps-at-once 1|5|20] [--json] step --memory [--peer COMMAND] [--case NAME]
 * [--json] step --start
 * [--samples K]
 */
#include "cases.h"
#include "measure.h"
#include "memory.h"
#include "peer.h"
#include "start.h"
#include "yardstick.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wick/cuda.h>

enum { MAX_CASES = 64, MAX_PEERS = 2, MAX_SAMPLES = BENCH_MAX_SAMPLES, PREPARE_SECONDS = 1800, SAMPLE_SECONDS = 60 };
enum { SAMPLE_US = 20000, LONG_US = 100000, FEW_SAMPLES = 5 };

typedef struct peer_kind {
    const char *name, *option, *script;
} peer_kind;
static const peer_kind kinds[MAX_PEERS] = {
    { "torch", "--peer", WICK_BENCH_SCRIPTS "/peer_torch.py" },
    { "jax", "--peer-jax", WICK_BENCH_SCRIPTS "/peer_jax.py" },
};

typedef struct options {
    const char *commands[MAX_PEERS]; /* NULL: without that peer */
    const char *only;                /* NULL: every case */
    int threads, samples, at_once;
    wk_matmul_mode mode;
    wk_device device;
    bool json, eager, start, first_step, processor, growth, products, memory;
} options;

typedef struct contender {
    bench_peer peer;
    double us[MAX_SAMPLES], ratio[MAX_SAMPLES]; /* of the case at hand; ratio: peer / wick, of neighbouring samples */
    char how[MAX_CASES][1024];                  /* the variant that was fastest, and the times of all */
} contender;

typedef struct race {
    const options *o;
    char cpu[128];
    contender rivals[MAX_PEERS];
    int nrivals, nsamples; /* nsamples: of the case at hand */
    double us[MAX_SAMPLES];
    bench_step_products products;
    double products_us[MAX_SAMPLES], over_products[MAX_SAMPLES]; /* over: wick / products, of neighbouring samples */
} race;

static bench_clock *clock_of(const options *o) { return o->processor ? bench_processor_us_now : bench_us_now; }

/* One sample: microseconds a step over n runs. Those before bring the caches back, and outlast the peer's spinning. */
static double time_steps(const options *o, bench_run *run, int n)
{
    bench_clock *now = clock_of(o);
    for (int i = 0; i <= n / 2; i++) bench_step(run);
    wk_cuda_synchronize(o->device);
    double from = now();
    for (int i = 0; i < n; i++) bench_step(run);
    wk_cuda_synchronize(o->device);
    return (now() - from) / (n * run->at_once);
}

static int runs_a_sample(const options *o, bench_run *run)
{
    int n = 1;
    for (; n < 1 << 20 && !wk_failed(); n *= 2) {
        double us = time_steps(o, run, n);
        if (us * n * run->at_once >= SAMPLE_US / 4) return (int)(SAMPLE_US / us / run->at_once) + 1;
    }
    return n;
}

static int complain(const char *text)
{
    fprintf(stderr, "step: %s\n", text);
    return 1;
}

static bool start_rivals(race *r)
{
    for (int i = 0; i < MAX_PEERS; i++) {
        if (!r->o->commands[i]) continue;
        contender *rival = &r->rivals[r->nrivals++];
        if (!bench_peer_start(&rival->peer, kinds[i].name, r->o->commands[i], kinds[i].script, r->o->threads))
            return complain(rival->peer.error), false;
        if (r->o->processor && !bench_peer_ask(&rival->peer, SAMPLE_SECONDS, "clock processor"))
            return complain(rival->peer.error), false;
    }
    return true;
}

/* The peer builds the case, picks its fastest variant, and must come to the loss that wick came to. */
static bool prepare(const race *r, contender *rival, int index, double loss)
{
    const bench_case *c = bench_case_at(index);
    char text[200];
    bench_case_text(c, r->o->threads, text, sizeof text);
    if (!bench_peer_ask(&rival->peer, PREPARE_SECONDS, "prepare %s", text)) return complain(rival->peer.error), false;
    char *rest = NULL;
    double theirs = strtod(rival->peer.line, &rest);
    snprintf(rival->how[index], sizeof rival->how[index], "%s", rest + (*rest == ' '));
    if (fabs(theirs - loss) <= (bench_case_is_bf16(c) ? 2e-2 : 1e-3) * fabs(loss)) return true;
    fprintf(stderr, "step: %s, %s: %s is at loss %.6g after %d steps, wick at %.6g: not the same work\n", c->work,
            c->optimizer, rival->peer.name, theirs, bench_check_steps(c), loss);
    return false;
}

static double time_products(const race *r, int n)
{
    bench_clock *now = clock_of(r->o);
    for (int i = 0; i <= n / 2; i++) bench_step_products_run(&r->products);
    double from = now();
    for (int i = 0; i < n; i++) bench_step_products_run(&r->products);
    return (now() - from) / n;
}

static bool alternate(race *r, bench_run *run)
{
    int n = runs_a_sample(r->o, run);
    for (int k = 0; k < r->nsamples; k++) {
        r->us[k] = time_steps(r->o, run, n);
        if (wk_failed()) return complain(wk_error_text()), false;
        if (r->o->growth && n == 1 && r->us[k] > LONG_US && r->nsamples > FEW_SAMPLES) r->nsamples = FEW_SAMPLES;
        if (r->products.layers) {
            r->products_us[k] = time_products(r, n);
            r->over_products[k] = r->us[k] / r->products_us[k];
        }
        for (int i = 0; i < r->nrivals; i++) {
            contender *rival = &r->rivals[i];
            if (!bench_peer_ask(&rival->peer, SAMPLE_SECONDS, "sample %d", SAMPLE_US))
                return complain(rival->peer.error), false;
            rival->us[k] = strtod(rival->peer.line, NULL);
            rival->ratio[k] = rival->us[k] / r->us[k];
        }
    }
    return true;
}

static void print_heading(const race *r)
{
    printf("wick %s, %s, %s, %d thread%s", wk_version(), wk_cpu_isa(), r->cpu, r->o->threads,
           r->o->threads > 1 ? "s" : "");
    for (int i = 0; i < r->nrivals; i++) printf(", %s", r->rivals[i].peer.version);
    printf(
        "\nmicroseconds a step and peer / wick: medians of %d samples; best: of the best samples\n\n%-10s %-12s %10s",
        r->o->samples, "work", r->o->growth ? "b, w, layers" : "optimizer", "wick");
    if (r->o->products) printf(" %10s %7s %7s", "products", "over", "best");
    for (int i = 0; i < r->nrivals; i++) printf(" %10s %7s %7s", r->rivals[i].peer.name, "ratio", "best");
    putchar('\n');
}

/* What tells the rows of one work apart. */
static const char *label(const bench_case *c, char *text, size_t bytes)
{
    if (!bench_case_is_grown(c)) return c->optimizer;
    snprintf(text, bytes, "%d, %lld, %lld", c->batch, (long long)c->sizes[0], (long long)c->sizes[1]);
    return text;
}

static void print_row(const race *r, const bench_case *c)
{
    const int n = r->nsamples;
    char text[48];
    printf("%-10s %-12s %10.1f", c->work, label(c, text, sizeof text), bench_median(r->us, n));
    if (r->products.layers)
        printf(" %10.1f %7.2f %7.2f", bench_median(r->products_us, n), bench_median(r->over_products, n),
               bench_least(r->us, n) / bench_least(r->products_us, n));
    else if (r->o->products)
        printf(" %10s %7s %7s", "-", "-", "-");
    for (int i = 0; i < r->nrivals; i++) {
        const contender *rival = &r->rivals[i];
        printf(" %10.1f %7.2f %7.2f", bench_median(rival->us, n), bench_median(rival->ratio, n),
               bench_least(rival->us, n) / bench_least(r->us, n));
    }
    putchar('\n');
}

static void print_variants(const race *r)
{
    char text[48];
    for (int i = 0; i < r->nrivals; i++) {
        printf("\n%s: the fastest of\n", r->rivals[i].peer.version);
        for (int k = 0; k < bench_case_count(); k++)
            if (*r->rivals[i].how[k])
                printf("  %s, %s: %s\n", bench_case_at(k)->work, label(bench_case_at(k), text, sizeof text),
                       r->rivals[i].how[k]);
    }
}

/* One object a line; with two peers a case has two. */
static void print_json(const race *r, int index)
{
    const bench_case *c = bench_case_at(index);
    const int n = r->nsamples;
    for (int i = 0; i < (r->nrivals ? r->nrivals : 1); i++) {
        printf("{\"work\":\"%s\",\"optimizer\":\"%s\",\"threads\":%d,\"batch\":%d,\"sizes\":[", c->work, c->optimizer,
               r->o->threads, c->batch);
        for (int k = 0; k < c->nsizes; k++) printf("%s%lld", k ? "," : "", (long long)c->sizes[k]);
        printf("],\"wick_us\":%.3f", bench_median(r->us, n));
        if (r->products.layers)
            printf(",\"products_us\":%.3f,\"over_products\":%.4f,\"best_over_products\":%.4f",
                   bench_median(r->products_us, n), bench_median(r->over_products, n),
                   bench_least(r->us, n) / bench_least(r->products_us, n));
        if (r->nrivals) {
            const contender *rival = &r->rivals[i];
            printf(",\"peer_us\":%.3f,\"ratio\":%.4f,\"best_ratio\":%.4f", bench_median(rival->us, n),
                   bench_median(rival->ratio, n), bench_least(rival->us, n) / bench_least(r->us, n));
            bench_print_quoted("peer", rival->peer.version);
            bench_print_quoted("variant", rival->how[index]);
        }
        bench_print_quoted("isa", wk_cpu_isa());
        bench_print_quoted("cpu", r->cpu);
        puts("}");
    }
}

static bool run_case(race *r, int index)
{
    WK_SCOPE(program);
    bench_run run;
    bench_begin(bench_case_at(index), r->o->eager, &run);
    const int most = bench_check_steps(bench_case_at(index));
    if (r->o->at_once > 1) bench_take_at_once(&run, r->o->at_once < most ? r->o->at_once : most);
    double loss = bench_check(bench_case_at(index), &run);
    if (r->o->products) bench_step_products_begin(bench_case_at(index), &r->products);
    r->nsamples = r->o->samples;
    if (wk_failed()) return complain(wk_error_text()), false;
    for (int i = 0; i < r->nrivals; i++)
        if (!prepare(r, &r->rivals[i], index, loss)) return false;
    if (!alternate(r, &run)) return false;
    if (r->o->json)
        print_json(r, index);
    else
        print_row(r, bench_case_at(index));
    fflush(stdout);
    return true;
}

/* "mlp" is all cases of that work, "mlp/adam" one. */
static bool chosen(const options *o, const bench_case *c)
{
    if (bench_case_is_grown(c) != o->growth) return false;
    if (!o->only) return true;
    size_t n = strlen(c->work);
    if (strncmp(o->only, c->work, n)) return false;
    return !o->only[n] || (o->only[n] == '/' && !strcmp(o->only + n + 1, c->optimizer));
}

static int run_all(const options *o)
{
    static race r;
    r.o = o;
    bench_pin(o->threads);
    bench_cpu_model(r.cpu, sizeof r.cpu);
    bool ok = wk_set_num_threads(o->threads) == WK_OK || (complain(wk_error_text()), false);
    const char *missing = ok && o->products ? bench_onednn_load(o->threads) : NULL;
    if (missing) return complain(missing);
    ok = ok && start_rivals(&r);
    if (ok && !o->json) print_heading(&r);
    for (int i = 0; ok && i < bench_case_count(); i++)
        if (chosen(o, bench_case_at(i))) ok = run_case(&r, i);
    if (ok && !o->json) print_variants(&r);
    for (int i = 0; i < r.nrivals; i++) bench_peer_stop(&r.rivals[i].peer);
    return !ok;
}

static int run_memory(const options *o)
{
    bench_pin(o->threads);
    if (wk_set_num_threads(o->threads) != WK_OK) return complain(wk_error_text());
    if (!o->json) bench_memory_heading(o->commands[0] != NULL);
    for (int i = 0; i < bench_case_count(); i++)
        if (chosen(o, bench_case_at(i)) &&
            !bench_memory(bench_case_at(i), o->commands[0], kinds[0].script, o->threads, o->eager, o->json))
            return 1;
    return 0;
}

static int usage(const char *problem, const char *word)
{
    if (problem) fprintf(stderr, "step: %s: %s\n", problem, word);
    fputs(
        "usage: step [--peer COMMAND] [--peer-jax COMMAND] [--threads N] [--samples K] [--case NAME] [--eager] "
        "[--growth] [--products] [--matmul MODE] [--device NAME] [--steps-at-once 1|5|20] [--processor-time] [--json]\n"
        "       step --memory [--peer COMMAND] [--threads N] [--case NAME] [--json]\n"
        "       step --start [--samples K]\n"
        "COMMAND runs Python with PyTorch or JAX: python3, say. NAME is one of",
        stderr);
    for (int i = 0; i < bench_case_count() && !bench_case_is_grown(bench_case_at(i)); i++)
        fprintf(stderr, "%s %s/%s", i ? "," : "", bench_case_at(i)->work, bench_case_at(i)->optimizer);
    fputs(", or the part before the slash.\n", stderr);
    return 2;
}

static bool is_switch(options *o, const char *word)
{
    const struct {
        const char *name;
        bool *on;
    } switches[] = { { "--json", &o->json },
                     { "--eager", &o->eager },
                     { "--start", &o->start },
                     { "--first-step", &o->first_step },
                     { "--processor-time", &o->processor },
                     { "--growth", &o->growth },
                     { "--products", &o->products },
                     { "--memory", &o->memory } };
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (!strcmp(word, switches[i].name)) return *switches[i].on = true;
    return false;
}

static bool set_option(options *o, const char *word, const char *value)
{
    for (int i = 0; i < MAX_PEERS; i++)
        if (!strcmp(word, kinds[i].option)) return o->commands[i] = value, true;
    if (!strcmp(word, "--case")) return o->only = value, true;
    if (!strcmp(word, "--device"))
        return wk_device_by_name(value, &o->device) == WK_OK && !setenv("BENCH_DEVICE", value, 1);
    if (!strcmp(word, "--matmul")) return wk_matmul_precision_by_name(value, &o->mode) == WK_OK;
    char *end;
    long number = strtol(value, &end, 10);
    if (!*value || *end) return false;
    if (!strcmp(word, "--threads") && number >= 1 && number <= 64) return o->threads = (int)number, true;
    if (!strcmp(word, "--steps-at-once") && (number == 1 || number == 5 || number == 20))
        return o->at_once = (int)number, true;
    if (!strcmp(word, "--samples") && number >= 1 && number <= MAX_SAMPLES) return o->samples = (int)number, true;
    return false;
}

int main(int argc, char **argv)
{
    options o = { .threads = 1, .samples = 21, .at_once = 1 };
    for (int i = 1; i < argc; i++) {
        if (is_switch(&o, argv[i])) continue;
        if (i + 1 == argc) return usage("not an option, or one without its value", argv[i]);
        if (!set_option(&o, argv[i], argv[i + 1])) return usage("not an option, or a value out of range", argv[i]);
        i++;
    }
    bool any = false;
    for (int i = 0; i < bench_case_count(); i++) any = any || chosen(&o, bench_case_at(i));
    if (!any) return usage("no such case", o.only);
    if (!wk_matmul_precision_is_available(o.mode))
        return printf("no AMX, or no GPU, here: %s is not measured\n", wk_matmul_precision_name(o.mode)), 0;
    wk_set_matmul_precision(o.mode);
    wk_set_device(o.device);
    signal(SIGPIPE, SIG_IGN); /* a peer that ended is an error of write */
    if (o.first_step) return bench_first_step();
    if (o.start) return bench_start(o.samples);
    return o.memory ? run_memory(&o) : run_all(&o);
}
