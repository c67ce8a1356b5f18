/* wick/optim.h: optimizers (torch.optim). Knows parameters, not modules.
 *
 *   wk_optim *opt = wk_optim_adam(wk_parameters(net), .lr = 3e-4, .weight_decay = 1e-2);
 *   wk_zero_grad(opt);  wk_backward(loss);  wk_step(opt);
 *
 * An optimizer holds its parameters and owns its state, which lives on their device. Formulas, defaults and the order of
 * operations are PyTorch's. A hyper-parameter that is negative or NaN is WK_E_INVALID. On any error nothing is updated.
 * Parameters whose gradient is NULL are skipped. docs/optimizers.md gives every formula. */
#ifndef WICK_OPTIM_H
#define WICK_OPTIM_H
#include "wick/state.h"
#include <math.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wk_optim wk_optim;

/* Make. The comment after a field gives its default. */
typedef struct wk_sgd_opts {
    size_t size;
    wk_params *params;
    double lr, momentum, dampening, weight_decay; /* 1e-3, 0, 0, 0 */
    bool nesterov, maximize;                      /* false, false */
} wk_sgd_opts;
typedef struct wk_adagrad_opts {
    size_t size;
    wk_params *params;
    double lr, lr_decay, weight_decay, initial_accumulator_value, eps; /* 1e-2, 0, 0, 0, 1e-10 */
    bool maximize;                                                     /* false */
} wk_adagrad_opts;
typedef struct wk_rmsprop_opts {
    size_t size;
    wk_params *params;
    double lr, alpha, eps, weight_decay, momentum; /* 1e-2, 0.99, 1e-8, 0, 0 */
    bool centered, maximize;                       /* false, false */
} wk_rmsprop_opts;
typedef struct wk_adam_opts {
    size_t size;
    wk_params *params;
    double lr, beta1, beta2, eps, weight_decay; /* 1e-3, 0.9, 0.999, 1e-8; 0 for adam, 1e-2 for adamw */
    bool amsgrad, maximize;                     /* false, false */
} wk_adam_opts;
typedef wk_adam_opts wk_adamw_opts;
typedef struct wk_adamax_opts {
    size_t size;
    wk_params *params;
    double lr, beta1, beta2, eps, weight_decay; /* 2e-3, 0.9, 0.999, 1e-8, 0 */
    bool maximize;                              /* false */
} wk_adamax_opts;
typedef struct wk_nadam_opts {
    size_t size;
    wk_params *params;
    double lr, beta1, beta2, eps, weight_decay, momentum_decay; /* 2e-3, 0.9, 0.999, 1e-8, 0, 4e-3 */
    bool decoupled_weight_decay, maximize;                      /* false, false */
} wk_nadam_opts;
typedef struct wk_radam_opts {
    size_t size;
    wk_params *params;
    double lr, beta1, beta2, eps, weight_decay; /* 1e-3, 0.9, 0.999, 1e-8, 0 */
    bool decoupled_weight_decay, maximize;      /* false, false */
} wk_radam_opts;
typedef struct wk_adadelta_opts {
    size_t size;
    wk_params *params;
    double lr, rho, eps, weight_decay; /* 1, 0.9, 1e-6, 0 */
    bool maximize;                     /* false */
} wk_adadelta_opts;
typedef struct wk_rprop_opts {
    size_t size;
    wk_params *params;
    double lr, etaminus, etaplus, step_min, step_max; /* 1e-2, 0.5, 1.2, 1e-6, 50 */
    bool maximize;                                    /* false */
} wk_rprop_opts;
typedef struct wk_asgd_opts {
    size_t size;
    wk_params *params;
    double lr, lambd, alpha, t0, weight_decay; /* 1e-2, 1e-4, 0.75, 1e6, 0 */
    bool maximize;                             /* false */
} wk_asgd_opts;
typedef struct wk_lion_opts {
    size_t size;
    wk_params *params;
    double lr, beta1, beta2, weight_decay; /* 1e-4, 0.9, 0.99, 0 */
    bool maximize;                         /* false */
} wk_lion_opts;
typedef struct wk_lamb_opts {
    size_t size;
    wk_params *params;
    double lr, beta1, beta2, eps, weight_decay; /* 1e-3, 0.9, 0.999, 1e-6, 1e-2 */
    bool maximize;                              /* false */
} wk_lamb_opts;
typedef struct wk_muon_opts {
    size_t size;
    wk_params *params;                        /* matrices; WK_E_SHAPE */
    double lr, weight_decay, momentum, eps;   /* 1e-3, 0.1, 0.95, 1e-7 */
    bool nesterov;                            /* true */
    bool match_rms_adamw, spectral_unclamped; /* false, false: torch's adjust_lr_fn "original"; one at most is true */
    double ns_a, ns_b, ns_c, ns_steps;        /* 3.4445, -4.775, 2.0315: torch's ns_coefficients; 5, a whole number below 100 */
} wk_muon_opts;
typedef struct wk_lbfgs_opts {
    size_t size;
    wk_params *params;                                    /* all there are: it has one group */
    double lr, max_iter, max_eval;                        /* 1, 20, 0: max_iter * 5 / 4; iterations and losses of a step, whole numbers */
    double tolerance_grad, tolerance_change, history_size; /* 1e-7, 1e-9, 100: pairs of vectors that are kept */
    bool strong_wolfe;                                    /* false; true: torch's line_search_fn "strong_wolfe" */
    bool maximize;                                        /* false */
} wk_lbfgs_opts;

WK_API wk_sgd_opts wk_sgd_opts_default(void);
WK_API wk_adagrad_opts wk_adagrad_opts_default(void);
WK_API wk_rmsprop_opts wk_rmsprop_opts_default(void);
WK_API wk_adam_opts wk_adam_opts_default(void);
WK_API wk_adamw_opts wk_adamw_opts_default(void);
WK_API wk_adamax_opts wk_adamax_opts_default(void);
WK_API wk_nadam_opts wk_nadam_opts_default(void);
WK_API wk_radam_opts wk_radam_opts_default(void);
WK_API wk_adadelta_opts wk_adadelta_opts_default(void);
WK_API wk_rprop_opts wk_rprop_opts_default(void);
WK_API wk_asgd_opts wk_asgd_opts_default(void);
WK_API wk_lion_opts wk_lion_opts_default(void);
WK_API wk_lamb_opts wk_lamb_opts_default(void);
WK_API wk_muon_opts wk_muon_opts_default(void);
WK_API wk_lbfgs_opts wk_lbfgs_opts_default(void);
WK_API wk_optim *wk_optim_sgd_new(const wk_sgd_opts *o);         /* Sutskever et al. 2013, in torch's form */
WK_API wk_optim *wk_optim_adagrad_new(const wk_adagrad_opts *o); /* Duchi et al. 2011 */
WK_API wk_optim *wk_optim_rmsprop_new(const wk_rmsprop_opts *o); /* Hinton's lecture 6e; Graves 2013 if centered */
WK_API wk_optim *wk_optim_adam_new(const wk_adam_opts *o);       /* Kingma and Ba 2015; weight_decay joins the gradient */
WK_API wk_optim *wk_optim_adamw_new(const wk_adamw_opts *o);     /* Loshchilov and Hutter 2019; weights shrink by lr * weight_decay */
WK_API wk_optim *wk_optim_adamax_new(const wk_adamax_opts *o);   /* Kingma and Ba 2015, section 7.1 */
WK_API wk_optim *wk_optim_nadam_new(const wk_nadam_opts *o);     /* Dozat 2016 */
WK_API wk_optim *wk_optim_radam_new(const wk_radam_opts *o);     /* Liu et al. 2020 */
WK_API wk_optim *wk_optim_adadelta_new(const wk_adadelta_opts *o);/* Zeiler 2012 */
WK_API wk_optim *wk_optim_rprop_new(const wk_rprop_opts *o);     /* Riedmiller and Braun 1993 */
WK_API wk_optim *wk_optim_asgd_new(const wk_asgd_opts *o);       /* Polyak and Juditsky 1992; the average is its state "ax" */
WK_API wk_optim *wk_optim_lion_new(const wk_lion_opts *o);       /* Chen et al. 2023 */
WK_API wk_optim *wk_optim_lamb_new(const wk_lamb_opts *o);       /* You et al. 2020 */
WK_API wk_optim *wk_optim_muon_new(const wk_muon_opts *o);       /* Jordan et al. 2024 */
WK_API wk_optim *wk_optim_lbfgs_new(const wk_lbfgs_opts *o);     /* Nocedal 1980; by wk_step_closure only */
/* By name, for programs that take it from the user: "adam", "lr=1e-3,beta2=0.99"; options may be NULL or "". An unknown name or
 * option is WK_E_NOT_FOUND with the nearest one there is. */
WK_API wk_optim *wk_optim_by_name(const char *name, wk_params *params, const char *options);
WK_API int wk_optim_names(const char *const **names);            /* how many; *names is static: "sgd", "adagrad", ... */

/* Use. */
WK_API wk_status wk_step(wk_optim *opt);                         /* refuses, updating nothing, while an error is pending */
/* A step that is given the loss as a function: it makes the loss of the parameters as they are, with their gradients (zero_grad,
 * forward, backward, in any grad mode), or NULL with an error. L-BFGS calls it several times, the others once before wk_step. *loss (NULL
 * allowed) becomes the first value. After an error parameters and states are as before, also where L-BFGS had moved them: loss or
 * gradients that are not finite are one (WK_E_STATE), unless a line search comes to them. The closure must not step opt.
 *
 *   static wk_tensor *loss_of(void *user) { ...; wk_zero_grad(m->opt); wk_backward(loss = ...); return loss; }
 *   wk_step_closure(opt, loss_of, &m, &loss); */
typedef wk_tensor *wk_closure(void *user);
WK_API wk_status wk_step_closure(wk_optim *opt, wk_closure *closure, void *user, double *loss);
WK_API wk_status wk_zero_grad(wk_optim *opt);                    /* no gradients: wk_grad is NULL until the next backward */
WK_API double wk_lr(const wk_optim *opt);                        /* of the first group */
WK_API wk_status wk_set_lr(wk_optim *opt, double lr);            /* of all groups */
WK_API int64_t wk_steps(const wk_optim *opt);                    /* steps taken */
WK_API const char *wk_optim_name(const wk_optim *opt);           /* "adam"; static */
WK_API const char *wk_optim_describe(const wk_optim *opt);       /* "adam lr=0.001 beta1=0.9 ..." of the first group; borrowed */

/* What a step does where a gradient has elements that are NaN or infinite; looking costs one pass over the gradients. KEEP, as torch does,
 * does not look, and such numbers enter the parameters. SKIP: the step is WK_OK, but parameters, states and counts stay, and
 * wk_steps_skipped rises. STOP: WK_E_STATE names the first such parameter, and nothing was updated. The policy is the program's and not in
 * the state dict; the count is. */
typedef enum wk_nonfinite { WK_NONFINITE_KEEP, WK_NONFINITE_SKIP, WK_NONFINITE_STOP } wk_nonfinite;
WK_API wk_status wk_set_nonfinite(wk_optim *opt, wk_nonfinite policy);
WK_API int64_t wk_steps_skipped(const wk_optim *opt);

/* Updates in backward: each parameter is updated within wk_backward as soon as its gradient is complete, and the gradient dropped then, so
 * that it is used while in cache, and memory for one is enough. The loop stays the same, and so do the bits: wk_step updates what has a
 * gradient and is not updated yet, and ends the step; lr and options count as they are during backward. The price:
 * - a wk_backward that fails leaves the parameters it had come to updated; wk_step, once the error is cleared, ends that step.
 * - a second gradient in one step is WK_E_STATE. To accumulate, switch it off (.on = false) for all backwards of a step but the last.
 * - clipping by norm needs all gradients first: wk_clip_grad_norm_ is WK_E_STATE. By value: .clip_value, in the place of
 *   wk_clip_grad_value_. wk_grad_norm needs .keep_grads. wk_set_nonfinite looks at all of them likewise: WK_E_STATE.
 * Hooks on gradients and leaves run before the update. A backward with retain_graph or create_graph, and the parts that wk_checkpoint
 * computes again, leave gradients to wk_step; so does a parameter that the loss does not reach. A parameter belongs to one such
 * optimizer (WK_E_STATE); WK_E_UNSUPPORTED: L-BFGS. */
typedef struct wk_optim_in_backward_opts {
    size_t size;
    wk_optim *opt;
    bool on;           /* true */
    bool keep_grads;   /* false; true: wk_grad is there after backward, as ever */
    double clip_value; /* INFINITY; elements of gradients are clamped to [-clip_value, clip_value] */
} wk_optim_in_backward_opts;
WK_API wk_optim_in_backward_opts wk_optim_in_backward_opts_default(void);
WK_API wk_status wk_optim_in_backward_run(const wk_optim_in_backward_opts *o); /* wk_optim_in_backward(opt, .clip_value = 1) */

/* Groups: parameters with option values of their own. The first, 0, has what the optimizer was made with; another one differs from that
 * in what its text says: wk_optim_add_group(opt, biases, "lr=1e-2,weight_decay=0"). Names must differ across groups, and a tensor stands
 * in one only. Options by name as in wk_optim_by_name, flags as 0 and 1; WK_E_RANGE: no such group; WK_E_STATE: a change that would need
 * other states (a momentum that was 0). */
WK_API wk_status wk_optim_add_group(wk_optim *opt, wk_params *params, const char *options); /* holds params */
WK_API int wk_optim_groups(const wk_optim *opt);                 /* how many */
WK_API double wk_group_lr(const wk_optim *opt, int group);
WK_API wk_status wk_set_group_lr(wk_optim *opt, int group, double lr);
WK_API double wk_group_option(const wk_optim *opt, int group, const char *name); /* NaN on error */
WK_API wk_status wk_set_group_option(wk_optim *opt, int group, const char *name, double value);

/* State as tensors: name "momentum_buffer", "exp_avg", ... of parameter i, counted through the groups; borrowed; NULL before the
 * first step. */
WK_API wk_tensor *wk_optim_state(wk_optim *opt, int i, const char *name);
WK_API int64_t wk_optim_state_bytes(const wk_optim *opt);        /* of all states once there are all; L-BFGS's with a full history */

/* States by the parameters' names ("0.weight.exp_avg"), sharing their memory, step counts and options. Loading takes all of it over, options
 * too, so that what follows has the same bits; WK_E_INVALID: of another optimizer; WK_E_SHAPE, WK_E_NOT_FOUND: of other parameters, missing
 * here or there. An error tells all that differs, and changes nothing. */
WK_API wk_state *wk_optim_state_dict(wk_optim *opt);
WK_API wk_status wk_optim_load_state_dict(wk_optim *opt, const wk_state *s);

/* The gradients of a list of parameters, between wk_backward and wk_step; those that are NULL do not count. norm: the p-norm of all of
 * them as one vector; NaN on an error. clip_grad_norm_ multiplies all by max_norm / (norm + 1e-6) where that is below 1, and gives the
 * norm before; an infinite or NaN norm leaves no finite gradients of use: look at it, or say .error_if_nonfinite = true (WK_E_STATE, and
 * no gradient changes). clip_grad_value_ clamps each element to [-value, value]. */
typedef struct wk_clip_grad_norm_opts {
    size_t size;
    wk_params *params;
    double max_norm;
    double norm_type;         /* 2; at least 1; INFINITY: the largest element */
    bool error_if_nonfinite;  /* false */
} wk_clip_grad_norm_opts;
WK_API wk_clip_grad_norm_opts wk_clip_grad_norm_opts_default(void);
WK_API double wk_grad_norm(wk_params *params, double norm_type);
WK_API double wk_clip_grad_norm_run(const wk_clip_grad_norm_opts *o); /* wk_clip_grad_norm_(params, 1.0, .norm_type = INFINITY) */
WK_API wk_status wk_clip_grad_value_(wk_params *params, double value);

static inline double wk_clip_grad_norm_with(wk_clip_grad_norm_opts o) { return wk_clip_grad_norm_run(&o); }
#define WK_CLIP_GRAD_NORM_DEFAULTS                                                                                     \
    .size = sizeof(wk_clip_grad_norm_opts), .norm_type = 2, .error_if_nonfinite = false
#define wk_clip_grad_norm_(params_, ...)                                                                               \
    wk_clip_grad_norm_with(                                                                                           \
        WK_WITH(wk_clip_grad_norm_opts, WK_CLIP_GRAD_NORM_DEFAULTS, .params = (params_), .max_norm = __VA_ARGS__))

static inline wk_status wk_optim_in_backward_with(wk_optim_in_backward_opts o) { return wk_optim_in_backward_run(&o); }
#define WK_OPTIM_IN_BACKWARD_DEFAULTS                                                                                  \
    .size = sizeof(wk_optim_in_backward_opts), .on = true, .keep_grads = false, .clip_value = (double)INFINITY
#define wk_optim_in_backward(...)                                                                                      \
    wk_optim_in_backward_with(WK_WITH(wk_optim_in_backward_opts, WK_OPTIM_IN_BACKWARD_DEFAULTS, .opt = __VA_ARGS__))

static inline wk_optim *wk_optim_sgd_with(wk_sgd_opts o) { return wk_optim_sgd_new(&o); }
static inline wk_optim *wk_optim_adagrad_with(wk_adagrad_opts o) { return wk_optim_adagrad_new(&o); }
static inline wk_optim *wk_optim_rmsprop_with(wk_rmsprop_opts o) { return wk_optim_rmsprop_new(&o); }
static inline wk_optim *wk_optim_adam_with(wk_adam_opts o) { return wk_optim_adam_new(&o); }
static inline wk_optim *wk_optim_adamw_with(wk_adamw_opts o) { return wk_optim_adamw_new(&o); }
static inline wk_optim *wk_optim_adamax_with(wk_adamax_opts o) { return wk_optim_adamax_new(&o); }
static inline wk_optim *wk_optim_nadam_with(wk_nadam_opts o) { return wk_optim_nadam_new(&o); }
static inline wk_optim *wk_optim_radam_with(wk_radam_opts o) { return wk_optim_radam_new(&o); }
static inline wk_optim *wk_optim_adadelta_with(wk_adadelta_opts o) { return wk_optim_adadelta_new(&o); }
static inline wk_optim *wk_optim_rprop_with(wk_rprop_opts o) { return wk_optim_rprop_new(&o); }
static inline wk_optim *wk_optim_asgd_with(wk_asgd_opts o) { return wk_optim_asgd_new(&o); }
static inline wk_optim *wk_optim_lion_with(wk_lion_opts o) { return wk_optim_lion_new(&o); }
static inline wk_optim *wk_optim_lamb_with(wk_lamb_opts o) { return wk_optim_lamb_new(&o); }
static inline wk_optim *wk_optim_muon_with(wk_muon_opts o) { return wk_optim_muon_new(&o); }
static inline wk_optim *wk_optim_lbfgs_with(wk_lbfgs_opts o) { return wk_optim_lbfgs_new(&o); }
#define WK_SGD_DEFAULTS                                                                                                \
    .size = sizeof(wk_sgd_opts), .lr = 1e-3, .momentum = 0, .dampening = 0, .weight_decay = 0, .nesterov = false,      \
    .maximize = false
#define WK_ADAGRAD_DEFAULTS                                                                                            \
    .size = sizeof(wk_adagrad_opts), .lr = 1e-2, .lr_decay = 0, .weight_decay = 0, .initial_accumulator_value = 0,     \
    .eps = 1e-10, .maximize = false
#define WK_RMSPROP_DEFAULTS                                                                                            \
    .size = sizeof(wk_rmsprop_opts), .lr = 1e-2, .alpha = 0.99, .eps = 1e-8, .weight_decay = 0, .momentum = 0,         \
    .centered = false, .maximize = false
#define WK_ADAM_DEFAULTS                                                                                               \
    .size = sizeof(wk_adam_opts), .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0,            \
    .amsgrad = false, .maximize = false
#define WK_ADAMW_DEFAULTS                                                                                              \
    .size = sizeof(wk_adamw_opts), .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 1e-2,        \
    .amsgrad = false, .maximize = false
#define WK_ADAMAX_DEFAULTS                                                                                             \
    .size = sizeof(wk_adamax_opts), .lr = 2e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0,          \
    .maximize = false
#define WK_NADAM_DEFAULTS                                                                                              \
    .size = sizeof(wk_nadam_opts), .lr = 2e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0,           \
    .momentum_decay = 4e-3, .decoupled_weight_decay = false, .maximize = false
#define WK_RADAM_DEFAULTS                                                                                              \
    .size = sizeof(wk_radam_opts), .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0,           \
    .decoupled_weight_decay = false, .maximize = false
#define WK_ADADELTA_DEFAULTS                                                                                           \
    .size = sizeof(wk_adadelta_opts), .lr = 1, .rho = 0.9, .eps = 1e-6, .weight_decay = 0, .maximize = false
#define WK_RPROP_DEFAULTS                                                                                              \
    .size = sizeof(wk_rprop_opts), .lr = 1e-2, .etaminus = 0.5, .etaplus = 1.2, .step_min = 1e-6, .step_max = 50,      \
    .maximize = false
#define WK_ASGD_DEFAULTS                                                                                               \
    .size = sizeof(wk_asgd_opts), .lr = 1e-2, .lambd = 1e-4, .alpha = 0.75, .t0 = 1e6, .weight_decay = 0,              \
    .maximize = false
#define WK_LION_DEFAULTS                                                                                               \
    .size = sizeof(wk_lion_opts), .lr = 1e-4, .beta1 = 0.9, .beta2 = 0.99, .weight_decay = 0, .maximize = false
#define WK_LAMB_DEFAULTS                                                                                               \
    .size = sizeof(wk_lamb_opts), .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-6, .weight_decay = 1e-2,         \
    .maximize = false
#define WK_MUON_DEFAULTS                                                                                               \
    .size = sizeof(wk_muon_opts), .lr = 1e-3, .weight_decay = 0.1, .momentum = 0.95, .eps = 1e-7, .nesterov = true,    \
    .match_rms_adamw = false, .spectral_unclamped = false, .ns_a = 3.4445, .ns_b = -4.775, .ns_c = 2.0315,             \
    .ns_steps = 5
#define WK_LBFGS_DEFAULTS                                                                                              \
    .size = sizeof(wk_lbfgs_opts), .lr = 1, .max_iter = 20, .max_eval = 0, .tolerance_grad = 1e-7,                     \
    .tolerance_change = 1e-9, .history_size = 100, .strong_wolfe = false, .maximize = false
#define wk_optim_sgd(...)     wk_optim_sgd_with(WK_WITH(wk_sgd_opts, WK_SGD_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_adagrad(...) wk_optim_adagrad_with(WK_WITH(wk_adagrad_opts, WK_ADAGRAD_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_rmsprop(...) wk_optim_rmsprop_with(WK_WITH(wk_rmsprop_opts, WK_RMSPROP_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_adam(...)    wk_optim_adam_with(WK_WITH(wk_adam_opts, WK_ADAM_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_adamw(...)   wk_optim_adamw_with(WK_WITH(wk_adamw_opts, WK_ADAMW_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_adamax(...)  wk_optim_adamax_with(WK_WITH(wk_adamax_opts, WK_ADAMAX_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_nadam(...)   wk_optim_nadam_with(WK_WITH(wk_nadam_opts, WK_NADAM_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_radam(...)   wk_optim_radam_with(WK_WITH(wk_radam_opts, WK_RADAM_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_adadelta(...) wk_optim_adadelta_with(WK_WITH(wk_adadelta_opts, WK_ADADELTA_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_rprop(...)   wk_optim_rprop_with(WK_WITH(wk_rprop_opts, WK_RPROP_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_asgd(...)    wk_optim_asgd_with(WK_WITH(wk_asgd_opts, WK_ASGD_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_lion(...)    wk_optim_lion_with(WK_WITH(wk_lion_opts, WK_LION_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_lamb(...)    wk_optim_lamb_with(WK_WITH(wk_lamb_opts, WK_LAMB_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_muon(...)    wk_optim_muon_with(WK_WITH(wk_muon_opts, WK_MUON_DEFAULTS, .params = __VA_ARGS__))
#define wk_optim_lbfgs(...)   wk_optim_lbfgs_with(WK_WITH(wk_lbfgs_opts, WK_LBFGS_DEFAULTS, .params = __VA_ARGS__))

#ifdef __cplusplus
}
#endif
#endif
