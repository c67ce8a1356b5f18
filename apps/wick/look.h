/* look.h: what there is to say about a file: its data sets, their values, the classes, and advice. */
#ifndef WICK_APP_LOOK_H
#define WICK_APP_LOOK_H
#include "json.h"
#include "sets.h"

typedef struct look_set {
    wk_h5_info info;
    int64_t count, strange;   /* values looked at; of them, not finite */
    double least, most, mean; /* of the finite ones */
    bool sampled;             /* not all were looked at */
} look_set;

enum { LOOK_ADVICE = 16, LOOK_ADVICE_TEXT = 400 };
typedef struct look {
    const char *path;
    const sets_request *request;
    wk_h5_view *view; /* in the scope open at the call */
    int64_t bytes;
    look_set *sets;
    int nsets;
    bool trainable;
    sets data;          /* if so; in the scope open at the call */
    int64_t *counts[2]; /* rows of each class, for training and test; NULL without classes */
    char advice[LOOK_ADVICE][LOOK_ADVICE_TEXT];
    int nadvice;
    char mend[2600]; /* the command that follows the advice on how the file is stored; "" without any */
} look;

bool look_at(look *l, const sets_request *request); /* false with the library's error pending */
void look_free(look *l);
int64_t look_elements(const wk_h5_info *info); /* -1: more than 2^63 */
/* A piece of advice, as long as there is room for more. */
void look_tell(look *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
void look_advise(look *l); /* advice.c: fills in the advice, the last part of look_at */
#endif
