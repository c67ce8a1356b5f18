/* Reading config.json, metrics.csv and result.json of a run's folder, as keep.c writes them: a member a line, a row an
 * epoch. Rests on stdio. */
#include "record.h"
#include "say.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 1100, FIELDS = 5 };

/* A small file as text; NULL with errno set. */
static char *read_text(const char *folder, const char *name, char path[PATH])
{
    enum { MOST = 1 << 16 };
    snprintf(path, PATH, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    char *text = file ? calloc(1, MOST) : NULL;
    if (text && fread(text, 1, MOST - 1, file) == 0) {
        const int error = ferror(file) ? errno : 0;
        free(text);
        text = NULL;
        fclose(file);
        errno = error ? error : ENODATA;
        return NULL;
    }
    if (file) fclose(file);
    return text;
}

/* What follows "key": on a line of its own; NULL if there is none. */
static const char *member(const char *json, const char *key)
{
    char pattern[64];
    const int n = snprintf(pattern, sizeof pattern, "\n  \"%s\": ", key);
    const char *at = strstr(json, pattern);
    return at ? at + n : NULL;
}

static void member_text(const char *json, const char *key, char *to, size_t size)
{
    const char *from = member(json, key);
    size_t n = 0;
    if (from && *from == '"') {
        for (from++; *from && *from != '"' && n + 1 < size; from++) {
            if (*from == '\\' && !strncmp(from, "\\u", 2) && strlen(from) > 5)
                from += 5, to[n++] = '?';
            else
                to[n++] = *from == '\\' && from[1] ? *++from : *from;
        }
    }
    to[n] = 0;
}

static double member_number(const char *json, const char *key)
{
    const char *from = member(json, key);
    char *end = NULL;
    const double value = from ? strtod(from, &end) : NAN;
    return end == from ? NAN : value;
}

static bool read_config(record *r)
{
    char path[PATH];
    char *json = read_text(r->folder, "config.json", path);
    if (!json) return say_failed("cannot read %s: %s; expected a run of wick train", path, strerror(errno)), false;
    member_text(json, "data", r->data, sizeof r->data);
    member_text(json, "model", r->model, sizeof r->model);
    member_text(json, "hidden", r->hidden, sizeof r->hidden);
    member_text(json, "optim", r->optim, sizeof r->optim);
    member_text(json, "schedule", r->schedule, sizeof r->schedule);
    r->lr = member_number(json, "lr");
    r->epochs = member_number(json, "epochs");
    r->batch_size = member_number(json, "batch_size");
    r->seed = member_number(json, "seed");
    free(json);
    if (*r->model && *r->optim) return true;
    return say_failed("%s is not of wick train: it names no model and optimizer", path), false;
}

static void read_result(record *r)
{
    char path[PATH];
    char *json = read_text(r->folder, "result.json", path);
    r->test_loss = json ? member_number(json, "test_loss") : NAN;
    r->test_accuracy = json ? member_number(json, "test_accuracy") : NAN;
    r->test_rmse = json ? member_number(json, "test_rmse") : NAN;
    r->test_r2 = json ? member_number(json, "test_r2") : NAN;
    free(json);
}

/* Which field each column holds; FIELDS for those that do not matter here. */
static int read_heading(char *line, int *columns, int most)
{
    static const char *const names[FIELDS] = { "epoch", "train_loss", "valid_loss", "valid_accuracy", "lr" };
    int n = 0;
    for (char *cell; n < most && (cell = strsep(&line, ",")); n++) {
        columns[n] = 0;
        while (columns[n] < FIELDS && strcmp(names[columns[n]], cell)) columns[n]++;
    }
    return n;
}

static bool add_row(record *r, int *room, char *line, const int *columns, int ncolumns)
{
    double **const fields[FIELDS] = { &r->epoch, &r->train_loss, &r->valid_loss, &r->valid_accuracy, &r->rate };
    if (r->rows == *room) {
        *room = *room ? 2 * *room : 64;
        for (int f = 0; f < FIELDS; f++) {
            double *grown = realloc(*fields[f], (size_t)*room * sizeof **fields[f]);
            if (!grown) return say_failed("no memory for the log of %s", r->folder), false;
            *fields[f] = grown;
        }
    }
    for (int f = 0; f < FIELDS; f++) (*fields[f])[r->rows] = NAN;
    for (int i = 0; i < ncolumns && line; i++) {
        const char *cell = strsep(&line, ",");
        char *end;
        const double value = strtod(cell, &end);
        if (columns[i] < FIELDS && end != cell) (*fields[columns[i]])[r->rows] = value;
    }
    r->rows++;
    return true;
}

static bool read_log(record *r)
{
    enum { COLUMNS = 32 };
    char path[PATH], *line = NULL;
    size_t size = 0;
    int columns[COLUMNS], ncolumns = 0, room = 0;
    bool ok = true;
    snprintf(path, sizeof path, "%s/metrics.csv", r->folder);
    FILE *file = fopen(path, "r");
    if (!file && errno == ENOENT) return true; /* it comes with the first epoch */
    if (!file) return say_failed("cannot read %s: %s", path, strerror(errno)), false;
    for (ssize_t n;
         ok && (n = getline(&line, &size, file)) > 0 && line[n - 1] == '\n';) { /* the last may be under way */
        line[n - 1] = 0;
        if (ncolumns)
            ok = add_row(r, &room, line, columns, ncolumns);
        else
            ncolumns = read_heading(line, columns, COLUMNS);
    }
    free(line);
    fclose(file);
    return ok;
}

bool record_read(record *r, const char *folder)
{
    *r = (record){ .folder = folder, .best = -1 };
    if (strlen(folder) >= PATH - 20) return say_usage("the name of the run is too long"), false;
    if (!read_config(r) || !read_log(r)) return false;
    read_result(r);
    for (int i = 0; i < r->rows; i++)
        if (isfinite(r->valid_loss[i]) && (r->best < 0 || r->valid_loss[i] < r->valid_loss[r->best])) r->best = i;
    return true;
}

void record_free(record *r)
{
    free(r->epoch);
    free(r->train_loss);
    free(r->valid_loss);
    free(r->valid_accuracy);
    free(r->rate);
}

const char *record_model(const record *r, char text[400])
{
    snprintf(text, 400, "%s%s%s", r->model, *r->hidden ? " " : "", r->hidden);
    return text;
}
