/* wick train: one optimizer, one seed. */
#include "commands.h"
#include "run.h"
#include <math.h>

typedef struct settings {
    run_settings run;
    const char *optim;
    double lr;
    int64_t seed;
} settings;

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "optim", 0, ARGS_TEXT, AT(optim), "NAME", "sgd, adagrad, rmsprop, adam or adamw (adam)", 0, 0 },
    { "lr", 0, ARGS_REAL, AT(lr), "X", "learning rate (sgd 0.05, adagrad 0.02, others 0.001)", 0, 1e30 },
    { "seed", 0, ARGS_WHOLE, AT(seed), "S", "of the starting weights and the order of rows (1)", 0, 9e18 },
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
    printf("optim  %s, lr %g, batch %lld, seed %llu, %s (%s)\n\n", r->optimizer->name, r->lr, (long long)p->batch_size,
           (unsigned long long)r->progress->seed, say_plural(a, p->settings->threads, "thread"), wk_cpu_isa());
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
    if (r->progress->mode == PROGRESS_LINES || r->progress->mode == PROGRESS_BAR) printf("\n");
    printf("test: ");
    if (r->plan->data->classes) printf("accuracy %.2f %%, ", 100 * r->seed.test_accuracy);
    printf("loss %.4g (%s, measured once); trained for %s\n", r->seed.test_loss,
           say_plural(rows, r->plan->data->test_rows, "row"), say_seconds(time, r->seconds));
}

static int train(const settings *s, const run_optimizer *optimizer, run_plan *plan)
{
    WK_SCOPE(training);
    sets data;
    if (!sets_open(&data, &s->run.data)) return say_error();
    int code = run_plan_for(plan, &data);
    if (code != EXIT_DONE) return code;
    progress shown = { .mode = progress_choose(s->run.json, s->run.quiet),
                       .accuracy = data.classes > 0,
                       .steps = s->run.epochs * plan->batches,
                       .rows = data.train_rows,
                       .seed = (uint64_t)s->seed,
                       .epochs = (int)s->run.epochs,
                       .epoch_steps = plan->batches };
    run r = { .plan = plan, .optimizer = optimizer, .lr = s->lr > 0 ? s->lr : optimizer->lr, .progress = &shown };
    if (shown.mode == PROGRESS_LINES || shown.mode == PROGRESS_BAR) introduce(&r);
    progress_heading(&shown);
    run_end end = run_go(&r, (uint64_t)s->seed);
    code = end == RUN_FAILED ? run_say_failed(&r) : end == RUN_DIVERGED ? say_diverged(&r) : EXIT_DONE;
    if (end == RUN_DONE && shown.mode != PROGRESS_JSON) conclude(&r);
    run_free(&r);
    return code;
}

static int start(int argc, char **argv)
{
    settings s = { .run = run_defaults(), .optim = "adam", .seed = 1 };
    const char *operands[ARGS_OPERANDS];
    run_plan plan;
    if (!args_read(&command_train, argc, argv, &s, operands)) return EXIT_USAGE;
    s.run.data.path = operands[0];
    const run_optimizer *optimizer = run_find_optimizer(s.optim);
    if (!optimizer || !run_prepare(&plan, &s.run)) return EXIT_USAGE;
    return train(&s, optimizer, &plan);
}

const args_command command_train = {
    .name = "train",
    .about = "trains a perceptron with one optimizer",
    .operands = "FILE.h5 [options]",
    .fewest = 1,
    .most = 1,
    .text = "  wick train digits.h5\n"
            "  wick train digits.h5 --optim sgd --lr 0.1 --epochs 10 --hidden 256\n\n"
            "A tenth of the training rows is set aside for validation after each epoch; the\n"
            "test rows are measured once, at the end. Targets that are floats make it a\n"
            "regression.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .shared = run_options,
    .nshared = RUN_OPTIONS,
    .run = start,
};
