/* One experiment: model, optimizer and loaders are made from the seed, then epochs go by, each followed by validation;
 * the test rows are measured once, at the end. A signal ends it within a step. Rests on wick/train.h. */
#include "run.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EVALUATION_BATCH = 512 };

/* The model as the command runs it: rows become f32 on their way in, results take the targets' shape on their way out
 * and are those of training, before they go back to the data's units, and once a signal asked to stop, no pass goes on,
 * be it for training or for wk_evaluate. */
typedef struct ends {
    const run_plan *plan;
    int ndim;
    int64_t shape[WK_MAX_DIMS];
} ends;

static wk_status ends_init(wk_module *m, void *state)
{
    const run_plan *p = wk_nn_options(m);
    ends *e = state;
    e->ndim = p->data->y.ndim + 1;
    e->shape[0] = -1;
    memcpy(e->shape + 1, p->data->y.shape, (size_t)p->data->y.ndim * sizeof *e->shape);
    e->plan = p;
    wk_module *net = models_make(p->kind, &p->image, p->nsizes, p->sizes);
    return wk_nn_child(m, "model", scale_around(&p->scales, net)) ? WK_OK : wk_error();
}

static wk_tensor *ends_forward(wk_module *m, wk_tensor *x)
{
    const ends *e = wk_nn_state(m);
    if (!wk_is_training(m) && say_stop_signal()) return wk_fail(WK_E_INTERRUPTED, "stopped"), NULL;
    x = wk_to(x, WK_F32);
    if (strcmp(e->plan->kind, "mlp")) x = models_as_images(&e->plan->image, x);
    wk_tensor *out = scale_forward(&e->plan->scales, wk_module_child(m, "model"), x);
    return e->ndim > 2 ? wk_reshape(out, e->ndim, e->shape) : out;
}

static const wk_module_ops ends_ops = {
    .size = sizeof ends_ops, .name = "ends", .state_size = sizeof(ends), .init = ends_init, .forward = ends_forward
};

wk_module *run_model(const run_plan *p) { return wk_nn_custom(&ends_ops, p); }

static wk_loader *evaluation_loader(const run *r, wk_dataset *set)
{
    return wk_loader_new(set, .batch_size = EVALUATION_BATCH, .num_workers = r->plan->workers);
}

static wk_status make_rates(const run *r, wk_optim *optim, rates *rates)
{
    const run_settings *s = r->plan->settings;
    return rates_make(rates, s->schedule, optim, r->schedule_epochs ? r->schedule_epochs : s->epochs, r->plan->batches);
}

bool run_check(const run *r)
{
    WK_SCOPE(trial);
    rates rates;
    wk_optim *optim = optims_make(r->optimizer, wk_parameters(wk_nn_linear(1, 1)), r->lr);
    if (!optim || make_rates(r, optim, &rates) == WK_OK) return !wk_failed() || (say_error(), false);
    say_usage("--schedule %s: %s", r->plan->settings->schedule, say_reason());
    wk_error_clear();
    return false;
}

bool run_make_parts(run *r, run_parts *with)
{
    const run_plan *p = r->plan;
    const double decay = p->settings->ema;
    wk_manual_seed(r->seed.seed);
    *with = (run_parts){ .plan = p, .net = run_model(p) };
    with->params = wk_parameters(with->net);
    with->optim = optims_make(r->optimizer, with->params, r->lr);
    with->train = wk_loader_new(p->data->train, .batch_size = p->batch_size, .shuffle = true, .num_workers = p->workers,
                                .seed = r->seed.seed, .seed_from_process = false,
                                .transform = augment_make(p->settings->augment, &p->image, &p->data->x));
    with->valid = evaluation_loader(r, p->data->valid);
    if (!wk_failed()) snprintf(r->optimizer_text, sizeof r->optimizer_text, "%s", wk_optim_describe(with->optim));
    if (!wk_failed() && run_set_policy(p, with->optim) == WK_OK) make_rates(r, with->optim, &with->rates);
    if (decay > 0) {
        wk_module *model = wk_module_child(with->net, "model");
        with->average = wk_ema_new(wk_parameters(model), decay);
        wk_average_buffers(with->average, wk_buffers(model));
    }
    run_capture(with);
    return !wk_failed();
}

static bool make_curves(run *r)
{
    size_t n = (size_t)r->plan->settings->epochs + 1;
    r->numbers = calloc(4 * n, sizeof *r->numbers);
    if (!r->numbers) return wk_fail(WK_E_MEMORY, "no memory for the curves of %zu epochs", n), false;
    r->seed.train_loss = r->numbers;
    r->seed.valid_loss = r->numbers + n;
    r->seed.valid_accuracy = r->numbers + 2 * n;
    r->seed.seconds = r->numbers + 3 * n;
    return true;
}

/* Measures rows; of numbers in scores too, in the data's units. */
static wk_status measure(const run *r, const run_parts *with, wk_loader *rows, wk_metrics *of, scale_scores *scores)
{
    if (r->plan->data->classes) return wk_evaluate(with->net, rows, of);
    return scale_evaluate(&r->plan->scales, with->net, rows, of, scores);
}

/* The same of averaged weights, where there are some; a signal leaves the weights as they were. */
static wk_status evaluate(const run *r, const run_parts *with, wk_loader *rows, wk_metrics *of, scale_scores *scores)
{
    const bool averaged = with->average && wk_average_updates(with->average) > 0;
    if (averaged && wk_average_swap(with->average)) return wk_error();
    const wk_status status = measure(r, with, rows, of, scores);
    if (!averaged || (status && status != WK_E_INTERRUPTED)) return status;
    wk_error_clear();
    if (wk_average_swap(with->average) || !status) return wk_error();
    return wk_fail(WK_E_INTERRUPTED, "stopped");
}

static bool validate(run *r, const run_parts *with, double train_loss)
{
    wk_metrics valid;
    if (evaluate(r, with, with->valid, &valid, NULL)) return false;
    size_t n = (size_t)r->plan->settings->epochs + 1;
    double *at = r->numbers + r->seed.points++;
    at[0] = train_loss;
    at[n] = valid.loss;
    at[2 * n] = valid.accuracy;
    at[3 * n] = r->seconds;
    return true;
}

static void diverge(run *r, int64_t step)
{
    r->seed.diverged = true;
    r->seed.diverged_epoch = (int)r->place.epoch;
    r->seed.diverged_step = step;
}

/* What a step's gradients make known: under --nonfinite report a line, under stop an error with its place. */
static void tell(const run *r, const char *bad)
{
    const keep_place *at = &r->place;
    char why[400];
    if (bad) {
        progress_clear(r->progress);
        say_failed("epoch %lld, step %lld: the gradient of %s is not finite", (long long)at->epoch,
                   (long long)at->step + 1, bad);
    }
    if (wk_error() != WK_E_STATE) return;
    snprintf(why, sizeof why, "%s", wk_error_text());
    wk_error_clear();
    wk_fail(WK_E_STATE, "epoch %lld, step %lld: %s", (long long)at->epoch, (long long)at->step + 1, why);
}

/* false: the training is over, by an error or a loss that is not finite. */
static bool train_step(run *r, run_parts *with, wk_batch *b)
{
    keep_place *at = &r->place;
    const char *bad;
    WK_SCOPE(step);
    WK_PROFILE_RANGE(range, "step");
    const double value = run_step(with, b, &bad);
    tell(r, bad);
    const bool lost = !isfinite(value);
    if (!wk_failed() && lost && !run_is_policy(r->plan, "skip")) diverge(r, at->step + 1);
    if (wk_failed() || r->seed.diverged) return false;
    at->step++;
    at->total++;
    if (lost)
        at->lost++, at->skipped++;
    else
        at->loss_sum += value;
    progress_step(r->progress, (int)at->epoch, value);
    return true;
}

static wk_batch *next_batch(const run_parts *with)
{
    WK_PROFILE_RANGE(range, "next batch");
    return wk_loader_next(with->train);
}

/* One epoch, or the rest of it; *mean becomes the mean loss of its batches. Stops early at a loss that is not finite,
 * and, between two steps, at a signal. */
static void train_epoch(run *r, run_parts *with, double *mean)
{
    keep_place *at = &r->place;
    const int64_t batches = r->plan->batches;
    while (at->step < batches && !wk_failed()) {
        if (say_stop_signal()) {
            wk_fail(WK_E_INTERRUPTED, "stopped");
            break;
        }
        const bool watched = watch_begin(r->watch);
        wk_batch *b = next_batch(with);
        const bool done = b && rates_reach(&with->rates, at->epoch - 1, at->total) == WK_OK && train_step(r, with, b);
        if (watched) watch_end(r->watch);
        if (!done) break;
    }
    if (at->step == batches && wk_loader_batch(with->train) == batches && !wk_failed())
        wk_loader_next(with->train); /* none: the epoch is over */
    if (at->lost == batches) diverge(r, batches);
    *mean = at->loss_sum / (double)(batches - at->lost);
}

static run_end fail_output(void)
{
    wk_fail(WK_E_IO, "cannot write to standard output: %s", strerror(errno));
    return RUN_FAILED;
}

static wk_training training_of(const run_parts *with)
{
    return wk_training_of(.module = wk_module_child(with->net, "model"), .optim = with->optim, .loader = with->train,
                          .schedule = with->rates.schedule, .average = with->average);
}

/* After an epoch: its row in the log, and whether it is time to stop. Is the model the best so far? */
static bool judge(run *r, const run_parts *with, double mean)
{
    const int i = r->seed.points - 1;
    keep_place *at = &r->place;
    wk_early_stopping stop = wk_early_stopping_init(.patience = (int)r->keep->config.patience, .best = at->best,
                                                    .checks = at->checks, .best_at = at->best_at);
    const bool over = wk_early_stopping_step(&stop, r->seed.valid_loss[i]);
    at->best = stop.best;
    at->checks = stop.checks;
    at->best_at = stop.best_at;
    keep_log(r->keep, at, mean, r->seed.valid_loss[i], r->seed.valid_accuracy[i], wk_lr(with->optim));
    r->early = over && r->keep->config.patience > 0;
    return stop.improved;
}

static void save(const run *r, const run_parts *with, bool best)
{
    const wk_training t = training_of(with);
    keep_save(r->keep, &t, &r->place, best);
}

static run_end train_all(run *r, run_parts *with)
{
    keep_place *at = &r->place;
    if (!r->from) {
        *at = (keep_place){ .best = NAN };
        if (!validate(r, with, NAN)) return RUN_FAILED;
        at->epoch = 1;
    }
    while (at->epoch <= r->plan->settings->epochs && !r->early) {
        double mean, start = progress_now();
        train_epoch(r, with, &mean);
        double seconds = progress_now() - start;
        if (r->seed.diverged) return RUN_DIVERGED;
        r->seconds += seconds;
        if (wk_failed() || !validate(r, with, mean)) return RUN_FAILED;
        const int i = r->seed.points - 1;
        if (!isfinite(r->seed.valid_loss[i])) {
            r->seed.points--;
            diverge(r, at->step);
            return RUN_DIVERGED;
        }
        r->epochs_done++;
        const progress_epoch e = { (int)at->epoch, mean, r->seed.valid_loss[i], r->seed.valid_accuracy[i], seconds };
        const bool best = r->keep && judge(r, with, mean);
        if (rates_judge(&with->rates, r->seed.valid_loss[i])) return RUN_FAILED;
        at->epoch++;
        at->step = 0;
        at->lost = 0;
        at->loss_sum = 0;
        if (r->keep) save(r, with, best);
        if (wk_failed()) return RUN_FAILED;
        if (!progress_row(r->progress, &e)) return fail_output(); /* the epoch is kept */
    }
    return RUN_DONE;
}

/* A run that a signal stops is kept as it stands, after a whole step. */
static void keep_stopped(run *r, const run_parts *with)
{
    if (!r->keep || wk_error() != WK_E_INTERRUPTED || r->place.total == 0) return;
    wk_error_clear();
    save(r, with, false);
    if (!wk_failed()) wk_fail(WK_E_INTERRUPTED, "stopped");
}

static wk_status go_on(run *r, const run_parts *with)
{
    const wk_training t = training_of(with);
    const keep_place *at = &r->place;
    const int64_t batches = r->plan->batches;
    if (wk_training_load_state_dict(&t, r->from)) return wk_error();
    if (at->step <= batches && at->total == (at->epoch - 1) * batches + at->step) return WK_OK;
    return wk_fail(WK_E_FORMAT,
                   "the checkpoint is of step %lld of epoch %lld, %lld in all; with %lld an epoch that cannot be",
                   (long long)at->step, (long long)at->epoch, (long long)at->total, (long long)batches);
}

static wk_status measure_test(run *r, const run_parts *with)
{
    const sets *data = r->plan->data;
    wk_metrics test;
    scale_scores s = { .outputs = data->outputs, .each = calloc((size_t)data->outputs, sizeof *s.each) };
    if (!s.each) return wk_fail(WK_E_MEMORY, "no memory for what %lld outputs come to", (long long)s.outputs);
    if (!evaluate(r, with, evaluation_loader(r, data->test), &test, data->classes ? NULL : &s)) {
        r->seed.test_loss = test.loss;
        r->seed.test_accuracy = test.accuracy;
        if (!data->classes) r->test_rmse = scale_rmse(&s);
        if (!data->classes) r->test_r2 = scale_r2(&s);
    }
    free(s.each);
    return wk_error();
}

static run_end train_and_test(run *r, run_parts *with)
{
    if (r->progress->mode == PROGRESS_JSON && !run_put_start(r)) return fail_output();
    if (r->from && go_on(r, with)) return RUN_FAILED;
    run_end end = train_all(r, with);
    progress_clear(r->progress);
    if (end == RUN_FAILED) keep_stopped(r, with);
    if (end != RUN_DONE) return end;
    return measure_test(r, with) ? RUN_FAILED : RUN_DONE;
}

run_end run_go(run *r, uint64_t seed)
{
    run_parts with;
    WK_SCOPE(experiment);
    r->seed.seed = seed;
    r->seed.test_loss = r->seed.test_accuracy = r->test_rmse = r->test_r2 = NAN;
    r->progress->optimizer = r->optimizer->key;
    r->progress->seed = seed;
    if (!make_curves(r) || !run_make_parts(r, &with)) return RUN_FAILED;
    run_end end = train_and_test(r, &with);
    if (r->watch && end == RUN_DONE && watch_finish(r->watch)) end = RUN_FAILED;
    const bool json = r->progress->mode == PROGRESS_JSON;
    if (r->watch && end == RUN_DONE && json && !watch_put_json(r->watch)) return fail_output();
    const char *status = end == RUN_DONE                  ? "done"
                         : end == RUN_DIVERGED            ? "diverged"
                         : wk_error() == WK_E_INTERRUPTED ? "stopped"
                                                          : "failed";
    if (json && !run_put_end(r, status)) return fail_output();
    return end;
}

void run_free(run *r)
{
    free(r->numbers);
    r->numbers = NULL;
}

int run_say_failed(run *r)
{
    progress_clear(r->progress);
    if (wk_error() != WK_E_INTERRUPTED || !say_stop_signal()) return say_error();
    wk_error_clear();
    const int64_t epochs = r->plan->settings->epochs, epoch = r->place.epoch < epochs ? r->place.epoch : epochs;
    if (epoch == 0) return say_stopped("stopped before the first step");
    const bool goes_on = r->keep && r->place.total;
    char folder[1100];
    return say_stopped("stopped in epoch %lld of %lld, after step %lld of %lld%s%s", (long long)epoch,
                       (long long)epochs, (long long)r->place.step, (long long)r->plan->batches,
                       goes_on ? "; go on with wick train --resume " : "",
                       goes_on ? args_word(folder, sizeof folder, r->keep->folder) : "");
}
