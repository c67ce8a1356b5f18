/* wick/train.h: what joins layers, optimizers and data; each piece is usable alone in a loop of your own.
 *
 *   wk_metrics test;
 *   wk_evaluate(net, loader, &test);   printf("%.2f %%\n", 100 * test.accuracy); */
#ifndef WICK_TRAIN_H
#define WICK_TRAIN_H
#include "wick/data.h"
#include "wick/nn.h"
#include "wick/average.h"
#include "wick/optim.h"
#include "wick/schedule.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_metrics {
    double loss;      /* mean over rows: cross-entropy for WK_I64 targets, else mean squared error */
    double accuracy;  /* share of rows whose largest logit is the target (with several labels a row: of those but -100); NaN where there are no classes */
    int64_t rows;
} wk_metrics;

/* The loss of a batch: wk_cross_entropy if the target is WK_I64, else mean squared error. */
WK_API wk_tensor *wk_loss(wk_tensor *output, wk_tensor *target);
/* One pass to the end of the loader's epoch (a whole one, unless it was begun), in evaluation mode and without gradients; each
 * module's mode is put back. */
WK_API wk_status wk_evaluate(wk_module *m, wk_loader *loader, wk_metrics *out);
/* A multi-layer perceptron with ReLU between the layers: sizes[0] inputs, sizes[n - 1] outputs, flattened input. */
WK_API wk_module *wk_mlp(int n, const int64_t *sizes);

/* The running statistics of m's BatchNorm layers anew, from the batches of one epoch, each of which counts the same
 * (torch.optim.swa_utils.update_bn): for weights that were never trained at, as averages are. In training mode, without gradients; modes
 * and momenta are put back, after an error the statistics too.
 *
 *   wk_average_swap(swa);  wk_update_bn(net, train);  wk_evaluate(net, test, &m); */
WK_API wk_status wk_update_bn(wk_module *m, wk_loader *loader);

/* Scores: what a model's outputs are worth, gathered batch by batch. With classes outputs are logits or probabilities [n, classes] and
 * targets WK_I64 [n]; without (0) both are floats of equal shapes. Formulas are scikit-learn's; what is undefined is NaN.
 *
 *   wk_scores *s = wk_scores_new(10);
 *   ... wk_scores_add(s, wk_forward(net, x), y); ...
 *   printf("%.2f %%, F1 %.3f\n", 100 * wk_scores_accuracy(s), wk_scores_f1(s, WK_ALL_CLASSES)); */
typedef struct wk_scores wk_scores;
enum { WK_ALL_CLASSES = -1 };                                        /* the mean over the classes that occur ("macro") */
WK_API wk_scores *wk_scores_new(int classes);                        /* 2 or more, or 0 for numbers */
WK_API wk_status wk_scores_add(wk_scores *s, wk_tensor *output, wk_tensor *target); /* copies what it needs */
WK_API wk_status wk_scores_reset(wk_scores *s);
WK_API int64_t wk_scores_rows(const wk_scores *s);                   /* so far; of numbers: elements */
WK_API double wk_scores_accuracy(const wk_scores *s);                /* share of rows whose largest output is the target's */
WK_API double wk_scores_topk(const wk_scores *s, int k);             /* share of rows whose target is among the k largest; a tie counts for it */
WK_API int64_t wk_scores_confusion(const wk_scores *s, int target, int predicted); /* rows of class target that were taken for the other */
WK_API double wk_scores_precision(const wk_scores *s, int c);        /* of what was taken for c, the share that is; 0 if nothing was */
WK_API double wk_scores_recall(const wk_scores *s, int c);           /* of what is c, the share that was found; 0 if nothing is */
WK_API double wk_scores_f1(const wk_scores *s, int c);               /* 2 precision recall / (precision + recall) */
/* Area under the ROC curve of class c against the others, by output c as it was added (of two classes: less the other output), ties counting
 * half. Of more than two classes add probabilities, wk_softmax(x, 1): logits of two rows differ by what softmax takes away, too. */
WK_API double wk_scores_auc(const wk_scores *s, int c);
WK_API double wk_scores_mae(const wk_scores *s);                     /* numbers: mean |output - target| */
WK_API double wk_scores_mse(const wk_scores *s);                     /* mean (output - target)^2 */
WK_API double wk_scores_r2(const wk_scores *s);                      /* 1 - sum (output - target)^2 / sum (target - mean target)^2, over all elements; of equal targets 1 if all are met, else 0 */

/* Statistics of rows [n, ...], gathered batch by batch, for each element of a row, in f64 whatever the dtype. Results are WK_F64 of a row's
 * shape; std divides by the number of rows; NaN stays NaN.
 *
 *   wk_stats *s = wk_stats_new();
 *   ... wk_stats_add(s, wk_batch_x(b)); ...
 *   wk_module *net = wk_nn_sequential(wk_nn_scale(wk_stats_mean(s), wk_stats_std(s)), wk_nn_linear(8, 1)); */
typedef struct wk_stats wk_stats;
WK_API wk_stats *wk_stats_new(void);
WK_API wk_status wk_stats_add(wk_stats *s, wk_tensor *rows);         /* copies what it needs */
WK_API int64_t wk_stats_rows(const wk_stats *s);                     /* so far */
WK_API wk_tensor *wk_stats_mean(const wk_stats *s);                  /* of no rows: WK_E_INVALID */
WK_API wk_tensor *wk_stats_std(const wk_stats *s);
WK_API wk_tensor *wk_stats_min(const wk_stats *s);
WK_API wk_tensor *wk_stats_max(const wk_stats *s);

/* When to stop: patience checks in a row without a value better than the best by more than min_delta. NaN is never better.
 *
 *   wk_early_stopping stop = wk_early_stopping_init(.patience = 5);
 *   ... if (wk_early_stopping_step(&stop, valid_loss)) break;    if (stop.improved) keep the weights ... */
typedef struct wk_early_stopping {
    int patience;     /* 5 */
    double min_delta; /* 0 */
    bool maximize;    /* false: less is better */
    double best;      /* NAN before the first */
    int64_t best_at, checks;
    bool improved;    /* by the last check */
} wk_early_stopping;
#define WK_EARLY_STOPPING_DEFAULTS                                                                                     \
    .patience = 5, .min_delta = 0, .maximize = false, .best = NAN, .best_at = 0, .checks = 0, .improved = false
#define wk_early_stopping_init(...) WK_WITH(wk_early_stopping, WK_EARLY_STOPPING_DEFAULTS, __VA_ARGS__)
WK_API wk_early_stopping wk_early_stopping_default(void);                  /* what the macro starts from, for C++ */
WK_API bool wk_early_stopping_step(wk_early_stopping *stop, double value); /* true: stop */

/* Logs: a row a step, in a file that starts anew with its first row unless wk_logger_resume came before. Rows reach the file twice a second
 * and when the log dies or is flushed. WK_E_IO names the file, which ends in a whole row even so; the rows wait for the next time. Names and
 * text are UTF-8; a name stands in a row once, and "step" in no row of CSV or JSON, nor "nonfinite" in one of JSON (WK_E_INVALID).
 *
 *   wk_logger *log = wk_logger_csv("run/metrics.csv");
 *   wk_logger_row(log, step, { "loss/train", loss }, { "acc/val", accuracy }); */
typedef struct wk_logger wk_logger;
typedef struct wk_scalar_value {
    const char *name;
    double value;
} wk_scalar_value;
WK_API wk_logger *wk_logger_csv(const char *path);         /* step and the columns that the first row names; what a row leaves out is empty */
WK_API wk_logger *wk_logger_jsonl(const char *path);       /* an object a line, "step" first; what is not finite is null, and named in "nonfinite" */
WK_API wk_logger *wk_logger_tensorboard(const char *folder); /* an event file of its own in folder, which is made */
WK_API wk_status wk_logger_scalars(wk_logger *log, int64_t step, const wk_scalar_value *scalars, int n); /* a row of names and values */
#define wk_logger_row(log, step, ...)                                                                                     \
    wk_logger_scalars(log, step, (const wk_scalar_value[]){ __VA_ARGS__ },                                                \
                   (int)(sizeof((wk_scalar_value[]){ __VA_ARGS__ }) / sizeof(wk_scalar_value)))
WK_API wk_status wk_logger_text(wk_logger *log, int64_t step, const char *name, const char *text);       /* not in CSV */
WK_API wk_status wk_logger_histogram(wk_logger *log, int64_t step, const char *name, wk_tensor *t);      /* of the finite elements; not in CSV */
WK_API wk_status wk_logger_resume(wk_logger *log, int64_t step); /* before the first row: goes on with the file, without its rows of `step` and later */
WK_API wk_status wk_logger_flush(wk_logger *log);
WK_API const char *wk_logger_path(const wk_logger *log);         /* the file's; borrowed */

/* Progress: a line on a terminal, drawn anew in place at most 20 times a second, into the stream you give:
 *
 *   epoch 2/5 ==========..............  41 %  loss 0.312  93,602 rows/s  3.20 s left
 *
 *   wk_progress line = wk_progress_init(.out = stderr, .total = 5 * wk_loader_batches(train), .unit = "rows", .per_step = 64);
 *   ... wk_progress_step(&line, "epoch %d/5\tloss %.3g", epoch, loss);        what follows the tab stands behind the bar
 *   wk_progress_clear(&line);   printf("epoch %d: ...\n", epoch);              take it away before you print something else */
typedef enum wk_progress_kind { WK_PROGRESS_UNKNOWN, WK_PROGRESS_TERMINAL, WK_PROGRESS_ELSEWHERE } wk_progress_kind;
typedef struct wk_progress {
    FILE *out;           /* NULL: nothing is written */
    int64_t total;       /* steps in all; 0: not known, and there is neither a bar nor the time left */
    const char *unit;    /* "steps"; what the rate counts */
    double per_step;     /* 1; units of a step */
    bool always;         /* false: silent unless out is a terminal; true: elsewhere a line after the other, every 10 seconds */
    double every;        /* 0; seconds between two, if others than those */
    int64_t done, first; /* steps so far, which may be set for a loop that goes on; where the clock started */
    double clock, drawn; /* seconds; 0: not yet */
    wk_progress_kind kind;
    bool shown;          /* is the line on the screen? */
} wk_progress;
#define WK_PROGRESS_DEFAULTS                                                                                           \
    .total = 0, .unit = "steps", .per_step = 1, .always = false, .every = 0, .done = 0, .first = 0, .clock = 0, .drawn = 0, \
    .kind = WK_PROGRESS_UNKNOWN, .shown = false
#define wk_progress_init(...) WK_WITH(wk_progress, WK_PROGRESS_DEFAULTS, __VA_ARGS__)
WK_API wk_progress wk_progress_default(void); /* what the macro starts from, for C++ */
WK_API void wk_progress_step(wk_progress *p, const char *format, ...) __attribute__((format(printf, 2, 3))); /* one more is done */
/* A task of which the share is known, 0 to 1, without a rate; NAN: no bar either. */
WK_API void wk_progress_show(wk_progress *p, double share, const char *format, ...) __attribute__((format(printf, 3, 4)));
WK_API void wk_progress_clear(wk_progress *p);

/* A training's parts, each of which may be NULL, and all their state: "model.", "optim.", "loader.", "schedule.", "average." and the calling
 * thread's place in its random numbers, so that what follows has the same bits, whatever the number of workers. */
typedef struct wk_training {
    size_t size;
    wk_module *module;
    wk_optim *optim;
    wk_loader *loader;
    wk_schedule *schedule;
    wk_average *average;
} wk_training;
#define wk_training_of(...) WK_WITH(wk_training, .size = sizeof(wk_training), __VA_ARGS__)
WK_API wk_state *wk_training_state_dict(const wk_training *t);         /* shares the tensors' memory */
WK_API wk_status wk_training_load_state_dict(const wk_training *t, const wk_state *s); /* all parts, or, on an error, none; it tells what differs in each */

/* Checkpoints: states in a folder, which is made if missing, as ckpt-STEP.safetensors. A save that is killed or fails leaves those that were
 * there; one that succeeds has been read back, and leaves the last `keep` and best.safetensors. A state that is not finite is refused (WK_E_STATE
 * names the first tensor), so that it never takes the place of a good one.
 *
 *   wk_training t = wk_training_of(.module = net, .optim = opt, .loader = train);
 *   int64_t step = 0;
 *   wk_state *s = wk_checkpoint_load("run", &step);                 NULL and WK_E_NOT_FOUND where there is none
 *   if (s) wk_training_load_state_dict(&t, s);
 *   ... wk_checkpoint_save("run", step, wk_training_state_dict(&t)); */
typedef struct wk_checkpoint_opts {
    size_t size;
    const char *folder;
    int64_t step;   /* 0 or more */
    const wk_state *state;
    int keep;       /* 3; 0: all */
    bool best;      /* false; true: it becomes best.safetensors too */
    bool nonfinite; /* false; true: NaN and infinity may be in it */
} wk_checkpoint_opts;
WK_API wk_checkpoint_opts wk_checkpoint_opts_default(void);
WK_API wk_status wk_checkpoint_save_new(const wk_checkpoint_opts *o);  /* by the macro: wk_checkpoint_save(folder, step, s, .best = true) */
static inline wk_status wk_checkpoint_save_with(wk_checkpoint_opts o) { return wk_checkpoint_save_new(&o); }
#define WK_CHECKPOINT_DEFAULTS .size = sizeof(wk_checkpoint_opts), .state = NULL, .keep = 3, .best = false, .nonfinite = false
#define wk_checkpoint_save(to, at, ...)                                                                                \
    wk_checkpoint_save_with(                                                                                           \
        WK_WITH(wk_checkpoint_opts, WK_CHECKPOINT_DEFAULTS, .folder = (to), .step = (at), .state = __VA_ARGS__))
/* The newest that is whole; one that is damaged is passed over with a warning to wk_set_log's function. WK_E_NOT_FOUND: there is none; the
 * damage of the newest, if all are; WK_E_UNSUPPORTED: made by a newer version. step may be NULL. Instead of a folder, folder may be the name
 * of one checkpoint, "run/ckpt-00000100.safetensors", or of the index of one in several files, "100.index.json". */
WK_API wk_state *wk_checkpoint_load(const char *folder, int64_t *step);
WK_API wk_state *wk_checkpoint_load_best(const char *folder, int64_t *step); /* best.safetensors */

/* ONNX: m in evaluation mode as a file for ONNX runtimes, opset 17. example is an input of m, [batch, ...]; its sizes are fixed in the file,
 * but for the batch, "N" (dim 1 before recurrent layers and transformers that are not batch_first). The graph's names are "input" and
 * "output", those of weights the state dict's; an RNN's, LSTM's or GRU's are joined as ONNX has them, both ways as weight_ih_l0,
 * weight_hh_l0 and bias_l0. Of m's results it has the first. A module of your own is read off one run of its forward: the modules that it
 * calls, with one input and result each, and, between them, of x, results and parameters: view reshape flatten permute transpose narrow select
 * slice cat stack sum mean softmax log_softmax, where they leave the batch in its place, relu leaky_relu elu gelu silu tanh sigmoid softsign exp
 * log sqrt square reciprocal abs neg sin cos erf add sub mul div maximum minimum, and those with a number; what it would do for another x is
 * not seen. WK_E_UNSUPPORTED names the module that
 * has no form there: one that calls something else, windows that come out uneven in adaptive pooling, inputs without a batch; or tells
 * that the file would exceed 2 GiB. */
WK_API wk_status wk_export_onnx(wk_module *m, wk_tensor *example, const char *path);

#ifdef __cplusplus
}
#endif
#endif
