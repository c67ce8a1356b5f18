/* Making a run's model again: settings and weights come from a checkpoint, rows from the run's file or another one. */
#include "trial.h"
#include "imprint.h"
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

static const char *given(const char *text) { return *text ? text : NULL; }

static bool open_others(trial *t, const sets_request *from, bool labels)
{
    if (!sets_open_rows(&t->data, from, &t->known, labels)) return false;
    return !t->data.columns || !t->known.ncolumns || about_same_columns(from->path, t->data.columns, t->state);
}

/* The run's own file, of which the same rows are for test as when it was trained, or another one. */
static bool open_data(trial *t, const trial_request *r)
{
    const keep_config *c = &t->kept.config;
    sets_request *from = &t->run.data;
    const bool own = !r->data.test && (!r->data.path || folder_same_file(r->data.path, c->data));
    *from = r->data;
    if (!from->path) from->path = c->data; /* another group of it */
    if (!own && !about_read(&t->known, t->state)) return false;
    const bool table = sets_kind_of(from->path) == SETS_TABLE || sets_kind_of(c->data) == SETS_TABLE;
    if (own || !table) { /* else columns are found by what the run knows of them */
        from->x = given(c->x);
        from->y = given(c->y);
    }
    if (!own) return open_others(t, from, !r->unlabelled);
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
    t->run.hidden = given(c->hidden);
    if (r->threads) t->run.threads = r->threads;
    t->run.device = r->device;
    if (!run_prepare(&t->plan, &t->run)) return EXIT_FAILED;
    if (!open_data(t, r)) return say_error();
    const int code = run_plan_for(&t->plan, &t->data, t->state);
    return code == EXIT_DONE ? load_weights(t) : code;
}

/* A line on stderr, if the rows are not what they seem: the run's own have changed since, or another file's are far
 * from them. */
static int warn(const trial *t)
{
    char why[1500];
    imprint i;
    if (t->known.x.name) {
        if (imprint_far(&t->data, &t->known, t->state, why, sizeof why)) say_failed("%s", why);
        return EXIT_DONE;
    }
    const bool done = imprint_take(&i, &t->data), same = done && imprint_same(&i, t->state);
    imprint_free(&i);
    if (!done) return say_error();
    if (!same)
        say_failed("%s is not what it was when %s was trained on it: rows for test may have been trained on",
                   t->data.path, t->kept.folder);
    return EXIT_DONE;
}

int trial_open(trial *t, const trial_request *r)
{
    int code = trial_read(t, r);
    if (code == EXIT_DONE) code = trial_make(t, r);
    return code == EXIT_DONE ? warn(t) : code;
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

int trial_check_out(const trial *t, const trial_request *r, const char *path)
{
    const char *data = r->data.path ? r->data.path : t->kept.config.data;
    if (folder_same_file(path, r->run) || keep_owns(&t->kept, path))
        return say_failed("%s belongs to the run that is read; expected another name", path);
    if (folder_same_file(path, data)) return say_failed("%s is the data that is read; expected another name", path);
    return EXIT_DONE;
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
