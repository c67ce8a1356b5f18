/* The result of a comparison as JSON, as CSV and as a table for the screen. Rests on the numbers of summary.c. */
#include "result.h"
#include "grid.h"
#include "say.h"
#include <math.h>

static void put_divergence(json *j, const report_seed *s)
{
    if (!s->diverged) return;
    json_whole(j, "diverged_epoch", s->diverged_epoch);
    json_whole(j, "diverged_step", s->diverged_step);
}

static void put_seeds(json *j, const result *r, int o)
{
    json_open(j, "seeds", '[');
    for (int i = 0; i < r->run->nseeds; i++) {
        const report_seed *s = &r->run->optimizers[o].seeds[i];
        json_open(j, NULL, '{');
        json_whole(j, "seed", (int64_t)s->seed);
        json_number(j, "test_accuracy", r->run->classes ? s->test_accuracy : NAN);
        json_number(j, "test_loss", s->test_loss);
        put_divergence(j, s);
        json_close(j);
    }
    json_close(j);
}

static void put_optimizer(json *j, const result *r, int o)
{
    const report_optimizer *opt = &r->run->optimizers[o];
    const report_stat *s = r->stats[o];
    json_open(j, NULL, '{');
    json_text(j, "name", opt->key);
    json_number(j, "lr", opt->lr);
    json_number(j, "test_accuracy_mean", s[REPORT_TEST_ACCURACY].mean);
    json_number(j, "test_accuracy_std", s[REPORT_TEST_ACCURACY].std);
    json_number(j, "test_loss_mean", s[REPORT_TEST_LOSS].mean);
    json_number(j, "test_loss_std", s[REPORT_TEST_LOSS].std);
    json_number(j, "seconds_per_epoch", opt->seconds_per_epoch);
    json_number(j, "samples_per_second", opt->samples_per_second);
    json_number(j, "epochs_to_target", s[REPORT_EPOCHS_TO_TARGET].mean);
    json_number(j, "seconds_to_target", s[REPORT_SECONDS_TO_TARGET].mean);
    json_bool(j, "best", s[r->run->classes ? REPORT_TEST_ACCURACY : REPORT_TEST_LOSS].best);
    json_whole(j, "diverged", report_diverged(r->run, o));
    put_seeds(j, r, o);
    json_close(j);
}

void result_put_json(json *j, const result *r)
{
    json_open(j, NULL, '{');
    json_text(j, "event", "result");
    json_whole(j, "schema", 1);
    json_text(j, "headline", r->headline);
    json_number(j, "target", r->target);
    json_open(j, "optimizers", '[');
    for (int o = 0; o < r->run->noptimizers; o++) put_optimizer(j, r, o);
    json_close(j);
    json_number(j, "seconds", r->run->total_seconds);
    json_text(j, "folder", r->folder);
    json_close(j);
}

static void put_data(json *j, const report_run *run)
{
    json_open(j, "data", '{');
    json_text(j, "path", run->data_path);
    json_text(j, "fingerprint", run->fingerprint);
    json_whole(j, "train_rows", run->train_rows);
    json_whole(j, "valid_rows", run->valid_rows);
    json_whole(j, "test_rows", run->test_rows);
    json_whole(j, "features", run->features);
    json_whole(j, "classes", run->classes);
    json_close(j);
}

static void put_machine(json *j, const report_run *run)
{
    json_open(j, "machine", '{');
    json_text(j, "cpu", run->cpu);
    json_whole(j, "cores", run->cores);
    json_text(j, "isa", run->isa);
    json_close(j);
    json_open(j, "versions", '{');
    json_text(j, "wick", run->wick_version);
    json_text(j, "compiler", run->compiler);
    json_text(j, "hdf5", run->hdf5_version);
    json_close(j);
}

void result_put_config(json *j, const result *r)
{
    const report_run *run = r->run;
    json_open(j, NULL, '{');
    json_whole(j, "schema", 1);
    json_text(j, "command", run->command);
    json_text(j, "date", run->date);
    put_data(j, run);
    json_text(j, "model", run->model);
    json_whole(j, "parameters", run->parameters);
    json_text(j, "loss", run->loss_name);
    json_whole(j, "epochs", run->epochs);
    json_whole(j, "batch_size", run->batch_size);
    json_whole(j, "threads", run->threads);
    json_open(j, "seeds", '[');
    for (int i = 0; i < run->nseeds; i++) json_whole(j, NULL, (int64_t)run->optimizers[0].seeds[i].seed);
    json_close(j);
    json_open(j, "optimizers", '[');
    for (int o = 0; o < run->noptimizers; o++) {
        json_open(j, NULL, '{');
        json_text(j, "name", run->optimizers[o].key);
        json_number(j, "lr", run->optimizers[o].lr);
        json_text(j, "settings", r->settings[o]);
        json_close(j);
    }
    json_close(j);
    put_machine(j, run);
    json_close(j);
}

static void put_cell(FILE *out, double v)
{
    if (isfinite(v))
        fprintf(out, ",%.9g", v);
    else
        fputc(',', out);
}

void result_put_metrics(FILE *out, const result *r)
{
    fputs("optimizer,seed,epoch,train_loss,valid_loss,valid_accuracy,seconds\n", out);
    for (int o = 0; o < r->run->noptimizers; o++) {
        for (int i = 0; i < r->run->nseeds; i++) {
            const report_seed *s = &r->run->optimizers[o].seeds[i];
            for (int k = 0; k < s->points; k++) {
                fprintf(out, "%s,%llu,%d", r->run->optimizers[o].key, (unsigned long long)s->seed,
                        r->run->first_epoch + k);
                put_cell(out, s->train_loss[k]);
                put_cell(out, s->valid_loss[k]);
                put_cell(out, s->valid_accuracy[k]);
                put_cell(out, s->seconds[k]);
                fputc('\n', out);
            }
        }
    }
}

static void add_spread(grid *g, const report_stat *s, double unit, int digits, const char *mark)
{
    const double mean = unit * s->mean, std = unit * s->std;
    if (s->n == 0)
        grid_add(g, "diverged  ");
    else if (s->n == 1)
        grid_add(g, mean < 1e5 ? "%.*f%s" : "%.*e%s", digits, mean, mark);
    else
        grid_add(g, mean < 1e5 ? "%.*f %s %.*f%s" : "%.*e %s %.*e%s", digits, mean, say_pm(), digits, std, mark);
}

/* Digits behind the point that show three figures of the smallest loss. */
static int loss_digits(const result *r)
{
    double least = INFINITY;
    for (int o = 0; o < r->run->noptimizers; o++) least = fmin(least, r->stats[o][REPORT_TEST_LOSS].mean);
    if (!(least > 0 && isfinite(least))) return 4;
    const int digits = 2 - (int)floor(log10(least));
    return digits < 0 ? 0 : digits > 9 ? 9 : digits;
}

void result_put_table(FILE *out, const result *r)
{
    const report_run *run = r->run;
    const bool classes = run->classes > 0;
    say_room rate;
    grid g = { .columns = classes ? 6 : 5, .right = ~1u };
    grid_add(&g, "optimizer");
    grid_add(&g, "lr");
    if (classes) grid_add(&g, "test accuracy, %%  ");
    grid_add(&g, classes ? "test loss" : "test loss  ");
    grid_add(&g, "s/epoch");
    grid_add(&g, "rows/s");
    int digits = loss_digits(r), best = 0;
    for (int o = 0; o < run->noptimizers; o++) {
        const report_optimizer *opt = &run->optimizers[o];
        const report_stat *s = r->stats[o];
        const bool is_best = s[classes ? REPORT_TEST_ACCURACY : REPORT_TEST_LOSS].best;
        const char *mark = is_best ? " *" : "  ";
        best += is_best;
        grid_add(&g, "%s", opt->name);
        grid_add(&g, "%g", opt->lr);
        if (classes) add_spread(&g, &s[REPORT_TEST_ACCURACY], 100, 2, mark);
        add_spread(&g, &s[REPORT_TEST_LOSS], 1, digits, classes ? "" : mark);
        const bool timed = isfinite(opt->seconds_per_epoch);
        grid_add(&g, timed ? "%#.3g" : "-", opt->seconds_per_epoch);
        grid_add(&g, "%s", timed ? say_count(rate, llround(opt->samples_per_second)) : "-");
    }
    grid_put(&g, out);
    if (best > 1) fputs("\n* the best, and those within one standard deviation of it\n", out);
    if (best == 1) fputs("\n* the best\n", out);
}
