/* wick compare: the same training with several optimizers and seeds, a table, and a folder with the report; of runs
 * that have been, what side.c makes of them. */
#include "commands.h"
#include "folder.h"
#include "imprint.h"
#include "machine.h"
#include "result.h"
#include "run.h"
#include "side.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIMIZERS = 8 };

typedef struct settings {
    run_settings run;
    const char *optim, *lr, *out;
    int64_t seeds;
} settings;

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "optim", 0, ARGS_TEXT, AT(optim), "A,B", "as of train, options behind colons (the first four)", 0, 0 },
    { "seeds", 0, ARGS_WHOLE, AT(seeds), "S", "how many seeds each is trained with (3)", 1, 1000 },
    { "lr", 0, ARGS_TEXT, AT(lr), "A=X,B=Y", "learning rates (sgd 0.05, adagrad 0.02, others 0.001)", 0, 0 },
    { "out", 'o', ARGS_TEXT, AT(out), "DIR", "folder for the report (runs/compare-DATE-TIME)", 0, 0 },
};

typedef struct compare {
    const settings *settings;
    optims_kind optimizers[MOST_OPTIMIZERS];
    double lr[MOST_OPTIMIZERS];
    int noptimizers;
    run_plan plan;
    sets data;
    progress progress;
    run *runs; /* noptimizers times seeds, those of one optimizer together */
    report_optimizer rows[MOST_OPTIMIZERS];
    report_seed *seeds;
    report_run report;
    report_stat stats[MOST_OPTIMIZERS][REPORT_MEASURES];
    char command[2048], text[200], fingerprint[24], cpu[128], date[64], headline[2048];
} compare;

static int position(const compare *c, const char *key)
{
    for (int i = 0; i < c->noptimizers; i++)
        if (!strcmp(c->optimizers[i].key, key)) return i;
    return -1;
}

static bool read_optimizers(compare *c)
{
    const char *list = c->settings->optim;
    char item[OPTIMS_TEXT];
    while (args_item(&list, item, sizeof item)) {
        optims_kind *o = &c->optimizers[c->noptimizers];
        if (position(c, item) >= 0) return say_usage("--optim names %s twice", item), false;
        if (c->noptimizers == MOST_OPTIMIZERS)
            return say_usage("--optim names more than %d optimizers", MOST_OPTIMIZERS), false;
        if (!optims_read(o, item)) return false;
        c->lr[c->noptimizers++] = o->lr;
    }
    return true;
}

static bool read_rates(compare *c)
{
    const char *list = c->settings->lr;
    char item[OPTIMS_TEXT + 32];
    while (args_item(&list, item, sizeof item)) {
        optims_kind known;
        char *equals = strrchr(item, '=');
        double lr;
        if (!equals || !args_real(equals + 1, &lr) || !(lr > 0))
            return say_usage("--lr has \"%s\"; expected name=rate, as in sgd=0.1,adam=0.001", item), false;
        *equals = 0;
        if (!optims_read(&known, item)) return false;
        int i = position(c, item);
        if (i < 0) return say_usage("--lr sets %s, which is not among --optim %s", item, c->settings->optim), false;
        c->lr[i] = lr;
    }
    return true;
}

static void introduce(const compare *c)
{
    const sets *d = &c->data;
    const run_settings *s = &c->settings->run;
    say_room a, b, e, t;
    printf("data   %s: %s\n", d->path, c->text);
    printf("rows   %s for training, %s for validation, %s for test%s\n", say_count(a, d->train_rows),
           say_count(b, d->valid_rows), say_count(e, d->test_rows),
           d->test_split_off ? " (a fifth: the file has no test group)" : "");
    printf("model  %s, %s\n", c->plan.model, say_plural(a, c->plan.parameters, "parameter"));
    printf("runs   %s, %s, %s each; batch %lld, %s\n\n", say_plural(a, c->noptimizers, "optimizer"),
           say_plural(b, c->settings->seeds, "seed"), say_plural(e, s->epochs, "epoch"), (long long)c->plan.batch_size,
           run_describe_place(t, s));
    fflush(stdout);
}

static void watch_reading(void *user, double share)
{
    compare *c = user;
    char what[300];
    snprintf(what, sizeof what, "reading %.200s", c->data.path);
    progress_task(&c->progress, what, share);
}

static int longest_key(const compare *c)
{
    size_t longest = strlen("optimizer");
    for (int o = 0; o < c->noptimizers; o++)
        if (strlen(c->optimizers[o].key) > longest) longest = strlen(c->optimizers[o].key);
    return (int)longest;
}

/* Opens the data and lays out what is to be run. */
static int prepare(compare *c)
{
    const settings *s = c->settings;
    const size_t n = (size_t)c->noptimizers * (size_t)s->seeds;
    uint64_t hash;
    if (!sets_open(&c->data, &s->run.data)) return say_error();
    int code = run_plan_for(&c->plan, &c->data, NULL);
    if (code != EXIT_DONE) return code;
    for (int o = 0; o < c->noptimizers; o++)
        if (!run_check(&(run){ .plan = &c->plan, .optimizer = &c->optimizers[o], .lr = c->lr[o] })) return EXIT_USAGE;
    c->runs = calloc(n, sizeof *c->runs);
    c->seeds = calloc(n, sizeof *c->seeds);
    if (!c->runs || !c->seeds) return say_failed("no memory for %zu runs", n);
    c->progress = (progress){ .mode = progress_choose(s->run.json, s->run.quiet),
                              .many = longest_key(c),
                              .accuracy = c->data.classes > 0,
                              .steps = (int64_t)n * s->run.epochs * c->plan.batches,
                              .rows = c->data.train_rows,
                              .epochs = (int)s->run.epochs,
                              .epoch_steps = c->plan.batches };
    sets_describe(&c->data, c->text, sizeof c->text);
    if (!imprint_fingerprint(&c->data, &hash, watch_reading, c)) return progress_clear(&c->progress), say_error();
    snprintf(c->fingerprint, sizeof c->fingerprint, "%016llx", (unsigned long long)hash);
    return EXIT_DONE;
}

static bool is_for_people(const compare *c)
{
    return c->progress.mode == PROGRESS_LINES || c->progress.mode == PROGRESS_BAR;
}

static void say_diverged(compare *c, const run *r)
{
    if (!is_for_people(c)) return;
    progress_clear(&c->progress);
    printf("%-*s  %4llu  loss became nan in epoch %d, step %lld\n", c->progress.many, r->optimizer->key,
           (unsigned long long)r->seed.seed, r->seed.diverged_epoch, (long long)r->seed.diverged_step);
    fflush(stdout);
}

/* Seed by seed, so that an early stop would have treated all optimizers alike. */
static int run_all(compare *c)
{
    const int64_t seeds = c->settings->seeds;
    int64_t finished = 0;
    for (int64_t k = 0; k < seeds; k++) {
        for (int o = 0; o < c->noptimizers; o++) {
            run *r = &c->runs[o * seeds + k];
            *r = (run){ .plan = &c->plan, .optimizer = &c->optimizers[o], .lr = c->lr[o], .progress = &c->progress };
            run_end end = run_go(r, (uint64_t)k + 1);
            if (end == RUN_FAILED) return run_say_failed(r);
            if (end == RUN_DIVERGED) say_diverged(c, r);
            c->progress.done = ++finished * c->settings->run.epochs * c->plan.batches;
        }
    }
    return EXIT_DONE;
}

static void fill_optimizer(compare *c, int o)
{
    const int64_t seeds = c->settings->seeds;
    double seconds = 0, epochs = 0;
    for (int64_t k = 0; k < seeds; k++) {
        const run *r = &c->runs[o * seeds + k];
        c->seeds[o * seeds + k] = r->seed;
        if (!r->epochs_done) continue;
        seconds += r->seconds;
        epochs += r->epochs_done;
    }
    c->rows[o] = (report_optimizer){ .name = c->optimizers[o].name,
                                     .key = c->optimizers[o].key,
                                     .options = "",
                                     .lr = c->lr[o],
                                     .seeds = &c->seeds[o * seeds],
                                     .seconds_per_epoch = seconds / epochs,
                                     .samples_per_second = epochs * (double)c->data.train_rows / seconds };
}

static void fill_report(compare *c, double seconds)
{
    const run_settings *s = &c->settings->run;
    for (int o = 0; o < c->noptimizers; o++) fill_optimizer(c, o);
    c->report = (report_run){ .command = c->command,
                              .data_path = c->data.path,
                              .data_text = c->text,
                              .fingerprint = c->fingerprint,
                              .model = c->plan.model,
                              .loss_name = c->data.classes           ? "cross-entropy"
                                           : c->plan.scales.y_offset ? "mean squared error of scaled targets"
                                                                     : "mean squared error",
                              .cpu = machine_cpu(c->cpu, sizeof c->cpu),
                              .isa = wk_cpu_isa(),
                              .wick_version = wk_version(),
                              .compiler = machine_compiler(),
                              .hdf5_version = machine_hdf5(),
                              .date = machine_date(c->date, sizeof c->date, "%Y-%m-%d %H:%M", time(NULL)),
                              .train_rows = c->data.train_rows,
                              .valid_rows = c->data.valid_rows,
                              .test_rows = c->data.test_rows,
                              .features = c->data.features,
                              .parameters = c->plan.parameters,
                              .batch_size = c->plan.batch_size,
                              .classes = c->data.classes,
                              .cores = machine_cores(),
                              .threads = (int)s->threads,
                              .epochs = (int)s->epochs,
                              .total_seconds = seconds,
                              .optimizers = c->rows,
                              .noptimizers = c->noptimizers,
                              .nseeds = (int)c->settings->seeds };
}

static bool write_json(folder *f, const char *name, void (*put)(json *j, const result *r), const result *r)
{
    FILE *file = folder_file(f, name);
    if (!file) return false;
    json j = json_on(file);
    j.pretty = true;
    put(&j, r);
    json_end_line(&j);
    return folder_end(f, file);
}

static bool write_files(folder *f, const result *r)
{
    FILE *file = folder_file(f, "metrics.csv");
    if (!file) return false;
    result_put_metrics(file, r);
    if (!folder_end(f, file)) return false;
    if (!write_json(f, "config.json", result_put_config, r)) return false;
    if (!write_json(f, "result.json", result_put_json, r)) return false;
    if (!(file = folder_file(f, "report.html"))) return false;
    const bool whole = report_write(file, r->run), stored = folder_end(f, file);
    if (stored && !whole) say_failed("no memory for the report");
    return stored && whole;
}

static void conclude(const compare *c, const result *r)
{
    if (c->progress.mode == PROGRESS_JSON) {
        json j = json_on(stdout);
        result_put_json(&j, r);
        json_end_line(&j);
        return;
    }
    if (is_for_people(c)) printf("\n");
    result_put_table(stdout, r);
    printf("\n%s\n\nreport: %s/report.html\n", r->headline, r->folder);
}

static int run_into(compare *c, folder *f)
{
    const double start = progress_now();
    if (is_for_people(c)) introduce(c);
    progress_heading(&c->progress);
    int code = run_all(c);
    if (code != EXIT_DONE) return code;
    fill_report(c, progress_now() - start);
    const char *texts[MOST_OPTIMIZERS];
    for (int o = 0; o < c->noptimizers; o++) texts[o] = c->runs[o * c->settings->seeds].optimizer_text;
    result r = { &c->report, texts, c->stats, 0, c->headline, f->path };
    r.target = report_summarize(&c->report, c->stats);
    report_headline(c->headline, sizeof c->headline, &c->report, c->stats, r.target);
    if (!write_files(f, &r) || !folder_commit(f)) return EXIT_FAILED;
    conclude(c, &r);
    int64_t diverged = 0;
    for (int o = 0; o < c->noptimizers; o++) diverged += report_diverged(&c->report, o);
    return diverged == c->noptimizers * c->settings->seeds ? EXIT_FAILED : EXIT_DONE; /* a report of failures alone */
}

static int run_aside(compare *c)
{
    folder f;
    if (!folder_make(&f, c->settings->out)) return EXIT_FAILED;
    const int code = run_into(c, &f);
    folder_abandon(&f); /* nothing, once it has been committed */
    return code;
}

static int run_compare(compare *c)
{
    WK_SCOPE(comparing);
    int code = prepare(c);
    if (code == EXIT_DONE) code = run_aside(c);
    for (int64_t i = 0; c->runs && i < c->noptimizers * c->settings->seeds; i++) run_free(&c->runs[i]);
    free(c->runs);
    free(c->seeds);
    return code;
}

/* One folder may be data, pictures say. */
static bool are_runs(const char *const operands[ARGS_OPERANDS])
{
    return folder_is(operands[0]) && (operands[1] || folder_is_run(operands[0]));
}

/* before: the settings without the options. */
static int compare_runs(const settings *s, settings *before, const char *const operands[ARGS_OPERANDS])
{
    side of;
    before->run.json = s->run.json;
    if (memcmp(before, s, sizeof *s))
        return say_usage("%s is a folder, so these are runs that have been; only --json goes with them", operands[0]);
    const bool ok = side_read(&of, operands);
    if (ok && s->run.json)
        side_put_json(&of);
    else if (ok)
        side_put(&of);
    side_free(&of);
    return ok ? EXIT_DONE : EXIT_FAILED;
}

static int start(int argc, char **argv)
{
    settings s = { .run = run_defaults(), .optim = "sgd,adagrad,rmsprop,adam", .seeds = 3 }, before;
    compare c = { .settings = &s };
    const char *operands[ARGS_OPERANDS];
    memcpy(&before, &s, sizeof s);
    if (!args_read(&command_compare, argc, argv, &s, operands)) return EXIT_USAGE;
    if (are_runs(operands)) return compare_runs(&s, &before, operands);
    if (operands[1]) return say_usage("%s is no folder; expected one data file, or folders of runs alone", operands[0]);
    s.run.data.path = operands[0];
    if (!read_optimizers(&c) || !read_rates(&c) || !run_prepare(&c.plan, &s.run)) return EXIT_USAGE;
    snprintf(c.command, sizeof c.command, "wick compare ");
    args_join(c.command + strlen(c.command), sizeof c.command - strlen(c.command), argc, argv);
    return run_compare(&c);
}

const args_command command_compare = {
    .name = "compare",
    .about = "trains with several optimizers, or compares finished runs",
    .operands = "FILE.h5 [options] | RUN... [--json]",
    .fewest = 1,
    .most = ARGS_OPERANDS,
    .text = "  wick compare digits.h5\n"
            "  wick compare digits.h5 --optim sgd,adam --lr sgd=0.1,adam=3e-4 --epochs 10\n"
            "  wick compare runs/train-20251125-083000 runs/train-20251125-091500\n\n"
            "For each seed, all optimizers start from the same weights and see the same rows\n"
            "in the same order; sgd has a momentum of 0.9. A tenth of the training rows is\n"
            "set aside for validation and drives all curves; the test rows are measured once,\n"
            "at the end. The folder gets report.html, result.json, config.json, metrics.csv.\n\n"
            "If the first argument is a folder, all are those of runs of wick train: nothing\n"
            "is trained, their validation losses are drawn together, and each gets a row, the\n"
            "best marked where all are of the same data. --json prints a line a run.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .shared = run_options,
    .nshared = RUN_OPTIONS,
    .run = start,
};
