/* judge.h: one pass of a model over the test rows, and all there is to say of it: scores, and the rows it is most wrong
 * about. */
#ifndef WICK_APP_JUDGE_H
#define WICK_APP_JUDGE_H
#include "trial.h"

/* A row; of numbers, its output that is furthest off in deviations of the targets. */
typedef struct judge_row {
    int64_t at, row; /* among the test rows; as trial_row numbers it, of the worst alone */
    double loss;
    int target, said;        /* classes */
    double p_target, p_said; /* and their probabilities */
    int output;              /* numbers, in the data's units: */
    double wanted, got;
} judge_row;

/* Of one output, in the data's units. */
typedef struct judge_output {
    scale_score score;
    double absolute;               /* the sum over the rows */
    double least, most, low, high; /* of the targets; of targets and outputs */
} judge_output;

enum { JUDGE_MOST_WORST = 1000, JUDGE_PLOTS = 6, JUDGE_POINTS = 1500 };
typedef struct judge {
    const trial *of;
    wk_scores *scores;
    int64_t rows;
    double loss; /* the mean over rows, as training has it */
    judge_row *worst;
    int nworst, most; /* so far, worst first; wanted */
    judge_output *outputs;
    double (*points)[2 * JUDGE_PLOTS]; /* every stride-th row: target and output of the first few outputs */
    int64_t npoints, stride;
} judge;

/* In the scope open at the call; false with the library's error pending. Freed in either case. */
bool judge_rows(judge *j, const trial *of, int worst);
void judge_free(judge *j);
double judge_rmse(const judge *j, int64_t output);
double judge_mae(const judge *j, int64_t output);
double judge_r2(const judge *j, int64_t output);
double judge_mean_r2(const judge *j); /* over the outputs, which may differ in units */

/* Pairs of classes, the most often mistaken first. */
typedef struct judge_mistake {
    int target, said;
    int64_t rows;
} judge_mistake;
int judge_mistakes(const judge *j, judge_mistake *most, int n); /* how many there are of the n asked for */
int64_t judge_class_rows(const judge *j, int c);

/* judge_text.c and judge_page.c: for a terminal, as JSON, as a page. */
void judge_put_text(const judge *j, FILE *out, int worst);
void judge_put_json(const judge *j, FILE *out, int worst);
bool judge_put_page(const judge *j, FILE *out, const char *command); /* false with the library's error pending */
#endif
