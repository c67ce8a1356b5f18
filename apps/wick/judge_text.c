/* What wick eval prints: what fits on a terminal as a table, and of many classes or outputs what matters most. */
#include "grid.h"
#include "json.h"
#include "judge.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 80, NAME = 20, MOST_LINES = 24, FEW = 10 };

/* A name cut to so many columns, between two characters. */
static const char *cut(char to[GRID_CELL], const char *name, int width)
{
    snprintf(to, GRID_CELL, "%s", name);
    for (size_t n = strlen(to); n > 0 && say_width(to) > width; to[n] = 0) do
            n--;
        while (n > 0 && ((unsigned char)to[n] & 0xC0) == 0x80);
    return to;
}

static const char *name_of(const judge *j, int c, char to[GRID_CELL], int width)
{
    trial_name text;
    cut(to, trial_class(j->of, c, text), width);
    return say_clean(to);
}

/* ---- Classes ---- */

typedef struct ranked {
    int class;
    double f1;
} ranked;

static int weakest_first(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (isnan(x->f1) || isnan(y->f1)) return isnan(x->f1) ? isnan(y->f1) ? x->class - y->class : 1 : -1;
    return x->f1 != y->f1 ? x->f1 < y->f1 ? -1 : 1 : x->class - y->class;
}

static void add_scores(grid *g, const judge *j, int c)
{
    const wk_scores *s = j->scores;
    grid_add(g, "%.2f %%", 100 * wk_scores_precision(s, c));
    grid_add(g, "%.2f %%", 100 * wk_scores_recall(s, c));
    grid_add(g, "%.4f", wk_scores_f1(s, c));
}

static void add_class(grid *g, const judge *j, int c)
{
    char name[GRID_CELL];
    say_room rows;
    grid_add(g, "%s", name_of(j, c, name, NAME));
    grid_add(g, "%s", say_count(rows, judge_class_rows(j, c)));
    add_scores(g, j, c);
}

static void put_classes(const judge *j, FILE *out)
{
    const int n = j->of->data.classes, shown = n <= MOST_LINES ? n : FEW;
    ranked *order = calloc((size_t)n, sizeof *order);
    grid g = { .columns = 5, .right = ~1u };
    static const char *const heads[] = { "class", "rows", "precision", "recall", "F1" };
    if (!order) return;
    for (int c = 0; c < n; c++) order[c] = (ranked){ c, wk_scores_f1(j->scores, c) };
    if (shown < n) qsort(order, (size_t)n, sizeof *order, weakest_first);
    for (int k = 0; k < 5; k++) grid_add(&g, "%s", heads[k]);
    for (int c = 0; c < shown; c++) add_class(&g, j, order[c].class);
    grid_add(&g, "mean");
    grid_add(&g, "%s", "");
    add_scores(&g, j, WK_ALL_CLASSES);
    if (shown < n) fprintf(out, "the %d weakest of %d classes, by F1\n", shown, n);
    grid_put(&g, out);
    free(order);
}

static int digits(int64_t n)
{
    char text[24];
    return snprintf(text, sizeof text, "%lld", (long long)n);
}

static void put_matrix(const judge *j, FILE *out, int left, int width)
{
    const int n = j->of->data.classes;
    char name[GRID_CELL];
    fprintf(out, "\nwhat it is, and across, what it was taken for\n%*s", left, "");
    for (int c = 0; c < n; c++) {
        name_of(j, c, name, width);
        fprintf(out, "%*s%s", 2 + width - say_width(name), "", name);
    }
    for (int c = 0; c < n; c++) {
        name_of(j, c, name, left);
        fprintf(out, "\n%s%*s", name, left - say_width(name), "");
        for (int k = 0; k < n; k++) {
            const int64_t rows = wk_scores_confusion(j->scores, c, k);
            if (rows)
                fprintf(out, "  %*lld", width, (long long)rows);
            else
                fprintf(out, "  %*s", width, ".");
        }
    }
    fprintf(out, "\n");
}

static void put_mistakes(const judge *j, FILE *out)
{
    judge_mistake m[FEW];
    const int n = judge_mistakes(j, m, FEW);
    grid g = { .columns = 4, .right = 12 };
    char name[GRID_CELL];
    if (!n) return;
    fprintf(out, "\nmistaken most often\n");
    grid_add(&g, "it is");
    grid_add(&g, "taken for");
    grid_add(&g, "rows");
    grid_add(&g, "of its class");
    for (int i = 0; i < n; i++) {
        grid_add(&g, "%s", name_of(j, m[i].target, name, NAME));
        grid_add(&g, "%s", name_of(j, m[i].said, name, NAME));
        grid_add(&g, "%lld", (long long)m[i].rows);
        grid_add(&g, "%.1f %%", 100 * (double)m[i].rows / (double)judge_class_rows(j, m[i].target));
    }
    grid_put(&g, out);
}

/* The whole matrix where a terminal has room for it. */
static void put_confusion(const judge *j, FILE *out)
{
    enum { HEAD = 6 };
    const int n = j->of->data.classes;
    int left = 1, width = 1;
    char name[GRID_CELL];
    for (int c = 0; c < n; c++) {
        const int wide = say_width(name_of(j, c, name, NAME));
        left = wide > left ? wide : left;
        for (int k = 0; k < n; k++) {
            const int count = digits(wk_scores_confusion(j->scores, c, k));
            width = count > width ? count : width;
        }
    }
    if (left > width) width = left < HEAD ? left : width > HEAD ? width : HEAD;
    if (left + n * (2 + width) <= WIDEST)
        put_matrix(j, out, left, width);
    else
        put_mistakes(j, out);
}

/* ---- Numbers ---- */

static void put_outputs(const judge *j, FILE *out)
{
    const int64_t n = j->of->data.outputs, shown = n <= MOST_LINES ? n : MOST_LINES;
    static const char *const heads[] = { "output", "RMSE", "mean error", "R2", "least", "most" };
    grid g = { .columns = 6, .right = ~1u };
    if (n < 2) return;
    for (int k = 0; k < 6; k++) grid_add(&g, "%s", heads[k]);
    for (int64_t c = 0; c < shown; c++) {
        grid_add(&g, "%lld", (long long)c);
        grid_add(&g, "%.4g", judge_rmse(j, c));
        grid_add(&g, "%.4g", judge_mae(j, c));
        grid_add(&g, "%.4f", judge_r2(j, c));
        grid_add(&g, "%.6g", j->outputs[c].least);
        grid_add(&g, "%.6g", j->outputs[c].most);
    }
    fprintf(out, "\n");
    grid_put(&g, out);
    if (shown < n) fprintf(out, "and %lld more; --json has them all\n", (long long)(n - shown));
}

/* ---- The worst rows ---- */

static void add_worst(grid *g, const judge *j, const judge_row *r)
{
    char name[GRID_CELL];
    grid_add(g, "%lld", (long long)r->row);
    if (j->of->data.classes) {
        grid_add(g, "%s", name_of(j, r->target, name, NAME));
        grid_add(g, "%s", name_of(j, r->said, name, NAME));
        grid_add(g, "%.1f %%", 100 * r->p_said);
        grid_add(g, "%.2g %%", 100 * r->p_target);
    } else {
        grid_add(g, "%d", r->output);
        grid_add(g, "%.6g", r->wanted);
        grid_add(g, "%.6g", r->got);
        grid_add(g, "%.4g", say_plain(r->got - r->wanted));
    }
    grid_add(g, "%.4g", r->loss);
    if (g->columns == 6) return;
    const char *file = wk_dataset_file(j->of->data.test, r->at);
    const size_t length = strlen(file), most = GRID_CELL - 4; /* of a long path the end */
    grid_add(g, "%s%s", length > most ? "..." : "", file + (length > most ? length - most : 0));
}

static void put_worst(const judge *j, FILE *out, int n)
{
    static const char *const classes[] = { "row", "it is", "taken for", "sure", "of the right one", "loss" };
    static const char *const numbers[] = { "row", "output", "target", "predicted", "error", "loss" };
    const bool named = j->of->data.classes > 0;
    const bool files = wk_dataset_file(j->of->data.test, 0);
    grid g = { .columns = files ? 7 : 6, .right = (named ? ~6u : ~0u) & ~(1u << 6) };
    if (n > j->nworst) n = j->nworst;
    if (n < 1) return;
    for (int k = 0; k < 6; k++) grid_add(&g, "%s", named ? classes[k] : numbers[k]);
    if (files) grid_add(&g, "file");
    for (int i = 0; i < n; i++) add_worst(&g, j, &j->worst[i]);
    fprintf(out, "\nthe rows with the largest loss\n");
    grid_put(&g, out);
}

void judge_put_text(const judge *j, FILE *out, int worst)
{
    const trial *t = j->of;
    const wk_scores *s = j->scores;
    say_room rows;
    fprintf(out, "run    %s: %s, after epoch %lld\n", t->kept.folder, t->plan.model, (long long)trial_epoch(t));
    fprintf(out, "test   %s of %s: ", say_plural(rows, j->rows, "row"), t->data.path);
    if (t->data.classes) {
        const bool several = t->data.classes > 2;
        fprintf(out, "accuracy %.2f %%, loss %.4g\n", 100 * wk_scores_accuracy(s), j->loss);
        if (t->data.classes > 5)
            fprintf(out, "top 5  %.2f %% have their class among the first 5\n", 100 * wk_scores_topk(s, 5));
        fprintf(out, "AUC    %.4f%s\n\n", wk_scores_auc(s, several ? WK_ALL_CLASSES : 1),
                several ? ", each class against the others" : "");
        put_classes(j, out);
        put_confusion(j, out);
    } else {
        if (t->data.outputs == 1) fprintf(out, "RMSE %.4g, mean error %.4g, ", judge_rmse(j, 0), judge_mae(j, 0));
        fprintf(out, "R2 %.4f%s, loss %.4g\n", judge_mean_r2(j), t->data.outputs > 1 ? " (the outputs' mean)" : "",
                j->loss);
        put_outputs(j, out);
    }
    put_worst(j, out, worst);
}

/* ---- JSON ---- */

static void json_classes(json *to, const judge *j)
{
    const wk_scores *s = j->scores;
    trial_name text;
    json_open(to, "classes", '[');
    for (int c = 0; c < j->of->data.classes; c++) {
        json_open(to, NULL, '{');
        json_text(to, "class", trial_class(j->of, c, text));
        json_number(to, "precision", wk_scores_precision(s, c));
        json_number(to, "recall", wk_scores_recall(s, c));
        json_number(to, "f1", wk_scores_f1(s, c));
        json_open(to, "taken_for", '[');
        for (int k = 0; k < j->of->data.classes; k++) json_whole(to, NULL, wk_scores_confusion(s, c, k));
        json_close(to);
        json_close(to);
    }
    json_close(to);
}

static void json_outputs(json *to, const judge *j)
{
    json_open(to, "outputs", '[');
    for (int64_t c = 0; c < j->of->data.outputs; c++) {
        json_open(to, NULL, '{');
        json_number(to, "rmse", judge_rmse(j, c));
        json_number(to, "mae", judge_mae(j, c));
        json_number(to, "r2", judge_r2(j, c));
        json_close(to);
    }
    json_close(to);
}

static void json_worst(json *to, const judge *j, int n)
{
    trial_name text;
    json_open(to, "worst", '[');
    for (int i = 0; i < n && i < j->nworst; i++) {
        const judge_row *r = &j->worst[i];
        json_open(to, NULL, '{');
        json_whole(to, "row", r->row);
        json_number(to, "loss", r->loss);
        const char *file = wk_dataset_file(j->of->data.test, r->at);
        if (file) json_text(to, "file", file);
        if (j->of->data.classes) {
            json_text(to, "class", trial_class(j->of, r->target, text));
            json_text(to, "taken_for", trial_class(j->of, r->said, text));
            json_number(to, "probability", r->p_said);
        } else {
            json_whole(to, "output", r->output);
            json_number(to, "target", r->wanted);
            json_number(to, "predicted", r->got);
        }
        json_close(to);
    }
    json_close(to);
}

void judge_put_json(const judge *j, FILE *out, int worst)
{
    const trial *t = j->of;
    const wk_scores *s = j->scores;
    json to = json_on(out);
    json_open(&to, NULL, '{');
    json_text(&to, "run", t->kept.folder);
    json_text(&to, "data", t->data.path);
    json_whole(&to, "rows", j->rows);
    json_number(&to, "loss", j->loss);
    if (t->data.classes) {
        json_number(&to, "accuracy", wk_scores_accuracy(s));
        json_number(&to, "auc", wk_scores_auc(s, WK_ALL_CLASSES));
        json_classes(&to, j);
    } else {
        json_number(&to, "mae", wk_scores_mae(s));
        json_number(&to, "rmse", sqrt(wk_scores_mse(s)));
        json_number(&to, "r2", judge_mean_r2(j));
        json_outputs(&to, j);
    }
    if (worst) json_worst(&to, j, worst);
    json_close(&to);
    json_end_line(&to);
}
