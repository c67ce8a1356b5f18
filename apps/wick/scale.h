/* scale.h: inputs and targets brought to like sizes for training, by constants that become layers of the model. */
#ifndef WICK_APP_SCALE_H
#define WICK_APP_SCALE_H
#include "models.h"
#include "wick/train.h"

/* (x - offset) / scale. NULL: as they are. Of targets one for each output, or one for all. */
typedef struct scales {
    wk_tensor *x_offset, *x_scale, *y_offset, *y_scale; /* of the scope open when they were made */
    const char *x_kind, *y_kind;                        /* "standard", "minmax"; NULL: none */
} scales;

bool scale_know(const char *name); /* "auto", "none", "standard", "minmax" */
/* From the training rows; image NULL: rows go into the model as they are. False with the library's error pending. */
bool scale_measure(scales *s, const char *name, const sets *data, const models_image *image);
/* Those of a model as it was saved. */
bool scale_recall(scales *s, const wk_state *saved);
/* net between the layers for inputs and results; takes net. Without either, net itself. */
wk_module *scale_around(const scales *s, wk_module *net);
/* What such a model says, in the targets' units, and before its last layer, as it is trained. */
wk_tensor *scale_forward(const scales *s, wk_module *model, wk_tensor *x);
wk_tensor *scale_targets(const scales *s, wk_tensor *y);   /* as it is trained on them */
wk_tensor *scale_results(const scales *s, wk_tensor *out); /* and back */
/* Of each output, in the data's units: sums over the rows, by Welford where there is a mean. */
typedef struct scale_score {
    double squared, mean, spread;
} scale_score;
void scale_score_add(scale_score *s, int64_t row, double wanted, double got); /* row: counted from 1 */
double scale_score_r2(const scale_score *s, int64_t rows); /* as wk_scores_r2 */
typedef struct scale_scores {
    int64_t rows, outputs;
    scale_score *each; /* [outputs], zeros */
} scale_scores;
double scale_rmse(const scale_scores *s); /* over all elements */
double scale_r2(const scale_scores *s);   /* the mean over the outputs, which may differ in units */
/* As wk_evaluate, for targets that are numbers; the loss is that of training. scores may be NULL. */
wk_status scale_evaluate(const scales *s, wk_module *net, wk_loader *rows, wk_metrics *of, scale_scores *scores);
/* "inputs standard, targets standard"; returns text */
const char *scale_describe(const scales *s, char *text, size_t size);
#endif
