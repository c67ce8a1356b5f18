/* What a schedule is made of. A kind is a table: its numbers with their ranges, and the recurrences of the lr. Each file of
 * optim/schedule/ is one; joined schedules and functions of the user's are made in optim_schedule_*.c. */
#ifndef WKI_SCHEDULE_H
#define WKI_SCHEDULE_H
#include "optim/optim.h"
#include "wick/schedule.h"

enum { WKI_SCHEDULE_NUMBERS = 10, WKI_SCHEDULE_KEPT = 3 };

typedef struct wki_schedule_option {
    const char *name;
    double usual, low, high; /* usual NaN: it must be given */
    bool whole, flag;
} wki_schedule_option;
/* clang-format off */
#define WKI_NEEDED      ((double)NAN)
#define WKI_MOST        1.7976931348623157e308
#define WKI_WHOLE_MOST  9007199254740992.0
/* clang-format on */

typedef struct wki_schedule_kind {
    const char *name, *where;
    const wki_schedule_option *options;           /* ended by one without a name; NULL: none */
    const char *kept[WKI_SCHEDULE_KEPT];          /* numbers that change with time, besides t */
    wk_status (*check)(const wk_schedule *s);     /* of what a single number does not tell; may be NULL */
    void (*start)(wk_schedule *s);                /* sets what is kept, for t = 0; may be NULL */
    wk_status (*may_move)(const wk_schedule *s);  /* is there a next t? may be NULL */
    void (*move)(wk_schedule *s);                 /* moves it on, for the next t; may be NULL */
    double (*lr)(wk_schedule *s, int g, double lr);    /* of group g at s->t, from its present one */
    wk_status (*also)(wk_schedule *s, int g);     /* sets more than the lr; may be NULL */
    wk_status (*step)(wk_schedule *s, const double *value); /* in the place of all that; may be NULL */
    bool goes_on;                                 /* a restart begins at the lr of that moment, not at base */
} wki_schedule_kind;
#define X(NAME) extern const wki_schedule_kind wki_schedule_kind_##NAME;
#include "wki_schedule_list.h" /* generated: X(constant) X(cosine) ... */
#undef X

struct wk_schedule {
    wki_object object;
    const wki_schedule_kind *kind;
    wk_optim *opt; /* held */
    int64_t t;
    bool initial; /* the step being made is the first of all, not a restart */
    int ngroups;
    double *base, *next; /* of each group; next: the lr about to be set; one piece of memory */
    double number[WKI_SCHEDULE_NUMBERS]; /* as kind->options has them */
    double kept[WKI_SCHEDULE_KEPT];
    int64_t *milestones;
    int nmilestones, nparts;
    wk_schedule **parts; /* held */
    wk_schedule_fn *fn;
    void *user;
};

bool wki_schedule_ok(const wk_schedule *s, const char *where, const char *argument);
/* An object of the kind without its first step, or NULL; wki_schedule_begin takes it, and gives s, or NULL with s dropped.
 * numbers: as kind->options has them. */
wk_schedule *wki_schedule_make(const wki_schedule_kind *kind, wk_optim *opt, const double *numbers);
wk_schedule *wki_schedule_begin(wk_schedule *s);
wk_schedule *wki_schedule_new(const wki_schedule_kind *kind, wk_optim *opt, const double *numbers);
wk_status wki_schedule_number_ok(const wki_schedule_kind *kind, const wki_schedule_option *option, double value);
wk_status wki_schedule_milestones(wk_schedule *s, const int64_t *milestones, int n); /* copies; positive and rising */
wk_status wki_schedule_restart(wk_schedule *s, bool initial); /* t = 0 again */
/* Of schedules that cycle momentum (or beta1) from low to high: has each group one, and the same states at both ends? */
wk_status wki_schedule_cycles_ok(const wk_schedule *s, double low, double high);
wk_status wki_schedule_set_momentum(wk_schedule *s, int g, double value);
/* Loading a state dict in two parts, as wki_optim_load_begin. */
typedef struct wki_schedule_loading wki_schedule_loading;
wki_schedule_loading *wki_schedule_load_begin(wk_schedule *s, const wk_state *d);
void wki_schedule_load_end(wk_schedule *s, wki_schedule_loading *l, bool taken); /* l NULL: nothing */
#endif
