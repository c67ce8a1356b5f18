/* wick train: one model, one optimizer, one seed, in a folder from which the run can go on. */
#include "commands.h"
#include "config.h"
#include "imprint.h"
#include "run.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>

typedef struct settings {
    run_settings run;
    const struct settings *other; /* the same arguments, read upon other defaults: what is alike was given */
    const char *optim, *out, *resume;
    double lr;
    int64_t seed, patience;
    bool tensorboard, force;
    watch watch;
    config *files;
} settings;

#define AT(field) offsetof(settings, field)
static const args_option options[] = {
    { "optim", 0, ARGS_TEXT, AT(optim), "NAME", "adam, or sgd:momentum=.8:nesterov, adamw ... (adam)", 0, 0 },
    { "lr", 0, ARGS_REAL, AT(lr), "X", "learning rate (each optimizer its own)", 0, 1e30 },
    { "seed", 0, ARGS_WHOLE, AT(seed), "S", "of the starting weights and the order of rows (1)", 0, 9e18 },
    { "early-stop", 0, ARGS_WHOLE, AT(patience), "N", "end after N epochs without a better validation", 1, 1e6 },
    { "out", 'o', ARGS_TEXT, AT(out), "RUN", "a new or empty folder (runs/train-DATE)", 0, 0 },
    { "resume", 0, ARGS_TEXT, AT(resume), "RUN", "go on with the run in this folder", 0, 0 },
    { "force", 0, ARGS_FLAG, AT(force), NULL, "with --resume: though the data is other than it was", 0, 0 },
    { "config", 0, ARGS_CONFIG, AT(files), "FILE", "options from JSON, as RUN/config.json has them", 0, 0 },
    { "set", 0, ARGS_SET, 0, "NAME=V", "the same as --NAME V; later ones count", 0, 0 },
    { "data", 0, ARGS_TEXT, AT(run.data.path), "FILE.h5", "the same as FILE.h5 alone", 0, 0 },
    { "tensorboard", 0, ARGS_FLAG, AT(tensorboard), NULL, "write TensorBoard's events as well", 0, 0 },
    { "profile", 0, ARGS_WHOLE, AT(watch.steps), "N", "tell what takes the time, in N steps (20 for --trace)", 1, 1e6 },
    { "trace", 0, ARGS_TEXT, AT(watch.trace), "FILE", "write when each call of these ran, for Perfetto", 0, 0 },
};

static void introduce_extras(const run_settings *s)
{
    const char *before = "also  ";
    if (s->schedule) printf("%s schedule %s", before, s->schedule), before = ",";
    if (s->augment) printf("%s images by chance %s", before, s->augment), before = ",";
    if (s->clip > 0) printf("%s gradients clipped to norm %g", before, s->clip), before = ",";
    if (s->clip_value > 0) printf("%s each gradient to %g", before, s->clip_value), before = ",";
    if (s->ema > 0) printf("%s weights averaged by %g", before, s->ema), before = ",";
    if (s->nonfinite) printf("%s gradients that are not finite: %s", before, s->nonfinite), before = ",";
    if (s->bf16) printf("%s products in bfloat16", before), before = ",";
    if (s->matmul) printf("%s products of f32 by %s", before, s->matmul), before = ",";
    if (*before == ',') printf("\n");
}

static void introduce(const run *r)
{
    const run_plan *p = r->plan;
    const sets *d = p->data;
    char text[200];
    say_room a, b, c;
    sets_describe(d, text, sizeof text);
    printf("data   %s: %s\n", d->path, text);
    printf("rows   %s for training, %s for validation, %s for test", say_count(a, d->train_rows),
           say_count(b, d->valid_rows), say_count(c, d->test_rows));
    if (d->test_split_off)
        printf(" (a fifth: the %s)",
               sets_kind_of(d->path) == SETS_FOLDER ? "folder has no test rows" : "file has no test group");
    if (*d->test_folder) printf(" (%s)", d->test_folder);
    printf("\n");
    printf("model  %s, %s\n", p->model, say_plural(a, p->parameters, "parameter"));
    if (p->scales.x_kind || p->scales.y_kind) printf("scale  %s\n", scale_describe(&p->scales, text, sizeof text));
    printf("optim  %s, lr %g, batch %lld, seed %llu, %s\n", r->optimizer->name, r->lr, (long long)p->batch_size,
           (unsigned long long)r->progress->seed, run_describe_place(a, p->settings));
    introduce_extras(p->settings);
    printf("run    %s", r->keep->folder);
    if (r->from) printf(", from epoch %lld, step %lld", (long long)r->place.epoch, (long long)r->place.step);
    printf("\n\n");
}

static int say_diverged(const run *r)
{
    const report_seed *s = &r->seed;
    const bool first = s->diverged_epoch == 1 && s->diverged_step == 1;
    char why[1400], word[1100];
    if (s->diverged_epoch == 1 && sets_find_strange(r->plan->data, false, why, sizeof why))
        return say_failed("loss became nan in step %lld: %s", (long long)s->diverged_step, why);
    if (first && sets_kind_of(r->plan->data->path) == SETS_HDF5)
        return say_failed("loss is nan in the first step, so the data may be out of range; wick inspect %s tells",
                          args_word(word, sizeof word, r->plan->data->path));
    return say_failed("loss became nan in epoch %d, step %lld; try a smaller learning rate (--lr %g)",
                      s->diverged_epoch, (long long)s->diverged_step, r->lr / 10);
}

static void conclude(const run *r)
{
    say_room rows, time;
    char folder[1100];
    const bool talks = r->progress->mode == PROGRESS_LINES || r->progress->mode == PROGRESS_BAR;
    if (r->watch) watch_print(r->watch);
    if (talks && !r->watch) printf("\n");
    if (r->early) printf("stopped early: validation was best in epoch %lld\n", (long long)r->place.best_at + 1);
    if (r->place.skipped) printf("left out: %s, not finite\n", say_plural(rows, r->place.skipped, "step"));
    printf("test: ");
    if (r->plan->data->classes)
        printf("accuracy %.2f %%, ", 100 * r->seed.test_accuracy);
    else if (r->plan->data->outputs == 1)
        printf("RMSE %.4g, R2 %.4f, ", say_plain(r->test_rmse), say_plain(r->test_r2));
    else
        printf("R2 %.4f (the outputs' mean), ", say_plain(r->test_r2));
    printf("loss %.4g (%s, measured once); trained for %s\n", say_plain(r->seed.test_loss),
           say_plural(rows, r->plan->data->test_rows, "row"), say_seconds(time, r->seconds));
    char why[1400];
    if (!isfinite(r->seed.test_loss) && sets_find_strange(r->plan->data, true, why, sizeof why))
        say_failed("the loss of the test rows is nan: %s", why);
    const int64_t best = r->place.best_at + 1;
    if (talks && best < r->place.epoch - 1)
        printf("of the last weights; eval, predict and export take those of epoch %lld, the best by validation\n",
               (long long)best);
    if (talks) printf("next: wick eval %s\n", args_word(folder, sizeof folder, r->keep->folder));
}

/* ---- Settings and what a run keeps of them: fields of the config are called as their options ---- */

static settings usual_settings(void)
{
    settings s = { .run = run_defaults(), .optim = "adam", .seed = 1 };
    s.run.epochs = 0;
    return s;
}

static void *setting_of(const settings *s, const keep_field *f)
{
    return (char *)s + args_option_named(&command_train, f->name)->at;
}

/* As a checkpoint keeps text. */
static bool is_utf8(const char *text)
{
    WK_SCOPE(trial);
    if (wk_state_set_text(wk_state_new(), "text", text) == WK_OK) return true;
    wk_error_clear();
    return false;
}

static bool note_config(const settings *s, const run *r, keep_config *c)
{
    const keep_field *f;
    for (int n = keep_fields(&f); n > 0; n--, f++) {
        const void *from = setting_of(s, f);
        void *to = (char *)c + f->at;
        const char *text = f->kind == KEEP_TEXT ? *(const char *const *)from : NULL;
        if (text && strlen(text) >= f->size) return say_usage("--%s is too long", f->name), false;
        if (text && !is_utf8(text))
            return say_usage("--%s is not UTF-8, as a run keeps it; expected another name, or a link to it", f->name),
                   false;
        if (text) snprintf(to, f->size, "%s", text);
        if (f->kind != KEEP_TEXT) memcpy(to, from, f->size);
    }
    c->batch_size = r->plan->batch_size;
    c->lr = r->lr;
    sets_describe(r->plan->data, c->rows, sizeof c->rows);
    c->schedule_epochs = s->run.schedule ? s->run.epochs : 0;
    return true;
}

static bool same_setting(const settings *a, const settings *b, const keep_field *f)
{
    const void *x = setting_of(a, f), *y = setting_of(b, f);
    if (f->kind != KEEP_TEXT) return !memcmp(x, y, f->size);
    const char *s = *(const char *const *)x, *t = *(const char *const *)y;
    return s == t || (s && t && !strcmp(s, t));
}

static bool is_given(const settings *s, const keep_field *f)
{
    return f->kind == KEEP_FLAG ? *(const bool *)setting_of(s, f) : same_setting(s, s->other, f);
}

/* What nobody gives, in the place of all that a run keeps. */
static settings odd_settings(void)
{
    settings s = usual_settings();
    const keep_field *f;
    for (int n = keep_fields(&f); n > 0; n--, f++) {
        void *to = setting_of(&s, f);
        if (f->kind == KEEP_TEXT)
            *(const char **)to = "\n";
        else if (f->kind != KEEP_FLAG)
            memset(to, 0xA5, f->size);
    }
    return s;
}

/* As the option of that name takes it; 0: not given. */
static bool is_allowed(const keep_field *f, const void *value)
{
    const args_option *o = args_option_named(&command_train, f->name);
    if (f->kind == KEEP_TEXT || f->kind == KEEP_FLAG) return true;
    const double number = f->kind == KEEP_WHOLE ? (double)*(const int64_t *)value : *(const double *)value;
    return (number == 0 && !f->always) || (number >= o->low && number <= o->high);
}

/* The settings of a run that goes on are those it began with; how it is shown and computed may change, and when it
 * ends. */
static int take_config(settings *s, const keep *k)
{
    const keep_field *f;
    for (int n = keep_fields(&f); n > 0; n--, f++) {
        const void *from = (const char *)&k->config + f->at;
        void *to = setting_of(s, f);
        const bool may = to == &s->run.epochs || to == &s->patience || to == &s->run.data.isolate ||
                         to == &s->tensorboard || to == &s->run.device,
                   given = is_given(s, f);
        if (!is_allowed(f, from)) return say_failed("%s: its %s is out of range", k->folder, f->name);
        if (given && may) continue;
        if (given)
            return say_usage("--%s is for a new run; %s goes on as it began",
                             args_option_named(&command_train, f->name)->name, k->folder);
        if (f->kind != KEEP_TEXT)
            memcpy(to, from, f->size);
        else if (*(const char *)from)
            *(const char **)to = from;
    }
    return EXIT_DONE;
}

static int recall(settings *s, keep *k, run *r)
{
    struct stat known;
    say_room epochs;
    if (strlen(s->resume) >= sizeof k->folder) return say_usage("--resume is too long");
    if (stat(s->resume, &known) == 0 && !S_ISDIR(known.st_mode))
        return say_usage("%s is a file; --resume takes the folder of a run", s->resume);
    snprintf(k->folder, sizeof k->folder, "%s", s->resume);
    if (!keep_lock(k)) return EXIT_FAILED;
    r->from = keep_read(k, false, &r->place);
    if (!r->from) return keep_say_unread(k, false);
    const bool asks = s->run.epochs || s->patience;
    const int code = take_config(s, k);
    if (code != EXIT_DONE) return code;
    k->config.epochs = s->run.epochs;
    k->config.patience = s->patience;
    k->config.isolate = s->run.data.isolate;
    k->config.tensorboard = s->tensorboard;
    r->schedule_epochs = k->config.schedule_epochs;
    if (r->place.epoch - (r->place.step == 0) > s->run.epochs)
        return say_usage("%s has come to epoch %lld, step %lld; --epochs %lld ends before that", k->folder,
                         (long long)r->place.epoch, (long long)r->place.step, (long long)s->run.epochs);
    const bool early = s->patience && r->place.checks - 1 - r->place.best_at >= s->patience && !asks;
    r->early = early; /* though nothing is told of its test yet */
    if (!keep_has_result(k)) return EXIT_DONE;
    if (early)
        return say_failed("%s is done: it stopped early, after %s; --epochs or --early-stop asks for more", k->folder,
                          say_plural(epochs, r->place.epoch - 1, "epoch"));
    if (r->place.epoch <= s->run.epochs) return EXIT_DONE;
    return say_failed("%s is done: %s of %lld; --epochs asks for more", k->folder,
                      say_plural(epochs, r->place.epoch - 1, "epoch"), (long long)s->run.epochs);
}

/* What the run remembers of its data, which has to be what it was when the run goes on. */
static int describe_data(const settings *s, run *r)
{
    const sets *d = r->plan->data;
    imprint i;
    wk_state *about = about_make(&d->x, &d->y, d->classes, d->names, d->columns);
    bool done = imprint_take(&i, d);
    done = done && about && imprint_put(&i, about) == WK_OK;
    const bool same = done && (!r->from || imprint_same(&i, r->from));
    imprint_free(&i);
    r->keep->about = about;
    if (!done) return say_error();
    const char *now = imprint_rows(i.hash), *then = same ? now : imprint_rows(wk_state_text(r->from, "data.imprint"));
    if (strcmp(now, then))
        return say_failed("%s has %s, and had %.*s when %s was trained on it; a run goes on with as many alone",
                          d->path, now, (int)strcspn(then, " "), then, r->keep->folder);
    if (same || s->force) return EXIT_DONE;
    return say_failed("%s is not what it was when %s was trained on it; --force goes on with what it is now", d->path,
                      r->keep->folder);
}

static int open_run(const settings *s, run *r)
{
    const int code = describe_data(s, r);
    if (code != EXIT_DONE) return code;
    if (s->resume) return keep_resume(r->keep, &r->place) ? EXIT_DONE : EXIT_FAILED;
    if (!note_config(s, r, &r->keep->config)) return EXIT_USAGE;
    return keep_make(r->keep, s->out) ? EXIT_DONE : EXIT_FAILED;
}

static int watch_steps(const settings *s, run *r, watch *w)
{
    enum { STEPS = 20 };
    *w = s->watch;
    if (w->trace && (folder_same_file(w->trace, s->run.data.path) || (s->resume && keep_owns(r->keep, w->trace))))
        return say_failed("--trace %s would write over what is read; expected another name", w->trace);
    if (!w->steps) w->steps = w->trace ? STEPS : 0;
    if (!w->steps) return EXIT_DONE;
    if (watch_make(w, r->progress->steps - r->progress->done)) return say_error();
    r->watch = w;
    return EXIT_DONE;
}

static int train(const settings *s, run *r, run_plan *plan)
{
    watch watched;
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
    if (!run_check(r)) return EXIT_USAGE;
    if ((code = watch_steps(s, r, &watched)) != EXIT_DONE || (code = open_run(s, r)) != EXIT_DONE) return code;
    if (shown.mode == PROGRESS_LINES || shown.mode == PROGRESS_BAR) introduce(r);
    progress_heading(&shown);
    run_end end = run_go(r, (uint64_t)s->seed);
    code = end == RUN_FAILED ? run_say_failed(r) : end == RUN_DIVERGED ? say_diverged(r) : EXIT_DONE;
    const keep_test test = { r->seed.test_loss, r->seed.test_accuracy, r->test_rmse, r->test_r2 };
    if (end == RUN_DONE && !keep_result(r->keep, &test)) code = EXIT_FAILED;
    if (end == RUN_DONE && shown.mode != PROGRESS_JSON) conclude(r);
    run_free(r);
    return code;
}

static int begin(settings *s, const char *operand)
{
    enum { EPOCHS = 5 };
    run_plan plan;
    optims_kind optimizer;
    keep kept = { .folder = "" };
    run r = { .keep = &kept };
    if (operand) s->run.data.path = operand;
    if (s->resume && s->files) return say_usage("--config is for a new run; --resume goes on as the run began");
    if (s->run.data.path && s->resume)
        return say_usage("%s is for a new run; --resume goes on with the data of its run", s->run.data.path);
    if (!s->run.data.path && !s->resume) return say_usage("either FILE.h5 or --resume RUN is needed");
    if (s->force && !s->resume) return say_usage("--force goes with --resume; a new run has a new or empty folder");
    if (s->resume && s->out) return say_usage("--resume goes on in its own folder; --out is for a new run");
    WK_SCOPE(training);
    const int code = s->resume ? recall(s, &kept, &r) : EXIT_DONE;
    if (code != EXIT_DONE) return code;
    if (!s->run.epochs) s->run.epochs = EPOCHS;
    if (!optims_read(&optimizer, s->optim) || !run_prepare(&plan, &s->run)) return EXIT_USAGE;
    r.optimizer = &optimizer;
    return train(s, &r, &plan);
}

static int start(int argc, char **argv)
{
    settings s = usual_settings(), other = odd_settings();
    const char *operands[ARGS_OPERANDS];
    bool ok = args_read(&command_train, argc, argv, &s, operands);
    if (ok && s.resume && !s.files) ok = args_read(&command_train, argc, argv, &other, operands);
    s.other = &other;
    const int code = ok ? begin(&s, operands[0]) : EXIT_USAGE;
    config_free(s.files);
    return code;
}

const args_command command_train = {
    .name = "train",
    .about = "trains a model with one optimizer",
    .operands = "FILE.h5 | --resume RUN [options]",
    .fewest = 0,
    .most = 1,
    .text = "  wick train digits.h5\n"
            "  wick train digits.h5 --model lenet --optim sgd --lr 0.1 --epochs 10\n"
            "  wick train digits.h5 --schedule cosine --clip 1 --ema 0.99\n"
            "  wick train --config runs/a/config.json --set seed=2 --out runs/b\n"
            "  wick train --resume runs/train-20251125-083000\n\n"
            "Besides HDF5 files, FILE may be a NumPy archive (.npz) with x and y, a CSV file\n"
            "(--y COLUMN, else the last is the target), a folder with MNIST's four files, or\n"
            "a folder of folders of PNG or JPEG pictures, each a class, in train and test or\n"
            "not, in the size of the first.\n\n"
            "A tenth of the training rows is set aside for validation after each epoch; the\n"
            "test rows are measured once, at the end. Targets that are floats make it a\n"
            "regression. The run's folder gets config.json, metrics.csv, the last three\n"
            "checkpoints and the best. A first Ctrl-C ends the step and keeps the run;\n"
            "--resume goes on as if it had never stopped, with the same bits.\n\n"
            "A schedule is NAME or NAME:OPTION=X,OPTION=Y. Each epoch, or with every=step\n"
            "each step: step multistep exponential constant linear polynomial cosine\n"
            "cosine_restarts swa; each step: one_cycle cyclic; by validation loss: plateau.\n"
            "Lengths that are not told are the run's; docs/training.md has the options.\n"
            "Several follow one another: linear:for=5/cosine.\n\n"
            "--scale auto brings inputs that are no pixels, and targets that are floats, to\n"
            "mean 0 and deviation 1; minmax to 0 .. 1. The constants are part of the model:\n"
            "eval and predict speak in the data's own units.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .shared = run_options,
    .nshared = RUN_OPTIONS,
    .run = start,
};
