/* Making a run's model again: settings and weights come from a checkpoint, rows from the run's file or another one. */
#include "trial.h"
#include "store.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 512 };

/* Rows of another file may be of other shapes than those of the run, and so may the model made for them. */
static int say_unfit(const trial *t)
{
    const char *expected = t->kept.config.rows;
    char given[sizeof t->kept.config.rows];
    sets_describe(&t->data, given, sizeof given);
    if (wk_error() != WK_E_SHAPE || !*expected || !strcmp(given, expected)) return say_error();
    wk_error_clear();
    return say_failed("rows of %s do not fit the model: they are %s; expected %s", t->data.path, given, expected);
}

static int load_weights(trial *t)
{
    t->net = run_model(&t->plan);
    if (!t->net || wk_load_state_dict(wk_module_child(t->net, "model"), keep_weights(t->state))) return say_unfit(t);
    wk_train(t->net, false);
    return EXIT_DONE;
}

int trial_read(trial *t, const trial_request *r)
{
    if (strlen(r->run) >= sizeof t->kept.folder) return say_usage("the name of the run is too long");
    snprintf(t->kept.folder, sizeof t->kept.folder, "%s", r->run);
    t->state = keep_read(&t->kept, !r->last, &t->place);
    return t->state ? EXIT_DONE : keep_say_unread(&t->kept, !r->last);
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static const char *given(const char *text) { return *text ? text : NULL; }

/* The run's own file, of which the same rows are for test as when it was trained, or another one. */
static bool open_data(trial *t, const trial_request *r)
{
    const keep_config *c = &t->kept.config;
    sets_request *from = &t->run.data;
    const bool own = !r->data.path || (!r->data.test && same_file(r->data.path, c->data));
    *from = r->data;
    if (!own && !about_read(&t->known, t->state)) return false;
    if (!t->known.ncolumns) { /* names of columns are looked up otherwise */
        from->x = given(c->x);
        from->y = given(c->y);
    }
    if (!own) return sets_open_rows(&t->data, from, &t->known, !r->unlabelled);
    from->path = c->data;
    from->train = given(c->train);
    from->test = given(c->test);
    from->isolate |= c->isolate;
    return sets_open(&t->data, from);
}

int trial_make(trial *t, const trial_request *r)
{
    const keep_config *c = &t->kept.config;
    t->run = run_defaults();
    t->run.model = c->model;
    t->run.hidden = c->hidden;
    if (r->threads) t->run.threads = r->threads;
    t->run.device = r->device;
    if (!run_prepare(&t->plan, &t->run)) return EXIT_FAILED;
    if (!open_data(t, r)) return say_error();
    const int code = run_plan_for(&t->plan, &t->data, t->state);
    return code == EXIT_DONE ? load_weights(t) : code;
}

int trial_open(trial *t, const trial_request *r)
{
    const int code = trial_read(t, r);
    return code == EXIT_DONE ? trial_make(t, r) : code;
}

void trial_close(trial *t) { about_free(&t->known); }

/* A place at no step of an epoch is the end of the one before. */
int64_t trial_epoch(const trial *t) { return t->place.epoch - (t->place.step == 0); }

wk_loader *trial_rows(const trial *t)
{
    return wk_loader_new(t->data.test, .batch_size = BATCH, .num_workers = t->plan.workers,
                         .transform = t->data.relabel);
}

int64_t trial_row(const trial *t, int64_t row)
{
    const int64_t *rows = t->data.test_split_off ? wk_dataset_indices(t->data.test) : NULL;
    return rows ? rows[row] : row;
}

const char *trial_class(const trial *t, int c, trial_name text)
{
    if (t->data.names && t->data.names[c]) return t->data.names[c];
    snprintf(text, sizeof(trial_name), "%d", c);
    return text;
}

/* A device or a pipe is written to as it stands; a file appears whole, where a link leads. */
static bool is_stream(const char *path)
{
    struct stat known;
    return stat(path, &known) == 0 && !S_ISREG(known.st_mode) && !S_ISDIR(known.st_mode);
}

static int write_to(const char *path, const char *to, trial_put *put, const void *user)
{
    FILE *out = fopen(to, "w");
    if (!out) return say_failed("cannot write %s: %s", path, strerror(errno));
    int code = put(out, user);
    const bool whole = fflush(out) == 0 && !ferror(out);
    if (fclose(out) != 0 || !whole)
        code = code == EXIT_DONE ? say_failed("cannot write %s: %s", path, strerror(errno)) : code;
    return code;
}

int trial_write(const char *path, bool force, trial_put *put, const void *user)
{
    char at[PATH_MAX], aside[PATH_MAX + 32];
    if (is_stream(path)) return write_to(path, path, put, user);
    if (strlen(path) > 1000) return say_usage("the name of the file is too long");
    int code = store_check(&(store_settings){ .path = path, .force = force });
    if (code != EXIT_DONE) return code;
    if (!realpath(path, at)) snprintf(at, sizeof at, "%s", path);
    snprintf(aside, sizeof aside, "%s.part-%ld", at, (long)getpid());
    code = write_to(path, aside, put, user);
    if (code == EXIT_DONE && rename(aside, at) != 0) code = say_failed("cannot write %s: %s", path, strerror(errno));
    if (code != EXIT_DONE) remove(aside);
    return code;
}
