/* Finished runs, or some under way, side by side. Rests on record.h for what they hold, on plot.h and grid.h to show
 * it. */
#include "side.h"
#include "grid.h"
#include "json.h"
#include "plot.h"
#include "say.h"
#include <math.h>
#include <string.h>

bool side_read(side *s, const char *const folders[ARGS_OPERANDS])
{
    bool ok = true;
    s->n = 0;
    while (ok && s->n < ARGS_OPERANDS && folders[s->n]) {
        ok = record_read(&s->runs[s->n], folders[s->n]);
        s->n++; /* what was read of it is freed too */
    }
    return ok;
}

void side_free(side *s)
{
    for (int i = 0; i < s->n; i++) record_free(&s->runs[i]);
}

/* Losses of different data say nothing about each other. */
static bool comparable(const side *s)
{
    for (int i = 1; i < s->n; i++)
        if (strcmp(s->runs[i].data, s->runs[0].data)) return false;
    return true;
}

static int best_of(const side *s)
{
    const record *runs = s->runs;
    int best = -1;
    for (int i = 0; i < s->n && comparable(s); i++) {
        if (runs[i].best < 0) continue;
        if (best < 0 || runs[i].valid_loss[runs[i].best] < runs[best].valid_loss[runs[best].best]) best = i;
    }
    return best;
}

static void add_epochs(grid *g, const record *r)
{
    if (r->rows < r->epochs)
        grid_add(g, "%d of %.0f", r->rows, r->epochs);
    else
        grid_add(g, "%d", r->rows);
}

static void put_table(const side *s)
{
    static const char *const heads[] = { "run",       "model",    "optim",     "lr",       "epochs", "best valid",
                                         "valid acc", "at epoch", "test loss", "test acc", "" };
    const int best = best_of(s);
    grid g = { .columns = sizeof heads / sizeof *heads, .right = 0x3F8 };
    for (int i = 0; i < g.columns; i++) grid_add(&g, "%s", heads[i]);
    for (int i = 0; i < s->n; i++) {
        const record *r = &s->runs[i];
        char model[400];
        grid_add(&g, "%s", r->folder);
        grid_add(&g, "%s", record_model(r, model));
        grid_add(&g, "%s", r->optim);
        grid_add(&g, "%g", r->lr);
        add_epochs(&g, r);
        grid_add_loss(&g, r->best < 0 ? NAN : r->valid_loss[r->best]);
        grid_add_share(&g, r->best < 0 ? NAN : r->valid_accuracy[r->best]);
        if (r->best < 0)
            grid_add(&g, "-");
        else
            grid_add(&g, "%.10g", r->epoch[r->best]);
        grid_add_loss(&g, r->test_loss);
        grid_add_share(&g, r->test_accuracy);
        grid_add(&g, "%s", i == best ? "*" : "");
    }
    grid_put(&g, stdout);
}

/* The last part of a folder's path, behind the character that draws its line where all lines are of characters. */
static void name_line(plot_line *l, char name[40], const char *folder, int i)
{
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/') end--;
    size_t start = end;
    while (start > 0 && folder[start - 1] != '/') start--;
    l->sign = (char)('a' + i);
    const int n = say_in_utf8() ? 0 : snprintf(name, 40, "%c ", l->sign);
    snprintf(name + n, 40 - (size_t)n, "%.*s", (int)(end - start < 30 ? end - start : 30), folder + start);
    l->name = name;
}

static void put_chart(const side *s)
{
    plot_line lines[PLOT_LINES];
    char names[PLOT_LINES][40];
    int longest = 0;
    if (s->n > PLOT_LINES || !comparable(s)) return;
    for (int i = 0; i < s->n; i++) {
        const record *r = &s->runs[i];
        lines[i] = (plot_line){ .n = r->rows, .x = r->epoch, .y = r->valid_loss };
        name_line(&lines[i], names[i], r->folder, i);
        longest = r->rows > longest ? r->rows : longest;
    }
    if (longest < 2) return;
    plot_put(stdout, &(plot){ .title = "validation loss by epoch",
                              .y_scale = CHART_LOG,
                              .whole_x = true,
                              .lines = lines,
                              .nlines = s->n,
                              .mark = NAN });
    printf("\n");
}

void side_put(const side *s)
{
    put_chart(s);
    put_table(s);
}

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
    json_number(&j, "test_rmse", r->test_rmse);
    json_number(&j, "test_r2", r->test_r2);
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

void side_put_json(const side *s)
{
    for (int i = 0; i < s->n; i++) put_json(&s->runs[i]);
}
