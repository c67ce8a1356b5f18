/* trial.h: a run's model with its weights, and the rows it is tried on: what eval and predict begin with. */
#ifndef WICK_APP_TRIAL_H
#define WICK_APP_TRIAL_H
#include "run.h"

typedef struct trial_request {
    const char *run;
    sets_request data; /* path NULL: the run's own */
    int64_t threads;   /* 0: the usual */
    const char *device; /* NULL: the CPU */
    bool last;         /* the last checkpoint, not the best */
    bool unlabelled;   /* rows of another file need no targets */
} trial_request;

typedef struct trial {
    keep kept;
    keep_place place;
    const wk_state *state; /* of the checkpoint */
    run_settings run;
    run_plan plan;
    sets data;
    about known; /* where the rows are another file's, what those of the run were like */
    wk_module *net;
} trial;

/* In the scope open at the call; return an exit code, and say what was wrong. Opening is reading the checkpoint, and
 * making the model of it, for which the rows are opened: of the run's own file, also where its name is given, the test
 * rows; of another, those that it calls so, or all. */
int trial_read(trial *t, const trial_request *r);
int trial_make(trial *t, const trial_request *r);
int trial_open(trial *t, const trial_request *r);
void trial_close(trial *t); /* after any of these, or none, if t was zeroed */
int64_t trial_epoch(const trial *t);   /* the one that its weights have reached, or have just ended */
wk_loader *trial_rows(const trial *t); /* the test rows in order */
int64_t trial_row(const trial *t, int64_t row); /* of those: its number in the file, or in the file's group for test */
typedef char trial_name[24];
const char *trial_class(const trial *t, int c, trial_name text); /* its name, or its number, into text */
/* Is path no file of the run, nor the data, which --force would write over? EXIT_DONE, or another code after saying so. */
int trial_check_out(const trial *t, const trial_request *r, const char *path);
/* Writes a file that appears when it is whole: put's exit code, or another one after saying what is wrong, as that path
 * exists and force is false. */
typedef int trial_put(FILE *out, const void *user);
int trial_write(const char *path, bool force, trial_put *put, const void *user);
#endif
