/* wick lr-find: a learning-rate range test (Smith 2017) as fastai runs it: the rate grows by the same factor each step,
 * the loss is smoothed, and the test ends once it explodes; what is suggested lies where the loss fell for longest. */
#include "commands.h"
#include "plot.h"
#include "run.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double smoothing = 0.98, explosion = 4; /* fastai's: of the running mean; times the least loss so far */
enum { LAST_LEFT_OUT = 5 };                          /* fastai's too: steps of the explosion itself */

typedef struct settings {
    run_settings run;
    const char *optim;
    double from, to;
    int64_t steps, seed;
} settings;

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "optim", 0, ARGS_TEXT, AT(optim), "NAME", "as of wick train (adam)", 0, 0 },
    { "from", 0, ARGS_REAL, AT(from), "X", "the first rate (1e-7)", 0, 1e30 },
    { "to", 0, ARGS_REAL, AT(to), "X", "the last one, if the loss lasts so long (10)", 0, 1e30 },
    { "steps", 0, ARGS_WHOLE, AT(steps), "N", "steps between them (100)", 20, 10000 },
    { "seed", 0, ARGS_WHOLE, AT(seed), "S", "of the starting weights and the order of rows (1)", 0, 9e18 },
};

/* What was seen in n steps, and what follows from it. */
typedef struct trace {
    const settings *settings;
    int n;
    double *rate, *loss, *smooth;
    bool exploded;
    int found; /* the step whose rate is suggested; -1: the loss fell nowhere */
    double suggestion;
} trace;

static bool trace_make(trace *t, const settings *s)
{
    *t = (trace){ .settings = s, .found = -1 };
    t->rate = calloc(3 * (size_t)s->steps, sizeof *t->rate);
    t->loss = t->rate ? t->rate + s->steps : NULL;
    t->smooth = t->rate ? t->rate + 2 * s->steps : NULL;
    return t->rate != NULL;
}

/* The next batch, of the next epoch where one ends. */
static wk_batch *next_batch(wk_loader *loader)
{
    wk_batch *b = wk_loader_next(loader);
    return b || wk_failed() ? b : wk_loader_next(loader);
}

static bool put_step(const trace *t, int i)
{
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "event", "step");
    json_number(&j, "lr", t->rate[i]);
    json_number(&j, "loss", t->loss[i]);
    json_number(&j, "smooth", t->smooth[i]);
    json_close(&j);
    return json_end_line(&j);
}

/* Steps until the last rate, an explosion or a signal; a loss that is not finite is no point. */
static wk_status climb(trace *t, run_parts *with, progress *shown)
{
    const settings *s = t->settings;
    double mean = 0, least = INFINITY;
    while (t->n < s->steps && !t->exploded) {
        WK_SCOPE(step);
        const int i = t->n;
        if (say_stop_signal()) return wk_fail(WK_E_INTERRUPTED, "stopped");
        t->rate[i] = s->from * pow(s->to / s->from, (double)i / (double)(s->steps - 1));
        wk_batch *b = next_batch(with->train);
        if (!b || wk_set_lr(with->optim, t->rate[i])) return wk_error();
        t->loss[i] = run_step(with, b, NULL);
        if (wk_failed()) return wk_error();
        mean = smoothing * mean + (1 - smoothing) * t->loss[i];
        t->smooth[i] = mean / (1 - pow(smoothing, i + 1));
        least = fmin(least, t->smooth[i]);
        t->exploded = !isfinite(t->smooth[i]) || t->smooth[i] > explosion * least;
        if (!isfinite(t->smooth[i])) break;
        t->n++;
        if (s->run.json && !put_step(t, i)) return wk_fail(WK_E_IO, "cannot write to standard output");
        progress_task(shown, "trying rates", (double)t->n / (double)s->steps);
    }
    return WK_OK;
}

/* fastai's "valley": of the smoothed losses, less a tenth at the start and the explosion, the longest run of points
 * that fall, with others between them; half way through its middle third. */
static bool suggest(trace *t)
{
    const int from = (int)(t->settings->steps / 10), n = t->n - LAST_LEFT_OUT - from;
    const double *loss = t->smooth + from;
    int *length = n > 0 ? calloc((size_t)n, sizeof *length) : NULL, end = 0;
    if (!length) return n <= 0;
    for (int i = 0; i < n; i++) {
        length[i] = 1;
        for (int k = 0; k < i; k++)
            if (loss[i] < loss[k] && length[i] <= length[k]) length[i] = length[k] + 1;
        if (length[i] > length[end]) end = i;
    }
    enum { FEWEST = 4 };
    if (length[end] >= FEWEST) {
        const int start = end - length[end] > 0 ? end - length[end] : 0, third = (end - start) / 3;
        t->found = from + start + third + (end - start) / 6;
        const double unit = pow(10, floor(log10(t->rate[t->found])) - 1); /* two digits are more than it can tell */
        t->suggestion = round(t->rate[t->found] / unit) * unit;
    }
    free(length);
    return true;
}

/* The points of the chart: the explosion is cut where it has risen as far as the loss had fallen, or it would flatten
 * the rest. */
static int cut(const trace *t, double *y)
{
    int least = 0, n = 0;
    double top = -INFINITY;
    for (int i = 0; i < t->n; i++) least = t->smooth[i] < t->smooth[least] ? i : least;
    for (int i = 0; i < least; i++) top = fmax(top, t->smooth[i]);
    const double ceiling = least ? top + (top - t->smooth[least]) : INFINITY;
    for (bool over = false; n < t->n && !over; n++) {
        over = t->smooth[n] > ceiling;
        y[n] = fmin(t->smooth[n], ceiling);
    }
    return n;
}

static void put_chart(trace *t, const run *r)
{
    char title[64 + OPTIMS_TEXT];
    double *y = t->loss; /* told already */
    const plot_line line = { .name = "", .n = cut(t, y), .x = t->rate, .y = y };
    snprintf(title, sizeof title, "smoothed loss by learning rate of %s", r->optimizer->key);
    plot_put(stdout, &(plot){ .title = title,
                              .x_scale = CHART_LOG,
                              .y_scale = CHART_LOG,
                              .lines = &line,
                              .nlines = 1,
                              .mark = t->found < 0 ? NAN : t->rate[t->found] });
}

/* What was given to this command is given to train as well, but for what leaves its bits as they are. */
static void put_next(const trace *t, const run *r)
{
    const run_settings *s = &t->settings->run, usual = run_defaults();
    char text[4096], lr[32], batch[32];
    say_room clip, clip_value;
    snprintf(lr, sizeof lr, "%.2g", t->suggestion);
    snprintf(batch, sizeof batch, "%lld", (long long)s->batch_size);
    const struct {
        const char *name, *value;
    } given[] = {
        { "--model", strcmp(s->model, usual.model) ? s->model : NULL },
        { "--hidden", s->hidden && strcmp(s->hidden, run_usual_hidden) ? s->hidden : NULL },
        { "--scale", strcmp(s->scale, usual.scale) ? s->scale : NULL },
        { "--batch-size", s->batch_size ? batch : NULL },
        { "--clip", s->clip > 0 ? say_exact(clip, s->clip) : NULL },
        { "--clip-value", s->clip_value > 0 ? say_exact(clip_value, s->clip_value) : NULL },
        { "--matmul", s->matmul },
        { "--device", s->device },
        { "--split", s->data.train },
        { "--test", s->data.test },
        { "--x", s->data.x },
        { "--y", s->data.y },
        { "--optim", r->optimizer->key },
        { "--lr", lr },
    };
    enum { GIVEN = sizeof given / sizeof *given };
    char *words[5 + 2 * GIVEN] = { "wick", "train", (char *)s->data.path };
    int n = 3;
    for (int i = 0; i < GIVEN; i++) {
        if (!given[i].value) continue;
        words[n++] = (char *)given[i].name;
        words[n++] = (char *)given[i].value;
    }
    if (s->data.isolate) words[n++] = "--isolate";
    if (s->bf16) words[n++] = "--bf16";
    args_join(text, sizeof text, n, words);
    printf("next: %s\n", text);
}

static void put_text(trace *t, const run *r)
{
    const settings *s = t->settings;
    const bool talks = !s->run.quiet;
    if (talks) {
        printf("model  %s, batch %lld, on %s\n", r->plan->model, (long long)r->plan->batch_size, r->plan->data->path);
        printf("tried  %d of %lld rates from %g to %g%s\n\n", t->n, (long long)s->steps, s->from, s->to,
               t->exploded ? "; there the loss exploded" : "");
        put_chart(t, r);
        printf("\n");
    }
    if (t->found >= 0) printf("suggested rate: %.2g\n", t->suggestion);
    if (t->found >= 0 && talks) put_next(t, r);
}

static void put_json(const trace *t)
{
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "event", "result");
    json_number(&j, "lr", t->found < 0 ? NAN : t->suggestion);
    json_whole(&j, "steps", t->n);
    json_bool(&j, "exploded", t->exploded);
    json_close(&j);
    json_end_line(&j);
}

static int report(trace *t, const run *r)
{
    char why[1400];
    if (!suggest(t)) return say_failed("no memory");
    if (t->settings->run.json)
        put_json(t);
    else
        put_text(t, r);
    if (t->found >= 0) return EXIT_DONE;
    if (t->exploded && sets_find_strange(r->plan->data, false, why, sizeof why))
        return say_failed("loss became nan: %s", why);
    if (!t->n) return say_failed("loss is nan in the first step; what the data holds may be out of range");
    if (t->exploded) return say_failed("the loss exploded after %d steps, before it fell; try a smaller --from", t->n);
    return say_failed("the loss fell nowhere in %d steps; try another --from and --to", t->n);
}

static int find(const settings *s, run_plan *plan, const optims_kind *optimizer)
{
    sets data;
    run_parts with;
    trace t;
    if (!sets_open(&data, &s->run.data)) return say_error();
    int code = run_plan_for(plan, &data, NULL);
    if (code != EXIT_DONE) return code;
    progress shown = { .mode = progress_choose(s->run.json, s->run.quiet) };
    run r = { .plan = plan, .optimizer = optimizer, .lr = s->from, .seed = { .seed = (uint64_t)s->seed } };
    if (!run_make_parts(&r, &with)) return say_error();
    if (!trace_make(&t, s)) return say_failed("no memory for %lld steps", (long long)s->steps);
    const wk_status status = climb(&t, &with, &shown);
    progress_clear(&shown);
    code = status ? say_error() : report(&t, &r);
    free(t.rate);
    return code;
}

static int start(int argc, char **argv)
{
    settings s = { .run = run_defaults(), .optim = "adam", .from = 1e-7, .to = 10, .steps = 100, .seed = 1 };
    const char *operands[ARGS_OPERANDS];
    run_plan plan;
    if (!args_read(&command_lr_find, argc, argv, &s, operands)) return EXIT_USAGE;
    if (s.from >= s.to)
        return say_usage("--from is %g and --to %g; expected a smaller and a larger rate", s.from, s.to);
    s.run.data.path = operands[0];
    optims_kind optimizer;
    if (!optims_read(&optimizer, s.optim) || !run_prepare(&plan, &s.run)) return EXIT_USAGE;
    WK_SCOPE(finding);
    return find(&s, &plan, &optimizer);
}

const args_command command_lr_find = {
    .name = "lr-find",
    .about = "tries learning rates from tiny to huge, suggests one",
    .operands = "FILE.h5 [options]",
    .fewest = 1,
    .most = 1,
    .text = "  wick lr-find digits.h5\n"
            "  wick lr-find digits.h5 --model lenet --optim sgd --batch-size 64\n\n"
            "Trains for a hundred steps at rates that grow from step to step, and draws the\n"
            "smoothed loss by rate until it is four times its least. The arrow stands within\n"
            "the longest fall, at the rate that is suggested. Nothing is kept.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .shared = run_options + RUN_OF_EPOCHS,
    .nshared = RUN_OPTIONS - RUN_OF_EPOCHS,
    .run = start,
};
