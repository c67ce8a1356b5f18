/* Laws of profiles: calls, operations and bytes of a known step are exact, ordinary and replayed; times fit into the
 * time that passed; watching changes nothing and fails nothing. */
#include "backends/cpu/onednn.h"
#include "backends/profile.h"
#include "refusals.h"
#include "step_model.h"
#include "wick_check.h"
#include <unistd.h>

enum { BATCH = 4, IN = 8, HIDDEN = 5, OUT = 3, ROWS = 256 };

/* A plan does not make another call of tanh's, as it does of ReLU's. */
static model model_new(int64_t in, int64_t hidden, int64_t out)
{
    wk_manual_seed(4);
    model m = { .net = wk_nn_sequential(wk_nn_linear(in, hidden), wk_nn_tanh(), wk_nn_linear(hidden, out)) };
    m.opt = wk_optim_adam(wk_parameters(m.net));
    return m;
}

static model small(void) { return model_new(IN, HIDDEN, OUT); }

static void inputs(int64_t batch, int64_t features, wk_tensor *in[2])
{
    in[0] = wk_randn(WK_SHAPE(batch, features), WK_F32);
    in[1] = wk_zeros(WK_SHAPE(batch), WK_I64);
}

static void run_steps(const model *m, wk_plan *plan, wk_tensor *const *in, int n)
{
    for (int i = 0; i < n; i++) {
        WK_SCOPE(one);
        if (plan)
            wk_plan_run(plan, in, 2);
        else
            step((void *)m, in, 2);
    }
}

/* n steps, watched, behind as many as it takes until replays begin. */
static void watch(wk_profile *p, const model *m, bool planned, wk_tensor *const *in, int n)
{
    wk_plan *plan = planned ? wk_capture(step, (void *)m) : NULL;
    run_steps(m, plan, in, 3);
    WK_PROFILE(on, p);
    run_steps(m, plan, in, n);
    CHECK_OK();
}

static wk_profile_row row_called(const wk_profile *p, const char *name)
{
    wk_profile_row rows[ROWS];
    const int n = wk_profile_rows(p, rows, ROWS);
    CHECK(n >= 0 && n <= ROWS);
    for (int i = 0; i < n; i++)
        if (!strcmp(rows[i].name, name)) return rows[i];
    return (wk_profile_row){ .calls = 0 };
}

/* ---- Counts ---- */

static const struct {
    const char *name;
    wk_profile_kind kind;
    int64_t calls;
    double flops, bytes;
} expected[] = {
    { "product", WK_PROFILE_FORWARD, 2, 2 * BATCH *(IN *HIDDEN + HIDDEN * OUT),
      4 * (BATCH * (IN + 2 * HIDDEN + OUT) + (IN + 1) * HIDDEN + (HIDDEN + 1) * OUT) },
    { "tanh", WK_PROFILE_FORWARD, 1, 0, 4 * 2 * BATCH *HIDDEN },
    { "cross_entropy", WK_PROFILE_FORWARD, 1, 0, 4 * BATCH *(1 + 2 * OUT) + 8 * BATCH },
    { "reduce", WK_PROFILE_FORWARD, 1, 0, 4 * (BATCH + 1) },
    { "backward: fill", WK_PROFILE_BACKWARD, 1, 0, 4 },
    { "cross_entropy backward", WK_PROFILE_BACKWARD, 1, 0, 4 * (2 * BATCH * OUT + 1) + 8 * BATCH },
    { "linear backward: product", WK_PROFILE_BACKWARD, 3, 2 * BATCH *(IN *HIDDEN + 2 * HIDDEN * OUT),
      4 * (BATCH * (IN + HIDDEN) + IN * HIDDEN + 2 * (BATCH * (HIDDEN + OUT) + HIDDEN * OUT)) },
    { "linear backward: reduce", WK_PROFILE_BACKWARD, 2, 0, 4 * (BATCH + 1) * (HIDDEN + OUT) },
    { "tanh backward", WK_PROFILE_BACKWARD, 1, 0, 4 * 3 * BATCH *HIDDEN },
    { "adam update", WK_PROFILE_UPDATE, 1, 0, 28 * ((IN + 1) * HIDDEN + (HIDDEN + 1) * OUT) },
};
enum { EXPECTED = sizeof expected / sizeof *expected };

static void check_counts(const wk_profile *p, int steps)
{
    for (int i = 0; i < EXPECTED; i++) {
        const wk_profile_row row = row_called(p, expected[i].name);
        ck_assert_msg(row.calls == expected[i].calls * steps, "%s: %lld calls", expected[i].name, (long long)row.calls);
        ck_assert_msg(row.flops == expected[i].flops * steps, "%s: %g operations", expected[i].name, row.flops);
        ck_assert_msg(row.bytes == expected[i].bytes * steps, "%s: %g bytes", expected[i].name, row.bytes);
        CHECK(row.kind == expected[i].kind && row.seconds > 0 && row.share > 0);
    }
}

TEST(profile, counts_every_call_of_an_ordinary_step)
{
    wk_tensor *in[2];
    const model m = small();
    inputs(BATCH, IN, in);
    wk_profile *p = wk_profile_new();
    watch(p, &m, false, in, 7);
    check_counts(p, 7);
    CHECK(wk_profile_rows(p, NULL, 0) == EXPECTED);
}

TEST(profile, counts_the_same_in_replays_and_what_the_host_does)
{
    wk_tensor *in[2];
    const model m = small();
    inputs(BATCH, IN, in);
    wk_profile *p = wk_profile_new();
    watch(p, &m, true, in, 7);
    check_counts(p, 7);
    CHECK(row_called(p, "adam update: host").calls == 7 && row_called(p, "host").calls == 7);
    CHECK(wk_profile_rows(p, NULL, 0) == EXPECTED + 2);
}

TEST(profile, counts_the_operations_that_summaries_count)
{
    WK_NO_GRAD(looking);
    wk_module *net = wk_nn_sequential(wk_nn_conv2d(3, 8, WK_DIMS(3), .padding = WK_DIMS(1)), wk_nn_relu(),
                                      wk_nn_flatten(), wk_nn_linear(8 * 36, 10));
    wk_tensor *x = wk_randn(WK_SHAPE(5, 3, 6, 6), WK_F32);
    wk_profile *p = wk_profile_new();
    wk_summary s;
    {
        WK_PROFILE(on, p);
        CHECK(wk_module_summary(net, x, &s) == WK_OK);
        CHECK(wk_profile_total(p).calls == 0);
        wk_forward(net, x);
    }
    wk_profile_row rows[ROWS];
    double flops = 0;
    for (int i = 0, n = wk_profile_rows(p, rows, ROWS); i < n; i++) flops += rows[i].flops;
    CHECK(flops == 5 * s.flops && s.flops == 2 * (36 * 8 * 27 + 8 * 36 * 10));
    wk_summary_free(&s);
}

TEST(profile, names_every_optimizer_by_its_update)
{
    const char *const *names;
    const int n = wk_optim_names(&names);
    for (int i = 0; i < n; i++) {
        WK_SCOPE(one);
        char text[80];
        wk_tensor *in[2];
        model m = small();
        inputs(BATCH, IN, in);
        m.opt = wk_optim_by_name(names[i], wk_parameters(m.net), NULL);
        if (!m.opt) { /* for matrices alone, or by a closure */
            wk_error_clear();
            continue;
        }
        wk_profile *p = wk_profile_new();
        {
            WK_PROFILE(on, p);
            step(&m, in, 2);
        }
        snprintf(text, sizeof text, "%s update", names[i]);
        wk_profile_row rows[ROWS];
        bool found = false;
        for (int k = 0, all = wk_profile_rows(p, rows, ROWS); k < all; k++)
            found |= rows[k].kind == WK_PROFILE_UPDATE && !strncmp(rows[k].name, text, strlen(text));
        ck_assert_msg(found || wk_failed(), "%s", text);
        wk_error_clear();
    }
}

static wk_tensor *twice_forward(wk_function *f, wk_tensor *const *in, int n)
{
    (void)f, (void)n;
    return wk_mul_scalar(in[0], 2);
}
static wk_status twice_backward(wk_function *f, wk_tensor *g, wk_tensor **d)
{
    (void)f;
    d[0] = wk_mul_scalar(g, 2);
    return wk_error();
}

TEST(profile, names_a_function_of_the_users)
{
    static const wk_function_ops twice = { sizeof twice, "twice", 0, twice_forward, twice_backward, NULL };
    wk_tensor *x = wk_requires_grad(wk_ones(WK_SHAPE(3), WK_F32));
    wk_profile *p = wk_profile_new();
    WK_PROFILE(on, p);
    wk_backward(wk_sum(wk_apply(&twice, &x, 1, NULL)));
    CHECK(row_called(p, "twice backward: mul_scalar").calls == 1);
}

TEST(profile, tells_shapes_apart_where_asked)
{
    wk_tensor *in[2];
    const model m = small();
    inputs(BATCH, IN, in);
    wk_profile *p = wk_profile_new(.shapes = true);
    watch(p, &m, false, in, 2);
    wk_profile_row rows[ROWS];
    int found = 0;
    for (int i = 0, n = wk_profile_rows(p, rows, ROWS); i < n; i++) {
        if (strcmp(rows[i].name, "product") != 0) continue;
        found++;
        CHECK(rows[i].calls == 2);
        CHECK(!strcmp(rows[i].shapes, "[4, 5] [4, 8] [8, 5]") || !strcmp(rows[i].shapes, "[4, 3] [4, 5] [5, 3]"));
    }
    CHECK(found == 2);
}

/* ---- Times and threads ---- */

static void check_times(const wk_profile *p, int threads, bool parts)
{
    double last[1 + 64] = { 0 }, sum = 0;
    bool members = false;
    for (int64_t i = 0; i < p->nevents; i++) {
        const wki_event *e = &p->events[i];
        const int at = e->thread < WKI_TEAM_THREAD ? 0 : e->thread - WKI_TEAM_THREAD;
        members |= at > 0;
        CHECK(e->end >= e->begin && e->begin >= last[at] && at < threads);
        last[at] = e->end;
        sum += e->end - e->begin;
    }
    const wk_profile_totals t = wk_profile_total(p);
    CHECK(members == parts && t.threads == threads && t.left_out == 0 && t.events == p->nevents);
    CHECK_NEAR(sum, t.seconds, 1e-9 * (double)t.events);
    CHECK(t.seconds > 0 && t.seconds <= t.watched * threads);
}

static void check_threads(bool planned)
{
    for (int threads = 1; threads <= 3; threads++) {
        WK_SCOPE(one);
        CHECK(wk_set_num_threads(threads) == WK_OK);
        wk_tensor *in[2];
        const model m = model_new(128, 128, 10);
        inputs(64, 128, in);
        wk_profile *p = wk_profile_new();
        watch(p, &m, planned, in, 5);
        check_times(p, threads, threads > 1);
    }
}

TEST_ON_CPU(profile, of_each_thread_takes_no_longer_than_what_passed, "its subject is the CPU's threads")
{
    check_threads(false);
}
TEST_ON_CPU(profile, of_each_thread_of_a_replay_takes_no_longer_than_what_passed, "its subject is the CPU's threads")
{
    if (wki_onednn_chosen()) return; /* runs a plan's calls one by one */
    check_threads(true);
}

TEST(profile, changes_no_bit)
{
    CHECK(wk_set_num_threads(3) == WK_OK);
    wk_tensor *in[2];
    const model a = model_new(128, 128, 10), b = model_new(128, 128, 10);
    inputs(64, 128, in);
    wk_profile *p = wk_profile_new();
    watch(p, &a, true, in, 5);
    run_steps(&b, NULL, in, 8);
    wk_params *x = wk_parameters(a.net), *y = wk_parameters(b.net);
    for (int i = 0; i < wk_params_count(x); i++) CHECK(wk_equal(wk_params_at(x, i), wk_params_at(y, i)));
}

typedef struct worker {
    wk_profile *p;
    int calls;
} worker;

static void work(void *argument)
{
    const worker *w = argument;
    WK_SCOPE(thread);
    wk_tensor *x = wk_ones(WK_SHAPE(10), WK_F32);
    for (int i = 0; i < 4; i++) {
        WK_PROFILE(on, w->p);
        WK_PROFILE_RANGE(part, "part");
        for (int k = 0; k < w->calls; k++) {
            WK_SCOPE(one);
            wk_relu(x);
        }
    }
}

TEST(profile, of_several_threads_counts_all_calls)
{
    enum { THREADS = 4 };
    wk_profile *p = wk_profile_new(.most_events = 1000);
    wki_thread *threads[THREADS];
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){ p, 100 * (i + 1) };
        threads[i] = wki_thread_start(work, &workers[i], "worker");
    }
    for (int i = 0; i < 20; i++) wk_profile_total(p);
    for (int i = 0; i < THREADS; i++) wki_thread_join(threads[i]);
    CHECK(row_called(p, "relu").calls == 4000 && row_called(p, "part").calls == 4 * THREADS);
    const wk_profile_totals t = wk_profile_total(p);
    CHECK(t.events == 1000 && t.events + t.left_out == 4000 + 4 * THREADS && t.watched >= t.seconds);
}

TEST(profile, sees_a_range_from_end_to_end)
{
    wk_tensor *x = wk_ones(WK_SHAPE(1000), WK_F32);
    wk_profile *p = wk_profile_new();
    {
        WK_PROFILE_RANGE(before, "before"); /* nobody watches */
        WK_PROFILE(on, p);
        WK_PROFILE_RANGE(outer, "outer");
        WK_PROFILE_RANGE(nothing, NULL);
        for (int i = 0; i < 3; i++) {
            WK_PROFILE_RANGE(inner, "inner");
            wk_exp(x);
        }
    }
    wk_profile_row rows[ROWS];
    CHECK(wk_profile_rows(p, rows, ROWS) == 3 && !strcmp(rows[0].name, "exp") && rows[0].share == 1);
    CHECK(!strcmp(rows[1].name, "outer") && rows[1].calls == 1 && rows[1].share <= 1);
    CHECK(!strcmp(rows[2].name, "inner") && rows[2].calls == 3 && rows[2].kind == WK_PROFILE_OF_RANGE);
    CHECK(rows[1].seconds >= rows[2].seconds && rows[2].seconds >= rows[0].seconds && isnan(rows[2].of_peak));
    CHECK(wk_profile_total(p).calls == 3);
}

TEST(profile, ends_when_it_is_ended_and_begins_anew_when_reset)
{
    wk_tensor *x = wk_ones(WK_SHAPE(10), WK_F32);
    wk_profile *p = wk_profile_new();
    CHECK(wk_profile_begin(p) == WK_OK);
    wk_relu(x);
    CHECK(wk_profile_end(p) == WK_OK);
    WK_PROFILE(off, NULL);
    wk_relu(x);
    const wk_profile_totals t = wk_profile_total(p);
    CHECK(t.calls == 1 && t.events == 1 && wk_profile_total(p).watched == t.watched);
    CHECK(wk_profile_begin(p) == WK_OK && wk_profile_reset(p) == WK_OK);
    CHECK(wk_profile_total(p).calls == 0 && wk_profile_total(p).watched < t.watched + 1);
    wk_exp(x);
    CHECK(wk_profile_end(p) == WK_OK && wk_profile_rows(p, NULL, 0) == 1 && row_called(p, "exp").calls == 1);
    CHECK(wk_profile_total(p).watched >= wk_profile_total(p).seconds);
}

/* ---- Peak ---- */

TEST(profile, tells_how_near_the_peak_each_row_comes)
{
    wk_tensor *in[2];
    const model m = small();
    inputs(BATCH, IN, in);
    wk_profile *p = wk_profile_new();
    watch(p, &m, false, in, 2);
    CHECK(isnan(row_called(p, "tanh").of_peak));
    const wk_peak peak = { .threads = 2, .flops = 4e9, .bytes = 1e15 };
    CHECK(wk_profile_set_peak(p, &peak) == WK_OK);
    wk_profile_row row = row_called(p, "product");
    CHECK_NEAR(row.of_peak, row.flops / 2e9 / row.seconds, 1e-9);
    row = row_called(p, "tanh");
    CHECK_NEAR(row.of_peak, row.bytes / 5e14 / row.seconds, 1e-9);
}

TEST(profile, measures_a_peak_that_products_stay_under)
{
    wk_peak peak;
    CHECK(wk_set_num_threads(2) == WK_OK && wk_measure_peak(&peak) == WK_OK);
    CHECK(peak.threads == 2 && peak.flops > 1e8 && peak.bytes > 1e7);
}

/* ---- Bounds and errors ---- */

TEST(profile, keeps_no_more_events_than_it_may_and_counts_the_rest)
{
    wk_tensor *in[2];
    const model m = small();
    inputs(BATCH, IN, in);
    wk_profile *p = wk_profile_new(.most_events = 10);
    watch(p, &m, true, in, 7);
    check_counts(p, 7);
    const wk_profile_totals t = wk_profile_total(p);
    CHECK(t.events == 10 && t.left_out == t.calls - 10);
}

TEST(profile, keeps_no_more_rows_than_it_may)
{
    enum { SHAPES = 5000 };
    WK_NO_GRAD(looking);
    wk_tensor *x = wk_ones(WK_SHAPE(SHAPES), WK_F32);
    wk_profile *p = wk_profile_new(.most_events = 0);
    {
        WK_PROFILE(on, p);
        for (int i = 0; i < SHAPES; i++) {
            WK_SCOPE(one);
            wk_relu(wk_narrow(x, 0, 0, i + 1));
        }
    }
    CHECK(p->nentries < SHAPES && row_called(p, "relu").calls + row_called(p, "others").calls == SHAPES);
    CHECK(row_called(p, "others").bytes > 0 && wk_profile_total(p).calls == SHAPES);
}

static wk_tensor *without_scratch(void *user, wk_tensor *const *in, int n)
{
    (void)user, (void)n;
    return wk_exp(wk_relu(in[0]));
}

TEST_ON_CPU(profile, without_memory_leaves_events_out_and_fails_no_step, "it takes the host's memory away")
{
    if (wki_onednn_chosen()) return; /* runs a plan's calls one by one */
    enum { STEPS = 300 };
    bool refused = true;
    long n = 1;
    for (; refused; n++) {
        WK_SCOPE(one);
        wk_tensor *x = wk_ones(WK_SHAPE(3), WK_F32);
        wk_plan *plan = wk_capture(without_scratch, NULL);
        wk_profile *p = wk_profile_new();
        for (int i = 0; i < 3; i++) wk_plan_run(plan, &x, 1);
        CHECK(wk_profile_begin(p) == WK_OK);
        arm(n, false);
        for (int i = 0; i < STEPS; i++) CHECK(wk_plan_run(plan, &x, 1));
        refused = disarm();
        CHECK_OK();
        CHECK(wk_profile_end(p) == WK_OK);
        const wk_profile_totals t = wk_profile_total(p);
        CHECK(t.events + t.left_out == t.calls && t.calls >= 2 * (STEPS - 1));
        CHECK(refused || t.left_out == 0);
    }
    CHECK(n > STEPS);
}

TEST(profile, outlives_its_scope_until_it_ends)
{
    wk_profile *p;
    {
        WK_SCOPE(inner);
        p = wk_profile_new();
        CHECK(wk_profile_begin(p) == WK_OK);
    }
    wk_relu(wk_ones(WK_SHAPE(3), WK_F32));
    CHECK(wk_profile_total(p).calls == 2 && wk_profile_end(p) == WK_OK);
}

TEST(profile, refuses_what_it_cannot_do)
{
    wk_profile *p = wk_profile_new(), *q = wk_profile_new(.most_events = 0);
    CHECK(wk_profile_end(p) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "profile_end", "wk_profile_begin");
    CHECK(wk_profile_begin(p) == WK_OK && wk_profile_begin(q) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "profile_begin", "watched already");
    CHECK(wk_profile_end(q) == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "profile_end", "not watched by it");
    wk_fail(WK_E_INVALID, "something else");
    CHECK(wk_profile_end(p) == WK_OK && wk_profile_begin(p) == WK_E_INVALID);
    wk_error_clear();
    CHECK(wk_profile_write_trace(q, "trace.json") == WK_E_STATE);
    CHECK_ERROR(WK_E_STATE, "profile_write_trace", "most_events");
    CHECK(wk_profile_write_trace(p, "no/such/folder/trace.json") == WK_E_IO || wk_error() == WK_E_NOT_FOUND);
    CHECK_ERROR(wk_error(), "profile_write_trace", "no/such/folder/trace.json");
    CHECK(wk_profile_set_peak(p, &(wk_peak){ .threads = 1 }) == WK_E_RANGE);
    CHECK_ERROR(WK_E_RANGE, "profile_set_peak", "wk_measure_peak");
    CHECK_NULL(wk_profile_new(.most_events = -1));
    CHECK_ERROR(WK_E_RANGE, "profile_new", "most_events is -1");
    CHECK(wk_profile_rows(p, NULL, 3) == -1);
    CHECK_ERROR(WK_E_INVALID, "profile_rows", "rows");
    CHECK(wk_profile_print(p, NULL) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "profile_print", "out");
    CHECK(wk_measure_peak(NULL) == WK_E_INVALID);
    CHECK_ERROR(WK_E_INVALID, "measure_peak", "out");
}

/* ---- What is written ---- */

static int times_in(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)); text += strlen(what)) n++;
    return n;
}

static char *slurp(FILE *file, char *text, size_t size)
{
    rewind(file);
    text[fread(text, 1, size - 1, file)] = 0;
    fclose(file);
    return text;
}

TEST(profile, prints_its_rows_by_time)
{
    char text[8192];
    wk_tensor *in[2];
    const model m = small();
    inputs(BATCH, IN, in);
    wk_profile *p = wk_profile_new(.most_events = 5);
    watch(p, &m, true, in, 7);
    FILE *file = tmpfile();
    CHECK(wk_profile_set_peak(p, &(wk_peak){ 1, 1e11, 1e10 }) == WK_OK && wk_profile_print(p, file) == WK_OK);
    slurp(file, text, sizeof text);
    wk_profile_row rows[ROWS];
    const int n = wk_profile_rows(p, rows, ROWS);
    const char *at = text;
    for (int i = 0; i < n; i++) {
        char start[100];
        snprintf(start, sizeof start, "\n%.79s  ", rows[i].name);
        CHECK((at = strstr(at, start)));
        CHECK(i == 0 || rows[i].seconds <= rows[i - 1].seconds);
    }
    CHECK(strstr(text, "of peak") && strstr(text, "the first 5 events"));
}

TEST(profile, writes_each_event_and_whatever_text_as_json)
{
    static char text[1 << 16];
    wk_profile *p = wk_profile_new();
    {
        WK_PROFILE(on, p);
        WK_PROFILE_RANGE(odd, "\"a\\\n\xff\xc3\xa9");
        wk_relu(wk_ones(WK_SHAPE(2, 3), WK_F32));
    }
    char path[] = "profile-XXXXXX";
    close(mkstemp(path));
    CHECK(wk_profile_write_trace(p, path) == WK_OK);
    FILE *file = fopen(path, "r");
    CHECK(file);
    slurp(file, text, sizeof text);
    unlink(path);
    CHECK(times_in(text, "\"ph\":\"X\"") == 3 && times_in(text, "\"thread_name\"") == 1);
    CHECK(strstr(text, "\"name\":\"\\u0022a\\u005c\\u000a?\xc3\xa9\",\"cat\":\"range\""));
    CHECK(strstr(text, "\"name\":\"relu\",\"cat\":\"forward\",\"pid\":1,\"tid\":0,\"ts\":"));
    CHECK(strstr(text, "\"shapes\":\"[2, 3] [2, 3]\",\"flops\":0,\"bytes\":48"));
}

WICK_TEST_MAIN
