/* wick predict: what a run's model says of rows, as CSV. */
#include "commands.h"
#include "trial.h"
#include <stdlib.h>
#include <string.h>

typedef struct settings {
    trial_request trial;
    const char *out;
    bool force;
} settings;

#define AT(field) offsetof(settings, field)

/* As a cell of a table: quoted where it has to be. */
static void put_cell(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) fputs(*text == '"' ? "\"\"" : (const char[]){ *text, 0 }, out);
    fputc('"', out);
}

static void put_heading(FILE *out, const trial *m)
{
    trial_name text;
    char *label = !m->data.classes && m->data.outputs == 1 ? about_label(m->state) : NULL;
    fprintf(out, m->data.classes ? "row,class" : "row");
    if (label) fputc(',', out), put_cell(out, label);
    for (int64_t c = 0; c < m->data.outputs; c++) {
        if (m->data.classes) {
            fputc(',', out);
            put_cell(out, trial_class(m, (int)c, text));
        } else if (!label) {
            fprintf(out, ",output_%lld", (long long)c);
        }
    }
    free(label);
    fprintf(out, wk_dataset_file(m->data.test, 0) ? ",file\n" : "\n");
}

static wk_status put_batch(FILE *out, const trial *m, wk_batch *b)
{
    trial_name text;
    wk_tensor *y = scale_results(&m->plan.scales, wk_forward(m->net, wk_batch_x(b)));
    y = wk_reshape(y, WK_SHAPE(-1, m->data.outputs));
    if (m->data.classes) y = wk_softmax(y, 1);
    y = wk_contiguous(wk_to_device(wk_to(y, WK_F32), WK_CPU));
    if (!y) return wk_error();
    const float *at = wk_data(y);
    for (int64_t i = 0; i < wk_batch_size(b); i++, at += m->data.outputs) {
        int best = 0;
        for (int64_t c = 1; c < m->data.outputs; c++) best = at[c] > at[best] ? (int)c : best;
        fprintf(out, "%lld", (long long)trial_row(m, wk_batch_rows(b)[i]));
        if (m->data.classes) {
            fputc(',', out);
            put_cell(out, trial_class(m, best, text));
        }
        for (int64_t c = 0; c < m->data.outputs; c++) fprintf(out, ",%.9g", say_plain(at[c]));
        const char *file = wk_dataset_file(m->data.test, wk_batch_rows(b)[i]);
        if (file) fputc(',', out), put_cell(out, file);
        fprintf(out, "\n");
    }
    return WK_OK;
}

static int put_all(FILE *out, const void *user)
{
    const trial *m = user;
    WK_NO_GRAD(evaluation);
    put_heading(out, m);
    wk_loader *loader = trial_rows(m);
    for (wk_batch *b; (b = wk_loader_next(loader));) {
        WK_SCOPE(batch);
        if (put_batch(out, m, b)) break;
    }
    return wk_failed() ? say_error() : EXIT_DONE;
}

static int put(const settings *s, const trial *t)
{
    if (s->out && strcmp(s->out, "-")) return trial_write(s->out, s->force, put_all, t);
    const int code = put_all(stdout, t);
    return code == EXIT_DONE ? say_output() : code;
}

static int predict(int argc, char **argv)
{
    settings s = { .out = NULL };
    const char *operands[ARGS_OPERANDS];
    if (!args_read(&command_predict, argc, argv, &s, operands)) return EXIT_USAGE;
    s.trial.run = operands[0];
    s.trial.data.path = operands[1];
    s.trial.unlabelled = true;
    WK_SCOPE(prediction);
    trial t = { .net = NULL };
    int code = trial_open(&t, &s.trial);
    if (code == EXIT_DONE && s.out) code = trial_check_out(&t, &s.trial, s.out);
    if (code == EXIT_DONE) code = put(&s, &t);
    trial_close(&t);
    return code;
}

static const args_option predict_options[] = {
    { "out", 'o', ARGS_TEXT, AT(out), "FILE.csv", "where to; - or none: standard output", 0, 0 },
    { "last", 0, ARGS_FLAG, AT(trial.last), NULL, "the last checkpoint, not the best", 0, 0 },
    { "test", 0, ARGS_TEXT, AT(trial.data.test), "GROUP", "where the rows of FILE are (test)", 0, 0 },
    { "isolate", 0, ARGS_FLAG, AT(trial.data.isolate), NULL, "ask libhdf5 in a process of its own", 0, 0 },
    { "device", 0, ARGS_TEXT, AT(trial.device), "NAME", "cpu, cuda, cuda:N or auto (cpu)", 0, 0 },
    { "threads", 0, ARGS_WHOLE, AT(trial.threads), "N", "compute threads (1, or WICK_THREADS)", 1, 64 },
    { "force", 0, ARGS_FLAG, AT(force), NULL, "replace a file that exists", 0, 0 },
};

const args_command command_predict = {
    .name = "predict",
    .about = "writes what a run's model says of rows",
    .operands = "RUN [FILE] [options]",
    .fewest = 1,
    .most = 2,
    .text = "  wick predict runs/train-20251125-083000 new.h5 -o predictions.csv\n\n"
            "A line a row: its number, the class, and the probability of each; of numbers,\n"
            "the outputs. Numbers count from 0 in the file, or in what it calls test. Rows\n"
            "are the test rows of the run's own file or of FILE, which may be of any kind\n"
            "that wick train takes; all rows, if it calls none so. They need no targets:\n"
            "FILE may be one npy array, or a folder of pictures, which are told by name.\n"
            "Columns of a CSV file are found by their names.\n",
    .options = predict_options,
    .noptions = ARGS_COUNT(predict_options),
    .run = predict,
};
