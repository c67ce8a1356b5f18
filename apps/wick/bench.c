/* wick bench: what this machine reaches: its peak, products, training steps, the loader; each with how it was measured.
 */
#include "bench.h"
#include "commands.h"
#include "machine.h"
#include "progress.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct settings {
    const char *only;
    int64_t threads;
    double seconds;
    bool json;
} settings;

enum { MOST_THREADS = 64 };

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "only", 0, ARGS_TEXT, AT(only), "LIST", "of peak,products,steps,loader (all)", 0, 0 },
    { "threads", 0, ARGS_WHOLE, AT(threads), "N", "beside one thread (as many as cores)", 1, MOST_THREADS },
    { "seconds", 0, ARGS_REAL, AT(seconds), "S", "for each figure (0.4)", 0, 60 },
    { "json", 0, ARGS_FLAG, AT(json), NULL, "print JSON lines alone", 0, 0 },
};

/* ---- Time ---- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double time_of(void (*work)(void *user), void *user, int64_t calls)
{
    const double start = progress_now();
    for (int64_t i = 0; i < calls; i++) work(user);
    return progress_now() - start;
}

bool bench_measure(const bench *b, void (*work)(void *user), void *user, bench_time *time)
{
    enum { SAMPLES = 20, LEAST = 3, MOST = 1000, UNTIMED = 3 };
    double taken[MOST], last = time_of(work, user, UNTIMED);
    const double start = progress_now(), sample = b->seconds / SAMPLES;
    int64_t calls = 1;
    int n = 0;
    while ((last = time_of(work, user, calls)) < sample / 2 && !wk_failed() && calls < INT64_C(1) << 40) calls *= 2;
    while (n < MOST && (n < LEAST || progress_now() - start < b->seconds) && !wk_failed()) {
        taken[n++] = time_of(work, user, calls) / (double)calls;
        if (say_stop_signal()) wk_fail(WK_E_INTERRUPTED, "stopped");
    }
    if (wk_failed()) return false;
    qsort(taken, (size_t)n, sizeof *taken, by_value);
    *time = (bench_time){ .median = taken[n / 2], .best = taken[0] };
    return true;
}

bool bench_peaks(bench *b)
{
    for (int i = 0; i < b->ncounts && !b->peaks[i].threads; i++)
        if (wk_set_num_threads(b->counts[i]) || wk_measure_peak(&b->peaks[i])) return false;
    return true;
}

double bench_of_peak(const bench *b, int i, double flops, const bench_time *time)
{
    return b->peaks[i].flops > 0 ? flops / b->peaks[i].flops / time->best : (double)NAN;
}

/* ---- Saying ---- */

void bench_method(const bench *b, const char *section, const char *text)
{
    if (!b->json) {
        printf("\n%s: %s\n\n", section, text);
        return;
    }
    json j = bench_open("method");
    json_text(&j, "section", section);
    json_text(&j, "text", text);
    json_close(&j);
    json_end_line(&j);
}

json bench_open(const char *section)
{
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "event", section);
    return j;
}

void bench_put_time(json *j, const bench_time *time)
{
    json_number(j, "us", 1e6 * time->median);
    json_number(j, "best_us", 1e6 * time->best);
}

static void introduce(const bench *b)
{
    char cpu[128];
    say_room cores;
    machine_cpu(cpu, sizeof cpu);
    if (!b->json) {
        printf("wick %s, %s, %s, %s\n", wk_version(), cpu, say_plural(cores, machine_cores(), "core"), wk_cpu_isa());
        printf("Only ratios mean something on another machine, or while others use this one.\n");
        return;
    }
    json j = bench_open("machine");
    json_text(&j, "wick", wk_version());
    json_text(&j, "cpu", cpu);
    json_whole(&j, "cores", machine_cores());
    json_text(&j, "isa", wk_cpu_isa());
    json_close(&j);
    json_end_line(&j);
}

/* ---- Sections ---- */

static bool peak(bench *b)
{
    bench_method(
        b, "peak",
        "multiply-adds of f32 that wait for nothing, two operations each; and y = a + s b over three arrays of\n"
        "64 MiB, shared out among the threads, 12 bytes an element. The best of 100 and of 10.");
    if (!bench_peaks(b)) return false;
    if (!b->json) printf("%7s  %9s  %7s\n", "threads", "GFLOP/s", "GB/s");
    for (int i = 0; i < b->ncounts; i++) {
        const wk_peak *p = &b->peaks[i];
        if (!b->json) {
            printf("%7d  %9.1f  %7.1f\n", p->threads, 1e-9 * p->flops, 1e-9 * p->bytes);
            continue;
        }
        json j = bench_open("peak");
        json_whole(&j, "threads", p->threads);
        json_number(&j, "gflops", 1e-9 * p->flops);
        json_number(&j, "gbytes", 1e-9 * p->bytes);
        json_close(&j);
        json_end_line(&j);
    }
    return true;
}

static const struct {
    const char *name;
    bool (*run)(bench *b);
} sections[] = {
    { "peak", peak }, { "products", bench_products }, { "steps", bench_steps }, { "loader", bench_loader }
};
enum { SECTIONS = sizeof sections / sizeof *sections };

static bool choose(const char *list, bool chosen[SECTIONS])
{
    const char *names[SECTIONS];
    char item[32];
    for (int i = 0; i < SECTIONS; i++) {
        names[i] = sections[i].name;
        chosen[i] = !list;
    }
    while (args_item(&list, item, sizeof item)) {
        int i = 0;
        while (i < SECTIONS && strcmp(names[i], item) != 0) i++;
        if (i == SECTIONS)
            return args_unknown("section", item, names, SECTIONS, "there are peak, products, steps and loader"), false;
        chosen[i] = true;
    }
    return true;
}

static int run(int argc, char **argv)
{
    settings s = { .seconds = 0.4 };
    const char *operands[ARGS_OPERANDS];
    bool chosen[SECTIONS];
    if (!args_read(&command_bench, argc, argv, &s, operands) || !choose(s.only, chosen)) return EXIT_USAGE;
    const int cores = machine_cores() < MOST_THREADS ? machine_cores() : MOST_THREADS;
    bench b = { .counts = { 1, s.threads ? (int)s.threads : cores }, .seconds = s.seconds, .json = s.json };
    b.ncounts = b.counts[1] > 1 ? 2 : 1;
    introduce(&b);
    for (int i = 0; i < SECTIONS; i++) {
        WK_SCOPE(section);
        if (chosen[i] && !sections[i].run(&b)) return say_error();
        fflush(stdout);
    }
    return EXIT_DONE;
}

const args_command command_bench = {
    .name = "bench",
    .about = "measures this machine: its peak, products, steps, the loader",
    .operands = "[options]",
    .text = "  wick bench\n"
            "  wick bench --only products,steps --seconds 2\n\n"
            "About half a minute. Each section says how it measures. us is the median of its\n"
            "samples, best the least; rates and shares of the peak are of the best, since\n"
            "what else runs on a machine only ever makes times longer.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .run = run,
};
