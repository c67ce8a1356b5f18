/* report.h: the report of `wick compare`: plain data in, one self-contained HTML page out. summary.c makes the numbers,
 * which the terminal's table and the JSON result share; report.c writes the page.
 *
 *   report_stat stats[4][REPORT_MEASURES];
 *   double target = report_summarize(&run, stats);
 *   bool ok = report_write(file, &run);             false if memory ran out or the file has an error
 *
 * Everything here is borrowed for the call. Texts may hold any characters; NULL texts are left out. */
#ifndef WICK_APP_REPORT_H
#define WICK_APP_REPORT_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* One training run. The curves hold `points` values, value i belonging to epoch first_epoch + i; NULL or NaN where
 * nothing was measured. */
typedef struct report_seed {
    uint64_t seed;
    int points;
    const double *train_loss;        /* mean over the epoch's batches, as they were trained on */
    const double *valid_loss;        /* after the epoch */
    const double *valid_accuracy;    /* 0..1 */
    const double *seconds;           /* spent training so far, validation not counted */
    double test_loss, test_accuracy; /* measured once, after the last epoch */
    bool diverged;                   /* the loss stopped being finite here: */
    int diverged_epoch;
    int64_t diverged_step;
} report_seed;

typedef struct report_optimizer {
    const char *name;    /* "SGD (momentum 0.9)" */
    const char *key;     /* "sgd" */
    const char *options; /* what was set besides the rate: "weight decay 1e-4"; may be empty */
    double lr;
    const report_seed *seeds; /* nseeds of the run */
    double seconds_per_epoch, samples_per_second;
} report_optimizer;

typedef struct report_run {
    const char *title;   /* NULL: made from the optimizers and the data set */
    const char *command; /* as typed, to repeat the run */
    const char *data_path, *data_text, *fingerprint;
    const char *model;     /* "MLP 784-512-256-10, ReLU" */
    const char *loss_name; /* "cross-entropy" */
    const char *cpu, *isa; /* "AMD EPYC 7B13", "avx2" */
    const char *wick_version, *compiler, *hdf5_version;
    const char *date;
    int64_t train_rows, valid_rows, test_rows, features, parameters, batch_size;
    int classes; /* 0: regression, no accuracy anywhere */
    int cores, threads, epochs, first_epoch;
    double total_seconds;
    double target; /* accuracy (0..1) or loss whose reaching is timed; 0: chosen from the curves */
    const report_optimizer *optimizers;
    int noptimizers, nseeds;
} report_run;

typedef enum report_measure {
    REPORT_TEST_ACCURACY,
    REPORT_TEST_LOSS,
    REPORT_BEST_ACCURACY, /* of each seed's validation curve */
    REPORT_BEST_LOSS,
    REPORT_EPOCHS_TO_TARGET,
    REPORT_SECONDS_TO_TARGET,
    REPORT_SECONDS_PER_EPOCH,
    REPORT_SAMPLES_PER_SECOND,
    REPORT_MEASURES
} report_measure;

/* Over the seeds that have the value. Only an optimizer none of whose seeds diverged can be best; best are also those
 * within one standard deviation (the larger of the two) of the best mean. */
typedef struct report_stat {
    double mean, std; /* std is that of a sample, NaN for fewer than two; mean NaN for none */
    int n;
    bool best;
} report_stat;

/* Fills stats[noptimizers][REPORT_MEASURES]; returns the target used, NaN when no curve has a finite value. */
double report_summarize(const report_run *run, report_stat (*stats)[REPORT_MEASURES]);
/* The result in two or three sentences, plain text. */
void report_headline(char *text, size_t size, const report_run *run, report_stat (*stats)[REPORT_MEASURES],
                     double target);
/* The optimizer's name without its parenthesis, where that tells it from the others; returns text. */
const char *report_short_name(char *text, size_t size, const report_run *run, int optimizer);
int report_diverged(const report_run *run, int optimizer); /* number of its seeds */
bool report_write(FILE *out, const report_run *run);
#endif
