/* The optimizers' rules by number, and the numbers that they read: an array of doubles, prepared on the host once a
 * step, so that a recorded call stays valid while they change. Whoever fills it sets all WKI_N_COUNT of them; a rule
 * ignores the rest. */
#ifndef WKI_RULES_H
#define WKI_RULES_H

/* Which rule reads which stands in rules.def; sign, weight_decay and lr are read by all. */
#define WKI_NUMBERS(X)                                                                                                 \
    X(SIGN, sign)                 /* 1, or -1 to maximize: g becomes sign * g */                                       \
    X(WEIGHT_DECAY, weight_decay) /* then g += weight_decay * p, unless 0 */                                           \
    X(LR, lr)                     /* how far to go, bias correction included */                                        \
    X(EPS, eps)                                                                                                        \
    X(MOMENTUM, momentum)                                                                                              \
    X(KEEP, keep)     /* of the first state's (adam: the second's) old value */                                        \
    X(TAKE, take)     /* of what comes new to it */                                                                    \
    X(MIX, mix)       /* a running mean moves so much of the way to g */                                               \
    X(ROOT, root)     /* corrects the square root of the second moment */                                              \
    X(SHRINK, shrink) /* p is multiplied by it first: 1 - lr * weight_decay for adamw, 1 for adam */                   \
    X(AHEAD, ahead)   /* how far to go along the first state */                                                        \
    X(LOW, low)       /* bounds of an element's own step */                                                            \
    X(HIGH, high)

enum {
#define X(UPPER, LOWER) WKI_N_##UPPER,
    WKI_NUMBERS(X)
#undef X
        WKI_N_COUNT
};

typedef enum wki_rule {
#define RULE(NAME, STATES, ...) WKI_RULE_##NAME,
#include "backends/rules.def"
#undef RULE
    WKI_RULE_COUNT
} wki_rule;

enum { WKI_MAX_STATES = 3 };

static inline int wki_rule_states(int rule)
{
#define RULE(NAME, STATES, ...) STATES,
    static const signed char states[] = {
#include "backends/rules.def"
    };
#undef RULE
    return states[rule];
}
#endif
