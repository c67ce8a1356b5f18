/* keep.h: the folder of a run: config.json, metrics.csv, the last checkpoints and the best, from which the run goes on.
 *
 *   runs/train-20251125-083000/{config.json, metrics.csv, result.json, ckpt-STEP.safetensors, best.safetensors} */
#ifndef WICK_APP_KEEP_H
#define WICK_APP_KEEP_H
#include "folder.h"
#include "json.h"
#include "wick/train.h"
#include <stdio.h>

/* What a run is made from; it stands in every checkpoint, so that the run can be made again from one. */
typedef struct keep_config {
    char data[1024], train[256], test[256], x[256], y[256]; /* "": by convention */
    char rows[200];                                         /* what they are like; no option */
    char model[200], hidden[200], scale[16], optim[128], schedule[320], augment[128], nonfinite[16], matmul[16], device[16]; /* "": none */
    int64_t epochs, batch_size, patience, schedule_epochs; /* those that the schedule was made for */
    uint64_t seed;
    double lr, clip, clip_value, ema; /* 0: none */
    bool bf16, isolate, tensorboard;
} keep_config;

/* The config's fields, called as the options that give them. */
typedef enum keep_kind { KEEP_TEXT, KEEP_WHOLE, KEEP_REAL, KEEP_FLAG } keep_kind;
typedef struct keep_field {
    const char *name; /* "batch_size" */
    keep_kind kind;
    size_t at, size; /* in keep_config */
    bool always;     /* in config.json, though it be 0 */
} keep_field;
int keep_fields(const keep_field **fields); /* how many */
enum { KEEP_EPOCHS = 1000000 };             /* the most of a run */

/* Where a run stands. */
typedef struct keep_place {
    int64_t epoch, step, total; /* step: of the epoch; total: of the run */
    int64_t lost, skipped;      /* steps without a loss that is finite: of the epoch; of the run */
    double loss_sum;            /* of the epoch's other steps */
    double best;                /* NAN: none yet */
    int64_t checks, best_at;    /* validations, and the best one */
} keep_place;

typedef struct keep {
    char folder[FOLDER_PATH];
    keep_config config;
    const wk_state *about;   /* the data, as about_make tells it; borrowed */
    wk_logger *csv, *events; /* events may be NULL */
} keep;

/* The folder for this process alone, until it ends; false after an error on stderr: another one trains in it. */
bool keep_lock(const keep *k);
/* A new folder (path NULL: runs/train-DATE) with config.json; false after an error on stderr. */
bool keep_make(keep *k, const char *path);
/* The newest checkpoint of folder k->folder, with its config; NULL with the library's error pending. */
wk_state *keep_read(keep *k, bool best, keep_place *place);
int keep_say_unread(const keep *k, bool best); /* the error after it, and what to do; returns an exit code */
/* The folder of a run that goes on from place: later rows of its logs are dropped; false after an error on stderr. */
bool keep_resume(keep *k, const keep_place *place);
/* A model's weights as they were judged: averaged ones, where a checkpoint has some. */
wk_state *keep_weights(const wk_state *checkpoint);
wk_status keep_save(const keep *k, const wk_training *t, const keep_place *place, bool best);
/* What the test rows said: accuracy of classes; rmse and r2 of numbers, in the data's units; NaN what does not apply. */
typedef struct keep_test {
    double loss, accuracy, rmse, r2;
} keep_test;
void keep_put_test(json *j, const keep_test *test);
/* result.json, once the run is done; false after an error on stderr. */
bool keep_result(const keep *k, const keep_test *test);
bool keep_has_result(const keep *k);
/* Is path, also through a link, the name of a file that a run keeps in its folder, though it be not there yet? */
bool keep_owns(const keep *k, const char *path);
wk_status keep_log(keep *k, const keep_place *place, double train_loss, double valid_loss, double valid_accuracy,
                   double lr);
#endif
