/* progress.h: what training shows while it runs: a bar with the time left on a terminal, a line an epoch elsewhere,
 * JSON lines, or nothing. */
#ifndef WICK_APP_PROGRESS_H
#define WICK_APP_PROGRESS_H
#include "json.h"
#include "say.h"
#include "wick/train.h"

typedef enum progress_mode { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_BAR, PROGRESS_JSON } progress_mode;

typedef struct progress {
    progress_mode mode;
    int many;      /* of several runs: the width of the column that names theirs; 0: one run */
    bool accuracy; /* is there one? */
    int64_t steps, rows;   /* of everything there is to do: steps in all; rows an epoch */
    int64_t done;          /* steps so far */
    wk_progress line;      /* the bar */
    const char *optimizer; /* of the current run */
    uint64_t seed;
    int epochs;
    int64_t epoch_steps;
} progress;

typedef struct progress_epoch {
    int epoch;
    double train_loss, valid_loss, valid_accuracy, seconds;
} progress_epoch;

/* A bar where stderr is a terminal, else lines. */
progress_mode progress_choose(bool as_json, bool quiet);
double progress_now(void); /* seconds, on a clock that never goes back */
void progress_heading(const progress *p);
void progress_step(progress *p, int epoch, double loss);
/* An epoch is over; of several runs under a bar, the last one of each is shown. False if stdout cannot be written. */
bool progress_row(progress *p, const progress_epoch *e);
/* The share of a task that is done, in one bar: "reading digits.h5". */
void progress_task(progress *p, const char *what, double share);
void progress_clear(progress *p); /* takes the bar away, before anything else is printed */
#endif
