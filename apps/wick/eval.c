/* wick eval and wick predict: what a run's model is worth on test rows, and what it says of rows. */
#include "commands.h"
#include "run.h"
#include "store.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 512, MOST_SHOWN = 20 };

typedef struct settings {
    const char *run, *out;
    sets_request data;
    int64_t threads;
    bool last, json, force;
} settings;

/* A run's model with its weights, and the data it is tried on. */
typedef struct model {
    keep kept;
    keep_place place;
    run_settings run;
    run_plan plan;
    sets data;
    wk_module *net;
} model;

#define AT(field) offsetof(settings, field)

static int load_weights(model *m, const wk_state *s)
{
    m->net = run_model(&m->plan);
    if (!m->net || wk_load_state_dict(wk_module_child(m->net, "model"), keep_weights(s))) return say_error();
    wk_train(m->net, false);
    return EXIT_DONE;
}

static int open_model(model *m, const settings *s)
{
    if (strlen(s->run) >= sizeof m->kept.folder) return say_usage("the name of the run is too long");
    snprintf(m->kept.folder, sizeof m->kept.folder, "%s", s->run);
    const wk_state *state = keep_read(&m->kept, !s->last, &m->place);
    if (!state) return say_error();
    const keep_config *c = &m->kept.config;
    m->run = run_defaults();
    m->run.model = c->model;
    m->run.hidden = c->hidden;
    if (s->threads) m->run.threads = s->threads;
    m->run.data = s->data;
    if (!s->data.path) {
        m->run.data = (sets_request){ c->data, *c->train ? c->train : NULL, *c->test ? c->test : NULL,
                                      *c->x ? c->x : NULL, *c->y ? c->y : NULL };
    }
    if (!run_prepare(&m->plan, &m->run)) return EXIT_FAILED;
    if (!sets_open(&m->data, &m->run.data)) return say_error();
    const int code = run_plan_for(&m->plan, &m->data, state);
    return code == EXIT_DONE ? load_weights(m, state) : code;
}

static wk_loader *rows_of(const model *m)
{
    return wk_loader_new(m->data.test, .batch_size = BATCH, .num_workers = m->plan.workers);
}

/* ---- eval ---- */

static wk_status measure(const model *m, wk_scores *scores, double *loss)
{
    WK_NO_GRAD(evaluation);
    wk_loader *loader = rows_of(m);
    double sum = 0, rows = 0;
    for (wk_batch *b; (b = wk_loader_next(loader));) {
        WK_SCOPE(batch);
        wk_tensor *y = wk_batch_y(b), *output = wk_forward(m->net, wk_batch_x(b));
        const double n = (double)wk_batch_size(b);
        sum += n * wk_item(wk_loss(output, scale_targets(&m->plan.scales, y)));
        rows += n;
        if (!m->data.classes && output)
            output = wk_reshape(scale_results(&m->plan.scales, output), wk_ndim(y), wk_shape(y));
        if (wk_scores_add(scores, output, y)) return wk_error();
    }
    *loss = sum / rows;
    return wk_error();
}

static const char *class_name(const sets *data, int c, char text[24])
{
    if (data->names && data->names[c]) return data->names[c];
    snprintf(text, 24, "%d", c);
    return text;
}

static int name_width(const sets *data, int least)
{
    char text[24];
    int width = least;
    for (int c = 0; c < data->classes; c++) {
        const int n = say_width(class_name(data, c, text));
        width = n > width ? n : width;
    }
    return width > 24 ? 24 : width;
}

static void print_name(const char *name, int width)
{
    printf("%.*s%*s", width, name, width - say_width(name) > 0 ? width - say_width(name) : 0, "");
}

static void print_classes(const sets *data, const wk_scores *s)
{
    char text[24];
    say_room count;
    const int width = name_width(data, 5);
    print_name("class", width);
    printf("  %7s  %9s  %8s  %6s\n", "rows", "precision", "recall", "F1");
    for (int c = 0; c < data->classes; c++) {
        int64_t rows = 0;
        for (int k = 0; k < data->classes; k++) rows += wk_scores_confusion(s, c, k);
        print_name(class_name(data, c, text), width);
        printf("  %7s  %7.2f %%  %6.2f %%  %6.4f\n", say_count(count, rows), 100 * wk_scores_precision(s, c),
               100 * wk_scores_recall(s, c), wk_scores_f1(s, c));
    }
    print_name("mean", width);
    printf("  %7s  %7.2f %%  %6.2f %%  %6.4f\n", "", 100 * wk_scores_precision(s, WK_ALL_CLASSES),
           100 * wk_scores_recall(s, WK_ALL_CLASSES), wk_scores_f1(s, WK_ALL_CLASSES));
}

static void print_confusion(const sets *data, const wk_scores *s)
{
    char text[24];
    const int width = name_width(data, 5);
    if (data->classes > MOST_SHOWN) return;
    printf("\nwhat it is, and across, what it was taken for\n");
    print_name("", width);
    for (int c = 0; c < data->classes; c++) printf("  %5.5s", class_name(data, c, text));
    printf("\n");
    for (int c = 0; c < data->classes; c++) {
        print_name(class_name(data, c, text), width);
        for (int k = 0; k < data->classes; k++) {
            const int64_t n = wk_scores_confusion(s, c, k);
            if (n)
                printf("  %5lld", (long long)n);
            else
                printf("  %5s", ".");
        }
        printf("\n");
    }
}

static void print_text(const model *m, const wk_scores *s, double loss)
{
    const sets *d = &m->data;
    say_room rows;
    printf("run    %s: %s, after epoch %lld\n", m->kept.folder, m->plan.model,
           (long long)m->place.epoch - (m->place.step == 0));
    printf("test   %s of %s: ", say_plural(rows, d->test_rows, "row"), d->path);
    if (d->classes) {
        printf("accuracy %.2f %%, ", 100 * wk_scores_accuracy(s));
        if (d->classes > 5) printf("among the first 5 %.2f %%, ", 100 * wk_scores_topk(s, 5));
        printf("loss %.4g\nAUC    %.4f, each class against the others\n\n", loss, wk_scores_auc(s, WK_ALL_CLASSES));
        print_classes(d, s);
        print_confusion(d, s);
    } else {
        printf("RMSE %.4g, mean error %.4g, R2 %.4f, loss %.4g\n", sqrt(wk_scores_mse(s)), wk_scores_mae(s),
               wk_scores_r2(s), loss);
    }
}

static void print_json(const model *m, const wk_scores *s, double loss)
{
    const sets *d = &m->data;
    char text[24];
    json j = json_on(stdout);
    json_open(&j, NULL, '{');
    json_text(&j, "run", m->kept.folder);
    json_text(&j, "data", d->path);
    json_whole(&j, "rows", d->test_rows);
    json_number(&j, "loss", loss);
    if (!d->classes) {
        json_number(&j, "mae", wk_scores_mae(s));
        json_number(&j, "rmse", sqrt(wk_scores_mse(s)));
        json_number(&j, "r2", wk_scores_r2(s));
    } else {
        json_number(&j, "accuracy", wk_scores_accuracy(s));
        json_number(&j, "auc", wk_scores_auc(s, WK_ALL_CLASSES));
        json_open(&j, "classes", '[');
        for (int c = 0; c < d->classes; c++) {
            json_open(&j, NULL, '{');
            json_text(&j, "class", class_name(d, c, text));
            json_number(&j, "precision", wk_scores_precision(s, c));
            json_number(&j, "recall", wk_scores_recall(s, c));
            json_number(&j, "f1", wk_scores_f1(s, c));
            json_open(&j, "taken_for", '[');
            for (int k = 0; k < d->classes; k++) json_whole(&j, NULL, wk_scores_confusion(s, c, k));
            json_close(&j);
            json_close(&j);
        }
        json_close(&j);
    }
    json_close(&j);
    json_end_line(&j);
}

static int eval(int argc, char **argv)
{
    settings s = { .threads = 0 };
    const char *operands[ARGS_OPERANDS];
    if (!args_read(&command_eval, argc, argv, &s, operands)) return EXIT_USAGE;
    s.run = operands[0];
    s.data.path = operands[1];
    WK_SCOPE(evaluation);
    model m = { .net = NULL };
    const int code = open_model(&m, &s);
    if (code != EXIT_DONE) return code;
    double loss = NAN;
    wk_scores *scores = wk_scores_new(m.data.classes);
    if (!scores || measure(&m, scores, &loss)) return say_error();
    if (s.json)
        print_json(&m, scores, loss);
    else
        print_text(&m, scores, loss);
    return wk_failed() ? say_error() : say_output();
}

static const args_option eval_options[] = {
    { "last", 0, ARGS_FLAG, AT(last), NULL, "the last checkpoint, not the best", 0, 0 },
    { "test", 0, ARGS_TEXT, AT(data.test), "GROUP", "where the test rows of FILE are (test)", 0, 0 },
    { "threads", 0, ARGS_WHOLE, AT(threads), "N", "compute threads (1, or WICK_THREADS)", 1, 64 },
    { "json", 0, ARGS_FLAG, AT(json), NULL, "print JSON", 0, 0 },
};

const args_command command_eval = {
    .name = "eval",
    .about = "measures a run's model on test rows",
    .operands = "RUN [FILE.h5] [options]",
    .fewest = 1,
    .most = 2,
    .text = "  wick eval runs/train-20251125-083000\n"
            "  wick eval runs/train-20251125-083000 other.h5\n\n"
            "Accuracy, loss, area under the ROC curve, precision, recall and F1 of each\n"
            "class, and which classes are taken for which; of numbers, mean error and R2.\n"
            "Rows are the test rows of the run's own file, or of FILE.h5.\n",
    .options = eval_options,
    .noptions = ARGS_COUNT(eval_options),
    .run = eval,
};

/* ---- predict ---- */

/* As a cell of a table: quoted where it has to be. */
static void put_cell(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) fputs(*text == '"' ? "\"\"" : (const char[]){ *text, 0 }, out);
    fputc('"', out);
}

static void put_heading(FILE *out, const model *m)
{
    char text[24];
    fprintf(out, m->data.classes ? "row,class" : "row");
    for (int64_t c = 0; c < m->data.outputs; c++) {
        if (m->data.classes) {
            fputc(',', out);
            put_cell(out, class_name(&m->data, (int)c, text));
        } else {
            fprintf(out, ",output_%lld", (long long)c);
        }
    }
    fprintf(out, "\n");
}

static wk_status put_batch(FILE *out, const model *m, wk_batch *b)
{
    char text[24];
    wk_tensor *y = scale_results(&m->plan.scales, wk_forward(m->net, wk_batch_x(b)));
    y = wk_reshape(y, WK_SHAPE(-1, m->data.outputs));
    if (m->data.classes) y = wk_softmax(y, 1);
    y = wk_contiguous(wk_to(y, WK_F32));
    if (!y) return wk_error();
    const float *at = wk_data(y);
    for (int64_t i = 0; i < wk_batch_size(b); i++, at += m->data.outputs) {
        int best = 0;
        for (int64_t c = 1; c < m->data.outputs; c++) best = at[c] > at[best] ? (int)c : best;
        fprintf(out, "%lld", (long long)wk_batch_rows(b)[i]);
        if (m->data.classes) {
            fputc(',', out);
            put_cell(out, class_name(&m->data, best, text));
        }
        for (int64_t c = 0; c < m->data.outputs; c++) fprintf(out, ",%.9g", (double)at[c]);
        fprintf(out, "\n");
    }
    return WK_OK;
}

static int put_all(FILE *out, const model *m)
{
    WK_NO_GRAD(evaluation);
    put_heading(out, m);
    wk_loader *loader = rows_of(m);
    for (wk_batch *b; (b = wk_loader_next(loader));) {
        WK_SCOPE(batch);
        if (put_batch(out, m, b)) break;
    }
    return wk_failed() ? say_error() : EXIT_DONE;
}

static int write_file(const settings *s, const model *m)
{
    char aside[1100];
    if (strlen(s->out) > 1000) return say_usage("-o is too long");
    int code = store_check(&(store_settings){ .path = s->out, .force = s->force });
    if (code != EXIT_DONE) return code;
    snprintf(aside, sizeof aside, "%s.part", s->out);
    FILE *out = fopen(aside, "w");
    if (!out) return say_failed("cannot write %s: %s", s->out, strerror(errno));
    code = put_all(out, m);
    const bool whole = fflush(out) == 0 && !ferror(out);
    if (fclose(out) != 0 || !whole)
        code = code == EXIT_DONE ? say_failed("cannot write %s: %s", s->out, strerror(errno)) : code;
    if (code == EXIT_DONE && rename(aside, s->out) != 0)
        code = say_failed("cannot write %s: %s", s->out, strerror(errno));
    if (code != EXIT_DONE) remove(aside);
    return code;
}

static int predict(int argc, char **argv)
{
    settings s = { .threads = 0 };
    const char *operands[ARGS_OPERANDS];
    if (!args_read(&command_predict, argc, argv, &s, operands)) return EXIT_USAGE;
    s.run = operands[0];
    s.data.path = operands[1];
    WK_SCOPE(prediction);
    model m = { .net = NULL };
    const int code = open_model(&m, &s);
    if (code != EXIT_DONE) return code;
    if (s.out && strcmp(s.out, "-")) return write_file(&s, &m);
    const int end = put_all(stdout, &m);
    return end == EXIT_DONE ? say_output() : end;
}

static const args_option predict_options[] = {
    { "out", 'o', ARGS_TEXT, AT(out), "FILE.csv", "where to; - or none: standard output", 0, 0 },
    { "last", 0, ARGS_FLAG, AT(last), NULL, "the last checkpoint, not the best", 0, 0 },
    { "test", 0, ARGS_TEXT, AT(data.test), "GROUP", "where the rows of FILE are (test)", 0, 0 },
    { "threads", 0, ARGS_WHOLE, AT(threads), "N", "compute threads (1, or WICK_THREADS)", 1, 64 },
    { "force", 0, ARGS_FLAG, AT(force), NULL, "replace a file that exists", 0, 0 },
};

const args_command command_predict = {
    .name = "predict",
    .about = "writes what a run's model says of rows",
    .operands = "RUN [FILE.h5] [options]",
    .fewest = 1,
    .most = 2,
    .text = "  wick predict runs/train-20251125-083000 new.h5 -o predictions.csv\n\n"
            "A line a row: its number, the class, and the probability of each; of numbers,\n"
            "the outputs. Rows are the test rows of the run's own file, or of FILE.h5.\n",
    .options = predict_options,
    .noptions = ARGS_COUNT(predict_options),
    .run = predict,
};
