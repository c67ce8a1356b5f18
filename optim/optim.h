/* What an optimizer is made of. A kind is a table: its options, which rule of backends/rules.def they ask for, and the
 * numbers that the rule reads in a parameter's t-th step. All else (states, steps, names, checks) is the same for every
 * kind. */
#ifndef WKI_OPTIM_H
#define WKI_OPTIM_H
#include "autograd/op.h"
#include "autograd/recording.h"
#include "backends/rules.h"
#include "wick/average.h"
#include "wick/optim.h"
#include <math.h>

/* A field of a kind's option struct. Numbers are finite, and lie in [0, below) but for those of either sign. */
typedef struct wki_optim_option {
    const char *name;
    size_t at;
    bool flag;
    double below;
    bool either_sign;
} wki_optim_option;
/* clang-format off */
#define WKI_AT_LEAST_0(TYPE, FIELD) { #FIELD, offsetof(TYPE, FIELD), false, (double)INFINITY, false }
#define WKI_FRACTION(TYPE, FIELD)   { #FIELD, offsetof(TYPE, FIELD), false, 1, false }
#define WKI_EITHER_SIGN(TYPE, FIELD) { #FIELD, offsetof(TYPE, FIELD), false, (double)INFINITY, true }
#define WKI_FLAG(TYPE, FIELD)       { #FIELD, offsetof(TYPE, FIELD), true, 0, false }
/* clang-format on */

enum { WKI_MAX_SCALARS = 2, WKI_MOST_OPTS = 192 /* bytes of an option struct */ };
typedef struct wki_optim_plan {
    int rule;
    const char *states[WKI_MAX_STATES];   /* as many as the rule has, by torch's names */
    double start[WKI_MAX_STATES];         /* what they are filled with */
    bool at_once;                         /* made with the optimizer, not in the first step */
    const char *scalars[WKI_MAX_SCALARS]; /* numbers that a parameter has besides */
    double first[WKI_MAX_SCALARS];        /* and their values before its first step */
} wki_optim_plan;

typedef struct wki_optim_slot {
    wk_tensor *p;
    const char *name;                 /* of the group's params */
    int group;
    wk_tensor *state[WKI_MAX_STATES]; /* owned */
    bool owed;                        /* state[0] is to be a copy of the parameter, and is not yet */
    bool watched;                     /* somebody else has seen state[0]: it is kept up to date */
    double scalar[WKI_MAX_SCALARS];
    int64_t t;                        /* steps in which this parameter had a gradient */
    const wki_view *g;                /* in a step: the gradient still to be applied */
    bool had;                         /* a gradient, in the step before */
    bool done;                        /* updated in backward, in this step */
    const wk_tensor *kept;            /* and its .grad then, looked at only to compare */
    uint32_t seen;                    /* and that one's version */
    wk_tensor *fresh[1 + WKI_MAX_STATES]; /* in a step: what parameter and states will be, of a kind that renews */
} wki_optim_slot;

typedef struct wki_closure {
    wk_closure *call;
    void *user;
} wki_closure;

typedef struct wki_optim_kind {
    const char *name, *where; /* "adam", "optim_adam" */
    size_t opts_size;         /* of the option struct, which begins with size and params */
    const void *defaults;
    const wki_optim_option *options;      /* lr first; ended by one without a name */
    wk_status (*check)(const void *opts); /* of what a single option does not tell; may be NULL */
    wki_optim_plan (*plan)(const void *opts);
    void (*prepare)(const void *opts, int64_t t, double *scalars, double *numbers); /* changes scalars for step t + 1 */
    /* The rule without states that does for this step where its only state becomes a copy of the parameter, which no later
     * step reads; -1 where it does not. After prepare; may be NULL. */
    int (*alone)(const double *scalars, const double *numbers);
    /* What prepare needs besides, as slot->scalar, of a parameter's gradient before step t changes anything; may be NULL */
    wk_status (*measure)(const void *opts, wki_optim_slot *slot, int64_t t);
    /* A kind whose update is more than a rule (plan.rule < 0) has, in prepare's place: may it train this parameter (NULL:
     * any), and what parameter and states become in step t, as tensors of the innermost scope: fresh[0] the parameter,
     * then the states. Nothing is changed. */
    wk_status (*takes)(const wki_optim_slot *slot, const char *where);
    wk_status (*renew)(const void *opts, const wki_optim_slot *slot, int64_t t, wk_tensor **fresh);
    /* A kind that asks for the loss again and again has, in their place: a whole step, which tells the first loss; and what
     * of its own it keeps (opt->own) put into a state dict, read from one (a new one, or NULL) and dropped (NULL allowed).
     * It has one group. vectors is how many as long as all parameters own may hold. */
    wk_status (*search)(wk_optim *opt, const wki_closure *closure, double *loss);
    wk_status (*put)(const wk_optim *opt, wk_state *s);
    void *(*read)(const wk_optim *opt, const wk_state *s);
    void (*drop)(void *own);
    int64_t (*vectors)(const void *opts);
} wki_optim_kind;
/* Each file of optim/ is a kind, but optim.c and optim_*.c, named after it: wki_optim_kind_adam. */
#define X(NAME) extern const wki_optim_kind wki_optim_kind_##NAME;
#include "wki_optim_list.h" /* generated: X(adam) X(sgd) ... */
#undef X

/* What the host does for one call: the numbers of these slots' next step, and their counts. */
typedef struct wki_optim_advance {
    double numbers[WKI_N_COUNT];
    int32_t n, slots[];
} wki_optim_advance;

typedef struct wki_optim_group {
    wk_params *params; /* held */
    void *opts;        /* the kind's option struct */
    wki_optim_plan plan;
    int nstates;
    double initial_lr; /* the lr when its first schedule was made; NaN: none was */
} wki_optim_group;

struct wk_optim {
    wki_object object;
    const wki_optim_kind *kind;
    void *made; /* the options it was made with: what a group does not say otherwise */
    wki_optim_group *groups;
    int ngroups, count;
    int64_t steps, skipped;
    wk_nonfinite nonfinite;
    bool in_backward, keep_grads; /* optim_backward.c */
    bool is_seen;                 /* by a recording */
    double clip_value;
    void *own;               /* of a kind that searches */
    wki_optim_slot *slots;   /* group after group */
    wki_optim_advance *next; /* the call being made: those picked for it, and its views */
    const wki_view **views;
    char text[320];
};

bool wki_optim_ok(const wk_optim *opt, const char *where); /* a live optimizer? */

/* Has the parameter's gradient its dtype, device and shape? */
wk_status wki_optim_gradient_ok(const wki_optim_slot *slot, const char *where);

/* Closures and gradients that are not finite (optim_closure.c): the loss, once more; the first parameter whose gradient is
 * not finite, or -1; the error that says so; what the policy makes of a step about to be done. */
wk_status wki_closure_call(const wki_closure *closure, double *loss);
int wki_optim_first_nonfinite(const wk_optim *opt);
wk_status wki_optim_fail_nonfinite(const wk_optim *opt, int i, const char *where);
wk_status wki_optim_look(wk_optim *opt, bool *skip);

/* Updates those of slots [begin, end) that have a gradient and are not done; on an error none of them. */
wk_status wki_optim_update(wk_optim *opt, int begin, int end);

/* Updates in backward (optim_backward.c): may the parameters have them, and they get them; they lose them; what
 * has a gradient before the step ends, may it be updated; the next step begins; may the gradients be changed now? */
wk_status wki_optim_hook_ok(const wk_optim *opt, wk_params *params, const char *where);
void wki_optim_hook(wk_optim *opt);
void wki_optim_unhook(wk_optim *opt);
wk_status wki_optim_rest_ok(wk_optim *opt);
void wki_optim_begin_step(wk_optim *opt);
wk_status wki_optim_clip_ok(wk_params *params, bool only_look, const char *where);

/* Options (optim_options.c): an option's place in an option struct; by its name (NULL with an error); are
 * all in their ranges? "lr=0.1,nesterov" read over opts; the first group's told in opt->text. */
double *wki_optim_number(void *opts, const wki_optim_option *option);
bool *wki_optim_flag(void *opts, const wki_optim_option *option);
double wki_optim_value(void *opts, const wki_optim_option *option); /* a flag as 0 or 1 */
const wki_optim_option *wki_optim_option_named(const wki_optim_kind *kind, const char *name, const char *where);
wk_status wki_optim_options_ok(const wki_optim_kind *kind, void *opts, const char *where);
wk_status wki_optim_options_read(const wki_optim_kind *kind, void *opts, const char *text, const char *where);
void wki_optim_describe(wk_optim *opt);
wk_status wki_optim_fail_unknown(const char *where, const char *what, const char *word, const char *const *others, int n);

/* Groups (optim_group.c): the options of group g become opts, which must be in range and of the same plan. */
bool wki_optim_group_ok(const wk_optim *opt, int group, const char *where);
wk_status wki_optim_regroup(wk_optim *opt, int group, void *opts, const char *where);
bool wki_optim_keeps_states(const wk_optim *opt, int group, const char *option, double value); /* with it changed? */
wk_status wki_optim_make_states(const wki_optim_group *group, wki_optim_slot *slot, const char *where); /* those missing */
void wki_optim_drop_states(wki_optim_slot *slot);
wk_status wki_optim_settle(wki_optim_slot *slot); /* pays what state[0] is owed */
/* Loading a state dict in two parts: all that may fail, into tensors of the innermost scope, and what cannot. */
typedef struct wki_optim_loading wki_optim_loading;
wki_optim_loading *wki_optim_load_begin(wk_optim *opt, const wk_state *s);
void wki_optim_load_end(wk_optim *opt, wki_optim_loading *l, bool taken); /* NULL allowed */
typedef struct wki_average_loading wki_average_loading;
wki_average_loading *wki_average_load_begin(wk_average *a, const wk_state *s);
void wki_average_load_end(wk_average *a, wki_average_loading *l, bool taken);
/* The parameters and a copy of the options join as a new group; on an error nothing has changed. */
wk_status wki_optim_join(wk_optim *opt, wk_params *params, const void *opts, const char *where);

wk_optim *wki_optim_new(const wki_optim_kind *kind, const void *opts);
#endif
