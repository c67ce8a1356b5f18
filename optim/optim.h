/* What an optimizer is made of. A kind is a table: its options, which rule of backends/rules.def they ask for, and the
 * numbers that the rule reads in a parameter's t-th step. All else (states, steps, names, checks) is the same for every
 * kind. */
#ifndef WKI_OPTIM_H
#define WKI_OPTIM_H
#include "autograd/op.h"
#include "backends/rules.h"
#include "wick/optim.h"
#include <math.h>

/* A field of a kind's option struct. Numbers lie in [0, below). */
typedef struct wki_optim_option {
    const char *name;
    size_t at;
    bool flag;
    double below;
} wki_optim_option;
/* clang-format off */
#define WKI_AT_LEAST_0(TYPE, FIELD) { #FIELD, offsetof(TYPE, FIELD), false, (double)INFINITY }
#define WKI_FRACTION(TYPE, FIELD)   { #FIELD, offsetof(TYPE, FIELD), false, 1 }
#define WKI_FLAG(TYPE, FIELD)       { #FIELD, offsetof(TYPE, FIELD), true, 0 }
/* clang-format on */

typedef struct wki_optim_plan {
    int rule;
    const char *states[WKI_MAX_STATES]; /* as many as the rule has, by torch's names */
    double start[WKI_MAX_STATES];       /* what states are filled with */
    bool at_once;                       /* made with the optimizer, not in the first step */
} wki_optim_plan;

typedef struct wki_optim_kind {
    const char *name, *where; /* "adam", "optim_adam" */
    size_t opts_size;         /* of the option struct, which begins with size and params */
    const void *defaults;
    const wki_optim_option *options;      /* lr first; ended by one without a name */
    wk_status (*check)(const void *opts); /* of what a single option does not tell; may be NULL */
    wki_optim_plan (*plan)(const void *opts);
    void (*prepare)(const void *opts, int64_t t, double *numbers);
} wki_optim_kind;
/* Each file of optim/ is a kind, but optim.c and optim_*.c, named after it: wki_optim_kind_adam. */
#define X(NAME) extern const wki_optim_kind wki_optim_kind_##NAME;
#include "wki_optim_list.h" /* generated: X(adam) X(sgd) ... */
#undef X

typedef struct wki_optim_slot {
    wk_tensor *p;
    wk_tensor *state[WKI_MAX_STATES]; /* owned */
    int64_t t;                        /* steps in which this parameter had a gradient */
    const wki_view *g;                /* in a step: the gradient still to be applied */
} wki_optim_slot;

struct wk_optim {
    wki_object object;
    const wki_optim_kind *kind;
    wk_params *params; /* held */
    void *opts;        /* the kind's option struct */
    wki_optim_plan plan;
    int count, nstates;
    int64_t steps;
    wki_optim_slot *slots;
    wki_optim_slot **picked; /* those of the call being made, and its views */
    const wki_view **views;
    double numbers[WKI_N_COUNT];
    char text[320];
};

/* For the rest of optim/: a live optimizer? An option's place in an option struct; are all in their ranges? text made anew. */
bool wki_optim_ok(const wk_optim *opt, const char *where);
double *wki_optim_number(void *opts, const wki_optim_option *option);
bool *wki_optim_flag(void *opts, const wki_optim_option *option);
wk_status wki_optim_options_ok(const wki_optim_kind *kind, void *opts);
void wki_optim_describe(wk_optim *opt);

wk_optim *wki_optim_new(const wki_optim_kind *kind, const void *opts);
#endif
