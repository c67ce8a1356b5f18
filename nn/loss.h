/* What the losses share: their options, checks, and the way to one number. */
#ifndef WKI_LOSS_H
#define WKI_LOSS_H
#include "autograd/op.h"
#include "wick/nn.h"

/* The options a loss may read, besides reduction */
enum {
    WKI_LOSS_WEIGHT = 1,
    WKI_LOSS_POS_WEIGHT = 2,
    WKI_LOSS_IGNORE = 4,
    WKI_LOSS_SMOOTHING = 8,
    WKI_LOSS_BETA = 16,
    WKI_LOSS_DELTA = 32,
    WKI_LOSS_MARGIN = 64,
    WKI_LOSS_P = 128,
    WKI_LOSS_EPS = 256,
    WKI_LOSS_LOG_TARGET = 512,
    WKI_LOSS_FULL = 1024,
    WKI_LOSS_SWAP = 2048,
    WKI_LOSS_LOG_INPUT = 4096,
    WKI_LOSS_BATCHMEAN = 8192,
    WKI_LOSS_BLANK = 16384,
    WKI_LOSS_ZERO_INFINITY = 32768
};

/* *o becomes the defaults (margin, p and eps: the loss's own) with `given`, which may be NULL, over them. An option that
 * the loss does not read must be at its default. */
bool wki_loss_options(const char *where, wk_loss_opts *o, const wk_loss_opts *given, int reads);
static inline double wki_or(double number, double otherwise) { return isnan(number) ? otherwise : number; }

bool wki_loss_pair_ok(const char *where, wk_tensor *input, wk_tensor *target); /* floats' input, equal shapes */
/* Losses to what the reduction asks for. count: what the mean divides by, a tensor of any shape to be summed; NULL: their number. */
wk_tensor *wki_loss_reduce(wk_tensor *losses, wk_reduction reduction, wk_tensor *count);
wk_tensor *wki_raised(wk_tensor *x, double least);     /* max(x, least); its gradient passes all the same */
wk_tensor *wki_number_like(double value, wk_tensor *x); /* [] of x's dtype */

/* -weight[target] x[.., target, ..] along dim 1 of x (0 if it has only one), 0 where target is `ignore`; *count: the weights, or 1. */
wk_tensor *wki_nll(const char *where, wk_tensor *x, wk_tensor *target, wk_tensor *weight, int64_t ignore,
                   wk_tensor **count);

/* The form without options */
#define WKI_PLAIN_LOSS(NAME)                                                                                           \
    wk_tensor *wk_##NAME(wk_tensor *input, wk_tensor *target) { return wk_##NAME##_run(input, target, NULL); }
#endif
