/* wick/schedule.h: learning rates that change with time (torch.optim.lr_scheduler).
 *
 *   wk_schedule *s = wk_schedule_cosine(opt, 100, 0);
 *   for (epoch ...) { for (batch ...) { ... wk_step(opt); }   wk_schedule_advance(s); }
 *
 * A schedule holds its optimizer and sets the lr of each of its groups: once when it is made (t = 0) and with each
 * wk_schedule_advance. The recurrences are PyTorch's, to the bit in f64: they go on from the lr that the group has, so
 * that schedules may be chained and an lr set by hand counts. base is the lr that a group had when its first schedule
 * was made. docs/optimizers.md gives the formulas. WK_E_INVALID: a number out of its range. Groups that are added later
 * are left alone. */
#ifndef WICK_SCHEDULE_H
#define WICK_SCHEDULE_H
#include "wick/optim.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_schedule wk_schedule;

/* Make. l: the group's lr; factors act at once where t = 0 is told. */
WK_API wk_schedule *wk_schedule_step(wk_optim *opt, int64_t step_size, double gamma);        /* l gamma every step_size steps */
WK_API wk_schedule *wk_schedule_multistep(wk_optim *opt, const int64_t *milestones, int n, double gamma); /* copies; l gamma at each */
WK_API wk_schedule *wk_schedule_exponential(wk_optim *opt, double gamma);                    /* l gamma each step */
WK_API wk_schedule *wk_schedule_constant(wk_optim *opt, double factor, int64_t total_iters); /* t = 0: l factor; total_iters: l again */
WK_API wk_schedule *wk_schedule_linear(wk_optim *opt, double start_factor, double end_factor, int64_t total_iters); /* from t = 0 on */
WK_API wk_schedule *wk_schedule_polynomial(wk_optim *opt, int64_t total_iters, double power); /* to 0, as (1 - t / total_iters)^power */
WK_API wk_schedule *wk_schedule_cosine(wk_optim *opt, int64_t t_max, double eta_min);        /* base to eta_min at t_max; then up again */
WK_API wk_schedule *wk_schedule_cosine_restarts(wk_optim *opt, int64_t t_0, int64_t t_mult, double eta_min); /* Loshchilov and Hutter 2017 */
WK_API wk_schedule *wk_schedule_swa(wk_optim *opt, double swa_lr, int64_t anneal_epochs, bool linear); /* l to swa_lr, by a cosine or a line */

/* By a function of the user's, called for each group: lambda: base fn(t), from t = 0 on; multiplicative: l fn(t), from 1 on.
 * An error that fn reports, or an lr that is negative or NaN, ends the step. */
typedef double wk_schedule_fn(void *user, int group, int64_t t);
WK_API wk_schedule *wk_schedule_lambda(wk_optim *opt, wk_schedule_fn *fn, void *user);
WK_API wk_schedule *wk_schedule_multiplicative(wk_optim *opt, wk_schedule_fn *fn, void *user);

/* One cycle (Smith and Topin 2018): lr rises from max_lr / div_factor to max_lr in the first pct_start of total_steps, then falls
 * to its start / final_div_factor; momentum (or beta1) the other way. The advance behind the last of total_steps leaves both as they are;
 * WK_E_RANGE: one more. */
typedef struct wk_schedule_one_cycle_opts {
    size_t size;
    wk_optim *opt;
    double max_lr;
    int64_t total_steps;
    double pct_start, base_momentum, max_momentum, div_factor, final_div_factor; /* 0.3, 0.85, 0.95, 25, 1e4 */
    bool cycle_momentum, linear, three_phase;                                    /* true, false: cosine, false */
} wk_schedule_one_cycle_opts;
/* From base_lr up to max_lr and back, again and again; momentum, or beta1, the other way. Smith 2017. base is base_lr. */
typedef struct wk_schedule_cyclic_opts {
    size_t size;
    wk_optim *opt;
    double base_lr, max_lr;
    int64_t step_size_up, step_size_down; /* 2000, 0: as many down as up */
    double gamma;                         /* 1; the height above base_lr is multiplied by gamma^t, */
    bool halving;                         /* false; and by 1/2 from cycle to cycle */
    bool cycle_momentum;                  /* true */
    double base_momentum, max_momentum;   /* 0.8, 0.9 */
} wk_schedule_cyclic_opts;
/* Falls when a value has stopped getting better: see wk_schedule_advance_metric. Does nothing at t = 0. */
typedef struct wk_schedule_plateau_opts {
    size_t size;
    wk_optim *opt;
    double factor;            /* 0.1: the lr is multiplied by it, */
    int64_t patience;         /* 10: after more than so many values in a row that are not better */
    double threshold;         /* 1e-4: better is by more than threshold * abs(best) */
    int64_t cooldown;         /* 0 values after a fall do not count */
    double min_lr, eps;       /* 0, 1e-8: no lower; no fall by less than eps */
    bool maximize, absolute;  /* false, false: by more than threshold itself */
} wk_schedule_plateau_opts;
WK_API wk_schedule_one_cycle_opts wk_schedule_one_cycle_opts_default(void);
WK_API wk_schedule_cyclic_opts wk_schedule_cyclic_opts_default(void);
WK_API wk_schedule_plateau_opts wk_schedule_plateau_opts_default(void);
WK_API wk_schedule *wk_schedule_one_cycle_new(const wk_schedule_one_cycle_opts *o); /* wk_schedule_one_cycle(opt, 0.1, 1000, .linear = true) */
WK_API wk_schedule *wk_schedule_cyclic_new(const wk_schedule_cyclic_opts *o);       /* wk_schedule_cyclic(opt, 0.001, 0.1, .step_size_up = 500) */
WK_API wk_schedule *wk_schedule_plateau_new(const wk_schedule_plateau_opts *o);     /* wk_schedule_plateau(opt, .patience = 5) */

/* Joined. Both hold their parts, which must be of one optimizer, and no plateau. sequential: parts[0] from t = 0 on, parts[i] anew from
 * milestones[i - 1] on, starting from base; n - 1 rising milestones; parts are no joined ones. chained: all in order, each step. */
WK_API wk_schedule *wk_schedule_sequential(wk_schedule *const *parts, int n, const int64_t *milestones);
WK_API wk_schedule *wk_schedule_chained(wk_schedule *const *parts, int n);

/* By name, for programs: "cosine", opt, "t_max=10,eta_min=1e-4"; "multistep", opt, "milestones=30:80"; the names of the arguments
 * above. An unknown name or option is WK_E_NOT_FOUND with the nearest one; a missing one is WK_E_INVALID. */
WK_API wk_schedule *wk_schedule_by_name(const char *name, wk_optim *opt, const char *options);
WK_API int wk_schedule_names(const char *const **names);                /* how many; *names is static: "constant", "cosine", ... */

/* Use. */
WK_API wk_status wk_schedule_advance(wk_schedule *s);                   /* the next t; WK_E_INVALID for a plateau, which wants a value */
WK_API wk_status wk_schedule_advance_metric(wk_schedule *s, double value); /* the same, and what a plateau looks at; NaN is not better */
WK_API int64_t wk_schedule_time(const wk_schedule *s);                  /* t */
WK_API const char *wk_schedule_name(const wk_schedule *s);              /* "cosine"; static */

/* All but functions and the lr, which is the optimizer's. Loading wants the same kind and parts; on an error nothing changes. */
WK_API wk_state *wk_schedule_state_dict(const wk_schedule *s);
WK_API wk_status wk_schedule_load_state_dict(wk_schedule *s, const wk_state *d);

static inline wk_schedule *wk_schedule_one_cycle_with(wk_schedule_one_cycle_opts o) { return wk_schedule_one_cycle_new(&o); }
static inline wk_schedule *wk_schedule_cyclic_with(wk_schedule_cyclic_opts o) { return wk_schedule_cyclic_new(&o); }
static inline wk_schedule *wk_schedule_plateau_with(wk_schedule_plateau_opts o) { return wk_schedule_plateau_new(&o); }
#define WK_SCHEDULE_ONE_CYCLE_DEFAULTS                                                                                 \
    .size = sizeof(wk_schedule_one_cycle_opts), .pct_start = 0.3, .base_momentum = 0.85, .max_momentum = 0.95,         \
    .div_factor = 25, .final_div_factor = 1e4, .cycle_momentum = true, .linear = false, .three_phase = false
#define WK_SCHEDULE_CYCLIC_DEFAULTS                                                                                    \
    .size = sizeof(wk_schedule_cyclic_opts), .step_size_up = 2000, .step_size_down = 0, .gamma = 1, .halving = false,  \
    .cycle_momentum = true, .base_momentum = 0.8, .max_momentum = 0.9
#define WK_SCHEDULE_PLATEAU_DEFAULTS                                                                                   \
    .size = sizeof(wk_schedule_plateau_opts), .factor = 0.1, .patience = 10, .threshold = 1e-4, .cooldown = 0,         \
    .min_lr = 0, .eps = 1e-8, .maximize = false, .absolute = false
#define wk_schedule_one_cycle(opt_, max_lr_, ...)                                                                      \
    wk_schedule_one_cycle_with(WK_WITH(wk_schedule_one_cycle_opts, WK_SCHEDULE_ONE_CYCLE_DEFAULTS, .opt = (opt_),      \
                                       .max_lr = (max_lr_), .total_steps = __VA_ARGS__))
#define wk_schedule_cyclic(opt_, base_lr_, ...)                                                                        \
    wk_schedule_cyclic_with(WK_WITH(wk_schedule_cyclic_opts, WK_SCHEDULE_CYCLIC_DEFAULTS, .opt = (opt_),               \
                                    .base_lr = (base_lr_), .max_lr = __VA_ARGS__))
#define wk_schedule_plateau(...)                                                                                       \
    wk_schedule_plateau_with(WK_WITH(wk_schedule_plateau_opts, WK_SCHEDULE_PLATEAU_DEFAULTS, .opt = __VA_ARGS__))

#ifdef __cplusplus
}
#endif
#endif
