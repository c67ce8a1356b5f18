/* wick show: a run's curves and epochs on the terminal; of several runs a row each. Rests on record.h and plot.h. */
#include "commands.h"
#include "grid.h"
#include "json.h"
#include "plot.h"
#include "record.h"
#include "say.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct settings {
    bool all, json;
} settings;

static bool has_accuracy(const record *r) { return r->rows && isfinite(r->valid_accuracy[r->rows - 1]); }

static bool rate_varies(const record *r)
{
    for (int i = 1; i < r->rows; i++)
        if (r->rate[i] != r->rate[0]) return true;
    return false;
}

static void add_loss(grid *g, double v) { isnan(v) ? grid_add(g, "-") : grid_add(g, "%#.4g", v); }
static void add_share(grid *g, double v) { isnan(v) ? grid_add(g, "-") : grid_add(g, "%.2f %%", 100 * v); }

static const char *model_text(const record *r, char text[400])
{
    snprintf(text, 400, "%s%s%s", r->model, *r->hidden ? " " : "", r->hidden);
    return text;
}

static void add_epochs(grid *g, const record *r)
{
    if (r->rows < r->epochs)
        grid_add(g, "%d of %.0f", r->rows, r->epochs);
    else
        grid_add(g, "%d", r->rows);
}

/* ---- One run ---- */

static void put_loss(const record *r)
{
    const plot_line lines[] = { { "train", true, r->rows, r->epoch, r->train_loss },
                                { "valid", false, r->rows, r->epoch, r->valid_loss } };
    plot_put(stdout, &(plot){ .title = "loss by epoch",
                              .y_scale = CHART_LOG,
                              .whole_x = true,
                              .lines = lines,
                              .nlines = 2,
                              .mark = r->best < 0 ? NAN : r->epoch[r->best] });
}

static void put_accuracy(const record *r)
{
    double *percent = malloc((size_t)r->rows * sizeof *percent);
    for (int i = 0; percent && i < r->rows; i++) percent[i] = 100 * r->valid_accuracy[i];
    const plot_line line = { "valid", false, percent ? r->rows : 0, r->epoch, percent };
    printf("\n");
    plot_put(stdout, &(plot){ .title = "accuracy by epoch, %",
                              .y_scale = CHART_NINES,
                              .whole_x = true,
                              .height = 8,
                              .lines = &line,
                              .nlines = 1,
                              .mark = r->best < 0 ? NAN : r->epoch[r->best] });
    free(percent);
}

static void put_epochs(const record *r, bool all)
{
    enum { SHOWN = 20 };
    const bool accuracy = has_accuracy(r), rates = rate_varies(r);
    const int stride = all ? 1 : (r->rows + SHOWN - 1) / SHOWN;
    grid g = { .columns = 4 + accuracy + rates, .right = 0x1F };
    g.right &= ~(1u << (g.columns - 1));
    grid_add(&g, "epoch");
    grid_add(&g, "train loss");
    grid_add(&g, "valid loss");
    if (accuracy) grid_add(&g, "valid acc");
    if (rates) grid_add(&g, "lr");
    grid_add(&g, "%s", "");
    for (int i = 0; i < r->rows; i++) {
        if (i % stride && i != r->best && i != r->rows - 1) continue;
        grid_add(&g, "%.10g", r->epoch[i]);
        add_loss(&g, r->train_loss[i]);
        add_loss(&g, r->valid_loss[i]);
        if (accuracy) add_share(&g, r->valid_accuracy[i]);
        if (rates) grid_add(&g, "%.3g", r->rate[i]);
        grid_add(&g, "%s", i == r->best ? "* best" : "");
    }
    printf("\n");
    grid_put(&g, stdout);
    if (stride > 1) printf("one epoch in %d, the best and the last; --all shows all\n", stride);
}

static void put_run(const record *r, bool all)
{
    char model[400];
    printf("run    %s: %s on %s\n", r->folder, model_text(r, model), r->data);
    printf("optim  %s, lr %g%s%s, batch %.0f, seed %.0f\n", r->optim, r->lr, *r->schedule ? " by " : "", r->schedule,
           r->batch_size, r->seed);
    if (!r->rows) printf("no epoch of %.0f is over yet\n", r->epochs);
    if (!r->rows) return;
    if (r->rows < r->epochs) printf("epochs %d of %.0f\n", r->rows, r->epochs);
    if (r->rows > 1) printf("\n");
    if (r->rows > 1) put_loss(r);
    if (r->rows > 1 && has_accuracy(r)) put_accuracy(r);
    put_epochs(r, all);
    if (isnan(r->test_loss)) return;
    printf("\ntest: ");
    if (isfinite(r->test_accuracy)) printf("accuracy %.2f %%, ", 100 * r->test_accuracy);
    printf("loss %.4g\n", r->test_loss);
}

/* ---- Several ---- */

/* Losses of different data say nothing about each other. */
static int best_of(const record *runs, int n)
{
    int best = -1;
    for (int i = 0; i < n; i++) {
        if (strcmp(runs[i].data, runs[0].data)) return -1;
        if (runs[i].best < 0) continue;
        if (best < 0 || runs[i].valid_loss[runs[i].best] < runs[best].valid_loss[runs[best].best]) best = i;
    }
    return best;
}

static void put_runs(const record *runs, int n)
{
    static const char *const heads[] = { "run",       "model",    "optim",     "lr",       "epochs", "best valid",
                                         "valid acc", "at epoch", "test loss", "test acc", "" };
    const int best = best_of(runs, n);
    grid g = { .columns = sizeof heads / sizeof *heads, .right = 0x3F8 };
    for (int i = 0; i < g.columns; i++) grid_add(&g, "%s", heads[i]);
    for (int i = 0; i < n; i++) {
        const record *r = &runs[i];
        char model[400];
        grid_add(&g, "%s", r->folder);
        grid_add(&g, "%s", model_text(r, model));
        grid_add(&g, "%s", r->optim);
        grid_add(&g, "%g", r->lr);
        add_epochs(&g, r);
        add_loss(&g, r->best < 0 ? NAN : r->valid_loss[r->best]);
        add_share(&g, r->best < 0 ? NAN : r->valid_accuracy[r->best]);
        if (r->best < 0)
            grid_add(&g, "-");
        else
            grid_add(&g, "%.10g", r->epoch[r->best]);
        add_loss(&g, r->test_loss);
        add_share(&g, r->test_accuracy);
        grid_add(&g, "%s", i == best ? "*" : "");
    }
    grid_put(&g, stdout);
}

/* ---- JSON: a line a run ---- */

static void put_json(const record *r)
{
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "run", r->folder);
    json_text(&j, "data", r->data);
    json_text(&j, "model", r->model);
    json_text(&j, "hidden", *r->hidden ? r->hidden : NULL);
    json_text(&j, "optim", r->optim);
    json_number(&j, "lr", r->lr);
    json_number(&j, "epochs", r->epochs);
    json_number(&j, "batch_size", r->batch_size);
    json_number(&j, "seed", r->seed);
    json_number(&j, "best_epoch", r->best < 0 ? NAN : r->epoch[r->best]);
    json_number(&j, "test_loss", r->test_loss);
    json_number(&j, "test_accuracy", r->test_accuracy);
    json_open(&j, "log", '[');
    for (int i = 0; i < r->rows; i++) {
        json_open(&j, NULL, '{');
        json_number(&j, "epoch", r->epoch[i]);
        json_number(&j, "train_loss", r->train_loss[i]);
        json_number(&j, "valid_loss", r->valid_loss[i]);
        json_number(&j, "valid_accuracy", r->valid_accuracy[i]);
        json_number(&j, "lr", r->rate[i]);
        json_close(&j);
    }
    json_close(&j);
    json_close(&j);
    json_end_line(&j);
}

static int show(int argc, char **argv)
{
    settings s = { false, false };
    const char *operands[ARGS_OPERANDS];
    record runs[ARGS_OPERANDS];
    int n = 0;
    bool ok = true;
    if (!args_read(&command_show, argc, argv, &s, operands)) return EXIT_USAGE;
    for (; ok && n < ARGS_OPERANDS && operands[n]; n++) ok = record_read(&runs[n], operands[n]);
    for (int i = 0; ok && s.json && i < n; i++) put_json(&runs[i]);
    if (ok && !s.json && n == 1) put_run(&runs[0], s.all);
    if (ok && !s.json && n > 1) put_runs(runs, n);
    for (int i = 0; i < n; i++) record_free(&runs[i]);
    return ok ? EXIT_DONE : EXIT_FAILED;
}

static const args_option options[] = {
    { "all", 0, ARGS_FLAG, offsetof(settings, all), NULL, "every epoch, however many", 0, 0 },
    { "json", 0, ARGS_FLAG, offsetof(settings, json), NULL, "print JSON, a line a run", 0, 0 },
};

const args_command command_show = {
    .name = "show",
    .about = "draws a run's curves, or sets runs side by side",
    .operands = "RUN... [options]",
    .fewest = 1,
    .most = ARGS_OPERANDS,
    .text = "  wick show runs/train-20251125-083000\n"
            "  wick show runs/*\n\n"
            "Of one run of wick train: loss and accuracy by epoch, as a chart and as a table\n"
            "in which the epoch of least validation loss is marked. Of several: a row each,\n"
            "with the best marked where all are of the same data.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .run = show,
};
