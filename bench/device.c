/* What a device costs and what it can do, by wick's public calls: how long a call, a replay and a look at a number
 * take, how fast bytes get there and back, the rates of products and of what memory's speed bounds, and how fast a
 * loader feeds it.
 *
 *   device [--device NAME] [--only latencies|copies|rates|loader] [--small] [--json]
 */
#include "device.h"
#include "measure.h"
#include <stdio.h>
#include <string.h>

enum { SAMPLES = 7, SMALL_SAMPLES = 3 };

double bench_device_time(const bench_device *b, bench_work *work, void *user, int calls, bool whole)
{
    double us[SAMPLES];
    const int n = b->small ? SMALL_SAMPLES : SAMPLES;
    for (int k = -1; k < n && !wk_failed(); k++) {
        wk_cuda_synchronize(b->device);
        const double from = bench_us_now();
        for (int i = 0; i < calls; i++) work(user);
        if (whole) wk_cuda_synchronize(b->device);
        if (k >= 0) us[k] = (bench_us_now() - from) / calls;
    }
    wk_cuda_synchronize(b->device);
    return wk_failed() ? 0 : bench_median(us, n);
}

void bench_device_heading(const bench_device *b, const char *text)
{
    if (!b->json) printf("\n%s\n", text);
}

void bench_device_row(const bench_device *b, const char *what, double value, const char *unit, double share,
                      const char *of)
{
    if (wk_failed()) return;
    if (b->json) {
        printf("{\"device\":\"%s\"", wk_device_name(b->device));
        bench_print_quoted("what", what);
        printf(",\"value\":%.6g,\"unit\":\"%s\"", value, unit);
        if (*of) printf(",\"share\":%.4f,\"of\":\"%s\"", share, of);
        puts("}");
    } else {
        printf("  %-58s %10.4g %s", what, value, unit);
        if (*of) printf(", %.0f %% of %s", 100 * share, of);
        putchar('\n');
    }
    fflush(stdout);
}

/* ---- Latencies ---- */

enum { QUEUED = 200, STEP_OPS = 20, NUMBERS = 64 };

typedef struct subject {
    const bench_device *b;
    wk_tensor *x, *y;
    wk_plan *one, *many;
} subject;

static void add(void *user)
{
    const subject *s = user;
    WK_SCOPE(call);
    wk_add(s->x, s->y);
}

static void add_and_wait(void *user)
{
    add(user);
    wk_cuda_synchronize(((const subject *)user)->b->device);
}

static void wait(void *user) { wk_cuda_synchronize(((const subject *)user)->b->device); }

static void make(void *user)
{
    (void)user;
    WK_SCOPE(call);
    wk_empty(WK_SHAPE(NUMBERS), WK_F32);
}

static wk_tensor *step_of(const subject *s, int ops)
{
    for (int i = 0; i < ops; i++) wk_mul_(s->x, s->y);
    return NULL;
}

static wk_tensor *step_of_one(void *user, wk_tensor *const *in, int n)
{
    (void)in, (void)n;
    return step_of(user, 1);
}

static wk_tensor *step_of_many(void *user, wk_tensor *const *in, int n)
{
    (void)in, (void)n;
    return step_of(user, STEP_OPS);
}

static void replay_one(void *user) { wk_plan_run(((const subject *)user)->one, NULL, 0); }

static void replay_many(void *user) { wk_plan_run(((const subject *)user)->many, NULL, 0); }

static void replay_many_and_wait(void *user)
{
    replay_many(user);
    wait(user);
}

static void look(void *user)
{
    const subject *s = user;
    WK_SCOPE(call);
    wk_item(wk_select(s->x, 0, 0));
}

static void add_and_look(void *user)
{
    const subject *s = user;
    WK_SCOPE(call);
    wk_item(wk_select(wk_add(s->x, s->y), 0, 0));
}

static void replays_ok(const subject *s)
{
    for (int i = 0; i < 3; i++) replay_one((void *)s), replay_many((void *)s);
    if (wk_failed() || (wk_plan_stats_of(s->one).replays && wk_plan_stats_of(s->many).replays)) return;
    wk_fail(WK_E_STATE, "steps are not replayed: %s; %s", wk_plan_why(s->one), wk_plan_why(s->many));
}

static void latencies(const bench_device *b)
{
    WK_SCOPE(part);
    WK_NO_GRAD(plain);
    subject s = { .b = b, .x = wk_ones(WK_SHAPE(NUMBERS), WK_F32), .y = wk_ones(WK_SHAPE(NUMBERS), WK_F32) };
    s.one = wk_capture(step_of_one, &s);
    s.many = wk_capture(step_of_many, &s);
    replays_ok(&s);
    const struct {
        const char *what;
        bench_work *work;
        bool whole;
    } rows[] = {
        { "add of 64 numbers: the caller's time", add, false },
        { "add of 64 numbers: until all are done", add, true },
        { "add of 64 numbers: each waited for", add_and_wait, true },
        { "add and reading one of its numbers", add_and_look, true },
        { "replay of 1 op: the caller's time", replay_one, false },
        { "replay of 1 op: until all are done", replay_one, true },
        { "replay of 20 ops: the caller's time", replay_many, false },
        { "replay of 20 ops: until all are done", replay_many, true },
        { "replay of 20 ops: each waited for", replay_many_and_wait, true },
        { "reading a number (wk_item)", look, true },
        { "wk_cuda_synchronize with nothing to wait for", wait, true },
        { "making a tensor from the cache and dropping it", make, true },
    };
    bench_device_heading(b, "latencies");
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !wk_failed(); i++) {
        const double us = bench_device_time(b, rows[i].work, &s, b->small ? 20 : QUEUED, rows[i].whole);
        bench_device_row(b, rows[i].what, us, "us", 0, "");
    }
}

/* ---- The program ---- */

static const struct {
    const char *name;
    void (*run)(const bench_device *b);
} parts[] = { { "latencies", latencies },
              { "copies", bench_device_copies },
              { "rates", bench_device_rates },
              { "loader", bench_device_loader } };
enum { PARTS = sizeof parts / sizeof *parts };

static int complain(void)
{
    fprintf(stderr, "device: %s\n", wk_error_text());
    return 1;
}

static bool has_part(const char *name)
{
    for (int i = 0; i < PARTS; i++)
        if (!strcmp(parts[i].name, name)) return true;
    return false;
}

static int run(const bench_device *b, const char *only)
{
    wk_cuda_properties facts;
    if (wk_cuda_get_device_properties(b->device, &facts) || wk_set_device(b->device)) return complain();
    if (!b->json)
        printf("wick %s, %s, compute capability %d.%d, %d multiprocessors, CUDA %d\n", wk_version(), facts.name,
               facts.major, facts.minor, facts.multiprocessors, facts.runtime);
    for (int i = 0; i < PARTS; i++) {
        WK_SCOPE(part);
        if (!only || !strcmp(only, parts[i].name)) parts[i].run(b);
        if (wk_failed()) return complain();
    }
    return 0;
}

int main(int argc, char **argv)
{
    bench_device b = { .device = wk_cuda(0) };
    const char *only = NULL;
    bool ok = true;
    for (int i = 1; i < argc && ok; i++) {
        if (!strcmp(argv[i], "--json"))
            b.json = true;
        else if (!strcmp(argv[i], "--small"))
            b.small = true;
        else if (!strcmp(argv[i], "--device") && i + 1 < argc)
            ok = wk_device_by_name(argv[++i], &b.device) == WK_OK || (complain(), false);
        else if (!strcmp(argv[i], "--only") && i + 1 < argc)
            ok = has_part(only = argv[++i]);
        else
            ok = false;
    }
    if (ok) return run(&b, only);
    fputs("usage: device [--device NAME] [--only latencies|copies|rates|loader] [--small] [--json]\n", stderr);
    return 2;
}
