/* Times one row through a perceptron, as a program that only asks a trained network does it: the row lies in the
 * program's memory, and so does the answer. Eager, under inference mode, from one thread and from several that share
 * the weights; beside ONNX Runtime and PyTorch where their Python is given, in turn. README.md says how to read it.
 *
 *   infer [--peer COMMAND] [--threads N] [--samples K] [--json]
 */
#include "cases.h"
#include "measure.h"
#include "peer.h"
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_THREADS = 16, MAX_CALLS = BENCH_MAX_SAMPLES, MAX_SAMPLES = 101, MAX_SIZE = 784 };
enum { LEAST_CALLS = 500 }; /* so that a thread put off once does not make the 99th percentile */
enum { SAMPLE_US = 20000, PREPARE_SECONDS = 600, SAMPLE_SECONDS = 60 };

typedef struct shape {
    const char *work;
    int nsizes;
    int64_t sizes[4];
} shape;
static const shape shapes[] = { { "mlp", 4, { 784, 512, 256, 10 } }, { "small", 3, { 64, 32, 10 } } };

typedef struct options {
    const char *peer;
    int threads, samples;
    bool json;
} options;

/* What one thread asks, and how long its answers took, in microseconds. */
typedef struct asker {
    wk_module *net;
    const shape *s;
    float row[MAX_SIZE], answer[16];
    double us[MAX_CALLS];
    int calls;
    bool failed;
} asker;

typedef struct latency {
    double median, p99;
} latency;

static int complain(const char *text)
{
    fprintf(stderr, "infer: %s\n", text);
    return 1;
}

static void ask_once(asker *a)
{
    WK_SCOPE(call);
    const shape *s = a->s;
    wk_tensor *y = wk_forward(a->net, wk_from(a->row, WK_SHAPE(1, s->sizes[0]), WK_F32));
    wk_read(y, a->answer, (size_t)s->sizes[s->nsizes - 1] * sizeof(float));
}

static void *ask(void *argument)
{
    asker *a = argument;
    WK_INFERENCE_MODE(only);
    for (int i = 0; i < 100; i++) ask_once(a);
    const double end = bench_us_now() + SAMPLE_US;
    double now = bench_us_now();
    for (a->calls = 0; a->calls < MAX_CALLS && (now < end || a->calls < LEAST_CALLS); a->calls++) {
        const double from = now;
        ask_once(a);
        now = bench_us_now();
        a->us[a->calls] = now - from;
    }
    a->failed = wk_failed();
    if (a->failed) complain(wk_error_text());
    return NULL;
}

/* Of the calls of all threads together. */
static bool sample(asker *askers, int threads, latency *found)
{
    static double all[MAX_THREADS * MAX_CALLS];
    pthread_t others[MAX_THREADS];
    int n = 0, started = 1;
    while (started < threads && !pthread_create(&others[started], NULL, ask, &askers[started])) started++;
    ask(&askers[0]);
    for (int i = 1; i < started; i++) pthread_join(others[i], NULL);
    if (started < threads) return complain("no thread"), false;
    for (int i = 0; i < threads; i++) {
        if (askers[i].failed) return false;
        memcpy(all + n, askers[i].us, (size_t)askers[i].calls * sizeof *all);
        n += askers[i].calls;
    }
    bench_sort(all, n);
    *found = (latency){ all[n / 2], all[n - 1 - n / 100] };
    return true;
}

static wk_module *net_of(const shape *s)
{
    wk_module *net = wk_mlp(s->nsizes, s->sizes);
    wk_params *params = wk_parameters(net);
    bench_fill_params(params, 1);
    wk_train(net, false);
    return net;
}

/* The peer builds the same network, picks its fastest way, and must give the same answer. */
static bool prepare(bench_peer *peer, const shape *s, int threads, const asker *a, char *how, size_t bytes)
{
    char sizes[64] = "", *rest = NULL;
    for (int i = 0, n = 0; i < s->nsizes; i++)
        n += snprintf(sizes + n, sizeof sizes - (size_t)n, " %lld", (long long)s->sizes[i]);
    if (!bench_peer_ask(peer, PREPARE_SECONDS, "prepare %d%s", threads, sizes)) return complain(peer->error), false;
    double theirs = strtod(peer->line, &rest), ours = 0;
    for (int i = 0; i < s->sizes[s->nsizes - 1]; i++) ours += fabs((double)a->answer[i]);
    snprintf(how, bytes, "%s", rest + (*rest == ' '));
    if (fabs(theirs - ours) <= 1e-4 * ours) return true;
    fprintf(stderr, "infer: %s: %s answers %.7g, wick %.7g: not the same network\n", s->work, peer->name, theirs, ours);
    return false;
}

static bool ask_peer(bench_peer *peer, latency *found)
{
    if (!bench_peer_ask(peer, SAMPLE_SECONDS, "sample %d", SAMPLE_US)) return complain(peer->error), false;
    char *rest;
    found->median = strtod(peer->line, &rest);
    found->p99 = strtod(rest, NULL);
    return true;
}

typedef struct race {
    latency ours, theirs, ratio;
} race;

static bool alternate(asker *askers, int threads, bench_peer *peer, int samples, race *r)
{
    double v[6][MAX_SAMPLES];
    for (int k = 0; k < samples; k++) {
        latency ours, theirs = { 0, 0 };
        if (!sample(askers, threads, &ours) || (peer && !ask_peer(peer, &theirs))) return false;
        const double six[] = { ours.median,          ours.p99, theirs.median, theirs.p99, theirs.median / ours.median,
                               theirs.p99 / ours.p99 };
        for (int i = 0; i < 6; i++) v[i][k] = six[i];
    }
    double *at = &r->ours.median;
    for (int i = 0; i < 6; i++) at[i] = bench_median(v[i], samples);
    return true;
}

static void print(const options *o, const shape *s, int threads, const race *r, const bench_peer *peer, const char *how)
{
    if (!o->json) {
        printf("%-6s %7d %9.2f %9.2f", s->work, threads, r->ours.median, r->ours.p99);
        if (peer) printf(" %9.2f %9.2f %7.2f %7.2f", r->theirs.median, r->theirs.p99, r->ratio.median, r->ratio.p99);
        printf("%s%s\n", peer ? "  " : "", how);
        return;
    }
    printf("{\"work\":\"%s\",\"threads\":%d,\"wick_us\":%.3f,\"wick_p99_us\":%.3f", s->work, threads, r->ours.median,
           r->ours.p99);
    if (peer) {
        printf(",\"peer_us\":%.3f,\"peer_p99_us\":%.3f,\"ratio\":%.4f,\"p99_ratio\":%.4f", r->theirs.median,
               r->theirs.p99, r->ratio.median, r->ratio.p99);
        bench_print_quoted("peer", peer->version);
        bench_print_quoted("variant", how);
    }
    bench_print_quoted("isa", wk_cpu_isa());
    puts("}");
}

static bool run_shape(const options *o, const shape *s, int threads, bench_peer *peer)
{
    WK_SCOPE(program);
    static asker askers[MAX_THREADS];
    wk_module *net = net_of(s);
    for (int i = 0; i < threads; i++) {
        askers[i].net = net, askers[i].s = s;
        for (int k = 0; k < s->sizes[0]; k++) askers[i].row[k] = bench_value(1, (uint32_t)k);
    }
    char how[1024] = "";
    race r;
    latency warm;
    if (!sample(askers, threads, &warm)) return false;
    if (peer && !prepare(peer, s, threads, &askers[0], how, sizeof how)) return false;
    if (!alternate(askers, threads, peer, o->samples, &r)) return false;
    print(o, s, threads, &r, peer, how);
    fflush(stdout);
    return true;
}

static int run_all(const options *o)
{
    bench_peer peer;
    char cpu[128];
    bench_pin(o->threads);
    bench_cpu_model(cpu, sizeof cpu);
    wk_set_num_threads(1); /* each asking thread computes alone */
    if (o->peer && !bench_peer_start(&peer, "peer", o->peer, WICK_BENCH_SCRIPTS "/peer_infer.py", 1))
        return complain(peer.error);
    if (!o->json)
        printf("wick %s, %s, %s%s%s\nmicroseconds for one row: median and 99th percentile; ratio: peer / wick\n\n"
               "work   threads      wick       p99%s\n",
               wk_version(), wk_cpu_isa(), cpu, o->peer ? ", " : "", o->peer ? peer.version : "",
               o->peer ? "      peer       p99   ratio   ratio" : "");
    bool ok = true;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int threads = 1; ok && threads <= o->threads; threads += o->threads > 1 ? o->threads - 1 : 1)
            ok = run_shape(o, &shapes[i], threads, o->peer ? &peer : NULL);
    if (o->peer) bench_peer_stop(&peer);
    return !ok;
}

static bool set_option(options *o, const char *word, const char *value)
{
    if (!strcmp(word, "--peer")) return o->peer = value, true;
    char *end;
    long number = strtol(value, &end, 10);
    if (!*value || *end || number < 1) return false;
    if (!strcmp(word, "--threads") && number <= MAX_THREADS) return o->threads = (int)number, true;
    if (!strcmp(word, "--samples") && number <= MAX_SAMPLES) return o->samples = (int)number, true;
    return false;
}

int main(int argc, char **argv)
{
    options o = { .threads = 2, .samples = 21 };
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json")) {
            o.json = true;
            continue;
        }
        if (i + 1 < argc && set_option(&o, argv[i], argv[i + 1])) {
            i++;
            continue;
        }
        fprintf(stderr,
                "infer: %s is no option, lacks its value, or that is out of range\n"
                "usage: infer [--peer COMMAND] [--threads N] [--samples K] [--json]\n"
                "COMMAND runs Python with PyTorch or onnxruntime: python3, say.\n",
                argv[i]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* a peer that ended is an error of write */
    return run_all(&o);
}
