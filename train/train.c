/* What joins modules, optimizers and data: the usual loss, evaluation over a loader, the usual perceptron. */
#include "wick/train.h"
#include "base/error.h"
#include "base/fault.h"
#include "nn/module.h"
#include <math.h>

wk_tensor *wk_loss(wk_tensor *output, wk_tensor *target)
{
    if (!output || !target) return wk_mse_loss(output, target); /* reports the NULL */
    if (wk_dtype_of(target) == WK_I64) return wk_cross_entropy(output, target);
    if (wk_ndim(target) == 1 && wk_ndim(output) == 2 && wk_size(output, 1) == 1) target = wk_unsqueeze(target, 1);
    return wk_mse_loss(output, target);
}

typedef struct totals {
    double loss, hits, labels;
    int64_t rows;
    bool classes;
} totals;

/* Each label counts, but for those that the loss leaves out. */
static void count_hits(totals *sum, wk_tensor *output, wk_tensor *y)
{
    sum->hits += wk_item(wk_sum(wk_eq(wk_argmax(output, 1, false), y)));
    sum->labels +=
        wk_ndim(y) == 1 || WKI_FAULT(224) ? (double)wk_numel(y) : wk_item(wk_count_nonzero(wk_ne_scalar(y, -100)));
}

static void evaluate_epoch(wk_module *m, wk_loader *loader, totals *sum)
{
    for (wk_batch *b; (b = wk_loader_next(loader));) {
        WK_SCOPE(step);
        wk_tensor *y = wk_batch_y(b), *output = wk_forward(m, wk_batch_x(b));
        double n = (double)wk_batch_size(b);
        sum->loss += n * wk_item(wk_loss(output, y));
        sum->classes = !wk_failed() && wk_dtype_of(y) == WK_I64;
        if (sum->classes) count_hits(sum, output, y);
        sum->rows += wk_batch_size(b);
        if (wk_failed()) break;
    }
}

wk_status wk_evaluate(wk_module *m, wk_loader *loader, wk_metrics *out)
{
    if (wk_failed() || !wki_module_ok(m, "evaluate", "m")) return wk_error();
    wki_check(out, WK_E_INVALID, WK_E_INVALID, "evaluate", "out is NULL");
    *out = (wk_metrics){ .loss = (double)NAN, .accuracy = (double)NAN };
    totals sum = { 0 };
    WK_NO_GRAD(evaluation);
    wki_module_keep_modes(m);
    evaluate_epoch(m, loader, &sum);
    if (sum.rows == 0 && !wk_failed()) evaluate_epoch(m, loader, &sum); /* it stood at the very end of an epoch */
    wki_module_restore_modes(m);
    if (wk_failed()) return wk_error();
    wki_check(sum.rows > 0, WK_E_STATE, WK_E_STATE, "evaluate", "the loader had no rows");
    double rows = (double)sum.rows;
    *out = (wk_metrics){ sum.loss / rows, sum.classes ? sum.hits / sum.labels : (double)NAN, sum.rows };
    return WK_OK;
}

wk_module *wk_mlp(int n, const int64_t *sizes)
{
    wki_check(n >= 2 && n <= 32 && sizes, NULL, WK_E_INVALID, "mlp", "%d sizes; from 2 to 32 are possible", n);
    wk_module *layers[64];
    int count = 0;
    layers[count++] = wk_nn_flatten();
    for (int i = 1; i < n; i++) {
        layers[count++] = wk_nn_linear(sizes[i - 1], sizes[i]);
        if (i < n - 1) layers[count++] = wk_nn_relu();
    }
    return wk_nn_sequential_new(layers, count);
}
