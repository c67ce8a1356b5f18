/* wick/train.h: what joins layers, optimizers and data; each piece is usable alone in a loop of your own.
 *
 *   wk_metrics test;
 *   wk_evaluate(net, loader, &test);   printf("%.2f %%\n", 100 * test.accuracy); */
#ifndef WICK_TRAIN_H
#define WICK_TRAIN_H
#include "wick/data.h"
#include "wick/nn.h"
#include "wick/optim.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_metrics {
    double loss;      /* mean over rows: cross-entropy for WK_I64 targets, else mean squared error */
    double accuracy;  /* share of rows whose largest logit is the target; NaN where there are no classes */
    int64_t rows;
} wk_metrics;

/* The loss of a batch: cross-entropy of x [n, c] if the target is WK_I64, else mean squared error. */
WK_API wk_tensor *wk_loss(wk_tensor *output, wk_tensor *target);
/* One pass to the end of the loader's epoch (a whole one, unless it was begun), in evaluation mode and without gradients; each
 * module's mode is put back. */
WK_API wk_status wk_evaluate(wk_module *m, wk_loader *loader, wk_metrics *out);
/* A multi-layer perceptron with ReLU between the layers: sizes[0] inputs, sizes[n - 1] outputs, flattened input. */
WK_API wk_module *wk_mlp(int n, const int64_t *sizes);

#ifdef __cplusplus
}
#endif
#endif
