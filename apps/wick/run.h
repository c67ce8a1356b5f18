/* run.h: one experiment: a model trained on a data set by one optimizer from one seed. */
#ifndef WICK_APP_RUN_H
#define WICK_APP_RUN_H
#include "args.h"
#include "augment.h"
#include "keep.h"
#include "models.h"
#include "optims.h"
#include "progress.h"
#include "rates.h"
#include "report.h"
#include "scale.h"
#include "sets.h"
#include "watch.h"
#include "wick/capture.h"
#include "wick/cuda.h"
#include "wick/train.h"

/* What train and compare have in common: the beginning of their settings, and the options for it. */
typedef struct run_settings {
    sets_request data;
    const char *model, *hidden, *scale; /* hidden NULL: the usual one of an mlp, or it is none */
    const char *schedule, *augment, *nonfinite, *matmul, *device; /* NULL: none, or as ever */
    double clip, clip_value, ema;                 /* 0: none */
    int64_t epochs, batch_size, threads, workers; /* batch_size 0, workers -1: not given */
    bool bf16, no_capture, json, quiet;
} run_settings;
enum { RUN_OPTIONS = 24, RUN_OF_EPOCHS = 5 }; /* the first ones are for whole epochs alone */
extern const args_option run_options[RUN_OPTIONS];
run_settings run_defaults(void);
extern const char run_usual_hidden[]; /* of an mlp, unasked */

enum { RUN_SIZES = 32 };
typedef struct run_plan {
    const run_settings *settings;
    const sets *data;
    int64_t sizes[RUN_SIZES];
    int nsizes;
    const char *kind;   /* "mlp", "lenet" */
    models_image image; /* of all kinds but mlp */
    scales scales;
    char model[160]; /* "MLP 784-512-256-10, ReLU" */
    int64_t parameters, batch_size, batches;
    int workers;
} run_plan;

/* Reads --hidden, the usual one where it is NULL, and checks what it can before any data is opened; false after a usage
 * error on stderr. */
bool run_prepare(run_plan *p, run_settings *settings);
/* The model's sizes and scales for the data; saved: the scales are those of this checkpoint, if not NULL. Returns an
 * exit code, and says what was wrong. */
int run_plan_for(run_plan *p, const sets *data, const wk_state *saved);

typedef enum run_end { RUN_DONE, RUN_DIVERGED, RUN_FAILED } run_end;
typedef struct run {
    const run_plan *plan;
    const optims_kind *optimizer;
    double lr;
    progress *progress;
    double *numbers;          /* of the curves; freed by run_free */
    report_seed seed;         /* point 0 is before the first step */
    char optimizer_text[200]; /* "adam lr=0.001 beta1=0.9 ..." */
    double seconds;
    int epochs_done;
    keep *keep;           /* where it is kept; NULL: nowhere */
    watch *watch;         /* steps under a profile; NULL: none */
    const wk_state *from; /* goes on from this checkpoint, and place; NULL: from the start */
    keep_place place;
    int64_t schedule_epochs;   /* that its schedule is made for; 0: all there are */
    double test_rmse, test_r2; /* of numbers, in the data's units */
    bool early;                /* ended before its last epoch, as validation became no better */
} run;

/* The model of a plan with what belongs around it, as it is trained; its child "model" is the model itself. */
wk_module *run_model(const run_plan *p);
const char *run_describe_place(say_room room, const run_settings *s); /* "2 threads (avx512)", "cuda:0 (NVIDIA H200)" */

/* What a run is made of, in the scope open at the call, from r's plan, optimizer, rate and r->seed.seed; false with the
 * library's error pending. */
typedef struct run_parts {
    const run_plan *plan;
    wk_module *net;
    wk_params *params;
    wk_optim *optim;
    wk_loader *train, *valid;
    rates rates;
    wk_average *average; /* NULL: none */
    wk_plan *gradients, *update; /* the two halves of a step, recorded; NULL: run as they stand */
} run_parts;
bool run_make_parts(run *r, run_parts *with);
/* Does its schedule suit r's optimizer and plan? false after a usage error on stderr. */
bool run_check(const run *r);
/* What --nonfinite says, "skip", "stop" or "report"; know: false after a usage error on stderr. */
bool run_know_nonfinite(const char *name);
bool run_is_policy(const run_plan *p, const char *name);
wk_status run_set_policy(const run_plan *p, wk_optim *optim);
/* One step; its loss, before which nothing is changed if that is not finite; NAN: it was skipped. *bad (NULL allowed):
 * to be reported, the first parameter whose gradient is not finite. */
void run_capture(run_parts *with); /* in the scope open at the call; with must stay where it is */
double run_step(run_parts *with, wk_batch *b, const char **bad);

/* RUN_FAILED leaves the library's error pending, WK_E_INTERRUPTED after a signal. */
run_end run_go(run *r, uint64_t seed);
void run_free(run *r);
/* JSON lines: what is about to run, and how it ended ("done", "diverged", "stopped", "failed"). */
bool run_put_start(const run *r);
bool run_put_end(const run *r, const char *status);
int run_say_failed(run *r); /* prints why and where; returns the exit code */
#endif
