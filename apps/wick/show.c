/* wick show: a run's curves and epochs on the terminal; of several runs what side.c makes of them. */
#include "commands.h"
#include "grid.h"
#include "plot.h"
#include "say.h"
#include "side.h"
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

static void put_loss(const record *r)
{
    const plot_line lines[] = { { "train", true, 0, r->rows, r->epoch, r->train_loss },
                                { "valid", false, 0, r->rows, r->epoch, r->valid_loss } };
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
    const plot_line line = { "valid", false, 0, percent ? r->rows : 0, r->epoch, percent };
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
        grid_add_loss(&g, r->train_loss[i]);
        grid_add_loss(&g, r->valid_loss[i]);
        if (accuracy) grid_add_share(&g, r->valid_accuracy[i]);
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
    printf("run    %s: %s on %s\n", r->folder, record_model(r, model), r->data);
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
    if (isfinite(r->test_rmse)) printf("RMSE %.4g, R2 %.4f, ", r->test_rmse, r->test_r2);
    printf("loss %.4g\n", r->test_loss);
}

static int show(int argc, char **argv)
{
    settings s = { false, false };
    const char *operands[ARGS_OPERANDS];
    side of;
    if (!args_read(&command_show, argc, argv, &s, operands)) return EXIT_USAGE;
    const bool ok = side_read(&of, operands);
    if (ok && s.json)
        side_put_json(&of);
    else if (ok && of.n > 1)
        side_put(&of);
    else if (ok)
        put_run(&of.runs[0], s.all);
    side_free(&of);
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
            "in which the epoch of least validation loss is marked. Of several: what wick\n"
            "compare says of them.\n",
    .options = options,
    .noptions = ARGS_COUNT(options),
    .run = show,
};
