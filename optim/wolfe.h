/* A line along which a loss falls: trials of it, and a search for one that will do. */
#ifndef WKI_WOLFE_H
#define WKI_WOLFE_H
#include "wick/tensor.h"

typedef struct wki_trial {
    double t, loss, slope; /* at x + t d; slope: the gradient times d */
    wk_tensor *g;          /* the gradient there; a reference */
} wki_trial;

typedef struct wki_line {
    wk_status (*at)(void *user, wki_trial *trial); /* tells all of it at trial->t; g is NULL on an error */
    void *user;
    double reach; /* the largest |d| */
    int64_t most; /* trials past the first */
} wki_line;

/* best: the trial at t = 0, whose place the one that was found takes; t: the first step to be tried. On an error best
 * stays. */
wk_status wki_strong_wolfe(wki_line *line, double t, wki_trial *best);
#endif
