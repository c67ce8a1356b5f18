/* wick train: one model, one optimizer, one seed, in a folder from which the run can go on. */
#include "commands.h"
#include "run.h"
#include <math.h>
#include <string.h>

typedef struct settings {
    run_settings run;
    const char *optim, *out, *resume;
    double lr;
    int64_t seed, patience;
    bool tensorboard;
} settings;

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "optim", 0, ARGS_TEXT, AT(optim), "NAME", "sgd, adagrad, rmsprop, adam, adamw, ... (adam)", 0, 0 },
    { "lr", 0, ARGS_REAL, AT(lr), "X", "learning rate (each optimizer its own)", 0, 1e30 },
    { "seed", 0, ARGS_WHOLE, AT(seed), "S", "of the starting weights and the order of rows (1)", 0, 9e18 },
    { "early-stop", 0, ARGS_WHOLE, AT(patience), "N", "end after N epochs without a better validation", 1, 1e6 },
    { "out", 'o', ARGS_TEXT, AT(out), "RUN", "a new or empty folder (runs/train-DATE)", 0, 0 },
    { "resume", 0, ARGS_TEXT, AT(resume), "RUN", "go on with the run in this folder", 0, 0 },
    { "tensorboard", 0, ARGS_FLAG, AT(tensorboard), NULL, "write TensorBoard's events as well", 0, 0 },
};

static void introduce(const run *r)
{
    const run_plan *p = r->plan;
    const sets *d = p->data;
    char text[200];
    say_room a, b, c;
    sets_describe(d, text, sizeof text);
    printf("data   %s: %s\n", d->path, text);
    printf("rows   %s for training, %s for validation, %s for test%s\n", say_count(a, d->train_rows),
           say_count(b, d->valid_rows), say_count(c, d->test_rows),
           d->test_split_off ? " (a fifth: the file has no test group)" : "");
    printf("model  %s, %s\n", p->model, say_plural(a, p->parameters, "parameter"));
    if (p->scales.x_kind || p->scales.y_kind) printf("scale  %s\n", scale_describe(&p->scales, text, sizeof text));
    printf("optim  %s, lr %g, batch %lld, seed %llu, %s (%s)\n", r->optimizer->name, r->lr, (long long)p->batch_size,
           (unsigned long long)r->progress->seed, say_plural(a, p->settings->threads, "thread"), wk_cpu_isa());
    printf("run    %s", r->keep->folder);
    if (r->from) printf(", from epoch %lld, step %lld", (long long)r->place.epoch, (long long)r->place.step);
    printf("\n\n");
}

static int say_diverged(const run *r)
{
    const report_seed *s = &r->seed;
    if (s->diverged_epoch == 1 && s->diverged_step == 1)
        return say_failed("loss is nan in the first step, so the data may be; wick inspect %s tells",
                          r->plan->data->path);
    return say_failed("loss became nan in epoch %d, step %lld; try a smaller learning rate (--lr %g)",
                      s->diverged_epoch, (long long)s->diverged_step, r->lr / 10);
}

static void conclude(const run *r)
{
    say_room rows, time;
    const bool talks = r->progress->mode == PROGRESS_LINES || r->progress->mode == PROGRESS_BAR;
    if (talks) printf("\n");
    if (r->early) printf("stopped early: validation was best in epoch %lld\n", (long long)r->place.best_at + 1);
    printf("test: ");
    if (r->plan->data->classes)
        printf("accuracy %.2f %%, ", 100 * r->seed.test_accuracy);
    else
        printf("RMSE %.4g, R2 %.4f, ", r->test_rmse, r->test_r2);
    printf("loss %.4g (%s, measured once); trained for %s\n", r->seed.test_loss,
           say_plural(rows, r->plan->data->test_rows, "row"), say_seconds(time, r->seconds));
    if (talks) printf("next: wick eval %s\n", r->keep->folder);
}

/* The settings of a run that goes on are those it began with; only how it is shown and computed may change, and
 * --epochs. */
static int recall(settings *s, keep *k, run *r)
{
    const int64_t epochs = s->run.epochs;
    if (strlen(s->resume) >= sizeof k->folder) return say_usage("--resume is too long");
    snprintf(k->folder, sizeof k->folder, "%s", s->resume);
    r->from = keep_read(k, false, &r->place);
    if (!r->from) return say_error();
    const keep_config *c = &k->config;
    s->run.data = (sets_request){ c->data, *c->train ? c->train : NULL, *c->test ? c->test : NULL, *c->x ? c->x : NULL,
                                  *c->y ? c->y : NULL };
    s->run.model = c->model;
    s->run.hidden = c->hidden;
    s->run.epochs = epochs ? epochs : c->epochs;
    s->run.batch_size = c->batch_size;
    s->optim = c->optim;
    s->lr = c->lr;
    s->seed = (int64_t)c->seed;
    k->config.epochs = s->run.epochs;
    if (s->patience) k->config.patience = s->patience;
    if (r->place.epoch <= s->run.epochs) return EXIT_DONE;
    return say_failed("%s is done: %lld epochs of %lld; --epochs asks for more", k->folder,
                      (long long)r->place.epoch - 1, (long long)s->run.epochs);
}

static void copy(char *to, size_t size, const char *from) { snprintf(to, size, "%s", from ? from : ""); }

static void note_config(const settings *s, const run *r, keep_config *c)
{
    const run_settings *run = &s->run;
    copy(c->data, sizeof c->data, run->data.path);
    copy(c->train, sizeof c->train, run->data.train);
    copy(c->test, sizeof c->test, run->data.test);
    copy(c->x, sizeof c->x, run->data.x);
    copy(c->y, sizeof c->y, run->data.y);
    copy(c->model, sizeof c->model, run->model);
    copy(c->hidden, sizeof c->hidden, run->hidden);
    copy(c->optim, sizeof c->optim, s->optim);
    c->epochs = run->epochs;
    c->batch_size = r->plan->batch_size;
    c->patience = s->patience;
    c->seed = (uint64_t)s->seed;
    c->lr = r->lr;
}

static int open_run(const settings *s, run *r)
{
    if (s->resume) return keep_resume_logs(r->keep, &r->place, s->tensorboard) ? say_error() : EXIT_DONE;
    note_config(s, r, &r->keep->config);
    return keep_make(r->keep, s->out, s->tensorboard) ? EXIT_DONE : EXIT_FAILED;
}

static int train(const settings *s, run *r, run_plan *plan)
{
    sets data;
    if (!sets_open(&data, &s->run.data)) return say_error();
    int code = run_plan_for(plan, &data, r->from);
    if (code != EXIT_DONE) return code;
    progress shown = { .mode = progress_choose(s->run.json, s->run.quiet),
                       .accuracy = data.classes > 0,
                       .steps = s->run.epochs * plan->batches,
                       .done = r->place.total,
                       .rows = data.train_rows,
                       .seed = (uint64_t)s->seed,
                       .epochs = (int)s->run.epochs,
                       .epoch_steps = plan->batches };
    r->plan = plan;
    r->lr = s->lr > 0 ? s->lr : r->optimizer->lr;
    r->progress = &shown;
    if ((code = open_run(s, r)) != EXIT_DONE) return code;
    if (shown.mode == PROGRESS_LINES || shown.mode == PROGRESS_BAR) introduce(r);
    progress_heading(&shown);
    run_end end = run_go(r, (uint64_t)s->seed);
    code = end == RUN_FAILED ? run_say_failed(r) : end == RUN_DIVERGED ? say_diverged(r) : EXIT_DONE;
    if (end == RUN_DONE && !keep_result(r->keep, r->seed.test_loss, r->seed.test_accuracy)) code = EXIT_FAILED;
    if (end == RUN_DONE && shown.mode != PROGRESS_JSON) conclude(r);
    run_free(r);
    return code;
}

static int start(int argc, char **argv)
{
    enum { EPOCHS = 5 };
    settings s = { .run = run_defaults(), .optim = "adam", .seed = 1 };
    const char *operands[ARGS_OPERANDS];
    run_plan plan;
    keep kept = { .folder = "" };
    run r = { .keep = &kept };
    s.run.epochs = 0;
    if (!args_read(&command_train, argc, argv, &s, operands)) return EXIT_USAGE;
    if (!operands[0] == !s.resume) return say_usage("either FILE.h5 or --resume RUN is needed");
    if (s.resume && s.out) return say_usage("--resume goes on in its own folder; --out is for a new run");
    WK_SCOPE(training);
    const int code = s.resume ? recall(&s, &kept, &r) : EXIT_DONE;
    if (code != EXIT_DONE) return code;
    if (!s.resume) s.run.data.path = operands[0];
    if (!s.run.epochs) s.run.epochs = EPOCHS;
    r.optimizer = run_find_optimizer(s.optim);
    if (!r.optimizer || !run_prepare(&plan, &s.run)) return EXIT_USAGE;
    return train(&s, &r, &plan);
}

const args_command command_train = {
    .name = "train",
    .about = "trains a model with one optimizer",
    .operands = "FILE.h5 | --resume RUN [options]",
    .fewest = 0,
    .most = 1,
    .text = "  wick train digits.h5\n"
            "  wick train digits.h5 --model lenet --optim sgd --lr 0.1 --epochs 10\n"
            "  wick train --resume runs/train-20251125-083000\n\n"
            "A tenth of the training rows is set aside for validation after each epoch; the\n"
            "test rows are measured once, at the end. Targets that are floats make it a\n"
            "regression. The run's folder gets config.json, metrics.csv, the last three\n"
            "checkpoints and the best. A first Ctrl-C ends the step and keeps the run;\n"
            "--resume goes on as if it had never stopped, with the same bits.\n\n"
            "--scale auto brings inputs that are no pixels, and targets that are floats, to\n"
            "mean 0 and deviation 1; minmax to 0 .. 1. The constants are part of the model:\n"
            "eval and predict speak in the data's own units.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .shared = run_options,
    .nshared = RUN_OPTIONS,
    .run = start,
};
