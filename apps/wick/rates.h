/* rates.h: --schedule NAME:OPTIONS, a schedule of wick/schedule.h for a run: "cosine", "one_cycle:max_lr=0.1",
 * "linear:every=step,total_iters=100", or several that follow one another: "linear:for=5/cosine". Lengths that it does
 * not tell are the run's. */
#ifndef WICK_APP_RATES_H
#define WICK_APP_RATES_H
#include "wick/schedule.h"

typedef struct rates {
    wk_schedule *schedule; /* NULL: none */
    bool by_step, by_loss; /* else by epoch */
    int64_t last;          /* its time goes no further: its length is over */
} rates;

/* false after a usage error on stderr: there is no schedule of this name. */
bool rates_know(const char *text);
/* For runs of so many epochs of so many steps; text NULL: none. */
wk_status rates_make(rates *r, const char *text, wk_optim *opt, int64_t epochs, int64_t steps);
/* Before a step: how many epochs and steps there were. */
wk_status rates_reach(const rates *r, int64_t epochs, int64_t steps);
/* After an epoch. */
wk_status rates_judge(const rates *r, double valid_loss);
#endif
